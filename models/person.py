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
        kind: 执法人员, 专家 or 辅助人员; None for an officer whom nobody has sorted.
        post: Unit and post, where no Annex 1 of the campaign says it.
        speciality: What an expert is asked for.
    """

    __tablename__ = "person"

    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(index=True)
    cert_no: Mapped[str | None] = mapped_column(index=True)
    cert_expires: Mapped[date | None]
    phone: Mapped[str | None]
    kind: Mapped[str | None]
    post: Mapped[str | None]
    speciality: Mapped[str | None]
    remark: Mapped[str | None]


class Secondment(Record, Sourced, Base):
    """A person lent to the campaign by a reporting unit (抽调), a row of Annex 1."""

    __tablename__ = "secondment"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("reporting_unit.id"))
    unit_position: Mapped[str | None]
    remark: Mapped[str | None]


class NominationEvent(Record, Base):
    """One dated step on the way of a nomination, of a person or of a whole unit.

    Where a nomination stands is never stored: it is the last step, and
    whether the person is in a group (`services.nominations`).

    Attributes:
        unit_id: The unit that is chased, excused or given more time; None for steps of a person.
        secondment_id: The person accepted, sent back, replaced …; None for steps of a unit.
        kind: One of `services.nominations.KINDS`.
        on: Day of the step.
        due: New day by which the unit has to answer, for 延期.
        other_id: Who takes the person's place, for 换下.
    """

    __tablename__ = "nomination_event"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("reporting_unit.id"), index=True)
    secondment_id: Mapped[int | None] = mapped_column(ForeignKey("secondment.id"), index=True)
    kind: Mapped[str]
    on: Mapped[date]
    reason: Mapped[str | None]
    due: Mapped[date | None]
    other_id: Mapped[int | None] = mapped_column(ForeignKey("secondment.id"))


class Absence(Record, Base):
    """Days on which a person cannot come (请假、出差), both inclusive.

    Attributes:
        end: Last day; None for the first day alone.
    """

    __tablename__ = "absence"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    start: Mapped[date]
    end: Mapped[date | None]
    reason: Mapped[str]
    remark: Mapped[str | None]
