"""Blocks to and from WPS: what is copied, what a paste shows and writes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from services import enterprises, undoing
from services.store import Store
from tests import make
from tests.ui.registers import CONTROL, labels, opened, press, settle, texts
from ui.pages.cases import CASES
from ui.pages.enterprises import ENTERPRISES
from ui.pages.findings import FINDINGS
from ui.pages.groups import EQUIPMENT
from ui.pages.paste_preview import PastePreview, look_of
from ui.pages.people import PEOPLE
from ui.pages.register import RegisterPage
from ui.tasks import SyncTasks

Key = Qt.Key


@pytest.fixture
def page(qtbot: QtBot, tasks_sync: SyncTasks, campaign_id: int) -> Iterator[RegisterPage]:
    made = opened(qtbot, tasks_sync, campaign_id, PEOPLE)
    made.desk.set_masks(on=False)
    yield made
    tasks_sync.settle_all()


@pytest.fixture
def firms(qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> Iterator[RegisterPage]:
    with store.write("建名录") as session:
        for number in range(3):
            code = f"9137021{number}MA3C0000{number}X"
            enterprises.save(session, row={"name": f"岚桥区样例{number}厂", "credit_code": code, "employees": 10 + number})
    made = opened(qtbot, tasks_sync, None, ENTERPRISES)
    made.desk.set_masks(on=False)
    yield made
    tasks_sync.settle_all()


def put(text: str) -> None:
    """Lay a text on the clipboard."""
    QApplication.clipboard().setText(text)


def select(page: RegisterPage, rows: range, first: str, last: str = "") -> None:
    keys = page.register.form.keys
    page.grid.go_to_place(rows[0], keys.index(first))
    chosen = QItemSelection(page.model.index(rows[0], keys.index(first)), page.model.index(rows[-1], keys.index(last or first)))
    page.grid.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)


def preview(page: RegisterPage) -> PastePreview:
    found = page.findChild(PastePreview)
    assert found is not None
    return found


def test_a_block_goes_out_as_text_and_as_a_table_that_keeps_codes_text(firms: RegisterPage) -> None:
    select(firms, range(2), "name", "credit_code")
    press(firms, Key.Key_C, held=CONTROL)
    data = QApplication.clipboard().mimeData()
    assert [line.split("\t")[-1] for line in data.text().split("\n")] == ["91370210MA3C00000X", "91370211MA3C00001X"]
    assert "mso-number-format:'\\@'\">91370210MA3C00000X</td>" in data.html()


def test_counts_go_out_as_numbers(firms: RegisterPage) -> None:
    select(firms, range(2), "employees")
    press(firms, Key.Key_C, held=CONTROL)
    assert "mso-number-format:'0'\">10</td>" in QApplication.clipboard().mimeData().html()


def test_masked_numbers_are_copied_masked(page: RegisterPage) -> None:
    page.desk.set_masks(on=True)
    select(page, range(1), "phone")
    press(page, Key.Key_C, held=CONTROL)
    assert "*" in QApplication.clipboard().text()


def test_a_small_paste_in_which_all_is_well_goes_straight_in(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    said: list[tuple[str, bool]] = []
    page.desk.said.connect(lambda text, undoable: said.append((text, undoable)))
    put('甲\t"第一行\n第二行"\r\n乙\t"说""好"""\r\n')
    for key in set(page.register.form.keys) - {"unit", "name", "unit_position", "remark"}:
        page.grid.show_column(key, shown=False)
    page.grid.go_to(1, "unit_position")
    press(page, Key.Key_V, held=CONTROL)
    settle(qtbot, tasks_sync)
    assert texts(page, "unit_position")[:2] == ["甲", "乙"]
    assert texts(page, "remark")[1] == '说"好"'
    assert page.findChild(PastePreview) is None
    assert labels(store)[0] == "修改 2 人 4 格"
    assert said == [("已修改 2 人 4 格", True)]


