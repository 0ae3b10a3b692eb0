"""How many matters of each page ask for a hand, for the rail: three short counts.

The same rows as the todos of the first page, counted in SQL, so that the
window may ask after every change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from services import findings, inspections, listing, reporting
from services.conditions import Between
from services.figures.todos import OPEN_STATES


@dataclass(frozen=True)
class Count:
    """What asks for a hand on one page.

    Attributes:
        page: Key of the page.
        count: How many; 0 for none.
        sentence: Of what: 2 个单位的附件1人员没报齐.
    """

    page: str
    count: int
    sentence: str


def asked(session: Session, *, campaign_id: int, as_of: date) -> tuple[Count, ...]:
    """Return what asks for a hand on the pages of a campaign."""
    behind = len(reporting.board(session, campaign_id=campaign_id).owing)
    missing = listing.count(session, inspections.LISTING, scope=campaign_id, filters={"state": "已完成", "platform_no": None})
    late = {"visit_state": "已完成", "status": OPEN_STATES, "due": Between(high=as_of - timedelta(days=1))}
    overdue = listing.count(session, findings.LISTING, scope=campaign_id, filters=late)
    return (
        Count("people", behind, f"{behind} 个单位的附件1人员没报齐"),
        Count("inspections", missing, f"{missing} 次检查还没录入省平台"),
        Count("hazard_list", overdue, f"{overdue} 项问题整改已过期"),
    )
