"""The legal clocks of a case and of a finding: from which day, to which, by what.

Nothing is kept: each clock follows from the dates of the case and the rule
that was valid on the day it began to run (`resources/rules/clocks.toml`).
The first day does not count; a period of days that ends where offices are
closed ends on the next working day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Case, CaseAmount, CaseFinding, CaseParty, Enterprise, Finding, Inspection, Rule
from models.money import show_amount
from services import records, rules, workdays
from services.errors import Missing

RUNNING, DONE, OVER, ENDED = "running", "done", "over", "ended"
_CLOSED, _SUMMARY = "已结案", "简易程序"
_STOPS = ("责令暂时停产停业",)
_RATE_PERCENT = 3


@dataclass(frozen=True)
class Clock:
    """One period that runs, has run, or was kept.

    Attributes:
        key: Rule that fixes it.
        name: What has to be done, in two to six characters.
        start: Day from which it runs; this day does not count.
        due: Last day.
        done_on: Day on which it was done; None while it runs.
        left: Days to the last day, negative when it is past, in `unit`.
        unit: "工作日" or "天".
        length: How long it is, in words: 7个工作日.
        article: Article with a label in our own words.
        source: Law or rule.
        checked: 已核 or 待核.
        state: "running", "done", "over" (the office is late), "ended" (the party let it pass).
        note: What else to say, or "".
    """

    key: str
    name: str
    start: date
    due: date
    done_on: date | None
    left: int
    unit: str
    length: str
    article: str
    source: str
    checked: str
    state: str
    note: str = ""

    @property
    def basis(self) -> str:
        """Where it comes from, with a mark if that is not verified."""
        return f"{self.source} {self.article}" + ("" if self.checked == "已核" else "（待核）")


@dataclass(frozen=True)
class Running:
    """The next clock of a case, for the board."""

    case_id: int
    enterprise: str
    stage: str
    clock: Clock


@dataclass(frozen=True)
class _Spec:
    """Which dates of a case a clock runs between.

    Attributes:
        party: The right of the party: nobody in the office is late.
        until: Attribute with a day that replaces the computed one.
    """

    rule: str
    name: str
    start: str
    ends: tuple[str, ...]
    party: bool = False
    until: str = ""
    summary: bool = False


_SPECS = (
    _Spec("clock.held", "登记保存处理", "held_on", ("held_settled_on",)),
    _Spec("clock.sealed", "查封扣押到期", "sealed_on", ("unsealed_on",), until="sealed_until"),
    _Spec("clock.statement", "陈述申辩", "notified_on", ("decided_on",), party=True),
    _Spec("clock.hearing_apply", "听证申请", "notified_on", ("hearing_asked_on", "decided_on"), party=True),
    _Spec("decision_days", "作出决定", "filed_on", ("decided_on", "transferred_on"), until="decide_by"),
    _Spec("clock.service", "送达", "decided_on", ("served_on", "paid_on"), summary=True),
    _Spec("publication_workdays", "公示", "decided_on", ("published_on",), summary=True),
    _Spec("clock.payment", "缴款", "served_on", ("paid_on",), until="pay_by", summary=True),
    _Spec("clock.reconsideration", "申请复议", "served_on", (), party=True, summary=True),
    _Spec("clock.litigation", "提起诉讼", "served_on", (), party=True, summary=True),
    _Spec("clock.urging", "催告履行", "urged_on", ("paid_on", "court_on"), summary=True),
    _Spec("clock.closing", "结案", "paid_on", ("closed_on",), summary=True),
)


def of_case(session: Session, *, case_id: int, as_of: date) -> list[Clock]:
    """Return all clocks of a case that have begun, by their last day.

    Raises:
        Missing: There is no such case.
    """
    case = records.get(session, Case, case_id)
    found = [clock for spec in _SPECS if (clock := _clock(session, case, spec, as_of))]
    found += _discovery(session, case, as_of)
    found += _hearing(session, case, as_of)
    found += _enforcement(session, case, found, as_of)
    if case.stage == _CLOSED or case.closed_on:
        found = [one for one in found if one.state == DONE]
    return sorted(found, key=lambda clock: (clock.due, clock.key))


def next_clock(session: Session, *, case_id: int, as_of: date) -> Clock | None:
    """Return the clock of a case that ends first, the late ones before all."""
    return _next(of_case(session, case_id=case_id, as_of=as_of))


def board(session: Session, *, campaign_id: int, as_of: date) -> list[Running]:
    """Return the next clock of every open case, the most urgent first."""
    query = (
        select(Case.id, Enterprise.name, Case.stage)
        .join(Enterprise, Enterprise.id == Case.enterprise_id)
        .where(Case.campaign_id == campaign_id, Case.deleted_at.is_(None))
    )
    found = [
        Running(number, name, stage, clock)
        for number, name, stage in session.execute(query)
        if (clock := next_clock(session, case_id=number, as_of=as_of))
    ]
    return sorted(found, key=lambda one: (one.clock.due, one.case_id))


def of_finding(session: Session, *, finding_id: int, as_of: date) -> list[Clock]:
    """Return the clocks of a finding: its day, the recheck, the longest stop.

    Raises:
        Missing: There is no such finding.
    """
    finding = records.get(session, Finding, finding_id)
    visit = session.get_one(Inspection, finding.inspection_id)
    found: list[Clock] = []
    if finding.due:
        own = Rule(key="due", value="", unit="days_exact", source="责令改正", article="载明的期限", checked="已核")
        found.append(_made(own, "整改期限", visit.checked_on, finding.due, finding.rectified_on, as_of))
    expired = finding.due if finding.due and finding.due < as_of else None
    begun = finding.rectified_on or expired
    if begun and (rule := _rule(session, "clock.recheck", begun)):
        found.append(_made(rule, "整改复查", begun, _due(rule, begun), finding.rechecked_on, as_of))
    if finding.disposal in _STOPS and (rule := _rule(session, "clock.stop_order", visit.checked_on)):
        found.append(_made(rule, "停产停业最长期限", visit.checked_on, _due(rule, visit.checked_on), finding.rechecked_on, as_of))
    return sorted(found, key=lambda clock: (clock.due, clock.key))


def urgent(clocks: Iterable[Clock]) -> list[Clock]:
    """Return what still runs or is late, by its last day."""
    return sorted((clock for clock in clocks if clock.state in (RUNNING, OVER)), key=lambda clock: (clock.due, clock.key))


def last_day(session: Session, *, key: str, start: date) -> date:
    """Return the last day of a period that begins on a day.

    Raises:
        Missing: No such rule is valid on that day.
    """
    return _due(rules.valid(session, key=key, on=start), start)


def _next(clocks: Iterable[Clock]) -> Clock | None:
    return next(iter(urgent(clocks)), None)


def _clock(session: Session, case: Case, spec: _Spec, as_of: date) -> Clock | None:
    start: date | None = getattr(case, spec.start)
    if start is None or (case.procedure == _SUMMARY and not spec.summary):
        return None
    rule = _rule(session, spec.rule, start)
    if rule is None:
        return None
    replaced: date | None = getattr(case, spec.until) if spec.until else None
    done = min((day for name in spec.ends if (day := getattr(case, name))), default=None)
    clock = _made(rule, spec.name, start, replaced or _due(rule, start), done, as_of, party=spec.party)
    return replace(clock, note="经批准延期") if replaced else clock


def _discovery(session: Session, case: Case, as_of: date) -> Iterator[Clock]:
    """Filing after the visit that found it, and the limitation of the violation."""
    if case.procedure == _SUMMARY:
        return
    query = (
        select(func.min(Inspection.checked_on))
        .join(Finding, Finding.inspection_id == Inspection.id)
        .join(CaseFinding, CaseFinding.finding_id == Finding.id)
        .where(CaseFinding.case_id == case.id, CaseFinding.deleted_at.is_(None), Finding.deleted_at.is_(None))
    )
    found_on = session.scalar(query)
    for key, name, start in (("clock.filing", "立案", found_on), ("clock.limitation", "追究时效", case.violated_on)):
        rule = _rule(session, key, start) if start else None
        if rule is not None and start is not None:
            yield _made(rule, name, start, _due(rule, start), case.filed_on or case.decided_on, as_of)


def _hearing(session: Session, case: Case, as_of: date) -> Iterator[Clock]:
    """The party hears of the hearing so many working days before it."""
    if case.heard_on and case.hearing_asked_on and (rule := _rule(session, "clock.hearing_told", case.hearing_asked_on)):
        yield _made(rule, "听证通知", case.hearing_asked_on, workdays.before(case.heard_on, int(rule.value)), case.hearing_told_on, as_of)


def _enforcement(session: Session, case: Case, found: list[Clock], as_of: date) -> Iterator[Clock]:
    """What begins when the fine is not paid in time: the daily addition, the court."""
    payment = next((clock for clock in found if clock.name == "缴款"), None)
    if payment is None or case.paid_on or payment.due >= as_of:
        return
    if rule := _rule(session, "clock.surcharge", payment.due):
        fen = _decided(session, case.id)
        days = min((as_of - payment.due).days, int(rule.value))
        added = min(fen, fen * _RATE_PERCENT * days // 100)
        capped = _made(rule, "加处罚款封顶", payment.due, _due(rule, payment.due), case.court_on, as_of, party=True)
        yield replace(capped, note=f"逾期 {(as_of - payment.due).days} 天，加处 {show_amount(added)} 万元") if fen else capped
    remedy = next((clock for clock in found if clock.name == "提起诉讼"), None)
    if remedy and (rule := _rule(session, "clock.court", remedy.due)):
        court = _made(rule, "申请强制执行", remedy.due, _due(rule, remedy.due), case.court_on, as_of)
        yield replace(court, note="复议、诉讼期满后起算，诉讼期限待核")


def _decided(session: Session, case_id: int) -> int:
    query = (
        select(CaseAmount.party_id, CaseAmount.fen)
        .join(CaseParty, CaseParty.id == CaseAmount.party_id)
        .where(CaseParty.case_id == case_id, CaseAmount.kind == "decided", CaseAmount.deleted_at.is_(None), CaseParty.deleted_at.is_(None))
        .order_by(CaseAmount.on, CaseAmount.id)
    )
    return sum({row.party_id: row.fen for row in session.execute(query)}.values())


def _rule(session: Session, key: str, on: date | None) -> Rule | None:
    if on is None:
        return None
    try:
        return rules.valid(session, key=key, on=on)
    except Missing:
        return None  # no such rule on that day: no clock rather than a wrong one


def _due(rule: Rule, start: date) -> date:
    count = int(rule.value)
    if rule.unit == "workdays":
        return workdays.after(start, count)
    if rule.unit in ("months", "years"):
        return workdays.months_after(start, count * (12 if rule.unit == "years" else 1))
    due = start + timedelta(days=count)
    return workdays.rolled(due) if rule.unit == "days" else due


def _made(rule: Rule, name: str, start: date, due: date, done: date | None, as_of: date, *, party: bool = False) -> Clock:
    working = rule.unit == "workdays"
    left = workdays.between(as_of, due) if working else (due - as_of).days
    late = done is not None and done > due
    state = DONE if done else RUNNING if due >= as_of else ENDED if party else OVER
    words = {"workdays": "个工作日", "months": "个月", "years": "年"}.get(rule.unit, "天")
    return Clock(
        key=rule.key,
        name=name,
        start=start,
        due=due,
        done_on=done,
        left=left,
        unit="工作日" if working else "天",
        length=f"{rule.value}{words}" if rule.value else "",
        article=rule.article,
        source=rule.source,
        checked=rule.checked,
        state=state,
        note=f"晚了 {(done - due).days} 天" if late and done and not party else "",
    )
