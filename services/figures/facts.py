"""One campaign read once: the rows that figures, annexes and checks derive from.

Only living rows up to the as-of day are here. Findings and cases of visits
that are drafts or void are kept apart: nothing counts them, pre-flight names
them. `collect` reads all columns of the registers, for annexes and checks;
`collect_counted` only what figures and tables count, which a year of a city
needs.
"""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from models import Assignment, Attendance, Campaign, Case, CaseFinding, Enterprise, Finding, Group, Inspection
from services import cases, findings, garbage, inspections, records

DONE = inspections.DONE
DRAWN = "双随机"
_VISIT_KEYS = ("id", "uid", "enterprise_id", "group_id", "checked_on", "state", "document_no", "platform_no", "entered_on", "mode")
_FINDING_KEYS = (
    *("id", "uid", "inspection_id", "category", "level", "disposal", "penalty", "due", "status"),
    *("rectified_on", "rechecked_on", "listed_on"),
)


@dataclass(frozen=True)
class Facts:
    """All rows of a campaign as of a day.

    Attributes:
        visits: Finished visits, in order of group, day and entry.
        unfinished: Drafts and void visits.
        later: Visits after the day, void ones left out; nothing counts them, pre-flight names them.
        findings: Findings of finished visits.
        loose: Findings of unfinished visits.
        cases: All cases, with the columns of the case list.
        linked: Finding ids by case id.
        attendance: (inspection id, person id, role) of finished visits.
        groups: In order of their number.
        enterprises: By id, those with visits or cases.
        drawn: (id, enterprise id) of what was drawn at random to be visited.
        since: First day that counts for visits; None for all up to `as_of`.
    """

    campaign: Campaign
    as_of: date
    visits: list[Any]
    unfinished: list[Any]
    later: list[Any]
    findings: list[Any]
    loose: list[Any]
    cases: list[Any]
    linked: dict[int, list[int]]
    attendance: list[tuple[int, int, str]]
    groups: list[Group]
    enterprises: dict[int, Any]
    drawn: list[Any]
    since: date | None = None

    @property
    def ordinary(self) -> list[Any]:
        """Cases of the ordinary procedure (Annex 3, 填表说明 1)."""
        return [case for case in self.cases if case.procedure == cases.ORDINARY]


@garbage.held_back()
def collect(session: Session, *, campaign_id: int, as_of: date) -> Facts:
    """Read a campaign as of a day, with all columns of its registers.

    Raises:
        Missing: There is no such campaign.
    """
    visits = _with(inspections.select_rows(campaign_id), Inspection.uid, Inspection.group_id, Inspection.mode)
    found = _with(findings.select_rows(campaign_id), Finding.uid, Finding.inspection_id, Finding.listed_on)
    return _facts(session, campaign_id, as_of, None, (visits, found, _entities(session, campaign_id)))


@garbage.held_back()
def collect_counted(session: Session, *, campaign_id: int, as_of: date, since: date | None = None) -> Facts:
    """Read of a campaign what is counted, and nothing else.

    Args:
        session: Session of a read.
        campaign_id: Which campaign.
        as_of: Last day that counts.
        since: First day of visits that count; None for all.

    Raises:
        Missing: There is no such campaign.
    """
    visits = (
        select(*(getattr(Inspection, key) for key in _VISIT_KEYS), Enterprise.town, Enterprise.name.label("enterprise"))
        .join(Enterprise, Enterprise.id == Inspection.enterprise_id)
        .where(Inspection.campaign_id == campaign_id, Inspection.deleted_at.is_(None))
    )
    found = (
        select(
            *(getattr(Finding, key) for key in _FINDING_KEYS),
            *(Inspection.enterprise_id, Inspection.group_id, Inspection.checked_on),
            *(Enterprise.town, Enterprise.name.label("enterprise")),
        )
        .join(Inspection, Inspection.id == Finding.inspection_id)
        .join(Enterprise, Enterprise.id == Inspection.enterprise_id)
        .where(Finding.campaign_id == campaign_id, Finding.deleted_at.is_(None), Inspection.deleted_at.is_(None))
    )
    known = select(Enterprise.id, Enterprise.uid, Enterprise.name, Enterprise.town, Enterprise.industry).where(_used(campaign_id))
    return _facts(session, campaign_id, as_of, since, (visits, found, {row.id: row for row in session.execute(known)}))


