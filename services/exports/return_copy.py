"""The return copy (退改件): the received table again, troubled cells in red.

Drawn anew from the cells that were read (the foreign file is not opened
again), so it can be made of any format; good rows stay as they were. The
first sheet lists every trouble with the cell, what is wrong and how to mend;
`imports.returned` finds all of it again when the copy comes back.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from models.forms import Form
from models.values import plain
from services.errors import Refused
from services.exports import fonts
from services.exports.archive import NotVerified, atomic_write
from services.exports.colours import colour
from services.exports.printed import plain as printable
from services.imports.leftover import PARTED, named_by_contents
from services.imports.locate import daring_tables, tables_of
from services.imports.planned import Plan, PlanRow
from services.imports.raw import RawBook, RawSheet
from services.imports.returned import HEADINGS, MARKED, NO_KEY, ORIGINAL, REJECTED, SHEET, key_text

MARK_LENGTH = 16
_LONGEST_CELL = 32_767
_LONGEST_COMMENT = 900
_WIDEST, _NARROWEST = 44, 6
_HIDDEN_FROM, _HIDDEN_TO = 7, 10
_LINE_PT, _TALLEST_PT = 16, 300
_LIST_WIDTHS = (6, 16, 9, 18, 26, 60, 44)
_MEND = {
    "missing": "补填这一格",
    "date_invalid": "写成 2023-04-12 这样的日期",
    "date_text": "写成 2023-04-12 这样的日期",
    "date_ambiguous": "写全年月日，如 2023-04-10",
    "phone_invalid": "核对后填 11 位手机号码",
    "phone_conflict": "两人电话相同，核对后改正填错的一个",
    "precision_lost": "把这一列设为文本格式，重新填写完整号码",
    "code_checksum": "按营业执照重新填写 18 位信用代码",
    "code_length": "按营业执照重新填写 18 位信用代码",
    "cert_invalid": "按执法证重新填写证号",
    "amount_range": "填一个数，不要填范围",
    "amount_text": "只填数字，单位按表头",
    "amount_unit_suspect": "核对单位：表头是万元还是元",
    "category_unknown": "从附件2 的问题类别中选一类",
    "category_sum_mismatch": "各类之和应当等于发现问题数",
    "duplicate_in_file": "与另一行重复，删去一行或改得能分开",
    "formula_error": "公式出错，直接填写结果",
    "formula_no_cached_value": "公式没有算出结果，直接填写结果",
    "strikethrough": "作废的行请删去，有效的请去掉删除线",
    "hidden_row": "这一行是隐藏的：要报请取消隐藏，不报请删去",
    NO_KEY: "补填企业名称（姓名）等必填的栏，或删去这一行",
}
_OTHERWISE = "核对后改正；没有错的，在备注栏说明"
# Rejected for what the office lacks, not the sender.
_OURS = ("请先导入", "改用“")
# Remarks about how a value was read, where there is nothing for the town to mend.
_NOT_TO_MEND = frozenset({
    "readers_disagree", "merged_filled", "date_from_serial", "date_year_inferred", "number_text", "suffix_removed", "control_char_removed",
    "leading_zero_from_format", "amount_chinese_numeral", "amount_unit_inferred", "near_duplicate_name", "group_unknown", "code_differs",
    "duplicate_across_files", "visit_date_inferred", "formula_like_text", "date_inferred", "has_comment",
})  # fmt: skip


class NothingToReturn(Refused):
    """A file has no trouble that its sender could mend."""

    code = "nothing_to_return"
    template = "“{name}”里没有要退回改的内容。"
    mend = "直接导入即可。"


@dataclass(frozen=True)
class ReturnCopy:
    """A return copy that was written.

    Attributes:
        path: Where it lies.
        mark: Its number, by which it is known again.
        troubles: How many cells or rows are to be mended.
    """

    path: Path
    mark: str
    troubles: int


@dataclass
class Marked:
    """One thing to mend, with where it stands.

    Attributes:
        row: Row number as the sheet shows it.
        col: Column index of the cell; None for the whole row.
    """

    sheet: str
    row: int
    col: int | None
    key: str
    title: str
    code: str
    said: str
    message: str
    names: str

    @property
    def mend(self) -> str:
        """What the town is to do."""
        return _MEND.get(self.code, _OTHERWISE)


@dataclass
class _Columns:
    """Where the columns of each table stand, by sheet and first row."""

    tables: list[tuple[str, int, list[Mapping[str, int]]]] = field(default_factory=list)

    def of(self, sheet: str, row: int, key: str, block: int) -> int | None:
        fitting = [blocks for name, head, blocks in self.tables if name == sheet and head < row]
        if not fitting:
            return None
        blocks = fitting[-1]
        return blocks[min(block, len(blocks) - 1)].get(key)


def write_return_copy(book: RawBook, plan: Plan, target: Path, *, made_at: datetime) -> ReturnCopy:
    """Write the return copy of a planned file.

    Args:
        book: The file's cells, read once more.
        plan: What the import would do, with its flags and rejections.
        target: Where to write it (xlsx).
        made_at: Moment stored in the file.

    Raises:
        NothingToReturn: There is nothing to mend.
        FileTrouble: It cannot be written.
    """
    found = troubles(book, plan)
    if not found:
        raise NothingToReturn(name=plan.path.name)
    mark = plan.sha256[:MARK_LENGTH]
    atomic_write(target, lambda path: _write(path, book, found, mark, plan.path.name, made_at), _verifier(target, len(found)))
    return ReturnCopy(target, mark, len(found))


def troubles(book: RawBook, plan: Plan) -> list[Marked]:
    """Return what the sender is to mend, in the order of the file."""
    columns = _columns(book, plan)
    forms = {table.form.code: table.form for table in plan.tables if table.form is not None}
    found: list[Marked] = []
    for code, row in plan.rows:
        found += _of_row(row, forms[code], columns, plan.path.name)
    for table in plan.tables:
        for line in table.skipped:
            if line.why == NO_KEY:
                message = f"第{line.row}行 缺少必填的栏，没有读入：{line.text[:60]}"
                found.append(Marked(line.sheet, line.row, None, "*", "整行", NO_KEY, line.text, message, ""))
    order = {sheet.name: place for place, sheet in enumerate(book.sheets)}
    return sorted(found, key=lambda one: (order.get(one.sheet, 0), one.row, one.col if one.col is not None else -1))


def _of_row(row: PlanRow, form: Form, columns: _Columns, plan_file: str) -> Iterator[Marked]:
    read, block = row.read, int(row.ref.rpartition("|")[2] or 0)
    titles = {column.key: column.title.replace("\n", "") for column in form.columns}
    names = key_text(read.values, form)

    def marked(key: str, code: str, message: str) -> Marked:
        col = columns.of(read.sheet, read.row, key, block)
        said = read.raw.get(key) or plain(read.values.get(key) if key in read.values else None)
        return Marked(read.sheet, read.row, col, key, titles.get(key, "整行"), code, said, message, names)

    seen: set[tuple[str, str]] = set()
    for flag in row.flags:
        if flag.code not in _NOT_TO_MEND and (flag.key, flag.code) not in seen:
            seen.add((flag.key, flag.code))
            yield marked(flag.key, flag.code, flag.message)
    ours = row.question or any(word in row.reason for word in _OURS) or (row.twin is not None and row.twin[0] != plan_file)
    if row.action == "rejected" and row.choice.write and not ours and not seen:
        yield marked("*", REJECTED, f"第{read.row}行 没有写入：{row.reason}")


def _columns(book: RawBook, plan: Plan) -> _Columns:
    found = _Columns()
    forms = list({table.form.code: table.form for table in plan.tables if table.form is not None}.values())
    for sheet in book.sheets:
        heads = {table.header_rows for table in plan.tables if table.sheet == sheet.name and table.header_rows}
        if not heads:
            continue
        rows = list(sheet.rows())
        for table in tables_of(sheet, rows, forms, forms[0].code if len(forms) == 1 else None) or daring_tables(sheet, rows, forms):
            table = named_by_contents(table, [row for row in rows if row.number > table.header_rows[-1]])
            if table.header_rows in heads:
                found.tables.append(
                    (
                        sheet.name,
                        table.header_rows[-1],
                        [{key: col % PARTED for key, col in block.columns.items()} for block in table.blocks],
                    )
                )
    return found


def _write(path: Path, book: RawBook, found: list[Marked], mark: str, name: str, made_at: datetime) -> None:
    body = {"font_name": fonts.STAND_INS[fonts.BODY], "font_size": 11, "valign": "vcenter", "font_charset": 134}
    whole = io.BytesIO()
    with xlsxwriter.Workbook(
        whole, {"in_memory": True, "date_1904": book.date1904, "default_format_properties": {"font_scheme": "none"}}
    ) as out:
        out.set_properties({"title": f"退改件 {mark}", "author": "", "created": made_at.astimezone(UTC).replace(tzinfo=None)})
        names = _sheet_names(book)
        _list(out, found, mark, name, names, body)
        for sheet in book.sheets:
            own = [one for one in found if one.sheet == sheet.name]
            _copy(out, out.add_worksheet(names[sheet.name]), sheet, own, body)
    path.write_bytes(whole.getbuffer())


def _list(out: Any, found: list[Marked], mark: str, name: str, names: Mapping[str, str], body: Mapping[str, object]) -> None:
    page = out.add_worksheet(SHEET)
    title = out.add_format({**body, "bold": True, "font_size": 16})
    plain_text = out.add_format({**body, "text_wrap": True})
    head = out.add_format({**body, "bold": True, "border": 1, "align": "center", "bg_color": colour("sunken")})
    cell = out.add_format({**body, "border": 1, "text_wrap": True, "num_format": "@"})
    link = out.add_format({**body, "border": 1, "align": "center", "font_color": colour("action_text"), "underline": 1})
    for index, width in enumerate(_LIST_WIDTHS):
        page.set_column(index, index, width)
    page.set_column(_HIDDEN_FROM, _HIDDEN_TO, 8, None, {"hidden": True})
    page.set_row(0, 28)
    page.write_string(0, 0, f"退改问题汇总（共 {len(found)} 处）", title)
    page.merge_range(1, 0, 1, 6, f"{ORIGINAL}：{name}", plain_text)
    page.merge_range(2, 0, 2, 6, "请在后面的表里改正标红的格，改好后把整个文件发回；本页和编号请不要删改，没有标红的行不用动。", plain_text)
    page.merge_range(3, 0, 3, 6, f"{MARKED}：{mark}", plain_text)
    first = 5
    for index, text in enumerate(HEADINGS):
        page.write_string(first, index, text, head)
    for number, one in enumerate(found, start=1):
        line = first + number
        at = xl_rowcol_to_cell(one.row - 1, one.col or 0)
        rooms = ((one.said, 24), (one.message, 56), (one.mend, 40), ("一", 9))
        page.set_row(line, min(_TALLEST_PT, _LINE_PT * max(-(-_width(text) // room) for text, room in rooms)))
        page.write_number(line, 0, number, cell)
        page.write_string(line, 1, names[one.sheet], cell)
        shown = at if one.col is not None else f"第{one.row}行"
        page.write_url(line, 2, f"internal:'{names[one.sheet]}'!{at}", link, shown)
        for index, text in enumerate((one.title, one.said, one.message, one.mend), start=3):
            page.write_string(line, index, printable(text)[:_LONGEST_CELL], cell)
        for index, text in enumerate((str(one.row), one.key, one.code, one.names), start=7):
            page.write_string(line, index, printable(text)[:_LONGEST_CELL], cell)
    page.freeze_panes(first + 1, 0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(first)


def _copy(out: Any, page: Any, sheet: RawSheet, found: list[Marked], body: Mapping[str, object]) -> None:
    """Draw the cells of a sheet where they stood, those to mend in red with a comment."""
    formats: dict[tuple[str, bool, bool], Any] = {}
    red: dict[tuple[int, int], list[Marked]] = {}
    whole: dict[int, list[Marked]] = {}
    for one in found:
        if one.col is None:
            whole.setdefault(one.row, []).append(one)
        else:
            red.setdefault((one.row, one.col), []).append(one)

    def look(number_format: str, *, bad: bool, strike: bool) -> Any:
        key = (number_format, bad, strike)
        if key not in formats:
            extra = {"bg_color": colour("bad_line")} if bad else {}
            formats[key] = out.add_format({
                **body, **extra, "text_wrap": True, "border": 1, "border_color": colour("line"),
                "num_format": number_format, "font_strikeout": strike,
            })  # fmt: skip
        return formats[key]

    widths: dict[int, int] = {}
    covered = {(top, left): (bottom, right) for top, left, bottom, right in sheet.merges}
    for row in sheet.rows():
        marks = whole.get(row.number, [])
        for cell in sheet.cells(row):
            bad = bool(marks) or (cell.row, cell.col) in red
            form = look(cell.format or ("@" if isinstance(cell.value, str) else "General"), bad=bad, strike=cell.strike)
            end = covered.get((cell.row, cell.col))
            if end and end != (cell.row, cell.col):
                page.merge_range(cell.row - 1, cell.col, end[0] - 1, end[1], "", form)
            _put(page, cell.row - 1, cell.col, cell.value, form)
            if not end:
                widths[cell.col] = max(widths.get(cell.col, 0), min(_WIDEST, _width(cell.text)))
        if row.hidden:
            page.set_row(row.number - 1, None, None, {"hidden": True})
        _note(page, row.number - 1, min(row.cells, default=0), marks)
    filled = {(row.number, col) for row in sheet.rows() for col in row.cells}
    for (number, col), ones in red.items():
        if (number, col) not in filled:
            page.write_blank(number - 1, col, None, look("General", bad=True, strike=False))
        _note(page, number - 1, col, ones)
    for col, width in widths.items():
        page.set_column(col, col, max(_NARROWEST, width + 2), None, {"hidden": sheet.column_hidden(col)})
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    if sheet.hidden:
        page.hide()


def _note(page: Any, row: int, col: int, found: list[Marked]) -> None:
    if found:
        text = "\n".join(f"{one.message}。{one.mend}" for one in found)[:_LONGEST_COMMENT]
        page.write_comment(row, col, text, {"author": "", "x_scale": 2.2, "y_scale": 1.2})


def _put(page: Any, row: int, col: int, value: object, form: Any) -> None:
    if isinstance(value, bool):
        page.write_boolean(row, col, value, form)
    elif isinstance(value, int | float):
        page.write_number(row, col, value, form)
    elif value is not None:
        page.write_string(row, col, printable(str(value))[:_LONGEST_CELL], form)


def _sheet_names(book: RawBook) -> dict[str, str]:
    """Return the tab name of each sheet: its own, as far as a tab can hold it."""
    found: dict[str, str] = {}
    for number, sheet in enumerate(book.sheets, start=1):
        name = "".join(" " if ch in "[]:*?/\\'" else ch for ch in sheet.name).strip()[:31] or f"Sheet{number}"
        found[sheet.name] = name if name.lower() not in {one.lower() for one in (SHEET, *found.values())} else f"{name[:27]}_{number}"
    return found


def _width(text: str) -> int:
    return max((sum(2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in line) for line in text.split("\n")), default=0)


def _verifier(target: Path, count: int) -> Any:
    def verify(path: Path) -> None:
        book = openpyxl.load_workbook(path, read_only=True)
        try:
            lines = sum(1 for row in book[SHEET].iter_rows(min_row=7, max_col=2, values_only=True) if row[0])
        finally:
            book.close()
        if lines != count:
            raise NotVerified(path=str(target), why=f"应有 {count} 条问题，读回 {lines} 条")

    return verify
