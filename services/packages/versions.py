"""The versions of a package that were made, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Package
from services.errors import Refused
from services.packages import differences, frozen, receipts
from services.packages.differences import Difference
from services.packages.receipts import Receipt
from services.paths import DataFolder


class NotFrozen(Refused):
    """A version was made before its data was frozen with it, or the copy is gone."""

    code = "version_not_frozen"
    template = "第{version}版没有留下数据快照，不能比较。"
    mend = "打开那一版的文件夹，按里面的表逐一核对。"


@dataclass(frozen=True)
class Version:
    """One frozen version.

    Attributes:
        number: 1, 2, 3 … within the campaign.
        made_at: When it was made.
        name: Name of its folder.
        files: How many files it holds.
        difference: What it changed against the one before, in a sentence; empty for the first.
        receipts: Who took it or sent it back, oldest first.
    """

    number: int
    made_at: datetime
    name: str
    files: int
    difference: str = ""
    receipts: tuple[Receipt, ...] = ()


def versions(session: Session, *, campaign_id: int) -> list[Version]:
    """Return the versions of a campaign's package, newest first."""
    query = select(Package).where(Package.campaign_id == campaign_id, Package.deleted_at.is_(None)).order_by(Package.version.desc())
    answers = receipts.of(session, campaign_id=campaign_id)
    return [
        Version(
            row.version,
            row.created_at,
            row.name,
            len(row.files),
            difference=next((str(file["words"]) for file in row.files if file.get("words")), ""),
            receipts=tuple(answers.get(row.version, ())),
        )
        for row in session.scalars(query)
    ]


def compare_versions(session: Session, *, folder: DataFolder, campaign_id: int, earlier: int, later: int) -> Difference:
    """Compare two versions that were handed in.

    Args:
        session: Session of a read or a snapshot.
        folder: Where frozen data is kept.
        campaign_id: Which campaign.
        earlier: Number of the earlier version.
        later: Number of the later one.

    Raises:
        Missing: There is no such version.
        NotFrozen: One of them has no frozen data.
    """
    found = []
    for number in (earlier, later):
        data = frozen.of_version(session, folder=folder, campaign_id=campaign_id, version=number)
        if data is None:
            raise NotFrozen(version=number)
        found.append(data)
    return differences.compare(*found)
