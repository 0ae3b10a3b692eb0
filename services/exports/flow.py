"""A docx laid out on pages, for the preview and for its PDF twin.

Only what reports of the office hold: paragraphs, tables of a fixed grid, page
numbers outside. The measures are those of `exports.word`; where Word itself
breaks the pages stays Word's own affair.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Emu
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from services.exports import fonts, glyphs
from services.exports.layout import A4_PORTRAIT, LINE, POINTS_PER_MM, room_em
from services.exports.pdf import Drawn, stamp
from services.exports.word import BOTTOM_MM, CELL_PAD_PT, LEFT_MM, LINE_PT, PAGE_PT, TABLE_PT, TEXT_MM, TEXT_PT, TITLE_PT, TOP_MM
from services.exports.wrapping import em, wrap

_ROW_PAD_PT = 2 * CELL_PAD_PT
_FOOTER_MM = 22.0
_RULE_PT = 0.5
_INSIDE_PT = 3.0
_WATERMARK_PT = 22.0
_GREY = 0.6
_ROLES = {"Heading 1": fonts.HEAD, "Heading 2": fonts.KAI}


class Box(NamedTuple):
    """A ruled rectangle, in points from the top left of the paper."""

    left: float
    top: float
    width: float
    height: float


class Text(NamedTuple):
    """A line of words; `side` is "left" or "center" within its width."""

    words: str
    left: float
    baseline: float
    width: float
    size: float
    role: str = fonts.BODY
    side: str = "center"


class Picture(NamedTuple):
    """A picture and where it stands, in points from the top left of the paper."""

    box: Box
    data: bytes


@dataclass
class SheetPage:
    """One page: what is ruled, what is written, what is shown."""

    boxes: list[Box] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)


def lay_out_document(data: bytes) -> tuple[SheetPage, ...]:
    """Return the pages of a docx as this program draws them.

    Args:
        data: The file.
    """
    document = docx.Document(io.BytesIO(data))
    flow = _Flow()
    blocks = list(document.iter_inner_content())
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        if hasattr(block, "rows"):
            flow.table(block)
        else:
            flow.block(block, before=_least(following))
    marks = [one.text for one in document.sections[0].header.paragraphs if one.text]
    for number, page in enumerate(flow.pages, start=1):
        page.texts.append(_page_number(number))
        if marks:
            width = em(marks[0]) * _WATERMARK_PT
            left = (LEFT_MM + TEXT_MM) * POINTS_PER_MM - width
            page.texts.append(Text(marks[0], left, 25 * POINTS_PER_MM, width, _WATERMARK_PT, fonts.HEAD, "left"))
    return tuple(flow.pages)


def write_document_pdf(data: bytes, target: Path, *, title: str, made_at: datetime) -> Drawn:
    """Write the PDF twin of a docx, the same bytes for the same input.

    Args:
        data: The docx.
        target: Path to write; put it in place with `archive.atomic_write`.
        title: Kept in the file.
        made_at: Moment stored in the file.

    Raises:
        OSError: The path cannot be written.
    """
    paper = A4_PORTRAIT
    size = (paper.width_mm * POINTS_PER_MM, paper.height_mm * POINTS_PER_MM)
    canvas = Canvas(str(target), pagesize=size, invariant=1, pageCompression=1)
    stamp(canvas, made_at)
    canvas.setTitle(title)
    canvas.setCreator("")
    canvas.setAuthor("")
    book = glyphs.Glyphs()
    laid_out = lay_out_document(data)
    for page in laid_out:
        canvas.setLineWidth(_RULE_PT)
        for box in page.boxes:
            canvas.rect(box.left, size[1] - box.top - box.height, box.width, box.height)
        for shown in page.pictures:
            box = shown.box
            canvas.drawImage(ImageReader(io.BytesIO(shown.data)), box.left, size[1] - box.top - box.height, box.width, box.height)
        for text in page.texts:
            _write(canvas, book, text, size[1])
        canvas.showPage()
    canvas.save()
    return Drawn(len(laid_out), tuple(book.missing))


class _Flow:
    """Lets text run over as many pages as it needs."""

    def __init__(self) -> None:
        self.pages = [SheetPage()]
        self.left = LEFT_MM * POINTS_PER_MM
        self.width = TEXT_MM * POINTS_PER_MM
        self.bottom = (A4_PORTRAIT.height_mm - BOTTOM_MM) * POINTS_PER_MM
        self.top = TOP_MM * POINTS_PER_MM

    def block(self, paragraph: Any, *, before: float = 0.0) -> None:
        """Write a paragraph in the look that its style and place ask for.

        Args:
            paragraph: The paragraph.
            before: Points that a caption wants below it: it never parts from what it names.
        """
        text, style = paragraph.text, str(paragraph.style.name)
        align = paragraph.alignment if paragraph.alignment is not None else paragraph.style.paragraph_format.alignment
        if style == "公文标题":
            self._lines((text,), size=TITLE_PT, role=fonts.TITLE, side="center", step=34)
        elif align == WD_ALIGN_PARAGRAPH.RIGHT:
            inset = paragraph.paragraph_format.right_indent
            edge = self.width - (inset.pt if inset is not None else 0)
            self._lines((text,), left=max(0.0, edge - em(text) * TEXT_PT))
        elif style == "公文表题":
            if paragraph.paragraph_format.page_break_before or self.top + LINE_PT + before > self.bottom:
                self._turn()
            self._lines((text,), size=12, role=fonts.HEAD, side="center")
        elif style == "公文表格":
            self.top += TABLE_PT * LINE
            for width, height, data in _pictures(paragraph):
                self._picture(width, height, data)
        elif align == WD_ALIGN_PARAGRAPH.CENTER:
            self._lines(wrap(text, self.width / TEXT_PT), side="center")
        else:
            flush = paragraph.paragraph_format.first_line_indent == 0
            indent = "" if flush or not text else "　　"
            self._lines(wrap(f"{indent}{text}", self.width / TEXT_PT), role=_ROLES.get(style, fonts.BODY))

    def table(self, table: Any) -> None:
        """Draw a table with its own column widths; the head repeats on each page."""
        widths = [int(column.get(qn("w:w")) or 0) / 20 for column in table._tbl.tblGrid.findall(qn("w:gridCol"))]
        scale = min(1.0, self.width / (sum(widths) or 1.0))
        widths = [width * scale for width in widths]
        rows = [[cell.text for cell in row.cells] for row in table.rows]
        sides = [_side(cell) for cell in table.rows[-1].cells]
        for number, row in enumerate(rows):
            height = self._row_height(row, widths)
            if self.top + height > self.bottom:
                self._turn()
                if number:
                    self._row(rows[0], widths, fonts.HEAD)
            self._row(row, widths, fonts.BODY if number else fonts.HEAD, sides if number else ())

    def _picture(self, width: float, height: float, data: bytes) -> None:
        """Show a picture in the middle of the line; one that does not fit goes to the next page."""
        self.top -= TABLE_PT * LINE
        if self.top + height > self.bottom:
            self._turn()
        box = Box(self.left + (self.width - width) / 2, self.top, width, height)
        self.pages[-1].pictures.append(Picture(box, data))
        self.top += height

    def _row_height(self, row: Sequence[str], widths: Sequence[float]) -> float:
        most = max(len(wrap(words, room_em(width / POINTS_PER_MM, TABLE_PT))) for width, words in zip(widths, row, strict=True))
        return most * TABLE_PT * LINE + _ROW_PAD_PT

    def _row(self, row: Sequence[str], widths: Sequence[float], role: str, sides: Sequence[str] = ()) -> None:
        left, height = self.left + (self.width - sum(widths)) / 2, self._row_height(row, widths)
        for index, (width, words) in enumerate(zip(widths, row, strict=True)):
            side = sides[index] if sides else "center"
            self.pages[-1].boxes.append(Box(left, self.top, width, height))
            lines = wrap(words, room_em(width / POINTS_PER_MM, TABLE_PT))
            baseline = self.top + (height - len(lines) * TABLE_PT * LINE) / 2 + TABLE_PT * (LINE / 2 + 0.36)
            for line in lines:
                self.pages[-1].texts.append(Text(line, left + _INSIDE_PT, baseline, width - 2 * _INSIDE_PT, TABLE_PT, role, side))
                baseline += TABLE_PT * LINE
            left += width
        self.top += height

    def _lines(
        self,
        lines: Sequence[str],
        *,
        size: float = TEXT_PT,
        role: str = fonts.BODY,
        left: float = 0,
        side: str = "left",
        step: float = LINE_PT,
    ) -> None:
        for words in lines or ("",):
            if self.top + step > self.bottom + 0.5:
                self._turn()
            baseline = self.top + step / 2 + size * 0.36
            if words:
                self.pages[-1].texts.append(Text(words, self.left + left, baseline, self.width - left, size, role, side))
            self.top += step

    def _turn(self) -> None:
        self.pages.append(SheetPage())
        self.top = TOP_MM * POINTS_PER_MM


def _side(cell: Any) -> str:
    """Return where the words of a cell stand, as its first paragraph says."""
    return "left" if cell.paragraphs and cell.paragraphs[0].alignment == WD_ALIGN_PARAGRAPH.LEFT else "center"


def _least(block: Any) -> float:
    """Return the height in points that a block needs at once: a picture whole, a table its head and a row."""
    if block is None:
        return 0.0
    if hasattr(block, "rows"):
        return 2 * (TABLE_PT * LINE + _ROW_PAD_PT)
    return max((height for _width, height, _data in _pictures(block)), default=0.0)


def _pictures(paragraph: Any) -> Iterator[tuple[float, float, bytes]]:
    """Yield width, height and bytes of the pictures that stand in a line."""
    for drawing in paragraph._p.iter(qn("wp:inline")):
        extent, blip = drawing.find(qn("wp:extent")), next(drawing.iter(qn("a:blip")), None)
        number = blip.get(qn("r:embed")) if blip is not None else None
        if number is not None:
            yield Emu(int(extent.get("cx"))).pt, Emu(int(extent.get("cy"))).pt, paragraph.part.related_parts[number].blob


def _page_number(number: int) -> Text:
    """Return the page number: right on odd pages, left on even ones."""
    words = f"— {number} —"
    width = em(words) * PAGE_PT
    edge = LEFT_MM * POINTS_PER_MM + PAGE_PT
    left = edge if number % 2 == 0 else (LEFT_MM + TEXT_MM) * POINTS_PER_MM - PAGE_PT - width
    return Text(words, left, (A4_PORTRAIT.height_mm - _FOOTER_MM) * POINTS_PER_MM, width, PAGE_PT, side="left")


def _write(canvas: Any, book: glyphs.Glyphs, text: Text, height: float) -> None:
    runs = book.runs(text.role, text.words)
    wide = book.width(runs, text.size)
    # As in the tables: a line that comes out longer than estimated is set narrower, never outside.
    narrow = min(1.0, text.width / wide) if wide and text.width else 1.0
    left = text.left + ((text.width - wide * narrow) / 2 if text.side == "center" else 0.0)
    pen = canvas.beginText(left, height - text.baseline)
    if text.role == fonts.HEAD and text.size == _WATERMARK_PT:
        pen.setFillGray(_GREY)
    if narrow < 1:
        pen.setHorizScale(narrow * 100)
    for name, piece in runs:
        pen.setFont(name, text.size)
        pen.textOut(piece)
    canvas.drawText(pen)
    canvas.setFillGray(0)
