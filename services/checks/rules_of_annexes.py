"""Pre-flight rules over Annexes 2 and 3 as tables (P01 to P06, P39, P44).

To add one: a generator from `Material` to `Trouble`, and its name in `RULES`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from models.annexes import CATEGORY_PREFIX
from services import campaigns
from services.checks.trouble import Material, Trouble, carried, unknown
from services.matching import name_key

_UNSORTED = "未分类问题"  # how `services.imports.counted` calls what a total counts and no category does
_SUMMARY_WORDS = ("简易程序", "当场处罚决定", "当罚")


def categories_make_the_sum(material: Material) -> Iterator[Trouble]:
    """P01: in each row of Annex 2 the categories add up to 发现问题（项）."""
    unsorted: dict[int, list[Any]] = {}
    for finding in material.facts.findings:
        if _unsorted(finding):
            unsorted.setdefault(finding.enterprise_id, []).append(finding)
    told: set[int] = set()
    for visit in material.facts.visits:
        flag = material.visits[visit.id]["flags"].get("category_sum_mismatch")
        place = f"附件2　{visit.enterprise}"
        loose = unsorted.get(visit.enterprise_id, [])
        if loose and visit.enterprise_id not in told:
            told.add(visit.enterprise_id)
            message = f"来表的发现问题比各类合计多 {len(loose)} 项，多出的没有类别；问清是哪一类，在问题整改里选定"
            yield Trouble("P01", "B", message, place, "finding", loose[0])
        elif flag and not loose:
            yield Trouble("P01", "W", f"{flag.get('message')}，附件2 按各类相加；向检查组核对", place, "inspection", visit)
    yield from _unexplained_sums(material)
    counted = Counter(finding.inspection_id for finding in material.facts.findings)
    for visit in material.facts.visits:
        if visit.stated_findings is not None and visit.stated_findings != counted[visit.id]:
            message = f"检查记录写着 {visit.stated_findings} 项，台账里是 {counted[visit.id]} 项；核对是否漏录，或改检查记录上的数"
            yield Trouble("P01", "W", message, f"检查记录　{visit.enterprise}", "inspection", visit, "检查记录的问题数和台账不同")


def _unexplained_sums(material: Material) -> Iterator[Trouble]:
    # a finding without category is named by P04; here only a difference that nothing else explains
    outside = Counter(finding.enterprise for finding in material.facts.findings if not _listed(finding, material))
    for row in material.annex_2:
        total = int(str(row["findings_total"]))
        by_category = sum(int(str(value)) for key, value in row.items() if key.startswith(CATEGORY_PREFIX))
        if by_category + outside[row["enterprise"]] != total:
            message = f"附件2 第 {row['no']} 行发现问题 {total} 项，各类合计 {by_category} 项；核对这家企业的问题"
            yield Trouble("P01", "B", message, f"附件2　{row['enterprise']}", "finding")


def rows_are_finished_visits(material: Material) -> Iterator[Trouble]:
    """P02: Annex 2 holds exactly the enterprises with a finished visit."""
    for visit in material.facts.unfinished:
        if visit.state == "草稿":
            message = f"{visit.checked_on.month}月{visit.checked_on.day}日的检查还是草稿，不会计入附件2；办结它，或改为作废"
            yield Trouble("P02", "B", message, f"检查记录　{visit.enterprise}", "inspection", visit, "检查还是草稿")
    void = Counter(finding.inspection_id for finding in material.facts.loose if finding.visit_state == "作废")
    for finding in {finding.inspection_id: finding for finding in reversed(material.facts.loose)}.values():
        if void[finding.inspection_id]:
            message = f"已作废的检查还有 {void[finding.inspection_id]} 条问题，不会计入附件2；移入回收站，或恢复那次检查"
            yield Trouble("P02", "W", message, f"问题整改　{finding.enterprise}", "finding", finding, "问题属于已作废的检查")
    counted = {row["enterprise"] for row in material.annex_2}
    for visit in material.facts.visits:
        if visit.enterprise not in counted:
            yield Trouble("P02", "B", "已完成检查，却不在附件2里；核对企业名称", f"附件2　{visit.enterprise}", "inspection", visit)


def one_row_an_enterprise(material: Material) -> Iterator[Trouble]:
    """P03: one row per enterprise in Annex 2, also where it was visited twice."""
    seen: dict[str, Any] = {}
    for number in dict.fromkeys(visit.enterprise_id for visit in material.facts.visits):
        enterprise = material.facts.enterprises[number]
        for key in filter(None, (name_key(enterprise.name), enterprise.credit_code)):
            other = seen.setdefault(key, enterprise)
            if other is not enterprise:
                message = f"和“{other.name}”名称或信用代码相同，附件2 里占了两行；核对是不是同一家，是就并到一条名录上"
                yield Trouble("P03", "W", message, f"附件2　{enterprise.name}", "enterprise", enterprise)
                break
    days = Counter((visit.enterprise_id, visit.checked_on) for visit in material.facts.visits)
    times = Counter(visit.enterprise_id for visit in material.facts.visits)
    for visit in {visit.enterprise_id: visit for visit in material.facts.visits}.values():
        place = f"附件2　{visit.enterprise}"
        if days[visit.enterprise_id, visit.checked_on] > 1:
            message = f"{visit.checked_on} 有 {days[visit.enterprise_id, visit.checked_on]} 条检查记录，家次会多计；重复的移入回收站"
            yield Trouble("P03", "W", message, place, "inspection", visit)
        elif times[visit.enterprise_id] > 1:
            message = f"检查了 {times[visit.enterprise_id]} 次，附件2 合成一行：计 1 家、{times[visit.enterprise_id]} 家次；不用改"
            yield Trouble("P03", "I", message, place, "inspection", visit, "检查了不止一次，附件2 合成一行")


def every_finding_has_a_category(material: Material) -> Iterator[Trouble]:
    """P04: each finding has exactly one category of the campaign's list."""
    for finding in material.facts.findings:
        if _listed(finding, material) or _unsorted(finding):
            continue
        flag = material.findings[finding.id]["flags"].get("category_unknown")
        what = "还没有定类别" if flag is None else str(flag.get("message")).partition("，")[0]
        if finding.category:
            what = f"类别“{finding.category}”不在本次行动的类别表里"
        message = f"问题“{finding.hazard[:24]}”{what}；从 {len(material.facts.campaign.categories)} 类中选一类"
        yield Trouble("P04", "B", message, f"问题整改　{finding.enterprise}", "finding", finding, "问题没有表内的类别")


