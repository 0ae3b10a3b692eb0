"""Findings and visits broken down; fixed order, never a ranking."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy.orm import Session

from services import campaigns
from services.figures.facts import Facts


def breakdowns(session: Session, facts: Facts) -> dict[str, list[dict[str, Any]]]:
    """Return findings by category, town, group and day.

    Categories stand in the order of Annex 2, towns in the official order,
    groups by number, days by date.
    """
    by_category = Counter(finding.category for finding in facts.findings)
    by_town = Counter(finding.town for finding in facts.findings)
    visits_by_town = Counter(visit.town for visit in facts.visits)
    by_group = Counter(finding.group_id for finding in facts.findings)
    visits_by_group: dict[int | None, set[int]] = {}
    for visit in facts.visits:
        visits_by_group.setdefault(visit.group_id, set()).add(visit.enterprise_id)
    by_day = Counter(finding.checked_on for finding in facts.findings)
    days = sorted({visit.checked_on for visit in facts.visits})
    towns = [unit.name for unit in campaigns.units(session, campaign_id=facts.campaign.id) if unit.kind != "监察室"]
    others = sorted({str(town) for town in visits_by_town if town and town not in towns})
    quota = facts.campaign.group_quota
    return {
        "by_category": [{"name": name, "findings": by_category.get(name, 0)} for name in facts.campaign.categories],
        "by_town": [{"name": town, "visits": visits_by_town.get(town, 0), "findings": by_town.get(town, 0)} for town in (*towns, *others)],
        "by_group": [
            {
                "name": group.name,
                "enterprises": len(visits_by_group.get(group.id, ())),
                "quota": group.quota if group.quota is not None else quota,
                "findings": by_group.get(group.id, 0),
            }
            for group in facts.groups
        ],
        "by_day": [{"name": day.isoformat(), "findings": by_day.get(day, 0)} for day in days],
    }
