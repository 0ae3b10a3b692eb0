"""How a case goes on: opened from findings, step after step, to its end.

Which steps are legal follows from the dates that the case has; a step that
skips one is refused with the article that asks for it. The ordinary procedure
and the summary one (当场处罚) have steps of their own. Nothing derived is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, CaseFinding, Enterprise, Finding, Inspection
from models.annexes import CASE_LIST, STAGES
from models.ledgers import OUTCOMES
from services import cases, clock, findings, reasons, records
from services.errors import Refused
from services.inspections import DONE

CLOSED = STAGES[-1]
_PAID, _FORCED, _TRANSFERRED = OUTCOMES[0], OUTCOMES[1], OUTCOMES[-1]
Blocked = Callable[[Case], str]


class StepNotLegal(Refused):
    """A step does not follow from where the case stands."""

    code = "case_step"
    template = "现在不能登记“{step}”：{why}。"
    mend = "先登记前面的环节；日期填错的，先在案件里改正日期。"


class StepDayWrong(Refused):
    """A step is dated before what it follows, or after today."""

    code = "case_day"
    template = "{step}日期 {on} {why}。"
    mend = "改正日期。"


class NoWayBack(Refused):
    """There is no step to take back."""

    code = "case_no_way_back"
    template = "案件还没有登记任何环节，没有可以退回的。"


class FindingsOfSeveral(Refused):
    """A case is one enterprise's."""

    code = "findings_of_several"
    template = "选中的问题属于 {count} 家企业，不能立成一个案件。"
    mend = "每家企业分别立案。"


class AlreadyInCase(Refused):
    """A finding stands in a case already."""

    code = "finding_already_in_case"
    template = "问题“{hazard}”已经在案件里，没有再立一个。"
    mend = "打开那个案件，或去掉这一条再立案。"


@dataclass(frozen=True)
class Step:
    """One step of a case as the page shows it.

    Attributes:
        state: "done", "next", "open", "blocked" or "skipped".
        why: What stands in the way; "" if nothing does.
        article: The article that asks for it.
        side: A measure or a branch that most cases do not have.
    """

    key: str
    name: str
    on: date | None
    state: str
    why: str
    article: str
    side: bool


@dataclass(frozen=True)
class Candidate:
    """An enterprise whose findings wait for a case."""

    enterprise_id: int
    enterprise: str
    finding_ids: tuple[int, ...]
    hazards: tuple[str, ...]


@dataclass(frozen=True)
class _Spec:
    """A step: which date it sets, what must be there, where the case stands then.

    Attributes:
        needs: Steps that must be done before.
        undecided: Only before the decision.
        summary: Part of the summary procedure too.
    """

    key: str
    name: str
    day: str
    needs: tuple[str, ...] = ()
    stage: str = ""
    facts: tuple[str, ...] = ()
    undecided: bool = False
    summary: bool = False
    side: bool = False
    article: str = ""


