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

from sqlalchemy import Date, Table, func, select
from sqlalchemy.orm import Session, aliased

from models import Base, Operation, RowChange
from models.base import Moment
from services import history
from services.errors import HistoryBroken, Missing, NothingToUndo, UndoConflict
from services.progress import Progress, silent
from services.words import field_name, row_name, table_name

_FED = ("table_name", "row_id", "row_uid", "before", "after")
_UNREAD = 16  # changes of a row that are kept as text
_HORIZON = 2000
_FROZEN = {
    "package": "报送过的版本要留底，不能撤销",
    "system": "这是程序自己做的准备，不能撤销",
    "purge": "已经从回收站彻底删除，不能撤销",
}
_OWN = frozenset({"revision", "updated_at"})
_States = dict[tuple[str, int], dict[str, Any] | None]
_PROVED = 1000  # row changes up to which a look at one operation proves beforehand that it can be taken back


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
class Ways:
    """What can be done with one operation; "" where it can, else why not.

    Attributes:
        undo: Why it cannot be taken back.
        redo: Why it cannot be done again.
    """

    undo: str
    redo: str


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
    found = next_undo(session) if operation_id is None else _standing(session, operation_id)
    if found is None:
        raise NothingToUndo(verb="撤销")
    _reverse(session, found, kind="undo", label=f"撤销：{found.label}", progress=progress)
    return found


def redo(session: Session, *, operation_id: int | None = None, progress: Progress = silent) -> Entry:
    """Do again what was taken back: last, or the operation that is named.

    Raises:
        NothingToUndo: Nothing was taken back, or something new was done since.
        UndoConflict: A row has changed since; nothing was changed.
    """
    found = next_redo(session) if operation_id is None else _taken_back(session, operation_id)
    if found is None:
        raise NothingToUndo(verb="重做")
    _reverse(session, found, kind="redo", label=f"重做：{found.label}", progress=progress)
    return found


def taken_back_by(session: Session, operation_id: int) -> int | None:
    """Return the undo that holds an operation back now; None if it stands."""
    again = aliased(Operation)
    # what takes an operation back comes after it: only the newer ones are looked at
    done_again = select(again.id).where(again.undoes == Operation.id, again.id > Operation.id).exists()
    newer = select(func.max(Operation.id)).where(Operation.id > operation_id, Operation.undoes == operation_id, ~done_again)
    return session.scalar(newer)


def ways(session: Session, *, operation_id: int) -> Ways:
    """Say what can be done with an operation, and why not what cannot.

    An operation of many rows is not proved beforehand: the undo itself says
    which row stands in its way.

    Raises:
        Missing: There is no such operation.
    """
    operation = session.get(Operation, operation_id)
    if operation is None:
        raise Missing(what="操作", name=f"第{operation_id}步")
    standing, taken_back = _standing(session, operation_id), _taken_back(session, operation_id)
    undo_why = _conflict(session, standing) if standing else why_not(session, operation)
    redo_why = _conflict(session, taken_back) if taken_back else "这一步没有被撤销"
    return Ways(undo_why, redo_why)


def why_not(session: Session, operation: Operation) -> str:
    """Return why an operation is not one to take back at all; "" if it may be tried."""
    if operation.undoes is not None:
        return "这一步本身就是撤销或重做，请到它所指的那一步上操作"
    if operation.kind in _FROZEN:
        return _FROZEN[operation.kind]
    if not operation.rows:
        return "这一步没有改动数据"
    held = taken_back_by(session, operation.id)
    return f"已由第 {held} 步撤销" if held is not None else ""


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
    told: dict[tuple[str, int], list[str]] = {}
    last_of: dict[tuple[str, int], int] = {}
    changes = _changes_in_order(session)
    pending = next(changes, None)
    for operation in session.scalars(select(Operation).order_by(Operation.id)).yield_per(500):
        if operation.id != expected:
            raise HistoryBroken(number=expected, why="缺少一条操作")
        digest, own = hashlib.sha256(), 0
        while pending is not None and pending.operation_id == operation.id:
            history.feed(digest, {key: getattr(pending, key) for key in _FED})
            key = (pending.table_name, pending.row_id)
            told[key] = _told(told.get(key, []), pending.before, pending.after)
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
    _compare_live(session, told, last_of)
    return Verdict(operations=count, rows=rows, head=previous)


