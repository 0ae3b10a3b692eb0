"""Why something decisive was changed: when it is asked, and where it is kept.

`models.annexes.REASONED` says which fields ask. The reason stands in the
detail of the operation, under its hash, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Operation
from models.annexes import REASONED
from models.forms import Form, Row
from services import history
from services.errors import ReasonNeeded
from services.operations import reason_of

RECENT = 5
NOTICED = "decisive"  # in session.info, until the operation is sealed
GIVEN = "reason"  # in session.info: what the window asked for before it runs the operation once more
_LOOKED_AT = 200
_LONGEST = 200


def asking(form: Form, before: Row, after: Row) -> tuple[str, ...]:
    """Return the changes that ask for a reason, in words: 拟处罚金额：2 → 3.

    Args:
        form: Form of the row.
        before: The row as it is saved.
        after: The row as it shall be; keys that it lacks stay as they are.
    """
    found: list[str] = []
    for rule in REASONED.get(form.code, ()):
        key, _, reached = rule.partition("=")
        column = form.column(key)
        was, now = (column.kind.show(row[key]) if row.get(key) not in (None, ()) else "" for row in (before, {**before, **after}))
        if was != now and (now == reached if reached else was):
            found.append(f"{column.title.replace(chr(10), '')}：{was or '空'} → {now or '空'}")
    return tuple(found)


def guarded(form: Form, *, load: Callable[..., Row], save: Callable[..., int]) -> Callable[..., int]:
    """Return `save` so that it notices what asks for a reason; `require` asks.

    Args:
        form: Form of the rows.
        load: (session, *, record_id) → the row as it is saved.
        save: (session, *, row, record_id, …) → id.
    """
    if form.code not in REASONED:
        return save

    def noticing(session: Session, *, row: Row, record_id: int | None = None, **more: Any) -> int:
        if record_id is not None:
            notice(session, asking(form, load(session, record_id=record_id), row))
        return save(session, row=row, record_id=record_id, **more)

    return noticing


def notice(session: Session, changes: Iterable[str]) -> None:
    """Remember decisive changes of this operation until `require`."""
    session.info.setdefault(NOTICED, {}).update(dict.fromkeys(changes))


def require(session: Session, *, reason: str | None) -> None:
    """Keep the reason of this operation, whose changes may ask for one.

    Args:
        session: Session of a write.
        reason: What was given; None takes what was given to the whole operation.

    Raises:
        ReasonNeeded: Decisive changes were noticed and there is no reason; names the first of them.
    """
    reason = (reason or "").strip() or str(session.info.get(GIVEN) or "")
    noticed = tuple(session.info.pop(NOTICED, ()))
    if noticed and not reason:
        more = f" 等 {len(noticed)} 处" if len(noticed) > 1 else ""
        raise ReasonNeeded(what=f"“{noticed[0]}”{more}", changes=noticed)
    note(session, reason)


def note(session: Session, reason: str | None) -> None:
    """Keep a reason with the operation that is being written; nothing for none."""
    text = " ".join((reason or "").split())[:_LONGEST]
    if text:
        history.describe(session, reason=text)


def recent(session: Session) -> list[str]:
    """Return the reasons given last, newest first, each once."""
    query = select(Operation.detail).where(Operation.detail.contains('"reason":')).order_by(Operation.id.desc()).limit(_LOOKED_AT)
    return [text for text in dict.fromkeys(map(reason_of, session.scalars(query))) if text][:RECENT]
