"""How findings are put right: dated steps from extension to reopening.

The state of a finding is one of four; that it is late follows from its day
and is kept nowhere. Each call is part of one named operation; undo takes all
of it back. What asks for a reason is said in `models.annexes.REASONED`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import Enterprise, Finding, Inspection, RectificationStep
from models.annexes import FINDING_LEDGER, FINDING_STATES
from models.ledgers import EXTENSION, PARTIAL, RECHECK, REOPENING
from services import campaigns, clock, findings, reasons, records
from services.errors import Refused
from services.findings import NoProof

__all__ = ["EXTENSION", "PARTIAL", "RECHECK", "REOPENING", "Late", "NoProof", "Passage", "Standing", "TownLate", "extend", "overdue",
           "overdue_by_town", "partial", "passages", "possible", "recheck", "reopen", "report_done", "standing", "start",
           "state_word", "urge"]  # fmt: skip
OPEN, UNDER_WAY, REPORTED, CLOSED = FINDING_STATES
LATE = "逾期"
STOPPED = ("责令暂时停产停业", "查封扣押")
UNKNOWN_TOWN = "（未填）"
# From which states each verb is legal.
_FROM: dict[str, tuple[str, ...]] = {
    "开始整改": (OPEN,),
    "部分整改": (OPEN, UNDER_WAY),
    "申请复查": (OPEN, UNDER_WAY),
    "复查": (OPEN, UNDER_WAY, REPORTED),
    "延期": (OPEN, UNDER_WAY),
    "督办": (OPEN, UNDER_WAY, REPORTED),
    "重新打开": (CLOSED,),
}


class NotInThisState(Refused):
    """A step does not follow from where the finding stands."""

    code = "rectification_state"
    template = "“{hazard}”现在是“{state}”，不能“{verb}”。"
    mend = "可以做的是：{possible}。"


class DayOutOfOrder(Refused):
    """A step is dated before what it follows, or after today."""

    code = "rectification_day"
    template = "{verb}日期 {on} {why}。"
    mend = "改正日期。"


class NotLater(Refused):
    """An extension does not go beyond the day that stands."""

    code = "extension_not_later"
    template = "“{hazard}”的整改期限是 {was}，延长至 {due} 没有变晚。"
    mend = "填一个更晚的日期；要提前，请直接改整改期限并写明原因。"


class StepReasonMissing(Refused):
    """A step needs words and has none."""

    code = "rectification_reason"
    template = "{verb}要写明{what}。"
    mend = "写一句话再保存。"


@dataclass(frozen=True)
class Passage:
    """One line of a finding's way."""

    on: date
    what: str
    note: str = ""
    person: str = ""


@dataclass(frozen=True)
class Late:
    """A finding past its day.

    Attributes:
        days_late: Calendar days since the last day.
    """

    finding_id: int
    enterprise_id: int
    enterprise: str
    town: str
    hazard: str
    level: str
    due: date
    days_late: int
    person: str
    status: str


@dataclass(frozen=True)
class TownLate:
    """The late findings of a town, the oldest first."""

    town: str
    rows: tuple[Late, ...]


@dataclass(frozen=True)
class Standing:
    """Whether an enterprise, or a part of it, must stand still.

    Attributes:
        stopped: It must not resume before a recheck passes.
        since: Day of the first order that still holds.
        scope: What stands still, in words.
        finding_ids: The findings that hold it.
        sentence: The banner; "" if nothing is stopped.
    """

    stopped: bool
    since: date | None = None
    scope: str = ""
    finding_ids: tuple[int, ...] = ()
    sentence: str = ""


def state_word(status: str, due: date | None, as_of: date) -> str:
    """Return the state as people say it: 逾期 where the day is past."""
    return LATE if is_late(status, due, as_of) else status


def is_late(status: str, due: date | None, as_of: date) -> bool:
    """Return whether a finding is past its day and not reported as put right."""
    return status in (OPEN, UNDER_WAY) and due is not None and due < as_of


