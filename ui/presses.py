"""How buttons are pressed: a double click once, a menu by its first line.

Who is used to files and folders clicks everything twice. What a button asks for
may come back later, and a second press would open it a second time.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QPushButton, QToolButton

_OPEN = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down)


class Once(QObject):
    """Swallows the second press of a double click."""

    def __init__(self, button: QAbstractButton) -> None:
        """Watch a button for as long as it lives."""
        super().__init__(button)
        button.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Let everything pass but the second press."""
        return event.type() == QEvent.Type.MouseButtonDblClick


class Dropped(QObject):
    """Opens the menu of a button by Space, Enter or ↓, at its first line.

    Qt opens it without a line to press Enter on, and waits inside the key press until it has closed.
    """

    def __init__(self, button: QToolButton | QPushButton) -> None:
        """Watch a button for as long as it lives."""
        super().__init__(button)
        self._button = button
        button.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Open the menu on its keys, let everything else pass."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _OPEN and not event.modifiers():
            menu = self._button.menu()
            menu.popup(self._button.mapToGlobal(QPoint(0, self._button.height())))
            first = next((action for action in menu.actions() if action.isEnabled() and not action.isSeparator()), None)
            if first is not None:
                menu.setActiveAction(first)
            return True
        return super().eventFilter(watched, event)