def cases_rest_on_findings(material: Material) -> Iterator[Trouble]:
    """P05: Annex 3 has ordinary cases only, each with visit and finding."""
    visited = {visit.enterprise_id for visit in material.facts.visits}
    counts = {finding.id for finding in material.facts.findings}
    with_findings = {finding.enterprise_id for finding in material.facts.findings}
    rows = Counter(case.enterprise_id for case in material.facts.ordinary)
    items = _penalty_items(material)
    links = any(material.facts.linked.get(case.id) for case in material.facts.ordinary)
    for case in material.facts.ordinary:
        place = f"附件3　{case.enterprise}"
        lost = material.cases[case.id]["flags"].get("finding_unknown")
        if case.enterprise_id not in visited:
            message = "本次行动里没有这家企业已完成的检查；核对企业，或补登检查记录"
            yield Trouble("P05", "B", message, place, "penalty_case", case)
        elif case.enterprise_id not in with_findings:
            yield Trouble("P05", "B", "这家企业的检查没有问题，案件没有依据；补录问题", place, "penalty_case", case)
        elif not any(number in counts for number in material.facts.linked.get(case.id, ())) and (
            lost or (links and items[case.enterprise_id] >= rows[case.enterprise_id])
        ):
            said = str(lost.get("message")).partition("，")[0] if lost else "案件没有写明对应哪几条问题"
            message = f"{said}；在案件里填“对应问题”的序号"
            yield Trouble("P05", "W", message, place, "penalty_case", case, "案件没有写明对应哪几条问题")
        texts = (case.progress, case.decision_no, case.remark)
        if word := next((word for word in _SUMMARY_WORDS for text in texts if word in str(text or "")), ""):
            message = f"写着“{word}”，像是简易程序的案件，附件3 只列一般程序；在案件里把程序改为简易程序，或改正文字"
            yield Trouble("P05", "B", message, place, "penalty_case", case)
    if material.facts.ordinary and not links:
        yield unknown("P05", "案件对应哪几条问题", "案件办理", "penalty_case")


