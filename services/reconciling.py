"""三方对账: our visits against tables that were exported elsewhere.

Any workbook will do: which heading holds which fact is said by hand once and
remembered under the fingerprint of its headings. A line meets a visit by its
document number, else by credit code (or name) and day. What is missing on
either side, entered late, or different is a row of the outcome; nothing of
the data is ever changed by it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Enterprise, Finding, Inspection, Setting
from models.forms import Column, Context, Form, Row
from models.kinds import COUNT, DATE, LONG, ORGANISATION, TEXT
from models.values import plain
from services import attachments, clock, inspections
from services.errors import Refused
from services.exports.deliver import deliver_workbook
from services.exports.printed import Printed
from services.imports.headings import heading
from services.imports.native import native
from services.imports.raw import RawBook, RawRow, RawSheet
from services.imports.worker import Reader
from services.matching import name_key
from services.progress import Progress, silent

MISSING_HERE, MISSING_THERE, LATE, DIFFERENT, SAME = "本系统没有", "对方没有", "录入迟", "内容不同", "一致"
KINDS = (MISSING_HERE, MISSING_THERE, DIFFERENT, LATE)
ROLES: Mapping[str, str] = {
    "document_no": "文书编号", "platform_no": "平台编号", "credit_code": "统一社会信用代码", "enterprise": "企业名称",
    "checked_on": "检查日期", "entered_on": "录入日期", "findings": "问题数",
}  # fmt: skip
_GUESSES: Mapping[str, tuple[str, ...]] = {
    "document_no": ("文书编号", "文书号", "文号", "检查记录编号", "执法文书编号", "文书文号"),
    "platform_no": ("平台编号", "任务编号", "检查编号", "平台任务号", "案号", "记录编号"),
    "credit_code": ("统一社会信用代码", "信用代码", "社会信用代码", "统一信用代码"),
    "enterprise": ("企业名称", "单位名称", "检查对象", "被检查单位", "检查对象名称", "生产经营单位", "相对人名称", "行政相对人"),
    "checked_on": ("检查日期", "检查时间", "执法日期", "检查开始时间", "开始时间"),
    "entered_on": ("录入日期", "录入时间", "填报时间", "创建时间", "上传时间", "提交时间"),
    "findings": ("问题数", "发现问题", "隐患数", "发现隐患数", "问题数量", "隐患数量", "发现问题数"),
}
_NUMBER, _DAY, _FIRM = "文书编号", "企业和日期", "企业"
_SORTS = (_NUMBER, _DAY, _FIRM)
_SETTING = "reconcile."
_LOOK_AT = 30
_LONGEST_HEADING = 40

RECONCILED = Form(
    code="reconciled",
    title="三方对账结果",
    columns=(
        Column("kind", "结果", TEXT, width_mm=22),
        Column("source", "对方表", TEXT, width_mm=34),
        Column("row", "对方行号", COUNT, width_mm=14),
        Column("enterprise", "企业名称", ORGANISATION, width_mm=56),
        Column("credit_code", "统一社会信用代码", TEXT, width_mm=42),
        Column("checked_on", "检查日期", DATE, width_mm=24),
        Column("number", "文书编号", TEXT, width_mm=44),
        Column("by", "对上的依据", TEXT, width_mm=30),
        Column("said", "说明", LONG, width_mm=90),
    ),
    source="office",
)


class NotMapped(Refused):
    """Nobody has said yet which heading holds which fact."""

    code = "not_mapped"
    template = "“{path}”里认不出可以对账的列（{why}）。"
    mend = "指明哪一列是文书编号，或哪两列是企业（信用代码、名称）和检查日期；指明一次以后会记住。"


@dataclass(frozen=True)
class Columns:
    """Which heading of a table holds which fact.

    Attributes:
        sheet: Name of the sheet.
        header_row: Row of the headings.
        columns: Heading by role (see `ROLES`).
        fingerprint: Of the headings; under it the mapping is remembered.
        by_hand: It was said by a person, not guessed.
    """

    sheet: str
    header_row: int
    columns: Mapping[str, str]
    fingerprint: str
    by_hand: bool = False

    @property
    def enough(self) -> str:
        """Why this cannot be reconciled; empty if it can."""
        roles = set(self.columns)
        if "document_no" in roles or "platform_no" in roles or ("checked_on" in roles and roles & {"credit_code", "enterprise"}):
            return ""
        return "没有文书编号，也没有企业和检查日期"


@dataclass(frozen=True)
class Table:
    """A table from elsewhere as it was read.

    Attributes:
        headings: Heading by column index.
    """

    path: Path
    book: RawBook
    mapping: Columns
    headings: Mapping[int, str]


@dataclass
class Outcome:
    """What a reconciliation found.

    Attributes:
        rows: Rows of `RECONCILED`, matters first; under "visit_id" each names our visit, if there is one.
        counts: Rows by kind, those that agree included.
        mappings: How each file was read.
    """

    rows: list[Row] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    mappings: dict[str, Columns] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the reconcile/1 document."""
        rows = [{key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()} for row in self.rows]
        mapped = {name: {"header_row": one.header_row, "columns": dict(one.columns)} for name, one in self.mappings.items()}
        return {"schema": "reconcile/1", "counts": self.counts, "mappings": mapped, "rows": rows}


