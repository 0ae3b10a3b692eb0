"""What a program that died while writing leaves, and what is checked for it.

SQLite takes the interrupted write back when the file is next opened. If the
journal is not of this file (a sync program brought an old one), that spoils
it. So a copy is kept first, and the copy goes only when the file was checked
in depth afterwards, the record of changes included.
"""

from __future__ import annotations

import json
import logging
import shutil
from contextlib import suppress
from pathlib import Path

from services import swapping
from services.dbfile import has_hot_journal
from services.errors import DiskFull
from services.paths import DataFolder, require_space

_log = logging.getLogger(__name__)


def notice(folder: DataFolder) -> bool:
    """Note an interrupted write before it is taken back.

    Returns:
        Whether this file must be checked in depth: now, or still.
    """
    if has_hot_journal(folder.database):
        kept = ""
        with suppress(OSError, DiskFull):  # no room for a copy is no reason not to open
            require_space(folder.root, wanted_bytes=2 * folder.database.stat().st_size)
            kept = swapping.keep_copy(folder).name
        _write(folder, kept)
        _log.info("a write was interrupted; the file is checked in depth")
    return _note(folder).exists()


def keep(folder: DataFolder) -> None:
    """Let the copy stay for good: the file was found damaged."""
    if _note(folder).exists():
        with suppress(OSError):
            _write(folder, "")


def settle(folder: DataFolder) -> None:
    """Remove the copy and the note: the file was checked in depth and is whole."""
    note = _note(folder)
    try:
        name = json.loads(note.read_text(encoding="utf-8"))["copy"]
    except (OSError, ValueError, KeyError, TypeError):
        name = ""
    if name:
        shutil.rmtree(folder.root / str(name), ignore_errors=True)
    with suppress(OSError):
        note.unlink(missing_ok=True)


def _write(folder: DataFolder, copy: str) -> None:
    partial = _note(folder).with_suffix(".partial")
    partial.write_text(json.dumps({"copy": copy}, ensure_ascii=False), encoding="utf-8")
    partial.replace(_note(folder))


def _note(folder: DataFolder) -> Path:
    return folder.root / "unclean.json"
