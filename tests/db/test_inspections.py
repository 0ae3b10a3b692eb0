"""Visits and who took part."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models import Enterprise, Inspection
from services import inspections, listing, undoing
from services.errors import Invalid
from services.store import Store
from tests import make

NAME = "岚桥区瑞丰纺织有限公司"


@pytest.mark.usefixtures("campaign")
def test_a_visit_is_finished_unless_it_says_otherwise(store: Store) -> None:
    with store.read() as session:
        assert session.scalars(select(Inspection.state)).one() == "已完成"


@pytest.mark.parametrize("missing", ["enterprise", "checked_on"])
def test_a_visit_needs_enterprise_and_day(store: Store, campaign: int, missing: str) -> None:
    with store.write("录入") as session, pytest.raises(Invalid) as refused:
        make.visit(session, campaign, **{"name" if missing == "enterprise" else missing: ""})
    assert refused.value.issues[0].key == missing


def test_one_enterprise_may_be_visited_on_two_days(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        make.visit(session, campaign, checked_on=date(2023, 4, 18))
        assert len(listing.ids(session, inspections.LISTING, scope=campaign)) == 2
        assert inspections.visited(session, campaign) == [NAME]


def test_the_visit_of_the_day_is_found_and_else_the_latest(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        second = make.visit(session, campaign, checked_on=date(2023, 4, 18))
        enterprise = session.scalars(select(Enterprise.id)).one()
        by_day = inspections.of_enterprise(session, campaign_id=campaign, enterprise_id=enterprise, on=date(2023, 4, 10))
        latest = inspections.of_enterprise(session, campaign_id=campaign, enterprise_id=enterprise, on=date(2023, 4, 12))
    assert by_day is not None
    assert latest is not None
    assert by_day.id != second == latest.id


def test_a_void_visit_is_found_only_where_there_is_no_other(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        make.visit(session, campaign, checked_on=date(2023, 4, 18), state="作废")
        enterprise = session.scalars(select(Enterprise.id)).one()
        found = inspections.of_enterprise(session, campaign_id=campaign, enterprise_id=enterprise)
    assert found is not None
    assert found.state == "已完成"


def test_people_of_a_visit_come_back_in_their_order(store: Store, campaign: int) -> None:
    people = ("赵一", "陈二", "安三")
    with store.write("录入") as session:
        number = make.visit(session, campaign, checked_on=date(2023, 4, 18), leader="何志远", officers=people, experts=("毕四",))
        row = inspections.load(session, record_id=number)
        shown = listing.rows(session, inspections.LISTING, [number], scope=campaign)[number]
    assert (row["leader"], row["officers"], row["experts"]) == ("何志远", people, ("毕四",))
    assert dict(zip(inspections.LISTING.form.keys, shown, strict=True))["officers"] == "、".join(people)


def test_a_change_of_people_keeps_those_who_stay(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        number = session.scalars(select(Inspection.id)).one()
        row = inspections.load(session, record_id=number)
        inspections.save(session, campaign_id=campaign, row={**row, "officers": ("安三", "康立群")}, record_id=number)
        assert inspections.load(session, record_id=number)["officers"] == ("安三", "康立群")


def test_a_visit_with_findings_cannot_go(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        make.finding(session, campaign)
        with pytest.raises(inspections.VisitHasFindings) as refused:
            inspections.remove(session, record_ids=[session.scalars(select(Inspection.id)).one()])
    assert refused.value.fields["count"] == 1


def test_an_empty_visit_goes_and_comes_back_by_undo(store: Store, campaign: int) -> None:
    with store.write("移出") as session:
        inspections.remove(session, record_ids=[session.scalars(select(Inspection.id)).one()])
    with store.read() as session:
        assert len(listing.ids(session, inspections.LISTING, scope=campaign)) == 0
    with store.write("撤销") as session:
        undoing.undo(session)
    with store.read() as session:
        assert len(listing.ids(session, inspections.LISTING, scope=campaign)) == 1


def test_an_unknown_group_leaves_the_visit_without_one(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        number = make.visit(session, campaign, checked_on=date(2023, 4, 18), group="第九检查组")
        assert inspections.load(session, record_id=number)["group"] is None
