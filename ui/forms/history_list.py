"""What happened to one record: who, when, what, which fields, old → new.

`ChangeText` tells the fields of one change; the page 操作记录 shows it too.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from functools import partial
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from models.values import masked
from services.operations import Change, Line, Step
from ui import theme

SHOWN = 60
_LONGEST = 160
_PIECE = 12
_RUN = re.compile(rf"[0-9A-Za-z]{{{2 * _PIECE},}}")


class ChangeText(QLabel):
    """The fields of a change: name grey, old struck through, new in ink."""

    def __init__(self, change: Change, *, masks: bool = True, parent: QWidget | None = None) -> None:
        """Write the fields.

        Args:
            change: What is told.
            masks: Numbers of persons are masked.
            parent: Owner.
        """
        super().__init__(parent)
        self._change, self._masks = change, masks
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setAccessibleName("；".join(self._plain(line) for line in change.lines) or change.verb)
        self.setVisible(bool(change.lines))
        theme.notifier().changed.connect(self.follow_theme)
        self.follow_theme()

    def follow_theme(self) -> None:
        """Write it in the inks of the theme."""
        now = theme.current()
        grey, pale = now.color("ink2").name(), now.color("ink3").name()
        rows = []
        for line in self._change.lines:
            old, new = (escape(breakable(value)) for value in self._values(line))
            told, none = new, f"<span style='color:{pale}'>空</span>"
            if self._change.verb != "新建" or old:
                struck = f"<span style='color:{pale}'><s>{old}</s></span>" if old else none
                told = f"{struck} <span style='color:{grey}'>→</span> {new or none}"
            rows.append(f"<tr><td style='color:{grey};padding-right:10px;white-space:nowrap'>{escape(line.field)}</td><td>{told}</td></tr>")
        self.setText(f"<table cellspacing='0' cellpadding='1'>{''.join(rows)}</table>")

    def _values(self, line: Line) -> tuple[str, str]:
        shown = [masked(value) if line.personal and self._masks else value for value in (line.old, line.new)]
        old, new = (value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…" for value in shown)
        return old, new

    def _plain(self, line: Line) -> str:
        old, new = self._values(line)
        return Line(line.field, old, new).words()


def breakable(text: str) -> str:
    """Let long runs of letters break, or they squeeze what is beside them."""
    return _RUN.sub(lambda run: "\u200b".join(textwrap.wrap(run.group(), _PIECE)), text)


class HistoryList(QScrollArea):
    """Steps of a record's history, newest first.

    Signals:
        opened: (number) the step shall be shown among all operations.
        undo_asked: (number, label) the step shall be taken back.
    """

    opened = Signal(int)
    undo_asked = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.setObjectName("panelScroll")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("改动记录")
        self.set_steps(())

    def set_steps(self, steps: Sequence[Step], *, masks: bool = True) -> None:
        """Show what was done, newest first.

        Args:
            steps: From `services.operations.of_record`.
            masks: Numbers of persons are masked.
        """
        body = QWidget()
        body.setObjectName("panelBody")
        lines = QVBoxLayout(body)
        lines.setContentsMargins(16, 12, 12, 12)
        lines.setSpacing(3)
        for step in steps[:SHOWN]:
            self._add(lines, step, masks)
        if not steps:
            lines.addWidget(text_label("还没有改动记录", "note"))
        elif len(steps) > SHOWN:
            lines.addWidget(text_label(f"更早的 {len(steps) - SHOWN} 步在“操作记录”里看", "note"))
        lines.addStretch(1)
        self.setWidget(body)

    def _add(self, lines: QVBoxLayout, step: Step, masks: bool) -> None:
        lines.addWidget(text_label(step.label, "strong"))
        lines.addWidget(text_label(f"{step.at:%Y-%m-%d %H:%M}　{step.operator}", "note"))
        if step.reason:
            lines.addWidget(text_label(f"原因：{step.reason}", "help"))
        for change in step.changes:
            if change.verb != "修改" and not (change.part and change.lines):
                lines.addWidget(text_label(f"{change.verb}　{change.part}".rstrip(), "help"))
            if change.verb != "新建" or change.part:
                lines.addWidget(ChangeText(change, masks=masks))
        if step.state:
            lines.addWidget(text_label(step.state, "note"))
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(4)
        look = _button(f"第 {step.number:,} 步", f"在操作记录里看第 {step.number} 步")
        look.clicked.connect(partial(self._open, step.number))
        buttons.addWidget(look)
        if not step.fixed:
            more = f"（{step.rows:,} 处）" if step.rows > len(step.changes) else ""
            undo = _button(f"撤销这一步{more}", f"撤销这一步：{step.label}")
            undo.clicked.connect(partial(self._undo, step.number, step.label))
            buttons.addWidget(undo)
        buttons.addStretch(1)
        lines.addLayout(buttons)
        rule = QFrame()
        rule.setObjectName("separator")
        rule.setFixedHeight(1)
        lines.addSpacing(3)
        lines.addWidget(rule)
        lines.addSpacing(7)

    def _open(self, number: int, _checked: bool = False) -> None:
        self.opened.emit(number)

    def _undo(self, number: int, label: str, _checked: bool = False) -> None:
        self.undo_asked.emit(number, label)


def text_label(text: str, kind: str) -> QLabel:
    """Return a wrapped label of plain text in one of the kinds of the sheet."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("kind", kind)
    return label


def _button(word: str, name: str) -> QPushButton:
    button = QPushButton(word)
    button.setProperty("kind", "quiet")
    button.setAccessibleName(name)
    return button
