"""The page 检查记录: the register, the entry of one visit, the platform's queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QTabBar

from services import clock, visiting
from services.visiting import Waiting
from ui import icons
from ui.pages.inspections import INSPECTIONS
from ui.pages.page import Action, Desk, make_button
from ui.pages.problem_list import KEYS as LIST_KEYS
from ui.pages.problem_list import print_list
from ui.pages.register import Register, RegisterPage
from ui.pages.sections import NEXT, PREVIOUS
from ui.pages.visit_entry import VisitEntry
from ui.pages.visit_platform import PlatformQueue

REGISTER, ENTRY, QUEUE = "register", "entry", "queue"
ENTER_KEYS, FILL_KEYS = "Ctrl+N", "Ctrl+E"
_MORE_TABLES = frozenset({"finding", "assignment", "evidence", "recording"})


class InspectionsPage(RegisterPage):
    """The register of visits; Ctrl+N opens the entry, Esc comes back.

    Attributes:
        entry: One visit on one screen.
        queue: What is not on the platform yet.
        mode: Which of the three is in front.
    """

    def __init__(self, desk: Desk, register: Register = INSPECTIONS) -> None:
        """Build entry and queue beside the register."""
        super().__init__(desk, register)
        self.tables = self.tables | _MORE_TABLES
        self.mode = REGISTER
        self.entry = VisitEntry(desk)
        self.queue = PlatformQueue()
        for widget in (self.entry, self.queue):
            widget.hide()
            self.content.addWidget(widget, 1)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setDocumentMode(True)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setAccessibleName("检查记录和待录入平台")
        self.tabs.addTab("登记簿")
        self.tabs.addTab("待录入平台")
        self.tabs.currentChanged.connect(lambda number: self.turn(QUEUE if number else REGISTER))
        self.tabs.setMinimumWidth(self.tabs.sizeHint().width())
        self.put_tabs(self.tabs)
        self._new_button.setShortcut("Ctrl+Shift+N")
        self._new_button.setToolTip("Ctrl+Shift+N")
        self.fill_button = self.add_action(Action("填这一次", self.fill_current, "note-pencil"))
        self.actions_of_page.append(Action("问题清单", self.print_current, "export", keys=LIST_KEYS))
        self.list_button = make_button(Action("问题清单", self.print_current, "export"))
        self.put_first(self.list_button)
        self.enter_button = self.add_action(Action("录入检查", self.enter, "note-pencil", "primary"))
        buttons = (
            (self.fill_button, FILL_KEYS, self.fill_current, "接着填选中的这一次"),
            (self.enter_button, ENTER_KEYS, self.enter, "按名单录入下一家"),
            (self.list_button, LIST_KEYS, self.print_current, "选中这一次的问题及处置意见清单存成 PDF；每条问题都有依据才印"),
        )
        for button, keys, act, what in buttons:
            button.setToolTip(f"{what}（{keys}）")
            shortcut = QShortcut(QKeySequence(keys), self)  # at once: a button's own waits until it was seen to go down
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
        self._own_keys = self.findChildren(QShortcut, options=Qt.FindChildOption.FindDirectChildrenOnly)
        self._turn_keys = [QShortcut(QKeySequence(keys), self) for keys in (PREVIOUS, NEXT)]  # in the entry they go to the next visit
        for shortcut in self._turn_keys:
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self._turn_over)
        self.tabs.setToolTip(f"{PREVIOUS}、{NEXT} 切换")
        back = QShortcut(QKeySequence("Esc"), self.queue)
        back.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        back.activated.connect(partial(self.turn, REGISTER))
        self.entry.left.connect(partial(self.turn, REGISTER))
        self.queue.entered.connect(self._entered)
        self.queue.said.connect(desk.say)

    def refresh(self) -> None:
        """Ask for rows, and for the platform's queue; the entry if it is in front."""
        super().refresh()
        if self.desk.campaign_id is not None:
            what = {"campaign_id": self.desk.campaign_id, "as_of": clock.today()}
            self.desk.tasks.query(visiting.platform_queue, **what).then(self._show_waiting)
        if self.mode == ENTRY:
            self.entry.refresh()

    def turn(self, mode: str) -> None:
        """Bring register, entry or queue to the front, with the focus in it."""
        self.mode = mode
        self.head.setVisible(mode != ENTRY)
        self._stack.setVisible(mode == REGISTER)
        self.entry.setVisible(mode == ENTRY)
        self.queue.setVisible(mode == QUEUE)
        for shortcut in self._own_keys:
            shortcut.setEnabled(mode == REGISTER)
        for shortcut in self._turn_keys:
            shortcut.setEnabled(mode != ENTRY)
        self.tabs.blockSignals(True)
        self.tabs.setCurrentIndex(1 if mode == QUEUE else 0)
        self.tabs.blockSignals(False)
        if mode == REGISTER:
            self._back()
        elif mode == QUEUE:
            self.queue.enter()
        else:
            self.entry.setFocus()  # until the visit is there

    def enter(self) -> None:
        """Type the next visit of the group."""
        if self.desk.campaign_id is None:
            self.new_record()  # says what is to be done first
        else:
            self.turn(ENTRY)
            self.entry.open_next()

    def fill_current(self) -> None:
        """Go on with the visit of the current row."""
        record_id = self.grid.current_id()
        if record_id is None:
            self.enter()
        else:
            self.turn(ENTRY)
            self.entry.open_visit(record_id)

    def print_current(self) -> None:
        """Print 问题及处置意见清单 of the current row."""
        record_id = self.grid.current_id()
        if record_id is None or self.filters.in_bin:
            self.desk.say("先在表格里选一次检查")
        else:
            print_list(self.desk, self, record_id)

    def show_record(self, record_id: int) -> None:
        """Go to a visit in the register."""
        self.turn(REGISTER)
        super().show_record(record_id)

    def show_filtered(self, filters: Mapping[str, object]) -> None:
        """Show the visits behind a figure."""
        self.turn(REGISTER)
        super().show_filtered(filters)

    def new_record(self) -> None:
        """Open an empty record in the register's panel."""
        self.turn(REGISTER)
        super().new_record()

    def _rows_came(self) -> None:
        super()._rows_came()
        if hasattr(self, "enter_button"):
            empty = self._stack.currentIndex() == 1  # what to do first is blue there already
            for button, sign, kind in ((self._new_button, "plus", ""), (self.enter_button, "note-pencil", "" if empty else "primary")):
                button.setProperty("kind", kind)
                icons.dress(button, sign, "on_action" if kind else "ink2")
                button.style().unpolish(button)
                button.style().polish(button)

    def _turn_over(self) -> None:
        self.turn(REGISTER if self.mode == QUEUE else QUEUE)

    def _take_scope(self) -> None:
        if hasattr(self, "entry"):
            self.entry.forget()
            self.turn(REGISTER)
        super()._take_scope()

    def _show_waiting(self, waiting: Sequence[Waiting]) -> None:
        self.tabs.setTabText(1, f"待录入平台 {len(waiting)}" if waiting else "待录入平台")
        self.queue.show_waiting(waiting)

    def _entered(self, record_id: int, number: str) -> None:
        now = clock.now()
        what = {"record_id": record_id, "platform_no": number, "on": clock.today(), "at": f"{now:%H:%M}"}
        label = f"登记平台编号 {number}"
        job = self.desk.tasks.command(label, visiting.mark_entered, **what)
        job.then(lambda _none: self.desk.say(f"已{label}", undoable=True)).failed(partial(self._trouble, f"{label}没有做成")).start(self)
