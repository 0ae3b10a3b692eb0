"""整改率 and 到期整改率 of each town; "—" (None) where nothing is to be counted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from services import campaigns, rectifications
from services.figures.basis import percent
from services.figures.facts import Facts
from services.findings import CLOSED
from services.rectifications import UNKNOWN_TOWN


@dataclass(frozen=True)
class TownRates:
    """How far a town has come.

    Attributes:
        rate: Closed of found, in percent; None without findings.
        rate_due: Closed of those whose day has come; None if none has.
        late: Past the day and not reported as put right.
    """

    town: str
    findings: int
    closed: int
    due: int
    closed_of_due: int
    late: int
    rate: float | None
    rate_due: float | None


def by_town(session: Session, facts: Facts) -> list[TownRates]:
    """Return the rates of each town with findings, in the official order."""
    order = {unit.name: unit.position for unit in campaigns.units(session, campaign_id=facts.campaign.id)}
    towns = {one.town or UNKNOWN_TOWN for one in facts.findings}
    listed = sorted(towns, key=lambda town: (order.get(town, len(order) + 1), town == UNKNOWN_TOWN, town))
    return [_of(town, facts) for town in listed]


def _of(town: str, facts: Facts) -> TownRates:
    rows = [one for one in facts.findings if (one.town or UNKNOWN_TOWN) == town]
    due = [one for one in rows if one.due and one.due <= facts.as_of]
    closed, of_due = (sum(one.status == CLOSED for one in part) for part in (rows, due))
    late = sum(rectifications.is_late(one.status, one.due, facts.as_of) for one in rows)
    return TownRates(town, len(rows), closed, len(due), of_due, late, percent(closed, len(rows)), percent(of_due, len(due)))
