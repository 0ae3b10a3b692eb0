"""设置: every control works, on a real data folder, and says what it did."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from models import Secondment
from services import backup, clock, people, settings, undoing
from services.backup import Age
from services.listing import count
from services.store import Store
from tests import make
from ui import app as application
from ui import theme
from ui.backup_list import age_words
from ui.errors import TroubleDialog
from ui.late_store import LateStore
from ui.main_window import MainWindow
from ui.pages import settings as settings_page
from ui.pages.register import RegisterPage
from ui.pages.settings import SettingsPage

PATIENCE_MS = 20_000


@pytest.fixture
def folder(store: Store) -> Path:
    """Return a closed data folder: a backup with one person, then a second person."""
    with store.write("登记操作人") as session:
        settings.save(session, settings=settings.Settings(office="岚桥区应急管理局", operator="周启明"))
    with store.write("新建专项行动") as session:
        campaign_id = make.campaign(session)
        make.person(session, campaign_id)
    backup.make(store, reason="导入前")
    with store.write("新增人员 贺启航") as session:
        make.person(session, campaign_id, "贺启航", cert_no="99030200002", phone="19900000002")
    store.close()
    return store.folder.root


@pytest.fixture
def window(qtbot: QtBot, folder: Path) -> Iterator[MainWindow]:
    """Return the program on that folder, its settings shown."""
    QSettings().clear()
    opened = application.open_window(folder)
    opened.show()
    qtbot.waitUntil(lambda: opened.stack.count() > 0, timeout=PATIENCE_MS)
    opened.go("settings")
    settle(qtbot, opened)
    yield opened
    opened.close()
    opened.deleteLater()
    qtbot.wait(50)


@pytest.fixture
def page(window: MainWindow) -> SettingsPage:
    found = window.page("settings")
    assert isinstance(found, SettingsPage)
    return found


def late(window: MainWindow) -> LateStore:
    assert isinstance(window.tasks.store, LateStore)
    return window.tasks.store


def settle(qtbot: QtBot, window: MainWindow) -> None:
    for _ in range(3):
        qtbot.wait(20)
        qtbot.waitUntil(lambda: not window.tasks.running, timeout=PATIENCE_MS)


def press(qtbot: QtBot, window: MainWindow, button: QPushButton) -> None:
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    settle(qtbot, window)


def dialog(window: MainWindow) -> TroubleDialog:
    return next(found for found in window.findChildren(TroubleDialog) if found.isVisible())


def choose(qtbot: QtBot, window: MainWindow, word: str) -> None:
    button = next(found for found in dialog(window).findChildren(QPushButton) if found.text() == word)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def stored(window: MainWindow) -> settings.Settings:
    with window.tasks.store.read() as session:
        return settings.load(session)


@pytest.mark.usefixtures("page")
def test_the_page_fits_a_laptop_without_scrolling(window: MainWindow) -> None:
    window.resize(1366, 696)
    hint = window.minimumSizeHint()
    assert (hint.width() <= 1366, hint.height() <= 696) == (True, True)


def test_a_backup_made_now_is_listed_and_said(window: MainWindow, page: SettingsPage, qtbot: QtBot) -> None:
    before = len(page.copies.copies.items())
    press(qtbot, window, page.back_up_button)
    items = page.copies.copies.items()
    assert len(items) == before + 1
    made = next(item for item in items if item.title.endswith("手动"))
    assert "人员 2 人" in made.note
    assert window.status.backup.text().startswith("已备份 今天")


def test_a_backup_is_tried_out_and_nothing_else_changes(window: MainWindow, page: SettingsPage, folder: Path, qtbot: QtBot) -> None:
    files = sorted(path.name for path in (folder / "backups").iterdir())
    press(qtbot, window, page.copies.try_button)
    assert dialog(window).trouble.title == "这份备份能用"
    choose(qtbot, window, "知道了")
    assert sorted(path.name for path in (folder / "backups").iterdir()) == files
    assert page.copies.try_button.text() == "试恢复"


def test_a_restore_is_previewed_then_done_and_the_window_works_on(window: MainWindow, page: SettingsPage, qtbot: QtBot) -> None:
    old = next(item.key for item in page.copies.copies.items() if item.title.endswith("导入前"))
    rows = [getattr(entry, "key", None) for entry in page.copies.copies.lines.entries]
    page.copies.copies.setCurrentIndex(page.copies.copies.lines.index(rows.index(old)))
    press(qtbot, window, page.copies.restore_button)
    told = dict(dialog(window).trouble.facts)
    assert "新增人员 贺启航" in told["会失去"]
    assert "人员少 1 人" in told["比现在"]
    choose(qtbot, window, "恢复")
    qtbot.waitUntil(lambda: "已恢复备份" in window.toast.sentence.text(), timeout=PATIENCE_MS)
    settle(qtbot, window)
    with window.tasks.store.read() as session:
        assert count(session, people.LISTING, scope=window.desk.campaign_id) == 1
        assert undoing.entries(session)[0].label.startswith("恢复备份")
    assert "恢复前" in [one.reason for one in backup.listed(late(window).folder)]
    window.tasks.command("新建专项行动", make.campaign, name="另一次检查活动")
    settle(qtbot, window)
    assert "改动已保存" in window.status.saved.text()


def test_a_preview_can_be_left(window: MainWindow, page: SettingsPage, qtbot: QtBot) -> None:
    press(qtbot, window, page.copies.restore_button)
    choose(qtbot, window, "取消")
    settle(qtbot, window)
    with window.tasks.store.read() as session:
        assert count(session, people.LISTING, scope=window.desk.campaign_id) == 2


def test_a_second_place_is_kept_and_gets_the_next_backup(
    window: MainWindow, page: SettingsPage, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = tmp_path / "U盘"
    away.mkdir()
    monkeypatch.setattr(settings_page, "ask_folder", lambda _parent, _title, _start: away)
    press(qtbot, window, page.copies.choose_button)
    assert stored(window).second_backup == str(away)
    press(qtbot, window, page.back_up_button)
    assert len(list(away.glob("*.sqlite"))) == 1
    assert "外存副本" in window.status.backup.text()
    press(qtbot, window, page.copies.clear_button)
    assert stored(window).second_backup == ""
    assert not page.copies.clear_button.isVisible()


def test_the_data_are_moved_and_the_window_works_on_there(
    window: MainWindow, page: SettingsPage, folder: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "新位置"
    target.mkdir()
    monkeypatch.setattr(settings_page, "ask_folder", lambda _parent, _title, _start: target)
    press(qtbot, window, page.place.move_button)
    qtbot.waitUntil(lambda: "数据已搬到" in window.toast.sentence.text(), timeout=PATIENCE_MS)
    settle(qtbot, window)
    assert late(window).folder.root == target
    assert not folder.exists()
    with window.tasks.store.read() as session:
        assert count(session, people.LISTING, scope=window.desk.campaign_id) == 2


def test_a_move_that_is_refused_leaves_the_data_open_where_they_are(
    window: MainWindow, page: SettingsPage, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "里面").mkdir()
    monkeypatch.setattr(settings_page, "ask_folder", lambda _parent, _title, _start: folder / "里面")
    press(qtbot, window, page.place.move_button)
    assert dialog(window).trouble.title == "搬数据没有做成"
    choose(qtbot, window, "知道了")
    assert late(window).folder.root == folder
    assert late(window).writable


def test_office_and_operator_are_saved_and_shown_at_the_top(window: MainWindow, page: SettingsPage, qtbot: QtBot) -> None:
    assert not page.people.save_button.isEnabled()
    editor = page.people.fields["operator"].editor
    editor.setFocus()
    editor.selectAll()  # type: ignore[attr-defined]
    editor.insert("丁海波")  # type: ignore[attr-defined]
    editor.edited.emit()  # type: ignore[attr-defined]
    press(qtbot, window, page.people.save_button)
    assert (stored(window).operator, late(window).operator, window.top.operator.text()) == ("丁海波", "丁海波", "丁海波")
    assert not page.people.save_button.isEnabled()


def test_an_empty_name_is_refused_beside_its_field(window: MainWindow, page: SettingsPage, qtbot: QtBot) -> None:
    editor = page.people.fields["operator"].editor
    editor.setFocus()
    editor.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClick(editor, Qt.Key.Key_Delete)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert page.people.fields["operator"].remark is not None
    assert stored(window).operator == "周启明"


def test_theme_and_text_size_change_at_once_and_are_remembered(page: SettingsPage, qtbot: QtBot) -> None:
    page.look.themes.setFocus()
    qtbot.keyClick(page.look.themes, Qt.Key.Key_Down)
    page.look.themes.activated.emit(2)
    page.look.scales.activated.emit(2)
    assert (theme.current().name, theme.current().scale) == ("dark", 1.25)
    assert (QSettings().value("look/theme"), float(str(QSettings().value("look/scale")))) == ("dark", 1.25)


def test_the_data_are_checked_item_by_item(window: MainWindow, page: SettingsPage, qtbot: QtBot) -> None:
    press(qtbot, window, page.check.button)
    items = page.check.found.items()
    assert len(items) >= 4
    assert {item.icon for item in items} == {("check-circle", "done")}
    assert "都对" in page.check.note.full


def test_the_bundle_is_written_without_names(
    window: MainWindow, page: SettingsPage, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "诊断.zip"
    monkeypatch.setattr(settings_page, "ask_file", lambda _parent, _title, _start: target)
    press(qtbot, window, page.bundle.button)
    with zipfile.ZipFile(target) as archive:
        text = "".join(archive.read(name).decode() for name in archive.namelist())
    assert not any(word in text for word in ("贺启航", "周启明", "19900000002", "岚桥区"))


def test_a_window_that_only_reads_switches_off_what_writes_and_says_why(folder: Path, qtbot: QtBot) -> None:
    from services import migrate  # noqa: PLC0415 - only this test holds the lock itself

    QSettings().clear()
    with migrate.open_store(folder, operator="丁海波"):
        second = application.open_window(folder)
        second.show()
        qtbot.waitUntil(lambda: second.stack.count() > 0, timeout=PATIENCE_MS)
        second.go("settings")
        settle(qtbot, second)
        found = second.page("settings")
        assert isinstance(found, SettingsPage)
        assert not found.back_up_button.isEnabled()
        assert "丁海波" in found.back_up_button.toolTip()
        assert not found.copies.restore_button.isEnabled()
        assert found.copies.try_button.isEnabled()
        second.close()
        second.deleteLater()
        qtbot.wait(50)


@pytest.mark.parametrize(
    ("days", "second", "level", "words"),
    [(0, 0, "ok", "外存副本 刚才"), (9, 9, "amber", "外存副本 9 天前"), (0, None, "red", "没有外存副本"), (0, None, "ok", "已备份")],
)
def test_the_status_line_says_the_age_before_it_colours_it(days: int, second: int | None, level: str, words: str) -> None:
    now = clock.now()
    copied = None if second is None else now - timedelta(days=second)
    said, colour, _tip = age_words(Age(now - timedelta(days=days), copied, "U盘" if copied else "", "", level))
    assert words in said
    assert colour == {"ok": "", "amber": "soon", "red": "bad"}[level]


def _people(window: MainWindow, qtbot: QtBot) -> RegisterPage:
    window.go("people")
    settle(qtbot, window)
    page = window.page("people")
    assert isinstance(page, RegisterPage)
    return page


def test_numbers_are_masked_until_they_are_asked_for_and_that_is_recorded(window: MainWindow, qtbot: QtBot) -> None:
    page = _people(window, qtbot)
    column = page.register.form.keys.index("phone")
    assert [page.model.text_at(row, column) for row in (0, 1)] == ["199****0001", "199****0002"]
    page.grid.setCurrentIndex(page.model.index(1, column))
    page.grid.copy()
    assert QGuiApplication.clipboard().text() == "199****0002"
    qtbot.keyClick(page.grid, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, window)
    box = page.panel.boxes["phone"]
    assert (box.veiled, box.editor.isVisible()) == (True, False)
    veil = next(found for found in box.findChildren(QPushButton) if found.text() == "点开显示")
    qtbot.mouseClick(veil, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    settle(qtbot, window)
    assert (box.veiled, box.value()) == (False, "19900000002")
    assert page.model.text_at(1, column) == "19900000002"
    assert page.model.text_at(0, column) == "199****0001"
    with window.tasks.store.read() as session:
        last = undoing.entries(session)[0]
    assert (last.kind, last.label, last.undoable) == ("view", "查看人员 贺启航 的号码", False)


def test_masked_numbers_survive_saving_pasting_and_filling(window: MainWindow, qtbot: QtBot) -> None:
    page = _people(window, qtbot)
    column = page.register.form.keys.index("phone")
    page.grid.setCurrentIndex(page.model.index(0, column))
    page.grid.copy()
    page.grid.setCurrentIndex(page.model.index(1, column))
    page.grid.paste()
    settle(qtbot, window)
    page.open_record(page.model.id_at(0) or 0)
    settle(qtbot, window)
    page.panel.boxes["remark"].set_value("证件换发中")
    page.panel.dirty = True
    assert page.panel.save()
    settle(qtbot, window)
    with window.tasks.store.read() as session:
        phones = [people.load(session, record_id=page.model.id_at(row) or 0)["phone"] for row in (0, 1)]
    assert phones == ["19900000001", "19900000002"]


def test_masking_can_be_switched_off(window: MainWindow, page: SettingsPage, qtbot: QtBot) -> None:
    register = _people(window, qtbot)
    window.go("settings")
    settle(qtbot, window)
    qtbot.mouseClick(page.look.masks, Qt.MouseButton.LeftButton, pos=QPoint(8, page.look.masks.height() // 2))
    settle(qtbot, window)
    assert not stored(window).mask_personal
    assert register.model.text_at(0, register.register.form.keys.index("phone")) == "19900000001"


def test_the_page_paints_at_every_text_size(page: SettingsPage, qtbot: QtBot) -> None:
    for number in range(page.look.scales.count()):
        page.look.scales.activated.emit(number)
        qtbot.wait(5)
        assert not page.grab().isNull()


def test_what_is_old_in_the_bin_goes_for_good_only_after_a_question(window: MainWindow, page: SettingsPage, qtbot: QtBot) -> None:
    assert not page.bin.button.isEnabled()
    store = page.store
    with store.write("登记") as session:
        people.remove(session, record_ids=[1])
    with store.write("很久以前") as session:
        session.get_one(Secondment, 1).deleted_at = clock.now().replace(microsecond=0) - timedelta(days=100)
    settle(qtbot, window)
    page.bin.ask()
    settle(qtbot, window)
    assert page.bin.button.isEnabled()
    press(qtbot, window, page.bin.button)
    asked = dialog(window)
    wanted = next(button for button in asked.findChildren(QPushButton) if button.text() == "彻底删除")
    press(qtbot, window, wanted)
    assert not page.bin.button.isEnabled()
    with store.read() as session:
        assert session.get(Secondment, 1) is None
        assert undoing.entries(session)[0].kind == "purge"
