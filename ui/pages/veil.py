"""Numbers of persons on a register: masked until somebody asks, then recorded."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from services import records
from ui.forms.side_panel import SidePanel
from ui.pages.page import Desk
from ui.tables.paged_model import PagedModel


class Veil(QObject):
    """Masks phones and certificate numbers in one register's grid and panel.

    点开显示 shows those of one record, and the history says who looked. What
    is hidden cannot be typed over, and is copied as it is shown.
    """

    def __init__(self, desk: Desk, model: PagedModel, panel: SidePanel, *, noun: str, table: str) -> None:
        """Follow the option of the office.

        Args:
            desk: Knows whether numbers are masked.
            model: Rows of the grid.
            panel: The record panel.
            noun: What one record is called.
            table: Table that the history names.
        """
        super().__init__(panel)
        self._desk, self._model, self._panel, self._noun, self._table = desk, model, panel, noun, table
        panel.unveil_asked.connect(self.ask)
        desk.masking_changed.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Mask, or stop masking."""
        self._model.set_veil(self._desk.masks)
        self._panel.set_masks(self._desk.masks)

    def ask(self) -> None:
        """Record that the numbers are looked at, then show them."""
        record_id = self._panel.record_id
        if record_id is None:
            return
        label = f"查看{self._noun} {self._panel.head.name.whole} 的号码"
        job = self._desk.tasks.command(label, records.note_view, table=self._table, record_id=record_id)
        job.then(partial(self._shown, record_id)).start(self._panel)

    def _shown(self, record_id: int, _none: None) -> None:
        self._model.unveil(record_id)
        if self._panel.record_id == record_id:
            self._panel.unveil()
