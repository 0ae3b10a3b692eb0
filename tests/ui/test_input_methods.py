"""Input methods in every editor: no composed word is lost or cut short."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QInputMethodEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from models.annexes import CAMPAIGN, FINDING_LEDGER
from models.forms import Column
from models.kinds import TEXT
from ui.forms.editors import LineEditor, LongEditor
from ui.forms.form_dialog import FormDialog
from ui.forms.side_panel import SidePanel
from ui.pages.page import Desk
from ui.pages.people import PEOPLE
from ui.pages.register import RegisterPage
from ui.tasks import SyncTasks

RECT = Qt.InputMethodQuery.ImCursorRectangle
LEAVING = (Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Tab)


def compose(target: QWidget, letters: str) -> None:
    """Let an input method show letters that are no word yet."""
    QCoreApplication.sendEvent(target, QInputMethodEvent(letters, []))


def confirm(target: QWidget, word: str) -> None:
    """Let an input method hand over the word."""
    event = QInputMethodEvent("", [])
    event.setCommitString(word)
    QCoreApplication.sendEvent(target, event)


def text_of(box: QWidget) -> str:
    assert isinstance(box, QLineEdit | QPlainTextEdit)
    return box.text() if isinstance(box, QLineEdit) else box.toPlainText()


def is_composing(box: QWidget) -> bool:
    """Tell whether letters stand in an editor that are not in its text."""
    assert isinstance(box, LineEditor | LongEditor)
    compared = type(box)(Column("key", "某栏", TEXT))
    compared.resize(box.size())
    compared.set_value(text_of(box))
    end = QTextCursor.MoveOperation.End
    compared.end(False) if isinstance(compared, QLineEdit) else compared.moveCursor(end)
    wider = box.inputMethodQuery(RECT).x() > compared.inputMethodQuery(RECT).x()
    return box.composition.composing and wider


@pytest.fixture
def panel(qtbot: QtBot) -> SidePanel:
    made = SidePanel(FINDING_LEDGER, new_title="新增问题", year=2023)
    qtbot.addWidget(made)
    made.resize(330, 640)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    made.load(None, {})
    return made


@pytest.mark.parametrize("key", ["enterprise", "hazard", "category", "person", "due", "phone"])
def test_a_field_of_the_panel_holds_on_to_a_word_that_is_being_composed(panel: SidePanel, qtbot: QtBot, key: str) -> None:
    box = panel.boxes[key]
    box.take_focus()
    qtbot.waitUntil(box.editor.hasFocus)
    for pressed in LEAVING:
        compose(box.editor, "zhou yan")
        with qtbot.assertNotEmitted(panel.returned), qtbot.assertNotEmitted(panel.save_asked):
            qtbot.keyClick(box.editor, pressed)
            qtbot.keyClick(box.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        assert box.editor.hasFocus(), pressed
        confirm(box.editor, "周砚秋")
    assert text_of(box.editor) == "周砚秋" * len(LEAVING)


def test_after_the_word_enter_moves_on_again(panel: SidePanel, qtbot: QtBot) -> None:
    box = panel.boxes["enterprise"]
    box.take_focus()
    qtbot.waitUntil(box.editor.hasFocus)
    compose(box.editor, "rui")
    confirm(box.editor, "瑞丰")
    qtbot.keyClick(box.editor, Qt.Key.Key_Return)
    assert panel.boxes["town"].editor.hasFocus()


def test_a_composed_word_counts_as_typing(panel: SidePanel, qtbot: QtBot) -> None:
    box = panel.boxes["hazard"]
    with qtbot.waitSignal(box.edited):
        confirm(box.editor, "防护罩缺失")
    assert panel.dirty


def test_a_remark_that_appears_does_not_break_a_composition(panel: SidePanel, qtbot: QtBot) -> None:
    box = panel.boxes["phone"]
    box.take_focus()
    qtbot.keyClicks(box.editor, "123")
    compose(box.editor, "yi")
    assert is_composing(box.editor)
    panel.fields.show_remarks(everywhere=True)
    assert box.remark is not None
    assert is_composing(box.editor)
    confirm(box.editor, "一")
    assert text_of(box.editor) == "123一"


def test_a_list_of_suggestions_lets_the_composition_through(panel: SidePanel, qtbot: QtBot) -> None:
    panel.set_suggestions("enterprise", ["岚桥区瑞丰纺织有限公司", "岚桥区瑞祥机械厂"])
    editor = panel.boxes["enterprise"].editor
    assert isinstance(editor, QLineEdit)
    editor.setFocus()
    qtbot.waitUntil(editor.hasFocus)
    popup = editor.completer().popup()
    assert popup is not None
    compose(editor, "rui")
    assert not popup.isVisible()
    confirm(editor, "瑞")
    qtbot.waitUntil(popup.isVisible)
    compose(popup, "feng")
    assert is_composing(editor)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    confirm(popup, "丰")
    assert editor.text() == "瑞丰"
    popup.hide()


def test_the_fields_of_a_dialog_hold_on_to_a_composition(qtbot: QtBot) -> None:
    dialog = FormDialog(CAMPAIGN, help_line="照方案填写", save_label="建立")
    qtbot.addWidget(dialog)
    dialog.open()
    dialog.activateWindow()
    for key, box in dialog.fields.items():
        box.take_focus()
        qtbot.waitUntil(box.editor.hasFocus)
        compose(box.editor, "lan qiao")
        with qtbot.assertNotEmitted(dialog.completed):
            for pressed in LEAVING:
                qtbot.keyClick(box.editor, pressed)
        assert dialog.isVisible(), key
        assert box.editor.hasFocus(), key
        confirm(box.editor, "岚桥")
        assert text_of(box.editor) == "岚桥", key
    dialog.reject()


@pytest.fixture
def page(qtbot: QtBot, tasks_sync: SyncTasks, campaign_id: int) -> Iterator[RegisterPage]:
    desk = Desk(tasks_sync, tasks_sync)
    desk.choose(campaign_id, 2023)
    made = RegisterPage(desk, PEOPLE)
    qtbot.addWidget(made)
    made.resize(1202, 620)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    for _ in range(4):
        tasks_sync.settle_all()
        qtbot.wait(2)
    made.grid.setFocus()
    qtbot.waitUntil(made.grid.hasFocus)
    yield made
    tasks_sync.settle_all()


def cell_editor(page: RegisterPage) -> QLineEdit:
    found = [edit for edit in page.grid.findChildren(QLineEdit) if edit.property("kind") == "cell" and edit.isVisible()]
    assert len(found) == 1, "one editor stands in the grid"
    return found[0]


def stand_on(page: RegisterPage, key: str) -> None:
    page.grid.setCurrentIndex(page.model.index(0, PEOPLE.form.keys.index(key)))


@pytest.mark.parametrize("key", ["name", "remark"])
def test_the_first_key_on_a_cell_begins_the_composition(page: RegisterPage, key: str) -> None:
    stand_on(page, key)
    assert page.grid.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    compose(page.grid, "z")
    assert is_composing(cell_editor(page))
    compose(page.grid, "zhou")
    confirm(page.grid, "周")
    assert cell_editor(page).text() == "周"
    assert cell_editor(page).hasFocus()


@pytest.mark.parametrize("key", ["name", "remark"])
@pytest.mark.parametrize("pressed", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_keys_during_the_first_composition_leave_the_cell_open(page: RegisterPage, qtbot: QtBot, key: str, pressed: Qt.Key) -> None:
    stand_on(page, key)
    compose(page.grid, "zhou")
    focus = QApplication.focusWidget()
    assert focus is not None
    with qtbot.assertNotEmitted(page.grid.opened):
        qtbot.keyClick(focus, pressed)
    assert is_composing(cell_editor(page))
    confirm(QApplication.focusWidget() or page.grid, "周")
    assert cell_editor(page).text() == "周"


@pytest.mark.parametrize("key", ["name", "remark"])
def test_keys_during_a_later_composition_leave_the_cell_open(page: RegisterPage, qtbot: QtBot, key: str) -> None:
    stand_on(page, key)
    compose(page.grid, "zhou")
    confirm(page.grid, "周")
    editor = cell_editor(page)
    for pressed in LEAVING:
        compose(editor, "yan")
        qtbot.keyClick(editor, pressed)
        assert cell_editor(page) is editor
        assert is_composing(editor)
    confirm(editor, "砚")
    assert editor.text() == "周砚"


def test_after_the_word_enter_takes_the_cell(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    stand_on(page, "remark")
    compose(page.grid, "hui")
    confirm(page.grid, "会开车")
    qtbot.keyClick(cell_editor(page), Qt.Key.Key_Return)
    tasks_sync.settle_all()
    column = PEOPLE.form.keys.index("remark")
    qtbot.waitUntil(lambda: page.model.text_at(0, column) == "会开车")
