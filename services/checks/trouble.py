"""What a rule looks at and what it reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from models import Assignment, Deadline, Phase, ReportingUnit
from models.forms import Row
from services.figures import Facts, Figure
from services.imports.counted import Disagreement
from services.reporting import Standing
from services.seconding import Doubt

EACH = {"B": 20, "W": 5, "I": 3}
"""Up to so many troubles of one topic are told one by one; more of them in one line."""
_NAMED = 20
_BEHIND = "　"


@dataclass(frozen=True)
class Officer:
    """Somebody who took part in a visit.

    Attributes:
        lent: Stands in Annex 1, so the certificate ought to be known.
        note: Remarks about the person, where the office writes what to recuse from.
    """

    person_id: int
    name: str
    role: str
    cert_no: str
    cert_expires: date | None
    kind: str
    lent: bool
    note: str


@dataclass(frozen=True)
class Unread:
    """Rows of one received file that could not be taken for one reason.

    Attributes:
        form: Code of the form.
        rows: Their numbers in the file.
        enterprises: Whose they are, where the rows say it.
    """

    file: str
    form: str
    reason: str
    rows: tuple[int, ...]
    enterprises: tuple[str, ...]


@dataclass(frozen=True)
class Material:
    """All that the pre-flight rules look at, read once.

    Attributes:
        standings: How each unit stands with Annex 1.
        doubts: What speaks against rows of Annex 1 when all are looked at.
        expired: Who inspected with a certificate that had run out, as `rosters.expired_visits`.
        crews: Who took part, by visit.
        visits, findings, cases: Columns that the registers do not show, by id; what the import noticed stands
            by code under "flags", in full under "doubts".
        proven: Findings with a photo or document; filmed: visits with a recording.
        assignments: What was to be visited; empty where nobody wrote it down.
        names: Names of the enterprises that were to be visited.
        disagreements: Where received statistics say other than the ledger of now.
        registry: Whether a list of enterprises was ever received.
        bare: Visited enterprises that no list of enterprises knows.
        similar: Names of the list that look like those.
        versions: Numbers of the packages that went out.
        figures: Indicators by key, as the report prints them.
        standards: Words that name a standard of major hazards, with its first and last day.
        numbers: Numbers of the rule file by key; a rule that asks for a missing one keeps silent.
        placeholders: Words that must not stand in what is handed in (rule file).
    """

    facts: Facts
    annex_2: list[Row]
    annex_3: list[Row]
    people: Sequence[Mapping[str, Any]]
    units: list[ReportingUnit]
    standings: Sequence[Standing]
    doubts: Sequence[Doubt]
    expired: Sequence[tuple[int, str, str, date, date]]
    phases: Sequence[Phase]
    deadlines: Sequence[Deadline]
    crews: Mapping[int, Sequence[Officer]]
    visits: Mapping[int, Mapping[str, Any]]
    findings: Mapping[int, Mapping[str, Any]]
    cases: Mapping[int, Mapping[str, Any]]
    proven: frozenset[int]
    filmed: frozenset[int]
    assignments: Sequence[Assignment]
    names: Mapping[int, str]
    unread: Sequence[Unread]
    disagreements: Sequence[Disagreement]
    registry: bool
    bare: frozenset[int]
    similar: Mapping[int, str]
    versions: Sequence[int]
    figures: Mapping[str, Figure]
    standards: Sequence[tuple[date, date | None, tuple[str, ...]]]
    numbers: Mapping[str, int]
    placeholders: tuple[str, ...]

    def enterprise(self, row: Any) -> Any:
        """Return the enterprise of a visit, a finding or a case."""
        return self.facts.enterprises[row.enterprise_id]


@dataclass(frozen=True)
class Trouble:
    """One finding of a rule.

    Attributes:
        message: What is wrong; after the last semicolon how to mend it.
        place: Annex or register, a wide blank, the name it concerns.
        record: The row to mend (with `id` and `uid`), or None.
        topic: What many troubles of this sort are called together; empty keeps each by itself.
    """

    rule: str
    level: str
    message: str
    place: str
    entity: str
    record: Any = None
    topic: str = ""


Rule = Callable[[Material], Iterable[Trouble]]


def carried(rows: Iterable[Any], *keys: str) -> bool:
    """Return whether any row has a value in any of these columns."""
    return any(getattr(row, key) not in (None, "") for row in rows for key in keys)


def unknown(rule: str, what: str, place: str, entity: str) -> Trouble:
    """Return the one line about a column that no row has."""
    return Trouble(rule, "I", f"来的材料里没有{what}，这一项没有核对；要核对时补上这一列再导入", place, entity)


def gathered(troubles: Iterable[Trouble]) -> Iterator[Trouble]:
    """Yield troubles one by one, or one for all of a topic where there are many.

    The single line names each place once, with how often, and leads to the first record.
    """
    found = list(troubles)
    count = Counter((one.rule, one.level, one.topic) for one in found if one.topic)
    told: set[tuple[str, str, str]] = set()
    for one in found:
        key = (one.rule, one.level, one.topic)
        if not one.topic or count[key] <= EACH[one.level]:
            yield one
        elif key not in told:
            told.add(key)
            yield _together([other for other in found if (other.rule, other.level, other.topic) == key])


def _together(troubles: Sequence[Trouble]) -> Trouble:
    first = troubles[0]
    places = Counter(one.place.partition(_BEHIND)[2] for one in troubles)
    names = [f"{name} {times} 处" if times > 1 else name for name, times in places.items() if name]
    more = f" 等 {len(names)} 个" if len(names) > _NAMED else ""
    mend = first.message.rpartition("；")[2]
    message = f"{first.topic}，共 {len(troubles)} 处：{'、'.join(names[:_NAMED])}{more}；{mend}"
    return replace(first, message=message, place=first.place.partition(_BEHIND)[0], topic="")
