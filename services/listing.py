"""Rows for tables on screen: ids first, then pages of a hundred by id.

A `Listing` names one query over the data; sorting and filtering are always
SQL with `id` as the last key, so that a million rows scroll like a hundred.
The columns of the query stand in the order of the form. The same query turned
round (`binned`) gives the rows that lie in the bin.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, BinaryExpression, ColumnElement, Integer, Null, Select, String, Subquery, column, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op, is_
from sqlalchemy.sql.visitors import replacement_traverse

from models.base import Base
from models.forms import Form
from services.conditions import clause, containing

_BATCH = 500
_FEW = 200
_LIVING = ("campaign_id", "deleted_at")


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
        binned: The rows that lie in the bin instead of the living ones.
        select_sorted: The same rows as `select`, in a query that has them in the default order
            by an index; None where `select` has that itself.
        ties: Columns of `select_sorted` by which rows of one default value follow each other,
            before their ids: what the index has in order need not be sorted.
    """

    form: Form
    select: Callable[[int | None], Select[Any]]
    search: tuple[str, ...]
    default_sort: str
    tables: frozenset[str]
    table: str
    binned: bool = False
    select_sorted: Callable[[int | None], Select[Any]] | None = None
    ties: tuple[str, ...] = ()

    @property
    def bin(self) -> Listing:
        """The same table as it lies in the bin."""
        return replace(self, binned=True)


