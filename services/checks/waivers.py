"""What the office lets pass, with its reason: a whole rule, or one record of it.

Kept per campaign among the options, so every change is in the history. A
waiver of a rule that finds nothing does no harm and stays for the next time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session

from models import Campaign
from services import clock, records, settings
from services.errors import Missing, Refused

NEVER = frozenset({"P34", "P42", "P45"})
"""What can be mended on the spot and would be plainly wrong on paper: wrong numbers, placeholders, personal data."""
KNOWN = frozenset(f"P{number:02}" for number in range(1, 46)) - {"P43"}
_SHORTEST = 8


class UnknownRule(Refused):
    """There is no pre-flight rule of this number."""

    code = "unknown_rule"
    template = "体检规则里没有“{rule}”。"
    mend = "规则写成 P01 到 P45；只放行一条记录时写 P23:记录编号前 8 位。"


class NeverWaived(Refused):
    """This rule cannot be waived."""

    code = "never_waived"
    template = "{rule} 不能豁免：对外的材料里不能有错数、占位文字和个人信息。"
    mend = "按体检单上的说明改好这一处。"


class ReasonMissing(Refused):
    """A waiver has no reason."""

    code = "waiver_reason_missing"
    template = "豁免 {rule} 要写理由，没有豁免。"
    mend = "写一句话：谁同意、为什么。"


@dataclass(frozen=True)
class Waiver:
    """One thing that the office lets pass.

    Attributes:
        rule: Number of the rule.
        uid: The record it is for, at least its first 8 characters; empty for the whole rule.
        reason: Why, as it is printed.
        on: Day, "2023-04-26"; empty for one that is given with a command and not kept.
    """

    rule: str
    uid: str
    reason: str
    on: str = ""

    @property
    def key(self) -> str:
        """How it is written: P23, or P23:0190a1b2."""
        return f"{self.rule}:{self.uid}" if self.uid else self.rule


def kept(session: Session, *, campaign_id: int) -> list[Waiver]:
    """Return the waivers that stand for a campaign, in order of their rules.

    Raises:
        Missing: There is no such campaign.
    """
    text = settings.text(session, key=_key(session, campaign_id))
    return sorted((Waiver(**one) for one in json.loads(text or "[]")), key=lambda one: one.key)


def waive(session: Session, *, campaign_id: int, rule: str, reason: str, uid: str = "") -> None:
    """Keep a waiver; the same rule and record again only changes the reason.

    Raises:
        UnknownRule: There is no such rule.
        NeverWaived: It has to be mended.
        ReasonMissing: The reason is empty.
        Missing: There is no such campaign.
    """
    new = _checked(Waiver(rule, uid, " ".join(reason.split()), clock.today().isoformat()))
    others = [one for one in kept(session, campaign_id=campaign_id) if one.key != new.key]
    _put(session, campaign_id, [*others, new])


def take_back(session: Session, *, campaign_id: int, rule: str, uid: str = "") -> None:
    """Let a waiver stand no longer.

    Raises:
        Missing: There is no such waiver, or no such campaign.
    """
    present = kept(session, campaign_id=campaign_id)
    left = [one for one in present if (one.rule, one.uid) != (rule, uid)]
    if len(left) == len(present):
        raise Missing(what="豁免", name=Waiver(rule, uid, "").key)
    _put(session, campaign_id, left)


def given(waivers: Mapping[str, str]) -> list[Waiver]:
    """Return waivers that came with a command, "P23" or "P23:0190a1b2" → reason.

    Raises:
        UnknownRule: There is no such rule.
        NeverWaived: It has to be mended.
        ReasonMissing: The reason is empty.
    """
    found = []
    for key, reason in waivers.items():
        rule, _, uid = key.partition(":")
        found.append(_checked(Waiver(rule.strip().upper(), uid.strip().lower(), reason.strip())))
    return found


def reason_of(waivers: Iterable[Waiver], *, rule: str, uid: str | None) -> str:
    """Return why an issue is let pass, the record's waiver first; "" if none."""
    fitting = [one for one in waivers if one.rule == rule and (not one.uid or (uid or "").startswith(one.uid))]
    return max(fitting, key=lambda one: len(one.uid)).reason if fitting else ""


def _checked(waiver: Waiver) -> Waiver:
    if waiver.rule not in KNOWN or (waiver.uid and len(waiver.uid) < _SHORTEST):
        raise UnknownRule(rule=waiver.key)
    if waiver.rule in NEVER:
        raise NeverWaived(rule=waiver.rule)
    if not waiver.reason:
        raise ReasonMissing(rule=waiver.key)
    return waiver


def _put(session: Session, campaign_id: int, waivers: Iterable[Waiver]) -> None:
    text = json.dumps([asdict(one) for one in waivers], ensure_ascii=False)
    settings.put(session, key=_key(session, campaign_id), text=text)


def _key(session: Session, campaign_id: int) -> str:
    return f"waivers.{records.get(session, Campaign, campaign_id).uid}"
