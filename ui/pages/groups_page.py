"""The page 检查分组: pictures of the groups over their register, equipment beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy

from services import rosters
from services.rosters import Roster
from ui.pages.group_cards import GroupCards
from ui.pages.groups import EQUIPMENT, GROUPS
from ui.pages.page import Desk
from ui.pages.register import Register, RegisterPage
from ui.pages.sections import Section, Sections

EQUIPMENT_SECTION = 1
_MORE_TABLES = frozenset({"equipment", "absence", "secondment", "reporting_unit", "rule", "phase"})


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

    def show_equipment(self, group: str) -> None:
        """Show what a group carries."""
        self.sections.turn(EQUIPMENT_SECTION)
        self.sections.page(EQUIPMENT_SECTION).show_filtered({"group": group})

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the pictures follow the width."""
        super().resizeEvent(event)
        self.cards.fit()

    def _show_rosters(self, listed: Sequence[Roster]) -> None:
        self.cards.show_rosters(listed)
        self._turned(self.sections.number)

    def _turned(self, number: int) -> None:
        self.cards.setVisible(number == 0 and bool(self.cards.cards))


def _rosters(session: Any, *, campaign_id: int) -> list[Roster]:
    return rosters.rosters(session, campaign_id=campaign_id)
