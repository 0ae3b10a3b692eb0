"""Files into records: read, planned together, looked at, applied, returned.

The plan of a batch is made on a private copy of the data; what the clerk
decides is kept by row and the plan made anew from what was read, so nothing
is read twice. Each file is one operation and one undo.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from models import Campaign
from models.forms import Form
from services import attachments, backup, campaigns, clock, undoing
from services.errors import Problem, Refused
from services.exports.blank_forms import Blank, write_blank_form
from services.exports.return_copy import ReturnCopy, write_return_copy
from services.imports.apply import apply_plan, worth_noting
from services.imports.headings import Learned
from services.imports.learned import recall
from services.imports.plan import forms_of, make_batch, make_plan, place_of, read_file
from services.imports.planned import Batch, Choice, Plan, RefusedFile
from services.imports.raw import RawBook
from services.imports.read_form import ReadForm
from services.imports.worker import Reader
from services.progress import Progress, silent
from services.store import Store

_REASONS, _ROWS_NAMED = 3, 6
_log = logging.getLogger(__name__)
_NO_CHOICES: Mapping[Path, Mapping[str, Choice]] = {}


class FileChanged(Refused):
    """A file was changed between looking at it and importing it."""

    code = "file_changed"
    template = "文件“{path}”在核对之后又改过，没有导入。"
    mend = "重新选定这个文件，看过会写入什么再导入。"


@dataclass
class Step:
    """One step of a run, as it is reported.

    Attributes:
        outcome: "done", "same", "flagged" or "refused".
        message: The sentence of a refusal.
        named: Enterprises whose received statistics differ from the ledger, as sentences.
        notes: Why rows were left out and what was made beside the rows, as sentences.
    """

    name: str
    file: str | None
    outcome: str
    counts: dict[str, int] = field(default_factory=dict)
    message: str = ""
    named: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def import_all(
    store: Store, *, paths: list[Path], campaign_id: int | None, results: bool = False, progress: Progress = silent
) -> list[Step]:
    """Read, plan and apply files in the order in which their rows need each other.

    A file that is refused is reported and does not stop the others.
    """
    steps: list[Step] = []
    waiting: list[tuple[Path, ReadForm]] = []
    forms, year, learned = _asked_for(store, campaign_id)
    with Reader() as reader:
        for number, path in enumerate(paths, start=1):
            progress(number, 2 * len(paths), path.name)
            following = paths[number] if number < len(paths) else None
            try:
                waiting.append((path, read_file(path, reader=reader, forms=forms, year=year, learned=learned, following=following)))
            except Problem as problem:
                steps.append(_refused(path, problem))
    waiting.sort(key=lambda one: (place_of(one[1]), one[0].name))
    done: list[Plan] = []
    with backed_up_after(store):
        for number, (path, read) in enumerate(waiting, start=len(paths) + 1):
            progress(number, 2 * len(paths), path.name)
            try:
                with store.snapshot() as snapshot:
                    plan = make_plan(
                        snapshot,
                        path=path,
                        read=read,
                        campaign_id=campaign_id,
                        others=done,
                        claims=[other for _path, other in waiting if other is not read],
                        results=results,
                        progress=progress,
                    )
                plan = _apply(store, plan, progress)
            except Problem as problem:
                steps.append(_refused(path, problem))
                continue
            done.append(plan)
            steps.append(_step(plan))
    return steps


def plan_files(
    store: Store,
    *,
    paths: Sequence[Path],
    campaign_id: int | None,
    expected: str | None = None,
    results: bool = False,
    progress: Progress = silent,
) -> Batch:
    """Read files in one worker and plan them together; nothing is written.

    A file that is refused stands in the batch with its problem.
    """
    files: list[tuple[Path, ReadForm]] = []
    refused: list[RefusedFile] = []
    forms, year, learned = _asked_for(store, campaign_id)
    with Reader() as reader:
        for path, following in zip_longest(paths, paths[1:]):
            progress(len(files) + len(refused), len(paths), path.name)
            try:
                read = read_file(path, reader=reader, forms=forms, expected=expected, year=year, learned=learned, following=following)
                files.append((path, read))
            except Problem as problem:
                refused.append(RefusedFile(path, problem))
    with store.snapshot() as snapshot:
        batch = make_batch(snapshot, files=files, campaign_id=campaign_id, results=results, progress=progress)
    batch.refused += refused
    return batch


def replan(
    store: Store,
    *,
    batch: Batch,
    choices: Mapping[Path, Mapping[str, Choice]] = _NO_CHOICES,
    without: Collection[Path] = (),
    progress: Progress = silent,
) -> Batch:
    """Plan a batch anew after the clerk decided something; nothing is read again.

    Args:
        store: The open store.
        batch: The batch as it was planned.
        choices: New decisions by file and ref; they are added to those before.
        without: Files that are taken out of the batch.
        progress: Told after each thousand rows.
    """
    kept = [plan for plan in batch.plans if plan.path not in without]
    decided = {plan.path: {**plan.choices, **choices.get(plan.path, {})} for plan in kept}
    with store.snapshot() as snapshot:
        again = make_batch(
            snapshot,
            files=[(plan.path, plan.read) for plan in kept],
            campaign_id=batch.campaign_id,
            sha256={plan.path: plan.sha256 for plan in kept},
            choices=decided,
            results=any(plan.results for plan in kept),
            progress=progress,
        )
    again.refused += [one for one in batch.refused if one.path not in without]
    return again


def apply_batch(store: Store, *, batch: Batch, only: Collection[Path] | None = None, progress: Progress = silent) -> list[Step]:
    """Write the plans of a batch, each file as one operation.

    A file that is refused is reported and does not stop the others; those that
    rest on it say so row by row.

    Args:
        store: The open store.
        batch: The batch as it was looked at.
        only: Files to write; None for all.
        progress: Told how far it is; may stop the work between two files or within one.
    """
    steps: list[Step] = []
    done: list[Plan] = []
    with backed_up_after(store):
        for number, plan in enumerate(batch.plans, start=1):
            if only is not None and plan.path not in only:
                continue
            progress(number, len(batch.plans), plan.path.name)
            plan.others = tuple(done)
            try:
                carried_out = _apply(store, plan, progress)
            except Problem as problem:
                steps.append(_refused(plan.path, problem))
                continue
            done.append(carried_out)
            steps.append(_step(carried_out))
    return steps


def plan_file(
    store: Store,
    *,
    path: Path,
    campaign_id: int | None,
    expected: str | None = None,
    results: bool = False,
    progress: Progress = silent,
) -> Plan:
    """Read one file and say what its import would do; nothing is written.

    Raises:
        FileMissing, NotImportable, NeedsCampaign: With the sentence for the clerk.
    """
    forms, year, learned = _asked_for(store, campaign_id)
    with Reader() as reader:
        read = read_file(path, reader=reader, forms=forms, expected=expected, year=year, learned=learned)
    return plan_read(store, path=path, read=read, campaign_id=campaign_id, results=results, progress=progress)


def plan_read(
    store: Store,
    *,
    path: Path,
    read: ReadForm,
    campaign_id: int | None,
    choices: Mapping[str, Choice] | None = None,
    others: Sequence[Plan] = (),
    results: bool = False,
    progress: Progress = silent,
) -> Plan:
    """Plan the import of a file that was read already.

    Raises:
        NotImportable, NeedsCampaign: With the sentence for the clerk.
    """
    with store.snapshot() as snapshot:
        return make_plan(
            snapshot, path=path, read=read, campaign_id=campaign_id, choices=choices, others=others, results=results, progress=progress
        )


def apply(store: Store, *, plan: Plan, last: bool = True, progress: Progress = silent) -> dict[str, int]:
    """Write a plan: original kept, one operation, a backup before and after.

    Args:
        store: The open store.
        plan: What was looked at.
        last: Whether no other file follows; the backup after the import waits for the last (`backed_up_after`).
        progress: Told how far it is; may stop the work.

    Raises:
        FileChanged: The file is no longer the one that was looked at.
        Problem: Nothing was written.
    """
    with backed_up_after(store) if last else nullcontext():
        return _apply(store, plan, progress).counts


@contextmanager
def backed_up_after(store: Store) -> Iterator[None]:
    """Import one file or many; what was written is backed up once, at the end.

    A backup that fails there is logged: the import stands, and the hourly one tries again.
    """
    before = _head(store)
    yield
    try:
        if _head(store) != before:
            backup.at(store, "after_import")
    except Problem as problem:
        _log.warning("backup after an import failed: %s", problem.code)


def return_copy(store: Store, *, plan: Plan, target: Path) -> ReturnCopy:
    """Write the file of a plan again, with what its sender is to mend in red.

    Args:
        store: The open store; nothing is written into it.
        plan: What the import would do.
        target: Where to write it.

    Raises:
        FileChanged: The file is no longer the one that was looked at.
        NothingToReturn: There is nothing to mend.
        FileTrouble: It cannot be read or written.
    """
    kept = attachments.place(store.folder, plan.sha256)
    path = plan.path if plan.path.is_file() and attachments.digest(plan.path) == plan.sha256 else kept
    if not path.is_file():
        raise FileChanged(path=str(plan.path))
    with Reader() as reader:
        book = reader.read(path)
    if not isinstance(book, RawBook):
        raise FileChanged(path=str(plan.path))
    return write_return_copy(book, plan, target, made_at=clock.now())


def blank_form(store: Store, *, key: str, campaign_id: int | None, target: Path, rows: int | None = None) -> Blank:
    """Write an empty form to send out.

    Raises:
        UnknownForm: There is no form of this key.
        FileTrouble: It cannot be written.
    """
    with store.read() as session:
        campaign = session.get(Campaign, campaign_id) if campaign_id else None
        units = [unit.name for unit in campaigns.units(session, campaign_id=campaign_id)] if campaign_id else []
        categories = list(campaign.categories) if campaign else []
        forms = {form.code: form for form in forms_of(campaign)}
        year = campaign.year if campaign else None
    return write_blank_form(forms, key, target, units=units, categories=categories, year=year, rows=rows, made_at=clock.now())


def _apply(store: Store, plan: Plan, progress: Progress) -> Plan:
    with store.read() as session:
        if not worth_noting(session, plan):
            return plan
    backup.at(store, "import")
    if attachments.keep(store.folder, plan.path) != plan.sha256:
        raise FileChanged(path=str(plan.path))
    with store.write(f"导入 {plan.path.name}") as session:
        return apply_plan(session, plan=plan, progress=progress)


def _asked_for(store: Store, campaign_id: int | None) -> tuple[tuple[Form, ...], int | None, tuple[Learned, ...]]:
    with store.read() as session:
        campaign = session.get(Campaign, campaign_id) if campaign_id else None
        return forms_of(campaign), campaign.year if campaign else None, recall(session)


def _step(plan: Plan) -> Step:
    counts = plan.counts
    to_look_at = counts["rejected"] or plan.totals or (plan.writes and counts["flagged"])
    outcome = "flagged" if to_look_at else "done" if plan.writes else "same"
    of_file = [*(f"第 {number} 行{said}" for _sheet, number, said in plan.totals), *plan.read.remarks]
    return Step("导入", plan.path.name, outcome, counts, named=plan.named, notes=[*plan.made, *of_file, *_left_out(plan)])


def _left_out(plan: Plan) -> Iterator[str]:
    """Yield why rows were not taken, each reason with the rows; what `named` says is not said again."""
    why: dict[str, list[int]] = {}
    for _code, row in plan.rows:
        if row.action == "rejected" and not any(row.reason in said for said in plan.named):
            why.setdefault(row.reason, []).append(row.read.row)
    for place, (reason, rows) in enumerate(why.items()):
        if place == _REASONS:
            yield f"另有 {sum(map(len, list(why.values())[_REASONS:]))} 行没有读入，原因见导入计划"
            return
        more = f"等 {len(rows)} 行" if len(rows) > _ROWS_NAMED else "行"
        yield f"第 {'、'.join(map(str, rows[:_ROWS_NAMED]))} {more}没有写入：{reason}"


def _refused(path: Path, problem: Problem) -> Step:
    return Step("导入", path.name, "refused", {}, problem.message())


def _head(store: Store) -> str:
    with store.read() as session:
        return undoing.head(session)
