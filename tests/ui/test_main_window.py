"""The frame: pages, palette, undo by name, files from anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from services import undoing
from tests import make
from ui import sheet
from ui.bars import Campaign
from ui.errors import TroubleDialog
from ui.main_window import MainWindow
from ui.pages.page import Action, Desk, Entry, Page
from ui.palette import matched
from ui.tasks import SyncTasks


class Notes(Page):
    """A page that counts its refreshes."""

    tables = frozenset({"campaign"})

    def __init__(self, desk: Desk, title: str) -> None:
        super().__init__(desk, title=title, help_line="一行说明")
        self.refreshed = 0
        self.pressed = 0
        self.add_action(Action("生成日报", self.press, kind="primary"))
        self.content.addWidget(QLabel("正文"))

    def refresh(self) -> None:
        self.refreshed += 1

    def press(self) -> None:
        self.pressed += 1


ENTRIES = [
    Entry("home", "工作台", "squares-four", 0, lambda desk: Notes(desk, "工作台")),
    Entry("people", "人员抽调", "users", 1, lambda desk: Notes(desk, "人员抽调")),
    Entry("package", "报送打包", "package", 2, lambda desk: Notes(desk, "报送打包")),
]


@pytest.fixture
def window(qtbot: QtBot, tasks_sync: SyncTasks) -> Iterator[MainWindow]:
    made = MainWindow(tasks_sync, ENTRIES)
    made.use_history(undoing)
    qtbot.addWidget(made)
    made.show()
    made.go("home")
    tasks_sync.settle_all()
    yield made
    tasks_sync.settle_all()


def notes(window: MainWindow, key: str) -> Notes:
    page = window.page(key)
    assert isinstance(page, Notes)
    return page


def test_the_window_fits_a_laptop_in_every_theme(window: MainWindow, qapp: QApplication) -> None:
    for name in ("light", "dark", "hc"):
        sheet.apply(qapp, name)
        assert window.minimumSizeHint().width() <= 1366
        assert window.minimumSizeHint().height() <= 696


def test_pages_are_built_when_they_are_first_shown(window: MainWindow) -> None:
    assert window.stack.count() == 1
    window.go("people")
    assert window.stack.count() == 2
    assert window.stack.currentWidget() is window.page("people")


def test_control_and_a_digit_jump_to_a_page(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert window.stack.currentWidget() is window.page("package")


def test_a_shown_page_refreshes_from_changes_and_a_hidden_one_waits(window: MainWindow, tasks_sync: SyncTasks, qtbot: QtBot) -> None:
    window.go("people")
    window.go("home")
    before = (notes(window, "home").refreshed, notes(window, "people").refreshed)
    tasks_sync.command("新建专项行动", make.campaign).start()
    qtbot.waitUntil(lambda: notes(window, "home").refreshed == before[0] + 1)
    assert notes(window, "people").refreshed == before[1]
    window.go("people")
    assert notes(window, "people").refreshed == before[1] + 1


def test_the_status_line_names_what_undo_takes_back(window: MainWindow, tasks_sync: SyncTasks, qtbot: QtBot) -> None:
    assert not window.status.undo.isEnabled()
    tasks_sync.command("新建专项行动", make.campaign).start()
    qtbot.waitUntil(lambda: bool(tasks_sync.settle_all() or window.status.undo.isEnabled()))
    assert window.status.undo.text() == "撤销：新建专项行动"
    window.undo()
    tasks_sync.settle_all()
    assert "已撤销" in window.toast.sentence.text()
    qtbot.waitUntil(lambda: bool(tasks_sync.settle_all() or not window.status.undo.isEnabled()))
    window.redo()
    tasks_sync.settle_all()
    assert "已重做" in window.toast.sentence.text()


def test_the_palette_finds_pages_by_initials_and_opens_them(window: MainWindow, qtbot: QtBot) -> None:
    window.open_palette()
    qtbot.keyClicks(window.palette_box.box, "bsdb")
    qtbot.keyClick(window.palette_box.box, Qt.Key.Key_Return)
    assert window.stack.currentWidget() is window.page("package")
    assert not window.palette_box.isVisible()


def test_the_palette_offers_what_the_page_can_do(window: MainWindow, qtbot: QtBot) -> None:
    window.open_palette()
    qtbot.keyClicks(window.palette_box.box, "rb")
    qtbot.keyClick(window.palette_box.box, Qt.Key.Key_Return)
    assert notes(window, "home").pressed == 1


def test_escape_closes_the_palette(window: MainWindow, qtbot: QtBot) -> None:
    window.open_palette()
    qtbot.keyClick(window.palette_box.box, Qt.Key.Key_Escape)
    assert not window.palette_box.isVisible()


@pytest.mark.parametrize(
    ("title", "words", "where"),
    [
        ("人员抽调", "员", (1, 1)),
        ("人员抽调", "yrd", None),
        ("人员抽调", "cd", (2, 2)),
        ("人员抽调", "", (0, 0)),
        ("导出Excel", "excel", (2, 5)),
    ],
)
def test_titles_match_by_letters_and_initials(title: str, words: str, where: tuple[int, int] | None) -> None:
    assert matched(title, words) == where


def test_files_may_be_dropped_anywhere(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "双汊镇-附件1.xlsx"))])
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, left, none)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    with qtbot.waitSignal(window.files_dropped) as dropped:
        window.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, left, none))
    assert dropped.args == [[tmp_path / "双汊镇-附件1.xlsx"]]


def test_text_may_not_be_dropped(window: MainWindow) -> None:
    data = QMimeData()
    data.setText("不是文件")
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter.ignore()
    window.dragEnterEvent(enter)
    assert not enter.isAccepted()


def test_a_double_click_presses_a_button_once(window: MainWindow, qtbot: QtBot) -> None:
    page = window.page("home")
    assert isinstance(page, Notes)
    button = next(one for one in page.findChildren(QPushButton) if one.text() == "生成日报")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.mouseDClick(button, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(button, Qt.MouseButton.LeftButton)
    assert page.pressed == 1


def test_what_the_status_line_said_is_there_again_after_a_write_that_failed(window: MainWindow) -> None:
    window.status.set_saved("只能看：数据正由 贺启航 打开")
    window.tasks.busy.emit(1)
    window.tasks.busy.emit(2)
    assert window.status.saved.text() == "正在保存"
    window.tasks.busy.emit(0)
    assert window.status.saved.text() == "只能看：数据正由 贺启航 打开"


def test_a_campaign_is_chosen_in_the_menu(window: MainWindow, qtbot: QtBot) -> None:
    window.set_campaigns([Campaign(1, "春季执法", 2023), Campaign(2, "夏季执法", 2024)], 1)
    assert (window.desk.campaign_id, window.desk.year) == (1, 2023)
    with qtbot.waitSignal(window.campaign_chosen) as chosen:
        window.top.campaign.menu().actions()[1].trigger()
    assert chosen.args == [2]
    assert (window.desk.campaign_id, window.desk.year, window.top.campaign.text()) == (2, 2024, "夏季执法")


def test_counts_stand_in_the_rail_and_are_read_out(window: MainWindow) -> None:
    window.desk.counts_found.emit("people", 2, "2 个单位未报")
    index = window.rail.rail_model.index(1)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "人员抽调，2 个单位未报"


def test_a_demo_shows_its_date_in_a_bar(window: MainWindow) -> None:
    assert not window.demo.isVisible()
    window.set_demo_date(date(2023, 4, 20))
    assert window.demo.isVisible()
    assert "2023年4月20日" in window.demo.findChildren(QLabel)[0].text()


def test_a_toast_replaces_the_one_before(window: MainWindow) -> None:
    window.desk.say("已删除 3 条", undoable=True)
    window.desk.say("已导出附件2")
    assert window.toast.sentence.text() == "已导出附件2"
    assert not window.toast.undo.isVisible()


def test_a_problem_without_a_handler_becomes_the_dialog(window: MainWindow, tasks_sync: SyncTasks) -> None:
    window.undo()
    tasks_sync.settle_all()
    dialog = window.findChild(TroubleDialog)
    assert dialog is not None
    assert "没有可以撤销的操作" in dialog.trouble.why
    dialog.copy()
    assert "nothing_to_undo" in QApplication.clipboard().text()
    dialog.close()


@pytest.mark.parametrize("name", ["light", "dark", "hc"])
def test_the_window_paints_in_every_theme(window: MainWindow, qapp: QApplication, name: str) -> None:
    window.desk.counts_found.emit("package", 7, "7 项必须改")
    sheet.apply(qapp, name)
    window.open_palette()
    assert not window.grab().isNull()


def test_large_text_shrinks_the_rail_to_icons(window: MainWindow, qapp: QApplication) -> None:
    sheet.apply(qapp, "light", scale=1.5)
    assert window.rail.width() < 60
    sheet.apply(qapp, "light")
    assert window.rail.width() == 164
