"""Official tables as PDF: the geometry of `layout`, fonts inside, fixed bytes.

Drawn straight on the canvas, row by row: pages are known beforehand, so the
head repeats and "第 x 页，共 y 页" is right without a second pass, and a
register of some thousand rows takes seconds.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reportlab.pdfgen.canvas import Canvas

from services.exports import fonts, glyphs
from services.exports.layout import LABEL_PT, LINE, POINTS_PER_MM, Head, Layout, Line, lay_out, pages, room_em
from services.exports.printed import Printed, cells
from services.exports.wrapping import head_lines, wrap
from services.progress import Progress, silent

_RULE_PT = 0.5
_PAD_PT = 3.0
_BETWEEN_PT = 16.0
_FOOTER_PT = 9.0
_FOOTER_MM = 11.0
_WATERMARK_GREY = 0.92


@dataclass(frozen=True)
class Drawn:
    """What a PDF became.

    Attributes:
        pages: Number of pages.
        missing: Characters that no font has; each is drawn as 〓.
    """

    pages: int
    missing: tuple[str, ...]


def write_pdf(printed: Printed, target: Path, *, made_at: datetime, progress: Progress = silent) -> Drawn:
    """Write a table as PDF, the same bytes for the same input.

    Args:
        printed: The table.
        target: Path to write; put it in place with `archive.atomic_write`.
        made_at: Moment stored in the file, from `clock.now()`.
        progress: Told after each page; may stop the work.

    Returns:
        The number of pages, and the characters that no font has.

    Raises:
        OSError: The path cannot be written, or the bundled fonts are not there.
        Cancelled: The user stopped it.
    """
    return write_book([printed], target, title=printed.form.title, made_at=made_at, progress=progress)


def write_book(parts: Sequence[Printed], target: Path, *, title: str, made_at: datetime, progress: Progress = silent) -> Drawn:
    """Write several tables as one PDF, numbered through.

    A table that fits under the one before stands there, else it begins a page.

    Args:
        parts: The tables, in order.
        target: Path to write; put it in place with `archive.atomic_write`.
        title: Title that the file carries.
        made_at: Moment stored in the file, from `clock.now()`.
        progress: Told after each page; may stop the work.

    Returns:
        The number of pages, and the characters that no font has.

    Raises:
        OSError: The path cannot be written, or the bundled fonts are not there.
        Cancelled: The user stopped it.
    """
    sheets = _shared(parts)
    canvas = Canvas(str(target), pagesize=_size(sheets[0][0].layout), invariant=1, pageCompression=1)
    stamp(canvas, made_at)
    canvas.setTitle(title)
    canvas.setCreator("")
    canvas.setAuthor("")
    book = glyphs.Glyphs()
    for number, sheet in enumerate(sheets, start=1):
        first = sheet[0]
        canvas.setPageSize(_size(first.layout))
        page = _Page(canvas, first.layout, book)
        page.begin(first.printed.watermark)
        for piece in sheet:
            page.layout, page.top = piece.layout, page.top + (0 if piece is first else _BETWEEN_PT)
            page.draw_piece(piece)
        page.end(f"第 {number} 页，共 {len(sheets)} 页")
        progress(number, len(sheets), first.printed.form.title)
    canvas.save()
    return Drawn(len(sheets), tuple(book.missing))


def pdf_faults(path: Path, expected_pages: int) -> str:
    """Return what is wrong with the structure of a PDF written here, or "".

    Args:
        path: The file.
        expected_pages: Pages that were drawn.

    Raises:
        OSError: It cannot be read.
    """
    data = path.read_bytes()
    if not data.startswith(b"%PDF-1.") or not data.rstrip().endswith(b"%%EOF"):
        return "文件头或文件尾不完整"
    start = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", data)
    table = data[int(start[1]) :] if start else b""
    head = re.match(rb"xref\s+0 (\d+)\s+", table)
    if head is None:
        return "没有对象索引"
    entries = re.findall(rb"(\d{10}) \d{5} n", table[: table.index(b"trailer")])
    if len(entries) != int(head[1]) - 1:
        return "对象索引不完整"
    for number, offset in enumerate(entries, start=1):
        if not data.startswith(b"%d 0 obj" % number, int(offset)):
            return f"第 {number} 个对象不在索引所说的位置"
    found = len(re.findall(rb"/Type /Page\s", data))
    return "" if found == expected_pages else f"应有 {expected_pages} 页，读回 {found} 页"


@dataclass(frozen=True)
class _Look:
    """How a block of text is set: font role, size, and where in its width."""

    role: str
    size: float
    align: str = "center"


@dataclass(frozen=True)
class _Piece:
    """What one table puts on one page.

    Attributes:
        opens: The table begins here: label, title and facts stand above it.
        closes: It ends here: its notes follow.
    """

    printed: Printed
    layout: Layout
    lines: tuple[Line, ...]
    opens: bool
    closes: bool

    @property
    def height_pt(self) -> float:
        """Height that it takes."""
        layout = self.layout
        label = layout.label_height_pt if self.printed.label else 0
        top = label + layout.title_height_pt + layout.facts_height_pt if self.opens else 0
        notes = sum(map(layout.note_height_pt, layout.notes)) if self.closes else 0
        return top + sum(layout.head_heights_pt) + sum(line.height_pt for line in self.lines) + notes


def _shared(parts: Sequence[Printed]) -> list[list[_Piece]]:
    """Share tables among pages."""
    found: list[list[_Piece]] = []
    for printed in parts:
        layout = lay_out(printed, cells(printed))
        own = pages(layout, label=bool(printed.label))
        for number, lines in enumerate(own, start=1):
            piece = _Piece(printed, layout, lines, opens=number == 1, closes=number == len(own))
            if found and len(own) == 1 and _fits(found[-1], piece):
                found[-1].append(piece)
            else:
                found.append([piece])
    return found


def _fits(sheet: Sequence[_Piece], piece: _Piece) -> bool:
    paper = piece.layout.paper
    if sheet[0].layout.paper != paper or piece.layout.scale < 1 or sheet[0].layout.scale < 1:
        return False
    used = sum(one.height_pt + _BETWEEN_PT for one in sheet)
    return used + piece.height_pt <= (paper.height_mm - 2 * paper.margin_mm) * POINTS_PER_MM


@dataclass
class _Page:
    """One page while it is drawn, in points of the sheet's natural size."""

    canvas: Any
    layout: Layout
    book: glyphs.Glyphs
    top: float = 0.0

    def begin(self, watermark: str) -> None:
        """Set the scale and the corner; draw the watermark under everything."""
        paper = self.layout.paper
        self.canvas.saveState()
        if watermark:
            self._watermark(watermark)
        left = (paper.width_mm - self.layout.width_mm * self.layout.scale) / 2 * POINTS_PER_MM
        self.canvas.translate(left, (paper.height_mm - paper.margin_mm) * POINTS_PER_MM)
        self.canvas.scale(self.layout.scale, self.layout.scale)
        self.canvas.setLineWidth(_RULE_PT)

    def draw_piece(self, piece: _Piece) -> None:
        """Draw what a table has on this page."""
        layout = piece.layout
        if piece.opens:
            self.draw_top(piece.printed.label)
        if piece.lines or piece.opens:
            self.draw_heads()
        for line in piece.lines:
            self.draw_line(line, span=layout.merge_total if line is layout.lines[-1] else 0)
        if piece.closes:
            self.draw_notes()

    def draw_top(self, label: str) -> None:
        """Draw label, title and facts of the first page."""
        layout = self.layout
        width = layout.width_mm * POINTS_PER_MM
        if label:
            self._block((label,), 0, width, layout.label_height_pt, _Look(fonts.HEAD, LABEL_PT, "edge"))
            self.top += layout.label_height_pt
        self._block(layout.title, 0, width, layout.title_height_pt, _Look(fonts.TITLE, layout.title_pt))
        self.top += layout.title_height_pt
        if layout.facts:
            self._block(layout.facts, 0, width, layout.facts_height_pt, _Look(fonts.BODY, layout.facts_pt, "edge"))
            self.top += layout.facts_height_pt

    def draw_heads(self) -> None:
        """Draw the heading rows, as on every page."""
        heights = self.layout.head_heights_pt
        for head in self.layout.heads:
            left, right = self._edges(head.left, head.right)
            height = sum(heights[head.top : head.bottom + 1])
            self._draw_head(head, left, right - left, sum(heights[: head.top]), height)
        self.top += sum(heights)

    def draw_line(self, line: Line, *, span: int) -> None:
        """Draw a row; the first `span` cells as one."""
        for index, cell in enumerate(line.cells):
            if 0 < index < span:
                continue
            left, right = self._edges(index, span - 1 if index == 0 and span else index)
            self.canvas.rect(left, -self.top - line.height_pt, right - left, line.height_pt)
            if cell.text:
                size = line.sizes_pt[index]
                lines = wrap(cell.text, room_em((right - left) / POINTS_PER_MM, size))
                align = "center" if index < span else self.layout.aligns[index]
                self._block(lines, left, right - left, line.height_pt, _Look(fonts.BODY, size, align))
        self.top += line.height_pt

    def draw_notes(self) -> None:
        """Draw the notes under the table."""
        for note in self.layout.notes:
            height = self.layout.note_height_pt(note)
            self._block(note, 0, self.layout.width_mm * POINTS_PER_MM, height, _Look(fonts.BODY, self.layout.size_pt, "edge"))
            self.top += height

    def end(self, footer: str) -> None:
        """Draw the page number and finish the page."""
        self.canvas.restoreState()
        runs = self.book.runs(fonts.BODY, footer)
        middle = self.layout.paper.width_mm * POINTS_PER_MM / 2
        self._text(runs, middle - self.book.width(runs, _FOOTER_PT) / 2, _FOOTER_MM * POINTS_PER_MM, _FOOTER_PT)
        self.canvas.showPage()

    def _draw_head(self, head: Head, left: float, width: float, offset: float, height: float) -> None:
        size = self.layout.size_pt
        self.canvas.rect(left, -self.top - offset - height, width, height)
        lines = tuple(head.text) if head.vertical else head_lines(head.text, room_em(width / POINTS_PER_MM, size))
        self.top += offset
        self._block(lines, left, width, height, _Look(fonts.HEAD, size))
        self.top -= offset

    def _block(self, lines: tuple[str, ...], left: float, width: float, height: float, look: _Look) -> None:
        size = look.size
        step = size * (LINE - 0.12)
        baseline = -self.top - (height - step * len(lines)) / 2 - step / 2 - size * 0.36
        for line in lines:
            runs = self.book.runs(look.role, line)
            wide = self.book.width(runs, size)
            # The widths of `layout` are estimates: a line that comes out longer is drawn narrower, never outside.
            narrow = min(1.0, (width - 2 * _PAD_PT) / wide) if wide else 1.0
            inset = _PAD_PT if look.align == "left" else (width - wide * narrow) / 2
            start = left + inset if look.align != "edge" else left
            self._text(runs, start, baseline, size, narrow=narrow)
            baseline -= step

    def _text(self, runs: list[tuple[str, str]], left: float, baseline: float, size: float, *, narrow: float = 1.0) -> None:
        text = self.canvas.beginText(left, baseline)
        if narrow < 1:
            text.setHorizScale(narrow * 100)
        for name, piece in runs:
            text.setFont(name, size)
            text.textOut(piece)
        self.canvas.drawText(text)

    def _watermark(self, word: str) -> None:
        paper = self.layout.paper
        self.canvas.saveState()
        self.canvas.setFillGray(_WATERMARK_GREY)
        self.canvas.translate(paper.width_mm * POINTS_PER_MM / 2, paper.height_mm * POINTS_PER_MM / 2)
        self.canvas.rotate(30)
        size = min(140.0, paper.width_mm * POINTS_PER_MM * 0.7 / max(1, len(word)))
        runs = self.book.runs(fonts.HEAD, word)
        self._text(runs, -self.book.width(runs, size) / 2, -size * 0.36, size)
        self.canvas.restoreState()

    def _edges(self, first: int, last: int) -> tuple[float, float]:
        widths = self.layout.widths_mm
        return sum(widths[:first]) * POINTS_PER_MM, sum(widths[: last + 1]) * POINTS_PER_MM


def _size(layout: Layout) -> tuple[float, float]:
    return layout.paper.width_mm * POINTS_PER_MM, layout.paper.height_mm * POINTS_PER_MM


def stamp(canvas: Any, made_at: datetime) -> None:
    """Date a canvas with a moment instead of the time of writing."""
    # In its invariant mode reportlab dates every file 2000-01-01; the moment given is as fixed and true.
    moment = made_at.astimezone(UTC)
    stamp = canvas._doc._timeStamp
    stamp.t = moment.timestamp()
    stamp.lt = time.gmtime(stamp.t)
    stamp.YMDhms = tuple(stamp.lt)[:6]
