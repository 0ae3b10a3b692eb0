"""The page 企业名录: dossier and tour behind keys, a banner for who stands still."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLabel, QVBoxLayout

from models.annexes import PLAN_KINDS
from models.kinds import choice
from models.ledgers import ASSIGNMENTS
from services import clock, groups, rectifications, visiting
from services.rectifications import Standing
from ui.pages.asking import ask
from ui.pages.dossier_view import DossierView, open_dossier
from ui.pages.enterprises import ENTERPRISES
from ui.pages.page import Action, Desk, make_button
from ui.pages.register import Register, RegisterPage

DOSSIER_KEYS, LIST_KEYS = "Ctrl+G", "Ctrl+E"
_ASKED = ("group", "kind", "planned_on", "reason")


class EnterprisesPage(RegisterPage):
    """The registry with the dossier of each enterprise behind a key.

    Attributes:
        dossier_button: Opens the dossier of the row in front.
        list_button: Puts the selected enterprises on the tour of a group.
        banner: In the panel: the enterprise has to stand still.
    """

    def __init__(self, desk: Desk, register: Register = ENTERPRISES) -> None:
        """Put button, key and banner to the register."""
        super().__init__(desk, register)
        self.tables = self.tables | frozenset({"finding", "inspection"})
        self.dossier_button = make_button(Action("一企一档", self.open_dossier, "clipboard-text"))
        self.put_first(self.dossier_button)
        self.dossier_button.setToolTip(f"选中企业的检查、问题、案件和材料，可打印（{DOSSIER_KEYS}）")
        self.list_button = make_button(Action("列入检查", self.ask_group, "note-pencil"))
        self.put_first(self.list_button)
        self.list_button.setToolTip(f"选中的企业排给一个检查组，组长录入检查时就在名单上（{LIST_KEYS}）")
        self.actions_of_page += [
            Action("一企一档", self.open_dossier, "clipboard-text", keys=DOSSIER_KEYS),
            Action("列入检查", self.ask_group, "note-pencil", keys=LIST_KEYS),
        ]
        for text, act in ((DOSSIER_KEYS, self.open_dossier), (LIST_KEYS, self.ask_group)):
            keys = QShortcut(QKeySequence(text), self)
            keys.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            keys.activated.connect(act)
        self.banner = QLabel()
        self.banner.setProperty("badge", "bad")
        self.banner.setWordWrap(True)
        self.banner.setContentsMargins(4, 4, 4, 4)
        self.banner.hide()
        inner = self.panel.body.widget()
        fields = inner.layout() if inner is not None else None
        assert isinstance(fields, QVBoxLayout)
        fields.insertWidget(0, self.banner)
        self.panel.fields.filled.connect(self.banner.hide)
        self.records.shown.connect(self._ask_standing)

    def refresh(self) -> None:
        """Ask for rows, and whether the enterprise in the panel stands still."""
        super().refresh()
        shown = self.panel.record_id
        if shown is not None and not self.panel.isHidden():
            self._ask_standing(shown)

    def open_dossier(self) -> DossierView | None:
        """Open the dossier of the row in front."""
        current = self.grid.current_id()
        if current is None or self.filters.in_bin:
            self.desk.say("先在表格里选一家企业")
            return None
        return open_dossier(self.desk, self, current)

    def ask_group(self) -> None:
        """Ask which group visits the selected enterprises."""
        current = self.grid.current_id()
        ids = self.grid.selected_ids() or ([current] if current is not None else [])
        if self.desk.campaign_id is None:
            self.desk.say("先建立专项行动，再把企业排给检查组")
        elif not ids or self.filters.in_bin:
            self.desk.say("先在表格里选中要检查的企业")
        else:
            self.desk.tasks.query(_heads, campaign_id=self.desk.campaign_id).then(partial(self._ask_group, ids))

    def _ask_group(self, ids: Sequence[int], heads: Sequence[tuple[int, str, str]]) -> None:
        if not heads:
            self.desk.say("还没有检查组：先在“检查分组”里建组")
            return
        named = {name: number for number, name, _leader in heads}
        asked = {key: ASSIGNMENTS.column(key) for key in _ASKED}
        asked["group"] = replace(asked["group"], kind=choice(tuple(named)), required=True)
        form = replace(ASSIGNMENTS, code="listing_in", title="列入检查", columns=tuple(asked.values()))
        whom = self._name_of(ids[0]) + (f" 等 {len(ids)} 家" if len(ids) > 1 else "")

        def label(row: Mapping[str, Any]) -> str:
            return f"列入{row['group']}检查 {whom}"

        call = partial(_assign, campaign_id=self.desk.campaign_id or 0, ids=tuple(ids), named=named)
        values = {"group": heads[0][1], "kind": PLAN_KINDS[0]}
        ask(self.desk, self, form, label=label, help_line=f"{whom}：排给哪个组，组长录入检查时就在名单上", call=call, values=values)

    def _ask_standing(self, enterprise_id: int) -> None:
        job = self.desk.tasks.query(_standing, enterprise_id=enterprise_id)
        job.then(partial(self._show_standing, enterprise_id)).failed(lambda _gone: self.banner.hide())

    def _show_standing(self, enterprise_id: int, found: Standing) -> None:
        if self.panel.record_id == enterprise_id:
            self.banner.setText(found.sentence)
            self.banner.setVisible(found.stopped)


def _heads(session: Any, *, campaign_id: int) -> list[tuple[int, str, str]]:
    return groups.heads(session, campaign_id=campaign_id)


def _assign(
    session: Any, *, campaign_id: int, ids: Sequence[int], named: Mapping[str, int], group: str, kind: str | None, **row: Any
) -> None:
    what = {"group_id": named[group], "kind": kind or PLAN_KINDS[0], **row}
    visiting.assign(session, campaign_id=campaign_id, enterprise_ids=ids, **what)


def _standing(session: Any, *, enterprise_id: int) -> Standing:
    return rectifications.standing(session, enterprise_id=enterprise_id, as_of=clock.today())
