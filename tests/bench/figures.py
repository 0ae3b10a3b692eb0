"""Figures and tables of a campaign, of ten, and (`city`) of a city's year.

The reference is one bare GROUP BY a table, in the same snapshot: what the
database alone would need for the numbers, without rows to open, rates,
definitions, sums.
"""

from __future__ import annotations

import itertools
import random
import resource
import sys
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import Session

from models import Attendance, Enterprise, Finding, Group, Inspection, Person
from models.annexes import CATEGORIES, DISPOSALS, FINDING_STATES, STAGES
from models.base import new_uid
from services import clock, figures, migrate
from services.figures.grids import GRIDS
from services.store import Store, make_engine
from tests import make
from tests.bench.bars import Figure, alternate, timed

AS_OF = date(2023, 12, 31)
TOWNS = ("柳溪镇", "石坪镇", "双汊镇", "青崖镇", "枫林街道", "北塘街道", "云泉镇", "白鹭镇", "南亭街道", "望湖镇", "大营镇")
INDUSTRIES = ("机械", "建材", "冶金", "轻工", "纺织")
_COUNTY, _COUNTY_FINDINGS, _TEN = 681, 5_141, 10
_CITY_VISITS, _CITY_FINDINGS = 60_000, 500_000
_BATCH = 20_000
_FIRST, _FIRM = date(2023, 1, 1), 1_000


def measure_figures(folder: Path, *, rounds: int) -> list[Figure]:
    """Count everything on 统计数据, of a county and of ten: all figures, every table with its rows.

    Args:
        folder: Where data may lie.
        rounds: How often.
    """
    name = f"figures and tables: {_COUNTY} visits, {_COUNTY_FINDINGS:,} findings"
    county = _measured(folder / "county", name, (_COUNTY, _COUNTY_FINDINGS), rounds)
    county.bar = 3.0
    ten = _measured(folder / "ten", "the same, ten times the size", (_COUNTY * _TEN, _COUNTY_FINDINGS * _TEN), rounds)
    ten.notes.append(f"{grown(ten.processor_ms, county.processor_ms):.1f} × the processor time of the county (bar 12)")
    return [county, ten]


def measure_city(folder: Path, *, rounds: int) -> Figure:
    """Count the same of a city's year, once, and tell the memory that the process needed.

    Args:
        folder: Where data may lie.
        rounds: Not asked: making the year takes longer than counting it.
    """
    name = f"figures and tables of a city's year: {_CITY_VISITS:,} visits, {_CITY_FINDINGS:,} findings"
    before = _peak_mb()
    figure = _measured(folder / "city", name, (_CITY_VISITS, _CITY_FINDINGS), min(rounds, 1))
    figure.notes.append(f"peak memory of the process {_peak_mb():,.0f} MB, {before:,.0f} MB before the year was made")
    return figure


def grown(large: list[float], small: list[float]) -> float:
    """Return how many times the larger size took, best round against best round."""
    return min(large) / min(small)


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _measured(folder: Path, name: str, size: tuple[int, int], rounds: int) -> Figure:
    figure = Figure(name, reference=f"{len(GRIDS) + 4} × GROUP BY")
    busy: list[float] = []
    with migrate.open_store(folder, operator="bench") as store:
        campaign_id = _fill(store, *size)

        def ours() -> None:
            with store.snapshot() as session, timed(figure.ours_ms, figure.processor_ms):
                facts = figures.collect_counted(session, campaign_id=campaign_id, as_of=AS_OF)
                known = figures.figures_by_key(session, facts)
                tables = figures.grids(session, facts)
                figures.breakdowns(session, facts)
            if known["findings"].value != size[1] or tables[0].total != size[1]:
                raise RuntimeError(f"{known['findings'].value} findings counted, not {size[1]}")

        def reference() -> None:
            with store.snapshot() as session, timed(figure.reference_ms, busy):
                for query in _bare(campaign_id):
                    session.execute(query).all()

        alternate(rounds, ours, reference)
    figure.notes.append(f"processor ms: ours {min(figure.processor_ms):,.0f}, reference {min(busy):,.0f}")
    return figure


