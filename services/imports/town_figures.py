"""A summary of towns as a file: compared with our figures, never written.

Every number of it is a sum of what visits, findings and cases say; writing it
would give each figure a second master. What it says about people on duty has
no counterpart here and is left out.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Select, null, select
from sqlalchemy.orm import Session

from models import ReportingUnit
from models.annexes import TOWN_SUMMARY
from models.forms import Row
from services import campaigns, clock, findings
from services.figures.annex_rows import standing_amount
from services.figures.facts import collect
from services.imports.counted import Disagreement, stated_rows
from services.imports.known import Known, know
from services.listing import Listing
from services.matching import name_key

_COMPARED = {"enterprises_checked": "检查企业数", "findings": "发现问题", "rectified": "已整改", "cases": "立案数", "fine": "罚款金额"}
_SLACK = 0.006  # a rate is printed with whole percents
_WAN = 1_000_000


def select_rows(campaign_id: int | None) -> Select[Any]:
    """Return the query of the towns; their figures are computed, not stored."""
    columns: list[Any] = [(ReportingUnit.name if key == "town" else null()).label(key) for key in TOWN_SUMMARY.keys]
    return select(ReportingUnit.id.label("id"), *columns).where(
        ReportingUnit.campaign_id == campaign_id, ReportingUnit.deleted_at.is_(None)
    )


LISTING = Listing(
    form=TOWN_SUMMARY,
    select=select_rows,
    search=("town",),
    default_sort="id",
    tables=frozenset({"reporting_unit"}),
    table="reporting_unit",
)


def difference(known: Known, row: Row) -> str:
    """Return in words how a town's sums differ; empty if they do not."""
    town = name_of(known, str(row.get("town") or ""))
    ours = figures(known).get(town, Counter()) + known.coming.towns.get(town, Counter())
    different = [
        f"{title}台账 {_shown(key, ours[key])}、来表 {_shown(key, theirs)}"
        for key, title in _COMPARED.items()
        if isinstance(theirs := row.get(key), int) and theirs != ours[key]
    ]
    rate, share = row.get("rate"), ours["rectified"] / ours["findings"] if ours["findings"] else None
    if share is not None and isinstance(rate, int | float) and abs(rate - share) > _SLACK:
        different.append(f"整改率台账 {share:.1%}、来表 {rate:.1%}")
    return f"与台账算出的数不一致：{'；'.join(different)}。汇总表只作核对，不写入" if different else ""


def stated(row: Row) -> dict[str, object]:
    """Return the numbers of a reported town, to be compared again later."""
    return {key: row[key] for key in ("town", *_COMPARED, "rate") if row.get(key) is not None}


def disagreements(session: Session, *, campaign_id: int) -> list[Disagreement]:
    """Return where received summaries and the figures of now still disagree.

    The latest file that names a town speaks for it.
    """
    known = know(session, campaign_id=campaign_id)
    found: dict[str, Disagreement] = {}
    for said, file in stated_rows(session, campaign_id=campaign_id, form="town_summary"):
        town, why = str(said.get("town") or ""), difference(known, said)
        found.setdefault(name_of(known, town), Disagreement(None, town, f"{town}：{why}" if why else "", file, "town_summary"))
    return [one for one in found.values() if one.sentence]


def name_of(known: Known, text: str) -> str:
    """Return the town as the campaign names it."""
    unit = campaigns.unit_named(known.units, text)
    return name_key(unit.name if unit else text)


def figures(known: Known) -> dict[str, Counter[str]]:
    """Return the office's figures by town, under the keys of the form."""
    if known.town_figures is None:
        known.town_figures = _figures(known)
    return known.town_figures


def _figures(known: Known) -> dict[str, Counter[str]]:
    facts = collect(known.session, campaign_id=known.campaign, as_of=clock.today())
    found: dict[str, Counter[str]] = {}

    def of(town: object) -> Counter[str]:
        return found.setdefault(name_of(known, str(town or "")), Counter())

    for visit in {visit.enterprise_id: visit for visit in facts.visits}.values():
        of(visit.town)["enterprises_checked"] += 1
    for one in facts.findings:
        of(one.town)["findings"] += 1
        of(one.town)["rectified"] += one.status == findings.CLOSED
    for case in facts.ordinary:
        of(case.town)["cases"] += 1
        of(case.town)["fine"] += standing_amount(case) or 0
    return found


def _shown(key: str, value: int) -> str:
    return f"{value / _WAN:g} 万元" if key == "fine" else str(value)
