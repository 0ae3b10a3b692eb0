"""Pre-flight rules over what came in files and did not become a record.

A row that could not be taken is missing in the annexes without a trace in the
registers; a cell that could not be read is an empty field there. Each is named by the
rule whose table lacks it: P01 P02 P03 P05 P10 P16 P17 P18 P28 P41.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.checks.trouble import Material, Trouble, Unread

_TWICE = "是同一条"
_DIFFERS = "与台账不一致"
_ANSWERS = {
    "personnel": "P17", "inspections": "P02", "hazard_list": "P02", "inspection_stats": "P01", "cases": "P05", "case_stats": "P05",
    "groups": "P18",
}  # fmt: skip
_ANSWERS_TWICE = {"personnel": "P16", "inspections": "P03", "hazard_list": "P41", "cases": "P41", "case_stats": "P41"}
_DATES = frozenset({
    "checked_on", "entered_on", "due", "rectified_on", "rechecked_on", "filed_on", "notified_on", "decided_on", "paid_on", "published_on",
    "closed_on",
})  # fmt: skip
_ROWS_NAMED = 6


def received_rows_were_taken(material: Material) -> Iterator[Trouble]:
    """P02 and others: rows that could not be taken are missing in the annexes."""
    for one in material.unread:
        rules = _ANSWERS_TWICE if _TWICE in one.reason else _ANSWERS
        if one.form not in rules or (one.form == "inspection_stats" and one.reason.startswith(_DIFFERS)):
            continue  # what differs from the ledger is compared anew below
        whose = f"（{'、'.join(one.enterprises[:_ROWS_NAMED])}）" if one.enterprises else ""
        reason = one.reason.replace("；", "，").rstrip("。")
        if _TWICE in one.reason:
            message = f"{_rows(one)}{whose}和另一行是同一条，只写入一次；核对是不是重复填报，不是就改得能分开再导入"
        else:
            message = f"{_rows(one)}{whose}没有读入，各表都没有算：{reason}；改好后再导入这个文件"
        yield Trouble(rules[one.form], "W", message, f"来表　{one.file}", "submission")


def statistics_and_ledger_agree(material: Material) -> Iterator[Trouble]:
    """P01: a received Annex 2 says other than the ledger of now."""
    for one in material.disagreements:
        message = f"{one.sentence.split('。')[0]}；附件2按台账算，和检查组核对后改台账，或请他们改表重报"
        yield Trouble("P01", "W", message, f"来表　{one.file}", "submission")


def cells_were_understood(material: Material) -> Iterator[Trouble]:
    """P10 P18 P28: a date, group or level that a file wrote and nobody could read."""
    for visit in material.facts.visits:
        place, more = f"检查记录　{visit.enterprise}", material.visits[visit.id]
        if "group_unknown" in more["flags"] and not visit.group_id:
            message = f"{_said(more['flags']['group_unknown'])}；在检查记录里选定检查组"
            yield Trouble("P18", "W", message, place, "inspection", visit, "检查记录的检查组不在分组表里")
        yield from _dates(more, visit, place, "inspection")
    for finding in material.facts.findings:
        place, more = f"问题整改　{finding.enterprise}", material.findings[finding.id]
        flags = more["flags"]
        if "visit_date_differs" in flags:
            message = f"问题“{finding.hazard[:20]}”：{_said(flags['visit_date_differs'])}；核对检查日期，补登那次检查或改正台账"
            yield Trouble("P02", "W", message, place, "finding", finding, "台账的检查日期没有对应的检查记录")
        if "level_unknown" in flags and finding.level != "重大":
            message = f"问题“{finding.hazard[:20]}”：{_said(flags['level_unknown'])}，按一般计；核对是不是重大事故隐患"
            yield Trouble("P28", "W", message, place, "finding", finding, "隐患级别读不懂，按一般计")
        yield from _dates(more, finding, place, "finding")
    for case in material.facts.cases:
        yield from _dates(material.cases[case.id], case, f"案件办理　{case.enterprise}", "penalty_case")


RULES = (received_rows_were_taken, statistics_and_ledger_agree, cells_were_understood)


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
