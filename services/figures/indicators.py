"""The indicators: name, unit, definition (口径), value and the rows behind it.

Definitions follow the practice of enforcement statistics: 家 is not 家次, 组 is
not 组次, a rate without denominator is "—" (None), never 100 %.

To add one: 1. a function from `Facts` to `(value, rows)`; 2. a line in
`_DEFINED`; the command, the desk and the report read from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from services import rules, workdays
from services.errors import Missing
from services.figures.facts import Facts
from services.findings import CLOSED

Value = int | float | None
Counted = tuple[Value, Sequence[Any]]
_OFFICERS = frozenset({"组长", "执法人员"})


@dataclass(frozen=True)
class Figure:
    """One indicator with what it means.

    Attributes:
        value: None is shown as "—": nothing to count, or no denominator.
        definition: What is counted and what is not, in one sentence.
        rows: Uids of the records behind it.
        register: Register that shows these rows ("inspections", "hazard_list", "cases").
        filters: Filter that opens exactly these rows there.
    """

    key: str
    name: str
    value: Value
    unit: str
    definition: str
    rows: tuple[str, ...]
    register: str
    filters: Mapping[str, object]


def all_figures(session: Session, facts: Facts) -> list[Figure]:
    """Return every indicator of a campaign, in the order of the command's contract."""
    publication = _publication_days(session, facts)
    figures: list[Figure] = []
    for key, (name, unit, definition, register, filters, count) in _DEFINED.items():
        value, rows = _published(facts, publication) if key == "published_rate" else count(facts)
        figures.append(Figure(key, name, value, unit, definition, tuple(row.uid for row in rows), register, filters))
    return figures


def _publication_days(session: Session, facts: Facts) -> int | None:
    try:
        return rules.number(session, key="publication_workdays", on=facts.as_of)
    except Missing:
        return None  # no such rule was valid on that day


def figures_by_key(session: Session, facts: Facts) -> dict[str, Figure]:
    """Return every indicator by its key."""
    return {figure.key: figure for figure in all_figures(session, facts)}


