"""Rectification: no path reaches an illegal state; what is late is not kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Evidence, Finding, Inspection, RectificationStep
from models.annexes import FINDING_STATES
from services import clock, doubts, evidence, findings, hazards, inspections, rectifications, recycling, undoing
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
        row = inspections.load(session, record_id=session.get_one(Finding, number).inspection_id)
        later = [one.sentence for one in doubts.of_visit(session, campaign_id=campaign, row=row | {"checked_on": date(2023, 4, 12)})]
        assert later[0] == held.sentence, "who visits it again reads it first"
        assert held.sentence not in [one.sentence for one in doubts.of_visit(session, campaign_id=campaign, row=row)]
    with store.write("申请复查") as session:
        rectifications.report_done(session, finding_ids=[number], on=date(2023, 4, 12))
        assert rectifications.standing(session, enterprise_id=enterprise).stopped
        rectifications.recheck(session, finding_ids=[number], passed=True, on=date(2023, 4, 13), person="何志远", reason="已修好")
        assert not rectifications.standing(session, enterprise_id=enterprise).stopped


class _Ways(RuleBasedStateMachine):
    """One finding, taken any way; refusals change nothing, undo and redo go through every state."""

    store: Store
    campaign: int
    proof: Path
    days = st.integers(min_value=0, max_value=70).map(lambda days: VISIT + timedelta(days=days))
    soon = st.integers(min_value=0, max_value=12)
    people = st.sampled_from(("康立群", "何志远", "何志远、康立群", ""))
    words = st.sampled_from(("", "看过了"))

    @initialize(major=st.booleans(), due=st.sampled_from((None, date(2023, 4, 20))), stop=st.booleans())
    def found(self, major: bool, due: date | None, stop: bool) -> None:
        disposal = "责令暂时停产停业" if stop else "限期整改"
        with self.store.write("录入") as session:
            self.number = make.finding(session, self.campaign, due=due, disposal=disposal)
            if major:
                hazards.mark(session, finding_id=self.number, item="17-7-3", officer="康立群", expert="车立", on=VISIT)
        self.at = VISIT
        self.past: list[tuple[tuple[object, ...], int]] = []  # what was before, and how many operations came then

    def _now(self) -> tuple[object, ...]:
        """Return all that is kept of the finding: its columns, its steps, what proves it."""
        with self.store.read() as session:
            row = session.get_one(Finding, self.number)
            columns = tuple(
                getattr(row, column.key) for column in Finding.__table__.columns if column.key not in ("revision", "updated_at")
            )
            steps = session.scalars(
                select(RectificationStep).where(RectificationStep.finding_id == self.number, RectificationStep.deleted_at.is_(None))
            )
            told = tuple((step.id, step.kind, step.on, step.person, step.reason, step.was_due, step.due) for step in steps)
            proofs = tuple(session.scalars(select(Evidence.id).where(Evidence.finding_id == self.number, Evidence.deleted_at.is_(None))))
        return columns, told, proofs

    def _do(self, label: str, call: Callable[[Session], object]) -> Problem | None:
        before = self._now()
        try:
            with self.store.write(label) as session:
                call(session)
        except Problem as refused:
            assert self._now() == before
            return refused
        if self._now() != before:
            self.past.append((before, 1))
        return None

    def _try(self, verb: str, call: Callable[[Session], object]) -> None:
        with self.store.read() as session:
            legal = verb in rectifications.possible(session, finding_id=self.number)
            state = session.get_one(Finding, self.number).status
        refused = self._do(verb, call)
        if refused is None:
            assert legal, f"{verb} from {state}"
        elif not legal:
            assert isinstance(refused, NotInThisState | StepReasonMissing)

    def _day(self, wait: int) -> date:
        """Return a day on which most steps are in order."""
        self.at = min(self.at + timedelta(days=wait), TODAY)
        return self.at

    @rule(wait=soon)
    def start(self, wait: int) -> None:
        on = self._day(wait)
        self._try("开始整改", lambda session: rectifications.start(session, finding_ids=[self.number], on=on))

    @rule(on=days, reason=words)
    def partial(self, on: date, reason: str) -> None:
        self._try("部分整改", lambda session: rectifications.partial(session, finding_id=self.number, on=on, reason=reason))

    @rule(wait=soon)
    def report(self, wait: int) -> None:
        on = self._day(wait)
        self._try("申请复查", lambda session: rectifications.report_done(session, finding_ids=[self.number], on=on, reason="更正"))

    @rule(on=days, person=people, passed=st.booleans(), reason=words)
    def recheck(self, on: date, person: str, passed: bool, reason: str) -> None:
        self._recheck(on, person, passed, reason)

    @rule(wait=soon, person=people, passed=st.booleans())
    def recheck_in_order(self, wait: int, person: str, passed: bool) -> None:
        self._recheck(self._day(wait), person, passed, "看过了")

    def _recheck(self, on: date, person: str, passed: bool, reason: str) -> None:
        self._try(
            "复查",
            lambda session: rectifications.recheck(session, finding_ids=[self.number], on=on, person=person, passed=passed, reason=reason),
        )

    @rule(due=days, reason=words)
    def extend(self, due: date, reason: str) -> None:
        self._try("延期", lambda session: rectifications.extend(session, finding_ids=[self.number], due=due, reason=reason))

    @rule(on=days, reason=words)
    def reopen(self, on: date, reason: str) -> None:
        self._try("重新打开", lambda session: rectifications.reopen(session, finding_id=self.number, on=on, reason=reason))

    @rule(wait=soon)
    def reopen_in_order(self, wait: int) -> None:
        on = self._day(wait)
        self._try("重新打开", lambda session: rectifications.reopen(session, finding_id=self.number, on=on, reason="又坏了"))

    @rule(on=days)
    def urge(self, on: date) -> None:
        self._try("督办", lambda session: rectifications.urge(session, finding_ids=[self.number], on=on))

    @rule()
    def prove(self) -> None:
        folder = self.store.folder
        self._do("添加材料", lambda session: evidence.add(session, folder=folder, path=self.proof, kind="整改照片", finding_id=self.number))

    @rule(officer=st.sampled_from(("康立群", "何志远")))
    def mark(self, officer: str) -> None:
        self._do(
            "认定", lambda session: hazards.mark(session, finding_id=self.number, item="17-7-3", officer=officer, expert="车立", on=VISIT)
        )

    @rule(reason=words)
    def unmark(self, reason: str) -> None:
        self._do("撤销认定", lambda session: hazards.unmark(session, finding_id=self.number, reason=reason))

    @rule(status=st.sampled_from(FINDING_STATES), person=people)
    def type_a_state(self, status: str, person: str) -> None:
        """The register takes a state as it takes any cell."""

        def save(session: Session) -> None:
            row = findings.load(session, record_id=self.number)
            more = {"recheck_person": person} if person else {}
            findings.save(session, campaign_id=self.campaign, row={**row, "status": status, **more}, record_id=self.number)

        refused = self._do("改", save)
        assert refused is None or status == "已销号"

    @rule()
    def to_the_bin_and_back(self) -> None:
        before = self._now()
        self._do("删除", lambda session: findings.remove(session, record_ids=[self.number]))
        with self.store.read() as session:
            assert self.number not in {late.finding_id for late in rectifications.overdue(session, campaign_id=self.campaign, as_of=TODAY)}
            assert self.number not in rectifications.standing(session, enterprise_id=self._owner(session)).finding_ids
        self._do(
            "恢复",
            lambda session: recycling.restore(session, table="finding", record_ids=[self.number], load=findings.load, save=findings.save),
        )
        assert self._now() == before
        self.past[-2:] = [(before, 2)]  # undone together: nobody works on what lies in the bin

    @rule(again=st.booleans(), steps=st.integers(1, 3))
    def undo(self, again: bool, steps: int) -> None:
        ahead = []
        for _ in range(min(steps, len(self.past))):
            before, times = self.past.pop()
            ahead.append((before, times, self._now()))
            self._times("撤销", undoing.undo, times)
            assert self._now() == before
        for before, times, state in reversed(ahead) if again else ():
            self._times("重做", undoing.redo, times)
            assert self._now() == state
            self.past.append((before, times))

    def _times(self, label: str, way: Callable[[Session], object], times: int) -> None:
        for _ in range(times):
            with self.store.write(label) as session:
                way(session)

    def _owner(self, session: Session) -> int:
        finding = session.get_one(Finding, self.number)
        return session.get_one(Inspection, finding.inspection_id).enterprise_id

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
            held = self.number in rectifications.standing(session, enterprise_id=self._owner(session)).finding_ids
            can = rectifications.possible(session, finding_id=self.number)
        closed, rechecked = row.status == "已销号", bool(row.rechecked_on and row.recheck_person)
        assert row.status in FINDING_STATES
        assert can
        assert closed or not row.rechecked_on
        assert row.status in ("待复查", "已销号") or not row.rectified_on
        if row.rechecked_on:
            assert row.rectified_on
            assert VISIT <= row.rectified_on <= row.rechecked_on <= TODAY
        if closed and row.level == "重大":
            assert proofs
            assert set((row.recheck_person or "").split("、")) - {row.major_officer, ""}
        assert held == (row.disposal == "责令暂时停产停业" and not (closed and rechecked))
        chain = [(step.was_due, step.due) for step in sorted(steps, key=lambda step: step.id) if step.kind == "延期"]
        assert all(was is None or (due is not None and due > was) for was, due in chain)
        assert not chain or chain[-1][1] == row.due

    @invariant()
    def keeps_nothing_that_follows(self) -> None:
        """Whether it is late, counted or banned is asked of the rows each time."""
        if not hasattr(self, "number"):
            return
        with self.store.read() as session:
            row = session.get_one(Finding, self.number)
            late = any(one.finding_id == self.number for one in rectifications.overdue(session, campaign_id=self.campaign, as_of=TODAY))
        assert late == (row.status in ("未整改", "整改中") and row.due is not None and row.due < TODAY)
        assert rectifications.state_word(row.status, row.due, TODAY) == ("逾期" if late else row.status)


def test_no_path_of_a_rectification_reaches_an_illegal_state(store: Store, campaign: int, tmp_path: Path) -> None:
    paper = tmp_path / "整改.txt"
    paper.write_text("已整改", encoding="utf-8")
    place = {"store": store, "campaign": campaign, "proof": paper}
    machine = type("Ways", (_Ways,), place)
    run_state_machine_as_test(machine, settings=settings(max_examples=25, stateful_step_count=20, deadline=None, phases=(Phase.generate,)))
    with store.read() as session:
        undoing.verify(session)
        columns = {column.key for column in (*Finding.__table__.columns, *RectificationStep.__table__.columns)}
    assert not [key for key in columns if {*key.split("_")} & {"late", "overdue", "rate", "count", "stopped", "banned"}]


def test_what_was_closed_by_the_one_who_now_confirms_it_is_not_marked_a_major_hazard(store: Store, finding: int, tmp_path: Path) -> None:
    photo = tmp_path / "复查照片.txt"
    photo.write_text("已复查", encoding="utf-8")
    with store.write("复查") as session:
        rectifications.recheck(session, finding_ids=[finding], passed=True, on=date(2023, 4, 18), person="康立群", reason="好")
    for problem, proven in ((NoProof, False), (NeedsSecondPerson, True)):
        if proven:
            with store.write("材料") as session:
                evidence.add(session, folder=store.folder, path=photo, kind="证据材料", finding_id=finding)
        with pytest.raises(problem), store.write("认定") as session:
            hazards.mark(session, finding_id=finding, item="17-7-3", officer="康立群", expert="车立")
    with store.write("认定") as session:
        hazards.mark(session, finding_id=finding, item="17-7-3", officer="何志远", expert="车立")


def test_a_state_typed_over_a_recheck_takes_the_recheck_along(store: Store, campaign: int, finding: int) -> None:
    with store.write("复查") as session:
        rectifications.recheck(session, finding_ids=[finding], passed=True, on=date(2023, 4, 18), person="康立群", reason="好")
    for typed, left in (("待复查", (date(2023, 4, 18), None, None)), ("整改中", (None, None, None))):
        with store.write("改") as session:
            row = findings.load(session, record_id=finding) | {"status": typed}
            findings.save(session, campaign_id=campaign, row=row, record_id=finding)
        with store.read() as session:
            one = session.get_one(Finding, finding)
            assert (one.rectified_on, one.rechecked_on, one.recheck_person) == left
        with store.write("撤销") as session:
            undoing.undo(session)


def test_a_typed_state_does_not_let_a_stopped_enterprise_go_on(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        number = make.finding(session, campaign, disposal="责令暂时停产停业")
        row = findings.load(session, record_id=number) | {"status": "已销号"}
        findings.save(session, campaign_id=campaign, row=row, record_id=number)
        owner = findings.select_rows(campaign).subquery()
        enterprise = session.scalar(select(owner.c.enterprise_id))
        assert enterprise is not None
        assert rectifications.standing(session, enterprise_id=enterprise).stopped
        row |= {"rechecked_on": date(2023, 4, 20), "recheck_person": "何志远"}
        findings.save(session, campaign_id=campaign, row=row, record_id=number)
        assert not rectifications.standing(session, enterprise_id=enterprise).stopped
