"""What a measurement is, how rounds are taken, how the table is printed.

A bar is a ratio to a named reference that runs in the same process and the
same run, so that a slow machine slows both. Milliseconds stand beside it for
the eye; nothing here is ever asserted.
"""

from __future__ import annotations

import gc
import statistics
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

ROUNDS = 5
DAYS = 250  # a year of working days


@dataclass
class Figure:
    """One line of the table.

    Attributes:
        name: What was measured.
        ours_ms: One time a round.
        reference: What the ratio is to; empty for a figure without a bar.
        reference_ms: One time a round.
        bar: Largest ratio that is good; None for a figure that is only told.
        notes: Lines printed under the table: the parts of the time, memory.
        processor_ms: Ours without what other work took; empty where nobody asked.
    """

    name: str
    ours_ms: list[float] = field(default_factory=list)
    reference: str = ""
    reference_ms: list[float] = field(default_factory=list)
    bar: float | None = None
    notes: list[str] = field(default_factory=list)
    processor_ms: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float | None:
        """Our median over the reference's; None without one."""
        if not self.ours_ms or not self.reference_ms:
            return None
        return statistics.median(self.ours_ms) / statistics.median(self.reference_ms)

    @property
    def verdict(self) -> str:
        """Whether the bar is met, in one word."""
        if not self.ours_ms:
            return "not measured"
        if self.bar is None or self.ratio is None:
            return "told"
        return "met" if self.ratio <= self.bar else "MISSED"


@contextmanager
def timed(into: list[float], processor: list[float] | None = None) -> Iterator[None]:
    """Add the milliseconds of the block to a list.

    Garbage of the round before is collected first, outside the time.

    Args:
        into: Gets the time of the clock on the wall.
        processor: Gets the time of the processor, which other work beside does not lengthen.
    """
    gc.collect()
    started, busy = time.perf_counter(), time.process_time()
    yield
    into.append((time.perf_counter() - started) * 1000)
    if processor is not None:
        processor.append((time.process_time() - busy) * 1000)


def alternate(rounds: int, ours: Callable[[], None], reference: Callable[[], None]) -> None:
    """Run both in turn, so that a busy moment of the machine meets both."""
    for _round in range(rounds):
        ours()
        reference()


def parts_line(parts: dict[str, list[float]]) -> str:
    """Return the medians of the parts of a time as one line."""
    return ", ".join(f"{name} {statistics.median(times):,.0f} ms" for name, times in parts.items() if times)


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a Markdown table, the notes below it."""
    head = ("name", "ours ms", "reference", "reference ms", "ratio", "bar", "verdict")
    rows = [head, *(_cells(figure) for figure in figures)]
    widths = [max(_width(row[place]) for row in rows) for place in range(len(head))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, _line(tuple("-" * width for width in widths), widths))
    notes = [f"{figure.name}: {note}" for figure in figures for note in figure.notes]
    return "\n".join([*lines, "", *(f"- {note}" for note in notes)])


def _cells(figure: Figure) -> tuple[str, ...]:
    def median(times: list[float]) -> str:
        return f"{statistics.median(times):,.0f}" if times else ""

    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    bar = "" if figure.bar is None else f"≤ {figure.bar:g}"
    return figure.name, median(figure.ours_ms), figure.reference, median(figure.reference_ms), ratio, bar, figure.verdict


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    return "| " + " | ".join(cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)) + " |"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
