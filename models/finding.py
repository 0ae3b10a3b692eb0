"""Findings of a visit and their rectification."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Record, Sourced


class Finding(Record, Sourced, Base):
    """One problem found (问题), with exactly one category of the campaign's list.

    Attributes:
        no: Number among the enterprise's findings in the campaign, from 1; cases name it.
        category: One of the campaign's categories; None until somebody decides.
        level: 一般 or 重大.
        penalty: Proposed for a penalty; these are counted as 处罚事项 in Annex 2.
        status: 未整改, 整改中, 待复查 or 已销号.
    """

    __tablename__ = "finding"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
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
    remark: Mapped[str | None]
