"""Tables of two directions: their sums are the figures, whatever the campaign."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from models.annexes import CATEGORIES, DISPOSALS, FINDING_STATES, LEVELS
from services import figures
from services.figures.comparing import compare, earlier
from services.figures.grids import GRIDS, MEASURES
from services.figures.statistics import Asked, statistics
from services.store import Store
from tests import make

AS_OF = date(2023, 4, 21)
STATES = ("已完成", "已完成", "已完成", "草稿", "作废")
# Which figure a table adds up to, by what it counts.
FIGURE = {"findings": "findings", "visits": "visits", "enterprises": "enterprises"}


def a_campaign(session: Session, seed: int) -> int:
    """Make a campaign as chance will have it: blanks, drafts, later days, other towns included."""
    dice = random.Random(seed)
    listed = CATEGORIES[: dice.choice((1, 9, 14))]
    number = make.campaign(session, name=f"岚桥区第{seed}次检查", categories=list(listed))
    names = [f"第{word}检查组" for word in "一二三"[: dice.randrange(4)]]
    for place, name in enumerate(names):
        people = {"leader": f"{'何祁林'[place]}志远", "officers": (f"{'康安白'[place]}立群",)}
        make.group(session, number, name, quota=dice.choice((None, 2)), **people)
    for place in range(dice.randrange(1, 12)):
        firm = f"岚桥区{seed}号{place % 7}厂"
        town = dice.choice(("柳溪镇", "石坪镇", "双汊镇", None))
        make.visit(
            session, number, firm, town=town, group=dice.choice((*names, None)), state=dice.choice(STATES),
            checked_on=date(2023, 4, 10) + timedelta(days=dice.randrange(14)), experts=("毕四",) if dice.random() < 0.5 else (),
        )  # fmt: skip
        for hazard in range(dice.randrange(4)):
            make.finding(
                session, number, firm, hazard=f"第 {place}-{hazard} 项",
                category=dice.choice((*listed, None)), level=dice.choice(LEVELS),
                disposal=dice.choice((*DISPOSALS, None)), status=dice.choice(FINDING_STATES), penalty=dice.random() < 0.3,
                due=dice.choice((None, date(2023, 4, 15), date(2023, 5, 1))),
            )  # fmt: skip
        if dice.random() < 0.3:
            procedure = dice.choice(("普通程序", "简易程序"))
            make.case(session, number, firm, procedure=procedure, findings=(), proposed=dice.choice((None, 1_000_050)))
    return number


@pytest.mark.parametrize("seed", range(8))
def test_every_table_adds_up_to_its_figure(store: Store, seed: int) -> None:
    with store.write("随机") as session:
        number = a_campaign(session, seed)
    with store.snapshot() as session:
        facts = figures.collect_counted(session, campaign_id=number, as_of=AS_OF)
        known = figures.figures_by_key(session, facts)
        annex = figures.annex_2_rows(facts)
        cases = (known["proposed_cases"].value or 0) + (known["simple_cases"].value or 0)
        assert sum(int(str(row["findings_total"])) for row in annex) == known["findings"].value
        assert len(annex) == known["enterprises"].value
        for name, rows in figures.breakdowns(session, facts).items():
            assert sum(row["findings"] for row in rows) == known["findings"].value, name
        for key, sort in GRIDS.items():
            for measure in sort.measures:
                made = figures.grid(session, facts, key, measure=measure)
                assert made.total == (cases if measure == "cases" else known[FIGURE[measure]].value), (key, measure)
                cells = [[made.value(row, column) for column in range(len(made.columns))] for row in range(len(made.rows))]
                if made.distinct:
                    assert all(total >= max(line, default=0) for total, line in zip(made.row_sums, cells, strict=True))
                else:
                    assert [sum(line) for line in cells] == list(made.row_sums)
                    assert sum(made.column_sums) == sum(made.row_sums) == made.total
        for figure in known.values():
            if figure.each:
                assert sum(part.count for part in figure.parts) == (figure.value or 0), figure.key
        assert known["findings"].value == (known["major_hazards"].value or 0) + (known["general_hazards"].value or 0)


def test_rows_and_columns_stand_in_fixed_order_with_the_unknown_last(store: Store) -> None:
    with store.write("样例") as session:
        number = make.campaign(session)
        make.group(session, number, "第二检查组", leader="丁海波", officers=("安三",))
        make.group(session, number)
        make.visit(session, number, "岚桥区甲厂", town=None, group=None)
        make.visit(session, number, "岚桥区乙厂", town="石坪镇", group="第一检查组")
        make.finding(session, number, "岚桥区甲厂", category=None)
        make.finding(session, number, "岚桥区乙厂", category="其他类")
    with store.snapshot() as session:
        facts = figures.collect_counted(session, campaign_id=number, as_of=AS_OF)
        towns = figures.grid(session, facts, "town_category")
        groups = figures.grid(session, facts, "group_day", measure="visits")
    assert towns.rows == ("柳溪镇", "石坪镇", "（未填）")
    assert towns.columns == (*CATEGORIES, "（未填）")
    assert groups.rows[-1] == "（未填）"
    assert towns.told(1, CATEGORIES.index("其他类")) == "石坪镇、其他类 发现问题 1 项"
    assert towns.told(None, None) == "合计 发现问题 2 项"


def test_an_enterprise_that_is_inspected_twice_counts_once_in_the_sum(store: Store) -> None:
    with store.write("样例") as session:
        number = make.campaign(session)
        make.group(session, number)
        for day in (10, 11):
            make.visit(session, number, checked_on=date(2023, 4, day))
    with store.snapshot() as session:
        facts = figures.collect_counted(session, campaign_id=number, as_of=AS_OF)
        made = figures.grid(session, facts, "group_day", measure="enterprises")
    assert ([made.value(0, 0), made.value(0, 1)], made.row_sums, made.total) == ([1, 1], (1,), 1)
    assert made.register == "enterprises"
    assert "各格相加不一定等于合计" in made.definition


def test_an_earlier_campaign_stands_beside_and_what_it_lacks_is_missing(store: Store) -> None:
    with store.write("样例") as session:
        empty = make.campaign(session, name="岚桥区2021年检查", year=2021)
        before = make.campaign(session, name="岚桥区2022年检查", year=2022)
        now = make.campaign(session)
        make.visit(session, before)
        for name in ("岚桥区甲厂", "岚桥区乙厂"):
            make.visit(session, now, name)
        make.finding(session, now, "岚桥区甲厂", status="已销号")
    with store.snapshot() as session:
        facts = figures.collect_counted(session, campaign_id=now, as_of=AS_OF)
        listed = figures.all_figures(session, facts)
        known = {one.figure.key: one for one in compare(session, listed, with_campaign=before, as_of=AS_OF)}
        nothing = compare(session, listed, with_campaign=empty, as_of=AS_OF)
        found = statistics(session, campaign_id=now, asked=Asked(as_of=AS_OF, against=before))
        assert [one.name for one in earlier(session, campaign_id=now)][:2] == ["岚桥区2022年检查", "岚桥区2021年检查"]
    assert (known["enterprises"].before, known["enterprises"].change, known["enterprises"].told) == (1, 1, "+1")
    assert (known["rectification_rate"].before, known["rectification_rate"].told) == (None, "—")
    assert {one.before for one in nothing} == {None}
    assert {one.told for one in nothing} == {"—"}
    assert found.against is not None
    assert found.against.name == "岚桥区2022年检查"
    assert {grid.measure for grid in found.grids} <= set(MEASURES)
