"""Tables as a group's results: findings that bring the visit they belong to.

An office whose groups write workbooks and never open the program can still
make its package of them. The visit that a ledger row makes says so in its
remark, and carries file and row like everything that was imported.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from models import Finding
from models.forms import Row
from services import cases, enterprises, findings, inspections, records
from services.imports import group_names
from services.imports.known import FROM_LEDGER, MAKES_ENTERPRISE, MAKES_VISIT

REMARK = FROM_LEDGER


def save_visit(session: Session, *, campaign_id: int, row: Row, record_id: int | None = None, source: records.Source | None = None) -> int:
    """Add or change a visit; the group that it names is made if no list has it.

    Raises:
        Invalid: Enterprise or date is empty.
        Missing: The visit to change is gone.
    """
    group_names.need(session, campaign_id=campaign_id, rows=[(row, source or records.TYPED)])
    return inspections.save(session, campaign_id=campaign_id, row=row, record_id=record_id, source=source)


def save_case(session: Session, *, campaign_id: int, row: Row, record_id: int | None = None, source: records.Source | None = None) -> int:
    """Add or change a case; an enterprise that nobody knows is made if it has to.

    Raises:
        Invalid: A key field is empty, or a fine has no person.
        UnknownEnterprise: Neither registry nor visits know the enterprise.
        Missing: The case to change is gone.
    """
    if record_id is None and row.get(MAKES_ENTERPRISE):
        enterprises.need(session, name=str(row["enterprise"]), town=records.text_of(row.get("town")))
    return cases.save(session, campaign_id=campaign_id, row=row, record_id=record_id, source=source)


def save_major(session: Session, *, campaign_id: int, row: Row, record_id: int | None = None, source: records.Source | None = None) -> int:
    """Add a major hazard, or what its list knows to the finding of the ledger.

    Raises:
        Invalid: A key field is empty.
        NoVisit: The enterprise has no visit and the row may not make one.
    """
    if record_id is not None and source is not None:
        finding = records.get(session, Finding, record_id)
        if finding.source_file:
            known = [dict(flag) for flag in finding.flags or ()]
            more = [dict(flag) for flag in source.flags if dict(flag) not in known]
            first = (finding.source_file, finding.source_sheet or "", finding.source_row or 0)
            source = records.Source(*first, (*known, *more))
    return save_finding(session, campaign_id=campaign_id, row=row, record_id=record_id, source=source)


def save_finding(
    session: Session, *, campaign_id: int, row: Row, record_id: int | None = None, source: records.Source | None = None
) -> int:
    """Add or change a finding; make its visit if it has to and none is there.

    Raises:
        Invalid: A key field is empty, or the category is not of the campaign's list.
        NoVisit: The enterprise has no visit and the row may not make one.
    """
    if record_id is None and row.get(MAKES_VISIT):
        _require_visit(session, campaign_id, row, source)
    return findings.save(session, campaign_id=campaign_id, row=row, record_id=record_id, source=source)


def _require_visit(session: Session, campaign_id: int, row: Row, source: records.Source | None) -> None:
    found = enterprises.find(session, name=str(row["enterprise"]), credit_code=records.text_of(row.get("credit_code")))
    if found is not None and inspections.of_enterprise(session, campaign_id=campaign_id, enterprise_id=found.id) is not None:
        return
    visit: Row = {
        "enterprise": row["enterprise"],
        "credit_code": row.get("credit_code"),
        "town": row.get("town"),
        "group": row.get("group"),
        "checked_on": row["checked_on"],
        "remark": REMARK,
    }
    save_visit(session, campaign_id=campaign_id, row=visit, source=source)
