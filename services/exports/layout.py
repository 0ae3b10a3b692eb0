"""Paper, widths, heights, pages: one arithmetic for workbook and PDF.

Lengths are millimetres for columns and points for rows, on a sheet of natural
size. A register wider than its paper keeps its sheet and is shrunk by `scale`
when printed, as "fit to one page wide" does; so the numbers of both writers
agree.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.forms import Column, Form
from models.kinds import DATE
from services.exports.printed import BLANK, TOTAL_TEXT, Cell, Printed, plain
from services.exports.wrapping import em, head_lines, title_lines, wrap

POINTS_PER_MM = 72 / 25.4
LINE = 1.45
PAD_PT = 6.0
TALLEST_ROW_PT = 400.0
LABEL_PT, TITLE_PT = 16.0, 22.0
TITLE_FONT_SIZES = (22.0, 20.0, 18.0, 16.0)

_SMALLEST_TEXT = 7.0
_VERTICAL_CHARACTERS = 6
_HEAD_ON_ONE_LINE = 6.0
_LEFT_FROM_MM = 40
_SQUEEZE_MM = 14
_BETWEEN_FACTS = "    "
_FACTS_PT = 10.5
# Spreadsheets know heights in pixels of 0.75 points; what is none they round, and then pages break elsewhere.
_PIXEL_PT = 0.75
# A page begun for a few rows is saved where rows stand this much closer.
_CLOSER_PT = (1.5, 3.0, 4.5)
_CLOSER_LINES_PT = 3.0
_MOST_PAGES_SAVED = 12
# Column widths follow the texts: as much wider to keep a text on its line, as narrow where nobody writes that much.
_LOOKED_AT, _WIDER, _KEPT = 600, 1.35, 0.6
# The reader's font and program may want a little more for the same text, and a little less page.
_LOOSE_MM, _SPARE_PAGE_PT = 1.5, 4.0
# Smaller than this a register cannot be read on paper: then A3, and there its wordy columns wrap earlier.
_LEAST_PRINTED_PT = 7.5
_LEAST_WORDY_MM, _LEAST_OTHER_MM = 22.0, 17.0
_WORDY = ("text", "long", "names", "readonly")
_UNBROKEN = ("date", "time", "code", "phone", "certificate")


@dataclass(frozen=True)
class Paper:
    """A sheet of paper, lying or standing.

    Attributes:
        name: "A4" or "A3".
        width_mm: As it lies.
        height_mm: As it lies.
        margin_mm: On all four sides.
    """

    name: str
    width_mm: float
    height_mm: float
    margin_mm: float = 20

    @property
    def landscape(self) -> bool:
        """Whether it lies."""
        return self.width_mm > self.height_mm

    @property
    def usable_mm(self) -> float:
        """Width between the margins."""
        return self.width_mm - 2 * self.margin_mm


A4_PORTRAIT = Paper("A4", 210, 297)
A4_LANDSCAPE = Paper("A4", 297, 210)
A3_LANDSCAPE = Paper("A3", 420, 297)


@dataclass(frozen=True)
class Head:
    """A heading cell over rows top…bottom and columns left…right."""

    text: str
    top: int
    bottom: int
    left: int
    right: int
    vertical: bool = False


@dataclass(frozen=True)
class Line:
    """A printed row: its cells, its height, the size of each cell's text."""

    cells: tuple[Cell, ...]
    height_pt: float
    sizes_pt: tuple[float, ...]


@dataclass(frozen=True)
class Layout:
    """The measured table.

    Attributes:
        paper: What it is printed on.
        scale: Printed size over natural size, at most 1.
        widths_mm: Column widths, natural size.
        aligns: "left" or "center" per column.
        size_pt: Text size of head and body.
        title: Title lines and `title_pt` their size.
        facts: The line above the table; empty for none.
        heads: Heading cells.
        head_heights_pt: One or two heading rows.
        lines: Printed rows.
        notes: Notes, each already in lines of the table's width.
        merge_total: How many cells 合计 spans; 0 without such a row.
    """

    paper: Paper
    scale: float
    widths_mm: tuple[float, ...]
    aligns: tuple[str, ...]
    size_pt: float
    title: tuple[str, ...]
    title_pt: float
    facts: tuple[str, ...]
    heads: tuple[Head, ...]
    head_heights_pt: tuple[float, ...]
    lines: tuple[Line, ...]
    notes: tuple[tuple[str, ...], ...]
    merge_total: int = 0

    @property
    def width_mm(self) -> float:
        """Width of the table, natural size."""
        return sum(self.widths_mm)

    @property
    def title_height_pt(self) -> float:
        """Height of the title row."""
        return _whole(len(self.title) * self.title_pt * LINE + 10)

    @property
    def label_height_pt(self) -> float:
        """Height of the 附件 row."""
        return _whole(LABEL_PT * LINE + 2)

    @property
    def facts_height_pt(self) -> float:
        """Height of the line above the table."""
        return _whole(len(self.facts) * self.facts_pt * LINE + 8) if self.facts else 0

    @property
    def facts_pt(self) -> float:
        """Text size of the line above the table."""
        return min(self.size_pt, _FACTS_PT)

    def note_height_pt(self, note: Sequence[str]) -> float:
        """Height of one note."""
        return _whole(len(note) * self.size_pt * LINE + 6)


