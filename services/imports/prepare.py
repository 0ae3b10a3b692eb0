"""Checks of a file's row against the office, before it may be saved.

Each function takes the row as converted for its register and returns it,
perhaps mended, with more flags and, if it cannot be saved, the reason.
"""

from __future__ import annotations

from datetime import date

from rapidfuzz import fuzz

from models.forms import Row
from services import cases
from services.figures.annex_rows import standing_amount
from services.findings import MAJOR
from services.imports import counted, town_figures
from services.imports.group_names import phrase
from services.imports.known import MAKES_ENTERPRISE, MAKES_VISIT, ONLY_COUNTED, Known
from services.imports.read_form import RowFlag
from services.matching import name_key

Prepared = tuple[Row, list[RowFlag], str]
_ALIKE, _ALIKE_MAJOR = 85, 55
_NO_VIOLATION = "没有违法行为描述，请补填后重新导入"
NOT_IN_LEDGER = "台账里有这家企业的问题，没有这条重大事故隐患，没有写入；请核对台账是不是漏列"
_NO_VISIT = "“{name}”在本次行动里没有检查记录，请先导入检查记录"


def as_registered(row: Row, known: Known, *, own_towns: bool = False) -> tuple[Row, list[RowFlag]]:
    """Name town and enterprise as the office does; say where a row does otherwise.

    Where name and code are those of two enterprises, the name decides: a code is easily copied into the wrong row.
    """
    flags: list[RowFlag] = []
    said = str(row.get("town") or "")
    if said and not own_towns:
        row = {**row, "town": known.town(said)}
    if not row.get("enterprise"):
        return row, flags
    code, name = row.get("credit_code"), str(row["enterprise"])
    by_name = known.enterprise({"enterprise": name})
    by_code = known.enterprises.get(str(code)) if code else None
    if by_name and by_code and by_name != by_code:
        other = known.official[by_code][0]
        message = f"信用代码 {code} 在名录里是“{other}”的，按企业名称归入“{name}”，请核对是哪一家"
        flags.append(RowFlag("credit_code", "code_differs", message))
        row = {**row, "credit_code": None}
    number = by_name or by_code
    if number is None:
        return row, flags
    official, former = known.official[number]
    if name_key(name) not in (name_key(official), name_key(former or "")):
        flags.append(RowFlag("enterprise", "name_differs", f"写的是“{name}”，名录里叫“{official}”"))
        row = {**row, "enterprise": official}
    registered = known.towns.get(number)
    if said and registered and row["town"] != known.town(registered):
        flags.append(RowFlag("town", "town_differs", f"镇办写的是“{said}”，名录里是“{registered}”"))
    return row, flags


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
    text = str(row.get("group") or "") or None
    group = known.groups.of(text) if text else known.groups.of_line(str(row.get("line") or ""))
    if group and not text and row.get("others_say"):
        flags.append(RowFlag("group", "group_from_line", f"没有写检查组，按填报单位记为{group}"))
    if text and group is None:
        flags.append(RowFlag("group", "group_unknown", f"检查组“{text}”不在本次行动的分组里，先空着，请核对后选定"))
    row = {**row, "group": group}
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
    due = row.get("due")
    found = known.visit_before(place, due) if on is None and isinstance(due, date) else known.visit(place, on)
    flags: list[RowFlag] = []
    if found is not None and found.made and on is not None and found.checked_on != on:
        found = None  # no record of visits speaks for the enterprise; another day of the ledger is another visit
    if found is None:
        claimed = known.coming.claimed.get(place)
        if claimed is None and not (known.results or (on and (known.is_known(row) or not known.has_records(None)))):
            return row, [], _NO_VISIT.format(name=row["enterprise"])
        if on is None and claimed is None:
            return row, [], "没有检查日期，这家企业也还没有检查记录，日期不能猜：请在这一行补填检查日期，或先导入检查记录"
        day, line = claimed or (None, None)
        line = line or str(row.get("line") or "")
        group = known.groups.of_line(line)
        if known.has_records(group or phrase(line)):
            flags.append(RowFlag("checked_on", "visit_missing", "检查记录里没有这家企业的检查，按台账建了一条，请补报检查记录"))
        row = {
            **row,
            "checked_on": on or day or known.last_day,
            MAKES_VISIT: True,
            "group": group,
        }
        if on is None:
            flags.append(RowFlag("checked_on", "visit_date_inferred", f"没有检查日期，检查记录按 {row['checked_on']} 建立，请核对"))
    elif on is not None and found.checked_on != on:
        message = f"这家企业没有 {on} 的检查记录，归入 {found.checked_on} 的检查，请核对检查日期"
        flags.append(RowFlag("checked_on", "visit_date_differs", message))
        row = {**row, "checked_on": found.checked_on}
    elif on is None:
        row = {**row, "checked_on": found.checked_on}
    text = row.get("category")
    if text:
        category, why = known.category(str(text))
        flags += [RowFlag("category", "category_unknown", why)] if why else []
        row = {**row, "category": category}
    return row, flags, ""


