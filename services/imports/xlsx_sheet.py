"""The hot path of reading an .xlsx file: expat handlers for one worksheet.

Every cell of a file passes here, so a cell without content costs two calls
and no memory, and rows leave as JSON lines at once. Element names are
compared without prefix only after the plain spelling did not match.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field

from services.imports.raw import LONGEST_TEXT, Merge, Scalar, Unreadable

LAST_COLUMN, LAST_ROW = 16_383, 1_048_576
MOST_REMARKS = 100_000
_DIGITS = "0123456789"
_PLAIN = frozenset(("", "n", "s", "inlineStr"))
_HOT = frozenset(("c", "v", "t", "is", "row"))
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_LONGEST_NUMBER = 400
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


@dataclass
class Sheet:
    """What is known about a sheet beside its rows.

    Attributes:
        errors: Number of cells that hold an error value.
        last_row: Lowest row with any text, even blanks.
        last_col: Rightmost column with any text, even blanks.
        in_order: No row came twice or before an earlier one.
    """

    name: str
    hidden: bool
    member: str
    merges: list[Merge] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    comments: list[tuple[int, int, str]] = field(default_factory=list)
    non_empty: int = 0
    errors: int = 0
    last_row: int = 0
    last_col: int = 0
    in_order: bool = True


class SheetReader:
    """Handlers of expat for one sheet; the hot path of the whole reading."""

    def __init__(self, sheet: Sheet, texts: list[str | None], struck: set[int], styles: list[int]) -> None:
        """Keep the parts of the book that cells refer to."""
        self.lines: list[bytes] = []
        self.parts: list[str] = []
        self._sheet = sheet
        self._texts = texts
        self._struck = struck
        self._styles = styles
        self._columns: dict[str, int] = {}
        self._row = self._before = 0
        self._hidden = 0
        self._col = -1
        self._kind: str | None = None
        self._style = 0
        self._formula = False
        self._valued = False
        self._phonetic = False
        self._unfilled = 0
        self._inline: list[str] = []
        self._cols: list[int] = []
        self._values: list[Scalar] = []
        self._looks: list[int] = []
        self._marks: list[tuple[int, str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        if name == "c":
            reference = attributes.get("r")
            if reference:
                letters = reference.rstrip(_DIGITS)
                col = self._columns.get(letters)
                self._col = self._new_column(letters) if col is None else col
            else:
                self._col += 1
            self._kind = attributes.get("t")
            style = attributes.get("s")
            self._style = int(style) if style else 0
            self._valued = self._formula = False
        elif name == "v":
            self._valued = True
            self.parts.clear()
        elif name == "t":
            self.parts.clear()
        elif name == "is":
            self._inline = []
        elif name == "row":
            self._open_row(attributes)
        else:
            self._open_other(name, attributes)

    def end(self, name: str) -> None:
        """Close an element."""
        if name == "c":
            if self._valued or self._formula:
                self._close_cell()
        elif name == "v":
            return
        elif name == "t":
            if not self._phonetic:
                self._inline += self.parts
        elif name == "is":
            self._valued = True
            self.parts[:] = self._inline
        elif name == "row":
            if self._cols:
                self._close_row()
        else:
            self._close_other(name)

    def shorten(self) -> None:
        """Drop what a cell holds beyond the longest text; stop at an endless row.

        Raises:
            Unreadable: A row has more cells than a sheet has columns.
        """
        if len(self.parts) > 1:
            self.parts[:] = ["".join(self.parts)[: LONGEST_TEXT + 1]]
        if len(self._cols) > LAST_COLUMN + 1:
            raise Unreadable("corrupt")

    def take(self, row: int, hidden: int, cells: list[tuple[str, ...]]) -> None:
        """Take a row that was understood whole.

        Args:
            row: Its number.
            hidden: Whether it is hidden.
            cells: Letters of the column, style, type, formula, value, text within the cell.

        Raises:
            Unreadable: A row or column beyond the last one.
            ValueError, LookupError: A value that cannot be.
        """
        self.pass_over(row)
        self._hidden = hidden
        columns, texts, struck, styles = self._columns, self._texts, self._struck, self._styles
        known = len(styles)
        for letters, style, kind, formula, stored, inline in cells:
            text = stored or inline
            if not (text or formula):
                continue
            col = columns.get(letters)
            if col is None:
                col = self._new_column(letters)
            if formula or kind not in _PLAIN:
                self._col, self._kind, self._style = col, kind or None, int(style or 0)
                self._valued, self._formula = bool(text), bool(formula)
                self.parts[:] = [text]
                self._close_cell()
                continue
            mark = ""
            value: Scalar
            if kind == "s":
                index = int(text)
                value = texts[index]
                mark = "s" if index in struck else ""
            else:
                value = unescape(text) if kind == "inlineStr" else number(text)
            if value is None:
                self._extend(col)
                continue
            if isinstance(value, str) and len(value) > LONGEST_TEXT:
                value, mark = value[:LONGEST_TEXT], mark + "l"
            if mark:
                self._marks.append((col, mark))
            self._cols.append(col)
            self._values.append(value)
            at = int(style) if style else 0
            self._looks.append(styles[at] if at < known else 0)
        if self._cols:
            self._close_row()

    def pass_over(self, row: int) -> None:
        """Note the number of a row, which the next one may count on.

        Raises:
            Unreadable: It is beyond the last one.
        """
        if not 0 < row <= LAST_ROW:
            raise Unreadable("corrupt")
        self._row, self._col = row, -1

    def _open_row(self, attributes: dict[str, str]) -> None:
        stated = attributes.get("r")
        self.pass_over(int(stated) if stated else self._row + 1)
        self._hidden = int(attributes.get("hidden") in ("1", "true") or attributes.get("ht") == "0")

    def _new_column(self, letters: str) -> int:
        col = column_index(letters)
        self._columns[letters] = col
        return col

    def _open_other(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "f":
            self._formula = True
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "mergeCell":
            area = area_of(attributes.get("ref", ""))
            if area and len(self._sheet.merges) < MOST_REMARKS:
                self._sheet.merges.append(area)
        elif tag == "col" and len(self._sheet.hidden_columns) < MOST_REMARKS and attributes.get("hidden") in ("1", "true"):
            self._sheet.hidden_columns.append(
                (small_number(attributes.get("min")) - 1, min(small_number(attributes.get("max")), LAST_COLUMN + 1) - 1)
            )
        elif tag != name and tag in _HOT:
            self.start(tag, attributes)

    def _close_other(self, name: str) -> None:
        tag = local(name)
        if tag == "rPh":
            self._phonetic = False
        elif tag != name and tag in _HOT:
            self.end(tag)

    def _close_cell(self) -> None:
        text = "".join(self.parts) if self._valued else ""
        mark = ""
        value: Scalar
        if not text:
            # A formula without a stored result is worth a remark; an empty cell is not.
            if not self._formula or self._kind == "str":
                return
            value, mark = "", "n"
            self._unfilled += 1
        elif self._kind == "s":
            index = int(text)
            value = self._texts[index]
            if index in self._struck:
                mark = "s"
        elif self._kind is None or self._kind == "n":
            value = number(text)
        elif self._kind == "b":
            value = text.strip() in ("1", "true")
        elif self._kind in ("e", "d"):
            value, mark = text, self._kind
            self._sheet.errors += mark == "e"
        else:
            value = unescape(text)
        if value is None:
            self._extend(self._col)
            return
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            value, mark = value[:LONGEST_TEXT], mark + "l"
        if self._formula and mark != "n":
            mark += "f"
        if mark:
            self._marks.append((self._col, mark))
        self._cols.append(self._col)
        self._values.append(value)
        self._looks.append(self._styles[self._style] if self._style < len(self._styles) else 0)

    def _close_row(self) -> None:
        self._sheet.non_empty += len(self._values) - self._unfilled
        self._sheet.in_order &= self._row > self._before
        self._before = self._row
        self._extend(max(self._cols))
        self._unfilled = 0
        self.lines.append(encode_row(self._row, self._hidden, self._cols, self._values, self._looks, self._marks))
        self._cols, self._values, self._looks, self._marks = [], [], [], []

    def _extend(self, col: int) -> None:
        self._sheet.last_row = max(self._sheet.last_row, self._row)
        self._sheet.last_col = max(self._sheet.last_col, col)


def encode_row(row: int, hidden: int, cols: list[int], values: list[Scalar], looks: list[int], marks: list[tuple[int, str]]) -> bytes:
    """Return the JSON line of a row; a run of columns is written as its first."""
    place: int | list[int] = cols
    if cols[-1] - cols[0] == len(cols) - 1:
        place = cols[0]
    return _encode((row, hidden, place, values, looks if any(looks) else 0, marks or 0)).encode("utf-8", "replace")


def column_index(letters: str) -> int:
    """Return the column index from 0 for letters like "AB".

    Raises:
        Unreadable: The column is beyond XFD.
    """
    col = 0
    for letter in letters.upper():
        col = col * 26 + ord(letter) - 64
    if not 0 < col <= LAST_COLUMN + 1:
        raise Unreadable("corrupt")
    return col - 1


def number(text: str) -> Scalar:
    """Return the number in the text; what is not a sane number stays text."""
    try:
        if len(text) > _LONGEST_NUMBER:
            return text
        if text.isdigit():
            return int(text)
        value = float(text)
    except ValueError:
        return text.strip() or None
    if not math.isfinite(value):
        return text
    return int(value) if value.is_integer() and abs(value) < 1e21 else value


def unescape(text: str) -> str | None:
    """Return the text without the escapes of the format; None if it is blank."""
    if "_x" in text:
        text = _ESCAPED.sub(_character, text)
    return text if text and not text.isspace() else None


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if 0xD800 <= code <= 0xDFFF else chr(code)


def local(name: str) -> str:
    """Return an element name without its prefix."""
    return name.rpartition(":")[2] if ":" in name else name


def small_number(text: str | None) -> int:
    """Return a whole number of an attribute; 0 if it is not a sane one."""
    return int(text) if text and text.isdigit() and len(text) < 10 else 0


def position(reference: str) -> tuple[int, int] | None:
    """Return (row, col) for a reference like "B5", None if it is none."""
    match = _REFERENCE.fullmatch(reference)
    return (int(match[2]), column_index(match[1])) if match else None


def area_of(reference: str) -> Merge | None:
    """Return (row, col, row, col) for a range like "A1:F2", None if it is none."""
    ends = [position(part) for part in reference.split(":")]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return None
    return (*ends[0], *ends[1])