def lay_out(printed: Printed, table: Sequence[tuple[Cell, ...]]) -> Layout:
    """Measure a table.

    Args:
        printed: What is printed.
        table: Its cells, as `printed.cells` makes them.

    Returns:
        Everything that the writers need to know about places and sizes.
    """
    form = printed.form
    size = 12.0 if len(form.columns) <= 6 else 10.5
    paper, scale, widths = _fit(form, size)
    widths = _balanced(form, widths, table, size)
    total_mm = sum(widths)
    title, title_pt = _title(form.title, total_mm)
    aligns = tuple(_align(column) for column in form.columns)
    heads = heads_of(form)
    span = _leading_text_columns(table[-1]) if printed.total else 0
    layout = Layout(
        paper=paper,
        scale=scale,
        widths_mm=widths,
        aligns=aligns,
        size_pt=size,
        title=title,
        title_pt=title_pt,
        facts=_facts(printed, room_em(total_mm, min(size, _FACTS_PT))),
        heads=heads,
        head_heights_pt=_head_heights(heads, widths, size),
        lines=_lines(table, widths, size, span),
        notes=tuple(wrap(plain(note), room_em(total_mm, size)) for note in form.notes),
        merge_total=span,
    )
    return _closed_up(layout, label=bool(printed.label))


def heads_of(form: Form) -> tuple[Head, ...]:
    """Return the heading cells; a column without band spans both rows."""
    bands = form.bands
    last = 1 if bands else 0
    found = [Head(title, 0, 0, left, right) for title, left, right in bands]
    for index, column in enumerate(form.columns):
        vertical = bool(column.band) and _stands(column.title)
        found.append(Head(column.title, last if column.band else 0, last, index, index, vertical))
    return tuple(sorted(found, key=lambda head: (head.top, head.left)))


def room_em(width_mm: float, size_pt: float) -> float:
    """Return how many full-width characters fit beside each other."""
    return (width_mm * POINTS_PER_MM - PAD_PT) / size_pt


def pages(layout: Layout, *, label: bool) -> tuple[tuple[Line, ...], ...]:
    """Share the printed rows among pages; a row taller than a page is cut.

    Args:
        layout: The measured table.
        label: Whether the 附件 line stands above the title.

    Returns:
        Rows per page, at least one page. The notes follow the last row; if
        they do not fit there, it goes with them to the last page: signatures
        never stand on a page without the table.
    """
    height = (layout.paper.height_mm - 2 * layout.paper.margin_mm) * POINTS_PER_MM / layout.scale - _SPARE_PAGE_PT
    body = height - sum(layout.head_heights_pt)
    top = layout.title_height_pt + layout.facts_height_pt + (layout.label_height_pt if label else 0)
    found: list[tuple[Line, ...]] = []
    page: list[Line] = []
    left = body - top
    for line in _cut_tall(layout, body - top):
        if page and line.height_pt > left:
            found.append(tuple(page))
            page, left = [], body
        page.append(line)
        left -= line.height_pt
    if sum(map(layout.note_height_pt, layout.notes)) > left:
        stays = max(1, len(page) - 1)
        found.append(tuple(page[:stays]))
        page = page[stays:]
    return (*found, tuple(page))


