"""Visits: one row of the inspection record each, with who took part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models import Attendance, Enterprise, Finding, Group, Inspection, Person
from models.annexes import INSPECTION_RECORD
from models.forms import Row
from models.ledgers import VISIT
from services import enterprises, groups, people, records
from services.errors import Refused
from services.listing import Listing

DONE, VOID = "已完成", "作废"
_ROLES = {"leader": "组长", "officers": "执法人员", "experts": "专家"}
_JOINED = frozenset({"enterprise", "credit_code", "town", "group", "leader", "officers", "experts"})
_PLAIN = tuple(key for key in INSPECTION_RECORD.keys if key not in _JOINED)
MORE = tuple(key for key in VISIT.keys if key not in INSPECTION_RECORD.keys)  # of the page, not of the register


class VisitHasFindings(Refused):
    """A visit with findings cannot go alone."""

    code = "visit_has_findings"
    template = "“{name}”这次检查还有 {count} 条问题，不能移入回收站。"
    mend = "先把这些问题移入回收站，或把检查状态改为“作废”。"


class GroupUnknown(Refused):
    """A visit is typed under a group that there is not."""

    code = "visit_group_unknown"
    template = "没有检查组“{name}”，这次检查没有保存。"
    mend = "先在“检查分组”里建立，或改正组名。"


def select_rows(campaign_id: int | None) -> Select[Any]:
    """Return the query of a campaign's visits, columns as the form's keys."""
    joined = {
        "enterprise": Enterprise.name,
        "credit_code": Enterprise.credit_code,
        "town": Enterprise.town,
        "group": Group.name,
        "leader": _people("组长"),
        "officers": _people("执法人员"),
        "experts": _people("专家"),
    }
    columns = [(joined[key] if key in joined else getattr(Inspection, key)).label(key) for key in INSPECTION_RECORD.keys]
    return (
        select(
            Inspection.id.label("id"),
            *columns,
            Enterprise.search_text.label("search_text"),
            Inspection.enterprise_id.label("enterprise_id"),
        )
        .outerjoin(Enterprise, Enterprise.id == Inspection.enterprise_id)  # outer: left out where nobody asks for it
        .outerjoin(Group, Group.id == Inspection.group_id)
        .where(Inspection.campaign_id == campaign_id, Inspection.deleted_at.is_(None))
    )


def _people(role: str) -> Any:
    query = (
        select(Person.name)
        .join(Attendance, Attendance.person_id == Person.id)
        .where(Attendance.inspection_id == Inspection.id, Attendance.role == role, Attendance.deleted_at.is_(None))
        .order_by(Attendance.position, Attendance.id)
    )
    return records.joined(query, Inspection)


LISTING = Listing(
    form=INSPECTION_RECORD,
    select=select_rows,
    search=("search_text", "group", "officers", "platform_no", "document_no"),
    default_sort="checked_on",
    tables=frozenset({"inspection", "attendance", "enterprise", "inspection_group", "person"}),
    table="inspection",
)


def load(session: Session, *, record_id: int) -> Row:
    """Return one visit as a row of the form.

    Raises:
        Missing: It is gone.
    """
    visit = records.get(session, Inspection, record_id)
    enterprise = session.get_one(Enterprise, visit.enterprise_id)
    group = session.get(Group, visit.group_id) if visit.group_id else None
    present = [(name, role) for name, role in _attendance(session, record_id)]
    held = {role: [name for name, r in present if r == role] for role in _ROLES.values()}
    row: Row = {key: getattr(visit, key) for key in _PLAIN}
    row |= {
        "enterprise": enterprise.name,
        "credit_code": enterprise.credit_code,
        "town": enterprise.town,
        "group": group.name if group else None,
        "leader": held["组长"][0] if held["组长"] else None,
        "officers": tuple(held["执法人员"]),
        "experts": tuple(held["专家"]),
    }
    return row


def save_typed(session: Session, *, campaign_id: int, row: Row, record_id: int | None = None) -> int:
    """Save a visit that somebody typed; an unknown group is refused.

    Raises:
        GroupUnknown: No group of the campaign has this name.
        Invalid, Missing: As `save` says.
    """
    require_group(session, campaign_id=campaign_id, row=row, record_id=record_id)
    return save(session, campaign_id=campaign_id, row=row, record_id=record_id)


def require_group(session: Session, *, campaign_id: int, row: Row, record_id: int | None = None) -> None:
    """Refuse a row that names a group which there is not.

    Raises:
        GroupUnknown: It does.
        Missing: The visit to change is gone.
    """
    wanted = records.text_of(row.get("group"))
    if wanted and groups.named(session, campaign_id=campaign_id, text=wanted) is None:
        visit = records.get(session, Inspection, record_id) if record_id is not None else None
        if groups.kept(session, group_id=visit.group_id if visit else None, text=wanted) is None:
            raise GroupUnknown(name=wanted)


def save(session: Session, *, campaign_id: int, row: Row, record_id: int | None = None, source: records.Source | None = None) -> int:
    """Add or change a visit; an enterprise not in the registry is added to it.

    The further fields of the page are set where the row has them.

    Raises:
        Invalid: Enterprise or date is empty.
        Missing: The visit to change is gone.
    """
    records.require(INSPECTION_RECORD, row)
    enterprise = enterprises.need(
        session,
        name=str(row["enterprise"]),
        town=records.text_of(row.get("town")),
        credit_code=records.text_of(row.get("credit_code")),
    )
    visit = records.get(session, Inspection, record_id) if record_id is not None else None
    wanted = records.text_of(row.get("group"))
    group = groups.named(session, campaign_id=campaign_id, text=wanted)
    if group is None and visit is not None:
        group = groups.kept(session, group_id=visit.group_id, text=wanted)
    values: dict[str, Any] = {key: row.get(key) for key in _PLAIN}
    values |= {
        "enterprise_id": enterprise.id,
        "group_id": group.id if group else None,
        "state": row.get("state") or DONE,
        **{key: row[key] for key in MORE if key in row},
        **records.sourced(source),
    }
    if visit is None:
        visit = Inspection(campaign_id=campaign_id, **values)
        records.add(session, visit)
    else:
        records.change(visit, values)
    _set_people(session, visit, row)
    return visit.id


def remove(session: Session, *, record_ids: Sequence[int]) -> None:
    """Move visits to the bin.

    Raises:
        VisitHasFindings: Findings still hang on one of them.
    """
    for record_id in record_ids:
        findings = records.alive(session, Finding, inspection_id=record_id)
        if findings:
            row = load(session, record_id=record_id)
            raise VisitHasFindings(name=row["enterprise"], count=len(findings))
    records.to_bin(session, Inspection, record_ids)


def of_enterprise(session: Session, *, campaign_id: int, enterprise_id: int, on: date | None = None) -> Inspection | None:
    """Return the visit to an enterprise: that of the day, else the latest.

    A void visit only where there is no other.
    """
    query = (
        select(Inspection)
        .where(Inspection.campaign_id == campaign_id, Inspection.enterprise_id == enterprise_id, Inspection.deleted_at.is_(None))
        .order_by(Inspection.checked_on.desc(), Inspection.id.desc())
    )
    visits = sorted(session.scalars(query), key=lambda visit: visit.state == VOID)
    same_day = next((visit for visit in visits if visit.checked_on == on), None)
    return same_day or next(iter(visits), None)


def visited(session: Session, campaign_id: int | None) -> list[str]:
    """Return names of visited enterprises for completion in editors."""
    rows = select_rows(campaign_id).subquery()
    return list(dict.fromkeys(session.scalars(select(rows.c.enterprise).order_by(rows.c.id))))


def _attendance(session: Session, inspection_id: int) -> list[tuple[str, str]]:
    query = (
        select(Person.name, Attendance.role)
        .join(Attendance, Attendance.person_id == Person.id)
        .where(Attendance.inspection_id == inspection_id, Attendance.deleted_at.is_(None))
        .order_by(Attendance.position, Attendance.id)
    )
    return [(name, role) for name, role in session.execute(query)]


def _set_people(session: Session, visit: Inspection, row: Row) -> None:
    wanted: dict[int, str] = {}
    for key, role in _ROLES.items():
        for name in records.names_of((row[key],) if key == "leader" and row.get(key) else row.get(key)):
            wanted.setdefault(people.need(session, name=name, campaign_id=visit.campaign_id).id, role)
    present = {one.person_id: one for one in records.alive(session, Attendance, inspection_id=visit.id)}
    for position, (person_id, role) in enumerate(wanted.items()):
        one = present.pop(person_id, None)
        if one is None:
            session.add(Attendance(inspection_id=visit.id, person_id=person_id, position=position, role=role))
        else:
            records.change(one, {"position": position, "role": role})
    records.to_bin(session, Attendance, [one.id for one in present.values()])
    session.flush()
