"""Letters typed on a row that is still on its way are not lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from services.store import Store
from tests import make
from tests.ui.registers import CONTROL, opened, press, settle, texts, type_text
from ui.pages.people import PEOPLE
from ui.pages.register import RegisterPage
from ui.tables.held_keys import HeldKeys
from ui.tasks import SyncTasks

MANY = 700


@pytest.fixture
def page(qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> Iterator[RegisterPage]:
    """Return a register of more rows than are kept, at its end."""
    with store.write("名单") as session:
        campaign = make.campaign(session)
        rows = [{"unit": "柳溪镇", "name": f"样例{number}", "cert_no": f"99030{number:05d}"} for number in range(MANY)]
        assert PEOPLE.save_many is not None
        PEOPLE.save_many(session, campaign_id=campaign, rows=rows)
    made = opened(qtbot, tasks_sync, campaign, PEOPLE)
    made.desk.set_masks(on=False)
    settle(qtbot, tasks_sync)
    yield made
    tasks_sync.settle_all()


def held(page: RegisterPage) -> HeldKeys:
    found = page.grid.findChild(HeldKeys)
    assert found is not None
    return found


def jump(page: RegisterPage) -> None:
    """Go to the last record; nothing is fetched before the next turn."""
    press(page, Qt.Key.Key_Home, held=CONTROL)
    press(page, Qt.Key.Key_End, held=CONTROL)
    assert page.model.waits(page.grid.currentIndex().row())


@pytest.mark.parametrize("word", ["可带队", "OK"])
def test_what_is_typed_right_after_a_jump_arrives_in_the_cell(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, word: str) -> None:
    jump(page)
    type_text(page, word)
    press(page, Qt.Key.Key_Return)
    assert len(held(page).held) == (len(word) if word.isascii() else 1) + 1
    settle(qtbot, tasks_sync)
    qtbot.waitUntil(lambda: not held(page).held)
    settle(qtbot, tasks_sync)
    assert texts(page, "remark")[-1] == word


def test_keys_that_type_nothing_go_on_at_once(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    jump(page)
    press(page, Qt.Key.Key_Up)
    assert page.grid.currentIndex().row() == MANY - 2
    assert held(page).held == []
    QTest.keyClick(page.grid, Qt.Key.Key_C, CONTROL)
    settle(qtbot, tasks_sync)
    assert held(page).held == []
