"""Major hazards: the item list of the day, the mark, the ledger, the hanging-out.

Which list holds follows from the day of the visit: that of 2017 before
2023-05-15, Order 10 from then on. Dangerous chemicals, fire, gas and special
equipment are judged by other standards: the program says so and offers no
item. It never marks by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from models import Enterprise, Evidence, Finding, Inspection, RectificationStep, Rule
from models.forms import Row
from models.ledgers import HAZARD_LEDGER
from services import clock, reasons, records, rules
from services.errors import Missing, Refused
from services.findings import CLOSED, MAJOR, PROOF, require_proof, require_second
from services.listing import Listing

_PREFIX = "major_item."
_EVERYWHERE = ("通用", "粉尘涉爆", "涉氨制冷", "有限空间")
_WANTED = {
    "major_officer": "认定人", "major_expert": "专家意见", "plan": "治理方案", "supervisor": "督办人", "listed_on": "挂牌日期",
    "due": "整改期限", "person": "整改责任人",
}  # fmt: skip
_OWN = ("plan", "fund", "supervisor", "listed_on", "listed_no")


class ItemUnknown(Refused):
    """An item is named that the list of the day does not have."""

    code = "major_item_unknown"
    template = "{on} 检查适用{standard}，里面没有“{item}”这一条。"
    mend = "从当日有效的判定标准里选一条；危化品、消防、燃气、特种设备选“适用其他标准”。"


class MarkIncomplete(Refused):
    """A mark lacks what it rests on."""

    code = "major_mark_incomplete"
    template = "认定重大事故隐患还差：{missing}。"
    mend = "判定条款（或适用的其他标准）、认定人、专家意见都要填。"


class NotMajor(Refused):
    """Something is done with a major hazard that is none."""

    code = "not_major"
    template = "“{hazard}”没有认定为重大事故隐患，不能{verb}。"
    mend = "先认定，再办理。"


@dataclass(frozen=True)
class Item:
    """One item of the list.

    Attributes:
        label: In our own words; the law's text decides.
        sector: Industry or field; 通用 for all.
        checked: 已核 or 待核.
    """

    code: str
    label: str
    sector: str
    article: str
    source: str
    checked: str


def items(session: Session, *, on: date, sector: str | None = None, words: str = "") -> list[Item]:
    """Return the items that are valid on a day, in the order of the list.

    Args:
        session: Session of a read.
        on: Day of the visit.
        sector: Only those of this industry, and those of all; None for every one.
        words: Only those whose label has all of these words.
    """
    query = (
        select(Rule)
        .where(
            Rule.key.startswith(_PREFIX),
            Rule.valid_from <= on,
            or_(Rule.valid_to.is_(None), Rule.valid_to >= on),
            Rule.deleted_at.is_(None),
        )
        .order_by(Rule.id)
    )
    found: list[Item] = []
    for rule in session.scalars(query):
        field, _, label = rule.value.partition("|")
        if sector and field not in (sector, *_EVERYWHERE):
            continue
        if all(word in label for word in words.split()):
            found.append(Item(rule.key.removeprefix(_PREFIX), label, field, rule.article, rule.source, rule.checked))
    return found


def item(session: Session, *, code: str, on: date) -> Item | None:
    """Return the item of this code, None if the list of the day has none."""
    return next((one for one in items(session, on=on) if one.code == code), None)


def sectors(session: Session, *, on: date) -> list[str]:
    """Return the industries and fields of the list of a day, in its order."""
    return list(dict.fromkeys(one.sector for one in items(session, on=on)))


def sector_of(session: Session, *, industry: str | None, on: date) -> str | None:
    """Return the sector of the list that an industry belongs to, or None."""
    named = (industry or "").replace("铸造", "机械")
    return next((one for one in sectors(session, on=on) if one not in _EVERYWHERE and one in named), None)


def standard(session: Session, *, on: date) -> str:
    """Return the name of the standard valid on a day; "" before there was one."""
    try:
        return rules.valid(session, key="major_standard", on=on).value
    except Missing:
        return ""


def other_standards(session: Session, *, on: date) -> tuple[str, ...]:
    """Return the fields that are judged by other standards."""
    return tuple(name for name, _words in _elsewhere(session, on))


def elsewhere(session: Session, *, text: str, on: date) -> str | None:
    """Return the field whose own standard these words point to, or None; a hint."""
    return next((name for name, words in _elsewhere(session, on) if any(word in text for word in words)), None)


def mark(
    session: Session,
    *,
    finding_id: int,
    item: str | None,
    officer: str,
    expert: str,
    on: date | None = None,
    other_standard: str | None = None,
) -> None:
    """Confirm that a finding is a major hazard.

    Args:
        session: Session of a write.
        finding_id: The finding.
        item: Code of the item; None where another standard applies.
        officer: Who confirms it; somebody else will have to close it.
        expert: Which expert was asked.
        on: Day of the confirmation; today if not given.
        other_standard: Which other standard applies; None where an item does.

    Raises:
        MarkIncomplete: Item, officer or expert is missing.
        ItemUnknown: The list of the day of the visit has no such item.
        NeedsSecondPerson, NoProof: It is closed already, by this officer alone or without proof; reopen it first.
        Missing: The finding is gone.
    """
    finding = records.get(session, Finding, finding_id)
    wanted = {"判定条款": item or other_standard, "认定人": officer, "专家意见": expert}
    missing = [name for name, value in wanted.items() if not (value or "").strip()]
    if missing:
        raise MarkIncomplete(missing="、".join(missing))
    checked_on = session.get_one(Inspection, finding.inspection_id).checked_on
    if item and not _known(session, item, checked_on):
        raise ItemUnknown(on=checked_on, standard=standard(session, on=checked_on) or "的判定标准没有录入", item=item)
    if finding.status == CLOSED:
        require_proof(session, finding)
        require_second(session, finding, closers=[finding.recheck_person or ""], officer=officer)
    values = {
        "level": MAJOR,
        "major_item": item,
        "other_standard": other_standard,
        "major_officer": officer,
        "major_expert": expert,
        "major_on": on or clock.today(),
    }
    records.change(finding, values)


def unmark(session: Session, *, finding_id: int, reason: str) -> None:
    """Take a mark back; the finding is an ordinary one again.

    Raises:
        NotMajor: It is none.
        ReasonNeeded: There is no reason.
        Missing: It is gone.
    """
    finding = _major(session, finding_id, "撤销认定")
    reasons.notice(session, (f"重大事故隐患：{finding.hazard[:20]} → 一般",))
    none = dict.fromkeys(("major_item", "other_standard", "major_officer", "major_expert", "major_on", *_OWN))
    records.change(finding, {"level": "一般", **none})
    reasons.require(session, reason=reason)


def hang(
    session: Session,
    *,
    finding_id: int,
    supervisor: str,
    listed_on: date,
    listed_no: str | None = None,
    plan: str | None = None,
    fund: int | None = None,
) -> None:
    """Put a major hazard under public supervision (挂牌督办).

    Args:
        session: Session of a write.
        finding_id: The finding.
        supervisor: Who supervises it.
        listed_on: Day of the sheet.
        listed_no: Number of the sheet.
        plan: How it is to be put right; None leaves what is there.
        fund: What that costs, in fen; None leaves what is there.

    Raises:
        NotMajor: It is none.
        Missing: It is gone.
    """
    finding = _major(session, finding_id, "挂牌")
    values: dict[str, Any] = {"supervisor": supervisor, "listed_on": listed_on, "listed_no": listed_no}
    values |= {key: value for key, value in (("plan", plan), ("fund", fund)) if value is not None}
    if records.change(finding, values):
        step = RectificationStep(finding_id=finding.id, kind="挂牌", on=listed_on, person=supervisor, reason=listed_no)
        records.add(session, step)


def select_rows(campaign_id: int | None) -> Select[Any]:
    """Return the query of a campaign's major hazards, columns as the form's keys."""
    joined = {"enterprise": Enterprise.name, "town": Enterprise.town, "checked_on": Inspection.checked_on}
    columns = [(joined[key] if key in joined else getattr(Finding, key)).label(key) for key in HAZARD_LEDGER.keys]
    return (
        select(
            Finding.id.label("id"), *columns, Enterprise.search_text.label("search_text"), Inspection.enterprise_id.label("enterprise_id")
        )
        .join(Inspection, Inspection.id == Finding.inspection_id)
        .join(Enterprise, Enterprise.id == Inspection.enterprise_id)
        .where(
            Finding.campaign_id == campaign_id,
            Finding.level == MAJOR,
            Finding.deleted_at.is_(None),
            Inspection.deleted_at.is_(None),
            Inspection.state != "作废",
        )
    )


LISTING = Listing(
    form=HAZARD_LEDGER,
    select=select_rows,
    search=("search_text", "hazard", "major_item", "supervisor"),
    default_sort="checked_on",
    tables=frozenset({"finding", "inspection", "enterprise"}),
    table="finding",
)


def lacks(session: Session, *, campaign_id: int) -> dict[int, tuple[str, ...]]:
    """Return by id what open major hazards still want before they are closed.

    The close itself wants more: a recheck by somebody else than who confirmed it.
    """
    query = select(Evidence.finding_id).where(Evidence.kind.in_(PROOF), Evidence.deleted_at.is_(None))
    proven = set(session.scalars(query))
    found: dict[int, tuple[str, ...]] = {}
    ids = [row.id for row in session.execute(select_rows(campaign_id))]
    for finding in (records.get(session, Finding, number) for number in ids):
        if finding.status != CLOSED:
            given = {word: getattr(finding, key) for key, word in _WANTED.items()}
            given["判定条款或适用标准"] = finding.major_item or finding.other_standard
            given["整改或复查照片"] = finding.id in proven
            found[finding.id] = tuple(word for word, value in given.items() if not value)
    return found


def load(session: Session, *, record_id: int) -> Row:
    """Return one major hazard as a row of the ledger.

    Raises:
        Missing: It is gone, or is none.
    """
    finding = records.get(session, Finding, record_id)
    rows = select_rows(finding.campaign_id).subquery()
    found = session.execute(select(rows).where(rows.c.id == record_id)).mappings().first()
    if found is None:
        raise Missing(what="重大事故隐患", name=record_id)
    return {key: found[key] for key in HAZARD_LEDGER.keys}


def save(
    session: Session,
    *,
    campaign_id: int,  # noqa: ARG001 - every register is saved by the same call
    row: Row,
    record_id: int | None = None,
    source: records.Source | None = None,  # noqa: ARG001 - likewise
) -> int:
    """Change plan, money, supervisor and listing of a major hazard; no more.

    Raises:
        NotMajor: It is none, or none is named: a major hazard is made by `mark`.
        Missing: It is gone.
    """
    if record_id is None:
        raise NotMajor(hazard=str(row.get("hazard") or "")[:20], verb="直接登记")
    finding = _major(session, record_id, "改台账")
    records.change(finding, {key: row[key] for key in _OWN if key in row})
    return record_id


def remove(session: Session, *, record_ids: Sequence[int]) -> None:
    """Refuse: a major hazard leaves the ledger by `unmark`, or with its finding.

    Raises:
        NotMajor: Always.
        Missing: One is gone.
    """
    for record_id in record_ids:
        raise NotMajor(hazard=records.get(session, Finding, record_id).hazard[:20], verb="从台账移出；请撤销认定")


def _known(session: Session, code: str, on: date) -> bool:
    return item(session, code=code, on=on) is not None


def _major(session: Session, finding_id: int, verb: str) -> Finding:
    finding = records.get(session, Finding, finding_id)
    if finding.level != MAJOR:
        raise NotMajor(hazard=finding.hazard[:20], verb=verb)
    return finding


def _elsewhere(session: Session, on: date) -> list[tuple[str, tuple[str, ...]]]:
    try:
        value = rules.valid(session, key="major_elsewhere", on=on).value
    except Missing:
        return []
    parts = (part.partition("=") for part in value.split(";"))
    return [(name, tuple(words.split("|"))) for name, _, words in parts]
