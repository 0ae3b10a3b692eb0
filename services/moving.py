"""Moving a data folder: copied, verified, and only then the old one renamed."""

from __future__ import annotations

import shutil
import sqlite3
import uuid
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from services import clock, dbfile, migrate, paths, places, restoring
from services.errors import DataFolderRefused, StorageTrouble, TargetExists
from services.paths import DataFolder, require_space
from services.progress import Progress, silent
from services.store import storage_trouble

_MOVED = "_已搬走"


class NotMoved(StorageTrouble):
    """The data could not be moved; they are where they were."""

    code = "not_moved"
    template = "数据没有搬到“{path}”：{why}。"
    mend = "原来的数据文件夹没有变；换一个位置，或关闭占用它的程序后再试。"


@dataclass(frozen=True)
class Moved:
    """What a move did.

    Attributes:
        root: The new data folder.
        aside: The old one under its new name.
        files: How many files were copied and verified besides the database.
    """

    root: Path
    aside: Path
    files: int


def move(root: Path, target: Path, *, operator: str | None = None, progress: Progress = silent) -> Moved:
    """Move all data to another place; no store may be open there.

    Args:
        root: The data folder.
        target: The new one; missing or empty.
        operator: Who moves it, for the message to others meanwhile.
        progress: Told after each file; may stop the work.

    Raises:
        TargetExists: The target holds something.
        DataFolderRefused: The target may not hold data (network), or lies inside the old folder.
        Damaged: The database is not whole; repair it first.
        NotMoved, DiskFull: Everything is where it was.
    """
    places.require_local(target)
    inside = root.resolve() in (target.resolve(), *target.resolve().parents) or target.resolve() in root.resolve().parents
    if inside:
        raise DataFolderRefused(path=str(target), why="和原来的数据文件夹一个套着另一个")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise TargetExists(path=str(target))
    partial = target.parent / f".{target.name}.partial-{uuid.uuid4().hex[:8]}"
    with restoring.being_replaced(root, operator=operator or "") as folder:
        migrate.require_whole(folder)
        listed = _files(folder)
        require_space(target.parent, wanted_bytes=sum(one.stat().st_size for one in listed) + 2 * folder.database.stat().st_size)
        try:
            partial.mkdir(parents=True)
            _copy_database(folder, DataFolder(partial))
            for number, one in enumerate(listed):
                progress(number, len(listed), one.name)
                _copy_file(one, partial / one.relative_to(root), target)
            if target.exists():
                target.rmdir()
            partial.rename(target)
            dbfile.sync_folder(target.parent)
        except sqlite3.Error as err:
            raise storage_trouble(err, folder.database) from err
        except OSError as err:
            raise NotMoved(path=str(target), why="那里写不进去") from err
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    # the lock lies in the old folder and must be free before that can be renamed
    return Moved(target, _put_away(root, target), len(listed))


def _put_away(root: Path, target: Path) -> Path:
    aside = root.with_name(f"{root.name}{_MOVED}")
    if aside.exists():
        aside = root.with_name(f"{root.name}{_MOVED}_{clock.now():%Y%m%d-%H%M%S}")
    try:
        paths.remember_move(root, target)
        root.rename(aside)
    except OSError as err:
        # two folders that both look like the data would be worse than none moved
        with suppress(OSError):
            paths.remember_move(target, root)
        shutil.rmtree(target, ignore_errors=True)
        raise NotMoved(path=str(target), why="原来的文件夹正被占用，改不了名") from err
    return aside


def _files(folder: DataFolder) -> list[Path]:
    own = {folder.database.name + suffix for suffix in ("", *dbfile.SIDE_FILES)} | {folder.lock.name, folder.holder.name}
    left = {folder.snapshots}
    return sorted(
        path
        for path in folder.root.rglob("*")
        if path.is_file() and not (path.parent == folder.root and path.name in own) and not left.intersection(path.parents)
    )


def _copy_database(folder: DataFolder, there: DataFolder) -> None:
    with closing(dbfile.opened(folder.database)) as source, closing(sqlite3.connect(there.database)) as copy:
        source.backup(copy)
    dbfile.sync(there.database)
    found = dbfile.facts(there.database)
    if not found["whole"] or found != dbfile.facts(folder.database):
        raise NotMoved(path=str(there.root), why="复制后核对不一致")


def _copy_file(source: Path, copy: Path, target: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, copy)
    dbfile.sync(copy)
    if dbfile.sha256(copy) != dbfile.sha256(source):
        raise NotMoved(path=str(target), why=f"“{source.name}”复制后核对不一致")
