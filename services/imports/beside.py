"""Tables of two forms that stand side by side on one sheet.

Blocks of one form beside each other share a header (`locate`). Two forms do
not: an empty column parts them, and each side is read as a sheet of its own,
so that no cell of one side fills a column of the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from services.imports.locate import Table, width_of
from services.imports.raw import Merge, RawRow

_FEWEST = 2


def parted(
    rows: Sequence[RawRow], merges: Sequence[Merge], located: Sequence[Table], find: Callable[[Sequence[RawRow]], list[Table]]
) -> tuple[list[RawRow], list[RawRow]] | None:
    """Return the rows of the left and of the right side, None if they are one table.

    Args:
        rows: All rows of the sheet with content.
        merges: Its merged ranges.
        located: The tables that were found over its whole width.
        find: Finds the tables of some rows.
    """
    if not located or len(located[0].blocks) > 1 or located[0].by_hand or not located[0].unknown:
        return None
    first = located[0].header_rows[0]
    top = next((row for row in rows if row.number == first), None)
    if top is None:
        return None
    cols = sorted(top.cells)
    for left, right in pairwise(cols):
        if right - left < 2 or any(merge[0] <= located[0].header_rows[-1] and merge[1] <= left + 1 <= merge[3] for merge in merges):
            continue
        if any(left < col < right for row in rows if row.number >= first for col in row.cells):
            continue
        sides = _side(rows, -1, left + 1), _side(rows, right - 1, None)
        tables = find(sides[0]), find(sides[1])
        codes = [{table.form.code for table in found if width_of(table) >= _FEWEST} for found in tables]
        if codes[0] and codes[1] and not codes[0] & codes[1]:
            return sides
    return None


def _side(rows: Sequence[RawRow], after: int, before: int | None) -> list[RawRow]:
    found: list[RawRow] = []
    for row in rows:
        cells = {col: value for col, value in row.cells.items() if after < col and (before is None or col < before)}
        if cells:
            made = RawRow.of(row.number, cells, row.styles, row.marks)
            made.hidden = row.hidden
            found.append(made)
    return found
