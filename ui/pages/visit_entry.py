"""One visit on one screen: the leader's page of the evening.

Left the enterprises of the group, right the visit, its findings below. What
is typed is kept at every pause; Ctrl+Enter saves visit and findings as one
action and goes on to the next enterprise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from models.forms import Row
from services import clock, doubts, drafts, enterprises, findings, groups, inspections, people, visiting
from services.doubts import Doubt
from services.drafts import Place
from services.errors import Problem, ReasonNeeded
from services.visiting import Line, Saved, Stop
from ui import errors
from ui.forms.drafting import Drafting
from ui.pages.page import Desk
from ui.pages.problem_list import print_list
from ui.pages.visit_adding import ask_addition
from ui.pages.visit_frame import VisitFrame
from ui.pages.visit_hints import VisitHints
from ui.pages.visit_papers import FILM_KEYS, PHOTO_KEYS, Papers, keep
from ui.pages.visit_tour import names

PAUSE_MS = 500
GROUP_KEY = "inspections/group"


@dataclass
class Opened:
    """What the page shows of one enterprise.

    Attributes:
        enterprise: Its row of the registry.
        row: The visit; what is taken over for a new one.
        lines: Its findings.
        stored: The whole row of a saved visit; empty for a new one.
    """

    enterprise: Row
    row: Row
    lines: list[Line] = field(default_factory=list)
    stored: Row = field(default_factory=dict)


class VisitEntry(VisitFrame):
    """List, fields, findings.

    Attributes:
        stop: The enterprise that is shown, or None.
    Signals:
        left: Esc: back to the register.
    """

    left = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        """Build the page empty."""
        super().__init__(desk, parent)
        self._desk = desk
        self._group: int | None = None
        self._heads: Sequence[tuple[int, str, str]] = ()
        self._opened = Opened({}, {})
        self._asked: tuple[int | None, int | None] = (None, None)
        self._added = ""
        self._to_print: int | None = None
        self._registry: Sequence[str] = ()
        self.stop: Stop | None = None
        self._drafting = Drafting(desk.tasks, self.fields, self.draft_line, self._place)
        self._hints = VisitHints(desk, self.grid)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._ask_doubts)
        self._wire()

    def refresh(self) -> None:
        """Ask for groups, tour and words to offer."""
        scope = self._desk.campaign_id
        if scope is not None:
            self.fields.set_year(self._desk.year)
            self.grid.findings.year = self._desk.year
            self.papers.ask()
            self._desk.tasks.query(_groups, campaign_id=scope).then(self._show_groups)

    def open_enterprise(self, enterprise_id: int) -> None:
        """Show the visit of an enterprise once the tour is there."""
        self._asked = (enterprise_id, None)
        self.refresh()

    def open_visit(self, inspection_id: int) -> None:
        """Show a visit once the tour is there, whoever's it is."""
        self._asked = (None, inspection_id)
        self._choose_group(None)

    def open_next(self) -> None:
        """Show the first enterprise not visited, or stay where it was left."""
        if self.stop is None:
            self._asked = (-1, None)
        else:
            self._enter_fields()
        self.refresh()

    def ask_addition(self) -> None:
        """Ask for an enterprise that is not on the list, put it there and show it."""
        ask_addition(self._desk, self, group_id=self._group, registry=self._registry, named=partial(setattr, self, "_added"))

    def forget(self) -> None:
        """Show nothing any more: another campaign was chosen."""
        self.fields.leaving.emit()
        self.stop, self._heads, self._asked = None, (), (None, None)

    def save(self, *, go_on: bool = True) -> None:
        """Save visit, findings and papers as one action; go to the next, or print."""
        stop, scope = self.stop, self._desk.campaign_id
        if stop is None or scope is None:
            return
        checked = self.fields.show_remarks(everywhere=True)
        if checked.blocked:
            self.fields.boxes[checked.blocked[0]].take_focus()
            self.say(checked.remarks[checked.blocked[0]].sentence, "bad")
            return
        trouble = self.grid.findings.trouble()
        if trouble is not None:
            row, key, sentence = trouble
            self.grid.setFocus()
            self.grid.go_to(row, [column.key for column in self.grid.findings.columns].index(key))
            self.say(sentence, "bad")
            return
        label = f"{'登记' if stop.inspection_id is None else '修改'}检查 {stop.enterprise}"
        count = len(self.grid.findings.rows)
        label += f"，问题 {count} 项" if count else ""
        what: dict[str, Any] = {
            "campaign_id": scope,
            "row": self._row(checked.row),
            "record_id": stop.inspection_id,
            "lines": self.grid.findings.lines(),
            "removed": tuple(self.grid.findings.removed),
            "papers": self.papers.waiting(),
        }
        job = self._desk.tasks.command(label, _save, place=self._place(), **what)
        job.then(partial(self._saved, stop, label, go_on)).failed(partial(self._not_saved, label))
        self.fields.settle()  # taken back if it is refused
        self.save_button.setEnabled(False)
        job.start(self)

    def print_list(self) -> None:
        """Print 问题及处置意见清单; what is typed and not saved is saved before."""
        if self.stop is None:
            return
        if self.stop.inspection_id is None or self.fields.difference():
            self.save(go_on=False)
        else:
            self._print(self.stop.inspection_id)

    def _print(self, inspection_id: int) -> None:
        print_list(self._desk, self, inspection_id, refused=self.grid.go_to_bare)

    def _row(self, typed: Row) -> Row:
        """Return the visit as it is saved: what is typed over what is stored."""
        stored, enterprise = self._opened.stored, self._opened.enterprise
        row = {**stored, **typed, "state": inspections.DONE, "group": self._opened.row.get("group")}
        row |= {key: False for key, value in typed.items() if value is None and stored.get(key) is False}
        return row | {"enterprise": enterprise["name"], "town": enterprise.get("town"), "credit_code": enterprise.get("credit_code")}

    def _place(self) -> Place | None:
        return _place_of(self.stop, self._desk.campaign_id)

    def _wire(self) -> None:
        self.tour.chosen.connect(self._open)
        self.tour.entered.connect(self._enter_fields)
        self.tour.group_chosen.connect(self._choose_group)
        self.tour.addition_asked.connect(self.ask_addition)
        self.fields.typed.connect(self._typed)
        self.fields.discarded.connect(self._pause.start)
        self.fields.passed.connect(self.grid.enter)
        self.fields.save_asked.connect(self.save)
        self.grid.findings.edited.connect(self.fields.typed)
        self.grid.findings.edited.connect(self._ask_hints)
        self.grid.findings.modelReset.connect(self.show_count)
        self.grid.save_asked.connect(self.save)
        self.grid.left.connect(self._enter_fields)
        self.grid.column_shown.connect(self.show_choices)
        self.papers.changed.connect(self.fields.typed)
        self.papers.said.connect(self.say)
        self.papers.list_button.clicked.connect(lambda _checked=False: self.print_list())
        self.save_button.clicked.connect(lambda _checked=False: self.save())
        keys = {
            "Esc": self.left.emit,
            "F9": self.fields.confirm_norms,
            "F8": self.fields.next_issue,
            "F6": self._other_part,
            "Ctrl+Down": self.grid.enter,
            "Ctrl+N": self.ask_addition,
            "Ctrl+P": self.print_list,
            PHOTO_KEYS: self.papers.choose_photos,
            FILM_KEYS: self.papers.choose_films,
            "Ctrl+G": self.tour.ask_group,
            "Ctrl+F": self.tour.find_box.setFocus,
            "Ctrl+PgDown": partial(self._turn, 1),
            "Ctrl+PgUp": partial(self._turn, -1),
        }
        for key, act in keys.items():
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def _show_groups(self, heads: Sequence[tuple[int, str, str]]) -> None:
        if not self._heads:
            operator = getattr(self._desk.tasks.store, "operator", "") or ""
            led = next((number for number, _name, leader in heads if leader and leader == operator), None)
            kept = QSettings().value(f"{GROUP_KEY}/{self._desk.campaign_id}")
            numbers = {str(number): number for number, _name, _leader in heads}
            self._group = numbers.get(str(kept), led) if self._asked[1] is None else None
        self._heads = heads
        self.tour.show_groups(heads, self._group)
        what = {"campaign_id": self._desk.campaign_id, "group_id": self._group}
        self._desk.tasks.query(visiting.tour, as_of=clock.today(), **what).then(self._show_stops)
        self._desk.tasks.query(_words, campaign_id=self._desk.campaign_id).then(self._show_words)

    def _choose_group(self, group_id: int | None) -> None:
        self._group = group_id
        if self._asked[1] is None:
            self._asked = (-1, None)  # the first enterprise of that group which was not visited
            QSettings().setValue(f"{GROUP_KEY}/{self._desk.campaign_id}", "" if group_id is None else str(group_id))
        self.refresh()

    def _show_stops(self, stops: Sequence[Stop]) -> None:
        self.tour.show_stops(stops)
        (enterprise_id, visit_id), self._asked = self._asked, (None, None)
        wanted = self.tour.stop(enterprise_id)
        if visit_id is not None:
            wanted = next((one for one in stops if one.inspection_id == visit_id), None)
        added = next((one for one in stops if one.enterprise == self._added), None)
        if added is not None:
            wanted, self._added = added, ""
        if wanted is None and (enterprise_id == -1 or visit_id is not None or self.stop is None):
            wanted = self.tour.after(None) or (stops[0] if stops else None)
        if wanted is not None:
            self._open(wanted)

    def _show_words(self, words: Mapping[str, list[str]]) -> None:
        self.grid.show_categories(words["categories"])
        self._registry = words["enterprises"]
        for key in ("leader", "officers", "experts", "second_officer"):
            self.fields.boxes[key].set_suggestions(words["people"])

    def _turn(self, by: int) -> None:
        """Go to the enterprise above or below, what is typed here is kept as a draft."""
        self.tour.step(by, self.stop.enterprise_id if self.stop else None)

    def _open(self, stop: Stop) -> None:
        group = next((number for number, name, _leader in self._heads if name == stop.group), None)
        what = {"campaign_id": self._desk.campaign_id, "group_id": group, "stop": stop}
        self._wanted = stop
        self._desk.tasks.query(_opened, **what).then(partial(self._show, stop)).failed(partial(self._trouble, "这次检查打不开"))

    def _show(self, stop: Stop, opened: Opened) -> None:
        if stop is not self._wanted:
            return
        self.fields.leaving.emit()  # the draft of the visit before, as long as its findings are here
        self.stop, self._opened = stop, opened
        self.grid.findings.fill(opened.lines)
        self.grid.setCurrentIndex(self.grid.findings.index(-1, -1))
        self.papers.show_visit(stop.inspection_id)
        self.fields.fill(opened.row)
        enterprise = opened.enterprise
        for key, source in (("present_head", "legal_rep"), ("present_safety", "contact")):
            known = str(enterprise.get(source) or "")
            self.fields.boxes[key].set_suggestions([known] if known else [])
            self.fields.boxes[key].hint(f"↓ {known}" if known else "")
        self.name.setText(stop.enterprise)
        self.show_badge(stop.word)
        self.facts.say(names(_facts(stop, enterprise)))
        self.save_button.setEnabled(True)
        self.tour.mark_writing(None)
        in_list = self.tour.list.hasFocus()
        if self.tour.list.current() != stop.enterprise_id:
            self.tour.list.blockSignals(True)
            self.tour.list.choose(stop.enterprise_id)
            self.tour.list.blockSignals(False)
        self.show_choices("")
        self._ask_doubts()
        self._ask_hints()
        if not in_list and self.isVisible():
            self._enter_fields()
        if self._to_print is not None and self._to_print == stop.inspection_id:
            self._to_print = None
            self._print(stop.inspection_id)

    def _enter_fields(self) -> None:
        """Go to the first field that is not taken over: the times."""
        self.fields.boxes["meeting_open" if self.fields.boxes["checked_on"].value() else "checked_on"].take_focus()

    def _other_part(self) -> None:
        if self.tour.isAncestorOf(self.focusWidget() or self):
            self._enter_fields()
        elif self.grid.hasFocus():
            self.tour.list.setFocus()
        else:
            self.grid.enter()

    def _typed(self) -> None:
        self.show_count()
        self._pause.start()
        if self.stop is not None and self.stop.inspection_id is None:
            self.tour.mark_writing(self.stop.enterprise_id)
            self.show_badge(visiting.WRITING)

    def _ask_doubts(self) -> None:
        self._pause.stop()
        if self.stop is not None and self._desk.campaign_id is not None:
            row = {**self._row(self.fields.checked().row)}
            what = {"campaign_id": self._desk.campaign_id, "row": row, "findings": self.grid.findings.plain()}
            self._desk.tasks.query(doubts.of_visit, **what).then(partial(self._show_doubts, self.stop))

    def _show_doubts(self, stop: Stop, found: Sequence[Doubt]) -> None:
        if stop is self.stop:
            self.show_doubts(found)

    def _ask_hints(self) -> None:
        day = self.fields.checked().row.get("checked_on")
        self._hints.ask(on=day if isinstance(day, date) else clock.today())

    def _saved(self, stop: Stop, label: str, go_on: bool, saved: Saved) -> None:
        self._desk.say(f"已{label}", undoable=True)
        if not go_on:
            self._to_print = saved.inspection_id  # once it is here again
            self.open_enterprise(stop.enterprise_id)
            return
        following = self.tour.after(stop.enterprise_id)
        if following is None:
            self._desk.say(f"已{label}；名单上的都查过了", undoable=True)
        self.open_enterprise(following.enterprise_id if following else stop.enterprise_id)

    def _not_saved(self, label: str, problem: Problem) -> None:
        self.fields.stir()
        self.save_button.setEnabled(True)
        if isinstance(problem, ReasonNeeded):
            self.say("没写原因，还没有保存", "soon")
        else:
            self._trouble(f"{label}没有保存", problem)

    def _trouble(self, what: str, problem: Problem) -> None:
        errors.show_problem(self.window(), problem, what=what)


