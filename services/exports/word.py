"""The report as docx, in the format of official documents (GB/T 9704-2012).

Built paragraph by paragraph: margins, fonts for East Asian text on every run,
fixed lines, tables with a fixed grid (WPS and Word break them alike), page
numbers outside. Headings are recognised by their own numbering, 一、（一）1.（1）,
so that a report reads the same in the program, in Word and as plain text.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from services.exports import fonts
from services.exports.archive import write_members
from services.exports.charts import WIDTH_MM, Chart, picture
from services.exports.layout import POINTS_PER_MM
from services.exports.printed import plain
from services.exports.wrapping import em, title_lines

TOP_MM, BOTTOM_MM, LEFT_MM, RIGHT_MM = 37, 35, 28, 26
TEXT_MM = 210 - LEFT_MM - RIGHT_MM
LINE_PT = 28
TITLE_PT, TEXT_PT, TABLE_PT, PAGE_PT = 22, 16, 10.5, 14
DEFINITIONS = "附：数据口径"
CELL_PAD_PT = 2.5

# Page numbers stand about 7 mm below the text area (GB/T 9704-2012, 7.5).
_FOOTER_MM = 22
_INDENT_TWIPS = 2 * TEXT_PT * 20
_LEVELS = (
    (re.compile(r"[一二三四五六七八九十]+、"), fonts.HEAD),
    (re.compile(r"（[一二三四五六七八九十]+）"), fonts.KAI),
    (re.compile(r"\d+[.．](?!\d)"), fonts.BODY),
    (re.compile(r"（\d+）"), fonts.BODY),
)
_LONGEST_HEADING = 28


@dataclass(frozen=True)
class Table:
    """A table in a report.

    Attributes:
        heads: Headings.
        rows: Texts, one per heading.
        caption: Line above it; empty for none.
        widths_mm: Column widths; empty shares the page by the texts' lengths.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    widths_mm: tuple[float, ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of a report: heading with its numbering, text, then what shows it."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True)
class Report:
    """A report as it is to be printed.

    Attributes:
        title: Centred above the text.
        issuer: Who signs; with the date at the lower right.
        date_text: "2023年4月26日".
        sections: In order.
        watermark: Word that marks the file as not final.
        addressee: To whom a letter goes; stands alone above the text, not indented.
        enclosures: Names of what goes with a letter, in order; they are numbered here.
        contact: Who answers questions, in brackets under the date.
        definitions: Name and meaning of each figure that is shown; a table at the end.
    """

    title: str
    issuer: str
    date_text: str
    sections: tuple[Section, ...]
    watermark: str = ""
    addressee: str = ""
    enclosures: tuple[str, ...] = ()
    contact: str = ""
    definitions: tuple[tuple[str, str], ...] = ()


def write_report(report: Report, target: Path, *, made_at: datetime) -> None:
    """Write a report as docx, the same bytes for the same input.

    Args:
        report: The report.
        target: Path to write; put it in place with `archive.atomic_write`.
        made_at: Moment stored in the file, from `clock.now()`.

    Raises:
        OSError: The path cannot be written.
    """
    document = blank_document()
    set_properties(document, report, made_at)
    if report.watermark:
        draw_watermark(document, report.watermark)
    for line in title_lines(plain(report.title), TEXT_MM * POINTS_PER_MM / TITLE_PT):
        _paragraph(document, line, "公文标题", fonts.TITLE)
    document.add_paragraph(style="公文正文")
    if report.addressee:
        _paragraph(document, plain(report.addressee), "公文正文", fonts.BODY).paragraph_format.first_line_indent = Pt(0)
        document.paragraphs[-1]._p.pPr.ind.set(qn("w:firstLineChars"), "0")
    for section in report.sections:
        if section.heading:
            _text(document, section.heading)
        for paragraph in section.paragraphs:
            _text(document, paragraph)
        for table in section.tables:
            draw_table(document, table)
        for chart in section.charts:
            _draw_chart(document, chart)
    _draw_enclosures(document, report)
    _draw_signature(document, report)
    if report.contact:
        _paragraph(document, f"（{plain(report.contact)}）", "公文正文", fonts.BODY)
    draw_definitions(document, report.definitions)
    stream = io.BytesIO()
    document.save(stream)
    target.write_bytes(fixed_bytes(stream))


def blank_document() -> Any:
    """Return an empty document with page, styles and page numbers."""
    document = docx.Document()
    _set_page(document)
    _set_styles(document)
    _draw_footers(document)
    return document


def read_report_text(path: Path) -> tuple[str, ...]:
    """Return the paragraphs of a report, without those in tables.

    Raises:
        OSError: It cannot be read.
    """
    return tuple(paragraph.text for paragraph in docx.Document(str(path)).paragraphs if paragraph.text)


