"""What every noun does the same way: get, require, add, change, bin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.orm import Session

from models.base import Base, Record
from models.forms import Form, Issue, Row
from services import clock, history
from services.errors import Invalid, Missing, Problem, Refused
from services.words import table_name

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Source:
    """Where an imported row came from.

    Attributes:
        file: Name of the received file.
        sheet: Sheet in it.
        row: Row as numbered there.
        flags: What was noticed while reading it.
    """

    file: str
    sheet: str
    row: int
    flags: tuple[Mapping[str, object], ...] = ()

    def columns(self) -> dict[str, Any]:
        """Return the columns of `models.base.Sourced`; none for a row typed by hand."""
        if not self.file:
            return {}
        return {
            "source_file": self.file,
            "source_sheet": self.sheet,
            "source_row": self.row,
            "flags": [dict(f) for f in self.flags] or None,
        }


TYPED = Source("", "", 0)  # of a row that came from no file


class SomeRefused(Refused):
    """Some of many rows cannot be saved; nothing was written.

    Attributes:
        problems: Why, by the row's place among the given ones.
    """

    code = "rows_refused"
    template = "{count} 行没有写入：{first}"
    mend = "改好这几行再写入，或去掉它们。"

    def __init__(self, problems: Mapping[int, Problem]) -> None:
        """Name the first reason."""
        super().__init__(count=len(problems), first=next(iter(problems.values())).message())
        self.problems = dict(problems)


def get(session: Session, entity: type[R], record_id: int) -> R:
    """Return a living row.

    Raises:
        Missing: It is gone or in the bin.
    """
    found = session.get(entity, record_id)
    if found is None or found.deleted_at is not None:
        raise Missing(what=table_name(_table(entity)), name=record_id)
    return found


def alive(session: Session, entity: type[R], **equal: object) -> list[R]:
    """Return all living rows with these values, in the order they were made."""
    query = select(entity).filter_by(**equal).where(entity.deleted_at.is_(None)).order_by(entity.id)
    return list(session.scalars(query))


def require(form: Form, row: Row) -> None:
    """Refuse a row whose key fields are empty.

    Raises:
        Invalid: Names every missing key field.
    """
    missing = form.missing_keys(row)
    if missing:
        titles = {key: form.column(key).title.replace("\n", "") for key in missing}
        raise Invalid([Issue(0, key, title, None, "missing", f"{title} 为空，请填写") for key, title in titles.items()])


def add(session: Session, record: Record) -> int:
    """Add a row and return its id."""
    session.add(record)
    session.flush()
    return record.id


def change(record: Record, values: Mapping[str, Any]) -> bool:
    """Set the values that differ; return whether any did."""
    changed = False
    for key, value in values.items():
        if getattr(record, key) != value:
            setattr(record, key, value)
            changed = True
    return changed


def to_bin(session: Session, entity: type[R], record_ids: Sequence[int]) -> None:
    """Move rows to the bin; undo brings them back.

    Raises:
        Missing: One of them is gone already.
    """
    now = clock.now().replace(microsecond=0)
    for record_id in record_ids:
        get(session, entity, record_id).deleted_at = now


def note_view(session: Session, *, table: str, record_id: int) -> None:
    """Record that the personal numbers of a row were looked at; nothing changes.

    Args:
        session: Session of a write, labelled with whose numbers they are.
        table: Table of the row.
        record_id: The row.
    """
    history.describe(session, kind="view", table=table, row=record_id)


def joined(query: Select[Any], owner: type[Record]) -> ScalarSelect[str]:
    """Return the texts of a query as one, in its order, for each row of `owner`.

    Args:
        query: One column of text, ordered, bound to a row of `owner`.
        owner: Entity of the surrounding query.
    """
    ordered = query.correlate(owner).subquery()
    return select(func.aggregate_strings(ordered.c[0], "、")).scalar_subquery()


def sourced(source: Source | None) -> dict[str, Any]:
    """Return the source columns to set; none for a row typed by hand."""
    return source.columns() if source else {}


def text_of(value: object) -> str | None:
    """Return a text value, None for empty."""
    text = "" if value is None else str(value).strip()
    return text or None


def names_of(value: object) -> tuple[str, ...]:
    """Return names as a tuple, whatever sequence or text holds them."""
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(part for part in value.split("、") if part)
    assert isinstance(value, list | tuple)
    return tuple(str(part) for part in value)


def _table(entity: type[Any]) -> str:
    assert issubclass(entity, Base)
    return str(entity.__tablename__)
