"""人员抽调: the rows of Annex 1."""

from __future__ import annotations

from services import campaigns, people
from ui.pages.register import Register, import_action, ways_in

PEOPLE = Register(
    key="people",
    title="人员抽调",
    help_line="各报送单位抽调的执法人员，对应附件1",
    icon="users",
    listing=people.LISTING,
    load=people.load,
    save=people.save,
    remove=people.remove,
    noun="人员",
    unit="人",
    new_label="新增人员",
    name_key="name",
    suggest={"unit": campaigns.towns},
    frozen=2,
    missing=("还没有抽调人员", "把各镇办发来的附件1 拖进窗口，一次读完，逐行核对后写入"),
    ways=ways_in,
    actions=import_action,
)
