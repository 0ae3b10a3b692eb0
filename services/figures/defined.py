"""The indicators by key, in the order of the command's contract, ours after it."""

from __future__ import annotations

from services.figures import counting as by
from services.figures.basis import Indicator
from services.findings import MAJOR

INSPECTED, FOUND, MENDED, ORDERED, PENALISED, ENTERED = "检查", "问题", "整改", "文书和措施", "案件和罚款", "公示和录入"
THEMES = (INSPECTED, FOUND, MENDED, ORDERED, PENALISED, ENTERED)

DEFINED: dict[str, Indicator] = {
    "groups": Indicator("检查组", "个", INSPECTED, "有已完成检查的检查组，同一组只计一个", by.groups, True),
    "group_visits": Indicator("出动检查组", "组次", INSPECTED, "一次已完成检查计一组次，联合检查记主办的一组，{rechecks}", by.visits, True),
    "officers": Indicator(
        "执法人员", "人", INSPECTED, "到场的组长和执法人员，同一人只计一次；不含专家", by.people(by.OFFICERS, once=True)
    ),
    "officer_visits": Indicator(
        "出动执法人员", "人次", INSPECTED, "每次检查到场的组长和执法人员相加，{rechecks}；不含专家", by.people(by.OFFICERS, once=False)
    ),
    "expert_visits": Indicator("出动专家", "人次", INSPECTED, "每次检查到场的专家相加，{rechecks}", by.people(by.EXPERTS, once=False)),
    "drawn": Indicator("抽取企业", "家", INSPECTED, "双随机抽取的企业；还没有抽取时为“—”", by.drawn, True),
    "enterprises": Indicator("检查企业", "家", INSPECTED, "已完成检查的企业，同一企业只计一家；不含草稿和作废", by.enterprises, True),
    "visits": Indicator(
        "检查家次", "家次", INSPECTED, "已完成的检查，同一企业查两次计两家次，几个组联合检查计一家次，{rechecks}", by.visits, True
    ),
    "coverage": Indicator(
        "任务完成率", "%", INSPECTED, "各组已查企业（联合检查计在主办的一组，超出应查家数的不计）÷ 各组应查家数之和", by.coverage
    ),
    "findings": Indicator("发现问题", "项", FOUND, "已完成检查中的问题，一项一类", by.findings(lambda _finding, _basis: True), True),
    "major_hazards": Indicator(
        "重大事故隐患", "项", FOUND, "级别认定为“重大”的问题；只是建议、没有认定的不计",
        by.findings(lambda finding, _basis: finding.level == MAJOR), True,
    ),
    "fixed_on_spot": Indicator(
        "当场整改", "项", MENDED, "处置方式为当场整改的问题；台账都没有处置方式时为“—”", by.disposed("当场整改"), True
    ),
    "closed": Indicator("整改完成", "项", MENDED, "复查合格已销号的问题", by.findings(by.is_closed), True),
    "rectification_rate": Indicator("整改率", "%", MENDED, "已销号 ÷ 发现问题；没有问题时为“—”", by.closing),
    "rectification_rate_due": Indicator("到期整改率", "%", MENDED, "到期问题中已销号的 ÷ 到期问题；没有到期的为“—”", by.closing_due),
    "documents": Indicator(
        "下达执法文书", "份", ORDERED, "有文号的文书：{records}处罚告知书和处罚决定书，同一文号只计一份{no_records}", by.documents, True
    ),
    "stop_orders": Indicator("责令停产停业", "家", ORDERED, "有问题被责令暂时停产停业的企业，同一企业只计一家", by.stopped, True),
    "penalty_items": Indicator(
        "处罚事项", "项", PENALISED, "拟处罚的问题，与附件2“处罚事项”一致", by.findings(lambda finding, _basis: bool(finding.penalty)), True
    ),
    "proposed_enterprises": Indicator("拟立案企业", "家", PENALISED, "普通程序案件涉及的企业，同一企业只计一家", by.accused, True),
    "proposed_cases": Indicator("拟立案", "件", PENALISED, "普通程序案件，与附件3行数一致；不含简易程序", by.proposed, True),
    "proposed_violations": Indicator("拟立案违法行为", "项", PENALISED, "普通程序案件对应的问题", by.violations, True),
    "filed_cases": Indicator("立案", "件", PENALISED, "已有立案日期的案件", by.by_day("filed_on"), True),
    "fine_proposed_yuan": Indicator(
        "拟罚金额", "元", PENALISED, "各案现行拟处罚金额之和，含对个人的", by.fine("proposed", "person_proposed")
    ),
    "fine_decided_yuan": Indicator("已罚金额", "元", PENALISED, "各案处罚决定金额之和，含对个人的", by.fine("decided", "person_decided")),
    "fine_paid_yuan": Indicator("已缴金额", "元", PENALISED, "各案已缴金额之和", by.fine("paid")),
    "double_penalty_rate": Indicator(
        "一案双罚占比", "%", PENALISED, "同时处罚个人的普通程序案件 ÷ 普通程序案件；没有案件时为“—”", by.double
    ),
    "published_rate": Indicator("处罚公示率", "%", ENTERED, "在规定工作日内公示的 ÷ 已作出决定的案件；没有决定时为“—”", by.published),
    "platform_same_day_rate": Indicator(
        "平台当日录入率", "%", ENTERED, "检查当日录入省平台的 ÷ 已完成检查；没有检查时为“—”", by.same_day
    ),
    "experts": Indicator("专家", "人", INSPECTED, "到场的专家，同一人只计一次", by.people(by.EXPERTS, once=True)),
    "general_hazards": Indicator(
        "一般问题", "项", FOUND, "没有认定为重大事故隐患的问题", by.findings(lambda f, _basis: f.level != MAJOR), True
    ),
    "to_fix_in_time": Indicator(
        "限期整改", "项", MENDED, "处置方式为限期整改的问题；台账都没有处置方式时为“—”", by.disposed("限期整改"), True
    ),
    "overdue": Indicator(
        "逾期未整改", "项", MENDED, "整改期限已过、仍是未整改或整改中的问题；报了完成、等复查的不计", by.findings(by.is_late), True
    ),
    "major_closed": Indicator(
        "重大事故隐患销号", "项", MENDED, "认定为重大、复查合格已销号的问题",
        by.findings(lambda finding, basis: finding.level == MAJOR and by.is_closed(finding, basis)), True,
    ),
    "major_listed": Indicator(
        "重大事故隐患挂牌", "项", MENDED, "认定为重大、已挂牌督办的问题，含已销号的",
        by.findings(lambda f, basis: f.level == MAJOR and bool(f.listed_on) and f.listed_on <= basis.facts.as_of), True,
    ),
    "major_rate": Indicator("重大隐患整改率", "%", MENDED, "已销号的重大事故隐患 ÷ 重大事故隐患；没有的为“—”", by.closing_major),
    "sealed": Indicator("查封扣押", "项", ORDERED, "处置方式为查封扣押的问题；台账都没有处置方式时为“—”", by.disposed("查封扣押"), True),
    "handed_over": Indicator("移交其他部门", "项", ORDERED, "处置方式为移送的问题；台账都没有处置方式时为“—”", by.disposed("移送"), True),
    "simple_cases": Indicator(
        "简易程序处罚", "件", PENALISED, "简易程序（当场处罚）案件", by.cases(lambda c, _b: c.procedure == by.SIMPLE), True
    ),
    "decided_cases": Indicator("作出处罚决定", "件", PENALISED, "已有决定日期的案件", by.by_day("decided_on"), True),
    "fine_proposed_unit_yuan": Indicator("拟罚金额（单位）", "元", PENALISED, "各案对单位的现行拟处罚金额之和", by.fine("proposed")),
    "fine_proposed_person_yuan": Indicator(
        "拟罚金额（个人）", "元", PENALISED, "各案对个人的现行拟处罚金额之和", by.fine("person_proposed")
    ),
    "fine_decided_unit_yuan": Indicator("已罚金额（单位）", "元", PENALISED, "各案对单位的处罚决定金额之和", by.fine("decided")),
    "fine_decided_person_yuan": Indicator("已罚金额（个人）", "元", PENALISED, "各案对个人的处罚决定金额之和", by.fine("person_decided")),
    "transferred_cases": Indicator(
        "移送案件", "件", PENALISED, "已有移送日期的案件（行刑衔接和移送其他部门）", by.by_day("transferred_on"), True
    ),
    "lenient_cases": Indicator(
        "不予处罚", "件", PENALISED, "以不予处罚或违法事实不成立结案的案件", by.cases(lambda case, _basis: case.outcome in by.LENIENT), True
    ),
}  # fmt: skip
