"""A case from the finding to its end on the page, by real keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from services import cases, clock, findings, penalties, proceedings, reasons, undoing
from services.store import Store
from tests import make
from tests.ui.registers import CONTROL, labels, settle
from ui.forms.form_dialog import FormDialog
from ui.pages import cases_page
from ui.pages.cases_page import DESK, REGISTER, CasesPage
from ui.pages.page import Desk
from ui.pages.people_page import TARGET
from ui.tasks import SyncTasks

FIRM, FOUNDRY = "岚桥区瑞丰纺织有限公司", "岚桥区永固铸造有限公司"
WHY = "核对后更正"


@pytest.fixture(autouse=True)
def today(store: Store) -> Iterator[None]:  # noqa: ARG001 - opening a store sets the clock
    """Let it be the end of May 2023."""
    clock.set_demo_date(date(2023, 5, 31))
    yield
    clock.set_demo_date(None)


@pytest.fixture
def case(store: Store, campaign_id: int) -> int:
    """Return a case on a finding of one enterprise; another enterprise waits for one."""
    with store.write("录入检查") as session:
        make.group(session, campaign_id)
        make.enterprise(session, FIRM)
        make.enterprise(session, FOUNDRY, credit_code="", town="石坪镇")
        for number, name in enumerate((FIRM, FOUNDRY)):
            make.visit(session, campaign_id, name, platform_no=f"LQ2023-000{number}")
        first = make.finding(session, campaign_id, FIRM, hazard="砂轮机没有防护罩")
        second = make.finding(session, campaign_id, FOUNDRY, hazard="安全出口堵塞")
        findings.dispose(session, record_ids=[first, second], disposal="立案查处")
        return proceedings.open_from(session, campaign_id=campaign_id, finding_ids=[first])


@pytest.fixture
def page(qtbot: QtBot, tasks_sync: SyncTasks, case: int, campaign_id: int) -> Iterator[CasesPage]:
    QSettings().clear()
    desk = Desk(tasks_sync, tasks_sync)
    desk.choose(campaign_id, 2023)
    made = CasesPage(desk)
    qtbot.addWidget(made)
    made.resize(1202, 620)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    tasks_sync.ask_reason = lambda _problem, job: job.again(WHY)
    settle(qtbot, tasks_sync)
    assert made.work.case_id == case
    yield made
    tasks_sync.settle_all()


def key(page: CasesPage, code: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    widget = QApplication.focusWidget()
    target: QWidget = widget if widget is not None and page.window().isAncestorOf(widget) else page.work.list
    QTest.keyClick(target, code, held)


def choose(page: CasesPage, qtbot: QtBot, tasks: SyncTasks, opener: Qt.Key, code: Qt.Key) -> None:
    """Open a menu by its key and choose by a digit or a letter."""
    page.window().activateWindow()
    QTest.qWaitForWindowActive(page.window())
    page.work.list.setFocus()
    key(page, opener, CONTROL)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    QTest.keyClick(menu, code)
    settle(qtbot, tasks)


def dialog_of(page: CasesPage) -> FormDialog:
    return next(dialog for dialog in page.window().findChildren(FormDialog) if dialog.isVisible())


def fill(page: CasesPage, qtbot: QtBot, tasks: SyncTasks, **values: str) -> None:
    """Put values into the dialog and save it by its key."""
    dialog = dialog_of(page)
    for name, text in values.items():
        dialog.fields[name].set_value(text)
    QTest.keyClick(dialog.fields[next(reversed(values))].editor, Qt.Key.Key_Return, CONTROL)
    settle(qtbot, tasks)


def register(page: CasesPage, qtbot: QtBot, tasks: SyncTasks, **values: str) -> None:
    """Register the next step."""
    choose(page, qtbot, tasks, Qt.Key.Key_G, Qt.Key.Key_1)
    fill(page, qtbot, tasks, **values)


def test_a_case_goes_from_filing_to_its_end_with_its_amounts(
    page: CasesPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store, case: int
) -> None:
    register(page, qtbot, tasks_sync, on="2023-04-12", case_no="岚应急立〔2023〕7号", cause="安全装置缺失", handlers="康立群、何志远")
    register(page, qtbot, tasks_sync, on="2023-04-18")
    choose(page, qtbot, tasks_sync, Qt.Key.Key_G, Qt.Key.Key_A)
    fill(page, qtbot, tasks_sync, fen="2.5", on="2023-04-18")
    register(page, qtbot, tasks_sync, on="2023-04-19", notice_no="岚应急罚告〔2023〕7号")
    register(page, qtbot, tasks_sync, on="2023-04-27", review_no="岚应急审〔2023〕3号")
    register(page, qtbot, tasks_sync, on="2023-05-05", decision_no="岚应急罚〔2023〕7号")
    choose(page, qtbot, tasks_sync, Qt.Key.Key_G, Qt.Key.Key_A)
    assert dialog_of(page).fields["kind"].value() == "决定"
    fill(page, qtbot, tasks_sync, fen="2", on="2023-05-05")
    register(page, qtbot, tasks_sync, on="2023-05-06", service="直接送达")
    register(page, qtbot, tasks_sync, on="2023-05-10")
    register(page, qtbot, tasks_sync, on="2023-05-12")
    register(page, qtbot, tasks_sync, on="2023-05-20", outcome="履行完毕")
    with store.read() as session:
        assert [(one.name, one.proposed, one.decided) for one in penalties.parties(session, case_id=case)] == [(FIRM, 2_500_000, 2_000_000)]
        assert cases.load(session, record_id=case)["stage"] == "已结案"
    done = [step.key for step, _fact in page.work.way.things if step.state == "done"]
    assert done == ["file", "investigate", "notify", "review", "decide", "serve", "publish", "pay", "close"]
    assert labels(store)[0] == f"登记结案 {FIRM}"
    assert f"登记立案 {FIRM}" in labels(store)


def test_each_step_is_one_undo_and_the_desk_follows(page: CasesPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    register(page, qtbot, tasks_sync, on="2023-04-12", case_no="岚应急立〔2023〕7号")
    assert page.work.facts["案号"].text() == "岚应急立〔2023〕7号"
    with store.write("撤销") as session:
        undoing.undo(session)
    settle(qtbot, tasks_sync)
    assert page.work.facts["案号"].text() == "还没有"


def test_a_step_out_of_order_is_not_offered_and_a_wrong_day_is_refused_in_the_dialog(
    page: CasesPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store
) -> None:
    before = labels(store)
    assert page.work.found is not None
    assert "decide" not in {step.key for step in page.work.found.open}
    register(page, qtbot, tasks_sync, on="2023-06-30")
    assert dialog_of(page).isVisible()
    assert labels(store) == before


def test_a_step_is_taken_back_with_a_reason(page: CasesPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    register(page, qtbot, tasks_sync, on="2023-04-12")
    choose(page, qtbot, tasks_sync, Qt.Key.Key_G, Qt.Key.Key_B)
    assert labels(store)[0] == f"退回上一环节 {FIRM}"
    with store.read() as session:
        assert reasons.recent(session) == [WHY]
    assert [step.key for step, _fact in page.work.way.things if step.state == "done"] == []


def test_an_amount_ten_thousand_times_off_has_to_be_confirmed(
    page: CasesPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store, case: int
) -> None:
    choose(page, qtbot, tasks_sync, Qt.Key.Key_G, Qt.Key.Key_A)
    fill(page, qtbot, tasks_sync, fen="25000", on="2023-04-18")
    dialog = dialog_of(page)
    with store.read() as session:
        assert penalties.amounts(session, case_id=case) == []
    fill(page, qtbot, tasks_sync, sure="是")
    assert not dialog.isVisible()
    choose(page, qtbot, tasks_sync, Qt.Key.Key_G, Qt.Key.Key_A)
    fill(page, qtbot, tasks_sync, fen="2.5", on="2023-04-19", sure="是")
    with store.read() as session:
        assert reasons.recent(session) == [WHY]  # it stood already, so the window asked
        assert [one.fen for one in penalties.amounts(session, case_id=case)] == [25_000_000_000, 2_500_000]
    assert "4月19日，原 25000" in page.work.parties.text(), "since when it stands, and what stood there before"


def test_a_person_is_fined_beside_the_enterprise_and_taken_out_again(
    page: CasesPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store, case: int
) -> None:
    choose(page, qtbot, tasks_sync, Qt.Key.Key_G, Qt.Key.Key_P)
    fill(page, qtbot, tasks_sync, name="陶建业", post="厂长")
    assert "陶建业" in page.work.parties.text()
    choose(page, qtbot, tasks_sync, Qt.Key.Key_G, Qt.Key.Key_D)
    fill(page, qtbot, tasks_sync, party="陶建业")
    with store.read() as session:
        assert [one.name for one in penalties.parties(session, case_id=case)] == [FIRM]


def test_clocks_name_their_article_and_kind_of_day(page: CasesPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    register(page, qtbot, tasks_sync, on="2023-04-12")
    shown = {one.name: one for one in page.work.clocks.things}
    assert shown["作出决定"].unit == "天"
    assert "行政处罚法" in shown["作出决定"].basis
    assert page.work.list.things[0].clock is not None


def test_a_case_is_opened_for_findings_that_wait(page: CasesPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    assert page.file_button.text() == "立案 1 家"
    choose(page, qtbot, tasks_sync, Qt.Key.Key_L, Qt.Key.Key_1)
    assert labels(store)[0] == f"立案 {FOUNDRY}"
    assert page.work.found is not None
    assert page.work.found.name == FOUNDRY
    assert page.file_button.isEnabled(), "pressed without anything to file it says where filing begins"


def test_annex_3_goes_out_in_one_key(
    page: CasesPage, qtbot: QtBot, tasks_sync: SyncTasks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    QSettings().remove(TARGET)
    monkeypatch.setattr(cases_page, "ask_folder", lambda *_asked: tmp_path)
    page.work.list.setFocus()
    key(page, Qt.Key.Key_E, CONTROL)
    settle(qtbot, tasks_sync)
    assert sorted(path.suffix for path in tmp_path.glob("附件3_拟立案行政处罚案件统计表_*")) == [".pdf", ".xlsx"]


def test_register_and_desk_are_a_key_apart(page: CasesPage, qtbot: QtBot, tasks_sync: SyncTasks, case: int) -> None:
    page.work.list.setFocus()
    key(page, Qt.Key.Key_PageDown, CONTROL)
    settle(qtbot, tasks_sync)
    assert (page.tabs.currentIndex(), page.grid.hasFocus()) == (REGISTER, True)
    page.grid.go_to(case)
    QTest.keyClick(page.grid, Qt.Key.Key_G, CONTROL)
    settle(qtbot, tasks_sync)
    assert (page.tabs.currentIndex(), page.work.list.hasFocus()) == (DESK, True)
