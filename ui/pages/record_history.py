"""The history tab of a register's panel: what was done, taken back from there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from services import operations, undoing
from services.errors import Problem
from services.operations import Step
from ui import errors
from ui.forms.side_panel import SidePanel
from ui.pages.page import Desk

PAGE = "history"


def take_back(desk: Desk, owner: QWidget, number: int, label: str, then: Callable[[Any], object]) -> None:
    """Undo one operation; what stands in its way is said."""
    job = desk.tasks.command("撤销", undoing.undo, operation_id=number).with_progress("正在撤销")
    job.then(lambda entry: desk.say(f"已撤销：{entry.label}")).then(then)
    job.failed(partial(_not_done, owner, f"“{label}”没有撤销")).start(owner)


def do_again(desk: Desk, owner: QWidget, number: int, label: str, then: Callable[[Any], object]) -> None:
    """Redo one operation that was taken back."""
    job = desk.tasks.command("重做", undoing.redo, operation_id=number).with_progress("正在重做")
    job.then(lambda entry: desk.say(f"已重做：{entry.label}", undoable=True)).then(then)
    job.failed(partial(_not_done, owner, f"“{label}”没有重做")).start(owner)


class RecordHistory(QObject):
    """Fills the history tab when it is opened, and takes single steps back."""

    def __init__(self, desk: Desk, panel: SidePanel, *, table: str, reopen: Callable[[int], object]) -> None:
        """Follow the tab.

        Args:
            desk: What the page may use of the window.
            panel: The record panel.
            table: Table of the register's records.
            reopen: Shows a record anew, after a step of it was taken back.
        """
        super().__init__(panel)
        self._desk, self._panel, self._table, self._reopen = desk, panel, table, reopen
        panel.history_asked.connect(self.load)
        panel.history.opened.connect(lambda number: desk.go(PAGE, number))
        panel.history.undo_asked.connect(self.undo)

    def load(self) -> None:
        """Ask for the steps of the record that is shown."""
        record_id = self._panel.record_id
        if record_id is not None:
            job = self._desk.tasks.query(operations.of_record, table=self._table, record_id=record_id)
            job.then(partial(self._show, record_id))

    def undo(self, number: int, label: str) -> None:
        """Take one step back; not while something typed here waits to be saved."""
        if self._panel.dirty:
            self._desk.say("这一条还有没保存的改动，先保存再撤销")
        else:
            take_back(self._desk, self._panel, number, label, partial(self._undone, self._panel.record_id))

    def _show(self, record_id: int, steps: Sequence[Step]) -> None:
        if record_id == self._panel.record_id:
            self._panel.set_history(steps)

    def _undone(self, record_id: int | None, _entry: Any) -> None:
        if record_id is not None and record_id == self._panel.record_id:
            self._reopen(record_id)


def _not_done(owner: QWidget, what: str, problem: Problem) -> None:
    errors.show_problem(owner, problem, what=what)
