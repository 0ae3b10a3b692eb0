"""What indicators are made of: switches, the rows behind a value, a definition.

`counting` counts from a `Basis`, `defined` names what is counted, `indicators`
puts both together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from services.conditions import Among
from services.figures.facts import Facts

Value = int | float | None
RECHECK = "复查"


@dataclass(frozen=True)
class Switches:
    """What the office may count or not; each definition says how it stands.

    Attributes:
        rechecks: Visits that only recheck count as 家次, 组次 and 人次.
        records: Inspection records count among the documents.
    """

    rechecks: bool = False
    records: bool = True


@dataclass(frozen=True)
class Part:
    """Rows of one register behind a figure.

    Attributes:
        register: Page that shows them ("inspections", "hazard_list", "cases", "enterprises", "groups").
        ids: Their ids, each as often as it is counted.
        uids: The same, for files.
        word: What they are where a figure has several parts: 处罚决定书, 没有销号.
    """

    register: str
    ids: tuple[int, ...]
    uids: tuple[str, ...]
    word: str = ""

    @property
    def count(self) -> int:
        """How many rows it has."""
        return len(self.ids)

    def opening(self, said: str) -> dict[str, object]:
        """Return the filter that opens exactly these rows.

        Args:
            said: Words on the chip.
        """
        return {"id": Among(tuple(dict.fromkeys(self.ids)), said)}


@dataclass(frozen=True)
class Counted:
    """A value and the rows that it was counted from."""

    value: Value
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Basis:
    """What the indicators count from.

    Attributes:
        publication_days: Working days within which a decision must be public; None if no rule says so.
    """

    facts: Facts
    switches: Switches
    publication_days: int | None

    @cached_property
    def visits(self) -> list[Any]:
        """Visits that count as 家次: without rechecks unless the office wants them."""
        return [visit for visit in self.facts.visits if self.switches.rechecks or visit.mode != RECHECK]


@dataclass(frozen=True)
class Indicator:
    """How one figure is defined.

    Attributes:
        definition: {rechecks} and {records} in it say how the switches stand.
        theme: Heading under which it stands.
        count: Counts it.
        each: Every row counts one, so that rows and value are equal.
    """

    name: str
    unit: str
    theme: str
    definition: str
    count: Callable[[Basis], Counted]
    each: bool = False


def percent(part: int, whole: int) -> float | None:
    """Return a rate in percent with one decimal; None without a denominator."""
    return None if whole == 0 else round(100 * part / whole, 1)
