"""What every table has: identity, revision, bin, and portable column types.

`id` is local to one database; `uid` is the same on every PC and stands in
packets and JSON. Only integers, text, dates and JSON are stored, so that the
same models run on SQLite and PostgreSQL.
"""

from __future__ import annotations

import os
import time
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Dialect, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


_LOW = (1 << 62) - 1


class Moment(TypeDecorator[datetime]):
    """A moment with its zone, stored as ISO text (SQLite keeps no zones)."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Store seconds and offset."""
        return None if value is None else value.isoformat(timespec="seconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Return the aware moment."""
        return None if value is None else datetime.fromisoformat(value)


class Base(DeclarativeBase):
    """Root of all entities; its metadata is the schema."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment(),
        dict[str, Any]: JSON(none_as_null=True),
        list[Any]: JSON(none_as_null=True),
    }


class Record:
    """A row that the office keeps: tracked by history, deleted only to the bin.

    Attributes:
        id: Local number.
        uid: Identity on every PC (UUID, version 7).
        revision: Raised at each change; a stale save is refused.
        created_at: When it was made.
        updated_at: When it was last changed.
        deleted_at: When it went to the bin; None while it lives.
    """

    __tracked__: ClassVar[bool] = True
    __table_args__: ClassVar[Any] = {"sqlite_autoincrement": True}  # an id is never used twice: history refers to it

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: new_uid())
    revision: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column()
    updated_at: Mapped[datetime] = mapped_column()
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy passes the class
        """Let SQLAlchemy check the revision at each update."""
        return {"version_id_col": cls.__table__.c.revision if hasattr(cls, "__table__") else cls.revision}


class Sourced:
    """Where a row came from, if it was read from a file.

    Attributes:
        source_file: Name of the received file.
        source_sheet: Sheet in it.
        source_row: Row as numbered there, from 1.
        flags: What was noticed while reading: field, code, message, text as received.
    """

    source_file: Mapped[str | None] = mapped_column(default=None)
    source_sheet: Mapped[str | None] = mapped_column(default=None)
    source_row: Mapped[int | None] = mapped_column(default=None)
    flags: Mapped[list[Any] | None] = mapped_column(default=None)


def new_uid() -> str:
    """Return a UUID of version 7: sortable by time of making, random in the rest."""
    stamp, dice = time.time_ns() // 1_000_000, int.from_bytes(os.urandom(10)) >> 6
    value = (stamp << 80) | (0x7 << 76) | (dice >> 62 << 64) | (0b10 << 62) | (dice & _LOW)
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
