"""What the groups carry, and what each has to carry by the rule of the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models import Equipment, Group, Person
from models.forms import Row
from models.rosters import EQUIPMENT_LIST
from services import clock, groups, people, records, rules
from services.errors import Missing, Refused
from services.listing import Listing, rows

RULE = "group_equipment"


class NoSuchGroup(Refused):
    """Equipment is given to a group that there is not."""

    code = "equipment_group_unknown"
    template = "没有检查组“{name}”，装备没有保存。"
    mend = "先建立检查组，或改正组名。"


@dataclass(frozen=True)
class Need:
    """What a group has to carry at least.

    Attributes:
        kind: Sort of equipment.
        count: Pieces for each group.
        provider: Who has to bring it.
    """

    kind: str
    count: int
    provider: str


def select_rows(campaign_id: int | None) -> Select[Any]:
    """Return the query of a campaign's equipment, columns as the form's keys."""
    given: dict[str, Any] = {"group": Group.name, "holder": Person.name}
    columns = [(given[key] if key in given else getattr(Equipment, key)).label(key) for key in EQUIPMENT_LIST.keys]
    return (
        select(Equipment.id.label("id"), *columns, func.coalesce(Group.position, 9999).label("position"))
        .outerjoin(Group, Group.id == Equipment.group_id)
        .outerjoin(Person, Person.id == Equipment.holder_id)
        .where(Equipment.campaign_id == campaign_id, Equipment.deleted_at.is_(None))
    )


LISTING = Listing(
    form=EQUIPMENT_LIST,
    select=select_rows,
    search=("kind", "label", "group", "holder", "provider"),
    default_sort="position",
    tables=frozenset({"equipment", "inspection_group", "person"}),
    table="equipment",
)


def load(session: Session, *, record_id: int) -> Row:
    """Return one piece of equipment as a row of the form.

    Raises:
        Missing: It is gone.
    """
    piece = records.get(session, Equipment, record_id)
    values = rows(session, LISTING, [record_id], scope=piece.campaign_id)[record_id]
    return dict(zip(EQUIPMENT_LIST.keys, values, strict=True))


def save(session: Session, *, campaign_id: int, row: Row, record_id: int | None = None) -> int:
    """Add or change equipment; a blank count is one piece.

    Raises:
        Invalid: The sort is empty.
        NoSuchGroup: There is no group of this name.
        Missing: The equipment to change is gone.
    """
    require(row)
    holder = records.text_of(row.get("holder"))
    piece = records.get(session, Equipment, record_id) if record_id is not None else None
    values = {
        **stored(row),
        "group_id": group_of(session, campaign_id=campaign_id, row=row, kept=piece.group_id if piece is not None else None),
        "holder_id": people.need(session, name=holder, campaign_id=campaign_id).id if holder else None,
    }
    if piece is None:
        return records.add(session, Equipment(campaign_id=campaign_id, **values))
    records.change(piece, values)
    return piece.id


def require(row: Row) -> None:
    """Refuse a row whose sort is empty.

    Raises:
        Invalid: It is.
    """
    records.require(EQUIPMENT_LIST, row)


def stored(row: Row) -> dict[str, Any]:
    """Return the columns of equipment for a clean row; group and holder apart."""
    plain = ("kind", "label", "provider", "handed_on", "returned_on", "remark")
    return {**{key: row.get(key) for key in plain}, "count": row.get("count") or 1}


def group_of(session: Session, *, campaign_id: int, row: Row, kept: int | None = None) -> int | None:
    """Return the group that a row names; None for none.

    Args:
        session: Session of a write.
        campaign_id: The campaign.
        row: What is saved.
        kept: The group of the stored piece; it may lie in the bin by now.

    Raises:
        NoSuchGroup: There is no group of this name.
    """
    wanted = records.text_of(row.get("group"))
    group = groups.named(session, campaign_id=campaign_id, text=wanted) or groups.kept(session, group_id=kept, text=wanted)
    if wanted and group is None:
        raise NoSuchGroup(name=wanted)
    return group.id if group else None


def remove(session: Session, *, record_ids: Sequence[int]) -> None:
    """Move equipment to the bin.

    Raises:
        Missing: One is gone already.
    """
    records.to_bin(session, Equipment, record_ids)


def needs(session: Session, *, on: date) -> list[Need]:
    """Return what each group has to carry on a day; nothing where no rule says so."""
    try:
        listed = rules.words(session, key=RULE, on=on)
    except Missing:
        return []
    return [Need(kind, int(count), provider) for kind, count, provider in (one.split(":") for one in listed)]


def kinds(session: Session, campaign_id: int | None) -> list[str]:
    """Return sorts of equipment for completion: those of the rule, then those in use."""
    used = select(Equipment.kind).where(Equipment.campaign_id == campaign_id, Equipment.deleted_at.is_(None)).distinct()
    return list(dict.fromkeys([*(need.kind for need in needs(session, on=clock.today())), *session.scalars(used.order_by(Equipment.kind))]))


def carried(session: Session, *, campaign_id: int) -> dict[tuple[int, str], int]:
    """Return how many pieces each group has now, by group and sort."""
    query = (
        select(Equipment.group_id, Equipment.kind, func.sum(Equipment.count))
        .where(Equipment.campaign_id == campaign_id, Equipment.deleted_at.is_(None), Equipment.returned_on.is_(None))
        .where(Equipment.group_id.is_not(None))
        .group_by(Equipment.group_id, Equipment.kind)
    )
    return {(int(row[0] or 0), row[1]): int(row[2]) for row in session.execute(query)}


def hand_back(session: Session, *, record_ids: Sequence[int], on: date) -> None:
    """Write down that equipment came back.

    Raises:
        Missing: One is gone.
    """
    for record_id in record_ids:
        records.change(records.get(session, Equipment, record_id), {"returned_on": on})
