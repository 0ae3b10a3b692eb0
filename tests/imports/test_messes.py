"""Any mess made of a planted table is read right, flagged, or listed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.imports.read_form import ReadForm
from tests.imports.drafts import CODES, Draft, Grid, planted, sheets
from tests.imports.judging import faults
from tests.imports.messes import MESSES, applied
from tests.imports.writing import KINDS, read_back, save

_NO_MERGES = "csv"
_VALUES = ["full_width", "blanks_in_names", "dates_as_text", "counts_with_words"]
FIXED: dict[str, tuple[str, str, list[str]]] = {
    "numbers and dashes": ("personnel", "xlsx", ["numbers_as_digits", "dashes_in_phones", "blanks_in_names"]),
    "title, unit, signature": ("personnel", "xlsx", ["title_and_annex", "unit_and_date", "signatures", "running_numbers"]),
    "two people on a row": ("personnel", "xlsx", ["side_by_side", "running_numbers", "title_and_annex"]),
    "a card each": ("personnel", "xlsx", ["one_card_each"]),
    "a table on its side": ("personnel", "csv-gbk", ["on_its_side", "blanks_in_names"]),
    "lost digits": ("personnel", "xlsx", ["lost_precision", "scientific_phone", "numbers_as_digits"]),
    "samples and sections": ("personnel", "xlsx", ["sample_row", "section_rows", "padded", "running_numbers", "notes"]),
    "an old workbook": ("personnel", "xls", ["error_values", "numbers_as_digits", "total"]),
    "a web page": ("personnel", "html", ["merged_down", "full_width", "signatures"]),
    "a document": ("personnel", "docx", ["blanks_in_names", "total", "other_headings"]),
    "two header rows": ("inspection_stats", "xlsx", ["counts_with_words", "running_numbers", "total"]),
    "pages": ("inspection_stats", "xlsx", ["pages", "title_and_annex", "running_numbers"]),
    "numbered columns": ("inspection_stats", "xlsx", ["counted_columns", "columns_in_another_order", "full_width"]),
    "old statistics": ("inspection_stats", "xls", ["counts_with_words", "pages", "unit_and_date"]),
    "amounts in words": ("case_stats", "xlsx", ["amounts_in_words", "notes", "running_numbers"]),
    "amounts in yuan": ("case_stats", "csv-tab", ["amounts_in_yuan", "total", "unknown_columns"]),
    "formulas": ("case_stats", "xlsx", ["formulas_without_result", "error_values", "total"]),
    "semicolons": ("case_stats", "csv-semicolon", ["spaced_headings", "signatures", "the_same_row_again"]),
    "days as text": ("hazard_list", "xlsx", ["dates_as_text", "merged_down", "other_words"]),
    "days without year": ("hazard_list", "xlsx", ["dates_without_year", "ditto", "signatures"]),
    "days as numbers": ("hazard_list", "csv-bom", ["dates_as_serials", "other_headings", "blank_rows_between"]),
    "hidden": ("hazard_list", "xlsx", ["hidden_rows", "hidden_columns", "other_sheets", "several_sheets"]),
    "no key": ("hazard_list", "xlsx", ["no_key", "empty_cells", "subtotals"]),
    "further right and down": ("major_hazards", "xlsx", ["further_right", "blank_rows_above", "title_and_annex", "amounts_in_words"]),
    "cards of hazards": ("major_hazards", "html", ["one_card_each", "dashes_in_phones"]),
    "codes": ("enterprises", "xlsx", ["codes_in_lower_case", "lost_precision", "blanks_around"]),
    "an old registry": ("enterprises", "xls", ["codes_in_lower_case", "further_right", "total"]),
    "brushed to the end": ("enterprises", "xlsx", ["brushed", "other_headings", "running_numbers"]),
    "a town summary": ("town_summary", "xlsx", ["counts_with_words", "amounts_in_words", "total", "unit_and_date"]),
    "a summary as text": ("town_summary", "csv-gbk", ["empty_cells", "notes", "spaced_headings"]),
    "confined spaces": ("confined_space", "xlsx", ["bands_over_headings", "columns_missing", "unknown_columns"]),
    "spaces in a document": ("confined_space", "docx", ["title_and_annex", "signatures", "spaced_headings"]),
    "visits": ("inspections", "xlsx", ["dates_as_text", "columns_in_another_order", "pages"]),
    "letters under the header": ("case_stats", "xlsx", ["lettered_columns", "running_numbers", "title_and_annex"]),
    "statistics by letters": ("inspection_stats", "xlsx", ["lettered_columns", "totals_by_other_names", "counts_with_words"]),
    "closings of people": ("personnel", "xlsx", ["closing_lines", "blanks_in_names", "title_and_annex"]),
    "closings of firms": ("enterprises", "docx", ["closing_lines", "running_numbers"]),
    "a summary of every total": ("town_summary", "xlsx", ["totals_by_other_names", "closing_lines", "unit_and_date"]),
    "everything at once": (
        "hazard_list",
        "xlsx",
        [*_VALUES, "title_and_annex", "unit_and_date", "sample_row", "notes", "signatures", "total", "further_right"],
    ),
}


def brought(folder: Path, code: str, count: int, names: list[str], kind: str, seed: int) -> tuple[Draft, list[Grid], ReadForm]:
    """Plant, make the mess, write the file and read it."""
    pick = random.Random(seed)
    names = [name for name in names if not (kind.startswith(_NO_MERGES) and name == "merged_down")]
    if kind not in ("xlsx", "xls"):
        names = [name for name in names if name not in ("several_sheets", "other_sheets")]
    draft = applied(planted(code, count, pick), names, pick)
    grids = sheets(draft)
    return draft, grids, read_back(save(grids, folder, kind))


@pytest.mark.parametrize(("code", "kind", "names"), FIXED.values(), ids=FIXED.keys())
@pytest.mark.parametrize("count", [1, 7])
def test_a_known_mess_is_read_as_planted(tmp_path: Path, code: str, kind: str, names: list[str], count: int) -> None:
    assert faults(*brought(tmp_path, code, count, names, kind, 7)) == []


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    code=st.sampled_from(CODES),
    count=st.integers(1, 8),
    names=st.lists(st.sampled_from(sorted(MESSES)), unique=True, max_size=5),
    kind=st.sampled_from(("xlsx", *KINDS)),
    seed=st.integers(0, 999),
)
def test_any_mess_is_read_right_flagged_or_listed(tmp_path: Path, code: str, count: int, names: list[str], kind: str, seed: int) -> None:
    assert faults(*brought(tmp_path, code, count, names, kind, seed)) == []


def test_there_are_messes_enough_for_a_town() -> None:
    assert len(MESSES) >= 25
    assert len(FIXED) >= 30
