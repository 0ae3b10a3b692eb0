"""Many new visits and findings at once, the same as saved one by one.

The unit of work takes some ten milliseconds a row; a district's year has nine
thousand. What a single save looks up (enterprise, group, people, category,
next number) is looked up once here. A test holds both ways to the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Attendance, Enterprise, Finding, Inspection
from models.annexes import FINDING_LEDGER, INSPECTION_RECORD
from models.forms import Row
from services import enterprises, findings, history, inspections, people, records
from services.imports import group_names
from services.imports.known import MAKES_VISIT, Known, know
from services.imports.results import REMARK
from services.matching import name_key
from services.progress import Progress, silent

Given = Sequence[tuple[Row, records.Source]]

_OF_FINDING = (*(key for key in FINDING_LEDGER.keys if key in Finding.__table__.columns and key != "no"), "plan", "fund", "supervisor")
_OF_VISIT = tuple(key for key in INSPECTION_RECORD.keys if key in Inspection.__table__.columns)
_ROLES = (("leader", "组长"), ("officers", "执法人员"), ("experts", "专家"))


def add_enterprises(session: Session, rows: Given, *, campaign_id: int | None = None, progress: Progress = silent) -> None:  # noqa: ARG001
    """Add enterprises to the registry."""
    enterprises.add_many(session, rows)


def add_visits(session: Session, rows: Given, *, campaign_id: int, progress: Progress = silent) -> list[int]:
    """Add visits with who took part, and unknown enterprises; return the ids.

    Raises:
        Invalid: Enterprise or date of a row is empty.
    """
    for row, _source in rows:
        records.require(INSPECTION_RECORD, row)
    known = know(session, campaign_id=campaign_id)
    firms = _firms(session, known, rows)
    group_ids = group_names.need(session, campaign_id=campaign_id, rows=rows)
    visits: list[Mapping[str, object]] = []
    for number, ((row, source), firm) in enumerate(zip(rows, firms, strict=True)):
        if number % 500 == 0:
            progress(number, len(rows), source.file)
        values: dict[str, Any] = {key: row.get(key) for key in _OF_VISIT}
        values |= {
            "campaign_id": campaign_id,
            "enterprise_id": firm,
            "group_id": group_ids.get(str(row.get("group") or "")),
            "state": row.get("state") or inspections.DONE,
            **source.columns(),
        }
        visits.append(values)
    made = history.bulk_insert(session, Inspection, visits)
    history.bulk_insert(session, Attendance, _attendances(session, campaign_id, made, rows))
    return made


def add_findings(session: Session, rows: Given, *, campaign_id: int, progress: Progress = silent) -> list[int]:
    """Add findings, where need be with their visit first; return the ids.

    Raises:
        Invalid: A key field is empty, or the category is not of the campaign's list.
        NoVisit: An enterprise has no visit in this campaign.
    """
    for row, _source in rows:
        records.require(FINDING_LEDGER, row)
    _bring_visits(session, campaign_id, rows, progress)
    known = know(session, campaign_id=campaign_id)
    numbers = _numbers(session, campaign_id)
    categories: dict[str | None, str | None] = {}
    made: list[Mapping[str, object]] = []
    for number, (row, source) in enumerate(rows):
        if number % 500 == 0:
            progress(number, len(rows), source.file)
        text = records.text_of(row.get("category"))
        if text not in categories:
            categories[text] = findings.category_of(session, campaign_id=campaign_id, text=text)
        firm = known.enterprise(row)
        day = row.get("checked_on")
        visit = known.visit(firm, day if isinstance(day, date) else None) if firm is not None else None
        if firm is None or visit is None:
            raise findings.NoVisit(name=row["enterprise"])
        numbers[firm] = numbers.get(firm, 0) + 1
        made.append(_finding(row, source) | {
            "campaign_id": campaign_id, "inspection_id": visit.record_id, "no": numbers[firm], "category": categories[text],
        })  # fmt: skip
    return history.bulk_insert(session, Finding, made)


def _finding(row: Row, source: records.Source) -> dict[str, object]:
    return {key: row.get(key) for key in _OF_FINDING} | {
        "level": row.get("level") or "一般",
        "penalty": bool(row.get("penalty")) or row.get("disposal") == findings.FILING,
        "status": row.get("status") or (findings.CLOSED if row.get("rechecked_on") else "未整改"),
        **source.columns(),
    }


def _bring_visits(session: Session, campaign_id: int, rows: Given, progress: Progress) -> None:
    """Make the visits that findings bring, one for each enterprise and day."""
    wanted: dict[object, tuple[Row, records.Source]] = {}
    known = know(session, campaign_id=campaign_id)
    for row, source in rows:
        day = row.get("checked_on")
        have = known.visit(known.place(row), day if isinstance(day, date) else None)
        if not row.get(MAKES_VISIT) or (have is not None and (have.checked_on == day or not have.made)):
            continue
        group = str(row.get("group") or "")
        visit: Row = {key: row.get(key) for key in ("enterprise", "credit_code", "town", "checked_on")}
        wanted.setdefault((known.place(row), day), ({**visit, "group": group or None, "remark": REMARK}, source))
    if wanted:
        add_visits(session, list(wanted.values()), campaign_id=campaign_id, progress=progress)


def _firms(session: Session, known: Known, rows: Given) -> list[int]:
    """Return the enterprise of each row; add and fill in what is lacking."""
    new: dict[str, tuple[Row, records.Source]] = {}
    for row, _source in rows:
        firm, town, code = known.enterprise(row), records.text_of(row.get("town")), records.text_of(row.get("credit_code"))
        key = name_key(str(row["enterprise"]))
        if firm is None:
            first = new.setdefault(key, ({"name": str(row["enterprise"]), "state": "在业"}, records.Source("", "", 0)))[0]
            first["town"], first["credit_code"] = first.get("town") or town, first.get("credit_code") or code
        elif (town and firm not in known.towns) or (code and firm not in known.codes):
            enterprises.need(session, name=str(row["enterprise"]), town=town, credit_code=code)
            known.towns[firm], known.codes[firm] = known.towns.get(firm) or town or "", known.codes.get(firm) or code or ""
    made = history.bulk_insert(session, Enterprise, [enterprises.stored(row) for row, _source in new.values()]) if new else []
    known.enterprises.update(zip(new, made, strict=True))
    for (row, _source), number in zip(new.values(), made, strict=True):
        if row.get("credit_code"):
            known.enterprises.setdefault(str(row["credit_code"]), number)
    return [known.enterprise(row) or known.enterprises[name_key(str(row["enterprise"]))] for row, _source in rows]


def _attendances(session: Session, campaign_id: int, visits: Sequence[int], rows: Given) -> list[Mapping[str, object]]:
    persons: dict[str, int] = {}
    found: list[Mapping[str, object]] = []
    for visit, (row, _source) in zip(visits, rows, strict=True):
        wanted: dict[int, str] = {}
        for key, role in _ROLES:
            value = row.get(key)
            for name in records.names_of((value,) if key == "leader" and value else value):
                if name not in persons:
                    persons[name] = people.need(session, name=name, campaign_id=campaign_id).id
                wanted.setdefault(persons[name], role)
        found += [
            {"inspection_id": visit, "person_id": person, "position": position, "role": role}
            for position, (person, role) in enumerate(wanted.items())
        ]
    return found


def _numbers(session: Session, campaign_id: int) -> dict[int, int]:
    """Return the last number of a finding by enterprise; none is used twice."""
    query = (
        select(Inspection.enterprise_id, func.max(Finding.no))
        .join(Inspection, Inspection.id == Finding.inspection_id)
        .where(Finding.campaign_id == campaign_id)
        .group_by(Inspection.enterprise_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}
