"""Many new rows typed or pasted at once, the same as saved one by one.

The unit of work takes some ten milliseconds a row; a block from a spreadsheet
has a thousand. What a single save looks up is looked up once here, and rows
go in through `history.bulk_insert`. Every row is looked at before the first
is written: what cannot be saved is refused by its place, with the sentence
that `save` would have said. A test holds both ways to the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Absence,
    Case,
    CaseAmount,
    CaseFinding,
    CaseParty,
    Enterprise,
    Equipment,
    Finding,
    Group,
    GroupMember,
    Person,
    ReportingUnit,
    Secondment,
)  # fmt: skip
from models.annexes import FINDING_LEDGER, GROUP_LIST, PEOPLE
from models.forms import Form, Row
from models.rosters import EXPERTS, OFFICERS, UNITS
from services import (
    absences,
    campaigns,
    cases,
    clock,
    equipment,
    findings,
    groups,
    history,
    inspections,
    officers,
    people,
    records,
    reporting,
)  # fmt: skip
from services.errors import Problem
from services.imports import bulk
from services.imports.known import know
from services.matching import name_key
from services.records import SomeRefused

Rows = Sequence[Row]


def save_people(session: Session, *, campaign_id: int, rows: Rows) -> list[int]:
    """Add seconded people; return their ids.

    Raises:
        SomeRefused: Names the rows that `people.save` would refuse.
    """
    units = campaigns.units(session, campaign_id=campaign_id)
    known = _Persons(session, [str(row.get("name") or "") for row in rows])
    lent = {one.person_id for one in records.alive(session, Secondment, campaign_id=campaign_id)}
    made: list[tuple[int, dict[str, Any]]] = []

    def look(row: Row) -> None:
        records.require(PEOPLE, row)
        facts: dict[str, Any] = {"name": str(row["name"]), "cert_no": row.get("cert_no"), "phone": row.get("phone")}
        place = known.find(**facts)
        if place is None:
            place = known.add(facts)
        elif known.is_new(place) or place in lent:
            raise people.AlreadySeconded(name=known.name(place))
        else:
            lent.add(place)
            known.change(place, {key: value for key, value in facts.items() if value})
        unit = campaigns.unit_named(units, records.text_of(row.get("unit"))) or campaigns.unit_named(
            units, records.text_of(row.get("unit_position"))
        )
        made.append((place, {"unit_id": unit.id if unit else None, "unit_position": row.get("unit_position"), "remark": row.get("remark")}))

    _look_at(rows, look)
    known.insert()
    lines = ({"campaign_id": campaign_id, "person_id": known.number(place), **values} for place, values in made)
    return history.bulk_insert(session, Secondment, lines)


def save_officers(session: Session, *, campaign_id: int | None = None, rows: Rows) -> list[int]:  # noqa: ARG001 - as `save` takes it
    """Add officers; return their ids.

    Raises:
        SomeRefused: Names the rows that `officers.save` would refuse.
    """
    return _add_persons(session, OFFICERS, rows, lambda row: str(row.get("kind") or officers.OFFICER))


def save_experts(session: Session, *, campaign_id: int | None = None, rows: Rows) -> list[int]:  # noqa: ARG001 - as `save` takes it
    """Add experts; return their ids.

    Raises:
        SomeRefused: Names the rows that `officers.save_expert` would refuse.
    """
    return _add_persons(session, EXPERTS, rows, lambda _row: officers.EXPERT)


def save_units(session: Session, *, campaign_id: int, rows: Rows) -> list[int]:
    """Add reporting units; return their ids.

    Raises:
        SomeRefused: Names the rows that `reporting.save` would refuse.
    """
    present = records.alive(session, ReportingUnit, campaign_id=campaign_id)
    taken, after = {unit.name for unit in present}, max((unit.position for unit in present), default=-1)
    made: list[dict[str, Any]] = []

    def look(row: Row) -> None:
        records.require(UNITS, row)
        name = str(row["name"])
        if name in taken:
            raise reporting.UnitExists(name=name)
        taken.add(name)
        values = {"name": name, "nominees": row.get("nominees"), "aliases": list(records.names_of(row.get("aliases"))) or None}
        made.append({**values, "campaign_id": campaign_id, "kind": "镇办", "position": after + len(made) + 1})

    _look_at(rows, look)
    return history.bulk_insert(session, ReportingUnit, made)


def save_groups(session: Session, *, campaign_id: int, rows: Rows) -> list[int]:
    """Add groups with their members; return their ids.

    Raises:
        SomeRefused: Names the rows that `groups.save` would refuse.
    """
    persons = _needed(session, campaign_id, [name for row in rows for _role, name in groups.members_of(row)])
    present = records.alive(session, Group, campaign_id=campaign_id)
    names, taken = {name_key(group.name) for group in present}, {group.position for group in present}
    held = groups.holders(session, campaign_id=campaign_id)
    made: list[dict[str, Any]] = []
    members: list[dict[int, str]] = []

    def look(row: Row) -> None:
        records.require(GROUP_LIST, row)
        name = str(row["name"])
        if name_key(name) in names:
            raise groups.GroupExists(name=name)
        wanted: dict[int, str] = {}
        for role, who in groups.members_of(row):
            wanted.setdefault(persons[who], role)
            if persons[who] in held:
                raise groups.PersonInTwoGroups(name=who, group=held[persons[who]], wanted=name)
        names.add(name_key(name))
        held.update(dict.fromkeys(wanted, name))
        number = groups.number_in(name)
        position = number if number and number not in taken else max(taken, default=0) + 1
        taken.add(position)
        made.append({**groups.stored(row), "campaign_id": campaign_id, "position": position})
        members.append(wanted)

    _look_at(rows, look)
    ids = history.bulk_insert(session, Group, made)
    lines = [
        {"group_id": number, "person_id": person, "position": place, "role": role}
        for number, wanted in zip(ids, members, strict=True)
        for place, (person, role) in enumerate(wanted.items())
    ]
    history.bulk_insert(session, GroupMember, lines)
    return ids


def save_absences(session: Session, *, campaign_id: int, rows: Rows) -> list[int]:
    """Add absences; return their ids.

    Raises:
        SomeRefused: Names the rows that `absences.save` would refuse.
    """
    _look_at(rows, absences.require)
    persons = _needed(session, campaign_id, [str(row["name"]) for row in rows])
    lines = ({**absences.stored(row), "campaign_id": campaign_id, "person_id": persons[str(row["name"])]} for row in rows)
    return history.bulk_insert(session, Absence, lines)


def save_equipment(session: Session, *, campaign_id: int, rows: Rows) -> list[int]:
    """Add equipment; return their ids.

    Raises:
        SomeRefused: Names the rows that `equipment.save` would refuse.
    """
    given: dict[str | None, int | None] = {}

    def look(row: Row) -> None:
        wanted = records.text_of(row.get("group"))
        if wanted not in given:
            given[wanted] = equipment.group_of(session, campaign_id=campaign_id, row=row)
        equipment.require(row)

    _look_at(rows, look)
    holders = [records.text_of(row.get("holder")) for row in rows]
    persons = _needed(session, campaign_id, [name for name in holders if name])
    lines = (
        {
            **equipment.stored(row),
            "campaign_id": campaign_id,
            "group_id": given[records.text_of(row.get("group"))],
            "holder_id": persons[holder] if holder else None,
        }
        for row, holder in zip(rows, holders, strict=True)
    )
    return history.bulk_insert(session, Equipment, lines)


def save_visits(session: Session, *, campaign_id: int, rows: Rows) -> list[int]:
    """Add visits with who took part; return their ids.

    Raises:
        SomeRefused: Names the rows whose group there is not.
    """
    known: set[str] = {""}

    def look(row: Row) -> None:
        text = records.text_of(row.get("group")) or ""
        if text not in known:
            inspections.require_group(session, campaign_id=campaign_id, row=row)
            known.add(text)

    _look_at(rows, look)
    return bulk.add_visits(session, [(row, records.TYPED) for row in rows], campaign_id=campaign_id)


def save_findings(session: Session, *, campaign_id: int, rows: Rows) -> list[int]:
    """Add findings to their visits; return their ids.

    Raises:
        SomeRefused: Names the rows that `findings.save` would refuse.
    """
    known = know(session, campaign_id=campaign_id)

    def look(row: Row) -> None:
        records.require(FINDING_LEDGER, row)
        text = records.text_of(row.get("category"))
        if text and known.category(text)[1]:
            findings.category_of(session, campaign_id=campaign_id, text=text)  # says why
        firm, on = known.enterprise({"enterprise": row["enterprise"]}), row.get("checked_on")
        if firm is None or known.visit(firm, on if isinstance(on, date) else None) is None:
            raise findings.NoVisit(name=row["enterprise"])

    _look_at(rows, look)
    return bulk.add_findings(session, [(row, records.TYPED) for row in rows], campaign_id=campaign_id)


def save_cases(session: Session, *, campaign_id: int, rows: Rows) -> list[int]:
    """Add cases with parties, amounts and findings; return their ids.

    Raises:
        SomeRefused: Names the rows that `cases.save` would refuse.
    """
    known = know(session, campaign_id=campaign_id)
    made: list[dict[str, Any]] = []
    linked: list[list[Finding]] = []

    def look(row: Row) -> None:
        cases.require(row)
        firm = known.enterprise({"enterprise": row["enterprise"]})
        if firm is None:
            raise cases.UnknownEnterprise(name=row["enterprise"])
        named = records.names_of(row.get("findings"))
        linked.append(cases.named_findings(known.findings_of(firm), named) if named else [])
        made.append({**cases.stored(row), "campaign_id": campaign_id, "enterprise_id": firm})

    _look_at(rows, look)
    ids = history.bulk_insert(session, Case, made)
    parties, amounts = _parties_of(session, ids, rows, made)
    history.bulk_insert(session, CaseAmount, ({**one, "party_id": parties[place]} for place, one in amounts))
    links = {(number, finding.id): finding for number, found in zip(ids, linked, strict=True) for finding in found}
    history.bulk_insert(session, CaseFinding, ({"case_id": case, "finding_id": finding} for case, finding in links))
    for finding in links.values():
        records.change(finding, {"penalty": True})  # a finding behind a case is a 处罚事项
    return ids


def _parties_of(
    session: Session, ids: Sequence[int], rows: Rows, made: Sequence[dict[str, Any]]
) -> tuple[list[int], list[tuple[int, dict[str, Any]]]]:
    """Add the parties of new cases; return their ids, and by their place the amounts they have to pay."""
    parties: list[dict[str, Any]] = []
    amounts: list[tuple[int, dict[str, Any]]] = []
    today = clock.today()
    firms = select(Enterprise.id, Enterprise.name).where(Enterprise.id.in_({case["enterprise_id"] for case in made}))
    named = {row.id: row.name for row in session.execute(firms)}
    for number, row, case in zip(ids, rows, made, strict=True):
        for kind, name in ((cases.UNIT, named[case["enterprise_id"]]), (cases.PERSON, records.text_of(row.get("person_party")))):
            if not name:
                continue
            for key, (holder, amount) in cases.AMOUNTS.items():
                fen = row.get(key)
                if holder == kind and isinstance(fen, int):
                    day = {cases.DECIDED: case["decided_on"], cases.PAID: case["paid_on"]}.get(amount)
                    amounts.append((len(parties), {"kind": amount, "fen": fen, "on": day or today}))
            parties.append({"case_id": number, "kind": kind, "name": name})
    return history.bulk_insert(session, CaseParty, parties), amounts


def _add_persons(session: Session, form: Form, rows: Rows, kind: Callable[[Row], str]) -> list[int]:
    known = _Persons(session, [str(row.get("name") or "") for row in rows])
    places: list[int] = []

    def look(row: Row) -> None:
        records.require(form, row)
        facts = officers.stored(form, row, kind=kind(row))
        found = known.find(name=str(facts["name"]), cert_no=facts.get("cert_no"), phone=facts.get("phone"))
        if found is not None:
            raise officers.PersonKnown(name=known.name(found))
        places.append(known.add(facts))

    _look_at(rows, look)
    known.insert()
    return [known.number(place) for place in places]


def _look_at(rows: Rows, look: Callable[[Row], object]) -> None:
    """Look at every row; refuse them all if one is refused, each with its reason.

    Raises:
        SomeRefused: Names the refused rows.
    """
    problems: dict[int, Problem] = {}
    for place, row in enumerate(rows):
        try:
            look(row)
        except Problem as problem:
            problems[place] = problem
    if problems:
        raise SomeRefused(problems)


def _needed(session: Session, campaign_id: int, names: Sequence[str]) -> dict[str, int]:
    """Return the persons of these names as `people.need` would, first those of the campaign; unknown ones are added."""
    keys = {name: name_key(name) for name in names}
    lent = select(Secondment.person_id).where(Secondment.campaign_id == campaign_id, Secondment.deleted_at.is_(None))
    query = select(Person.name_key, Person.id).where(Person.deleted_at.is_(None)).order_by(Person.id.in_(lent).desc(), Person.id)
    wanted = set(keys.values())
    found: dict[str, int] = {}
    for key, number in session.execute(query):
        if key in wanted:
            found.setdefault(key, number)
    new = {key: name for name, key in reversed(keys.items()) if key not in found}
    listed = dict(reversed(new.items()))
    made = history.bulk_insert(session, Person, ({"name": name, "name_key": key} for key, name in listed.items())) if listed else []
    found |= dict(zip(listed, made, strict=True))
    return {name: found[key] for name, key in keys.items()}


class _Persons:
    """The persons that rows may mean: those who are there, and those that come.

    A place is the id of a person who is there, or below zero for one that comes.
    """

    def __init__(self, session: Session, names: Sequence[str]) -> None:
        wanted = {name_key(name) for name in names}
        self._session = session
        self._listed: dict[str, list[tuple[int, Any, Any, str]]] = {}
        self._new: list[dict[str, Any]] = []
        self._made: list[int] = []
        query = select(Person.id, Person.name_key, Person.name, Person.cert_no, Person.phone).where(Person.deleted_at.is_(None))
        for row in session.execute(query.order_by(Person.id)):
            if row.name_key in wanted:
                self._listed.setdefault(row.name_key, []).append((row.id, row.cert_no, row.phone, row.name))

    def find(self, *, name: str, cert_no: Any, phone: Any) -> int | None:
        """Return the place of the person that `people.find` would return."""
        for place, cert, number, _name in self._listed.get(name_key(name), ()):
            if people.may_be(cert_no=cert_no, phone=phone, known_cert=cert, known_phone=number):
                return place
        return None

    def add(self, facts: dict[str, Any]) -> int:
        """Take note of a person that comes; return the place."""
        key = name_key(str(facts["name"]))
        self._new.append({**facts, "name_key": key})
        place = -len(self._new)
        self._listed.setdefault(key, []).append((place, facts.get("cert_no"), facts.get("phone"), str(facts["name"])))
        return place

    def change(self, place: int, facts: dict[str, Any]) -> None:
        """Write down what a row says of a person who is there."""
        records.change(records.get(self._session, Person, place), facts)

    def name(self, place: int) -> str:
        """Return the name of a person."""
        return next(one[3] for listed in self._listed.values() for one in listed if one[0] == place)

    def is_new(self, place: int) -> bool:
        """Tell whether a person comes with these rows."""
        return place < 0

    def insert(self) -> None:
        """Add those that come."""
        self._made = history.bulk_insert(self._session, Person, self._new) if self._new else []

    def number(self, place: int) -> int:
        """Return the id; of one that comes only after `insert`."""
        return place if place > 0 else self._made[-place - 1]