_SPECS = (
    _Spec("file", "立案", "filed_on", (), "已立案", ("case_no", "cause", "handlers"), undecided=True, article="行政处罚法 第五十四条"),
    _Spec("hold", "先行登记保存", "held_on", ("file",), "", undecided=True, side=True, article="行政处罚法 第五十六条"),
    _Spec("settle", "登记保存处理", "held_settled_on", ("hold",), side=True, article="行政处罚法 第五十六条"),
    _Spec("seal", "查封扣押", "sealed_on", ("file",), "", ("sealed_until",), undecided=True, side=True, article="行政强制法 第二十五条"),
    _Spec("unseal", "解除查封扣押", "unsealed_on", ("seal",), side=True, article="行政强制法 第二十八条"),
    _Spec("investigate", "调查终结", "investigated_on", ("file",), "调查取证", undecided=True, article="行政处罚法 第五十七条"),
    _Spec("notify", "告知", "notified_on", ("investigate",), "处罚告知", ("notice_no",), undecided=True, article="行政处罚法 第四十四条"),
    _Spec("ask", "申请听证", "hearing_asked_on", ("notify",), "听证", undecided=True, side=True, article="行政处罚法 第六十四条"),
    _Spec("tell", "听证通知", "hearing_told_on", ("ask",), "听证", undecided=True, side=True, article="行政处罚法 第六十四条"),
    _Spec("hear", "听证", "heard_on", ("tell",), "听证", undecided=True, side=True, article="行政处罚法 第六十四条"),
    _Spec(
        "review", "法制审核", "reviewed_on", ("investigate",), "法制审核", ("review_no",), undecided=True, article="行政处罚法 第五十八条"
    ),
    _Spec("discuss", "集体讨论", "discussed_on", ("notify",), "集体讨论", undecided=True, side=True, article="行政处罚法 第五十七条"),
    _Spec("extend", "批准延期", "extended_on", ("file",), "", ("decide_by",), undecided=True, side=True, article="行政处罚法 第六十条"),
    _Spec("transfer", "移送", "transferred_on", ("file",), "", undecided=True, side=True, article="国务院令第310号"),
    _Spec(
        "decide",
        "决定",
        "decided_on",
        ("notify",),
        "已决定",
        ("decision_no",),
        undecided=True,
        summary=True,
        article="行政处罚法 第五十七条",
    ),
    _Spec("serve", "送达", "served_on", ("decide",), "已送达", ("service",), summary=True, article="行政处罚法 第六十一条"),
    _Spec("publish", "公示", "published_on", ("decide",), "", ("publish_url",), summary=True, article="安全生产法 第七十八条"),
    _Spec("pay", "缴款", "paid_on", ("serve",), "已缴款", summary=True, article="行政处罚法 第六十七条"),
    _Spec("urge", "催告", "urged_on", ("serve",), "", summary=True, side=True, article="行政强制法 第五十四条"),
    _Spec("court", "申请强制执行", "court_on", ("urge",), "", summary=True, side=True, article="行政强制法 第五十三条"),
    _Spec("close", "结案", "closed_on", (), CLOSED, ("outcome",), summary=True, article="office"),
)
STEP_KEYS = tuple(spec.key for spec in _SPECS)
_BY_KEY = {spec.key: spec for spec in _SPECS}


def waiting(session: Session, *, campaign_id: int) -> list[Candidate]:
    """Return the enterprises with findings to be filed (立案查处) that stand in no case."""
    linked = (
        select(CaseFinding.finding_id)
        .join(Case, Case.id == CaseFinding.case_id)
        .where(CaseFinding.deleted_at.is_(None), Case.deleted_at.is_(None))
    )
    query = (
        select(Enterprise.id, Enterprise.name, Finding.id, Finding.hazard)
        .join(Inspection, Inspection.enterprise_id == Enterprise.id)
        .join(Finding, Finding.inspection_id == Inspection.id)
        .where(
            Finding.campaign_id == campaign_id,
            Finding.disposal == findings.FILING,
            Finding.deleted_at.is_(None),
            Inspection.deleted_at.is_(None),
            Inspection.state == DONE,
            Finding.id.not_in(linked),
        )
        .order_by(Inspection.checked_on, Finding.id)
    )
    found: dict[int, list[Any]] = {}
    for row in session.execute(query):
        found.setdefault(row[0], []).append(row)
    return [Candidate(number, rows[0][1], tuple(row[2] for row in rows), tuple(row[3] for row in rows)) for number, rows in found.items()]


def open_from(session: Session, *, campaign_id: int, finding_ids: Sequence[int], procedure: str = cases.ORDINARY) -> int:
    """Open a case on findings of one enterprise, described by them; return its id.

    Raises:
        FindingsOfSeveral: They are of several enterprises, or there are none.
        AlreadyInCase: One stands in a case already.
        Missing: One is gone.
    """
    listed = [records.get(session, Finding, number) for number in dict.fromkeys(finding_ids)]
    visits = [session.get_one(Inspection, one.inspection_id) for one in listed]
    owners = {visit.enterprise_id for visit in visits}
    if len(owners) != 1:
        raise FindingsOfSeveral(count=len(owners))
    for one in listed:
        links = records.alive(session, CaseFinding, finding_id=one.id)
        if any(session.get_one(Case, link.case_id).deleted_at is None for link in links):
            raise AlreadyInCase(hazard=one.hazard[:20])
    bases = dict.fromkeys(one.basis for one in listed if one.basis)
    row: dict[str, object] = {
        "enterprise": session.get_one(Enterprise, owners.pop()).name,
        "violation": "；".join(one.hazard.rstrip("。；; ") for one in listed),
        "procedure": procedure,
        "findings": tuple(str(one.no) for one in listed),
        "broken_clause": "、".join(bases) or None,
        "violated_on": min(visit.checked_on for visit in visits),
    }
    return cases.save(session, campaign_id=campaign_id, row=row)


