"""What a package says, read from one snapshot: tables, report, checks, totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Campaign, Package
from models.annexes import PREFLIGHT
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
from services.packages.report import build_report

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
        report: The summary report.
        checks: What pre-flight found, waived issues included.
        totals: The figures that the package states, by key.
        version: Number of this version; 0 for a draft.
        history_head: Hash of the newest operation in the snapshot.
        reader: To whom it goes.
        sheet: The pre-flight page.
    """

    campaign_id: int
    campaign: str
    tables: Mapping[str, Printed]
    report: Report
    checks: list[Check]
    figures: Sequence[Figure]
    version: int
    history_head: str
    recipient: str
    sheet: Printed

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
) -> Contents:
    """Read everything that the package says.

    Args:
        session: Session of a snapshot.
        campaign_id: Which campaign.
        operator: Who makes it; signs the tables.
        as_of: Day the figures stand on; today if not given.
        waivers: Reason by rule number.
        draft: Whether it is a draft: marked, without version.

    Raises:
        Missing: There is no such campaign.
    """
    day = as_of or clock.today()
    campaign = records.get(session, Campaign, campaign_id)
    options = settings.load(session)
    facts = figures.collect(session, campaign_id=campaign_id, as_of=day)
    computed = figures.all_figures(session, facts)
    found = checks.run(session, campaign_id=campaign_id, as_of=day, waivers=waivers)
    last = session.scalar(select(func.max(Package.version)).where(Package.campaign_id == campaign_id)) or 0
    office = options.brigade or campaign.issuer or ""
    line = (("填报单位", office), ("填报人", operator), ("联系电话", campaign.contact_phone or ""), ("填报日期", day.isoformat()))
    forms = campaigns.forms(campaign)
    rows = (figures.annex_1_rows(session, campaign_id=campaign_id), figures.annex_2_rows(facts), figures.annex_3_rows(facts))
    mark = DRAFT if draft else ""
    tables = {
        f"附件{number}{form.title}": Printed(form=form, rows=own, label=f"附件{number}", facts=line, watermark=mark)
        for number, (form, own) in enumerate(zip(forms, rows, strict=True), start=1)
    }
    head = undoing.head(session)
    version = 0 if draft else last + 1
    named = "草稿" if draft else f"第{version}版"
    sheet_facts = (
        ("专项行动", campaign.name),
        ("版本", named),
        ("操作记录校验值", head[:16]),
        ("制表", operator),
        ("日期", day.isoformat()),
    )
    sheet = Printed(form=PREFLIGHT, rows=[_check_row(check) for check in found], facts=sheet_facts, watermark=mark)
    report = build_report(campaign, facts, computed, signer=campaign.issuer or office, day=day, watermark=mark)
    return Contents(campaign_id, campaign.name, tables, report, found, computed, version, head, campaign.recipient or "", sheet)


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
