"""Pre-flight rules over penalty cases (P07 P08 P09 P10 P11 P33)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

from services import workdays
from services.cases import ORDINARY
from services.checks.trouble import Material, Trouble, carried, unknown
from services.figures.annex_rows import standing_amount

_STAGES = (("filed_on", "立案"), ("notified_on", "告知"), ("decided_on", "决定"), ("paid_on", "缴款"), ("closed_on", "结案"))
_FINDING_DAYS = (("checked_on", "检查"), ("rectified_on", "整改完成"), ("rechecked_on", "复查"))
_DECIDED = frozenset({"已决定", "已送达", "已缴款"})
_DECISION = {"decision_no": "决定书文号", "decided_on": "决定日期"}
_SAID_DECIDED = re.compile(r"(?<!拟)(?<!未)(?<!待)(?:已|作出|下达)[^，。；未拟待不免]{0,6}(?:处罚|决定|缴款|结案)(?!.{0,2}告知)")
_NO_AMOUNT = re.compile(r"移送|移交|不予|免予|免于|撤销|撤案|终止|警告|通报批评|(?:金额|数额|罚款).{0,6}(?:待|未|尚)|待定|未定")
_NAMED = 20
_ENOUGH = 4
"""From so many rows on, a column that is empty in all of them was never asked for."""


def amounts_are_plausible(material: Material) -> Iterator[Trouble]:
    """P07: an amount stands or has a reason, and is of the size of 万元."""
    low, high = material.numbers.get("preflight_amount_low_fen", 0), material.numbers.get("preflight_amount_high_fen")
    for case in material.facts.ordinary:
        place = f"附件3　{case.enterprise}"
        fen = standing_amount(case)
        if not fen:
            said = _NO_AMOUNT.search(str(case.progress or ""))
            if said and fen is None:
                message = f"没有处罚金额，进展写着“{case.progress}”；定了金额再补，或填“无金额原因”"
                yield Trouble("P07", "I", message, place, "penalty_case", case, "没有处罚金额，进展里写了原因")
            elif not case.no_amount_reason and not material.cases[case.id]["outcome"]:
                message = "没有处罚金额，也没有写原因；补金额，或填“无金额原因”"
                yield Trouble("P07", "W", message, place, "penalty_case", case, "没有处罚金额，也没有写原因")
            continue
        if (high and fen > high) or fen < low:
            message = f"处罚金额 {_wan(fen)} 万元，大小不寻常；核对单位是不是元"
            yield Trouble("P07", "W", message, place, "penalty_case", case, "处罚金额大小不寻常")
        if fen % 100:
            yield Trouble("P07", "W", f"处罚金额 {_wan(fen)} 万元不是整元；核对金额", place, "penalty_case", case, "处罚金额不是整元")


def decided_amounts_have_their_decision(material: Material) -> Iterator[Trouble]:
    """P08: what is printed as decided has the number and the day of the decision."""
    decided = [case for case in material.facts.cases if _is_decided(case)]
    blind = len(decided) >= _ENOUGH and not carried(decided, *_DECISION)
    if blind:
        yield unknown("P08", "决定书文号和决定日期", "案件办理", "penalty_case")
    for case in () if blind else decided:
        lacking = [name for key, name in _DECISION.items() if not getattr(case, key)]
        if lacking:
            message = f"已作出处罚决定，却没有{'和'.join(lacking)}；补上，没有决定的把金额移到拟处罚"
            yield Trouble("P08", "B", message, f"案件办理　{case.enterprise}", "penalty_case", case, "已处罚的案件缺决定书文号或日期")
    yield from _said_decided(material, {case.id for case in decided})


def _said_decided(material: Material, known: set[int]) -> Iterator[Trouble]:
    """P08: the progress of Annex 3 tells of a decision that the case does not have.

    The annex has no columns for number and day. Where the office writes them down for other cases the gap is this
    case's and blocks; where nobody was ever asked for them, one line names all such cases.
    """
    told = [
        case
        for case in material.facts.ordinary
        if case.id not in known and not all(getattr(case, key) for key in _DECISION) and _SAID_DECIDED.search(str(case.progress or ""))
    ]
    asked = carried(material.facts.cases, *_DECISION)
    for case in told if asked else ():
        lacking = "和".join(name for key, name in _DECISION.items() if not getattr(case, key))
        message = f"进展写着“{case.progress}”，没有{lacking}；在案件办理里补上，没有决定的改正进展"
        yield Trouble("P08", "B", message, f"案件办理　{case.enterprise}", "penalty_case", case, "进展写着已处罚，没有文号和日期")
    if told and not asked:
        names = "、".join(list(dict.fromkeys(str(case.enterprise) for case in told))[:_NAMED])
        said = f"{len(told)} 件案件（{names}）进展写着“{told[0].progress}”一类" if len(told) > 1 else f"{names}进展写着“{told[0].progress}”"
        message = f"{said}，没有决定书文号和决定日期；在案件办理里补上，没有决定的改正进展"
        yield Trouble("P08", "W", message, "附件3　目前进展情况", "penalty_case", told[0])


def decisions_come_in_time(material: Material) -> Iterator[Trouble]:
    """P09: a decision comes within 90 days of the filing, or says why not."""
    days = material.numbers.get("decision_days")
    for case in material.facts.cases if days else ():
        more = material.cases[case.id]
        if not case.filed_on or case.remark or more["extended_on"] or more["decide_by"] or more["outcome"]:
            continue
        until = case.decided_on or (material.facts.as_of if not case.closed_on else None)
        if until and (until - case.filed_on).days > (days or 0):
            said = "才作出决定" if case.decided_on else "还没有决定"
            message = f"立案 {(until - case.filed_on).days} 天{said}，超过 {days} 天；补登批准延期，或在备注写原因"
            yield Trouble("P09", "W", message, f"案件办理　{case.enterprise}", "penalty_case", case, "立案到决定超过期限")


def dates_are_in_order(material: Material) -> Iterator[Trouble]:
    """P10: stage dates follow each other and none lies in the future."""
    today = material.facts.as_of
    for case in material.facts.cases:
        for message in (*_disorder(case, _STAGES, today), *_disorder(case, (("decided_on", "决定"), ("published_on", "公示")), None)):
            yield Trouble("P10", "B", message, f"案件办理　{case.enterprise}", "penalty_case", case, "案件日期前后不对")
    for finding in material.facts.findings:
        for message in _disorder(finding, _FINDING_DAYS, today):
            yield Trouble("P10", "B", message, f"问题整改　{finding.enterprise}", "finding", finding, "整改日期前后不对")
    for visit in material.facts.later:
        message = f"检查日期 {visit.checked_on} 在 {today} 之后，这次检查不计入各表；改正日期"
        yield Trouble("P10", "B", message, f"检查记录　{visit.enterprise}", "inspection", visit, "检查日期还没有到")
    for visit in material.facts.visits:
        if visit.entered_on and (visit.entered_on > today or visit.entered_on < visit.checked_on):
            message = f"平台录入日期 {_day(visit.entered_on)} 早于检查日期，或在今天之后；改正录入日期"
            yield Trouble("P10", "B", message, f"检查记录　{visit.enterprise}", "inspection", visit, "平台录入日期不对")


def summary_fines_are_small(material: Material) -> Iterator[Trouble]:
    """P11: a fine on the spot stays within what the law allows on the spot."""
    limits = {name: material.numbers.get(f"summary_limit.{name}") for name in ("unit", "person")}
    for case in material.facts.cases:
        if case.procedure == ORDINARY or case.remark:
            continue
        unit = _standing(case.decided, case.notified, case.proposed)
        person = _standing(case.person_decided, case.person_notified, case.person_proposed)
        for fen, limit, who in ((unit, limits["unit"], "单位"), (person, limits["person"], "个人")):
            if fen and limit and fen > limit:
                message = f"简易程序对{who}罚款 {fen // 100} 元，超过 {limit // 100} 元；改为普通程序，法律另有规定的在备注写明"
                yield Trouble("P11", "W", message, f"案件办理　{case.enterprise}", "penalty_case", case)


def decisions_are_published(material: Material) -> Iterator[Trouble]:
    """P33: a decision is made public in time, or its time still runs."""
    days = material.numbers.get("publication_workdays")
    decided = [case for case in material.facts.cases if case.decided_on and case.decided_on <= material.facts.as_of]
    blind = len(decided) >= _ENOUGH and not carried(decided, "published_on")
    if blind:
        yield unknown("P33", "处罚公示日期", "案件办理", "penalty_case")
    if blind or days is None:
        return
    for case in decided:
        if case.published_on and case.published_on < case.decided_on:
            continue  # P10 names it
        late = workdays.between(case.decided_on, case.published_on or material.facts.as_of)
        if late > days and not case.remark:
            said = f"{_day(case.published_on)}才公示" if case.published_on else "还没有公示"
            message = f"{_day(case.decided_on)}作出决定，{said}，过了 {days} 个工作日；公示后填公示日期，或在备注写原因"
            yield Trouble("P33", "W", message, f"案件办理　{case.enterprise}", "penalty_case", case, "处罚决定没有按时公示")


RULES = (
    amounts_are_plausible,
    decided_amounts_have_their_decision,
    decisions_come_in_time,
    dates_are_in_order,
    summary_fines_are_small,
    decisions_are_published,
)


def _is_decided(case: Any) -> bool:
    return case.stage in _DECIDED or any(amount is not None for amount in (case.decided, case.person_decided, case.paid))


def _standing(*amounts: int | None) -> int | None:
    """Return the amount that counts now: decided, else notified, else proposed."""
    return next((fen for fen in amounts if fen is not None), None)


def _disorder(row: Any, stages: tuple[tuple[str, str], ...], today: date | None) -> Iterator[str]:
    given = [(name, getattr(row, key)) for key, name in stages if getattr(row, key)]
    for (earlier, first), (later, second) in pairwise(given):
        if second < first:
            yield f"{later}日期 {_day(second)} 早于{earlier}日期 {_day(first)}；改正其中一个"
    for name, day in given:
        if today is not None and day > today:
            yield f"{name}日期 {_day(day)} 还没有到；改正日期"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _wan(fen: int) -> str:
    return f"{fen / 1_000_000:.4f}".rstrip("0").rstrip(".")
