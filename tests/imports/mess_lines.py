"""Messes of the lines that belong to no record: letters, closings, other totals."""

from __future__ import annotations

import random

from tests.imports.drafts import Cell, Draft, Line
from tests.imports.mess_values import mess

_LETTERS = "甲乙丙丁戊己庚辛壬癸"
_CLOSINGS: tuple[Line, ...] = (
    ["以上数据属实，特此上报。"],
    ["柳溪镇人民政府"],
    ["2023年4月26日"],
    ["（此页无正文）"],
    ["抄送：区大队审理室。"],
)
_TOTALS = ("本页合计", "全镇合计", "以上合计", "总 计：", "共 计")


@mess
def lettered_columns(draft: Draft, _pick: random.Random) -> None:
    """A row under the header names the columns 甲, 乙, 丙, then 1, 2, 3."""
    if draft.records and not draft.counted_columns:
        width = len(draft.headings) + draft.numbered
        words = min(3, width)
        row: Line = [*_LETTERS[:words], *range(1, width - words + 1)]
        draft.before.setdefault(0, []).insert(0, row)


@mess
def closing_lines(draft: Draft, pick: random.Random) -> None:
    """Sentences, the sender and the day stand alone under the table."""
    draft.below += [list(line) for line in pick.sample(_CLOSINGS, 3)]


@mess
def totals_by_other_names(draft: Draft, pick: random.Random) -> None:
    """A total goes by another name and fills its columns."""
    numbers: list[Cell] = [len(draft.records)] * max(1, len(draft.headings) - 1)
    draft.below.insert(0, [pick.choice(_TOTALS), *numbers])
