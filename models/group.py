"""Inspection groups and who is in them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Record, Sourced


class Group(Record, Sourced, Base):
    """An inspection group (检查组) of one campaign.

    Attributes:
        position: Number of the group; lists keep this order, never a ranking.
        quota: Enterprises to inspect; None takes the campaign's.
        towns: Names of the towns it covers.
    """

    __tablename__ = "inspection_group"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    position: Mapped[int]
    name: Mapped[str]
    quota: Mapped[int | None]
    towns: Mapped[list[Any] | None]
    vehicle: Mapped[str | None]
    remark: Mapped[str | None]


class GroupMember(Record, Base):
    """One person in a group with a role (组长, 执法人员, 专家, 辅助).

    Attributes:
        since: First day; None from the beginning.
        until: Last day; None as long as the campaign goes on.
        reason: Why the person left or changed groups.
    """

    __tablename__ = "group_member"

    group_id: Mapped[int] = mapped_column(ForeignKey("inspection_group.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    position: Mapped[int]
    role: Mapped[str]
    since: Mapped[date | None]
    until: Mapped[date | None]
    reason: Mapped[str | None]


class Equipment(Record, Base):
    """Pieces of one sort that a group carries, who brings them, from when to when.

    Attributes:
        kind: As the rule `group_equipment` names it (执法记录仪, 打印机 …).
        label: Number on the piece.
        provider: Who has to bring it: 抽调人员 or 区应急局.
        holder_id: The person who keeps it.
    """

    __tablename__ = "equipment"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("inspection_group.id"), index=True)
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    label: Mapped[str | None]
    count: Mapped[int]
    provider: Mapped[str | None]
    handed_on: Mapped[date | None]
    returned_on: Mapped[date | None]
    remark: Mapped[str | None]
