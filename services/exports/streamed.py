"""A long table as xlsx, row after row: memory does not grow with its length.

For lists of our own, not for official forms: a title, one row of headings that
stays in view and can be filtered, and the rows as they come. Numbers are
numbers and days days; text is always text.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from models.forms import Column, Row
from services.exports import fonts
from services.exports.archive import NotVerified, atomic_write
from services.exports.printed import Cell, cell_of
from services.exports.workbook import DEFAULT_FONT, FIRST_EXCEL_DAY, LEADS_TO_FORMULA, LONGEST_CELL, PIXELS_PER_MM, TEXT, CellTooLong

MOST_ROWS = 1_000_000  # a sheet has 1,048,576
_HEAD_ROWS = 2
_SIZE_PT, _TITLE_PT = 10, 14
_CHUNK = 1 << 20
_ROW = b"<row "


def deliver_stream(columns: Sequence[Column], rows: Iterable[Row], target: Path, *, title: str, made_at: datetime) -> int:
    """Put a long table as verified xlsx in place; return how many rows it has.

    Args:
        columns: In order.
        rows: Clean rows, asked for one by one; may raise `Cancelled`.
        target: Final place.
        title: Over the headings, and name of the sheet.
        made_at: Moment stored in the file.

    Raises:
        FileTrouble: It cannot be written or does not read back; an old file stays.
        CellTooLong: A text has more than 32,767 characters.
    """
    written = 0

    def write(path: Path) -> None:
        nonlocal written
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
            written = _write(columns, rows, path, Path(scratch), title=title, made_at=made_at)

    def verify(path: Path) -> None:
        found = _count_rows(path) - _HEAD_ROWS
        if found != written:
            raise NotVerified(path=str(target), why=f"应有 {written:,} 行，读到 {max(found, 0):,} 行")

    atomic_write(target, write, verify)
    return written


def _write(columns: Sequence[Column], rows: Iterable[Row], path: Path, scratch: Path, *, title: str, made_at: datetime) -> int:
    whole = io.BytesIO()
    book = xlsxwriter.Workbook(whole, {"constant_memory": True, "tmpdir": str(scratch), "default_format_properties": DEFAULT_FONT})
    book.set_properties({"title": title, "author": "", "created": made_at.astimezone(UTC).replace(tzinfo=None)})
    sheet = book.add_worksheet(title[:31])
    count = 0
    try:
        looks = _Looks(book)
        for index, column in enumerate(columns):
            sheet.set_column_pixels(index, index, max(40, round(column.width_mm * PIXELS_PER_MM)), looks.of(TEXT))
        sheet.write_string(0, 0, title, looks.title)
        for index, column in enumerate(columns):
            sheet.write_string(1, index, column.title.replace("\n", ""), looks.head)
        for row in rows:
            for index, column in enumerate(columns):
                _put(sheet, looks, (_HEAD_ROWS + count, index), column, cell_of(column, row.get(column.key)))
            count += 1
        sheet.freeze_panes(_HEAD_ROWS, 0)
        sheet.autofilter(1, 0, 1 + count, len(columns) - 1)
    except BaseException:
        sheet.row_data_fh.close()
        raise
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as err:
        cause = err.args[0]
        raise OSError(cause.errno, cause.strerror, str(path)) from err
    path.write_bytes(whole.getbuffer())
    return count


class _Looks:
    """The formats of a book, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[str, bool], Any] = {}
        face = fonts.STAND_INS[fonts.BODY]
        self.title = book.add_format({"font_name": fonts.name_for(fonts.HEAD), "font_size": _TITLE_PT, "num_format": TEXT})
        self.head = book.add_format(
            {"font_name": face, "font_size": _SIZE_PT, "bold": True, "border": 1, "align": "center", "num_format": TEXT}
        )

    def of(self, number_format: str, *, quoted: bool = False) -> Any:
        """Return the look of a cell."""
        key = (number_format, quoted)
        if key not in self._made:
            look: dict[str, object] = {"font_name": fonts.STAND_INS[fonts.BODY], "font_size": _SIZE_PT, "num_format": number_format}
            self._made[key] = self._book.add_format(look | ({"quote_prefix": True} if quoted else {}))
        return self._made[key]


def _put(sheet: Any, looks: _Looks, place: tuple[int, int], column: Column, cell: Cell) -> None:
    """Write one cell; an empty one is left to the format of its column."""
    if cell.day is not None and cell.day >= FIRST_EXCEL_DAY:
        sheet.write_datetime(*place, cell.day, looks.of(column.kind.excel if column.kind.excel != TEXT else "yyyy-mm-dd"))
    elif cell.number is not None:
        sheet.write_number(*place, cell.number, looks.of("0" + ("." + "0" * cell.decimals if cell.decimals else "")))
    elif len(cell.text) > LONGEST_CELL:
        raise CellTooLong(row=place[0] + 1, title=column.title.replace("\n", ""), count=len(cell.text))
    elif cell.text:
        sheet.write_string(*place, cell.text, looks.of(TEXT, quoted=cell.text.startswith(LEADS_TO_FORMULA)))


def _count_rows(path: Path) -> int:
    """Read the whole file back, check sums included, and count its rows."""
    try:
        with zipfile.ZipFile(path) as book, book.open("xl/worksheets/sheet1.xml") as sheet:
            count, tail = 0, b""
            while chunk := sheet.read(_CHUNK):
                joined = tail + chunk
                count += joined.count(_ROW)
                tail = joined[-len(_ROW) + 1 :]
            return count
    except (zipfile.BadZipFile, KeyError) as err:
        raise NotVerified(path=str(path), why="打不开或没有表") from err
