"""企业名录: the registry, kept across campaigns."""

from __future__ import annotations

from services import campaigns, enterprises
from ui.pages.filter_bar import View
from ui.pages.register import Register, import_action, ways_in

ENTERPRISES = Register(
    key="enterprises",
    title="企业名录",
    help_line="全区企业一企一行，各次行动共用",
    icon="buildings",
    listing=enterprises.LISTING,
    load=enterprises.load,
    save=enterprises.save,
    save_many=enterprises.save_many,
    remove=enterprises.remove,
    noun="企业",
    unit="家",
    new_label="新增企业",
    suggest={"town": campaigns.towns},
    views=(View("在业", {"state": "在业"}), View("停产", {"state": "停产"})),
    hidden=("supervision", "size", "subject", "former_name", "checked_province", "checked_city"),
    per_campaign=False,
    missing=("名录还是空的", "把企业名录表（xlsx）拖进窗口；上万家也只要几秒"),
    ways=ways_in,
    actions=import_action,
)
