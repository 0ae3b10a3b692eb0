"""The grid's promises: the first page, a jump anywhere, a paste, memory.

Rows are made by a Core insert into a migrated file, which is then opened
without the proof of its history: there is none. Each size is a file of its
own, so that a small one is not read from the cache of a large one.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from build.sample_registry import enterprise
from models import Enterprise, Finding, Inspection
from models.annexes import ENTERPRISE_LIST
from models.base import new_uid
from services import clock, enterprises, findings, listing, migrate, records
from services.listing import Listing
from services.paths import DataFolder
from services.store import Store, make_engine
from tests import make
from tests.bench.bars import Figure, alternate, timed
from ui.pages.edits import plan_edits, write_plan
from ui.tables import clipboard
from ui.tables.blocks import Edit

ROOT = Path(__file__).resolve().parents[2]
SMALL, LARGE, HUGE = 10_000, 100_000, 1_000_000
PAGE, PAGES, JUMPS = 100, 9, 20
CAMPAIGN = 1
PASTED, PASTED_KEYS = 5_000, ("name", "credit_code", "town", "industry", "address", "contact", "phone", "employees")
_BATCH = 20_000
_CATEGORIES = ("设施设备类", "作业现场类", "培训教育类", "应急救援类")
_INVENTED = 5_000
_MEMORY = """
import json, os, sys
from pathlib import Path
from PySide6.QtWidgets import QApplication

def resident():
    with open("/proc/self/statm") as told:
        return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024

from services.paths import DataFolder
from services.store import Store
from ui import sheet
from ui.pages.enterprises import ENTERPRISES
from ui.pages.page import Desk
from ui.pages.register import RegisterPage
from ui.tasks import Tasks

application = QApplication([])
sheet.apply(application, "light")
rows = int(sys.argv[2])
store = Store(DataFolder(Path(sys.argv[1])), operator="bench")
tasks = Tasks(store)
desk = Desk(tasks, tasks)
page = RegisterPage(desk, ENTERPRISES)
page.resize(1202, 620)
page.show()
while not page.model.ready or tasks.running:
    application.processEvents()
