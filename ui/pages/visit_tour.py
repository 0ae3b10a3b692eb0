"""The enterprises of a group at the left of a visit: how far each one is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLineEdit, QPushButton, QTabBar, QVBoxLayout, QWidget

from models.annexes import PLAN_KINDS
from services import visiting
from services.visiting import Stop
from ui import icons, regions, theme
from ui.two_lines import Item, TwoLineList

WIDTH, LARGEST = 280, 1.32  # with larger text the fields of the visit need the room
EVERYONE = "全部检查组"
OPEN = (visiting.NOT_YET, visiting.UNPLANNED)
_BADGES = {visiting.NOT_ON_PLATFORM: "soon", visiting.WRITING: "info", visiting.NULL: "bad"}
_TABS = ("全部", *visiting.KIND_WORDS.values())


class StopList(TwoLineList):
    """The list; Enter goes to the visit.

    Signals:
        entered: Enter on the chosen one.
    """

    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go on into the fields with Enter or →."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Right):
            self.entered.emit()
        else:
            super().keyPressEvent(event)


class Tour(QFrame):
    """Group, filter, kinds and the list.

    Attributes:
        stops: All enterprises of the group, in order.
        list: The list; keys are enterprise ids.
    Signals:
        chosen: (Stop) another enterprise was chosen.
        entered: Enter in the list: go into the fields.
        group_chosen: (id or None).
        addition_asked: An enterprise that is not on the list shall be visited.
    """

    chosen = Signal(object)
    entered = Signal()
    group_chosen = Signal(object)
    addition_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without a group."""
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.stops: tuple[Stop, ...] = ()
        self._writing: int | None = None
        self.groups = QComboBox()
        self.groups.setAccessibleName("检查组")
        self.groups.setToolTip("换检查组（Ctrl+G）")
        self.groups.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.groups.setMinimumContentsLength(6)
        self.groups.activated.connect(lambda _number: self.group_chosen.emit(self.groups.currentData()))
        self.find_box = QLineEdit()
        self.find_box.setPlaceholderText("筛选企业")
        self.find_box.setAccessibleName("筛选企业")
        self.find_box.setProperty("search", "yes")
        self.find_box.textChanged.connect(lambda _text: self._show())
        self.find_box.returnPressed.connect(self._first)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(theme.current().scale > LARGEST)
        self.tabs.setAccessibleName("任务来源")
        for word in _TABS:
            self.tabs.addTab(word)
        self.tabs.currentChanged.connect(lambda _number: self._show())
        self.list = StopList(name="我的企业")
        self.list.chosen.connect(self._tell)
        self.list.entered.connect(self.entered)
        head = QHBoxLayout()
        head.setContentsMargins(14, 10, 10, 4)
        head.setSpacing(10)
        head.addWidget(regions.label("我的企业", "section"))
        head.addWidget(self.groups, 1)
        narrow = QHBoxLayout()
        narrow.setContentsMargins(10, 0, 10, 0)
        narrow.addWidget(self.find_box)
        kinds = QHBoxLayout()
        kinds.setContentsMargins(8, 0, 0, 0)
        kinds.addWidget(self.tabs)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        for line in (head, narrow, kinds):
            rows.addLayout(line)
        rows.addWidget(self.list, 1)
        self.add_button = QPushButton("追加企业　Ctrl+N")
        self.add_button.setProperty("kind", "quiet")
        self.add_button.setToolTip("名单上没有的企业，写明来源后加进来")
        icons.dress(self.add_button, "plus", "action_text", 14)
        self.add_button.clicked.connect(lambda _checked=False: self.addition_asked.emit())
        rows.addWidget(self.add_button)
        self.setFixedWidth(max(round(WIDTH * min(theme.current().scale, LARGEST)), self.minimumSizeHint().width()))

    def show_groups(self, heads: Sequence[tuple[int, str, str]], chosen: int | None) -> None:
        """Offer the groups of the campaign; an open list of the same stays open."""
        listed = [(EVERYONE, None), *((name, number) for number, name, _leader in heads)]
        if listed == [(self.groups.itemText(row), self.groups.itemData(row)) for row in range(self.groups.count())]:
            self.groups.setCurrentIndex(max(self.groups.findData(chosen), 0))
            return
        self.groups.clear()
        self.groups.addItem(EVERYONE, None)
        for number, name, _leader in heads:
            self.groups.addItem(name, number)
        self.groups.setCurrentIndex(max(self.groups.findData(chosen), 0))

    def ask_group(self) -> None:
        """Open the list of groups: arrows and Enter choose one."""
        self.groups.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.groups.showPopup()

    def show_stops(self, stops: Sequence[Stop]) -> None:
        """Show where the group stands."""
        self.stops = tuple(stops)
        counts = [len(stops), *(sum(stop.kind == kind for stop in stops) for kind in PLAN_KINDS)]
        for number, (word, count) in enumerate(zip(_TABS, counts, strict=True)):
            self.tabs.setTabText(number, f"{word} {count}")
        self._show()

    def mark_writing(self, enterprise_id: int | None) -> None:
        """Say at an enterprise that its visit is being typed."""
        if enterprise_id != self._writing:
            self._writing = enterprise_id
            self._show()

    def stop(self, enterprise_id: int | None) -> Stop | None:
        """Return the stop of an enterprise."""
        return next((one for one in self.stops if one.enterprise_id == enterprise_id), None)

    def step(self, by: int, enterprise_id: int | None) -> None:
        """Choose the enterprise that many lines below another; less than none is above."""
        ids = [item.key for item in self.list.items()]
        here = ids.index(enterprise_id) if enterprise_id in ids else -1
        if ids:
            self.list.choose(ids[max(min(here + by, len(ids) - 1), 0)])

    def after(self, enterprise_id: int | None) -> Stop | None:
        """Return the next enterprise that was not visited, round again after the last."""
        ids = [one.enterprise_id for one in self.stops]
        here = ids.index(enterprise_id) if enterprise_id in ids else -1
        listed = self.stops[here + 1 :] + self.stops[: max(here, 0)]
        return next((one for one in listed if one.state in OPEN), None)

    def _show(self) -> None:
        words, kind = self.find_box.text().strip(), self.tabs.currentIndex()
        listed = [one for one in self.stops if words in one.enterprise + one.town and (not kind or one.kind == PLAN_KINDS[kind - 1])]
        self.list.fill([_item(one, writing=one.enterprise_id == self._writing) for one in listed])

    def _first(self) -> None:
        self.list.choose_first()
        self.entered.emit()

    def _tell(self, key: object) -> None:
        stop = self.stop(key if isinstance(key, int) else None)
        if stop is not None:
            self.chosen.emit(stop)


def names(facts: Mapping[str, object]) -> str:
    """Return facts as one grey line, those that are empty left out."""
    return "　".join(str(value) for value in facts.values() if value)


def _item(stop: Stop, *, writing: bool) -> Item:
    word = visiting.WRITING if writing else stop.word
    day = stop.checked_on or stop.planned_on
    when = f"{'' if stop.checked_on else '排 '}{day.month}月{day.day}日" if day else ""
    note = names({"kind": visiting.KIND_WORDS.get(stop.kind, stop.kind), "town": stop.town, "day": when})
    return Item(stop.enterprise_id, stop.enterprise, note, badge=(word, _BADGES.get(word, "plain")), tip=f"{stop.enterprise}\n{stop.group}")