def _standing(session: Session, operation_id: int) -> Entry | None:
    operation = session.get(Operation, operation_id)
    return None if operation is None or why_not(session, operation) else _entry(operation, operation.label)


def _taken_back(session: Session, operation_id: int) -> Entry | None:
    """Return the undo that keeps an operation from standing, labelled as what it took back."""
    operation, held = session.get(Operation, operation_id), taken_back_by(session, operation_id)
    undone = session.get(Operation, held) if held is not None else None
    return _entry(undone, operation.label) if operation is not None and operation.undoes is None and undone is not None else None


def _conflict(session: Session, entry: Entry) -> str:
    if entry.rows > _PROVED:
        return ""
    try:
        _targets(session, entry, entry.label, silent)
    except UndoConflict as problem:
        return f"{problem.fields['row']} 在这之后又改过（{problem.fields['changed']}），先撤销之后的改动"
    return ""


def _entry(operation: Operation, label: str) -> Entry:
    return Entry(operation.id, operation.at, operation.operator, label, operation.kind, operation.rows, "", True, operation.hash)


def _reverse(session: Session, entry: Entry, *, kind: str, label: str, progress: Progress) -> None:
    present, wanted = _targets(session, entry, label, progress)
    recorder = history.recorder_of(session)
    recorder.kind, recorder.undoes, recorder.label = kind, entry.id, label
    sqlite = session.get_bind().dialect.name == "sqlite"
    if sqlite:
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    history.apply_changes(session, {key: (present[key], target) for key, target in wanted.items()})
    if sqlite:
        _require_no_orphans(session, entry, present)


def _targets(session: Session, entry: Entry, label: str, progress: Progress) -> tuple[_States, _States]:
    """Return the rows of an operation as they are and as they were before it.

    Raises:
        UndoConflict: A row has changed since.
    """
    changes = list(session.scalars(select(RowChange).where(RowChange.operation_id == entry.id).order_by(RowChange.id.desc())))
    present = _present(session, changes)
    wanted: _States = dict(present)
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
    return present, wanted


def _present(session: Session, changes: list[RowChange]) -> _States:
    ids: dict[str, set[int]] = {}
    for change in changes:
        ids.setdefault(change.table_name, set()).add(change.row_id)
    present: _States = {}
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


def _changes_in_order(session: Session) -> Iterator[Any]:
    """Yield the changes as bare rows: there is one for each cell ever mended."""
    columns = [getattr(RowChange, key) for key in ("operation_id", *_FED)]
    yield from session.execute(select(*columns).order_by(RowChange.operation_id, RowChange.id).execution_options(yield_per=500))


def _told(before_it: list[str], before: str | None, after: str | None) -> list[str]:
    """Return what the history says of a row, as it was written: nothing of one that is gone.

    Most rows are never changed, and a text takes a third of the room of what is read from it.
    """
    if after is None:
        return []
    if before is None or not before_it:
        return [after]
    listed = [*before_it, after]
    return listed if len(listed) < _UNREAD else [json.dumps(_folded(listed), ensure_ascii=False)]


def _folded(told: list[str]) -> dict[str, Any]:
    state: dict[str, Any] = {}
    for text in told:
        state.update(json.loads(text))
    return state


def _as_known(row: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
    """Leave out empty columns that came later than the row: unknown to its history."""
    return {key: value for key, value in row.items() if value is not None or key in state}


def _compare_live(session: Session, told: dict[tuple[str, int], list[str]], last_of: dict[tuple[str, int], int]) -> None:
    live: set[tuple[str, int]] = set()
    broken: list[tuple[int, str]] = []
    for name in sorted(history.TRACKED):
        table = Base.metadata.tables[name]
        for row in session.execute(select(table).execution_options(yield_per=2000)).mappings():
            key = (name, row["id"])
            live.add(key)
            state = _folded(told.get(key, []))
            if not state or json.loads(history.canonical(_as_known(dict(row), state))) != state:
                broken.append((last_of.get(key, 0), f"{row_name(name, dict(row))} 现在的内容与记录不同"))
    for key, texts in told.items():
        if texts and key not in live:
            broken.append((last_of[key], f"{row_name(key[0], _folded(texts))} 不见了，没有删除的记录"))
    if broken:
        number, why = min(broken)
        raise HistoryBroken(number=number, why=why)
