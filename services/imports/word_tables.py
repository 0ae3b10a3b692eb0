"""Tables of a .docx file, read by the same streaming pass as workbooks.

Only what the reading of forms needs: the tables with their merged cells, and
the lines of text before each (title, unit and date stand there).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from services.imports.archive import Archive, new_parser
from services.imports.raw import LONGEST_TEXT
from services.imports.text_tables import TextTable
from services.imports.xlsx_sheet import local, small_number

_MAIN = "word/document.xml"
_MOST_SPAN = 200
_LINES_ABOVE = 12


@dataclass
class _OpenTable:
    table: TextTable
    above: list[str]
    starts: dict[int, tuple[int, int]] = field(default_factory=dict)
    span: int = 1
    continued: bool = False
    restarted: bool = False
    pieces: list[str] = field(default_factory=list)


def read_document(archive: Archive) -> list[tuple[TextTable, list[str]]]:
    """Return each table with the lines of text that stand before it.

    Raises:
        Unreadable: The document is damaged or over a limit.
    """
    reader = _DocumentReader()
    parser = new_parser()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    for _ in archive.steps(_MAIN, parser.Parse):
        pass
    return reader.found


class _DocumentReader:
    def __init__(self) -> None:
        self.found: list[tuple[TextTable, list[str]]] = []
        self._above: list[str] = []
        self._line: list[str] = []
        self._open: list[_OpenTable] = []
        self._in_text = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "tbl":
            self._open.append(_OpenTable(TextTable(f"表{len(self.found) + len(self._open) + 1}"), self._above))
            self._above = []
        elif tag == "t":
            self._in_text = True
        elif tag in ("br", "cr"):
            self._put("\n")
        elif tag == "tab":
            self._put(" ")
        elif self._open:
            self._start_in_table(self._open[-1], tag, attributes)

    def end(self, name: str) -> None:
        tag = local(name)
        if tag == "t":
            self._in_text = False
        elif tag == "tc" and self._open:
            self._close_cell(self._open[-1])
        elif tag == "tbl" and self._open:
            done = self._open.pop()
            self.found.append((done.table, done.above))
        elif tag == "p":
            if self._open:
                self._open[-1].pieces.append("\n")
            else:
                self._above = [*self._above, "".join(self._line).strip()][-_LINES_ABOVE:]
                self._line = []

    def data(self, text: str) -> None:
        if self._in_text:
            self._put(text)

    def _put(self, text: str) -> None:
        target = self._open[-1].pieces if self._open else self._line
        target.append(text)

    def _start_in_table(self, opened: _OpenTable, tag: str, attributes: dict[str, str]) -> None:
        value = next((text for key, text in attributes.items() if local(key) == "val"), "")
        if tag == "tr":
            opened.table.rows.append([])
        elif tag == "tc":
            opened.span, opened.continued, opened.restarted, opened.pieces = 1, False, False, []
        elif tag == "gridSpan":
            opened.span = min(max(small_number(value), 1), _MOST_SPAN)
        elif tag == "vMerge":
            opened.continued, opened.restarted = value != "restart", value == "restart"

    def _close_cell(self, opened: _OpenTable) -> None:
        if not opened.table.rows:
            opened.table.rows.append([])
        line = opened.table.rows[-1]
        row, col = len(opened.table.rows), len(line)
        lines = (part.strip() for part in "".join(opened.pieces).split("\n"))
        text = "\n".join(part for part in lines if part)[:LONGEST_TEXT]
        opened.pieces = []
        line += [None if opened.continued else text or None, *[None] * (opened.span - 1)]
        if opened.continued and col in opened.starts:
            index, _first = opened.starts[col]
            first = opened.table.merges[index]
            opened.table.merges[index] = (first[0], first[1], row, first[3])
        elif opened.restarted or opened.span > 1:
            opened.table.merges.append((row, col, row, col + opened.span - 1))
            opened.starts[col] = (len(opened.table.merges) - 1, row)
        else:
            opened.starts.pop(col, None)
