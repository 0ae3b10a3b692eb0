"""The frozen columns of a grid: a second view over the first.

It shares model, selection and row heights, scrolls with the grid up and down
and never sideways, and takes neither focus nor editors of its own: the grid
opens the editor and this view only lends the ground it stands on.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QTableView

from ui.tables.delegates import GridHeader


class FrozenColumns(QTableView):
    """The columns that stay at the left.

    Attributes:
        head: Its head, tied to the grid's.
    """

    def __init__(self, grid: QTableView) -> None:
        """Hold still: no focus, no triggers, no scroll bars."""
        super().__init__(grid)
        self._grid = grid
        self.head = GridHeader(Qt.Orientation.Horizontal, self)
        self.setHorizontalHeader(self.head)
        self.verticalHeader().hide()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFocusProxy(grid)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        grid.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)
        self.verticalScrollBar().valueChanged.connect(grid.verticalScrollBar().setValue)
        grid.horizontalHeader().sectionResized.connect(self._follow)
        self.head.sectionResized.connect(self._lead)
        self._count = 0

    def use(self, model: Any, count: int) -> None:
        """Show the first columns of the grid's model.

        Args:
            model: The grid's model; its selection model must be set already.
            count: How many columns stay at the left.
        """
        self._count = count
        self.setModel(model)
        self.setSelectionModel(self._grid.selectionModel())
        self.head.frozen = count
        for column in range(model.columnCount()):
            self.setColumnHidden(column, column >= count or self._grid.isColumnHidden(column))

    def hide_column(self, column: int, *, hidden: bool) -> None:
        """Follow the grid in what is hidden."""
        self.setColumnHidden(column, hidden or column >= self._count)

    @property
    def wide(self) -> int:
        """Width of all its columns that are shown."""
        return sum(self._grid.columnWidth(column) for column in range(self._count) if not self._grid.isColumnHidden(column))

    def place(self) -> None:
        """Lie over the left of the grid, beside the row numbers."""
        grid = self._grid
        left = grid.verticalHeader().width() + grid.frameWidth()
        self.setGeometry(left, grid.frameWidth(), self.wide, grid.viewport().height() + grid.horizontalHeader().height())
        self.raise_()

    def _follow(self, column: int, _old: int, new: int) -> None:
        if new:
            self.setColumnWidth(column, new)
        self.place()

    def _lead(self, column: int, _old: int, new: int) -> None:
        if column < self._count and new:
            self._grid.setColumnWidth(column, new)
