"""Which form a sheet holds, where its header stands, which column is which.

A form is known by its header words, never by the file name. Headings are
compared without blanks, line breaks, width of characters and bracketed units;
then by the aliases of the column; then by closeness. A header has one or two
rows, anywhere near the top or under an earlier table; merged header cells
speak for every column they cover.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from rapidfuzz import fuzz

from models.annexes import CATEGORY_PREFIX, annex_2
from models.forms import Column, Form
from models.kinds import DATE, NAMES, ORGANISATION, PHONE, TEXT
from services.imports.raw import Merge, RawRow, RawSheet

CLOSE_ENOUGH = 86
LOOK_AT_ROWS = 30
LONGEST_HEADING = 30
LONGEST_TITLE = 100
MOST_COLUMNS = 300
MOST_TRIED = 300
NEAR_TIE = 0.03
BAND = "查出安全问题类型"

# What some towns' files have beside the official columns; keys of form-import/1.
EXTRA_COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "personnel": (
        Column("unit", "工作单位", ORGANISATION, aliases=("单位", "所在单位", "单位名称", "镇办", "所属单位")),
        Column("position", "职务", TEXT, aliases=("职务职级", "职务（岗位）", "岗位")),
    ),
    "inspection_stats": (
        Column("checked_on", "检查日期", DATE, aliases=("检查时间",)),
        Column("inspector", "检查人员", NAMES, aliases=("检查人", "执法人员")),
        Column("enterprise_phone", "联系电话", PHONE, aliases=("企业电话", "企业联系电话")),
        Column("remark", "备注", TEXT),
    ),
}
# Other names of columns that many forms share.
COMMON_ALIASES: Mapping[str, tuple[str, ...]] = {
    "town": (
        "所属镇街",
        "所属街道",
        "所属乡镇",
        "乡镇",
        "街道",
        "镇街名称",
        "镇办名称",
        "镇（街）",
        "镇办（街道）",
        "所在镇街",
        "属地镇办",
        "所属镇（街道）",
    ),
    "remark": ("备注说明", "其他说明"),
    "phone": ("联系方式（手机）", "手机电话", "联系手机"),
}
_NUMBERING = frozenset(("序号", "编号", "no", "no.", "行号", "项次", "序"))
_BRACKETS = re.compile(r"[(\[【〔{][^()\[\]【】〔〕{}]*[)\]】〕}]")
_PUNCTUATION = re.compile(r"[\s()\[\]【】〔〕{}*:;,.、/\\_\-—~·|\"'“”‘’?!。，：；？！]+")


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
        score: How well the header fits, from 0 to about 1.2.
        rivals: Codes of forms that fit equally well.
    """

    form: Form
    header_rows: tuple[int, ...]
    blocks: tuple[Block, ...]
    numbering: tuple[int, ...] = ()
    unknown: Mapping[int, str] = field(default_factory=dict)
    duplicates: frozenset[str] = frozenset()
    score: float = 0
    rivals: tuple[str, ...] = ()


def find_tables(rows: Sequence[RawRow], merges: Sequence[Merge], forms: Sequence[Form], titles: str = "") -> list[Table]:
    """Return the tables of a sheet, top to bottom.

    Args:
        rows: All rows of the sheet with content.
        merges: Its merged ranges.
        forms: The forms that may be there.
        titles: File-level text that names the table (sheet name, lines above).
    """
    vocabularies = tuple(_vocabulary(form) for form in forms)
    words = frozenset().union(*(vocabulary.words for vocabulary in vocabularies))
    found: list[Table] = []
    tried: set[tuple[object, ...]] = set()
    last = 0
    for index, row in enumerate(rows):
        if (
            row.number <= last
            or len(tried) > MOST_TRIED
            or not _may_be_header(row, words, thorough=row.number <= LOOK_AT_ROWS or index < LOOK_AT_ROWS)
        ):
            continue
        # The same words again are a repeated header, or again no header.
        words_of_row = tuple(row.cells.items())
        if words_of_row in tried:
            continue
        tried.add(words_of_row)
        before = titles + "".join(str(value)[:LONGEST_TITLE] for above in rows[max(0, index - 6) : index] for value in above.cells.values())
        table = _best_table(row, rows[index + 1] if index + 1 < len(rows) else None, merges, vocabularies, _compared(before))
        if table and not (found and _same_header(found[-1], table)):
            found.append(table)
            last = table.header_rows[-1]
    return found


