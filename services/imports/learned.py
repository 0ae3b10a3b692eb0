"""Headers that a clerk mapped by hand, kept for every later file that has them.

One setting a unit and header: the same headings mean the same again, and what
one unit means by them goes before what another does.
"""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Setting
from services.imports.headings import Learned, heading

_SETTING = "learned."


def remember(session: Session, *, learned: Learned) -> None:
    """Keep a mapping; what was said before of this unit and header gives way.

    Args:
        session: Session of a write.
        learned: As the clerk said it.
    """
    unit = hashlib.sha256(heading(learned.unit).encode()).hexdigest()[:8]
    key = f"{_SETTING}{learned.fingerprint}.{unit}"
    said = {"unit": learned.unit, "fingerprint": learned.fingerprint, "form": learned.form, "columns": learned.columns}
    value = json.dumps(said, ensure_ascii=False, sort_keys=True)
    row = session.scalar(select(Setting).where(Setting.key == key, Setting.deleted_at.is_(None)))
    if row is None:
        session.add(Setting(key=key, value=value))
    elif row.value != value:
        row.value = value


def recall(session: Session) -> tuple[Learned, ...]:
    """Return all mappings that were kept, the newest first."""
    query = select(Setting.value).where(Setting.key.startswith(_SETTING), Setting.deleted_at.is_(None)).order_by(Setting.id.desc())
    found = []
    for value in session.scalars(query):
        said = json.loads(value)
        columns = tuple((str(name), str(key)) for name, key in said["columns"])
        found.append(Learned(said["unit"], said["fingerprint"], said["form"], columns))
    return tuple(found)
