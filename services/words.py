"""Chinese names of tables, fields and rows, for messages and the history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from models.annexes import CASE_LIST, ENTERPRISE_LIST, FINDING_LEDGER, GROUP_LIST, INSPECTION_RECORD, annex_1
from models.forms import Form

_TABLES: dict[str, str] = {
    "campaign": "专项行动",
    "phase": "阶段",
    "deadline": "时限",
    "reporting_unit": "报送单位",
    "person": "人员",
    "secondment": "抽调",
    "inspection_group": "检查组",
    "group_member": "检查组成员",
    "enterprise": "企业",
    "inspection": "检查记录",
    "attendance": "检查人员",
    "finding": "问题",
    "penalty_case": "案件",
    "case_party": "当事人",
    "case_amount": "金额",
    "case_finding": "案件对应问题",
    "submission": "来表",
    "package": "报送包",
    "attachment": "附件",
    "rule": "规则",
    "setting": "设置",
}
_FORMS: dict[str, Form] = {
    "person": annex_1(),
    "secondment": annex_1(),
    "inspection_group": GROUP_LIST,
    "enterprise": ENTERPRISE_LIST,
    "inspection": INSPECTION_RECORD,
    "finding": FINDING_LEDGER,
    "penalty_case": CASE_LIST,
}
_FIELDS: dict[str, str] = {
    "deleted_at": "回收站",
    "name": "名称",
    "prose": "总结文字",
    "enterprise_id": "企业",
    "group_id": "检查组",
    "unit_id": "报送单位",
    "person_id": "人员",
    "inspection_id": "检查",
    "value": "值",
    "fen": "金额",
    "name_key": "名称",
    "search_text": "名称",
}
_NAMING = ("name", "hazard", "violation", "what", "label", "key")


def table_name(table: str) -> str:
    """Return what the office calls the rows of this table."""
    return _TABLES.get(table, table)


def field_name(table: str, key: str) -> str:
    """Return what the office calls this field."""
    form = _FORMS.get(table)
    if form is not None and key in form.keys:
        return form.column(key).title.replace("\n", "")
    return _FIELDS.get(key, key)


def row_name(table: str, values: Mapping[str, object]) -> str:
    """Return a short name for a row: its table and what it is called."""
    named = next((str(values[key]) for key in _NAMING if values.get(key)), "")
    if not named:
        named = f"第{values['id']}号" if values.get("id") else ""
    return f"{table_name(table)}“{named[:30]}”" if named else table_name(table)


def moment(at: datetime) -> str:
    """Return a moment as people write it in lists."""
    return f"{at.month}月{at.day}日 {at:%H:%M}"
