"""A grid model over a million rows: the ids, a few pages of values, no more.

The model holds the array of ids and the latest pages of 100 rows. `data`
never touches the database: a row that is not here yet shows "…" and is
fetched by `Tasks.query`. On a change of its tables it asks for the ids anew;
late answers are recognised by a generation number, old rows stay visible
until the new ones are here, and a row that has vanished turns into 已删除.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from models.forms import Column
from models.values import masked
from ui.tables.cell_look import ID, LOOK, CellLook, Mark
from ui.tasks import Tasks

PAGE = 100
KEPT_PAGES = 60
FETCHED_AT_ONCE = 4
WAITING = "…"
GONE = "已删除"
VEILED = "打码的号码，在右侧记录里点开显示"
RIGHT = ("count", "amount")
READ_ONLY = "readonly"

Index = QModelIndex | QPersistentModelIndex
Values = tuple[Any, ...]


@dataclass(frozen=True)
class Source:
    """Where rows come from: three services that take a session first.

    Attributes:
        ids: (session, *, text, filters, sort) → all ids in order.
        head: Same arguments and `limit` → the first rows as (id, values).
        rows: (session, *, wanted) → values by id, in column order.
        tables: Names of the tables whose change makes the rows stale.
    """

    ids: Callable[..., Any]
    head: Callable[..., Any]
    rows: Callable[..., Any]
    tables: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Question:
    """What the person asked to see: words, filters, order ("key" or "-key")."""

    text: str = ""
    filters: Mapping[str, object] = field(default_factory=dict)
    sort: str | None = None

    def arguments(self) -> dict[str, object]:
        """Return the keyword arguments for the services."""
        return {"text": self.text, "filters": dict(self.filters) or None, "sort": self.sort}


class PagedModel(QAbstractTableModel):
    """Rows of a listing, fetched page by page.

    Attributes:
        columns: Columns of the Form that are shown, in order.
        question: Words, filters and order in force.
    Signals:
        loaded: The ids are here; their number is `rowCount`.
        reloading: Rows are about to change places: remember the selection.
        typed: (id, key, text) was typed into a cell.
    """

    loaded = Signal()
    reloading = Signal()
    typed = Signal(object, str, str)

    def __init__(
        self,
        tasks: Tasks,
        columns: Sequence[Column],
        source: Source,
        *,
        marks: Callable[[Mapping[str, object]], Mapping[str, Mark]] | None = None,
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
        super().__init__(parent)
        self.columns = tuple(columns)
        self.question = Question()
        self._tasks = tasks
        self._source = source
        self._marks = marks
        self._editable = editable
        self._ids = array("q")
        self._pages: OrderedDict[int, dict[int, Values]] = OrderedDict()
        self._old: dict[int, Values] = {}
        self._marked: dict[int, Mapping[str, Mark]] = {}
        self._changed: set[tuple[int, str]] = set()
        self._veil = False
        self._unveiled: set[int] = set()
        self._wanted: list[int] = []
        self._flying: set[int] = set()
        self._generation = 0
        self._ready = False
        self._fetcher = QTimer(self)
        self._fetcher.setSingleShot(True)
        self._fetcher.setInterval(0)
        self._fetcher.timeout.connect(self._fetch)
        tasks.changes.connect(self._take_changes)

    @property
    def ready(self) -> bool:
        """Whether the whole list of ids has come at least once."""
        return self._ready

    def ask(self, question: Question) -> None:
        """Show the rows that fit another question."""
        self.question = question
        self.reload()

    def reload(self) -> None:
        """Ask for the rows anew; what is here stays visible until they come."""
        self._generation += 1
        generation, arguments = self._generation, self.question.arguments()
        if not self._ready:
            self._tasks.query(self._source.head, limit=PAGE, **arguments).then(_Late(self, "_take_head", generation))
        self._tasks.query(self._source.ids, **arguments).then(_Late(self, "_take_ids", generation))

    def use(self, source: Source) -> None:
        """Take rows from elsewhere, for another campaign."""
        self._source, self._ready = source, False
        self._changed.clear()
        self._set_ids(array("q"))
        self.reload()

    def id_at(self, row: int) -> int | None:
        """Return the id of a row, or None past the end."""
        return self._ids[row] if 0 <= row < len(self._ids) else None

    def row_of(self, record_id: int) -> int:
        """Return the row of an id, or -1."""
        try:
            return self._ids.index(record_id)
        except ValueError:
            return -1

    def values_at(self, row: int) -> dict[str, Any] | None:
        """Return the values of a row by key, or None while it is not here."""
        values = self._values(row)
        return dict(zip((c.key for c in self.columns), values, strict=False)) if values else None

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
        if not self._veil or not self.columns[column].kind.personal or self._ids[row] in self._unveiled:
            return False
        return bool(self._values(row)) and bool(self.plain_text_at(row, column))

    def text_at(self, row: int, column: int) -> str:
        """Return the text of a cell as people see it, numbers of persons masked."""
        text = self.plain_text_at(row, column)
        return masked(text) if self.is_veiled(row, column) else text

    def plain_text_at(self, row: int, column: int) -> str:
        """Return the text of a cell without a mask; for edits, never for the screen."""
        values = self._values(row)
        if values is None:
            return WAITING
        if not values:
            return GONE if column == 0 else ""
        return self.columns[column].kind.show(values[column])

    def remember_change(self, record_id: int, key: str) -> None:
        """Mark a cell as changed in this session."""
        self._changed.add((record_id, key))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Answer from what is here; ask for the page if it is not."""
        if not index.isValid() or index.row() >= len(self._ids):
            return None
        row, column = index.row(), index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self.text_at(row, column)
        if role == LOOK:
            return self._look(row, column)
        if role == ID:
            return self._ids[row]
        if role == Qt.ItemDataRole.ToolTipRole:
            mark = self._marked.get(self._ids[row], {}).get(self.columns[column].key)
            return mark.sentence if mark else VEILED if self.is_veiled(row, column) else None
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Hand typed text to the page; the grid shows it once it is saved."""
        record_id = self.id_at(index.row())
        if role != Qt.ItemDataRole.EditRole or record_id is None or str(value) == self.text_at(index.row(), index.column()):
            return False
        self.typed.emit(record_id, self.columns[index.column()].key, str(value))
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Never fetches: a row that is not here yet is just not editable."""
        flags = super().flags(index)
        if not (self._editable and index.isValid() and self._have(index.row())) or self.is_veiled(index.row(), index.column()):
            return flags
        if self.columns[index.column()].kind.editor != READ_ONLY:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return column titles on one line, and row numbers."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return str(section + 1)
        return self.columns[section].title.replace("\n", "") if section < len(self.columns) else None

    def _look(self, row: int, column: int) -> CellLook:
        values = self._values(row)
        text = self.text_at(row, column)
        if not values:
            return CellLook(text=text, gone=values is not None, waiting=values is None)
        record_id, this = self._ids[row], self.columns[column]
        mark = self._marked.get(record_id, {}).get(this.key)
        right = this.kind.editor in RIGHT
        return CellLook(
            text=text,
            flag=mark.weight if mark else "",
            badge=mark.badge if mark else None,
            right=right,
            read_only=this.kind.editor == READ_ONLY,
            changed=(record_id, this.key) in self._changed,
        )

    def _have(self, row: int) -> bool:
        record_id = self.id_at(row)
        page = self._pages.get(row // PAGE)
        return bool(page and record_id in page and page[record_id])

    def _values(self, row: int) -> Values | None:
        """Values of a row, () if it has vanished, None if it is on its way."""
        record_id = self._ids[row]
        number = row // PAGE
        page = self._pages.get(number)
        if page is None:
            self._want(number)
            return self._old.get(record_id)
        self._pages.move_to_end(number)
        return page.get(record_id, ())

    def _want(self, number: int) -> None:
        if number in self._flying:
            return
        if number in self._wanted:
            self._wanted.remove(number)
        self._wanted.append(number)
        self._fetcher.start()

    def _fetch(self) -> None:
        """Ask for the pages wanted last; those scrolled past are forgotten."""
        wanted, self._wanted = self._wanted[-FETCHED_AT_ONCE:], []
        for number in wanted:
            ids = self._ids[number * PAGE : (number + 1) * PAGE].tolist()
            if not ids:
                continue
            self._flying.add(number)
            self._tasks.query(self._source.rows, wanted=ids).then(_Late(self, "_take_page", self._generation, number))

    def _take_head(self, rows: Sequence[tuple[int, Values]]) -> None:
        if self._ready:
            return
        self._set_ids(array("q", [record_id for record_id, _values in rows]))
        self._keep(0, {record_id: tuple(values) for record_id, values in rows})

    def _take_ids(self, ids: Any) -> None:
        fresh = ids if isinstance(ids, array) else array("q", ids)
        first = self._pages.get(0, {}) if not self._ready else {}
        self._ready = True
        self._old = {record_id: values for page in self._pages.values() for record_id, values in page.items()}
        if fresh == self._ids:
            self._pages.clear()
            self._flying.clear()
            self._repaint(0, len(self._ids) - 1)
        else:
            self._set_ids(fresh)
        if first and list(first) == fresh[:PAGE].tolist():
            self._keep(0, first)
        self.loaded.emit()

    def _take_page(self, rows: Mapping[int, Values], number: int) -> None:
        self._flying.discard(number)
        self._keep(number, {record_id: tuple(values) for record_id, values in rows.items()})
        self._repaint(number * PAGE, min((number + 1) * PAGE, len(self._ids)) - 1)

    def _take_changes(self, changes: Any) -> None:
        if self._source.tables & changes.tables:
            self.reload()

    def _set_ids(self, ids: array[int]) -> None:
        self.reloading.emit()
        self.beginResetModel()
        self._ids = ids
        self._pages.clear()
        self._flying.clear()
        self._wanted.clear()
        self.endResetModel()

    def _keep(self, number: int, rows: dict[int, Values]) -> None:
        self._pages[number] = rows
        for record_id, values in rows.items():
            self._old.pop(record_id, None)
            if self._marks:
                self._marked[record_id] = self._marks(dict(zip((c.key for c in self.columns), values, strict=False)))
        while len(self._pages) > KEPT_PAGES:
            _number, gone = self._pages.popitem(last=False)
            for record_id in gone:
                self._marked.pop(record_id, None)

    def _repaint(self, first: int, last: int) -> None:
        if 0 <= first <= last:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

    def answer(self, name: str, generation: int, result: Any, *more: Any) -> None:
        """Take an answer unless a later question has been asked since."""
        if generation == self._generation:
            getattr(self, name)(result, *more)


class _Late:
    """A handler that knows which question its answer belongs to."""

    def __init__(self, model: PagedModel, name: str, generation: int, *more: Any) -> None:
        self.__self__ = model
        self._call = (name, generation)
        self._more = more

    def __call__(self, result: Any) -> None:
        self.__self__.answer(*self._call, result, *self._more)
