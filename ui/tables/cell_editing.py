"""Editing in place, as in WPS: which editor opens, and what each key does in it.

Typing replaces what stood in the cell, and arrows then leave it; F2 or a
double click puts the caret at the end, and arrows stay inside. Enter, Tab and
their Shift forms commit and move, Ctrl+Enter commits to the whole selection,
Esc restores, Alt+Down shows the choices. While an input method composes, all
keys are its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QStyleOptionViewItem, QTableView, QWidget

from models.forms import Column
from ui.forms import editors
from ui.forms.composing import CompositionGuard
from ui.tables import moving
from ui.tables.delegates import CellDelegate

Index = QModelIndex | QPersistentModelIndex
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
ARROWS = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}
CHOICES = {"flag": ("是", "否")}


class EditingDelegate(CellDelegate):
    """Opens plain inputs over cells and gives them the keys of a spreadsheet.

    Attributes:
        host: Gives the widget that the editor of a column stands on.
        suggestions: Words to offer while typing, by column key.
        in_place: The editor was opened to change the text (F2), not to replace it.
    Signals:
        opened: An editor stands in the grid.
        stepped: (Step) the text is committed; go on.
        jumped: (rows, columns) the text is committed; go there by arrow.
        filled: (text) the text is for all selected cells.
    """

    opened = Signal()
    stepped = Signal(object)
    jumped = Signal(int, int)
    filled = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without suggestions."""
        super().__init__(parent)
        self.host: Callable[[int], QWidget | None] = lambda _column: None
        self.suggestions: Mapping[str, Sequence[str]] = {}
        self.in_place = False
        self._composing = False

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Give a plain input for the column's kind, on the view that shows the column."""
        columns = getattr(index.model(), "columns", ())
        if not columns:
            return super().createEditor(parent, option, index)
        column: Column = columns[index.column()]
        widget = _editor(column, self.host(index.column()) or parent)
        widget.setProperty("kind", "cell")
        widget.setAccessibleName(column.title.replace("\n", ""))
        words = self.suggestions.get(column.key)
        if words and isinstance(widget, editors.LineEditor):
            widget.set_suggestions(words)
        self._composing = False
        self.opened.emit()
        return widget

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Show the cell's text, once: a reload must not take what was typed."""
        if editor.property("filled"):
            return
        editor.setProperty("filled", True)
        text = str(index.data(Qt.ItemDataRole.EditRole) or "")
        line = _line(editor)
        if line is None:
            super().setEditorData(editor, index)
            return
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(editor.findText(text))
        line.setText(text)
        line.selectAll()

    def setModelData(self, editor: QWidget, model: Any, index: Index) -> None:
        """Hand the raw text to the model."""
        line = _line(editor)
        if line is None:
            super().setModelData(editor, model, index)
        else:
            model.setData(index, line.text().strip())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Lay the editor exactly over its cell."""
        rect = option.rect
        ground = self.host(index.column())
        view = ground.parentWidget() if ground else None
        if isinstance(view, QTableView):
            rect.moveLeft(view.columnViewportPosition(index.column()))
        editor.setGeometry(rect.adjusted(0, 0, -1, -1))

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Give an open editor the keys of a spreadsheet."""
        if isinstance(event, QInputMethodEvent):
            self._composing = bool(event.preeditString())
            return False
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if not self._composing and (event.key() == Qt.Key.Key_Escape or _is_enter(event)):
                event.accept()  # or a shortcut of the window takes what was meant for the cell
            return False
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and isinstance(editor, QWidget):
            return not self._composing and self._pressed(editor, event)
        return super().eventFilter(editor, event)

    def begin(self, editor: QWidget, *, in_place: bool, event: QEvent | None) -> None:
        """Prepare an editor that was just opened.

        Args:
            editor: The editor.
            in_place: The text is changed, not replaced: the caret goes behind it.
            event: What opened it. A word that an input method commits at once is
                handed to the editor here, for Qt drops it.
        """
        self.in_place = in_place
        line = _line(editor)
        if in_place and line is not None:
            line.deselect()
            line.setCursorPosition(len(line.text()))
        if isinstance(event, QInputMethodEvent) and event.commitString() and not event.preeditString():
            QCoreApplication.sendEvent(editor, event)

    def close_all(self, editor: QWidget) -> None:
        """Commit an editor and close it."""
        self.commitData.emit(editor)
        self.closeEditor.emit(editor, self.EndEditHint.NoHint)

    def _pressed(self, editor: QWidget, event: QKeyEvent) -> bool:
        """Return whether the key was for the grid and not for the editor."""
        key, modifiers = event.key(), event.modifiers()
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        alt = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        if key == Qt.Key.Key_Escape:
            self.closeEditor.emit(editor, self.EndEditHint.RevertModelCache)
        elif alt and key == Qt.Key.Key_Down:
            show_choices(editor)
        elif key in ENTER and control:
            line = _line(editor)
            text = line.text().strip() if line else ""
            self.closeEditor.emit(editor, self.EndEditHint.RevertModelCache)
            self.filled.emit(text)
        elif key in ENTER and not alt:
            self._leave(editor, moving.UP if shift else moving.DOWN)
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and not control:
            self._leave(editor, moving.BACK if shift or key == Qt.Key.Key_Backtab else moving.NEXT)
        elif key == Qt.Key.Key_F2:
            self.in_place = not self.in_place
        elif key in ARROWS and not (self.in_place or shift or control or alt):
            self.close_all(editor)
            self.jumped.emit(*ARROWS[Qt.Key(key)])
        else:
            return False
        return True

    def _leave(self, editor: QWidget, step: moving.Step) -> None:
        self.close_all(editor)
        self.stepped.emit(step)


def show_choices(editor: QWidget) -> None:
    """Open the list of an editor: its words, or what was suggested for it."""
    if isinstance(editor, QComboBox):
        editor.showPopup()
    elif isinstance(editor, QLineEdit) and editor.completer() is not None:
        editor.completer().setCompletionPrefix("")
        editor.completer().complete()


def _editor(column: Column, parent: QWidget) -> QWidget:
    """Return an input of one line; words to choose from can be typed as well.

    A list that cannot be typed into takes no input method, and a cell that is
    entered by typing 是 must.
    """
    name = column.kind.editor
    words = CHOICES.get(name) or (name.removeprefix(editors.CHOICE_PREFIX).split("|") if name.startswith(editors.CHOICE_PREFIX) else ())
    if not words:
        return editors.LineEditor(column, parent)
    box = QComboBox(parent)
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumWidth(48)
    box.addItems(list(words))
    CompositionGuard(box)
    return box


def _line(editor: QWidget) -> QLineEdit | None:
    if isinstance(editor, QComboBox):
        return editor.lineEdit()
    return editor if isinstance(editor, QLineEdit) else None


def _is_enter(event: QKeyEvent) -> bool:
    return event.key() in ENTER or event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
