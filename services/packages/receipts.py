"""Who took a package, when, and with what answer (签收、退回).

Kept among the options, per version, so that every change of it is in the
history and can be undone; the version itself is never touched.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Package
from models.forms import Column, Form, Row
from models.kinds import DATE, LONG, NAME, TEXT, choice
from services import history, records, settings
from services.errors import Missing, Refused

TAKEN, RETURNED = "签收", "退回"
FORM = Form(
    code="receipt",
    title="登记回执",
    columns=(
        Column("outcome", "结果", choice((TAKEN, RETURNED)), required=True, width_mm=24, source="office"),
        Column("taken_by", "接收人", NAME, required=True, width_mm=30, source="office"),
        Column("taken_on", "日期", DATE, required=True, width_mm=30, source="office"),
        Column("unit", "接收单位", TEXT, width_mm=60, source="office"),
        Column("opinion", "退回意见或说明", LONG, width_mm=80, source="office"),
    ),
    source="office",
)


class OpinionMissing(Refused):
    """A package came back and nobody says why."""

    code = "opinion_missing"
    field = "opinion"
    template = "退回要写退回意见，没有登记。"
    mend = "把对方的意见照写下来，下一版照着改。"


@dataclass(frozen=True)
class Receipt:
    """One answer to a version.

    Attributes:
        outcome: 签收 or 退回.
        taken_by: Who took it.
        taken_on: Day.
        unit: Whose person that is; empty if not said.
        opinion: What is to be mended, or a remark.
    """

    outcome: str
    taken_by: str
    taken_on: date
    unit: str = ""
    opinion: str = ""

    @property
    def words(self) -> str:
        """The answer in one line."""
        day = f"{self.taken_on.month}月{self.taken_on.day}日"
        return f"{day} {self.taken_by}{self.outcome}" + (f"：{self.opinion}" if self.opinion else "")


def of(session: Session, *, campaign_id: int) -> dict[int, list[Receipt]]:
    """Return the answers by version number, oldest first."""
    found: dict[int, list[Receipt]] = {}
    query = select(Package.version, Package.uid).where(Package.campaign_id == campaign_id, Package.deleted_at.is_(None))
    for version, uid in session.execute(query):
        listed = json.loads(settings.text(session, key=_key(uid)) or "[]")
        if listed:
            found[version] = [Receipt(**{**one, "taken_on": date.fromisoformat(one["taken_on"])}) for one in listed]
    return found


def save(session: Session, *, campaign_id: int, version: int, row: Row) -> None:
    """Add an answer to a version.

    Args:
        session: Session of a write.
        campaign_id: Which campaign.
        version: Number of the version.
        row: Row of `FORM`.

    Raises:
        Invalid: Outcome, person or day is missing.
        OpinionMissing: It came back without an opinion.
        Missing: There is no such version.
    """
    records.require(FORM, row)
    query = select(Package).where(Package.campaign_id == campaign_id, Package.version == version, Package.deleted_at.is_(None))
    package = session.scalars(query).first()
    if package is None:
        raise Missing(what="报送包", name=f"第{version}版")
    taken_on = row["taken_on"]
    assert isinstance(taken_on, date)
    texts = {key: str(row.get(key) or "") for key in ("outcome", "taken_by", "unit", "opinion")}
    given = Receipt(taken_on=taken_on, **texts)
    if given.outcome == RETURNED and not given.opinion.strip():
        raise OpinionMissing
    present = of(session, campaign_id=campaign_id).get(version, [])
    listed = [{**asdict(one), "taken_on": one.taken_on.isoformat()} for one in (*present, given)]
    settings.put(session, key=_key(package.uid), text=json.dumps(listed, ensure_ascii=False))
    history.describe(session, label=f"登记回执（第{version}版 {given.outcome}）")


def _key(uid: str) -> str:
    return f"receipt.{uid}"
