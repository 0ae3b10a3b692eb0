"""Pre-flight rules over what came in files and did not become a record.

A row that could not be taken is missing in the annexes without a trace in the
registers; a cell that could not be read is an empty field there. Each is named by the
rule whose table lacks it: P01 P02 P03 P05 P10 P16 P17 P18 P28 P39 P40 P41.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from services.checks.trouble import Material, Trouble, Unread
from services.imports import counted
from services.matching import name_key

_OTHER_NAME, _ONLY_COMPARED = "名称不同", ("town_summary", "enterprises")
_TWICE = "是同一条"
_DIFFERS = ("与台账不一致", "与台账算出的数不一致")
_ANSWERS = {
    "personnel": "P17", "inspections": "P02", "hazard_list": "P02", "inspection_stats": "P01", "cases": "P05", "case_stats": "P05",
    "groups": "P18", "major_hazards": "P28", "town_summary": "P01", "enterprises": "P40",
}  # fmt: skip
_ANSWERS_TWICE = {
    "personnel": "P16",
    "enterprises": "P40",
    "inspections": "P03",
    "inspection_stats": "P03",
    "hazard_list": "P41",
    "cases": "P41",
    "case_stats": "P41",
    "major_hazards": "P41",
}
_TOTAL, _NAMED, _PLACED, _OVER = "合计行", "写的是“", "镇办写的是", "100%"
_DIFFERENT, _SHORT = "内容不同", "简称"
_TWO_CODES = re.compile(r"信用代码是 ?(\S+?)，来表是 ?([^\s，]+)")
_JOINT = re.compile(r"内容不同（[^）]*检查组")
_ONLY_THE_RATE = re.compile(r"不一致：整改率[^；]*$")
_DATES = frozenset({
    "checked_on", "entered_on", "due", "rectified_on", "rechecked_on", "filed_on", "notified_on", "decided_on", "paid_on", "published_on",
    "closed_on",
})  # fmt: skip
_ROWS_NAMED = 6


def received_rows_were_taken(material: Material) -> Iterator[Trouble]:
    """P02 and others: rows that could not be taken are missing in the annexes."""
    visited = _groups_of_visited(material) if material.unread else {}
    for one in material.unread:
        rules = _ANSWERS_TWICE if _TWICE in one.reason else _ANSWERS
        if one.form not in rules or one.reason.startswith(_DIFFERS):
            continue  # what differs from the ledger is compared anew below
        if one.form == "enterprises" and _OTHER_NAME not in one.reason:
            yield from _twice_in_the_registry(one, visited)
            continue
        if one.reason == counted.NOT_RECORDED:
            yield from _not_recorded(one)
            continue
        if one.reason.startswith((_NAMED, _PLACED)):
            rule, mend = ("P40", "核对是不是改了名") if one.reason.startswith(_NAMED) else ("P39", "核对这家企业属于哪个镇办")
            message = f"{_rows(one)}（{'、'.join(one.enterprises[:_ROWS_NAMED])}）{one.reason}；{mend}，改名录或请他们改表"
            yield Trouble(rule, "W", message, f"来表　{one.file}", "submission", None, f"来表的写法和名录不同（{one.file}）")
            continue
        if one.reason.startswith(_TOTAL):
            message = f"{_rows(one)}{one.reason.replace('；', '，')}；和检查组核对是合计算错，还是漏报了行"
            yield Trouble("P01", "W", message, f"来表　{one.file}", "submission")
            continue
        whose = f"（{'、'.join(one.enterprises[:_ROWS_NAMED])}）" if one.enterprises else ""
        reason = one.reason.replace("；", "，").rstrip("。")
        if _OVER in one.reason:
            message = f"{_rows(one)}{whose}整改率{reason}，核对是不是算错，请他们改表"
            yield Trouble("P38", "W", message, f"来表　{one.file}", "submission")
            continue
        if one.form == "inspections" and _JOINT.search(one.reason):
            yield Trouble("P03", "I", f"{_rows(one)}{whose}{_joint(one, visited)}", f"来表　{one.file}", "submission")
            continue
        if _TWICE in one.reason:
            message = f"{_rows(one)}{whose}和另一行是同一条，只写入一次；核对是不是重复填报，不是就改得能分开再导入"
        elif one.form in _ONLY_COMPARED:
            message = f"{_rows(one)}{whose}{reason}；核对哪一边对，改名录、台账或请他们改表"
        else:
            message = f"{_rows(one)}{whose}没有读入，各表都没有算：{reason}；改好后再导入这个文件"
        yield Trouble(rules[one.form], "W", message, f"来表　{one.file}", "submission")


def _groups_of_visited(material: Material) -> dict[str, dict[str, None]]:
    """Return the groups that were there, by key of the enterprise's name."""
    found: dict[str, dict[str, None]] = {}
    for visit in material.facts.visits:
        found.setdefault(name_key(visit.enterprise), {}).setdefault(str(visit.group or ""))
    return found


