"""The registry of enterprises: find, add, change, bring to the bin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models import Case, Enterprise, Inspection
from models.annexes import ENTERPRISE_LIST
from models.forms import Row
from services import history, records
from services.errors import Refused
from services.listing import Listing
from services.matching import initials, name_key


class EnterpriseInUse(Refused):
    """An enterprise with visits cannot go."""

    code = "enterprise_in_use"
    template = "“{name}”已有检查记录或案件，不能移入回收站。"
    mend = "把状态改为“注销”或“停产”，它就不再参加抽取。"


def select_rows(_campaign_id: int | None) -> Select[Any]:
    """Return the query of all living enterprises, columns as the form's keys."""
    columns = [getattr(Enterprise, key).label(key) for key in ENTERPRISE_LIST.keys]
    return select(Enterprise.id.label("id"), *columns, Enterprise.search_text.label("search_text")).where(Enterprise.deleted_at.is_(None))


LISTING = Listing(
    form=ENTERPRISE_LIST,
    select=select_rows,
    search=("search_text",),
    default_sort="id",
    tables=frozenset({"enterprise"}),
    table="enterprise",
)


def load(session: Session, *, record_id: int) -> Row:
    """Return one enterprise as a row of the form.

    Raises:
        Missing: It is gone.
    """
    enterprise = records.get(session, Enterprise, record_id)
    row: Row = {key: getattr(enterprise, key) for key in ENTERPRISE_LIST.keys}
    return {**row, "tags": records.names_of(enterprise.tags)}


def save(
    session: Session,
    *,
    campaign_id: int | None = None,  # noqa: ARG001 - every register is saved by the same call
    row: Row,
    record_id: int | None = None,
    source: records.Source | None = None,
) -> int:
    """Add or change one enterprise; the registry belongs to no campaign.

    Raises:
        Invalid: A key field is empty.
        Missing: The row to change is gone.
    """
    records.require(ENTERPRISE_LIST, row)
    values = stored(row) | records.sourced(source)
    if record_id is None:
        return records.add(session, Enterprise(**values))
    records.change(records.get(session, Enterprise, record_id), values)
    return record_id


def remove(session: Session, *, record_ids: Sequence[int]) -> None:
    """Move enterprises to the bin.

    Raises:
        EnterpriseInUse: One of them has visits or cases.
    """
    for entity in (Inspection, Case):
        used = session.scalar(
            select(entity.enterprise_id).where(entity.enterprise_id.in_(list(record_ids)), entity.deleted_at.is_(None)).limit(1)
        )
        if used is not None:
            raise EnterpriseInUse(name=records.get(session, Enterprise, used).name)
    records.to_bin(session, Enterprise, record_ids)


def stored(row: Row) -> dict[str, Any]:
    """Return the columns of an enterprise for a clean row, keys for search included."""
    values: dict[str, Any] = {key: row.get(key) for key in ENTERPRISE_LIST.keys}
    values["tags"] = list(records.names_of(row.get("tags"))) or None
    name = str(row["name"])
    values["name_key"] = name_key(name)
    parts = (name, row.get("former_name"), row.get("credit_code"), row.get("town"), row.get("contact"), initials(name))
    values["search_text"] = " ".join(str(part) for part in parts if part)
    return values


def find(session: Session, *, name: str, credit_code: str | None = None) -> Enterprise | None:
    """Return the enterprise of this code or name (also a former one), or None.

    The code decides; the name only where the code is silent.
    """
    alive = Enterprise.deleted_at.is_(None)
    if credit_code:
        found = session.scalar(select(Enterprise).where(Enterprise.credit_code == credit_code, alive).limit(1))
        if found is not None:
            return found
    key = name_key(name)
    found = session.scalar(select(Enterprise).where(Enterprise.name_key == key, alive).order_by(Enterprise.id).limit(1))
    if found is None:
        renamed = session.execute(select(Enterprise.id, Enterprise.former_name).where(Enterprise.former_name.is_not(None), alive))
        known_as = next((row.id for row in renamed if name_key(row.former_name) == key), None)
        found = session.get(Enterprise, known_as) if known_as else None
    return found


def is_called(enterprise: Enterprise, name: object) -> bool:
    """Return whether a name is this enterprise's, now or formerly."""
    key = name_key(str(name))
    return key in (enterprise.name_key, name_key(enterprise.former_name or ""))


def need(session: Session, *, name: str, town: str | None = None, credit_code: str | None = None) -> Enterprise:
    """Return the enterprise of this name; add it to the registry if it is not there.

    Town and code that the registry lacks are filled in, never replaced.
    """
    found = find(session, name=name, credit_code=credit_code)
    if found is None:
        row: Row = {"name": name, "town": town, "credit_code": credit_code, "state": "在业"}
        found = Enterprise(**stored(row))
        records.add(session, found)
        return found
    empty = {key: value for key, value in {"town": town, "credit_code": credit_code}.items() if value and not getattr(found, key)}
    if empty:
        records.change(found, stored(load(session, record_id=found.id) | empty))
    return found


def add_many(session: Session, rows: Sequence[tuple[Row, records.Source]]) -> list[int]:
    """Add many enterprises at once, with their history; return their ids."""
    return history.bulk_insert(session, Enterprise, ({**stored(row), **source.columns()} for row, source in rows))


def save_many(session: Session, *, campaign_id: int | None, rows: Sequence[Row]) -> list[int]:  # noqa: ARG001 - as `save` takes it
    """Add many enterprises typed or pasted, as `save` would; return their ids.

    Raises:
        Invalid: A key field of one is empty; nothing is added.
    """
    for row in rows:
        records.require(ENTERPRISE_LIST, row)
    return history.bulk_insert(session, Enterprise, map(stored, rows))


def names(session: Session, _campaign_id: int | None = None, *, limit: int = 20_000) -> list[str]:
    """Return enterprise names for completion in editors."""
    return list(session.scalars(select(Enterprise.name).where(Enterprise.deleted_at.is_(None)).order_by(Enterprise.name).limit(limit)))
