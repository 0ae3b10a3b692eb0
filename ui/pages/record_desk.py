"""The record panel beside a grid: loading, saving, going on to the next row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from models.forms import Row
from services.errors import Invalid, Missing, Problem, ReasonNeeded
from ui import errors
from ui.forms.drafting import Drafting, place_of
from ui.forms.side_panel import SidePanel
from ui.pages.declared import Register
from ui.pages.page import Desk
from ui.pages.record_files import RecordFiles
from ui.tables.blocks import Edit
from ui.tables.table_view import GridView


class RecordDesk(QObject):
    """Shows the records of a grid in its panel and saves what is typed there.

    Attributes:
        files: Photos and documents of the record; None where the register has none.

    Signals:
        added: (id) a new record was saved.
        another_asked: A new record was saved and the next new one is wanted.
        shown: (id) a stored record stands in the panel.
        edits_asked: (list of Edit) several rows shall be changed together.
    """

    added = Signal(object)
    another_asked = Signal()
    shown = Signal(object)
    edits_asked = Signal(list)

    def __init__(self, desk: Desk, register: Register, grid: GridView, panel: SidePanel) -> None:
        """Listen to grid and panel.

        Args:
            desk: What the page may use of the window.
            register: How records are loaded and saved.
            grid: Whose records; its model must be set.
            panel: Where they are shown; also the owner.
        """
        super().__init__(panel)
        self._desk, self._register, self._grid, self._panel = desk, register, grid, panel
        self._asked: int | None = None
        where = place_of(register.form.code, register.listing.table, panel, lambda: desk.campaign_id)
        self.files = RecordFiles(desk, register, panel) if register.evidence else None
        self._drafting = Drafting(desk.tasks, panel.fields, panel.draft_line, where, self.files)
        grid.wandered.connect(self._wandered)
        panel.save_asked.connect(self._save)
        panel.several_asked.connect(self._save_several)

    def may_leave(self) -> bool:
        """Save what was typed before another record takes its place."""
        return self._panel.isHidden() or not self._panel.dirty or self._panel.save()

    def load(self, record_id: int, *, focus: bool = False) -> None:
        """Show a record; the last one that was asked for counts."""
        self._asked = record_id
        job = self._desk.tasks.query(self._register.load, record_id=record_id)
        job.then(partial(self._show, record_id, focus)).failed(partial(self._not_loaded, focus))

    def show_new(self) -> None:
        """Show an empty record, to be filled in."""
        self._asked = None
        self._panel.show()
        self._panel.load(None, {}, origin="填好后保存；带“必填”的不能空")
        self._panel.set_place("")
        self._panel.focus_first()

    def show_several(self, values: Mapping[int, Sequence[object]]) -> None:
        """Show what several rows have in common, to be changed together."""
        keys = self._register.form.keys
        self._asked = None
        self._panel.show()
        self._panel.load_several({one: dict(zip(keys, row, strict=False)) for one, row in values.items()}, unit=self._register.unit)
        self._panel.set_place("")
        self._focus_column()

    def take_note(self, record_ids: Sequence[int]) -> None:
        """Load the shown record anew if it was changed in the grid."""
        shown = self._panel.record_id
        if shown is not None and shown in record_ids and not self._panel.dirty:
            self.load(shown)

    def show_place(self) -> None:
        """Show "3 / 20" in the panel's foot."""
        model, shown = self._grid.paged, self._panel.record_id
        place = model.row_of(shown) if shown is not None else -1
        self._panel.set_place(f"{place + 1:,} / {model.count:,}" if place >= 0 else "")

    def _wandered(self, record_id: int | None) -> None:
        if record_id is not None and not self._panel.isHidden() and record_id != self._panel.record_id and self.may_leave():
            self.load(record_id)

    def _show(self, record_id: int, focus: bool, row: Row) -> None:
        if record_id != self._asked:
            return
        self._panel.show()
        place = self._grid.paged.row_of(record_id)
        self._panel.load(record_id, row, origin=f"第 {place + 1} 行" if place >= 0 else "")
        self.show_place()
        self.shown.emit(record_id)
        if focus:
            self._focus_column()

    def _focus_column(self) -> None:
        column = self._grid.currentIndex().column()
        self._panel.focus_first(self._register.form.keys[column] if column >= 0 else "")

    def _save(self, row: Row, go_on: bool) -> None:
        record_id = self._panel.record_id
        name = str(row.get(self._register.name_key or self._register.form.keys[0]) or "")
        label = f"{'新增' if record_id is None else '修改'}{self._register.noun} {name}"
        what = {"campaign_id": self._desk.campaign_id, "row": row, "record_id": record_id}
        job = self._desk.tasks.command(label, self._drafting.saver(self._register.save), **what)
        job.then(partial(self._saved, record_id, label, go_on)).failed(partial(self._not_saved, label))
        self._panel.saved()  # taken back if it is refused
        job.start(self._panel)

    def _save_several(self, record_ids: Sequence[int], typed: Mapping[str, str]) -> None:
        self.edits_asked.emit([Edit(record_id, key, text) for record_id in record_ids for key, text in typed.items()])
        self._panel.saved()

    def _saved(self, before: int | None, label: str, go_on: bool, record_id: int) -> None:
        if before is None:
            self._desk.say(f"已{label}", undoable=True)
            if go_on:
                self.another_asked.emit()
            else:
                self.added.emit(record_id)
        elif go_on:
            following = self._grid.paged.id_at(self._grid.paged.row_of(before) + 1)
            if following is not None:
                self._grid.go_to(following)
                self._panel.focus_first()

    def _not_saved(self, label: str, problem: Problem) -> None:
        self._panel.dirty = True
        if isinstance(problem, Invalid):
            self._panel.take_issues(problem.issues)
        elif isinstance(problem, ReasonNeeded):
            self._panel.head.show_origin("没写原因，还没有保存", weight="soon")
        else:
            self._trouble(f"{label}没有保存", problem)

    def _not_loaded(self, focus: bool, problem: Problem) -> None:
        if focus or not isinstance(problem, Missing):  # a row that was passed by and is gone meanwhile is no trouble
            self._trouble("这一条打不开", problem)

    def _trouble(self, what: str, problem: Problem) -> None:
        errors.show_problem(self._panel.window(), problem, what=what)
