"""The rows of one file as they would be written: what becomes of each, and why.

Old and new stand side by side. A cell that is typed anew is handed on as raw
text; the services parse it and plan the row again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from models.forms import Column
from models.kinds import COUNT, TEXT
from services.imports.desks import DESKS
from services.imports.headings import extended
from services.imports.planned import Candidate, Choice, PlanRow
from services.imports.read_form import Skipped
from ui.imports.work import FileState, asks
from ui.tables.cell_look import LOOK, CellLook

Index = QModelIndex | QPersistentModelIndex
MOST_ROWS = 5000
OUTCOMES = {
    "new": ("新增", "info"),
    "changed": ("修改", "info"),
    "same": ("没变", "plain"),
    "look": ("要核对", "soon"),
    "skipped": ("跳过", "plain"),
}
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
    "hidden": "隐藏的表",
    "missing_key": "缺姓名、企业这样的关键内容",
}
LEFT_OUT = "按您的选择不导入"
# Rows of these are turned into rows of a register with other columns.
_CONVERTED = ("case_stats",)
_ENTERPRISES = ("enterprises", "confined_space")
BEFORE = (Column("row", "原行", COUNT), Column("action", "结果", TEXT))
AFTER = (Column("remark", "说明", TEXT),)


@dataclass(frozen=True)
class Shown:
    """One line of the grid: a planned row, or a skipped line of the file.

    Attributes:
        number: Row number in the file.
        outcome: What becomes of it, a key of `OUTCOMES`.
        planned: The row; None for a skipped line.
        skipped: The line; None for a row.
        code: Code of the row's form.
        accepted: The clerk takes it as it is.
    """

    number: int
    outcome: str
    planned: PlanRow | None
    skipped: Skipped | None = None
    code: str = ""
    accepted: bool = False

    @property
    def sentences(self) -> list[tuple[str, str]]:
        """What is to be said of it, as (key, sentence)."""
        if self.planned is None:
            return []
        said = self.planned.question or self.planned.reason
        reason = [("*", said)] if said else []
        return reason + [(flag.key, flag.message) for flag in self.planned.flags]

    @property
    def doubts(self) -> list[tuple[str, str]]:
        """Of these, what the clerk has to decide."""
        if self.planned is None or self.outcome != "look":
            return []
        said = self.planned.question or self.planned.reason
        if said:
            return [("*", said)]
        return [(flag.key, flag.message) for flag in self.planned.flags if asks(self.planned, flag)]

    @property
    def sheet(self) -> str:
        """Name of the sheet it stands on."""
        return self.planned.read.sheet if self.planned else self.skipped.sheet if self.skipped else ""


class RowsModel(QAbstractTableModel):
    """Rows of one form of a file, one kind of outcome or all.

    Attributes:
        columns: Columns shown: number, outcome, those of the form that hold something, remark.
        shown: The rows shown.
        counts: All rows by outcome.
        locked: No cell can be typed into now.
        typed: Is handed (row, column key, text) when a cell was typed anew.
    """

    typed = Signal(object, str, str)

    def __init__(self, parent: Any = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.columns: tuple[Column, ...] = ()
        self.shown: list[Shown] = []
        self.counts: dict[str, int] = {}
        self.locked = False
        self._keys: frozenset[str] = frozenset()
        self._all: list[Shown] = []

    def use(self, state: FileState | None, code: str = "", outcome: str = "") -> None:
        """Show one form's rows of a file; of very many those to look at first.

        Args:
            state: The file; None shows nothing.
            code: Code of the form.
            outcome: Only these rows; "" for all.
        """
        self.beginResetModel()
        self._all = _lines(state, code) if state else []
        self.counts = {key: sum(one.outcome == key for one in self._all) for key in OUTCOMES}
        rows = [one for one in self._all if not outcome or one.outcome == outcome]
        if len(rows) > MOST_ROWS:
            rows = sorted(rows, key=lambda one: one.outcome != "look")[:MOST_ROWS]
        self.shown = sorted(rows, key=lambda one: (one.sheet, one.number))
        remark = AFTER if any(one.sentences or one.skipped for one in self._all) else ()
        planned = [one.planned for one in self._all if one.planned]
        tables = state.plan.tables if state and state.plan else []
        self._keys = frozenset(key for table in tables if table.form and table.form.code == code for key in extended(table.form).keys)
        self.columns = (*BEFORE, *_filled(code, planned, self._keys), *remark) if planned else ()
        self.endResetModel()

    @property
    def total(self) -> int:
        """How many rows the file has."""
        return len(self._all)

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

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let the cells of rows be typed into."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if self.editable(index) else flags

    def editable(self, index: Index) -> bool:
        """Tell whether a cell may be typed anew."""
        if self.locked or not index.isValid():
            return False
        one, column = self.shown[index.row()], self.columns[index.column()]
        if one.planned is None or not one.planned.choice.write or column in (*BEFORE, *AFTER):
            return False
        return column.key in self._keys

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
        if role == Qt.ItemDataRole.EditRole:
            return edit_text(one, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(sentence for key, sentence in one.sentences if key in (column.key, "*")) or None
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Hand on what was typed, if it is something else."""
        if role != Qt.ItemDataRole.EditRole or not self.editable(index):
            return False
        one, column = self.shown[index.row()], self.columns[index.column()]
        if str(value) != edit_text(one, column):
            self.typed.emit(one, column.key, str(value))
        return True


