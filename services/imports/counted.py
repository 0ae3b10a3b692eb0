"""Annex 2 as a file: a group that reports numbers only.

Where the office has the visit and its findings, the file is compared and
never overwrites them. Where it has none, the visit is made with one finding
per counted problem, whose text says that only the number was reported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from models import Attachment, Enterprise, Finding, Group, Inspection, Submission
from models.annexes import CATEGORY_PREFIX, annex_2
from models.forms import Row
from services import campaigns, cases, clock, findings, inspections, records
from services.imports import results
from services.imports.known import FROM_STATISTICS, ONLY_COUNTED, Known, know
from services.imports.planned import PlanRow
from services.listing import Listing
from services.matching import name_key


@dataclass(frozen=True)
class Disagreement:
    """One enterprise whose statistics and ledger differ.

    Attributes:
        enterprise_id: The enterprise; None if the registry does not know it.
        sentence: What differs, in words.
        file: The file that says so.
        form: Of the file.
    """

    enterprise_id: int | None
    enterprise: str
    sentence: str
    file: str
    form: str = "inspection_stats"


_SHORT = annex_2(categories=())
REMARK = FROM_STATISTICS
_A_GROUP = 3  # enterprises on one sheet of statistics: fewer may be a ledger's slip
FILLS, VIOLATIONS = "fills", "violations"  # of a row: what it fills in, and what cases of the batch say of the enterprise
NOT_RECORDED = "附件2 有这家企业，检查记录里没有，没有按它建检查记录；请检查组核对是漏报检查记录，还是附件2 多填"
_DIFFERENT = "与台账不一致"
GROUP, NAMES = "group", "names"  # of a received Annex 2: who wrote it, whom it names
LEFT_OUT = "left_out"
DIFFERS = "differs_from_ledger"
_FILLED = {
    "penalty": "按附件2的处罚事项数选定，台账没有“拟处罚”一栏，请核对是不是这一条",
    "category": "台账没有类别，按附件2的分类数暂定，请核对",
}


def select_rows(campaign_id: int | None) -> Select[Any]:
    """Return the query of visited enterprises with their counts."""
    counts = (
        select(
            Inspection.enterprise_id.label("enterprise_id"),
            func.count(Finding.id).label("findings_total"),
            func.coalesce(func.sum(case((Finding.penalty.is_(True), 1), else_=0)), 0).label("penalties"),
            func.min(Inspection.id).label("id"),
        )
        .outerjoin(Finding, (Finding.inspection_id == Inspection.id) & Finding.deleted_at.is_(None))
        .where(Inspection.campaign_id == campaign_id, Inspection.deleted_at.is_(None), Inspection.state != inspections.VOID)
        .group_by(Inspection.enterprise_id)
        .subquery()
    )
    return select(
        counts.c.id.label("id"),
        counts.c.id.label("no"),
        Enterprise.name.label("enterprise"),
        Enterprise.town.label("town"),
        counts.c.findings_total,
        counts.c.penalties,
    ).join(Enterprise, Enterprise.id == counts.c.enterprise_id)


LISTING = Listing(
    form=_SHORT,
    select=select_rows,
    search=("enterprise",),
    default_sort="id",
    tables=frozenset({"inspection", "finding", "enterprise"}),
    table="inspection",
)


def difference(known: Known, row: Row) -> str:
    """Return in words how a reported row differs from the ledger.

    Empty if it does not. An enterprise without a visit does not differ: it is
    new. What files of the same batch bring to the ledger counts as there.
    """
    place = known.place(row)
    ours = _ours(known, place)
    if known.campaign_id is None or not (ours or known.visit(place, None)):
        return ""
    filled = fills(known, row)
    if "findings" in filled:
        return ""
    pairs = [("发现问题", ours["发现问题"], _number(row.get("findings_total")))]
    if "penalty" not in filled:
        pairs.append(("处罚事项", ours["处罚事项"], _number(row.get("penalties"))))
    pairs += [
        (key.removeprefix(CATEGORY_PREFIX), ours[key.removeprefix(CATEGORY_PREFIX)], _number(value))
        for key, value in (() if "category" in filled else _categories(row))
    ]
    if _only_unsorted(ours, pairs):
        return ""
    different = [f"{name}台账 {mine} 项、来表 {theirs} 项" for name, mine, theirs in pairs if mine != theirs]
    return f"{_DIFFERENT}：{'；'.join(different)}。请核对后改台账，来表的数没有写入" if different else ""


def fills(known: Known, row: Row) -> tuple[str, ...]:
    """Return what a reported row knows and the ledger was never asked for.

    That is "penalty" or "category", or "findings" where no ledger came at all; a ledger that has the column is never filled in.
    """
    place = known.place(row)
    ours, total = _ours(known, place), _number(row.get("findings_total"))
    found = []
    if total > ours["发现问题"] and known.visit(place, None) is not None and _only_numbers(known, place):
        return ("findings",)
    if not ours["处罚事项"] and 0 < _number(row.get("penalties")) <= ours["发现问题"] and known.is_unasked(place, "penalty"):
        found.append("penalty")
    counted = sum(_number(value) for _key, value in _categories(row))
    if total and ours[None] == ours["发现问题"] == total == counted and known.is_unasked(place, "category"):
        found.append("category")
    return tuple(found)


def said_otherwise(code: str, row: PlanRow) -> str:
    """Return how a planned row of statistics differs from the ledger, or ""."""
    if code != "inspection_stats":
        return ""
    flagged = next((flag.message for flag in row.flags if flag.code == DIFFERS), "")
    return flagged or (row.reason if row.action == "rejected" and row.reason.startswith(_DIFFERENT) else "")


def completed(row: Row) -> dict[str, tuple[object, object]]:
    """Return what a reported row fills in, as changes."""
    wanted = records.names_of(row.get(FILLS))
    found: dict[str, tuple[object, object]] = {}
    if "findings" in wanted:
        found["findings_total"] = (0, row.get("findings_total"))
    if {"findings", "penalty"} & set(wanted):
        found["penalties"] = (0, row.get("penalties"))
    if {"findings", "category"} & set(wanted):
        found |= {key: (0, value) for key, value in _categories(row) if value}
    return found


def disagreements(session: Session, *, campaign_id: int) -> list[Disagreement]:
    """Return where received statistics and the ledger still disagree.

    Kept are the numbers of the sender; they are compared with the ledger as it
    is now, so what was put right since is no longer named.
    """
    known = know(session, campaign_id=campaign_id)
    found: dict[object, Disagreement] = {}
    for row, file in stated_rows(session, campaign_id=campaign_id, form="inspection_stats"):
        place = known.place(row)
        if place in found:
            continue
        why = difference(known, row)
        number = place if isinstance(place, int) else None
        found[place] = Disagreement(number, str(row["enterprise"]), f"{row['enterprise']}：{why}" if why else "", file)
    return [one for one in found.values() if one.sentence]


def left_out(session: Session, *, campaign_id: int) -> list[Disagreement]:
    """Return enterprises that were visited and that their group's Annex 2 leaves out."""
    query = (
        select(Submission.unread, Attachment.name)
        .join(Attachment, Attachment.id == Submission.attachment_id)
        .where(Submission.campaign_id == campaign_id, Submission.deleted_at.is_(None))
        .order_by(Submission.id)
    )
    known = know(session, campaign_id=campaign_id)
    latest: dict[str, list[dict[str, Any]]] = {name: unread or [] for name, unread in ((row[1], row[0]) for row in session.execute(query))}
    files: dict[str | None, str] = {}
    told: set[object] = set()
    for name, listed in latest.items():
        for one in listed:
            if NAMES in one:
                files.setdefault(known.groups.of_line(one.get(GROUP)), name)
                told |= {known.place({"enterprise": text}) for text in one[NAMES]}
    visits = (
        select(Inspection.enterprise_id, Enterprise.name, Group.name.label("group"))
        .join(Enterprise, Enterprise.id == Inspection.enterprise_id)
        .outerjoin(Group, Group.id == Inspection.group_id)
        .where(Inspection.campaign_id == campaign_id, Inspection.deleted_at.is_(None), Inspection.state == inspections.DONE)
        .order_by(Inspection.id)
    )
    found: dict[int, Disagreement] = {}
    for enterprise, name, group in session.execute(visits) if files else ():
        file = files.get(group) or files.get(None)
        if file and enterprise not in told:
            said = f"{name}：检查记录里有，附件2 没有这家企业"
            found.setdefault(enterprise, Disagreement(enterprise, name, said, file, LEFT_OUT))
    return list(found.values())


