"""A label, an editor, and what is wrong with it: the one field of all forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from models.forms import Column
from models.values import masked
from ui import icons
from ui.forms import editors
from ui.forms.checking import Remark

SIGNS = {"bad": "warning-circle", "soon": "warning"}
SEVERAL = "各不相同，不填就不改"


class FieldBox(QWidget):
    """Label 12 grey above, input, issue sentence under it.

    Attributes:
        column: The column it edits.
        editor: The input widget.
        remark: What is said about it now, or None.
    Signals:
        edited: The person changed the value.
        left: The focus went elsewhere.
        entered: Enter was pressed: go on to the next field.
        unveil_asked: 点开显示 was pressed.
    """

    edited = Signal()
    left = Signal()
    entered = Signal()
    unveil_asked = Signal()

    def __init__(self, column: Column, parent: QWidget | None = None, *, year: int | None = None) -> None:
        """Build label, editor and the hidden issue line."""
        super().__init__(parent)
        self.column = column
        self.remark: Remark | None = None
        self.editor = editors.make(column, self)
        self._editor = cast(editors.Editor, self.editor)
        self.set_year(year)
        title = column.title.replace("\n", "")
        self.label = QLabel(f"{title}（必填）" if column.required else title)
        self.label.setProperty("kind", "label")
        self.label.setBuddy(self.editor)
        self._sign = QLabel()
        self._sentence = QLabel()
        self._sentence.setWordWrap(True)
        self._issue = QWidget()
        line = QHBoxLayout(self._issue)
        line.setContentsMargins(0, 1, 0, 0)
        line.setSpacing(5)
        line.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._sentence, 1)
        self._issue.hide()
        self._veil: Veil | None = None
        rows = self._rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(3)
        for widget in (self.label, self.editor, self._issue):
            rows.addWidget(widget)
        rows.addStretch(1)
        self._editor.edited.connect(self.edited)
        self.editor.installEventFilter(self)
        if hasattr(self.editor, "returnPressed"):
            self.editor.returnPressed.connect(self.entered)

    def value(self) -> str:
        """Return the raw text."""
        return self._editor.value()

    def set_value(self, text: str) -> None:
        """Show raw text; does not count as an edit."""
        self._editor.set_value(text)

    @property
    def veiled(self) -> bool:
        """Whether the value is hidden behind its mask."""
        return self._veil is not None and not self._veil.isHidden()

    def set_veil(self, on: bool) -> None:
        """Hide the value behind its mask until it is asked for, or show it."""
        if on and self._veil is None:
            self._veil = Veil(self.editor.accessibleName())
            self._veil.button.clicked.connect(lambda _checked=False: self.unveil_asked.emit())
            self._veil.button.installEventFilter(self)
            self._rows.insertWidget(2, self._veil)
            QWidget.setTabOrder(self.editor, self._veil.button)
        if self._veil is not None:
            self._veil.show_masked(self.value() if on else "")
            self._veil.setVisible(on)
            self.editor.setVisible(not on)

    def set_several(self, *, on: bool) -> None:
        """Say in the empty field that the chosen rows differ here."""
        self._editor.set_hint(SEVERAL if on else None)

    def hint(self, text: str) -> None:
        """Show a hint of its own in the empty field."""
        self._editor.set_hint(text)

    def set_year(self, year: int | None) -> None:
        """Take the year for dates that name only month and day."""
        self._editor.year = year

    def set_suggestions(self, words: Sequence[str]) -> None:
        """Offer words while typing."""
        self._editor.set_suggestions(words)

    def set_remark(self, remark: Remark | None) -> None:
        """Show what is wrong, or nothing."""
        if remark == self.remark:
            return
        self.remark = remark
        weight = remark.weight if remark else ""
        for widget in (self.editor, self._sentence):
            widget.setProperty("issue", weight)
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self.editor.setAccessibleDescription(remark.sentence if remark else "")
        self._issue.setVisible(remark is not None)
        if remark:
            icons.dress(self._sign, SIGNS[weight], weight, 15)
            self._sentence.setText(remark.sentence)
            self._fit()

    def take_focus(self) -> None:
        """Put the focus into the editor, its text selected."""
        if self._veil is not None and self.veiled:
            self._veil.button.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        self.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if isinstance(self.editor, QLineEdit):
            self.editor.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell when the focus leaves; make Enter move on in lists too."""
        if watched is self.editor and event.type() == QEvent.Type.FocusOut:
            self.left.emit()
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() == Qt.KeyboardModifier.NoModifier
            and (isinstance(self.editor, editors.ChoiceEditor) or watched is not self.editor)
        ):
            self.entered.emit()
            return True
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the last line of a wrapped sentence from being cut off."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Fix the sentence's height: nested layouts report too little of it."""
        width = self.width() - 20
        needed = self._sentence.heightForWidth(width) if self.remark and width > 0 else 0
        if needed > 0:
            self._sentence.setFixedHeight(needed)


class Veil(QWidget):
    """A masked number that cannot be typed into, and the button that shows it.

    Attributes:
        shown: The masked number.
        button: 点开显示; Space presses it, Enter goes on to the next field.
    """

    def __init__(self, name: str) -> None:
        """Build it without a number.

        Args:
            name: What the number is, for screen readers.
        """
        super().__init__()
        self.shown = QLineEdit()
        self.shown.setReadOnly(True)
        self.shown.setProperty("ro", "yes")
        self.shown.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.shown.setAccessibleName(f"{name}，打码")
        self.shown.setMinimumWidth(48)
        self.button = QPushButton("点开显示")
        self.button.setProperty("kind", "quiet")
        self.button.setToolTip("显示这一条的号码，记入操作记录")
        self.button.setAccessibleName(f"点开显示{name}")
        icons.dress(self.button, "eye", "action_text", 16)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        line.addWidget(self.shown, 1)
        line.addWidget(self.button)

    def show_masked(self, text: str) -> None:
        """Show a number with its middle hidden."""
        self.shown.setText(masked(text))
