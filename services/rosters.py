"""What each group has and what it lacks before it goes out.

Leader's post, certificates that are valid to the last day, somebody of the
district, experts, towns, car, equipment, absences. A lack is said and never
refused: the notice's numbers are rules of the day (`resources/rules`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Attendance, Campaign, Enterprise, Group, GroupMember, Inspection, Person, Phase, ReportingUnit, Secondment
from models.codes import parse_certificate
from models.forms import Context
from services import absences, clock, equipment, nominations, records, rules
from services.equipment import Need
from services.errors import Missing
from services.officers import EXPERT

LEADER = "组长"
_TOWNS = frozenset({"镇", "街道", "镇办", "开发区", "乡"})


@dataclass(frozen=True)
class Member:
    """Somebody in a group.

    Attributes:
        post: As Annex 1 or the register of officers says it; "" if nobody does.
        unit: Reporting unit that lent the person; "" for the brigade's own.
        valid: Has a certificate that is right in form and runs to the last day.
        doubt: What is wrong with the certificate; "" if nothing.
        district: Belongs to the district, not to a town.
        away: Absences in words: 4月12日 请假.
    """

    person_id: int
    name: str
    role: str
    post: str
    unit: str
    valid: bool
    doubt: str
    district: bool
    away: tuple[str, ...]
    since: date | None
    until: date | None


@dataclass(frozen=True)
class Lack:
    """What a group lacks.

    Attributes:
        topic: leader, certificates, district, experts, towns, car, equipment, absence or own_town.
        weight: "bad" where a rule is broken, "soon" where somebody has to look.
        words: Short, for the picture of the group.
        sentence: Whole, with what to do.
    """

    topic: str
    weight: str
    words: str
    sentence: str


@dataclass(frozen=True)
class Carried:
    """One sort of equipment of a group: what it has against what it needs."""

    need: Need
    has: int

    @property
    def short(self) -> int:
        """Pieces that are missing."""
        return max(self.need.count - self.has, 0)


@dataclass(frozen=True)
class Roster:
    """One group as it stands.

    Attributes:
        certificates: Members with a valid certificate; experts never count.
        equipment: In the order of the rule.
        lacks: The broken rules first.
    """

    id: int
    name: str
    members: tuple[Member, ...]
    towns: tuple[str, ...]
    vehicle: str
    certificates: int
    equipment: tuple[Carried, ...]
    lacks: tuple[Lack, ...]

    @property
    def leader(self) -> Member | None:
        """The leader."""
        return next((one for one in self.members if one.role == LEADER), None)

    def of(self, role: str) -> list[Member]:
        """Return the members with a role."""
        return [one for one in self.members if one.role == role]

    def lack(self, topic: str) -> Lack | None:
        """Return the first lack of a topic."""
        return next((one for one in self.lacks if one.topic == topic), None)


@dataclass(frozen=True)
class _Rules:
    leader: tuple[str, ...]
    district: tuple[str, ...]
    certificates: int
    needs: Sequence[Need]
    last: date


def rosters(session: Session, *, campaign_id: int) -> list[Roster]:
    """Return every group in order of its number.

    Raises:
        Missing: There is no such campaign.
    """
    records.get(session, Campaign, campaign_id)
    first, last = span(session, campaign_id=campaign_id)
    day = max(first, min(clock.today(), last))
    known = _Rules(
        leader=_words(session, "leader_posts", day),
        district=_words(session, "district_posts", day),
        certificates=_number(session, "group_certificates", day),
        needs=equipment.needs(session, on=day),
        last=last,
    )
    away = absences.within(session, campaign_id=campaign_id, first=first, last=last)
    members = _members(session, campaign_id, known, away)
    has = equipment.carried(session, campaign_id=campaign_id)
    groups = sorted(records.alive(session, Group, campaign_id=campaign_id), key=lambda group: group.position)
    return [_roster(group, members.get(group.id, []), has, known) for group in groups]


def span(session: Session, *, campaign_id: int) -> tuple[date, date]:
    """Return the days of the inspections: the last phase; without one, today."""
    phases = sorted(records.alive(session, Phase, campaign_id=campaign_id), key=lambda phase: (phase.end, phase.position))
    return (phases[-1].start, phases[-1].end) if phases else (clock.today(), clock.today())


def as_json(listed: Sequence[Roster]) -> dict[str, Any]:
    """Return the rosters/1 document."""
    return {
        "schema": "rosters/1",
        "groups": [
            {
                "name": one.name,
                "members": [{"name": m.name, "role": m.role, "post": m.post or None, "valid_certificate": m.valid} for m in one.members],
                "certificates": one.certificates,
                "towns": list(one.towns),
                "vehicle": one.vehicle or None,
                "equipment": [
                    {"kind": c.need.kind, "needed": c.need.count, "has": c.has, "provider": c.need.provider} for c in one.equipment
                ],
                "lacks": [{"topic": lack.topic, "weight": lack.weight, "message": lack.sentence} for lack in one.lacks],
            }
            for one in listed
        ],
    }  # fmt: skip


def expired_visits(session: Session, *, campaign_id: int) -> list[tuple[int, str, str, date, date]]:
    """Return who inspected with a certificate that had run out.

    Returns:
        Visit, name, enterprise, day of the visit, last day of the certificate.
    """
    query = (
        select(Inspection.id, Person.name, Enterprise.name, Inspection.checked_on, Person.cert_expires)
        .join(Attendance, Attendance.inspection_id == Inspection.id)
        .join(Person, Person.id == Attendance.person_id)
        .join(Enterprise, Enterprise.id == Inspection.enterprise_id)
        .where(Inspection.campaign_id == campaign_id, Inspection.deleted_at.is_(None), Attendance.deleted_at.is_(None))
        .where(Attendance.role != EXPERT, Person.cert_expires < Inspection.checked_on)
        .order_by(Inspection.checked_on, Inspection.id)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in session.execute(query) if row[4] is not None]


def _members(session: Session, campaign_id: int, known: _Rules, away: Mapping[int, Sequence[Any]]) -> dict[int, list[Member]]:
    lent = (Secondment.person_id == Person.id) & (Secondment.campaign_id == campaign_id) & Secondment.deleted_at.is_(None)
    query = (
        select(GroupMember, Person, Secondment.unit_position, ReportingUnit.name, ReportingUnit.kind)
        .join(Group, Group.id == GroupMember.group_id)
        .join(Person, Person.id == GroupMember.person_id)
        .outerjoin(Secondment, lent)
        .outerjoin(ReportingUnit, ReportingUnit.id == Secondment.unit_id)
        .where(Group.campaign_id == campaign_id, Group.deleted_at.is_(None), nominations.present())
        .order_by(GroupMember.position, GroupMember.id)
    )
    found: dict[int, list[Member]] = {}
    for member, person, position, unit, kind in session.execute(query):
        post = position or person.post or ""
        doubt = "" if member.role == EXPERT else _doubt(person, known.last)
        one = Member(
            person_id=person.id,
            name=person.name,
            role=member.role,
            post=post,
            unit=unit or "",
            valid=member.role != EXPERT and not doubt,
            doubt=doubt,
            district=member.role != EXPERT and kind not in _TOWNS and any(_in_post(post, words) for words in known.district),
            away=tuple(_days(absence) for absence in away.get(person.id, ())),
            since=member.since,
            until=member.until,
        )
        if all(one.person_id != other.person_id for other in found.get(member.group_id, [])):
            found.setdefault(member.group_id, []).append(one)
    return found


def _doubt(person: Person, last: date) -> str:
    if not person.cert_no:
        return "没登记执法证号"
    if parse_certificate(person.cert_no, Context()).flags:
        return "执法证号不对"
    if person.cert_expires is not None and person.cert_expires < last:
        return f"执法证{_day(person.cert_expires)}到期"
    return ""


def _roster(group: Group, members: Sequence[Member], has: Mapping[tuple[int, str], int], known: _Rules) -> Roster:
    order = {LEADER: 0, EXPERT: 2}
    listed = tuple(sorted(members, key=lambda one: order.get(one.role, 1)))
    carried = tuple(Carried(need, has.get((group.id, need.kind), 0)) for need in known.needs)
    roster = Roster(
        id=group.id,
        name=group.name,
        members=listed,
        towns=records.names_of(group.towns),
        vehicle=group.vehicle or "",
        certificates=sum(one.valid for one in listed),
        equipment=carried,
        lacks=(),
    )
    lacks = sorted((*_of_people(roster, known), *_of_things(roster)), key=lambda lack: lack.weight != "bad")
    return Roster(**{**vars(roster), "lacks": tuple(lacks)})


def _of_people(roster: Roster, known: _Rules) -> Iterator[Lack]:
    leader = roster.leader
    if leader is None:
        yield Lack("leader", "bad", "没定组长", f"{roster.name}没有组长；在分组表里填组长")
    elif not leader.post:
        yield Lack("leader", "soon", "组长职务没登记", f"{leader.name}的职务没登记，不知道是不是监察室主任；在“执法人员”里补上")
    elif known.leader and not any(_in_post(leader.post, words) for words in known.leader):
        text = f"{leader.name}是“{leader.post}”，方案要求各监察室主任带队；换组长，或在备注写明谁批准"
        yield Lack("leader", "bad", "组长不是监察室主任", text)
    if roster.certificates < known.certificates:
        short = "、".join(f"{one.name}{one.doubt}" for one in roster.members if one.doubt)
        why = f"（{short}）" if short else ""
        text = f"{roster.name}有效执法证 {roster.certificates} 人，至少要 {known.certificates} 人{why}；补证号或加人"
        yield Lack("certificates", "bad", f"有效执法证 {roster.certificates} 人，差 {known.certificates - roster.certificates} 人", text)
    if known.district and not any(one.district and one.valid for one in roster.members):
        text = f"{roster.name}没有区级持证执法人员，处罚文书原则上由区级人员制作；补登记职务和证号，或加一名区级人员"
        yield Lack("district", "soon", "没有区级持证人员", text)
    if not roster.of(EXPERT):
        yield Lack("experts", "soon", "没有专家", f"{roster.name}没有专家；方案要求“执法+专家”，在分组表里填专家")
    own = [one for one in roster.members if one.unit and one.unit in roster.towns]
    if own:
        names = "、".join(f"{one.name}（{one.unit}）" for one in own)
        yield Lack("own_town", "soon", f"{len(own)} 人在本镇办", f"{names}分在本镇办所在的组；核对是否要回避")
    for one in roster.members:
        if one.away:
            yield Lack("absence", "soon", f"{one.name} {one.away[0]}", f"{one.name} {'、'.join(one.away)}，不能到场；那几天另派人")


def _of_things(roster: Roster) -> Iterator[Lack]:
    short = [one for one in roster.equipment if one.short]
    if short:
        words = "、".join(f"{one.need.kind} {one.short}" for one in short)
        by = "；".join(
            f"{provider}准备{'、'.join(one.need.kind for one in short if one.need.provider == provider)}"
            for provider in dict.fromkeys(one.need.provider for one in short)
        )
        yield Lack("equipment", "soon", f"缺 {words}", f"{roster.name}还缺{words}：{by}")
    if not roster.vehicle:
        yield Lack("car", "soon", "没定车辆", f"{roster.name}没定车辆；由执法大队安排")
    if not roster.towns:
        yield Lack("towns", "soon", "没分镇办", f"{roster.name}没有负责镇办；在分组表里填")


def _in_post(post: str, words: str) -> bool:
    """Tell whether words stand in a post in order, at most a number between."""
    return re.search(r"[一二三四五六七八九十\d第（）()\s]{0,4}".join(map(re.escape, words.split())), re.sub(r"\s+", "", post)) is not None


def _days(absence: Any) -> str:
    days = _day(absence.start) + (f"至{_day(absence.end)}" if absence.end and absence.end != absence.start else "")
    return f"{days}{absence.reason}"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _words(session: Session, key: str, on: date) -> tuple[str, ...]:
    try:
        return rules.words(session, key=key, on=on)
    except Missing:
        return ()


def _number(session: Session, key: str, on: date) -> int:
    try:
        return rules.number(session, key=key, on=on)
    except Missing:
        return 0
