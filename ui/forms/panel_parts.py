"""Head and foot of the record panel."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QTabBar, QToolButton, QVBoxLayout, QWidget

from ui import icons
from ui.regions import Elided


class PanelHead(QWidget):
    """Name 16 bold, a grey line of origin, ✕, and the tabs 资料, 改动记录.

    Signals:
        closed: ✕ was pressed.
        turned: (number of the tab).
    """

    closed = Signal()
    turned = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it without a record."""
        super().__init__(parent)
        self.setObjectName("panelHead")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.name = Elided()
        self.name.setProperty("kind", "record")
        self.origin = QLabel()
        self.origin.setProperty("kind", "note")
        self.origin.setWordWrap(True)
        self.close_button = QToolButton()
        self.close_button.setProperty("kind", "quiet")
        self.close_button.setAccessibleName("关闭")
        self.close_button.setToolTip("关闭")
        icons.dress(self.close_button, "x")
        self.close_button.clicked.connect(self.closed)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.addTab("资料")
        self.tabs.addTab("改动记录")
        self.tabs.currentChanged.connect(self.turned)
        top = QHBoxLayout()
        top.addWidget(self.name, 1)
        top.addWidget(self.close_button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 10, 10, 0)
        rows.setSpacing(2)
        rows.addLayout(top)
        rows.addWidget(self.origin)
        rows.addWidget(self.tabs)
        rows.addSpacing(4)

    def show_name(self, name: str) -> None:
        """Write the record's name."""
        self.name.say(name)

    def show_origin(self, text: str, *, weight: str = "") -> None:
        """Write the line under the name; "soon" or "bad" colours it."""
        self.origin.setText(text)
        self.origin.setVisible(bool(text))
        self.origin.setProperty("issue", weight)
        self.origin.style().unpolish(self.origin)
        self.origin.style().polish(self.origin)


class DraftLine(QWidget):
    """One grey line: what was typed before is here again, and 丢弃.

    Signals:
        pressed: 丢弃, or 找回 after it.
    """

    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it hidden."""
        super().__init__(parent)
        self.setObjectName("panelHead")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.words = QLabel()
        self.words.setProperty("kind", "note")
        self.words.setWordWrap(True)
        self.button = QPushButton()
        self.button.setProperty("kind", "quiet")
        self.button.setAutoDefault(False)
        self.button.clicked.connect(lambda _checked=False: self.pressed.emit())
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 3, 10, 3)
        line.setSpacing(6)
        line.addWidget(self.words, 1)
        line.addWidget(self.button)
        self.hide()

    def say(self, text: str, button: str = "", *, weight: str = "") -> None:
        """Show a sentence, with a button or without; "soon" colours it."""
        self.words.setText(text)
        self.words.setProperty("issue", weight)
        self.words.style().unpolish(self.words)
        self.words.style().polish(self.words)
        self.button.setText(button)
        self.button.setAccessibleName(f"{button}没存完的内容")
        self.button.setVisible(bool(button))
        self.show()


class PanelFoot(QWidget):
    """At most two buttons and 3 / 20.

    Attributes:
        save: 保存.
        save_next: 保存并再增, only for new records.
        remove: 删除, only for stored ones.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build the foot of a new record."""
        super().__init__(parent)
        self.setObjectName("panelFoot")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.remove = QPushButton("删除")
        self.remove.setProperty("kind", "danger")
        self.save_next = QPushButton("保存并再增")
        self.save_next.setToolTip("Ctrl+Enter")
        self.place = QLabel()
        self.place.setProperty("kind", "note")
        self.save = QPushButton("保存")
        self.save.setToolTip("Ctrl+Enter 保存并到下一条")
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 8, 16, 8)
        line.setSpacing(8)
        line.addWidget(self.remove)
        line.addWidget(self.save_next)
        line.addStretch(1)
        line.addWidget(self.place)
        line.addWidget(self.save)
        self.show_stored(stored=False)

    def show_stored(self, *, stored: bool) -> None:
        """Show the buttons of a stored or of a new record."""
        self.remove.setVisible(stored)
        self.save_next.setVisible(not stored)
        self.save.setText("保存")

    def show_several(self, words: str) -> None:
        """Show the one button that changes several rows: 改这 3 人."""
        self.remove.hide()
        self.save_next.hide()
        self.place.clear()
        self.save.setText(words)
