"""Every key of a spreadsheet, pressed in the real grid of a register."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QItemSelection, QItemSelectionModel, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from services import drafts, enterprises, people
from services.store import Store
from tests.ui.registers import ALT, CONTROL, SHIFT, at, editor_text, focused, labels, opened, press, settle, texts, type_text
from ui.pages.enterprises import ENTERPRISES
from ui.pages.people import PEOPLE
from ui.pages.register import RegisterPage
from ui.tables.cell_look import LOOK
from ui.tables.paged_model import TYPE_HERE
from ui.tasks import SyncTasks

Key = Qt.Key


@pytest.fixture
def page(qtbot: QtBot, tasks_sync: SyncTasks, campaign_id: int) -> Iterator[RegisterPage]:
    made = opened(qtbot, tasks_sync, campaign_id, PEOPLE)
    made.desk.set_masks(on=False)
    yield made
    tasks_sync.settle_all()


@pytest.fixture
def firms(qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> Iterator[RegisterPage]:
    with store.write("建名录") as session:
        for number in range(4):
            enterprises.save(session, row={"name": f"岚桥区样例{number}厂", "state": "在业", "employees": 10 + number})
    made = opened(qtbot, tasks_sync, None, ENTERPRISES)
    made.desk.set_masks(on=False)
    yield made
    tasks_sync.settle_all()


def select(page: RegisterPage, rows: range, first: str, last: str = "") -> None:
    keys = page.register.form.keys
    page.grid.go_to_place(rows[0], keys.index(first))
    chosen = QItemSelection(page.model.index(rows[0], keys.index(first)), page.model.index(rows[-1], keys.index(last or first)))
    page.grid.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)


def test_typing_replaces_and_enter_goes_down(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    page.grid.go_to(1, "unit_position")
    type_text(page, "abc")
    assert editor_text(page) == "abc"
    press(page, Key.Key_Return)
    assert at(page) == (1, "unit_position")
    settle(qtbot, tasks_sync)
    assert texts(page, "unit_position")[0] == "abc"


def test_the_first_letter_typed_into_a_frozen_column_is_kept(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    page.grid.go_to(1, "name")
    type_text(page, "xyz")
    assert editor_text(page) == "xyz"
    editor = page.grid.indexWidget(page.grid.currentIndex())
    assert editor is not None
    assert editor.visibleRegion().boundingRect().width() > 40
    press(page, Key.Key_Return)
    settle(qtbot, tasks_sync)
    assert texts(page, "name")[0] == "xyz"


def test_a_word_of_an_input_method_opens_the_cell_and_is_kept(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    page.grid.go_to(2, "remark")
    type_text(page, "会开车")
    assert editor_text(page) == "会开车"
    press(page, Key.Key_Return)
    settle(qtbot, tasks_sync)
    assert texts(page, "remark")[1] == "会开车"


def test_enter_during_composition_stays_in_the_cell(page: RegisterPage) -> None:
    page.grid.go_to(2, "remark")
    press(page, Key.Key_F2)
    QCoreApplication.sendEvent(focused(page), QInputMethodEvent("hui", []))
    press(page, Key.Key_Return)
    assert editor_text(page) is not None
    assert at(page) == (1, "remark")
    event = QInputMethodEvent("", [])
    event.setCommitString("会")
    QCoreApplication.sendEvent(focused(page), event)
    assert editor_text(page) == "会"


def test_f2_appends_and_esc_restores(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    before = len(labels(store))
    page.grid.go_to(1, "cert_no")
    press(page, Key.Key_F2)
    type_text(page, "7")
    assert editor_text(page) == "990302000007"
    press(page, Key.Key_Escape)
    settle(qtbot, tasks_sync)
    assert (editor_text(page), texts(page, "cert_no")[0], len(labels(store))) == (None, "99030200000", before)


def test_enter_after_a_run_of_tabs_returns_to_where_the_run_began(page: RegisterPage) -> None:
    page.grid.go_to(1, "name")
    press(page, Key.Key_Tab, Key.Key_Tab, Key.Key_Tab)
    assert at(page) == (0, "phone")
    press(page, Key.Key_Return)
    assert at(page) == (1, "name")


def test_an_arrow_ends_a_run_of_tabs(page: RegisterPage) -> None:
    page.grid.go_to(1, "name")
    press(page, Key.Key_Tab, Key.Key_Right, Key.Key_Return)
    assert at(page) == (1, "cert_no")


def test_shift_turns_tab_and_enter_round(page: RegisterPage) -> None:
    page.grid.go_to(2, "cert_no")
    press(page, Key.Key_Tab, held=SHIFT)
    assert at(page) == (1, "unit_position")
    press(page, Key.Key_Return, held=SHIFT)
    assert at(page)[0] == 0


def test_tab_after_the_last_column_goes_on_in_the_next_row(page: RegisterPage) -> None:
    last = page.register.form.keys[-1]
    page.grid.go_to(1, last)
    press(page, Key.Key_Tab)
    assert at(page) == (1, page.register.form.keys[0])


def test_tab_commits_and_goes_right_without_an_editor(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    page.grid.go_to(1, "unit_position")
    type_text(page, "abc")
    press(page, Key.Key_Tab)
    assert (at(page), editor_text(page)) == ((0, "cert_no"), None)
    settle(qtbot, tasks_sync)
    assert texts(page, "unit_position")[0] == "abc"


def test_an_arrow_leaves_a_cell_that_is_typed_into_but_not_one_opened_by_f2(page: RegisterPage) -> None:
    page.grid.go_to(1, "unit_position")
    type_text(page, "abc")
    press(page, Key.Key_Down)
    assert (at(page), editor_text(page)) == ((1, "unit_position"), None)
    press(page, Key.Key_F2, Key.Key_Left)
    assert editor_text(page) is not None
    press(page, Key.Key_F2, Key.Key_Left)
    assert (at(page), editor_text(page)) == ((1, "name"), None)


def test_keys_go_round_inside_a_selected_block(page: RegisterPage) -> None:
    select(page, range(2), "unit_position", "cert_no")
    walked = []
    for _ in range(4):
        press(page, Key.Key_Tab)
        walked.append(at(page))
    assert walked == [(0, "cert_no"), (1, "unit_position"), (1, "cert_no"), (0, "unit_position")]
    press(page, Key.Key_Return)
    assert at(page) == (1, "unit_position")
    assert page.grid.area().cells == 4


def test_ctrl_enter_puts_what_was_typed_into_all_selected_cells(
    page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store
) -> None:
    select(page, range(3), "remark")
    type_text(page, "x1")
    press(page, Key.Key_Return, held=CONTROL)
    settle(qtbot, tasks_sync)
    assert texts(page, "remark") == ["x1"] * 3
    assert labels(store)[0] == "修改 3 人 备注"


def test_several_rows_are_changed_together_in_the_panel(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    select(page, range(2), "remark")
    press(page, Key.Key_Return, held=CONTROL)
    settle(qtbot, tasks_sync)
    assert page.panel.head.name.whole == "改选中的 2 人"
    type_text(page, "abc")
    press(page, Key.Key_Return, held=CONTROL)
    settle(qtbot, tasks_sync)
    assert texts(page, "remark") == ["abc", "abc", ""]


def test_a_date_is_read_as_the_office_writes_it(firms: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    firms.grid.show_column("checked_district", shown=True)
    for row, typed in enumerate(("4.12", "20230412")):
        firms.grid.go_to_place(row, firms.register.form.keys.index("checked_district"))
        type_text(firms, typed)
        press(firms, Key.Key_Return)
        settle(qtbot, tasks_sync)
    assert texts(firms, "checked_district")[:2] == ["2023-04-12"] * 2


def test_alt_down_opens_the_choices(firms: RegisterPage, qtbot: QtBot) -> None:
    firms.grid.go_to_place(0, firms.register.form.keys.index("state"))
    press(firms, Key.Key_Down, held=ALT)
    editor = firms.grid.indexWidget(firms.grid.currentIndex())
    assert isinstance(editor, QComboBox)
    qtbot.waitUntil(lambda: editor.view().isVisible())
    editor.hidePopup()


def test_a_choice_can_be_typed_by_input_method(firms: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    firms.grid.go_to_place(0, firms.register.form.keys.index("state"))
    type_text(firms, "停产")
    press(firms, Key.Key_Return)
    settle(qtbot, tasks_sync)
    assert texts(firms, "state")[0] == "停产"


def test_refused_text_stays_in_its_cell_in_red_until_it_is_mended(firms: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    column = firms.register.form.keys.index("checked_district")
    firms.grid.show_column("checked_district", shown=True)
    firms.grid.go_to_place(0, column)
    type_text(firms, "99.99")
    press(firms, Key.Key_Return)
    settle(qtbot, tasks_sync)
    look = firms.model.index(0, column).data(LOOK)
    assert (look.text, look.flag) == ("99.99", "bad")
    assert firms.status.left.text().startswith("没有写入")
    assert firms.model.index(0, column).data(Qt.ItemDataRole.ToolTipRole)
    press(firms, Key.Key_Up)
    press(firms, Key.Key_Escape)
    assert firms.model.index(0, column).data(LOOK).text == ""


def test_typing_goes_on_while_rows_come_anew(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    page.grid.go_to(1, "unit_position")
    type_text(page, "ab")
    with store.write("新增人员") as session:
        people.save(session, campaign_id=page.desk.campaign_id or 0, row={"name": "新来的"})
    settle(qtbot, tasks_sync)
    type_text(page, "c")
    assert editor_text(page) == "abc"
    assert page.model.count == 3
    press(page, Key.Key_Return)
    settle(qtbot, tasks_sync)
    assert page.model.count == 4
    assert "abc" in texts(page, "unit_position")


def test_a_row_typed_into_the_last_line_becomes_a_record(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    assert page.model.index(3, 0).data(LOOK).text == TYPE_HERE
    page.grid.go_to_place(3, page.register.form.keys.index("name"))
    for word in ("邵云飞", "石坪镇 科员"):
        type_text(page, word)
        press(page, Key.Key_Tab)
    assert page.model.count == 3
    press(page, Key.Key_Return)
    settle(qtbot, tasks_sync)
    assert "邵云飞" in texts(page, "name")
    assert labels(store)[0] == "新增人员 邵云飞"
    assert at(page) == (4, "name")
    assert page.model.index(4, 0).data(LOOK).hint


def test_a_last_line_without_its_key_is_kept_as_a_draft(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    page.grid.go_to_place(3, page.register.form.keys.index("unit_position"))
    type_text(page, "abc")
    press(page, Key.Key_Up)
    settle(qtbot, tasks_sync)
    assert page.model.count == 3
    assert "还没有保存" in page.status.left.text()
    assert page.model.index(3, page.register.form.keys.index("name")).data(LOOK).flag == "soon"
    qtbot.wait(700)
    settle(qtbot, tasks_sync)
    with store.read() as session:
        kept = drafts.find(session, place=drafts.Place(f"{PEOPLE.form.code}/grid", "secondment", campaign_id=page.desk.campaign_id))
    assert kept is not None
    assert kept.texts == {"unit_position": "abc"}


def test_delete_empties_and_ctrl_d_fills_and_ctrl_minus_bins(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    select(page, range(2), "cert_no")
    press(page, Key.Key_Delete)
    settle(qtbot, tasks_sync)
    assert texts(page, "cert_no")[:2] == ["", ""]
    select(page, range(3), "unit_position")
    press(page, Key.Key_D, held=CONTROL)
    settle(qtbot, tasks_sync)
    assert len(set(texts(page, "unit_position"))) == 1
    select(page, range(1), "name")
    press(page, Key.Key_Minus, held=CONTROL)
    settle(qtbot, tasks_sync)
    assert page.model.count == 2


def test_corners_are_reached_by_ctrl_home_and_end(page: RegisterPage) -> None:
    press(page, Key.Key_End, held=CONTROL)
    assert at(page) == (2, page.register.form.keys[-1])
    press(page, Key.Key_Home, held=CONTROL)
    assert at(page) == (0, page.register.form.keys[0])


def test_find_goes_to_the_box_and_back_to_the_rows(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    press(page, Key.Key_F, held=CONTROL)
    assert page.filters.find_box.hasFocus()
    type_text(page, "贺启航")
    press(page, Key.Key_Return)
    settle(qtbot, tasks_sync)
    assert texts(page, "name") == ["贺启航"]
    assert page.grid.hasFocus()
    press(page, Key.Key_F, held=CONTROL)
    press(page, Key.Key_Escape)
    settle(qtbot, tasks_sync)
    assert page.model.count == 3


def test_the_line_under_the_grid_counts_and_adds(firms: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    select(firms, range(3), "employees")
    qtbot.wait(200)
    settle(qtbot, tasks_sync)
    assert firms.status.right.text() == "选中 3 格　计数 3　合计 33"
    select(firms, range(2), "name", "employees")
    qtbot.wait(200)
    settle(qtbot, tasks_sync)
    assert "合计" not in firms.status.right.text()


def test_editors_are_named_for_screen_readers(page: RegisterPage) -> None:
    page.grid.go_to(1, "remark")
    press(page, Key.Key_F2)
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    assert editor.accessibleName() == "备注"


def test_a_jump_leaves_nothing_else_selected_while_ctrl_is_held(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    press(page, Qt.Key.Key_A, held=CONTROL)
    assert len(page.grid.selected_ids()) == 3
    press(page, Qt.Key.Key_Home, held=CONTROL)
    press(page, Qt.Key.Key_Down, held=SHIFT)
    assert len(page.grid.selected_ids()) == 2
    settle(qtbot, tasks_sync)


def test_digits_typed_into_cells_belong_to_the_run_of_tabs(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    page.grid.go_to_place(0, page.register.form.keys.index("name"))
    press(page, Qt.Key.Key_Tab)
    type_text(page, "99")
    press(page, Qt.Key.Key_Tab)
    type_text(page, "77")
    press(page, Qt.Key.Key_Return)
    assert at(page) == (1, "name")
    settle(qtbot, tasks_sync)
