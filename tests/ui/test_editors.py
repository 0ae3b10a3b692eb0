"""Editors take and give raw text; the Form alone decides what it means."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from models import annexes
from models.forms import Column, Form, Kind
from models.kinds import AMOUNT, DATE, FLAG, LONG, NAMES, PHONE, TEXT, choice
from ui.forms import editors
from ui.forms.checking import check, check_stored
from ui.forms.field_box import FieldBox

FORMS = [value for value in vars(annexes).values() if isinstance(value, Form)] + [annexes.annex_1(), annexes.annex_2(), annexes.annex_3()]
STATE = choice(("在业", "停产"), {"正常": "在业"})


def box(qtbot: QtBot, kind: Kind, *, year: int | None = 2023, title: str = "某栏") -> FieldBox:
    made = FieldBox(Column("key", title, kind), year=year)
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_every_column_of_every_form_has_an_editor(qtbot: QtBot, form: Form) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    for column in form.columns:
        editor = editors.make(column, holder)
        assert editor.accessibleName() == column.title.replace("\n", "")


@pytest.mark.parametrize(
    ("kind", "typed", "shown"),
    [
        (DATE, "4.3", "2023-04-03"),
        (NAMES, "周砚秋,贺启航", "周砚秋、贺启航"),
        (PHONE, "199 0000 0001", "19900000001"),
        (TEXT, " 柳溪镇 ", "柳溪镇"),
    ],
    ids=["date", "names", "phone", "text"],
)
def test_leaving_shows_the_value_as_it_was_understood(qtbot: QtBot, kind: Kind, typed: str, shown: str) -> None:
    made = box(qtbot, kind)
    editor = made.editor
    assert isinstance(editor, editors.LineEditor)
    editor.setText(typed)
    editor.normalise()
    assert made.value() == shown


def test_unreadable_text_is_left_as_it_was_typed(qtbot: QtBot) -> None:
    made = box(qtbot, DATE)
    assert isinstance(made.editor, editors.LineEditor)
    made.editor.setText("大概四月")
    made.editor.normalise()
    assert made.value() == "大概四月"


def test_setting_a_value_is_not_an_edit(qtbot: QtBot) -> None:
    for kind in (TEXT, LONG, FLAG, STATE):
        made = box(qtbot, kind)
        edits: list[bool] = []
        made.edited.connect(lambda edits=edits: edits.append(True))
        made.set_value("是" if kind is FLAG else "在业")
        assert edits == []
        assert made.value() == ("是" if kind is FLAG else "在业")


def test_typing_is_an_edit(qtbot: QtBot) -> None:
    made = box(qtbot, TEXT)
    with qtbot.waitSignal(made.edited):
        qtbot.keyClicks(made.editor, "a")


def test_a_flag_has_three_states(qtbot: QtBot) -> None:
    made = box(qtbot, FLAG)
    assert isinstance(made.editor, QComboBox)
    assert [made.editor.itemText(number) for number in range(made.editor.count())] == ["", "是", "否"]


def test_a_choice_reads_synonyms_and_keeps_unknown_words(qtbot: QtBot) -> None:
    made = box(qtbot, STATE)
    made.set_value("正常")
    assert made.value() == "在业"
    made.set_value("半停产")
    assert made.value() == "半停产"


def test_enter_moves_on_in_lines_lists_and_long_text(qtbot: QtBot) -> None:
    for kind in (TEXT, LONG, STATE):
        made = box(qtbot, kind)
        with qtbot.waitSignal(made.entered):
            qtbot.keyClick(made.editor, Qt.Key.Key_Return)


def test_shift_enter_breaks_the_line_in_long_text(qtbot: QtBot) -> None:
    made = box(qtbot, LONG)
    assert isinstance(made.editor, QPlainTextEdit)
    qtbot.keyClicks(made.editor, "a")
    qtbot.keyClick(made.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(made.editor, "b")
    assert made.editor.document().lineCount() == 2


def test_suggestions_are_offered_by_what_they_contain(qtbot: QtBot) -> None:
    made = box(qtbot, TEXT)
    made.set_suggestions(["岚桥区瑞丰纺织有限公司", "柳溪机械厂"])
    assert isinstance(made.editor, QLineEdit)
    completer = made.editor.completer()
    completer.setCompletionPrefix("纺织")
    assert completer.completionCount() == 1


def test_down_in_an_empty_field_writes_the_only_word_there_is_or_lists_them(qtbot: QtBot) -> None:
    made = box(qtbot, TEXT)
    editor = made.editor
    assert isinstance(editor, QLineEdit)
    made.show()
    made.set_suggestions(["陶建业"])
    QTest.keyClick(editor, Qt.Key.Key_Down)
    assert made.value() == "陶建业"
    made.set_value("")
    made.set_suggestions(["陶建业", "岳明"])
    QTest.keyClick(editor, Qt.Key.Key_Down)
    popup = editor.completer().popup()
    assert popup is not None
    assert popup.isVisible()
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert made.value() == "岳明"
    made.set_value("何")
    QTest.keyClick(editor, Qt.Key.Key_Down)
    assert made.value() == "何", "what is typed stays"


def test_an_issue_is_read_out_and_coloured(qtbot: QtBot) -> None:
    made = box(qtbot, PHONE)
    remark = check(Form("f", "表", (made.column,)), {"key": "123"}).remarks["key"]
    made.set_remark(remark)
    assert made.editor.property("issue") == remark.weight
    assert made.editor.accessibleDescription() == remark.sentence
    made.set_remark(None)
    assert made.editor.property("issue") == ""


def test_text_that_would_be_lost_blocks_saving_and_doubts_do_not() -> None:
    form = Form("f", "表", (Column("name", "名称", TEXT, required=True), Column("due", "期限", DATE), Column("phone", "电话", PHONE)))
    assert check(form, {"name": "甲", "due": "看情况"}).blocked == ("due",)
    assert check(form, {"due": "2023-04-03"}).blocked == ("name",)
    doubtful = check(form, {"name": "甲", "phone": "0533-78621"})
    assert (doubtful.blocked, doubtful.remarks["phone"].weight) == ((), "soon")


def test_a_stored_amount_is_checked_as_ten_thousand_yuan_not_as_fen() -> None:
    form = Form("f", "表", (Column("fine", "罚款（万元）", AMOUNT),))
    assert check_stored(form, {"fine": 2_000_000}).row["fine"] == 2_000_000


def test_tab_leaves_the_field_while_words_are_offered(qtbot: QtBot) -> None:
    made = editors.LineEditor(Column("town", "镇办", TEXT))
    qtbot.addWidget(made)
    made.set_suggestions(["柳溪镇", "石坪镇"])
    made.show()
    made.setFocus()
    heard: list[int] = []

    class Ear(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab:
                heard.append(event.key())
                return True
            return False

    ear = Ear()
    made.installEventFilter(ear)
    popup = made.completer().popup()
    assert popup is not None
    made.completer().complete()
    qtbot.waitUntil(popup.isVisible)
    qtbot.keyClick(popup, Qt.Key.Key_Tab)
    assert (len(heard), popup.isVisible()) == (1, False)
