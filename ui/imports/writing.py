"""Writing what is ready, taking it back, and sending back what is not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from ui.imports.host import Host
from ui.imports.start import ask_folder
from ui.imports.work import Applied, Planned, Undone, apply_all, replan, return_copies, undo_written


class Writing(QObject):
    """The writes of a wizard, each with its way back."""

    def __init__(self, wizard: Host, parent: QObject) -> None:
        """Listen to the buttons of a wizard."""
        super().__init__(parent)
        self._wizard = wizard
        self._before: Planned | None = None
        wizard.done.undo_asked.connect(self.undo)
        wizard.foot.undo_all.clicked.connect(lambda _checked=False: self.undo(wizard.done.operations))
        wizard.foot.returns.clicked.connect(lambda _checked=False: self.export_returns())
        wizard.pane.strip.return_asked.connect(self.export_returns)

    def write(self) -> None:
        """Write all rows that are ready, one operation a file."""
        wizard = self._wizard
        if wizard.busy or wizard.planned is None or not sum(state.writes for state in wizard.states):
            return
        job = wizard.tasks.work(apply_all, store=wizard.store, before=wizard.planned).with_progress("正在写入")
        job.label, job.writes = f"导入 {len(wizard.states)} 个文件", True
        wizard.start(job.then(self._applied))

    def undo(self, operations: Sequence[int]) -> None:
        """Take back what was written."""
        wizard = self._wizard
        if wizard.busy or not operations:
            return
        job = wizard.tasks.work(undo_written, store=wizard.store, operations=list(operations)).with_progress("正在撤销")
        job.label, job.writes = "撤销导入", True
        wizard.start(job.then(self._undone))

    def export_returns(self, folder: Path | None = None) -> None:
        """Write the return copies of all files with troubles.

        Args:
            folder: Where to; asked for if not given.
        """
        wizard = self._wizard
        plans = [state.plan for state in wizard.states if state.plan and state.waiting]
        target = folder or (ask_folder(wizard.pane, "退改件存到哪里") if plans else None)
        if target is None or not plans or wizard.busy:
            return
        job = wizard.tasks.work(return_copies, store=wizard.store, plans=plans, folder=target).with_progress("正在写退改件")
        wizard.start(job.then(self._returned))

    def _applied(self, applied: Applied) -> None:
        self._before = self._wizard.planned
        self._wizard.show_done(applied)

    def _undone(self, undone: Undone) -> None:
        wizard = self._wizard
        wizard.done.mark_undone(undone.operations)
        if undone.message:
            wizard.done.refuse(undone.message)
        if not wizard.done.operations and self._before is not None:
            # all is as before: the files can be looked at again, as they were
            wizard.planned, self._before = self._before, None
            QTimer.singleShot(0, self, self._plan_again)

    def _plan_again(self) -> None:
        wizard = self._wizard
        if wizard.planned is not None and not wizard.busy:
            job = wizard.tasks.work(replan, store=wizard.store, before=wizard.planned, choices={})
            wizard.start(job.in_background().then(wizard.take))

    def _returned(self, made: Sequence[Path]) -> None:
        if made:
            self._wizard.said.emit(f"已导出 {len(made)} 份退改件到 {made[0].parent}", False)
