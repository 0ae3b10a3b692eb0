"""Rows for tables on screen: ids first, then pages of a hundred by id.

A `Listing` names one query over the data; sorting and filtering are always
SQL with `id` as the last key, so that a million rows scroll like a hundred.
The columns of the query stand in the order of the form.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Subquery, func, or_, select
from sqlalchemy.orm import Session

from models.forms import Form

_BATCH = 500


@dataclass(frozen=True)
class Listing:
    """One table on screen.

    Attributes:
        form: Its columns, in order.
        select: Campaign id → query with "id" and one column labelled by each form key.
        search: Keys that the find box looks through.
        default_sort: Key; "-" before it turns the order round.
        tables: Tables whose changes make it stale.
        table: Table that its ids belong to, for the history of a record.
    """

    form: Form
    select: Callable[[int | None], Select[Any]]
    search: tuple[str, ...]
    default_sort: str
    tables: frozenset[str]
    table: str


def ids(
    session: Session,
    listing: Listing,
    *,
    scope: int | None,
    text: str = "",
    filters: Mapping[str, object] | None = None,
    sort: str | None = None,
) -> array[int]:
    """Return the ids of all rows that match, in order.

    Args:
        session: Session of a read.
        listing: Which table.
        scope: Campaign id; None where rows belong to no campaign.
        text: Find box; every word must occur somewhere.
        filters: Exact values by key; a tuple means any of them.
        sort: Key, "-" for descending; None takes the default.
    """
    rows, query = _narrowed(listing, scope, text, filters)
    return array("q", session.scalars(_ordered(query.with_only_columns(rows.c.id), rows, listing, sort)))


def head(
    session: Session,
    listing: Listing,
    *,
    scope: int | None,
    text: str = "",
    filters: Mapping[str, object] | None = None,
    sort: str | None = None,
    limit: int = 100,
) -> list[tuple[int, tuple[object, ...]]]:
    """Return the first rows as (id, values in form order); arguments as `ids`."""
    rows, query = _narrowed(listing, scope, text, filters)
    columns = [rows.c.id, *(rows.c[key] for key in listing.form.keys)]
    found = session.execute(_ordered(query.with_only_columns(*columns), rows, listing, sort).limit(limit))
    return [(row[0], tuple(row[1:])) for row in found]


def rows(session: Session, listing: Listing, wanted: Sequence[int], *, scope: int | None) -> dict[int, tuple[object, ...]]:
    """Return the values of these rows by id; ids that are gone are left out."""
    found: dict[int, tuple[object, ...]] = {}
    for start in range(0, len(wanted), _BATCH):
        table = listing.select(scope).subquery()
        columns = [table.c.id, *(table.c[key] for key in listing.form.keys)]
        for row in session.execute(select(*columns).where(table.c.id.in_(list(wanted[start : start + _BATCH])))):
            found[row[0]] = tuple(row[1:])
    return found


def count(session: Session, listing: Listing, *, scope: int | None, filters: Mapping[str, object] | None = None) -> int:
    """Return how many rows match."""
    _table, query = _narrowed(listing, scope, "", filters)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _narrowed(listing: Listing, scope: int | None, text: str, filters: Mapping[str, object] | None) -> tuple[Subquery, Select[Any]]:
    table = listing.select(scope).subquery()
    query: Select[Any] = select(table.c.id)
    for word in text.split():
        pattern = f"%{_escaped(word)}%"
        query = query.where(or_(*(table.c[key].ilike(pattern, escape="\\") for key in listing.search)))
    for key, value in (filters or {}).items():
        column = table.c[key]
        query = query.where(column.in_(value) if isinstance(value, tuple) else column.is_(None) if value is None else column == value)
    return table, query


def _ordered(query: Select[Any], table: Subquery, listing: Listing, sort: str | None) -> Select[Any]:
    key = sort or listing.default_sort
    column = table.c[key.removeprefix("-")]
    return query.order_by(column.desc() if key.startswith("-") else column.asc(), table.c.id)


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
