"""Grids of cells as files: xlsx, xls, csv, html, docx."""

from __future__ import annotations

import csv
import html
import io
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import docx

from services.imports import foreign
from services.imports.read_form import ReadForm
from services.imports.reading import read_form
from services.imports.worker import collect
from tests.imports import old_excel
from tests.imports.drafts import Broken, Cell, Formula, Grid
from tests.workbooks import MAIN, sheet_xml, text_cell, write

KINDS = ("xlsx", "xls", "csv", "csv-bom", "csv-gbk", "csv-tab", "csv-semicolon", "html", "docx")
_EPOCH = date(1899, 12, 30)
_STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts><font/></fonts><cellXfs>'
    '<xf numFmtId="0" fontId="0"/><xf numFmtId="14" fontId="0"/></cellXfs></styleSheet>'
)
_LAST = "XFD1048576"


def save(grids: list[Grid], folder: Path, kind: str) -> Path:
    """Write the grids; formats without sheets take the first."""
    if kind == "xlsx":
        return _xlsx(grids, folder / "来表.xlsx")
    if kind == "xls":
        path = folder / "来表.xls"
        path.write_bytes(old_excel.workbook([(grid.name, grid.lines, grid.merges) for grid in grids]))
        return path
    if kind == "html":
        return _html(grids[0], folder / "来表.xls")
    if kind == "docx":
        return _docx(grids[0], folder / "来表.docx")
    return _csv(grids[0], folder / "来表.csv", kind.partition("-")[2])


def read_back(path: Path) -> ReadForm:
    """Read a file without a process of its own: quick, for files that kill no process."""
    lines = io.BytesIO()
    foreign.answer(path, lines)
    lines.seek(0)
    book = collect(path, lines)
    assert book is not None
    return read_form(book)


def as_text(value: Cell) -> str:
    """Return a cell as a format without types shows it."""
    if value is None:
        return ""
    if isinstance(value, Formula):
        return f"={value.text}" if value.result is None else str(value.result)
    return value.text if isinstance(value, Broken) else str(value)


def _xlsx(grids: list[Grid], path: Path) -> Path:
    parts = [_sheet(grid) for grid in grids]
    return write(path, *parts, names=tuple(grid.name for grid in grids), parts={"xl/styles.xml": _STYLES})


def _sheet(grid: Grid) -> str:
    rows = "".join(
        f'<row r="{row}" hidden="{int(row in grid.hidden)}">'
        + "".join(_cell(f"{_letters(col)}{row}", value) for col, value in enumerate(line))
        + "</row>"
        for row, line in enumerate(grid.lines, 1)
        if line
    )
    cols = "".join(f'<col min="{col + 1}" max="{col + 1}" hidden="1"/>' for col in sorted(grid.hidden_columns))
    merges = "".join(f'<mergeCell ref="{_letters(left)}{top}:{_letters(right)}{bottom}"/>' for top, left, bottom, right in grid.merges)
    before = f'<dimension ref="A1:{_LAST if grid.brushed else "A1"}"/>' + (f"<cols>{cols}</cols>" if cols else "")
    if grid.brushed:
        rows += f'<row r="1048576" s="1" customFormat="1"><c r="{_LAST}" s="1"/></row>'
    return sheet_xml(rows, before=before, after=f"<mergeCells>{merges}</mergeCells>" if merges else "")


def _cell(place: str, value: Cell) -> str:
    if value is None:
        return f'<c r="{place}" s="0"/>'
    if isinstance(value, Formula):
        result = "" if value.result is None else f"<v>{value.result}</v>"
        return f'<c r="{place}"><f>{escape(value.text)}</f>{result}</c>'
    if isinstance(value, Broken):
        return f'<c r="{place}" t="e"><v>{value.text}</v></c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="1"><v>{(value - _EPOCH).days}</v></c>'
    return text_cell(place, value) if isinstance(value, str) else f'<c r="{place}"><v>{value!r}</v></c>'


def _letters(col: int) -> str:
    text = ""
    col += 1
    while col:
        col, rest = divmod(col - 1, 26)
        text = chr(65 + rest) + text
    return text


def _csv(grid: Grid, path: Path, how: str) -> Path:
    out = io.StringIO()
    writer = csv.writer(out, delimiter={"tab": "\t", "semicolon": ";"}.get(how, ","))
    writer.writerows([[as_text(value) for value in line] for line in grid.lines])
    path.write_bytes(out.getvalue().encode({"bom": "utf-8-sig", "gbk": "gb18030"}.get(how, "utf-8")))
    return path


def _html(grid: Grid, path: Path) -> Path:
    covered = {(r, c) for top, left, bottom, right in grid.merges for r in range(top, bottom + 1) for c in range(left, right + 1)}
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in grid.merges}
    lines: list[str] = []
    for row, line in enumerate(grid.lines, 1):
        cells = ""
        for col, value in enumerate(line):
            if (row, col) in spans:
                down, across = spans[(row, col)]
                cells += f'<td rowspan="{down}" colspan="{across}">{html.escape(as_text(value))}</td>'
            elif (row, col) not in covered:
                cells += f"<td>{html.escape(as_text(value))}</td>"
        lines.append(f"<tr>{cells}</tr>")
    path.write_text(
        f'<html><head><meta charset="utf-8"></head><body><table border=1>{"".join(lines)}</table></body></html>', encoding="utf-8"
    )
    return path


def _docx(grid: Grid, path: Path) -> Path:
    document = docx.Document()
    width = max((len(line) for line in grid.lines), default=1)
    table = document.add_table(len(grid.lines), width)
    for row, line in zip(table.rows, grid.lines, strict=True):
        for cell, value in zip(row.cells, line, strict=False):
            cell.text = as_text(value)
    for top, left, bottom, right in grid.merges:
        table.cell(top - 1, left).merge(table.cell(bottom - 1, right))
    document.save(str(path))
    return path
