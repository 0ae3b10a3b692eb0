"""Plans and what follows: fourteen hands, a district's year of results, growth."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from itertools import zip_longest
from pathlib import Path

import pandas as pd

from build.sample_hands import write_hands
from build.sample_registry import enterprise
from build.sample_tables import write_register
from models.annexes import CATEGORIES, FINDING_LEDGER, INSPECTION_RECORD, READABLE
from models.forms import Row
from services import importing, migrate
from services.imports.plan import make_batch, make_plan, read_file
from services.imports.read_form import ReadForm, ReadRow
from services.imports.worker import Reader
from tests import make
from tests.bench.bars import Figure, parts_line, timed

VISITS, FINDINGS = 4_318, 5_141
FIRMS = 681
GROWTH = (1_000, 10_000, 100_000)
_GROUP = "第一检查组"
_FIRST = date(2023, 4, 1)


def measure_planning(folder: Path, *, rounds: int) -> list[Figure]:
    """Plan what a campaign receives; the worker is running already."""
    with Reader() as reader:
        return [_hands(folder, reader, rounds), _results(folder, reader), *_growth(folder)]


def _hands(folder: Path, reader: Reader, rounds: int) -> Figure:
    """The fourteen files of the sample campaign, each in another hand, planned together."""
    files = folder / "hands"
    files.mkdir()
    write_hands(files)
    paths = sorted(files.iterdir())
    figure = Figure(f"{len(paths)} town forms of the sample: read and planned", reference="pandas, openpyxl", bar=0.5)
    parts: dict[str, list[float]] = {"read": [], "plan": []}
    read_file(paths[0], reader=reader)
    with migrate.open_store(folder / "hands-data", operator="bench") as store:
        with store.write("bench") as session:
            campaign = make.campaign(session)
        for _ in range(rounds):
            with timed(parts["read"]):
                read = [
                    (path, read_file(path, reader=reader, forms=READABLE, year=2023, following=following))
                    for path, following in zip_longest(paths, paths[1:])
                ]
            with timed(parts["plan"]), store.snapshot() as session:
                make_batch(session, files=read, campaign_id=campaign)
            figure.ours_ms.append(parts["read"][-1] + parts["plan"][-1])
            with timed(figure.reference_ms):
                for path in paths:
                    if path.suffix.lower() == ".csv":
                        pd.read_csv(path, header=None, encoding="gbk", names=range(20))
                    else:
                        pd.read_excel(path, engine="openpyxl", sheet_name=None, header=None)
    figure.notes = [parts_line(parts)]
    return figure


def _results(folder: Path, reader: Reader) -> Figure:
    """A year's visits and findings as two workbooks, into an empty office and once more."""
    visits, ledger = folder / "visits.xlsx", folder / "ledger.xlsx"
    write_register(visits, INSPECTION_RECORD, (_visit(number) for number in range(VISITS)))
    write_register(ledger, FINDING_LEDGER, (_finding(number) for number in range(FINDINGS)))
    figure = Figure(f"{VISITS:,} visits and {FINDINGS:,} findings: xlsx → stored with history")
    parts: dict[str, list[float]] = {name: [] for name in ("read", "plan", "apply", "the same files again")}
    with migrate.open_store(folder / "results", operator="bench") as store:
        with store.write("bench") as session:
            campaign = make.campaign(session)
            make.group(session, campaign, _GROUP)
        with timed(parts["read"]):
            read = [(path, read_file(path, reader=reader, year=2023)) for path in (visits, ledger)]
        with timed(parts["plan"]), store.snapshot() as session:
            batch = make_batch(session, files=read, campaign_id=campaign)
        with timed(parts["apply"]):
            steps = importing.apply_batch(store, batch=batch)
        if [step.counts.get("new") for step in steps] != [VISITS, FINDINGS]:
            raise RuntimeError(f"not all rows arrived: {[(step.message, step.counts) for step in steps]}")
        with timed(parts["the same files again"]), store.snapshot() as session:
            again = make_batch(session, files=read, campaign_id=campaign)
        if again.counts["same"] != VISITS + FINDINGS:
            raise RuntimeError(f"not the same: {again.counts}")
    figure.ours_ms = [sum(times[0] for name, times in parts.items() if name != "the same files again")]
    figure.notes = [parts_line(parts)]
    shutil.rmtree(folder / "results")
    return figure


def _growth(folder: Path) -> list[Figure]:
    """Plan a registry of new names, similar ones among them looked for."""
    found: list[Figure] = []
    before: list[float] = []
    form = next(one for one in READABLE if one.code == "enterprises")
    path = folder / "none.xlsx"
    path.write_bytes(b"")
    with migrate.open_store(folder / "growth", operator="bench") as store:
        for count in GROWTH:
            rows = [ReadRow("Sheet1", number + 2, {**dict.fromkeys(form.keys), **enterprise(number)}) for number in range(count)]
            read = ReadForm(path, "imported", form=form, sheet="Sheet1", rows=rows)
            figure = Figure(f"planning {count:,} new enterprises")
            with timed(figure.ours_ms), store.snapshot() as session:
                make_plan(session, path=path, read=read, campaign_id=None)
            if before:
                figure.reference, figure.reference_ms, figure.bar = "a tenth of the rows", before, 12.0
            before = figure.ours_ms
            found.append(figure)
    return found


def _visit(number: int) -> Row:
    firm = enterprise(number % FIRMS)
    day = _FIRST + timedelta(days=number // FIRMS)
    return {
        "enterprise": firm["name"], "credit_code": firm["credit_code"], "town": firm["town"], "checked_on": day, "group": _GROUP,
        "officers": "康立群、何志远", "platform_no": f"LQ2023-{number:05d}", "entered_on": day,
    }  # fmt: skip


def _finding(number: int) -> Row:
    firm = enterprise(number % FIRMS)
    return {
        "enterprise": firm["name"], "town": firm["town"], "hazard": f"第{number}处设备传动部位没有防护罩", "checked_on": _FIRST,
        "category": CATEGORIES[number % len(CATEGORIES)], "level": "一般", "due": _FIRST + timedelta(days=20), "person": "孔石",
    }  # fmt: skip
