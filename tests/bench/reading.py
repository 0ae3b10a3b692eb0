"""Received forms: a batch of towns, how reading grows, a sheet used to its end."""

from __future__ import annotations

import random
from itertools import zip_longest
from pathlib import Path

import pandas as pd

from models.annexes import READABLE
from services import migrate
from services.imports.plan import make_batch, read_file
from services.imports.worker import Reader
from tests import make
from tests.bench.bars import Figure, timed
from tests.imports.drafts import planted, sheets
from tests.imports.messes import applied
from tests.imports.writing import save

TOWNS = 14
ROWS = 40
GROWTH = (1_000, 10_000, 100_000)
MESS = ("title_and_annex", "unit_and_date", "running_numbers", "blanks_in_names", "dashes_in_phones", "total", "signatures")


def measure_reading(folder: Path, *, rounds: int) -> list[Figure]:
    """Read and plan a batch, against pandas over the same files; then growth and a brushed sheet.

    The worker is running already. Growth is told as ours against ten times the
    step before; the brushed sheet against the same sheet without its mess.
    """
    with Reader() as reader:
        return [_towns(folder, reader, rounds), *_growth(folder, reader), _brushed(folder, reader, rounds)]


def _towns(folder: Path, reader: Reader, rounds: int) -> Figure:
    files = [_file(folder / f"town{number}", ROWS, number, MESS) for number in range(TOWNS)]
    figure = Figure(f"{TOWNS} town forms × {ROWS} rows: read and planned", reference="pandas.read_excel, openpyxl", bar=0.5)
    read_file(files[0], reader=reader)
    with migrate.open_store(folder / "data", operator="周启明") as store:
        with store.write("建立专项行动") as session:
            campaign = make.campaign(session)
        for _ in range(rounds):
            with timed(figure.ours_ms):
                batch = [
                    (path, read_file(path, reader=reader, forms=READABLE, year=2023, following=following))
                    for path, following in zip_longest(files, files[1:])
                ]
                with store.snapshot() as session:
                    make_batch(session, files=batch, campaign_id=campaign)
            with timed(figure.reference_ms):
                for path in files:
                    pd.read_excel(path, engine="openpyxl", sheet_name=None, header=None)
    return figure


def _growth(folder: Path, reader: Reader) -> list[Figure]:
    found: list[Figure] = []
    before: list[float] = []
    for count in GROWTH:
        path = _file(folder / f"rows{count}", count, 1, ())
        figure = Figure(f"reading {count:,} rows", ours_ms=[])
        with timed(figure.ours_ms):
            read_file(path, reader=reader)
        if before:
            figure.reference, figure.reference_ms, figure.bar = "a tenth of the rows", before, 12.0
        before = figure.ours_ms
        found.append(figure)
    return found


def _brushed(folder: Path, reader: Reader, rounds: int) -> Figure:
    plain, used = _file(folder / "plain", 4, 1, ()), _file(folder / "used", 4, 1, ("brushed",))
    figure = Figure("a sheet used to its last row, 4 real rows", reference="the same without", bar=3.0)
    for _ in range(rounds):
        with timed(figure.ours_ms):
            read_file(used, reader=reader)
        with timed(figure.reference_ms):
            read_file(plain, reader=reader)
    return figure


def _file(folder: Path, rows: int, seed: int, names: tuple[str, ...]) -> Path:
    folder.mkdir(parents=True)
    pick = random.Random(seed)
    return save(sheets(applied(planted("personnel", rows, pick), names, pick)), folder, "xlsx")
