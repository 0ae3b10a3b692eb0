"""Keeping keys away from a form while an input method composes a word.

Enter then confirms the word, Esc takes it back, arrows and digits choose
among candidates. Most platforms keep these keys to themselves; where one is
let through it must neither leave the field nor close it, nor be a shortcut.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

_KEYS = frozenset(
    {
        Qt.Key.Key_Return,
        Qt.Key.Key_Enter,
        Qt.Key.Key_Escape,
        Qt.Key.Key_Tab,
        Qt.Key.Key_Backtab,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
    }
)


class CompositionGuard(QObject):
    """Swallows the keys of an input method while it composes into a widget.

    Attributes:
        composing: A word is being composed.
    """

    def __init__(self, editor: QWidget) -> None:
        """Guard an editor; delegates, panels and dialogs that filter its keys come second."""
        super().__init__(editor)
        self.composing = False
        editor.installEventFilter(self)

    def takes(self, event: QKeyEvent) -> bool:
        """Tell whether a key belongs to the composition and to nobody else."""
        held = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        return self.composing and (event.key() in _KEYS or bool(held))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the composition; swallow keys and shortcuts meanwhile."""
        if isinstance(event, QInputMethodEvent):
            self.composing = bool(event.preeditString())
            if self.composing:
                watched.installEventFilter(self)  # once more: the filter installed last is asked first
        elif event.type() == QEvent.Type.FocusOut:
            self.composing = False
        elif self.composing and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and self.takes(event):
                return True
        return super().eventFilter(watched, event)
