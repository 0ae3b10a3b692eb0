"""Checks across the rows of one file: duplicates, conflicts, odd lengths."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date

from rapidfuzz import fuzz

from models.dates import yearless
from models.forms import Context, Form
from services.imports.read_form import ReadRow, RowFlag

_SAME: dict[str, tuple[str, ...]] = {
    "personnel": ("name", "cert_no"),
    "inspection_stats": ("enterprise",),
    "case_stats": ("enterprise", "violation"),
    "hazard_list": ("enterprise", "hazard", "checked_on"),
    "inspections": ("enterprise", "checked_on"),
    "enterprises": ("name",),
    "groups": ("name",),
    "cases": ("enterprise", "violation"),
    "town_summary": ("town",),
}
_NAMED_ONCE = {"enterprises": "name", "inspection_stats": "enterprise"}
_IDENTITY = re.compile(r"\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]")
_NEAR = 90
_MOST_COMPARED = 300


def check_rows(rows: Sequence[ReadRow], form: Form) -> None:
    """Add the flags that need more than one row to see.

    Args:
        rows: The records of one table; flags are added to them.
        form: Their form.
    """
    _duplicates(rows, _SAME.get(form.code, ()))
    for key in ("credit_code",):
        _same_value(rows, key, _SAME.get(form.code, ("enterprise",))[0], "duplicate_code", "信用代码与第{other}行（{name}）相同，请核对")
    if form.code == "personnel":
        _same_value(rows, "cert_no", "name", "duplicate_code", "执法证号与第{other}行（{name}）相同，请核对")
        _same_value(rows, "phone", "name", "phone_conflict", "手机号码与第{other}行（{name}）相同，请核对")
        _odd_lengths(rows, "cert_no")
        for row in rows:
            if _IDENTITY.fullmatch(str(row.values.get("cert_no") or "")):
                _flag(row, "cert_no", "cert_invalid", "执法证号像身份证号码，请核对")
    if form.code in _NAMED_ONCE:
        _near_names(rows, _NAMED_ONCE[form.code])


def years_of_columns(rows: Sequence[ReadRow], form: Form) -> None:
    """Read days without a year by the one year of the others in their column."""
    for column in form.columns:
        if column.kind.editor != "date":
            continue
        key = column.key
        waiting = [row for row in rows if row.values.get(key) is None and key in row.raw and yearless(row.raw[key])]
        years = {day.year for row in rows if isinstance(day := row.values.get(key), date)} if waiting else set()
        if len(years) != 1:
            continue
        for row in waiting:
            reading = column.kind.parse(row.raw[key], Context(year=min(years)))
            if reading.value is not None:
                row.values[key] = reading.value
                row.flags[:] = [flag for flag in row.flags if not (flag.key == key and flag.code in ("date_text", "missing"))]
                title = column.title.replace("\n", "")
                row.flags += [RowFlag(key, flag.code, f"第{row.row}行 {title} {flag.message}") for flag in reading.flags]


def _duplicates(rows: Sequence[ReadRow], keys: tuple[str, ...]) -> None:
    first: dict[tuple[object, ...], ReadRow] = {}
    for row in rows:
        same = tuple(row.values.get(key) for key in keys)
        if not keys or any(value in (None, "") for value in same):
            continue
        if same in first:
            _flag(row, keys[0], "duplicate_in_file", f"与第{first[same].row}行重复，请核对")
            phones = {str(one.values["phone"]) for one in (row, first[same]) if one.values.get("phone")}
            if "cert_no" in keys and len(phones) > 1:
                _flag(row, "phone", "phone_conflict", f"同一个人，手机号码与第{first[same].row}行不同，请核对")
        else:
            first[same] = row


def _same_value(rows: Sequence[ReadRow], key: str, name: str, code: str, sentence: str) -> None:
    first: dict[object, ReadRow] = {}
    for row in rows:
        value = row.values.get(key)
        if value in (None, ""):
            continue
        other = first.setdefault(value, row)
        if other is not row and other.values.get(name) != row.values.get(name):
            _flag(row, key, code, sentence.format(other=other.row, name=other.values.get(name)))


def _odd_lengths(rows: Sequence[ReadRow], key: str) -> None:
    lengths = Counter(len(str(row.values[key])) for row in rows if row.values.get(key))
    if sum(lengths.values()) < 3:
        return
    usual, count = lengths.most_common(1)[0]
    if count * 2 <= sum(lengths.values()):
        return
    for row in rows:
        value = row.values.get(key)
        if value and len(str(value)) != usual:
            _flag(row, key, "length_differs", f"有 {len(str(value))} 位，其他行是 {usual} 位，请核对")


def _near_names(rows: Sequence[ReadRow], key: str) -> None:
    if len(rows) > _MOST_COMPARED:
        return
    by_length: defaultdict[int, list[ReadRow]] = defaultdict(list)
    near: Callable[[str, str], float] = fuzz.ratio
    for row in rows:
        name = str(row.values.get(key) or "")
        for length in range(len(name) - 1, len(name) + 2):
            for other in by_length[length]:
                said = str(other.values[key])
                if said != name and len(name) >= 8 and near(said, name) >= _NEAR:
                    _flag(row, key, "near_duplicate_name", f"与第{other.row}行“{said}”只差一点，请核对是否同一家")
        by_length[len(name)].append(row)


def _flag(row: ReadRow, key: str, code: str, message: str) -> None:
    row.flags.append(RowFlag(key, code, f"第{row.row}行 {message}"))