def _facts(
    session: Session, campaign_id: int, as_of: date, since: date | None, asked: tuple[Select[Any], Select[Any], dict[int, Any]]
) -> Facts:
    campaign = records.get(session, Campaign, campaign_id)
    groups = sorted(records.alive(session, Group, campaign_id=campaign_id), key=lambda group: group.position)
    order = {group.id: group.position for group in groups}
    all_visits = [visit for visit in _rows(session, asked[0]) if since is None or visit.checked_on >= since]
    visits = [visit for visit in all_visits if visit.checked_on <= as_of]
    visits.sort(key=lambda visit: (order.get(visit.group_id, len(order) + 1), visit.checked_on, visit.id))
    done = {visit.id for visit in visits if visit.state == DONE}
    all_findings = _rows(session, asked[1])
    undone = {visit.id for visit in visits} - done
    return Facts(
        campaign=campaign,
        as_of=as_of,
        visits=[visit for visit in visits if visit.id in done],
        unfinished=[visit for visit in visits if visit.id not in done],
        later=[visit for visit in all_visits if visit.checked_on > as_of and visit.state != inspections.VOID],
        findings=[f for f in all_findings if f.inspection_id in done],
        loose=[f for f in all_findings if f.inspection_id in undone],
        cases=_rows(session, _with(cases.select_rows(campaign_id), Case.uid, Case.notice_no, Case.outcome, Case.transferred_on)),
        linked=_links(session, campaign_id),
        attendance=[a for a in _attendance(session, campaign_id) if a[0] in done],
        groups=groups,
        enterprises=asked[2],
        drawn=_drawn(session, campaign_id),
        since=since,
    )


def _rows(session: Session, query: Select[Any]) -> list[Any]:
    """Return rows as plain named tuples: they are looked at a dozen times each."""
    found = session.execute(query.order_by("id"))
    line: Any = namedtuple("Line", list(found.keys()))  # type: ignore[misc]  # its fields are the query's columns
    return [line._make(row) for row in found]


def _with(query: Select[Any], *columns: Any) -> Select[Any]:
    present = set(query.selected_columns.keys())
    return query.add_columns(*(column for column in columns if column.key not in present))


def _links(session: Session, campaign_id: int) -> dict[int, list[int]]:
    query = (
        select(CaseFinding.case_id, CaseFinding.finding_id)
        .join(Finding, Finding.id == CaseFinding.finding_id)
        .where(Finding.campaign_id == campaign_id, CaseFinding.deleted_at.is_(None), Finding.deleted_at.is_(None))
        .order_by(CaseFinding.id)
    )
    found: dict[int, list[int]] = {}
    for case_id, finding_id in session.execute(query):
        found.setdefault(case_id, []).append(finding_id)
    return found


def _attendance(session: Session, campaign_id: int) -> list[tuple[int, int, str]]:
    query = (
        select(Attendance.inspection_id, Attendance.person_id, Attendance.role)
        .join(Inspection, Inspection.id == Attendance.inspection_id)
        .where(Inspection.campaign_id == campaign_id, Attendance.deleted_at.is_(None))
        .order_by(Attendance.id)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def _drawn(session: Session, campaign_id: int) -> list[Any]:
    query = select(Assignment.id, Assignment.enterprise_id, Enterprise.uid).join(Enterprise, Enterprise.id == Assignment.enterprise_id)
    query = query.where(Assignment.campaign_id == campaign_id, Assignment.kind == DRAWN, Assignment.deleted_at.is_(None))
    return list(session.execute(query.order_by(Assignment.position, Assignment.id)))


def _entities(session: Session, campaign_id: int) -> dict[int, Enterprise]:
    return {enterprise.id: enterprise for enterprise in session.scalars(select(Enterprise).where(_used(campaign_id)))}


def _used(campaign_id: int) -> ColumnElement[bool]:
    used = select(Inspection.enterprise_id).where(Inspection.campaign_id == campaign_id, Inspection.deleted_at.is_(None))
    more = select(Case.enterprise_id).where(Case.campaign_id == campaign_id, Case.deleted_at.is_(None))
    return Enterprise.id.in_(used.union(more))
