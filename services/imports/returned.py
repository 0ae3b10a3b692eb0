"""A return copy that came back: recognised, and matched with what it asked.

The copy carries its list of troubles on a sheet of its own (`SHEET`), in words
for the town and in hidden columns for us. A row is found again by its key
fields, else by its number; the record that the first file made of it is the
one that the mended row changes, even where the mended cell was its key.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.forms import Form, Row
from models.values import plain
from services.imports.desks import Desk
from services.imports.planned import Plan, PlanRow
from services.imports.raw import RawBook, RawSheet
from services.imports.read_form import ReadForm, Returned, Trouble

SHEET = "问题汇总"
MARKED = "退改编号"
ORIGINAL = "原文件"
HEADINGS = ("序号", "工作表", "单元格", "栏目", "原来写的", "问题", "怎样改", "行号", "栏目代码", "问题代码", "这一行")
REJECTED, NO_KEY = "rejected", "missing_key"
_MARK = re.compile(rf"{MARKED}\s*[:：]\s*([0-9A-Fa-f]{{12,64}})")
_FILE = re.compile(rf"{ORIGINAL}\s*[:：]\s*(.+)")
_TOP = 8


def taken_out(book: RawBook) -> Returned | None:
    """Take the sheet of troubles out of a book; None if there is none."""
    for place, sheet in enumerate(book.sheets):
        found = _returned(sheet) if SHEET in sheet.name else None
        if found is not None:
            del book.sheets[place]
            book.non_empty -= sheet.non_empty
            return found
    return None


def returned_of(read: ReadForm) -> Returned | None:
    """Return what a read file came back with, to be judged anew."""
    return deepcopy(read.returned)


def key_text(values: Row, form: Form) -> str:
    """Return the key fields of a row as one text, to find it again."""
    return " ".join(plain(values.get(column.key)) for column in form.columns if column.required)


def judge(plan: Plan) -> None:
    """Say which troubles are mended, which are left, which rows are gone."""
    back = plan.returned
    assert back is not None
    rows = _found(plan, back.troubles)
    troubled: dict[str, bool] = {}
    for trouble, row in rows:
        if row is None:
            back.gone.append(trouble)
            continue
        troubled[row.ref] = troubled.get(row.ref, False) or _stands(trouble, row)
    for ref, stands in troubled.items():
        (back.left if stands else back.mended).append(ref)
    mended = set(back.mended)
    for _code, row in plan.rows:
        row.mended = row.ref in mended


def records_of(session: Session, desk: Desk, plan: Plan, table: ReadForm) -> dict[str, int]:
    """Return the records that the first file made of troubled rows, by ref."""
    entity: Any = desk.entity
    back, form = plan.returned, table.form
    if back is None or form is None or not hasattr(entity, "source_file"):
        return {}
    columns = (entity.id, entity.source_sheet, entity.source_row)
    made = {
        (row.source_sheet, row.source_row): row.id
        for row in session.execute(select(*columns).where(entity.source_file == back.file, entity.deleted_at.is_(None)))
    }
    found: dict[str, int] = {}
    for trouble in back.troubles:
        number = made.get((trouble.sheet, trouble.row))
        read = next((row for row in table.rows if row.sheet == trouble.sheet and key_text(row.values, form) == trouble.names), None)
        read = read or next((row for row in table.rows if (row.sheet, row.row) == (trouble.sheet, trouble.row)), None)
        if number is not None and read is not None:
            found[f"{form.code}|{read.sheet}|{read.row}|0"] = number
    return found


def _found(plan: Plan, troubles: list[Trouble]) -> list[tuple[Trouble, PlanRow | None]]:
    forms = {table.form.code: table.form for table in plan.tables if table.form is not None}
    by_names: dict[tuple[str, str], PlanRow] = {}
    by_row: dict[tuple[str, int], PlanRow] = {}
    for code, row in plan.rows:
        by_names.setdefault((row.read.sheet, key_text(row.read.values, forms[code])), row)
        by_row.setdefault((row.read.sheet, row.read.row), row)
    return [(one, by_names.get((one.sheet, one.names)) or by_row.get((one.sheet, one.row))) for one in troubles]


def _stands(trouble: Trouble, row: PlanRow) -> bool:
    if trouble.code == REJECTED:
        return row.action == "rejected"
    if trouble.code == NO_KEY:
        return False  # it is a record now
    return any((flag.key, flag.code) == (trouble.key, trouble.code) for flag in row.flags)


def _returned(sheet: RawSheet) -> Returned | None:
    mark, file = "", ""
    head = 0
    troubles: list[Trouble] = []
    for number, row in enumerate(sheet.rows()):
        texts = {col: plain(value) for col, value in row.cells.items()}
        if not head:
            said = " ".join(texts.values())
            mark = mark or (match[1].lower() if (match := _MARK.search(said)) else "")
            file = file or (match[1].strip() if (match := _FILE.search(said)) else "")
            head = row.number if texts.get(0) == HEADINGS[0] else 0
            if number > _TOP and not head:
                break
            continue
        line = texts.get(7, "")
        if line.isdigit():
            troubles.append(Trouble(texts.get(1, ""), int(line), texts.get(8, "*"), texts.get(9, ""), texts.get(10, "")))
    return Returned(mark, file, troubles) if mark else None
