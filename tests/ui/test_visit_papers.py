"""Photos, films, suggestions and the list on the visit page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from services import clock, evidence, findings, visiting
from services.store import Store
from tests.ui.test_visit_entry import CONTROL, DAY, FIRMS, HAZARDS, Hand, shown, stored, visits
from ui.errors import TroubleDialog
from ui.forms.form_dialog import FormDialog
from ui.pages import problem_list
from ui.pages.visit_entry import VisitEntry
from ui.tasks import SyncTasks

__all__ = ["visits"]
GPS = 0x8825


@pytest.fixture
def hand(qtbot: QtBot, tasks_sync: SyncTasks, visits: int) -> Iterator[Hand]:
    """Return a hand in the grid of findings, two of which were typed."""
    made = Hand(shown(qtbot, tasks_sync, visits), qtbot, tasks_sync)
    made.key(Qt.Key.Key_N, held=CONTROL)
    made.page.entry.grid.findings.add(HAZARDS[:2])
    made.rest()
    made.key(Qt.Key.Key_Down, held=CONTROL)
    yield made
    clock.set_demo_date(None)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Return a photo that knows where it was taken."""
    exif = Image.Exif()
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (36.0, 48.0, 0.0)
    path = tmp_path / "IMG_0412.jpg"
    Image.new("RGB", (12, 8), (120, 120, 120)).save(path, exif=exif)
    return path


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "DSJ-20230420_090612.mp4"
    path.write_bytes(b"film" * 4096)
    return path


