"""Pre-flight rules over findings and their rectification (P27 to P32, P41)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from services.checks.trouble import Material, Trouble, carried, unknown
from services.findings import CLOSED

_MAJOR = "重大"
_AT_ONCE, _IN_TIME, _STOP = "当场整改", "限期整改", "责令暂时停产停业"
_COUNTED = "（只报了数，没有报原文）"  # made from Annex 2 by `services.imports.counted`
_WORDS = re.compile(r"[\W_]+")
_OPEN_WORDS = ("逾期", "未整改", "尚未完成", "没有整改", "待复查", "正在整改")
_LATE_PARTS = ("总体情况", "存在问题", "下一步工作建议")


def findings_have_their_basis(material: Material) -> Iterator[Trouble]:
    """P27: every finding has its basis (依据)."""
    rows = _told(material)
    if rows and not carried(rows, "basis"):
        yield unknown("P27", "问题的依据", "问题整改", "finding")
        return
    for finding in rows:
        if not finding.basis and finding.level != _MAJOR:  # of a major one P28 asks more
            message = f"问题“{finding.hazard[:24]}”没有写依据；补上违反的条款"
            yield Trouble("P27", "W", message, f"问题整改　{finding.enterprise}", "finding", finding, "问题没有写依据")


def major_hazards_cite_a_valid_item(material: Material) -> Iterator[Trouble]:
    """P28: a major hazard cites an item of the standard that was valid that day."""
    for finding in material.facts.findings:
        if finding.level != _MAJOR:
            continue
        more = material.findings[finding.id]
        said = " ".join(str(text) for text in (finding.basis, more["major_item"], more["other_standard"]) if text)
        place = f"问题整改　{finding.enterprise}"
        if not said:
            message = f"重大事故隐患“{finding.hazard[:24]}”没有写判定依据；补上判定标准和条款"
            yield Trouble("P28", "B", message, place, "finding", finding, "重大事故隐患没有写判定依据")
        for since, until, words in material.standards:
            word = next((word for word in words if word in said), "")
            if word and not (since <= finding.checked_on and (until is None or finding.checked_on <= until)):
                when = f"{since} 起才施行" if finding.checked_on < since else f"{until} 以后不再适用"
                message = f"检查日期 {finding.checked_on}，判定依据写的“{word}”{when}；改用检查当日有效的判定标准"
                yield Trouble("P28", "B", message, place, "finding", finding, "重大事故隐患引用的判定标准当时无效")


def major_hazards_are_not_closed_alone(material: Material) -> Iterator[Trouble]:
    """P29: no major hazard is closed on the spot without proof and a second."""
    for finding in material.facts.findings:
        if finding.level != _MAJOR or finding.disposal != _AT_ONCE or finding.status != CLOSED:
            continue
        lacking = [
            name
            for lacks, name in ((finding.id not in material.proven, "佐证材料"), (not _second_person(finding, material), "第二人复核"))
            if lacks
        ]
        if lacking:
            message = f"重大事故隐患“{finding.hazard[:24]}”当场整改就销号，没有{'和'.join(lacking)}；改为限期整改，或补上佐证和复核人"
            yield Trouble("P29", "B", message, f"问题整改　{finding.enterprise}", "finding", finding, "重大事故隐患当场销号没有佐证和复核")


def limits_and_persons_are_given(material: Material) -> Iterator[Trouble]:
    """P30: the limit does not lie before the visit, and somebody answers for it."""
    rows = _told(material)
    persons, limits = carried(rows, "person"), carried(rows, "due")
    for given, what in ((persons, "整改责任人"), (limits, "整改期限")):
        if rows and not given:
            yield unknown("P30", what, "问题整改", "finding")
    for finding in rows:
        place, said = f"问题整改　{finding.enterprise}", f"问题“{finding.hazard[:20]}”"
        if finding.due and finding.due < finding.checked_on:
            message = f"{said}整改期限 {finding.due} 早于检查日期 {finding.checked_on}；改正期限"
            yield Trouble("P30", "B", message, place, "finding", finding, "整改期限早于检查日期")
        if persons and not finding.person:
            yield Trouble("P30", "B", f"{said}没有整改责任人；补上责任人", place, "finding", finding, "问题没有整改责任人")
        if limits and not finding.due and finding.disposal == _IN_TIME:
            yield Trouble("P30", "B", f"{said}限期整改，没有期限；补上整改期限", place, "finding", finding, "限期整改没有期限")


def open_items_are_told(material: Material) -> Iterator[Trouble]:
    """P31: the report tells what is overdue; what is closed was rechecked."""
    prose = material.facts.campaign.prose or {}
    told = any(word in str(prose.get(part) or "") for part in _LATE_PARTS for word in _OPEN_WORDS)
    for finding in material.facts.findings:
        if finding.due and finding.due < material.facts.as_of and finding.status != CLOSED and not finding.rechecked_on:
            message = f"问题“{finding.hazard[:20]}”{finding.due} 到期，还没有复查销号；复查，或在总结里写明逾期未完成的问题"
            place = f"问题整改　{finding.enterprise}"
            yield Trouble("P31", "I" if told else "W", message, place, "finding", finding, "到期没有复查销号")
    if not carried(material.facts.findings, "rechecked_on"):
        return
    for finding in material.facts.findings:
        if finding.status == CLOSED and not finding.rechecked_on and finding.disposal != _STOP:
            message = f"问题“{finding.hazard[:20]}”已销号，没有复查日期；补上复查人和日期，没有复查的改回待复查"
            yield Trouble("P31", "W", message, f"问题整改　{finding.enterprise}", "finding", finding, "已销号没有复查日期")


def stopped_enterprises_were_rechecked(material: Material) -> Iterator[Trouble]:
    """P32: who was ordered to stop does not go on without a recheck."""
    for finding in material.facts.findings:
        if finding.disposal == _STOP and finding.status == CLOSED and not (finding.rechecked_on and finding.recheck_person):
            message = f"责令停产停业的问题“{finding.hazard[:20]}”已销号，没有复查人或复查日期；补上复查记录，没有复查的不得恢复生产"
            yield Trouble("P32", "B", message, f"问题整改　{finding.enterprise}", "finding", finding, "责令停产停业的问题没有复查就销号")


def findings_are_told_once(material: Material) -> Iterator[Trouble]:
    """P41: the same words do not stand twice with one enterprise."""
    seen: dict[tuple[int, str], Any] = {}
    for finding in _told(material):
        first = seen.setdefault((finding.enterprise_id, _WORDS.sub("", finding.hazard).casefold()), finding)
        if first is not finding:
            message = f"问题“{finding.hazard[:24]}”和序号 {first.no} 相同；核对是不是重复录入，重复的移入回收站"
            yield Trouble("P41", "W", message, f"问题整改　{finding.enterprise}", "finding", finding, "同一家企业有相同的问题")


RULES = (
    findings_have_their_basis,
    major_hazards_cite_a_valid_item,
    major_hazards_are_not_closed_alone,
    limits_and_persons_are_given,
    open_items_are_told,
    stopped_enterprises_were_rechecked,
    findings_are_told_once,
)


def _told(material: Material) -> list[Any]:
    """Return the findings that came with their text, not only as a number."""
    return [finding for finding in material.facts.findings if not finding.hazard.endswith(_COUNTED)]


def _second_person(finding: Any, material: Material) -> bool:
    first = material.findings[finding.id]["major_officer"]
    return bool(finding.recheck_person) and finding.recheck_person != first
