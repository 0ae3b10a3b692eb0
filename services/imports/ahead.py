"""Rows are read while the worker is still sending the rest of the file.

What this rests on is a guess: the header stands in the first rows, and the
merges, comments and footers that come at the end change nothing. Whoever uses
it asks whether the guess holds, and reads anew where it does not.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from models.forms import Form
from services.imports.around import Around, look_around, texts_of
from services.imports.locate import LOOK_AT_ROWS, Table, tables_of
from services.imports.raw import RawBook, RawRow, RawSheet
from services.imports.read_form import ReadRow
from services.imports.records import Filled, RecordReader
from services.imports.skipping import SortedOut

LINES_ABOVE = 8
_LOOKED_AT = LOOK_AT_ROWS + 10
# The worker waits while rows are read here, and its own time is limited.
_SECONDS = 15.0


def name_of(book: RawBook, sheet: RawSheet) -> str:
    """Return the names that may tell a year: of the sheet and of the file."""
    return f"{sheet.name} {book.path.stem}"


class Guess:
    """The rows under a header that was found early, sorted out and read.

    Attributes:
        sorted_out: What became of each row.
        read: The records of each row that may hold some.
    """

    def __init__(self, book: RawBook, sheet: RawSheet, table: Table, around: Around) -> None:
        """Begin below the header."""
        self.sorted_out = SortedOut(table)
        self.read: list[list[ReadRow]] = []
        self._sheet, self._table, self._around = sheet, table, around
        self._reader = RecordReader(book, sheet, table, around, {})
        self._taken = 0
        self._last: RawRow | None = None

    def take(self, row: RawRow) -> None:
        """Read the next row."""
        self._taken, self._last = self._taken + 1, row
        if self.sorted_out.take(row):
            self.read.append(self._reader.read(row))

    def finish(self, table: Table, body: Sequence[RawRow]) -> bool:
        """Read the rows that are left; return False if this is not that table.

        Args:
            table: As it was found with all that is known at the end.
            body: Its rows.
        """
        taken = self._taken
        if table != self._table or len(body) < taken or (taken and body[taken - 1] is not self._last):
            return False
        for row in body[taken:]:
            self.take(row)
        return True

    def holds(self, around: Around, filled: Filled) -> bool:
        """Return whether the end of the sheet leaves the records as they are."""
        same = (around.year, around.money_unit, around.stated) == (self._around.year, self._around.money_unit, self._around.stated)
        return same and not filled and all(row <= self._table.header_rows[-1] for row, _col in self._sheet.comments)


class Ahead:
    """Takes the rows of a file as they arrive; one for each reading of a file."""

    def __init__(self, forms: Sequence[Form], expected: str | None, year: int | None) -> None:
        """Set what is looked for, as for `read_form`."""
        self._forms, self._expected, self._year = forms, expected, year
        self._guesses: list[tuple[RawSheet, Guess]] = []
        self._book: RawBook | None = None
        self._sheet: RawSheet | None = None
        self._guess: Guess | None = None
        self._until = time.monotonic() + _SECONDS

    def begin(self, book: RawBook, sheet: RawSheet) -> None:
        """Begin with a sheet."""
        self._book, self._guess = book, None
        self._sheet = None if sheet.hidden else sheet

    def take(self, line: bytes) -> None:
        """Take the next row of the sheet, as the worker sent it."""
        sheet, book = self._sheet, self._book
        if sheet is None or book is None:
            return
        try:
            row = RawRow(line)
        except ValueError:  # the worker died while it wrote
            self._sheet = None
            return
        sheet.decoded.append(row)
        if self._guess is not None:
            self._guess.take(row)
        elif len(sheet.decoded) == _LOOKED_AT:
            self._look(book, sheet)
        if not len(sheet.decoded) & 255 and time.monotonic() > self._until:
            self._sheet = None

    def of(self, sheet: RawSheet, table: Table, body: Sequence[RawRow]) -> Guess | None:
        """Return what was read of this table, None if it was guessed wrong."""
        return next((guess for known, guess in self._guesses if known is sheet and guess.finish(table, body)), None)

    def _look(self, book: RawBook, sheet: RawSheet) -> None:
        found = tables_of(sheet, sheet.decoded, self._forms, self._expected)
        if len(found) != 1:
            self._sheet = None
            return
        first, last = found[0].header_rows[0], found[0].header_rows[-1]
        above = texts_of([row for row in sheet.decoded if row.number < first][-LINES_ABOVE:])
        self._guess = Guess(book, sheet, found[0], look_around([*sheet.above, *above], [], name_of(book, sheet), self._year))
        self._guesses.append((sheet, self._guess))
        for row in sheet.decoded:
            if row.number > last:
                self._guess.take(row)
