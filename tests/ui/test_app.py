"""The composition root: painted first, opened after, closed cleanly."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from services import backup, migrate, settings
from services.store import Store
from tests import make
from ui import app as application
from ui import theme
from ui.forms.form_dialog import FormDialog
from ui.late_store import LateStore, NotOpen
from ui.main_window import MainWindow

PATIENCE_MS = 20_000


def _keep_operator(store: Store) -> None:
    with store.write("登记操作人") as session:
        settings.save(session, settings=settings.Settings(office="岚桥区应急管理局", operator="周启明"))


@pytest.fixture
def folder(store: Store) -> Path:
    """Return a closed data folder with an operator and a campaign."""
    _keep_operator(store)
    with store.write("建立专项行动") as session:
        make.campaign(session)
    store.close()
    return store.folder.root


@pytest.fixture
def open_at(qtbot: QtBot) -> Iterator[Callable[[Path], MainWindow]]:
    """Return a function that opens the window on a folder and waits for its data."""
    QSettings().clear()
    opened: list[MainWindow] = []

    def make_window(place: Path) -> MainWindow:
        window = application.open_window(place)
        opened.append(window)
        window.show()
        qtbot.waitUntil(lambda: window.stack.count() > 0 or window.status.saved.text() == "数据没有打开", timeout=PATIENCE_MS)
        qtbot.waitUntil(lambda: not window.tasks.running, timeout=PATIENCE_MS)
        return window

    yield make_window
    for window in opened:
        window.close()
        window.deleteLater()
    qtbot.wait(50)


def test_the_frame_is_painted_before_any_service_is_imported() -> None:
    code = (
        "import sys; from ui import app; a = app.make_application(['x']); w = app.MainWindow(app.Tasks(app.LateStore()), app.ENTRIES); "
        "w.show(); w.grab(); print([m for m in ('sqlalchemy', 'openpyxl', 'reportlab', 'alembic') if m in sys.modules]); "
        "w.tasks.store.close(); w.tasks.shutdown()"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"


def test_opening_shows_the_campaign_and_makes_a_backup(open_at: Callable[[Path], MainWindow], folder: Path, qtbot: QtBot) -> None:
    window = open_at(folder)
    assert window.desk.campaign_id is not None
    assert window.top.operator.text() == "周启明"
    assert window.windowTitle() == "执法台 - 岚桥区应急管理局"
    qtbot.waitUntil(lambda: len(list((folder / "backups").glob("*.json"))) == 1, timeout=PATIENCE_MS)


def test_a_first_start_asks_who_works_here(open_at: Callable[[Path], MainWindow], tmp_path: Path) -> None:
    window = open_at(tmp_path / "新")
    assert [d.windowTitle() for d in window.findChildren(FormDialog) if d.isVisible()] == ["第一次使用"]


def test_a_second_window_only_reads_and_says_who_writes(open_at: Callable[[Path], MainWindow], folder: Path) -> None:
    with migrate.open_store(folder, operator="丁海波"):
        window = open_at(folder)
        assert "丁海波" in window.status.saved.text()
        assert window.desk.campaign_id is not None


def test_the_theme_changes_at_once_and_is_remembered(open_at: Callable[[Path], MainWindow], folder: Path, qapp: QApplication) -> None:
    window = open_at(folder)
    keeper = window.findChild(application.Keeper)
    assert keeper is not None
    keeper.choose_theme("dark")
    assert (theme.current().name, QSettings().value("look/theme")) == ("dark", "dark")
    assert qapp.styleSheet()


def test_closing_frees_the_lock_and_leaves_nothing_running(open_at: Callable[[Path], MainWindow], folder: Path, qtbot: QtBot) -> None:
    window = open_at(folder)
    window.close()
    qtbot.wait(20)
    with migrate.open_store(folder, operator="丁海波") as store:
        assert store.writable
        assert backup.listed(store.folder)


def test_every_page_of_the_rail_opens_and_fits_a_laptop(open_at: Callable[[Path], MainWindow], folder: Path, qtbot: QtBot) -> None:
    window = open_at(folder)
    for entry in application.ENTRIES:
        window.go(entry.key)
        qtbot.waitUntil(lambda: not window.tasks.running, timeout=PATIENCE_MS)
        hint = window.minimumSizeHint()
        assert hint.width() <= 1366, entry.key
        assert hint.height() <= 696, entry.key


def test_a_store_that_never_came_is_said_so() -> None:
    late = LateStore()
    late.close()
    with pytest.raises(NotOpen):
        late.read()


def test_what_the_window_asks_of_its_store_never_waits_while_the_data_are_let_go(store: Store) -> None:
    late = LateStore()
    late.attach(store)
    late.let_go()
    assert (late.folder, late.operator, late.present) == (store.folder, "周启明", None)
