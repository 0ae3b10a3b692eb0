"""Edits of whole blocks: what paste, fill and empty would write, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QItemSelection

from models.forms import Column
from models.values import MASK, masked
from ui.tables.paged_model import READ_ONLY, PagedModel, Values

MOST_CELLS = 100_000


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


@dataclass(frozen=True)
class Area:
    """The selected cells of a grid.

    Attributes:
        rows: Touched rows, in order.
        columns: Touched columns, in the order on screen.
        cells: How many cells are selected.
        solid: All cells of these rows and columns are selected.
    """

    rows: tuple[int, ...] = ()
    columns: tuple[int, ...] = ()
    cells: int = 0
    solid: bool = True

    @property
    def single(self) -> bool:
        """At most one cell."""
        return self.cells <= 1


def area_of(selection: QItemSelection, shown: Sequence[int], rows: int) -> Area:
    """Return the selected area without touching single cells.

    Args:
        selection: Ranges as the view has them.
        shown: Shown columns in the order on screen.
        rows: Number of rows that are records.
    """
    lines: set[int] = set()
    columns: set[int] = set()
    cells = 0
    for part in selection.toList():
        bottom = min(part.bottom(), rows - 1)
        mine = [column for column in shown if part.left() <= column <= part.right()]
        if bottom >= part.top() and mine:
            lines.update(range(part.top(), bottom + 1))
            columns.update(mine)
            cells += (bottom - part.top() + 1) * len(mine)
    ordered = tuple(column for column in shown if column in columns)
    return Area(tuple(sorted(lines)), ordered, cells, cells == len(lines) * len(ordered))


def laid(model: PagedModel, block: Sequence[Sequence[str]], *, row: int, columns: Sequence[int]) -> list[Edit]:
    """Return the edits that lay a block of text on the grid.

    Args:
        model: The grid's model; lines past its records become new rows.
        block: Rows of text.
        row: Where the first line goes.
        columns: Shown columns, from where the first cell goes.
    """
    edits: list[Edit] = []
    for down, line in enumerate(block):
        record_id = model.id_at(row + down)
        number = record_id if record_id is not None else model.count - (row + down) - 1
        cells = zip(columns, line, strict=False)
        # A number that was copied masked says nothing: what stands there stays.
        typed = [(model.columns[place], cell.strip()) for place, cell in cells if typable(model.columns[place])]
        edits += [Edit(number, column.key, cell) for column, cell in typed if not (column.kind.personal and MASK in cell)]
    return edits


def left_out(model: PagedModel, block: Sequence[Sequence[str]], columns: Sequence[int]) -> str:
    """Say what of a block finds no place in the grid; "" if all does.

    It is too wide, or meets columns that nobody types into.

    Args:
        model: The grid's model.
        block: Rows of text.
        columns: Shown columns, from where the first cell goes.
    """
    told: list[str] = []
    over = max((len(line) for line in block if any(cell.strip() for cell in line[len(columns) :])), default=0) - len(columns)
    if over > 0:
        told.append(f"粘贴的内容比表格宽，右边 {over} 列没有写入；从更靠左的一格开始粘贴，或先用“列”把缺的列显示出来")
    idle = [
        model.columns[place].title.replace("\n", "")
        for number, place in enumerate(columns)
        if not typable(model.columns[place]) and any(line[number].strip() for line in block if number < len(line))
    ]
    if idle:
        told.append(f"“{'”“'.join(idle)}”不在这张表里填，粘贴的内容没有采用")
    return "；".join(told)


def tiled(block: Sequence[Sequence[str]], area: Area) -> list[list[str]]:
    """Return a block repeated over an area, if it fits in whole; else itself."""
    lines = [list(line) for line in block]
    wide = max(map(len, lines), default=0)
    fits = lines and wide and area.solid and len(area.rows) % len(lines) == 0 and len(area.columns) % wide == 0
    if not fits or (len(area.rows), len(area.columns)) == (len(lines), wide):
        return lines
    across, down = len(area.columns) // wide, len(area.rows) // len(lines)
    return [(line + [""] * (wide - len(line))) * across for line in lines] * down


def filled_down(model: PagedModel, area: Area, values: Mapping[int, Values]) -> list[Edit]:
    """Return the edits that copy the top row of an area to the rows under it."""
    if len(area.rows) < 2:
        return []
    above = {column: shown(model, area.rows[0], column, values) for column in area.columns}
    return retyped(model, {(row, column): above[column] for row in area.rows[1:] for column in area.columns}, values)


def same_in_all(model: PagedModel, area: Area, text: str, values: Mapping[int, Values]) -> list[Edit]:
    """Return the edits that put one text into all cells of an area."""
    return retyped(model, {(row, column): text for row in area.rows for column in area.columns}, values)


def retyped(model: PagedModel, cells: Mapping[tuple[int, int], str], values: Mapping[int, Values]) -> list[Edit]:
    """Return the edits for those cells whose text differs from what is stored."""
    edits: list[Edit] = []
    for (row, column), text in cells.items():
        record_id = model.id_at(row)
        if record_id is not None and record_id in values and typable(model.columns[column]) and shown(model, row, column, values) != text:
            edits.append(Edit(record_id, model.columns[column].key, text))
    return edits


def shown(model: PagedModel, row: int, column: int, values: Mapping[int, Values]) -> str:
    """Return the text of a cell unmasked: what is on its way, else what is stored."""
    record_id = model.id_at(row)
    typed = model.typing.text((record_id, model.columns[column].key)) if record_id is not None else None
    if typed is not None:
        return typed
    held = values.get(record_id) if record_id is not None else None
    return model.columns[column].kind.show(held[column]) if held else ""


def copied(model: PagedModel, area: Area, values: Mapping[int, Values]) -> list[list[str]]:
    """Return the text of an area as people see it, numbers of persons masked."""
    block: list[list[str]] = []
    for row in area.rows:
        line = [shown(model, row, column, values) for column in area.columns]
        veiled = [model.veils(row, column) for column in area.columns]
        block.append([masked(text) if veil and text else text for text, veil in zip(line, veiled, strict=True)])
    return block


def typable(column: Column) -> bool:
    """Tell whether a column can be typed into."""
    return column.kind.editor != READ_ONLY