def _twice_in_the_registry(one: Unread, visited: Mapping[str, object]) -> Iterator[Trouble]:
    """Name rows that occur twice, or under two codes; a warning only where a group stood in that enterprise."""
    twice, codes = _TWICE in one.reason, _TWO_CODES.search(one.reason)
    if not twice and not codes:
        return  # a registry is long and has rows of all sorts
    concerned = any(name_key(name) in visited for name in one.enterprises)
    whose = f"（{'、'.join(one.enterprises[:_ROWS_NAMED])}）" if one.enterprises else ""
    if codes:
        said = f"同一名称有两个信用代码：名录里是 {codes[1]}，这一行是 {codes[2]}，没有写入；对照营业执照核对，是两家的改名称"
        topic = f"企业名录里同一名称有两个信用代码（{one.file}）"
        place = f"来表　{one.file}{whose}"
        yield Trouble("P40", "W" if concerned else "I", f"{_rows(one)}{said}", place, "submission", None, topic)
    else:
        differs = concerned and _DIFFERENT in one.reason
        said = "在名录里重复，只写入一次；核对是不是重复登记，内容不同的以哪一行为准"
        yield Trouble("P40", "W" if differs else "I", f"{_rows(one)}{whose}{said}", f"来表　{one.file}", "submission")


def _joint(one: Unread, visited: Mapping[str, Mapping[str, None]]) -> str:
    groups = [group for name in one.enterprises for group in visited.get(name_key(name), ()) if group]
    kept = f"，记在{'、'.join(groups)}，问题也算这一组的" if groups else ""
    return f"两个检查组都报了这次检查，按联合检查计一次{kept}；主办的是另一组就在检查记录里改检查组，不是联合检查就改检查日期"


def _not_recorded(one: Unread) -> Iterator[Trouble]:
    for enterprise in one.enterprises:
        message = "附件2 有这家企业，检查记录里没有，各表都没有算；核对是漏报了检查记录，还是附件2 多填"
        topic = f"附件2 有、检查记录里没有的企业（{one.file}）"
        yield Trouble("P02", "B", message, f"来表　{one.file}（{enterprise}）", "submission", None, topic)


def statistics_and_ledger_agree(material: Material) -> Iterator[Trouble]:
    """P01 P02 P38: received statistics of any sort say other than the ledger of now."""
    for one in material.disagreements:
        if one.form == counted.LEFT_OUT:
            message = f"{one.sentence}；附件2按检查记录算，和检查组核对是漏填了，还是没有去"
            yield Trouble("P02", "W", message, f"来表　{one.file}", "submission", None, "附件2 漏了查过的企业")
            continue
        said, by = one.sentence.split("。")[0], "汇总表" if one.form == "town_summary" else "附件2"
        rule = "P38" if one.form == "town_summary" and _ONLY_THE_RATE.search(said) else "P01"
        message = f"{said}；{by}按台账算，核对后改台账，或请他们改表重报"
        yield Trouble(rule, "W", message, f"来表　{one.file}", "submission")


