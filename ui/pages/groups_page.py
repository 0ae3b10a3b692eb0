"""The page 检查分组: pictures of the groups over their register, equipment beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy

from models.forms import Column, Form
from models.kinds import choice
from services import clock, equipment, groups, inspections, listing, rosters, visiting
from services.rosters import Roster
from ui import errors
from ui.forms.form_dialog import FormDialog
from ui.pages.asking import ask
from ui.pages.group_cards import GroupCards
from ui.pages.groups import EQUIPMENT, GROUPS
from ui.pages.page import Desk
from ui.pages.register import Register, RegisterPage
from ui.pages.sections import Section, Sections

EQUIPMENT_SECTION = 1
_MORE_TABLES = frozenset({"equipment", "absence", "secondment", "reporting_unit", "rule", "phase"})


@dataclass(frozen=True)
class Hanging:
    """What hangs on groups that shall go to the bin.

    Attributes:
        people: Members.
        visits: Visits that name them.
        planned: Enterprises on their tours that nobody has visited.
        equipment: Entries of equipment given to them.
        heirs: (id, name) of the groups that stay, which may take visits, tours and equipment over.
    """

    people: int = 0
    visits: int = 0
    planned: int = 0
    equipment: int = 0
    heirs: tuple[tuple[int, str], ...] = ()

    @property
    def handed(self) -> str:
        """How much another group may take over; "" for nothing, or no group."""
        told = ((self.visits, "次检查"), (self.planned, "家企业"), (self.equipment, "件装备"))
        return "、".join(f"{count:,} {unit}" for count, unit in told if count) if self.heirs else ""

    @property
    def words(self) -> str:
        """How many of each, those that are there."""
        told = ((self.people, "人"), (self.visits, "次检查"), (self.planned, "家排给它还没查的企业"), (self.equipment, "件装备"))
        return "、".join(f"{count:,} {unit}" for count, unit in told if count)

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What becomes of each, and how it is taken back."""
        told = (
            (self.people, "人员", f"{self.people:,} 人退出这个组，可以编入别的组；抽调记录不动"),
            (self.visits, "检查", f"{self.visits:,} 次检查连同问题、案件都留着，记录上仍写这个组；按组统计时归入“（未填）”一栏"),
            (self.planned, "企业", f"{self.planned:,} 家留在检查名单上，但不再有组去查，要另排给别的组"),
            (self.equipment, "装备", f"{self.equipment:,} 件仍登记在这个组名下，要改给别的组"),
        )
        back = ("要反悔", "按 Ctrl+Z 一次全部取回，组员各归原位；也可以在本页“回收站”里恢复")
        return (*((word, said) for count, word, said in told if count), back)


