"""What an import would do, row by row, before anything is written.

Each row is new, changed (old → new per field), the same, or rejected with a
reason. An empty cell never erases what the office knows. Files of one batch
are planned together, in the order in which their rows rest on each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from models import Campaign
from models.annexes import READABLE
from models.forms import Form
from services import attachments, campaigns, garbage, undoing
from services.errors import Refused
from services.imports import counted, prepare, sums
from services.imports import returned as returning
from services.imports.ahead import Ahead
from services.imports.desks import DESKS, ORDER, Desk
from services.imports.group_names import line_of
from services.imports.headings import Learned
from services.imports.known import know
from services.imports.meeting import Office, comparable, meet
from services.imports.mending import mended
from services.imports.planned import ACTIONS, DEFAULT, Batch, Candidate, Choice, Plan, PlanRow, RefusedFile
from services.imports.raw import RawBook
from services.imports.read_form import ReadForm, ReadRow, Returned
from services.imports.reading import read_form
from services.imports.worker import Reader
from services.progress import Progress, silent

__all__ = [
    "ACTIONS", "Batch", "Candidate", "Choice", "NeedsCampaign", "NotImportable", "Plan", "PlanRow", "RefusedFile", "Returned",
    "as_json", "forms_of", "make_batch", "make_plan", "place_of", "read_file",
]  # fmt: skip


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


def read_file(
    path: Path,
    *,
    reader: Reader,
    forms: Sequence[Form] = READABLE,
    expected: str | None = None,
    year: int | None = None,
    learned: Sequence[Learned] = (),
    following: Path | None = None,
) -> ReadForm:
    """Read one foreign file in the worker; never raises for what is in it.

    The file that is read next may be named: the worker then goes on with it.

    Raises:
        FileMissing: There is no such file.
        FileTrouble: It is a folder or a device.
    """
    attachments.require_file(path)
    ahead = Ahead(forms, expected, year)
    with garbage.held_back():
        book = reader.read(path, ahead=ahead, following=following)
        mark = returning.taken_out(book) if isinstance(book, RawBook) else None
        read = read_form(book, forms=forms, expected=expected, year=year, ahead=ahead, learned=learned)
    read.returned, read.sha256 = mark, book.sha256 if isinstance(book, RawBook) else ""
    return read


def forms_of(campaign: Campaign | None) -> tuple[Form, ...]:
    """Return the readable forms, the annexes as this campaign prints them."""
    if campaign is None:
        return READABLE
    own = {form.code: form for form in campaigns.forms(campaign)}
    return tuple(own.get(form.code, form) for form in READABLE)


def make_plan(
    session: Session,
    *,
    path: Path,
    read: ReadForm,
    campaign_id: int | None,
    sha256: str | None = None,
    choices: Mapping[str, Choice] | None = None,
    superseded: Mapping[str, str] | None = None,
    others: Sequence[Plan] = (),
    claims: Sequence[ReadForm] = (),
    results: bool = False,
    progress: Progress = silent,
) -> Plan:
    """Plan the import of a file that was read; nothing is written.

    Args:
        session: Session of a snapshot or of the write that follows.
        path: The file.
        read: What was read from it.
        campaign_id: The campaign it belongs to.
        sha256: Of the file, if known already.
        choices: What the clerk decided, by ref of the row.
        superseded: Rows whose place a row of a later file takes.
        others: Files of the batch that were written already.
        claims: Other files of the batch: whom their statistics name was visited.
        results: Findings may make the visit they belong to.
        progress: Told after each thousand rows.

    Raises:
        NotImportable: The file was refused, is empty, or is another form.
        NeedsCampaign: Its rows need a campaign and none is given.
    """
    plan = _begun(undoing.head(session), path, read, campaign_id, sha256, results=results)
    plan.choices, plan.superseded = dict(choices or {}), dict(superseded or {})
    plan.others, plan.claims = tuple(others), tuple(claims)
    office = Office(know(session, campaign_id=campaign_id))
    office.known.results = results
    _claim(office, [read, *claims])
    for other in others:
        for code, row in other.rows:
            if row.action != "rejected":
                office.take(other, code, DESKS[code], row)
    _fill(session, office, plan, progress)
    return plan


def make_batch(
    session: Session,
    *,
    files: Sequence[tuple[Path, ReadForm]],
    campaign_id: int | None,
    sha256: Mapping[Path, str] | None = None,
    choices: Mapping[Path, Mapping[str, Choice]] | None = None,
    results: bool = False,
    progress: Progress = silent,
) -> Batch:
    """Plan files together: what one brings, the next rests on; what repeats is named.

    Args:
        session: Session of a snapshot.
        files: What was read.
        campaign_id: The campaign they belong to.
        sha256: Digests that are known already.
        choices: What the clerk decided, by file and ref of the row.
        results: Findings may make the visit they belong to.
        progress: Told after each thousand rows.

    Returns:
        The plans in the order in which they are to be applied.
    """
    office = Office(know(session, campaign_id=campaign_id))
    office.known.results = results
    _claim(office, [read for _path, read in files])
    batch, head = Batch(campaign_id), undoing.head(session)
    with garbage.held_back():
        for path, read in sorted(files, key=lambda one: (place_of(one[1]), one[0].name)):
            try:
                plan = _begun(head, path, read, campaign_id, (sha256 or {}).get(path), results=results)
            except Refused as problem:
                batch.refused.append(RefusedFile(path, problem, read))
                continue
            plan.choices, plan.others = dict((choices or {}).get(path, {})), tuple(batch.plans)
            plan.claims = tuple(other for _path, other in files if other is not read)
            _fill(session, office, plan, progress)
            batch.plans.append(plan)
    return batch


def place_of(read: ReadForm) -> int:
    """Return where a file stands in the order in which files rest on each other."""
    codes = [table.form.code for table in (read.tables or [read]) if table.form is not None]
    return min((ORDER.index(code) for code in codes if code in ORDER), default=len(ORDER))


def as_json(plan: Plan) -> dict[str, Any]:
    """Return the import-plan/1 document."""
    rows = [
        {
            "file": plan.path.name,
            "sheet": row.read.sheet,
            "row": row.read.row,
            "ref": row.ref,
            "action": row.action,
            "uid": row.uid,
            "changes": {key: [_plain(old), _plain(new)] for key, (old, new) in row.changes.items()},
            "flags": [{"field": flag.key, "code": flag.code, "message": flag.message} for flag in row.flags],
            **({"reason": row.reason} if row.reason else {}),
            **({"question": row.question} if row.question else {}),
            **(
                {"candidates": [{"id": one.record_id, "name": one.name, "why": one.why} for one in row.candidates]}
                if row.candidates
                else {}
            ),
        }
        for _code, row in plan.rows
    ]
    skipped = [{"sheet": s.sheet, "row": s.row, "why": s.why} for table in plan.tables for s in table.skipped]
    document = {"schema": "import-plan/1", "file": plan.path.name, "rows": rows, "skipped": skipped, "counts": plan.counts}
    if plan.read.warnings:
        document["warnings"] = list(plan.read.warnings)
    if plan.made:
        document["made"] = plan.made
    if plan.named:
        document["disagree"] = plan.named
    if plan.totals:
        document["totals"] = [{"sheet": sheet, "row": number, "message": said} for sheet, number, said in plan.totals]
    if plan.returned is not None:
        document["returned"] = {"mark": plan.returned.mark, "mended": plan.returned.mended, "left": plan.returned.left}
    return document


def _begun(head: str, path: Path, read: ReadForm, campaign_id: int | None, sha256: str | None, *, results: bool) -> Plan:
    tables = [table for table in (read.tables or [read]) if table.form is not None and table.rows]
    if read.outcome not in ("imported", "imported_with_flags") or not tables:
        raise NotImportable(read)
    for table in tables:
        assert table.form is not None
        if campaign_id is None and table.form.code not in ("enterprises", "confined_space"):
            raise NeedsCampaign(noun=DESKS[table.form.code].noun)
    plan = Plan(path, sha256 or read.sha256 or attachments.digest(path), campaign_id, read, tables, [], head, results=results)
    plan.returned = returning.returned_of(read)
    return plan


def _claim(office: Office, reads: Sequence[ReadForm]) -> None:
    """Note what the files of a batch say of each other's rows, whichever comes first.

    Whom statistics name was visited; which groups there are; what cases say; and by what other name a row with
    its code calls an enterprise.
    """
    known = office.known
    for table in (table for read in reads for table in (read.tables or [read]) if table.form is not None):
        code = table.form.code if table.form else ""
        known.groups.hear(table)
        together: list[object] = []
        for row in table.rows if code not in ("enterprises", "confined_space") else ():
            known.learn(row.values)
        for row in table.rows if code == "inspection_stats" else ():
            day = row.values.get("checked_on")
            said = (day if isinstance(day, date) else table.report_date, line_of(table))
            known.coming.claimed.setdefault(known.place(row.values), said)
            together.append(known.place(row.values))
            known.coming.beside[together[-1]] = together
        for row in table.rows if code in ("case_stats", "cases") else ():
            place = known.place(row.values)
            known.coming.violations[place] = (*known.coming.violations.get(place, ()), str(row.values.get("violation") or ""))


def _fill(session: Session, office: Office, plan: Plan, progress: Progress) -> None:
    """Plan the rows of a file, in the order of forms, and list them as the file has them."""
    found: dict[int, list[tuple[str, PlanRow]]] = {}
    ordered = sorted(enumerate(plan.tables), key=lambda one: ORDER.index(one[1].form.code) if one[1].form else 0)
    for place, table in ordered:
        assert table.form is not None
        code, desk = table.form.code, DESKS[table.form.code]
        with garbage.held_back():
            found[place] = [(code, row) for row in _planned(office, plan, desk, code, table, progress)]
        uids = desk.uids(session, [row.record_id for _code, row in found[place] if row.record_id is not None])
        for _code, row in found[place]:
            row.uid = uids.get(row.record_id) if row.record_id is not None else None
    plan.rows = [row for place in sorted(found) for row in found[place]]
    plan.named = [f"{row.values.get('enterprise')}：{said}" for code, row in plan.rows if (said := counted.said_otherwise(code, row))]
    plan.totals = [(table.sheet, number, said) for table in plan.tables for number, said in sums.differences(table)]
    plan.made = [f"没有检查分组表，按来表建立“{name}”" for name in office.known.groups.take_new()]
    if plan.returned is not None:
        returning.judge(plan)


def _planned(office: Office, plan: Plan, desk: Desk, code: str, table: ReadForm, progress: Progress) -> list[PlanRow]:
    assert table.form is not None
    planned: list[PlanRow] = []
    known = office.known
    before = returning.records_of(office.known.session, desk, plan, table) if plan.returned is not None else {}
    on_row: dict[tuple[str, int], int] = {}
    for number, read in enumerate(table.rows):
        if number % 1000 == 0:
            progress(number, len(table.rows), table.path.name)
        ordinal = on_row.get((read.sheet, read.row), 0)
        on_row[(read.sheet, read.row)] = ordinal + 1
        ref = f"{code}|{read.sheet}|{read.row}|{ordinal}"
        choice = plan.choices.get(ref, DEFAULT)
        given: ReadRow = mended(read, table.form, choice.mended, year=known.year) if choice.mended else read
        row, noticed = prepare.as_registered(desk.convert(given.values, table), known, own_towns=code == "town_summary")
        row, flags, reason = desk.prepare(row, known)
        one = PlanRow(given, "new", row, flags=[*given.flags, *noticed, *flags], ref=ref, choice=choice)
        if choice is DEFAULT and ref in before:
            one.choice = Choice(record_id=before[ref])
        if reason:
            one.reject(reason)
            _suggest(office, one)
        else:
            meet(office, plan, code, desk, one)
        planned.append(one)
    return planned


def _suggest(office: Office, one: PlanRow) -> None:
    """Name enterprises that a rejected row may mean."""
    name = one.values.get("enterprise")
    if not name or office.known.is_known(one.values):
        return
    near = office.known.names.near({**one.values, "name": name})
    one.candidates = [
        Candidate(found.place if isinstance(found.place, int) else None, found.name, why, score, found.row) for found, why, score in near
    ]
    if near:
        one.reason += f"；是不是“{near[0][0].name}”？"


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str | int | float | bool) else str(comparable(value))
