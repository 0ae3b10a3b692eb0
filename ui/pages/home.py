"""工作台: what must be done first, then figures, then charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpacerItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from services import clock
from services.figures import overview as glance
from services.figures.overview import DayCount, GroupProgress, Overview
from services.figures.todos import Todo, short_day
from ui import theme
from ui.charts.bars import TALLEST, Bar, BarChart, CategoryBars, DayBars, two_lines
from ui.pages.drilling import open_figure
from ui.pages.empty import EmptyState, Way
from ui.pages.home_parts import PAD, Card, FigureTile, RowsArea, coverage_rows, head_height, todo_rows
from ui.pages.page import Action, Desk, Page

LEFT, RIGHT = 8, 5
# In a high window the upper cards grow by this much at most and leave room below.
SLACK = 1.35
EDGES = 4
WEEKDAYS = "一二三四五六日"
COUNTED: Mapping[str, object] = {"visit_state": "已完成"}


class HomePage(Page):
    """The first page; every number on it opens the rows behind it."""

    tables = frozenset(
        {
            "campaign", "phase", "deadline", "reporting_unit", "secondment", "person", "inspection_group", "group_member", "enterprise",
            "inspection", "attendance", "finding", "penalty_case", "case_amount", "case_finding", "case_party",
        }
    )  # fmt: skip

    def __init__(self, desk: Desk, ways: Sequence[Way] = ()) -> None:
        """Build the page.

        Args:
            desk: What the page may use of the window.
            ways: Ways to a campaign, for the page without one; the usual one first.
        """
        super().__init__(desk, title="工作台", cards=True)
        self.overview: Overview | None = None
        self._asking = self._again = False
        self._roomy = False
        inspect = Action("登记一次检查", partial(desk.go, "inspections", "new"), "plus")
        report = Action("生成日报", self.make_daily, "file-text", "primary")
        self._heads = (self.add_action(inspect), self.add_action(report))
        self._offered = list(self.actions_of_page)
        self.todo_area, self.coverage_area = RowsArea("现在要做的"), RowsArea("检查组完成情况")
        self.tiles = tuple(FigureTile() for _ in glance.KEYS)
        self.by_category: BarChart = CategoryBars("问题按类别", nothing="还没有问题")
        self.by_day: BarChart = DayBars("问题按检查日期", nothing="还没有问题")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._board())
        self._stack.addWidget(self._empty(ways))
        self.content.addWidget(self._stack)
        theme.notifier().changed.connect(self._redraw)
        self._choose_face()

    def refresh(self) -> None:
        """Ask for the campaign at a glance; one question at a time."""
        self._choose_face()
        if self.desk.campaign_id is None:
            self.overview = None
        elif self._asking:
            self._again = True
        else:
            self._asking, campaign_id = True, self.desk.campaign_id
            job = self.desk.tasks.query(glance.overview, campaign_id=campaign_id, as_of=clock.today()).on_snapshot()
            job.then(partial(self._show, campaign_id))
            job.ended.connect(self._answered)

    def shown(self) -> None:
        """Ask again when the day has changed since."""
        if self.overview is not None and self.overview.as_of != clock.today():
            self.refresh()

    def make_daily(self) -> None:
        """Open the report of the day: look at it, copy it, save it."""
        from ui.pages.daily_dialog import DailyDialog  # noqa: PLC0415 - the first paint does without

        if self.desk.campaign_id is not None:
            DailyDialog(self.desk, self.window()).open()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take wider margins and higher rows in a wide window."""
        super().resizeEvent(event)
        now = theme.current()
        roomy = theme.is_wide(self)
        margin = now.px("space", "xxxl" if roomy else "page_margin")
        self._cards.setContentsMargins(margin, 0, margin, now.px("space", "gutter"))
        if roomy != self._roomy:
            self._roomy = roomy
            self._redraw()
        self._limit()

    def _board(self) -> QWidget:
        board = QWidget()
        gutter = theme.current().px("space", "gutter")
        cards = self._cards = QGridLayout(board)
        cards.setHorizontalSpacing(gutter)
        cards.setVerticalSpacing(gutter)
        # The columns share their edge from band to band, whatever stands in them.
        for column, share in enumerate((LEFT, RIGHT)):
            cards.setColumnStretch(column, share)
        self._todo_card = Card("现在要做的", "先逾期，再按到期日")
        self._todo_card.body.addWidget(self.todo_area)
        self._coverage_card = Card("检查组完成情况", "按组号排列")
        self._coverage_card.body.addWidget(self.coverage_area)
        self._category_card = self._chart_card("问题按类别", self.by_category)
        self._day_card = self._chart_card("问题按检查日期", self.by_day)
        self.by_category.chosen.connect(self._open_category)
        self.by_day.chosen.connect(self._open_day)
        cards.addWidget(self._todo_card, 0, 0)
        cards.addWidget(self._coverage_card, 0, 1)
        self._figures_card = self._figures()
        cards.addWidget(self._figures_card, 1, 0, 1, 2)
        cards.addWidget(self._category_card, 2, 0)
        cards.addWidget(self._day_card, 2, 1)
        cards.setRowStretch(0, 3)
        cards.setRowStretch(2, 2)
        cards.addItem(QSpacerItem(0, 0, QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Expanding), 3, 0)
        # At 100 % everything fits; with large text in a low window the cards scroll rather than shrink.
        held = RowsArea("工作台", whole=False)
        held.fill(board)
        return held

    def _chart_card(self, title: str, chart: BarChart) -> Card:
        card = Card(title)
        chart.setMaximumHeight(TALLEST)
        rows = QPushButton("打开明细")
        rows.setProperty("kind", "quiet")
        rows.setAccessibleName(f"打开明细：{title}")
        rows.clicked.connect(lambda _checked=False: self.desk.go("hazard_list", dict(COUNTED)))
        card.head.addWidget(rows)
        card.body.setContentsMargins(PAD, 0, PAD, 6)
        card.body.addWidget(chart)
        card.setMaximumHeight(round(TALLEST * theme.current().scale))
        return card

    def _figures(self) -> QFrame:
        card = QFrame()
        card.setObjectName("card")
        line = QHBoxLayout(card)
        line.setContentsMargins(1, 1, 1, 1)
        line.setSpacing(0)
        for number, tile in enumerate(self.tiles):
            if number:
                rule = QFrame()
                rule.setObjectName("separator")
                rule.setFixedWidth(1)
                line.addWidget(rule)
            line.addWidget(tile, 1)
            tile.clicked.connect(lambda _checked=False, n=number: self._open_figure(n))
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        return card

    def _empty(self, ways: Sequence[Way]) -> EmptyState:
        note = "企业名录不属于某一次行动，可以先备好"
        registry = Way("先录企业名录", note, "去企业名录", partial(self.desk.go, "enterprises"), "buildings")
        return EmptyState(
            icon="clipboard-text",
            title="还没有专项行动",
            why="有了行动方案，这里就列出要做的事、各组进度和数字",
            ways=(*ways, registry),
        )

    def _choose_face(self) -> None:
        there = self.desk.campaign_id is not None
        self._stack.setCurrentIndex(0 if there else 1)
        self.actions_of_page = list(self._offered) if there else []
        for button in self._heads:
            button.setVisible(there)
        if not there:
            self.set_help(_day_words(clock.today()))

    def _answered(self) -> None:
        self._asking = False
        if self._again:
            self._again = False
            self.refresh()

    def _show(self, campaign_id: int, found: Overview) -> None:
        if campaign_id != self.desk.campaign_id:
            return
        before, self.overview = self.overview, found
        self.set_help("　".join(part for part in (_day_words(found.as_of), found.phase) if part))
        for tile, noted in zip(self.tiles, found.figures, strict=True):
            tile.show_figure(noted)
        if before is None or before.todos != found.todos:
            self._show_todos(found)
        if before is None or (before.coverage, before.workdays_left) != (found.coverage, found.workdays_left):
            self._show_coverage(found)
        shares = [(share.name, share.findings) for share in found.by_category]
        self.by_category.set_bars([Bar(two_lines(name), count, f"{name}，{count} 项") for name, count in shares])
        self.by_day.set_bars(_day_bars(found.by_day, found.as_of))
        self._category_card.set_note(f"{found.findings:,} 项，次序同附件2")
        self._day_card.set_note(_span_words(found))
        self._limit()

    def _redraw(self) -> None:
        if self.overview is not None:
            self._show_todos(self.overview)
            self._show_coverage(self.overview)
            self._limit()

    def _limit(self) -> None:
        """Give the upper cards the height of what stands in them, and some slack in a high window."""
        content = head_height() + EDGES + max(area.sizeHint().height() for area in (self.todo_area, self.coverage_area))
        for card in (self._todo_card, self._coverage_card):
            card.setMaximumHeight(round(content * SLACK))
        gutter = theme.current().px("space", "gutter")
        below = self._figures_card.sizeHint().height() + self._category_card.minimumSizeHint().height() + 3 * gutter
        # The charts give way first; a layout with stretches would cut both alike.
        self._cards.setRowMinimumHeight(0, max(min(content, self._stack.height() - below), 0))

    def _show_todos(self, found: Overview) -> None:
        buttons = self.todo_area.findChildren(QPushButton)
        place = next((number for number, button in enumerate(buttons) if button.hasFocus()), None)
        rows = todo_rows(found.todos, self._open_todo, roomy=self._roomy)
        self.todo_area.fill(rows)
        fresh = rows.findChildren(QPushButton)
        if place is not None and fresh:
            fresh[min(place, len(fresh) - 1)].setFocus()
        late = sum(todo.state == "overdue" for todo in found.todos)
        self._todo_card.set_note(f"先逾期，再按到期日；共 {len(found.todos)} 件，逾期 {late} 件" if found.todos else "先逾期，再按到期日")

    def _show_coverage(self, found: Overview) -> None:
        if found.coverage:
            self.coverage_area.fill(coverage_rows(found.coverage, found.workdays_left, self._open_group))
            return
        none = QWidget()
        word, button = QLabel("还没有检查分组"), QPushButton("去分组")
        word.setProperty("kind", "help")
        button.setProperty("kind", "small")
        button.clicked.connect(lambda _checked=False: self.desk.go("groups"))
        rows = QVBoxLayout(none)
        rows.addStretch(1)
        for widget in (word, button):
            rows.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        rows.addStretch(1)
        self.coverage_area.fill(none)

    def _open_todo(self, todo: Todo) -> None:
        self.desk.go(todo.page, dict(todo.filters) if todo.filters is not None else None)

    def _open_group(self, group: GroupProgress) -> None:
        self.desk.go("enterprises", dict(group.filters))

    def _open_figure(self, number: int) -> None:
        if self.overview is not None:
            tile = self.tiles[number]
            open_figure(self.desk, self.overview.figures[number].figure, tile, tile.rect().bottomLeft())

    def _open_category(self, number: int) -> None:
        if self.overview is not None:
            self.desk.go("hazard_list", dict(self.overview.by_category[number].filters))

    def _open_day(self, number: int) -> None:
        if self.overview is not None:
            self.desk.go("hazard_list", dict(self.overview.by_day[number].filters))


