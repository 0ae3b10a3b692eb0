"""Steps with seconded people: accept, send back, assign, swap, withdraw, end.

Each call is a part of one named operation; undo takes all of it back. Days of
service are those of the membership in a group, both inclusive; a membership
without a day is not kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import Group, GroupMember, NominationEvent, Person, Secondment
from models.rosters import FINISH, SEND_BACK, SWAP, WITHDRAW
from services import clock, nominations, people, records
from services.errors import Refused
from services.listing import head
from services.matching import name_key

__all__ = [
    "FINISH", "MEMBER", "SEND_BACK", "SWAP", "TELLING", "WITHDRAW", "Doubt", "Passage", "accept", "assign", "doubts", "finish", "named",
    "passages", "send_back", "stand_ins", "swap", "withdraw",
]  # fmt: skip
MEMBER = "执法人员"
TELLING = ("unit", "name", "cert_no", "phone")
_DAY = timedelta(days=1)


class NotSeconded(Refused):
    """Somebody is named who is not among the campaign's people."""

    code = "not_seconded"
    template = "抽调人员里没有“{name}”，没有办理。"
    mend = "先在人员抽调里录入，或改正姓名。"


class SeveralOfThisName(Refused):
    """Two people of the campaign have this name."""

    code = "several_of_this_name"
    template = "抽调人员里有 {count} 个“{name}”，不知道是哪一个，没有办理。"
    mend = "在人员抽调页上选中那一行再办理。"


class SamePerson(Refused):
    """Somebody cannot take the own place."""

    code = "same_person"
    template = "“{name}”不能接替自己。"
    mend = "换成另一个人的姓名。"


class NoGroupToLeave(Refused):
    """Who is to be replaced is in no group."""

    code = "no_group_to_leave"
    template = "“{name}”没有编在任何组里，没有换人。"
    mend = "不再来的人用“撤回”；要编组的人直接编组。"


class NoLongerSeconded(Refused):
    """A person who was sent back, withdrawn or replaced cannot be assigned."""

    code = "no_longer_seconded"
    template = "“{name}”{state}，没有编组。"
    mend = "先“接收”，再编组。"


class ReasonMissing(Refused):
    """A step that needs a reason has none."""

    code = "step_reason_missing"
    template = "{what}要写原因，没有做。"
    mend = "写一句话：谁提出、为什么。"


@dataclass(frozen=True)
class Passage:
    """One line of a person's way: day, what happened, with whom or why.

    Attributes:
        until: Last day, for the time in a group.
    """

    on: date
    what: str
    note: str = ""
    until: date | None = None


@dataclass(frozen=True)
class Doubt:
    """What speaks against a row of Annex 1 when all rows are looked at.

    Attributes:
        secondment_id: The row.
        key: The cell.
        weight: "bad" or "soon".
        sentence: What is wrong, and what to do.
        row: Values of the row under the keys of `TELLING`, to find it by what it shows.
    """

    secondment_id: int
    key: str
    weight: str
    sentence: str
    row: tuple[object, ...] = ()


def accept(session: Session, *, secondment_ids: Sequence[int], on: date | None = None) -> int:
    """Accept people; those who stand accepted are left alone.

    Returns:
        How many were accepted now.

    Raises:
        Missing: One is gone.
    """
    known = nominations.states(session, secondment_ids=secondment_ids)
    waiting = [number for number in secondment_ids if known.get(number) not in (nominations.TAKEN, nominations.GROUPED)]
    for number in waiting:
        _step(session, records.get(session, Secondment, number), nominations.ACCEPTED, on)
    return len(waiting)


def send_back(session: Session, *, secondment_ids: Sequence[int], reason: str, on: date | None = None) -> int:
    """Send rows back to their units; they no longer stand in Annex 1.

    Raises:
        ReasonMissing: There is no reason.
        Missing: One is gone.
    """
    return _close(session, secondment_ids, nominations.SENT_BACK, reason, on, what="退回")


def withdraw(session: Session, *, secondment_ids: Sequence[int], reason: str, on: date | None = None) -> int:
    """Take people out of the campaign for good; `on` is the last day they served.

    Raises:
        ReasonMissing: There is no reason.
        Missing: One is gone.
    """
    return _close(session, secondment_ids, nominations.WITHDRAWN, reason, on, what="撤回")


def finish(session: Session, *, secondment_ids: Sequence[int], on: date | None = None) -> int:
    """End the secondment of those who are still there; they stay in Annex 1.

    Raises:
        Missing: One is gone.
    """
    known = nominations.states(session, secondment_ids=secondment_ids)
    there = [number for number in secondment_ids if known.get(number) not in nominations.CLOSED]
    for number in there:
        secondment = records.get(session, Secondment, number)
        _step(session, secondment, nominations.ENDED, on)
        _leave(session, secondment, on or clock.today(), "抽调结束")
    return len(there)


