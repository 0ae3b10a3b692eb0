"""A table with known truth: what was planted, how it is to be written down.

A `Draft` starts clean. Messes (see `messes`) change how it is written and what
may be said about it; `sheets` then lays it out as grids of cells and keeps
where each record went.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from models.annexes import CATEGORIES, CATEGORY_PREFIX, form_by_code
from models.codes import check_digit
from models.forms import Form
from services.imports.headings import extended


@dataclass(frozen=True)
class Formula:
    """A formula; without a stored result if `result` is None."""

    text: str
    result: int | None = None


@dataclass(frozen=True)
class Broken:
    """An error value such as #REF!."""

    text: str


Cell = str | int | float | date | Formula | Broken | None
Line = list[Cell]
Merge = tuple[int, int, int, int]


@dataclass
class Planted:
    """One record.

    Attributes:
        truth: Clean values by column key.
        cells: What is written for them.
        doubts: Flag codes that may be said of a key; the value may then differ or be missing.
        remarks: Flag codes that may be said of a key whose value is exact.
        lost: It lacks its key on purpose: it must be listed as skipped.
    """

    truth: dict[str, object]
    cells: dict[str, Cell]
    doubts: set[str] = field(default_factory=set)
    remarks: set[str] = field(default_factory=set)
    lost: bool = False


@dataclass
class Heading:
    """One column as it is written; `key` is None for one that no form knows."""

    key: str | None
    text: str
    band: str = ""


@dataclass
class Draft:
    """How a table is to be written.

    Attributes:
        above: Lines over the header.
        before: Lines that go in before the record of that index.
        below: Lines after the last record.
        layout: "rows", "blocks" (two side by side), "cards" or "side".
        numbered: There is a column of running numbers.
        down: Keys whose equal values are written once and merged downwards.
        hidden: Indexes of records whose row is hidden.
        parts: On how many sheets.
        other: Further sheets without a table: (name, lines).
        brushed: The sheet pretends to be used to its last row.
    """

    form: Form
    records: list[Planted]
    headings: list[Heading]
    above: list[Line] = field(default_factory=list)
    before: dict[int, list[Line]] = field(default_factory=dict)
    below: list[Line] = field(default_factory=list)
    layout: str = "rows"
    numbered: bool = False
    pages: int = 0
    right: int = 0
    down: set[str] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    hidden_columns: bool = False
    parts: int = 1
    other: list[tuple[str, list[Line]]] = field(default_factory=list)
    counted_columns: bool = False
    brushed: bool = False


@dataclass
class Grid:
    """One sheet: its lines from row 1, and what stands where.

    Attributes:
        places: Row numbers and the records on them.
        header_rows: Row numbers of the header.
    """

    name: str
    lines: list[Line] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    places: list[tuple[int, Planted]] = field(default_factory=list)
    brushed: bool = False


TOWNS = ("柳溪镇", "石坪镇", "双汊镇", "桦川街道")
NAMES = ("周砚", "李舟", "欧阳若水", "买合木提·样例", "孔石", "田禾", "柳青", "安三样", "毕四样", "石一样", "丁海波", "何志远")
TRADES = ("纺织", "机械", "铸造", "建材", "饲料", "玻璃", "木业", "家具", "食品", "塑业")
FIRMS = ("云岫", "青禾样", "白石滩", "顺泰", "瑞丰", "晴川", "汇泉", "永固", "华莹", "明珠", "恒力", "祥和")
HAZARDS = ("安全阀超期未检", "配电箱未接地", "吊钩无防脱装置", "皮带机无急停", "通道被占用", "动火票未签字", "除尘器无泄爆片", "气瓶未固定")
_FIRST_DAY = date(2023, 3, 27)


