"""统计数据: every number opens its rows; days, switches, comparison, files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from services.conditions import Among
from services.store import Store
from tests import make
from ui import sheet
from ui.pages import drilling
from ui.pages.daily_dialog import DailyDialog
from ui.pages.figures import FiguresPage
from ui.pages.page import Desk
from ui.pages.print_preview import PrintPreview
from ui.tasks import SyncTasks

# Opening a store sets the clock, so it is stopped after that.
pytestmark = pytest.mark.usefixtures("store", "frozen_today")
Asked = list[tuple[str, object]]
WEAVER, FOUNDRY = "岚桥区瑞丰纺织有限公司", "岚桥区永固铸造有限公司"


@pytest.fixture
def filled(store: Store, campaign_id: int) -> int:
    with store.write("样例") as session:
        old = make.campaign(session, name="岚桥区2022年检查", year=2022)
        make.visit(session, old, "岚桥区旧厂")
        make.group(session, campaign_id)
        make.group(session, campaign_id, "第二检查组", leader="林秀云", officers=("白朗宁",))
        make.visit(session, campaign_id, document_no="岚应急检记〔2023〕1号")
        make.visit(session, campaign_id, FOUNDRY, group="第二检查组", checked_on=date(2023, 4, 19), town="石坪镇")
        make.finding(session, campaign_id)
        make.finding(session, campaign_id, FOUNDRY, category="作业现场类", status="已销号")
        make.finding(session, campaign_id, FOUNDRY, category="作业现场类", hazard="通道堵塞")
        make.case(session, campaign_id, decided_on=date(2023, 4, 18), decision_no="岚应急罚〔2023〕1号", decided=1_000_000)
    return campaign_id


@pytest.fixture
def page(qtbot: QtBot, desk: Desk, tasks_sync: SyncTasks, filled: int) -> Iterator[FiguresPage]:
    desk.choose(filled, 2023)
    made = FiguresPage(desk)
    qtbot.addWidget(made)
    made.resize(1202, 623)
    made.show()
    tasks_sync.settle_all()
    QApplication.processEvents()
    yield made
    tasks_sync.settle_all()


def go_to(page: FiguresPage, key: str) -> None:
    lines = page.figures.lines.lines
    page.figures.selectRow(next(number for number, line in enumerate(lines) if not isinstance(line, str) and line.figure.key == key))


def ids_of(asked: Asked) -> tuple[str, tuple[int, ...], str]:
    name, target = asked[-1]
    assert isinstance(target, dict)
    among = target["id"]
    assert isinstance(among, Among)
    return name, among.ids, among.word


def test_enter_on_a_figure_opens_its_rows(page: FiguresPage, asked: Asked) -> None:
    go_to(page, "findings")
    QTest.keyClick(page.figures, Qt.Key.Key_Return)
    name, ids, word = ids_of(asked)
    assert (name, len(ids), word) == ("hazard_list", 3, "发现问题 3 项")


def test_a_figure_of_several_registers_asks_which_and_opens_it(page: FiguresPage, asked: Asked) -> None:
    assert page.found is not None
    figure = page.found.figures["documents"]
    menu = drilling.open_figure(page.desk, figure, page.figures, QPoint())
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions()] == ["检查记录 1 份", "处罚决定书 1 份"]
    menu.actions()[1].trigger()
    menu.close()
    assert ids_of(asked)[0] == "cases"


def test_every_cell_and_sum_of_a_table_opens_its_rows(page: FiguresPage, asked: Asked) -> None:
    page.table.setCurrentIndex(page.table.cells.index(0, 0))
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert ids_of(asked)[2] == "合计 发现问题 3 项"
    assert page.found is not None
    grid = page.found.grids[0]
    row, column = grid.rows.index("石坪镇"), grid.columns.index("作业现场类")
    page.table.setCurrentIndex(page.table.cells.index(row + 1, column + 1))
    QTest.keyClick(page.table, Qt.Key.Key_Enter)
    assert ids_of(asked)[1:] == (grid.cells[row][column], "石坪镇、作业现场类 发现问题 2 项")


def test_a_cell_of_nothing_opens_nothing_and_says_so(page: FiguresPage, asked: Asked) -> None:
    said: list[str] = []
    page.desk.said.connect(lambda text, _undo: said.append(text))
    page.table.setCurrentIndex(page.table.cells.index(1, 14))
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert (asked, said[0][-5:]) == ([], "，没有明细")


def test_bars_open_rows_and_turn_from_rows_to_columns(page: FiguresPage, asked: Asked) -> None:
    page.chart.chosen.emit(1)
    assert ids_of(asked)[2] == "石坪镇 发现问题 2 项"
    page.sides.setCurrentIndex(1)
    page.chart.chosen.emit(1)
    assert ids_of(asked)[2] == "作业现场类 发现问题 2 项"


def test_the_foot_tells_what_the_current_number_counts(page: FiguresPage) -> None:
    go_to(page, "enterprises")
    assert page.foot.text().startswith("检查企业 2 家　口径：已完成检查的企业")


def test_another_table_and_another_measure_are_asked_for(page: FiguresPage, tasks_sync: SyncTasks) -> None:
    page.tabs.setCurrentIndex(1)
    tasks_sync.settle_all()
    assert page.table.cells.grid is not None
    assert page.table.cells.grid.title == "检查组 × 日期"
    page.measures.setCurrentIndex(1)
    page.measures.activated.emit(1)
    tasks_sync.settle_all()
    assert (page.table.cells.grid.unit, page.table.cells.grid.total) == ("家次", 2)


def test_days_narrow_what_is_counted_and_a_wrong_day_is_said(page: FiguresPage, tasks_sync: SyncTasks) -> None:
    page.bar.since.setText("2023-04-15")
    page.bar.since.editingFinished.emit()
    tasks_sync.settle_all()
    assert page.found is not None
    assert page.found.figures["enterprises"].value == 1
    page.bar.until.setText("昨天吧")
    page.bar.until.editingFinished.emit()
    assert "读不出来" in page.bar.remark.text()
    page.bar.until.setText("2023-04-01")
    page.bar.until.editingFinished.emit()
    assert page.bar.remark.text() == "第一天在最后一天之后"


def test_switches_change_the_number_and_its_definition(page: FiguresPage, tasks_sync: SyncTasks) -> None:
    page.bar.records.setChecked(False)
    tasks_sync.settle_all()
    assert page.found is not None
    assert page.found.figures["documents"].value == 1
    assert "不含检查记录" in page.found.figures["documents"].definition


def test_an_earlier_campaign_stands_beside(page: FiguresPage, tasks_sync: SyncTasks) -> None:
    page.bar.against.setCurrentIndex(1)
    page.bar.against.activated.emit(1)
    tasks_sync.settle_all()
    assert page.figures.lines.columnCount() == 4
    go_to(page, "enterprises")
    row = page.figures.currentIndex().row()
    assert [page.figures.lines.index(row, column).data() for column in range(4)] == ["检查企业", "2", "1", "+1"]


def test_the_table_is_copied_with_heads_and_sums(page: FiguresPage) -> None:
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert lines[0].startswith("镇办\t合计\t设施设备类")
    assert lines[1].startswith("合计\t3\t1\t2")


def test_the_workbook_is_written_where_it_is_asked_for(
    page: FiguresPage, tasks_sync: SyncTasks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "统计表.xlsx"
    monkeypatch.setattr("ui.pages.figures.ask_target", lambda *_asked: target)
    page.export()
    tasks_sync.settle_all()
    assert openpyxl.load_workbook(target)["镇办×问题类别"].max_row > 4


def test_the_preview_shows_every_page_and_saves_the_one_in_front(
    page: FiguresPage, tasks_sync: SyncTasks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.preview()
    tasks_sync.settle_all()
    dialog = page.window().findChildren(PrintPreview)[0]
    assert dialog.tabs.count() == 8
    for number in range(dialog.tabs.count()):
        dialog.tabs.setCurrentIndex(number)
        dialog.grab()
        target = tmp_path / f"{number}.pdf"
        monkeypatch.setattr("ui.pages.print_preview.ask_target", lambda *_asked, place=target: place)
        if number < 2:
            dialog.save()
            tasks_sync.settle_all()
            assert target.read_bytes().startswith(b"%PDF")
    dialog.reject()


def test_the_daily_report_is_copied_and_saved(
    page: FiguresPage, qtbot: QtBot, tasks_sync: SyncTasks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = DailyDialog(page.desk)
    qtbot.addWidget(dialog)
    tasks_sync.settle_all()
    dialog.day_box.setText("2023-04-19")
    dialog.day_box.editingFinished.emit()
    tasks_sync.settle_all()
    dialog.copy_button.click()
    assert "4月19日，检查企业 1 家，发现问题 2 项" in QGuiApplication.clipboard().text()
    target = tmp_path / "日报.docx"
    monkeypatch.setattr("ui.pages.daily_dialog.ask_target", lambda *_asked: target)
    dialog.save()
    tasks_sync.settle_all()
    assert target.stat().st_size > 10_000


def test_a_campaign_without_visits_says_what_to_do_first(qtbot: QtBot, desk: Desk, tasks_sync: SyncTasks, campaign_id: int) -> None:
    desk.choose(campaign_id, 2023)
    made = FiguresPage(desk)
    qtbot.addWidget(made)
    made.show()
    tasks_sync.settle_all()
    assert made._stack.currentIndex() == 1


@pytest.mark.parametrize(("theme", "scale"), [("dark", 1.0), ("hc", 1.0), ("light", 1.5)])
def test_tables_of_every_size_are_painted_in_every_look(page: FiguresPage, tasks_sync: SyncTasks, theme: str, scale: float) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    sheet.apply(app, theme, scale=scale)
    # Turned often: an exception out of a head brings the program down, and Qt asks for heads that are gone.
    for number in list(range(page.tabs.count())) * 3:
        page.tabs.setCurrentIndex(number)
        tasks_sync.settle_all()
        page.grab()
    sheet.apply(app, "light")
