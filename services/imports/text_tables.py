"""Tables in text: CSV in the usual encodings, and web pages called .xls.

Each function takes the bytes of the file and yields tables as
(name, rows, merges); a row is a list of texts. The standard library reads
both, so nothing of a foreign file reaches a browser engine.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from services.imports.raw import LONGEST_TEXT, Merge, Unreadable

_DELIMITERS = ",\t;|，"
_LOOKED_AT = 65_536
_MOST_SPAN = 1000
_HTML_SIGNS = ("<html", "<table", "<!doctype html", "<head", "<body", "<meta")


@dataclass
class TextTable:
    """One table of texts; blanks are None.

    Attributes:
        formats: Number formats by place, where one matters.
        errors: Places that hold an error value, as (row from 1, column from 0).
        hidden: The whole of it is hidden.
        hidden_rows: Rows that are hidden.
        hidden_columns: Hidden columns, as (first, last) pairs.
    """

    name: str
    rows: list[list[str | None]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    errors: set[tuple[int, int]] = field(default_factory=set)
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)

    def put(self, row: int, col: int, text: str) -> None:
        """Write into a cell that the table may be too small for."""
        while len(self.rows) < row:
            self.rows.append([])
        line = self.rows[row - 1]
        line += [None] * (col + 1 - len(line))
        line[col] = text


def decode(data: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 with mark, or GBK.

    Raises:
        Unreadable: The bytes are no text in any of them.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: Iterable[str] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    if b"\x00" in data[:_LOOKED_AT] and encodings != ("utf-16",):
        raise Unreadable("unsupported_format")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("unsupported_format")


def looks_like_html(text: str) -> bool:
    """Tell whether the text is a web page."""
    head = text[:_LOOKED_AT].lstrip("\ufeff \r\n\t").lower()
    return head.startswith("<") and any(sign in head for sign in _HTML_SIGNS)


def read_csv(text: str) -> Iterator[TextTable]:
    """Read delimited text as one table; the delimiter is found by counting.

    Raises:
        Unreadable: The quoting is broken beyond repair.
    """
    csv.field_size_limit(LONGEST_TEXT * 16)
    table = TextTable("Sheet1")
    try:
        for line in csv.reader(io.StringIO(text, newline=None), delimiter=_delimiter(text)):
            table.rows.append([_tidy(value) for value in line])
    except csv.Error as error:
        raise Unreadable("corrupt") from error
    yield table


def read_html(text: str) -> Iterator[TextTable]:
    """Read the tables of a web page.

    Raises:
        Unreadable: There is no table in it.
    """
    reader = _TableReader()
    reader.feed(text)
    reader.close()
    found = [table for table in reader.tables if any(any(row) for row in table.rows)]
    if not found:
        raise Unreadable("html_not_workbook")
    yield from found


def _delimiter(text: str) -> str:
    lines = [line for line in text[:_LOOKED_AT].splitlines() if line.strip()][:20]
    counts = Counter({mark: sum(min(line.count(mark), 50) for line in lines) for mark in _DELIMITERS})
    spread = {mark: sum(mark in line for line in lines) for mark in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda mark: (spread[mark], counts[mark]))
    return best if counts[best] else ","


def _tidy(value: str) -> str | None:
    text = value.strip()
    # ="0012" is how exporting systems keep leading zeros.
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text or None


class _TableReader(HTMLParser):
    """Collects tables, minding rowspan and colspan; inner tables stand alone."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[TextTable] = []
        self._open: list[TextTable] = []
        self._pieces: list[str] = []
        self._cell: tuple[int, int] | None = None
        self._taken: set[tuple[int, int]] = set()
        self._ignored = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, a row or a cell."""
        if tag in ("script", "style"):
            self._ignored += 1
        elif tag == "table":
            table = TextTable(f"表{len(self.tables) + 1}")
            self.tables.append(table)
            self._open.append(table)
            self._taken = set()
        elif tag == "tr" and self._open:
            self._finish_cell()
            self._open[-1].rows.append([])
        elif tag in ("td", "th") and self._open:
            self._finish_cell()
            self._open_cell({name: value or "" for name, value in attrs})
        elif tag in ("br", "p", "div") and self._cell:
            self._pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Close what the tag opened."""
        if tag in ("script", "style"):
            self._ignored = max(0, self._ignored - 1)
        elif tag in ("td", "th", "tr"):
            self._finish_cell()
        elif tag == "table" and self._open:
            self._finish_cell()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Collect the text of the open cell."""
        if self._cell and not self._ignored:
            self._pieces.append(data)

    def _open_cell(self, attributes: dict[str, str]) -> None:
        table = self._open[-1]
        if not table.rows:
            table.rows.append([])
        row, col = len(table.rows), len(table.rows[-1])
        while (row, col) in self._taken:
            table.rows[-1].append(None)
            col += 1
        down, across = _span(attributes.get("rowspan")), _span(attributes.get("colspan"))
        table.rows[-1] += [None] * across
        if down > 1:
            self._taken |= {(row + r, col + c) for r in range(1, down) for c in range(across)}
        if down > 1 or across > 1:
            table.merges.append((row, col, row + down - 1, col + across - 1))
        self._cell = (row, col)
        self._pieces = []

    def _finish_cell(self) -> None:
        if self._cell and self._open:
            row, col = self._cell
            lines = (" ".join(line.split()) for line in "".join(self._pieces).split("\n"))
            text = "\n".join(line for line in lines if line)
            self._open[-1].rows[row - 1][col] = text[:LONGEST_TEXT] or None
        self._cell = None


def _span(text: str | None) -> int:
    return min(max(int(text), 1), _MOST_SPAN) if text and text.isdigit() and len(text) < 7 else 1
