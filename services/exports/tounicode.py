"""Text copied out of a PDF stays the same text, rare characters included.

WORKAROUND for reportlab up to 5.1: its map from glyphs to text writes a
character beyond U+FFFF as five hexadecimal digits instead of a surrogate
pair, so that a rare surname is searched and copied as other characters (the
picture is right). The map is made here instead; remove this once reportlab
writes pairs itself (a test says so).
"""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.pdfbase import ttfonts

ORIGINAL = ttfonts.makeToUnicodeCMap

_BLOCK = 100


def install() -> None:
    """Let reportlab write correct maps from now on."""
    ttfonts.makeToUnicodeCMap = to_unicode_map


def to_unicode_map(font_name: str, subset: Sequence[int | str]) -> str:
    """Return the map of a subset font, by code: character, as PDF wants it.

    Args:
        font_name: Name of the subset.
        subset: Code point, or text of a ligature, for each code from 0.
    """
    entries = [f"<{code:02X}> <{_utf_16(character)}>" for code, character in enumerate(subset)]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo",
        f"<< /Registry ({font_name})",
        f"/Ordering ({font_name})",
        "/Supplement 0",
        ">> def",
        f"/CMapName /{font_name} def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        f"<00> <{len(subset) - 1:02X}>",
        "endcodespacerange",
    ]
    # A block holds at most 100 entries by the format's own rule.
    for start in range(0, len(entries), _BLOCK):
        block = entries[start : start + _BLOCK]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    return "\n".join([*lines, "endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"])


def _utf_16(character: int | str) -> str:
    text = chr(character) if isinstance(character, int) else character
    return text.encode("utf-16-be", "surrogatepass").hex().upper()
