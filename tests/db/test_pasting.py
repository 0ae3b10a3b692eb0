"""Many new rows at once are those saved one by one, and are refused by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from models import Base, Finding
from models.forms import Row
from services import absences, cases, equipment, findings, groups, inspections, migrate, officers, pasting, people, reporting
from services.errors import Problem
from services.records import SomeRefused
from services.store import Store
from tests import make

FIRM = "岚桥区瑞丰纺织有限公司"
DAY = date(2023, 4, 10)
# save one, save many, rows that can be saved, rows of which the last cannot
SORTS: dict[str, tuple[Callable[..., int], Callable[..., list[int]], list[Row], Row]] = {
    "people": (
        people.save,
        pasting.save_people,
        [
            {"name": "程岚", "unit": "柳溪镇", "cert_no": "99030200011", "phone": "19900000011"},
            {"name": "程岚", "unit": "石坪镇", "cert_no": "99030200012"},
            {"name": "何志远", "unit_position": "石坪镇安环办科员", "phone": "19900000013", "remark": "会开车"},
        ],
        {"name": "程 岚", "cert_no": "99030200011"},
    ),
    "officers": (
        officers.save,
        pasting.save_officers,
        [{"name": "程岚", "post": "监察室主任", "cert_no": "99030200011"}, {"name": "程岚", "cert_no": "99030200012"}],
        {"name": "康立群"},
    ),
    "experts": (officers.save_expert, pasting.save_experts, [{"name": "薛明", "speciality": "粉尘防爆"}], {"name": "薛明"}),
    "units": (
        reporting.save,
        pasting.save_units,
        [{"name": "双汊镇", "nominees": 2, "aliases": ("双汊",)}, {"name": "青崖镇"}],
        {"name": "双汊镇"},
    ),
    "groups": (
        groups.save,
        pasting.save_groups,
        [
            {"name": "第三检查组", "leader": "桑柏", "officers": ("廖景行", "桑柏"), "towns": ("柳溪镇",), "quota": 15},
            {"name": "机动组", "experts": ("薛明",)},
        ],
        {"name": "第四检查组", "officers": ("廖景行",)},
    ),
    "absences": (
        absences.save,
        pasting.save_absences,
        [{"name": "何志远", "start": DAY, "end": date(2023, 4, 11)}, {"name": "桑柏", "start": DAY, "reason": "出差"}],
        {"name": "何志远", "start": DAY, "end": date(2023, 4, 1)},
    ),
    "equipment": (
        equipment.save,
        pasting.save_equipment,
        [{"kind": "执法记录仪", "label": "07", "group": "一组", "holder": "康立群"}, {"kind": "打印机", "count": 2}],
        {"kind": "打印机", "group": "第九检查组"},
    ),
    "visits": (
        inspections.save,
        pasting.save_visits,
        [
            {"enterprise": FIRM, "checked_on": date(2023, 4, 11), "group": "一组", "leader": "何志远", "officers": ("康立群",)},
            {"enterprise": "岚桥区金盾泵业有限公司", "town": "柳溪镇", "checked_on": DAY, "experts": ("薛明",), "state": "草稿"},
        ],
        {"checked_on": DAY},
    ),
    "findings": (
        findings.save,
        pasting.save_findings,
        [
            {"enterprise": FIRM, "checked_on": DAY, "hazard": "配电箱未接地", "disposal": "立案查处"},
            {"enterprise": FIRM, "hazard": "粉尘未清理", "level": "重大", "rechecked_on": DAY},
        ],
        {"enterprise": "岚桥区无此企业", "hazard": "未培训"},
    ),
    "cases": (
        cases.save,
        pasting.save_cases,
        [
            {"enterprise": FIRM, "violation": "未接地", "findings": ("1",), "proposed": 1_500_000, "decided_on": DAY, "decided": 1_200_000},
            {"enterprise": FIRM, "violation": "未培训", "person_party": "样例人", "person_proposed": 500_000, "stage": "已立案"},
        ],
        {"enterprise": FIRM, "violation": "未公示", "findings": ("99",)},
    ),
}
UNLIKE = {"uid", "created_at", "updated_at", "revision"}


def prepare(store: Store) -> int:
    with store.write("准备") as session:
        number = make.campaign(session)
        make.group(session, number)
        make.enterprise(session)
        make.visit(session, number)
        make.finding(session, number)
    return number


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    with migrate.open_store(tmp_path / "other", operator="周启明") as opened:
        yield opened


def contents(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Return what the tables hold, but what differs from day to day."""
    found: dict[str, list[dict[str, Any]]] = {}
    with store.read() as session:
        for table in Base.metadata.sorted_tables:
            assert isinstance(table, Table)
            if "uid" in table.columns and table.name != "operation":
                rows = session.execute(select(table).order_by(table.c.id)).mappings()
                found[table.name] = [{key: value for key, value in row.items() if key not in UNLIKE} for row in rows]
    return found


def save_all(save: Callable[..., int], session: Session, campaign: int, rows: Sequence[Row]) -> list[int]:
    return [save(session, campaign_id=campaign, row=row) for row in rows]


@pytest.mark.parametrize("sort", SORTS)
def test_many_at_once_are_the_same_as_one_by_one(store: Store, other: Store, sort: str) -> None:
    save, save_many, rows, _bad = SORTS[sort]
    campaign = prepare(store)
    with store.write("逐行") as session:
        single = save_all(save, session, campaign, rows)
    assert prepare(other) == campaign
    with other.write("整段") as session:
        assert save_many(session, campaign_id=campaign, rows=rows) == single
    assert contents(other) == contents(store)


@pytest.mark.parametrize("sort", SORTS)
def test_a_row_that_cannot_be_saved_is_named_with_the_sentence_of_a_single_save(store: Store, sort: str) -> None:
    save, save_many, rows, bad = SORTS[sort]
    if sort == "visits":  # their key is all that can lack, and a form sees to that before
        return
    campaign = prepare(store)
    before = contents(store)
    with pytest.raises(Problem) as alone, store.write("逐行") as session:
        save_all(save, session, campaign, (*rows, bad))
    with pytest.raises(SomeRefused) as together, store.write("整段") as session:
        save_many(session, campaign_id=campaign, rows=[*rows, bad])
    assert {place: problem.message() for place, problem in together.value.problems.items()} == {len(rows): alone.value.message()}
    assert contents(store) == before


def test_a_category_that_the_campaign_does_not_have_is_named(store: Store) -> None:
    campaign = prepare(store)
    row: Row = {"enterprise": FIRM, "hazard": "未培训", "category": "没有这一类"}
    with pytest.raises(SomeRefused) as refused, store.write("整段") as session:
        pasting.save_findings(session, campaign_id=campaign, rows=[row])
    assert "不在本次行动的类别表里" in refused.value.problems[0].message()
    with store.read() as session:
        assert len(session.scalars(select(Finding)).all()) == 1
