"""Runs every pre-flight rule over one campaign and lists what it found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from models import Secondment
from services import campaigns, people, records, rules
from services.checks import rules_of_annexes, rules_of_people, rules_of_texts
from services.checks.trouble import Material, Trouble
from services.figures import annex_2_rows, annex_3_rows, collect
from services.listing import head

LEVELS = {"B": "必须改", "W": "建议核对", "I": "提示"}
RULES = (*rules_of_annexes.RULES, *rules_of_people.RULES, *rules_of_texts.RULES)


@dataclass(frozen=True)
class Check:
    """One thing that pre-flight found.

    Attributes:
        rule: Its number, as in the pre-flight list ("P01").
        level: "B" blocks the package, "W" asks for a look, "I" only says.
        message: What is wrong, where, how to mend.
        place: Which annex or register it concerns, in words.
        entity: Table of the record to mend.
        uid: Its uid; None where the whole campaign is meant.
        record_id: Its local id.
        register: Register that shows it.
        waived: The reason for waiving it; empty if it stands.
    """

    rule: str
    level: str
    message: str
    place: str
    entity: str
    uid: str | None
    record_id: int | None
    register: str
    waived: str = ""


def run(session: Session, *, campaign_id: int, as_of: date, waivers: Mapping[str, str] | None = None) -> list[Check]:
    """Return everything that does not agree, blocking first.

    Args:
        session: Session of a read or a snapshot.
        campaign_id: Which campaign.
        as_of: Day the figures stand on.
        waivers: Reason by rule number; a waived issue no longer blocks.

    Raises:
        Missing: There is no such campaign.
    """
    material = gather(session, campaign_id=campaign_id, as_of=as_of)
    found = [_check(trouble, waivers or {}) for rule in RULES for trouble in rule(material)]
    return sorted(found, key=lambda check: (list(LEVELS).index(check.level), check.rule))


def gather(session: Session, *, campaign_id: int, as_of: date) -> Material:
    """Read what the rules look at.

    Raises:
        Missing: There is no such campaign.
    """
    facts = collect(session, campaign_id=campaign_id, as_of=as_of)
    uids = {secondment.id: secondment.uid for secondment in records.alive(session, Secondment, campaign_id=campaign_id)}
    keys = people.LISTING.form.keys
    seconded = [
        {**dict(zip(keys, values, strict=True)), "id": number, "uid": uids[number]}
        for number, values in head(session, people.LISTING, scope=campaign_id, limit=100_000)
    ]
    return Material(
        facts=facts,
        annex_2=annex_2_rows(facts),
        annex_3=annex_3_rows(facts),
        people=seconded,
        units=campaigns.units(session, campaign_id=campaign_id),
        low_fen=rules.number(session, key="preflight_amount_low_fen", on=as_of),
        high_fen=rules.number(session, key="preflight_amount_high_fen", on=as_of),
        placeholders=rules.words(session, key="placeholder_words", on=as_of),
    )


def blocking(checks: Iterable[Check]) -> list[Check]:
    """Return the issues that stand in the way of the package."""
    return [check for check in checks if check.level == "B" and not check.waived]


def as_json(checks: Sequence[Check]) -> dict[str, Any]:
    """Return the check/1 document."""
    return {"schema": "check/1", "issues": list(_listed(checks))}


def _listed(checks: Sequence[Check]) -> Iterator[dict[str, Any]]:
    for check in checks:
        yield {
            "rule": check.rule,
            "level": check.level,
            "message": check.message,
            "entity": check.entity,
            "uid": check.uid,
            "waived": check.waived or None,
        }


def _check(trouble: Trouble, waivers: Mapping[str, str]) -> Check:
    record = trouble.record
    uid = record["uid"] if isinstance(record, Mapping) else getattr(record, "uid", None)
    number = record["id"] if isinstance(record, Mapping) else getattr(record, "id", None)
    return Check(
        rule=trouble.rule,
        level=trouble.level,
        message=trouble.message,
        place=trouble.place,
        entity=trouble.entity,
        uid=uid,
        record_id=number,
        register=_REGISTERS.get(trouble.entity, ""),
        waived=waivers.get(trouble.rule, ""),
    )


_REGISTERS = {
    "finding": "hazard_list",
    "inspection": "inspections",
    "penalty_case": "cases",
    "secondment": "people",
    "inspection_group": "groups",
    "enterprise": "enterprises",
}
