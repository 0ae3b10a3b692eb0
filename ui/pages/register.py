"""A register on one page, made from a declaration: grid, panel, undoable edits.

To add a register: 1. a `Register` naming its Form, Listing and the three
services (load, save, remove); 2. an `Entry` with `entry_of(register)`. Extra
buttons, saved views, suggestions and ways into an empty page are declared
beside them. Nothing here knows any noun.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from models.forms import Form
from services import backup, recycling
from services import listing as listings
from services.conditions import Among
from services.errors import Problem
from services.listing import Listing
from ui import errors, icons
from ui.forms.checking import check_stored, heading
from ui.forms.side_panel import SidePanel
from ui.pages.declared import Register, Suggest
from ui.pages.empty import EmptyState, Way
from ui.pages.filter_bar import FilterBar, View
from ui.pages.narrowing import Narrowing
from ui.pages.page import Action, Desk, Entry, Page, make_button
from ui.pages.panel_bay import PanelBay
from ui.pages.record_desk import RecordDesk
from ui.pages.record_history import RecordHistory
from ui.pages.scribe import Scribe
from ui.pages.summing import Summing
from ui.pages.veil import Veil
from ui.pages.view_export import ViewExport
from ui.tables.blocks import Edit
from ui.tables.cell_look import Mark
from ui.tables.grid_status import GridStatus
from ui.tables.paged_model import PagedModel, Question, Source
from ui.tables.table_view import GridView

__all__ = ["Register", "RegisterPage", "entry_of", "import_action", "source_of", "ways_in"]

EVERYTHING = View("全部")
_OTHER_WORDS = {"visit_state": "检查状态", "enterprise_id": "企业", "group_id": "检查组"}


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
        scribe: Writes what is typed into the grid.
        narrowing: Filters of columns, own views, choice of columns.
    """

    def __init__(self, desk: Desk, register: Register) -> None:
        """Build grid, bar and panel; rows come when the page is shown."""
        super().__init__(desk, title=register.title, help_line=register.help_line)
        self.register = register
        self.tables = register.listing.tables
        self._year = desk.year
        self._go_to: int | None = None
        self._all = 0
        columns = register.form.columns
        source = source_of(register.listing, desk.campaign_id)
        self.model = PagedModel(desk.tasks, columns, source, marks=self._marks, editable=True, parent=self)
        self.grid = GridView(frozen=register.frozen, name=register.title, settings_key=register.key)
        self.grid.setModel(self.model)
        self.grid.hide_first(register.hidden)
        self.filters = FilterBar(columns, (EVERYTHING, *register.views))
        self.status = GridStatus()
        self._restore_button = make_button(Action("恢复选中的", lambda: self.restore(self.grid.selected_ids()), kind="small"))
        self._restore_button.hide()
        self.status.add(self._restore_button)
        self.panel = SidePanel(register.form, new_title=register.new_label, name_key=register.name_key, year=desk.year)
        self.panel.hide()
        Veil(desk, self.model, self.panel, noun=register.noun, table=register.listing.table)
        RecordHistory(desk, self.panel, table=register.listing.table, reopen=self.open_record)
        self._build()
        self.scribe = Scribe(desk, register, self.model, self.grid)
        parts = (self.grid, self.filters)
        self.narrowing = Narrowing(self, desk, register.key, (EVERYTHING, *register.views), parts, register.frozen)
        self.narrowing.listing = self._shown
        Summing(desk, self.grid, self.status, self._shown)
        ViewExport(self, self.grid, self.status, self._shown)
        self.records = RecordDesk(desk, register, self.grid, self.panel)
        self._wire()

    def refresh(self) -> None:
        """Ask for rows, counts and suggestions."""
        if not self.model.ready:
            self.model.reload()
        tasks, scope = self.desk.tasks, self.desk.campaign_id
        views = [(view.text, dict(view.filters)) for view in self.filters.views]
        tasks.query(_count_views, listing=self.register.listing, scope=scope, views=views).then(self._show_counts)
        for key, suggest in self.register.suggest.items():
            tasks.query(_suggested, suggest=suggest, scope=scope).then(partial(self._suggest, key))

    def show_record(self, record_id: int) -> None:
        """Go to a record and open it; at once, or when the rows are here."""
        self._go_to = record_id
        if self.model.ready and self.grid.go_to(record_id):
            self._go_to = None
            self.open_record(record_id)

    def take_focus(self) -> None:
        """Go to the rows, so that arrows, letters and Ctrl+F work at once."""
        if self.grid.isVisible():
            self._enter_grid()

    def show_filtered(self, filters: Mapping[str, object]) -> None:
        """Show the rows behind a figure, each value as a chip."""
        self.filters.replace({key: (value, _worded(self.register.form, key, value)) for key, value in filters.items()})

    def open_record(self, record_id: int) -> None:
        """Open a record in the panel, or all selected rows together."""
        rows = self.grid.area().rows
        if not self.records.may_leave():
            return
        if len(rows) > 1 and not self.filters.in_bin and self.model.row_of(record_id) in rows:
            self.model.collect(rows, self.records.show_several)
        elif not self.filters.in_bin:
            self.records.load(record_id, focus=True)

    def new_record(self) -> None:
        """Open an empty record in the panel; where rows need a campaign, only with one."""
        if self.register.per_campaign and self.desk.campaign_id is None:
            self.desk.say("先建立专项行动：左上角“还没有专项行动”里选“新建专项行动”")
        elif self.records.may_leave():
            if self.filters.narrowed:
                self.filters.clear()  # or the new row would hide behind a filter that a figure left
            self._stack.setCurrentIndex(0)
            self.records.show_new()

    def remove(self, record_ids: Sequence[int]) -> None:
        """Move records to the bin; undo brings them back."""
        if not record_ids:
            return
        count = len(record_ids)
        word = self._name_of(record_ids[0]) if count == 1 else f"{count} {self.register.unit}"
        label = f"删除{self.register.noun} {word}"
        job = self.desk.tasks.command(label, self.register.remove, record_ids=list(record_ids))
        store: Any = self.desk.tasks.store
        job.opened_by(partial(backup.removing, store, label, rows=count))
        job.then(lambda _none: self._removed(label)).failed(partial(self._trouble, f"{label}没有做成")).start(self)

    def restore(self, record_ids: Sequence[int]) -> None:
        """Bring records back from the bin."""
        if record_ids:
            count = len(record_ids)
            word = self._name_of(record_ids[0]) if count == 1 else f"{count} {self.register.unit}"
            label = f"恢复{self.register.noun} {word}"
            what = {"table": self.register.listing.table, "load": self.register.load, "save": self.register.save}
            job = self.desk.tasks.command(label, recycling.restore, record_ids=list(record_ids), **what)
            job.then(lambda _count: self.desk.say(f"已{label}", undoable=True))
            job.failed(partial(self._trouble, f"{label}没有做成")).start(self)

    def make_edits(self, edits: Sequence[Edit]) -> None:
        """Save a block of cells as one action."""
        self.scribe.make_edits(edits)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the bar over the grid follow the width."""
        super().resizeEvent(event)
        self.filters.follow_width()

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
        self.bay = PanelBay(work, self.panel)
        self._stack.addWidget(self.bay)
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
        self.grid.opened.connect(self.open_record)
        self.grid.sort_asked.connect(lambda _sort: self._ask())
        self.grid.removal_asked.connect(self.remove)
        self.grid.restore_asked.connect(self.restore)
        self.scribe.wrote.connect(self.records.take_note)
        self.records.edits_asked.connect(self.make_edits)
        self.records.another_asked.connect(self.new_record)
        self.records.added.connect(self._await)
        self.scribe.spoke.connect(self._speak)
        self.filters.changed.connect(self._narrow)
        self.filters.left.connect(self._enter_grid)
        self.panel.remove_asked.connect(lambda: self.remove([self.panel.record_id] if self.panel.record_id is not None else []))
        self.panel.closed.connect(self._close_panel)
        self.panel.returned.connect(lambda: self._close_panel() if self.bay.floats else self._back())
        self.bay.dismissed.connect(self._dismiss)
        find = QShortcut(QKeySequence.StandardKey.Find, self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self.filters.find_box.setFocus)
        find.activated.connect(self.filters.find_box.selectAll)

    def _marks(self, values: Mapping[str, object]) -> dict[str, Mark]:
        remarks = check_stored(self.register.form, values, year=self._year).remarks
        return {key: Mark(remark.weight, remark.sentence) for key, remark in remarks.items()}

    def _ask(self) -> None:
        self.model.ask(self._question())

    def _shown(self) -> tuple[Listing, int | None]:
        """Return listing and campaign of the rows that are shown: the living, or those in the bin."""
        listing = self.register.listing
        return (listing.bin if self.filters.in_bin else listing), self.desk.campaign_id

    def _narrow(self) -> None:
        """Ask for other rows; the bin is looked at and not typed into."""
        binned = self.filters.in_bin
        self._restore_button.setVisible(binned)
        if binned == self.grid.writable:
            self.grid.set_writable(on=not binned)
            self.model.set_editable(not binned)
            self.panel.hide()
            self.model.set_appending(False)
            self.model.use(source_of(*self._shown()), self._question())
        else:
            self._ask()

    def _enter_grid(self) -> None:
        self.grid.setFocus()
        if not self.grid.currentIndex().isValid() and self.model.count:
            self.grid.go_to_place(0, self.grid.shown_columns[0])

    def _question(self) -> Question:
        return Question(self.filters.text, self.filters.filters, self.grid.sort or None)

    def _suggest(self, key: str, words: list[str]) -> None:
        self.panel.set_suggestions(key, words)
        self.grid.delegate.suggestions = {**self.grid.delegate.suggestions, key: words}

    def _speak(self, sentence: str, weight: str) -> None:
        refused = len(self.model.typing.refused)
        more = f"　{refused} 格没有写入，改好或按 Esc 恢复原样" if refused else ""
        self.status.say(sentence or self._counted() + more, weight if sentence else "bad" if refused else "")

    def _counted(self) -> str:
        count, unit = self.model.count, self.register.unit
        if self.filters.in_bin:
            return f"回收站里 {count:,} {unit}　选中后按 Ctrl++ 恢复"
        if not self.filters.narrowed:
            return f"共 {count:,} {unit}"
        return f"符合 {count:,} {unit}，共 {self._all:,} {unit}" if self._all >= count else f"符合 {count:,} {unit}"

    def _rows_came(self) -> None:
        count = self.model.count
        nothing = count == 0 and not self.filters.narrowed
        adding = not self.panel.isHidden() and self.panel.record_id is None
        self._stack.setCurrentIndex(1 if nothing and not adding else 0)
        self._rows.setCurrentIndex(1 if count == 0 and self.filters.narrowed else 0)
        self._new_button.setProperty("kind", "" if nothing else "primary")
        icons.dress(self._new_button, "plus", "ink2" if nothing else "on_action")
        self._new_button.style().unpolish(self._new_button)
        self._new_button.style().polish(self._new_button)
        self.model.set_appending(not self.filters.narrowed and self._may_add())
        self._speak("", "")
        if self.grid.hasFocus():
            self._enter_grid()  # it may have taken the focus before its rows were there
        self.scribe.take_up_draft()
        if self._go_to is not None:
            self.show_record(self._go_to)
        self.records.show_place()

    def _may_add(self) -> bool:
        return not self.register.per_campaign or self.desk.campaign_id is not None

    def _show_counts(self, counts: Sequence[int]) -> None:
        *views, binned = counts
        self._all = views[0]
        self.filters.set_counts(views, binned)
        self._restore_button.setVisible(self.filters.in_bin)
        if self.filters.in_bin and not binned:
            self.filters.clear()
        elif self.model.ready and not self.status.left.property("said"):
            self.status.say(self._counted())

    def _await(self, record_id: int) -> None:
        self._go_to = record_id

    def _removed(self, label: str) -> None:
        self._close_panel()
        self.desk.say(f"已{label}", undoable=True)

    def _trouble(self, what: str, problem: Problem) -> None:
        errors.show_problem(self, problem, what=what)

    def _close_panel(self) -> None:
        self.panel.dirty = False
        self.panel.hide()
        self._back()
        self._rows_came()

    def _dismiss(self) -> None:
        if self.records.may_leave():
            self._close_panel()

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
        self.model.use(source_of(*self._shown()))
        super()._take_scope()


def _worded(form: Form, key: str, value: object) -> str:
    if isinstance(value, Among):
        return value.word
    title = heading(form, key) if key in form.keys else _OTHER_WORDS.get(key, key)
    column = form.column(key) if key in form.keys else None
    shown = "、".join(map(str, value)) if isinstance(value, tuple) else column.kind.show(value) if column else str(value)
    return f"{title}：{shown or '未填'}"


def _count_views(session: Any, *, listing: Listing, scope: int | None, views: Sequence[tuple[str, Mapping[str, object]]]) -> list[int]:
    """Count the rows of each view, and at last those in the bin."""
    counts = [listings.count(session, listing, scope=scope, text=text, filters=filters) for text, filters in views]
    return [*counts, listings.count(session, listing.bin, scope=scope)]


def _suggested(session: Any, *, suggest: Suggest, scope: int | None) -> list[str]:
    return suggest(session, scope)
