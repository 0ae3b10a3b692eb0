"""Putting a new database in the place of the old one, whatever happens between.

The new database grows in a folder of its own and is finished there. Then a
marker is written, the old file goes aside together with its journal (beside a
new database that journal would be played into it), the new one takes the
name, the marker goes. A run that dies in between is finished at the next
opening; one that the system refuses is taken back.
"""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path

from services import clock
from services.dbfile import SEAL, SIDE_FILES, sync, sync_folder
from services.errors import StorageTrouble
from services.paths import DataFolder

_STAGING = "恢复中"
_ASIDE = "坏库"


class NotSwapped(StorageTrouble):
    """The old database could not be put aside or the new one not in place."""

    code = "not_swapped"
    template = "数据文件夹“{path}”里的文件换不过来：{why}。"
    mend = "关闭正在使用数据文件的程序（如同步盘、杀毒扫描）后再试；原来的数据没有变。"


def stage(folder: DataFolder) -> DataFolder:
    """Return an empty folder in which the new database may grow.

    Raises:
        NotSwapped: It cannot be made.
    """
    staged = DataFolder(folder.root / _STAGING)
    try:
        if staged.root.exists():
            shutil.rmtree(staged.root)
        staged.prepare()
    except OSError as err:
        raise NotSwapped(path=str(folder.root), why="不能写入") from err
    return staged


def keep_copy(folder: DataFolder, place: Path) -> None:
    """Copy the database with its journal to a new folder, as it is now.

    Raises:
        OSError: It cannot be copied.
    """
    partial = place.with_name(f"{place.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir()
        for suffix in ("", *SIDE_FILES):
            old = folder.database.with_name(folder.database.name + suffix)
            if old.is_file():
                shutil.copyfile(old, partial / old.name)
        partial.rename(place)
    except OSError:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def put_folder_aside(folder: DataFolder, place: Path) -> None:
    """Keep a folder for good, under the name that damaged files have.

    Raises:
        OSError: It cannot be renamed.
    """
    place.rename(_free_folder(folder.root))


def put_journal_aside(folder: DataFolder) -> Path:
    """Keep a journal where SQLite does not play it into the database.

    Raises:
        NotSwapped: It cannot be moved; everything is as it was.
    """
    journal = folder.database.with_name(folder.database.name + SIDE_FILES[0])
    aside = _free_folder(folder.root)
    try:
        aside.mkdir()
        journal.rename(aside / journal.name)
        sync_folder(folder.root)
    except OSError as err:
        with suppress(OSError):
            aside.rmdir()
        raise NotSwapped(path=str(folder.root), why=_reason(err)) from err
    return aside


def clear(staged: DataFolder) -> None:
    """Remove the database of a staging folder, so that another may begin there.

    Raises:
        NotSwapped: It cannot be removed.
    """
    try:
        for suffix in ("", *SIDE_FILES):
            staged.database.with_name(staged.database.name + suffix).unlink(missing_ok=True)
    except OSError as err:
        raise NotSwapped(path=str(staged.root), why=_reason(err)) from err


def discard(folder: DataFolder) -> None:
    """Remove what grew, unless it is already meant to take the place."""
    if not _marker(folder).exists():
        shutil.rmtree(folder.root / _STAGING, ignore_errors=True)


def swap(folder: DataFolder) -> Path:
    """Put the staged database in place and the old one aside, journal and all.

    Returns:
        The folder in which the old files lie as they were.

    Raises:
        NotSwapped: Everything is as it was.
    """
    aside = _free_folder(folder.root)
    try:
        _make_durable(folder)
        note = _marker(folder).with_suffix(".partial")
        note.write_text(json.dumps({"aside": aside.name}, ensure_ascii=False), encoding="utf-8")
        sync(note)
        note.replace(_marker(folder))
        sync_folder(folder.root)
    except OSError as err:
        raise NotSwapped(path=str(folder.root), why="不能写入") from err
    _carry_out(folder, aside)
    return aside


def replace(folder: DataFolder) -> None:
    """Put the staged database over the old one, which is whole and backed up.

    Raises:
        NotSwapped: Everything is as it was.
    """
    try:
        _make_durable(folder)
        folder.database.with_name(folder.database.name + SEAL).unlink(missing_ok=True)  # it is of the old one
        _staged(folder).replace(folder.database)
        sync_folder(folder.root)
    except OSError as err:
        if _staged(folder).exists():
            raise NotSwapped(path=str(folder.root), why=_reason(err)) from err
    discard(folder)


def finish(folder: DataFolder) -> bool:
    """Finish a swap that was interrupted, or clear what never came to one.

    Returns:
        Whether a database was put in place.

    Raises:
        NotSwapped: The system still refuses; the old files are where they were.
    """
    marker = _marker(folder)
    if not marker.exists():
        discard(folder)
        return False
    try:
        name = str(json.loads(marker.read_text(encoding="utf-8"))["aside"])
    except (OSError, ValueError, KeyError):
        name = _free_folder(folder.root).name
    _carry_out(folder, folder.root / name)
    return True


def _carry_out(folder: DataFolder, aside: Path) -> None:
    moved: list[tuple[Path, Path]] = []
    try:
        if _staged(folder).exists():
            aside.mkdir(exist_ok=True)
            for suffix in (*SIDE_FILES, ""):  # the journal first: alone beside the old file it is missed, beside the new one it kills
                old = folder.database.with_name(folder.database.name + suffix)
                if old.exists() or old.is_symlink():
                    old.rename(aside / old.name)
                    moved.append((old, aside / old.name))
            sync_folder(aside)
            _staged(folder).replace(folder.database)
            sync_folder(folder.root)
    except OSError as err:
        if not _staged(folder).exists():
            return  # the new one has the name, it is only not sure to be on the disk: the marker lets the next opening look again
        _take_back(folder, aside, moved)
        raise NotSwapped(path=str(folder.root), why=_reason(err)) from err
    _marker(folder).unlink(missing_ok=True)
    discard(folder)


def _take_back(folder: DataFolder, aside: Path, moved: list[tuple[Path, Path]]) -> None:
    with suppress(OSError):  # if even this fails the marker stays, and the next opening goes on
        for old, kept in reversed(moved):
            kept.rename(old)
        if aside.exists() and not any(aside.iterdir()):
            aside.rmdir()
        if not aside.exists():
            _marker(folder).unlink()


def _make_durable(folder: DataFolder) -> None:
    sync(_staged(folder))
    sync_folder(_staged(folder).parent)


def _staged(folder: DataFolder) -> Path:
    return DataFolder(folder.root / _STAGING).database


def _marker(folder: DataFolder) -> Path:
    return folder.root / "restoring.json"


def _free_folder(root: Path) -> Path:
    name = f"{_ASIDE}_{clock.now():%Y%m%d-%H%M%S}"
    place, number = root / name, 1
    while place.exists():
        number += 1
        place = root / f"{name}-{number}"
    return place


def _reason(err: OSError) -> str:
    if getattr(err, "winerror", None) in (5, 32, 33) or isinstance(err, PermissionError):
        return "被另一个程序占用，或没有写入权限"
    return "硬盘没有响应或已满"
