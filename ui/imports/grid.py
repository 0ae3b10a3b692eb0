"""The grid of an import's rows, typed into like a spreadsheet."""

from __future__ import annotations

from itertools import islice
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTableView, QWidget

from ui import theme
from ui.imports.rows import BEFORE, Index, RowsModel, Shown, look_of, next_trouble
from ui.imports.words import Words
from ui.imports.work import FileState
from ui.tables import moving
from ui.tables.cell_editing import EditingDelegate
from ui.tables.delegates import PADDING, GridHeader

_MEASURED = 200
_JOINED = 500
_LEAST, _MOST, _REMARK, _MOST_CHANGE = 56, 240, 150, 340


class RowsView(QTableView):
    """The grid of rows.

    Attributes:
        rows: Its model.
        words: Words to offer while typing, by form and column.
    Signals:
        wandered: (Shown or None, column key) another cell became the current one.
        taken: (Shown) Enter: take this row as it is.
        switched: (Shown, column key) Space: the other of old and new value.
        picked: (Shown, digit) a digit: one of the candidates.
        dropped: (Shown) Delete: leave the row out, or take it in again.
    """

    wandered = Signal(object, str)
    taken = Signal(object)
    switched = Signal(object, str)
    picked = Signal(object, int)
    dropped = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build an empty grid."""
        super().__init__(parent)
        self.rows = RowsModel(self)
        self.words: Words = {}
        self.setModel(self.rows)
        self._delegate = EditingDelegate(self)
        self._delegate.current = self.currentIndex
        self._delegate.stepped.connect(self._step)
        self._delegate.jumped.connect(self._jump)
        self.setItemDelegate(self._delegate)
        self.setHorizontalHeader(GridHeader(Qt.Orientation.Horizontal, self))
        self.horizontalHeader().setMinimumSectionSize(40)
        self.horizontalHeader().setSectionsClickable(False)
        self.horizontalHeader().setStretchLastSection(True)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("这个文件的行")
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        self.setTabKeyNavigation(False)
        trigger = QAbstractItemView.EditTrigger
        self.setEditTriggers(trigger.AnyKeyPressed | trigger.EditKeyPressed | trigger.DoubleClicked)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.selectionModel().currentChanged.connect(self._tell)
        theme.notifier().changed.connect(self._follow_theme)
        self._follow_theme()

    def use(self, state: FileState | None, code: str = "", outcome: str = "", *, keep: bool = False) -> None:
        """Show a file's rows of one form.

        Args:
            state: The file; None shows nothing.
            code: Code of the form.
            outcome: Only these rows; "" for all.
            keep: Stay at the row where the clerk is, not at the first trouble.
        """
        place = self._place() if keep else None
        self.rows.use(state, code, outcome)
        self._set_widths()
        self._join_left_out()
        line = self._line_of(place) if place else None
        if line is None:
            line = self._first_line()
        if self.rows.shown:
            key = place[2] if place and self._line_of(place) is not None else self._key_of(self.rows.shown[line])
            column = next((number for number, one in enumerate(self.rows.columns) if one.key == key), 1)
            self.setCurrentIndex(self.rows.index(line, column))
            self.scrollTo(self.currentIndex(), QAbstractItemView.ScrollHint.PositionAtCenter)
        self._tell(self.currentIndex(), QModelIndex())

    def current(self) -> Shown | None:
        """Return the line of the current cell."""
        index = self.currentIndex()
        return self.rows.shown[index.row()] if index.isValid() and index.row() < len(self.rows.shown) else None

    def go_to_trouble(self) -> bool:
        """Go to the next row that asks for the clerk; return whether there is one."""
        line = next_trouble(self.rows.shown, self.currentIndex().row(), lambda one: bool(one.doubts))
        if line is None:
            return False
        key = self._key_of(self.rows.shown[line])
        column = next((number for number, one in enumerate(self.rows.columns) if one.key == key), 1)
        self.setCurrentIndex(self.rows.index(line, column))
        self.scrollTo(self.currentIndex())
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Decide about the current row by one key; other keys type into the cell."""
        one = self.current()
        key, plain = event.key(), event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if one is None or not plain:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit(one)
        elif key == Qt.Key.Key_Delete:
            self.dropped.emit(one)
        elif key == Qt.Key.Key_Space:
            self.switched.emit(one, self._current_key())
        elif Qt.Key.Key_0 <= key <= Qt.Key.Key_9 and one.planned and one.planned.candidates:
            self.picked.emit(one, key - Qt.Key.Key_0)
        else:
            super().keyPressEvent(event)

    def edit(self, index: Index, *more: Any) -> Any:
        """Open an editor; F2 and a double click change the text, typing replaces it."""
        one = self.current()
        self._delegate.suggestions = self.words.get(one.code, {}) if one else {}
        opened = super().edit(index, *more)
        editor = self.indexWidget(index) if self.state() == QAbstractItemView.State.EditingState else None
        if editor is not None and (opened or not more):
            replaces = len(more) > 1 and more[0] == QAbstractItemView.EditTrigger.AnyKeyPressed
            self._delegate.begin(editor, in_place=not replaces, event=more[1] if len(more) > 1 else None)
        return opened

    def _step(self, step: moving.Step) -> None:
        delta = -1 if step.back else 1
        self._jump(0 if step.across else delta, delta if step.across else 0)

    def _jump(self, down: int, right: int) -> None:
        here = self.currentIndex()
        row = min(max(here.row() + down, 0), self.rows.rowCount() - 1)
        column = min(max(here.column() + right, 0), self.rows.columnCount() - 1)
        if row >= 0:
            self.setCurrentIndex(self.rows.index(row, column))
        self.setFocus()

    def _tell(self, index: QModelIndex, _before: QModelIndex) -> None:
        inside = index.isValid() and index.row() < len(self.rows.shown)
        self.wandered.emit(self.rows.shown[index.row()] if inside else None, self._current_key() if inside else "")
        self.viewport().update()

    def _current_key(self) -> str:
        column = self.currentIndex().column()
        return self.rows.columns[column].key if 0 <= column < len(self.rows.columns) else ""

    def _key_of(self, one: Shown) -> str:
        key = next((key for key, _sentence in one.doubts), "*")
        if key != "*" or one.planned is None:
            return key
        return next(iter(one.planned.changes), key)

    def _first_line(self) -> int:
        """Return the first line to look at: a doubt, else a change, else a record."""
        shown = self.rows.shown
        for wanted in (lambda one: bool(one.doubts), lambda one: one.outcome == "changed", lambda one: one.planned is not None):
            line = next_trouble(shown, len(shown), wanted)
            if line is not None:
                return line
        return 0

    def _place(self) -> tuple[str, int, str] | None:
        one = self.current()
        return (one.sheet, one.number, self._current_key()) if one else None

    def _line_of(self, place: tuple[str, int, str]) -> int | None:
        return next((line for line, one in enumerate(self.rows.shown) if (one.sheet, one.number) == place[:2]), None)

    def _follow_theme(self) -> None:
        header = self.verticalHeader()
        height = theme.current().row_height()
        header.setMinimumSectionSize(min(height, 20))
        header.setDefaultSectionSize(height)
        self.horizontalHeader().setFixedHeight(theme.current().row_height("grid_head"))
        self._set_widths()

    def _join_left_out(self) -> None:
        """Let the words of skipped lines run over all columns."""
        self.clearSpans()
        across = len(self.rows.columns) - len(BEFORE)
        lines = (number for number, one in enumerate(self.rows.shown) if one.planned is None)
        for number in islice(lines, _JOINED if across > 1 else 0):
            self.setSpan(number, len(BEFORE), 1, across)

    def _set_widths(self) -> None:
        plain, note = QFontMetrics(theme.current().font()), QFontMetrics(theme.current().font("note"))
        bold = QFontMetrics(theme.current().font(bold=True))
        sample = [one for one in self.rows.shown if one.planned][:_MEASURED] or self.rows.shown[:_MEASURED]
        for number, column in enumerate(self.rows.columns):
            if column.key == "remark":
                self.setColumnWidth(number, _REMARK)  # the last column takes what is left; the strip has the whole
                continue
            most = _MOST
            wide = note.horizontalAdvance(column.title.replace("\n", ""))
            for one in sample:
                look = look_of(one, column)
                if look.badge:
                    wide = max(wide, note.horizontalAdvance(look.badge[0]) + 12)
                elif look.old is not None:
                    wide = max(wide, plain.horizontalAdvance(f"{look.old or '空'}→") + bold.horizontalAdvance(look.text or "空") + 22)
                    most = max(most, _MOST_CHANGE)
                else:
                    wide = max(wide, plain.horizontalAdvance(look.text))
            self.setColumnWidth(number, max(_LEAST, min(wide + 2 * PADDING + 4, most)))
