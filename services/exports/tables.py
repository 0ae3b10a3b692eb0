"""A table of two directions on paper, what it counts as its note."""

from __future__ import annotations

from models.forms import Column, Form, Row
from models.kinds import COUNT, TEXT
from services.exports.printed import Printed
from services.exports.statistics import SUM
from services.figures.grids import MEASURES, Grid
from services.figures.statistics import Statistics

_NAME_MM, _LEAST_MM, _MOST_MM, _ROOM_MM = 30, 11, 22, 210


def printed_grid(stat: Statistics, grid: Grid) -> Printed:
    """Return a table as it is printed, with its sums and what it counts.

    Args:
        stat: The statistics it belongs to.
        grid: The table.
    """
    name, unit = MEASURES[grid.measure]
    wide = min(max(_ROOM_MM / (len(grid.columns) + 1), _LEAST_MM), _MOST_MM)
    columns = [Column("name", grid.corner, TEXT, width_mm=_NAME_MM)]
    columns += [Column(f"c{number}", word, COUNT, width_mm=wide) for number, word in enumerate(grid.columns)]
    columns.append(Column("sum", SUM, COUNT, width_mm=_LEAST_MM + 3))
    campaign = stat.campaign.removesuffix("实施方案").removesuffix("方案")
    form = Form(
        f"grid_{grid.key}",
        f"{campaign}{name}统计（{grid.title.replace(' ', '')}）",
        tuple(columns),
        notes=(f"口径：{grid.definition}。{stat.span}。",),
    )
    across = range(len(grid.columns))
    rows: list[Row] = [
        {"name": word, **{f"c{column}": grid.value(number, column) for column in across}, "sum": grid.row_sums[number]}
        for number, word in enumerate(grid.rows)
    ]
    rows.append({"name": SUM, **{f"c{column}": grid.column_sums[column] for column in across}, "sum": grid.total})
    return Printed(form, rows, facts=(("单位", unit),), zeros=True)
