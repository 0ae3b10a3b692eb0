"""Tables as a group's results: findings that bring the visit they belong to.

An office whose groups write workbooks and never open the program can still
make its package of them. The visit that a ledger row makes says so in its
remark, and carries file and row like everything that was imported.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.forms import Row
from services import enterprises, findings, groups, inspections, records
from services.imports.prepare import MAKES_VISIT

REMARK = "由问题台账带入（来源：表格）"


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
    group = groups.named(session, campaign_id=campaign_id, text=records.text_of(row.get("group")))
    visit: Row = {
        "enterprise": row["enterprise"],
        "credit_code": row.get("credit_code"),
        "town": row.get("town"),
        "group": group.name if group else None,
        "checked_on": row["checked_on"],
        "remark": REMARK,
    }
    inspections.save(session, campaign_id=campaign_id, row=visit, source=source)
