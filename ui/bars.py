"""The bars of the window: top (campaign, search, deadline, who), demo, status."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from ui import icons, theme
from ui.presses import Dropped

# At large text the search gives way to the deadline, which is never shortened.
LARGE_TEXT = 1.25
NARROWED = 0.75
WORDLESS = 1.75  # from here on what is due stands in the tooltip; when it is due stays


@dataclass(frozen=True)
class Campaign:
    """A campaign in the menu at the top left.

    Attributes:
        id: Which one.
        title: Its name.
        year: For dates without one.
    """

    id: int
    title: str
    year: int | None = None


class SearchBox(QPushButton):
    """Looks like the search box; opens the palette, where the typing happens."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build icon, words and keycap."""
        super().__init__("　搜索页面、命令", parent)
        self.setObjectName("searchBox")
        self.setAccessibleName("搜索，Ctrl+K")
        icons.dress(self, "magnifying-glass", "ink3", 16)
        self._cap = icons.keycap("Ctrl K", self)
        self.follow_theme()
        theme.notifier().changed.connect(self.follow_theme)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 8, 0)
        line.addStretch(1)
        line.addWidget(self._cap)

    def follow_theme(self) -> None:
        """Show the key as long as the words have room beside it."""
        self._cap.setVisible(theme.current().scale < WORDLESS)

    def sizeHint(self) -> QSize:
        """Take the size from the tokens."""
        now = theme.current()
        width = now.px("size", "search")
        return QSize(width if now.scale < LARGE_TEXT else round(width * NARROWED), now.px("control", "button"))

    def minimumSizeHint(self) -> QSize:
        """Shrink when other parts need the room."""
        return QSize(160, self.sizeHint().height())


class TopBar(QFrame):
    """Campaign ▾ at the left, search in the middle, deadline and operator right.

    Signals:
        campaign_chosen: (Campaign) another campaign.
        search_asked: The search box was pressed.
        operator_asked: The operator's name was pressed.
    """

    campaign_chosen = Signal(object)
    search_asked = Signal()
    operator_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build the bar without a campaign."""
        super().__init__(parent)
        self.setObjectName("topBar")
        self.campaign = QToolButton()
        self.campaign.setProperty("kind", "menu")
        self.campaign.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.campaign.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.campaign.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.campaign.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.campaign.setAccessibleName("专项行动")
        icons.dress(self.campaign, "caret-down", "ink2", 14)
        self._menu = QMenu(self)
        self.campaign.setMenu(self._menu)
        Dropped(self.campaign)
        self._actions: list[tuple[str, Callable[[], object]]] = []
        self._campaigns: tuple[Campaign, ...] = ()
        self.search = SearchBox()
        self.search.clicked.connect(self.search_asked)
        self._sign, self._what, self._value = QLabel(), QLabel(), QLabel()
        icons.dress(self._sign, "calendar-blank", "ink2", 15)
        self._what.setProperty("kind", "help")
        self.operator = QToolButton()
        self.operator.setProperty("kind", "menu")
        self.operator.setProperty("plain", "yes")
        self.operator.setToolTip("换一个人操作")
        self.operator.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.operator.clicked.connect(self.operator_asked)
        self._lay_out()
        self.set_campaigns((), None)
        self.set_deadline("", "")
        self.follow_theme()

    def add_action(self, label: str, act: Callable[[], object]) -> None:
        """Add a line under the campaigns in the menu, as 新建专项行动."""
        self._actions.append((label, act))
        self.set_campaigns(self._campaigns, None)

    def set_campaigns(self, campaigns: Sequence[Campaign], current: int | None) -> None:
        """Fill the menu; `current` is the id of the one that is worked on."""
        self._campaigns = tuple(campaigns)
        self._menu.clear()
        for campaign in campaigns:
            action = self._menu.addAction(campaign.title)
            action.triggered.connect(lambda _checked=False, chosen=campaign: self.campaign_chosen.emit(chosen))
        if campaigns and self._actions:
            self._menu.addSeparator()
        for label, act in self._actions:
            self._menu.addAction(label).triggered.connect(lambda _checked=False, act=act: act())
        chosen = next((campaign for campaign in campaigns if campaign.id == current), None)
        if chosen or (current is None and not self.campaign.text()):
            self.show_campaign(chosen)
        self.campaign.setEnabled(bool(self._menu.actions()))

    def show_campaign(self, campaign: Campaign | None) -> None:
        """Write the name of the campaign that is worked on."""
        title = campaign.title if campaign else "还没有专项行动"
        self.campaign.setToolTip(title)
        self.campaign.setText(title if len(title) <= 22 else f"{title[:20]}…")

    def set_deadline(self, what: str, value: str, state: str = "") -> None:
        """Show the next deadline: 距 4月26日 报送还有 / 3 个工作日.

        Args:
            what: Grey words; empty hides it.
            value: What counts; never shortened.
            state: "soon", "bad" or "" for plain ink.
        """
        for label in (self._sign, self._what, self._value, self._rule):
            label.setVisible(bool(what))
        self._what.setText(what)
        self._what.setVisible(bool(what) and theme.current().scale < WORDLESS)
        self._value.setText(value)
        self._value.setToolTip(f"{what} {value}".strip())
        self._value.setProperty("kind", state or "strong")
        self._value.style().unpolish(self._value)
        self._value.style().polish(self._value)

    def set_operator(self, name: str) -> None:
        """Show who is working."""
        self.operator.setText(name or "填写姓名")

    def follow_theme(self) -> None:
        """Take the height from the tokens."""
        now = theme.current()
        self.setFixedHeight(max(now.px("size", "top_bar"), now.px("control", "button") + 16))
        self._what.setVisible(bool(self._what.text()) and now.scale < WORDLESS)

    def _lay_out(self) -> None:
        self._rule = QFrame()
        self._rule.setObjectName("separator")
        self._rule.setFixedSize(1, 30)
        left, right = QWidget(), QWidget()
        for side in (left, right):
            side.setMinimumWidth(120)
            side.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        start = QHBoxLayout(left)
        start.setContentsMargins(10, 0, 0, 0)
        start.addWidget(self.campaign)
        start.addStretch(1)
        end = QHBoxLayout(right)
        end.setContentsMargins(0, 0, 10, 0)
        end.setSpacing(6)
        end.addStretch(1)
        for widget in (self._sign, self._what, self._value):
            end.addWidget(widget)
        end.addSpacing(8)
        end.addWidget(self._rule)
        end.addWidget(self.operator)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(left, 1)
        line.addWidget(self.search, 0)
        line.addWidget(right, 1)


class DemoBar(QFrame):
    """A thin amber line while the clock stands on a 演示日期."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it hidden."""
        super().__init__(parent)
        self.setObjectName("demoBar")
        self._words = QLabel()
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 3, 16, 3)
        line.addWidget(self._words)
        self.hide()

    def show_date(self, day: date | None) -> None:
        """Show the day the clock stands on; None hides the bar."""
        self.setVisible(day is not None)
        if day:
            self._words.setText(f"演示数据，日期停在 {day.year}年{day.month}月{day.day}日；人员、企业、号码都是编的")


