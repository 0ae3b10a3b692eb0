"""Inspection groups: their leader, officers, experts, towns and quota."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models import Assignment, Campaign, Equipment, Group, GroupMember, Inspection, Person
from models.annexes import GROUP_LIST
from models.forms import Row
from services import clock, nominations, people, records
from services.errors import Refused
from services.listing import Listing
from services.matching import name_key

_ROLES = {"leader": "组长", "officers": "执法人员", "experts": "专家"}
_NUMERALS = "零一二三四五六七八九十"


class PersonInTwoGroups(Refused):
    """A person cannot be in two groups of one campaign."""

    code = "person_in_two_groups"
    template = "{name} 已在{group}，不能同时编入{wanted}。"
    mend = "先从原来的组移出，再编入新组。"


class GroupExists(Refused):
    """Two groups of one campaign cannot have one name."""

    code = "group_exists"
    template = "本次行动已有“{name}”，没有再建一个。"
    mend = "改这个组的组名，或直接在原来的组上改。"


class HandedToItself(Refused):
    """A group that goes cannot take over what it leaves."""

    code = "handed_to_itself"
    template = "“{name}”自己也要删除，不能接管。"
    mend = "选一个留下来的检查组。"


def select_rows(campaign_id: int | None) -> Select[Any]:
    """Return the query of a campaign's groups, columns as the form's keys."""
    return select(
        Group.id.label("id"),
        Group.name.label("name"),
        _members("组长").label("leader"),
        _members("执法人员").label("officers"),
        _members("专家").label("experts"),
        Group.towns.label("towns"),
        func.coalesce(Group.quota, select(Campaign.group_quota).where(Campaign.id == campaign_id).scalar_subquery()).label("quota"),
        Group.vehicle.label("vehicle"),
        Group.remark.label("remark"),
        Group.position.label("position"),
    ).where(Group.campaign_id == campaign_id, Group.deleted_at.is_(None))


def _members(role: str) -> Any:
    query = (
        select(Person.name)
        .join(GroupMember, GroupMember.person_id == Person.id)
        .where(GroupMember.group_id == Group.id, GroupMember.role == role, nominations.present())
        .order_by(GroupMember.position, GroupMember.id)
    )
    return records.joined(query, Group)


LISTING = Listing(
    form=GROUP_LIST,
    select=select_rows,
    search=("name", "leader", "officers", "experts"),
    default_sort="position",
    tables=frozenset({"inspection_group", "group_member", "person", "campaign"}),
    table="inspection_group",
)


def load(session: Session, *, record_id: int) -> Row:
    """Return one group as a row of the form.

    Raises:
        Missing: It is gone.
    """
    group = records.get(session, Group, record_id)
    names = {role: [name for name, held in _roles(session, record_id) if held == role] for role in _ROLES.values()}
    return {
        "name": group.name,
        "leader": names["组长"][0] if names["组长"] else None,
        "officers": tuple(names["执法人员"]),
        "experts": tuple(names["专家"]),
        "towns": records.names_of(group.towns),
        "quota": group.quota,
        "vehicle": group.vehicle,
        "remark": group.remark,
    }


def save(session: Session, *, campaign_id: int, row: Row, record_id: int | None = None, source: records.Source | None = None) -> int:
    """Add or change a group with its members.

    Raises:
        Invalid: The name is empty.
        GroupExists: Another group has this name.
        PersonInTwoGroups: A member is in another group of this campaign.
        Missing: The group to change is gone.
    """
    records.require(GROUP_LIST, row)
    name = str(row["name"])
    values = {**stored(row), **records.sourced(source)}
    others = [group for group in records.alive(session, Group, campaign_id=campaign_id) if group.id != record_id]
    if any(name_key(group.name) == name_key(name) for group in others):
        raise GroupExists(name=name)
    taken = {group.position for group in others}
    number = number_in(name)
    if record_id is None:
        position = number if number and number not in taken else max(taken, default=0) + 1
        group = Group(campaign_id=campaign_id, position=position, **values)
        records.add(session, group)
    else:
        group = records.get(session, Group, record_id)
        position = number if number and number not in taken else group.position
        records.change(group, {**values, "position": position})
    _set_members(session, group, row)
    return group.id


def stored(row: Row) -> dict[str, Any]:
    """Return the columns of a group for a clean row; its members apart."""
    towns = list(records.names_of(row.get("towns"))) or None
    return {"name": str(row["name"]), "towns": towns, **{key: row.get(key) for key in ("quota", "vehicle", "remark")}}


def members_of(row: Row) -> list[tuple[str, str]]:
    """Return role and name of each member that a row names, in order."""
    listed = {key: (row[key],) if key == "leader" and row.get(key) else row.get(key) for key in _ROLES}
    return [(_ROLES[key], name) for key, names in listed.items() for name in records.names_of(names)]


def holders(session: Session, *, campaign_id: int) -> dict[int, str]:
    """Return the group that each person is in, today or later."""
    query = (
        select(GroupMember.person_id, Group.name)
        .join(Group, Group.id == GroupMember.group_id)
        .where(Group.campaign_id == campaign_id, Group.deleted_at.is_(None), nominations.present())
    )
    return {row[0]: row[1] for row in session.execute(query)}


def remove(session: Session, *, record_ids: Sequence[int]) -> None:
    """Move groups to the bin, with their memberships.

    Raises:
        Missing: One is gone already.
    """
    for record_id in record_ids:
        members = records.alive(session, GroupMember, group_id=record_id)
        records.to_bin(session, GroupMember, [member.id for member in members])
    records.to_bin(session, Group, record_ids)


def hand_over(session: Session, *, record_ids: Sequence[int], to: int) -> None:
    """Give what groups have to another one, then move them to the bin.

    Visits, tours and equipment go along, whatever their state.
    Their members are not moved: who inspects with whom is decided by hand.

    Args:
        session: Session of a write.
        record_ids: The groups that go.
        to: The group that takes everything over.

    Raises:
        HandedToItself: The heir is among those that go.
        Missing: One of them is gone already.
    """
    heir = records.get(session, Group, to)
    if to in record_ids:
        raise HandedToItself(name=heir.name)
    for record_id in record_ids:
        records.get(session, Group, record_id)
        for entity in (Inspection, Assignment, Equipment):
            for owned in records.alive(session, entity, group_id=record_id):
                records.change(owned, {"group_id": to})
    remove(session, record_ids=record_ids)


def named(session: Session, *, campaign_id: int, text: str | None) -> Group | None:
    """Return the group that a text names: 第一检查组, 一组, 1组."""
    if not text:
        return None
    groups = records.alive(session, Group, campaign_id=campaign_id)
    key = name_key(text)
    exact = next((group for group in groups if name_key(group.name) == key), None)
    if exact is not None:
        return exact
    number = number_in(text)
    return next((group for group in groups if number is not None and group.position == number), None)


def kept(session: Session, *, group_id: int | None, text: str | None) -> Group | None:
    """Return the group in the bin that a record still names by this text.

    Saving the record does not lose it.
    """
    group = session.get(Group, group_id) if group_id is not None and text else None
    return group if group is not None and name_key(group.name) == name_key(text or "") else None


def names(session: Session, campaign_id: int | None) -> list[str]:
    """Return group names in order, for completion in editors."""
    return [group.name for group in sorted(records.alive(session, Group, campaign_id=campaign_id), key=lambda group: group.position)]


def number_in(text: str) -> int | None:
    """Return the number in a group's name (第三检查组 → 3), or None."""
    found = re.search(r"\d+", text)
    if found:
        return int(found.group())
    found = re.search(f"[{_NUMERALS[1:]}]+", text)
    if not found:
        return None
    word = found.group()
    if "十" not in word:
        return _NUMERALS.index(word) if len(word) == 1 else None
    tens, _, ones = word.partition("十")
    return (_NUMERALS.index(tens) if tens else 1) * 10 + (_NUMERALS.index(ones) if ones else 0)


