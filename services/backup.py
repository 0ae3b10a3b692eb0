"""Backups that can be trusted: made at their moments, verified, copied away.

A backup counts only when it was opened again, passed the integrity and
foreign-key checks, and agreed with the source table by table (row counts and
a digest over every row). A sidecar with the same name says so. Each is copied
to a second place, if one is set; what fails there never stops the work.
Window and commands ask for one by `at(store, moment)` and by nothing else.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Operation
from services import clock, settings, undoing
from services.dbfile import Later, difference, facts, has_todays_tables, in_words, later, living, same_pages, sha256, sync, sync_folder
from services.errors import Damaged, DiskFull, Problem, StorageTrouble
from services.keeping import (
    FOR_EVER,
    Backup,
    BackupSpoiled,
    NotABackup,
    described,
    free_name,
    listed,
    listed_in,
    require_unchanged,
    thin,
    to_thin,
)
from services.paths import DataFolder, require_space
from services.progress import Progress, silent
from services.store import Store, storage_trouble

__all__ = [
    "MANY_ROWS", "MOMENTS", "Age", "Backup", "BackupSpoiled", "NoSecondPlace", "NotABackup", "Preview", "Verdict", "age", "around", "at",
    "compared", "described", "due", "listed", "listed_in", "make", "make_of_file", "preview", "removing", "require_unchanged", "to_thin",
    "try_out",
]  # fmt: skip
_SECOND_NOTE = "second-place.note"
_MEGABYTE = 1024 * 1024
_log = logging.getLogger(__name__)
_one_at_a_time = threading.Lock()
_LEAST_GAP = timedelta(minutes=30)
_OPENING_GAP = timedelta(hours=8)
_AMBER, _RED = timedelta(days=7), timedelta(days=30)
_ALWAYS = frozenset({"migration", "manual", "package"})
_REASONS = {
    "open": "打开",
    "hourly": "每小时",
    "close": "关闭",
    "manual": "手动",
    "import": "导入前",
    "after_import": "导入后",
    "bulk_delete": "批量删除前",
    "draft": "出草稿前",
    "package": f"{FOR_EVER}前",
    "migration": "升级前",
}
MOMENTS = frozenset(_REASONS)
MANY_ROWS = 20  # taken away at once; below that undo is nearer than a backup


class NoSecondPlace(StorageTrouble):
    """The second place for backups cannot be written."""

    code = "no_second_place"
    template = "第二备份位置“{path}”{why}，这份备份只存在本机。"
    mend = "接上移动盘，或在设置里换一个位置；下一次备份会再试。"


@dataclass(frozen=True)
class Age:
    """How old the newest backups are, for the status bar.

    Attributes:
        verified: When the newest verified backup was made.
        second: When the newest copy in the second place was made and verified.
        second_place: Where that is; empty if none was ever set.
        trouble: Why the last copy to the second place failed; empty if it did not.
        level: "ok", "amber" (no copy elsewhere for 7 days) or "red" (30 days, or no backup at all).
    """

    verified: datetime | None
    second: datetime | None
    second_place: str
    trouble: str
    level: str


@dataclass(frozen=True)
class Preview:
    """What a restore would change.

    Attributes:
        now: Rows of the registers today, outside the bin, by Chinese name.
        then: Likewise in the backup.
        difference: By Chinese name of any table, how many rows today has more (negative: fewer).
        lost: Operations that would be lost; None if the backup is of another history.
    """

    path: Path
    made_at: datetime
    reason: str
    now: dict[str, int]
    then: dict[str, int]
    difference: dict[str, int]
    lost: Later | None


@dataclass(frozen=True)
class Verdict:
    """Outcome of trying a backup out.

    Attributes:
        ok: Whether it could be restored.
        sentence: That, or why not, in words.
        counts: Its rows by Chinese name, outside the bin.
        operations: How many operations its history holds.
        seconds: How long the trial took.
    """

    path: Path
    ok: bool
    sentence: str
    counts: dict[str, int]
    operations: int
    seconds: float


def at(store: Store, moment: str) -> Backup | None:
    """Back up a store at a moment of its life, if one is due then.

    Args:
        store: The open store.
        moment: One of `MOMENTS`.

    Returns:
        The backup, or None if none was due.

    Raises:
        StorageTrouble: No room, or the copy does not agree with the source.
    """
    with _one_at_a_time:  # the hourly one and an import may ask at the same time
        return make(store, reason=_REASONS[moment]) if due(store, moment) else None


@contextmanager
def around(store: Store) -> Iterator[None]:
    """Back up at opening and at closing, as a window does, where it is due.

    Raises:
        StorageTrouble: The one at opening cannot be made; one at closing that fails is logged, what was done stands.
    """
    at(store, "open")
    yield
    try:
        at(store, "close")
    except Problem as problem:
        _log.warning("backup at closing failed: %s", problem.code)


@contextmanager
def removing(store: Store, label: str, *, rows: int) -> Iterator[Session]:
    """Open a write that takes rows away; many of them are backed up first.

    Raises:
        StorageTrouble: As `make` and `Store.write`; nothing was removed.
    """
    if rows > MANY_ROWS:
        at(store, "bulk_delete")
    with store.write(label) as session:
        yield session


def make(store: Store, *, reason: str) -> Backup:
    """Back up a store; verified before it gets its name.

    Args:
        store: The open store.
        reason: Why, in words ("导入前"); stands in the sidecar.

    Raises:
        StorageTrouble: No room, or the copy does not agree with the source.
    """
    require_space(store.folder.backups, wanted_bytes=2 * store.folder.database.stat().st_size)
    partial = _partial(store.folder)
    try:
        with store.quiet():
            store.copy_to(partial)
            same = same_pages(store.folder.database, partial)
        made = _finish(store.folder, partial, reason, same=same)
    except (sqlite3.Error, OSError) as err:
        raise _trouble(err, store.folder) from err
    finally:
        partial.unlink(missing_ok=True)
    with store.read() as session:
        place = settings.load(session).second_backup
    if place:
        _second(store.folder, made, Path(place))
    return made


def make_of_file(folder: DataFolder, *, reason: str) -> Backup:
    """Back up a database that no store has open yet (before a migration).

    Raises:
        StorageTrouble: No room, or the copy does not agree with the source.
    """
    partial = _partial(folder)
    try:
        with closing(sqlite3.connect(folder.database)) as source, closing(sqlite3.connect(partial)) as copy:
            source.backup(copy)
        return _finish(folder, partial, reason, source=facts(folder.database))
    except (sqlite3.Error, OSError) as err:
        raise _trouble(err, folder) from err
    finally:
        partial.unlink(missing_ok=True)


def due(store: Store, moment: str) -> bool:
    """Return whether a backup should be made now.

    Args:
        store: The open store.
        moment: One of `MOMENTS`: "manual", "package" and "migration" ask for one
            always, "open" after 8 hours, the others after 30 minutes if anything
            was done since. "after_import" does not count the one that was made
            before the import.
    """
    if moment not in MOMENTS:
        raise ValueError(f"{moment} is no moment of a backup")
    if not store.writable:
        return False
    kept = listed(store.folder)
    if not kept or moment in _ALWAYS:
        return True
    now = clock.now()
    ages = [now - one.made_at for one in kept if moment != "after_import" or one.reason == _REASONS[moment]]
    # what was made before the clock was set back says nothing true of its age
    youngest = min((gap for gap in ages if gap >= timedelta(0)), default=None)
    if moment == "open":
        return youngest is None or youngest > _OPENING_GAP
    if _head(store) in {one.head for one in kept}:
        return False
    return youngest is None or youngest >= _LEAST_GAP


def preview(store: Store, path: Path) -> Preview:
    """Say what restoring a backup would change.

    Raises:
        FileMissing, NotABackup, BackupSpoiled: It cannot be used.
    """
    return compared(described(path), store.folder.database)


def compared(backup: Backup, database: Path) -> Preview:
    """Compare a backup with a database, as far as that can be read.

    Raises:
        BackupSpoiled: The backup cannot be used.
    """
    require_unchanged(backup)
    then = living(backup.path) or {}
    now = living(database) or {}
    return Preview(
        backup.path,
        backup.made_at,
        backup.reason,
        in_words(now),
        in_words(then),
        difference(now, then),
        later(database, head=backup.head),
    )


def try_out(path: Path, *, progress: Progress = silent) -> Verdict:
    """Check in depth what restoring a backup would give, in a passing folder.

    Raises:
        FileMissing, NotABackup: It is no backup.
        DiskFull: No room for the trial.
    """
    chosen = described(path)
    started = time.perf_counter()
    require_space(path.parent, wanted_bytes=2 * path.stat().st_size)
    with TemporaryDirectory(dir=path.parent, prefix="~", suffix=".partial", ignore_cleanup_errors=True) as place:
        trial = DataFolder(Path(place))
        try:
            progress(0, 2, path.name)
            shutil.copyfile(path, trial.database)
            progress(1, 2, path.name)
            operations = _try(chosen, trial)
        except Problem as problem:
            return Verdict(path, False, problem.message(), {}, 0, time.perf_counter() - started)
        except (OSError, sqlite3.Error):
            why = BackupSpoiled(path=str(path)).message()
            return Verdict(path, False, why, {}, 0, time.perf_counter() - started)
        counts = in_words(living(trial.database) or {})
    seconds = time.perf_counter() - started
    sentence = f"这份备份能恢复：校验值、内部结构、每张表的行数都对，{operations} 条操作记录首尾相接。"
    return Verdict(path, True, sentence, counts, operations, seconds)


def age(folder: DataFolder) -> Age:
    """Return how old the newest backups are, here and in the second place."""
    kept = listed(folder)
    try:
        said = json.loads((folder.backups / _SECOND_NOTE).read_text(encoding="utf-8"))
        place, trouble = str(said["place"]), str(said["trouble"])
        second = datetime.fromisoformat(said["at"]) if said["at"] else None
    except (OSError, ValueError, KeyError, TypeError):
        place, trouble, second = "", "", None
    if not kept:
        return Age(None, second, place, trouble, "red")
    # without any copy elsewhere, the danger lasts since there is something to lose
    gap = clock.now() - (second or kept[-1].made_at)
    level = "red" if gap > _RED else "amber" if gap > _AMBER else "ok"
    return Age(kept[0].made_at, second, place, trouble, level)


def _try(chosen: Backup, trial: DataFolder) -> int:
    if sha256(trial.database) != chosen.sha256:
        raise BackupSpoiled(path=str(chosen.path))
    found = facts(trial.database)
    if not found["whole"] or found["counts"] != chosen.counts or found["head"] != chosen.head:
        raise BackupSpoiled(path=str(chosen.path))
    if not has_todays_tables(trial.database):
        return int(found["counts"].get("operation", 0))  # of an older version; restoring migrates it and verifies then
    with Store(trial) as store:
        store.longest_read = float("inf")  # nobody else waits for this copy
        with store.read() as session:
            return undoing.verify(session).operations


def _head(store: Store) -> str:
    with store.read() as session:
        return session.scalar(select(Operation.hash).order_by(Operation.id.desc()).limit(1)) or ""


def _partial(folder: DataFolder) -> Path:
    folder.backups.mkdir(parents=True, exist_ok=True)
    return folder.backups / f"{clock.now():%Y%m%d-%H%M%S}-{os.getpid()}-{time.monotonic_ns()}.partial"  # two of one second must not meet


def _finish(folder: DataFolder, partial: Path, reason: str, *, source: dict[str, Any] | None = None, same: bool = True) -> Backup:
    """Check a copy in depth, and give it its name.

    Args:
        folder: The data folder.
        partial: The copy.
        reason: Why it is made.
        source: What the source holds; None if the bytes of both were compared.
        same: Whether these were the same.
    """
    sync(partial)
    found = facts(partial)
    if not found["whole"]:
        raise Damaged(path=str(folder.database), why="备份核对时发现内部结构不完整")
    if not same or (source is not None and found != source):
        raise StorageTrouble(why="备份与原数据不一致，这份备份没有保留")
    made = clock.now()
    target = free_name(folder.backups, made_at=made)
    digest = sha256(partial)
    sidecar = {
        "made_at": made.isoformat(timespec="seconds"),
        "reason": reason,
        "counts": found["counts"],
        "digests": found["digests"],
        "head": found["head"],
        "sha256": digest,
    }
    # the sidecar first: a file without one would look like a backup and be none
    note = target.with_suffix(".json.partial")
    note.write_text(json.dumps(sidecar, ensure_ascii=False, indent=1), encoding="utf-8")
    sync(note)
    note.replace(target.with_suffix(".json"))
    partial.replace(target)
    sync_folder(folder.backups)
    thin(folder.backups, now=made)
    return Backup(target, made.replace(microsecond=0), reason, found["counts"], found["head"], digest)


def _second(folder: DataFolder, made: Backup, place: Path) -> None:
    """Copy a backup to the second place and note how that went."""
    trouble, at = "", age(folder).second
    try:
        _copy_to_second(made, place)
        at = made.made_at
    except Problem as problem:
        trouble = problem.message()
    note = {"place": str(place), "trouble": trouble, "at": at.isoformat(timespec="seconds") if at else None}
    with suppress(OSError):
        partial = folder.backups / f"{_SECOND_NOTE}.partial"
        partial.write_text(json.dumps(note, ensure_ascii=False), encoding="utf-8")
        partial.replace(folder.backups / _SECOND_NOTE)


def _copy_to_second(made: Backup, place: Path) -> None:
    if not place.is_dir():
        raise NoSecondPlace(path=str(place), why="现在找不到")
    partial = place / f"{made.path.name}.partial"
    try:
        require_space(place, wanted_bytes=made.path.stat().st_size)
        shutil.copyfile(made.path, partial)
        sync(partial)
        if sha256(partial) != made.sha256:
            raise NoSecondPlace(path=str(place), why="写出后读回不一致")
        shutil.copyfile(made.path.with_suffix(".json"), (place / made.path.name).with_suffix(".json"))
        partial.replace(place / made.path.name)
        sync_folder(place)
    except OSError as err:
        raise NoSecondPlace(path=str(place), why="写不进去") from err
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    thin(place, now=made.made_at)


def _trouble(err: Exception, folder: DataFolder) -> Exception:
    if isinstance(err, sqlite3.Error):
        return storage_trouble(err, folder.database)
    if isinstance(err, OSError) and err.errno == errno.ENOSPC:
        free = shutil.disk_usage(folder.root).free // _MEGABYTE
        return DiskFull(path=str(folder.backups), free=free, needed=max(64, 2 * folder.database.stat().st_size // _MEGABYTE))
    return StorageTrouble(why=f"备份文件夹“{folder.backups}”写不进去")
