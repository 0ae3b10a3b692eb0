"""The report from a template that an office may edit in Word or WPS.

A template is a docx with fields: `{{ 发现问题 }}` for a figure, and the blocks
of the shipped one for title, parts and tables. It is looked through before it
is used: a field that nothing answers to is named with its place. Fields are
filled by docxtpl in a sandbox; a template cannot run anything.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
import jinja2
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import meta, nodes, sandbox

from resources import path as resource_path
from services.errors import Refused
from services.exports import fields, word
from services.exports.charts import WIDTH_MM, picture
from services.exports.layout import POINTS_PER_MM
from services.exports.printed import plain
from services.exports.word import TEXT_MM, TITLE_PT, Report
from services.exports.wrapping import title_lines

SHIPPED = resource_path("templates", "report.docx")
# What the blocks of a template may use besides the figures.
BLOCKS = ("标题", "各部分", "类别表", "类别图", "落款", "成文日期")
_TAG = re.compile(r"\{[{%]")
# What the entries of 各部分 and 类别表 hold.
_OF_BLOCKS = frozenset({"标题", "段落", "有类别表", "有类别图", "名称", "项数"})
_LEADING = re.compile(r"(\{%|\{\{)[pr|tc]{1,2} ")
_AROUND = 24


class BrokenTemplate(Refused):
    """A template has fields that cannot be filled."""

    code = "broken_template"
    template = "总结模板有 {count} 处不能用：{first}。"
    mend = "在 Word 或 WPS 里改好模板再选一次；可用的字段名见“字段清单”，也可以恢复自带模板。"

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Keep all faults, say the first."""
        super().__init__(count=len(faults), first=faults[0].sentence)
        self.faults = faults

    def as_json(self) -> dict[str, object]:
        """Return the document with every fault."""
        return {**super().as_json(), "faults": [{"name": f.name, "place": f.place, "why": f.why} for f in self.faults]}


@dataclass(frozen=True)
class Fault:
    """A field that cannot be filled: its name, its place, and why."""

    name: str
    place: str
    why: str

    @property
    def sentence(self) -> str:
        """The fault in words."""
        return f"{self.place}的“{self.name}”{self.why}"


def require_sound(template: Path, names: Collection[str]) -> None:
    """Refuse a template that cannot be filled.

    Args:
        template: The docx.
        names: Names of the figures.

    Raises:
        NotAReport: It is no docx.
        BrokenTemplate: Some fields have no answer or are written wrong.
    """
    found = faults(template, names)
    if found:
        raise BrokenTemplate(found)


def faults(template: Path, names: Collection[str]) -> tuple[Fault, ...]:
    """Return every field that cannot be filled, in order of the text.

    Raises:
        NotAReport: It is no docx.
    """
    opened = _open(template)
    known = {*names, *BLOCKS}
    environment = sandbox.SandboxedEnvironment()
    found: list[Fault] = []
    every = list(_texts(opened))
    texts = [(place, text) for place, text in every if _TAG.search(text) or "}}" in text or "%}" in text]
    loops = set(re.findall(r"\{%\w* ?for (\w+) in", " ".join(text for _place, text in texts)))
    for place, text in every:
        found += _slips(place, text, known)
    for place, text in texts:
        source = _LEADING.sub(r"\1 ", text)
        for piece in re.findall(r"\{\{.*?\}\}|\{%.*?%\}|\{\{|\{%|\}\}|%\}", source):
            found += _piece_faults(environment, piece, place, known | loops)
    if not found:
        found += _block_faults(texts)
    return tuple(found)


def used_names(template: Path) -> frozenset[str]:
    """Return the names that a template asks for.

    Raises:
        NotAReport: It is no docx.
    """
    _open(template)
    return frozenset(DocxTemplate(str(template)).get_undeclared_template_variables(sandbox.SandboxedEnvironment()))


