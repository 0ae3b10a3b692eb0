"""Bar charts: one hue, values on the bars, Enter opens what a bar stands for.

`CategoryBars` writes the value on top of each bar and labels of two lines;
`DayBars` has a grid of three lines instead and words in the gaps (清明, 未到).
Both paint only from ready values and are worked with the keyboard: ← → move
from bar to bar, Enter opens the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from ui import theme

WIDEST = 30
TALLEST = 280
TEXT_PAD = 4
AXIS = 26
STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_CENTRE = Qt.AlignmentFlag.AlignHCenter
_MIDDLE = Qt.AlignmentFlag.AlignCenter


@dataclass(frozen=True)
class Bar:
    """One bar.

    Attributes:
        label: Words under it; a line break parts the two lines.
        value: Its length.
        told: What a screen reader and the tooltip say: 设施设备类，93 项.
        gap: Word in place of a bar: a holiday's name, 未到.
        spoken_of: The one bar that the page speaks of.
    """

    label: str
    value: int
    told: str
    gap: str = ""
    spoken_of: bool = False


class BarChart(QWidget):
    """What both charts share: bars, a current one, pointer and keys.

    Attributes:
        bars: What is shown.
        current: Number of the bar that the keys are at.
    Signals:
        chosen: (number) the rows of a bar are wanted.
    """

    chosen = Signal(int)

    def __init__(self, name: str, *, nothing: str, parent: QWidget | None = None) -> None:
        """Build an empty chart.

        Args:
            name: What it shows, for screen readers.
            nothing: Words shown while there are no bars.
            parent: Owner.
        """
        super().__init__(parent)
        self.bars: tuple[Bar, ...] = ()
        self.current = 0
        self._name, self._nothing = name, nothing
        self._under = -1
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        theme.notifier().changed.connect(self.updateGeometry)
        theme.notifier().changed.connect(self.update)

    def set_bars(self, bars: Sequence[Bar]) -> None:
        """Show these bars; the current one stays where it was if it can."""
        self.bars = tuple(bars)
        self.current = min(self.current, max(len(bars) - 1, 0))
        self._under = -1
        told = "；".join(bar.told for bar in bars if bar.value)
        self.setAccessibleName(f"{self._name}：{told}" if told else f"{self._name}：{self._nothing}")
        self._tell()
        self.update()

    def slot_of(self, number: int) -> QRect:
        """Return the column of a bar, from its value to its label."""
        field = self.field()
        count = max(len(self.bars), 1)
        left = field.left() + number * field.width() // count
        right = field.left() + (number + 1) * field.width() // count
        return QRect(left, 0, right - left, self.height())

    def field(self) -> QRect:
        """Return where the bars stand; its bottom is the baseline."""
        return self.rect()

    def top_value(self) -> int:
        """Return the value that reaches the top of the field."""
        return max((bar.value for bar in self.bars), default=0) or 1

    def sizeHint(self) -> QSize:
        """Ask for a moderate height."""
        return QSize(320, round(104 * theme.current().scale))

    def minimumSizeHint(self) -> QSize:
        """Stay readable in a low window."""
        return QSize(160, round(92 * theme.current().scale))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint scale, bars, labels and the ring of the current bar."""
        painter = QPainter(self)
        now = theme.current()
        if not any(bar.value for bar in self.bars):
            painter.setFont(now.font())
            painter.setPen(now.color("ink3"))
            painter.drawText(self.rect(), _MIDDLE, self._nothing)
            return
        self._paint_scale(painter)
        for number, bar in enumerate(self.bars):
            self._paint_bar(painter, number, bar)
        field = self.field()
        painter.setPen(QPen(now.color("line"), 1))
        painter.drawLine(field.left(), field.bottom(), field.right(), field.bottom())
        if self.hasFocus():
            painter.setPen(QPen(now.color("focus"), now.px("line", "focus")))
            painter.drawRect(self.slot_of(self.current).adjusted(1, 1, -1, -1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move from bar to bar; open the rows of the current one."""
        last = len(self.bars) - 1
        moves = {Qt.Key.Key_Left: self.current - 1, Qt.Key.Key_Right: self.current + 1, Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}
        if event.key() in moves and last >= 0:
            self.current = min(max(moves[Qt.Key(event.key())], 0), last)
            self._tell()
            self.update()
        elif event.key() in _ENTER:
            self._open(self.current)
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light the column under the pointer."""
        self._point_at(self._at(event.position().toPoint()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Make the bar under the pointer the current one."""
        number = self._at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and number >= 0:
            self.current = number
            self._tell()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the rows of the bar that was pressed."""
        if event.button() == Qt.MouseButton.LeftButton and self._at(event.position().toPoint()) == self.current:
            self._open(self.current)

    def leaveEvent(self, event: QEvent) -> None:
        """Let the column go that was under the pointer."""
        super().leaveEvent(event)
        self._point_at(-1)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Say which bar the keys are at."""
        super().focusInEvent(event)
        self._tell()
        self.update()

    def event(self, event: QEvent) -> bool:
        """Say in the tooltip what the bar under the pointer stands for."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self._at(event.pos())
            if number >= 0:
                QToolTip.showText(event.globalPos(), self.bars[number].told, self, self.slot_of(number))
            return True
        return super().event(event)

    def _at(self, point: QPoint) -> int:
        return next((number for number in range(len(self.bars)) if self.slot_of(number).contains(point)), -1)

    def _point_at(self, number: int) -> None:
        if number != self._under:
            self._under = number
            opens = number >= 0 and self.bars[number].value > 0
            self.setCursor(Qt.CursorShape.PointingHandCursor if opens else Qt.CursorShape.ArrowCursor)
            self.update()

    def _open(self, number: int) -> None:
        if 0 <= number < len(self.bars) and self.bars[number].value:
            self.chosen.emit(number)

    def _tell(self) -> None:
        self.setAccessibleDescription(self.bars[self.current].told if self.bars else "")

    def _bar_rect(self, number: int, bar: Bar) -> QRect:
        field, slot = self.field(), self.slot_of(number)
        width = min(WIDEST, max(round(slot.width() * 0.56), 3))
        height = max(round(bar.value / self.top_value() * field.height()), 2) if bar.value else 0
        return QRect(slot.left() + (slot.width() - width) // 2, field.bottom() - height, width, height)

    def _paint_bar(self, painter: QPainter, number: int, bar: Bar) -> None:
        now, slot = theme.current(), self.slot_of(number)
        if number == self._under and bar.value:
            painter.fillRect(slot, now.color("sunken"))
        painter.fillRect(self._bar_rect(number, bar), now.color("bar_hi" if bar.spoken_of else "bar"))
        self._paint_words(painter, number, bar)

    def _paint_scale(self, painter: QPainter) -> None:
        """Paint what lies behind the bars."""

    def _paint_words(self, painter: QPainter, number: int, bar: Bar) -> None:
        """Paint value and label of a bar."""

    def _line(self, size: str) -> int:
        now = theme.current()
        return round(now.px("type", size) * float(theme.tokens()["type"]["line_note"]))

    def _paint_value(self, painter: QPainter, number: int, bar: Bar) -> None:
        now, rect, slot = theme.current(), self._bar_rect(number, bar), self.slot_of(number)
        height = self._line("note")
        painter.setFont(now.font("note", bold=bar.spoken_of))
        painter.setPen(now.color("ink"))
        top = rect.top() - height - 1
        painter.drawText(QRect(slot.left() - 10, top, slot.width() + 20, height), _MIDDLE, f"{bar.value:,}")


class CategoryBars(BarChart):
    """Bars with their value on top and labels of two lines below."""

    def field(self) -> QRect:
        """Leave room for a value above and two lines below."""
        line = self._line("note")
        return self.rect().adjusted(0, line + 1, 0, -(2 * line + TEXT_PAD))

    def _paint_words(self, painter: QPainter, number: int, bar: Bar) -> None:
        now, slot, line = theme.current(), self.slot_of(number), self._line("note")
        if bar.value:
            self._paint_value(painter, number, bar)
        painter.setFont(now.font("note"))
        painter.setPen(now.color("ink2"))
        top = self.field().bottom() + TEXT_PAD
        for row, word in enumerate(bar.label.split("\n")[:2]):
            painter.drawText(QRect(slot.left() - 4, top + row * line, slot.width() + 8, line), _MIDDLE, word)


class DayBars(BarChart):
    """Bars by day over a grid of three lines; only the bar spoken of has its value."""

    def field(self) -> QRect:
        """Leave room for the numbers at the left and the days below."""
        scale = theme.current().scale
        line = self._line("note")
        return self.rect().adjusted(round(AXIS * scale), line + 1, 0, -(line + TEXT_PAD))

    def top_value(self) -> int:
        """Return twice a round step, so that the middle line is a round number."""
        highest = super().top_value()
        step = next((step for step in STEPS if 2 * step >= highest), -(-highest // 1000) * 500)
        return 2 * step

    def _paint_scale(self, painter: QPainter) -> None:
        now, field, line = theme.current(), self.field(), self._line("note")
        painter.setFont(now.font("micro"))
        for part in (0, 1, 2):
            height = field.bottom() - round(part * field.height() / 2)
            painter.setPen(QPen(now.color("hairline"), 1))
            painter.drawLine(field.left(), height, field.right(), height)
            painter.setPen(now.color("ink2"))
            place = QRect(0, height - line // 2, field.left() - 6, line)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{self.top_value() * part // 2:,}")

    def _paint_words(self, painter: QPainter, number: int, bar: Bar) -> None:
        now, slot, line = theme.current(), self.slot_of(number), self._line("note")
        if bar.spoken_of and bar.value:
            self._paint_value(painter, number, bar)
        painter.setPen(now.color("ink2"))
        bottom = self.field().bottom()
        if bar.gap and not bar.value:
            painter.setFont(now.font("note"))
            # Written downwards, one character under the other: a gap is narrower than a word.
            word = "\n".join(bar.gap)
            height = line * len(bar.gap)
            painter.drawText(QRect(slot.left() - 10, bottom - height - 2, slot.width() + 20, height), _CENTRE, word)
        if bar.label:
            painter.setFont(now.font("micro"))
            painter.drawText(QRect(slot.left() - 12, bottom + TEXT_PAD, slot.width() + 24, line), _MIDDLE, bar.label)


def two_lines(name: str) -> str:
    """Return the label of a category: 设施设备类 in two lines of two characters."""
    short = name.removesuffix("类") if len(name) > 2 else name
    if len(short) <= 2:
        return short
    half = (len(short) + 1) // 2
    return "\n".join(line if len(line) <= 4 else f"{line[:3]}…" for line in (short[:half], short[half:]))
