"""The part of 三方对账 that runs off the UI thread: read, compare, export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from models.values import plain
from services import history, reconciling
from services.imports.raw import RawBook
from services.imports.worker import Reader
from services.progress import Progress, silent

_LOOKED_AT = 30
_LONGEST = 40


@dataclass(frozen=True)
class Compared:
    """A table from elsewhere, and what comparing it found.

    Attributes:
        headings: The headings that may be chosen from, where it is to be said by hand.
        columns: Heading by role, as it was read or as far as it was guessed.
        outcome: What was found; None if too little is known of the columns.
        why: Why nothing was found.
    """

    path: Path
    headings: tuple[str, ...]
    columns: Mapping[str, str]
    outcome: reconciling.Outcome | None
    why: str = ""


def compare(*, store: Any, campaign_id: int, path: Path, said: Mapping[str, str] | None = None, progress: Progress = silent) -> Compared:
    """Read a table and compare the campaign's visits with it.

    What is said of its columns is remembered.

    Args:
        store: The open store.
        campaign_id: The campaign.
        path: The file.
        said: Heading by role, as a person says.
        progress: Told before the file.
    """
    progress(0, 2, path.name)
    with Reader() as reader:
        book = reader.read(path)
        headings = _headings(book) if isinstance(book, RawBook) else ()
        try:
            with store.read() as session:
                table = reconciling.read(session, path, reader=reader, mapping=said)
        except reconciling.NotMapped as problem:
            return Compared(path, headings, dict(said or {}), None, problem.message())
    if said and store.writable:
        with store.write(f"记住“{path.name}”怎样对账") as session:
            reconciling.remember(session, mapping=table.mapping)
            history.describe(session, kind="system")
    progress(1, 2, path.name)
    with store.snapshot() as snapshot:
        outcome = reconciling.reconcile(snapshot, campaign_id=campaign_id, tables=[table], progress=progress)
    return Compared(path, tuple(dict.fromkeys(table.headings.values())), table.mapping.columns, outcome)


def export(*, outcome: reconciling.Outcome, target: Path, progress: Progress = silent) -> Path:
    """Write what was found as a workbook; return where.

    Args:
        outcome: What was found.
        target: The file.
        progress: Told before it is written.
    """
    progress(0, 1, target.name)
    reconciling.export(outcome, target=target)
    return target


def _headings(book: RawBook) -> tuple[str, ...]:
    """Return the texts of the row that looks most like a header."""
    best: list[str] = []
    for sheet in book.sheets:
        for row in islice(sheet.rows(), _LOOKED_AT):
            texts = [plain(value).strip() for value in row.cells.values() if isinstance(value, str) and 0 < len(value.strip()) <= _LONGEST]
            if len(texts) > len(best):
                best = texts
    return tuple(dict.fromkeys(best))
