"""The seal of a database that was closed cleanly, and what its absence means.

Whoever wrote closes with a small file beside the database: size, SHA-256, the
head of the history. A file that still answers to it is byte for byte what was
closed; one that does not was changed behind the program's back and is checked
in depth; one without a seal was not closed (a kill, a power cut) or was just
brought here, and is checked in depth too. A seal that cannot be read counts as
none: it must never keep whole data from opening.
"""

from __future__ import annotations

import json
import logging
import shutil
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from services import clock, swapping
from services.dbfile import SEAL, UNREADABLE, has_hot_journal, later, opened, sha256, sync, sync_folder
from services.errors import DiskFull
from services.paths import DataFolder, require_space

_KEPT = "写入中断前"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seal:
    """What the database was when it was closed.

    Attributes:
        size: Bytes of the file.
        sha256: Of the file.
        head: Hash of the last operation in it; empty if there was none.
        at: When, as ISO text.
    """

    size: int
    sha256: str
    head: str
    at: str


@dataclass(frozen=True)
class Look:
    """What a first look at the files says, before anything opens them.

    Attributes:
        seal: The seal; None if there is none that can be read.
        same: Whether the database is byte for byte what was sealed.
    """

    seal: Seal | None
    same: bool


def put(folder: DataFolder) -> None:
    """Seal a database that nobody has open any more.

    A seal that cannot be written is left out: the next opening then takes a closer look, and nothing is lost.
    """
    place, partial = _seal(folder), _seal(folder).with_name(_seal(folder).name + ".partial")
    try:
        if has_hot_journal(folder.database):
            return
        with closing(opened(folder.database)) as connection:
            last = connection.execute("SELECT hash FROM operation ORDER BY id DESC LIMIT 1").fetchone()
        at = clock.now().isoformat(timespec="seconds")
        made = Seal(folder.database.stat().st_size, sha256(folder.database), last[0] if last else "", at)
        partial.write_text(json.dumps(asdict(made)), encoding="utf-8")
        sync(partial)
        partial.replace(place)
        sync_folder(folder.root)
    except (OSError, *UNREADABLE) as err:
        _log.info("closed without a seal: %s", type(err).__name__)
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def remove(folder: DataFolder) -> None:
    """Break the seal, because from now on the database may be written."""
    with suppress(OSError):  # one that stays is only a seal that does not fit
        _seal(folder).unlink(missing_ok=True)


def look(folder: DataFolder) -> Look:
    """Compare the database with its seal, and keep what a journal may spoil.

    SQLite plays a journal back at the next opening. Beside a database that answers to its seal a journal is of another time (a sync
    program brought it) and goes aside. Beside any other it is taken for an interrupted write; a copy is kept until the outcome is proven.

    Raises:
        NotSwapped: A foreign journal cannot be put aside; nothing was changed.
    """
    seal = _read(folder)
    same = seal is not None and _answers(folder.database, seal)
    if has_hot_journal(folder.database):
        if same:
            _log.info("a journal that is not of this file was put aside")
            swapping.put_journal_aside(folder)
        else:
            _log.info("a write was interrupted; the file is checked in depth")
            _keep(folder)
    return Look(seal, same)


def notice(folder: DataFolder, seen: Look) -> str:
    """Return what to say of a changed file that is whole; empty if nothing."""
    if seen.same or seen.seal is None:
        return ""
    since = later(folder.database, head=seen.seal.head)
    if since is None:
        return (
            f"数据文件不是上次关闭时（{seen.seal.at[:16].replace('T', ' ')}）的那一份，里面没有当时最后一条操作，可能被旧文件盖过。"
            "已逐条核对，这一份本身完整；请看最近录入的内容还在不在，不在就从备份恢复。"
        )
    added = f"多了 {since.count} 条操作" if since.count else "内容没有变"
    return f"数据文件在上次关闭之后被别的程序动过，已逐条核对：{added}，与操作记录一致。"


def settle(folder: DataFolder) -> None:
    """Drop the copy from before an interrupted write: what came of it is whole."""
    shutil.rmtree(_kept(folder), ignore_errors=True)


def keep(folder: DataFolder) -> None:
    """Let that copy stay for good: what came of the interrupted write is damaged."""
    if _kept(folder).exists():
        with suppress(OSError):
            swapping.put_folder_aside(folder, _kept(folder))


def _keep(folder: DataFolder) -> None:
    if _kept(folder).exists():
        return  # of an opening that was killed as well: that one is from before
    with suppress(OSError, DiskFull):  # no room for a copy is no reason not to open
        require_space(folder.root, wanted_bytes=2 * folder.database.stat().st_size)
        swapping.keep_copy(folder, _kept(folder))


def _answers(database: Path, seal: Seal) -> bool:
    try:
        return database.stat().st_size == seal.size and sha256(database) == seal.sha256
    except OSError:
        return False


def _read(folder: DataFolder) -> Seal | None:
    try:
        said = json.loads(_seal(folder).read_text(encoding="utf-8"))
        return Seal(int(said["size"]), str(said["sha256"]), str(said["head"]), str(said["at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _seal(folder: DataFolder) -> Path:
    return folder.database.with_name(folder.database.name + SEAL)


def _kept(folder: DataFolder) -> Path:
    return folder.root / _KEPT
