"""Penalty cases: parties, amounts, findings."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models import CaseAmount, Finding
from services import cases, clock, listing, recycling
from services.errors import Invalid
from services.store import Store
from tests import make

pytestmark = pytest.mark.usefixtures("finding")


@pytest.fixture
def finding(store: Store, campaign: int) -> int:
    """Return a finding of the visit."""
    with store.write("录入") as session:
        return make.finding(session, campaign)


def test_a_case_makes_its_finding_a_penalty_item(store: Store, campaign: int, finding: int) -> None:
    with store.write("立案") as session:
        row = cases.load(session, record_id=make.case(session, campaign))
        assert session.get_one(Finding, finding).penalty is True
    assert (row["findings"], row["procedure"], row["stage"], row["proposed"]) == (("1",), "普通程序", "拟立案", 2_000_000)


def test_a_case_names_findings_by_number_or_words(store: Store, campaign: int) -> None:
    with store.write("立案") as session:
        for text in ("1", "第1项", "梳棉机传动部位没有防护罩"):
            number = make.case(session, campaign, findings=(text,))
            assert cases.load(session, record_id=number)["findings"] == ("1",), text


def test_a_case_of_the_second_visit_keeps_its_finding_when_saved_again(store: Store, campaign: int) -> None:
    with store.write("立案") as session:
        make.visit(session, campaign, checked_on=date(2023, 4, 18))
        second = make.finding(session, campaign, hazard="配电箱没有漏电保护", checked_on=date(2023, 4, 18))
        number = make.case(session, campaign, findings=("配电箱没有漏电保护",))
        row = cases.load(session, record_id=number)
        cases.save(session, campaign_id=campaign, row=row, record_id=number)
        assert cases.load(session, record_id=number)["findings"] == (str(session.get_one(Finding, second).no),)


def test_a_finding_that_does_not_exist_is_invalid(store: Store, campaign: int) -> None:
    with store.write("立案") as session, pytest.raises(Invalid) as refused:
        make.case(session, campaign, findings=("7",))
    assert refused.value.issues[0].code == "finding_unknown"


def test_a_case_needs_an_enterprise_that_the_office_knows(store: Store, campaign: int) -> None:
    with store.write("立案") as session, pytest.raises(cases.UnknownEnterprise):
        make.case(session, campaign, "岚桥区没听说过的公司", findings=())


@pytest.mark.parametrize(
    ("given", "stage"),
    [
        ({"filed_on": date(2023, 4, 14)}, "已立案"),
        ({"filed_on": date(2023, 4, 14), "decided_on": date(2023, 4, 18)}, "已决定"),
        ({"closed_on": date(2023, 4, 19)}, "已结案"),
        ({"stage": "法制审核", "filed_on": date(2023, 4, 14)}, "法制审核"),
    ],
)
def test_the_stage_follows_from_the_dates_unless_it_is_given(store: Store, campaign: int, given: dict[str, object], stage: str) -> None:
    with store.write("立案") as session:
        assert cases.load(session, record_id=make.case(session, campaign, **given))["stage"] == stage


def test_a_changed_amount_follows_the_old_one(store: Store, campaign: int) -> None:
    with store.write("立案") as session:
        number = make.case(session, campaign)
        row = cases.load(session, record_id=number)
        cases.save(session, campaign_id=campaign, row={**row, "proposed": 3_000_000}, record_id=number)
        assert cases.load(session, record_id=number)["proposed"] == 3_000_000
        assert list(session.scalars(select(CaseAmount.fen).order_by(CaseAmount.id))) == [2_000_000, 3_000_000]


def test_the_same_amount_is_not_set_again(store: Store, campaign: int) -> None:
    with store.write("立案") as session:
        number = make.case(session, campaign)
        cases.save(session, campaign_id=campaign, row=cases.load(session, record_id=number), record_id=number)
        assert len(list(session.scalars(select(CaseAmount)))) == 1


def test_a_corrected_amount_stands_though_the_decision_bears_a_later_day(store: Store, campaign: int) -> None:
    clock.set_demo_date(date(2023, 4, 20))
    with store.write("立案") as session:
        number = make.case(session, campaign, decided=2_000_000, decided_on=date(2023, 5, 20))
        row = cases.load(session, record_id=number)
        cases.save(session, campaign_id=campaign, row={**row, "decided": 1_000_000}, record_id=number)
        assert cases.load(session, record_id=number)["decided"] == 1_000_000


def test_a_cleared_amount_is_gone(store: Store, campaign: int) -> None:
    with store.write("立案") as session:
        number = make.case(session, campaign)
        row = cases.load(session, record_id=number)
        cases.save(session, campaign_id=campaign, row={**row, "proposed": None}, record_id=number)
        assert cases.load(session, record_id=number)["proposed"] is None


def test_unit_and_person_keep_their_own_amounts(store: Store, campaign: int) -> None:
    with store.write("立案") as session:
        row = cases.load(session, record_id=make.case(session, campaign, person_party="刘样例", person_proposed=500_000))
    assert (row["proposed"], row["person_party"], row["person_proposed"]) == (2_000_000, "刘样例", 500_000)


def test_a_fine_for_nobody_is_invalid(store: Store, campaign: int) -> None:
    with store.write("立案") as session, pytest.raises(Invalid) as refused:
        make.case(session, campaign, person_proposed=500_000)
    assert refused.value.issues[0].key == "person_party"


def test_a_person_left_out_takes_the_fine_along(store: Store, campaign: int) -> None:
    with store.write("立案") as session:
        number = make.case(session, campaign, person_party="刘样例", person_proposed=500_000)
        row = cases.load(session, record_id=number)
        cases.save(session, campaign_id=campaign, row={**row, "person_party": None, "person_proposed": None}, record_id=number)
        changed = cases.load(session, record_id=number)
    assert (changed["person_party"], changed["person_proposed"]) == (None, None)


def test_findings_are_free_again_when_the_case_goes(store: Store, campaign: int) -> None:
    with store.write("立案") as session:
        cases.remove(session, record_ids=[make.case(session, campaign)])
        assert len(listing.ids(session, cases.LISTING, scope=campaign)) == 0


def test_a_case_needs_words_for_the_violation(store: Store, campaign: int) -> None:
    with store.write("立案") as session, pytest.raises(Invalid):
        make.case(session, campaign, violation="")


def test_a_case_is_called_closed_only_with_the_day_of_its_closing(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        number = make.case(session, campaign, filed_on=date(2023, 4, 12), decided_on=date(2023, 4, 18))

    def typed(**cells: object) -> tuple[object, object]:
        with store.write("改") as session:
            cases.save(session, campaign_id=campaign, row=cases.load(session, record_id=number) | cells, record_id=number)
        with store.read() as session:
            row = cases.load(session, record_id=number)
        return row["stage"], row["closed_on"]

    stands = typed(remark="核对过")
    with pytest.raises(cases.NotClosedYet):
        typed(stage="已结案")
    assert typed(remark="又核对过") == stands
    assert typed(closed_on=date(2023, 4, 20)) == ("已结案", date(2023, 4, 20))
    assert typed(closed_on=None) == ("已决定", None)
    assert typed(closed_on=date(2023, 4, 20)) == ("已结案", date(2023, 4, 20))
    assert typed(stage="已决定") == ("已决定", None)


def test_a_case_that_a_file_calls_closed_without_a_day_can_still_be_edited_and_restored(store: Store, campaign: int) -> None:
    with store.write("导入") as session:
        number = make.case(session, campaign, stage="已结案")
    with store.write("改") as session:
        cases.save(session, campaign_id=campaign, row=cases.load(session, record_id=number) | {"remark": "核对过"}, record_id=number)
    with store.write("删除") as session:
        cases.remove(session, record_ids=[number])
    with store.write("恢复") as session:
        recycling.restore(session, table="penalty_case", record_ids=[number], load=cases.load, save=cases.save)
        assert cases.load(session, record_id=number)["stage"] == "已结案"
