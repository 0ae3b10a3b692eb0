"""Lists that go with the annexes, and what of a person they show.

Annex 1 is handed in open: its form asks for phone and certificate. Every other
list shows them masked where the office says so, and a list for the public
always does, with its names shortened as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Finding
from models.annexes import FINDING_LEDGER, LEVELS, MAJOR_HAZARDS
from models.forms import Row
from services.exports.printed import Printed
from services.figures import Facts

LEDGER, HAZARDS = FINDING_LEDGER.title, MAJOR_HAZARDS.title
MASKED_LINE = ("说明", "联系电话已隐去中间四位")
_SHOWN_DIGITS = 3
_OF_FINDING = ("hazard", "basis", "level", "fund", "due", "person", "phone", "supervisor", "status", "remark")
_AT_ONCE = 500


def ledger(facts: Facts, printed: Printed) -> Printed:
    """Return the finding ledger, in the order of the visits in Annex 2.

    Args:
        facts: What the figures count; drafts and void visits are not in it.
        printed: Whose facts line and watermark it takes.
    """
    order = {visit.id: place for place, visit in enumerate(facts.visits)}
    found = sorted(facts.findings, key=lambda one: (order[one.inspection_id], one.no))
    rows: list[Row] = [{key: getattr(one, key) for key in FINDING_LEDGER.keys} for one in found]
    return replace(printed, form=FINDING_LEDGER, rows=rows, label="")


def hazards(session: Session, facts: Facts, printed: Printed) -> Printed:
    """Return the major-hazard list; without rows it still says so on paper.

    Args:
        session: Session of a snapshot.
        facts: What the figures count.
        printed: Whose facts line and watermark it takes.
    """
    listed = [one for one in facts.findings if one.level == LEVELS[1]]
    full = _full(session, [one.id for one in listed])
    codes = {visit.id: facts.enterprises[visit.enterprise_id].credit_code for visit in facts.visits}
    rows: list[Row] = [
        {
            "enterprise": one.enterprise,
            "credit_code": codes[one.inspection_id],
            "town": one.town,
            "measure": full[one.id].plan,
            **{key: getattr(full[one.id], key) for key in _OF_FINDING},
        }
        for one in listed
    ]
    return replace(printed, form=replace(MAJOR_HAZARDS, min_rows=max(MAJOR_HAZARDS.min_rows, 1)), rows=rows, label="")


def masked(printed: Printed, *, public: bool = False) -> Printed:
    """Return a table with the personal numbers hidden.

    Args:
        printed: The table.
        public: Whether it is for everybody: then names of persons are shortened too.
    """
    hide: dict[str, Callable[[str], str]] = {"phone": mask_number, "certificate": mask_number}
    if public:
        hide["name"] = mask_name
    ways = {column.key: hide[column.kind.editor] for column in printed.form.columns if column.kind.editor in hide}
    ways |= {column.key: mask_number for column in printed.form.columns if column.key == "cert_no"}
    if not ways:
        return printed
    rows = [{key: _hidden(value, ways.get(key)) for key, value in row.items()} for row in printed.rows]
    return replace(printed, rows=rows, facts=(*printed.facts, MASKED_LINE))


def mask_number(text: str) -> str:
    """Return a number with its middle hidden: 199****0001."""
    if len(text) <= 2 * _SHOWN_DIGITS:
        return text[:1] + "*" * (len(text) - 1)
    end = 4 if len(text) > 2 * _SHOWN_DIGITS + 1 else _SHOWN_DIGITS
    return text[:_SHOWN_DIGITS] + "*" * (len(text) - _SHOWN_DIGITS - end) + text[-end:]


def mask_name(text: str) -> str:
    """Return a person's name as the public may read it: 周某某."""
    return text[:1] + "某" * min(2, len(text) - 1)


def _hidden(value: object, way: Callable[[str], str] | None) -> object:
    return way(value) if way is not None and isinstance(value, str) and value else value


def _full(session: Session, ids: list[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for start in range(0, len(ids), _AT_ONCE):
        for row in session.scalars(select(Finding).where(Finding.id.in_(ids[start : start + _AT_ONCE]))):
            found[row.id] = row
    return found
