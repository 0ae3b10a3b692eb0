"""问题整改: findings from discovery to closing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from services import campaigns, clock, findings, inspections, pasting, rectifications
from services.conditions import Between
from services.inspections import DONE
from ui.pages.filter_bar import View
from ui.pages.register import Register, import_action, ways_in


class Late(Mapping[str, object]):
    """The filters of what is late today: read anew each time they are used."""

    _KEYS: Mapping[str, Callable[[], object]] = {
        "status": lambda: (rectifications.OPEN, rectifications.UNDER_WAY),
        "due": lambda: Between(None, clock.today() - timedelta(days=1)),
        "visit_state": lambda: DONE,
    }

    def __getitem__(self, key: str) -> object:
        """Return the filter of a column as of today."""
        return self._KEYS[key]()

    def __iter__(self) -> Iterator[str]:
        """Go through the columns that are filtered."""
        return iter(self._KEYS)

    def __len__(self) -> int:
        """Count them."""
        return len(self._KEYS)


FINDINGS = Register(
    key="hazard_list",
    title="问题整改",
    help_line="一项问题一行，一项一类；拟处罚的计入附件2“处罚事项”",
    icon="wrench",
    listing=findings.LISTING,
    load=findings.load,
    save=findings.save,
    save_many=pasting.save_findings,
    remove=findings.remove,
    evidence="finding_id",
    noun="问题",
    unit="项",
    new_label="新增问题",
    name_key="hazard",
    suggest={"enterprise": inspections.visited, "town": campaigns.towns, "category": findings.categories},
    views=(
        View("未整改", {"status": rectifications.OPEN}),
        View("整改中", {"status": rectifications.UNDER_WAY}),
        View("待复查", {"status": rectifications.REPORTED}),
        View(rectifications.LATE, Late()),
        View(findings.MAJOR, {"level": findings.MAJOR}),
    ),
    hidden=("basis", "person", "phone", "rectified_on", "recheck_person", "rechecked_on"),  # or the state stands beyond a laptop's edge
    missing=("还没有问题", "先有检查记录，再把问题整改台账拖进窗口，或逐项录入"),
    ways=ways_in,
    actions=import_action,
)