def test_a_paste_with_a_refused_cell_is_shown_and_writes_the_rest(firms: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    put("12\n很多\n34\n")
    firms.grid.go_to_place(0, firms.register.form.keys.index("employees"))
    press(firms, Key.Key_V, held=CONTROL)
    settle(qtbot, tasks_sync)
    dialog = preview(firms)
    assert dialog.write.text() == "写入 2 格"
    assert dialog.plan.counts == {"new": 0, "changed": 2, "same": 0, "refused": 1}
    row, column = dialog.plan.rows[1], firms.register.form.column("employees")
    assert (look_of(row, column).flag, look_of(row, column).text) == ("bad", "很多")
    assert look_of(dialog.plan.rows[0], column).old == "10"
    assert "很多" in dialog.model.data(dialog.model.index(1, dialog.model.columnCount() - 1))
    dialog.copy_refused()
    assert QApplication.clipboard().text() == "很多"
    qtbot.keyClick(dialog.write, Key.Key_Space)
    settle(qtbot, tasks_sync)
    assert texts(firms, "employees") == ["12", "11", "34"]
    tasks_sync.command("撤销", undoing.undo).start()
    settle(qtbot, tasks_sync)
    assert texts(firms, "employees") == ["10", "11", "12"]


def test_one_cell_that_cannot_be_emptied_says_so_under_the_grid(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    page.grid.go_to_place(0, page.register.form.keys.index("name"))
    press(page, Key.Key_Delete)
    settle(qtbot, tasks_sync)
    assert "没有写入：" in page.status.left.text()
    assert not page.window().findChildren(PastePreview)
    assert texts(page, "name")[0] == "周砚秋"


def test_a_large_paste_is_shown_first_and_is_one_operation(firms: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    before = len(labels(store))
    put("\n".join(f"岚桥区新来{number}厂\t{number}" for number in range(30)))
    firms.grid.go_to_place(3, firms.register.form.keys.index("name"))
    press(firms, Key.Key_V, held=CONTROL)
    settle(qtbot, tasks_sync)
    assert len(labels(store)) == before
    dialog = preview(firms)
    qtbot.keyClick(dialog.write, Key.Key_Space)
    settle(qtbot, tasks_sync)
    assert firms.model.count == 33
    assert labels(store)[0] == "新增企业 30 家"
    assert len(labels(store)) == before + 1


def test_rows_that_the_service_refuses_come_back_with_their_sentence(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    put("周砚秋\n新来的\n")
    page.grid.go_to_place(3, page.register.form.keys.index("name"))
    press(page, Key.Key_V, held=CONTROL)
    settle(qtbot, tasks_sync)
    dialog = preview(page)
    assert "已在本次行动的抽调人员里" in dialog.plan.rows[0].reason
    assert dialog.write.text() == "写入 1 格"
    qtbot.keyClick(dialog.write, Key.Key_Space)
    settle(qtbot, tasks_sync)
    assert sorted(texts(page, "name")) == sorted(["周砚秋", "贺启航", "丁海波", "新来的"])


def test_one_copied_cell_fills_the_selected_ones(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    put("组员")
    select(page, range(3), "remark")
    press(page, Key.Key_V, held=CONTROL)
    settle(qtbot, tasks_sync)
    assert texts(page, "remark") == ["组员"] * 3


def test_cancelling_the_preview_changes_nothing(firms: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks, store: Store) -> None:
    before = labels(store)
    put("很多\n不少\n")
    firms.grid.go_to_place(0, firms.register.form.keys.index("employees"))
    press(firms, Key.Key_V, held=CONTROL)
    settle(qtbot, tasks_sync)
    dialog = preview(firms)
    assert dialog.write.isHidden(), "nothing of it can be written"
    qtbot.keyClick(dialog, Key.Key_Escape)
    settle(qtbot, tasks_sync)
    assert labels(store) == before
    assert texts(firms, "employees")[0] == "10"


@pytest.mark.parametrize("kind", ["people", "findings", "cases", "equipment"])
def test_a_long_block_below_the_last_row_makes_rows_in_every_register(
    qtbot: QtBot, tasks_sync: SyncTasks, store: Store, campaign_id: int, kind: str
) -> None:
    with store.write("准备") as session:
        make.visit(session, campaign_id)
    firm = "岚桥区瑞丰纺织有限公司"
    register, (first, said), (last, told) = {
        "people": (PEOPLE, ("name", "样例{}"), ("unit_position", "样例镇科员")),
        "findings": (FINDINGS, ("enterprise", firm), ("hazard", "配电箱{}未接地")),
        "cases": (CASES, ("enterprise", firm), ("violation", "未接地{}")),
        "equipment": (EQUIPMENT, ("kind", "执法记录仪"), ("label", "{}")),
    }[kind]
    keys = register.form.keys
    between = "\t" * (keys.index(last) - keys.index(first))
    lines = [f"{said.format(number)}{between}{told.format(number)}" for number in range(60)]
    page = opened(qtbot, tasks_sync, campaign_id, register)
    for key in register.hidden:
        page.grid.show_column(key, shown=True)
    before = page.model.count
    put("\n".join([*lines, lines[0]]))
    page.grid.go_to_place(before, keys.index(first))
    press(page, Key.Key_V, held=CONTROL)
    qtbot.waitUntil(lambda: page.findChild(PastePreview) is not None, timeout=5000)
    preview(page).write.click()
    settle(qtbot, tasks_sync)
    if kind == "people":  # the same person twice: this row is named, the others can be written
        assert next(row.reason for row in preview(page).plan.rows if row.reason).startswith("样例0 已在本次行动的抽调人员里")
        preview(page).write.click()
        settle(qtbot, tasks_sync)
    assert page.model.count == before + (60 if kind == "people" else 61)
    assert labels(store)[0].startswith(f"新增{register.noun} 6")


def test_signs_that_nobody_sees_are_taken_out_and_named_and_spoil_no_cell(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    for key in ("group", "state"):
        page.grid.show_column(key, shown=False)
    put("柳溪镇\t邵\u200b清\x07波\t科员\t9903\x0020301\t1990\ufeff0000031\n柳溪镇\t\x07\x1b\t科员\t99030200302\t123\n")
    page.grid.go_to_place(3, page.register.form.keys.index("unit"))
    press(page, Key.Key_V, held=CONTROL)
    settle(qtbot, tasks_sync)
    dialog = preview(page)
    first, second = dialog.plan.rows
    assert (first.values["name"], first.values["cert_no"], first.values["phone"]) == ("邵清波", "990320301", "19900000031")
    assert first.cells["phone"].sentence == "手机号码 已去掉看不见的控制字符"
    assert second.reason == "姓名 只有看不见的控制字符，等于没填，请补填"
    assert dialog._about.text().startswith("1 行整行不写，其余照写，一次撤销即可全部取回。")
    said = [dialog.model.index(row, dialog.model.columnCount() - 1).data() for row in range(2)]
    assert "手机号码 已去掉看不见的控制字符" in said[0], "what is only to be checked is said as well, not hidden in a tooltip"
    qtbot.keyClick(dialog._only, Key.Key_Space)
    assert dialog.model.rowCount() == 1
    assert dialog.model.headerData(0, Qt.Orientation.Vertical) == "2", "a line keeps the number that it has in the block"
    qtbot.keyClick(dialog.write, Key.Key_Space)
    settle(qtbot, tasks_sync)
    assert "邵清波" in texts(page, "name")


def test_a_block_that_finds_no_place_in_the_grid_says_so(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    put("19900000009\t第一检查组\t已接收\t可带队\t多\t余\n")
    page.grid.go_to_place(0, page.register.form.keys.index("phone"))
    press(page, Key.Key_V, held=CONTROL)
    settle(qtbot, tasks_sync)
    said = preview(page)._about.text()
    assert "右边 2 列没有写入；从更靠左的一格开始粘贴" in said
    assert "不在这张表里填，粘贴的内容没有采用" in said
    qtbot.keyClick(preview(page).write, Key.Key_Space)
    settle(qtbot, tasks_sync)
    assert texts(page, "remark")[0] == "可带队"


def test_a_refusal_of_a_service_says_what_to_do(page: RegisterPage, qtbot: QtBot, tasks_sync: SyncTasks) -> None:
    put("周砚秋\n新来的\n")
    page.grid.go_to_place(3, page.register.form.keys.index("name"))
    press(page, Key.Key_V, held=CONTROL)
    settle(qtbot, tasks_sync)
    assert preview(page).plan.rows[0].reason.count("。") >= 2, "what is wrong, and how it is mended"
    preview(page).reject()
