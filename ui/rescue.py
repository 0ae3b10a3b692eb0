"""The window that stands before the main window when the data do not open.

It says in one sentence what happened and where, lists the verified backups
with what differs from today, and offers every way on: restore one, look only,
salvage what can be read, another folder. Nothing is touched before the clerk
has seen what would be lost and has said so a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from services import paths, rescue, restoring, salvaging
from services.errors import Problem
from services.progress import Progress
from services.rescue import Diagnosis, Offer
from services.restoring import Restored
from services.salvaging import Salvaged
from ui import errors, icons, regions, theme
from ui.backup_list import contents, entries, losses, moment, steps_after
from ui.pages.page import Action, make_button
from ui.tasks import Tasks
from ui.two_lines import TwoLineList

RIGHT = 348
SMALLEST = (900, 560)
WAYS, ASKING, DONE = range(3)
TITLES = {
    "damaged": "数据文件损坏了，没有打开",
    "foreign": "这里放的不是执法台的数据",
    "newer": "数据是新版程序建立的，这个版本打不开",
    "refused": "这个文件夹不能存放数据",
    "unreadable": "数据文件读不出来",
}


@dataclass(frozen=True)
class Findings:
    """What was found out about data that do not open."""

    diagnosis: Diagnosis | None
    offers: tuple[Offer, ...]


def ask_folder(parent: QWidget, start: Path) -> Path | None:
    """Ask for another data folder; None if nothing was chosen."""
    chosen = QFileDialog.getExistingDirectory(parent, "数据放在哪个文件夹", str(start))
    return Path(chosen) if chosen else None


class Story(QWidget):
    """A page of a title and facts under it, as a dialog shows them.

    Attributes:
        title: 18 bold.
        facts: The texts by the grey word before them.
    """

    def __init__(self, *words: str) -> None:
        """Build it without texts."""
        super().__init__()
        self.title = regions.label(kind="headline")
        self.facts = {word: _words() for word in words}
        grid = QGridLayout(self)
        grid.setContentsMargins(66, 24, 24, 20)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(12)
        grid.addWidget(self.title, 0, 0, 1, 2)
        for row, (word, text) in enumerate(self.facts.items(), start=1):
            grid.addWidget(regions.label(word, "help"), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text, row, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(len(words) + 1, 1)

    def tell(self, title: str, *texts: str) -> None:
        """Show a title and the texts, in the order of their words."""
        self.title.setText(title)
        for label, text in zip(self.facts.values(), texts, strict=True):
            label.setText(text)


class RescueWindow(QWidget):
    """What happened, the backups, the ways on.

    Attributes:
        root: The data folder that did not open.
        copies: List of the verified backups; its keys are their paths.
        restore_button: 恢复这一份, the blue one.
        look_button: 只读打开.
        salvage_button: 尽量抢救数据.
        folder_button: 换数据文件夹.
        leave_button: 退出.
        sure_button: 确认恢复, after the preview.
        question: What a restore would lose.
        outcome: What was salvaged.
    Signals:
        mended: (folder, whether only to look, what to say) the data can be opened.
        left: The program shall end.
    """

    mended = Signal(object, bool, str)
    left = Signal()

    def __init__(self, tasks: Tasks, root: Path, problem: Problem, *, operator: str) -> None:
        """Build the window and find out what can be done, off the UI thread.

        Args:
            tasks: Runs the work; it needs no open store for this.
            root: The data folder.
            problem: Why it did not open.
            operator: Who worked last; stands in the history as who restored.
        """
        super().__init__()
        self.root = root
        self._tasks, self._problem, self._operator = tasks, problem, operator
        self._offers: dict[Path, Offer] = {}
        self._diagnosis: Diagnosis | None = None
        self._over = self._working = False
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle("执法台")
        self.setWindowIcon(icons.icon("clipboard-text", "action", 32))
        self._build()
        self._wire()
        self._show_problem()
        self._show_buttons()
        self.setMinimumSize(QSize(*SMALLEST))
        self.resize(QSize(*theme.tokens()["size"]["fits_client"]))
        tasks.work(_find_out, root=root).then(self._found).failed(self._not_done)

    def ask_restore(self) -> None:
        """Show what a restore would lose, before it is done."""
        offer = self._chosen()
        if offer is None:
            return
        aside = "移到数据文件夹里的“坏库_…”，原样留着，不会删掉"
        title = f"恢复 {moment(offer.made_at)} 的备份？"
        self.question.tell(title, steps_after(offer.operations), _compared(offer), contents(offer.counts), aside)
        self._go(ASKING)
        self.sure_button.setFocus()

    def restore(self) -> None:
        """Put the chosen backup in place; the present file is kept aside."""
        offer = self._chosen()
        if offer is not None:
            done = partial(self._restored, offer)
            self._work("正在恢复备份", partial(restoring.restore, self.root, backup=offer.path, operator=self._operator), done)

    def look(self) -> None:
        """Open the data as they are, only to look."""
        self._end(read_only=True, said="只读打开：能看、能导出，不能改")

    def salvage(self) -> None:
        """Copy every row that can still be read into a new file."""
        self._work("正在抢救数据", partial(salvaging.salvage, self.root, operator=self._operator), self._salvaged)

    def choose_folder(self) -> None:
        """Open the data of another folder instead."""
        chosen = ask_folder(self, self.root.parent)
        if chosen is not None:
            with suppress(OSError):  # without the note the next start asks again
                paths.remember_move(self.root, chosen)
            self.root = chosen
            self._end(read_only=False, said=f"已换到数据文件夹 {chosen}")

    def go_back(self) -> None:
        """Return from the confirmation to the ways on."""
        if self._stack.currentIndex() == ASKING and not self._working:
            self._go(WAYS)
            self.copies.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        """End the program unless the data could be mended."""
        if self._working:
            event.ignore()
            return
        super().closeEvent(event)
        if not self._over:
            self._over = True
            self.left.emit()

    def _build(self) -> None:
        self._stack = QStackedWidget()
        self._stack.addWidget(self._ways())
        self.question = Story("会失去的操作", "比现在", "恢复以后有", "现在的文件")
        self.outcome = Story("救出", "没有救出", "坏的文件")
        self._stack.addWidget(self.question)
        self._stack.addWidget(self.outcome)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self._head())
        rows.addWidget(self._stack, 1)
        rows.addWidget(self._foot())

    def _head(self) -> QWidget:
        head = QFrame()
        head.setObjectName("header")
        sign = QLabel()
        icons.dress(sign, "warning-circle", "bad", 28)
        self.title = regions.label(kind="headline")
        self.reason, self.place, self.way = _words(), _words(), _words("help")
        self.place.setObjectName("factBox")
        self.reason.setAccessibleName("为什么")
        grid = QGridLayout(head)
        grid.setContentsMargins(24, 20, 24, 16)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        grid.addWidget(sign, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.title, 0, 1, 1, 2)
        grid.addWidget(self.reason, 1, 1, 1, 2)
        for row, (word, text) in enumerate((("哪个文件", self.place), ("怎么办", self.way)), start=2):
            grid.addWidget(regions.label(word, "help"), row, 1)
            grid.addWidget(text, row, 2)
        grid.setColumnStretch(2, 1)
        return head

    def _ways(self) -> QWidget:
        ways, left, right = QWidget(), QWidget(), QWidget()
        self.copies = TwoLineList(name="核对过的备份")
        self._counted = regions.label(kind="label")
        none = regions.label("这个文件夹里没有核对过的备份", "help")
        none.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        none.setContentsMargins(0, 40, 0, 0)
        self._listed = QStackedWidget()
        self._listed.addWidget(self.copies)
        self._listed.addWidget(none)
        regions.column(left, regions.bar(regions.label("核对过的备份", "section"), self._counted, None), self._listed)
        self._facts = {word: _words() for word in ("什么时候", "为什么备份", "里面有", "比现在", "这之后做过")}
        detail = QFrame()
        rows = QVBoxLayout(detail)
        rows.setContentsMargins(16, 12, 16, 12)
        rows.setSpacing(3)
        for word, text in self._facts.items():
            rows.addWidget(regions.label(word, "label"))
            rows.addWidget(text)
            rows.addSpacing(9)
        rows.addStretch(1)
        regions.column(right, regions.bar(regions.label("这一份", "section"), None), detail)
        right.setFixedWidth(round(RIGHT * min(theme.current().scale, 1.25)))
        line = QHBoxLayout(ways)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(left, 1)
        line.addWidget(regions.rule())
        line.addWidget(right)
        return ways

    def _foot(self) -> QFrame:
        foot = QFrame()
        foot.setObjectName("dialogFoot")
        self.leave_button = make_button(Action("退出", self.close))
        self.back_button = make_button(Action("返回", self.go_back, "arrow-u-up-left"))
        self.copy_button = make_button(Action("复制说明", self.copy_story, "copy", "quiet"))
        self.folder_button = make_button(Action("换数据文件夹…", self.choose_folder, "folder-open"))
        self.salvage_button = make_button(Action("尽量抢救数据", self.salvage, "wrench"))
        self.look_button = make_button(Action("只读打开", self.look, "eye"))
        self.restore_button = make_button(Action("恢复这一份", self.ask_restore, "clock-counter-clockwise", "primary"))
        self.sure_button = make_button(Action("确认恢复", self.restore, "check", "primary"))
        self.open_button = make_button(Action("打开数据", partial(self._end, read_only=False), "arrow-right", "primary"))
        self.salvage_button.setToolTip("把还读得出的行抄到一个新文件；坏的文件原样留着")
        self.look_button.setToolTip("能看、能导出，不能改")
        line = QHBoxLayout(foot)
        line.setContentsMargins(16, 9, 16, 9)
        line.setSpacing(8)
        line.addWidget(self.copy_button)
        line.addStretch(1)
        self._buttons: dict[int, Sequence[QPushButton]] = {
            WAYS: (self.leave_button, self.folder_button, self.salvage_button, self.look_button, self.restore_button),
            ASKING: (self.back_button, self.sure_button),
            DONE: (self.open_button,),
        }
        for buttons in self._buttons.values():
            for button in buttons:
                line.addWidget(button)
        return foot

    def _wire(self) -> None:
        self.copies.chosen.connect(lambda _path: self._show_chosen())
        self.copies.activated.connect(lambda _index: self.ask_restore())
        back = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        back.activated.connect(self.go_back)

    def copy_story(self) -> None:
        """Put what happened on the clipboard, for whoever maintains the program."""
        facts = (("哪个文件", self.place.text()), ("怎么办", self.way.text()))
        story = errors.Trouble(self.title.text(), self.reason.text(), facts, f"代码：{self._problem.code}")
        QGuiApplication.clipboard().setText(story.text())

    def _found(self, found: Findings) -> None:
        self._diagnosis = found.diagnosis
        self._offers = {offer.path: offer for offer in found.offers}
        self.copies.fill(entries(found.offers, {offer.path: f"比现在{_compared(offer)}" for offer in found.offers}))
        self._listed.setCurrentIndex(0 if found.offers else 1)
        self._counted.setText(f"{len(found.offers)} 份，从新到旧" if found.offers else "")
        self._show_problem()
        self.copies.choose_first()
        self._show_chosen()
        self._show_buttons()
        (self.copies if found.offers else self.folder_button).setFocus()

    def _show_problem(self) -> None:
        found, problem = self._diagnosis, self._problem
        self.title.setText(TITLES.get(found.state if found else "", "数据没有打开"))
        self.reason.setText(found.sentence if found else problem.message())
        self.place.setText(str(found.path if found else problem.where() or self.root))
        self.way.setText(found.mend if found else problem.way_out())

    def _show_chosen(self) -> None:
        offer = self._chosen()
        for text in self._facts.values():
            text.setText("—" if offer is None else "")
        if offer is not None:
            self._facts["什么时候"].setText(moment(offer.made_at))
            self._facts["为什么备份"].setText(offer.reason)
            self._facts["里面有"].setText(contents(offer.counts).replace("　", "\n"))
            self._facts["比现在"].setText(_compared(offer))
            self._facts["这之后做过"].setText(steps_after(offer.operations))
        self._show_buttons()

    def _show_buttons(self) -> None:
        page = self._stack.currentIndex()
        for number, buttons in self._buttons.items():
            for button in buttons:
                button.setVisible(number == page)
                button.setEnabled(not self._working)
        state = self._diagnosis.state if self._diagnosis else ""
        self.restore_button.setEnabled(self._chosen() is not None and not self._working)
        self.restore_button.setToolTip("" if self._offers else "没有核对过的备份可以恢复")
        self.look_button.setVisible(page == WAYS and bool(self._diagnosis and self._diagnosis.can_read_only))
        self.salvage_button.setVisible(page == WAYS and state == "damaged")

    def _chosen(self) -> Offer | None:
        return self._offers.get(self.copies.current())

    def _go(self, page: int) -> None:
        self._stack.setCurrentIndex(page)
        self._show_buttons()

    def _work(self, title: str, call: Callable[..., Any], done: Callable[[Any], object]) -> None:
        self._working = True
        self._show_buttons()
        job = self._tasks.work(_reporting, call=call).with_progress(title)
        job.then(done).failed(self._not_done).cancelled(self._stopped).start(self)

    def _stopped(self) -> None:
        self._working = False
        self._show_buttons()

    def _not_done(self, problem: Problem) -> None:
        self._stopped()
        self._go(WAYS)
        errors.show_problem(self, problem, what="没有做成，原来的文件没有变")

    def _restored(self, offer: Offer, done: Restored) -> None:
        self._stopped()
        kept = f"；原来的文件留在 {done.aside.name}" if done.aside else ""
        self._end(read_only=False, said=f"已恢复 {moment(offer.made_at)} 的备份{kept}")

    def _salvaged(self, done: Salvaged) -> None:
        self._stopped()
        lost = contents(done.lost) if any(done.lost.values()) else "没有发现"
        kept = "操作记录也完整" if done.history_kept else "操作记录从这里重新开始"
        aside = f"原样留在 {done.aside}" if done.aside else "没有"
        self.outcome.tell("能读的都救出来了，请核对后再用", f"{contents(done.rows)}\n{kept}", lost, aside)
        self._go(DONE)
        self.open_button.setFocus()

    def _end(self, *, read_only: bool, said: str = "") -> None:
        self._over = True
        self.mended.emit(self.root, read_only, said)
        self.close()


def _find_out(*, root: Path) -> Findings:
    return Findings(rescue.diagnose(root), tuple(rescue.offers(root)))


def _compared(offer: Offer) -> str:
    lost = "，".join(losses(offer.difference))
    if lost:
        return lost
    return "没法比，现在的文件读不出来" if offer.unknown else "条数一样"


def _reporting(*, call: Callable[..., Any], progress: Progress) -> Any:
    return call(progress=progress)


def _words(kind: str = "") -> QLabel:
    text = regions.label(kind=kind)
    text.setWordWrap(True)
    text.setTextFormat(Qt.TextFormat.PlainText)
    text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return text
