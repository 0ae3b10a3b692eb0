"""Filters of columns, own views, the choice of columns and the bin, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from models.forms import Row
from services import enterprises
from services.store import Store
from tests.ui.registers import ALT, CONTROL, SHIFT, focused, opened, press, settle, texts, type_text
from ui.pages.column_chooser import ColumnChooser
from ui.pages.column_filter import ColumnFilter
from ui.pages.enterprises import ENTERPRISES
from ui.pages.page import Desk
from ui.pages.people import PEOPLE
from ui.pages.register import RegisterPage
from ui.tasks import SyncTasks

Key = Qt.Key


@pytest.fixture
def firms(qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> Iterator[RegisterPage]:
    with store.write("建名录") as session:
        for number in range(6):
            row: Row = {
                "name": f"岚桥区样例{number}厂",
                "town": ("柳溪镇", "石坪镇", None)[number % 3],
                "employees": 10 * number,
                "state": "在业",
            }
            enterprises.save(session, row=row)
    made = opened(qtbot, tasks_sync, None, ENTERPRISES)
    yield made
    tasks_sync.settle_all()


def open_filter(page: RegisterPage, key: str, qtbot: QtBot, tasks: SyncTasks) -> ColumnFilter:
    page.grid.setFocus()
    page.grid.go_to_place(0, page.register.form.keys.index(key))
    press(page, Key.Key_L, held=CONTROL | SHIFT)
    settle(qtbot, tasks)
    popup = page.narrowing.popup
    assert isinstance(popup, ColumnFilter)
    return popup


def test_a_column_is_filtered_by_one_of_its_values(firms: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    popup = open_filter(firms, "town", qtbot, tasks_sync)
    assert [popup.values.item(row).text() for row in range(3)] == ["（空）　2", "柳溪镇　2", "石坪镇　2"]
    press(firms, Key.Key_Down, Key.Key_Down)
    QTest.keyClick(popup.values, Key.Key_Space)
    QTest.keyClick(popup.values, Key.Key_Return)
    settle(qtbot, tasks_sync)
    assert set(texts(firms, "town")) == {"柳溪镇"}
    assert firms.filters.own_filters["town"][0] == "柳溪镇"
    assert firms.status.left.text() == "符合 2 家，共 6 家"
    chip = next(button for button in firms.filters.findChildren(QPushButton) if "柳溪镇" in button.text())
    assert chip.text().endswith("柳溪镇　✕")
    QTest.keyClick(chip, Key.Key_Space)
    settle(qtbot, tasks_sync)
    assert firms.model.count == 6


def test_a_column_is_filtered_by_words(firms: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    open_filter(firms, "name", qtbot, tasks_sync)
    type_text(firms, "样例4")
    press(firms, Key.Key_Return)
    settle(qtbot, tasks_sync)
    assert texts(firms, "name") == ["岚桥区样例4厂"]
    assert firms.grid.hasFocus()


def test_a_column_of_numbers_is_filtered_by_a_range(firms: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    open_filter(firms, "employees", qtbot, tasks_sync)
    type_text(firms, "20")
    press(firms, Key.Key_Tab)
    type_text(firms, "40")
    press(firms, Key.Key_Return)
    settle(qtbot, tasks_sync)
    assert texts(firms, "employees") == ["20", "30", "40"]
    assert firms.narrowing.popup is None


def test_a_bound_that_cannot_be_read_is_said_and_nothing_is_filtered(firms: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    popup = open_filter(firms, "employees", qtbot, tasks_sync)
    type_text(firms, "abc")
    press(firms, Key.Key_Return)
    settle(qtbot, tasks_sync)
    assert popup.remark.isVisible()
    assert firms.model.count == 6


def test_empty_cells_are_found(firms: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    popup = open_filter(firms, "town", qtbot, tasks_sync)
    next(button for button in popup.findChildren(QPushButton) if button.text() == "只看空的").click()
    settle(qtbot, tasks_sync)
    assert firms.model.count == 2
    assert firms.filters.own_filters["town"][1].endswith("空")


def test_esc_closes_a_filter_and_gives_the_focus_back(firms: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    open_filter(firms, "town", qtbot, tasks_sync)
    press(firms, Key.Key_Escape)
    assert firms.narrowing.popup is None
    assert firms.grid.hasFocus()


def test_what_is_in_force_becomes_a_view_of_ones_own(firms: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    firms.filters.set_filter("town", ("柳溪镇", None), "镇街：柳溪镇、（空）")
    settle(qtbot, tasks_sync)
    QTest.keyClick(firms.filters.keep_button, Key.Key_Space)
    popup = firms.narrowing.popup
    assert popup is not None
    line = popup.findChild(QLineEdit)
    assert line is not None
    line.setText("柳溪的")
    QTest.keyClick(line, Key.Key_Return)
    settle(qtbot, tasks_sync)
    assert firms.filters.view.title == "柳溪的"
    assert firms.model.count == 4
    again = RegisterPage(Desk(tasks_sync, tasks_sync), ENTERPRISES)
    qtbot.addWidget(again)
    assert [view.title for view in again.filters.views if view.own] == ["柳溪的"]
    assert again.filters.views[-1].filters == {"town": ("柳溪镇", None)}


def test_ones_own_view_goes_by_key_and_no_other_does(firms: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    firms.filters.set_filter("town", "柳溪镇", "镇街：柳溪镇")
    firms.narrowing.ask_name()
    popup = firms.narrowing.popup
    assert popup is not None
    type_text(firms, "柳溪的")
    press(firms, Key.Key_Return)
    settle(qtbot, tasks_sync)
    tabs = firms.filters.tabs
    assert tabs.focusPolicy() & Qt.FocusPolicy.TabFocus
    QTest.keyClick(tabs, Key.Key_Delete)
    settle(qtbot, tasks_sync)
    assert not [view for view in firms.filters.views if view.own]
    assert firms.model.count == 6
    before = len(firms.filters.views)
    QTest.keyClick(tabs, Key.Key_Delete)
    assert len(firms.filters.views) == before, "the views of the register stay"


def test_the_menu_of_filters_opens_by_space_at_its_first_column(firms: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    button = firms.filters.filter_button
    button.setFocus()
    QTest.keyClick(button, Key.Key_Space)
    menu = button.menu()
    assert menu.isVisible()
    assert menu.activeAction() is menu.actions()[0]
    QTest.keyClick(menu, Key.Key_Escape)
    assert not menu.isVisible()
    QTest.keyClick(button, Key.Key_Space)
    QTest.keyClick(menu, Key.Key_Down)
    QTest.keyClick(menu, Key.Key_Return)
    settle(qtbot, tasks_sync)
    popup = firms.narrowing.popup
    assert isinstance(popup, ColumnFilter)
    assert popup.accessibleName().endswith(menu.actions()[1].text())


def test_columns_are_found_hidden_and_moved_and_it_is_remembered(firms: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    QTest.mouseClick(firms.filters.columns_button, Qt.MouseButton.LeftButton)
    chooser = firms.narrowing.popup
    assert isinstance(chooser, ColumnChooser)
    keys = firms.register.form.keys
    place = keys.index("town")
    press(firms, Key.Key_Down)
    chooser.listed.setCurrentRow(place)
    QTest.keyClick(chooser.listed, Key.Key_Down, ALT)
    QTest.keyClick(chooser.listed, Key.Key_Space)
    press(firms, Key.Key_Escape)
    assert firms.grid.isColumnHidden(place)
    again = RegisterPage(Desk(tasks_sync, tasks_sync), ENTERPRISES)
    qtbot.addWidget(again)
    assert again.grid.isColumnHidden(place)
    assert again.grid.horizontalHeader().visualIndex(place) == place + 1
    again.grid.rearrange()
    assert not again.grid.isColumnHidden(place)
    assert again.grid.horizontalHeader().visualIndex(place) == place
    assert [again.grid.isColumnHidden(keys.index(key)) for key in ENTERPRISES.hidden] == [True] * len(ENTERPRISES.hidden)


def test_an_arrangement_that_cannot_be_read_is_forgotten(qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    QSettings().setValue("grid/enterprises", ["1", "2"])
    QSettings().setValue("views/enterprises", "{")
    made = RegisterPage(Desk(tasks_sync, tasks_sync), ENTERPRISES)
    qtbot.addWidget(made)
    assert made.grid.columnWidth(0) > 0
    QSettings().clear()


def test_a_filter_shows_a_funnel_in_its_head(firms: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    head = firms.grid.horizontalHeader()
    firms.filters.set_filter("town", "柳溪镇", "镇街：柳溪镇")
    settle(qtbot, tasks_sync)
    assert head.filtered == {firms.register.form.keys.index("town")}  # type: ignore[attr-defined]


def test_what_lies_in_the_bin_is_looked_at_and_comes_back(qtbot: QtBot, tasks_sync: SyncTasks, campaign_id: int) -> None:
    page = opened(qtbot, tasks_sync, campaign_id, PEOPLE)
    page.grid.go_to(2, "name")
    press(page, Key.Key_Minus, held=CONTROL)
    settle(qtbot, tasks_sync)
    assert texts(page, "name") == ["周砚秋", "丁海波"]
    assert page.filters.tabs.isTabVisible(page.filters.tabs.count() - 1)
    page.filters.tabs.setCurrentIndex(page.filters.tabs.count() - 1)
    settle(qtbot, tasks_sync)
    assert texts(page, "name") == ["贺启航"]
    page.grid.setFocus()
    page.grid.go_to(2, "name")
    type_text(page, "x")
    assert page.grid.indexWidget(page.grid.currentIndex()) is None
    press(page, Key.Key_Plus, held=CONTROL)
    settle(qtbot, tasks_sync)
    assert page.filters.tabs.currentIndex() == 0
    assert texts(page, "name") == ["周砚秋", "贺启航", "丁海波"]
    assert page.grid.writable
    assert focused(page) is not None
