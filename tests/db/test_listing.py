"""Rows for tables on screen: ids, pages, filters, order."""

from __future__ import annotations

import pytest

from services import cases, enterprises, findings, groups, inspections, listing, people
from services.listing import Listing
from services.store import Store
from tests import make

REGISTERS = [people.LISTING, enterprises.LISTING, groups.LISTING, inspections.LISTING, findings.LISTING, cases.LISTING]


@pytest.fixture
def three(store: Store) -> list[int]:
    """Return three enterprises: 甲 (柳溪镇), 乙 (石坪镇), 丙 without town."""
    with store.write("录入") as session:
        return [
            make.enterprise(session, name, credit_code=None, town=town, employees=count)
            for name, town, count in (("甲_铸造", "柳溪镇", 9), ("乙%机械", "石坪镇", 10), ("丙建材", None, 10))
        ]


def test_ids_come_in_the_order_of_entry(store: Store, three: list[int]) -> None:
    with store.read() as session:
        assert list(listing.ids(session, enterprises.LISTING, scope=None)) == three


@pytest.mark.parametrize(("sort", "order"), [("employees", [0, 1, 2]), ("-employees", [1, 2, 0]), ("-name", [0, 1, 2])])
def test_equal_values_keep_the_order_of_entry(store: Store, three: list[int], sort: str, order: list[int]) -> None:
    with store.read() as session:
        found = list(listing.ids(session, enterprises.LISTING, scope=None, sort=sort))
    assert found == [three[place] for place in order]


@pytest.mark.parametrize(("text", "places"), [("铸造", [0]), ("柳溪 甲", [0]), ("柳溪 乙", []), ("_", [0]), ("%", [1]), ("  ", [0, 1, 2])])
def test_every_word_of_the_find_box_must_occur(store: Store, three: list[int], text: str, places: list[int]) -> None:
    with store.read() as session:
        found = list(listing.ids(session, enterprises.LISTING, scope=None, text=text))
    assert found == [three[place] for place in places]


@pytest.mark.parametrize(
    ("filters", "places"),
    [({"town": "石坪镇"}, [1]), ({"town": None}, [2]), ({"town": ("柳溪镇", "石坪镇")}, [0, 1]), ({"employees": 10}, [1, 2])],
)
def test_filters_take_a_value_nothing_or_several(store: Store, three: list[int], filters: dict[str, object], places: list[int]) -> None:
    with store.read() as session:
        assert list(listing.ids(session, enterprises.LISTING, scope=None, filters=filters)) == [three[place] for place in places]
        assert listing.count(session, enterprises.LISTING, scope=None, filters=filters) == len(places)


def test_rows_are_read_by_id_and_those_gone_are_left_out(store: Store, three: list[int]) -> None:
    with store.read() as session:
        found = listing.rows(session, enterprises.LISTING, [three[2], 999, three[0]], scope=None)
    assert {number: values[0] for number, values in found.items()} == {three[0]: "甲_铸造", three[2]: "丙建材"}


def test_the_head_is_the_first_rows_of_the_same_order(store: Store, three: list[int]) -> None:
    with store.read() as session:
        first = listing.head(session, enterprises.LISTING, scope=None, sort="-employees", limit=2)
    assert [number for number, _values in first] == three[1:]


@pytest.mark.parametrize("register", REGISTERS, ids=lambda register: register.table)
def test_every_register_of_the_demo_can_be_sorted_by_each_column(demo: Store, register: Listing) -> None:
    with demo.snapshot() as session:
        count = len(listing.ids(session, register, scope=1))
        assert count > 0
        for key in register.form.keys:
            assert len(listing.ids(session, register, scope=1, sort=f"-{key}")) == count


def test_a_campaign_does_not_show_the_rows_of_another(store: Store, campaign: int) -> None:
    with store.write("建立") as session:
        other = make.campaign(session, name="岚桥区2024年粉尘涉爆专项检查")
        assert len(listing.ids(session, inspections.LISTING, scope=campaign)) == 1
        assert len(listing.ids(session, inspections.LISTING, scope=other)) == 0