@dataclass(frozen=True)
class _Visit:
    id: int
    enterprise: str
    names: frozenset[str]
    credit_code: str | None
    checked_on: date
    document_no: str | None
    platform_no: str | None
    entered_on: date | None
    findings: int


def read(session: Session, path: Path, *, reader: Reader, mapping: Mapping[str, str] | None = None) -> Table:
    """Read a table and find out which heading holds which fact.

    Args:
        session: Session of a read; what is remembered is in it.
        path: The file.
        reader: The worker that opens it.
        mapping: Heading by role as a person says; it goes before what is remembered.

    Raises:
        NotMapped: It was refused, or too little of it is recognised.
        FileMissing: There is no such file.
    """
    attachments.require_file(path)
    book = reader.read(path)
    if not isinstance(book, RawBook):
        raise NotMapped(path=path.name, why=book.message)
    best: tuple[int, Table] | None = None
    for sheet in book.sheets:
        for row in _first_rows(sheet):
            headings = {
                col: plain(value).strip() for col, value in row.cells.items() if isinstance(value, str) and len(value) <= _LONGEST_HEADING
            }
            found = _mapping(session, sheet, row, headings, mapping)
            if best is None or len(found.columns) + 9 * found.by_hand > best[0]:
                best = len(found.columns) + 9 * found.by_hand, Table(path, book, found, headings)
    if best is None or best[1].mapping.enough:
        raise NotMapped(path=path.name, why=best[1].mapping.enough if best else "没有内容")
    return best[1]


def remember(session: Session, *, mapping: Columns) -> None:
    """Keep a mapping for every later table with the same headings.

    Args:
        session: Session of a write.
        mapping: As it was used.
    """
    key, value = _SETTING + mapping.fingerprint, json.dumps(dict(mapping.columns), ensure_ascii=False, sort_keys=True)
    row = session.scalar(select(Setting).where(Setting.key == key))
    if row is None:
        session.add(Setting(key=key, value=value))
    elif row.value != value:
        row.value = value


def reconcile(session: Session, *, campaign_id: int, tables: Sequence[Table], progress: Progress = silent) -> Outcome:
    """Compare the campaign's finished visits with tables from elsewhere.

    Args:
        session: Session of a snapshot.
        campaign_id: Which campaign.
        tables: What was read.
        progress: Told before each table.
    """
    visits = _visits(session, campaign_id)
    outcome = Outcome(counts={**dict.fromkeys(KINDS, 0), SAME: 0})
    for number, table in enumerate(tables):
        progress(number, len(tables), table.path.name)
        outcome.mappings[table.path.name] = table.mapping
        _compare(outcome, visits, table)
    order = {kind: place for place, kind in enumerate(KINDS)}
    outcome.rows.sort(key=lambda row: (str(row["source"]), order[str(row["kind"])], str(row["enterprise"]), str(row["checked_on"] or "")))
    return outcome


def export(outcome: Outcome, *, target: Path) -> None:
    """Write the rows of an outcome as verified xlsx.

    Raises:
        FileTrouble: It cannot be written.
    """
    deliver_workbook(Printed(RECONCILED, outcome.rows), target, made_at=clock.now())


