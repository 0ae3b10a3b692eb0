"""A file's cells → the records of a form: `read_form` is the whole way.

Tables are located, every row under a header becomes a record or is skipped
with a reason, cells are parsed by the kinds of their columns, and everything
doubtful is flagged. Nothing is written and nothing is refused by exception.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from models.annexes import READABLE
from models.forms import Form
from services.imports.across_rows import check_rows, years_of_columns
from services.imports.ahead import LINES_ABOVE, Ahead, name_of
from services.imports.around import look_around, texts_of
from services.imports.beside import parted
from services.imports.cards import find_cards, looks_like_cards
from services.imports.headings import Learned, extended, heading
from services.imports.leftover import (
    beyond_header,
    known_by_contents,
    named_by_contents,
    named_in_vain,
    spare_columns,
    unknown_columns,
    without_columns,
)
from services.imports.locate import LOOK_AT_ROWS, Table, daring_tables, likely_forms, tables_of
from services.imports.raw import RawBook, RawRow, RawSheet, Rejection, rejection
from services.imports.read_form import ReadForm, ReadRow, RowFlag, Skipped
from services.imports.records import CardReader, RecordReader, merged_values
from services.imports.skipping import SortedOut
from services.imports.xlsx_sheet import LAST_ROW

__all__ = ["ReadForm", "read_form"]

_SAMPLE_SHEETS = ("示例", "样表", "填写说明", "范例", "填表说明", "填报说明")
_LONGEST_GAP = 200
_TEXT_KEPT = 120
_MOST_IN_TITLE = 4
_WHO_CAME = re.compile("签到|签名册|报到(?:表|册)|到会|出席|参会")
_NOT_IN_USE = re.compile("作废|废弃|不用|旧表|备份|草稿|停用")
_NAMES_A_TABLE = re.compile(
    r"附[件表].{0,40}|[（(]?[一二三四五六七八九十]{1,3}[）)、.．].{2,40}"
    r"|.{2,40}(?:表|名单|清单|台账|情况|汇总|一览|名册|花名册|统计|记录|明细)(?:[（(].{0,20}[）)])?"
)


@dataclass(frozen=True)
class _Order:
    """What the caller wants of one file."""

    book: RawBook
    forms: Sequence[Form]
    expected: str | None
    year: int | None
    ahead: Ahead | None
    learned: Sequence[Learned]


def read_form(
    book: RawBook | Rejection,
    *,
    forms: Sequence[Form] = READABLE,
    expected: str | None = None,
    year: int | None = None,
    ahead: Ahead | None = None,
    learned: Sequence[Learned] = (),
) -> ReadForm:
    """Read the forms in a book.

    Args:
        book: What the worker read, or its refusal.
        forms: The forms that may be in it (a campaign passes its own annexes).
        expected: Code of the form it is said to be.
        year: Year of the campaign, for dates without one.
        ahead: Has read some of the rows already, for the same forms.
        learned: Headers that were mapped by hand before (`services.imports.learned`).

    Returns:
        The outcome; a refusal is an outcome, too.
    """
    if isinstance(book, Rejection):
        return ReadForm(book.path, "rejected", reject_code=book.reject_code, message=book.message)
    order = _Order(book, forms, expected, year, ahead, learned)
    declared = expected or _named(book, forms)
    tables: list[ReadForm] = []
    unread: list[Skipped] = []
    readable = _readable_sheets(book)
    for sheet in book.sheets:
        read = _read_sheet(order, sheet) if any(sheet is one for one in readable) else []
        tables += read
        if not read:
            unread += _unread(sheet)
    if not tables:
        return replace(_nothing(order), skipped=unread)
    fitting = [table for table in tables if table.form and table.form.code == declared]
    if declared and not fitting:
        return _mismatch(order, tables[0], declared)
    tables = fitting if expected else _named_for_the_work(tables)
    with_rows = [table for table in tables if table.rows] or tables[:1]
    # Every row of the file is accounted for, also those of tables and sheets that gave no record.
    without = [line for table in tables if not any(table is one for one in with_rows) for line in table.skipped]
    with_rows[0].skipped = [*with_rows[0].skipped, *without, *unread]
    with_rows[0].warnings = (*with_rows[0].warnings, *_without_header(unread))
    return _judged(_joined(book, with_rows), expected)


def _readable_sheets(book: RawBook) -> list[RawSheet]:
    named = [sheet for sheet in book.sheets if not any(word in sheet.name for word in _SAMPLE_SHEETS)]
    return [sheet for sheet in named if not sheet.hidden and sheet.lines] or [sheet for sheet in named if sheet.lines] or book.sheets


def _unread(sheet: RawSheet) -> list[Skipped]:
    """List the rows of a sheet without a table, and why they do not count."""
    why = "hidden" if sheet.hidden else "sample" if any(word in sheet.name for word in _SAMPLE_SHEETS[:2]) else "note"
    rows = list(sheet.rows())
    return [Skipped(sheet.name, row.number, why if why != "note" or len(row.cells) < 3 else "missing_key", _text(row)) for row in rows]


def _without_header(unread: Sequence[Skipped]) -> list[str]:
    """Name the sheets whose rows look like records and have no header above them."""
    counts = Counter(line.sheet for line in unread if line.why == "missing_key")
    return [f"“{sheet}”里没有认识的表头，{count} 行没有导入；如果接着前面的表，请补上表头" for sheet, count in counts.items()]


def _named(book: RawBook, forms: Sequence[Form]) -> str | None:
    name = heading(book.path.stem)
    return next((form.code for form in forms if heading(form.title) in name), None)


def _read_sheet(order: _Order, sheet: RawSheet, rows: list[RawRow] | None = None) -> list[ReadForm]:
    rows = list(sheet.rows()) if rows is None else rows
    located = tables_of(sheet, rows, order.forms, order.expected, order.learned)
    sides = parted(rows, sheet.merges, located, lambda side: tables_of(sheet, side, order.forms, order.expected, order.learned))
    if sides is not None:
        return [table for side in sides for table in _read_sheet(order, sheet, side)]
    if not located or looks_like_cards(rows, order.forms, located[0].header_rows):
        cards = _read_cards(order, sheet, rows)
        if cards:
            return cards
        located = located or daring_tables(sheet, rows, order.forms) or known_by_contents(sheet, rows, order.forms)
        if not located:
            return []
    found: list[ReadForm] = []
    before = 0
    for table, following in zip(located, [*located[1:], None], strict=True):
        first, last = table.header_rows[0], table.header_rows[-1]
        end = following.header_rows[0] if following else LAST_ROW + 1
        above = [row for row in rows if before < row.number < first]
        body = [row for row in rows if last < row.number < end]
        titles = _titles_above(body, end) if following else []
        found.append(_read_table(order, sheet, table, above, body[: len(body) - len(titles)], following=bool(before)))
        if following:
            _leave_titles(found[-1])
        found[-1].skipped += [Skipped(sheet.name, row.number, "title", _text(row)) for row in titles]
        before = last
    return found


def _read_table(
    order: _Order, sheet: RawSheet, table: Table, above: list[RawRow], body: list[RawRow], *, following: bool = False
) -> ReadForm:
    table = named_by_contents(table, body)
    guess = order.ahead.of(sheet, table, body) if order.ahead else None
    sorted_out = guess.sorted_out if guess else SortedOut(table, body)
    records, left_out = sorted_out.records, sorted_out.left_out
    lines = texts_of(above[-LINES_ABOVE:])
    below = texts_of(row for row, why in left_out if why in ("footer", "note"))
    around = look_around([*sheet.above, *lines], below, name_of(order.book, sheet), order.year)
    filled = merged_values(sheet, table, [row.number for row in records])
    read_ahead = guess.read if guess and guess.holds(around, filled) else None
    result = ReadForm(
        order.book.path,
        "imported",
        form=table.form,
        sheet=sheet.name,
        header_rows=table.header_rows,
        submitter=around.submitter,
        report_date=around.report_date,
        choices=(table.form.code, *table.rivals) if table.rivals else (),
        missing_columns=_missing_columns(table),
        attendance=table.form.code == "personnel" and _says_who_came([sheet.name, *sheet.above, *lines, *table.unknown.values()]),
    )
    for row, read in zip(records, read_ahead or map(RecordReader(order.book, sheet, table, around, filled).read, records), strict=True):
        result.rows += read
        if not read:
            left_out.append((row, "missing_key"))
    if vain := named_in_vain(table, result.rows):
        return _read_table(order, sheet, without_columns(table, vain), above, body, following=following)
    if not following:  # what stands between two tables was told apart with the rows of the first
        left_out += [(row, "title") for row in above]
    skipped = [Skipped(sheet.name, row.number, why, _text(row)) for row, why in _titles_of_pages(left_out)]
    result.skipped = sorted([*skipped, *_gaps(sheet, table, body)], key=lambda line: line.row)
    if around.year is None:
        years_of_columns(result.rows, extended(table.form))
    check_rows(result.rows, table.form)
    if order.book.kind == "csv":
        _flag_longer_lines(result.rows, table, records)
    said = unknown_columns(table, records, sheet=sheet.name if len(order.book.sheets) > 1 else "")
    unused = (
        f"“{sheet.name}”表的名称像不再用的表，{len(result.rows)} 行照样读了，请核对"
        if _NOT_IN_USE.search(sheet.name) and result.rows
        else ""
    )
    result.warnings = tuple(one for one in (said, spare_columns(table, records), unused) if one)
    return result


def _flag_longer_lines(read: Sequence[ReadRow], table: Table, records: Sequence[RawRow]) -> None:
    """Flag the lines of text that hold more than the header; where most do, a column has no heading."""
    longer = {row.number: more for row in records if (more := beyond_header(table, row))}
    for one in read if len(longer) * 2 <= len(records) else ():
        if one.row in longer:
            said = f"第{one.row}行 比表头多出“{longer[one.row][:_TEXT_KEPT]}”，像是内容里有没加引号的逗号，请核对"
            one.flags.append(RowFlag("*", "extra_cells", said))


def _titles_of_pages(left_out: list[tuple[RawRow, str]]) -> list[tuple[RawRow, str]]:
    """Call the lines just above a repeated header what they are: titles of the next page."""
    found: list[tuple[RawRow, str]] = []
    below = 0
    for row, why in sorted(left_out, key=lambda one: -one[0].number):
        reason = "title" if why == "missing_key" and row.number + 1 == below and len(row.cells) <= _MOST_IN_TITLE else why
        if reason in ("title", "repeated_header"):
            below = row.number
        found.append((row, reason))
    return found


def _titles_above(body: list[RawRow], end: int) -> list[RawRow]:
    """Return the last rows before the next header that name its table."""
    first = len(body)
    while first and body[first - 1].number == end - 1 - (len(body) - first):
        texts = list(body[first - 1].cells.values())
        if len(texts) != 1 or not isinstance(texts[0], str):
            break
        apart = first > 1 and body[first - 2].number < body[first - 1].number - 1  # with a blank row above it
        if not apart and not _NAMES_A_TABLE.fullmatch("".join(texts[0].split())):
            break
        first -= 1
    return body[first:]


def _leave_titles(table: ReadForm) -> None:
    """Lines just above the next header are its title, not rows of this table."""
    for place in range(len(table.skipped) - 1, -1, -1):
        line = table.skipped[place]
        if line.why not in ("missing_key", "footer", "blank", "title"):
            return
        if line.why == "missing_key":
            table.skipped[place] = Skipped(line.sheet, line.row, "title", line.text)


def _gaps(sheet: RawSheet, table: Table, body: list[RawRow]) -> list[Skipped]:
    found: list[Skipped] = []
    before = table.header_rows[-1]
    for row in body:
        if 1 < row.number - before <= _LONGEST_GAP:
            found += [Skipped(sheet.name, number, "blank") for number in range(before + 1, row.number)]
        before = row.number
    return found


def _missing_columns(table: Table) -> tuple[str, ...]:
    present = set(table.blocks[0].columns)
    if {"unit", "position"} & present:
        present.add("unit_position")
    wanted = (column for column in table.form.columns if column.key not in present and not column.band and column.key != "no")
    return tuple(column.title.replace("\n", "") for column in wanted)


def _read_cards(order: _Order, sheet: RawSheet, rows: list[RawRow]) -> list[ReadForm]:
    found = find_cards(rows, order.forms, f"{name_of(order.book, sheet)}{''.join(sheet.above)}")
    if found is None:
        return []
    form, cards = found
    around = look_around([*sheet.above, *texts_of(rows[:3])], [], name_of(order.book, sheet), order.year)
    reader = CardReader(order.book, sheet, form, around, {row.number: row for row in rows})
    result = ReadForm(
        order.book.path,
        "imported",
        form=form,
        sheet=sheet.name,
        submitter=around.submitter,
        report_date=around.report_date,
    )
    used: set[int] = set()
    for card in cards:
        read = reader.read(card)
        result.rows += read
        used |= {row for row, _col in card.places.values()} if read else set()
    result.skipped = [Skipped(sheet.name, row.number, "title", _text(row)) for row in rows if row.number not in used]
    check_rows(result.rows, form)
    return [result]


def _nothing(order: _Order) -> ReadForm:
    book = order.book
    if book.non_empty == 0:
        return ReadForm(book.path, "empty", message=f"文件“{book.path.name}”里没有内容。请核对是否发错文件。")
    refused = rejection(book.path, "no_known_form")
    likely = likely_forms([row for sheet in book.sheets for row in islice(sheet.rows(), LOOK_AT_ROWS)], order.forms)
    return ReadForm(book.path, "rejected", reject_code=refused.reject_code, message=refused.message, choices=likely)


def _says_who_came(texts: Sequence[str]) -> bool:
    return any(_WHO_CAME.search(re.sub(r"\s+", "", text[:_TEXT_KEPT])) for text in texts)


def _named_for_the_work(tables: list[ReadForm]) -> list[ReadForm]:
    """Take a list of who came for no list of people, where the file has another table."""
    others = [table for table in tables if not table.attendance]
    for table in tables:
        if table.attendance:
            table.skipped += [Skipped(row.sheet, row.row, "note", _said_of(row)) for row in table.rows]
            if others and table.rows:
                table.warnings = (*table.warnings, f"“{table.sheet}”表像签到表，{len(table.rows)} 行没有导入，请核对")
            table.rows = []
    if others:
        others[0].warnings = (*others[0].warnings, *(said for table in tables if table.attendance for said in table.warnings))
    return tables


def _said_of(row: ReadRow) -> str:
    return " ".join(str(value) for value in row.values.values() if value is not None)[:_TEXT_KEPT]


def _mismatch(order: _Order, table: ReadForm, declared: str) -> ReadForm:
    titles = {form.code: form.title for form in order.forms}
    detected = table.form.code if table.form else ""
    path = order.book.path
    message = (
        f"文件“{path.name}”说是“{titles.get(declared, declared)}”，内容却是“{titles.get(detected, detected)}”。"
        "请核对是否发错文件，或按内容选定表后再导入。"
    )
    return ReadForm(
        path, "form_mismatch", message=message, form=table.form, sheet=table.sheet, declared_form=declared, detected_form=detected
    )


def _joined(book: RawBook, tables: list[ReadForm]) -> ReadForm:
    warnings = tuple(dict.fromkeys((*book.warnings, *(said for table in tables for said in table.warnings))))
    if len(tables) == 1:
        return replace(tables[0], warnings=warnings)
    return replace(
        tables[0],
        rows=[row for table in tables for row in table.rows],
        skipped=[line for table in tables for line in table.skipped],
        tables=tables,
        warnings=warnings,
        choices=next((table.choices for table in tables if table.choices), ()),
    )


def _judged(result: ReadForm, expected: str | None) -> ReadForm:
    name = result.path.name
    if result.choices and expected not in result.choices:
        return replace(result, outcome="needs_choice", message=f"文件“{name}”同时像几张表，请选定是哪一张后再导入。")
    result.choices = ()
    if result.attendance and expected is None and not result.rows and any(line.why == "note" for line in result.skipped):
        said = f"文件“{name}”像签到表：签到的人不等于抽调的人，没有导入。确要当作人员名单，请选定后再读。"
        return replace(result, outcome="needs_choice", message=said, choices=("personnel",))
    if not result.rows:
        return replace(result, outcome="empty", message=f"文件“{name}”只有表头，没有可读的行。请核对是否填写后再报。")
    if "readers_disagree" in result.warnings or any(row.flags for row in result.rows):
        return replace(result, outcome="imported_with_flags")
    return result


def _text(row: RawRow) -> str:
    return " ".join(str(row.cells[col]).strip() for col in sorted(row.cells))[:_TEXT_KEPT]
