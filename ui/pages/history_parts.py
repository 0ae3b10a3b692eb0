"""Parts of 操作记录: the panel of one step, and the menus that narrow the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QScrollArea, QToolButton, QVBoxLayout, QWidget

from models.forms import Column, Form
from models.kinds import DATE
from services.operations import SHOWN, Change, Step
from services.undoing import Ways
from ui import icons, theme
from ui.forms.history_list import ChangeText, text_label
from ui.presses import Dropped
from ui.tables import arrangement
from ui.tables.table_view import GridView

WIDTH, WIDE = 372, 480
ROUND_NAME = 84  # margins, padding and the mark beside the name of a record
KEY = "history"
WORDS = 232  # least width of what was done
DAYS = Form(
    code="days",
    title="哪几天",
    columns=(
        Column("since", "从", DATE, width_mm=30, source="office"),
        Column("until", "到", DATE, width_mm=30, source="office"),
    ),
    source="office",
)


class StepPanel(QFrame):
    """One step: what, who, when, why, its changes, and what can be done with it.

    Attributes:
        step: What is shown; None for nothing.
        close_button: ✕, only where the panel lies over the list.
        act_button: 撤销这一步, or 重做 for a step that was taken back.
        why: Beside it, why it cannot be pressed.
    Signals:
        undo_asked: The step shall be taken back.
        redo_asked: The step shall be done again.
        linked: (number) the step that this one names shall be shown.
        record_asked: (table, id) the record shall be shown.
        returned: Esc: the focus goes back to the grid.
    """

    undo_asked = Signal()
    redo_asked = Signal()
    linked = Signal(int)
    record_asked = Signal(str, int)
    returned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without a step."""
        super().__init__(parent)
        self.setObjectName("sidePanel")
        self.step: Step | None = None
        self._again = False
        self.name = text_label("", "record")
        self.note = text_label("", "note")
        self.reason = text_label("", "strong")
        self.state = QPushButton()
        self.state.setProperty("kind", "quiet")
        self.state.clicked.connect(lambda _checked=False: self.linked.emit(self.step.linked) if self.step and self.step.linked else None)
        head = QWidget()
        head.setObjectName("panelHead")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.close_button = QToolButton()
        self.close_button.setProperty("kind", "quiet")
        self.close_button.setAccessibleName("关闭")
        self.close_button.setToolTip("关闭（Esc）")
        icons.dress(self.close_button, "x")
        self.close_button.clicked.connect(lambda _checked=False: self.returned.emit())
        self.close_button.hide()
        top = QHBoxLayout()
        top.addWidget(self.name, 1)
        top.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        lines = QVBoxLayout(head)
        lines.setContentsMargins(16, 12, 16, 8)
        lines.setSpacing(4)
        lines.addLayout(top)
        for widget in (self.note, self.reason):
            lines.addWidget(widget)
        lines.addWidget(self.state, 0, Qt.AlignmentFlag.AlignLeft)
        self.body = QScrollArea()
        self.body.setObjectName("panelScroll")
        self.body.setWidgetResizable(True)
        self.body.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.setAccessibleName("这一步的改动")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(head)
        rows.addWidget(self.body, 1)
        rows.addWidget(self._foot())
        self.show_step(None)
        self.follow_theme()

    def show_step(self, step: Step | None, *, masks: bool = True) -> None:
        """Show a step; what can be done with it comes later by `show_ways`.

        Args:
            step: None for nothing.
            masks: Numbers of persons are masked.
        """
        self.step = step
        self.name.setText(step.label if step else "选一步看它改了什么")
        count = f"　{step.rows:,} 处" if step and step.rows else ""
        note = f"第 {step.number:,} 步　{step.at:%Y-%m-%d %H:%M}　{step.operator}　{step.kind}{count}" if step else ""
        self.note.setText(note)
        self.reason.setText(f"原因：{step.reason}" if step and step.reason else "")
        self.state.setText(f"{step.state} ›" if step else "")
        for widget, shown in ((self.note, note), (self.reason, self.reason.text()), (self.state, step.state if step else "")):
            widget.setVisible(bool(shown))
        self._fill(step, masks)
        self.act_button.setEnabled(False)
        self.act_button.setVisible(step is not None)
        self.why.setText("")

    def show_ways(self, ways: Ways) -> None:
        """Offer what can be done with the step, or say why not."""
        # what was taken back can be done again; everything else is to be taken back, or not
        self._again = not ways.redo or (self.step is not None and self.step.state.startswith("已由"))
        why = ways.redo if self._again else ways.undo
        self.act_button.setText("重做这一步" if self._again else "撤销这一步")
        self.act_button.setEnabled(not why)
        self.why.setText(why)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back to the grid."""
        if event.key() == Qt.Key.Key_Escape:
            self.returned.emit()
        else:
            super().keyPressEvent(event)

    def follow_theme(self) -> None:
        """Take the width that window and text size allow."""
        self.setFixedWidth(round((WIDE if theme.is_wide(self) else WIDTH) * min(theme.current().scale, 1.2)))

    def take_focus(self) -> None:
        """Put the focus on the first thing that can be pressed."""
        first = next((button for button in self.findChildren(QPushButton) if button.isVisible() and button.isEnabled()), None)
        (first or self.body).setFocus(Qt.FocusReason.TabFocusReason)

    def _foot(self) -> QFrame:
        foot = QFrame()
        foot.setObjectName("panelFoot")
        self.why = text_label("", "help")
        self.act_button = QPushButton("撤销这一步")
        icons.dress(self.act_button, "arrow-counter-clockwise")
        self.act_button.clicked.connect(lambda _checked=False: (self.redo_asked if self._again else self.undo_asked).emit())
        line = QHBoxLayout(foot)
        line.setContentsMargins(16, 8, 16, 8)
        line.setSpacing(10)
        line.addWidget(self.why, 1)
        line.addWidget(self.act_button, 0, Qt.AlignmentFlag.AlignBottom)
        return foot

    def _fill(self, step: Step | None, masks: bool) -> None:
        body = QWidget()
        body.setObjectName("panelBody")
        lines = QVBoxLayout(body)
        lines.setContentsMargins(16, 8, 12, 12)
        lines.setSpacing(2)
        for name, text in step.facts if step else ():
            lines.addWidget(text_label(f"{name}：{text}", "help"))
        for change in step.changes if step else ():
            self._add(lines, change, masks)
        if step and step.rows > SHOWN:
            lines.addSpacing(8)
            lines.addWidget(text_label(f"这里列出前 {len(step.changes)} 条，共 {step.rows:,} 处", "note"))
        lines.addStretch(1)
        self.body.setWidget(body)

    def _add(self, lines: QVBoxLayout, change: Change, masks: bool) -> None:
        verb = QLabel(f"{change.verb}　{change.part}".rstrip())
        verb.setProperty("kind", "note")
        line = QHBoxLayout()
        line.setContentsMargins(0, 6, 0, 0)
        line.setSpacing(8)
        if change.home is None:
            line.addWidget(text_label(change.name, "strong"), 1)
        else:
            jump = QPushButton()
            jump.setProperty("kind", "quiet")
            room = self.width() - verb.sizeHint().width() - ROUND_NAME
            jump.setText(f"{jump.fontMetrics().elidedText(change.name, Qt.TextElideMode.ElideRight, room)} ›")
            jump.setAccessibleName(f"打开{change.name}")
            jump.setToolTip(f"打开{change.name}")
            jump.clicked.connect(partial(self._jump, *change.home))
            line.addWidget(jump)
            line.addStretch(1)
        line.addWidget(verb)
        lines.addLayout(line)
        lines.addWidget(ChangeText(change, masks=masks))

    def _jump(self, table: str, record_id: int, _checked: bool = False) -> None:
        self.record_asked.emit(table, record_id)


class StepGrid(GridView):
    """The grid of steps: it is read, copied and opened, never written into.

    Signals:
        act_asked: What the panel's button does shall be done.
    """

    act_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build the grid."""
        super().__init__(parent, frozen=0, name="操作记录", settings_key=KEY)
        self.set_writable(on=False)
        self.verticalHeader().hide()  # the steps have numbers of their own
        self.horizontalHeader().setStretchLastSection(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the room that is left to the words, unless a person has set their width."""
        super().resizeEvent(event)
        if self.keys and "label" not in arrangement.load(KEY).widths:
            words = self.keys.index("label")
            taken = sum(self.columnWidth(number) for number in self.shown_columns if number != words)
            self.setColumnWidth(words, max(round(WORDS * theme.current().scale), self.viewport().width() - taken))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes into the changes of the step."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self.current_id())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with a step."""
        menu = QMenu(self)
        menu.addAction("看改动\tEnter", lambda: self.opened.emit(self.current_id()))
        menu.addAction("复制\tCtrl+C", self.copy)
        menu.addSeparator()
        menu.addAction("撤销或重做这一步", self.act_asked.emit)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())


def menu_button(word: str, icon: str, fill: Callable[[QMenu], object]) -> QToolButton:
    """Return a button whose menu is filled anew each time it opens."""
    button = QToolButton()
    button.setText(word)
    button.setProperty("kind", "plain")
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    icons.dress(button, icon)
    menu = QMenu(button)
    menu.aboutToShow.connect(menu.clear)
    menu.aboutToShow.connect(partial(fill, menu))
    button.setMenu(menu)
    Dropped(button)
    return button


def spans(today: date) -> Sequence[tuple[str, date, date]]:
    """Return the days that are asked for most: word, first, last."""
    monday = today - timedelta(days=today.weekday())
    before = today - timedelta(days=1)
    return (
        ("今天", today, today),
        ("昨天", before, before),
        ("本周", monday, today),
        ("近 30 天", today - timedelta(days=29), today),
    )


def span_word(since: date | None, until: date | None) -> str:
    """Return a span of days as its chip says it."""
    if since == until and since:
        return f"{since:%Y-%m-%d}"
    return f"{since or '最早'} 到 {until or '今天'}"
