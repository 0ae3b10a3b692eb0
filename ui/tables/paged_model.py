"""A grid model over a million rows: the ids, a few pages of values, no more.

The model holds the array of ids and the latest pages of 100 rows. `data`
never touches the database: a row that is not here yet shows "…" and is
fetched by `Tasks.query`. On a change of its tables it asks for the ids anew;
late answers are recognised by a generation number, old rows stay visible
until the new ones are here, and a row that has vanished turns into 已删除.
While a cell is being edited no row changes its place; what came meanwhile is
taken when the editor closes. A grid that may be written into has one row more
than records: the last, empty one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from models.forms import Column
from models.values import masked
from ui.tables.cell_look import ID, LOOK, CellLook, stands_right
from ui.tables.pages import PAGE, Marks, Values
from ui.tables.rows_by_id import Question, RowsById, Source
from ui.tasks import Tasks

__all__ = ["PAGE", "PagedModel", "Question", "Source", "Values"]

WAITING = "…"
GONE = "已删除"
VEILED = "打码的号码，在右侧记录里点开显示"
READ_ONLY = "readonly"
TYPE_HERE = "在此输入，或整段粘贴"
STORED_SHOWS_MS = 600

Index = QModelIndex | QPersistentModelIndex


class PagedModel(RowsById):
    """What a grid shows of its rows, and what is typed over them.

    Signals:
        typed: (id, key, text) was typed into a cell.
        drafted: Something was typed into the last, empty row.
    """

    typed = Signal(object, str, str)
    drafted = Signal()

    def __init__(
        self,
        tasks: Tasks,
        columns: Sequence[Column],
        source: Source,
        *,
        marks: Marks | None = None,
        editable: bool = False,
        parent: QObject | None = None,
    ) -> None:
        """Prepare an empty model; `reload` fills it.

        Args:
            tasks: Door to the services.
            columns: Columns in the order of the values.
            source: Where rows come from.
            marks: Clean row → what is wrong per key; called once per fetched row.
            editable: Cells may be typed into; the page saves what is typed.
            parent: Owner.
        """
        super().__init__(tasks, columns, source, marks=marks, parent=parent)
        self._editable = editable
        self._appending = False
        self._veil = False
        self._unveiled: set[int] = set()

    @property
    def appending(self) -> bool:
        """Whether there is a last, empty row to type into."""
        return self._appending

    def set_appending(self, on: bool) -> None:
        """Offer a last, empty row to type into, or none."""
        if on == self._appending:
            return
        place = len(self._ids)
        if on:
            self.beginInsertRows(QModelIndex(), place, place)
            self._appending = True
            self.endInsertRows()
        else:
            self.beginRemoveRows(QModelIndex(), place, place)
            self._appending = False
            self.endRemoveRows()

    def set_editable(self, on: bool) -> None:
        """Allow typing into cells, or only looking."""
        self._editable = on

    def set_veil(self, on: bool) -> None:
        """Mask numbers of persons, or show them all."""
        self._veil = on
        self._unveiled.clear()
        self._repaint(0, len(self._ids) - 1)

    def unveil(self, record_id: int) -> None:
        """Show the numbers of one row."""
        self._unveiled.add(record_id)
        row = self.row_of(record_id)
        self._repaint(row, row)

    def is_veiled(self, row: int, column: int) -> bool:
        """Tell whether a cell hides a number behind its mask."""
        return self.veils(row, column) and bool(self._values(row)) and bool(self.plain_text_at(row, column))

    def veils(self, row: int, column: int) -> bool:
        """Tell whether a number in this cell would be masked."""
        return self._veil and self.columns[column].kind.personal and row < len(self._ids) and self._ids[row] not in self._unveiled

    def text_at(self, row: int, column: int) -> str:
        """Return the text of a cell as people see it, numbers of persons masked."""
        text = self.plain_text_at(row, column)
        return masked(text) if self.is_veiled(row, column) else text

    def plain_text_at(self, row: int, column: int) -> str:
        """Return the text of a cell without a mask; for edits, never for the screen."""
        if row >= len(self._ids):
            return self.typing.draft.get(self.columns[column].key, "")
        typed = self.typing.text((self._ids[row], self.columns[column].key))
        return self.stored_text_at(row, column) if typed is None else typed

    def waits(self, row: int) -> bool:
        """Tell whether a record is listed and not here yet; its page is asked for."""
        return 0 <= row < len(self._ids) and self._values(row) is None

    def stored_text_at(self, row: int, column: int) -> str:
        """Return the text of a cell as it is stored, without a mask."""
        values = self._values(row)
        if values is None:
            return WAITING
        if not values:
            return GONE if column == 0 else ""
        return self.columns[column].kind.show(values[column])

    def remember_change(self, record_id: int, key: str) -> None:
        """Mark a cell as changed in this session; its new text is stored."""
        self.typing.store([(record_id, key)])
        QTimer.singleShot(STORED_SHOWS_MS, self, self.show_stored)

    def show_stored(self) -> None:
        """Show all that is stored as it is stored, however it was typed."""
        self.typing.arrive()
        self._repaint(0, len(self._ids) - 1)

    def take_back(self, record_id: int, key: str) -> bool:
        """Show what is stored again in place of refused text; False if there is none."""
        if (record_id, key) not in self.typing.refused:
            return False
        self.typing.drop([(record_id, key)])
        self._repaint_record(record_id)
        return True

    def refuse(self, record_id: int, key: str, text: str, sentence: str) -> None:
        """Keep refused text in its cell, in red and with the sentence."""
        self.typing.refuse((record_id, key), text, sentence)
        self._repaint_record(record_id)

    def drop_typed(self, cells: Sequence[tuple[int, str]]) -> None:
        """Show what is stored again in cells whose text was not taken."""
        self.typing.drop(cells)
        for record_id in {record_id for record_id, _key in cells}:
            self._repaint_record(record_id)

    def clear_draft(self) -> None:
        """Empty the last row; what stood there is a record now, or was given up."""
        self.set_draft({})

    def set_draft(self, texts: Mapping[str, str]) -> None:
        """Show typed text in the last row."""
        self.typing.draft = dict(texts)
        if self._appending:
            self._repaint(len(self._ids), len(self._ids))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self._ids) + self._appending

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Answer from what is here; ask for the page if it is not."""
        if not index.isValid() or index.row() >= self.rowCount():
            return None
        row, column = index.row(), index.column()
        if row >= len(self._ids):
            return self._draft_data(column, role)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self.text_at(row, column)
        if role == LOOK:
            return self._look(row, column)
        if role == ID:
            return self._ids[row]
        if role == Qt.ItemDataRole.ToolTipRole:
            refusal = self.typing.refused.get((self._ids[row], self.columns[column].key))
            if refusal:
                return refusal.sentence
            mark = self._pages.mark(self._ids[row], self.columns[column].key)
            return mark.sentence if mark else VEILED if self.is_veiled(row, column) else None
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Hand typed text to the page; the grid shows it once it is saved."""
        row, key, text = index.row(), self.columns[index.column()].key, str(value)
        record_id = self.id_at(row)
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        if record_id is None:
            return self._set_draft_cell(key, text)
        if text == self.text_at(row, index.column()):
            return False
        self.typing.send((record_id, key), text)
        self._repaint(row, row)
        self.typed.emit(record_id, key, text)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Never fetches: a row that is not here yet is just not editable."""
        flags = super().flags(index)
        if not (self._editable and index.isValid()):
            return flags
        if index.row() < len(self._ids) and (not self._have(index.row()) or self.is_veiled(index.row(), index.column())):
            return flags
        if self.columns[index.column()].kind.editor != READ_ONLY:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return column titles on one line, and row numbers."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return str(section + 1) if section < len(self._ids) else "＊"
        return self.columns[section].title.replace("\n", "") if section < len(self.columns) else None

    def _look(self, row: int, column: int) -> CellLook:
        values = self._values(row)
        text = self.text_at(row, column)
        if not values:
            return CellLook(text=text, gone=values is not None, waiting=values is None)
        record_id, this = self._ids[row], self.columns[column]
        mark = self._pages.mark(record_id, this.key)
        right = stands_right(this)
        refused = (record_id, this.key) in self.typing.refused
        return CellLook(
            text=text,
            flag="bad" if refused else mark.weight if mark else "",
            badge=mark.badge if mark else None,
            right=right,
            read_only=this.kind.editor == READ_ONLY,
            changed=(record_id, this.key) in self.typing.changed,
        )

    def _draft_data(self, column: int, role: int) -> Any:
        """Answer for the last row: what was typed there, or what may be done."""
        this, draft = self.columns[column], self.typing.draft
        text = draft.get(this.key, "")
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return text
        if role != LOOK:
            return None
        if not any(draft.values()):
            return CellLook(text=TYPE_HERE, hint=True)
        lacks = this.required and not text
        return CellLook(text=text, right=stands_right(this), changed=bool(text), flag="soon" if lacks else "")

    def _set_draft_cell(self, key: str, text: str) -> bool:
        if self.typing.draft.get(key, "") == text:
            return False
        self.set_draft({**self.typing.draft, key: text})
        self.drafted.emit()
        return True