def steps(session: Session, *, case_id: int) -> list[Step]:
    """Return the steps of a case in their order, each with what stands in its way.

    Raises:
        Missing: It is gone.
    """
    case = records.get(session, Case, case_id)
    found: list[Step] = []
    taken = False
    for spec in _SPECS:
        if case.procedure == cases.SUMMARY and not spec.summary:
            continue
        on: date | None = getattr(case, spec.day)
        why = "" if on or (spec.key == "close" and _outcomes(case)) else _blocked(case, spec)
        state = "done" if on else "blocked" if why else "open"
        if state == "blocked" and (case.stage == CLOSED or (spec.undecided and case.decided_on)):
            state = "skipped"
        if state == "open" and not spec.side and not taken:
            state, taken = "next", True
        found.append(Step(spec.key, spec.name, on, state, why, spec.article, spec.side))
    return found


def outcomes(session: Session, *, case_id: int) -> tuple[str, ...]:
    """Return the ways in which a case may be closed now.

    Raises:
        Missing: It is gone.
    """
    return _outcomes(records.get(session, Case, case_id))


def advance(session: Session, *, case_id: int, step: str, on: date, reason: str | None = None, **facts: object) -> None:
    """Register a step with its day; the stage follows, never backwards.

    Args:
        session: Session of a write.
        case_id: The case.
        step: One of `STEP_KEYS`.
        on: Day of the step.
        reason: Why; asked for when the case is closed.
        facts: What belongs to the step: case_no, decision_no, service, outcome, decide_by …

    Raises:
        StepNotLegal: It does not follow from where the case stands.
        StepDayWrong: The day is before what it follows, or after today.
        ReasonNeeded: Closing without words.
        Missing: It is gone.
    """
    case = records.get(session, Case, case_id)
    spec = _BY_KEY[step]
    assert set(facts) <= set(spec.facts), "facts of another step"
    if getattr(case, spec.day):
        raise StepNotLegal(step=spec.name, why=f"已经登记在 {getattr(case, spec.day)}")
    outcome = str(facts.get("outcome") or "") or _natural_outcome(case)
    why = _blocked(case, spec, outcome=outcome)
    if why:
        raise StepNotLegal(step=spec.name, why=why)
    _require_day(case, spec, on)
    values: dict[str, Any] = {spec.day: on, **facts}
    if "handlers" in values:
        values["handlers"] = list(records.names_of(values["handlers"])) or None
    if spec.key == "extend" and not values.get("decide_by"):
        raise StepNotLegal(step=spec.name, why="要写延到哪一天")
    if spec.key == "close":
        values["outcome"] = outcome
    if spec.stage and STAGES.index(spec.stage) > STAGES.index(case.stage):
        values["stage"] = spec.stage
    _change(session, case, values)
    reasons.require(session, reason=reason)


def step_back(session: Session, *, case_id: int, reason: str) -> str:
    """Take the last step of a case back, with its facts; return its name.

    Raises:
        NoWayBack: There is none.
        ReasonNeeded: There is no reason.
        Missing: It is gone.
    """
    case = records.get(session, Case, case_id)
    done = [spec for spec in _SPECS if getattr(case, spec.day) and not _rests_on(case, spec)]
    if not done:
        raise NoWayBack()
    last = max(done, key=lambda spec: (spec.key == "close", getattr(case, spec.day), _SPECS.index(spec)))
    was = getattr(case, last.day)
    values: dict[str, Any] = {last.day: None, **dict.fromkeys(last.facts)}
    if last.key == "file":
        values.pop("cause")
        values.pop("handlers")
    kept = [spec.stage for spec in _SPECS if spec is not last and spec.stage and getattr(case, spec.day)]
    values["stage"] = max(kept, key=STAGES.index, default=STAGES[0])
    reasons.notice(session, (f"退回{last.name}：{was} → 空",))
    records.change(case, values)
    reasons.require(session, reason=reason)
    return last.name


