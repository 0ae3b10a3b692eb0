"""Records that do not lie in rows: registration cards, and tables on their side.

On a card label and value stand side by side, one record per card. In a table
on its side the labels stand in one column and every further column is a
record.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from models.annexes import CATEGORY_PREFIX
from models.forms import Context, Form
from models.values import plain
from services.imports.headings import LONGEST_HEADING, bare_heading, heading, heading_keys, key_of_heading, named, unfoldable
from services.imports.raw import RawRow
from services.imports.telling import is_meant

_FEWEST_LABELS = 3
_TITLED = 1.5
_LOOKED_AT_ROWS = 5000
_SAMPLED_ROWS = 12
_MEMO_SIZE = 16  # batches; each holds its forms
_every: dict[tuple[int, ...], tuple[tuple[Form, ...], frozenset[str]]] = {}
_LABELLED = re.compile(r"\s*([^:：]{2,12})[:：]\s*(\S[^:：]*)")
# Labels of cards that no form has a column for; what stands behind them is not the value of the label before.
_OTHER_LABELS = frozenset(
    (
        "性别",
        "民族",
        "年龄",
        "出生年月",
        "出生日期",
        "学历",
        "专业",
        "政治面貌",
        "照片",
        "籍贯",
        "身份证号",
        "身份证号码",
        "邮箱",
        "电子邮箱",
        "签名",
        "签字",
        "发证日期",
        "有效期",
        "发证机关",
        "填表人",
        "填表日期",
        "审核人",
    )
)


@dataclass(frozen=True)
class Card:
    """One record: where each value stands.

    Attributes:
        row: Row number of the first label.
        places: (row, col) of the value by column key.
        headers: Label texts by column key.
        texts: Values that share a cell with their label, by column key.
    """

    row: int
    places: dict[str, tuple[int, int]]
    headers: dict[str, str]
    texts: dict[str, str] = field(default_factory=dict)


def find_cards(rows: Sequence[RawRow], forms: Sequence[Form], titles: str) -> tuple[Form, list[Card]] | None:
    """Return the form whose labels fit best and its cards, None if none fits.

    Args:
        rows: All rows of the sheet with content.
        forms: The forms that may be there.
        titles: Text that names the form: of sheet and file, lines above.
    """
    best: tuple[float, Form, list[Card]] | None = None
    looked = rows[:_LOOKED_AT_ROWS]
    before = heading(titles + "".join(plain(value)[:LONGEST_HEADING] for row in looked[:4] for value in row.cells.values()))
    for form in forms:
        keys = heading_keys(form)
        cards = _on_its_side(looked, form, keys) or _filled_in(_cards(looked, form, keys), form)
        if not cards or not is_meant(form.code, cards[0].places, before, cards[0].headers.values()):
            continue
        labels = sum(len(card.places) for card in cards) + (_TITLED * len(cards) if named(form, before) else 0)
        if best is None or labels > best[0]:
            best = (labels, form, cards)
    return (best[1], best[2]) if best else None


def looks_like_cards(rows: Sequence[RawRow], forms: Sequence[Form], header_rows: Sequence[int]) -> bool:
    """Tell whether most first rows have labels of their own, as no table has.

    Args:
        rows: All rows of the sheet with content.
        forms: The forms that may be there.
        header_rows: Row numbers of what was taken for a header.
    """
    looked = [row for row in rows[:_SAMPLED_ROWS] if len(row.cells) > 1 and row.number not in header_rows]
    every = _every_word(tuple(map(id, forms)), forms)
    words = [{value for value in row.cells.values() if _is_any(value, every)} for row in looked]
    if sum(map(bool, words)) * 2 <= len(looked):
        return False  # whatever the form: most rows have no word of any
    for form in forms:
        keys = heading_keys(form)
        labels = [{value for value in values if _key(value, keys)} for values in words]
        if len(set().union(*labels)) >= _FEWEST_LABELS and sum(map(bool, labels)) * 2 > len(looked):
            return True
    return False


def _every_word(numbers: tuple[int, ...], forms: Sequence[Form]) -> frozenset[str]:
    """Return the headings of all forms; the same forms are asked for with each sheet."""
    found = _every.get(numbers)
    if found is None:
        if len(_every) >= _MEMO_SIZE:
            _every.clear()
        # while the forms are kept, no other has their ids
        found = _every[numbers] = tuple(forms), frozenset(word for form in forms for word in heading_keys(form))
    return found[1]


def _is_any(value: object, every: frozenset[str]) -> bool:
    if not isinstance(value, str) or len(value) > LONGEST_HEADING:
        return False
    if unfoldable(value):
        return value.lower() in every
    return heading(value) in every or bare_heading(value) in every


def _cards(rows: Sequence[RawRow], form: Form, keys: Mapping[str, str]) -> list[Card]:
    lanes = _lanes(rows, form, keys)
    found = [card for lane in lanes for card in _cards_below(lane, form, keys)]
    return found if len(lanes) == 1 else sorted(found, key=lambda card: card.row)


def _lanes(rows: Sequence[RawRow], form: Form, keys: Mapping[str, str]) -> list[Sequence[RawRow]]:
    """Part rows in which cards stand side by side: there the label of who it is comes again on one row."""
    wanted = next((column.key for column in form.columns if column.required), None)
    for row in rows[:_SAMPLED_ROWS]:
        starts = [col for col in sorted(row.cells) if _labels(row.cells[col], wanted, keys)]
        if len(starts) < 2 or any(_is_label(row.cells[col], keys) for start in starts for col in _next(row, start)):
            continue
        before = starts[0] - min(col for one in rows[:_SAMPLED_ROWS] for col in one.cells)
        edges = [
            0,
            *(start - min(before, start - last - 1) for last, start in pairwise(starts)),
            max(max(one.cells) for one in rows if one.cells) + 1,
        ]
        return [[_between(one, left, right) for one in rows] for left, right in pairwise(edges)]
    return [rows]


def _labels(value: object, wanted: str | None, keys: Mapping[str, str]) -> bool:
    together = _LABELLED.fullmatch(value) if isinstance(value, str) else None
    return wanted is not None and _key(together[1] if together else value, keys) == wanted


def _next(row: RawRow, col: int) -> list[int]:
    """Return the place beside a label that has no value of its own in its cell."""
    return [] if _LABELLED.fullmatch(plain(row.cells[col])) else [one for one in sorted(row.cells) if one > col][:1]


def _between(row: RawRow, left: int, right: int) -> RawRow:
    return RawRow.of(row.number, {col: value for col, value in row.cells.items() if left <= col < right}, row.styles, row.marks)


def _cards_below(rows: Sequence[RawRow], form: Form, keys: Mapping[str, str]) -> list[Card]:
    found: list[Card] = []
    choices = {column.key: column.kind for column in form.columns if column.kind.editor.startswith("choice")}
    for row in rows:
        taken = -1
        cols = sorted(row.cells)
        for col in cols:
            text = row.cells[col]
            if col <= taken or not isinstance(text, str):
                continue
            together = _LABELLED.fullmatch(text)
            key = key_of_heading(together[1] if together else text, keys) if len(text) <= LONGEST_HEADING * 2 else None
            if key is None:
                continue
            if not found or key in found[-1].headers:
                found.append(Card(row.number, {}, {}))
            card = found[-1]
            card.headers[key] = together[1] if together else text
            if together:
                card.places[key], card.texts[key] = (row.number, col), together[2].strip()
                continue
            value_col = next((c for c in cols if c > col), None)
            if value_col is None:
                continue
            chosen = key in choices and not choices[key].parse(row.cells[value_col], Context()).flags
            if not chosen and _is_label(row.cells[value_col], keys):
                continue
            card.places[key] = (row.number, value_col)
            taken = value_col
    return found


def _is_label(value: object, keys: Mapping[str, str]) -> bool:
    text = plain(value)
    if len(text) > LONGEST_HEADING:
        return False
    together = _LABELLED.fullmatch(text)
    return key_of_heading(text, keys) is not None or heading(text) in _OTHER_LABELS or bool(together and key_of_heading(together[1], keys))


def _on_its_side(rows: Sequence[RawRow], form: Form, keys: Mapping[str, str]) -> list[Card]:
    """Return a record for each column right of a column of labels."""
    labels = [(row, col, key) for row in rows for col in sorted(row.cells)[:2] if (key := _key(row.cells[col], keys))]
    if len(labels) < _FEWEST_LABELS:
        return []
    column = Counter(col for _row, col, _key_of in labels).most_common(1)[0][0]
    lines: dict[str, RawRow] = {}
    for row, col, key in labels:
        if col == column:
            if key in lines or any(_is_label(row.cells[other], keys) for other in row.cells if other > column):
                return []
            lines[key] = row
    wanted = [one.key for one in form.columns if one.required]
    if len(lines) < _FEWEST_LABELS or not all(key in lines for key in wanted):
        return []
    columns = sorted({col for row in lines.values() for col in row.cells if col > column})
    if len(columns) < 2:
        return []
    headers = {key: plain(row.cells[column]) for key, row in lines.items()}
    first = min(row.number for row in lines.values())
    return [Card(first, {key: (row.number, col) for key, row in lines.items() if col in row.cells}, headers) for col in columns]


def _key(value: object, keys: Mapping[str, str]) -> str | None:
    key = key_of_heading(value, keys) if isinstance(value, str) and len(value) <= LONGEST_HEADING else None
    # Categories are values as often as headings.
    return None if key is None or key.startswith(CATEGORY_PREFIX) else key


def _filled_in(cards: list[Card], form: Form) -> list[Card]:
    """Return the cards that are records: beside a whole one also those with gaps, if they say who it is."""
    whole = [card for card in cards if _complete(card, form)]
    wanted = [column.key for column in form.columns if column.required][:1]
    known = frozenset(frozenset(card.headers) for card in whole)
    return [card for card in cards if card in whole or (frozenset(card.headers) in known and all(key in card.places for key in wanted))]


def _complete(card: Card, form: Form) -> bool:
    # A row of labels only is the header of a table.
    rows = {row for row, _col in card.places.values()}
    return (
        len(rows) > 1
        and len(card.places) >= _FEWEST_LABELS
        and all(column.key in card.places for column in form.columns if column.required)
    )
