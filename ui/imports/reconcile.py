"""三方对账: a table of another system beside our visits.

Who lacks what, what is late, what differs.
Which column is which is said by hand once and remembered. Nothing of the data
is changed here; every line leads to its record.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QTableView,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from models.forms import Column, Row
from services import reconciling
from ui import icons, regions, theme
from ui.imports.reconcile_work import Compared, compare, export
from ui.imports.start import FILTER
from ui.pages.empty import EmptyState, Way
from ui.tables.cell_look import LOOK, CellLook
from ui.tables.delegates import PADDING, CellDelegate, GridHeader
from ui.tasks import Job, Tasks

Index = QModelIndex | QPersistentModelIndex
BADGES = {
    reconciling.MISSING_HERE: "bad",
    reconciling.MISSING_THERE: "bad",
    reconciling.DIFFERENT: "soon",
    reconciling.LATE: "soon",
}
START, ROLES, ROWS = range(3)
_LEAST, _MOST, _MEASURED = 64, 240, 200
_ACROSS = 2
_HINT = "有文书编号指文书编号就够；没有的，指企业（信用代码或名称）和检查日期"


def open_reconcile(window: Any, tasks: Tasks, store: Any, campaign_id: int) -> ReconcilePage:
    """Show 三方对账 over the pages of a window; one that is open goes on.

    Args:
        window: The main window, with a `stack` of pages and a `desk`.
        tasks: Door to the services.
        store: The open store.
        campaign_id: The campaign whose visits are compared.
    """
    stack: QStackedWidget = window.stack
    open_ones = [stack.widget(number) for number in range(stack.count())]
    going_on = next((one for one in open_ones if isinstance(one, ReconcilePage) and one.campaign_id == campaign_id), None)
    if going_on is not None:
        stack.setCurrentWidget(going_on)
        going_on.take_focus()
        return going_on
    before = stack.currentWidget()
    page = ReconcilePage(tasks, store, campaign_id)
    stack.addWidget(page)
    stack.setCurrentWidget(page)
    page.closed.connect(partial(_close, stack, page, before))
    page.said.connect(lambda text: window.desk.say(text))
    page.go_asked.connect(window.desk.go)
    page.take_focus()
    return page


def _close(stack: QStackedWidget, page: ReconcilePage, before: QWidget | None) -> None:
    if stack.currentWidget() is page and before is not None and isValid(before):
        stack.setCurrentWidget(before)
    stack.removeWidget(page)
    page.deleteLater()


class OutcomeModel(QAbstractTableModel):
    """Rows of an outcome, one kind or all.

    Attributes:
        columns: As the exported workbook has them.
        shown: The rows shown.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.columns: tuple[Column, ...] = tuple(one for one in reconciling.RECONCILED.columns if one.key != "source")
        self.shown: list[Row] = []

    def use(self, rows: list[Row]) -> None:
        """Show rows."""
        self.beginResetModel()
        self.shown = rows
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many rows are shown."""
        return 0 if parent is not None and parent.isValid() else len(self.shown)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return how many columns are shown."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title of a column."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return look or words of a cell."""
        if not index.isValid() or role not in (LOOK, Qt.ItemDataRole.DisplayRole):
            return None
        row, column = self.shown[index.row()], self.columns[index.column()]
        value = row.get(column.key)
        text = "" if value is None else column.kind.show(value)
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if column.key == "kind":
            return CellLook(badge=(text, BADGES.get(text, "plain")))
        return CellLook(text, right=column.kind.editor == "count")


