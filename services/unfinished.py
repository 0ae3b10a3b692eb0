"""A package that was being written when the program died is taken away again.

Where a package will lie is noted before its first file and crossed out after
its version was recorded. A note that is still there at the next start names
what no version records: a folder that looks handed in and is not. Only what
the note names and what carries our list of checksums is removed.
"""

from __future__ import annotations

import json
import logging
import shutil
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from services.dbfile import UNREADABLE, opened, sync
from services.paths import DataFolder

CHECKSUMS = "MANIFEST.sha256"
_PARTIAL = ".partial-"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """Where a package is being written.

    Attributes:
        partial: The folder under its temporary name; its zip has the same name with .zip.
        folder: The folder under its final name.
        archive: The zip under its final name.
        version: Number of the version; 0 for a draft, which may stay when it is whole.
    """

    partial: str
    folder: str
    archive: str
    version: int


def begin(data: DataFolder, place: Place) -> None:
    """Note where a package will be written.

    Raises:
        OSError: The note cannot be written.
    """
    _write(data, [*_noted(data), place])


def end(data: DataFolder, place: Place) -> None:
    """Cross a place out: its package is recorded, or nothing of it is left."""
    with suppress(OSError):  # a note too many is looked into at the next start
        _write(data, [one for one in _noted(data) if one != place])


def tidy(data: DataFolder) -> str:
    """Remove what an interrupted package left; nobody has the data open.

    Returns:
        What was removed, for the clerk; "" if there was nothing.
    """
    noted = _noted(data)
    if not noted:
        return ""
    removed: list[str] = []
    left: list[Place] = []
    for place in noted:
        if not Path(place.folder).parent.is_dir():
            left.append(place)  # a stick that is not plugged in now
        elif _cleared(data, place):
            removed.append(Path(place.folder).name)
    with suppress(OSError):
        _write(data, left)
    if not removed:
        return ""
    _log.info("%d interrupted packages were removed", len(removed))
    return f"上次打包没有做完程序就停了：“{'”“'.join(removed)}”没有登记成版本，已经清掉，请重新打包。"


def _cleared(data: DataFolder, place: Place) -> bool:
    folder, partial, archive = Path(place.folder), Path(place.partial), Path(place.archive)
    found = False
    if _PARTIAL in partial.name:
        for leftover in (partial, partial.with_suffix(".zip")):
            found |= leftover.exists()
            _remove(leftover)
    if place.version and (folder / CHECKSUMS).is_file() and not _recorded(data, folder.name):
        found = True
        _remove(folder)
        _remove(archive)
    return found


def _recorded(data: DataFolder, name: str) -> bool:
    try:
        with closing(opened(data.database)) as connection:
            return connection.execute("SELECT 1 FROM package WHERE name = ?", (name,)).fetchone() is not None
    except UNREADABLE:
        return True  # what cannot be looked up stays


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _note(data: DataFolder) -> Path:
    return data.root / "packages-unfinished.json"


def _noted(data: DataFolder) -> list[Place]:
    try:
        said = json.loads(_note(data).read_text(encoding="utf-8"))
        return [Place(**one) for one in said]
    except (OSError, ValueError, TypeError):
        return []


def _write(data: DataFolder, places: list[Place]) -> None:
    note = _note(data)
    if not places:
        note.unlink(missing_ok=True)
        return
    partial = note.with_name(f"{note.name}.partial")
    partial.write_text(json.dumps([asdict(place) for place in places], ensure_ascii=False), encoding="utf-8")
    sync(partial)
    partial.replace(note)