def _rests_on(case: Case, spec: _Spec) -> bool:
    """Return whether a later step that was done needs this one."""
    return any(spec.key in other.needs and getattr(case, other.day) for other in _SPECS) or (
        spec.undecided and spec.key != "decide" and case.decided_on is not None
    )


def _blocked(case: Case, spec: _Spec, *, outcome: str = "") -> str:
    """Return why a step is not legal now; "" if it is."""
    if case.stage == CLOSED or case.closed_on:
        return "案件已经结案"
    if case.procedure == cases.SUMMARY and not spec.summary:
        return "简易程序没有这一环节"
    if spec.undecided and case.decided_on and spec.key != "decide":
        return f"已于 {case.decided_on} 作出决定"
    if case.transferred_on and spec.key not in ("close", "settle", "unseal"):
        return f"已于 {case.transferred_on} 移送"
    needed = () if case.procedure == cases.SUMMARY and spec.key == "decide" else spec.needs
    missing = [_BY_KEY[key].name for key in needed if not getattr(case, _BY_KEY[key].day)]
    if missing:
        return f"还没有登记{'、'.join(missing)}"
    special = _SPECIAL.get(spec.key)
    return special(case) if special else _cannot_close(case, outcome or _natural_outcome(case)) if spec.key == "close" else ""


def _cannot_decide(case: Case) -> str:
    if case.hearing_asked_on and not case.heard_on:
        return "当事人申请了听证，还没有听证（行政处罚法 第六十三条）"
    if case.heard_on and not case.reviewed_on:
        return "经过听证的案件未经法制审核，不得作出决定（行政处罚法 第五十八条）"
    return ""


def _cannot_urge(case: Case) -> str:
    return f"已于 {case.paid_on} 缴款" if case.paid_on else ""


def _cannot_close(case: Case, outcome: str) -> str:
    if case.sealed_on and not case.unsealed_on:
        return "查封扣押还没有解除"
    if case.held_on and not case.held_settled_on:
        return "先行登记保存的证据还没有处理"
    if outcome == _PAID and not case.paid_on:
        return "还没有登记缴款；不予处罚、撤销或移送的，选结案方式"
    if outcome == _FORCED and not case.court_on:
        return "还没有登记申请强制执行"
    if outcome == _TRANSFERRED and not case.transferred_on:
        return "还没有登记移送"
    if outcome not in (_PAID, _FORCED, _TRANSFERRED) and case.decided_on and outcome != "撤销案件":
        return f"已作出处罚决定，不能按“{outcome}”结案"
    return ""


_SPECIAL: dict[str, Blocked] = {"decide": _cannot_decide, "urge": _cannot_urge, "court": _cannot_urge}


def _outcomes(case: Case) -> tuple[str, ...]:
    spec = _BY_KEY["close"]
    return tuple(outcome for outcome in OUTCOMES if not _blocked(case, spec, outcome=outcome))


def _natural_outcome(case: Case) -> str:
    if case.transferred_on:
        return _TRANSFERRED
    return _FORCED if case.court_on and not case.paid_on else _PAID


def _require_day(case: Case, spec: _Spec, on: date) -> None:
    if on > clock.today():
        raise StepDayWrong(step=spec.name, on=on, why="还没有到")
    before = [(getattr(case, other.day), other.name) for other in map(_BY_KEY.__getitem__, spec.needs) if getattr(case, other.day)]
    if spec.key == "decide":
        before += [
            (day, name) for day, name in ((case.heard_on, "听证"), (case.reviewed_on, "法制审核"), (case.discussed_on, "集体讨论")) if day
        ]
    if spec.key == "close":
        before += [(day, other.name) for other in _SPECS if (day := getattr(case, other.day))]
    latest = max(before, default=None)
    if latest and on < latest[0]:
        raise StepDayWrong(step=spec.name, on=on, why=f"早于{latest[1]}的 {latest[0]}")


def _change(session: Session, case: Case, values: dict[str, Any]) -> None:
    known = {key: value for key, value in values.items() if key in CASE_LIST.keys}
    before: dict[str, object] = {key: getattr(case, key) for key in known}
    reasons.notice(session, reasons.asking(CASE_LIST, before, dict(known)))
    records.change(case, values)
