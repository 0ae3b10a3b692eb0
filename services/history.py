"""The one record of changes: who did what to which row.

A flush listener writes a `RowChange` for every tracked row in the same
transaction; `seal` closes the `Operation` with a hash over its predecessor,
itself and its changes. Audit trail, undo (`services.undoing`), refresh of
pages and "what changed since" are read from these two tables alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Insert, Select, Table, Update, delete, event, func, insert, inspect, select, update
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction
from sqlalchemy.sql.dml import Delete

from models import Base, Operation, RowChange
from models.base import Moment, new_uid
from services import clock, garbage

GENESIS = "0" * 64
TRACKED: frozenset[str] = frozenset(
    str(mapper.class_.__tablename__) for mapper in Base.registry.mappers if getattr(mapper.class_, "__tracked__", False)
)
_RECORDED = "history_recorded"
_BATCH = 500
_OWN = ("revision", "updated_at")


class UnrecordedChange(RuntimeError):
    """A bulk statement would change tracked rows behind the history's back: a bug."""


@dataclass
class Recorder:
    """Collects the row changes of one operation while its transaction runs.

    Attributes:
        operation_id: Number that the operation will have.
        label: What the user did, in words.
        operator: Who did it.
        kind: See `models.history.Operation`.
        undoes: Operation that this one takes back.
        detail: Facts outside the rows; an operation with detail is kept even without changes.
        rows: Changes so far.
        tables: Tables touched so far.
        touched: Rows touched so far; None where nobody asks (`services.locking`).
    """

    operation_id: int
    label: str
    operator: str
    previous: str
    kind: str = "edit"
    undoes: int | None = None
    detail: dict[str, Any] | None = None
    rows: int = 0
    tables: set[str] = field(default_factory=set)
    digest: Any = field(default_factory=hashlib.sha256)
    touched: set[tuple[str, int]] | None = None

    def change(
        self, table: str, row_id: int, uid: str, before: Mapping[str, object] | None, after: Mapping[str, object] | None
    ) -> dict[str, Any]:
        """Count one row change and return it as a row to insert."""
        row = {
            "operation_id": self.operation_id,
            "table_name": table,
            "row_id": row_id,
            "row_uid": uid,
            "before": None if before is None else canonical(before),
            "after": None if after is None else canonical(after),
        }
        feed(self.digest, row)
        self.rows += 1
        self.tables.add(table)
        if self.touched is not None:
            self.touched.add((table, row_id))
        return row


def canonical(values: Mapping[str, object]) -> str:
    """Return the one JSON text of these values: sorted keys, no blanks."""
    return _encode(values)


def begin(session: Session, *, label: str, operator: str) -> Recorder:
    """Start recording in this session; the store calls it for every write."""
    last = session.execute(select(Operation.id, Operation.hash).order_by(Operation.id.desc()).limit(1)).first()
    recorder = Recorder(operation_id=(last.id + 1) if last else 1, label=label, operator=operator, previous=last.hash if last else GENESIS)
    session.info["recorder"] = recorder
    return recorder


def recorder_of(session: Session) -> Recorder:
    """Return the recorder of the running write.

    Raises:
        UnrecordedChange: The session was not opened by `Store.write`.
    """
    recorder = session.info.get("recorder")
    if not isinstance(recorder, Recorder):
        raise UnrecordedChange("no operation is open: rows change only inside Store.write(label)")
    return recorder


def describe(session: Session, *, kind: str | None = None, label: str | None = None, **detail: object) -> None:
    """Say what kind of operation this is, and facts that are not rows.

    Args:
        session: Session of a write.
        kind: See `models.history.Operation`; None leaves it.
        label: A better label, once counts are known.
        detail: Facts such as the files written.
    """
    recorder = recorder_of(session)
    recorder.kind = kind or recorder.kind
    recorder.label = label or recorder.label
    if detail:
        recorder.detail = {**(recorder.detail or {}), **detail}


def seal(session: Session, *, reason: str = "") -> Recorder:
    """Write the operation with its hash; nothing if nothing happened.

    Args:
        session: Session of a write.
        reason: Why it was done; kept if rows changed.
    """
    session.flush()
    recorder = recorder_of(session)
    if reason and recorder.rows:
        describe(session, reason=reason)
    if recorder.rows or recorder.detail is not None:
        facts: dict[str, Any] = {
            "id": recorder.operation_id,
            "uid": new_uid(),
            "at": clock.now().replace(microsecond=0),
            "operator": recorder.operator,
            "label": recorder.label,
            "kind": recorder.kind,
            "undoes": recorder.undoes,
            "rows": recorder.rows,
            "tables": ",".join(sorted(recorder.tables)),
            "detail": None if recorder.detail is None else canonical(recorder.detail),
        }
        sealed = link(recorder.previous, facts, recorder.digest.hexdigest())
        session.execute(insert(Operation).values(**facts, hash=sealed))
    return recorder


