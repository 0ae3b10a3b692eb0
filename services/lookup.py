"""One record with its history, and lists, for commands that only look."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from models import Base, Campaign
from services import operations, records
from services.errors import Missing, Refused
from services.words import field_name, table_name

NOUNS = {
    "campaign": "campaign",
    "person": "person",
    "secondment": "secondment",
    "unit": "reporting_unit",
    "group": "inspection_group",
    "enterprise": "enterprise",
    "inspection": "inspection",
    "finding": "finding",
    "case": "penalty_case",
    "submission": "submission",
    "package": "package",
    "rule": "rule",
}
_SHORTEST = 8


class UnknownNoun(Refused):
    """There is no such sort of record."""

    code = "unknown_noun"
    template = "没有“{noun}”这一类记录。"
    mend = "可以用：{known}。"


def show(session: Session, *, noun: str, uid: str) -> dict[str, Any]:
    """Return one record with its fields and history as the record/1 document.

    Args:
        session: Session of a read.
        noun: One of `NOUNS`.
        uid: Its uid or at least its first 8 characters.

    Raises:
        UnknownNoun: No such sort of record.
        Missing: No record has this uid, or several begin with it.
    """
    if noun not in NOUNS:
        raise UnknownNoun(noun=noun, known="、".join(NOUNS))
    table: Table = Base.metadata.tables[NOUNS[noun]]
    query = select(table).where(table.c.uid.startswith(uid, autoescape=True)).limit(2)
    found = session.execute(query).mappings().all() if len(uid) >= _SHORTEST else []
    if len(found) != 1:
        raise Missing(what=table_name(table.name), name=uid)
    row = dict(found[0])
    history = operations.of_record(session, table=table.name, record_id=row["id"])
    return {
        "schema": "record/1",
        "noun": noun,
        "uid": row["uid"],
        "values": {key: _plain(value) for key, value in row.items() if key not in ("id", "uid")},
        "titles": {key: field_name(table.name, key) for key in row if key not in ("id", "uid")},
        "history": [
            {
                "id": step.number,
                "at": step.at.isoformat(timespec="seconds"),
                "operator": step.operator,
                "label": step.label,
                "reason": step.reason or None,
                "changes": "；".join(change.words() for change in step.changes),
            }
            for step in history
        ],
    }


def list_campaigns(session: Session) -> list[dict[str, Any]]:
    """Return the campaigns, oldest first."""
    return [
        {"uid": c.uid, "name": c.name, "issuer": c.issuer, "state": c.state, "report_due": _plain(c.report_due)}
        for c in records.alive(session, Campaign)
    ]


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str | int | float | bool | list | dict) else str(value)


def open_campaigns(session: Session) -> list[Campaign]:
    """Return the campaigns that are not closed, oldest first."""
    return [campaign for campaign in records.alive(session, Campaign) if campaign.state != "closed"]
