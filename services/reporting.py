"""Who has to send Annex 1, who has, who is late, and how they are chased.

A unit is asked for as many people as the notice says, by the day that the
notice says or the later day that it was given. When its people came is the
day that was written down for it; without one, the day that its form names
(填报日期) if that is not ahead of the day of reading, else the day of reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, ScalarSelect, Select, String, case, cast, func, literal, or_, select, type_coerce
from sqlalchemy.orm import Session

from models import Campaign, Deadline, NominationEvent, ReportingUnit, Secondment, Submission
from models.annexes import annex_1
from models.forms import Row
from models.rosters import EXCUSE, EXTEND, RECEIPT, UNITS
from services import clock, listing, nominations, records
from services.errors import Refused
from services.listing import Listing

__all__ = ["EXCUSE", "EXTEND", "LISTING", "RECEIPT", "Board", "Standing", "board", "chase", "chase_text", "excuse", "extend", "load",
           "note_receipt", "owe", "remove", "save"]  # fmt: skip
NOT_SENT, PARTLY, SENT, ACCEPTED, SENT_BACK, TOO_MANY, EXCUSED = "未报", "没报齐", "已报", "已收", "退回", "多报", "免报"
OWING = (NOT_SENT, PARTLY, SENT_BACK)


class UnitInUse(Refused):
    """A unit that has sent people cannot be removed."""

    code = "unit_in_use"
    template = "“{name}”已经报了人，没有删除。"
    mend = "先把它报的人改到别的单位，或用“免报”。"


class UnitExists(Refused):
    """Two units of one campaign cannot have one name."""

    code = "unit_exists"
    template = "报送单位里已有“{name}”，没有再建一个。"
    mend = "在原来那一行上改；另一个叫法写进它的别名。"


class ReasonMissing(Refused):
    """A unit is excused or given more time without a reason."""

    code = "unit_reason_missing"
    template = "{what}要写原因，没有做。"
    mend = "写一句话：谁同意、为什么。"


@dataclass(frozen=True)
class Standing:
    """How one unit stands with Annex 1.

    Attributes:
        wanted: People it has to send.
        sent: People of it that stand in Annex 1.
        days_late: Days after the due day that it came, or that it is behind now; 0 if in time.
        reason: Why it is excused, has more time, or its people were sent back.
    """

    id: int
    name: str
    wanted: int
    sent: int
    accepted: int
    due: date | None
    received_on: date | None
    state: str
    days_late: int
    chased: int
    chased_on: date | None
    reason: str


@dataclass(frozen=True)
class Board:
    """All units that have to answer, in official order.

    Attributes:
        due: Day that the notice names; None if it names none.
    """

    units: tuple[Standing, ...]
    due: date | None

    def of(self, *states: str) -> list[Standing]:
        """Return the units in one of these states."""
        return [unit for unit in self.units if unit.state in states]

    @property
    def expected(self) -> list[Standing]:
        """Units that have to send somebody."""
        return [unit for unit in self.units if unit.wanted and unit.state != EXCUSED]

    @property
    def reported(self) -> list[Standing]:
        """Units that have sent all their people."""
        return self.of(SENT, ACCEPTED, TOO_MANY)

    @property
    def late(self) -> list[Standing]:
        """Units that have answered after their day."""
        return [unit for unit in self.reported if unit.days_late > 0]

    @property
    def owing(self) -> list[Standing]:
        """Units that still owe something: nothing came, not all, or it went back."""
        return [unit for unit in self.expected if unit.state in OWING]

    def as_json(self) -> dict[str, Any]:
        """Return the nominations/1 document."""
        return {
            "schema": "nominations/1",
            "due": str(self.due) if self.due else None,
            "expected": len(self.expected),
            "reported": len(self.reported),
            "late": len(self.late),
            "owing": len(self.owing),
            "units": [
                {
                    "name": unit.name, "state": unit.state, "wanted": unit.wanted, "sent": unit.sent, "accepted": unit.accepted,
                    "due": str(unit.due) if unit.due else None, "received_on": str(unit.received_on) if unit.received_on else None,
                    "days_late": unit.days_late, "chased": unit.chased, "reason": unit.reason or None,
                }
                for unit in self.units
            ],
        }  # fmt: skip


def select_rows(campaign_id: int | None) -> Select[Any]:
    """Return the query of a campaign's units, columns as the form's keys."""
    unit = _facts(campaign_id).subquery()
    wanted = func.coalesce(unit.c.nominees, 0)
    answered = unit.c.sent + unit.c.replaced  # whose place another unit's person takes has been sent all the same
    state = case(
        (unit.c.waiver == nominations.EXCUSED, EXCUSED),
        ((answered == 0) & (unit.c.back > 0), SENT_BACK),
        ((answered == 0) & (wanted == 0), None),
        (answered == 0, NOT_SENT),
        (answered < wanted, PARTLY),
        ((unit.c.sent > wanted) & unit.c.nominees.is_not(None), TOO_MANY),
        (unit.c.accepted >= unit.c.sent, ACCEPTED),
        else_=SENT,
    )
    today = clock.today().isoformat()
    ended = case((answered >= wanted, func.coalesce(cast(unit.c.received_on, String), today)), else_=today)
    behind = cast(func.julianday(ended) - func.julianday(cast(unit.c.due, String)), Integer)
    owed = (wanted > 0) & func.coalesce(unit.c.waiver != nominations.EXCUSED, literal(True))
    given = {"state": state, "days_late": case((owed & (behind > 0), behind), else_=0)}
    columns = [(given[key] if key in given else unit.c[key]).label(key) for key in UNITS.keys]
    return select(unit.c.id, *columns, unit.c.position).select_from(unit)


def _facts(campaign_id: int | None) -> Select[Any]:
    """What the tables say of each unit, before any verdict."""
    own = (Secondment.unit_id == ReportingUnit.id, Secondment.deleted_at.is_(None))
    standing = nominations.state().not_in(nominations.GONE)
    taken = nominations.state().in_((nominations.TAKEN, nominations.GROUPED, nominations.CLOSED[-1]))
    counts = {
        "sent": select(func.count()).where(*own, standing),
        "accepted": select(func.count()).where(*own, taken),
        "replaced": select(func.count()).where(*own, nominations.state() == nominations.GONE[2]),
        "back": select(func.count()).where(*own, nominations.state() == nominations.GONE[0]),
        "chased": _steps(func.count()).where(NominationEvent.kind == nominations.CHASED),
        "chased_on": _steps(func.max(NominationEvent.on)).where(NominationEvent.kind == nominations.CHASED),
        "waiver": _last(NominationEvent.kind, nominations.EXCUSED, nominations.OWED),
        "reason": _last(NominationEvent.reason, nominations.EXCUSED, nominations.OWED, nominations.EXTENDED, nominations.RECEIVED),
    }
    owner = ReportingUnit.__table__
    columns: dict[str, Any] = {key: query.correlate(owner).scalar_subquery() for key, query in counts.items()}
    columns["due"] = func.coalesce(_last(NominationEvent.due, nominations.EXTENDED).correlate(owner).scalar_subquery(), _due(campaign_id))
    columns["received_on"] = _received_on()
    columns |= {"name": ReportingUnit.name, "nominees": ReportingUnit.nominees, "aliases": ReportingUnit.aliases}
    dates = {key: type_coerce(column, Date) if key in ("due", "received_on", "chased_on") else column for key, column in columns.items()}
    return (
        select(ReportingUnit.id.label("id"), ReportingUnit.position.label("position"))
        .add_columns(*(column.label(key) for key, column in dates.items()))
        .where(ReportingUnit.campaign_id == campaign_id, ReportingUnit.deleted_at.is_(None))
    )


def _steps(column: Any) -> Select[Any]:
    return select(column).where(NominationEvent.unit_id == ReportingUnit.id, NominationEvent.deleted_at.is_(None))


def _last(column: Any, *kinds: str) -> Select[Any]:
    return _steps(column).where(NominationEvent.kind.in_(kinds)).order_by(NominationEvent.id.desc()).limit(1)


def _due(campaign_id: int | None) -> ScalarSelect[Any]:
    """Return the deadline that names Annex 1 or its title."""
    title = select(Campaign.titles["1"].as_string()).where(Campaign.id == campaign_id).scalar_subquery()
    named = or_(Deadline.what.contains("附件1"), Deadline.what.contains("附件 1"), func.instr(Deadline.what, title) > 0)
    query = select(func.min(Deadline.due)).where(Deadline.campaign_id == campaign_id, Deadline.deleted_at.is_(None), named)
    return query.scalar_subquery()


def _received_on() -> Any:
    owner = ReportingUnit.__table__
    written = _last(NominationEvent.on, nominations.RECEIVED).correlate(owner).scalar_subquery()
    file = (Submission.unit_id == ReportingUnit.id, Submission.form == annex_1().code, Submission.deleted_at.is_(None))
    read_on = func.substr(cast(Submission.received_at, String), 1, 10)
    stated = select(func.min(cast(Submission.stated_on, String))).where(*file, cast(Submission.stated_on, String) <= read_on)
    first_file = select(func.min(read_on)).where(*file)
    typed = select(func.min(func.substr(cast(Secondment.created_at, String), 1, 10)))
    typed = typed.where(Secondment.unit_id == ReportingUnit.id, Secondment.deleted_at.is_(None))
    others = [query.correlate(owner).scalar_subquery() for query in (stated, first_file, typed)]
    return func.coalesce(cast(written, String), *others)


LISTING = Listing(
    form=UNITS,
    select=select_rows,
    search=("name", "state", "reason"),
    default_sort="position",
    tables=frozenset(
        {"reporting_unit", "secondment", "nomination_event", "group_member", "inspection_group", "submission", "deadline", "campaign"}
    ),
    table="reporting_unit",
)


def load(session: Session, *, record_id: int) -> Row:
    """Return one unit as a row of the form.

    Raises:
        Missing: It is gone.
    """
    unit = records.get(session, ReportingUnit, record_id)
    values = listing.rows(session, LISTING, [record_id], scope=unit.campaign_id)[record_id]
    return {**dict(zip(UNITS.keys, values, strict=True)), "aliases": tuple(unit.aliases or ())}


def save(session: Session, *, campaign_id: int, row: Row, record_id: int | None = None) -> int:
    """Add or change a unit: its name, other names, and how many people it sends.

    Raises:
        Invalid: The name is empty.
        UnitExists: Another unit has this name.
        Missing: The unit to change is gone.
    """
    records.require(UNITS, row)
    others = [unit for unit in records.alive(session, ReportingUnit, campaign_id=campaign_id) if unit.id != record_id]
    name = str(row["name"])
    if any(unit.name == name for unit in others):
        raise UnitExists(name=name)
    values = {"name": name, "nominees": row.get("nominees"), "aliases": list(records.names_of(row.get("aliases"))) or None}
    if record_id is None:
        position = max((unit.position for unit in others), default=-1) + 1
        return records.add(session, ReportingUnit(campaign_id=campaign_id, position=position, kind="镇办", **values))
    unit = records.get(session, ReportingUnit, record_id)
    if not values["aliases"] and not unit.aliases:
        values.pop("aliases")
    records.change(unit, values)
    return record_id


def remove(session: Session, *, record_ids: Sequence[int]) -> None:
    """Move units to the bin.

    Raises:
        UnitInUse: One has sent people.
        Missing: One is gone already.
    """
    for record_id in record_ids:
        unit = records.get(session, ReportingUnit, record_id)
        if records.alive(session, Secondment, unit_id=record_id):
            raise UnitInUse(name=unit.name)
    records.to_bin(session, ReportingUnit, record_ids)


def board(session: Session, *, campaign_id: int) -> Board:
    """Return how every unit stands, in official order."""
    wanted = ("nominees", "sent", "accepted", "due", "received_on", "state", "days_late", "chased", "chased_on", "reason")
    units = []
    for number, values in listing.head(session, LISTING, scope=campaign_id, limit=10_000):
        row = dict(zip(UNITS.keys, values, strict=True))
        nominees, sent, accepted, due, received, state, late, chased, chased_on, reason = (row[key] for key in wanted)
        facts: Any = (
            nominees or 0,
            sent,
            accepted,
            due,
            received if state in (PARTLY, SENT, ACCEPTED, TOO_MANY) else None,
            state or "",
            late,
            chased,
            chased_on,
            reason or "",
        )
        units.append(Standing(number, str(row["name"]), *facts))
    return Board(tuple(units), session.scalar(select(type_coerce(_due(campaign_id), Date))))


def chase_text(session: Session, *, campaign_id: int, unit_ids: Sequence[int] | None = None) -> str:
    """Return what to write to units that owe Annex 1; "" if none of them does.

    Args:
        session: Session of a read.
        campaign_id: The campaign.
        unit_ids: Which units; None for all that owe.
    """
    known = board(session, campaign_id=campaign_id)
    owing = [unit for unit in known.owing if unit_ids is None or unit.id in unit_ids]
    campaign = records.get(session, Campaign, campaign_id)
    title = f"附件1《{campaign.titles['1']}》"
    sentences = []
    for due in dict.fromkeys(unit.due for unit in owing if unit.state == NOT_SENT):
        names = "、".join(unit.name for unit in owing if unit.state == NOT_SENT and unit.due == due)
        sentences.append(f"{names}：{title}{_until(due)}，还没有收到，请{_when(due)}报{campaign.recipient or '审理室'}。")
    sentences += [f"{unit.name}：{title}应报 {unit.wanted} 人，收到 {unit.sent} 人，请补报。" for unit in owing if unit.state == PARTLY]
    sentences += [f"{unit.name}：{title}已退回{_why(session, unit.id)}，请改好重报。" for unit in owing if unit.state == SENT_BACK]
    if not sentences:
        return ""
    contact = " ".join(part for part in (campaign.contact_person, campaign.contact_phone) if part)
    return f"【催报】{''.join(sentences)}{f'联系人：{contact}。' if contact else ''}"


def chase(session: Session, *, campaign_id: int, unit_ids: Sequence[int] | None = None) -> str:
    """Write down that units are chased today; return what to write to them."""
    text = chase_text(session, campaign_id=campaign_id, unit_ids=unit_ids)
    for unit in board(session, campaign_id=campaign_id).owing if text else []:
        if unit_ids is None or unit.id in unit_ids:
            nominations.step(session, campaign_id=campaign_id, kind=nominations.CHASED, on=clock.today(), unit_id=unit.id)
    return text


def note_receipt(session: Session, *, unit_ids: Sequence[int], on: date, reason: str | None = None) -> None:
    """Write down the day on which units have sent their people.

    Raises:
        Missing: One is gone.
    """
    _note(session, unit_ids, nominations.RECEIVED, on, reason)


def extend(session: Session, *, unit_ids: Sequence[int], due: date, reason: str) -> None:
    """Give units more time.

    Raises:
        ReasonMissing: There is no reason.
        Missing: One is gone.
    """
    _note(session, unit_ids, nominations.EXTENDED, clock.today(), _required(reason, "延期"), due=due)


def excuse(session: Session, *, unit_ids: Sequence[int], reason: str) -> None:
    """Ask nothing more of units.

    Raises:
        ReasonMissing: There is no reason.
        Missing: One is gone.
    """
    _note(session, unit_ids, nominations.EXCUSED, clock.today(), _required(reason, "免报"))


def owe(session: Session, *, unit_ids: Sequence[int]) -> None:
    """Ask units again that were excused.

    Raises:
        Missing: One is gone.
    """
    _note(session, unit_ids, nominations.OWED, clock.today(), None)


def _note(session: Session, unit_ids: Sequence[int], kind: str, on: date, reason: str | None, due: date | None = None) -> None:
    for unit_id in unit_ids:
        unit = records.get(session, ReportingUnit, unit_id)
        nominations.step(session, campaign_id=unit.campaign_id, kind=kind, on=on, unit_id=unit_id, reason=reason, due=due)


def _required(reason: str, what: str) -> str:
    text = " ".join(reason.split())
    if not text:
        raise ReasonMissing(what=what)
    return text


def _until(due: date | None) -> str:
    if due is None:
        return ""
    days = (clock.today() - due).days
    when = f"{due.month}月{due.day}日"
    return f"今天（{when}）截止" if days == 0 else f"已于{when}截止，过了 {days} 天" if days > 0 else f"{when}截止"


def _when(due: date | None) -> str:
    return "今天" if due is None or due <= clock.today() else "按时"


def _why(session: Session, unit_id: int) -> str:
    query = (
        select(NominationEvent.reason)
        .join(Secondment, Secondment.id == NominationEvent.secondment_id)
        .where(Secondment.unit_id == unit_id, NominationEvent.kind == nominations.SENT_BACK, NominationEvent.deleted_at.is_(None))
    )
    reason = session.scalar(query.order_by(NominationEvent.id.desc()).limit(1))
    return f"（{reason}）" if reason else ""
