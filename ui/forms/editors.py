"""One widget per `Kind.editor`; each takes and gives raw text.

No editor checks anything: what was typed goes through `Form.clean` like a
cell of a file. On leaving, a line shows the value the way the kind shows it
(4.3 becomes 2023-04-03), so the clerk sees how it was understood. Plain Qt
inputs only, so that Chinese input methods work everywhere.

To add an editor: a class with `value`, `set_value`, `set_suggestions` and the
signal `edited`; a line in `EDITORS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QStringListModel, Qt, Signal, SignalInstance
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QPlainTextEdit, QWidget

from models.forms import Column, Context

HINTS = {
    "names": "几个人用顿号分开",
    "phone": "11 位手机号",
    "amount": "万元",
    "date": "如 4.3 或 2023-04-03",
    "time": "如 9:00 或 9:00-10:30",
}
CHOICE_PREFIX = "choice:"


class Editor(Protocol):
    """What a form needs of an editor widget.

    Attributes:
        edited: The person changed the value.
        year: Year for dates that name only month and day.
    """

    edited: SignalInstance
    year: int | None

    def value(self) -> str:
        """Return the raw text."""

    def set_value(self, text: str) -> None:
        """Show raw text; does not count as an edit."""

    def set_suggestions(self, words: Sequence[str]) -> None:
        """Offer words while typing."""


class LineEditor(QLineEdit):
    """One line; on leaving, the value is shown as it was understood.

    Signals:
        edited: The person changed the text.
    """

    edited = Signal()

    def __init__(self, column: Column, parent: QWidget | None = None) -> None:
        """Set the hint by the column's kind."""
        super().__init__(parent)
        self._column = column
        self.year: int | None = None
        self.setMinimumWidth(48)
        self.setPlaceholderText(HINTS.get(column.kind.editor, ""))
        self.textEdited.connect(self.edited)

    def value(self) -> str:
        """Return the raw text."""
        return self.text().strip()

    def set_value(self, text: str) -> None:
        """Show raw text from its beginning."""
        self.setText(text)
        self.setCursorPosition(0)

    def set_suggestions(self, words: Sequence[str]) -> None:
        """Offer words that contain what was typed."""
        completer = QCompleter(self)
        completer.setModel(QStringListModel(list(words), completer))
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.activated.connect(self.edited)
        self.setCompleter(completer)

    def normalise(self) -> None:
        """Show the value as it was understood; leave unreadable text alone."""
        reading = self._column.kind.parse(self.value(), Context(year=self.year, header=self._column.title))
        if self.value() and reading.value is not None and not self.isReadOnly():
            self.set_value(self._column.kind.show(reading.value))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Normalise when the focus goes elsewhere, not to an own popup."""
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.normalise()
        super().focusOutEvent(event)


class LongEditor(QPlainTextEdit):
    """Several lines; Tab moves on, Enter too, Shift+Enter breaks the line.

    Signals:
        edited: The person changed the text.
        returnPressed: Enter without Shift.
    """

    edited = Signal()
    returnPressed = Signal()  # noqa: N815 - named as in QLineEdit, which stands beside it

    def __init__(self, column: Column, parent: QWidget | None = None) -> None:
        """Make room for three lines."""
        super().__init__(parent)
        self._column = column
        self._quiet = False
        self.year: int | None = None
        self.setTabChangesFocus(True)
        self.setMinimumWidth(48)
        self.setFixedHeight(QFontMetrics(self.font()).lineSpacing() * 3 + 14)
        self.textChanged.connect(self._tell)

    def value(self) -> str:
        """Return the raw text."""
        return self.toPlainText().strip()

    def set_value(self, text: str) -> None:
        """Show raw text; does not count as an edit."""
        self._quiet = True
        self.setPlainText(text)
        self._quiet = False

    def set_suggestions(self, words: Sequence[str]) -> None:
        """Take no suggestions: long text has none."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move on with Enter; an input method gets its Enter before this."""
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self.returnPressed.emit()
            return
        super().keyPressEvent(event)

    def _tell(self) -> None:
        if not self._quiet:
            self.edited.emit()


class ChoiceEditor(QComboBox):
    """A list of words, with an empty first; unknown text is kept, not lost.

    Signals:
        edited: The person chose another word.
    """

    edited = Signal()

    def __init__(self, column: Column, words: Sequence[str], parent: QWidget | None = None) -> None:
        """Fill the list."""
        super().__init__(parent)
        self._column = column
        self.year: int | None = None
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(3)
        self.setMinimumWidth(48)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.addItems(["", *words])
        self.activated.connect(self.edited)

    def value(self) -> str:
        """Return the chosen word."""
        return self.currentText()

    def set_value(self, text: str) -> None:
        """Choose a word; one that is not in the list is added to it."""
        shown = text.strip()
        if shown and self.findText(shown) < 0:
            reading = self._column.kind.parse(shown, Context(year=self.year, header=self._column.title))
            known = self._column.kind.show(reading.value) if reading.value is not None else ""
            shown = known if known and self.findText(known) >= 0 else shown
        if self.findText(shown) < 0:
            self.addItem(shown)
        self.setCurrentIndex(self.findText(shown))

    def set_suggestions(self, words: Sequence[str]) -> None:
        """Take no suggestions: the list is the suggestion."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the panel, never change a value by accident."""
        event.ignore()


def make(column: Column, parent: QWidget | None = None) -> QWidget:
    """Return the editor widget for a column (it satisfies `Editor`).

    Args:
        column: Its kind names the editor, its title the accessible name.
        parent: Owner of the widget.
    """
    name = column.kind.editor
    if name.startswith(CHOICE_PREFIX):
        widget: QWidget = ChoiceEditor(column, name.removeprefix(CHOICE_PREFIX).split("|"), parent)
    else:
        widget = EDITORS[name](column, parent)
    widget.setAccessibleName(column.title.replace("\n", ""))
    return widget


def _flag(column: Column, parent: QWidget | None) -> QWidget:
    return ChoiceEditor(column, ("是", "否"), parent)


def _read_only(column: Column, parent: QWidget | None) -> QWidget:
    editor = LineEditor(column, parent)
    editor.setReadOnly(True)
    editor.setProperty("ro", "yes")
    editor.setToolTip("这一栏由别处的记录得出，在这里不能改")
    return editor


EDITORS: dict[str, Callable[[Column, QWidget | None], QWidget]] = {
    "text": LineEditor,
    "long": LongEditor,
    "name": LineEditor,
    "names": LineEditor,
    "code": LineEditor,
    "phone": LineEditor,
    "count": LineEditor,
    "amount": LineEditor,
    "date": LineEditor,
    "time": LineEditor,
    "flag": _flag,
    "readonly": _read_only,
}
