"""Each indicator, counted by hand on a tiny campaign."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from services import cases, enterprises, figures, findings, groups, inspections, visiting
from services import listing as listing_of
from services.listing import Listing
from services.store import Store
from tests import make

A, B, C = "岚桥区瑞丰纺织有限公司", "岚桥区恒信机械有限公司", "岚桥区永固建材有限公司"
AS_OF = date(2023, 4, 21)

COUNTED = {
    "groups": 2,
    "group_visits": 4,
    "officers": 4,
    "officer_visits": 8,
    "expert_visits": 1,
    "drawn": None,
    "enterprises": 3,
    "visits": 4,
    "coverage": 75.0,
    "findings": 4,
    "major_hazards": 1,
    "fixed_on_spot": 1,
    "closed": 2,
    "rectification_rate": 50.0,
    "rectification_rate_due": 100.0,
    "documents": 2,
    "stop_orders": 1,
    "penalty_items": 2,
    "proposed_enterprises": 2,
    "proposed_cases": 2,
    "proposed_violations": 2,
    "filed_cases": 1,
    "fine_proposed_yuan": 26_000,
    "fine_decided_yuan": 15_000,
    "fine_paid_yuan": 10_000.5,
    "double_penalty_rate": 50.0,
    "published_rate": 100.0,
    "platform_same_day_rate": 75.0,
    "experts": 1,
    "general_hazards": 3,
    "to_fix_in_time": 0,
    "overdue": 0,
    "major_closed": 1,
    "major_listed": 0,
    "major_rate": 100.0,
    "sealed": 0,
    "handed_over": 0,
    "simple_cases": 1,
    "decided_cases": 1,
    "fine_proposed_unit_yuan": 21_000,
    "fine_proposed_person_yuan": 5_000,
    "fine_decided_unit_yuan": 10_000,
    "fine_decided_person_yuan": 5_000,
    "transferred_cases": 0,
    "lenient_cases": 0,
}


@pytest.fixture
def counted(store: Store) -> int:
    """Return a campaign: 4 finished visits, a draft, a void one and one too late; 4 findings; 2 cases and a simple one.

    Group 1 has a quota of 3 and inspected A (twice) and B; group 2 a quota of 1 and inspected C.
    """
    with store.write("准备") as session:
        number = make.campaign(session, min_enterprises_per_group=1)
        make.group(session, number, quota=3)
        make.group(session, number, "第二检查组", leader="丁海波", officers=("安三",), quota=1)
        for day, name, group, entered, more in (
            (10, A, "第一检查组", 10, {"document_no": "岚应急检记〔2023〕1号", "experts": ("毕四",)}),
            (18, A, "第一检查组", 18, {}),
            (11, B, "第一检查组", 12, {}),
            (12, C, "第二检查组", 12, {"leader": "丁海波", "officers": ("安三",)}),
            (13, "岚桥区草稿厂", "第一检查组", 13, {"state": "草稿"}),
            (13, "岚桥区作废厂", "第一检查组", 13, {"state": "作废"}),
            (25, "岚桥区以后厂", "第一检查组", 25, {}),
        ):
            row: dict[str, object] = {"checked_on": date(2023, 4, day), "entered_on": date(2023, 4, entered), "group": group}
            make.visit(session, number, name, **{"leader": "何志远", "officers": ("康立群",), **row, **more})
        done = {"status": "已销号", "due": date(2023, 4, 20)}
        make.finding(session, number, A, hazard="一", checked_on=date(2023, 4, 10), disposal="当场整改", **done)
        make.finding(session, number, A, hazard="二", checked_on=date(2023, 4, 18), level="重大", disposal="责令暂时停产停业", **done)
        make.finding(session, number, B, hazard="三", category="其他类", due=date(2023, 5, 1))
        make.finding(session, number, C, hazard="四", category="其他类")
        make.finding(session, number, "岚桥区草稿厂", hazard="五", penalty=True)
        decided = {"filed_on": date(2023, 4, 14), "decided_on": date(2023, 4, 18), "published_on": date(2023, 4, 20)}
        make.case(session, number, A, findings=("2",), **decided, decision_no="岚应急罚〔2023〕1号", decided=1_000_000, paid=1_000_050,
                  person_party="刘样例", person_proposed=500_000, person_decided=500_000)  # fmt: skip
        make.case(session, number, B, proposed=None, no_amount_reason="证据还在收集")
        make.case(session, number, C, procedure="简易程序", proposed=100_000, findings=())
    return number


def test_every_figure_is_what_a_hand_counts(store: Store, counted: int) -> None:
    with store.snapshot() as session:
        facts = figures.collect(session, campaign_id=counted, as_of=AS_OF)
        found = {key: figure.value for key, figure in figures.figures_by_key(session, facts).items()}
    assert found == COUNTED
    assert list(found) == list(COUNTED)


def test_the_rows_behind_a_figure_are_as_many_as_it_counts(store: Store, counted: int) -> None:
    with store.snapshot() as session:
        found = figures.figures_by_key(session, figures.collect(session, campaign_id=counted, as_of=AS_OF))
    for figure in found.values():
        if figure.each:
            assert sum(part.count for part in figure.parts) == (figure.value or 0), figure.key
    assert {figure.unit for figure in found.values() if not figure.each} == {"人", "人次", "%", "元"}


def test_a_rate_opens_what_it_counts_and_what_is_left(store: Store, counted: int) -> None:
    with store.snapshot() as session:
        found = figures.figures_by_key(session, figures.collect(session, campaign_id=counted, as_of=AS_OF))
    assert [(part.word, part.count) for part in found["rectification_rate"].parts] == [("已销号", 2), ("没有销号", 2)]
    for figure in found.values():
        if figure.unit == "%" and figure.key != "coverage":
            part, rest = figure.parts
            assert figure.value == round(100 * part.count / (part.count + rest.count), 1), figure.key


def test_the_documents_open_visits_and_decisions_alike(store: Store, counted: int) -> None:
    with store.snapshot() as session:
        found = figures.figures_by_key(session, figures.collect(session, campaign_id=counted, as_of=AS_OF))["documents"]
    assert [(part.register, part.word, part.count) for part in found.parts] == [("inspections", "检查记录", 1), ("cases", "处罚决定书", 1)]


@pytest.mark.parametrize(("key", "listing"), [("enterprises", enterprises.LISTING), ("stop_orders", enterprises.LISTING),
                                              ("groups", groups.LISTING), ("visits", inspections.LISTING),
                                              ("findings", findings.LISTING), ("proposed_cases", cases.LISTING)])  # fmt: skip
def test_the_register_shows_exactly_the_rows_of_a_figure(store: Store, counted: int, key: str, listing: Listing) -> None:
    with store.snapshot() as session:
        figure = figures.figures_by_key(session, figures.collect(session, campaign_id=counted, as_of=AS_OF))[key]
        shown = listing_of.ids(session, listing, scope=counted, filters=figure.filters)
    assert sorted(shown) == sorted(figure.parts[0].ids)
    assert len(shown) == figure.value


def test_both_ways_of_reading_a_campaign_count_alike(store: Store, counted: int) -> None:
    with store.snapshot() as session:
        whole = figures.collect(session, campaign_id=counted, as_of=AS_OF)
        lean = figures.collect_counted(session, campaign_id=counted, as_of=AS_OF)
        assert figures.all_figures(session, whole) == figures.all_figures(session, lean)
        assert figures.breakdowns(session, whole) == figures.breakdowns(session, lean)
        assert figures.grids(session, whole) == figures.grids(session, lean)


def test_rechecks_count_as_visits_only_where_the_office_wants_them(store: Store, counted: int) -> None:
    with store.write("复查") as session:
        row = {"enterprise": A, "checked_on": date(2023, 4, 20), "group": "第一检查组", "leader": "何志远", "officers": (), "mode": "复查"}
        visiting.save(session, campaign_id=counted, row=row)
    with store.snapshot() as session:
        facts = figures.collect_counted(session, campaign_id=counted, as_of=AS_OF)
        without = figures.figures_by_key(session, facts)
        with_them = figures.figures_by_key(session, facts, figures.Switches(rechecks=True))
    assert [(without[key].value, with_them[key].value) for key in ("visits", "officer_visits", "enterprises")] == [(4, 5), (8, 9), (3, 3)]
    assert "不含复查" in without["visits"].definition
    assert "，含复查" in with_them["visits"].definition


def test_inspection_records_are_documents_unless_switched_off(store: Store, counted: int) -> None:
    with store.snapshot() as session:
        facts = figures.collect_counted(session, campaign_id=counted, as_of=AS_OF)
        found = figures.figures_by_key(session, facts, figures.Switches(records=False))["documents"]
    assert found.value == 1
    assert found.definition.endswith("不含检查记录")


def test_a_first_day_leaves_out_earlier_visits_and_their_findings(store: Store, counted: int) -> None:
    with store.snapshot() as session:
        facts = figures.collect_counted(session, campaign_id=counted, as_of=AS_OF, since=date(2023, 4, 12))
        found = figures.figures_by_key(session, facts)
    assert [found[key].value for key in ("visits", "enterprises", "findings")] == [2, 2, 2]


def test_closed_means_closed_by_the_day_of_the_figures(store: Store, counted: int) -> None:
    with store.write("复查合格") as session:
        due = {"due": date(2023, 4, 19), "rectified_on": date(2023, 4, 19), "rechecked_on": date(2023, 4, 21), "status": "已销号"}
        make.finding(session, counted, B, hazard="六", recheck_person="林秀云", **due)
    with store.snapshot() as session:
        values = []
        for day in (20, 21):
            facts = figures.collect_counted(session, campaign_id=counted, as_of=date(2023, 4, day))
            values.append(figures.figures_by_key(session, facts)["closed"].value)
    assert values == [2, 3]


def test_a_rate_without_denominator_is_none_and_not_a_hundred(store: Store) -> None:
    with store.write("准备") as session:
        number = make.campaign(session)
    with store.snapshot() as session:
        found = figures.figures_by_key(session, figures.collect(session, campaign_id=number, as_of=AS_OF))
    assert {figure.value for figure in found.values() if figure.unit == "%"} == {None}


def test_as_of_leaves_out_later_visits_and_their_findings(store: Store, counted: int) -> None:
    with store.snapshot() as session:
        facts = figures.collect(session, campaign_id=counted, as_of=date(2023, 4, 11))
        found = figures.figures_by_key(session, facts)
    assert [found[key].value for key in ("visits", "enterprises", "findings")] == [2, 2, 2]


def test_annex_2_has_one_row_per_enterprise_in_order_of_group_and_day(store: Store, counted: int) -> None:
    with store.snapshot() as session:
        rows = figures.annex_2_rows(figures.collect(session, campaign_id=counted, as_of=AS_OF))
    assert [(row["no"], row["enterprise"], row["findings_total"], row["penalties"]) for row in rows] == [
        (1, A, 2, 1),
        (2, B, 1, 1),
        (3, C, 1, 0),
    ]


def test_annex_2_rows_add_up(store: Store, counted: int) -> None:
    with store.snapshot() as session:
        rows = figures.annex_2_rows(figures.collect(session, campaign_id=counted, as_of=AS_OF))
    for row in rows:
        assert sum(int(str(value)) for key, value in row.items() if key.startswith("cat.")) == row["findings_total"]


def test_annex_3_prints_decided_before_proposed_and_adds_the_person(store: Store, counted: int) -> None:
    with store.snapshot() as session:
        rows = figures.annex_3_rows(figures.collect(session, campaign_id=counted, as_of=AS_OF))
    assert [(row["enterprise"], row["amount"], row["progress"]) for row in rows] == [(A, 1_500_000, "已决定"), (B, None, "拟立案")]


def test_breakdowns_add_up_to_the_figures(store: Store, counted: int) -> None:
    with store.snapshot() as session:
        tables = figures.breakdowns(session, figures.collect(session, campaign_id=counted, as_of=AS_OF))
    for name in ("by_category", "by_town", "by_group", "by_day"):
        assert sum(row["findings"] for row in tables[name]) == COUNTED["findings"], name
    assert [row["enterprises"] for row in tables["by_group"]] == [2, 1]


def test_two_enterprises_of_one_name_have_two_rows(store: Store) -> None:
    with store.write("准备") as session:
        number = make.campaign(session)
        for code in ("91370302MA3DEMA02B", "91370302MA3DEMA198"):
            make.enterprise(session, credit_code=code)
            make.visit(session, number, credit_code=code)
        rows = figures.annex_2_rows(figures.collect(session, campaign_id=number, as_of=AS_OF))
    assert [row["enterprise"] for row in rows] == [A, A]


def test_what_no_finding_says_is_unknown_and_not_none(store: Store) -> None:
    with store.write("准备") as session:
        number = make.campaign(session)
        make.group(session, number)
        make.visit(session, number)
        none = counted_of(session, number, "fixed_on_spot", "to_fix_in_time", "sealed")
        make.finding(session, number, disposal=None)
        silent = counted_of(session, number, "fixed_on_spot", "to_fix_in_time", "sealed")
        make.finding(session, number, hazard="另一处", disposal="限期整改")
        said = counted_of(session, number, "fixed_on_spot", "to_fix_in_time", "sealed")
    assert (none, silent, said) == ([0, 0, 0], [None, None, None], [0, 1, 0])


def counted_of(session: Session, campaign_id: int, *keys: str) -> list[object]:
    session.flush()
    facts = figures.collect(session, campaign_id=campaign_id, as_of=AS_OF)
    found = figures.figures_by_key(session, facts)
    return [found[key].value for key in keys]
