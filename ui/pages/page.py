"""What all pages share: the desk they work at, their head, how they refresh.

A page refreshes from `Changes` alone and never calls another page: it asks
the desk to go somewhere, and the window goes. A page that is hidden waits
until it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QHBoxLayout, QLabel, QPushButton, QTabBar, QVBoxLayout, QWidget

from ui import icons, theme
from ui.presses import Once
from ui.tasks import Tasks


class Desk(QObject):
    """What a page may use of the window.

    Attributes:
        tasks: Door to the services.
        campaign_id: The campaign that is worked on, or None.
        year: Its year, for dates without one.
        masks: Numbers of persons are masked on the screen.
    Signals:
        scope_changed: Another campaign was chosen.
        said: (text, can be undone) show a toast.
        go_asked: (page key, target) show another page; see `go`.
        counts_found: (page key, count, sentence) for the rail.
        masking_changed: Numbers of persons are masked from now on, or no longer.
        wished: ("campaign", "demo", "import" …) what only the window can do.
    """

    scope_changed = Signal()
    said = Signal(str, bool)
    go_asked = Signal(str, object)
    counts_found = Signal(str, int, str)
    masking_changed = Signal()
    wished = Signal(str)

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        """Start without a campaign."""
        super().__init__(parent)
        self.tasks = tasks
        self.campaign_id: int | None = None
        self.year: int | None = None
        self.masks = True

    def choose(self, campaign_id: int | None, year: int | None = None) -> None:
        """Work on a campaign."""
        self.campaign_id, self.year = campaign_id, year
        self.scope_changed.emit()

    def set_masks(self, on: bool) -> None:
        """Mask numbers of persons on all pages, or show them."""
        if on != self.masks:
            self.masks = on
            self.masking_changed.emit()

    def say(self, text: str, *, undoable: bool = False) -> None:
        """Show what was done; with 撤销 if it can be undone."""
        self.said.emit(text, undoable)

    def go(self, page: str, target: object = None) -> None:
        """Show another page; targets are those of `Page.show_target`."""
        self.go_asked.emit(page, target)

    def wish(self, what: str) -> None:
        """Ask the window for what no page can do: a campaign, the demo, files to import."""
        self.wished.emit(what)


@dataclass(frozen=True)
class Entry:
    """One page in the rail.

    Attributes:
        key: Machine name, as in `Desk.go`.
        title: Word in the rail.
        icon: File name of its icon.
        group: Entries of one group stand together; a hairline parts groups.
        make: Builds the page when it is first shown.
    """

    key: str
    title: str
    icon: str
    group: int
    make: Callable[[Desk], Page]


@dataclass(frozen=True)
class Action:
    """A button in a page's head; also a command of the palette.

    Attributes:
        label: Verb of 2–4 characters plus what it acts on.
        act: What it does.
        icon: File name, or "".
        kind: "primary" for the one blue button, else "".
        keys: Shortcut, or "".
    """

    label: str
    act: Callable[[], object]
    icon: str = ""
    kind: str = ""
    keys: str = ""


class Page(QWidget):
    """A screen with title, one line of help, buttons, content.

    Attributes:
        tables: Tables whose change makes it stale; set by subclasses.
        actions_of_page: Its head's buttons, also offered by the palette.
        head: Title, help, buttons.
        content: Layout under the head.
    """

    tables: frozenset[str] = frozenset()

    def __init__(self, desk: Desk, *, title: str, help_line: str = "", cards: bool = False, parent: QWidget | None = None) -> None:
        """Build the head.

        Args:
            desk: What the page may use of the window.
            title: 20 bold.
            help_line: One line, without a full stop.
            cards: Ground of a page of cards instead of full bleed.
            parent: Owner.
        """
        super().__init__(parent)
        self.desk = desk
        self.title = title
        self.actions_of_page: list[Action] = []
        self._stale = True
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        if cards:
            self.setProperty("ground", "cards")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        self.head = self._head(title, help_line, cards=cards)
        rows.addWidget(self.head)
        self.content = QVBoxLayout()
        self.content.setSpacing(0)
        rows.addLayout(self.content, 1)
        desk.tasks.changes.connect(self._take_changes)
        desk.scope_changed.connect(self._take_scope)

    def refresh(self) -> None:
        """Ask for what the page shows; subclasses do."""

    def shown(self) -> None:
        """Do what is due each time the page comes to the front."""

    def show_target(self, target: object) -> None:
        """Go where a click from another page leads.

        Args:
            target: Record id, (table, id) where a page has several registers, mapping of filters,
                "new", or None for the page as it is.
        """
        if isinstance(target, int):
            self.show_record(target)
        elif isinstance(target, tuple):
            self.show_row(*target)
        elif isinstance(target, Mapping):
            self.show_filtered(target)
        elif target == "new":
            self.new_record()
        else:
            here = QApplication.focusWidget()
            typing = here is not None and self.isAncestorOf(here) and not isinstance(here, QTabBar | QAbstractButton)
            if not typing:  # Qt has put it on the first part of the page that takes it
                self.take_focus()

    def take_focus(self) -> None:
        """Take the focus to where work begins; pages that can do."""

    def show_record(self, record_id: int) -> None:
        """Go to a record; pages without records do nothing."""

    def show_row(self, table: str, record_id: int) -> None:  # noqa: ARG002 - pages of one register need no table
        """Go to a record of one of the page's registers."""
        self.show_record(record_id)

    def show_filtered(self, filters: Mapping[str, object]) -> None:
        """Show only the rows with these values; pages without rows do nothing."""

    def new_record(self) -> None:
        """Open an empty record; pages without records do nothing."""

    def set_help(self, text: str) -> None:
        """Change the line of help."""
        self._help.setText(text)
        self._help.setToolTip(text)

    def put_tabs(self, tabs: QWidget) -> None:
        """Let tabs stand beside the title, where else the line of help is."""
        self._help.setText("")
        self._line.insertWidget(1, tabs, 0, Qt.AlignmentFlag.AlignBottom)

    def put_first(self, button: QWidget) -> None:
        """Let a button stand left of the others; the blue one keeps the right end."""
        self._buttons.insertWidget(0, button)

    def add_action(self, action: Action) -> QPushButton:
        """Add a button to the head; the blue one goes to the right end."""
        button = make_button(action)
        self.actions_of_page.append(action)
        self._buttons.addWidget(button)
        return button

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take wider margins in a wide window."""
        super().resizeEvent(event)
        margin = theme.current().px("space", "xxxl" if theme.is_wide(self) else "page_margin")
        self._line.setContentsMargins(margin, 8, margin, 8)

    def showEvent(self, event: QShowEvent) -> None:
        """Refresh what went stale while the page was hidden."""
        super().showEvent(event)
        if self._stale:
            self._stale = False
            self.refresh()
        self.shown()

    def _head(self, title: str, help_line: str, *, cards: bool) -> QWidget:
        head = QWidget()
        head.setObjectName("cardsHeader" if cards else "header")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        now = theme.current()
        word = QLabel(title)
        word.setProperty("kind", "page")
        self._help = QLabel(help_line)
        self._help.setProperty("kind", "help")
        self._help.setMinimumWidth(1)
        self._help.setContentsMargins(0, 6, 0, 0)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(12)
        line = self._line = QHBoxLayout(head)
        line.setContentsMargins(now.px("space", "page_margin"), 8, now.px("space", "page_margin"), 8)
        line.setSpacing(12)
        line.addWidget(word)
        line.addWidget(self._help, 1)
        line.addLayout(self._buttons)
        head.setMinimumHeight(round(now.px("size", "page_header") * now.scale))
        return head

    def _take_changes(self, changes: Any) -> None:
        if self.tables & changes.tables:
            self._renew()

    def _take_scope(self) -> None:
        self._renew()

    def _renew(self) -> None:
        if self.isVisible():
            self.refresh()
        else:
            self._stale = True


def make_button(action: Action) -> QPushButton:
    """Return a button for an action, its icon in the right ink."""
    button = QPushButton(action.label)
    button.setProperty("kind", action.kind)
    if action.icon:
        tokens = {"primary": "on_action", "danger": "bad", "quiet": "action_text", "small": "action_text"}
        icons.dress(button, action.icon, tokens.get(action.kind, "ink2"), 16)
    if action.keys:  # a shortcut of the button itself presses it a tenth of a second late: letters after it go elsewhere
        QShortcut(QKeySequence(action.keys), button).activated.connect(button.click)
        button.setToolTip(action.keys)
    button.clicked.connect(lambda _checked=False: action.act())
    Once(button)
    return button
