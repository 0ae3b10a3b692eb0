"""问题整改: findings from discovery to closing."""

from __future__ import annotations

from services import campaigns, findings, inspections
from ui.pages.filter_bar import View
from ui.pages.register import Register, import_action, ways_in

FINDINGS = Register(
    key="hazard_list",
    title="问题整改",
    help_line="一项问题一行，一项一类；拟处罚的计入附件2“处罚事项”",
    icon="wrench",
    listing=findings.LISTING,
    load=findings.load,
    save=findings.save,
    remove=findings.remove,
    noun="问题",
    unit="项",
    new_label="新增问题",
    name_key="hazard",
    suggest={"enterprise": inspections.visited, "town": campaigns.towns, "category": findings.categories},
    views=(
        View("没有整改完", {"status": ("未整改", "整改中", "待复查")}),
        View("重大", {"level": "重大"}),
        View("没有定类别", {"category": None}),
    ),
    hidden=("basis", "phone", "recheck_person"),
    missing=("还没有问题", "先有检查记录，再把问题整改台账拖进窗口，或逐项录入"),
    ways=ways_in,
    actions=import_action,
)
