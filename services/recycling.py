"""The bin of a register: what lies in it, how it comes back or goes.

A record goes to the bin together with what hangs on it (a group with its
memberships, a case with its findings). It comes back with exactly what went
with it: the rows that the same operation put there and that refer to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Mapper, Session

from models import Base, RowChange
from models.base import Record
from models.forms import Row
from services import history
from services.errors import Missing, Refused
from services.words import table_name

KEPT_FOR = timedelta(days=90)
PURGE = "purge"
AT_ONCE = 5_000  # of one table; the rest goes the next time
# Rows that are nothing without another, and by which column: they go for good when it does.
PARTS = {
    "attendance": ("inspection_id",),
    "recording": ("inspection_id",),
    "evidence": ("inspection_id", "finding_id", "case_id"),
    "rectification_step": ("finding_id",),
    "case_finding": ("case_id",),
    "case_party": ("case_id",),
    "case_amount": ("party_id",),
    "group_member": ("group_id",),
    "nomination_event": ("secondment_id",),
}


class OwnerInBin(Refused):
    """What a record hangs on lies in the bin itself."""

    code = "owner_in_bin"
    template = "它所属的{what}还在回收站里，没有恢复。"
    mend = "先恢复那一条，再恢复这一条。"


def restore(
    session: Session,
    *,
    table: str,
    record_ids: Sequence[int],
    load: Callable[..., Row] | None = None,
    save: Callable[..., int] | None = None,
) -> int:
    """Bring records back from the bin, with what went there along with them.

    A record that comes back is saved once more as it is, so that everything
    its noun refuses to save is refused here too.

    Args:
        session: Session of a write.
        table: Table of the records.
        record_ids: Which; those that live already are left alone.
        load: Service of the noun that gives a row by `record_id`; None saves nothing.
        save: Service of the noun that takes a row.

    Returns:
        How many of the named records came back.

    Raises:
        Missing: One of them is not there, neither alive nor in the bin.
        OwnerInBin: What one of them hangs on is in the bin.
        Problem: Whatever `save` raises; nothing comes back then.
    """
    entity = _entity(table)
    back: list[Any] = []
    for record_id in record_ids:
        record = session.get(entity, record_id)
        if record is None:
            raise Missing(what=table_name(table), name=record_id)
        if record.deleted_at is None:
            continue
        for part in [record, *_companions(session, table, record_id)]:
            part.deleted_at = None
        back.append(record)
    session.flush()
    for record in back:
        _require_owners(session, record)
        if load is not None and save is not None:
            row = load(session, record_id=record.id)
            save(session, campaign_id=getattr(record, "campaign_id", None), row=row, record_id=record.id)
    session.flush()
    return len(back)


def old(session: Session, *, before: datetime) -> dict[str, int]:
    """Return by table how many rows lie in the bin since before a moment.

    A row stays as long as anything that stays refers to it.
    """
    return {name: len(ids) for name, ids in _purgeable(session, before).items()}


def purge(session: Session, *, before: datetime) -> int:
    """Delete for good what lies in the bin since before a moment; there is no undo.

    The history keeps that it was done and what the rows held: it is never
    rewritten. Kept files stay too; other records may show the same.

    Args:
        session: Session of a write.
        before: Only what went to the bin earlier.

    Returns:
        How many rows went.
    """
    gone = 0
    for name, ids in _purgeable(session, before).items():
        rows = history.table_row(session, Base.metadata.tables[name], ids)
        history.apply_changes(session, {(name, row_id): (row, None) for row_id, row in rows.items()})
        gone += len(rows)
    if gone:
        history.describe(session, kind=PURGE)
    return gone


def _purgeable(session: Session, before: datetime) -> dict[str, list[int]]:
    """Return old rows of the bin with their parts, by table, children first."""
    tables = [table for table in Base.metadata.sorted_tables if "deleted_at" in table.c and "uid" in table.c]
    doomed: dict[str, set[int]] = {}
    for table in tables:  # owners first, so that their parts follow them
        gone = select(table.c.id).where(table.c.deleted_at.is_not(None), table.c.deleted_at < before).order_by(table.c.id).limit(AT_ONCE)
        doomed[table.name] = set(session.scalars(gone)) | _parts(session, table, doomed)
    while True:
        kept = {table.name: _still_needed(session, table, doomed) for table in tables if doomed[table.name]}
        for name, ids in kept.items():
            doomed[name] -= ids
        if not any(kept.values()):
            break
    return {table.name: sorted(doomed[table.name]) for table in reversed(tables) if doomed[table.name]}


def _parts(session: Session, table: Table, doomed: Mapping[str, set[int]]) -> set[int]:
    found: set[int] = set()
    for key in PARTS.get(table.name, ()):
        owners = doomed[_owner(table, key).name]
        found |= set(session.scalars(select(table.c.id).where(table.c[key].in_(owners)))) if owners else set()
    return found


def _still_needed(session: Session, table: Table, doomed: Mapping[str, set[int]]) -> set[int]:
    """Return rows that something refers to which stays, and living parts of an owner that stays."""
    ids = doomed[table.name]
    needed: set[int] = set()
    for child, link in _links_to(table):
        pairs = session.execute(select(child.c.id, link).where(link.in_(ids)))
        needed |= {owner for number, owner in pairs if number not in doomed.get(child.name, set())}
    for key in PARTS.get(table.name, ()):
        living = select(table.c.id, table.c[key]).where(table.c.id.in_(ids), table.c.deleted_at.is_(None), table.c[key].is_not(None))
        needed |= {number for number, owner in session.execute(living) if owner not in doomed[_owner(table, key).name]}
    return needed


def _owner(table: Table, key: str) -> Table:
    return next(iter(table.c[key].foreign_keys)).column.table


def _links_to(table: Table) -> list[tuple[Table, Any]]:
    everywhere = Base.metadata.tables.values()
    return [(child, column) for child in everywhere for column in child.columns if column.references(table.c.id)]


def _require_owners(session: Session, record: Any) -> None:
    table = record.__table__
    for column in table.columns:
        for key in column.foreign_keys:
            owner, value = key.column.table, getattr(record, column.key)
            if value is None or "deleted_at" not in owner.c:
                continue
            if session.scalar(select(owner.c.deleted_at).where(owner.c.id == value)) is not None:
                raise OwnerInBin(what=table_name(owner.name))


def _companions(session: Session, table: str, record_id: int) -> list[Any]:
    """Return the rows that the last operation on a record put into the bin with it."""
    own = select(func.max(RowChange.operation_id)).where(RowChange.table_name == table, RowChange.row_id == record_id)
    touched = select(RowChange.table_name, RowChange.row_id).where(RowChange.operation_id == own.scalar_subquery())
    found: list[Any] = []
    for name, row_id in session.execute(touched):
        links = [column for column in Base.metadata.tables[name].columns if column.references(_id_of(table))]
        if not links:
            continue
        row = session.get(_entity(name), row_id)
        if row is not None and row.deleted_at is not None and any(getattr(row, link.key) == record_id for link in links):
            found.append(row)
    return found


def _id_of(table: str) -> Any:
    return Base.metadata.tables[table].columns["id"]


def _entity(table: str) -> type[Any]:
    mappers: list[Mapper[Any]] = [mapper for mapper in Base.registry.mappers if issubclass(mapper.class_, Record)]
    return next(mapper.class_ for mapper in mappers if isinstance(mapper.local_table, Table) and mapper.local_table.name == table)
