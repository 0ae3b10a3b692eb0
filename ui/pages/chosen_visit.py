"""What can be done with the visit of the current row, under the register."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from ui import theme
from ui.pages.page import Action
from ui.tables.table_view import GridView

WIDEST = 260
ROOMY = 1.2


class ChosenVisit(QWidget):
    """Names the visit that is selected, its acts beside it.

    Attributes:
        name: Which visit it is.
        buttons: One per act, in order.
    """

    def __init__(self, grid: GridView, acts: tuple[tuple[Action, str], ...]) -> None:
        """Follow the current row of a grid.

        Args:
            grid: The register's.
            acts: Each act, and what it does in a sentence.
        """
        super().__init__()
        self._grid = grid
        self._whole = ""
        self.name = QLabel()
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.buttons = [_button(action, what) for action, what in acts]
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 8, 0)
        line.setSpacing(4)
        for widget in (self.name, *self.buttons):
            line.addWidget(widget)
        grid.wandered.connect(lambda _record_id: self.show_current())
        grid.paged.loaded.connect(self.show_current)
        grid.paged.dataChanged.connect(lambda *_cells: self.show_current())  # its words come after the row
        theme.notifier().changed.connect(self.show_current)
        self.show_current()

    def show_current(self) -> None:
        """Say which visit the acts are for; without one they rest."""
        row = self._grid.currentIndex().row()
        there = self._grid.writable and self._grid.current_id() is not None
        keys = [column.key for column in self._grid.columns]
        told = [self._grid.paged.text_at(row, keys.index(key)) for key in ("enterprise", "checked_on")] if there else []
        whole = "　".join(part for part in told if part)
        for button in self.buttons:
            button.setEnabled(there)
            button.setAccessibleName(f"{button.text()}：{whole}" if whole else button.text())
        now = theme.current()
        room = round(WIDEST * now.scale)
        self.name.setToolTip(whole)
        shown = self.name.fontMetrics().elidedText(whole, Qt.TextElideMode.ElideMiddle, room)
        self.name.setText(f"选中：{shown}" if whole else "先选一行：")
        self.name.setVisible(now.scale <= ROOMY)  # the row itself is marked; large text needs the room for the buttons


def _button(action: Action, what: str) -> QToolButton:
    button = QToolButton()
    button.setText(action.label)
    button.setProperty("kind", "status")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setToolTip(f"{what}（{action.keys}）")
    button.clicked.connect(lambda _checked=False: action.act())
    return button
