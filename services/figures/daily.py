"""The daily report (日报): one day and all days until then, by group, in order.

The same figures as everywhere: the day is the campaign counted from that day
to that day, the sum is the campaign counted until that day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from services import campaigns
from services import groups as group_service
from services.figures import counting
from services.figures.basis import Basis, Switches, Value
from services.figures.facts import Facts, collect_counted
from services.figures.indicators import Figure, figures_by_key
from services.findings import CLOSED, MAJOR

LINES = (
    *("enterprises", "visits", "officer_visits", "expert_visits", "findings", "major_hazards", "fixed_on_spot"),
    *("closed", "stop_orders", "documents", "proposed_cases", "filed_cases", "fine_decided_yuan"),
)
# Of these the day is asked by its own date and not by the visit's.
_DATED = {"closed": "rechecked_on", "filed_cases": "filed_on", "fine_decided_yuan": "decided_on"}
# Cases carry no day on which they were proposed.
_ONLY_SUM = frozenset({"proposed_cases"})
# What a case has only from a day on.
_FROM_DAY = (
    ("notified_on", ("notice_no",)),
    ("decided_on", ("decision_no", "decided", "person_decided")),
    ("paid_on", ("paid",)),
)
_NAMED = 8
_WEEKDAYS = "一二三四五六日"
_STEPS = (("filed_on", "立案"), ("notified_on", "处罚告知"), ("decided_on", "作出处罚决定"), ("paid_on", "缴款"), ("closed_on", "结案"))


@dataclass(frozen=True)
class DailyLine:
    """One indicator: of the day and in all; None is "—"."""

    figure: Figure
    today: Value
    total: Value


@dataclass(frozen=True)
class DailyGroup:
    """What one group did; groups stand in order of their number."""

    name: str
    leader: str
    today_enterprises: int
    today_findings: int
    today_major: int
    enterprises: int
    findings: int
    major: int
    quota: int | None


@dataclass(frozen=True)
class Late:
    """A town with findings past their day."""

    town: str
    count: int
    oldest: date


@dataclass(frozen=True)
class Daily:
    """The report of a day.

    Attributes:
        lines: Indicators in the order of `LINES`.
        groups: One a group, and the sum of all.
        whole: The sum of the groups' lines, each enterprise once.
        late: Towns with overdue findings, in official order of the listing.
        overdue: How many findings are overdue.
        steps: What cases went through on that day, in words.
        missing_on_platform: Visits of that day that are not on the platform.
    """

    campaign: str
    day: date
    lines: tuple[DailyLine, ...]
    groups: tuple[DailyGroup, ...]
    whole: DailyGroup
    late: tuple[Late, ...]
    overdue: int
    steps: tuple[str, ...]
    missing_on_platform: int

    @property
    def heading(self) -> str:
        """2023年4月20日（星期四）."""
        return f"{self.day.year}年{self.day.month}月{self.day.day}日（星期{_WEEKDAYS[self.day.weekday()]}）"


def daily(session: Session, *, campaign_id: int, day: date, switches: Switches | None = None) -> Daily:
    """Return the report of a day.

    Raises:
        Missing: There is no such campaign.
    """
    until = _cases_by(collect_counted(session, campaign_id=campaign_id, as_of=day))
    only = replace(until, since=day, visits=[visit for visit in until.visits if visit.checked_on == day])
    kept = {visit.id for visit in only.visits}
    only = replace(
        only,
        findings=[finding for finding in until.findings if finding.inspection_id in kept],
        attendance=[one for one in until.attendance if one[0] in kept],
    )
    total, today = figures_by_key(session, until, switches), figures_by_key(session, only, switches)
    basis = Basis(until, switches or Switches(), None)
    late = [finding for finding in until.findings if counting.is_late(finding, basis)]
    leaders = {row.id: row.leader or "" for row in session.execute(group_service.select_rows(campaign_id))}
    own = [_group(one.name, leaders.get(one.id, ""), _quota(until, one), _of(until, one.id), _of(only, one.id)) for one in until.groups]
    known = {group.id for group in until.groups}
    if any(visit.group_id not in known for visit in until.visits):
        own.append(_group("（未填）", "", None, _outside(until, known), _outside(only, known)))
    quotas = [one.quota for one in own if one.quota]
    return Daily(
        campaign=until.campaign.name,
        day=day,
        lines=tuple(DailyLine(total[key], _today(key, today[key], until, day), total[key].value) for key in LINES),
        groups=tuple(own),
        whole=_group("合计", "", sum(quotas) if quotas else None, (until.visits, until.findings), (only.visits, only.findings)),
        late=_late(late, [unit.name for unit in campaigns.units(session, campaign_id=campaign_id)]),
        overdue=len(late),
        steps=tuple(_steps(until, day)),
        missing_on_platform=sum(not visit.platform_no for visit in only.visits),
    )


def text(report: Daily) -> str:
    """Return the report as text, for the clipboard."""
    return "\n".join([f"{title(report)}", report.heading, *(f"{heading}\n{body}" for heading, body in paragraphs(report))]) + "\n"


def title(report: Daily) -> str:
    """Return the title: name of the campaign, 日报."""
    return f"{report.campaign.removesuffix('实施方案').removesuffix('方案')}日报"


def paragraphs(report: Daily) -> Iterator[tuple[str, str]]:
    """Yield the parts of the report: heading and text."""
    day, whole = report.day, report.whole
    known = {line.figure.key: line for line in report.lines}
    when = f"{day.month}月{day.day}日"
    if whole.today_enterprises:
        head = (
            f"{when}，检查企业 {whole.today_enterprises} 家，发现问题 {whole.today_findings} 项，其中重大事故隐患 {whole.today_major} 项，"
            f"当场整改 {_shown(known['fixed_on_spot'].today)} 项；出动执法人员 {_shown(known['officer_visits'].today)} 人次、"
            f"专家 {_shown(known['expert_visits'].today)} 人次。"
        )
    else:
        head = f"{when}没有检查。"
    yield "一、当日情况", head
    yield (
        "二、累计情况",
        (
            f"截至{when}，累计检查企业 {whole.enterprises} 家、{_shown(known['visits'].total)} 家次，发现问题 {whole.findings} 项，"
            f"其中重大事故隐患 {whole.major} 项；已销号 {_shown(known['closed'].total)} 项；"
            f"下达执法文书 {_shown(known['documents'].total)} 份。"
        ),
    )
    yield "三、各组情况", "\n".join(_group_words(group) for group in report.groups) or "还没有检查分组。"
    yield "四、逾期整改", _late_words(report)
    cases = f"累计拟立案 {_shown(known['proposed_cases'].total)} 件、立案 {_shown(known['filed_cases'].total)} 件，"
    fined = known["fine_decided_yuan"].total or 0
    cases += f"已罚金额 {fined / 10_000:g} 万元。" if fined else "还没有作出罚款决定。"
    more = f" 等 {len(report.steps)} 件" if len(report.steps) > _NAMED else ""
    yield "五、案件办理", cases + (f"当日：{'；'.join(report.steps[:_NAMED])}{more}。" if report.steps else "")
    if report.missing_on_platform:
        yield "六、平台录入", f"当日还有 {report.missing_on_platform} 次检查没有录入省平台。"


def shown_value(figure: Figure, value: Value) -> str:
    """Return a value of a line as it is printed: yuan in 万元, nothing as —."""
    if value is None:
        return "—"
    return f"{value / 10_000:g}" if figure.unit == "元" else f"{value:,}"


def shown_unit(figure: Figure) -> str:
    """Return the unit in which a line is printed."""
    return "万元" if figure.unit == "元" else figure.unit


def _shown(value: Value) -> str:
    return "—" if value is None else f"{value:,}"


def _group_words(group: DailyGroup) -> str:
    asked = f"，应查 {group.quota} 家" if group.quota else ""
    leader = f"（组长 {group.leader}）" if group.leader else ""
    today = f"当日 {group.today_enterprises} 家、{group.today_findings} 项" if group.today_enterprises else "当日没有检查"
    return f"{group.name}{leader}：{today}；累计 {group.enterprises} 家{asked}，{group.findings} 项，重大 {group.major} 项。"


def _late_words(report: Daily) -> str:
    if not report.overdue:
        return "没有逾期未整改的问题。"
    oldest = min(one.oldest for one in report.late)
    towns = "、".join(f"{one.town} {one.count} 项" for one in report.late[:_NAMED])
    more = f" 等 {len(report.late)} 处" if len(report.late) > _NAMED else ""
    return f"逾期未整改 {report.overdue} 项，最早 {oldest.month}月{oldest.day}日到期：{towns}{more}。"


def _today(key: str, counted: Figure, facts: Facts, day: date) -> Value:
    if key in _ONLY_SUM:
        return None
    if key == "documents":
        decided = {case.decision_no for case in facts.cases if case.decided_on == day and case.decision_no}
        told = {case.notice_no for case in facts.cases if case.notified_on == day and case.notice_no}
        letters = {visit.document_no for visit in facts.visits if visit.checked_on == day and visit.document_no}
        return len(letters | told | decided)
    if key not in _DATED:
        return counted.value
    if key == "closed":
        return sum(bool(finding.status == CLOSED and finding.rechecked_on == day) for finding in facts.findings)
    rows = [case for case in facts.cases if getattr(case, _DATED[key]) == day]
    if key == "fine_decided_yuan":
        fen = sum((case.decided or 0) + (case.person_decided or 0) for case in rows)
        return fen // 100 if fen % 100 == 0 else fen / 100
    return len(rows)


def _cases_by(facts: Facts) -> Facts:
    """Return the facts with the cases that there were on their day, and what was told, decided and paid by then.

    A case is as old as the first visit of its enterprise, or as its own first day; one with neither counts.
    """
    begun: dict[int, date] = {}
    for visit in (*facts.visits, *facts.later):
        begun[visit.enterprise_id] = min(begun.get(visit.enterprise_id, visit.checked_on), visit.checked_on)
    cases = []
    for case in facts.cases:
        days = [day for day in (begun.get(case.enterprise_id), *(getattr(case, key) for key, _word in _STEPS)) if day]
        if days and min(days) > facts.as_of:
            continue
        later = [key for on, keys in _FROM_DAY for key in keys if (day := getattr(case, on)) and day > facts.as_of]
        cases.append(case._replace(**dict.fromkeys(later)) if later else case)
    return replace(facts, cases=cases)


def _of(facts: Facts, group_id: int) -> tuple[list[Any], list[Any]]:
    return [one for one in facts.visits if one.group_id == group_id], [one for one in facts.findings if one.group_id == group_id]


def _outside(facts: Facts, known: set[int]) -> tuple[list[Any], list[Any]]:
    return [one for one in facts.visits if one.group_id not in known], [one for one in facts.findings if one.group_id not in known]


def _quota(facts: Facts, group: Any) -> int | None:
    return group.quota if group.quota is not None else facts.campaign.group_quota


def _group(
    name: str, leader: str, quota: int | None, until: tuple[Sequence[Any], Sequence[Any]], only: tuple[Sequence[Any], Sequence[Any]]
) -> DailyGroup:
    def counts(pair: tuple[Sequence[Any], Sequence[Any]]) -> tuple[int, int, int]:
        visits, findings = pair
        return len({one.enterprise_id for one in visits}), len(findings), sum(one.level == MAJOR for one in findings)

    return DailyGroup(name, leader, *counts(only), *counts(until), quota)


def _late(findings: Sequence[Any], order: Sequence[str]) -> tuple[Late, ...]:
    towns: dict[str, list[date]] = {}
    for finding in findings:
        towns.setdefault(finding.town or "（未填）", []).append(finding.due)
    listed = sorted(towns, key=lambda town: (order.index(town) if town in order else len(order), town))
    return tuple(Late(town, len(towns[town]), min(towns[town])) for town in listed)


def _steps(facts: Facts, day: date) -> Iterator[str]:
    for key, word in _STEPS:
        for case in facts.cases:
            if getattr(case, key) == day:
                yield f"{case.enterprise}{word}"