def stated_rows(session: Session, *, campaign_id: int, form: str) -> Iterator[tuple[Row, str]]:
    """Yield rows that disagreed when they came, with their file; the latest first.

    A file that came again under its name answers for itself.
    """
    query = (
        select(Submission.unread, Submission.form, Attachment.name)
        .join(Attachment, Attachment.id == Submission.attachment_id)
        .where(Submission.campaign_id == campaign_id, Submission.deleted_at.is_(None))
        .order_by(Submission.id.desc())
    )
    seen: set[str] = set()
    for unread, first, file in session.execute(query).all():
        for one in unread or () if file not in seen else ():
            if one.get("form", first) == form and isinstance(one.get("stated"), dict):
                yield {"enterprise": one.get("enterprise"), **one["stated"]}, file
        seen.add(file)


def stated(row: Row) -> dict[str, object]:
    """Return the numbers of a reported row, to be compared again later."""
    keys = ("findings_total", "penalties", *(key for key, _value in _categories(row)))
    return {key: row[key] for key in keys if isinstance(row.get(key), int)}


def save(session: Session, *, campaign_id: int, row: Row, record_id: int | None = None, source: records.Source | None = None) -> int:
    """Make the visit of a reported row with one finding per counted problem.

    Of a visit that is there only what its ledger was never asked for is taken.

    Raises:
        Invalid: The enterprise is empty.
    """
    if record_id is not None or row.get(FILLS):
        met = session.get_one(Inspection, record_id) if record_id else findings.visit_of(session, campaign_id=campaign_id, row=row)
        if "findings" in records.names_of(row.get(FILLS)):
            _count_out(session, campaign_id, _counted_visit(session, met, row), row, source)
        else:
            _fill(session, campaign_id, met.enterprise_id, row)
        return met.id
    checked, reported = row.get("checked_on"), row.get("report_date")
    day = checked if isinstance(checked, date) else reported if isinstance(reported, date) else _last_day(session, campaign_id)
    known_day = isinstance(checked, date)
    visit: Row = {
        "enterprise": row["enterprise"],
        "town": row.get("town"),
        "group": row.get("group"),
        "checked_on": day,
        "remark": REMARK if known_day else f"{REMARK}；检查日期没有报，按{'填报日期' if day == reported else '检查阶段最后一天'}记，请核对",
    }
    number = results.save_visit(session, campaign_id=campaign_id, row=visit, source=source)
    _count_out(session, campaign_id, session.get_one(Inspection, number), row, source)
    return number


