"""The package page: what blocks it, where issues lead, how a version is made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from services import clock
from services.exports.layout import lay_out, pages
from services.exports.printed import cells
from services.packages import contents
from services.packages.preview import preview
from services.store import Store
from tests import make
from ui import sheet, theme
from ui.errors import TroubleDialog
from ui.pages import packages
from ui.pages.packages import PackagesPage
from ui.pages.page import Desk
from ui.tasks import SyncTasks
from ui.two_lines import Item


@pytest.fixture
def campaign_id(store: Store) -> int:
    """Return a campaign whose package may be made."""
    with store.write("建立") as session:
        made = make.campaign(session)
        make.group(session, made)
        make.person(session, made, phone="19900000002")
        make.person(session, made, "贺启航", unit="石坪镇", unit_position="石坪镇安环办科员", cert_no="99030200002", phone="19900000003")
        make.enterprise(session)
        make.visit(session, made)
        make.finding(session, made)
        make.case(session, made)
    return made


@pytest.fixture
def page(qtbot: QtBot, store: Store, campaign_id: int, tasks_sync: SyncTasks) -> Iterator[PackagesPage]:
    """Return the page as it stands in the window."""
    clock.set_demo_date(date(2023, 4, 24))
    desk = Desk(tasks_sync)
    desk.choose(campaign_id, 2023)
    made = PackagesPage(desk, store)
    qtbot.addWidget(made)
    made.resize(1202, 580)
    made.show()
    tasks_sync.settle_all()
    yield made
    clock.set_demo_date(None)


@pytest.fixture(autouse=True)
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that a clerk chooses once."""
    folder = tmp_path / "报送"
    folder.mkdir()
    kept: list[Path] = []
    asked: list[Path] = []

    def ask(_parent: object, start: Path) -> Path:
        asked.append(start)
        return folder

    monkeypatch.setattr(packages, "ask_folder", ask)
    monkeypatch.setattr(packages, "remember", kept.append)
    monkeypatch.setattr(packages, "remembered", lambda: kept[-1] if kept else None)
    return folder


def spoil(store: Store, campaign_id: int, tasks: SyncTasks) -> None:
    with store.write("新增问题") as session:
        make.finding(session, campaign_id, hazard="配电箱没有接地", category=None)
    QApplication.processEvents()
    tasks.settle_all()


def test_a_page_without_issues_can_make_the_package(page: PackagesPage) -> None:
    assert page.make_button.isEnabled()
    assert page.foot.text() == "体检通过，可以打包"
    assert [page.paper.tabs.tabText(number) for number in range(page.paper.tabs.count())] == [
        "附件1",
        "附件2",
        "附件3",
        "总结报告",
        "体检单",
    ]


def test_a_finding_without_category_stops_the_package_and_the_foot_says_so(
    page: PackagesPage, store: Store, campaign_id: int, tasks_sync: SyncTasks
) -> None:
    counts: list[tuple[str, int, str]] = []
    page.desk.counts_found.connect(lambda *told: counts.append(told))
    spoil(store, campaign_id, tasks_sync)
    assert not page.make_button.isEnabled()
    assert page.foot.text() == "还有 2 项必须改，改完才能打包"
    assert page.draft_button.isEnabled()
    assert counts[-1] == ("packages", 2, "2 项必须改")


def test_the_button_of_an_issue_leads_to_its_record(
    qtbot: QtBot, page: PackagesPage, store: Store, campaign_id: int, tasks_sync: SyncTasks
) -> None:
    spoil(store, campaign_id, tasks_sync)
    row, entry = next((n, e) for n, e in enumerate(page.issues.lines.entries) if isinstance(e, Item) and "还没有定类别" in e.key.message)
    with qtbot.waitSignal(page.desk.go_asked) as asked:
        QTest.mouseClick(page.issues.viewport(), Qt.MouseButton.LeftButton, pos=page.issues.button_rect(row).center())
    assert asked.args == ["hazard_list", entry.key.record_id]