class ReconcilePage(QWidget):
    """File, columns, outcome.

    Attributes:
        campaign_id: The campaign whose visits are compared.
        compared: The table and what was found; None before the first.
        boxes: List of headings for each role.
        grid: What was found.
        tabs: By kind, with counts.
        go: The blue button.
    Signals:
        closed: The clerk is through.
        said: (sentence) what was done, for the toast.
        go_asked: (page, target) show a record.
    """

    closed = Signal()
    said = Signal(str)
    go_asked = Signal(str, object)

    def __init__(self, tasks: Tasks, store: Any, campaign_id: int, parent: QWidget | None = None) -> None:
        """Build the page without a file."""
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(False)
        self.compared: Compared | None = None
        self.boxes: dict[str, QComboBox] = {}
        self._tasks, self._store, self.campaign_id = tasks, store, campaign_id
        self._job: Job | None = None
        self._build()
        for key, act in {"Esc": self.leave, "Ctrl+Return": self.press}.items():
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
        self._show()

    def read(self, path: Path, *, said: dict[str, str] | None = None) -> None:
        """Compare with a file.

        Args:
            path: The file.
            said: Heading by role, as the clerk says.
        """
        if self._job is not None:
            return
        job = self._tasks.work(compare, store=self._store, campaign_id=self.campaign_id, path=path, said=said)
        job.label, job.writes = "三方对账", bool(said)
        self._start(job.with_progress("正在对账").then(self._found))

    def press(self) -> None:
        """Press the blue button."""
        if not self.go.isEnabled() or self._job is not None or self.compared is None:
            return
        if self._body.currentIndex() == ROLES:
            self.read(self.compared.path, said=self._said())
        elif self._body.currentIndex() == ROWS:
            self.export()

    def export(self, target: Path | None = None) -> None:
        """Write what was found as a workbook, asking for a place if none is given."""
        if self.compared is None or self.compared.outcome is None or self._job is not None:
            return
        if target is None:
            chosen, _filter = QFileDialog.getSaveFileName(self, "对账结果存到哪里", "三方对账结果.xlsx", "表格文件 (*.xlsx)")
            if not chosen:
                return
            target = Path(chosen)
        job = self._tasks.work(export, outcome=self.compared.outcome, target=target).with_progress("正在写对账结果")
        self._start(job.then(lambda path: self.said.emit(f"对账结果已存到 {path}")))

    def leave(self) -> None:
        """Leave, or go back from the columns to what was found."""
        if self._body.currentIndex() == ROLES and self.compared is not None and self.compared.outcome is not None:
            self._body.setCurrentIndex(ROWS)
            self._show()
            return
        if self._job is not None:
            self._job.cancel()
        self.closed.emit()

    def take_focus(self) -> None:
        """Put the focus on the first thing to do."""
        if self._body.currentIndex() == START:
            self._first.setFocus()
        elif self._body.currentIndex() == ROLES:
            next(iter(self.boxes.values())).setFocus()
        else:
            self.grid.setFocus()

    def _build(self) -> None:
        head = QFrame()
        head.setObjectName("header")
        line = QHBoxLayout(head)
        line.setContentsMargins(20, 8, 20, 8)
        line.setSpacing(12)
        help_line = regions.label("别的系统导出的检查表，和本系统的检查记录逐条对；只看不改", "help")
        help_line.setContentsMargins(0, 6, 0, 0)
        help_line.setMinimumWidth(1)
        shut = _quiet("关闭 Esc", "")
        shut.clicked.connect(lambda _checked=False: self.leave())
        line.addWidget(regions.label("三方对账", "page"))
        line.addWidget(help_line, 1)
        line.addWidget(shut)
        way = Way("选对方的表", "哪一列是什么，指一次就记住", "选文件", self._ask_file, "arrows-left-right")
        start = EmptyState(
            icon="arrows-left-right",
            title="选一张别的系统导出的表",
            why="先按文书编号对，没有编号的按信用代码和检查日期对",
            ways=(way,),
            hint="对完看得见：本系统没有的、对方没有的、内容不同的、录入迟的",
        )
        self._first = start.findChild(QPushButton) or QPushButton()
        self._body = QStackedWidget()
        for part in (start, self._roles_part(), self._rows_part()):
            self._body.addWidget(part)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(head)
        rows.addWidget(self._body, 1)
        rows.addWidget(self._foot())

    def _roles_part(self) -> QWidget:
        part = QWidget()
        rows = QVBoxLayout(part)
        rows.setContentsMargins(20, 16, 20, 16)
        rows.setSpacing(12)
        self._asked = regions.label(kind="section")
        self._hint = regions.label(_HINT, "help")
        self._hint.setWordWrap(True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        for number, (role, title) in enumerate(reconciling.ROLES.items()):
            box = QComboBox()
            box.setAccessibleName(f"{title} 是哪一列")
            box.setFixedWidth(round(280 * min(theme.current().scale, 1.5)))
            box.currentIndexChanged.connect(lambda _number: self._show())
            name = regions.label(title, "label")
            name.setBuddy(box)
            self.boxes[role] = box
            place = divmod(number, _ACROSS)
            cell = QVBoxLayout()
            cell.setSpacing(3)
            cell.addWidget(name)
            cell.addWidget(box)
            grid.addLayout(cell, *place)
        grid.setColumnStretch(_ACROSS, 1)
        rows.addWidget(self._asked)
        rows.addWidget(self._hint)
        rows.addLayout(grid)
        rows.addStretch(1)
        return part

    def _rows_part(self) -> QWidget:
        self._name, self._about = regions.label(kind="section"), regions.Elided()
        again = _quiet("改列", "sliders-horizontal")
        again.clicked.connect(lambda _checked=False: self._ask_roles())
        other = _quiet("换一张表", "folder-open")
        other.clicked.connect(lambda _checked=False: self._ask_file())
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setDocumentMode(True)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("按结果看")
        self.tabs.currentChanged.connect(lambda _number: self._show_rows())
        self.rows = OutcomeModel(self)
        self.grid = _grid(self.rows)
        self.grid.activated.connect(lambda index: self._go_to(index.row()))
        part = QWidget()
        rows = QVBoxLayout(part)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(regions.bar(self._name, self._about, again, other))
        rows.addWidget(regions.bar(self.tabs, None, regions.label("Enter 转到检查记录", "note")))
        rows.addWidget(self.grid, 1)
        return part

    def _foot(self) -> QFrame:
        foot = QFrame()
        foot.setObjectName("panelFoot")
        self.total, self.reason = regions.label(kind="help"), regions.label(kind="help")
        self.go = QPushButton()
        self.go.setProperty("kind", "primary")
        self.go.setToolTip("Ctrl+Enter")
        self.go.clicked.connect(lambda _checked=False: self.press())
        line = QHBoxLayout(foot)
        line.setContentsMargins(20, 9, 20, 9)
        line.setSpacing(8)
        line.addWidget(self.total, 1)
        line.addWidget(self.reason)
        line.addWidget(self.go)
        self._foot_bar = foot
        return foot

    def _start(self, job: Job) -> None:
        self._job = job
        self._show()
        job.ended.connect(self._ended)
        job.start(self)

    def _ended(self) -> None:
        self._job = None
        self._show()

    def _found(self, compared: Compared) -> None:
        self.compared = compared
        if compared.outcome is None:
            self._ask_roles()
            return
        self._body.setCurrentIndex(ROWS)
        self._name.setText(compared.path.name)
        named = "、".join(f"{reconciling.ROLES[role]}＝{text}" for role, text in compared.columns.items() if role in reconciling.ROLES)
        self._about.say(named)
        counts = compared.outcome.counts
        kinds = [("", f"全部 {len(compared.outcome.rows):,}"), *((kind, f"{kind} {counts[kind]:,}") for kind in reconciling.KINDS)]
        self.tabs.blockSignals(True)
        while self.tabs.count():
            self.tabs.removeTab(0)
        for kind, word in kinds:
            self.tabs.setTabData(self.tabs.addTab(word), kind)
        self.tabs.blockSignals(False)
        self._show_rows()
        self.grid.setFocus()

    def _ask_file(self) -> None:
        chosen, _filter = QFileDialog.getOpenFileName(self, "选对方的表", "", FILTER)
        if chosen:
            self.read(Path(chosen))

    def _ask_roles(self) -> None:
        compared = self.compared
        if compared is None:
            return
        for role, box in self.boxes.items():
            box.blockSignals(True)
            box.clear()
            box.addItem("（没有这一列）", "")
            for text in compared.headings:
                box.addItem(text, text)
            box.setCurrentIndex(max(box.findData(compared.columns.get(role, "")), 0))
            box.blockSignals(False)
        self._asked.setText(f"“{compared.path.name}”里，哪一列是什么" if compared.headings else f"“{compared.path.name}”没有读成")
        self._hint.setText(_HINT if compared.headings else compared.why)
        self._body.setCurrentIndex(ROLES)
        self._show()
        self.take_focus()

    def _said(self) -> dict[str, str]:
        return {role: str(box.currentData()) for role, box in self.boxes.items() if box.currentData()}

    def _go_to(self, line: int) -> None:
        row = self.rows.shown[line]
        if row["kind"] == reconciling.MISSING_HERE:
            self.go_asked.emit("inspections", "new")
        else:
            self.go_asked.emit("inspections", row.get("visit_id") or {"enterprise": row["enterprise"]})

    def _show_rows(self) -> None:
        if self.compared is None or self.compared.outcome is None:
            return
        kind = str(self.tabs.tabData(self.tabs.currentIndex()) or "")
        self.rows.use([row for row in self.compared.outcome.rows if not kind or row["kind"] == kind])
        _set_widths(self.grid, self.rows)
        if self.rows.shown:
            self.grid.setCurrentIndex(self.rows.index(0, 0))

    def _show(self) -> None:
        body = self._body.currentIndex()
        self._foot_bar.setVisible(body != START)
        reason = "正在对账" if self._job is not None else ""
        outcome = self.compared.outcome if self.compared else None
        if body == ROLES:
            said = reconciling.Columns("", 0, self._said(), "")
            twice = len(set(self._said().values())) < len(self._said())
            reason = reason or ("一列只能当一样用" if twice else said.enough)
            self.total.setText("指一次就记住：再拿同样表头的表来，直接对")
        elif outcome is not None:
            counts = outcome.counts
            self.total.setText("　".join(f"{kind} {counts[kind]:,}" for kind in (*reconciling.KINDS, reconciling.SAME)))
            reason = reason or ("" if outcome.rows else "两边一致，没有要导出的")
        self.reason.setText(reason)
        self.go.setText("对账" if body == ROLES else f"导出 {len(outcome.rows) if outcome else 0:,} 行")
        self.go.setEnabled(not reason)


def _grid(model: OutcomeModel) -> QTableView:
    grid = QTableView()
    grid.setModel(model)
    delegate = CellDelegate(grid)
    grid.setItemDelegate(delegate)
    grid.setHorizontalHeader(GridHeader(Qt.Orientation.Horizontal, grid))
    grid.horizontalHeader().setSectionsClickable(False)
    grid.horizontalHeader().setStretchLastSection(True)
    grid.verticalHeader().hide()
    grid.setShowGrid(False)
    grid.setWordWrap(False)
    grid.setFrameShape(QFrame.Shape.NoFrame)
    grid.setTabKeyNavigation(False)
    grid.setAccessibleName("对账结果")
    grid.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    grid.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    grid.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    grid.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    grid.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    height = theme.current().row_height()
    grid.verticalHeader().setMinimumSectionSize(min(height, 20))
    grid.verticalHeader().setDefaultSectionSize(height)
    grid.horizontalHeader().setFixedHeight(theme.current().row_height("grid_head"))
    return grid


def _set_widths(grid: QTableView, model: OutcomeModel) -> None:
    plain = QFontMetrics(theme.current().font())
    for number, column in enumerate(model.columns):
        texts = [str(model.index(row, number).data() or "") for row in range(min(len(model.shown), _MEASURED))]
        wide = max((plain.horizontalAdvance(text) for text in [column.title, *texts]), default=0)
        grid.setColumnWidth(number, _MOST if column.key == "said" else max(_LEAST, min(wide + 2 * PADDING + 6, _MOST)))


def _quiet(word: str, icon: str) -> QPushButton:
    made = QPushButton(word)
    made.setProperty("kind", "quiet")
    if icon:
        icons.dress(made, icon, "action_text")
    return made
