"""A secondment from call to return: every step, its day, its undo."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models import GroupMember, Secondment
from services import clock, figures, groups, nominations, people, records, seconding, undoing
from services.store import Store
from tests import make


@pytest.fixture(autouse=True)
def thursday(store: Store) -> None:  # noqa: ARG001 - opening sets the clock
    """Let the clock stand on Thursday 2023-04-20."""
    clock.set_demo_date(date(2023, 4, 20))


@pytest.fixture
def zhou(store: Store, campaign: int) -> int:
    """Return a seconded person of 柳溪镇."""
    with store.write("录入") as session:
        return make.person(session, campaign)


@pytest.fixture
def he(store: Store, campaign: int) -> int:
    """Return a seconded person of 石坪镇."""
    with store.write("录入") as session:
        return make.person(
            session, campaign, "贺启航", unit="石坪镇", unit_position="石坪镇安环办", cert_no="99030200002", phone="19900000002"
        )


def state(store: Store, secondment_id: int) -> str:
    with store.read() as session:
        return nominations.states(session, secondment_ids=[secondment_id])[secondment_id]


def group_of(store: Store, secondment_id: int) -> object:
    with store.read() as session:
        return people.load(session, record_id=secondment_id)["group"]


def first_group(store: Store) -> int:
    with store.read() as session:
        return session.scalars(select(GroupMember.group_id).order_by(GroupMember.id)).first() or 0


def second_group(store: Store, campaign: int) -> int:
    with store.write("分组") as session:
        return make.group(session, campaign, "第二检查组", leader="丁海波", officers=())


def annex_1(store: Store, campaign: int) -> list[object]:
    with store.read() as session:
        return [row["name"] for row in figures.annex_1_rows(session, campaign_id=campaign)]


def test_who_came_in_is_to_be_checked_then_accepted_then_in_a_group_then_ended(store: Store, zhou: int) -> None:
    seen = [state(store, zhou)]
    for label, step in (
        ("接收", lambda s: seconding.accept(s, secondment_ids=[zhou])),
        ("编组", lambda s: seconding.assign(s, secondment_ids=[zhou], group_id=first_group(store))),
        ("结束", lambda s: seconding.finish(s, secondment_ids=[zhou])),
    ):
        with store.write(label) as session:
            assert step(session) == 1
        seen.append(state(store, zhou))
    assert seen == ["待核", "已接收", "已编组", "已结束"]


def test_each_step_is_taken_back_by_one_undo(store: Store, zhou: int) -> None:
    group = first_group(store)
    with store.write("接收") as session:
        seconding.accept(session, secondment_ids=[zhou])
    with store.write("编组") as session:
        seconding.assign(session, secondment_ids=[zhou], group_id=group)
    with store.write("撤回") as session:
        seconding.withdraw(session, secondment_ids=[zhou], reason="单位召回")
    seen = [state(store, zhou)]
    for _ in range(3):
        with store.write("撤销") as session:
            undoing.undo(session)
        seen.append(state(store, zhou))
    assert seen == ["已撤回", "已编组", "已接收", "待核"]
    with store.read() as session:
        undoing.verify(session)


def test_accepting_twice_is_one_step(store: Store, zhou: int) -> None:
    with store.write("接收") as session:
        assert seconding.accept(session, secondment_ids=[zhou]) == 1
        assert seconding.accept(session, secondment_ids=[zhou]) == 0


def test_assigning_accepts(store: Store, zhou: int) -> None:
    with store.write("编组") as session:
        seconding.assign(session, secondment_ids=[zhou], group_id=first_group(store))
    with store.read() as session:
        assert [one.what for one in seconding.passages(session, secondment_id=zhou)] == ["收到", "接收", "编入第一检查组"]


def test_the_group_someone_is_in_already_changes_nothing(store: Store, zhou: int) -> None:
    for moved in (1, 0):
        with store.write("编组") as session:
            assert seconding.assign(session, secondment_ids=[zhou], group_id=first_group(store)) == moved


def test_who_moves_on_the_same_day_was_never_in_the_first_group(store: Store, campaign: int, zhou: int) -> None:
    other = second_group(store, campaign)
    for group in (first_group(store), other):
        with store.write("编组") as session:
            seconding.assign(session, secondment_ids=[zhou], group_id=group)
    assert group_of(store, zhou) == "第二检查组"
    with store.read() as session:
        passages = [one.what for one in seconding.passages(session, secondment_id=zhou)]
    assert passages == ["收到", "接收", "编入第二检查组"]


def test_who_moves_later_keeps_the_days_served_before(store: Store, campaign: int, zhou: int) -> None:
    other = second_group(store, campaign)
    with store.write("编组") as session:
        seconding.assign(session, secondment_ids=[zhou], group_id=first_group(store), since=date(2023, 4, 1))
    with store.write("调组") as session:
        seconding.assign(session, secondment_ids=[zhou], group_id=other, since=date(2023, 4, 12))
    with store.read() as session:
        served = [(one.what, one.on, one.until) for one in seconding.passages(session, secondment_id=zhou) if one.what.startswith("编入")]
    assert served == [("编入第一检查组", date(2023, 4, 1), date(2023, 4, 11)), ("编入第二检查组", date(2023, 4, 12), None)]


def test_who_is_taken_out_of_all_groups_stays_accepted(store: Store, zhou: int) -> None:
    with store.write("编组") as session:
        seconding.assign(session, secondment_ids=[zhou], group_id=first_group(store))
    with store.write("移出") as session:
        assert seconding.assign(session, secondment_ids=[zhou], group_id=None) == 1
    assert (state(store, zhou), group_of(store, zhou)) == ("已接收", None)


def test_a_swap_gives_the_place_to_another_from_a_day_on(store: Store, campaign: int, zhou: int, he: int) -> None:
    with store.write("编组") as session:
        seconding.assign(session, secondment_ids=[zhou], group_id=first_group(store), since=date(2023, 4, 1))
    with store.write("换人") as session:
        assert seconding.swap(session, secondment_id=zhou, other="贺启航", on=date(2023, 4, 10), reason="病假") == he
    assert (state(store, zhou), state(store, he), group_of(store, he)) == ("已换下", "已编组", "第一检查组")
    assert annex_1(store, campaign) == ["贺启航"]
    with store.read() as session:
        left = seconding.passages(session, secondment_id=zhou)
        came = seconding.passages(session, secondment_id=he)
    assert any(one.until == date(2023, 4, 9) for one in left)
    assert any((one.what, one.note) == ("换下", "由贺启航接替：病假") for one in left)
    assert any((one.what, one.note) == ("接替", "周砚秋：病假") for one in came)


def test_a_swap_of_two_members_lets_them_change_places(store: Store, campaign: int, zhou: int, he: int) -> None:
    other = second_group(store, campaign)
    with store.write("编组") as session:
        seconding.assign(session, secondment_ids=[zhou], group_id=first_group(store), since=date(2023, 4, 1))
        seconding.assign(session, secondment_ids=[he], group_id=other, since=date(2023, 4, 1))
    with store.write("互换") as session:
        seconding.swap(session, secondment_id=zhou, other="贺启航", on=date(2023, 4, 20), reason="回避本镇企业")
    assert (group_of(store, zhou), group_of(store, he)) == ("第二检查组", "第一检查组")
    assert {state(store, zhou), state(store, he)} == {"已编组"}


def test_a_swap_needs_a_reason_a_known_other_and_a_place(store: Store, zhou: int, he: int) -> None:
    day = date(2023, 4, 10)
    for problem, other, reason in (
        (seconding.ReasonMissing, "贺启航", "  "),
        (seconding.NotSeconded, "没有这个人", "病假"),
        (seconding.SamePerson, "周砚秋", "病假"),
        (seconding.NoGroupToLeave, "贺启航", "病假"),
    ):
        with store.write("换人") as session, pytest.raises(problem):
            seconding.swap(session, secondment_id=zhou, other=other, on=day, reason=reason)
    assert state(store, he) == "待核"


def test_two_people_of_the_other_name_are_not_guessed(store: Store, campaign: int, zhou: int) -> None:
    with store.write("录入") as session:
        for number in (3, 4):
            make.person(session, campaign, "丁海波", cert_no=f"9903020000{number}", phone=f"1990000000{number}")
        seconding.assign(session, secondment_ids=[zhou], group_id=first_group(store))
    with store.write("换人") as session, pytest.raises(seconding.SeveralOfThisName):
        seconding.swap(session, secondment_id=zhou, other="丁海波", on=clock.today(), reason="病假")


def test_who_was_sent_back_leaves_annex_1_and_cannot_be_assigned(store: Store, campaign: int, zhou: int) -> None:
    with store.write("退回") as session:
        seconding.send_back(session, secondment_ids=[zhou], reason="证号只有 10 位")
    assert (state(store, zhou), annex_1(store, campaign)) == ("退回", [])
    with store.write("编组") as session, pytest.raises(seconding.NoLongerSeconded):
        seconding.assign(session, secondment_ids=[zhou], group_id=first_group(store))


def test_a_row_that_comes_again_after_it_was_sent_back_is_to_be_checked(store: Store, campaign: int, zhou: int) -> None:
    with store.write("退回") as session:
        seconding.send_back(session, secondment_ids=[zhou], reason="证号只有 10 位")
    with store.write("重报") as session:
        row = people.load(session, record_id=zhou)
        source = records.Source(file="柳溪镇.xlsx", sheet="Sheet1", row=5)
        people.save(session, campaign_id=campaign, row={**row, "cert_no": "99030200009"}, record_id=zhou, source=source)
    assert state(store, zhou) == "待核"


def test_a_change_by_hand_does_not_count_as_sent_again(store: Store, campaign: int, zhou: int) -> None:
    with store.write("退回") as session:
        seconding.send_back(session, secondment_ids=[zhou], reason="证号只有 10 位")
    with store.write("改备注") as session:
        row = people.load(session, record_id=zhou)
        people.save(session, campaign_id=campaign, row={**row, "remark": "已电话告知"}, record_id=zhou)
    assert state(store, zhou) == "退回"


def test_who_is_withdrawn_from_a_coming_day_is_in_the_group_until_then(store: Store, zhou: int) -> None:
    with store.write("编组") as session:
        seconding.assign(session, secondment_ids=[zhou], group_id=first_group(store), since=date(2023, 4, 1))
    with store.write("撤回") as session:
        seconding.withdraw(session, secondment_ids=[zhou], reason="单位召回", on=date(2023, 4, 21))
    assert (state(store, zhou), group_of(store, zhou)) == ("已撤回", "第一检查组")
    clock.set_demo_date(date(2023, 4, 22))
    assert group_of(store, zhou) is None


def test_who_ended_still_stands_in_annex_1(store: Store, campaign: int, zhou: int) -> None:
    with store.write("结束") as session:
        assert seconding.finish(session, secondment_ids=[zhou]) == 1
        assert seconding.finish(session, secondment_ids=[zhou]) == 0
    assert annex_1(store, campaign) == ["周砚秋"]


def test_a_step_without_reason_is_refused(store: Store, zhou: int) -> None:
    for step in (seconding.send_back, seconding.withdraw):
        with store.write("无原因") as session, pytest.raises(seconding.ReasonMissing):
            step(session, secondment_ids=[zhou], reason="")


def test_saving_a_group_leaves_those_who_left_it_in_the_past(store: Store, campaign: int, zhou: int) -> None:
    group = first_group(store)
    with store.write("编组") as session:
        seconding.assign(session, secondment_ids=[zhou], group_id=group, since=date(2023, 4, 1))
        seconding.withdraw(session, secondment_ids=[zhou], reason="召回", on=date(2023, 4, 10))
    with store.write("改组") as session:
        row = groups.load(session, record_id=group)
        assert "周砚秋" not in records.names_of(row["officers"])
        groups.save(session, campaign_id=campaign, row={**row, "vehicle": "岚应急01"}, record_id=group)
    with store.read() as session:
        assert any(one.until == date(2023, 4, 10) for one in seconding.passages(session, secondment_id=zhou))


def test_one_number_of_two_people_is_told_at_both(store: Store, campaign: int, zhou: int) -> None:
    with store.write("录入") as session:
        other = make.person(session, campaign, "贺启航", unit="石坪镇", cert_no="99030200002", phone="19900000001")
        found = seconding.doubts(session, campaign_id=campaign)
    assert {(one.secondment_id, one.key, one.weight) for one in found} == {(zhou, "phone", "bad"), (other, "phone", "bad")}


def test_one_name_in_two_units_and_one_certificate_of_two_people_are_told(store: Store, campaign: int, zhou: int) -> None:
    with store.write("录入") as session:
        elsewhere = {"unit": "石坪镇", "unit_position": "石坪镇安环办", "cert_no": "99030200002"}
        same = make.person(session, campaign, "周砚秋", **elsewhere, phone="19900000002")
        other = make.person(session, campaign, "贺启航", **elsewhere, phone="19900000003")
        found = seconding.doubts(session, campaign_id=campaign)
    assert {(one.secondment_id, one.key) for one in found} == {(zhou, "name"), (same, "name"), (same, "cert_no"), (other, "cert_no")}


def test_who_was_sent_back_casts_no_doubt_on_others(store: Store, campaign: int, zhou: int) -> None:
    with store.write("录入") as session:
        make.person(session, campaign, "贺启航", unit="石坪镇", cert_no="99030200002", phone="19900000001")
        seconding.send_back(session, secondment_ids=[zhou], reason="号码不对")
        assert seconding.doubts(session, campaign_id=campaign) == []


@pytest.mark.usefixtures("he")
def test_stand_ins_are_those_without_a_group_first(store: Store, campaign: int, zhou: int) -> None:
    with store.write("编组") as session:
        seconding.assign(session, secondment_ids=[zhou], group_id=first_group(store))
    with store.read() as session:
        assert seconding.stand_ins(session, campaign) == ["贺启航", "周砚秋"]


def test_nothing_derived_is_stored() -> None:
    assert not {"state", "group", "received"} & set(Secondment.__table__.columns.keys())