def penalty_items_cover_the_cases(material: Material) -> Iterator[Trouble]:
    """P06: per enterprise, 处罚事项 of Annex 2 are no fewer than rows of Annex 3."""
    items = _penalty_items(material)
    rows: dict[int, list[Any]] = {}
    for case in material.facts.ordinary:
        rows.setdefault(case.enterprise_id, []).append(case)
    with_case = {case.enterprise_id for case in material.facts.cases}
    known = {finding.enterprise_id for finding in material.facts.findings}
    if rows and known and not items:
        yield unknown("P06", "处罚事项", "问题整改", "finding")
        return
    for number, own in rows.items():
        if number in known and items[number] < len(own):
            message = f"附件2 处罚事项 {items[number]} 项，附件3 有 {len(own)} 件；在案件里填“对应问题”，或在问题上勾“拟处罚”"
            yield Trouble("P06", "W", message, f"附件3　{own[0].enterprise}", "penalty_case", own[0], "处罚事项少于案件数")
    for finding in material.facts.findings:
        if finding.penalty and finding.enterprise_id not in with_case:
            message = f"问题“{finding.hazard[:20]}”拟处罚，这家企业还没有案件；立案后在案件办理里登记"
            yield Trouble("P06", "I", message, f"附件2　{finding.enterprise}", "finding", finding, "拟处罚的问题还没有案件")


def towns_and_industries_are_known(material: Material) -> Iterator[Trouble]:
    """P39: town and industry stand in the campaign's lists, under their own names."""
    used = [material.facts.enterprises[number] for number in dict.fromkeys(visit.enterprise_id for visit in material.facts.visits)]
    names = {unit.name for unit in material.units}
    towns = carried(used, "town")
    if used and names and not towns:
        yield unknown("P39", "企业所在的镇办", "企业名录", "enterprise")
    for enterprise in used if names and towns else ():
        place = f"附件2　{enterprise.name}"
        if not enterprise.town:
            yield Trouble("P39", "W", "没有写镇办；在企业名录里补上", place, "enterprise", enterprise, "企业没有写镇办")
        elif enterprise.town not in names:
            unit = campaigns.unit_named(material.units, enterprise.town)
            said = f"写的是别名，名单里叫“{unit.name}”" if unit else "不在本次行动的镇办名单里"
            message = f"镇办“{enterprise.town}”{said}；在企业名录里改正镇办"
            yield Trouble("P39", "W", message, place, "enterprise", enterprise, "镇办不在名单里")
    industries = [str(name) for name in material.facts.campaign.industries or ()]
    strange = [one for one in used if industries and one.industry and not _in_scope(one, industries)]
    # where most are outside, the notice and the registry simply use other words
    for enterprise in strange if 2 * len(strange) <= len(used) else ():
        message = f"行业“{enterprise.industry}”不在本次行动的行业（{'、'.join(industries)}）里；核对行业，或核对是否该查"
        yield Trouble("P39", "W", message, f"附件2　{enterprise.name}", "enterprise", enterprise, "企业的行业不在本次行动范围里")


def the_package_goes_to_the_right_place(material: Material) -> Iterator[Trouble]:
    """P44: the package goes to whom the notice names, under the next number."""
    campaign = material.facts.campaign
    last = [one for one in material.deadlines if one.kind == "submit" and one.due and one.due == campaign.report_due and one.recipient]
    if campaign.recipient and last and all(name_key(one.recipient or "") != name_key(campaign.recipient) for one in last):
        message = f"报送包写给“{campaign.recipient}”，方案要求 {campaign.report_due} 前报“{last[0].recipient}”；核对接收单位"
        yield Trouble("P44", "B", message, "报送打包　接收单位", "campaign", campaign)
    if list(material.versions) != list(range(1, len(material.versions) + 1)):
        said = "、".join(map(str, material.versions))
        yield Trouble("P44", "B", f"已报送的版本号是 {said}，不是从 1 起连续的；核对报送包的登记", "报送打包　版本", "campaign", campaign)
    if campaign.report_due and material.facts.as_of > campaign.report_due and not material.versions:
        yield Trouble("P44", "I", f"方案要求 {campaign.report_due} 前报送，已经过了；尽快报送", "报送打包　时限", "campaign", campaign)


RULES = (
    categories_make_the_sum,
    rows_are_finished_visits,
    one_row_an_enterprise,
    every_finding_has_a_category,
    cases_rest_on_findings,
    penalty_items_cover_the_cases,
    towns_and_industries_are_known,
    the_package_goes_to_the_right_place,
)


def _listed(finding: Any, material: Material) -> bool:
    return finding.category in material.facts.campaign.categories


def _unsorted(finding: Any) -> bool:
    return not finding.category and finding.hazard.startswith(_UNSORTED)


def _penalty_items(material: Material) -> Counter[int]:
    return Counter(finding.enterprise_id for finding in material.facts.findings if finding.penalty)


def _in_scope(enterprise: Any, industries: list[str]) -> bool:
    said = [str(text) for text in (enterprise.industry, enterprise.supervision) if text]
    return any(one in text or text in one for text in said for one in industries)