def _facts(stop: Stop, enterprise: Row) -> dict[str, object]:
    day, level = stop.last_checked or (None, "")
    return {
        "last": f"上次受检 {day}（{level}）" if day else "",  # first: a day is never cut
        "town": stop.town,
        "industry": stop.industry,
        "grade": stop.grade,
        "credit_code": enterprise.get("credit_code"),
    }


def _place_of(stop: Stop | None, scope: int | None) -> Place | None:
    """Return where the draft of a visit is kept: by its id, or by its enterprise before it has one."""
    if stop is None or scope is None:
        return None
    if stop.inspection_id is not None:
        return Place("visit", "inspection", stop.inspection_id, scope)
    return Place(f"visit/{scope}", "enterprise", stop.enterprise_id, scope)


def _groups(session: Any, *, campaign_id: int) -> list[tuple[int, str, str]]:
    return groups.heads(session, campaign_id=campaign_id)


def _words(session: Any, *, campaign_id: int) -> dict[str, list[str]]:
    return {
        "categories": findings.categories(session, campaign_id),
        "people": people.names(session, campaign_id),
        "enterprises": enterprises.names(session),
    }


def _opened(session: Any, *, campaign_id: int, group_id: int | None, stop: Stop) -> Opened:
    """Return a saved visit, or what a new one takes over."""
    enterprise = enterprises.load(session, record_id=stop.enterprise_id)
    if stop.inspection_id is not None:
        row = visiting.load(session, record_id=stop.inspection_id)
        return Opened(enterprise, row, visiting.lines(session, inspection_id=stop.inspection_id), row)
    row = visiting.sticky(session, campaign_id=campaign_id, group_id=group_id)
    day = row.get("checked_on") or stop.planned_on or clock.today()
    return Opened(enterprise, {**row, "checked_on": day, "plan_kind": stop.kind, "group": row.get("group") or stop.group or None})


def _save(session: Any, *, place: Place, papers: Papers, **what: Any) -> Saved:
    """Save the visit with its papers and drop its draft."""
    saved = visiting.save(session, **what)
    keep(session, saved=saved, papers=papers)
    drafts.forget(session, place=place)
    return saved
