"""The first page's numbers: one read, the late first, nothing left out."""

from __future__ import annotations

import time
from datetime import date

import pytest

from services import findings, inspections, listing
from services.errors import Missing
from services.figures import hands
from services.figures.overview import KEYS, WITHOUT_CATEGORY, Overview, overview
from services.figures.todos import Todo
from services.store import Store
from tests import make

# Opening a store sets the clock, so it is stopped after that.
pytestmark = pytest.mark.usefixtures("store", "frozen_today")
DAY = date(2023, 4, 20)
WEAVER, FOUNDRY = "岚桥区瑞丰纺织有限公司", "岚桥区永固铸造有限公司"
ON_PLATFORM = {"what": "文书录入省执法信息平台", "kind": "task", "recurrence": "on_event:+0d", "recipient": "省执法信息平台"}


def read(store: Store, campaign_id: int, day: date = DAY) -> Overview:
    with store.snapshot() as session:
        return overview(session, campaign_id=campaign_id, as_of=day)


def todo(found: Overview, page: str) -> Todo | None:
    return next((one for one in found.todos if one.page == page), None)


@pytest.fixture
def filled(store: Store) -> int:
    with store.write("样例") as session:
        made = make.campaign(session)
        make.person(session, made)
        make.person(session, made, "贺启航", unit="石坪镇", unit_position="石坪镇安环办科员", cert_no="99030200002", phone="19900000002")
        make.group(session, made)
        make.group(session, made, "第二检查组", leader="林秀云", officers=("白朗宁",), quota=15)
        make.visit(session, made)
        make.visit(session, made, FOUNDRY, group="第二检查组", checked_on=date(2023, 4, 19), platform_no=None, entered_on=None)
        make.finding(session, made, due=date(2023, 4, 17))
        make.finding(session, made, due=date(2023, 4, 17), status="已销号", category="作业现场类")
        make.finding(session, made, FOUNDRY, due=date(2023, 4, 14), level="重大", status="整改中", category=None)
        make.finding(session, made, FOUNDRY, due=date(2023, 4, 24))
        make.case(session, made)
    return made


def test_the_late_come_first_and_then_by_date(store: Store, filled: int) -> None:
    states = [(one.state, one.page) for one in read(store, filled).todos]
    assert states == [("overdue", "hazard_list"), ("not_on_platform", "inspections"), ("to_check", "packages")]


def test_overdue_rectification_names_count_enterprises_and_the_earliest(store: Store, filled: int) -> None:
    late = todo(read(store, filled), "hazard_list")
    assert late is not None
    assert (late.text, late.button) == ("2 项问题整改已过期", "查看 2 项")
    assert late.detail == f"2 家企业，最早 4月14日到期（{FOUNDRY}）"


def test_each_todo_opens_exactly_the_rows_it_counts(store: Store, filled: int) -> None:
    found = read(store, filled)
    late, loose = todo(found, "hazard_list"), todo(found, "inspections")
    assert late is not None
    assert loose is not None
    with store.snapshot() as session:
        assert listing.count(session, findings.LISTING, scope=filled, filters=late.filters) == 2
        assert listing.count(session, inspections.LISTING, scope=filled, filters=loose.filters) == 1


def test_a_visit_off_the_platform_is_late_only_where_the_notice_asks_for_the_same_day(store: Store) -> None:
    with store.write("样例") as session:
        made = make.campaign(session, deadlines=[ON_PLATFORM])
        make.visit(session, made, platform_no=None, checked_on=date(2023, 4, 19))
    late = todo(read(store, made), "inspections")
    assert late is not None
    assert (late.state, late.word) == ("overdue", "逾期")
    today = todo(read(store, made, date(2023, 4, 19)), "inspections")
    assert today is not None
    assert (today.state, today.word) == ("due_today", "今天")


def test_units_that_have_not_sent_their_people_are_named(store: Store) -> None:
    with store.write("样例") as session:
        made = make.campaign(session, deadlines=[{"what": "抽调执法人员统计表（附件1）", "due": "2023-04-24", "recipient": "大队审理室"}])
        make.person(session, made)
    found = read(store, made)
    assert [(one.word, one.text, one.page) for one in found.todos] == [("4月24日", "1 个单位的附件1人员没报齐", "people")]
    assert found.todos[0].detail == "石坪镇；应报 2 个单位，报齐 1 个"


def test_a_deadline_counts_working_days_and_names_annexes_briefly(store: Store) -> None:
    long = "全区工贸企业检查情况统计表（附件2）；拟立案案件统计表（附件3）；工作总结报告"
    facts = {"what": long, "due": "2023-04-26", "submitter": "各检查组", "recipient": "大队审理室"}
    with store.write("样例") as session:
        made = make.campaign(session, deadlines=[facts, {"what": "整改情况", "due": "2023-06-30"}], units=[])
        make.person(session, made)
        make.person(session, made, "贺启航", unit="石坪镇", unit_position="石坪镇安环办", cert_no="99030200002", phone="19900000002")
    near, far = read(store, made).todos
    # Sunday 23 April is a working day of 2023.
    assert (near.text, near.detail) == ("报送附件2、附件3、工作总结报告", "还有 5 个工作日，各检查组报大队审理室")
    assert (near.state, near.word, far.state, far.word) == ("to_check", "4月26日", "same", "6月30日")


