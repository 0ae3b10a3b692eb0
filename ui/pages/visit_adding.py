"""An enterprise that is not on the tour is added to it from the visit page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from models.annexes import PLAN_KINDS
from models.ledgers import ASSIGNMENTS
from services import enterprises, visiting
from ui.pages.asking import ask
from ui.pages.page import Desk

_ASKED = ("enterprise", "kind", "planned_on", "reason")
ADDITION = replace(ASSIGNMENTS, code="addition", title="追加企业", columns=tuple(ASSIGNMENTS.column(key) for key in _ASKED))


def ask_addition(desk: Desk, owner: QWidget, *, group_id: int | None, registry: Sequence[str], named: Callable[[str], object]) -> None:
    """Ask for an enterprise and put it on the tour of a group.

    Args:
        desk: What may be used of the window.
        owner: Page that asks.
        group_id: Whose tour; None for nobody's.
        registry: Names to offer.
        named: Told the name, so that it can be shown once it is there.
    """
    if desk.campaign_id is None:
        return

    def label(row: Mapping[str, Any]) -> str:
        named(str(row["enterprise"]))
        return f"追加检查企业 {row['enterprise']}"

    dialog = ask(
        desk,
        owner,
        ADDITION,
        label=label,
        help_line="加进检查名单，再填这一次；不在企业名录里的，一并加进名录",
        call=partial(_add, campaign_id=desk.campaign_id, group_id=group_id),
        values={"kind": PLAN_KINDS[-1]},
        suggestions={"enterprise": registry},
    )
    dialog.fields["enterprise"].take_focus()


def _add(
    session: Any,
    *,
    campaign_id: int,
    group_id: int | None,
    enterprise: str,
    kind: str | None,
    planned_on: date | None,
    reason: str | None,
) -> None:
    """Put an enterprise on the list; one that the registry does not know is added to it."""
    found = enterprises.need(session, name=enterprise)
    what: dict[str, Any] = {"kind": kind or PLAN_KINDS[-1], "planned_on": planned_on, "reason": reason}
    visiting.assign(session, campaign_id=campaign_id, group_id=group_id, enterprise_ids=[found.id], **what)