class StatusLine(QFrame):
    """Undo by name at the left; saved, backed up, where the data lies, F1 right.

    Signals:
        undo_asked: The undo was pressed.
        keys_asked: F1 快捷键 was pressed.
    """

    undo_asked = Signal()
    keys_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build the line with nothing to undo."""
        super().__init__(parent)
        self.setObjectName("statusLine")
        self.undo = _link("")
        icons.dress(self.undo, "arrow-counter-clockwise", "action_text", 14)
        self.undo.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.undo.clicked.connect(self.undo_asked)
        self._cap = QLabel("Ctrl+Z")
        self.saved, self.backup, self.place = QLabel(), QLabel(), QLabel()
        keys = _link("F1 快捷键")
        keys.setProperty("tone", "plain")
        keys.clicked.connect(self.keys_asked)
        self._rules = [self._rule() for _ in range(3)]
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 0, 10, 0)
        line.setSpacing(8)
        line.addWidget(self.undo)
        line.addWidget(self._cap)
        line.addStretch(1)
        for label, rule in zip((self.saved, self.backup, self.place), self._rules, strict=True):
            line.addWidget(label)
            line.addWidget(rule)
        line.addWidget(keys)
        self.set_undo(None)
        self.set_saved("没有未保存的改动")
        self.set_backup("")
        self.set_place("")
        self.follow_theme()

    def set_undo(self, label: str | None) -> None:
        """Name what Ctrl+Z would take back; None if there is nothing."""
        shown = self.undo.fontMetrics().elidedText(f"撤销：{label}", Qt.TextElideMode.ElideMiddle, 420) if label else "没有可撤销的操作"
        self.undo.setText(shown)
        self.undo.setToolTip(f"撤销：{label}" if label else "")
        self.undo.setEnabled(label is not None)
        self._cap.setVisible(label is not None)

    def set_saved(self, text: str) -> None:
        """Say what became of the last change."""
        self._put(0, self.saved, text)

    def set_backup(self, text: str, level: str = "", tip: str = "") -> None:
        """Say how old the backups are; empty hides it.

        Args:
            text: Words; they say what the colour says.
            level: "soon", "bad" or "" for plain.
            tip: The whole story.
        """
        self.backup.setToolTip(tip)
        if self.backup.property("said") != level:
            self.backup.setProperty("said", level)
            self.backup.style().unpolish(self.backup)
            self.backup.style().polish(self.backup)
        self._put(1, self.backup, text)

    def set_place(self, text: str) -> None:
        """Say where the data lies; long paths are shortened in the middle."""
        self.place.setToolTip(text)
        self._put(2, self.place, self.place.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, 300))

    def follow_theme(self) -> None:
        """Take the height from the tokens."""
        now = theme.current()
        self.setFixedHeight(round(now.px("size", "status_line") * now.scale))

    def _put(self, number: int, label: QLabel, text: str) -> None:
        label.setText(text)
        label.setVisible(bool(text))
        self._rules[number].setVisible(bool(text))

    def _rule(self) -> QFrame:
        rule = QFrame()
        rule.setObjectName("separator")
        rule.setFixedSize(1, 15)
        return rule


def _link(text: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setProperty("kind", "status")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
