"""A writer of old binary workbooks (BIFF8 in a compound file), for tests.

No library of ours writes .xls, and towns still send it. Only what the reading
needs: sheets, numbers, texts, days, error values, merged cells, hidden rows.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Sequence
from datetime import date

from tests.imports.drafts import Broken, Cell, Formula

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_EPOCH = date(1899, 12, 30)
_LEAST_STREAM = 4096
_ERRORS = {"#NULL!": 0x00, "#DIV/0!": 0x07, "#VALUE!": 0x0F, "#REF!": 0x17, "#NAME?": 0x1D, "#NUM!": 0x24, "#N/A": 0x2A}
_ZEROS, _DIGITS = 164, 8
_SMALL_SECTOR = 64


class Padded(int):
    """A number that its format shows with zeros before it, eight digits in all."""


Sheet = tuple[str, Sequence[Sequence[Cell]], Sequence[tuple[int, int, int, int]]]


def workbook(sheets: Sequence[Sheet], *, hidden: Collection[int] = (), small: bool = False) -> bytes:
    """Return the bytes of an .xls file.

    Args:
        sheets: Name, lines and merged ranges of each.
        hidden: Numbers of the hidden rows of all sheets.
        small: Keep the workbook in the stream for small parts, as a file of few cells does.
    """
    parts = [_sheet(lines, merges, hidden) for _name, lines, merges in sheets]
    names = [_text(name, wide=False) for name, _lines, _merges in sheets]
    shape = "0" * _DIGITS
    formats = _record(0x041E, struct.pack("<H", _ZEROS) + _text(shape, wide=True)) + _xf(0) + _xf(14) + _xf(_ZEROS)
    size = len(_globals(names, [0] * len(names), formats))
    places: list[int] = []
    for part in parts:
        places.append(size)
        size += len(part)
    stream = _globals(names, places, formats) + b"".join(parts)
    return _compound_of_small(stream) if small else _compound(stream)


def _globals(names: list[bytes], places: list[int], formats: bytes) -> bytes:
    bound = b"".join(_record(0x0085, struct.pack("<IH", place, 0) + name) for name, place in zip(names, places, strict=True))
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)) + formats + bound + _record(0x000A)


def _sheet(lines: Sequence[Sequence[Cell]], merges: Sequence[tuple[int, int, int, int]], hidden: Collection[int]) -> bytes:
    body = b"".join(_record(0x0208, struct.pack("<HHHHHHHH", row - 1, 0, 1, 255, 0, 0, 0x20, 0)) for row in hidden)
    body += b"".join(_cell(row, col, value) for row, line in enumerate(lines) for col, value in enumerate(line) if value is not None)
    if merges:
        areas = b"".join(struct.pack("<HHHH", top - 1, bottom - 1, left, right) for top, left, bottom, right in merges)
        body += _record(0x00E5, struct.pack("<H", len(merges)) + areas)
    width = max((len(line) for line in lines), default=0)
    size = _record(0x0200, struct.pack("<IIHHH", 0, len(lines), 0, width, 0))
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6)) + size + body + _record(0x000A)


def _cell(row: int, col: int, value: Cell) -> bytes:
    if isinstance(value, Broken):
        return _record(0x0205, struct.pack("<HHHBB", row, col, 0, _ERRORS[value.text], 1))
    if isinstance(value, Formula):
        value = f"={value.text}" if value.result is None else value.result
    if isinstance(value, date):
        return _record(0x0203, struct.pack("<HHHd", row, col, 1, (value - _EPOCH).days))
    if isinstance(value, Padded):
        return _record(0x0203, struct.pack("<HHHd", row, col, 2, value))
    if isinstance(value, int | float):
        return _record(0x0203, struct.pack("<HHHd", row, col, 0, value))
    return _record(0x0204, struct.pack("<HHH", row, col, 0) + _text(value or "", wide=True))


def _text(text: str, *, wide: bool) -> bytes:
    return struct.pack("<HB" if wide else "<BB", len(text), 1) + text.encode("utf-16-le")


def _xf(number_format: int) -> bytes:
    return _record(0x00E0, struct.pack("<HHHBBHIIH", 0, number_format, 0, 0, 0, 0, 0, 0, 0)[:20].ljust(20, b"\x00"))


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _compound(stream: bytes) -> bytes:
    stream = stream.ljust(max(_LEAST_STREAM, -(-len(stream) // _SECTOR) * _SECTOR), b"\x00")
    count = len(stream) // _SECTOR
    tables = 1
    while tables * (_SECTOR // 4) < count + 1 + tables:
        tables += 1
    fat = [*range(1, count), _END, _END, *[_FAT] * tables]
    fat += [_FREE] * (tables * (_SECTOR // 4) - len(fat))
    first_table = count + 1
    listed = [*range(first_table, first_table + tables)]
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH6xII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables)
    header += struct.pack("<IIIIIII", count, 0, _LEAST_STREAM, _END, 0, _END, 0)
    header += struct.pack("<109I", *listed, *[_FREE] * (109 - tables))
    folder = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 0, len(stream)) + _entry("", 0, _FREE, 0, 0) * 2
    return header + stream + folder + struct.pack(f"<{len(fat)}I", *fat)


def _compound_of_small(stream: bytes) -> bytes:
    if len(stream) >= _LEAST_STREAM:
        raise ValueError("not a small stream")
    pieces = -(-len(stream) // _SMALL_SECTOR)
    held = stream.ljust(-(-len(stream) // _SECTOR) * _SECTOR, b"\x00")
    count = len(held) // _SECTOR
    links = [*range(1, pieces), _END]
    fat = [*range(1, count), _END, _END, _END, _FAT]
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH6xII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1)
    header += struct.pack("<IIIIIII", count, 0, _LEAST_STREAM, count + 1, 1, _END, 0)
    header += struct.pack("<109I", count + 2, *[_FREE] * 108)
    folder = _entry("Root Entry", 5, 1, 0, len(held)) + _entry("Workbook", 2, _FREE, 0, len(stream)) + _entry("", 0, _FREE, 0, 0) * 2
    per = _SECTOR // 4
    return (
        header
        + held
        + folder
        + struct.pack(f"<{per}I", *links, *[_FREE] * (per - len(links)))
        + struct.pack(f"<{per}I", *fat, *[_FREE] * (per - len(fat)))
    )


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le") if name else b""
    entry = text.ljust(64, b"\x00") + struct.pack("<HBBIII", len(text), kind, 1, _FREE, _FREE, child)
    return entry + bytes(36) + struct.pack("<III", start, size, 0)
