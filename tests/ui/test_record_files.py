"""Photos and documents beside a record: before the first save, and after it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from services import attachments, drafts, evidence, undoing
from services.store import Store
from tests import make
from tests.ui.registers import CONTROL, labels, opened, press, settle
from ui.pages.findings import FINDINGS
from ui.pages.register import RegisterPage
from ui.tasks import SyncTasks

ENTERPRISE = "岚桥区瑞丰纺织有限公司"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Return a photo of 80 × 60."""
    path = tmp_path / "砂轮机没有防护罩.jpg"
    picture = QImage(80, 60, QImage.Format.Format_RGB32)
    picture.fill(QColor("gray"))
    picture.save(str(path))
    return path


@pytest.fixture
def finding(store: Store, campaign_id: int) -> int:
    """Return a stored finding."""
    with store.write("登记") as session:
        make.visit(session, campaign_id, ENTERPRISE)
        return make.finding(session, campaign_id, ENTERPRISE)


@pytest.fixture
def page(qtbot: QtBot, tasks_sync: SyncTasks, campaign_id: int, finding: int) -> RegisterPage:  # noqa: ARG001 - the page is not empty
    """Return the page of findings."""
    return opened(qtbot, tasks_sync, campaign_id, FINDINGS)


def names(page: RegisterPage) -> list[str]:
    """Return what the strip lists."""
    files = page.records.files
    assert files is not None
    return [files.strip.listed.item(row).text() for row in range(files.strip.listed.count())]


def add(page: RegisterPage, qtbot: QtBot, tasks: SyncTasks, *paths: Path) -> None:
    assert page.records.files is not None
    page.records.files.add(paths)
    settle(qtbot, tasks)


def fill(page: RegisterPage) -> None:
    for key, text in {"enterprise": ENTERPRISE, "hazard": "配电箱没有接地"}.items():
        page.panel.boxes[key].set_value(text)


def pieces(store: Store, record_id: int) -> list[str]:
    with store.read() as session:
        return [piece.name for piece in evidence.of(session, finding_id=record_id)]


def test_a_photo_added_before_the_first_save_is_linked_in_the_same_operation(
    page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store, photo: Path
) -> None:
    page.new_record()
    settle(qtbot, tasks_sync)
    fill(page)
    add(page, qtbot, tasks_sync, photo)
    assert names(page) == [photo.name]
    before = len(labels(store))
    page.panel.save()
    settle(qtbot, tasks_sync)
    settle(qtbot, tasks_sync)  # the saved record is loaded anew once its row is in the grid
    assert len(labels(store)) == before + 1
    assert page.panel.record_id is not None
    assert pieces(store, page.panel.record_id) == [photo.name]
    assert names(page) == [photo.name]
    with store.write("撤销") as session:
        undoing.undo(session)
    assert pieces(store, page.panel.record_id) == []


def test_a_file_that_waits_is_kept_by_its_hash_and_comes_back_with_the_draft(
    page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store, photo: Path, campaign_id: int
) -> None:
    page.new_record()
    settle(qtbot, tasks_sync)
    fill(page)
    add(page, qtbot, tasks_sync, photo)
    page.panel.hide()
    settle(qtbot, tasks_sync)
    place = drafts.Place(FINDINGS.form.code, "finding", None, campaign_id)
    with store.read() as session:
        found = drafts.find(session, place=place)
    assert found is not None
    assert [file.name for file in found.files] == [photo.name]
    assert attachments.place(store.folder, found.files[0].sha256).is_file()
    photo.unlink()
    page.panel.dirty = False
    page.new_record()
    settle(qtbot, tasks_sync)
    assert names(page) == [photo.name]


def test_dropping_the_draft_drops_its_files_and_fetches_them_back(
    page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, photo: Path
) -> None:
    page.new_record()
    settle(qtbot, tasks_sync)
    add(page, qtbot, tasks_sync, photo)
    page.panel.hide()
    settle(qtbot, tasks_sync)
    page.panel.dirty = False
    page.new_record()
    settle(qtbot, tasks_sync)
    page.panel.draft_line.button.click()
    settle(qtbot, tasks_sync)
    assert names(page) == []
    page.panel.draft_line.button.click()
    settle(qtbot, tasks_sync)
    assert names(page) == [photo.name]


def test_what_the_service_refuses_leaves_the_files_waiting(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, photo: Path) -> None:
    page.new_record()
    settle(qtbot, tasks_sync)
    fill(page)
    page.panel.boxes["enterprise"].set_value("没有检查过的企业")
    add(page, qtbot, tasks_sync, photo)
    page.panel.save()
    settle(qtbot, tasks_sync)
    assert page.panel.record_id is None
    assert names(page) == [photo.name]


def test_a_stored_record_takes_files_at_once_and_gives_them_to_the_bin(
    page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store, photo: Path, finding: int
) -> None:
    page.open_record(finding)
    settle(qtbot, tasks_sync)
    add(page, qtbot, tasks_sync, photo)
    assert pieces(store, finding) == names(page) == [photo.name]
    assert labels(store)[0] == f"添加问题照片 {photo.name}"
    files = page.records.files
    assert files is not None
    files.strip.listed.setFocus()
    press(page, Qt.Key.Key_Delete)
    settle(qtbot, tasks_sync)
    assert pieces(store, finding) == names(page) == []
    with store.write("撤销") as session:
        undoing.undo(session)
    settle(qtbot, tasks_sync)
    assert names(page) == [photo.name]


def test_files_copied_elsewhere_are_pasted_into_any_field(
    page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store, photo: Path, finding: int
) -> None:
    page.open_record(finding)
    settle(qtbot, tasks_sync)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(photo))])
    QGuiApplication.clipboard().setMimeData(data)
    page.panel.boxes["hazard"].take_focus()
    before = page.panel.boxes["hazard"].value()
    press(page, Qt.Key.Key_V, held=CONTROL)
    settle(qtbot, tasks_sync)
    assert pieces(store, finding) == [photo.name]
    assert page.panel.boxes["hazard"].value() == before


def test_a_picture_on_the_clipboard_becomes_a_file(
    page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store, photo: Path, finding: int
) -> None:
    page.open_record(finding)
    settle(qtbot, tasks_sync)
    QGuiApplication.clipboard().setImage(QImage(str(photo)))
    files = page.records.files
    assert files is not None
    files.strip.add_button.setFocus()
    press(page, Qt.Key.Key_V, held=CONTROL)
    settle(qtbot, tasks_sync)
    assert [name[:5] for name in pieces(store, finding)] == ["粘贴的图片"]


def test_a_photo_that_cannot_be_opened_is_refused_beside_the_strip(
    page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, tmp_path: Path
) -> None:
    broken = tmp_path / "坏照片.jpg"
    broken.write_bytes(b"no photo")
    page.new_record()
    settle(qtbot, tasks_sync)
    add(page, qtbot, tasks_sync, broken)
    files = page.records.files
    assert files is not None
    assert names(page) == []
    assert "坏照片.jpg" in files.strip._say.text()
