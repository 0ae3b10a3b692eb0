"""Inspections (visits) and who took part."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Record, Sourced


class Inspection(Record, Sourced, Base):
    """One visit to one enterprise (检查).

    Attributes:
        meeting_open, meeting_site, meeting_talk, meeting_close: Times of the
            four steps as written, "09:10" or "09:10-09:30".
        present_head, present_safety, present_worker: Who of the enterprise was there.
        document_no: Number of the inspection document.
        platform_no, entered_on: Entry on the provincial platform.
        stated_findings: Count that the record itself names; the ledger is what counts.
        state: 已完成, 草稿 or 作废; only the first is counted anywhere.
    """

    __tablename__ = "inspection"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("inspection_group.id"), index=True)
    checked_on: Mapped[date]
    meeting_open: Mapped[str | None]
    meeting_site: Mapped[str | None]
    meeting_talk: Mapped[str | None]
    meeting_close: Mapped[str | None]
    present_head: Mapped[str | None]
    present_safety: Mapped[str | None]
    present_worker: Mapped[str | None]
    showed_id: Mapped[bool | None]
    scanned: Mapped[bool | None]
    recorder: Mapped[bool | None]
    document_no: Mapped[str | None]
    platform_no: Mapped[str | None]
    entered_on: Mapped[date | None]
    plan_kind: Mapped[str | None]
    stated_findings: Mapped[int | None]
    state: Mapped[str]
    remark: Mapped[str | None]


class Attendance(Record, Base):
    """One person at one visit, in the role held that day."""

    __tablename__ = "attendance"

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    position: Mapped[int]
    role: Mapped[str]
