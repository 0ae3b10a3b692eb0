"""What reading a file gives: rows, flags, skipped lines (form-import/1).

Values stand under the keys of the form, with the types of the kinds (dates as
dates, amounts in fen, names as tuples). `as_json` writes the contract's keys.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from models.annexes import CATEGORY_PREFIX
from models.forms import Form, Row
from models.money import in_yuan

Outcome = Literal["imported", "imported_with_flags", "needs_choice", "form_mismatch", "empty", "rejected"]

_RENAMED = {"stated_findings": "findings_total"}
_MEETINGS = {"meeting_open": "open", "meeting_site": "site", "meeting_talk": "talk", "meeting_close": "close"}
_DONE = "已销号"
# Amounts that the contract wants in 万元; all others are in yuan.
_IN_WAN = frozenset(("fund", "fine"))


@dataclass(frozen=True)
class RowFlag:
    """One remark about a row; `key` is "*" if it is about the whole row."""

    key: str
    code: str
    message: str


@dataclass
class ReadRow:
    """One record that was read.

    Attributes:
        sheet: Name of the sheet.
        row: Row number from 1.
        values: Clean values by column key.
        flags: Remarks, with their sentences.
        raw: What flagged cells say, by column key.
    """

    sheet: str
    row: int
    values: Row
    flags: list[RowFlag] = field(default_factory=list)
    raw: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Skipped:
    """One row that is no record, and why."""

    sheet: str
    row: int
    why: str
    text: str = ""


@dataclass(frozen=True)
class Trouble:
    """One cell that a return copy asked to mend.

    Attributes:
        sheet: Sheet of the received file.
        row: Row number in it.
        key: Column key; "*" for the whole row.
        code: Flag code, or "rejected".
        names: The row's key fields as they were read, joined.
    """

    sheet: str
    row: int
    key: str
    code: str
    names: str


@dataclass
class Returned:
    """A return copy that came back.

    Attributes:
        mark: Number of the return copy.
        file: Name of the file that was returned then.
        troubles: What it asked to mend.
        mended: Refs of the rows that are in order now.
        left: Refs of the rows that are not.
        gone: Troubles whose row is not in the file any more.
    """

    mark: str
    file: str
    troubles: list[Trouble]
    mended: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    gone: list[Trouble] = field(default_factory=list)


@dataclass
class ReadForm:
    """A file, or one table of it, after reading.

    Attributes:
        path: The file.
        outcome: As in form-import/1.
        reject_code: Why it was refused, if it was.
        message: One plain sentence with the way out, if there is something to say.
        form: The form as this file has it (its own categories).
        sheet: Sheet of the table.
        header_rows: Row numbers of the header.
        submitter: Unit that filled it in.
        report_date: Day it was filled in.
        rows: The records.
        skipped: The rows that are none.
        tables: The single tables, if the file has several.
        choices: Codes of the forms that fit equally well.
        declared_form: Code the caller or the file name gave.
        detected_form: Code of the form that the content is.
        attendance: It says who came somewhere, not who is named for the work.
        warnings: What is to be said of the file as a whole: codes, and sentences about columns that nobody took.
        missing_columns: Titles of official columns that the file lacks.
        returned: What a return copy asked to mend, if this file is one that came back.
        sha256: Digest of the file as it was read; empty if nobody took it.
    """

    path: Path
    outcome: Outcome
    reject_code: str | None = None
    message: str | None = None
    form: Form | None = None
    sheet: str | None = None
    header_rows: tuple[int, ...] = ()
    submitter: str | None = None
    report_date: dt.date | None = None
    rows: list[ReadRow] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    tables: list[ReadForm] = field(default_factory=list)
    choices: tuple[str, ...] = ()
    declared_form: str | None = None
    detected_form: str | None = None
    attendance: bool = False
    warnings: tuple[str, ...] = ()
    missing_columns: tuple[str, ...] = ()
    returned: Returned | None = None
    sha256: str = ""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is said of the file as a whole, as sentences; codes are left out."""
        return tuple(said for said in self.warnings if not said.isascii())

    def as_json(self) -> dict[str, object]:
        """Return the form-import/1 document."""
        document: dict[str, object] = {
            "schema": "form-import/1",
            "file": self.path.name,
            "outcome": self.outcome,
            "reject_code": self.reject_code,
            "message": self.message,
            **self._table_json(),
        }
        if self.tables:
            document["forms"] = [table._table_json() for table in self.tables]
        if self.choices:
            document["choices"] = list(self.choices)
        if self.outcome == "form_mismatch":
            document |= {"declared_form": self.declared_form, "detected_form": self.detected_form}
        if self.warnings:
            document["warnings"] = list(self.warnings)
        return document

    def _table_json(self) -> dict[str, object]:
        code = self.form.code if self.form else None
        return {
            "form": code,
            "sheet": self.sheet,
            "header_rows": list(self.header_rows),
            "submitter": self.submitter,
            "report_date": self.report_date.isoformat() if self.report_date else None,
            "rows": self._rows_json(),
            "skipped": [_skipped_json(line) for line in self.skipped],
        }

    def _rows_json(self) -> list[dict[str, object]]:
        if self.tables:
            return [row for table in self.tables for row in table._rows_json()]
        return [_row_json(row, self.form) for row in self.rows]


def _skipped_json(line: Skipped) -> dict[str, object]:
    shown: dict[str, object] = {"sheet": line.sheet, "row": line.row, "why": line.why}
    return shown | ({"text": line.text} if line.text else {})


def _row_json(row: ReadRow, form: Form | None) -> dict[str, object]:
    return {
        "sheet": row.sheet,
        "row": row.row,
        "values": _values_json(row.values, form) if form else {},
        "flags": [{"field": _field(flag.key), "code": flag.code, "message": flag.message} for flag in row.flags],
    }


def _field(key: str) -> str:
    if key.startswith(CATEGORY_PREFIX):
        return "categories"
    return "meetings" if key in _MEETINGS else _RENAMED.get(key, key)


def _values_json(values: Mapping[str, object], form: Form) -> dict[str, object]:
    amounts = {column.key for column in form.columns if column.kind.editor == "amount"}
    shown: dict[str, object] = {}
    groups: dict[str, dict[str, object]] = {}
    for key, value in values.items():
        if key == "no":
            continue
        if key.startswith(CATEGORY_PREFIX):
            groups.setdefault("categories", {})[key.removeprefix(CATEGORY_PREFIX)] = value
        elif key in _MEETINGS:
            groups.setdefault("meetings", {})[_MEETINGS[key]] = value
        elif key in amounts:
            shown |= _amount_json(key, value)
        elif key == "status" and form.code in ("hazard_list", "major_hazards"):
            shown[key] = None if value is None else "done" if value == _DONE else "open"
        else:
            shown[_RENAMED.get(key, key)] = _plain_json(value)
    if (
        "unit" in shown
        and "position" in shown
        and shown.get("unit_position") == "".join(str(shown[key] or "") for key in ("unit", "position"))
    ):
        shown.pop("unit_position", None)
    return shown | groups


def _amount_json(key: str, fen: object) -> dict[str, object]:
    if key in _IN_WAN:
        return {f"{key}_wan": in_yuan(fen) / 10_000 if isinstance(fen, int) else None}
    return {f"{key}_yuan": in_yuan(fen) if isinstance(fen, int) else None}


def _plain_json(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
