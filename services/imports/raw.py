"""What a file holds before anyone asks what it means: sheets of raw cells.

One shape for every format. A sheet keeps its rows as the JSON lines that the
worker sent and decodes them when they are asked for: a file at the limits
(200,000 rows, four million cells) then costs the program tens of megabytes,
not a gigabyte of objects.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from models.values import plain
from services.errors import FileTrouble

Scalar = str | int | float | bool | None
Merge = tuple[int, int, int, int]

LONGEST_TEXT = 32_767
_decode = json.JSONDecoder().raw_decode

REASONS: dict[str, str] = {
    "not_a_workbook": "是压缩包，不是表格。请先解压，再选里面的表格文件",
    "corrupt": "已损坏或没有传完整。请让对方重新发送，或在 WPS 中打开后另存为 xlsx",
    "empty_file": "是空文件（0 字节）。请让对方重新发送",
    "password_protected": "设有打开密码。请在 WPS 中打开，去掉密码后另存为 xlsx",
    "too_large": "太大（{limit}）。请删去无关的工作表和空行，或拆成几个文件",
    "too_large_uncompressed": "解开后的内容大得不正常（{limit}），已停止读取。请在 WPS 中打开，只复制有用的表到新文件",
    "unsafe_xml": "里面含有不允许的外部声明，已停止读取。请在 WPS 中打开后另存为 xlsx",
    "unsafe_path": "里面含有指向外部的路径，已停止读取。请让对方用 WPS 重新另存为 xlsx",
    "is_docx": "是 Word 文档，只是名字改成了表格。请改回 .docx，或把表格复制到 xlsx",
    "legacy_xls": "是旧版 xls 表格，没有读出来。请在 WPS 中另存为 xlsx",
    "html_not_workbook": "是网页，不是表格。请在 WPS 中打开后另存为 xlsx",
    "unsupported_format": "的格式读不了。请在 WPS 中另存为 xlsx 或 docx",
    "no_known_form": "里没有找到认识的表头。请核对是否发错文件，或选定是哪一张表后再导入",
}


class Unreadable(FileTrouble):
    """A file is refused; the field `reject_code` says why."""

    code = "unreadable"
    template = "文件“{path}”读不了（{reject_code}）。"

    def __init__(self, reject_code: str, limit: str = "") -> None:
        """Keep the code of forms.md and the limit that was passed."""
        super().__init__(reject_code=reject_code, limit=limit)
        self.reject_code = reject_code
        self.limit = limit


@dataclass(frozen=True)
class Rejection:
    """A file that was not read, with a plain sentence and the way out."""

    path: Path
    reject_code: str
    message: str


def rejection(path: Path, reject_code: str, limit: str = "") -> Rejection:
    """Return the rejection of a file with its sentence."""
    what = REASONS[reject_code].format(limit=limit or "超过上限").replace("（超过上限）", "")
    return Rejection(path, reject_code, f"文件“{path.name}”{what}。")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell with all that is known about it.

    Attributes:
        row: Row number from 1, as the spreadsheet shows it.
        col: Column index from 0.
        value: Raw value; dates arrive as numbers, their `format` tells.
        text: What the value looks like as plain text.
        format: Number format ("" is General).
        hidden: The row, the column or the sheet is hidden.
        strike: The text is struck through.
        comment: Note attached to the cell.
        formula: The value is the result of a formula.
        mark: "f" formula, "n" formula without a stored result, "e" error
            value, "d" ISO date, "l" cut at the longest text, "s" partly
            struck through.
    """

    row: int
    col: int
    value: Scalar
    text: str
    format: str = ""
    hidden: bool = False
    strike: bool = False
    comment: str = ""
    formula: bool = False
    mark: str = ""


