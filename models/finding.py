"""Findings of a visit and their rectification."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Record, Sourced


class Finding(Record, Sourced, Base):
    """One problem found (问题), with exactly one category of the campaign's list.

    Attributes:
        no: Number among the enterprise's findings in the campaign, from 1; cases name it.
        category: One of the campaign's categories; None until somebody decides.
        level: 一般 or 重大.
        penalty: Proposed for a penalty; these are counted as 处罚事项 in Annex 2.
        status: 未整改, 整改中, 待复查 or 已销号; 逾期 follows from `due` and is not kept.
        place: Where in the enterprise it was found.
        standard: What it must look like when it is put right.
        duty_unit: Department of the enterprise that answers for it.
        stop_scope: What was ordered to stand still; None for the whole enterprise.
        other_standard: A major hazard of other rules (危化, 消防, 燃气, 特种设备): which.
        major_item, major_officer, major_expert, major_on: The item, who confirmed it, who was asked, and when.
        plan, fund, supervisor, listed_on, listed_no: How a major hazard is put right under supervision (挂牌).
    """

    __tablename__ = "finding"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), index=True)
    no: Mapped[int]
    hazard: Mapped[str] = mapped_column(Text)
    category: Mapped[str | None]
    level: Mapped[str]
    basis: Mapped[str | None]
    disposal: Mapped[str | None]
    penalty: Mapped[bool]
    due: Mapped[date | None]
    person: Mapped[str | None]
    phone: Mapped[str | None]
    rectified_on: Mapped[date | None]
    recheck_person: Mapped[str | None]
    rechecked_on: Mapped[date | None]
    status: Mapped[str]
    place: Mapped[str | None]
    standard: Mapped[str | None] = mapped_column(Text)
    duty_unit: Mapped[str | None]
    stop_scope: Mapped[str | None]
    other_standard: Mapped[str | None]
    major_item: Mapped[str | None]
    major_officer: Mapped[str | None]
    major_expert: Mapped[str | None]
    major_on: Mapped[date | None]
    plan: Mapped[str | None] = mapped_column(Text)
    fund: Mapped[int | None]
    supervisor: Mapped[str | None]
    listed_on: Mapped[date | None]
    listed_no: Mapped[str | None]
    remark: Mapped[str | None]


class RectificationStep(Record, Base):
    """One dated step on the way of a finding to its closing (整改经过).

    Attributes:
        kind: As in `models.ledgers.STEPS`.
        person: Who did it or said so.
        reason: Why (extension, reopening, failed recheck) or what was done (partial fix).
        was_due, due: Day before and after an extension.
    """

    __tablename__ = "rectification_step"

    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    kind: Mapped[str]
    on: Mapped[date]
    person: Mapped[str | None]
    reason: Mapped[str | None] = mapped_column(Text)
    was_due: Mapped[date | None]
    due: Mapped[date | None]


# a grid of a million rows is counted and sorted within one of these alone
Index("ix_finding_living_due", Finding.campaign_id, Finding.deleted_at, Finding.due)
Index("ix_finding_living_status", Finding.campaign_id, Finding.deleted_at, Finding.status)
Index("ix_finding_living_category", Finding.campaign_id, Finding.deleted_at, Finding.category)
Index("ix_finding_living_level", Finding.campaign_id, Finding.deleted_at, Finding.level)
