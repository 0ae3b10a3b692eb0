"""The rule that is valid on a day: legal numbers and lists as dated data.

`resources/rules/*.toml` is what the program ships; `sync` brings it into the
data once, where the office sees it and can add rows of its own. The newest
row that is valid on the day wins.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

import resources
from models import Rule
from services.errors import Missing


def shipped() -> Iterator[dict[str, Any]]:
    """Yield every rule that ships with the program."""
    for file in sorted(resources.path("rules").glob("*.toml")):
        yield from tomllib.loads(file.read_text(encoding="utf-8"))["rule"]


def sync(session: Session) -> int:
    """Bring shipped rules that are not there yet into the data; return how many."""
    known = {(key, since) for key, since in session.execute(select(Rule.key, Rule.valid_from))}
    added = 0
    for rule in shipped():
        if (rule["key"], rule["valid_from"]) not in known:
            session.add(Rule(**{"valid_to": None, **rule}))
            added += 1
    session.flush()
    return added


def pending(session: Session) -> bool:
    """Return whether `sync` would add anything."""
    known = {(key, since) for key, since in session.execute(select(Rule.key, Rule.valid_from))}
    return any((rule["key"], rule["valid_from"]) not in known for rule in shipped())


def valid(session: Session, *, key: str, on: date) -> Rule:
    """Return the rule of this key that is valid on a day.

    Raises:
        Missing: There is none.
    """
    query = (
        select(Rule)
        .where(Rule.key == key, Rule.valid_from <= on, or_(Rule.valid_to.is_(None), Rule.valid_to >= on), Rule.deleted_at.is_(None))
        .order_by(Rule.valid_from.desc(), Rule.id.desc())
    )
    found = session.scalar(query.limit(1))
    if found is None:
        raise Missing(what="规则", name=key)
    return found


def number(session: Session, *, key: str, on: date) -> int:
    """Return the whole number that a rule fixes.

    Raises:
        Missing: There is none.
    """
    return int(valid(session, key=key, on=on).value)


def words(session: Session, *, key: str, on: date) -> tuple[str, ...]:
    """Return the list of words that a rule fixes.

    Raises:
        Missing: There is none.
    """
    return tuple(valid(session, key=key, on=on).value.split("|"))
