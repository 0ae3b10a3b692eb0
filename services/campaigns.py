"""Campaigns: made from a notice's facts, found by name, told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Campaign, Deadline, Phase, ReportingUnit
from models.annexes import CAMPAIGN, CATEGORIES, annex_1, annex_2, annex_3
from models.forms import Form, Row
from services import clock, records, rules, workdays
from services.errors import Missing, Refused
from services.matching import name_key

_FIELDS = {
    "name": "名称（name）", "issuer": "发文机关（issuer）", "issued_on": "发文日期（issued_on）", "year": "年份（year）",
    "phases": "阶段（phases）", "deadlines": "时限（deadlines）", "categories": "问题类别（categories）",
    "attachments": "附件清单（attachments）", "industries": "行业（industries）", "contact": "联系人（contact）",
    "groups": "组数（groups）", "min_enterprises_per_group": "每组应查家数（min_enterprises_per_group）", "title": "附件标题（title）",
}  # fmt: skip
_LONGEST = {"name": 200, "title": 200}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_YEARS = range(2000, 2101)
_COUNTS = range(100_000)
_OFFICE = re.compile(r"(?:人民政府|政府|办事处|(?:应急管理?|安全?生产?监管?|安监|安环)(?:办公室|办|所|站)|管委会|管理委员会|(?<=街道)办)$")
_SORT = re.compile(r"(?:镇|乡|街道|(?:经济|高新)?(?:技术)?(?:产业)?开发区)$")
REPORT_PARTS = ("总体情况", "主要做法", "存在问题", "下一步工作建议")


class CampaignExists(Refused):
    """A campaign of this name is there already."""

    code = "campaign_exists"
    template = "专项行动“{name}”已经建立，没有再建一个。"
    mend = "要另做一次，请换一个数据文件夹或另起名称。"


class NoCampaign(Missing):
    """No campaign is open."""

    code = "no_campaign"
    template = "还没有进行中的专项行动。"
    mend = "先建立专项行动，或用 --campaign 指定已经结束的那一个。"


class SeveralCampaigns(Refused):
    """It is not clear which campaign is meant."""

    code = "several_campaigns"
    template = "现有 {count} 个未结束的专项行动，不知道是哪一个：{names}。"
    mend = "命令里加 --campaign 和它的名称或编号前 8 位。"


class BadNotice(Refused):
    """The facts of a notice do not hold together."""

    code = "bad_notice"
    template = "方案里的{field}读不懂：{value}。"
    mend = "在方案要点（campaign.json、units.csv 或命令选项）里改正后再试；日期写成 2023-04-26，数写成阿拉伯数字。"

    def __init__(self, *, field: str, value: object) -> None:
        """Keep the field under the name that the office has for it."""
        super().__init__(field=_FIELDS.get(field, field), value=str(value)[:80])


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
        BadNotice: The name is missing, or a fact is not what its key promises.
    """
    rules.sync(session)  # the figures of a campaign rest on dated rules
    name = _text(facts, "name") or ""
    if not name:
        raise BadNotice(field="name", value="空")
    if session.scalar(select(Campaign.id).where(Campaign.name == name, Campaign.deleted_at.is_(None))) is not None:
        raise CampaignExists(name=name)
    deadlines = _items(facts, "deadlines")
    contact = _mapping(facts.get("contact"), "contact")
    issued_on = _day(facts.get("issued_on"), "issued_on")
    campaign = Campaign(
        name=name,
        issuer=_text(facts, "issuer"),
        doc_no=_text(facts, "doc_no"),
        issued_on=issued_on,
        year=_number(facts.get("year"), "year", _YEARS) or (issued_on.year if issued_on else None),
        industries=_words(facts, "industries"),
        categories=_categories(facts),
        titles=_titles(facts, name),
        inspection_modes=_words(facts, "inspection_modes"),
        groups_planned=_number(facts.get("groups"), "groups"),
        group_quota=_number(facts.get("min_enterprises_per_group"), "min_enterprises_per_group"),
        recipient=_text(facts, "recipient") or next((found for one in deadlines if (found := _text(one, "recipient"))), None),
        contact_person=_text(contact, "person"),
        contact_phone=_text(contact, "phone"),
        contact_email=_text(contact, "email"),
        report_due=_report_due(deadlines),
        state="open",
    )
    records.add(session, campaign)
    session.add_all([*_phases(campaign.id, facts), *_deadlines(campaign.id, deadlines)])
    session.flush()
    return campaign


