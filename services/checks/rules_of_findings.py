"""Pre-flight rules over findings and their rectification (P27 to P32, P41)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.checks.trouble import Material, Trouble, carried, unknown
from services.findings import CLOSED
from services.rectifications import REPORTED, is_late

_MAJOR = "重大"
_AT_ONCE, _IN_TIME, _STOP = "当场整改", "限期整改", "责令暂时停产停业"
_COUNTED = "（只报了数，没有报原文）"  # made from Annex 2 by `services.imports.counted`
_CLAUSE = re.compile(r"[^。；;！？\n]+")
_LATE_FIELD = re.compile(r"[{｛]\s*逾期未整改\s*[}｝]")
_WORDS = re.compile(r"[\W_]+")
_CRITERION = re.compile(r"判定|重大|第 ?\d+ ?号|令|规范|标准|GB|AQ")
_OPEN_WORDS = ("逾期", "未整改", "尚未完成", "没有整改", "待复查", "正在整改")
_RECHECK = (("rechecked_on", "复查日期"), ("recheck_person", "复查人"))
_LATE_PARTS = ("总体情况", "存在问题", "下一步工作建议")


def findings_have_their_basis(material: Material) -> Iterator[Trouble]:
    """P27: every finding has its basis (依据)."""
    rows = [finding for finding in _told(material) if finding.level != _MAJOR]  # of a major one P28 asks more
    if rows and not carried(rows, "basis"):
        yield unknown("P27", "问题的依据", "问题整改", "finding")
        return
    for finding in rows:
        if not finding.basis:
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
        elif _left_open(more["doubts"]) and not (more["major_item"] or more["other_standard"] or _CRITERION.search(said)):
            message = f"重大事故隐患清单没有写“{finding.hazard[:24]}”的判定依据，台账写的“{said[:24]}”不是判定标准；补上判定标准和条款"
            yield Trouble("P28", "B", message, place, "finding", finding, "重大事故隐患没有写判定依据")
        for since, until, words in material.standards:
            word = next((word for word in words if word in said), "")
            if word and not (since <= finding.checked_on and (until is None or finding.checked_on <= until)):
                when = f"{since} 起才施行" if finding.checked_on < since else f"{until} 以后不再适用"
                message = f"检查日期 {finding.checked_on}，判定依据写的“{word}”{when}；改用检查当日有效的判定标准"
                yield Trouble("P28", "B", message, place, "finding", finding, "重大事故隐患引用的判定标准当时无效")


def _left_open(doubts: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether a list of major hazards has no 判定依据 for it; a ledger calls its column otherwise."""
    return any(one.get("code") == "missing" and one.get("field") == "basis" and "判定" in str(one.get("message")) for one in doubts)


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
        elif limits and not finding.due and not finding.disposal and finding.status != CLOSED and not _says_of_limit(finding, material):
            yield Trouble(
                "P30", "W", f"{said}还没有整改完成，没有整改期限；补上期限", place, "finding", finding, "没有整改完成，也没有期限"
            )


def major_hazards_have_their_measures(material: Material) -> Iterator[Trouble]:
    """P30: where one major hazard has its measures written, each has (法 41)."""
    major = [finding for finding in material.facts.findings if finding.level == _MAJOR]
    if not any(material.findings[finding.id]["plan"] for finding in major):
        return
    for finding in major:
        if not material.findings[finding.id]["plan"]:
            message = f"重大事故隐患“{finding.hazard[:20]}”没有写整改措施；补上措施、资金、期限和责任人"
            yield Trouble("P30", "W", message, f"问题整改　{finding.enterprise}", "finding", finding, "重大事故隐患没有写整改措施")


def open_items_are_told(material: Material) -> Iterator[Trouble]:
    """P31: the report tells what is overdue; what is closed was rechecked."""
    told, names = _told_late(material)
    for finding in material.facts.findings:
        said, place = f"问题“{finding.hazard[:20]}”{finding.due} 到期", f"问题整改　{finding.enterprise}"
        if finding.due and finding.due < finding.checked_on:
            continue  # P30 names it; the limit says nothing
        if is_late(finding.status, finding.due, material.facts.as_of):  # as the figure 逾期未整改 counts
            message = f"{said}，还没有报整改完成；督促整改，或在总结里写明逾期未完成的问题"
            level = "I" if told or finding.enterprise in names else "W"
            yield Trouble("P31", level, message, place, "finding", finding, "逾期未整改")
        elif finding.status == REPORTED and finding.due and finding.due < material.facts.as_of:
            yield Trouble("P31", "I", f"{said}，已报整改完成，还没有复查；安排复查", place, "finding", finding, "到期待复查")
    asked = [(key, name) for key, name in _RECHECK if carried(material.facts.findings, key)]
    for finding in material.facts.findings:
        lacking = [name for key, name in asked if not getattr(finding, key)]
        if lacking and finding.status == CLOSED and finding.disposal != _STOP:  # of a stopped one P32 speaks
            message = f"问题“{finding.hazard[:20]}”已销号，没有{'和'.join(lacking)}；补上复查人和日期，没有复查的改回待复查"
            yield Trouble("P31", "W", message, f"问题整改　{finding.enterprise}", "finding", finding, "已销号没有复查人或复查日期")


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
    major_hazards_have_their_measures,
    open_items_are_told,
    stopped_enterprises_were_rechecked,
    findings_are_told_once,
)


def _told(material: Material) -> list[Any]:
    """Return the findings that came with their text, not only as a number."""
    return [finding for finding in material.facts.findings if not finding.hazard.endswith(_COUNTED)]


def _says_of_limit(finding: Any, material: Material) -> bool:
    """Tell whether the file wrote a limit that could not be read; of that P10 speaks."""
    return any(flag.get("field") == "due" for flag in material.findings[finding.id]["doubts"])


def _told_late(material: Material) -> tuple[bool, str]:
    """Return whether the report says how many findings are late, and what it says of late ones.

    That there are some is no list of them: it takes their number, or the name of the enterprise.
    """
    prose = material.facts.campaign.prose or {}
    clauses = [text for part in _LATE_PARTS for text in _CLAUSE.findall(str(prose.get(part) or ""))]
    spoken = [clause for clause in clauses if any(word in clause for word in _OPEN_WORDS)]
    count = material.figures["overdue"].value
    numbers = {number for clause in spoken for number in re.findall(r"\d+", clause)}
    return any(_LATE_FIELD.search(clause) for clause in spoken) or str(count) in numbers, "".join(clauses if spoken else ())


def _second_person(finding: Any, material: Material) -> bool:
    first = material.findings[finding.id]["major_officer"]
    return bool(finding.recheck_person) and finding.recheck_person != first