def planted(code: str, count: int, pick: random.Random) -> Draft:
    """Return a clean draft of a form with this many records."""
    form = form_by_code(code)
    make = _MAKERS[code]
    records: list[Planted] = []
    for number in range(count):
        truth = make(number, pick)
        cells = {key: _written(value, form, key) for key, value in truth.items()}
        records.append(Planted(truth, cells))
    wanted = [key for key in records[0].truth if key != "no"] if records else [c.key for c in form.columns if c.key != "no"]
    columns = {column.key: column for column in extended(form).columns}
    headings = [Heading(key, columns[key].title.replace("\n", ""), columns[key].band) for key in columns if key in wanted]
    # Some columns could be of several forms; then the title tells.
    above: list[Line] = [[form.title]] if code in ("major_hazards", "confined_space", "town_summary") else []
    return Draft(form, records, headings, above)


def sheets(draft: Draft) -> list[Grid]:
    """Lay the draft out."""
    share = -(-len(draft.records) // draft.parts) if draft.records else 1
    found: list[Grid] = []
    for part in range(draft.parts):
        first = part * share
        records = draft.records[first : first + share]
        if part and not records:
            break
        grid = Grid(f"表{part + 1}" if part else "Sheet1", brushed=draft.brushed)
        _LAYOUTS[draft.layout](draft, grid, records, first)
        if draft.right:
            _shift(grid, draft.right)
        found.append(grid)
    return [*found, *(Grid(name, [list(line) for line in lines]) for name, lines in draft.other)]


def _rows(draft: Draft, grid: Grid, records: list[Planted], first: int) -> None:
    grid.lines += [list(line) for line in draft.above]
    _header(draft, grid, 1)
    for index, record in enumerate(records, first):
        if draft.pages and index > first and (index - first) % draft.pages == 0:
            grid.lines.append([f"第{(index - first) // draft.pages}页"])
            grid.lines += [list(line) for line in draft.above[-1:] if len(line) == 1]
            _header(draft, grid, 1)
        grid.lines += [list(line) for line in draft.before.get(index, ())]
        grid.lines.append(_line(draft, record, index + 1))
        grid.places.append((len(grid.lines), record))
        if index in draft.hidden:
            grid.hidden.add(len(grid.lines))
    _merge_down(draft, grid)
    grid.lines += [list(line) for line in draft.below]
    if draft.hidden_columns:
        grid.hidden_columns.add(len(draft.headings) - 1 + draft.numbered)


def _blocks(draft: Draft, grid: Grid, records: list[Planted], first: int) -> None:
    grid.lines += [list(line) for line in draft.above]
    _header(draft, grid, 2)
    half = -(-len(records) // 2)
    for index in range(half):
        line = _line(draft, records[index], first + index + 1)
        grid.lines.append(line)
        grid.places.append((len(grid.lines), records[index]))
        if half + index < len(records):
            line += _line(draft, records[half + index], first + half + index + 1)
            grid.places.append((len(grid.lines), records[half + index]))
    grid.lines += [list(line) for line in draft.below]


def _cards(draft: Draft, grid: Grid, records: list[Planted], _first: int) -> None:
    for record in records:
        grid.lines.append([f"{draft.form.title}登记卡"])
        start = len(grid.lines) + 1
        pairs = [(heading.text, record.cells.get(heading.key or "")) for heading in draft.headings if heading.key]
        for place in range(0, len(pairs), 2):
            grid.lines.append([cell for pair in pairs[place : place + 2] for cell in pair])
        grid.lines.append([])
        grid.places.append((start, record))


def _side(draft: Draft, grid: Grid, records: list[Planted], _first: int) -> None:
    grid.lines += [list(line) for line in draft.above]
    start = len(grid.lines) + 1
    for heading in draft.headings:
        if heading.key:
            grid.lines.append([heading.text, *(record.cells.get(heading.key) for record in records)])
    grid.places += [(start, record) for record in records]


_LAYOUTS: dict[str, Callable[[Draft, Grid, list[Planted], int], None]] = {"rows": _rows, "blocks": _blocks, "cards": _cards, "side": _side}


def _header(draft: Draft, grid: Grid, times: int) -> None:
    texts: Line = []
    bands: Line = []
    for _ in range(times):
        texts += [*(["序号"] if draft.numbered else []), *(heading.text for heading in draft.headings)]
        bands += [*([None] if draft.numbered else []), *(heading.band or None for heading in draft.headings)]
    row = len(grid.lines) + 1
    if not any(bands):
        grid.lines.append(texts)
    else:
        grid.lines.append(
            [band if band and (not col or bands[col - 1] != band) else None if band else texts[col] for col, band in enumerate(bands)]
        )
        grid.lines.append([texts[col] if band else None for col, band in enumerate(bands)])
        grid.merges += _header_merges(bands, row)
    if draft.counted_columns:
        grid.lines.append(list(range(1, len(texts) + 1)))


def _header_merges(bands: Line, row: int) -> list[Merge]:
    found: list[Merge] = []
    start = 0
    for col in range(1, len(bands) + 1):
        if col < len(bands) and bands[col] == bands[start] and bands[start]:
            continue
        found.append((row, start, row, col - 1) if bands[start] else (row, start, row + 1, start))
        start = col
    return [merge for merge in found if merge[:2] != merge[2:]]


def _line(draft: Draft, record: Planted, number: int) -> Line:
    return [
        *([number] if draft.numbered else []),
        *(record.cells.get(heading.key) if heading.key else "另附" for heading in draft.headings),
    ]


def _merge_down(draft: Draft, grid: Grid) -> None:
    for col, heading in enumerate(draft.headings, int(draft.numbered)):
        if heading.key not in draft.down:
            continue
        start = 0
        for index in range(1, len(grid.places) + 1):
            row, record = grid.places[index] if index < len(grid.places) else (0, None)
            above = grid.places[index - 1][0]
            if (
                record is not None
                and row == above + 1
                and record.cells.get(heading.key or "") == grid.places[start][1].cells.get(heading.key or "")
            ):
                grid.lines[row - 1][col] = None
                record.remarks.add(heading.key or "")
                continue
            top = grid.places[start][0]
            if above > top:
                grid.merges.append((top, col, above, col))
            start = index


def _shift(grid: Grid, right: int) -> None:
    grid.lines = [[None] * right + line if line else line for line in grid.lines]
    grid.merges = [(top, left + right, bottom, last + right) for top, left, bottom, last in grid.merges]
    grid.hidden_columns = {col + right for col in grid.hidden_columns}


def _written(value: object, form: Form, key: str) -> Cell:
    if isinstance(value, tuple):
        return "、".join(value)
    column = next((one for one in extended(form).columns if one.key == key), None)
    if column and column.kind.editor == "amount" and isinstance(value, int):
        return value / 1_000_000
    assert value is None or isinstance(value, str | int | float | date)
    return value


def code_of(number: int) -> str:
    """Return a right credit code."""
    body = f"91370302MA3D{number:05}"
    return body + (check_digit(body) or "")


def firm(number: int) -> str:
    """Return the name of an invented enterprise, unlike the others."""
    return f"岚桥区{FIRMS[number % len(FIRMS)]}{TRADES[(number * 7 + number // len(FIRMS)) % len(TRADES)]}有限公司"


def _phone(number: int) -> str:
    return f"199000{number:05}"


def _unlike(number: int) -> str:
    return chr(0x4E00 + number % 20_000) + (chr(0x4E00 + number // 20_000) if number >= 20_000 else "")


def _name(number: int) -> str:
    return NAMES[number % len(NAMES)] if number < len(NAMES) else f"样{_unlike(number)}"


def _person(number: int, pick: random.Random) -> dict[str, object]:
    return {
        "name": _name(number),
        "unit_position": f"{pick.choice(TOWNS)}应急办科员",
        "cert_no": f"9903021{number:04}",
        "phone": _phone(number),
        "remark": pick.choice((None, "兼司机")),
    }


def _stats(number: int, pick: random.Random) -> dict[str, object]:
    counts = {f"{CATEGORY_PREFIX}{name}": pick.choice((0, 0, 0, 1, 2)) for name in CATEGORIES}
    total = sum(counts.values())
    return {"enterprise": firm(number), "town": pick.choice(TOWNS), "findings_total": total, **counts, "penalties": pick.randint(0, total)}


def _case(number: int, pick: random.Random) -> dict[str, object]:
    return {
        "enterprise": firm(number),
        "violation": pick.choice(HAZARDS),
        "town": pick.choice(TOWNS),
        "amount": pick.randint(1, 400) * 50_000,
        "progress": pick.choice(("已立案", "调查取证", "告知阶段")),
    }


def _hazard(number: int, pick: random.Random) -> dict[str, object]:
    day = _FIRST_DAY + timedelta(days=pick.randint(0, 4))
    return {
        "enterprise": firm(number // 2),
        "town": TOWNS[number // 2 % len(TOWNS)],
        "checked_on": day,
        "hazard": f"{HAZARDS[number % len(HAZARDS)]}{'' if number < len(HAZARDS) else number}",
        "category": pick.choice(CATEGORIES),
        "level": pick.choice(("一般", "重大")),
        "due": day + timedelta(days=pick.randint(5, 20)),
        "person": _name(number),
        "phone": _phone(number),
        "status": pick.choice(("未整改", "整改中", "已销号")),
    }


def _major(number: int, pick: random.Random) -> dict[str, object]:
    return {
        "enterprise": firm(number),
        "credit_code": code_of(number),
        "town": pick.choice(TOWNS),
        "hazard": pick.choice(HAZARDS),
        "basis": "第十一条第二项",
        "level": "重大",
        "measure": "加装泄爆片",
        "fund": pick.randint(1, 90) * 500_000,
        "due": _FIRST_DAY + timedelta(days=pick.randint(20, 60)),
        "person": _name(number),
        "phone": _phone(number),
        "supervisor": "区应急局",
        "status": pick.choice(("未整改", "整改中", "已销号")),
    }


def _enterprise(number: int, pick: random.Random) -> dict[str, object]:
    return {
        "name": firm(number),
        "credit_code": code_of(number),
        "town": pick.choice(TOWNS),
        "industry": pick.choice(TRADES),
        "address": f"{pick.choice(TOWNS)}样例路{number + 1}号",
        "legal_rep": _name(number),
        "phone": _phone(number),
        "employees": pick.randint(3, 800),
    }


def _town(number: int, pick: random.Random) -> dict[str, object]:
    found = pick.randint(4, 90)
    return {
        "town": TOWNS[number % len(TOWNS)] if number < len(TOWNS) else f"样{_unlike(number)}镇",
        "enterprises_checked": pick.randint(0, 40),
        "findings": found,
        "rectified": found // 2,
        "rate": round(found // 2 / found, 3),
        "cases": pick.randint(0, 5),
        "fine": pick.randint(0, 20) * 1_000_000,
        "people": pick.randint(1, 90),
    }


def _space(number: int, pick: random.Random) -> dict[str, object]:
    return {
        "enterprise": firm(number),
        "credit_code": code_of(number),
        "town": pick.choice(TOWNS),
        "industry": pick.choice(TRADES),
        "address": f"样例路{number + 1}号",
        "person": _name(number),
        "phone": _phone(number),
        "spaces_total": pick.randint(1, 9),
        "hazards": pick.choice(("硫化氢、缺氧", "一氧化碳")),
    }


def _visit(number: int, pick: random.Random) -> dict[str, object]:
    day = _FIRST_DAY + timedelta(days=pick.randint(0, 9))
    return {
        "enterprise": firm(number),
        "credit_code": code_of(number),
        "town": pick.choice(TOWNS),
        "checked_on": day,
        "group": pick.choice(("第一检查组", "第二检查组")),
        "officers": (_name(number), _name(number + 1)),
        "platform_no": f"LQ2023-{number:04}",
        "entered_on": day,
        "stated_findings": pick.randint(0, 9),
    }


_MAKERS: dict[str, Callable[[int, random.Random], dict[str, object]]] = {
    "personnel": _person,
    "inspection_stats": _stats,
    "case_stats": _case,
    "hazard_list": _hazard,
    "major_hazards": _major,
    "enterprises": _enterprise,
    "town_summary": _town,
    "confined_space": _space,
    "inspections": _visit,
}
CODES = tuple(_MAKERS)
