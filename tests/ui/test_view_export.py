"""导出当前视图: what is seen, and nothing else, as a workbook."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from services.store import Store
from tests import make
from tests.ui.registers import CONTROL, SHIFT, labels, opened, press, settle
from ui.pages import view_export
from ui.pages.cases import CASES
from ui.pages.people import PEOPLE
from ui.pages.register import Register, RegisterPage
from ui.tasks import SyncTasks


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the file goes, without asking."""
    path = tmp_path / "视图.xlsx"
    monkeypatch.setattr(view_export, "ask_target", lambda *_asked: path)
    return path


def exported(page: RegisterPage, qtbot: QtBot, tasks: SyncTasks, target: Path) -> list[list[object]]:
    """Press the key; return the cells of the file without its title."""
    press(page, Qt.Key.Key_E, held=CONTROL | SHIFT)
    settle(qtbot, tasks)
    sheet = openpyxl.load_workbook(target).active
    assert sheet is not None
    lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
    return [line for line in lines[1:] if any(line)]


def shown_words(page: RegisterPage) -> list[str]:
    return [page.grid.columns[column].title.replace("\n", "") for column in page.grid.shown_columns]


def test_filter_order_hidden_columns_and_masks_are_as_on_the_screen(
    qtbot: QtBot, tasks_sync: SyncTasks, campaign_id: int, target: Path, store: Store
) -> None:
    page = opened(qtbot, tasks_sync, campaign_id, PEOPLE)
    page.filters.find_box.setText("海")
    qtbot.wait(300)
    settle(qtbot, tasks_sync)
    page.grid.show_column("remark", shown=False)
    page.grid.setFocus()
    head, *rows = exported(page, qtbot, tasks_sync, target)
    assert [str(word).replace("\n", "") for word in head] == shown_words(page)
    name, phone = (shown_words(page).index(page.register.form.column(key).title.replace("\n", "")) for key in ("name", "phone"))
    assert [row[name] for row in rows] == ["丁海波"]
    assert rows[0][phone] == "199****0002"
    assert labels(store)[0] == "导出人员抽调（1 行）"


@pytest.mark.parametrize("register", [CASES])
def test_amounts_and_days_keep_their_kind(
    qtbot: QtBot, tasks_sync: SyncTasks, campaign_id: int, target: Path, store: Store, register: Register
) -> None:
    with store.write("立案") as session:
        make.visit(session, campaign_id)
        make.finding(session, campaign_id)
        make.case(session, campaign_id)
    page = opened(qtbot, tasks_sync, campaign_id, register)
    head, row = exported(page, qtbot, tasks_sync, target)
    assert len(head) == len(row) == len(page.grid.shown_columns)
    index = page.grid.paged.index(0, 0)
    assert str(index.data()) in [str(value) for value in row]
