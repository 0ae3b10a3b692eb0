"""One campaign read once: the rows that figures, annexes and checks derive from.

Only living rows up to the as-of day are here. Findings and cases of visits
that are drafts or void are kept apart: nothing counts them, pre-flight names
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from models import Attendance, Campaign, Case, CaseFinding, Enterprise, Finding, Group, Inspection
from services import cases, findings, inspections, records

DONE = inspections.DONE


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
    enterprises: dict[int, Enterprise]

    @property
    def ordinary(self) -> list[Any]:
        """Cases of the ordinary procedure (Annex 3, 填表说明 1)."""
        return [case for case in self.cases if case.procedure == cases.ORDINARY]


def collect(session: Session, *, campaign_id: int, as_of: date) -> Facts:
    """Read a campaign as of a day.

    Raises:
        Missing: There is no such campaign.
    """
    campaign = records.get(session, Campaign, campaign_id)
    groups = sorted(records.alive(session, Group, campaign_id=campaign_id), key=lambda group: group.position)
    order = {group.id: group.position for group in groups}
    all_visits = _rows(session, _with(inspections.select_rows(campaign_id), Inspection.uid, Inspection.group_id))
    visits = [visit for visit in all_visits if visit.checked_on <= as_of]
    visits.sort(key=lambda visit: (order.get(visit.group_id, len(order) + 1), visit.checked_on, visit.id))
    done = {visit.id for visit in visits if visit.state == DONE}
    all_findings = _rows(session, _with(findings.select_rows(campaign_id), Finding.uid, Finding.inspection_id))
    known = {visit.id for visit in visits}
    return Facts(
        campaign=campaign,
        as_of=as_of,
        visits=[visit for visit in visits if visit.id in done],
        unfinished=[visit for visit in visits if visit.id not in done],
        later=[visit for visit in all_visits if visit.checked_on > as_of and visit.state != inspections.VOID],
        findings=[f for f in all_findings if f.inspection_id in done],
        loose=[f for f in all_findings if f.inspection_id in known - done],
        cases=_rows(session, _with(cases.select_rows(campaign_id), Case.uid)),
        linked=_links(session, campaign_id),
        attendance=[a for a in _attendance(session, campaign_id) if a[0] in done],
        groups=groups,
        enterprises=_enterprises(session, campaign_id),
    )


def _rows(session: Session, query: Select[Any]) -> list[Row[Any]]:
    return list(session.execute(query.order_by("id")))


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


def _enterprises(session: Session, campaign_id: int) -> dict[int, Enterprise]:
    used = select(Inspection.enterprise_id).where(Inspection.campaign_id == campaign_id, Inspection.deleted_at.is_(None))
    more = select(Case.enterprise_id).where(Case.campaign_id == campaign_id, Case.deleted_at.is_(None))
    query = select(Enterprise).where(Enterprise.id.in_(used.union(more)))
    return {enterprise.id: enterprise for enterprise in session.scalars(query)}
