"""A list of records in two lines each, under group heads, with one action.

Used where a list asks for decisions: issues of pre-flight, received files,
versions. A row may carry an icon, a badge and one small button; the button is
painted, Enter and a double click do the same; its quiet action has Shift+Enter.
Both keys stand in the tooltip and are read aloud.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui import icons, theme
from ui.tables.delegates import draw_badge

Index = QModelIndex | QPersistentModelIndex
ENTRY = int(Qt.ItemDataRole.UserRole) + 1
PADDING = 14
_MARK = 3


@dataclass(frozen=True)
class Head:
    """Head of a group; it cannot be chosen.

    Attributes:
        text: What the group is, or how many it has.
        badge: (word, kind) before the text, or None.
    """

    text: str
    badge: tuple[str, str] | None = None


@dataclass(frozen=True)
class Item:
    """One record.

    Attributes:
        key: What it stands for; handed out by the signals.
        title: First line.
        note: Second line, grey.
        badge: (word, kind) at the right, or None.
        button: Word on the small button at the right; "" for none.
        icon: (file name, colour token), or None.
        tip: Whole text for the tooltip.
        middle: Shorten the title in its middle, so that its end stays.
        link: Word of a second, quiet action left of the button; "" for none.
    """

    key: Any
    title: str
    note: str = ""
    badge: tuple[str, str] | None = None
    button: str = ""
    icon: tuple[str, str] | None = None
    tip: str = ""
    middle: bool = False
    link: str = ""


class TwoLineModel(QAbstractListModel):
    """Heads and items in the order they are shown.

    Attributes:
        entries: What is shown.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.entries: list[Head | Item] = []

    def fill(self, entries: Sequence[Head | Item]) -> None:
        """Show other entries."""
        self.beginResetModel()
        self.entries = list(entries)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many rows there are."""
        return 0 if parent is not None and parent.isValid() else len(self.entries)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let only items be chosen."""
        chosen = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return chosen if index.isValid() and isinstance(self.entries[index.row()], Item) else Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the entry, or its words for tooltip and screen reader."""
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(part for part in (entry.tip, "　".join(_keys(entry))) if part) or None if isinstance(entry, Item) else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            if isinstance(entry, Head):
                return " ".join(part for part in (entry.badge[0] if entry.badge else "", entry.text) if part)
            said = "，".join(part for part in (entry.badge[0] if entry.badge else "", entry.title, entry.note) if part)
            return said if role == Qt.ItemDataRole.DisplayRole else "，".join([said, *_keys(entry)])
        return None


class TwoLineDelegate(QStyledItemDelegate):
    """Paints heads and items; blue mark and soft ground for the chosen one."""

    def __init__(self, parent: QWidget | None = None, *, row: str) -> None:
        """Take the height of rows from a token of [rows]."""
        super().__init__(parent)
        self._row = row

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        """Give rows their height: two lines of text at least."""
        now = theme.current()
        if isinstance(index.data(ENTRY), Head):
            return QSize(0, now.row_height("grid_roomy"))
        needed = QFontMetrics(now.font()).height() + QFontMetrics(now.font("note")).height() + 8
        return QSize(0, max(now.px("rows", self._row), needed))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one entry."""
        entry, rect = index.data(ENTRY), QRect(option.rect)
        now = theme.current()
        painter.save()
        if isinstance(entry, Head):
            self._draw_head(painter, rect.adjusted(PADDING, 0, -PADDING, 0), entry)
        elif isinstance(entry, Item):
            chosen = bool(option.state & QStyle.StateFlag.State_Selected)
            if chosen:
                painter.fillRect(rect, now.color("action_soft"))
                painter.fillRect(rect.left(), rect.top(), _MARK, rect.height(), now.color("action"))
            self._draw_item(painter, rect, entry)
            if chosen and option.state & QStyle.StateFlag.State_HasFocus:
                painter.setPen(QPen(now.color("focus"), 1))
                painter.drawRect(rect.adjusted(0, 0, -1, -1))
        painter.setPen(QPen(now.color("hairline"), 0))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.restore()

    def button_rect(self, rect: QRect, entry: Item) -> QRect:
        """Return where an item's button stands; empty without one."""
        if not entry.button:
            return QRect()
        now = theme.current()
        width = QFontMetrics(now.font("note")).horizontalAdvance(entry.button) + 18
        height = now.px("control", "button_small")
        return QRect(rect.right() - 10 - width, rect.center().y() - height // 2, width, height)

    def link_rect(self, rect: QRect, entry: Item) -> QRect:
        """Return where an item's quiet action stands; empty without one."""
        if not entry.link:
            return QRect()
        right = self.button_rect(rect, entry).left() if entry.button else rect.right() - 10
        width = QFontMetrics(theme.current().font("note")).horizontalAdvance(entry.link) + 12
        height = theme.current().px("control", "button_small")
        return QRect(right - 4 - width, rect.center().y() - height // 2, width, height)

    def _draw_head(self, painter: QPainter, room: QRect, head: Head) -> None:
        now = theme.current()
        if head.badge:
            room.setLeft(room.left() + draw_badge(painter, room, *head.badge) + 8)
        painter.setFont(now.font("note", bold=not head.badge))
        painter.setPen(now.color("ink2"))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, head.text)

    def _draw_item(self, painter: QPainter, rect: QRect, entry: Item) -> None:
        now = theme.current()
        room = rect.adjusted(PADDING, 4, -12, -5)
        if entry.icon:
            size = round(now.px("size", "icon_small") * now.scale)
            picture = icons.pixmap(*entry.icon, size, painter.device().devicePixelRatioF())
            painter.drawPixmap(room.left(), rect.center().y() - size // 2, picture)
            room.setLeft(room.left() + size + 9)
        if entry.button:
            box = self.button_rect(rect, entry)
            self._draw_button(painter, box, entry.button)
            room.setRight(box.left() - 8)
        if entry.link:
            box = self.link_rect(rect, entry)
            painter.setFont(now.font("note"))
            painter.setPen(now.color("action_text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, entry.link)
            room.setRight(box.left() - 4)
        if entry.badge:
            width = QFontMetrics(now.font("note")).horizontalAdvance(entry.badge[0]) + 12
            draw_badge(painter, QRect(room.right() - width, rect.top(), width, rect.height()), *entry.badge)
            room.setRight(room.right() - width - 8)
        half = (room.height() + 1) // 2
        top = QRect(room.left(), room.top(), room.width(), half)
        mode = Qt.TextElideMode.ElideMiddle if entry.middle else Qt.TextElideMode.ElideRight
        _write(painter, top, entry.title, ("body", "ink"), mode)
        _write(painter, top.translated(0, half), entry.note, ("note", "ink2"), Qt.TextElideMode.ElideRight)

    def _draw_button(self, painter: QPainter, box: QRect, word: str) -> None:
        now = theme.current()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(now.color("line"), 1))
        painter.setBrush(now.color("paper"))
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), now.px("radius", "control"), now.px("radius", "control"))
        painter.setFont(now.font("note"))
        painter.setPen(now.color("action_text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word)
        painter.restore()


class TwoLineList(QListView):
    """The list.

    Signals:
        chosen: (key) another item became the current one.
        pressed_on: (key) its button was pressed, or Enter, or a double click.
        linked_on: (key) its quiet action was pressed, or Shift+Enter.
    """

    chosen = Signal(object)
    pressed_on = Signal(object)
    linked_on = Signal(object)

    def __init__(self, *, name: str, row: str = "list_two_lines", parent: QWidget | None = None) -> None:
        """Build an empty list.

        Args:
            name: Name for screen readers.
            row: Height of a row, a token of [rows].
            parent: Owner.
        """
        super().__init__(parent)
        self.setAccessibleName(name)
        self._restoring = False
        self.lines = TwoLineModel(self)
        self.setModel(self.lines)
        self._delegate = TwoLineDelegate(self, row=row)
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(120)
        self.activated.connect(self._press)
        self.selectionModel().currentChanged.connect(self._tell)
        theme.notifier().changed.connect(self.scheduleDelayedItemsLayout)

    def fill(self, entries: Sequence[Head | Item]) -> None:
        """Show entries; the chosen one stays chosen if it is still there."""
        before = self.current()
        self.lines.fill(entries)
        self._restoring = True
        for number, entry in enumerate(self.lines.entries):
            if before is not None and isinstance(entry, Item) and entry.key == before:
                self.setCurrentIndex(self.lines.index(number))
        self._restoring = False

    def current(self) -> Any:
        """Return the key of the chosen item, or None."""
        entry = self.currentIndex().data(ENTRY)
        return entry.key if isinstance(entry, Item) else None

    def choose(self, key: Any) -> None:
        """Choose the item with this key, if it is there."""
        for number, entry in enumerate(self.lines.entries):
            if isinstance(entry, Item) and entry.key == key:
                self.setCurrentIndex(self.lines.index(number))
                return

    def choose_first(self) -> None:
        """Choose the first item."""
        for number, entry in enumerate(self.lines.entries):
            if isinstance(entry, Item):
                self.setCurrentIndex(self.lines.index(number))
                return

    def items(self) -> list[Item]:
        """Return the items without the heads."""
        return [entry for entry in self.lines.entries if isinstance(entry, Item)]

    def button_rect(self, row: int) -> QRect:
        """Return where the button of a row stands in the viewport."""
        index = self.lines.index(row)
        entry = index.data(ENTRY)
        return self._delegate.button_rect(self.visualRect(index), entry) if isinstance(entry, Item) else QRect()

    def link_rect(self, row: int) -> QRect:
        """Return where the quiet action of a row stands in the viewport."""
        index = self.lines.index(row)
        entry = index.data(ENTRY)
        return self._delegate.link_rect(self.visualRect(index), entry) if isinstance(entry, Item) else QRect()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press the quiet action of the chosen row on Shift+Enter."""
        entry = self.currentIndex().data(ENTRY)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            if isinstance(entry, Item) and entry.link:
                self.linked_on.emit(entry.key)
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Press the painted button under the pointer."""
        super().mouseReleaseEvent(event)
        spot = event.position().toPoint()
        index = self.indexAt(spot)
        if event.button() == Qt.MouseButton.LeftButton and index.isValid() and self.button_rect(index.row()).contains(spot):
            self._press(index)
        elif event.button() == Qt.MouseButton.LeftButton and index.isValid() and self.link_rect(index.row()).contains(spot):
            self.linked_on.emit(index.data(ENTRY).key)

    def _press(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY)
        if isinstance(entry, Item) and entry.button:
            self.pressed_on.emit(entry.key)

    def _tell(self, index: QModelIndex, _before: QModelIndex) -> None:
        if self._restoring:
            return
        entry = index.data(ENTRY)
        self.chosen.emit(entry.key if isinstance(entry, Item) else None)


def _keys(entry: Item) -> list[str]:
    """Say what the keys do that press what is painted in a row."""
    pressed = (("Enter", entry.button), ("Shift+Enter", entry.link))
    return [f"{key} {word}" for key, word in pressed if word]


def _write(painter: QPainter, line: QRect, words: str, look: tuple[str, str], shorten: Qt.TextElideMode) -> None:
    painter.setFont(theme.current().font(look[0]))
    painter.setPen(theme.current().color(look[1]))
    shown = painter.fontMetrics().elidedText(words, shorten, line.width())
    painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
