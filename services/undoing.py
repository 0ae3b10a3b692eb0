"""Taking operations back, reading the history, proving that it is whole.

An undo is a new operation that reverses the rows of an old one; a redo is the
undo of an undo. Nothing is ever erased. If a row has changed since, the undo
is refused and names that row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Table, select
from sqlalchemy.orm import Session

from models import Base, Operation, RowChange
from models.base import Moment
from services import history
from services.errors import HistoryBroken, NothingToUndo, UndoConflict
from services.progress import Progress, silent
from services.words import field_name, row_name, table_name

_HORIZON = 2000
_FROZEN = frozenset({"package", "system"})  # a version that was handed in stays; what the program set up is not the user's to take back
_OWN = frozenset({"revision", "updated_at"})
_DERIVED = frozenset({"name_key", "search_text"})


@dataclass(frozen=True)
class Entry:
    """One operation as the history page shows it.

    Attributes:
        state: "", "已撤销", or "撤销" for an undo itself.
        undoable: Whether undo may be asked for.
    """

    id: int
    at: datetime
    operator: str
    label: str
    kind: str
    rows: int
    state: str
    undoable: bool
    hash: str


@dataclass(frozen=True)
class Verdict:
    """Outcome of a verification.

    Attributes:
        operations: How many operations were checked.
        rows: How many row changes were checked.
        head: Hash of the last operation.
    """

    operations: int
    rows: int
    head: str


def head(session: Session) -> str:
    """Return the hash of the last operation."""
    return session.scalar(select(Operation.hash).order_by(Operation.id.desc()).limit(1)) or history.GENESIS


def entries(session: Session, *, limit: int = 200) -> list[Entry]:
    """Return the newest operations, newest first."""
    dead, operations = _effects(session)
    found: list[Entry] = []
    for operation in operations[:limit]:
        undone = operation.id in dead
        state = "撤销" if operation.undoes is not None and not undone else "已撤销" if undone else ""
        undoable = bool(operation.rows) and operation.undoes is None and not undone and operation.kind not in _FROZEN
        found.append(
            Entry(
                operation.id,
                operation.at,
                operation.operator,
                operation.label,
                operation.kind,
                operation.rows,
                state,
                undoable,
                operation.hash,
            )
        )
    return found


def next_undo(session: Session) -> Entry | None:
    """Return the operation that Ctrl+Z would take back."""
    return next((entry for entry in entries(session, limit=_HORIZON) if entry.undoable), None)


def next_redo(session: Session) -> Entry | None:
    """Return the undo that Ctrl+Y takes back; a new change ends the redos."""
    dead, operations = _effects(session)
    by_id = {operation.id: operation for operation in operations}
    for operation in operations:
        if not operation.rows or operation.id in dead:
            continue
        if operation.undoes is None:
            return None
        target = by_id.get(operation.undoes)
        if target is not None and target.undoes is None:
            label = target.label
            return Entry(
                operation.id, operation.at, operation.operator, label, operation.kind, operation.rows, "撤销", True, operation.hash
            )
    return None


def undo(session: Session, *, operation_id: int | None = None, progress: Progress = silent) -> Entry:
    """Reverse an operation; the newest one that stands if none is named.

    Returns:
        The operation that was taken back.

    Raises:
        NothingToUndo: There is none, or it has no rows or was taken back already.
        UndoConflict: A row has changed since; nothing was changed.
    """
    listed = entries(session, limit=_HORIZON)
    found = next((e for e in listed if e.undoable and operation_id in (None, e.id)), None)
    if found is None:
        raise NothingToUndo(verb="撤销")
    _reverse(session, found, kind="undo", label=f"撤销：{found.label}", progress=progress)
    return found


def redo(session: Session, *, progress: Progress = silent) -> Entry:
    """Do again what was last taken back.

    Raises:
        NothingToUndo: Nothing was taken back, or something new was done since.
        UndoConflict: A row has changed since; nothing was changed.
    """
    found = next_redo(session)
    if found is None:
        raise NothingToUndo(verb="重做")
    _reverse(session, found, kind="redo", label=f"重做：{found.label}", progress=progress)
    return found


def of_record(session: Session, *, table: str, record_id: int) -> list[tuple[datetime, str, str, str]]:
    """Return the history of one row, newest first: when, who, what, which fields."""
    query = (
        select(Operation.at, Operation.operator, Operation.label, RowChange.before, RowChange.after)
        .join(RowChange, RowChange.operation_id == Operation.id)
        .where(RowChange.table_name == table, RowChange.row_id == record_id)
        .order_by(RowChange.id.desc())
    )
    return [(at, operator, label, _difference(table, before, after)) for at, operator, label, before, after in session.execute(query)]


def verify(session: Session, *, progress: Progress = silent) -> Verdict:
    """Recompute the chain and compare every live row with its history.

    Raises:
        HistoryBroken: Names the first operation that does not agree.
    """
    try:
        return _verified(session, progress)
    except (ValueError, KeyError, TypeError) as err:  # a flipped bit turns JSON and dates into something else
        raise HistoryBroken(number="？", why="有内容读不出来") from err


def _effects(session: Session) -> tuple[set[int], list[Operation]]:
    operations = list(session.scalars(select(Operation).order_by(Operation.id.desc()).limit(_HORIZON)))
    dead: set[int] = set()
    by_id = {operation.id: operation for operation in operations}
    for operation in reversed(operations):
        if operation.undoes is None:
            continue
        dead.add(operation.undoes)
        target = by_id.get(operation.undoes)
        if target is not None and target.undoes is not None:
            dead.discard(target.undoes)
            dead.add(operation.id)  # a redo has no life of its own: what it did again is what can be undone
    return dead, operations


def _verified(session: Session, progress: Progress) -> Verdict:
    previous, count, rows, expected = history.GENESIS, 0, 0, 1
    states: dict[tuple[str, int], dict[str, Any] | None] = {}
    last_of: dict[tuple[str, int], int] = {}
    changes = _changes_in_order(session)
    pending = next(changes, None)
    for operation in session.scalars(select(Operation).order_by(Operation.id)).yield_per(500):
        if operation.id != expected:
            raise HistoryBroken(number=expected, why="缺少一条操作")
        digest, own = hashlib.sha256(), 0
        while pending is not None and pending.operation_id == operation.id:
            history.feed(digest, {k: getattr(pending, k) for k in ("table_name", "row_id", "row_uid", "before", "after")})
            key = (pending.table_name, pending.row_id)
            states[key] = _fold(states.get(key), pending.before, pending.after)
            last_of[key] = operation.id
            own += 1
            pending = next(changes, None)
        facts = {c.key: getattr(operation, c.key) for c in Operation.__table__.columns if c.key != "hash"}
        if own != operation.rows or history.link(previous, facts, digest.hexdigest()) != operation.hash:
            raise HistoryBroken(number=operation.id, why="内容与当时的校验值不符")
        previous, count, rows, expected = operation.hash, count + 1, rows + own, expected + 1
        progress(count)
    if pending is not None:
        raise HistoryBroken(number=pending.operation_id, why="有改动找不到所属的操作")
    _compare_live(session, states, last_of)
    return Verdict(operations=count, rows=rows, head=previous)


def _reverse(session: Session, entry: Entry, *, kind: str, label: str, progress: Progress) -> None:
    changes = list(session.scalars(select(RowChange).where(RowChange.operation_id == entry.id).order_by(RowChange.id.desc())))
    present = _present(session, changes)
    wanted: dict[tuple[str, int], dict[str, Any] | None] = dict(present)
    for number, change in enumerate(changes):
        if number % 500 == 0:
            progress(number, len(changes), label)
        key = (change.table_name, change.row_id)
        table = Base.metadata.tables[change.table_name]
        before, after = _values(table, change.before), _values(table, change.after)
        _require_unchanged(entry, change.table_name, wanted[key], before, after)
        if before is None:
            wanted[key] = None
        elif after is None:
            wanted[key] = before
        else:
            wanted[key] = {**(wanted[key] or {}), **before}
    recorder = history.recorder_of(session)
    recorder.kind, recorder.undoes, recorder.label = kind, entry.id, label
    sqlite = session.get_bind().dialect.name == "sqlite"
    if sqlite:
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    history.apply_changes(session, {key: (present[key], target) for key, target in wanted.items()})
    if sqlite:
        _require_no_orphans(session, entry, present)


def _present(session: Session, changes: list[RowChange]) -> dict[tuple[str, int], dict[str, Any] | None]:
    ids: dict[str, set[int]] = {}
    for change in changes:
        ids.setdefault(change.table_name, set()).add(change.row_id)
    present: dict[tuple[str, int], dict[str, Any] | None] = {}
    for name, numbers in ids.items():
        rows = history.table_row(session, Base.metadata.tables[name], sorted(numbers))
        present.update({(name, number): rows.get(number) for number in numbers})
    return present


def _require_unchanged(
    entry: Entry, table: str, present: dict[str, Any] | None, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> None:
    if after is None:
        if present is None:
            return
        raise UndoConflict(label=entry.label, row=row_name(table, present), changed="又建了同一条")
    if present is None:
        raise UndoConflict(label=entry.label, row=row_name(table, after | (before or {})), changed="已删除")
    changed = [key for key, value in after.items() if key not in _OWN and present[key] != value]
    if changed:
        raise UndoConflict(label=entry.label, row=row_name(table, present), changed="、".join(field_name(table, key) for key in changed))


def _require_no_orphans(session: Session, entry: Entry, present: dict[tuple[str, int], dict[str, Any] | None]) -> None:
    connection = session.connection()
    for name in sorted(history.TRACKED):  # row_change is left out: its operation is written when the write is sealed
        orphan = connection.exec_driver_sql(f'PRAGMA foreign_key_check("{name}")').first()
        if orphan is not None:
            break
    if orphan is not None:
        used = next((row_name(table, row) for (table, _id), row in present.items() if table == orphan[2] and row), table_name(orphan[2]))
        raise UndoConflict(label=entry.label, row=used, changed=f"后来的{table_name(orphan[0])}用到了它们")


def _values(table: Table, text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    values: dict[str, Any] = json.loads(text)
    for key, value in values.items():
        if value is not None and key in table.columns:
            kind = table.columns[key].type
            if isinstance(kind, Moment):
                values[key] = datetime.fromisoformat(value)
            elif isinstance(kind, Date):
                values[key] = date.fromisoformat(value)
    return values


def _changes_in_order(session: Session) -> Iterator[RowChange]:
    yield from session.scalars(select(RowChange).order_by(RowChange.operation_id, RowChange.id)).yield_per(2000)


def _fold(state: dict[str, Any] | None, before: str | None, after: str | None) -> dict[str, Any] | None:
    if after is None:
        return None
    new: dict[str, Any] = json.loads(after)
    return new if before is None else {**(state or {}), **new}


def _compare_live(session: Session, states: dict[tuple[str, int], dict[str, Any] | None], last_of: dict[tuple[str, int], int]) -> None:
    live: set[tuple[str, int]] = set()
    broken: list[tuple[int, str]] = []
    for name in sorted(history.TRACKED):
        table = Base.metadata.tables[name]
        for row in session.execute(select(table).execution_options(yield_per=2000)).mappings():
            key = (name, row["id"])
            live.add(key)
            state = states.get(key)
            if state is None or json.loads(history.canonical(dict(row))) != state:
                broken.append((last_of.get(key, 0), f"{row_name(name, dict(row))} 现在的内容与记录不同"))
    for key, state in states.items():
        if state is not None and key not in live:
            broken.append((last_of[key], f"{row_name(key[0], state)} 不见了，没有删除的记录"))
    if broken:
        number, why = min(broken)
        raise HistoryBroken(number=number, why=why)


def _difference(table: str, before: str | None, after: str | None) -> str:
    if before is None:
        return "新建"
    if after is None:
        return "删除"
    old, new = json.loads(before), json.loads(after)
    if "deleted_at" in new:
        return "移入回收站" if new["deleted_at"] else "从回收站恢复"
    named = ((field_name(table, key), old.get(key), value) for key, value in new.items() if key not in _OWN | _DERIVED)
    return "；".join(f"{name}：{_short(was)} → {_short(present)}" for name, was, present in named)


def _short(value: object) -> str:
    if value is None or value == "":
        return "空"
    text = "、".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"
