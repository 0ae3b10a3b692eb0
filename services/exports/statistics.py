"""Statistics as a workbook: tables with sums, native charts, every definition.

Text from people is written as text ("=" stays "="), numbers are numbers, and
there are no formulas. The charts are Excel's own, drawn from the cells beside
them, so that they follow when somebody corrects a number.
"""

from __future__ import annotations

import io
import tomllib
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter

import resources
from services.exports import fonts
from services.exports.archive import NotVerified, atomic_write
from services.exports.printed import plain
from services.figures.defined import THEMES
from services.figures.grids import MEASURES, Grid
from services.figures.statistics import Statistics, shown_unit

FIGURES, DEFINITIONS = "指标", "口径"
SUM = "合计"
_CHART_WIDE, _CHART_HIGH = 900, 300
_LYING_FROM = 8  # more columns than these are too small on a standing sheet
_FEW, _FEW_GAP, _MANY_GAP = 6, 300, 60
_FIRST = 4  # title, span, blank, heads
_NARROW, _WIDE = 8, 16


def write_statistics(stat: Statistics, target: Path, *, made_at: datetime) -> None:
    """Write statistics as an xlsx workbook.

    Args:
        stat: The statistics.
        target: Path to write; put it in place with `deliver_statistics`.
        made_at: Moment stored in the file.

    Raises:
        OSError: The path cannot be written.
    """
    whole = io.BytesIO()
    book = xlsxwriter.Workbook(whole, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": f"{stat.campaign} 统计", "author": "", "created": made_at.astimezone(UTC).replace(tzinfo=None)})
    looks = _Looks(book)
    _figures(book, looks, stat)
    for grid in stat.grids:
        _table(book, looks, stat, grid)
    _definitions(book, looks, stat)
    book.close()
    target.write_bytes(whole.getbuffer())


def deliver_statistics(stat: Statistics, target: Path, *, made_at: datetime) -> None:
    """Put the workbook in place once it reads back with the same numbers.

    Args:
        stat: The statistics.
        target: Final place.
        made_at: Moment stored in the file.

    Raises:
        FileTrouble: It cannot be written or does not read back; an old file stays.
    """

    def verify(path: Path) -> None:
        try:
            why = _differences(stat, path)
        except (ValueError, KeyError, zipfile.BadZipFile) as err:
            raise NotVerified(path=str(target), why="打不开或缺工作表") from err
        if why:
            raise NotVerified(path=str(target), why=why)

    atomic_write(target, lambda path: write_statistics(stat, path, made_at=made_at), verify)


def sheet_name(grid: Grid) -> str:
    """Return the name of a table's sheet: 镇办×问题类别."""
    return grid.title.replace(" ", "")


class _Looks:
    """The formats of the book."""

    def __init__(self, book: Any) -> None:
        body = {"font_name": fonts.name_for(fonts.BODY), "font_size": 11, "valign": "vcenter"}
        head = {**body, "font_name": fonts.name_for(fonts.HEAD), "border": 1, "align": "center", "text_wrap": True}
        self.title = book.add_format({**body, "font_name": fonts.name_for(fonts.TITLE), "font_size": 18})
        self.note = book.add_format({**body, "font_size": 10})
        self.head = book.add_format(head)
        self.name = book.add_format({**body, "border": 1, "num_format": "@"})
        self.unit = book.add_format({**body, "border": 1, "indent": 1})
        self.long = book.add_format({**body, "border": 1, "num_format": "@", "text_wrap": True})
        self.theme = book.add_format({**head, "align": "left"})
        self.count = book.add_format({**body, "border": 1, "align": "right", "num_format": "#,##0"})
        self.exact = book.add_format({**body, "border": 1, "align": "right", "num_format": "#,##0.####"})
        self.rate = book.add_format({**body, "border": 1, "align": "right", "num_format": "0.0"})
        self.none = book.add_format({**body, "border": 1, "align": "right"})
        self.sum = book.add_format({**body, "font_name": fonts.name_for(fonts.HEAD), "border": 1, "align": "right", "num_format": "#,##0"})
        self.sum_name = book.add_format({**head, "align": "left"})


def _top(sheet: Any, looks: _Looks, title: str, note: str) -> None:
    sheet.hide_gridlines(2)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, plain(title), looks.title)
    sheet.write_string(1, 0, plain(note), looks.note)


