"""One widget per `Kind.editor`; each takes and gives raw text.

No editor checks anything: what was typed goes through `Form.clean` like a
cell of a file. On leaving, a line shows the value the way the kind shows it
(4.3 becomes 2023-04-03), so the clerk sees how it was understood. Plain Qt
inputs only, so that Chinese input methods work everywhere; a guard keeps the
keys of a composition from the panel, the dialog or the grid around.

To add an editor: a class with `value`, `set_value`, `set_suggestions` and the
signal `edited`; a line in `EDITORS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QStringListModel, Qt, Signal, SignalInstance
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QCompleter, QLineEdit, QPlainTextEdit, QWidget

from models.forms import Column, Context
from ui.forms.composing import CompositionGuard

HINTS = {
    "names": "几个人用顿号分开",
    "phone": "11 位手机号",
    "amount": "万元",
    "rate": "如 85%",
    "date": "如 4.3 或 2023-04-03",
    "time": "如 9:00 或 9:00-10:30",
}
CHOICE_PREFIX = "choice:"
_LEAVING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


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

    def set_hint(self, text: str | None) -> None:
        """Show a hint in the empty field; None for the usual one."""


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
        self.composition = CompositionGuard(self)
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
        popup = completer.popup()
        assert popup is not None
        popup.installEventFilter(self)  # last, and so asked before the completer

    def set_hint(self, text: str | None) -> None:
        """Show a hint in the empty field; None for the usual one."""
        self.setPlaceholderText(HINTS.get(self._column.kind.editor, "") if text is None else text)

    def normalise(self) -> None:
        """Show the value as it was understood; leave unreadable text alone."""
        reading = self._column.kind.parse(self.value(), Context(year=self.year, header=self._column.title))
        if self.value() and reading.value is not None and not self.isReadOnly():
            self.set_value(self._column.kind.show(reading.value))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave a composition alone; ↓ in an empty field offers what is known.

        A popup hands the keys of a composition on past all filters.
        """
        if self.composition.takes(event) or (event.key() == Qt.Key.Key_Down and not self.text() and self._offer()):
            event.accept()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Enter and Tab leave the field with one press, also while words are offered.

        The completer would hand the key on past the filters of grid and panel,
        and the next text would land behind this one.
        """
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress or self.composition.composing:
            return super().eventFilter(watched, event)
        completer = self.completer()
        popup = completer.popup() if completer is not None else None
        if popup is None or watched is not popup or event.key() not in _LEAVING:
            return super().eventFilter(watched, event)
        chosen = popup.currentIndex()
        popup.hide()
        if chosen.isValid():
            self.setText(str(chosen.data()))
            self.edited.emit()
        QCoreApplication.sendEvent(self, QKeyEvent(event.type(), event.key(), event.modifiers(), event.text()))
        return True

    def _offer(self) -> bool:
        """Write the only word there is, or list them all; False if there is none."""
        completer = self.completer()
        words = completer.model() if completer is not None and not self.isReadOnly() else None
        if words is None or not words.rowCount():
            return False
        if words.rowCount() == 1:
            self.setText(str(words.index(0, 0).data()))
            self.edited.emit()
            return True
        completer.setCompletionPrefix("")
        completer.complete()
        popup = completer.popup()
        assert popup is not None
        popup.setCurrentIndex(completer.completionModel().index(0, 0))
        return True

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
        self.composition = CompositionGuard(self)
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

    def set_hint(self, text: str | None) -> None:
        """Show a hint in the empty field; None for none."""
        self.setPlaceholderText(text or "")

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

    def set_hint(self, text: str | None) -> None:
        """Show a hint while nothing is chosen; None for none."""
        self.setPlaceholderText(text or "")
        if text and not self.currentText():
            self.setCurrentIndex(-1)  # the empty first word would hide the hint

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the panel, never change a value by accident."""
        event.ignore()


class CheckEditor(QCheckBox):
    """A box to tick where a list of yes and no has no room; Enter moves on.

    Signals:
        edited: The person ticked or unticked it.
        returnPressed: Enter.
    """

    edited = Signal()
    returnPressed = Signal()  # noqa: N815 - named as in QLineEdit, which stands beside it

    def __init__(self, column: Column, parent: QWidget | None = None) -> None:
        """Write the column's title beside the box."""
        super().__init__(column.title.replace("\n", ""), parent)
        self._column = column
        self.year: int | None = None
        self.clicked.connect(lambda _on: self.edited.emit())

    def value(self) -> str:
        """Return yes, or nothing: an empty box says no more than that."""
        return "是" if self.isChecked() else ""

    def set_value(self, text: str) -> None:
        """Tick for yes."""
        self.setChecked(self._column.kind.parse(text, Context()).value is True)

    def set_suggestions(self, words: Sequence[str]) -> None:
        """Take no suggestions: there are two answers."""

    def set_hint(self, text: str | None) -> None:
        """Show a hint as a tooltip."""
        self.setToolTip(text or "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move on with Enter; the blank ticks."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        ):
            self.returnPressed.emit()
        else:
            super().keyPressEvent(event)


class ClockEditor(LineEditor):
    """A time or a span, typed as digits; begins where the one before it ended.

    Attributes:
        before: The editor whose end is offered as the beginning, or None.
    """

    before: ClockEditor | None = None
    _lead = ""

    def value(self) -> str:
        """Return the text as times (905-920 is 9:05-9:20); an offer is nothing."""
        return "" if self._offered() else clocked(super().value())

    def normalise(self) -> None:
        """Show the time as it was understood, and take back what was only offered."""
        self.set_value("" if self._offered() else clocked(self.text()))
        self._lead = ""
        super().normalise()

    def selectAll(self) -> None:
        """Leave the offered beginning: the person goes on behind it."""
        if self._offered():
            self.end(False)
        else:
            super().selectAll()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Offer the end of the time before as the beginning."""
        end = self.before.value().partition("-")[2] if self.before is not None else ""
        if end and not self.text():
            self._lead = f"{end}-"
            self.setText(self._lead)
        super().focusInEvent(event)
        if self._lead:
            self.selectAll()

    def _offered(self) -> bool:
        return bool(self._lead) and self.text() == self._lead


def clocked(text: str) -> str:
    """Return typed digits as times: "905 920" → "9:05-9:20"; other text as it is."""
    run = re.fullmatch(r"(\d{3,4}?)(\d{3,4})", text.strip())
    if run:  # 9051020: both without a sign between them; the later one has the more digits
        text = f"{run[1]}-{run[2]}"
    parts = [part for part in re.split(r"[-–—~～\s至到]+", text.strip()) if part]
    if len(parts) > 2 or not all(re.fullmatch(r"\d{3,4}|\d{1,2}[:：]\d{2}", part) for part in parts):
        return text.strip()
    return "-".join(part.replace("：", ":") if not part.isdigit() else f"{part[:-2]}:{part[-2:]}" for part in parts)


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
    "rate": LineEditor,
    "date": LineEditor,
    "time": LineEditor,
    "flag": _flag,
    "check": CheckEditor,
    "clock": ClockEditor,
    "readonly": _read_only,
}
