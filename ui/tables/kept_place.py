"""Current cell and selected rows of a grid over a change of its rows, by id."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex

from ui.tables.paged_model import PagedModel

MOST_ROWS = 500
Flag = QItemSelectionModel.SelectionFlag


@dataclass(frozen=True)
class KeptPlace:
    """Where a person stood.

    Attributes:
        record_id: The current row; None for none.
        column: The current column.
        last: The last, empty row was the current one.
        rows: Ids of rows that were selected from end to end.
    """

    record_id: int | None = None
    column: int = 0
    last: bool = False
    rows: tuple[int, ...] = ()

    @classmethod
    def of(cls, model: PagedModel, index: QModelIndex, selection: QItemSelection) -> KeptPlace:
        """Return the place of a grid before its rows change."""
        whole = [part for part in selection.toList() if part.width() == len(model.columns)]
        rows = [row for part in whole for row in range(part.top(), part.bottom() + 1)][:MOST_ROWS]
        ids = tuple(found for row in rows if (found := model.id_at(row)) is not None)
        record_id = model.id_at(index.row()) if index.isValid() else None
        return cls(record_id, max(index.column(), 0), index.isValid() and record_id is None and model.appending, ids)

    def restore(self, model: PagedModel, chosen: QItemSelectionModel) -> None:
        """Go there again, as far as it is still listed."""
        row = model.count if self.last and model.appending else model.row_of(self.record_id) if self.record_id is not None else -1
        if row < 0:
            return
        chosen.setCurrentIndex(model.index(row, self.column), Flag.NoUpdate if self.rows else Flag.Select)
        selected = QItemSelection()
        for found in filter(lambda number: number >= 0, map(model.row_of, self.rows)):
            selected.select(model.index(found, 0), model.index(found, len(model.columns) - 1))
        chosen.select(selected, Flag.Select)
