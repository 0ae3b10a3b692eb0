"""Blocks of text as spreadsheets exchange them: tabs and lines, and HTML.

WPS and Excel put quotes round a cell that holds a tab, a line break or a
quote at its beginning, and double the quotes inside. The HTML beside the text
says which cells are text, so that leading zeros and 18-digit codes survive.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QMimeData

from models.forms import Column

_QUOTED = re.compile(r'"((?:[^"]|"")*)"(?=\t|\r\n|\r|\n|\Z)')
_BARE = re.compile(r"[^\t\r\n]*")
_FORMATS = {"count": "0", "amount": "General", "date": r"yyyy\-mm\-dd"}
_TEXT = r"\@"

Block = Sequence[Sequence[str]]


def mime(block: Block, columns: Sequence[Column]) -> QMimeData:
    """Return what goes to the clipboard: the text, and the table beside it."""
    data = QMimeData()
    data.setText(written(block))
    data.setHtml(as_html(block, columns))
    return data


def written(block: Block) -> str:
    """Return a block as tab-separated lines."""
    return "\n".join("\t".join(_quoted(cell) for cell in row) for row in block)


def as_html(block: Block, columns: Sequence[Column]) -> str:
    """Return a block as the table that WPS and Excel prefer to the text.

    Args:
        block: Rows of shown text.
        columns: One per cell of a row; its kind decides between text and number.
    """
    formats = [_FORMATS.get(column.kind.editor, _TEXT) for column in columns]
    lines = ["<tr>" + "".join(_cell(text, form) for text, form in zip(row, formats, strict=False)) + "</tr>" for row in block]
    return f'<html><head><meta charset="utf-8"></head><body><table>{"".join(lines)}</table></body></html>'


def read(text: str) -> list[list[str]]:
    """Return the block that a text from the clipboard holds; [] for nothing.

    A quote opens a quoted cell only at its beginning and only if it is closed
    before a tab or a line end; any other quote is just a quote.
    """
    block: list[list[str]] = []
    row: list[str] = []
    place = 0
    while place < len(text):
        found = _QUOTED.match(text, place)
        if found:
            row.append(found[1].replace('""', '"').replace("\r\n", "\n"))
        else:
            found = _BARE.match(text, place)
            assert found is not None
            row.append(found[0])
        place = found.end()
        if text.startswith("\t", place):
            place += 1
            if place == len(text):
                row.append("")
            continue
        place += 2 if text.startswith("\r\n", place) else 1
        block.append(row)
        row = []
    if row:
        block.append(row)
    return block


def _quoted(cell: str) -> str:
    if "\t" in cell or "\n" in cell or "\r" in cell or cell.startswith('"'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _cell(text: str, form: str) -> str:
    shown = escape(text).replace("\n", '<br style="mso-data-placement:same-cell">')
    return f"<td style=\"mso-number-format:'{form}'\">{shown}</td>"
