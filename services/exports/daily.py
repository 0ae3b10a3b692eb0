"""The daily report as docx: one page of A4 for a day and all days until then.

Smaller than an official document on purpose: it goes round every evening and
must stay one page. What its numbers count stands at its foot.
"""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from services.exports import fonts
from services.exports.archive import NotVerified, atomic_write, write_members
from services.exports.printed import plain
from services.exports.word import speak_chinese
from services.figures.daily import LINES, Daily, DailyGroup, paragraphs, shown_unit, title
from services.figures.defined import DEFINED

_TITLE_PT, _TEXT_PT, _TABLE_PT, _FOOT_PT = 20, 12, 10.5, 8
_LINE_PT, _TIGHT_PT = 21, 11
_HEADS = ("检查组", "组长", "当日家数", "当日问题", "累计家数", "应查", "累计问题", "其中重大")
_WIDTHS_MM = (34, 24, 19, 19, 19, 16, 19, 20)
_NOTED = frozenset(LINES) - {"stop_orders"}  # the text does not speak of those


def write_daily(report: Daily, target: Path, *, signer: str, made_at: datetime) -> None:
    """Write the daily report, the same bytes for the same input.

    Args:
        report: The day.
        target: Path to write; put it in place with `deliver_daily`.
        signer: Who signs.
        made_at: Moment stored in the file.

    Raises:
        OSError: The path cannot be written.
    """
    document = docx.Document()
    speak_chinese(document)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin = section.right_margin = Mm(20)
    _line(document, title(report), fonts.TITLE, _TITLE_PT, align=WD_ALIGN_PARAGRAPH.CENTER, height=30)
    _line(document, "　".join(part for part in (signer, report.heading) if part), size=_TEXT_PT, align=WD_ALIGN_PARAGRAPH.CENTER)
    for heading, body in paragraphs(report):
        _line(document, heading, fonts.HEAD, before=5)
        if heading.startswith("三、") and report.groups:
            _groups(document, report)
        else:
            _line(document, body, indent=True)
    _line(document, f"口径　{definitions(report)}", size=_FOOT_PT, height=_TIGHT_PT, before=8)
    moment = made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    properties = document.core_properties
    properties.title, properties.author, properties.comments, properties.last_modified_by = title(report), plain(signer), "", ""
    properties.created = properties.modified = moment
    stream = io.BytesIO()
    document.save(stream)
    # The library stamps every member with the time of writing: same text, other bytes.
    with zipfile.ZipFile(stream) as archive:
        write_members(target, [(info.filename, archive.read(info)) for info in archive.infolist()])


def deliver_daily(report: Daily, target: Path, *, signer: str, made_at: datetime) -> None:
    """Put the daily report in place once it reads back.

    Args:
        report: The day.
        target: Final place.
        signer: Who signs.
        made_at: Moment stored in the file.

    Raises:
        FileTrouble: It cannot be written or does not read back; an old file stays.
    """

    def verify(path: Path) -> None:
        try:
            document = docx.Document(str(path))
        except (ValueError, KeyError, zipfile.BadZipFile, PackageNotFoundError) as err:
            raise NotVerified(path=str(target), why="打不开") from err
        found = {paragraph.text for paragraph in document.paragraphs}
        wanted = {plain(body) for heading, body in paragraphs(report) if not (heading.startswith("三、") and report.groups)}
        if not wanted <= found or (report.groups and len(document.tables[0].rows) != len(report.groups) + 2):
            raise NotVerified(path=str(target), why="文字不同")

    atomic_write(target, lambda path: write_daily(report, path, signer=signer, made_at=made_at), verify)


def definitions(report: Daily) -> str:
    """Return what the numbers of the report count, in one line for its foot."""
    noted = [(one.figure.name, shown_unit(one.figure), one.figure.definition) for one in report.lines if one.figure.key in _NOTED]
    late = DEFINED["overdue"]
    noted.append((late.name, late.unit, late.definition))
    return "；".join(f"{name}（{unit}）：{meaning.replace('；', '，')}" for name, unit, meaning in noted) + "。"


def _groups(document: Any, report: Daily) -> None:
    rows = [_HEADS, *(_row(one) for one in (*report.groups, report.whole))]
    table = document.add_table(rows=len(rows), cols=len(_HEADS))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        edge = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "000000")):
            edge.set(qn(f"w:{key}"), value)
        borders.append(edge)
    # the schema asks for the layout after the borders
    table._tbl.tblPr.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    for column, width in zip(table.columns, _WIDTHS_MM, strict=True):
        column.width = Mm(width)
    for number, (line, texts) in enumerate(zip(table.rows, rows, strict=True)):
        for cell, text, width in zip(line.cells, texts, _WIDTHS_MM, strict=True):
            cell.width = Mm(width)
            paragraph = cell.paragraphs[0]
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
            _run(paragraph, text, fonts.BODY if number else fonts.HEAD, _TABLE_PT)


def _row(one: DailyGroup) -> tuple[str, ...]:
    counts = (one.today_enterprises, one.today_findings, one.enterprises)
    quota = str(one.quota) if one.quota is not None else "—"
    return (one.name, one.leader, *map(str, counts), quota, str(one.findings), str(one.major))


def _line(
    document: Any,
    text: str,
    role: str = fonts.BODY,
    size: float = _TEXT_PT,
    *,
    align: Any = None,
    height: float = _LINE_PT,
    before: float = 0,
    indent: bool = False,
) -> None:
    paragraph = document.add_paragraph()
    form = paragraph.paragraph_format
    form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(0), Pt(height)
    form.widow_control = False
    if indent:
        form.first_line_indent = Pt(2 * size)
    if align is not None:
        paragraph.alignment = align
    _run(paragraph, text, role, size)


def _run(paragraph: Any, text: str, role: str, size: float) -> None:
    run = paragraph.add_run(plain(text))
    name = fonts.name_for(role)
    run.font.name, run.font.size = name, Pt(size)
    slots = run._r.get_or_add_rPr().get_or_add_rFonts()
    for slot in ("ascii", "hAnsi", "eastAsia", "cs"):
        slots.set(qn(f"w:{slot}"), name)
