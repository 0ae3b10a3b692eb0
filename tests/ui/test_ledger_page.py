"""重大隐患台账: what a closing wants, sheets, ledger as files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from services import clock, findings, hazards
from services.store import Store
from tests import make
from tests.ui.registers import settle
from ui.forms.form_dialog import FormDialog
from ui.pages.findings_page import FindingsPage
from ui.pages.ledger_page import TARGET, LedgerPage
from ui.pages.page import Desk
from ui.tasks import SyncTasks

CONTROL = Qt.KeyboardModifier.ControlModifier
DAY = date(2023, 4, 20)


@pytest.fixture
def major(store: Store, campaign_id: int) -> int:
    """Return a major hazard that was confirmed and not hung out yet, beside an ordinary finding."""
    clock.set_demo_date(DAY)
    with store.write("录入") as session:
        make.group(session, campaign_id)
        make.enterprise(session)
        make.visit(session, campaign_id)
        make.finding(session, campaign_id, hazard="通道堆放杂物")
        number = make.finding(session, campaign_id, hazard="喷漆房没有可燃气体报警", due=date(2023, 4, 30), person="陶建业")
        hazards.mark(session, finding_id=number, item=None, officer="康立群", expert="顾言之", on=DAY, other_standard="消防")
    return number


@pytest.fixture
def ledger(qtbot: QtBot, tasks_sync: SyncTasks, campaign_id: int, major: int, tmp_path: Path) -> LedgerPage:
    assert major
    QSettings().clear()
    QSettings().setValue(TARGET, str(tmp_path))
    desk = Desk(tasks_sync, tasks_sync)
    desk.choose(campaign_id, 2023)
    page = FindingsPage(desk)
    qtbot.addWidget(page)
    page.resize(1202, 620)
    page.show()
    qtbot.waitExposed(page)
    page.activateWindow()
    settle(qtbot, tasks_sync)
    page.sections.turn(1)
    settle(qtbot, tasks_sync)
    found = page.sections.page(1)
    assert isinstance(found, LedgerPage)
    found.grid.setFocus()
    found.grid.go_to_place(0, 0)
    return found


def test_it_lists_the_major_ones_and_says_what_their_closing_still_wants(ledger: LedgerPage) -> None:
    assert ledger.model.count == 1
    mark = ledger._marks(dict(zip(ledger.register.form.keys, _row(ledger), strict=True)))["status"]
    assert mark.sentence == "销号还差：治理方案、督办人、挂牌日期、整改或复查照片；复查人不能只是认定人 康立群"


def _row(ledger: LedgerPage) -> tuple[object, ...]:
    store = ledger.desk.tasks.store
    with store.read() as session:
        record_id = ledger.model.id_at(0)
        assert record_id is not None
        return tuple(hazards.load(session, record_id=record_id).values())


def test_it_is_hung_out_by_keys_and_its_sheet_and_the_ledger_are_written(
    ledger: LedgerPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store, major: int, tmp_path: Path
) -> None:
    QTest.keyClick(ledger.grid, Qt.Key.Key_G, CONTROL)
    settle(qtbot, tasks_sync)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    QTest.keyClick(menu, Qt.Key.Key_H)
    dialog = next(one for one in ledger.window().findChildren(FormDialog) if one.isVisible())
    for key, text in {"supervisor": "周启明", "plan": "加装报警器"}.items():
        dialog.fields[key].set_value(text)
    dialog.save()
    settle(qtbot, tasks_sync)
    with store.read() as session:
        assert findings.load_full(session, record_id=major)["supervisor"] == "周启明"
        assert hazards.lacks(session, campaign_id=1) == {major: ("整改或复查照片",)}
    ledger.grid.go_to_place(0, 0)
    ledger.print_sheets()
    settle(qtbot, tasks_sync)
    ledger.export()
    settle(qtbot, tasks_sync)
    assert {path.suffix for path in tmp_path.iterdir() if path.is_file()} == {".docx", ".xlsx", ".pdf"}
    clock.set_demo_date(None)