def _first_rows(sheet: RawSheet) -> list[RawRow]:
    found: list[RawRow] = []
    for row in sheet.rows():
        if len(found) == _LOOK_AT:
            break
        found.append(row)
    return found


def _mapping(session: Session, sheet: RawSheet, row: RawRow, headings: Mapping[int, str], said: Mapping[str, str] | None) -> Columns:
    texts = [heading(text) for text in headings.values()]
    mark = hashlib.sha256("|".join(texts).encode()).hexdigest()[:20]
    bare = Columns(sheet.name, row.number, {}, mark)
    if said:
        known = {heading(text): text for text in headings.values()}
        found = {role: known[heading(text)] for role, text in said.items() if heading(text) in known}
        if len(found) == len(said):
            return replace(bare, columns=found, by_hand=True)
    kept = session.scalar(select(Setting.value).where(Setting.key == _SETTING + mark, Setting.deleted_at.is_(None)))
    if kept:
        return replace(bare, columns=json.loads(kept), by_hand=True)
    guessed: dict[str, str] = {}
    for role, words in _GUESSES.items():
        wanted = {heading(word) for word in words}
        text = next((text for text in headings.values() if heading(text) in wanted and text not in guessed.values()), None)
        if text is not None:
            guessed[role] = text
    return replace(bare, columns=guessed)


def _visits(session: Session, campaign_id: int) -> list[_Visit]:
    counts = (
        select(Finding.inspection_id, func.count().label("found"))
        .where(Finding.campaign_id == campaign_id, Finding.deleted_at.is_(None))
        .group_by(Finding.inspection_id)
        .subquery()
    )
    query = (
        select(Inspection, Enterprise, counts.c.found)
        .join(Enterprise, Enterprise.id == Inspection.enterprise_id)
        .outerjoin(counts, counts.c.inspection_id == Inspection.id)
        .where(Inspection.campaign_id == campaign_id, Inspection.deleted_at.is_(None), Inspection.state == inspections.DONE)
        .order_by(Inspection.checked_on, Inspection.id)
    )
    return [
        _Visit(
            visit.id,
            firm.name,
            frozenset(name_key(name) for name in (firm.name, firm.former_name) if name),
            firm.credit_code,
            visit.checked_on,
            visit.document_no,
            visit.platform_no,
            visit.entered_on,
            found or 0,
        )
        for visit, firm, found in session.execute(query)
    ]


class _Index:
    """Visits by all that a line may name them by; each is met once."""

    def __init__(self, visits: Sequence[_Visit]) -> None:
        """Build it."""
        self._by: dict[tuple[str, object], list[_Visit]] = {}
        for visit in visits:
            for number in {visit.document_no, visit.platform_no} - {None}:
                self._add(_NUMBER, name_key(str(number)), visit)
            for place in {visit.credit_code, *visit.names} - {None}:
                self._add(_DAY, (place, visit.checked_on), visit)
                self._add(_FIRM, place, visit)
        self.met: set[int] = set()

    def find(self, line: Row, sort: str) -> _Visit | None:
        """Return the visit that a line names in this way, if nobody met it yet."""
        places = [value for value in (line.get("credit_code"), name_key(str(line.get("enterprise") or ""))) if value]
        day = line.get("checked_on")
        keys: dict[str, list[object]] = {
            _NUMBER: [name_key(str(line[key])) for key in ("document_no", "platform_no") if line.get(key)],
            _DAY: [(place, day) for place in places] if day else [],
            _FIRM: list(places),
        }
        for key in keys[sort]:
            found = next((visit for visit in self._by.get((sort, key), ()) if visit.id not in self.met), None)
            if found is not None:
                self.met.add(found.id)
                return found
        return None

    def _add(self, sort: str, key: object, visit: _Visit) -> None:
        self._by.setdefault((sort, key), []).append(visit)


