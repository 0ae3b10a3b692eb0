"""Words to offer while a cell of an import is typed anew: those of the registers."""

from __future__ import annotations

from typing import Any

from ui.pages.cases import CASES
from ui.pages.enterprises import ENTERPRISES
from ui.pages.findings import FINDINGS
from ui.pages.groups import GROUPS
from ui.pages.inspections import INSPECTIONS
from ui.pages.people import PEOPLE

_REGISTERS = {
    "personnel": PEOPLE,
    "enterprises": ENTERPRISES,
    "groups": GROUPS,
    "inspections": INSPECTIONS,
    "hazard_list": FINDINGS,
    "cases": CASES,
    "case_stats": CASES,
    "inspection_stats": INSPECTIONS,
}
Words = dict[str, dict[str, list[str]]]


def words_of(session: Any, *, campaign_id: int | None) -> Words:
    """Return the words to offer, by form and column.

    Args:
        session: Session of a read.
        campaign_id: The campaign.
    """
    found: Words = {}
    for code, register in _REGISTERS.items():
        if campaign_id is not None or not register.per_campaign:
            found[code] = {key: suggest(session, campaign_id) for key, suggest in register.suggest.items()}
    return found
