"""The grid's model: pages on demand, no fetch while painting, late answers."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QModelIndex, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from models.forms import Column
from models.kinds import AMOUNT, COUNT, NAME
from services.store import Changes
from ui.tables.cell_look import LOOK, Mark
from ui.tables.paged_model import GONE, PAGE, WAITING, PagedModel, Question, Source
from ui.tables.table_view import GridView
from ui.tasks import SyncTasks

COLUMNS = (Column("name", "姓名", NAME), Column("count", "数\n量", COUNT), Column("fine", "罚款（万元）", AMOUNT))


@dataclass
class Shelf:
    """Rows in memory that count how often they are asked for."""

    size: int = 1000
    gone: set[int] = field(default_factory=set)
    asked: list[Sequence[int]] = field(default_factory=list)
    arguments: dict[str, Any] = field(default_factory=dict)

    def row(self, number: int) -> tuple[Any, ...]:
        return (f"人{number}", number, 2_000_000)

    def ids(self, _session: Any, **arguments: Any) -> array[int]:
        self.arguments = arguments
        numbers = range(1, self.size + 1)
        return array("q", reversed(numbers) if arguments.get("sort") == "-name" else numbers)

    def head(self, _session: Any, *, limit: int, **_arguments: Any) -> list[tuple[int, tuple[Any, ...]]]:
        return [(number, self.row(number)) for number in range(1, min(limit, self.size) + 1)]

    def rows(self, _session: Any, *, wanted: Sequence[int]) -> dict[int, tuple[Any, ...]]:
        self.asked.append(list(wanted))
        return {number: self.row(number) for number in wanted if number not in self.gone}

    def source(self) -> Source:
        return Source(self.ids, self.head, self.rows, frozenset({"person"}))


def filled(tasks: SyncTasks, shelf: Shelf, **more: Any) -> PagedModel:
    model = PagedModel(tasks, COLUMNS, shelf.source(), parent=tasks, **more)
    model.reload()
    tasks.settle_all()
    return model


def settled(qtbot: QtBot, tasks: SyncTasks) -> None:
    qtbot.wait(1)
    tasks.settle_all()


def test_the_model_keeps_the_contract_of_qt(tasks_sync: SyncTasks, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(filled(tasks_sync, Shelf(250)))


def test_the_first_page_comes_with_the_ids(tasks_sync: SyncTasks) -> None:
    shelf = Shelf()
    model = filled(tasks_sync, shelf)
    assert model.rowCount() == 1000
    assert model.index(0, 0).data() == "人1"
    assert shelf.asked == []


def test_a_row_that_is_not_here_shows_dots_and_then_itself(tasks_sync: SyncTasks, qtbot: QtBot) -> None:
    shelf = Shelf()
    model = filled(tasks_sync, shelf)
    assert model.index(555, 0).data() == WAITING
    settled(qtbot, tasks_sync)
    assert model.index(555, 0).data() == "人556"
    assert shelf.asked == [list(range(501, 601))]


def test_flags_never_fetch(tasks_sync: SyncTasks, qtbot: QtBot) -> None:
    shelf = Shelf()
    model = filled(tasks_sync, shelf, editable=True)
    far = model.flags(model.index(900, 0))
    settled(qtbot, tasks_sync)
    assert shelf.asked == []
    assert not far & Qt.ItemFlag.ItemIsEditable
    assert model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsEditable


def test_scrolling_past_pages_fetches_only_the_last_ones(tasks_sync: SyncTasks, qtbot: QtBot) -> None:
    shelf = Shelf(5000)
    model = filled(tasks_sync, shelf)
    for row in range(0, 5000, PAGE):
        model.index(row, 0).data()
    settled(qtbot, tasks_sync)
    assert len(shelf.asked) == 4
    assert shelf.asked[-1][-1] == 5000


def test_a_vanished_row_is_greyed_not_an_error(tasks_sync: SyncTasks, qtbot: QtBot) -> None:
    shelf = Shelf(gone={150})
    model = filled(tasks_sync, shelf)
    model.index(149, 0).data()
    settled(qtbot, tasks_sync)
    assert model.index(149, 0).data() == GONE
    assert model.index(149, 0).data(LOOK).gone
    assert not model.flags(model.index(149, 0)) & Qt.ItemFlag.ItemIsEditable


def test_a_change_of_its_tables_reloads_and_old_rows_stay_visible(tasks_sync: SyncTasks) -> None:
    shelf = Shelf(50)
    model = filled(tasks_sync, shelf)
    shelf.size = 51
    tasks_sync.changes.emit(Changes(1, frozenset({"person"}), "新增人员"))
    tasks_sync.settle_all()
    assert model.rowCount() == 51
    assert model.index(0, 0).data() == "人1"


def test_a_change_of_other_tables_leaves_it_alone(tasks_sync: SyncTasks) -> None:
    shelf = Shelf(50)
    model = filled(tasks_sync, shelf)
    shelf.size = 51
    tasks_sync.changes.emit(Changes(1, frozenset({"finding"}), "新增问题"))
    tasks_sync.settle_all()
    assert model.rowCount() == 50


def test_a_late_answer_to_an_old_question_is_dropped(tasks_sync: SyncTasks) -> None:
    model = filled(tasks_sync, Shelf(50))
    model.ask(Question(sort="-name"))
    model.answer("_take_ids", 1, array("q", [1]))
    assert model.rowCount() == 50
    tasks_sync.settle_all()
    assert model.id_at(0) == 50


def test_the_question_reaches_the_service(tasks_sync: SyncTasks) -> None:
    shelf = Shelf(5)
    model = filled(tasks_sync, shelf)
    model.ask(Question("周", {"state": "在业"}, "-name"))
    tasks_sync.settle_all()
    assert shelf.arguments == {"text": "周", "filters": {"state": "在业"}, "sort": "-name"}


def test_cells_say_how_they_look(tasks_sync: SyncTasks) -> None:
    model = filled(tasks_sync, Shelf(5), marks=lambda _row: {"name": Mark("bad", "姓名不对")})
    first, number = model.index(0, 0).data(LOOK), model.index(0, 1).data(LOOK)
    assert (first.flag, first.right) == ("bad", False)
    assert (number.flag, number.right) == ("", True)
    assert model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == "姓名不对"
    model.remember_change(1, "count")
    assert model.index(0, 1).data(LOOK).changed


def test_headings_stand_on_one_line(tasks_sync: SyncTasks) -> None:
    model = filled(tasks_sync, Shelf(5))
    assert model.headerData(1, Qt.Orientation.Horizontal) == "数量"
    assert model.headerData(4, Qt.Orientation.Vertical) == "5"


def test_the_current_row_survives_a_new_order_by_its_id(tasks_sync: SyncTasks, qtbot: QtBot) -> None:
    model = filled(tasks_sync, Shelf(50))
    grid = GridView()
    qtbot.addWidget(grid)
    grid.setModel(model)
    assert grid.go_to(7, "fine")
    model.ask(Question(sort="-name"))
    tasks_sync.settle_all()
    assert (grid.current_id(), grid.currentIndex().row(), grid.currentIndex().column()) == (7, 43, 2)


def test_a_million_rows_cost_one_array_and_a_page(tasks_sync: SyncTasks) -> None:
    model = filled(tasks_sync, Shelf(1_000_000))
    assert model.rowCount() == 1_000_000
    assert model.row_of(900_000) == 899_999


def test_an_empty_model_has_no_rows_below_a_row(tasks_sync: SyncTasks) -> None:
    model = filled(tasks_sync, Shelf(0))
    assert (model.rowCount(), model.rowCount(model.index(0, 0))) == (0, 0)
    assert model.data(QModelIndex()) is None
