"""Once a week: the full check of the data, the word about their place.

When each was done, and what the last check found, stands in a note in the data
folder and not in the database: looking is no operation of the office.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from services import clock, places, verifying
from services.paths import DataFolder
from services.progress import Progress, silent
from services.store import Store
from services.verifying import Item, Report

__all__ = ["Item", "Report", "check", "check_due", "last_check", "warnings_due"]

EVERY = timedelta(days=7)
_NOTE = "weekly.note"
_PAUSE_SECONDS = 0.002
_AT_MOST = 0.2  # of the time goes to the check while somebody works


def check(store: Store, *, gently: bool = False, progress: Progress = silent) -> Report:
    """Check everything as `verifying.verify_data`, and note when and what was found.

    Args:
        store: Open; work in it may go on.
        gently: Leave most of the time to whoever works meanwhile.
        progress: Told how far it is; may stop the work, then nothing is noted.
    """
    report = verifying.verify_data(store, progress=_Gentle(progress) if gently else progress)
    _keep(store.folder, "check", report.as_json())
    return report


def last_check(folder: DataFolder) -> Report | None:
    """Return what the last full check found; None if there was none."""
    said = _kept(folder).get("check") or {}
    try:
        items = tuple(Item(one["key"], one["title"], bool(one["ok"]), one["sentence"], int(one["checked"])) for one in said["items"])
        datetime.fromisoformat(said["at"])
        return Report(bool(said["ok"]), said["at"], items)
    except (ValueError, KeyError, TypeError):
        return None


def check_due(folder: DataFolder) -> bool:
    """Return whether the last full check is older than a week."""
    last = last_check(folder)
    return last is None or _is_old(datetime.fromisoformat(last.at))


def warnings_due(folder: DataFolder) -> tuple[str, ...]:
    """Return what should be said of the place of the data, at most once a week.

    What is returned counts as said.
    """
    said = places.warnings(folder.root)
    told = _kept(folder).get("warned")
    with suppress(ValueError, TypeError):
        if told and not _is_old(datetime.fromisoformat(told)):
            return ()
    if said:
        _keep(folder, "warned", clock.now().isoformat(timespec="seconds"))
    return said


class _Gentle:
    """Reports on, and sleeps most of the time, so that the window stays quick."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._awake = time.perf_counter()

    def __call__(self, done: int, total: int | None = None, note: str = "") -> None:
        self._progress(done, total, note)
        worked = time.perf_counter() - self._awake
        if worked >= _PAUSE_SECONDS:
            time.sleep(min(worked * (1 / _AT_MOST - 1), 0.25))
            self._awake = time.perf_counter()


def _is_old(at: datetime) -> bool:
    gap = clock.now() - at
    return gap >= EVERY or gap < timedelta(0)  # the clock was set back: what the note says is not true


def _kept(folder: DataFolder) -> dict[str, Any]:
    try:
        said = json.loads((folder.root / _NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _keep(folder: DataFolder, name: str, value: object) -> None:
    with suppress(OSError):  # without the note it is done again the next time
        note = folder.root / _NOTE
        partial = note.with_suffix(".partial")
        partial.write_text(json.dumps({**_kept(folder), name: value}, ensure_ascii=False, indent=1), encoding="utf-8")
        partial.replace(note)
