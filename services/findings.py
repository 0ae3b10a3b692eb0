"""Findings: one row of the ledger each, from discovery to closing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models import Attendance, Campaign, CaseFinding, Enterprise, Evidence, Finding, Inspection, Person
from models.annexes import FINDING_LEDGER
from models.forms import Issue, Row
from models.ledgers import FINDING
from services import enterprises, inspections, reasons, records
from services.errors import Invalid, Refused
from services.listing import Listing
from services.matching import name_key

CLOSED, REPORTED, MAJOR, FILING = "已销号", "待复查", "重大", "立案查处"
PROOF = ("整改照片", "复查照片", "证据材料")
FORM_FULL = FINDING
_JOINED = frozenset({"enterprise", "town", "checked_on", "no"})  # "no" is given here, never taken from a file
_PLAIN = tuple(key for key in FINDING_LEDGER.keys if key not in _JOINED)
_MORE = tuple(key for key in FINDING.keys if key not in FINDING_LEDGER.keys)
_BULLET = r"[•·●○◆◇■□▪➢✓√*＊–—-]+(?!\d)"
_NUMBER = (
    r"(?:第?\s*\d{1,3}\s*(?:[、．:：)）\t]|\.(?!\d)|[条项](?=[、．.:：\s])[、．.:：]?)"
    r"|[(（]\s*(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s*[)）][、．.:：]?"
    r"|[一二三四五六七八九十]{1,3}[、．.]|[①-⑳㉑-㉟⑴-⒇⒈-⒛])"
)
_PREFIX = re.compile(rf"^\s*(?:{_BULLET}\s*)?(?:{_NUMBER})?\s*")


class NoVisit(Refused):
    """A finding needs the visit that found it."""

    code = "no_visit"
    template = "“{name}”在本次行动里还没有检查记录，这条问题没有归处。"
    mend = "先登记或导入这家企业的检查记录，再录问题。"


class FindingInCase(Refused):
    """A finding that a case rests on cannot go."""

    code = "finding_in_case"
    template = "这条问题是案件的依据，不能移入回收站：{hazard}。"
    mend = "先在案件里去掉对应问题。"


class NeedsSecondPerson(Refused):
    """A major hazard is not closed by the one who found it."""

    code = "needs_second_person"
    template = "重大事故隐患“{hazard}”由{finder}认定，不能由同一人复查销号。"
    mend = "复查人填另一名执法人员。"


class NoProof(Refused):
    """A major hazard is not closed without something that shows it."""

    code = "no_proof"
    template = "重大事故隐患“{hazard}”还没有整改或复查的照片、材料，不能销号。"
    mend = "先添加整改照片、复查照片或证据材料。"


def select_rows(campaign_id: int | None) -> Select[Any]:
    """Return the query of a campaign's findings, columns as the form's keys."""
    return _select().where(Finding.campaign_id == campaign_id)


def select_by_day(campaign_id: int | None) -> Select[Any]:
    """Return the same rows by way of the visits, whose index has their days."""
    return _select().where(Inspection.campaign_id == campaign_id)


def _select() -> Select[Any]:
    joined = {"enterprise": Enterprise.name, "town": Enterprise.town, "checked_on": Inspection.checked_on, "no": Finding.no}
    columns = [(joined[key] if key in joined else getattr(Finding, key)).label(key) for key in FINDING_LEDGER.keys]
    return (
        select(
            Finding.id.label("id"),
            *columns,
            Enterprise.search_text.label("search_text"),
            Inspection.id.label("visit_id"),
            Inspection.enterprise_id.label("enterprise_id"),
            Inspection.group_id.label("group_id"),
            Inspection.state.label("visit_state"),
        )
        .join(Inspection, Inspection.id == Finding.inspection_id)
        .outerjoin(Enterprise, Enterprise.id == Inspection.enterprise_id)  # outer: left out where nobody asks for it
        .where(Finding.deleted_at.is_(None), Inspection.deleted_at.is_(None))
    )


LISTING = Listing(
    form=FINDING_LEDGER,
    select=select_rows,
    search=("search_text", "hazard", "category", "person"),
    default_sort="checked_on",
    select_sorted=select_by_day,
    ties=("visit_id",),
    tables=frozenset({"finding", "inspection", "enterprise"}),
    table="finding",
)


def load(session: Session, *, record_id: int) -> Row:
    """Return one finding as a row of the form.

    Raises:
        Missing: It is gone.
    """
    finding = records.get(session, Finding, record_id)
    visit = session.get_one(Inspection, finding.inspection_id)
    enterprise = session.get_one(Enterprise, visit.enterprise_id)
    row: Row = {key: getattr(finding, key) for key in _PLAIN}
    return {**row, "enterprise": enterprise.name, "town": enterprise.town, "checked_on": visit.checked_on, "no": finding.no}


def load_full(session: Session, *, record_id: int) -> Row:
    """Return one finding with every field, as a row of `FORM_FULL`.

    Raises:
        Missing: It is gone.
    """
    finding = records.get(session, Finding, record_id)
    return load(session, record_id=record_id) | {key: getattr(finding, key) for key in _MORE}


def save(
    session: Session,
    *,
    campaign_id: int,
    row: Row,
    record_id: int | None = None,
    source: records.Source | None = None,
    inspection_id: int | None = None,
) -> int:
    """Add or change a finding of a visit.

    The further fields of `FORM_FULL` are set where the row has them.

    Args:
        session: Session of a write.
        campaign_id: Its campaign.
        row: Clean row of the ledger.
        record_id: The finding to change; None adds one.
        source: Where an imported row came from.
        inspection_id: Visit of a new finding; None looks for it by enterprise and day.

    Raises:
        Invalid: A key field is empty, or the category is not of the campaign's list.
        NoVisit: The enterprise has no visit in this campaign.
        NeedsSecondPerson, NoProof: A confirmed major hazard is closed by whom confirmed it, or without proof.
        Missing: The finding to change is gone.
    """
    records.require(FINDING_LEDGER, row)
    values: dict[str, Any] = {key: row.get(key) for key in _PLAIN}
    values["category"] = category_of(session, campaign_id=campaign_id, text=records.text_of(row.get("category")))
    values["level"] = row.get("level") or "一般"
    values["penalty"] = bool(row.get("penalty")) or row.get("disposal") == FILING
    values["status"] = row.get("status") or (CLOSED if row.get("rechecked_on") else "未整改")
    values |= {key: row[key] for key in _MORE if key in row} | records.sourced(source)
    if record_id is not None:
        finding = records.get(session, Finding, record_id)
        if source is None:
            values |= _typed_state(session, finding, values)
        records.change(finding, values | _moved(session, finding, row))
        return record_id
    if inspection_id is None:
        visit = visit_of(session, campaign_id=campaign_id, row=row)
    else:
        visit = records.get(session, Inspection, inspection_id)
    number = next_number(session, campaign_id=campaign_id, enterprise_id=visit.enterprise_id)
    return records.add(session, Finding(campaign_id=campaign_id, inspection_id=visit.id, no=number, **values))


def remove(session: Session, *, record_ids: Sequence[int]) -> None:
    """Move findings to the bin.

    Raises:
        FindingInCase: A case rests on one of them.
    """
    query = select(CaseFinding.finding_id).where(CaseFinding.finding_id.in_(list(record_ids)), CaseFinding.deleted_at.is_(None))
    used = session.scalar(query.limit(1))
    if used is not None:
        raise FindingInCase(hazard=records.get(session, Finding, used).hazard[:30])
    records.to_bin(session, Finding, record_ids)


def _typed_state(session: Session, finding: Finding, values: dict[str, Any]) -> dict[str, Any]:
    """Return what a state typed into the register takes along; refuse what a step would refuse.

    What is open again was not put right and has no recheck: those days and that person go, unless they were typed anew.
    """
    before, after = finding.status, values["status"]
    if after == CLOSED != before and finding.major_officer:
        require_second(session, finding, closers=[str(values.get("recheck_person") or "")])
        require_proof(session, finding)
    if after in (before, CLOSED):
        return {}
    keys = ("rechecked_on", "recheck_person") if after == REPORTED else ("rectified_on", "rechecked_on", "recheck_person")
    return {key: None for key in keys if values.get(key) == getattr(finding, key)}


def _moved(session: Session, finding: Finding, row: Row) -> dict[str, Any]:
    """Return where a finding goes when its enterprise or day was corrected."""
    enterprise = session.get_one(Enterprise, session.get_one(Inspection, finding.inspection_id).enterprise_id)
    if not enterprises.is_called(enterprise, row["enterprise"]):
        visit = visit_of(session, campaign_id=finding.campaign_id, row=row)
        number = next_number(session, campaign_id=finding.campaign_id, enterprise_id=visit.enterprise_id)
        return {"inspection_id": visit.id, "no": number}
    visits = records.alive(session, Inspection, campaign_id=finding.campaign_id, enterprise_id=enterprise.id)
    same_day = [visit.id for visit in visits if visit.checked_on == row.get("checked_on")]
    return {} if not same_day or finding.inspection_id in same_day else {"inspection_id": same_day[0]}


def next_number(session: Session, *, campaign_id: int, enterprise_id: int) -> int:
    """Return the number of an enterprise's next finding in a campaign.

    Numbers run on over several visits and none is used twice: cases name them.
    """
    query = (
        select(func.max(Finding.no))
        .join(Inspection, Inspection.id == Finding.inspection_id)
        .where(Finding.campaign_id == campaign_id, Inspection.enterprise_id == enterprise_id)
    )
    return (session.scalar(query) or 0) + 1


def visit_of(session: Session, *, campaign_id: int, row: Row) -> Inspection:
    """Return the visit that a ledger row belongs to.

    Raises:
        NoVisit: The enterprise is unknown or was not visited.
    """
    name = str(row["enterprise"])
    enterprise = enterprises.find(session, name=name)
    on = row.get("checked_on")
    visit = enterprise and inspections.of_enterprise(
        session, campaign_id=campaign_id, enterprise_id=enterprise.id, on=on if isinstance(on, date) else None
    )
    if not visit:
        raise NoVisit(name=name)
    return visit


def category_of(session: Session, *, campaign_id: int, text: str | None) -> str | None:
    """Return the campaign's category that a text names; None for no text.

    Raises:
        Invalid: The campaign has no such category.
    """
    if text is None:
        return None
    listed = session.get_one(Campaign, campaign_id).categories
    bare = name_key(text).removesuffix("类")  # full or half width brackets, blanks
    found = next((name for name in listed if name == text or name_key(name).removesuffix("类") == bare), None)
    if found is None:
        message = f"问题类别“{text}”不在本次行动的类别表里，请从 {len(listed)} 类中选一类"
        raise Invalid([Issue(0, "category", "问题类别", text, "category_unknown", message)])
    return str(found)


def categories(session: Session, campaign_id: int | None) -> list[str]:
    """Return the campaign's categories for completion in editors."""
    campaign = session.get(Campaign, campaign_id) if campaign_id else None
    return [str(name) for name in campaign.categories] if campaign else []