def _figures(book: Any, looks: _Looks, stat: Statistics) -> None:
    sheet = book.add_worksheet(FIGURES)
    _top(sheet, looks, f"{stat.campaign} 统计指标", f"{stat.span}；各项口径见最后一张表“{DEFINITIONS}”")
    heads = ["指标", "数值", "单位", *([f"{stat.against.name}", "增减"] if stat.against else [])]
    for column, head in enumerate(heads):
        sheet.write_string(_FIRST - 1, column, plain(head), looks.head)
    row = _FIRST
    for theme in THEMES:
        sheet.merge_range(row, 0, row, len(heads) - 1, theme, looks.theme)
        row += 1
        for one in (one for one in stat.compared if one.figure.theme == theme):
            sheet.write_string(row, 0, one.figure.name, looks.name)
            _number(sheet, row, 1, one.figure.value, looks, one.figure.unit)
            sheet.write_string(row, 2, shown_unit(one.figure), looks.unit)
            if stat.against:
                _number(sheet, row, 3, one.before, looks, one.figure.unit)
                _number(sheet, row, 4, one.change, looks, one.figure.unit)
            row += 1
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 14)
    sheet.set_column(2, 2, 8)
    sheet.set_column(3, 4, 18)
    sheet.freeze_panes(_FIRST, 1)
    _page(sheet)


def _number(sheet: Any, row: int, column: int, value: float | None, looks: _Looks, unit: str) -> None:
    if value is None:
        sheet.write_string(row, column, "—", looks.none)
    elif unit == "元":
        sheet.write_number(row, column, value / 10_000, looks.exact)
    else:
        sheet.write_number(row, column, value, looks.rate if unit == "%" else looks.count)


def _table(book: Any, looks: _Looks, stat: Statistics, grid: Grid) -> None:
    sheet = book.add_worksheet(sheet_name(grid))
    name, unit = MEASURES[grid.measure]
    _top(sheet, looks, f"{name}：{grid.title}", f"{stat.campaign}　{stat.span}　单位：{unit}　口径：{grid.definition}")
    sums = len(grid.columns) + 1
    for column, head in enumerate((grid.corner, *grid.columns, SUM)):
        sheet.write_string(_FIRST - 1, column, plain(head), looks.head)
    for number, word in enumerate(grid.rows):
        row = _FIRST + number
        sheet.write_string(row, 0, plain(word), looks.name)
        for column in range(len(grid.columns)):
            sheet.write_number(row, column + 1, grid.value(number, column), looks.count)
        sheet.write_number(row, sums, grid.row_sums[number], looks.sum)
    last = _FIRST + len(grid.rows)
    sheet.write_string(last, 0, SUM, looks.sum_name)
    for column in range(len(grid.columns)):
        sheet.write_number(last, column + 1, grid.column_sums[column], looks.sum)
    sheet.write_number(last, sums, grid.total, looks.sum)
    sheet.set_column(0, 0, _WIDE)
    sheet.set_column(1, sums, _NARROW)
    sheet.set_row(_FIRST - 1, 34)
    sheet.freeze_panes(_FIRST, 1)
    if grid.rows and grid.columns:
        _charts(book, sheet, grid, last)
    _page(sheet, lying=len(grid.columns) > _LYING_FROM)