def _bare(campaign_id: int) -> Iterable[Any]:
    """Yield a GROUP BY for every table of two directions and of one."""
    pairs = [
        *((Enterprise.town, Finding.category), (Inspection.group_id, Inspection.checked_on), (Enterprise.industry, Finding.level)),
        *((Enterprise.town, Finding.status), (Finding.category, Finding.disposal), (Enterprise.town, Inspection.group_id)),
        *((Finding.category,), (Enterprise.town,), (Inspection.group_id,), (Inspection.checked_on,), (Finding.level, Finding.status)),
    ]
    for pair in pairs:
        yield (
            select(*pair, func.count())
            .select_from(Finding)
            .join(Inspection, Inspection.id == Finding.inspection_id)
            .join(Enterprise, Enterprise.id == Inspection.enterprise_id)
            .where(
                Finding.campaign_id == campaign_id,
                Finding.deleted_at.is_(None),
                Inspection.deleted_at.is_(None),
                Inspection.state == "已完成",
                Inspection.checked_on <= AS_OF,
            )
            .group_by(*pair)
        )


def _fill(store: Store, visits: int, findings: int) -> int:
    """Put a campaign of this size into the file, past the history: only reading is measured."""
    dice = random.Random(7)
    with store.write("bench") as session:
        campaign_id = make.campaign(session, industries=list(INDUSTRIES))
        make.group(session, campaign_id)
        make.group(session, campaign_id, "第二检查组", leader="林秀云", officers=("白朗宁",))
        groups = list(session.scalars(select(Group.id).where(Group.campaign_id == campaign_id)))
        people = list(session.scalars(select(Person.id)))
        for number in range(17):
            make.enterprise(session, f"岚桥区案件{number}厂", credit_code=None)
            make.case(session, campaign_id, f"岚桥区案件{number}厂", findings=(), stage=dice.choice(STAGES))
    engine = make_engine(store.folder.database, pooled=False)
    with Session(engine) as session:
        _insert(session, Enterprise, (_enterprise(number, dice) for number in range(visits)))
        _insert(session, Inspection, (_visit(number, campaign_id, groups, dice) for number in range(visits)))
        pairs = itertools.product(range(visits), enumerate(people[:2]))
        _insert(session, Attendance, (_present(number, place, person) for number, (place, person) in pairs))
        _insert(session, Finding, (_finding(number, campaign_id, visits, dice) for number in range(findings)))
        session.commit()
    engine.dispose()
    return campaign_id


def _enterprise(number: int, dice: random.Random) -> dict[str, Any]:
    name = f"岚桥区第{number}厂"
    return {
        **{"id": _FIRM + number, "name": name, "name_key": name, "search_text": name},
        **{"town": dice.choice(TOWNS), "industry": dice.choice(INDUSTRIES)},
    }


def _visit(number: int, campaign_id: int, groups: list[int], dice: random.Random) -> dict[str, Any]:
    return {
        **{"id": number + 1, "campaign_id": campaign_id, "enterprise_id": _FIRM + number, "group_id": dice.choice(groups)},
        **{"state": "已完成", "checked_on": _FIRST + timedelta(days=dice.randrange(360)), "document_no": f"检记{number}号"},
    }


def _present(number: int, place: int, person: int) -> dict[str, Any]:
    return {"inspection_id": number + 1, "person_id": person, "position": place, "role": "执法人员"}


def _finding(number: int, campaign_id: int, visits: int, dice: random.Random) -> dict[str, Any]:
    return {
        **{"campaign_id": campaign_id, "inspection_id": number % visits + 1, "no": number, "hazard": "梳棉机传动部位没有防护罩"},
        **{"penalty": number % 19 == 0, "category": dice.choice(CATEGORIES), "level": "重大" if number % 97 == 0 else "一般"},
        **{"disposal": dice.choice(DISPOSALS), "status": dice.choice(FINDING_STATES), "due": _FIRST + timedelta(days=dice.randrange(360))},
    }


def _insert(session: Session, entity: type[Any], rows: Iterable[dict[str, Any]]) -> None:
    target = entity.__table__
    assert isinstance(target, Table)
    stamp = {"revision": 1, "created_at": clock.now().replace(microsecond=0), "updated_at": clock.now().replace(microsecond=0)}
    listed = iter(rows)
    while batch := list(itertools.islice(listed, _BATCH)):
        session.execute(insert(target), [{**row, "uid": new_uid(), **stamp} for row in batch])
