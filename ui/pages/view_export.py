"""导出当前视图: the rows and columns of a register as they are seen, as a workbook."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QToolButton

from services import clock
from services.errors import Problem
from services.exports import listed
from services.exports.listed import Exported
from services.listing import Listing
from ui import errors
from ui.pages.page import Action, Page
from ui.pages.saving import ask_target
from ui.tables.grid_status import GridStatus
from ui.tables.table_view import GridView

KEYS = "Ctrl+Shift+E"
Shown = Callable[[], tuple[Listing, int | None]]


class ViewExport(QObject):
    """Writes what a register shows: its filter, order and columns, masks included.

    Attributes:
        button: 导出当前视图, in the line under the grid.
    """

    def __init__(self, page: Page, grid: GridView, status: GridStatus, shown: Shown) -> None:
        """Offer it under the grid, by key and in the palette.

        Args:
            page: The register; also the owner.
            grid: What is seen.
            status: The line under it.
            shown: Returns listing and campaign of the rows.
        """
        super().__init__(page)
        self._page, self._grid, self._shown = page, grid, shown
        self.button = QToolButton()
        self.button.setText("导出当前视图")
        self.button.setProperty("kind", "status")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setToolTip(f"筛出来的行、显示着的列，按现在的次序写成 xlsx（{KEYS}）")
        self.button.clicked.connect(lambda _checked=False: self.ask())
        status.add(self.button)
        page.actions_of_page.append(Action("导出当前视图", self.ask, "export", keys=KEYS))
        keys = QShortcut(QKeySequence(KEYS), page)
        keys.activated.connect(self.ask)

    def ask(self) -> None:
        """Ask where it goes, then write it from a private copy of the data."""
        target = ask_target(self._page, "导出当前视图", f"{self._page.title} {clock.today():%Y-%m-%d}.xlsx", "表格 (*.xlsx)")
        if target is None:
            return
        shown, scope = self._shown()
        model, desk = self._grid.paged, self._page.desk
        what = {"keys": [self._grid.columns[column].key for column in self._grid.shown_columns], "veiled": desk.masks}
        what |= model.question.arguments()
        job = desk.tasks.query(listed.export_listing, shown=shown, scope=scope, target=target, **what)
        job.on_snapshot().with_progress("正在导出")
        job.then(self._exported).failed(self._not_exported).start(self._page)

    def _exported(self, exported: Exported) -> None:
        rows, desk = f"{exported.rows:,} 行", self._page.desk
        job = desk.tasks.command(f"导出{self._page.title}（{rows}）", listed.note_export, exported=exported)
        job.then(lambda _none: desk.say(f"已导出 {rows}：{exported.path.name}")).start(self._page)

    def _not_exported(self, problem: Problem) -> None:
        errors.show_problem(self._page, problem, what=f"{self._page.title}没有导出")