def _fit(form: Form, size: float) -> tuple[Paper, float, tuple[float, ...]]:
    widths = [max(column.width_mm, _least_mm(column, size)) for column in form.columns]
    for title, left, right in form.bands:
        short = (em(title) * size + PAD_PT + 0.1) / POINTS_PER_MM - sum(widths[left : right + 1])
        for index in range(left, right + 1):
            widths[index] += max(0.0, short) / (right - left + 1)
    natural = sum(widths)
    declared = sum(column.width_mm for column in form.columns)
    paper = A4_PORTRAIT if declared <= A4_PORTRAIT.usable_mm + 1 and not form.bands else A4_LANDSCAPE
    slack = paper.usable_mm - natural
    if slack >= 0:
        return paper, 1.0, tuple(width * paper.usable_mm / natural for width in widths)
    if slack >= -_SQUEEZE_MM:
        widest = widths.index(max(widths))
        widths[widest] += slack
        return paper, 1.0, tuple(widths)
    least = _LEAST_PRINTED_PT / size
    if paper.usable_mm / natural < least:
        paper = A3_LANDSCAPE
        widths = _narrowed(form, widths, size, paper.usable_mm / least)
    return paper, min(1.0, paper.usable_mm / sum(widths)), tuple(widths)


def _balanced(form: Form, widths: tuple[float, ...], table: Sequence[tuple[Cell, ...]], size: float) -> tuple[float, ...]:
    """Give columns whose texts just miss their line what other columns never fill."""
    if not table:
        return widths
    asked: list[tuple[int, int, float]] = []
    spare = [0.0] * len(widths)
    for index, (column, width) in enumerate(zip(form.columns, widths, strict=True)):
        if column.kind.editor not in _WORDY or column.band:
            continue
        needs = [(_text_em(row[index].text) * size + PAD_PT + 0.2) / POINTS_PER_MM for row in table[:_LOOKED_AT]]
        missed = [need for need in needs if width < need <= width * _WIDER]
        if missed:
            asked.append((len(missed), index, max(missed) + _LOOSE_MM - width))
        elif max(needs) < width:
            spare[index] = max(0.0, width - max(max(needs) + _LOOSE_MM, width * _KEPT, _least_mm(column, size)))
    found = list(widths)
    for _count, index, more in sorted(asked, reverse=True):
        given = min(more, sum(spare))
        if given < more:
            continue  # half a step moves the break and saves no line
        found[index] += given
        for donor, own in enumerate(spare):
            taken = min(own, given)
            found[donor], spare[donor], given = found[donor] - taken, own - taken, given - taken
    return tuple(found)


def _text_em(text: str) -> float:
    return max(map(em, text.split("\n"))) if text else 0.0


def _closed_up(layout: Layout, *, label: bool) -> Layout:
    """Let rows stand a little closer where that saves the last page."""
    count = len(pages(layout, label=label))
    if not 1 < count <= _MOST_PAGES_SAVED:
        return layout
    single = _least_row(layout.size_pt)
    for less in _CLOSER_PT:
        lines = tuple(
            replace(line, height_pt=line.height_pt - (less if line.height_pt <= single else min(less, _CLOSER_LINES_PT)))
            for line in layout.lines
        )
        closer = replace(layout, lines=lines)
        if len(pages(closer, label=label)) < count:
            return closer
    return layout


def _whole(height_pt: float) -> float:
    return math.ceil(height_pt / _PIXEL_PT - 0.001) * _PIXEL_PT


def _least_row(size: float) -> float:
    return _whole(size * LINE + (10 if size < 12 else 12))


def _narrowed(form: Form, widths: Sequence[float], size: float, room_mm: float) -> list[float]:
    """Take what is too wide from columns whose text may wrap, each in proportion to what it can give."""
    excess = sum(widths) - room_mm
    if excess <= 0:
        return list(widths)
    spare = [width - _narrowest_mm(column, width, size) for column, width in zip(form.columns, widths, strict=True)]
    share = min(1.0, excess / (sum(spare) or 1.0))
    return [width - share * own for width, own in zip(widths, spare, strict=True)]


def _narrowest_mm(column: Column, width: float, size: float) -> float:
    kind = column.kind
    if kind.editor in _UNBROKEN or kind.excel == DATE.excel:
        return width
    floor = _LEAST_WORDY_MM if kind.editor in _WORDY else _LEAST_OTHER_MM
    return min(width, max(floor, _least_mm(column, size)))


def _least_mm(column: Column, size: float) -> float:
    # A heading breaks where the form breaks it or before its unit, never inside a short word.
    if column.band and _stands(column.title):
        return 0
    pieces = column.title.replace("（", "\n（").split("\n")
    widest = max(em(piece) for piece in pieces)
    return (min(widest, _HEAD_ON_ONE_LINE) * size + PAD_PT + 0.1) / POINTS_PER_MM