def drop(entry: VisitEntry, place: QPointF, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    held, button = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    entry.dropEvent(QDropEvent(place, Qt.DropAction.CopyAction, data, button, held))


def chips(entry: VisitEntry) -> list[str]:
    listed = entry.papers.listed
    return [listed.item(row).text() for row in range(listed.count())]


def test_photos_and_films_are_added_by_key_and_by_drop_and_saved_with_the_visit(
    hand: Hand, store: Store, photo: Path, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = hand.page.entry
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_asked: ([str(photo)], ""))
    entry.grid.go_to(1, 0)
    hand.key(Qt.Key.Key_I, held=CONTROL)
    entry.fields.boxes["meeting_open"].set_value("9:05-9:20")
    drop(entry, QPointF(5, 5), film)
    hand.rest()
    assert chips(entry) == ["第2条 IMG_0412.jpg", "启动会 09:06–? DSJ-20230420_090612.mp4"]
    entry.grid.setFocus()
    hand.key(Qt.Key.Key_Return, held=CONTROL)
    with store.read() as session:
        stop = next(one for one in visiting.tour(session, campaign_id=1, as_of=DAY) if one.enterprise == FIRMS[0])
        number = stop.inspection_id or 0
        found = findings.of_visit(session, inspection_id=number)
        (piece,) = evidence.of(session, finding_id=found[1].id)
        (recorded,) = evidence.recordings(session, inspection_id=number)
        assert evidence.of(session, finding_id=found[0].id) == []
    assert (piece.name, piece.kind) == ("IMG_0412.jpg", "问题照片")
    assert (recorded.scene, recorded.started_at, recorded.path) == ("启动会", "09:06", str(film))
    kept = store.folder.attachments / piece.sha256[:2] / piece.sha256
    with Image.open(kept) as picture:
        assert GPS not in picture.getexif()
    entry.open_enterprise(stop.enterprise_id)
    hand.rest()
    assert chips(entry)[0] == "第2条 IMG_0412.jpg"


def test_what_a_photo_shows_is_typed_before_the_visit_is_saved_and_mended_after(hand: Hand, photo: Path) -> None:
    entry = hand.page.entry
    viewport, index = entry.grid.viewport(), entry.grid.findings.index(1, 0)
    drop(entry, QPointF(viewport.mapTo(entry, entry.grid.visualRect(index).center())), photo)
    hand.rest()

    def say(words: str) -> None:
        entry.papers.listed.setCurrentRow(0)
        QTest.keyClick(entry.papers.listed, Qt.Key.Key_F2)
        dialog = next(one for one in entry.window().findChildren(FormDialog) if one.isVisible())
        dialog.fields["caption"].set_value(words)
        dialog.save()
        hand.rest()

    say("皮带轮没有护栏")
    assert chips(entry) == ["第2条 皮带轮没有护栏"]
    stop = entry.stop
    assert stop is not None
    entry.grid.setFocus()
    hand.key(Qt.Key.Key_Return, held=CONTROL)
    entry.open_enterprise(stop.enterprise_id)
    hand.rest()
    assert chips(entry) == ["第2条 皮带轮没有护栏"]
    say("2号破碎机皮带轮")
    assert chips(entry) == ["第2条 2号破碎机皮带轮"]
    assert "IMG_0412.jpg" in entry.papers.listed.item(0).toolTip()
    say("")
    assert chips(entry) == ["第2条 IMG_0412.jpg"]


def test_what_was_added_waits_in_the_draft_and_can_be_taken_away(hand: Hand, photo: Path, film: Path) -> None:
    entry = hand.page.entry
    viewport, index = entry.grid.viewport(), entry.grid.findings.index(0, 0)
    drop(entry, QPointF(viewport.mapTo(entry, entry.grid.visualRect(index).center())), photo, film)
    hand.rest()
    assert entry.stop is not None
    first = entry.stop.enterprise_id
    entry.tour.step(1, first)
    hand.rest()
    assert chips(entry) == []
    entry.tour.step(-1, entry.stop.enterprise_id)
    hand.rest()
    assert entry.stop.enterprise_id == first
    assert chips(entry) == ["第1条 IMG_0412.jpg", "其他 09:06–? DSJ-20230420_090612.mp4"]
    entry.papers.listed.setCurrentRow(1)
    entry.papers.listed.itemActivated.emit(entry.papers.listed.item(1))
    dialog = next(one for one in entry.window().findChildren(FormDialog) if one.isVisible())
    dialog.fields["ended_at"].set_value("10:40")
    dialog.save()
    assert chips(entry)[1].startswith("其他 09:06–10:40")
    entry.papers.listed.setCurrentRow(0)
    QTest.keyClick(entry.papers.listed, Qt.Key.Key_Delete)
    assert len(chips(entry)) == 1


def test_enter_accepts_what_is_suggested_and_nothing_else_stores_it(hand: Hand, store: Store, visits: int) -> None:
    entry = hand.page.entry
    entry.grid.go_to(0, 1)
    assert "防护罩" in entry.choices.text()
    assert entry.grid.findings.rows[0].texts == {"hazard": HAZARDS[0]}
    hand.key(Qt.Key.Key_Return, Qt.Key.Key_Return)
    assert entry.grid.currentIndex().column() == 3  # the clause, from the first row on
    hand.key(Qt.Key.Key_Return)
    hand.key(Qt.Key.Key_Return, held=CONTROL)
    _row, found = stored(store, visits, FIRMS[0])
    assert [(one["category"], one["basis"]) for one in found] == [("设施设备类", "《安全生产法》第三十六条"), ("设施设备类", None)]


def test_the_list_is_printed_once_every_finding_has_its_basis(hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problem_list, "ask_folder", lambda _owner: tmp_path)
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: True)
    entry = hand.page.entry
    hand.key(Qt.Key.Key_P, held=CONTROL)
    hand.rest()
    trouble = next(one for one in QApplication.topLevelWidgets() if isinstance(one, TroubleDialog) and one.isVisible())
    trouble.done(0)
    assert not list(tmp_path.glob("*.pdf"))
    assert (entry.grid.currentIndex().row(), entry.grid.currentIndex().column()) == (0, 3)
    hand.page.activateWindow()
    entry.grid.setFocus()
    hand.rest()
    hand.key(Qt.Key.Key_Return, Qt.Key.Key_Return)
    hand.key(Qt.Key.Key_P, held=CONTROL)
    hand.rest()
    hand.rest()
    assert [path.name for path in tmp_path.glob("*.pdf")] == [f"问题及处置意见清单_{FIRMS[0]}_20230420.pdf"]
