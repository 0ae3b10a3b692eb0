"""Inspections (visits): what is to be visited, who took part, what was filmed."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String, Text
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
        absence_reason: Why one of the enterprise's three was not there.
        scanned_at, scan_no: Time and number of the scan at the gate.
        recorder_no: Which recorder was on.
        told_integrity: The notice on integrity was handed over (廉政告知).
        mode: How it was inspected (执法＋专家 …); `items`: the checklist used.
        basis: What the inspection itself rests on (方案, 检查计划).
        entered_at: Time of day of the entry on the platform.
        no_problem: Stated by a person: inspected and nothing found.
        refused: The enterprise refused or obstructed; `refusal` says how, `second_officer` who witnessed it.
        joint_with: Other departments that took part.
        state: 已完成, 草稿 or 作废; only the first is counted anywhere.
    """

    __tablename__ = "inspection"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
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
    absence_reason: Mapped[str | None]
    scanned_at: Mapped[str | None]
    scan_no: Mapped[str | None]
    recorder_no: Mapped[str | None]
    told_integrity: Mapped[bool | None]
    mode: Mapped[str | None]
    items: Mapped[str | None]
    basis: Mapped[str | None] = mapped_column(Text)
    entered_at: Mapped[str | None]
    no_problem: Mapped[bool | None]
    refused: Mapped[bool | None]
    refusal: Mapped[str | None] = mapped_column(Text)
    second_officer: Mapped[str | None]
    joint_with: Mapped[str | None]
    state: Mapped[str]
    remark: Mapped[str | None]


class Attendance(Record, Base):
    """One person at one visit, in the role held that day."""

    __tablename__ = "attendance"

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    position: Mapped[int]
    role: Mapped[str]


class Assignment(Record, Base):
    """An enterprise that a group has to visit (检查任务): drawn, must-check or extra.

    Attributes:
        kind: As in `models.annexes.PLAN_KINDS`.
        planned_on: Day that was agreed; None if none is.
        reason: Why it was added or replaced.
    """

    __tablename__ = "assignment"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("inspection_group.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    kind: Mapped[str]
    position: Mapped[int]
    planned_on: Mapped[date | None]
    reason: Mapped[str | None]


class Recording(Record, Base):
    """One file of the body camera (执法视频): indexed where it lies, never copied.

    Attributes:
        scene: As in `models.ledgers.SCENES`.
        path: Where the file was when it was indexed.
        started_at, ended_at: Times of day, "09:05".
    """

    __tablename__ = "recording"

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), index=True)
    scene: Mapped[str]
    path: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    started_at: Mapped[str | None]
    ended_at: Mapped[str | None]
    remark: Mapped[str | None]


# a grid of a million rows is counted and sorted within one of these alone
Index("ix_inspection_living_checked_on", Inspection.campaign_id, Inspection.deleted_at, Inspection.checked_on)
Index("ix_inspection_living_platform_no", Inspection.campaign_id, Inspection.deleted_at, Inspection.platform_no)
Index("ix_inspection_living_entered_on", Inspection.campaign_id, Inspection.deleted_at, Inspection.entered_on)
