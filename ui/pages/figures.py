"""统计数据: figures by theme, beside them one table with its chart.

Every number opens its rows; what it counts stands at the foot. One blue
button writes the workbook; the leader's page is looked at before it is saved.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QStackedWidget, QTabBar, QWidget

from services import clock
from services.errors import Problem
from services.exports.statistics import deliver_statistics
from services.figures.grids import GRIDS, MEASURES, Grid
from services.figures.indicators import Figure
from services.figures.statistics import Asked, Statistics, statistics
from ui import errors, regions, theme
from ui.charts.bars import Bar, BarChart, CategoryBars, two_lines
from ui.pages.cross_table import CrossTable
from ui.pages.drilling import open_cell, open_figure
from ui.pages.empty import EmptyState, Way
from ui.pages.figure_list import FigureList
from ui.pages.figures_bar import FiguresBar
from ui.pages.page import Action, Desk, Page
from ui.pages.saving import ask_target

LEFT, LEFT_COMPARING = 300, 452
CHART, ROOM = 126, 70
BOTH = ("down", "across")
HELP = "每个数双击或按 Enter 打开明细，F2 看口径"
ROWS = 0
FEW = 7


class FiguresPage(Page):
    """The page.

    Attributes:
        found: What is shown; None before the first answer.
        figures: The list at the left.
        table: The table at the right.
        chart: Sums of its rows or columns.
        bar: Days, switches, comparison.
        tabs: Which table; `measures`: what it counts.
        foot: What the current number counts.
    """

    tables = frozenset(
        {
            *("campaign", "phase", "reporting_unit", "person", "inspection_group", "enterprise", "inspection", "attendance"),
            *("finding", "penalty_case", "case_amount", "case_finding", "case_party", "assignment", "rule"),
        }
    )

    def __init__(self, desk: Desk) -> None:
        """Build the page; numbers come when it is shown."""
        super().__init__(desk, title="统计数据", help_line=HELP)
        self.found: Statistics | None = None
        self._round = 0
        self._build()
        self._wire()
        preview = Action("领导一页纸", self.preview, "printer")
        book = Action("导出统计表", self.export, "export", "primary", "Ctrl+E")
        self._heads = [self.add_action(preview), self.add_action(book)]
        self._choose_face()

    def refresh(self) -> None:
        """Ask for figures and the chosen table anew; only the last answer is shown."""
        self._choose_face()
        self._round += 1
        if self.desk.campaign_id is None:
            self.found = None
            return
        asked = self.bar.asked(self._tables(), year=self.desk.year)
        if asked is not None:
            arguments = {"campaign_id": self.desk.campaign_id, "asked": asked}
            job = self.desk.tasks.query(statistics, **arguments).on_snapshot()
            job.then(partial(self._show, self._round))

    def export(self) -> None:
        """Ask where the workbook goes, and write it."""
        asked = self.bar.asked((), year=self.desk.year)
        if self.found is None or asked is None or self.desk.campaign_id is None:
            return
        name = f"{_short(self.found.campaign)}统计表（{self.found.as_of:%Y-%m-%d}）.xlsx"
        target = ask_target(self, "导出统计表", name, "表格 (*.xlsx)")
        if target is not None:
            job = self.desk.tasks.query(_write_book, campaign_id=self.desk.campaign_id, asked=asked, target=target).on_snapshot()
            job.then(lambda _none: self.desk.say(f"已导出 {target.name}")).failed(self._not_written).start(self)

    def preview(self) -> None:
        """Show the leader's page and the tables as they will print."""
        asked = self.bar.asked((), year=self.desk.year)
        if self.found is None or asked is None or self.desk.campaign_id is None:
            return
        from ui.pages.print_preview import PrintPreview  # noqa: PLC0415 - with it come the writers of PDF

        dialog = PrintPreview(self.desk, campaign_id=self.desk.campaign_id, asked=asked, parent=self.window())
        dialog.open()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the list more room in a wide window."""
        super().resizeEvent(event)
        self._fit()

    def _build(self) -> None:
        self.bar = FiguresBar()
        self.figures = FigureList()
        across = QWidget()
        line = QHBoxLayout(across)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self.figures)
        line.addWidget(regions.rule())
        line.addWidget(self._right(), 1)
        self.foot = QLabel()
        self.foot.setMinimumWidth(1)
        self.foot.setTextFormat(Qt.TextFormat.PlainText)
        status = QFrame()
        status.setObjectName("gridStatus")
        status.setMinimumHeight(round(28 * theme.current().scale))
        under = QHBoxLayout(status)
        under.setContentsMargins(14, 0, 14, 0)
        under.addWidget(self.foot, 1)
        full = QWidget()
        regions.column(full, self.bar, across, status)
        self._stack = QStackedWidget()
        self._stack.addWidget(full)
        self._stack.addWidget(self._empty("还没有可统计的数", "录入检查、问题和案件以后，这里就有各项数字和分组表"))
        self._stack.addWidget(self._empty("还没有专项行动", "有了行动和检查记录，这里就有各项数字和分组表", start=False))
        self.content.addWidget(self._stack, 1)

    def _right(self) -> QWidget:
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setDocumentMode(True)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("分组统计表")
        for sort in GRIDS.values():
            self.tabs.setTabToolTip(self.tabs.addTab(sort.short), sort.title)
        self.measures = QComboBox()
        self.measures.setAccessibleName("表里数什么")
        self.table = CrossTable()
        self.sides = QTabBar()
        self.sides.setDrawBase(False)
        self.sides.setDocumentMode(True)
        self.sides.setExpanding(False)
        self.sides.setAccessibleName("图按行还是按列")
        for _side in BOTH:
            self.sides.addTab("")
        self.chart: BarChart = CategoryBars("合计", nothing="没有可画的数")
        self.chart_note = regions.label(kind="label")
        held = QWidget()
        inner = QHBoxLayout(held)
        inner.setContentsMargins(14, 0, 14, 6)
        inner.addWidget(self.chart)
        self._chart = held
        side = QWidget()
        regions.column(
            side,
            regions.bar(self.tabs, None, self.measures),
            self.table,
            regions.bar(self.sides, None, self.chart_note),
            held,
        )
        return side

    def _empty(self, title: str, why: str, *, start: bool = True) -> EmptyState:
        ways = (
            Way("登记一次检查", "检查完成后就计数", "登记检查", partial(self.desk.go, "inspections", "new"), "plus"),
            Way("导入来表", "各组填好的检查表、问题清单", "选择文件", partial(self.desk.wish, "import"), "download-simple"),
        )
        hint = "" if start else "在左上角选定或新建专项行动"
        return EmptyState(icon="chart-bar", title=title, why=why, ways=ways if start else (), hint=hint)

    def _wire(self) -> None:
        self.bar.changed.connect(self.refresh)
        self.tabs.currentChanged.connect(self._turn)
        self.measures.activated.connect(lambda _number: self.refresh())
        self.sides.currentChanged.connect(lambda _number: self._draw())
        self.figures.opened.connect(self._open_figure)
        self.figures.spoke.connect(self._speak)
        self.table.opened.connect(self._open_cell)
        self.table.spoke.connect(self._speak_cell)
        self.chart.chosen.connect(self._open_bar)
        theme.notifier().changed.connect(self._fit)
        self._offer_measures()

    def _tables(self) -> tuple[tuple[str, str], ...]:
        return ((list(GRIDS)[self.tabs.currentIndex()], str(self.measures.currentData() or "")),)

    def _turn(self, _number: int) -> None:
        self._offer_measures()
        self.refresh()

    def _offer_measures(self) -> None:
        self.measures.clear()
        for measure in GRIDS[list(GRIDS)[self.tabs.currentIndex()]].measures:
            name, unit = MEASURES[measure]
            self.measures.addItem(f"{name}（{unit}）", measure)
        self.measures.setVisible(self.measures.count() > 1)

    def _show(self, asked: int, found: Statistics) -> None:
        if asked != self._round:
            return
        self.found = found
        self._choose_face()
        self.bar.offer(found.earlier)
        self.figures.show_figures(found.compared, comparing=found.against is not None)
        self.table.show_grid(found.grids[0])
        self.set_help(f"{found.span}　{HELP}")
        self._draw()
        self._fit()
        figure = self.figures.figure()
        if figure is not None and not self.table.hasFocus():
            self._speak(figure)

    def _choose_face(self) -> None:
        there = self.desk.campaign_id is not None
        nothing = self.found is not None and self.found.empty and not self.bar.narrowed
        self._stack.setCurrentIndex(2 if not there else 1 if nothing else 0)
        for button in self._heads:
            button.setVisible(there and not nothing)

    def _draw(self) -> None:
        if self.found is None:
            return
        grid = self.found.grids[0]
        names = (grid.corner, grid.title.split("×")[-1].strip())
        for number, name in enumerate(names):
            self.sides.setTabText(number, f"按{name}")
        down = self.sides.currentIndex() == ROWS
        words, sums = (grid.rows, grid.row_sums) if down else (grid.columns, grid.column_sums)
        name, unit = MEASURES[grid.measure]
        few = len(words) <= FEW
        bars = [Bar(_label(word, few=few), value, f"{word}，{value:,} {unit}") for word, value in zip(words, sums, strict=True)]
        self.chart.set_bars(bars)
        self.chart_note.setText(f"{name}，共 {grid.total:,} {unit}{'（去重）' if grid.distinct else ''}，次序固定，不是排名")

    def _open_figure(self, figure: Figure, place: QPoint) -> None:
        open_figure(self.desk, figure, self.figures.viewport(), place)

    def _open_cell(self, row: int | None, column: int | None) -> None:
        if self.found is not None:
            open_cell(self.desk, self.found.grids[0], row, column)

    def _open_bar(self, number: int) -> None:
        if self.found is not None:
            place = (number, None) if self.sides.currentIndex() == ROWS else (None, number)
            open_cell(self.desk, self.found.grids[0], *place)

    def _speak(self, figure: Figure) -> None:
        self.foot.setText(f"{figure.told}　口径：{figure.definition}")
        self.foot.setToolTip(self.foot.text())

    def _speak_cell(self, row: int | None, column: int | None) -> None:
        if self.found is not None and self.table.hasFocus():
            grid: Grid = self.found.grids[0]
            self.foot.setText(f"{grid.told(row, column)}　口径：{grid.definition}")
            self.foot.setToolTip(self.foot.text())

    def _not_written(self, problem: Problem) -> None:
        errors.show_problem(self, problem, what="统计表没有导出", retry=self.export)

    def _fit(self) -> None:
        scale = theme.current().scale
        comparing = self.found is not None and self.found.against is not None
        wide = ROOM if theme.is_wide(self) else 0
        self.figures.setFixedWidth(round(((LEFT_COMPARING if comparing else LEFT) + wide) * scale))
        self._chart.setFixedHeight(round((CHART + 2 * wide) * min(scale, 1.2)))

    def _take_scope(self) -> None:
        self.found = None
        self.bar.clear()
        super()._take_scope()


def _label(word: str, *, few: bool) -> str:
    if few:
        return word
    if word.endswith("日"):
        return word.replace("月", "月\n")
    return word if len(word) <= 3 else two_lines(word.removesuffix("街道"))


def _short(campaign: str) -> str:
    return campaign.removesuffix("实施方案").removesuffix("方案")


def _write_book(session: Any, *, campaign_id: int, asked: Asked, target: Path) -> None:
    deliver_statistics(statistics(session, campaign_id=campaign_id, asked=asked), target, made_at=clock.now())
