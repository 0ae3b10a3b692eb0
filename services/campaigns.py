"""Campaigns: made from a notice's facts, found by name, told apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Campaign, Deadline, Phase, ReportingUnit
from models.annexes import CATEGORIES, annex_1, annex_2, annex_3
from models.forms import Form
from services import clock, records, workdays
from services.errors import Missing, Refused
from services.matching import name_key

REPORT_PARTS = ("总体情况", "主要做法", "存在问题", "下一步工作建议")


class CampaignExists(Refused):
    """A campaign of this name is there already."""

    code = "campaign_exists"
    template = "专项行动“{name}”已经建立，没有再建一个。"
    mend = "要另做一次，请换一个数据文件夹或另起名称。"


class SeveralCampaigns(Refused):
    """It is not clear which campaign is meant."""

    code = "several_campaigns"
    template = "现有 {count} 个未结束的专项行动，不知道是哪一个：{names}。"
    mend = "命令里加 --campaign 和它的名称或编号前 8 位。"


class BadNotice(Refused):
    """The facts of a notice do not hold together."""

    code = "bad_notice"
    template = "方案里的“{field}”读不懂：{value}。"
    mend = "在 campaign.json 里改正后再试；日期写成 2023-04-26。"


@dataclass(frozen=True)
class DeadlineView:
    """A deadline as the desk shows it.

    Attributes:
        working_days: Working days left from today, 0 today, negative when late.
    """

    what: str
    due: date
    recipient: str | None
    submitter: str | None
    working_days: int


def create(session: Session, *, facts: Mapping[str, Any]) -> Campaign:
    """Make a campaign from the keys of notice-extraction/1.

    Raises:
        CampaignExists: One of this name is there.
        BadNotice: The name is missing or a date cannot be read.
    """
    name = str(facts.get("name") or "").strip()
    if not name:
        raise BadNotice(field="name", value="空")
    if session.scalar(select(Campaign.id).where(Campaign.name == name, Campaign.deleted_at.is_(None))) is not None:
        raise CampaignExists(name=name)
    deadlines = list(facts.get("deadlines") or [])
    campaign = Campaign(
        name=name,
        issuer=facts.get("issuer"),
        doc_no=facts.get("doc_no"),
        issued_on=_day(facts.get("issued_on"), "issued_on"),
        year=_number(facts.get("year")) or _year(facts),
        industries=list(facts.get("industries") or []),
        categories=list(facts.get("categories") or CATEGORIES),
        titles=_titles(facts, name),
        inspection_modes=list(facts.get("inspection_modes") or []),
        groups_planned=_number(facts.get("groups")),
        group_quota=_number(facts.get("min_enterprises_per_group")),
        recipient=facts.get("recipient") or _recipient(deadlines),
        contact_person=(facts.get("contact") or {}).get("person"),
        contact_phone=(facts.get("contact") or {}).get("phone"),
        contact_email=(facts.get("contact") or {}).get("email"),
        report_due=_report_due(deadlines),
        state="open",
    )
    records.add(session, campaign)
    for position, phase in enumerate(facts.get("phases") or []):
        start, end = _day(phase.get("start"), "phases.start"), _day(phase.get("end"), "phases.end")
        if start and end:
            session.add(
                Phase(
                    campaign_id=campaign.id,
                    position=position,
                    name=phase.get("name") or "",
                    start=start,
                    end=end,
                    evidence=phase.get("evidence"),
                )
            )
    for position, deadline in enumerate(deadlines):
        session.add(
            Deadline(
                campaign_id=campaign.id,
                position=position,
                what=deadline.get("what") or "",
                due=_day(deadline.get("due"), "deadlines.due"),
                due_time=deadline.get("due_time"),
                recurrence=deadline.get("recurrence"),
                kind=deadline.get("kind") or "submit",
                owner=deadline.get("owner"),
                submitter=deadline.get("submitter"),
                recipient=deadline.get("recipient"),
                evidence=deadline.get("evidence"),
            )
        )
    session.flush()
    return campaign


def set_units(session: Session, *, campaign_id: int, units: Sequence[Mapping[str, str]]) -> int:
    """Put the reporting units of a campaign, in official order; return how many.

    Args:
        units: Rows with name, kind, aliases (、-separated) and nominees.
    """
    known = {unit.name: unit for unit in records.alive(session, ReportingUnit, campaign_id=campaign_id)}
    for position, given in enumerate(units):
        name = given.get("name", "").strip()
        if not name:
            continue
        values = {
            "position": position,
            "kind": given.get("kind") or "镇办",
            "aliases": [alias for alias in re.split(r"[、;；|]", given.get("aliases") or "") if alias],
            "nominees": _number(given.get("nominees")),
        }
        if name in known:
            records.change(known[name], values)
        else:
            session.add(ReportingUnit(campaign_id=campaign_id, name=name, **values))
    session.flush()
    return len(units)


def find(session: Session, *, reference: str | None = None) -> Campaign:
    """Return a campaign by uid, its first 8 characters, or its name.

    Args:
        reference: None takes the only open one.

    Raises:
        Missing: There is none.
        SeveralCampaigns: More than one fits.
    """
    living = records.alive(session, Campaign)
    if reference is None:
        fitting = [c for c in living if c.state == "open"]
    else:
        fitting = [c for c in living if reference in (c.uid, c.name) or (len(reference) >= 8 and c.uid.startswith(reference))]
    if not fitting:
        raise Missing(what="专项行动", name=reference or "未结束的")
    if len(fitting) > 1:
        raise SeveralCampaigns(count=len(fitting), names="、".join(c.name for c in fitting))
    return fitting[0]


def forms(campaign: Campaign) -> tuple[Form, Form, Form]:
    """Return the campaign's own Annex 1, 2 and 3 under their printed titles."""
    due = f"{campaign.report_due.month}月{campaign.report_due.day}日" if campaign.report_due else ""
    return (
        annex_1(campaign.titles["1"]),
        annex_2(campaign.titles["2"], tuple(campaign.categories)),
        annex_3(campaign.titles["3"], due),
    )


