"""Everybody who inspects: officers with certificates, experts by speciality.

A person is the same across campaigns; Annex 1 lends a person to one campaign.
Where the person's post stands in this campaign's Annex 1, that is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from models import Group, GroupMember, Person, Secondment
from models.forms import Form, Row
from models.rosters import EXPERTS, OFFICERS, PERSON_KINDS
from services import listing, nominations, people, records
from services.errors import Refused
from services.listing import Listing
from services.matching import name_key

EXPERT = PERSON_KINDS[1]
OFFICER = PERSON_KINDS[0]


class PersonInUse(Refused):
    """A person who is seconded or in a group cannot be removed."""

    code = "person_in_use"
    template = "“{name}”还在{where}里，没有删除。"
    mend = "先移出检查组、删除抽调那一行，再删这个人。"


class PersonKnown(Refused):
    """A person of this name and certificate is there already."""

    code = "person_known"
    template = "已有“{name}”，没有再加一个。"
    mend = "在原来那一行上改；同名的另一个人，请把执法证号或手机号码填上再加。"


def is_expert() -> Any:
    """Return the condition of an expert: said so, or only ever one in groups."""
    member = and_(GroupMember.person_id == Person.id, GroupMember.deleted_at.is_(None))
    as_expert = exists(select(GroupMember.id).where(member, GroupMember.role == EXPERT).correlate(Person.__table__))
    as_other = exists(select(GroupMember.id).where(member, GroupMember.role != EXPERT).correlate(Person.__table__))
    unsaid = and_(Person.kind.is_(None), Person.cert_no.is_(None), as_expert, ~as_other)
    return or_(func.coalesce(Person.kind, "") == EXPERT, unsaid)


def _select(campaign_id: int | None, form: Form, *, experts: bool) -> Select[Any]:
    member = (
        select(func.max(Group.name))
        .join(GroupMember, GroupMember.group_id == Group.id)
        .where(Group.campaign_id == campaign_id, Group.deleted_at.is_(None), GroupMember.person_id == Person.id, nominations.present())
        .correlate(Person.__table__)
    )
    role = member.with_only_columns(func.max(GroupMember.role))
    lent = select(func.max(Secondment.unit_position)).where(
        Secondment.campaign_id == campaign_id, Secondment.person_id == Person.id, Secondment.deleted_at.is_(None)
    )
    given: dict[str, Any] = {
        "group": member.scalar_subquery(),
        "role": role.scalar_subquery(),
        "post": func.coalesce(lent.correlate(Person.__table__).scalar_subquery(), Person.post),
        "kind": func.coalesce(Person.kind, OFFICER),
    }
    columns = [(given[key] if key in given else getattr(Person, key)).label(key) for key in form.keys]
    condition = is_expert() if experts else ~is_expert()
    place = case((given["group"].is_(None), 1), else_=0)
    return select(Person.id.label("id"), *columns, place.label("place")).where(Person.deleted_at.is_(None), condition)


def select_officers(campaign_id: int | None) -> Select[Any]:
    """Return the query of all officers, columns as the form's keys."""
    return _select(campaign_id, OFFICERS, experts=False)


def select_experts(campaign_id: int | None) -> Select[Any]:
    """Return the query of all experts, columns as the form's keys."""
    return _select(campaign_id, EXPERTS, experts=True)


_TABLES = frozenset({"person", "secondment", "group_member", "inspection_group"})
LISTING = Listing(OFFICERS, select_officers, ("name", "post", "cert_no", "phone", "group"), "id", _TABLES, "person")
EXPERT_LISTING = Listing(EXPERTS, select_experts, ("name", "speciality", "post", "group"), "id", _TABLES, "person")


def load(session: Session, *, record_id: int, campaign_id: int | None = None) -> Row:
    """Return one person as a row of the officers' form, with what Annex 1 says now.

    Raises:
        Missing: The person is gone.
    """
    return _load(session, record_id, OFFICERS, campaign_id)


def load_expert(session: Session, *, record_id: int, campaign_id: int | None = None) -> Row:
    """Return one person as a row of the experts' form.

    Raises:
        Missing: The person is gone.
    """
    return _load(session, record_id, EXPERTS, campaign_id)


def save(session: Session, *, campaign_id: int | None = None, row: Row, record_id: int | None = None) -> int:
    """Add or change an officer.

    Raises:
        Invalid: The name is empty.
        PersonKnown: A new row for somebody who is there.
        Missing: The person to change is gone.
    """
    return _save(session, OFFICERS, row, record_id, campaign_id, kind=str(row.get("kind") or OFFICER))


def save_expert(session: Session, *, campaign_id: int | None = None, row: Row, record_id: int | None = None) -> int:
    """Add or change an expert, who has no certificate.

    Raises:
        Invalid: The name is empty.
        PersonKnown: A new row for somebody who is there.
        Missing: The person to change is gone.
    """
    return _save(session, EXPERTS, row, record_id, campaign_id, kind=EXPERT)


def remove(session: Session, *, record_ids: Sequence[int]) -> None:
    """Move people to the bin.

    Raises:
        PersonInUse: One is seconded or in a group.
        Missing: One is gone already.
    """
    for record_id in record_ids:
        person = records.get(session, Person, record_id)
        if records.alive(session, Secondment, person_id=record_id):
            raise PersonInUse(name=person.name, where="抽调人员")
        if records.alive(session, GroupMember, person_id=record_id):
            raise PersonInUse(name=person.name, where="检查组")
    records.to_bin(session, Person, record_ids)


def stored(form: Form, row: Row, *, kind: str) -> dict[str, Any]:
    """Return the columns of a person for a clean row of officers or experts."""
    keys = [key for key in form.keys if key not in ("group", "role", "kind")]
    facts: dict[str, Any] = {key: row.get(key) for key in keys if key in row}
    return facts | {"name": str(row["name"]), "name_key": name_key(str(row["name"])), "kind": kind}


def _load(session: Session, record_id: int, form: Form, campaign_id: int | None) -> Row:
    person = records.get(session, Person, record_id)
    chosen = EXPERT_LISTING if form is EXPERTS else LISTING
    values = listing.rows(session, chosen, [record_id], scope=campaign_id).get(record_id)
    if values is not None:
        return dict(zip(form.keys, values, strict=True))
    return {key: getattr(person, key, None) for key in form.keys}


def _save(session: Session, form: Form, row: Row, record_id: int | None, campaign_id: int | None, *, kind: str) -> int:
    records.require(form, row)
    facts = stored(form, row, kind=kind)
    if record_id is not None:
        person = records.get(session, Person, record_id)
        if kind == OFFICER and person.kind is None:
            facts.pop("kind")  # nobody has said anything new
        _change_post(session, person, facts, campaign_id)
        records.change(person, facts)
        return record_id
    known = people.find(session, name=facts["name"], cert_no=facts.get("cert_no"), phone=facts.get("phone"))
    if known is not None:
        raise PersonKnown(name=known.name)
    return records.add(session, Person(**facts))


def _change_post(session: Session, person: Person, facts: dict[str, Any], campaign_id: int | None) -> None:
    """Put a changed post where it stands: in Annex 1, or with the person."""
    lent = records.alive(session, Secondment, campaign_id=campaign_id, person_id=person.id) if campaign_id is not None else []
    if lent and "post" in facts:
        records.change(lent[0], {"unit_position": facts.pop("post")})
