"""Findings: one row of the ledger each, from discovery to closing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models import Campaign, CaseFinding, Enterprise, Finding, Inspection
from models.annexes import FINDING_LEDGER
from models.forms import Issue, Row
from services import enterprises, inspections, records
from services.errors import Invalid, Refused
from services.listing import Listing

CLOSED = "已销号"
_JOINED = frozenset({"enterprise", "town", "checked_on", "no"})  # "no" is given here, never taken from a file
_PLAIN = tuple(key for key in FINDING_LEDGER.keys if key not in _JOINED)


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


def select_rows(campaign_id: int | None) -> Select[Any]:
    """Return the query of a campaign's findings, columns as the form's keys."""
    joined = {"enterprise": Enterprise.name, "town": Enterprise.town, "checked_on": Inspection.checked_on, "no": Finding.no}
    columns = [(joined[key] if key in joined else getattr(Finding, key)).label(key) for key in FINDING_LEDGER.keys]
    return (
        select(
            Finding.id.label("id"),
            *columns,
            Enterprise.search_text.label("search_text"),
            Inspection.enterprise_id.label("enterprise_id"),
            Inspection.group_id.label("group_id"),
            Inspection.state.label("visit_state"),
        )
        .join(Inspection, Inspection.id == Finding.inspection_id)
        .join(Enterprise, Enterprise.id == Inspection.enterprise_id)
        .where(Finding.campaign_id == campaign_id, Finding.deleted_at.is_(None), Inspection.deleted_at.is_(None))
    )


LISTING = Listing(
    form=FINDING_LEDGER,
    select=select_rows,
    search=("search_text", "hazard", "category", "person"),
    default_sort="checked_on",
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


def save(session: Session, *, campaign_id: int, row: Row, record_id: int | None = None, source: records.Source | None = None) -> int:
    """Add or change a finding of a visit.

    Raises:
        Invalid: A key field is empty, or the category is not of the campaign's list.
        NoVisit: The enterprise has no visit in this campaign.
        Missing: The finding to change is gone.
    """
    records.require(FINDING_LEDGER, row)
    values: dict[str, Any] = {key: row.get(key) for key in _PLAIN}
    values["category"] = category_of(session, campaign_id=campaign_id, text=records.text_of(row.get("category")))
    values["level"] = row.get("level") or "一般"
    values["penalty"] = bool(row.get("penalty"))
    values["status"] = row.get("status") or (CLOSED if row.get("rechecked_on") else "未整改")
    values |= records.sourced(source)
    if record_id is not None:
        finding = records.get(session, Finding, record_id)
        records.change(finding, values | _moved(session, finding, row))
        return record_id
    visit = visit_of(session, campaign_id=campaign_id, row=row)
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
    bare = text.removesuffix("类")
    found = next((name for name in listed if name == text or name.removesuffix("类") == bare), None)
    if found is None:
        message = f"问题类别“{text}”不在本次行动的类别表里，请从 {len(listed)} 类中选一类"
        raise Invalid([Issue(0, "category", "问题类别", text, "category_unknown", message)])
    return str(found)


def categories(session: Session, campaign_id: int | None) -> list[str]:
    """Return the campaign's categories for completion in editors."""
    campaign = session.get(Campaign, campaign_id) if campaign_id else None
    return [str(name) for name in campaign.categories] if campaign else []
