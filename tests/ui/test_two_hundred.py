"""Two hundred people by real keys in the real window, without the mouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QTabBar
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select

from models import Group, GroupMember, Person, Secondment
from services import migrate, settings, undoing
from services.store import Store
from tests import make
from tests.ui.hands import CONTROL, KEY, PATIENCE_MS, SHIFT
from tests.ui.hands import Hands as AnyHands
from ui import app as application
from ui.pages.paste_preview import PastePreview
from ui.pages.people_page import PeoplePage

BY_GRID, BY_PANEL, BY_PASTE = 120, 20, 60
SURNAMES, GIVEN, LAST = "周贺丁祁邵倪殷华路卞", "砚启海若云可志清远静", "秋航波楠飞心勇扬"
TOWNS = ("柳溪镇", "石坪镇")


def name_of(number: int) -> str:
    return SURNAMES[number % 10] + GIVEN[number // 10 % 10] + LAST[number // 100]


def facts_of(number: int) -> tuple[str, ...]:
    """Return what is typed of a person, in the order of the columns."""
    town = TOWNS[number % 2]
    return town, name_of(number), f"{town}安环办科员", f"990302{number:05d}", f"199000{number:05d}"


class Hands(AnyHands):
    """Hands at 人员抽调."""

    @property
    def page(self) -> PeoplePage:
        page = self.window.page("people")
        assert isinstance(page, PeoplePage)
        return page


@pytest.fixture
def folder(store: Store) -> Path:
    """Return a closed data folder: an operator, a campaign, one group."""
    with store.write("登记操作人") as session:
        settings.save(session, settings=settings.Settings(office="岚桥区应急管理局", operator="周启明"))
    with store.write("建立专项行动") as session:
        make.group(session, make.campaign(session), officers=())
    store.close()
    return store.folder.root


@pytest.fixture
def hands(qtbot: QtBot, folder: Path) -> Iterator[Hands]:
    """Return hands on the open window, at 人员抽调."""
    QSettings().clear()
    window = application.open_window(folder)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    qtbot.waitUntil(lambda: window.stack.count() > 0, timeout=PATIENCE_MS)
    made = Hands(qtbot, window)
    made.quiet()
    made.press(KEY.Key_2, held=CONTROL)
    made.quiet()
    yield made
    window.close()
    window.deleteLater()


def enter(hands: Hands) -> None:
    """Type the first people into the grid, the next into the panel, paste the rest."""
    page = hands.page
    hands.press(KEY.Key_N, held=CONTROL)  # the page is still empty: the first one opens the panel
    for number in range(BY_PANEL):
        hands.until(lambda: page.panel.isAncestorOf(hands.focus))
        for text in facts_of(number):
            hands.type(text)
            hands.press(KEY.Key_Return)
        hands.press(KEY.Key_Return, held=CONTROL)
        hands.until(lambda n=number: page.model.count == n + 1)  # type: ignore[misc]  # mypy knows no default of a lambda
        hands.quiet()
    hands.press(KEY.Key_Escape)
    assert hands.focus is page.grid
    hands.go_to_new_row()
    for number in range(BY_PANEL, BY_PANEL + BY_GRID):
        for place, text in enumerate(facts_of(number)):
            hands.type(text)
            hands.press(KEY.Key_Return if place == 4 else KEY.Key_Tab)
        hands.until(lambda n=number: page.model.count == n + 1)  # type: ignore[misc]
    hands.quiet()
    block = "\n".join("\t".join(facts_of(number)) for number in range(BY_PANEL + BY_GRID, 200))
    QGuiApplication.clipboard().setText(block)
    hands.go_to_new_row()
    hands.press(KEY.Key_V, held=CONTROL)
    hands.until(lambda: isinstance(QApplication.activeModalWidget(), PastePreview))
    preview = QApplication.activeModalWidget()
    assert isinstance(preview, PastePreview)
    assert preview.plan.smooth
    hands.press(KEY.Key_Return)
    hands.until(lambda: page.model.count == 200)
    hands.quiet()


def people(folder: Path) -> dict[str, tuple[str | None, ...]]:
    with migrate.open_store(folder, operator="核对") as store, store.read() as session:
        query = (
            select(Person.name, Person.cert_no, Person.phone, Secondment.unit_position, Secondment.remark)
            .join(Secondment, Secondment.person_id == Person.id)
            .where(Secondment.deleted_at.is_(None))
        )
        return {row[0]: tuple(row[1:]) for row in session.execute(query)}


def ten_to_the_bin_and_three_back(hands: Hands) -> None:
    page = hands.page
    hands.press(KEY.Key_Home, held=CONTROL)
    hands.press(*[KEY.Key_Down] * 9, held=SHIFT)
    hands.press(KEY.Key_Minus, held=CONTROL)
    hands.until(lambda: page.model.count == 90)
    hands.quiet()
    hands.press(KEY.Key_F, held=CONTROL)
    hands.press_until(lambda: isinstance(hands.focus, QTabBar), KEY.Key_Tab, held=SHIFT)
    hands.press_until(lambda: page.filters.in_bin, KEY.Key_Right)
    hands.until(lambda: page.model.count == 10)
    hands.quiet()
    hands.press_until(lambda: hands.focus is page.grid, KEY.Key_Tab)
    hands.press(KEY.Key_Home, held=CONTROL)
    hands.press(*[KEY.Key_Down] * 2, held=SHIFT)
    hands.press(KEY.Key_Plus, held=CONTROL)
    hands.until(lambda: page.model.count == 7)
    hands.quiet()


@pytest.mark.slow
@pytest.mark.qt_log_ignore("Keyboard event not accepted")  # a key that only moves the focus on is accepted by nobody
def test_two_hundred_people_are_entered_mended_found_filtered_assigned_undone_and_restored_by_keys_alone(
    hands: Hands, folder: Path
) -> None:
    page, window = hands.page, hands.window
    enter(hands)

    # found and mended in place
    hands.find(name_of(77))
    assert page.model.count == 1
    hands.press(KEY.Key_Home)
    hands.press(*[KEY.Key_Right] * 7)
    hands.type("可带队")
    hands.press(KEY.Key_Return)
    hands.quiet()
    hands.show_all()
    assert page.model.count == 200

    # filtered by a column, all of it put into a group
    hands.press(KEY.Key_Home)
    hands.press(KEY.Key_L, held=CONTROL | SHIFT)
    hands.quiet()
    hands.type(TOWNS[1])
    hands.press(KEY.Key_Return)
    hands.quiet()
    assert page.model.count == 100
    hands.press(KEY.Key_A, held=CONTROL)
    hands.press(KEY.Key_G, held=CONTROL)
    assert isinstance(hands.focus, QMenu)
    hands.press(KEY.Key_1)
    hands.until(lambda: window.status.undo.text().startswith("撤销：编入"))
    hands.quiet()

    # one step back, and again
    hands.press(KEY.Key_Z, held=CONTROL)
    hands.quiet()
    assert "新增" in window.status.undo.text() or "修改" in window.status.undo.text()
    hands.press(KEY.Key_Y, held=CONTROL)
    hands.quiet()
    assert window.status.undo.text().startswith("撤销：编入")

    ten_to_the_bin_and_three_back(hands)

    window.close()
    found = people(folder)
    assert len(found) == 193
    for number in (0, BY_PANEL, 77, 150, 198):
        _town, name, position, cert, phone = facts_of(number)
        assert found[name][:3] == (cert, phone, position)
    assert found[name_of(77)][3] == "可带队"
    with migrate.open_store(folder, operator="核对") as store, store.read() as session:
        grouped = select(func.count(GroupMember.id)).join(Group).where(GroupMember.deleted_at.is_(None), GroupMember.role != "组长")
        assert (session.scalar(grouped) or 0) >= 93
        undoing.verify(session)
