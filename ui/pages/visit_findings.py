"""The findings of one visit: lines are pasted, the rest is chosen by one key.

A row is text by key until the visit is saved. In a column that has a list the
number or letter of a word chooses it and goes one row down; after the last
row the next column with a list begins. What is suggested for a category or a
clause stands in a dashed frame; Enter makes it the finding's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from models.annexes import CATEGORIES, DISPOSALS, LEVELS
from models.forms import Context, Row
from models.kinds import TEXT
from models.ledgers import FINDING
from services import findings
from services.assist import Hint
from services.drafts import KeptFile
from services.visiting import Line
from ui import theme
from ui.forms.checking import Checked, check
from ui.tables import moving
from ui.tables.cell_editing import EditingDelegate
from ui.tables.cell_look import LOOK, CellLook
from ui.tables.delegates import GridHeader

Index = QModelIndex | QPersistentModelIndex
WIDTHS = {
    "hazard": 300, "category": 92, "level": 62, "basis": 178, "disposal": 104, "due": 96,
    "place": 110, "person": 84, "duty_unit": 110, "standard": 160, "stop_scope": 150,
}  # fmt: skip
KEYS = tuple(WIDTHS)
ROWS, LARGE = 4, 1.2  # head and three findings at least; with large text two
HINTED = ("category", "basis")
PICKED = ("category", "disposal", "level")
PICK_KEYS = "123456789ABCDEFGH"
_AFTER = {"category": "disposal", "disposal": "due"}  # where the hand goes when a column is full
INVITATION = "在此输入，或从聊天、WPS 里整段粘贴（Ctrl+V），一行一条"
_BY_CODE = {"place": "部位", "level": "级别", "basis": "依据条款", "disposal": "处置", "person": "责任人", "duty_unit": "责任部门"}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
FORM = replace(FINDING, rules=())


@dataclass
class Draft:
    """One finding as it stands in the grid.

    Attributes:
        texts: Typed text by column key.
        record_id: The stored finding; None for a new one.
        stored: Its whole row.
        files: Photos that are saved with it.
    """

    texts: dict[str, str] = field(default_factory=dict)
    record_id: int | None = None
    stored: Row = field(default_factory=dict)
    files: tuple[KeptFile, ...] = ()


class FindingsModel(QAbstractTableModel):
    """Rows of findings and an empty one to go on in.

    Attributes:
        columns: What is shown, in order.
        rows: The findings.
        removed: Stored findings that go to the bin when the visit is saved.
        categories: Words of the campaign.
        year: For dates without one.
        hints: What is suggested, by the text of a finding; asked for by whoever listens to `edited`.
        clauses: The clause that usually goes with a category.
    Signals:
        edited: A person changed something.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without findings."""
        super().__init__(parent)
        self.columns = tuple(_column(key) for key in KEYS)
        self.rows: list[Draft] = []
        self.removed: list[int] = []
        self._gone: list[Draft] = []
        self.categories: Sequence[str] = CATEGORIES
        self.year: int | None = None
        self.hints: dict[str, tuple[Hint, ...]] = {}
        self.clauses: Mapping[str, str] = {}

    def unhinted(self) -> list[str]:
        """Return the texts that wait for category or clause and were not looked at yet."""
        texts = [row.texts for row in self.rows if not (row.texts.get("category") and row.texts.get("basis"))]
        return list(dict.fromkeys(one["hazard"] for one in texts if one.get("hazard") and one["hazard"] not in self.hints))

    def take_hints(self, hints: Mapping[str, tuple[Hint, ...]], clauses: Mapping[str, str]) -> None:
        """Show what is suggested; nothing of it is the finding's until it is accepted."""
        self.hints |= hints
        self.clauses = clauses
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(KEYS) - 1))

    def hinted(self, row: int, key: str) -> Hint | None:
        """Return what is suggested for an empty cell: a category, or its clause."""
        texts = self.rows[row].texts if 0 <= row < len(self.rows) else {}
        if key not in HINTED or not texts.get("hazard") or texts.get(key):
            return None
        listed, category = self.hints.get(texts["hazard"], ()), texts.get("category")
        if key == "category":
            return listed[0] if listed else None
        fits = [hint for hint in listed if hint.basis and (not category or hint.category == category)]
        usual = self.clauses.get(category or "")
        return fits[0] if fits else Hint(category or "", (), "这一类通常", usual, "待核") if usual else None

    def fill(self, lines: Sequence[Line]) -> None:
        """Show stored findings."""
        self._renew([Draft(_texts(line.row), line.record_id, dict(line.row)) for line in lines], [])

    def packed(self) -> list[dict[str, Any]]:
        """Return everything as plain data."""
        rows: list[dict[str, Any]] = [
            {"id": row.record_id, "texts": row.texts} | ({"files": [astuple(file) for file in row.files]} if row.files else {})
            for row in self.rows
        ]
        return rows + ([{"removed": self.removed}] if self.removed else [])

    def unpack(self, kept: Sequence[Mapping[str, Any]]) -> None:
        """Show again what `packed` gave; rows deleted elsewhere come back as new ones."""
        stored = {row.record_id: row.stored for row in self.rows if row.record_id is not None}
        stored |= {row.record_id: row.stored for row in self._gone if row.record_id is not None}
        rows = [
            Draft(
                dict(row["texts"]),
                row["id"] if row["id"] in stored else None,
                stored.get(row["id"], {}),
                tuple(KeptFile(*file) for file in row.get("files", ())),
            )
            for row in kept
            if "texts" in row
        ]
        self._renew(rows, [number for row in kept for number in row.get("removed", ()) if number in stored])

    def add(self, hazards: Sequence[str]) -> range:
        """Add a finding for each text; return their rows."""
        first = len(self.rows)
        if hazards:
            self.beginInsertRows(QModelIndex(), first, first + len(hazards) - 1)
            self.rows += [Draft({"hazard": text}) for text in hazards]
            self.endInsertRows()
            self.edited.emit()
        return range(first, len(self.rows))

    def remove(self, rows: Sequence[int]) -> None:
        """Take rows away; stored ones go to the bin when the visit is saved."""
        for row in sorted(set(rows), reverse=True):
            if row < len(self.rows):
                self.beginRemoveRows(QModelIndex(), row, row)
                gone = self.rows.pop(row)
                self._gone.append(gone)
                self.removed += [gone.record_id] if gone.record_id is not None else []
                self.endRemoveRows()
        self.edited.emit()

    def lines(self) -> list[Line]:
        """Return what `visiting.save` takes; call `trouble` before."""
        return [Line({**row.stored, **self._checked(row).row}, row.record_id) for row in self.rows]

    def plain(self) -> list[Row]:
        """Return the findings as far as they can be read."""
        return [self._checked(row).row for row in self.rows]

    def trouble(self) -> tuple[int, str, str] | None:
        """Return row, key and sentence of the first thing that cannot be saved."""
        for number, row in enumerate(self.rows):
            checked = self._checked(row)
            for key in checked.blocked:
                if key in KEYS:
                    return number, key, f"第 {number + 1} 条：{checked.remarks[key].sentence}"
        return None

    def words(self, key: str) -> Sequence[str]:
        """Return the words that a column chooses from; none for free text."""
        return {"category": self.categories, "disposal": DISPOSALS, "level": LEVELS}.get(key, ())

    def text_at(self, row: int, column: int) -> str:
        """Return a cell's text."""
        return self.rows[row].texts.get(KEYS[column], "") if row < len(self.rows) else ""

    def rowCount(self, parent: Index | None = None) -> int:
        """Return the findings and the empty row."""
        return 0 if parent is not None and parent.isValid() else len(self.rows) + 1

    def columnCount(self, parent: Index | None = None) -> int:
        """Return how many columns there are."""
        return 0 if parent is not None and parent.isValid() else len(KEYS)

    def flags(self, _index: Index) -> Qt.ItemFlag:
        """Let every cell be typed into."""
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return titles and row numbers."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self.columns[section].title if orientation == Qt.Orientation.Horizontal else str(section + 1)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return text and look of a cell."""
        if not index.isValid():
            return None
        row, column = index.row(), index.column()
        text = self.text_at(row, column)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return text
        if row == len(self.rows):
            return CellLook(text=INVITATION, hint=True) if role == LOOK else None
        if role not in (LOOK, Qt.ItemDataRole.ToolTipRole):
            return None
        hint = self.hinted(row, KEYS[column])
        if hint is not None:
            word = hint.basis if KEYS[column] == "basis" else hint.category
            return CellLook(badge=(word, "info dashed")) if role == LOOK else f"建议：{word}；Enter 接受"
        remark = self._checked(self.rows[row]).remarks.get(KEYS[column])
        if role == Qt.ItemDataRole.ToolTipRole:
            return remark.sentence if remark else None
        waits = (self.hinted(row, "category") or self.hinted(row, "basis")) if KEYS[column] == "hazard" else None
        flag = remark.weight if remark and (text or remark.weight == "bad") else ""
        return CellLook(text=text, flag=flag, lit=waits.words if waits else ())

    def setData(self, index: Index, value: Any, _role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Take typed text; in the empty row it makes a finding."""
        text, key = " ".join(str(value or "").split()), KEYS[index.column()]
        if index.row() == len(self.rows):
            if not text:
                return False
            self.beginInsertRows(QModelIndex(), index.row(), index.row())
            self.rows.append(Draft())
            self.endInsertRows()
        row = self.rows[index.row()]
        shown = _shown(key, text, self.year)
        if shown != row.texts.get(key, ""):
            row.texts[key] = shown
            self.dataChanged.emit(self.index(index.row(), 0), self.index(index.row(), len(KEYS) - 1))
            self.edited.emit()
        return True

    def _checked(self, row: Draft) -> Checked:
        # enterprise and day are the visit's
        typed = {key: row.texts.get(key, "") for key in KEYS}
        checked = check(FORM, {**typed, "enterprise": "－－"}, year=self.year)
        return Checked({key: checked.row.get(key) for key in KEYS}, {key: one for key, one in checked.remarks.items() if key in KEYS})

    def _renew(self, rows: list[Draft], removed: list[int]) -> None:
        self.beginResetModel()
        self.rows, self.removed, self._gone, self.hints = rows, removed, [], {}
        self.endResetModel()


class FindingsGrid(QTableView):
    """The grid of findings.

    Signals:
        save_asked: Ctrl+Enter.
        left: Esc, or Ctrl+Up: back to the fields.
        column_shown: (key) the current cell stands in another column.
    """

    save_asked = Signal()
    left = Signal()
    column_shown = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build the grid over an empty model."""
        super().__init__(parent)
        self.findings = FindingsModel(self)
        self.setModel(self.findings)
        self.delegate = EditingDelegate(self)
        self.delegate.current = self.currentIndex
        self.delegate.stepped.connect(self._step)
        self.delegate.jumped.connect(self._jump)
        self.delegate.filled.connect(lambda text: self._saved_typing(text))
        self.setItemDelegate(self.delegate)
        self.setHorizontalHeader(GridHeader(Qt.Orientation.Horizontal, self))
        self.setVerticalHeader(GridHeader(Qt.Orientation.Vertical, self))
        self.verticalHeader().setFixedWidth(34)
        self.setAccessibleName("发现问题")
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.AnyKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(True)
        self.selectionModel().currentChanged.connect(lambda now, _was: self._tell(now))
        self.follow_theme()
        theme.notifier().changed.connect(self.follow_theme)

    def follow_theme(self) -> None:
        """Take heights and widths of the text size."""
        now = theme.current()
        self.verticalHeader().setDefaultSectionSize(now.row_height("grid_compact"))
        self.horizontalHeader().setFixedHeight(now.row_height("grid_compact"))
        bar = self.horizontalScrollBar().sizeHint().height() if now.scale >= LARGE else 0  # or it would cover half of the second row
        self.setMinimumHeight((ROWS if now.scale < LARGE else ROWS - 1) * now.row_height("grid_compact") + bar)
        for column, width in enumerate(WIDTHS.values()):
            self.setColumnWidth(column, round(width * now.scale))

    def show_categories(self, words: Sequence[str]) -> None:
        """Offer the categories of the campaign."""
        self.findings.categories = words
        self.delegate.suggestions = {"category": words}

    def enter(self) -> None:
        """Take the focus, in the first empty row if nothing is chosen."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if not self.currentIndex().isValid():
            self.go_to(len(self.findings.rows), 0)

    def go_to(self, row: int, column: int) -> None:
        """Make a cell the current one and show it."""
        index = self.findings.index(row, column)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def go_to_bare(self, _problem: object = None) -> None:
        """Go to the first finding without a basis."""
        bare = [number for number, row in enumerate(self.findings.rows) if not row.texts.get("basis")]
        if bare:
            self.setFocus()
            self.go_to(bare[0], KEYS.index("basis"))

    def paste(self) -> None:
        """Make findings of the clipboard's lines; a single one may fill a cell."""
        text, here = QGuiApplication.clipboard().text(), self.currentIndex()
        lines = findings.paste_lines(text)
        if here.isValid() and here.column() > 0 and here.row() < len(self.findings.rows) and len(lines) == 1:
            self.findings.setData(here, lines[0])
            return
        rows = self.findings.add(lines)
        if rows:
            self.go_to(rows.start, KEYS.index("category"))

    def choose(self, number: int) -> bool:
        """Put a word of the column's list into the cell and go on; tell if it did."""
        index = self.currentIndex()
        words = self.findings.words(KEYS[index.column()]) if index.isValid() else ()
        if number >= len(words) or index.row() >= len(self.findings.rows):
            return False
        self.findings.setData(index, words[number])
        self._go_on(index, _AFTER.get(KEYS[index.column()]))
        return True

    def accept(self) -> bool:
        """Take what is suggested for the cell and go on; tell if there was something."""
        index = self.currentIndex()
        key = KEYS[index.column()] if index.isValid() else ""
        hint = self.findings.hinted(index.row(), key)
        if hint is None:
            return False
        self.findings.setData(index, hint.basis if key == "basis" else hint.category)
        waits = any(self.findings.hinted(row, "basis") for row in range(len(self.findings.rows)))
        self._go_on(index, "basis" if key == "category" and waits else "disposal")
        return True

    def same_as_above(self, *, to_the_end: bool) -> None:
        """Take the text of the nearest cell above; to the end, fill all below."""
        index, column = self.currentIndex(), self.currentIndex().column()
        last = len(self.findings.rows) - 1
        if not index.isValid() or index.row() > last:
            return
        if to_the_end:
            held = next((text for row in range(index.row(), -1, -1) if (text := self.findings.text_at(row, column))), "")
            for row in range(index.row(), last + 1):
                if held and not self.findings.text_at(row, column):
                    self.findings.setData(self.findings.index(row, column), held)
            following = _AFTER.get(KEYS[column])
            self.go_to(0 if following else last, KEYS.index(following) if following else column)
        elif index.row():
            self.findings.setData(index, self.findings.text_at(index.row() - 1, column))
            self.go_to(min(index.row() + 1, last), column)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose, paste, fill, remove, save; what is typed opens an editor."""
        if self.state() == QAbstractItemView.State.EditingState:
            event.accept()
            return
        key, held = event.key(), event.modifiers()
        control, shift = bool(held & Qt.KeyboardModifier.ControlModifier), bool(held & Qt.KeyboardModifier.ShiftModifier)
        place = PICK_KEYS.find(event.text().upper()) if event.text().strip() and not control else -1
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif key in _ENTER:
            self._entered(control=control, shift=shift)
        elif key == Qt.Key.Key_Escape or (control and key == Qt.Key.Key_Up):
            self.left.emit()
        elif control and key == Qt.Key.Key_D:
            self.same_as_above(to_the_end=shift)
        elif control and key == Qt.Key.Key_Minus:
            self.findings.remove([index.row() for index in self.selectedIndexes()])
        elif key == Qt.Key.Key_Delete:
            for index in self.selectedIndexes():
                if index.row() < len(self.findings.rows):
                    self.findings.setData(index, "")
        elif key == Qt.Key.Key_F2:
            self.edit(self.currentIndex())
        elif not (place >= 0 and self.choose(place)):
            super().keyPressEvent(event)

    def edit(self, index: Index, *more: Any) -> Any:
        """Open an editor; a word that an input method commits at once goes into it."""
        opened = super().edit(index, *more)
        editor = self.indexWidget(index) if self.state() == QAbstractItemView.State.EditingState else None
        if editor is not None and (opened or not more):
            self.delegate.begin(editor, in_place=not more, event=more[1] if len(more) > 1 else None)
        return opened

    def _go_on(self, index: QModelIndex, following: str | None) -> None:
        """Go a row down; after the last one to the next column, if there is one to fill."""
        if index.row() + 1 < len(self.findings.rows):
            self.go_to(index.row() + 1, index.column())
        elif following:
            self.go_to(0, KEYS.index(following))

    def _entered(self, *, control: bool, shift: bool) -> None:
        if control:
            self.save_asked.emit()
        elif shift or not self.accept():
            self._step(moving.UP if shift else moving.DOWN)

    def _saved_typing(self, text: str) -> None:
        self.findings.setData(self.currentIndex(), text)
        self.save_asked.emit()

    def _step(self, step: moving.Step) -> None:
        here = self.currentIndex()
        if step in (moving.UP, moving.DOWN):
            self._jump(1 if step == moving.DOWN else -1, 0)
            return
        place = here.row() * len(KEYS) + here.column() + (1 if step == moving.NEXT else -1)
        row, column = divmod(max(place, 0), len(KEYS))
        self.go_to(min(row, len(self.findings.rows)), column)

    def _jump(self, rows: int, columns: int) -> None:
        here = self.currentIndex()
        row = min(max(here.row() + rows, 0), len(self.findings.rows))
        self.go_to(row, min(max(here.column() + columns, 0), len(KEYS) - 1))

    def tell(self) -> None:
        """Say again where the current cell stands."""
        self._tell(self.currentIndex())

    def _tell(self, index: QModelIndex) -> None:
        self.viewport().update()
        self.column_shown.emit(KEYS[index.column()] if index.isValid() else "")


def _column(key: str) -> Any:
    column = FINDING.column(key)
    kind = replace(column.kind, editor="text") if column.kind.editor == "long" else TEXT if key in PICKED else column.kind
    return replace(column, kind=kind, title=_BY_CODE.get(key, column.title))


def _texts(row: Row) -> dict[str, str]:
    return {key: FINDING.column(key).kind.show(row[key]) for key in KEYS if row.get(key) not in (None, ())}


def _shown(key: str, text: str, year: int | None) -> str:
    """Return typed text the way it is understood; what cannot be read stays."""
    kind = FINDING.column(key).kind
    value = kind.parse(text, Context(year=year, header=FINDING.column(key).title)).value if text else None
    return kind.show(value) if value not in (None, ()) else text