def _day_words(day: date) -> str:
    return f"{short_day(day)} 星期{WEEKDAYS[day.weekday()]}"


def _span_words(found: Overview) -> str:
    if not found.by_day:
        return "单位：项"
    first, last = found.by_day[0].day, found.by_day[-1].day
    until = f"{last.day}日" if (first.year, first.month) == (last.year, last.month) else short_day(last)
    more = f"，另有 {found.other_days} 项在别的日期" if found.other_days else ""
    return f"{short_day(first)}至{until}，单位：项{more}"


def _day_bars(days: Sequence[DayCount], today: date) -> list[Bar]:
    """Return a bar a day; a run of holidays or of days to come is named once, in its middle."""
    words = ["未到" if day.to_come else day.rest if day.rest != "周末" else "" for day in days]
    gaps = [""] * len(days)
    start = 0
    for end in range(1, len(days) + 1):
        if end == len(days) or words[end] != words[start]:
            gaps[(start + end - 1) // 2] = words[start]
            start = end
    return [
        Bar(
            str(one.day.day) if number == 0 or one.day.day % 5 == 0 else "",
            one.findings,
            _told(one),
            gaps[number],
            one.day == today and bool(one.findings),
        )
        for number, one in enumerate(days)
    ]


def _told(one: DayCount) -> str:
    if one.to_come:
        return f"{_day_words(one.day)}，还没有到"
    rest = f"，{one.rest}" if one.rest else ""
    return f"{_day_words(one.day)}{rest}，{one.findings} 项"