def link(previous: str, facts: Mapping[str, object], changes: str) -> str:
    """Return the hash of an operation.

    Args:
        previous: Hash of the operation before, `GENESIS` for the first.
        facts: All columns of the operation but its hash.
        changes: Digest over its row changes.
    """
    digest = hashlib.sha256()
    for part in (previous, canonical(facts), changes):
        digest.update(_measured(part))
    return digest.hexdigest()


def bulk_insert(session: Session, entity: type[Base], rows: Iterable[Mapping[str, object]]) -> list[int]:
    """Insert many rows at once with their history; return the new ids.

    The way for imports of thousands of rows (the unit of work is thirty times
    slower). Columns not given are None.
    """
    table = entity.__table__
    assert isinstance(table, Table)
    recorder = recorder_of(session)
    session.flush()
    now = clock.now().replace(microsecond=0)
    first = number = _next_id(session, table)
    empty: dict[str, object] = {**dict.fromkeys(table.columns.keys()), "revision": 1, "created_at": now, "updated_at": now}
    said = {"created_at": _plain(now), "updated_at": _plain(now)}
    batch = _Batch(session, table)
    with garbage.held_back():
        for given in rows:
            row = {**empty, **given, "id": number, "uid": new_uid()}
            batch.add(row, recorder.change(table.name, number, str(row["uid"]), None, {**row, **said}))
            number += 1
        batch.flush()
    return list(range(first, number))


def apply_changes(session: Session, wanted: Mapping[tuple[str, int], tuple[dict[str, Any] | None, dict[str, Any] | None]]) -> None:
    """Bring rows from one state to another, recording each.

    Args:
        session: Session of a write; its objects are expired.
        wanted: (table, id) → (state now, state wanted); None is "no such row".
    """
    recorder = recorder_of(session)
    session.flush()
    now = clock.now().replace(microsecond=0)
    changes: list[dict[str, Any]] = []
    inserts: dict[str, list[dict[str, Any]]] = {}
    deletes: dict[str, list[int]] = {}
    for (name, row_id), (present, target) in wanted.items():
        table = Base.metadata.tables[name]
        if present is None and target is not None:
            row = {**target, "revision": int(target.get("revision") or 0) + 1, "updated_at": now}
            inserts.setdefault(name, []).append(row)
            changes.append(recorder.change(name, row_id, row["uid"], None, row))
        elif present is not None and target is None:
            deletes.setdefault(name, []).append(row_id)
            changes.append(recorder.change(name, row_id, present["uid"], present, None))
        elif present is not None and target is not None:
            new = {key: value for key, value in target.items() if key not in _OWN and present[key] != value}
            if new:
                new |= {"revision": present["revision"] + 1, "updated_at": now}
                session.execute(update(table).where(table.c.id == row_id).values(new), execution_options={_RECORDED: True})
                changes.append(recorder.change(name, row_id, present["uid"], {k: present[k] for k in new}, new))
    for name, row_ids in deletes.items():
        table = Base.metadata.tables[name]
        for start in range(0, len(row_ids), _BATCH):
            gone = row_ids[start : start + _BATCH]
            session.execute(delete(table).where(table.c.id.in_(gone)), execution_options={_RECORDED: True})
    for name, rows in inserts.items():
        session.execute(insert(Base.metadata.tables[name]), rows, execution_options={_RECORDED: True})
    if changes:
        session.execute(insert(RowChange), changes)
    session.expire_all()


def listen(session: Session) -> None:
    """Let a session record every change and refuse unrecorded bulk statements."""
    event.listen(session, "before_flush", _stamp)
    event.listen(session, "after_flush", _record)
    event.listen(session, "do_orm_execute", _guard)


