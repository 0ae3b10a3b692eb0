"""Pre-flight rules over visits and who made them (P12 P14 P15 P19 to P26)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import Any, NamedTuple

from services.checks.trouble import EACH, Material, Officer, Trouble, carried, unknown
from services.imports.known import FROM_LEDGER, FROM_STATISTICS
from services.matching import name_key

_ONE_IN = 5
_EXPERT, _AIDE = "专家", "辅助"
_DRAWN, _EXTRA = "双随机", "计划外"
_RECUSE = "回避"
_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})")
_INSPECTING = re.compile(r"检查|执法|排查|抽查")
_NOT_INSPECTING = re.compile(r"自查|培训|动员|准备|总结|整改|复查|部署")
_MEETINGS = {"meeting_open": "启动会", "meeting_site": "现场检查", "meeting_talk": "沟通会", "meeting_close": "总结会"}
_PRESENT = {"present_head": "企业负责人", "present_safety": "安全管理人员", "present_worker": "岗位员工"}


class _Presence(NamedTuple):
    """Somebody at a visit, from minute to minute of the day."""

    start: int
    end: int
    visit: Any
    name: str


def two_certified_officers_came(material: Material) -> Iterator[Trouble]:
    """P12: at least two certified officers on every visit.

    Who is in no Annex 1 may well have a certificate; only what is known to lack one is not counted.
    """
    wanted = material.numbers.get("group_certificates", 0)
    crews = {visit.id: material.crews.get(visit.id, ()) for visit in material.facts.visits}
    if crews and not any(crews.values()):
        yield unknown("P12", "检查人员", "检查记录", "inspection")
        return
    for visit in material.facts.visits:
        if _is_made(visit) and not crews[visit.id]:
            continue  # a ledger or Annex 2 brought it, and P02 asks for its record
        officers = {one.person_id: one for one in crews[visit.id] if _enforces(one)}
        sure = [one for one in officers.values() if not _lacks_certificate(one, visit.checked_on)]
        if len(sure) < wanted:
            without = "、".join(one.name for one in officers.values() if _lacks_certificate(one, visit.checked_on))
            said = f"（{without}没有有效的执法证）" if without else ""
            message = f"{_day(visit.checked_on)}的检查有执法资格的只有 {len(sure)} 人{said}，至少要 {wanted} 人；核对检查人员和执法证"
            yield Trouble("P12", "B", message, f"检查记录　{visit.enterprise}", "inspection", visit, "有执法资格的不足两人")


def somebody_is_known_at_each_visit(material: Material) -> Iterator[Trouble]:
    """P12: no visit was made by people alone whom no list knows."""
    crews = {visit.id: [one for one in material.crews.get(visit.id, ()) if _enforces(one)] for visit in material.facts.visits}
    strange = {number for number, crew in crews.items() if crew and not any(one.lent or one.cert_no for one in crew)}
    if len(strange) * _ONE_IN > sum(map(bool, crews.values())):
        return  # then the office simply sends its own people, who stand in no Annex 1
    for visit in material.facts.visits:
        if visit.id in strange:
            names = "、".join(dict.fromkeys(one.name for one in crews[visit.id]))
            message = f"{_day(visit.checked_on)}的检查人员{names}不在任何名单里，没有执法证号；核对姓名，或补登执法证"
            yield Trouble("P12", "W", message, f"检查记录　{visit.enterprise}", "inspection", visit, "检查人员都不在名单里")


def nobody_is_in_two_places(material: Material) -> Iterator[Trouble]:
    """P14: the same person is not in two visits that overlap in time."""
    busy: dict[tuple[int, date], list[_Presence]] = {}
    for visit in material.facts.visits:
        span = _span(visit)
        for one in material.crews.get(visit.id, ()) if span else ():
            busy.setdefault((one.person_id, visit.checked_on), []).append(_Presence(*(span or (0, 0)), visit, one.name))
    pairs: dict[tuple[int, int], tuple[Any, Any, dict[str, None]]] = {}
    for presences in busy.values():
        presences.sort(key=lambda presence: (presence.start, presence.end, presence.visit.id))
        last = presences[0]
        for presence in presences[1:]:
            if presence.start < last.end or presence.start == last.start:
                pair = pairs.setdefault((last.visit.id, presence.visit.id), (last.visit, presence.visit, {}))
                pair[2][presence.name] = None
            last = max(last, presence, key=attrgetter("end"))
    for first, second, names in pairs.values():
        who = "、".join(list(names)[:3]) + (f"等 {len(names)} 人" if len(names) > 3 else "")
        message = f"{who}{_day(second.checked_on)}同一时间也在“{first.enterprise}”检查；核对日期、时间和检查人员"
        yield Trouble("P14", "W", message, f"检查记录　{second.enterprise}", "inspection", second, "同一人同一时间在两家检查")


def nobody_inspects_where_he_is_recused(material: Material) -> Iterator[Trouble]:
    """P15: no officer inspects what the remarks say he has to keep away from."""
    for visit in material.facts.visits:
        enterprise = material.enterprise(visit)
        remark = str(enterprise.remark or "")
        for one in material.crews.get(visit.id, ()):
            own = _RECUSE in one.note and _is_meant(one.note, enterprise)
            if own or (_RECUSE in remark and name_key(one.name) in name_key(remark)):
                message = f"{one.name}应当回避这家企业（备注：{one.note if own else remark}），却参加了检查；核实后换人，或改正备注"
                yield Trouble("P15", "B", message, f"检查记录　{visit.enterprise}", "inspection", visit)


def drawn_enterprises_were_visited(material: Material) -> Iterator[Trouble]:
    """P19: every drawn enterprise was visited, or replaced with a reason."""
    visited = {visit.enterprise_id for visit in (*material.facts.visits, *material.facts.unfinished)}  # of a draft P02 speaks
    _first, last = _inspection_days(material)
    level = "B" if last and material.facts.as_of > last else "I"
    for one in material.assignments:
        if one.kind == _DRAWN and one.enterprise_id not in visited and not one.reason:
            enterprise = material.names[one.enterprise_id]
            message = "抽到了，还没有查，也没有写替换原因；补查，或登记替换和原因"
            yield Trouble("P19", level, message, f"检查任务　{enterprise}", "assignment", one, "抽到的企业没有查")


def visits_have_their_ground(material: Material) -> Iterator[Trouble]:
    """P20: every visited enterprise is drawn, must-check, or called 计划外."""
    visits = material.facts.visits
    assigned = {one.enterprise_id for one in material.assignments}
    kinds = carried(visits, "plan_kind")
    if visits and not kinds and not assigned:
        yield unknown("P20", "任务来源", "检查记录", "inspection")
        return
    for visit in visits:
        if visit.enterprise_id in assigned or visit.plan_kind == _EXTRA or (_is_made(visit) and not visit.plan_kind):
            continue
        if assigned and visit.plan_kind == _DRAWN:
            message = "任务来源写的是双随机，抽取名单里没有这家；核对名单，不在名单里的改为计划外"
        elif not visit.plan_kind:
            message = "没有写任务来源；选双随机、重点检查或计划外"
        else:
            continue
        yield Trouble("P20", "W", message, f"检查记录　{visit.enterprise}", "inspection", visit, "检查没有任务来源")


def visits_lie_in_the_phase(material: Material) -> Iterator[Trouble]:
    """P21: visits lie within the phase of inspections, or a remark says why."""
    first, last = _inspection_days(material)
    for visit in material.facts.visits if first and last else ():
        if first and last and not first <= visit.checked_on <= last and (not visit.remark or _is_made(visit)):
            message = f"检查日期 {visit.checked_on} 不在检查阶段（{_day(first)}至{_day(last)}）里；改正日期，或在备注写原因"
            yield Trouble("P21", "W", message, f"检查记录　{visit.enterprise}", "inspection", visit, "检查日期不在检查阶段里")


def drawn_enterprises_were_long_unchecked(material: Material) -> Iterator[Trouble]:
    """P22: what was drawn as 近三年未检查 had really not been inspected for so long."""
    years = material.numbers.get("unchecked_years")
    start = min((phase.start for phase in material.phases), default=material.facts.campaign.issued_on)
    drawn = [visit for visit in material.facts.visits if visit.plan_kind == _DRAWN]
    found: dict[int, tuple[Any, date]] = {}
    for visit in drawn if years else ():
        enterprise, day = material.enterprise(visit), min(start or visit.checked_on, visit.checked_on)
        since = day - timedelta(days=365 * (years or 0))
        last = [d for d in (enterprise.checked_province, enterprise.checked_city, enterprise.checked_district) if d and since < d < day]
        if last:
            found[enterprise.id] = (enterprise, max(last))
    # where many were, the campaign plainly drew from all
    level = "W" if len(found) <= EACH["W"] or 5 * len(found) <= len(drawn) else "I"
    for enterprise, day in found.values():
        message = f"{day} 检查过，抽取时不满 {years} 年；核对最近检查日期，或改任务来源"
        yield Trouble("P22", level, message, f"企业名录　{enterprise.name}", "enterprise", enterprise, "近三年检查过的企业又抽到")


def visits_are_on_the_platform(material: Material) -> Iterator[Trouble]:
    """P23: each visit has its number on the platform and was entered the same day."""
    visits = material.facts.visits
    numbered, dated = carried(visits, "platform_no"), carried(visits, "entered_on")
    first: dict[str, Any] = {}
    for visit in visits:
        other = first.setdefault(visit.platform_no, visit) if visit.platform_no else visit
        if other.enterprise_id != visit.enterprise_id:  # a recheck may go under the number of the first visit
            message = f"平台编号 {visit.platform_no} 和“{other.enterprise}”的检查相同；对照平台改正其中一个"
            yield Trouble("P23", "W", message, f"检查记录　{visit.enterprise}", "inspection", visit, "两次检查的平台编号相同")
    if visits and not numbered and not dated:
        yield unknown("P23", "平台编号和录入日期", "检查记录", "inspection")
    for visit in visits:
        if visit.remark or visit.checked_on >= material.facts.as_of:
            continue
        place = f"检查记录　{visit.enterprise}"
        lacking = [
            name
            for given, key, name in ((numbered, "platform_no", "平台编号"), (dated, "entered_on", "平台录入日期"))
            if given and not getattr(visit, key)
        ]
        if lacking:
            message = f"{_day(visit.checked_on)}的检查没有{'和'.join(lacking)}；录入平台后补填，或在备注写原因"
            yield Trouble("P23", "W", message, place, "inspection", visit, "检查没有录入平台")
        elif visit.entered_on and visit.entered_on > visit.checked_on:
            message = f"{_day(visit.checked_on)}检查，{_day(visit.entered_on)}才录入平台；在备注写没有当日录入的原因"
            yield Trouble("P23", "W", message, place, "inspection", visit, "没有当日录入平台")


def four_steps_and_three_parties(material: Material) -> Iterator[Trouble]:
    """P24: the three of the enterprise were there; four steps have times."""
    visits = material.facts.visits
    asked = [key for key in (*_PRESENT, *_MEETINGS) if carried(visits, key)]
    for names, what in ((_PRESENT, "三方在场"), (_MEETINGS, "四个环节的时间")):
        if visits and not any(key in asked for key in names):
            yield unknown("P24", what, "检查记录", "inspection")
    for visit in visits:
        excused = visit.remark or material.visits[visit.id]["absence_reason"]
        absent = [name for key, name in _PRESENT.items() if key in asked and not getattr(visit, key) and not excused]
        missing = [name for key, name in _MEETINGS.items() if key in asked and not getattr(visit, key) and not visit.remark]
        place = f"检查记录　{visit.enterprise}"
        if absent or missing:
            said = "，".join(
                text for text in (absent and f"没有写{'、'.join(absent)}", missing and f"没有{'、'.join(missing)}的时间") if text
            )
            yield Trouble("P24", "W", f"{said}；补填，没有到场的写原因", place, "inspection", visit, "三方在场或四个环节没有填全")
        starts = [(name, found[0]) for key, name in _MEETINGS.items() if (found := _times(getattr(visit, key)))]
        wrong = next(((a, b) for a, b in pairwise(starts) if b[1] < a[1]), None)
        if wrong:
            message = f"{wrong[1][0]}的时间早于{wrong[0][0]}；改正其中一个"
            yield Trouble("P24", "W", message, place, "inspection", visit, "四个环节的时间前后不对")


def visits_were_filmed(material: Material) -> Iterator[Trouble]:
    """P25: the body camera was on, or the remark says why not."""
    visits = material.facts.visits
    asked = carried(visits, "recorder")
    if visits and not asked and not material.filmed:
        yield unknown("P25", "执法记录仪", "检查记录", "inspection")
    for visit in visits:
        off = asked and not visit.recorder
        if (off or (material.filmed and visit.id not in material.filmed)) and not visit.remark:
            message = "没有用执法记录仪，也没有写原因；在备注写原因" if off else "没有登记执法视频；登记，或在备注写原因"
            yield Trouble("P25", "I", message, f"检查记录　{visit.enterprise}", "inspection", visit, "没有执法视频，也没有写原因")


def certificate_and_scan_are_recorded(material: Material) -> Iterator[Trouble]:
    """P26: showing the certificate and scanning at the gate are recorded."""
    visits = material.facts.visits
    asked = {key: name for key, name in (("showed_id", "亮证"), ("scanned", "入企扫码")) if carried(visits, key)}
    if visits and not asked:
        yield unknown("P26", "亮证和入企扫码", "检查记录", "inspection")
    for visit in visits:
        lacking = [name for key, name in asked.items() if not getattr(visit, key)]
        if lacking and not visit.remark:
            message = f"{_day(visit.checked_on)}的检查没有{'和'.join(lacking)}的记录；核实后补填，确实没有的在备注写原因"
            yield Trouble("P26", "W", message, f"检查记录　{visit.enterprise}", "inspection", visit, "没有亮证或入企扫码的记录")


RULES = (
    two_certified_officers_came,
    somebody_is_known_at_each_visit,
    nobody_is_in_two_places,
    nobody_inspects_where_he_is_recused,
    drawn_enterprises_were_visited,
    visits_have_their_ground,
    visits_lie_in_the_phase,
    drawn_enterprises_were_long_unchecked,
    visits_are_on_the_platform,
    four_steps_and_three_parties,
    visits_were_filmed,
    certificate_and_scan_are_recorded,
)


def _enforces(one: Officer) -> bool:
    return one.role not in (_EXPERT, _AIDE) and not one.kind.startswith((_EXPERT, _AIDE))


def _is_made(visit: Any) -> bool:
    """Tell whether a visit was made from a ledger or from statistics, which know nothing of who went there."""
    return str(visit.remark or "").startswith((FROM_LEDGER, FROM_STATISTICS))


def _lacks_certificate(one: Officer, day: date) -> bool:
    return (one.lent and not one.cert_no) or (one.cert_expires is not None and one.cert_expires < day)


def _is_meant(note: str, enterprise: Any) -> bool:
    folded = name_key(note)
    return any(text and name_key(str(text)) in folded for text in (enterprise.name, enterprise.former_name, enterprise.town))


def _times(text: object) -> list[int]:
    return [60 * int(hour) + int(minute) for hour, minute in _CLOCK.findall(str(text or ""))]


def _span(visit: Any) -> tuple[int, int] | None:
    times = [time for key in _MEETINGS for time in _times(getattr(visit, key))]
    return (min(times), max(times)) if times else None


def _inspection_days(material: Material) -> tuple[date | None, date | None]:
    """Return the first and last day on which visits belong: the phases of inspections, else all phases."""
    named = [one for one in material.phases if _INSPECTING.search(one.name) and not _NOT_INSPECTING.search(one.name)]
    listed: Sequence[Any] = named or material.phases
    return min((one.start for one in listed), default=None), max((one.end for one in listed), default=None)


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
