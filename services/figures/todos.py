"""What must be done now, each with its date, its reason and where to do it.

Late things first, then by date: rectification past its day, visits that are
not on the platform, units that have not sent their people, the next deadlines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from models import Deadline
from services import campaigns, records, reporting, workdays
from services.campaigns import DeadlineView
from services.figures.facts import Facts

# Keys of [state] in the token file, whose look a badge wears; its word is the todo's own.
LATE, TODAY, SOON, PLATFORM, CALM = "overdue", "due_today", "to_check", "not_on_platform", "same"
OPEN_STATES = ("未整改", "整改中")
SOON_WORKDAYS = 7
NEAREST = 3
NAMED = 3
_SAME_DAY = "on_event:+0d"
_ANNEX = re.compile(r"附件\s*[一二三四五六七八九\d]+")


@dataclass(frozen=True)
class Todo:
    """One thing to do.

    Attributes:
        state: Key of [state] in the token file; gives the look of the badge.
        word: What stands in the badge: 逾期, 今天, 4月26日.
        text: The matter in one sentence.
        detail: What helps to decide; may be cut short on screen.
        button: Verb of 2–4 characters, with its count where there is one.
        page: Page that the button opens.
        filters: Filter that opens exactly the rows meant; None for the page as it is.
        due: Day by which it must be done; None where none is set.
    """

    state: str
    word: str
    text: str
    detail: str
    button: str
    page: str
    filters: Mapping[str, object] | None
    due: date | None


def todos(session: Session, facts: Facts) -> tuple[Todo, ...]:
    """Return what is to be done as of the facts' day, the late first."""
    listed = records.alive(session, Deadline, campaign_id=facts.campaign.id)
    annex_1 = next((one for one in listed if one.due and _is_annex_1(one.what, facts)), None)
    units = list(_units(session, facts, annex_1.due if annex_1 else None))
    found = [*_overdue(facts), *_platform(facts, same_day=any(_asks_same_day(one) for one in listed)), *units]
    # Who has not sent Annex 1 is told by name; its deadline would say it twice.
    ahead = [one for one in _ahead(session, facts) if not (units and _is_annex_1(one.what, facts))]
    found += [_deadline(one, facts) for one in ahead[:NEAREST]]
    return tuple(sorted(found, key=lambda todo: (todo.state != LATE, todo.due or date.max)))


def short_day(day: date) -> str:
    """Return a day as sentences have it: 4月26日."""
    return f"{day.month}月{day.day}日"


def _overdue(facts: Facts) -> Iterator[Todo]:
    late = [finding for finding in facts.findings if finding.status in OPEN_STATES and finding.due and finding.due < facts.as_of]
    if not late:
        return
    first = min(late, key=lambda finding: finding.due)
    count = len({finding.enterprise_id for finding in late})
    filters = {"visit_state": "已完成", "status": OPEN_STATES, "due": tuple(sorted({finding.due for finding in late}))}
    detail = f"{count} 家企业，最早 {short_day(first.due)}到期（{first.enterprise}）"
    yield Todo(LATE, "逾期", f"{len(late)} 项问题整改已过期", detail, f"查看 {len(late)} 项", "hazard_list", filters, first.due)


def _platform(facts: Facts, *, same_day: bool) -> Iterator[Todo]:
    missing = [visit for visit in facts.visits if not visit.platform_no]
    if not missing:
        return
    first = min(visit.checked_on for visit in missing)
    if first < facts.as_of:
        state, word = (LATE, "逾期") if same_day else (PLATFORM, "待平台")
    else:
        state, word = TODAY, "今天"
    reason = "文书应当日录入" if same_day else f"最早一次 {short_day(first)}"
    detail = f"{reason}：{_some([visit.enterprise for visit in missing])}"
    filters = {"state": "已完成", "platform_no": None}
    yield Todo(state, word, f"{len(missing)} 次检查还没录入省平台", detail, "补平台编号", "inspections", filters, first)


def _units(session: Session, facts: Facts, due: date | None) -> Iterator[Todo]:
    board = reporting.board(session, campaign_id=facts.campaign.id)
    asked, behind = board.expected, [unit.name for unit in board.owing]
    if not behind:
        return
    state, word = _badge(due, facts.as_of) if due else (CALM, "待报")
    detail = f"{_some(behind)}；应报 {len(asked)} 个单位，报齐 {len(asked) - len(behind)} 个"
    yield Todo(state, word, f"{len(behind)} 个单位的附件1人员没报齐", detail, "看人员", "people", None, due)


def _ahead(session: Session, facts: Facts) -> list[DeadlineView]:
    return [view for view in campaigns.open_deadlines(session, campaign_id=facts.campaign.id) if view.due >= facts.as_of]


def _deadline(view: DeadlineView, facts: Facts) -> Todo:
    state, word = _badge(view.due, facts.as_of)
    left = workdays.between(facts.as_of, view.due)
    when = "今天到期" if view.due == facts.as_of else f"还有 {left} 个工作日" if left else "到期前没有工作日了"
    who = "报".join(part for part in (view.submitter, view.recipient) if part)
    button, page = ("看人员", "people") if _is_annex_1(view.what, facts) else ("去打包", "packages")
    return Todo(state, word, _matter(view), "，".join(part for part in (when, who) if part), button, page, None, view.due)


def _matter(view: DeadlineView) -> str:
    """Name what is due: by annex number where the notice gives one."""
    parts = [part.strip() for part in re.split(r"[；;]", view.what) if part.strip()]
    named = [found.group().replace(" ", "") if (found := _ANNEX.search(part)) else part for part in parts]
    return f"{'' if named and named[0].startswith(('报', '上报')) else '报送'}{'、'.join(named)}" if view.recipient else "、".join(named)


def _badge(due: date, today: date) -> tuple[str, str]:
    if due < today:
        return LATE, "逾期"
    if due == today:
        return TODAY, "今天"
    return (SOON if workdays.between(today, due) <= SOON_WORKDAYS else CALM), short_day(due)


def _some(names: Sequence[str]) -> str:
    """Return the first names, and how many in all if there are more."""
    names = list(dict.fromkeys(names))
    return "、".join(names[:NAMED]) + (f" 等 {len(names)} 家" if len(names) > NAMED else "")


def _is_annex_1(what: str, facts: Facts) -> bool:
    return "附件1" in what.replace(" ", "") or str(facts.campaign.titles["1"]) in what


def _asks_same_day(deadline: Deadline) -> bool:
    return deadline.recurrence == _SAME_DAY and "平台" in f"{deadline.what}{deadline.recipient or ''}"
