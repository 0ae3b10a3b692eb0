"""What the package would print, as lines and words on white sheets.

The tables go through the same arithmetic as the PDF (`exports.layout`): paper,
column widths, pages, wrapped texts. The report flows by the measures of
`exports.word`; where Word breaks its pages is Word's own affair.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from models import Campaign
from services import clock, records
from services.checks import Check
from services.exports import fonts, template
from services.exports.flow import Box, Picture, SheetPage, Text, lay_out_document
from services.exports.layout import A4_PORTRAIT, LABEL_PT, LINE, POINTS_PER_MM, Layout, Line, Paper, lay_out, pages, room_em
from services.exports.printed import Printed, cells
from services.exports.wrapping import head_lines, wrap
from services.figures import report_words
from services.locking import OPEN
from services.packages import differences, extras, lists
from services.packages.contents import gather
from services.packages.extras import Extras
from services.paths import DataFolder

__all__ = ["Box", "Picture", "Preview", "Sheet", "SheetPage", "Spot", "Text", "preview", "report_sheet", "sheet_of"]

_TABS = {lists.LEDGER: "台账", lists.HAZARDS: "隐患", extras.DECIDED: "处罚公示", extras.HAZARDS: "隐患公示"}
_PAD_PT = 3.0
_FOOTER_PT = 9.0
_FOOTER_MM = 11.0
_LONGEST_NAME = 60


class Spot(NamedTuple):
    """Where a row stands: page from 0, rectangle, left and right of its columns."""

    page: int
    box: Box
    edges: Mapping[str, tuple[float, float]]

    def cell(self, key: str) -> Box | None:
        """Return the rectangle of one cell; None where the table has no such column."""
        if key not in self.edges:
            return None
        left, right = self.edges[key]
        return Box(left, self.box.top, right - left, self.box.height)


@dataclass(frozen=True)
class Sheet:
    """One file of the package as it prints.

    Attributes:
        tab: Short name: 附件1, 总结报告.
        title: The printed title.
        paper: What it is printed on.
        pages: At least one.
        spots: Where a row stands, by the names in it.
        exact: False where another program breaks the pages.
    """

    tab: str
    title: str
    paper: Paper
    pages: tuple[SheetPage, ...]
    spots: dict[str, Spot]
    exact: bool = True


@dataclass(frozen=True)
class Preview:
    """What stands before the clerk who is about to make the package.

    Attributes:
        checks: What pre-flight found, blocking first.
        sheets: The files as they print.
        version: Number that the next version gets.
        recipient: To whom it goes.
        due: Day it is due; None if the notice names none.
        difference: What changed since the version before, in a sentence.
        state: How the campaign stands: open, locked, closed.
        shown: Each figure by key, as the report prints it.
        extras: What the office wants to go with it.
    """

    checks: tuple[Check, ...]
    sheets: tuple[Sheet, ...]
    version: int
    recipient: str
    due: date | None
    difference: str = ""
    state: str = OPEN
    shown: Mapping[str, str] = field(default_factory=dict)
    extras: Extras = field(default_factory=Extras)


def preview(session: Session, *, campaign_id: int, operator: str, folder: DataFolder | None = None) -> Preview:
    """Return pre-flight and the printed pages of the package, unwritten.

    Args:
        session: Session of a snapshot.
        campaign_id: Which campaign.
        operator: Who makes it; signs the tables.
        folder: Where the office's template and earlier versions are kept.

    Raises:
        Missing: There is no such campaign.
        BrokenTemplate: The report's template has fields that cannot be filled.
    """
    more = extras.wanted(session)
    contents = gather(session, campaign_id=campaign_id, operator=operator, folder=folder, extras=more)
    due = records.get(session, Campaign, campaign_id).report_due
    sheets = [sheet_of(printed, tab=printed.label) for printed in contents.tables.values()]
    sheets += [sheet_of(printed, tab=_TABS[name]) for name, printed in {**contents.lists, **contents.public}.items()]
    data = template.render(contents.report, contents.values, template=contents.template.path, made_at=clock.now())
    sheets.insert(len(contents.tables), report_sheet(data, tab="总结", title=contents.report.title))
    sheets.append(sheet_of(contents.sheet, tab="体检"))
    if contents.difference is not None:
        whole = differences.printed(contents.difference, contents.sheet)
        sheets.append(sheet_of(differences.one_page(whole, workbook="与上一版的差别.xlsx"), tab="差别"))
    said = contents.difference.words if contents.difference else ""
    shown = {figure.key: report_words.shown(figure) for figure in contents.figures}
    state = records.get(session, Campaign, campaign_id).state
    return Preview(tuple(contents.checks), tuple(sheets), contents.version, contents.recipient, due, said, state, shown, more)


def sheet_of(printed: Printed, *, tab: str) -> Sheet:
    """Return a table as the PDF would draw it.

    Args:
        printed: The table.
        tab: Short name.
    """
    layout = lay_out(printed, cells(printed))
    shared = pages(layout, label=bool(printed.label))
    drawn: list[SheetPage] = []
    spots: dict[str, Spot] = {}
    edges = _Pen(layout).edges(printed.form.keys)
    for number, lines in enumerate(shared):
        pen = _Pen(layout)
        if number == 0:
            pen.draw_top(printed.label)
        if lines or number == 0:
            pen.draw_heads()
        for line in lines:
            box = pen.draw_line(line, span=layout.merge_total if line is layout.lines[-1] else 0)
            for name in _names(line):
                spots.setdefault(name, Spot(number, box, edges))
        if number == len(shared) - 1:
            pen.draw_notes()
        pen.draw_footer(f"第 {number + 1} 页，共 {len(shared)} 页")
        drawn.append(pen.page)
    return Sheet(tab, printed.form.title, layout.paper, tuple(drawn), spots)


def report_sheet(data: bytes, *, tab: str, title: str) -> Sheet:
    """Return a docx in the measures of official documents.

    Args:
        data: The file.
        tab: Short name.
        title: Its title.
    """
    return Sheet(tab, title, A4_PORTRAIT, lay_out_document(data), {}, exact=False)


class _Pen:
    """Draws one page of a table; all lengths end up in points of the paper."""

    def __init__(self, layout: Layout) -> None:
        paper = layout.paper
        self.layout = layout
        self.page = SheetPage()
        self.left = (paper.width_mm - layout.width_mm * layout.scale) / 2 * POINTS_PER_MM
        self.top = 0.0

    def draw_top(self, label: str) -> None:
        layout = self.layout
        width = layout.width_mm * POINTS_PER_MM
        if label:
            self._block((label,), Box(0, self.top, width, layout.label_height_pt), LABEL_PT, fonts.HEAD, "edge")
            self.top += layout.label_height_pt
        self._block(layout.title, Box(0, self.top, width, layout.title_height_pt), layout.title_pt, fonts.TITLE)
        self.top += layout.title_height_pt
        if layout.facts:
            self._block(layout.facts, Box(0, self.top, width, layout.facts_height_pt), layout.facts_pt, side="edge")
            self.top += layout.facts_height_pt

    def draw_heads(self) -> None:
        layout, heights = self.layout, self.layout.head_heights_pt
        for head in layout.heads:
            left, right = self._edges(head.left, head.right)
            box = Box(left, self.top + sum(heights[: head.top]), right - left, sum(heights[head.top : head.bottom + 1]))
            lines = tuple(head.text) if head.vertical else head_lines(head.text, room_em(box.width / POINTS_PER_MM, layout.size_pt))
            self._rule(box)
            self._block(lines, box, layout.size_pt, fonts.HEAD)
        self.top += sum(heights)

    def draw_line(self, line: Line, *, span: int) -> Box:
        for index, cell in enumerate(line.cells):
            if 0 < index < span:
                continue
            left, right = self._edges(index, span - 1 if index == 0 and span else index)
            box = Box(left, self.top, right - left, line.height_pt)
            self._rule(box)
            if cell.text:
                size = line.sizes_pt[index]
                side = "center" if index < span else self.layout.aligns[index]
                self._block(wrap(cell.text, room_em(box.width / POINTS_PER_MM, size)), box, size, side=side)
        whole = self._placed(Box(0, self.top, self.layout.width_mm * POINTS_PER_MM, line.height_pt))
        self.top += line.height_pt
        return whole

    def draw_notes(self) -> None:
        for note in self.layout.notes:
            box = Box(0, self.top, self.layout.width_mm * POINTS_PER_MM, self.layout.note_height_pt(note))
            self._block(note, box, self.layout.size_pt, side="edge")
            self.top += box.height

    def draw_footer(self, words: str) -> None:
        paper = self.layout.paper
        baseline = (paper.height_mm - _FOOTER_MM) * POINTS_PER_MM
        self.page.texts.append(Text(words, 0, baseline, paper.width_mm * POINTS_PER_MM, _FOOTER_PT))

    def _rule(self, box: Box) -> None:
        self.page.boxes.append(self._placed(box))

    def _block(self, lines: Sequence[str], box: Box, size: float, role: str = fonts.BODY, side: str = "center") -> None:
        step = size * (LINE - 0.12)
        baseline = box.top + (box.height - step * len(lines)) / 2 + step / 2 + size * 0.36
        inset = 0.0 if side == "edge" else _PAD_PT
        scale = self.layout.scale
        for line in lines:
            place = self._placed(Box(box.left + inset, baseline, box.width - 2 * inset, 0))
            words = Text(line, place.left, place.top, place.width, size * scale, role, "center" if side == "center" else "left")
            self.page.texts.append(words)
            baseline += step

    def _placed(self, box: Box) -> Box:
        scale = self.layout.scale
        top = self.layout.paper.margin_mm * POINTS_PER_MM
        return Box(self.left + box.left * scale, top + box.top * scale, box.width * scale, box.height * scale)

    def edges(self, keys: Sequence[str]) -> dict[str, tuple[float, float]]:
        """Return left and right of each column, in points of the paper."""
        found = {}
        for number, key in enumerate(keys):
            left, right = self._edges(number, number)
            found[key] = (self.left + left * self.layout.scale, self.left + right * self.layout.scale)
        return found

    def _edges(self, first: int, last: int) -> tuple[float, float]:
        widths = self.layout.widths_mm
        return sum(widths[:first]) * POINTS_PER_MM, sum(widths[: last + 1]) * POINTS_PER_MM


def _names(line: Line) -> Iterator[str]:
    """Yield what a row may be called: its words, not its numbers."""
    for cell in line.cells:
        if cell.text and cell.number is None and cell.day is None and len(cell.text) <= _LONGEST_NAME and not cell.text.isdigit():
            yield cell.text
