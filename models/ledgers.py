"""The forms of the evening and of the closed loop: visit, finding, case in full.

The printed registers of `models.annexes` stay as they are; these hold every
field of the page, and the small lists beside it. Nothing here is handed in.
"""

from __future__ import annotations

from dataclasses import replace

from models.annexes import CASE_LIST, FINDING_LEDGER, INSPECTION_RECORD, LEVELS, PLAN_KINDS
from models.forms import Column, Form
from models.kinds import AMOUNT, COUNT, DATE, FLAG, LONG, NAME, NAMES, ORGANISATION, TEXT, TIME, choice

SCENES = ("启动会", "现场检查", "沟通会", "总结会", "亮证告知", "询问取证", "其他")
EVIDENCE_KINDS = ("问题照片", "整改照片", "复查照片", "扫码截图", "治理方案", "证据材料", "其他")
STEPS = ("开始整改", "部分整改", "申请复查", "复查合格", "复查不合格", "延期", "重新打开", "督办", "挂牌")
OUTCOMES = ("履行完毕", "强制执行", "不予处罚", "违法事实不成立", "撤销案件", "移送")
SERVICES = ("直接送达", "留置送达", "邮寄送达", "委托送达", "公告送达", "电子送达")
MODES = ("执法＋专家", "执法检查", "联合检查", "复查")
_SHOWN = replace(TEXT, editor="readonly")
_SHOWN_DATE = replace(DATE, editor="readonly")
_SHOWN_COUNT = replace(COUNT, editor="readonly")
_SHOWN_AMOUNT = replace(AMOUNT, editor="readonly")

VISIT = Form(
    code="visit",
    title="检查",
    columns=(
        *INSPECTION_RECORD.columns,
        Column("mode", "检查方式", choice(MODES), width_mm=24, source="方案 四（一）"),
        Column("items", "检查事项", TEXT, width_mm=50, source="office"),
        Column("basis", "检查依据", LONG, width_mm=70, source="方案 四（二）"),
        Column("absence_reason", "没有到场的原因", TEXT, width_mm=50, source="方案 四（一）"),
        Column("told_integrity", "廉政告知", FLAG, width_mm=14, source="office"),
        Column("scanned_at", "扫码时间", TIME, width_mm=18, source="office"),
        Column("scan_no", "扫码编号", TEXT, width_mm=36, source="office"),
        Column("recorder_no", "记录仪编号", TEXT, width_mm=20, source="方案 五（二）"),
        Column("entered_at", "平台录入时刻", TIME, width_mm=18, source="方案 四（一）"),
        Column("no_problem", "未发现问题", FLAG, width_mm=16, source="office"),
        Column("refused", "拒绝、阻碍检查", FLAG, width_mm=18, source="安全生产法 第六十六条"),
        Column("refusal", "拒绝、阻碍的情形", LONG, width_mm=60, source="安全生产法 第六十八条"),
        Column("second_officer", "见证的第二名执法人员", NAME, width_mm=26, source="安全生产法 第六十八条"),
        Column("joint_with", "联合检查单位", TEXT, width_mm=40, source="安全生产法 第六十九条"),
    ),
    rules=INSPECTION_RECORD.rules,
    source="office",
)

FINDING = Form(
    code="finding",
    title="问题",
    columns=(
        *FINDING_LEDGER.columns,
        Column("place", "部位", TEXT, width_mm=30, source="office"),
        Column("standard", "整改标准", LONG, width_mm=50, source="office"),
        Column("duty_unit", "责任部门", ORGANISATION, width_mm=28, source="office"),
        Column("stop_scope", "停用停产范围", TEXT, width_mm=36, source="安全生产法 第六十五条"),
        Column("other_standard", "适用其他标准", TEXT, width_mm=36, source="应急管理部令第10号 第二条"),
        Column("major_item", "判定条款", TEXT, width_mm=20, source="应急管理部令第10号"),
        Column("major_officer", "认定人", NAME, width_mm=20, source="office"),
        Column("major_expert", "专家意见", NAME, width_mm=20, source="office"),
        Column("major_on", "认定日期", DATE, width_mm=24, source="office"),
        Column("plan", "治理方案", LONG, width_mm=50, source="安全生产法 第四十一条"),
        Column("fund", "整改资金（万元）", AMOUNT, width_mm=22, source="安全生产法 第四十一条"),
        Column("supervisor", "督办人", TEXT, width_mm=26, source="安全生产法 第四十一条"),
        Column("listed_on", "挂牌日期", DATE, width_mm=24, source="office"),
        Column("listed_no", "挂牌编号", TEXT, width_mm=36, source="office"),
    ),
    rules=FINDING_LEDGER.rules,
    source="office",
)

