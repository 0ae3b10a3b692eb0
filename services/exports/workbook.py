"""Official tables as xlsx, drawn cell by cell; and read back by another library.

Text from people is always written as text: a name that begins with "=" stays
a name. Numbers are real numbers, there are no formulas, and the same input
gives the same bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.cell.cell import MergedCell

from models.forms import Column, Context, Form, Row
from services.errors import Refused
from services.exports import fonts
from services.exports.layout import LABEL_PT, TALLEST_ROW_PT, Head, Layout, Line, lay_out, pages, room_em
from services.exports.printed import FEN_PER_WAN, Cell, Printed, cells
from services.exports.wrapping import wrap

MARGIN_INCHES = 20 / 25.4
TEXT = "@"

PIXELS_PER_MM = 96 / 25.4
# Column widths are counted in digits of the book's default font. This one is 7 pixels
# wide in Excel, in WPS, and in LibreOffice even where another font stands in for it.
DEFAULT_FONT = {"font_name": "Verdana", "font_size": 8, "font_scheme": "none"}
LONGEST_CELL = 32_767
FIRST_EXCEL_DAY = date(1900, 3, 1)
LEADS_TO_FORMULA = tuple("=+-@＝＋－＠")
_PAPER_CODES = {"A4": 9, "A3": 8}
_STACKED = 270
_CHINESE = 134
# The built-in number of "@", so that Excel calls the cell 文本.
_TEXT_INDEX = 49

Grid = list[tuple[object, ...]]


class CellTooLong(Refused):
    """A text does not fit into a spreadsheet cell."""

    code = "cell_too_long"
    template = "第 {row} 行“{title}”有 {count} 个字，表格的一格最多放 32,767 个字。"
    mend = "把这一格的文字改短后再导出。"


def write_workbook(printed: Printed, target: Path, *, made_at: datetime) -> None:
    """Write a table as an xlsx workbook.

    Args:
        printed: The table.
        target: Path to write; put it in place with `archive.atomic_write`.
        made_at: Moment stored in the file, from `clock.now()`.

    Raises:
        OSError: The path cannot be written.
        CellTooLong: A text has more than 32,767 characters.
    """
    write_book((printed,), target, title=printed.form.title, made_at=made_at)


def write_book(tables: Sequence[Printed], target: Path, *, title: str, made_at: datetime) -> None:
    """Write several tables as one workbook, a sheet each.

    Args:
        tables: In the order of the sheets; their names must differ.
        target: Path to write; put it in place with `archive.atomic_write`.
        title: Kept in the file.
        made_at: Moment stored in the file, from `clock.now()`.

    Raises:
        OSError: The path cannot be written.
        CellTooLong: A text has more than 32,767 characters.
    """
    # It grows in memory: a zip that breaks off on a full drive would tell of it once more when it is thrown away.
    whole = io.BytesIO()
    book = xlsxwriter.Workbook(whole, {"in_memory": True, "default_format_properties": DEFAULT_FONT})
    book.set_properties({"title": title, "author": "", "created": made_at.astimezone(UTC).replace(tzinfo=None)})
    formats: dict[tuple[tuple[str, object], ...], Any] = {}
    for printed in tables:
        layout = lay_out(printed, cells(printed))
        sheet = _Sheet(book, book.add_worksheet(_sheet_name(printed)), layout, _formats=formats)
        first_head = sheet.draw_top(printed)
        first_row = sheet.draw_heads(first_head)
        sheet.draw_lines(printed.form)
        sheet.draw_notes()
        _set_page(sheet, printed, first_head, first_row)
    book.close()
    target.write_bytes(whole.getbuffer())


def read_back_workbook(path: Path, form: Form) -> list[Row]:
    """Read the rows of a workbook written here, with an independent library.

    Args:
        path: The workbook.
        form: The form it was written from.

    Returns:
        The rows with values of the form's kinds, blank rows left out.

    Raises:
        OSError: It cannot be read.
        ValueError: It has no table of this form.
    """
    rows = []
    for values in read_grid(path, form):
        row = {column.key: _value(column, value) for column, value in zip(form.columns, values, strict=True)}
        if any(value not in (None, "", ()) for key, value in row.items() if key != "no"):
            rows.append(row)
    return rows


def read_grid(path: Path, form: Form, *, sheet_number: int = 0) -> Grid:
    """Return the raw cells under the heads, padded rows included.

    Raises:
        OSError: It cannot be read.
        ValueError: It has no table of this form.
    """
    return grid_of(openpyxl.load_workbook(path).worksheets[sheet_number], form)


def grid_of(sheet: Any, form: Form) -> Grid:
    """Return the raw cells under the heads of an opened sheet.

    Raises:
        ValueError: It has no table of this form.
    """
    width = len(form.columns)
    first = _first_row(sheet, form)
    last = sheet.max_row - len(form.notes)
    found: Grid = []
    for row in sheet.iter_rows(min_row=first, max_row=last, max_col=width):
        if not isinstance(row[0], MergedCell):
            found.append(tuple(cell.value for cell in row))
    return found


def stored(printed: Printed) -> Grid:
    """Return what `read_grid` must find for a table."""
    return [tuple(_stored(cell) for cell in row) for row in cells(printed)]


@dataclass
class _Sheet:
    """The sheet being drawn, with the row that comes next."""

    book: Any
    sheet: Any
    layout: Layout
    row: int = 0
    _formats: dict[tuple[tuple[str, object], ...], Any] = field(default_factory=dict)

    def format(self, **look: object) -> Any:
        """Return the format with these properties; each is made once."""
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format({"valign": "vcenter", "font_charset": _CHINESE, **look})
        return self._formats[key]

    def title_of(self, index: int) -> str:
        """Return the heading of a column on one line."""
        return [head.text for head in self.layout.heads if head.left == head.right == index][-1].replace("\n", "")

    def draw_top(self, printed: Printed) -> int:
        """Draw label, title and facts; return the row of the first heading."""
        layout = self.layout
        for index, width in enumerate(layout.widths_mm):
            self.sheet.set_column_pixels(index, index, max(1, round(width * PIXELS_PER_MM)))
        if printed.label:
            look = self.format(font_name=fonts.name_for(fonts.HEAD), font_size=LABEL_PT, align="left")
            self._full_width([printed.label], layout.label_height_pt, look)
        broken = len(layout.title) > 1
        look = self.format(font_name=fonts.name_for(fonts.TITLE), font_size=layout.title_pt, align="center", text_wrap=broken)
        self._full_width(list(layout.title), layout.title_height_pt, look)
        if layout.facts:
            # One line stays one line whatever font the reader has.
            fitting = "text_wrap" if len(layout.facts) > 1 else "shrink"
            look = self.format(font_name=fonts.STAND_INS[fonts.BODY], font_size=layout.facts_pt, align="left", **{fitting: True})
            self._full_width(list(layout.facts), layout.facts_height_pt, look)
        return self.row

    def draw_heads(self, first: int) -> int:
        """Draw the heading rows; return the row after them."""
        for height in self.layout.head_heights_pt:
            self.sheet.set_row(self.row, height)
            self.row += 1
        for head in self.layout.heads:
            self._draw_head(head, first)
        return self.row

    def draw_lines(self, form: Form) -> None:
        """Draw all rows, the padded ones and the total included."""
        for number, line in enumerate(self.layout.lines, start=1):
            span = self.layout.merge_total if number == len(self.layout.lines) else 0
            self._draw_line(line, form, span)

    def draw_notes(self) -> None:
        """Draw the notes under the table."""
        look = self.format(font_name=fonts.STAND_INS[fonts.BODY], font_size=self.layout.size_pt, align="left", text_wrap=True)
        for note in self.layout.notes:
            self._full_width(["".join(note)], self.layout.note_height_pt(note), look)

    def _draw_head(self, head: Head, first: int) -> None:
        look: dict[str, object] = {"font_name": fonts.name_for(fonts.HEAD), "font_size": self.layout.size_pt}
        look |= {"align": "center", "border": 1, **({"rotation": _STACKED} if head.vertical else {"text_wrap": True})}
        form = self.format(**look)
        if (head.top, head.left) == (head.bottom, head.right):
            self.sheet.write_string(first + head.top, head.left, head.text, form)
        else:
            self.sheet.merge_range(first + head.top, head.left, first + head.bottom, head.right, head.text, form)

    def _draw_line(self, line: Line, form: Form, span: int) -> None:
        # A row higher than a spreadsheet allows is spread over several, merged column by column.
        rows = int(line.height_pt // (TALLEST_ROW_PT + 0.01)) + 1
        for offset in range(rows):
            self.sheet.set_row(self.row + offset, line.height_pt / rows)
        for index, cell in enumerate(line.cells):
            align = "center" if index < span else self.layout.aligns[index]
            look = self._cell_format(cell, form.columns[index], align, line.sizes_pt[index], self.layout.widths_mm[index])
            if rows > 1:
                self.sheet.merge_range(self.row, index, self.row + rows - 1, index, "", look)
            if index == 0 and span > 1:
                self.sheet.merge_range(self.row, 0, self.row, span - 1, "", look)
            if span <= 1 or index == 0 or index >= span:
                self._write(self.row, index, cell, look)
        self.row += rows

    def _cell_format(self, cell: Cell, column: Column, align: str, size: float, width_mm: float) -> Any:
        look: dict[str, object] = {"font_name": fonts.STAND_INS[fonts.BODY], "font_size": size, "align": align, "border": 1}
        if _is_day(cell):
            look["num_format"] = column.kind.excel if column.kind.excel != TEXT else "yyyy-mm-dd"
        elif cell.number is not None:
            look["num_format"] = "0" + ("." + "0" * cell.decimals if cell.decimals else "")
            if not cell.text:
                look["num_format"] = "0;-0;;@"
        else:
            numeric = column.kind.editor in ("count", "amount", "date") and not cell.text
            look["num_format"] = "General" if numeric else _TEXT_INDEX
            # A phone number that fits must stay on its line whatever font the reader has.
            one_line = align == "center" and len(wrap(cell.text, room_em(width_mm, size))) == 1
            look["shrink" if one_line else "text_wrap"] = True
            if cell.text.startswith(LEADS_TO_FORMULA):
                look["quote_prefix"] = True
        return self.format(**look)

    def _write(self, row: int, index: int, cell: Cell, look: Any) -> None:
        if _is_day(cell):
            self.sheet.write_datetime(row, index, cell.day, look)
        elif cell.number is not None:
            self.sheet.write_number(row, index, cell.number, look)
        elif not cell.text:
            self.sheet.write_blank(row, index, None, look)
        elif len(cell.text) > LONGEST_CELL:
            raise CellTooLong(row=row + 1, title=self.title_of(index), count=len(cell.text))
        else:
            self.sheet.write_string(row, index, cell.text, look)

    def _full_width(self, lines: list[str], height: float, look: Any) -> None:
        last = len(self.layout.widths_mm) - 1
        self.sheet.set_row(self.row, height)
        if last:
            self.sheet.merge_range(self.row, 0, self.row, last, "", look)
        self.sheet.write_string(self.row, 0, "\n".join(lines), look)
        self.row += 1


def _set_page(sheet: _Sheet, printed: Printed, first_head: int, first_row: int) -> None:
    page = sheet.sheet
    layout = sheet.layout
    page.set_paper(_PAPER_CODES[layout.paper.name])
    if layout.paper.landscape:
        page.set_landscape()
    margin = MARGIN_INCHES
    page.set_margins(left=margin, right=margin, top=margin, bottom=margin)
    shared = pages(layout, label=bool(printed.label))
    # As many pages as the PDF: a reader whose fonts run higher shrinks by a hair and begins no page for the notes alone.
    whole = sum(map(len, shared)) == len(layout.lines)
    page.fit_to_pages(1, len(shared) if whole else 0)
    page.center_horizontally()
    page.repeat_rows(first_head, first_row - 1)
    page.print_area(0, 0, sheet.row - 1, len(layout.widths_mm) - 1)
    page.freeze_panes(first_row, 0)
    page.hide_gridlines(2)
    page.set_footer(f'&C&"{fonts.PAGE_NUMBERS},Regular"&9第 &P 页，共 &N 页', {"margin": 0.4})
    if printed.watermark:
        word = printed.watermark.replace("&", "&&")
        page.set_header(f'&R&"{fonts.name_for(fonts.HEAD)},Regular"&18&K9A9A9A{word}', {"margin": 0.3})


def _sheet_name(printed: Printed) -> str:
    name = re.sub(r"[\[\]:*?/\\']", " ", printed.label or printed.form.title).strip()
    return name[:31] or "Sheet1"


def _is_day(cell: Cell) -> bool:
    return cell.day is not None and cell.day >= FIRST_EXCEL_DAY


def _stored(cell: Cell) -> object:
    if _is_day(cell) and cell.day is not None:
        return datetime.combine(cell.day, time())
    if cell.number is not None:
        return float(cell.number) if isinstance(cell.number, Decimal) and cell.decimals else int(cell.number)
    return cell.text or None


def _first_row(sheet: Any, form: Form) -> int:
    titles = [column.title for column in form.columns]
    height = 2 if form.bands else 1
    rows = list(sheet.iter_rows(max_col=len(titles), max_row=min(sheet.max_row, 12)))
    for upper, lower in pairwise([*rows, rows[-1]]):
        read = [(lower if height == 2 and column.band else upper)[index].value for index, column in enumerate(form.columns)]
        if read == titles:
            return int(upper[0].row) + height
    raise ValueError("the heads of the form are not in the workbook")


def _value(column: Column, value: object) -> object:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    if column.kind.editor == "amount" and isinstance(value, int | float):
        return int((Decimal(str(value)) * FEN_PER_WAN).to_integral_value())
    if column.kind.editor == "count" and isinstance(value, int | float):
        return int(value)
    reading = column.kind.parse(value, Context(header=column.title))
    return value if reading.value is None else reading.value


def as_differences(expected: Grid, found: Grid, names: Mapping[int, str]) -> str:
    """Return the first difference of two grids in words; empty if there is none."""
    if len(expected) != len(found):
        return f"应有 {len(expected)} 行，读回 {len(found)} 行"
    for number, (wanted, read) in enumerate(zip(expected, found, strict=True), start=1):
        for index, (one, other) in enumerate(zip(wanted, read, strict=True)):
            if one != other:
                return f"第 {number} 行“{names.get(index, '')}”不同"
    return ""
