"""Drafts at every pause, brought back quietly, also after the process was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from models.annexes import CAMPAIGN
from services import clock, drafts, migrate
from services.drafts import Place
from services.store import Store
from ui.forms.drafting import Drafting, ago, place_of
from ui.forms.form_dialog import FormDialog
from ui.forms.side_panel import SidePanel
from ui.pages.page import Desk
from ui.pages.people import PEOPLE
from ui.pages.register import RegisterPage
from ui.tasks import SyncTasks, Tasks

KEY = "name"
FORM = PEOPLE.form
NEW_BORN = """
import sys
from pathlib import Path
from services import migrate
from ui import app as application
from ui.tasks import Tasks
from PySide6.QtTest import QTest
from tests.ui.test_drafting import make_page

app = application.make_application(["zhifatai"])
store = migrate.open_store(Path(sys.argv[1]), operator="周启明")
tasks = Tasks(store)
page = make_page(tasks, int(sys.argv[2]))
page.resize(1202, 620)
page.show()
QTest.qWait(300)
page.new_record()
QTest.qWait(200)
QTest.keyClicks(page.panel.boxes["name"].editor, "wanghui")
QTest.keyClicks(page.panel.boxes["remark"].editor, "ke chuche")
print("typed", flush=True)
QTest.qWait(60_000)
"""


def make_page(tasks: Tasks, campaign_id: int) -> RegisterPage:
    """Return the page of seconded people, with drafts."""
    desk = Desk(tasks, tasks)
    desk.choose(campaign_id, 2023)
    page = RegisterPage(desk, PEOPLE)
    if page.findChild(Drafting) is None:
        table = PEOPLE.listing.table
        Drafting(tasks, page.panel.fields, page.panel.draft_line, place_of(FORM.code, table, page.panel, lambda: desk.campaign_id))
    return page


@pytest.fixture
def panel(qtbot: QtBot, tasks_sync: SyncTasks, campaign_id: int) -> Iterator[SidePanel]:
    made = SidePanel(FORM, new_title="新增人员", name_key=KEY, year=2023)
    Drafting(tasks_sync, made.fields, made.draft_line, place_of(FORM.code, "person", made, lambda: campaign_id))
    qtbot.addWidget(made)
    made.resize(330, 640)
    made.show()
    yield made
    tasks_sync.settle_all()


def kept(store: Store, record_id: int | None, campaign_id: int = 1) -> dict[str, str]:
    with store.read() as session:
        found = drafts.find(session, place=Place(FORM.code, "person", record_id, campaign_id))
    return dict(found.texts) if found else {}


def type_in(qtbot: QtBot, panel: SidePanel, key: str, text: str) -> None:
    qtbot.keyClicks(panel.boxes[key].editor, text)


def test_a_pause_keeps_what_was_typed(panel: SidePanel, qtbot: QtBot, store: Store) -> None:
    panel.load(None, {})
    type_in(qtbot, panel, KEY, "wang")
    assert kept(store, None) == {}
    qtbot.waitUntil(lambda: kept(store, None) == {KEY: "wang"}, timeout=3000)


def test_hiding_the_panel_keeps_what_was_typed_at_once(panel: SidePanel, qtbot: QtBot, store: Store) -> None:
    panel.load(None, {})
    type_in(qtbot, panel, KEY, "wang")
    panel.hide()
    assert kept(store, None) == {KEY: "wang"}


def test_the_end_of_the_program_keeps_what_was_typed(panel: SidePanel, qtbot: QtBot, store: Store, tasks_sync: SyncTasks) -> None:
    panel.load(None, {})
    type_in(qtbot, panel, KEY, "wang")
    tasks_sync.shutdown()
    assert kept(store, None) == {KEY: "wang"}


def test_going_to_another_record_keeps_the_draft_of_the_first(panel: SidePanel, qtbot: QtBot, store: Store) -> None:
    panel.load(1, {KEY: "周砚秋"})
    type_in(qtbot, panel, "remark", "x")
    panel.load(2, {KEY: "贺启航"})
    assert kept(store, 1) == {"remark": "x"}
    assert kept(store, 2) == {}
    assert panel.boxes["remark"].value() == ""


def test_opening_the_record_again_takes_up_its_draft(panel: SidePanel, qtbot: QtBot) -> None:
    panel.load(1, {KEY: "周砚秋"})
    type_in(qtbot, panel, "remark", "x")
    panel.load(2, {KEY: "贺启航"})
    assert panel.draft_line.isHidden()
    panel.load(1, {KEY: "周砚秋"})
    assert panel.boxes["remark"].value() == "x"
    assert panel.draft_line.words.text() == "接着上次没存完的内容，刚才"
    assert not panel.dirty


def test_only_typed_fields_come_back_over_a_newer_record(panel: SidePanel, qtbot: QtBot, store: Store) -> None:
    panel.load(1, {KEY: "周砚秋", "phone": "19900000000"})
    type_in(qtbot, panel, "remark", "x")
    panel.hide()
    with store.write("修改人员") as session:
        row = PEOPLE.load(session, record_id=1)
        PEOPLE.save(session, campaign_id=1, row={**row, "phone": "19900000077"}, record_id=1)
    panel.load(1, {KEY: "周砚秋", "phone": "19900000077"})
    assert (panel.boxes["phone"].value(), panel.boxes["remark"].value()) == ("19900000077", "x")
    assert "后来又改过" in panel.draft_line.words.text()


def test_dropping_a_draft_shows_the_record_as_stored_and_can_be_taken_back(panel: SidePanel, qtbot: QtBot, store: Store) -> None:
    panel.load(1, {KEY: "周砚秋"})
    type_in(qtbot, panel, "remark", "x")
    panel.hide()
    panel.show()
    panel.load(1, {KEY: "周砚秋"})
    panel.draft_line.button.click()
    assert panel.boxes["remark"].value() == ""
    assert kept(store, 1) == {}
    assert panel.draft_line.button.text() == "找回"
    panel.draft_line.button.click()
    assert panel.boxes["remark"].value() == "x"
    panel.hide()
    assert kept(store, 1) == {"remark": "x"}


def test_escape_twice_throws_the_draft_away_too(panel: SidePanel, qtbot: QtBot, store: Store) -> None:
    panel.load(1, {KEY: "周砚秋"})
    type_in(qtbot, panel, "remark", "x")
    panel.hide()
    panel.show()
    type_in(qtbot, panel, "remark", "y")
    for _ in range(2):
        qtbot.keyClick(panel, Qt.Key.Key_Escape)
    assert panel.boxes["remark"].value() == ""
    assert kept(store, 1) == {}


def test_saving_through_the_saver_leaves_no_draft(panel: SidePanel, qtbot: QtBot, store: Store) -> None:
    panel.load(1, {KEY: "周砚秋"})
    type_in(qtbot, panel, "remark", "x")
    panel.hide()
    drafting = panel.findChild(Drafting)
    assert drafting is not None
    with store.write("修改人员") as session:
        row = {**PEOPLE.load(session, record_id=1), "remark": "x"}
        drafting.saver(PEOPLE.save)(session, campaign_id=1, row=row, record_id=1)
    panel.saved()
    assert kept(store, 1) == {}
    panel.hide()
    assert kept(store, 1) == {}


def test_a_save_that_failed_is_a_draft_again(panel: SidePanel, qtbot: QtBot, store: Store) -> None:
    panel.load(1, {KEY: "周砚秋"})
    type_in(qtbot, panel, "remark", "x")
    panel.saved()
    panel.dirty = True
    panel.hide()
    assert kept(store, 1) == {"remark": "x"}


def test_a_late_answer_does_not_write_over_what_is_being_typed(
    qtbot: QtBot, tasks_sync: SyncTasks, store: Store, campaign_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.write("没存完的内容") as session:
        drafts.keep(session, place=Place(FORM.code, "person", None, campaign_id), texts={KEY: "old", "remark": "kept"})
    made = SidePanel(FORM, name_key=KEY)
    qtbot.addWidget(made)
    drafting = Drafting(tasks_sync, made.fields, made.draft_line, place_of(FORM.code, "person", made, lambda: campaign_id))
    late: list[object] = []
    found = drafting._found
    monkeypatch.setattr(drafting, "_found", lambda *answer: late.append(answer))
    made.load(None, {})
    type_in(qtbot, made, KEY, "new")
    drafting.flush()
    assert kept(store, None)[KEY] == "old"
    found(*late[0])  # type: ignore[misc]  # as it was called
    assert (made.boxes[KEY].value(), made.boxes["remark"].value()) == ("new", "kept")
    drafting.flush()
    assert kept(store, None) == {KEY: "new", "remark": "kept"}


def test_several_rows_at_once_have_no_draft(panel: SidePanel, qtbot: QtBot, store: Store) -> None:
    panel.load_several({1: {KEY: "周砚秋"}, 2: {KEY: "贺启航"}})
    type_in(qtbot, panel, "remark", "x")
    panel.hide()
    assert [kept(store, record_id) for record_id in (None, 1, 2)] == [{}, {}, {}]


def test_a_dialog_keeps_its_draft_when_it_is_cancelled(qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    place = Place(CAMPAIGN.code)
    for _ in range(2):
        dialog = FormDialog(CAMPAIGN, help_line="照方案填写", save_label="建立")
        qtbot.addWidget(dialog)
        drafting = Drafting(tasks_sync, dialog.field_set, dialog.draft_line, lambda: place)
        dialog.open()
        drafting.look()
        shown = dialog.fields["name"].value()
        qtbot.keyClicks(dialog.fields["name"].editor, "a")
        dialog.reject()
    assert shown == "a"


def test_words_for_how_long_ago() -> None:
    now = clock.now().replace(hour=15, minute=0)
    assert [ago(now - timedelta(minutes=minutes), now) for minutes in (0, 3, 120)] == ["刚才", "3 分钟前", "今天 13:00"]
    assert ago(datetime(2023, 4, 20, 9, 5, tzinfo=now.tzinfo), now) == "4月20日 09:05"


def test_a_killed_process_leaves_the_typed_text_for_the_next_start(qtbot: QtBot, store: Store, campaign_id: int, tmp_path: Path) -> None:
    store.close()
    root = Path(__file__).resolve().parents[2]
    script = tmp_path / "clerk.py"
    script.write_text(NEW_BORN, encoding="utf-8")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(root)}
    command = [sys.executable, str(script), str(store.folder.root), str(campaign_id)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=root) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "typed"
        time.sleep(2.5)  # one pause of the typist, with room for a busy machine
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    with migrate.open_store(store.folder.root, operator="周启明") as again:
        tasks = Tasks(again)
        page = make_page(tasks, campaign_id)
        qtbot.addWidget(page)
        page.show()
        page.new_record()
        qtbot.waitUntil(lambda: page.panel.boxes["name"].value() == "wanghui", timeout=5000)
        assert page.panel.boxes["remark"].value() == "ke chuche"
        assert page.panel.draft_line.isVisible()
        page.hide()
        tasks.shutdown()


def test_the_page_empties_the_draft_when_the_record_is_saved(qtbot: QtBot, tasks_sync: SyncTasks, store: Store, campaign_id: int) -> None:
    page = make_page(tasks_sync, campaign_id)
    qtbot.addWidget(page)
    page.show()
    tasks_sync.settle_all()
    page.new_record()
    page.panel.boxes[KEY].set_value("邵云飞")
    page.panel.boxes["unit"].set_value("石坪镇")
    type_in(qtbot, page.panel, "remark", "x")
    page.panel.hide()
    assert kept(store, None, campaign_id)["remark"] == "x"
    page.panel.show()
    assert page.panel.save()
    tasks_sync.settle_all()
    assert kept(store, None, campaign_id) == {}
    page.new_record()
    tasks_sync.settle_all()
    assert page.panel.boxes["remark"].value() == ""
    assert page.panel.draft_line.isHidden()
