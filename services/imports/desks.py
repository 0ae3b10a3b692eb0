"""How rows of each readable form meet the records of the office.

A `Desk` says, for one form: which register it feeds, how a row finds its
record, what must be true before it can be saved, and who saves it.

To add one: write its functions here and in `prepare`, and add it to `DESKS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Enterprise, Finding, Group, Inspection, Secondment
from models.base import Base
from models.case import Case
from models.forms import Row
from services import cases, enterprises, findings, groups, inspections, listing, people
from services.imports import counted, prepare
from services.imports.known import Known
from services.imports.prepare import Prepared
from services.imports.read_form import ReadForm
from services.listing import Listing
from services.matching import name_key
from services.records import Source


@dataclass(frozen=True)
class Desk:
    """One form's way into the records.

    Attributes:
        noun: What its rows are called ("抽调人员").
        listing: Register that it feeds.
        entity: Its table.
        convert: File's row → row of the register, with what the file says around the table.
        key: Key under which a row meets its record; rows with equal keys are the same.
        agrees: Whether a record of the same key may be this row.
        prepare: Checks a row against the office: row, more flags, reason why it cannot be saved.
        save: The service that saves it.
        bulk: Saves many new rows at once, where the unit of work would be too slow.
        foreign: Keys that belong to another record; a row never changes them.
        fixed: Rows that meet a record were compared already and change nothing.
    """

    noun: str
    listing: Listing
    entity: type[Base]
    convert: Callable[[Row, ReadForm], Row]
    key: Callable[[Row, Known], tuple[object, ...]]
    agrees: Callable[[Row, Row], bool]
    prepare: Callable[[Row, Known], Prepared]
    save: Callable[..., int]
    bulk: Callable[[Session, Sequence[tuple[Row, Source]]], list[int]] | None = None
    foreign: frozenset[str] = frozenset()
    fixed: bool = False

    def present(self, known: Known) -> dict[tuple[object, ...], list[tuple[int, Row]]]:
        """Return all records of the register by key, as (id, row)."""
        keys = self.listing.form.keys
        found: dict[tuple[object, ...], list[tuple[int, Row]]] = {}
        for number, values in listing.head(known.session, self.listing, scope=known.campaign_id, limit=5_000_000):
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


def _as_it_is(row: Row, _read: ReadForm) -> Row:
    return row


def _always(_record: Row, _row: Row) -> bool:
    return True


def _person(row: Row, read: ReadForm) -> Row:
    return {**row, "unit": row.get("unit") or read.submitter}


def _person_key(row: Row, _known: Known) -> tuple[object, ...]:
    return (name_key(str(row.get("name") or "")),)


def _same_person(record: Row, row: Row) -> bool:
    if record.get("cert_no") and row.get("cert_no"):
        return record["cert_no"] == row["cert_no"]
    return not (record.get("phone") and row.get("phone")) or record["phone"] == row["phone"]


def _enterprise_key(row: Row, known: Known) -> tuple[object, ...]:
    return (known.enterprise(row, "name") or name_key(str(row.get("name") or "")),)


def _same_enterprise(record: Row, row: Row) -> bool:
    return not (record.get("credit_code") and row.get("credit_code")) or record["credit_code"] == row["credit_code"]


def _group_key(row: Row, _known: Known) -> tuple[object, ...]:
    name = str(row.get("name") or "")
    return (groups.number_in(name) or name_key(name),)


def _place(row: Row, known: Known) -> object:
    return known.enterprise(row) or name_key(str(row.get("enterprise") or ""))


def _visit_key(row: Row, known: Known) -> tuple[object, ...]:
    return (_place(row, known), row.get("checked_on"))


def _finding_key(row: Row, known: Known) -> tuple[object, ...]:
    return (_place(row, known), name_key(str(row.get("hazard") or "")))


def _same_visit(record: Row, row: Row) -> bool:
    # the same words found again on another day are another finding
    return not row.get("checked_on") or not record.get("checked_on") or record["checked_on"] == row["checked_on"]


def _case_key(row: Row, known: Known) -> tuple[object, ...]:
    return (_place(row, known), name_key(str(row.get("violation") or "")))


def _case_of_annex(row: Row, _read: ReadForm) -> Row:
    return {
        "enterprise": row.get("enterprise"),
        "town": row.get("town"),
        "violation": row.get("violation"),
        "proposed": row.get("amount"),
        "progress": row.get("progress"),
    }


def _stats(row: Row, read: ReadForm) -> Row:
    return {**row, "submitter": read.submitter, "report_date": read.report_date}


def _stats_key(row: Row, known: Known) -> tuple[object, ...]:
    return (_place(row, known),)


_OF_ENTERPRISE = frozenset({"enterprise", "town"})
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
        foreign=frozenset({"group"}),
    ),
    "enterprises": Desk(
        "企业",
        enterprises.LISTING,
        Enterprise,
        _as_it_is,
        _enterprise_key,
        _same_enterprise,
        prepare.nothing,
        enterprises.save,
        enterprises.add_many,
    ),
    "groups": Desk("检查组", groups.LISTING, Group, _as_it_is, _group_key, _always, prepare.nothing, groups.save),
    "inspections": Desk(
        "检查记录",
        inspections.LISTING,
        Inspection,
        _as_it_is,
        _visit_key,
        _always,
        prepare.visit,
        inspections.save,
        foreign=_OF_ENTERPRISE | {"credit_code"},
    ),
    "hazard_list": Desk(
        "问题",
        findings.LISTING,
        Finding,
        _as_it_is,
        _finding_key,
        _same_visit,
        prepare.finding,
        findings.save,
        foreign=_OF_ENTERPRISE | {"checked_on"},
    ),
    "cases": Desk("案件", cases.LISTING, Case, _as_it_is, _case_key, _always, prepare.case, cases.save, foreign=_OF_ENTERPRISE),
    "case_stats": Desk(
        "案件", cases.LISTING, Case, _case_of_annex, _case_key, _always, prepare.case_of_annex, cases.save, foreign=_OF_ENTERPRISE
    ),
    "inspection_stats": Desk("检查情况", counted.LISTING, Inspection, _stats, _stats_key, _always, prepare.stats, counted.save, fixed=True),
}
