"""人员抽调: Annex 1 from call to return, and the registers of people around it."""

from __future__ import annotations

from typing import Any

from services import absences, campaigns, groups, officers, pasting, people, reporting
from ui.pages.filter_bar import View
from ui.pages.register import Register, import_action, ways_in

PEOPLE = Register(
    key="people",
    title="人员抽调",
    help_line="各报送单位抽调的执法人员，对应附件1",
    icon="users",
    listing=people.LISTING,
    load=people.load,
    save=people.save,
    save_many=pasting.save_people,
    remove=people.remove,
    noun="人员",
    unit="人",
    new_label="新增人员",
    name_key="name",
    suggest={"unit": campaigns.towns},
    views=(View("待核", {"state": "待核"}), View("未编组", {"group": None, "state": ("待核", "已接收")})),
    frozen=2,
    missing=("还没有抽调人员", "把各镇办发来的附件1 拖进窗口，一次读完，逐行核对后写入"),
    ways=ways_in,
    actions=import_action,
)

UNITS = Register(
    key="units",
    title="人员抽调",
    help_line="谁该报、报了没有",
    icon="buildings",
    listing=reporting.LISTING,
    load=reporting.load,
    save=reporting.save,
    save_many=pasting.save_units,
    remove=reporting.remove,
    noun="报送单位",
    unit="家",
    new_label="新增单位",
    name_key="name",
    views=(View("没报齐的", {"state": reporting.OWING}), View("已报待收", {"state": reporting.SENT})),
    hidden=("aliases",),
    missing=("还没有报送单位", "从方案或 units.csv 建立，或在这里逐家录入；有了单位才知道谁没报"),
)

OFFICERS = Register(
    key="officers",
    title="人员抽调",
    help_line="带队主任、区级和镇办执法人员",
    icon="users",
    listing=officers.LISTING,
    load=officers.load,
    save=officers.save,
    save_many=pasting.save_officers,
    remove=officers.remove,
    noun="执法人员",
    unit="人",
    new_label="新增执法人员",
    name_key="name",
    views=(View("没登记职务", {"post": None}), View("没登记证号", {"cert_no": None})),
    per_campaign=False,
    missing=("还没有执法人员", "来表和分组里的人会自动在这里；带队主任的职务和证件有效期在这里补"),
)

EXPERTS = Register(
    key="experts",
    title="人员抽调",
    help_line="没有执法证，按专业聘请",
    icon="users",
    listing=officers.EXPERT_LISTING,
    load=officers.load_expert,
    save=officers.save_expert,
    save_many=pasting.save_experts,
    remove=officers.remove,
    noun="专家",
    unit="人",
    new_label="新增专家",
    name_key="name",
    per_campaign=False,
    missing=("还没有专家", "分组里写作专家的人会自动在这里；专业和电话在这里补"),
)


def _names(session: Any, campaign_id: int | None) -> list[str]:
    listed = [name for group in groups.names(session, campaign_id) for name in groups.members(session, campaign_id, group)]
    return list(dict.fromkeys([*people.names(session, campaign_id), *listed]))


ABSENCES = Register(
    key="absences",
    title="人员抽调",
    help_line="哪几天不能到场",
    icon="calendar-blank",
    listing=absences.LISTING,
    load=absences.load,
    save=absences.save,
    save_many=pasting.save_absences,
    remove=absences.remove,
    noun="请假",
    unit="条",
    new_label="登记请假",
    name_key="name",
    suggest={"name": _names},
    missing=("没有人请假", "有人哪几天不能来，在这里登记；编组时会提醒"),
)
