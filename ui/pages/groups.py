"""检查分组: who inspects with whom, where, how many; and what they carry."""

from __future__ import annotations

from services import campaigns, equipment, groups, pasting, people
from ui.pages.register import Register, import_action, ways_in

GROUPS = Register(
    key="groups",
    title="检查分组",
    help_line="每组的组长、执法人员、专家、片区和应查家数",
    icon="tree-structure",
    listing=groups.LISTING,
    load=groups.load,
    save=groups.save,
    save_many=pasting.save_groups,
    remove=groups.remove,
    noun="检查组",
    unit="组",
    new_label="新增检查组",
    suggest={"leader": people.names, "officers": people.names, "experts": people.names, "towns": campaigns.towns},
    missing=("还没有分组", "把检查分组表拖进窗口，或逐组录入"),
    ways=ways_in,
    actions=import_action,
)

EQUIPMENT = Register(
    key="equipment",
    title="检查分组",
    help_line="记录仪、U盘由抽调人员带，笔记本、打印机由区局配",
    icon="package",
    listing=equipment.LISTING,
    load=equipment.load,
    save=equipment.save,
    save_many=pasting.save_equipment,
    remove=equipment.remove,
    noun="装备",
    unit="件",
    new_label="登记装备",
    suggest={"kind": equipment.kinds, "group": groups.names, "holder": people.names},
    missing=("还没有登记装备", "每组带什么、由谁准备、谁保管；少什么在分组页上一眼看到"),
)
