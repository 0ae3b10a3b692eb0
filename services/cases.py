"""Penalty cases: parties, dated amounts, and the findings they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ScalarSelect, Select, String, cast, func, select
from sqlalchemy.orm import Session

from models import Case, CaseAmount, CaseFinding, CaseParty, Enterprise, Finding, Inspection
from models.annexes import CASE_LIST, STAGES
from models.forms import Issue, Row
from models.ledgers import CASE
from services import clock, enterprises, records
from services.errors import Invalid, Refused
from services.listing import Listing
from services.matching import name_key

UNIT, PERSON = "unit", "person"
PROPOSED, NOTIFIED, DECIDED, PAID = "proposed", "notified", "decided", "paid"
ORDINARY, SUMMARY = "普通程序", "简易程序"
CLOSED = STAGES[-1]
FORM_FULL = CASE
AMOUNTS = {
    "proposed": (UNIT, PROPOSED),
    "decided": (UNIT, DECIDED),
    "paid": (UNIT, PAID),
    "person_proposed": (PERSON, PROPOSED),
    "person_decided": (PERSON, DECIDED),
}
_REACHED = (
    ("closed_on", CLOSED),
    ("paid_on", "已缴款"),
    ("served_on", "已送达"),
    ("decided_on", "已决定"),
    ("notified_on", "处罚告知"),
    ("filed_on", "已立案"),
)
_JOINED = frozenset({"enterprise", "town", "findings", "person_party", *AMOUNTS})
_PLAIN = tuple(key for key in CASE_LIST.keys if key not in _JOINED)
_MORE = tuple(key for key in CASE.keys if key not in CASE_LIST.keys)


class UnknownEnterprise(Refused):
    """A case needs an enterprise that the office knows."""

    code = "unknown_enterprise"
    template = "名录和检查记录里都没有“{name}”，案件没有归处。"
    mend = "核对企业名称，或先登记这家企业的检查记录。"


class SeveralPersons(Refused):
    """The register has one line for persons, the case has several."""

    code = "several_persons"
    template = "这个案件处罚了 {count} 个人：{names}，不能在这一格里改姓名或金额。"
    mend = "打开案件，在“当事人和罚款”里逐人改。"


class NotClosedYet(Refused):
    """A case is called closed and has no day of its closing."""

    code = "case_not_closed_yet"
    template = "“{name}”的案件目前进展写“已结案”，还没有结案日期，没有改。"
    mend = "先填结案日期，或打开案件登记结案。"


def select_rows(campaign_id: int | None) -> Select[Any]:
    """Return the query of a campaign's cases, columns as the form's keys."""
    persons = (
        select(CaseParty.name)
        .where(CaseParty.case_id == Case.id, CaseParty.kind == PERSON, CaseParty.deleted_at.is_(None))
        .order_by(CaseParty.id)
    )
    person = records.joined(persons, Case)
    linked = (
        select(cast(Finding.no, String))
        .join(CaseFinding, CaseFinding.finding_id == Finding.id)
        .where(CaseFinding.case_id == Case.id, CaseFinding.deleted_at.is_(None), Finding.deleted_at.is_(None))
        .order_by(Finding.no)
    )
    numbers = records.joined(linked, Case)
    joined: dict[str, Any] = {"enterprise": Enterprise.name, "town": Enterprise.town, "findings": numbers, "person_party": person}
    joined |= {key: latest_amount(*place) for key, place in AMOUNTS.items()}
    columns = [(joined[key] if key in joined else getattr(Case, key)).label(key) for key in CASE_LIST.keys]
    return (
        select(
            Case.id.label("id"),
            *columns,
            Enterprise.search_text.label("search_text"),
            Case.enterprise_id.label("enterprise_id"),
            latest_amount(UNIT, NOTIFIED).label("notified"),
            latest_amount(PERSON, NOTIFIED).label("person_notified"),
        )
        .outerjoin(Enterprise, Enterprise.id == Case.enterprise_id)  # outer: left out where nobody asks for it
        .where(Case.campaign_id == campaign_id, Case.deleted_at.is_(None))
    )


def latest_amount(party: str, kind: str) -> ScalarSelect[int]:
    """Return the subquery of the amount in fen that stands for a case now.

    The last amount of each party of this sort, added up; None without any.
    """
    standing = (
        select(CaseAmount.fen)
        .where(CaseAmount.party_id == CaseParty.id, CaseAmount.kind == kind, CaseAmount.deleted_at.is_(None))
        .order_by(CaseAmount.on.desc(), CaseAmount.id.desc())
        .limit(1)
        .correlate(CaseParty)
        .scalar_subquery()
    )
    return (
        select(func.sum(standing))
        .select_from(CaseParty)
        .where(CaseParty.case_id == Case.id, CaseParty.kind == party, CaseParty.deleted_at.is_(None))
        .correlate(Case)
        .scalar_subquery()
    )


LISTING = Listing(
    form=CASE_LIST,
    select=select_rows,
    search=("search_text", "violation", "decision_no", "person_party"),
    default_sort="id",
    tables=frozenset({"penalty_case", "case_party", "case_amount", "case_finding", "enterprise", "finding"}),
    table="penalty_case",
)


def load(session: Session, *, record_id: int) -> Row:
    """Return one case as a row of the form.

    Raises:
        Missing: It is gone.
    """
    case = records.get(session, Case, record_id)
    rows = select_rows(case.campaign_id).subquery()
    found = session.execute(select(rows).where(rows.c.id == record_id)).mappings().one()
    row: Row = {key: found[key] for key in CASE_LIST.keys}
    return {**row, "findings": records.names_of(row["findings"])}


def load_full(session: Session, *, record_id: int) -> Row:
    """Return one case with every field, as a row of `FORM_FULL`.

    Raises:
        Missing: It is gone.
    """
    case = records.get(session, Case, record_id)
    more: Row = {key: getattr(case, key) for key in _MORE}
    return load(session, record_id=record_id) | more | {"handlers": records.names_of(case.handlers)}


def save(session: Session, *, campaign_id: int, row: Row, record_id: int | None = None, source: records.Source | None = None) -> int:
    """Add or change a case; a changed amount follows the old one, never replaces it.

    The further fields of `FORM_FULL` are set where the row has them.

    Raises:
        Invalid: A key field is empty, a named finding does not exist, or a fine has no person.
        SeveralPersons: The case has several persons, and the row changes their one line.
        NotClosedYet: It is called closed without a day.
        UnknownEnterprise: Neither registry nor visits know the enterprise.
        Missing: The case to change is gone.
    """
    require(row)
    enterprise = _enterprise_of(session, record_id, str(row["enterprise"]))
    if enterprise is None:
        raise UnknownEnterprise(name=row["enterprise"])
    values = {**stored(row), "enterprise_id": enterprise.id, **records.sourced(source)}
    if record_id is None:
        case = Case(campaign_id=campaign_id, **values)
        records.add(session, case)
    else:
        case = records.get(session, Case, record_id)
        if source is None:
            values |= _typed_stage(case, enterprise.name, row, str(values["stage"]))
        records.change(case, values)
    _set_parties(session, case, enterprise.name, row)
    _set_findings(session, case, records.names_of(row.get("findings")))
    return case.id


def require(row: Row) -> None:
    """Refuse a row that no case can be made of.

    Raises:
        Invalid: A key field is empty, or a fine has no person.
    """
    records.require(CASE_LIST, row)
    if not row.get("person_party") and any(isinstance(row.get(key), int) for key in ("person_proposed", "person_decided")):
        message = "处罚个人 为空，却有对个人的罚款；填写姓名，或去掉金额"
        raise Invalid([Issue(0, "person_party", "处罚个人", None, "missing", message)])


def stored(row: Row) -> dict[str, Any]:
    """Return the columns of a case; enterprise, parties and amounts apart."""
    values: dict[str, Any] = {key: row.get(key) for key in _PLAIN}
    values |= {
        "procedure": row.get("procedure") or ORDINARY,
        "stage": row.get("stage") or _stage(row),
        **{key: row[key] for key in _MORE if key in row},
    }
    if "handlers" in values:
        values["handlers"] = list(records.names_of(values["handlers"])) or None
    return values


def remove(session: Session, *, record_ids: Sequence[int]) -> None:
    """Move cases to the bin, with their links to findings.

    Raises:
        Missing: One is gone already.
    """
    for record_id in record_ids:
        links = records.alive(session, CaseFinding, case_id=record_id)
        records.to_bin(session, CaseFinding, [link.id for link in links])
    records.to_bin(session, Case, record_ids)


def findings_of(session: Session, *, campaign_id: int, enterprise_id: int) -> list[Finding]:
    """Return the findings of an enterprise in this campaign, by number."""
    query = (
        select(Finding)
        .join(Inspection, Inspection.id == Finding.inspection_id)
        .where(
            Finding.campaign_id == campaign_id,
            Inspection.enterprise_id == enterprise_id,
            Finding.deleted_at.is_(None),
            Inspection.deleted_at.is_(None),
        )
        .order_by(Finding.inspection_id, Finding.no)
    )
    return list(session.scalars(query))


def pick_finding(listed: Sequence[Finding], text: str) -> Finding | None:
    """Return the finding that a text names: its number (3, 第3项) or its words."""
    bare = text.strip().removeprefix("第").removesuffix("项").removesuffix("条")
    return next((f for f in listed if str(f.no) == bare or name_key(f.hazard) == name_key(text)), None)


def named_findings(listed: Sequence[Finding], named: Sequence[str]) -> list[Finding]:
    """Return the findings of an enterprise that texts name.

    Raises:
        Invalid: One is not there.
    """
    wanted: list[Finding] = []
    for text in named:
        found = pick_finding(listed, text)
        if found is None:
            have = f"1 到 {max(f.no for f in listed)}" if listed else "还没有问题"
            message = f"对应问题“{text}”在这家企业的问题里找不到（现有序号：{have}）"
            raise Invalid([Issue(0, "findings", "对应问题", text, "finding_unknown", message)])
        wanted.append(found)
    return wanted


def _enterprise_of(session: Session, record_id: int | None, name: str) -> Enterprise | None:
    if record_id is not None:
        present = session.get_one(Enterprise, records.get(session, Case, record_id).enterprise_id)
        if enterprises.is_called(present, name):
            return present
    return enterprises.find(session, name=name)


def _stage(row: Row) -> str:
    return next((stage for key, stage in _REACHED if row.get(key)), STAGES[0])


def _typed_stage(case: Case, name: str, row: Row, stage: str) -> dict[str, Any]:
    """Return stage and day of closing of a row that was typed: whichever was changed takes the other along."""
    day = row.get("closed_on", case.closed_on)
    if day != case.closed_on:
        before: Row = {key: getattr(case, key) for key, _stage_name in _REACHED}
        back = _stage({**before, **row, "closed_on": None}) if stage == CLOSED else stage
        return {"stage": CLOSED if day else back}
    if stage == CLOSED != case.stage and not day:
        raise NotClosedYet(name=name)
    return {"closed_on": None} if case.stage == CLOSED != stage else {}


def _set_parties(session: Session, case: Case, enterprise: str, row: Row) -> None:
    listed = records.alive(session, CaseParty, case_id=case.id)
    parties = {party.kind: party for party in listed}
    wanted = {UNIT: enterprise, PERSON: records.text_of(row.get("person_party"))}
    persons = [party for party in listed if party.kind == PERSON]
    if len(persons) > 1:
        _require_untouched(session, case, persons, row)
        del wanted[PERSON]
    for kind, name in wanted.items():
        party = parties.get(kind)
        if name and party is None:
            party = CaseParty(case_id=case.id, kind=kind, name=name)
            records.add(session, party)
        elif name and party is not None:
            records.change(party, {"name": name})
        elif party is not None:
            records.to_bin(session, CaseParty, [party.id])
            party = None
        for key, (holder, amount) in AMOUNTS.items():
            if holder == kind and party is not None and key in row:
                _set_amount(session, case, party, amount, row[key])
    session.flush()


def _require_untouched(session: Session, case: Case, persons: Sequence[CaseParty], row: Row) -> None:
    """Refuse to write the joined names and sums of several persons back as if they were one."""
    names = "、".join(person.name for person in persons)
    session.flush()
    stands = load(session, record_id=case.id)
    changed = any(key in row and row[key] != stands[key] for key in ("person_proposed", "person_decided"))
    if changed or ("person_party" in row and records.text_of(row["person_party"]) != names):
        raise SeveralPersons(count=len(persons), names=names)


def _set_amount(session: Session, case: Case, party: CaseParty, kind: str, fen: object) -> None:
    amounts = sorted(records.alive(session, CaseAmount, party_id=party.id, kind=kind), key=lambda one: (one.on, one.id))
    if not isinstance(fen, int):
        records.to_bin(session, CaseAmount, [one.id for one in amounts])
    elif not amounts:
        day = {DECIDED: case.decided_on, PAID: case.paid_on}.get(kind)
        session.add(CaseAmount(party_id=party.id, kind=kind, fen=fen, on=day or clock.today()))
    elif amounts[-1].fen != fen:
        # never before the amount that it follows, or the old one would go on standing
        session.add(CaseAmount(party_id=party.id, kind=kind, fen=fen, on=max(clock.today(), amounts[-1].on)))


def _set_findings(session: Session, case: Case, named: tuple[str, ...]) -> None:
    wanted = named_findings(findings_of(session, campaign_id=case.campaign_id, enterprise_id=case.enterprise_id), named)
    present = {link.finding_id: link for link in records.alive(session, CaseFinding, case_id=case.id)}
    for finding in wanted:
        if present.pop(finding.id, None) is None:
            session.add(CaseFinding(case_id=case.id, finding_id=finding.id))
        finding.penalty = True  # a finding behind a case is a 处罚事项
    records.to_bin(session, CaseFinding, [link.id for link in present.values()])
    session.flush()
