"""Registration cards: one record per card, label and value side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.forms import Form
from services.imports.locate import LONGEST_HEADING, heading_keys, key_of_heading
from services.imports.raw import RawRow

_FEWEST_LABELS = 3


@dataclass(frozen=True)
class Card:
    """One record: where each value stands.

    Attributes:
        row: Row number of the first label.
        places: (row, col) of the value by column key.
        headers: Label texts by column key.
    """

    row: int
    places: dict[str, tuple[int, int]]
    headers: dict[str, str]


def find_cards(rows: Sequence[RawRow], forms: Sequence[Form]) -> tuple[Form, list[Card]] | None:
    """Return the form whose labels fit best and its cards, None if none fits."""
    best: tuple[int, Form, list[Card]] | None = None
    for form in forms:
        cards = [card for card in _cards(rows, form) if _complete(card, form)]
        labels = sum(len(card.places) for card in cards)
        if cards and (best is None or labels > best[0]):
            best = (labels, form, cards)
    return (best[1], best[2]) if best else None


def _cards(rows: Sequence[RawRow], form: Form) -> list[Card]:
    found: list[Card] = []
    keys = heading_keys(form)
    for row in rows:
        taken = -1
        for col in sorted(row.cells):
            text = row.cells[col]
            if col <= taken or not isinstance(text, str) or len(text) > LONGEST_HEADING:
                continue
            key = key_of_heading(text, keys)
            if key is None:
                continue
            if not found or key in found[-1].headers:
                found.append(Card(row.number, {}, {}))
            found[-1].headers[key] = text
            value_col = next((c for c in sorted(row.cells) if c > col), None)
            if value_col is None or key_of_heading(str(row.cells[value_col]), keys) is not None:
                continue
            found[-1].places[key] = (row.number, value_col)
            taken = value_col
    return found


def _complete(card: Card, form: Form) -> bool:
    return len(card.places) >= _FEWEST_LABELS and all(column.key in card.places for column in form.columns if column.required)
