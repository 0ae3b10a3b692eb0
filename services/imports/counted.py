"""Annex 2 as a file: a group that reports numbers only.

Where the office has the visit and its findings, the file is compared and
never overwrites them. Where it has none, the visit is made with one finding
per counted problem, whose text says that only the number was reported.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from models import Attachment, Enterprise, Finding, Inspection, Submission
from models.annexes import CATEGORY_PREFIX, annex_2
from models.forms import Row
from services import campaigns, clock, findings, inspections, records
from services.imports.known import ONLY_COUNTED, Known, know
from services.listing import Listing


@dataclass(frozen=True)
class Disagreement:
    """One enterprise whose statistics and ledger differ.

    Attributes:
        enterprise_id: The enterprise; None if the registry does not know it.
        sentence: What differs, in words.
        file: The file that says so.
    """

    enterprise_id: int | None
    enterprise: str
    sentence: str
    file: str


_SHORT = annex_2(categories=())
REMARK = "由附件2统计表带入"


def select_rows(campaign_id: int | None) -> Select[Any]:
    """Return the query of visited enterprises with their counts."""
    counts = (
        select(
            Inspection.enterprise_id.label("enterprise_id"),
            func.count(Finding.id).label("findings_total"),
            func.coalesce(func.sum(case((Finding.penalty.is_(True), 1), else_=0)), 0).label("penalties"),
            func.min(Inspection.id).label("id"),
        )
        .outerjoin(Finding, (Finding.inspection_id == Inspection.id) & Finding.deleted_at.is_(None))
        .where(Inspection.campaign_id == campaign_id, Inspection.deleted_at.is_(None), Inspection.state != inspections.VOID)
        .group_by(Inspection.enterprise_id)
        .subquery()
    )
    return select(
        counts.c.id.label("id"),
        counts.c.id.label("no"),
        Enterprise.name.label("enterprise"),
        Enterprise.town.label("town"),
        counts.c.findings_total,
        counts.c.penalties,
    ).join(Enterprise, Enterprise.id == counts.c.enterprise_id)


LISTING = Listing(
    form=_SHORT,
    select=select_rows,
    search=("enterprise",),
    default_sort="id",
    tables=frozenset({"inspection", "finding", "enterprise"}),
    table="inspection",
)


def difference(known: Known, row: Row) -> str:
    """Return in words how a reported row differs from the ledger.

    Empty if it does not. An enterprise without a visit does not differ: it is
    new. What files of the same batch bring to the ledger counts as there.
    """
    place = known.place(row)
    ours = known.coming.ledger.get(place, Counter()) + (known.ledger.get(place, Counter()) if isinstance(place, int) else Counter())
    if known.campaign_id is None or not (ours or known.visit(place, None)):
        return ""
    pairs = [(name, ours[name], _number(row.get(key))) for name, key in (("发现问题", "findings_total"), ("处罚事项", "penalties"))]
    pairs += [
        (key.removeprefix(CATEGORY_PREFIX), ours[key.removeprefix(CATEGORY_PREFIX)], _number(value)) for key, value in _categories(row)
    ]
    different = [f"{name}台账 {mine} 项、来表 {theirs} 项" for name, mine, theirs in pairs if mine != theirs]
    return f"与台账不一致：{'；'.join(different)}。请核对后改台账，来表的数没有写入" if different else ""


def disagreements(session: Session, *, campaign_id: int) -> list[Disagreement]:
    """Return where received statistics and the ledger still disagree.

    Kept are the numbers of the sender; they are compared with the ledger as it
    is now, so what was put right since is no longer named.
    """
    known = know(session, campaign_id=campaign_id)
    query = (
        select(Submission.unread, Attachment.name)
        .join(Attachment, Attachment.id == Submission.attachment_id)
        .where(Submission.campaign_id == campaign_id, Submission.form == "inspection_stats", Submission.deleted_at.is_(None))
        .order_by(Submission.id.desc())
    )
    found: dict[object, Disagreement] = {}
    for unread, file in session.execute(query):
        for one in unread or []:
            stated = one.get("stated")
            if not isinstance(stated, dict):
                continue
            row: Row = {**stated, "enterprise": one.get("enterprise")}
            place = known.place(row)
            if place in found:
                continue
            why = difference(known, row)
            number = place if isinstance(place, int) else None
            found[place] = Disagreement(number, str(one.get("enterprise")), f"{one.get('enterprise')}：{why}" if why else "", file)
    return [one for one in found.values() if one.sentence]


def stated(row: Row) -> dict[str, object]:
    """Return the numbers of a reported row, to be compared again later."""
    keys = ("findings_total", "penalties", *(key for key, _value in _categories(row)))
    return {key: row[key] for key in keys if isinstance(row.get(key), int)}


def save(session: Session, *, campaign_id: int, row: Row, record_id: int | None = None, source: records.Source | None = None) -> int:
    """Make the visit of a reported row with one finding per counted problem.

    Raises:
        Invalid: The enterprise is empty.
    """
    if record_id is not None:
        return record_id
    day = row.get("checked_on") or row.get("report_date")
    visit: Row = {
        "enterprise": row["enterprise"],
        "town": row.get("town"),
        "group": row.get("submitter"),
        "checked_on": day if isinstance(day, date) else _last_day(session, campaign_id),
        "remark": REMARK,
    }
    number = inspections.save(session, campaign_id=campaign_id, row=visit, source=source)
    known = findings.categories(session, campaign_id)
    counts = [(key.removeprefix(CATEGORY_PREFIX), _number(count)) for key, count in _categories(row)]
    # what the total counts and no category does stays without one, and pre-flight asks for it
    counts.append(("未分类", _number(row.get("findings_total")) - sum(count for _name, count in counts)))
    enterprise = session.get_one(Inspection, number).enterprise_id
    first = findings.next_number(session, campaign_id=campaign_id, enterprise_id=enterprise)
    texts = [(name, ordinal) for name, count in counts for ordinal in range(1, count + 1)]
    for position, (name, ordinal) in enumerate(texts):
        session.add(
            Finding(
                campaign_id=campaign_id,
                inspection_id=number,
                no=first + position,
                hazard=f"{name}问题{ordinal}{ONLY_COUNTED}",
                category=name if name in known else None,
                level="一般",
                penalty=position < _number(row.get("penalties")),
                status="未整改",
                **records.sourced(source),
            )
        )
    session.flush()
    return number


def _categories(row: Row) -> list[tuple[str, object]]:
    return [(key, value) for key, value in row.items() if key.startswith(CATEGORY_PREFIX)]


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _last_day(session: Session, campaign_id: int) -> date:
    ends = [phase.end for phase in campaigns.phases(session, campaign_id=campaign_id)]
    return min(max(ends, default=clock.today()), clock.today())
