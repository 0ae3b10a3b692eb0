"""The only clock of the program.

A data folder made by the demo stores a 演示日期; this clock then stands on
that day (the time of day still runs), so that deadlines, states and the
package look as they would four working days before the due date.
"""

from __future__ import annotations

from datetime import date, datetime

_demo_date: date | None = None


def now() -> datetime:
    """Return the present moment with the zone of this PC."""
    moment = datetime.now().astimezone()
    if _demo_date is None:
        return moment
    return moment.replace(year=_demo_date.year, month=_demo_date.month, day=_demo_date.day)


def today() -> date:
    """Return the present day as the office sees it."""
    return now().date()


def demo_date() -> date | None:
    """Return the day the demo stands on, or None in real work."""
    return _demo_date


def set_demo_date(day: date | None) -> None:
    """Let the clock stand on a day; None lets it run."""
    global _demo_date
    _demo_date = day
