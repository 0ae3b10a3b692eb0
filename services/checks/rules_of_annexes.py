"""Pre-flight rules over Annex 2 and Annex 3 (P01 P02 P04 P05 P07 P10 P18).

To add one: a generator from `Material` to `Trouble`, and its name in `RULES`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

from models.annexes import CATEGORY_PREFIX
from services.checks.trouble import Material, Trouble
from services.figures.annex_rows import standing_amount

_STAGES = (("filed_on", "立案"), ("notified_on", "告知"), ("decided_on", "决定"), ("paid_on", "缴款"), ("closed_on", "结案"))
_FINDING_DAYS = (("checked_on", "检查"), ("rectified_on", "整改完成"), ("rechecked_on", "复查"))


def categories_make_the_sum(material: Material) -> Iterator[Trouble]:
    """P01: in each row of Annex 2 the categories add up to 发现问题（项）."""
    for row in material.annex_2:
        total = int(str(row["findings_total"]))
        by_category = sum(int(str(value)) for key, value in row.items() if key.startswith(CATEGORY_PREFIX))
        if by_category != total:
            loose = next((f for f in material.facts.findings if f.enterprise == row["enterprise"] and not _listed(f, material)), None)
            message = f"附件2 第 {row['no']} 行发现问题 {total} 项，各类合计 {by_category} 项；给还没有类别的问题定一个类别"
            yield Trouble("P01", "B", message, f"附件2　{row['enterprise']}", "finding", loose)
    counted = Counter(finding.inspection_id for finding in material.facts.findings)
    for visit in material.facts.visits:
        if visit.stated_findings is not None and visit.stated_findings != counted[visit.id]:
            message = f"检查记录写着 {visit.stated_findings} 项，台账里是 {counted[visit.id]} 项；核对是否漏录，或改检查记录上的数"
            yield Trouble("P01", "W", message, f"检查记录　{visit.enterprise}", "inspection", visit)


def rows_are_finished_visits(material: Material) -> Iterator[Trouble]:
    """P02: Annex 2 holds exactly the enterprises with a finished visit."""
    for visit in material.facts.unfinished:
        if visit.state == "草稿":
            message = f"{_day(visit.checked_on)}的检查还是草稿，不会计入附件2；办结它，或改为作废"
            yield Trouble("P02", "B", message, f"检查记录　{visit.enterprise}", "inspection", visit)
    for finding in material.facts.loose:
        if finding.visit_state == "作废":
            message = f"问题“{finding.hazard[:20]}”属于已作废的检查，不会计入附件2；移入回收站，或恢复那次检查"
            yield Trouble("P02", "W", message, f"问题整改　{finding.enterprise}", "finding", finding)
    counted = {row["enterprise"] for row in material.annex_2}
    for visit in material.facts.visits:
        if visit.enterprise not in counted:
            message = "已完成检查，却不在附件2里；核对企业名称"
            yield Trouble("P02", "B", message, f"附件2　{visit.enterprise}", "inspection", visit)


def every_finding_has_a_category(material: Material) -> Iterator[Trouble]:
    """P04: each finding has exactly one category of the campaign's list."""
    for finding in material.facts.findings:
        if not _listed(finding, material):
            what = f"类别“{finding.category}”不在本次行动的类别表里" if finding.category else "还没有定类别"
            message = f"问题“{finding.hazard[:24]}”{what}；从 {len(material.facts.campaign.categories)} 类中选一类"
            yield Trouble("P04", "B", message, f"问题整改　{finding.enterprise}", "finding", finding)


def cases_rest_on_findings(material: Material) -> Iterator[Trouble]:
    """P05: each case of Annex 3 has a visit and at least one finding."""
    visited = {visit.enterprise_id for visit in material.facts.visits}
    counts = {finding.id for finding in material.facts.findings}
    with_findings = {finding.enterprise_id for finding in material.facts.findings}
    for case in material.facts.ordinary:
        if case.enterprise_id not in visited:
            message = "本次行动里没有这家企业已完成的检查；核对企业，或补登检查记录"
            yield Trouble("P05", "B", message, f"附件3　{case.enterprise}", "penalty_case", case)
        elif case.enterprise_id not in with_findings:
            yield Trouble("P05", "B", "这家企业的检查没有问题，案件没有依据；补录问题", f"附件3　{case.enterprise}", "penalty_case", case)
        elif not any(number in counts for number in material.facts.linked.get(case.id, ())):
            yield Trouble(
                "P05", "W", "案件没有写明对应哪几条问题；在案件里填“对应问题”的序号", f"附件3　{case.enterprise}", "penalty_case", case
            )


