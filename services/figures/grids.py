"""Tables of two directions, each cell with its rows.

Town by category, group by day, industry by level and others.
Rows and columns stand in fixed order (annex, official list, number, date) and
never by size; what belongs nowhere stands last as （未填）, so that every table
adds up to its figure. Enterprises are counted once in a cell and once in a
sum: there the cells need not add up.

To add one: a line in `GRIDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any

from sqlalchemy.orm import Session

from models.annexes import DISPOSALS, FINDING_STATES, LEVELS, STAGES
from services import campaigns, garbage
from services.figures import counting
from services.figures.basis import RECHECK, Switches
from services.figures.breakdowns import UNKNOWN
from services.figures.facts import Facts

FINDINGS, VISITS, ENTERPRISES, CASES = "findings", "visits", "enterprises", "cases"
MEASURES = {FINDINGS: ("发现问题", "项"), VISITS: ("检查家次", "家次"), ENTERPRISES: ("检查企业", "家"), CASES: ("案件", "件")}
_REGISTERS = {
    FINDINGS: counting.FINDINGS, VISITS: counting.VISITS, ENTERPRISES: counting.ENTERPRISES, CASES: counting.CASES,
}  # fmt: skip
_RECHECK_WORDS = {True: "含复查", False: "不含复查"}
Labels = list[tuple[Hashable, str]]


@dataclass(frozen=True)
class Axis:
    """One direction of a table.

    Attributes:
        title: What stands along it.
        key: Where a row belongs.
        listed: Keys and words in fixed order; keys that occur beside them follow, sorted.
        word: How a key that is not listed is written.
    """

    title: str
    key: Callable[[Any], Hashable]
    listed: Labels
    word: Callable[[Any], str] = str


@dataclass(frozen=True)
class Sort:
    """One table that can be asked for.

    Attributes:
        short: Its title where room is short.
        down, across: Names of its axes.
        measures: What it can count, the usual first.
    """

    title: str
    short: str
    down: str
    across: str
    measures: tuple[str, ...]


GRIDS: dict[str, Sort] = {
    "town_category": Sort("镇办 × 问题类别", "镇办×类别", "town", "category", (FINDINGS,)),
    "group_day": Sort("检查组 × 日期", "组×日期", "group", "day", (FINDINGS, VISITS, ENTERPRISES)),
    "industry_level": Sort("行业 × 级别", "行业×级别", "industry", "level", (FINDINGS,)),
    "town_status": Sort("镇办 × 整改状态", "镇办×整改", "town", "status", (FINDINGS,)),
    "category_disposal": Sort("问题类别 × 处置", "类别×处置", "category", "disposal", (FINDINGS,)),
    "town_group": Sort("镇办 × 检查组", "镇办×组", "town", "group", (VISITS, ENTERPRISES, FINDINGS)),
    "town_stage": Sort("镇办 × 案件进展", "镇办×案件", "town", "stage", (CASES,)),
}


@dataclass(frozen=True)
class Grid:
    """A table with the rows behind each of its cells.

    Attributes:
        key: As in `GRIDS`.
        corner: Word over the row heads.
        measure: What is counted, as in `MEASURES`.
        definition: What is counted and what is not.
        register: Page that shows the rows.
        distinct: Each is counted once in a sum: cells need not add up.
        cells: Ids by row and column.
    """

    key: str
    title: str
    corner: str
    measure: str
    unit: str
    definition: str
    register: str
    distinct: bool
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[tuple[int, ...], ...], ...]

    @cached_property
    def row_sums(self) -> tuple[int, ...]:
        """The last column."""
        return tuple(len(self.ids(number, None)) for number in range(len(self.rows)))

    @cached_property
    def column_sums(self) -> tuple[int, ...]:
        """The last row."""
        return tuple(len(self.ids(None, number)) for number in range(len(self.columns)))

    @cached_property
    def total(self) -> int:
        """The corner of the sums; equals the figure of the same name."""
        return len(self.ids(None, None))

    def value(self, row: int | None, column: int | None) -> int:
        """Return what a cell counts; None stands for the sum in that direction."""
        if row is None:
            return self.total if column is None else self.column_sums[column]
        return self.row_sums[row] if column is None else len(self.cells[row][column])

    def ids(self, row: int | None, column: int | None) -> tuple[int, ...]:
        """Return the rows behind a cell or a sum."""
        lines: Iterable[Sequence[tuple[int, ...]]] = self.cells if row is None else (self.cells[row],)
        found = tuple(number for line in lines for cell in (line if column is None else (line[column],)) for number in cell)
        return tuple(dict.fromkeys(found)) if self.distinct else found

    def told(self, row: int | None, column: int | None) -> str:
        """Return a cell in words: 柳溪镇、设施设备类 发现问题 5 项."""
        words = [*([self.rows[row]] if row is not None else []), *([self.columns[column]] if column is not None else [])]
        place = "、".join(words)
        return f"{place or '合计'} {MEASURES[self.measure][0]} {self.value(row, column):,} {self.unit}"


def grid(session: Session, facts: Facts, key: str, *, measure: str = "", switches: Switches | None = None) -> Grid:
    """Return one table.

    Args:
        session: Session of a read.
        facts: The campaign.
        key: As in `GRIDS`.
        measure: What to count; the table's usual one if empty or not among its own.
        switches: What counts.
    """
    sort = GRIDS[key]
    chosen = measure if measure in sort.measures else sort.measures[0]
    wanted = switches or Switches()
    axes = _Axes(session, facts)
    return _filled(key, sort, chosen, (axes.named(sort.down), axes.named(sort.across)), (_counted(facts, chosen, wanted), wanted))


@garbage.held_back()
def grids(session: Session, facts: Facts, switches: Switches | None = None) -> list[Grid]:
    """Return every table, each with what it usually counts."""
    wanted, axes = switches or Switches(), _Axes(session, facts)
    made = []
    for key, sort in GRIDS.items():
        measure = sort.measures[0]
        pair = (axes.named(sort.down), axes.named(sort.across))
        made.append(_filled(key, sort, measure, pair, (_counted(facts, measure, wanted), wanted)))
    return made


class _Axes:
    """The axes of a campaign, each made once."""

    def __init__(self, session: Session, facts: Facts) -> None:
        self._session, self._facts = session, facts
        self._made: dict[str, Axis] = {}

    def named(self, name: str) -> Axis:
        if name not in self._made:
            self._made[name] = getattr(self, f"_{name}")()
        return self._made[name]

    def _town(self) -> Axis:
        units = campaigns.units(self._session, campaign_id=self._facts.campaign.id)
        return Axis("镇办", attrgetter("town"), [(unit.name, unit.name) for unit in units if unit.kind != "监察室"])

    def _category(self) -> Axis:
        return Axis("问题类别", attrgetter("category"), [(str(name), str(name)) for name in self._facts.campaign.categories])

    def _group(self) -> Axis:
        known = {group.id for group in self._facts.groups}  # a group that went to the bin is none
        listed: Labels = [(group.id, group.name) for group in self._facts.groups]
        return Axis("检查组", lambda row: row.group_id if row.group_id in known else None, listed)

    def _day(self) -> Axis:
        days = sorted({visit.checked_on for visit in self._facts.visits})
        return Axis("检查日期", attrgetter("checked_on"), [(day, f"{day.month}月{day.day}日") for day in days])

    def _industry(self) -> Axis:
        industries = {number: one.industry for number, one in self._facts.enterprises.items()}
        used = {industries[visit.enterprise_id] for visit in self._facts.visits}
        named = [str(name) for name in self._facts.campaign.industries or () if name in used]
        return Axis("行业", lambda row: industries[row.enterprise_id], [(name, name) for name in named])

    def _level(self) -> Axis:
        return Axis("级别", attrgetter("level"), [(level, level) for level in LEVELS])

    def _status(self) -> Axis:
        return Axis("整改状态", attrgetter("status"), [(state, state) for state in FINDING_STATES])

    def _disposal(self) -> Axis:
        return Axis("处置方式", attrgetter("disposal"), [(word, word) for word in DISPOSALS])

    def _stage(self) -> Axis:
        return Axis("案件进展", attrgetter("stage"), [(word, word) for word in STAGES])


def _counted(facts: Facts, measure: str, switches: Switches) -> tuple[list[Any], Callable[[Any], int]]:
    """Return the rows that a measure looks at, and what it counts of them."""
    own, firm = attrgetter("id"), attrgetter("enterprise_id")
    if measure == FINDINGS:
        return facts.findings, own
    if measure == CASES:
        return facts.cases, own
    if measure == ENTERPRISES:
        return facts.visits, firm
    return [visit for visit in facts.visits if switches.rechecks or visit.mode != RECHECK], own


def _filled(
    key: str,
    sort: Sort,
    measure: str,
    axes: tuple[Axis, Axis],
    counted: tuple[tuple[list[Any], Callable[[Any], int]], Switches],
) -> Grid:
    (found, unit_of), switches = counted
    down, across = axes
    distinct = measure == ENTERPRISES
    buckets: dict[tuple[Hashable, Hashable], list[int]] = {}
    row_key, column_key = down.key, across.key
    for row in found:
        place = (row_key(row) or None, column_key(row) or None)
        bucket = buckets.get(place)
        if bucket is None:
            bucket = buckets[place] = []
        bucket.append(unit_of(row))
    rows, columns = _labels(down, {place[0] for place in buckets}), _labels(across, {place[1] for place in buckets})
    cells = tuple(
        tuple(tuple(dict.fromkeys(buckets.get((r, c), ()))) if distinct else tuple(buckets.get((r, c), ())) for c, _word in columns)
        for r, _word in rows
    )
    return Grid(
        key, sort.title, down.title, measure, MEASURES[measure][1], _definition(sort, measure, switches), _REGISTERS[measure], distinct,
        tuple(word for _key, word in rows), tuple(word for _key, word in columns), cells,
    )  # fmt: skip


def _labels(axis: Axis, used: set[Hashable]) -> Labels:
    known = {key for key, _word in axis.listed}
    others = sorted((key for key in used if key not in known and key is not None), key=str)
    return [*axis.listed, *((key, axis.word(key)) for key in others), *([(None, UNKNOWN)] if None in used else [])]


def _definition(sort: Sort, measure: str, switches: Switches) -> str:
    of_groups = "；联合检查计在检查记录写的检查组" if "group" in (sort.down, sort.across) else ""
    return f"{_counted_as(measure, switches)}{of_groups}"


def _counted_as(measure: str, switches: Switches) -> str:
    return {
        FINDINGS: "已完成检查中的问题，一项一类",
        VISITS: f"已完成的检查，{_RECHECK_WORDS[switches.rechecks]}",
        ENTERPRISES: "已完成检查的企业；每格、每个合计里同一企业只计一家，各格相加不一定等于合计",
        CASES: "全部案件，含简易程序",
    }[measure]
