"""Opening a data folder: place, lock, whose file, which version, up to date.

The stored stamp is compared with a constant first; alembic is imported only
when they differ (half a second). A migration runs on a connection opened with
foreign keys off (a table rebuild would silently delete children) inside one
BEGIN IMMEDIATE, and is checked before it is committed.

How deep an opening looks: at a file that answers to its seal (`sealing`), as
`quick_check` does, for what may have happened while it was open. At any other
as `integrity_check` and the foreign keys do, and the whole history is proven
against the live rows; only after a kill and beyond _MOST_CHANGES this last part
is left to the next export, which proves it anyway.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from models import Base, RowChange
from services import backup, clock, dbfile, sealing, settings, swapping, undoing, unfinished
from services.dbfile import row_counts
from services.errors import Damaged, ForeignFile, HistoryBroken, ReadOnly, StorageTrouble, TooNew
from services.paths import DataFolder, require_present, require_space
from services.places import require_local, require_plain
from services.store import APPLICATION_ID, Store, WriterLock, holder_words, make_engine, storage_trouble

HEAD = "v0004"
MIGRATIONS = Path(__file__).parent / "migrations"
_OLD_SECONDS = 24 * 3600
_MOST_CHANGES = 10_000  # proven in 0.65 s here; the start after a kill must stay below 3 s on a PC four times slower
_log = logging.getLogger(__name__)


def open_store(root: Path, *, operator: str | None = None, writable: bool = True) -> Store:
    """Open a data folder, making or upgrading its database as needed.

    Args:
        root: The data folder.
        operator: Who is working.
        writable: False for commands that only look; they then never wait for the lock.

    Raises:
        DataFolderRefused: The place is a network drive or cannot be written.
        ReadOnly: Somebody else is writing here (only when `writable`).
        ForeignFile, TooNew, Damaged, HistoryBroken: The file is not ours, not of this version, not whole.
    """
    folder = _usable(root)
    lock: WriterLock | None = None
    seen: sealing.Look | None = None
    holder = interrupted = ""
    try:
        lock = WriterLock(folder, operator=operator)
    except ReadOnly:
        if writable or not folder.database.exists():
            raise
        holder = holder_words(folder)
    try:
        if lock is not None:
            swapping.finish(folder)
            seen = sealing.look(folder)
            _prepare_database(folder, seen)
            _check_history(folder, seen)
            sweep(folder)
            interrupted = unfinished.tidy(folder)
        store = Store(folder, operator=operator, lock=lock, holder=holder)
        if seen is not None:
            store.notice = sealing.notice(folder, seen)
            if store.notice:
                _log.info("the file is not what was closed, but whole")
            store.notice += interrupted
            sealing.remove(folder)
        with store.read() as session:
            clock.set_demo_date(settings.load(session).demo_date)
    except BaseException:
        if lock is not None:
            lock.release()
        raise
    return store


def examine(root: Path) -> None:
    """Check a data folder as opening does, but neither make nor migrate it.

    An interrupted write or restore is finished on the way. A folder that somebody else has open is left alone: it was checked there.

    Raises:
        DataFolderRefused: The place is a network drive or cannot be written.
        ForeignFile, TooNew, Damaged, HistoryBroken: The file is not ours, not of this version, not whole.
        StorageTrouble: It cannot be read.
    """
    folder = _usable(root)
    try:
        lock = WriterLock(folder, operator=None)
    except ReadOnly:
        return
    try:
        swapping.finish(folder)
        _check(folder)
    finally:
        lock.release()


def require_whole(folder: DataFolder) -> None:
    """Refuse a folder without a database of ours that is whole.

    Raises:
        ForeignFile, TooNew, Damaged, HistoryBroken: As at opening, or there is none.
        StorageTrouble: It cannot be read.
    """
    if _check(folder) is None:
        raise Damaged(path=str(folder.database), why="文件不见了或是空的")


def sweep(folder: DataFolder) -> None:
    """Remove what an interrupted run left: old private copies and partial files."""
    limit = time.time() - _OLD_SECONDS
    for place, pattern in ((folder.snapshots, "*"), (folder.backups, "*.partial*")):
        for leftover in place.glob(pattern):
            if leftover.stat().st_mtime >= limit:
                continue
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                leftover.unlink(missing_ok=True)


def upgrade(connection: Connection) -> None:
    """Run all missing migrations on this connection, inside its transaction."""
    from alembic import command  # noqa: PLC0415 - half a second, needed only when the stamp is behind
    from alembic.config import Config  # noqa: PLC0415

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = Base.metadata
    command.upgrade(config, "head")


def _prepare_database(folder: DataFolder, seen: sealing.Look) -> None:
    path = folder.database
    stamp = _check_file(folder, seen)
    if stamp == HEAD:
        return
    fresh = stamp is None
    require_space(folder.root, wanted_bytes=0 if fresh else 2 * path.stat().st_size)
    if not fresh:
        backup.make_of_file(folder, reason="升级前")
    engine = make_engine(path, pooled=False, foreign_keys=False)
    try:
        with engine.begin() as connection:
            before = {} if fresh else row_counts(connection)
            if fresh:
                connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
            upgrade(connection)
            _check_upgrade(connection, before, path)
    except (sqlite3.Error, SQLAlchemyError) as err:
        raise storage_trouble(err, path) from err
    finally:
        engine.dispose()


def _usable(root: Path) -> DataFolder:
    folder = DataFolder(root)
    require_local(root)
    require_present(root)
    require_plain(folder.database)
    folder.prepare()
    return folder


def _check(folder: DataFolder) -> str | None:
    """Check a closed database as opening does; return its schema, None if there is none yet."""
    seen = sealing.look(folder)
    stamp = _check_file(folder, seen)
    if stamp == HEAD:
        _check_history(folder, seen)
    return stamp


def _check_file(folder: DataFolder, seen: sealing.Look) -> str | None:
    """Return the schema of the database; None if there is none yet."""
    try:
        return _stamp_of_whole(folder, thorough=not seen.same)
    except Damaged:
        sealing.keep(folder)
        raise


def _stamp_of_whole(folder: DataFolder, *, thorough: bool) -> str | None:
    path = folder.database
    known = _has_worked_here(folder)
    if not path.exists() or path.stat().st_size == 0:
        _nothing_yet(folder)
        return None
    try:
        with closing(sqlite3.connect(path)) as connection:  # read-write: a hot journal is rolled back here, before anything reads
            if connection.execute("PRAGMA page_count").fetchone()[0] == 0:
                _nothing_yet(folder)  # killed while it was made, and taken back to nothing
                return None
            if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise ForeignFile(path=str(path))
            _require_whole(connection, path, thorough=thorough)
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except (sqlite3.DatabaseError, UnicodeDecodeError) as err:  # the driver chokes on its own message where a name is spoiled
        trouble = storage_trouble(err, path)
        if (isinstance(trouble, ForeignFile) and known) or trouble is err:
            raise Damaged(path=str(path), why="文件的开头或目录读不出来") from err
        raise trouble from err
    except ForeignFile as err:
        if known:
            raise Damaged(path=str(path), why="里面不再是执法台的数据，可能被别的程序换掉了") from err
        raise
    if row is None or not row[0]:
        raise Damaged(path=str(path), why="没有版本记录")
    stamp = str(row[0])
    if thorough and stamp == HEAD and not dbfile.has_todays_tables(path):
        raise Damaged(path=str(path), why="表的目录读出来与这一版不符")  # a flipped bit in the text of the schema
    if stamp > HEAD:
        raise TooNew(stamp=stamp)
    return stamp


def _nothing_yet(folder: DataFolder) -> None:
    if _has_worked_here(folder):
        raise Damaged(path=str(folder.database), why="文件不见了或是空的，而备份还在")


def _has_worked_here(folder: DataFolder) -> bool:
    # where backups lie, a missing or strange file is a loss and not a beginning
    return any(folder.backups.glob("*.json"))


def _check_history(folder: DataFolder, seen: sealing.Look) -> None:
    """Prove that what the file says is what was done, unless its seal vouches for that."""
    if seen.same:
        return
    try:
        with Store(folder) as store:
            store.longest_read = float("inf")  # nobody else is there yet
            with store.read() as session:
                changed = seen.seal is not None
                if changed or (session.scalar(select(func.count()).select_from(RowChange)) or 0) <= _MOST_CHANGES:
                    undoing.verify(session)
    except (Damaged, HistoryBroken):
        sealing.keep(folder)
        raise
    sealing.settle(folder)


def _require_whole(connection: sqlite3.Connection, path: Path, *, thorough: bool) -> None:
    check = "integrity_check" if thorough else "quick_check"
    verdict = connection.execute(f"PRAGMA {check}(1)").fetchone()[0]
    if verdict != "ok":
        raise Damaged(path=str(path), why="文件内部结构不完整")
    if thorough and connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise Damaged(path=str(path), why="有些行失去了所属的行")


def _check_upgrade(connection: Connection, before: dict[str, int], path: Path) -> None:
    after = row_counts(connection)
    lost = [name for name, count in before.items() if after.get(name, 0) < count and name != "alembic_version"]
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if lost or orphans:
        why = f"升级后核对不符（{'、'.join(lost) or '有失去所属的行'}），已退回升级前"
        raise StorageTrouble(why=why, path=str(path))
