"""The grid: a spreadsheet to the hand over a `PagedModel`.

Type to edit, F2 too, Tab and Enter move, Ctrl+C and Ctrl+V exchange whole
blocks with WPS, Ctrl+D fills down, Ctrl+Enter fills a selection, Delete
empties cells. The view changes nothing by itself: it says what was typed as
`Edit`s, and the page saves them as one named action.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QMenu, QWidget

from ui.tables import blocks, clipboard, moving
from ui.tables.blocks import Area, Edit
from ui.tables.cell_editing import ENTER, EditingDelegate, show_choices
from ui.tables.columns_view import ColumnsView
from ui.tables.grid_status import GridStatus
from ui.tables.kept_place import KeptPlace
from ui.tables.paged_model import PagedModel, Values

__all__ = ["GridStatus", "GridView"]

Index = QModelIndex | QPersistentModelIndex
Flag = QItemSelectionModel.SelectionFlag
Trigger = QAbstractItemView.EditTrigger
SUM_AFTER_MS = 120


class GridView(ColumnsView):
    """The grid of a page.

    Attributes:
        delegate: Paints and edits the cells.
    Signals:
        opened: (id) Ctrl+Enter, or a double click on what cannot be typed into.
        wandered: (id or None) another row became the current one.
        edits_asked: (list of Edit) a block was pasted, filled or emptied.
        left_out: (sentence) what of the block that comes next has no place here.
        removal_asked: (list of ids) rows shall go to the bin.
        restore_asked: (list of ids) rows shall come back from the bin.
        area_chosen: (Area) other cells are selected.
        draft_left: The last, empty row was left, or Enter was pressed in it.
    """

    opened = Signal(object)
    wandered = Signal(object)
    edits_asked = Signal(list)
    left_out = Signal(str)
    removal_asked = Signal(list)
    restore_asked = Signal(list)
    area_chosen = Signal(object)
    draft_left = Signal()

    def __init__(self, parent: QWidget | None = None, *, frozen: int = 1, name: str = "表格", settings_key: str = "") -> None:
        """Build the grid.

        Args:
            parent: Owner.
            frozen: Number of columns that stay at the left.
            name: Accessible name.
            settings_key: Where the arrangement of columns is remembered; "" forgets it.
        """
        self.delegate = EditingDelegate()
        super().__init__(parent, self.delegate, frozen=frozen, settings_key=settings_key)
        self.delegate.setParent(self)
        self.delegate.current = self._pinned_delegate.current = self.currentIndex
        self.delegate.host = self._ground_of
        self._kept = KeptPlace()
        self._walk, self._walking = moving.Walk(), False
        self.setAccessibleName(name)
        self.set_writable(on=True)
        self.setTabKeyNavigation(True)  # or Tab leaves the grid before it is a key; F6 leaves it
        self._summing = QTimer(self)
        self._summing.setSingleShot(True)
        self._summing.setInterval(SUM_AFTER_MS)
        self._summing.timeout.connect(lambda: self.area_chosen.emit(self.area()))
        self.delegate.opened.connect(lambda: self.paged.hold_still(True))
        self.delegate.stepped.connect(self._step)
        self.delegate.jumped.connect(self._jump)
        self.delegate.filled.connect(self.fill)
        for view in (self, self._pinned):
            view.doubleClicked.connect(self._double_clicked)

    def setModel(self, model: Any) -> None:
        """Show a model; selection and current cell survive its reloads by id."""
        super().setModel(model)
        model.reloading.connect(self._keep)
        model.modelReset.connect(self._restore)
        model.modelReset.connect(self._summing.start)
        self.selectionModel().selectionChanged.connect(lambda *_both: self._summing.start())
        self.selectionModel().currentChanged.connect(self._tell_current)

    @property
    def paged(self) -> PagedModel:
        """The model."""
        model = self.model()
        assert isinstance(model, PagedModel)
        return model

    @property
    def writable(self) -> bool:
        """Whether cells can be typed into; rows in the bin cannot."""
        return self.editTriggers() != Trigger.NoEditTriggers

    def set_writable(self, *, on: bool) -> None:
        """Let cells be typed into, or only looked at."""
        self.setEditTriggers(Trigger.AnyKeyPressed | Trigger.EditKeyPressed if on else Trigger.NoEditTriggers)

    def area(self) -> Area:
        """Return what is selected, as far as it is records."""
        return blocks.area_of(self.selectionModel().selection(), self.shown_columns, self.paged.count)

    def current_id(self) -> int | None:
        """Return the id of the current row."""
        return self.paged.id_at(self.currentIndex().row())

    def selected_ids(self) -> list[int]:
        """Return the ids of all rows that are touched by the selection."""
        return [found for row in self.area().rows if (found := self.paged.id_at(row)) is not None]

    def go_to(self, record_id: int, key: str = "") -> bool:
        """Make a row the current one and show it; False if it is not listed."""
        row = self.paged.row_of(record_id)
        if row < 0:
            return False
        self.go_to_place(row, self.keys.index(key) if key in self.keys else max(self.currentIndex().column(), 0))
        return True

    def go_to_place(self, row: int, column: int) -> None:
        """Make a cell the current one and show it."""
        index = self.paged.index(row, column)
        # the view's own way would leave other rows selected while Ctrl is held, as for Ctrl+Home
        self.selectionModel().setCurrentIndex(index, Flag.ClearAndSelect)
        self.scrollTo(index)

    def open_current(self) -> None:
        """Ask for the current record, or for all selected ones, to be opened."""
        self._open(self.currentIndex())

    def copy(self) -> None:
        """Copy the selected block as text and as a table, as WPS reads them."""
        area = self.area()
        if area.cells:
            self.paged.collect(area.rows, lambda values: self._put(area, values))

    def paste(self) -> None:
        """Lay the block of the clipboard on the grid, from the first selected cell on."""
        if not self.writable:
            return
        block = clipboard.read(QGuiApplication.clipboard().text())
        start, area, shown = self.currentIndex(), self.area(), self.shown_columns
        row, column = (start.row(), start.column()) if start.isValid() else (self.paged.count, shown[0])
        if not area.single:
            block, row, column = blocks.tiled(block, area), area.rows[0], area.columns[0]
        columns = shown[shown.index(column) :] if column in shown else shown
        self.left_out.emit(blocks.left_out(self.paged, block, columns))
        self._ask(blocks.laid(self.paged, block, row=row, columns=columns))

    def fill_down(self) -> None:
        """Copy the top row of the selection to the rows under it."""
        self._change(lambda area, values: blocks.filled_down(self.paged, area, values))

    def fill(self, text: str) -> None:
        """Put one text into all selected cells."""
        self._change(lambda area, values: blocks.same_in_all(self.paged, area, text, values))

    def clear_cells(self) -> None:
        """Empty the selected cells; refused text gives way to what is stored."""
        index = self.currentIndex()
        if index.isValid() and index.row() >= self.paged.count:
            self.paged.setData(index, "")
        elif not (self.area().single and self._take_back(index)):
            self.fill("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what a spreadsheet does; keys of a composition are the input method's."""
        if self.state() == QAbstractItemView.State.EditingState:
            event.accept()
            return
        key, modifiers = event.key(), event.modifiers()
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        alt = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and not control:
            self._step(moving.BACK if shift or key == Qt.Key.Key_Backtab else moving.NEXT)
        elif key in ENTER and control:
            self.open_current()
        elif key in ENTER and not alt:
            self._step(moving.UP if shift else moving.DOWN)
        elif alt and key == Qt.Key.Key_Down:
            self._edit_with_choices()
        elif not (control and self._control(key, shift=shift)) and not self._plain(key, plain=not (control or shift or alt)):
            if not (event.text() and event.text().isprintable()):  # what is typed into a cell belongs to the run of Tabs
                self._walk.forget()
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the rows under the pointer."""
        _menu(self).popup(event.globalPos())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """End a run of Tabs with a click."""
        self._walk.forget()
        super().mousePressEvent(event)

    def edit(self, index: Index, *more: Any) -> Any:
        """Open an editor; after F2 the caret stands behind the text."""
        opened = super().edit(index, *more)
        editor = self.indexWidget(index) if self.state() == QAbstractItemView.State.EditingState else None
        if editor is not None and (opened or not more):
            self.delegate.begin(editor, in_place=not more or more[0] == Trigger.EditKeyPressed, event=more[1] if len(more) > 1 else None)
        return opened

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Close an editor; rows that came meanwhile take their places now."""
        super().closeEditor(editor, hint)
        self.paged.hold_still(False)

    def _control(self, key: int, *, shift: bool) -> bool:
        """Do what a key with Ctrl means; False if it means nothing here."""
        if key == Qt.Key.Key_D and self.writable:
            self.fill_down()
        elif key == Qt.Key.Key_L and shift:
            self.filter_asked.emit(max(self.currentIndex().column(), 0))
        elif key == Qt.Key.Key_Minus and self.writable:
            self.removal_asked.emit(self.selected_ids())
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal) and not self.writable:
            self.restore_asked.emit(self.selected_ids())
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and not shift and self.shown_columns:
            self._walk.forget()
            end = key == Qt.Key.Key_End
            self.go_to_place(max(self.paged.count - 1, 0) if end else 0, self.shown_columns[-1 if end else 0])
        else:
            return False
        return True

    def _plain(self, key: int, *, plain: bool) -> bool:
        """Do what a key alone means; False if it means nothing here."""
        if not plain:
            return False
        if key == Qt.Key.Key_F6:
            return self.focusNextChild()
        if key == Qt.Key.Key_Delete and self.writable:
            self.clear_cells()
            return True
        return key == Qt.Key.Key_Escape and self._take_back(self.currentIndex())

    def _take_back(self, index: Index) -> bool:
        record_id = self.paged.id_at(index.row())
        return record_id is not None and self.paged.take_back(record_id, self.keys[index.column()])

    def _edit_with_choices(self) -> None:
        index = self.currentIndex()
        if index.isValid() and self.edit(index, Trigger.EditKeyPressed, None) and (editor := self.indexWidget(index)) is not None:
            show_choices(editor)

    def _step(self, step: moving.Step) -> None:
        index, area = self.currentIndex(), self.area()
        if not index.isValid():
            return
        here, drafting = (index.row(), index.column()), index.row() >= self.paged.count
        inside = area.solid and not area.single and here[0] in area.rows and here[1] in area.columns
        self._walking = True
        if inside:
            place = moving.round_block(here, step, area.rows, area.columns)
            where = self.paged.index(*place)
            self.selectionModel().setCurrentIndex(where, Flag.NoUpdate)
            self.scrollTo(where)
        else:
            self.go_to_place(*self._walk.step(here, step, self.shown_columns, self.paged.rowCount()))
        self._walking = False
        if drafting and step == moving.DOWN:
            self.draft_left.emit()

    def _jump(self, rows: int, columns: int) -> None:
        """Go one cell by arrow, after the text was committed."""
        index, shown = self.currentIndex(), self.shown_columns
        self._walk.forget()
        place = shown.index(index.column()) + columns
        row = min(max(index.row() + rows, 0), self.paged.rowCount() - 1)
        self.go_to_place(row, shown[min(max(place, 0), len(shown) - 1)])

    def _ground_of(self, column: int) -> QWidget | None:
        return self._pinned.viewport() if column < self._frozen else None

    def _double_clicked(self, index: QModelIndex) -> None:
        if self.writable and self.paged.flags(index) & Qt.ItemFlag.ItemIsEditable:
            self.edit(index)
        else:
            self._open(index)

    def _open(self, index: Index) -> None:
        record_id = self.paged.id_at(index.row()) if index.isValid() else None
        if record_id is not None:
            self.opened.emit(record_id)

    def _put(self, area: Area, values: Mapping[int, Values]) -> None:
        block = blocks.copied(self.paged, area, values)
        QGuiApplication.clipboard().setMimeData(clipboard.mime(block, [self.columns[column] for column in area.columns]))

    def _change(self, make: Callable[[Area, Mapping[int, Values]], list[Edit]]) -> None:
        area = self.area()
        if self.writable and area.cells:
            self.paged.collect(area.rows, lambda values: self._ask(make(area, values)))

    def _ask(self, edits: list[Edit]) -> None:
        if edits:
            self.edits_asked.emit(edits)

    def _tell_current(self, index: QModelIndex, before: QModelIndex) -> None:
        if not self._walking:
            self._walk.forget()
        if index.row() != before.row():
            if before.isValid() and before.row() >= self.paged.count:
                self.draft_left.emit()
            self.wandered.emit(self.paged.id_at(index.row()) if index.isValid() else None)
        self.viewport().update()
        self._pinned.viewport().update()

    def _keep(self) -> None:
        self._kept = KeptPlace.of(self.paged, self.currentIndex(), self.selectionModel().selection())

    def _restore(self) -> None:
        self._kept.restore(self.paged, self.selectionModel())


def _menu(grid: GridView) -> QMenu:
    """Return what can be done with the selected rows."""
    count = len(grid.area().rows)
    menu = QMenu(grid)
    menu.addAction("打开\tCtrl+Enter", grid.open_current)
    menu.addAction("复制\tCtrl+C", grid.copy)
    if grid.writable:
        menu.addAction("粘贴\tCtrl+V", grid.paste)
        menu.addAction("向下填充\tCtrl+D", grid.fill_down)
    menu.addAction("筛选这一列\tCtrl+Shift+L", lambda: grid.filter_asked.emit(grid.currentIndex().column()))
    menu.addSeparator()
    word, keys, signal = ("删除", "Ctrl+-", grid.removal_asked) if grid.writable else ("恢复", "Ctrl++", grid.restore_asked)
    menu.addAction(f"{word} {count} 行\t{keys}", lambda: signal.emit(grid.selected_ids())).setEnabled(count > 0)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu
