"""Where Enter and Tab lead, as in a spreadsheet; no widget, only places.

Tab goes right, Enter goes down, Shift turns both round. Enter after a run of
Tabs comes down in the column where the run began. In a selected block both
keys go round inside the block and leave it selected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Place = tuple[int, int]


@dataclass(frozen=True)
class Step:
    """One key: along the row (Tab) or along the column (Enter), forth or back."""

    across: bool
    back: bool = False


NEXT, BACK = Step(across=True), Step(across=True, back=True)
DOWN, UP = Step(across=False), Step(across=False, back=True)


class Walk:
    """Remembers where a run of Tabs began."""

    def __init__(self) -> None:
        """Start without a run."""
        self._began: int | None = None

    def forget(self) -> None:
        """End the run: the person went elsewhere by arrow, mouse or jump."""
        self._began = None

    def step(self, here: Place, step: Step, columns: Sequence[int], rows: int) -> Place:
        """Return the place that a key leads to.

        Args:
            here: Row and column of the current cell.
            step: Which key.
            columns: Shown columns in the order on screen.
            rows: Number of rows.
        """
        row, column = here
        if not columns or not rows:
            return here
        place = columns.index(column) if column in columns else 0
        if not step.across:
            target = self._began if self._began in columns and not step.back else columns[place]
            self._began = None
            return min(max(row + (-1 if step.back else 1), 0), rows - 1), target if target is not None else column
        if self._began is None:
            self._began = columns[place]
        place += -1 if step.back else 1
        if place < 0:
            return (row - 1, columns[-1]) if row > 0 else here
        if place == len(columns):
            return (row + 1, columns[0]) if row + 1 < rows else here
        return row, columns[place]


def round_block(here: Place, step: Step, rows: Sequence[int], columns: Sequence[int]) -> Place:
    """Return the next place inside a selected block, round again after its last.

    Args:
        here: Row and column of the current cell, inside the block.
        step: Which key.
        rows: Rows of the block, in order.
        columns: Columns of the block, in the order on screen.
    """
    row, column = rows.index(here[0]), columns.index(here[1])
    wide, high = len(columns), len(rows)
    place = row * wide + column if step.across else column * high + row
    place = (place + (-1 if step.back else 1)) % (wide * high)
    return (rows[place // wide], columns[place % wide]) if step.across else (rows[place % high], columns[place // high])
