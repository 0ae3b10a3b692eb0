"""A frame that floats over its page: for a column's filter, for the columns.

It is a child of the page and no window of its own, so that input methods work
in its boxes. Esc and a focus elsewhere close it; the focus goes back to where
it was.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from ui import icons

EDGE = 8


class Popup(QFrame):
    """Floats over a page until Esc, ✕ or a focus elsewhere.

    Attributes:
        body: Layout for the parts, under the title.
    Signals:
        closed: It is gone.
    """

    closed = Signal()

    def __init__(self, page: QWidget, title: str, wide: int) -> None:
        """Build the title line; `open_at` shows it.

        Args:
            page: What it floats over.
            title: 14 bold.
            wide: Width in pixels.
        """
        super().__init__(page)
        self.setObjectName("palette")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(title)
        self.setFixedWidth(wide)
        self._back = QApplication.focusWidget()
        self._going = False
        self._place = QPoint()
        word = QLabel(title)
        word.setProperty("kind", "strong")
        shut = QToolButton()
        shut.setProperty("kind", "quiet")
        shut.setAccessibleName("收起")
        icons.dress(shut, "x", "ink3", 14)
        shut.clicked.connect(self.shut)
        head = QHBoxLayout()
        head.addWidget(word, 1)
        head.addWidget(shut)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(14, 8, 14, 12)
        self.body.setSpacing(8)
        self.body.addLayout(head)

    def open_at(self, place: QPoint) -> None:
        """Show it there, moved inside the page where it would stand out."""
        self._place = place
        self.fit()
        self.show()
        self.raise_()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_went)

    def fit(self) -> None:
        """Take the height that the parts ask for, and stay inside the page."""
        page = self.parentWidget()
        assert page is not None
        self.body.activate()
        high = min(self.body.sizeHint().height(), page.height() - 2 * EDGE)
        self.resize(self.width(), high)
        x = max(EDGE, min(self._place.x(), page.width() - self.width() - EDGE))
        self.move(x, max(EDGE, min(self._place.y(), page.height() - high - EDGE)))

    def shut(self) -> None:
        """Go, and give the focus back."""
        if self.isHidden():
            return
        back, self._back = self._back, None
        self._going = True
        self.hide()
        if back is not None:
            back.setFocus()
        self.closed.emit()
        self.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.shut()
        else:
            super().keyPressEvent(event)

    def _focus_went(self, _before: QWidget | None, now: QWidget | None) -> None:
        if not self._going and now is not None and now.window() is self.window() and not self.isAncestorOf(now):
            self._back = None
            self.shut()
