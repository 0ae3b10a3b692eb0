"""Rows of the official annexes, derived from the campaign's records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from models.annexes import CATEGORY_PREFIX, annex_1
from models.forms import Row
from services import listing, nominations, people
from services.figures.facts import Facts


def annex_1_rows(session: Session, *, campaign_id: int) -> list[Row]:
    """Return the rows of Annex 1, units in official order.

    Who was sent back, withdrawn or replaced no longer stands in it.
    """
    return [row for _unit, row in _standing(session, campaign_id)]


def annex_1_by_unit(session: Session, *, campaign_id: int) -> dict[str, list[Row]]:
    """Return the same rows by the unit that sent them; "" where none is known."""
    found: dict[str, list[Row]] = {}
    for unit, row in _standing(session, campaign_id):
        found.setdefault(unit, []).append(row)
    return found


def annex_2_rows(facts: Facts) -> list[Row]:
    """Return the rows of Annex 2: one per enterprise with a finished visit.

    Order: number of the group, day of the first visit. 发现问题 counts findings,
    each category counts its own; a finding without category makes the two
    differ, which pre-flight P01 blocks.
    """
    by_enterprise: dict[int, list[Any]] = {}
    for finding in facts.findings:
        by_enterprise.setdefault(finding.enterprise_id, []).append(finding)
    rows: list[Row] = []
    for number, enterprise_id in enumerate(dict.fromkeys(visit.enterprise_id for visit in facts.visits), start=1):
        enterprise = facts.enterprises[enterprise_id]
        own = by_enterprise.get(enterprise_id, [])
        counted = Counter(finding.category for finding in own)
        row: Row = {"no": number, "enterprise": enterprise.name, "town": enterprise.town, "findings_total": len(own)}
        row |= {f"{CATEGORY_PREFIX}{name}": counted.get(name, 0) for name in facts.campaign.categories}
        row["penalties"] = sum(bool(finding.penalty) for finding in own)
        rows.append(row)
    return rows


def annex_3_rows(facts: Facts) -> list[Row]:
    """Return the rows of Annex 3: ordinary-procedure cases in order of entry.

    The amount (fen) is what was decided, else notified, else proposed; unit and
    person of one case are added up (source: 附件3 "已（拟）处罚金额").
    """
    rows: list[Row] = []
    for number, case in enumerate(facts.ordinary, start=1):
        rows.append(
            {
                "no": number,
                "enterprise": case.enterprise,
                "violation": case.violation,
                "town": case.town,
                "amount": standing_amount(case),
                "progress": case.progress or case.stage,
            }
        )
    return rows


def _standing(session: Session, campaign_id: int) -> Iterator[tuple[str, Row]]:
    keys = people.LISTING.form.keys
    wanted = annex_1().keys
    for _id, values in listing.head(session, people.LISTING, scope=campaign_id, limit=100_000):
        if values[keys.index("state")] not in nominations.GONE:
            yield str(values[keys.index("unit")] or ""), {key: values[keys.index(key)] for key in wanted}


def standing_amount(case: Any) -> int | None:
    """Return the amount in fen that Annex 3 prints for a case; None if none is known."""
    unit = next((fen for fen in (case.decided, case.notified, case.proposed) if fen is not None), None)
    person = next((fen for fen in (case.person_decided, case.person_notified, case.person_proposed) if fen is not None), None)
    return None if unit is None and person is None else (unit or 0) + (person or 0)
