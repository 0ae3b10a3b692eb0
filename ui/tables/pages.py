"""The few pages of values that a grid holds, and those it waits for."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ui.tables.cell_look import Mark

PAGE = 100
KEPT_PAGES = 60
FETCHED_AT_ONCE = 4

Values = tuple[Any, ...]
Marks = Callable[[Mapping[str, object]], Mapping[str, Mark]]


class Pages:
    """The latest pages of a hundred rows, the least used one goes first."""

    def __init__(self, keys: Sequence[str], marks: Marks | None) -> None:
        """Start empty.

        Args:
            keys: Column keys in the order of the values.
            marks: Clean row → what is wrong per key; called once per row that comes.
        """
        self._keys, self._marks = tuple(keys), marks
        self._pages: OrderedDict[int, dict[int, Values]] = OrderedDict()
        self._old: dict[int, Values] = {}
        self._marked: dict[int, Mapping[str, Mark]] = {}
        self._wanted: list[int] = []
        self._flying: set[int] = set()

    def values(self, row: int, record_id: int) -> Values | None:
        """Return the values of a row, () if it has vanished, None if not here."""
        page = self._pages.get(row // PAGE)
        if page is None:
            return self._old.get(record_id)
        self._pages.move_to_end(row // PAGE)
        return page.get(record_id, ())

    def has_page(self, number: int) -> bool:
        """Tell whether a page is here."""
        return number in self._pages

    def holds(self, row: int, record_id: int | None) -> bool:
        """Tell whether a row is here and has not vanished."""
        page = self._pages.get(row // PAGE)
        return bool(page and record_id in page and page[record_id])

    def mark(self, record_id: int, key: str) -> Mark | None:
        """Return what is to be said of a cell."""
        return self._marked.get(record_id, {}).get(key)

    def want(self, number: int) -> bool:
        """Note that a page is needed; False if it is on its way."""
        if number in self._flying:
            return False
        if number in self._wanted:
            self._wanted.remove(number)
        self._wanted.append(number)
        return True

    def take_wanted(self, ids: array[int]) -> list[tuple[int, list[int]]]:
        """Return the pages wanted last with their ids; those scrolled past are forgotten."""
        wanted, self._wanted = self._wanted[-FETCHED_AT_ONCE:], []
        found = [(number, ids[number * PAGE : (number + 1) * PAGE].tolist()) for number in wanted]
        self._flying.update(number for number, listed in found if listed)
        return [(number, listed) for number, listed in found if listed]

    def keep(self, number: int, rows: dict[int, Values]) -> None:
        """Take a page; the least used one goes if there are too many."""
        self._flying.discard(number)
        self._pages[number] = rows
        for record_id, values in rows.items():
            self._old.pop(record_id, None)
            if self._marks:
                self._marked[record_id] = self._marks(dict(zip(self._keys, values, strict=False)))
        while len(self._pages) > KEPT_PAGES:
            _number, gone = self._pages.popitem(last=False)
            for record_id in gone:
                self._marked.pop(record_id, None)

    def first(self) -> dict[int, Values]:
        """Return the first page, {} if it is not here."""
        return self._pages.get(0, {})

    def age(self) -> None:
        """Keep what is here only to be seen until its successor comes."""
        self._old = {record_id: values for page in self._pages.values() for record_id, values in page.items()}

    def clear(self) -> None:
        """Forget all pages, and those on their way."""
        self._pages.clear()
        self._flying.clear()

    def forget_wanted(self) -> None:
        """Forget which pages were needed: the rows have changed places."""
        self._wanted.clear()