class GroupsPage(RegisterPage):
    """The groups: what each has and lacks, and the register to change it.

    Attributes:
        cards: One picture a group.
        sections: 装备 beside the groups.
    """

    def __init__(self, desk: Desk, register: Register = GROUPS) -> None:
        """Build the pictures over the register."""
        super().__init__(desk, register)
        self.tables = self.tables | _MORE_TABLES
        self.cards = GroupCards()
        self.cards.hide()
        self.content.insertWidget(0, self.cards)
        self.content.setStretch(1, 1)
        self._stack.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)  # what the cards leave is the register's
        self.cards.opened.connect(self.show_record)
        self.cards.equipment_asked.connect(self.show_equipment)
        self.sections = Sections(self, "检查组", (Section("装备", EQUIPMENT),), (self.cards, self._stack))
        self.sections.turned.connect(self._turned)

    def refresh(self) -> None:
        """Ask for rows, and for what the groups lack."""
        super().refresh()
        if self.desk.campaign_id is not None:
            self.desk.tasks.query(_rosters, campaign_id=self.desk.campaign_id).then(self._show_rosters)
        else:
            self._show_rosters(())

    def show_row(self, table: str, record_id: int) -> None:
        """Go to a record of whatever section lists its table."""
        if not self.sections.show_row(table, record_id):
            self.show_record(record_id)

    def show_record(self, record_id: int) -> None:
        """Go to a group, out of whatever section is in front."""
        self.sections.turn(0)
        super().show_record(record_id)

    def new_record(self) -> None:
        """Open an empty record, out of whatever section is in front."""
        self.sections.turn(0)
        super().new_record()

    def remove(self, record_ids: Sequence[int]) -> None:
        """Move groups to the bin; what hangs on them is said before."""
        if record_ids:
            what = {"record_ids": tuple(record_ids), "campaign_id": self.desk.campaign_id}
            self.desk.tasks.query(_hanging, **what).then(partial(self._ask_removal, tuple(record_ids)))

    def show_equipment(self, group: str) -> None:
        """Show what a group carries."""
        self.sections.turn(EQUIPMENT_SECTION)
        self.sections.page(EQUIPMENT_SECTION).show_filtered({"group": group})

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the pictures follow the width."""
        super().resizeEvent(event)
        self.cards.fit()

    def _ask_removal(self, record_ids: Sequence[int], hangs: Hanging) -> None:
        if not hangs.words:
            super().remove(record_ids)
            return
        one = len(record_ids) == 1
        whom = f"“{self._name_of(record_ids[0])}”" if one else f"选中的 {len(record_ids)} 个检查组"
        trouble = errors.Trouble(f"删除{whom}？", f"{'它' if one else '它们'}名下有 {hangs.words}。", hangs.facts)
        choices = [errors.Choice("删除", partial(super().remove, record_ids), "danger"), errors.Choice("不删", kind="primary")]
        if hangs.handed:
            choices.insert(1, errors.Choice("交给别的组再删…", lambda: self.hand_over(record_ids, hangs)))
        errors.ask(self, trouble, choices)

    def hand_over(self, record_ids: Sequence[int], hangs: Hanging) -> FormDialog:
        """Ask which group takes over what these leave; then both in one operation."""
        whom = self._name_of(record_ids[0]) if len(record_ids) == 1 else f"{len(record_ids)} 个检查组"
        names = {name: number for number, name in hangs.heirs}
        form = Form(
            "heir", "交给别的组", (Column("heir", "接管的检查组", choice(tuple(names)), required=True, width_mm=60, source="office"),)
        )
        call = partial(_hand_over, record_ids=tuple(record_ids), ids=names)
        return ask(
            self.desk,
            self,
            form,
            label=lambda row: f"删除检查组 {whom}，交给{row['heir']}",
            help_line=f"{whom}的 {hangs.handed}转到接管的组名下，然后删除这个组；组员不跟过去，另行编组。一次撤销全部取回",
            call=call,
            values={"heir": next(iter(names))},
            save_label="交接并删除",
        )

    def _show_rosters(self, listed: Sequence[Roster]) -> None:
        self.cards.show_rosters(listed)
        self._turned(self.sections.number)

    def _turned(self, number: int) -> None:
        self.cards.setVisible(number == 0 and bool(self.cards.cards))


def _rosters(session: Any, *, campaign_id: int) -> list[Roster]:
    return rosters.rosters(session, campaign_id=campaign_id)


def _hanging(session: Any, *, record_ids: Sequence[int], campaign_id: int) -> Hanging:
    """Count what hangs on groups."""
    people = visits = planned = carried = 0
    for record_id in record_ids:
        row = groups.load(session, record_id=record_id)
        stops = visiting.tour(session, campaign_id=campaign_id, group_id=record_id, as_of=clock.today())
        people += len(groups.members_of(row))
        visits += listing.count(session, inspections.LISTING, scope=campaign_id, filters={"group": row["name"]})
        planned += sum(stop.inspection_id is None for stop in stops)
        carried += listing.count(session, equipment.LISTING, scope=campaign_id, filters={"group": row["name"]})
    heirs = tuple((number, name) for number, name, _leader in groups.heads(session, campaign_id=campaign_id) if number not in record_ids)
    return Hanging(people, visits, planned, carried, heirs)


def _hand_over(session: Any, *, record_ids: Sequence[int], ids: Mapping[str, int], heir: str) -> None:
    groups.hand_over(session, record_ids=record_ids, to=ids[heir])
