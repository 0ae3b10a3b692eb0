"""A double click on a button presses it once.

Who is used to files and folders clicks everything twice. What a button asks for
may come back later, and a second press would open it a second time.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QAbstractButton


class Once(QObject):
    """Swallows the second press of a double click."""

    def __init__(self, button: QAbstractButton) -> None:
        """Watch a button for as long as it lives."""
        super().__init__(button)
        button.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Let everything pass but the second press."""
        return event.type() == QEvent.Type.MouseButtonDblClick
