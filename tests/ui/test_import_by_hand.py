"""Importing: forms said by hand, candidates, the wizard over the pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from services.store import Store
from tests import make, workbooks
from tests.ui.importing import Opened, annex_1, badges, book, counted, doubtful, host, names, opened
from ui.imports.wizard import CHECK, RECOGNISE, ImportWizard
from ui.scenes import Stage

__all__ = ["annex_1", "doubtful", "host", "opened"]


def choose(wizard: ImportWizard, **keys: str) -> None:
    """Say which heading is which column."""
    header = wizard.pane.mapping.header_box.currentText()
    assert header
    for box in wizard.pane.mapping.boxes.values():
        word = box.accessibleName().removesuffix(" 当作")
        box.setCurrentIndex(box.findData(keys.get(word, "")))


def test_columns_said_by_hand_are_remembered_for_the_next_file(opened: Opened, store: Store, campaign_id: int, tmp_path: Path) -> None:
    rows: list[list[workbooks.Value]] = [["人员情况"], ["谁", "在哪里干活", "本本号", "联系法子"]]
    first = book(tmp_path / "云泉镇.xlsx", [*rows, ["祝远山", "柳溪镇安环办", "99030200031", "19900000031"]])
    wizard = opened(campaign_id, first)
    next(button for button in wizard.pane.choices if "自己指定" in button.text()).click()
    assert wizard.steps.current == RECOGNISE
    assert wizard.foot.reason.text() == "还没有选定是哪一张表"
    form = wizard.pane.mapping.form_box
    form.setCurrentIndex(form.findData("personnel"))
    assert wizard.foot.reason.text() == "还没有指定哪一列是“姓名”"
    choose(wizard, 谁="name", 在哪里干活="unit_position", 本本号="cert_no", 联系法子="cert_no")
    assert wizard.foot.reason.text() == "两列都指定成了“执法证号”"
    choose(wizard, 谁="name", 在哪里干活="unit_position", 本本号="cert_no", 联系法子="phone")
    wizard.foot.go.click()
    assert wizard.steps.current == CHECK
    assert wizard.foot.go.text() == "写入 1 行"
    wizard.writing.write()
    assert "祝远山" in names(store, campaign_id)
    wizard.go_on()
    second = book(tmp_path / "另一份.xlsx", [*rows, ["程立冬", "柳溪镇安环办", "99030200032", "19900000032"]])
    again = opened(campaign_id, second)
    assert again.foot.go.text() == "写入 1 行"


def test_a_form_that_was_guessed_wrong_can_be_said_anew(opened: Opened, campaign_id: int, annex_1: Path) -> None:
    wizard = opened(campaign_id, annex_1)
    wizard.steps.steps[RECOGNISE].click()
    assert wizard.pane.mapping.form_box.currentData() == "personnel"
    choose(wizard, 姓名="name", 工作单位及职务="unit_position", 执法证号="cert_no", 手机号码="", 备注="phone")
    wizard.go_on()
    assert all(row.values.get("phone") in (None, "") for _code, row in wizard.states[0].plan.rows if row.action == "new")  # type: ignore[union-attr]


@pytest.mark.parametrize("stage", [(1.0, False)], ids=["empty"], indirect=True)
def test_the_import_stands_over_the_pages_and_gives_way_to_any_of_them(stage: Stage, annex_1: Path) -> None:
    stage.keeper.ready = True
    stage.window.go("people")
    stage.keeper.begin_import()
    wizard = stage.window.stack.currentWidget()
    assert isinstance(wizard, ImportWizard)
    stage.window.go("people")
    assert stage.window.stack.currentWidget() is stage.window.page("people")
    stage.window.files_dropped.emit([annex_1])
    assert stage.window.stack.currentWidget() is wizard
    stage.settle()
    assert list(badges(wizard)) == [annex_1.name]
    wizard.leave()
    assert stage.window.stack.currentWidget() is stage.window.page("people")


def test_candidates_stand_with_what_speaks_for_them_and_a_digit_picks_one(
    qtbot: QtBot, opened: Opened, store: Store, campaign_id: int, tmp_path: Path
) -> None:
    with store.write("名录") as session:
        make.enterprise(session)
    firms: list[list[workbooks.Value]] = [
        ["企业名称", "统一社会信用代码", "镇办", "法定代表人"],
        ["岚桥区瑞丰纺织有限责任公司", "", "柳溪镇", "何志远"],
    ]
    wizard = opened(campaign_id, book(tmp_path / "企业名录.xlsx", firms))
    assert counted(wizard)["look"] == 1
    buttons = list(wizard.pane.strip.buttons)
    assert buttons[0] == "岚桥区瑞丰纺织有限公司"
    assert "%" not in "".join(label.text() for label in wizard.pane.strip.findChildren(QLabel))
    wizard.pane.grid.setFocus()
    qtbot.keyClick(wizard.pane.grid, Qt.Key.Key_1)
    row = wizard.states[0].plan.rows[0][1]  # type: ignore[union-attr]
    assert row.action == "changed"
    assert row.record_id == row.choice.record_id
    wizard.pane.grid.setFocus()
    qtbot.keyClick(wizard.pane.grid, Qt.Key.Key_Return)
    wizard.writing.write()
    assert wizard.done.headline.text().startswith("已写入 1 行")
