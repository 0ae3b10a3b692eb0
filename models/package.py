"""Reporting packages that were handed in, frozen."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Record


class Package(Record, Base):
    """One version of the reporting package (报送包).

    Attributes:
        version: 1, 2, 3 … within the campaign.
        name: Name of its folder.
        files: Name, SHA-256 and row count of each file.
        totals: The figures that it states.
        waivers: Pre-flight rules waived, with the reason.
        history_head: Hash of the last operation before it was made.
    """

    __tablename__ = "package"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    version: Mapped[int]
    name: Mapped[str]
    files: Mapped[list[Any]]
    totals: Mapped[dict[str, Any]]
    waivers: Mapped[dict[str, Any] | None]
    history_head: Mapped[str] = mapped_column(String(64))