def _roles(session: Session, group_id: int) -> list[tuple[str, str]]:
    query = (
        select(Person.name, GroupMember.role)
        .join(GroupMember, GroupMember.person_id == Person.id)
        .where(GroupMember.group_id == group_id, nominations.present())
        .order_by(GroupMember.position, GroupMember.id)
    )
    return [(name, role) for name, role in session.execute(query)]


def _set_members(session: Session, group: Group, row: Row) -> None:
    wanted: list[tuple[int, str]] = []
    for role, name in members_of(row):
        person = people.need(session, name=name, campaign_id=group.campaign_id)
        if person.id not in [known for known, _role in wanted]:
            _require_free(session, group, person)
            wanted.append((person.id, role))
    members = records.alive(session, GroupMember, group_id=group.id)
    present = {member.person_id: member for member in members if member.until is None or member.until >= clock.today()}
    for position, (person_id, role) in enumerate(wanted):
        member = present.pop(person_id, None)
        if member is None:
            session.add(GroupMember(group_id=group.id, person_id=person_id, position=position, role=role))
        else:
            records.change(member, {"position": position, "role": role})
    records.to_bin(session, GroupMember, [member.id for member in present.values()])
    session.flush()


def _require_free(session: Session, group: Group, person: Person) -> None:
    query = (
        select(Group.name)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .where(
            Group.campaign_id == group.campaign_id,
            Group.id != group.id,
            Group.deleted_at.is_(None),
            GroupMember.person_id == person.id,
            nominations.present(),
        )
    )
    other = session.scalar(query.limit(1))
    if other is not None:
        raise PersonInTwoGroups(name=person.name, group=other, wanted=group.name)


def members(session: Session, campaign_id: int | None, name: str) -> list[str]:
    """Return the names of a group's members, leader first."""
    group = named(session, campaign_id=campaign_id, text=name) if campaign_id is not None else None
    return [person for person, _role in _roles(session, group.id)] if group is not None else []


def heads(session: Session, *, campaign_id: int) -> list[tuple[int, str, str]]:
    """Return id, name and leader ("" for none) of each group, in order."""
    listed = sorted(records.alive(session, Group, campaign_id=campaign_id), key=lambda group: group.position)
    leaders = {group.id: [name for name, role in _roles(session, group.id) if role == _ROLES["leader"]] for group in listed}
    return [(group.id, group.name, "".join(leaders[group.id][:1])) for group in listed]
