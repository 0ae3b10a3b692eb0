"""Plain rows of a worksheet read in one go; all the rest goes to expat.

Nearly every row of nearly every file is written one way: references in
capitals, one value a cell, no entities. Such rows are understood whole by two
patterns and never become events; what is cut out is balanced, so what is left
for expat is as sound as the whole. A row that is written in any other way
goes to expat, and at the first comment, section or declaration all that
follows does: the patterns decide nothing in doubt.
"""

from __future__ import annotations

import re
from xml.parsers import expat

from services.imports.xlsx_sheet import SheetReader

_OPEN = b"<sheetData>"
_LONGEST_HEAD = 1 << 18
_LONGEST_ROW = 1 << 21
_MEMO_SIZE = 1000
_ENCODING = re.compile(rb"<\?xml[^>]*encoding(?!=[\"']utf-?8[\"'])", re.IGNORECASE)
_CONTROLS = "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff"
_ATTRIBUTES = rf'(?: [A-Za-z][\w:]*+="[^"<&\r\n\t{_CONTROLS}]*+")*+'
_TEXT = rf"[^<\r{_CONTROLS}]*+"
_CELL = (
    r'<c r="{}[A-Z]{{1,3}}{}[0-9]{{1,7}}"(?: s="{}[0-9]{{1,6}}{}")?(?: t="{}[a-zA-Z]{{1,9}}{}")?'
    rf"(?:/>|>{{}}(?:<f{_ATTRIBUTES}(?:/>|>{_TEXT}</f>))?{{}}"
    rf'(?:<v>{{}}{_TEXT}{{}}</v>|<is><t(?: xml:space="preserve")?>{{}}{_TEXT}{{}}</t></is>)?</c>)'
)
_CELLS = re.compile(_CELL.format(*"()" * 6))
_ROW = re.compile(rf'[ \t\n]*+<row r="([0-9]{{1,7}})"({_ATTRIBUTES}) ?(?:/>|>((?:{_CELL.format(*[""] * 12)})*+)</row>)')
_REFERENCE = re.compile(r"&(?:#([0-9]{1,7})|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')


class RowLane:
    """Stands between the inflated bytes of a sheet and its parser."""

    def __init__(self, parser: expat.XMLParserType, reader: SheetReader) -> None:
        """Wait for the rows to begin."""
        self._parser = parser
        self._reader = reader
        self._held = b""
        self._inside = False
        self._over = False
        self._hidden: dict[str, int | None] = {}

    def parse(self, piece: bytes, final: bool = False, /) -> object:
        """Take the next bytes of the sheet.

        Raises:
            Unreadable: A row or column beyond the last one.
            expat.ExpatError, ValueError, LookupError: The sheet is not sound.
        """
        if self._over:
            return self._parser.Parse(piece, final)
        data, self._held = self._held + piece, b""
        if not self._inside:
            data = self._begin(data)
        if self._inside:
            self._held = self._take(data)
        else:
            self._held = data
        if final or self._over or len(self._held) > _LONGEST_ROW:
            self._over = True
            data, self._held = self._held, b""
            return self._parser.Parse(data, final)
        return None

    def _begin(self, data: bytes) -> bytes:
        place = data.find(_OPEN)
        head = data[:place] if place >= 0 else data
        other = b"<!" in head or head.rfind(b"<?") > head.find(b"<") or _ENCODING.match(head.lstrip(b"\xef\xbb\xbf"))
        if other or len(head) > _LONGEST_HEAD:
            self._over = True
        elif place >= 0:
            self._inside = True
            self._parser.Parse(head + _OPEN)
            return data[place + len(_OPEN) :]
        return data

    def _take(self, data: bytes) -> bytes:
        """Take the whole rows; return what is left for the next time."""
        end = data.rfind(b">") + 1
        text = data[:end].decode()
        if "<!" in text or "<?" in text or "]]>" in text:  # not all that looks like a row need be one
            self._over = True
            return data
        place = 0
        while True:
            match = _ROW.match(text, place)
            if match and self._understood(match[1], match[2], match[3]):
                place = match.end()
                continue
            start = text.find("<", place)
            if start >= 0 and not (text.startswith(("<row ", "<row>"), start) or "<row ".startswith(text[start:])):
                self._over = True
                break
            after = text.find("</row>", place) + 6
            if after < 6:
                break
            self._parser.Parse(text[place:after].encode())
            place = after
        return text[place:].encode() + data[end:]

    def _understood(self, number: str, attributes: str, inside: str | None) -> bool:
        hidden = self._hidden_of(attributes)
        if hidden is None:
            return False
        if not inside:
            self._reader.pass_over(int(number))
            return True
        cells = _CELLS.findall(inside)
        if "&" in inside:
            if not all(_sound(text) for cell in cells for text in cell if "&" in text):
                return False
            cells = [tuple(_REFERENCE.sub(_character, text) if "&" in text else text for text in cell) for cell in cells]
        self._reader.take(int(number), hidden, cells)
        return True

    def _hidden_of(self, attributes: str) -> int | None:
        """Return whether a row of these attributes is hidden; None if they cannot be right."""
        if attributes not in self._hidden:
            pairs = _ATTRIBUTE.findall(attributes)
            said = dict(pairs)
            if len(self._hidden) >= _MEMO_SIZE:
                self._hidden.clear()
            wrong = len(said) != len(pairs) or "r" in said
            self._hidden[attributes] = None if wrong else int(said.get("hidden") in ("1", "true") or said.get("ht") == "0")
        return self._hidden[attributes]


def _sound(text: str) -> bool:
    """Tell whether every reference is one that needs no declaration."""
    found = list(_REFERENCE.finditer(text))
    return len(found) == text.count("&") and all(map(_allowed, found))


def _allowed(match: re.Match[str]) -> bool:
    code = int(match[1] or 32)
    return code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000


def _character(match: re.Match[str]) -> str:
    return chr(int(match[1])) if match[1] else _NAMED[match[2]]
