"""What can be done with a case: steps, amounts and parties, each one operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from models.forms import Column, Form, Row
from models.kinds import FLAG, NAME, TEXT, choice
from models.ledgers import AMOUNT_STEP, CASE
from services import cases, clock, clocks, listing, penalties, proceedings
from services.clocks import Clock
from services.doubts import Doubt
from services.errors import Problem, ReasonNeeded
from services.penalties import Amount, Party
from services.proceedings import Step
from ui import errors
from ui.forms.form_dialog import FormDialog
from ui.pages.asking import ask
from ui.pages.page import Desk

_FACTS: Mapping[str, tuple[str, ...]] = {
    "file": ("case_no", "cause", "handlers"),
    "seal": ("sealed_until",),
    "notify": ("notice_no",),
    "review": ("review_no",),
    "extend": ("decide_by",),
    "decide": ("decision_no",),
    "serve": ("service",),
    "publish": ("publish_url",),
    "close": ("outcome",),
}
_ON = AMOUNT_STEP.column("on")
_WORDS = {word: kind for kind, word in penalties.KINDS.items()}


@dataclass(frozen=True)
class Line:
    """A case in the list: the most urgent first, those without a clock last."""

    case_id: int
    enterprise: str
    second: str
    stage: str
    clock: Clock | None


@dataclass(frozen=True)
class Detail:
    """A case in full, read in one go.

    Attributes:
        clauses: Penalty clauses of the day, by the words that are offered.
    """

    case_id: int
    row: Row
    steps: tuple[Step, ...]
    clocks: tuple[Clock, ...]
    parties: tuple[Party, ...]
    amounts: tuple[Amount, ...]
    doubts: tuple[Doubt, ...]
    outcomes: tuple[str, ...]
    clauses: Mapping[str, str]

    @property
    def name(self) -> str:
        """The enterprise."""
        return str(self.row["enterprise"])

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers of its findings."""
        listed = self.row.get("findings")
        return tuple(str(one) for one in listed) if isinstance(listed, list | tuple) else ()

    @property
    def open(self) -> tuple[Step, ...]:
        """The steps that may be registered now, the next one first."""
        listed = [step for step in self.steps if step.state in ("next", "open")]
        return tuple(sorted(listed, key=lambda step: step.state != "next"))


def lines(session: Any, *, campaign_id: int) -> list[Line]:
    """Read the cases of a campaign, by the last day of their next clock."""
    running = {one.case_id: one.clock for one in clocks.board(session, campaign_id=campaign_id, as_of=clock.today())}
    ids = listing.ids(session, cases.LISTING, scope=campaign_id)
    keys, found = cases.LISTING.form.keys, []
    for case_id, values in listing.rows(session, cases.LISTING, ids, scope=campaign_id).items():
        row = dict(zip(keys, values, strict=False))
        second = str(row["decision_no"] or row["violation"])
        found.append(Line(case_id, str(row["enterprise"]), second, str(row["stage"]), running.get(case_id)))
    last = clock.today().max
    return sorted(found, key=lambda one: (one.clock.due if one.clock else last, one.stage == proceedings.CLOSED, one.case_id))


def detail(session: Any, *, case_id: int) -> Detail:
    """Read a case in full."""
    day = clock.today()
    listed = [one for kind in (cases.UNIT, cases.PERSON) for one in penalties.clauses(session, on=day, kind=kind)]
    return Detail(
        case_id=case_id,
        row=cases.load_full(session, record_id=case_id),
        steps=tuple(proceedings.steps(session, case_id=case_id)),
        clocks=tuple(clocks.of_case(session, case_id=case_id, as_of=day)),
        parties=tuple(penalties.parties(session, case_id=case_id)),
        amounts=tuple(penalties.amounts(session, case_id=case_id)),
        doubts=penalties.doubts(session, case_id=case_id),
        outcomes=proceedings.outcomes(session, case_id=case_id),
        clauses={f"{one.source} {one.label}": one.key for one in listed},
    )


