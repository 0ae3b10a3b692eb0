"""What can be done when the data do not open: say why, offer backups, restore.

The checks are those of `migrate`; here their refusals become a diagnosis for
the rescue window. Nothing is ever deleted: a damaged database goes aside with
its journal, a whole one is backed up first.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from services import backup as backups
from services import clock, dbfile, migrate, places, settings
from services.backup import Backup, BackupSpoiled
from services.errors import RESCUED, Damaged, DataFolderRefused, ForeignFile, HistoryBroken, Problem, StorageTrouble, TooNew
from services.paths import DataFolder
from services.progress import Progress, silent
from services.restoring import Restored, restore
from services.salvaging import Salvaged, salvage
from services.store import Store

__all__ = ["Diagnosis", "Offer", "Restored", "Salvaged", "diagnose", "offer", "offers", "open_read_only", "restore", "salvage", "warnings"]


@dataclass(frozen=True)
class Diagnosis:
    """Why a data folder does not open.

    Attributes:
        state: "damaged", "foreign", "newer", "refused" (the place) or "unreadable".
        code: Of the problem behind it.
        sentence: What is wrong, in words.
        mend: What to do about it.
        path: The file or folder.
        can_read_only: Whether `open_read_only` may show what can still be read.
    """

    state: str
    code: str
    sentence: str
    mend: str
    path: Path
    can_read_only: bool


@dataclass(frozen=True)
class Offer:
    """A verified backup that may take the place of today's file.

    Attributes:
        made_at: When it was made.
        reason: Why it was made.
        counts: Its rows by Chinese name, outside the bin.
        difference: By Chinese name, how many rows the readable part of today's file has more (negative: fewer).
        unknown: Tables of today's file that cannot be counted; all of them if it cannot be read at all.
        operations: What was done after the backup; None where today's file does not say.
        head: Hash of the last operation in it.
    """

    path: Path
    made_at: datetime
    reason: str
    counts: dict[str, int]
    difference: dict[str, int]
    unknown: tuple[str, ...]
    operations: dbfile.Later | None
    head: str


def warnings(root: Path) -> tuple[str, ...]:
    """Return what should be said about the place of the data, once a week."""
    return places.warnings(root)


def diagnose(root: Path) -> Diagnosis | None:
    """Return why a data folder does not open; None if it does.

    An interrupted write or restore is finished on the way, as at every opening.
    """
    try:
        migrate.examine(root)
    except StorageTrouble as problem:
        states: dict[type[Problem], str] = {
            Damaged: "damaged",
            HistoryBroken: "damaged",
            ForeignFile: "foreign",
            TooNew: "newer",
            DataFolderRefused: "refused",
        }
        state = next((state for kind, state in states.items() if isinstance(problem, kind)), "unreadable")
        database = DataFolder(root).database
        can_read = state in ("damaged", "refused") and not _place_refuses(root) and dbfile.stamp(database) == migrate.HEAD
        path = Path(problem.where() or database)
        return Diagnosis(state, problem.code, problem.message(), problem.way_out(), path, can_read)
    return None


def offers(root: Path, *, progress: Progress = silent) -> list[Offer]:
    """Return the verified backups that are still what they were, newest first."""
    folder = DataFolder(root)
    found: list[Offer] = []
    listed = backups.listed(folder)
    for number, one in enumerate(listed):
        progress(number, len(listed), one.path.name)
        with suppress(BackupSpoiled):
            found.append(_offer(one, folder))
    return found


def offer(root: Path, *, backup: Path) -> Offer:
    """Return what restoring one backup would mean; it may lie anywhere.

    Raises:
        FileMissing, NotABackup, BackupSpoiled: It cannot be used.
    """
    return _offer(backups.described(backup), DataFolder(root))


def open_read_only(root: Path) -> Store:
    """Open what can still be read of damaged data; nothing can be written.

    Raises:
        StorageTrouble: Not even that.
    """
    places.require_local(root)
    store = Store(DataFolder(root), holder=RESCUED)
    try:
        with store.read() as session:
            clock.set_demo_date(settings.load(session).demo_date)
    except BaseException:
        store.close()
        raise
    return store


def _place_refuses(root: Path) -> bool:
    try:
        places.require_local(root)
        places.require_plain(DataFolder(root).database)
    except DataFolderRefused:
        return True
    return False


def _offer(one: Backup, folder: DataFolder) -> Offer:
    backups.require_unchanged(one)
    then = dbfile.living(one.path) or {}
    now = dbfile.living(folder.database) if folder.database.exists() else None
    readable = {name: number for name, number in (now or {}).items() if number is not None}
    unknown = tuple(dbfile.in_words({name: 0 for name in then if name not in readable}))
    return Offer(
        one.path,
        one.made_at,
        one.reason,
        dbfile.in_words(then),
        dbfile.difference(readable, then),
        unknown,
        dbfile.later(folder.database, head=one.head) if now is not None else None,
        one.head,
    )
