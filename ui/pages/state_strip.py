"""How a matter stands, in one line of counts over a grid; each opens its rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from ui import theme

_PAD, _GAP = 8, 5
_CENTRE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


@dataclass(frozen=True)
class Fact:
    """One count.

    Attributes:
        word: What is counted: 未报.
        count: How many.
        open: Shows the rows.
        weight: "bad", "soon" or "" for the number; a zero is never coloured.
        unit: Measure word after the number.
        parted: A hairline stands before it.
        tip: What is counted, in a sentence.
    """

    word: str
    count: int
    open: Callable[[], object]
    weight: str = ""
    unit: str = ""
    parted: bool = False
    tip: str = ""


class FactButton(QAbstractButton):
    """A word and its number; a click, Enter or Space opens the rows."""

    def __init__(self, fact: Fact, parent: QWidget | None = None) -> None:
        """Write the count."""
        super().__init__(parent)
        self.fact = fact
        self.setText(f"{fact.word} {fact.count:,}{fact.unit}")
        self.setAccessibleName(self.text())
        self.setToolTip(fact.tip or f"看{fact.word}的行")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda _checked=False: fact.open())

    def sizeHint(self) -> QSize:
        """Ask for room for word, number and unit."""
        now = theme.current()
        width = sum(QFontMetrics(now.font(size)).horizontalAdvance(text) for text, size, _token in self._parts())
        gaps = _GAP * sum(1 for part in self._parts() if part[0]) - _GAP
        return QSize(width + gaps + 2 * _PAD + 4, now.px("control", "button"))

    def minimumSizeHint(self) -> QSize:
        """Never be cut short: a count that is half shown is wrong."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the word grey, the number in its weight, the unit small."""
        now = theme.current()
        painter = QPainter(self)
        if self.underMouse() or self.isDown():
            painter.fillRect(self.rect(), now.color("sunken"))
        left = _PAD
        for text, size, token in self._parts():
            painter.setFont(now.font(size, bold=size == "strong"))
            painter.setPen(now.color(token))
            width = painter.fontMetrics().horizontalAdvance(text)
            painter.drawText(QRect(left, 0, width + 2, self.height()), _CENTRE, text)
            left += width + (_GAP if text else 0)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(now.color("focus"), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def _parts(self) -> tuple[tuple[str, str, str], ...]:
        token = (self.fact.weight or "ink") if self.fact.count else "ink3"
        return (self.fact.word, "body", "ink2"), (f"{self.fact.count:,}", "strong", token), (self.fact.unit, "note", "ink3")


class StateStrip(QWidget):
    """One line of counts, and what may be done about them at its right end."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """Build it empty.

        Args:
            name: Accessible name.
            parent: Owner.
        """
        super().__init__(parent)
        self.setObjectName("filterBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(name)
        self.note = QLabel()
        self.note.setProperty("kind", "help")
        self._facts = QHBoxLayout()
        self._facts.setSpacing(0)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(8)
        self._line = QHBoxLayout(self)
        self._line.setSpacing(8)
        self._line.addLayout(self._facts)
        self._line.addWidget(self.note)
        self._line.addStretch(1)
        self._line.addLayout(self.buttons)
        self.follow_width()

    def follow_width(self) -> None:
        """Stand under the page's title, also where its margin is wide."""
        margin = theme.current().px("space", "xxxl" if theme.is_wide(self) else "page_margin")
        self._line.setContentsMargins(margin - _PAD, 5, margin, 5)

    def show_facts(self, facts: Sequence[Fact], note: str = "") -> None:
        """Show other counts; the one in focus keeps it."""
        before = next((place for place, button in enumerate(self.facts) if button.hasFocus()), None)
        while (item := self._facts.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for fact in facts:
            if fact.parted:
                rule = QFrame()
                rule.setObjectName("separator")
                rule.setFixedSize(1, 18)
                self._facts.addWidget(rule)
            self._facts.addWidget(FactButton(fact))
        self.note.setText(note)
        self._thin()
        if before is not None and before < len(self.facts):
            self.facts[before].setFocus()

    def minimumSizeHint(self) -> QSize:
        """Ask for the buttons only: where room is short, counts of nothing go first."""
        return QSize(self.buttons.sizeHint().width() + 2 * _PAD, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what there is no room for."""
        super().resizeEvent(event)
        self._thin()

    def _thin(self) -> None:
        margins = self._line.contentsMargins()
        room = self.width() - margins.left() - margins.right() - self.buttons.sizeHint().width() - 3 * self._line.spacing()
        widths = {button: button.sizeHint().width() + 1 for button in self.facts}
        note = self.note.sizeHint().width()
        left = [button for button in self.facts if button.fact.count]
        nothing = [button for button in self.facts if not button.fact.count]
        self.note.setVisible(bool(self.note.text()) and sum(widths.values()) + note <= room)
        over = sum(widths.values()) - room
        for button in (*reversed(nothing), *reversed(left)):
            button.setVisible(over <= 0)
            over -= widths[button]
        for place in range(self._facts.count()):
            item = self._facts.itemAt(place)
            rule: QWidget | None = item.widget() if item is not None else None
            if isinstance(rule, QFrame):
                following = self._facts.itemAt(place + 1)
                after = following.widget() if following is not None else None
                rule.setVisible(after is not None and not after.isHidden())

    @property
    def facts(self) -> list[FactButton]:
        """The counts, from left to right."""
        items = (self._facts.itemAt(place) for place in range(self._facts.count()))
        return [widget for item in items if item and isinstance(widget := item.widget(), FactButton)]

    def fact(self, word: str) -> FactButton:
        """Return a count by its word.

        Raises:
            KeyError: There is none of this word.
        """
        for button in self.facts:
            if button.fact.word == word:
                return button
        raise KeyError(word)
