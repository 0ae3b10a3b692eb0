"""What was typed into a grid and is not, or not yet, what is stored.

Three things must never be lost between a key press and the answer of the
database: text on its way (shown at once, until the stored row arrives), text
that was refused (stays in its cell in red, with the sentence, until it is
mended or taken back), and the last row, which is no record yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Cell = tuple[int, str]


@dataclass(frozen=True)
class Refusal:
    """Text that could not be stored, and why."""

    text: str
    sentence: str


class Typed:
    """Text that lies over the stored rows of a grid.

    Attributes:
        draft: Text of the last row by column key.
        refused: Refused text by cell (record id, column key).
        changed: Cells that were changed in this session.
    """

    def __init__(self) -> None:
        """Start with nothing typed."""
        self.draft: dict[str, str] = {}
        self.refused: dict[Cell, Refusal] = {}
        self.changed: set[Cell] = set()
        self._under_way: dict[Cell, str] = {}
        self._stored: set[Cell] = set()

    def text(self, cell: Cell) -> str | None:
        """Return what was typed into a cell; None if what is stored counts."""
        refusal = self.refused.get(cell)
        return refusal.text if refusal else self._under_way.get(cell)

    def send(self, cell: Cell, text: str) -> None:
        """Show text that is on its way to the database."""
        self.refused.pop(cell, None)
        self._stored.discard(cell)
        self._under_way[cell] = text

    def refuse(self, cell: Cell, text: str, sentence: str) -> None:
        """Keep text that could not be stored, with the reason."""
        self._under_way.pop(cell, None)
        self.refused[cell] = Refusal(text, sentence)

    def store(self, cells: Iterable[Cell]) -> None:
        """Take note that cells were stored; their text stays until the row is here."""
        for cell in cells:
            self.changed.add(cell)
            self.refused.pop(cell, None)
            self._stored.add(cell)

    def drop(self, cells: Iterable[Cell]) -> None:
        """Show what is stored again."""
        for cell in cells:
            self._under_way.pop(cell, None)
            self.refused.pop(cell, None)
            self._stored.discard(cell)

    def arrive(self, record_ids: Iterable[int] | None = None) -> None:
        """Let the stored rows show; all of them without ids."""
        known = None if record_ids is None else set(record_ids)
        for cell in [cell for cell in self._stored if known is None or cell[0] in known]:
            self._stored.discard(cell)
            self._under_way.pop(cell, None)
