"""What the second library does not tell of an old .xls: errors, hidden parts.

Values of .xls files are read by python-calamine, which gives an error value as
a blank and says nothing of hidden rows, columns and sheets. This walks the
records of the file once and collects just these. Whatever it does not
understand it leaves out; it never raises for a broken file.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_SMALL = 64
_LAST_SECTOR = 0xFFFFFFFA
_STREAMS = ("workbook", "book")
_BOUND_SHEET, _ROW, _COLUMNS, _ERROR, _FORMULA, _END = 0x0085, 0x0208, 0x007D, 0x0205, 0x0006, 0x000A
_FORMAT, _STYLE, _MANY_NUMBERS = 0x041E, 0x00E0, 0x00BD
_NUMBERS = (0x0203, 0x027E, _MANY_NUMBERS, _FORMULA)
_NOTHING_BUT_ZEROS = re.compile("0{2,}")
_MOST_ERRORS = 100_000


@dataclass
class Beside:
    """What is known of one sheet beside its values.

    Rows count from 1, columns from 0.

    Attributes:
        hidden: The sheet is hidden.
        rows: Hidden rows.
        columns: Hidden columns, as (first, last) pairs.
        errors: Error values by (row, column).
        formats: Number formats by (row, column), of those that write a number with zeros before it.
    """

    hidden: bool = False
    rows: set[int] = field(default_factory=set)
    columns: list[tuple[int, int]] = field(default_factory=list)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)


def beside(data: bytes) -> list[Beside]:
    """Return what is known of each sheet, in the order of the tabs.

    Empty if the file is not understood.
    """
    try:
        stream = _stream(data)
        places = [
            (struct.unpack_from("<I", body)[0], body[4] & 3 != 0, body[5]) for kind, body in _records(stream, 0) if kind == _BOUND_SHEET
        ]
        zeros = _zeros(stream)
        return [_sheet(stream, place, zeros, hidden=hidden) for place, hidden, sort in places if sort == 0]
    except (struct.error, IndexError, ValueError):
        return []


def _zeros(stream: bytes) -> dict[int, str]:
    """Return, by number of the cell style, the formats of nothing but zeros ("00000000")."""
    formats: dict[int, str] = {}
    styles: list[int] = []
    for kind, body in _records(stream, 0):
        if kind == _FORMAT and len(body) > 5:
            count, wide = struct.unpack_from("<HB", body, 2)
            text = body[5 : 5 + count * 2].decode("utf-16-le", "replace") if wide & 1 else body[5 : 5 + count].decode("latin-1")
            if _NOTHING_BUT_ZEROS.fullmatch(text):
                formats[struct.unpack_from("<H", body)[0]] = text
        elif kind == _STYLE and len(body) >= 4:
            styles.append(struct.unpack_from("<H", body, 2)[0])
    return {number: formats[style] for number, style in enumerate(styles) if style in formats}


def _sheet(stream: bytes, place: int, zeros: dict[int, str], *, hidden: bool) -> Beside:
    found = Beside(hidden)
    for kind, body in _records(stream, place):
        if kind == _ROW and len(body) >= 16 and body[12] & 0x20:
            found.rows.add(struct.unpack_from("<H", body)[0] + 1)
        elif kind == _COLUMNS and len(body) >= 10 and body[8] & 1:
            found.columns.append(struct.unpack_from("<HH", body))
        elif kind == _ERROR and len(body) >= 8 and body[7] == 1:
            _note(found, body, body[6])
        elif kind == _FORMULA and len(body) >= 14 and body[6] == 2 and body[12:14] == b"\xff\xff":
            _note(found, body, body[8])
        if zeros and kind in _NUMBERS and len(body) >= 6:
            row, col = struct.unpack_from("<HH", body)
            step, last = (6, len(body) - 2) if kind == _MANY_NUMBERS else (len(body), len(body))
            for ordinal, at in enumerate(range(4, last, step)):
                shape = zeros.get(struct.unpack_from("<H", body, at)[0])
                if shape:
                    found.formats[(row + 1, col + ordinal)] = shape
        if len(found.errors) > _MOST_ERRORS:
            break
    return found


def _note(found: Beside, body: bytes, code: int) -> None:
    row, col = struct.unpack_from("<HH", body)
    found.errors[(row + 1, col)] = _ERRORS.get(code, "#N/A")


def _records(stream: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records of one part of the stream, up to its end."""
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        yield kind, stream[place + 4 : place + 4 + size]
        if kind == _END:
            return
        place += 4 + size


def _stream(data: bytes) -> bytes:
    """Return the stream with the workbook of a compound file."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    if size not in (512, 4096):
        raise ValueError("sector size")
    tables = [sector for sector in struct.unpack_from("<109I", data, 76) if sector < _LAST_SECTOR]
    further, per = struct.unpack_from("<I", data, 68)[0], size // 4
    while further < _LAST_SECTOR and len(tables) * size < len(data):
        block = struct.unpack_from(f"<{per}I", data, (further + 1) * size)
        tables += [sector for sector in block[:-1] if sector < _LAST_SECTOR]
        further = block[-1]
    chain = [entry for sector in tables for entry in struct.unpack_from(f"<{per}I", data, (sector + 1) * size)]
    folder = _chained(data, chain, struct.unpack_from("<I", data, 48)[0], size)
    root = struct.unpack_from("<II", folder, 116)
    for place in range(0, len(folder) - 127, 128):
        length = struct.unpack_from("<H", folder, place + 64)[0]
        name = folder[place : place + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace").lower()
        if name in _STREAMS:
            start, bytes_of_stream = struct.unpack_from("<II", folder, place + 116)
            if bytes_of_stream >= struct.unpack_from("<I", data, 56)[0]:
                return _chained(data, chain, start, size)[:bytes_of_stream]
            # a small stream lies in pieces of 64 bytes within another one
            small = _chained(data, chain, root[0], size)[: root[1]]
            packed = _chained(data, chain, struct.unpack_from("<I", data, 60)[0], size)
            links = list(struct.unpack(f"<{len(packed) // 4}I", packed))
            return _chained(small, links, start, _SMALL, head=0)[:bytes_of_stream]
    raise ValueError("no workbook")


def _chained(data: bytes, chain: list[int], sector: int, size: int, *, head: int = 1) -> bytes:
    """Return the sectors of a chain; `head` of them stand before the first."""
    pieces: list[bytes] = []
    while sector < _LAST_SECTOR and len(pieces) * size <= len(data):
        pieces.append(data[(sector + head) * size : (sector + head + 1) * size])
        sector = chain[sector]
    return b"".join(pieces)
