"""Importing dropped files: mended row by row, written, taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from services.imports import worker
from services.store import Store
from tests import make, workbooks
from tests.ui.clipping import asks_too_much, faults
from tests.ui.importing import HEADS, Opened, annex_1, badges, book, counted, doubtful, go_to, host, look, names, opened, persons
from ui import sheet
from ui.imports.wizard import CHECK, CHOOSE, DONE, RECOGNISE, START, WORK, WRITE
from ui.tasks import SyncTasks

__all__ = ["annex_1", "doubtful", "host", "opened"]


def test_without_files_the_first_step_says_what_can_be_done(opened: Opened, campaign_id: int) -> None:
    wizard = opened(campaign_id)
    assert wizard.steps.current == CHOOSE
    assert wizard._body.currentIndex() == START
    assert wizard.foot.isHidden()


def test_a_file_is_planned_row_by_row_and_nothing_is_written(opened: Opened, store: Store, campaign_id: int, annex_1: Path) -> None:
    before = names(store, campaign_id)
    wizard = opened(campaign_id, annex_1)
    assert wizard.steps.current == CHECK
    assert look(wizard, 4, "action").badge == ("新增", "info")
    changed = look(wizard, 5, "unit_position")
    assert (changed.old, changed.text) == ("柳溪镇安环办科员", "柳溪镇安环办副主任")
    assert look(wizard, 6, "action").badge == ("没变", "plain")
    assert look(wizard, 7, "action").badge == ("跳过", "plain")
    assert "合计行" in look(wizard, 7, "unit_position").text
    assert wizard.foot.go.text() == "写入 2 行"
    wizard.leave()
    assert names(store, campaign_id) == before


def test_the_sum_at_the_foot_closes(opened: Opened, campaign_id: int, annex_1: Path, doubtful: Path) -> None:
    wizard = opened(campaign_id, annex_1, doubtful)
    counts = counted(wizard)
    assert counts == {"new": 2, "changed": 1, "same": 1, "look": 1, "skipped": 5}
    rows = sum(len(state.plan.rows) + len(state.skipped) for state in wizard.states if state.plan)
    assert sum(counts.values()) == rows
    assert f">{rows}<" in wizard.foot.total.text()


def test_writing_keeps_one_step_a_file_and_both_can_be_taken_back(
    qtbot: QtBot, opened: Opened, store: Store, tasks_sync: SyncTasks, campaign_id: int, annex_1: Path
) -> None:
    before = persons(store, campaign_id)
    wizard = opened(campaign_id, annex_1)
    with qtbot.waitSignal(wizard.written):
        wizard.foot.go.click()
        tasks_sync.settle_all()
    assert wizard.steps.current == WRITE
    assert wizard.done.headline.text() == "已写入 2 行，来自 1 个文件"
    assert "祁若楠" in names(store, campaign_id)
    wizard.foot.undo_all.click()
    tasks_sync.settle_all()
    QApplication.processEvents()
    assert persons(store, campaign_id) == before
    assert wizard.done.headline.text() == "已全部撤销"
    assert wizard.foot.undo_all.isHidden()


def test_after_undo_the_files_can_be_written_again(
    opened: Opened, store: Store, tasks_sync: SyncTasks, campaign_id: int, annex_1: Path
) -> None:
    wizard = opened(campaign_id, annex_1)
    wizard.writing.write()
    wizard.writing.undo(wizard.done.operations)
    QApplication.processEvents()
    tasks_sync.settle_all()
    wizard.go_back()
    assert wizard._body.currentIndex() == WORK
    assert wizard.foot.go.text() == "写入 2 行"
    wizard.writing.write()
    assert "祁若楠" in names(store, campaign_id)


def test_one_file_of_several_is_taken_back_alone(opened: Opened, store: Store, campaign_id: int, annex_1: Path, tmp_path: Path) -> None:
    other = book(
        tmp_path / "双汊镇.xlsx",
        [["抽调执法人员统计表"], ["填报单位：柳溪镇"], HEADS, ["方予安", "柳溪镇", "99030200091", "19900000091", ""]],
    )
    wizard = opened(campaign_id, annex_1, other)
    wizard.writing.write()
    assert {"方予安", "祁若楠"} <= names(store, campaign_id)
    one = next(file for file in wizard.done.files if file.path == other)
    wizard.done.list.choose(one.operation)
    wizard.done.list.pressed_on.emit(one.operation)
    assert "方予安" not in names(store, campaign_id)
    assert "祁若楠" in names(store, campaign_id)
    assert wizard.done.headline.text() == "已写入 2 行，来自 1 个文件"


def test_the_same_file_again_changes_nothing_and_says_so(opened: Opened, campaign_id: int, annex_1: Path) -> None:
    first = opened(campaign_id, annex_1)
    first.writing.write()
    first.go_on()
    again = opened(campaign_id, annex_1)
    assert [entry.text for entry in again.files.lines.entries if not hasattr(entry, "key")] == ["没有变化 1"]
    assert not again.foot.go.isEnabled()
    assert again.foot.reason.text() == "没有可以写入的行"


def test_a_wrong_file_says_why_and_stops_no_other(opened: Opened, campaign_id: int, annex_1: Path, tmp_path: Path) -> None:
    menu = book(tmp_path / "食堂菜单.xlsx", [["菜名", "价格"], ["豆腐", 3]])
    wizard = opened(campaign_id, menu, annex_1)
    wizard.files.choose(menu)
    assert "没有找到认识的表头" in wizard.pane.trouble.text()
    assert badges(wizard)[menu.name] == "没读成"
    assert wizard.foot.go.text() == "写入 2 行"
    next(button for button in wizard.pane.choices if button.text() == "不要这个文件").click()
    assert list(badges(wizard)) == [annex_1.name]


def test_a_doubtful_row_is_held_back_until_enter_takes_it(
    qtbot: QtBot, opened: Opened, store: Store, campaign_id: int, doubtful: Path
) -> None:
    wizard = opened(campaign_id, doubtful)
    assert look(wizard, 4, "phone").flag == "soon"
    assert "应为 11 位" in wizard.pane.strip.sentence.text()
    assert badges(wizard)[doubtful.name] == "要核对 1"
    assert wizard.foot.go.text() == "写入 1 行"
    wizard.pane.grid.setFocus()
    qtbot.keyClick(wizard.pane.grid, Qt.Key.Key_Return)
    assert wizard.foot.go.text() == "写入 2 行"
    wizard.writing.write()
    assert {"丁晓禾", "倪可心"} <= names(store, campaign_id)


def test_what_is_held_back_stays_after_writing(opened: Opened, store: Store, campaign_id: int, doubtful: Path) -> None:
    wizard = opened(campaign_id, doubtful)
    wizard.writing.write()
    assert "倪可心" in names(store, campaign_id)
    assert "丁晓禾" not in names(store, campaign_id)
    assert wizard.foot.back.text() == "接着处理 1 个文件"
    wizard.go_back()
    assert badges(wizard)[doubtful.name] == "要核对 1"


def test_a_cell_typed_anew_is_parsed_and_the_row_planned_again(
    qtbot: QtBot, opened: Opened, store: Store, campaign_id: int, doubtful: Path
) -> None:
    wizard = opened(campaign_id, doubtful)
    go_to(wizard, 4, "phone")
    qtbot.keyClicks(wizard.pane.grid, "1")
    editor = QApplication.focusWidget()
    assert editor is not None
    qtbot.keyClicks(editor, "9900000066")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert look(wizard, 4, "action").badge == ("新增", "info")
    assert look(wizard, 4, "phone").changed
    assert wizard.foot.go.text() == "写入 2 行"
    wizard.writing.write()
    found = next(row for row in persons(store, campaign_id) if row["name"] == "丁晓禾")
    assert found["phone"] == "19900000066"


def test_the_strip_names_the_cell_of_the_file_and_takes_a_mended_value(
    qtbot: QtBot, opened: Opened, campaign_id: int, doubtful: Path
) -> None:
    wizard = opened(campaign_id, doubtful)
    editor = wizard.pane.strip.editor
    assert editor is not None
    words = [label.text() for label in wizard.pane.strip.findChildren(type(wizard.pane.strip.sentence))]
    assert "原表 D4 写的是" in words
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClicks(editor, "19900000055")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert look(wizard, 4, "phone").text == "19900000055"
    assert wizard.foot.go.text() == "写入 2 行"


def test_space_keeps_what_the_office_has(qtbot: QtBot, opened: Opened, campaign_id: int, annex_1: Path) -> None:
    wizard = opened(campaign_id, annex_1)
    go_to(wizard, 5, "unit_position")
    assert any("用来表的" in word for word in wizard.pane.strip.buttons)
    qtbot.keyClick(wizard.pane.grid, Qt.Key.Key_Space)
    assert look(wizard, 5, "unit_position").text == "柳溪镇安环办科员"
    assert wizard.foot.go.text() == "写入 1 行"
    qtbot.keyClick(wizard.pane.grid, Qt.Key.Key_Space)
    assert wizard.foot.go.text() == "写入 2 行"


def test_delete_leaves_a_row_out_and_says_so(qtbot: QtBot, opened: Opened, store: Store, campaign_id: int, annex_1: Path) -> None:
    wizard = opened(campaign_id, annex_1)
    total = sum(counted(wizard).values())
    go_to(wizard, 4, "name")
    qtbot.keyClick(wizard.pane.grid, Qt.Key.Key_Delete)
    assert look(wizard, 4, "action").badge == ("跳过", "plain")
    assert "按您的选择不导入" in wizard.pane.strip.sentence.text()
    assert sum(counted(wizard).values()) == total
    wizard.writing.write()
    assert "祁若楠" not in names(store, campaign_id)


def test_f8_walks_through_troubles_and_files_and_ends_at_the_blue_button(
    qtbot: QtBot, opened: Opened, campaign_id: int, annex_1: Path, doubtful: Path, tmp_path: Path
) -> None:
    second = book(
        tmp_path / "柳溪镇-再补.xlsx", [["抽调执法人员统计表"], ["填报单位：柳溪镇"], HEADS, ["邵云飞", "柳溪镇", "99030200081", "199", ""]]
    )
    wizard = opened(campaign_id, annex_1, doubtful, second)
    wizard.files.choose(doubtful)
    wizard.pane.grid.setFocus()
    qtbot.keyClick(wizard.pane.grid, Qt.Key.Key_Return)
    assert wizard.files.current() == second
    qtbot.keyClick(wizard.pane.grid, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is wizard.foot.go
    assert wizard.foot.go.text() == "写入 5 行"


def test_all_doubtful_rows_of_a_file_are_taken_at_once(opened: Opened, campaign_id: int, tmp_path: Path) -> None:
    rows: list[list[workbooks.Value]] = [["抽调执法人员统计表"], ["填报单位：柳溪镇"], HEADS]
    rows += [[f"倪可{word}", "柳溪镇", f"9903020010{number}", f"19{number}", ""] for number, word in enumerate("心怡然")]
    wizard = opened(campaign_id, book(tmp_path / "柳溪镇.xlsx", rows))
    assert wizard.pane.accept_all.text() == "全部照原样收下 3 行"
    wizard.pane.accept_all.click()
    assert wizard.foot.go.text() == "写入 3 行"


def test_tabs_show_one_kind_of_row(opened: Opened, campaign_id: int, annex_1: Path) -> None:
    wizard = opened(campaign_id, annex_1)
    tabs = wizard.pane.tabs
    assert [tabs.tabText(number) for number in range(tabs.count())] == ["全部 6", "新增 1", "修改 1", "没变 1", "跳过 3"]
    tabs.setCurrentIndex(2)
    assert [one.outcome for one in wizard.pane.grid.rows.shown] == ["changed"]
    assert tabs.tabText(2) == "修改 1"


def test_the_file_stands_beside_its_rows_as_it_was_received(opened: Opened, campaign_id: int, doubtful: Path) -> None:
    wizard = opened(campaign_id, doubtful)
    cells = wizard.pane.sheet.cells
    assert cells.lit == {(4, 3): "soon"}
    line = cells.numbers.index(4)
    assert cells.text(line, 3) == "1990000"


def test_a_folder_stands_for_its_files_and_without_a_campaign_the_way_out_is_said(opened: Opened, annex_1: Path) -> None:
    folder = annex_1.parent / "来表"
    folder.mkdir()
    annex_1.rename(folder / annex_1.name)
    (folder / "~$锁.xlsx").write_bytes(b"")
    wizard = opened(None, folder)
    assert [entry.title for entry in wizard.files.items()] == ["柳溪镇-附件1.xlsx"]
    assert "还没有选定是哪一次" in wizard.pane.trouble.text()
    assert "再导入这张表" in wizard.pane.way_out.text()


def test_visits_and_findings_dropped_together_are_written_together(opened: Opened, store: Store, campaign_id: int, tmp_path: Path) -> None:
    with store.write("分组") as session:
        make.group(session, campaign_id)
    visits: list[list[workbooks.Value]] = [
        ["企业名称", "检查日期", "检查组", "检查人员", "平台编号"],
        ["岚桥区瑞丰纺织有限公司", "2023-04-10", "第一检查组", "康立群", "LQ1"],
    ]
    findings: list[list[workbooks.Value]] = [
        ["企业名称", "检查日期", "问题描述", "问题类别"],
        ["岚桥区瑞丰纺织有限公司", "2023-04-10", "传动部位没有防护罩", "设施设备类"],
    ]
    paths = [book(tmp_path / f"{name}.xlsx", rows) for name, rows in (("问题整改台账", findings), ("检查记录", visits))]
    wizard = opened(campaign_id, *paths)
    assert {state.path.stem: state.writes for state in wizard.states} == {"问题整改台账": 1, "检查记录": 1}
    wizard.writing.write()
    assert sorted(file.rows for file in wizard.done.files) == [1, 1]


def test_findings_without_a_visit_can_be_taken_as_a_groups_result(opened: Opened, store: Store, campaign_id: int, tmp_path: Path) -> None:
    with store.write("登记检查") as session:  # where no visit is recorded at all, the ledger itself is the group's result
        make.enterprise(session, "岚桥区恒盛机械有限公司", credit_code=None)
        make.visit(session, campaign_id, "岚桥区恒盛机械有限公司")
    rows: list[list[workbooks.Value]] = [
        ["企业名称", "检查日期", "问题描述", "问题类别"],
        ["岚桥区瑞丰纺织有限公司", "2023-04-10", "传动部位没有防护罩", "设施设备类"],
    ]
    wizard = opened(campaign_id, book(tmp_path / "问题整改台账.xlsx", rows))
    assert not wizard.foot.go.isEnabled()
    assert not wizard.pane.results.isHidden()
    wizard.pane.results.click()
    assert wizard.foot.go.isEnabled() or wizard.pane.accept_all.isVisible() or counted(wizard)["look"] == 1
    assert wizard.pane.results.isHidden()


def test_a_second_drop_adds_to_the_files_that_are_there(opened: Opened, campaign_id: int, annex_1: Path, doubtful: Path) -> None:
    wizard = opened(campaign_id, annex_1)
    again = opened(campaign_id, doubtful)
    assert again is wizard
    assert set(badges(wizard)) == {annex_1.name, doubtful.name}


def test_every_step_leads_back_and_nothing_is_lost(qtbot: QtBot, opened: Opened, campaign_id: int, doubtful: Path) -> None:
    wizard = opened(campaign_id, doubtful)
    wizard.pane.grid.setFocus()
    qtbot.keyClick(wizard.pane.grid, Qt.Key.Key_Return)
    wizard.go_back()
    assert wizard.steps.current == CHOOSE
    wizard.go_back()
    assert wizard.steps.current == CHECK
    assert wizard.foot.go.text() == "写入 2 行"
    wizard.steps.steps[RECOGNISE].click()
    assert wizard.steps.current == RECOGNISE
    wizard.leave()
    assert wizard.steps.current == CHECK
    assert wizard.foot.go.text() == "写入 2 行"


def test_a_file_that_kills_the_reader_is_set_aside_and_the_rest_goes_on(
    opened: Opened, campaign_id: int, annex_1: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = book(tmp_path / "坏表.xlsx", [["姓名"], ["甲"]])
    whole = worker.Reader._attempt
    monkeypatch.setattr(worker.Reader, "_attempt", lambda self, path, ahead: (None, "") if path == bad else whole(self, path, ahead))
    wizard = opened(campaign_id, bad, annex_1)
    assert badges(wizard)[bad.name] == "已隔离"
    wizard.files.choose(bad)
    assert wizard.pane.trouble.text() == "文件“坏表.xlsx”异常，已隔离"
    assert wizard.foot.go.text() == "写入 2 行"


def test_return_copies_are_written_for_files_with_troubles(opened: Opened, campaign_id: int, annex_1: Path, doubtful: Path) -> None:
    wizard = opened(campaign_id, annex_1, doubtful)
    assert wizard.foot.returns.text() == "导出 1 份退改件"
    wizard.writing.export_returns(doubtful.parent)
    made = doubtful.parent / "柳溪镇-补报-退改件.xlsx"
    assert made.is_file()
    back = opened(campaign_id, made)
    assert "退改件" in next(item.note for item in back.files.items() if item.title == made.name)


@pytest.mark.parametrize("scale", [1.0, 1.5], ids=["100 %", "150 %"])
@pytest.mark.parametrize("state", ["start", "rows", "mapping", "done"])
def test_nothing_is_cut_off_on_a_laptop(
    qapp: QApplication, opened: Opened, campaign_id: int, doubtful: Path, state: str, scale: float
) -> None:
    sheet.apply(qapp, "light", scale=scale)
    wizard = opened(campaign_id, *([] if state == "start" else [doubtful]))
    if state == "mapping":
        wizard.steps.steps[RECOGNISE].click()
    if state == "done":
        wizard.writing.write()
        assert wizard._body.currentIndex() == DONE
    QApplication.processEvents()
    assert faults(wizard) == []
    assert scale > 1 or asks_too_much(wizard) == ""
