"""The campaign and what its notice fixes: phases, deadlines, reporting units."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Record


class Campaign(Record, Base):
    """One concentrated inspection campaign (专项行动).

    Attributes:
        industries: Sectors in scope, as the notice names them.
        categories: The notice's own list for Annex 2, in printed order.
        titles: Printed annex titles by number ("1", "2", "3").
        group_quota: Enterprises that each group must inspect at least.
        recipient: Who receives the package.
        report_due: Day in the second note of Annex 3.
        prose: Text of the report's four parts, by heading.
        state: "open" or "closed".
    """

    __tablename__ = "campaign"

    name: Mapped[str]
    issuer: Mapped[str | None]
    doc_no: Mapped[str | None]
    issued_on: Mapped[date | None]
    year: Mapped[int | None]
    industries: Mapped[list[Any] | None]
    categories: Mapped[list[Any]]
    titles: Mapped[dict[str, Any]]
    inspection_modes: Mapped[list[Any] | None]
    groups_planned: Mapped[int | None]
    group_quota: Mapped[int | None]
    recipient: Mapped[str | None]
    contact_person: Mapped[str | None]
    contact_phone: Mapped[str | None]
    contact_email: Mapped[str | None]
    report_due: Mapped[date | None]
    prose: Mapped[dict[str, Any] | None]
    state: Mapped[str]
    remark: Mapped[str | None] = mapped_column(Text)


class Phase(Record, Base):
    """A stage of the campaign with its days, both inclusive."""

    __tablename__ = "phase"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    position: Mapped[int]
    name: Mapped[str]
    start: Mapped[date]
    end: Mapped[date]
    evidence: Mapped[str | None] = mapped_column(Text)


class Deadline(Record, Base):
    """What is due, from whom, to whom, by when.

    Attributes:
        kind: "submit", "task" or "outgoing", as in notice-extraction/1.
        recurrence: Rule for repeated deadlines ("on_event:+0d" …); then `due` may be None.
    """

    __tablename__ = "deadline"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    position: Mapped[int]
    what: Mapped[str]
    due: Mapped[date | None]
    due_time: Mapped[str | None]
    recurrence: Mapped[str | None]
    kind: Mapped[str]
    owner: Mapped[str | None]
    submitter: Mapped[str | None]
    recipient: Mapped[str | None]
    evidence: Mapped[str | None] = mapped_column(Text)


class ReportingUnit(Record, Base):
    """A town, development zone or section that reports (报送单位).

    Attributes:
        position: Official order; lists follow it and nothing else.
        aliases: Other names under which its forms arrive.
        nominees: Officers it has to send; None where it sends none.
    """

    __tablename__ = "reporting_unit"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    position: Mapped[int]
    name: Mapped[str]
    kind: Mapped[str]
    aliases: Mapped[list[Any] | None]
    nominees: Mapped[int | None]
