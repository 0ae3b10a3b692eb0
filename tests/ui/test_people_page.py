"""Annex 1 from call to return on the page, by real keys."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

import resources
from services import campaigns, clock, reporting, runs, seconding, undoing
from services.store import Store
from tests import make
from tests.ui.registers import CONTROL, SHIFT, labels, press, settle, texts, type_text
from ui.forms.form_dialog import FormDialog
from ui.pages.groups_page import GroupsPage
from ui.pages.page import Desk
from ui.pages.people_page import TARGET, PeoplePage
from ui.tasks import SyncTasks

DEMO = resources.path("samples", "demo")
LATE = ("附件1（青崖镇）.xlsx", "白鹭镇-附件1.xlsx")


@pytest.fixture
def called(store: Store) -> int:
    """Return the sample campaign a day after Annex 1 was due, 12 of 14 units in."""
    clock.set_demo_date(date(2023, 3, 28))
    facts = json.loads((DEMO / "campaign.json").read_text(encoding="utf-8"))
    with (DEMO / "units.csv").open(encoding="utf-8-sig") as file:
        units = list(csv.DictReader(file))
    with store.write("建立专项行动") as session:
        number = campaigns.create(session, facts=facts).id
        campaigns.set_units(session, campaign_id=number, units=units)
        for name, leader in (("第一检查组", "祁长庚"), ("第二检查组", "廖景行"), ("第三检查组", "桑柏")):
            make.group(session, number, name, leader=leader, officers=())
    come_in(store, number, late=False)
    return number


def come_in(store: Store, campaign: int, *, late: bool) -> None:
    forms = sorted(
        path for path in (DEMO / "forms").iterdir() if not path.stem.endswith(("检查记录", "整改台账", "案件台账", "检查分组表"))
    )
    runs.import_all(store, paths=[path for path in forms if (path.name in LATE) == late], campaign_id=campaign)


def open_page(qtbot: QtBot, tasks: SyncTasks, campaign: int, kind: type[PeoplePage] | type[GroupsPage]) -> PeoplePage | GroupsPage:
    QSettings().clear()
    desk = Desk(tasks, tasks)
    desk.set_masks(False)
    desk.choose(campaign, 2023)
    page = kind(desk)
    qtbot.addWidget(page)
    page.resize(1202, 620)
    page.show()
    qtbot.waitExposed(page)
    page.activateWindow()
    settle(qtbot, tasks)
    page.grid.setFocus()
    return page


@pytest.fixture
def page(qtbot: QtBot, tasks_sync: SyncTasks, called: int) -> Iterator[PeoplePage]:
    made = open_page(qtbot, tasks_sync, called, PeoplePage)
    assert isinstance(made, PeoplePage)
    yield made
    tasks_sync.settle_all()


def counts(page: PeoplePage) -> dict[str, int]:
    return {button.fact.word: button.fact.count for button in page.strip.facts}


def deal(page: PeoplePage, key: Qt.Key) -> None:
    """Open the menu of steps by its key and choose by a digit or a letter."""
    page.window().activateWindow()  # as every desktop does when a menu or a dialog has gone
    QTest.qWaitForWindowActive(page.window())
    page.grid.setFocus()
    press(page, Qt.Key.Key_G, held=CONTROL)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    QTest.keyClick(menu, key)


def dialog_of(page: QWidget) -> FormDialog:
    return next(dialog for dialog in page.window().findChildren(FormDialog) if dialog.isVisible())


def fill(page: QWidget, qtbot: QtBot, tasks: SyncTasks, values: dict[str, str]) -> None:
    dialog = dialog_of(page)
    for key, text in values.items():
        box = dialog.fields[key]
        box.editor.setFocus()
        QTest.keyClick(box.editor, Qt.Key.Key_A, CONTROL)
        if text.isascii():
            QTest.keyClicks(box.editor, text)
        else:
            box.set_value(text)
    QTest.keyClick(dialog.fields[next(reversed(values))].editor, Qt.Key.Key_Return)
    settle(qtbot, tasks)
    page.window().activateWindow()


def go_to(page: PeoplePage, name: str, key: str = "name") -> None:
    page.grid.go_to_place(texts(page, "name").index(name), page.register.form.keys.index(key))


def the_export_holds_whom_it_should(page: PeoplePage, qtbot: QtBot, tasks_sync: SyncTasks, tmp_path: Path) -> None:
    QSettings().setValue(TARGET, str(tmp_path))
    page.export()  # by its key in a test of its own
    settle(qtbot, tasks_sync)
    assert sorted(path.name for path in tmp_path.glob("附件1*")) == [
        "附件1_抽调执法人员统计表_20230328.pdf",
        "附件1_抽调执法人员统计表_20230328.xlsx",
    ]
    sheet = openpyxl.load_workbook(tmp_path / "附件1_抽调执法人员统计表_20230328.xlsx").active
    assert sheet is not None
    written = {str(cell.value) for row in sheet.iter_rows() for cell in row}
    assert {"程岚", "樊思齐", "99030221010"} <= written
    assert "冉柏" not in written


def test_the_whole_loop_from_fourteen_units_to_annex_1(
    page: PeoplePage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store, called: int, tmp_path: Path
) -> None:
    assert (counts(page)["应报"], counts(page)["报齐"], counts(page)["未报"]) == (14, 12, 2)
    page.chase_button.click()
    settle(qtbot, tasks_sync)
    assert QApplication.clipboard().text().startswith("【催报】青崖镇、白鹭镇：附件1《抽调执法人员统计表》已于3月27日截止，过了 1 天")
    come_in(store, called, late=True)
    settle(qtbot, tasks_sync)
    assert (counts(page)["报齐"], counts(page)["未报"], counts(page)["待核"]) == (14, 0, 15)

    # two are mended: a certificate is typed in, one of two nominees goes back
    go_to(page, "樊思齐", "cert_no")
    type_text(page, "99030221010")
    press(page, Qt.Key.Key_Return)
    settle(qtbot, tasks_sync)
    go_to(page, "冉柏")
    deal(page, Qt.Key.Key_R)
    fill(page, qtbot, tasks_sync, {"reason": "每家只报 1 人"})
    assert counts(page)["离开"] == 1
    with store.read() as session:
        lin = next(unit for unit in reporting.board(session, campaign_id=called).units if unit.name == "临河街道")
    assert (lin.state, lin.sent) == ("已报", 1)

    # everybody else goes into a group: five at a time, by a digit
    for number, first in ((Qt.Key.Key_1, 0), (Qt.Key.Key_2, 5), (Qt.Key.Key_3, 10)):
        page.filters.replace({"state": ("待核", "待核")})
        settle(qtbot, tasks_sync)
        page.grid.setFocus()
        page.grid.go_to_place(0, 1)
        press(page, *[Qt.Key.Key_Down] * (min(5, 14 - first) - 1), held=SHIFT)
        deal(page, number)
        settle(qtbot, tasks_sync)
    page.filters.clear()
    settle(qtbot, tasks_sync)
    assert (counts(page)["待核"], counts(page)["已编组"]) == (0, 14)
    assert labels(store)[0].startswith("编入第三检查组 ")

    # one is swapped from a day on, and it is taken back
    go_to(page, "程岚")
    deal(page, Qt.Key.Key_S)
    fill(page, qtbot, tasks_sync, {"other": "阿力木·样例", "on": "2023-04-10", "reason": "回避"})
    assert labels(store)[0] == "程岚 换成 阿力木·样例"
    with store.read() as session:
        other = seconding.named(session, campaign_id=called, name="阿力木·样例").id
        assert any(one.on == date(2023, 4, 10) for one in seconding.passages(session, secondment_id=other))
    tasks_sync.command("撤销", undoing.undo).start()
    settle(qtbot, tasks_sync)
    with store.read() as session:
        assert not any(one.on == date(2023, 4, 10) for one in seconding.passages(session, secondment_id=other))

    the_export_holds_whom_it_should(page, qtbot, tasks_sync, tmp_path)


def test_somebody_is_withdrawn_with_a_day_and_a_reason_and_taken_back(
    page: PeoplePage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store
) -> None:
    go_to(page, "程岚")
    deal(page, Qt.Key.Key_W)
    fill(page, qtbot, tasks_sync, {"on": "2023-04-14", "reason": "病假"})
    assert (labels(store)[0], counts(page)["离开"]) == ("撤回 程岚", 1)
    tasks_sync.command("撤销", undoing.undo).start()
    settle(qtbot, tasks_sync)
    assert "离开" not in counts(page)


def test_annex_1_is_written_by_one_key(page: PeoplePage, qtbot: QtBot, tasks_sync: SyncTasks, tmp_path: Path) -> None:
    QSettings().setValue(TARGET, str(tmp_path))
    page.window().activateWindow()
    QTest.qWaitForWindowActive(page.window())
    page.grid.setFocus()
    press(page, Qt.Key.Key_E, held=CONTROL)
    qtbot.wait(150)  # a button that is pressed by its key shows it for a tenth of a second
    settle(qtbot, tasks_sync)
    assert sorted(path.suffix for path in tmp_path.glob("附件1_*")) == [".pdf", ".xlsx"]


def test_a_count_opens_its_rows(page: PeoplePage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    button = page.strip.fact("未报")
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    settle(qtbot, tasks_sync)
    units = page.sections.page(1)
    assert units.isVisible()
    assert not page.strip.isVisible()
    assert texts(units, "name") == ["青崖镇", "白鹭镇"]
    page.show_people({"state": "待核"}, "待核")
    settle(qtbot, tasks_sync)
    assert page.strip.isVisible()
    assert not units.isVisible()
    assert page.model.count == 13


def test_sections_are_turned_by_keys_and_each_lists_its_own(page: PeoplePage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    seen = []
    for _ in range(5):
        QTest.keyClick(QApplication.focusWidget() or page, Qt.Key.Key_PageDown, CONTROL)
        settle(qtbot, tasks_sync)
        number = page.sections.number
        seen.append((number, page.sections.page(number).register.key if number else "people"))
    assert seen == [(1, "units"), (2, "officers"), (3, "experts"), (4, "absences"), (0, "people")]


def test_find_goes_to_the_box_of_the_section_in_front(page: PeoplePage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    page.sections.turn(1)
    settle(qtbot, tasks_sync)
    units = page.sections.page(1)
    QTest.keyClick(units.grid, Qt.Key.Key_F, CONTROL)
    assert units.filters.find_box.hasFocus()


def test_a_unit_is_excused_by_keys(page: PeoplePage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store, called: int) -> None:
    page.show_units(("未报",), "未报")
    settle(qtbot, tasks_sync)
    units = page.sections.page(1)
    units.grid.setFocus()
    units.grid.go_to_place(0, 0)
    QTest.keyClick(units.grid, Qt.Key.Key_G, CONTROL)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    QTest.keyClick(menu, Qt.Key.Key_X)
    fill(page, qtbot, tasks_sync, {"reason": "大队同意"})
    assert labels(store)[0] == "免报 青崖镇"
    with store.read() as session:
        assert len(reporting.board(session, campaign_id=called).expected) == 13


def test_a_step_that_is_refused_is_said_in_its_dialog(page: PeoplePage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    go_to(page, "程岚")
    deal(page, Qt.Key.Key_S)
    fill(page, qtbot, tasks_sync, {"other": "没有这个人", "reason": "病假"})
    dialog = dialog_of(page)
    assert "抽调人员里没有“没有这个人”" in (dialog.fields["other"].remark.sentence if dialog.fields["other"].remark else "")
    dialog.reject()


def test_two_people_with_one_number_are_marked_and_counted(page: PeoplePage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    go_to(page, "邵一川", "phone")
    type_text(page, "19900000101")
    press(page, Qt.Key.Key_Return)
    settle(qtbot, tasks_sync)
    assert counts(page)["要改"] == 2
    page.strip.fact("要改").click()
    settle(qtbot, tasks_sync)
    assert sorted(texts(page, "name")) == ["程岚", "邵一川"]
    row = {key: page.model.text_at(0, number) for number, key in enumerate(page.register.form.keys)}
    assert page._marks(row)["phone"].weight == "bad"


def test_the_panel_tells_how_somebody_came_here(page: PeoplePage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    go_to(page, "程岚")
    deal(page, Qt.Key.Key_1)
    settle(qtbot, tasks_sync)
    press(page, Qt.Key.Key_Return, held=CONTROL)
    settle(qtbot, tasks_sync)
    told = page.passage.accessibleName()
    assert "收到" in told
    assert "编入第一检查组" in told
    assert labels(store)[0] == "编入第一检查组 程岚"


def test_without_a_campaign_there_is_no_strip(page: PeoplePage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    page.desk.choose(None)
    settle(qtbot, tasks_sync)
    assert not page.strip.isVisible()


def test_the_pages_fit_a_laptop(page: PeoplePage, qtbot: QtBot, tasks_sync: SyncTasks, called: int) -> None:
    groups_page = open_page(qtbot, tasks_sync, called, GroupsPage)
    for seen in (page, groups_page):
        assert seen.minimumSizeHint().width() <= 1366 - 164
        assert seen.minimumSizeHint().height() <= 696 - 46 - 27


def test_the_cards_of_the_groups_show_who_is_in_them_and_what_is_missing(
    qtbot: QtBot, tasks_sync: SyncTasks, store: Store, called: int
) -> None:
    with store.write("编组") as session:
        number = seconding.named(session, campaign_id=called, name="程岚").id
        group = campaigns_first_group(session, called)
        seconding.assign(session, secondment_ids=[number], group_id=group)
    page = open_page(qtbot, tasks_sync, called, GroupsPage)
    assert isinstance(page, GroupsPage)
    first = page.cards.cards[0]
    assert [member.name for member in first.roster.members] == ["祁长庚", "程岚"]
    assert first.badge.text() == "1 处不合要求"
    assert "有效执法证 1 人，至少要 2 人" in first.accessibleName()
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Return)
    settle(qtbot, tasks_sync)
    assert page.panel.record_id == group
    first = page.cards.cards[0]
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_E)
    settle(qtbot, tasks_sync)
    assert page.sections.number == 1
    page.sections.page(1).new_record()
    assert page.sections.page(1).panel.isVisible()


def campaigns_first_group(session: object, campaign: int) -> int:
    from services import groups  # noqa: PLC0415

    return groups.heads(session, campaign_id=campaign)[0][0]  # type: ignore[arg-type]
