"""Replacing a database: by a backup, or by what was salvaged.

The new one is made and verified in a folder beside, gets the operation that
says where it came from, and only then takes the name. The old one is kept:
in its own folder with its journal, or as a verified backup if it is whole.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services import backup as backups
from services import clock, dbfile, history, migrate, places, swapping, undoing
from services.backup import Backup, BackupSpoiled
from services.errors import NoOperator, Problem
from services.paths import DataFolder, require_space
from services.progress import Progress, silent
from services.store import WriterLock


@dataclass(frozen=True)
class Restored:
    """What a restore did.

    Attributes:
        aside: The folder with the old files, or the safety backup of a whole one; None if there was nothing.
        counts: Rows now, by Chinese name, outside the bin.
    """

    aside: Path | None
    counts: dict[str, int]


def restore(root: Path, *, backup: Path, operator: str, progress: Progress = silent) -> Restored:
    """Put a backup in the place of today's data; no store may be open there.

    The backup is copied, verified, brought to today's schema and given the
    operation that says so before it takes the name: a crash leaves the old
    data or the new, never half.

    Args:
        root: The data folder.
        backup: The backup's .sqlite file, its sidecar beside it.
        operator: Who restores.
        progress: Told after each step.

    Raises:
        FileMissing, NotABackup, BackupSpoiled: Nothing was changed.
        ReadOnly: A window or command has the data open.
        HistoryBroken: The backup's history does not verify; nothing was changed.
        StorageTrouble: Everything is as it was.
    """
    if not operator:
        raise NoOperator
    chosen = backups.described(backup)
    with being_replaced(root, operator=operator) as folder:
        require_space(folder.root, wanted_bytes=3 * chosen.path.stat().st_size)
        staged = swapping.stage(folder)
        progress(1, 4, "复制备份")
        _copy(chosen, staged.database)
        progress(2, 4, "核对备份")
        lost = dbfile.later(folder.database, head=chosen.head)
        _prepare(staged, chosen, operator=operator, lost=lost.count if lost else None)
        counts = dbfile.in_words(dbfile.living(staged.database) or {})
        progress(3, 4, "保留现在的数据")
        aside = put_in_place(folder)
        progress(4, 4, "已恢复")
    return Restored(aside, counts)


@contextmanager
def being_replaced(root: Path, *, operator: str) -> Iterator[DataFolder]:
    """Hold a data folder whose database is about to be replaced.

    Raises:
        ReadOnly: A window or command has the data open.
        DataFolderRefused: The place may not hold data.
    """
    folder = DataFolder(root)
    places.require_local(root)
    folder.prepare()
    lock = WriterLock(folder, operator=operator)
    stands_on = clock.demo_date()
    try:
        swapping.finish(folder)
        yield folder
    finally:
        clock.set_demo_date(stands_on)
        swapping.discard(folder)
        lock.release()


def put_in_place(folder: DataFolder) -> Path | None:
    """Let the staged database take the place of today's; return where that is kept.

    Raises:
        StorageTrouble: Everything is as it was.
    """
    if _is_whole(folder):
        kept = backups.make_of_file(folder, reason="恢复前")
        swapping.replace(folder)
        return kept.path
    nothing = not folder.database.exists()
    aside = swapping.swap(folder)
    return None if nothing else aside


def _copy(chosen: Backup, target: Path) -> None:
    try:
        shutil.copyfile(chosen.path, target)
        dbfile.sync(target)
        same = dbfile.sha256(target) == chosen.sha256
    except OSError as err:
        raise swapping.NotSwapped(path=str(target.parent), why="备份复制不过来") from err
    if not same:
        raise BackupSpoiled(path=str(chosen.path))


def _prepare(staged: DataFolder, chosen: Backup, *, operator: str, lost: int | None) -> None:
    """Verify the copied backup in depth and write the operation that says what it is."""
    try:
        found = dbfile.facts(staged.database)
    except sqlite3.Error as err:
        raise BackupSpoiled(path=str(chosen.path)) from err
    if not found["whole"] or found["counts"] != chosen.counts or found["head"] != chosen.head:
        raise BackupSpoiled(path=str(chosen.path))
    with migrate.open_store(staged.root, operator=operator) as store:
        store.longest_read = float("inf")  # nobody else waits for this copy
        with store.read() as session:
            undoing.verify(session)
        label = f"恢复备份（{chosen.made_at:%Y-%m-%d %H:%M} {chosen.reason}）"
        with store.write(label) as session:
            history.describe(session, kind="system", backup=chosen.path.name, sha256=chosen.sha256, operations_lost=lost)


def _is_whole(folder: DataFolder) -> bool:
    try:
        migrate.require_whole(folder)
        return bool(dbfile.facts(folder.database)["whole"])
    except (Problem, sqlite3.Error):
        return False