def major(row: Row, known: Known) -> Prepared:
    """Find the finding of the ledger that a major hazard is, also in other words.

    Where the ledger tells of the enterprise and not of this hazard, somebody forgot a row: nothing is added to it.
    """
    dated = isinstance(row.get("checked_on"), date)
    row, flags, reason = finding(row, known)
    have = [one for one in known.told(known.place(row)) if not one[0].endswith(ONLY_COUNTED)]
    said = str(row.get("hazard") or "")
    if not dated and not row.get(MAKES_VISIT):
        row = {**row, "checked_on": None}  # it is that of the ledger's finding, whichever visit found it
    if reason or not have:
        return row, flags, reason
    level = next((level for text, level in have if name_key(text) == name_key(said)), None)
    if level is not None:
        return row, [*flags, *_other_level(level, known, row)], ""
    scored = [(fuzz.ratio(name_key(text), name_key(said)), level == MAJOR, text) for text, level in have]
    alike = [(score, text) for score, grave, text in scored if score >= (_ALIKE_MAJOR if grave else _ALIKE)]
    if not alike:
        return row, flags, NOT_IN_LEDGER
    text = max(alike)[1]
    flags.append(RowFlag("hazard", "words_differ", f"清单写的是“{said}”，按台账的“{text}”合为一条，请核对是不是同一条"))
    return {**row, "hazard": text}, flags, ""


def _other_level(level: str, known: Known, row: Row) -> list[RowFlag]:
    """Flag that the ledger, which has such a column, calls the hazard no major one."""
    if level in ("", MAJOR) or known.is_unasked(known.place(row), "level"):
        return []
    return [RowFlag("level", "level_differs", f"台账写的是“{level}”，重大事故隐患清单里有，按重大记")]


def _full_name(row: Row, known: Known) -> tuple[Row, list[RowFlag]]:
    """Call an enterprise by its whole name where a case has a short one that fits a single visited enterprise."""
    name = str(row.get("enterprise") or "")
    whole = known.visited_as(name) if name and known.enterprise(row) is None and not known.is_known(row) else None
    if whole is None:
        return row, []
    message = f"写的是简称“{name}”，本次行动查过的只有“{whole}”对得上，按这一家记"
    return {**row, "enterprise": whole}, [RowFlag("enterprise", "name_differs", message)]


def case(row: Row, known: Known) -> Prepared:
    """Find the enterprise and the findings of a case, also under a short name."""
    row, flags = _full_name(row, known)
    row, more, reason = _case(row, known)
    return row, [*flags, *more], reason


def _case(row: Row, known: Known) -> Prepared:
    enterprise = known.enterprise(row)
    if enterprise is None and not known.is_known(row):
        return row, [], f"名录和检查记录里都没有“{row['enterprise']}”，请核对企业名称"
    if not row.get("violation"):
        return row, [], _NO_VIOLATION
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
    row, noticed = _full_name(row, known)
    if known.enterprise(row) is None and not known.is_known(row) and not known.names.near({**row, "name": row["enterprise"]}):
        # nothing looks like it: the case counts as received, and pre-flight asks for the visit
        return {**row, "findings": (), MAKES_ENTERPRISE: True}, [], "" if row.get("violation") else _NO_VIOLATION
    row, flags, reason = case(row, known)
    flags = [*noticed, *flags]
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
    """Compare a row of Annex 2 with the ledger; a difference is never written.

    A visit is made of it only where nobody recorded visits: an enterprise that
    the visit records leave out is a question to the group.
    """
    line = str(row.get("line") or "")
    group = known.groups.of_line(line)
    if known.visit(known.place(row), None) is None and known.has_records(group or phrase(line)):
        return row, [], counted.NOT_RECORDED
    filled: Row = {counted.FILLS: counted.fills(known, row), counted.VIOLATIONS: known.coming.violations.get(known.place(row), ())}
    why = counted.difference(known, row)
    if why and filled[counted.FILLS]:  # what the ledger was never asked for is taken all the same
        return {**row, "group": group, **filled}, [RowFlag("*", counted.DIFFERS, why)], ""
    return {**row, "group": group, **filled}, [], why


def town(row: Row, known: Known) -> Prepared:
    """Compare a town's sums with the figures; they are never written."""
    return row, [], town_figures.difference(known, row)
