"""Seconded people: the rows of Annex 1 and the persons behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from models import Person, ReportingUnit, Secondment
from models.annexes import PEOPLE
from models.forms import Row
from services import campaigns, nominations, records
from services.errors import Refused
from services.listing import Listing
from services.matching import name_key


class AlreadySeconded(Refused):
    """A person stands in Annex 1 already."""

    code = "already_seconded"
    template = "{name} 已在本次行动的抽调人员里，没有再加一行。"
    mend = "在原来那一行上改；同名的另一个人，请把执法证号或手机号码填上再加。"


def select_rows(campaign_id: int | None) -> Select[Any]:
    """Return the query of a campaign's seconded people, columns as the form's keys."""
    return (
        select(
            Secondment.id.label("id"),
            ReportingUnit.name.label("unit"),
            Person.name.label("name"),
            Secondment.unit_position.label("unit_position"),
            Person.cert_no.label("cert_no"),
            Person.phone.label("phone"),
            nominations.group_name().label("group"),
            nominations.state().label("state"),
            Secondment.remark.label("remark"),
            func.coalesce(ReportingUnit.position, 9999).label("position"),
        )
        .join(Person, Person.id == Secondment.person_id)
        .outerjoin(ReportingUnit, ReportingUnit.id == Secondment.unit_id)
        .where(Secondment.campaign_id == campaign_id, Secondment.deleted_at.is_(None))
    )


LISTING = Listing(
    form=PEOPLE,
    select=select_rows,
    search=("name", "unit_position", "cert_no", "phone", "unit"),
    default_sort="position",
    tables=frozenset({"secondment", "person", "reporting_unit", "group_member", "inspection_group", "nomination_event"}),
    table="secondment",
)


def load(session: Session, *, record_id: int) -> Row:
    """Return one seconded person as a row of the form.

    Raises:
        Missing: The row is gone.
    """
    secondment = records.get(session, Secondment, record_id)
    rows = select_rows(secondment.campaign_id).subquery()
    found = session.execute(select(rows).where(rows.c.id == record_id)).mappings().one()
    return {key: found[key] for key in PEOPLE.keys}


def save(session: Session, *, campaign_id: int, row: Row, record_id: int | None = None, source: records.Source | None = None) -> int:
    """Add or change a seconded person; the unit is found by its name or alias.

    Raises:
        Invalid: The name is empty.
        AlreadySeconded: Another row stands for this person.
        Missing: The row to change is gone.
    """
    records.require(PEOPLE, row)
    listed = campaigns.units(session, campaign_id=campaign_id)
    unit = campaigns.unit_named(listed, records.text_of(row.get("unit"))) or campaigns.unit_named(
        listed, records.text_of(row.get("unit_position"))
    )
    facts = {"name": str(row["name"]), "name_key": name_key(str(row["name"])), "cert_no": row.get("cert_no"), "phone": row.get("phone")}
    values: dict[str, Any] = {
        "unit_id": unit.id if unit else None,
        "unit_position": row.get("unit_position"),
        "remark": row.get("remark"),
        **records.sourced(source),
    }
    if record_id is None:
        cert_no, phone = records.text_of(row.get("cert_no")), records.text_of(row.get("phone"))
        person = find(session, name=str(row["name"]), cert_no=cert_no, phone=phone) or Person(**facts)
        if person.id is None:
            records.add(session, person)
        else:
            if records.alive(session, Secondment, campaign_id=campaign_id, person_id=person.id):
                raise AlreadySeconded(name=person.name)
            records.change(person, {key: value for key, value in facts.items() if value})
        return records.add(session, Secondment(campaign_id=campaign_id, person_id=person.id, **values))
    secondment = records.get(session, Secondment, record_id)
    others = records.alive(session, Secondment, campaign_id=secondment.campaign_id, person_id=secondment.person_id)
    if any(other.id != record_id for other in others):  # one that comes back from the bin, while the person was added anew
        raise AlreadySeconded(name=facts["name"])
    records.change(records.get(session, Person, secondment.person_id), facts)
    if records.change(secondment, values) and source is not None:
        nominations.note_resent(session, secondment)
    return record_id


def remove(session: Session, *, record_ids: Sequence[int]) -> None:
    """Move seconded people to the bin; the persons stay known.

    Raises:
        Missing: One is gone already.
    """
    records.to_bin(session, Secondment, record_ids)


def find(session: Session, *, name: str, cert_no: str | None = None, phone: str | None = None) -> Person | None:
    """Return the person of this name whose certificate or phone does not contradict.

    Two people of one name with different certificates stay two people.
    """
    query = select(Person).where(Person.name_key == name_key(name), Person.deleted_at.is_(None)).order_by(Person.id)
    for person in session.scalars(query):
        if may_be(cert_no=cert_no, phone=phone, known_cert=person.cert_no, known_phone=person.phone):
            return person
    return None


def may_be(*, cert_no: str | None, phone: str | None, known_cert: str | None, known_phone: str | None) -> bool:
    """Tell whether two of one name may be one: by certificate, else by phone."""
    if cert_no and known_cert:
        return cert_no == known_cert
    return not (phone and known_phone) or phone == known_phone


def need(session: Session, *, name: str, campaign_id: int | None = None) -> Person:
    """Return the person of this name, first among the campaign's; add one if unknown."""
    if campaign_id is not None:
        query = (
            select(Person)
            .join(
                Secondment, and_(Secondment.person_id == Person.id, Secondment.campaign_id == campaign_id, Secondment.deleted_at.is_(None))
            )
            .where(Person.name_key == name_key(name), Person.deleted_at.is_(None))
            .order_by(Person.id)
        )
        found = session.scalar(query.limit(1))
        if found is not None:
            return found
    found = find(session, name=name)
    if found is None:
        found = Person(name=name, name_key=name_key(name))
        records.add(session, found)
    return found


def names(session: Session, campaign_id: int | None) -> list[str]:
    """Return names of the campaign's people for completion in editors."""
    rows = select_rows(campaign_id).subquery()
    return list(dict.fromkeys(session.scalars(select(rows.c.name).order_by(rows.c.position, rows.c.id))))
