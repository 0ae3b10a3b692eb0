"""Blank forms to send out: locked headings, lists, how to fill them in.

What such a form brings back is read without a flag: text cells are text, days
are days, choices are the ones we know. The instructions stand on a sheet of
their own and name every column.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter

from models.annexes import CATEGORY_PREFIX
from models.forms import Column, Form
from services.errors import Refused
from services.exports import fonts
from services.exports.archive import NotVerified, atomic_write
from services.exports.colours import colour

ROWS = 60
INSTRUCTIONS = "填报说明"
_LISTS = "选项"
_INLINE = 250
_MM_PER_CHARACTER = 2.1
_TITLE, _FACTS = 0, 1
_OFFICE_KEYS = frozenset({"group", "state"})
_HOW = {
    "text": "按实际填写", "long": "写清问题，一行一条，不要合并单元格", "name": "填姓名，不加职务", "names": "几个人用顿号分开",
    "code": "按营业执照填 18 位统一社会信用代码", "certificate": "按执法证填写，保留前面的 0", "phone": "填 11 位手机号码",
    "count": "填整数，没有填 0，不带单位", "amount": "只填数字，单位按表头", "rate": "填百分数，如 95%",
    "date": "填日期，如 {day}", "time": "填时刻，如 09:30", "flag": "填“是”或“否”",
}  # fmt: skip


class UnknownBlank(Refused):
    """There is no form of this key."""

    code = "unknown_form"
    template = "没有“{key}”这张表。"
    mend = "可用的有：{keys}。"


@dataclass(frozen=True)
class Blank:
    """A blank form that was written.

    Attributes:
        path: Where it lies.
        form: Code of the form.
        rows: How many rows can be filled in.
    """

    path: Path
    form: str
    rows: int


def write_blank_form(
    forms: Mapping[str, Form],
    key: str,
    target: Path,
    *,
    units: Sequence[str] = (),
    categories: Sequence[str] = (),
    year: int | None = None,
    rows: int | None = None,
    made_at: datetime,
) -> Blank:
    """Write an empty form as xlsx.

    Args:
        forms: The forms by code, annexes as the campaign prints them.
        key: Code of the form.
        target: Where to write it.
        units: Reporting units, to choose towns from.
        categories: Categories of findings, to choose from.
        year: Year of the campaign, for examples.
        rows: How many rows can be filled in.
        made_at: Moment stored in the file.

    Raises:
        UnknownBlank: There is no form of this key.
        FileTrouble: It cannot be written.
    """
    form = forms.get(key)
    if form is None:
        raise UnknownBlank(key=key, keys="、".join(forms))
    count = max(rows or ROWS, form.min_rows, 1)
    day = date(year, 4, 12) if year else made_at.date()

    def write(path: Path) -> None:
        whole = io.BytesIO()
        with xlsxwriter.Workbook(whole, {"in_memory": True, "default_format_properties": {"font_scheme": "none"}}) as book:
            book.set_properties({"title": form.title, "author": "", "created": made_at.astimezone(UTC).replace(tzinfo=None)})
            _Writer(book, form, {"town": units, "category": categories}, day).draw(count)
        path.write_bytes(whole.getbuffer())

    def verify(path: Path) -> None:
        found = openpyxl.load_workbook(path)
        try:
            cells = [cell.value for cell in next(found.worksheets[0].iter_rows(min_row=_head(form) + 1, max_row=_head(form) + 1))]
        finally:
            found.close()
        if [column.title.replace("\n", "") for column in _columns(form)] != cells[: len(_columns(form))]:
            raise NotVerified(path=str(target), why="表头与规定的不同")

    atomic_write(target, write, verify)
    return Blank(target, key, count)


class _Writer:
    """Draws one blank form."""

    def __init__(self, book: Any, form: Form, lists: Mapping[str, Sequence[str]], day: date) -> None:
        """Prepare formats and lists."""
        self._book, self._form, self._day = book, form, day
        self._body = {"font_name": fonts.STAND_INS[fonts.BODY], "font_size": 11, "valign": "vcenter", "font_charset": 134}
        self._lists = {key: tuple(values) for key, values in lists.items() if values}
        self._long: dict[str, str] = {}

    def draw(self, rows: int) -> None:
        """Draw the table, then the instructions."""
        form, columns, head = self._form, _columns(self._form), _head(self._form)
        page = self._book.add_worksheet(form.title[:31].translate(str.maketrans("[]:*?/\\'", "        ")))
        title = self._format(bold=True, font_size=16, align="center")
        last = len(columns) - 1
        page.set_row(_TITLE, 30)
        page.merge_range(_TITLE, 0, _TITLE, max(last, 1), form.title, title)
        facts = self._format(locked=False)
        page.merge_range(
            _FACTS, 0, _FACTS, max(last, 1), "填报单位：　　　　　　　　填报人：　　　　　　　　填报日期：　　　年　　月　　日", facts
        )
        self._draw_heads(page, columns, head)
        for index, column in enumerate(columns):
            page.set_column(index, index, max(6.0, column.width_mm / _MM_PER_CHARACTER))
            cell = self._format(
                border=1, locked=column.key == "no", num_format=_number_format(column), text_wrap=True, align=column.kind.align
            )
            for line in range(head + 1, head + 1 + rows):
                page.write_blank(line, index, None, cell)
            rule = self._validation(column)
            if rule:
                page.data_validation(head + 1, index, head + rows, index, rule)
        page.freeze_panes(head + 1, 0)
        page.protect(
            "", {"format_columns": True, "format_rows": True, "insert_rows": True, "delete_rows": True, "sort": True, "autofilter": True}
        )
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(head)
        self._draw_instructions(columns)
        self._draw_lists()

    def _draw_heads(self, page: Any, columns: Sequence[Column], head: int) -> None:
        must = self._format(bold=True, border=1, align="center", text_wrap=True, bg_color=colour("soon_soft"))
        may = self._format(bold=True, border=1, align="center", text_wrap=True, bg_color=colour("sunken"))
        if head > _FACTS + 1:
            for index, column in enumerate(columns):
                page.write_string(head - 1, index, column.band, may)
            for band in dict.fromkeys(column.band for column in columns if column.band):
                places = [index for index, column in enumerate(columns) if column.band == band]
                if len(places) > 1:
                    page.merge_range(head - 1, places[0], head - 1, places[-1], band, may)
        page.set_row(head, 32)
        for index, column in enumerate(columns):
            page.write_string(head, index, column.title.replace("\n", ""), must if column.required else may)

    def _validation(self, column: Column) -> dict[str, Any] | None:
        options = self._options(column)
        title = column.title.replace("\n", "")
        if options:
            text = ",".join(options)
            if len(text) > _INLINE or any("," in one for one in options):
                self._long[column.key] = f"='{_LISTS}'!${_letter(len(self._long))}$1:${_letter(len(self._long))}${len(options)}"
                source: object = self._long[column.key]
            else:
                source = list(options)
            # a warning, not a wall: what the list does not know is asked for when the form comes back
            return {
                "validate": "list",
                "source": source,
                "error_type": "warning",
                "error_title": title,
                "error_message": "请从下拉列表中选择",
            }
        if column.kind.editor == "date":
            low, high = date(2000, 1, 1), date(2099, 12, 31)
            told = {"error_title": title, "error_message": f"请填日期，如 {self._day:%Y-%m-%d}"}
            return {"validate": "date", "criteria": "between", "minimum": low, "maximum": high, "error_type": "warning", **told}
        if column.kind.editor == "count":
            told = {"error_title": title, "error_message": "请填整数，没有填 0"}
            return {"validate": "integer", "criteria": ">=", "value": 0, "error_type": "warning", **told}
        if column.kind.editor == "amount":
            return {
                "validate": "decimal",
                "criteria": ">=",
                "value": 0,
                "error_type": "warning",
                "error_title": title,
                "error_message": "只填数字",
            }
        return None

    def _options(self, column: Column) -> tuple[str, ...]:
        if column.key in self._lists:
            return self._lists[column.key]
        if column.kind.editor.startswith("choice:"):
            return tuple(column.kind.editor.removeprefix("choice:").split("|"))
        return ("是", "否") if column.kind.editor == "flag" else ()

    def _draw_instructions(self, columns: Sequence[Column]) -> None:
        page = self._book.add_worksheet(INSTRUCTIONS)
        wrapped = self._format(text_wrap=True)
        bold = self._format(bold=True, font_size=14)
        page.set_column(0, 0, 26)
        page.set_column(1, 1, 90)
        page.write_string(0, 0, f"{self._form.title} {INSTRUCTIONS}", bold)
        general = (
            "只填白色的格；表头已锁定，请不要改表头、不要加列、不要合并单元格。底色较深的栏必须填写。",
            "一行一条，不够的行直接往下接着填。没有的留空，不要写“同上”。",
            *self._form.notes,
        )
        line = 1
        for text in general:
            page.write_string(line, 1, text, wrapped)
            line += 1
        for column in columns:
            how = _HOW.get(column.kind.editor.partition(":")[0], "按实际填写").format(day=f"{self._day:%Y-%m-%d}")
            if column.key == "no":
                how = "不用填"
            elif self._options(column):
                how = f"从下拉列表中选：{'、'.join(self._options(column))}"
            page.write_string(line, 0, column.title.replace("\n", ""), wrapped)
            page.write_string(line, 1, f"{'必填。' if column.required else ''}{how}", wrapped)
            line += 1
        page.protect("")

    def _draw_lists(self) -> None:
        if not self._long:
            return
        page = self._book.add_worksheet(_LISTS)
        for place, key in enumerate(self._long):
            column = next(one for one in self._form.columns if one.key == key)
            for line, text in enumerate(self._options(column)):
                page.write_string(line, place, text)
        page.hide()

    def _format(self, **look: object) -> Any:
        return self._book.add_format({**self._body, **look})


def _columns(form: Form) -> list[Column]:
    return [column for column in form.columns if column.kind.editor != "readonly" and column.key not in _OFFICE_KEYS - {"group"}]


def _head(form: Form) -> int:
    return _FACTS + (2 if any(column.band for column in form.columns) else 1)


def _number_format(column: Column) -> str:
    if column.key.startswith(CATEGORY_PREFIX) or column.kind.editor in ("count", "amount"):
        return "General"
    return "yyyy-mm-dd" if column.kind.editor == "date" else "@"


def _letter(place: int) -> str:
    return chr(ord("A") + place)
