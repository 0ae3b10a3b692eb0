"""The leader's page: one A4 with the main figures, two charts and the groups.

One drawing serves paper and screen: `leader_page` places lines, bars and
words once; the PDF draws them and the preview paints them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from services.exports import fonts, glyphs
from services.exports.archive import NotVerified, atomic_write
from services.exports.flow import Box, SheetPage, Text
from services.exports.layout import A4_PORTRAIT, POINTS_PER_MM
from services.exports.pdf import Drawn, pdf_faults, stamp
from services.exports.printed import plain
from services.exports.statistics import bar_colour
from services.exports.wrapping import em, wrap
from services.figures.statistics import Statistics, shown_unit, shown_value

MAIN = (
    *("enterprises", "findings", "major_hazards", "rectification_rate"),
    *("overdue", "documents", "proposed_cases", "fine_decided_yuan"),
)
_MARGIN = 20 * POINTS_PER_MM
_WIDTH = 170 * POINTS_PER_MM
_BOTTOM = 297 * POINTS_PER_MM - 14 * POINTS_PER_MM
_ACROSS = 4
_FIGURE_HIGH, _CHART_LEAST, _CHART_MOST = 54.0, 112.0, 168.0
_ROW_HIGH, _MOST_GROUPS = 17.0, 12
_NOTE_PT, _NOTE_STEP = 7.5, 10.0
_WIDEST_BAR = 18.0
_LONGEST_AXIS = 31
_RULE_PT = 0.5


@dataclass
class ChartPage(SheetPage):
    """A page that has filled bars as well.

    Attributes:
        bars: Filled in the one colour of charts.
    """

    bars: list[Box] = field(default_factory=list)


def leader_page(stat: Statistics) -> ChartPage:
    """Return the page for the leader.

    Args:
        stat: Figures and tables of a campaign; tables are not needed.
    """
    pen = _Pen()
    name = stat.campaign.removesuffix("实施方案").removesuffix("方案")
    size = min(20.0, _WIDTH / max(em(f"{name}情况"), 1))
    pen.write(f"{name}情况", size=size, step=32, role=fonts.TITLE)
    pen.write(stat.span, size=11, step=20)
    pen.top += 6
    _figures(pen, stat)
    # The charts take what groups and notes leave.
    below = 20 + max(min(len(stat.breakdowns["by_group"]), _MOST_GROUPS + 1), 2) * _ROW_HIGH + len(_note_lines(stat)) * _NOTE_STEP + 20
    high = min(max((_BOTTOM - pen.top - below - 2 * 20) / 2, _CHART_LEAST), _CHART_MOST)
    by_category = [(str(row["name"]), int(row["findings"])) for row in stat.breakdowns["by_category"]]
    total = stat.figures["findings"].value or 0
    _chart(pen, f"发现问题按类别（{total:,} 项，次序同附件2）", [(_short(word), value) for word, value in by_category], high)
    days = [(date.fromisoformat(row["name"]), int(row["findings"])) for row in stat.breakdowns["by_day"]][-_LONGEST_AXIS:]
    _chart(pen, "发现问题按检查日期（项）", [(f"{day.month}.{day.day}", value) for day, value in days], high)
    _groups(pen, stat)
    _notes(pen, stat)
    return pen.page


def write_leader_pdf(stat: Statistics, target: Path, *, made_at: datetime) -> Drawn:
    """Write the page as PDF, the same bytes for the same input.

    Args:
        stat: The statistics.
        target: Path to write; put it in place with `deliver_leader_pdf`.
        made_at: Moment stored in the file.

    Raises:
        OSError: The path cannot be written.
    """
    high = A4_PORTRAIT.height_mm * POINTS_PER_MM
    canvas = Canvas(str(target), pagesize=(A4_PORTRAIT.width_mm * POINTS_PER_MM, high), invariant=1, pageCompression=1)
    stamp(canvas, made_at)
    canvas.setTitle(f"{stat.campaign} 情况")
    canvas.setCreator("")
    canvas.setAuthor("")
    page, book = leader_page(stat), glyphs.Glyphs()
    canvas.setFillColor(HexColor(bar_colour()))
    for box in page.bars:
        canvas.rect(box.left, high - box.top - box.height, box.width, box.height, stroke=0, fill=1)
    canvas.setFillGray(0)
    canvas.setLineWidth(_RULE_PT)
    for box in page.boxes:
        canvas.rect(box.left, high - box.top - box.height, box.width, box.height)
    for text in page.texts:
        _write(canvas, book, text, high)
    canvas.showPage()
    canvas.save()
    return Drawn(1, tuple(book.missing))


def deliver_leader_pdf(stat: Statistics, target: Path, *, made_at: datetime) -> Drawn:
    """Put the page in place once it reads back.

    Args:
        stat: The statistics.
        target: Final place.
        made_at: Moment stored in the file.

    Raises:
        FileTrouble: It cannot be written or does not read back; an old file stays.
    """
    drawn: list[Drawn] = []

    def verify(path: Path) -> None:
        why = pdf_faults(path, 1)
        if why:
            raise NotVerified(path=str(target), why=why)

    atomic_write(target, lambda path: drawn.append(write_leader_pdf(stat, path, made_at=made_at)), verify)
    return drawn[-1]


class _Pen:
    """Places what stands on the page, from the top down."""

    def __init__(self) -> None:
        self.page = ChartPage()
        self.top = _MARGIN

    def write(self, words: str, *, size: float, step: float, role: str = fonts.BODY, side: str = "center") -> None:
        """Write a line over the whole width."""
        self.place(words, _MARGIN, self.top + step / 2, _WIDTH, size, role=role, side=side)
        self.top += step

    def place(
        self, words: str, left: float, middle: float, width: float, size: float, *, role: str = fonts.BODY, side: str = "center"
    ) -> None:
        """Write words around a middle line."""
        self.page.texts.append(Text(plain(words), left, middle + size * 0.36, width, size, role, side))

    def line(self, left: float, top: float, width: float) -> None:
        """Draw a level hairline."""
        self.page.boxes.append(Box(left, top, width, 0))


def _figures(pen: _Pen, stat: Statistics) -> None:
    known, width = stat.figures, _WIDTH / _ACROSS
    for number, key in enumerate(MAIN):
        figure = known[key]
        left, top = _MARGIN + number % _ACROSS * width, pen.top + number // _ACROSS * _FIGURE_HIGH
        pen.page.boxes.append(Box(left, top, width, _FIGURE_HIGH))
        unit = "" if figure.value is None else shown_unit(figure)
        pen.place(figure.name, left, top + 13, width, 10)
        pen.place(f"{shown_value(figure, figure.value)} {unit}".strip(), left, top + 33, width, 17, role=fonts.HEAD)
    pen.top += -(-len(MAIN) // _ACROSS) * _FIGURE_HIGH + 12


def _chart(pen: _Pen, title: str, bars: Sequence[tuple[str, int]], whole: float) -> None:
    pen.write(title, size=11, step=20, role=fonts.HEAD, side="left")
    if not any(value for _word, value in bars):
        pen.write("还没有问题", size=10, step=whole / 2)
        return
    base, highest, slot = pen.top + whole - 30, max(value for _word, value in bars), _WIDTH / len(bars)
    field_high = whole - 46
    wide, size = min(_WIDEST_BAR, slot * 0.6), min(9.0, slot * 0.62)
    for number, (word, value) in enumerate(bars):
        left, high = _MARGIN + number * slot, value / highest * field_high
        if value:
            pen.page.bars.append(Box(left + (slot - wide) / 2, base - high, wide, high))
            pen.place(f"{value:,}", left, base - high - 7, slot, size)
        for row, piece in enumerate(word.split("\n")):
            pen.place(piece, left, base + 8 + row * 10, slot, min(size, 8.5))
    pen.line(_MARGIN, base, _WIDTH)
    pen.top += whole


def _groups(pen: _Pen, stat: Statistics) -> None:
    pen.write("各组完成情况（按组号）", size=11, step=20, role=fonts.HEAD, side="left")
    rows = stat.breakdowns["by_group"]
    if not rows:
        pen.write("还没有检查分组", size=10, step=24)
        return
    track = _WIDTH - 190
    for row in rows[:_MOST_GROUPS]:
        middle, quota, done = pen.top + _ROW_HIGH / 2, row["quota"], row["enterprises"]
        pen.place(str(row["name"]), _MARGIN, middle, 80, 9.5, side="left")
        pen.page.boxes.append(Box(_MARGIN + 84, middle - 4, track, 8))
        if quota and done:
            pen.page.bars.append(Box(_MARGIN + 84, middle - 4, track * min(done / quota, 1.0), 8))
        asked = f"{done} / {quota} 家" if quota else f"{done} 家"
        pen.place(f"{asked}，{row['findings']} 项", _MARGIN + 92 + track, middle, 98, 9.5, side="left")
        pen.top += _ROW_HIGH
    if len(rows) > _MOST_GROUPS:
        pen.write(f"另有 {len(rows) - _MOST_GROUPS} 个组，见统计表", size=9, step=_ROW_HIGH, side="left")


def _notes(pen: _Pen, stat: Statistics) -> None:
    """Write at the foot what every number of the page counts."""
    lines = _note_lines(stat)
    top = max(pen.top + 8, _BOTTOM - len(lines) * _NOTE_STEP)
    pen.line(_MARGIN, top - 4, _WIDTH)
    for number, line in enumerate(lines):
        pen.place(line, _MARGIN, top + number * _NOTE_STEP + _NOTE_STEP / 2, _WIDTH, _NOTE_PT, side="left")


def _note_lines(stat: Statistics) -> tuple[str, ...]:
    parts = [f"{stat.figures[key].name}：{stat.figures[key].definition}" for key in MAIN]
    return tuple(
        wrap(f"口径　{'。'.join(parts)}。各组家数：已完成检查的企业，同一企业只计一家，联合检查计在主办的一组。", _WIDTH / _NOTE_PT)
    )


def _short(name: str) -> str:
    """Return the label of a category in two lines: 设施设备类 → 设施, 设备."""
    short = name.removesuffix("类") if len(name) > 2 else name
    half = (len(short) + 1) // 2
    return short if len(short) <= 2 else "\n".join(line if len(line) <= 4 else f"{line[:3]}…" for line in (short[:half], short[half:]))


def _write(canvas: Any, book: glyphs.Glyphs, text: Text, high: float) -> None:
    runs = book.runs(text.role, text.words)
    wide = book.width(runs, text.size)
    narrow = min(1.0, text.width / wide) if wide and text.width else 1.0
    left = text.left + ((text.width - wide * narrow) / 2 if text.side == "center" else 0.0)
    line = canvas.beginText(left, high - text.baseline)
    if narrow < 1:
        line.setHorizScale(narrow * 100)
    for name, piece in runs:
        line.setFont(name, text.size)
        line.textOut(piece)
    canvas.drawText(line)
