"""A campaign beside an earlier one; what is missing there is "—", never zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Campaign, Phase
from services import records
from services.figures.basis import Switches, Value
from services.figures.facts import collect_counted
from services.figures.indicators import Figure, all_figures

MINUS = "−"


@dataclass(frozen=True)
class Earlier:
    """A campaign that can stand beside the present one.

    Attributes:
        last_day: End of its last phase; its figures stand on that day or later.
    """

    id: int
    name: str
    year: int | None
    last_day: date | None


@dataclass(frozen=True)
class Compared:
    """A figure with its value of an earlier campaign.

    Attributes:
        before: None where the earlier campaign has nothing to say.
    """

    figure: Figure
    before: Value

    @property
    def change(self) -> Value:
        """How much it is more or less; None if one of both is missing."""
        if self.figure.value is None or self.before is None:
            return None
        found = self.figure.value - self.before
        return round(found, 2) if isinstance(found, float) else found

    @property
    def told(self) -> str:
        """The change as it is shown: ＋12, −3.5, 持平, —."""
        change = self.change
        if change is None:
            return "—"
        unit = " 个百分点" if self.figure.unit == "%" else ""
        return f"{'+' if change > 0 else MINUS}{abs(change):,}{unit}" if change else "持平"


def earlier(session: Session, *, campaign_id: int) -> list[Earlier]:
    """Return the other campaigns, the latest first; closed ones too."""
    ends: dict[int, date] = {}
    for number, end in session.execute(select(Phase.campaign_id, Phase.end).where(Phase.deleted_at.is_(None)).order_by(Phase.end)):
        ends[number] = end
    found = [Earlier(one.id, one.name, one.year, ends.get(one.id)) for one in records.alive(session, Campaign) if one.id != campaign_id]
    return sorted(found, key=lambda one: (one.year or 0, one.last_day or date.min, one.id), reverse=True)


def compare(
    session: Session, figures: Sequence[Figure], *, with_campaign: int, as_of: date, switches: Switches | None = None
) -> list[Compared]:
    """Return figures with those of another campaign, counted in the same way.

    A campaign without any visit or case has nothing to compare: its counts are
    missing and not zero.

    Raises:
        Missing: There is no such campaign.
    """
    facts = collect_counted(session, campaign_id=with_campaign, as_of=as_of)
    known: dict[str, Value] = {}
    if facts.visits or facts.cases:
        known = {figure.key: figure.value for figure in all_figures(session, facts, switches)}
    return [Compared(figure, known.get(figure.key)) for figure in figures]