def as_json(figures: Sequence[Figure], broken_down: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures/1 document."""
    items = [
        {"key": f.key, "name": f.name, "value": f.value, "unit": f.unit, "definition": f.definition, "rows": list(f.rows)} for f in figures
    ]
    return {"schema": "figures/1", "items": items, "breakdowns": broken_down}


def percent(part: int, whole: int) -> float | None:
    """Return a rate in percent with one decimal; None without a denominator."""
    return None if whole == 0 else round(100 * part / whole, 1)


def _groups(facts: Facts) -> Counted:
    return len({visit.group_id for visit in facts.visits if visit.group_id}), facts.visits


def _visits(facts: Facts) -> Counted:
    return len(facts.visits), facts.visits


def _officers(facts: Facts) -> Counted:
    return len({person for _visit, person, role in facts.attendance if role in _OFFICERS}), facts.visits


def _officer_visits(facts: Facts) -> Counted:
    return sum(role in _OFFICERS for _visit, _person, role in facts.attendance), facts.visits


def _expert_visits(facts: Facts) -> Counted:
    return sum(role == "专家" for _visit, _person, role in facts.attendance), facts.visits


def _nothing(_facts: Facts) -> Counted:
    return None, ()


def _enterprises(facts: Facts) -> Counted:
    return len({visit.enterprise_id for visit in facts.visits}), facts.visits


def _coverage(facts: Facts) -> Counted:
    wanted = reached = 0
    for group in facts.groups:
        quota = group.quota if group.quota is not None else facts.campaign.group_quota or 0
        wanted += quota
        reached += min(quota, len({visit.enterprise_id for visit in facts.visits if visit.group_id == group.id}))
    return percent(reached, wanted), facts.visits


def _where(test: Callable[[Any, Facts], bool]) -> Callable[[Facts], Counted]:
    def count(facts: Facts) -> Counted:
        rows = [finding for finding in facts.findings if test(finding, facts)]
        return len(rows), rows

    return count


def _rate(facts: Facts) -> Counted:
    closed = [finding for finding in facts.findings if finding.status == CLOSED]
    return percent(len(closed), len(facts.findings)), closed


def _rate_due(facts: Facts) -> Counted:
    due = [finding for finding in facts.findings if finding.due and finding.due <= facts.as_of]
    closed = [finding for finding in due if finding.status == CLOSED]
    return percent(len(closed), len(due)), due


def _documents(facts: Facts) -> Counted:
    visits = [visit for visit in facts.visits if visit.document_no]
    decided = [case for case in facts.cases if case.decision_no]
    return len({v.document_no for v in visits} | {c.decision_no for c in decided}), [*visits, *decided]


def _stop_orders(facts: Facts) -> Counted:
    rows = [finding for finding in facts.findings if finding.disposal == "责令暂时停产停业"]
    return len({finding.enterprise_id for finding in rows}), rows


def _proposed_enterprises(facts: Facts) -> Counted:
    return len({case.enterprise_id for case in facts.ordinary}), facts.ordinary


def _proposed_cases(facts: Facts) -> Counted:
    return len(facts.ordinary), facts.ordinary


def _proposed_violations(facts: Facts) -> Counted:
    ids = {finding for case in facts.ordinary for finding in facts.linked.get(case.id, ())}
    rows = [finding for finding in facts.findings if finding.id in ids]
    return len(rows), rows


def _filed(facts: Facts) -> Counted:
    rows = [case for case in facts.cases if case.filed_on and case.filed_on <= facts.as_of]
    return len(rows), rows


def _fine(unit: str, person: str | None) -> Callable[[Facts], Counted]:
    def count(facts: Facts) -> Counted:
        rows = [case for case in facts.cases if getattr(case, unit) is not None or (person and getattr(case, person) is not None)]
        fen = sum((getattr(case, unit) or 0) + ((getattr(case, person) or 0) if person else 0) for case in rows)
        return (fen // 100 if fen % 100 == 0 else fen / 100), rows

    return count


def _double(facts: Facts) -> Counted:
    rows = [case for case in facts.ordinary if case.person_party]
    return percent(len(rows), len(facts.ordinary)), rows


def _published(facts: Facts, days: int | None) -> Counted:
    if days is None:
        return None, ()
    decided = [case for case in facts.cases if case.decided_on and case.decided_on <= facts.as_of]
    in_time = [c for c in decided if c.published_on and workdays.between(c.decided_on, c.published_on) <= days]
    return percent(len(in_time), len(decided)), decided


def _same_day(facts: Facts) -> Counted:
    rows = [visit for visit in facts.visits if visit.entered_on == visit.checked_on]
    return percent(len(rows), len(facts.visits)), rows


_closed = _where(lambda finding, _facts: finding.status == CLOSED)
_DONE: dict[str, object] = {"state": "已完成"}
_COUNTED: dict[str, object] = {"visit_state": "已完成"}
_ORDINARY: dict[str, object] = {"procedure": "普通程序"}
_Defined = tuple[str, str, str, str, Mapping[str, object], Callable[[Facts], Counted]]
_DEFINED: dict[str, _Defined] = {
    "groups": ("检查组", "个", "有已完成检查的检查组，同一组只计一个", "inspections", _DONE, _groups),
    "group_visits": ("出动检查组", "组次", "一次已完成检查计一组次", "inspections", _DONE, _visits),
    "officers": ("执法人员", "人", "到场的组长和执法人员，同一人只计一次；不含专家", "inspections", _DONE, _officers),
    "officer_visits": ("出动执法人员", "人次", "每次检查到场的组长和执法人员相加；不含专家", "inspections", _DONE, _officer_visits),
    "expert_visits": ("出动专家", "人次", "每次检查到场的专家相加", "inspections", _DONE, _expert_visits),
    "drawn": ("抽取企业", "家", "双随机抽取的企业；还没有抽取时为“—”", "inspections", _DONE, _nothing),
    "enterprises": ("检查企业", "家", "已完成检查的企业，同一企业只计一家；不含草稿和作废", "inspections", _DONE, _enterprises),
    "visits": ("检查家次", "家次", "已完成的检查，同一企业查两次计两家次", "inspections", _DONE, _visits),
    "coverage": ("任务完成率", "%", "各组已查企业（超出应查家数的不计）÷ 各组应查家数之和", "inspections", _DONE, _coverage),
    "findings": ("发现问题", "项", "已完成检查中的问题，一项一类", "hazard_list", _COUNTED, _where(lambda _finding, _facts: True)),
    "major_hazards": (
        "重大事故隐患", "项", "级别认定为“重大”的问题；只是建议、没有认定的不计", "hazard_list", {**_COUNTED, "level": "重大"},
        _where(lambda finding, _facts: finding.level == "重大"),
    ),
    "fixed_on_spot": (
        "当场整改", "项", "处置方式为当场整改的问题", "hazard_list", {**_COUNTED, "disposal": "当场整改"},
        _where(lambda finding, _facts: finding.disposal == "当场整改"),
    ),
    "closed": ("整改完成", "项", "复查合格已销号的问题", "hazard_list", {**_COUNTED, "status": CLOSED}, _closed),
    "rectification_rate": ("整改率", "%", "已销号 ÷ 发现问题；没有问题时为“—”", "hazard_list", {**_COUNTED, "status": CLOSED}, _rate),
    "rectification_rate_due": ("到期整改率", "%", "到期问题中已销号的 ÷ 到期问题；没有到期的为“—”", "hazard_list", _COUNTED, _rate_due),
    "documents": ("下达执法文书", "份", "有文号的文书，含检查记录和处罚决定书，同一文号只计一份", "inspections", _DONE, _documents),
    "stop_orders": (
        "责令停产停业", "家", "有问题被责令暂时停产停业的企业", "hazard_list",
        {**_COUNTED, "disposal": "责令暂时停产停业"}, _stop_orders,
    ),
    "penalty_items": (
        "处罚事项", "项", "拟处罚的问题，与附件2“处罚事项”一致", "hazard_list", {**_COUNTED, "penalty": True},
        _where(lambda finding, _facts: bool(finding.penalty)),
    ),
    "proposed_enterprises": ("拟立案企业", "家", "普通程序案件涉及的企业，同一企业只计一家", "cases", _ORDINARY, _proposed_enterprises),
    "proposed_cases": ("拟立案", "件", "普通程序案件，与附件3行数一致；不含简易程序", "cases", _ORDINARY, _proposed_cases),
    "proposed_violations": ("拟立案违法行为", "项", "普通程序案件对应的问题", "cases", _ORDINARY, _proposed_violations),
    "filed_cases": ("立案", "件", "已有立案日期的案件", "cases", {}, _filed),
    "fine_proposed_yuan": ("拟罚金额", "元", "各案现行拟处罚金额之和，含对个人的", "cases", {}, _fine("proposed", "person_proposed")),
    "fine_decided_yuan": ("已罚金额", "元", "各案处罚决定金额之和，含对个人的", "cases", {}, _fine("decided", "person_decided")),
    "fine_paid_yuan": ("已缴金额", "元", "各案已缴金额之和", "cases", {}, _fine("paid", None)),
    "double_penalty_rate": ("一案双罚占比", "%", "同时处罚个人的普通程序案件 ÷ 普通程序案件；没有案件时为“—”", "cases", _ORDINARY, _double),
    "published_rate": ("处罚公示率", "%", "在规定工作日内公示的 ÷ 已作出决定的案件；没有决定时为“—”", "cases", {}, _nothing),
    "platform_same_day_rate": (
        "平台当日录入率", "%", "检查当日录入省平台的 ÷ 已完成检查；没有检查时为“—”", "inspections", _DONE, _same_day,
    ),
}  # fmt: skip