def test_only_the_three_nearest_deadlines_are_shown(store: Store) -> None:
    with store.write("样例") as session:
        made = make.campaign(session, deadlines=[{"what": f"第 {n} 次周报", "due": f"2023-05-{n:02}"} for n in range(1, 9)])
    assert [one.word for one in read(store, made).todos if one.due and one.page == "packages"] == ["5月1日", "5月2日", "5月3日"]


def test_groups_stand_by_number_with_what_they_did_and_owe(store: Store, filled: int) -> None:
    coverage = read(store, filled).coverage
    assert [(one.name, one.leader, one.done, one.quota) for one in coverage] == [
        ("第一检查组", "何志远", 1, 1),
        ("第二检查组", "林秀云", 1, 15),
    ]


def test_six_figures_in_order_with_a_line_each(store: Store, filled: int) -> None:
    figures = read(store, filled).figures
    assert tuple(noted.figure.key for noted in figures) == KEYS
    assert [noted.figure.value for noted in figures] == [2, 4, 1, 1, 0, 1]
    assert figures[3].note == "复查销号 ÷ 发现 = 25.0%"
    assert all(noted.note and len(noted.note) <= 18 for noted in figures)


def test_categories_stand_in_annex_order_and_add_up(store: Store, filled: int) -> None:
    found = read(store, filled)
    assert [share.name for share in found.by_category[:2]] == ["设施设备类", "作业现场类"]
    assert found.by_category[-1].name == WITHOUT_CATEGORY
    assert found.findings == sum(share.findings for share in found.by_category) == 4
    with store.snapshot() as session:
        for share in found.by_category:
            assert listing.count(session, findings.LISTING, scope=filled, filters=share.filters) == share.findings


def test_each_day_of_the_phase_is_there_with_its_name(store: Store, filled: int) -> None:
    found = read(store, filled)
    days = {one.day.day: one for one in found.by_day}
    assert list(days) == list(range(1, 22))
    assert (days[5].rest, days[8].rest, days[10].rest) == ("清明", "周末", "")
    assert (days[10].findings, days[19].findings, days[20].to_come, days[21].to_come) == (2, 2, False, True)
    assert (found.other_days, found.workdays_left) == (0, 1)


def test_findings_outside_the_phase_are_counted_apart(store: Store, filled: int) -> None:
    with store.write("早查") as session:
        make.visit(session, filled, "岚桥区新宇建材有限公司", checked_on=date(2023, 3, 30))
        make.finding(session, filled, "岚桥区新宇建材有限公司")
    assert read(store, filled).other_days == 1


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2023, 3, 30), "第一阶段 分片集中执法检查 4月1日开始，还有 2 天"),
        (date(2023, 4, 20), "第一阶段 分片集中执法检查，第 20 天，共 21 天"),
        (date(2023, 4, 25), "第一阶段 分片集中执法检查 4月21日已结束"),
    ],
)
def test_the_phase_is_told_in_one_sentence(store: Store, filled: int, day: date, sentence: str) -> None:
    assert read(store, filled, day).phase == sentence


def test_an_empty_campaign_has_no_days_to_show_and_no_rate(store: Store) -> None:
    with store.write("空") as session:
        made = make.campaign(session, phases=[], deadlines=[])
    found = read(store, made)
    assert (found.phase, found.by_day, found.coverage, found.findings) == ("", (), (), 0)
    assert [noted.figure.value for noted in found.figures] == [0, 0, 0, 0, 0, 0]


def test_a_campaign_that_is_gone_is_said_so(store: Store) -> None:
    with pytest.raises(Missing):
        read(store, 4711)


def test_the_read_is_quick(store: Store, filled: int) -> None:
    took = []
    with store.snapshot() as session:
        for _ in range(3):
            started = time.process_time()
            overview(session, campaign_id=filled, as_of=DAY)
            took.append(time.process_time() - started)
    assert min(took) < 0.2


def test_the_counts_of_the_rail_are_those_of_the_todos(store: Store, filled: int) -> None:
    found = read(store, filled)
    with store.read() as session:
        counted = {one.page: one.count for one in hands.asked(session, campaign_id=filled, as_of=DAY)}
    told = {page: one.text for page in counted if (one := todo(found, page)) is not None}
    assert {page: count for page, count in counted.items() if count} == {page: int(text.split()[0]) for page, text in told.items()}
    assert counted["hazard_list"] == 2