def _counted_visit(session: Session, met: Inspection, row: Row) -> Inspection:
    """Return the visit whose record says as many findings as the statistics, else the first."""
    query = select(Inspection).where(
        Inspection.campaign_id == met.campaign_id, Inspection.enterprise_id == met.enterprise_id, Inspection.deleted_at.is_(None)
    )
    visits = list(session.scalars(query.order_by(Inspection.checked_on, Inspection.id)))
    return next((one for one in visits if one.stated_findings == row.get("findings_total")), visits[0] if visits else met)


def _count_out(session: Session, campaign_id: int, visit: Inspection, row: Row, source: records.Source | None) -> None:
    """Make one finding for each that was only counted; those that a list of major hazards brought are among them."""
    known = findings.categories(session, campaign_id)
    have = cases.findings_of(session, campaign_id=campaign_id, enterprise_id=visit.enterprise_id)
    counts = [(key.removeprefix(CATEGORY_PREFIX), _number(count)) for key, count in _categories(row)]
    # what the total counts and no category does stays without one, and pre-flight asks for it
    counts.append(("未分类", _number(row.get("findings_total")) - sum(count for _name, count in counts)))
    texts = [(name, ordinal) for name, count in counts for ordinal in range(1, count + 1)]
    for one in have:
        name, _ordinal = texts.pop(0)
        if one.inspection_id != visit.id and session.get_one(Inspection, one.inspection_id).stated_findings == 0:
            records.change(one, {"inspection_id": visit.id})  # a list of major hazards has no day; this visit found something
        if not one.category and _listed(known, name):
            _note(one, "category", value=_listed(known, name))
    first = findings.next_number(session, campaign_id=campaign_id, enterprise_id=visit.enterprise_id)
    for position, (name, ordinal) in enumerate(texts):
        session.add(
            Finding(
                campaign_id=campaign_id,
                inspection_id=visit.id,
                no=first + position,
                hazard=f"{name}问题{ordinal}{ONLY_COUNTED}",
                category=_listed(known, name),
                level="一般",
                penalty=position < _number(row.get("penalties")),
                status="未整改",
                **records.sourced(source),
            )
        )
    odd = [dict(flag) for flag in (source.flags if source else ()) if dict(flag).get("code") == "category_sum_mismatch"]
    if odd and not any(flag.get("code") == "category_sum_mismatch" for flag in visit.flags or ()):
        records.change(visit, {"flags": [*(visit.flags or ()), *odd]})
    session.flush()


