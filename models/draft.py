"""What is typed but not yet saved; not tracked, never counted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Draft(Base):
    """One unfinished form; emptied when the form is saved."""

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    form: Mapped[str]
    row_uid: Mapped[str]
    json: Mapped[dict[str, Any]]
    at: Mapped[datetime]
