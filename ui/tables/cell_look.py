"""How one cell looks: what the model tells the delegate by one role."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt

from models.forms import Column

LOOK = int(Qt.ItemDataRole.UserRole) + 1
ID = int(Qt.ItemDataRole.UserRole) + 2
_NUMERIC = ("0", "0.0%", "General")


def stands_right(column: Column) -> bool:
    """Tell whether a column holds numbers, typed or not: they stand at the right."""
    return column.kind.excel in _NUMERIC


@dataclass(frozen=True)
class Mark:
    """A remark on a cell.

    Attributes:
        weight: "bad" (wrong), "soon" (to be checked), or "" for none.
        sentence: For tooltip and side panel.
        badge: (word, kind) painted instead of plain text, or None.
    """

    weight: str = ""
    sentence: str = ""
    badge: tuple[str, str] | None = None


@dataclass(frozen=True)
class CellLook:
    """All that the delegate paints of a cell, except what the view knows.

    Attributes:
        text: Shown text.
        flag: "bad", "soon" or "".
        old: Value before an import; painted struck through, before an arrow.
        badge: (word, kind); kind as in tokens.toml [state], "info dashed" is a suggestion.
        right: Numbers stand at the right.
        changed: Changed in this session.
        read_only: Sunken ground.
        gone: The row was deleted elsewhere.
        waiting: The row is on its way.
        hint: The text is no value but says what may be done here.
        lit: Words of the text that speak for a suggestion, as if marked with a pen.
    """

    text: str = ""
    flag: str = ""
    old: str | None = None
    badge: tuple[str, str] | None = None
    right: bool = False
    changed: bool = False
    read_only: bool = False
    gone: bool = False
    waiting: bool = False
    hint: bool = False
    lit: tuple[str, ...] = ()
