"""The indicators: name, unit, definition (口径), value and the rows behind it.

Definitions follow the practice of enforcement statistics: 家 is not 家次, 组 is
not 组次, a rate without denominator is "—" (None), never 100 %. What a figure
opens is what its unit counts: 家 opens enterprises, 家次 visits, 项 findings,
件 cases, 份 every document; a rate opens both its parts.

To add one: 1. a function from `Basis` to `Counted` in `counting`; 2. a line in
`defined`; the command, the desk, the page and the report read from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from services import garbage, rules
from services.errors import Missing
from services.figures.basis import Basis, Part, Switches, Value, percent
from services.figures.defined import DEFINED
from services.figures.facts import Facts

__all__ = ["Figure", "Part", "Switches", "Value", "all_figures", "as_json", "figures_by_key", "percent"]


@dataclass(frozen=True)
class Figure:
    """One indicator with what it means.

    Attributes:
        value: None is shown as "—": nothing to count, or no denominator.
        definition: What is counted and what is not, in one sentence.
        parts: The rows behind it.
        theme: Heading under which it stands.
        as_of: Day it stands on.
        each: Every row counts one.
    """

    key: str
    name: str
    value: Value
    unit: str
    definition: str
    parts: tuple[Part, ...] = ()
    theme: str = ""
    as_of: date | None = None
    each: bool = field(default=False, kw_only=True)

    @property
    def rows(self) -> tuple[str, ...]:
        """Uids of the records behind it, each once."""
        return tuple(dict.fromkeys(uid for part in self.parts for uid in part.uids))

    @property
    def register(self) -> str:
        """Page that shows its first rows; "" if it has none."""
        return self.parts[0].register if self.parts else ""

    @property
    def filters(self) -> Mapping[str, object]:
        """Filter that opens exactly its first rows there."""
        return self.parts[0].opening(self.told) if self.parts else {}

    @property
    def told(self) -> str:
        """Name, value and unit: 检查企业 41 家."""
        if self.value is None:
            return f"{self.name} —"
        return f"{self.name} {self.value:,}{'' if self.unit == '%' else ' '}{self.unit}"


@garbage.held_back()
def all_figures(session: Session, facts: Facts, switches: Switches | None = None) -> list[Figure]:
    """Return every indicator of a campaign, in the order of the command's contract.

    Args:
        session: Session of a read, for the rules in force.
        facts: The campaign.
        switches: What counts; the office's usual way if not given.
    """
    chosen = switches or Switches()
    basis = Basis(facts, chosen, _publication_days(session, facts))
    figures: list[Figure] = []
    for key, one in DEFINED.items():
        found = one.count(basis)
        definition = one.definition.replace("{rechecks}", "含复查" if chosen.rechecks else "不含复查")
        definition = definition.replace("{records}", "检查记录、" if chosen.records else "").replace(
            "{no_records}", "" if chosen.records else "；不含检查记录"
        )
        figures.append(Figure(key, one.name, found.value, one.unit, definition, found.parts, one.theme, facts.as_of, each=one.each))
    return figures


def figures_by_key(session: Session, facts: Facts, switches: Switches | None = None) -> dict[str, Figure]:
    """Return every indicator by its key."""
    return {figure.key: figure for figure in all_figures(session, facts, switches)}


def as_json(figures: Sequence[Figure], broken_down: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures/1 document."""
    items = [
        {"key": f.key, "name": f.name, "value": f.value, "unit": f.unit, "definition": f.definition, "rows": list(f.rows)} for f in figures
    ]
    return {"schema": "figures/1", "items": items, "breakdowns": broken_down}


def _publication_days(session: Session, facts: Facts) -> int | None:
    try:
        return rules.number(session, key="publication_workdays", on=facts.as_of)
    except Missing:
        return None  # no such rule was valid on that day