def table_row(session: Session, table: Table, row_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return full rows by id, as column name → value."""
    found: dict[int, dict[str, Any]] = {}
    for start in range(0, len(row_ids), _BATCH):
        query: Select[Any] = select(table).where(table.c.id.in_(row_ids[start : start + _BATCH]))
        for row in session.execute(query).mappings():
            found[row["id"]] = dict(row)
    return found


class _Batch:
    """Rows of one table and their changes, inserted some hundred at a time."""

    def __init__(self, session: Session, table: Table) -> None:
        """Prepare both statements."""
        changes = RowChange.__table__
        assert isinstance(changes, Table)
        self._inserts = (
            _Insert(session, table, table.columns.keys()),
            _Insert(session, changes, [column.name for column in changes.columns if column.name != "id"]),
        )

    def add(self, row: Mapping[str, object], change: Mapping[str, object]) -> None:
        """Take one row and its change."""
        for into, values in zip(self._inserts, (row, change), strict=True):
            into.add(values)
        if len(self._inserts[0].waiting) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Insert what waits."""
        for into in self._inserts:
            into.flush()


class _Insert:
    """Inserts plain tuples, each value bound as its column's type says.

    What SQLAlchemy does for every row (a dictionary of parameters, checked and
    put in order) is done here once for all rows.
    """

    def __init__(self, session: Session, table: Table, names: Sequence[str]) -> None:
        """Compile the statement."""
        self.waiting: list[tuple[object, ...]] = []
        self._connection = session.connection()
        dialect = self._connection.dialect
        compiled = insert(table).compile(dialect=dialect, column_keys=names)
        self._statement = str(compiled)
        # a dialect with named parameters wants them by name
        self._names = tuple(compiled.positiontup or names)
        self._positional = compiled.positiontup is not None
        self._pick = itemgetter(*self._names)
        types = [table.columns[name].type.dialect_impl(dialect) for name in self._names]
        processors = [(place, kind, kind.bind_processor(dialect)) for place, kind in enumerate(types)]
        self._bound = [(place, _once(bind) if isinstance(kind, Moment) else bind) for place, kind, bind in processors if bind is not None]

    def add(self, values: Mapping[str, object]) -> None:
        """Take one row."""
        row = list(self._pick(values))
        for place, bind in self._bound:
            row[place] = bind(row[place])
        self.waiting.append(tuple(row))

    def flush(self) -> None:
        """Insert what waits."""
        if self.waiting:
            rows = self.waiting if self._positional else [dict(zip(self._names, row, strict=True)) for row in self.waiting]
            self._connection.exec_driver_sql(self._statement, rows)
            self.waiting = []


def _once(bind: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a processor that remembers the last value: the stamps of all rows are one object."""
    last: list[object] = [None, bind(None)]

    def again(value: object) -> object:
        if value is not last[0]:
            last[:] = value, bind(value)
        return last[1]

    return again


def _next_id(session: Session, table: Table) -> int:
    # an id that was once used stays used: the history speaks of it
    live = session.scalar(select(func.max(table.c.id))) or 0
    past = session.scalar(select(func.max(RowChange.row_id)).where(RowChange.table_name == table.name)) or 0
    return max(live, past) + 1


def _stamp(session: Session, _context: UOWTransaction, _instances: object) -> None:
    now = clock.now().replace(microsecond=0)
    for thing in session.new:
        if getattr(thing, "__tracked__", False):
            thing.created_at = thing.created_at or now
            thing.updated_at = now
    for thing in session.dirty:
        if getattr(thing, "__tracked__", False) and session.is_modified(thing):
            thing.updated_at = now


def _record(session: Session, _context: UOWTransaction) -> None:
    things = [t for t in (*session.new, *session.dirty, *session.deleted) if getattr(t, "__tracked__", False)]
    if not things:
        return
    recorder = recorder_of(session)
    changes: list[dict[str, Any]] = []
    for thing in things:
        state = inspect(thing)
        names = [attribute.key for attribute in state.mapper.column_attrs]
        if thing in session.deleted:
            before: dict[str, object] | None = {n: _first(state.attrs[n].history.deleted, getattr(thing, n)) for n in names}
            after: dict[str, object] | None = None
        elif thing in session.new:
            before, after = None, {n: getattr(thing, n) for n in names}
        else:
            touched = [n for n in names if state.attrs[n].history.has_changes()]
            if not touched:
                continue
            before = {n: _first(state.attrs[n].history.deleted, None) for n in touched}
            after = {n: getattr(thing, n) for n in touched}
            # the unit of work raises the revision itself, unseen by attribute history
            before["revision"], after["revision"] = thing.revision - 1, thing.revision
        changes.append(recorder.change(state.mapper.local_table.name, thing.id, thing.uid, before, after))
    if changes:
        session.execute(insert(RowChange), changes)


def _first(values: Sequence[object] | None, fallback: object) -> object:
    return values[0] if values else fallback


def _guard(state: ORMExecuteState) -> None:
    statement = state.statement
    if not isinstance(statement, Insert | Update | Delete) or state.execution_options.get(_RECORDED):
        return
    table = statement.table
    if isinstance(table, Table) and table.name in TRACKED:
        raise UnrecordedChange(f"bulk statement on {table.name}: use the unit of work or history.bulk_insert")


def feed(digest: Any, row: Mapping[str, Any]) -> None:
    """Add one row change to a running digest."""
    values = (row["table_name"], row["row_id"], row["row_uid"], row["before"], row["after"])
    digest.update(b"".join([_measured("" if value is None else str(value)) for value in values]))


def _measured(part: str) -> bytes:
    data = part.encode()
    return len(data).to_bytes(8, "big") + data


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be kept in history")


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain, check_circular=False).encode
