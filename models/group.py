"""Inspection groups and who is in them."""

from __future__ import annotations

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
    """One person in a group with a role (组长, 执法人员, 专家, 辅助)."""

    __tablename__ = "group_member"

    group_id: Mapped[int] = mapped_column(ForeignKey("inspection_group.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    position: Mapped[int]
    role: Mapped[str]
