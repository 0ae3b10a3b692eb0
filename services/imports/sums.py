"""The 合计 row of a received table, compared with the rows above it.

It is no record and nothing is taken from it; where it says other than its rows
add up to, somebody changed one and not the other, and the sender is asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.forms import Column
from models.money import in_yuan
from services.imports.read_form import ReadForm, Skipped

_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(?:%|％|[项条家件起处个人次]{1,2}|万元|元)?")
_NOTHING = frozenset(("/", "-", "—", "－", "——"))
_SUMMED = frozenset(("inspection_stats", "case_stats", "town_summary"))
_NUMERIC = ("count", "amount", "rate")
_YUAN_PER_WAN = 10_000
_CENT = 0.005


def differences(table: ReadForm) -> list[tuple[int, str]]:
    """Return row and sentence where the one 合计 row of a table differs from its rows.

    Cells of that row are known by their order alone: with as many numbers as
    the table has columns of numbers all are compared, else only the first.
    """
    totals = [line for line in table.skipped if line.why == "total" and line.text]
    if table.form is None or table.form.code not in _SUMMED or len(totals) != 1 or not table.rows or not _is_last(totals[0], table):
        return []
    absent = set(table.missing_columns)
    listed = [one for one in table.form.columns if one.kind.editor in _NUMERIC and one.key != "no" and _title(one) not in absent]
    said = _numbers(totals[0].text)
    pairs = list(zip(listed, said, strict=True)) if len(said) == len(listed) else list(zip(listed[:1], said[:1], strict=False))
    wrong = [(column, number, total) for column, number in pairs if not _agrees(column, number, total := _sum(table, column))]
    if not wrong or (len(pairs) > 1 and sorted(number or 0 for number in said) == sorted(_sum(table, column) for column in listed)):
        return []  # the columns stand in another order
    told = "；".join(
        f"{_title(column)}写的是 {number:g}，各行相加是 {_shown(column, total)}" for column, number, total in wrong if number is not None
    )
    return [(totals[0].row, f"合计行和上面各行对不上：{told}")] if told else []


def _is_last(total: Skipped, table: ReadForm) -> bool:
    return all(row.row < total.row for row in table.rows if row.sheet == total.sheet)


def _numbers(text: str) -> Sequence[float | None]:
    """Return the numbers behind the word, None for a dash; none at all where a word stands between them."""
    found: list[float | None] = []
    for word in text.split()[1:]:
        match = _NUMBER.fullmatch(word)
        if match is None and word not in _NOTHING:
            return ()
        found.append(float(match[1]) if match else None)
    return found


def _sum(table: ReadForm, column: Column) -> float:
    return sum(value for row in table.rows if isinstance(value := row.values.get(column.key), int | float))


def _agrees(column: Column, said: float | None, total: float) -> bool:
    if said is None or column.kind.editor == "rate":
        return True
    if column.kind.editor == "amount":
        yuan = in_yuan(int(total))
        return min(abs(said - yuan), abs(said - yuan / _YUAN_PER_WAN)) < _CENT
    return said == total


def _shown(column: Column, total: float) -> str:
    return f"{in_yuan(int(total)) / _YUAN_PER_WAN:g} 万元" if column.kind.editor == "amount" else f"{total:g}"


def _title(column: Column) -> str:
    return column.title.replace("\n", "")
