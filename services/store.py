"""The only opener of database sessions.

`read()` for short looks, `write(label)` for one user action in one
transaction, `snapshot()` for long reads. SQLite runs with a truncated rollback
journal, full synchronisation and explicit BEGIN (the driver's own transaction
handling makes migrations non-atomic; WAL may lose acknowledged saves when the
power fails). Errors of the driver become `StorageTrouble` here and only here.
"""

from __future__ import annotations

import getpass
import json
import logging
import os
import platform
import shutil
import sqlite3
import threading
import time
import urllib.parse
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import NullPool, QueuePool

from services import clock, history, locking, sealing
from services.errors import (
    Busy,
    Conflict,
    Damaged,
    DataFolderRefused,
    DiskFull,
    ForeignFile,
    HistoryBroken,
    NoOperator,
    ReadOnly,
    StorageTrouble,
)
from services.paths import DataFolder

APPLICATION_ID = 0x5A464231  # "ZFB1", so that a foreign database is refused
LONG_READ_SECONDS = 0.2
_PRAGMAS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=5000",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "cache_spill=OFF",
    "cache_size=-65536",
    "temp_store=MEMORY",
    "mmap_size=0",
    "secure_delete=ON",
    "recursive_triggers=ON",
)
_MEGABYTE = 1024 * 1024
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Changes:
    """What an operation touched; pages refresh from this and nothing else.

    Attributes:
        operation: Number of the operation.
        tables: Tables whose rows changed.
        label: What was done, in words.
    """

    operation: int | None
    tables: frozenset[str]
    label: str


class Store:
    """The data of one office, open for reading and, with the lock, for writing.

    Attributes:
        folder: Where everything lies.
        operator: Who is working; stands in every operation.
        reason: Why, for all that is written from now on; a command sets it.
        writable: False when another window or command holds the lock.
        holder: Who holds it then, in words.
        longest_read: Seconds after which a read is logged as a fault.
        notice: What should be said about how the file was found; empty in daily work.
    """

    longest_read = LONG_READ_SECONDS

    def __init__(self, folder: DataFolder, *, operator: str | None = None, lock: WriterLock | None = None, holder: str = "") -> None:
        """Open engines on an existing, migrated database (see `migrate.open_store`)."""
        self.folder = folder
        self.operator = operator
        self.holder = holder
        self.reason = ""
        self.notice = ""
        self._lock = lock
        self._writer = make_engine(folder.database) if lock else None
        self._reader = make_engine(folder.database, read_only=True)
        self._copies = _Copies()
        self._writing = threading.RLock()
        self._inside = False
        self._suspect = False
        self._listeners: list[Callable[[Changes], None]] = []

    @property
    def writable(self) -> bool:
        """Whether this store may write."""
        return self._writer is not None

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a short read; nothing may be changed in it.

        A reader that stays open stops every commit, so a read longer than
        200 ms is logged as a fault; long reads belong into `snapshot`.

        Raises:
            StorageTrouble: The database cannot be read.
        """
        started = time.perf_counter()
        with self._mapped(), Session(self._reader, autoflush=False) as session:
            yield session
            _require_clean(session)
        seconds = time.perf_counter() - started
        if seconds > self.longest_read:
            _log.warning("a read held the database for %d ms; use snapshot()", round(seconds * 1000))

    @contextmanager
    def write(self, label: str) -> Iterator[Session]:
        """Run one user action in one transaction; commit, or leave nothing.

        Args:
            label: What the user does, in words; names the operation.

        Raises:
            ReadOnly: Another window or command is writing here.
            NoOperator: Nobody has said who is working.
            Conflict: A row was changed by someone else meanwhile.
            StorageTrouble: Disk full, locked, damaged.
        """
        if self._writer is None:
            raise ReadOnly(holder=self.holder)
        if not self.operator:
            raise NoOperator
        with self._writing, self._mapped():
            if self._inside:
                raise history.UnrecordedChange("one write inside another: a service must not open its own")
            self._inside = True
            with Session(self._writer, expire_on_commit=False) as session:
                history.listen(session)
                try:
                    history.begin(session, label=label, operator=self.operator)
                    locking.watch(session)
                    yield session
                    locking.require_open(session, reason=self.reason)
                    recorder = history.seal(session, reason=self.reason)
                    session.commit()
                except BaseException:
                    _roll_back(session)
                    raise
                finally:
                    self._inside = False
        if recorder.rows or recorder.detail is not None:
            self._announce(Changes(recorder.operation_id, frozenset(recorder.tables), recorder.label))

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Read from a private copy that later writes do not touch.

        Raises:
            StorageTrouble: No room for the copy, or the database is damaged.
        """
        self.folder.snapshots.mkdir(parents=True, exist_ok=True)
        copy = self.folder.snapshots / f"{uuid.uuid4().hex}.sqlite"
        try:
            self._copy(copy, lasting=False)
            with self._mapped(), self._copies.opened(copy) as connection, Session(connection, autoflush=False) as session:
                yield session
                _require_clean(session)
        finally:
            with suppress(OSError):
                copy.unlink(missing_ok=True)

    def copy_to(self, target: Path) -> None:
        """Write a page-exact copy of the present state; no write runs meanwhile.

        Raises:
            StorageTrouble: The copy cannot be made; `target` is then removed.
        """
        self._copy(target, lasting=True)

    def _copy(self, target: Path, *, lasting: bool) -> None:
        with self._mapped(), self._writing:
            source = sqlite3.connect(_address(self.folder.database, read_only=True), uri=True)
            try:
                copy = sqlite3.connect(target)
                try:
                    if not lasting:  # nobody looks for it after a power cut; waiting for the disk takes longer than copying
                        copy.execute("PRAGMA synchronous=OFF")
                    source.backup(copy)
                finally:
                    copy.close()
            except BaseException:
                target.unlink(missing_ok=True)
                raise
            finally:
                source.close()

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Keep writes out for a moment (a backup compares itself with the source)."""
        with self._writing:
            yield

    def subscribe(self, listener: Callable[[Changes], None]) -> None:
        """Call `listener` after each commit, on the thread that wrote."""
        self._listeners.append(listener)

    def unsubscribe(self, listener: Callable[[Changes], None]) -> None:
        """Stop calling a listener."""
        self._listeners.remove(listener)

    def close(self) -> None:
        """Close the files, seal the database and give the lock back."""
        lock, self._lock = self._lock, None  # closed twice, it must not touch a file that is another's now
        if self._writer is not None and lock is not None:
            with suppress(exc.SQLAlchemyError), self._writer.connect() as connection:
                connection.exec_driver_sql("PRAGMA optimize")
            self._writer.dispose()
        self._reader.dispose()
        if lock is not None:
            if not (self._inside or self._suspect):  # else the next opening shall look in depth
                sealing.put(self.folder)
            lock.release()

    def __enter__(self) -> Store:
        """Use the store in a with statement."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close it."""
        self.close()

    def _announce(self, changes: Changes) -> None:
        for listener in tuple(self._listeners):
            listener(changes)

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except (exc.SQLAlchemyError, sqlite3.Error) as err:
            trouble = storage_trouble(err, self.folder.database)
            self._suspect |= isinstance(trouble, Damaged)
            raise trouble from err
        except HistoryBroken:
            self._suspect = True
            raise


