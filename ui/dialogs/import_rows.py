"""The rows of one file as they would be written: what becomes of each, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTableView, QWidget

from models.forms import Column
from models.kinds import COUNT, TEXT
from services.imports.desks import DESKS
from services.imports.plan import Plan, PlanRow
from services.imports.read_form import Skipped
from ui import theme
from ui.tables.cell_look import LOOK, CellLook
from ui.tables.delegates import PADDING, CellDelegate, GridHeader

Index = QModelIndex | QPersistentModelIndex
MOST_ROWS = 5000
ACTIONS = {"new": ("新增", "info"), "changed": ("修改", "info"), "same": ("没变", "plain"), "rejected": ("没有写入", "bad")}
SKIPPED = ("跳过", "plain")
WHY = {
    "blank": "空行",
    "title": "标题",
    "total": "合计行",
    "subtotal": "小计行",
    "repeated_header": "重复的表头",
    "sample": "示例行",
    "number_only": "只有序号",
    "page": "页码",
    "note": "填表说明",
    "footer": "落款",
    "missing_key": "缺姓名、企业这样的关键内容",
}
_BEFORE = (Column("row", "原行", COUNT), Column("action", "结果", TEXT))
_AFTER = (Column("remark", "说明", TEXT),)
_MEASURED = 200
_JOINED = 500
_LEAST, _MOST, _MOST_REMARK = 56, 260, 520


@dataclass(frozen=True)
class Shown:
    """One line of the grid: a planned row, or a skipped line of the file."""

    number: int
    planned: PlanRow | None
    skipped: Skipped | None = None

    @property
    def sentences(self) -> list[tuple[str, str]]:
        """What is to be said of it, as (key, sentence)."""
        if self.planned is None:
            return []
        reason = [("*", self.planned.reason)] if self.planned.reason else []
        return reason + [(flag.key, flag.message) for flag in self.planned.flags]


class RowsModel(QAbstractTableModel):
    """At most `MOST_ROWS` rows of one form of a plan.

    Attributes:
        columns: 原行, 结果, the columns that hold something, 说明.
        shown: The rows.
        total: How many there are in the file.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.columns: tuple[Column, ...] = ()
        self.shown: list[Shown] = []
        self.total = 0

    def use(self, plan: Plan | None, code: str = "") -> None:
        """Show one form's rows of a plan; those to look at come before the rest."""
        self.beginResetModel()
        planned = [row for other, row in plan.rows if other == code] if plan else []
        skipped = [line for table in plan.tables if table.form and table.form.code == code for line in table.skipped] if plan else []
        rows = [Shown(row.read.row, row) for row in planned] + [Shown(line.row, None, line) for line in skipped]
        self.total = len(rows)
        if len(rows) > MOST_ROWS:
            rows = sorted(rows, key=lambda one: not one.sentences)[:MOST_ROWS]
        self.shown = sorted(rows, key=lambda one: (_sheet(one), one.number))
        remark = _AFTER if any(one.sentences for one in self.shown) else ()
        self.columns = (*_BEFORE, *_filled(code, planned), *remark) if plan else ()
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many rows are shown."""
        return 0 if parent is not None and parent.isValid() else len(self.shown)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return how many columns are shown."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title of a column."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole and section < len(self.columns):
            return self.columns[section].title.replace("\n", "")
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return look, words or sentences of a cell."""
        if not index.isValid():
            return None
        one, column = self.shown[index.row()], self.columns[index.column()]
        if role == LOOK:
            return look_of(one, column)
        if role == Qt.ItemDataRole.DisplayRole:
            look = look_of(one, column)
            return look.badge[0] if look.badge else look.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(sentence for key, sentence in one.sentences if key in (column.key, "*")) or None
        return None


def look_of(one: Shown, column: Column) -> CellLook:
    """Return how a cell of a planned row looks."""
    if column.key == "row":
        return CellLook(str(one.number), right=True, read_only=True)
    if column.key == "action":
        return CellLook(badge=ACTIONS[one.planned.action] if one.planned else SKIPPED)
    if one.planned is None:
        return CellLook(_left_out(one), gone=True)
    if column.key == "remark":
        return CellLook("；".join(sentence for _key, sentence in one.sentences))
    row = one.planned
    right = column.kind.editor in ("count", "amount")
    flag = "soon" if any(key == column.key for key, _sentence in one.sentences) else ""
    raw = row.read.raw.get(column.key)
    if column.key in row.changes:
        old, new = row.changes[column.key]
        return CellLook(_words(column, new), flag=flag, old=_words(column, old))
    text = _words(column, row.values.get(column.key)) or (str(raw) if flag and raw else "")
    return CellLook(text, flag=flag, right=right, gone=row.action in ("same", "rejected"))


