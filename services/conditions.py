"""What a column filter may ask, beside exact values: words, gaps, ranges.

A filter is a value per column key: a plain value is met exactly, a tuple by
any of its members (None among them is an empty cell), a `Condition` by its
own rule. All of them end in SQL; nothing is filtered in Python.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import JSON, Column, ColumnElement, Integer, String, and_, cast, exists, false, func, not_, or_, select, true

Bound = date | int | str | None


@dataclass(frozen=True)
class Contains:
    """The text occurs somewhere in the cell."""

    text: str


@dataclass(frozen=True)
class Between:
    """The value lies between two bounds, both included; None leaves a side open."""

    low: Bound = None
    high: Bound = None


@dataclass(frozen=True)
class Filled:
    """The cell holds something, or nothing."""

    filled: bool = True


@dataclass(frozen=True)
class Among:
    """The row is one of those behind a figure.

    Attributes:
        ids: Ids of the rows.
        word: What the figure says, for the chip: 检查企业 41 家.
    """

    ids: tuple[int, ...]
    word: str = ""


Condition = Contains | Between | Filled | Among


def clause(column: ColumnElement[object], wanted: object) -> ColumnElement[bool]:
    """Return the SQL of one filter.

    Args:
        column: Column of the listing's query.
        wanted: A value, a tuple of values, or a `Condition`.
    """
    if isinstance(wanted, Contains):
        return _contains(column, wanted.text)
    if isinstance(wanted, Between):
        low = column >= wanted.low if wanted.low is not None else true()
        return and_(low, column <= wanted.high if wanted.high is not None else true())
    if isinstance(wanted, Filled):
        return is_empty(column) if not wanted.filled else not_(is_empty(column))
    if isinstance(wanted, Among):
        # one parameter, however many rows: a database takes only so many
        listed = func.json_each(json.dumps(wanted.ids)).table_valued(Column("value", Integer))
        return column.in_(select(listed.c.value))
    if isinstance(wanted, tuple):
        if isinstance(column.type, JSON):
            return or_(false(), *(is_empty(column) if one is None else _has(column, one) for one in wanted))
        parts: list[ColumnElement[bool]] = (
            [column.in_([value for value in wanted if value is not None])] if any(v is not None for v in wanted) else []
        )
        parts += [is_empty(column)] if None in wanted else []
        return or_(false(), *parts)
    if wanted is not None and isinstance(column.type, JSON):
        return _has(column, wanted)
    return is_empty(column) if wanted is None else column == wanted


def is_empty(column: ColumnElement[object]) -> ColumnElement[bool]:
    """Return the SQL of an empty cell: no value, no text, an empty list."""
    if isinstance(column.type, JSON):
        return or_(column.is_(None), func.json_array_length(column) == 0)
    return or_(column.is_(None), column == "") if isinstance(column.type, String) else column.is_(None)


def containing(column: ColumnElement[object], word: str) -> ColumnElement[bool]:
    """Return the SQL of a text that occurs somewhere, wildcards taken literally."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.ilike(f"%{escaped}%", escape="\\")


def as_json(filters: Mapping[str, object]) -> dict[str, object]:
    """Return filters as plain values, to be kept with a saved view."""
    return {key: _packed(value) for key, value in filters.items()}


def from_json(kept: Mapping[str, object]) -> dict[str, object]:
    """Return the filters that `as_json` made plain."""
    return {key: _unpacked(value) for key, value in kept.items()}


def _has(column: ColumnElement[object], member: object) -> ColumnElement[bool]:
    members = func.json_each(column).table_valued(Column("value", String))
    return exists(select(1).select_from(members).where(members.c.value == member))


def _contains(column: ColumnElement[object], text: str) -> ColumnElement[bool]:
    if isinstance(column.type, JSON):
        members = func.json_each(column).table_valued(Column("value", String))
        return exists(select(1).select_from(members).where(containing(members.c.value, text)))
    return containing(column if isinstance(column.type, String) else cast(column, String), text)


def _packed(value: object) -> object:
    if isinstance(value, Contains):
        return {"contains": value.text}
    if isinstance(value, Between):
        return {"between": [_packed(value.low), _packed(value.high)]}
    if isinstance(value, Filled):
        return {"filled": value.filled}
    if isinstance(value, Among):
        return {"among": list(value.ids), "word": value.word}
    if isinstance(value, tuple):
        return {"any": [_packed(one) for one in value]}
    return {"day": value.isoformat()} if isinstance(value, date) else value


def _unpacked(value: object) -> object:
    if not isinstance(value, dict):
        return value
    if "contains" in value:
        return Contains(str(value["contains"]))
    if "between" in value:
        low, high = (_unpacked(side) for side in value["between"])
        return Between(low, high)  # type: ignore[arg-type]  # made by `_packed`
    if "filled" in value:
        return Filled(bool(value["filled"]))
    if "among" in value:
        return Among(tuple(int(one) for one in value["among"]), str(value["word"]))
    if "any" in value:
        return tuple(_unpacked(one) for one in value["any"])
    return date.fromisoformat(str(value["day"]))