def possible(session: Session, *, finding_id: int) -> tuple[str, ...]:
    """Return the steps that are legal now.

    Raises:
        Missing: It is gone.
    """
    return _possible(records.get(session, Finding, finding_id).status)


def start(session: Session, *, finding_ids: Sequence[int], on: date | None = None, person: str | None = None) -> int:
    """The enterprise has begun; return how many findings moved.

    Raises:
        NotInThisState: One is under way, reported or closed.
        DayOutOfOrder: The day is before the visit or after today.
        Missing: One is gone.
    """
    for finding in _all(session, finding_ids, "开始整改", on):
        records.change(finding, {"status": UNDER_WAY})
        _keep(session, finding, "开始整改", on, person=person)
    return len(finding_ids)


def partial(session: Session, *, finding_id: int, on: date, reason: str, person: str | None = None) -> None:
    """A part is put right; the rest goes on.

    Args:
        session: Session of a write.
        finding_id: The finding.
        on: Day.
        reason: What is done, and what is not.
        person: Who said so.

    Raises:
        StepReasonMissing: Nothing says what was done.
        NotInThisState: It is reported or closed.
        DayOutOfOrder: The day is before the visit or after today.
        Missing: It is gone.
    """
    _require_words(reason, verb="部分整改", what="改好了哪些、还差哪些")
    for finding in _all(session, [finding_id], "部分整改", on):
        records.change(finding, {"status": UNDER_WAY})
        _keep(session, finding, "部分整改", on, person=person, reason=reason)


def report_done(session: Session, *, finding_ids: Sequence[int], on: date, person: str | None = None, reason: str | None = None) -> int:
    """The enterprise says that it is put right: 待复查; return how many.

    Raises:
        NotInThisState: One is reported or closed.
        DayOutOfOrder: The day is before the visit or after today.
        ReasonNeeded: A day that was set is changed without a reason.
        Missing: One is gone.
    """
    for finding in _all(session, finding_ids, "申请复查", on):
        _change(session, finding, {"status": REPORTED, "rectified_on": on})
        _keep(session, finding, "申请复查", on, person=person)
    reasons.require(session, reason=reason)
    return len(finding_ids)


def recheck(session: Session, *, finding_ids: Sequence[int], passed: bool, on: date, person: str, reason: str | None = None) -> int:
    """Somebody of the office has looked: closed, or back to work; return how many.

    Args:
        session: Session of a write.
        finding_ids: The findings.
        passed: Whether they are put right.
        on: Day of the recheck.
        person: Who rechecked; several with 、 between them.
        reason: What was seen; always asked for.

    Raises:
        NotInThisState: One is closed.
        NeedsSecondPerson, NoProof: A major hazard is closed by its finder, or without proof.
        StepReasonMissing: Nobody is named, or a recheck that failed says nothing.
        ReasonNeeded: A closing says nothing.
        DayOutOfOrder: The day is before the work was reported, or after today.
        Missing: One is gone.
    """
    _require_words(person, verb="复查", what="复查人")
    if not passed:
        _require_words(reason, verb="复查不合格", what="哪里不合格")
    for finding in _all(session, finding_ids, "复查", on):
        if passed:
            if finding.level == findings.MAJOR:
                findings.require_proof(session, finding)
                findings.require_second(session, finding, closers=[person])
            values = {"status": CLOSED, "rectified_on": finding.rectified_on or on, "rechecked_on": on, "recheck_person": person}
        else:
            values = {"status": UNDER_WAY, "rectified_on": None}
        _change(session, finding, values)
        _keep(session, finding, "复查合格" if passed else "复查不合格", on, person=person, reason=reason)
    reasons.require(session, reason=reason)
    return len(finding_ids)


def extend(session: Session, *, finding_ids: Sequence[int], due: date, reason: str, on: date | None = None) -> int:
    """Give more time; the days before stay to be seen; return how many.

    Raises:
        StepReasonMissing: There is no reason.
        NotLater: The day is not later than the one that stands.
        NotInThisState: One is reported or closed.
        Missing: One is gone.
    """
    _require_words(reason, verb="延期", what="原因")
    for finding in _all(session, finding_ids, "延期", on):
        if finding.due is not None and due <= finding.due:
            raise NotLater(hazard=finding.hazard[:20], was=finding.due, due=due)
        _keep(session, finding, "延期", on, reason=reason, was_due=finding.due, due=due)
        _change(session, finding, {"due": due})
    reasons.require(session, reason=reason)
    return len(finding_ids)


