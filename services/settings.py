"""Options of one data folder, typed; stored as rows and tracked like any other."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Setting


@dataclass(frozen=True)
class Settings:
    """All options with their defaults.

    Attributes:
        office: The bureau, as it signs reports.
        brigade: The brigade that uses the program.
        operator: Who worked last.
        demo_date: 演示日期 of a demo folder; None in real work.
        mask_personal: Show phones and certificate numbers masked outside the forms.
        second_backup: Folder on another drive for a copy of each backup; empty for none.
    """

    office: str = ""
    brigade: str = ""
    operator: str = ""
    demo_date: date | None = None
    mask_personal: bool = True
    second_backup: str = ""


def load(session: Session) -> Settings:
    """Return the options as stored; unknown keys are left alone."""
    known = {field.name for field in fields(Settings)}
    values: dict[str, Any] = {}
    for key, text in session.execute(select(Setting.key, Setting.value)):
        if key in known:
            value = json.loads(text)
            values[key] = date.fromisoformat(value) if key == "demo_date" and value else value
    return replace(Settings(), **values)


def save(session: Session, *, settings: Settings) -> None:
    """Store the options that differ from what is stored."""
    rows = {row.key: row for row in session.scalars(select(Setting))}
    for key, value in asdict(settings).items():
        text = json.dumps(value.isoformat() if isinstance(value, date) else value, ensure_ascii=False)
        row = rows.get(key)
        if row is None:
            if value != getattr(Settings(), key):
                session.add(Setting(key=key, value=text))
        elif row.value != text:
            row.value = text


def text(session: Session, *, key: str) -> str:
    """Return a value that is kept beside the options, as it was put; "" if none is."""
    return session.scalar(select(Setting.value).where(Setting.key == key, Setting.deleted_at.is_(None))) or ""


def put(session: Session, *, key: str, text: str) -> None:
    """Keep a value beside the options, in the history like any other."""
    row = session.scalar(select(Setting).where(Setting.key == key))
    if row is None:
        session.add(Setting(key=key, value=text))
    else:
        row.value, row.deleted_at = text, None  # one that was undone stands again
    session.flush()
