"""The file as it was received: letters over the columns, numbers at the rows.

Only looked at, never changed. Rows of values stand beside their number in the
file; cells that are spoken of are lit, so that "C5" is seen and not counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTableView, QWidget

from models.forms import Context
from models.kinds import DATE
from services.imports.native import is_date_format
from services.imports.raw import RawRow, RawSheet
from ui import theme
from ui.tables.cell_look import LOOK, CellLook
from ui.tables.delegates import PADDING, CellDelegate, GridHeader

Index = QModelIndex | QPersistentModelIndex
MOST_ROWS = 3000
_MOST_COLUMNS = 60
_LEAST, _MOST, _MEASURED = 64, 260, 60
_NUMBERS = 42


def letters(column: int) -> str:
    """Return the letters of a column, from 0."""
    word = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        word = chr(65 + rest) + word
    return word


class SheetModel(QAbstractTableModel):
    """The first rows of a sheet with content.

    Attributes:
        numbers: Row number in the file of each line.
        lit: Kind of light ("soon", "bad", "head") by (row number, column).
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without a sheet."""
        super().__init__(parent)
        self.sheet: RawSheet | None = None
        self.numbers: list[int] = []
        self.lit: Mapping[tuple[int, int], str] = {}
        self._rows: list[RawRow] = []
        self._wide = 0

    def use(self, sheet: RawSheet | None) -> None:
        """Show a sheet."""
        if sheet is self.sheet:
            return
        self.beginResetModel()
        self.sheet = sheet
        self._rows = list(islice(sheet.rows(), MOST_ROWS)) if sheet else []
        self.numbers = [row.number for row in self._rows]
        self._wide = min(max((max(row.cells, default=-1) + 1 for row in self._rows), default=0), _MOST_COLUMNS)
        self.lit = {}
        self.endResetModel()

    def light(self, cells: Mapping[tuple[int, int], str]) -> None:
        """Light other cells."""
        self.lit = cells
        if self._rows and self._wide:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, self._wide - 1), [LOOK])

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many rows are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return how many columns are shown."""
        return 0 if parent is not None and parent.isValid() else self._wide

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return letters over the columns, numbers of the file at the rows."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Horizontal:
            return letters(section)
        return str(self.numbers[section]) if section < len(self.numbers) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return look or words of a cell."""
        if not index.isValid() or role not in (LOOK, Qt.ItemDataRole.DisplayRole):
            return None
        text = self.text(index.row(), index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        kind = self.lit.get((self.numbers[index.row()], index.column()), "")
        if kind == "head":
            return CellLook(text, read_only=True)
        return CellLook(text, flag=kind)

    def text(self, line: int, column: int) -> str:
        """Return what a cell says, as the spreadsheet shows it."""
        assert self.sheet is not None
        row = self._rows[line]
        cell = self.sheet.cell(row, column)
        if isinstance(cell.value, int | float) and not isinstance(cell.value, bool) and is_date_format(cell.format):
            day = DATE.parse(cell.value, Context()).value
            return DATE.show(day) if day else cell.text
        return cell.text.strip()


class SheetView(QTableView):
    """The grid of a received sheet.

    Signals:
        row_chosen: (row number in the file) Enter or a double click on a row.
    """

    row_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None, *, name: str = "原表原样") -> None:
        """Build an empty grid."""
        super().__init__(parent)
        self.cells = SheetModel(self)
        self.setModel(self.cells)
        self.setItemDelegate(CellDelegate(self))
        self.setHorizontalHeader(_Letters(Qt.Orientation.Horizontal, self))
        self.setVerticalHeader(GridHeader(Qt.Orientation.Vertical, self))
        self.verticalHeader().setFixedWidth(round(_NUMBERS * theme.current().scale))
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionsClickable(False)
        self.horizontalHeader().setStretchLastSection(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setAccessibleName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.doubleClicked.connect(self._choose)
        theme.notifier().changed.connect(self._follow_theme)
        self._follow_theme()

    def use(self, sheet: RawSheet | None) -> None:
        """Show a sheet as it was received."""
        if sheet is self.cells.sheet:
            return
        self.clearSpans()
        self.cells.use(sheet)
        self._join(sheet)
        self._set_widths()

    def light(self, cells: Mapping[tuple[int, int], str]) -> None:
        """Light cells by (row number, column), and go to the first of them."""
        self.cells.light(cells)
        first = min(cells, default=None)
        if first is not None:
            self.go_to(*first)

    def go_to(self, number: int, column: int = 0) -> None:
        """Bring a row of the file into sight, with what stands around it."""
        if number in self.cells.numbers and column < self.cells.columnCount():
            line = self.cells.numbers.index(number)
            self.setCurrentIndex(self.cells.index(line, column))
            above = self.cells.index(max(line - 1, 0), column)
            self.scrollTo(above, QAbstractItemView.ScrollHint.PositionAtTop)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the current row with Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._choose(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _choose(self, index: QModelIndex) -> None:
        self.row_chosen.emit(self.cells.numbers[index.row()])

    def _join(self, sheet: RawSheet | None) -> None:
        """Join merged cells whose rows are all shown; a title then stands over its table."""
        places = {number: line for line, number in enumerate(self.cells.numbers)}
        wide = self.cells.columnCount()
        for first, left, last, right in sheet.merges[:500] if sheet else ():
            lines = [places[number] for number in range(first, min(last, first + 20) + 1) if number in places]
            right = min(right, wide - 1)
            if lines and lines == list(range(lines[0], lines[0] + len(lines))) and left < wide and (len(lines) > 1 or right > left):
                self.setSpan(lines[0], left, len(lines), right - left + 1)

    def _set_widths(self) -> None:
        plain = QFontMetrics(theme.current().font())
        lines = range(min(self.cells.rowCount(), _MEASURED))
        for column in range(self.cells.columnCount()):
            single = (line for line in lines if self.columnSpan(line, column) == 1)
            wide = max((plain.horizontalAdvance(self.cells.text(line, column)[:60]) for line in single), default=0)
            self.setColumnWidth(column, max(_LEAST, min(wide + 2 * PADDING + 4, _MOST)))

    def _follow_theme(self) -> None:
        height = theme.current().row_height()
        self.verticalHeader().setMinimumSectionSize(min(height, 20))
        self.verticalHeader().setDefaultSectionSize(height)
        self.verticalHeader().setFixedWidth(round(_NUMBERS * theme.current().scale))
        self.horizontalHeader().setFixedHeight(theme.current().row_height("grid_head"))
        self._set_widths()


class _Letters(GridHeader):
    """Letters over the columns, in their middle."""

    def paintSection(self, painter: Any, rect: Any, section: int) -> None:
        """Draw one letter."""
        now = theme.current()
        painter.save()
        painter.fillRect(rect, now.color("sunken"))
        painter.setFont(now.font("note"))
        painter.setPen(now.color("ink3"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, letters(section))
        painter.setPen(now.color("hairline"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.drawLine(rect.topRight(), rect.bottomRight())
        painter.restore()
