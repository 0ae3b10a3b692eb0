"""Importing dropped files: planned, shown row by row, written, taken back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from services import listing, people, undoing
from services.store import Store
from tests import workbooks
from ui.dialogs.import_files import ImportDialog, open_import
from ui.tables.cell_look import LOOK, CellLook
from ui.tasks import SyncTasks

Opened = Callable[..., ImportDialog]
HEADS: list[workbooks.Value] = ["姓名", "工作单位及职务", "执法证号", "手机号码", "备注"]


@pytest.fixture
def annex_1(tmp_path: Path) -> Path:
    """Return an Annex 1: a new person, a changed one, one as known, a total line."""
    rows: list[list[workbooks.Value]] = [
        ["抽调执法人员统计表"],
        ["填报单位：柳溪镇"],
        HEADS,
        ["祁若楠", "柳溪镇安环办科员", "99030200077", "19900000077", ""],
        ["周砚秋", "柳溪镇安环办副主任", "99030200000", "19900000000", ""],
        ["贺启航", "柳溪镇安环办科员", "99030200001", "19900000001", ""],
        ["合计", "3人", "", "", ""],
    ]
    return workbooks.write(tmp_path / "柳溪镇-附件1.xlsx", workbooks.sheet_xml(workbooks.rows_xml(rows)))


@pytest.fixture
def opened(qtbot: QtBot, store: Store, tasks_sync: SyncTasks) -> Opened:
    """Return what opens the dialog over a window, files read."""
    window = QWidget()
    qtbot.addWidget(window)

    def open_on(campaign_id: int | None, *paths: Path) -> ImportDialog:
        dialog = open_import(window, tasks_sync, store, campaign_id, paths)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        tasks_sync.settle_all()
        return dialog

    # The window owns its dialogs and has to outlive this call.
    open_on.window = window  # type: ignore[attr-defined]
    return open_on


def names(store: Store, campaign_id: int) -> set[str]:
    keys = people.LISTING.form.keys
    with store.read() as session:
        rows = listing.head(session, people.LISTING, scope=campaign_id, limit=100)
    return {str(dict(zip(keys, values, strict=True))["name"]) for _id, values in rows}


def look(dialog: ImportDialog, row: int, key: str) -> CellLook:
    model = dialog.pane.grid.rows
    column = next(number for number, one in enumerate(model.columns) if one.key == key)
    found = model.index(row, column).data(LOOK)
    assert isinstance(found, CellLook)
    return found


def row_of(dialog: ImportDialog, number: int) -> int:
    return next(place for place, one in enumerate(dialog.pane.grid.rows.shown) if one.number == number)


def test_a_file_is_planned_row_by_row_and_nothing_is_written(opened: Opened, store: Store, campaign_id: int, annex_1: Path) -> None:
    before = names(store, campaign_id)
    dialog = opened(campaign_id, annex_1)
    assert look(dialog, row_of(dialog, 4), "action").badge == ("新增", "info")
    changed = look(dialog, row_of(dialog, 5), "unit_position")
    assert (changed.old, changed.text) == ("柳溪镇安环办科员", "柳溪镇安环办副主任")
    assert look(dialog, row_of(dialog, 6), "action").badge == ("没变", "plain")
    assert look(dialog, row_of(dialog, 7), "action").badge == ("跳过", "plain")
    assert "读到 <b>6</b> 行" in dialog.total.text() or "读到 6 行" in dialog.total.text()
    assert dialog.write_button.text() == "写入 2 行"
    assert dialog.write_button.isEnabled()
    dialog.reject()
    assert names(store, campaign_id) == before


def test_writing_is_one_step_that_undo_takes_back(
    qtbot: QtBot, opened: Opened, store: Store, tasks_sync: SyncTasks, campaign_id: int, annex_1: Path
) -> None:
    before = names(store, campaign_id)
    dialog = opened(campaign_id, annex_1)
    said: list[tuple[str, bool]] = []
    dialog.said.connect(lambda text, undoable: said.append((text, undoable)))
    with qtbot.waitSignals([dialog.written, dialog.accepted]):
        dialog.write_button.click()
        tasks_sync.settle_all()
    assert names(store, campaign_id) == before | {"祁若楠"}
    assert said == [("已写入 2 行", True)]
    with store.write("撤销") as session:
        undoing.undo(session)
    assert names(store, campaign_id) == before


def test_the_same_file_again_changes_nothing(opened: Opened, tasks_sync: SyncTasks, campaign_id: int, annex_1: Path) -> None:
    first = opened(campaign_id, annex_1)
    first.write()
    tasks_sync.settle_all()
    again = opened(campaign_id, annex_1)
    assert [entry.text for entry in again.files.lines.entries if not hasattr(entry, "key")] == ["没有变化 1"]
    assert not again.write_button.isEnabled()
    assert again.reason.text() == "没有要写入的行"


def test_a_wrong_file_says_why_and_stops_no_other(opened: Opened, campaign_id: int, annex_1: Path, tmp_path: Path) -> None:
    menu = workbooks.write(tmp_path / "食堂菜单.xlsx", workbooks.sheet_xml(workbooks.rows_xml([["菜名", "价格"], ["豆腐", 3]])))
    dialog = opened(campaign_id, menu, annex_1)
    dialog.files.setCurrentIndex(dialog.files.lines.index(1))
    assert "没有找到认识的表头" in dialog.pane.trouble.text()
    assert dialog.files.items()[0].badge == ("没读成", "bad")
    assert dialog.write_button.text() == "写入 2 行"


def test_only_a_wrong_file_writes_nothing(opened: Opened, campaign_id: int, tmp_path: Path) -> None:
    scan = tmp_path / "盖章扫描件.pdf"
    scan.write_bytes(b"%PDF-1.4\n")
    dialog = opened(campaign_id, scan)
    assert "格式读不了" in dialog.pane.trouble.text()
    assert not dialog.write_button.isEnabled()


def test_a_flagged_cell_is_marked_and_its_sentence_is_said(opened: Opened, campaign_id: int, tmp_path: Path) -> None:
    rows: list[list[workbooks.Value]] = [["抽调执法人员统计表"], HEADS, ["祁若楠", "柳溪镇安环办科员", "99030200077", "1990000", ""]]
    short = workbooks.write(tmp_path / "柳溪镇.xlsx", workbooks.sheet_xml(workbooks.rows_xml(rows)))
    dialog = opened(campaign_id, short)
    assert look(dialog, row_of(dialog, 3), "phone").flag == "soon"
    assert "应为 11 位" in dialog.pane.sentence.text()
    assert dialog.files.items()[0].badge == ("要核对 1", "soon")


def test_a_folder_stands_for_its_files_and_without_a_campaign_the_way_out_is_said(opened: Opened, annex_1: Path) -> None:
    folder = annex_1.parent / "来表"
    folder.mkdir()
    annex_1.rename(folder / annex_1.name)
    (folder / "~$锁.xlsx").write_bytes(b"")
    dialog = opened(None, folder)
    assert [entry.title for entry in dialog.files.items()] == ["柳溪镇-附件1.xlsx"]
    assert "还没有选定是哪一次" in dialog.pane.trouble.text()
    assert "再导入这张表" in dialog.pane.way_out.text()


def test_rows_that_need_another_file_first_are_offered_after_it(
    opened: Opened, tasks_sync: SyncTasks, campaign_id: int, tmp_path: Path
) -> None:
    visits: list[list[workbooks.Value]] = [
        ["企业名称", "检查日期", "检查组", "检查人员", "平台编号"],
        ["岚桥区瑞丰纺织有限公司", "2023-04-10", "第一检查组", "康立群", "LQ1"],
    ]
    findings: list[list[workbooks.Value]] = [
        ["企业名称", "检查日期", "问题描述", "问题类别"],
        ["岚桥区瑞丰纺织有限公司", "2023-04-10", "传动部位没有防护罩", "设施设备类"],
    ]
    paths = [
        workbooks.write(tmp_path / f"{name}.xlsx", workbooks.sheet_xml(workbooks.rows_xml(rows)))
        for name, rows in (("问题整改台账", findings), ("检查记录", visits))
    ]
    dialog = opened(campaign_id, *paths)
    assert {state.path.stem: state.writes for state in dialog.states} == {"问题整改台账": 0, "检查记录": 1}
    dialog.write()
    tasks_sync.settle_all()
    assert [(state.path.stem, state.writes) for state in dialog.states] == [("问题整改台账", 1)]
    assert dialog.isVisible()
    dialog.write()
    tasks_sync.settle_all()
    assert not dialog.isVisible()
