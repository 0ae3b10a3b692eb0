"""Several registers under one entry of the rail: tabs in the head of the page.

The page in front keeps its own head; the others are built when they are first
looked at. Ctrl+PgUp and Ctrl+PgDn turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QTabBar, QVBoxLayout, QWidget

from ui.pages.page import Desk, Page
from ui.pages.register import Register, RegisterPage

PREVIOUS, NEXT = "Ctrl+PgUp", "Ctrl+PgDown"


@dataclass(frozen=True)
class Section:
    """One tab after the first.

    Attributes:
        word: On the tab.
        register: What it lists.
        make: Builds its page.
    """

    word: str
    register: Register
    make: Callable[[Desk, Register], RegisterPage] = RegisterPage


class Sections(QObject):
    """Turns between the page itself and the registers that belong to it.

    Attributes:
        number: The section in front; 0 is the page itself.
    Signals:
        turned: (number) another section is in front.
    """

    turned = Signal(int)

    def __init__(self, host: Page, word: str, sections: Sequence[Section], own: Sequence[QWidget]) -> None:
        """Put the tabs into the head of a page.

        Args:
            host: The page.
            word: Its own tab.
            sections: The others.
            own: What of the host is hidden while another section is in front.
        """
        super().__init__(host)
        self._host, self._sections, self._own = host, tuple(sections), (host.head, *own)
        self._words = (word, *(section.word for section in sections))
        self._pages: dict[int, RegisterPage] = {}
        self._tabs = [self._tabs_for(host, 0)]
        # direct children only: what belongs to a section stays with it
        self._keys = host.findChildren(QShortcut, options=Qt.FindChildOption.FindDirectChildrenOnly)
        self.number = 0
        self._turn_keys(host)

    def page(self, number: int) -> RegisterPage:
        """Return the page of a section after the first, built if need be."""
        found = self._pages.get(number)
        if found is None:
            section = self._sections[number - 1]
            found = self._pages[number] = section.make(self._host.desk, section.register)
            self._tabs.append(self._tabs_for(found, number))
            self._turn_keys(found)
            found.hide()
            layout = self._host.layout()
            assert isinstance(layout, QVBoxLayout)
            layout.addWidget(found, 1)
        return found

    def turn(self, number: int) -> None:
        """Bring a section to the front; the focus goes into its grid."""
        if number == self.number:
            return
        shown = self.page(number) if number else None
        for other in self._pages.values():
            other.setVisible(other is shown)
        for widget in self._own:
            widget.setVisible(shown is None)
        for shortcut in self._keys:
            shortcut.setEnabled(shown is None)
        self.number = number
        front = shown or self._host
        if isinstance(front, RegisterPage) and front.grid.isVisible():
            front.grid.setFocus()
        self.turned.emit(number)

    def show_row(self, table: str, record_id: int) -> bool:
        """Go to a record of the section that lists its table; False if none does."""
        for number, section in enumerate(self._sections, 1):
            if section.register.listing.table == table:
                self.turn(number)
                self.page(number).show_record(record_id)
                return True
        return False

    def step(self, steps: int) -> None:
        """Turn to the next section, or the one before; after the last comes the first."""
        self.turn((self.number + steps) % len(self._words))

    def _tabs_for(self, page: Page, number: int) -> QTabBar:
        tabs = QTabBar()
        tabs.setDrawBase(False)
        tabs.setExpanding(False)
        tabs.setDocumentMode(True)
        tabs.setUsesScrollButtons(False)
        tabs.setAccessibleName("登记簿")
        for word in self._words:
            tabs.addTab(word)
        tabs.setCurrentIndex(number)
        tabs.setToolTip(f"{PREVIOUS}、{NEXT} 切换")
        tabs.currentChanged.connect(lambda chosen: self._chosen(tabs, number, chosen))
        page.put_tabs(tabs)
        return tabs

    def _chosen(self, tabs: QTabBar, own: int, chosen: int) -> None:
        if chosen != own:
            tabs.setCurrentIndex(own)  # each page keeps its own tab marked
            self.turn(chosen)

    def _turn_keys(self, page: Page) -> None:
        for keys, steps in ((PREVIOUS, -1), (NEXT, 1)):
            shortcut = QShortcut(QKeySequence(keys), page.head)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.activated.connect(lambda by=steps: self.step(by))
