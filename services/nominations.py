"""Where a nomination stands: dated steps, and the state that follows from them.

Only the steps are kept. A person's state is the last step that still holds,
or the group that the person is in; a unit's state follows from its people.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from models import Group, GroupMember, NominationEvent, Secondment
from services import clock, records

ACCEPTED, SENT_BACK, SENT_AGAIN = "接收", "退回", "重报"
REPLACED, WITHDRAWN, ENDED = "换下", "撤回", "结束"
CHASED, RECEIVED, EXTENDED, EXCUSED, OWED = "催报", "登记来件", "延期", "免报", "仍要报"
KINDS = (ACCEPTED, SENT_BACK, SENT_AGAIN, REPLACED, WITHDRAWN, ENDED, CHASED, RECEIVED, EXTENDED, EXCUSED, OWED)
# State of a person, by the last step.
TO_CHECK, TAKEN, GROUPED = "待核", "已接收", "已编组"
_ENDS = {SENT_BACK: "退回", WITHDRAWN: "已撤回", REPLACED: "已换下", ENDED: "已结束"}
STATES = (TO_CHECK, TAKEN, GROUPED, *_ENDS.values())
# People in these states do not stand in Annex 1 and do not count as sent.
GONE = (_ENDS[SENT_BACK], _ENDS[WITHDRAWN], _ENDS[REPLACED])
CLOSED = (*GONE, _ENDS[ENDED])


def present() -> ColumnElement[bool]:
    """Return the condition that somebody is in a group today or will be.

    Whose nomination lies in the bin is in none; the place is kept for when it comes back.
    """
    lasts = or_(GroupMember.until.is_(None), GroupMember.until >= clock.today())
    called, group = aliased(Secondment), aliased(Group)
    own = (
        exists()
        .where(group.id == GroupMember.group_id, called.campaign_id == group.campaign_id, called.person_id == GroupMember.person_id)
        .correlate(GroupMember)
    )
    there = or_(own.where(called.deleted_at.is_(None)), ~own.where(called.deleted_at.is_not(None)))
    return GroupMember.deleted_at.is_(None) & lasts & there


def group_name() -> ScalarSelect[Any]:
    """Return the group of a `Secondment`, as a column of a query over it."""
    return (
        select(func.max(Group.name))
        .join(GroupMember, GroupMember.group_id == Group.id)
        .where(
            Group.campaign_id == Secondment.campaign_id,
            GroupMember.person_id == Secondment.person_id,
            Group.deleted_at.is_(None),
            present(),
        )
        .correlate(Secondment)
        .scalar_subquery()
    )


def last_step() -> ScalarSelect[Any]:
    """Return the last step of a `Secondment`, as a column of a query over it."""
    return (
        select(NominationEvent.kind)
        .where(NominationEvent.secondment_id == Secondment.id, NominationEvent.deleted_at.is_(None))
        .order_by(NominationEvent.id.desc())
        .limit(1)
        .correlate(Secondment)
        .scalar_subquery()
    )


def state() -> ColumnElement[str]:
    """Return the state of a `Secondment`, as a column of a query over it."""
    last = last_step()
    ended = [(last == kind, word) for kind, word in _ENDS.items()]
    return case(*ended, (group_name().is_not(None), GROUPED), (last == ACCEPTED, TAKEN), else_=TO_CHECK)


def states(session: Session, *, secondment_ids: Sequence[int]) -> dict[int, str]:
    """Return the states of seconded people by id."""
    query = select(Secondment.id, state().label("state")).where(Secondment.id.in_(list(secondment_ids)))
    return {row[0]: row[1] for row in session.execute(query)}


def step(
    session: Session,
    *,
    campaign_id: int,
    kind: str,
    on: date,
    unit_id: int | None = None,
    secondment_id: int | None = None,
    reason: str | None = None,
    due: date | None = None,
    other_id: int | None = None,
) -> None:
    """Keep one dated step of a person or a unit."""
    assert kind in KINDS
    assert (unit_id is None) != (secondment_id is None)
    values = {"unit_id": unit_id, "secondment_id": secondment_id, "reason": reason, "due": due, "other_id": other_id}
    records.add(session, NominationEvent(campaign_id=campaign_id, kind=kind, on=on, **values))


def note_resent(session: Session, secondment: Secondment) -> None:
    """A row that was sent back has come again in a file: it is to be checked anew."""
    if states(session, secondment_ids=[secondment.id]).get(secondment.id) == _ENDS[SENT_BACK]:
        step(session, campaign_id=secondment.campaign_id, kind=SENT_AGAIN, on=clock.today(), secondment_id=secondment.id)