def cells_were_understood(material: Material) -> Iterator[Trouble]:
    """P10 P18 P28 P39 P40: what a file wrote and nobody could follow."""
    for visit in material.facts.visits:
        place, more = f"检查记录　{visit.enterprise}", material.visits[visit.id]
        if "group_unknown" in more["flags"] and not visit.group_id:
            message = f"{_said(more['flags']['group_unknown'])}；在检查记录里选定检查组"
            yield Trouble("P18", "W", message, place, "inspection", visit, "检查记录的检查组不在分组表里")
        elif "group_from_line" in more["flags"]:
            message = f"{_said(more['flags']['group_from_line'])}；核对是不是这个组，在检查记录里改正"
            yield Trouble("P18", "W", message, place, "inspection", visit, "检查记录没有写检查组")
        yield from _called_otherwise(more["flags"], visit, place, "inspection")
        yield from _dates(more, visit, place, "inspection")
    for finding in material.facts.findings:
        place, more = f"问题整改　{finding.enterprise}", material.findings[finding.id]
        flags = more["flags"]
        yield from _called_otherwise(flags, finding, place, "finding")
        if "visit_missing" in flags:
            message = f"{_said(flags['visit_missing'])}；请检查组补报这次检查的记录，或核对企业名称"
            yield Trouble("P02", "W", message, place, "finding", finding, "台账有、检查记录里没有的检查")
        if "visit_date_differs" in flags:
            message = f"问题“{finding.hazard[:20]}”：{_said(flags['visit_date_differs'])}；核对检查日期，补登那次检查或改正台账"
            yield Trouble("P02", "W", message, place, "finding", finding, "台账的检查日期没有对应的检查记录")
        if "level_differs" in flags:
            message = f"问题“{finding.hazard[:20]}”{_said(flags['level_differs'])}；核对是不是重大事故隐患，改台账或请他们改清单"
            yield Trouble("P28", "W", message, place, "finding", finding, "台账和重大事故隐患清单的级别不同")
        if "level_unknown" in flags and finding.level != "重大":
            message = f"问题“{finding.hazard[:20]}”：{_said(flags['level_unknown'])}，按一般计；核对是不是重大事故隐患"
            yield Trouble("P28", "W", message, place, "finding", finding, "隐患级别读不懂，按一般计")
        yield from _dates(more, finding, place, "finding")
    for case in material.facts.cases:
        place = f"案件办理　{case.enterprise}"
        yield from _called_otherwise(material.cases[case.id]["flags"], case, place, "penalty_case")
        yield from _dates(material.cases[case.id], case, place, "penalty_case")


RULES = (received_rows_were_taken, statistics_and_ledger_agree, cells_were_understood)


def _called_otherwise(flags: Mapping[str, Any], record: Any, place: str, entity: str) -> Iterator[Trouble]:
    if "name_differs" in flags:
        said = _said(flags["name_differs"])
        mend = "核对是不是这一家，不是就在案件里改正企业" if _SHORT in said else "核对是不是改了名，是就在企业名录里写曾用名"
        message = f"{said}；{mend}"
        yield Trouble("P40", "W", message, place, entity, record, "来表的企业名称和名录不同")
    if "town_differs" in flags:
        message = f"{_said(flags['town_differs'])}；核对这家企业属于哪个镇办，改名录或请他们改表"
        yield Trouble("P39", "W", message, place, entity, record, "来表的镇办和名录不同")


def _dates(more: Mapping[str, Any], record: Any, place: str, entity: str) -> Iterator[Trouble]:
    for flag in more["doubts"]:
        key, code = str(flag.get("field")), str(flag.get("code"))
        if key not in _DATES or not code.startswith("date_"):
            continue
        if code in ("date_invalid", "date_text", "date_relative") and getattr(record, key, None) is None:
            yield Trouble("P10", "W", f"{_said(flag)}；核对后补填日期", place, entity, record, "来表的日期读不懂")
        elif code == "date_ambiguous":
            yield Trouble("P10", "I", f"{_said(flag)}；核对日期", place, entity, record, "来表的日期有两种读法")


def _said(flag: Mapping[str, Any]) -> str:
    """Return what the import said of a cell, without what to do."""
    return str(flag.get("message") or "").partition("，请")[0].replace("；", "，").rstrip("。")


def _rows(one: Unread) -> str:
    named = "、".join(map(str, one.rows[:_ROWS_NAMED]))
    return f"第 {named} 行" if len(one.rows) <= _ROWS_NAMED else f"第 {named} 等 {len(one.rows)} 行"
