"""检查分组: who inspects with whom, where, and how many."""

from __future__ import annotations

from services import campaigns, groups, people
from ui.pages.register import Register, import_action, ways_in

GROUPS = Register(
    key="groups",
    title="检查分组",
    help_line="每组的组长、执法人员、专家、片区和应查家数",
    icon="tree-structure",
    listing=groups.LISTING,
    load=groups.load,
    save=groups.save,
    remove=groups.remove,
    noun="检查组",
    unit="组",
    new_label="新增检查组",
    suggest={"leader": people.names, "officers": people.names, "experts": people.names, "towns": campaigns.towns},
    missing=("还没有分组", "把检查分组表拖进窗口，或逐组录入"),
    ways=ways_in,
    actions=import_action,
)
