"""Parts of the first page: cards, things to do, coverage, figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QEnterEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from services.figures.overview import GroupProgress, NotedFigure
from services.figures.todos import Todo
from ui import theme

PAD = 14
BADGE_SAMPLE = "12月30日"
FEW_WORKDAYS = 2
LARGE_TEXT = 1.2
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_WRAPPED = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap


class Elided(QLabel):
    """One line that ends in … where room is short; whole in the tooltip."""

    def __init__(self, text: str, kind: str = "", parent: QWidget | None = None) -> None:
        """Build the line.

        Args:
            text: The whole text.
            kind: Look, as in the style sheet.
            parent: Owner.
        """
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("kind", kind)
        self.full = text
        self.setAccessibleName(text)
        super().setText(text)

    def sizeHint(self) -> QSize:
        """Ask for room for the whole text."""
        self.ensurePolished()
        return QSize(self.fontMetrics().horizontalAdvance(self.full) + 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Shrink to a few characters."""
        return QSize(24, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the text to the new width."""
        super().resizeEvent(event)
        shown = self.fontMetrics().elidedText(self.full, Qt.TextElideMode.ElideRight, self.width())
        super().setText(shown)
        self.setToolTip(self.full if shown != self.full else "")


def head_height() -> int:
    """Return the height of a card's title line."""
    now = theme.current()
    return round(now.px("size", "panel_header") * now.scale)


class Card(QFrame):
    """White card with a line of title, note and what stands at its right.

    Attributes:
        note: Grey words beside the title.
        head: Layout of the title line.
        body: Layout under it.
    """

    def __init__(self, title: str, note: str = "", parent: QWidget | None = None) -> None:
        """Build an empty card."""
        super().__init__(parent)
        self.setObjectName("card")
        word = QLabel(title)
        word.setProperty("kind", "section")
        self.note = Elided(note, "label")
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        now = theme.current()
        # The smaller note stands on the title's baseline, not on its middle.
        self.note.setContentsMargins(0, now.px("type", "strong") - now.px("type", "note"), 0, 0)
        top = QWidget()
        top.setMinimumHeight(head_height())
        self.head = QHBoxLayout(top)
        self.head.setContentsMargins(PAD, 0, PAD, 0)
        self.head.setSpacing(8)
        self.head.addWidget(word)
        self.head.addWidget(self.note, 1)
        self.body = QVBoxLayout()
        self.body.setSpacing(0)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(1, 1, 1, 1)
        rows.setSpacing(0)
        rows.addWidget(top)
        rows.addLayout(self.body, 1)

    def set_note(self, text: str) -> None:
        """Change the grey words beside the title."""
        self.note.full = text
        self.note.setAccessibleName(text)
        self.note.resizeEvent(QResizeEvent(self.note.size(), self.note.size()))


class RowsArea(QScrollArea):
    """Rows one under the other; scrolls only where the window is too low."""

    def __init__(self, name: str, *, whole: bool = True, parent: QWidget | None = None) -> None:
        """Build it empty.

        Args:
            name: What it lists, for screen readers.
            whole: With large text it shows all its rows: what it stands in scrolls then.
            parent: Owner.
        """
        super().__init__(parent)
        self._whole = whole
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(name)
        self.viewport().setAutoFillBackground(False)

    def sizeHint(self) -> QSize:
        """Ask for the height of all rows."""
        inner = self.widget()
        return QSize(200, inner.sizeHint().height() if inner else 80)

    def minimumSizeHint(self) -> QSize:
        """Show at least two rows."""
        scale = theme.current().scale
        whole = self._whole and scale > LARGE_TEXT
        return QSize(200, min(self.sizeHint().height(), round(300 * scale)) if whole else round(96 * scale))

    def fill(self, rows: QWidget) -> None:
        """Put other rows in place of these."""
        self.setWidget(rows)
        rows.setAutoFillBackground(False)
        self.updateGeometry()


def todo_rows(todos: Sequence[Todo], go: Callable[[Todo], object], *, roomy: bool) -> QWidget:
    """Return the rows of what must be done: badge, sentence, detail, button.

    Args:
        todos: What must be done, in order.
        go: Called with the one whose button was pressed.
        roomy: Take the higher rows of a wide window.
    """
    held = QWidget()
    rows = QVBoxLayout(held)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setSpacing(0)
    rows.addWidget(_rule())
    for todo in todos:
        rows.addWidget(_todo_row(todo, go, roomy=roomy))
        rows.addWidget(_rule())
    if not todos:
        calm = QLabel("眼下没有要办的事")
        calm.setProperty("kind", "help")
        calm.setContentsMargins(PAD, 12, PAD, 12)
        rows.addWidget(calm)
    rows.addStretch(1)
    return held


def coverage_rows(groups: Sequence[GroupProgress], workdays_left: int, go: Callable[[GroupProgress], object]) -> QWidget:
    """Return one row a group, in the order of their numbers.

    Args:
        groups: How far each is.
        workdays_left: Working days that lie ahead.
        go: Called with the group whose number was pressed.
    """
    held = QWidget()
    rows = QVBoxLayout(held)
    rows.setContentsMargins(PAD, 2, PAD, 10)
    rows.setSpacing(10)
    for group in groups:
        rows.addStretch(1)
        rows.addLayout(_group_row(group, workdays_left, go))
    rows.addStretch(1)
    return held


class CoverageBar(QWidget):
    """Done against what is asked for; always blue, also when full."""

    def __init__(self, group: GroupProgress, parent: QWidget | None = None) -> None:
        """Show how far a group is."""
        super().__init__(parent)
        self._part = min(group.done / group.quota, 1.0) if group.quota else 0.0
        asked = f"，要求 {group.quota} 家" if group.quota else ""
        self.setAccessibleName(f"{group.name}，已查 {group.done} 家{asked}")
        self.setFixedHeight(round(theme.current().px("size", "coverage_bar") * theme.current().scale))
        theme.notifier().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the rest, then what is done; with an edge where grounds are black."""
        painter = QPainter(self)
        now = theme.current()
        whole = self.rect()
        painter.fillRect(whole, now.color("bar_track"))
        if now.name == "hc":
            painter.setPen(QPen(now.color("line"), 1))
            painter.drawRect(whole.adjusted(0, 0, -1, -1))
        painter.fillRect(QRect(whole.left(), whole.top(), round(whole.width() * self._part), whole.height()), now.color("bar"))


class GroupCount(QAbstractButton):
    """How many enterprises a group has inspected: click, Enter or Space opens them."""

    def __init__(self, group: GroupProgress, parent: QWidget | None = None) -> None:
        """Show the number of a group; none opens nothing."""
        super().__init__(parent)
        self.setText(f"{group.done}")
        self.setAccessibleName(f"{group.name}已查 {group.done} 家，打开明细")
        self.setToolTip(f"打开{group.name}已查的 {group.done} 家" if group.done else "")
        self.setEnabled(bool(group.enterprises))
        self.setCursor(Qt.CursorShape.PointingHandCursor if group.enterprises else Qt.CursorShape.ArrowCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if group.enterprises else Qt.FocusPolicy.NoFocus)
        theme.notifier().changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """Take the height of a line and room for the focus."""
        metrics = QFontMetrics(theme.current().font("strong", bold=True))
        return QSize(metrics.horizontalAdvance(self.text()) + 8, metrics.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the enterprises by Enter too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the number, underlined under the pointer."""
        painter, now = QPainter(self), theme.current()
        font = now.font("strong", bold=True)
        font.setUnderline(self.isEnabled() and self.underMouse())
        painter.setFont(font)
        painter.setPen(now.color("ink"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            painter.setPen(QPen(now.color("focus"), now.px("line", "focus")))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))


class FigureTile(QAbstractButton):
    """Name, value with its unit on one baseline, and what is counted.

    A button: click, Enter or Space opens the rows, F2 shows the definition.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it empty."""
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._words = ("", "", "", "")
        self._hovered = False
        theme.notifier().changed.connect(self.updateGeometry)
        theme.notifier().changed.connect(self.update)

    def show_figure(self, noted: NotedFigure) -> None:
        """Show a figure and the line on what it counts."""
        figure = noted.figure
        value = "—" if figure.value is None else f"{figure.value:,}"
        self._words = (figure.name, value, "" if figure.value is None else figure.unit, noted.note)
        self.setAccessibleName(f"{figure.name} {value} {figure.unit}，{noted.note}")
        self.setAccessibleDescription(f"口径：{figure.definition}。按 Enter 打开明细")
        self.setToolTip(f"{figure.definition}\n{noted.note}\n点一下打开明细，F2 看口径")
        self.update()

    def sizeHint(self) -> QSize:
        """Take the height of the three lines."""
        return QSize(150, 2 * self._pad() + sum(self._lines()))

    def minimumSizeHint(self) -> QSize:
        """Keep the value whole."""
        value = QFontMetrics(theme.current().font("figure", bold=True)).horizontalAdvance(self._words[1])
        return QSize(value + 2 * PAD, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the rows by Enter; show the definition by F2."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() == Qt.Key.Key_F2:
            QToolTip.showText(self.mapToGlobal(QPoint(PAD, self.height() - 8)), self.toolTip(), self)
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that the whole tile can be pressed."""
        super().enterEvent(event)
        self._hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Let go of the tile."""
        super().leaveEvent(event)
        self._hovered = False
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint three lines; value and unit share a baseline."""
        painter = QPainter(self)
        now = theme.current()
        if self._hovered or self.isDown():
            painter.fillRect(self.rect(), now.color("rail" if self.isDown() else "sunken"))
        name, value, unit, note = self._words
        first, second, third = self._lines()
        left, width = PAD, self.width() - 2 * PAD
        top = self._pad()
        small, large = now.font("note"), now.font("figure", bold=True)
        metrics = QFontMetrics(small)
        painter.setFont(small)
        painter.setPen(now.color("ink2"))
        painter.drawText(QRect(left, top, width, first), _LEFT, metrics.elidedText(name, Qt.TextElideMode.ElideRight, width))
        wrapped = third > first
        shown = note if wrapped else metrics.elidedText(note, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRect(left, top + first + second, width, third), _WRAPPED if wrapped else _LEFT, shown)
        big = QFontMetrics(large)
        baseline = top + first + (second + big.capHeight()) // 2
        painter.drawText(left + big.horizontalAdvance(value) + 5, baseline, unit)
        painter.setFont(large)
        painter.setPen(now.color("ink"))
        painter.drawText(left, baseline, value)
        if self.hasFocus():
            painter.setPen(QPen(now.color("focus"), now.px("line", "focus")))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _lines(self) -> tuple[int, int, int]:
        now = theme.current()
        note = round(now.px("type", "note") * float(theme.tokens()["type"]["line_single"]))
        # Large text takes a second line, so that the note stays whole.
        return note, round(now.px("type", "figure") * 1.5), note * (2 if now.scale > LARGE_TEXT else 1)

    def _pad(self) -> int:
        return round(8 * theme.current().scale)


def badge(word: str, look: str) -> QLabel:
    """Return a word on soft ground, as wide as a date."""
    label = QLabel(word)
    label.setProperty("badge", look)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setFixedHeight(theme.current().px("control", "badge"))
    return label


def _todo_row(todo: Todo, go: Callable[[Todo], object], *, roomy: bool) -> QWidget:
    now = theme.current()
    row = QWidget()
    row.setFixedHeight(round(44 * now.scale) if roomy else now.px("rows", "todo"))
    sign = badge(todo.word, now.state(todo.state)[1])
    sign.setFixedWidth(QFontMetrics(now.font("note")).horizontalAdvance(BADGE_SAMPLE) + 16)
    text = Elided(todo.text)
    text.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
    detail = Elided(todo.detail, "label")
    detail.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    detail.setContentsMargins(0, now.px("type", "body") - now.px("type", "note"), 0, 0)
    button = QPushButton(todo.button)
    button.setProperty("kind", "small")
    button.setAccessibleName(f"{todo.button}：{todo.word}，{todo.text}")
    button.clicked.connect(lambda _checked=False: go(todo))
    line = QHBoxLayout(row)
    line.setContentsMargins(PAD, 0, 10, 0)
    line.setSpacing(10)
    line.addWidget(sign)
    line.addWidget(text)
    line.addWidget(detail, 1)
    line.addWidget(button)
    return row


def _group_row(group: GroupProgress, workdays_left: int, go: Callable[[GroupProgress], object]) -> QLayout:
    name, leader = QLabel(group.name), Elided(f"组长 {group.leader}" if group.leader else "没有组长", "help")
    name.setProperty("kind", "strong")
    leader.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    done, asked = GroupCount(group), QLabel(f"/ {group.quota} 家" if group.quota else "家")
    done.clicked.connect(lambda _checked=False: go(group))
    asked.setProperty("kind", "help")
    top, under, rows = QHBoxLayout(), QHBoxLayout(), QVBoxLayout()
    top.setSpacing(6)
    for widget, stretch in ((name, 0), (leader, 1), (done, 0), (asked, 0)):
        top.addWidget(widget, stretch)
    word, look, reason = _standing(group, workdays_left)
    why = Elided(reason, "label")
    why.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    under.setSpacing(8)
    under.addWidget(badge(word, look))
    under.addWidget(why, 1)
    rows.setSpacing(5)
    rows.addLayout(top)
    if group.quota:
        rows.addWidget(CoverageBar(group))
    rows.addLayout(under)
    return rows


def _standing(group: GroupProgress, workdays_left: int) -> tuple[str, str, str]:
    """Return word, look and reason for how far a group is."""
    if not group.quota:
        return "没有家数要求", "plain", group.remark or "方案没有写每组至少几家"
    if group.done >= group.quota:
        word, look = theme.current().state("reached")
        return word, look, f"方案要求至少 {group.quota} 家"
    left = f"检查阶段还有 {workdays_left} 个工作日" if workdays_left else "检查阶段没有剩下的工作日"
    look = "soon" if workdays_left <= FEW_WORKDAYS else "info"
    return f"还差 {group.quota - group.done} 家", look, group.remark or left


def _rule() -> QFrame:
    rule = QFrame()
    rule.setObjectName("separator")
    rule.setFixedHeight(1)
    return rule
