"""Forms of units, officers, experts, absences and equipment.

Registers of our own beside Annex 1, and the small forms that ask for the day
and the reason of a step. Nothing here is handed in.
"""

from __future__ import annotations

from dataclasses import replace

from models.forms import Column, Form
from models.kinds import CERTIFICATE, COUNT, DATE, NAME, NAMES, PHONE, TEXT, choice
from models.rules_of_rows import dates_in_order, expects

PERSON_KINDS = ("执法人员", "专家", "辅助人员")
PROVIDERS = ("抽调人员", "区应急局", "执法大队")
_PROVIDERS_SAID = {"镇办": "抽调人员", "区局": "区应急局", "大队": "执法大队"}
ABSENCES = ("请假", "出差", "培训", "其他")
UNIT_STATES = ("未报", "没报齐", "已报", "已收", "退回", "多报", "免报")
_SHOWN = replace(TEXT, editor="readonly")
_SHOWN_DATE = replace(DATE, editor="readonly")
_SHOWN_COUNT = replace(COUNT, editor="readonly")
_NONE_AS_EMPTY = replace(COUNT, editor="readonly", show=lambda value: str(value) if value else "")

UNITS = Form(
    code="units",
    title="报送单位",
    columns=(
        Column("name", "报送单位", TEXT, required=True, width_mm=34, source="方案 四（一）"),
        Column("nominees", "应报人数", COUNT, width_mm=18, source="方案 四（一）"),
        Column("sent", "已报人数", _SHOWN_COUNT, width_mm=18, source="附件1"),
        Column("accepted", "已收人数", _SHOWN_COUNT, width_mm=18, source="附件1"),
        Column("due", "时限", _SHOWN_DATE, width_mm=24, source="方案 四（一）"),
        Column("received_on", "报送日期", _SHOWN_DATE, width_mm=24, source="附件1"),
        Column("state", "状态", replace(choice(UNIT_STATES), editor="readonly"), width_mm=18, source="office"),
        Column("days_late", "迟报（天）", _NONE_AS_EMPTY, width_mm=18, source="office"),
        Column("chased", "催报次数", _NONE_AS_EMPTY, width_mm=18, source="office"),
        Column("chased_on", "最近催报", _SHOWN_DATE, width_mm=24, source="office"),
        Column("reason", "说明", _SHOWN, width_mm=40, source="office"),
        Column("aliases", "别名", NAMES, width_mm=50, source="office"),
    ),
    source="office",
)

OFFICERS = Form(
    code="officers",
    title="执法人员",
    columns=(
        Column("name", "姓名", NAME, required=True, width_mm=24, source="附件1"),
        Column("post", "工作单位及职务", TEXT, width_mm=52, source="附件1"),
        Column("cert_no", "执法证号", CERTIFICATE, width_mm=34, source="附件1"),
        Column("cert_expires", "证件有效期至", DATE, width_mm=26, source="行政处罚法 第四十二条"),
        Column("phone", "手机号码", PHONE, width_mm=30, source="附件1"),
        Column("kind", "人员类别", choice(PERSON_KINDS), width_mm=22, source="office"),
        Column("group", "检查组", _SHOWN, width_mm=26, source="方案 三"),
        Column("role", "组内角色", _SHOWN, width_mm=20, source="方案 三"),
        Column("remark", "备注", TEXT, width_mm=30, source="office"),
    ),
    rules=(expects("post", "cert_no", "phone"),),
    source="office",
)

EXPERTS = Form(
    code="experts",
    title="专家",
    columns=(
        Column("name", "姓名", NAME, required=True, width_mm=24, source="office"),
        Column("speciality", "专业", TEXT, width_mm=40, source="方案 四（一）"),
        Column("post", "工作单位", TEXT, width_mm=52, source="office"),
        Column("phone", "手机号码", PHONE, width_mm=30, source="office"),
        Column("group", "检查组", _SHOWN, width_mm=26, source="方案 三"),
        Column("remark", "备注", TEXT, width_mm=30, source="office"),
    ),
    rules=(expects("speciality", "phone"),),
    source="office",
)

ABSENCE_LIST = Form(
    code="absences",
    title="请假和出差",
    columns=(
        Column("name", "姓名", NAME, required=True, width_mm=24, source="office"),
        Column("group", "检查组", _SHOWN, width_mm=26, source="方案 三"),
        Column("start", "从", DATE, required=True, width_mm=24, source="office"),
        Column("end", "到", DATE, width_mm=24, source="office"),
        Column("reason", "事由", choice(ABSENCES, {"事假": "请假", "病假": "请假"}), width_mm=20, source="office"),
        Column("remark", "备注", TEXT, width_mm=40, source="office"),
    ),
    rules=(dates_in_order(("start", "end")),),
    source="office",
)

EQUIPMENT_LIST = Form(
    code="equipment",
    title="执法装备",
    columns=(
        Column("kind", "装备", TEXT, required=True, width_mm=28, source="方案 五（二）"),
        Column("label", "编号", TEXT, width_mm=28, source="office"),
        Column("count", "数量", COUNT, width_mm=16, source="方案 五（二）"),
        Column("group", "检查组", TEXT, width_mm=28, source="方案 三"),
        Column("provider", "由谁准备", choice(PROVIDERS, _PROVIDERS_SAID), width_mm=24, source="方案 五（二）"),
        Column("holder", "保管人", NAME, width_mm=22, source="office"),
        Column("handed_on", "领用日期", DATE, width_mm=24, source="office"),
        Column("returned_on", "归还日期", DATE, width_mm=24, source="office"),
        Column("remark", "备注", TEXT, width_mm=30, source="office"),
    ),
    rules=(expects("group"), dates_in_order(("handed_on", "returned_on"))),
    source="office",
)  # fmt: skip

_ON = Column("on", "日期", DATE, required=True, width_mm=30, source="office")
_REASON = Column("reason", "原因", TEXT, required=True, width_mm=80, source="office")
SEND_BACK = Form(code="send_back", title="退回修改", columns=(_ON, _REASON), source="office")
WITHDRAW = Form(
    code="withdraw", title="撤回抽调", columns=(replace(_ON, title="最后一天"), _REASON), source="office"
)  # fmt: skip
FINISH = Form(code="finish", title="结束抽调", columns=(replace(_ON, title="最后一天"),), source="office")
SWAP = Form(
    code="swap",
    title="换人",
    columns=(
        Column("other", "换成", NAME, required=True, width_mm=30, source="office"),
        replace(_ON, title="从哪一天起"),
        _REASON,
    ),
    source="office",
)
RECEIPT = Form(
    code="receipt",
    title="登记报送日期",
    columns=(replace(_ON, title="报送日期"), replace(_REASON, title="说明", required=False)),
    source="office",
)
EXTEND = Form(
    code="extend",
    title="延期",
    columns=(Column("due", "延到", DATE, required=True, width_mm=30, source="office"), _REASON),
    source="office",
)
EXCUSE = Form(code="excuse", title="免报", columns=(_REASON,), source="office")
