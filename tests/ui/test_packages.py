"""The package page: what blocks it, where issues lead, how a version is made."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from services import clock
from services.exports import archive
from services.exports.layout import lay_out, pages
from services.exports.printed import cells
from services.packages import contents, extras, prose
from services.packages.preview import preview
from services.store import Store
from tests import make
from ui import sheet, theme
from ui.dialogs.report_text import ReportTextDialog
from ui.errors import TroubleDialog
from ui.forms.form_dialog import FormDialog
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
        make.visit(session, made, officers=("周砚秋", "贺启航"))
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
    assert {check.level for check in page.checks} <= {"I"}
    assert [page.paper.tabs.tabText(number) for number in range(page.paper.tabs.count())] == [
        "附件1",
        "附件2",
        "附件3",
        "总结",
        "台账",
        "隐患",
        "体检",
    ]


def test_a_finding_without_category_stops_the_package_and_the_foot_says_so(
    page: PackagesPage, store: Store, campaign_id: int, tasks_sync: SyncTasks
) -> None:
    counts: list[tuple[str, int, str]] = []
    page.desk.counts_found.connect(lambda *told: counts.append(told))
    spoil(store, campaign_id, tasks_sync)
    assert not page.make_button.isEnabled()
    stopping = sum(check.level == "B" for check in page.checks)
    assert page.foot.text() == f"还有 {stopping} 项必须改，改完才能打包"
    assert page.draft_button.isEnabled()
    assert counts[-1] == ("packages", stopping, f"{stopping} 项必须改")


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
    page.issues.choose_first()
    assert page.issues.current().rule in ("P01", "P04")
    assert "类别" in page.paper.sentence.text()
    assert page.paper.view.sheet is not None
    assert page.paper.view.sheet.tab == "附件2"
    assert page.paper.place.text() == "1 / 1 页"


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
    assert [(entry.title, entry.button) for entry in page.made.items()] == [
        ("专项行动进行中", "锁定"),
        ("第 2 版", ""),
        ("第 1 版", "打开"),
    ]
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


@pytest.mark.parametrize(
    ("number", "windows", "said"),
    [(errno.ENOSPC, None, "盘已满"), (errno.EROFS, None, "磁盘是只读的"), (errno.EACCES, 32, "打开"), (errno.ENOENT, 206, "太长")],
    ids=["full disk", "read-only", "open elsewhere", "long path"],
)
def test_a_target_that_fails_says_one_sentence_and_leaves_nothing_half(
    page: PackagesPage, target: Path, tasks_sync: SyncTasks, monkeypatch: pytest.MonkeyPatch, number: int, windows: int | None, said: str
) -> None:
    failing = OSError(number, "no")
    if windows is not None:
        failing.winerror = windows  # type: ignore[attr-defined]

    def fails(*_args: object, **_more: object) -> None:
        raise archive.trouble(failing, target / "包.zip")

    with monkeypatch.context() as broken:
        broken.setattr(archive, "write_zip", fails)
        page.make_button.click()
        tasks_sync.settle_all()
    dialog = next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, TroubleDialog) and widget.isVisible())
    assert said in dialog.trouble.why
    assert list(target.iterdir()) == []
    dialog.reject()
    assert page.make_button.isEnabled()
    page.make_button.click()
    tasks_sync.settle_all()
    assert {path.suffix for path in target.iterdir()} == {"", ".zip"}


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


def chosen_issue(page: PackagesPage, words: str) -> int:
    return next(n for n, e in enumerate(page.issues.lines.entries) if isinstance(e, Item) and words in e.key.message)


def dialog_of(kind: type[QDialog]) -> Any:
    return next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, kind) and widget.isVisible())


def test_an_issue_is_waived_with_a_reason_by_keys_and_taken_back(
    page: PackagesPage, store: Store, campaign_id: int, tasks_sync: SyncTasks
) -> None:
    spoil(store, campaign_id, tasks_sync)
    page.issues.setCurrentIndex(page.issues.lines.index(chosen_issue(page, "还没有定类别")))
    QTest.keyClick(page.issues, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    dialog = dialog_of(FormDialog)
    dialog.fields["reason"].set_value("镇办正在核实")
    dialog.save()
    tasks_sync.settle_all()
    QApplication.processEvents()
    tasks_sync.settle_all()
    waived = next(check for check in page.checks if check.rule == "P04")
    assert waived.waived == "镇办正在核实"
    page.issues.linked_on.emit(waived)
    tasks_sync.settle_all()
    QApplication.processEvents()
    tasks_sync.settle_all()
    assert not next(check for check in page.checks if check.rule == "P04").waived


def test_a_new_must_fix_is_chosen_and_what_was_chosen_is_kept_as_it_stands_now(
    page: PackagesPage, store: Store, campaign_id: int, tasks_sync: SyncTasks
) -> None:
    spoil(store, campaign_id, tasks_sync)
    page.issues.setCurrentIndex(page.issues.lines.index(chosen_issue(page, "还没有定类别")))
    QTest.keyClick(page.issues, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    dialog = dialog_of(FormDialog)
    dialog.fields["reason"].set_value("镇办正在核实")
    QTest.keyClick(dialog.fields["reason"].editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    for _ in range(2):
        tasks_sync.settle_all()
        QApplication.processEvents()
    assert page.issues.current() in page.checks, "what is chosen is an issue of now, with its waiver"
    assert (page.issues.current().rule, page.issues.current().waived) == ("P04", "镇办正在核实")
    before = {check.uid for check in page.checks if check.rule == "P04"}
    with store.write("新增问题") as session:
        make.finding(session, campaign_id, hazard="氧气瓶没有防震圈", category=None)
    for _ in range(2):
        QApplication.processEvents()
        tasks_sync.settle_all()
    chosen = page.issues.current()
    assert chosen in page.checks
    assert (chosen.level, chosen.waived, chosen.uid in before) == ("B", "", False)
    assert page.paper.sentence.text() == chosen.message
    QTest.keyClick(page.issues, Qt.Key.Key_End)  # the clerk looks at something else; the next look leaves it alone
    elsewhere = page.issues.current()
    page.refresh()
    tasks_sync.settle_all()
    assert page.issues.current() == elsewhere


def test_the_cell_at_fault_is_marked_inside_its_row(page: PackagesPage, store: Store, campaign_id: int, tasks_sync: SyncTasks) -> None:
    spoil(store, campaign_id, tasks_sync)
    sheet_shown = page.paper.sheets[1]
    spot = sheet_shown.spots["岚桥区瑞丰纺织有限公司"]
    cell = spot.cell("findings_total")
    assert cell is not None
    assert spot.box.left < cell.left < cell.left + cell.width < spot.box.left + spot.box.width
    assert (cell.top, cell.height) == (spot.box.top, spot.box.height)


def test_the_text_of_the_report_is_kept_and_its_loose_numbers_are_told(
    page: PackagesPage, store: Store, campaign_id: int, tasks_sync: SyncTasks
) -> None:
    page.text_button.click()
    tasks_sync.settle_all()
    dialog = dialog_of(ReportTextDialog)
    dialog.parts["存在问题"].setPlainText("有 7 家企业没有台账，共")
    dialog.parts["存在问题"].moveCursor(QTextCursor.MoveOperation.End)
    dialog.parts["存在问题"].entered.emit()
    dialog.put("发现问题")
    dialog._look()
    assert "“7”没有绑定" in dialog.audit_line.text()
    dialog.save()
    tasks_sync.settle_all()
    with store.read() as session:
        assert prose.load(session, campaign_id=campaign_id)["存在问题"] == "有 7 家企业没有台账，共{发现问题}"


def test_a_receipt_is_recorded_and_a_locked_campaign_says_so(page: PackagesPage, tasks_sync: SyncTasks) -> None:
    page.make_button.click()
    tasks_sync.settle_all()
    QApplication.processEvents()
    tasks_sync.settle_all()
    dialog_of(TroubleDialog).reject()
    page.made.choose(1)
    page._right.receipt.click()
    dialog = dialog_of(FormDialog)
    dialog.fields["outcome"].set_value("退回")
    dialog.fields["taken_by"].set_value("孙审理")
    dialog.save()
    tasks_sync.settle_all()
    assert dialog.isVisible()  # sent back without saying why
    assert dialog.fields["opinion"].remark is not None  # and told there, not at the first field
    dialog.fields["opinion"].set_value("附件2 第 1 行镇办写错")
    dialog.save()
    tasks_sync.settle_all()
    QApplication.processEvents()
    tasks_sync.settle_all()
    page.made.choose(1)
    assert "孙审理退回：附件2 第 1 行镇办写错" in page._right.told.text()
    page.made.pressed_on.emit("state")
    tasks_sync.settle_all()
    QApplication.processEvents()
    tasks_sync.settle_all()
    assert [(one.title, one.badge) for one in page.made.items()][:2] == [("专项行动已锁定", None), ("第 2 版", ("补报", "soon"))]


def test_what_goes_with_the_package_is_chosen_once_and_its_pages_stand_beside_the_others(
    page: PackagesPage, store: Store, tasks_sync: SyncTasks
) -> None:
    menu = page.extras_button.menu()
    assert menu is not None
    assert page.extras_button.text() == "附送"
    public = next(line for line in menu.actions() if line.text() == "公示名单")
    public.trigger()
    QApplication.processEvents()
    tasks_sync.settle_all()
    with store.read() as session:
        assert extras.wanted(session) == extras.Extras(public=True)
    assert page.extras_button.text() == "附送 1 项"
    tabs = [page.paper.tabs.tabText(number) for number in range(page.paper.tabs.count())]
    assert tabs[5:] == ["隐患", "处罚公示", "隐患公示", "体检"]
