"""Each pre-flight rule with one campaign that passes and one that does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Campaign, Enterprise, Finding, Inspection, Person
from models.annexes import CATEGORY_PREFIX
from models.forms import Row
from services import attachments, checks
from services.checks import Check
from services.imports import counted
from services.store import Store
from tests import make, planting

AS_OF = date(2023, 4, 21)
NAME = "岚桥区瑞丰纺织有限公司"
OTHER = "岚桥区恒信机械有限公司"


def sound(session: Session) -> int:
    """Make a campaign that passes every rule."""
    number = make.campaign(session)
    make.enterprise(session)
    make.person(session, number, "柳一")
    make.person(session, number, "石一", unit="石坪镇", unit_position="石坪镇安环办科员", cert_no="99030200002", phone="19900000002")
    make.group(session, number)
    make.visit(session, number)
    make.finding(session, number)
    make.case(session, number)
    return number


def run(session: Session, number: int, **more: object) -> list[Check]:
    return checks.run(session, campaign_id=number, as_of=AS_OF, **more)  # type: ignore[arg-type]


def serious(found: list[Check]) -> list[Check]:
    return [check for check in found if check.level != "I"]


def no_category(session: Session, number: int) -> None:
    make.finding(session, number, hazard="没有类别的问题", category=None)


def another_sum(session: Session, number: int) -> None:
    row: Row = {"enterprise": OTHER, "findings_total": 3, f"{CATEGORY_PREFIX}设施设备类": 2, "checked_on": date(2023, 4, 11)}
    counted.save(session, campaign_id=number, row=row)


def another_count(session: Session, number: int) -> None:
    make.visit(session, number, checked_on=date(2023, 4, 12), stated_findings=3)


def draft(session: Session, number: int) -> None:
    make.visit(session, number, OTHER, credit_code="91370302MA3DEMA198", state="草稿")


def finding_of_a_void_visit(session: Session, number: int) -> None:
    make.visit(session, number, OTHER, credit_code="91370302MA3DEMA198", state="作废")
    make.finding(session, number, OTHER)


def case_without_visit(session: Session, number: int) -> None:
    make.enterprise(session, OTHER, credit_code="91370302MA3DEMA198")
    make.case(session, number, OTHER, findings=())


def case_without_findings(session: Session, number: int) -> None:
    make.visit(session, number, OTHER, credit_code="91370302MA3DEMA198")
    make.case(session, number, OTHER, findings=())


def case_without_link(session: Session, number: int) -> None:
    make.case(session, number, violation="另一件", findings=())
    make.finding(session, number, hazard="另一条", penalty=True)


def no_amount(session: Session, number: int) -> None:
    make.case(session, number, violation="另一件", proposed=None)


def yuan_for_wan(session: Session, number: int) -> None:
    make.case(session, number, violation="另一件", proposed=2_000_000_000_000)


def broken_yuan(session: Session, number: int) -> None:
    make.case(session, number, violation="另一件", proposed=123_456)


def decided_before_filed(session: Session, number: int) -> None:
    make.case(session, number, violation="另一件", filed_on=date(2023, 4, 18), decided_on=date(2023, 4, 12))


def filed_tomorrow(session: Session, number: int) -> None:
    make.case(session, number, violation="另一件", filed_on=date(2023, 4, 22))


def rechecked_before_found(session: Session, number: int) -> None:
    make.finding(session, number, hazard="另一条", rechecked_on=date(2023, 4, 9))


def visit_next_year(session: Session, number: int) -> None:
    make.visit(session, number, checked_on=date(2024, 4, 12))


def entered_too_early(session: Session, number: int) -> None:
    make.visit(session, number, checked_on=date(2023, 4, 12), entered_on=date(2023, 4, 11))


def two_nominees(session: Session, number: int) -> None:
    make.person(session, number, "柳二", cert_no="99030200003", phone="19900000003")


def short_phone(session: Session, number: int) -> None:
    make.person(session, number, "区一", unit=None, unit_position="柳溪镇", cert_no="99030200004", phone="1990000")


def unknown_unit(session: Session, number: int) -> None:
    make.person(session, number, "区一", unit=None, unit_position="双汊镇", cert_no="99030200004", phone="19900000004")


def idle_group(session: Session, number: int) -> None:
    make.group(session, number, "第二检查组", leader="丁海波", officers=())


def not_registered(session: Session, number: int) -> None:
    make.visit(session, number, OTHER)


def wrong_code(session: Session, number: int) -> None:
    make.visit(session, number, OTHER, credit_code="91370302MA3DEMA19X")


def placeholder(session: Session, number: int) -> None:
    make.case(session, number, violation="违法行为待填")


def unknown_brace(session: Session, number: int) -> None:
    session.get_one(Campaign, number).prose = {**make.PARTS, "主要做法": "检查{企业总数}家。"}


def empty_part(session: Session, number: int) -> None:
    session.get_one(Campaign, number).prose = {**make.PARTS, "存在问题": " "}


def visited_twice_in_a_day(session: Session, number: int) -> None:
    make.visit(session, number)


def summary_case_in_annex_3(session: Session, number: int) -> None:
    make.case(session, number, violation="另一件", progress="已按简易程序当场处罚")


def public_before_decided(session: Session, number: int) -> None:
    make.case(session, number, violation="另一件", decided_on=date(2023, 4, 18), published_on=date(2023, 4, 17), decision_no="1号")


def one_certificate_for_two(session: Session, number: int) -> None:
    make.person(session, number, "区一", unit="石坪镇", phone="19900000004")


def expired_certificate(session: Session, _number: int) -> None:
    crew = session.query(Person).filter_by(name="康立群").one()
    crew.cert_expires = date(2023, 4, 1)


def steps_out_of_order(session: Session, number: int) -> None:
    visit = session.query(Inspection).filter_by(campaign_id=number).one()
    visit.meeting_open, visit.meeting_site = "10:00", "9:00"


def major_without_item(session: Session, number: int) -> None:
    make.finding(session, number, hazard="除尘器没有泄爆装置", level="重大")


def nobody_answers(session: Session, number: int) -> None:
    make.finding(session, number, hazard="另一条", person="柯国明")


def closed_unseen(session: Session, number: int) -> None:
    make.finding(session, number, hazard="另一条", rechecked_on=date(2023, 4, 20))
    make.finding(session, number, hazard="又一条", status="已销号")


def rate_of_nothing(session: Session, number: int) -> None:
    session.get_one(Campaign, number).prose = {**make.PARTS, "总体情况": "检查企业{检查企业}家，整改率{整改率}。"}


def town_by_its_alias(session: Session, _number: int) -> None:
    session.query(Enterprise).one().town = "柳溪"


def short_name(session: Session, number: int) -> None:
    session.query(Enterprise).one().source_file = "企业名录.xlsx"
    make.visit(session, number, "瑞丰纺织", checked_on=date(2023, 4, 12), entered_on=date(2023, 4, 12))


def unreadable_date(session: Session, number: int) -> None:
    flag = {"field": "entered_on", "code": "date_invalid", "message": "“四月末”读不出日期，请核对", "text": "四月末"}
    visit = session.get_one(Inspection, make.visit(session, number, checked_on=date(2023, 4, 12), entered_on=None))
    visit.flags = [flag]


def rows_left_out(session: Session, number: int) -> None:
    file = attachments.record(session, sha256="0" * 64, name="台账.xlsx", size=1)
    unread = [{"sheet": "Sheet1", "row": row, "reason": "没有检查记录，请先导入", "enterprise": OTHER} for row in (4, 5)]
    make.submission(session, number, attachment_id=file, form="hazard_list", unread=unread)


def case_without_penalty_item(session: Session, number: int) -> None:
    make.case(session, number, violation="另一件", findings=())


FAILING: list[tuple[str, str, Callable[[Session, int], None]]] = [
    ("P01", "B", another_sum),
    ("P01", "W", another_count),
    ("P02", "B", draft),
    ("P02", "W", finding_of_a_void_visit),
    ("P04", "B", no_category),
    ("P05", "B", case_without_visit),
    ("P05", "B", case_without_findings),
    ("P05", "W", case_without_link),
    ("P07", "W", no_amount),
    ("P07", "W", yuan_for_wan),
    ("P07", "W", broken_yuan),
    ("P10", "B", decided_before_filed),
    ("P10", "B", filed_tomorrow),
    ("P10", "B", rechecked_before_found),
    ("P10", "B", visit_next_year),
    ("P10", "B", entered_too_early),
    ("P16", "W", two_nominees),
    ("P17", "W", short_phone),
    ("P17", "W", unknown_unit),
    ("P18", "W", idle_group),
    ("P36", "B", empty_part),
    ("P40", "W", not_registered),
    ("P40", "W", wrong_code),
    ("P42", "B", placeholder),
    ("P02", "W", rows_left_out),
    ("P03", "W", visited_twice_in_a_day),
    ("P05", "B", summary_case_in_annex_3),
    ("P06", "W", case_without_penalty_item),
    ("P10", "B", public_before_decided),
    ("P10", "W", unreadable_date),
    ("P13", "B", one_certificate_for_two),
    ("P13", "B", expired_certificate),
    ("P24", "W", steps_out_of_order),
    ("P28", "B", major_without_item),
    ("P30", "B", nobody_answers),
    ("P31", "W", closed_unseen),
    ("P38", "B", rate_of_nothing),
    ("P39", "W", town_by_its_alias),
    ("P40", "W", short_name),
    ("P42", "B", unknown_brace),
]


def test_a_sound_campaign_passes_every_rule(store: Store) -> None:
    with store.write("准备") as session:
        assert serious(run(session, sound(session))) == []


@pytest.mark.parametrize(("rule", "level", "spoil"), FAILING, ids=[f"{rule}-{spoil.__name__}" for rule, _level, spoil in FAILING])
def test_the_rule_finds_what_is_wrong(store: Store, rule: str, level: str, spoil: Callable[[Session, int], None]) -> None:
    with store.write("准备") as session:
        number = sound(session)
        spoil(session, number)
        session.flush()
        found = [check for check in serious(run(session, number)) if check.rule == rule]
    assert [(check.rule, check.level) for check in found] == [(rule, level)]
    assert "；" in found[0].message  # what is wrong, then how to mend it
    assert found[0].place


def test_every_required_rule_has_a_failing_campaign() -> None:
    required = {"P01", "P02", "P04", "P05", "P07", "P10", "P16", "P17", "P18", "P40", "P42"}
    assert required <= {rule for rule, _level, _spoil in FAILING}


def test_a_category_taken_off_the_list_blocks(store: Store) -> None:
    with store.write("准备") as session:
        number = sound(session)
        session.get_one(Campaign, number).categories = ["其他类"]
        session.flush()
        assert [check.rule for check in checks.blocking(run(session, number))] == ["P04"]


def test_a_reason_stands_for_a_missing_amount_and_a_missed_quota(store: Store) -> None:
    with store.write("准备") as session:
        number = sound(session)
        make.case(session, number, violation="另一件", proposed=None, no_amount_reason="证据还在收集")
        make.finding(session, number, hazard="另一条", penalty=True)
        make.group(session, number, "第二检查组", leader="丁海波", officers=(), remark="抽调防汛，经批准未检查")
        assert serious(run(session, number)) == []


def test_a_simple_case_does_not_concern_annex_3(store: Store) -> None:
    with store.write("准备") as session:
        number = sound(session)
        make.case(session, number, violation="另一件", procedure="简易程序", proposed=None, findings=())
        assert serious(run(session, number)) == []


def test_a_waived_issue_no_longer_blocks_and_keeps_its_reason(store: Store) -> None:
    with store.write("准备") as session:
        number = sound(session)
        draft(session, number)
        found = run(session, number, waivers={"P02": "办结手续在途"})
    assert checks.blocking(found) == []
    assert [check.waived for check in serious(found)] == ["办结手续在途"]


def test_blocking_issues_come_first(store: Store) -> None:
    with store.write("准备") as session:
        number = sound(session)
        two_nominees(session, number)
        draft(session, number)
        levels = [check.level for check in run(session, number)]
    assert levels == sorted(levels, key="BWI".index)
    assert levels[:2] == ["B", "W"]


def test_each_check_leads_to_the_record_to_mend(store: Store) -> None:
    with store.write("准备") as session:
        number = sound(session)
        no_category(session, number)
        check = next(check for check in run(session, number) if check.rule == "P04")
        assert check.record_id is not None
        found = session.get_one(Finding, check.record_id)
    assert (check.entity, check.register, check.uid) == ("finding", "hazard_list", found.uid)


def test_two_visits_are_each_held_to_their_own_count(store: Store) -> None:
    with store.write("准备") as session:
        number = sound(session)
        make.visit(session, number, checked_on=date(2023, 4, 12), entered_on=date(2023, 4, 12), stated_findings=1)
        make.finding(session, number, hazard="第二次的问题", checked_on=date(2023, 4, 12))
        assert serious(run(session, number)) == []


def test_check_never_writes(store: Store) -> None:
    with store.write("准备") as session:
        number = sound(session)
    with store.snapshot() as session:
        run(session, number)
        assert not session.dirty
        assert not session.new


def test_the_document_lists_every_issue(store: Store) -> None:
    with store.write("准备") as session:
        number = sound(session)
        draft(session, number)
        document = checks.as_json(run(session, number))
    assert document["schema"] == "check/1"
    assert {"rule", "level", "message", "place", "entity", "uid", "waived"} == set(document["issues"][0])


def test_many_troubles_of_one_sort_are_one_line_that_names_each_place(store: Store) -> None:
    with store.write("准备") as session:
        number = sound(session)
        for day in range(11, 19):
            name = f"岚桥区第{day}机械有限公司"
            own: Row = {"entered_on": None, "credit_code": None, "platform_no": f"LQ{day}"}
            make.visit(session, number, name, checked_on=date(2023, 4, day), **own)
        found = [check for check in run(session, number) if check.rule == "P23"]
    assert len(found) == 1
    assert "共 8 处" in found[0].message
    assert "岚桥区第18机械有限公司" in found[0].message
    assert found[0].record_id is not None


def test_numbers_of_a_part_are_not_held_against_the_whole(store: Store) -> None:
    with store.write("准备") as session:
        number = sound(session)
        text = "柳溪镇检查企业99家；去年发现问题700项；第一检查组检查企业12家。"
        session.get_one(Campaign, number).prose = {**make.PARTS, "主要做法": text}
        session.flush()
        found = serious(run(session, number))
    assert [check.rule for check in found] == ["P35"]
    assert all(part in found[0].message for part in ("99家", "700项", "12家"))


@pytest.mark.parametrize("text", ["第36条、2023年4月10日", "检查企业1家、1家次", "“五个一律”", "发现问题1项，全部整改", "整改率0%"])
def test_dates_articles_and_right_numbers_raise_nothing(store: Store, text: str) -> None:
    with store.write("准备") as session:
        number = sound(session)
        session.get_one(Campaign, number).prose = {**make.PARTS, "主要做法": text}
        session.flush()
        assert serious(run(session, number)) == []


def told_of_late(session: Session, text: str) -> list[str]:
    number = sound(session)
    make.finding(session, number, hazard="另一条", due=date(2023, 4, 12), status="未整改")
    session.get_one(Campaign, number).prose = {**make.PARTS, "存在问题": text}
    session.flush()
    return [check.level for check in run(session, number) if check.rule == "P31" and "督促整改" in check.message]


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("对逾期未整改的问题逐条督促。", ["W"]),
        ("逾期未整改的有{逾期未整改}项。", ["I"]),
        ("有1项逾期未整改。", ["I"]),
        (f"{NAME}有问题逾期未整改。", ["I"]),
        ("培训不足。", ["W"]),
    ],
)
def test_overdue_findings_are_told_only_by_number_or_name(store: Store, text: str, levels: list[str]) -> None:
    with store.write("准备") as session:
        assert told_of_late(session, text) == levels


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("拟处罚金额2万元。", []),
        ("拟罚款2.0万元。", []),
        ("罚款金额20000元。", []),
        ("拟处罚金额3万元。", ["P34"]),
        ("罚款金额3万元。", ["P35"]),
    ],
)
def test_amounts_by_hand_are_known_as_their_figures(store: Store, text: str, rules: list[str]) -> None:
    with store.write("准备") as session:
        number = sound(session)
        session.get_one(Campaign, number).prose = {**make.PARTS, "存在问题": text}
        session.flush()
        assert [check.rule for check in serious(run(session, number))] == rules


def test_the_offices_own_people_need_no_reporting_unit(store: Store) -> None:
    with store.write("准备") as session:
        number = sound(session)
        make.person(session, number, "卞若海", unit=None, unit_position="岚桥区应急管理综合行政执法大队队员", cert_no="99030200077",
                    phone="19900000077")  # fmt: skip
        assert serious(run(session, number)) == []


def test_an_issue_on_its_own_says_whose_it_is(store: Store) -> None:
    with store.write("准备") as session:
        number = sound(session)
        no_amount(session, number)
        session.flush()
        (issue,) = [one for one in checks.as_json(run(session, number))["issues"] if one["rule"] == "P07"]
    assert issue["message"].startswith(f"{NAME}：")
    assert issue["place"] == f"附件3　{NAME}"


def test_two_enterprises_do_not_share_a_number_of_the_platform(store: Store) -> None:
    with store.write("准备") as session:
        number = sound(session)
        make.visit(session, number, OTHER, credit_code="91370302MA3DEMA198")
        (found,) = [check for check in run(session, number) if check.rule == "P23"]
    assert (found.level, NAME in found.message) == ("W", True)


@pytest.mark.parametrize(
    ("basis", "item", "levels"),
    [
        ("《安全生产法》第三十六条", None, ["B"]),
        ("《重大生产安全事故隐患判定标准》（2017版）粉尘防爆部分", None, []),
        ("《安全生产法》第三十六条", "17-7-3", []),
    ],
)
def test_a_clause_of_the_law_is_no_criterion_where_the_list_of_majors_has_none(
    store: Store, basis: str, item: str | None, levels: list[str]
) -> None:
    with store.write("准备") as session:
        number = planting.sound(session).campaign
        finding = session.scalars(select(Finding).where(Finding.level == "重大")).one()
        finding.basis, finding.major_item = basis, item
        finding.flags = [{"field": "basis", "code": "missing", "message": "第4行 判定依据 为空，请补填"}]
        session.flush()
        found = [one for one in checks.run(session, campaign_id=number, as_of=planting.AS_OF) if one.rule == "P28"]
    assert [one.level for one in found] == levels
