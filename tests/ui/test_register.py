"""A register from its declaration: list, add, change, paste, bin, undo."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from services import campaigns, people, undoing
from services.store import Store
from tests import make
from ui.pages.filter_bar import View
from ui.pages.page import Desk
from ui.pages.paste_preview import PastePreview
from ui.pages.register import Register, RegisterPage
from ui.tables.blocks import Edit
from ui.tasks import SyncTasks

PEOPLE = Register(
    key="people",
    title="人员抽调",
    help_line="附件1",
    icon="users",
    listing=people.LISTING,
    load=people.load,
    save=people.save,
    remove=people.remove,
    noun="人员",
    unit="人",
    new_label="新增人员",
    name_key="name",
    suggest={"unit": campaigns.towns},
    views=(View("未分组", {"group": None}),),
    missing=("还没有抽调人员", "附件1 从这里来"),
)


@pytest.fixture
def page(qtbot: QtBot, tasks_sync: SyncTasks, campaign_id: int) -> Iterator[RegisterPage]:
    desk = Desk(tasks_sync, tasks_sync)
    desk.choose(campaign_id, 2023)
    made = RegisterPage(desk, PEOPLE)
    qtbot.addWidget(made)
    made.resize(1202, 620)
    made.show()
    settle(qtbot, tasks_sync)
    yield made
    tasks_sync.settle_all()


def settle(qtbot: QtBot, tasks: SyncTasks) -> None:
    """Let jobs, queued announcements and zero timers run until all is quiet."""
    for _ in range(4):
        tasks.settle_all()
        qtbot.wait(2)
    tasks.settle_all()


def names(page: RegisterPage) -> list[str]:
    column = PEOPLE.form.keys.index("name")
    return [page.model.text_at(row, column) for row in range(page.model.count)]


def labels(store: Store) -> list[str]:
    with store.read() as session:
        return [entry.label for entry in undoing.entries(session)]


def test_the_page_lists_the_rows_of_its_campaign(page: RegisterPage) -> None:
    assert names(page) == ["周砚秋", "贺启航", "丁海波"]
    assert page.status.left.text() == "共 3 人"
    assert page.filters.tabs.tabText(0) == "全部 3"


def test_the_page_fits_a_laptop(page: RegisterPage) -> None:
    page.open_record(1)
    assert page.minimumSizeHint().width() <= 1366 - 164
    assert page.minimumSizeHint().height() <= 696 - 46 - 27


def test_a_new_record_is_saved_and_listed(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    page.new_record()
    page.panel.boxes["name"].set_value("邵云飞")
    page.panel.boxes["unit"].set_value("石坪镇")
    assert page.panel.save()
    settle(qtbot, tasks_sync)
    assert "邵云飞" in names(page)
    assert labels(store)[0] == "新增人员 邵云飞"


def test_saving_and_adding_again_gives_an_empty_panel(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    page.new_record()
    page.panel.boxes["name"].set_value("邵云飞")
    page.panel.save(go_on=True)
    settle(qtbot, tasks_sync)
    assert page.panel.record_id is None
    assert page.panel.raw()["name"] == ""


def test_a_record_is_changed_in_the_panel(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    page.show_record(2)
    settle(qtbot, tasks_sync)
    assert page.panel.head.name.whole == "贺启航"
    page.panel.boxes["remark"].set_value("会开车")
    page.panel.save()
    settle(qtbot, tasks_sync)
    assert labels(store)[0] == "修改人员 贺启航"
    with store.read() as session:
        assert people.load(session, record_id=2)["remark"] == "会开车"


def test_going_to_another_row_saves_what_was_typed(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    page.show_record(1)
    settle(qtbot, tasks_sync)
    qtbot.keyClicks(page.panel.boxes["remark"].editor, "x")
    page.grid.go_to(3)
    settle(qtbot, tasks_sync)
    assert page.panel.record_id == 3
    assert labels(store)[0] == "修改人员 周砚秋"


def test_a_typed_cell_is_one_named_operation(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    column = PEOPLE.form.keys.index("remark")
    assert page.model.setData(page.model.index(1, column), "组长")
    settle(qtbot, tasks_sync)
    assert labels(store)[0] == "修改 贺启航 备注"
    assert page.model.text_at(1, column) == "组长"


def test_a_pasted_block_changes_rows_and_adds_those_below(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    QApplication.clipboard().setText("周砚秋二\n贺启航\n丁海波\n新来的\n")
    page.grid.go_to(1, "name")
    page.grid.paste()
    settle(qtbot, tasks_sync)
    assert sorted(names(page)) == sorted(["周砚秋二", "贺启航", "丁海波", "新来的"])
    assert len(labels(store)) == 2


def test_a_block_with_a_cell_that_cannot_be_read_is_shown_before_and_changes_nothing(
    page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store
) -> None:
    page.make_edits([Edit(1, "remark", "行"), Edit(2, "name", "")])
    settle(qtbot, tasks_sync)
    dialog = page.findChild(PastePreview)
    assert dialog is not None
    assert (dialog.plan.writes, dialog.write.text()) == (1, "写入 1 格")
    dialog.reject()
    with store.read() as session:
        assert people.load(session, record_id=1)["remark"] is None


def test_a_block_is_copied_as_wps_reads_it(page: RegisterPage) -> None:
    start = PEOPLE.form.keys.index("name")
    for row in (0, 1):
        for column in (start, start + 1):
            page.grid.selectionModel().select(page.model.index(row, column), QItemSelectionModel.SelectionFlag.Select)
    page.grid.copy()
    lines = QApplication.clipboard().text().split("\n")
    assert [line.split("\t")[0] for line in lines] == ["周砚秋", "贺启航"]


def test_fill_down_copies_the_top_row(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    column = PEOPLE.form.keys.index("unit_position")
    page.make_edits([Edit(1, "unit_position", "执法大队")])
    settle(qtbot, tasks_sync)
    for row in range(3):
        page.grid.selectionModel().select(page.model.index(row, column), QItemSelectionModel.SelectionFlag.Select)
    page.grid.fill_down()
    settle(qtbot, tasks_sync)
    assert [page.model.text_at(row, column) for row in range(3)] == ["执法大队"] * 3
    assert labels(store)[0] == "修改 2 人 工作单位及职务"


def test_removed_rows_come_back_by_undo(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    page.remove([1, 2])
    settle(qtbot, tasks_sync)
    assert names(page) == ["丁海波"]
    assert labels(store)[0] == "删除人员 2 人"
    tasks_sync.command("撤销", undoing.undo).start()
    settle(qtbot, tasks_sync)
    assert len(names(page)) == 3


def test_words_and_views_narrow_the_rows(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    page.filters.find_box.setText("贺")
    qtbot.waitUntil(lambda: bool(tasks_sync.settle_all() or page.model.count == 1))
    assert page.status.left.text() == "符合 1 人，共 3 人"
    page.filters.find_box.setText("没有这个人")
    qtbot.waitUntil(lambda: bool(tasks_sync.settle_all() or page.model.count == 0))
    assert not page.grid.isVisible()
    page.filters.clear()
    settle(qtbot, tasks_sync)
    assert page.model.count == 3
    assert page.grid.isVisible()


def test_a_head_sorts_up_then_down_then_as_before(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    column = PEOPLE.form.keys.index("cert_no")
    orders = []
    for _ in range(3):
        page.grid.horizontalHeader().sectionClicked.emit(column)
        settle(qtbot, tasks_sync)
        orders.append((page.grid.sort, page.model.id_at(0)))
    assert orders == [("cert_no", 1), ("-cert_no", 3), ("", 1)]


def test_an_empty_register_says_what_to_do_first(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    with store.write("新建专项行动") as session:
        other = make.campaign(session, name="另一次行动")
    page.desk.choose(other, 2024)
    settle(qtbot, tasks_sync)
    assert not page.grid.isVisible()
    page.new_record()
    settle(qtbot, tasks_sync)
    assert page.panel.isVisible()


def test_the_history_of_a_record_is_in_its_panel(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    page.show_record(2)
    settle(qtbot, tasks_sync)
    page.panel.head.tabs.setCurrentIndex(1)
    settle(qtbot, tasks_sync)
    assert page.panel.history.widget().findChildren(type(page.status.right))


def test_suggestions_come_from_the_campaign(page: RegisterPage) -> None:
    completer = page.panel.boxes["unit"].editor.completer()  # type: ignore[attr-defined]  # a line editor
    assert completer.model().rowCount() == 2


def test_a_grid_survives_two_thousand_paints(page: RegisterPage) -> None:
    page.model.remember_change(1, "name")
    page.grid.go_to(1, "name")
    for _ in range(2000):
        page.grid.viewport().repaint()
    assert page.grid.current_id() == 1


def test_ctrl_enter_opens_the_record(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    page.grid.go_to(3, "phone")
    qtbot.keyClick(page.grid, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, tasks_sync)
    assert page.panel.record_id == 3
