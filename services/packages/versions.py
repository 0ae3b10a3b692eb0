"""The versions of a package that were made, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Package


@dataclass(frozen=True)
class Version:
    """One frozen version.

    Attributes:
        number: 1, 2, 3 … within the campaign.
        made_at: When it was made.
        name: Name of its folder.
        files: How many files it holds.
    """

    number: int
    made_at: datetime
    name: str
    files: int


def versions(session: Session, *, campaign_id: int) -> list[Version]:
    """Return the versions of a campaign's package, newest first."""
    query = select(Package).where(Package.campaign_id == campaign_id, Package.deleted_at.is_(None)).order_by(Package.version.desc())
    return [Version(row.version, row.created_at, row.name, len(row.files)) for row in session.scalars(query)]
