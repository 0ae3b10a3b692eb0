"""Figures, tables and comparison as one, for page, workbook and A4."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from models import Campaign
from services import clock, records
from services.figures.basis import Switches
from services.figures.breakdowns import breakdowns
from services.figures.comparing import Compared, Earlier, compare, earlier
from services.figures.daily import shown_unit, shown_value
from services.figures.facts import collect_counted
from services.figures.grids import GRIDS, Grid, grid
from services.figures.indicators import Figure, all_figures

__all__ = ["GRIDS", "Asked", "Statistics", "shown_unit", "shown_value", "statistics"]


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see.

    Attributes:
        as_of: Last day; None for today.
        since: First day of visits; None for the campaign's first.
        switches: What counts.
        against: Campaign to compare with; None for none.
        tables: (key, measure) of the tables; all with their usual measure if empty.
    """

    as_of: date | None = None
    since: date | None = None
    switches: Switches = field(default_factory=Switches)
    against: int | None = None
    tables: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Statistics:
    """All that stands on the page 统计数据.

    Attributes:
        compared: Every figure, in the order of the themes, with the earlier campaign's value.
        against: The earlier campaign; None if none was asked for.
        earlier: Campaigns that can be chosen.
        grids: The tables asked for.
        breakdowns: Findings by category, town, group and day.
    """

    campaign: str
    as_of: date
    since: date | None
    switches: Switches
    compared: tuple[Compared, ...]
    against: Earlier | None
    earlier: tuple[Earlier, ...]
    grids: tuple[Grid, ...]
    breakdowns: Mapping[str, Any]

    @property
    def empty(self) -> bool:
        """Whether nothing was inspected and no case opened."""
        known = {one.figure.key: one.figure.value for one in self.compared}
        return not (known["group_visits"] or known["enterprises"] or known["proposed_cases"] or known["simple_cases"])

    @property
    def figures(self) -> dict[str, Figure]:
        """The figures by key."""
        return {one.figure.key: one.figure for one in self.compared}

    @property
    def span(self) -> str:
        """Which days are counted, in words."""
        last = f"{self.as_of.year}年{self.as_of.month}月{self.as_of.day}日"
        return f"{self.since.year}年{self.since.month}月{self.since.day}日至{last}" if self.since else f"截至{last}"


def statistics(session: Session, *, campaign_id: int, asked: Asked) -> Statistics:
    """Return figures, tables and comparison of a campaign.

    Args:
        session: Session of a snapshot.
        campaign_id: Which campaign.
        asked: Days, switches, comparison, tables.

    Raises:
        Missing: There is no such campaign.
    """
    as_of = asked.as_of or clock.today()
    facts = collect_counted(session, campaign_id=campaign_id, as_of=as_of, since=asked.since)
    listed = all_figures(session, facts, asked.switches)
    others = earlier(session, campaign_id=campaign_id)
    against = next((one for one in others if one.id == asked.against), None)
    if against is None:
        compared = [Compared(figure, None) for figure in listed]
    else:
        day = max(against.last_day, clock.today()) if against.last_day else clock.today()
        compared = compare(session, listed, with_campaign=against.id, as_of=day, switches=asked.switches)
    tables = asked.tables or tuple((key, "") for key in GRIDS)
    return Statistics(
        campaign=records.get(session, Campaign, campaign_id).name,
        as_of=as_of,
        since=asked.since,
        switches=asked.switches,
        compared=tuple(compared),
        against=against,
        earlier=tuple(others),
        grids=tuple(grid(session, facts, key, measure=measure, switches=asked.switches) for key, measure in tables),
        breakdowns=breakdowns(session, facts),
    )