CASE = Form(
    code="case",
    title="案件",
    columns=(
        *CASE_LIST.columns,
        Column("case_no", "案号", TEXT, width_mm=50, source="office"),
        Column("cause", "案由", TEXT, width_mm=40, source="行政处罚法 第五十四条"),
        Column("broken_clause", "违法条款", TEXT, width_mm=40, source="行政处罚法 第五十九条"),
        Column("handlers", "承办人", NAMES, width_mm=30, source="行政处罚法 第四十二条"),
        Column("violated_on", "违法日期", DATE, width_mm=24, source="行政处罚法 第三十六条"),
        Column("held_on", "先行登记保存日期", DATE, width_mm=24, source="行政处罚法 第五十六条"),
        Column("held_settled_on", "登记保存处理日期", DATE, width_mm=24, source="行政处罚法 第五十六条"),
        Column("sealed_on", "查封扣押日期", DATE, width_mm=24, source="行政强制法 第二十五条"),
        Column("sealed_until", "查封扣押延长至", DATE, width_mm=24, source="行政强制法 第二十五条"),
        Column("unsealed_on", "查封扣押解除日期", DATE, width_mm=24, source="行政强制法 第二十八条"),
        Column("investigated_on", "调查终结日期", DATE, width_mm=24, source="行政处罚法 第五十七条"),
        Column("notice_no", "告知书文号", TEXT, width_mm=50, source="行政处罚法 第四十四条"),
        Column("hearing_asked_on", "申请听证日期", DATE, width_mm=24, source="行政处罚法 第六十四条"),
        Column("hearing_told_on", "听证通知日期", DATE, width_mm=24, source="行政处罚法 第六十四条"),
        Column("heard_on", "听证日期", DATE, width_mm=24, source="行政处罚法 第六十四条"),
        Column("reviewed_on", "法制审核日期", DATE, width_mm=24, source="行政处罚法 第五十八条"),
        Column("review_no", "法制审核文号", TEXT, width_mm=50, source="行政处罚法 第五十八条"),
        Column("discussed_on", "集体讨论日期", DATE, width_mm=24, source="行政处罚法 第五十七条"),
        Column("extended_on", "批准延期日期", DATE, width_mm=24, source="行政处罚法 第六十条"),
        Column("decide_by", "决定期限延至", DATE, width_mm=24, source="行政处罚法 第六十条"),
        Column("served_on", "送达日期", DATE, width_mm=24, source="行政处罚法 第六十一条"),
        Column("service", "送达方式", choice(SERVICES), width_mm=24, source="行政处罚法 第六十一条"),
        Column("pay_by", "缴款期限延至", DATE, width_mm=24, source="行政处罚法 第六十六条"),
        Column("urged_on", "催告日期", DATE, width_mm=24, source="行政强制法 第五十四条"),
        Column("court_on", "申请强制执行日期", DATE, width_mm=24, source="行政强制法 第五十三条"),
        Column("transferred_on", "移送日期", DATE, width_mm=24, source="国务院令第310号"),
        Column("publish_url", "公示网址", TEXT, width_mm=60, source="安全生产法 第七十八条"),
        Column("outcome", "结案方式", choice(OUTCOMES), width_mm=24, source="office"),
    ),
    rules=CASE_LIST.rules,
    source="office",
)

PARTIES = Form(
    code="parties",
    title="当事人和罚款",
    columns=(
        Column("name", "当事人", TEXT, required=True, width_mm=40, source="行政处罚法 第五十九条"),
        Column("post", "职务", TEXT, width_mm=26, source="office"),
        Column("clause", "处罚条款", TEXT, width_mm=40, source="行政处罚法 第五十九条"),
        Column("proposed", "拟处罚（万元）", _SHOWN_AMOUNT, width_mm=24, source="附件3"),
        Column("notified", "告知（万元）", _SHOWN_AMOUNT, width_mm=24, source="行政处罚法 第四十四条"),
        Column("decided", "决定（万元）", _SHOWN_AMOUNT, width_mm=24, source="附件3"),
        Column("paid", "已缴（万元）", _SHOWN_AMOUNT, width_mm=24, source="行政处罚法 第六十七条"),
    ),
    source="office",
)

HAZARD_LEDGER = Form(
    code="major_ledger",
    title="重大事故隐患台账",
    columns=(
        Column("enterprise", "企业名称", _SHOWN, width_mm=50, source="安全生产法 第四十一条"),
        Column("town", "镇办", _SHOWN, width_mm=20, source="office"),
        Column("checked_on", "检查日期", _SHOWN_DATE, width_mm=24, source="office"),
        Column("hazard", "重大事故隐患内容", replace(LONG, editor="readonly"), width_mm=60, source="安全生产法 第四十一条"),
        Column("major_item", "判定条款", _SHOWN, width_mm=20, source="应急管理部令第10号"),
        Column("other_standard", "适用其他标准", _SHOWN, width_mm=30, source="应急管理部令第10号 第二条"),
        Column("major_officer", "认定人", _SHOWN, width_mm=18, source="office"),
        Column("major_expert", "专家意见", _SHOWN, width_mm=18, source="office"),
        Column("disposal", "处置方式", _SHOWN, width_mm=24, source="安全生产法 第六十五条"),
        Column("plan", "治理方案", LONG, width_mm=50, source="安全生产法 第四十一条"),
        Column("fund", "整改资金（万元）", AMOUNT, width_mm=20, source="安全生产法 第四十一条"),
        Column("due", "整改期限", _SHOWN_DATE, width_mm=24, source="安全生产法 第四十一条"),
        Column("person", "整改责任人", _SHOWN, width_mm=20, source="office"),
        Column("supervisor", "督办人", TEXT, width_mm=26, source="安全生产法 第四十一条"),
        Column("listed_on", "挂牌日期", DATE, width_mm=24, source="office"),
        Column("listed_no", "挂牌编号", TEXT, width_mm=34, source="office"),
        Column("recheck_person", "复查人", _SHOWN, width_mm=18, source="office"),
        Column("rechecked_on", "销号日期", _SHOWN_DATE, width_mm=24, source="office"),
        Column("status", "整改状态", _SHOWN, width_mm=30, source="office"),
    ),
    source="office",
)

