"""待录入平台: which visits are not on the platform, their fields ready to be copied."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from services.visiting import Waiting
from ui import icons, regions, theme
from ui.two_lines import Item, TwoLineList

LIST_WIDTH = 320
NOTHING = "都已录入平台"


class PlatformQueue(QWidget):
    """The queue: visits at the left, oldest first; the fields of one beside.

    Attributes:
        list: Its visits by id.
        number: The number that the platform gave.
    Signals:
        entered: (visit id, number) it is on the platform now.
        said: (text) for the toast.
    """

    entered = Signal(int, str)
    said = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it empty."""
        super().__init__(parent)
        self._waiting: tuple[Waiting, ...] = ()
        self.buttons: list[QPushButton] = []
        self.list = TwoLineList(name="待录入平台")
        self.list.setFixedWidth(round(LIST_WIDTH * theme.current().scale))
        self.list.chosen.connect(lambda _key: self._show_fields())
        self.name = regions.label(NOTHING, "record")
        self.name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.all_button = QPushButton("复制全部")
        icons.dress(self.all_button, "copy", "ink2", 16)
        self.all_button.clicked.connect(self._copy_all)
        self.number = QLineEdit()
        self.number.setAccessibleName("平台编号")
        self.number.setPlaceholderText("平台给的编号（F6 到这里）")
        self.number.returnPressed.connect(self._enter)
        self.done_button = QPushButton("已录入，下一次")
        self.done_button.setProperty("kind", "primary")
        self.done_button.clicked.connect(self._enter)
        self._body = QScrollArea()
        self._body.setWidgetResizable(True)
        head = QHBoxLayout()
        head.addWidget(self.name, 1)
        head.addWidget(self.all_button)
        foot = QHBoxLayout()
        foot.addWidget(regions.label("平台编号", "label"))
        foot.addWidget(self.number, 1)
        foot.addWidget(self.done_button)
        side = QVBoxLayout()
        side.setContentsMargins(20, 14, 20, 14)
        side.setSpacing(10)
        side.addLayout(head)
        side.addWidget(self._body, 1)
        side.addLayout(foot)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self.list)
        line.addWidget(regions.rule())
        line.addLayout(side, 1)
        other = QShortcut(QKeySequence("F6"), self)
        other.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        other.activated.connect(self._other_part)
        self._show_fields()

    def show_waiting(self, waiting: Sequence[Waiting]) -> None:
        """Show the queue; the chosen visit stays chosen, else the first is."""
        self._waiting = tuple(waiting)
        self.list.fill([_item(one) for one in waiting])
        if self.list.current() is None and waiting:
            self.list.choose_first()
        else:
            self._show_fields()

    def enter(self) -> None:
        """Take the focus: the first copy button, so that Enter and Tab do the rest."""
        (self.buttons[0] if self.buttons else self.list).setFocus(Qt.FocusReason.TabFocusReason)

    def _other_part(self) -> None:
        if self.number.hasFocus():
            self.enter()
        else:
            self.number.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _current(self) -> Waiting | None:
        return next((one for one in self._waiting if one.inspection_id == self.list.current()), None)

    def _show_fields(self) -> None:
        waits = self._current()
        self.name.setText(waits.enterprise if waits else NOTHING)
        self.number.clear()
        for widget in (self.all_button, self.number, self.done_button):
            widget.setEnabled(waits is not None)
        inner = QFrame()
        inner.setObjectName("panelBody")
        rows = QGridLayout(inner)
        rows.setContentsMargins(0, 0, 8, 0)
        rows.setHorizontalSpacing(14)
        rows.setVerticalSpacing(6)
        rows.setColumnStretch(1, 1)
        self.buttons = []
        for number, (_key, title, text) in enumerate(waits.fields if waits else ()):
            value = QLabel(text or "—")
            value.setTextFormat(Qt.TextFormat.PlainText)
            value.setWordWrap(True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            word = regions.label(title, "label")
            for part in (word, value):
                part.setContentsMargins(0, 4, 0, 2)
            rows.addWidget(word, number, 0, Qt.AlignmentFlag.AlignTop)
            rows.addWidget(value, number, 1)
            if text:
                button = QPushButton("复制")
                button.setProperty("kind", "small")
                button.setAccessibleName(f"复制{title}")
                button.setAutoDefault(True)
                button.clicked.connect(partial(self._copy, title, text, len(self.buttons)))
                rows.addWidget(button, number, 2, Qt.AlignmentFlag.AlignTop)
                self.buttons.append(button)
        rows.setRowStretch(rows.rowCount(), 1)
        self._body.setWidget(inner)

    def _copy(self, title: str, text: str, place: int, _checked: bool = False) -> None:
        QGuiApplication.clipboard().setText(text)
        self.said.emit(f"已复制{title}")
        following = self.buttons[place + 1] if place + 1 < len(self.buttons) else self.number
        following.setFocus(Qt.FocusReason.TabFocusReason)

    def _copy_all(self) -> None:
        waits = self._current()
        if waits is not None:
            QGuiApplication.clipboard().setText(waits.text())
            self.said.emit("已复制全部，按平台的顺序")

    def _enter(self) -> None:
        waits, number = self._current(), self.number.text().strip()
        if waits is None:
            return
        if not number:
            self.number.setFocus(Qt.FocusReason.OtherFocusReason)
            self.said.emit("先填平台给的编号")
            return
        self.entered.emit(waits.inspection_id, number)


def _item(one: Waiting) -> Item:
    badge = (f"迟 {one.days_late} 天", "bad") if one.days_late else ("今天", "soon")
    day = f"{one.checked_on.month}月{one.checked_on.day}日"
    return Item(one.inspection_id, one.enterprise, f"{day}　{one.group}", badge=badge)
