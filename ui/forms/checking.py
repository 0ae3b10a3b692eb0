"""What is wrong with a row that somebody is typing, by column and by weight.

Every check is `Form.clean`; this module only sorts its issues: *bad* keeps
the row from being saved (its key is empty, or what was typed cannot be read
and would be lost), *soon* is to be checked but may be saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.forms import Form, Row
from models.values import visible

WEIGHTS = ("soon", "bad")
UNSEEN = "control_char_removed"


@dataclass(frozen=True)
class Remark:
    """What to say beside a field: weight ("bad" or "soon") and sentence."""

    weight: str
    sentence: str


@dataclass(frozen=True)
class Checked:
    """A row after `Form.clean`.

    Attributes:
        row: Clean values by key.
        remarks: The weightiest remark per column key.
    """

    row: Row
    remarks: Mapping[str, Remark]

    @property
    def blocked(self) -> tuple[str, ...]:
        """Keys of the columns that keep the row from being saved."""
        return tuple(key for key, remark in self.remarks.items() if remark.weight == "bad")


def check(form: Form, raw: Mapping[str, object], *, year: int | None = None) -> Checked:
    """Clean a row and weigh its issues.

    Args:
        form: Declaration of the row.
        raw: Typed text or stored values by key.
        year: Year for dates that name only month and day.
    """
    row, issues = form.clean(raw, year=year)
    missing = form.missing_keys(row)
    remarks: dict[str, Remark] = {}
    for issue in issues:
        if issue.code == UNSEEN and issue.key in missing:
            continue  # nothing else was in it: it is empty
        lost = row.get(issue.key) is None and not _blank(raw.get(issue.key))
        weight = "bad" if issue.key in missing or lost else "soon"
        known = remarks.get(issue.key)
        if known is None or WEIGHTS.index(weight) > WEIGHTS.index(known.weight):
            remarks[issue.key] = Remark(weight, issue.message)
    for key in missing:
        remarks.setdefault(key, Remark("bad", f"{heading(form, key)} 为空，填上才能保存"))
    order = {key: place for place, key in enumerate(form.keys)}
    return Checked(row, dict(sorted(remarks.items(), key=lambda item: order[item[0]])))


def check_stored(form: Form, values: Mapping[str, object], *, year: int | None = None) -> Checked:
    """Check a row that is stored, as if it were typed again.

    Values go through `kind.show` first: a stored amount is fen, and read as a
    cell it would be taken for 万元.
    """
    raw = {column.key: column.kind.show(values[column.key]) for column in form.columns if values.get(column.key) not in (None, ())}
    return check(form, raw, year=year)


def heading(form: Form, key: str) -> str:
    """Return a column's title on one line."""
    return form.column(key).title.replace("\n", "")


def _blank(value: object) -> bool:
    return value is None or value == () or not str(visible(value)[0]).strip()
