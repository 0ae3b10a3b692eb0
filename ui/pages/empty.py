"""What a page shows when there is nothing yet: the first thing to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ui import icons
from ui.presses import Once


@dataclass(frozen=True)
class Way:
    """One way in, as a row of the empty page.

    Attributes:
        title: What it does.
        note: What it takes or gives, in one line.
        button: Verb on its button.
        act: What the button does.
        icon: File name of its icon.
    """

    title: str
    note: str
    button: str
    act: Callable[[], object]
    icon: str = "plus"


class EmptyState(QWidget):
    """Icon, what is missing, why it matters, two or three ways in.

    The first way is the usual one and has the blue button.
    """

    def __init__(
        self,
        *,
        icon: str,
        title: str,
        why: str,
        ways: Sequence[Way],
        hint: str = "也可以把文件直接拖到窗口任何位置",
        parent: QWidget | None = None,
    ) -> None:
        """Build the page, centred a little above the middle."""
        super().__init__(parent)
        self.setObjectName("empty")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        disc = QLabel()
        disc.setObjectName("emptyDisc")
        disc.setFixedSize(64, 64)
        disc.setAlignment(Qt.AlignmentFlag.AlignCenter)
        icons.dress(disc, icon, "action_text", 26)
        missing = QLabel(title)
        missing.setProperty("kind", "page")
        reason = QLabel(why)
        reason.setProperty("kind", "help")
        tip = QLabel(hint)
        tip.setProperty("kind", "note")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(20, 20, 20, 20)
        rows.addStretch(9)
        for widget, gap in ((disc, 12), (missing, 2), (reason, 16), (self._card(ways), 14), (tip, 0)):
            rows.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
            rows.addSpacing(gap)
        rows.addStretch(11)

    def _card(self, ways: Sequence[Way]) -> QFrame:
        card = QFrame()
        card.setObjectName("card")
        card.setMinimumWidth(480)
        card.setMaximumWidth(560)
        lines = QVBoxLayout(card)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        for number, way in enumerate(ways):
            if number:
                rule = QFrame()
                rule.setObjectName("separator")
                rule.setFixedHeight(1)
                lines.addWidget(rule)
            lines.addLayout(self._line(way, first=number == 0))
        return card

    def _line(self, way: Way, *, first: bool) -> QHBoxLayout:
        sign = QLabel()
        icons.dress(sign, way.icon, "ink2", 18)
        title, note = QLabel(way.title), QLabel(way.note)
        title.setProperty("kind", "strong")
        note.setProperty("kind", "label")
        button = QPushButton(way.button)
        button.setProperty("kind", "primary" if first else "")
        button.clicked.connect(lambda _checked=False: way.act())
        Once(button)
        words = QGridLayout()
        words.setVerticalSpacing(2)
        words.addWidget(title, 0, 0)
        words.addWidget(note, 1, 0)
        line = QHBoxLayout()
        line.setContentsMargins(20, 12, 16, 12)
        line.setSpacing(16)
        line.addWidget(sign)
        line.addLayout(words, 1)
        line.addWidget(button)
        return line
