"""Two hundred people by real keys in the real window, without the mouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QTabBar
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select

from models import Group, GroupMember, Person, Secondment
from services import migrate, settings, undoing
from services.store import Store
from tests import make
from tests.ui.hands import CONTROL, KEY, SHIFT, at_window
from tests.ui.hands import Hands as AnyHands
from ui.pages.paste_preview import PastePreview
from ui.pages.people_page import PeoplePage

BY_GRID, BY_PANEL, BY_PASTE = 120, 20, 60
POSITION, GROUP, REMARK = 2, 5, 7
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
    """Return a closed data folder: an operator, a campaign, two groups."""
    with store.write("登记操作人") as session:
        settings.save(session, settings=settings.Settings(office="岚桥区应急管理局", operator="周启明"))
    with store.write("建立专项行动") as session:
        campaign = make.campaign(session)
        make.group(session, campaign, officers=())
        make.group(session, campaign, "第二检查组", leader="丁海澜", officers=())
    store.close()
    return store.folder.root


@pytest.fixture
def hands(qtbot: QtBot, folder: Path) -> Iterator[Hands]:
    """Return hands on the open window, at 人员抽调."""
    with at_window(qtbot, folder) as opened:
        made = Hands(qtbot, opened.window)
        made.press(KEY.Key_2, held=CONTROL)
        made.quiet()
        yield made


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
        hands.until(lambda n=number: page.model.count == n + 1)  # type: ignore[misc]  # mypy knows no default of a lambda
    hands.quiet()
    block = "\n".join("\t".join(facts_of(number)) for number in range(BY_PANEL + BY_GRID, 200))
    QGuiApplication.clipboard().setText(block)
    hands.go_to_new_row()
    hands.press(KEY.Key_V, held=CONTROL)
    agree(hands)
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


def whole_column(hands: Hands, steps: int) -> None:
    """Select a column of all rows, so many steps from the first."""
    hands.press(KEY.Key_Home, held=CONTROL)
    hands.press(*[KEY.Key_Right] * steps)
    hands.press(*[KEY.Key_PageDown] * 15, held=SHIFT)
    hands.until(lambda: hands.page.grid.area().cells == 200)


def agree(hands: Hands) -> None:
    """Look at what would be written, and take it with Enter."""
    hands.until(lambda: isinstance(QApplication.activeModalWidget(), PastePreview))
    preview = QApplication.activeModalWidget()
    assert isinstance(preview, PastePreview)
    assert preview.plan.smooth
    hands.press(KEY.Key_Return)
    hands.until(lambda: not isinstance(QApplication.activeModalWidget(), PastePreview))
    hands.quiet()


def remarks(hands: Hands) -> set[str]:
    """Return what stands in 备注, of all rows."""
    with hands.window.tasks.store.read() as session:
        return {text or "" for text in session.scalars(select(Secondment.remark).where(Secondment.deleted_at.is_(None)))}


def mend_two_hundred(hands: Hands) -> None:
    """Fill one remark down to all, paste a column of 200 over it, and take that back."""
    hands.press(KEY.Key_Home, held=CONTROL)
    hands.press(*[KEY.Key_Right] * REMARK)
    hands.type("可带队")
    hands.press(KEY.Key_Return)
    hands.quiet()
    whole_column(hands, REMARK)
    hands.press(KEY.Key_D, held=CONTROL)
    agree(hands)
    assert remarks(hands) == {"可带队"}
    whole_column(hands, POSITION)
    hands.press(KEY.Key_C, held=CONTROL)
    hands.until(lambda: QGuiApplication.clipboard().text().count("\n") == 199)
    whole_column(hands, REMARK)
    hands.press(KEY.Key_V, held=CONTROL)
    agree(hands)
    assert remarks(hands) == {facts_of(0)[2], facts_of(1)[2]}
    hands.press(KEY.Key_Z, held=CONTROL)
    hands.quiet()
    assert remarks(hands) == {"可带队"}


def a_wrong_cell_is_mended(hands: Hands, name: str) -> None:
    """Empty a name, which is refused and stays red, and type it anew."""
    page = hands.page
    hands.press(KEY.Key_Home)
    hands.press(KEY.Key_Right, KEY.Key_F2)
    hands.press(KEY.Key_A, held=CONTROL)
    hands.press(KEY.Key_Delete, KEY.Key_Return)
    hands.quiet()
    assert "没有写入" in page.status.left.text()
    assert len(page.model.typing.refused) == 1
    hands.press(KEY.Key_Home, held=CONTROL)
    hands.press(KEY.Key_Right)
    hands.type(name)
    hands.press(KEY.Key_Return)
    hands.quiet()
    assert not page.model.typing.refused


def sort_by_name(hands: Hands) -> None:
    """Order the rows with the box of the column, and as before."""
    page = hands.page
    for word, first in (("升序", min), ("降序", max)):
        hands.press(KEY.Key_Home, held=CONTROL)
        hands.press(KEY.Key_Right)
        hands.press(KEY.Key_L, held=CONTROL | SHIFT)
        hands.quiet()
        hands.press_until(lambda w=word: getattr(hands.focus, "text", str)().startswith(w), KEY.Key_Tab)  # type: ignore[misc]  # mypy knows no default of a lambda
        hands.press(KEY.Key_Space)
        hands.quiet()
        hands.until(lambda f=first: page.model.text_at(0, 1) == f(name_of(number) for number in range(200)))  # type: ignore[misc]  # mypy knows no default of a lambda


def assign(hands: Hands, town: str, group: Qt.Key) -> None:
    """Filter by a town and put all of its people into a group."""
    hands.press(KEY.Key_Home)
    hands.press(KEY.Key_L, held=CONTROL | SHIFT)
    hands.quiet()
    hands.type(town)
    hands.press(KEY.Key_Return)
    hands.quiet()
    assert hands.page.model.count == 100
    hands.press(KEY.Key_A, held=CONTROL)
    hands.press(KEY.Key_G, held=CONTROL)
    assert isinstance(hands.focus, QMenu)
    hands.press(group)
    hands.until(lambda: hands.window.status.undo.text().startswith("撤销：编入"))
    hands.quiet()


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

    # all of them mended at once, by filling and by a block from the clipboard
    mend_two_hundred(hands)

    # found, and mended in place
    hands.find(name_of(77))
    assert page.model.count == 1
    a_wrong_cell_is_mended(hands, name_of(77))
    hands.press(KEY.Key_Home)
    hands.press(*[KEY.Key_Right] * REMARK)
    hands.type("会计专业")
    hands.press(KEY.Key_Return)
    hands.quiet()
    hands.press(KEY.Key_F, held=CONTROL)
    hands.press(KEY.Key_Escape)
    hands.quiet()
    assert page.model.count == 200
    sort_by_name(hands)

    # filtered by a column, all two hundred put into groups
    assign(hands, TOWNS[0], KEY.Key_2)
    hands.press(KEY.Key_F, held=CONTROL)
    hands.press_until(lambda: getattr(hands.focus, "accessibleName", str)().startswith("去掉筛选"), KEY.Key_Tab, held=SHIFT)
    hands.press(KEY.Key_Space)
    hands.quiet()
    assert page.model.count == 200
    hands.press(KEY.Key_F, held=CONTROL)
    hands.press(KEY.Key_Return)
    assign(hands, TOWNS[1], KEY.Key_1)

    # one step back, and again
    hands.press(KEY.Key_Z, held=CONTROL)
    hands.quiet()
    assert page.model.text_at(0, GROUP) == ""
    hands.press(KEY.Key_Y, held=CONTROL)
    hands.quiet()
    assert window.status.undo.text().startswith("撤销：编入")
    assert page.model.text_at(0, GROUP) == "第一检查组"

    ten_to_the_bin_and_three_back(hands)

    window.close()
    found = people(folder)
    assert len(found) == 193
    for number in (0, BY_PANEL, 77, 150, 198):
        _town, name, position, cert, phone = facts_of(number)
        assert found[name][:3] == (cert, phone, position)
    assert found[name_of(77)][3] == "会计专业"
    assert {facts[3] for name, facts in found.items() if name != name_of(77)} == {"可带队"}
    with migrate.open_store(folder, operator="核对") as store, store.read() as session:
        grouped = select(func.count(GroupMember.id)).join(Group).where(GroupMember.deleted_at.is_(None), GroupMember.role != "组长")
        lent = select(Secondment.person_id).where(Secondment.deleted_at.is_(None))
        assert session.scalar(grouped.where(GroupMember.person_id.in_(lent))) == 193
        undoing.verify(session)
