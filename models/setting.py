"""Settings of one data folder."""

from __future__ import annotations

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Record


class Setting(Record, Base):
    """One key with its value; read and written by `services.settings` only."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(unique=True)
    value: Mapped[str] = mapped_column(Text)
