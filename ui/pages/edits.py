"""Writing what was typed, pasted or filled into a grid, as one named action."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from models.forms import Form, Issue, Row
from services.errors import Invalid
from ui.forms.checking import check
from ui.tables.blocks import Edit


def apply_edits(
    session: Any,
    *,
    form: Form,
    load: Callable[..., Row],
    save: Callable[..., int],
    campaign_id: int | None,
    year: int | None,
    edits: Sequence[Edit],
) -> list[int]:
    """Save a block of cells; all of it or nothing.

    Args:
        session: Session of a write.
        form: Reads the text, the only check there is.
        load: Service that gives a row by `record_id`.
        save: Service that takes a row.
        campaign_id: Whose rows they are.
        year: Year for dates without one.
        edits: Cells; negative record ids are new rows.

    Returns:
        The ids of the saved rows, in order.

    Raises:
        Invalid: Some text cannot be read, or a new row lacks its key; names every such cell.
    """
    rows: dict[int, dict[str, str]] = {}
    for edit in edits:
        rows.setdefault(edit.record_id, {})[edit.key] = edit.text
    ready: list[tuple[int | None, Row]] = []
    issues: list[Issue] = []
    for number, (record_id, typed) in enumerate(rows.items(), start=1):
        if record_id < 0 and not any(typed.values()):
            continue
        stored = load(session, record_id=record_id) if record_id >= 0 else {}
        shown = {c.key: c.kind.show(stored[c.key]) for c in form.columns if stored.get(c.key) not in (None, ())}
        checked = check(form, shown | typed, year=year)
        wrong = [key for key in checked.blocked if key in typed or record_id < 0]
        for key in wrong:
            remark, column = checked.remarks[key], form.column(key)
            issues.append(Issue(number, key, column.title, typed.get(key, ""), "unreadable", f"第 {number} 行：{remark.sentence}"))
        changed = {key: checked.row[key] for key in typed} if record_id >= 0 else checked.row
        ready.append((record_id if record_id >= 0 else None, {**stored, **changed}))
    if issues:
        raise Invalid(issues)
    return [save(session, campaign_id=campaign_id, row=row, record_id=record_id) for record_id, row in ready]
