"""What a package says, read from one snapshot: tables, report, checks, totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Campaign, Package
from models.annexes import CASE_LIST, ENTERPRISE_LIST, INSPECTION_RECORD, PREFLIGHT
from models.forms import Row
from services import (
    campaigns,
    cases,
    checks,
    clock,
    enterprises,
    figures,
    findings,
    groups,
    inspections,
    listing,
    people,
    records,
    settings,
    undoing,
)
from services.checks import Check
from services.errors import Refused
from services.exports.printed import Printed
from services.exports.word import Report
from services.figures import Figure
from services.locking import LOCKED
from services.packages import differences, frozen, lists, templates
from services.packages.differences import Difference
from services.packages.extras import Extras, by_unit, public, wanted
from services.packages.report import build_report, values
from services.packages.templates import InForce
from services.paths import DataFolder

DRAFT = "草稿"
REGISTERS = {
    one.form.code: one
    for one in (people.LISTING, enterprises.LISTING, groups.LISTING, inspections.LISTING, findings.LISTING, cases.LISTING)
}


class UnknownForm(Refused):
    """There is no form of this key."""

    code = "unknown_form"
    template = "没有“{key}”这张表。"
    mend = "可以用的表：{names}。"


@dataclass(frozen=True)
class Contents:
    """Everything that a package is made of.

    Attributes:
        tables: File name without suffix → the table, in printed order.
        lists: The same for the ledgers that go with them, personal numbers masked.
        report: The summary report, its numbers bound.
        template: What the report is written from.
        checks: What pre-flight found, waived issues included.
        waivers: What the office lets pass, rule (or rule:record) → reason.
        figures: What the package states.
        version: Number of this version; 0 for a draft.
        supplement: Whether the campaign was handed in before: then this is a 补报.
        history_head: Hash of the newest operation in the snapshot.
        recipient: To whom it goes; `email` and `contact` for the mail.
        sheet: The pre-flight page.
        data: The frozen data, as its JSON file holds it; `registers` are its tables.
        difference: What changed since the version before; None for the first.
        by_unit: Each unit's own annexes, where the office wants them.
        public: Lists for the public, where the office wants them.
    """

    campaign_id: int
    campaign: str
    tables: Mapping[str, Printed]
    lists: Mapping[str, Printed]
    report: Report
    template: InForce
    checks: list[Check]
    waivers: Mapping[str, str]
    figures: Sequence[Figure]
    version: int
    supplement: bool
    history_head: str
    recipient: str
    email: str
    contact: str
    sheet: Printed
    data: Mapping[str, Any]
    registers: Sequence[Printed]
    difference: Difference | None
    by_unit: Mapping[str, Sequence[Printed]] = field(default_factory=dict)
    public: Mapping[str, Printed] = field(default_factory=dict)

    @property
    def named(self) -> str:
        """How this version is called on paper."""
        if self.version == 0:
            return "草稿，不作报送"
        return f"第{self.version}版{'，补报' if self.supplement else ''}"

    @property
    def values(self) -> dict[str, str]:
        """What a template may ask for, by Chinese name."""
        return values(self.figures, self.report)

    @property
    def totals(self) -> dict[str, Any]:
        """The figures by key, as the package states them."""
        return {figure.key: figure.value for figure in self.figures}


def gather(
    session: Session,
    *,
    campaign_id: int,
    operator: str,
    as_of: date | None = None,
    waivers: Mapping[str, str] | None = None,
    draft: bool = False,
    folder: DataFolder | None = None,
    extras: Extras | None = None,
) -> Contents:
    """Read everything that the package says.

    Args:
        session: Session of a snapshot.
        campaign_id: Which campaign.
        operator: Who makes it; signs the tables.
        as_of: Day the figures stand on; today if not given.
        waivers: Reason by rule number, besides those that are kept.
        draft: Marked, and without version.
        folder: Of the office's template and earlier versions.
        extras: What goes with it; what the office chose if not given.

    Raises:
        Missing, TemplateGone: There is no such campaign, or no template.
    """
    day, options, more = as_of or clock.today(), settings.load(session), extras or wanted(session)
    campaign = records.get(session, Campaign, campaign_id)
    facts = figures.collect(session, campaign_id=campaign_id, as_of=day)
    computed = figures.all_figures(session, facts)
    office = options.brigade or campaign.issuer or ""
    like = Printed(form=PREFLIGHT, rows=(), facts=_line(campaign, office, operator, day), watermark=DRAFT if draft else "")
    tables = _annexes(session, campaign, facts, like)
    listed, registers = _lists(session, facts, like, tables, masked=options.mask_personal)
    head, (version, named) = undoing.head(session), _next(session, campaign_id, draft=draft)
    found = checks.run(session, campaign_id=campaign_id, as_of=day, waivers=waivers, facts=facts)
    data = _frozen(campaign, registers, computed, day=day, version=version, head=head)
    return Contents(
        campaign_id=campaign_id,
        campaign=campaign.name,
        tables=tables,
        lists=listed,
        report=build_report(campaign, facts, computed, signer=campaign.issuer or office, day=day, watermark=like.watermark),
        template=templates.in_force(session, folder=folder),
        checks=found,
        waivers={**{one.key: one.reason for one in checks.kept(session, campaign_id=campaign_id)}, **(waivers or {})},
        figures=computed,
        version=version,
        supplement=campaign.state == LOCKED,
        history_head=head,
        recipient=campaign.recipient or "",
        email=campaign.contact_email or "",
        contact=f"{operator} {campaign.contact_phone or ''}".strip(),
        sheet=_sheet(found, campaign, like, named=named, head=head, operator=operator, day=day),
        data=data,
        registers=registers,
        difference=_difference(session, folder, campaign_id, data),
        by_unit=by_unit(session, facts, [*tables.values()]) if more.by_unit else {},
        public=public(session, facts, like) if more.public else {},
    )


def _lists(
    session: Session, facts: figures.Facts, like: Printed, tables: Mapping[str, Printed], *, masked: bool
) -> tuple[dict[str, Printed], list[Printed]]:
    """Return the ledgers that go with the annexes, and all tables of the frozen data."""
    listed = {lists.LEDGER: lists.ledger(facts, like), lists.HAZARDS: lists.hazards(session, facts, like)}
    behind = _registers(session, facts)
    if masked:
        listed = {name: lists.masked(one) for name, one in listed.items()}
        behind = [lists.masked(one) for one in behind]
    return listed, [*tables.values(), *listed.values(), *behind]


def _line(campaign: Campaign, office: str, operator: str, day: date) -> tuple[tuple[str, str], ...]:
    written = f"{day.year}年{day.month}月{day.day}日"
    return (("填报单位", office), ("填报人", operator), ("联系电话", campaign.contact_phone or ""), ("填报日期", written))


def _next(session: Session, campaign_id: int, *, draft: bool) -> tuple[int, str]:
    """Return the number of the version to come and how its pre-flight page calls it."""
    if draft:
        return 0, DRAFT
    number = (session.scalar(select(func.max(Package.version)).where(Package.campaign_id == campaign_id)) or 0) + 1
    return number, f"第{number}版"


def _difference(session: Session, folder: DataFolder | None, campaign_id: int, data: Mapping[str, Any]) -> Difference | None:
    before = frozen.of_version(session, folder=folder, campaign_id=campaign_id) if folder else None
    return differences.compare(before, data) if before else None


def _annexes(session: Session, campaign: Campaign, facts: figures.Facts, like: Printed) -> dict[str, Printed]:
    rows = (figures.annex_1_rows(session, campaign_id=campaign.id), figures.annex_2_rows(facts), figures.annex_3_rows(facts))
    return {
        f"附件{number}{form.title}": replace(like, form=form, rows=own, label=f"附件{number}")
        for number, (form, own) in enumerate(zip(campaigns.forms(campaign), rows, strict=True), start=1)
    }


def _sheet(found: list[Check], campaign: Campaign, like: Printed, *, named: str, head: str, operator: str, day: date) -> Printed:
    facts = (("专项行动", campaign.name), ("版本", named), ("操作记录校验值", head[:16]), ("制表", operator), ("日期", day.isoformat()))
    return replace(like, rows=[_check_row(check) for check in found], facts=facts)


def _registers(session: Session, facts: figures.Facts) -> list[Printed]:
    """Return what stands behind the annexes and is not in them: visits, cases, groups, enterprises."""
    visits = [{key: getattr(one, key) for key in INSPECTION_RECORD.keys} for one in facts.visits]
    found = [{key: getattr(one, key) for key in CASE_LIST.keys} for one in facts.cases]
    firms = [{key: getattr(one, key, None) for key in ENTERPRISE_LIST.keys} for one in facts.enterprises.values()]
    desk = groups.LISTING
    named = [
        dict(zip(desk.form.keys, values, strict=True)) for _id, values in listing.head(session, desk, scope=facts.campaign.id, limit=10_000)
    ]
    pairs = ((INSPECTION_RECORD, visits), (CASE_LIST, found), (desk.form, named), (ENTERPRISE_LIST, firms))
    return [Printed(form=form, rows=rows) for form, rows in pairs]


def _frozen(
    campaign: Campaign, tables: Sequence[Printed], computed: Sequence[Figure], *, day: date, version: int, head: str
) -> dict[str, Any]:
    stated = [{"key": f.key, "name": f.name, "value": f.value, "unit": f.unit, "definition": f.definition} for f in computed]
    facts = {"uid": campaign.uid, "name": campaign.name, "as_of": day.isoformat(), "version": version or None, "history_head": head}
    return frozen.document({**facts, "figures": stated}, tables)


def printed_form(session: Session, *, campaign_id: int, key: str, operator: str) -> Printed:
    """Return one annex or register as it would print.

    Raises:
        UnknownForm: There is no form of this key.
        Missing: There is no such campaign.
    """
    contents = gather(session, campaign_id=campaign_id, operator=operator)
    for printed in contents.tables.values():
        if printed.form.code == key:
            return printed
    desk = REGISTERS.get(key)
    if desk is None:
        names = "、".join([printed.form.code for printed in contents.tables.values()] + list(REGISTERS))
        raise UnknownForm(key=key, names=names)
    rows = [
        dict(zip(desk.form.keys, values, strict=True)) for _id, values in listing.head(session, desk, scope=campaign_id, limit=1_000_000)
    ]
    return Printed(form=desk.form, rows=rows)


def _check_row(check: Check) -> Row:
    return {
        "level": checks.LEVELS[check.level],
        "rule": check.rule,
        "place": check.place,
        "message": check.message,
        "waived": f"已豁免：{check.waived}" if check.waived else "",
    }