class RowsView(QTableView):
    """The grid of rows; read only.

    Signals:
        wandered: (Shown or None) another row became the current one.
    """

    wandered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build an empty grid."""
        super().__init__(parent)
        self.rows = RowsModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(CellDelegate(self))
        self.setHorizontalHeader(GridHeader(Qt.Orientation.Horizontal, self))
        self.horizontalHeader().setMinimumSectionSize(40)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("这个文件的行")
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.selectionModel().currentRowChanged.connect(self._tell)
        theme.notifier().changed.connect(self._follow_theme)
        self._follow_theme()

    def use(self, plan: Plan | None, code: str = "") -> None:
        """Show a plan's rows of one form, at the first that asks for a look."""
        self.rows.use(plan, code)
        self._set_widths()
        self._join_left_out()
        row = next((number for number, one in enumerate(self.rows.shown) if one.sentences), 0)
        if self.rows.shown:
            self.setCurrentIndex(self.rows.index(row, 1))
        self._tell(self.currentIndex(), QModelIndex())

    def _tell(self, index: QModelIndex, _before: QModelIndex) -> None:
        self.wandered.emit(self.rows.shown[index.row()] if index.isValid() and index.row() < len(self.rows.shown) else None)

    def _follow_theme(self) -> None:
        header = self.verticalHeader()
        height = theme.current().row_height()
        header.setMinimumSectionSize(min(height, 20))
        header.setDefaultSectionSize(height)
        self.horizontalHeader().setFixedHeight(theme.current().row_height("grid_head"))
        self._set_widths()

    def _join_left_out(self) -> None:
        """Let the words of skipped lines run over all columns."""
        self.clearSpans()
        across = len(self.rows.columns) - len(_BEFORE)
        lines = (number for number, one in enumerate(self.rows.shown) if one.planned is None)
        for number in islice(lines, _JOINED if across > 1 else 0):
            self.setSpan(number, len(_BEFORE), 1, across)

    def _set_widths(self) -> None:
        plain, note = QFontMetrics(theme.current().font()), QFontMetrics(theme.current().font("note"))
        sample = self.rows.shown[:_MEASURED]
        for number, column in enumerate(self.rows.columns):
            most = _MOST_REMARK if column.key == "remark" else _MOST
            wide = note.horizontalAdvance(column.title.replace("\n", ""))
            for one in sample:
                look = look_of(one, column)
                if one.planned is None and column not in _BEFORE:
                    continue
                if look.badge:
                    wide = max(wide, note.horizontalAdvance(look.badge[0]) + 12)
                elif look.old is not None:
                    wide = max(wide, plain.horizontalAdvance(f"{look.old or '空'} → {look.text}") + 20)
                    most = max(most, 360)
                else:
                    wide = max(wide, plain.horizontalAdvance(look.text))
            self.setColumnWidth(number, max(_LEAST, min(wide + 2 * PADDING + 4, most)))


def _filled(code: str, rows: Sequence[PlanRow]) -> list[Column]:
    columns = DESKS[code].listing.form.columns
    told = {flag.key for row in rows for flag in row.flags}
    held = {column.key for column in columns if any(row.values.get(column.key) not in (None, "", ()) for row in rows)}
    return [column for column in columns if column.key in held | told and column.key != "no"]


def _words(column: Column, value: object) -> str:
    if value is None or value in ("", ()):
        return ""
    return value if isinstance(value, str) else column.kind.show(value)


def _left_out(one: Shown) -> str:
    """Return why a line of the file is no record, and what it says."""
    if one.skipped is None:
        return ""
    why = WHY.get(one.skipped.why, one.skipped.why)
    return f"{why}　{one.skipped.text}" if one.skipped.text else why


def _sheet(one: Shown) -> str:
    return one.planned.read.sheet if one.planned else one.skipped.sheet if one.skipped else ""
