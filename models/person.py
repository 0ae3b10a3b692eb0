"""People of the campaign: officers, experts, and their secondment."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Record, Sourced


class Person(Record, Base):
    """An officer or expert, the same across campaigns.

    Attributes:
        cert_no: Number of the enforcement certificate; an expert has none.
        name_key: Name without blanks and middle dots, for matching.
    """

    __tablename__ = "person"

    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(index=True)
    cert_no: Mapped[str | None] = mapped_column(index=True)
    cert_expires: Mapped[date | None]
    phone: Mapped[str | None]


class Secondment(Record, Sourced, Base):
    """A person lent to the campaign by a reporting unit (抽调), a row of Annex 1."""

    __tablename__ = "secondment"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("reporting_unit.id"))
    unit_position: Mapped[str | None]
    remark: Mapped[str | None]