def _stands(title: str) -> bool:
    return 1 < len(title) <= _VERTICAL_CHARACTERS and all(unicodedata.east_asian_width(ch) == "W" for ch in title)


def _align(column: Column) -> str:
    wordy = column.kind.editor == "long" or (column.kind.editor in ("text", "names") and column.width_mm >= _LEFT_FROM_MM)
    return "left" if wordy else "center"


def _title(text: str, total_mm: float) -> tuple[tuple[str, ...], float]:
    text = plain(text).replace("\n", "")
    for size in TITLE_FONT_SIZES:
        if em(text) <= room_em(total_mm, size):
            return (text,), size
    size = TITLE_FONT_SIZES[-2]
    return title_lines(text, room_em(total_mm, size)), size


def _head_heights(heads: Sequence[Head], widths: Sequence[float], size: float) -> tuple[float, ...]:
    rows = max(head.bottom for head in heads) + 1
    heights = [size * LINE + 8] * rows
    if rows == 1:
        heights[0] = size * LINE + 16
    for head in sorted(heads, key=lambda head: head.bottom - head.top):
        missing = _head_height(head, widths, size) - sum(heights[head.top : head.bottom + 1])
        heights[head.bottom] += max(0.0, missing)
    return tuple(map(_whole, heights))


def _head_height(head: Head, widths: Sequence[float], size: float) -> float:
    if head.vertical:
        return len(head.text) * size * LINE + 10
    width = sum(widths[head.left : head.right + 1])
    return len(head_lines(head.text, room_em(width, size))) * size * LINE + 8


def _lines(table: Sequence[tuple[Cell, ...]], widths: Sequence[float], size: float, span: int) -> tuple[Line, ...]:
    found = [_line(row, widths, size) for row in table]
    if span:
        # 合计 stands over its merged cells, not in the first column alone.
        found[-1] = _line(table[-1], (sum(widths[:span]), *widths[1:]), size)
    return tuple(found)


def _line(row: tuple[Cell, ...], widths: Sequence[float], size: float) -> Line:
    sizes = tuple(_text_size(cell, width, size) for cell, width in zip(row, widths, strict=True))
    return Line(row, _whole(max(_least_row(size), *map(_cell_height, row, widths, sizes))), sizes)


def _text_size(cell: Cell, width_mm: float, size: float) -> float:
    # A row may be no higher than a spreadsheet allows: a very long text is set smaller.
    while size > _SMALLEST_TEXT and _cell_height(cell, width_mm, size) > TALLEST_ROW_PT:
        size = max(_SMALLEST_TEXT, size - 1)
    return size


def _cell_height(cell: Cell, width_mm: float, size: float) -> float:
    room = room_em(width_mm, size)
    if len(cell.text) <= room and "\n" not in cell.text:
        return 0.0
    return len(wrap(cell.text, room)) * size * LINE + 6


def _leading_text_columns(total: Sequence[Cell]) -> int:
    span = 1
    while span < len(total) and total[span] == BLANK and total[0].text == TOTAL_TEXT:
        span += 1
    return span


def _cut_tall(layout: Layout, room_pt: float) -> list[Line]:
    found: list[Line] = []
    for line in layout.lines:
        if line.height_pt <= room_pt:
            found.append(line)
            continue
        left = [wrap(cell.text, room_em(*place)) for cell, *place in zip(line.cells, layout.widths_mm, line.sizes_pt, strict=True)]
        fitting = [max(1, int((room_pt - 6) / (size * LINE))) for size in line.sizes_pt]
        while any(left):
            pieces = [lines[:count] for lines, count in zip(left, fitting, strict=True)]
            left = [lines[count:] for lines, count in zip(left, fitting, strict=True)]
            height = max(len(piece) * size * LINE + 6 for piece, size in zip(pieces, line.sizes_pt, strict=True))
            found.append(Line(tuple(Cell("\n".join(piece)) for piece in pieces), height, line.sizes_pt))
    return found


def _facts(printed: Printed, room: float) -> tuple[str, ...]:
    lines: list[str] = []
    for name, value in printed.facts:
        fact = f"{name}：{plain(value)}".replace("\n", " ")
        if lines and em(f"{lines[-1]}{_BETWEEN_FACTS}{fact}") <= room:
            lines[-1] += _BETWEEN_FACTS + fact
        else:
            lines.append(fact)
    return tuple(part for line in lines for part in wrap(line, room))
