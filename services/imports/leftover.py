"""Columns that no heading named: what they hold may name them, the rest is said.

A column of credit codes is one under any heading. A column that only telling
words named and whose cells are mostly no such thing is let go again. What is
left then with cells under it is named for the clerk: nothing is lost in
silence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from models.annexes import CATEGORIES
from models.codes import is_credit_code
from models.forms import Context, Form, Kind
from models.values import folded, plain
from services.imports.headings import NUMBERING, bare_heading, extended, heading
from services.imports.locate import Block, Table, daring_tables, width_of
from services.imports.raw import RawRow, RawSheet
from services.imports.read_form import ReadRow
from services.imports.telling import NOBODY, SUMS, word_of

_SAMPLED = 40
_LEAST_CELLS = 3
_LEAST_NAMED = 4
_MOST_NAMED = 12
_LONGEST_NAMED = 20
_LONGEST_VALUE = 60
_COUNTED = ("count", "rate")
_FIRMS = ("enterprise", "name")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_TOWN = re.compile(r"[\u4e00-\u9fff]{1,6}(?:镇|乡|街道|街道办|街道办事处|开发区|园区|工业园|管委会)")
_FIRM = re.compile(r".{3,}(?:公司|厂|店|站|社|部|中心|超市|酒店|宾馆|集团|矿|场|院|学校)(?:[（(].{1,10}[）)])?")
_NAME = re.compile(r"[\u3400-\u9fff·]{2,8}")
_PERSON_AND_PHONE = re.compile(r"([\u3400-\u9fff·]{2,8})[^\u3400-\u9fff\d]{0,3}(?:电话|手机)?[:：]?(1[3-9]\d{9})[^\u3400-\u9fff\d]?")
_PERSONS = ("person", "legal_rep")
# Beyond the last column of any sheet: where the phone of a parted cell is put.
PARTED = 20_000
_YES_OR_NO = frozenset(("是", "否", "有", "无", "√", "×", "1", "0", "/", "对"))
_CATEGORY_WORDS = frozenset(CATEGORIES) | {name.removesuffix("类") for name in CATEGORIES}


def named_by_contents(table: Table, body: Sequence[RawRow]) -> Table:
    """Return the table with the columns that what they hold leaves no doubt about.

    Args:
        table: As its headings say.
        body: The rows below them.
    """
    if len(table.blocks) > 1 or table.by_hand:
        return table
    form = extended(table.form)
    sample = [row for row in body if len(row.cells) >= _LEAST_CELLS][:_SAMPLED]
    table = _parted(table, form, sample)
    if not table.unknown:
        return table
    block = table.blocks[0]
    missing = [key for key in form.keys if key not in block.columns]
    tests = {key: test for key in missing if (test := _test(form, key))}
    found: dict[str, list[int]] = {key: [] for key in tests}
    for col, text in table.unknown.items():
        if word_of(form.code, text) == NOBODY:
            continue
        values = [said for row in sample if (said := folded(plain(row.cells.get(col))[:_LONGEST_VALUE]))]
        for key, test in tests.items():
            if values and all(map(test, values)):
                found[key].append(col)
    answers = {key: columns[0] for key, columns in found.items() if len(columns) == 1}
    twice = {col for col, count in Counter(answers.values()).items() if count > 1}
    sure = {key: col for key, col in answers.items() if col not in twice}
    if not sure:
        return table
    columns = {**block.columns, **sure}
    headers = {**block.headers, **{key: table.unknown[col] for key, col in sure.items()}}
    unknown = {col: text for col, text in table.unknown.items() if col not in sure.values()}
    return replace(table, blocks=(Block(columns, headers),), unknown=unknown)


def known_by_contents(sheet: RawSheet, rows: Sequence[RawRow], forms: Sequence[Form]) -> list[Table]:
    """Return the table whose key column no heading names, where what it holds does.

    Args:
        sheet: Its name, merges and lines above.
        rows: All rows of it with content.
        forms: The forms that may be there.
    """
    found = [
        named_by_contents(table, [row for row in rows if row.number > table.header_rows[-1]])
        for table in daring_tables(sheet, rows, forms, lenient=True)
    ]
    return [
        table
        for table in found
        if width_of(table) >= _LEAST_NAMED
        and all(column.key in table.blocks[0].columns for column in table.form.columns if column.required)
    ]


def without_columns(table: Table, keys: Iterable[str]) -> Table:
    """Return the table without columns that were named in vain."""
    gone = frozenset(keys)
    texts = {block.columns[key]: block.headers[key] for block in table.blocks for key in gone if key in block.columns}
    blocks = tuple(
        Block(
            {key: col for key, col in block.columns.items() if key not in gone},
            {key: text for key, text in block.headers.items() if key not in gone},
        )
        for block in table.blocks
    )
    return replace(table, blocks=blocks, unknown={**table.unknown, **texts}, told=table.told - gone)


def named_in_vain(table: Table, rows: Sequence[ReadRow]) -> frozenset[str]:
    """Return the keys that words named and no cell bears out.

    Days, phones, amounts and states stay: their headings leave no doubt, and a cell that cannot be read is flagged.
    """
    found: set[str] = set()
    form = extended(table.form)
    for key in table.told:
        editor = form.column(key).kind.editor
        filled = [row for row in rows if row.values.get(key) is not None or key in row.raw]
        doubtful = (editor.startswith("choice") and key != "status") or (editor in _COUNTED and len(filled) > 1)
        if doubtful and filled and all(row.values.get(key) is None for row in filled):
            found.add(key)
    return frozenset(found)


def unknown_columns(table: Table, records: Sequence[RawRow], *, sheet: str = "") -> str:
    """Return the sentence that names the columns nobody took, empty if there is none.

    Args:
        table: The table.
        records: Its rows that are records.
        sheet: Name of the sheet, if it must be said.
    """
    told: list[str] = []
    for col in sorted(table.unknown):
        text = re.sub(r"\s+", "", table.unknown[col])
        bare = bare_heading(text)
        if not heading(text) or bare in NUMBERING or bare in SUMS:
            continue
        cells = sum(bool(plain(row.cells[col])) for row in records if col in row.cells)
        if cells:
            told.append(f"{letters(col)}列“{text[:_LONGEST_NAMED]}”（{cells} 格）")
    told += _untitled(table, records)
    if not told:
        return ""
    more = f"等 {len(told)} 列" if len(told) > _MOST_NAMED else ""
    where = f"“{sheet}”表" if sheet else ""
    return f"{where}未识别的列：{'、'.join(told[:_MOST_NAMED])}{more}，没有导入，请核对表头"


def beyond_header(table: Table, row: RawRow) -> str:
    """Return what a row holds to the right of the last heading."""
    last = max(table.titled, default=-1)
    return "、".join(said for col in sorted(row.cells) if last < col < PARTED and (said := plain(row.cells[col])))


def _untitled(table: Table, records: Sequence[RawRow]) -> Iterator[str]:
    """Name the columns that have cells and no heading; running numbers need none."""
    places = frozenset().union(*(row.cells.keys() for row in records)) - table.titled if table.titled else frozenset()
    for col in sorted(places):
        cells = [said for row in records if col in row.cells and (said := plain(row.cells[col]))]
        if cells and not all(
            said.isdecimal() and said == str(number) for number, said in enumerate(cells, int(cells[0]) if cells[0].isdecimal() else 0)
        ):
            yield f"{letters(col)}列（没有表头，{len(cells)} 格）"


def spare_columns(table: Table, records: Sequence[RawRow]) -> str:
    """Return the sentence on columns that stand back behind others, or none."""
    told: list[str] = []
    for key, (col, text) in table.spare.items():
        if cells := sum(bool(plain(row.cells[col])) for row in records if col in row.cells):
            taken = table.blocks[0].headers[key]
            where = f"{letters(col)}列“{text[:_LONGEST_NAMED]}”（{cells} 格）"
            told.append(f"{where}与“{taken}”并存：登记按“{taken}”，它为空时才用这一列；原件里都在")
    return "；".join(told)


def letters(col: int) -> str:
    """Return the letters of a column that counts from 0: A … Z, AA …."""
    said = ""
    number = col + 1
    while number:
        number, rest = divmod(number - 1, 26)
        said = chr(65 + rest) + said
    return said


def part(row: RawRow, places: Mapping[int, int]) -> RawRow:
    """Return the row with a person and their phone in cells of their own.

    Args:
        row: As the file has it.
        places: Column by column, where the phone goes.
    """
    cells, styles = dict(row.cells), dict(row.styles)
    for col, other in places.items():
        text = folded(plain(cells.get(col)))
        match = _PERSON_AND_PHONE.fullmatch(text)
        if match:
            cells[col], cells[other] = match[1], match[2]
        elif _MOBILE.fullmatch(text.replace("-", "")):
            cells[other] = cells.pop(col)
    made = RawRow.of(row.number, cells, styles, row.marks)
    made.hidden = row.hidden
    return made


def _parted(table: Table, form: Form, sample: Sequence[RawRow]) -> Table:
    """Part a column of persons with their phones, where one of the two has no column of its own."""
    block = table.blocks[0]
    person = next((key for key in _PERSONS if key in form.keys), None)
    if person is None or "phone" not in form.keys or {person, "phone"} <= block.columns.keys():
        return table
    own = {block.columns[key]: block.headers[key] for key in (person, "phone") if key in block.columns}
    found = [
        (col, text) for col, text in (own or table.unknown).items() if _are_persons_with_phones([row.cells.get(col) for row in sample])
    ]
    if len(found) != 1:
        return table
    col, text = found[0]
    columns = {**block.columns, person: col, "phone": PARTED + col}
    made = Block(columns, {**block.headers, person: text, "phone": text})
    unknown = {place: said for place, said in table.unknown.items() if place != col}
    return replace(table, blocks=(made,), unknown=unknown, parted={col: PARTED + col})


def _are_persons_with_phones(cells: Iterable[object]) -> bool:
    values = [said for cell in cells if (said := folded(plain(cell)[:_LONGEST_VALUE]))]
    both = sum(_PERSON_AND_PHONE.fullmatch(said) is not None for said in values)
    return both > 0 and all(
        _PERSON_AND_PHONE.fullmatch(said) or _NAME.fullmatch(said) or _MOBILE.fullmatch(said.replace("-", "")) for said in values
    )


def _test(form: Form, key: str) -> Callable[[str], bool] | None:
    column = form.column(key)
    if column.kind.editor == "phone":
        return lambda said: _MOBILE.fullmatch(said.replace("-", "")) is not None
    if key == "credit_code":
        return is_credit_code
    if key == "town" and not column.required:
        return lambda said: _TOWN.fullmatch(said) is not None
    if key in _FIRMS and column.required and form.code != "personnel" and form.code != "groups":
        return lambda said: _FIRM.fullmatch(said) is not None
    if key == "category":
        return _CATEGORY_WORDS.__contains__
    if column.kind.editor.startswith("choice"):
        return lambda said: said not in _YES_OR_NO and _is_option(column.kind, said)
    return None


def _is_option(kind: Kind, said: str) -> bool:
    reading = kind.parse(said, Context())
    return reading.value is not None and not reading.flags
