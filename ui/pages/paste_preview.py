"""What a block would write, before it is written: row by row, cell by cell.

Old and new stand side by side; a cell that cannot be taken is red with its
sentence and keeps what stood there. The counts at the foot close.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from models.forms import Column, Form
from models.kinds import TEXT
from ui import theme
from ui.pages.edits import CHANGED, NEW, REFUSED, SAME, EditPlan, PlannedRow
from ui.tables import clipboard
from ui.tables.cell_look import LOOK, CellLook
from ui.tables.columns_view import NUMBERS_WIDTH
from ui.tables.delegates import PADDING, CellDelegate, GridHeader

Index = QModelIndex | QPersistentModelIndex
WORDS = {NEW: ("新增", "info"), CHANGED: ("修改", "info"), SAME: ("没变", "plain"), REFUSED: ("不能写入", "bad")}
PARTLY = ("部分写入", "soon")
_LEAST, _MOST, _MEASURED = 64, 280, 100
_WHY = Column("", "说明", TEXT)
_WHAT = Column("", "结果", TEXT)


class PreviewModel(QAbstractTableModel):
    """The rows of a plan: 结果, the columns that were pasted, 说明.

    Attributes:
        columns: Columns shown.
        shown: Rows shown.
        numbers: Which line of the block each of them is.
    """

    def __init__(self, form: Form, plan: EditPlan, parent: QWidget | None = None) -> None:
        """Show all rows."""
        super().__init__(parent)
        touched = {key for row in plan.rows for key in row.cells}
        self._middle = tuple(column for column in form.columns if column.key in touched)
        self.columns: tuple[Column, ...] = ()
        self.shown: list[PlannedRow] = []
        self.numbers: list[int] = []
        self.use(plan, refused_only=False)

    def use(self, plan: EditPlan, *, refused_only: bool) -> None:
        """Show the rows of a plan, or only those with something refused."""
        self.beginResetModel()
        listed = [(number, row) for number, row in enumerate(plan.rows, 1) if not refused_only or sentences(row)]
        self.numbers, self.shown = [number for number, _row in listed], [row for _number, row in listed]
        why = (_WHY,) if any(remarks(row) for row in plan.rows) else ()
        self.columns = (_WHAT, *self._middle, *why)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many rows are shown."""
        return 0 if parent is not None and parent.isValid() else len(self.shown)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return how many columns are shown."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title of a column, or the number of a line."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return str(self.numbers[section]) if section < len(self.numbers) else None
        return self.columns[section].title.replace("\n", "") if section < len(self.columns) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return look, words or sentence of a cell."""
        if not index.isValid():
            return None
        row, column = self.shown[index.row()], self.columns[index.column()]
        if role == LOOK:
            return look_of(row, column)
        if role == Qt.ItemDataRole.DisplayRole:
            look = look_of(row, column)
            return look.badge[0] if look.badge else look.text
        if role == Qt.ItemDataRole.ToolTipRole:
            cell = row.cells.get(column.key)
            return (cell.sentence if cell else "") or ("\n".join(remarks(row)) if column in (_WHAT, _WHY) else None)
        return None


class PastePreview(QDialog):
    """Shows a plan and asks whether to write it.

    Attributes:
        plan: What would be written.
        write: The blue button.
    Signals:
        agreed: Write it.
    """

    agreed = Signal()

    def __init__(self, form: Form, plan: EditPlan, *, title: str, note: str = "", parent: QWidget | None = None) -> None:
        """Build the dialog; show it with `open()`.

        Args:
            form: Whose columns they are.
            plan: What would be written.
            title: Its head.
            note: What of the block has no place in the table.
            parent: Owner.
        """
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.plan = plan
        self._note = note
        self.model = PreviewModel(form, plan, self)
        head, self._about = QLabel(title), QLabel()
        head.setProperty("kind", "record")
        self._about.setProperty("kind", "help")
        self._about.setWordWrap(True)
        self._only = QCheckBox("只看不能写入的")
        self._only.toggled.connect(lambda _on: self._show())
        self.table = self._table()
        self._counts = QLabel()
        self._copy = QPushButton("复制不能写入的行")
        self._copy.setProperty("kind", "quiet")
        self._copy.clicked.connect(self.copy_refused)
        self._cancel = QPushButton("取消")
        self._cancel.clicked.connect(self.reject)
        self.write = QPushButton()
        self.write.setProperty("kind", "primary")
        self.write.clicked.connect(self.agreed)
        top = QVBoxLayout()
        top.setContentsMargins(20, 16, 20, 10)
        top.setSpacing(6)
        for widget in (head, self._about, self._only):
            top.addWidget(widget)
        foot = QFrame()
        foot.setObjectName("dialogFoot")
        line = QHBoxLayout(foot)
        line.setContentsMargins(20, 10, 20, 10)
        line.setSpacing(8)
        line.addWidget(self._counts, 1)
        for button in (self._copy, self._cancel, self.write):
            line.addWidget(button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(top)
        rows.addWidget(self.table, 1)
        rows.addWidget(foot)
        for button in (self._copy, self._cancel):
            button.setAutoDefault(False)
        self._show()
        self._fit()

    def refuse(self, reasons: Mapping[int, str]) -> None:
        """Take note of rows that a service did not take; the rest can be written."""
        self.plan = self.plan.without(reasons)
        self._show()

    def copy_refused(self) -> None:
        """Put the refused rows on the clipboard, to be mended elsewhere."""
        keys = [column.key for column in self.model.columns if column.key]
        lines = [[row.cells[key].new if key in row.cells else "" for key in keys] for row in self.plan.rows if sentences(row)]
        QGuiApplication.clipboard().setText(clipboard.written(lines))

    def _show(self) -> None:
        counts = self.plan.counts
        parts = [f"{WORDS[action][0]} {counts.get(action, 0):,}" for action in (NEW, CHANGED, SAME, REFUSED) if counts.get(action)]
        self._counts.setText(f"{self.plan.cells:,} 格 = " + " + ".join(parts))
        refused = counts.get(REFUSED, 0)
        writes = self.plan.writes > 0
        about = _about(self.plan) if refused else "写入后可一次撤销，全部取回"
        self._about.setText("\n".join(part for part in (about, self._note) if part))
        self._only.setVisible(bool(refused))
        self._copy.setVisible(bool(refused))
        self.write.setText(f"写入 {self.plan.writes:,} 格")
        self.write.setVisible(writes)
        self._cancel.setText("取消" if writes else "关闭")
        (self.write if writes else self._cancel).setDefault(True)
        self.model.use(self.plan, refused_only=self._only.isChecked() and bool(refused))
        self._set_widths()

    def _fit(self) -> None:
        wide = sum(self.table.columnWidth(number) for number in range(len(self.model.columns))) + 90
        high = theme.current().row_height() * (min(self.model.rowCount(), 12) + 2) + 200
        self.resize(min(max(wide, theme.current().px("size", "dialog")), 1180), min(max(high, 320), 600))

    def _table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setItemDelegate(CellDelegate(table))
        table.setHorizontalHeader(GridHeader(Qt.Orientation.Horizontal, table))
        table.setVerticalHeader(GridHeader(Qt.Orientation.Vertical, table))
        table.horizontalHeader().setStretchLastSection(True)
        table.horizontalHeader().setSectionsClickable(False)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setTabKeyNavigation(False)
        table.setAccessibleName("会写入什么")
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        height = theme.current().row_height()
        table.verticalHeader().setMinimumSectionSize(min(height, 20))
        table.verticalHeader().setDefaultSectionSize(height)
        table.verticalHeader().setFixedWidth(round(NUMBERS_WIDTH * theme.current().scale))
        table.horizontalHeader().setFixedHeight(theme.current().row_height("grid_head"))
        return table

    def _set_widths(self) -> None:
        plain = QFontMetrics(theme.current().font())
        for number, column in enumerate(self.model.columns):
            wide = plain.horizontalAdvance(column.title.replace("\n", ""))
            for row in self.model.shown[:_MEASURED]:
                look = look_of(row, column)
                old = f"{look.old or '空'} → " if look.old is not None else ""
                wide = max(wide, plain.horizontalAdvance(old + (look.badge[0] if look.badge else look.text)) + 12)
            self.table.setColumnWidth(number, max(_LEAST, min(wide + 2 * PADDING, _MOST if column is not _WHY else 2 * _MOST)))


def sentences(row: PlannedRow) -> list[str]:
    """Return why a row, or cells of it, cannot be written."""
    if row.reason:
        return [row.reason]
    return [cell.sentence for cell in row.cells.values() if cell.action == REFUSED]


def remarks(row: PlannedRow) -> list[str]:
    """Return what is said of a row: why it is refused, else what is to be checked."""
    return sentences(row) or [cell.sentence for cell in row.cells.values() if cell.sentence]


def _about(plan: EditPlan) -> str:
    """Say what becomes of a plan with refusals, and how they are mended."""
    whole = sum(bool(row.reason) for row in plan.rows)
    cells = sum(cell.action == REFUSED for row in plan.rows if not row.reason for cell in row.cells.values())
    parts = [f"{whole:,} 行整行不写" if whole else "", f"{cells:,} 个红格保持原样" if cells else ""]
    mend = "原因和改法写在每行右边的“说明”里；可以“复制不能写入的行”，在 WPS 里改好再粘贴"
    rest = "其余照写，一次撤销即可全部取回" if plan.writes else "没有一格能写入"
    return f"{'、'.join(part for part in parts if part)}，{rest}。{mend}"


def look_of(row: PlannedRow, column: Column) -> CellLook:
    """Return how a cell of a planned row looks."""
    if column is _WHAT:
        return CellLook(badge=_badge(row))
    if column is _WHY:
        return CellLook("；".join(remarks(row)))
    cell = row.cells.get(column.key)
    if cell is None:
        return CellLook()
    if cell.action == REFUSED:
        return CellLook(cell.new or "空", flag="bad")
    flag = "soon" if cell.sentence and not row.reason else ""
    if cell.action == CHANGED and not row.reason:
        return CellLook(cell.new, flag=flag, old=cell.old)
    right = column.kind.editor in ("count", "amount")
    return CellLook(cell.new, flag=flag, right=right, gone=bool(row.reason) or cell.action == SAME)


def _badge(row: PlannedRow) -> tuple[str, str]:
    actions: Sequence[str] = [cell.action for cell in row.cells.values()]
    if row.reason or all(action == REFUSED for action in actions):
        return WORDS[REFUSED]
    if REFUSED in actions:
        return PARTLY
    return WORDS[NEW] if NEW in actions else WORDS[CHANGED] if CHANGED in actions else WORDS[SAME]
