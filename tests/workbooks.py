"""Hand-made workbook files: the parts that a test gives, the rest as usual.

Foreign files are broken in ways no library writes, so tests write the XML.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

Value = str | int | float | bool | None


def text_cell(place: str, text: str) -> str:
    """An inline text cell."""
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def cell(place: str, value: Value) -> str:
    """A cell of the type of the value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value}</v></c>'
    return text_cell(place, value)


def rows_xml(rows: list[list[Value]], first: int = 1) -> str:
    """Rows of plain values, from column A."""
    lines = []
    for number, values in enumerate(rows, first):
        cells = "".join(cell(f"{chr(65 + col)}{number}", value) for col, value in enumerate(values))
        lines.append(f'<row r="{number}">{cells}</row>')
    return "".join(lines)


def sheet_xml(data: str, *, before: str = "", after: str = "", namespace: str = MAIN) -> str:
    """A worksheet part around the rows."""
    return f'<?xml version="1.0"?><worksheet xmlns="{namespace}">{before}<sheetData>{data}</sheetData>{after}</worksheet>'


def write(
    path: Path, *sheets: str, book: str = "", names: tuple[str, ...] = (), parts: dict[str, str] | None = None, namespace: str = MAIN
) -> Path:
    """Write a workbook.

    Args:
        path: Where to.
        sheets: Worksheet parts (see `sheet_xml`).
        book: Elements put before the sheet list (workbookPr …).
        names: Sheet elements' attributes: "name" or 'name" state="hidden'.
        parts: Further members: xl/sharedStrings.xml, xl/styles.xml, comments …
        namespace: Of the workbook part.
    """
    names = names or tuple(f"Sheet{number}" for number in range(1, len(sheets) + 1))
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, 1))
    links = [f'<Relationship Id="rId{n}" Type="{LINKS}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in range(1, len(sheets) + 1)]
    for kind in ("sharedStrings", "styles"):
        if f"xl/{kind}.xml" in (parts or {}):
            links.append(f'<Relationship Id="{kind}" Type="{LINKS}/{kind}" Target="/xl/{kind}.xml"/>')
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", _types(len(sheets), parts or {}))
        packed.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}">'
            f'<Relationship Id="r" Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        packed.writestr("xl/workbook.xml", f'<workbook xmlns="{namespace}" xmlns:r="{LINKS}">{book}<sheets>{listed}</sheets></workbook>')
        packed.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}">{"".join(links)}</Relationships>')
        for number, sheet in enumerate(sheets, 1):
            packed.writestr(f"xl/worksheets/sheet{number}.xml", sheet)
        for name, content in (parts or {}).items():
            packed.writestr(name, content)
    return path


def _types(sheets: int, parts: dict[str, str]) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
    overrides += "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>' for n in range(1, sheets + 1)
    )
    overrides += "".join(
        f'<Override PartName="/xl/{name}.xml" ContentType="{kind}.{name}+xml"/>'
        for name in ("sharedStrings", "styles")
        if f"xl/{name}.xml" in parts
    )
    defaults = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
    )
    return f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{defaults}{overrides}</Types>'
