"""Saving what can be read of damaged data into a new database.

The record of changes holds every row that ever was, so if it can be read and
its chain verifies, the tables are built anew from it and nothing is lost.
Otherwise each table is read in ranges of ids, halved around what fails, and
the history begins anew with one operation that says so.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Integer, String, Table, UniqueConstraint, exc, func, select

from models import Base, Operation, RowChange
from services import dbfile, history, migrate, restoring, swapping, undoing
from services.errors import Damaged, HistoryBroken, NoOperator, Problem, Refused, StorageTrouble
from services.paths import DataFolder, require_space
from services.progress import Progress, silent
from services.store import Store, make_engine
from services.words import table_name

_PAGE = 4096
_RANGE = 2000
_BATCH = 2000
_MOST_IDS = 1_000_000
_UNREADABLE = (exc.DBAPIError, sqlite3.Error, ValueError, TypeError)


class NothingDamaged(Refused):
    """There is nothing to salvage: the data are whole."""

    code = "nothing_damaged"
    template = "数据文件是完好的，不需要抢救。"
    mend = "要回到以前的样子，用备份恢复。"


class NothingReadable(StorageTrouble):
    """Not one row can be read."""

    code = "nothing_readable"
    template = "“{path}”里一行也读不出来，没有可以抢救的内容。"
    mend = "从备份恢复；这个文件没有被改动。"


@dataclass(frozen=True)
class Salvaged:
    """What was saved.

    Attributes:
        aside: Where the damaged file lies untouched.
        rows: Rows now, by Chinese name, outside the bin.
        lost: Rows known to be lost, by Chinese name.
        history_kept: Whether the record of changes is whole; else it begins anew.
    """

    aside: Path | None
    rows: dict[str, int]
    lost: dict[str, int]
    history_kept: bool


@dataclass
class _Read:
    """Rows of a damaged file that can be read, and how many cannot."""

    rows: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)

    def lose(self, table: str, number: int = 1) -> None:
        """Count rows that cannot be kept."""
        if number > 0:
            self.lost[table] = self.lost.get(table, 0) + number


def salvage(root: Path, *, operator: str, progress: Progress = silent) -> Salvaged:
    """Make a new database of what can be read of a damaged one.

    Args:
        root: The data folder; no store may be open there.
        operator: Who does it.
        progress: Told after each table.

    Raises:
        NothingDamaged: The data are whole, history and all.
        NothingReadable: Nothing was changed.
        ForeignFile, TooNew, ReadOnly: It is not ours, of a newer version, or open elsewhere.
        StorageTrouble: Everything is as it was.
    """
    if not operator:
        raise NoOperator
    with restoring.being_replaced(root, operator=operator) as folder:
        _require_damaged(folder)
        require_space(folder.root, wanted_bytes=4 * folder.database.stat().st_size)
        staged = swapping.stage(folder)
        source = staged.root / "damaged.sqlite"
        _copy_readable(folder.database, source)
        kept = _from_history(source, staged, operator=operator, progress=progress)
        lost: dict[str, int] = {}
        if not kept:
            lost = _from_tables(source, staged, operator=operator, progress=progress)
        rows = dbfile.in_words(dbfile.living(staged.database) or {})
        return Salvaged(restoring.put_in_place(folder), rows, {table_name(name): number for name, number in lost.items()}, kept)


def _require_damaged(folder: DataFolder) -> None:
    try:
        migrate.require_whole(folder)
        with Store(folder) as store:
            store.longest_read = float("inf")  # the data are not in use
            with store.read() as session:
                undoing.verify(session)
        whole = bool(dbfile.facts(folder.database)["whole"])
    except (Damaged, HistoryBroken, sqlite3.Error, UnicodeDecodeError):
        whole = False
    if whole:
        raise NothingDamaged
    if not folder.database.exists():
        raise NothingReadable(path=str(folder.database))


def _copy_readable(source: Path, target: Path) -> None:
    """Copy the damaged file with its journal; sectors that fail become zeros."""
    try:
        with source.open("rb", buffering=0) as reading, target.open("wb") as writing:
            size = source.stat().st_size
            for start in range(0, size, _PAGE):
                piece = b""
                with suppress(OSError):
                    reading.seek(start)
                    piece = reading.read(_PAGE)
                writing.write(piece.ljust(min(_PAGE, size - start), b"\0"))
        if dbfile.has_hot_journal(source):
            journal = source.name + dbfile.SIDE_FILES[0]
            shutil.copyfile(source.with_name(journal), target.with_name(target.name + dbfile.SIDE_FILES[0]))
            with suppress(sqlite3.Error), closing(sqlite3.connect(target)) as connection:
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # takes the interrupted write back
    except OSError as err:
        raise NothingReadable(path=str(source)) from err


def _from_history(source: Path, staged: DataFolder, *, operator: str, progress: Progress) -> bool:
    """Build every table from the record of changes; False if that does not verify."""
    _begin(staged)
    try:
        with closing(dbfile.opened(source)) as damaged, closing(sqlite3.connect(staged.database, isolation_level=None)) as new:
            new.execute("BEGIN IMMEDIATE")
            _carry(damaged, new, Operation.__tablename__)
            states: dict[str, dict[int, dict[str, Any]]] = {}
            for number, row in enumerate(_carried(damaged, new, RowChange.__tablename__)):
                _fold(states, row)
                if number % _BATCH == 0:
                    progress(number, None, "从操作记录重建")
            for name, rows in states.items():
                _put(new, name, rows.values())
            with suppress(sqlite3.Error):
                _carry(damaged, new, "draft")
            _carry_sequences(damaged, new)
            new.execute("COMMIT")
        if not dbfile.facts(staged.database)["whole"]:
            return False
        with migrate.open_store(staged.root, operator=operator) as store:
            store.longest_read = float("inf")
            with store.read() as session:
                verdict = undoing.verify(session)
            if not verdict.operations:
                return False
            with store.write("抢救数据：按操作记录重建了全部内容") as session:
                history.describe(session, kind="system", operations=verdict.operations)
    except (sqlite3.Error, Problem, ValueError, KeyError, TypeError):
        return False
    return True


def _from_tables(source: Path, staged: DataFolder, *, operator: str, progress: Progress) -> dict[str, int]:
    """Build the tables from the rows that can be read; return how many cannot."""
    swapping.clear(staged)
    _begin(staged)
    engine = make_engine(source, read_only=True, pooled=False)
    try:
        read = _read_all(engine, progress)
    except _UNREADABLE as err:
        raise NothingReadable(path=str(staged.root.parent / staged.database.name)) from err
    finally:
        engine.dispose()
    if not any(read.rows.values()):
        raise NothingReadable(path=str(staged.root.parent / staged.database.name))
    _leave_out_what_cannot_stand(read)
    kept = sum(map(len, read.rows.values()))
    label = f"抢救数据：读出 {kept} 行，丢失 {sum(read.lost.values())} 行，操作记录从这里重新开始"
    with migrate.open_store(staged.root, operator=operator) as store:
        with store.write(label) as session:
            history.apply_changes(
                session, {(name, number): (None, row) for name, rows in read.rows.items() for number, row in rows.items()}
            )
            history.describe(session, kind="system", lost=read.lost)
        store.longest_read = float("inf")
        with store.read() as session:
            undoing.verify(session)
    if not dbfile.facts(staged.database)["whole"]:
        raise NothingReadable(path=str(staged.root.parent / staged.database.name))
    return read.lost


def _begin(staged: DataFolder) -> None:
    migrate.open_store(staged.root, operator=None).close()


def _carry(damaged: sqlite3.Connection, new: sqlite3.Connection, table: str) -> None:
    for _row in _carried(damaged, new, table):
        pass


def _carried(damaged: sqlite3.Connection, new: sqlite3.Connection, table: str) -> Iterator[dict[str, Any]]:
    """Copy a table whole, yielding its rows in the order of their ids."""
    cursor = damaged.execute(f'SELECT * FROM "{table}" ORDER BY id')
    names = [one[0] for one in cursor.description]
    statement = _insert(table, names)
    while rows := cursor.fetchmany(_BATCH):
        new.executemany(statement, rows)
        for row in rows:
            yield dict(zip(names, row, strict=True))


def _carry_sequences(damaged: sqlite3.Connection, new: sqlite3.Connection) -> None:
    """Keep used ids used; refuse a record of changes whose end is missing."""
    for table, last in damaged.execute("SELECT name, seq FROM sqlite_sequence").fetchall():
        present = new.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        if table in (Operation.__tablename__, RowChange.__tablename__) and (present is None or present[0] != last):
            raise ValueError(f"the end of {table} is missing")
        if present is None:
            new.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, last))
        elif present[0] < last:
            new.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (last, table))


def _fold(states: dict[str, dict[int, dict[str, Any]]], change: dict[str, Any]) -> None:
    rows = states.setdefault(change["table_name"], {})
    if change["after"] is None:
        rows.pop(change["row_id"], None)
        return
    rows[change["row_id"]] = {**({} if change["before"] is None else rows[change["row_id"]]), **json.loads(change["after"])}


def _put(new: sqlite3.Connection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    names = Base.metadata.tables[table].columns.keys()
    new.executemany(_insert(table, names), ([_stored(row.get(name)) for name in names] for row in rows))


def _insert(table: str, names: list[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f'INSERT INTO "{table}" ({quoted}) VALUES ({", ".join("?" * len(names))})'


def _stored(value: object) -> object:
    # moments and days are the same text in the history as in the tables; lists and dicts are JSON columns
    return json.dumps(value) if isinstance(value, list | dict) else value


def _read_all(engine: Engine, progress: Progress) -> _Read:
    read = _Read()
    tables = [table for table in Base.metadata.sorted_tables if table.name in history.TRACKED]
    with engine.connect() as connection:
        for number, table in enumerate(tables):
            progress(number, len(tables), table_name(table.name))
            _read_table(connection, table, read)
    return read


def _read_table(connection: Connection, table: Table, read: _Read) -> None:
    rows = read.rows.setdefault(table.name, {})
    failed = 0
    last = _last_id(connection, table)
    waiting = [(start, min(start + _RANGE - 1, last)) for start in range(1, last + 1, _RANGE)]
    while waiting:
        first, end = waiting.pop()
        try:
            found = connection.execute(select(table).where(table.c.id.between(first, end))).mappings().all()
        except _UNREADABLE:
            if first == end:
                failed += 1
            else:
                middle = (first + end) // 2
                waiting += [(first, middle), (middle + 1, end)]
            continue
        for row in map(dict, found):
            if _plausible(table, row):
                rows[row["id"]] = row
            else:
                failed += 1
    known = _counted(connection, table)
    read.lose(table.name, failed if known is None else max(known - len(rows), 0))


def _last_id(connection: Connection, table: Table) -> int:
    for query in (select(func.max(table.c.id)), select(table.c.id).order_by(table.c.id.desc()).limit(1)):
        with suppress(*_UNREADABLE):
            return min(int(connection.scalar(query) or 0), _MOST_IDS)
    return _RANGE * 10


def _counted(connection: Connection, table: Table) -> int | None:
    """Return how many rows the index over the uids knows; None if it cannot be read."""
    with suppress(*_UNREADABLE):
        return len(connection.scalars(select(table.c.uid).order_by(table.c.uid)).all())
    return None


def _plausible(table: Table, row: dict[str, Any]) -> bool:
    for column in table.columns:
        value = row[column.key]
        if value is None:
            if not column.nullable:
                return False
        elif (type(column.type) is Integer and not isinstance(value, int)) or (type(column.type) is String and not isinstance(value, str)):
            return False
    return True


def _leave_out_what_cannot_stand(read: _Read) -> None:
    """Leave out rows whose owner is lost and second rows of one identity."""
    for table in Base.metadata.sorted_tables:  # owners come before what they own
        rows = read.rows.get(table.name)
        if rows is None:
            continue
        uniques = [[c.key for c in one.columns] for one in table.constraints if isinstance(one, UniqueConstraint)]
        uniques += [[c.key for c in one.columns] for one in table.indexes if one.unique]
        seen: set[tuple[object, ...]] = set()
        for number in list(rows):
            row = rows[number]
            identities = [(tuple(keys), *(row[key] for key in keys)) for keys in uniques if None not in [row[key] for key in keys]]
            if not _keep_owned(table, row, read) or seen.intersection(identities):
                del rows[number]
                read.lose(table.name)
                continue
            seen.update(identities)


def _keep_owned(table: Table, row: dict[str, Any], read: _Read) -> bool:
    for key in table.foreign_keys:
        column, owner = key.parent, key.column.table.name
        if row[column.key] is None or owner not in read.rows or row[column.key] in read.rows[owner]:
            continue
        if not column.nullable:
            return False
        row[column.key] = None
    return True
