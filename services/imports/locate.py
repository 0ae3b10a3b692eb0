"""Which form a sheet holds, where its header stands, which column is which.

A form is known by its header words (`headings`), never by the file name. A
header has one to three rows, anywhere near the top or under an earlier table;
merged header cells speak for every column they cover.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from models.annexes import CATEGORY_PREFIX
from models.forms import Context, Form
from services.imports.headings import (
    LONGEST_HEADING,
    NUMBERING,
    Learned,
    Vocabulary,
    bare_heading,
    corrected,
    extended,
    fingerprint,
    heading,
    holds_values,
    named,
    stays,
    unfoldable,
    vocabulary,
)
from services.imports.raw import Merge, RawRow, RawSheet
from services.imports.telling import is_meant, said_above, settled, told, with_categories, word_of

LOOK_AT_ROWS = 30
LONGEST_TITLE = 100
_LONGEST_BAND = 12
MOST_COLUMNS = 300
MOST_TRIED = 300
NEAR_TIE = 0.03
_DEEPEST = 3
_LEAST_TOLD = 4
_LEARNED_BY_HAND = 5.0
_CLOSED = 0.1
_MEMO_SIZE = 400
_BATCHES = 16  # each keeps its forms
_UNSEEN = object()
_words: dict[tuple[int, ...], tuple[tuple[Vocabulary, ...], frozenset[str], frozenset[str]]] = {}


@dataclass(frozen=True)
class Block:
    """Columns of one record; two blocks stand side by side in some files."""

    columns: Mapping[str, int]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """A header that was found.

    Attributes:
        form: The form it belongs to, with categories as the file has them.
        header_rows: Row numbers of the header.
        blocks: Where the values stand, once per record on a row.
        numbering: Columns that hold only running numbers.
        unknown: Headings without a column in the form, by column index.
        duplicates: Keys whose heading stands twice in one block.
        spread: Columns that have no heading of their own: a merged one to the left covers them.
        told: Keys of columns that only telling words named.
        score: How well the header fits, from 0 to about 1.2.
        ticks: Where a column is spread over its options, to be ticked: by its first place, all places and their words.
        parted: Columns that hold a person and their phone in one cell, with the place where the phone is put for reading.
        titled: All columns that have a heading.
        spare: What is read where the column of a key is empty: place and heading of another column, by key.
        rivals: Codes of forms that fit equally well.
        by_hand: A clerk said what the columns are.
        mark: Fingerprint of the headings.
    """

    form: Form
    header_rows: tuple[int, ...]
    blocks: tuple[Block, ...]
    numbering: tuple[int, ...] = ()
    unknown: Mapping[int, str] = field(default_factory=dict)
    duplicates: frozenset[str] = frozenset()
    spread: frozenset[int] = frozenset()
    told: frozenset[str] = frozenset()
    score: float = 0
    ticks: Mapping[int, tuple[tuple[int, str], ...]] = field(default_factory=dict)
    parted: Mapping[int, int] = field(default_factory=dict)
    titled: frozenset[int] = frozenset()
    spare: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    rivals: tuple[str, ...] = ()
    by_hand: bool = False
    mark: str = ""


@dataclass(frozen=True)
class _Layout:
    """The headings of a possible header.

    Attributes:
        rows: Row numbers.
        texts: Heading by column index.
        bands: What stands above it.
        spread: Columns that a merged cell to the left covers.
        closed: The lowest row stands under the merged cells above it only, as no row of values does.
    """

    rows: tuple[int, ...]
    texts: Mapping[int, str]
    bands: Mapping[int, str]
    spread: frozenset[int]
    closed: bool


def find_tables(
    rows: Sequence[RawRow],
    merges: Sequence[Merge],
    forms: Sequence[Form],
    titles: str = "",
    learned: Sequence[Learned] = (),
    memo: dict[object, tuple[tuple[RawRow, ...], Any]] | None = None,
) -> list[Table]:
    """Return the tables of a sheet, top to bottom.

    Args:
        rows: All rows of the sheet with content.
        merges: Its merged ranges.
        forms: The forms that may be there.
        titles: File-level text that names the table (sheet name, lines above).
        learned: Headers that were mapped by hand before.
        memo: What was found under the same rows before.
    """
    known = tuple(vocabulary(form) for form in forms)
    words, firsts = _words_of(known)
    if learned:
        words = words.union(*({name for name, _key in one.columns} for one in learned))
        firsts = _firsts(words)
    search = _Search(merges, known, {form.code: form for form in forms}, learned, {} if memo is None else memo)
    found: list[Table] = []
    tried: set[tuple[object, ...]] = set()
    last = 0
    for index, row in enumerate(rows):
        if (
            row.number <= last
            or len(tried) > MOST_TRIED
            or not search.may_begin(row, words, firsts, thorough=row.number <= LOOK_AT_ROWS or index < LOOK_AT_ROWS)
            or (found and holds_values(row.cells.values()))  # words of a row of values do not make a header of it
        ):
            continue
        # The same words again are a repeated header, or again no header.
        words_of_row = tuple(row.cells.items())
        if words_of_row in tried:
            continue
        tried.add(words_of_row)
        before = titles + "".join(str(value)[:LONGEST_TITLE] for above in rows[max(0, index - 6) : index] for value in above.cells.values())
        table = search.best(rows[index : index + _DEEPEST], heading(before))
        if table and index and rows[index - 1].number > last and _is_band(rows[index - 1], row, merges):
            wider = search.best(rows[index - 1 : index - 1 + _DEEPEST], heading(before), banded=True)
            if wider and wider.form.code == table.form.code and width_of(wider) > width_of(table):
                table, index = wider, index - 1
        if table and not (found and _same_header(found[-1], table)):
            found.append(table)
            last = table.header_rows[-1]
            tried |= {tuple(one.cells.items()) for one in rows[index : index + len(table.header_rows)]}
    return found


def daring_tables(sheet: RawSheet, rows: Sequence[RawRow], forms: Sequence[Form], *, lenient: bool = False) -> list[Table]:
    """Return the table whose header has hardly a word that a list knows.

    For sheets in which no other way found one.

    Args:
        sheet: Its name, merges and lines above.
        rows: All rows of it with content.
        forms: The forms that may be there.
        lenient: Also without the column that a row is known by, or with fewer; what the columns hold must name the others then.
    """
    known = tuple(vocabulary(form) for form in forms)
    search = _Search(sheet.merges, known, {form.code: form for form in forms}, (), {}, lenient=lenient)
    before = "".join((sheet.name, *sheet.above))
    for index, row in enumerate(rows[:LOOK_AT_ROWS]):
        texts = [value for value in row.cells.values() if isinstance(value, str)]
        short = all(len(text) <= LONGEST_HEADING and not re.search(r"[:：]|\d{3}", text) for text in texts)
        table = search.best(rows[index : index + _DEEPEST], heading(before)) if short and len(texts) >= _LEAST_TOLD else None
        wide = table is not None and width_of(table) >= (_LEAST_TOLD - 1 if lenient else _LEAST_TOLD)
        if table and wide and width_of(table) > len(table.unknown) and not table.rivals:
            return [table]
        before += "".join(str(value)[:LONGEST_TITLE] for value in row.cells.values())
    return []


def width_of(table: Table) -> int:
    """Return how many columns were named."""
    return sum(len(block.columns) for block in table.blocks)


def _is_band(row: RawRow, below: RawRow, merges: Sequence[Merge]) -> bool:
    """Tell whether a row that begins no header may stand above one: short words, one of them over several columns."""
    texts = list(row.cells.values())
    if row.number + 1 != below.number or len(texts) < 2 or len(texts) >= len(below.cells):
        return False
    if any(not isinstance(text, str) or len(text) > _LONGEST_BAND or re.search(r"[:：\d]", text) for text in texts):
        return False
    return any(top == row.number and right > left for top, left, _bottom, right in merges)


def tables_of(
    sheet: RawSheet, rows: Sequence[RawRow], forms: Sequence[Form], expected: str | None, learned: Sequence[Learned] = ()
) -> list[Table]:
    """Return the tables of a sheet; where two forms fit alike, the expected one.

    Args:
        sheet: Its name, merges and lines above.
        rows: All rows of it with content, or the first ones.
        forms: The forms that may be there.
        expected: Code of the form that the caller wants.
        learned: Headers that were mapped by hand before.
    """
    found = find_tables(rows, sheet.merges, forms, "".join((sheet.name, *sheet.above)), learned, sheet.headers)
    if not any(expected in table.rivals for table in found):
        return found
    again = find_tables(rows, sheet.merges, [form for form in forms if form.code == expected], "", learned)
    places = {table.header_rows[0]: table for table in again}
    return [places.get(table.header_rows[0], table) if expected in table.rivals else table for table in found]


def likely_forms(rows: Sequence[RawRow], forms: Sequence[Form]) -> tuple[str, ...]:
    """Return the codes of all forms, the likeliest by their headings first."""
    texts = {str(value)[:LONGEST_HEADING] for row in rows for value in row.cells.values() if isinstance(value, str)}
    hits = {form.code: sum(_is_word(text, vocabulary(form).words) for text in texts) for form in forms}
    return tuple(sorted(hits, key=lambda code: -hits[code]))


def _words_of(known: tuple[Vocabulary, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the headings of all forms, and their first characters; the same forms are asked for with each sheet."""
    seen = tuple(map(id, known))
    found = _words.get(seen)
    if found is None:
        if len(_words) >= _BATCHES:
            _words.clear()
        words = frozenset().union(*(one.words for one in known))
        found = _words[seen] = known, words, _firsts(words)  # while they are kept, no other has their ids
    return found[1:]


