"""The page 检查记录: the register, the entry of one visit, the platform's queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QTabBar

from services import clock, visiting
from services.visiting import Waiting
from ui import icons
from ui.pages.chosen_visit import ChosenVisit
from ui.pages.inspections import INSPECTIONS
from ui.pages.page import Action, Desk, make_button
from ui.pages.problem_list import KEYS as LIST_KEYS
from ui.pages.problem_list import print_list
from ui.pages.register import Register, RegisterPage
from ui.pages.sections import NEXT, PREVIOUS
from ui.pages.visit_entry import VisitEntry
from ui.pages.visit_platform import PlatformQueue
from ui.presses import Dropped

REGISTER, ENTRY, QUEUE = "register", "entry", "queue"
ENTER_KEYS, FILL_KEYS, NEW_KEYS = "Ctrl+N", "Ctrl+E", "Ctrl+Shift+N"
_MORE_TABLES = frozenset({"finding", "assignment", "evidence", "recording"})


class InspectionsPage(RegisterPage):
    """The register of visits; Ctrl+N opens the entry, Esc comes back.

    Attributes:
        entry: One visit on one screen.
        queue: What is not on the platform yet.
        mode: Which of the three is in front.
        chosen: Under the grid: which visit is selected, and what can be done with it.
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
        self._build_head()
        self._build_chosen()
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
        self.entry.back_button.clicked.connect(lambda _checked=False: self.entry.left.emit())
        self.queue.entered.connect(self._entered)
        self.queue.said.connect(desk.say)

    def _build_head(self) -> None:
        """One blue button; what acts on the whole register stands in one list beside it."""
        self._new_button.hide()  # it stands in the list; the blue button goes by the tour
        self.actions_of_page = [action for action in self.actions_of_page if action.label != self.register.new_label]
        wish = self.desk.wish
        acts = (
            Action("导入来表…", partial(wish, "import"), "download-simple", keys="Ctrl+O"),
            Action("三方对账…", partial(wish, "reconcile"), "arrows-left-right"),
            Action("名单以外登记一次", self.new_record, "plus", keys=NEW_KEYS),
        )
        listed = QMenu(self)
        for action, letter in zip(acts, "IRN", strict=True):
            line = listed.addAction(f"{action.label}(&{letter})", action.act)
            if action.keys:
                line.setText(f"{line.text()}\t{action.keys}")
        self.more_button = make_button(Action("导入、对账", lambda: None, "download-simple"))
        self.more_button.setToolTip("整本登记簿：导入来表、三方对账、名单以外登记")
        self.more_button.setMenu(listed)
        Dropped(self.more_button)
        self.put_first(self.more_button)
        self.enter_button = self.add_action(Action("录入检查", self.enter, "note-pencil", "primary"))
        self.enter_button.setToolTip(f"按名单录入下一家（{ENTER_KEYS}）")
        self.actions_of_page += acts
        self._on_key(NEW_KEYS, self.new_record)
        self._on_key(ENTER_KEYS, self.enter)

    def _build_chosen(self) -> None:
        """Let what acts on one visit stand under the grid, beside its name."""
        fill = Action("接着填", self.fill_current, "note-pencil", keys=FILL_KEYS)
        listed = Action("问题清单", self.print_current, "export", keys=LIST_KEYS)
        what = "选中这一次的问题及处置意见清单存成 PDF；每条问题都有依据才印"
        self.chosen = ChosenVisit(self.grid, ((fill, "打开选中的这一次接着填"), (listed, what)))
        self.fill_button, self.list_button = self.chosen.buttons
        self.status.add(self.chosen)
        self.actions_of_page += [fill, listed]
        self._on_key(FILL_KEYS, self.fill_current)
        self._on_key(LIST_KEYS, self.print_current)

    def _on_key(self, keys: str, act: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)  # at once: a button's own waits until it was seen to go down
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(act)

    def refresh(self) -> None:
        """Ask for rows, and for the platform's queue; the entry if it is in front."""
        super().refresh()
        if self.desk.campaign_id is not None:
            what = {"campaign_id": self.desk.campaign_id, "as_of": clock.today()}
            self.desk.tasks.query(visiting.platform_queue, **what).then(self._show_waiting)
        if self.mode == ENTRY:
            self.entry.refresh()

    def take_focus(self) -> None:
        """Go to what is in front: the rows, the queue, or the visit."""
        if self.mode == QUEUE:
            self.queue.enter()
        elif self.mode == ENTRY:
            self.entry.setFocus()
        else:
            super().take_focus()

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
            kind = "" if empty else "primary"
            self.enter_button.setProperty("kind", kind)
            icons.dress(self.enter_button, "note-pencil", "on_action" if kind else "ink2")
            self.enter_button.style().unpolish(self.enter_button)
            self.enter_button.style().polish(self.enter_button)

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