def units(session: Session, *, campaign_id: int) -> list[ReportingUnit]:
    """Return the reporting units in official order."""
    return sorted(records.alive(session, ReportingUnit, campaign_id=campaign_id), key=lambda unit: unit.position)


def unit_named(listed: Sequence[ReportingUnit], text: str | None) -> ReportingUnit | None:
    """Return the unit that a text names, by its name or an alias; the longest fit wins."""
    if not text:
        return None
    key = name_key(text)
    best: tuple[int, ReportingUnit] | None = None
    for unit in listed:
        for name in (unit.name, *(unit.aliases or [])):
            folded = name_key(name)
            if folded and folded in key and (best is None or len(folded) > best[0]):
                best = (len(folded), unit)
    return best[1] if best else None


def towns(session: Session, campaign_id: int | None) -> list[str]:
    """Return the names of towns for completion in editors."""
    return [] if campaign_id is None else [unit.name for unit in units(session, campaign_id=campaign_id)]


def open_deadlines(session: Session, *, campaign_id: int) -> list[DeadlineView]:
    """Return the dated deadlines that are not past, nearest first."""
    today = clock.today()
    dated = [d for d in records.alive(session, Deadline, campaign_id=campaign_id) if d.due is not None and d.due >= today]
    views = [DeadlineView(d.what, d.due, d.recipient, d.submitter, workdays.between(today, d.due)) for d in dated if d.due is not None]
    return sorted(views, key=lambda view: view.due)


def phases(session: Session, *, campaign_id: int) -> list[Phase]:
    """Return the phases in order."""
    return sorted(records.alive(session, Phase, campaign_id=campaign_id), key=lambda phase: phase.position)


def _titles(facts: Mapping[str, Any], name: str) -> dict[str, str]:
    # only where the notice's annex list is silent: campaign name + 情况统计表
    titles = {"1": annex_1().title, "2": f"{_bare(name)}情况统计表", "3": annex_3().title}
    for attachment in facts.get("attachments") or []:
        number = str(attachment.get("no") or "")
        if number in titles and attachment.get("title"):
            titles[number] = str(attachment["title"])
    return titles


def _bare(name: str) -> str:
    quoted = re.sub(r"^(?:[“\"][^”\"]*[”\"])+", "", name)
    return re.sub(r"(?:实施|工作)?方案$", "", quoted) or name


def _recipient(deadlines: Sequence[Mapping[str, Any]]) -> str | None:
    return next((d["recipient"] for d in deadlines if d.get("recipient")), None)


def _report_due(deadlines: Sequence[Mapping[str, Any]]) -> date | None:
    days = [_day(d.get("due"), "deadlines.due") for d in deadlines if d.get("kind", "submit") == "submit"]
    return max((day for day in days if day), default=None)


def _year(facts: Mapping[str, Any]) -> int | None:
    issued = _day(facts.get("issued_on"), "issued_on")
    return issued.year if issued else None


def _day(value: object, field: str) -> date | None:
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as err:
        raise BadNotice(field=field, value=value) from err


def _number(value: object) -> int | None:
    if isinstance(value, Mapping):
        value = value.get("value")
    if value in (None, ""):
        return None
    try:
        return int(str(value))
    except ValueError as err:
        raise BadNotice(field="数字", value=value) from err
