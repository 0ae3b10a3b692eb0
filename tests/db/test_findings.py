"""Findings: the ledger from discovery to closing."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models import Finding, Inspection
from services import findings, listing
from services.errors import Invalid
from services.store import Store
from tests import make

NAME = "岚桥区瑞丰纺织有限公司"


def test_a_finding_starts_ordinary_and_open(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        row = findings.load(session, record_id=make.finding(session, campaign))
    assert (row["level"], row["status"], row["penalty"], row["checked_on"]) == ("一般", "未整改", False, date(2023, 4, 10))


def test_a_recheck_closes_a_finding(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        row = findings.load(session, record_id=make.finding(session, campaign, rechecked_on=date(2023, 4, 20)))
    assert row["status"] == "已销号"


def test_a_finding_needs_the_visit_that_found_it(store: Store, campaign: int) -> None:
    with store.write("录入") as session, pytest.raises(findings.NoVisit):
        make.finding(session, campaign, "岚桥区没去过的铸造厂")


@pytest.mark.parametrize("missing", ["name", "hazard"])
def test_a_finding_needs_enterprise_and_text(store: Store, campaign: int, missing: str) -> None:
    with store.write("录入") as session, pytest.raises(Invalid):
        make.finding(session, campaign, **{missing: ""})


@pytest.mark.parametrize("text", ["设施设备类", "设施设备"])
def test_a_category_may_leave_out_its_last_word(store: Store, campaign: int, text: str) -> None:
    with store.write("录入") as session:
        assert findings.load(session, record_id=make.finding(session, campaign, category=text))["category"] == "设施设备类"


def test_a_category_outside_the_list_is_invalid(store: Store, campaign: int) -> None:
    with store.write("录入") as session, pytest.raises(Invalid) as refused:
        make.finding(session, campaign, category="消防类")
    assert refused.value.issues[0].code == "category_unknown"


def test_numbers_run_on_over_two_visits_of_one_enterprise(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        make.visit(session, campaign, checked_on=date(2023, 4, 18))
        for day in (10, 18, 10):
            make.finding(session, campaign, checked_on=date(2023, 4, day))
        rows = session.execute(select(Finding.no, Inspection.checked_on).join(Inspection, Inspection.id == Finding.inspection_id))
        found = {row.no: row.checked_on.day for row in rows}
    assert found == {1: 10, 2: 18, 3: 10}


def test_a_finding_without_day_belongs_to_the_latest_visit(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        make.visit(session, campaign, checked_on=date(2023, 4, 18))
        assert findings.load(session, record_id=make.finding(session, campaign))["checked_on"] == date(2023, 4, 18)


def test_a_corrected_day_moves_a_finding_to_that_visit(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        number = make.finding(session, campaign)
        make.visit(session, campaign, checked_on=date(2023, 4, 18))
        row = findings.load(session, record_id=number)
        findings.save(session, campaign_id=campaign, row={**row, "checked_on": date(2023, 4, 18)}, record_id=number)
        assert findings.load(session, record_id=number)["checked_on"] == date(2023, 4, 18)


def test_a_corrected_enterprise_takes_the_finding_along(store: Store, campaign: int) -> None:
    other = "岚桥区恒信机械有限公司"
    with store.write("录入") as session:
        number = make.finding(session, campaign)
        make.visit(session, campaign, other)
        row = findings.load(session, record_id=number)
        findings.save(session, campaign_id=campaign, row={**row, "enterprise": other}, record_id=number)
        assert findings.load(session, record_id=number)["enterprise"] == other


def test_an_edit_without_day_leaves_the_finding_where_it_is(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        number = make.finding(session, campaign)
        make.visit(session, campaign, checked_on=date(2023, 4, 18))
        row = findings.load(session, record_id=number)
        findings.save(session, campaign_id=campaign, row={**row, "checked_on": None, "remark": "复核"}, record_id=number)
        changed = findings.load(session, record_id=number)
    assert (changed["checked_on"], changed["remark"]) == (date(2023, 4, 10), "复核")


def test_a_finding_behind_a_case_cannot_go(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        number = make.finding(session, campaign)
        make.case(session, campaign)
        with pytest.raises(findings.FindingInCase):
            findings.remove(session, record_ids=[number])


def test_a_removed_finding_leaves_the_ledger(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        number = make.finding(session, campaign)
        findings.remove(session, record_ids=[number])
        assert len(listing.ids(session, findings.LISTING, scope=campaign)) == 0


def test_completion_offers_the_categories_of_the_campaign(store: Store, campaign: int) -> None:
    with store.read() as session:
        assert len(findings.categories(session, campaign)) == 14
        assert findings.categories(session, None) == []
