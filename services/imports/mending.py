"""A cell typed anew in the plan: parsed like the file's own, its flags with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from models.forms import Context, Form, Row
from services.imports.headings import extended
from services.imports.read_form import ReadRow, RowFlag


def mended(read: ReadRow, form: Form, texts: Mapping[str, str], *, year: int | None = None) -> ReadRow:
    """Return a row with some cells typed anew.

    What the old cells were flagged for goes; what the new ones deserve comes.

    Args:
        read: The row as it was read.
        form: Its form.
        texts: What was typed, by key.
        year: Year for dates without one.
    """
    whole = extended(form)
    columns = {column.key: column for column in whole.columns}
    values, raw = dict(read.values), dict(read.raw)
    flags = [flag for flag in read.flags if flag.key not in texts]
    for key, text in texts.items():
        column = columns.get(key)
        if column is None:
            continue
        reading = column.kind.parse(text, Context(year=year, header=column.title))
        values[key], raw[key] = reading.value, text
        title = column.title.replace("\n", "")
        flags += [RowFlag(key, flag.code, f"第{read.row}行 {title} {flag.message}") for flag in reading.flags]
    before, after = _by_rules(whole, read.values), _by_rules(whole, values)
    cured = before.keys() - after.keys()
    flags = [flag for flag in flags if (flag.key, flag.code) not in cured]
    have = {(flag.key, flag.code) for flag in flags}
    flags += [
        RowFlag(key, code, f"第{read.row}行 {columns[key].title.replace(chr(10), '')} {message}")
        for (key, code), message in after.items()
        if (key, code) not in before and (key, code) not in have and key in read.values
    ]
    return replace(read, values=values, flags=flags, raw=raw)


def _by_rules(form: Form, values: Row) -> dict[tuple[str, str], str]:
    filled: Row = {**dict.fromkeys(form.keys), **values}
    return {(key, flag.code): flag.message for rule in form.rules for key, flag in rule(filled)}
