"""What is typed, pasted or filled into a register's grid, on its way to be saved.

One typed cell is written at once; if it cannot be read it stays in its cell,
red, with the sentence. A block is planned first: a small one in which all is
well goes straight in, any other is shown before. The last, empty row becomes
a record when it is left with its key filled; until then it is kept as a draft.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from services import drafts
from services import listing as listings
from services.errors import Invalid, Problem, ReasonNeeded, Refused
from ui import errors
from ui.forms.checking import heading
from ui.pages.declared import Register
from ui.pages.edits import EditPlan, RowsRefused, plan_edits, told, write_plan
from ui.pages.page import Desk
from ui.pages.paste_preview import PastePreview
from ui.tables.blocks import Edit
from ui.tables.held_keys import HeldKeys
from ui.tables.paged_model import PagedModel
from ui.tables.table_view import GridView

STRAIGHT_CELLS = 20
DRAFT_AFTER_MS = 600
DRAFT_ROW = -1
DRAFT_LABEL = "没存完的内容"


class Scribe(QObject):
    """Writes what was typed into one register's grid.

    Signals:
        wrote: (record ids) these rows were changed.
        spoke: (sentence, weight) for the line under the grid.
    """

    wrote = Signal(object)
    spoke = Signal(str, str)

    def __init__(self, desk: Desk, register: Register, model: PagedModel, grid: GridView) -> None:
        """Listen to the grid.

        Args:
            desk: What the page may use of the window.
            register: How rows are read and saved.
            model: Rows of the grid.
            grid: The grid; also the owner.
        """
        super().__init__(grid)
        self._desk, self._register, self._model, self._grid = desk, register, model, grid
        self._left_out = ""
        self._keeping = QTimer(self)
        self._keeping.setSingleShot(True)
        self._keeping.setInterval(DRAFT_AFTER_MS)
        self._keeping.timeout.connect(self._keep_draft)
        HeldKeys(grid, model)
        model.typed.connect(self._typed)
        model.drafted.connect(self._keeping.start)
        grid.left_out.connect(partial(setattr, self, "_left_out"))
        grid.edits_asked.connect(self.make_edits)
        grid.draft_left.connect(self.leave_draft)

    def make_edits(self, edits: Sequence[Edit], *, title: str = "") -> None:
        """Write a block of cells; what asks for a look is shown first.

        Args:
            edits: Cells; negative record ids are new rows.
            title: Head of the preview; says how many cells if empty.
        """
        wanted = sorted({edit.record_id for edit in edits if edit.record_id >= 0})
        look = title or f"写入 {len(edits):,} 格到{self._register.title}"
        job = self._desk.tasks.query(listings.rows, listing=self._listing, wanted=wanted, scope=self._desk.campaign_id)
        job.then(partial(self._plan, tuple(edits), look)).failed(self._trouble)

    def _plan(self, edits: Sequence[Edit], title: str, stored: Mapping[int, Any]) -> None:
        arguments: dict[str, Any] = {"form": self._register.form, "edits": edits, "stored": stored, "year": self._desk.year}
        if len(edits) <= STRAIGHT_CELLS:
            self._decide(title, plan_edits(**arguments))
        else:
            self._desk.tasks.work(plan_edits, **arguments).with_progress("核对要写入的内容").then(partial(self._decide, title)).start(
                self._grid
            )

    def leave_draft(self) -> None:
        """Save the last row if its key is filled; else keep it and say what it lacks."""
        texts = {key: text for key, text in self._model.typing.draft.items() if text}
        if not texts:
            return
        edits = [Edit(DRAFT_ROW, key, text) for key, text in texts.items()]
        plan = plan_edits(form=self._register.form, edits=edits, stored={}, year=self._desk.year)
        row = plan.rows[0]
        if row.reason:
            self.spoke.emit(f"最后一行还没有保存：{row.reason}", "soon")
            return
        self._keeping.stop()
        self._model.clear_draft()
        self.spoke.emit("", "")
        name = str(row.values.get(self._name_key) or "")
        label = f"新增{self._register.noun} {name}".rstrip()
        arguments = {"place": self._place(), "save": self._register.save, "row": row.values, "record_id": None}
        job = self._desk.tasks.command(label, drafts.finish, campaign_id=self._desk.campaign_id, **arguments)
        job.then(partial(self._drafted, tuple(texts))).failed(partial(self._draft_refused, texts)).start(self._grid)

    def take_up_draft(self) -> None:
        """Show again what was typed into the last row and never saved."""
        if self._model.appending and not any(self._model.typing.draft.values()):
            self._desk.tasks.query(drafts.find, place=self._place()).then(self._show_draft)

    @property
    def _listing(self) -> listings.Listing:
        return self._register.listing

    @property
    def _name_key(self) -> str:
        return self._register.name_key or self._register.form.keys[0]

    def _typed(self, record_id: int, key: str, text: str) -> None:
        edit = Edit(record_id, key, text)
        self._model.collect([self._model.row_of(record_id)], partial(self._write_cell, edit))

    def _write_cell(self, edit: Edit, stored: Mapping[int, Any]) -> None:
        plan = plan_edits(form=self._register.form, edits=[edit], stored=stored, year=self._desk.year)
        row = plan.rows[0]
        if not plan.smooth:
            self._model.refuse(edit.record_id, edit.key, edit.text, row.reason or row.cells[edit.key].sentence)
            self.spoke.emit(f"没有写入：{row.reason or row.cells[edit.key].sentence}", "bad")
        elif plan.writes:
            self._write(plan, None)
            self.spoke.emit("", "")
        else:
            self._model.drop_typed([(edit.record_id, edit.key)])

    def _decide(self, title: str, plan: EditPlan) -> None:
        if not plan.cells or (plan.smooth and not plan.writes):
            self._desk.say("内容和原来一样，没有要写入的")
        elif plan.smooth and plan.cells <= STRAIGHT_CELLS and not self._left_out:
            self._write(plan, None)
        elif plan.cells == 1:  # one cell is spoken of where it stands
            row = plan.rows[0]
            self.spoke.emit(f"没有写入：{row.reason or next(iter(row.cells.values())).sentence}", "bad")
        else:
            self._preview(title, plan)

    def _preview(self, title: str, plan: EditPlan) -> PastePreview:
        dialog = PastePreview(self._register.form, plan, title=title, note=self._left_out, parent=self._grid.window())
        self._left_out = ""
        dialog.agreed.connect(lambda: self._write(dialog.plan, dialog))
        dialog.open()
        return dialog

    def _write(self, plan: EditPlan, dialog: PastePreview | None) -> None:
        label = self._label(plan)
        one = self._register
        services = {"load": one.load, "save": one.save, "save_many": one.save_many, "campaign_id": self._desk.campaign_id}
        job = self._desk.tasks.command(label, write_plan, rows=plan.rows, **services)
        if dialog is not None:
            dialog.setEnabled(False)
            job.with_progress()
        job.then(partial(self._written, plan, label, dialog)).failed(partial(self._refused, plan, dialog))
        job.cancelled(partial(self._stopped, dialog)).start(self._grid)

    def _written(self, plan: EditPlan, label: str, dialog: PastePreview | None, ids: Sequence[int]) -> None:
        saved = [row for row in plan.rows if row.writes]
        for row, record_id in zip(saved, ids, strict=False):
            for key, cell in row.cells.items():
                if cell.action in ("new", "changed"):
                    self._model.typing.store([(record_id, key)])
        QTimer.singleShot(600, self._model, self._model.show_stored)
        if dialog is not None:
            dialog.accept()
        if plan.writes > 1:
            self._desk.say(f"已{label}", undoable=True)
        self.wrote.emit(tuple(ids))

    def _refused(self, plan: EditPlan, dialog: PastePreview | None, problem: Problem) -> None:
        """Keep what was typed, in its cell or in the preview, with the reason."""
        rows = [row for row in plan.rows if row.writes]
        if isinstance(problem, ReasonNeeded) and dialog is None:  # Esc where the reason was asked: nothing is changed
            self._model.drop_typed([(row.record_id, key) for row in rows for key in row.cells])
            return
        reasons = problem.reasons if isinstance(problem, RowsRefused) else {row.record_id: told(problem) for row in rows[:1]}
        expected = isinstance(problem, Invalid | Refused)
        if dialog is not None:
            dialog.setEnabled(True)
        if not expected:
            self._trouble(problem)
        elif dialog is not None:
            dialog.refuse(reasons)
        elif len(rows) == 1 and len(rows[0].cells) == 1 and rows[0].record_id >= 0:
            key, cell = next(iter(rows[0].cells.items()))
            self._model.refuse(rows[0].record_id, key, cell.new, told(problem))
            self.spoke.emit(f"没有写入：{told(problem)}", "bad")
        else:
            self._preview(f"有 {len(reasons)} 行不能写入", plan.without(reasons))

    def _stopped(self, dialog: PastePreview | None) -> None:
        if dialog is not None:
            dialog.setEnabled(True)

    def _drafted(self, keys: Sequence[str], record_id: int) -> None:
        self._model.typing.store([(record_id, key) for key in keys])
        self.wrote.emit((record_id,))

    def _draft_refused(self, texts: Mapping[str, str], problem: Problem) -> None:
        """Put the row back; if the next one is begun already, show it apart."""
        self.spoke.emit(f"没有新增：{told(problem)}", "bad")
        if not any(self._model.typing.draft.values()):
            self._model.set_draft(texts)
            self._keeping.start()
            return
        edits = [Edit(DRAFT_ROW, key, text) for key, text in texts.items()]
        plan = plan_edits(form=self._register.form, edits=edits, stored={}, year=self._desk.year)
        self._preview("这一行没有新增", plan.without({DRAFT_ROW: told(problem)}))

    def _show_draft(self, kept: drafts.Kept | None) -> None:
        if kept is not None and kept.texts and not any(self._model.typing.draft.values()):
            self._model.set_draft(kept.texts)
            self.spoke.emit("最后一行是上次没有保存的", "soon")

    def _keep_draft(self) -> None:
        texts = {key: text for key, text in self._model.typing.draft.items() if text}
        job = self._desk.tasks.command(DRAFT_LABEL, drafts.keep, place=self._place(), texts=texts)
        job.quietly().failed(_ignore)

    def _place(self) -> drafts.Place:
        return drafts.Place(f"{self._register.form.code}/grid", self._listing.table, campaign_id=self._desk.campaign_id)

    def _label(self, plan: EditPlan) -> str:
        rows = [row for row in plan.rows if row.writes]
        fresh = sum(row.record_id < 0 for row in rows)
        noun, unit = self._register.noun, self._register.unit
        if fresh == len(rows):
            return f"新增{noun} {fresh} {unit}"
        keys = {key for row in rows for key, cell in row.cells.items() if cell.action in ("new", "changed")}
        what = heading(self._register.form, keys.pop()) if len(keys) == 1 else f"{plan.writes} 格"
        who = self._name_of(rows[0].record_id) if len(rows) == 1 else f"{len(rows) - fresh} {unit}"
        return f"修改 {who} {what}" + (f"，新增 {fresh} {unit}" if fresh else "")

    def _name_of(self, record_id: int) -> str:
        row = self._model.row_of(record_id)
        return self._model.stored_text_at(row, self._register.form.keys.index(self._name_key)) if row >= 0 else ""

    def _trouble(self, problem: Problem) -> None:
        errors.show_problem(self._grid.window(), problem, what="没有写入表格")


def _ignore(_problem: Problem) -> None:
    """Let it be: a draft that could not be kept is still on the screen."""
