"""The record panel: what blocks a save stands beside its field."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from models.annexes import FINDING_LEDGER, annex_1
from models.forms import Issue
from services.operations import Change, Line, Step
from ui.forms.side_panel import SidePanel

PERSON = {"name": "丁海波", "unit_position": "双汊镇安环办 科员", "cert_no": "99030200001", "phone": "19900000001", "remark": None}


@pytest.fixture
def panel(qtbot: QtBot) -> SidePanel:
    made = SidePanel(annex_1(), new_title="新增人员", year=2023)
    qtbot.addWidget(made)
    made.resize(330, 640)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


def test_a_record_is_shown_with_its_name(panel: SidePanel) -> None:
    panel.load(3, PERSON, origin="第 3 行")
    assert panel.head.name.whole == "丁海波"
    assert panel.raw()["phone"] == "19900000001"
    assert not panel.dirty


def test_a_new_record_stays_calm_until_it_is_saved(panel: SidePanel) -> None:
    panel.load(None, {})
    assert panel.head.name.whole == "新增人员"
    assert all(box.remark is None for box in panel.boxes.values())
    assert not panel.save()
    remark = panel.boxes["name"].remark
    assert remark is not None
    assert remark.weight == "bad"


def test_saving_gives_the_clean_row(panel: SidePanel, qtbot: QtBot) -> None:
    panel.load(3, PERSON)
    panel.boxes["name"].set_value("丁 海波")
    with qtbot.waitSignal(panel.save_asked) as saved:
        assert panel.save()
    row, go_on = saved.args
    assert row["name"] == "丁海波"
    assert go_on is False


def test_control_enter_saves_and_goes_on(panel: SidePanel, qtbot: QtBot) -> None:
    panel.load(3, PERSON)
    with qtbot.waitSignal(panel.save_asked) as saved:
        qtbot.keyClick(panel.boxes["name"].editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert saved.args[1] is True


def test_enter_moves_to_the_next_field(panel: SidePanel, qtbot: QtBot) -> None:
    panel.load(3, PERSON)
    panel.focus_first()
    qtbot.waitUntil(panel.boxes["name"].editor.hasFocus)
    qtbot.keyClick(panel.boxes["name"].editor, Qt.Key.Key_Return)
    assert panel.boxes["unit_position"].editor.hasFocus()


def test_f8_goes_from_issue_to_issue(panel: SidePanel, qtbot: QtBot) -> None:
    panel.load(3, {**PERSON, "phone": "123", "cert_no": None})
    panel.focus_first()
    qtbot.waitUntil(panel.boxes["name"].editor.hasFocus)
    panel.next_issue()
    assert panel.boxes["cert_no"].editor.hasFocus()
    panel.next_issue()
    assert panel.boxes["phone"].editor.hasFocus()


def test_escape_returns_at_once_when_nothing_was_typed(panel: SidePanel, qtbot: QtBot) -> None:
    panel.load(3, PERSON)
    with qtbot.waitSignal(panel.returned):
        qtbot.keyClick(panel, Qt.Key.Key_Escape)


def test_escape_asks_for_a_second_press_before_typing_is_lost(panel: SidePanel, qtbot: QtBot) -> None:
    panel.load(3, PERSON)
    qtbot.keyClicks(panel.boxes["remark"].editor, "a")
    with qtbot.assertNotEmitted(panel.returned):
        qtbot.keyClick(panel, Qt.Key.Key_Escape)
    assert "还没保存" in panel.head.origin.text()
    with qtbot.waitSignal(panel.returned):
        qtbot.keyClick(panel, Qt.Key.Key_Escape)


def test_what_a_service_refuses_stands_beside_the_field(panel: SidePanel) -> None:
    panel.load(3, PERSON)
    panel.take_issues([Issue(0, "cert_no", "执法证号", "x", "duplicate", "执法证号 与贺启航相同")])
    remark = panel.boxes["cert_no"].remark
    assert remark is not None
    assert remark.sentence == "执法证号 与贺启航相同"


def test_the_history_tab_asks_once_and_shows_entries(panel: SidePanel, qtbot: QtBot) -> None:
    panel.load(3, PERSON)
    with qtbot.waitSignal(panel.history_asked):
        panel.head.tabs.setCurrentIndex(1)
    at = datetime(2023, 4, 20, 9, 5, tzinfo=timezone(timedelta(hours=8)))
    changes = (Change("人员“丁海波”", "", "修改", (Line("备注", "", "会开车"),), ("secondment", 3)),)
    panel.set_history([Step(7, at, "周启明", "修改人员 丁海波", "", "改动", "", None, 1, changes)])
    texts = [label.text() for label in panel.history.findChildren(QLabel)]
    assert "修改人员 丁海波" in texts
    assert "2023-04-20 09:05　周启明" in texts


def test_the_longest_form_fits_a_laptop(qtbot: QtBot) -> None:
    made = SidePanel(FINDING_LEDGER)
    qtbot.addWidget(made)
    assert made.minimumSizeHint().height() < 500
    assert made.minimumWidth() <= 312
