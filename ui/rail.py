"""The navigation rail: pages in groups, with counts that ask for a hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui import icons, theme
from ui.pages.page import Entry

Index = QModelIndex | QPersistentModelIndex
ENTRY = int(Qt.ItemDataRole.UserRole) + 1
COUNT = ENTRY + 1
STARTS = ENTRY + 2
NARROW = 52
ICON, NARROW_ICON, NARROW_ROW = 16, 22, 36
ICONS_ONLY_FROM = 1.5


class RailModel(QAbstractListModel):
    """Entries of the rail with their counts."""

    def __init__(self, entries: Sequence[Entry], parent: QObject | None = None) -> None:
        """Start without counts."""
        super().__init__(parent)
        self.entries = tuple(entries)
        self._counts: dict[str, tuple[int, str]] = {}

    def set_count(self, key: str, count: int, sentence: str) -> None:
        """Show a count beside a page; 0 takes it away."""
        self._counts[key] = (count, sentence)
        row = next((number for number, entry in enumerate(self.entries) if entry.key == key), None)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of entries."""
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return word, count, tooltip; the word with its count for screen readers."""
        entry = self.entries[index.row()]
        count, sentence = self._counts.get(entry.key, (0, ""))
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{entry.title}，{sentence}" if count else entry.title
        if role == Qt.ItemDataRole.ToolTipRole:
            shortcut = f"Ctrl+{index.row() + 1}" if index.row() < 9 else ""
            return "　".join(part for part in (entry.title, sentence if count else "", shortcut) if part)
        if role == ENTRY:
            return entry
        if role == COUNT:
            return count
        if role == STARTS:
            return index.row() > 0 and self.entries[index.row() - 1].group != entry.group
        return None


class RailDelegate(QStyledItemDelegate):
    """Icon 18, word 13, count in a red-edged pill; white plate for the current page."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one entry, and the hairline over the first of a group."""
        now = theme.current()
        whole = QRect(option.rect)
        height = _row_height()
        row = QRect(whole.left(), whole.bottom() - height + 1, whole.width(), height)
        current = bool(option.state & QStyle.StateFlag.State_Selected)
        hover = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        if index.data(STARTS):
            painter.setPen(QPen(now.color("line"), 0))
            middle = whole.top() + (whole.height() - height) // 2
            painter.drawLine(whole.left() + 14, middle, whole.right() - 14, middle)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if current or hover:
            self._draw_plate(painter, row, current=current)
        self._draw_words(painter, row, index, current=current)
        painter.restore()

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        """Give room for the hairline between groups."""
        return QSize(NARROW, _row_height() + (11 if index.data(STARTS) else 0))

    def _draw_plate(self, painter: QPainter, row: QRect, *, current: bool) -> None:
        now = theme.current()
        plate = QRectF(row).adjusted(6.5, 1.5, -6.5, -1.5)
        ground = "sunken" if not current else "paper" if now.name == "light" else "action_soft"
        edge = QPen(now.color("action_line" if now.name == "hc" else "hairline"), 1)
        painter.setPen(edge if current and now.name != "dark" else Qt.PenStyle.NoPen)
        painter.setBrush(now.color(ground))
        painter.drawRoundedRect(plate, 4, 4)
        if current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(now.color("focus" if now.name == "dark" else "action"))
            painter.drawRoundedRect(QRectF(plate.left() - 0.5, plate.top() + 5, 3, plate.height() - 10), 1.5, 1.5)

    def _draw_words(self, painter: QPainter, row: QRect, index: Index, *, current: bool) -> None:
        now = theme.current()
        entry: Entry = index.data(ENTRY)
        ink = "action_text" if current else "ink2"
        ratio = painter.device().devicePixelRatio()
        narrow = row.width() < NARROW + 20
        side = NARROW_ICON if narrow else ICON
        left = row.left() + ((row.width() - side) // 2 if narrow else 19)
        painter.drawPixmap(left, row.center().y() - side // 2 + 1, icons.pixmap(entry.icon, ink, side, ratio))
        if narrow:
            if index.data(COUNT):  # the tooltip says of what; a number has no room here
                painter.setPen(QPen(now.color("rail"), 1.5))
                painter.setBrush(now.color("bad"))
                painter.drawEllipse(QRectF(left + side - 4, row.center().y() - side / 2 - 3, 9, 9))
            return
        painter.setFont(now.font(bold=current))
        painter.setPen(now.color("action_text" if current else "ink"))
        room = row.adjusted(45, 0, -34, 0)
        shown = painter.fontMetrics().elidedText(entry.title, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        if index.data(COUNT):
            self._draw_count(painter, row, str(index.data(COUNT)))

    def _draw_count(self, painter: QPainter, row: QRect, text: str) -> None:
        now = theme.current()
        painter.setFont(now.font("micro"))
        size = painter.fontMetrics().height() + 3
        width = max(size, painter.fontMetrics().horizontalAdvance(text) + 9)
        pill = QRectF(row.right() - 13 - width, row.center().y() - size / 2 + 0.5, width, size)
        painter.setPen(QPen(now.color("bad_line"), 1))
        painter.setBrush(now.color("bad_soft"))
        painter.drawRoundedRect(pill, size / 2, size / 2)
        painter.setPen(now.color("bad"))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)


class Rail(QListView):
    """The list of pages.

    Signals:
        chosen: (page key) another page became the current one.
        pressed_again: (page key) a page was clicked, also the current one: something may stand over it.
    """

    chosen = Signal(str)
    pressed_again = Signal(str)

    def __init__(self, entries: Sequence[Entry], parent: QWidget | None = None) -> None:
        """Build the list."""
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAccessibleName("页面")
        self.rail_model = RailModel(entries, self)
        self.setModel(self.rail_model)
        self.setItemDelegate(RailDelegate(self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(False)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.selectionModel().currentChanged.connect(self._tell)
        self.clicked.connect(lambda index: self.pressed_again.emit(self.rail_model.entries[index.row()].key))
        self.activated.connect(lambda index: self.pressed_again.emit(self.rail_model.entries[index.row()].key))
        self.follow_theme()
        theme.notifier().changed.connect(self.follow_theme)

    def go(self, key: str) -> None:
        """Make a page the current one."""
        for number, entry in enumerate(self.rail_model.entries):
            if entry.key == key:
                self.setCurrentIndex(self.rail_model.index(number))

    def follow_theme(self) -> None:
        """Take the width from the tokens; only icons at large text."""
        now = theme.current()
        width = NARROW if now.scale >= ICONS_ONLY_FROM else round(now.px("size", "rail") * now.scale)
        self.setFixedWidth(width)
        self.scheduleDelayedItemsLayout()

    def _tell(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(self.rail_model.entries[index.row()].key)


def _row_height() -> int:
    """Rows grow with the text; where only icons are left, with the icons."""
    now = theme.current()
    return NARROW_ROW if now.scale >= ICONS_ONLY_FROM else now.px("rows", "rail_item")
