"""The rescue window: the right sentence, every way on, nothing lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from services import backup, migrate, people, settings
from services.listing import count
from services.store import Store
from tests import make
from ui import app as application
from ui import rescue
from ui.errors import TroubleDialog
from ui.late_store import LateStore
from ui.main_window import MainWindow
from ui.pages.settings import SettingsPage
from ui.rescue import RescueWindow

PATIENCE_MS = 20_000
Open = Callable[[Path], tuple[MainWindow, RescueWindow]]


@pytest.fixture
def folder(store: Store) -> Path:
    """Return a closed data folder: a backup with one person, then a second person."""
    with store.write("登记操作人") as session:
        settings.save(session, settings=settings.Settings(office="岚桥区应急管理局", operator="周启明"))
    with store.write("新建专项行动") as session:
        campaign_id = make.campaign(session)
        make.person(session, campaign_id)
    backup.make(store, reason="每小时")
    with store.write("新增人员 贺启航") as session:
        make.person(session, campaign_id, "贺启航", cert_no="99030200002", phone="19900000002")
    store.close()
    return store.folder.root


@pytest.fixture
def open_at(qtbot: QtBot) -> Iterator[Open]:
    """Return a function that opens the program on data that do not open."""
    QSettings().clear()
    opened: list[MainWindow] = []

    def start(place: Path) -> tuple[MainWindow, RescueWindow]:
        window = application.open_window(place)
        opened.append(window)
        window.show()
        qtbot.waitUntil(lambda: rescue_of(window) is not None, timeout=PATIENCE_MS)
        found = rescue_of(window)
        assert found is not None
        qtbot.waitUntil(lambda: found.findings is not None, timeout=PATIENCE_MS)
        return window, found

    yield start
    for window in opened:
        window.close()
        window.deleteLater()
    qtbot.wait(50)


def rescue_of(window: MainWindow) -> RescueWindow | None:
    keeper = window.findChild(application.Keeper)
    return keeper.reopening.rescue if keeper is not None and keeper.reopening is not None else None


def late(window: MainWindow) -> LateStore:
    assert isinstance(window.tasks.store, LateStore)
    return window.tasks.store


def spoil(folder: Path) -> bytes:
    """Destroy the root page of the operations; most other pages can still be read."""
    path = folder / "data.sqlite"
    with sqlite3.connect(path) as connection:
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'row_change'").fetchone()[0]
    connection.close()
    raw = bytearray(path.read_bytes())
    raw[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(raw)
    return bytes(raw)


def press(qtbot: QtBot, button: QPushButton) -> None:
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def wait_open(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.isVisible() and window.desk.campaign_id is not None, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not window.tasks.running, timeout=PATIENCE_MS)


def seconded(window: MainWindow) -> int:
    with window.tasks.store.read() as session:
        return count(session, people.LISTING, scope=window.desk.campaign_id)


def test_damaged_data_are_said_so_before_the_main_window(open_at: Open, folder: Path) -> None:
    spoil(folder)
    window, found = open_at(folder)
    assert not window.isVisible()
    assert found.isVisible()
    assert found.band.title.text() == "数据文件损坏了，没有打开"
    assert found.band.place.text() == str(folder / "data.sqlite")
    assert "备份" in found.band.way.text()
    assert [item.title.split("　")[1] for item in found.copies.items()] == ["每小时"]
    assert "人员少 1 人" in found.copies.items()[0].note
    assert found.copies.current() == found.copies.items()[0].key


def test_a_backup_is_restored_from_the_list_and_the_main_window_opens(open_at: Open, folder: Path, qtbot: QtBot) -> None:
    damaged = spoil(folder)
    window, found = open_at(folder)
    press(qtbot, found.restore_button)
    assert "1 步" in found.question.facts["会失去的操作"].text() or "查不到" in found.question.facts["会失去的操作"].text()
    assert "人员少 1 人" in found.question.facts["恢复后比现在"].text()
    assert found.sure_button.hasFocus()
    qtbot.keyClick(found, Qt.Key.Key_Escape)
    assert found.restore_button.isVisible()
    press(qtbot, found.restore_button)
    press(qtbot, found.sure_button)
    wait_open(qtbot, window)
    assert seconded(window) == 1
    assert late(window).writable
    assert [path.read_bytes() for path in folder.glob("坏库_*/data.sqlite")] == [damaged]
    assert "已恢复" in window.toast.sentence.text()
    assert rescue_of(window) is None


def test_enter_on_a_backup_asks_before_it_restores(open_at: Open, folder: Path, qtbot: QtBot) -> None:
    damaged = spoil(folder)
    _window, found = open_at(folder)
    found.activateWindow()
    found.copies.setFocus()
    qtbot.keyClick(found.copies, Qt.Key.Key_Return)
    assert found.sure_button.isVisible()
    assert (folder / "data.sqlite").read_bytes() == damaged


def test_damaged_data_may_be_looked_at_and_not_changed(open_at: Open, folder: Path, qtbot: QtBot) -> None:
    damaged = spoil(folder)
    window, found = open_at(folder)
    press(qtbot, found.look_button)
    wait_open(qtbot, window)
    assert not late(window).writable
    assert "只读打开" in window.status.saved.text()
    assert seconded(window) == 2
    window.close()
    assert (folder / "data.sqlite").read_bytes() == damaged


def test_data_that_are_only_looked_at_can_be_restored_from_the_settings(open_at: Open, folder: Path, qtbot: QtBot) -> None:
    spoil(folder)
    window, found = open_at(folder)
    press(qtbot, found.look_button)
    wait_open(qtbot, window)
    window.go("settings")
    qtbot.waitUntil(lambda: not window.tasks.running, timeout=PATIENCE_MS)
    page = window.page("settings")
    assert isinstance(page, SettingsPage)
    qtbot.waitUntil(lambda: not page.back_up_button.isEnabled() and page.copies.restore_button.isEnabled(), timeout=PATIENCE_MS)
    assert "恢复一份备份" in page.back_up_button.toolTip()
    assert "恢复一份备份" in page.copies.hint.text()
    press(qtbot, page.copies.restore_button)
    qtbot.waitUntil(lambda: any(one.isVisible() for one in window.findChildren(TroubleDialog)), timeout=PATIENCE_MS)
    asked = next(one for one in window.findChildren(TroubleDialog) if one.isVisible())
    press(qtbot, next(button for button in asked.findChildren(QPushButton) if button.text() == "恢复"))
    qtbot.waitUntil(lambda: late(window).present is not None and late(window).writable, timeout=PATIENCE_MS)
    wait_open(qtbot, window)
    assert seconded(window) == 1
    window.go("settings")
    qtbot.waitUntil(lambda: page.back_up_button.isEnabled() and not page.copies.hint.isVisible(), timeout=PATIENCE_MS)


def test_salvaging_says_what_was_saved_before_it_opens(open_at: Open, folder: Path, qtbot: QtBot) -> None:
    damaged = spoil(folder)
    window, found = open_at(folder)
    press(qtbot, found.salvage_button)
    assert "备份" in found.doubt.facts["也可以"].text()
    press(qtbot, found.salvage_sure_button)
    qtbot.waitUntil(found.open_button.isVisible, timeout=PATIENCE_MS)
    assert "人员 2 人" in found.outcome.facts["救出"].text()
    assert [path.read_bytes() for path in folder.glob("坏库_*/data.sqlite")] == [damaged]
    press(qtbot, found.open_button)
    wait_open(qtbot, window)
    assert seconded(window) == 2


def test_a_foreign_file_is_called_so_and_left_alone(open_at: Open, tmp_path: Path, qtbot: QtBot) -> None:
    place = tmp_path / "别处"
    place.mkdir()
    with sqlite3.connect(place / "data.sqlite") as connection:
        connection.execute("CREATE TABLE other (id INTEGER)")
    connection.close()
    before = (place / "data.sqlite").read_bytes()
    window, found = open_at(place)
    assert found.band.title.text() == "这里放的不是执法台的数据"
    assert not found.restore_button.isVisible()
    assert not found.salvage_button.isVisible()
    press(qtbot, found.leave_button)
    qtbot.waitUntil(lambda: rescue_of(window) is None, timeout=PATIENCE_MS)
    assert (place / "data.sqlite").read_bytes() == before


def test_newer_data_ask_for_the_newer_program_and_not_for_a_backup(open_at: Open, folder: Path) -> None:
    with sqlite3.connect(folder / "data.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'v9999'")
    connection.close()
    _window, found = open_at(folder)
    assert found.band.title.text() == "数据是新版程序建立的，这个版本打不开"
    assert "v9999" in found.band.reason.text()
    assert not found.restore_button.isVisible()
    assert found.folder_button.isVisible()


def test_another_folder_can_be_opened_instead(
    open_at: Open, folder: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "另一处"
    with migrate.open_store(other, operator="周启明") as store, store.write("新建专项行动") as session:
        make.campaign(session)
    spoil(folder)
    window, found = open_at(folder)
    monkeypatch.setattr(rescue, "ask_folder", lambda _parent, _start: other)
    press(qtbot, found.folder_button)
    wait_open(qtbot, window)
    assert window.status.place.toolTip() == f"数据位置 {other}"
    assert seconded(window) == 0


def test_the_window_fits_a_laptop_and_its_story_can_be_copied(open_at: Open, folder: Path, qtbot: QtBot) -> None:
    spoil(folder)
    _window, found = open_at(folder)
    hint = found.minimumSizeHint()
    assert (hint.width() <= 1366, hint.height() <= 696) == (True, True)
    press(qtbot, next(button for button in found.findChildren(QPushButton) if button.text() == "复制说明"))
    copied = QGuiApplication.clipboard().text()
    assert "数据文件损坏了" in copied
    assert "代码：damaged" in copied
