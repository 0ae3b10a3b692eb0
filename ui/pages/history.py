"""操作记录: every step that was taken, newest first, each to be taken back.

The grid pages over a listing like any register; the panel tells the changes
of the current step in the words of the forms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QMenu, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from services import clock, listing, operations, undoing
from services.errors import Problem
from services.exports import listed
from services.exports.listed import Exported
from services.listing import Listing
from services.operations import KINDS, NOUNS, OPERATIONS, Step
from services.undoing import Verdict, Ways
from ui import errors, regions
from ui.forms.form_dialog import FormDialog
from ui.pages.filter_bar import FilterBar, View
from ui.pages.history_parts import DAYS, StepGrid, StepPanel, menu_button, span_word, spans
from ui.pages.page import Action, Desk, Page
from ui.pages.panel_bay import PanelBay
from ui.pages.record_history import do_again, take_back
from ui.tables.paged_model import PagedModel, Question, Source
from ui.tables.table_view import GridStatus

VIEWS = (View("全部"), View("导入", {"kind": "导入"}), View("已撤销", {"undone": True}))
PAGES = {
    "secondment": "people", "inspection_group": "groups", "enterprise": "enterprises", "inspection": "inspections",
    "finding": "hazard_list", "penalty_case": "cases", "reporting_unit": "people", "absence": "people", "equipment": "groups",
}  # fmt: skip
_SETTLED_MS = 120
_OWN = ("days", "noun")


def ask_target(parent: QWidget, name: str) -> Path | None:
    """Ask where the workbook goes; None if nothing was chosen."""
    chosen, _kind = QFileDialog.getSaveFileName(parent, "导出操作记录", name, "表格 (*.xlsx)")
    return Path(chosen).with_suffix(".xlsx") if chosen else None


class HistoryPage(Page):
    """The page.

    Attributes:
        model: Rows of the grid.
        grid: The grid.
        panel: The current step.
        bay: Where list and panel stand.
        filters: The bar over the grid.
        status: The line under it.
    """

    def __init__(self, desk: Desk) -> None:
        """Build grid, bar and panel; rows come when the page is shown."""
        super().__init__(desk, title="操作记录", help_line="谁、什么时候、改了什么；每一步都能单独撤销，记录本身改不了、删不掉")
        self._asked: int | None = None
        self._go_to: int | None = None
        self._people: Sequence[str] = ()
        columns = OPERATIONS.columns
        self.model = PagedModel(desk.tasks, columns, _source(), parent=self)
        self.grid = StepGrid()
        self.grid.setModel(self.model)
        self.filters = FilterBar(columns, VIEWS)
        self.status = GridStatus()
        self.panel = StepPanel()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_SETTLED_MS)
        self._pause.timeout.connect(self._load)
        self._build()
        self._wire()
        self.grid.hide_first(("kind",))

    def refresh(self) -> None:
        """Ask for the rows, the counts and who was here."""
        self.model.reload()
        self.desk.tasks.query(_counts, views=[dict(view.filters) for view in VIEWS]).then(self.filters.set_counts)
        self.desk.tasks.query(operations.people).then(self._take_people)

    def take_focus(self) -> None:
        """Go to the operations."""
        self.grid.setFocus()

    def show_record(self, record_id: int) -> None:
        """Go to a step; at once, or when the rows are here."""
        self._go_to = record_id
        if self.filters.narrowed:
            self.filters.clear()  # or it would hide behind a filter
        if self.model.ready and self.grid.go_to(record_id):
            self._go_to = None

    def act(self) -> None:
        """Take the current step back or do it again; say why if it cannot be."""
        if self.panel.act_button.isEnabled():
            self.panel.act_button.click()
        elif self.panel.why.text():
            self.desk.say(self.panel.why.text())

    def verify(self) -> None:
        """Prove that nobody changed the record or the data behind it."""
        job = self.desk.tasks.query(undoing.verify).on_snapshot().with_progress("正在核对操作记录")
        job.then(self._verified).failed(partial(self._trouble, "操作记录对不上")).start(self)

    def export(self) -> None:
        """Write the rows that are listed as a workbook."""
        target = ask_target(self, f"操作记录 {clock.today():%Y-%m-%d}.xlsx")
        if target is None:
            return
        question = self.model.question.arguments()
        job = self.desk.tasks.query(listed.export_listing, shown=self._listing(), scope=None, target=target, **question)
        job.on_snapshot().with_progress("正在导出操作记录")
        job.then(self._exported).failed(partial(self._trouble, "操作记录没有导出")).start(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the bar over the grid follow the width."""
        super().resizeEvent(event)
        self.filters.follow_width()

    def _build(self) -> None:
        none = QWidget()
        none.setObjectName("page")
        none.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line = QHBoxLayout(none)
        clear = QPushButton("清除筛选")
        clear.setProperty("kind", "quiet")
        clear.clicked.connect(self.filters.clear)
        line.addStretch(1)
        line.addWidget(QLabel("没有符合的步骤"))
        line.addWidget(clear)
        line.addStretch(1)
        self._rows = QStackedWidget()
        self._rows.addWidget(self.grid)
        self._rows.addWidget(none)
        work = QWidget()
        rows = QVBoxLayout(work)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self._rows, 1)
        rows.addWidget(self.status)
        self.bay = PanelBay(work, self.panel)
        self.content.addLayout(self._bar())
        self.content.addWidget(self.bay, 1)
        self.add_action(Action("核对操作记录", self.verify, "check-circle"))
        self.add_action(Action("导出", self.export, "export"))
        self.actions_of_page.append(Action("撤销或重做选中的一步", self.act, "arrow-counter-clockwise"))

    def _bar(self) -> QHBoxLayout:
        """Return the filter bar with the menus of this page at its right, in place of filters by column."""
        for unused in (self.filters.filter_button, self.filters.columns_button):
            unused.hide()
        self._menus = {
            "at": menu_button("日期", "calendar-blank", self._fill_days),
            "operator": menu_button("操作人", "users", self._fill_people),
            "tables": menu_button("记录", "table", partial(self._fill_words, "noun", "记录", tuple(NOUNS))),
            "kind": menu_button("种类", "funnel", partial(self._fill_words, "kind", "种类", tuple(KINDS.values()))),
        }
        menus = regions.bar(*self._menus.values())
        bar = QHBoxLayout()
        bar.setSpacing(0)
        bar.addWidget(self.filters, 1)
        bar.addWidget(menus)
        return bar

    def _wire(self) -> None:
        self.model.loaded.connect(self._rows_came)
        self.grid.wandered.connect(self._wandered)
        self.grid.opened.connect(lambda _number: self._enter_panel())
        self.grid.sort_asked.connect(lambda _sort: self._ask())
        self.grid.act_asked.connect(self.act)
        self.grid.filter_asked.connect(self._filter_column)
        self.filters.changed.connect(self._narrow)
        self.filters.left.connect(self.grid.setFocus)
        self.panel.undo_asked.connect(self._undo)
        self.panel.redo_asked.connect(self._redo)
        self.panel.linked.connect(self.show_record)
        self.panel.record_asked.connect(lambda table, number: self.desk.go(PAGES[table], (table, number)))
        self.panel.returned.connect(self._leave_panel)
        self.bay.dismissed.connect(self._leave_panel)
        self.bay.moved.connect(self._panel_moved)
        self.desk.masking_changed.connect(self._load)
        find = QShortcut(QKeySequence.StandardKey.Find, self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self.filters.find_box.setFocus)

    def _enter_panel(self) -> None:
        self.panel.show()
        self.panel.take_focus()

    def _leave_panel(self) -> None:
        self.panel.setHidden(self.bay.floats)  # beside the list it stays
        self.grid.setFocus()

    def _panel_moved(self, floats: bool) -> None:
        """Over the list the panel comes with Enter and goes with Esc; beside it it always stands."""
        self.panel.close_button.setVisible(floats)
        self.panel.setHidden(floats)

    def _listing(self) -> Listing:
        return operations.listing(**self._span())

    def _span(self) -> dict[str, Any]:
        given: dict[str, Any] = dict(self.filters.filters)
        since, until = given.get("days") or (None, None)
        return {"since": since, "until": until, "noun": given.get("noun") or ""}

    def _narrow(self) -> None:
        """Days and sorts of records are part of the query; the rest are filters of the listing."""
        self.filters.keep_button.hide()
        self.model.question = self._question()
        self.model.use(_source(**self._span()))

    def _ask(self) -> None:
        self.model.ask(self._question())

    def _question(self) -> Question:
        filters = {key: value for key, value in self.filters.filters.items() if key not in _OWN}
        return Question(self.filters.text, filters, self.grid.sort or None)

    def _rows_came(self) -> None:
        count = self.model.rowCount()
        self._rows.setCurrentIndex(1 if count == 0 and self.filters.narrowed else 0)
        self.status.say(f"符合 {count:,} 步" if self.filters.narrowed else f"共 {count:,} 步")
        if self._go_to is not None:
            self.show_record(self._go_to)
        elif self.grid.current_id() is None and count:
            self.grid.setCurrentIndex(self.model.index(0, 0))
        else:
            self._pause.start()

    def _filter_column(self, column: int) -> None:
        """Open the menu that narrows a column; words are looked for in the find box."""
        menu = self._menus.get(OPERATIONS.keys[column])
        if menu is not None:
            menu.showMenu()
        else:
            self.filters.find_box.setFocus()

    def _wandered(self, number: int | None) -> None:
        if number is not None:
            self._pause.start()

    def _load(self) -> None:
        self._asked = self.grid.current_id()
        if self._asked is None:
            self.panel.show_step(None)
            return
        self.desk.tasks.query(_look, operation_id=self._asked).then(self._show)

    def _show(self, found: tuple[Step, Ways]) -> None:
        step, ways = found
        if step.number == self._asked:
            self.panel.show_step(step, masks=self.desk.masks)
            self.panel.show_ways(ways)

    def _undo(self) -> None:
        if self.panel.step is not None:
            take_back(self.desk, self, self.panel.step.number, self.panel.step.label, self._done)

    def _redo(self) -> None:
        if self.panel.step is not None:
            do_again(self.desk, self, self.panel.step.number, self.panel.step.label, self._done)

    def _done(self, _entry: Any) -> None:
        self.grid.setFocus()

    def _verified(self, verdict: Verdict) -> None:
        when = f"{clock.now():%H:%M}"
        self.set_help(f"{when} 核对过：{verdict.operations:,} 步、{verdict.rows:,} 处改动都对得上")
        why = f"{verdict.operations:,} 步、{verdict.rows:,} 处改动逐条对得上，现有的每一条数据都和记录相符。"
        facts = (("校验值", verdict.head[:16]), ("怎么用", "和报送包封面、备份旁边印的校验值对照，能看出之后有没有人动过记录。"))
        said = errors.Trouble("操作记录完整", why, facts)
        errors.TroubleDialog(said, (errors.Choice("知道了", kind="primary"),), self.window(), icon=("check-circle", "done")).open()

    def _exported(self, exported: Exported) -> None:
        self.desk.say(f"已导出 {exported.rows:,} 步：{exported.path.name}")
        self.desk.tasks.command(f"导出操作记录（{exported.rows:,} 步）", listed.note_export, exported=exported)

    def _trouble(self, what: str, problem: Problem) -> None:
        errors.show_problem(self, problem, what=what)

    def _take_people(self, people: Sequence[str]) -> None:
        self._people = people

    def _fill_people(self, menu: QMenu) -> None:
        self._fill_words("operator", "操作人", self._people, menu)

    def _fill_words(self, key: str, title: str, words: Sequence[str], menu: QMenu) -> None:
        for word in words:
            menu.addAction(word, partial(self.filters.set_filter, key, word, f"{title}：{word}"))

    def _fill_days(self, menu: QMenu) -> None:
        for word, since, until in spans(clock.today()):
            menu.addAction(word, partial(self.filters.set_filter, "days", (since, until), f"日期：{word}"))
        menu.addSeparator()
        menu.addAction("指定日期…", self._ask_days)

    def _ask_days(self) -> None:
        dialog = FormDialog(DAYS, help_line="两头都算；空着就是不限", save_label="筛选", parent=self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.completed.connect(partial(self._days_given, dialog))
        dialog.open()

    def _days_given(self, dialog: FormDialog, row: Mapping[str, Any]) -> None:
        dialog.accept()
        since, until = row["since"], row["until"]
        if since is None and until is None:
            self.filters.drop_filter("days")
        else:
            self.filters.set_filter("days", (since, until), f"日期：{span_word(since, until)}")

    def _take_changes(self, _changes: Any) -> None:
        self._renew()  # every commit is a step, whatever it touched

    def _take_scope(self) -> None:
        """Steps belong to no campaign."""


def _source(**span: Any) -> Source:
    """Return where the grid gets its rows from; the page itself says when they are stale."""
    shown = operations.listing(**span)
    return Source(
        ids=partial(_ids, span=span),
        head=partial(listing.head, listing=shown, scope=None),
        rows=partial(listing.rows, listing=shown, scope=None),
    )


def _ids(session: Any, *, span: Mapping[str, Any], filters: Mapping[str, object] | None, sort: str | None, text: str) -> Any:
    shown = operations.listing(**span, states=_asks_states(filters, sort))
    return listing.ids(session, shown, scope=None, text=text, filters=filters, sort=sort)


def _asks_states(filters: Mapping[str, object] | None, sort: str | None = None) -> bool:
    return "undone" in (filters or {}) or (sort or "").endswith("state")


def _look(session: Any, *, operation_id: int) -> tuple[Step, Ways]:
    return operations.load(session, operation_id=operation_id), undoing.ways(session, operation_id=operation_id)


def _counts(session: Any, *, views: Sequence[Mapping[str, object]]) -> list[int]:
    return [listing.count(session, operations.listing(states=_asks_states(filters)), scope=None, filters=filters) for filters in views]
