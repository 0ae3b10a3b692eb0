"""Rectification: no path reaches an illegal state; what is late is not kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from models import Evidence, Finding, RectificationStep
from models.annexes import FINDING_STATES
from services import clock, evidence, findings, hazards, rectifications, undoing
from services.errors import Problem, ReasonNeeded
from services.figures import collect, figures_by_key, rates
from services.findings import NeedsSecondPerson
from services.rectifications import DayOutOfOrder, NoProof, NotInThisState, NotLater, StepReasonMissing
from services.store import Store
from tests import make

VISIT = date(2023, 4, 10)
TODAY = date(2023, 6, 30)


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """Let it be the end of June 2023."""
    clock.set_demo_date(TODAY)
    yield
    clock.set_demo_date(None)


@pytest.fixture
def finding(store: Store, campaign: int) -> int:
    """Return a finding that is due on 20 April."""
    with store.write("录入") as session:
        return make.finding(session, campaign, due=date(2023, 4, 20), disposal="限期整改")


def _status(store: Store, number: int) -> str:
    with store.read() as session:
        return session.get_one(Finding, number).status


def test_a_finding_goes_from_found_to_closed_and_its_way_can_be_read(store: Store, finding: int) -> None:
    with store.write("整改") as session:
        rectifications.start(session, finding_ids=[finding], on=date(2023, 4, 11))
        rectifications.partial(session, finding_id=finding, on=date(2023, 4, 13), reason="两台已装，一台待配件")
        rectifications.extend(session, finding_ids=[finding], due=date(2023, 4, 28), reason="等配件")
        rectifications.report_done(session, finding_ids=[finding], on=date(2023, 4, 25), person="穆景行")
        rectifications.recheck(session, finding_ids=[finding], passed=True, on=date(2023, 4, 27), person="康立群", reason="已装好")
    with store.read() as session:
        row = session.get_one(Finding, finding)
        assert (row.status, row.due, row.rectified_on, row.rechecked_on, row.recheck_person) == (
            "已销号", date(2023, 4, 28), date(2023, 4, 25), date(2023, 4, 27), "康立群",
        )  # fmt: skip
        told = [(one.what, one.note) for one in rectifications.passages(session, finding_id=finding)]
    assert ("延期", "2023-04-20 → 2023-04-28；等配件") in told
    assert told[0][0] == "检查发现"


def test_a_step_that_does_not_follow_is_refused_with_what_would(store: Store, finding: int) -> None:
    with store.write("整改") as session, pytest.raises(NotInThisState) as refused:
        rectifications.reopen(session, finding_id=finding, on=TODAY, reason="又坏了")
    assert "未整改" in refused.value.message()
    assert "开始整改" in (refused.value.way_out() or "")


def test_closing_asks_what_was_seen_and_a_failed_recheck_what_is_wrong(store: Store, finding: int) -> None:
    with store.write("整改") as session:
        rectifications.report_done(session, finding_ids=[finding], on=date(2023, 4, 18))
    with pytest.raises(ReasonNeeded), store.write("复查") as session:
        rectifications.recheck(session, finding_ids=[finding], passed=True, on=date(2023, 4, 20), person="康立群")
    with pytest.raises(StepReasonMissing), store.write("复查") as session:
        rectifications.recheck(session, finding_ids=[finding], passed=False, on=date(2023, 4, 20), person="康立群")
    with pytest.raises(DayOutOfOrder), store.write("复查") as session:
        rectifications.recheck(session, finding_ids=[finding], passed=True, on=date(2023, 4, 17), person="康立群", reason="好")
    assert _status(store, finding) == "待复查"


def test_an_extension_must_go_beyond_the_day_that_stands(store: Store, finding: int) -> None:
    with pytest.raises(NotLater), store.write("延期") as session:
        rectifications.extend(session, finding_ids=[finding], due=date(2023, 4, 20), reason="等配件")


def test_a_major_hazard_is_closed_by_another_person_and_with_proof(store: Store, finding: int, tmp_path: Path) -> None:
    with store.write("认定") as session:
        hazards.mark(session, finding_id=finding, item="17-7-3", officer="康立群", expert="车立", on=date(2023, 4, 11))
        rectifications.report_done(session, finding_ids=[finding], on=date(2023, 4, 18))
    done = {"passed": True, "on": date(2023, 4, 20), "reason": "积水已排干"}
    with pytest.raises(NoProof), store.write("复查") as session:
        rectifications.recheck(session, finding_ids=[finding], person="何志远", **done)  # type: ignore[arg-type]
    paper = tmp_path / "整改报告.txt"
    paper.write_text("已整改", encoding="utf-8")
    with store.write("添加材料") as session:
        evidence.add(session, folder=store.folder, path=paper, kind="证据材料", finding_id=finding)
    with pytest.raises(NeedsSecondPerson), store.write("复查") as session:
        rectifications.recheck(session, finding_ids=[finding], person="康立群", **done)  # type: ignore[arg-type]
    with store.write("复查") as session:
        rectifications.recheck(session, finding_ids=[finding], person="何志远、康立群", **done)  # type: ignore[arg-type]
    assert _status(store, finding) == "已销号"


def test_the_register_cannot_close_a_confirmed_major_hazard_by_its_finder(store: Store, campaign: int, finding: int) -> None:
    with store.write("认定") as session:
        hazards.mark(session, finding_id=finding, item="17-7-3", officer="康立群", expert="车立", on=date(2023, 4, 11))
    with store.read() as session:
        row = findings.load(session, record_id=finding) | {"status": "已销号", "recheck_person": "康立群"}
    with pytest.raises(NeedsSecondPerson), store.write("改") as session:
        findings.save(session, campaign_id=campaign, row=row, record_id=finding)


@pytest.mark.usefixtures("finding")
def test_late_findings_are_listed_by_town_in_the_official_order(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        make.enterprise(session, name="岚桥区金盾泵业有限公司", credit_code=None, town="石坪镇")
        make.visit(session, campaign, "岚桥区金盾泵业有限公司")
        make.finding(session, campaign, "岚桥区金盾泵业有限公司", due=date(2023, 4, 12))
        make.finding(session, campaign, "岚桥区金盾泵业有限公司", due=None)
    with store.read() as session:
        towns = rectifications.overdue_by_town(session, campaign_id=campaign, as_of=date(2023, 4, 21))
        assert [(one.town, [late.days_late for late in one.rows]) for one in towns] == [("柳溪镇", [1]), ("石坪镇", [9])]
        assert rectifications.overdue_by_town(session, campaign_id=campaign, as_of=date(2023, 4, 12)) == []
        stored = session.scalars(select(Finding.status)).all()
        assert set(stored) == {"未整改"}
        assert rectifications.state_word("未整改", date(2023, 4, 20), date(2023, 4, 21)) == "逾期"


@pytest.mark.usefixtures("finding")
def test_nothing_due_has_no_rate_instead_of_a_hundred_percent(store: Store, campaign: int) -> None:
    with store.read() as session:
        early = collect(session, campaign_id=campaign, as_of=date(2023, 4, 15))
        assert figures_by_key(session, early)["rectification_rate"].value == 0
        assert figures_by_key(session, early)["rectification_rate_due"].value is None
        (town,) = rates.by_town(session, early)
        assert (town.town, town.rate, town.rate_due, town.due) == ("柳溪镇", 0.0, None, 0)
        (later,) = rates.by_town(session, collect(session, campaign_id=campaign, as_of=date(2023, 4, 21)))
        assert (later.rate_due, later.late) == (0.0, 1)


def test_a_stopped_enterprise_stands_still_until_a_recheck_passes(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        number = make.finding(session, campaign, disposal="责令暂时停产停业")
        findings.save(
            session, campaign_id=campaign, record_id=number, row=findings.load(session, record_id=number) | {"stop_scope": "2号冲床"}
        )
        owner = findings.select_rows(campaign).subquery()
        enterprise = session.scalar(select(owner.c.enterprise_id))
        assert enterprise is not None
    with store.read() as session:
        held = rectifications.standing(session, enterprise_id=enterprise)
        assert (held.stopped, held.sentence) == (True, "4月10日起责令停止：2号冲床。复查合格前不得恢复。")
    with store.write("申请复查") as session:
        rectifications.report_done(session, finding_ids=[number], on=date(2023, 4, 12))
        assert rectifications.standing(session, enterprise_id=enterprise).stopped
        rectifications.recheck(session, finding_ids=[number], passed=True, on=date(2023, 4, 13), person="何志远", reason="已修好")
        assert not rectifications.standing(session, enterprise_id=enterprise).stopped


class _Ways(RuleBasedStateMachine):
    """One finding, taken any way; refusals change nothing, undo brings back."""

    store: Store
    campaign: int
    proof: Path
    days = st.integers(min_value=0, max_value=70).map(lambda days: VISIT + timedelta(days=days))
    people = st.sampled_from(("康立群", "何志远", "何志远、康立群", ""))
    words = st.sampled_from(("", "看过了"))

    @initialize(major=st.booleans(), due=st.sampled_from((None, date(2023, 4, 20))))
    def found(self, major: bool, due: date | None) -> None:
        with self.store.write("录入") as session:
            self.number = make.finding(session, self.campaign, due=due)
            if major:
                hazards.mark(session, finding_id=self.number, item="17-7-3", officer="康立群", expert="车立", on=VISIT)
        self.major = major

    def _try(self, verb: str, call: str, **how: object) -> None:
        with self.store.read() as session:
            legal = verb in rectifications.possible(session, finding_id=self.number)
            before = self._row()
        try:
            with self.store.write(verb) as session:
                getattr(rectifications, call)(session, **how)
        except Problem as refused:
            assert self._row() == before
            if not legal and not isinstance(refused, NotInThisState | StepReasonMissing):
                raise
        else:
            assert legal

    def _row(self) -> tuple[object, ...]:
        with self.store.read() as session:
            row = session.get_one(Finding, self.number)
            return row.status, row.due, row.rectified_on, row.rechecked_on, row.recheck_person

    @rule(on=days)
    def start(self, on: date) -> None:
        self._try("开始整改", "start", finding_ids=[self.number], on=on)

    @rule(on=days, reason=words)
    def partial(self, on: date, reason: str) -> None:
        self._try("部分整改", "partial", finding_id=self.number, on=on, reason=reason)

    @rule(on=days)
    def report(self, on: date) -> None:
        self._try("申请复查", "report_done", finding_ids=[self.number], on=on)

    @rule(on=days, person=people, passed=st.booleans(), reason=words)
    def recheck(self, on: date, person: str, passed: bool, reason: str) -> None:
        self._try("复查", "recheck", finding_ids=[self.number], on=on, person=person, passed=passed, reason=reason)

    @rule(due=days, reason=words)
    def extend(self, due: date, reason: str) -> None:
        self._try("延期", "extend", finding_ids=[self.number], due=due, reason=reason)

    @rule(on=days, reason=words)
    def reopen(self, on: date, reason: str) -> None:
        self._try("重新打开", "reopen", finding_id=self.number, on=on, reason=reason)

    @rule()
    def prove(self) -> None:
        with self.store.write("添加材料") as session:
            evidence.add(session, folder=self.store.folder, path=self.proof, kind="整改照片", finding_id=self.number)

    @rule(on=days)
    def do_and_undo(self, on: date) -> None:
        before = self._row()
        try:
            with self.store.write("申请复查") as session:
                rectifications.report_done(session, finding_ids=[self.number], on=on)
        except Problem:
            return
        with self.store.write("撤销") as session:
            undoing.undo(session)
        assert self._row() == before

    @invariant()
    def is_legal(self) -> None:
        if not hasattr(self, "number"):
            return
        with self.store.read() as session:
            row = session.get_one(Finding, self.number)
            steps = session.scalars(
                select(RectificationStep).where(RectificationStep.finding_id == self.number, RectificationStep.deleted_at.is_(None))
            ).all()
            proofs = session.scalars(select(Evidence.id).where(Evidence.finding_id == self.number)).all()
        assert row.status in FINDING_STATES
        assert (row.status == "已销号") == (row.rechecked_on is not None) == bool(row.recheck_person)
        assert (row.rectified_on is not None) == (row.status in ("待复查", "已销号"))
        if row.rechecked_on and row.rectified_on:
            assert VISIT <= row.rectified_on <= row.rechecked_on <= TODAY
        if row.status == "已销号" and self.major:
            assert proofs
            assert set((row.recheck_person or "").split("、")) - {"康立群"}
        chain = [(step.was_due, step.due) for step in sorted(steps, key=lambda step: step.id) if step.kind == "延期"]
        assert all(was is None or (due is not None and due > was) for was, due in chain)
        assert not chain or chain[-1][1] == row.due


@pytest.mark.slow
def test_no_path_of_a_rectification_reaches_an_illegal_state(store: Store, campaign: int, tmp_path: Path) -> None:
    paper = tmp_path / "整改.txt"
    paper.write_text("已整改", encoding="utf-8")
    place = {"store": store, "campaign": campaign, "proof": paper}
    machine = type("Ways", (_Ways,), place)
    run_state_machine_as_test(machine, settings=settings(max_examples=25, stateful_step_count=18, deadline=None))
    with store.read() as session:
        undoing.verify(session)
