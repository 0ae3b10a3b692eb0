"""Reads what the pre-flight rules look at: each table once, from one session."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Assignment,
    Attachment,
    Attendance,
    Case,
    Deadline,
    Enterprise,
    Evidence,
    Finding,
    Inspection,
    Package,
    Person,
    Recording,
    Rule,
    Secondment,
    Submission,
)
from services import campaigns, nominations, people, records, reporting, rosters, rules, seconding
from services.checks.trouble import Material, Officer, Unread
from services.errors import Missing
from services.figures import Facts, all_figures, annex_2_rows, annex_3_rows, collect
from services.imports import counted, town_figures
from services.listing import head

_NUMBERS = (
    "preflight_amount_low_fen", "preflight_amount_high_fen", "decision_days", "publication_workdays", "unchecked_years",
    "summary_limit.unit", "summary_limit.person", "group_certificates",
)  # fmt: skip
_LEGAL_FORM = re.compile(r"(?:股份有限公司|有限责任公司|有限公司|分公司|公司|工厂|厂)$")
_SAME_ROW = re.compile(r"与.*?第 ?\d+ ?行")
_SIMILAR = 50
_MORE: dict[str, Sequence[str]] = {
    "visit": ("absence_reason", "no_problem", "flags"),
    "finding": ("major_item", "major_officer", "other_standard", "plan", "flags"),
    "case": ("extended_on", "decide_by", "outcome", "flags"),
}


def gather(session: Session, *, campaign_id: int, as_of: date, facts: Facts | None = None) -> Material:
    """Read what the rules look at.

    Args:
        session: Session of a read or a snapshot.
        campaign_id: Which campaign.
        as_of: Day the figures stand on.
        facts: What was read already from the same session as of that day.

    Raises:
        Missing: There is no such campaign.
    """
    facts = facts or collect(session, campaign_id=campaign_id, as_of=as_of)
    seconded = _people(session, campaign_id)
    placeholders: tuple[str, ...] = ()
    with suppress(Missing):
        placeholders = rules.words(session, key="placeholder_words", on=as_of)
    return Material(
        facts=facts,
        annex_2=annex_2_rows(facts),
        annex_3=annex_3_rows(facts),
        people=seconded,
        units=campaigns.units(session, campaign_id=campaign_id),
        standings=reporting.board(session, campaign_id=campaign_id).units,
        doubts=seconding.doubts(session, campaign_id=campaign_id),
        expired=rosters.expired_visits(session, campaign_id=campaign_id),
        phases=campaigns.phases(session, campaign_id=campaign_id),
        deadlines=records.alive(session, Deadline, campaign_id=campaign_id),
        crews=_crews(session, campaign_id, seconded),
        visits=_more(session, Inspection, campaign_id, "visit"),
        findings=_more(session, Finding, campaign_id, "finding"),
        cases=_more(session, Case, campaign_id, "case"),
        proven=_ids(session, Evidence.finding_id, Evidence.deleted_at),
        filmed=_ids(session, Recording.inspection_id, Recording.deleted_at),
        assignments=records.alive(session, Assignment, campaign_id=campaign_id),
        names=_names(session, campaign_id),
        unread=_unread(session, campaign_id),
        disagreements=[
            *counted.disagreements(session, campaign_id=campaign_id),
            *counted.left_out(session, campaign_id=campaign_id),
            *town_figures.disagreements(session, campaign_id=campaign_id),
        ],
        registry=session.scalar(select(Enterprise.id).where(Enterprise.source_file.is_not(None)).limit(1)) is not None,
        bare=(bare := _bare(facts)),
        similar=_similar(session, [facts.enterprises[number] for number in sorted(bare)]),
        versions=list(
            session.scalars(
                select(Package.version).where(Package.campaign_id == campaign_id, Package.deleted_at.is_(None)).order_by(Package.version)
            )
        ),
        figures={figure.key: figure for figure in all_figures(session, facts)},
        standards=_standards(session),
        numbers=_numbers(session, as_of),
        placeholders=placeholders,
    )


def _people(session: Session, campaign_id: int) -> list[dict[str, Any]]:
    """Return the rows of Annex 1 that stand, with whose they are."""
    own = {one.id: (one.uid, one.person_id, one.source_file) for one in records.alive(session, Secondment, campaign_id=campaign_id)}
    keys = people.LISTING.form.keys
    found = []
    for number, values in head(session, people.LISTING, scope=campaign_id, limit=100_000):
        row = dict(zip(keys, values, strict=True))
        if row["state"] not in nominations.GONE:
            uid, person_id, file = own[number]
            found.append({**row, "id": number, "uid": uid, "person_id": person_id, "file": file})
    return found


def _crews(session: Session, campaign_id: int, seconded: Sequence[Mapping[str, Any]]) -> dict[int, list[Officer]]:
    remarks = {row["person_id"]: str(row["remark"] or "") for row in seconded}
    query = (
        select(Attendance.inspection_id, Attendance.role, Person.id, Person.name, Person.cert_no, Person.cert_expires, Person.kind,
               Person.remark)
        .join(Inspection, Inspection.id == Attendance.inspection_id)
        .join(Person, Person.id == Attendance.person_id)
        .where(Inspection.campaign_id == campaign_id, Attendance.deleted_at.is_(None))
        .order_by(Attendance.inspection_id, Attendance.position, Attendance.id)
    )  # fmt: skip
    crews: dict[int, list[Officer]] = {}
    for visit, role, number, name, cert_no, expires, kind, remark in session.execute(query):
        note = " ".join(text for text in (remark, remarks.get(number)) if text)
        crews.setdefault(visit, []).append(Officer(number, name, role, cert_no or "", expires, kind or "", number in remarks, note))
    return crews


def _more(session: Session, entity: Any, campaign_id: int, noun: str) -> dict[int, dict[str, Any]]:
    """Return columns beside those of the register, by id; flags by code, and all as "doubts"."""
    columns = [getattr(entity, key) for key in _MORE[noun]]
    query = select(entity.id, *columns).where(entity.campaign_id == campaign_id, entity.deleted_at.is_(None))
    return {
        number: {
            **dict(zip(_MORE[noun], values, strict=True)),
            "flags": {str(flag.get("code")): flag for flag in values[-1] or ()},
            "doubts": tuple(values[-1] or ()),
        }
        for number, *values in session.execute(query)
    }


def _ids(session: Session, column: Any, gone: Any) -> frozenset[int]:
    return frozenset(number for number in session.scalars(select(column).where(gone.is_(None))) if number is not None)


def _names(session: Session, campaign_id: int) -> dict[int, str]:
    query = (
        select(Enterprise.id, Enterprise.name)
        .join(Assignment, Assignment.enterprise_id == Enterprise.id)
        .where(Assignment.campaign_id == campaign_id, Assignment.deleted_at.is_(None))
    )
    return {row.id: row.name for row in session.execute(query)}


def _unread(session: Session, campaign_id: int) -> list[Unread]:
    query = (
        select(Attachment.name, Submission.form, Submission.unread)
        .join(Attachment, Attachment.id == Submission.attachment_id)
        .where(Submission.campaign_id == campaign_id, Submission.deleted_at.is_(None), Submission.unread.is_not(None))
        .order_by(Submission.id)
    )
    latest = {name: (form, listed) for name, form, listed in session.execute(query)}  # the same file again answers for itself
    found: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for name, (first, listed) in latest.items():
        for row in listed:
            if not row.get("reason"):
                continue  # what the file says of itself
            form = str(row.get("form") or first)  # a workbook may hold several forms
            found.setdefault((name, form, _SAME_ROW.sub("与另一行", str(row.get("reason") or ""))), []).append(row)
    return [
        Unread(*key, rows=tuple(int(row.get("row") or 0) for row in rows), enterprises=tuple(dict.fromkeys(_enterprises(rows))))
        for key, rows in found.items()
    ]


def _enterprises(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(row["enterprise"]) for row in rows if row.get("enterprise")]


def _bare(facts: Facts) -> frozenset[int]:
    """Enterprises that a visit or a case brought in: nothing of a registry stands with them."""
    listed = ("industry", "address", "legal_rep", "contact", "phone", "grade", "subject")
    return frozenset(
        number
        for number, one in facts.enterprises.items()
        if one.source_file is None and not any(getattr(one, key) for key in listed)
    )  # fmt: skip


def _similar(session: Session, bare: Sequence[Enterprise]) -> dict[int, str]:
    """Return a name of the list that holds the gist of a name that is not in it."""
    found = {}
    for one in bare[:_SIMILAR]:
        gist = _LEGAL_FORM.sub("", one.name_key)
        if len(gist) > 1:
            query = select(Enterprise.name).where(Enterprise.name_key.contains(gist, autoescape=True), Enterprise.id != one.id)
            if name := session.scalar(query.where(Enterprise.deleted_at.is_(None)).limit(1)):
                found[one.id] = name
    return found


def _standards(session: Session) -> list[tuple[date, date | None, tuple[str, ...]]]:
    query = select(Rule.valid_from, Rule.valid_to, Rule.value).where(Rule.key == "major_standard_words", Rule.deleted_at.is_(None))
    return [(since, until, tuple(value.split("|"))) for since, until, value in session.execute(query)]


def _numbers(session: Session, day: date) -> dict[str, int]:
    found = {}
    for key in _NUMBERS:
        with suppress(Missing):
            found[key] = rules.number(session, key=key, on=day)
    return found