def _fill(session: Session, campaign_id: int, enterprise_id: int, row: Row) -> None:
    """Write what the ledger was not asked for, and say on each finding that it was taken from here."""
    have = cases.findings_of(session, campaign_id=campaign_id, enterprise_id=enterprise_id)
    wanted = records.names_of(row.get(FILLS))
    if "penalty" in wanted:
        said = [name_key(text) for text in records.names_of(row.get(VIOLATIONS))]
        likely = sorted(have, key=lambda one: (-_likeness(name_key(one.hazard), said), one.level != findings.MAJOR, one.no))
        for one in likely[: _number(row.get("penalties"))]:
            _note(one, "penalty", value=True)
    if "category" in wanted:
        listed = [key.removeprefix(CATEGORY_PREFIX) for key, value in _categories(row) for _each in range(_number(value))]
        for one, text in zip(have, listed, strict=False):
            _note(one, "category", value=findings.category_of(session, campaign_id=campaign_id, text=text))
    session.flush()


def _listed(known: list[str], name: str) -> str | None:
    bare = name_key(name).removesuffix("类")
    return next((one for one in known if name_key(one).removesuffix("类") == bare), None)


def _note(one: Finding, key: str, *, value: object) -> None:
    flag = {"field": key, "code": "from_statistics", "message": _FILLED[key], "text": None}
    records.change(one, {key: value, "flags": [*(one.flags or ()), flag]})


def _likeness(hazard: str, violations: list[str]) -> float:
    return max((fuzz.partial_ratio(hazard, text) for text in violations), default=0.0)


def _only_numbers(known: Known, place: object) -> bool:
    """Tell whether a ledger tells of nobody whom the same statistics name.

    A list of major hazards is no ledger. Where ledgers came, a few enterprises without findings may be left out there.
    """
    beside = known.coming.beside.get(place, [place])
    if any(level != findings.MAJOR for one in {*beside, place} for _text, level in known.told(one)):
        return False
    return len(beside) >= _A_GROUP or not any(
        level != findings.MAJOR and not text.endswith(ONLY_COUNTED)
        for told in (*known.hazards.values(), *known.coming.hazards.values())
        for text, level in told
    )


def _only_unsorted(ours: Counter[str | None], pairs: list[tuple[str, int, int]]) -> bool:
    """Tell whether all that categories lack is what the ledger has without category, which pre-flight names by itself."""
    sums = [one for one in pairs if one[0] in ("发现问题", "处罚事项")]
    lacking = [theirs - mine for name, mine, theirs in pairs if (name, mine, theirs) not in sums]
    agree = all(mine == theirs for _name, mine, theirs in sums)
    return agree and 0 < ours[None] == sum(lacking) and min(lacking) >= 0


def _ours(known: Known, place: object) -> Counter[str | None]:
    return known.coming.ledger.get(place, Counter()) + (known.ledger.get(place, Counter()) if isinstance(place, int) else Counter())


def _categories(row: Row) -> list[tuple[str, object]]:
    return [(key, value) for key, value in row.items() if key.startswith(CATEGORY_PREFIX)]


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _last_day(session: Session, campaign_id: int) -> date:
    ends = [phase.end for phase in campaigns.phases(session, campaign_id=campaign_id)]
    return min(max(ends, default=clock.today()), clock.today())
