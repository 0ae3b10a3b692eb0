"""The part of an import that runs off the UI thread: plan, mend, write, undo.

The wizard keeps what these functions return and shows it; it decides nothing
about rows itself. Every clerk's answer about a row is a `Choice` of the
services, and the plan that follows from it is made there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from models.annexes import READABLE
from services import history, importing, undoing
from services.errors import Problem
from services.imports.desks import DESKS
from services.imports.headings import Learned
from services.imports.learned import remember
from services.imports.planned import Batch, Choice, Plan, PlanRow
from services.imports.read_form import ReadForm, RowFlag
from services.progress import Progress, silent

# Windows and WPS leave these in every folder.
_NOT_SENT = frozenset({"thumbs.db", "desktop.ini"})
_DEAD = "已隔离"
# Read exactly and without doubt: told beside the cell, but nobody has to decide.
NOTES = frozenset(
    {
        "date_text",
        "date_from_serial",
        "date_year_inferred",
        "number_text",
        "suffix_removed",
        "control_char_removed",
        "amount_chinese_numeral",
        "amount_text",
        "merged_filled",
        "leading_zero_from_format",
    }
)
Refs = frozenset[tuple[Path, str]]


@dataclass(frozen=True)
class Trouble:
    """Why a file cannot be written.

    Attributes:
        sentence: What is wrong.
        way_out: What to do, where the sentence does not say it.
        choices: Forms it may be, as (code, title); one of them has to be chosen.
        mappable: Its cells were read, so a form can be chosen by hand.
        dead: The worker died of it.
    """

    sentence: str
    way_out: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    mappable: bool = False
    dead: bool = False


@dataclass
class FileState:
    """One file of an import: its plan, or why there is none.

    Attributes:
        path: The file.
        plan: What its import would do.
        trouble: Why it cannot be written.
        accepted: Keys of flagged rows that the clerk takes as they are.
    """

    path: Path
    plan: Plan | None = None
    trouble: Trouble | None = None
    accepted: set[str] = field(default_factory=set)

    def waits(self, row: PlanRow) -> bool:
        """Whether a row asks for the clerk before it can be written."""
        return doubtful(row) and row.ref not in self.accepted

    def outcome(self, row: PlanRow) -> str:
        """What becomes of a row: "new", "changed", "same", "look", "skipped"."""
        if not row.choice.write:
            return "skipped"
        return "look" if row.action == "rejected" or self.waits(row) else row.action

    @property
    def counts(self) -> dict[str, int]:
        """Lines of the file by what becomes of them; their sum is what was read."""
        found = dict.fromkeys(("new", "changed", "same", "look", "skipped"), 0)
        if self.plan is None:
            return found
        for _code, row in self.plan.rows:
            found[self.outcome(row)] += 1
        found["skipped"] += len(self.skipped)
        return found

    @property
    def skipped(self) -> list[Any]:
        """The lines of the file that are no records, with the reason."""
        if self.plan is None:
            return []
        return [line for table in self.plan.tables for line in table.skipped]

    @property
    def writes(self) -> int:
        """How many rows would be written now."""
        if self.plan is None or self.trouble:
            return 0
        return sum(self.outcome(row) in ("new", "changed") for _code, row in self.plan.rows)

    @property
    def waiting(self) -> list[PlanRow]:
        """Rows that ask for the clerk."""
        return [row for _code, row in self.plan.rows if self.outcome(row) == "look"] if self.plan else []

    @property
    def group(self) -> str:
        """What it asks: "look" of the clerk, "write", or nothing ("same")."""
        if self.trouble or self.plan is None or self.waiting:
            return "look"
        return "write" if self.writes else "same"


@dataclass(frozen=True)
class Planned:
    """All files of the wizard after planning."""

    batch: Batch
    states: tuple[FileState, ...]


@dataclass(frozen=True)
class Written:
    """One file that was written.

    Attributes:
        operation: Operation that undo takes back; None if nothing was written.
        rows: How many rows.
        message: Why it was refused, if it was.
        undone: It was taken back.
    """

    path: Path
    operation: int | None
    counts: Mapping[str, int]
    message: str = ""
    undone: bool = False

    @property
    def rows(self) -> int:
        """How many rows were written."""
        return self.counts.get("new", 0) + self.counts.get("changed", 0) if self.operation is not None else 0


@dataclass(frozen=True)
class Applied:
    """What was written.

    Attributes:
        files: Each file, in the order of writing.
        left: What still asks for something, planned anew; None if nothing does.
    """

    files: tuple[Written, ...]
    left: Planned | None

    @property
    def rows(self) -> int:
        """How many rows were written."""
        return sum(one.rows for one in self.files)


@dataclass(frozen=True)
class Undone:
    """What was taken back.

    Attributes:
        operations: Ids of the operations.
        message: Why it stopped, if it did.
    """

    operations: tuple[int, ...]
    message: str = ""


def doubtful(row: PlanRow) -> bool:
    """Tell whether a row that would be written holds something to be checked."""
    return row.action in ("new", "changed") and any(asks(row, flag) for flag in row.flags)


def asks(row: PlanRow, flag: RowFlag) -> bool:
    """Tell whether a remark asks for the clerk.

    An empty cell does not where the office knows the value.
    """
    return flag.code not in NOTES and not (flag.code == "missing" and row.values.get(flag.key) not in (None, "", ()))


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
    *,
    store: Any,
    paths: Sequence[Path],
    campaign_id: int | None,
    before: Planned | None = None,
    expected: str | None = None,
    results: bool = False,
    progress: Progress = silent,
) -> Planned:
    """Plan files, together with those that were planned before.

    Args:
        store: The open store.
        paths: Files to read; those of them that were planned before are read anew.
        campaign_id: The campaign they belong to.
        before: What the wizard has already.
        expected: Form that was chosen for them by hand.
        results: Take findings without a visit as a group's result: they make the visit.
        progress: Told before each file; may stop the work.
    """
    fresh = importing.plan_files(store, paths=paths, campaign_id=campaign_id, expected=expected, results=results, progress=progress)
    if before is None:
        return _states(fresh, ())
    kept = [plan for plan in before.batch.plans if plan.path not in paths]
    refused = [one for one in before.batch.refused if one.path not in paths]
    whole = replace(fresh, plans=[*kept, *fresh.plans], refused=[*refused, *fresh.refused])
    if kept and fresh.plans:
        whole = importing.replan(store, batch=whole, progress=progress)
    return _states(whole, before.states)


def replan(
    *,
    store: Any,
    before: Planned,
    choices: Mapping[Path, Mapping[str, Choice]],
    without: Collection[Path] = (),
    progress: Progress = silent,
) -> Planned:
    """Plan again after an answer of the clerk; nothing is read again.

    Args:
        store: The open store.
        before: What the wizard has.
        choices: Answers by file and row.
        without: Files that are taken out.
        progress: Told how far it is.
    """
    states = tuple(state for state in before.states if state.path not in without)
    if not before.batch.plans:
        return _states(replace(before.batch, refused=[one for one in before.batch.refused if one.path not in without]), states)
    batch = importing.replan(store, batch=before.batch, choices=choices, without=without, progress=progress)
    return _states(replace(batch, refused=[one for one in before.batch.refused if one.path not in without]), states)


def apply_all(*, store: Any, before: Planned, progress: Progress = silent) -> Applied:
    """Write what is ready; rows that wait for the clerk stay in the wizard.

    Args:
        store: The open store.
        before: What the wizard has.
        progress: Told before each file; stopping keeps what is written.
    """
    held = {state.path: {row.ref: replace(row.choice, write=False) for row in state.waiting} for state in before.states if state.plan}
    held = {path: rows for path, rows in held.items() if rows}
    ready = importing.replan(store, batch=before.batch, choices=held, progress=progress) if held else before.batch
    only = [state.path for state in before.states if state.writes]
    with store.read() as session:
        newest = next((entry.id for entry in undoing.entries(session, limit=1)), 0)
    steps = importing.apply_batch(store, batch=ready, only=only, progress=progress)
    with store.read() as session:
        made = [entry for entry in undoing.entries(session, limit=3 * len(steps) + 5) if entry.id > newest and entry.kind == "import"][::-1]
    files: list[Written] = []
    for step in steps:
        taken = [one.path for one in files]
        path = next((path for path in only if path.name == step.file and path not in taken), None)
        if path is not None:
            own = next((entry.id for entry in made if path.name in entry.label and entry.id not in {one.operation for one in files}), None)
            files.append(Written(path, None if step.outcome == "refused" else own, step.counts, step.message))
    return Applied(tuple(files), _left(store, before, held, files, progress))


def undo_written(*, store: Any, operations: Sequence[int], progress: Progress = silent) -> Undone:
    """Take operations back, the newest first; one that was built upon since stops it.

    Args:
        store: The open store.
        operations: Their ids.
        progress: Told how far it is.
    """
    done: list[int] = []
    for number in sorted(operations, reverse=True):
        try:
            with store.write("撤销") as session:
                undoing.undo(session, operation_id=number, progress=progress)
        except Problem as problem:
            return Undone(tuple(done), f"{problem.message()}{problem.way_out()}")
        done.append(number)
    return Undone(tuple(done))


def return_copies(*, store: Any, plans: Sequence[Plan], folder: Path, progress: Progress = silent) -> list[Path]:
    """Write a return copy of each file; return the files.

    Args:
        store: The open store.
        plans: The files with their troubles.
        folder: Where to.
        progress: Told before each file.
    """
    made: list[Path] = []
    for number, plan in enumerate(plans):
        progress(number, len(plans), plan.path.name)
        made.append(importing.return_copy(store, plan=plan, target=folder / f"{plan.path.stem}-退改件.xlsx").path)
    return made


def remember_and_plan(
    *, store: Any, path: Path, campaign_id: int | None, learned: Learned, before: Planned | None, progress: Progress = silent
) -> Planned:
    """Remember what the clerk said of a header, and read the file by it.

    Args:
        store: The open store.
        path: The file.
        campaign_id: The campaign it belongs to.
        learned: Form and columns of this header.
        before: What the wizard has already.
        progress: Told while it is read.
    """
    with store.write(f"记住“{path.name}”的认法") as session:
        remember(session, learned=learned)
        history.describe(session, kind="system")  # nothing that the clerk would want to take back with Ctrl+Z
    return plan_files(store=store, paths=[path], campaign_id=campaign_id, before=before, expected=learned.form, progress=progress)


def _left(
    store: Any, before: Planned, held: Mapping[Path, Mapping[str, Choice]], files: Sequence[Written], progress: Progress
) -> Planned | None:
    """Plan what was left out of the writing: refused files, rows that wait."""
    refused = {one.path for one in files if one.message}
    stay = [state for state in before.states if state.trouble or state.path in held or state.path in refused]
    if not stay:
        return None
    gone = [state.path for state in before.states if state not in stay]
    return replan(store=store, before=before, choices={}, without=gone, progress=progress)


def _states(batch: Batch, before: Sequence[FileState]) -> Planned:
    accepted = {state.path: state.accepted for state in before}
    order = {state.path: number for number, state in enumerate(before)}
    made = [FileState(plan.path, plan, None, accepted.get(plan.path, set())) for plan in batch.plans]
    made += [FileState(one.path, None, _refusal(one.problem, one.read)) for one in batch.refused]
    made.sort(key=lambda state: order.get(state.path, len(order)))
    return Planned(batch, tuple(made))


def _refusal(problem: Problem, read: ReadForm | None) -> Trouble:
    sentence = problem.message()
    if read is None:
        return Trouble(sentence, problem.way_out())
    if read.reject_code == "corrupt" and _DEAD in (read.message or ""):
        return Trouble(f"文件“{read.path.name}”异常，已隔离", "请让对方在 WPS 中打开后另存为 xlsx 再发；其他文件照常读。", dead=True)
    codes = read.choices or ((read.detected_form,) if read.detected_form else ())
    titles = {form.code: form.title for form in READABLE if form.code in DESKS}
    choices = tuple((code, titles[code]) for code in codes if code in titles)
    mappable = bool(choices) or read.outcome in ("needs_choice", "form_mismatch", "empty") or read.reject_code == "no_known_form"
    shown = choices if read.outcome in ("needs_choice", "form_mismatch") else ()
    return Trouble(sentence, problem.way_out(), shown, mappable)