def _firsts(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word[0] for word in words if word)


def _may_be_header(row: RawRow, words: frozenset[str], firsts: frozenset[str], *, thorough: bool) -> bool:
    hits = looked = 0
    for value in row.cells.values():
        if not isinstance(value, str) or not value:
            continue
        looked += 1
        if len(value) > LONGEST_HEADING or (value[0] not in firsts and stays(value[0])):
            word = False
        elif value.isalnum() and unicodedata.is_normalized("NFKC", value):  # `_is_word`, without its calls: every cell passes here
            word = value.lower() in words
        else:
            word = heading(value) in words or bare_heading(value) in words
        if word:
            hits += 1
            if hits >= 2:
                return True
        elif not thorough and looked - hits > 2:
            return False
    return False


def _is_word(text: str, words: frozenset[str]) -> bool:
    if unfoldable(text):
        return text.lower() in words
    return heading(text) in words or bare_heading(text) in words


@dataclass(frozen=True)
class _Search:
    """What headers are compared with."""

    merges: Sequence[Merge]
    known: Sequence[Vocabulary]
    forms: Mapping[str, Form]
    learned: Sequence[Learned]
    memo: dict[object, tuple[tuple[RawRow, ...], Any]]
    lenient: bool = False

    def may_begin(self, row: RawRow, words: frozenset[str], firsts: frozenset[str], *, thorough: bool) -> bool:
        """Tell whether a header may begin at this row; asked twice of the first rows."""
        if len(self.memo) >= _MEMO_SIZE:
            return _may_be_header(row, words, firsts, thorough=thorough)
        seen = (id(row), thorough, bool(self.learned))
        if seen not in self.memo:
            self.memo[seen] = ((row,), _may_be_header(row, words, firsts, thorough=thorough))
        return bool(self.memo[seen][1])

    def best(self, rows: Sequence[RawRow], before: str, *, banded: bool = False) -> Table | None:
        """Return the form that fits the header beginning at the first row best.

        Args:
            rows: Up to three rows.
            before: What stands above them, compared.
            banded: The first row only says what the columns of the second have in common.
        """
        last = rows[-1].number
        over = tuple(merge for merge in self.merges if rows[0].number <= merge[0] <= last)
        seen = (tuple(map(id, rows)), before, over, tuple(self.forms), bool(self.learned), banded)
        if seen not in self.memo:
            self.memo[seen] = (tuple(rows), self._best(rows, before, banded=banded))  # while the rows are kept, no other has their ids
        found: Table | None = self.memo[seen][1]
        return found

    def _best(self, rows: Sequence[RawRow], before: str, *, banded: bool) -> Table | None:
        candidates = [table for layout in _layouts(rows, self.merges, banded=banded) for table in self._fitting(layout, before)]
        if not candidates:
            return None
        candidates.sort(key=lambda table: -table.score)
        best = candidates[0]
        rivals = [table.form.code for table in candidates[1:] if table.form.code != best.form.code and best.score - table.score < NEAR_TIE]
        return replace(best, rivals=tuple(dict.fromkeys(rivals)))

    def _fitting(self, layout: _Layout, before: str) -> Iterator[Table]:
        mark = fingerprint(layout.texts[col] for col in sorted(layout.texts))
        said = [one for one in self.learned if one.fingerprint == mark and one.form in self.forms]
        own = next((one for one in said if one.unit and heading(one.unit) in before), said[0] if said else None)
        if own is not None:
            table = _fit(corrected(self.forms[own.form], own), layout, before, by_hand=True)
            if table:
                yield replace(table, mark=mark, by_hand=True)
                return
        seen = (tuple(layout.texts.items()), tuple(layout.bands.items()), frozenset(layout.spread), layout.closed, self.lenient)
        for one in self.known:
            # of what stands above, only these words count
            key = (seen, one.titled(before), one.hinted(before), said_above(one.form.code, before))
            table = one.fits.get(key, _UNSEEN)
            if table is _UNSEEN:
                if len(one.fits) >= _MEMO_SIZE:
                    one.fits.clear()
                found = _fit(one, layout, before, by_hand=False, lenient=self.lenient)
                table = one.fits[key] = found and replace(found, mark=mark)
            if table:
                yield table if table.header_rows == layout.rows else replace(table, header_rows=layout.rows)


