"""The worker's side: what a foreign file is, and its rows as JSON lines.

Started by `services.imports.worker`; one request per line on standard input,
events and rows as lines on standard output. It opens files and nothing else:
no network, no data folder, nothing unzipped to disk, no macro run. If it
dies, the file is refused and the program goes on.
"""

from __future__ import annotations

import datetime as dt
import gc
import io
import json
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import python_calamine as calamine

from services.imports.archive import DEFAULT_LIMITS, Archive, Limits
from services.imports.old_workbook import Beside, beside
from services.imports.raw import Scalar, Unreadable
from services.imports.text_tables import TextTable, decode, looks_like_html, read_csv, read_html
from services.imports.word_tables import read_document
from services.imports.xlsx import Workbook
from services.imports.xlsx_sheet import Sheet, encode_row

if sys.platform != "win32":
    import resource

SECOND_OPINION_CELLS = 100_000
_ADDRESS_SPACE = 2 << 30
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER_PACKERS = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
_OTHER_FORMATS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"{\\rtf")
_encode = json.JSONEncoder(ensure_ascii=False).encode
_READ = b'{"is": "read"'
_TABLE_NAMES = (".xlsx", ".xlsm", ".xls", ".et", ".csv")
_WORD_NAMES = (".docx", ".docm", ".wps", ".doc")


def main() -> None:
    """Answer requests until standard input ends."""
    out = sys.stdout.buffer
    gc.freeze()
    gc.disable()  # a row leaves nothing behind; what a file does is collected when it is answered
    for line in sys.stdin.buffer:
        request = json.loads(line)
        _limit_this_file()
        answer(Path(request["path"]), out)
        out.flush()
        gc.collect()


def answer(path: Path, out: IO[bytes], limits: Limits = DEFAULT_LIMITS) -> None:
    """Write all lines for one file: its sheets and rows, or why it is refused."""
    try:
        with path.open("rb") as stream:
            for piece in _read(path, stream, limits):
                out.write(piece)
                if piece.startswith(_READ):
                    out.flush()
    except Unreadable as refusal:
        out.write(_event("refused", reject_code=refusal.reject_code, limit=refusal.limit))
    except OSError:
        out.write(_event("refused", reject_code="corrupt", limit=""))
    except MemoryError:
        out.write(_event("refused", reject_code="too_large", limit="读取时内存不够"))


def _read(path: Path, stream: IO[bytes], limits: Limits) -> Iterator[bytes]:
    head = stream.read(512)
    size = stream.seek(0, 2)
    stream.seek(0)
    suffix = path.suffix.lower()
    if not head:
        raise Unreadable("empty_file")
    if size > limits.file_bytes:
        raise Unreadable("too_large", f"超过 {limits.file_bytes >> 20} MB")
    if head[:2] == b"PK" and head[2:4] in (b"\x03\x04", b"\x05\x06"):
        return _read_zip(path, stream, limits)
    if head[:8] == _OLE:
        return _read_ole(stream, suffix, limits)
    if head.startswith(_OTHER_PACKERS):
        raise Unreadable("not_a_workbook")
    if head.startswith(_OTHER_FORMATS):
        raise Unreadable("unsupported_format")
    return _read_text(stream.read(), suffix, limits)


def _read_zip(path: Path, stream: IO[bytes], limits: Limits) -> Iterator[bytes]:
    archive = Archive(stream, limits)
    if archive.has("word/document.xml"):
        if path.suffix.lower() not in _WORD_NAMES:
            raise Unreadable("is_docx")
        return _tables("docx", read_document(archive), limits)
    if archive.has("xl/workbook.bin") or archive.has("content.xml"):
        raise Unreadable("unsupported_format")
    return _read_workbook(path, Workbook(archive))


def _read_workbook(path: Path, book: Workbook) -> Iterator[bytes]:
    yield _event("book", kind="xlsx", date1904=book.date1904)
    for sheet in book.sheets():
        yield _event("sheet", name=sheet.name, hidden=sheet.hidden, formats=book.formats, strikes=sorted(book.strikes))
        for batch in book.rows(sheet):
            yield b"\n".join(batch)
            yield b"\n"
        yield _event(
            "end",
            merges=sheet.merges,
            hidden_columns=sheet.hidden_columns,
            comments=sheet.comments,
            above=[],
            non_empty=sheet.non_empty,
            sorted=sheet.in_order,
        )
    total = sum(sheet.non_empty for sheet in book.sheets())
    # If the second reader kills the process, the first one's rows still count.
    yield _event("read", non_empty=total)
    warnings = ["readers_disagree"] if _second_opinion(path, book.sheets()) else []
    yield _event("done", non_empty=total, warnings=warnings)


