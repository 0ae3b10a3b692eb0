"""Checks of a file's row against the office, before it may be saved.

Each function takes the row as converted for its register and returns it,
perhaps mended, with more flags and, if it cannot be saved, the reason.
"""

from __future__ import annotations

from datetime import date

from models.forms import Row
from services import cases
from services.figures.annex_rows import standing_amount
from services.imports import counted, town_figures
from services.imports.known import Known
from services.imports.read_form import RowFlag
from services.matching import name_key

Prepared = tuple[Row, list[RowFlag], str]
MAKES_VISIT = "makes_visit"


def nothing(row: Row, _known: Known) -> Prepared:
    """Take the row as it is."""
    return row, [], ""


def person(row: Row, known: Known) -> Prepared:
    """Name the reporting unit as the notice does; leave it open if unknown."""
    texts = [str(row[key]) for key in ("unit", "unit_position") if row.get(key)]
    unit = next((found for text in texts if (found := known.unit(text))), None)
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
    if group and not known.group_is_known(str(group)):
        flags.append(RowFlag("group", "group_unknown", f"检查组“{group}”不在本次行动的分组里，先空着，请核对后选定"))
        row = {**row, "group": None}
    code, number = row.get("credit_code"), known.enterprise(row)
    registered = known.codes.get(number) if code and number else None
    if registered and registered != code:
        flags.append(
            RowFlag("credit_code", "code_differs", f"信用代码 {code} 与名录里的 {registered} 不同，没有改名录，请核对是不是同一家")
        )
    return row, flags, ""


def finding(row: Row, known: Known) -> Prepared:
    """Find the visit and the category of a finding; it may have to make the visit."""
    place, day = known.place(row), row.get("checked_on")
    on = day if isinstance(day, date) else None
    found = known.visit(place, on)
    flags: list[RowFlag] = []
    if found is None:
        claimed = known.coming.claimed.get(place)
        if claimed is None and not (known.results or (on and known.is_known(row))):
            return row, [], f"“{row['enterprise']}”在本次行动里没有检查记录，请先导入检查记录"
        day, group = claimed or (None, None)
        row = {
            **row,
            "checked_on": on or day or row.get("report_date") or known.last_day,
            MAKES_VISIT: True,
            "group": group or row.get("submitter"),
        }
        if on is None:
            flags.append(RowFlag("checked_on", "visit_date_inferred", f"没有检查日期，检查记录按 {row['checked_on']} 建立，请核对"))
    elif on is not None and found.checked_on != on:
        message = f"这家企业没有 {on} 的检查记录，归入 {found.checked_on} 的检查，请核对检查日期"
        flags.append(RowFlag("checked_on", "visit_date_differs", message))
        row = {**row, "checked_on": found.checked_on}
    text = row.get("category")
    if text:
        category, why = known.category(str(text))
        flags += [RowFlag("category", "category_unknown", why)] if why else []
        row = {**row, "category": category}
    return row, flags, ""


def case(row: Row, known: Known) -> Prepared:
    """Find the enterprise and the findings of a case."""
    enterprise = known.enterprise(row)
    if enterprise is None and not known.is_known(row):
        return row, [], f"名录和检查记录里都没有“{row['enterprise']}”，请核对企业名称"
    if not row.get("violation"):
        return row, [], "没有违法行为描述，请补填后重新导入"
    if not row.get("person_party") and any(isinstance(row.get(key), int) for key in ("person_proposed", "person_decided")):
        return row, [], "写了对个人的罚款，没有写处罚个人的姓名，请补填后重新导入"
    named = row.get("findings") or ()
    assert isinstance(named, tuple | list)
    if not named:
        return {**row, "findings": ()}, [], ""
    have = known.findings_of(enterprise) if enterprise is not None else []
    good, flags = [], []
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
    enterprise = known.enterprise(row)
    if reason or enterprise is None:
        return row, flags, reason
    have = known.cases.get(enterprise, {}).get(name_key(str(row["violation"])))
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
    return row, [], counted.difference(known, row)


def town(row: Row, known: Known) -> Prepared:
    """Compare a town's sums with the figures; they are never written."""
    return row, [], town_figures.difference(known, row)