def render(report: Report, values: Mapping[str, str], *, template: Path, made_at: datetime) -> bytes:
    """Return the filled report as docx, the same bytes for the same input.

    Args:
        report: Its parts; numbers in the texts may be bound.
        values: Shown figure by name.
        template: The docx with fields, already found sound.
        made_at: Moment stored in the file.

    Raises:
        BrokenTemplate: A field failed while it was filled.
        NotAReport: The template is no docx.
    """
    _open(template)
    filled = DocxTemplate(str(template))
    environment = sandbox.SandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=True)
    try:
        filled.render({**values, **_blocks(report, filled)}, environment, autoescape=True)
    except (jinja2.TemplateError, TypeError, ValueError) as err:
        raise BrokenTemplate((Fault(str(err)[:60], "模板", "填不进去"),)) from err
    document = filled.docx
    for paragraph in document.paragraphs:
        if paragraph.style.name == "公文正文" and len(paragraph.runs) == 1 and paragraph.text:
            word.dress_lead(document, paragraph)
        if paragraph.text and paragraph.text in (plain(report.issuer), plain(report.date_text)):
            word.place_signature(paragraph, paragraph.text, report.date_text)
    word.draw_definitions(document, report.definitions)
    fields.put_bookmarks(document)
    word.use_local_fonts(document)
    word.set_properties(document, report, made_at)
    if report.watermark:
        word.draw_watermark(document, report.watermark)
    stream = io.BytesIO()
    document.save(stream)
    return word.fixed_bytes(stream)


def report_faults(path: Path, report: Report, *, whole: bool = True) -> str:
    """Return what of a report is missing in its file, in words; "" for nothing.

    Args:
        path: The file.
        report: What was to be in it.
        whole: Whether each paragraph must be there; an office's template may leave parts out.
    """
    found = [fields.bare(one.text) for one in fields.read(path)]
    if any(_TAG.search(text) for text in found):
        return "还有没填的占位符"
    if not whole:
        return ""
    text_of_all = "\n".join(found)
    wanted = [fields.bare(plain(line)) for section in report.sections for text in section.paragraphs for line in text.split("\n")]
    lost = next((line for line in wanted if line.strip() and line.strip() not in text_of_all), None)
    return f"缺“{lost[:20]}”一段" if lost else ""


def _blocks(report: Report, filled: DocxTemplate) -> dict[str, object]:
    charts = [chart for section in report.sections for chart in section.charts if not chart.empty]
    tables = [table for section in report.sections for table in section.tables]
    parts = [
        {
            "标题": plain(section.heading),
            "段落": [line for text in section.paragraphs for line in plain(text).split("\n") if line.strip()],
            "有类别表": bool(section.tables),
            "有类别图": any(not chart.empty for chart in section.charts),
        }
        for section in report.sections
    ]
    table = tables[0] if tables else None
    rows = [{"名称": row[0], "项数": row[1]} for row in table.rows] if table else []
    return {
        "标题": list(title_lines(plain(report.title), TEXT_MM * POINTS_PER_MM / TITLE_PT)),
        "各部分": parts,
        "类别表": rows,
        "类别图": InlineImage(filled, io.BytesIO(picture(charts[0])), width=Mm(WIDTH_MM)) if charts else "",
        "落款": plain(report.issuer),
        "成文日期": plain(report.date_text),
    }


def _open(template: Path) -> Any:
    try:
        return docx.Document(str(template))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, OSError) as err:
        raise fields.NotAReport(path=str(template)) from err


