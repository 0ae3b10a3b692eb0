"""Every indicator once, with definition, unit and the rows behind it.

`facts` reads a campaign once; `indicators` derives the figures from it,
`annex_rows` the rows of the annexes, `breakdowns` the tables. No total is
stored anywhere.
"""

from __future__ import annotations

from services.figures.annex_rows import annex_1_rows, annex_2_rows, annex_3_rows
from services.figures.breakdowns import breakdowns
from services.figures.facts import Facts, collect
from services.figures.indicators import Figure, all_figures, as_json, figures_by_key

__all__ = [
    "Facts", "Figure", "all_figures", "annex_1_rows", "annex_2_rows", "annex_3_rows",
    "as_json", "breakdowns", "collect", "figures_by_key",
]  # fmt: skip