def _layouts(rows: Sequence[RawRow], merges: Sequence[Merge], *, banded: bool) -> Iterator[_Layout]:
    """Yield the header read as one row, as two, as three: the lowest text names a column, those above are its bands."""
    texts: dict[int, str] = {}
    bands: dict[int, str] = {}
    spread: frozenset[int] = frozenset()
    own: set[int] = set()
    for depth, row in enumerate(rows):
        if depth and row.number != rows[depth - 1].number + 1:
            return
        filled, covered = _filled(row, merges)
        below = {**texts, **filled}
        closed = bool(depth) and all(col in spread or col + 1 in spread for col in filled)
        if depth and (below == texts or (not closed and not (banded and depth == 1) and len(own & filled.keys()) * 2 > len(own))):
            return  # the row above is a row of its own, perhaps of values: this header does not begin with it
        # without merges a band reaches over the columns to its right that have no text of their own
        hangs = depth and any(col not in texts for col in filled) and all(col in texts or col - 1 in filled for col in filled)
        own |= set(filled) - covered
        bands = {**bands, **{col: texts[col] for col in filled if texts.get(col) and filled[col] != texts[col]}}
        texts = below
        spread = (spread - filled.keys()) | covered
        yield _Layout(tuple(one.number for one in rows[: depth + 1]), texts, bands, spread, closed or bool(hangs))


