"""The registry of enterprises (名录库)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Record, Sourced


class Enterprise(Record, Sourced, Base):
    """One enterprise, kept across campaigns.

    Attributes:
        name_key: Name without blanks and with one width of brackets, for matching.
        search_text: What the find box looks through: name, former name, code, town, initials.
        checked_province, checked_city, checked_district: Last inspection by each level.
    """

    __tablename__ = "enterprise"

    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(index=True)
    search_text: Mapped[str]
    credit_code: Mapped[str | None]
    town: Mapped[str | None]
    industry: Mapped[str | None]
    supervision: Mapped[str | None]
    address: Mapped[str | None]
    legal_rep: Mapped[str | None]
    contact: Mapped[str | None]
    phone: Mapped[str | None]
    employees: Mapped[int | None]
    grade: Mapped[str | None]
    size: Mapped[str | None]
    subject: Mapped[str | None]
    state: Mapped[str | None]
    tags: Mapped[list[Any] | None]
    checked_province: Mapped[date | None]
    checked_city: Mapped[date | None]
    checked_district: Mapped[date | None]
    former_name: Mapped[str | None]
    remark: Mapped[str | None]


# a grid of a million rows is counted and sorted within one of these alone
Index("ix_enterprise_living", Enterprise.deleted_at)
Index("ix_enterprise_living_name", Enterprise.deleted_at, Enterprise.name)
Index("ix_enterprise_living_town", Enterprise.deleted_at, Enterprise.town)
Index("ix_enterprise_living_credit_code", Enterprise.deleted_at, Enterprise.credit_code)
Index("ix_enterprise_living_industry", Enterprise.deleted_at, Enterprise.industry)
Index("ix_enterprise_living_grade", Enterprise.deleted_at, Enterprise.grade)
Index("ix_enterprise_living_size", Enterprise.deleted_at, Enterprise.size)
Index("ix_enterprise_living_employees", Enterprise.deleted_at, Enterprise.employees)
Index("ix_enterprise_living_state", Enterprise.deleted_at, Enterprise.state)
Index("ix_enterprise_living_checked_district", Enterprise.deleted_at, Enterprise.checked_district)
