"""Whether a draft was read as it was planted: the rules of the property.

Every planted row is imported right, or what differs is flagged, or it is
listed as skipped with a reason; nothing else is imported; counts in = counts
out; a clean row carries no flag that asks for attention.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from services.imports.read_form import ReadForm, ReadRow
from tests.imports.drafts import Draft, Grid, Planted

# Remarks that ask for nothing: the value is exact all the same.
TOLD = frozenset(
    (
        "merged_filled",
        "date_from_serial",
        "date_year_inferred",
        "formula_like_text",
        "near_duplicate_name",
        "has_comment",
        "strikethrough",
        "length_differs",
        "leading_zero_from_format",
        "number_text",
        "control_char_removed",
        "suffix_removed",
        "duplicate_header",
        "amount_unit_inferred",
        "amount_chinese_numeral",
    )
)


def faults(draft: Draft, grids: list[Grid], read: ReadForm) -> list[str]:
    """Return what is wrong with a reading, in words; empty if nothing is."""
    if not any(not record.lost for record in draft.records):
        return [] if read.outcome in ("empty", "rejected") else [f"outcome {read.outcome}"]
    if read.outcome not in ("imported", "imported_with_flags"):
        return [f"outcome {read.outcome} {read.reject_code} {read.choices}"]
    if read.form is None or read.form.code != draft.form.code:
        return [f"form {read.form and read.form.code}"]
    found: list[str] = []
    rows: defaultdict[tuple[str, int], list[ReadRow]] = defaultdict(list)
    names = _names(grids, read)
    for row in read.rows:
        rows[(names.get(row.sheet, row.sheet), row.row)].append(row)
    for grid in grids:
        planted: defaultdict[int, list[Planted]] = defaultdict(list)
        for number, record in grid.places:
            planted[number].append(record)
        for number, records in planted.items():
            found += _compared(number, [one for one in records if not one.lost], rows.pop((grid.name, number), []))
        if draft.layout == "rows":
            found += _accounted(grid, read, names, {number for number, records in planted.items() if not all(one.lost for one in records)})
    found += [f"{place} should not have been imported" for place in rows]
    return found


def _names(grids: list[Grid], read: ReadForm) -> dict[str, str]:
    """Formats without sheets name their only table otherwise."""
    known = {grid.name for grid in grids}
    said = {row.sheet for row in read.rows} | {line.sheet for line in read.skipped}
    return dict.fromkeys(said - known, grids[0].name)


def _compared(number: int, records: list[Planted], rows: list[ReadRow]) -> list[str]:
    if len(records) != len(rows):
        return [f"row {number}: {len(records)} planted, {len(rows)} read"]
    return [fault for record, row in zip(records, rows, strict=True) for fault in _differences(number, record, row)]


def _differences(number: int, record: Planted, row: ReadRow) -> list[str]:
    found: list[str] = []
    flagged = Counter(flag.key for flag in row.flags)
    for key, value in record.truth.items():
        got = row.values.get(key)
        if _same(got, value) or (key in record.doubts and flagged[key]):
            continue
        found.append(f"row {number} {key}: got {got!r}, planted {value!r}, flags {[flag.code for flag in row.flags if flag.key == key]}")
    for flag in row.flags:
        if flag.code not in TOLD and flag.key not in record.doubts | record.remarks:
            found.append(f"row {number} flagged without cause: {flag.key} {flag.code} {flag.message}")
    return found


def _same(got: object, value: object) -> bool:
    if value in (None, "", ()):
        return got in (None, "", ())
    if isinstance(value, float) and isinstance(got, int | float):
        return abs(value - got) < 1e-6
    return got == value


def _accounted(grid: Grid, read: ReadForm, names: dict[str, str], records: set[int]) -> list[str]:
    """Check that every row with content is a record, a header, or listed."""
    listed = {line.row for line in read.skipped if names.get(line.sheet, line.sheet) == grid.name}
    tables = [table for table in (read.tables or [read]) if names.get(table.sheet or "", table.sheet) == grid.name]
    headers = {row for table in tables for row in table.header_rows}
    filled = {row for row, line in enumerate(grid.lines, 1) if any(value is not None for value in line)}
    return [
        *(f"row {row} of {grid.name} is nowhere" for row in sorted(filled - listed - headers - records)),
        *(f"row {row} of {grid.name} is both read and skipped" for row in sorted(records & listed)),
    ]