class RawRow:
    """One row with content, decoded.

    Attributes:
        number: Row number from 1.
        hidden: The row is hidden.
        cells: Values by column index; blanks are not there.
        styles: Style numbers by column index where a style matters.
        marks: Marks by column index (see `Cell.mark`).
    """

    __slots__ = ("cells", "hidden", "marks", "number", "styles")

    def __init__(self, line: bytes) -> None:
        """Decode one line of the worker."""
        (number, hidden, cols, values, styles, marks), _end = _decode(line.decode())
        columns = range(cols, cols + len(values)) if isinstance(cols, int) else cols
        self.number: int = number
        self.hidden: bool = bool(hidden)
        self.cells: dict[int, Scalar] = dict(zip(columns, values, strict=True))
        self.styles: dict[int, int] = {col: style for col, style in zip(columns, styles, strict=True) if style} if styles else {}
        self.marks: dict[int, str] = dict(marks) if marks else {}

    @classmethod
    def of(cls, number: int, cells: dict[int, Scalar], styles: dict[int, int], marks: dict[int, str]) -> RawRow:
        """Make a row of cells that stand apart in the file."""
        row = cls.__new__(cls)
        row.number, row.hidden, row.cells, row.styles, row.marks = number, False, cells, styles, marks
        return row


@dataclass
class RawSheet:
    """One sheet of a book.

    Attributes:
        name: As the tab says; tables of documents are numbered.
        hidden: The sheet is hidden.
        formats: Number format by style number.
        strikes: Style numbers whose font is struck through.
        merges: Merged ranges as (first row, first col, last row, last col).
        hidden_columns: Hidden column indexes, as (first, last) pairs.
        comments: Notes by (row, col).
        above: Lines of text that stand before the table in a document.
        non_empty: Number of cells with content.
        lines: The rows as the worker sent them, in order of the rows.
        decoded: The first of them, where they are decoded already.
        headers: What was looked for as a header among the decoded rows; see `locate`.
    """

    name: str
    hidden: bool = False
    formats: list[str] = field(default_factory=lambda: [""])
    strikes: frozenset[int] = frozenset()
    merges: list[Merge] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    comments: dict[tuple[int, int], str] = field(default_factory=dict)
    above: list[str] = field(default_factory=list)
    non_empty: int = 0
    lines: list[bytes] = field(default_factory=list)
    decoded: list[RawRow] = field(default_factory=list)
    headers: dict[object, Any] = field(default_factory=dict)

    def rows(self) -> Iterator[RawRow]:
        """Decode the rows with content, first to last."""
        return chain(self.decoded, map(RawRow, islice(self.lines, len(self.decoded), None)))

    def column_hidden(self, col: int) -> bool:
        """Tell whether this column is hidden."""
        return any(first <= col <= last for first, last in self.hidden_columns)

    def cells(self, row: RawRow) -> Iterator[Cell]:
        """Return the cells of a row with all that is known about them."""
        for col in row.cells:
            yield self.cell(row, col)

    def cell(self, row: RawRow, col: int) -> Cell:
        """Return one cell of a row; a blank cell has the value None."""
        style = row.styles.get(col, 0)
        mark = row.marks.get(col, "")
        value = row.cells.get(col)
        return Cell(
            row=row.number,
            col=col,
            value=value,
            text=plain(value),
            format=self.formats[style] if style < len(self.formats) else "",
            hidden=self.hidden or row.hidden or self.column_hidden(col),
            strike=style in self.strikes or "s" in mark,
            comment=self.comments.get((row.number, col), ""),
            formula="f" in mark or "n" in mark,
            mark=mark,
        )


@dataclass
class RawBook:
    """A file that was read.

    Attributes:
        path: The file.
        kind: "xlsx", "xls", "csv", "html" or "docx".
        sheets: In the order of the file.
        date1904: Serial dates count from 1904.
        non_empty: Number of cells with content in all sheets.
        warnings: Codes of file-level remarks ("readers_disagree").
        sha256: Digest of the file as it was read; empty if nobody took it.
    """

    path: Path
    kind: str
    sheets: list[RawSheet] = field(default_factory=list)
    date1904: bool = False
    non_empty: int = 0
    warnings: list[str] = field(default_factory=list)
    sha256: str = ""
