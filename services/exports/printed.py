"""What goes on paper: a form, its rows, and the lines around the table.

The writers never look at values themselves; `cells` turns every value into a
`Cell` once (text for the eye, number or day for the spreadsheet), so that
workbook and PDF cannot show different figures.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from models.forms import Column, Form, Row

FEN_PER_WAN = 1_000_000
NUMBERED_KEY = "no"
TOTAL_TEXT = "合计"

# Beyond 15 digits a spreadsheet would round: such a number stays text.
_LARGEST_COUNT = 10**15


@dataclass(frozen=True)
class Printed:
    """A table as it is to be printed.

    Attributes:
        form: Which columns, title, notes; its title is the printed one.
        rows: Clean rows, in printed order.
        label: "附件2"; empty for tables of our own.
        facts: The line above the table as (name, value): 填报单位, 填报人 …
        watermark: Word that marks the file as not final ("草稿").
        total: Whether a 合计 row follows; the official forms have none.
        zeros: Whether zeros under a band are visible; they are always stored.
    """

    form: Form
    rows: Sequence[Row]
    label: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    watermark: str = ""
    total: bool = False
    zeros: bool = False


@dataclass(frozen=True)
class Cell:
    """One cell: what the eye sees, and the value a spreadsheet keeps.

    Attributes:
        text: As shown; empty for a hidden zero.
        number: Count, or amount in 万元; None for text.
        decimals: Digits after the point of `number`.
        day: Date of a date cell.
    """

    text: str = ""
    number: int | Decimal | None = None
    decimals: int = 0
    day: date | None = None


BLANK = Cell()


def cells(printed: Printed) -> list[tuple[Cell, ...]]:
    """Return the printed rows: numbered, padded to the form's least, summed.

    Args:
        printed: The table.

    Returns:
        One tuple per printed row; blank rows pad, the 合计 row comes last.
    """
    columns = printed.form.columns
    table = [_cells_of(printed, row, number) for number, row in enumerate(printed.rows, start=1)]
    table += [(BLANK,) * len(columns)] * (printed.form.min_rows - len(table))
    if printed.total:
        table.append(_total(printed))
    return table


def cell_of(column: Column, value: object, *, zeros: bool = True) -> Cell:
    """Return a value as a cell.

    Args:
        column: Its column; the kind decides what is a number.
        value: A clean value, or the text of one that could not be read.
        zeros: False leaves a zero invisible; it is stored all the same.
    """
    if value is None or value in ("", ()):
        return BLANK
    if isinstance(value, str):
        return Cell(plain(value))
    if isinstance(value, int) and not isinstance(value, bool):
        if column.kind.editor == "amount":
            return _amount(value)
        if column.kind.editor == "count" and abs(value) < _LARGEST_COUNT:
            return Cell(str(value) if value or zeros else "", number=value)
    text = plain(column.kind.show(value))
    return Cell(text, day=value) if isinstance(value, date) else Cell(text)


def plain(text: str) -> str:
    """Return text without characters that no paper and no file can hold."""
    if text.isprintable():
        return text
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(ch for ch in lines if ch == "\n" or (unicodedata.category(ch) not in ("Cc", "Cs") and ch not in "\ufffe\uffff"))


def _cells_of(printed: Printed, row: Row, number: int) -> tuple[Cell, ...]:
    found = []
    for column in printed.form.columns:
        value = row.get(column.key)
        if column.key == NUMBERED_KEY and value is None:
            value = number
        found.append(cell_of(column, value, zeros=printed.zeros or not column.band))
    return tuple(found)


def _amount(fen: int) -> Cell:
    # Never rounded: an amount with odd fen shows all its digits (the checks flag it).
    wan = Decimal(fen) / FEN_PER_WAN
    text = format(wan.normalize(), "f")
    return Cell(text, number=wan, decimals=len(text.partition(".")[2]))


def _total(printed: Printed) -> tuple[Cell, ...]:
    columns = printed.form.columns
    found = [_sum(printed, column) for column in columns]
    found[0] = Cell(TOTAL_TEXT)
    return tuple(found)


def _sum(printed: Printed, column: Column) -> Cell:
    if column.key == NUMBERED_KEY or column.kind.editor not in ("count", "amount"):
        return BLANK
    values = [row.get(column.key) for row in printed.rows]
    return cell_of(column, sum(value for value in values if isinstance(value, int)))
