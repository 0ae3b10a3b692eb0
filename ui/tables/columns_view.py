"""A table whose columns are frozen, moved, hidden, sized, sorted and filtered.

What a person arranges is remembered under a name; what is sorted or filtered
is only shown here (▲▼ and funnel in the heads) and asked of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from models.forms import Column
from ui import theme
from ui.tables import arrangement
from ui.tables.delegates import PADDING, CellDelegate, GridHeader
from ui.tables.frozen import FrozenColumns

Index = QModelIndex | QPersistentModelIndex
PX_PER_MM = 3.6
WIDTHS = (56, 320)
NAME_WIDTH = 112
CODE_MM, WIDEST_CODE = 34, "91370399MAWW00000W"
NUMBERS_WIDTH = 42
SPREADING = ("names", "long")  # what grows where there is room: the last column alone would take all
REMEMBER_AFTER_MS = 300


class ColumnsView(QTableView):
    """A table with frozen columns at the left.

    Signals:
        sort_asked: ("key", "-key" or "") a head was clicked.
        filter_asked: (column) a funnel was pressed, or its keys.
        arranged: Columns were moved, hidden or shown.
    """

    sort_asked = Signal(str)
    filter_asked = Signal(int)
    arranged = Signal()

    def __init__(self, parent: QWidget | None, delegate: CellDelegate, *, frozen: int, settings_key: str) -> None:
        """Build the table and the view of its frozen columns.

        Args:
            parent: Owner.
            delegate: Paints and edits the cells.
            frozen: Number of columns that stay at the left.
            settings_key: Where the arrangement is remembered; "" forgets it.
        """
        super().__init__(parent)
        self._frozen = frozen
        self._arranged_at = theme.current().scale
        self._settings_key = settings_key
        self._sort = ""
        self._first_hidden: tuple[str, ...] = ()
        self._natural: dict[int, int] = {}  # widths by column, while nobody has set one by hand
        self._spreading = False
        self._head = GridHeader(Qt.Orientation.Horizontal, self)
        self._side = GridHeader(Qt.Orientation.Vertical, self)
        self.setHorizontalHeader(self._head)
        self.setVerticalHeader(self._side)
        self._pinned = FrozenColumns(self)
        self._pinned_delegate = CellDelegate(self._pinned)  # two views of one delegate would quarrel over its editors
        delegate.frozen = self._pinned_delegate.frozen = self._head.frozen = frozen
        _set_up(self, delegate)
        _set_up(self._pinned, self._pinned_delegate)
        self._head.setStretchLastSection(True)
        self._head.setSectionsMovable(True)
        self._remembering = QTimer(self)
        self._remembering.setSingleShot(True)
        self._remembering.setInterval(REMEMBER_AFTER_MS)
        self._remembering.timeout.connect(self.remember)
        self._tie()
        self._measure()

    def setModel(self, model: Any) -> None:
        """Show a model with `columns`; arrange it as it was left."""
        super().setModel(model)
        self._pinned.use(model, self._frozen)
        self.arrange()

    @property
    def columns(self) -> tuple[Column, ...]:
        """Columns of the model, in the order of the Form."""
        return tuple(getattr(self.model(), "columns", ()))

    @property
    def keys(self) -> list[str]:
        """Their keys."""
        return [column.key for column in self.columns]

    @property
    def sort(self) -> str:
        """The order in force: "key", "-key" or "" for the page's own."""
        return self._sort

    @property
    def shown_columns(self) -> list[int]:
        """Columns that are shown, in the order on screen."""
        order = map(self._head.logicalIndex, range(self._head.count()))
        return [column for column in order if not self.isColumnHidden(column)]

    def show_sort(self, sort: str) -> None:
        """Mark the sorted column in the head: "key", "-key" or ""."""
        self._sort = sort
        keys, key = self.keys, sort.removeprefix("-")
        mark = (keys.index(key), sort.startswith("-")) if key in keys else None
        for head in (self._head, self._pinned.head):
            head.sort = mark
            head.viewport().update()

    def sort_by(self, sort: str) -> None:
        """Ask for another order: "key", "-key" or "" for the page's own."""
        self.show_sort(sort)
        self.sort_asked.emit(sort)

    def show_filtered(self, keys: Sequence[str]) -> None:
        """Show a blue funnel in the heads of these columns."""
        columns = frozenset(number for number, key in enumerate(self.keys) if key in keys)
        for head in (self._head, self._pinned.head):
            head.filtered = columns
            head.viewport().update()

    def head_bottom(self, column: int) -> tuple[int, int]:
        """Return where something hangs that belongs to a head: x and y in this widget."""
        view = self._pinned if column < self._frozen else self
        return view.columnViewportPosition(column) + self._side.width(), self._head.height()

    def hide_first(self, keys: Sequence[str]) -> None:
        """Hide columns unless a person has chosen which to see."""
        self._first_hidden = tuple(keys)
        if arrangement.load(self._settings_key).hidden is None:
            for number, key in enumerate(self.keys):
                self.setColumnHidden(number, key in keys)

    def show_column(self, key: str, *, shown: bool) -> None:
        """Show or hide a column, and remember it."""
        if key in self.keys:
            self.setColumnHidden(self.keys.index(key), not shown)
            self.remember()

    def setColumnHidden(self, column: int, hide: bool) -> None:
        """Hide or show a column, in the frozen view too."""
        super().setColumnHidden(column, hide)
        self._pinned.hide_column(column, hidden=hide)
        self._pinned.place()

    def move_column(self, key: str, places: int) -> None:
        """Move a column to the left (negative) or right; frozen ones stay."""
        visual = self._head.visualIndex(self.keys.index(key))
        target = max(self._frozen, min(visual + places, self._head.count() - 1))
        if visual >= self._frozen and target != visual:
            self._head.moveSection(visual, target)
            self.remember()

    def remember(self) -> None:
        """Keep widths, order and hidden columns for the next time."""
        keys = self.keys
        order = tuple(keys[self._head.logicalIndex(place)] for place in range(len(keys)))
        hidden = frozenset(key for number, key in enumerate(keys) if self.isColumnHidden(number))
        before = arrangement.load(self._settings_key)
        scale = theme.current().scale  # kept as at 100 %, so that they grow and shrink with the text
        widths = {key: round(self.columnWidth(number) / scale) for number, key in enumerate(keys) if key not in hidden}
        arrangement.save(self._settings_key, replace(before, widths={**before.widths, **widths}, order=order, hidden=hidden))
        self.arranged.emit()

    def rearrange(self) -> None:
        """Go back to order, widths and columns as the register declares them."""
        arrangement.forget(self._settings_key)
        self.arrange()
        self.hide_first(self._first_hidden)
        self._remembering.stop()
        self.arranged.emit()

    def arrange(self) -> None:
        """Take widths, order and hidden columns as they were left."""
        kept = arrangement.load(self._settings_key)
        metrics, scale = self.fontMetrics(), theme.current().scale
        self._arranged_at = scale
        for number, column in enumerate(self.columns):
            title = metrics.horizontalAdvance(column.title.replace("\n", "")) + 36
            narrowest = NAME_WIDTH if column.kind.editor == "name" else WIDTHS[0]
            wide = round(min(max(column.width_mm * PX_PER_MM, narrowest), WIDTHS[1]) * scale)
            if column.kind.editor == "code" and column.width_mm >= CODE_MM:
                wide = max(wide, metrics.horizontalAdvance(WIDEST_CODE) + 2 * PADDING)  # a code is shown whole
            for view in (self, self._pinned):
                view.setColumnWidth(number, round(kept.widths.get(column.key, 0) * scale) or max(title, wide))
            if kept.hidden is not None:
                self.setColumnHidden(number, column.key in kept.hidden)
        self._natural = {} if kept.widths else {number: self.columnWidth(number) for number in range(len(self.columns))}
        keys = self.keys
        frozen = keys[: self._frozen]
        order = [*frozen, *(key for key in arrangement.ordered(keys, kept.order) if key not in frozen)]
        for place, key in enumerate(order):
            self._head.moveSection(self._head.visualIndex(keys.index(key)), place)
        self._remembering.stop()
        self._spread()
        self._pinned.place()

    def scrollTo(self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible) -> None:
        """Bring a cell into view, out from under the frozen columns."""
        if not index.isValid():
            return
        bar = self.horizontalScrollBar()
        before = bar.value()
        super().scrollTo(index, hint)
        if index.column() < self._frozen:
            bar.setValue(before)
            return
        hidden = self._pinned.wide - self.visualRect(index).left()
        if hidden > 0:
            bar.setValue(bar.value() - hidden)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the frozen view in place."""
        super().resizeEvent(event)
        self._measure()
        self._spread()
        self._pinned.place()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of text size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_pinned"):
            self._measure()
            if self.columns and self._arranged_at != theme.current().scale:
                QTimer.singleShot(0, self, self.arrange)  # once the new font is here to be measured

    def _tie(self) -> None:
        for head in (self._head, self._pinned.head):
            head.sectionClicked.connect(self._clicked)
            head.funnel_clicked.connect(self.filter_asked)
            head.sectionResized.connect(lambda *_sizes: self._remember_soon())
        self._head.sectionMoved.connect(self._moved)

    def _measure(self) -> None:
        """Take row heights from one constant, in both views."""
        height = theme.current().row_height("grid_roomy" if theme.is_wide(self) else "grid")
        head = theme.current().px("rows", "grid_head")
        for view in (self, self._pinned):
            rows = view.verticalHeader()
            rows.setMinimumSectionSize(min(rows.minimumSectionSize(), height))
            rows.setDefaultSectionSize(height)
            rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            view.horizontalHeader().setFixedHeight(head)
        self._side.setFixedWidth(round(NUMBERS_WIDTH * theme.current().scale))

    def _spread(self) -> None:
        """Share room that is left over among the columns of long texts; a width set by hand ends that."""
        shown = self.shown_columns
        growing = [column for column in shown[:-1] if column in self._natural and self.columns[column].kind.editor in SPREADING]
        room = self.viewport().width() - sum(self._natural.get(column, 0) for column in shown)
        self._spreading = True
        for column in growing:
            wide = self._natural[column] + min(max(room, 0) // (len(growing) + 1), self._natural[column])
            for view in (self, self._pinned):
                view.setColumnWidth(column, wide)
        self._spreading = False

    def _clicked(self, section: int) -> None:
        """Sort up, then down, then as the page does by itself."""
        key = self.keys[section]
        self.sort_by({key: f"-{key}", f"-{key}": ""}.get(self._sort, key))

    def _moved(self, _column: int, before: int, after: int) -> None:
        """Let no column be dragged over the line behind the frozen ones."""
        if (before < self._frozen) != (after < self._frozen) or before < self._frozen:
            self._head.blockSignals(True)
            self._head.moveSection(after, before)
            self._head.blockSignals(False)
        self._remember_soon()

    def _remember_soon(self) -> None:
        if not self._spreading and (self._head.underMouse() or self._pinned.head.underMouse()):
            self._natural = {}
            self._remembering.start()


def _set_up(view: QTableView, delegate: CellDelegate) -> None:
    """Give both views of the grid the same manners."""
    view.setItemDelegate(delegate)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setTabKeyNavigation(False)
