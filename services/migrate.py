"""Opening a data folder: place, lock, whose file, which version, up to date.

The stored stamp is compared with a constant first; alembic is imported only
when they differ (half a second). A migration runs on a connection opened with
foreign keys off (a table rebuild would silently delete children) inside one
BEGIN IMMEDIATE, and is checked before it is committed.
"""

from __future__ import annotations

import logging
import sqlite3
import sys
import time
from pathlib import Path

from sqlalchemy import Connection

from models import Base
from services import backup, clock, settings
from services.errors import Damaged, DataFolderRefused, ForeignFile, ReadOnly, StorageTrouble, TooNew
from services.paths import DataFolder, require_space
from services.store import APPLICATION_ID, Store, WriterLock, holder_words, make_engine, storage_trouble

HEAD = "v0001"
MIGRATIONS = Path(__file__).parent / "migrations"
_OLD_SECONDS = 24 * 3600
_REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb", "smb3", "smbfs", "fuse.sshfs", "9p", "afs"})
_DRIVE_REMOTE = 4
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
        ForeignFile, TooNew, Damaged: The file is not ours, not of this version, not whole.
    """
    folder = DataFolder(root)
    require_local(root)
    folder.prepare()
    lock: WriterLock | None = None
    holder = ""
    try:
        lock = WriterLock(folder, operator=operator)
    except ReadOnly:
        if writable or not folder.database.exists():
            raise
        holder = holder_words(folder)
    try:
        if lock is not None:
            _prepare_database(folder)
            sweep(folder)
        store = Store(folder, operator=operator, lock=lock, holder=holder)
        with store.read() as session:
            clock.set_demo_date(settings.load(session).demo_date)
    except BaseException:
        if lock is not None:
            lock.release()
        raise
    return store


def require_local(root: Path) -> None:
    """Refuse places where SQLite files get lost.

    Raises:
        DataFolderRefused: A network path, drive or mount.
    """
    text = str(root)
    if text.startswith(("\\\\", "//")):
        raise DataFolderRefused(path=text, why="在网络共享上")
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - exists in this form on Windows only

        if ctypes.windll.kernel32.GetDriveTypeW(root.absolute().drive + "\\") == _DRIVE_REMOTE:
            raise DataFolderRefused(path=text, why="在网络驱动器上")
    elif _mount_kind(root) in _REMOTE:
        raise DataFolderRefused(path=text, why="在网络驱动器上")


def sweep(folder: DataFolder) -> None:
    """Remove what an interrupted run left: old private copies and partial files."""
    limit = time.time() - _OLD_SECONDS
    for place, pattern in ((folder.snapshots, "*.sqlite*"), (folder.backups, "*.partial*")):
        for leftover in place.glob(pattern):
            if leftover.stat().st_mtime < limit:
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


def _prepare_database(folder: DataFolder) -> None:
    path = folder.database
    fresh = not path.exists() or path.stat().st_size == 0
    stamp = None if fresh else _check_file(path)
    if stamp == HEAD:
        return
    require_space(folder.root, wanted_bytes=0 if fresh else 2 * path.stat().st_size)
    if stamp is not None:
        backup.make_of_file(folder, reason="升级前")
    engine = make_engine(path, pooled=False, foreign_keys=False)
    try:
        with engine.begin() as connection:
            before = {} if fresh else backup.row_counts(connection)
            if fresh:
                connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
            upgrade(connection)
            _check_upgrade(connection, before, path)
    except sqlite3.Error as err:
        raise storage_trouble(err, path) from err
    finally:
        engine.dispose()


def _check_file(path: Path) -> str | None:
    try:
        connection = sqlite3.connect(path)  # read-write: a hot journal is rolled back here, before anything reads
        try:
            if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise ForeignFile(path=str(path))
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict != "ok":
                raise Damaged(path=str(path), why=str(verdict))
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        finally:
            connection.close()
    except sqlite3.DatabaseError as err:
        raise storage_trouble(err, path) from err
    stamp = row[0] if row else None
    if stamp is not None and stamp > HEAD:
        raise TooNew(stamp=stamp)
    return str(stamp)


def _check_upgrade(connection: Connection, before: dict[str, int], path: Path) -> None:
    after = backup.row_counts(connection)
    lost = [name for name, count in before.items() if after.get(name, 0) < count and name != "alembic_version"]
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if lost or orphans:
        why = f"升级后核对不符（{'、'.join(lost) or '有失去所属的行'}），已退回升级前"
        raise StorageTrouble(why=why, path=str(path))


def _mount_kind(root: Path) -> str:
    try:
        lines = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    place = str(root.resolve()) + "/"
    for line in lines:
        parts = line.split()
        mount = parts[1].replace("\\040", " ").rstrip("/") + "/"
        if place.startswith(mount) and len(mount) > len(best):
            best, kind = mount, parts[2]
    return kind
