"""A register of people in a shown page, for tests that press keys in its grid."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from services import undoing
from services.store import Store
from ui.pages.page import Desk
from ui.pages.register import Register, RegisterPage
from ui.tasks import SyncTasks

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


def opened(qtbot: QtBot, tasks: SyncTasks, campaign_id: int | None, register: Register) -> RegisterPage:
    """Show the page of a register, with the focus in its grid."""
    QSettings().clear()
    desk = Desk(tasks, tasks)
    desk.choose(campaign_id, 2023)
    page = RegisterPage(desk, register)
    qtbot.addWidget(page)
    page.resize(1202, 620)
    page.show()
    qtbot.waitExposed(page)
    page.activateWindow()
    settle(qtbot, tasks)
    page.grid.setFocus()
    return page


def settle(qtbot: QtBot, tasks: SyncTasks) -> None:
    """Let jobs, queued announcements and zero timers run until all is quiet."""
    for _ in range(4):
        tasks.settle_all()
        qtbot.wait(2)
    tasks.settle_all()


def press(page: RegisterPage, *keys: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press keys where the focus is."""
    from PySide6.QtTest import QTest  # noqa: PLC0415 - only tests that press keys

    for key in keys:
        QTest.keyClick(focused(page), key, held)


def type_text(page: RegisterPage, text: str) -> None:
    """Type text where the focus is; letters no keyboard has come as from an input method."""
    from PySide6.QtCore import QCoreApplication  # noqa: PLC0415
    from PySide6.QtGui import QInputMethodEvent  # noqa: PLC0415
    from PySide6.QtTest import QTest  # noqa: PLC0415

    if text.isascii():
        for char in text:
            QTest.keyClicks(focused(page), char)
        return
    event = QInputMethodEvent("", [])
    event.setCommitString(text)
    QCoreApplication.sendEvent(focused(page), event)


def focused(page: RegisterPage) -> QWidget:
    """Return the widget that gets the keys."""
    widget = QApplication.focusWidget()
    return widget if widget is not None and page.window().isAncestorOf(widget) else page.grid


def editor_text(page: RegisterPage) -> str | None:
    """Return what stands in the open editor; None if no cell is edited."""
    editor = page.grid.indexWidget(page.grid.currentIndex())
    if isinstance(editor, QComboBox):
        return editor.currentText()
    return editor.text() if isinstance(editor, QLineEdit) else None


def at(page: RegisterPage) -> tuple[int, str]:
    """Return row and column key of the current cell."""
    index = page.grid.currentIndex()
    return index.row(), page.register.form.keys[index.column()]


def texts(page: RegisterPage, key: str) -> list[str]:
    """Return the shown texts of a column, records only."""
    column = page.register.form.keys.index(key)
    return [page.model.text_at(row, column) for row in range(page.model.count)]


def labels(store: Store) -> list[str]:
    """Return what was done, newest first."""
    with store.read() as session:
        return [entry.label for entry in undoing.entries(session)]
