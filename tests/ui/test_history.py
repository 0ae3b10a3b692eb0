"""操作记录: listing, changes, undo of one step, reasons, jump, export, verify."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from models import Finding
from models.annexes import CASE_LIST
from services import cases, findings, reasons, undoing
from services.store import Store
from tests import make
from ui import sheet
from ui.errors import TroubleDialog
from ui.forms import reason_dialog
from ui.forms.history_list import ChangeText, HistoryList
from ui.forms.reason_dialog import ReasonDialog
from ui.pages import history
from ui.pages.cases import CASES
from ui.pages.history import HistoryPage
from ui.pages.page import Desk
from ui.pages.register import RegisterPage
from ui.tables.blocks import Edit
from ui.tasks import SyncTasks


@pytest.fixture
def campaign_id(store: Store) -> int:
    """Return a campaign with a finding (step 2), whose due date was put off (step 3)."""
    with store.write("建立专项行动") as session:
        made = make.campaign(session)
        make.group(session, made)
        make.enterprise(session)
        make.visit(session, made)
    with store.write("新增问题") as session:
        finding = make.finding(session, made, due=date(2023, 4, 20), phone="19900000001")
    with store.write("修改问题 整改期限") as session:
        row = findings.load(session, record_id=finding)
        findings.save(session, campaign_id=made, row={**row, "due": date(2023, 4, 25), "phone": "19900000002"}, record_id=finding)
        reasons.note(session, "企业申请延期")
    return made


@pytest.fixture
def page(qtbot: QtBot, tasks_sync: SyncTasks, campaign_id: int) -> Iterator[HistoryPage]:
    desk = Desk(tasks_sync, tasks_sync)
    desk.choose(campaign_id, 2023)
    made = HistoryPage(desk)
    qtbot.addWidget(made)
    made.resize(1202, 580)
    made.show()
    settle(qtbot, tasks_sync)
    yield made
    tasks_sync.settle_all()


def settle(qtbot: QtBot, tasks: SyncTasks) -> None:
    """Let jobs, announcements and the pause after a step run until all is quiet."""
    for _ in range(3):
        tasks.settle_all()
        qtbot.wait(3)
    qtbot.wait(history._SETTLED_MS + 20)
    tasks.settle_all()


def steps(page: HistoryPage) -> list[str]:
    return [page.model.text_at(row, 3) for row in range(page.model.rowCount())]


def told(widget: HistoryPage | HistoryList) -> str:
    return "\n".join(text.accessibleName() for text in widget.findChildren(ChangeText))


def test_steps_are_listed_newest_first_and_the_first_is_told(page: HistoryPage) -> None:
    assert steps(page) == ["修改问题 整改期限", "新增问题", "建立专项行动"]
    assert page.status.left.text() == "共 3 步"
    assert page.panel.name.text() == "修改问题 整改期限"
    assert page.panel.reason.text() == "原因：企业申请延期"
    assert told(page) == "整改期限：2023-04-20 → 2023-04-25；联系电话：199****0001 → 199****0002"
    assert page.panel.act_button.isEnabled()


def test_the_page_fits_a_laptop(page: HistoryPage) -> None:
    assert page.minimumSizeHint().width() <= 1366 - 164
    assert page.minimumSizeHint().height() <= 580


def test_numbers_are_shown_where_the_office_does_not_mask(page: HistoryPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    page.desk.set_masks(False)
    settle(qtbot, tasks_sync)
    assert "19900000001 → 19900000002" in told(page)


def test_filters_narrow_the_steps(page: HistoryPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    page.filters.set_filter("noun", "企业", "记录：企业")
    settle(qtbot, tasks_sync)
    assert steps(page) == ["建立专项行动"]
    page.filters.set_filter("days", (date(2000, 1, 1), date(2000, 1, 2)), "日期")
    settle(qtbot, tasks_sync)
    assert steps(page) == []
    assert page._rows.currentIndex() == 1
    page.filters.clear()
    settle(qtbot, tasks_sync)
    assert len(steps(page)) == 3


def test_a_step_is_undone_and_redone_by_keys_alone(page: HistoryPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    page.grid.setFocus()
    qtbot.keyClick(page.grid, Qt.Key.Key_Return)
    assert isinstance(page.focusWidget(), QPushButton)
    page.panel.act_button.setFocus()
    qtbot.keyClick(page.panel.act_button, Qt.Key.Key_Space)
    settle(qtbot, tasks_sync)
    with store.read() as session:
        assert session.get_one(Finding, 1).due == date(2023, 4, 20)
    assert page.focusWidget() is page.grid
    assert page.panel.step is not None
    assert page.panel.step.number == 3
    assert page.panel.act_button.text() == "重做这一步"
    qtbot.keyClick(page.panel.act_button, Qt.Key.Key_Space)
    settle(qtbot, tasks_sync)
    with store.read() as session:
        assert session.get_one(Finding, 1).due == date(2023, 4, 25)


def test_what_cannot_be_undone_says_why_beside_the_button(page: HistoryPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    page.show_record(2)
    settle(qtbot, tasks_sync)
    assert not page.panel.act_button.isEnabled()
    assert "在这之后又改过（整改期限、联系电话）" in page.panel.why.text()


def test_the_record_behind_a_change_is_one_click_away(page: HistoryPage, qtbot: QtBot) -> None:
    jump = next(button for button in page.panel.body.findChildren(QPushButton) if "问题" in button.text())
    with qtbot.waitSignal(page.desk.go_asked) as asked:
        jump.click()
    assert asked.args == ["hazard_list", ("finding", 1)]


def test_a_hidden_page_is_fresh_when_it_is_shown_again(page: HistoryPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    page.hide()
    with store.write("录入企业") as session:
        make.enterprise(session, name="岚桥区金盾泵业有限公司", credit_code=None)
    settle(qtbot, tasks_sync)
    page.show()
    settle(qtbot, tasks_sync)
    assert steps(page)[0] == "录入企业"


def test_verify_says_that_all_agrees(page: HistoryPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    page.verify()
    settle(qtbot, tasks_sync)
    (dialog,) = page.window().findChildren(TroubleDialog)
    assert dialog.trouble.title == "操作记录完整"
    dialog.close()


def test_the_listed_rows_are_exported_and_that_is_a_step_too(
    page: HistoryPage, qtbot: QtBot, tasks_sync: SyncTasks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "操作记录.xlsx"
    monkeypatch.setattr(history, "ask_target", lambda _parent, _name: target)
    page.filters.set_filter("noun", "问题", "记录：问题")
    settle(qtbot, tasks_sync)
    page.export()
    settle(qtbot, tasks_sync)
    cells = [[str(cell.value) for cell in row] for row in openpyxl.load_workbook(target).worksheets[0].iter_rows()]
    assert any("修改问题 整改期限" in row and "企业申请延期" in row for row in cells)
    assert not any("建立专项行动" in row for row in cells)
    page.filters.clear()
    settle(qtbot, tasks_sync)
    assert steps(page)[0] == "导出操作记录（2 步）"
    page.show_record(4)
    settle(qtbot, tasks_sync)
    assert page.panel.why.text() == "这一步没有改动数据"


def test_the_history_of_a_record_is_readable_and_can_be_taken_back(qtbot: QtBot, store: Store, campaign_id: int) -> None:
    from services import operations  # noqa: PLC0415 - used once

    del campaign_id
    with store.read() as session:
        found = operations.of_record(session, table="finding", record_id=1)
    shown = HistoryList()
    qtbot.addWidget(shown)
    shown.set_steps(found)
    texts = [label.text() for label in shown.findChildren(QLabel)]
    assert "原因：企业申请延期" in texts
    assert told(shown) == "整改期限：2023-04-20 → 2023-04-25；联系电话：199****0001 → 199****0002"
    undo = next(button for button in shown.findChildren(QPushButton) if button.text() == "撤销这一步")
    with qtbot.waitSignal(shown.undo_asked) as asked:
        undo.click()
    assert asked.args == [3, "修改问题 整改期限"]


def test_at_150_per_cent_the_changes_lie_over_the_list_until_esc(page: HistoryPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    assert not page.panel.isHidden()
    sheet.apply(app, "light", scale=1.5)
    try:
        settle(qtbot, tasks_sync)
        assert page.bay.floats
        assert page.panel.isHidden()
        page.grid.setFocus()
        qtbot.keyClick(page.grid, Qt.Key.Key_Return)
        assert not page.panel.isHidden()
        assert page.panel.geometry().right() == page.bay.rect().right()
        qtbot.keyClick(page.panel, Qt.Key.Key_Escape)
        assert page.panel.isHidden()
        qtbot.keyClick(page.grid, Qt.Key.Key_Return)
        qtbot.mouseClick(page.panel.close_button, Qt.MouseButton.LeftButton)
        assert page.panel.isHidden()
    finally:
        sheet.apply(app, "light")
    assert not page.panel.isHidden(), "beside the list it stands again"


@pytest.fixture
def case_id(store: Store, campaign_id: int) -> int:
    with store.write("新增案件") as session:
        return make.case(session, campaign_id)


def _change(session: object, *, case_id: int, campaign_id: int, proposed: int) -> int:
    save = reasons.guarded(CASE_LIST, load=cases.load, save=cases.save)
    row = cases.load(session, record_id=case_id)  # type: ignore[arg-type]
    return save(session, campaign_id=campaign_id, row={**row, "proposed": proposed}, record_id=case_id)


def test_a_changed_amount_asks_once_and_keeps_the_reason(
    page: HistoryPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store, campaign_id: int, case_id: int
) -> None:
    tasks_sync.ask_reason = partial(reason_dialog.ask, tasks=tasks_sync, window=page)
    tasks_sync.command("改金额", _change, case_id=case_id, campaign_id=campaign_id, proposed=3_000_000).start(page)
    settle(qtbot, tasks_sync)
    (dialog,) = page.findChildren(ReasonDialog)
    assert not dialog.save.isEnabled()
    assert [dialog.recent.item(row).text() for row in range(dialog.recent.count())] == ["企业申请延期"]
    dialog.line.insert("法制审核后调整")  # as an input method commits it
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    settle(qtbot, tasks_sync)
    with store.read() as session:
        assert cases.load(session, record_id=case_id)["proposed"] == 3_000_000
        assert reasons.recent(session) == ["法制审核后调整", "企业申请延期"]
        assert undoing.verify(session).operations == 5


def test_no_reason_means_no_change(
    page: HistoryPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store, campaign_id: int, case_id: int
) -> None:
    refused: list[object] = []
    tasks_sync.ask_reason = partial(reason_dialog.ask, tasks=tasks_sync, window=page)
    job = tasks_sync.command("改金额", _change, case_id=case_id, campaign_id=campaign_id, proposed=3_000_000)
    job.failed(refused.append).start(page)
    settle(qtbot, tasks_sync)
    (dialog,) = page.findChildren(ReasonDialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    settle(qtbot, tasks_sync)
    assert len(refused) == 1
    with store.read() as session:
        assert cases.load(session, record_id=case_id)["proposed"] == 2_000_000
        assert len(undoing.entries(session)) == 4


def test_a_block_of_amounts_asks_once(qtbot: QtBot, tasks_sync: SyncTasks, store: Store, campaign_id: int, case_id: int) -> None:
    with store.write("新增案件") as session:
        other = make.case(session, campaign_id, violation="未如实记录培训情况", findings=())
    desk = Desk(tasks_sync, tasks_sync)
    desk.choose(campaign_id, 2023)
    page = RegisterPage(desk, CASES)
    qtbot.addWidget(page)
    page.show()
    tasks_sync.ask_reason = partial(reason_dialog.ask, tasks=tasks_sync, window=page)
    settle(qtbot, tasks_sync)
    page.grid.edits_asked.emit([Edit(case_id, "proposed", "3"), Edit(other, "proposed", "4"), Edit(other, "decided", "1")])
    settle(qtbot, tasks_sync)
    (dialog,) = page.findChildren(ReasonDialog)
    dialog.line.insert("法制审核后调整")
    dialog.accept()
    settle(qtbot, tasks_sync)
    with store.read() as session:
        assert [cases.load(session, record_id=one)["proposed"] for one in (case_id, other)] == [3_000_000, 4_000_000]
        assert reasons.recent(session)[0] == "法制审核后调整"
        newest = undoing.entries(session)[0]
    assert (newest.label, newest.rows) == ("修改 2 件 3 格", 3)
