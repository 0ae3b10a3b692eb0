"""The forms of the office, each declared once.

Titles, headings and notes of the official annexes are legal text and stand
here word for word (source: the notice's annexes 1 to 3); they are never
translated and never "improved". Registers of our own (enterprise list,
inspection record, finding ledger, case list, group list) follow below.

To add a column: 1. add a `Column` here; 2. add the attribute of the same key
to the entity in `models/`; 3. add a migration. Import, screen, workbook and
PDF follow from the declaration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.forms import Column, Form
from models.kinds import AMOUNT, CERTIFICATE, CODE, COUNT, DATE, FLAG, LONG, NAME, NAMES, ORGANISATION, PHONE, RATE, TEXT, TIME, choice
from models.rules_of_rows import amounts_in_order, categories_sum_up, dates_in_order, expects, one_word

CATEGORIES = (
    "设施设备类", "作业现场类", "外来管理类", "证件证书类", "培训教育类", "规章制度类", "应急救援类",
    "用品标志类", "违规存储类", "安全费用类", "机构人员类", "登记报告类", "风险隐患类", "其他类",
)  # fmt: skip
CATEGORY_PREFIX = "cat."

LEVELS = ("一般", "重大")
FINDING_STATES = ("未整改", "整改中", "待复查", "已销号")
DISPOSALS = ("当场整改", "限期整改", "责令暂时停产停业", "查封扣押", "移送", "立案查处")
PROCEDURES = ("普通程序", "简易程序")
STAGES = ("拟立案", "已立案", "调查取证", "处罚告知", "听证", "法制审核", "集体讨论", "已决定", "已送达", "已缴款", "已结案")
PLAN_KINDS = ("双随机", "重点检查", "计划外")
VISIT_STATES = ("已完成", "草稿", "作废")
ENTERPRISE_STATES = ("在业", "停产", "注销", "搬迁")
_STATE_WORDS = {
    "已整改": "已销号", "已整改完成": "已销号", "整改完成": "已销号", "已完成": "已销号", "完成": "已销号", "已完成整改": "已销号", "完成整改": "已销号", "整改完毕": "已销号",
    "已整改完毕": "已销号", "已整改到位": "已销号", "整改到位": "已销号", "销号": "已销号", "已闭环": "已销号", "闭环": "已销号", "已整治": "已销号",
    "已落实": "已销号", "已到位": "已销号", "到位": "已销号", "已办结": "已销号", "办结": "已销号", "已解决": "已销号", "已处理": "已销号", "未到位": "未整改", "未办结": "未整改", "未落实": "未整改",
    "已复查": "已销号", "是": "已销号", "√": "已销号", "☑": "已销号", "已当场整改": "已销号", "当场已整改": "已销号", "当场整改": "已销号", "立行立改": "已销号", "立整立改": "已销号", "立查立改": "已销号", "立知立改": "已销号", "边查边改": "已销号", "即查即改": "已销号", "即知即改": "已销号", "✓": "已销号", "✔": "已销号", "对": "已销号",
    "未完成": "未整改", "未销号": "未整改", "否": "未整改", "×": "未整改", "✗": "未整改", "✘": "未整改", "x": "未整改", "未完成整改": "未整改", "未闭环": "未整改",
    "尚未整改": "未整改", "☐": "未整改", "□": "未整改", "未开始": "未整改",
    "复查合格": "已销号", "整改合格": "已销号", "验收合格": "已销号", "已验收": "已销号", "已验收合格": "已销号", "已通过验收": "已销号", "验收通过": "已销号", "复查通过": "已销号", "已改": "已销号", "改好了": "已销号", "√已改": "已销号", "已消号": "已销号", "消号": "已销号", "完成销号": "已销号", "按期完成": "已销号", "已按期完成": "已销号", "已按期整改": "已销号", "如期完成": "已销号", "当场改正": "已销号", "已改正": "已销号", "现场整改": "已销号", "已现场整改": "已销号",
    "未改": "未整改", "没改": "未整改", "没有整改": "未整改", "未整改完成": "未整改", "未整改完": "未整改", "尚未完成整改": "未整改", "未按期整改": "未整改", "逾期": "未整改", "逾期未改": "未整改", "逾期未整改": "未整改", "整改不到位": "未整改", "未整改到位": "未整改",
    "未到期": "整改中", "整改期内": "整改中", "在整改": "整改中", "整改期限内": "整改中",
    "待验收": "待复查", "复查中": "待复查", "已申请复查": "待复查", "申请复查": "待复查",
    "正在整改": "整改中", "整改": "整改中", "进行中": "整改中", "限期整改": "整改中", "治理中": "整改中", "部分整改": "整改中",
}  # fmt: skip
_DISPOSAL_WORDS = {
    "立即整改": "当场整改", "当场": "当场整改", "责令限期整改": "限期整改", "限期": "限期整改", "停产整改": "责令暂时停产停业",
    "停产": "责令暂时停产停业", "停用": "责令暂时停产停业", "停用停产": "责令暂时停产停业", "停产停业": "责令暂时停产停业",
    "责令停产停业": "责令暂时停产停业", "暂时停产停业": "责令暂时停产停业", "查封": "查封扣押", "扣押": "查封扣押", "移交": "移送", "立案": "立案查处",
    "立案处罚": "立案查处", "拟立案": "立案查处",
}  # fmt: skip
ROLES = ("组长", "执法人员", "专家", "辅助")


def annex_1(title: str = "抽调执法人员统计表") -> Form:
    """Return Annex 1, seconded officers (source: the notice, annex 1)."""
    return Form(
        code="personnel",
        title=title,
        columns=(
            Column("name", "姓名", NAME, required=True, width_mm=29, aliases=("人员姓名", "执法人员姓名", "执法人员", "抽调人员"), source="附件1"),
            Column(
                "unit_position", "工作单位及职务", ORGANISATION, width_mm=52,
                aliases=("单位及职务", "单位职务", "单位和职务", "工作单位职务", "工作单位、职务", "所在单位及职务"), source="附件1",
            ),
            Column("cert_no", "执法证号", CERTIFICATE, width_mm=34, aliases=("执法证件号", "执法证编号", "证号", "执法证号码", "行政执法证号"), source="附件1"),
            Column("phone", "手机号码", PHONE, width_mm=30, aliases=("手机", "手机号", "联系电话", "电话", "联系方式", "移动电话"), source="附件1"),
            Column("remark", "备注", TEXT, width_mm=24, aliases=("说明",), source="附件1"),
        ),
        rules=(expects("unit_position", "cert_no", "phone"),),
        min_rows=6,
        source="附件1",
    )  # fmt: skip


def annex_2(title: str = "检查活动情况统计表", categories: Sequence[str] = CATEGORIES) -> Form:
    """Return Annex 2, results per enterprise (source: the notice, annex 2).

    Args:
        title: As the campaign's notice prints it.
        categories: The notice's own list; the width follows it.
    """
    heads = tuple(
        Column(
            f"{CATEGORY_PREFIX}{name}",
            name,
            COUNT,
            band="查出安全问题类型",
            width_mm=round(140 / max(len(categories), 8), 1),
            source="附件2",
        )
        for name in categories
    )
    return Form(
        code="inspection_stats",
        title=title,
        columns=(
            Column("no", "序\n号", COUNT, width_mm=9, source="附件2"),
            Column("enterprise", "检查企业", ORGANISATION, required=True, width_mm=54, aliases=("企业名称", "被检查企业", "受检企业", "检查单位"), source="附件2"),
            Column("town", "镇办", TEXT, width_mm=22, aliases=("镇街", "所属镇办", "镇（街道）", "镇街道", "属地"), source="附件2"),
            Column("findings_total", "发现问题（项）", COUNT, width_mm=14, aliases=("发现问题", "发现问题数", "问题数", "发现隐患（项）"), source="附件2"),
            *heads,
            Column("penalties", "处罚\n事项\n（项）", COUNT, width_mm=14, aliases=("处罚事项", "处罚项数", "处罚（项）"), source="附件2"),
        ),
        rules=(categories_sum_up(CATEGORY_PREFIX),),
        min_rows=7,
        source="附件2",
    )  # fmt: skip


def annex_3(title: str = "拟立案行政处罚案件统计表", due: str = "") -> Form:
    """Return Annex 3, cases to be filed (source: the notice, annex 3).

    Args:
        title: As the campaign's notice prints it.
        due: Date in the second note, as printed ("4月26日"); empty leaves the note without a date.
    """
    before = f"于{due}前" if due else ""
    return Form(
        code="case_stats",
        title=title,
        columns=(
            Column("no", "序号", COUNT, width_mm=12, source="附件3"),
            Column("enterprise", "企业名称", ORGANISATION, required=True, width_mm=56, aliases=("检查企业", "当事人", "单位名称"), source="附件3"),
            Column("violation", "违法行为描述", LONG, width_mm=82, aliases=("违法行为", "违法事实", "案由", "主要违法行为"), source="附件3"),
            Column("town", "镇办", TEXT, width_mm=26, aliases=("镇街", "所属镇办", "镇（街道）", "属地"), source="附件3"),
            Column(
                "amount", "已（拟）处罚\n金额（万元）", AMOUNT, width_mm=32,
                aliases=("处罚金额（万元）", "拟处罚金额（万元）", "罚款金额（万元）", "处罚金额", "罚款金额", "已处罚金额（万元）", "处罚金额（元）"), source="附件3",
            ),
            Column("progress", "目前进展情况", TEXT, width_mm=50, aliases=("进展情况", "目前进展", "案件进展", "进展", "办理进度"), source="附件3"),
        ),
        rules=(expects("amount"),),
        min_rows=4,
        notes=(
            "填表说明：1.本表用于执法检查结束后，汇总所有拟立案处罚的一般程序行政处罚案件有关情况；"
            f"2.本表由各检查组填写，各检查组组长督促汇总、核实后{before}报大队审理室。",
        ),
        source="附件3",
    )  # fmt: skip


ENTERPRISE_LIST = Form(
    code="enterprises",
    title="企业名录",
    columns=(
        Column("name", "企业名称", ORGANISATION, required=True, width_mm=56, aliases=("单位名称", "名称", "企业全称", "公司名称"), source="office"),
        Column("credit_code", "统一社会信用代码", CODE, width_mm=42, aliases=("信用代码", "社会信用代码", "统一信用代码", "信用代码（18位）"), source="GB 32100-2015"),
        Column("town", "镇办", TEXT, width_mm=22, aliases=("镇街", "所属镇办", "属地", "镇（街道）", "所在镇办"), source="office"),
        Column("industry", "行业", TEXT, width_mm=18, aliases=("行业领域", "所属行业", "行业类别"), source="office"),
        Column("supervision", "监管行业", TEXT, width_mm=18, aliases=("监管行业领域", "监管类别"), source="office"),
        Column("address", "地址", TEXT, width_mm=56, aliases=("企业地址", "生产经营地址", "注册地址", "住所"), source="office"),
        Column("legal_rep", "法定代表人", NAME, width_mm=22, aliases=("法人", "法人代表", "负责人", "主要负责人"), source="office"),
        Column("contact", "联系人", NAME, width_mm=20, aliases=("安全负责人", "企业联系人"), source="office"),
        Column("phone", "联系电话", PHONE, width_mm=28, aliases=("电话", "手机", "手机号码", "联系方式"), source="office"),
        Column("employees", "从业人数", COUNT, width_mm=16, aliases=("职工人数", "员工人数", "人数", "从业人员数"), source="office"),
        Column("grade", "安全等级", TEXT, width_mm=16, aliases=("分级", "等级", "风险等级", "分级分类"), source="office"),
        Column("size", "规模", TEXT, width_mm=16, aliases=("企业规模", "规上规下"), source="office"),
        Column("subject", "主体类型", TEXT, width_mm=20, aliases=("企业类型", "市场主体类型"), source="office"),
        Column("state", "状态", choice(ENTERPRISE_STATES, {"正常": "在业", "存续": "在业", "开业": "在业", "停业": "停产"}), width_mm=14, aliases=("经营状态", "登记状态"), source="office"),
        Column("tags", "风险标签", NAMES, width_mm=30, aliases=("标签", "风险点", "高风险特征"), source="office"),
        Column("checked_province", "省级最近检查", DATE, width_mm=24, aliases=("省级检查日期",), source="office"),
        Column("checked_city", "市级最近检查", DATE, width_mm=24, aliases=("市级检查日期",), source="office"),
        Column("checked_district", "区级最近检查", DATE, width_mm=24, aliases=("区级检查日期", "县级最近检查"), source="office"),
        Column("former_name", "曾用名", TEXT, width_mm=40, aliases=("原名", "原名称"), source="office"),
        Column("remark", "备注", TEXT, width_mm=24, source="office"),
    ),
    rules=(expects("credit_code", "town"),),
    source="office",
)  # fmt: skip

PEOPLE = Form(
    code="people",
    title="抽调人员",
    columns=(
        Column("unit", "报送单位", TEXT, width_mm=26, source="方案 四（一）"),
        *annex_1().columns[:-1],
        Column("group", "检查组", replace(TEXT, editor="readonly"), width_mm=26, source="方案 三"),
        Column("state", "状态", replace(TEXT, editor="readonly"), width_mm=18, source="office"),
        annex_1().columns[-1],
    ),
    rules=annex_1().rules,
    source="office",
)

GROUP_LIST = Form(
    code="groups",
    title="检查分组表",
    columns=(
        Column("name", "检查组", TEXT, required=True, width_mm=28, aliases=("组别", "组名", "检查组名称", "分组"), source="方案 三"),
        Column("leader", "组长", NAME, width_mm=22, aliases=("带队领导", "带队主任"), source="方案 三"),
        Column("officers", "执法人员", NAMES, width_mm=56, aliases=("组员", "成员", "检查组成员"), source="方案 三"),
        Column("experts", "专家", NAMES, width_mm=34, aliases=("聘请专家", "安全专家"), source="方案 三"),
        Column("towns", "负责镇办", NAMES, width_mm=50, aliases=("片区", "检查片区", "负责片区", "检查范围"), source="方案 三"),
        Column("quota", "应查家数", COUNT, width_mm=18, aliases=("任务数", "检查任务（家）"), source="方案 三"),
        Column("vehicle", "车辆", TEXT, width_mm=24, aliases=("执法车辆", "车牌号"), source="方案 五（二）"),
        Column("remark", "备注", TEXT, width_mm=24, source="office"),
    ),
    source="office",
)  # fmt: skip

INSPECTION_RECORD = Form(
    code="inspections",
    title="检查记录",
    columns=(
        Column("enterprise", "检查企业", ORGANISATION, required=True, width_mm=54, aliases=("企业名称", "被检查企业", "受检企业", "被检查单位"), source="方案 三"),
        Column("credit_code", "统一社会信用代码", CODE, width_mm=42, aliases=("信用代码", "社会信用代码"), source="office"),
        Column("town", "镇办", TEXT, width_mm=20, aliases=("镇街", "所属镇办", "属地"), source="附件2"),
        Column("checked_on", "检查日期", DATE, required=True, width_mm=24, aliases=("检查时间", "日期"), source="方案 三"),
        Column("group", "检查组", TEXT, width_mm=24, aliases=("组别",), source="方案 三"),
        Column("leader", "组长", NAME, width_mm=18, aliases=("带队人员",), source="方案 三"),
        Column("officers", "执法人员", NAMES, width_mm=40, aliases=("检查人员", "检查人"), source="方案 四（一）"),
        Column("experts", "专家", NAMES, width_mm=26, aliases=("安全专家",), source="方案 四（一）"),
        Column("meeting_open", "启动会", TIME, width_mm=18, aliases=("启动会时间",), source="方案 四（一）"),
        Column("meeting_site", "现场检查", TIME, width_mm=18, aliases=("现场执法检查", "现场检查时间"), source="方案 四（一）"),
        Column("meeting_talk", "沟通会", TIME, width_mm=18, aliases=("沟通会时间",), source="方案 四（一）"),
        Column("meeting_close", "总结会", TIME, width_mm=18, aliases=("总结会时间",), source="方案 四（一）"),
        Column("present_head", "企业负责人", NAME, width_mm=20, aliases=("负责人在场",), source="方案 四（一）"),
        Column("present_safety", "安全管理人员", NAME, width_mm=22, aliases=("安管人员",), source="方案 四（一）"),
        Column("present_worker", "岗位员工", NAME, width_mm=20, aliases=("岗位操作员工",), source="方案 四（一）"),
        Column("showed_id", "亮证", FLAG, width_mm=12, aliases=("亮证执法",), source="方案 四（二）"),
        Column("scanned", "入企扫码", FLAG, width_mm=16, aliases=("扫码",), source="office"),
        Column("recorder", "执法记录仪", FLAG, width_mm=18, aliases=("记录仪",), source="方案 四（二）"),
        Column("document_no", "文书编号", TEXT, width_mm=56, aliases=("检查记录文号", "文书号", "文书文号"), source="方案 四（一）"),
        Column("platform_no", "平台编号", TEXT, width_mm=36, aliases=("省平台编号", "平台任务号", "平台文书号"), source="方案 四（四）"),
        Column("entered_on", "平台录入日期", DATE, width_mm=24, aliases=("录入日期", "录入平台日期"), source="方案 四（一）"),
        Column("plan_kind", "任务来源", choice(PLAN_KINDS, {"随机": "双随机", "双随机抽取": "双随机", "抽取": "双随机", "重点": "重点检查", "必查": "重点检查", "追加": "计划外"}), width_mm=20, aliases=("检查类型", "计划类型"), source="office"),
        Column("stated_findings", "发现问题（项）", COUNT, width_mm=16, aliases=("发现问题", "问题数"), source="附件2"),
        Column("state", "状态", choice(VISIT_STATES, {"完成": "已完成", "已办结": "已完成"}), width_mm=16, source="office"),
        Column("remark", "备注", TEXT, width_mm=24, source="office"),
    ),
    rules=(expects("group", "officers"), dates_in_order(("checked_on", "entered_on"))),
    source="office",
)  # fmt: skip

FINDING_LEDGER = Form(
    code="hazard_list",
    title="问题隐患整改台账",
    columns=(
        Column("enterprise", "企业名称", ORGANISATION, required=True, width_mm=50, aliases=("检查企业", "被检查企业", "受检企业", "单位名称"), source="office"),
        Column("town", "镇办", TEXT, width_mm=20, aliases=("镇街", "所属镇办", "属地"), source="附件2"),
        Column("checked_on", "检查日期", DATE, width_mm=24, aliases=("检查时间", "排查日期", "发现日期"), source="office"),
        Column("no", "序号", replace(COUNT, editor="readonly"), width_mm=12, source="office"),
        Column("hazard", "问题描述", LONG, required=True, width_mm=70, aliases=("存在问题", "隐患内容", "问题隐患", "隐患描述", "发现问题", "问题内容", "安全隐患", "存在的问题"), source="office"),
        Column("category", "问题类别", TEXT, width_mm=24, aliases=("类别", "问题类型", "安全问题类型", "隐患类别", "隐患类型"), source="附件2"),
        Column("level", "隐患级别", choice(LEVELS, {"一般性": "一般", "一般类": "一般", "重大类": "重大", "一般性隐患": "一般", "一般问题": "一般", "重大问题": "重大", "一般隐患": "一般", "重大隐患": "重大", "一般事故隐患": "一般", "重大事故隐患": "重大"}, code="level_unknown"), width_mm=16, aliases=("级别", "隐患等级", "等级"), source="office"),
        Column("basis", "依据", TEXT, width_mm=40, aliases=("检查依据", "法律依据", "依据条款"), source="方案 四（二）"),
        Column("disposal", "处置方式", choice(DISPOSALS, _DISPOSAL_WORDS), width_mm=24, aliases=("处置意见", "处理措施", "整改方式"), source="方案 四（三）"),
        Column("penalty", "拟处罚", FLAG, width_mm=14, aliases=("是否处罚", "处罚事项", "是否拟处罚", "拟处罚事项"), source="附件2"),
        Column("due", "整改期限", DATE, width_mm=24, aliases=("整改时限", "限改日期", "期限", "完成期限"), source="方案 四（三）"),
        Column("person", "整改责任人", NAME, width_mm=22, aliases=("责任人", "企业责任人"), source="office"),
        Column("phone", "联系电话", PHONE, width_mm=28, aliases=("电话", "手机", "责任人电话"), source="office"),
        Column("rectified_on", "整改完成日期", DATE, width_mm=24, aliases=("完成日期", "整改日期"), source="office"),
        Column("recheck_person", "复查人", NAME, width_mm=20, aliases=("复查人员", "验收人"), source="office"),
        Column("rechecked_on", "复查日期", DATE, width_mm=24, aliases=("复查时间", "销号日期"), source="office"),
        Column("status", "整改状态", choice(FINDING_STATES, _STATE_WORDS), width_mm=18, aliases=("整改情况", "状态", "是否整改", "完成情况"), source="office"),
        Column("remark", "备注", TEXT, width_mm=24, source="office"),
    ),
    rules=(expects("category", "level", "due", "person"), one_word("category", "类"), dates_in_order(("checked_on", "due"), code="due_before_check"), dates_in_order(("checked_on", "rectified_on", "rechecked_on"))),
    source="office",
)  # fmt: skip

CASE_LIST = Form(
    code="cases",
    title="案件台账",
    columns=(
        Column("enterprise", "企业名称", ORGANISATION, required=True, width_mm=52, aliases=("检查企业", "当事人名称", "单位名称"), source="附件3"),
        Column("town", "镇办", TEXT, width_mm=20, aliases=("镇街", "所属镇办", "属地"), source="附件3"),
        Column("violation", "违法行为描述", LONG, required=True, width_mm=70, aliases=("违法行为", "违法事实", "案由"), source="附件3"),
        Column("findings", "对应问题", NAMES, width_mm=30, aliases=("对应问题序号", "关联问题"), source="office"),
        Column("procedure", "办案程序", choice(PROCEDURES, {"一般程序": "普通程序", "普通": "普通程序", "简易": "简易程序", "当场处罚": "简易程序"}), width_mm=20, aliases=("程序", "适用程序"), source="行政处罚法 第五十一条、第五十四条"),
        Column("proposed", "拟处罚金额（万元）", AMOUNT, width_mm=24, aliases=("拟罚金额（万元）", "拟处罚金额（元）"), source="附件3"),
        Column("decided", "已处罚金额（万元）", AMOUNT, width_mm=24, aliases=("决定金额（万元）", "处罚决定金额（万元）", "已处罚金额（元）"), source="附件3"),
        Column("paid", "已缴金额（万元）", AMOUNT, width_mm=24, aliases=("实缴金额（万元）", "缴款金额（万元）"), source="office"),
        Column("person_party", "处罚个人", NAME, width_mm=22, aliases=("个人当事人", "责任人当事人"), source="office"),
        Column("person_proposed", "个人拟罚（万元）", AMOUNT, width_mm=24, aliases=("个人拟处罚金额（万元）",), source="office"),
        Column("person_decided", "个人已罚（万元）", AMOUNT, width_mm=24, aliases=("个人已处罚金额（万元）",), source="office"),
        Column("no_amount_reason", "无金额原因", TEXT, width_mm=30, aliases=("未定金额原因",), source="office"),
        Column("stage", "目前进展", choice(STAGES, {"立案": "已立案", "告知": "处罚告知", "已告知": "处罚告知", "告知阶段": "处罚告知", "决定": "已决定", "结案": "已结案", "调查": "调查取证", "送达": "已送达", "缴款": "已缴款", "审核": "法制审核", "讨论": "集体讨论"}), width_mm=20, aliases=("阶段", "案件阶段"), source="附件3"),
        Column("progress", "进展说明", TEXT, width_mm=40, aliases=("目前进展情况", "进展情况"), source="附件3"),
        Column("filed_on", "立案日期", DATE, width_mm=24, aliases=("立案时间",), source="行政处罚法 第五十四条"),
        Column("notified_on", "告知日期", DATE, width_mm=24, aliases=("告知时间",), source="行政处罚法 第四十四条"),
        Column("decided_on", "决定日期", DATE, width_mm=24, aliases=("处罚决定日期",), source="行政处罚法 第六十条"),
        Column("decision_no", "决定书文号", TEXT, width_mm=56, aliases=("处罚决定书文号", "文号"), source="office"),
        Column("paid_on", "缴款日期", DATE, width_mm=24, aliases=("缴款时间",), source="行政处罚法 第六十七条"),
        Column("published_on", "公示日期", DATE, width_mm=24, aliases=("公示时间",), source="行政处罚法 第四十八条"),
        Column("closed_on", "结案日期", DATE, width_mm=24, aliases=("结案时间",), source="office"),
        Column("remark", "备注", TEXT, width_mm=24, source="office"),
    ),
    rules=(dates_in_order(("filed_on", "notified_on", "decided_on", "paid_on", "closed_on")), amounts_in_order("decided", "paid")),
    source="office",
)  # fmt: skip

MAJOR_HAZARDS = Form(
    code="major_hazards",
    title="重大事故隐患清单",
    columns=(
        Column("enterprise", "企业名称", ORGANISATION, required=True, width_mm=50, aliases=("检查企业", "被检查企业", "隐患单位", "单位名称", "存在隐患单位"), source="安全生产法 第四十一条"),
        Column("credit_code", "统一社会信用代码", CODE, width_mm=42, aliases=("信用代码", "社会信用代码", "统一信用代码"), source="office"),
        Column("town", "镇办", TEXT, width_mm=20, aliases=("镇街", "所属镇办", "属地"), source="office"),
        Column("hazard", "重大事故隐患内容", LONG, required=True, width_mm=70, aliases=("重大隐患内容", "重大隐患描述", "重大事故隐患描述", "重大事故隐患", "重大隐患", "重大事故隐患名称", "隐患内容", "隐患描述", "隐患名称", "隐患情况", "存在问题", "问题描述", "主要隐患"), source="安全生产法 第四十一条"),
        Column("basis", "判定依据", LONG, width_mm=50, aliases=("判定标准", "判定条款", "依据", "依据条款", "判定标准条款", "对应判定标准"), source="应急管理部令 第10号"),
        Column("level", "隐患级别", choice(LEVELS, {"一般性": "一般", "一般类": "一般", "重大类": "重大", "一般性隐患": "一般", "一般问题": "一般", "重大问题": "重大", "一般隐患": "一般", "重大隐患": "重大", "一般事故隐患": "一般", "重大事故隐患": "重大"}, code="level_unknown"), width_mm=16, aliases=("级别", "隐患等级", "等级"), source="office"),
        Column("measure", "整改措施", LONG, width_mm=50, aliases=("治理措施", "整改方案", "治理方案", "措施", "防范措施", "整改（治理）措施"), source="安全生产法 第四十一条"),
        Column("fund", "整改资金（万元）", AMOUNT, width_mm=22, aliases=("治理资金（万元）", "整改资金", "治理资金", "资金（万元）", "投入资金（万元）", "投入资金", "整改经费（万元）", "资金", "所需资金（万元）", "整改资金（元）"), source="office"),
        Column("due", "整改期限", DATE, width_mm=24, aliases=("整改时限", "治理期限", "治理时限", "完成时限", "完成期限", "限改日期", "期限", "计划完成时间"), source="office"),
        Column("person", "整改责任人", NAME, width_mm=22, aliases=("责任人", "治理责任人", "企业责任人", "企业整改责任人"), source="office"),
        Column("phone", "联系电话", PHONE, width_mm=28, aliases=("电话", "手机", "手机号码", "责任人电话", "联系方式"), source="office"),
        Column("supervisor", "督办人", TEXT, width_mm=26, aliases=("督办单位", "督办部门", "挂牌督办单位", "督办责任人", "监管责任人", "督办领导", "督办", "挂牌督办", "督办单位及责任人", "包保责任人", "监督责任人"), source="office"),
        Column("status", "整改状态", choice(FINDING_STATES, _STATE_WORDS), width_mm=18, aliases=("整改情况", "状态", "是否整改", "完成情况", "治理情况", "是否销号", "整改进展", "整改完成情况", "销号情况"), source="office"),
        Column("remark", "备注", TEXT, width_mm=24, source="office"),
    ),
    rules=(expects("basis", "due", "person"),),
    source="office",
)  # fmt: skip

TOWN_SUMMARY = Form(
    code="town_summary",
    title="镇办检查情况汇总表",
    columns=(
        Column("town", "镇办", TEXT, required=True, width_mm=28, aliases=("镇街", "镇（街道）", "所属镇办", "属地", "单位", "镇办名称", "填报单位", "报送单位", "镇街道"), source="office"),
        Column("enterprises_checked", "检查企业数（家）", COUNT, width_mm=20, aliases=("检查企业数", "检查企业", "检查企业家数", "检查家数", "检查企业（家）", "检查企业（家次）", "已检查企业数", "检查数", "检查单位数", "企业数"), source="方案 三"),
        Column("findings", "发现问题（项）", COUNT, width_mm=20, aliases=("发现问题", "发现问题数", "发现隐患", "发现隐患数", "发现隐患（项）", "发现隐患（处）", "发现隐患（条）", "隐患数", "问题数", "发现问题隐患（项）", "查出隐患（项）", "查出问题（项）", "查出隐患数", "排查隐患"), source="附件2"),
        Column("rectified", "已整改（项）", COUNT, width_mm=18, aliases=("已整改", "已整改数", "整改数", "整改完成", "完成整改（项）", "完成整改", "整改完成数", "已整改隐患（项）", "已完成整改（项）", "已销号数"), source="office"),
        Column("rate", "整改率", RATE, width_mm=16, aliases=("整改率（%）", "整改率%", "整改完成率", "隐患整改率"), source="office"),
        Column("cases", "立案数（件）", COUNT, width_mm=16, aliases=("立案", "立案数", "立案（件）", "立案起数", "立案查处（件）", "立案处罚（件）", "行政处罚（件）", "处罚案件（件）", "案件数", "拟立案（件）", "立案（起）", "立案查处（起）"), source="附件3"),
        Column("fine", "罚款金额（万元）", AMOUNT, width_mm=22, aliases=("罚款", "罚款（万元）", "处罚金额（万元）", "处罚金额", "罚款金额", "拟处罚金额（万元）", "罚款（元）", "罚款金额（元）", "处罚金额（元）"), source="附件3"),
        Column("people", "出动人数（人次）", COUNT, width_mm=18, aliases=("出动人数", "出动人次", "执法人次", "检查人次", "出动执法人员（人次）", "执法人员（人次）", "人次", "出动检查人员（人次）", "参与人数", "抽调人数", "执法人数", "人数", "出动人员（人次）", "出动执法人员"), source="office"),
        Column("remark", "备注", TEXT, width_mm=24, source="office"),
    ),
    source="office",
)  # fmt: skip

CONFINED_SPACES = Form(
    code="confined_space",
    title="有限空间企业台账",
    columns=(
        Column("enterprise", "企业名称", ORGANISATION, required=True, width_mm=50, aliases=("单位名称", "企业", "检查企业", "名称"), source="应急管理部令 第13号"),
        Column("credit_code", "统一社会信用代码", CODE, width_mm=42, aliases=("信用代码", "社会信用代码", "统一信用代码"), source="office"),
        Column("town", "镇办", TEXT, width_mm=20, aliases=("镇街", "所属镇办", "属地", "镇（街道）", "所在镇办"), source="office"),
        Column("industry", "行业", TEXT, width_mm=18, aliases=("行业领域", "所属行业", "行业类别", "行业类型"), source="office"),
        Column("address", "地址", TEXT, width_mm=50, aliases=("企业地址", "生产经营地址", "详细地址", "注册地址", "单位地址"), source="office"),
        Column("person", "负责人", NAME, width_mm=22, aliases=("有限空间负责人", "安全负责人", "责任人", "联系人", "主要负责人", "管理人员", "安全管理人员", "企业负责人", "有限空间管理人员"), source="office"),
        Column("phone", "联系电话", PHONE, width_mm=28, aliases=("电话", "手机", "手机号码", "联系方式", "负责人电话"), source="office"),
        Column("spaces_total", "有限空间数量（个）", COUNT, width_mm=20, aliases=("有限空间数量", "有限空间数", "有限空间个数", "有限空间总数", "数量（个）", "有限空间数量合计", "有限空间数量（处）", "有限空间数量（个）合计", "有限空间合计", "有限空间（个）", "有限空间总数（个）"), source="应急管理部令 第13号"),
        Column("hazards", "主要危险有害因素", LONG, width_mm=50, aliases=("危险有害因素", "主要危险因素", "危险因素", "危害因素", "主要危害因素", "主要危害", "存在的危险因素", "存在危险有害因素", "主要风险", "可能存在的危险有害因素", "风险因素"), source="应急管理部令 第13号"),
        Column("remark", "备注", TEXT, width_mm=24, source="office"),
    ),
    rules=(expects("spaces_total"),),
    source="office",
)  # fmt: skip

PREFLIGHT = Form(
    code="preflight",
    title="报送前体检单",
    columns=(
        Column("level", "级别", TEXT, width_mm=22, source="office"),
        Column("rule", "规则", TEXT, width_mm=16, source="office"),
        Column("place", "位置", TEXT, width_mm=60, source="office"),
        Column("message", "说明", LONG, width_mm=120, source="office"),
        Column("waived", "处理", TEXT, width_mm=40, source="office"),
    ),
    source="office",
)

OPERATOR = Form(
    code="operator",
    title="第一次使用",
    columns=(
        Column("office", "单位", TEXT, width_mm=60, source="office"),
        Column("brigade", "大队（报表上的填报单位）", TEXT, width_mm=60, source="office"),
        Column("operator", "您的姓名", NAME, required=True, width_mm=30, source="office"),
    ),
    source="office",
)

CAMPAIGN = Form(
    code="campaign",
    title="新建专项行动",
    columns=(
        Column("name", "专项行动名称", TEXT, required=True, width_mm=80, source="方案标题"),
        Column("issuer", "发文机关", TEXT, width_mm=60, source="方案落款"),
        Column("issued_on", "发文日期", DATE, width_mm=30, source="方案落款"),
        Column("due", "附件2、附件3 和总结报送日期", DATE, width_mm=30, source="方案 五（五）"),
        Column("start", "检查开始日期", DATE, width_mm=30, source="方案 三"),
        Column("end", "检查结束日期", DATE, width_mm=30, source="方案 三"),
        Column("quota", "每组应查家数", COUNT, width_mm=20, source="方案 三"),
        Column("towns", "报送单位（按官方次序，用顿号隔开）", NAMES, width_mm=80, source="方案 四（一）"),
        Column("title", "附件2 标题（不填就用行动名称加“情况统计表”）", TEXT, width_mm=80, source="附件2"),
        Column("categories", "问题类别（按附件2 次序，用顿号隔开）", NAMES, width_mm=80, source="附件2"),
    ),
    rules=(dates_in_order(("start", "end", "due")),),
    source="office",
)

READABLE: tuple[Form, ...] = (
    annex_1(), annex_2(), annex_3(), ENTERPRISE_LIST, GROUP_LIST, INSPECTION_RECORD, FINDING_LEDGER, CASE_LIST,
    MAJOR_HAZARDS, TOWN_SUMMARY, CONFINED_SPACES,
)  # fmt: skip

# By form: what asks for a reason. A key asks when a saved value changes, never when an empty one is filled;
# "key=value" asks when a saved row comes to that value (closing).
REASONED: dict[str, tuple[str, ...]] = {
    INSPECTION_RECORD.code: ("checked_on",),
    FINDING_LEDGER.code: ("due", "rectified_on", "rechecked_on", "status=已销号"),
    CASE_LIST.code: (
        "proposed", "decided", "paid", "person_proposed", "person_decided",
        "filed_on", "notified_on", "decided_on", "paid_on", "closed_on", "stage=已结案",
    ),
}  # fmt: skip


def form_by_code(code: str) -> Form:
    """Return the readable form with this code.

    Raises:
        KeyError: No form has it.
    """
    for form in READABLE:
        if form.code == code:
            return form
    raise KeyError(code)
