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
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from services import paths, rescue, restoring, salvaging
from services.errors import Problem
from services.progress import Progress
from services.rescue import Diagnosis, Offer
from services.restoring import Restored
from services.salvaging import Salvaged
from ui import errors, icons, regions, theme
from ui.backup_list import contents, entries, moment, steps_after
from ui.pages.page import Action, make_button
from ui.rescue_parts import Band, Detail, Story, compared, noted
from ui.tasks import Tasks
from ui.two_lines import TwoLineList

RIGHT = 348
SMALLEST = (900, 560)
WAYS, RESTORING, SALVAGING, DONE = range(4)
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


class RescueWindow(QWidget):
    """What happened, the backups, the ways on.

    Attributes:
        root: The data folder that did not open.
        findings: What was found out; None while that is being done.
        band: What happened.
        copies: List of the verified backups; its keys are their paths.
        question: What a restore would lose.
        outcome: What was salvaged.
        restore_button: 恢复这一份, the blue one; sure_button confirms it.
        look_button: 只读打开.
        salvage_button: 尽量抢救数据; salvage_sure_button confirms it.
        folder_button: 换数据文件夹.
        retry_button: 再试一次.
        leave_button: 退出.
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
        self.findings: Findings | None = None
        self._offers: dict[Path, Offer] = {}
        self._over = self._working = False
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle("执法台")
        self.setWindowIcon(icons.icon("clipboard-text", "action", 32))
        self._build()
        self._show_problem()
        self._show_buttons()
        self.setMinimumSize(QSize(*SMALLEST))
        self.resize(QSize(*theme.tokens()["size"]["fits_client"]))
        tasks.work(_find_out, root=root).then(self._found).failed(self._not_done)

    def ask_restore(self) -> None:
        """Show what a restore would lose, before it is done."""
        offer = self._chosen()
        if offer is not None and not self._working:
            aside = "原样留在数据文件夹里，不会删掉"
            told = (steps_after(offer.operations), compared(offer), contents(offer.counts), aside)
            self.question.tell(f"恢复 {moment(offer.made_at)} 的备份？", *told)
            self._go(RESTORING)
            self.sure_button.setFocus()

    def restore(self) -> None:
        """Put the chosen backup in place; the present file is kept aside."""
        offer = self._chosen()
        if offer is not None:
            call = partial(restoring.restore, self.root, backup=offer.path, operator=self._operator)
            self._work("正在恢复备份", call, partial(self._restored, offer))

    def look(self) -> None:
        """Open the data as they are, only to look."""
        self._end(read_only=True, said="只读打开：能看、能导出，不能改")

    def ask_salvage(self) -> None:
        """Say what salvaging does, and that a backup is often better."""
        newest = next(iter(self._offers.values()), None)
        better = f"恢复 {moment(newest.made_at)} 的备份，通常更完整" if newest else "没有核对过的备份，只能抢救"
        what = "把还读得出的行抄到一个新文件，读不出的就没有了；坏的文件原样留着"
        self.doubt.tell("抢救还读得出的数据？", what, better)
        self._go(SALVAGING)
        self.salvage_sure_button.setFocus()

    def salvage(self) -> None:
        """Copy every row that can still be read into a new file."""
        self._work("正在抢救数据", partial(salvaging.salvage, self.root, operator=self._operator), self._salvaged)

    def choose_folder(self) -> None:
        """Open the data of another folder instead, and remember it."""
        chosen = ask_folder(self, self.root.parent)
        if chosen is not None:
            with suppress(OSError):  # without the note the next start asks again
                paths.remember_move(self.root, chosen)
            self.root = chosen
            self._end(read_only=False, said=f"已换到数据文件夹 {chosen}")

    def go_back(self) -> None:
        """Return from a question to the ways on."""
        if self._stack.currentIndex() in (RESTORING, SALVAGING) and not self._working:
            self._go(WAYS)
            self.copies.setFocus()

    def copy_story(self) -> None:
        """Put what happened on the clipboard, for whoever mends the program."""
        story = errors.Trouble(self.band.title.text(), self.band.reason.text(), self.band.story(), f"代码：{self._problem.code}")
        QGuiApplication.clipboard().setText(story.text())

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
        self.band = Band()
        self.question = Story("会失去的操作", "恢复后比现在", "恢复后有", "现在的文件")
        self.doubt = Story("会怎样", "也可以")
        self.outcome = Story("救出", "没有救出", "坏的文件")
        self._stack = QStackedWidget()
        for page in (self._ways(), self.question, self.doubt, self.outcome):
            self._stack.addWidget(page)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.band)
        rows.addWidget(self._stack, 1)
        rows.addWidget(self._foot())
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self).activated.connect(self.go_back)

    def _ways(self) -> QWidget:
        ways, left, right = QWidget(), QWidget(), QWidget()
        self.copies = TwoLineList(name="核对过的备份")
        self.copies.chosen.connect(lambda _path: self._show_chosen())
        self.copies.activated.connect(lambda _index: self.ask_restore())
        self._counted = regions.label(kind="label")
        self._none = regions.label("正在找核对过的备份", "help")
        self._none.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._none.setContentsMargins(0, 40, 0, 0)
        self._listed = QStackedWidget()
        self._listed.addWidget(self._none)
        self._listed.addWidget(self.copies)
        regions.column(left, regions.bar(regions.label("核对过的备份", "section"), self._counted, None), self._listed)
        self._detail = Detail()
        regions.column(right, regions.bar(regions.label("这一份", "section"), None), self._detail)
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
        copy = make_button(Action("复制说明", self.copy_story, "copy", "quiet"))
        self.leave_button = make_button(Action("退出", self.close))
        self.back_button = make_button(Action("返回", self.go_back, "arrow-u-up-left"))
        self.retry_button = make_button(Action("再试一次", partial(self._end, read_only=False), "arrow-clockwise"))
        self.folder_button = make_button(Action("换数据文件夹…", self.choose_folder, "folder-open"))
        self.salvage_button = make_button(Action("尽量抢救数据", self.ask_salvage, "wrench"))
        self.look_button = make_button(Action("只读打开", self.look, "eye"))
        self.restore_button = make_button(Action("恢复这一份", self.ask_restore, "clock-counter-clockwise", "primary"))
        self.sure_button = make_button(Action("确认恢复", self.restore, "check", "primary"))
        self.salvage_sure_button = make_button(Action("开始抢救", self.salvage, "wrench", "primary"))
        self.open_button = make_button(Action("打开数据", partial(self._end, read_only=False), "arrow-right", "primary"))
        self.salvage_button.setToolTip("把还读得出的行抄到一个新文件；坏的文件原样留着")
        self.look_button.setToolTip("能看、能导出，不能改")
        ways = (self.leave_button, self.folder_button, self.retry_button, self.salvage_button, self.look_button, self.restore_button)
        self._buttons: dict[QPushButton, Sequence[int]] = dict.fromkeys(ways, (WAYS,))
        self._buttons |= {self.back_button: (RESTORING, SALVAGING), self.sure_button: (RESTORING,)}
        self._buttons |= {self.salvage_sure_button: (SALVAGING,), self.open_button: (DONE,)}
        line = QHBoxLayout(foot)
        line.setContentsMargins(16, 9, 16, 9)
        line.setSpacing(8)
        line.addWidget(copy)
        line.addStretch(1)
        for button in self._buttons:
            line.addWidget(button)
        return foot

    def _found(self, found: Findings) -> None:
        self.findings = found
        self._offers = {offer.path: offer for offer in found.offers}
        self.copies.fill(entries(found.offers, {offer.path: noted(offer) for offer in found.offers}))
        self._none.setText("这个文件夹里没有核对过的备份")
        self._listed.setCurrentIndex(1 if found.offers else 0)
        self._counted.setText(f"{len(found.offers)} 份，从新到旧" if found.offers else "")
        self._show_problem()
        self.copies.choose_first()
        self._show_chosen()
        (self.copies if found.offers else self.folder_button).setFocus()

    def _show_problem(self) -> None:
        found, problem = self._diagnosis(), self._problem
        if found:
            self.band.tell(TITLES[found.state], found.sentence, found.path, found.mend)
        else:
            self.band.tell("数据没有打开", problem.message(), Path(problem.where() or self.root), problem.way_out())

    def _show_chosen(self) -> None:
        self._detail.show_offer(self._chosen())
        self._show_buttons()

    def _show_buttons(self) -> None:
        page, found = self._stack.currentIndex(), self._diagnosis()
        state = found.state if found else ""
        # A newer program's data are whole: going back to a backup would throw work away.
        asked = {
            self.restore_button: bool(self._offers) and state != "newer",
            self.look_button: found is not None and found.can_read_only,
            self.salvage_button: state == "damaged",
            self.retry_button: self.findings is not None and state not in ("damaged", "foreign"),
        }
        for button, pages in self._buttons.items():
            button.setVisible(page in pages and asked.get(button, True))
            button.setEnabled(not self._working)

    def _diagnosis(self) -> Diagnosis | None:
        return self.findings.diagnosis if self.findings else None

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
        lost = f"{contents(done.lost)}\n缺的可以到“设置”里从备份恢复" if any(done.lost.values()) else "没有发现"
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


def _reporting(*, call: Callable[..., Any], progress: Progress) -> Any:
    return call(progress=progress)