class _Copies:
    """Private copies, opened by one engine: what it compiled for one serves the next."""

    def __init__(self) -> None:
        self._engine: Engine | None = None
        self._next: list[Path] = []
        self._opening = threading.Lock()

    @contextmanager
    def opened(self, copy: Path) -> Iterator[Connection]:
        """Connect to a copy; nothing may be changed in it."""
        with self._opening:
            self._next[:] = [copy]
            if self._engine is None:
                self._engine = _engine(lambda: _address(self._next[0], read_only=True), read_only=True, pooled=False)
            connection = self._engine.connect()
        with connection:
            yield connection


class WriterLock:
    """The one writer of a data folder; the system frees it if the program dies."""

    def __init__(self, folder: DataFolder, *, operator: str | None) -> None:
        """Take the lock, or say who has it.

        Raises:
            ReadOnly: Somebody else writes here.
        """
        self._folder = folder
        self._lock = FileLock(folder.lock, timeout=0, thread_local=False)
        try:
            self._lock.acquire()
        except Timeout as err:
            raise ReadOnly(holder=holder_words(folder)) from err
        except OSError as err:
            raise DataFolderRefused(path=str(folder.root), why="不能写入") from err
        facts = {
            "operator": operator,
            "user": _user(),
            "host": platform.node(),
            "pid": os.getpid(),
            "since": clock.now().isoformat(timespec="seconds"),
        }
        with suppress(OSError):
            folder.holder.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")

    def release(self) -> None:
        """Give the lock back."""
        with suppress(OSError):
            self._folder.holder.unlink(missing_ok=True)
        self._lock.release()


