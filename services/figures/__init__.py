"""Every indicator once, with definition, unit and the rows behind it.

`facts` reads a campaign once; `counting` counts, `defined` names, `indicators`
gives the figures with their rows; `grids` the tables of two directions,
`breakdowns` those of one, `annex_rows` the rows of the annexes, `comparing` an
earlier campaign beside, `daily` a day. No total is stored anywhere, and
nothing outside this folder, `listing` and the store counts rows.
"""

from __future__ import annotations

from services.figures.annex_rows import annex_1_rows, annex_2_rows, annex_3_rows
from services.figures.basis import Part, Switches
from services.figures.breakdowns import breakdowns
from services.figures.facts import Facts, collect, collect_counted
from services.figures.grids import Grid, grid, grids
from services.figures.indicators import Figure, all_figures, as_json, figures_by_key

__all__ = [
    "Facts", "Figure", "Grid", "Part", "Switches", "all_figures", "annex_1_rows", "annex_2_rows", "annex_3_rows",
    "as_json", "breakdowns", "collect", "collect_counted", "figures_by_key", "grid", "grids",
]  # fmt: skip
