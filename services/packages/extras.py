"""What may go with a package beside what the notice asks for.

Each unit's own rows of the annexes, so that a town checks its numbers before
they leave; and lists for the public, in which no person can be recognised.
Both are off until the office wants them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Enterprise
from models.forms import Column, Form, Row
from models.kinds import AMOUNT, COUNT, DATE, LONG, TEXT
from services import campaigns, settings
from services.exports.printed import Printed
from services.figures import Facts, annex_rows
from services.findings import MAJOR
from services.packages.lists import mask_name, mask_number

UNKNOWN_UNIT = "没写镇办"
DECIDED, HAZARDS = "行政处罚公示名单", "重大事故隐患公示名单"
PUBLIC_LINE = ("说明", "个人姓名、号码已隐去")
_KEY = "package.extras"
_NUMBER = re.compile(r"(?<![0-9A-Za-z〔（(])(?:\d{17}[\dXx]|1[3-9]\d{9}|0\d{2,3}-\d{7,8})(?![0-9A-Za-z])")
_AT_ONCE = 500

PUBLIC_CASES = Form(
    code="public_cases",
    title=DECIDED,
    columns=(
        Column("no", "序号", COUNT, width_mm=12, source="office"),
        Column("enterprise", "企业名称", TEXT, width_mm=52, source="行政处罚法 第四十八条"),
        Column("person_party", "处罚个人", TEXT, width_mm=22, source="office"),
        Column("violation", "违法行为描述", LONG, width_mm=72, source="行政处罚法 第四十八条"),
        Column("amount", "处罚金额（万元）", AMOUNT, width_mm=22, source="行政处罚法 第四十八条"),
        Column("decision_no", "决定书文号", TEXT, width_mm=50, source="行政处罚法 第四十八条"),
        Column("decided_on", "决定日期", DATE, width_mm=26, source="行政处罚法 第四十八条"),
    ),
    min_rows=1,
    source="office",
)
PUBLIC_HAZARDS = Form(
    code="public_hazards",
    title=HAZARDS,
    columns=(
        Column("no", "序号", COUNT, width_mm=12, source="office"),
        Column("enterprise", "企业名称", TEXT, width_mm=56, source="安全生产法 第七十四条"),
        Column("town", "镇办", TEXT, width_mm=24, source="office"),
        Column("hazard", "重大事故隐患内容", LONG, width_mm=82, source="安全生产法 第七十四条"),
        Column("due", "整改期限", DATE, width_mm=28, source="office"),
        Column("status", "整改状态", TEXT, width_mm=24, source="office"),
    ),
    min_rows=1,
    source="office",
)


@dataclass(frozen=True)
class Extras:
    """What the office wants beside the papers of the notice.

    Attributes:
        by_unit: Each unit's own annexes, a workbook and a PDF each.
        public: Lists for the public of decisions and major hazards, nobody to be recognised.
    """

    by_unit: bool = False
    public: bool = False


def wanted(session: Session) -> Extras:
    """Return what the office chose last; nothing at first."""
    return Extras(**json.loads(settings.text(session, key=_KEY) or "{}"))


def choose(session: Session, *, extras: Extras) -> None:
    """Keep the choice for the next packages."""
    settings.put(session, key=_KEY, text=json.dumps(asdict(extras)))


def by_unit(session: Session, facts: Facts, tables: Sequence[Printed]) -> dict[str, tuple[Printed, ...]]:
    """Return each unit's own Annexes 1, 2 and 3, in the official order of the units.

    Together they hold every row of the annexes once; rows are numbered anew in each.

    Args:
        session: Session of a snapshot.
        facts: What the annexes were made from.
        tables: The three annexes as they go out.
    """
    annex_1, annex_2, annex_3 = tables
    people = annex_rows.annex_1_by_unit(session, campaign_id=facts.campaign.id)
    order = [unit.name for unit in campaigns.units(session, campaign_id=facts.campaign.id)]
    rows = [people, _by_town(annex_2.rows), _by_town(annex_3.rows)]
    present = dict.fromkeys(name for one in rows for name in one)
    names = [*(name for name in order if name in present), *sorted(present.keys() - {*order, ""}), *([""] if "" in present else [])]
    return {
        name or UNKNOWN_UNIT: tuple(
            replace(table, rows=_numbered(own.get(name, ())), facts=(("镇办", name or UNKNOWN_UNIT), *table.facts))
            for table, own in zip((annex_1, annex_2, annex_3), rows, strict=True)
            if own.get(name)
        )
        for name in names
    }


def public(session: Session, facts: Facts, like: Printed) -> dict[str, Printed]:
    """Return the lists for the public: decisions of the campaign, and major hazards.

    Args:
        session: Session of a snapshot.
        facts: What the figures count.
        like: Whose watermark they take; its line of names is left out.
    """
    decided = [one for one in facts.cases if one.decided_on and one.decided_on <= facts.as_of and one.decision_no]
    major = [one for one in facts.findings if one.level == MAJOR]
    known = _names(session, {one.enterprise_id for one in (*decided, *major)})
    cases: list[Row] = [
        {
            "enterprise": one.enterprise,
            "person_party": mask_name(one.person_party or ""),
            "violation": _open(one.violation, (*known.get(one.enterprise_id, ()), one.person_party or "")),
            "amount": annex_rows.standing_amount(one),
            "decision_no": one.decision_no,
            "decided_on": one.decided_on,
        }
        for one in decided
    ]
    hazards: list[Row] = [
        {
            **{"enterprise": one.enterprise, "town": one.town, "due": one.due, "status": one.status},
            "hazard": _open(one.hazard, (*known.get(one.enterprise_id, ()), one.person or "")),
        }
        for one in major
    ]
    day = ("数据截至", facts.as_of.isoformat())
    pairs = ((PUBLIC_CASES, cases), (PUBLIC_HAZARDS, hazards))
    return {form.title: replace(like, form=form, rows=_numbered(rows), facts=(day, PUBLIC_LINE), label="") for form, rows in pairs}


def _by_town(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row.get("town") or ""), []).append(row)
    return found


def _numbered(rows: Iterable[Row]) -> list[Row]:
    return [{**row, "no": number} for number, row in enumerate(rows, start=1)]


def _open(text: str, names: Iterable[str]) -> str:
    """Return words that may be read by all: the numbers and the names of persons in them hidden."""
    shown = _NUMBER.sub(lambda found: mask_number(found.group()), text)
    for name in sorted({one for one in names if len(one) > 1}, key=len, reverse=True):
        shown = shown.replace(name, mask_name(name))
    return shown


def _names(session: Session, ids: set[int]) -> Mapping[int, tuple[str, ...]]:
    """Return the persons of these enterprises that the registry knows."""
    listed, found = sorted(ids), {}
    for start in range(0, len(listed), _AT_ONCE):
        query = select(Enterprise.id, Enterprise.legal_rep, Enterprise.contact).where(Enterprise.id.in_(listed[start : start + _AT_ONCE]))
        for number, *names in session.execute(query):
            found[number] = tuple(name for name in names if name)
    return found
