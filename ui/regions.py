"""Regions of a full-bleed page: a bar on top, hairlines between, no cards."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from ui import theme

BAR = 40


def bar(*parts: QWidget | None) -> QFrame:
    """Return the bar over a region; None is where it stretches."""
    made = QFrame()
    made.setObjectName("filterBar")
    made.setMinimumHeight(round(BAR * theme.current().scale))
    line = QHBoxLayout(made)
    line.setContentsMargins(14, 0, 10, 0)
    line.setSpacing(8)
    for part in parts:
        if part is None:
            line.addStretch(1)
        else:
            line.addWidget(part, 1 if isinstance(part, Elided) else 0)
    return made


def column(owner: QWidget, *parts: QWidget) -> None:
    """Stand parts under each other without gaps; the second takes the room."""
    rows = QVBoxLayout(owner)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setSpacing(0)
    for number, part in enumerate(parts):
        rows.addWidget(part, 1 if number == 1 else 0)


def rule() -> QFrame:
    """Return the upright hairline between two regions."""
    made = QFrame()
    made.setObjectName("separator")
    made.setFixedWidth(1)
    return made


def label(text: str = "", kind: str = "") -> QLabel:
    """Return a label of plain text in one of the kinds of the sheet."""
    made = QLabel(text)
    if kind:
        made.setProperty("kind", kind)
    return made


class Elided(QLabel):
    """A grey line that is shortened at its end; the tooltip has it whole."""

    def __init__(self) -> None:
        """Start empty; it takes the room that is left."""
        super().__init__()
        self._whole = ""
        self.setProperty("kind", "label")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    @property
    def whole(self) -> str:
        """The text, shown or not."""
        return self._whole

    def say(self, text: str) -> None:
        """Show a text, as much of it as fits on its one line."""
        self._whole = text
        self.setToolTip(text)
        self._shorten()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten anew."""
        super().resizeEvent(event)
        self._shorten()

    def _shorten(self) -> None:
        self.setText(self.fontMetrics().elidedText(" ".join(self._whole.split("\n")), Qt.TextElideMode.ElideRight, self.width()))


def scrolling(page: QWidget) -> QScrollArea:
    """Return a page that scrolls where very large text needs more height."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(page)
    return area
