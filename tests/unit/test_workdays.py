"""Working days with the holidays and make-up days of the year."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import workdays

DAYS = st.dates(date(2019, 1, 1), date(2030, 12, 31))
SPANS = st.integers(0, 400).map(timedelta)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2023, 4, 20), True),
        (date(2023, 4, 22), False),  # Saturday
        (date(2023, 4, 5), False),  # Qingming
        (date(2023, 4, 23), True),  # Sunday, made up for the May holiday
        (date(2023, 5, 1), False),
        (date(2035, 5, 1), True),  # no calendar yet: Monday to Friday
        (date(2035, 5, 5), False),
    ],
)
def test_offices_work_on_make_up_days_and_rest_on_holidays(day: date, works: bool) -> None:
    assert workdays.is_workday(day) is works


@pytest.mark.parametrize(("day", "known"), [(date(2023, 5, 1), True), (date(2035, 5, 1), False), (date(1990, 5, 1), False)])
def test_it_is_said_for_which_years_holidays_are_known(day: date, known: bool) -> None:
    assert workdays.known(day) is known


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        (date(2023, 4, 20), date(2023, 4, 26), 5),  # Fri, Sun (made up), Mon, Tue, Wed
        (date(2023, 4, 20), date(2023, 4, 20), 0),
        (date(2023, 4, 21), date(2023, 4, 20), -1),
        (date(2023, 4, 22), date(2023, 4, 23), 1),
    ],
)
def test_days_left_do_not_count_today(start: date, end: date, count: int) -> None:
    assert workdays.between(start, end) == count


def test_a_span_counts_both_ends() -> None:
    assert workdays.within(date(2023, 4, 20), date(2023, 4, 26)) == 6


def test_four_working_days_before_the_due_day() -> None:
    assert workdays.before(date(2023, 4, 26), 4) == date(2023, 4, 21)


@given(day=DAYS, count=st.integers(0, 60))
def test_going_back_lands_on_a_working_day_as_many_days_away(day: date, count: int) -> None:
    back = workdays.before(day, count)
    assert count == 0 or workdays.is_workday(back)
    assert workdays.within(back, day - timedelta(days=1)) == count


@given(start=DAYS, span=SPANS)
def test_the_way_there_is_as_long_as_the_way_back(start: date, span: timedelta) -> None:
    assert workdays.between(start, start + span) == -workdays.between(start + span, start)
