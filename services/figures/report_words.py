"""Numbers that the report's prose may name in braces, each from a figure.

The prose is the office's; "{发现问题}" in it becomes the figure as it stands.
A name that is not in this list stays as it is and pre-flight P42 blocks it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from models.kinds import AMOUNT
from services.figures.indicators import Figure

NAMES = {
    "检查组": "groups",
    "出动组次": "group_visits",
    "检查企业": "enterprises",
    "检查家次": "visits",
    "执法人员": "officers",
    "执法人员人次": "officer_visits",
    "专家人次": "expert_visits",
    "任务完成率": "coverage",
    "发现问题": "findings",
    "重大事故隐患": "major_hazards",
    "当场整改": "fixed_on_spot",
    "已整改": "closed",
    "整改率": "rectification_rate",
    "到期整改率": "rectification_rate_due",
    "逾期未整改": "overdue",
    "执法文书": "documents",
    "责令停产停业": "stop_orders",
    "处罚事项": "penalty_items",
    "拟立案企业": "proposed_enterprises",
    "拟立案": "proposed_cases",
    "立案": "filed_cases",
    "拟罚金额": "fine_proposed_yuan",
    "已罚金额": "fine_decided_yuan",
    "已缴金额": "fine_paid_yuan",
    "平台当日录入率": "platform_same_day_rate",
}
DAY = "日期"  # the day on which the figures stand
BRACES = re.compile(r"[{｛]([^{}｛｝]{1,20})[}｝]")
_FEN_PER_YUAN = 100


def shown(figure: Figure) -> str:
    """Return a figure as the report prints it: 万元 for yuan, % kept, — for nothing."""
    if figure.value is None:
        return "—"
    if figure.unit == "元":
        return AMOUNT.show(round(figure.value * _FEN_PER_YUAN)) or "0"
    return f"{figure.value}%" if figure.unit == "%" else str(figure.value)


def fill(text: str, figures: Mapping[str, Figure], *, day: str = "", bind: Callable[[str, str], str] | None = None) -> str:
    """Return the prose with its numbers; unknown names stay in their braces.

    Args:
        text: Prose with names in braces.
        figures: By key.
        day: What {日期} becomes.
        bind: (key, shown) → what is written, for numbers that stay bound.
    """

    def replaced(match: re.Match[str]) -> str:
        name = match.group(1).strip()
        key = NAMES.get(name)
        if key is None:
            return day if day and name == DAY else match.group()
        return bind(key, shown(figures[key])) if bind else shown(figures[key])

    return BRACES.sub(replaced, text)


def defined(keys: Iterable[str], figures: Mapping[str, Figure]) -> tuple[tuple[str, str], ...]:
    """Return name with unit and meaning of figures, each once.

    Args:
        keys: Of the figures, in the order in which they are shown.
        figures: By key.
    """
    name_of = {key: name for name, key in NAMES.items()}
    listed = [figures[key] for key in dict.fromkeys(keys) if key in figures]
    return tuple((f"{name_of.get(one.key, one.name)}（{'万元' if one.unit == '元' else one.unit}）", one.definition) for one in listed)


def unknown(text: str) -> tuple[str, ...]:
    """Return the names in braces that no figure answers to."""
    return tuple(name for name in BRACES.findall(text) if name.strip() not in NAMES and name.strip() != DAY)
