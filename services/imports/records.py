"""From a raw row to a record: cells parsed, merged cells filled, flags made."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from models.annexes import CATEGORY_PREFIX
from models.dates import relative_days, yearless
from models.forms import Column, Context, Flag, Form, Kind, Reading, Row
from models.values import NOTHING_WORDS, plain, visible
from services.imports.around import Around
from services.imports.cards import Card
from services.imports.headings import extended
from services.imports.leftover import part
from services.imports.locate import Block, Table
from services.imports.native import native
from services.imports.raw import RawBook, RawRow, RawSheet, Scalar
from services.imports.read_form import ReadRow, RowFlag
from services.imports.wording import DITTO_STARTS, TEXT_SIGNS, as_meant, is_ditto, is_worded

Filled = Mapping[int, Mapping[int, tuple[int, int]]]

_MEMO_SIZE = 50_000
_MOST_FILLED = 200_000
_NONE: frozenset[str] = frozenset()
_TICKS = frozenset(("√", "✓", "✔", "☑", "1", "是", "有", "●", "■", "v", "V", "对"))
_LATE_IN_YEAR = 10
_COUNTED = ("count", "amount")
_MERGED = Flag("merged_filled", "是合并单元格，按上面的内容补上")
_STATED = Flag("merged_filled", "表里没有这一列，按表头上面写的补上")
_INSTEAD = "“{wanted}”为空，按“{other}”补上"
_MERGED_NUMBER = Flag("merged_filled", "与上面合并，数只算在第一行")
_DITTO_FLAG = Flag("merged_filled", "写的是“同上”，按上一行的内容补上")
_DITTO_IN_VAIN = Flag("missing", "写的是“同上”，上面没有内容可补，请填写")
_HIDDEN = RowFlag("*", "hidden_row", "是隐藏的行，请核对是否要报")


@dataclass
class _Slot:
    """One column while reading: where it stands and how it is parsed.

    Attributes:
        memo: What was parsed: a text under itself, whatever its format.
        worded: Its texts may have a list's marks, or answer a question of the heading.
    """

    key: str
    col: int
    kind: Kind
    title: str
    context: Context
    memo: dict[object, Reading] = field(default_factory=dict)
    worded: bool = False

    def __post_init__(self) -> None:
        """Note whether its texts are looked at before they are parsed."""
        self.worded = is_worded(self.key, self.kind)

    def parse(self, value: Scalar, number_format: str = "", *, date1904: bool = False) -> Reading:
        """Parse an unmarked value; the same value is parsed once."""
        # The type belongs to the key: 1, 1.0 and True are equal but read differently.
        seen = value if isinstance(value, str) else (type(value), value, number_format)
        reading = self.memo.get(seen)
        if reading is None:
            if isinstance(value, str) and value[:1] != "#":
                usable, stored = visible(value)
                if self.worded or value[:1] in TEXT_SIGNS:
                    usable, said = as_meant(str(usable), self.key, self.kind, self.context.header)
                    stored = (*stored, *said)
            else:
                usable, stored = native(value, number_format, "", self.kind, date1904=date1904)
            reading = self.kind.parse(usable, self.context)
            if stored:
                reading = Reading(reading.value, (*reading.flags, *stored))
            if len(self.memo) < _MEMO_SIZE:
                self.memo[seen] = reading
        return reading


class RecordReader:
    """Reads the records of one table."""

    def __init__(self, book: RawBook, sheet: RawSheet, table: Table, around: Around, filled: Filled) -> None:
        """Prepare the columns.

        Args:
            book: Says how dates count.
            sheet: Formats, comments and strike-through.
            table: Where the columns stand.
            around: Year and unit of money.
            filled: For cells under a merged one, the cell that holds the value.
        """
        self._sheet = sheet
        self._date1904 = book.date1904
        self._form = form = extended(table.form)
        self._table = table
        self._filled = filled
        self._blocks = [_slots(form, block, around) for block in table.blocks]
        self._quick = [[(slot, slot.key, slot.col, slot.memo) for slot in slots] for slots in self._blocks]
        self._places = [{slot.key: slot for slot in slots} for slots in self._blocks]
        self._stated = [_stated(form, table, places, around) for places in self._places]
        self._spares = [
            (replace(slot, col=col, memo={}), Flag("merged_filled", _INSTEAD.format(wanted=table.blocks[0].headers[key], other=text)))
            for key, (col, text) in table.spare.items()
            if (slot := self._places[0].get(key))
        ]
        self._keys = _key_columns(form)
        self._blank_row: Row = dict.fromkeys(form.keys)
        own = frozenset(table.form.keys)
        self._kept = [[key for key in form.keys if key in places or key in own] for places in self._places]
        self._required = tuple(column.key for column in form.columns if column.required)
        self._above: list[dict[str, Reading]] = [{} for _ in self._blocks]
        self._merge_sources: dict[tuple[int, int], tuple[Scalar, int, str]] = {}
        self._careful = bool(sheet.comments or sheet.strikes or filled)

    def read(self, row: RawRow) -> list[ReadRow]:
        """Return the records of a row; none if all lack their key."""
        found: list[ReadRow] = []
        if self._table.ticks:
            row = _ticked(row, self._table.ticks)
        if self._table.parted:
            row = part(row, self._table.parted)
        for number, slots in enumerate(self._blocks):
            if number and not any(slot.col in row.cells for slot in slots):
                continue
            record = self._record(row, number)
            if record is not None:
                found.append(record)
        if row.hidden:
            for record in found:
                record.flags.append(_about_row(row.number, _HIDDEN))
        return found

    def _record(self, row: RawRow, block: int) -> ReadRow | None:
        values, above = dict(self._blank_row), self._above[block]
        flags: list[tuple[_Slot, Flag]] = []
        raw: dict[str, str] = {}
        careful = self._careful or bool(row.marks)
        cells, styles, formats, date1904 = row.cells, row.styles, self._sheet.formats, self._date1904
        for slot, key, col, memo in self._quick[block]:
            value = cells.get(col)
            if careful:
                reading = self._with_looks(row, slot, value)
            elif value is None:
                continue
            elif isinstance(value, str):
                reading = memo.get(value) or slot.parse(value)
            else:
                reading = slot.parse(value, formats[styles.get(col, 0)], date1904=date1904)
            if isinstance(value, str) and value[:1] in DITTO_STARTS and is_ditto(value):
                reading = (
                    Reading(above[key].value, (_DITTO_FLAG,))
                    if key in above and above[key].value is not None
                    else Reading(None, (_DITTO_IN_VAIN,))
                )
            if reading.flags:
                flags += [(slot, flag) for flag in reading.flags]
                raw[key] = plain(value)
            values[key] = reading.value
            above[key] = reading
        for slot, said in self._spares if not block else ():
            if values[slot.key] is None and (reading := slot.parse(cells.get(slot.col))).value is not None:
                values[slot.key] = reading.value
                flags += [(slot, flag) for flag in (*reading.flags, said)]
                raw[slot.key] = plain(cells[slot.col])
        for slot, reading in self._stated[block]:
            values[slot.key] = reading.value
            flags += [(slot, flag) for flag in (*reading.flags, _STATED)]
            raw[slot.key] = plain(reading.value)
        if any(values[key] in (None, "", ()) or values[key] in NOTHING_WORDS for key in self._keys):
            return None
        return self._finished(row, block, values, flags, raw)

    def _with_looks(self, row: RawRow, slot: _Slot, value: Scalar) -> Reading:
        style, mark = row.styles.get(slot.col, 0), row.marks.get(slot.col, "")
        extra: tuple[Flag, ...] = ()
        source = self._filled.get(row.number, {}).get(slot.col)
        if value is None and source:
            if slot.kind.editor in _COUNTED:
                return Reading(None, (_MERGED_NUMBER,))
            value, style, mark = self._merge_sources.get(source, (None, 0, ""))
            extra = (_MERGED,) if value is not None else ()
        elif value is not None:
            self._merge_sources[(row.number, slot.col)] = (value, style, mark)
        if (value is not None and style in self._sheet.strikes) or "s" in mark:
            extra = (*extra, Flag("strikethrough", f"“{plain(value)}”带删除线，请核对是否作废"))
        if (row.number, slot.col) in self._sheet.comments:
            comment = self._sheet.comments[(row.number, slot.col)]
            extra = (*extra, Flag("has_comment", f"带批注：{comment[:100]}"))
        if value is None and not mark:
            return Reading(None, extra)
        number_format = self._sheet.formats[style]
        if not mark:
            reading = slot.parse(value, number_format, date1904=self._date1904)
        else:
            usable, stored = native(value, number_format, mark, slot.kind, date1904=self._date1904)
            reading = slot.kind.parse(usable, slot.context)
            extra = (*stored, *extra)
        return Reading(reading.value, (*reading.flags, *extra)) if extra else reading

    def _covered(self, cells: Mapping[int, Scalar], block: int) -> list[str]:
        """Return the keys whose merged heading covers further cells with content."""
        found: list[str] = []
        for key, slot in self._places[block].items():
            col = slot.col + 1
            while col in self._table.spread:
                if col in cells:
                    found.append(key)
                    break
                col += 1
        return found

    def _finished(self, row: RawRow, block: int, values: Row, flags: list[tuple[_Slot, Flag]], raw: dict[str, str]) -> ReadRow:
        number, cells = row.number, row.cells
        places = self._places[block]
        flagged = {slot.key for slot, _flag in flags} if flags else _NONE
        if self._form.code in ("inspection_stats", "town_summary"):
            _blanks_are_zero(values, places, flagged)
        elif self._form.code == "personnel" and values["unit_position"] is None:
            together = "".join(str(values[key]) for key in ("unit", "position") if values.get(key))
            values["unit_position"] = together or None
        if flags:
            _count_from_check(values, flags, raw)
            _after_check(values, flags, raw)
        for rule in self._form.rules:
            for key, flag in rule(values):
                if flag.code == "category_sum_mismatch" and any(one.startswith(CATEGORY_PREFIX) and values[one] is None for one in flagged):
                    continue  # one of them cannot be read, so nobody knows the sum
                if key in places and (flag.code != "missing" or key not in flagged):
                    flags.append((places[key], flag))
        for key in self._required:
            if values[key] is None and key in places and key not in flagged:
                flags.append((places[key], Flag("missing", "为空，请补填")))
        if self._table.spread:
            for key in self._covered(cells, block):
                flags.append((places[key], Flag("duplicate_header", "表头占了几列，旁边的列里也有内容，只读第一列，请核对")))
        if self._table.duplicates:
            for key in self._table.duplicates & places.keys():
                flags.append((places[key], Flag("duplicate_header", "表头出现了两次，只读第一列")))
        kept = {key: values[key] for key in self._kept[block]}
        return ReadRow(self._sheet.name, number, kept, [_row_flag(number, slot, flag) for slot, flag in flags] if flags else [], raw)


class CardReader:
    """Reads registration cards: one record per card."""

    def __init__(self, book: RawBook, sheet: RawSheet, form: Form, around: Around, rows: Mapping[int, RawRow]) -> None:
        """Keep what the cards refer to."""
        self._book = book
        self._sheet = sheet
        self._form = form
        self._around = around
        self._rows = rows

    def read(self, card: Card) -> list[ReadRow]:
        """Return the record of a card; none if it lacks its key."""
        cells: dict[int, Scalar] = {}
        styles: dict[int, int] = {}
        marks: dict[int, str] = {}
        columns = {key: index for index, key in enumerate(dict.fromkeys((*card.places, *card.headers)))}
        for key, (number, col) in card.places.items():
            source = self._rows[number]
            cells[columns[key]] = card.texts.get(key, source.cells[col])
            styles[columns[key]] = source.styles.get(col, 0)
            marks[columns[key]] = source.marks.get(col, "")
        block = Block(columns, card.headers)
        reader = RecordReader(self._book, self._sheet, Table(self._form, (), (block,)), self._around, {})
        row = RawRow.of(card.row, cells, styles, marks)
        return reader.read(row)


def merged_values(sheet: RawSheet, table: Table, numbers: Sequence[int]) -> Filled:
    """Return, for cells of the body covered by a merge, the cell with the value."""
    mapped = {col for block in table.blocks for col in block.columns.values()}
    filled: dict[int, dict[int, tuple[int, int]]] = {}
    count = 0
    for top, left, bottom, _right in sheet.merges:
        if bottom == top or left not in mapped or top <= table.header_rows[-1]:
            continue
        for number in numbers[bisect_right(numbers, top) : bisect_left(numbers, bottom + 1)]:
            filled.setdefault(number, {})[left] = (top, left)
            count += 1
        if count > _MOST_FILLED:
            break
    return filled


def _slots(form: Form, block: Block, around: Around) -> list[_Slot]:
    found: list[_Slot] = []
    for column in form.columns:
        col = block.columns.get(column.key)
        if col is None:
            continue
        header = block.headers.get(column.key, column.title)
        if column.kind.editor == "amount" and "元" not in header and around.money_unit:
            header = f"{header}（{around.money_unit}）"
        found.append(_Slot(column.key, col, column.kind, _plain_title(column), Context(year=around.year, header=header)))
    return found


def _plain_title(column: Column) -> str:
    return column.title.replace("\n", "")


def _key_columns(form: Form) -> tuple[str, ...]:
    required = [column.key for column in form.columns if column.required]
    return tuple(required[:2]) if form.code in ("hazard_list", "major_hazards") else tuple(required[:1])


def _blanks_are_zero(values: Row, places: Mapping[str, _Slot], flagged: Collection[str]) -> None:
    """In the statistics an empty count is a zero, where the file has the column."""
    for key in places:
        if places[key].kind.editor == "count" and values[key] is None and key not in flagged:
            values[key] = 0


def _count_from_check(values: Row, flags: list[tuple[_Slot, Flag]], raw: Mapping[str, str]) -> None:
    """Work out "within n days" from the day of the check; the flag stays."""
    checked = values.get("checked_on")
    for slot, flag in flags:
        if flag.code == "date_relative" and isinstance(checked, dt.date):
            days = relative_days(raw.get(slot.key, ""))
            if days is not None:
                values[slot.key] = checked + dt.timedelta(days=days)


def _after_check(values: Row, flags: list[tuple[_Slot, Flag]], raw: Mapping[str, str]) -> None:
    """Take the next year for a deadline without a year that would else lie before its check late in the year."""
    checked, due = values.get("checked_on"), values.get("due")
    if not (isinstance(checked, dt.date) and isinstance(due, dt.date) and due < checked and checked.month >= _LATE_IN_YEAR):
        return
    for place, (slot, flag) in enumerate(flags):
        if slot.key == "due" and flag.code == "date_year_inferred" and due.month < checked.month and yearless(raw.get("due", "")):
            values["due"] = due + dt.timedelta(days=365) if (due.month, due.day) == (2, 29) else due.replace(year=due.year + 1)
            flags[place] = slot, Flag(flag.code, f"“{raw['due']}”没有年份，检查在年底，按 {due.year + 1} 年读")


def _stated(form: Form, table: Table, places: Mapping[str, _Slot], around: Around) -> list[tuple[_Slot, Reading]]:
    """Return what the lines above say of all rows, for columns that the table lacks."""
    if "enterprise" in places or not any(key == "enterprise" for key, _text in around.stated) or "enterprise" not in table.form.keys:
        return []
    found: list[tuple[_Slot, Reading]] = []
    for key, text in around.stated:
        if key in places or key not in form.keys:
            continue
        column = form.column(key)
        context = Context(year=around.year)
        reading = column.kind.parse(text, context)
        if reading.value is not None:
            found.append((_Slot(key, -1, column.kind, _plain_title(column), context), reading))
    return found


def _ticked(row: RawRow, ticks: Mapping[int, tuple[tuple[int, str], ...]]) -> RawRow:
    """Write the ticked words into the first place of their columns; several of them stay side by side."""
    cells = dict(row.cells)
    for first, places in ticks.items():
        said = [(word, plain(cells.pop(col, None))) for col, word in places]
        words = [word if text in _TICKS else text for word, text in said if text]
        if words:
            cells[first] = "、".join(words)
    made = RawRow.of(row.number, cells, row.styles, row.marks)
    made.hidden = row.hidden
    return made


def _row_flag(number: int, slot: _Slot, flag: Flag) -> RowFlag:
    return RowFlag(slot.key, flag.code, f"第{number}行 {slot.title} {flag.message}")


def _about_row(number: int, flag: RowFlag) -> RowFlag:
    return RowFlag(flag.key, flag.code, f"第{number}行 {flag.message}")
