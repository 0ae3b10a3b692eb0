"""Days on which people of the campaign cannot come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from models import Absence, Group, GroupMember, Person
from models.forms import Row
from models.rosters import ABSENCE_LIST, ABSENCES
from services import nominations, people, records
from services.errors import Refused
from services.listing import Listing, rows


class EndsBeforeItBegins(Refused):
    """The last day lies before the first."""

    code = "absence_order"
    template = "“{name}”的请假到{end}，早于开始的{start}，没有保存。"
    mend = "改正起止日期；只有一天的，“到”可以不填。"


def select_rows(campaign_id: int | None) -> Select[Any]:
    """Return the query of a campaign's absences, columns as the form's keys."""
    group = (
        select(func.max(Group.name))
        .join(GroupMember, GroupMember.group_id == Group.id)
        .where(Group.campaign_id == campaign_id, Group.deleted_at.is_(None), GroupMember.person_id == Absence.person_id)
        .where(nominations.present())
        .correlate(Absence.__table__)
        .scalar_subquery()
    )
    given: dict[str, Any] = {"name": Person.name, "group": group}
    columns = [(given[key] if key in given else getattr(Absence, key)).label(key) for key in ABSENCE_LIST.keys]
    return (
        select(Absence.id.label("id"), *columns)
        .join(Person, Person.id == Absence.person_id)
        .where(Absence.campaign_id == campaign_id, Absence.deleted_at.is_(None))
    )


LISTING = Listing(
    form=ABSENCE_LIST,
    select=select_rows,
    search=("name", "group", "reason", "remark"),
    default_sort="start",
    tables=frozenset({"absence", "person", "group_member", "inspection_group"}),
    table="absence",
)


def load(session: Session, *, record_id: int) -> Row:
    """Return one absence as a row of the form.

    Raises:
        Missing: It is gone.
    """
    absence = records.get(session, Absence, record_id)
    values = rows(session, LISTING, [record_id], scope=absence.campaign_id)[record_id]
    return dict(zip(ABSENCE_LIST.keys, values, strict=True))


def save(session: Session, *, campaign_id: int, row: Row, record_id: int | None = None) -> int:
    """Add or change an absence; somebody unknown becomes known by it.

    Raises:
        Invalid: Name or first day is empty.
        EndsBeforeItBegins: The days are the wrong way round.
        Missing: The absence to change is gone.
    """
    require(row)
    person = people.need(session, name=str(row["name"]), campaign_id=campaign_id)
    values = {**stored(row), "person_id": person.id}
    if record_id is None:
        return records.add(session, Absence(campaign_id=campaign_id, **values))
    records.change(records.get(session, Absence, record_id), values)
    return record_id


def require(row: Row) -> None:
    """Refuse a row that no absence can be made of.

    Raises:
        Invalid: Name or first day is empty.
        EndsBeforeItBegins: The days are the wrong way round.
    """
    records.require(ABSENCE_LIST, row)
    start, end = row["start"], row.get("end")
    assert isinstance(start, date)
    if isinstance(end, date) and end < start:
        raise EndsBeforeItBegins(name=row["name"], start=start, end=end)


def stored(row: Row) -> dict[str, Any]:
    """Return the columns of an absence for a clean row; whose it is apart."""
    return {"reason": row.get("reason") or ABSENCES[0], **{key: row.get(key) for key in ("start", "end", "remark")}}


def remove(session: Session, *, record_ids: Sequence[int]) -> None:
    """Move absences to the bin.

    Raises:
        Missing: One is gone already.
    """
    records.to_bin(session, Absence, record_ids)


def within(session: Session, *, campaign_id: int, first: date, last: date) -> dict[int, list[Absence]]:
    """Return the absences that touch a span of days, by person."""
    query = (
        select(Absence)
        .where(Absence.campaign_id == campaign_id, Absence.deleted_at.is_(None), Absence.start <= last)
        .where(or_(Absence.end >= first, Absence.end.is_(None) & (Absence.start >= first)))
        .order_by(Absence.start, Absence.id)
    )
    found: dict[int, list[Absence]] = {}
    for absence in session.scalars(query):
        found.setdefault(absence.person_id, []).append(absence)
    return found