def _compare(outcome: Outcome, visits: Sequence[_Visit], table: Table) -> None:
    index = _Index(visits)
    lines = _lines(table)
    met: dict[int, tuple[_Visit, str]] = {}
    # what is surest first over all lines, or a line without number would take the visit of one that has it
    for sort in _SORTS:
        for place, (_number, line) in enumerate(lines):
            found = index.find(line, sort) if place not in met else None
            if found is not None:
                met[place] = found, sort
    name = table.path.name
    for place, (number, line) in enumerate(lines):
        if place not in met:
            _note(outcome, MISSING_HERE, name, number, line, "", "对方有这次检查，本系统没有登记")
            continue
        visit, by = met[place]
        _judge(outcome, name, number, line, visit, by)
    for visit in visits:
        if visit.id not in index.met:
            own: Row = {"enterprise": visit.enterprise, "credit_code": visit.credit_code, "checked_on": visit.checked_on}
            own["document_no"] = visit.document_no or visit.platform_no
            _note(outcome, MISSING_THERE, name, None, own, "", "本系统有这次检查，对方没有", visit.id)


def _judge(outcome: Outcome, name: str, number: int, line: Row, visit: _Visit, by: str) -> None:
    said: list[str] = []
    code, day, count = line.get("credit_code"), line.get("checked_on"), line.get("findings")
    if day and day != visit.checked_on:
        said.append(f"检查日期本系统 {visit.checked_on}、对方 {day}")
    if code and visit.credit_code and code != visit.credit_code:
        said.append(f"信用代码本系统 {visit.credit_code}、对方 {code}")
    firm = line.get("enterprise")
    if firm and name_key(str(firm)) not in visit.names:
        said.append(f"企业名称本系统“{visit.enterprise}”、对方“{firm}”")
    if isinstance(count, int) and count != visit.findings:
        said.append(f"问题数本系统 {visit.findings}、对方 {count}")
    shown: Row = {"enterprise": visit.enterprise, "credit_code": visit.credit_code, "checked_on": visit.checked_on, **_given(line)}
    if said:
        _note(outcome, DIFFERENT, name, number, shown, by, "；".join(said), visit.id)
    entered = line.get("entered_on") or visit.entered_on
    late = (entered - visit.checked_on).days if isinstance(entered, date) else 0
    if late > 0:
        _note(outcome, LATE, name, number, shown, by, f"{visit.checked_on} 检查，{entered} 录入，晚 {late} 天", visit.id)
    if not said and late <= 0:
        outcome.counts[SAME] += 1


def _given(line: Row) -> Row:
    return {key: line[key] for key in ("document_no", "platform_no") if line.get(key)}


def _note(outcome: Outcome, kind: str, source: str, number: int | None, line: Row, by: str, said: str, visit_id: int | None = None) -> None:
    outcome.counts[kind] += 1
    outcome.rows.append({
        "kind": kind, "source": source, "row": number, "enterprise": line.get("enterprise"), "credit_code": line.get("credit_code"),
        "checked_on": line.get("checked_on"), "number": line.get("document_no") or line.get("platform_no"), "by": by, "said": said,
        "visit_id": visit_id,
    })  # fmt: skip


def _lines(table: Table) -> list[tuple[int, Row]]:
    """Return the rows under the headings as (row number, facts by role)."""
    places = {role: next(col for col, text in table.headings.items() if text == title) for role, title in table.mapping.columns.items()}
    kinds = {"checked_on": DATE, "entered_on": DATE, "findings": COUNT}
    sheet = next(one for one in table.book.sheets if one.name == table.mapping.sheet)
    found: list[tuple[int, Row]] = []
    for row in sheet.rows():
        if row.number <= table.mapping.header_row:
            continue
        line: Row = {}
        for role, col in places.items():
            value = row.cells.get(col)
            if value is None:
                continue
            kind = kinds.get(role, TEXT)
            cell = sheet.cell(row, col)
            usable, _flags = native(value, cell.format, cell.mark, kind, date1904=table.book.date1904)
            usable = usable.split()[0] if kind is DATE and isinstance(usable, str) and usable.split() else usable
            line[role] = kind.parse(usable, Context(header=table.mapping.columns[role])).value
        if line.get("credit_code"):
            line["credit_code"] = str(line["credit_code"]).strip().upper()
        if any(line.get(role) for role in ("document_no", "platform_no", "credit_code", "enterprise")) and not _is_total(line):
            found.append((row.number, line))
    return found


def _is_total(line: Row) -> bool:
    return any(
        str(line.get(role) or "").replace(" ", "") in ("合计", "总计", "小计") for role in ("enterprise", "document_no", "platform_no")
    )
