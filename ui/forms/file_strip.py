"""Photos and documents in the record panel: added, looked at, taken away.

Files come by the button, by drop and by paste (files, or a picture copied
from another program). What is shown here may be saved already or wait for the
first save of its record; the strip does not care, its owner does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QFontMetrics,
    QGuiApplication,
    QIcon,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from models.ledgers import EVIDENCE_KINDS
from ui import icons, theme

MOST_SHOWN = 4
THUMB, SIGN = 34, 22
_KEY = int(Qt.ItemDataRole.UserRole) + 1
_NOTE, _PHOTO = _KEY + 1, _KEY + 2
_KILO = 1024


@dataclass(frozen=True)
class Shown:
    """One file in the strip.

    Attributes:
        key: What it stands for; handed out by the signals.
        name: Its name as it was given.
        kind: What it proves.
        size: Bytes.
        sha256: Where it lies.
        waits: It belongs to nothing yet: its record is not saved.
    """

    key: Any
    name: str
    kind: str
    size: int
    sha256: str
    waits: bool = False


class FileStrip(QWidget):
    """Head with count, kind and 添加; under it one line a file.

    Attributes:
        kind: What the next file proves.
        listed: The files; Enter opens one, Delete takes it away.
    Signals:
        add_asked: 添加 was pressed.
        given: (list of Path) files were dropped or pasted.
        painted: (QImage) a picture was pasted.
        open_asked: (key)
        removal_asked: (key)
    """

    add_asked = Signal()
    given = Signal(list)
    painted = Signal(QImage)
    open_asked = Signal(object)
    removal_asked = Signal(object)

    def __init__(self, title: str = "照片和文书", parent: QWidget | None = None) -> None:
        """Build it without files."""
        super().__init__(parent)
        self._title = title
        self.setAcceptDrops(True)
        self._word = QLabel(title)
        self._word.setProperty("kind", "label")
        self.kind = QComboBox()
        self.kind.addItems(list(EVIDENCE_KINDS))
        self.kind.setAccessibleName("新添加的是哪一类")
        self.kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.kind.setMinimumContentsLength(6)
        self.add_button = QPushButton("添加")
        self.add_button.setProperty("kind", "small")
        self.add_button.setAccessibleName(f"添加{title}")
        self.add_button.setAutoDefault(False)
        icons.dress(self.add_button, "plus", "action_text", 14)
        self.add_button.clicked.connect(lambda _checked=False: self.add_asked.emit())
        self.listed = _Files(self)
        self.listed.setAccessibleName(title)
        self.listed.itemActivated.connect(lambda item: self.open_asked.emit(item.data(_KEY)))
        self._hint = QLabel("也可以拖进来，或复制后在这里按 Ctrl+V")
        self._hint.setProperty("kind", "note")
        self._hint.setWordWrap(True)
        self._say = QLabel()
        self._say.setWordWrap(True)
        self._say.hide()
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._word, 1)
        head.addWidget(self.kind)
        head.addWidget(self.add_button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 4, 0, 0)
        rows.setSpacing(4)
        rows.addLayout(head)
        for widget in (self.listed, self._say, self._hint):
            rows.addWidget(widget)
        self.show_files(())
        theme.notifier().changed.connect(self._fit)

    def show_files(self, files: Sequence[Shown]) -> None:
        """List these files."""
        before = self.listed.currentRow()
        self.listed.clear()
        for file in files:
            item = QListWidgetItem(icons.icon("file-text", "ink3", SIGN), file.name)
            note = "　".join(part for part in (file.kind, _size(file.size), "随保存一起存" if file.waits else "") if part)
            item.setData(_KEY, file.key)
            item.setData(_NOTE, note)
            item.setToolTip(f"{file.name}\n{note}")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{file.name}，{note}")
            self.listed.addItem(item)
        self._word.setText(f"{self._title} {len(files)}" if files else self._title)
        self.listed.setVisible(bool(files))
        if files:
            self.listed.setCurrentRow(min(max(before, 0), len(files) - 1))
        self._fit()

    def show_thumb(self, key: Any, picture: QImage) -> None:
        """Show a file's picture instead of the sign for a document."""
        for item in (self.listed.item(row) for row in range(self.listed.count())):
            if item.data(_KEY) == key and not picture.isNull():
                item.setIcon(QIcon(QPixmap.fromImage(picture)))
                item.setData(_PHOTO, True)

    def say(self, text: str, *, weight: str = "") -> None:
        """Say what became of a file; "" says nothing."""
        self._say.setText(text)
        self._say.setProperty("issue", weight or None)
        self._say.style().unpolish(self._say)
        self._say.style().polish(self._say)
        self._say.setVisible(bool(text))

    def take(self, data: QMimeData | None) -> bool:
        """Take files or a picture, dropped or pasted; False if there is neither."""
        if data is None:
            return False
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if paths:
            self.given.emit(paths)
        elif data.hasImage() and not data.hasText():  # cells copied in WPS bring a picture of themselves too
            self.painted.emit(QImage(data.imageData()))
        else:
            return False
        return True

    def paste(self) -> bool:
        """Take what lies on the clipboard, if it is a file or a picture."""
        return self.take(QGuiApplication.clipboard().mimeData())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files here, not as an import."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Add the dropped files."""
        if self.take(event.mimeData()):
            event.acceptProposedAction()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Paste where the focus is on the button or the list."""
        if not (event.matches(QKeySequence.StandardKey.Paste) and self.paste()):
            super().keyPressEvent(event)

    def _fit(self) -> None:
        shown = min(self.listed.count(), MOST_SHOWN)
        self.listed.setFixedHeight(shown * _row_height() + 2)


class _Files(QListWidget):
    """The files; arrows move, Enter opens, Delete takes away."""

    def __init__(self, strip: FileStrip) -> None:
        super().__init__(strip)
        self._strip = strip
        self.setItemDelegate(_FileDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the current file away on Delete, paste on Ctrl+V."""
        item = self.currentItem()
        if event.key() == Qt.Key.Key_Delete and item is not None:
            self._strip.removal_asked.emit(item.data(_KEY))
        elif event.matches(QKeySequence.StandardKey.Paste):
            event.setAccepted(self._strip.paste())
        else:
            super().keyPressEvent(event)


