"""Legal numbers as dated rows; never constants in code."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Record


class Rule(Record, Base):
    """One number or list that the law fixes, valid for a span of days.

    Attributes:
        key: Name that code asks for.
        value: As text; `unit` says how to read it.
        source: Law or notice.
        article: Number of the article, with a label in our own words.
        checked: 已核 or 待核.
    """

    __tablename__ = "rule"

    key: Mapped[str] = mapped_column(index=True)
    value: Mapped[str] = mapped_column(Text)
    unit: Mapped[str]
    source: Mapped[str]
    article: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    checked: Mapped[str]
