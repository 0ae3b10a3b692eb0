"""After a campaign is handed in, nothing of it changes without being noticed.

A locked campaign takes a change only as 补报, with a reason that stands in the
history; a closed one takes none. The kernel asks here once per write, about
the rows that were really touched: no page and no import can forget to.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import FromClause, Table, select
from sqlalchemy.orm import Session

from models import Base, Campaign
from services import history
from services.errors import ReasonNeeded, Refused

OPEN, LOCKED, CLOSED = "open", "locked", "closed"
_FREE = frozenset({"campaign", "package", "setting"})
_BATCH = 500


class CampaignClosed(Refused):
    """A closed campaign was about to be changed."""

    code = "campaign_closed"
    template = "“{name}”已经结束归档，没有改动。"
    mend = "确需补报时，在报送打包里写明原因重新打开。"


def watch(session: Session) -> None:
    """Let a write remember the rows it touches if a campaign is not open."""
    shut = session.scalar(select(Campaign.id).where(Campaign.state != OPEN, Campaign.deleted_at.is_(None)).limit(1))
    history.recorder_of(session).touched = None if shut is None else set()


def require_open(session: Session, *, reason: str = "") -> None:
    """Refuse what changes a campaign that was handed in.

    Args:
        session: Session of a write, about to be sealed.
        reason: Why, if the caller has one for all its writes.

    Raises:
        CampaignClosed: It is closed.
        ReasonNeeded: It is locked, and nobody says why.
    """
    recorder = history.recorder_of(session)
    if recorder.touched is None:
        return
    session.flush()
    rows: dict[str, list[int]] = defaultdict(list)
    for table, row_id in recorder.touched:
        if table not in _FREE:
            rows[table].append(row_id)
    touched = {number for name, ids in rows.items() for number in _campaigns(session, Base.metadata.tables[name], ids)}
    for campaign in session.scalars(select(Campaign).where(Campaign.id.in_(touched), Campaign.state != OPEN)):
        if campaign.state == CLOSED:
            raise CampaignClosed(name=campaign.name)
        if not (reason or str((recorder.detail or {}).get("reason") or "")):
            raise ReasonNeeded(what="已经报送的内容（按补报处理）", changes=("已经报送的内容：按补报处理",))
        history.describe(session, supplement=campaign.uid)


def _campaigns(session: Session, table: Table, ids: list[int]) -> set[int]:
    path = _path(table, frozenset())
    if path is None:
        return set()
    whence, column = path
    found: set[int] = set()
    for start in range(0, len(ids), _BATCH):
        query = select(column).select_from(whence).where(table.c.id.in_(ids[start : start + _BATCH])).distinct()
        found.update(number for number in session.scalars(query) if number is not None)
    return found


def _path(table: Table, seen: frozenset[str]) -> tuple[FromClause, Any] | None:
    """Return how the campaign of a row is found: itself, or over what it belongs to."""
    if "campaign_id" in table.c:
        return table, table.c.campaign_id
    whence: FromClause = table
    for key in sorted(table.foreign_keys, key=lambda one: (bool(one.parent.nullable), str(one.parent.name))):
        parent = key.column.table
        if parent.name in seen or parent is table:
            continue
        found = _path(parent, seen | {table.name})
        if found is not None:
            return whence.join(found[0], key.parent == key.column), found[1]
    return None