def create_by_hand(session: Session, *, row: Row) -> int:
    """Make a campaign from the window's form; return its id.

    Raises:
        Invalid: The name is empty.
        CampaignExists: One of this name is there.
    """
    records.require(CAMPAIGN, row)
    span = {"name": "集中检查", "start": row.get("start"), "end": row.get("end")}
    facts = {
        "name": row["name"],
        "issuer": row.get("issuer"),
        "issued_on": row.get("issued_on"),
        "min_enterprises_per_group": row.get("quota"),
        "phases": [span] if row.get("start") and row.get("end") else [],
        "deadlines": [{"what": "附件2、附件3 和工作总结", "due": row["due"], "kind": "submit"}] if row.get("due") else [],
        "attachments": [{"no": "2", "title": row["title"]}] if row.get("title") else [],
        "categories": records.names_of(row.get("categories")),
    }
    campaign = create(session, facts=facts)
    set_units(session, campaign_id=campaign.id, units=[{"name": name} for name in records.names_of(row.get("towns"))])
    return campaign.id


def set_units(session: Session, *, campaign_id: int, units: Sequence[Mapping[str, str]]) -> int:
    """Put the reporting units of a campaign, in official order.

    Args:
        session: Session of a write.
        campaign_id: The campaign.
        units: Rows with name, kind, aliases (、-separated) and nominees; a name again is the same unit.

    Returns:
        How many units were given.

    Raises:
        BadNotice: A number of nominees cannot be read.
    """
    known = {unit.name: unit for unit in records.alive(session, ReportingUnit, campaign_id=campaign_id)}
    given = {name: unit for unit in units if (name := str(unit.get("name") or "").strip())}
    for position, (name, facts) in enumerate(given.items()):
        values = {
            "position": position,
            "kind": str(facts.get("kind") or "").strip() or "镇办",
            "aliases": [alias.strip() for alias in re.split(r"[、;；|]", str(facts.get("aliases") or "")) if alias.strip()],
            "nominees": _number(facts.get("nominees"), f"报送单位“{name}”的应报人数"),
        }
        if name in known:
            records.change(known[name], values)
        else:
            session.add(ReportingUnit(campaign_id=campaign_id, name=name, **values))
    session.flush()
    return len(given)


def find(session: Session, *, reference: str | None = None) -> Campaign:
    """Return a campaign by uid, its first 8 characters, or its name.

    Args:
        session: Session of a read or a snapshot.
        reference: None takes the only one that is not closed.

    Raises:
        NoCampaign: None is named and none is open.
        Missing: There is none of this name.
        SeveralCampaigns: More than one fits.
    """
    living = records.alive(session, Campaign)
    if reference is None:
        fitting = [c for c in living if c.state != "closed"]
    else:
        fitting = [c for c in living if reference in (c.uid, c.name) or (len(reference) >= 8 and c.uid.startswith(reference))]
    if not fitting and reference is None:
        raise NoCampaign
    if not fitting:
        raise Missing(what="专项行动", name=reference)
    if len(fitting) > 1:
        raise SeveralCampaigns(count=len(fitting), names="、".join(c.name for c in fitting))
    return fitting[0]


def forms(campaign: Campaign) -> tuple[Form, Form, Form]:
    """Return the campaign's own Annex 1, 2 and 3 under their printed titles."""
    due = f"{campaign.report_due.month}月{campaign.report_due.day}日" if campaign.report_due else ""
    return _forms(campaign.titles["1"], campaign.titles["2"], campaign.titles["3"], tuple(campaign.categories), due)


@lru_cache(maxsize=8)
def _forms(first: str, second: str, third: str, categories: tuple[str, ...], due: str) -> tuple[Form, Form, Form]:
    # The same objects each time: what the reader remembers of a form's headings serves the next file too.
    return annex_1(first), annex_2(second, categories), annex_3(third, due)


def units(session: Session, *, campaign_id: int) -> list[ReportingUnit]:
    """Return the reporting units in official order."""
    return sorted(records.alive(session, ReportingUnit, campaign_id=campaign_id), key=lambda unit: unit.position)


def unit_named(listed: Sequence[ReportingUnit], text: str | None) -> ReportingUnit | None:
    """Return the unit that a text names; the longest name or alias wins."""
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


def town_named(listed: Sequence[ReportingUnit], text: str | None) -> str | None:
    """Return the name of the one unit that a text names; None if it is not sure.

    It may be the name, an alias, or either with the word of its office behind it (政府, 应急办).
    """
    if not text:
        return None
    key = name_key(text)
    bare = _OFFICE.sub("", key) or key
    called = {unit.name: {name_key(name) for name in (unit.name, *(unit.aliases or []))} for unit in listed}
    for wanted in (key, bare):
        found = [name for name, keys in called.items() if wanted in keys]
        if len(found) == 1:
            return found[0]
    short = [name for name in called if _SORT.sub("", name_key(name)) == bare]
    return short[0] if len(short) == 1 else None


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


