"""Asks for the categories and clauses that the words of new findings speak for."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import QObject

from services import assist
from services.assist import Hint
from ui.pages.page import Desk
from ui.pages.visit_findings import FindingsGrid

Found = tuple[dict[str, tuple[Hint, ...]], dict[str, str]]


class VisitHints(QObject):
    """Brings what is suggested to the findings of the visit in front."""

    def __init__(self, desk: Desk, grid: FindingsGrid) -> None:
        """Take the grid whose findings are looked at; also the owner."""
        super().__init__(grid)
        self._desk, self._grid = desk, grid
        self._asked = 0

    def ask(self, *, on: date) -> None:
        """Ask for the texts that were not looked at yet.

        Args:
            on: Day of the visit; the word lists of that day are used.
        """
        texts, scope = self._grid.findings.unhinted(), self._desk.campaign_id
        if texts and scope is not None:
            self._asked += 1
            job = self._desk.tasks.query(_suggested, campaign_id=scope, texts=texts, on=on)
            job.then(partial(self._show, self._asked))

    def _show(self, asked: int, found: Found) -> None:
        self._grid.findings.take_hints(*found)  # by text: it does not matter whose visit is in front by now
        if asked == self._asked:
            self._grid.tell()


def _suggested(session: Any, *, campaign_id: int, texts: list[str], on: date) -> Found:
    found = assist.suggest(session, campaign_id=campaign_id, texts=texts, on=on)
    return dict(zip(texts, found, strict=True)), assist.clauses(session, on=on)
