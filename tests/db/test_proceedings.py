"""Cases: steps in order, amounts that follow each other, dated limits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from models import Case, CaseParty, Finding
from models.annexes import STAGES
from models.ledgers import OUTCOMES
from services import cases, clock, findings, listing, penalties, proceedings, records, undoing
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
    """One case, taken any way."""

    store: Store
    campaign: int
    days = st.integers(min_value=0, max_value=120).map(lambda days: FIRST + timedelta(days=days))

    @initialize(procedure=st.sampled_from((cases.ORDINARY, cases.ORDINARY, cases.SUMMARY)))
    def opened(self, procedure: str) -> None:
        with self.store.write("立案") as session:
            number = make.finding(session, self.campaign)
            self.case = proceedings.open_from(session, campaign_id=self.campaign, finding_ids=[number], procedure=procedure)
        self.at = FIRST

    def _row(self) -> dict[str, object]:
        with self.store.read() as session:
            return cases.load_full(session, record_id=self.case)

    def _legal(self) -> set[str]:
        with self.store.read() as session:
            return {one.key for one in proceedings.steps(session, case_id=self.case) if one.state in ("open", "next")}

    @rule(step=st.sampled_from(proceedings.STEP_KEYS), wait=st.integers(0, 9), outcome=st.sampled_from(("", *OUTCOMES)))
    def forward(self, step: str, wait: int, outcome: str) -> None:
        self.at = min(self.at + timedelta(days=wait), TODAY)
        self._advance(step, self.at, outcome)

    @rule(wait=st.integers(0, 9), pick=st.integers(0, 20))
    def forward_legally(self, wait: int, pick: int) -> None:
        legal = sorted(self._legal())
        if legal:
            self.forward(legal[pick % len(legal)], wait, "")

    @rule(step=st.sampled_from(proceedings.STEP_KEYS), on=days)
    def any_day(self, step: str, on: date) -> None:
        self._advance(step, on, "")

    def _advance(self, step: str, on: date, outcome: str) -> None:
        legal, before = self._legal(), self._row()
        facts: dict[str, object] = {"outcome": outcome} if step == "close" and outcome else {}
        facts |= {"decide_by": on + timedelta(days=60)} if step == "extend" else {}
        try:
            with self.store.write(step) as session:
                proceedings.advance(session, case_id=self.case, step=step, on=on, reason="到期", **facts)
        except Problem as refused:
            assert self._row() == before
            if not isinstance(refused, StepNotLegal | StepDayWrong):
                raise
        else:
            assert step in legal

    @rule()
    def back(self) -> None:
        try:
            with self.store.write("退回") as session:
                proceedings.step_back(session, case_id=self.case, reason="填错")
        except proceedings.NoWayBack:
            assert self._row()["stage"] == "拟立案"

    @rule(wait=st.integers(0, 5))
    def forward_and_undo(self, wait: int) -> None:
        before = self._row()
        legal = sorted(self._legal())
        if not legal:
            return
        self.forward(legal[0], wait, "")
        if self._row() != before:
            with self.store.write("撤销") as session:
                undoing.undo(session)
            assert self._row() == before

    @invariant()
    def is_legal(self) -> None:
        if not hasattr(self, "case"):
            return
        with self.store.read() as session:
            row = session.get_one(Case, self.case)
        assert row.stage in STAGES
        assert (row.stage == "已结案") == (row.closed_on is not None)
        ordinary = row.procedure == cases.ORDINARY
        if row.decided_on and ordinary:
            assert row.filed_on
            assert row.investigated_on
            assert row.notified_on
            assert row.filed_on <= row.investigated_on <= row.notified_on <= row.decided_on
        if row.decided_on and row.hearing_asked_on:
            assert row.heard_on
            assert row.reviewed_on
        if not ordinary:
            assert (row.filed_on, row.notified_on, row.investigated_on) == (None, None, None)
        for later, earlier in (
            ("served_on", "decided_on"),
            ("published_on", "decided_on"),
            ("paid_on", "served_on"),
            ("court_on", "urged_on"),
        ):
            if getattr(row, later):
                assert getattr(row, earlier)
                assert getattr(row, earlier) <= getattr(row, later)
        if row.closed_on:
            assert row.outcome in OUTCOMES
            assert row.paid_on or row.outcome != "履行完毕"
            assert row.unsealed_on or not row.sealed_on


@pytest.mark.slow
def test_no_path_of_a_case_reaches_an_illegal_stage(store: Store, campaign: int) -> None:
    machine = type("Ways", (_Ways,), {"store": store, "campaign": campaign})
    run_state_machine_as_test(machine, settings=settings(max_examples=25, stateful_step_count=22, deadline=None))
    with store.read() as session:
        undoing.verify(session)
