"""Working days that know the holidays and make-up days of the year.

The calendar of the State Council's yearly notice comes from `chinese_calendar`
(2004 to 2026); for other years Monday to Friday are counted, and `known` says
so.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from functools import cache

import chinese_calendar


def known(day: date) -> bool:
    """Return whether the holidays of this day's year are known."""
    return _year_is_known(day.year)


@cache
def _year_is_known(year: int) -> bool:
    try:
        chinese_calendar.is_workday(date(year, 6, 1))
    except NotImplementedError:
        return False
    return True


def is_workday(day: date) -> bool:
    """Return whether offices work on this day."""
    if not known(day):
        return day.weekday() < 5
    return bool(chinese_calendar.is_workday(day))


def between(start: date, end: date) -> int:
    """Count the working days after `start` up to `end`; negative when `end` is past."""
    if end < start:
        return -between(end, start)
    span = (end - start).days
    return sum(is_workday(start + timedelta(days=number)) for number in range(1, span + 1))


def within(start: date, end: date) -> int:
    """Count the working days from `start` to `end`, both included."""
    return sum(is_workday(start + timedelta(days=number)) for number in range((end - start).days + 1))


def before(day: date, count: int) -> date:
    """Return the day that lies `count` working days before `day`."""
    while count > 0:
        day -= timedelta(days=1)
        count -= is_workday(day)
    return day


def after(day: date, count: int) -> date:
    """Return the day `count` working days after `day`, which does not count."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day


def rolled(day: date) -> date:
    """Return the day, or the next working day where offices are closed on it."""
    while not is_workday(day):
        day += timedelta(days=1)
    return day


def months_after(day: date, count: int) -> date:
    """Return the day of the same number some months later, or the month's last."""
    months = day.month - 1 + count
    year, month = day.year + months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