def report_text(report: Report) -> tuple[str, ...]:
    """Return what `read_report_text` must find for a report."""
    found = list(title_lines(plain(report.title), TEXT_MM * POINTS_PER_MM / TITLE_PT))
    found += [plain(report.addressee)] if report.addressee else []
    for section in report.sections:
        for text in (section.heading, *section.paragraphs):
            found += _lines(text)
        found += [plain(table.caption) for table in section.tables] + [plain(chart.caption) for chart in section.charts]
    found += [f"{lead}{name}" for lead, name in _enclosed(report)]
    found += [plain(report.issuer), plain(report.date_text), f"（{plain(report.contact)}）" if report.contact else ""]
    return tuple(text for text in (*found, DEFINITIONS if report.definitions else "") if text)


def _set_page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(TOP_MM), Mm(BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(LEFT_MM), Mm(RIGHT_MM)
    section.footer_distance, section.header_distance = Mm(_FOOTER_MM), Mm(15)
    document.settings.odd_and_even_pages_header_footer = True


def _set_styles(document: Any) -> None:
    _set_font(document.styles["Normal"], fonts.BODY, TEXT_PT)
    speak_chinese(document)
    text = _style(document, "公文正文", fonts.BODY, TEXT_PT, LINE_PT)
    _indent(text, 200, _INDENT_TWIPS)
    text.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    title = _style(document, "公文标题", fonts.TITLE, TITLE_PT, 34)
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.keep_with_next = True
    _table_styles(document)
    for level, (_numbering, role) in enumerate(_LEVELS[:3], start=1):
        heading = document.styles[f"Heading {level}"]
        _set_font(heading, role, TEXT_PT)
        heading.font.bold, heading.font.italic = False, False
        heading.font.color.rgb = RGBColor(0, 0, 0)
        heading.paragraph_format.keep_with_next = level < 3  # a long list of 1. 2. 3. must not hang together
        _set_lines(heading, LINE_PT)
        _indent(heading, 200, _INDENT_TWIPS)


def speak_chinese(document: Any) -> None:
    """Name the language: else 。， take another one's shapes and places."""
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-US")
        language.set(qn("w:eastAsia"), "zh-CN")


def _table_styles(document: Any) -> None:
    """Make the styles of cells and captions where a document has none."""
    known = {style.name for style in document.styles}
    if "公文表格" not in known:
        _style(document, "公文表格", fonts.BODY, TABLE_PT, 0).paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if "公文表题" not in known:
        caption = _style(document, "公文表题", fonts.HEAD, 12, LINE_PT)
        caption.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
        caption.paragraph_format.keep_with_next = True


def _style(document: Any, name: str, role: str, size: float, line: float) -> Any:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    _set_font(style, role, size)
    _set_lines(style, line)
    return style


def _set_lines(style: Any, line: float) -> None:
    form = style.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing = Pt(line) if line else 1.0
    form.widow_control = False


def _set_font(owner: Any, role: str, size: float, *, name: str = "") -> None:
    chosen = name or fonts.name_for(role)
    owner.font.name = chosen
    owner.font.size = Pt(size)
    slots = owner.element.get_or_add_rPr().get_or_add_rFonts() if hasattr(owner.element, "get_or_add_rPr") else owner.element.rPr.rFonts
    for slot in ("ascii", "hAnsi", "eastAsia", "cs"):
        slots.set(qn(f"w:{slot}"), chosen)
    # The template's theme fonts would win over the names.
    for slot in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        slots.attrib.pop(qn(f"w:{slot}"), None)


def _indent(style: Any, hundredths: int, twips: int) -> None:
    style.paragraph_format.first_line_indent = Pt(twips / 20)
    style.element.pPr.ind.set(qn("w:firstLineChars"), str(hundredths))


def set_properties(document: Any, report: Report, made_at: datetime) -> None:
    """Put title, issuer and the moment into the file, and no other name."""
    moment = made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = plain(report.title), plain(report.issuer), ""
    properties.created = properties.modified = moment
    properties.last_modified_by = ""


def _lines(text: str) -> list[str]:
    return [line for line in plain(text).split("\n") if line.strip()]


def _text(document: Any, text: str) -> None:
    for line in _lines(text):
        level = level_of(line)
        if is_heading(line):
            _paragraph(document, line, f"Heading {level}", _LEVELS[level - 1][1])
        else:
            _lead_paragraph(document, line, level)


def level_of(line: str) -> int:
    """Return the level of a line by its numbering, 1 to 4; 0 for running text."""
    return next((number for number, (numbering, _role) in enumerate(_LEVELS, start=1) if numbering.match(line)), 0)


def is_heading(line: str) -> bool:
    """Return whether a numbered line stands alone as a heading."""
    return level_of(line) in (1, 2, 3) and em(line) <= _LONGEST_HEADING and line[-1] not in "。；："


def dress_lead(document: Any, paragraph: Any) -> None:
    """Give a paragraph, or its lead such as （一）加强领导。, the look of its level."""
    run = paragraph.runs[0]
    line, level = run.text, level_of(run.text)
    if is_heading(line):
        paragraph.style = document.styles[f"Heading {level}"]
        return
    cut = line.find("。") + 1 if level in (1, 2) else 0
    if cut:
        run.text = line[:cut]
        _set_font(run, _LEVELS[level - 1][1], TEXT_PT)
        _run(paragraph, line[cut:], fonts.BODY, TEXT_PT)


def place_signature(paragraph: Any, text: str, date_text: str) -> None:
    """Put issuer or date at the lower right.

    The date stands four characters in, the issuer is centred over it.
    """
    shift = 4 + (em(plain(date_text)) - em(plain(text))) / 2
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paragraph.paragraph_format.right_indent = Pt(max(0.0, shift) * TEXT_PT)


def use_local_fonts(document: Any) -> None:
    """Name the fonts of this PC where it lacks the official ones."""
    names = {fonts.OFFICE[role]: fonts.name_for(role) for role in fonts.OFFICE}
    for part in (document.element, document.styles.element):
        for slots in part.iter(qn("w:rFonts")):
            for key, name in slots.attrib.items():
                slots.set(key, names.get(name, name))


def _lead_paragraph(document: Any, line: str, level: int) -> None:
    """Draw running text; a lead such as （一）加强领导。 has its level's font."""
    cut = line.find("。") + 1 if level in (1, 2) else 0
    paragraph = _paragraph(document, line[:cut], "公文正文", _LEVELS[level - 1][1]) if cut else document.add_paragraph(style="公文正文")
    _run(paragraph, line[cut:], fonts.BODY, TEXT_PT)


def _paragraph(document: Any, text: str, style: str, role: str) -> Any:
    paragraph = document.add_paragraph(style=style)
    _run(paragraph, text, role, document.styles[style].font.size.pt)
    return paragraph


def _run(paragraph: Any, text: str, role: str, size: float) -> None:
    if text:
        _set_font(paragraph.add_run(text), role, size)


def draw_definitions(document: Any, definitions: Sequence[tuple[str, str]]) -> None:
    """Draw what the figures of a document mean, as a table on a page of its own."""
    if definitions:
        _table_styles(document)
        _paragraph(document, DEFINITIONS, "公文表题", fonts.HEAD).paragraph_format.page_break_before = True
        draw_table(document, Table(("指标", "口径"), tuple(definitions), widths_mm=(42, 114)), left=(1,))


def _enclosed(report: Report) -> list[tuple[str, str]]:
    """Return what stands before each enclosure, and its name: one alone has no number."""
    names = [plain(name) for name in report.enclosures]
    if len(names) == 1:
        return [("附件：", names[0])]
    return [(f"{'附件：' if number == 1 else ''}{number}．", name) for number, name in enumerate(names, start=1)]


def _draw_enclosures(document: Any, report: Report) -> None:
    """List what goes with a letter; a long name goes on under its own first character."""
    if report.enclosures:
        document.add_paragraph(style="公文正文")
    for lead, name in _enclosed(report):
        paragraph = _paragraph(document, f"{lead}{name}", "公文正文", fonts.BODY)
        hangs, begins = em(lead), 2 if lead.startswith("附件") else 5
        paragraph.paragraph_format.left_indent = Pt((begins + hangs) * TEXT_PT)
        paragraph.paragraph_format.first_line_indent = Pt(-hangs * TEXT_PT)
        # The style's indent in characters would win over the points.
        for side, characters in (("firstLine", 0.0), ("hanging", hangs), ("left", begins + hangs)):
            paragraph._p.pPr.ind.set(qn(f"w:{side}Chars"), str(round(characters * 100)))
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT


def _draw_signature(document: Any, report: Report) -> None:
    if not (report.issuer or report.date_text):
        return
    document.add_paragraph(style="公文正文")
    for text in (plain(report.issuer), plain(report.date_text)):
        if text:
            paragraph = _paragraph(document, text, "公文正文", fonts.BODY)
            paragraph.paragraph_format.keep_together = True
            place_signature(paragraph, text, report.date_text)


def draw_table(document: Any, table: Table, *, left: Sequence[int] = ()) -> None:
    """Draw a table of fixed widths, its head on each page, `left` columns left."""
    if table.caption:
        _paragraph(document, plain(table.caption), "公文表题", fonts.HEAD)
    grid = document.add_table(rows=1 + len(table.rows), cols=len(table.heads))
    grid.autofit = False
    grid.alignment = 1
    widths = table.widths_mm or _shared_widths(table)
    properties = grid._tbl.tblPr
    properties.append(_element("w:tblW", type="dxa", w=str(sum(map(_twips, widths)))))
    properties.append(_borders())
    _in_schema_order(properties)
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Mm(width)
    grid.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader"))
    for number, (row, texts) in enumerate(zip(grid.rows, (table.heads, *table.rows), strict=True)):
        row._tr.get_or_add_trPr().insert(0, _element("w:cantSplit"))
        for index, (cell, text, width) in enumerate(zip(row.cells, texts, widths, strict=True)):
            cell.width = Mm(width)
            cell.vertical_alignment = 1
            paragraph = cell.paragraphs[0]
            paragraph.style = document.styles["公文表格"]
            if number and index in left:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
            paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(CELL_PAD_PT)
            _run(paragraph, plain(text), fonts.BODY if number else fonts.HEAD, TABLE_PT)
    document.add_paragraph(style="公文表格")


def _draw_chart(document: Any, chart: Chart) -> None:
    """Draw a chart as a picture in a line of its own height: fixed lines would cut it."""
    _paragraph(document, plain(chart.caption), "公文表题", fonts.HEAD)
    line = document.add_paragraph(style="公文表格")
    line.add_run().add_picture(io.BytesIO(picture(chart)), width=Mm(WIDTH_MM))


def _shared_widths(table: Table) -> tuple[float, ...]:
    lengths = [max(3.0, *(min(em(row[index]), 24.0) for row in (table.heads, *table.rows))) for index in range(len(table.heads))]
    return tuple(round(TEXT_MM * length / sum(lengths), 1) for length in lengths)


def _twips(width_mm: float) -> int:
    return round(width_mm * POINTS_PER_MM * 20)


def _borders() -> Any:
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(_element(f"w:{side}", val="single", sz="4", space="0", color="000000"))
    return borders


def _in_schema_order(properties: Any) -> None:
    order = ["tblStyle", "tblW", "jc", "tblBorders", "tblLayout", "tblCellMar", "tblLook"]
    seen: dict[str, Any] = {}
    for child in list(properties):
        seen[child.tag.split("}")[1]] = child
        properties.remove(child)
    for name in sorted(seen, key=lambda name: order.index(name) if name in order else 0):
        properties.append(seen[name])


def _draw_footers(document: Any) -> None:
    section = document.sections[0]
    for footer, align in ((section.footer, WD_ALIGN_PARAGRAPH.RIGHT), (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)):
        paragraph = footer.paragraphs[0]
        paragraph.alignment = align
        edge = Pt(PAGE_PT)
        if align == WD_ALIGN_PARAGRAPH.RIGHT:
            paragraph.paragraph_format.right_indent = edge
        else:
            paragraph.paragraph_format.left_indent = edge
        _page_run(paragraph, text="— ")
        for kind in ("begin", "separate", "end"):
            if kind == "separate":
                _page_run(paragraph, code=" PAGE ")
            _page_run(paragraph, mark=kind)
            if kind == "separate":
                _page_run(paragraph, text="1")
        _page_run(paragraph, text=" —")


def _page_run(paragraph: Any, *, text: str = "", mark: str = "", code: str = "") -> None:
    run = paragraph.add_run(text)
    _set_font(run, fonts.BODY, PAGE_PT, name=fonts.PAGE_NUMBERS)
    if mark:
        run._r.append(_element("w:fldChar", fldCharType=mark))
    if code:
        instruction = _element("w:instrText")
        instruction.text = code
        run._r.append(instruction)


def draw_watermark(document: Any, word: str) -> None:
    """Put a word at the top right of every page."""
    section = document.sections[0]
    for header in (section.header, section.even_page_header):
        paragraph = header.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run = paragraph.add_run(plain(word))
        _set_font(run, fonts.HEAD, 22)
        run.font.color.rgb = RGBColor(0x9A, 0x9A, 0x9A)


def _element(name: str, **attributes: str) -> Any:
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def fixed_bytes(stream: io.BytesIO) -> bytes:
    """Return a saved document without the time of writing: same text, same bytes."""
    with zipfile.ZipFile(stream) as archive:
        members: Sequence[tuple[str, bytes]] = [(info.filename, archive.read(info)) for info in archive.infolist()]
    fixed = io.BytesIO()
    write_members(fixed, list(members))
    return fixed.getvalue()
