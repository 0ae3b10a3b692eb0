"""What an import would do, row by row, before anything is written.

Each row is new, changed (old → new per field), the same, or rejected with a
reason. An empty cell never erases what the office knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from models import Campaign
from models.annexes import READABLE
from models.forms import Form, Row
from services import attachments, campaigns, garbage, undoing
from services.errors import Refused
from services.imports.ahead import Ahead
from services.imports.desks import DESKS, Desk
from services.imports.known import know
from services.imports.read_form import ReadForm, ReadRow, RowFlag
from services.imports.reading import read_form
from services.imports.worker import Reader
from services.progress import Progress, silent

_Taken = dict[tuple[object, ...], list["PlanRow"]]

ACTIONS = ("new", "changed", "same", "rejected")


class NotImportable(Refused):
    """A file cannot be imported; nothing was written."""

    code = "not_importable"
    template = "{sentence}"

    def __init__(self, read: ReadForm) -> None:
        """Keep what was read, so that the sentence and its code can be shown."""
        super().__init__(sentence=read.message or f"文件“{read.path.name}”里没有可以导入的行。", path=str(read.path))
        self.read = read


class NeedsCampaign(Refused):
    """The rows belong to a campaign and none is named."""

    code = "needs_campaign"
    template = "“{noun}”属于一次专项行动，还没有选定是哪一次。"
    mend = "先建立或选定专项行动，再导入这张表。"


@dataclass
class PlanRow:
    """One row of a file and what becomes of it.

    Attributes:
        action: "new", "changed", "same" or "rejected".
        values: The row as it would be saved.
        record_id: Record it meets; None for a new one.
        changes: Old and new value by field, for a changed row.
        reason: Why it is rejected.
    """

    read: ReadRow
    action: str
    values: Row
    record_id: int | None = None
    uid: str | None = None
    changes: dict[str, tuple[object, object]] = field(default_factory=dict)
    flags: list[RowFlag] = field(default_factory=list)
    reason: str = ""


@dataclass
class Plan:
    """What an import of one file would do.

    Attributes:
        path: The file.
        sha256: Of its content.
        read: What was read from it.
        tables: Each table of it that holds rows.
        rows: Every record of the file, by table.
        head: Newest operation when the plan was made.
    """

    path: Path
    sha256: str
    campaign_id: int | None
    read: ReadForm
    tables: list[ReadForm]
    rows: list[tuple[str, PlanRow]]
    head: str

    @property
    def counts(self) -> dict[str, int]:
        """Rows by action, with the flagged and the skipped ones."""
        actions = Counter(row.action for _code, row in self.rows)
        flagged = sum(bool(row.flags) for _code, row in self.rows if row.action != "rejected")
        skipped = sum(len(table.skipped) for table in self.tables)
        return {**{action: actions.get(action, 0) for action in ACTIONS}, "skipped": skipped, "flagged": flagged}

    @property
    def writes(self) -> int:
        """How many rows would be written."""
        return self.counts["new"] + self.counts["changed"]


def read_file(
    path: Path, *, reader: Reader, forms: Sequence[Form] = READABLE, expected: str | None = None, year: int | None = None
) -> ReadForm:
    """Read one foreign file in the worker; never raises for what is in it.

    Raises:
        FileMissing: There is no such file.
        FileTrouble: It is a folder or a device.
    """
    attachments.require_file(path)
    ahead = Ahead(forms, expected, year)
    with garbage.held_back():
        return read_form(reader.read(path, ahead=ahead), forms=forms, expected=expected, year=year, ahead=ahead)


def forms_of(campaign: Campaign | None) -> tuple[Form, ...]:
    """Return the readable forms, the annexes as this campaign prints them."""
    if campaign is None:
        return READABLE
    own = {form.code: form for form in campaigns.forms(campaign)}
    return tuple(own.get(form.code, form) for form in READABLE)


def make_plan(
    session: Session, *, path: Path, read: ReadForm, campaign_id: int | None, sha256: str | None = None, progress: Progress = silent
) -> Plan:
    """Plan the import of a file that was read; nothing is written.

    Args:
        session: Session of a snapshot or of the write that follows.
        path: The file.
        read: What was read from it.
        campaign_id: The campaign it belongs to.
        sha256: Of the file, if known already.
        progress: Told after each thousand rows.

    Raises:
        NotImportable: The file was refused, is empty, or is another form.
        NeedsCampaign: Its rows need a campaign and none is given.
    """
    tables = [table for table in (read.tables or [read]) if table.form is not None and table.rows]
    if read.outcome not in ("imported", "imported_with_flags") or not tables:
        raise NotImportable(read)
    plan = Plan(path, sha256 or attachments.digest(path), campaign_id, read, tables, [], undoing.head(session))
    taken: dict[str, _Taken] = {}
    for table in tables:
        assert table.form is not None
        desk = DESKS[table.form.code]
        if campaign_id is None and table.form.code != "enterprises":
            raise NeedsCampaign(noun=desk.noun)
        plan.rows += [
            (table.form.code, row) for row in _planned(session, desk, table, campaign_id, taken.setdefault(table.form.code, {}), progress)
        ]
    return plan


def as_json(plan: Plan) -> dict[str, Any]:
    """Return the import-plan/1 document."""
    rows = [
        {
            "file": plan.path.name,
            "sheet": row.read.sheet,
            "row": row.read.row,
            "action": row.action,
            "uid": row.uid,
            "changes": {key: [_plain(old), _plain(new)] for key, (old, new) in row.changes.items()},
            "flags": [{"field": flag.key, "code": flag.code, "message": flag.message} for flag in row.flags],
            **({"reason": row.reason} if row.reason else {}),
        }
        for _code, row in plan.rows
    ]
    skipped = [{"sheet": s.sheet, "row": s.row, "why": s.why} for table in plan.tables for s in table.skipped]
    return {"schema": "import-plan/1", "file": plan.path.name, "rows": rows, "skipped": skipped, "counts": plan.counts}


def _planned(session: Session, desk: Desk, table: ReadForm, campaign_id: int | None, taken: _Taken, progress: Progress) -> list[PlanRow]:
    known = know(session, campaign_id=campaign_id)
    present = desk.present(known)
    planned: list[PlanRow] = []
    for number, read in enumerate(table.rows):
        if number % 1000 == 0:
            progress(number, len(table.rows), table.path.name)
        row, flags, reason = desk.prepare(desk.convert(read.values, table), known)
        one = PlanRow(read, "new", row, flags=[*read.flags, *flags])
        key = desk.key(row, known)
        earlier = next((other for other in taken.get(key, ()) if desk.agrees(other.values, row)), None)
        if reason:
            one.action, one.reason = "rejected", reason
        elif earlier is not None:
            sheet = "" if earlier.read.sheet == read.sheet else f"“{earlier.read.sheet}”"
            one.action, one.reason = "rejected", f"与{sheet}第 {earlier.read.row} 行是同一条，只写入一次；如果不是同一条，请改得能分开"
        else:
            taken.setdefault(key, []).append(one)
            _meet(one, desk, present.get(key, []))
        planned.append(one)
    uids = desk.uids(session, [row.record_id for row in planned if row.record_id is not None])
    for one in planned:
        one.uid = uids.get(one.record_id) if one.record_id is not None else None
    return planned


def _meet(one: PlanRow, desk: Desk, candidates: Sequence[tuple[int, Row]]) -> None:
    found = next(((number, record) for number, record in candidates if desk.agrees(record, one.values)), None)
    if found is None:
        return
    one.record_id, record = found
    own = () if desk.fixed else tuple(key for key in desk.listing.form.keys if key in one.values and key not in desk.foreign | {"no"})
    one.changes = {key: (_comparable(record.get(key)), one.values[key]) for key in own if _differs(record.get(key), one.values[key])}
    one.action = "changed" if one.changes else "same"
    given = {key: one.values[key] for key in own if one.values[key] not in (None, "", ())}
    one.values = {key: given.get(key, _comparable(record.get(key))) for key in desk.listing.form.keys}


def _differs(old: object, new: object) -> bool:
    return new not in (None, "", ()) and _comparable(old) != _comparable(new)


def _comparable(value: object) -> object:
    if isinstance(value, list | tuple):
        return "、".join(str(part) for part in value)
    return value


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str | int | float | bool) else str(_comparable(value))
