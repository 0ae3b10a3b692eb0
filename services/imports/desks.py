"""How rows of each readable form meet the records of the office.

A `Desk` says, for one form: which register it feeds, how a row finds its
record, what must be true before it can be saved, and who saves it.

To add one: write its functions here and in `prepare`, and add it to `DESKS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models import Enterprise, Finding, Group, Inspection, ReportingUnit, Secondment
from models.base import Base
from models.case import Case
from models.forms import Row
from services import cases, enterprises, findings, groups, inspections, people
from services.imports import bulk, coming, counted, prepare, results, town_figures
from services.imports.group_names import line_of
from services.imports.known import ABSENT, Known
from services.imports.likeness import one_name
from services.imports.prepare import Prepared
from services.imports.read_form import ReadForm
from services.listing import Listing
from services.matching import name_key


def _no_question(_record: Row, _row: Row) -> str:
    return ""


def _nothing_more(_row: Row) -> dict[str, tuple[object, object]]:
    return {}


@dataclass(frozen=True)
class Desk:
    """One form's way into the records.

    Attributes:
        noun: What its rows are called ("抽调人员").
        listing: Register that it feeds.
        entity: Its table.
        convert: File's row → row of the register, with what the file says around the table.
        key: Key under which a row meets its record; rows with equal keys are the same.
        agrees: Whether a record of the same key is this row; None if nobody but the clerk can tell.
        prepare: Checks a row against the office: row, more flags, reason why it cannot be saved.
        save: The service that saves it.
        bulk: Saves many new rows at once, where the unit of work would be too slow.
        completes: What a fixed row adds to a record that it meets: ours and theirs by key.
        foreign: Keys that belong to another record; a row never changes them.
        fixed: Rows that meet a record were compared already and change nothing.
        compared: Rows are only compared and never written.
        twice: Equal rows of one file are two records, as received; else the second is left out.
        fills: Keys that fill an empty field and never change a filled one.
        brings: Notes what a new row brings to the rows planned after it.
        asks: Question about a record that may or may not be the row.
    """

    noun: str
    listing: Listing
    entity: type[Base]
    convert: Callable[[Row, ReadForm], Row]
    key: Callable[[Row, Known], tuple[object, ...]]
    agrees: Callable[[Row, Row], bool | None]
    prepare: Callable[[Row, Known], Prepared]
    save: Callable[..., int]
    bulk: Callable[..., object] | None = None
    foreign: frozenset[str] = frozenset()
    completes: Callable[[Row], dict[str, tuple[object, object]]] = _nothing_more
    fixed: bool = False
    compared: bool = False
    twice: bool = False
    fills: frozenset[str] = frozenset()
    brings: Callable[[Row, Known], None] = coming.nothing
    asks: Callable[[Row, Row], str] = _no_question

    @cached_property
    def own(self) -> tuple[str, ...]:
        """Keys of fields that a row of this form has a say in."""
        return tuple(key for key in self.listing.form.keys if key not in self.foreign and key != "no")

    @cached_property
    def compares(self) -> tuple[str, ...]:
        """Keys in which two rows of one record may differ."""
        return tuple(key for key in self.own if key != "tags" and key not in self.fills)

    def present(self, known: Known) -> dict[tuple[object, ...], list[tuple[int, Row]]]:
        """Return all records of the register by key, as (id, row); the oldest first."""
        keys = self.listing.form.keys
        rows = self.listing.select(known.campaign_id).subquery()
        query = select(rows.c.id, *(rows.c[key] for key in keys)).order_by(rows.c.id)
        found: dict[tuple[object, ...], list[tuple[int, Row]]] = {}
        for number, *values in known.session.execute(query):
            row: Row = dict(zip(keys, values, strict=True))
            found.setdefault(self.key(row, known), []).append((number, row))
        return found

    def uids(self, session: Session, numbers: Sequence[int]) -> dict[int, str]:
        """Return the uids of records."""
        table = self.entity.__table__
        found: dict[int, str] = {}
        for start in range(0, len(numbers), 500):
            part = list(numbers[start : start + 500])
            found |= {row.id: row.uid for row in session.execute(select(table.c.id, table.c.uid).where(table.c.id.in_(part)))}
        return found


def absent_columns(table: ReadForm) -> tuple[str, ...]:
    """Return the keys of columns that a table does not have."""
    missing = set(table.missing_columns)
    return tuple(column.key for column in table.form.columns if column.title.replace("\n", "") in missing) if table.form else ()


def _as_it_is(row: Row, _read: ReadForm) -> Row:
    return row


def _always(_record: Row, _row: Row) -> bool:
    return True


def _person(row: Row, read: ReadForm) -> Row:
    return {**row, "unit": row.get("unit") or read.submitter}


def _person_key(row: Row, _known: Known) -> tuple[object, ...]:
    return (name_key(str(row.get("name") or "")),)


def _same_person(record: Row, row: Row) -> bool | None:
    """Certificate, phone, unit decide in this order; without them only the clerk can."""
    if record.get("cert_no") and row.get("cert_no"):
        return record["cert_no"] == row["cert_no"]
    phones = bool(record.get("phone") and row.get("phone"))
    if phones and record["phone"] == row["phone"]:
        return True
    units = bool(record.get("unit") and row.get("unit"))
    if units and record["unit"] == row["unit"]:
        return None if phones else True
    if phones:
        return False
    given = [key for key in ("unit", "unit_position", "cert_no", "phone") if row.get(key)]
    return True if all(record.get(key) == row[key] for key in given) else None


def _ask_person(record: Row, row: Row) -> str:
    where = record.get("unit_position") or record.get("unit") or "单位未填"
    return f"{row.get('name')}：已有同名的人（{where}），执法证号、手机号码和单位都不能断定是不是同一人，请选定"


def _enterprise_key(row: Row, known: Known) -> tuple[object, ...]:
    return (known.place(row, "name"),)


def _same_enterprise(record: Row, row: Row) -> bool | None:
    codes = bool(record.get("credit_code") and row.get("credit_code"))
    if codes and record["credit_code"] != row["credit_code"]:
        return None
    names = [str(record.get(key)) for key in ("name", "former_name") if record.get(key)]
    return True if any(one_name(name, str(row.get("name") or "")) for name in names) else None


def _ask_enterprise(record: Row, row: Row) -> str:
    if record.get("credit_code") == row.get("credit_code"):
        return f"信用代码 {row.get('credit_code')} 在名录里是“{record.get('name')}”，名称不同，请选定是不是同一家"
    return f"名录里的“{record.get('name')}”信用代码是 {record.get('credit_code')}，来表是 {row.get('credit_code')}，请选定是不是同一家"


def _group_key(row: Row, _known: Known) -> tuple[object, ...]:
    name = str(row.get("name") or "")
    return (groups.number_in(name) or name_key(name),)


def _visit_key(row: Row, known: Known) -> tuple[object, ...]:
    return (known.place(row), row.get("checked_on"))


def _finding(row: Row, read: ReadForm) -> Row:
    return {**row, "line": line_of(read), "report_date": read.report_date}


def _ledger_row(row: Row, read: ReadForm) -> Row:
    return {**_finding(row, read), ABSENT: absent_columns(read)}


def _visit(row: Row, read: ReadForm) -> Row:
    """A visit of no group belongs to the group that wrote the file; that other rows name one makes it a question."""
    said = any(one.values.get("group") for one in read.rows[:_LOOKED_AT])
    return row if row.get("group") else {**row, "line": line_of(read), "others_say": said}


def _major(row: Row, read: ReadForm) -> Row:
    """A list of major hazards as findings with their plan, fund and supervisor."""
    own = {key: row.get(key) for key in _OF_MAJOR}
    return _finding({**own, "plan": row.get("measure"), "level": row.get("level") or findings.MAJOR, ABSENT: ("penalty", "category")}, read)


def _confined(row: Row, _read: ReadForm) -> Row:
    """A list of confined spaces as rows of the registry."""
    spaces = row.get("spaces_total")
    said = [f"有限空间 {spaces} 个" if isinstance(spaces, int) else "", str(row.get("hazards") or ""), str(row.get("remark") or "")]
    return {
        "name": row.get("enterprise"),
        **{key: row.get(key) for key in ("credit_code", "town", "industry", "address", "phone")},
        "contact": row.get("person"),
        "tags": ("有限空间",),
        "state": "在业",
        "remark": "；".join(part for part in said if part) or None,
    }


def _finding_key(row: Row, known: Known) -> tuple[object, ...]:
    return (known.place(row), name_key(str(row.get("hazard") or "")))


def _same_visit(record: Row, row: Row) -> bool:
    # the same words found again on another day are another finding
    return not row.get("checked_on") or not record.get("checked_on") or record["checked_on"] == row["checked_on"]


def _case_key(row: Row, known: Known) -> tuple[object, ...]:
    return (known.place(row), name_key(str(row.get("violation") or "")))


def _case_of_annex(row: Row, _read: ReadForm) -> Row:
    return {
        "enterprise": row.get("enterprise"),
        "town": row.get("town"),
        "violation": row.get("violation"),
        "proposed": row.get("amount"),
        "progress": row.get("progress"),
    }


def _stats_key(row: Row, known: Known) -> tuple[object, ...]:
    return (known.place(row),)


def _town_key(row: Row, known: Known) -> tuple[object, ...]:
    return (town_figures.name_of(known, str(row.get("town") or "")),)


def _never(_session: Session, **_given: object) -> int:
    raise AssertionError("rows of this form are compared, never saved")


_LOOKED_AT = 50
_OF_MAJOR = ("enterprise", "credit_code", "town", "hazard", "basis", "due", "person", "phone", "status", "fund", "supervisor", "remark")
_MORE_OF_MAJOR = ("plan", "fund", "supervisor")
_OF_ENTERPRISE = frozenset({"enterprise", "town"})
_LEDGER = Desk(
    "问题",
    findings.LISTING,
    Finding,
    _ledger_row,
    _finding_key,
    _same_visit,
    prepare.finding,
    results.save_finding,
    bulk.add_findings,
    foreign=_OF_ENTERPRISE | {"checked_on"},
    twice=True,
    brings=coming.ledger,
)
_REGISTRY = Desk(
    "企业",
    enterprises.LISTING,
    Enterprise,
    _as_it_is,
    _enterprise_key,
    _same_enterprise,
    prepare.nothing,
    enterprises.save,
    bulk.add_enterprises,
    brings=coming.enterprise,
    asks=_ask_enterprise,
)


def _select_majors(campaign_id: int | None) -> Select[Any]:
    return findings.select_rows(campaign_id).add_columns(*(getattr(Finding, key) for key in _MORE_OF_MAJOR))


# every finding may be a major one; with the columns that only a list of major hazards has
_MAJORS = replace(
    findings.LISTING,
    form=replace(
        findings.LISTING.form,
        code="major_hazards_met",
        columns=(*findings.LISTING.form.columns, *(findings.FORM_FULL.column(key) for key in _MORE_OF_MAJOR)),
    ),
    select=_select_majors,
)
_CASES = Desk(
    "案件",
    cases.LISTING,
    Case,
    _as_it_is,
    _case_key,
    _always,
    prepare.case,
    cases.save,
    foreign=_OF_ENTERPRISE,
    twice=True,
    brings=coming.case,
)
DESKS: dict[str, Desk] = {
    "personnel": Desk(
        "抽调人员",
        people.LISTING,
        Secondment,
        _person,
        _person_key,
        _same_person,
        prepare.person,
        people.save,
        foreign=frozenset({"group", "state"}),
        asks=_ask_person,
    ),
    "enterprises": _REGISTRY,
    "confined_space": replace(_REGISTRY, noun="有限空间企业", convert=_confined, fills=frozenset(enterprises.LISTING.form.keys) - {"tags"}),
    "groups": Desk("检查组", groups.LISTING, Group, _as_it_is, _group_key, _always, prepare.nothing, groups.save, brings=coming.group),
    "inspections": Desk(
        "检查记录",
        inspections.LISTING,
        Inspection,
        _visit,
        _visit_key,
        _always,
        prepare.visit,
        results.save_visit,
        bulk.add_visits,
        foreign=_OF_ENTERPRISE | {"credit_code"},
        brings=coming.record,
    ),
    "hazard_list": _LEDGER,
    "major_hazards": replace(
        _LEDGER,
        noun="重大事故隐患",
        listing=_MAJORS,
        convert=_major,
        prepare=prepare.major,
        brings=coming.finding,
        twice=False,
        save=results.save_major,
        bulk=None,
        fills=frozenset(_MAJORS.form.keys) - {"level"},
    ),
    "cases": _CASES,
    "case_stats": replace(_CASES, convert=_case_of_annex, prepare=prepare.case_of_annex, save=results.save_case),
    "inspection_stats": Desk(
        "检查情况",
        counted.LISTING,
        Inspection,
        _finding,
        _stats_key,
        _always,
        prepare.stats,
        counted.save,
        completes=counted.completed,
        fixed=True,
        brings=coming.stats,
    ),
    "town_summary": Desk(
        "镇办汇总", town_figures.LISTING, ReportingUnit, _as_it_is, _town_key, _always, prepare.town, _never, fixed=True, compared=True
    ),
}
# Rows of one form rest on rows of those before it.
ORDER = (
    "enterprises", "confined_space", "personnel", "groups", "inspections", "hazard_list", "major_hazards", "cases",
    "inspection_stats", "case_stats", "town_summary",
)  # fmt: skip
