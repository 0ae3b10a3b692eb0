"""检查记录: one visit a row."""

from __future__ import annotations

from services import campaigns, enterprises, groups, inspections, pasting, people
from ui.pages.filter_bar import View
from ui.pages.register import Register, ways_in

INSPECTIONS = Register(
    key="inspections",
    title="检查记录",
    help_line="一次检查一行；草稿和作废的不计入附件2",
    icon="note-pencil",
    listing=inspections.LISTING,
    load=inspections.load,
    save=inspections.save_typed,
    save_many=pasting.save_visits,
    remove=inspections.remove,
    evidence="inspection_id",
    noun="检查",
    unit="次",
    new_label="登记检查",
    suggest={
        "enterprise": enterprises.names,
        "town": campaigns.towns,
        "group": groups.names,
        "leader": people.names,
        "officers": people.names,
        "experts": people.names,
    },
    views=(View("已完成", {"state": "已完成"}), View("草稿", {"state": "草稿"}), View("没有平台编号", {"platform_no": None})),
    hidden=(
        "credit_code",
        "meeting_open",
        "meeting_site",
        "meeting_talk",
        "meeting_close",
        "present_head",
        "present_safety",
        "present_worker",
    ),
    missing=("还没有检查记录", "把各组的检查记录表拖进窗口，或逐次登记"),
    ways=ways_in,
)