def _phases(campaign_id: int, facts: Mapping[str, Any]) -> Iterator[Phase]:
    for position, phase in enumerate(_items(facts, "phases")):
        name, evidence = _text(phase, "name") or "", _text(phase, "evidence")
        start, end = _day(phase.get("start"), f"阶段“{name}”的开始日期"), _day(phase.get("end"), f"阶段“{name}”的结束日期")
        if start and end and end < start:
            raise BadNotice(field=f"阶段“{name}”", value=f"结束日期 {end} 早于开始日期 {start}")
        if start and end:
            yield Phase(campaign_id=campaign_id, position=position, name=name, start=start, end=end, evidence=evidence)


def _deadlines(campaign_id: int, deadlines: Sequence[Mapping[str, Any]]) -> Iterator[Deadline]:
    texts = ("due_time", "recurrence", "owner", "submitter", "recipient", "evidence")
    for position, deadline in enumerate(deadlines):
        what = _text(deadline, "what") or ""
        yield Deadline(
            campaign_id=campaign_id,
            position=position,
            what=what,
            due=_day(deadline.get("due"), f"时限“{what}”"),
            kind=_text(deadline, "kind") or "submit",
            **{key: _text(deadline, key) for key in texts},
        )


def _titles(facts: Mapping[str, Any], name: str) -> dict[str, str]:
    # only where the notice's annex list is silent: campaign name + 情况统计表
    titles = {"1": annex_1().title, "2": f"{_bare(name)}情况统计表", "3": annex_3().title}
    for attachment in _items(facts, "attachments"):
        number = (_text(attachment, "no") or "").removeprefix("附件")
        title = _text(attachment, "title")
        if number in titles and title:
            titles[number] = title
    return titles


def _bare(name: str) -> str:
    quoted = re.sub(r"^(?:[“\"][^”\"]*[”\"])+", "", name)
    return re.sub(r"(?:实施|工作)?方案$", "", quoted) or name


def _report_due(deadlines: Sequence[Mapping[str, Any]]) -> date | None:
    days = [_day(d.get("due"), f"时限“{d.get('what')}”") for d in deadlines if d.get("kind", "submit") == "submit"]
    return max((day for day in days if day), default=None)


def _categories(facts: Mapping[str, Any]) -> list[str]:
    listed = _words(facts, "categories") or list(CATEGORIES)
    twice = next((name for number, name in enumerate(listed) if name in listed[:number]), None)
    if twice:
        raise BadNotice(field="categories", value=f"“{twice}”出现了两次")
    return listed


def _words(facts: Mapping[str, Any], key: str) -> list[str]:
    value = facts.get(key) or []
    if not isinstance(value, list | tuple):
        raise BadNotice(field=key, value=f"{value}（应当是一张清单）")
    found = [one.get("name") if isinstance(one, Mapping) else one for one in value]
    wrong = next((one for one in found if not isinstance(one, str)), None)
    if wrong is not None or None in found:
        raise BadNotice(field=key, value=f"{wrong}（应当是文字）")
    return [word for one in found if (word := _one_line(str(one)))]


def _items(facts: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = facts.get(key) or []
    if not isinstance(value, list | tuple) or not all(isinstance(one, Mapping) for one in value):
        raise BadNotice(field=key, value=f"{value}（应当是一张清单，每项有名称和值）")
    return list(value)


def _mapping(value: object, field: str) -> Mapping[str, Any]:
    if value in (None, ""):
        return {}
    if not isinstance(value, Mapping):
        raise BadNotice(field=field, value=value)
    return value


def _text(facts: Mapping[str, Any], key: str) -> str | None:
    value = _plain(facts.get(key))
    if value is None or value == "":
        return None
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise BadNotice(field=key, value=f"{value}（应当是文字）")
    text = _one_line(str(value))
    longest = _LONGEST.get(key, 2000)
    if len(text) > longest:
        raise BadNotice(field=key, value=f"有 {len(text)} 个字，最多 {longest} 个")
    return text or None


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _day(value: object, field: str) -> date | None:
    value = _plain(value)
    if value in (None, ""):
        return None
    if isinstance(value, date):
        return value  # from the window's own form
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise BadNotice(field=field, value=value)
    try:
        return date.fromisoformat(value)
    except ValueError as err:
        raise BadNotice(field=field, value=value) from err


def _number(value: object, field: str, bounds: range = _COUNTS) -> int | None:
    value = _plain(value)
    if value in (None, ""):
        return None
    try:
        number = int(str(value).strip())
    except ValueError as err:
        raise BadNotice(field=field, value=value) from err
    if number not in bounds:
        raise BadNotice(field=field, value=f"{number}（应当在 {bounds.start} 到 {bounds.stop - 1} 之间）")
    return number


def _plain(value: object) -> object:
    """Return the value of a fact that comes with its evidence."""
    return value.get("value") if isinstance(value, Mapping) and "value" in value else value