def look_of(one: Shown, column: Column) -> CellLook:
    """Return how a cell of a planned row looks."""
    if column.key == "row":
        return CellLook(str(one.number), right=True, read_only=True)
    if column.key == "action":
        return CellLook(badge=OUTCOMES[one.outcome])
    if one.planned is None:
        return CellLook(_left_out(one), gone=True)  # joined over all columns
    row = one.planned
    if column.key == "remark":
        told = "；".join(sentence.removeprefix(f"第{one.number}行 ") for _key, sentence in one.sentences)
        return CellLook(LEFT_OUT if one.outcome == "skipped" else told, gone=one.accepted)
    typed = column.key in row.choice.mended
    flag = "soon" if one.outcome == "look" and any(key == column.key for key, _sentence in one.doubts) else ""
    if column.key in row.changes and row.action == "changed" and column.key not in row.choice.keep:
        old, new = row.changes[column.key]
        return CellLook(words(column, new), flag=flag, old=words(column, old), changed=typed)
    raw = row.read.raw.get(column.key)
    text = words(column, row.values.get(column.key)) or (str(raw) if flag and raw and not typed else "")
    right = column.kind.editor in ("count", "amount")
    gone = one.outcome in ("same", "skipped") or column.key in row.choice.keep
    return CellLook(text, flag=flag, right=right, gone=gone, changed=typed)


def edit_text(one: Shown, column: Column) -> str:
    """Return what an editor begins with: what was typed, or the file says."""
    if one.planned is None:
        return ""
    row = one.planned
    typed = row.choice.mended.get(column.key)
    if typed is not None:
        return typed
    theirs = row.changes[column.key][1] if column.key in row.changes else row.values.get(column.key)
    return words(column, theirs) or str(row.read.raw.get(column.key) or "")


def words(column: Column, value: object) -> str:
    """Return a value as the column shows it."""
    if value is None or value in ("", ()):
        return ""
    return value if isinstance(value, str) else column.kind.show(value)


def answer(one: Shown, candidate: Candidate) -> Choice:
    """Return the choice that says a row is a candidate.

    A row of enterprises becomes that record; a row that only names an
    enterprise takes its name.
    """
    row = one.planned
    assert row is not None
    if candidate.record_id is not None and (row.question or one.code in _ENTERPRISES):
        return replace(row.choice, record_id=candidate.record_id, new=False)
    key = "name" if one.code in _ENTERPRISES else "enterprise"
    return replace(row.choice, record_id=None, new=False, mended={**row.choice.mended, key: candidate.name})


def can_be_new(one: Shown) -> bool:
    """Tell whether a row with candidates may be none of them."""
    return one.planned is not None and (bool(one.planned.question) or one.planned.action != "rejected")


def next_trouble(shown: Sequence[Shown], after: int, wanted: Callable[[Shown], bool]) -> int | None:
    """Return the next line that is wanted, round again after the last."""
    order = [*range(after + 1, len(shown)), *range(after + 1)]
    return next((line for line in order if line < len(shown) and wanted(shown[line])), None)


def _lines(state: FileState, code: str) -> list[Shown]:
    assert state.plan is not None
    rows = [
        Shown(row.read.row, state.outcome(row), row, code=code, accepted=row.ref in state.accepted)
        for other, row in state.plan.rows
        if other == code
    ]
    tables = [table for table in state.plan.tables if table.form and table.form.code == code]
    return rows + [Shown(line.row, "skipped", None, line, code) for table in tables for line in table.skipped]


def _filled(code: str, rows: Sequence[PlanRow], keys: frozenset[str]) -> list[Column]:
    """Return the columns that hold something; what only the office keeps stays away unless it is spoken of."""
    told = {key for row in rows for key in (*(flag.key for flag in row.flags), *row.changes)}
    own = {key for row in rows for key in row.read.values}
    columns = [column for column in DESKS[code].listing.form.columns if column.key in keys | own | told or code in _CONVERTED]
    held = {column.key for column in columns if any(row.values.get(column.key) not in (None, "", ()) for row in rows)}
    return [column for column in columns if column.key in held | told and column.key != "no"]


def _left_out(one: Shown) -> str:
    """Return why a line of the file is no record, and what it says."""
    if one.skipped is None:
        return ""
    why = WHY.get(one.skipped.why, one.skipped.why)
    return f"{why}　{one.skipped.text}" if one.skipped.text else why