def _fit(known: Vocabulary, layout: _Layout, before: str, *, by_hand: bool, lenient: bool = False) -> Table | None:
    texts, bands = layout.texts, layout.bands
    ticks = _ticks(known, texts, bands)
    keys: dict[int, str] = {}
    numbering: list[int] = []
    dismissed: set[int] = set()
    listed = frozenset(key for col in texts if (key := known.listed(texts[col], bands.get(col, ""))))
    again = 0
    for col in sorted(texts):
        if col in ticks:
            keys[col] = ticks[col][0]
            continue
        if any(col == place for _key, places in ticks.values() for place, _word in places):
            continue
        if heading(texts[col]) in NUMBERING:
            numbering.append(col)
            continue
        if col in layout.spread and texts.get(col - 1) == texts[col]:
            again += 1  # the value stands in the first of the merged columns
            continue
        key = known.key_of(texts[col], bands.get(col, ""), taken=listed | frozenset(keys.values()))
        if key and not by_hand and known.listed(texts[col], bands.get(col, "")) is None:
            said = word_of(known.form.code, texts[col], bands.get(col, ""))
            if said not in (None, key):
                continue  # like a name of one column, but its words say another: "要求整改日期" is no "整改日期"
        if key:
            keys[col] = key
        elif key == "":
            dismissed.add(col)  # a clerk left it out
    form = known.form
    options = {place for _key, places in ticks.values() for place, _word in places}
    found: dict[int, str] = {}
    if not by_hand:
        left = {col: (texts[col], bands.get(col, "")) for col in texts if not {col} & {*keys, *numbering, *layout.spread, *options}}
        found = told(form.code, left, frozenset(extended(form).keys) - frozenset(keys.values()))
    keys |= found
    spare = {} if by_hand else settled(form, keys, texts, known.required)
    if form.code == "inspection_stats":
        form = with_categories(form, texts, bands, keys)
    blocks, duplicates = _blocks(keys, texts, known.required)
    matched = [key for key in blocks[0].columns if not key.startswith(CATEGORY_PREFIX)]
    if len(set(matched) - set(found.values())) < 2 and len(matched) < _LEAST_TOLD and not named(form, before):
        return None  # a few words that many tables have make no form
    if len(matched) < 2 or not (lenient or any(key in matched for key in known.required)):
        return None
    aside = layout.spread | options | dismissed | {col for col, _text in spare.values()}
    unknown = {col: texts[col] for col in texts if col not in keys and col not in numbering and col not in aside}
    if len(unknown) >= len(matched) and all(blocks[0].columns[key] + 1 in unknown for key in matched):
        return None  # label and value in turn: a card, not a header
    # A heading over several columns and the same heading again speak against a header of this depth.
    alike = sum(len(block.columns) for block in blocks)
    precision = alike / max(len(keys) + len(unknown) + again, 1)
    if not by_hand and (precision < 0.4 or not is_meant(form.code, blocks[0].columns, before, (*texts.values(), *bands.values()))):
        return None
    score = _score(known, matched, precision, before) + (_LEARNED_BY_HAND if by_hand else 0) + (_CLOSED if layout.closed or ticks else 0)
    ticked = {col: places for col, (_key, places) in ticks.items()}
    seen = frozenset(found.values()), score, ticked
    return Table(
        form, layout.rows, blocks, tuple(numbering), unknown, duplicates, layout.spread, *seen, titled=frozenset(texts), spare=spare
    )


