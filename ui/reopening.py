"""Closing and opening the data of a running window: rescue, restore, move.

Whatever becomes of the work, data are open afterwards if they can be opened;
if not, the rescue window stands in the place of the main window. Imported
only when it is needed: the first paint waits for none of this.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from services import moving, rescue, restoring
from services.errors import Problem, StorageTrouble
from services.progress import Progress
from ui import errors
from ui.late_store import LateStore
from ui.main_window import MainWindow
from ui.rescue import RescueWindow
from ui.tasks import Job

OpenAt = Callable[..., Any]
Outcome = Callable[[Any], tuple[Path, str]]


class Reopener(QObject):
    """Opens the data of a window anew, after a trouble or by wish.

    Attributes:
        rescue: The window that stands before the main one, or None.
        operator: Who works here, or worked last; stands in the history.
    Signals:
        opened: (folder, what is known of its data) the data are open again.
    """

    opened = Signal(object, object)

    def __init__(self, window: MainWindow, late: LateStore, *, open_at: OpenAt, facts: OpenAt, operator: str) -> None:
        """Prepare; nothing happens yet.

        Args:
            window: The main window.
            late: Its store.
            open_at: (*, late, folder) opens the data and returns what is known.
            facts: (session, *, chosen) returns what is known.
            operator: Who worked last.
        """
        super().__init__(window)
        self.rescue: RescueWindow | None = None
        self.operator = operator
        self._window, self._late, self._open_at, self._facts = window, late, open_at, facts
        self._said = ""
        window.closing.connect(self._leave)

    def take(self, folder: Path, problem: Problem) -> None:
        """Show why the data do not open, and the ways on where there are any."""
        self._window.status.set_saved("数据没有打开")
        if not isinstance(problem, StorageTrouble):
            errors.show_problem(self._window, problem, what="数据没有打开")
            return
        self._leave()
        self.rescue = RescueWindow(self._window.tasks, folder, problem, operator=self.operator)
        self.rescue.mended.connect(self._mended)
        self.rescue.left.connect(self._window.close)
        self.rescue.show()
        self._window.hide()

    def restore(self, folder: Path, backup: Path) -> None:
        """Put a backup in the place of the data and open them."""
        call = partial(restoring.restore, folder, backup=backup, operator=self.operator)
        self._reopen(folder, "恢复备份", call, lambda _done: (folder, "已恢复备份；恢复前的数据另存了一份备份"))

    def move(self, folder: Path, target: Path) -> None:
        """Move the data to another folder and open them there."""
        call = partial(moving.move, folder, target, operator=self.operator)
        self._reopen(folder, "搬数据", call, lambda done: (done.root, f"数据已搬到 {target}；原来的文件夹改名为 {done.aside.name}"))

    def _reopen(self, folder: Path, label: str, call: Callable[..., Any], outcome: Outcome) -> None:
        arguments = {"late": self._late, "folder": folder, "call": call, "outcome": outcome, "open_at": self._open_at}
        job = self._window.tasks.work(_closed_for, **arguments).with_progress(f"正在{label}")
        self._run(job, label, folder)

    def _run(self, job: Job, label: str, folder: Path) -> None:
        # It stands in line with writes and keeps the window open, as a write does.
        job.label, job.writes = label, True
        job.then(self._done).failed(partial(self._failed, label, folder)).start(self._window)

    def _done(self, found: tuple[Path, str, Any]) -> None:
        folder, said, known = found
        self.opened.emit(folder, known)
        if said:
            self._window.desk.say(said)

    def _failed(self, label: str, folder: Path, problem: Problem) -> None:
        if self._late.present is None:
            self.take(folder, problem)
        else:
            errors.show_problem(self._window, problem, what=f"{label}没有做成")

    def _mended(self, folder: Path, read_only: bool, said: str) -> None:
        self._leave()
        self._window.show()
        if read_only:
            job = self._window.tasks.work(_open_read_only, late=self._late, folder=folder, said=said, facts=self._facts)
        else:
            job = self._window.tasks.work(_open, late=self._late, folder=folder, said=said, open_at=self._open_at)
        self._run(job, "打开数据", folder)

    def _leave(self) -> None:
        if self.rescue is not None:
            self.rescue.deleteLater()
            self.rescue = None


def _closed_for(
    *, late: LateStore, folder: Path, call: Callable[..., Any], outcome: Outcome, open_at: OpenAt, progress: Progress
) -> tuple[Path, str, Any]:
    """Do something that needs the data closed; open them again whatever happens."""
    late.let_go()
    place, said = folder, ""
    try:
        place, said = outcome(call(progress=progress))
    finally:
        known = open_at(late=late, folder=place)
    return place, said, known


def _open(*, late: LateStore, folder: Path, said: str, open_at: OpenAt) -> tuple[Path, str, Any]:
    return folder, said, open_at(late=late, folder=folder)


def _open_read_only(*, late: LateStore, folder: Path, said: str, facts: OpenAt) -> tuple[Path, str, Any]:
    late.attach(rescue.open_read_only(folder))
    with late.read() as session:
        return folder, said, facts(session, chosen=None)
