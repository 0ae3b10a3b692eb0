"""The language in which a form is declared once: Kind, Column, Form, Issue.

A `Form` says which columns an official table has. Everything that touches the
table reads that one declaration: the importer (titles and aliases), the check
of values (`Form.clean`), the screen (width, alignment, editor), the workbook,
the PDF. Frozen data and the standard library only; if a form needs logic that
a column cannot say, it is a function in the service of that noun.

A clean *row* is a dict keyed by `Column.key`, holding values of the kind's
type (text, int, date, fen, bool, tuple of names) or None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

Row = dict[str, object]


@dataclass(frozen=True)
class Flag:
    """One remark about a value that was read; code as in the JSON contract.

    The message is a sentence without its subject: row and column title are
    put before it where it is shown.
    """

    code: str
    message: str


@dataclass(frozen=True)
class Reading:
    """What became of a raw cell: the value (None if unreadable) and its flags."""

    value: object
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True)
class Context:
    """What a cell cannot know by itself.

    Attributes:
        year: Year for dates that name only month and day; None if unknown.
        header: Header text of the column as the file has it (it may hold the unit).
    """

    year: int | None = None
    header: str = ""


@dataclass(frozen=True)
class Kind:
    """How one sort of value is edited, read, shown and written.

    Attributes:
        editor: Name of the editor widget (mapped in ui): text, long, date, choice…
        parse: Raw cell → `Reading`. Never raises for bad data: it flags.
        show: Value → text for people.
        excel: Number format of the cell; "@" is text.
        align: "left", "center" or "right".
        personal: A number of a person: masked on the screen until it is asked for.
    """

    editor: str
    parse: Callable[[object, Context], Reading]
    show: Callable[[object], str]
    excel: str
    align: str
    personal: bool = False


@dataclass(frozen=True)
class Column:
    r"""One column of a form.

    Attributes:
        key: Name of the value in a row; for registers also the entity's attribute.
        title: Heading, verbatim for official forms; "\n" where the form breaks it.
        kind: How its values are read and shown.
        band: Heading above this and its neighbours, if the form has two header rows.
        required: A row without it cannot be saved (the key of the row).
        width_mm: Printed width.
        aliases: Other headings that towns use for the same thing.
        source: Where the column comes from (law, notice, or "office").
    """

    key: str
    title: str
    kind: Kind
    band: str = ""
    required: bool = False
    width_mm: float = 20
    aliases: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Issue:
    """One thing to mend in a row.

    Attributes:
        row: Row number as the clerk sees it; 0 if the row is not from a file.
        key: Column key.
        title: Column title.
        value: The value as it was given.
        code: Machine name of the trouble (the flag codes of form-import/1).
        message: One plain sentence: what, where, how to mend.
    """

    row: int
    key: str
    title: str
    value: object
    code: str
    message: str


Rule = Callable[[Row], Iterable[tuple[str, Flag]]]


@dataclass(frozen=True)
class Form:
    """A table that the office reads and writes.

    Attributes:
        code: Machine name ("personnel", "inspection_stats" …).
        title: Title printed above it, verbatim for official forms.
        columns: In printed order.
        rules: Checks over a whole clean row.
        min_rows: Rows printed at least; blank ones pad.
        notes: Lines printed under the table.
        source: Where the form comes from.
    """

    code: str
    title: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...] = ()
    min_rows: int = 0
    notes: tuple[str, ...] = ()
    source: str = ""

    def column(self, key: str) -> Column:
        """Return the column with this key.

        Raises:
            KeyError: The form has no such column.
        """
        for column in self.columns:
            if column.key == key:
                return column
        raise KeyError(key)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Keys of all columns, in printed order."""
        return tuple(column.key for column in self.columns)

    @property
    def bands(self) -> tuple[tuple[str, int, int], ...]:
        """Bands as (title, first column index, last column index)."""
        found: list[tuple[str, int, int]] = []
        for index, column in enumerate(self.columns):
            if not column.band:
                continue
            if found and found[-1][0] == column.band and found[-1][2] == index - 1:
                found[-1] = (column.band, found[-1][1], index)
            else:
                found.append((column.band, index, index))
        return tuple(found)

    def clean(
        self, raw: Mapping[str, object], *, row: int = 0, year: int | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[Row, list[Issue]]:
        """Read a row of raw values; report every issue, never only the first.

        Args:
            raw: Raw values by column key; keys of other forms are ignored.
            row: Row number for the messages.
            year: Year for dates without one.
            headers: Header texts of the file by key, where they differ from the titles.

        Returns:
            The clean row (all keys of the form) and all issues.
        """
        values: Row = {}
        issues: list[Issue] = []
        for column in self.columns:
            given = raw.get(column.key)
            header = (headers or {}).get(column.key, column.title)
            reading = column.kind.parse(given, Context(year=year, header=header))
            values[column.key] = reading.value
            flags = reading.flags
            if column.required and reading.value is None and not flags:
                flags = (Flag("missing", "为空，请补填"),)
            issues += [_issue(row, column, given, flag) for flag in flags]
        for rule in self.rules:
            flagged = {issue.key for issue in issues}
            # A cell that could not be read is not "empty" as well.
            found = [(key, flag) for key, flag in rule(values) if flag.code != "missing" or key not in flagged]
            issues += [_issue(row, self.column(key), values.get(key), flag) for key, flag in found]
        return values, issues

    def missing_keys(self, values: Row) -> tuple[str, ...]:
        """Keys that must be there before the row can be saved, but are empty."""
        return tuple(c.key for c in self.columns if c.required and values.get(c.key) in (None, "", ()))

    def titled(self, title: str) -> Form:
        """Return the same form under the title that a campaign's notice gives it."""
        return replace(self, title=title)


def _issue(row: int, column: Column, value: object, flag: Flag) -> Issue:
    where = f"第{row}行 " if row else ""
    return Issue(row, column.key, column.title, value, flag.code, f"{where}{_plain(column.title)} {flag.message}")


def _plain(title: str) -> str:
    return title.replace("\n", "")
