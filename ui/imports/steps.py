"""The steps of the import over its head: done, now, to come.

A finished step is a button that leads back; the others only tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QSizePolicy, QWidget

from ui import icons, theme

_DISC = 21
_GAP = 9
_LINE = 220


class Step(QAbstractButton):
    """A disc with number or tick, and the word of the step.

    Attributes:
        state: "done", "now" or "later".
    """

    def __init__(self, number: int, word: str) -> None:
        """Start as a step to come."""
        super().__init__()
        self.state = "later"
        self._number = number
        self.setText(word)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_state(self, state: str, *, back: bool) -> None:
        """Show where the step stands.

        Args:
            state: "done", "now" or "later".
            back: It can be gone to now.
        """
        self.state = state
        self.setEnabled(back)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if back else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if back else Qt.CursorShape.ArrowCursor)
        words = {"done": "已完成", "now": "当前", "later": "还没到"}
        self.setAccessibleName(f"第 {self._number} 步 {self.text()}，{words[state]}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Make room for disc and word."""
        now = theme.current()
        self.setFont(now.font("strong", bold=self.state == "now"))
        disc = round(_DISC * now.scale)
        return QSize(disc + _GAP + self.fontMetrics().horizontalAdvance(self.text()) + 6, max(disc, self.fontMetrics().height()) + 8)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw disc, number or tick, word and the ring of the focus."""
        now = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = round(_DISC * now.scale)
        disc = QRectF(2, (self.height() - size) / 2, size, size).adjusted(0.5, 0.5, -0.5, -0.5)
        ground, edge, ink = {
            "done": ("done_soft", "done_line", "done"),
            "now": ("action", "action", "on_action"),
            "later": ("paper", "field", "ink2"),
        }[self.state]
        painter.setBrush(now.color(ground))
        painter.setPen(QPen(now.color(edge), 1))
        painter.drawEllipse(disc)
        if self.state == "done":
            tick = round(13 * now.scale)
            picture = icons.pixmap("check", "done", tick, self.devicePixelRatioF())
            painter.drawPixmap(round(disc.center().x() - tick / 2), round(disc.center().y() - tick / 2), picture)
        else:
            painter.setFont(now.font("note", bold=self.state == "now"))
            painter.setPen(now.color(ink))
            painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(self._number))
        painter.setFont(now.font("strong", bold=self.state == "now"))
        painter.setPen(now.color("ink2" if self.state == "later" else "ink"))
        left = round(disc.right()) + _GAP
        room = self.rect().adjusted(left, 0, 0, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        if self.hasFocus():
            painter.setPen(QPen(now.color("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()


class StepBar(QWidget):
    """All steps in one line.

    Attributes:
        steps: The steps, first to last.
    Signals:
        asked: (number from 0) a finished step was pressed.
    """

    asked = Signal(int)

    def __init__(self, words: Sequence[str], parent: QWidget | None = None) -> None:
        """Build the line; the first step is the current one."""
        super().__init__(parent)
        self.steps = [Step(number, word) for number, word in enumerate(words, start=1)]
        self.current = 0
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        for number, step in enumerate(self.steps):
            if number:
                rule = QFrame()
                rule.setObjectName("separator")
                rule.setFixedHeight(1)
                rule.setMinimumWidth(20)
                rule.setMaximumWidth(_LINE)
                line.addWidget(rule, 3)
            line.addWidget(step)
            step.clicked.connect(partial(self._ask, number))
        line.addStretch(1)
        self.show_step(0, back=())
        theme.notifier().changed.connect(self._follow_theme)

    def show_step(self, current: int, *, back: Sequence[int]) -> None:
        """Make a step the current one.

        Args:
            current: Its number from 0.
            back: Numbers of the steps that can be gone to.
        """
        self.current = current
        for number, step in enumerate(self.steps):
            state = "now" if number == current else "done" if number < current else "later"
            step.set_state(state, back=number in back and number != current)

    def _ask(self, number: int, _checked: bool = False) -> None:
        self.asked.emit(number)

    def _follow_theme(self) -> None:
        for step in self.steps:
            step.updateGeometry()
            step.update()
