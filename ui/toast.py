"""The note at the bottom left: what was done to how many, with 撤销, for 8 s.

Never more than one; the next replaces it, and the status line keeps the undo.
Nothing that needs an answer goes here.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from ui import icons, theme

LONGEST = 520


class Toast(QFrame):
    """Tick, sentence, 撤销, ✕; stays under pointer or focus.

    Signals:
        undo_asked: 撤销 was pressed.
        grown: It is about to be seen and has its size.
    """

    undo_asked = Signal()
    grown = Signal()

    def __init__(self, parent: QWidget) -> None:
        """Build it hidden."""
        super().__init__(parent)
        self.setObjectName("toast")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        sign = QLabel()
        icons.dress(sign, "check-circle", "done", 18)
        self.sentence = QLabel()
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.undo = QPushButton("撤销 Ctrl+Z")
        self.undo.setProperty("kind", "quiet")
        self.undo.clicked.connect(self.undo_asked)
        self.undo.clicked.connect(self.hide)
        close = QToolButton()
        close.setProperty("kind", "quiet")
        close.setAccessibleName("收起")
        icons.dress(close, "x", "ink3", 14)
        close.clicked.connect(self.hide)
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 7, 8, 7)
        line.setSpacing(9)
        line.addWidget(sign)
        line.addWidget(self.sentence)
        line.addSpacing(12)
        line.addWidget(self.undo)
        line.addWidget(close)
        self._timer = QTimer(self)
        self._timer.setInterval(theme.tokens()["duration_ms"]["toast_stay"])
        self._timer.timeout.connect(self._leave)
        self.hide()

    def say(self, text: str, *, undoable: bool) -> None:
        """Show a sentence; it goes after 8 s."""
        metrics = self.sentence.fontMetrics()
        self.sentence.setText(metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, LONGEST))
        self.undo.setVisible(undoable)
        self.show()
        self.adjustSize()
        self.grown.emit()
        self.raise_()
        self._timer.start()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def _leave(self) -> None:
        if not self.underMouse() and not self.undo.hasFocus():
            self._timer.stop()
            self.hide()
