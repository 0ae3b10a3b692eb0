"""Every task without a mouse, every input with a name, every key on the sheet."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTabBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from models.annexes import CAMPAIGN, FINDING_LEDGER
from ui import scenes
from ui.forms.form_dialog import FormDialog
from ui.forms.side_panel import SidePanel
from ui.keys import KeysSheet
from ui.main_window import MainWindow
from ui.scenes import Scene, Stage

INPUTS = (QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QAbstractItemView, QAbstractButton, QTabBar)
OFFSCREEN = "qt_"  # parts that Qt makes for itself


def nameless(root: QWidget) -> list[str]:
    """Return what a screen reader would have no word for."""
    found = []
    for widget in root.findChildren(QWidget):
        own = isinstance(widget, INPUTS) and widget.isVisible() and not widget.objectName().startswith(OFFSCREEN)
        if not own or widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        name = widget.accessibleName() or (interface.text(QAccessible.Text.Name) if interface else "")
        if not name.strip() and not isinstance(widget.parentWidget(), QComboBox):
            box = widget.mapTo(root, widget.rect().topLeft())
            found.append(f"{type(widget).__name__} “{widget.objectName()}” at {box.x()},{box.y()}")
    return found


def walk(stage: Stage, listed: list[Scene]) -> list[str]:
    wrong = []
    for scene in listed:
        seen = scene.show(stage)
        wrong += [f"{scene.name}: {name}" for name in nameless(seen)]
        stage.put_away()
    return wrong


@pytest.mark.slow
@pytest.mark.parametrize("stage", [(1.0, True)], ids=["demo"], indirect=True)
def test_every_input_of_every_state_has_a_name(stage: Stage) -> None:
    assert walk(stage, scenes.scenes_of_demo()) == []


@pytest.mark.parametrize("stage", [(1.0, False)], ids=["empty"], indirect=True)
def test_every_input_of_the_empty_pages_has_a_name(stage: Stage) -> None:
    assert walk(stage, scenes.scenes_of_nothing()) == []


@pytest.mark.slow
@pytest.mark.parametrize("stage", [(1.0, True)], ids=["demo"], indirect=True)
def test_f1_lists_every_key_that_does_something(stage: Stage) -> None:
    for scene in scenes.scenes_of_demo():
        scene.show(stage)
        stage.put_away()
    written = "　".join(label.text() for label in KeysSheet(stage.window).findChildren(QLabel))
    missing = sorted(key for key in keys_of(stage.window) if key not in written)
    assert missing == []


def keys_of(window: MainWindow) -> set[str]:
    """Return all shortcuts of a window as they are written; Ctrl+1 … 9 is one."""
    sequences = [shortcut.key() for shortcut in window.findChildren(QShortcut)]
    sequences += [button.shortcut() for button in window.findChildren(QAbstractButton)]
    texts = {key.toString(QKeySequence.SequenceFormat.PortableText) for key in sequences if not key.isEmpty()}
    return {"Ctrl+1 … 9" if text.removeprefix("Ctrl+").isdigit() else text for text in texts}


def tabbed(qtbot: QtBot, count: int) -> list[QWidget]:
    """Press Tab some times and return where it led."""
    reached = []
    for _ in range(count):
        here = QApplication.focusWidget()
        assert here is not None
        reached.append(here)
        qtbot.keyClick(here, Qt.Key.Key_Tab)
    return reached


def test_tab_runs_through_the_panel_in_the_order_of_the_form_and_then_to_its_buttons(qtbot: QtBot) -> None:
    panel = SidePanel(FINDING_LEDGER, new_title="新增问题", year=2023)
    qtbot.addWidget(panel)
    panel.resize(330, 640)
    panel.show()
    qtbot.waitExposed(panel)
    panel.activateWindow()
    panel.load(None, {})
    panel.focus_first()
    first = next(iter(panel.boxes.values())).editor
    qtbot.waitUntil(first.hasFocus)
    reached = tabbed(qtbot, len(panel.boxes) + 2)
    assert reached[: len(panel.boxes)] == [box.editor for box in panel.boxes.values()]
    assert reached[len(panel.boxes) :] == [panel.foot.save_next, panel.foot.save]


def test_tab_runs_through_a_dialog_in_the_order_of_the_form_and_then_to_its_buttons(qtbot: QtBot) -> None:
    dialog = FormDialog(CAMPAIGN, help_line="照方案填写", save_label="建立", other="看演示")
    qtbot.addWidget(dialog)
    dialog.open()
    qtbot.waitExposed(dialog)
    dialog.activateWindow()
    next(iter(dialog.fields.values())).take_focus()
    qtbot.waitUntil(next(iter(dialog.fields.values())).editor.hasFocus)
    reached = tabbed(qtbot, len(dialog.fields) + 3)
    assert reached[: len(dialog.fields)] == [box.editor for box in dialog.fields.values()]
    assert [button.text() for button in reached[len(dialog.fields) :] if isinstance(button, QPushButton)] == ["看演示", "取消", "建立"]
    dialog.reject()
