"""An open window cares for its data: backups in time, a weekly check."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from services import backup, clock, migrate, people, places, settings, upkeep
from services.listing import count
from services.paths import DataFolder
from services.progress import Progress
from services.store import Store
from tests import make
from ui import app as application
from ui.errors import TroubleDialog
from ui.late_store import LateStore
from ui.main_window import MainWindow
from ui.pages.register import RegisterPage
from ui.pages.settings import SettingsPage
from ui.upkeep import Upkeep

PATIENCE_MS = 20_000
MANY = backup.MANY_ROWS + 5


@pytest.fixture
def folder(store: Store) -> Path:
    """Return a closed data folder with an operator, a campaign, many people."""
    with store.write("登记操作人") as session:
        settings.save(session, settings=settings.Settings(office="岚桥区应急管理局", operator="周启明"))
    with store.write("建立专项行动") as session:
        campaign = make.campaign(session)
        for number in range(MANY):
            make.person(session, campaign, f"人员{number}", cert_no=str(99030200000 + number))
    store.close()
    return store.folder.root


@pytest.fixture
def window(qtbot: QtBot, folder: Path) -> Iterator[MainWindow]:
    QSettings().clear()
    opened = application.open_window(folder)
    opened.show()
    qtbot.waitUntil(lambda: bool(made(folder)), timeout=PATIENCE_MS)  # the backup at opening
    settle(qtbot, opened)
    yield opened
    opened.close()
    opened.deleteLater()
    qtbot.wait(50)


def made(folder: Path) -> list[str]:
    """Return why each backup was made, in the order they were made."""
    return [one.reason for one in reversed(backup.listed_in(folder / "backups"))]


def care(window: MainWindow) -> Upkeep:
    keeper = window.findChild(application.Keeper)
    assert keeper is not None
    assert keeper.upkeep is not None
    return keeper.upkeep


def settle(qtbot: QtBot, window: MainWindow) -> None:
    for _ in range(3):
        qtbot.wait(20)
        qtbot.waitUntil(lambda: not window.tasks.running, timeout=PATIENCE_MS)


def later(monkeypatch: pytest.MonkeyPatch, **gap: float) -> None:
    moment = clock.now() + timedelta(**gap)
    monkeypatch.setattr(clock, "now", lambda: moment)


def dialogs(window: MainWindow) -> list[TroubleDialog]:
    return [found for found in window.findChildren(TroubleDialog) if found.isVisible()]


def change(qtbot: QtBot, window: MainWindow) -> None:
    window.tasks.command("新建专项行动", make.campaign, name="另一次检查活动")
    settle(qtbot, window)


def look(qtbot: QtBot, window: MainWindow) -> None:
    care(window).look()
    settle(qtbot, window)


def test_a_day_at_the_window_is_backed_up_at_its_moments(
    window: MainWindow, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(qtbot, window)
    care(window).back_up("hourly")
    settle(qtbot, window)
    assert made(folder) == ["打开"]  # within half an hour
    later(monkeypatch, hours=1)
    care(window)._hourly.timeout.emit()
    settle(qtbot, window)
    assert made(folder) == ["打开", "每小时"]
    later(monkeypatch, hours=1)
    care(window)._hourly.timeout.emit()
    settle(qtbot, window)
    assert made(folder) == ["打开", "每小时"]  # nothing was done since
    action = next(action for action in window._commands if action.label == "立即备份")
    action.act()
    settle(qtbot, window)
    window.tasks.command("新建专项行动", make.campaign, name="第三次检查活动")
    settle(qtbot, window)
    later(monkeypatch, hours=1)
    assert window.close()
    assert made(folder) == ["打开", "每小时", "手动", "关闭"]


def test_many_rows_taken_away_in_the_grid_are_backed_up_first(
    window: MainWindow, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.go("people")
    settle(qtbot, window)
    page = window.page("people")
    assert isinstance(page, RegisterPage)
    change(qtbot, window)
    later(monkeypatch, hours=1)
    page.remove([page.model.id_at(row) or 0 for row in range(3)])
    settle(qtbot, window)
    assert made(folder) == ["打开"]
    page.remove([page.model.id_at(row) or 0 for row in range(backup.MANY_ROWS + 1)])
    settle(qtbot, window)
    assert made(folder) == ["打开", "批量删除前"]
    with window.tasks.store.read() as session:
        assert count(session, people.LISTING, scope=window.desk.campaign_id) == MANY - 3 - backup.MANY_ROWS - 1


def test_once_a_week_the_data_are_checked_behind_the_work(
    window: MainWindow, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "还没有做过数据体检" in window.status.backup.toolTip()
    look(qtbot, window)
    first = upkeep.last_check(DataFolder(folder))
    assert first is not None
    assert first.ok
    assert dialogs(window) == []
    assert "上次数据体检：今天" in window.status.backup.toolTip()
    look(qtbot, window)
    assert upkeep.last_check(DataFolder(folder)) == first
    window.go("settings")
    settle(qtbot, window)
    page = window.page("settings")
    assert isinstance(page, SettingsPage)
    assert "都对" in page.check.note.full
    later(monkeypatch, days=8)
    look(qtbot, window)
    again = upkeep.last_check(DataFolder(folder))
    assert again is not None
    assert again.at != first.at


def test_what_the_check_finds_is_said_once_with_the_way_out(window: MainWindow, folder: Path, qtbot: QtBot) -> None:
    spoiled = next((folder / "backups").glob("*.sqlite"))
    spoiled.write_bytes(spoiled.read_bytes() + b"x")
    look(qtbot, window)
    (said,) = dialogs(window)
    assert "备份" in said.trouble.why
    assert "立即备份" in dict(said.trouble.facts)["怎么办"]
    assert window.status.backup.text().startswith("数据体检有问题")
    assert "1 项不对：备份" in window.status.backup.toolTip()
    said.close()
    look(qtbot, window)
    assert dialogs(window) == []


def test_the_check_gives_way_to_work_that_is_waited_for(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    began, stopped = Event(), Event()

    def endless(_store: Store, *, gently: bool, progress: Progress) -> None:
        assert gently
        began.set()
        try:
            while True:
                progress(0, None, "")
                stopped.wait(0.01)
        finally:
            stopped.set()

    monkeypatch.setattr(upkeep, "check", endless)
    care(window).look()
    qtbot.waitUntil(began.is_set, timeout=PATIENCE_MS)
    release = Event()
    window.tasks.work(_import, release=release).with_progress("正在写入").start(window)
    qtbot.waitUntil(stopped.is_set, timeout=PATIENCE_MS)
    care(window).look()  # and it does not begin while that runs
    running = care(window).check
    assert running is None or running.meter.stop.is_set()
    release.set()
    settle(qtbot, window)
    assert care(window).check is None


def _import(*, release: Event, progress: Progress) -> None:
    progress(0, 1, "来表")
    release.wait(20)


def test_closing_stops_the_check(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    began = Event()

    def endless(_store: Store, *, gently: bool, progress: Progress) -> None:
        while gently:
            began.set()
            progress(0, None, "")

    monkeypatch.setattr(upkeep, "check", endless)
    care(window).look()
    qtbot.waitUntil(began.is_set, timeout=PATIENCE_MS)
    window.close()
    assert not window.isVisible()


def test_a_sync_folder_is_said_once_a_week(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "warnings", lambda _root: ("数据文件夹在 WPS云盘 的同步文件夹里",))
    look(qtbot, window)
    (said,) = dialogs(window)
    assert "WPS云盘" in said.trouble.why
    assert "搬到别处" in dict(said.trouble.facts)["怎么办"]
    said.close()
    look(qtbot, window)
    assert dialogs(window) == []


def test_a_window_that_only_reads_leaves_the_check_to_the_other(folder: Path, qtbot: QtBot) -> None:
    from services import migrate  # noqa: PLC0415 - only this test holds the lock itself

    QSettings().clear()
    with migrate.open_store(folder, operator="丁海波"):
        second = application.open_window(folder)
        second.show()
        qtbot.waitUntil(lambda: second.stack.count() > 0, timeout=PATIENCE_MS)
        settle(qtbot, second)
        look(qtbot, second)
        assert isinstance(second.tasks.store, LateStore)
        assert upkeep.last_check(second.tasks.store.folder) is None
        second.close()
        second.deleteLater()
        qtbot.wait(50)


def test_an_older_file_put_over_the_data_is_told_when_the_window_opens(qtbot: QtBot, folder: Path) -> None:
    older = (folder / "data.sqlite").read_bytes()
    with migrate.open_store(folder, operator="周启明") as store, store.write("建立专项行动") as session:
        make.campaign(session, name="另一次检查活动")
    (folder / "data.sqlite").write_bytes(older)
    opened = application.open_window(folder)
    opened.show()
    qtbot.waitUntil(lambda: bool(dialogs(opened)), timeout=PATIENCE_MS)
    assert "旧文件盖过" in dialogs(opened)[0].trouble.why
    dialogs(opened)[0].close()
    settle(qtbot, opened)
    opened.close()
    opened.deleteLater()
    qtbot.wait(50)
