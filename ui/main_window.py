"""The frame around the pages: bars, rail, stack, palette, toast, undo.

The window knows no noun. It builds a page when it is first shown, follows the
desk's wishes (go somewhere, say something), offers undo by name after every
change, and takes files that are dropped anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from services import clock
from services.errors import Problem
from ui import errors, theme
from ui.bars import Campaign, DemoBar, StatusLine, TopBar
from ui.forms import reason_dialog
from ui.keys import KeysSheet
from ui.pages.page import Action, Desk, Entry, Page
from ui.palette import CommandPalette, Hit
from ui.rail import Rail
from ui.tasks import Job, Tasks
from ui.toast import Toast

JUMPS = 9
SAVING = "正在保存"


class History(Protocol):
    """Undo and redo, as `services.undoing` offers them after the first paint."""

    def undo(self, session: Any, *, progress: Any) -> Any:
        """Take back the newest operation that stands."""

    def redo(self, session: Any, *, progress: Any) -> Any:
        """Do again what was last taken back."""

    def next_undo(self, session: Any) -> Any:
        """Return what undo would take back."""

    def next_redo(self, session: Any) -> Any:
        """Return what redo would do again."""


class MainWindow(QMainWindow):
    """The window of the program.

    Attributes:
        desk: What the pages work at.
        top: Top bar; `set_deadline`, `set_operator`, `add_action`.
        status: Status line; `set_backup`, `set_place`.
    Signals:
        files_dropped: (list of Path) files or folders were dropped.
        campaign_chosen: (id) another campaign was chosen in the menu.
        operator_asked: The operator's name was pressed.
        closing: The window is about to close.
    """

    files_dropped = Signal(list)
    campaign_chosen = Signal(int)
    operator_asked = Signal()
    closing = Signal()

    def __init__(self, tasks: Tasks, entries: Sequence[Entry], *, title: str = "执法台") -> None:
        """Build the frame; pages are built when they are first shown.

        Args:
            tasks: Door to the services.
            entries: Pages of the rail, in order.
            title: Title of the window.
        """
        super().__init__()
        self.setWindowTitle(title)
        self.setAcceptDrops(True)
        self.tasks = tasks
        self.desk = Desk(tasks, self)
        self._entries = {entry.key: entry for entry in entries}
        self._pages: dict[str, Page] = {}
        self._commands: list[Action] = []
        self._redo: str | None = None
        self._history: Any = None
        self._question: errors.TroubleDialog | None = None
        self._leaving = False
        self._saved = ""
        self.top = TopBar()
        self.demo = DemoBar()
        self.rail = Rail(entries)
        self.stack = QStackedWidget()
        self.status = StatusLine()
        self._area = QWidget()
        self._build()
        self.toast = Toast(self._area)
        self.palette_box = CommandPalette(tasks, self._offer, self._area)
        self._wire()
        smallest = theme.tokens()["size"]["window_minimum"]
        self.setMinimumSize(QSize(*smallest))
        self.resize(QSize(*theme.tokens()["size"]["fits_client"]))

    def use_history(self, history: History) -> None:
        """Offer undo and redo; the services are there only after the first paint."""
        self._history = history
        self._ask_undo()

    def go(self, key: str, target: object = None) -> None:
        """Show a page; targets are those of `Page.show_target`."""
        self.rail.go(key)
        self._show_page(key)
        self.page(key).show_target(target)

    def page(self, key: str) -> Page:
        """Return a page; it is built now if it was not shown before."""
        if key not in self._pages:
            built = self._entries[key].make(self.desk)
            self._pages[key] = built
            self.stack.addWidget(built)
        return self._pages[key]

    def set_campaigns(self, campaigns: Sequence[Campaign], current: int | None) -> None:
        """Fill the menu of campaigns and work on one of them."""
        self.top.set_campaigns(campaigns, current)
        chosen = next((campaign for campaign in campaigns if campaign.id == current), None)
        self.top.show_campaign(chosen)
        if self.desk.campaign_id != current:
            self.desk.choose(current, chosen.year if chosen else None)

    def add_command(self, action: Action) -> None:
        """Offer a command in the palette, with its shortcut."""
        self._commands.append(action)
        if action.keys:
            QShortcut(QKeySequence(action.keys), self).activated.connect(action.act)

    def set_demo_date(self, day: date | None) -> None:
        """Show that the clock stands on a day; None in real work."""
        self.demo.show_date(day)

    def undo(self) -> None:
        """Take back the last action, named in the status line."""
        if self._history is None:
            return
        job = self.tasks.command("撤销", self._history.undo).with_progress("正在撤销")
        job.then(lambda entry: self.toast.say(f"已撤销：{entry.label}", undoable=False)).start(self)

    def redo(self) -> None:
        """Do again what was last taken back."""
        if self._redo is not None:
            job = self.tasks.command("重做", self._history.redo).with_progress("正在重做")
            job.then(lambda entry: self.toast.say(f"已重做：{entry.label}", undoable=True)).start(self)

    def open_palette(self) -> None:
        """Open the box for everything."""
        self.palette_box.open()

    def show_keys(self) -> None:
        """Show the list of shortcuts."""
        KeysSheet(self).open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files from anywhere."""
        if _files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand the dropped files to whoever imports."""
        self.files_dropped.emit(_files(event))
        event.acceptProposedAction()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep palette and toast in place."""
        super().resizeEvent(event)
        self._place()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask before running work is stopped."""
        at_work = [job for job in self.tasks.running if job.matters]
        if not at_work:
            self.closing.emit()
            event.accept()
            return
        event.ignore()
        if self._leaving or self._question is not None:
            return
        facts = (("怎么办", "等它做完再关；急着关就停下它，以后重做。"),)
        trouble = errors.Trouble(f"“{at_work[0].title}”还没有做完", "现在关闭会停下它，已经存好的数据不受影响。", facts)
        choices = [errors.Choice("停下并关闭", self._stop_and_close), errors.Choice("等它做完", kind="primary")]
        self._question = errors.ask(self, trouble, choices)
        self._question.finished.connect(self._answered)

    def changeEvent(self, event: QEvent) -> None:
        """Name the page again in the title when it changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "status"):
            self.top.follow_theme()
            self.status.follow_theme()

    def _build(self) -> None:
        side = QFrame()
        side.setObjectName("railSide")
        rail = QVBoxLayout(side)
        rail.setContentsMargins(0, 6, 1, 6)
        rail.addWidget(self.rail)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(side)
        middle.addWidget(self.stack, 1)
        rows = QVBoxLayout(self._area)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.top)
        rows.addWidget(self.demo)
        rows.addLayout(middle, 1)
        rows.addWidget(self.status)
        self.setCentralWidget(self._area)

    def _wire(self) -> None:
        self.rail.chosen.connect(self._show_page)
        self.rail.pressed_again.connect(self._show_page)
        self.top.search_asked.connect(self.open_palette)
        self.top.operator_asked.connect(self.operator_asked)
        self.top.campaign_chosen.connect(self._choose_campaign)
        self.status.undo_asked.connect(self.undo)
        self.status.keys_asked.connect(self.show_keys)
        self.toast.undo_asked.connect(self.undo)
        self.toast.grown.connect(self._place)
        self.desk.go_asked.connect(self.go)
        self.desk.said.connect(self._say)
        self.desk.counts_found.connect(self.rail.rail_model.set_count)
        self.tasks.changes.connect(self._take_changes)
        self.tasks.busy.connect(self._take_busy)
        self.tasks.troubled.connect(self._show_trouble)
        self.tasks.ask_reason = partial(reason_dialog.ask, tasks=self.tasks, window=self)
        self.tasks.stopped.connect(self._say_stopped)
        shortcuts = {"Ctrl+K": self.open_palette, "Ctrl+Z": self.undo, "Ctrl+Y": self.redo, "Ctrl+Shift+Z": self.redo, "F1": self.show_keys}
        for keys, act in shortcuts.items():
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        for number, key in enumerate(list(self._entries)[:JUMPS], start=1):
            QShortcut(QKeySequence(f"Ctrl+{number}"), self).activated.connect(partial(self.go, key))

    def _show_page(self, key: str) -> None:
        self.stack.setCurrentWidget(self.page(key))
        QTimer.singleShot(0, self._place)  # the toast may stand over another foot now

    def _choose_campaign(self, campaign: Campaign) -> None:
        self.top.show_campaign(campaign)
        self.desk.choose(campaign.id, campaign.year)
        self.campaign_chosen.emit(campaign.id)

    def _say(self, text: str, undoable: bool) -> None:
        self.toast.say(text, undoable=undoable)
        self._place()

    def _take_changes(self, _changes: Any) -> None:
        self.status.set_saved(f"改动已保存 {clock.now():%H:%M}")
        self._ask_undo()

    def _take_busy(self, writes: int) -> None:
        said = self.status.saved.text()
        if writes and said != SAVING:
            self._saved = said
            self.status.set_saved(SAVING)
        elif not writes and said == SAVING:
            self.status.set_saved(self._saved)  # nothing came of it: what stood there is still true

    def _ask_undo(self) -> None:
        if self._history is not None:
            self.tasks.query(_undo_state, history=self._history).then(self._show_undo)

    def _show_undo(self, state: tuple[str | None, str | None]) -> None:
        undo, self._redo = state
        self.status.set_undo(undo)

    def _show_trouble(self, problem: Problem, job: Job) -> None:
        what = f"{job.label}没有做成" if job.label else ""
        errors.show_problem(job.initiator or self, problem, what=what)

    def _answered(self, _result: int) -> None:
        self._question = None

    def _stop_and_close(self) -> None:
        """Stop what runs; the window closes by itself when the last of it has ended."""
        self._leaving = True
        at_work = [job for job in self.tasks.running if job.matters]
        for job in at_work:
            job.ended.connect(self.close, Qt.ConnectionType.QueuedConnection)
            job.cancel()
        if not at_work:
            QTimer.singleShot(0, self, self.close)

    def _say_stopped(self, job: Job) -> None:
        self.toast.say(f"已取消：{job.title}{'，没有写入' if job.writes else ''}", undoable=False)
        self._place()

    def _offer(self) -> list[Hit]:
        """Return pages and commands for the palette, as they are now."""
        hits = []
        for number, entry in enumerate(self._entries.values(), start=1):
            keys = f"Ctrl+{number}" if number <= JUMPS else ""
            hits.append(Hit("页面", entry.title, partial(self.go, entry.key), icon=entry.icon, keys=keys))
        shown = self.stack.currentWidget()
        actions = shown.actions_of_page if isinstance(shown, Page) else []
        here = shown.title if isinstance(shown, Page) else ""
        hits += [Hit("命令", action.label, action.act, here, action.icon or "arrow-right", action.keys) for action in actions]
        hits += [Hit("命令", action.label, action.act, "", action.icon or "arrow-right", action.keys) for action in self._commands]
        return [*hits, Hit("命令", "快捷键一览", self.show_keys, icon="info", keys="F1")]

    def _place(self) -> None:
        area = self._area
        if self.palette_box.isVisible():
            self.palette_box.setGeometry(area.rect())
        floor = area.height() - self.status.height()
        for foot in area.findChildren(QFrame, "panelFoot"):  # sums and buttons stay to be seen
            corner = foot.mapTo(area, QPoint())
            if foot.isVisible() and corner.x() < self.toast.width() and corner.y() + foot.height() >= floor:
                floor = min(floor, corner.y())
        self.toast.move(16, floor - self.toast.height() - 10)


def _undo_state(session: Any, *, history: History) -> tuple[str | None, str | None]:
    undo, redo = history.next_undo(session), history.next_redo(session)
    return undo.label if undo else None, redo.label if redo else None


def _files(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