def assign(session: Session, *, secondment_ids: Sequence[int], group_id: int | None, since: date | None = None, role: str = MEMBER) -> int:
    """Put people into a group, or out of all; who moves keeps the days served.

    Assigning accepts. Whoever is in the group already is left alone.

    Args:
        session: Session of a write.
        secondment_ids: The people.
        group_id: The group; None takes them out.
        since: First day in the new group; today if not given.
        role: Role in the group, as in `models.annexes.ROLES`.

    Returns:
        How many people moved.

    Raises:
        NoLongerSeconded: One was sent back, withdrawn or replaced.
        Missing: One is gone, or the group.
    """
    group = records.get(session, Group, group_id) if group_id is not None else None
    known = nominations.states(session, secondment_ids=secondment_ids)
    moved = 0
    for number in secondment_ids:
        secondment = records.get(session, Secondment, number)
        if known[number] in nominations.CLOSED:
            raise NoLongerSeconded(name=_name(session, secondment), state=known[number])
        where = [member.group_id for member in _memberships(session, secondment)]
        if where == ([group.id] if group is not None else []):
            continue
        first = since or clock.today()
        _leave(session, secondment, first - _DAY, f"编入{group.name}" if group else "移出检查组")
        if group is not None:
            accept(session, secondment_ids=[number], on=first)
            _join(session, secondment, group.id, role, first)
        moved += 1
    return moved


def swap(session: Session, *, secondment_id: int, other: str, on: date, reason: str) -> int:
    """Let another person take somebody's place in a group from a day on.

    If the other is in a group too, the two change places; else the first one
    leaves the campaign (换下).

    Args:
        session: Session of a write.
        secondment_id: Who leaves the place.
        other: Name of who takes it.
        on: First day of the other.
        reason: Why.

    Returns:
        Id of the other's secondment.

    Raises:
        ReasonMissing: There is no reason.
        NotSeconded, SeveralOfThisName, SamePerson: The name does not say who takes the place.
        NoGroupToLeave: There is no place to take.
        NoLongerSeconded: The other was sent back, withdrawn or replaced.
    """
    text = _require_reason(reason, "换人")
    leaving = records.get(session, Secondment, secondment_id)
    coming = named(session, campaign_id=leaving.campaign_id, name=other)
    if coming.id == leaving.id:
        raise SamePerson(name=other)
    places, theirs = _memberships(session, leaving), _memberships(session, coming)
    if not places:
        raise NoGroupToLeave(name=_name(session, leaving))
    known = nominations.states(session, secondment_ids=[coming.id])
    if known[coming.id] in nominations.CLOSED:
        raise NoLongerSeconded(name=_name(session, coming), state=known[coming.id])
    place, exchange = (places[0].group_id, places[0].role), [(one.group_id, one.role) for one in theirs[:1]]
    for secondment in (leaving, coming):
        _leave(session, secondment, on - _DAY, text)
    accept(session, secondment_ids=[coming.id], on=on)
    _join(session, coming, place[0], place[1], on)
    if exchange:
        _join(session, leaving, exchange[0][0], exchange[0][1], on)
    else:
        _step(session, leaving, nominations.REPLACED, on, text, other_id=coming.id)
    return coming.id


def named(session: Session, *, campaign_id: int, name: str) -> Secondment:
    """Return the one seconded person of this name.

    Raises:
        NotSeconded: There is none.
        SeveralOfThisName: There are two.
    """
    query = (
        select(Secondment)
        .join(Person, Person.id == Secondment.person_id)
        .where(Secondment.campaign_id == campaign_id, Secondment.deleted_at.is_(None), Person.name_key == name_key(name))
    )
    found = list(session.scalars(query))
    if not found:
        raise NotSeconded(name=name)
    if len(found) > 1:
        raise SeveralOfThisName(count=len(found), name=name)
    return found[0]


def stand_ins(session: Session, campaign_id: int | None) -> list[str]:
    """Return who may take a place: those without a group first."""
    rows = people.select_rows(campaign_id).subquery()
    query = select(rows.c.name, rows.c.state).where(rows.c.state.not_in(nominations.CLOSED)).order_by(rows.c.position, rows.c.id)
    found = list(session.execute(query))
    free = [name for name, state in found if state != nominations.GROUPED]
    return [*free, *(name for name, state in found if state == nominations.GROUPED)]


