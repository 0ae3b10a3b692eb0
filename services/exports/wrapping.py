"""Measuring and breaking text without knowing the reader's fonts.

Widths are counted in full-width characters ("em") by classes of characters, a
little generously: whatever font the other PC takes, nothing may be clipped.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# A code a little wider than its column is set narrower, not broken in two.
_NARROWED = 1.25
_NO_START = frozenset("，。、；：？！）》」』】〕”’％%,.;:?!)]}")
_NO_END = frozenset("（《「『【〔“‘([{")
_TITLE_WORDS = (
    "关于", "开展", "集中", "分片", "检查", "活动", "工作", "情况", "统计表",
    "总结", "报告", "实施", "专项", "执法", "行政", "安全生产",
)  # fmt: skip


def em(text: str) -> float:
    """Return the width of text in full-width characters, rather too wide."""
    return sum(map(_em_of, text))


@lru_cache(maxsize=2048)
def wrap(text: str, room: float) -> tuple[str, ...]:
    """Break text into lines of `room` full-width characters.

    Latin words and numbers stay whole, and such a line may be a quarter too
    wide (the writers narrow it); no line begins with a closing mark or ends
    with an opening one.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += _fill(paragraph, max(room, 1.0))
    return tuple(lines)


@lru_cache(maxsize=256)
def head_lines(text: str, room: float) -> tuple[str, ...]:
    """Break a heading: where the form breaks it, then before its unit."""
    lines: list[str] = []
    for piece in text.split("\n"):
        broken = piece if em(piece) <= room else piece.replace("（", "\n（")
        lines += wrap(broken.removeprefix("\n"), room)
    return tuple(lines)


def title_lines(text: str, room: float) -> tuple[str, ...]:
    """Break a title evenly, between words where a word is known.

    Args:
        text: The title.
        room: Full-width characters that fit in a line.
    """
    if em(text) <= room:
        return (text,)
    count = int(em(text) // room) + 1
    lines: list[str] = []
    while count > 1 and em(text) > room:
        cut = _title_cut(text, em(text) / count, room)
        lines.append(text[:cut])
        text, count = text[cut:], count - 1
    return (*lines, *wrap(text, room))


@lru_cache(maxsize=65_536)
def _em_of(ch: str) -> float:
    if unicodedata.east_asian_width(ch) in "WFA":
        return 1.0
    if unicodedata.combining(ch):
        return 0.0
    if ch in "mwMW@%&—…":
        return 0.95
    if ch.isupper():
        return 0.72
    return 0.35 if ch in " .,:;'|!()[]il1" and ch != "1" else 0.58


def _fill(paragraph: str, room: float) -> list[str]:
    lines: list[str] = []
    line = ""
    used = 0.0
    for word in _words(paragraph, room):
        width = em(word)
        if line and used + width > room and not (word[0] in _NO_START and used + width <= room + 0.5):
            line, carried = _kinsoku(line, word)
            lines.append(line.rstrip())
            line, used = carried, em(carried)
        line += word
        used += width
    return [*lines, line.rstrip()]


def _kinsoku(line: str, word: str) -> tuple[str, str]:
    """Return (what stays, what moves on) so that marks stand where they may."""
    keep, first = len(line), word[0]
    while keep > 1 and first in _NO_START:
        keep -= 1
        first = line[keep]
    while keep > 1 and line[keep - 1] in _NO_END:
        keep -= 1
    return line[:keep], line[keep:]


def _words(text: str, room: float) -> list[str]:
    found: list[str] = []
    for ch in text:
        joins = found and ch.isascii() and ch.isalnum() and found[-1][-1].isascii() and found[-1][-1].isalnum()
        if joins and em(found[-1] + ch) <= room * _NARROWED:
            found[-1] += ch
        else:
            found.append(ch)
    return found


def _title_cut(text: str, ideal: float, room: float) -> int:
    def distance(cut: int) -> float:
        return abs(em(text[:cut]) - ideal)

    near = [cut for cut in range(1, len(text)) if em(text[:cut]) <= room and text[cut] not in _NO_START and text[cut - 1] not in _NO_END]
    between = [cut for cut in near if distance(cut) <= 5 and (text.startswith(_TITLE_WORDS, cut) or text[cut - 1] in "》”、的暨")]
    return min(between or near or [max(1, int(room))], key=distance)
