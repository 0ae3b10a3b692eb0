"""Ctrl+K: one box for pages, commands and, with a finder, for records.

The focus stays in the line edit and ↑ ↓ Enter Esc are handed to the list, so
that input methods keep working. Titles match by what they contain and by the
initials of their pinyin (xyjc finds 新宇建材).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from ui import icons, theme
from ui.forms.composing import CompositionGuard
from ui.tasks import Tasks

Index = QModelIndex | QPersistentModelIndex
HIT = int(Qt.ItemDataRole.UserRole) + 1
TOP = 56
BOTTOM = 16
SHOWN = 9
FORWARDED = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


@dataclass(frozen=True)
class Hit:
    """One thing the palette can do or open.

    Attributes:
        group: Heading it stands under: 页面, 命令, 企业.
        title: What it is.
        act: What Enter does.
        note: Grey words beside it.
        icon: File name of its icon.
        keys: Shortcut, shown at the right.
    """

    group: str
    title: str
    act: Callable[[], object]
    note: str = ""
    icon: str = "arrow-right"
    keys: str = ""


Finder = Callable[[Any, str], Sequence[Hit]]


def matched(title: str, words: str) -> tuple[int, int] | None:
    """Return where a title matches, as (start, length), or None.

    Args:
        title: Text to look in.
        words: What was typed; Chinese, Latin, or initials of pinyin.
    """
    typed = words.strip().lower()
    if not typed:
        return (0, 0)
    for text in (title.lower(), _initials(title)):
        start = text.find(typed)
        if start >= 0:
            return start, len(typed)
    return None


@cache
def _initials(title: str) -> str:
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - its dictionary takes 0.2 s; only who types into the palette waits

    return "".join(part[:1] if len(char) == 1 else part for char in title for part in lazy_pinyin(char, style=Style.FIRST_LETTER)).lower()


class HitModel(QAbstractListModel):
    """Hits under group headings; a heading is a plain text row."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.rows: list[str | Hit] = []
        self.words = ""

    def set_hits(self, hits: Sequence[Hit], words: str) -> None:
        """Show hits, grouped in the order in which groups first occur."""
        self.beginResetModel()
        self.words, self.rows = words, []
        for group in dict.fromkeys(hit.group for hit in hits):
            self.rows += [group, *(hit for hit in hits if hit.group == group)]
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of hits and headings."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title, or the hit itself."""
        row = self.rows[index.row()]
        if role == HIT:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row if isinstance(row, str) else row.title
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings cannot be chosen."""
        return Qt.ItemFlag.NoItemFlags if isinstance(self.rows[index.row()], str) else super().flags(index)


class HitDelegate(QStyledItemDelegate):
    """Icon, title with the matched letters in blue bold, note, keys."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one hit or heading."""
        now = theme.current()
        rect = QRect(option.rect)
        row = index.data(HIT)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.save()
        if not isinstance(row, Hit):
            painter.setFont(now.font("note"))
            painter.setPen(now.color("ink2"))
            painter.drawText(rect.adjusted(24, 0, -24, 0), middle, str(row))
            painter.restore()
            return
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect.adjusted(8, 1, -8, -1), now.color("action_soft"))
            painter.fillRect(QRect(rect.left() + 8, rect.top() + 8, 3, rect.height() - 16), now.color("action"))
        painter.drawPixmap(rect.left() + 25, rect.center().y() - 7, icons.pixmap(row.icon, "ink2", 16, painter.device().devicePixelRatio()))
        left = self._draw_title(painter, rect.adjusted(54, 0, -24, 0), row.title, getattr(index.model(), "words", ""))
        painter.setFont(now.font("note"))
        painter.setPen(now.color("ink3"))
        painter.drawText(QRect(left + 10, rect.top(), rect.right() - left - 110, rect.height()), middle, row.note)
        painter.drawText(rect.adjusted(0, 0, -24, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, row.keys)
        painter.restore()

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        """Give headings less height."""
        height = theme.current().px("rows", "palette_hit")
        return QSize(100, height if isinstance(index.data(HIT), Hit) else height - 8)

    def _draw_title(self, painter: QPainter, room: QRect, title: str, words: str) -> int:
        now = theme.current()
        start, length = matched(title, words) or (0, 0)
        parts = ((title[:start], False), (title[start : start + length], True), (title[start + length :], False))
        left = room.left()
        for text, lit in parts:
            painter.setFont(now.font("strong", bold=lit))
            painter.setPen(now.color("action_text" if lit else "ink"))
            rest = QRect(left, room.top(), room.right() - left, room.height())
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
            left += painter.fontMetrics().horizontalAdvance(text)
        return left


class CommandPalette(QWidget):
    """Covers the window dimly; a press beside the box closes it.

    Attributes:
        box: The line edit.
        hits: The model of what is offered.
    """

    def __init__(self, tasks: Tasks, offer: Callable[[], Sequence[Hit]], parent: QWidget) -> None:
        """Build it hidden.

        Args:
            tasks: Door to the services, for the finder.
            offer: Gives pages and commands at the moment of opening.
            parent: The window.
        """
        super().__init__(parent)
        self._area = parent
        self._tasks = tasks
        self._offer = offer
        self._finder: Callable[..., Sequence[Hit]] | None = None
        self._found: tuple[Hit, ...] = ()
        self.hits = HitModel(self)
        self.box = QLineEdit()
        self.box.setProperty("kind", "bare")
        self.box.setPlaceholderText("页面、命令，拼音首字母也行")
        self.box.setAccessibleName("搜索页面和命令")
        self.box.installEventFilter(self)
        CompositionGuard(self.box)
        self.list = QListView()
        self.list.setObjectName("paletteHits")
        self.list.setModel(self.hits)
        self.list.setItemDelegate(HitDelegate(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.clicked.connect(self._run)
        self.frame = QFrame(self)
        self.frame.setObjectName("palette")
        self._count = QLabel()
        self._build()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(theme.tokens()["duration_ms"]["search_after"])
        self._pause.timeout.connect(self._find)
        self.box.textChanged.connect(self._search)
        self.hide()

    def set_finder(self, finder: Callable[..., Sequence[Hit]] | None) -> None:
        """Search records too: (session, *, text) → hits, off the UI thread."""
        self._finder = finder
        if finder:
            self.box.setPlaceholderText("页面、命令、企业、人员、文书号，拼音首字母也行")

    def open(self) -> None:
        """Show the palette over the whole window, ready for typing."""
        self.setGeometry(self._area.rect())
        self._found = ()
        self.box.clear()
        self._search("")
        self.show()
        self.raise_()
        self.box.setFocus()

    def choose(self, index: QModelIndex | None = None) -> None:
        """Do what the current hit says."""
        hit = (index or self.list.currentIndex()).data(HIT)
        if isinstance(hit, Hit):
            self.hide()
            hit.act()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Hand the keys of the list to it; letters stay with the input method."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in FORWARDED:
                self._step(-1 if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_PageUp) else 1)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.choose()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.hide()
                return True
        return False

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Close on a press beside the box."""
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Dim the window behind."""
        dim = QColor(theme.current().color("shadow"))
        dim.setAlphaF(0.24 if theme.current().name == "light" else 0.63)
        painter = QPainter(self)
        painter.fillRect(self.rect(), dim)
        painter.end()

    def _build(self) -> None:
        sign = QLabel()
        icons.dress(sign, "magnifying-glass", "ink2", 18)
        escape = icons.keycap("Esc")
        top = QHBoxLayout()
        top.setContentsMargins(20, 8, 16, 8)
        top.addWidget(sign)
        top.addWidget(self.box, 1)
        top.addWidget(escape)
        foot = QHBoxLayout()
        foot.setContentsMargins(20, 7, 20, 7)
        foot.setSpacing(6)
        for cap, word in (("↑↓", "选择"), ("Enter", "打开")):
            key, text = icons.keycap(cap), QLabel(word)
            text.setProperty("kind", "label")
            foot.addWidget(key)
            foot.addWidget(text)
            foot.addSpacing(8)
        foot.addStretch(1)
        self._count.setProperty("kind", "label")
        foot.addWidget(self._count)
        rows = QVBoxLayout(self.frame)
        rows.setContentsMargins(1, 1, 1, 1)
        rows.setSpacing(0)
        rows.addLayout(top)
        rows.addWidget(_rule())
        rows.addWidget(self.list)
        rows.addWidget(_rule())
        rows.addLayout(foot)

    def _search(self, words: str) -> None:
        self._show(words)
        self._pause.start()

    def _show(self, words: str) -> None:
        hits = [hit for hit in self._offer() if matched(hit.title, words) is not None]
        hits = [*self._found, *hits] if words.strip() else hits
        self.hits.set_hits(hits, words)
        self._count.setText(f"{len(hits)} 条结果" if hits else "没有符合的")
        self._step(1)
        self._fit()

    def _find(self) -> None:
        words = self.box.text().strip()
        if self._finder and words and self.isVisible():
            self._tasks.query(self._finder, text=words).then(partial(self._take, words))

    def _take(self, words: str, found: Sequence[Hit]) -> None:
        if words == self.box.text().strip():
            self._found = tuple(found)
            self._show(words)

    def _step(self, by: int) -> None:
        row = self.list.currentIndex().row() + by
        while 0 <= row < len(self.hits.rows) and isinstance(self.hits.rows[row], str):
            row += by
        if 0 <= row < len(self.hits.rows):
            self.list.setCurrentIndex(self.hits.index(row))

    def _run(self, index: QModelIndex) -> None:
        self.choose(index)

    def _fit(self) -> None:
        now = theme.current()
        height = sum(self.list.sizeHintForRow(row) for row in range(min(len(self.hits.rows), SHOWN + 2)))
        self.list.setFixedHeight(max(height, now.px("rows", "palette_hit")) + 6)
        width = min(round(now.px("size", "palette") * now.scale), self.width() - 40)
        self.frame.adjustSize()
        over = TOP + self.frame.sizeHint().height() + BOTTOM - self.height()
        if over > 0:  # large text on a low screen: the list scrolls instead
            self.list.setFixedHeight(max(self.list.height() - over, now.px("rows", "palette_hit")))
            self.frame.adjustSize()
        self.frame.setGeometry((self.width() - width) // 2, TOP, width, self.frame.sizeHint().height())


def _rule() -> QFrame:
    rule = QFrame()
    rule.setObjectName("separator")
    rule.setFixedHeight(1)
    return rule