def tables_of(sheet: RawSheet, rows: Sequence[RawRow], forms: Sequence[Form], expected: str | None) -> list[Table]:
    """Return the tables of a sheet; where two forms fit alike, the expected one.

    Args:
        sheet: Its name, merges and lines above.
        rows: All rows of it with content, or the first ones.
        forms: The forms that may be there.
        expected: Code of the form that the caller wants.
    """
    found = find_tables(rows, sheet.merges, forms, "".join((sheet.name, *sheet.above)))
    if not any(expected in table.rivals for table in found):
        return found
    again = find_tables(rows, sheet.merges, [form for form in forms if form.code == expected])
    places = {table.header_rows[0]: table for table in again}
    return [places.get(table.header_rows[0], table) if expected in table.rivals else table for table in found]


@lru_cache(maxsize=65_536)
def heading(text: str) -> str:
    """Return a heading as it is compared: half width, no blanks or signs."""
    return _compared(text)


@lru_cache(maxsize=16_384)
def bare_heading(text: str) -> str:
    """Return a heading also without what stands in brackets."""
    if unfoldable(text):
        return text.lower()
    return heading(_BRACKETS.sub("", re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)))) or heading(text)


def unfoldable(text: str) -> bool:
    """Tell whether the text has no blank, sign or width to fold: most cells."""
    return text.isalnum() and unicodedata.is_normalized("NFKC", text)


def heading_keys(form: Form) -> Mapping[str, str]:
    """Return the column key for every heading the form knows."""
    return _vocabulary(form).exact


def key_of_heading(text: str, keys: Mapping[str, str]) -> str | None:
    """Return the key of the column that a heading names exactly, or None."""
    return keys.get(heading(text)) or keys.get(bare_heading(text))


def extended(form: Form) -> Form:
    """Return the form with the extra columns that files may have."""
    extra = EXTRA_COLUMNS.get(form.code, ())
    return replace(form, columns=(*form.columns, *(column for column in extra if column.key not in form.keys)))


def _compared(text: str) -> str:
    if unfoldable(text):
        return text.lower()
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text)).lower()


@dataclass(frozen=True)
class _Vocabulary:
    form: Form
    exact: Mapping[str, str]
    words: frozenset[str]
    required: tuple[str, ...]
    size: int
    title: str


@lru_cache(maxsize=64)
def _vocabulary(form: Form) -> _Vocabulary:
    whole = extended(form)
    exact: dict[str, str] = {}
    titles = [(column.title, column.key) for column in whole.columns]
    aliases = [(alias, column.key) for column in whole.columns for alias in column.aliases]
    common = [(alias, column.key) for column in whole.columns for alias in COMMON_ALIASES.get(column.key, ())]
    # A title wins over another column's alias, an alias over a common one, the whole heading over the bare one.
    for names in (titles, aliases, common):
        for compared in (heading, bare_heading):
            for text, key in names:
                exact.setdefault(compared(text), key)
    plain_words = frozenset(word for word in exact if len(word) > 1) | {heading(BAND)}
    required = tuple(column.key for column in form.columns if column.required)
    size = sum(not column.band and column.key != "no" for column in form.columns)
    return _Vocabulary(form, exact, plain_words, required, size, heading(form.title))


def _may_be_header(row: RawRow, words: frozenset[str], *, thorough: bool) -> bool:
    hits = looked = 0
    for value in row.cells.values():
        if not isinstance(value, str) or not value:
            continue
        looked += 1
        if len(value) <= LONGEST_HEADING and _is_word(value, words):
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


def _best_table(
    row: RawRow, below: RawRow | None, merges: Sequence[Merge], vocabularies: Sequence[_Vocabulary], before: str
) -> Table | None:
    layouts: list[tuple[tuple[int, ...], dict[int, str], dict[int, str]]] = [((row.number,), _filled(row, merges), {})]
    if below is not None and below.number == row.number + 1:
        top, bottom = _filled(row, merges), _filled(below, merges)
        both = {col: bottom.get(col) or top[col] for col in {*top, *bottom} if bottom.get(col) or top.get(col)}
        bands = {col: top[col] for col in both if top.get(col) and bottom.get(col) and top[col] != bottom[col]}
        if both != layouts[0][1]:
            layouts.append(((row.number, below.number), both, bands))
    candidates = [
        table
        for header_rows, texts, bands in layouts
        for vocabulary in vocabularies
        if (table := _fit(vocabulary, header_rows, texts, bands, before))
    ]
    if not candidates:
        return None
    candidates.sort(key=lambda table: -table.score)
    best = candidates[0]
    rivals = [table.form.code for table in candidates[1:] if table.form.code != best.form.code and best.score - table.score < NEAR_TIE]
    return replace(best, rivals=tuple(dict.fromkeys(rivals)))


