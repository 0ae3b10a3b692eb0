"""The record panel beside the grid, and over it where both have no room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from services.store import Store
from tests import make
from tests.ui.registers import opened, press, settle, type_text
from ui import sheet
from ui.pages.people import PEOPLE
from ui.pages.register import RegisterPage
from ui.tasks import SyncTasks


@pytest.fixture
def campaign(store: Store) -> int:
    with store.write("准备") as session:
        number = make.campaign(session)
        for name, cert in (("周砚秋", "99030200001"), ("何志远", "99030200002"), ("康立群", "99030200003")):
            make.person(session, number, name, cert_no=cert, phone=f"1990000{cert[-4:]}")
    return number


@pytest.fixture
def large_text(qapp: QApplication) -> Iterator[None]:
    sheet.apply(qapp, "light", scale=1.5)
    yield
    sheet.apply(qapp, "light")


def open_first(qtbot: QtBot, tasks_sync: SyncTasks, page: RegisterPage) -> None:
    page.grid.go_to_place(0, 1)
    press(page, Qt.Key.Key_Enter, held=Qt.KeyboardModifier.ControlModifier)
    if page.panel.isHidden():
        page.open_record(page.model.id_at(0) or 0)
    settle(qtbot, tasks_sync)
    assert not page.panel.isHidden()


def holds_focus(page: RegisterPage) -> bool:
    focus = QApplication.focusWidget()
    return focus is not None and page.panel.isAncestorOf(focus)


def test_at_100_per_cent_the_panel_stands_beside_a_grid_that_keeps_its_room(qtbot: QtBot, tasks_sync: SyncTasks, campaign: int) -> None:
    page = opened(qtbot, tasks_sync, campaign, PEOPLE)
    open_first(qtbot, tasks_sync, page)
    assert not page.bay.floats
    assert page.bay.work.width() >= 520
    assert page.bay.work.geometry().right() <= page.panel.mapTo(page.bay, page.panel.rect().topLeft()).x()


@pytest.mark.usefixtures("large_text")
def test_at_150_per_cent_the_panel_lies_over_the_grid_and_esc_gives_the_focus_back(
    qtbot: QtBot, tasks_sync: SyncTasks, campaign: int
) -> None:
    page = opened(qtbot, tasks_sync, campaign, PEOPLE)
    whole = page.grid.width()
    open_first(qtbot, tasks_sync, page)
    assert page.bay.floats
    assert page.grid.width() == whole, "the grid is not squeezed"
    assert page.panel.geometry().right() == page.bay.rect().right()
    press(page, Qt.Key.Key_Escape)
    assert page.panel.isHidden()
    assert page.grid.hasFocus()
    assert (page.grid.currentIndex().row(), page.grid.currentIndex().column()) == (0, 1)


@pytest.mark.usefixtures("large_text")
def test_esc_in_the_grid_puts_a_floating_panel_away(qtbot: QtBot, tasks_sync: SyncTasks, campaign: int) -> None:
    page = opened(qtbot, tasks_sync, campaign, PEOPLE)
    open_first(qtbot, tasks_sync, page)
    page.grid.setFocus()
    press(page, Qt.Key.Key_Escape)
    assert page.panel.isHidden()
    assert page.grid.hasFocus()


@pytest.mark.usefixtures("large_text")
def test_esc_asks_once_before_it_throws_typing_away(qtbot: QtBot, tasks_sync: SyncTasks, campaign: int) -> None:
    page = opened(qtbot, tasks_sync, campaign, PEOPLE)
    open_first(qtbot, tasks_sync, page)
    page.panel.boxes["remark"].take_focus()
    type_text(page, "abc")
    press(page, Qt.Key.Key_Escape)
    assert not page.panel.isHidden()
    assert "还没保存" in page.panel.head.origin.text()
    press(page, Qt.Key.Key_Escape)
    assert page.panel.isHidden()


def test_a_window_made_narrow_lets_the_panel_float_and_keeps_focus_and_typing(qtbot: QtBot, tasks_sync: SyncTasks, campaign: int) -> None:
    page = opened(qtbot, tasks_sync, campaign, PEOPLE)
    open_first(qtbot, tasks_sync, page)
    page.panel.boxes["remark"].take_focus()
    type_text(page, "abc")
    page.resize(800, 620)
    settle(qtbot, tasks_sync)
    assert page.bay.floats
    assert not page.panel.isHidden()
    assert page.panel.raw()["remark"] == "abc"
    assert holds_focus(page)
    page.resize(1202, 620)
    settle(qtbot, tasks_sync)
    assert not page.bay.floats
    assert page.panel.raw()["remark"] == "abc"
    assert holds_focus(page)
    assert page.bay.work.width() >= 520
