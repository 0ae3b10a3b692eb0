"""Messes of values: written otherwise but exact, or something must be said."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date

from models.forms import Column
from services.imports.headings import extended
from tests.imports.drafts import Broken, Cell, Draft, Formula, Planted

Mess = Callable[[Draft, random.Random], None]
MESSES: dict[str, Mess] = {}
_EPOCH = date(1899, 12, 30)
_FULL = {ord(digit): 0xFEE0 + ord(digit) for digit in "0123456789"}
_DIGITS = "零壹贰叁肆伍陆柒捌玖"


def mess(made: Mess) -> Mess:
    """Add a mess to the list."""
    MESSES[made.__name__] = made
    return made


# Values, written otherwise but still exact.


@mess
def numbers_as_digits(draft: Draft, _pick: random.Random) -> None:
    """Phones and certificates are stored as numbers."""
    for record, key, value in _of(draft, "phone", "code"):
        if isinstance(value, str) and value.isdigit() and len(value) <= 15:
            record.cells[key] = int(value)


@mess
def full_width(draft: Draft, pick: random.Random) -> None:
    """Digits are full width."""
    for record, key, value in _of(draft, "phone", "code", "count"):
        if pick.random() < 0.5:
            record.cells[key] = str(value).translate(_FULL)


@mess
def dashes_in_phones(draft: Draft, pick: random.Random) -> None:
    """Phones have dashes, blanks or the country before them."""
    for record, key, value in _of(draft, "phone"):
        text = str(value)
        record.cells[key] = pick.choice((f"{text[:3]}-{text[3:7]}-{text[7:]}", f"{text[:3]} {text[3:7]} {text[7:]}", f"+86 {text}"))


@mess
def blanks_in_names(draft: Draft, pick: random.Random) -> None:
    """Short names are spaced out."""
    for record, key, value in _of(draft, "name"):
        text = str(value)
        if len(text) == 2:
            record.cells[key] = f"{text[0]}{pick.choice((' ', '　', '  '))}{text[1]}"


@mess
def blanks_around(draft: Draft, pick: random.Random) -> None:
    """Texts have blanks around them."""
    for record in draft.records:
        for key, value in record.cells.items():
            if isinstance(value, str) and pick.random() < 0.4:
                record.cells[key] = pick.choice((f" {value}", f"{value}　", f"\u00a0{value} "))


@mess
def codes_in_lower_case(draft: Draft, _pick: random.Random) -> None:
    """Credit codes are small letters with blanks."""
    for record in draft.records:
        code = record.cells.get("credit_code")
        if isinstance(code, str):
            record.cells["credit_code"] = f"{code[:9].lower()} {code[9:].lower()}"


@mess
def counts_with_words(draft: Draft, pick: random.Random) -> None:
    """Counts have a word behind them, none is a stroke."""
    for record, key, value in _of(draft, "count"):
        if isinstance(value, int):
            record.cells[key] = pick.choice(("/", "－", "无", "0")) if value == 0 else f"{value}{pick.choice(('项', '个', ''))}"


@mess
def amounts_in_words(draft: Draft, pick: random.Random) -> None:
    """Amounts have their own units, commas, or Chinese numerals."""
    for record, key, fen in _amounts(draft):
        yuan = fen // 100
        if yuan == 0:
            continue
        ways: list[Cell] = [f"{fen / 1_000_000:g}万元", f"{yuan}元", f"￥{yuan:,}.00", f"{yuan:,}元"]
        if yuan % 10_000 == 0 and yuan < 100_000:
            ways.append(f"{_DIGITS[yuan // 10_000]}万元整")
        record.cells[key] = pick.choice(ways)
        record.remarks.add(key)


@mess
def amounts_in_yuan(draft: Draft, _pick: random.Random) -> None:
    """The heading says 元 and bare numbers are yuan."""
    amounts = {column.key for column in _columns(draft, "amount")}
    for heading in draft.headings:
        if heading.key in amounts and "（万元）" in heading.text:
            heading.text = heading.text.replace("（万元）", "（元）")
            for record in draft.records:
                if isinstance(record.cells.get(heading.key or ""), int | float):
                    record.cells[heading.key or ""] = int(str(record.truth[heading.key or ""])) // 100


@mess
def dates_as_text(draft: Draft, pick: random.Random) -> None:
    """Days are typed in many ways."""
    for record, key, day in _days(draft):
        record.cells[key] = pick.choice(
            (
                f"{day:%Y.}{day.month}.{day.day}",
                f"{day:%Y}年{day.month}月{day.day}日",
                f"{day:%Y/%m/%d}",
                f"{day:%Y%m%d}",
                f"{day:%Y-%m-%d} 00:00:00",
            )
        )


@mess
def dates_as_serials(draft: Draft, pick: random.Random) -> None:
    """Days are bare numbers."""
    for record, key, day in _days(draft):
        if pick.random() < 0.5:
            record.cells[key] = (day - _EPOCH).days
            record.remarks.add(key)


@mess
def dates_without_year(draft: Draft, pick: random.Random) -> None:
    """Days have no year; a line above gives it."""
    if not any(True for _ in _days(draft)):
        return
    draft.above.append(["填报日期：2023年4月26日"])
    for record, key, day in _days(draft):
        record.cells[key] = pick.choice((f"{day.month}月{day.day}日", f"{day.month}.{day.day:02}", f"{day.month}/{day.day}"))
        record.remarks.add(key)


@mess
def other_words(draft: Draft, _pick: random.Random) -> None:
    """Levels and states are said otherwise."""
    words = {"一般": "一般隐患", "重大": "重大事故隐患", "已销号": "√", "未整改": "否"}
    for record in draft.records:
        for key in ("level", "status"):
            value = record.cells.get(key)
            if isinstance(value, str):
                record.cells[key] = words.get(value, value)


# Values about which something must be said.


@mess
def lost_precision(draft: Draft, _pick: random.Random) -> None:
    """A certificate or a code was stored as a number that is too long."""
    for record in draft.records[:1]:
        for key in ("cert_no", "credit_code"):
            if key in record.cells:
                record.cells[key] = 9.9030200001e17
                record.doubts.add(key)


@mess
def scientific_phone(draft: Draft, _pick: random.Random) -> None:
    """A phone shows as 1.99E+10."""
    for record in draft.records[-1:]:
        if "phone" in record.cells:
            record.cells["phone"] = "1.99E+10"
            record.doubts.add("phone")


@mess
def error_values(draft: Draft, pick: random.Random) -> None:
    """A cell that need not be there holds an error."""
    for record in draft.records[:2]:
        _spoil(record, pick.choice(optional(draft)), Broken("#REF!"))


@mess
def formulas_without_result(draft: Draft, pick: random.Random) -> None:
    """A cell that need not be there is a formula nobody calculated."""
    for record in draft.records[1:3]:
        _spoil(record, pick.choice(optional(draft)), Formula("A1&B1"))


@mess
def empty_cells(draft: Draft, pick: random.Random) -> None:
    """Cells are empty; what the form expects must be asked for."""
    for record in draft.records:
        key = pick.choice(optional(draft))
        record.cells[key] = None
        record.truth[key] = 0 if _is_zero(draft, key) else None
        record.remarks.add(key)
        record.doubts.discard(key)
        if key.startswith("cat."):
            record.remarks.add("findings_total")
        elif key == "findings_total":
            record.remarks.add(key)


@mess
def no_key(draft: Draft, _pick: random.Random) -> None:
    """A row lacks the name of what it is about."""
    if len(draft.records) > 2:
        key = next(column.key for column in draft.form.columns if column.required)
        draft.records[1].cells[key] = None
        draft.records[1].lost = True


@mess
def the_same_row_again(draft: Draft, _pick: random.Random) -> None:
    """A row stands there twice."""
    if draft.records and not draft.records[0].lost:
        first = draft.records[0]
        again = Planted(dict(first.truth), dict(first.cells), set(first.doubts), {*first.remarks, *first.truth, "*"})
        draft.records.append(again)


def _spoil(record: Planted, key: str, cell: Cell) -> None:
    record.cells[key] = cell
    record.doubts.add(key)
    if key.startswith("cat."):
        record.remarks.add("findings_total")  # the sum no longer holds


def _columns(draft: Draft, *editors: str) -> Iterator[Column]:
    return (column for column in extended(draft.form).columns if column.kind.editor in editors)


def _of(draft: Draft, *editors: str) -> Iterator[tuple[Planted, str, Cell]]:
    """Yield the cells of these kinds that hold something."""
    keys = [column.key for column in _columns(draft, *editors)]
    for record in draft.records:
        for key in keys:
            value = record.cells.get(key)
            if value is not None and not isinstance(value, Formula | Broken):
                yield record, key, value


def _amounts(draft: Draft) -> Iterator[tuple[Planted, str, int]]:
    for record, key, _value in _of(draft, "amount"):
        fen = record.truth[key]
        assert isinstance(fen, int)
        yield record, key, fen


def _days(draft: Draft) -> Iterator[tuple[Planted, str, date]]:
    for record, key, _value in _of(draft, "date"):
        day = record.truth[key]
        assert isinstance(day, date)
        yield record, key, day


def optional(draft: Draft) -> list[str]:
    """Return the keys of the columns that may be empty."""
    required = {column.key for column in draft.form.columns if column.required}
    return [heading.key for heading in draft.headings if heading.key and heading.key not in required]


def _is_zero(draft: Draft, key: str) -> bool:
    counted = any(column.key == key for column in _columns(draft, "count"))
    return counted and draft.form.code in ("inspection_stats", "town_summary")
