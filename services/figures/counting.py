"""How each indicator is counted: from the facts of a campaign to value and rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from services import rectifications, workdays
from services.figures.basis import Basis, Counted, Part, percent
from services.findings import CLOSED, MAJOR

VISITS, FINDINGS, CASES, ENTERPRISES, GROUPS = "inspections", "hazard_list", "cases", "enterprises", "groups"
OPEN_STATES = ("未整改", "整改中")
OFFICERS, EXPERTS = frozenset({"组长", "执法人员"}), frozenset({"专家"})
LETTER, NOTICE, DECISION = "检查记录", "处罚告知书", "处罚决定书"
STOP = "责令暂时停产停业"
SIMPLE = "简易程序"
LENIENT = ("不予处罚", "违法事实不成立")
_FEN_PER_YUAN = 100

Count = Callable[[Basis], Counted]


def part(register: str, rows: Iterable[Any], word: str = "") -> Part:
    """Return rows as the part of a figure."""
    listed = list(rows)
    return Part(register, tuple([row.id for row in listed]), tuple([row.uid for row in listed]), word)


def is_closed(finding: Any, basis: Basis) -> bool:
    """Whether a finding was closed by the day of the figures."""
    return finding.status == CLOSED and not (finding.rechecked_on and finding.rechecked_on > basis.facts.as_of)


def is_late(finding: Any, basis: Basis) -> bool:
    """Whether a finding is past its day and not even reported as put right."""
    return rectifications.is_late(finding.status, finding.due, basis.facts.as_of)


def rows_of(register: str, rows: Iterable[Any]) -> Counted:
    """Return as many as there are rows."""
    made = part(register, rows)
    return Counted(made.count, (made,))


def rate(register: str, counted: Sequence[Any], rest: Sequence[Any], words: tuple[str, str]) -> Counted:
    """Return a rate with both its parts; nothing counted is no rate."""
    parts = (part(register, counted, words[0]), part(register, rest, words[1]))
    return Counted(percent(len(counted), len(counted) + len(rest)), parts)


def groups(basis: Basis) -> Counted:
    """Groups with a visit, each once."""
    seen = {visit.group_id for visit in basis.visits}
    return rows_of(GROUPS, (group for group in basis.facts.groups if group.id in seen))


def visits(basis: Basis) -> Counted:
    """Visits."""
    return rows_of(VISITS, basis.visits)


def people(roles: frozenset[str], *, once: bool) -> Count:
    """Return how to count who was present: each once, or at each visit."""

    def count(basis: Basis) -> Counted:
        chosen = {visit.id for visit in basis.visits}
        present = [(visit, person) for visit, person, role in basis.facts.attendance if role in roles and visit in chosen]
        where = {visit for visit, _person in present}
        rows = part(VISITS, (visit for visit in basis.visits if visit.id in where))
        return Counted(len({person for _visit, person in present} if once else set(present)), (rows,))

    return count


def drawn(basis: Basis) -> Counted:
    """Enterprises that were drawn at random; None before a draw."""
    rows = {one.enterprise_id: one.uid for one in basis.facts.drawn}
    return Counted(len(rows) or None, (Part(ENTERPRISES, tuple(rows), tuple(rows.values())),) if rows else ())


def enterprises(basis: Basis) -> Counted:
    """Enterprises with a finished visit, each once."""
    return _enterprises(basis, (visit.enterprise_id for visit in basis.facts.visits))


def coverage(basis: Basis) -> Counted:
    """How much of what was asked of each group is done, no more than asked."""
    facts = basis.facts
    seen: dict[int | None, set[int]] = {}
    for visit in facts.visits:
        seen.setdefault(visit.group_id, set()).add(visit.enterprise_id)
    wanted = reached = 0
    for group in facts.groups:
        quota = group.quota if group.quota is not None else facts.campaign.group_quota or 0
        wanted += quota
        reached += min(quota, len(seen.get(group.id, ())))
    return Counted(percent(reached, wanted), (part(VISITS, facts.visits),) if wanted else ())


def findings(test: Callable[[Any, Basis], bool]) -> Count:
    """Return how to count findings of one sort."""
    return lambda basis: rows_of(FINDINGS, (finding for finding in basis.facts.findings if test(finding, basis)))


def disposed(disposal: str) -> Count:
    """Return how to count findings by what was ordered; None if none says it."""

    def count(basis: Basis) -> Counted:
        found = basis.facts.findings
        if found and not any(finding.disposal for finding in found):
            return Counted(None, ())
        return rows_of(FINDINGS, (finding for finding in found if finding.disposal == disposal))

    return count


def closing(basis: Basis) -> Counted:
    """Closed among all findings."""
    return _closing(basis, basis.facts.findings)


def closing_due(basis: Basis) -> Counted:
    """Closed among the findings whose day has come."""
    return _closing(basis, [one for one in basis.facts.findings if one.due and one.due <= basis.facts.as_of])


def closing_major(basis: Basis) -> Counted:
    """Closed among the major hazards."""
    return _closing(basis, [one for one in basis.facts.findings if one.level == MAJOR])


def documents(basis: Basis) -> Counted:
    """Every numbered document once, with the record that carries it."""
    sources = [(VISITS, LETTER, [(v.document_no, v) for v in basis.facts.visits])] if basis.switches.records else []
    sources.append((CASES, NOTICE, [(c.notice_no, c) for c in basis.facts.cases]))
    sources.append((CASES, DECISION, [(c.decision_no, c) for c in basis.facts.cases]))
    seen: set[str] = set()
    parts: list[Part] = []
    for register, word, numbered in sources:
        rows = []
        for number, row in numbered:
            if number and number not in seen:
                seen.add(number)
                rows.append(row)
        if rows:
            parts.append(part(register, rows, word))
    return Counted(len(seen), tuple(parts))


def stopped(basis: Basis) -> Counted:
    """Enterprises that were ordered to stand still, each once."""
    return _enterprises(basis, (finding.enterprise_id for finding in basis.facts.findings if finding.disposal == STOP))


def accused(basis: Basis) -> Counted:
    """Enterprises with a case of the ordinary procedure, each once."""
    return _enterprises(basis, (case.enterprise_id for case in basis.facts.ordinary))


def proposed(basis: Basis) -> Counted:
    """Cases of the ordinary procedure."""
    return rows_of(CASES, basis.facts.ordinary)


def violations(basis: Basis) -> Counted:
    """Findings that those cases rest on."""
    facts = basis.facts
    ids = {finding for case in facts.ordinary for finding in facts.linked.get(case.id, ())}
    return rows_of(FINDINGS, (finding for finding in facts.findings if finding.id in ids))


def cases(test: Callable[[Any, Basis], bool]) -> Count:
    """Return how to count cases of one sort."""
    return lambda basis: rows_of(CASES, (case for case in basis.facts.cases if test(case, basis)))


def by_day(key: str) -> Count:
    """Return how to count cases that have reached a dated step."""
    return cases(lambda case, basis: (day := getattr(case, key)) is not None and day <= basis.facts.as_of)


def fine(*keys: str) -> Count:
    """Return how to add up amounts, in yuan; fen only where there are odd ones."""

    def count(basis: Basis) -> Counted:
        rows = [case for case in basis.facts.cases if any(getattr(case, key) is not None for key in keys)]
        fen = sum(getattr(case, key) or 0 for case in rows for key in keys)
        yuan = fen // _FEN_PER_YUAN if fen % _FEN_PER_YUAN == 0 else fen / _FEN_PER_YUAN
        return Counted(yuan, (part(CASES, rows),))

    return count


def double(basis: Basis) -> Counted:
    """Cases that penalise a person as well, among those of the ordinary procedure."""
    both = [case for case in basis.facts.ordinary if case.person_party]
    alone = [case for case in basis.facts.ordinary if not case.person_party]
    return rate(CASES, both, alone, ("同时处罚个人", "只处罚单位"))


def published(basis: Basis) -> Counted:
    """Decisions made public in time."""
    days = basis.publication_days
    if days is None:
        return Counted(None, ())
    decided = [case for case in basis.facts.cases if case.decided_on and case.decided_on <= basis.facts.as_of]
    in_time = [c for c in decided if c.published_on and workdays.between(c.decided_on, c.published_on) <= days]
    kept = {case.id for case in in_time}
    return rate(CASES, in_time, [case for case in decided if case.id not in kept], ("按时公示", "没有按时公示"))


def same_day(basis: Basis) -> Counted:
    """Visits entered on the platform on their own day."""
    done = [visit for visit in basis.facts.visits if visit.entered_on == visit.checked_on]
    rest = [visit for visit in basis.facts.visits if visit.entered_on != visit.checked_on]
    return rate(VISITS, done, rest, ("当日录入", "没有当日录入"))


def _closing(basis: Basis, among: Sequence[Any]) -> Counted:
    done = [finding for finding in among if is_closed(finding, basis)]
    rest = [finding for finding in among if not is_closed(finding, basis)]
    return rate(FINDINGS, done, rest, ("已销号", "没有销号"))


def _enterprises(basis: Basis, ids: Iterable[int]) -> Counted:
    known = basis.facts.enterprises
    return rows_of(ENTERPRISES, (known[number] for number in dict.fromkeys(ids)))
