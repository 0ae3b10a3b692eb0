"""A table of two directions; every cell opens its rows.

The sums stand first, as in yearbooks: they are in sight however long the table.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from services.figures.grids import Grid
from ui import theme

SUM = "合计"
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
PAD = 8
MANY = 8
_INDEX = QModelIndex | QPersistentModelIndex
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_HEAD = Qt.AlignmentFlag.AlignCenter


class CrossModel(QAbstractTableModel):
    """The cells of a grid; the first row and the first column are sums.

    Attributes:
        grid: What is shown; None for nothing.
    """

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.grid: Grid | None = None

    def show(self, grid: Grid | None) -> None:
        """Show a grid."""
        self.beginResetModel()
        self.grid = grid
        self.endResetModel()

    def rowCount(self, _parent: _INDEX = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Return the rows and their sum."""
        return len(self.grid.rows) + 1 if self.grid else 0

    def columnCount(self, _parent: _INDEX = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Return the columns and their sum."""
        return len(self.grid.columns) + 1 if self.grid else 0

    def place(self, index: _INDEX) -> tuple[int | None, int | None]:
        """Return row and column of a cell as the grid counts them; None is a sum."""
        return (index.row() - 1 if index.row() else None), (index.column() - 1 if index.column() else None)

    def data(self, index: _INDEX, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the number of a cell, and in words what it says."""
        assert self.grid is not None
        place = self.place(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return self.grid.value(*place)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.grid.told(*place)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the word at the head of a row or column."""
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) or self.grid is None:
            return None
        names = self.grid.columns if orientation == Qt.Orientation.Horizontal else self.grid.rows
        # While the model is reset Qt still asks for sections that are gone.
        return (names[section - 1] if section <= len(names) else "") if section else SUM


class CrossHead(QHeaderView):
    """Heads on sunken ground; many columns have heads of two lines."""

    def __init__(self, orientation: Qt.Orientation, parent: QWidget) -> None:
        """Build it for rows or columns."""
        super().__init__(orientation, parent)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(20)
        self.setHighlightSections(False)

    def fit(self) -> None:
        """Take two lines, or the width of the longest name."""
        now = theme.current()
        if self.orientation() == Qt.Orientation.Horizontal:
            self.setFixedHeight(2 * QFontMetrics(now.font("note")).height() + 8)
            return
        words = [str(self.model().headerData(number, self.orientation()) or "") for number in range(self.count())]
        longest = max((QFontMetrics(now.font()).horizontalAdvance(word) for word in words), default=60)
        self.setFixedWidth(min(longest, round(150 * now.scale)) + 2 * PAD + 6)

    def paintSection(self, painter: QPainter, rect: QRect, number: int) -> None:
        """Paint one head."""
        now = theme.current()
        level = self.orientation() == Qt.Orientation.Horizontal
        word = str(self.model().headerData(number, self.orientation()) or "")
        painter.save()
        painter.fillRect(rect, now.color("sunken"))
        painter.setPen(QPen(now.color("hairline"), 1))
        painter.drawLine(rect.left(), rect.bottom(), rect.right(), rect.bottom())
        painter.drawLine(rect.right(), rect.top(), rect.right(), rect.bottom())
        font = now.font("note") if level else now.font()
        painter.setFont(font)
        painter.setPen(now.color("ink" if not number or not level else "ink2"))
        inner = rect.adjusted(2, 0, -2, 0) if level else rect.adjusted(PAD + 4, 0, -PAD, 0)
        if level:
            painter.drawText(inner, _HEAD, "\n".join(_lines(word, many=self.count() > MANY)))
        else:
            painter.drawText(inner, _LEFT, QFontMetrics(font).elidedText(word, Qt.TextElideMode.ElideRight, inner.width()))
        painter.restore()


class CrossCells(QStyledItemDelegate):
    """Paints a number: sums bold on sunken ground, zeros grey."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _INDEX) -> None:
        """Paint ground, number, hairlines and the ring of the current cell."""
        now, rect = theme.current(), QRect(option.rect)
        model, view = index.model(), option.widget
        assert isinstance(model, CrossModel)
        assert isinstance(view, QTableView)
        summed, value = None in model.place(index), int(index.data() or 0)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.fillRect(rect, now.color("action_soft" if chosen else "sunken" if summed else "paper"))
        painter.setPen(QPen(now.color("hairline"), 1))
        painter.drawLine(rect.left(), rect.bottom(), rect.right(), rect.bottom())
        painter.drawLine(rect.right(), rect.top(), rect.right(), rect.bottom())
        painter.setFont(now.font(bold=summed))
        painter.setPen(now.color("ink" if value else "ink3"))
        painter.drawText(rect.adjusted(PAD, 0, -PAD, 0), _RIGHT, f"{value:,}")
        if chosen and view.hasFocus():
            painter.setPen(QPen(now.color("focus"), now.px("line", "focus")))
            painter.drawRect(rect.adjusted(1, 1, -2, -2))


class CrossTable(QTableView):
    """The table; Enter or a double click opens the rows, Ctrl+C copies all of it.

    Signals:
        opened: (row or None, column or None) the rows behind a cell are wanted.
        spoke: (row or None, column or None) another cell became the current one.
    """

    opened = Signal(object, object)
    spoke = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it empty."""
        super().__init__(parent)
        self.cells = CrossModel()
        self.setModel(self.cells)
        self._across, self._down = CrossHead(Qt.Orientation.Horizontal, self), CrossHead(Qt.Orientation.Vertical, self)
        self.setHorizontalHeader(self._across)
        self.setVerticalHeader(self._down)
        self.setItemDelegate(CrossCells(self))
        self.setAccessibleName("分组统计表")
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.doubleClicked.connect(self._open)
        theme.notifier().changed.connect(self._fit)

    def show_grid(self, grid: Grid | None) -> None:
        """Show a grid; the current cell stays where it was if it is the same table."""
        old, where = self.cells.grid, self.currentIndex()
        place = (where.row(), where.column()) if old and grid and old.key == grid.key and where.isValid() else (1, 1)
        self.cells.show(grid)
        self.setAccessibleName(f"{grid.title}，单位 {grid.unit}" if grid else "分组统计表")
        self._fit()
        self.setCurrentIndex(self.cells.index(*place))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the rows of the current cell, or copy the table."""
        if event.key() in ENTER:
            self._open(self.currentIndex())
        elif event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.as_text())
        else:
            super().keyPressEvent(event)

    def currentChanged(self, current: _INDEX, previous: _INDEX) -> None:
        """Speak of the new cell."""
        super().currentChanged(current, previous)
        if current.isValid() and self.cells.grid is not None:
            self.spoke.emit(*self.cells.place(current))

    def focusInEvent(self, event: Any) -> None:
        """Speak of the current cell again."""
        super().focusInEvent(event)
        self.viewport().update()
        if self.currentIndex().isValid() and self.cells.grid is not None:
            self.spoke.emit(*self.cells.place(self.currentIndex()))

    def as_text(self) -> str:
        """Return the table with heads and sums, as spreadsheets paste it."""
        grid = self.cells.grid
        if grid is None:
            return ""
        rows = [[grid.corner, SUM, *grid.columns]]
        for row in (None, *range(len(grid.rows))):
            name = SUM if row is None else grid.rows[row]
            rows.append([name, *(str(grid.value(row, column)) for column in (None, *range(len(grid.columns))))])
        return "\n".join("\t".join(row) for row in rows)

    def _open(self, index: _INDEX) -> None:
        if index.isValid() and self.cells.grid is not None:
            self.opened.emit(*self.cells.place(index))

    def _fit(self) -> None:
        now, grid = theme.current(), self.cells.grid
        self.verticalHeader().setDefaultSectionSize(max(now.row_height() - 4, round(24 * now.scale)))
        if grid is None:
            return
        metrics, small = QFontMetrics(now.font(bold=True)), QFontMetrics(now.font("note"))
        count = len(grid.columns) + 1
        for column in range(count):
            word = str(self.cells.headerData(column, Qt.Orientation.Horizontal))
            lines = _lines(word, many=count > MANY)
            values = metrics.horizontalAdvance(f"{grid.value(None, column - 1 if column else None):,}")
            heads = max(small.horizontalAdvance(line) for line in lines)
            self.setColumnWidth(column, max(values, heads, round(30 * now.scale)) + 2 * PAD)
        self._across.fit()
        self._down.fit()


def _lines(word: str, *, many: bool) -> list[str]:
    """Return the head of a column: two lines where many columns share the room, never cut short."""
    short = word.removesuffix("类") if len(word) > 2 else word
    if not many or len(short) <= 3 or word.endswith("日"):
        return [word]
    half = (len(short) + 1) // 2
    return [short[:half], short[half:]]
