"""Received forms: which unit sent what, when, and what came of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Record


class Submission(Record, Base):
    """One received file that was written into the data (报送).

    Attributes:
        stated_on: Day that the form itself names (填报日期); None if it names none.
        counts: new, changed, same, flagged, rejected, skipped; their sum is what was read.
        unread: Rows that could not be taken, with the reason and the text; without a reason, on row 0, what the
            file says as a whole (columns that it lacks, whom its statistics name).
    """

    __tablename__ = "submission"

    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("reporting_unit.id"))
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), index=True)
    form: Mapped[str]
    received_at: Mapped[datetime]
    counts: Mapped[dict[str, Any]]
    unread: Mapped[list[Any] | None]
    stated_on: Mapped[date | None]