def paste_lines(text: str) -> list[str]:
    """Return the findings in a pasted text: one a line, its number taken off.

    Blank lines go; a number that belongs to the words stays (2 号破碎机, 1.5 吨, 20区).
    """
    found: list[str] = []
    for line in text.splitlines():
        bare = _PREFIX.sub("", line, count=1)
        words = " ".join(bare.split())
        if words:
            found.append(words)
    return found


def of_visit(session: Session, *, inspection_id: int) -> list[Finding]:
    """Return the findings of one visit in their order."""
    return sorted(records.alive(session, Finding, inspection_id=inspection_id), key=lambda finding: (finding.no, finding.id))


def without_basis(session: Session, *, inspection_id: int) -> list[Finding]:
    """Return the findings of a visit that name no basis."""
    return [finding for finding in of_visit(session, inspection_id=inspection_id) if not (finding.basis or "").strip()]


def dispose(session: Session, *, record_ids: Sequence[int], disposal: str, due: date | None = None, reason: str | None = None) -> int:
    """Set what is done about findings, and the day; return how many changed.

    Args:
        session: Session of a write.
        record_ids: The findings.
        disposal: As in `models.annexes.DISPOSALS`; 立案查处 makes it a 处罚事项.
        due: Last day; None leaves what is there, and takes the day of the visit for 当场整改.
        reason: Why, where a day that was set is changed.

    Raises:
        ReasonNeeded: A day that was set is changed without a reason.
        Missing: One is gone.
    """
    changed = 0
    for record_id in record_ids:
        finding = records.get(session, Finding, record_id)
        values: dict[str, Any] = {"disposal": disposal, "penalty": finding.penalty or disposal == FILING}
        on_spot = session.get_one(Inspection, finding.inspection_id).checked_on if disposal == "当场整改" else None
        if due or (on_spot and finding.due is None):
            values["due"] = due or on_spot
        reasons.notice(session, reasons.asking(FINDING_LEDGER, {"due": finding.due}, {"due": values.get("due", finding.due)}))
        changed += records.change(finding, values)
    reasons.require(session, reason=reason)
    return changed


