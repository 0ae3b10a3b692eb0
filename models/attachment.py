"""Received files, kept as they came, and what they prove."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
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


class Evidence(Record, Base):
    """A photo or document that belongs to a visit, a finding or a case (佐证材料).

    Attributes:
        kind: As in `models.ledgers.EVIDENCE_KINDS`.
        original_sha256: Digest of the file as it was given; the kept copy of a photo has no place in it.
        taken_at: Moment that the camera wrote into the photo: "2023-04-20 09:41:07".
    """

    __tablename__ = "evidence"

    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), index=True)
    inspection_id: Mapped[int | None] = mapped_column(ForeignKey("inspection.id"), index=True)
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("finding.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("penalty_case.id"), index=True)
    kind: Mapped[str]
    caption: Mapped[str | None]
    original_sha256: Mapped[str] = mapped_column(String(64))
    taken_at: Mapped[str | None]