def reopen(session: Session, *, finding_id: int, on: date, reason: str) -> None:
    """A closed finding is not put right after all: it goes on, with its history.

    Raises:
        StepReasonMissing: There is no reason.
        NotInThisState: It is not closed.
        DayOutOfOrder: The day is before the recheck or after today.
        Missing: It is gone.
    """
    _require_words(reason, verb="重新打开", what="原因")
    for finding in _all(session, [finding_id], "重新打开", on):
        _keep(session, finding, "重新打开", on, reason=reason)
        _change(session, finding, {"status": UNDER_WAY, "rectified_on": None, "rechecked_on": None, "recheck_person": None})
    reasons.require(session, reason=reason)


def urge(
    session: Session, *, finding_ids: Sequence[int], on: date | None = None, person: str | None = None, reason: str | None = None
) -> int:
    """Note that a letter (督办单) went out; return for how many.

    Raises:
        NotInThisState: One is closed.
        Missing: One is gone.
    """
    for finding in _all(session, finding_ids, "督办", on):
        _keep(session, finding, "督办", on, person=person, reason=reason)
    return len(finding_ids)


def passages(session: Session, *, finding_id: int) -> list[Passage]:
    """Return the way of a finding from its visit on, oldest first.

    Days that came from a file and have no step of their own stand there as well.

    Raises:
        Missing: It is gone.
    """
    finding = records.get(session, Finding, finding_id)
    visit = session.get_one(Inspection, finding.inspection_id)
    steps = records.alive(session, RectificationStep, finding_id=finding_id)
    found = [Passage(visit.checked_on, "检查发现", finding.disposal or "", "、".join(findings.finders(session, finding)))]
    for step in steps:
        moved = f"{step.was_due or '未定'} → {step.due}" if step.kind == "延期" else ""
        found.append(Passage(step.on, step.kind, "；".join(part for part in (moved, step.reason or "") if part), step.person or ""))
    seen = {(step.kind, step.on) for step in steps}
    if finding.rectified_on and not any(kind in ("申请复查", "复查合格") for kind, _on in seen):
        found.append(Passage(finding.rectified_on, "整改完成", "", finding.person or ""))
    if finding.rechecked_on and ("复查合格", finding.rechecked_on) not in seen:
        found.append(Passage(finding.rechecked_on, "复查合格", "", finding.recheck_person or ""))
    return sorted(found, key=lambda passage: passage.on)


def overdue(session: Session, *, campaign_id: int, as_of: date, town: str | None = None) -> list[Late]:
    """Return the late findings of finished visits, the oldest first."""
    rows = findings.select_rows(campaign_id).subquery()
    query = (
        select(rows)
        .where(rows.c.visit_state == "已完成", rows.c.status.in_((OPEN, UNDER_WAY)), rows.c.due < as_of)
        .order_by(rows.c.due, rows.c.id)
    )
    found = [
        Late(
            finding_id=row.id,
            enterprise_id=row.enterprise_id,
            enterprise=row.enterprise,
            town=row.town or UNKNOWN_TOWN,
            hazard=row.hazard,
            level=row.level,
            due=row.due,
            days_late=(as_of - row.due).days,
            person=row.person or "",
            status=row.status,
        )
        for row in session.execute(query)
    ]
    return [late for late in found if town is None or late.town == town]


def overdue_by_town(session: Session, *, campaign_id: int, as_of: date) -> list[TownLate]:
    """Return the late findings by town, in the official order, never a ranking."""
    late = overdue(session, campaign_id=campaign_id, as_of=as_of)
    order = {unit.name: unit.position for unit in campaigns.units(session, campaign_id=campaign_id)}
    towns = sorted({one.town for one in late}, key=lambda town: (order.get(town, len(order) + 1), town == UNKNOWN_TOWN, town))
    return [TownLate(town, tuple(one for one in late if one.town == town)) for town in towns]