assert page.model.count == rows, page.model.count
for place in range(0, rows, max(rows // 50, 1)):
    page.grid.go_to_place(place, 0)
    application.processEvents()
    while tasks.running:
        application.processEvents()
print(json.dumps(resident()), flush=True)
page.close()
tasks.shutdown()
store.close()
os._exit(0)
"""


def measure_grid(folder: Path, *, rounds: int) -> list[Figure]:
    """Take the first page, jumps, memory and a paste."""
    stores = {size: _filled(folder / str(size), size) for size in (0, SMALL, LARGE, HUGE)}
    _add_findings(stores)
    figures = [_first_page(stores, rounds, enterprises.LISTING, sort) for sort in (None, "employees", "address")]
    figures += [_first_page(stores, rounds, findings.LISTING, sort) for sort in (None, "category", "hazard")]
    figures += [_jump(stores, rounds), _memory(folder, rounds), *_paste(folder, rounds)]
    return figures


def _first_page(stores: dict[int, Path], rounds: int, shown: Listing, sort: str | None) -> Figure:
    """The first hundred rows as the page asks for them, at two sizes; the third is told."""
    bare = sort in ("address", "hazard")
    name = "as the register stands" if sort is None else f"by {sort}, {'without' if bare else 'with'} an index"
    # Without an index every row is looked at once: that cannot cost the same at ten times the rows, and is only told.
    figure = Figure(f"first page of {LARGE:,} rows of {shown.table}, {name}", reference=f"the same of {SMALL:,}", bar=None if bare else 1.5)
    scope = None if shown is enterprises.LISTING else CAMPAIGN
    huge: list[float] = []

    def ask(size: int, into: list[float]) -> None:
        with Store(DataFolder(stores[size]), operator="bench") as store, store.read() as session:
            listing.head(session, shown, scope=scope, sort=sort, limit=PAGE)
            for _time in range(PAGES):
                with timed(into):
                    listing.head(session, shown, scope=scope, sort=sort, limit=PAGE)

    for _round in range(rounds):
        ask(LARGE, figure.ours_ms)
        ask(SMALL, figure.reference_ms)
        if scope is None:
            ask(HUGE, huge)
    figure.notes = [f"{HUGE:,} rows {sorted(huge)[len(huge) // 2]:,.1f} ms"] if huge else []
    return figure


def _jump(stores: dict[int, Path], rounds: int) -> Figure:
    """A hundred rows anywhere among a million, against the bare query by primary key."""
    figure = Figure(f"jump anywhere in {HUGE:,} rows, {PAGE} rows", reference="bare query of the same by primary key", bar=5.0)
    table = Enterprise.__table__
    assert isinstance(table, Table)
    columns = [table.c.id, *(table.c[key] for key in ENTERPRISE_LIST.keys)]
    whole: list[float] = []
    with Store(DataFolder(stores[HUGE]), operator="bench") as store, store.read() as session:
        with timed(whole):
            ids = listing.ids(session, enterprises.LISTING, scope=None)
        for number in range(rounds * JUMPS):
            start = random.Random(number).randrange(len(ids) - PAGE)
            wanted = ids[start : start + PAGE].tolist()
            turns: list[Callable[[], object]] = [
                partial(listing.rows, session, enterprises.LISTING, wanted, scope=None),
                partial(_bare, session, columns, wanted),
            ]
            for turn in turns:
                turn()  # both find the pages of the file in the cache
            for turn, into in zip(turns, (figure.ours_ms, figure.reference_ms), strict=True):
                with timed(into):
                    turn()
    figure.notes = [f"all {HUGE:,} ids, behind the first page: {whole[0]:,.0f} ms"]
    return figure


def _bare(session: Session, columns: list[Any], wanted: list[int]) -> object:
    return session.execute(select(*columns).where(columns[0].in_(wanted))).all()


def _memory(folder: Path, rounds: int) -> Figure:
    """Resident memory of the page after fifty jumps, against the page without rows; MB stand for ms."""
    figure = Figure(f"memory of the page with {HUGE:,} rows (MB, not ms)", reference="the same page, empty")
    for _round in range(min(rounds, 3)):
        figure.ours_ms.append(_resident(folder / str(HUGE), HUGE))
        figure.reference_ms.append(_resident(folder / "0", 0))
    more = sorted(figure.ours_ms)[len(figure.ours_ms) // 2] - sorted(figure.reference_ms)[len(figure.reference_ms) // 2]
    figure.notes = [f"{more:,.0f} MB over the empty page"]
    return figure


def _paste(folder: Path, rounds: int) -> list[Figure]:
    """A block of new rows by Ctrl+V (read, checked, written), against the same rows by import's insert."""
    figure = Figure(f"paste of {PASTED:,} × {len(PASTED_KEYS)} cells", reference="the same rows written by import")
    rows = [enterprise(number) for number in range(PASTED)]
    lines = [[_shown(row, key) for key in PASTED_KEYS] for row in rows]
    text = clipboard.written(lines)
    planning: list[float] = []

    def ours() -> None:
        with migrate.open_store(folder / "paste", operator="bench") as store, timed(figure.ours_ms):
            block = clipboard.read(text)
            edits = [Edit(-number, key, cell) for number, line in enumerate(block, 1) for key, cell in zip(PASTED_KEYS, line, strict=True)]
            with timed(planning):
                plan = plan_edits(form=ENTERPRISE_LIST, edits=edits, stored={}, year=2023)
            with store.write("bench") as session:
                services: dict[str, Any] = {"load": enterprises.load, "save": enterprises.save, "save_many": enterprises.save_many}
                write_plan(session, rows=plan.rows, campaign_id=None, **services)
        shutil.rmtree(folder / "paste")

    def reference() -> None:
        with migrate.open_store(folder / "import", operator="bench") as store, timed(figure.reference_ms):
            cleaned = [ENTERPRISE_LIST.clean(dict(zip(PASTED_KEYS, line, strict=True)), year=2023)[0] for line in lines]
            with store.write("bench") as session:
                enterprises.add_many(session, [(row, records.Source("表.xlsx", "表", number)) for number, row in enumerate(cleaned, 2)])
        shutil.rmtree(folder / "import")

    alternate(rounds, ours, reference)
    figure.notes = [f"of it reading and checking {sorted(planning)[len(planning) // 2]:,.0f} ms"]
    return [figure]


def _shown(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    return "" if value in (None, ()) else ENTERPRISE_LIST.column(key).kind.show(value)


def _resident(data: Path, rows: int) -> float:
    surroundings = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"}
    told = subprocess.run(
        [sys.executable, "-c", _MEMORY, str(data), str(rows)],
        cwd=ROOT,
        env=surroundings,
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    return float(json.loads(told.stdout.splitlines()[-1]))


def _add_findings(stores: dict[int, Path]) -> None:
    """Put a campaign into the two smaller files: as many visits as enterprises, as many findings."""
    for size in (SMALL, LARGE):
        dice, first = random.Random(size), date(2023, 4, 1)
        visits, found = [], []
        for number in range(1, size + 1):
            kept = {"id": number, "revision": 1, "created_at": clock.now(), "updated_at": clock.now(), "campaign_id": CAMPAIGN}
            on = first + timedelta(days=dice.randrange(60))
            visits.append({**kept, "uid": new_uid(), "enterprise_id": dice.randrange(size) + 1, "checked_on": on, "state": "已完成"})
            hazard = {"hazard": f"样例隐患{dice.randrange(size)}", "category": dice.choice(_CATEGORIES), "level": "一般", "no": 1}
            more = {"penalty": False, "status": "未整改", "due": on + timedelta(days=15), "inspection_id": dice.randrange(size) + 1}
            found.append({**kept, "uid": new_uid(), **hazard, **more})
        engine = make_engine(DataFolder(stores[size]).database, pooled=False)
        with Session(engine) as session:
            for entity, rows in ((Inspection, visits), (Finding, found)):
                target = entity.__table__
                assert isinstance(target, Table)
                for start in range(0, size, _BATCH):
                    session.execute(insert(target), rows[start : start + _BATCH])
            session.commit()
        engine.dispose()


def _filled(data: Path, size: int) -> Path:
    """Return a data folder with so many enterprises."""
    with migrate.open_store(data, operator="bench") as store:
        database = store.folder.database
        if size in (SMALL, LARGE):
            with store.write("bench") as session:
                assert make.campaign(session) == CAMPAIGN
    target = Enterprise.__table__
    assert isinstance(target, Table)
    now = clock.now().replace(microsecond=0)
    invented = [enterprises.stored(enterprise(number)) for number in range(min(size, _INVENTED))]
    empty: dict[str, object] = dict.fromkeys(target.columns.keys())
    engine = make_engine(database, pooled=False)
    for start in range(0, size, _BATCH):
        rows = [
            {
                **empty,
                **invented[number % _INVENTED],
                "id": number + 1,
                "uid": new_uid(),
                "revision": 1,
                "created_at": now,
                "updated_at": now,
            }
            for number in range(start, min(start + _BATCH, size))
        ]
        with Session(engine) as session:
            session.execute(insert(target), rows)
            session.commit()
    engine.dispose()
    return data