def _fit(
    vocabulary: _Vocabulary, header_rows: tuple[int, ...], texts: Mapping[int, str], bands: Mapping[int, str], before: str
) -> Table | None:
    keys: dict[int, str] = {}
    numbering: list[int] = []
    for col in sorted(texts):
        if heading(texts[col]) in _NUMBERING:
            numbering.append(col)
            continue
        key = _key_of(vocabulary, texts[col], bands.get(col, ""), taken=frozenset(keys.values()))
        if key:
            keys[col] = key
    form = vocabulary.form
    if form.code == "inspection_stats":
        form = _with_categories(form, texts, bands, keys)
    blocks, duplicates = _blocks(keys, texts, vocabulary.required)
    matched = [key for key in blocks[0].columns if not key.startswith(CATEGORY_PREFIX)]
    if len(matched) < 2 or not any(key in matched for key in vocabulary.required):
        return None
    unknown = {col: texts[col] for col in texts if col not in keys and col not in numbering}
    if len(unknown) >= len(matched) and all(blocks[0].columns[key] + 1 in unknown for key in matched):
        return None  # label and value in turn: a card, not a header
    precision = len(keys) / max(len(keys) + len(unknown), 1)
    if precision < 0.4:
        return None
    official = sum(key in vocabulary.form.keys for key in matched)
    recall = min(official / max(vocabulary.size, 1), 1)
    whole = all(key in matched for key in vocabulary.required)
    score = 0.6 * precision + 0.25 * recall + 0.1 * whole + 0.02 * min(official, 10) + (0.2 if vocabulary.title in before else 0)
    return Table(form, header_rows, blocks, tuple(numbering), unknown, duplicates, score)


def _key_of(vocabulary: _Vocabulary, text: str, band: str, taken: frozenset[str]) -> str | None:
    if len(text) > LONGEST_HEADING * 2:
        return None
    tried = [heading(text), bare_heading(text)]
    if band:
        tried += [heading(band + text), bare_heading(band + text)]
    for word in tried:
        if word in vocabulary.exact:
            return vocabulary.exact[word]
    bare = bare_heading(text)
    if len(bare) < 3:
        return None
    best = max(
        (
            (max(fuzz.ratio(bare, word), 90.0 if len(bare) > 3 and sorted(bare) == sorted(word) else 0.0), key)
            for word, key in vocabulary.exact.items()
        ),
        default=(0.0, ""),
    )
    return best[1] if best[0] >= CLOSE_ENOUGH and best[1] not in taken else None


def _with_categories(form: Form, texts: Mapping[int, str], bands: Mapping[int, str], keys: dict[int, str]) -> Form:
    """Take the file's own category list where it has one (band, or "…类")."""
    places = {key: col for col, key in keys.items()}
    first, last = places.get("findings_total", -1), places.get("penalties", 10**6)
    listed: list[str] = []
    for col in sorted(texts):
        key = keys.get(col, "")
        text = re.sub(r"\s+", "", texts[col])
        banded = heading(bands.get(col, "")) == heading(BAND)
        if key.startswith(CATEGORY_PREFIX):
            listed.append(key.removeprefix(CATEGORY_PREFIX))
        elif not key and (banded or (first < col < last and text.endswith("类"))) and heading(text) not in _NUMBERING:
            keys[col] = CATEGORY_PREFIX + text
            listed.append(text)
    known = [column.key.removeprefix(CATEGORY_PREFIX) for column in form.columns if column.key.startswith(CATEGORY_PREFIX)]
    if not listed or set(listed) <= set(known):
        return form
    return replace(annex_2(form.title, tuple(dict.fromkeys(listed))), rules=form.rules)


def _blocks(keys: Mapping[int, str], texts: Mapping[int, str], required: tuple[str, ...]) -> tuple[tuple[Block, ...], frozenset[str]]:
    blocks: list[tuple[dict[str, int], dict[str, str]]] = [({}, {})]
    duplicates: set[str] = set()
    ordered = sorted(keys)
    for index, col in enumerate(ordered):
        key = keys[col]
        columns, headers = blocks[-1]
        if key in columns:
            # The key column coming again to the right means a second record on the same row.
            if not any(keys[later] == required[0] for later in ordered[index:]):
                duplicates.add(key)
                continue
            columns, headers = {}, {}
            blocks.append((columns, headers))
        columns[key] = col
        headers[key] = texts[col]
    return tuple(Block(columns, headers) for columns, headers in blocks), frozenset(duplicates)


def _filled(row: RawRow, merges: Sequence[Merge]) -> dict[int, str]:
    texts = {col: str(row.cells[col]).strip() for col in sorted(row.cells)[:MOST_COLUMNS] if str(row.cells[col]).strip()}
    for top, left, _bottom, right in merges:
        if top == row.number and left in texts and right - left < 200:
            for col in range(left + 1, right + 1):
                texts.setdefault(col, texts[left])
    return texts


def _same_header(earlier: Table, table: Table) -> bool:
    return earlier.form.code == table.form.code and [dict(block.columns) for block in earlier.blocks] == [
        dict(block.columns) for block in table.blocks
    ]
