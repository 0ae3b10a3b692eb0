"""How a person arranged the columns of a grid: hidden, order, widths.

Kept for each register on this PC, by column key, so that a new column of a
later version neither shifts the widths nor brings back what was hidden.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QSettings


@dataclass(frozen=True)
class Arrangement:
    """What a person changed; what is absent stays as the Form declares it.

    Attributes:
        widths: Width in pixels by column key.
        order: Column keys from left to right; () for the order of the Form.
        hidden: Keys of hidden columns; None if never chosen.
    """

    widths: Mapping[str, int] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    hidden: frozenset[str] | None = None


def load(name: str) -> Arrangement:
    """Return the arrangement of a grid; an empty one if none can be read."""
    kept = QSettings().value(_place(name)) if name else None
    try:
        facts = json.loads(kept) if isinstance(kept, str) else {}
        hidden = facts.get("hidden")
        return Arrangement(
            {str(key): int(width) for key, width in facts.get("widths", {}).items()},
            tuple(map(str, facts.get("order", ()))),
            None if hidden is None else frozenset(map(str, hidden)),
        )
    except (ValueError, TypeError, AttributeError):  # another program wrote there
        return Arrangement()


def save(name: str, arrangement: Arrangement) -> None:
    """Keep the arrangement of a grid; a grid without a name forgets it."""
    if name:
        facts = {
            "widths": dict(arrangement.widths),
            "order": list(arrangement.order),
            "hidden": None if arrangement.hidden is None else sorted(arrangement.hidden),
        }
        QSettings().setValue(_place(name), json.dumps(facts, ensure_ascii=False))


def forget(name: str) -> None:
    """Go back to what the Form declares."""
    QSettings().remove(_place(name))


def ordered(keys: Sequence[str], order: Sequence[str]) -> list[str]:
    """Return all keys in a kept order; new ones stay behind their neighbour."""
    found = [key for key in order if key in keys]
    for place, key in enumerate(keys):
        if key not in found:
            before = next((other for other in reversed(keys[:place]) if other in found), None)
            found.insert(found.index(before) + 1 if before else 0, key)
    return found


def _place(name: str) -> str:
    return f"grid/{name}"
