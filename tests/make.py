"""Builders of test data; tests never call entity constructors themselves.

Every builder takes a session of a write, fills what the test does not care
about, and returns the id of what it made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from models import Submission
from models.annexes import READABLE
from models.forms import Row
from services import campaigns, cases, clock, enterprises, findings, groups, inspections, people, records, rules
from services.imports.read_form import ReadForm, ReadRow, RowFlag

CAMPAIGN: dict[str, Any] = {
    "name": "岚桥区2023年工贸企业分片集中执法检查活动",
    "issuer": "岚桥区应急管理局",
    "issued_on": "2023-03-22",
    "groups": 3,
    "min_enterprises_per_group": 1,
    "phases": [{"name": "分片集中执法检查", "start": "2023-04-01", "end": "2023-04-21"}],
    "deadlines": [
        {"what": "抽调执法人员统计表", "due": "2023-03-27", "kind": "submit", "recipient": "大队审理室"},
        {"what": "统计表和总结", "due": "2023-04-26", "kind": "submit", "recipient": "大队审理室"},
    ],
    "attachments": [{"no": "2", "title": "全区工贸企业分片集中执法检查活动情况统计表"}],
}
UNITS: list[Mapping[str, str]] = [
    {"name": "柳溪镇", "aliases": "柳溪", "nominees": "1"},
    {"name": "石坪镇", "aliases": "石坪", "nominees": "1"},
]
PARTS = {"总体情况": "本次检查覆盖面广。", "主要做法": "联合检查。", "存在问题": "培训不足。", "下一步工作建议": "加强复查。"}


def campaign(session: Session, **changes: object) -> int:
    """Make a campaign with two towns and the rules that ship."""
    rules.sync(session)
    made = campaigns.create(session, facts={**CAMPAIGN, **changes})
    made.prose = dict(PARTS)
    campaigns.set_units(session, campaign_id=made.id, units=UNITS)
    return made.id


def person(session: Session, campaign_id: int, name: str = "周砚秋", **changes: object) -> int:
    """Make a seconded person."""
    row: Row = {"unit": "柳溪镇", "name": name, "unit_position": "柳溪镇安环办科员", "cert_no": "99030200001", "phone": "19900000001"}
    return people.save(session, campaign_id=campaign_id, row={**row, **changes})


def group(session: Session, campaign_id: int, name: str = "第一检查组", **changes: object) -> int:
    """Make a group with a leader and an officer."""
    row: Row = {"name": name, "leader": "何志远", "officers": ("康立群",)}
    return groups.save(session, campaign_id=campaign_id, row={**row, **changes})


def enterprise(session: Session, name: str = "岚桥区瑞丰纺织有限公司", **changes: object) -> int:
    """Make an enterprise of the registry with a right credit code."""
    row: Row = {"name": name, "credit_code": "91370302MA3DEMA02B", "town": "柳溪镇", "state": "在业"}
    return enterprises.save(session, row={**row, **changes})


def visit(session: Session, campaign_id: int, name: str = "岚桥区瑞丰纺织有限公司", **changes: object) -> int:
    """Make a finished visit of the first group."""
    row: Row = {
        "enterprise": name,
        "checked_on": date(2023, 4, 10),
        "group": "第一检查组",
        "leader": "何志远",
        "officers": ("康立群",),
        "platform_no": "LQ2023-0001",
        "entered_on": date(2023, 4, 10),
    }
    return inspections.save(session, campaign_id=campaign_id, row={**row, **changes})


def finding(session: Session, campaign_id: int, name: str = "岚桥区瑞丰纺织有限公司", **changes: object) -> int:
    """Make a finding of a visit."""
    row: Row = {"enterprise": name, "hazard": "梳棉机传动部位没有防护罩", "category": "设施设备类"}
    return findings.save(session, campaign_id=campaign_id, row={**row, **changes})


def case(session: Session, campaign_id: int, name: str = "岚桥区瑞丰纺织有限公司", **changes: object) -> int:
    """Make a case of the ordinary procedure, 2 万元 proposed."""
    row: Row = {"enterprise": name, "violation": "安全设备的安装不符合要求", "proposed": 2_000_000, "findings": ("1",)}
    return cases.save(session, campaign_id=campaign_id, row={**row, **changes})


def submission(session: Session, campaign_id: int, **facts: Any) -> int:
    """Make a received file as the list of received files keeps it."""
    counts = {"new": 1, "changed": 0, "same": 0, "rejected": 1, "skipped": 0, "flagged": 0}
    at = clock.now().replace(microsecond=0)
    return records.add(session, Submission(campaign_id=campaign_id, counts=counts, received_at=at, **facts))


def received(
    folder: Path, form: str, *rows: Row, name: str = "来表.xlsx", submitter: str | None = None, flags: Sequence[RowFlag] = ()
) -> tuple[Path, ReadForm]:
    """Return a file that was received and what was read from it.

    The flags hang on the first row.
    """
    path = folder / name
    path.write_text(f"{form} {rows}", encoding="utf-8")
    declared = next(one for one in READABLE if one.code == form)
    read = [ReadRow("Sheet1", number, {**dict.fromkeys(declared.keys), **row}) for number, row in enumerate(rows, start=2)]
    read[0].flags.extend(flags)
    return path, ReadForm(path, "imported", form=declared, sheet="Sheet1", header_rows=(1,), submitter=submitter, rows=read)
