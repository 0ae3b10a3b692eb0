"""The page 企业名录: a key opens the dossier, a banner says who stands still."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLabel, QVBoxLayout

from services import clock, rectifications
from services.rectifications import Standing
from ui.pages.dossier_view import DossierView, open_dossier
from ui.pages.enterprises import ENTERPRISES
from ui.pages.page import Action, Desk, make_button
from ui.pages.register import Register, RegisterPage

DOSSIER_KEYS = "Ctrl+G"


class EnterprisesPage(RegisterPage):
    """The registry with the dossier of each enterprise behind a key.

    Attributes:
        dossier_button: Opens the dossier of the row in front.
        banner: In the panel: the enterprise has to stand still.
    """

    def __init__(self, desk: Desk, register: Register = ENTERPRISES) -> None:
        """Put button, key and banner to the register."""
        super().__init__(desk, register)
        self.tables = self.tables | frozenset({"finding", "inspection"})
        self.dossier_button = make_button(Action("一企一档", self.open_dossier, "clipboard-text"))
        self.put_first(self.dossier_button)
        self.dossier_button.setToolTip(f"选中企业的检查、问题、案件和材料，可打印（{DOSSIER_KEYS}）")
        self.actions_of_page.append(Action("一企一档", self.open_dossier, "clipboard-text", keys=DOSSIER_KEYS))
        keys = QShortcut(QKeySequence(DOSSIER_KEYS), self)
        keys.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        keys.activated.connect(self.open_dossier)
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

    def _ask_standing(self, enterprise_id: int) -> None:
        job = self.desk.tasks.query(_standing, enterprise_id=enterprise_id)
        job.then(partial(self._show_standing, enterprise_id)).failed(lambda _gone: self.banner.hide())

    def _show_standing(self, enterprise_id: int, found: Standing) -> None:
        if self.panel.record_id == enterprise_id:
            self.banner.setText(found.sentence)
            self.banner.setVisible(found.stopped)


def _standing(session: Any, *, enterprise_id: int) -> Standing:
    return rectifications.standing(session, enterprise_id=enterprise_id, as_of=clock.today())
