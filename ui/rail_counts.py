"""Counts beside the words of the rail, kept true while rows change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, QTimer

from services import clock
from services.figures import hands
from services.figures.hands import Count
from ui.main_window import MainWindow

PAUSE_MS = 400
_TABLES = frozenset(
    {"campaign", "reporting_unit", "secondment", "nomination_event", "person", "inspection", "finding", "enterprise", "submission"}
)


def follow(window: MainWindow) -> None:
    """Count for a window from now on, at once for data that were just opened."""
    counts = window.findChild(RailCounts) or RailCounts(window)
    QTimer.singleShot(PAUSE_MS, counts, counts.ask)


class RailCounts(QObject):
    """Asks after changes what waits for a hand, at most once in a while."""

    def __init__(self, window: MainWindow) -> None:
        """Follow the changes of the data and of the campaign.

        Args:
            window: Whose rail it is; also the owner.
        """
        super().__init__(window)
        self._desk = window.desk
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.ask)
        window.tasks.changes.connect(self._take_changes)
        window.desk.scope_changed.connect(self._pause.start)

    def ask(self) -> None:
        """Ask now."""
        campaign_id = self._desk.campaign_id
        if campaign_id is None:
            self._show(tuple(Count(page, 0, "") for page in ("people", "inspections", "hazard_list")))
        else:
            self._desk.tasks.query(hands.asked, campaign_id=campaign_id, as_of=clock.today()).then(self._show)

    def _take_changes(self, changes: Any) -> None:
        if _TABLES & changes.tables and not self._pause.isActive():
            self._pause.start()

    def _show(self, found: Sequence[Count]) -> None:
        for one in found:
            self._desk.counts_found.emit(one.page, one.count, one.sentence)