OVERDUE = Form(
    code="overdue",
    title="逾期未整改问题清单",
    columns=(
        Column("no", "序号", COUNT, width_mm=12, source="office"),
        Column("town", "镇办", TEXT, width_mm=22, source="office"),
        Column("enterprise", "企业名称", ORGANISATION, width_mm=50, source="office"),
        Column("hazard", "问题描述", LONG, width_mm=70, source="office"),
        Column("level", "隐患级别", choice(LEVELS), width_mm=16, source="office"),
        Column("due", "整改期限", DATE, width_mm=24, source="方案 四（三）"),
        Column("days_late", "逾期（天）", COUNT, width_mm=16, source="office"),
        Column("person", "整改责任人", NAME, width_mm=22, source="office"),
        Column("status", "整改状态", TEXT, width_mm=18, source="office"),
    ),
    source="office",
)

# Left with the enterprise on the spot: what was found, on what basis, what is to be done by when.
PROBLEM_LIST = Form(
    code="problem_list",
    title="问题及处置意见清单",
    columns=(
        Column("no", "序号", COUNT, width_mm=12, source="方案 四（二）"),
        Column("place", "部位", TEXT, width_mm=28, source="office"),
        Column("hazard", "发现的问题", LONG, width_mm=80, source="方案 四（二）"),
        Column("basis", "依据", TEXT, width_mm=46, source="方案 四（二）"),
        Column("disposal", "处置意见", TEXT, width_mm=26, source="方案 四（三）"),
        Column("standard", "整改标准", LONG, width_mm=44, source="office"),
        Column("due", "整改期限", DATE, width_mm=24, source="方案 四（三）"),
        Column("person", "整改责任人", NAME, width_mm=22, source="office"),
    ),
    source="office",
)

ASSIGNMENTS = Form(
    code="assignments",
    title="检查任务",
    columns=(
        Column("enterprise", "企业名称", ORGANISATION, required=True, width_mm=50, source="方案 三"),
        Column("group", "检查组", TEXT, width_mm=28, source="方案 三"),
        Column("kind", "任务来源", choice(PLAN_KINDS), width_mm=20, source="方案 三"),
        Column("planned_on", "计划日期", DATE, width_mm=24, source="office"),
        Column("reason", "追加或调换原因", TEXT, width_mm=50, source="office"),
    ),
    source="office",
)

RECORDINGS = Form(
    code="recordings",
    title="执法视频索引",
    columns=(
        Column("scene", "场景", choice(SCENES), width_mm=24, source="方案 四（二）"),
        Column("path", "文件位置", TEXT, width_mm=90, source="office"),
        Column("started_at", "开始", TIME, width_mm=16, source="office"),
        Column("ended_at", "结束", TIME, width_mm=16, source="office"),
        Column("size", "大小", _SHOWN_COUNT, width_mm=20, source="office"),
        Column("sha256", "校验值", _SHOWN, width_mm=60, source="office"),
        Column("remark", "备注", TEXT, width_mm=30, source="office"),
    ),
    source="office",
)

_ON = Column("on", "日期", DATE, required=True, width_mm=30, source="office")
_REASON = Column("reason", "原因", LONG, required=True, width_mm=80, source="office")
EXTENSION = Form(
    code="extension",
    title="延长整改期限",
    columns=(Column("due", "延长至", DATE, required=True, width_mm=30, source="office"), _REASON),
    source="office",
)
PARTIAL = Form(code="partial", title="部分整改", columns=(_ON, replace(_REASON, title="改好了哪些")), source="office")
REOPENING = Form(code="reopening", title="重新打开", columns=(_ON, _REASON), source="office")
RECHECK = Form(
    code="recheck",
    title="复查",
    columns=(
        _ON,
        Column("passed", "复查合格", FLAG, required=True, width_mm=20, source="office"),
        Column("person", "复查人", NAMES, required=True, width_mm=40, source="office"),
        replace(_REASON, title="复查情况", required=False),
    ),
    source="office",
)
AMOUNT_STEP = Form(
    code="amount_step",
    title="罚款金额",
    columns=(
        Column("fen", "金额（万元）", AMOUNT, required=True, width_mm=30, source="附件3"),
        _ON,
        Column("document_no", "文号", TEXT, width_mm=50, source="office"),
    ),
    source="office",
)
