"""What a row that is planned as new brings to the rows planned after it."""

from __future__ import annotations

from collections import Counter
from datetime import date

from models.annexes import CATEGORY_PREFIX
from models.forms import Row
from services import findings
from services.imports import town_figures
from services.imports.known import ABSENT, MAKES_VISIT, Known, Visit, tally
from services.matching import name_key


def nothing(_row: Row, _known: Known) -> None:
    """Bring nothing that others rest on."""


def enterprise(row: Row, known: Known) -> None:
    """Make a new enterprise known by its name and its code."""
    _name(known, str(row.get("name") or ""), row.get("credit_code"))


def group(row: Row, known: Known) -> None:
    """Make a new group known."""
    known.groups.add(str(row.get("name") or ""))


def record(row: Row, known: Known) -> None:
    """Let findings rest on a visit record that comes; its group keeps records."""
    visit(row, known)
    group = row.get("group")
    known.coming.recorded.add(str(group) if group else None)


def visit(row: Row, known: Known, *, made: bool = False) -> None:
    """Let findings rest on a visit that comes."""
    place = known.place(row)
    if not isinstance(place, int):
        _name(known, str(row["enterprise"]), row.get("credit_code"))
    day = row.get("checked_on")
    before = known.visit(place, None)
    listed = known.coming.visits.setdefault(place, [])
    listed.append(Visit(None, day if isinstance(day, date) else None, made))
    listed.sort(key=lambda one: one.checked_on or date.min, reverse=True)
    if before is None:
        _town(known, row)["enterprises_checked"] += 1


def finding(row: Row, known: Known) -> None:
    """Count a finding that comes, with the visit that it makes."""
    place = known.place(row)
    if row.get(MAKES_VISIT):
        day = row.get("checked_on")
        have = known.visit(place, day if isinstance(day, date) else None)
        if have is None or (have.made and have.checked_on != day):
            visit(row, known, made=True)
    for key in row.get(ABSENT) or ():  # type: ignore[attr-defined]
        known.coming.unasked.setdefault(key, set()).add(place)
    penalty = row.get("penalty") or row.get("disposal") == findings.FILING
    tally(known.coming.ledger.setdefault(place, Counter()), row.get("category"), penalty=penalty)
    count = _town(known, row)
    count["findings"] += 1
    count["rectified"] += row.get("status") == findings.CLOSED or (not row.get("status") and bool(row.get("rechecked_on")))


def ledger(row: Row, known: Known) -> None:
    """Count a finding of a ledger that comes, and know its words."""
    finding(row, known)
    known.coming.hazards.setdefault(known.place(row), []).append((str(row.get("hazard") or ""), str(row.get("level") or "")))


def stats(row: Row, known: Known) -> None:
    """Count the visit and the findings that a row of the statistics makes."""
    place = known.place(row)
    visit(row, known)
    ours = known.coming.ledger.setdefault(place, Counter())
    for key, value in row.items():
        if key.startswith(CATEGORY_PREFIX) and isinstance(value, int):
            ours[key.removeprefix(CATEGORY_PREFIX)] += value
    for name, key in (("发现问题", "findings_total"), ("处罚事项", "penalties")):
        value = row.get(key)
        ours[name] += value if isinstance(value, int) else 0
    _town(known, row)["findings"] += ours["发现问题"]


def case(row: Row, known: Known) -> None:
    """Count a case that comes."""
    count, amount = _town(known, row), row.get("decided") or row.get("proposed")
    count["cases"] += 1
    count["fine"] += amount if isinstance(amount, int) else 0


def _name(known: Known, name: str, code: object) -> None:
    place = name_key(name)
    known.coming.enterprises.setdefault(place, place)
    if code:
        known.coming.enterprises.setdefault(str(code), place)


def _town(known: Known, row: Row) -> Counter[str]:
    place = known.place(row)
    town = known.towns.get(place) if isinstance(place, int) else None
    return known.coming.towns.setdefault(town_figures.name_of(known, str(town or row.get("town") or "")), Counter())
