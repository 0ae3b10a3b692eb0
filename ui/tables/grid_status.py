"""The line under a grid: what is shown of how many, what is selected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from models.forms import Column
from services.listing import Total
from ui import regions

SUMMED = ("count", "amount")
UNITS = {"amount": " 万元"}


class GridStatus(QFrame):
    """Two labels: rows at the left, the selection at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build both labels."""
        super().__init__(parent)
        self.setObjectName("gridStatus")
        self.left = regions.Elided()  # a long sentence never widens the window
        self.right = QLabel()
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(14, 3, 14, 3)
        self._line.addWidget(self.left, 1)
        self._line.addWidget(self.right)

    def add(self, button: QWidget) -> None:
        """Put a button between the two, for what the rows shown ask for."""
        self._line.insertWidget(1, button)

    def say(self, text: str, weight: str = "") -> None:
        """Write at the left; weight "bad" or "soon" for what asks for a hand."""
        self.left.say(text)
        if self.left.property("said") != weight:
            self.left.setProperty("said", weight)
            self.left.style().unpolish(self.left)
            self.left.style().polish(self.left)


def selected(cells: int, columns: Sequence[Column], totals: Mapping[str, Total] | None) -> str:
    """Return 选中 n 格　计数 n　合计 n, the sum only where all columns count the same.

    Args:
        cells: How many cells are selected.
        columns: Columns that are touched.
        totals: What they hold, by key; None while it is not known.
    """
    if cells < 2:
        return ""
    parts = [f"选中 {cells:,} 格"]
    if totals is not None:
        parts.append(f"计数 {sum(total.filled for total in totals.values()):,}")
        kinds = {column.kind.editor for column in columns}
        if len(kinds) == 1 and (editor := kinds.pop()) in SUMMED:
            added = sum(total.sum or 0 for total in totals.values())
            shown = columns[0].kind.show(added) if editor == "amount" else f"{added:,}"
            parts.append(f"合计 {shown}{UNITS.get(editor, '')}")
    return "　".join(parts)
