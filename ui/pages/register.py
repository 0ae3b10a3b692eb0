"""A register on one page, made from a declaration: grid, panel, undoable edits.

To add a register: 1. a `Register` naming its Form, Listing and the three
services (load, save, remove); 2. an `Entry` with `entry_of(register)`. Extra
buttons, saved views, suggestions and ways into an empty page are declared
beside them. Nothing here knows any noun.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from models.forms import Form, Row
from services import listing as listings
from services import undoing
from services.errors import Invalid, Problem
from services.listing import Listing
from ui import errors, icons
from ui.forms.checking import check_stored, heading
from ui.forms.side_panel import SidePanel
from ui.pages.edits import apply_edits
from ui.pages.empty import EmptyState, Way
from ui.pages.filter_bar import FilterBar, View
from ui.pages.page import Action, Desk, Entry, Page
from ui.pages.veil import Veil
from ui.tables.blocks import Edit
from ui.tables.cell_look import Mark
from ui.tables.paged_model import PagedModel, Question, Source
from ui.tables.table_view import GridStatus, GridView

Suggest = Callable[..., list[str]]
EVERYTHING = View("全部")
_OTHER_WORDS = {"visit_state": "检查状态", "enterprise_id": "企业", "group_id": "检查组"}


@dataclass(frozen=True)
class Register:
    """One register: what it lists, how a record is loaded, saved, removed.

    Attributes:
        key: Machine name of the page.
        title: Title of the page and word in the rail.
        help_line: One line beside the title, without a full stop.
        icon: File name of its icon.
        listing: Form and query; its `table` names the history.
        load: (session, *, record_id) → Row.
        save: (session, *, campaign_id, row, record_id) → id.
        remove: (session, *, record_ids); to the bin.
        noun: What one record is called: 人员, 企业.
        unit: Measure word: 人, 家, 条.
        new_label: Word on the blue button.
        name_key: Column that names a record; the first one if empty.
        suggest: Column key → (session, campaign_id) → words to offer.
        views: Tabs after 全部.
        hidden: Columns hidden at first.
        frozen: Columns that stay at the left.
        per_campaign: Rows belong to the campaign; without one nothing is listed.
        missing: What an empty page says, and why it matters.
        ways: Page → ways in of an empty page, the usual one first.
        actions: Page → extra buttons of the head.
    """

    key: str
    title: str
    help_line: str
    icon: str
    listing: Listing
    load: Callable[..., Row]
    save: Callable[..., int]
    remove: Callable[..., object]
    noun: str
    unit: str
    new_label: str
    name_key: str = ""
    suggest: Mapping[str, Suggest] = field(default_factory=dict)
    views: tuple[View, ...] = ()
    hidden: tuple[str, ...] = ()
    frozen: int = 1
    per_campaign: bool = True
    missing: tuple[str, str] = ("", "")
    ways: Callable[[RegisterPage], Sequence[Way]] | None = None
    actions: Callable[[RegisterPage], Sequence[Action]] | None = None

    @property
    def form(self) -> Form:
        """Its columns."""
        return self.listing.form


def import_action(page: RegisterPage) -> Sequence[Action]:
    """Return the button that asks for files to import."""
    return (Action("导入来表", partial(page.desk.wish, "import"), "download-simple"),)


def ways_in(page: RegisterPage) -> Sequence[Way]:
    """Return the ways into an empty register: files first, then by hand."""
    register = page.register
    files = Way("导入来表", "一次可选多个文件，先看会写入什么", "选择文件", partial(page.desk.wish, "import"), "download-simple")
    return (files, Way(register.new_label, "逐条录入，存一条是一条", register.new_label, page.new_record))


def entry_of(register: Register, group: int) -> Entry:
    """Return the rail entry of a register."""
    return Entry(register.key, register.title, register.icon, group, lambda desk: RegisterPage(desk, register))


def source_of(listing: Listing, scope: int | None) -> Source:
    """Return where a grid gets the rows of a listing from."""
    return Source(
        ids=partial(listings.ids, listing=listing, scope=scope),
        head=partial(listings.head, listing=listing, scope=scope),
        rows=partial(listings.rows, listing=listing, scope=scope),
        tables=listing.tables,
    )


class RegisterPage(Page):
    """The page of a register.

    Attributes:
        register: Its declaration.
        model: Rows of the grid.
        grid: The grid.
        panel: The record panel.
        filters: The bar over the grid.
    """

    def __init__(self, desk: Desk, register: Register) -> None:
        """Build grid, bar and panel; rows come when the page is shown."""
        super().__init__(desk, title=register.title, help_line=register.help_line)
        self.register = register
        self.tables = register.listing.tables
        self._year = desk.year
        self._asked: int | None = None
        self._go_to: int | None = None
        columns = register.form.columns
        source = source_of(register.listing, desk.campaign_id)
        self.model = PagedModel(desk.tasks, columns, source, marks=self._marks, editable=True, parent=self)
        self.grid = GridView(frozen=register.frozen, name=register.title, settings_key=register.key)
        self.grid.setModel(self.model)
        self.filters = FilterBar(columns, (EVERYTHING, *register.views), register.hidden)
        self.status = GridStatus()
        self.panel = SidePanel(register.form, new_title=register.new_label, name_key=register.name_key, year=desk.year)
        self.panel.hide()
        Veil(desk, self.model, self.panel, noun=register.noun, table=register.listing.table)
        self._build()
        self._wire()
        for number, column in enumerate(columns):
            self.grid.setColumnHidden(number, column.key in register.hidden)

    def refresh(self) -> None:
        """Ask for rows, counts and suggestions."""
        if not self.model.ready:
            self.model.reload()
        tasks, scope = self.desk.tasks, self.desk.campaign_id
        views = [dict(view.filters) for view in (EVERYTHING, *self.register.views)]
        tasks.query(_count_views, listing=self.register.listing, scope=scope, views=views).then(self._show_counts)
        for key, suggest in self.register.suggest.items():
            tasks.query(_suggested, suggest=suggest, scope=scope).then(partial(self.panel.set_suggestions, key))

    def show_record(self, record_id: int) -> None:
        """Go to a record and open it; at once, or when the rows are here."""
        self._go_to = record_id
        if self.model.ready and self.grid.go_to(record_id):
            self._go_to = None
            self.open_record(record_id)

    def show_filtered(self, filters: Mapping[str, object]) -> None:
        """Show the rows behind a figure, each value as a chip."""
        self.filters.replace({key: (value, _worded(self.register.form, key, value)) for key, value in filters.items()})

    def open_record(self, record_id: int) -> None:
        """Open a record in the panel and put the focus there."""
        if self._may_leave():
            self._load(record_id, focus=True)

    def new_record(self) -> None:
        """Open an empty record in the panel; where rows need a campaign, only with one."""
        if self.register.per_campaign and self.desk.campaign_id is None:
            self.desk.say("先建立专项行动：左上角“还没有专项行动”里选“新建专项行动”")
        elif self._may_leave():
            if self.filters.narrowed:
                self.filters.clear()  # or the new row would hide behind a filter that a figure left
            self._asked = None
            self._stack.setCurrentIndex(0)
            self.panel.show()
            self.panel.load(None, {}, origin="填好后保存；带“必填”的不能空")
            self.panel.set_place("")
            self.panel.focus_first()

    def remove(self, record_ids: Sequence[int]) -> None:
        """Move records to the bin; undo brings them back."""
        if not record_ids:
            return
        count = len(record_ids)
        word = self._name_of(record_ids[0]) if count == 1 else f"{count} {self.register.unit}"
        label = f"删除{self.register.noun} {word}"
        job = self.desk.tasks.command(label, self.register.remove, record_ids=list(record_ids))
        job.then(lambda _none: self._removed(label)).failed(partial(self._trouble, f"{label}没有做成")).start(self)

    def make_edits(self, edits: Sequence[Edit]) -> None:
        """Save a block of cells as one action."""
        rows = {edit.record_id for edit in edits}
        keys = {edit.key for edit in edits}
        what = heading(self.register.form, keys.pop()) if len(keys) == 1 else f"{len(edits)} 格"
        fresh = sum(1 for record_id in rows if record_id < 0)
        if fresh == len(rows):
            label = f"新增{self.register.noun} {fresh} {self.register.unit}"
        else:
            label = f"修改 {self._name_of(min(rows)) if len(rows) == 1 else f'{len(rows)} {self.register.unit}'} {what}"
        own = {"form": self.register.form, "load": self.register.load, "save": self.register.save}
        scope = {"campaign_id": self.desk.campaign_id, "year": self._year}
        job = self.desk.tasks.command(label, apply_edits, **own, **scope, edits=tuple(edits))
        job.then(partial(self._edited, tuple(edits), label)).failed(partial(self._trouble, "没有写入表格")).start(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let panel and rows grow in a wide window."""
        super().resizeEvent(event)
        before = self.panel.minimumWidth()
        self.panel.follow_theme()
        self.filters.follow_width()
        if self.panel.minimumWidth() != before:
            self.split.setSizes([self.width() - self.panel.minimumWidth(), self.panel.minimumWidth()])

    def _build(self) -> None:
        none = QWidget()
        none.setObjectName("page")
        none.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line = QHBoxLayout(none)
        line.addStretch(1)
        line.addWidget(QLabel("没有符合的行"))
        clear = QPushButton("清除筛选")
        clear.setProperty("kind", "quiet")
        clear.clicked.connect(self.filters.clear)
        line.addWidget(clear)
        line.addStretch(1)
        self._stack = QStackedWidget()
        work = QWidget()
        rows = QVBoxLayout(work)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        self._rows = QStackedWidget()
        self._rows.addWidget(self.grid)
        self._rows.addWidget(none)
        for widget in (self.filters, self._rows, self.status):
            rows.addWidget(widget)
        rows.setStretch(1, 1)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(work)
        self.split.addWidget(self.panel)
        self.split.setStretchFactor(0, 1)
        self.split.setStretchFactor(1, 0)
        work.setMinimumWidth(420)
        self._stack.addWidget(self.split)
        title, why = self.register.missing
        ways = self.register.ways(self) if self.register.ways else ()
        own = Way(self.register.new_label, "逐条录入，存一条是一条", self.register.new_label, self.new_record)
        title = title or f"还没有{self.register.noun}"
        self._stack.addWidget(EmptyState(icon=self.register.icon, title=title, why=why, ways=ways or (own,)))
        self.content.addWidget(self._stack)
        for action in self.register.actions(self) if self.register.actions else ():
            self.add_action(action)
        self._new_button = self.add_action(Action(self.register.new_label, self.new_record, "plus", "primary", "Ctrl+N"))

    def _wire(self) -> None:
        self.model.loaded.connect(self._rows_came)
        self.model.typed.connect(lambda record_id, key, text: self.make_edits([Edit(record_id, key, text)]))
        self.grid.opened.connect(self.open_record)
        self.grid.wandered.connect(self._wandered)
        self.grid.sort_asked.connect(lambda _sort: self._ask())
        self.grid.edits_asked.connect(self.make_edits)
        self.grid.removal_asked.connect(self.remove)
        self.grid.summed.connect(self.status.right.setText)
        self.filters.changed.connect(self._ask)
        self.filters.column_toggled.connect(lambda number, shown: self.grid.setColumnHidden(number, not shown))
        self.panel.save_asked.connect(self._save)
        self.panel.remove_asked.connect(lambda: self.remove([self.panel.record_id] if self.panel.record_id is not None else []))
        self.panel.closed.connect(self._close_panel)
        self.panel.returned.connect(self._back)
        self.panel.history_asked.connect(self._load_history)
        find = QShortcut(QKeySequence.StandardKey.Find, self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self.filters.find_box.setFocus)

    def _marks(self, values: Mapping[str, object]) -> dict[str, Mark]:
        remarks = check_stored(self.register.form, values, year=self._year).remarks
        return {key: Mark(remark.weight, remark.sentence) for key, remark in remarks.items()}

    def _ask(self) -> None:
        self.model.ask(Question(self.filters.text, self.filters.filters, self.grid.sort or None))

    def _rows_came(self) -> None:
        count = self.model.rowCount()
        nothing = count == 0 and not self.filters.narrowed
        adding = not self.panel.isHidden() and self.panel.record_id is None
        self._stack.setCurrentIndex(1 if nothing and not adding else 0)
        self._rows.setCurrentIndex(1 if count == 0 and self.filters.narrowed else 0)
        self._new_button.setProperty("kind", "" if nothing else "primary")
        icons.dress(self._new_button, "plus", "ink2" if nothing else "on_action")
        self._new_button.style().unpolish(self._new_button)
        self._new_button.style().polish(self._new_button)
        shown = f"符合 {count:,} {self.register.unit}" if self.filters.narrowed else f"共 {count:,} {self.register.unit}"
        self.status.left.setText(shown)
        if self._go_to is not None:
            self.show_record(self._go_to)
        self._show_place()

    def _show_counts(self, counts: Sequence[int]) -> None:
        self.filters.set_counts(counts)

    def _wandered(self, record_id: int | None) -> None:
        if record_id is not None and not self.panel.isHidden() and record_id != self.panel.record_id and self._may_leave():
            self._load(record_id)

    def _may_leave(self) -> bool:
        """Save what was typed before another record takes its place."""
        return self.panel.isHidden() or not self.panel.dirty or self.panel.save()

    def _load(self, record_id: int, *, focus: bool = False) -> None:
        self._asked = record_id
        job = self.desk.tasks.query(self.register.load, record_id=record_id)
        job.then(partial(self._show, record_id, focus)).failed(partial(self._trouble, "这一条打不开"))

    def _show(self, record_id: int, focus: bool, row: Row) -> None:
        if record_id != self._asked:
            return
        self.panel.show()
        place = self.model.row_of(record_id)
        self.panel.load(record_id, row, origin=f"第 {place + 1} 行" if place >= 0 else "")
        self._show_place()
        if focus:
            column = self.grid.currentIndex().column()
            self.panel.focus_first(self.register.form.columns[column].key if column >= 0 else "")

    def _show_place(self) -> None:
        place = self.model.row_of(self.panel.record_id) if self.panel.record_id is not None else -1
        self.panel.set_place(f"{place + 1:,} / {self.model.rowCount():,}" if place >= 0 else "")

    def _save(self, row: Row, go_on: bool) -> None:
        record_id = self.panel.record_id
        name = str(row.get(self.register.name_key or self.register.form.keys[0]) or "")
        label = f"{'新增' if record_id is None else '修改'}{self.register.noun} {name}"
        job = self.desk.tasks.command(label, self.register.save, campaign_id=self.desk.campaign_id, row=row, record_id=record_id)
        job.then(partial(self._saved, record_id, label, go_on)).failed(partial(self._not_saved, label)).start(self)
        self.panel.saved()

    def _saved(self, before: int | None, label: str, go_on: bool, record_id: int) -> None:
        if before is None:
            self.desk.say(f"已{label}", undoable=True)
            if go_on:
                self.new_record()
            else:
                self._go_to = record_id
        elif go_on:
            row = self.model.row_of(before) + 1
            following = self.model.id_at(row)
            if following is not None:
                self.grid.go_to(following)
                self.panel.focus_first()

    def _not_saved(self, label: str, problem: Problem) -> None:
        self.panel.dirty = True
        if isinstance(problem, Invalid):
            self.panel.take_issues(problem.issues)
        else:
            self._trouble(f"{label}没有保存", problem)

    def _edited(self, edits: Sequence[Edit], label: str, _ids: Sequence[int]) -> None:
        for edit in edits:
            self.model.remember_change(edit.record_id, edit.key)
        if len(edits) > 1:
            self.desk.say(f"已{label}", undoable=True)
        if self.panel.record_id in {edit.record_id for edit in edits} and not self.panel.dirty:
            self._load(self.panel.record_id)

    def _removed(self, label: str) -> None:
        self.panel.dirty = False
        self._close_panel()
        self.desk.say(f"已{label}", undoable=True)

    def _trouble(self, what: str, problem: Problem) -> None:
        errors.show_problem(self, problem, what=what)

    def _load_history(self) -> None:
        if self.panel.record_id is not None:
            job = self.desk.tasks.query(undoing.of_record, table=self.register.listing.table, record_id=self.panel.record_id)
            job.then(self.panel.set_history)

    def _close_panel(self) -> None:
        self.panel.dirty = False
        self.panel.hide()
        self._back()
        self._rows_came()

    def _back(self) -> None:
        if self._stack.currentIndex() == 0:
            self.grid.setFocus()

    def _name_of(self, record_id: int) -> str:
        row = self.model.row_of(record_id)
        keys = self.register.form.keys
        column = keys.index(self.register.name_key) if self.register.name_key else 0
        return self.model.text_at(row, column) if row >= 0 else ""

    def _take_scope(self) -> None:
        self._year = self.desk.year
        self.panel.set_year(self.desk.year)
        self.panel.hide()
        self.model.use(source_of(self.register.listing, self.desk.campaign_id))
        super()._take_scope()


def _worded(form: Form, key: str, value: object) -> str:
    title = heading(form, key) if key in form.keys else _OTHER_WORDS.get(key, key)
    column = form.column(key) if key in form.keys else None
    shown = "、".join(map(str, value)) if isinstance(value, tuple) else column.kind.show(value) if column else str(value)
    return f"{title}：{shown or '未填'}"


def _count_views(session: Any, *, listing: Listing, scope: int | None, views: Sequence[Mapping[str, object]]) -> list[int]:
    return [listings.count(session, listing, scope=scope, filters=filters) for filters in views]


def _suggested(session: Any, *, suggest: Suggest, scope: int | None) -> list[str]:
    return suggest(session, scope)