def _charts(book: Any, sheet: Any, grid: Grid, last: int) -> None:
    """Draw the sums of the rows and of the columns, under the table."""
    name, unit = MEASURES[grid.measure]
    sums, own = len(grid.columns) + 1, sheet.get_name()
    places = (
        (grid.corner, [own, _FIRST, 0, last - 1, 0], [own, _FIRST, sums, last - 1, sums]),
        (grid.title.split("×")[-1].strip(), [own, _FIRST - 1, 1, _FIRST - 1, sums - 1], [own, last, 1, last, sums - 1]),
    )
    for number, (along, labels, values) in enumerate(places):
        few = (len(grid.columns) if number else len(grid.rows)) <= _FEW
        chart = book.add_chart({"type": "column"})
        chart.add_series(
            {
                "name": name, "categories": labels, "values": values, "gap": _FEW_GAP if few else _MANY_GAP,
                "fill": {"color": bar_colour()}, "data_labels": {"value": True, "font": {"size": 9}},
            }
        )  # fmt: skip
        chart.set_title({"name": f"{name}按{along}（{unit}）", "name_font": {"size": 12, "bold": False}})
        chart.set_legend({"none": True})
        chart.set_y_axis({"major_gridlines": {"visible": False}, "visible": False, "min": 0})
        chart.set_x_axis({"num_font": {"size": 9}, "text_axis": True})
        chart.set_size({"width": _CHART_WIDE, "height": _CHART_HIGH})
        sheet.insert_chart(last + 2 + number * 16, 0, chart, {"object_position": 1, "description": f"{name}按{along}"})


def _definitions(book: Any, looks: _Looks, stat: Statistics) -> None:
    sheet = book.add_worksheet(DEFINITIONS)
    _top(sheet, looks, "口径", f"{stat.campaign}　{stat.span}")
    for column, head in enumerate(("指标", "单位", "怎样计数")):
        sheet.write_string(_FIRST - 1, column, head, looks.head)
    lines = [(one.figure.name, shown_unit(one.figure), one.figure.definition) for one in stat.compared]
    lines += [(grid.title, grid.unit, grid.definition) for grid in stat.grids]
    lines.append(("对比", "", "上一次行动按同样口径计数；那一次没有的数记“—”，不当作零"))
    for number, line in enumerate(lines, start=_FIRST):
        for column, text in enumerate(line):
            sheet.write_string(number, column, plain(text), looks.long)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 8)
    sheet.set_column(2, 2, 88)
    sheet.freeze_panes(_FIRST, 0)
    _page(sheet)


def _page(sheet: Any, *, lying: bool = False) -> None:
    """Let a table stand on one page with its charts."""
    sheet.set_paper(9)
    if lying:
        sheet.set_landscape()
    sheet.set_margins(0.6, 0.6, 0.7, 0.7)
    sheet.fit_to_pages(1, 1)
    sheet.center_horizontally()
    sheet.repeat_rows(_FIRST - 1)
    sheet.set_footer("&C第 &P 页，共 &N 页")


def _differences(stat: Statistics, path: Path) -> str:
    """Return how a written book differs from the statistics, or ""."""
    with zipfile.ZipFile(path) as archive:
        charts = sum(name.startswith("xl/charts/chart") for name in archive.namelist())
    wanted = 2 * sum(bool(grid.rows and grid.columns) for grid in stat.grids)
    if charts != wanted:
        return f"应有 {wanted} 张图，读回 {charts} 张"
    book = openpyxl.load_workbook(path)
    for grid in stat.grids:
        sheet = book[sheet_name(grid)]
        found: list[Sequence[object]] = list(sheet.iter_rows(min_row=_FIRST + 1, max_row=_FIRST + len(grid.rows) + 1, values_only=True))
        across = range(len(grid.columns))
        expected = [[*(grid.value(row, column) for column in across), grid.row_sums[row]] for row in range(len(grid.rows))]
        expected.append([*grid.column_sums, grid.total])
        if [list(row[1 : len(grid.columns) + 2]) for row in found] != expected:
            return f"“{sheet_name(grid)}”的数不同"
    return ""


@cache
def bar_colour() -> str:
    """Return the colour of charts on paper."""
    with resources.path("theme", "tokens.toml").open("rb") as file:
        return str(tomllib.load(file)["color"]["light"]["bar"])
