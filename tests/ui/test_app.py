"""The composition root: painted first, opened after, closed cleanly."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from services import backup, migrate, settings
from services.store import Store
from tests import make
from ui import app as application
from ui import theme
from ui.errors import TroubleDialog
from ui.forms.form_dialog import FormDialog
from ui.imports.wizard import ImportWizard
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


def drop(window: MainWindow, *paths: Path) -> None:
    """Drag files into the window and let them go."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    QCoreApplication.sendEvent(window, QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, left, none))
    QCoreApplication.sendEvent(window, QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, left, none))


def test_a_dropped_folder_without_a_form_says_so_and_what_can_be_dropped(
    open_at: Callable[[Path], MainWindow], folder: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_at(folder)
    bare = tmp_path / "双汊镇报送"
    (bare / "里层").mkdir(parents=True)
    (bare / "里层" / "~$附件1.xlsx").write_bytes(b"")  # what WPS leaves behind is no form
    drop(window, bare)
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), TroubleDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, TroubleDialog)
    said = dialog.trouble.text()
    assert dialog.trouble.title == "文件夹“双汊镇报送”里没有可以读的表"
    assert str(bare) in said
    assert "xlsx、xls、csv、docx" in said
    assert "不是文件" not in said
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert not window.findChildren(ImportWizard), "nothing is left behind the dialog"

    drop(window, bare, folder / "data.sqlite")
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), TroubleDialog))
    again = QApplication.activeModalWidget()
    assert isinstance(again, TroubleDialog)
    assert "另外 1 项照常在读" in again.trouble.text()
    QTest.keyClick(again, Qt.Key.Key_Return)
    wizard = window.findChildren(ImportWizard)[0]
    qtbot.waitUntil(lambda: not window.tasks.running, timeout=PATIENCE_MS)
    assert [state.path.name for state in wizard.states] == ["data.sqlite"]