def passages(session: Session, *, secondment_id: int) -> list[Passage]:
    """Return a person's way through the campaign, oldest first."""
    secondment = records.get(session, Secondment, secondment_id)
    came = f"{secondment.source_file} 第 {secondment.source_row} 行" if secondment.source_file else "手工录入"
    found = [(0, Passage(secondment.created_at.date(), "收到", came))]
    events = select(NominationEvent).where(
        or_(NominationEvent.secondment_id == secondment_id, NominationEvent.other_id == secondment_id), NominationEvent.deleted_at.is_(None)
    )
    for event in session.scalars(events.order_by(NominationEvent.id)):
        theirs = event.secondment_id if event.other_id == secondment_id else event.other_id
        other = _name(session, records.get(session, Secondment, theirs)) if theirs is not None else ""
        if event.other_id == secondment_id:
            found.append((1, Passage(event.on, "接替", f"{other}：{event.reason}")))
        else:
            found.append(
                (1, Passage(event.on, event.kind, "：".join(part for part in (other and f"由{other}接替", event.reason or "") if part)))
            )
    for member, name in _all_memberships(session, secondment):
        since = member.since or min(member.created_at.date(), member.until or date.max)
        found.append((2, Passage(since, f"编入{name}", member.role if member.role != MEMBER else "", member.until)))
    return [passage for _order, passage in sorted(found, key=lambda one: (one[1].on if one[0] else date.min, one[0]))]


def doubts(session: Session, *, campaign_id: int) -> list[Doubt]:
    """Return what only shows when all rows of Annex 1 stand side by side.

    One number for two people, one certificate for two people, one name in two
    units. People who no longer stand in Annex 1 are left out.
    """
    keys = people.LISTING.form.keys
    rows = [
        (number, dict(zip(keys, values, strict=True))) for number, values in head(session, people.LISTING, scope=campaign_id, limit=100_000)
    ]
    standing = [(number, row) for number, row in rows if row["state"] not in nominations.GONE]
    found: list[Doubt] = []
    for key, what in (("phone", "手机号码"), ("cert_no", "执法证号")):
        for number, row, others in _shared(standing, itemgetter(key)):
            sentence = f"和{'、'.join(others)}的{what}相同；向报送单位核实是谁的，改正另一个"
            found.append(Doubt(number, key, "bad", sentence, tuple(row[one] for one in TELLING)))
    for number, row, others in _shared(standing, lambda row: name_key(str(row["name"])), show="unit"):
        sentence = f"{'、'.join(others)}也报了“{row['name']}”；核对是同名还是重复报"
        found.append(Doubt(number, "name", "soon", sentence, tuple(row[one] for one in TELLING)))
    return found


def _shared(
    rows: Sequence[tuple[int, dict[str, Any]]], value: Any, *, show: str = "name"
) -> Iterable[tuple[int, dict[str, Any], list[str]]]:
    counted = Counter(found for _number, row in rows if (found := value(row)))
    for number, row in rows:
        if counted[value(row)] > 1:
            yield number, row, [str(other[show] or "没写单位的一行") for one, other in rows if one != number and value(other) == value(row)]


def _close(session: Session, secondment_ids: Sequence[int], kind: str, reason: str, on: date | None, *, what: str) -> int:
    text = _require_reason(reason, what)
    for number in secondment_ids:
        secondment = records.get(session, Secondment, number)
        _step(session, secondment, kind, on, text)
        _leave(session, secondment, on or clock.today(), text)
    return len(secondment_ids)


def _step(
    session: Session, secondment: Secondment, kind: str, on: date | None, reason: str | None = None, other_id: int | None = None
) -> None:
    nominations.step(
        session,
        campaign_id=secondment.campaign_id,
        kind=kind,
        on=on or clock.today(),
        secondment_id=secondment.id,
        reason=reason,
        other_id=other_id,
    )


def _require_reason(reason: str, what: str) -> str:
    text = " ".join(reason.split())
    if not text:
        raise ReasonMissing(what=what)
    return text


def _memberships(session: Session, secondment: Secondment) -> list[GroupMember]:
    query = (
        select(GroupMember)
        .join(Group, Group.id == GroupMember.group_id)
        .where(Group.campaign_id == secondment.campaign_id, Group.deleted_at.is_(None), GroupMember.person_id == secondment.person_id)
        .where(nominations.present())
        .order_by(GroupMember.id)
    )
    return list(session.scalars(query))


def _all_memberships(session: Session, secondment: Secondment) -> list[tuple[GroupMember, str]]:
    query = (
        select(GroupMember, Group.name)
        .join(Group, Group.id == GroupMember.group_id)
        .where(Group.campaign_id == secondment.campaign_id, GroupMember.person_id == secondment.person_id, GroupMember.deleted_at.is_(None))
        .order_by(GroupMember.id)
    )
    return [(member, name) for member, name in session.execute(query)]


def _leave(session: Session, secondment: Secondment, last: date, reason: str) -> None:
    for member in _memberships(session, secondment):
        if member.since is not None and last < member.since:
            records.to_bin(session, GroupMember, [member.id])
        else:
            records.change(member, {"until": last, "reason": reason})
    session.flush()


def _join(session: Session, secondment: Secondment, group_id: int, role: str, since: date) -> None:
    places = [member.position for member in records.alive(session, GroupMember, group_id=group_id)]
    position = max(places, default=-1) + 1
    records.add(session, GroupMember(group_id=group_id, person_id=secondment.person_id, position=position, role=role, since=since))


def _name(session: Session, secondment: Secondment) -> str:
    return records.get(session, Person, secondment.person_id).name
