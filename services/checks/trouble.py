"""What a rule looks at and what it reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models import ReportingUnit
from models.forms import Row
from services.figures import Facts


@dataclass(frozen=True)
class Material:
    """All that the pre-flight rules look at, read once.

    Attributes:
        low_fen, high_fen: Amounts outside are asked about (rule file).
        placeholders: Words that must not stand in what is handed in (rule file).
    """

    facts: Facts
    annex_2: list[Row]
    annex_3: list[Row]
    people: Sequence[Mapping[str, Any]]
    units: list[ReportingUnit]
    low_fen: int
    high_fen: int
    placeholders: tuple[str, ...]


@dataclass(frozen=True)
class Trouble:
    """One finding of a rule.

    Attributes:
        record: The row to mend (with `id` and `uid`), or None.
    """

    rule: str
    level: str
    message: str
    place: str
    entity: str
    record: Any = None


Rule = Callable[[Material], Iterable[Trouble]]
