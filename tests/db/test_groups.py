"""Inspection groups, their members and their numbers."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models import Group
from models.annexes import GROUP_LIST, PLAN_KINDS
from models.forms import Row
from services import equipment, groups, inspections, listing, pasting, people, recycling, undoing, visiting
from services.errors import Invalid
from services.records import SomeRefused
from services.store import Store
from tests import make


@pytest.mark.parametrize(
    ("text", "number"),
    [("第一检查组", 1), ("3组", 3), ("第十二组", 12), ("第二十组", 20), ("第十组", 10), ("机动组", None), ("第一二组", None)],
)
def test_the_number_of_a_group_is_in_its_name(text: str, number: int | None) -> None:
    assert groups.number_in(text) == number


def test_a_group_is_found_by_name_and_by_number(store: Store, campaign: int) -> None:
    with store.read() as session:
        for text in ("第一检查组", "第一 检查组", "1组", "一组"):
            found = groups.named(session, campaign_id=campaign, text=text)
            assert found is not None, text
        assert groups.named(session, campaign_id=campaign, text="第二检查组") is None
        assert groups.named(session, campaign_id=campaign, text=None) is None


def test_a_person_cannot_join_two_groups_of_one_campaign(store: Store, campaign: int) -> None:
    with store.write("录入") as session, pytest.raises(groups.PersonInTwoGroups) as refused:
        make.group(session, campaign, "第二检查组", leader="丁海波")
    assert refused.value.fields["group"] == "第一检查组"


@pytest.mark.usefixtures("campaign")
def test_a_person_may_join_a_group_of_another_campaign(store: Store) -> None:
    with store.write("录入") as session:
        other = make.campaign(session, name="岚桥区2024年粉尘涉爆专项检查")
        assert make.group(session, other) > 0


def test_two_groups_cannot_have_one_name(store: Store, campaign: int) -> None:
    with store.write("录入") as session, pytest.raises(groups.GroupExists):
        make.group(session, campaign, "第一检查组", leader="丁海波", officers=())


def test_a_group_without_name_is_invalid(store: Store, campaign: int) -> None:
    with store.write("录入") as session, pytest.raises(Invalid):
        make.group(session, campaign, "")


def test_members_keep_the_order_in_which_they_were_named(store: Store, campaign: int) -> None:
    officers = ("赵一", "陈二", "安三", "毕四")
    with store.write("录入") as session:
        number = make.group(session, campaign, "第二检查组", leader="丁海波", officers=officers)
        row = groups.load(session, record_id=number)
        groups.save(session, campaign_id=campaign, row={**row, "officers": officers[::-1]}, record_id=number)
        shown = listing.rows(session, groups.LISTING, [number], scope=campaign)[number]
    assert dict(zip(groups.LISTING.form.keys, shown, strict=True))["officers"] == "毕四、安三、陈二、赵一"


def test_who_is_left_out_of_the_row_leaves_the_group(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        number = session.scalars(select(Group.id)).one()
        row = groups.load(session, record_id=number)
        groups.save(session, campaign_id=campaign, row={**row, "officers": ()}, record_id=number)
        assert groups.load(session, record_id=number)["officers"] == ()
        assert make.group(session, campaign, "第二检查组", leader="康立群", officers=()) > 0


def test_a_person_named_twice_stands_in_the_group_once(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        number = make.group(session, campaign, "第二检查组", leader="丁海波", officers=("丁海波", "丁 海波", "安三"))
        row = groups.load(session, record_id=number)
    assert (row["leader"], row["officers"]) == ("丁海波", ("安三",))


def test_groups_without_number_follow_the_numbered_ones(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        make.group(session, campaign, "第三检查组", leader="安三", officers=())
        make.group(session, campaign, "机动一组", leader="毕四", officers=())
        assert groups.names(session, campaign) == ["第一检查组", "第三检查组", "机动一组"]


def test_a_group_without_quota_shows_that_of_the_campaign(store: Store, campaign: int) -> None:
    with store.read() as session:
        _number, values = listing.head(session, groups.LISTING, scope=campaign)[0]
    assert dict(zip(groups.LISTING.form.keys, values, strict=True))["quota"] == 1


def test_the_members_of_a_removed_group_are_free(store: Store, campaign: int) -> None:
    with store.write("移出") as session:
        groups.remove(session, record_ids=[session.scalars(select(Group.id)).one()])
        assert make.group(session, campaign, "第二检查组") > 0


def test_another_group_takes_visits_tour_and_equipment_over_and_one_undo_gives_them_back(store: Store, campaign: int) -> None:
    day = date(2023, 4, 20)
    with store.write("准备") as session:
        first = session.scalars(select(Group.id)).one()
        heir = groups.save(session, campaign_id=campaign, row={**dict.fromkeys(GROUP_LIST.keys), "name": "第二检查组"})
        firm = make.enterprise(session, credit_code=None)
        visiting.assign(session, campaign_id=campaign, group_id=first, enterprise_ids=[firm], kind=PLAN_KINDS[0])
        visit = make.visit(session, campaign, checked_on=day)
        piece = equipment.save(session, campaign_id=campaign, row=kit("第一检查组"))

    def standing() -> tuple[object, object, object]:
        with store.read() as session:
            stops = {one.group for one in visiting.tour(session, campaign_id=campaign, as_of=day)}
            named = inspections.load(session, record_id=visit)["group"], equipment.load(session, record_id=piece)["group"]
            return stops, *named

    with pytest.raises(groups.HandedToItself), store.write("交给自己") as session:
        groups.hand_over(session, record_ids=[first], to=first)
    with store.write("删除，交给第二检查组") as session:
        groups.hand_over(session, record_ids=[first], to=heir)
    assert standing() == ({"第二检查组"}, "第二检查组", "第二检查组")
    with store.write("撤销") as session:
        undoing.undo(session)
    assert standing() == ({"第一检查组"}, "第一检查组", "第一检查组")


def test_what_names_a_group_in_the_bin_can_be_changed_and_planned_anew(store: Store, campaign: int) -> None:
    with store.write("准备") as session:
        first = session.scalars(select(Group.id)).one()
        heir = groups.save(session, campaign_id=campaign, row={**dict.fromkeys(GROUP_LIST.keys), "name": "第二检查组"})
        firm = make.enterprise(session, credit_code=None)
        visiting.assign(session, campaign_id=campaign, group_id=first, enterprise_ids=[firm], kind=PLAN_KINDS[0])
        visit = make.visit(session, campaign)
        piece = equipment.save(session, campaign_id=campaign, row=kit("第一检查组"))
        groups.remove(session, record_ids=[first])
    with store.write("改") as session:
        row = {**inspections.load(session, record_id=visit), "document_no": "检记〔2023〕1号"}
        inspections.save_typed(session, campaign_id=campaign, row=row, record_id=visit)
        equipment.save(session, campaign_id=campaign, row={**equipment.load(session, record_id=piece), "label": "03"}, record_id=piece)
        visiting.assign(session, campaign_id=campaign, group_id=heir, enterprise_ids=[firm], kind=PLAN_KINDS[0])
    with store.read() as session:
        assert inspections.load(session, record_id=visit)["group"] == "第一检查组"
        assert equipment.load(session, record_id=piece)["group"] == "第一检查组"
    with pytest.raises(inspections.GroupUnknown), store.write("改") as session:
        inspections.save_typed(session, campaign_id=campaign, row={**row, "group": "第七检查组"}, record_id=visit)
    with pytest.raises(SomeRefused), store.write("粘贴") as session:
        pasting.save_visits(session, campaign_id=campaign, rows=[{**row, "group": "第七检查组"}])


def kit(group: str) -> Row:
    return {**dict.fromkeys(equipment.LISTING.form.keys), "kind": "执法记录仪", "group": group, "count": 1}


def test_whose_nomination_goes_to_the_bin_is_in_no_group_until_it_comes_back(store: Store, campaign: int) -> None:
    with store.write("编组") as session:
        called = make.person(session, campaign)
        number = make.group(session, campaign, "第二检查组", leader="林秀云", officers=("周砚秋", "白朗宁"))

    def officers() -> object:
        with store.read() as session:
            return groups.load(session, record_id=number)["officers"]

    assert officers() == ("周砚秋", "白朗宁")
    with store.write("删除") as session:
        people.remove(session, record_ids=[called])
    assert officers() == ("白朗宁",)
    with store.write("恢复") as session:
        recycling.restore(session, table="secondment", record_ids=[called], load=people.load, save=people.save)
    assert officers() == ("周砚秋", "白朗宁")
