"""What a plan knows of the office while it matches rows of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Enterprise, ReportingUnit
from models.forms import Row
from services import campaigns
from services.matching import name_key


@dataclass(frozen=True)
class Known:
    """What a plan knows of the office while it matches rows.

    Attributes:
        campaign_id: The campaign the file belongs to; None for the registry.
        enterprises: Enterprise id by credit code and by name key, former names too.
        units: Reporting units of the campaign.
    """

    session: Session
    campaign_id: int | None
    enterprises: Mapping[str, int]
    units: Sequence[ReportingUnit]

    def enterprise(self, row: Row, key: str = "enterprise") -> int | None:
        """Return the enterprise of a row: by its code, else by its name."""
        code = row.get("credit_code")
        return (self.enterprises.get(str(code)) if code else None) or self.enterprises.get(name_key(str(row.get(key) or "")))

    @property
    def campaign(self) -> int:
        """The campaign, where a form cannot do without."""
        assert self.campaign_id is not None
        return self.campaign_id


def know(session: Session, *, campaign_id: int | None) -> Known:
    """Return what a plan needs to know."""
    ids: dict[str, int] = {}
    columns = (Enterprise.id, Enterprise.name_key, Enterprise.former_name, Enterprise.credit_code)
    rows = list(session.execute(select(*columns).where(Enterprise.deleted_at.is_(None)).order_by(Enterprise.id.desc())))
    for number, _key, former, _code in rows:
        if former:
            ids[name_key(former)] = number
    for number, key, _former, code in rows:
        ids[key] = number
        if code:
            ids[code] = number
    units = campaigns.units(session, campaign_id=campaign_id) if campaign_id is not None else []
    return Known(session, campaign_id, ids, units)
