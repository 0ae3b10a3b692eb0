"""A bar chart as a picture, for documents that an office edits in Word.

Grey on white and nothing else, so that it prints the same on every printer; a
number stands at each bar, so that nobody has to read an axis. The same bars
give the same bytes.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import resources
from services.exports.layout import POINTS_PER_MM
from services.exports.printed import plain

WIDTH_MM = 140.0
_DOTS_PER_MM = 300 / 25.4
_BAR_MM, _GAP_MM, _LEAST_STEP_MM = 4.0, 2.6, 4.2
_MOST_HIGH_MM = 150.0
_TEXT_PT = 10.5
_SPACE_MM = 2.0
_LONGEST_NAME = 10
_GREY, _INK, _PAPER = 96, 0, 255


@dataclass(frozen=True)
class Chart:
    """Bars below each other, in their own fixed order and never by size.

    Attributes:
        caption: Line above it.
        bars: Name and count of each.
    """

    caption: str
    bars: tuple[tuple[str, int], ...]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not any(value for _name, value in self.bars)

    @property
    def high_mm(self) -> float:
        """How high the picture stands on paper."""
        return len(self.bars) * _step(len(self.bars)) + 2 * _SPACE_MM


def picture(chart: Chart) -> bytes:
    """Return the chart as a PNG of `WIDTH_MM`.

    Args:
        chart: With at least one bar.
    """
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 - few starts need it

    step = _step(len(chart.bars))
    size = min(_TEXT_PT / POINTS_PER_MM, step * 0.8)
    font = ImageFont.truetype(str(resources.path("fonts", "NotoSansSC-Regular.ttf")), round(size * _DOTS_PER_MM))
    paper = Image.new("L", (_dots(WIDTH_MM), _dots(chart.high_mm)), _PAPER)
    pen = ImageDraw.Draw(paper)
    names = [_short(name) for name, _value in chart.bars]
    left = max(font.getlength(name) for name in names) + _dots(_SPACE_MM)
    most = max(1, *(value for _name, value in chart.bars))
    room = paper.width - left - font.getlength(f"{most:,}") - _dots(2 * _SPACE_MM)
    for number, (name, (_name, value)) in enumerate(zip(names, chart.bars, strict=True)):
        middle = _dots(_SPACE_MM + step * (number + 0.5))
        pen.text((left - _dots(_SPACE_MM), middle), name, fill=_INK, font=font, anchor="rm")
        end = left + room * value / most
        half = _dots(min(_BAR_MM, step * 0.62) / 2)
        if value:
            pen.rectangle((left, middle - half, end, middle + half), fill=_GREY)
        pen.text((end + _dots(_SPACE_MM), middle), f"{value:,}", fill=_INK, font=font, anchor="lm")
    pen.line((left, 0, left, paper.height), fill=_INK, width=max(1, _dots(0.2)))
    stream = io.BytesIO()
    paper.save(stream, "PNG", optimize=True, dpi=(300, 300))
    return stream.getvalue()


def _step(count: int) -> float:
    """Return how far the bars stand apart, in millimetres: many of them stand closer."""
    return max(_LEAST_STEP_MM, min(_BAR_MM + _GAP_MM, _MOST_HIGH_MM / max(count, 1)))


def _dots(millimetres: float) -> int:
    return round(millimetres * _DOTS_PER_MM)


def _short(name: str) -> str:
    text = plain(name).replace("\n", " ")
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…"
