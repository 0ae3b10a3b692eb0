"""Filters of columns, counts of values, sums of a selection and the bin."""

from __future__ import annotations

from datetime import date

import pytest

from models.forms import Row
from services import cases, enterprises, findings, groups, inspections, listing, people, recycling
from services.conditions import Between, Contains, Filled, as_json, from_json
from services.errors import Missing
from services.listing import Listing, Total
from services.store import Store
from tests import make

FIRMS = enterprises.LISTING
LISTINGS = (people.LISTING, groups.LISTING, findings.LISTING, cases.LISTING, inspections.LISTING, FIRMS)


@pytest.fixture
def firms(store: Store) -> Store:
    with store.write("建名录") as session:
        for number in range(6):
            row: Row = {
                "name": f"岚桥区样例{number}厂",
                "town": ("柳溪镇", "石坪镇", None)[number % 3],
                "employees": 10 * number,
                "tags": ("危化", "粉尘")[: number % 3],
                "checked_district": date(2023, 4, 1 + number),
            }
            enterprises.save(session, row=row)
    return store


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"name": Contains("样例4")}, 1),
        ({"name": Contains("%")}, 0),
        ({"town": ("柳溪镇", None)}, 4),
        ({"town": None}, 2),
        ({"town": Filled()}, 4),
        ({"employees": Between(20, 40)}, 3),
        ({"employees": Between(low=30)}, 3),
        ({"employees": Contains("3")}, 1),
        ({"checked_district": Between(date(2023, 4, 2), date(2023, 4, 3))}, 2),
        ({"tags": Filled(filled=False)}, 2),
        ({"tags": Contains("粉")}, 2),
        ({"tags": "危化"}, 4),
        ({"tags": ("粉尘", None)}, 4),
        ({"town": "柳溪镇", "employees": Between(high=0)}, 1),
    ],
    ids=str,
)
def test_a_column_is_filtered_in_sql(firms: Store, wanted: dict[str, object], count: int) -> None:
    with firms.read() as session:
        assert listing.count(session, FIRMS, scope=None, filters=wanted) == count
        assert len(listing.ids(session, FIRMS, scope=None, filters=wanted)) == count


def test_values_are_counted_with_the_other_filters_in_force(firms: Store) -> None:
    with firms.read() as session:
        assert listing.values(session, FIRMS, "town", scope=None) == [(None, 2), ("柳溪镇", 2), ("石坪镇", 2)]
        narrowed = listing.values(session, FIRMS, "town", scope=None, filters={"town": "柳溪镇", "employees": Between(30)})
        assert narrowed == [(None, 1), ("柳溪镇", 1), ("石坪镇", 1)]
        assert listing.values(session, FIRMS, "tags", scope=None) == [("危化", 4), (None, 2), ("粉尘", 2)]
        assert listing.values(session, FIRMS, "name", scope=None, limit=5) is None


def test_a_selection_is_counted_and_added(firms: Store) -> None:
    with firms.read() as session:
        everything = listing.totals(session, FIRMS, ["employees", "town"], scope=None)
        some = listing.totals(session, FIRMS, ["employees"], scope=None, wanted=[2, 3])
    assert everything == {"employees": Total(6, 150), "town": Total(4)}
    assert some == {"employees": Total(2, 30)}


@pytest.mark.parametrize("listed", LISTINGS, ids=lambda listed: listed.table)
def test_every_column_of_every_register_can_be_filtered(store: Store, listed: Listing) -> None:
    with store.write("新建专项行动") as session:
        campaign_id = make.campaign(session)
    with store.snapshot() as session:  # some hundred queries, each compiled for the first time
        for key in listed.form.keys:
            for wanted in (Contains("一"), Filled(), Filled(filled=False), None, ("一", None)):
                assert listing.count(session, listed, scope=campaign_id, filters={key: wanted}) == 0
            assert listing.values(session, listed, key, scope=campaign_id) == []
        assert len(listing.totals(session, listed, listed.form.keys, scope=campaign_id)) == len(listed.form.keys)


def test_filters_are_kept_as_plain_values() -> None:
    filters = {"a": Contains("一"), "b": Between(date(2023, 4, 1)), "c": ("一", None), "d": Filled(filled=False), "e": 3, "f": None}
    assert from_json(as_json(filters)) == filters


def test_what_went_to_the_bin_is_listed_there_and_comes_back(store: Store) -> None:
    with store.write("新建专项行动") as session:
        campaign_id = make.campaign(session)
        for name in ("周砚秋", "贺启航"):
            make.person(session, campaign_id, name)
        group_id = groups.save(session, campaign_id=campaign_id, row={"name": "第一检查组", "leader": "周砚秋", "officers": ("贺启航",)})
    with store.write("删除检查组") as session:
        groups.remove(session, record_ids=[group_id])
    with store.read() as session:
        assert list(listing.ids(session, groups.LISTING, scope=campaign_id)) == []
        assert list(listing.ids(session, groups.LISTING.bin, scope=campaign_id)) == [group_id]
    with store.write("恢复检查组") as session:
        assert recycling.restore(session, table="inspection_group", record_ids=[group_id]) == 1
        assert recycling.restore(session, table="inspection_group", record_ids=[group_id]) == 0
    with store.read() as session:
        row = groups.load(session, record_id=group_id)
        assert (row["leader"], row["officers"]) == ("周砚秋", ("贺启航",))
        assert list(listing.ids(session, groups.LISTING.bin, scope=campaign_id)) == []


def test_what_was_never_there_cannot_come_back(store: Store) -> None:
    with pytest.raises(Missing), store.write("恢复企业") as session:
        recycling.restore(session, table="enterprise", record_ids=[99])
