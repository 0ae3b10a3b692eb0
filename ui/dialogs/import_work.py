"""The part of an import that runs off the UI thread: plan files, write plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.annexes import READABLE
from services import runs
from services.errors import Problem
from services.imports.desks import DESKS
from services.imports.plan import NotImportable, Plan
from services.progress import Cancelled, Progress, silent

ORDER = tuple(DESKS)
# Windows and WPS leave these in every folder.
_NOT_SENT = frozenset({"thumbs.db", "desktop.ini"})


@dataclass(frozen=True)
class Trouble:
    """Why a file cannot be written.

    Attributes:
        sentence: What is wrong.
        way_out: What to do, where the sentence does not say it.
        choices: Forms it may be, as (code, title); one of them has to be chosen.
    """

    sentence: str
    way_out: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass
class FileState:
    """One file of an import: its plan, or why there is none.

    Attributes:
        path: The file.
        plan: What its import would do.
        trouble: Why it cannot be written.
    """

    path: Path
    plan: Plan | None = None
    trouble: Trouble | None = None

    @property
    def writes(self) -> int:
        """How many rows would be written."""
        return self.plan.writes if self.plan and not self.trouble else 0

    @property
    def counts(self) -> Mapping[str, int]:
        """Rows by what becomes of them."""
        return self.plan.counts if self.plan else {}

    @property
    def group(self) -> str:
        """What it asks: "look" of the clerk, "write", or nothing ("same")."""
        counts = self.counts
        if self.trouble or not self.plan or counts["rejected"] or (self.writes and counts["flagged"]):
            return "look"
        return "write" if self.writes else "same"


@dataclass(frozen=True)
class Applied:
    """What was written.

    Attributes:
        rows: How many rows.
        files: From how many files.
        left: Files that still ask for something, planned anew.
    """

    rows: int
    files: int
    left: tuple[FileState, ...]


def files_in(paths: Sequence[Path]) -> list[Path]:
    """Return the files to read: those given, and all in given folders."""
    found: dict[Path, None] = {}
    for path in paths:
        if not path.is_dir():
            found[path] = None
            continue
        inside = (file for file in sorted(path.rglob("*")) if file.is_file() and file.name.lower() not in _NOT_SENT)
        sent = [file for file in inside if not file.name.startswith(("~$", "."))]
        found |= dict.fromkeys(sent or [path])
    return list(found)


def plan_files(
    *, store: Any, paths: Sequence[Path], campaign_id: int | None, expected: str | None = None, progress: Progress = silent
) -> list[FileState]:
    """Plan every file; a file that cannot be read says so and stops no other.

    Args:
        store: The open store.
        paths: Files.
        campaign_id: The campaign they belong to.
        expected: Form that was chosen for them by hand.
        progress: Told before each file; may stop the work.
    """
    states: list[FileState] = []
    for number, path in enumerate(paths):
        progress(number, len(paths), path.name)
        if path.is_dir():
            states.append(FileState(path, trouble=Trouble("文件夹里没有文件", "选定装有来表的文件夹，或直接选文件。")))
            continue
        try:
            plan = runs.plan_file(store, path=path, campaign_id=campaign_id, expected=expected)
        except NotImportable as refused:
            states.append(FileState(path, trouble=_refusal(refused)))
        except Problem as problem:
            states.append(FileState(path, trouble=Trouble(problem.message(), problem.way_out())))
        else:
            states.append(FileState(path, plan))
    return states


def apply_files(*, store: Any, states: Sequence[FileState], progress: Progress = silent) -> Applied:
    """Write the plans one after the other, each an operation of its own.

    Rows that were refused because another file had to come first are planned
    anew; nothing is written that the clerk has not seen.

    Args:
        store: The open store.
        states: Files in any order; those their rows need come first.
        progress: Told before each file; stopping keeps what is written.
    """
    rows = files = 0
    left: list[FileState] = []
    stopped = False
    for number, state in enumerate(sorted(states, key=_rank)):
        if state.plan is None or state.trouble or stopped:
            left.append(state)
            continue
        try:
            progress(number, len(states), state.path.name)
            counts = runs.apply(store, plan=state.plan, progress=progress)
        except Problem as problem:
            left.append(FileState(state.path, state.plan, Trouble(problem.message(), problem.way_out())))
            continue
        except Cancelled:
            stopped = True
            left.append(state)
            continue
        rows += counts["new"] + counts["changed"]
        files += bool(counts["new"] + counts["changed"])
        if counts["rejected"]:
            left.append(state)
    return Applied(rows, files, tuple(_planned_anew(store, state) for state in left) if rows else tuple(left))


def _planned_anew(store: Any, state: FileState) -> FileState:
    if state.plan is None or state.trouble:
        return state
    return FileState(state.path, runs.plan_read(store, path=state.path, read=state.plan.read, campaign_id=state.plan.campaign_id))


def _rank(state: FileState) -> tuple[int, str]:
    codes = [ORDER.index(code) for code, _row in state.plan.rows] if state.plan else []
    return min(codes, default=len(ORDER)), state.path.name


def _refusal(refused: NotImportable) -> Trouble:
    read = refused.read
    codes = read.choices or ((read.detected_form,) if read.detected_form else ())
    titles = tuple((form.code, form.title) for form in READABLE if form.code in codes)
    return Trouble(refused.message(), refused.way_out(), titles)
