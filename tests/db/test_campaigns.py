"""Campaigns: made from a notice's facts, found, told apart."""

from __future__ import annotations

from datetime import date

import pytest

from models import Campaign
from models.annexes import CATEGORIES
from services import campaigns, clock, records
from services.errors import Missing
from services.store import Store
from tests import make


def test_the_facts_of_a_notice_make_a_campaign(store: Store) -> None:
    with store.write("建立") as session:
        made = session.get_one(Campaign, make.campaign(session))
        assert (made.year, made.report_due, made.recipient, made.group_quota) == (2023, date(2023, 4, 26), "大队审理室", 1)
        assert made.categories == list(CATEGORIES)
        assert [phase.name for phase in campaigns.phases(session, campaign_id=made.id)] == ["分片集中执法检查"]


def test_annex_titles_come_from_the_notice_and_else_from_the_name(store: Store) -> None:
    with store.write("建立") as session:
        given = campaigns.forms(session.get_one(Campaign, make.campaign(session)))[1].title
        silent = make.campaign(session, name="“回头看”岚桥区粉尘涉爆专项检查实施方案", attachments=[])
        made = campaigns.forms(session.get_one(Campaign, silent))[1].title
    assert (given, made) == ("全区工贸企业分片集中执法检查活动情况统计表", "岚桥区粉尘涉爆专项检查情况统计表")


def test_the_width_of_annex_2_follows_the_campaign(store: Store) -> None:
    with store.write("建立") as session:
        number = make.campaign(session, categories=["安全管理类", "现场类", "其他类"])
        form = campaigns.forms(session.get_one(Campaign, number))[1]
    assert len(form.columns) == 4 + 3 + 1


def test_the_due_day_stands_in_the_note_of_annex_3(store: Store) -> None:
    with store.write("建立") as session:
        note = campaigns.forms(session.get_one(Campaign, make.campaign(session)))[2].notes[0]
    assert "于4月26日前报大队审理室" in note


def test_a_second_campaign_of_one_name_is_refused(store: Store) -> None:
    with store.write("建立") as session:
        make.campaign(session)
        with pytest.raises(campaigns.CampaignExists):
            make.campaign(session)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": ["甲"]},
        {"issued_on": "3月22日"},
        {"issued_on": 20230322.5},
        {"year": "二〇二三"},
        {"year": 99999},
        {"groups": "三"},
        {"groups": -1},
        {"min_enterprises_per_group": [15]},
        {"phases": "集中检查"},
        {"phases": ["集中检查"]},
        {"phases": [{"name": "集中检查", "start": "2023-04-21", "end": "2023-04-01"}]},
        {"deadlines": {"what": "附件2"}},
        {"deadlines": [{"what": "附件2", "due": "四月底"}]},
        {"categories": "设施设备类"},
        {"categories": ["设施设备类", "设施设备类"]},
        {"categories": [1, 2]},
        {"attachments": [3]},
        {"contact": "周启明"},
        {"industries": 5},
        {"issuer": {"text": "某局"}},
    ],
)
def test_a_fact_of_the_wrong_shape_is_refused_by_name(store: Store, wrong: dict[str, object]) -> None:
    with store.write("建立") as session, pytest.raises(campaigns.BadNotice) as refused:
        make.campaign(session, **wrong)
    assert "读不懂" in refused.value.message()


def test_facts_may_come_with_their_evidence(store: Store) -> None:
    with store.write("建立") as session:
        facts = {
            "issuer": {"value": "岚桥区应急管理局", "evidence": "落款"},
            "groups": {"value": "3"},
            "issued_on": {"value": "2023-03-22"},
        }
        made = session.get_one(Campaign, make.campaign(session, **facts))
    assert (made.issuer, made.groups_planned, made.issued_on) == ("岚桥区应急管理局", 3, date(2023, 3, 22))


def test_days_of_the_window_are_days_already(store: Store) -> None:
    with store.write("建立") as session:
        made = session.get_one(Campaign, make.campaign(session, issued_on=date(2023, 3, 22)))
    assert made.issued_on == date(2023, 3, 22)


def test_the_only_open_campaign_needs_no_name(store: Store) -> None:
    with store.write("建立") as session:
        number = make.campaign(session)
        assert campaigns.find(session).id == number


def test_a_campaign_is_found_by_uid_prefix_and_name(store: Store) -> None:
    with store.write("建立") as session:
        made = session.get_one(Campaign, make.campaign(session))
        make.campaign(session, name="岚桥区2024年粉尘涉爆专项检查")
        for reference in (made.uid, made.uid[:13], made.name):
            assert campaigns.find(session, reference=reference).id == made.id


def test_no_campaign_an_unknown_one_and_several_are_three_refusals(store: Store) -> None:
    with store.write("建立") as session:
        with pytest.raises(campaigns.NoCampaign):
            campaigns.find(session)
        make.campaign(session)
        make.campaign(session, name="岚桥区2024年粉尘涉爆专项检查")
        with pytest.raises(campaigns.SeveralCampaigns):
            campaigns.find(session)
        with pytest.raises(Missing):
            campaigns.find(session, reference="没有这个")


def test_units_keep_the_official_order_and_their_aliases(store: Store) -> None:
    with store.write("建立") as session:
        number = make.campaign(session)
        listed = campaigns.units(session, campaign_id=number)
        assert [unit.name for unit in listed] == ["柳溪镇", "石坪镇"]
        for text, name in {"柳溪安环办": "柳溪镇", "岚桥区石坪镇人民政府": "石坪镇"}.items():
            found = campaigns.unit_named(listed, text)
            assert found is not None
            assert found.name == name
        assert campaigns.unit_named(listed, "双汊镇") is None


def test_units_given_again_are_changed_and_never_doubled(store: Store) -> None:
    with store.write("建立") as session:
        number = make.campaign(session)
        given = [{"name": "石坪镇"}, {"name": ""}, {"name": "石坪镇", "nominees": "2"}, {"name": "双汊镇"}]
        assert campaigns.set_units(session, campaign_id=number, units=given) == 2
        listed = records.alive(session, type(campaigns.units(session, campaign_id=number)[0]), campaign_id=number)
        assert sorted(unit.name for unit in listed) == ["双汊镇", "柳溪镇", "石坪镇"]


def test_a_number_of_nominees_in_words_is_refused(store: Store) -> None:
    with store.write("建立") as session, pytest.raises(campaigns.BadNotice):
        campaigns.set_units(session, campaign_id=make.campaign(session), units=[{"name": "石坪镇", "nominees": "一人"}])


def test_deadlines_count_the_working_days_that_are_left(store: Store) -> None:
    clock.set_demo_date(date(2023, 4, 20))
    with store.write("建立") as session:
        views = campaigns.open_deadlines(session, campaign_id=make.campaign(session))
    # Sunday 4/23 is a make-up day before the May holiday
    assert [(view.what, view.working_days) for view in views] == [("统计表和总结", 5)]


def test_towns_for_completion_need_a_campaign(store: Store, campaign: int) -> None:
    with store.read() as session:
        assert campaigns.towns(session, campaign) == ["柳溪镇", "石坪镇"]
        assert campaigns.towns(session, None) == []
