"""导入来表: files, what they are, their rows, and then writing them.

Nothing is changed before 写入, and every step leads back. Each file becomes
one operation; the whole import is taken back at once or file by file. A file
that cannot be read says why in its own line; no dialog over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from ui import regions, theme
from ui.imports import frame
from ui.imports.blanks import BlankForms
from ui.imports.deciding import Deciding
from ui.imports.done import DonePage
from ui.imports.pane import FilePane
from ui.imports.recognising import Recognising
from ui.imports.start import ask_files, ask_folder, start_page
from ui.imports.work import Applied, FileState, Planned, files_in, plan_files, replan
from ui.imports.writing import Writing
from ui.tasks import Job, Tasks
from ui.two_lines import TwoLineList

FILES = 330
START, WORK, DONE = range(3)
CHOOSE, RECOGNISE, CHECK, WRITE = range(4)


def open_import(window: Any, tasks: Tasks, store: Any, campaign_id: int | None, paths: Sequence[Path] = ()) -> ImportWizard:
    """Show the import over the pages of a window; one that is open goes on.

    Args:
        window: The main window, with a `stack` of pages and a `desk`.
        tasks: Door to the services.
        store: The open store.
        campaign_id: The campaign that the files belong to.
        paths: Files and folders that were dropped or chosen.
    """
    stack: QStackedWidget = window.stack
    open_ones = [stack.widget(number) for number in range(stack.count())]
    wizard = next((one for one in open_ones if isinstance(one, ImportWizard) and one.campaign_id == campaign_id), None)
    if wizard is None:
        wizard = ImportWizard(tasks, store, campaign_id)
        wizard.before = stack.currentWidget()
        stack.addWidget(wizard)
        wizard.closed.connect(partial(_close, stack, wizard))
        desk = getattr(window, "desk", None)
        if desk is not None:
            wizard.said.connect(desk.said)
            wizard.wished.connect(desk.wish)
    stack.setCurrentWidget(wizard)
    wizard.setFocus()
    if paths:
        wizard.add(paths)
    return wizard


def _close(stack: QStackedWidget, wizard: ImportWizard) -> None:
    if stack.currentWidget() is wizard and wizard.before is not None and isValid(wizard.before):
        stack.setCurrentWidget(wizard.before)
    stack.removeWidget(wizard)
    wizard.deleteLater()


class ImportWizard(QWidget):
    """Files at the left, rows of the chosen one at the right, the sum below.

    Attributes:
        tasks: Door to the services.
        store: The open store.
        campaign_id: The campaign that the files belong to.
        planned: The files, as read so far; None before the first.
        before: Page to go back to.
        steps: Where the clerk is.
        files: List of files.
        pane: Rows of the chosen file, or why there are none.
        done: What was written.
        foot: The sum that closes, and the buttons.
        writing: Writes, takes back, sends back.
    Signals:
        closed: The clerk is through, or does not want to.
        written: (rows) some rows were written.
        said: (sentence, can be undone) what was done, for the toast.
        wished: (what) something that the window does.
    """

    closed = Signal()
    written = Signal(int)
    said = Signal(str, bool)
    wished = Signal(str)

    def __init__(self, tasks: Tasks, store: Any, campaign_id: int | None, parent: QWidget | None = None) -> None:
        """Build the wizard without files."""
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("导入来表")
        self.tasks, self.store, self.campaign_id = tasks, store, campaign_id
        self.planned: Planned | None = None
        self.before: QWidget | None = None
        self._reading: list[Path] = []
        self._job: Job | None = None
        self._build()
        self._deciding, self._recognising, self.writing = Deciding(self, self), Recognising(self, self), Writing(self, self)
        self._wire()
        self.refresh()

    @property
    def states(self) -> tuple[FileState, ...]:
        """The files, as read so far."""
        return self.planned.states if self.planned else ()

    @property
    def busy(self) -> bool:
        """Whether the services are at work for it."""
        return self._job is not None

    def current(self) -> FileState | None:
        """Return the chosen file."""
        path = self.files.current()
        return next((state for state in self.states if state.path == path), None)

    def add(self, paths: Sequence[Path], *, expected: str | None = None, results: bool = False) -> None:
        """Read more files, or read one again as another form.

        Args:
            paths: Files and folders.
            expected: Form chosen by hand.
            results: Take findings without a visit as a group's result.
        """
        again = bool(expected) or results
        known = {state.path for state in self.states} if self._body.currentIndex() != DONE else set()
        fresh = [path for path in files_in(paths) if again or path not in known]
        if not fresh or self.busy:
            return
        if self._body.currentIndex() == DONE and self.done.operations:
            self.planned = None
        self._body.setCurrentIndex(WORK)
        job = self.tasks.work(
            plan_files,
            store=self.store,
            campaign_id=self.campaign_id,
            paths=fresh,
            expected=expected,
            results=results,
            before=self.planned,
        )
        self.start(job.with_progress(f"正在读 {len(fresh)} 个文件").then(self.take), reading=fresh)

    def remove(self, path: Path) -> None:
        """Take a file out of the import."""
        if self.planned is None or self.busy:
            return
        job = self.tasks.work(replan, store=self.store, before=self.planned, choices={}, without=[path])
        self.start(job.in_background().then(self.take))

    def offer_blanks(self) -> BlankForms:
        """Offer the blank forms to send out."""
        dialog = BlankForms(self.tasks, self.store, self.campaign_id, self)
        dialog.said.connect(lambda text: self.said.emit(text, False))
        dialog.open()
        return dialog

    def start(self, job: Job, *, reading: Sequence[Path] = ()) -> None:
        """Start a job; until it ends nothing else can be decided.

        Args:
            job: The job.
            reading: Files that it reads.
        """
        self._job, self._reading = job, list(reading)
        self.pane.lock(on=True)
        self.refresh()
        job.ended.connect(self._ended)
        job.start(self)

    def take(self, planned: Planned) -> None:
        """Take a new plan; the clerk stays where he was."""
        self.planned, self._reading = planned, []
        self.refresh()
        if self.files.current() is None:
            self.files.choose_first()
        self.follow()

    def show_done(self, applied: Applied) -> None:
        """Show what was written; what waits for the clerk stays."""
        self.planned = applied.left
        self._body.setCurrentIndex(DONE)
        self.done.show_files(applied.files, waiting=sum(len(state.waiting) for state in self.states))
        if applied.rows:
            self.written.emit(applied.rows)
        self.refresh()
        self.foot.go.setFocus()

    def refresh(self) -> None:
        """Show list, counts and sum anew."""
        self.files.fill(frame.entries(self.states, self._reading))
        self.bar.show_counts(self.states, self._reading)
        self.show_foot()

    def follow(self) -> None:
        """Show the chosen file as it is now, the clerk at the row where he was."""
        self.show_file(self.files.current(), keep=True)

    def show_file(self, path: Path | None, *, keep: bool = False) -> None:
        """Show a file at the right."""
        if keep and self.pane.shows_mapping:
            return
        state = next((state for state in self.states if state.path == path), None)
        self.pane.show_state(state, keep=keep)
        self._recognising.look_at(state)
        self.show_foot()

    def show_mapping(self) -> None:
        """Show where the clerk says what the file is."""
        self._body.setCurrentIndex(WORK)
        self.pane.show_mapping()
        self.show_foot()

    def show_foot(self) -> None:
        """Show step, sum and buttons as they are now."""
        body, mapping = self._body.currentIndex(), self.pane.shows_mapping
        step = {START: CHOOSE, WORK: RECOGNISE if mapping else CHECK, DONE: WRITE}[body]
        back = [CHOOSE, RECOGNISE, CHECK] if self.states and body != DONE and not self.busy else []
        self.steps.show_step(step, back=back)
        self.foot.setVisible(body != START or bool(self.states))
        if body == DONE:
            self.foot.show_done(self.done, left=len(self.states))
        elif body == START:
            self.foot.show_start(self.states)
        elif mapping:
            self.foot.show_mapping(self.pane.mapping.reason)
        else:
            self.foot.show_sum(self.states, self._why_not())

    def go_back(self) -> None:
        """Go one step back."""
        if self._body.currentIndex() == DONE:
            self._body.setCurrentIndex(WORK if self.states else START)
            self.files.choose_first()
        elif self._body.currentIndex() == WORK and self.pane.shows_mapping:
            self.pane.leave_mapping()
        elif self._body.currentIndex() == START and self.states:
            self._body.setCurrentIndex(WORK)
        else:
            self._body.setCurrentIndex(START)
        self.show_file(self.files.current())

    def go_on(self) -> None:
        """Press the blue button."""
        if not self.foot.go.isEnabled() or self.busy:
            return
        if self._body.currentIndex() == DONE:
            self.closed.emit()
        elif self.pane.shows_mapping:
            self._recognising.read_anew()
        else:
            self.writing.write()

    def leave(self) -> None:
        """Leave without writing more; reading stops."""
        if self._body.currentIndex() == WORK and self.pane.shows_mapping:
            self.go_back()
            return
        if self._job is not None:
            self._job.cancel()
        self.closed.emit()

    def _build(self) -> None:
        self.files = TwoLineList(name="来表文件")
        self.pane, self.done = FilePane(), DonePage()
        self.head, self.foot, self.bar = frame.Head(), frame.Foot(), frame.FilesBar()
        self.steps = self.head.steps
        left = QWidget()
        left.setFixedWidth(round(FILES * min(theme.current().scale, 1.25)))
        regions.column(left, self.bar, self.files)
        work = QWidget()
        middle = QHBoxLayout(work)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(left)
        middle.addWidget(regions.rule())
        middle.addWidget(self.pane, 1)
        self._body = QStackedWidget()
        ways = (self._add_files, self._add_folder, self.offer_blanks, lambda: self.wished.emit("reconcile"))
        for page in (regions.scrolling(start_page(*ways)), work, self.done):
            self._body.addWidget(page)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.head)
        rows.addWidget(self._body, 1)
        rows.addWidget(self.foot)

    def _wire(self) -> None:
        pane, foot = self.pane, self.foot
        self.files.chosen.connect(self.show_file)
        self.files.activated.connect(lambda _index: self.pane.take_focus())
        pane.form_chosen.connect(lambda path, code: self.add([path], expected=code))
        pane.removal_asked.connect(self.remove)
        pane.results.clicked.connect(self._take_results)
        pane.strip.next_asked.connect(self._deciding.next_trouble)
        self.bar.more.clicked.connect(self._add_files)
        self.head.cancel.clicked.connect(lambda _checked=False: self.leave())
        self.steps.asked.connect(self._go_to_step)
        foot.back.clicked.connect(lambda _checked=False: self.go_back())
        foot.go.clicked.connect(lambda _checked=False: self.go_on())
        keys = {"Esc": self.leave, "F8": self._deciding.next_trouble, "Ctrl+Return": self.go_on, "Alt+Left": self.go_back}
        for key, act in keys.items():
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def _add_files(self, _checked: bool = False) -> None:
        self.add(ask_files(self))

    def _add_folder(self) -> None:
        folder = ask_folder(self, "选装有来表的文件夹")
        if folder is not None:
            self.add([folder])

    def _why_not(self) -> str:
        """Return why nothing can be written now; "" if it can."""
        if self._job is not None:
            return "正在写入" if self._job.writes else "正在读" if self._reading else "正在核对"
        if not self.store.writable:
            return f"数据正由 {self.store.holder} 打开，这里只能看"
        return "" if sum(state.writes for state in self.states) else "没有可以写入的行"

    def _ended(self) -> None:
        self._job, self._reading = None, []
        self.pane.lock(on=False)
        if self._body.currentIndex() == WORK and not self.states:
            self._body.setCurrentIndex(START)
        self.refresh()
        self.pane.again()

    def _go_to_step(self, step: int) -> None:
        if step == RECOGNISE and self.files.current() is not None:
            self._recognising.ask(self.files.current())
            return
        self.pane.leave_mapping()
        self._body.setCurrentIndex(START if step == CHOOSE else WORK)
        self.show_file(self.files.current())

    def _take_results(self, _checked: bool = False) -> None:
        state = self.current()
        if state is not None:
            self.add([state.path], results=True)
