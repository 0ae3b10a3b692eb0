"""What typed, pasted or filled cells would write, and writing it as one action.

Planning needs no database: the stored rows are given. Every cell is new,
changed, the same, or refused with a sentence; a refused cell keeps what stood
there, and a new row without its key is refused whole. Writing takes what the
plan allows, all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.forms import Column, Form, Row
from models.values import visible
from services.errors import Invalid, Problem, Refused
from services.progress import Progress, silent
from services.records import SomeRefused
from ui.forms.checking import check, heading
from ui.tables.blocks import Edit

MANY = 50  # new rows from which a register that can takes them all at once
REMOVED = "已去掉看不见的控制字符"
NOTHING_ELSE = "只有看不见的控制字符，等于没填"
GONE = "这一行已移入回收站，没有写入；先在“回收站”里恢复它再粘贴，或去掉这一行"
NEW, CHANGED, SAME, REFUSED = "new", "changed", "same", "refused"


class RowsRefused(Refused):
    """Some rows cannot be saved; nothing was written.

    Attributes:
        reasons: Sentence by record id.
    """

    code = "rows_refused"
    template = "{count} 行没有写入：{first}"
    mend = "改好这几行再写入，或去掉它们。"

    def __init__(self, reasons: Mapping[int, str]) -> None:
        """Name the first reason."""
        super().__init__(count=len(reasons), first=next(iter(reasons.values())))
        self.reasons = dict(reasons)


@dataclass(frozen=True)
class PlannedCell:
    """What becomes of one cell: action, old and new text, a sentence or ""."""

    action: str
    old: str
    new: str
    sentence: str = ""


@dataclass(frozen=True)
class PlannedRow:
    """What becomes of one row.

    Attributes:
        record_id: The record; negative for a new row.
        cells: By column key.
        values: Clean values that are written.
        reason: Why the whole row is refused, or "".
    """

    record_id: int
    cells: Mapping[str, PlannedCell]
    values: Row
    reason: str = ""

    @property
    def writes(self) -> int:
        """How many cells would be written."""
        return 0 if self.reason else sum(cell.action in (NEW, CHANGED) for cell in self.cells.values())

    def refuse(self, reason: str) -> PlannedRow:
        """Return the row as refused whole."""
        return PlannedRow(self.record_id, self.cells, {}, reason)


@dataclass(frozen=True)
class EditPlan:
    """What becomes of all cells."""

    rows: tuple[PlannedRow, ...]
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return sum(self.counts.values())

    @property
    def writes(self) -> int:
        """How many cells would be written."""
        return self.counts.get(NEW, 0) + self.counts.get(CHANGED, 0)

    @property
    def smooth(self) -> bool:
        """Nothing is refused."""
        return not self.counts.get(REFUSED)

    def without(self, reasons: Mapping[int, str]) -> EditPlan:
        """Return the plan with more rows refused."""
        return counted([row.refuse(reasons[row.record_id]) if row.record_id in reasons else row for row in self.rows])


def plan_edits(
    *, form: Form, edits: Sequence[Edit], stored: Mapping[int, Sequence[Any]], year: int | None, progress: Progress = silent
) -> EditPlan:
    """Return what a block of cells would write.

    Args:
        form: Reads the text, the only check there is.
        edits: Cells; negative record ids are new rows.
        stored: Values in form order by record id, of the rows that are there.
        year: Year for dates without one.
        progress: Told every hundred rows.
    """
    typed: dict[int, dict[str, str]] = {}
    unseen: dict[int, set[str]] = {}
    for edit in edits:
        text = str(visible(edit.text)[0])  # a cell would be refused for a sign that its sentence cannot show
        typed.setdefault(edit.record_id, {})[edit.key] = text
        if text != edit.text:
            unseen.setdefault(edit.record_id, set()).add(edit.key)
    rows: list[PlannedRow] = []
    for number, (record_id, texts) in enumerate(typed.items()):
        if number % 100 == 0:
            progress(number, len(typed), "核对")
        if record_id >= 0 or any(texts.values()):
            rows.append(_planned(form, record_id, texts, stored.get(record_id), year, unseen.get(record_id, frozenset())))
    return counted(rows)


def told(problem: Problem) -> str:
    """Return why a row is refused and what to do about it."""
    return problem.message() if isinstance(problem, Invalid) else f"{problem.message()}{problem.way_out()}"


def counted(rows: Sequence[PlannedRow]) -> EditPlan:
    """Return the plan of these rows with its counts."""
    counts = dict.fromkeys((NEW, CHANGED, SAME, REFUSED), 0)
    for row in rows:
        for cell in row.cells.values():
            counts[REFUSED if row.reason else cell.action] += 1
    return EditPlan(tuple(rows), counts)


def write_plan(
    session: Any,
    *,
    rows: Sequence[PlannedRow],
    load: Callable[..., Row],
    save: Callable[..., int],
    campaign_id: int | None,
    save_many: Callable[..., list[int]] | None = None,
    progress: Progress = silent,
) -> list[int]:
    """Save what a plan allows; all of it or nothing.

    Args:
        session: Session of a write.
        rows: Rows of the plan; refused ones are left out.
        load: Service that gives a row by `record_id`.
        save: Service that takes a row.
        campaign_id: Whose rows they are.
        save_many: Service that takes many new rows at once; None where each is saved by itself.
        progress: Told every hundred rows.

    Returns:
        The ids of the saved rows, in order.

    Raises:
        RowsRefused: A service refused some rows; names every one.
        Problem: The only row was refused: its own reason.
    """
    wanted = [row for row in rows if row.writes]
    saved: dict[int, int] = {}
    refused: dict[int, Problem] = {}
    fresh = [row for row in wanted if row.record_id < 0]
    if save_many is not None and len(fresh) >= MANY:
        progress(0, len(wanted), "写入")
        try:
            made = save_many(session, campaign_id=campaign_id, rows=[row.values for row in fresh])
            saved.update(zip((row.record_id for row in fresh), made, strict=True))
        except SomeRefused as some:
            refused.update((fresh[place].record_id, problem) for place, problem in some.problems.items())
            wanted = [row for row in wanted if row.record_id >= 0]
    for number, row in enumerate(wanted):
        if number % 100 == 0:
            progress(number, len(wanted), "写入")
        if row.record_id in saved:
            continue
        record_id = row.record_id if row.record_id >= 0 else None
        try:
            before = load(session, record_id=record_id) if record_id is not None else {}
            saved[row.record_id] = save(session, campaign_id=campaign_id, row={**before, **row.values}, record_id=record_id)
        except Problem as problem:
            refused[row.record_id] = problem
    if len(refused) == 1 and len(wanted) == 1:
        raise next(iter(refused.values()))
    if refused:
        raise RowsRefused({record_id: told(problem) for record_id, problem in refused.items()})
    return [saved[row.record_id] for row in wanted]


def _planned(
    form: Form,
    record_id: int,
    texts: Mapping[str, str],
    stored: Sequence[Any] | None,
    year: int | None,
    unseen: Collection[str],
) -> PlannedRow:
    shown = _shown(form, stored) if stored else {}
    checked = check(form, {**shown, **texts}, year=year)
    fresh = record_id < 0
    cells: dict[str, PlannedCell] = {}
    for key, text in texts.items():
        remark, old = checked.remarks.get(key), shown.get(key, "")
        value = checked.row.get(key)
        new = form.column(key).kind.show(value) if value not in (None, ()) else ""
        sentence = remark.sentence if remark else ""
        if key in unseen and (not remark or not text.strip()):
            sentence = f"{heading(form, key)} {REMOVED if text.strip() else NOTHING_ELSE}{'，请补填' if remark else ''}"
        if key in checked.blocked:
            cells[key] = PlannedCell(REFUSED, old, text, sentence)
        elif new == old:
            cells[key] = PlannedCell(SAME, old, new)
        else:
            cells[key] = PlannedCell(NEW if fresh else CHANGED, old, new, sentence)
    if not fresh and not stored:
        return PlannedRow(record_id, cells, {}, GONE)
    if fresh:
        lacking = [cells[key].sentence if key in cells else checked.remarks[key].sentence for key in checked.blocked]
        return PlannedRow(record_id, cells, checked.row, "；".join(lacking))
    return PlannedRow(record_id, cells, {key: checked.row[key] for key, cell in cells.items() if cell.action == CHANGED})


def _shown(form: Form, stored: Sequence[Any]) -> dict[str, str]:
    cells: list[tuple[Column, Any]] = list(zip(form.columns, stored, strict=False))
    return {column.key: column.kind.show(value) for column, value in cells if value not in (None, ())}
