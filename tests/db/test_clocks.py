"""Legal clocks: the days, by hand."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from models import Case
from services import clocks, rules, workdays
from services.clocks import DONE, ENDED, OVER, RUNNING, Clock
from services.store import Store
from tests import make


@pytest.mark.parametrize(
    ("start", "count", "last"),
    [
        (date(2023, 4, 26), 5, date(2023, 5, 6)),
        (date(2023, 4, 20), 7, date(2023, 4, 28)),
        (date(2023, 4, 28), 7, date(2023, 5, 11)),
        (date(2026, 9, 18), 10, date(2026, 10, 9)),
        (date(2026, 2, 12), 5, date(2026, 2, 26)),
    ],
)
def test_working_days_know_holidays_and_the_sundays_that_are_worked(start: date, count: int, last: date) -> None:
    assert workdays.after(start, count) == last


@pytest.mark.parametrize(
    ("day", "rolled"),
    [(date(2023, 5, 6), date(2023, 5, 6)), (date(2023, 7, 9), date(2023, 7, 10)), (date(2026, 10, 3), date(2026, 10, 8))],
)
def test_a_period_does_not_end_where_offices_are_closed(day: date, rolled: date) -> None:
    assert workdays.rolled(day) == rolled


def test_months_end_on_the_same_number_or_the_last() -> None:
    assert workdays.months_after(date(2023, 4, 21), 6) == date(2023, 10, 21)
    assert workdays.months_after(date(2023, 8, 31), 6) == date(2024, 2, 29)
    assert workdays.months_after(date(2023, 11, 30), 3) == date(2024, 2, 29)


def _clocks(store: Store, campaign: int, as_of: date, **days: object) -> dict[str, Clock]:
    with store.write("立案") as session:
        make.finding(session, campaign)
        number = make.case(session, campaign)
        for key, value in days.items():
            setattr(session.get_one(Case, number), key, value)
    with store.read() as session:
        return {one.name: one for one in clocks.of_case(session, case_id=number, as_of=as_of)}


def test_a_decision_has_ninety_days_and_says_by_what(store: Store, campaign: int) -> None:
    clock = _clocks(store, campaign, date(2023, 4, 20), filed_on=date(2023, 4, 10))["作出决定"]
    assert (clock.due, clock.left, clock.unit, clock.state) == (date(2023, 7, 10), 81, "天", RUNNING)
    assert clock.basis == "行政处罚法 第六十条 立案到决定的期限"


def test_an_approved_extension_moves_the_decision(store: Store, campaign: int) -> None:
    found = _clocks(store, campaign, date(2023, 4, 20), filed_on=date(2023, 4, 10), decide_by=date(2023, 9, 1))
    assert (found["作出决定"].due, found["作出决定"].note) == (date(2023, 9, 1), "经批准延期")


def test_after_the_notice_the_party_has_its_days_and_nobody_is_late(store: Store, campaign: int) -> None:
    days = {"filed_on": date(2023, 4, 6), "notified_on": date(2023, 4, 18)}
    found = _clocks(store, campaign, date(2023, 4, 20), **days)
    assert (found["听证申请"].due, found["听证申请"].left, found["听证申请"].unit) == (date(2023, 4, 24), 3, "工作日")
    assert "（待核）" in found["陈述申辩"].basis


def test_the_right_of_a_party_ends_and_the_duty_of_the_office_is_late(store: Store, campaign: int) -> None:
    days = {"filed_on": date(2023, 4, 6), "notified_on": date(2023, 4, 7), "decided_on": date(2023, 4, 17), "served_on": date(2023, 4, 18)}
    found = _clocks(store, campaign, date(2023, 5, 10), **days)
    assert (found["公示"].state, found["公示"].due) == (OVER, date(2023, 4, 25))
    assert (found["作出决定"].state, found["送达"].state, found["申请复议"].state) == (DONE, DONE, RUNNING)
    later = _clocks(store, campaign, date(2024, 1, 10), **days)
    assert later["提起诉讼"].state == ENDED


def test_a_fine_that_is_not_paid_grows_and_stops_at_itself(store: Store, campaign: int) -> None:
    days = {"filed_on": date(2023, 4, 6), "decided_on": date(2023, 4, 20), "served_on": date(2023, 4, 21)}
    with store.write("立案") as session:
        make.finding(session, campaign)
        number = make.case(session, campaign, decided=2_000_000, decided_on=date(2023, 4, 20))
        for key, value in days.items():
            setattr(session.get_one(Case, number), key, value)
    with store.read() as session:
        early = _named(session, number, date(2023, 5, 11))
        late = _named(session, number, date(2023, 8, 1))
    assert early["缴款"].due == date(2023, 5, 6)
    assert early["加处罚款封顶"].note == "逾期 5 天，加处 0.3 万元"
    assert late["加处罚款封顶"].note.endswith("加处 2 万元")
    assert late["申请强制执行"].due == date(2024, 1, 21)


def _named(session: Session, case_id: int, as_of: date) -> dict[str, Clock]:
    return {one.name: one for one in clocks.of_case(session, case_id=case_id, as_of=as_of)}


def test_the_board_has_the_next_clock_of_each_open_case(store: Store, campaign: int) -> None:
    with store.write("立案") as session:
        make.finding(session, campaign)
        first = make.case(session, campaign, filed_on=date(2023, 4, 12))
        make.case(session, campaign, violation="另一项", filed_on=date(2023, 4, 11), stage="已结案", closed_on=date(2023, 4, 19))
    with store.read() as session:
        board = clocks.board(session, campaign_id=campaign, as_of=date(2023, 4, 20))
    assert [(one.case_id, one.clock.name) for one in board] == [(first, "作出决定")]


def test_no_clock_runs_without_a_rule_of_its_day(store: Store, campaign: int) -> None:
    assert "作出决定" not in _clocks(store, campaign, date(2011, 4, 20), filed_on=date(2011, 4, 10))


def test_every_shipped_clock_counts_and_names_its_article() -> None:
    found = [rule for rule in rules.shipped() if rule["key"].startswith("clock.")]
    assert len(found) >= 17
    assert all(int(rule["value"]) > 0 and rule["article"] and rule["checked"] in ("已核", "待核") for rule in found)
    assert {rule["unit"] for rule in found} <= {"workdays", "days", "days_exact", "months", "years"}


def test_a_finding_has_its_day_its_recheck_and_the_longest_stop(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        number = make.finding(session, campaign, due=date(2023, 4, 20), disposal="责令暂时停产停业")
    with store.read() as session:
        found = {one.name: one for one in clocks.of_finding(session, finding_id=number, as_of=date(2023, 4, 25))}
    assert found["整改期限"].state == OVER
    assert found["整改复查"].due == date(2023, 5, 4)
    assert found["停产停业最长期限"].due == date(2023, 10, 10)
