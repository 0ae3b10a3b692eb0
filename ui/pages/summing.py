"""选中 n 格　计数　合计 under a grid, whatever is selected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject

from services import listing as listings
from services.listing import Listing, Total
from ui.pages.page import Desk
from ui.tables.blocks import Area
from ui.tables.grid_status import GridStatus, selected
from ui.tables.table_view import GridView

MOST_ROWS = 20_000


class Summing(QObject):
    """Follows the selection of a grid; the sums come from the database."""

    def __init__(self, desk: Desk, grid: GridView, status: GridStatus, listing: Callable[[], tuple[Listing, int | None]]) -> None:
        """Listen to the grid.

        Args:
            desk: What the page may use of the window.
            grid: Whose selection; also the owner.
            status: Where the words stand.
            listing: Gives listing and campaign of the rows that are shown.
        """
        super().__init__(grid)
        self._desk, self._grid, self._status, self._listing = desk, grid, status, listing
        self._asked = 0
        grid.area_chosen.connect(self.sum)

    def sum(self, area: Area) -> None:
        """Tell how many cells are selected, then what they hold."""
        self._asked += 1
        columns = [self._grid.columns[column] for column in area.columns]
        self._status.right.setText(selected(area.cells, columns, None))
        if area.single or not area.solid:
            return
        model, everything = self._grid.paged, len(area.rows) == self._grid.paged.count
        if not everything and len(area.rows) > MOST_ROWS:
            return
        listing, scope = self._listing()
        asked: dict[str, Any] = {"listing": listing, "keys": [column.key for column in columns], "scope": scope}
        if everything:
            asked |= {"text": model.question.text, "filters": dict(model.question.filters)}
        else:
            asked["wanted"] = [found for row in area.rows if (found := model.id_at(row)) is not None]
        number = self._asked
        self._desk.tasks.query(listings.totals, **asked).then(lambda totals: self._show(number, area, totals))

    def _show(self, number: int, area: Area, totals: Mapping[str, Total]) -> None:
        if number == self._asked:
            columns = [self._grid.columns[column] for column in area.columns]
            self._status.right.setText(selected(area.cells, columns, totals))
