"""Which columns a grid shows and in which order; all by keyboard.

Typing finds a column, Space shows or hides it, Alt+↑ and Alt+↓ move it.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QListWidget, QListWidgetItem, QPushButton, QWidget

from ui import theme
from ui.pages.popup import Popup
from ui.tables.columns_view import ColumnsView

WIDE = 260
KEY = int(Qt.ItemDataRole.UserRole)


class ColumnChooser(Popup):
    """Lists the columns of a grid with their check marks.

    Attributes:
        box: Narrows the list.
        listed: The columns, in the order on screen.
    """

    def __init__(self, page: QWidget, grid: ColumnsView, frozen: int) -> None:
        """List the columns; frozen ones can neither be hidden nor moved.

        Args:
            page: What it floats over.
            grid: Whose columns.
            frozen: How many stay at the left.
        """
        super().__init__(page, "显示哪些列", round(WIDE * theme.current().scale))
        self._grid, self._frozen = grid, frozen
        self.box = QLineEdit()
        self.box.setPlaceholderText("找列名")
        self.box.setAccessibleName("找列名")
        self.box.textEdited.connect(self._narrow)
        self.listed = QListWidget()
        self.listed.setAccessibleName("列")
        self.listed.setMinimumHeight(theme.current().row_height() * 10)
        self.listed.itemChanged.connect(self._toggled)
        note = QLabel("空格显示或隐藏　Alt+↑↓ 换位置")
        note.setProperty("kind", "note")
        up, down, reset = QPushButton("上移"), QPushButton("下移"), QPushButton("恢复原样")
        for button, act in ((up, lambda: self._move(-1)), (down, lambda: self._move(1)), (reset, self._reset)):
            button.setProperty("kind", "small")
            button.clicked.connect(lambda _checked=False, act=act: act())
        foot = QHBoxLayout()
        for button in (up, down, reset):
            foot.addWidget(button, 1)
        for widget in (self.box, self.listed, note):
            self.body.addWidget(widget)
        self.body.addLayout(foot)
        for watched in (self.box, self.listed):
            watched.installEventFilter(self)
        self._fill()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move with Alt+↑↓; ↓ goes from the box into the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            if event.modifiers() & Qt.KeyboardModifier.AltModifier:
                self._move(-1 if event.key() == Qt.Key.Key_Up else 1)
                return True
            if watched is self.box and event.key() == Qt.Key.Key_Down:
                self.listed.setFocus()
                return True
        return super().eventFilter(watched, event)

    def _fill(self, current: str = "") -> None:
        head = self._grid.horizontalHeader()
        self.listed.blockSignals(True)
        self.listed.clear()
        for place in range(head.count()):
            number = head.logicalIndex(place)
            column = self._grid.columns[number]
            item = QListWidgetItem(column.title.replace("\n", ""))
            item.setData(KEY, column.key)
            item.setFlags(Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled)
            if number < self._frozen:
                item.setFlags(Qt.ItemFlag.ItemIsSelectable)
            item.setCheckState(Qt.CheckState.Unchecked if self._grid.isColumnHidden(number) else Qt.CheckState.Checked)
            self.listed.addItem(item)
            if column.key == current:
                self.listed.setCurrentItem(item)
        self.listed.blockSignals(False)
        if self.listed.currentRow() < 0:
            self.listed.setCurrentRow(min(self._frozen, self.listed.count() - 1))

    def _toggled(self, item: QListWidgetItem) -> None:
        self._grid.show_column(item.data(KEY), shown=item.checkState() == Qt.CheckState.Checked)

    def _move(self, places: int) -> None:
        item = self.listed.currentItem()
        if item is not None:
            self._grid.move_column(item.data(KEY), places)
            self._fill(item.data(KEY))

    def _reset(self) -> None:
        self._grid.rearrange()
        self._fill()

    def _narrow(self, text: str) -> None:
        for row in range(self.listed.count()):
            item = self.listed.item(row)
            item.setHidden(text.strip() not in item.text())
