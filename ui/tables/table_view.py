"""The grid: a spreadsheet to the hand over a `PagedModel`.

Type to edit, F2 too, Tab and Enter move, Ctrl+C and Ctrl+V exchange whole
blocks with WPS, Ctrl+D fills down, Delete empties cells. The view changes
nothing by itself: it says what was typed as `Edit`s, and the page saves them
as one named action. Frozen columns are a second view over the first that
shares model, selection and row heights.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QSettings, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHBoxLayout, QHeaderView, QLabel, QMenu, QTableView, QWidget

from ui import theme
from ui.tables import blocks
from ui.tables.blocks import Edit
from ui.tables.delegates import CellDelegate, GridHeader
from ui.tables.paged_model import PagedModel

Index = QModelIndex | QPersistentModelIndex
PX_PER_MM = 3.6
WIDTHS = (56, 320)
NAME_WIDTH = 112
NUMBERS_WIDTH = 42
KEPT_ROWS = 500
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class GridView(QTableView):
    """The grid of a page.

    Signals:
        opened: (id) Enter or double click on a row.
        wandered: (id or None) another row became the current one.
        sort_asked: ("key", "-key" or "") a head was clicked.
        edits_asked: (list of Edit) a block was pasted, filled or emptied.
        removal_asked: (list of ids) rows shall go to the bin.
        summed: (text) count and sum of what is selected.
    """

    opened = Signal(object)
    wandered = Signal(object)
    sort_asked = Signal(str)
    edits_asked = Signal(list)
    removal_asked = Signal(list)
    summed = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, frozen: int = 1, name: str = "表格", settings_key: str = "") -> None:
        """Build the grid.

        Args:
            parent: Owner.
            frozen: Number of columns that stay at the left.
            name: Accessible name.
            settings_key: Where widths are remembered; "" forgets them.
        """
        super().__init__(parent)
        self._frozen = frozen
        self._settings_key = settings_key
        self._sort = ""
        self._kept: tuple[int | None, int, list[int]] = (None, 0, [])
        self.setAccessibleName(name)
        self.delegate = CellDelegate(self)
        self.delegate.current = self.currentIndex
        self._head = GridHeader(Qt.Orientation.Horizontal, self)
        self._side = GridHeader(Qt.Orientation.Vertical, self)
        self.setHorizontalHeader(self._head)
        self.setVerticalHeader(self._side)
        self._pinned = QTableView(self)
        self._pinned_head = GridHeader(Qt.Orientation.Horizontal, self._pinned)
        self._pinned.setHorizontalHeader(self._pinned_head)
        for view in (self, self._pinned):
            _set_up(view, self.delegate)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.AnyKeyPressed | triggers.EditKeyPressed)
        self._head.setStretchLastSection(True)
        self._tie()
        self._measure()

    def setModel(self, model: Any) -> None:
        """Show a model; selection and current cell survive its reloads by id."""
        super().setModel(model)
        self._pinned.setModel(model)
        self._pinned.setSelectionModel(self.selectionModel())
        self.delegate.frozen = self._head.frozen = self._pinned_head.frozen = self._frozen
        for column in range(model.columnCount()):
            self._pinned.setColumnHidden(column, column >= self._frozen)
        model.reloading.connect(self._keep)
        model.modelReset.connect(self._restore)
        self.selectionModel().selectionChanged.connect(self._sum)
        self.selectionModel().currentChanged.connect(self._tell_current)
        self._set_widths(model)

    @property
    def paged(self) -> PagedModel:
        """The model."""
        model = self.model()
        assert isinstance(model, PagedModel)
        return model

    @property
    def sort(self) -> str:
        """The order in force: "key", "-key" or "" for the page's own."""
        return self._sort

    def current_id(self) -> int | None:
        """Return the id of the current row."""
        return self.paged.id_at(self.currentIndex().row())

    def selected_ids(self) -> list[int]:
        """Return the ids of all rows that are touched by the selection."""
        rows = sorted({index.row() for index in self.selectedIndexes()})
        return [found for row in rows if (found := self.paged.id_at(row)) is not None]

    def go_to(self, record_id: int, key: str = "") -> bool:
        """Make a row the current one and show it; False if it is not listed."""
        row = self.paged.row_of(record_id)
        if row < 0:
            return False
        keys = [column.key for column in self.paged.columns]
        column = keys.index(key) if key in keys else max(self.currentIndex().column(), 0)
        index = self.paged.index(row, column)
        self.setCurrentIndex(index)
        self.scrollTo(index)
        return True

    def show_sort(self, sort: str) -> None:
        """Mark the sorted column in the head: "key", "-key" or ""."""
        self._sort = sort
        keys = [column.key for column in self.paged.columns]
        key = sort.removeprefix("-")
        mark = (keys.index(key), sort.startswith("-")) if key in keys else None
        for head in (self._head, self._pinned_head):
            head.sort = mark
            head.viewport().update()

    def copy(self) -> None:
        """Copy the selected block as tab-separated text, as WPS reads it."""
        if self.selectedIndexes():
            QGuiApplication.clipboard().setText(blocks.copied(self.selectedIndexes()))

    def paste(self) -> None:
        """Lay the block of the clipboard on the grid, from the current cell on."""
        start = self.currentIndex()
        row, column = (start.row(), start.column()) if start.isValid() else (self.paged.rowCount(), 0)
        shown = [place for place in range(column, len(self.paged.columns)) if not self.isColumnHidden(place)]
        self._ask(blocks.pasted(self.paged, QGuiApplication.clipboard().text(), row=row, columns=shown))

    def fill_down(self) -> None:
        """Copy the top row of the selection to the rows under it."""
        self._ask(blocks.filled_down(self.paged, self.selectedIndexes()))

    def clear_cells(self) -> None:
        """Empty the selected cells."""
        self._ask(blocks.emptied(self.paged, self.selectedIndexes()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what a spreadsheet does."""
        key, control = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif control and key == Qt.Key.Key_D:
            self.fill_down()
        elif control and key == Qt.Key.Key_Minus:
            self.removal_asked.emit(self.selected_ids())
        elif key == Qt.Key.Key_Delete and not control:
            self.clear_cells()
        elif key in ENTER and not control:
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the rows under the pointer."""
        count = len(self.selected_ids())
        menu = QMenu(self)
        menu.addAction("打开", lambda: self._open(self.currentIndex()))
        menu.addAction("复制\tCtrl+C", self.copy)
        menu.addAction("粘贴\tCtrl+V", self.paste)
        menu.addAction("向下填充\tCtrl+D", self.fill_down)
        menu.addSeparator()
        menu.addAction(f"删除 {count} 行\tCtrl+-", lambda: self.removal_asked.emit(self.selected_ids())).setEnabled(count > 0)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

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
        hidden = self._pinned_width() - self.visualRect(index).left()
        if hidden > 0:
            bar.setValue(bar.value() - hidden)

    def edit(self, index: Index, *more: Any) -> Any:
        """Open the editor in the view that shows the cell."""
        if not more:
            return super().edit(index)
        trigger = more[0]
        if index.column() >= self._frozen or trigger == QAbstractItemView.EditTrigger.NoEditTriggers or not trigger & self.editTriggers():
            return super().edit(index, *more)
        self._pinned.edit(index)
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the frozen view in place."""
        super().resizeEvent(event)
        self._measure()
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of text size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_pinned"):
            self._measure()

    def _tie(self) -> None:
        """Tie the frozen view to the grid: scrolling, widths, clicks."""
        pinned = self._pinned
        _hold_still(pinned)
        pinned.setFocusProxy(self)
        self.verticalScrollBar().valueChanged.connect(pinned.verticalScrollBar().setValue)
        pinned.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)
        self._head.sectionResized.connect(self._follow_width)
        self._pinned_head.sectionResized.connect(self._lead_width)
        for head in (self._head, self._pinned_head):
            head.sectionClicked.connect(self._clicked)
        for view in (self, pinned):
            view.doubleClicked.connect(self._open)

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

    def _set_widths(self, model: PagedModel) -> None:
        metrics, scale = self.fontMetrics(), theme.current().scale
        for number, column in enumerate(model.columns):
            title = metrics.horizontalAdvance(column.title.replace("\n", "")) + 36
            narrowest = NAME_WIDTH if column.kind.editor == "name" else WIDTHS[0]
            wide = round(min(max(column.width_mm * PX_PER_MM, narrowest), WIDTHS[1]) * scale)
            for view in (self, self._pinned):
                view.setColumnWidth(number, max(title, wide))
        state = QSettings().value(f"grid/{self._settings_key}") if self._settings_key else None
        if isinstance(state, list) and len(state) == len(model.columns):
            for number, width in enumerate(state):
                self.setColumnWidth(number, int(width))
        self._place()

    def _follow_width(self, number: int, _old: int, new: int) -> None:
        self._pinned.setColumnWidth(number, new)
        self._place()
        if self._settings_key and self._head.underMouse():
            QSettings().setValue(f"grid/{self._settings_key}", [self.columnWidth(column) for column in range(self._head.count())])

    def _lead_width(self, number: int, _old: int, new: int) -> None:
        if number < self._frozen and new:
            self.setColumnWidth(number, new)

    def _pinned_width(self) -> int:
        return sum(self.columnWidth(column) for column in range(self._frozen) if not self.isColumnHidden(column))

    def _place(self) -> None:
        left = self._side.width() + self.frameWidth()
        height = self.viewport().height() + self._head.height()
        self._pinned.setGeometry(left, self.frameWidth(), self._pinned_width(), height)
        self._pinned.raise_()

    def _clicked(self, section: int) -> None:
        """Sort up, then down, then as the page does by itself."""
        key = self.paged.columns[section].key
        following = {key: f"-{key}", f"-{key}": ""}.get(self._sort, key)
        self.show_sort(following)
        self.sort_asked.emit(following)

    def _open(self, index: Index) -> None:
        record_id = self.paged.id_at(index.row()) if index.isValid() else None
        if record_id is not None:
            self.opened.emit(record_id)

    def _ask(self, edits: list[Edit]) -> None:
        if edits:
            self.edits_asked.emit(edits)

    def _tell_current(self, index: QModelIndex, before: QModelIndex) -> None:
        if index.row() != before.row():
            self.wandered.emit(self.paged.id_at(index.row()) if index.isValid() else None)
        self.viewport().update()
        self._pinned.viewport().update()

    def _keep(self) -> None:
        index = self.currentIndex()
        self._kept = (self.current_id(), index.column(), self.selected_ids()[:KEPT_ROWS] if self._whole_rows() else [])

    def _restore(self) -> None:
        record_id, column, ids = self._kept
        row = self.paged.row_of(record_id) if record_id is not None else -1
        if row < 0:
            return
        where = self.paged.index(row, max(column, 0))
        self.selectionModel().setCurrentIndex(
            where, QItemSelectionModel.SelectionFlag.NoUpdate if ids else QItemSelectionModel.SelectionFlag.Select
        )
        chosen = QItemSelection()
        last = len(self.paged.columns) - 1
        for found in filter(lambda number: number >= 0, map(self.paged.row_of, ids)):
            chosen.select(self.paged.index(found, 0), self.paged.index(found, last))
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.Select)

    def _whole_rows(self) -> bool:
        return bool(self.selectionModel().selectedRows())

    def _sum(self) -> None:
        self.summed.emit(blocks.summed(self.paged, self.selectedIndexes()))


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


def _hold_still(pinned: QTableView) -> None:
    """Let the frozen view neither scroll by itself nor take the focus."""
    pinned.verticalHeader().hide()
    pinned.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    pinned.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    pinned.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    pinned.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)


class GridStatus(QFrame):
    """The line under a grid: what is shown of how many, what is selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build both labels."""
        super().__init__(parent)
        self.setObjectName("gridStatus")
        self.left = QLabel()
        self.right = QLabel()
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 5, 14, 5)
        line.addWidget(self.left, 1)
        line.addWidget(self.right)
