"""The leader's evening: a visit with its findings, the tour, the platform.

One call saves a whole visit. What is odd about it is said by `doubts`
beside its field and stops nobody: fields are required at the gate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Assignment, Enterprise, Finding, Group, Inspection
from models.annexes import FINDING_LEDGER, INSPECTION_RECORD, PLAN_KINDS
from models.forms import Row
from models.ledgers import VISIT
from services import findings, groups, inspections, reasons, records, rules, workdays
from services.errors import Missing, Refused
from services.inspections import DONE, VOID

FORM = VISIT
DRAFT = "草稿"
KIND_WORDS = dict(zip(PLAN_KINDS, ("抽取", "必查", "追加"), strict=True))
NOT_YET, UNPLANNED, WRITING, NOT_ON_PLATFORM, RECORDED, NOTHING_FOUND, NULL = (
    "未查", "未排期", "正在填", "待平台", "已记", "未发现问题", "作废",
)  # fmt: skip
_STICKY = ("checked_on", "leader", "officers", "experts", "mode", "items", "basis", "recorder_no", "group")


class ContradictoryVisit(Refused):
    """A visit says that nothing was found, and holds findings."""

    code = "contradictory_visit"
    template = "“{name}”写着未发现问题，却有 {count} 条问题。"
    mend = "去掉“未发现问题”，或删掉那些问题。"


class AlreadyAssigned(Refused):
    """An enterprise is on the tour of another group."""

    code = "already_assigned"
    template = "“{name}”已经分给{group}，没有再分。"
    mend = "先从原来的组移出，再分给新组。"


@dataclass(frozen=True)
class Line:
    """A finding of the page: its row, and its id if it is saved."""

    row: Row
    record_id: int | None = None


@dataclass(frozen=True)
class Saved:
    """What `save` wrote."""

    inspection_id: int
    finding_ids: tuple[int, ...]


@dataclass(frozen=True)
class Stop:
    """One enterprise on the tour of a group.

    Attributes:
        kind: As in `models.annexes.PLAN_KINDS`; `KIND_WORDS` says it shorter.
        planned_on: Day that was agreed.
        last_checked: Last inspection by any level, and by which.
        state: 未排期, 未查, 正在填, 待平台, 已记, 未发现问题 or 作废.
        word: The state as the list shows it: 已记 9 项.
    """

    enterprise_id: int
    enterprise: str
    town: str
    industry: str
    grade: str
    kind: str
    group: str
    planned_on: date | None
    last_checked: tuple[date, str] | None
    inspection_id: int | None
    assignment_id: int | None
    checked_on: date | None
    state: str
    findings: int

    @property
    def word(self) -> str:
        """The state as the list shows it."""
        return f"{RECORDED} {self.findings} 项" if self.state == RECORDED else self.state


@dataclass(frozen=True)
class Waiting:
    """A visit that is not on the platform yet.

    Attributes:
        days_late: Working days since the visit; 0 on the day itself.
        fields: (key, title, text) in the order of the platform, to be copied.
    """

    inspection_id: int
    enterprise: str
    group: str
    checked_on: date
    days_late: int
    fields: tuple[tuple[str, str, str], ...]

    def text(self) -> str:
        """Return all fields as lines, for the clipboard."""
        return "\n".join(f"{title}：{text}" for _key, title, text in self.fields)


def load(session: Session, *, record_id: int) -> Row:
    """Return one visit with every field of the page.

    Raises:
        Missing: It is gone.
    """
    visit = records.get(session, Inspection, record_id)
    return inspections.load(session, record_id=record_id) | {key: getattr(visit, key) for key in inspections.MORE}


def lines(session: Session, *, inspection_id: int) -> list[Line]:
    """Return the findings of a visit in their order."""
    return [Line(findings.load_full(session, record_id=one.id), one.id) for one in findings.of_visit(session, inspection_id=inspection_id)]


def save(
    session: Session,
    *,
    campaign_id: int,
    row: Row,
    record_id: int | None = None,
    lines: Sequence[Line] = (),
    removed: Sequence[int] = (),
    reason: str | None = None,
) -> Saved:
    """Save a visit together with its findings, as one step.

    Args:
        session: Session of a write.
        campaign_id: Its campaign.
        row: The visit; keys that it lacks of the further fields stay as they are.
        record_id: The visit to change; None adds one.
        lines: Findings to add or change, a saved one with its whole row; those not named stay as they are.
        removed: Findings that go to the bin.
        reason: Why, where a finished visit changes in what asks for one; a draft asks for none.

    Raises:
        Invalid: A key field is empty, or a category is none of the campaign's.
        ContradictoryVisit: It says that nothing was found, and has findings.
        ReasonNeeded: A finished visit changes in what asks for a reason.
        FindingInCase: A case rests on a finding that shall go.
        Missing: The visit or a finding is gone.
    """
    if record_id is not None and records.get(session, Inspection, record_id).state == DONE:
        reasons.notice(session, reasons.asking(INSPECTION_RECORD, inspections.load(session, record_id=record_id), row))
        for line in (one for one in lines if one.record_id is not None):
            reasons.notice(session, reasons.asking(FINDING_LEDGER, findings.load(session, record_id=line.record_id or 0), line.row))
    number = inspections.save(session, campaign_id=campaign_id, row=row, record_id=record_id)
    if removed:
        findings.remove(session, record_ids=removed)
    shared: Row = {"enterprise": row["enterprise"], "town": row.get("town"), "checked_on": row["checked_on"]}
    saved = [
        findings.save(session, campaign_id=campaign_id, row={**line.row, **shared}, record_id=line.record_id, inspection_id=number)
        for line in lines
    ]
    session.flush()
    present = findings.of_visit(session, inspection_id=number)
    if records.get(session, Inspection, number).no_problem and present:
        raise ContradictoryVisit(name=row["enterprise"], count=len(present))
    reasons.require(session, reason=reason)
    return Saved(number, tuple(saved))


def sticky(session: Session, *, campaign_id: int, group_id: int | None) -> Row:
    """Return what the next visit of a group takes over: day, people, basis, recorder.

    From the visit that was typed last; before the first one, the members of the group.
    """
    query = (
        select(Inspection.id)
        .where(Inspection.campaign_id == campaign_id, Inspection.group_id == group_id, Inspection.deleted_at.is_(None))
        .where(Inspection.state != VOID)
        .order_by(Inspection.id.desc())
    )
    last = session.scalar(query.limit(1))
    if last is not None:
        before = load(session, record_id=last)
        return {key: before[key] for key in _STICKY}
    fresh: Row = dict.fromkeys(_STICKY)
    if group_id is not None:
        group = groups.load(session, record_id=group_id)
        fresh |= {"group": group["name"], **{key: group[key] for key in ("leader", "officers", "experts")}}
    return fresh


def tour(session: Session, *, campaign_id: int, group_id: int | None = None, as_of: date) -> list[Stop]:
    """Return what a group has to visit and has visited: the assigned first.

    Args:
        session: Session of a read.
        campaign_id: The campaign.
        group_id: The group; None for all groups.
        as_of: Day of the list.
    """
    named = {group.id: group.name for group in records.alive(session, Group, campaign_id=campaign_id)}
    of_group: dict[str, object] = {} if group_id is None else {"group_id": group_id}
    tasks = sorted(records.alive(session, Assignment, campaign_id=campaign_id, **of_group), key=lambda task: (task.position, task.id))
    visits = records.alive(session, Inspection, campaign_id=campaign_id, **of_group)
    visits = sorted(
        (one for one in visits if one.checked_on <= as_of), key=lambda one: (one.state == VOID, -one.checked_on.toordinal(), -one.id)
    )
    counted = Counter(
        session.scalars(select(Finding.inspection_id).where(Finding.campaign_id == campaign_id, Finding.deleted_at.is_(None)))
    )
    found: list[Stop] = []
    used: set[int] = set()
    for task in tasks:
        visit = next((one for one in visits if one.enterprise_id == task.enterprise_id), None)
        used |= {one.id for one in visits if one.enterprise_id == task.enterprise_id}
        enterprise = session.get_one(Enterprise, task.enterprise_id)
        found.append(_stop(enterprise, task, visit, named, counted, as_of))
    extra = [one for one in sorted(visits, key=lambda one: (one.checked_on, one.id)) if one.id not in used]
    found += [_stop(session.get_one(Enterprise, one.enterprise_id), None, one, named, counted, as_of) for one in extra]
    return found


def assign(
    session: Session,
    *,
    campaign_id: int,
    group_id: int | None,
    enterprise_ids: Sequence[int],
    kind: str,
    planned_on: date | None = None,
    reason: str | None = None,
) -> list[int]:
    """Put enterprises on the tour of a group; return the ids of the assignments.

    Who is on this tour already stays there once.

    Raises:
        AlreadyAssigned: One is on the tour of another group.
        Missing: An enterprise or the group is gone.
    """
    if group_id is not None:
        records.get(session, Group, group_id)
    present = {task.enterprise_id: task for task in records.alive(session, Assignment, campaign_id=campaign_id)}
    living = {group.id for group in records.alive(session, Group, campaign_id=campaign_id)}  # a group in the bin holds nothing back
    position = max((task.position for task in present.values()), default=0)
    made: list[int] = []
    for number in dict.fromkeys(enterprise_ids):
        enterprise = records.get(session, Enterprise, number)
        task = present.get(number)
        if task is not None and task.group_id in living - {group_id}:
            raise AlreadyAssigned(name=enterprise.name, group=session.get_one(Group, task.group_id).name)
        facts = {"group_id": group_id, "kind": kind, "planned_on": planned_on, "reason": reason}
        if task is not None:
            records.change(task, facts)
            made.append(task.id)
            continue
        position += 1
        made.append(records.add(session, Assignment(campaign_id=campaign_id, enterprise_id=number, position=position, **facts)))
    return made


def plan(session: Session, *, assignment_ids: Sequence[int], planned_on: date | None) -> int:
    """Set the day of visits that are to come; return how many changed.

    Raises:
        Missing: One is gone.
    """
    return sum(records.change(records.get(session, Assignment, number), {"planned_on": planned_on}) for number in assignment_ids)


def unassign(session: Session, *, assignment_ids: Sequence[int]) -> None:
    """Take enterprises off the tour; visits that were made stay.

    Raises:
        Missing: One is gone.
    """
    records.to_bin(session, Assignment, assignment_ids)


def platform_queue(session: Session, *, campaign_id: int, as_of: date, group_id: int | None = None) -> list[Waiting]:
    """Return the finished visits that are not on the platform, the oldest first."""
    query = (
        select(Inspection)
        .where(
            Inspection.campaign_id == campaign_id,
            Inspection.deleted_at.is_(None),
            Inspection.state == DONE,
            Inspection.checked_on <= as_of,
            (Inspection.platform_no.is_(None)) | (Inspection.platform_no == ""),
        )
        .order_by(Inspection.checked_on, Inspection.id)
    )
    if group_id is not None:
        query = query.where(Inspection.group_id == group_id)
    try:
        keys = rules.words(session, key="platform_fields", on=as_of)
    except Missing:
        keys = ("enterprise", "checked_on", "document_no", "findings")
    return [_waiting(session, visit, keys, as_of) for visit in session.scalars(query)]


def mark_entered(session: Session, *, record_id: int, platform_no: str, on: date, at: str | None = None) -> None:
    """Note that a visit is on the platform now.

    Args:
        session: Session of a write.
        record_id: The visit.
        platform_no: Its number there.
        on: Day of the entry.
        at: Time of day, "17:40".

    Raises:
        Missing: It is gone.
    """
    visit = records.get(session, Inspection, record_id)
    records.change(visit, {"platform_no": platform_no.strip() or None, "entered_on": on, "entered_at": at})


def _stop(
    enterprise: Enterprise,
    task: Assignment | None,
    visit: Inspection | None,
    named: dict[int, str],
    counted: Counter[int],
    as_of: date,
) -> Stop:
    levels = (("checked_province", "省级"), ("checked_city", "市级"), ("checked_district", "区级"))
    known = [(day, word) for key, word in levels if (day := getattr(enterprise, key)) and day <= as_of]
    group = task.group_id if task else visit.group_id if visit else None
    return Stop(
        enterprise_id=enterprise.id,
        enterprise=enterprise.name,
        town=enterprise.town or "",
        industry=enterprise.industry or "",
        grade=enterprise.grade or "",
        kind=(task.kind if task else None) or (visit.plan_kind if visit else None) or PLAN_KINDS[-1],
        group=named.get(group, "") if group is not None else "",
        planned_on=task.planned_on if task else None,
        last_checked=max(known, default=None),
        inspection_id=visit.id if visit else None,
        assignment_id=task.id if task else None,
        checked_on=visit.checked_on if visit else None,
        state=_state(task, visit, counted[visit.id] if visit else 0),
        findings=counted[visit.id] if visit else 0,
    )


def _state(task: Assignment | None, visit: Inspection | None, count: int) -> str:
    if visit is None:
        return NOT_YET if task and task.planned_on else UNPLANNED
    if visit.state == DRAFT:
        return WRITING
    if visit.state == VOID:
        return NULL
    if not visit.platform_no:
        return NOT_ON_PLATFORM
    return RECORDED if count or not visit.no_problem else NOTHING_FOUND


def _waiting(session: Session, visit: Inspection, keys: Sequence[str], as_of: date) -> Waiting:
    row = load(session, record_id=visit.id)
    found = findings.of_visit(session, inspection_id=visit.id)
    said = [f"{number}. {one.hazard}" for number, one in enumerate(found, start=1)]
    disposals = Counter(one.disposal for one in found if one.disposal)
    more = {
        "findings": ("发现问题", "\n".join(said) or (NOTHING_FOUND if visit.no_problem else "")),
        "disposals": ("处置意见", "、".join(f"{name} {count} 项" for name, count in disposals.items())),
    }
    fields = [(key, *more[key]) if key in more else _field(row, key) for key in keys if key in more or key in VISIT.keys]
    return Waiting(
        inspection_id=visit.id,
        enterprise=str(row["enterprise"]),
        group=str(row["group"] or ""),
        checked_on=visit.checked_on,
        days_late=workdays.between(visit.checked_on, as_of),
        fields=tuple(fields),
    )


def _field(row: Row, key: str) -> tuple[str, str, str]:
    column = VISIT.column(key)
    value = row.get(key)
    return key, column.title, column.kind.show(value) if value not in (None, ()) else ""
