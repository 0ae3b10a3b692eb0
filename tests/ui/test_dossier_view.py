"""一企一档 by key, its banner, its PDF."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from services import clock, findings, rectifications
from services.store import Store
from tests import make
from tests.ui.registers import CONTROL, settle, texts
from ui.pages.dossier_view import DossierView
from ui.pages.enterprises_page import EnterprisesPage
from ui.pages.page import Desk
from ui.tasks import SyncTasks

FIRM, OTHER = "岚桥区瑞丰纺织有限公司", "岚桥区永固铸造有限公司"


@pytest.fixture
def stopped(store: Store, campaign_id: int) -> Iterator[int]:
    """Return the finding for which one of two enterprises stands still."""
    clock.set_demo_date(date(2023, 4, 28))
    with store.write("录入检查") as session:
        make.group(session, campaign_id)
        make.enterprise(session, FIRM)
        make.enterprise(session, OTHER, credit_code="", town="石坪镇")
        make.visit(session, campaign_id)
        number = make.finding(session, campaign_id, disposal="责令暂时停产停业", due=date(2023, 4, 20))
    yield number
    clock.set_demo_date(None)


@pytest.fixture
def page(qtbot: QtBot, tasks_sync: SyncTasks, stopped: int, campaign_id: int) -> Iterator[EnterprisesPage]:
    assert stopped
    QSettings().clear()
    desk = Desk(tasks_sync, tasks_sync)
    desk.choose(campaign_id, 2023)
    made = EnterprisesPage(desk)
    qtbot.addWidget(made)
    made.resize(1202, 620)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    settle(qtbot, tasks_sync)
    yield made
    tasks_sync.settle_all()


def opened(page: EnterprisesPage, name: str, qtbot: QtBot, tasks: SyncTasks) -> DossierView:
    page.window().activateWindow()
    QTest.qWaitForWindowActive(page.window())
    page.grid.setFocus()
    page.grid.go_to_place(texts(page, "name").index(name), 0)
    QTest.keyClick(page.grid, Qt.Key.Key_G, CONTROL)
    settle(qtbot, tasks)
    return next(view for view in page.window().findChildren(DossierView) if view.isVisible())


def test_a_key_opens_everything_that_is_known_of_an_enterprise(page: EnterprisesPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    view = opened(page, FIRM, qtbot, tasks_sync)
    text = view.sheet.toPlainText()
    assert (view.name.text(), view.banner.isVisible()) == (FIRM, True)
    assert view.banner.text() == "4月10日起责令停止：全部停产停业。复查合格前不得恢复。"
    assert all(word in text for word in ("检查经过", "发现的问题", "梳棉机传动部位没有防护罩", "逾期"))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not view.isVisible()
    assert not opened(page, OTHER, qtbot, tasks_sync).banner.isVisible()


def test_it_prints_to_one_pdf(
    page: EnterprisesPage, qtbot: QtBot, tasks_sync: SyncTasks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "档.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    view = opened(page, FIRM, qtbot, tasks_sync)
    view.activateWindow()
    QTest.qWaitForWindowActive(view)
    QTest.keyClick(view.sheet, Qt.Key.Key_P, CONTROL)
    settle(qtbot, tasks_sync)
    assert target.read_bytes().startswith(b"%PDF")


def test_the_panel_carries_a_banner_until_the_recheck_passes(
    page: EnterprisesPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store, stopped: int
) -> None:
    page.grid.go_to_place(texts(page, "name").index(FIRM), 0)
    firm = page.grid.current_id()
    assert firm is not None
    page.open_record(firm)
    settle(qtbot, tasks_sync)
    assert page.banner.isVisible()
    with store.write("复查") as session:
        rectifications.recheck(session, finding_ids=[stopped], passed=True, on=date(2023, 4, 28), person="何志远", reason="装好了")
        assert findings.load(session, record_id=stopped)["status"] == "已销号"
    settle(qtbot, tasks_sync)
    assert not page.banner.isVisible()