def _second_opinion(path: Path, sheets: list[Sheet]) -> bool:
    """Tell whether calamine counts another number of cells with content."""
    if sum(sheet.last_row * (sheet.last_col + 1) for sheet in sheets) > SECOND_OPINION_CELLS:
        return False
    try:
        # by its content, for it may be named .xls
        with path.open("rb") as stream, calamine.CalamineWorkbook.from_filelike(stream) as other:
            for sheet in sheets:
                rows = other.get_sheet_by_name(sheet.name).to_python()
                filled = [not isinstance(value, str) or not value.isspace() for row in rows for value in row if value != ""]
                if sum(filled) not in (sheet.non_empty, sheet.non_empty - sheet.errors):  # it may leave error values out
                    return True
    except (calamine.CalamineError, OSError, ValueError):
        return True
    return False


def _read_ole(stream: IO[bytes], suffix: str, limits: Limits) -> Iterator[bytes]:
    data = stream.read()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Unreadable("password_protected")
    if "WordDocument".encode("utf-16-le") in data:
        raise Unreadable("unsupported_format")
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        known = beside(data)
        names = [sheet.name for sheet in book.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
        if len(known) != len(names):
            known = [Beside() for _name in names]
        if len(names) > limits.sheets:
            raise Unreadable("too_large", f"工作表超过 {limits.sheets} 张")
        tables = [(_old_sheet(book, name, more), list[str]()) for name, more in zip(names, known, strict=True)]
    except calamine.PasswordError as error:
        raise Unreadable("password_protected") from error
    except (calamine.CalamineError, ValueError, OSError) as error:
        raise Unreadable("unsupported_format" if suffix in (".et", ".wps", ".doc") else "legacy_xls") from error
    return _tables("xls", tables, limits)


def _old_sheet(book: calamine.CalamineWorkbook, name: str, more: Beside) -> TextTable:
    sheet = book.get_sheet_by_name(name)
    table = TextTable(name, merges=[(a[0] + 1, a[1], b[0] + 1, b[1]) for a, b in sheet.merged_cell_ranges or []])
    for row in sheet.to_python(skip_empty_area=False):
        table.rows.append([_old_value(value) for value in row])
    for (row_number, col), error in more.errors.items():
        table.put(row_number, col, error)
    table.errors, table.hidden, table.formats = set(more.errors), more.hidden, more.formats
    table.hidden_rows, table.hidden_columns = more.rows, more.columns
    return table


def _old_value(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return int(value)
    if isinstance(value, str):
        return value if value.strip() else None
    return value


def _read_text(data: bytes, suffix: str, limits: Limits) -> Iterator[bytes]:
    try:
        text = decode(data)
    except Unreadable:
        if suffix in _TABLE_NAMES:
            raise Unreadable("corrupt") from None
        raise
    head = text[:4096].lstrip("\ufeff \r\n\t")
    if head.startswith("MIME-Version"):
        raise Unreadable("html_not_workbook")
    if looks_like_html(text):
        return _tables("html", [(table, []) for table in read_html(text)], limits)
    if head.startswith("<?xml") or suffix in (".json", ".xml", ".rtf"):
        raise Unreadable("unsupported_format")
    return _tables("csv", [(table, []) for table in read_csv(text)], limits)


def _tables(kind: str, tables: Iterable[tuple[TextTable, list[str]]], limits: Limits) -> Iterator[bytes]:
    yield _event("book", kind=kind, date1904=False)
    rows_left, cells_left, total = limits.rows, limits.cells, 0
    for table, above in tables:
        formats = ["", *sorted(set(table.formats.values()))]
        yield _event("sheet", name=table.name, hidden=table.hidden, formats=formats, strikes=[])
        count = 0
        for number, values in enumerate(table.rows, 1):
            cells = {col: _json_value(value) for col, value in enumerate(values) if value is not None}
            if not cells:
                continue
            marks = [(col, "d") for col in cells if isinstance(values[col], dt.date | dt.time)]
            marks += [(col, "e") for col in cells if (number, col) in table.errors]
            looks = [formats.index(table.formats.get((number, col), "")) for col in cells] if table.formats else [0]
            yield encode_row(number, int(number in table.hidden_rows), list(cells), list(cells.values()), looks, marks) + b"\n"
            count += len(cells)
            rows_left -= 1
            if rows_left < 0 or cells_left < count:
                raise Unreadable("too_large", f"有内容的行超过 {limits.rows} 行")
        cells_left -= count
        total += count
        yield _event(
            "end", merges=table.merges, hidden_columns=table.hidden_columns, comments=[], above=above, non_empty=count, sorted=True
        )
    yield _event("done", non_empty=total, warnings=[])


def _json_value(value: object) -> Scalar:
    if isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return value.total_seconds() / 86400
    return str(value)


def _event(what: str, /, **facts: object) -> bytes:
    return _encode({"is": what, **facts}).encode("utf-8", "replace") + b"\n"


def _limit_this_file() -> None:
    """Bound address space and processor time; the parent watches both too."""
    if sys.platform == "win32":
        return
    seconds = int(time.process_time() + DEFAULT_LIMITS.seconds) + 1
    _soft, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds if most < 0 else min(seconds, most), most))
    _soft, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE if most < 0 else min(_ADDRESS_SPACE, most), most))


if __name__ == "__main__":
    main()
