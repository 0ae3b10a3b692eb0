"""Keys typed on a row that is not here yet wait for it, in order.

After a jump the page of rows takes a moment. A cell cannot be edited before,
and Qt would drop the first letters of somebody who types fast.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QTableView

from ui.tables.paged_model import PagedModel

PATIENCE_MS = 5_000
EDITING = frozenset({Qt.Key.Key_F2, Qt.Key.Key_Delete, Qt.Key.Key_Backspace})
_HELD_BACK = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class HeldKeys(QObject):
    """Holds what is typed on a waiting row, and types it when the row is here.

    Attributes:
        held: What waits, in the order it came.
    """

    def __init__(self, grid: QTableView, model: PagedModel) -> None:
        """Listen to the keys of a grid and to the rows of its model."""
        super().__init__(grid)
        self._grid, self._model = grid, model
        self.held: list[QEvent] = []
        self._typing = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self.held.clear)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._type)
        model.dataChanged.connect(lambda *_cells: self._look())
        model.loaded.connect(self._look)
        grid.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep an event back if it would be lost, or if others wait before it."""
        if self._typing or not isinstance(event, QKeyEvent | QInputMethodEvent) or event.type() == QEvent.Type.ShortcutOverride:
            return super().eventFilter(watched, event)
        pressed = event.type() != QEvent.Type.KeyRelease
        if pressed and (self.held or (_edits(event) and self._model.waits(self._grid.currentIndex().row()))):
            self.held.append(event.clone())
            self._patience.start()
            return True
        return super().eventFilter(watched, event)

    def _waits(self) -> bool:
        return self._model.waits(self._grid.currentIndex().row())

    def _look(self) -> None:
        if self.held and not self._waits():
            self._soon.start(0)  # not while the model is still telling

    def _type(self) -> None:
        """Send what is held, until it leads to another row that is not here."""
        self._typing = True
        while self.held and not (self._receiver() is self._grid and self._waits()):
            QCoreApplication.sendEvent(self._receiver(), self.held.pop(0))
        self._typing = False
        if not self.held:
            self._patience.stop()

    def _receiver(self) -> QObject:
        """Return who has the keys now: the first one may have opened an editor."""
        editor = self._grid.indexWidget(self._grid.currentIndex())
        return editor if editor is not None and editor.hasFocus() else self._grid


def _edits(event: QKeyEvent | QInputMethodEvent) -> bool:
    if isinstance(event, QInputMethodEvent):
        return bool(event.commitString() or event.preeditString())
    if event.modifiers() & _HELD_BACK:
        return False
    return event.key() in EDITING or (bool(event.text()) and event.text().isprintable())
