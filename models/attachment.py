"""Received files, kept as they came."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Record


class Attachment(Record, Base):
    """A file kept under its SHA-256 in the data folder.

    Attributes:
        name: File name as received.
        size: Bytes.
    """

    __tablename__ = "attachment"

    sha256: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str]
    size: Mapped[int]
