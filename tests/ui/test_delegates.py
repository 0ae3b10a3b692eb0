"""Every state of a cell can be seen, and told apart, in all three themes."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem

from ui import sheet, theme
from ui.tables.cell_look import LOOK, CellLook
from ui.tables.delegates import CellDelegate

LOOKS = {
    "plain": CellLook("丁海波"),
    "read only": CellLook("丁海波", read_only=True),
    "to be checked": CellLook("丁海波", flag="soon"),
    "wrong": CellLook("丁海波", flag="bad"),
    "changed": CellLook("丁海波", changed=True),
    "old and new": CellLook("丁海波", old="丁海坡"),
    "badge": CellLook("丁海波", badge=("逾期", "bad")),
    "suggested": CellLook("丁海波", badge=("违规存储类", "info dashed")),
    "number": CellLook("1,204", right=True),
    "gone": CellLook("已删除", gone=True),
    "lit": CellLook("丁海波", lit=("海波",)),
}


class OneCell(QAbstractTableModel):
    """A model of one cell with one look."""

    def __init__(self, look: CellLook) -> None:
        super().__init__()
        self.look = look

    def rowCount(self, _parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 1

    def columnCount(self, _parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 1

    def data(self, _index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        return self.look if role == LOOK else None


def painted(look: CellLook, *, selected: bool = False, current: bool = False) -> QImage:
    model = OneCell(look)
    delegate = CellDelegate()
    if current:
        delegate.current = lambda: model.index(0, 0)
    image = QImage(140, 28, QImage.Format.Format_RGB32)
    option = QStyleOptionViewItem()
    option.rect = QRect(0, 0, 140, 28)
    option.state = QStyle.StateFlag.State_Selected if selected else QStyle.StateFlag.State_Enabled
    painter = QPainter(image)
    delegate.paint(painter, option, model.index(0, 0))
    painter.end()
    return image


def at(image: QImage, x: int, y: int) -> QColor:
    return image.pixelColor(QPoint(x, y))


@pytest.mark.parametrize("name", ["light", "dark", "hc"])
def test_all_states_look_different(qapp: QApplication, name: str) -> None:
    sheet.apply(qapp, name)
    pictures = [painted(look) for look in LOOKS.values()] + [painted(LOOKS["plain"], selected=True), painted(LOOKS["plain"], current=True)]
    same = [(a, b) for a in range(len(pictures)) for b in range(a) if pictures[a] == pictures[b]]
    # In high contrast a read-only cell has no ground of its own: it cannot be typed into, and that is all.
    assert [pair for pair in same if name != "hc" or pair != (1, 0)] == []


def test_a_flag_shows_on_the_selected_current_cell() -> None:
    image = painted(LOOKS["wrong"], selected=True, current=True)
    now = theme.current()
    assert at(image, 70, 4) == now.color("bad_soft")
    assert at(image, 1, 14) == now.color("focus")
    assert at(image, 136, 3) == now.color("bad_fill")


def test_hairlines_close_every_cell() -> None:
    image = painted(LOOKS["plain"])
    line = theme.current().color("hairline")
    assert (at(image, 60, 27), at(image, 139, 10)) == (line, line)
