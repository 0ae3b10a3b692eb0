"""How rows of each readable form meet the records of the office.

A `Desk` says, for one form: which register it feeds, how a row finds its
record, what must be true before it can be saved, and who saves it.

To add one: write the four functions and add the desk to `DESKS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Enterprise, Finding, Group, Inspection, Secondment
from models.base import Base
from models.case import Case
from models.forms import Row
from services import cases, enterprises, findings, groups, inspections, listing, people
from services.errors import Invalid
from services.imports import counted
from services.imports.read_form import ReadForm, RowFlag
from services.listing import Listing
from services.matching import name_key
from services.records import Source

Prepared = tuple[Row, list[RowFlag], str]


@dataclass(frozen=True)
class Known:
    """What a plan knows of the office while it matches rows.

    Attributes:
        campaign_id: The campaign the file belongs to; None for the registry.
        enterprises: Enterprise id by credit code and by name key, former names too.
        visited: Enterprises with a visit in the campaign.
    """

    session: Session
    campaign_id: int | None
    enterprises: Mapping[str, int]
    visited: frozenset[int]

    def enterprise(self, row: Row) -> int | None:
        """Return the enterprise of a row: by its code, else by its name."""
        code = row.get("credit_code")
        return (self.enterprises.get(str(code)) if code else None) or self.enterprises.get(name_key(str(row.get("enterprise") or "")))


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
            found |= {number: uid for number, uid in session.execute(select(table.c.id, table.c.uid).where(table.c.id.in_(part)))}
        return found


def know(session: Session, *, campaign_id: int | None) -> Known:
    """Return what a plan needs to know."""
    ids: dict[str, int] = {}
    columns = (Enterprise.id, Enterprise.name_key, Enterprise.former_name, Enterprise.credit_code)
    rows = list(session.execute(select(*columns).where(Enterprise.deleted_at.is_(None)).order_by(Enterprise.id.desc())))
    for number, _key, former, _code in rows:
        if former:
            ids[name_key(former)] = number
    for number, key, _former, code in rows:
        ids[key] = number
        if code:
            ids[code] = number
    query = select(Inspection.enterprise_id).where(Inspection.campaign_id == campaign_id, Inspection.deleted_at.is_(None))
    return Known(session, campaign_id, ids, frozenset(session.scalars(query)))


def _as_it_is(row: Row, _read: ReadForm) -> Row:
    return row


def _ready(row: Row, _known: Known) -> Prepared:
    return row, [], ""


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
    code = row.get("credit_code")
    number = (known.enterprises.get(str(code)) if code else None) or known.enterprises.get(name_key(str(row.get("name") or "")))
    return (number or name_key(str(row.get("name") or "")),)


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


def _case_key(row: Row, known: Known) -> tuple[object, ...]:
    return (_place(row, known), name_key(str(row.get("violation") or "")))


def _prepare_visit(row: Row, _known: Known) -> Prepared:
    if not isinstance(row.get("checked_on"), date):
        return row, [], "没有读到检查日期，请补填后重新导入"
    return row, [], ""


def _prepare_finding(row: Row, known: Known) -> Prepared:
    assert known.campaign_id is not None
    if known.enterprise(row) not in known.visited:
        return row, [], f"“{row['enterprise']}”在本次行动里没有检查记录，请先导入检查记录"
    text = row.get("category")
    try:
        category = findings.category_of(known.session, campaign_id=known.campaign_id, text=str(text) if text else None)
    except Invalid as unknown:
        return {**row, "category": None}, [RowFlag("category", "category_unknown", unknown.issues[0].message)], ""
    return {**row, "category": category}, [], ""


def _prepare_case(row: Row, known: Known) -> Prepared:
    assert known.campaign_id is not None
    enterprise = known.enterprise(row)
    if enterprise is None:
        return row, [], f"名录和检查记录里都没有“{row['enterprise']}”，请核对企业名称"
    if not row.get("violation"):
        return row, [], "没有违法行为描述，请补填后重新导入"
    have = cases.findings_of(known.session, campaign_id=known.campaign_id, enterprise_id=enterprise)
    good, flags = [], []
    named = row.get("findings") or ()
    assert isinstance(named, tuple | list)
    for text in named:
        if cases.pick_finding(have, str(text)) is None:
            flags.append(RowFlag("findings", "finding_unknown", f"对应问题“{text}”在这家企业的问题里找不到，没有关联"))
        else:
            good.append(str(text))
    return {**row, "findings": tuple(good)}, flags, ""


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


def _prepare_stats(row: Row, known: Known) -> Prepared:
    difference = counted.difference(known.session, campaign_id=known.campaign_id, enterprise_id=known.enterprise(row), row=row)
    return row, [], difference


DESKS: dict[str, Desk] = {
    "personnel": Desk("抽调人员", people.LISTING, Secondment, _person, _person_key, _same_person, _ready, people.save),
    "enterprises": Desk(
        "企业",
        enterprises.LISTING,
        Enterprise,
        _as_it_is,
        _enterprise_key,
        _same_enterprise,
        _ready,
        enterprises.save,
        enterprises.add_many,
    ),
    "groups": Desk("检查组", groups.LISTING, Group, _as_it_is, _group_key, _always, _ready, groups.save),
    "inspections": Desk("检查记录", inspections.LISTING, Inspection, _as_it_is, _visit_key, _always, _prepare_visit, inspections.save),
    "hazard_list": Desk("问题", findings.LISTING, Finding, _as_it_is, _finding_key, _always, _prepare_finding, findings.save),
    "cases": Desk("案件", cases.LISTING, Case, _as_it_is, _case_key, _always, _prepare_case, cases.save),
    "case_stats": Desk("案件", cases.LISTING, Case, _case_of_annex, _case_key, _always, _prepare_case, cases.save),
    "inspection_stats": Desk("检查情况", counted.LISTING, Inspection, _stats, _stats_key, _always, _prepare_stats, counted.save),
}