def amounts_are_plausible(material: Material) -> Iterator[Trouble]:
    """P07: an amount stands or has a reason, and is of the size of 万元."""
    for case in material.facts.ordinary:
        place = f"附件3　{case.enterprise}"
        fen = standing_amount(case)
        if not fen:
            if not case.no_amount_reason:
                yield Trouble("P07", "W", "没有处罚金额，也没有写原因；补金额，或填“无金额原因”", place, "penalty_case", case)
            continue
        if fen > material.high_fen or fen < material.low_fen:
            message = f"处罚金额 {_wan(fen)} 万元，大小不寻常；核对单位是不是元"
            yield Trouble("P07", "W", message, place, "penalty_case", case)
        if fen % 100:
            yield Trouble("P07", "W", f"处罚金额 {_wan(fen)} 万元不是整元；核对金额", place, "penalty_case", case)


def dates_are_in_order(material: Material) -> Iterator[Trouble]:
    """P10: stage dates follow each other and none lies in the future."""
    today = material.facts.as_of
    for case in material.facts.cases:
        for message in _disorder(case, _STAGES, today):
            yield Trouble("P10", "B", message, f"案件办理　{case.enterprise}", "penalty_case", case)
    for finding in material.facts.findings:
        for message in _disorder(finding, _FINDING_DAYS, today):
            yield Trouble("P10", "B", message, f"问题整改　{finding.enterprise}", "finding", finding)
    for visit in material.facts.later:
        message = f"检查日期 {visit.checked_on} 在 {today} 之后，这次检查不计入各表；改正日期"
        yield Trouble("P10", "B", message, f"检查记录　{visit.enterprise}", "inspection", visit)
    for visit in material.facts.visits:
        if visit.entered_on and (visit.entered_on > today or visit.entered_on < visit.checked_on):
            message = f"平台录入日期 {_day(visit.entered_on)} 早于检查日期，或在今天之后；改正录入日期"
            yield Trouble("P10", "B", message, f"检查记录　{visit.enterprise}", "inspection", visit)


def groups_reach_their_quota(material: Material) -> Iterator[Trouble]:
    """P18: every group has inspected its number of enterprises, or says why not."""
    for group in material.facts.groups:
        quota = group.quota if group.quota is not None else material.facts.campaign.group_quota
        done = len({visit.enterprise_id for visit in material.facts.visits if visit.group_id == group.id})
        if quota and done < quota and not group.remark:
            message = f"{group.name}已查 {done} 家，要求 {quota} 家；补查，或在分组备注里写原因"
            yield Trouble("P18", "W", message, f"检查分组　{group.name}", "inspection_group", group)


RULES = (
    categories_make_the_sum,
    rows_are_finished_visits,
    every_finding_has_a_category,
    cases_rest_on_findings,
    amounts_are_plausible,
    dates_are_in_order,
    groups_reach_their_quota,
)


def _listed(finding: Any, material: Material) -> bool:
    return finding.category in material.facts.campaign.categories


def _disorder(row: Any, stages: tuple[tuple[str, str], ...], today: date) -> Iterator[str]:
    given = [(name, getattr(row, key)) for key, name in stages if getattr(row, key)]
    for (earlier, first), (later, second) in pairwise(given):
        if second < first:
            yield f"{later}日期 {_day(second)} 早于{earlier}日期 {_day(first)}；改正其中一个"
    for name, day in given:
        if day > today:
            yield f"{name}日期 {_day(day)} 还没有到；改正日期"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _wan(fen: int) -> str:
    return f"{fen / 1_000_000:.4f}".rstrip("0").rstrip(".")
