"""What each group has and lacks: leader, certificates, experts, equipment."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models import Group, Person
from services import absences, checks, clock, equipment, groups, listing, officers, reporting, rosters, rules, seconding
from services.errors import Invalid
from services.rosters import Roster
from services.store import Store
from tests import make


@pytest.fixture(autouse=True)
def before_it_starts(store: Store) -> None:  # noqa: ARG001 - opening sets the clock
    """Let the clock stand on the Friday before the inspections."""
    clock.set_demo_date(date(2023, 3, 31))


def roster(store: Store, campaign: int, place: int = 0) -> Roster:
    with store.read() as session:
        return rosters.rosters(session, campaign_id=campaign)[place]


def topics(store: Store, campaign: int) -> dict[str, str]:
    return {lack.topic: lack.weight for lack in roster(store, campaign).lacks}


def person_id(session: object, name: str) -> int:
    return session.scalars(select(Person.id).where(Person.name == name)).one()  # type: ignore[attr-defined]


def put_in(store: Store, campaign: int, name: str, **facts: object) -> None:
    """Give somebody of the first group a post, a certificate and so on."""
    with store.write("登记") as session:
        officers.save(session, campaign_id=campaign, row={"name": name, **facts}, record_id=person_id(session, name))


def test_a_leader_whose_post_nobody_knows_is_to_be_checked(store: Store, campaign: int) -> None:
    assert topics(store, campaign)["leader"] == "soon"


@pytest.mark.parametrize(
    ("post", "weight"),
    [
        ("执法大队监察一室主任", None),
        ("区应急局 监察第二室 主任", None),
        ("执法大队监察一室副主任", "bad"),
        ("柳溪镇安环办主任", "bad"),
    ],
)
def test_a_leader_must_be_head_of_a_section(store: Store, campaign: int, post: str, weight: str | None) -> None:
    put_in(store, campaign, "何志远", post=post)
    assert topics(store, campaign).get("leader") == weight


def test_the_post_of_leaders_is_a_rule_that_the_office_can_change(store: Store, campaign: int) -> None:
    put_in(store, campaign, "何志远", post="执法大队教导员")
    assert topics(store, campaign)["leader"] == "bad"
    with store.write("改规则") as session:
        rules.valid(session, key="leader_posts", on=clock.today()).value = "监察 室主任|教导员"
    assert "leader" not in topics(store, campaign)


def test_a_group_without_two_valid_certificates_breaks_the_law(store: Store, campaign: int) -> None:
    assert topics(store, campaign)["certificates"] == "bad"
    put_in(store, campaign, "何志远", post="执法大队监察一室主任", cert_no="99030200011")
    lack = roster(store, campaign).lack("certificates")
    assert lack is not None
    assert lack.words == "有效执法证 1 人，差 1 人"
    assert "康立群没登记执法证号" in lack.sentence
    put_in(store, campaign, "康立群", post="柳溪镇安环办", cert_no="99030200012")
    assert not {"certificates", "district"} & set(topics(store, campaign))


def test_a_certificate_that_runs_out_before_the_last_day_is_not_valid(store: Store, campaign: int) -> None:
    put_in(store, campaign, "康立群", post="执法大队科员", cert_no="99030200012", cert_expires=date(2023, 4, 20))
    member = next(one for one in roster(store, campaign).members if one.name == "康立群")
    assert (member.valid, member.doubt) == (False, "执法证4月20日到期")
    put_in(store, campaign, "康立群", post="执法大队科员", cert_no="99030200012", cert_expires=date(2023, 4, 21))
    assert next(one for one in roster(store, campaign).members if one.name == "康立群").valid


def test_somebody_of_a_town_is_not_of_the_district_whatever_the_post_says(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        number = make.person(session, campaign, unit_position="柳溪镇综合执法大队队员")
        seconding.assign(session, secondment_ids=[number], group_id=session.scalars(select(Group.id)).one())
    assert topics(store, campaign)["district"] == "soon"


def test_an_expert_never_counts_as_an_officer(store: Store, campaign: int) -> None:
    with store.write("分组") as session:
        group = session.scalars(select(Group.id)).one()
        row = groups.load(session, record_id=group)
        groups.save(session, campaign_id=campaign, row={**row, "experts": ("闻礼",)}, record_id=group)
    put_in(store, campaign, "闻礼", post="执法大队", cert_no="99030200019")
    assert roster(store, campaign).certificates == 0
    assert "experts" not in topics(store, campaign)


def test_equipment_that_is_missing_is_named_with_who_brings_it(store: Store, campaign: int) -> None:
    with store.write("登记") as session:
        for kind in ("执法记录仪", "U盘", "笔记本电脑", "文书纸"):
            equipment.save(session, campaign_id=campaign, row={"kind": kind, "group": "第一检查组"})
    lack = roster(store, campaign).lack("equipment")
    assert lack is not None
    assert lack.words == "缺 打印机 1、取证设备 1"
    assert lack.sentence.endswith("区应急局准备打印机、取证设备")


def test_equipment_that_came_back_is_missing_again(store: Store, campaign: int) -> None:
    with store.write("登记") as session:
        number = equipment.save(session, campaign_id=campaign, row={"kind": "打印机", "group": "1组", "count": None})
    assert next(one for one in roster(store, campaign).equipment if one.need.kind == "打印机").short == 0
    with store.write("归还") as session:
        equipment.hand_back(session, record_ids=[number], on=date(2023, 3, 31))
    assert next(one for one in roster(store, campaign).equipment if one.need.kind == "打印机").short == 1


def test_equipment_of_an_unknown_group_or_without_a_sort_is_refused(store: Store, campaign: int) -> None:
    with store.write("登记") as session:
        with pytest.raises(equipment.NoSuchGroup):
            equipment.save(session, campaign_id=campaign, row={"kind": "打印机", "group": "第九检查组"})
        with pytest.raises(Invalid):
            equipment.save(session, campaign_id=campaign, row={"kind": None})


def test_a_piece_is_changed_and_removed(store: Store, campaign: int) -> None:
    with store.write("登记") as session:
        number = equipment.save(session, campaign_id=campaign, row={"kind": "打印机", "holder": "康立群", "count": 2})
        row = equipment.load(session, record_id=number)
        assert (row["holder"], row["count"], row["group"]) == ("康立群", 2, None)
        equipment.save(session, campaign_id=campaign, row={**row, "group": "第一检查组"}, record_id=number)
        assert equipment.load(session, record_id=number)["group"] == "第一检查组"
        equipment.remove(session, record_ids=[number])
        assert equipment.carried(session, campaign_id=campaign) == {}
        assert equipment.kinds(session, campaign)[:2] == ["执法记录仪", "U盘"]


def test_who_is_away_during_the_inspections_is_told_with_the_days(store: Store, campaign: int) -> None:
    with store.write("请假") as session:
        number = absences.save(session, campaign_id=campaign, row={"name": "康立群", "start": date(2023, 4, 12), "end": date(2023, 4, 13)})
        row = absences.load(session, record_id=number)
    assert (row["reason"], row["group"]) == ("请假", "第一检查组")
    lack = roster(store, campaign).lack("absence")
    assert lack is not None
    assert lack.words == "康立群 4月12日至4月13日请假"
    with store.write("改期") as session:
        absences.save(session, campaign_id=campaign, row={**row, "start": date(2023, 5, 1), "end": None}, record_id=number)
    assert "absence" not in topics(store, campaign)


def test_an_absence_that_ends_before_it_begins_is_refused(store: Store, campaign: int) -> None:
    with store.write("请假") as session, pytest.raises(absences.EndsBeforeItBegins):
        absences.save(session, campaign_id=campaign, row={"name": "康立群", "start": date(2023, 4, 12), "end": date(2023, 4, 11)})


def test_a_group_without_car_and_towns_says_so_and_stops_when_it_has_them(store: Store, campaign: int) -> None:
    assert {"car", "towns"} <= set(topics(store, campaign))
    with store.write("分组") as session:
        group = session.scalars(select(Group.id)).one()
        row = groups.load(session, record_id=group)
        groups.save(session, campaign_id=campaign, row={**row, "vehicle": "岚应急01", "towns": ("石坪镇",)}, record_id=group)
    assert not {"car", "towns", "own_town"} & set(topics(store, campaign))


def test_who_inspects_the_own_town_is_to_be_checked(store: Store, campaign: int) -> None:
    with store.write("分组") as session:
        group = session.scalars(select(Group.id)).one()
        number = make.person(session, campaign)
        seconding.assign(session, secondment_ids=[number], group_id=group)
        row = groups.load(session, record_id=group)
        groups.save(session, campaign_id=campaign, row={**row, "towns": ("柳溪镇",)}, record_id=group)
    lack = roster(store, campaign).lack("own_town")
    assert lack is not None
    assert "周砚秋（柳溪镇）" in lack.sentence


def test_a_campaign_without_the_rules_lacks_nothing_by_them(store: Store, campaign: int) -> None:
    with store.write("停用规则") as session:
        for key in ("leader_posts", "district_posts", "group_certificates", "group_equipment"):
            rules.valid(session, key=key, on=clock.today()).valid_to = date(2000, 1, 2)
    assert not {"certificates", "district", "equipment"} & set(topics(store, campaign))


def test_an_expert_is_a_person_without_certificate_who_is_an_expert_in_groups_or_said_to_be(store: Store, campaign: int) -> None:
    with store.write("登记") as session:
        said = officers.save_expert(session, row={"name": "宗平", "speciality": "粉尘防爆", "phone": "19900000088"})
        group = session.scalars(select(Group.id)).one()
        row = groups.load(session, record_id=group)
        groups.save(session, campaign_id=campaign, row={**row, "experts": ("闻礼",)}, record_id=group)
        experts = listing.head(session, officers.EXPERT_LISTING, scope=campaign)
        names = {values[0] for _id, values in listing.head(session, officers.LISTING, scope=campaign)}
        assert officers.load_expert(session, record_id=said)["speciality"] == "粉尘防爆"
    assert sorted(str(values[0]) for _id, values in experts) == ["宗平", "闻礼"]
    assert names == {"何志远", "康立群"}


def test_the_post_in_annex_1_is_the_one_that_is_shown_and_changed(store: Store, campaign: int) -> None:
    with store.write("登记") as session:
        make.person(session, campaign)
        number = person_id(session, "周砚秋")
        row = officers.load(session, record_id=number, campaign_id=campaign)
        assert row["post"] == "柳溪镇安环办科员"
        officers.save(session, campaign_id=campaign, row={**row, "post": "柳溪镇安环办主任"}, record_id=number)
        assert officers.load(session, record_id=number, campaign_id=campaign)["post"] == "柳溪镇安环办主任"


def test_a_known_person_is_not_added_twice_and_one_in_use_is_not_removed(store: Store, campaign: int) -> None:
    with store.write("登记") as session:
        make.person(session, campaign)
        with pytest.raises(officers.PersonKnown):
            officers.save(session, row={"name": "周砚秋"})
        for name in ("周砚秋", "康立群"):
            with pytest.raises(officers.PersonInUse):
                officers.remove(session, record_ids=[person_id(session, name)])
        free = officers.save(session, row={"name": "林秀云", "post": "执法大队监察二室主任"})
        officers.remove(session, record_ids=[free])


def test_preflight_tells_a_certificate_that_had_run_out_on_the_day_of_the_visit(store: Store, campaign: int) -> None:
    put_in(store, campaign, "康立群", post="执法大队", cert_no="99030200012", cert_expires=date(2023, 4, 9))
    clock.set_demo_date(date(2023, 4, 20))
    with store.read() as session:
        found = {one.message: one for one in checks.run(session, campaign_id=campaign, as_of=date(2023, 4, 20)) if one.rule == "P13"}
    message = "康立群的执法证4月9日到期，4月10日检查了岚桥区瑞丰纺织有限公司；核实有效期，或改检查人员"
    assert found[message].register == "inspections"


def test_preflight_tells_shared_numbers_and_asks_no_more_of_an_excused_unit(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        make.person(session, campaign)
        make.person(session, campaign, "贺启航", cert_no="99030200002", phone="19900000001")
        other = next(unit.id for unit in reporting.board(session, campaign_id=campaign).units if unit.name == "石坪镇")
        reporting.excuse(session, unit_ids=[other], reason="大队同意")
    with store.read() as session:
        found = [(one.rule, one.message) for one in checks.run(session, campaign_id=campaign, as_of=clock.today())]
    assert any(rule == "P17" and "手机号码相同" in message for rule, message in found)
    assert any(rule == "P16" and message.startswith("柳溪镇应报 1 人，附件1 里有 2 人") for rule, message in found)
    assert not [message for rule, message in found if rule == "P16" and message.startswith("石坪镇")]