@dataclass(frozen=True)
class Total:
    """What a selection holds in one column: filled cells, and their sum."""

    filled: int
    sum: int | None = None


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
        filters: By key: a value, a tuple for any of them, or a `conditions.Condition`.
        sort: Key, "-" for descending; None takes the default.
    """
    rows, query = _narrowed(listing, scope, text, filters, sort=sort or listing.default_sort)
    ordered = _ordered(query.with_only_columns(rows.c.id), rows, listing, sort)
    session.flush()  # a bare connection does not: what was changed in this session counts as well
    found = session.connection().execute(ordered)
    # straight from the driver: a row object for each of a million ids takes longer than the query
    driver: Any = found.cursor
    listed = array("q", map(itemgetter(0), driver))
    found.close()
    return listed


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
    """Return the first rows as (id, values in form order); arguments as `ids`.

    The order is found by ids alone: what a row is joined from is read for these few only.
    """
    table, query = _narrowed(listing, scope, text, filters, sort=sort or listing.default_sort)
    first = list(session.scalars(_ordered(query.with_only_columns(table.c.id), table, listing, sort).limit(limit)))
    values = rows(session, listing, first, scope=scope)
    return [(number, values[number]) for number in first]


def rows(session: Session, listing: Listing, wanted: Sequence[int], *, scope: int | None) -> dict[int, tuple[object, ...]]:
    """Return the values of these rows by id; ids that are gone are left out."""
    found: dict[int, tuple[object, ...]] = {}
    table = _table(listing, scope, by_id=True)
    for start in range(0, len(wanted), _BATCH):
        columns = [table.c.id, *(table.c[key] for key in listing.form.keys)]
        for row in session.execute(select(*columns).where(table.c.id.in_(list(wanted[start : start + _BATCH])))):
            found[row[0]] = tuple(row[1:])
    return found


def count(session: Session, listing: Listing, *, scope: int | None, text: str = "", filters: Mapping[str, object] | None = None) -> int:
    """Return how many rows match."""
    _table, query = _narrowed(listing, scope, text, filters)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def values(
    session: Session,
    listing: Listing,
    key: str,
    *,
    scope: int | None,
    text: str = "",
    filters: Mapping[str, object] | None = None,
    limit: int = _FEW,
) -> list[tuple[object, int]] | None:
    """Return the values of a column with how often each occurs, most frequent first.

    The column's own filter is left out, the others stay in force. A list (tags,
    towns) counts each of its members.

    Returns:
        The values, None among them for empty cells; None if there are more than `limit`.
    """
    others = {other: value for other, value in (filters or {}).items() if other != key}
    rows, query = _narrowed(listing, scope, text, others)
    cell: ColumnElement[Any] = rows.c[key]
    if isinstance(cell.type, JSON):
        members = func.json_each(cell).table_valued(column("value", String))
        query, cell = query.outerjoin(members, members.c.value.is_not(None)), members.c.value
    elif isinstance(cell.type, String):
        cell = func.nullif(cell, "")
    counted = func.count()
    listed = query.with_only_columns(cell, counted).group_by(cell).order_by(counted.desc(), cell).limit(limit + 1)
    found = [(row[0], int(row[1])) for row in session.execute(listed)]
    return None if len(found) > limit else found


def totals(
    session: Session,
    listing: Listing,
    keys: Sequence[str],
    *,
    scope: int | None,
    wanted: Sequence[int] | None = None,
    text: str = "",
    filters: Mapping[str, object] | None = None,
) -> dict[str, Total]:
    """Return what the cells of some columns hold together.

    Args:
        session: Session of a read.
        listing: Which table.
        keys: Columns to be looked at.
        scope: Campaign id.
        wanted: Ids of the rows; None for all that match.
        text: As for `ids`, if `wanted` is None.
        filters: As for `ids`, if `wanted` is None.
    """
    added: dict[str, Total] = dict.fromkeys(keys, Total(0))
    parts: Sequence[Sequence[int] | None] = [None]
    if wanted is not None:
        parts = [wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH)]
    for part in parts:
        rows, query = _narrowed(listing, scope, text if part is None else "", filters if part is None else None)
        if part is not None:
            query = query.where(rows.c.id.in_(list(part)))
        cells = [rows.c[key] for key in keys]
        numeric = [isinstance(cell.type, Integer) for cell in cells]
        sums = [func.sum(cell) for cell, number in zip(cells, numeric, strict=True) if number]
        found = list(session.execute(query.with_only_columns(*(func.count(_filled(cell)) for cell in cells), *sums)).one())
        following = iter(found[len(cells) :])
        for key, filled, number in zip(keys, found, numeric, strict=False):
            more = (next(following) or 0) if number else None
            before = added[key]
            added[key] = Total(before.filled + filled, None if more is None else (before.sum or 0) + int(more))
    return added


def _filled(cell: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.nullif(cell, "") if isinstance(cell.type, String) else cell


def _narrowed(
    listing: Listing, scope: int | None, text: str, filters: Mapping[str, object] | None, *, sort: str = ""
) -> tuple[Subquery, Select[Any]]:
    table = _table(listing, scope, sort)
    query: Select[Any] = select(table.c.id)
    for word in text.split():
        query = query.where(or_(*(containing(table.c[key], word) for key in listing.search)))
    for key, wanted in (filters or {}).items():
        query = query.where(clause(table.c[key], wanted))
    return table, query


def _table(listing: Listing, scope: int | None, sort: str = "", *, by_id: bool = False) -> Subquery:
    as_default = _is_default(listing, sort)
    query = (listing.select_sorted if as_default and listing.select_sorted else listing.select)(scope)
    query = _turned(query, listing.table) if listing.binned else query
    return (_by_key(query, listing.table) if by_id and _walks(listing.table) else query).subquery()


def _is_default(listing: Listing, sort: str) -> bool:
    return sort.removeprefix("-") == listing.default_sort.removeprefix("-")


@cache
def _walks(table: str) -> bool:
    """Tell whether a table has an index of its living rows in some order."""
    listed = Base.metadata.tables[table].indexes if table in Base.metadata.tables else ()
    return any(len(index.columns) > 1 and index.columns[0].name in _LIVING for index in listed)


def _by_key(query: Select[Any], table: str) -> Select[Any]:
    """Return a query whose rows are best found by their keys.

    A plus before a column keeps SQLite from an index over it: by that of the living rows
    it would go through a whole campaign, where a hundred rows are asked for by id.
    """

    def hide(element: Any, **_more: Any) -> Any:
        cell = element.left if isinstance(element, BinaryExpression) else None
        if cell is None or getattr(getattr(cell, "table", None), "name", "") != table or getattr(cell, "name", "") not in _LIVING:
            return None
        return BinaryExpression(UnaryExpression(cell, operator=custom_op("+"), type_=cell.type), element.right, element.operator)

    hidden = replacement_traverse(query, {}, hide)
    assert isinstance(hidden, Select)
    return hidden


def _turned(query: Select[Any], table: str) -> Select[Any]:
    """Return a query over living rows as one over the rows in the bin."""

    def turn(element: Any, **_more: Any) -> Any:
        if not isinstance(element, BinaryExpression) or element.operator is not is_ or not isinstance(element.right, Null):
            return None
        cell = element.left
        own = getattr(cell, "name", "") == "deleted_at" and getattr(getattr(cell, "table", None), "name", "") == table
        return cell.is_not(None) if own else None

    turned = replacement_traverse(query, {}, turn)
    assert isinstance(turned, Select)
    return turned


def _ordered(query: Select[Any], table: Subquery, listing: Listing, sort: str | None) -> Select[Any]:
    key = sort or listing.default_sort
    keys = [key.removeprefix("-"), *(listing.ties if _is_default(listing, key) else ())]
    cells = [table.c[one] for one in keys]
    return query.order_by(*(cell.desc() if key.startswith("-") else cell.asc() for cell in cells), table.c.id)
