"""PySide6 stays at 6.11.3, and this shows what another version must pass.

PySide6 6.12.0 on CPython 3.11 drops one reference too many to None on every
call that returns nothing (setText, drawLine, a model's empty answer …). After
some thousand paint calls the count reaches zero and the process aborts with
`none_dealloc`. From Python 3.12 on None is immortal and nothing happens. So
the version is pinned in pyproject.toml, and these counts guard an upgrade.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import PySide6
import pytest
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QSettings, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QLabel, QTableView
from pytestqt.qtbot import QtBot

CALLS = 2000
REPAINTS = 2000
# Caches of Qt and Python keep a few; a leak would be one per call.
SMALL = 50

needs_counting = pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")


class Grid(QAbstractTableModel):
    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else 100

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else 5

    def data(self, _index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return "格" if role == Qt.ItemDataRole.DisplayRole else None


def drift(call: Callable[[], object], times: int) -> int:
    call()
    before = sys.getrefcount(None)
    for _ in range(times):
        call()
    return abs(sys.getrefcount(None) - before)


def test_the_pinned_version_is_the_one_in_use() -> None:
    assert PySide6.__version__ == "6.11.3"


@needs_counting
def test_calls_without_a_result_keep_the_count_of_none(qtbot: QtBot, tmp_path: Any) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    picture = QImage(100, 100, QImage.Format.Format_ARGB32)
    painter = QPainter(picture)
    model = Grid()
    settings = QSettings(str(tmp_path / "options.ini"), QSettings.Format.IniFormat)
    calls: dict[str, Callable[[], object]] = {
        "setText": lambda: label.setText("字"),
        "setWindowTitle": lambda: label.setWindowTitle("题"),
        "resize": lambda: label.resize(10, 10),
        "drawLine": lambda: painter.drawLine(0, 0, 9, 9),
        "drawText": lambda: painter.drawText(QRect(0, 0, 50, 50), int(Qt.AlignmentFlag.AlignLeft), "字"),
        "resetTransform": painter.resetTransform,
        "a model's empty answer": lambda: model.data(model.index(0, 0), Qt.ItemDataRole.FontRole),
        "an option that is not there": lambda: settings.value("none"),
        "the focus of nobody": QApplication.focusWidget,
    }
    lost = {name: count for name, call in calls.items() if (count := drift(call, CALLS)) > SMALL}
    painter.end()
    assert lost == {}


@needs_counting
def test_two_thousand_repaints_of_a_grid_keep_the_count_of_none(qtbot: QtBot) -> None:
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(Grid(view))
    view.resize(400, 200)
    with qtbot.waitExposed(view):
        view.show()
    target = QImage(view.viewport().size(), QImage.Format.Format_ARGB32)
    assert drift(lambda: view.viewport().render(target), REPAINTS) <= SMALL
