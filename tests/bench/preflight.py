"""Pre-flight of a district's campaign: the time of all rules, and how it grows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Attendance, Enterprise, Finding, Inspection, Person
from models.annexes import CATEGORIES
from models.forms import Row
from services import checks, enterprises, history, migrate, records
from services.checks.gathering import gather
from tests import make
from tests.bench.bars import Figure, timed
from tests.bench.figures import grown
from tests.planting import FINDING, VISIT, code

FIRMS, FINDINGS = 681, 5_141
GROWTH = 10
_DAY = date(2023, 4, 24)
_OWN = ("leader",)


def measure_preflight(folder: Path, *, rounds: int) -> list[Figure]:
    """Run every rule over 681 visits with 5,141 findings, and over ten times as many."""
    figures = []
    for factor in (1, GROWTH):
        figure = Figure(f"pre-flight of {FIRMS * factor:,} visits, {FINDINGS * factor:,} findings, all rules")
        reading: list[float] = []
        with migrate.open_store(folder / f"preflight-{factor}", operator="bench") as store:
            with store.write("bench") as session:
                campaign = _fill(session, factor)
            for _ in range(rounds if factor == 1 else 1):
                with store.snapshot() as session, timed(reading):
                    gather(session, campaign_id=campaign, as_of=_DAY)
                with store.snapshot() as session, timed(figure.ours_ms, figure.processor_ms):
                    found = checks.run(session, campaign_id=campaign, as_of=_DAY)
        figure.notes = [f"of it reading {min(reading):,.0f} ms; {len(found)} issues"]
        figure.notes.append(f"processor {min(figure.processor_ms):,.0f} ms")
        figures.append(figure)
    figures[-1].notes.append(f"{grown(figures[-1].processor_ms, figures[0].processor_ms):.1f} × the processor time of the first (bar 12)")
    return figures


def _fill(session: Session, factor: int) -> int:
    campaign = make.campaign(session)
    make.group(session, campaign)
    firms = history.bulk_insert(session, Enterprise, _firms(FIRMS * factor))
    visits = history.bulk_insert(session, Inspection, _visits(campaign, firms))
    crew = list(session.scalars(select(Person.id).order_by(Person.id)))
    history.bulk_insert(session, Attendance, _attendance(visits, crew))
    history.bulk_insert(session, Finding, _findings(campaign, visits, FINDINGS * factor))
    return campaign


def _firms(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        row: Row = {
            "name": f"岚桥区样例{number:05}机械有限公司",
            "credit_code": code(number),
            "town": "柳溪镇",
            "state": "在业",
            "industry": "机械",
        }
        yield enterprises.stored(row) | records.Source(file="企业名录.xlsx", sheet="Sheet1", row=number).columns()


def _visits(campaign: int, firms: list[int]) -> Iterator[dict[str, Any]]:
    for number, firm in enumerate(firms):
        day = date(2023, 4, 1) + timedelta(days=number % 20)
        own = {key: value for key, value in VISIT.items() if key not in _OWN}
        yield {
            **own, "campaign_id": campaign, "enterprise_id": firm, "checked_on": day, "entered_on": day, "state": "已完成",
            "platform_no": f"LQ{number:08}", "document_no": f"（岚）应急现记〔2023〕{number:05}号",
        }  # fmt: skip


def _attendance(visits: list[int], crew: list[int]) -> Iterator[dict[str, Any]]:
    for visit in visits:
        for position, person in enumerate(crew):
            yield {"inspection_id": visit, "person_id": person, "position": position, "role": "执法人员"}


def _findings(campaign: int, visits: list[int], count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        yield {
            **FINDING, "campaign_id": campaign, "inspection_id": visits[number % len(visits)], "no": 1 + number // len(visits),
            "hazard": f"第 {number} 处防护罩缺失", "category": CATEGORIES[number % len(CATEGORIES)], "penalty": False,
        }  # fmt: skip