def holder_words(folder: DataFolder) -> str:
    """Return who holds the lock, as a message says it."""
    try:
        facts = json.loads(folder.holder.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "另一个窗口或命令"
    who = facts.get("operator") or facts.get("user") or "另一个窗口"
    return f"{who}（{facts.get('host')}，{str(facts.get('since'))[11:16]} 起，进程 {facts.get('pid')}）"


def make_engine(path: Path, *, read_only: bool = False, pooled: bool = True, foreign_keys: bool = True) -> Engine:
    """Return an engine whose connections are set up as the design demands.

    Args:
        path: The SQLite file.
        read_only: Open it so that not even a mistake can write.
        pooled: Keep connections open between sessions.
        foreign_keys: Off only for migrations (a table rebuild would drop children).
    """
    address = _address(path, read_only=read_only)
    return _engine(lambda: address, read_only=read_only, pooled=pooled, foreign_keys=foreign_keys)


@cache
def _like() -> Engine:
    """Return the engine whose dialect all others take.

    What SQLAlchemy compiled for writing an entity it keeps per dialect as long as the program runs;
    with a dialect for each engine, every opening of the data leaves some behind.
    """
    engine = create_engine("sqlite://", poolclass=NullPool)
    engine.connect().close()  # the dialect learns what the library can do
    return engine


def _engine(address: Callable[[], str], *, read_only: bool, pooled: bool, foreign_keys: bool = True) -> Engine:
    def connect() -> Any:
        return sqlite3.connect(address(), uri=True, check_same_thread=False, isolation_level=None)

    like = _like()
    pool = (QueuePool if pooled else NullPool)(connect, dialect=like.dialect)
    engine = Engine(pool, like.dialect, like.url)

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # or the driver invents and forgets BEGIN
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if not foreign_keys:
            connection.execute("PRAGMA foreign_keys=OFF")
        if not read_only:
            mode = connection.execute("PRAGMA journal_mode=TRUNCATE").fetchone()[0]
            level = connection.execute("PRAGMA synchronous").fetchone()[0]
            if mode != "truncate" or level < 2:
                raise sqlite3.OperationalError(f"journal {mode}, synchronous {level}: not safe")

    @event.listens_for(engine, "begin")
    def _begin(connection: object) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")  # type: ignore[attr-defined]

    return engine


def storage_trouble(err: Exception, path: Path) -> Exception:
    """Return the problem behind a database error; the only such mapping."""
    cause = err.orig if isinstance(err, exc.DBAPIError) else err
    code = getattr(cause, "sqlite_errorcode", None)
    if isinstance(err, StaleDataError):
        return Conflict(what="这一条")
    if isinstance(err, exc.IntegrityError):
        return Conflict(what="这一条（编号或标识重复，或所属记录已删除）")
    family = code & 0xFF if isinstance(code, int) else None
    if family == sqlite3.SQLITE_FULL:
        return DiskFull(path=str(path), free=_free_megabytes(path), needed=64)
    if family in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Busy()
    if family == sqlite3.SQLITE_NOTADB:
        return ForeignFile(path=str(path))
    if family == sqlite3.SQLITE_CORRUPT:
        return Damaged(path=str(path), why="文件内部结构不完整")
    if code is None and isinstance(cause, sqlite3.OperationalError) and "decode" in str(cause):
        return Damaged(path=str(path), why="有文字读不出来")  # the driver's own error, which has no code
    if family in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN):
        return StorageTrouble(why=f"“{path}”打不开或不能写入，请检查文件夹的权限")
    if family == sqlite3.SQLITE_IOERR:
        return StorageTrouble(why=f"读写“{path}”所在的盘时出错，请检查硬盘或U盘")
    return err


def _require_clean(session: Session) -> None:
    if session.new or session.dirty or session.deleted:
        raise history.UnrecordedChange("rows were changed inside a read; use Store.write(label)")


def _roll_back(session: Session) -> None:
    # after SQLITE_FULL the transaction is already gone and a second ROLLBACK would hide the real error
    with suppress(exc.SQLAlchemyError, sqlite3.Error):
        session.rollback()


def _address(path: Path, *, read_only: bool) -> str:
    return f"file:{urllib.parse.quote(str(path.resolve()))}?mode={'ro' if read_only else 'rwc'}"


def _free_megabytes(path: Path) -> int:
    with suppress(OSError):
        return shutil.disk_usage(path.parent).free // _MEGABYTE
    return 0


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "未知用户"
