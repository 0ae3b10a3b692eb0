"""What is odd about a visit while it is typed: said, stopping nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Enterprise, Group, GroupMember, Inspection, Person
from models.forms import Row
from services import enterprises, people, records, rectifications, workdays
from services.inspections import DONE

_MEETINGS = (("meeting_open", "启动会"), ("meeting_site", "现场检查"), ("meeting_talk", "沟通会"), ("meeting_close", "总结会"))
_PRESENT = (("present_head", "企业负责人"), ("present_safety", "安全管理人员"), ("present_worker", "岗位员工"))
_FEWEST_OFFICERS = 2


@dataclass(frozen=True)
class Doubt:
    """What speaks against a field.

    Attributes:
        key: The field; "" for the whole.
        weight: "bad", "soon" or "info".
        sentence: What is odd, and what to do.
    """

    key: str
    weight: str
    sentence: str


def of_visit(session: Session, *, campaign_id: int, row: Row, findings: Sequence[Row] = ()) -> tuple[Doubt, ...]:
    """Return what is odd about a visit as it stands on the page.

    Args:
        session: Session of a read.
        campaign_id: Its campaign.
        row: The visit, with the keys of `visiting.FORM`.
        findings: The rows of its findings.
    """
    return (
        *_standing_doubts(session, row),
        *_people_doubts(session, campaign_id, row),
        *_ritual_doubts(row),
        *_result_doubts(row, findings),
        *_day_doubts(session, campaign_id, row),
    )


def _standing_doubts(session: Session, row: Row) -> Iterator[Doubt]:
    """Say that the enterprise stands still by an order of an earlier day."""
    on, code = row.get("checked_on"), records.text_of(row.get("credit_code"))
    enterprise = enterprises.find(session, name=str(row.get("enterprise") or ""), credit_code=code)
    if enterprise is not None and isinstance(on, date):
        found = rectifications.standing(session, enterprise_id=enterprise.id, as_of=on - timedelta(days=1))
        if found.stopped:
            yield Doubt("enterprise", "bad", found.sentence)


def _people_doubts(session: Session, campaign_id: int, row: Row) -> Iterator[Doubt]:
    on = row.get("checked_on")
    names = [str(row["leader"])] if row.get("leader") else []
    names += [name for name in records.names_of(row.get("officers")) if name not in names]
    valid = 0
    for name in names:
        person = _person(session, campaign_id, name)
        expires = person.cert_expires if person else None
        if person is not None and not person.cert_no:
            yield Doubt("officers", "soon", f"{name}没有执法证号，不计入两名执法人员；核实后补证号")
        elif isinstance(on, date) and expires and expires < on:
            yield Doubt("officers", "bad", f"{name}的执法证 {expires} 到期，检查当日已失效；换人，或核实有效期")
        else:
            valid += 1
    if names and valid < _FEWEST_OFFICERS:
        yield Doubt("officers", "bad", f"持有效执法证的只有 {valid} 人，检查须有两名以上执法人员（行政处罚法 第四十二条）")
    both = set(names) & set(records.names_of(row.get("experts")))
    if both:
        yield Doubt("experts", "soon", f"{'、'.join(sorted(both))}同时写成执法人员和专家；留一处")


def _ritual_doubts(row: Row) -> Iterator[Doubt]:
    missing = [name for key, name in _MEETINGS if not row.get(key)]
    if missing:
        yield Doubt("meetings", "soon", f"还没有填时间：{'、'.join(missing)}")
    given = [(name, str(row[key])) for key, name in _MEETINGS if row.get(key)]
    for (before, one), (after, other) in pairwise(given):
        if _begin(other) < _begin(one):
            yield Doubt("meetings", "bad", f"{after}的时间 {other} 早于{before}的 {one}；改正其中一个")
    absent = [name for key, name in _PRESENT if not row.get(key)]
    if absent and not row.get("absence_reason"):
        yield Doubt("present", "soon", f"{'、'.join(absent)}没有写到场的人；填姓名，或写明没有到场的原因")
    for key, name in (("showed_id", "亮证"), ("scanned", "入企扫码"), ("recorder", "执法记录仪")):
        if not row.get(key):
            yield Doubt(key, "soon", f"{name}还没有确认")


def _result_doubts(row: Row, lines: Sequence[Row]) -> Iterator[Doubt]:
    if not lines and not row.get("no_problem") and not row.get("refused"):
        yield Doubt("findings", "soon", "没有录问题；确实没有发现问题的，请确认“未发现问题”")
    if lines and row.get("no_problem"):
        yield Doubt("no_problem", "bad", f"写着未发现问题，却有 {len(lines)} 条问题")
    if row.get("refused") and not row.get("refusal"):
        yield Doubt("refusal", "bad", "拒绝、阻碍检查要写明情形")
    if row.get("refused") and not row.get("second_officer"):
        yield Doubt("second_officer", "bad", "拒绝签字要由两名执法人员记录在案（安全生产法 第六十八条）；填第二名执法人员")
    bare = sum(not str(line.get("basis") or "").strip() for line in lines)
    if bare:
        yield Doubt("findings", "soon", f"{bare} 条问题还没有依据，问题及处置意见清单印不出来")


def _day_doubts(session: Session, campaign_id: int, row: Row) -> Iterator[Doubt]:
    on = row.get("checked_on")
    if not isinstance(on, date):
        return
    if not workdays.is_workday(on):
        yield Doubt("checked_on", "soon", f"{on} 是休息日；核对日期")
    entered = row.get("entered_on")
    if isinstance(entered, date) and entered > on:
        yield Doubt("entered_on", "soon", f"平台录入晚了 {(entered - on).days} 天，要求当日录入")
    year = on - timedelta(days=365)
    query = (
        select(Inspection.checked_on)
        .join(Enterprise, Enterprise.id == Inspection.enterprise_id)
        .where(
            Enterprise.name == str(row.get("enterprise") or ""),
            Inspection.campaign_id != campaign_id,
            Inspection.state == DONE,
            Inspection.deleted_at.is_(None),
            Inspection.checked_on.between(year, on),
        )
    )
    before = sorted(session.scalars(query))
    if before:
        yield Doubt("enterprise", "info", f"一年内已检查 {len(before)} 次，最近 {before[-1]}")


def _person(session: Session, campaign_id: int, name: str) -> Person | None:
    """Return the person who is meant: of a group of the campaign first."""
    query = (
        select(Person)
        .join(GroupMember, GroupMember.person_id == Person.id)
        .join(Group, Group.id == GroupMember.group_id)
        .where(Group.campaign_id == campaign_id, Person.name == name, Person.deleted_at.is_(None), GroupMember.deleted_at.is_(None))
    )
    return session.scalar(query.limit(1)) or people.find(session, name=name)


def _begin(text: str) -> str:
    """Return the first time of "09:05-09:20", so that texts compare as times."""
    return text.replace("–", "-").split("-")[0].strip().rjust(5, "0")
