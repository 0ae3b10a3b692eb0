"""The desk of cases: all of them at the left, one on its way, its legal clocks."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from models.money import show_amount
from services import clock, penalties
from services.clocks import DONE, ENDED
from services.penalties import Amount
from services.proceedings import Step
from ui import icons, theme
from ui.pages.case_look import ClockLook, LineLook, Rows, StepLook
from ui.pages.case_steps import Detail, Line
from ui.pages.page import Action, make_button

LIST_WIDE, CLOCKS_WIDE = 272, 296
_OPEN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_FACTS = {"file": "case_no", "notify": "notice_no", "review": "review_no", "decide": "decision_no", "serve": "service",
          "publish": "publish_url", "close": "outcome"}  # fmt: skip


class CaseDesk(QWidget):
    """List, way and clocks; Enter or Ctrl+G offers what can be done.

    Attributes:
        list: The cases, the most urgent first.
        way: The steps of the case in front.
        clocks: Its legal clocks.
        found: The case in front.
    Signals:
        chosen: (id) another case is in front.
        deal_asked: What can be done shall be offered.
    """

    chosen = Signal(int)
    deal_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it empty."""
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.found: Detail | None = None
        self.count = QLabel()
        self.count.setProperty("kind", "section")
        self.list = Rows("案件，按最近的期限排列", LineLook())
        self.list.selectionModel().currentChanged.connect(self._current)
        self.list.activated.connect(lambda _index: self.deal_asked.emit())
        self.way = Rows("办案环节", StepLook(), focus=False)
        self.clocks = Rows("法定期限", ClockLook(), focus=False)
        self.deal_button = make_button(Action("办理", self.deal_asked.emit, "caret-down"))
        self.deal_button.setToolTip("登记环节、金额、当事人（Ctrl+G）")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self._left())
        line.addWidget(_rule())
        line.addWidget(self._middle(), 1)
        line.addWidget(_rule())
        line.addWidget(self._right())

    def show_lines(self, lines: Sequence[Line], chosen: int | None) -> None:
        """Show the cases; the one that was in front stays there."""
        self.count.setText(f"{len(lines)} 件")
        marked = [(f"{one.enterprise}，{one.stage}" + (f"，{one.clock.name}到 {one.clock.due}" if one.clock else ""), one) for one in lines]
        self.list.selectionModel().blockSignals(True)
        self.list.show_things(marked)
        self.list.selectionModel().blockSignals(False)
        ids = [one.case_id for one in lines]
        if ids:
            self.choose(chosen if chosen in ids else ids[0])

    def choose(self, case_id: int) -> bool:
        """Bring a case to the front; False if it is not listed."""
        for row, one in enumerate(self.list.things):
            if one.case_id == case_id:
                self.list.setCurrentIndex(self.list.model().index(row, 0))
                return True
        return False

    @property
    def case_id(self) -> int | None:
        """The case that is marked in the list."""
        index = self.list.currentIndex()
        return self.list.things[index.row()].case_id if index.isValid() else None

    def show_detail(self, found: Detail) -> None:
        """Show a case with its steps, parties and clocks."""
        self.found = found
        row = found.row
        self.name.setText(found.name)
        self.name.setToolTip(found.name)
        self.procedure.setText(str(row.get("procedure") or ""))
        self.stage.setText(str(row.get("stage") or ""))
        proposed = [one.proposed for one in found.parties if one.proposed is not None]
        facts = {
            "案号": row.get("case_no") or "还没有",
            "案由": row.get("cause") or "还没有写",
            "违法条款": row.get("broken_clause") or "还没有写",
            "拟罚款": f"{show_amount(sum(proposed))} 万元" if proposed else "未定",
        }
        for key, label in self.facts.items():
            label.setText(str(facts[key]))
            label.setToolTip(str(facts[key]))
        numbers = "、".join(found.numbers)
        self.violation.setText(f"{row.get('violation') or ''}" + (f"　对应问题 {numbers}" if numbers else ""))
        self.violation.setToolTip(self.violation.text())
        shown = [step for step in found.steps if not step.side or step.state == "done"]
        self.way.show_things([(_spoken(step), (step, _fact(row, step))) for step in shown if step.state != "skipped"])
        ordered = sorted(found.clocks, key=lambda one: one.state in (DONE, ENDED))
        self.clocks.show_things([(f"{one.name}，到 {one.due}，{one.basis}", one) for one in ordered])
        self.clocks.setMaximumHeight(self.clocks.sizeHintForRow(0) * len(ordered) + 2 if ordered else 0)
        self._write_parties()
        self._write_doubts()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Offer what can be done on Enter."""
        if event.key() in _OPEN:
            self.deal_asked.emit()
        else:
            super().keyPressEvent(event)

    def _current(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid() and self.case_id is not None:
            self.chosen.emit(self.case_id)

    def _left(self) -> QWidget:
        box = QWidget()
        box.setFixedWidth(round(LIST_WIDE * min(theme.current().scale, 1.25)))
        note = QLabel("按最近的期限排列")
        note.setProperty("kind", "note")
        head = QHBoxLayout()
        head.setContentsMargins(14, 10, 12, 8)
        head.setSpacing(8)
        head.addWidget(self.count)
        head.addWidget(note)
        head.addStretch(1)
        rows = QVBoxLayout(box)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(head)
        rows.addWidget(self.list, 1)
        return box

    def _middle(self) -> QWidget:
        box = QWidget()
        self.name, self.procedure, self.stage = QLabel(), QLabel(), QLabel()
        self.name.setProperty("kind", "record")
        self.name.setWordWrap(True)
        self.procedure.setProperty("badge", "plain")
        self.stage.setProperty("badge", "info")
        head = QHBoxLayout()
        head.setContentsMargins(20, 10, 16, 4)
        head.setSpacing(8)
        head.addWidget(self.name, 1)
        for widget in (self.procedure, self.stage):
            head.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self.deal_button)
        head.addWidget(icons.keycap("Ctrl G"))
        self.violation = _clipped("help")
        self.parties = QLabel()
        self.parties.setTextFormat(Qt.TextFormat.RichText)
        self.parties.setContentsMargins(20, 8, 16, 10)
        self.parties.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.parties.setMinimumWidth(1)
        violation = QHBoxLayout()
        violation.setContentsMargins(20, 0, 16, 8)
        violation.addWidget(self.violation)
        rows = QVBoxLayout(box)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(head)
        rows.addLayout(self._fact_grid())
        rows.addLayout(violation)
        rows.addWidget(_rule(flat=True))
        rows.addSpacing(6)
        rows.addWidget(self.way, 1)
        rows.addWidget(_rule(flat=True))
        rows.addWidget(self.parties)
        theme.notifier().changed.connect(self._write_parties)
        return box

    def _fact_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(20, 2, 16, 4)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(1)
        self.facts: dict[str, QLabel] = {}
        for place, word in enumerate(("案号", "案由", "违法条款", "拟罚款")):
            title = QLabel(word)
            title.setProperty("kind", "note")
            self.facts[word] = _clipped("")
            grid.addWidget(title, 0, place)
            grid.addWidget(self.facts[word], 1, place)
            grid.setColumnStretch(place, 3 if place < 3 else 2)
        return grid

    def _right(self) -> QWidget:
        box = QWidget()
        box.setFixedWidth(round(CLOCKS_WIDE * min(theme.current().scale, 1.25)))
        title, day = QLabel("法定期限"), QLabel(f"今天 {clock.today().month}月{clock.today().day}日")
        title.setProperty("kind", "section")
        day.setProperty("kind", "note")
        self.today = day
        head = QHBoxLayout()
        head.setContentsMargins(16, 10, 16, 8)
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(day)
        self.doubts_head = QLabel("要核对")
        self.doubts_head.setProperty("kind", "section")
        self.doubts_head.setContentsMargins(16, 10, 16, 0)
        self.doubts = QLabel()
        self.doubts.setTextFormat(Qt.TextFormat.PlainText)
        self.doubts.setWordWrap(True)
        self.doubts.setContentsMargins(16, 4, 16, 10)
        self.doubts.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.doubts_box = QScrollArea()
        self.doubts_box.setFrameShape(QFrame.Shape.NoFrame)
        self.doubts_box.setWidgetResizable(True)
        self.doubts_box.setWidget(self.doubts)
        self.doubts_box.setObjectName("panelScroll")
        self.doubts_box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.doubts.setObjectName("panelBody")
        self.doubts_box.setMinimumHeight(round(90 * theme.current().scale))
        rows = QVBoxLayout(box)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(head)
        rows.addWidget(self.clocks, 3)
        rows.addWidget(self.doubts_head)
        rows.addWidget(self.doubts_box, 1)
        rows.addStretch(0)
        return box

    def _write_doubts(self) -> None:
        assert self.found is not None
        day = clock.today()
        self.today.setText(f"今天 {day.month}月{day.day}日")
        self.doubts.setText("\n".join(one.sentence for one in self.found.doubts))
        for widget in (self.doubts_head, self.doubts_box):
            widget.setVisible(bool(self.found.doubts))

    def _write_parties(self) -> None:
        if self.found is None:
            return
        grey = theme.current().color("ink2").name()
        note = theme.current().px("type", "note")
        names = tuple(penalties.KINDS.values())
        head = "".join(f"<td align='right' style='color:{grey};padding-left:18px'>{word}</td>" for word in names)
        rows = [f"<tr><td style='color:{grey}'>当事人和罚款（万元）</td>{head}</tr>"]
        for one in self.found.parties:
            post = f"<span style='color:{grey}'>&nbsp;{escape(one.post)}</span>" if one.post else ""
            cells = zip((one.proposed, one.notified, one.decided, one.paid), names, strict=True)
            dated = ((fen, _dated(self.found.amounts, one.name, word)) for fen, word in cells)
            amounts = "".join(
                f"<td align='right' style='padding-left:18px'>{_amount(fen)}<div style='color:{grey};font-size:{note}px'>{when}</div></td>"
                for fen, when in dated
            )
            rows.append(f"<tr><td>{escape(one.name)}{post}</td>{amounts}</tr>")
        self.parties.setText(f"<table cellspacing='0' cellpadding='2'>{''.join(rows)}</table>")
        history = [f"{one.on}　{one.party}　{one.kind} {show_amount(one.fen)} 万元　{one.document_no}" for one in self.found.amounts]
        self.parties.setToolTip("\n".join(history))
        spoken = (f"{one.name}：拟处罚 {_amount(one.proposed)}、决定 {_amount(one.decided)}" for one in self.found.parties)
        self.parties.setAccessibleName("；".join((*spoken, *history)))


def _clipped(kind: str) -> QLabel:
    label = QLabel()
    if kind:
        label.setProperty("kind", kind)
    label.setMinimumWidth(1)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def _rule(*, flat: bool = False) -> QFrame:
    rule = QFrame()
    rule.setObjectName("separator")
    if flat:
        rule.setFixedHeight(1)
    else:
        rule.setFixedWidth(1)
    return rule


def _amount(fen: int | None) -> str:
    return "—" if fen is None else show_amount(fen)


def _dated(amounts: Sequence[Amount], party: str, kind: str) -> str:
    """Return since when an amount stands, and what stood there before it."""
    history = [one for one in amounts if (one.party, one.kind) == (party, kind)]
    if not history:
        return ""
    before = [show_amount(one.fen) for one in history[:-1]]
    return f"{history[-1].on.month}月{history[-1].on.day}日" + (f"，原 {'、'.join(before)}" if before else "")


def _fact(row: Any, step: Step) -> str:
    """Return the number or word that a step has left, if it is done."""
    if not step.on or step.key not in _FACTS:
        return ""
    handlers = "、".join(row.get("handlers") or ()) if step.key == "file" else ""
    told = str(row.get(_FACTS[step.key]) or "")
    return "　".join(part for part in (told, f"{handlers}承办" if handlers else "") if part)


def _spoken(step: Step) -> str:
    when = f"{step.on}" if step.on else {"next": "现在可以登记", "open": "可以登记"}.get(step.state, "")
    return "，".join(part for part in (step.name, when, step.why, "" if step.article == "office" else step.article) if part)
