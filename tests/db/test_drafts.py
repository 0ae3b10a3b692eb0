"""Drafts: kept quietly, found again, gone with the save."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models import Draft, Operation, Person
from models.forms import Row
from services import clock, drafts, people
from services.drafts import KeptFile, Place
from services.errors import Invalid
from services.store import Changes, Store
from tests import make

NEW = Place("personnel", "person", None, None)
FILE = KeptFile("ab" * 32, "现场照片.jpg", 1234)


def kept(store: Store, place: Place) -> drafts.Kept | None:
    with store.read() as session:
        return drafts.find(session, place=place)


def keep(store: Store, place: Place, **texts: str) -> None:
    with store.write("没存完的内容") as session:
        drafts.keep(session, place=place, texts=texts)


def test_a_draft_is_found_with_its_words_and_files(store: Store) -> None:
    with store.write("没存完的内容") as session:
        drafts.keep(session, place=NEW, texts={"name": "邵云飞"}, files=(FILE,))
    found = kept(store, NEW)
    assert found is not None
    assert (dict(found.texts), found.files) == ({"name": "邵云飞"}, (FILE,))
    assert clock.now() - found.at < timedelta(minutes=1)


def test_the_later_draft_takes_the_place_of_the_earlier(store: Store) -> None:
    keep(store, NEW, name="邵")
    keep(store, NEW, name="邵云飞")
    with store.read() as session:
        assert session.scalar(select(func.count(Draft.id))) == 1
    assert kept(store, NEW).texts == {"name": "邵云飞"}  # type: ignore[union-attr]  # or the test fails


def test_a_draft_is_no_operation_and_no_news(store: Store) -> None:
    with store.read() as session:
        before = session.scalar(select(func.count(Operation.id)))
    heard: list[Changes] = []
    store.subscribe(heard.append)
    keep(store, NEW, name="邵云飞")
    with store.read() as session:
        assert session.scalar(select(func.count(Operation.id))) == before
    assert heard == []


def test_typing_everything_away_leaves_no_draft(store: Store) -> None:
    keep(store, NEW, name="邵云飞")
    keep(store, NEW)
    assert kept(store, NEW) is None


def test_each_record_and_each_campaign_has_its_own_draft(store: Store) -> None:
    with store.write("建立") as session:
        one, other = make.campaign(session), make.campaign(session, name="另一次行动")
        person = make.person(session, one)
    places = [Place("personnel", "person", person, one), Place("personnel", "person", None, one), Place("personnel", "person", None, other)]
    for number, place in enumerate(places):
        keep(store, place, remark=str(number))
    assert [kept(store, place).texts["remark"] for place in places] == ["0", "1", "2"]  # type: ignore[union-attr]  # or the test fails


def test_a_draft_tells_when_its_record_was_changed_since(store: Store) -> None:
    with store.write("建立") as session:
        campaign = make.campaign(session)
        person = make.person(session, campaign)
    place = Place("personnel", "person", person, campaign)
    keep(store, place, remark="会开车")
    assert kept(store, place).outdated is False  # type: ignore[union-attr]  # or the test fails
    with store.write("修改") as session:
        session.get_one(Person, person).phone = "19900000009"
    assert kept(store, place).outdated is True  # type: ignore[union-attr]  # or the test fails


def test_of_a_record_that_is_gone_nothing_is_kept(store: Store) -> None:
    keep(store, Place("personnel", "person", 4711, None), name="邵云飞")
    with store.read() as session:
        assert session.scalar(select(func.count(Draft.id))) == 0


def test_saving_drops_the_draft_in_the_same_write(store: Store) -> None:
    with store.write("建立") as session:
        campaign = make.campaign(session)
    place = Place("personnel", "person", None, campaign)
    keep(store, place, name="邵云飞")
    row: Row = {"name": "邵云飞", "unit_position": "柳溪镇安环办科员", "unit": "柳溪镇"}
    with store.write("新增人员") as session:
        made = drafts.finish(session, place=place, save=people.save, campaign_id=campaign, row=row, record_id=None)
        assert session.get_one(Person, made).name == "邵云飞"
    assert kept(store, place) is None


def test_a_save_that_is_refused_leaves_the_draft(store: Store) -> None:
    with store.write("建立") as session:
        campaign = make.campaign(session)
    place = Place("personnel", "person", None, campaign)
    keep(store, place, remark="没有姓名")
    with pytest.raises(Invalid), store.write("新增人员") as session:
        drafts.finish(session, place=place, save=people.save, campaign_id=campaign, row={}, record_id=None)
    assert kept(store, place) is not None