def standing(session: Session, *, enterprise_id: int, as_of: date | None = None) -> Standing:
    """Return whether an enterprise has to stand still, over all campaigns.

    An order holds until the finding behind it is closed by a recheck: a state without day and person lifts nothing.

    Args:
        session: Session of a read.
        enterprise_id: The enterprise.
        as_of: Only orders up to this day; None for all.
    """
    query = (
        select(Finding, Inspection.checked_on)
        .join(Inspection, Inspection.id == Finding.inspection_id)
        .where(
            Inspection.enterprise_id == enterprise_id,
            Inspection.state == "已完成",
            Inspection.deleted_at.is_(None),
            Finding.deleted_at.is_(None),
            Finding.disposal.in_(STOPPED),
            or_(Finding.status != CLOSED, Finding.rechecked_on.is_(None), Finding.recheck_person.is_(None)),
        )
        .order_by(Inspection.checked_on, Finding.id)
    )
    held = [(finding, on) for finding, on in session.execute(query) if as_of is None or on <= as_of]
    if not held:
        return Standing(stopped=False)
    since = held[0][1]
    scopes = [finding.stop_scope or ("全部停产停业" if finding.disposal == STOPPED[0] else "查封扣押的设施设备") for finding, _on in held]
    scope = "、".join(dict.fromkeys(scopes))
    sentence = f"{since.month}月{since.day}日起责令停止：{scope}。复查合格前不得恢复。"
    return Standing(stopped=True, since=since, scope=scope, finding_ids=tuple(f.id for f, _on in held), sentence=sentence)


def stopped(session: Session, *, campaign_id: int) -> list[tuple[Enterprise, Standing]]:
    """Return the enterprises of a campaign that must stand still, oldest order first."""
    query = select(Inspection.enterprise_id).where(Inspection.campaign_id == campaign_id, Inspection.deleted_at.is_(None)).distinct()
    held = [(number, standing(session, enterprise_id=number)) for number in session.scalars(query)]
    found = [(session.get_one(Enterprise, number), one) for number, one in held if one.stopped]
    return sorted(found, key=lambda pair: (pair[1].since or date.max, pair[0].id))


def _possible(status: str) -> tuple[str, ...]:
    return tuple(verb for verb, states in _FROM.items() if status in states)


def _all(session: Session, finding_ids: Sequence[int], verb: str, on: date | None) -> list[Finding]:
    """Return the findings, each of which may take this step on this day."""
    listed = [records.get(session, Finding, number) for number in dict.fromkeys(finding_ids)]
    for finding in listed:
        if finding.status not in _FROM[verb]:
            raise NotInThisState(
                hazard=finding.hazard[:20], state=finding.status, verb=verb, possible="、".join(_possible(finding.status)) or "无"
            )
        day = on or clock.today()
        checked = session.get_one(Inspection, finding.inspection_id).checked_on
        before = max(filter(None, (checked, finding.rectified_on, finding.rechecked_on)))
        if day > clock.today():
            raise DayOutOfOrder(verb=verb, on=day, why="还没有到")
        if day < before:
            raise DayOutOfOrder(verb=verb, on=day, why=f"早于前一步的 {before}")
    return listed


def _change(session: Session, finding: Finding, values: dict[str, Any]) -> None:
    before: dict[str, object] = {key: getattr(finding, key) for key in values}
    reasons.notice(session, reasons.asking(FINDING_LEDGER, before, dict(values)))
    records.change(finding, values)


def _keep(session: Session, finding: Finding, kind: str, on: date | None, **facts: Any) -> None:
    facts = {"person": None, "reason": None, "was_due": None, "due": None, **facts}
    records.add(session, RectificationStep(finding_id=finding.id, kind=kind, on=on or clock.today(), **facts))


def _require_words(text: str | None, *, verb: str, what: str) -> None:
    if not (text or "").strip():
        raise StepReasonMissing(verb=verb, what=what)
