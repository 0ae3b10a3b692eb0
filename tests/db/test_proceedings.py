"""Cases: steps in order, amounts that follow each other, dated limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, CaseAmount, CaseFinding, CaseParty, Finding
from models.annexes import STAGES
from models.ledgers import OUTCOMES
from services import cases, clock, findings, listing, penalties, proceedings, records, recycling, undoing
from services.errors import Problem, ReasonNeeded
from services.figures import annex_3_rows, collect
from services.penalties import AmountBeforeAnother, AmountLooksWrong, AmountTooEarly
from services.proceedings import AlreadyInCase, FindingsOfSeveral, StepDayWrong, StepNotLegal
from services.store import Store
from tests import make

TODAY = date(2023, 12, 29)
FIRST = date(2023, 4, 10)


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """Let it be the end of 2023."""
    clock.set_demo_date(TODAY)
    yield
    clock.set_demo_date(None)


@pytest.fixture
def case(store: Store, campaign: int) -> int:
    """Return a case that was opened from two findings."""
    with store.write("立案") as session:
        numbers = [
            make.finding(session, campaign, hazard=text, basis="安全生产法 第三十六条") for text in ("砂轮机无防护罩。", "皮带轮无护栏")
        ]
        findings.dispose(session, record_ids=numbers, disposal="立案查处")
        return proceedings.open_from(session, campaign_id=campaign, finding_ids=numbers)


def _go(store: Store, case: int, *steps: tuple[str, int], **facts: object) -> None:
    for step, days in steps:
        with store.write(step) as session:
            reason = "已缴款" if step == "close" else None
            proceedings.advance(session, case_id=case, step=step, on=FIRST + timedelta(days=days), reason=reason, **facts)


def test_a_case_opens_on_its_findings_with_the_description_filled_in(store: Store, campaign: int, case: int) -> None:
    with store.read() as session:
        row = cases.load_full(session, record_id=case)
        assert (row["violation"], row["findings"], row["stage"]) == ("砂轮机无防护罩；皮带轮无护栏", ("1", "2"), "拟立案")
        assert (row["broken_clause"], row["violated_on"]) == ("安全生产法 第三十六条", FIRST)
        assert [one.name for one in penalties.parties(session, case_id=case)] == ["岚桥区瑞丰纺织有限公司"]
        assert proceedings.waiting(session, campaign_id=campaign) == []
        assert all(one.penalty for one in records.alive(session, Finding))


@pytest.mark.usefixtures("case")
def test_findings_that_wait_for_a_case_are_listed_and_opened_once(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        number = make.finding(session, campaign, hazard="电工无证上岗", disposal="立案查处")
        (waits,) = proceedings.waiting(session, campaign_id=campaign)
        assert (waits.finding_ids, waits.hazards) == ((number,), ("电工无证上岗",))
        proceedings.open_from(session, campaign_id=campaign, finding_ids=[number])
    with pytest.raises(AlreadyInCase), store.write("再立") as session:
        proceedings.open_from(session, campaign_id=campaign, finding_ids=[number])


def test_findings_of_two_enterprises_are_no_one_case(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        make.enterprise(session, name="岚桥区金盾泵业有限公司", credit_code=None)
        make.visit(session, campaign, "岚桥区金盾泵业有限公司")
        numbers = [make.finding(session, campaign), make.finding(session, campaign, "岚桥区金盾泵业有限公司")]
        with pytest.raises(FindingsOfSeveral):
            proceedings.open_from(session, campaign_id=campaign, finding_ids=numbers)


def test_a_case_goes_from_filing_to_closing_and_back_one_step(store: Store, case: int) -> None:
    _go(
        store,
        case,
        ("file", 2),
        ("investigate", 5),
        ("notify", 8),
        ("review", 9),
        ("decide", 20),
        ("serve", 21),
        ("publish", 22),
        ("pay", 25),
    )
    with pytest.raises(ReasonNeeded), store.write("结案") as session:
        proceedings.advance(session, case_id=case, step="close", on=FIRST + timedelta(days=30))
    _go(store, case, ("close", 30))
    with store.read() as session:
        row = cases.load_full(session, record_id=case)
        assert (row["stage"], row["outcome"]) == ("已结案", "履行完毕")
        assert {one.state for one in proceedings.steps(session, case_id=case)} <= {"done", "skipped"}
    with store.write("退回") as session:
        assert proceedings.step_back(session, case_id=case, reason="缴款日期填错") == "结案"
        assert cases.load(session, record_id=case)["stage"] == "已缴款"


def test_no_decision_without_a_notice_nor_before_the_hearing_that_was_asked_for(store: Store, case: int) -> None:
    _go(store, case, ("file", 2))
    with pytest.raises(StepNotLegal, match="告知"):
        _go(store, case, ("decide", 20))
    _go(store, case, ("investigate", 5), ("notify", 8), ("ask", 9))
    with pytest.raises(StepNotLegal, match="还没有听证"):
        _go(store, case, ("decide", 20))
    _go(store, case, ("tell", 10), ("hear", 25))
    with pytest.raises(StepNotLegal, match="法制审核"):
        _go(store, case, ("decide", 40))
    _go(store, case, ("review", 30))
    with pytest.raises(StepDayWrong):
        _go(store, case, ("decide", 26))
    _go(store, case, ("decide", 40))


def test_a_case_without_penalty_is_closed_by_its_outcome(store: Store, case: int) -> None:
    _go(store, case, ("file", 2), ("investigate", 5))
    with store.read() as session:
        assert "不予处罚" in proceedings.outcomes(session, case_id=case)
        assert "履行完毕" not in proceedings.outcomes(session, case_id=case)
    _go(store, case, ("close", 30), outcome="不予处罚")


def test_the_summary_procedure_decides_at_once_and_stays_out_of_annex_3(store: Store, campaign: int) -> None:
    with store.write("当场处罚") as session:
        number = proceedings.open_from(
            session, campaign_id=campaign, finding_ids=[make.finding(session, campaign)], procedure=cases.SUMMARY
        )
        proceedings.advance(session, case_id=number, step="decide", on=FIRST, decision_no="（岚）应急当罚〔2023〕1号")
        (unit,) = penalties.parties(session, case_id=number)
        penalties.set_amount(session, party_id=unit.id, kind="decided", fen=400_000, on=FIRST)
        assert any("超过当场处罚" in doubt.sentence for doubt in penalties.doubts(session, case_id=number))
        with pytest.raises(StepNotLegal, match="简易程序"):
            proceedings.advance(session, case_id=number, step="investigate", on=FIRST)
    with store.read() as session:
        assert annex_3_rows(collect(session, campaign_id=campaign, as_of=TODAY)) == []


def test_amounts_follow_each_other_and_annex_3_prints_the_last(store: Store, campaign: int, case: int) -> None:
    _go(store, case, ("file", 2), ("investigate", 5))
    with store.write("拟罚") as session:
        (unit,) = penalties.parties(session, case_id=case)
        penalties.set_amount(session, party_id=unit.id, kind="proposed", fen=3_000_000, on=FIRST)
        with pytest.raises(AmountTooEarly):
            penalties.set_amount(session, party_id=unit.id, kind="notified", fen=2_500_000, on=FIRST)
    _go(store, case, ("notify", 8))
    with store.write("告知金额") as session:
        penalties.set_amount(session, party_id=unit.id, kind="notified", fen=2_500_000, on=FIRST + timedelta(days=8))
        facts = collect(session, campaign_id=campaign, as_of=TODAY)
        assert [row["amount"] for row in annex_3_rows(facts)] == [2_500_000]
    _go(store, case, ("decide", 20))
    with store.write("决定金额") as session:
        penalties.set_amount(session, party_id=unit.id, kind="decided", fen=2_800_000, on=FIRST + timedelta(days=20))
        assert any("须重新告知" in doubt.sentence for doubt in penalties.doubts(session, case_id=case))
    with pytest.raises(ReasonNeeded), store.write("改决定金额") as session:
        penalties.set_amount(session, party_id=unit.id, kind="decided", fen=2_000_000, on=FIRST + timedelta(days=21))
    with pytest.raises(AmountBeforeAnother), store.write("改决定金额") as session:
        penalties.set_amount(session, party_id=unit.id, kind="decided", fen=2_000_000, on=FIRST, reason="复核")
    with store.read() as session:
        told = [(one.kind, one.fen) for one in penalties.amounts(session, case_id=case)]
    assert told == [("拟处罚", 3_000_000), ("告知", 2_500_000), ("决定", 2_800_000)]


@pytest.mark.parametrize("fen", [30_000_000_000, 300])
def test_an_amount_ten_thousand_times_off_asks_first(store: Store, case: int, fen: int) -> None:
    with store.write("拟罚") as session:
        (unit,) = penalties.parties(session, case_id=case)
        penalties.set_amount(session, party_id=unit.id, kind="proposed", fen=3_000_000, on=FIRST)
    with pytest.raises(AmountLooksWrong, match="一万倍"), store.write("拟罚") as session:
        penalties.set_amount(session, party_id=unit.id, kind="proposed", fen=fen, on=FIRST, reason="更正")
    with store.write("拟罚") as session:
        penalties.set_amount(session, party_id=unit.id, kind="proposed", fen=fen, on=FIRST, reason="更正", sure=True)


def test_a_clause_of_the_day_of_the_violation_warns_of_its_limit(store: Store, case: int) -> None:
    with store.write("当事人") as session:
        (unit,) = penalties.parties(session, case_id=case)
        known = {one.key: one for one in penalties.clauses(session, on=FIRST, kind="unit")}
        assert known["fine_limit.al99.unit"].high == 5_000_000
        penalties.put_party(session, case_id=case, kind="unit", name=unit.name, clause="fine_limit.al99.unit", party_id=unit.id)
        penalties.set_amount(session, party_id=unit.id, kind="proposed", fen=6_000_000, on=FIRST)
        told = [doubt.sentence for doubt in penalties.doubts(session, case_id=case)]
    assert any("高于安全生产法 第九十九条" in sentence and "上限 5 万元" in sentence for sentence in told)
    assert any("听证" in sentence and "待核" in sentence for sentence in told)
    assert penalties_before_the_law(store) == []


def penalties_before_the_law(store: Store) -> list[penalties.Clause]:
    with store.read() as session:
        return penalties.clauses(session, on=date(2019, 5, 1), kind="unit")


def test_several_persons_are_added_up_and_stay_apart(store: Store, campaign: int, case: int) -> None:
    with store.write("当事人") as session:
        for name, fen in (("刘样例", 1_000_000), ("祝永", 500_000)):
            line = penalties.put_party(session, case_id=case, kind="person", name=name, post="车间主任")
            penalties.set_amount(session, party_id=line, kind="proposed", fen=fen, on=FIRST)
    with store.write("改备注") as session:
        row = cases.load(session, record_id=case)
        assert (row["person_party"], row["person_proposed"]) == ("刘样例、祝永", 1_500_000)
        cases.save(session, campaign_id=campaign, row={**row, "remark": "一案双罚"}, record_id=case)
        assert len(records.alive(session, CaseParty, case_id=case)) == 3
    with pytest.raises(cases.SeveralPersons), store.write("改金额") as session:
        cases.save(session, campaign_id=campaign, row={**row, "person_proposed": 2_000_000}, record_id=case)
    with store.read() as session:
        assert listing.count(session, cases.LISTING, scope=campaign) == 1


class _Ways(RuleBasedStateMachine):
    """One case, taken any way; refusals change nothing, undo and redo go through every state."""

    store: Store
    campaign: int
    days = st.integers(min_value=0, max_value=120).map(lambda days: FIRST + timedelta(days=days))
    tables = (Case, CaseParty, CaseAmount, CaseFinding)

    @initialize(procedure=st.sampled_from((cases.ORDINARY, cases.ORDINARY, cases.SUMMARY)))
    def opened(self, procedure: str) -> None:
        with self.store.write("立案") as session:
            self.finding = make.finding(session, self.campaign)
            self.case = proceedings.open_from(session, campaign_id=self.campaign, finding_ids=[self.finding], procedure=procedure)
        self.at = FIRST
        self.past: list[tuple[object, ...]] = []

    def _row(self) -> dict[str, object]:
        with self.store.read() as session:
            return cases.load_full(session, record_id=self.case)

    def _now(self) -> tuple[object, ...]:
        """Return all that is kept of the case."""
        with self.store.read() as session:
            owners = {Case: Case.id == self.case, CaseFinding: CaseFinding.case_id == self.case, CaseParty: CaseParty.case_id == self.case}
            own = select(CaseParty.id).where(CaseParty.case_id == self.case)
            owners[CaseAmount] = CaseAmount.party_id.in_(own)
            kept: list[object] = []
            for entity in self.tables:
                keys = [column.key for column in entity.__table__.columns if column.key not in ("revision", "updated_at")]
                rows = session.scalars(select(entity).where(owners[entity], entity.deleted_at.is_(None)).order_by(entity.id))
                kept += [(entity.__tablename__, *(str(getattr(row, key)) for key in keys)) for row in rows]
        return tuple(kept)

    def _legal(self) -> set[str]:
        with self.store.read() as session:
            return {one.key for one in proceedings.steps(session, case_id=self.case) if one.state in ("open", "next")}

    def _do(self, label: str, call: Callable[[Session], object]) -> Problem | None:
        before = self._now()
        try:
            with self.store.write(label) as session:
                call(session)
        except Problem as refused:
            assert self._now() == before
            return refused
        if self._now() != before:
            self.past.append(before)
        return None

    @rule(step=st.sampled_from(proceedings.STEP_KEYS), wait=st.integers(0, 9), outcome=st.sampled_from(("", *OUTCOMES)))
    def forward(self, step: str, wait: int, outcome: str) -> None:
        self.at = min(self.at + timedelta(days=wait), TODAY)
        self._advance(step, self.at, outcome)

    @rule(wait=st.integers(0, 9), pick=st.integers(0, 20), times=st.integers(1, 4))
    def forward_legally(self, wait: int, pick: int, times: int) -> None:
        for _ in range(times):
            if legal := sorted(self._legal() - ({"transfer", "close"} if pick % 3 else set()), key=proceedings.STEP_KEYS.index):
                self.forward(legal[pick % len(legal)], wait, "")

    @rule(step=st.sampled_from(proceedings.STEP_KEYS), on=days)
    def any_day(self, step: str, on: date) -> None:
        self._advance(step, on, "")

    def _advance(self, step: str, on: date, outcome: str) -> None:
        legal = self._legal()
        facts: dict[str, object] = {"outcome": outcome} if step == "close" and outcome else {}
        facts |= {"decide_by": on + timedelta(days=60)} if step == "extend" else {}
        facts |= {"decision_no": "（岚）应急罚〔2023〕1号"} if step == "decide" else {}
        refused = self._do(step, lambda session: proceedings.advance(session, case_id=self.case, step=step, on=on, reason="到期", **facts))
        assert isinstance(refused, StepNotLegal | StepDayWrong) if refused is not None else step in legal

    @rule(reason=st.sampled_from(("", "填错")))
    def back(self, reason: str) -> None:
        refused = self._do("退回", lambda session: proceedings.step_back(session, case_id=self.case, reason=reason))
        if isinstance(refused, proceedings.NoWayBack):
            assert self._row()["stage"] == "拟立案"
        else:
            assert refused is None or (isinstance(refused, ReasonNeeded) and not reason)

    @rule(kind=st.sampled_from(tuple(penalties.KINDS)), wan=st.sampled_from((1, 2, 3)), person=st.booleans(), on=days)
    def fine(self, kind: str, wan: int, person: bool, on: date) -> None:
        def put(session: Session) -> None:
            listed = {one.kind: one.id for one in penalties.parties(session, case_id=self.case)}
            line = listed.get("person") or penalties.put_party(session, case_id=self.case, kind="person", name="刘样例") if person else None
            penalties.set_amount(session, party_id=line or listed["unit"], kind=kind, fen=wan * 1_000_000, on=on, reason="复核")

        self._do("金额", put)

    @rule()
    def spare_the_person(self) -> None:
        with self.store.read() as session:
            persons = [one.id for one in penalties.parties(session, case_id=self.case) if one.kind == "person"]
        for line in persons:
            assert self._do("去掉个人", lambda session, line=line: penalties.drop_party(session, party_id=line)) is None  # type: ignore[misc]  # mypy knows no default of a lambda

    @rule(remark=st.sampled_from((None, "一案双罚")))
    def type_a_remark(self, remark: str | None) -> None:
        """The register saves the whole row, which must move nothing else."""
        before = self._row()

        def save(session: Session) -> None:
            row = cases.load(session, record_id=self.case)
            cases.save(session, campaign_id=self.campaign, row={**row, "remark": remark}, record_id=self.case)

        assert self._do("改备注", save) is None
        assert self._row() == {**before, "remark": remark}

    @rule()
    def to_the_bin_and_back(self) -> None:
        before = self._now()
        with self.store.write("删除") as session:
            cases.remove(session, record_ids=[self.case])
        with self.store.read() as session:
            facts = collect(session, campaign_id=self.campaign, as_of=TODAY)
            assert self.case not in {one.id for one in facts.cases}
        with self.store.write("恢复") as session:
            recycling.restore(session, table="penalty_case", record_ids=[self.case], load=cases.load, save=cases.save)
        assert self._now() == before
        for label in ("撤销恢复", "撤销删除"):
            with self.store.write(label) as session:
                undoing.undo(session)
        assert self._now() == before

    @rule(again=st.booleans(), steps=st.integers(1, 4))
    def undo(self, again: bool, steps: int) -> None:
        ahead = []
        for _ in range(min(steps, len(self.past))):
            ahead.append((self.past[-1], self._now()))
            with self.store.write("撤销") as session:
                undoing.undo(session)
            assert self._now() == self.past.pop()
        for before, state in reversed(ahead) if again else ():
            with self.store.write("重做") as session:
                undoing.redo(session)
            assert self._now() == state
            self.past.append(before)

    @invariant()
    def is_legal(self) -> None:
        if not hasattr(self, "case"):
            return
        with self.store.read() as session:
            row = session.get_one(Case, self.case)
            listed = proceedings.steps(session, case_id=self.case)
            outcomes = proceedings.outcomes(session, case_id=self.case)
            told = penalties.amounts(session, case_id=self.case)
        assert row.stage in STAGES
        assert (row.stage == "已结案") == (row.closed_on is not None)
        ordinary = row.procedure == cases.ORDINARY
        for later, earlier in _RESTS_ON if ordinary else _RESTS_ON[3:]:
            if getattr(row, later):
                assert getattr(row, earlier)
                assert getattr(row, earlier) <= getattr(row, later)
        if row.decided_on and row.hearing_asked_on:
            assert row.heard_on
            assert row.reviewed_on
            assert max(row.heard_on, row.reviewed_on) <= row.decided_on
        if not ordinary:
            assert (row.filed_on, row.notified_on, row.investigated_on, row.heard_on) == (None,) * 4
        days = [getattr(row, column.key) for column in Case.__table__.columns if column.key.endswith("_on")]
        assert max((day for day in days if day), default=TODAY) <= TODAY
        if row.closed_on:
            assert outcomes == ()
            assert not [one for one in listed if one.state in ("open", "next")]
            assert row.closed_on == max(day for day in days if day)
            assert row.outcome in OUTCOMES
            assert row.paid_on or row.outcome != "履行完毕"
            assert row.unsealed_on or not row.sealed_on
            assert row.held_settled_on or not row.held_on
        # the stage is the furthest step that has its day; no more is kept of it
        reached = [_STAGE_OF[key] for key in _STAGE_OF if getattr(row, key)]
        assert row.stage == max(reached, key=STAGES.index, default=STAGES[0])
        by_kind: dict[tuple[str, str], list[date]] = {}
        for one in told:
            by_kind.setdefault((one.party, one.kind), []).append(one.on)
        assert all(days == sorted(days) for days in by_kind.values())

    @rule()
    def keeps_nothing_that_follows(self) -> None:
        """Annex 3, figures and sums are asked of the rows each time."""
        with self.store.read() as session:
            facts = collect(session, campaign_id=self.campaign, as_of=TODAY)
            lines = penalties.parties(session, case_id=self.case)
            row = cases.load(session, record_id=self.case)
        printed = self.case in {one.id for one in facts.ordinary}
        assert printed == (row["procedure"] == cases.ORDINARY)
        unit = [one.proposed for one in lines if one.kind == "unit" and one.proposed is not None]
        assert row["proposed"] == (sum(unit) if unit else None)


# Later and earlier day; the first three are of the ordinary procedure alone.
_RESTS_ON = (
    ("investigated_on", "filed_on"),
    ("notified_on", "investigated_on"),
    ("decided_on", "notified_on"),
    ("served_on", "decided_on"),
    ("published_on", "decided_on"),
    ("paid_on", "served_on"),
    ("urged_on", "served_on"),
    ("court_on", "urged_on"),
    ("heard_on", "hearing_told_on"),
    ("hearing_told_on", "hearing_asked_on"),
    ("unsealed_on", "sealed_on"),
    ("held_settled_on", "held_on"),
)
_STAGE_OF = {
    "filed_on": "已立案", "investigated_on": "调查取证", "notified_on": "处罚告知", "hearing_asked_on": "听证", "reviewed_on": "法制审核",
    "discussed_on": "集体讨论", "decided_on": "已决定", "served_on": "已送达", "paid_on": "已缴款", "closed_on": "已结案",
}  # fmt: skip


def test_no_path_of_a_case_reaches_an_illegal_stage(store: Store, campaign: int) -> None:
    machine = type("Ways", (_Ways,), {"store": store, "campaign": campaign})
    run_state_machine_as_test(machine, settings=settings(max_examples=20, stateful_step_count=18, deadline=None, phases=(Phase.generate,)))
    with store.read() as session:
        undoing.verify(session)
        columns = {column.key for entity in _Ways.tables for column in entity.__table__.columns}
    assert not [key for key in columns if {*key.split("_")} & {"total", "sum", "late", "overdue", "count", "standing", "due"}]
