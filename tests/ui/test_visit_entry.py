"""One visit on one screen: typed without the mouse, kept at every pause, saved as one action."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QSettings, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from models.annexes import PLAN_KINDS
from services import clock, enterprises, findings, inspections, listing, undoing, visiting
from services.store import Store
from tests import make
from tests.ui.registers import settle
from ui.forms.editors import clocked
from ui.pages.inspections_page import QUEUE, REGISTER, InspectionsPage
from ui.pages.page import Desk
from ui.tasks import SyncTasks

DAY = date(2023, 4, 20)
FIRMS = ("岚桥区瑞丰纺织有限公司", "岚桥区恒达机械厂", "双汊新宇建材有限公司")
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
HAZARDS = (
    "砂轮机未装防护罩", "2 号破碎机皮带没有护栏", "配电箱箱门敞开", "电焊工操作证过期",
    "新员工没有培训记录", "气瓶混放", "应急照明灯不亮", "烘干室旁堆放废油桶",
)  # fmt: skip


@dataclass
class Hand:
    """Presses keys where the focus is, and counts them."""

    page: InspectionsPage
    qtbot: QtBot
    tasks: SyncTasks
    pressed: int = 0

    def key(self, *keys: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        for key in keys:
            QTest.keyClick(self.focus, key, held)
            self.pressed += 1
            settle(self.qtbot, self.tasks)
            print(key, self.focus.accessibleName(), type(self.focus))

    def type(self, text: str) -> None:
        """Type text; every sign counts, also one that an input method gives."""
        for char in text:
            self.pressed += 1
            if char.isascii():
                QTest.keyClicks(self.focus, char)
            else:
                event = QInputMethodEvent("", [])
                event.setCommitString(char)
                QCoreApplication.sendEvent(self.focus, event)

    @property
    def focus(self) -> QWidget:
        widget = QApplication.focusWidget()
        return widget if widget is not None else self.page


@pytest.fixture
def visits(store: Store, campaign_id: int) -> Iterator[int]:
    """Return the campaign with a group that has three enterprises to visit, and two categories less than usual."""
    clock.set_demo_date(DAY)
    with store.write("准备") as session:
        group = make.group(session, campaign_id, leader="周启明", officers=("贺启航",))
        ids = [make.enterprise(session, name, credit_code=None, legal_rep="陶建业") for name in FIRMS]
        visiting.assign(session, campaign_id=campaign_id, group_id=group, enterprise_ids=ids[:2], kind=PLAN_KINDS[0], planned_on=DAY)
        visiting.assign(session, campaign_id=campaign_id, group_id=group, enterprise_ids=ids[2:], kind=PLAN_KINDS[1], planned_on=DAY)
    yield campaign_id
    clock.set_demo_date(None)


@pytest.fixture
def hand(qtbot: QtBot, tasks_sync: SyncTasks, visits: int) -> Hand:
    """Return a hand on the shown page."""
    return Hand(shown(qtbot, tasks_sync, visits), qtbot, tasks_sync)


def shown(qtbot: QtBot, tasks: SyncTasks, campaign_id: int) -> InspectionsPage:
    QSettings().clear()
    desk = Desk(tasks, tasks)
    desk.choose(campaign_id, 2023)
    page = InspectionsPage(desk)
    qtbot.addWidget(page)
    page.resize(1202, 602)
    page.show()
    qtbot.waitExposed(page)
    page.activateWindow()
    settle(qtbot, tasks)
    return page


def stored(store: Store, campaign_id: int, name: str) -> tuple[dict[str, object], list[dict[str, object]]]:
    """Return the visit of an enterprise and its findings."""
    with store.read() as session:
        stop = next(one for one in visiting.tour(session, campaign_id=campaign_id, as_of=DAY) if one.enterprise == name)
        assert stop.inspection_id is not None
        lines = visiting.lines(session, inspection_id=stop.inspection_id)
        return visiting.load(session, record_id=stop.inspection_id), [line.row for line in lines]


def type_a_visit(hand: Hand, hazards: tuple[str, ...]) -> None:
    """Type a whole visit: the times, who was there, the norms, the findings and what becomes of them."""
    hand.key(Qt.Key.Key_N, held=CONTROL)
    for times in ("905920", "1050", "1105", "1120"):
        hand.type(times)
        hand.key(Qt.Key.Key_Return)
    for person in ("陶建业", "岳明", "秦川"):
        hand.type(person)
        hand.key(Qt.Key.Key_Return)
    hand.key(Qt.Key.Key_F9)
    hand.key(Qt.Key.Key_Down, held=CONTROL)
    QGuiApplication.clipboard().setText("\n".join(f"{number}. {text}" for number, text in enumerate(hazards, start=1)))
    hand.key(Qt.Key.Key_V, held=CONTROL)
    for sign in "11142972":
        hand.type(sign)
    hand.type("2")
    hand.key(Qt.Key.Key_D, held=CONTROL | SHIFT)
    hand.key(Qt.Key.Key_Tab)
    hand.type("5.5")
    hand.key(Qt.Key.Key_Return)
    hand.key(Qt.Key.Key_Up, held=Qt.KeyboardModifier.ShiftModifier) if False else None
    hand.key(Qt.Key.Key_Return, held=CONTROL)


def test_a_visit_with_eight_findings_takes_sixty_keys_beyond_their_text(hand: Hand, store: Store, visits: int) -> None:
    type_a_visit(hand, HAZARDS)
    row, found = stored(store, visits, FIRMS[0])
    assert (row["meeting_open"], row["meeting_site"], row["meeting_close"]) == ("09:05-09:20", "09:20-10:50", "11:05-11:20")
    assert (row["present_head"], row["present_worker"], row["leader"], row["officers"]) == ("陶建业", "秦川", "周启明", ("贺启航",))
    assert [row[key] for key in ("showed_id", "told_integrity", "scanned", "recorder", "state")] == [True, True, True, True, "已完成"]
    assert [one["hazard"] for one in found] == list(HAZARDS)
    assert [one["category"] for one in found][:4] == ["设施设备类", "设施设备类", "设施设备类", "证件证书类"]
    assert {one["disposal"] for one in found} == {"限期整改"}
    assert hand.pressed <= 60
