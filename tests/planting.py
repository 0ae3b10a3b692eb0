"""A sound campaign, and a small function for each defect to be found.

`sound` makes the campaign; each function of `PLANTED` spoils one thing in it.
To add one: a function that takes the session and the `Plot`, and its line in
`PLANTED`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from models import Assignment, Campaign, Enterprise, Finding, Inspection
from models.codes import check_digit
from models.forms import Row
from services import enterprises, records
from tests import make

AS_OF = date(2023, 4, 24)
DAY = date(2023, 4, 10)
FIRMS = ("岚桥区瑞丰纺织有限公司", "岚桥区恒信机械有限公司", "石坪庆辰机械有限公司", "柳溪承通纺织有限公司")
SPARE = "岚桥区远航机械有限公司"
VISIT: Row = {
    "meeting_open": "09:00-09:20",
    "meeting_site": "09:20-10:40",
    "meeting_talk": "10:40-11:10",
    "meeting_close": "11:10-11:30",
    "present_head": "仇宏峰",
    "present_safety": "柯国明",
    "present_worker": "尚永舟",
    "showed_id": True,
    "scanned": True,
    "recorder": True,
    "leader": "何志远",
    "plan_kind": "双随机",
}
FINDING: Row = {
    "basis": "《安全生产法》第三十六条",
    "level": "一般",
    "disposal": "限期整改",
    "due": date(2023, 4, 20),
    "person": "柯国明",
    "rectified_on": date(2023, 4, 17),
    "recheck_person": "康立群",
    "rechecked_on": date(2023, 4, 19),
    "status": "已销号",
}
DECIDED: Row = {
    "decided": 2_000_000,
    "filed_on": date(2023, 4, 11),
    "notified_on": date(2023, 4, 13),
    "decided_on": date(2023, 4, 18),
    "decision_no": "（岚）应急罚〔2023〕11号",
    "published_on": date(2023, 4, 20),
}


@dataclass(frozen=True)
class Plot:
    """The sound campaign: ids of what can be spoilt, in order of `FIRMS`."""

    campaign: int
    enterprises: tuple[int, ...]
    visits: tuple[int, ...]
    findings: tuple[int, ...]
    people: tuple[int, ...]


def code(number: int) -> str:
    """Return a right credit code of nobody."""
    stem = f"91370399M{number:08}"
    return f"{stem}{check_digit(stem)}"


def sound(session: Session) -> Plot:
    """Make a campaign in which no rule finds anything to block or to warn of."""
    number = make.campaign(session, industries=["机械", "纺织"], min_enterprises_per_group=3)
    people = (
        make.person(session, number, "柳一"),
        make.person(session, number, "石一", unit="石坪镇", unit_position="石坪镇安环办科员", cert_no="99030200002", phone="19900000002"),
    )
    make.group(session, number)
    firms = tuple(firm(session, name, place) for place, name in enumerate(FIRMS))
    for position, enterprise in enumerate(firms):
        session.add(Assignment(campaign_id=number, group_id=None, enterprise_id=enterprise, kind="双随机", position=position))
    visits = tuple(visit(session, number, name, day) for day, name in zip((10, 11, 12, 13), FIRMS, strict=True))
    found = []
    for name, hazard in zip(FIRMS, ("防护罩缺失", "接地线脱落", "护栏有一段缺失", "除尘器没有泄爆装置"), strict=True):
        found += [finding(session, number, name, hazard=hazard), finding(session, number, name, hazard=f"{hazard}，已第二次发现")]
    change(session, Finding, found[2], penalty=True)
    stopped = {"disposal": "责令暂时停产停业", "level": "重大", "basis": "重大生产安全事故隐患判定标准（2017版）粉尘防爆部分"}
    change(session, Finding, found[6], **stopped)
    make.case(session, number, FIRMS[0], **DECIDED)
    make.case(session, number, FIRMS[3], violation="未采取措施消除事故隐患", filed_on=date(2023, 4, 20))
    summary = {"procedure": "简易程序", "proposed": 100_000, "decided": 100_000, "filed_on": None, "notified_on": None}
    make.case(session, number, FIRMS[1], **{**DECIDED, "decision_no": "（岚）应急当罚〔2023〕3号", **summary})
    session.flush()
    return Plot(number, firms, visits, tuple(found), people)


def firm(session: Session, name: str, place: int, **changes: object) -> int:
    """Put an enterprise into the registry, as a received list would."""
    industry = "纺织" if "纺织" in name else "机械"
    row: Row = {"name": name, "credit_code": code(place + 1), "town": "柳溪镇", "industry": industry, "legal_rep": "仇宏峰"}
    source = records.Source(file="企业名录.xlsx", sheet="Sheet1", row=place + 2)
    return enterprises.save(session, row={**row, "state": "在业", **changes}, source=source)


def visit(session: Session, campaign: int, name: str, day: int, **changes: object) -> int:
    """Make a visit with all that a visit has to have."""
    own: Row = {
        "checked_on": date(2023, 4, day),
        "entered_on": date(2023, 4, day),
        "platform_no": f"LQ202304{day:02}",
        "document_no": f"（岚）应急现记〔2023〕{day:03}号",
    }
    return make.visit(session, campaign, name, **{**VISIT, **own, **changes})


def finding(session: Session, campaign: int, name: str, **changes: object) -> int:
    """Make a finding that was put right and rechecked."""
    return make.finding(session, campaign, name, **{**FINDING, **changes})


def change(session: Session, entity: type[Any], record_id: int, **values: object) -> None:
    """Set columns of a record."""
    for key, value in values.items():
        setattr(session.get_one(entity, record_id), key, value)
    session.flush()


def prose(session: Session, plot: Plot, part: str, text: str) -> None:
    """Put another text into one part of the report."""
    session.get_one(Campaign, plot.campaign).prose = {**make.PARTS, part: text}
    session.flush()


def another_visit(session: Session, plot: Plot, **changes: object) -> int:
    """Visit an enterprise of the registry that nobody drew."""
    firm(session, SPARE, 8)
    return visit(session, plot.campaign, SPARE, 14, **{"plan_kind": "计划外", **changes})


def another_case(session: Session, plot: Plot, **changes: object) -> int:
    """Make one more ordinary case on the finding of the second enterprise."""
    return make.case(session, plot.campaign, FIRMS[1], **{"violation": "未按规定设置警示标志", "findings": ("1",), **changes})


def _finding(**values: object) -> Callable[[Session, Plot], None]:
    return lambda session, plot: change(session, Finding, plot.findings[0], **values)


def _visit(**values: object) -> Callable[[Session, Plot], None]:
    return lambda session, plot: change(session, Inspection, plot.visits[1], **values)


def _enterprise(**values: object) -> Callable[[Session, Plot], None]:
    return lambda session, plot: change(session, Enterprise, plot.enterprises[1], **values)


def _case(**values: object) -> Callable[[Session, Plot], None]:
    return lambda session, plot: _ignore(another_case(session, plot, **values))


def _prose(part: str, text: str) -> Callable[[Session, Plot], None]:
    return lambda session, plot: prose(session, plot, part, text)


def _ignore(_made: object) -> None:
    """Drop what a builder returns."""


def _same_firm_twice(session: Session, plot: Plot) -> None:
    firm(session, "瑞丰纺织（柳溪厂）", 0)
    twice = session.query(Enterprise).filter_by(name="瑞丰纺织（柳溪厂）").one()
    twice.credit_code = "91370399M0000000X"  # so that the visit is not booked on the other one
    session.flush()
    visit(session, plot.campaign, twice.name, 14, plan_kind="计划外")
    twice.credit_code = code(1)
    session.flush()


def _case_of_an_unvisited_firm(session: Session, plot: Plot) -> None:
    firm(session, SPARE, 8)
    make.case(session, plot.campaign, SPARE, findings=())


def _case_without_penalty_item(session: Session, plot: Plot) -> None:
    make.case(session, plot.campaign, FIRMS[2], findings=())


def _one_officer(session: Session, plot: Plot) -> None:
    another_visit(session, plot, officers=())


def _no_certificate(session: Session, plot: Plot) -> None:
    make.person(session, plot.campaign, "区一", unit="石坪镇", cert_no=None, phone="19900000003")
    change_nominees(session, plot, "石坪镇", 2)


def change_nominees(session: Session, plot: Plot, name: str, count: int) -> None:
    """Let a unit send another number of people."""
    from services import campaigns  # noqa: PLC0415 - only here

    unit = next(unit for unit in campaigns.units(session, campaign_id=plot.campaign) if unit.name == name)
    unit.nominees = count
    session.flush()


def _two_places_at_once(session: Session, plot: Plot) -> None:
    another_visit(session, plot, checked_on=date(2023, 4, 13), entered_on=date(2023, 4, 13))


def _recused(session: Session, plot: Plot) -> None:
    change(session, Enterprise, plot.enterprises[2], remark="回避：康立群（配偶在该企业）")


def _two_nominees(session: Session, plot: Plot) -> None:
    make.person(session, plot.campaign, "柳二", cert_no="99030200003", phone="19900000003")


def _short_phone(session: Session, plot: Plot) -> None:
    make.person(session, plot.campaign, "柳二", cert_no="99030200003", phone="1990000")
    change_nominees(session, plot, "柳溪镇", 2)


def _idle_group(session: Session, plot: Plot) -> None:
    make.group(session, plot.campaign, "第二检查组", leader="丁海波", officers=())


def _drawn_and_not_visited(session: Session, plot: Plot) -> None:
    spare = firm(session, SPARE, 8)
    session.add(Assignment(campaign_id=plot.campaign, group_id=None, enterprise_id=spare, kind="双随机", position=9))
    session.flush()


def _without_ground(session: Session, plot: Plot) -> None:
    another_visit(session, plot, plan_kind=None)


def _before_the_phase(session: Session, plot: Plot) -> None:
    another_visit(session, plot, checked_on=date(2023, 3, 30), entered_on=date(2023, 3, 30))


def _told_twice(session: Session, plot: Plot) -> None:
    finding(session, plot.campaign, FIRMS[2], hazard="护栏 有一段缺失。")


def _wrong_reader(session: Session, plot: Plot) -> None:
    session.get_one(Campaign, plot.campaign).recipient = "区安委会办公室"
    session.flush()


PLANTED: tuple[tuple[str, str, str, Callable[[Session, Plot], None]], ...] = (
    ("P01", "W", "the visit names another count than the ledger", _visit(stated_findings=9)),
    ("P02", "B", "a visit is still a draft", _visit(state="草稿")),
    ("P03", "W", "one firm stands twice in Annex 2", _same_firm_twice),
    ("P04", "B", "a finding has no category", _finding(category=None)),
    ("P05", "B", "a case rests on no visit", _case_of_an_unvisited_firm),
    ("P06", "W", "a case has no penalty item in Annex 2", _case_without_penalty_item),
    ("P07", "W", "an amount is in yuan", _case(proposed=2_000_000_000_000)),
    ("P08", "B", "a decided amount has no decision", _case(**{**DECIDED, "decision_no": None})),
    ("P09", "W", "a decision took more than ninety days", _case(**{**DECIDED, "filed_on": date(2023, 1, 5)})),
    ("P10", "B", "the notice came before the filing", _case(**{**DECIDED, "notified_on": date(2023, 4, 3)})),
    ("P11", "W", "a fine on the spot is too high", _case(procedure="简易程序", proposed=400_000)),
    ("P12", "B", "only one officer came", _one_officer),
    ("P13", "W", "an officer has no certificate", _no_certificate),
    ("P14", "W", "one crew is in two places", _two_places_at_once),
    ("P15", "B", "an officer should have kept away", _recused),
    ("P16", "W", "a town sends two", _two_nominees),
    ("P17", "W", "a phone is too short", _short_phone),
    ("P18", "W", "a group has visited nobody", _idle_group),
    ("P19", "B", "a drawn firm was not visited", _drawn_and_not_visited),
    ("P20", "W", "a visit has no ground", _without_ground),
    ("P21", "W", "a visit lies before the phase", _before_the_phase),
    ("P22", "W", "a drawn firm was inspected last year", _enterprise(checked_district=date(2022, 5, 1))),
    ("P23", "W", "a visit is not on the platform", _visit(platform_no=None, entered_on=None)),
    ("P24", "W", "no worker of the firm was there", _visit(present_worker=None)),
    ("P25", "I", "nothing was filmed", _visit(recorder=False)),
    ("P26", "W", "nobody scanned at the gate", _visit(scanned=False)),
    ("P27", "W", "a finding has no basis", _finding(basis=None)),
    ("P28", "B", "a major hazard cites what was not yet valid", _finding(level="重大", basis="应急管理部令第10号第七条")),
    ("P29", "B", "a major hazard was closed on the spot", _finding(level="重大", basis="判定标准（2017版）", disposal="当场整改")),
    ("P30", "B", "the limit lies before the visit", _finding(due=date(2023, 4, 9))),
    ("P31", "W", "a finding is overdue", _finding(status="未整改", rectified_on=None, rechecked_on=None, recheck_person=None)),
    ("P32", "B", "a stopped firm goes on", _finding(disposal="责令暂时停产停业", rechecked_on=None, recheck_person=None)),
    (
        "P33",
        "W",
        "a decision is not public",
        _case(**{**DECIDED, "decided_on": date(2023, 4, 11), "notified_on": None, "published_on": None}),
    ),
    ("P34", "B", "the report tells another number", _prose("存在问题", "检查共发现问题99项，培训不足。")),
    ("P35", "W", "the report has a number by hand", _prose("主要做法", "集中培训检查人员共36名，联合检查。")),
    ("P36", "B", "a part of the report is empty", _prose("存在问题", " ")),
    ("P37", "W", "家次 is called 家", _prose("主要做法", "联合检查{检查家次}家。")),
    ("P38", "B", "the rate is above a hundred", _prose("存在问题", "整改率120%。")),
    ("P39", "W", "a town is on no list", _enterprise(town="青石镇")),
    ("P40", "W", "a credit code is wrong", _enterprise(credit_code="91370399M00000002X")),
    ("P41", "W", "one problem stands twice", _told_twice),
    ("P42", "B", "a placeholder stays", _finding(hazard="（待填）号设备防护罩缺失")),
    ("P44", "B", "the package goes to somebody else", _wrong_reader),
    ("P45", "B", "a phone number would be public", _case(violation="未设置警示标志，负责人电话19900000009")),
)
