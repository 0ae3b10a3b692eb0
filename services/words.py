"""Chinese names of tables, fields and rows, for messages and the history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from models.annexes import ENTERPRISE_LIST, GROUP_LIST, annex_1
from models.forms import Column, Form
from models.ledgers import ASSIGNMENTS, CASE, FINDING, RECORDINGS, VISIT
from models.rosters import ABSENCE_LIST, EQUIPMENT_LIST

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
    "assignment": "检查任务",
    "recording": "执法视频",
    "evidence": "佐证材料",
    "rectification_step": "整改经过",
    "finding": "问题",
    "penalty_case": "案件",
    "case_party": "当事人",
    "case_amount": "金额",
    "case_finding": "案件对应问题",
    "absence": "请假",
    "equipment": "装备",
    "nomination_event": "抽调经过",
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
    "inspection": VISIT,
    "assignment": ASSIGNMENTS,
    "recording": RECORDINGS,
    "finding": FINDING,
    "penalty_case": CASE,
    "absence": ABSENCE_LIST,
    "equipment": EQUIPMENT_LIST,
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
    "role": "角色",
    "stated_on": "填报日期",
    "speciality": "专业",
    "post": "职务",
    "secondment_id": "抽调",
    "other_id": "另一人",
    "until": "止",
    "since": "起",
    "provider": "提供单位",
    "label": "名称",
    "holder_id": "领用人",
    "returned_on": "归还日期",
    "handed_on": "领用日期",
    "count": "数量",
    "reason": "原因",
    "kind": "种类",
    "state": "状态",
    "key": "名称",
    "on": "日期",
    "what": "事项",
    "due": "到期日",
    "due_time": "到期时刻",
    "recurrence": "重复",
    "owner": "责任人",
    "submitter": "报送人",
    "recipient": "报给谁",
    "start": "开始",
    "end": "结束",
    "aliases": "别名",
    "nominees": "应抽调人数",
    "cert_expires": "证件到期日",
    "document_no": "文号",
    "clause": "处罚条款",
    "person": "经办人",
    "was_due": "原期限",
    "caption": "说明",
    "original_sha256": "原件校验值",
    "taken_at": "拍摄时间",
    "case_id": "案件",
    "finding_id": "问题",
    "attachment_id": "附件",
    "form": "表",
    "counts": "条数",
    "unread": "没读出的",
    "received_at": "收到时间",
    "version": "版本",
    "files": "文件",
    "totals": "合计",
    "waivers": "放行的规则",
    "history_head": "操作记录校验值",
    "sha256": "校验值",
    "size": "大小",
    "unit": "单位",
    "source": "出处",
    "article": "条款",
    "checked": "已核",
    "valid_from": "施行日期",
    "valid_to": "失效日期",
    "issuer": "发文机关",
    "doc_no": "文号",
    "issued_on": "发文日期",
    "year": "年度",
    "industries": "行业",
    "categories": "问题类别",
    "titles": "附件标题",
    "inspection_modes": "检查方式",
    "groups_planned": "计划组数",
    "group_quota": "每组应查家数",
    "contact_person": "联系人",
    "contact_phone": "联系电话",
    "contact_email": "电子邮箱",
    "report_due": "报送日期",
    "remark": "备注",
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


def field_column(table: str, key: str) -> Column | None:
    """Return the form column of a field; None if no form has it."""
    form = _FORMS.get(table)
    return form.column(key) if form is not None and key in form.keys else None


def row_name(table: str, values: Mapping[str, object]) -> str:
    """Return a short name for a row: its table and what it is called."""
    named = next((str(values[key]) for key in _NAMING if values.get(key)), "")
    if not named:
        named = f"第{values['id']}号" if values.get("id") else ""
    return f"{table_name(table)}“{named[:30]}”" if named else table_name(table)


def moment(at: datetime) -> str:
    """Return a moment as people write it in lists."""
    return f"{at.month}月{at.day}日 {at:%H:%M}"
