"""Glyphs for the PDF: which font draws which character, and which none can.

reportlab draws an empty box for a glyph that a font lacks, without a word.
Here every character is looked up first; one that no font has becomes 〓 (the
printer's mark for a missing type) and is reported.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from services.errors import FileTrouble
from services.exports import fonts, tounicode

MISSING = "〓"

_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")


class FontMissing(FileTrouble):
    """The fonts that the program carries are gone."""

    code = "font_missing"
    template = "程序自带的字体“{path}”不见了，PDF 没有写成。"
    mend = "重新安装程序；xlsx 和 docx 不受影响。"


@dataclass
class Glyphs:
    """The fonts of one PDF and the characters that none of them has.

    Attributes:
        missing: Characters drawn as 〓, in the order of their first use.
    """

    missing: dict[str, None] = field(default_factory=dict)

    def runs(self, role: str, text: str) -> list[tuple[str, str]]:
        """Return (font name, piece) so that every character has its glyph."""
        found: list[tuple[str, str]] = []
        for character in text:
            if character in _INVISIBLE:
                continue
            name, drawn = self._place(role, character)
            if found and found[-1][0] == name:
                found[-1] = (name, found[-1][1] + drawn)
            else:
                found.append((name, drawn))
        return found

    def width(self, runs: list[tuple[str, str]], size: float) -> float:
        """Return the width of runs in points."""
        return sum(float(pdfmetrics.stringWidth(piece, name, size)) for name, piece in runs)

    def _place(self, role: str, character: str) -> tuple[str, str]:
        for font in _chain(role):
            if ord(character) in font.face.charToGlyph:
                return font.fontName, character
        if character == "\u00a0" or character.isspace():
            return _chain(role)[0].fontName, " "
        self.missing[character] = None
        return self._place(role, MISSING)


@lru_cache(maxsize=8)
def _chain(role: str) -> tuple[Any, ...]:
    """Return the fonts for a role, then those that may fill a gap."""
    tounicode.install()
    files = list(fonts.files_for(role))
    files += [path for other in (fonts.BODY, fonts.HEAD) for path in fonts.files_for(other) if path not in files]
    chain = tuple(font for font in map(_registered, files) if font is not None)
    if not chain:
        raise FontMissing(path=str(files[-1]))
    return chain


@lru_cache(maxsize=16)
def _registered(path: Path) -> Any | None:
    # A font of the PC may be damaged or of a kind that cannot be embedded: the next one serves.
    try:
        font = TTFont(path.stem, str(path), subfontIndex=0)
    except (TTFError, OSError, struct.error, ValueError, KeyError, IndexError):
        return None
    pdfmetrics.registerFont(font)
    return font
