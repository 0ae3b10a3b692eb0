"""The desk at a glance: what to do, how far the groups are, six figures.

One read of the campaign (`collect_counted`) gives everything, so that all numbers on
the page stand for the same moment. Pre-flight is not part of it: it is slow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar
from sqlalchemy.orm import Session

from models import Phase
from services import campaigns, groups, workdays
from services.conditions import Among
from services.figures.facts import Facts, collect_counted
from services.figures.indicators import Figure, Value, figures_by_key
from services.figures.todos import Todo, short_day, todos

__all__ = ["DayCount", "GroupProgress", "NotedFigure", "Overview", "Share", "overview"]

KEYS = ("enterprises", "findings", "major_hazards", "closed", "documents", "proposed_cases")
WITHOUT_CATEGORY = "没定类别"
LONGEST_SPAN = 62
_NUMERALS = "一二三四五六七八九十"
_COUNTED: Mapping[str, object] = {"visit_state": "已完成"}


@dataclass(frozen=True)
class GroupProgress:
    """How far a group is; groups stand in order of their number.

    Attributes:
        leader: Name, or None.
        done: Enterprises inspected, each once.
        quota: Enterprises asked for; None where the notice asks for none.
        remark: Reason that the office has written down.
        enterprises: Ids of those inspected, in the order of their first visit.
    """

    name: str
    leader: str | None
    done: int
    quota: int | None
    remark: str | None
    enterprises: tuple[int, ...] = ()

    @property
    def filters(self) -> Mapping[str, object]:
        """Filter that opens exactly the enterprises counted."""
        return {"id": Among(self.enterprises, f"{self.name}已查 {self.done} 家")}


@dataclass(frozen=True)
class NotedFigure:
    """A figure with one line on what is counted, its numbers included."""

    figure: Figure
    note: str


@dataclass(frozen=True)
class Share:
    """Findings of one category, with the filter that opens them."""

    name: str
    findings: int
    filters: Mapping[str, object]


@dataclass(frozen=True)
class DayCount:
    """Findings of the visits of one day, with the filter that opens them.

    Attributes:
        rest: Why offices do not work: a holiday's name, 周末; "" on working days.
        to_come: The day lies ahead.
    """

    day: date
    findings: int
    rest: str
    to_come: bool
    filters: Mapping[str, object]


@dataclass(frozen=True)
class Overview:
    """Everything that the first page shows.

    Attributes:
        phase: Where the campaign stands: 第二阶段 集中检查阶段，第 20 天，共 21 天.
        todos: The late first, then by date.
        coverage: In order of the groups' numbers, never a ranking.
        figures: In the order of `KEYS`.
        by_category: In the order of the annex; 没定类别 last, only if there are any.
        by_day: Every day of the phase of inspections.
        other_days: Findings of days outside `by_day`.
    """

    as_of: date
    phase: str
    todos: tuple[Todo, ...]
    coverage: tuple[GroupProgress, ...]
    figures: tuple[NotedFigure, ...]
    by_category: tuple[Share, ...]
    by_day: tuple[DayCount, ...]
    other_days: int

    @property
    def findings(self) -> int:
        """All findings that count."""
        return sum(share.findings for share in self.by_category)

    @property
    def workdays_left(self) -> int:
        """Working days of the phase that lie ahead, without the present one."""
        return sum(day.to_come and not day.rest for day in self.by_day)


def overview(session: Session, *, campaign_id: int, as_of: date) -> Overview:
    """Read a campaign for its first page.

    Raises:
        Missing: There is no such campaign.
    """
    facts = collect_counted(session, campaign_id=campaign_id, as_of=as_of)
    phases = campaigns.phases(session, campaign_id=campaign_id)
    days = _days(facts, phases)
    figures = figures_by_key(session, facts)
    notes = _notes(facts, figures)
    return Overview(
        as_of=as_of,
        phase=_phase_sentence(phases, as_of),
        todos=todos(session, facts),
        coverage=_coverage(session, facts),
        figures=tuple(NotedFigure(figures[key], notes[key]) for key in KEYS),
        by_category=_by_category(facts),
        by_day=days,
        other_days=len(facts.findings) - sum(day.findings for day in days),
    )


def _coverage(session: Session, facts: Facts) -> tuple[GroupProgress, ...]:
    listed = {row.id: row for row in session.execute(groups.select_rows(facts.campaign.id))}
    done: dict[int | None, dict[int, None]] = {}
    for visit in facts.visits:
        done.setdefault(visit.group_id, {})[visit.enterprise_id] = None
    seen = {group.id: tuple(done.get(group.id, ())) for group in facts.groups}
    return tuple(
        GroupProgress(group.name, listed[group.id].leader, len(seen[group.id]), listed[group.id].quota, group.remark, seen[group.id])
        for group in facts.groups
    )


def _notes(facts: Facts, figures: Mapping[str, Figure]) -> dict[str, str]:
    def value(key: str) -> Value:
        return figures[key].value

    rate, open_major = value("rectification_rate"), (value("major_hazards") or 0) - (value("major_closed") or 0)
    return {
        "enterprises": f"{value('visits')} 家次；同一企业只计一次",
        "findings": "一项一类；不含草稿和作废",
        "major_hazards": f"已认定的；还有 {open_major} 项没销号",
        "closed": f"复查销号 ÷ 发现 = {rate}%" if rate is not None else "复查合格已销号的",
        "documents": "、".join(f"{part.word} {part.count}" for part in figures["documents"].parts) or "有文号的文书，含检查记录",
        "proposed_cases": f"{value('proposed_enterprises')} 家；未含简易程序 {len(facts.cases) - len(facts.ordinary)} 件",
    }


def _by_category(facts: Facts) -> tuple[Share, ...]:
    counted = Counter(finding.category for finding in facts.findings)
    shares = [Share(name, counted.pop(name, 0), {**_COUNTED, "category": name}) for name in facts.campaign.categories]
    # Whatever is left stands at the end, so that the bars add up to the total.
    names = [name for name in counted if name is not None]
    shares += [Share(name, counted[name], {**_COUNTED, "category": name}) for name in names]
    if counted[None]:
        shares.append(Share(WITHOUT_CATEGORY, counted[None], {**_COUNTED, "category": None}))
    return tuple(shares)


def _days(facts: Facts, phases: Sequence[Phase]) -> tuple[DayCount, ...]:
    span = _span(facts, phases)
    if span is None:
        return ()
    counted = Counter(finding.checked_on for finding in facts.findings)
    days = [span[0] + timedelta(days=number) for number in range((span[1] - span[0]).days + 1)]
    shown = days[-LONGEST_SPAN:]
    return tuple(DayCount(day, counted[day], _rest(day), day > facts.as_of, {**_COUNTED, "checked_on": day}) for day in shown)


def _span(facts: Facts, phases: Sequence[Phase]) -> tuple[date, date] | None:
    """Return the phase of inspections: the one with most visits, else the present one."""
    visited = [visit.checked_on for visit in facts.visits]
    held = [(sum(phase.start <= day <= phase.end for day in visited), phase) for phase in phases]
    if held and (best := max(held, key=lambda pair: pair[0]))[0]:
        return best[1].start, best[1].end
    if visited:
        return min(visited), max(visited)
    present = _present(phases, facts.as_of)
    return (present.start, present.end) if present else None


def _present(phases: Sequence[Phase], today: date) -> Phase | None:
    return next((phase for phase in phases if phase.start <= today <= phase.end), None)


def _rest(day: date) -> str:
    if workdays.is_workday(day):
        return ""
    english = chinese_calendar.get_holiday_detail(day)[1] if workdays.known(day) else None
    return str(chinese_calendar.Holiday(english).chinese) if english else "周末"


def _phase_sentence(phases: Sequence[Phase], today: date) -> str:
    present = _present(phases, today)
    if present:
        whole, number = (present.end - present.start).days + 1, (today - present.start).days + 1
        return f"{_phase_name(phases, present)}，第 {number} 天，共 {whole} 天"
    following = next((phase for phase in sorted(phases, key=lambda phase: phase.start) if phase.start > today), None)
    if following:
        return f"{_phase_name(phases, following)} {short_day(following.start)}开始，还有 {(following.start - today).days} 天"
    last = max(phases, key=lambda phase: phase.end, default=None)
    return f"{_phase_name(phases, last)} {short_day(last.end)}已结束" if last else ""


def _phase_name(phases: Sequence[Phase], phase: Phase) -> str:
    number = list(phases).index(phase)
    if phase.name.startswith("第") or number >= len(_NUMERALS):
        return phase.name
    return f"第{_NUMERALS[number]}阶段 {phase.name}"