def _texts(document: Any) -> Iterator[tuple[str, str]]:
    """Yield place and text of everything that is filled: tracked changes, links, boxes, each sort of header too."""
    for number, paragraph in enumerate(document.paragraphs, start=1):
        yield f"第 {number} 段", _written(paragraph._p)
    for number, table in enumerate(document.tables, start=1):
        for line, row in enumerate(table.rows, start=1):
            for cell in row.cells:
                yield f"第 {number} 个表格第 {line} 行", "\n".join(_written(one._p) for one in cell.paragraphs)
    for box in document.element.body.iter(qn("w:txbxContent")):
        for paragraph in box.iter(qn("w:p")):
            yield "文本框", _written(paragraph)
    for section in document.sections:
        heads = (section.header, section.even_page_header, section.first_page_header)
        feet = (section.footer, section.even_page_footer, section.first_page_footer)
        for place, parts in (("页眉", heads), ("页脚", feet)):
            for part in parts:
                for paragraph in part.paragraphs:
                    yield place, _written(paragraph._p)


def _written(paragraph: Any) -> str:
    """Return the words of a paragraph, without those of a box that hangs on it."""
    inside = {text for box in paragraph.iter(qn("w:txbxContent")) for text in box.iter(qn("w:t"))}
    return "".join(text.text or "" for text in paragraph.iter(qn("w:t")) if text not in inside)


def _piece_faults(environment: Any, piece: str, place: str, known: Collection[str]) -> Iterator[Fault]:
    shown = piece.strip("{}% ")[:_AROUND] or piece
    if not (piece.startswith("{{") and piece.endswith("}}")) and not (piece.startswith("{%") and piece.endswith("%}")):
        yield Fault(shown, place, "的花括号不成对")
        return
    if piece.startswith("{%"):
        word_of = re.match(r"\{%\s*(\w+)\s*(.*?)\s*%\}", piece)
        if word_of is None or word_of[1] not in ("for", "endfor", "if", "elif", "else", "endif", "set"):
            yield Fault(shown, place, "不是能用的指令")
            return
        rest = word_of[2].partition(" in ")[2] if word_of[1] == "for" else word_of[2]
        if word_of[1] not in ("for", "if", "elif") or not rest:
            return
        piece = f"{{{{ {rest} }}}}"
    try:
        parsed = environment.parse(piece)
    except jinja2.TemplateSyntaxError:
        yield Fault(shown, place, "写法不对")
        return
    for name in sorted(meta.find_undeclared_variables(parsed) - set(known)):
        yield Fault(name, place, "没有对应的字段")
    for node in parsed.find_all(nodes.Getattr):
        if node.attr not in _OF_BLOCKS:
            yield Fault(node.attr, place, "没有对应的字段")


def _slips(place: str, text: str, known: Collection[str]) -> Iterator[Fault]:
    """Find what looks like a field to people and is none: wide or single braces, a line tag among words."""
    for wide in re.findall(r"[｛]{1,2}[^｛｝{}]{1,20}[｝]{1,2}", text):
        yield Fault(wide, place, "用了全角花括号，改成半角")
    for single in re.findall(r"(?<!\{)\{([^{}%]{1,20})\}(?!\})", text):
        if single.strip() in known:
            yield Fault(f"{{{single}}}", place, "只有一层花括号，模板里要写两层")
    tags = re.findall(r"\{%(?:p|tr) .*?%\}", text)
    if len(tags) > 1 or (tags and tags[0].startswith("{%p") and text.strip() != tags[0]):
        yield Fault(tags[0], place, "要单独成段，同一段里不能有别的文字")


def _block_faults(texts: list[tuple[str, str]]) -> Iterator[Fault]:
    """Find blocks that are opened and never closed, or the other way round."""
    opened: list[tuple[str, str, str]] = []
    for place, text in texts:
        for verb, rest in re.findall(r"\{%\w* (for|if|endfor|endif)\b ?(.*?)%\}", text):
            if not verb.startswith("end"):
                opened.append((verb, place, rest.strip()))
            elif opened and opened[-1][0] == verb[3:]:
                opened.pop()
            else:
                yield Fault(verb, place, "前面没有对应的开头")
    for verb, place, rest in opened:
        yield Fault(f"{verb} {rest}", place, "后面没有结尾")
