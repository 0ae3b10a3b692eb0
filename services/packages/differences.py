"""What a new version of the package changed: rows, amounts, counts.

Two frozen snapshots are compared, never the database with itself: what counts
is what was handed in. The printed page stays one page; what does not fit on
it stands in the workbook.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from models.forms import Column, Form, Row
from models.kinds import LONG, TEXT
from services.exports.layout import lay_out, pages
from services.exports.printed import Printed, cells

CHANGES = Form(
    code="package_changes",
    title="报送包与上一版的差别",
    columns=(
        Column("where", "表", TEXT, width_mm=34, source="office"),
        Column("what", "哪一行", TEXT, width_mm=56, source="office"),
        Column("field", "哪一栏", TEXT, width_mm=28, source="office"),
        Column("was", "上一版", LONG, width_mm=46, source="office"),
        Column("now", "这一版", LONG, width_mm=46, source="office"),
    ),
    source="office",
)
FIGURES = "主要数字"
_KEYS: dict[str, tuple[str, ...]] = {
    "personnel": ("name", "unit_position"),
    "inspection_stats": ("enterprise",),
    "case_stats": ("enterprise", "violation"),
    "hazard_list": ("enterprise", "checked_on", "no"),
    "major_hazards": ("enterprise", "hazard"),
}
_LONGEST_CELL = 60
_YUAN_PER_WAN = 10_000


@dataclass(frozen=True)
class Change:
    """One thing that differs.

    Attributes:
        table: Title of the table; `FIGURES` for a figure.
        row: Which row, in words.
        field: Which column; empty for a whole row.
        was: As in the earlier version; empty for a new row.
        now: As in the later one; empty for a row that is gone.
    """

    table: str
    row: str
    field: str
    was: str
    now: str

    @property
    def kind(self) -> str:
        """What happened: figure, new, gone or changed."""
        if self.table == FIGURES:
            return "figure"
        return "changed" if self.field else ("new" if self.now else "gone")

    @property
    def what(self) -> str:
        """The field, or what became of the whole row."""
        return self.field or ("新增" if self.now else "减少")


@dataclass(frozen=True)
class Difference:
    """All that differs between two versions.

    Attributes:
        earlier: Number of the earlier version.
        later: Number of the later one; 0 for one that is not made yet.
        changes: Figures first, then table by table.
    """

    earlier: int
    later: int
    changes: tuple[Change, ...]

    @property
    def words(self) -> str:
        """The difference in one sentence: 附件2 改 4 格、增 2 行；附件3 不变."""
        counted: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for change in self.changes:
            counted[change.table][change.kind] += 1
        said = []
        for table, kinds in counted.items():
            if table == FIGURES:
                said.append(f"{kinds['figure']} 个数字变了")
                continue
            parts = [
                f"{verb} {kinds[kind]} {unit}"
                for kind, verb, unit in (("changed", "改", "格"), ("new", "增", "行"), ("gone", "减", "行"))
                if kinds[kind]
            ]
            said.append(f"{table}{'、'.join(parts)}")
        return "；".join(said) or "内容没有变化"

    def as_json(self) -> dict[str, Any]:
        """Return the package-diff/1 document."""
        listed = [
            {"table": c.table, "row": c.row, "field": c.field or None, "kind": c.kind, "was": c.was or None, "now": c.now or None}
            for c in self.changes
        ]
        return {"schema": "package-diff/1", "from": self.earlier, "to": self.later or None, "words": self.words, "changes": listed}


def compare(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> Difference:
    """Compare two snapshots.

    Args:
        earlier: As frozen with the earlier version.
        later: As frozen with the later one, or about to be.
    """
    changes = [*_figures(earlier, later)]
    before = {table["code"]: table for table in earlier["tables"]}
    for table in later["tables"]:
        if table["code"] in _KEYS:
            empty = {"rows": [], "columns": table["columns"]}
            changes += _rows(table, before.get(table["code"], empty))
    return Difference(int(earlier["version"] or 0), int(later["version"] or 0), tuple(changes))


def printed(difference: Difference, like: Printed) -> Printed:
    """Return the difference as a table.

    Args:
        difference: What differs.
        like: Whose facts line and watermark it takes.
    """
    rows: list[Row] = [{"where": c.table, "what": c.row, "field": c.what, "was": c.was, "now": c.now} for c in difference.changes] or [
        {"where": "全部", "what": "内容没有变化"}
    ]
    title = f"第{difference.later}版与第{difference.earlier}版的差别" if difference.later else f"与第{difference.earlier}版的差别"
    facts = (("合计", difference.words), *like.facts)
    return replace(like, form=replace(CHANGES, title=title), rows=rows, label="", facts=facts)


def one_page(table: Printed, *, workbook: str) -> Printed:
    """Return as much of the difference as fits one page, and where the rest is.

    Args:
        table: The whole difference.
        workbook: Name of the file that holds all of it.
    """
    if _pages(table) == 1:
        return table
    least, most = 1, len(table.rows)
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if _pages(_cut(table, middle, workbook)) == 1 else (least, middle - 1)
    return _cut(table, least, workbook)


def _cut(table: Printed, count: int, workbook: str) -> Printed:
    rest = len(table.rows) - count
    return replace(table, rows=[*table.rows[:count], {"where": "其余", "what": f"另有 {rest} 处，见“{workbook}”"}])


def _pages(table: Printed) -> int:
    # a page holds some forty rows: more need not be measured to know that they do not fit
    if len(table.rows) > 60:
        return 2
    return len(pages(lay_out(table, cells(table)), label=False))


def _figures(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> Iterator[Change]:
    before = {figure["key"]: figure for figure in earlier["figures"]}
    for figure in later["figures"]:
        was = before.get(figure["key"])
        if was is not None and was["value"] != figure["value"]:
            amount = figure["unit"] == "元"  # printed in 万元, as everywhere on paper
            show, unit = (_shown_wan, "万元") if amount else (_shown, figure["unit"] or "数")
            yield Change(FIGURES, figure["name"], unit, show(was["value"]), show(figure["value"]))


def _rows(table: Mapping[str, Any], earlier: Mapping[str, Any]) -> Iterator[Change]:
    title = table.get("label") or table["title"]
    keys = _KEYS[table["code"]]
    old, new = _grouped(earlier, keys), _grouped(table, keys)
    titles = {column["key"]: column["title"] for column in table["columns"]}
    # frozen in yuan, printed in 万元 as the column's title says
    yuan = {column["key"] for column in table["columns"] if column.get("unit") == "元"}
    for key in dict.fromkeys([*new, *old]):
        before, after = old.get(key, []), new.get(key, [])
        name = "　".join(part for part in key if part)[:_LONGEST_CELL]
        for was, now in zip(before, after, strict=False):
            for field, heading in titles.items():
                show = _shown_wan if field in yuan else _shown
                left, right = show(was.get(field)), show(now.get(field))
                if field not in keys and field != "no" and left != right:
                    yield Change(title, name, heading, left, right)
        for was in before[len(after) :]:
            yield Change(title, name, "", _row_words(was, keys, yuan), "")
        for now in after[len(before) :]:
            yield Change(title, name, "", "", _row_words(now, keys, yuan))


def _grouped(table: Mapping[str, Any], keys: Sequence[str]) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    names = [column["key"] for column in table["columns"]]
    found: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for values in table["rows"]:
        row = dict(zip(names, values, strict=True))
        found[tuple(_shown(row.get(key)) for key in keys)].append(row)
    return found


def _row_words(row: Mapping[str, Any], keys: Sequence[str], yuan: Collection[str]) -> str:
    filled = {key: value for key, value in row.items() if key not in keys and key != "no" and value not in (None, "", 0, [])}
    said = [f"{_shown_wan(value)}万元" if key in yuan else _shown(value) for key, value in filled.items()]
    return "，".join(said)[:_LONGEST_CELL] or "一行"


def _shown_wan(value: object) -> str:
    return format((Decimal(str(value)) / _YUAN_PER_WAN).normalize(), "f") if isinstance(value, int | float) else _shown(value)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
