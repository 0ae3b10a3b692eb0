"""Looking into a database file that no store has open, and keeping it safe.

Backups, restoring and rescue read files that may be damaged, older, or in
use. Everything here reads with the driver alone and changes nothing.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from models import Base
from services.words import table_name

SEAL = "-seal"  # of ours (services.sealing); the others are SQLite's
SIDE_FILES = ("-journal", "-wal", "-shm", SEAL)
MAIN_TABLES = ("campaign", "person", "inspection_group", "enterprise", "inspection", "finding", "penalty_case", "submission", "package")
_OUR_OWN = frozenset({"operation", "row_change", "draft", "alembic_version"})
UNREADABLE = (sqlite3.Error, UnicodeDecodeError)  # the driver chokes on its own message where a name is spoiled
_CHUNK = 2000
_PLAIN = 2  # version of marshal in which equal rows are always equal bytes
_PIECE = 1 << 20
_COUNTERS = ((92, 100), (40, 44), (24, 28))  # last first, so that cutting one out moves no other
_SHOWN_OPERATIONS = 200


@dataclass(frozen=True)
class Step:
    """One operation as a list of what would be lost shows it."""

    id: int
    at: datetime
    operator: str
    label: str


@dataclass(frozen=True)
class Later:
    """What was done after a backup.

    Attributes:
        count: How many operations.
        steps: The newest of them, newest first; at most 200.
    """

    count: int
    steps: tuple[Step, ...]


def opened(path: Path) -> sqlite3.Connection:
    """Return a connection that cannot write."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def facts(path: Path) -> dict[str, Any]:
    """Return integrity, counts and digests of a file, read in one transaction.

    Raises:
        sqlite3.Error: It cannot be read to the end.
    """
    with closing(opened(path)) as connection:
        connection.execute("BEGIN")
        try:
            whole = connection.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok"
            whole = whole and not connection.execute("PRAGMA foreign_key_check").fetchall()
            counts = row_counts(connection)
            digests = {name: _digest(connection, name) for name in counts}
            last = connection.execute("SELECT hash FROM operation ORDER BY id DESC LIMIT 1").fetchone() if "operation" in counts else None
        except UnicodeDecodeError as err:
            raise sqlite3.DatabaseError("a name in the file cannot be read") from err
        return {"whole": whole, "counts": counts, "digests": digests, "head": last[0] if last else ""}


def row_counts(connection: Connection | sqlite3.Connection) -> dict[str, int]:
    """Return how many rows each table holds."""
    run = connection.exec_driver_sql if isinstance(connection, Connection) else connection.execute
    names = [row[0] for row in run("SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%' ORDER BY name")]
    return {name: run(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # type: ignore[index]


def living(path: Path) -> dict[str, int | None] | None:
    """Return the rows outside the bin per table; None where it cannot be read.

    None instead of the whole if not even the list of tables can be read.
    """
    try:
        with closing(opened(path)) as connection:
            query = "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
            names = [str(row[0]) for row in connection.execute(query)]
            return {name: _living_in(connection, name) for name in names if name not in _OUR_OWN}
    except UNREADABLE:
        return None


def in_words(counts: Mapping[str, int | None]) -> dict[str, int]:
    """Return the counts of the registers under their Chinese names."""
    return {table_name(name): number for name in MAIN_TABLES if (number := counts.get(name)) is not None}


def difference(now: Mapping[str, int | None], then: Mapping[str, int | None]) -> dict[str, int]:
    """Return by Chinese name how many rows today has more; only what differs."""
    order = [*MAIN_TABLES, *sorted(set(now) - set(MAIN_TABLES))]
    found: dict[str, int] = {}
    for name in order:
        left, right = now.get(name), then.get(name) or 0
        if left is not None and left != right:
            found[table_name(name)] = left - right
    return found


def later(path: Path, *, head: str) -> Later | None:
    """Return what this file's history has after `head`; None if that is not known."""
    try:
        with closing(opened(path)) as connection:
            number = 0
            if head:
                row = connection.execute("SELECT id FROM operation WHERE hash = ?", (head,)).fetchone()
                if row is None:
                    return None
                number = row[0]
            count = connection.execute("SELECT count(*) FROM operation WHERE id > ?", (number,)).fetchone()[0]
            query = "SELECT id, at, operator, label FROM operation WHERE id > ? ORDER BY id DESC LIMIT ?"
            rows = connection.execute(query, (number, _SHOWN_OPERATIONS)).fetchall()
            return Later(count, tuple(Step(row[0], datetime.fromisoformat(row[1]), row[2], row[3]) for row in rows))
    except (*UNREADABLE, ValueError, TypeError):
        return None


def stamp(path: Path) -> str | None:
    """Return the schema that a file says it has; None if it does not say."""
    try:
        with closing(opened(path)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except UNREADABLE:
        return None
    return str(row[0]) if row else None


def has_todays_tables(path: Path) -> bool:
    """Return whether a file has every table and column of this version."""
    try:
        with closing(opened(path)) as connection:
            for table in Base.metadata.sorted_tables:
                present = {row[1] for row in connection.execute(f'PRAGMA table_info("{table.name}")')}
                if not set(table.columns.keys()) <= present:
                    return False
    except UNREADABLE:
        return False
    return True


def same_pages(source: Path, copy: Path) -> bool:
    """Return whether two files hold the same pages.

    The counters of the header do not count: SQLite writes them anew into a copy.

    Raises:
        OSError: One of them cannot be read.
    """
    with source.open("rb") as left, copy.open("rb") as right:
        mine, other = bytearray(left.read(_PIECE)), bytearray(right.read(_PIECE))
        for start, end in _COUNTERS:
            mine[start:end] = other[start:end] = b""
        while mine == other:
            if not mine:
                return True
            mine, other = bytearray(left.read(_PIECE)), bytearray(right.read(_PIECE))
    return False


def has_hot_journal(path: Path) -> bool:
    """Return whether a write was interrupted; opening for writing takes it back.

    A journal that begins with a zero byte was never finished, so the database
    was not touched yet: SQLite passes it over (sqlite.org/fileformat2.html §3).
    """
    journal = path.with_name(path.name + SIDE_FILES[0])
    try:
        with journal.open("rb") as file:
            return file.read(1) not in (b"", b"\0")
    except FileNotFoundError:
        return False


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Wait until a file lies on the disk.

    Raises:
        OSError: It does not get there.
    """
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder lie on the disk (no such thing on Windows).

    Raises:
        OSError: They do not get there.
    """
    if os.name == "posix":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _living_in(connection: sqlite3.Connection, table: str) -> int | None:
    try:
        binned = any(row[1] == "deleted_at" for row in connection.execute(f'PRAGMA table_info("{table}")'))
        where = " WHERE deleted_at IS NULL" if binned else ""
        return int(connection.execute(f'SELECT count(*) FROM "{table}"{where}').fetchone()[0])
    except UNREADABLE:
        return None


def _digest(connection: sqlite3.Connection, table: str) -> str:
    digest = hashlib.sha256()
    cursor = connection.execute(f'SELECT * FROM "{table}" ORDER BY 1')
    while rows := cursor.fetchmany(_CHUNK):
        digest.update(marshal.dumps(rows, _PLAIN))
    return digest.hexdigest()
