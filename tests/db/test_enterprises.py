"""The registry of enterprises."""

from __future__ import annotations

from datetime import date

import pytest

from services import enterprises, listing
from services.errors import Invalid
from services.records import Source
from services.store import Store
from tests import make

NAME = "岚桥区瑞丰纺织有限公司"


@pytest.mark.parametrize("text", [NAME, "岚桥区 瑞丰纺织有限公司", "岚桥区瑞丰纺织有限公司 "])
def test_an_enterprise_is_found_by_name_however_spaced(store: Store, text: str) -> None:
    with store.write("录入") as session:
        number = make.enterprise(session)
        found = enterprises.find(session, name=text)
        assert found is not None
        assert found.id == number


def test_brackets_of_either_width_are_the_same_name(store: Store) -> None:
    with store.write("录入") as session:
        number = make.enterprise(session, "岚桥（柳溪）铸造有限公司", credit_code=None)
        found = enterprises.find(session, name="岚桥(柳溪)铸造有限公司")
        assert found is not None
        assert found.id == number


def test_the_code_decides_over_the_name(store: Store) -> None:
    with store.write("录入") as session:
        number = make.enterprise(session)
        make.enterprise(session, "岚桥区恒信机械有限公司", credit_code="91370302MA3DEMA198")
        found = enterprises.find(session, name="岚桥区恒信机械有限公司", credit_code="91370302MA3DEMA02B")
        assert found is not None
        assert found.id == number


def test_a_former_name_finds_the_enterprise_of_today(store: Store) -> None:
    with store.write("录入") as session:
        number = make.enterprise(session, former_name="岚桥（区）纺织厂")
        found = enterprises.find(session, name="岚桥(区)纺织厂")
        assert found is not None
        assert found.id == number


def test_an_enterprise_without_name_is_invalid(store: Store) -> None:
    with store.write("录入") as session, pytest.raises(Invalid):
        make.enterprise(session, "")


def test_an_unknown_enterprise_is_added_when_a_visit_needs_it(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        make.visit(session, campaign, "岚桥区新发现铸造厂", town="石坪镇")
        found = enterprises.find(session, name="岚桥区新发现铸造厂")
        assert found is not None
        assert (found.town, found.credit_code) == ("石坪镇", None)


def test_a_visit_fills_in_a_town_that_the_registry_lacks_and_replaces_none(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        make.enterprise(session, "岚桥区无镇办铸造厂", credit_code=None, town=None)
        make.visit(session, campaign, "岚桥区无镇办铸造厂", town="石坪镇")
        make.visit(session, campaign, town="石坪镇", checked_on=date(2023, 4, 11))
        towns = [getattr(enterprises.find(session, name=name), "town", "") for name in ("岚桥区无镇办铸造厂", NAME)]
    assert towns == ["石坪镇", "柳溪镇"]


@pytest.mark.usefixtures("campaign")
def test_an_enterprise_with_a_visit_cannot_go(store: Store) -> None:
    with store.write("移出") as session:
        found = enterprises.find(session, name=NAME)
        assert found is not None
        with pytest.raises(enterprises.EnterpriseInUse):
            enterprises.remove(session, record_ids=[found.id])


def test_an_enterprise_nobody_visited_can_go(store: Store) -> None:
    with store.write("录入") as session:
        enterprises.remove(session, record_ids=[make.enterprise(session)])
        assert enterprises.find(session, name=NAME) is None


def test_the_find_box_knows_initials_code_and_former_name(store: Store) -> None:
    with store.write("录入") as session:
        number = make.enterprise(session, former_name="老纺织厂")
        for text in ("rffz", "DEMA02B", "老纺织", "柳溪 瑞丰"):
            assert list(listing.ids(session, enterprises.LISTING, scope=None, text=text)) == [number], text


def test_tags_come_back_as_they_were_given(store: Store) -> None:
    with store.write("录入") as session:
        number = make.enterprise(session, tags=("粉尘涉爆", "有限空间"))
        assert enterprises.load(session, record_id=number)["tags"] == ("粉尘涉爆", "有限空间")


def test_many_at_once_are_the_same_as_one_by_one(store: Store) -> None:
    row = {"name": NAME, "credit_code": "91370302MA3DEMA02B", "town": "柳溪镇", "checked_city": date(2022, 5, 1)}
    with store.write("录入") as session:
        one = make.enterprise(session, **row, state=None)
        many = enterprises.add_many(session, [(row, Source("名录.xlsx", "Sheet1", 2))])
        assert enterprises.load(session, record_id=one) == enterprises.load(session, record_id=many[0])