class CaseSteps:
    """Asks for what a step needs and does it for one case."""

    def __init__(self, desk: Desk, owner: QWidget, found: Detail) -> None:
        """Take the case as it was read.

        Args:
            desk: What may be used of the window.
            owner: Page that the dialogs belong to.
            found: The case.
        """
        self._desk, self._owner, self._found = desk, owner, found

    def advance(self, step: Step) -> FormDialog:
        """Register a step with its day and what belongs to it."""
        columns = [_ON, *(CASE.column(key) for key in _FACTS.get(step.key, ()))]
        if step.key == "extend":
            columns[1] = replace(columns[1], required=True)
        if step.key == "close":
            columns[1] = replace(columns[1], kind=choice(self._found.outcomes), required=True)
        known = {column.key: column.kind.show(self._found.row.get(column.key)) for column in columns if column.key in self._found.row}
        values = {"on": clock.today().isoformat(), **{key: text for key, text in known.items() if text}}
        if step.key == "close" and (len(self._found.outcomes) == 1 or self._found.row.get("paid_on")):
            values["outcome"] = self._found.outcomes[0]  # 履行完毕 once it is paid
        form = Form(code="case_step", title=step.name, columns=tuple(columns), source="office")
        call = partial(_advance, case_id=self._found.case_id, step=step.key)
        return self._ask(form, f"登记{step.name}", step.article.replace("office", "案件办结后不能再登记环节"), call, values)

    def step_back(self) -> None:
        """Take the last step back with its day and number; the window asks why."""
        label = f"退回上一环节 {self._found.name}"
        job = self._desk.tasks.command(label, proceedings.step_back, case_id=self._found.case_id, reason="")
        job.then(lambda _name: self._desk.say(f"已{label}", undoable=True)).failed(self._not_done).start(self._owner)

    def amount(self) -> FormDialog:
        """Set an amount of a party, from a day on."""
        names = tuple(party.name for party in self._found.parties)
        columns = (
            Column("party", "当事人", choice(names), required=True, width_mm=40, source="office"),
            Column("kind", "哪一项", choice(tuple(_WORDS)), required=True, width_mm=30, source="office"),
            *AMOUNT_STEP.columns,
            Column("sure", "核对过，金额无误", FLAG, width_mm=20, source="office"),
        )
        form = Form(code="case_amount", title="罚款金额", columns=columns, source="office")
        values = {"party": names[0], "kind": self._due_kind(), "on": clock.today().isoformat()}
        ids = {party.name: party.id for party in self._found.parties}
        return self._ask(form, "登记罚款金额", "拟 → 告知 → 决定 → 缴，每次改动都留日期", partial(_set_amount, ids=ids), values)

    def add_person(self) -> FormDialog:
        """Fine a person beside the enterprise."""
        columns = (
            Column("name", "姓名", NAME, required=True, width_mm=30, source="行政处罚法 第五十九条"),
            Column("post", "职务", TEXT, width_mm=30, source="office"),
            Column("clause", "处罚条款", TEXT, width_mm=80, source="行政处罚法 第五十九条"),
        )
        form = Form(code="case_person", title="加处罚个人", columns=columns, source="office")
        call = partial(_put_person, case_id=self._found.case_id, clauses=self._found.clauses)
        return self._ask(form, form.title, "一案双罚：单位之外的责任人", call, None, {"clause": tuple(self._found.clauses)})

    def clause(self) -> FormDialog:
        """Say by which clause a party is fined."""
        names = tuple(party.name for party in self._found.parties)
        columns = (
            Column("party", "当事人", choice(names), required=True, width_mm=40, source="office"),
            Column("clause", "处罚条款", TEXT, required=True, width_mm=80, source="行政处罚法 第五十九条"),
        )
        form = Form(code="case_clause", title="处罚条款", columns=columns, source="office")
        call = partial(_put_clause, found=self._found)
        return self._ask(form, "登记处罚条款", "金额的上下限照条款提醒", call, {"party": names[0]}, {"clause": tuple(self._found.clauses)})

    def drop_person(self) -> FormDialog:
        """Take a person out of the case."""
        names = tuple(party.name for party in self._found.parties if party.kind == cases.PERSON)
        columns = (Column("party", "处罚个人", choice(names), required=True, width_mm=40, source="office"),)
        form = Form(code="case_drop", title="去掉处罚个人", columns=columns, source="office")
        ids = {party.name: party.id for party in self._found.parties}
        return self._ask(form, form.title, "连同金额移入回收站；可以撤销", partial(_drop, ids=ids), {"party": names[0]})

    def _not_done(self, problem: Problem) -> None:
        if not isinstance(problem, ReasonNeeded):  # Esc where the reason was asked: nothing is changed
            errors.show_problem(self._owner.window(), problem, what="没有退回")

    def _due_kind(self) -> str:
        """Return the amount that comes next: the last one whose step is done and that is not there."""
        done = {step.key for step in self._found.steps if step.state == "done"}
        first = self._found.parties[0]
        for kind, step in (("paid", "pay"), ("decided", "decide"), ("notified", "notify")):
            if step in done and getattr(first, kind) is None:
                return penalties.KINDS[{"paid": cases.PAID, "decided": cases.DECIDED, "notified": cases.NOTIFIED}[kind]]
        return penalties.KINDS[cases.PROPOSED]

    def _ask(
        self,
        form: Form,
        verb: str,
        help_line: str,
        call: Callable[..., Any],
        values: Mapping[str, str] | None = None,
        suggestions: Mapping[str, Sequence[str]] | None = None,
    ) -> FormDialog:
        return ask(
            self._desk,
            self._owner,
            form,
            label=lambda _row: f"{verb} {self._found.name}",
            help_line=f"{self._found.name}：{help_line}",
            call=call,
            values=values,
            suggestions=suggestions,
            save_label="登记" if verb.startswith("登记") else verb,
        )


def _advance(session: Any, *, case_id: int, step: str, on: Any, **facts: Any) -> None:
    told = {key: value for key, value in facts.items() if value not in (None, "", ())}  # an empty field erases nothing
    proceedings.advance(session, case_id=case_id, step=step, on=on, **told)


def _set_amount(session: Any, *, ids: Mapping[str, int], party: str, kind: str, sure: bool | None, **row: Any) -> int:
    return penalties.set_amount(session, party_id=ids[party], kind=_WORDS[kind], sure=bool(sure), **row)


def _put_person(session: Any, *, case_id: int, clauses: Mapping[str, str], clause: str | None, **row: Any) -> int:
    return penalties.put_party(session, case_id=case_id, kind=cases.PERSON, clause=clauses.get(clause or ""), **row)


def _put_clause(session: Any, *, found: Detail, party: str, clause: str) -> int:
    one = next(one for one in found.parties if one.name == party)
    return penalties.put_party(
        session,
        case_id=found.case_id,
        kind=one.kind,
        name=one.name,
        post=one.post or None,
        clause=found.clauses.get(clause, clause),
        party_id=one.id,
    )


def _drop(session: Any, *, ids: Mapping[str, int], party: str) -> None:
    penalties.drop_party(session, party_id=ids[party])
