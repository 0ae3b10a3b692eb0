"""Findings and visits broken down; fixed order, never a ranking."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy.orm import Session

from services import campaigns
from services.figures.facts import Facts

UNKNOWN = "（未填）"


def breakdowns(session: Session, facts: Facts) -> dict[str, list[dict[str, Any]]]:
    """Return findings by category, town, group and day.

    Categories stand in the order of Annex 2, towns in the official order,
    groups by number, days by date; what belongs nowhere comes last, so that
    each table adds up to the figure.
    """
    towns = [unit.name for unit in campaigns.units(session, campaign_id=facts.campaign.id) if unit.kind != "监察室"]
    days = sorted({visit.checked_on for visit in facts.visits})
    by_day = Counter(finding.checked_on for finding in facts.findings)
    return {
        "by_category": _by_category(facts),
        "by_town": _by_town(facts, towns),
        "by_group": _by_group(facts),
        "by_day": [{"name": day.isoformat(), "findings": by_day.get(day, 0)} for day in days],
    }


def _by_category(facts: Facts) -> list[dict[str, Any]]:
    listed = facts.campaign.categories
    counted = Counter(finding.category if finding.category in listed else UNKNOWN for finding in facts.findings)
    names = [*listed, *([UNKNOWN] if counted[UNKNOWN] else [])]
    return [{"name": name, "findings": counted[name]} for name in names]


def _by_town(facts: Facts, towns: list[str]) -> list[dict[str, Any]]:
    findings = Counter(finding.town or UNKNOWN for finding in facts.findings)
    visits = Counter(visit.town or UNKNOWN for visit in facts.visits)
    others = sorted(town for town in visits if town not in towns and town != UNKNOWN)
    names = [*towns, *others, *([UNKNOWN] if visits[UNKNOWN] else [])]
    return [{"name": town, "visits": visits[town], "findings": findings[town]} for town in names]


def _by_group(facts: Facts) -> list[dict[str, Any]]:
    known = {group.id for group in facts.groups}  # a group that went to the bin is none
    findings = Counter(finding.group_id if finding.group_id in known else None for finding in facts.findings)
    enterprises: dict[int | None, set[int]] = {}
    for visit in facts.visits:
        enterprises.setdefault(visit.group_id if visit.group_id in known else None, set()).add(visit.enterprise_id)
    default = facts.campaign.group_quota
    groups: list[tuple[int | None, str, int | None]] = [
        (group.id, group.name, group.quota if group.quota is not None else default) for group in facts.groups
    ]
    if None in enterprises:
        groups.append((None, UNKNOWN, None))
    return [
        {"name": name, "enterprises": len(enterprises.get(number, ())), "quota": quota, "findings": findings[number]}
        for number, name, quota in groups
    ]
