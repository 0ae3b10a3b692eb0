"""What the tests of the import share: files, the wizard over a host, looks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from services import listing, people
from services.store import Store
from tests import workbooks
from ui.imports.wizard import ImportWizard, open_import
from ui.tables.cell_look import LOOK, CellLook
from ui.tasks import SyncTasks

Opened = Callable[..., ImportWizard]
HEADS: list[workbooks.Value] = ["姓名", "工作单位及职务", "执法证号", "手机号码", "备注"]
GOOD: list[list[workbooks.Value]] = [
    ["祁若楠", "柳溪镇安环办科员", "99030200077", "19900000077", ""],
    ["周砚秋", "柳溪镇安环办副主任", "99030200000", "19900000000", ""],
    ["贺启航", "柳溪镇安环办科员", "99030200001", "19900000001", ""],
]


class Host(QWidget):
    """What the wizard needs of the window: a stack of pages."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = QStackedWidget()
        self.stack.addWidget(QWidget())
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.stack)


def book(path: Path, rows: list[list[workbooks.Value]]) -> Path:
    return workbooks.write(path, workbooks.sheet_xml(workbooks.rows_xml(rows)))


@pytest.fixture
def annex_1(tmp_path: Path) -> Path:
    """Return an Annex 1: a new person, a changed one, one as known, a total line."""
    return book(tmp_path / "柳溪镇-附件1.xlsx", [["抽调执法人员统计表"], ["填报单位：柳溪镇"], HEADS, *GOOD, ["合计", "3人", "", "", ""]])


@pytest.fixture
def doubtful(tmp_path: Path) -> Path:
    """Return an Annex 1 with a short phone number and a good row."""
    rows: list[list[workbooks.Value]] = [["抽调执法人员统计表"], ["填报单位：柳溪镇"], HEADS]
    rows += [["丁晓禾", "柳溪镇安环办科员", "99030200079", "1990000", ""], ["倪可心", "柳溪镇安环办科员", "99030200078", "19900000078", ""]]
    return book(tmp_path / "柳溪镇-补报.xlsx", rows)


@pytest.fixture
def host(qtbot: QtBot) -> Host:
    made = Host()
    qtbot.addWidget(made)
    made.resize(1202, 623)
    made.show()
    return made


@pytest.fixture
def opened(host: Host, store: Store, tasks_sync: SyncTasks) -> Opened:
    """Return what opens the wizard over a window, files read."""

    def open_on(campaign_id: int | None, *paths: Path) -> ImportWizard:
        wizard = open_import(host, tasks_sync, store, campaign_id, paths)
        tasks_sync.settle_all()
        return wizard

    return open_on


def names(store: Store, campaign_id: int) -> set[str]:
    return {str(row["name"]) for row in persons(store, campaign_id)}


def persons(store: Store, campaign_id: int) -> list[dict[str, object]]:
    keys = people.LISTING.form.keys
    with store.read() as session:
        rows = listing.head(session, people.LISTING, scope=campaign_id, limit=100)
    return [dict(zip(keys, values, strict=True)) for _id, values in rows]


def look(wizard: ImportWizard, number: int, key: str) -> CellLook:
    model = wizard.pane.grid.rows
    row = next(place for place, one in enumerate(model.shown) if one.number == number)
    column = next(place for place, one in enumerate(model.columns) if one.key == key)
    found = model.index(row, column).data(LOOK)
    assert isinstance(found, CellLook)
    return found


def go_to(wizard: ImportWizard, number: int, key: str) -> None:
    model = wizard.pane.grid.rows
    row = next(place for place, one in enumerate(model.shown) if one.number == number)
    column = next(place for place, one in enumerate(model.columns) if one.key == key)
    wizard.pane.grid.setCurrentIndex(model.index(row, column))
    wizard.pane.grid.setFocus()


def badges(wizard: ImportWizard) -> dict[str, str]:
    return {item.title: item.badge[0] if item.badge else "" for item in wizard.files.items()}


def counted(wizard: ImportWizard) -> dict[str, int]:
    return {key: sum(state.counts[key] for state in wizard.states) for key in ("new", "changed", "same", "look", "skipped")}
