"""Hands on the keyboard: key events go where the focus is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSettings, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ui import app as application
from ui.main_window import MainWindow

NONE, CONTROL, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
KEY = Qt.Key
PATIENCE_MS = 30_000


class Hands:
    """Presses keys where the focus is, and waits as a person would."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self.qtbot, self.window = qtbot, window
        self._popup: QWidget | None = None

    @property
    def focus(self) -> QWidget:
        if QApplication.focusWidget() is None:
            self.window.activateWindow()  # as a desktop does when a popup has closed; the offscreen one forgets
            self.qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
        popup = self._popup = QApplication.activePopupWidget()  # kept: what is in it goes with its wrapper
        widget = (popup.focusWidget() or popup) if popup else QApplication.focusWidget()
        assert widget is not None
        return widget

    def press(self, *keys: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
        for key in keys:
            QTest.keyClick(self.focus, key, held)

    def press_until(self, done: Callable[[], bool], key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
        """Press a key again and again, as somebody who looks for something."""
        for _ in range(30):
            if done():
                return
            self.press(key, held=held)
        raise AssertionError(f"{key} leads nowhere; the focus is on {self.focus}")

    def type(self, text: str) -> None:
        """Type; letters that no keyboard has come from the input method."""
        if text.isascii():
            QTest.keyClicks(self.focus, text[:1])
            QTest.keyClicks(self.focus, text[1:])
            return
        event = QInputMethodEvent("", [])
        event.setCommitString(text)
        QCoreApplication.sendEvent(self.focus, event)

    def until(self, done: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(done, timeout=PATIENCE_MS)

    def quiet(self) -> None:
        """Wait until nothing runs and nothing is about to."""
        for _ in range(3):
            self.qtbot.wait(15)
            self.until(lambda: not self.window.tasks.running)

    def go_to_new_row(self) -> None:
        """Stand in the first cell of the last, empty row."""
        self.press(KEY.Key_End, held=CONTROL)
        self.press(KEY.Key_Down)
        self.press(KEY.Key_Home)

    def find(self, words: str) -> None:
        """Find with Ctrl+F and go on to the rows."""
        self.press(KEY.Key_F, held=CONTROL)
        self.type(words)
        self.press(KEY.Key_Return)
        self.quiet()

    def show_all(self) -> None:
        self.press(KEY.Key_F, held=CONTROL)
        self.press(KEY.Key_Escape)
        self.quiet()


@contextmanager
def at_window(qtbot: QtBot, folder: Path) -> Iterator[Hands]:
    """Open the window on a closed data folder, wait for its first page, and close it in the end."""
    QSettings().clear()
    window = application.open_window(folder)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    qtbot.waitUntil(lambda: window.stack.count() > 0, timeout=PATIENCE_MS)
    made = Hands(qtbot, window)
    made.quiet()
    yield made
    window.close()
    window.deleteLater()
