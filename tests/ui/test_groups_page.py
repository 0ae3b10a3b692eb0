"""检查分组 in the real window: a group with people does not go silently."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from models.annexes import PLAN_KINDS
from services import clock, equipment, groups, inspections, listing, settings, undoing, visiting
from services.store import Store
from tests import make
from tests.ui.hands import CONTROL, KEY, Hands, at_window
from ui.errors import TroubleDialog
from ui.forms.form_dialog import FormDialog
from ui.pages.groups_page import GroupsPage

DAY = date(2023, 4, 20)
FIRMS = ("岚桥区瑞丰纺织有限公司", "岚桥区恒达机械厂", "双汊新宇建材有限公司")


@pytest.fixture
def office(store: Store) -> Iterator[Store]:
    """Return an office with a group that has all sorts of things, and one that has nothing."""
    clock.set_demo_date(DAY)
    with store.write("登记操作人") as session:
        settings.save(session, settings=settings.Settings(office="岚桥区应急管理局", operator="周启明"))
    with store.write("准备") as session:
        campaign = make.campaign(session)
        group = make.group(session, campaign, officers=("周砚秋", "贺启航"))
        row = dict.fromkeys(groups.LISTING.form.keys)
        groups.save(session, campaign_id=campaign, row={**row, "name": "第九检查组"})
        firms = [make.enterprise(session, name, credit_code=None) for name in FIRMS]
        visiting.assign(session, campaign_id=campaign, group_id=group, enterprise_ids=firms, kind=PLAN_KINDS[0], planned_on=DAY)
        make.visit(session, campaign, FIRMS[0], checked_on=DAY)
        kit = dict.fromkeys(equipment.LISTING.form.keys)
        equipment.save(session, campaign_id=campaign, row={**kit, "kind": "执法记录仪", "group": "第一检查组", "count": 1})
    yield store
    clock.set_demo_date(None)


@pytest.fixture
def hands(qtbot: QtBot, office: Store) -> Iterator[Hands]:
    """Return hands on the open window, at 检查分组, in the rows."""
    office.close()
    with at_window(qtbot, office.folder.root) as made:
        made.press(KEY.Key_3, held=CONTROL)  # the focus goes along, into the rows
        made.quiet()
        yield made


def page_of(hands: Hands) -> GroupsPage:
    page = hands.window.page("groups")
    assert isinstance(page, GroupsPage)
    return page


def asked() -> TroubleDialog | None:
    found = QApplication.activeModalWidget()
    return found if isinstance(found, TroubleDialog) else None


@pytest.mark.qt_log_ignore("Keyboard event not accepted")
def test_a_group_with_people_and_visits_says_what_hangs_on_it_before_it_goes(hands: Hands) -> None:
    page = page_of(hands)
    assert page.grid.current_id() is not None
    hands.press(KEY.Key_Minus, held=CONTROL)
    hands.until(lambda: asked() is not None)
    dialog = asked()
    assert dialog is not None
    people = len(groups_members(page))
    assert dialog.trouble.title == "删除“第一检查组”？"
    assert dialog.trouble.why == f"它名下有 {people} 人、1 次检查、2 家排给它还没查的企业、1 件装备。"
    assert [word for word, _said in dialog.trouble.facts] == ["人员", "检查", "企业", "装备", "要反悔"]
    hands.press(KEY.Key_Return)  # the way that changes nothing is the one that Enter takes
    hands.quiet()
    assert page.model.count == 2

    hands.press(KEY.Key_Minus, held=CONTROL)
    hands.until(lambda: asked() is not None)
    hands.press_until(lambda: getattr(hands.focus, "text", str)() == "删除", KEY.Key_Tab)
    hands.press(KEY.Key_Space)
    hands.until(lambda: page.model.count == 1)
    hands.quiet()
    assert hands.window.status.undo.text() == "撤销：删除检查组 第一检查组"
    with hands.window.tasks.store.read() as session:
        (visit,) = listing.ids(session, inspections.LISTING, scope=page.desk.campaign_id)
        assert inspections.load(session, record_id=visit)["group"] == "第一检查组"

    hands.press(KEY.Key_Z, held=CONTROL)  # one operation: the group and its people
    hands.until(lambda: page.model.count == 2)
    hands.quiet()
    assert len(groups_members(page)) == people
    with hands.window.tasks.store.read() as session:
        undoing.verify(session)


@pytest.mark.qt_log_ignore("Keyboard event not accepted")
def test_what_hangs_on_a_group_goes_to_another_one_in_the_same_operation(hands: Hands) -> None:
    page = page_of(hands)
    hands.press(KEY.Key_Minus, held=CONTROL)
    hands.until(lambda: asked() is not None)
    hands.press_until(lambda: getattr(hands.focus, "text", str)() == "交给别的组再删…", KEY.Key_Tab)
    hands.press(KEY.Key_Space)
    hands.until(lambda: isinstance(QApplication.activeModalWidget(), FormDialog) and QApplication.focusWidget() is not None)
    hands.press(KEY.Key_Return, held=CONTROL)
    hands.until(lambda: page.model.count == 1)
    hands.quiet()
    assert hands.window.status.undo.text() == "撤销：删除检查组 第一检查组，交给第九检查组"
    with hands.window.tasks.store.read() as session:
        (visit,) = listing.ids(session, inspections.LISTING, scope=page.desk.campaign_id)
        assert inspections.load(session, record_id=visit)["group"] == "第九检查组"
        undoing.verify(session)


def groups_members(page: GroupsPage) -> list[str]:
    with page.desk.tasks.store.read() as session:
        return groups.members(session, page.desk.campaign_id, "第一检查组")


@pytest.mark.qt_log_ignore("Keyboard event not accepted")
def test_a_group_that_nothing_hangs_on_goes_without_a_question(hands: Hands) -> None:
    page = page_of(hands)
    hands.press(KEY.Key_Down)
    hands.press(KEY.Key_Minus, held=CONTROL)
    hands.until(lambda: page.model.count == 1)
    hands.quiet()
    assert asked() is None
    assert hands.window.status.undo.text() == "撤销：删除检查组 第九检查组"