def test_a_chosen_issue_is_said_whole_and_shown_on_its_annex(
    page: PackagesPage, store: Store, campaign_id: int, tasks_sync: SyncTasks
) -> None:
    spoil(store, campaign_id, tasks_sync)
    assert page.issues.current().rule == "P01"
    assert "给还没有类别的问题定一个类别" in page.paper.sentence.text()
    assert page.paper.view.sheet is not None
    assert page.paper.view.sheet.tab == "附件2"
    assert page.paper.place.text() == "A4 横向　1 / 1 页"


def test_a_package_is_written_listed_and_said(page: PackagesPage, target: Path, tasks_sync: SyncTasks) -> None:
    said: list[str] = []
    page.desk.said.connect(lambda text, _undoable: said.append(text))
    page.make_button.click()
    tasks_sync.settle_all()
    QApplication.processEvents()
    tasks_sync.settle_all()
    folder = next(path for path in target.iterdir() if path.is_dir())
    assert (folder / "MANIFEST.sha256").is_file()
    assert said == ["已生成报送包 第1版"]
    assert [(entry.title, entry.button) for entry in page.made.items()] == [("第 2 版", ""), ("第 1 版", "打开")]
    dialog = next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, TroubleDialog))
    assert dict(dialog.trouble.facts)["文件夹"] == str(folder)
    dialog.reject()


def test_a_draft_can_always_be_made_and_takes_no_number(
    page: PackagesPage, store: Store, campaign_id: int, target: Path, tasks_sync: SyncTasks
) -> None:
    spoil(store, campaign_id, tasks_sync)
    page.draft_button.click()
    tasks_sync.settle_all()
    assert any("草稿" in path.name for path in target.iterdir())
    assert [entry.title for entry in page.made.items()] == ["第 1 版"]
    next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, TroubleDialog)).reject()


def test_a_folder_that_cannot_be_written_leaves_another_try(page: PackagesPage, target: Path, tasks_sync: SyncTasks) -> None:
    target.rmdir()
    target.write_text("不是文件夹", encoding="utf-8")
    page.make_button.click()
    tasks_sync.settle_all()
    dialog = next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, TroubleDialog))
    assert dialog.trouble.title == "报送包没有生成"
    assert page.make_button.isEnabled()
    dialog.reject()


def test_without_a_campaign_the_page_says_what_to_do_first(qtbot: QtBot, store: Store, tasks_sync: SyncTasks) -> None:
    empty = PackagesPage(Desk(tasks_sync), store)
    qtbot.addWidget(empty)
    empty.show()
    tasks_sync.settle_all()
    assert not empty.make_button.isEnabled()
    assert empty.foot.text() == ""


def test_the_preview_has_the_pages_of_the_pdf(store: Store, campaign_id: int) -> None:
    with store.snapshot() as session:
        sheets = {one.title: one for one in preview(session, campaign_id=campaign_id, operator="周启明").sheets}
        tables = contents.gather(session, campaign_id=campaign_id, operator="周启明").tables.values()
    for printed in tables:
        drawn = sheets[printed.form.title]
        layout = lay_out(printed, cells(printed))
        assert len(drawn.pages) == len(pages(layout, label=True))
        words = "".join(text.words for text in drawn.pages[0].texts)
        assert all(head.text.replace("\n", "") in words for head in layout.heads)


@pytest.mark.parametrize("name", theme.NAMES)
def test_the_page_fits_a_small_screen_and_paints_in_every_theme(page: PackagesPage, qapp: QApplication, name: str) -> None:
    sheet.apply(qapp, name)
    assert page.minimumSizeHint().boundedTo(QSize(1202, 580)) == page.minimumSizeHint()
    for number in range(page.paper.tabs.count()):
        page.paper.tabs.setCurrentIndex(number)
        assert not page.grab().isNull()
    # Paper stays white whatever the theme.
    ratio = page.paper.view.devicePixelRatioF()
    spot = page.paper.view.grab().toImage().pixelColor(round(30 * ratio), round(30 * ratio))
    assert spot == theme.Theme("light").color("paper")