def finders(session: Session, finding: Finding) -> tuple[str, ...]:
    """Return who found it: who confirmed the hazard, else the visit's officers."""
    if finding.major_officer:
        return (finding.major_officer,)
    query = (
        select(Person.name)
        .join(Attendance, Attendance.person_id == Person.id)
        .where(Attendance.inspection_id == finding.inspection_id, Attendance.role != "专家", Attendance.deleted_at.is_(None))
        .order_by(Attendance.position)
    )
    return tuple(session.scalars(query))


def require_second(session: Session, finding: Finding, *, closers: Iterable[str], officer: str = "") -> None:
    """Refuse that those who found a major hazard close it alone.

    Args:
        session: Session of a read.
        finding: The finding.
        closers: Who rechecked; several with 、 between them.
        officer: Who confirms it just now; else as it is recorded.

    Raises:
        NeedsSecondPerson: None of the closers is another person.
    """
    found_by = (officer,) if officer else finders(session, finding)
    names = {name for closer in closers for name in re.split(r"[、，,;； ]+", closer) if name}
    if not names - set(found_by):
        raise NeedsSecondPerson(hazard=finding.hazard[:20], finder="、".join(found_by) or "检查人员")


def require_proof(session: Session, finding: Finding) -> None:
    """Refuse that a major hazard is closed while nothing shows it.

    Raises:
        NoProof: No photo of the work or of the recheck and no document hangs on it.
    """
    query = select(Evidence.id).where(Evidence.finding_id == finding.id, Evidence.kind.in_(PROOF), Evidence.deleted_at.is_(None))
    if session.scalar(query.limit(1)) is None:
        raise NoProof(hazard=finding.hazard[:20])
