"""Rows by id, page by page: the ids in order, a few pages of values, no more.

Everything that asks the database stands here, and nothing of how a cell looks.
Answers come late and out of order; a generation number tells which question
they belong to. While rows must hold still (a cell is being edited), new ids
are kept back and pages still come.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QTimer, Signal

from models.forms import Column
from ui.tables.pages import PAGE, Marks, Pages, Values
from ui.tables.typed import Typed
from ui.tasks import Tasks

Index = QModelIndex | QPersistentModelIndex


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


class RowsById(QAbstractTableModel):
    """Rows of a listing, fetched page by page.

    Attributes:
        columns: Columns of the Form that are shown, in order.
        question: Words, filters and order in force.
        typing: What was typed and is not stored.
    Signals:
        loaded: The ids are here; their number is `count`.
        reloading: Rows are about to change places: remember the selection.
    """

    loaded = Signal()
    reloading = Signal()

    def __init__(self, tasks: Tasks, columns: Sequence[Column], source: Source, *, marks: Marks | None, parent: QObject | None) -> None:
        """Prepare an empty model; `reload` fills it.

        Args:
            tasks: Door to the services.
            columns: Columns in the order of the values.
            source: Where rows come from.
            marks: Clean row → what is wrong per key; called once per fetched row.
            parent: Owner.
        """
        super().__init__(parent)
        self.columns = tuple(columns)
        self.question = Question()
        self.typing = Typed()
        self._tasks = tasks
        self._source = source
        self._ids = array("q")
        self._pages = Pages([column.key for column in self.columns], marks)
        self._still = False
        self._kept_back: array[int] | None = None
        self._generation = 0
        self._ready = False
        self._fetcher = QTimer(self)
        self._fetcher.setSingleShot(True)
        self._fetcher.setInterval(0)
        self._fetcher.timeout.connect(self._fetch)
        tasks.changes.connect(self._take_changes)

    @property
    def count(self) -> int:
        """How many records are listed; the last, empty row is none."""
        return len(self._ids)

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

    def use(self, source: Source, question: Question | None = None) -> None:
        """Take rows from elsewhere: another campaign, the bin."""
        self.question = question or self.question
        self._source, self._ready = source, False
        self.typing = Typed()
        self._set_ids(array("q"))
        self.reload()

    def hold_still(self, on: bool) -> None:
        """Keep all rows in place while a cell is being edited."""
        self._still = on
        if not on and self._kept_back is not None:
            fresh, self._kept_back = self._kept_back, None
            self._set_ids(fresh)
            self.loaded.emit()

    def collect(self, rows: Sequence[int], then: Callable[[dict[int, Values]], object]) -> None:
        """Call with the values of rows by id; at once if all are here.

        Rows that are not here are fetched like a page; the last, empty row has none.
        """
        ids = [self._ids[row] for row in rows if 0 <= row < len(self._ids)]
        here = {record_id: values for row in rows if self._have(row) and (record_id := self._ids[row]) and (values := self._values(row))}
        absent = [record_id for record_id in ids if record_id not in here]
        if not absent:
            then(here)
        else:
            self._tasks.query(self._source.rows, wanted=absent).then(lambda found: then(here | found))

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

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def _repaint_record(self, record_id: int) -> None:
        row = self.row_of(record_id)
        self._repaint(row, row)

    def _have(self, row: int) -> bool:
        return self._pages.holds(row, self.id_at(row))

    def _values(self, row: int) -> Values | None:
        """Values of a row, () if it has vanished, None if it is on its way."""
        number = row // PAGE
        if not self._pages.has_page(number) and self._pages.want(number):
            self._fetcher.start()
        return self._pages.values(row, self._ids[row])

    def _fetch(self) -> None:
        """Ask for the pages wanted last."""
        for number, ids in self._pages.take_wanted(self._ids):
            self._tasks.query(self._source.rows, wanted=ids).then(_Late(self, "_take_page", self._generation, number))

    def _take_head(self, rows: Sequence[tuple[int, Values]]) -> None:
        if self._ready:
            return
        self._set_ids(array("q", [record_id for record_id, _values in rows]))
        self._keep(0, {record_id: tuple(values) for record_id, values in rows})

    def _take_ids(self, ids: Any) -> None:
        fresh = ids if isinstance(ids, array) else array("q", ids)
        self._kept_back = None
        first = self._pages.first() if not self._ready else {}
        self._ready = True
        self._pages.age()
        if fresh == self._ids or self._still:
            self._kept_back = None if fresh == self._ids else fresh
            self._pages.clear()
            self._repaint(0, len(self._ids) - 1)
            if self._kept_back is not None:
                return
        else:
            self._set_ids(fresh)
        if first and list(first) == fresh[:PAGE].tolist():
            self._keep(0, first)
        self.loaded.emit()

    def _take_page(self, rows: Mapping[int, Values], number: int) -> None:
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
        self._pages.forget_wanted()
        self.endResetModel()

    def _keep(self, number: int, rows: dict[int, Values]) -> None:
        self._pages.keep(number, rows)
        self.typing.arrive(rows)

    def _repaint(self, first: int, last: int) -> None:
        if 0 <= first <= last:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

    def answer(self, name: str, generation: int, result: Any, *more: Any) -> None:
        """Take an answer unless a later question has been asked since."""
        if generation == self._generation:
            getattr(self, name)(result, *more)


class _Late:
    """A handler that knows which question its answer belongs to."""

    def __init__(self, model: RowsById, name: str, generation: int, *more: Any) -> None:
        self.__self__ = model
        self._call = (name, generation)
        self._more = more

    def __call__(self, result: Any) -> None:
        self.__self__.answer(*self._call, result, *self._more)
