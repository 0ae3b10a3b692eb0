"""Runs every pre-flight rule over one campaign and lists what it found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from services import garbage
from services.checks import (
    rules_of_annexes,
    rules_of_cases,
    rules_of_findings,
    rules_of_people,
    rules_of_report,
    rules_of_sources,
    rules_of_texts,
    rules_of_visits,
)
from services.checks import waivers as waiving
from services.checks.gathering import gather
from services.checks.trouble import Trouble, gathered
from services.checks.waivers import Waiver
from services.figures import Facts

LEVELS = {"B": "必须改", "W": "建议核对", "I": "提示"}
RULES = (
    *rules_of_annexes.RULES,
    *rules_of_cases.RULES,
    *rules_of_people.RULES,
    *rules_of_visits.RULES,
    *rules_of_findings.RULES,
    *rules_of_report.RULES,
    *rules_of_sources.RULES,
    *rules_of_texts.RULES,
)


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

    @property
    def told(self) -> str:
        """The sentence with whose it is, for where no record stands beside it."""
        name = self.place.partition("　")[2]
        return self.message if not name or name in self.message else f"{name}：{self.message}"

    @property
    def waivable(self) -> bool:
        """Whether the office may let it pass with a reason."""
        return self.rule not in waiving.NEVER


def run(
    session: Session, *, campaign_id: int, as_of: date, waivers: Mapping[str, str] | None = None, facts: Facts | None = None
) -> list[Check]:
    """Return everything that does not agree, blocking first.

    What is waived and kept counts as waived; what is given here comes on top.

    Args:
        session: Session of a read or a snapshot.
        campaign_id: Which campaign.
        as_of: Day the figures stand on.
        waivers: Reason by rule number, or by "rule:uid" for one record.
        facts: What was read already from the same session as of that day.

    Raises:
        Missing: There is no such campaign.
        UnknownRule, NeverWaived, ReasonMissing: A waiver cannot be.
    """
    standing = [*waiving.given(waivers or {}), *waiving.kept(session, campaign_id=campaign_id)]
    with garbage.held_back():  # what is gathered is kept to the end, and rules make no cycles
        material = gather(session, campaign_id=campaign_id, as_of=as_of, facts=facts)
        found = [_check(trouble, standing) for rule in RULES for trouble in gathered(rule(material))]
    return sorted(found, key=lambda check: (list(LEVELS).index(check.level), check.rule))


def blocking(checks: Iterable[Check]) -> list[Check]:
    """Return the issues that stand in the way of the package."""
    return [check for check in checks if check.level == "B" and not check.waived]


def waived(checks: Iterable[Check]) -> dict[str, str]:
    """Return what was let pass, as a cover prints it: rule and place → reason."""
    return {f"{check.rule}　{check.place}": check.waived for check in checks if check.waived}


def as_json(checks: Sequence[Check]) -> dict[str, Any]:
    """Return the check/1 document."""
    return {"schema": "check/1", "issues": list(_listed(checks))}


def _listed(checks: Sequence[Check]) -> Iterator[dict[str, Any]]:
    for check in checks:
        yield {
            "rule": check.rule,
            "level": check.level,
            "message": check.told,
            "place": check.place,
            "entity": check.entity,
            "uid": check.uid,
            "waived": check.waived or None,
        }


def _check(trouble: Trouble, standing: Sequence[Waiver]) -> Check:
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
        waived=waiving.reason_of(standing, rule=trouble.rule, uid=uid),
    )


_REGISTERS = {
    "finding": "hazard_list",
    "inspection": "inspections",
    "penalty_case": "cases",
    "secondment": "people",
    "inspection_group": "groups",
    "enterprise": "enterprises",
}
