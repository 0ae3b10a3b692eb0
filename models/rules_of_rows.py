"""Checks over a whole row, as factories for `Form.rules`.

A rule takes the clean row and yields (column key, flag). It never changes the
row and says nothing about values that could not be read: those have a flag of
their own already.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from models.forms import Flag, Row, Rule


def expects(*keys: str) -> Rule:
    """Return a rule that asks for values which may be blank but should not be."""

    def rule(row: Row) -> Iterable[tuple[str, Flag]]:
        return [(key, Flag("missing", "为空，请补填")) for key in keys if row.get(key) in (None, "", ())]

    return rule


def categories_sum_up(prefix: str, total: str = "findings_total") -> Rule:
    """Return a rule that the counts per category add up to the total."""

    def rule(row: Row) -> Iterable[tuple[str, Flag]]:
        stated = row.get(total)
        counts = [value for key, value in row.items() if key.startswith(prefix) and isinstance(value, int)]
        found = sum(counts)
        if not counts or not isinstance(stated, int) or stated == found:
            return []
        return [(total, Flag("category_sum_mismatch", f"填的是 {stated}，各类型相加是 {found}，请核对"))]

    return rule


def one_word(key: str, ending: str) -> Rule:
    """Return a rule that a cell names one thing, not "…类、…类"."""

    def rule(row: Row) -> Iterable[tuple[str, Flag]]:
        parts = [part for part in re.split(r"[、，,;；/+＋\s]+", str(row.get(key) or "")) if part]
        if len(parts) < 2 or not all(part.endswith(ending) for part in parts):
            return []
        return [(key, Flag("multiple_values", f"写了 {len(parts)} 个，请只留一个，或分成几行"))]

    return rule


def dates_in_order(keys: Sequence[str], code: str = "date_order") -> Rule:
    """Return a rule that each of these days is not before the one before it."""

    def rule(row: Row) -> Iterable[tuple[str, Flag]]:
        found: list[tuple[str, Flag]] = []
        before: dt.date | None = None
        for key in keys:
            day = row.get(key)
            if not isinstance(day, dt.date):
                continue
            if before is not None and day < before:
                found.append((key, Flag(code, f"{day.isoformat()} 早于前一步的 {before.isoformat()}，请核对")))
            before = day
        return found

    return rule


def amounts_in_order(*keys: str) -> Rule:
    """Return a rule that no later amount is larger than the one before it."""

    def rule(row: Row) -> Iterable[tuple[str, Flag]]:
        found: list[tuple[str, Flag]] = []
        before: int | None = None
        for key in keys:
            amount = row.get(key)
            if not isinstance(amount, int):
                continue
            if before is not None and amount > before:
                found.append((key, Flag("amount_order", "大于前一步的金额，请核对")))
            before = amount
        return found

    return rule
