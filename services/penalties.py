"""Who is penalised in a case, by which clause, how much, and since when.

An amount is never overwritten: each follows the one before it with its day
(拟 → 告知 → 决定 → 缴). What a clause allows is data and only warns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models import Case, CaseAmount, CaseFinding, CaseParty, Enterprise, Finding, Inspection, Rule
from models.annexes import CASE_LIST
from models.ledgers import AMOUNT_STEP, PARTIES
from models.money import show_amount
from services import cases, clocks, reasons, records, rules
from services.cases import DECIDED, NOTIFIED, PAID, PERSON, PROPOSED, UNIT
from services.doubts import Doubt
from services.errors import Missing, Refused

__all__ = ["AMOUNT_STEP", "PARTIES", "Amount", "Clause", "Party", "amounts", "clauses", "doubts", "drop_party", "parties", "put_party",
           "set_amount"]  # fmt: skip
KINDS = {PROPOSED: "拟处罚", NOTIFIED: "告知", DECIDED: "决定", PAID: "已缴"}
_PREFIX = "fine_limit."
_SLIP = 10_000
_STEP_DAYS = {NOTIFIED: ("notified_on", "告知"), DECIDED: ("decided_on", "决定"), PAID: ("paid_on", "缴款")}
_COLUMNS = {(UNIT, PROPOSED): "proposed", (UNIT, DECIDED): "decided", (UNIT, PAID): "paid", (PERSON, PROPOSED): "person_proposed",
            (PERSON, DECIDED): "person_decided"}  # fmt: skip


class AmountLooksWrong(Refused):
    """An amount is so far off that the unit may be mistaken."""

    code = "amount_looks_wrong"
    template = "{what} {fen} 万元，{why}。"
    mend = "核对单位是“元”还是“万元”；确实无误的，再确认一次。"


class AmountTooEarly(Refused):
    """An amount is given before the step that fixes it."""

    code = "amount_too_early"
    template = "还没有登记{step}，不能填{what}金额。"
    mend = "先登记{step}和日期。"


class AmountBeforeAnother(Refused):
    """An amount is dated before the one that it follows."""

    code = "amount_before_another"
    template = "{what}金额的日期 {on} 早于上一次的 {last}。"
    mend = "改正日期。"


class UnitStays(Refused):
    """The enterprise itself is the first party of a case."""

    code = "unit_stays"
    template = "单位“{name}”是案件的当事人，不能去掉。"
    mend = "只处罚个人的，单位的金额留空。"


class SecondUnit(Refused):
    """A case has one unit."""

    code = "second_unit"
    template = "案件的单位是“{name}”，不能再加一个单位。"
    mend = "另一家单位另立案件。"


@dataclass(frozen=True)
class Party:
    """A penalty line: who, by what, and the amounts in fen that stand now."""

    id: int
    kind: str
    name: str
    post: str
    clause: str
    proposed: int | None
    notified: int | None
    decided: int | None
    paid: int | None

    @property
    def standing(self) -> int | None:
        """What counts now: decided, else notified, else proposed."""
        return next((fen for fen in (self.decided, self.notified, self.proposed) if fen is not None), None)


@dataclass(frozen=True)
class Amount:
    """One amount of one party, from a day on."""

    party: str
    kind: str
    fen: int
    on: date
    document_no: str


@dataclass(frozen=True)
class Clause:
    """What a clause allows, in fen."""

    key: str
    label: str
    source: str
    low: int
    high: int
    checked: str


def parties(session: Session, *, case_id: int) -> list[Party]:
    """Return the penalty lines of a case: the unit, then the persons.

    Raises:
        Missing: It is gone.
    """
    records.get(session, Case, case_id)
    listed = sorted(records.alive(session, CaseParty, case_id=case_id), key=lambda party: (party.kind != UNIT, party.id))
    found: list[Party] = []
    for party in listed:
        stands = {one.kind: one.fen for one in _history(session, party.id)}
        fens = (stands.get(kind) for kind in (PROPOSED, NOTIFIED, DECIDED, PAID))
        found.append(Party(party.id, party.kind, party.name, party.post or "", party.clause or "", *fens))
    return found


def amounts(session: Session, *, case_id: int) -> list[Amount]:
    """Return every amount that was ever set, oldest first.

    Raises:
        Missing: It is gone.
    """
    records.get(session, Case, case_id)
    found = [(one, party.name) for party in records.alive(session, CaseParty, case_id=case_id) for one in _history(session, party.id)]
    found.sort(key=lambda pair: (pair[0].on, pair[0].id))
    return [Amount(name, KINDS[one.kind], one.fen, one.on, one.document_no or "") for one, name in found]


def put_party(
    session: Session,
    *,
    case_id: int,
    kind: str,
    name: str,
    post: str | None = None,
    clause: str | None = None,
    party_id: int | None = None,
) -> int:
    """Add or change a penalty line; return its id.

    Args:
        session: Session of a write.
        case_id: The case.
        kind: "unit" or "person".
        name: Who.
        post: What the person is.
        clause: Key of a rule `fine_limit.*`, from `clauses`.
        party_id: The line to change; None adds one.

    Raises:
        SecondUnit: The case has its unit.
        Missing: Case or line is gone.
    """
    records.get(session, Case, case_id)
    values = {"name": name, "post": post, "clause": clause}
    if party_id is not None:
        records.change(records.get(session, CaseParty, party_id), values)
        return party_id
    if kind == UNIT and (present := records.alive(session, CaseParty, case_id=case_id, kind=UNIT)):
        raise SecondUnit(name=present[0].name)
    return records.add(session, CaseParty(case_id=case_id, kind=kind, **values))


def drop_party(session: Session, *, party_id: int) -> None:
    """Take a person out of a case, with the amounts; undo brings them back.

    Raises:
        UnitStays: It is the enterprise.
        Missing: It is gone.
    """
    party = records.get(session, CaseParty, party_id)
    if party.kind == UNIT:
        raise UnitStays(name=party.name)
    records.to_bin(session, CaseAmount, [one.id for one in _history(session, party_id)])
    records.to_bin(session, CaseParty, [party_id])


def set_amount(
    session: Session,
    *,
    party_id: int,
    kind: str,
    fen: int,
    on: date,
    document_no: str | None = None,
    sure: bool = False,
    reason: str | None = None,
) -> int:
    """Set the amount of a party from a day on; return the id of the entry.

    Args:
        session: Session of a write.
        party_id: The penalty line.
        kind: "proposed", "notified", "decided" or "paid".
        fen: The amount.
        on: Day from which it stands.
        document_no: Notice, decision or receipt that says so.
        sure: The clerk has looked at an unusual amount and means it.
        reason: Why, where an amount that was set changes.

    Raises:
        AmountTooEarly: The step that fixes it is not registered.
        AmountBeforeAnother: It is dated before the one that it follows.
        AmountLooksWrong: It is of another size than usual, and nobody said that it is meant.
        ReasonNeeded: An amount that was set changes without a reason.
        Missing: The line is gone.
    """
    party = records.get(session, CaseParty, party_id)
    case = records.get(session, Case, party.case_id)
    if kind in _STEP_DAYS and getattr(case, _STEP_DAYS[kind][0]) is None:
        raise AmountTooEarly(step=_STEP_DAYS[kind][1], what=KINDS[kind])
    before = [one for one in _history(session, party_id) if one.kind == kind]
    if before and on < before[-1].on:
        raise AmountBeforeAnother(what=KINDS[kind], on=on, last=before[-1].on)
    if before and before[-1].fen == fen and before[-1].document_no == document_no:
        return before[-1].id
    if not sure:
        _require_usual(session, case, party, kind, fen)
    column = _COLUMNS.get((party.kind, kind))
    if column and before and before[-1].fen != fen:
        reasons.notice(session, reasons.asking(CASE_LIST, {column: before[-1].fen}, {column: fen}))
    number = records.add(session, CaseAmount(party_id=party_id, kind=kind, fen=fen, on=on, document_no=document_no))
    reasons.require(session, reason=reason)
    return number


def clauses(session: Session, *, on: date, kind: str) -> list[Clause]:
    """Return the penalty clauses for a unit or a person that were valid on a day."""
    query = (
        select(Rule)
        .where(
            Rule.key.startswith(_PREFIX),
            Rule.key.endswith(f".{kind}"),
            Rule.valid_from <= on,
            or_(Rule.valid_to.is_(None), Rule.valid_to >= on),
            Rule.deleted_at.is_(None),
        )
        .order_by(Rule.id)
    )
    return [_clause(rule) for rule in session.scalars(query)]


def doubts(session: Session, *, case_id: int) -> tuple[Doubt, ...]:
    """Return what is odd about a case: limits, hearing, review, procedure.

    Raises:
        Missing: It is gone.
    """
    case = records.get(session, Case, case_id)
    lines = parties(session, case_id=case_id)
    day = _substance_day(session, case)
    return (
        *_limit_doubts(session, lines, day),
        *_procedure_doubts(session, case, lines, day),
        *_change_doubts(lines),
        *_repeat_doubts(session, case, day),
    )


def _history(session: Session, party_id: int) -> list[CaseAmount]:
    return sorted(records.alive(session, CaseAmount, party_id=party_id), key=lambda one: (one.on, one.id))


def _clause(rule: Rule) -> Clause:
    low, high = (int(value) * 100 for value in rule.value.split("|"))
    return Clause(rule.key, rule.article, rule.source, low, high, rule.checked)


def _require_usual(session: Session, case: Case, party: CaseParty, kind: str, fen: int) -> None:
    """Refuse what is ten thousand times off: yuan typed as 万元, or the other way round."""
    said = {"what": f"{party.name}的{KINDS[kind]}金额", "fen": show_amount(fen)}
    others = [one.fen for one in _history(session, party.id) if one.fen > 0]
    if others and fen > 0 and (fen >= others[-1] * _SLIP or fen * _SLIP <= others[-1]):
        raise AmountLooksWrong(**said, why=f"和前面的 {show_amount(others[-1])} 万元相差一万倍")
    high = _number(session, "preflight_amount_high_fen", case)
    low = _number(session, "preflight_amount_low_fen", case)
    if high and fen > high:
        raise AmountLooksWrong(**said, why=f"比通常的大，超过 {show_amount(high)} 万元")
    if low and 0 < fen < low and case.procedure == cases.ORDINARY:
        raise AmountLooksWrong(**said, why=f"比通常的小，不到 {show_amount(low)} 万元")


def _number(session: Session, key: str, case: Case) -> int | None:
    try:
        return rules.number(session, key=key, on=case.decided_on or case.filed_on or case.violated_on or date.max)
    except Missing:
        return None


def _substance_day(session: Session, case: Case) -> date:
    """Return the day whose law decides what may be fined: that of the violation."""
    query = (
        select(func.min(Inspection.checked_on))
        .join(Finding, Finding.inspection_id == Inspection.id)
        .join(CaseFinding, CaseFinding.finding_id == Finding.id)
        .where(CaseFinding.case_id == case.id, CaseFinding.deleted_at.is_(None))
    )
    return case.violated_on or session.scalar(query) or case.filed_on or case.decided_on or case.created_at.date()


def _limit_doubts(session: Session, lines: Sequence[Party], day: date) -> Iterator[Doubt]:
    for line in lines:
        known = next((one for one in clauses(session, on=day, kind=line.kind) if one.key == line.clause), None)
        fen = line.standing
        if known is None or fen is None:
            continue
        mark = "" if known.checked == "已核" else "（待核）"
        if fen > known.high:
            sentence = f"{line.name} {show_amount(fen)} 万元，高于{known.source} {known.label}的上限 {show_amount(known.high)} 万元{mark}"
            yield Doubt("amounts", "bad", sentence)
        elif fen < known.low:
            sentence = f"{line.name} {show_amount(fen)} 万元，低于{known.source} {known.label}的下限 {show_amount(known.low)} 万元{mark}"
            yield Doubt("amounts", "soon", f"{sentence}；减轻处罚须写明理由")


def _procedure_doubts(session: Session, case: Case, lines: Sequence[Party], day: date) -> Iterator[Doubt]:
    for line in lines:
        fen = line.standing
        if fen is None:
            continue
        limit = _rule_number(session, f"summary_limit.{line.kind}", day)
        if case.procedure == cases.SUMMARY:
            if limit and fen > limit:
                yield Doubt(
                    "procedure", "bad", f"{line.name} {fen // 100} 元，超过当场处罚的 {limit // 100} 元；改为普通程序，另有规定的除外"
                )
            continue
        threshold = _rule_number(session, f"hearing_threshold.{line.kind}", day)
        if threshold and fen >= threshold:
            yield Doubt("hearing", "soon", f"{line.name}罚款达到 {show_amount(threshold)} 万元，须告知听证权利（标准待核，请核对本地规定）")
            if case.decided_on and not case.reviewed_on:
                yield Doubt("reviewed_on", "bad", "较大数额罚款没有法制审核的记录（行政处罚法 第五十八条）")
            if case.decided_on and not case.discussed_on:
                yield Doubt("discussed_on", "soon", "较大数额罚款没有集体讨论的记录（行政处罚法 第五十七条）")
    if case.procedure == cases.ORDINARY:
        if case.filed_on and len(case.handlers or ()) < 2:
            yield Doubt("handlers", "soon", "承办人不到两名（行政处罚法 第四十二条）")
        if case.notified_on and case.decided_on and not case.hearing_asked_on:
            ends = _last_day(session, "clock.hearing_apply", case.notified_on)
            if ends and case.decided_on <= ends:
                yield Doubt("decided_on", "bad", f"决定日期 {case.decided_on} 还在听证申请期内（到 {ends}）")


def _change_doubts(lines: Sequence[Party]) -> Iterator[Doubt]:
    for line in lines:
        if line.decided is not None and line.notified is not None and line.decided > line.notified:
            yield Doubt(
                "amounts",
                "bad",
                f"{line.name}决定 {show_amount(line.decided)} 万元，高于告知的 {show_amount(line.notified)} 万元；须重新告知",
            )
        if line.paid is not None and line.decided is not None and line.paid > line.decided * 2:
            yield Doubt("amounts", "bad", f"{line.name}已缴 {show_amount(line.paid)} 万元，超过罚款和加处罚款的总和")


def _repeat_doubts(session: Session, case: Case, day: date) -> Iterator[Doubt]:
    """A major hazard, and so many penalties in so many days: ask for closing."""
    try:
        counts = [int(value) for value in rules.words(session, key="close_request_penalties", on=day)]
    except Missing:
        return
    query = select(Case.decided_on).where(
        Case.enterprise_id == case.enterprise_id, Case.decided_on.is_not(None), Case.decided_on <= day, Case.deleted_at.is_(None)
    )
    decided = [on for on in session.scalars(query) if on]
    major = (
        select(Finding.id)
        .join(Inspection, Inspection.id == Finding.inspection_id)
        .where(Inspection.enterprise_id == case.enterprise_id, Finding.level == "重大", Finding.deleted_at.is_(None))
    )
    if session.scalar(major.limit(1)) is None:
        return
    for needed, days in zip(counts[::2], counts[1::2], strict=True):
        within = sum(on > day - timedelta(days=days) for on in decided)
        if within >= needed:
            name = session.get_one(Enterprise, case.enterprise_id).name
            yield Doubt(
                "enterprise", "bad", f"“{name}”存在重大事故隐患，{days} 天内已受处罚 {within} 次，应提请关闭（安全生产法 第一百一十三条）"
            )
            return


def _rule_number(session: Session, key: str, on: date) -> int | None:
    try:
        return rules.number(session, key=key, on=on)
    except Missing:
        return None


def _last_day(session: Session, key: str, start: date) -> date | None:
    try:
        return clocks.last_day(session, key=key, start=start)
    except Missing:
        return None
