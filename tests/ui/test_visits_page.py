"""检查记录 in the real window: which button acts on what; large text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QScrollArea
from pytestqt.qtbot import QtBot

from models.annexes import PLAN_KINDS
from services import clock, settings, visiting
from services.store import Store
from tests import make
from tests.ui.clipping import LAPTOP
from tests.ui.hands import CONTROL, KEY, Hands, at_window
from ui import sheet
from ui.pages.inspections_page import ENTRY, REGISTER, InspectionsPage
from ui.pages.register import RegisterPage

DAY = date(2023, 4, 20)
FIRMS = ("岚桥区瑞丰纺织有限公司", "岚桥区恒达机械厂")
QUIET = pytest.mark.qt_log_ignore("Keyboard event not accepted")


@pytest.fixture
def scale(request: pytest.FixtureRequest) -> float:
    """Return the text size, as a test asks for it."""
    return float(getattr(request, "param", 1.0))


@pytest.fixture
def hands(qtbot: QtBot, store: Store, qapp: QApplication, scale: float) -> Iterator[Hands]:
    """Return hands at 检查记录 with two visits, one of them on the platform."""
    clock.set_demo_date(DAY)
    sheet.apply(qapp, "light", scale=scale)
    with store.write("登记操作人") as session:
        settings.save(session, settings=settings.Settings(office="岚桥区应急管理局", operator="周启明"))
    with store.write("准备") as session:
        campaign = make.campaign(session)
        group = make.group(session, campaign)
        firms = [make.enterprise(session, name, credit_code=None) for name in FIRMS]
        visiting.assign(session, campaign_id=campaign, group_id=group, enterprise_ids=firms, kind=PLAN_KINDS[0], planned_on=DAY)
        scenes = ("meeting_open", "meeting_site", "meeting_talk", "meeting_close")
        times = dict(zip(scenes, ("09:05-09:20", "09:20-10:50", "10:50-11:05", "11:05-11:20"), strict=True))
        make.visit(session, campaign, FIRMS[0], checked_on=DAY, platform_no="LQ202304200101", entered_on=DAY, **times)
        make.visit(session, campaign, FIRMS[1], checked_on=date(2023, 4, 21), platform_no=None, entered_on=None)
    store.close()
    with at_window(qtbot, store.folder.root) as made:
        made.window.resize(*LAPTOP)
        made.press(KEY.Key_5, held=CONTROL)
        made.quiet()
        yield made
    clock.set_demo_date(None)
    sheet.apply(qapp, "light")


def page_of(hands: Hands) -> InspectionsPage:
    page = hands.window.page("inspections")
    assert isinstance(page, InspectionsPage)
    return page


@QUIET
def test_the_head_has_one_blue_button_and_one_list_for_the_whole_register(hands: Hands) -> None:
    page = page_of(hands)
    buttons = [one for one in page.head.findChildren(QPushButton) if one.isVisible()]
    assert [one.text() for one in buttons] == ["导入、对账", "录入检查"]
    assert [one.property("kind") for one in buttons] == ["", "primary"]
    menu = page.more_button.menu()
    assert menu is not None
    assert [line.text().partition("(")[0] for line in menu.actions()] == ["导入来表…", "三方对账…", "名单以外登记一次"]
    hands.press(KEY.Key_N, held=CONTROL | Qt.KeyboardModifier.ShiftModifier)
    hands.until(lambda: page.panel.isVisible() and page.panel.record_id is None)


@QUIET
def test_what_acts_on_one_visit_stands_beside_its_name_and_follows_the_row(hands: Hands) -> None:
    page = page_of(hands)
    assert hands.focus is page.grid, "after Ctrl+5 the arrows move in the rows"
    assert page.chosen.name.text() == f"选中：{FIRMS[0]}　2023-04-20"
    hands.press(KEY.Key_Down)
    assert page.chosen.name.text() == f"选中：{FIRMS[1]}　2023-04-21"
    assert [one.text() for one in page.chosen.buttons] == ["接着填", "问题清单"]
    QTest.mouseClick(page.fill_button, Qt.MouseButton.LeftButton)
    hands.quiet()
    assert page.mode == ENTRY
    assert page.entry.stop is not None
    assert page.entry.stop.enterprise == FIRMS[1]
    QTest.mouseClick(page.entry.back_button, Qt.MouseButton.LeftButton)
    hands.quiet()
    assert page.mode == REGISTER
    hands.press(KEY.Key_Up)
    hands.press(KEY.Key_E, held=CONTROL)
    hands.quiet()
    assert page.entry.stop.enterprise == FIRMS[0]


@QUIET
def test_the_number_of_a_page_brings_the_focus_to_where_work_begins(hands: Hands) -> None:
    for key, name in ((KEY.Key_1, ""), (KEY.Key_3, "groups"), (KEY.Key_4, "enterprises"), (KEY.Key_2, "people")):
        hands.press(key, held=CONTROL)
        hands.quiet()
        page = hands.window.page(name) if name else None
        if isinstance(page, RegisterPage) and page.grid.isVisible():
            assert hands.focus is page.grid, name
    page = hands.window.page("enterprises")
    assert isinstance(page, RegisterPage)
    hands.press(KEY.Key_4, held=CONTROL)
    hands.press(KEY.Key_N, held=CONTROL)
    assert page.panel.isAncestorOf(hands.focus), "at once: what is typed next belongs to the new record"


@QUIET
@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0], indirect=True)
def test_number_day_and_times_of_a_visit_are_shown_whole_at_every_text_size(hands: Hands) -> None:
    page = page_of(hands)
    hands.press(KEY.Key_E, held=CONTROL)
    hands.quiet()
    boxes = page.entry.fields.boxes
    assert boxes["platform_no"].value() == "LQ202304200101"
    area = next(one for one in _above(boxes["platform_no"].editor) if isinstance(one, QScrollArea))
    wide = area.viewport().width()
    for key in ("checked_on", "platform_no", "entered_on", "entered_at", "meeting_open", "meeting_talk", "meeting_close"):
        editor = boxes[key].editor
        assert isinstance(editor, QLineEdit)
        shown = editor.text() or editor.placeholderText()
        assert editor.fontMetrics().horizontalAdvance(shown) + 8 <= editor.contentsRect().width(), (key, shown)
        right = editor.mapTo(area.viewport(), QPoint(editor.width(), 0)).x()
        assert right <= wide, f"{key} ends at {right} of {wide}"


def _above(widget: object) -> Iterator[object]:
    while widget is not None:
        widget = widget.parentWidget()  # type: ignore[attr-defined]  # a widget, or None in the end
        if widget is not None:
            yield widget
