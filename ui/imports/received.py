"""A received file as it is, for looking at and for saying what its columns are.

Read again in a worker process when a file is chosen: the plan keeps records,
not cells. Runs off the UI thread but for `headers_of`, which looks at the
first rows only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from models import Campaign
from models.forms import Form
from models.values import plain
from services.errors import Problem
from services.imports.desks import DESKS
from services.imports.headings import NUMBERING, Learned, fingerprint, heading, vocabulary
from services.imports.locate import LOOK_AT_ROWS, likely_forms, tables_of
from services.imports.plan import forms_of
from services.imports.planned import PlanRow
from services.imports.raw import RawBook, RawRow, RawSheet
from services.imports.worker import Reader
from services.progress import Progress, silent
from ui.imports.mapping import Chosen, Header

_SAMPLES = 3
_LOOKED_AT = LOOK_AT_ROWS + 10
_LEAST_WORDS = 2
_LONGEST = 30


@dataclass(frozen=True)
class Received:
    """A file's cells and where the values of its records stand.

    Attributes:
        book: The cells; None if they cannot be read.
        forms: The forms it may be.
        places: By sheet, for each header: its last row and column by key.
    """

    path: Path
    book: RawBook | None
    forms: tuple[Form, ...]
    places: Mapping[str, tuple[tuple[int, Mapping[str, int]], ...]]

    def sheet(self, name: str) -> RawSheet | None:
        """Return a sheet by name."""
        return next((sheet for sheet in self.book.sheets if sheet.name == name), None) if self.book else None

    def text(self, row: PlanRow, column: int) -> str:
        """Return what a cell of a record's row says in the file."""
        found = _row(self.sheet(row.read.sheet), row.read.row)
        return plain(found.cells.get(column)).strip() if found is not None and found.number == row.read.row else ""

    def column(self, row: PlanRow, key: str) -> int | None:
        """Return the column of a record's value, None if it is not known."""
        above = [columns for last, columns in self.places.get(row.read.sheet, ()) if last < row.read.row]
        return above[-1].get(key) if above else None


def _row(sheet: RawSheet | None, number: int) -> RawRow | None:
    return next((row for row in sheet.rows() if row.number >= number), None) if sheet else None


def receive(*, store: Any, path: Path, campaign_id: int | None, progress: Progress = silent) -> Received:
    """Read the cells of a file once more; never raises for what is in it.

    Args:
        store: The open store, for the annexes of the campaign.
        path: The file.
        campaign_id: The campaign.
        progress: May stop the work.
    """
    progress(0)
    with store.read() as session:
        forms = forms_of(session.get(Campaign, campaign_id) if campaign_id else None)
    forms = tuple(form for form in forms if form.code in DESKS)
    try:
        with Reader() as reader:
            book = reader.read(path)
    except Problem:
        return Received(path, None, forms, {})
    if not isinstance(book, RawBook):
        return Received(path, None, forms, {})
    return Received(path, book, forms, {sheet.name: tuple(_places(sheet, forms)) for sheet in book.sheets})


def likely(book: RawBook, forms: Sequence[Form]) -> list[Form]:
    """Return the forms, those whose headings the file holds most of first."""
    rows = [row for sheet in book.sheets for row in islice(sheet.rows(), LOOK_AT_ROWS)]
    order = likely_forms(rows, forms)
    return sorted(forms, key=lambda form: order.index(form.code))


def headers_of(book: RawBook, forms: Sequence[Form], code: str) -> list[Header]:
    """Return the headers that may be chosen for a form, the most likely first.

    Args:
        book: The cells.
        forms: The forms it may be.
        code: The form; "" if none is chosen yet.
    """
    form = next((form for form in forms if form.code == code), None)
    found: list[Header] = []
    for number, sheet in enumerate(book.sheets):
        rows = list(islice(sheet.rows(), _LOOKED_AT))
        if sheet.hidden or not rows:
            continue
        wanted = [form] if form else list(forms)
        for table in tables_of(sheet, rows, wanted, code or None):
            found.append(_header(number, sheet, rows, table.header_rows, table.form))
        for row in rows[:LOOK_AT_ROWS]:
            texts = [str(value).strip() for value in row.cells.values() if isinstance(value, str)]
            if sum(bool(text) and len(text) <= _LONGEST for text in texts) >= _LEAST_WORDS:
                found.append(_header(number, sheet, rows, (row.number,), form))
    unique: dict[tuple[int, tuple[int, ...]], Header] = {}
    for header in found:
        unique.setdefault((header.sheet, header.rows), header)
    # a header whose words the form knows stands first; a found one before all
    tables = {(header.sheet, header.rows) for header in found if header.form and len(header.keys) > 1 and header.rows}
    return sorted(
        unique.values(), key=lambda header: (-len(header.keys), (header.sheet, header.rows) not in tables, header.sheet, header.rows)
    )


def learned_of(chosen: Chosen, unit: str) -> Learned:
    """Return what is to be remembered of a choice.

    Args:
        chosen: Form, header and the key of each column.
        unit: The unit that sent the file; "" if unknown.
    """
    texts = chosen.header.texts
    mark = fingerprint(texts[column] for column in sorted(texts))
    return Learned(unit, mark, chosen.form, tuple((heading(texts[column]), key) for column, key in sorted(chosen.keys.items())))


def _places(sheet: RawSheet, forms: Sequence[Form]) -> Iterator[tuple[int, Mapping[str, int]]]:
    rows = list(islice(sheet.rows(), 2000))
    for table in tables_of(sheet, rows, forms, None):
        if len(table.blocks) == 1:
            yield table.header_rows[-1], dict(table.blocks[0].columns)


def _header(number: int, sheet: RawSheet, rows: Sequence[RawRow], header_rows: tuple[int, ...], form: Form | None) -> Header:
    texts: dict[int, str] = {}
    bands: dict[int, str] = {}
    for row in rows:
        if row.number in header_rows:
            own = _texts(sheet, row)
            bands |= {column: texts[column] for column in own if texts.get(column) and texts[column] != own[column]}
            texts |= own
    keys: dict[int, str] = {}
    for column, text in sorted(texts.items()) if form is not None else ():
        key = (
            None
            if form is None or heading(text) in NUMBERING
            else vocabulary(form).key_of(text, bands.get(column, ""), frozenset(keys.values()))
        )
        if key and form is not None and key not in keys.values() and key in form.keys:
            keys[column] = key
    below = [row for row in rows if row.number > header_rows[-1]]
    samples = {
        column: tuple(islice((str(row.cells[column]).strip() for row in below if str(row.cells.get(column, "")).strip()), _SAMPLES))
        for column in texts
    }
    return Header(number, header_rows, texts, keys, samples, form.code if form else "")


def _texts(sheet: RawSheet, row: RawRow) -> dict[int, str]:
    """Return the headings of a row; a merged one speaks for every column it covers."""
    texts = {column: str(value).strip() for column, value in row.cells.items() if str(value).strip()}
    for top, left, _bottom, right in sheet.merges:
        if top == row.number and left in texts and right - left < 200:
            texts |= {column: texts[left] for column in range(left + 1, right + 1) if column not in texts}
    return texts
