"""三方对账 and blank forms: said by hand once, compared, exported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from services.imports.worker import Reader
from services.store import Store
from tests import make, workbooks
from tests.ui.clipping import asks_too_much, faults
from ui.imports.blanks import BlankForms
from ui.imports.reconcile import ROLES, ROWS, ReconcilePage, open_reconcile
from ui.main_window import MainWindow
from ui.tasks import SyncTasks

Shown = Callable[[Path], ReconcilePage]
FIRM = "岚桥区瑞丰纺织有限公司"


def book(path: Path, rows: list[list[workbooks.Value]]) -> Path:
    return workbooks.write(path, workbooks.sheet_xml(workbooks.rows_xml(rows)))


@pytest.fixture
def page(qtbot: QtBot, store: Store, tasks_sync: SyncTasks, campaign_id: int) -> ReconcilePage:
    with store.write("检查") as session:
        make.group(session, campaign_id)
        make.enterprise(session)
        make.visit(session, campaign_id, platform_no="LQ1")
    host = QWidget()
    host.stack = QStackedWidget()  # type: ignore[attr-defined]
    QVBoxLayout(host).addWidget(host.stack)  # type: ignore[attr-defined]
    made = ReconcilePage(tasks_sync, store, campaign_id, host)
    host.stack.addWidget(made)  # type: ignore[attr-defined]
    host.resize(1202, 623)
    qtbot.addWidget(host)
    host.show()
    made.host = host  # type: ignore[attr-defined]
    return made


def kinds(page: ReconcilePage) -> list[str]:
    return [str(row["kind"]) for row in page.rows.shown]


def test_a_table_with_known_headings_is_compared_at_once(page: ReconcilePage, tmp_path: Path) -> None:
    page.read(
        book(tmp_path / "导出.xlsx", [["任务编号", "检查对象", "检查日期"], ["LQ1", FIRM, "2023-04-10"], ["LQ9", "无名厂", "2023-04-11"]])
    )
    assert page._body.currentIndex() == ROWS
    assert kinds(page) == ["本系统没有"]
    assert "一致 1" in page.total.text()
    QApplication.processEvents()
    assert faults(page) == []
    assert asks_too_much(page) == ""


def test_unknown_headings_are_said_by_hand_once(qtbot: QtBot, page: ReconcilePage, tmp_path: Path) -> None:
    head: list[workbooks.Value] = ["谁", "哪天", "几项"]
    page.read(book(tmp_path / "一.xlsx", [head, [FIRM, "2023-04-10", 3]]))
    assert page._body.currentIndex() == ROLES
    assert not page.go.isEnabled()
    assert page.reason.text() == "没有文书编号，也没有企业和检查日期"
    for role, text in {"enterprise": "谁", "checked_on": "哪天", "findings": "几项"}.items():
        page.boxes[role].setCurrentIndex(page.boxes[role].findData(text))
    QApplication.processEvents()
    assert faults(page) == []
    qtbot.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert kinds(page) == ["内容不同"]
    page.read(book(tmp_path / "二.xlsx", [head, [FIRM, "2023-04-10", 0]]))
    assert page._body.currentIndex() == ROWS
    assert kinds(page) == []
    assert page.reason.text() == "两边一致，没有要导出的"


def test_enter_leads_to_the_record_and_the_rows_can_be_exported(qtbot: QtBot, page: ReconcilePage, tmp_path: Path) -> None:
    page.read(book(tmp_path / "导出.xlsx", [["任务编号", "检查对象", "检查日期"], ["LQ9", "无名厂", "2023-04-11"]]))
    assert kinds(page) == ["本系统没有", "对方没有"]
    page.tabs.setCurrentIndex(2)
    assert kinds(page) == ["对方没有"]
    with qtbot.waitSignal(page.go_asked) as asked:
        page.grid.activated.emit(page.rows.index(0, 0))
    assert asked.args == ["inspections", 1]  # the visit itself
    target = tmp_path / "结果.xlsx"
    page.export(target)
    with Reader() as reader:
        read = reader.read(target)
    assert "LQ9" in str([row.cells for row in read.sheets[0].rows()])  # type: ignore[union-attr]


def test_a_file_that_is_no_table_says_why(page: ReconcilePage, tmp_path: Path) -> None:
    scan = tmp_path / "扫描件.pdf"
    scan.write_bytes(b"%PDF-1.4\n")
    page.read(scan)
    assert page._body.currentIndex() == ROLES
    assert "读不了" in page._hint.text()


def test_asked_for_twice_it_is_there_once_and_leads_back(qtbot: QtBot, store: Store, tasks_sync: SyncTasks, campaign_id: int) -> None:
    window = MainWindow(tasks_sync, [])
    qtbot.addWidget(window)
    page, wizard = QWidget(), QWidget()
    for widget in (page, wizard):
        window.stack.addWidget(widget)
    window.stack.setCurrentWidget(page)
    first = open_reconcile(window, tasks_sync, store, campaign_id)
    assert open_reconcile(window, tasks_sync, store, campaign_id) is first
    first.closed.emit()
    assert window.stack.currentWidget() is page
    window.stack.setCurrentWidget(wizard)
    second = open_reconcile(window, tasks_sync, store, campaign_id)
    delete(wizard)  # what it was opened over is gone by the time it closes
    second.closed.emit()
    assert window.stack.currentWidget() is not second


def test_blank_forms_are_written_and_say_why_they_cannot(
    qtbot: QtBot, store: Store, tasks_sync: SyncTasks, campaign_id: int, tmp_path: Path
) -> None:
    dialog = BlankForms(tasks_sync, store, campaign_id)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    for box in dialog.boxes.values():
        box.setChecked(False)
    assert dialog.reason.text() == "还没有选表"
    dialog.boxes["personnel"].setChecked(True)
    with qtbot.waitSignal(dialog.said) as said:
        dialog.export(tmp_path)
    assert "1 张空白表" in said.args[0]
    assert [path.suffix for path in tmp_path.glob("*空白*")] == [".xlsx"]
