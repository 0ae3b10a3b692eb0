"""The registry of a district, from workbook to record; and what history costs."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from build.sample import write_registry
from build.sample_registry import enterprise
from build.sample_registry import rows as cells_of
from models import Enterprise
from models.annexes import ENTERPRISE_LIST
from models.base import new_uid
from services import clock, enterprises, history, migrate, runs
from services.imports.plan import read_file
from services.imports.worker import Reader
from services.store import make_engine
from tests.bench.bars import Figure, alternate, parts_line, timed

ROWS = 12_000


def measure_import(folder: Path, *, rounds: int) -> list[Figure]:
    """Import a registry workbook as the clerk does, against merely reading it.

    The worker is running already (its start is told apart); each round writes
    into a fresh data folder, with the backup and the kept original that an
    import makes. The same rows are told a second time from a workbook with
    shared strings, as spreadsheet programs save it: the reference reads that
    one faster, so the easier bar is not the only one shown.
    """
    book, shared = folder / "registry.xlsx", folder / "shared.xlsx"
    write_registry(book, ROWS)
    _write_shared(shared)
    name = f"registry {ROWS:,} × 20: xlsx → stored with history"
    figure = Figure(name, reference="pandas.read_excel, openpyxl", bar=1.0)
    other = Figure("the same, text as shared strings", reference=figure.reference)
    _import(folder, book, figure, rounds)
    _import(folder, shared, other, rounds)
    return [figure, other]


def _import(folder: Path, book: Path, figure: Figure, rounds: int) -> None:
    small = folder / "small.xlsx"
    write_registry(small, 1)
    parts: dict[str, list[float]] = {name: [] for name in ("read in the worker, parse, check", "plan", "backup, write with history")}
    reading, planning, writing = parts.values()
    started: list[float] = []
    with Reader() as reader:
        with timed(started):
            reader.read(small)

        def ours() -> None:
            data = folder / "import"
            with migrate.open_store(data, operator="bench") as store:
                with timed(reading):
                    read = read_file(book, reader=reader, expected="enterprises")
                with timed(planning):
                    plan = runs.plan_read(store, path=book, read=read, campaign_id=None)
                with timed(writing):
                    counts = runs.apply(store, plan=plan)
            if counts["new"] != ROWS:
                raise RuntimeError(f"{counts['new']} rows arrived, not {ROWS}")
            figure.ours_ms.append(reading[-1] + planning[-1] + writing[-1])
            shutil.rmtree(data)

        def reference() -> None:
            with timed(figure.reference_ms):
                frame = pd.read_excel(book, engine="openpyxl")
            if len(frame) != ROWS:
                raise RuntimeError(f"the reference read {len(frame)} rows, not {ROWS}")

        alternate(rounds, ours, reference)
    figure.notes = [parts_line(parts), f"worker start (once a session, not in the time) {started[0]:,.0f} ms"]


def measure_history(folder: Path, *, rounds: int) -> Figure:
    """Insert the registry with its history, against the same rows untracked.

    Both write into a fresh migrated file in one BEGIN IMMEDIATE … COMMIT, and
    both make the uids and stamps that every record carries.
    """
    rows = [enterprises.stored(enterprise(number)) for number in range(ROWS)]
    figure = Figure(f"insert {ROWS:,} rows with history", reference="Core insert, untracked", bar=2.0)

    def ours() -> None:
        data = folder / "tracked"
        with migrate.open_store(data, operator="bench") as store, timed(figure.ours_ms), store.write("bench") as session:
            history.bulk_insert(session, Enterprise, rows)
        shutil.rmtree(data)

    def reference() -> None:
        data = folder / "untracked"
        with migrate.open_store(data, operator="bench") as store:
            database = store.folder.database
        engine = make_engine(database, pooled=False)
        with timed(figure.reference_ms), Session(engine) as session:
            _insert_untracked(session, rows)
            session.commit()
        engine.dispose()
        shutil.rmtree(data)

    alternate(rounds, ours, reference)
    return figure


def _insert_untracked(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    target = Enterprise.__table__
    assert isinstance(target, Table)
    now = clock.now().replace(microsecond=0)
    empty: dict[str, object] = dict.fromkeys(target.columns.keys())
    filled = [
        {**empty, **row, "id": number, "uid": new_uid(), "revision": 1, "created_at": now, "updated_at": now}
        for number, row in enumerate(rows, start=1)
    ]
    session.execute(insert(target), filled)


def _write_shared(path: Path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, [column.title for column in ENTERPRISE_LIST.columns])
        for line, cells in enumerate(cells_of(range(ROWS)), start=1):
            for place, value in enumerate(cells):
                if isinstance(value, str):
                    sheet.write_string(line, place, value)
                elif isinstance(value, date):
                    sheet.write_datetime(line, place, value, day)
                elif value is not None:
                    sheet.write_number(line, place, value)
