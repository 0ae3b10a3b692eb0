"""Checks of a file's row against the office, before it may be saved.

Each function takes the row as converted for its register and returns it,
perhaps mended, with more flags and, if it cannot be saved, the reason.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from models import Enterprise
from models.forms import Row
from services import campaigns, cases, findings, groups, inspections
from services.errors import Invalid
from services.figures.annex_rows import standing_amount
from services.imports import counted
from services.imports.known import Known
from services.imports.read_form import RowFlag
from services.matching import name_key

Prepared = tuple[Row, list[RowFlag], str]


def nothing(row: Row, _known: Known) -> Prepared:
    """Take the row as it is."""
    return row, [], ""


def person(row: Row, known: Known) -> Prepared:
    """Name the reporting unit as the notice does; leave it open if unknown."""
    texts = [str(row[key]) for key in ("unit", "unit_position") if row.get(key)]
    unit = next((found for text in texts if (found := campaigns.unit_named(known.units, text))), None)
    if unit is None and known.units:
        said = f"“{texts[0]}”" if texts else "（空）"
        return {**row, "unit": None}, [RowFlag("unit", "unit_unknown", f"报送单位{said}不在本次行动的单位名单里，请核对后选定")], ""
    return {**row, "unit": unit.name if unit else None}, [], ""


def visit(row: Row, known: Known) -> Prepared:
    """Check day, group and credit code of a visit."""
    if not isinstance(row.get("checked_on"), date):
        return row, [], "没有读到检查日期，请补填后重新导入"
    flags: list[RowFlag] = []
    group = row.get("group")
    if group and groups.named(known.session, campaign_id=known.campaign, text=str(group)) is None:
        flags.append(RowFlag("group", "group_unknown", f"检查组“{group}”不在本次行动的分组里，先空着，请核对后选定"))
        row = {**row, "group": None}
    code, number = row.get("credit_code"), known.enterprise(row)
    registered = known.session.scalar(select(Enterprise.credit_code).where(Enterprise.id == number)) if code and number else None
    if registered and registered != code:
        flags.append(
            RowFlag("credit_code", "code_differs", f"信用代码 {code} 与名录里的 {registered} 不同，没有改名录，请核对是不是同一家")
        )
    return row, flags, ""


def finding(row: Row, known: Known) -> Prepared:
    """Find the visit and the category of a finding."""
    enterprise, day = known.enterprise(row), row.get("checked_on")
    on = day if isinstance(day, date) else None
    found = enterprise and inspections.of_enterprise(known.session, campaign_id=known.campaign, enterprise_id=enterprise, on=on)
    if not found:
        return row, [], f"“{row['enterprise']}”在本次行动里没有检查记录，请先导入检查记录"
    flags: list[RowFlag] = []
    if on is not None and found.checked_on != on:
        message = f"这家企业没有 {on} 的检查记录，归入 {found.checked_on} 的检查，请核对检查日期"
        flags.append(RowFlag("checked_on", "visit_date_differs", message))
        row = {**row, "checked_on": found.checked_on}
    text = row.get("category")
    try:
        category = findings.category_of(known.session, campaign_id=known.campaign, text=str(text) if text else None)
    except Invalid as unknown:
        return {**row, "category": None}, [*flags, RowFlag("category", "category_unknown", unknown.issues[0].message)], ""
    return {**row, "category": category}, flags, ""


def case(row: Row, known: Known) -> Prepared:
    """Find the enterprise and the findings of a case."""
    enterprise = known.enterprise(row)
    if enterprise is None:
        return row, [], f"名录和检查记录里都没有“{row['enterprise']}”，请核对企业名称"
    if not row.get("violation"):
        return row, [], "没有违法行为描述，请补填后重新导入"
    if not row.get("person_party") and any(isinstance(row.get(key), int) for key in ("person_proposed", "person_decided")):
        return row, [], "写了对个人的罚款，没有写处罚个人的姓名，请补填后重新导入"
    have = cases.findings_of(known.session, campaign_id=known.campaign, enterprise_id=enterprise)
    good, flags = [], []
    named = row.get("findings") or ()
    assert isinstance(named, tuple | list)
    for text in named:
        if cases.pick_finding(have, str(text)) is None:
            flags.append(RowFlag("findings", "finding_unknown", f"对应问题“{text}”在这家企业的问题里找不到，没有关联"))
        else:
            good.append(str(text))
    return {**row, "findings": tuple(good)}, flags, ""


def case_of_annex(row: Row, known: Known) -> Prepared:
    """Compare a row of Annex 3 with the case it prints, if there is one.

    The annex adds up unit and person and prints what was decided; such a sum
    never replaces the single amounts of the ledger.
    """
    row, flags, reason = case(row, known)
    if reason:
        return row, flags, reason
    rows = cases.select_rows(known.campaign).subquery()
    query = select(rows).where(rows.c.enterprise_id == known.enterprise(row))
    have = next((one for one in known.session.execute(query) if name_key(one.violation) == name_key(str(row["violation"]))), None)
    if have is None:
        return row, flags, reason
    if row.get("progress") == have.stage and not have.progress:
        row = {**row, "progress": None}
    ours, theirs = standing_amount(have), row.get("proposed")
    if theirs is None or theirs == ours:
        return {**row, "proposed": None}, flags, ""
    if have.decided is not None or have.person_party:
        return row, flags, "金额与案件台账不同，台账里已有决定金额或对个人的罚款，请在案件台账里改"
    return row, flags, ""


def stats(row: Row, known: Known) -> Prepared:
    """Compare a row of Annex 2 with the ledger; a difference is never written."""
    return row, [], counted.difference(known.session, campaign_id=known.campaign_id, enterprise_id=known.enterprise(row), row=row)
