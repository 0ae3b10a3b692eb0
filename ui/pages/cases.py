"""案件办理: penalty cases with their stages and amounts."""

from __future__ import annotations

from services import cases, inspections, pasting
from ui.pages.filter_bar import View
from ui.pages.register import Register, import_action, ways_in

CASES = Register(
    key="cases",
    title="案件办理",
    help_line="普通程序案件进附件3；金额以万元填写，改动留痕",
    icon="scales",
    listing=cases.LISTING,
    load=cases.load,
    save=cases.save,
    save_many=pasting.save_cases,
    remove=cases.remove,
    evidence="case_id",
    noun="案件",
    unit="件",
    new_label="新增案件",
    suggest={"enterprise": inspections.visited},
    views=(View("普通程序", {"procedure": "普通程序"}), View("简易程序", {"procedure": "简易程序"})),
    hidden=("paid", "person_decided", "no_amount_reason", "notified_on", "paid_on", "closed_on"),
    missing=("还没有案件", "在这里登记拟立案的违法行为，写上对应哪几条问题"),
    ways=ways_in,
    actions=import_action,
)