def _ticks(known: Vocabulary, texts: Mapping[int, str], bands: Mapping[int, str]) -> dict[int, tuple[str, tuple[tuple[int, str], ...]]]:
    """Return the columns whose options stand side by side under their heading, by their first place."""
    found: dict[str, list[tuple[int, str]]] = {}
    band = ""
    for col in sorted(texts):
        # a heading that was not merged over its options stands above the first of them only
        band = bands.get(col, band if texts.get(col - 1) and bands.keys() & {col - 1, col - 2, col - 3} else "")
        if not band:
            continue
        key = known.exact.get(heading(band)) or known.exact.get(bare_heading(band))
        kind = known.form.column(key).kind if key in known.form.keys else None
        if key and kind is not None and kind.editor.startswith(("choice", "flag")) and texts.get(col):
            reading = kind.parse(texts[col], Context())
            if reading.value is not None and not reading.flags:
                found.setdefault(key, []).append((col, texts[col]))
    return {places[0][0]: (key, tuple(places)) for key, places in found.items() if len(places) > 1}


def _score(known: Vocabulary, matched: Sequence[str], precision: float, before: str) -> float:
    official = sum(key in known.form.keys for key in matched)
    recall = min(official / max(known.size, 1), 1)
    whole = all(key in matched for key in known.required)
    named = 0.2 if known.titled(before) else 0.12 if known.hinted(before) else 0
    return 0.6 * precision + 0.25 * recall + 0.1 * whole + 0.02 * min(official, 10) + named


def _blocks(keys: Mapping[int, str], texts: Mapping[int, str], required: tuple[str, ...]) -> tuple[tuple[Block, ...], frozenset[str]]:
    blocks: list[tuple[dict[str, int], dict[str, str]]] = [({}, {})]
    duplicates: set[str] = set()
    ordered = sorted(keys)
    for index, col in enumerate(ordered):
        key = keys[col]
        columns, headers = blocks[-1]
        if key in columns:
            # The key column coming again to the right means a second record on the same row, if more than it comes again.
            later = {keys[place] for place in ordered[index:]}
            if required[0] not in later or len(later & columns.keys()) < 2:
                duplicates.add(key)
                continue
            columns, headers = {}, {}
            blocks.append((columns, headers))
        columns[key] = col
        headers[key] = texts[col]
    return tuple(Block(columns, headers) for columns, headers in blocks), frozenset(duplicates)


def _filled(row: RawRow, merges: Sequence[Merge]) -> tuple[dict[int, str], frozenset[int]]:
    covered: set[int] = set()
    texts = {col: str(row.cells[col]).strip() for col in sorted(row.cells)[:MOST_COLUMNS] if str(row.cells[col]).strip()}
    for top, left, _bottom, right in merges:
        if top == row.number and left in texts and right - left < 200:
            for col in range(left + 1, right + 1):
                if col not in texts:
                    texts[col] = texts[left]
                    covered.add(col)
    return texts, frozenset(covered)


def _same_header(earlier: Table, table: Table) -> bool:
    return earlier.form.code == table.form.code and [dict(block.columns) for block in earlier.blocks] == [
        dict(block.columns) for block in table.blocks
    ]
