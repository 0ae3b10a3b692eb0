"""One visit on one screen: typed by keys, kept at pauses, saved as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from PySide6.QtCore import QCoreApplication, QSettings, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from models.annexes import PLAN_KINDS
from services import clock, enterprises, findings, inspections, listing, people, undoing, visiting
from services.assist import Hint
from services.errors import ReasonNeeded
from services.store import Store
from tests import make
from tests.ui.registers import settle
from ui.forms.editors import clocked
from ui.pages.inspections_page import QUEUE, REGISTER, InspectionsPage
from ui.pages.page import Desk
from ui.pages.visit_findings import KEYS, FindingsModel
from ui.tables.cell_look import LOOK
from ui.tasks import Job, SyncTasks

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
            self.rest()

    def rest(self) -> None:
        """Let what the page asks for, one thing after the other, arrive."""
        for _ in range(3):
            settle(self.qtbot, self.tasks)

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

    def spell(self, word: str, pinyin: str) -> None:
        """Type a word as an input method gets it: every letter counts, and the blank that takes the first choice."""
        self.type(word)
        self.pressed += len(pinyin) + 1 - len(word)

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
        ids = [make.enterprise(session, name, credit_code=None, legal_rep="陶建业", contact="岳明") for name in FIRMS]
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
    hand.key(Qt.Key.Key_Down, Qt.Key.Key_Return)  # the head and the safety officer that the registry names
    hand.key(Qt.Key.Key_Down, Qt.Key.Key_Return)
    hand.spell("秦川", "qinchuan")
    hand.key(Qt.Key.Key_Return)
    hand.key(Qt.Key.Key_F9)
    hand.key(Qt.Key.Key_Down, held=CONTROL)
    QGuiApplication.clipboard().setText("\n".join(f"{number}. {text}" for number, text in enumerate(hazards, start=1)))
    hand.key(Qt.Key.Key_V, held=CONTROL)
    for sign in "11142972":
        hand.type(sign)
    hand.type("2")
    hand.key(Qt.Key.Key_D, held=CONTROL | SHIFT)
    hand.type("5.5")
    hand.key(Qt.Key.Key_Return)
    hand.key(Qt.Key.Key_D, held=CONTROL | SHIFT)
    hand.key(Qt.Key.Key_Return, held=CONTROL)


def test_a_visit_with_eight_findings_takes_sixty_keys_beyond_their_text(hand: Hand, store: Store, visits: int) -> None:
    type_a_visit(hand, HAZARDS)
    row, found = stored(store, visits, FIRMS[0])
    assert (row["meeting_open"], row["meeting_site"], row["meeting_close"]) == ("09:05-09:20", "09:20-10:50", "11:05-11:20")
    assert (row["present_head"], row["present_safety"], row["present_worker"]) == ("陶建业", "岳明", "秦川")
    assert (row["leader"], row["officers"]) == ("周启明", ("贺启航",))
    assert [row[key] for key in ("showed_id", "told_integrity", "scanned", "recorder", "state")] == [True, True, True, True, "已完成"]
    assert [one["hazard"] for one in found] == list(HAZARDS)
    assert [one["category"] for one in found][:4] == ["设施设备类", "设施设备类", "设施设备类", "证件证书类"]
    assert {(one["disposal"], one["due"]) for one in found} == {("限期整改", date(2023, 5, 5))}
    assert hand.pressed <= 60


def test_what_has_to_stand_still_is_typed_beside_the_disposal(hand: Hand, store: Store, visits: int) -> None:
    hand.key(Qt.Key.Key_N, held=CONTROL)
    grid = hand.page.entry.grid
    grid.findings.add(HAZARDS[:1])
    for key, text in (("disposal", "责令暂时停产停业"), ("stop_scope", "2 号冲床")):
        assert grid.findings.setData(grid.findings.index(0, KEYS.index(key)), text)
    hand.key(Qt.Key.Key_Return, held=CONTROL)
    _row, (found,) = stored(store, visits, FIRMS[0])
    assert found["stop_scope"] == "2 号冲床"


def test_it_is_one_action_and_the_next_enterprise_takes_day_and_people_over(hand: Hand, store: Store, visits: int) -> None:
    type_a_visit(hand, HAZARDS[:8])
    entry = hand.page.entry
    assert entry.stop is not None
    assert entry.stop.enterprise == FIRMS[1]
    assert entry.fields.boxes["officers"].value() == "贺启航"
    assert entry.fields.boxes["checked_on"].value() == "2023-04-20"
    assert entry.fields.boxes["meeting_open"].value() == ""
    assert hand.focus is entry.fields.boxes["meeting_open"].editor
    with store.write("撤销") as session:
        undoing.undo(session)
        assert listing.count(session, inspections.LISTING, scope=visits) == 0
        assert listing.count(session, findings.LISTING, scope=visits) == 0


def test_what_was_typed_is_kept_with_its_findings_and_counts_nowhere(qtbot: QtBot, hand: Hand, store: Store, visits: int) -> None:
    hand.key(Qt.Key.Key_N, held=CONTROL)
    hand.type("905920")
    hand.key(Qt.Key.Key_Return)
    hand.key(Qt.Key.Key_Down, held=CONTROL)
    hand.type("砂轮机未装防护罩")
    hand.key(Qt.Key.Key_Return)
    assert hand.page.entry.badge.text() == "正在填"
    hand.key(Qt.Key.Key_Escape)
    assert hand.page.mode == REGISTER
    with store.read() as session:
        assert listing.count(session, inspections.LISTING, scope=visits) == 0
    again = Hand(shown(qtbot, hand.tasks, visits), qtbot, hand.tasks)
    again.key(Qt.Key.Key_N, held=CONTROL)
    entry = again.page.entry
    assert entry.fields.boxes["meeting_open"].value() == "09:05-09:20"
    assert [row.texts["hazard"] for row in entry.grid.findings.rows] == ["砂轮机未装防护罩"]
    again.key(Qt.Key.Key_Return, held=CONTROL)
    _row, found = stored(store, visits, FIRMS[0])
    assert [one["hazard"] for one in found] == ["砂轮机未装防护罩"]


def test_the_draft_of_one_enterprise_does_not_turn_up_at_another(hand: Hand) -> None:
    hand.key(Qt.Key.Key_N, held=CONTROL)
    hand.type("905920")
    hand.key(Qt.Key.Key_PageDown, held=CONTROL)
    boxes = hand.page.entry.fields.boxes
    assert boxes["meeting_open"].value() == ""
    hand.key(Qt.Key.Key_PageUp, held=CONTROL)
    assert boxes["meeting_open"].value() == "9:05-9:20"


def test_a_certificate_that_was_not_valid_that_day_is_named_and_stops_nobody(hand: Hand, store: Store, visits: int) -> None:
    with store.write("证件") as session:
        number = make.person(session, visits, "康立群", cert_no="99030200099", phone="19900000099")
        found = people.find(session, name="康立群", cert_no="99030200099")
        assert number
        assert found is not None
        found.cert_expires = date(2023, 4, 1)
    hand.key(Qt.Key.Key_N, held=CONTROL)
    entry = hand.page.entry
    entry.fields.boxes["officers"].set_value("康立群")
    entry.fields.typed.emit()
    hand.qtbot.wait(600)
    hand.rest()
    assert "康立群的执法证 2023-04-01 到期" in entry.doubt.toolTip()
    assert entry.fields.boxes["officers"].remark is not None
    hand.key(Qt.Key.Key_Return, held=CONTROL)
    assert stored(store, visits, FIRMS[0])[0]["officers"] == ("康立群",)


def test_a_finished_visit_asks_why_its_day_changes(hand: Hand, store: Store, visits: int) -> None:
    with store.write("检查") as session:
        number = make.visit(session, visits, FIRMS[0], checked_on=DAY)
    hand.rest()
    asked: list[str] = []

    def ask_reason(problem: ReasonNeeded, job: Job) -> None:
        asked.append(problem.message())
        job.again("日期打错")

    hand.tasks.ask_reason = ask_reason
    hand.page.turn("entry")
    hand.page.entry.open_visit(number)
    hand.rest()
    hand.page.entry.fields.boxes["checked_on"].set_value("2023-04-19")
    hand.page.entry.save()
    hand.rest()
    assert len(asked) == 1
    assert stored(store, visits, FIRMS[0])[0]["checked_on"] == date(2023, 4, 19)


def test_a_finding_taken_away_goes_to_the_bin_with_the_saving(hand: Hand, store: Store, visits: int) -> None:
    with store.write("检查") as session:
        number = make.visit(session, visits, FIRMS[0], checked_on=DAY)
        for text in HAZARDS[:3]:
            make.finding(session, visits, FIRMS[0], hazard=text)
    hand.rest()
    hand.page.turn("entry")
    hand.page.entry.open_visit(number)
    hand.rest()
    grid = hand.page.entry.grid
    grid.setFocus()
    grid.go_to(1, 0)
    hand.key(Qt.Key.Key_Minus, held=CONTROL)
    hand.key(Qt.Key.Key_Return, held=CONTROL)
    assert [one["hazard"] for one in stored(store, visits, FIRMS[0])[1]] == [HAZARDS[0], HAZARDS[2]]


def test_a_day_that_cannot_be_read_keeps_the_visit_from_being_saved(hand: Hand, store: Store, visits: int) -> None:
    hand.key(Qt.Key.Key_N, held=CONTROL)
    entry = hand.page.entry
    entry.grid.findings.add(["砂轮机未装防护罩"])
    entry.grid.findings.setData(entry.grid.findings.index(0, 5), "下周")
    hand.page.entry.save()
    hand.rest()
    assert entry.grid.currentIndex().column() == 5
    with store.read() as session:
        assert listing.count(session, inspections.LISTING, scope=visits) == 0


def test_an_enterprise_that_is_not_on_the_list_is_added_and_shown(hand: Hand, store: Store) -> None:
    hand.key(Qt.Key.Key_N, held=CONTROL)
    hand.key(Qt.Key.Key_N, held=CONTROL)
    assert hand.focus.accessibleName() == "企业名称"
    hand.type("柳溪永固铸造厂")
    hand.key(Qt.Key.Key_Return, held=CONTROL)
    hand.rest()
    assert hand.page.entry.stop is not None
    assert (hand.page.entry.stop.enterprise, hand.page.entry.stop.kind) == ("柳溪永固铸造厂", PLAN_KINDS[-1])
    with store.read() as session:
        assert enterprises.find(session, name="柳溪永固铸造厂") is not None


def test_the_platform_is_fed_field_by_field_with_enter(hand: Hand, store: Store, visits: int) -> None:
    with store.write("检查") as session:
        make.visit(session, visits, FIRMS[0], checked_on=DAY, platform_no=None, entered_on=None)
    hand.rest()
    queue = hand.page.queue
    hand.page.turn(QUEUE)
    assert hand.page.tabs.tabText(1) == "待录入平台 1"
    assert hand.focus is queue.buttons[0]
    for number in range(len(queue.buttons)):
        assert hand.focus is queue.buttons[number]
        hand.key(Qt.Key.Key_Space)
    assert hand.focus.accessibleName() == "平台编号"
    hand.type("LQ20230420")
    hand.key(Qt.Key.Key_Return)
    hand.rest()
    row, _found = stored(store, visits, FIRMS[0])
    assert (row["platform_no"], row["entered_on"]) == ("LQ20230420", DAY)
    assert queue.list.items() == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("905", "9:05"),
        ("905920", "9:05-9:20"),
        ("9051020", "9:05-10:20"),
        ("9:20-1050", "9:20-10:50"),
        ("905 920", "9:05-9:20"),
        ("九点", "九点"),
    ],
)
def test_times_are_typed_as_digits(typed: str, meant: str) -> None:
    assert clocked(typed) == meant


def test_the_words_that_speak_for_a_suggestion_are_lit_until_it_is_decided(qapp: QApplication) -> None:
    assert qapp is not None
    model = FindingsModel()
    model.setData(model.index(0, KEYS.index("hazard")), "砂轮机未装防护罩")
    hint = Hint("设施设备类", ("防护罩", "砂轮机"), "词表", "《安全生产法》第三十六条", "待核")
    model.take_hints({"砂轮机未装防护罩": (hint,)}, {})
    cell = model.index(0, KEYS.index("hazard"))
    assert cell.data(LOOK).lit == ("防护罩", "砂轮机")
    model.setData(model.index(0, KEYS.index("category")), hint.category)
    model.setData(model.index(0, KEYS.index("basis")), hint.basis)
    assert cell.data(LOOK).lit == ()
