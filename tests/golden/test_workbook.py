"""Workbooks: geometry, print setup, values, and reading back."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from models.annexes import CATEGORIES, ENTERPRISE_LIST, FINDING_LEDGER
from services.exports.deliver import deliver_workbook
from services.exports.layout import lay_out
from services.exports.printed import Printed, cells
from services.exports.workbook import CellTooLong, read_back_workbook, read_grid, stored, write_workbook
from tests.golden.printed_samples import LONG_NAME, MADE_AT, annex_2_rows, printed_annex_1, printed_annex_2, printed_annex_3

HEAD_ROW = 4


def written(printed: Printed, folder: Path) -> Worksheet:
    """Deliver a table and open it with the other library."""
    deliver_workbook(printed, folder / "表.xlsx", made_at=MADE_AT)
    return openpyxl.load_workbook(folder / "表.xlsx").worksheets[0]


def merges(sheet: Worksheet) -> set[str]:
    return {str(area) for area in sheet.merged_cells.ranges}


def test_annex_2_has_its_two_heading_rows_merged_as_the_form_has_them(tmp_path: Path) -> None:
    sheet = written(printed_annex_2(2), tmp_path)
    assert {"A1:S1", "A2:S2", "A3:S3", "A4:A5", "B4:B5", "C4:C5", "D4:D5", "E4:R4", "S4:S5"} == merges(sheet)
    assert [sheet.cell(HEAD_ROW + 1, column).value for column in range(5, 19)] == list(CATEGORIES)
    assert sheet["A4"].value == "序\n号"
    assert sheet["S4"].value == "处罚\n事项\n（项）"


def test_category_heads_stand(tmp_path: Path) -> None:
    sheet = written(printed_annex_2(1), tmp_path)
    assert all(sheet.cell(5, column).alignment.textRotation == 255 for column in range(5, 19))
    assert sheet["B4"].alignment.textRotation == 0


@pytest.mark.parametrize("count", [14, 9, 1])
def test_the_width_follows_the_categories_and_fits_the_page(tmp_path: Path, count: int) -> None:
    printed = printed_annex_2(1, CATEGORIES[:count])
    sheet = written(printed, tmp_path)
    pixels = [round(sheet.column_dimensions[letter].width * 7) for letter in "ABCDE"]
    wanted = [round(width * 96 / 25.4) for width in lay_out(printed, cells(printed)).widths_mm[:5]]
    assert all(abs(one - other) <= 5 for one, other in zip(pixels, wanted, strict=True))
    assert sheet.max_column == 5 + count


def test_the_page_is_a4_lying_one_page_wide_with_repeated_heads(tmp_path: Path) -> None:
    sheet = written(printed_annex_2(45), tmp_path)
    setup = sheet.page_setup
    assert (setup.paperSize, setup.orientation, setup.fitToWidth or 1, setup.fitToHeight) == (9, "landscape", 1, 3)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$4:$5"
    assert sheet.page_margins.left == pytest.approx(20 / 25.4, abs=0.001)
    assert re.search(r"第 &\[?P(age\])?.* 页，共 &\[?N\]?.*页", (sheet.oddFooter.center.text or "").replace("&[Page]", "&P"))


def test_annex_1_stands_and_a_wide_register_lies_on_a3(tmp_path: Path) -> None:
    assert written(printed_annex_1("周样例"), tmp_path).page_setup.orientation in (None, "portrait")
    assert written(Printed(ENTERPRISE_LIST, ()), tmp_path).page_setup.paperSize == 8


def test_the_fonts_are_the_official_ones(tmp_path: Path) -> None:
    sheet = written(printed_annex_2(1), tmp_path)
    assert (sheet["A1"].value, sheet["A1"].font.name, sheet["A1"].font.size) == ("附件2", "黑体", 16)
    assert sheet["A2"].font.name in ("方正小标宋简体", "宋体")
    assert (sheet["A2"].font.size, sheet["A2"].font.bold, sheet["A2"].alignment.horizontal) == (22, False, "center")
    assert sheet["B4"].font.name == "黑体"
    assert sheet["B6"].font.name == "仿宋"
    assert (sheet["B6"].alignment.horizontal, sheet["D6"].alignment.horizontal) == ("left", "center")


@pytest.mark.parametrize("printed", [printed_annex_1(), printed_annex_2(0), printed_annex_3()], ids=["1", "2", "3"])
def test_an_empty_annex_has_its_blank_rows_with_borders_all_around(tmp_path: Path, printed: Printed) -> None:
    sheet = written(printed, tmp_path)
    grid = read_grid(tmp_path / "表.xlsx", printed.form)
    assert len(grid) == printed.form.min_rows
    assert all(value is None for row in grid for value in row)
    last = sheet.max_row - len(printed.form.notes)
    for row in sheet.iter_rows(min_row=last - printed.form.min_rows + 1, max_row=last):
        for cell in row:
            sides = (cell.border.left, cell.border.right, cell.border.top, cell.border.bottom)
            assert all(side.style == "thin" for side in sides), cell.coordinate


def test_text_stays_text_and_never_becomes_a_formula(tmp_path: Path) -> None:
    sheet = written(printed_annex_1("=1+1", "@样例", '=HYPERLINK("a")'), tmp_path)
    found = [sheet.cell(row, 1) for row in (5, 6, 7)]
    assert [cell.value for cell in found] == ["=1+1", "@样例", '=HYPERLINK("a")']
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in found)
    assert (sheet["C5"].value, sheet["C5"].number_format) == ("03703020001", "@")
    assert (sheet["D5"].value, sheet["D5"].number_format) == ("19900000000", "@")
    with zipfile.ZipFile(tmp_path / "表.xlsx") as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    ("fen", "value", "shown"),
    [
        (2_000_000, 2, "0"),
        (2_500_000, 2.5, "0.0"),
        (12_345_600, 12.3456, "0.0000"),
        (0, 0, "0"),
        (50_000, 0.05, "0.00"),
        (150, 0.00015, "0.00000"),
    ],
)
def test_amounts_are_numbers_in_wan_with_as_many_digits_as_they_need(tmp_path: Path, fen: int, value: float, shown: str) -> None:
    cell = written(printed_annex_3(fen), tmp_path)["E4"]
    assert (cell.value, cell.number_format) == (value, shown)


def test_a_zero_under_a_band_is_stored_but_not_shown(tmp_path: Path) -> None:
    row = annex_2_rows(1)[0] | {"cat.设施设备类": 0, "penalties": 0}
    printed = replace(printed_annex_2(0), rows=[row])
    sheet = written(printed, tmp_path)
    assert (sheet["E6"].value, sheet["E6"].number_format) == (0, "0;-0;;@")
    assert (sheet["S6"].value, sheet["S6"].number_format) == (0, "0")
    assert written(replace(printed, zeros=True), tmp_path)["E6"].number_format == "0"


def test_rows_are_numbered_and_a_total_stands_only_when_asked_for(tmp_path: Path) -> None:
    sheet = written(printed_annex_2(8), tmp_path)
    assert [sheet.cell(row, 1).value for row in range(6, 14)] == list(range(1, 9))
    assert sheet.max_row == 13
    sheet = written(printed_annex_2(8, total=True), tmp_path)
    assert (sheet["A14"].value, "A14:C14" in merges(sheet)) == ("合计", True)
    assert sheet["D14"].value == sum(sheet.cell(row, 4).value for row in range(6, 14))


def test_the_notes_stand_under_the_table_over_its_whole_width_with_room(tmp_path: Path) -> None:
    printed = printed_annex_3(0)
    sheet = written(printed, tmp_path)
    row = sheet.max_row
    assert sheet.cell(row, 1).value == printed.form.notes[0]
    assert f"A{row}:F{row}" in merges(sheet)
    assert sheet.row_dimensions[row].height >= 2 * 12 * 1.4


def test_a_long_name_has_a_row_high_enough(tmp_path: Path) -> None:
    sheet = written(printed_annex_2(1, name=LONG_NAME), tmp_path)
    assert sheet["B6"].alignment.wrapText
    assert sheet.row_dimensions[6].height > 5 * 10.5 * 1.3


def test_a_text_higher_than_a_row_may_be_is_spread_over_merged_rows(tmp_path: Path) -> None:
    printed = printed_annex_3(100, 200, violation="违法行为描述" * 500)
    sheet = written(printed, tmp_path)
    assert max(dimension.height or 0 for dimension in sheet.row_dimensions.values()) <= 409
    assert read_grid(tmp_path / "表.xlsx", printed.form) == stored(printed)


def test_dates_are_dates(tmp_path: Path) -> None:
    row = {"enterprise": "样例公司", "hazard": "未佩戴安全帽", "checked_on": date(2023, 4, 3), "penalty": True}
    sheet = written(Printed(FINDING_LEDGER, [row]), tmp_path)
    assert (sheet["C3"].value.date(), sheet["C3"].number_format) == (date(2023, 4, 3), "yyyy-mm-dd")
    assert sheet["J3"].value == "是"


@pytest.mark.parametrize(
    "printed",
    [printed_annex_1("周样例", "买合木提·样例"), printed_annex_2(9, CATEGORIES[:9]), printed_annex_3(0, 123_400)],
    ids=["1", "2", "3"],
)
def test_what_is_written_reads_back_as_the_same_rows(tmp_path: Path, printed: Printed) -> None:
    write_workbook(printed, tmp_path / "表.xlsx", made_at=MADE_AT)
    found = read_back_workbook(tmp_path / "表.xlsx", printed.form)
    for number, (row, wanted) in enumerate(zip(found, printed.rows, strict=True), start=1):
        assert row == {**dict.fromkeys(printed.form.keys), **({"no": number} if "no" in row else {}), **wanted}


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("一.xlsx", "二.xlsx"):
        write_workbook(printed_annex_2(9), tmp_path / name, made_at=MADE_AT)
    assert (tmp_path / "一.xlsx").read_bytes() == (tmp_path / "二.xlsx").read_bytes()
    assert openpyxl.load_workbook(tmp_path / "一.xlsx").properties.created.isoformat() == "2023-04-25T08:08:00"


def test_a_watermark_stands_in_the_header(tmp_path: Path) -> None:
    sheet = written(replace(printed_annex_2(1), watermark="草稿"), tmp_path)
    assert "草稿" in (sheet.oddHeader.right.text or "")


def test_a_text_that_no_cell_holds_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(CellTooLong) as caught:
        deliver_workbook(printed_annex_3(0, violation="违" * 33_000), tmp_path / "表.xlsx", made_at=MADE_AT)
    assert "违法行为描述" in caught.value.message()
    assert list(tmp_path.iterdir()) == []
