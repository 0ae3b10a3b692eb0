"""Blocks of cells: what goes to and comes from the clipboard, sums, fills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex

from models.values import MASK
from ui.tables.paged_model import READ_ONLY, PagedModel

SUMMED_CELLS = 5000


@dataclass(frozen=True)
class Edit:
    """Text for one cell.

    Attributes:
        record_id: The row; negative for the n-th new row under the last one.
        key: The column.
        text: Raw text, to be read by the Form.
    """

    record_id: int
    key: str
    text: str


def copied(indexes: Sequence[QModelIndex]) -> str:
    """Return a block as tab-separated text, as WPS reads it."""
    cells = {(index.row(), index.column()): str(index.data() or "") for index in indexes}
    rows = sorted({row for row, _column in cells})
    columns = sorted({column for _row, column in cells})
    return "\n".join("\t".join(_one_line(cells.get((row, column), "")) for column in columns) for row in rows)


def pasted(model: PagedModel, text: str, *, row: int, columns: Sequence[int]) -> list[Edit]:
    """Return the edits that lay a block of text on the grid.

    Args:
        model: The grid's model; lines past its end become new rows.
        text: Tab-separated lines.
        row: Where the first line goes.
        columns: Shown columns, from where the first cell goes.
    """
    edits: list[Edit] = []
    for down, line in enumerate(text.rstrip("\r\n").splitlines()):
        record_id = model.id_at(row + down)
        number = record_id if record_id is not None else model.rowCount() - (row + down) - 1
        cells = zip(columns, line.split("\t"), strict=False)
        # A number that was copied masked says nothing: what stands there stays.
        typed = [(model.columns[place], cell.strip()) for place, cell in cells if _typable(model, place)]
        edits += [Edit(number, column.key, cell) for column, cell in typed if not (column.kind.personal and MASK in cell)]
    return edits


def filled_down(model: PagedModel, indexes: Sequence[QModelIndex]) -> list[Edit]:
    """Return the edits that copy the top row of a block to the rows under it."""
    cells = sorted((index.row(), index.column()) for index in indexes)
    if not cells:
        return []
    top = cells[0][0]
    above = {column: model.plain_text_at(top, column) for row, column in cells if row == top}
    return retyped(model, {(row, column): above[column] for row, column in cells if row > top and column in above})


def emptied(model: PagedModel, indexes: Sequence[QModelIndex]) -> list[Edit]:
    """Return the edits that empty a block."""
    return retyped(model, {(index.row(), index.column()): "" for index in indexes})


def retyped(model: PagedModel, cells: Mapping[tuple[int, int], str]) -> list[Edit]:
    """Return the edits for those cells whose text differs."""
    edits: list[Edit] = []
    for (row, column), text in cells.items():
        record_id = model.id_at(row)
        if record_id is not None and _typable(model, column) and model.plain_text_at(row, column) != text:
            edits.append(Edit(record_id, model.columns[column].key, text))
    return edits


def summed(model: PagedModel, indexes: Sequence[QModelIndex]) -> str:
    """Return 选中 n 格, 计数, and 合计 where all cells are of one counting kind."""
    if len(indexes) < 2:
        return ""
    parts = [f"选中 {len(indexes):,} 格"]
    if len(indexes) <= SUMMED_CELLS:
        parts.append(f"计数 {sum(1 for index in indexes if index.data()):,}")
        kinds = {model.columns[index.column()].kind for index in indexes}
        if len(kinds) == 1 and (kind := kinds.pop()).editor in ("count", "amount"):
            values = [(model.values_at(index.row()) or {}).get(model.columns[index.column()].key) for index in indexes]
            parts.append(f"合计 {kind.show(sum(value for value in values if isinstance(value, int)))}")
    return "　".join(parts)


def _typable(model: PagedModel, column: int) -> bool:
    return model.columns[column].kind.editor != READ_ONLY


def _one_line(text: str) -> str:
    return text.replace("\t", " ").replace("\n", " ")
