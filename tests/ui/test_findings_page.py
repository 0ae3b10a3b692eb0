"""Findings from discovery to closing on the page, by real keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import docx
import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from services import cases, clock, evidence, findings, rectifications, undoing
from services.store import Store
from tests import make
from tests.ui.registers import CONTROL, labels, press, settle, texts
from ui.forms.form_dialog import FormDialog
from ui.pages.findings_page import TARGET, FindingsPage
from ui.pages.page import Desk
from ui.tasks import SyncTasks

TODAY = date(2023, 4, 28)
FIRM, FOUNDRY = "岚桥区瑞丰纺织有限公司", "岚桥区永固铸造有限公司"
GUARD, SWITCH, EXIT, LADDER = "砂轮机没有防护罩", "配电箱没有漏电保护", "安全出口堵塞", "钢直梯没有护笼"


@pytest.fixture(autouse=True)
def today(store: Store) -> Iterator[None]:  # noqa: ARG001 - opening a store sets the clock
    """Let it be the end of April 2023."""
    clock.set_demo_date(TODAY)
    yield
    clock.set_demo_date(None)


@pytest.fixture
def loop(store: Store, campaign_id: int) -> dict[str, int]:
    """Return four findings of two enterprises in two towns; two are late."""
    with store.write("录入检查") as session:
        made = campaign_id
        make.group(session, made)
        make.enterprise(session, FIRM)
        make.enterprise(session, FOUNDRY, credit_code="", town="石坪镇")
        for number, name in enumerate((FIRM, FOUNDRY)):
            make.visit(session, made, name, platform_no=f"LQ2023-000{number}")
        return {
            GUARD: make.finding(session, made, FIRM, hazard=GUARD, due=date(2023, 4, 20)),
            SWITCH: make.finding(session, made, FIRM, hazard=SWITCH, due=date(2023, 5, 20)),
            EXIT: make.finding(session, made, FOUNDRY, hazard=EXIT, due=date(2023, 4, 18)),
            LADDER: make.finding(session, made, FOUNDRY, hazard=LADDER, due=date(2023, 5, 8)),
        }


@pytest.fixture
def page(qtbot: QtBot, tasks_sync: SyncTasks, loop: dict[str, int], campaign_id: int) -> Iterator[FindingsPage]:
    QSettings().clear()
    desk = Desk(tasks_sync, tasks_sync)
    desk.choose(campaign_id, 2023)
    made = FindingsPage(desk)
    qtbot.addWidget(made)
    made.resize(1202, 620)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    settle(qtbot, tasks_sync)
    made.grid.setFocus()
    assert made.model.count == len(loop)
    yield made
    tasks_sync.settle_all()


def deal(page: FindingsPage, hazard: str, qtbot: QtBot, tasks: SyncTasks, key: Qt.Key) -> None:
    """Go to a finding, open the menu of steps by its key, choose by a letter."""
    page.window().activateWindow()
    QTest.qWaitForWindowActive(page.window())
    page.grid.setFocus()
    page.grid.go_to_place(texts(page, "hazard").index(hazard), 0)
    press(page, Qt.Key.Key_G, held=CONTROL)
    settle(qtbot, tasks)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    QTest.keyClick(menu, key)
    settle(qtbot, tasks)


def dialog_of(page: FindingsPage) -> FormDialog:
    return next(dialog for dialog in page.window().findChildren(FormDialog) if dialog.isVisible())


def fill(page: FindingsPage, qtbot: QtBot, tasks: SyncTasks, **values: str) -> None:
    """Type into the dialog and save it by its key."""
    dialog = dialog_of(page)
    for key, text in values.items():
        box = dialog.fields[key]
        box.editor.setFocus()
        QTest.keyClick(box.editor, Qt.Key.Key_A, CONTROL)
        QTest.keyClicks(box.editor, text) if text.isascii() else box.set_value(text)
    QTest.keyClick(dialog.fields[next(reversed(values))].editor, Qt.Key.Key_Return, CONTROL)
    settle(qtbot, tasks)


def status(page: FindingsPage, hazard: str) -> str:
    return texts(page, "status")[texts(page, "hazard").index(hazard)]


def test_a_finding_goes_from_late_to_closed_and_is_opened_again(
    page: FindingsPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store
) -> None:
    deal(page, GUARD, qtbot, tasks_sync, Qt.Key.Key_E)
    fill(page, qtbot, tasks_sync, due="2023-05-10", reason="waiting for parts")
    deal(page, GUARD, qtbot, tasks_sync, Qt.Key.Key_B)
    fill(page, qtbot, tasks_sync, on="2023-04-25", reason="two of three")
    assert status(page, GUARD) == "整改中"
    deal(page, GUARD, qtbot, tasks_sync, Qt.Key.Key_D)
    fill(page, qtbot, tasks_sync, on="2023-04-26", person="穆景行")
    assert status(page, GUARD) == "待复查"
    deal(page, GUARD, qtbot, tasks_sync, Qt.Key.Key_N)
    fill(page, qtbot, tasks_sync, on="2023-04-27", person="康立群", reason="one is loose")
    assert status(page, GUARD) == "整改中"
    deal(page, GUARD, qtbot, tasks_sync, Qt.Key.Key_Y)
    fill(page, qtbot, tasks_sync, on="2023-04-28", person="康立群", reason="all fixed")
    assert status(page, GUARD) == "已销号"
    deal(page, GUARD, qtbot, tasks_sync, Qt.Key.Key_R)
    fill(page, qtbot, tasks_sync, on="2023-04-28", reason="taken off again")
    assert status(page, GUARD) == "整改中"
    assert [label.split(" ")[0] for label in labels(store)[:6]] == [
        "重新打开",
        "复查通过",
        "复查不通过",
        "整改完成",
        "部分整改",
        "延长整改期限",
    ]


def test_a_dialog_begins_with_its_day_marked_so_that_typing_replaces_it(page: FindingsPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    deal(page, GUARD, qtbot, tasks_sync, Qt.Key.Key_B)
    editor = dialog_of(page).fields["on"].editor
    qtbot.waitUntil(editor.hasFocus)
    QTest.keyClicks(editor, "4.25")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert dialog_of(page).fields["on"].value() == "2023-04-25"


def test_each_step_is_one_undo(page: FindingsPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store, loop: dict[str, int]) -> None:
    deal(page, GUARD, qtbot, tasks_sync, Qt.Key.Key_D)
    fill(page, qtbot, tasks_sync, on="2023-04-26", person="穆景行")
    with store.write("撤销") as session:
        undoing.undo(session)
    with store.read() as session:
        assert findings.load(session, record_id=loop[GUARD])["status"] == "未整改"
        assert [one.what for one in rectifications.passages(session, finding_id=loop[GUARD])] == ["检查发现"]


def test_photos_go_with_the_step_and_stand_in_the_panel(
    page: FindingsPage,
    qtbot: QtBot,
    tasks_sync: SyncTasks,
    store: Store,
    loop: dict[str, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture = tmp_path / "guard.png"
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.gray)
    assert image.save(str(picture))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(picture)], ""))
    deal(page, GUARD, qtbot, tasks_sync, Qt.Key.Key_D)
    button = next(one for one in dialog_of(page).findChildren(QPushButton) if one.text() == "添加整改照片…")
    QTest.keyClick(button, Qt.Key.Key_Space)
    fill(page, qtbot, tasks_sync, on="2023-04-26", person="穆景行")
    with store.read() as session:
        assert [one.kind for one in evidence.of(session, finding_id=loop[GUARD])] == ["整改照片"]
    page.grid.setFocus()
    page.open_record(loop[GUARD])
    settle(qtbot, tasks_sync)
    assert "申请复查" in page.passage.accessibleName()


def test_what_is_not_legal_cannot_be_chosen(page: FindingsPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    page.grid.go_to_place(0, 0)
    press(page, Qt.Key.Key_G, held=CONTROL)
    settle(qtbot, tasks_sync)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    enabled = {action.text().split("　")[-1]: action.isEnabled() for action in menu.actions() if "　" in action.text()}
    menu.close()
    assert (enabled["整改完成…"], enabled["重新打开…"], enabled["标为重大…"]) == (True, False, True)


def test_a_refusal_is_said_in_the_dialog_which_stays(page: FindingsPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    before = labels(store)
    deal(page, GUARD, qtbot, tasks_sync, Qt.Key.Key_E)
    fill(page, qtbot, tasks_sync, due="2023-04-19", reason="earlier")
    assert dialog_of(page).isVisible()
    assert labels(store) == before


def test_a_major_hazard_is_marked_by_an_item_of_the_day(
    page: FindingsPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store, loop: dict[str, int]
) -> None:
    deal(page, EXIT, qtbot, tasks_sync, Qt.Key.Key_M)
    dialog = dialog_of(page)
    fill(page, qtbot, tasks_sync, other_standard="消防", officer="康立群", expert="顾言之")
    assert not dialog.isVisible()
    with store.read() as session:
        row = findings.load_full(session, record_id=loop[EXIT])
    assert (row["level"], row["other_standard"], row["major_officer"]) == ("重大", "消防", "康立群")
    settle(qtbot, tasks_sync)
    tasks_sync.ask_reason = lambda _problem, job: job.again("对照目录，不属于重大")
    deal(page, EXIT, qtbot, tasks_sync, Qt.Key.Key_M)
    assert texts(page, "level")[texts(page, "hazard").index(EXIT)] == "一般"


def test_a_case_is_opened_from_a_finding(
    page: FindingsPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store, loop: dict[str, int]
) -> None:
    asked: list[tuple[str, object]] = []
    page.desk.go_asked.connect(lambda key, target: asked.append((key, target)))
    deal(page, GUARD, qtbot, tasks_sync, Qt.Key.Key_L)
    with store.read() as session:
        case = cases.load(session, record_id=int(str(asked[0][1])))
        assert findings.load(session, record_id=loop[GUARD])["disposal"] == "立案查处"
    assert asked[0][0] == "cases"
    assert (case["violation"], labels(store)[0]) == (GUARD, f"立案 “{GUARD}”")


def test_what_is_late_stands_by_town_and_its_letters_are_written(
    page: FindingsPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store, loop: dict[str, int], tmp_path: Path
) -> None:
    assert {button.fact.word: button.fact.count for button in page.strip.facts} == {"逾期": 2, "柳溪镇": 1, "石坪镇": 1}
    assert page.rates.text().startswith("整改率 0")
    page.strip.fact("石坪镇").setFocus()
    press(page, Qt.Key.Key_Space)
    settle(qtbot, tasks_sync)
    assert texts(page, "hazard") == [EXIT]
    QSettings().setValue(TARGET, str(tmp_path))
    page.grid.setFocus()
    press(page, Qt.Key.Key_E, held=CONTROL)
    settle(qtbot, tasks_sync)
    assert sorted(path.name for path in tmp_path.glob("督办单*")) == ["督办单_柳溪镇_20230428.docx", "督办单_石坪镇_20230428.docx"]
    letter = docx.Document(str(tmp_path / "督办单_石坪镇_20230428.docx"))
    assert EXIT in {cell.text for row in letter.tables[0].rows for cell in row.cells}
    with store.read() as session:
        assert rectifications.passages(session, finding_id=loop[EXIT])[-1].what == "督办"
    assert labels(store)[0] == "督办 柳溪镇、石坪镇 2 项"


def test_the_tab_of_late_findings_counts_as_of_today(page: FindingsPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    words = [page.filters.tabs.tabText(number) for number in range(6)]
    assert words == ["全部 4", "未整改 4", "整改中 0", "待复查 0", "逾期 2", "重大 0"]
    page.filters.tabs.setCurrentIndex(4)
    settle(qtbot, tasks_sync)
    assert sorted(texts(page, "hazard")) == sorted([GUARD, EXIT])