class _FileDelegate(QStyledItemDelegate):
    """Picture 34, name, one grey line."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Give room for two lines and the picture."""
        return QSize(60, _row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Draw one file."""
        now, rect = theme.current(), QRect(option.rect)
        painter.save()
        current = bool(option.state & QStyle.StateFlag.State_Selected) and bool(option.state & QStyle.StateFlag.State_HasFocus)
        if current:
            painter.fillRect(rect, now.color("action_soft"))
            painter.setPen(QPen(now.color("focus"), 1))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        picture = QRect(rect.left() + 4, rect.top() + (rect.height() - THUMB) // 2, THUMB, THUMB)
        sign: QIcon = index.data(Qt.ItemDataRole.DecorationRole)
        inset = 0 if index.data(_PHOTO) else (THUMB - SIGN) // 2
        sign.paint(painter, picture.adjusted(inset, inset, -inset, -inset), Qt.AlignmentFlag.AlignCenter)
        room = QRect(picture.right() + 9, rect.top() + 4, rect.right() - picture.right() - 13, rect.height() - 8)
        half = room.height() // 2
        for line, (text, size, ink) in enumerate(((index.data(), "body", "ink"), (index.data(_NOTE), "note", "ink2"))):
            painter.setFont(now.font(size))
            painter.setPen(now.color(ink))
            place = QRect(room.left(), room.top() + line * half, room.width(), half)
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, place.width())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()


def _row_height() -> int:
    now = theme.current()
    return max(THUMB + 8, QFontMetrics(now.font()).height() + QFontMetrics(now.font("note")).height() + 8)


def _size(size: int) -> str:
    if size < _KILO * _KILO:
        return f"{max(size // _KILO, 1):,} KB"
    return f"{size / _KILO / _KILO:,.1f} MB"
