"""The one record of what was done: operations and the rows they touched.

Audit trail, undo, refresh of pages, base of a merge and "what changed since
the package" are all read from here; nothing else keeps history. Rows are only
ever added (triggers refuse the rest).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Operation(Base):
    """One action of one person, in one transaction.

    Attributes:
        kind: "edit", "import", "undo", "redo", "export", "package", "system", "view", "purge".
        undoes: The operation that this one took back.
        rows: How many row changes belong to it.
        tables: Names of the tables it touched, comma-separated.
        detail: Canonical JSON of facts outside the rows (files written …).
        hash: SHA-256 over the predecessor's hash, this row, and its changes.
    """

    __tablename__ = "operation"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy reads a plain dict

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    at: Mapped[datetime]
    operator: Mapped[str]
    label: Mapped[str]
    kind: Mapped[str]
    undoes: Mapped[int | None] = mapped_column(ForeignKey("operation.id"), index=True)
    rows: Mapped[int]
    tables: Mapped[str]
    detail: Mapped[str | None] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))


class RowChange(Base):
    """One row touched by an operation.

    Attributes:
        before: Canonical JSON: the whole row if it was deleted, the changed
            values if it was changed, None if it was made.
        after: Likewise: the whole new row, the changed values, or None.
    """

    __tablename__ = "row_change"
    __table_args__ = (Index(None, "table_name", "row_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    # deferred: the operation is written last, when its hash is known
    operation_id: Mapped[int] = mapped_column(ForeignKey("operation.id", deferrable=True, initially="DEFERRED"), index=True)
    table_name: Mapped[str]
    row_id: Mapped[int]
    row_uid: Mapped[str] = mapped_column(String(36))
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
