"""Seconded people: rows of Annex 1 and the persons behind them."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from models import Person, Secondment
from services import listing, people
from services.errors import Invalid, Missing
from services.store import Store
from tests import make


def test_a_new_person_stands_in_the_list_under_the_unit(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        number = make.person(session, campaign)
        row = people.load(session, record_id=number)
    assert (row["unit"], row["name"], row["phone"]) == ("柳溪镇", "周砚秋", "19900000001")


def test_the_unit_is_found_by_its_alias_in_the_position(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        number = make.person(session, campaign, unit=None, unit_position="石坪安环办副主任")
        assert people.load(session, record_id=number)["unit"] == "石坪镇"


def test_a_person_without_name_is_invalid(store: Store, campaign: int) -> None:
    with store.write("录入") as session, pytest.raises(Invalid) as refused:
        make.person(session, campaign, name="")
    assert refused.value.issues[0].key == "name"


def test_people_of_one_name_with_different_certificates_stay_two(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        make.person(session, campaign)
        make.person(session, campaign, cert_no="99030200002", phone="19900000002")
        assert session.scalar(select(func.count()).select_from(Person).where(Person.name == "周砚秋")) == 2


def test_the_same_person_is_not_seconded_twice(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        make.person(session, campaign)
        with pytest.raises(people.AlreadySeconded):
            make.person(session, campaign, "周 砚秋")


def test_an_officer_of_a_group_becomes_the_seconded_person(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        number = make.person(session, campaign, "康立群")
        assert people.load(session, record_id=number)["group"] == "第一检查组"
        assert session.scalar(select(func.count()).select_from(Person).where(Person.name == "康立群")) == 1


def test_a_change_reaches_person_and_row(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        number = make.person(session, campaign)
        row = people.load(session, record_id=number)
        people.save(session, campaign_id=campaign, row={**row, "phone": "19900000009", "remark": "组长"}, record_id=number)
        changed = people.load(session, record_id=number)
    assert (changed["phone"], changed["remark"]) == ("19900000009", "组长")


def test_a_removed_row_leaves_the_person_known(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        number = make.person(session, campaign)
    with store.write("移出") as session:
        people.remove(session, record_ids=[number])
    with store.write("再看") as session:
        assert len(listing.ids(session, people.LISTING, scope=campaign)) == 0
        assert people.find(session, name="周砚秋") is not None
        with pytest.raises(Missing):
            people.load(session, record_id=number)


def test_a_certificate_decides_over_a_changed_phone(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        make.person(session, campaign)
        assert people.find(session, name="周砚秋", cert_no="99030200001", phone="19900000008") is not None
        assert people.find(session, name="周砚秋", phone="19900000008") is None


def test_names_come_in_the_order_of_the_units(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        make.person(session, campaign, "石一", unit="石坪镇", unit_position=None, cert_no="99030200011", phone="19900000011")
        make.person(session, campaign, "柳一", unit="柳溪镇", cert_no="99030200012", phone="19900000012")
        assert people.names(session, campaign) == ["柳一", "石一"]


def test_a_refused_person_leaves_nothing(store: Store, campaign: int) -> None:
    def twice() -> None:
        with store.write("录入") as session:
            make.person(session, campaign)
            make.person(session, campaign)

    with pytest.raises(people.AlreadySeconded):
        twice()
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Secondment)) == 0
