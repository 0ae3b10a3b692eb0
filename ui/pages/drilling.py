"""From a number to its rows: every figure and every cell of a table opens here."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from services.conditions import Among
from services.figures.grids import Grid
from services.figures.indicators import Figure, Part
from ui.pages.page import Desk

_UNITS = {"inspections": "家次", "hazard_list": "项", "cases": "件", "enterprises": "家", "groups": "个"}


def open_figure(desk: Desk, figure: Figure, anchor: QWidget, place: QPoint) -> QMenu | None:
    """Open the rows behind a figure; ask which where it has several parts.

    Args:
        desk: What may be used of the window.
        figure: The figure.
        anchor: What was pressed; the question opens at it.
        place: Where, in the anchor.

    Returns:
        The menu that asks, if it does.
    """
    parts = [part for part in figure.parts if part.ids]
    if not parts:
        desk.say(f"{figure.told}，没有明细")
        return None
    if len(parts) == 1:
        _go(desk, figure, parts[0])
        return None
    menu = QMenu(anchor)
    menu.setAccessibleName(f"{figure.told}，打开哪一部分")
    for part in parts:
        unit = figure.unit if figure.unit != "%" else _UNITS[part.register]
        action = QAction(f"{part.word} {part.count:,} {unit}", menu)
        action.triggered.connect(partial(_go, desk, figure, part))
        menu.addAction(action)
    menu.setActiveAction(menu.actions()[0])
    menu.popup(anchor.mapToGlobal(place))
    return menu


def open_cell(desk: Desk, grid: Grid, row: int | None, column: int | None) -> None:
    """Open the rows behind a cell or a sum of a table."""
    ids = grid.ids(row, column)
    if ids:
        desk.go(grid.register, {"id": Among(tuple(dict.fromkeys(ids)), grid.told(row, column))})
    else:
        desk.say(f"{grid.told(row, column)}，没有明细")


def _go(desk: Desk, figure: Figure, part: Part, _checked: bool = False) -> None:
    said = f"{figure.told}（{part.word}）" if part.word else figure.told
    desk.go(part.register, part.opening(said))
