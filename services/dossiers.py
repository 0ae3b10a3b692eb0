"""Everything that is known of one enterprise, across campaigns (一企一档).

One plain object for a page and a PDF; read, never kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Attachment, Campaign, Case, Enterprise, Evidence, Finding, Group, Inspection
from models.annexes import ENTERPRISE_LIST
from models.forms import Row
from models.values import masked
from services import cases, clocks, enterprises, penalties, records, rectifications
from services.inspections import VOID
from services.rectifications import CLOSED, Standing, state_word

_YEAR = timedelta(days=365)
_LEVELS = (("checked_province", "省级"), ("checked_city", "市级"), ("checked_district", "区级"))


@dataclass(frozen=True)
class Fact:
    """One line of the basics.

    Attributes:
        text: As the registry has it.
        personal: A number of a person: masked wherever no form asks for it.
    """

    title: str
    text: str
    personal: bool = False

    @property
    def shown(self) -> str:
        """The text, a number of a person with its middle hidden."""
        return masked(self.text) if self.personal else self.text


@dataclass(frozen=True)
class Visited:
    """One inspection, of ours or of another level.

    Attributes:
        level: 本大队, 省级, 市级 or 区级.
        inspection_id: None where only the day is known from the registry.
    """

    on: date
    level: str
    campaign: str
    group: str
    kind: str
    document_no: str
    platform_no: str
    findings: int
    open_findings: int
    state: str
    inspection_id: int | None


@dataclass(frozen=True)
class Found:
    """One finding with where it stands."""

    finding_id: int
    campaign: str
    found_on: date
    no: int
    hazard: str
    category: str
    level: str
    disposal: str
    due: date | None
    state: str
    rechecked_on: date | None


@dataclass(frozen=True)
class Proceeding:
    """One case with what was fined, in fen."""

    case_id: int
    campaign: str
    case_no: str
    violation: str
    procedure: str
    stage: str
    filed_on: date | None
    decided_on: date | None
    decision_no: str
    amount: int | None
    paid: int | None
    persons: tuple[str, ...]
    next_clock: clocks.Clock | None


@dataclass(frozen=True)
class Document:
    """A numbered document or a kept file."""

    on: date | None
    kind: str
    name: str
    sha256: str


@dataclass(frozen=True)
class Dossier:
    """All of it.

    Attributes:
        basics: Titles and texts of the registry, empty ones left out.
        standing: Whether it has to stand still.
        first_time: No penalty of it is known here: a hint for 首违不罚, no proof.
        visits_in_a_year: Our finished visits in the year up to the day.
    """

    enterprise_id: int
    name: str
    grade: str
    tags: tuple[str, ...]
    basics: tuple[Fact, ...]
    standing: Standing
    visits: tuple[Visited, ...]
    findings: tuple[Found, ...]
    cases: tuple[Proceeding, ...]
    documents: tuple[Document, ...]
    first_time: bool
    visits_in_a_year: int
    as_of: date

    @property
    def open_findings(self) -> int:
        """How many findings are not closed."""
        return sum(one.state != CLOSED for one in self.findings)


def dossier(session: Session, *, enterprise_id: int, as_of: date) -> Dossier:
    """Return everything that is known of an enterprise up to a day.

    Raises:
        Missing: It is gone.
    """
    enterprise = records.get(session, Enterprise, enterprise_id)
    row = enterprises.load(session, record_id=enterprise_id)
    visits = _own_visits(session, enterprise_id, as_of)
    found = _findings(session, [visit.id for visit, *_ in visits], as_of)
    listed = _cases(session, enterprise_id, as_of)
    made = [_visited(visit, campaign, group, found) for visit, campaign, group in visits]
    done = [visit for visit in made if visit.state == "已完成"]
    return Dossier(
        enterprise_id=enterprise_id,
        name=enterprise.name,
        grade=enterprise.grade or "",
        tags=records.names_of(enterprise.tags),
        basics=tuple(_basics(row)),
        standing=rectifications.standing(session, enterprise_id=enterprise_id, as_of=as_of),
        visits=tuple(sorted([*made, *_elsewhere(enterprise, made, as_of)], key=lambda one: one.on, reverse=True)),
        findings=tuple(one for one, _visit in found),
        cases=tuple(listed),
        documents=tuple(_documents(session, made, found, listed)),
        first_time=not any(case.decided_on for case in listed),
        visits_in_a_year=sum(as_of - _YEAR < visit.on <= as_of for visit in done),
        as_of=as_of,
    )


def named(session: Session, *, text: str) -> list[tuple[int, str]]:
    """Return the enterprises that a text may mean: by code, by name, else by words."""
    exact = enterprises.find(session, name=text, credit_code=text)
    if exact is not None:
        return [(exact.id, exact.name)]
    query = select(Enterprise.id, Enterprise.name).where(Enterprise.deleted_at.is_(None)).order_by(Enterprise.name)
    for word in text.split():
        query = query.where(Enterprise.search_text.contains(word, autoescape=True))
    return [(row[0], row[1]) for row in session.execute(query.limit(20))]


def _basics(row: Row) -> Iterable[Fact]:
    for column in ENTERPRISE_LIST.columns:
        value = row.get(column.key)
        if value not in (None, "", ()):
            yield Fact(column.title, column.kind.show(value), column.kind.personal)


def _own_visits(session: Session, enterprise_id: int, as_of: date) -> list[tuple[Inspection, str, str]]:
    query = (
        select(Inspection, Campaign.name, Group.name)
        .join(Campaign, Campaign.id == Inspection.campaign_id)
        .outerjoin(Group, Group.id == Inspection.group_id)
        .where(
            Inspection.enterprise_id == enterprise_id,
            Inspection.deleted_at.is_(None),
            Inspection.state != VOID,
            Inspection.checked_on <= as_of,
        )
        .order_by(Inspection.checked_on.desc(), Inspection.id.desc())
    )
    return [(visit, campaign, group or "") for visit, campaign, group in session.execute(query)]


def _visited(visit: Inspection, campaign: str, group: str, found: list[tuple[Found, int]]) -> Visited:
    own = [one for one, number in found if number == visit.id]
    return Visited(
        on=visit.checked_on,
        level="本大队",
        campaign=campaign,
        group=group,
        kind=visit.plan_kind or "",
        document_no=visit.document_no or "",
        platform_no=visit.platform_no or "",
        findings=len(own),
        open_findings=sum(one.state != CLOSED for one in own),
        state=visit.state,
        inspection_id=visit.id,
    )


def _elsewhere(enterprise: Enterprise, ours: list[Visited], as_of: date) -> Iterable[Visited]:
    """Days that the registry knows of inspections that are not recorded here."""
    for key, level in _LEVELS:
        on: date | None = getattr(enterprise, key)
        if on and on <= as_of and not any(one.on == on for one in ours):
            yield Visited(on, level, "", "", "", "", "", 0, 0, "名录记载", None)


def _findings(session: Session, visit_ids: list[int], as_of: date) -> list[tuple[Found, int]]:
    query = (
        select(Finding, Inspection.checked_on, Campaign.name)
        .join(Inspection, Inspection.id == Finding.inspection_id)
        .join(Campaign, Campaign.id == Finding.campaign_id)
        .where(Finding.inspection_id.in_(visit_ids), Finding.deleted_at.is_(None))
        .order_by(Inspection.checked_on.desc(), Finding.no)
    )
    return [
        (
            Found(
                finding_id=one.id,
                campaign=campaign,
                found_on=on,
                no=one.no,
                hazard=one.hazard,
                category=one.category or "",
                level=one.level,
                disposal=one.disposal or "",
                due=one.due,
                state=state_word(one.status, one.due, as_of),
                rechecked_on=one.rechecked_on,
            ),
            one.inspection_id,
        )
        for one, on, campaign in session.execute(query)
    ]


def _cases(session: Session, enterprise_id: int, as_of: date) -> list[Proceeding]:
    query = (
        select(Case, Campaign.name)
        .join(Campaign, Campaign.id == Case.campaign_id)
        .where(Case.enterprise_id == enterprise_id, Case.deleted_at.is_(None))
        .order_by(Case.id.desc())
    )
    found: list[Proceeding] = []
    for case, campaign in session.execute(query):
        lines = penalties.parties(session, case_id=case.id)
        standing = [line.standing for line in lines if line.standing is not None]
        paid = [line.paid for line in lines if line.paid is not None]
        found.append(
            Proceeding(
                case_id=case.id,
                campaign=campaign,
                case_no=case.case_no or "",
                violation=case.violation,
                procedure=case.procedure,
                stage=case.stage,
                filed_on=case.filed_on,
                decided_on=case.decided_on,
                decision_no=case.decision_no or "",
                amount=sum(standing) if standing else None,
                paid=sum(paid) if paid else None,
                persons=tuple(line.name for line in lines if line.kind == cases.PERSON),
                next_clock=clocks.next_clock(session, case_id=case.id, as_of=as_of),
            )
        )
    return found


def _documents(session: Session, visits: list[Visited], found: list[tuple[Found, int]], listed: list[Proceeding]) -> Iterable[Document]:
    for visit in visits:
        if visit.document_no:
            yield Document(visit.on, "现场检查记录", visit.document_no, "")
    for case in listed:
        if case.case_no:
            yield Document(case.filed_on, "立案", case.case_no, "")
        if case.decision_no:
            yield Document(case.decided_on, "行政处罚决定书", case.decision_no, "")
    owners = (
        (Evidence.inspection_id, [visit.inspection_id for visit in visits if visit.inspection_id]),
        (Evidence.finding_id, [one.finding_id for one, _visit in found]),
        (Evidence.case_id, [case.case_id for case in listed]),
    )
    for column, ids in owners:
        query = (
            select(Evidence, Attachment)
            .join(Attachment, Attachment.id == Evidence.attachment_id)
            .where(column.in_(ids), Evidence.deleted_at.is_(None))
            .order_by(Evidence.id)
        )
        for piece, file in session.execute(query):
            taken = date.fromisoformat(piece.taken_at[:10]) if piece.taken_at else piece.created_at.date()
            yield Document(taken, piece.kind, piece.caption or file.name, file.sha256)
