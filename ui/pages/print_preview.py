"""Statistics as they will print: the leader's page and every table; saved as PDF."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QPushButton, QTabBar, QVBoxLayout, QWidget

from services import clock
from services.errors import Problem
from services.exports.deliver import deliver_pdf
from services.exports.layout import A4_PORTRAIT
from services.exports.onepage import deliver_leader_pdf, leader_page
from services.exports.printed import Printed
from services.exports.tables import printed_grid
from services.figures.grids import GRIDS
from services.figures.statistics import Asked, Statistics, statistics
from services.packages.preview import Sheet, sheet_of
from ui import errors, regions, theme
from ui.pages.page import Desk
from ui.pages.saving import ask_target
from ui.pages.sheet_view import SheetView

LEADER = "领导一页纸"


class PrintPreview(QDialog):
    """The pages, one tab a document; the blue button saves the one in front.

    Attributes:
        tabs: Names of the documents.
        view: The page in front.
        place: Which page of how many, and its paper.
        save_button: Saves the document in front as PDF.
    """

    def __init__(self, desk: Desk, *, campaign_id: int, asked: Asked, parent: QWidget | None = None) -> None:
        """Build the dialog; pages come when they are laid out. Show it with `open()`.

        Args:
            desk: What may be used of the window.
            campaign_id: Which campaign.
            asked: Days, switches, comparison.
            parent: Window that it belongs to.
        """
        super().__init__(parent)
        self.desk = desk
        self.sheets: tuple[Sheet, ...] = ()
        self._found: Statistics | None = None
        self.setWindowTitle("打印预览")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setDocumentMode(True)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("要打印的文件")
        self.tabs.currentChanged.connect(lambda _number: self.turn(0))
        self.view = SheetView()
        self.place = QLabel()
        self.place.setProperty("kind", "label")
        close, self.save_button = QPushButton("关闭"), QPushButton("存为 PDF")
        self.save_button.setProperty("kind", "primary")
        self.save_button.setDefault(True)
        self.save_button.setEnabled(False)
        self.save_button.clicked.connect(lambda _checked=False: self.save())
        close.clicked.connect(self.reject)
        foot = QFrame()
        foot.setObjectName("dialogFoot")
        line = QHBoxLayout(foot)
        line.setContentsMargins(20, 10, 20, 10)
        line.setSpacing(8)
        for widget, stretch in ((self.place, 1), (close, 0), (self.save_button, 0)):
            line.addWidget(widget, stretch)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(regions.bar(self.tabs, None))
        rows.addWidget(self.view, 1)
        rows.addWidget(foot)
        for key, step in ((QKeySequence("PgDown"), 1), (QKeySequence("PgUp"), -1)):
            QShortcut(key, self).activated.connect(partial(self._step, step))
        room = parent.size() if parent is not None else self.size()
        self.resize(min(round(900 * theme.current().scale), max(room.width() - 60, 500)), max(room.height() - 40, 420))
        job = desk.tasks.query(_pages, campaign_id=campaign_id, asked=asked).on_snapshot()
        job.then(self._show).failed(self._not_laid_out).start(self)

    def turn(self, page: int) -> None:
        """Show a page of the document in front."""
        number = self.tabs.currentIndex()
        if not 0 <= number < len(self.sheets):
            return
        sheet = self.sheets[number]
        self.view.show_page(sheet, page)
        lying = "横向" if sheet.paper.width_mm > sheet.paper.height_mm else "竖向"
        self.place.setText(f"{sheet.paper.name} {lying}　第 {self.view.page + 1} 页，共 {len(sheet.pages)} 页")

    def save(self) -> None:
        """Ask where the document in front goes, and write it."""
        if self._found is None:
            return
        sheet = self.sheets[self.tabs.currentIndex()]
        target = ask_target(self, f"{sheet.tab}存为 PDF", f"{sheet.title}（{self._found.as_of:%Y-%m-%d}）.pdf", "PDF (*.pdf)")
        if target is not None:
            number = self.tabs.currentIndex() - 1
            job = self.desk.tasks.work(_write, stat=self._found, number=number, target=target)
            job.then(lambda _drawn: self.desk.say(f"已存为 {target.name}")).failed(self._not_written).start(self)

    def _step(self, step: int) -> None:
        self.turn(self.view.page + step)

    def _show(self, found: tuple[Statistics, tuple[Sheet, ...]]) -> None:
        self._found, self.sheets = found
        for sheet in self.sheets:
            self.tabs.addTab(sheet.tab)
        self.save_button.setEnabled(True)
        self.turn(0)

    def _not_laid_out(self, problem: Problem) -> None:
        errors.show_problem(self, problem, what="预览没有排出来")

    def _not_written(self, problem: Problem) -> None:
        errors.show_problem(self, problem, what="PDF 没有写成", retry=self.save)


def _pages(session: Any, *, campaign_id: int, asked: Asked) -> tuple[Statistics, tuple[Sheet, ...]]:
    stat = statistics(session, campaign_id=campaign_id, asked=asked)
    title = f"{stat.campaign.removesuffix('实施方案').removesuffix('方案')}情况"
    sheets = [Sheet(LEADER, title, A4_PORTRAIT, (leader_page(stat),), {})]
    sheets += [sheet_of(printed, tab=GRIDS[grid.key].short) for grid, printed in zip(stat.grids, _printed(stat), strict=True)]
    return stat, tuple(sheets)


def _printed(stat: Statistics) -> list[Printed]:
    return [printed_grid(stat, grid) for grid in stat.grids]


def _write(*, stat: Statistics, number: int, target: Path) -> None:
    if number < 0:
        deliver_leader_pdf(stat, target, made_at=clock.now())
    else:
        deliver_pdf(_printed(stat)[number], target, made_at=clock.now())
