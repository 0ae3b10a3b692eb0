"""Damages a copy of the data at random and asks who notices.

Run as a program it prints the counts: `python -m tests.faults.damaging
--base FOLDER --work FOLDER --points N --seed S`.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sqlite3
import sys
import time
import traceback
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from models import Campaign
from services import clock, migrate, packages, undoing
from services.errors import Problem
from services.store import Store
from tests import make
from tests.faults.jobs import OPERATOR

PAGE = 4096
KINDS = {"bit flip": 60, "zeroed page": 15, "cut off": 10, "old journal": 15}
FOUND = ("opening", "integrity", "history")


@dataclass
class Damage:
    """Who noticed what.

    Attributes:
        found: Kind → who found it first: "opening", "integrity", "history",
            "export" (it did not go through), "nobody: same report", "nobody: WRONG REPORT".
        quick: Kind → how many `quick_check` alone would find.
        slipped: Kind → how many only an integrity check finds, and the report would differ.
        broken: What escaped as anything but a `Problem`, with the damage.
    """

    found: dict[str, Counter[str]] = field(default_factory=dict)
    quick: Counter[str] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)
    slipped: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def rate(self, *who: str) -> float:
        """Return which part of all damage these found."""
        return sum(count[one] for count in self.found.values() for one in who) / max(1, sum(self.points.values()))


def measure(base: Path, work: Path, *, points: int, seed: int) -> Damage:
    """Damage so many copies; return who noticed."""
    dice, seen = random.Random(seed), Damage()
    work.mkdir(parents=True, exist_ok=True)
    sound = work / "sound"
    shutil.copytree(base, sound)
    journal = _old_journal(sound)
    clean = _report(sound)
    kinds = dice.choices(list(KINDS), weights=list(KINDS.values()), k=points)
    for number, kind in enumerate(kinds):
        folder = work / f"damaged-{number}"
        shutil.copytree(sound, folder)
        what = _damage(dice, kind, folder / "data.sqlite", journal)
        seen.points[kind] += 1
        seen.quick[kind] += _quick(folder, work / "quick")
        try:
            who = _who_notices(folder, clean)
        except Exception as err:  # noqa: BLE001 - what escapes is the finding
            who = "escaped"
            place = traceback.extract_tb(err.__traceback__)[-1]
            seen.broken.append(f"{kind} {what}: {type(err).__name__} {err} in {Path(place.filename).name}:{place.lineno}")
        if who == "integrity: report differs":
            seen.slipped[kind] += 1
            who = "integrity"
        seen.found.setdefault(kind, Counter())[who] += 1
        if who == "nobody: WRONG REPORT":
            seen.wrong.append(f"{kind} {what}")
        clock.set_demo_date(None)
        shutil.rmtree(folder)
    return seen


def _damage(dice: random.Random, kind: str, path: Path, journal: bytes) -> str:
    content = bytearray(path.read_bytes())
    if kind == "bit flip":
        place, bit = dice.randrange(len(content)), dice.randrange(8)
        content[place] ^= 1 << bit
        path.write_bytes(content)
        return f"byte {place} bit {bit}"
    if kind == "zeroed page":
        page = dice.randrange(len(content) // PAGE)
        content[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)
        path.write_bytes(content)
        return f"page {page + 1}"
    if kind == "cut off":
        size = dice.randrange(1, len(content))
        path.write_bytes(content[:size])
        return f"at {size}"
    path.with_name(f"{path.name}-journal").write_bytes(journal)
    return "from before"


def _old_journal(folder: Path) -> bytes:
    """Make a journal of an unfinished write, then work on without it: a sync program may bring it back."""
    path = folder / "data.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        for pragma in ("cache_size=1", "cache_spill=ON", "synchronous=FULL"):
            raw.execute(f"PRAGMA {pragma}")
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("UPDATE enterprise SET name = name || '！'")
        raw.execute("UPDATE finding SET hazard = hazard || '！'")
        journal = path.with_name("data.sqlite-journal").read_bytes()
        raw.execute("ROLLBACK")
    with migrate.open_store(folder, operator=OPERATOR) as store:
        for number in range(20):
            with store.write("录入企业") as session:
                make.enterprise(session, f"岚桥区第{number}样例厂", credit_code=None)
    return journal


def _quick(folder: Path, looked: Path) -> bool:
    """Tell whether `quick_check` alone refuses a copy of the files."""
    shutil.rmtree(looked, ignore_errors=True)
    looked.mkdir()
    for path in folder.glob("data.sqlite*"):
        shutil.copy(path, looked)
    try:
        with closing(sqlite3.connect(looked / "data.sqlite")) as raw:
            return bool(raw.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok")
    except sqlite3.DatabaseError:
        return True


def _who_notices(folder: Path, clean: str) -> str:
    try:
        store = migrate.open_store(folder, operator=OPERATOR)
    except Problem:
        return "opening"
    with store:
        store.longest_read = float("inf")
        damaged = not _sound(store)
        try:
            with store.snapshot() as session:
                undoing.verify(session)
        except Problem:
            return "integrity" if damaged else "history"
        try:
            same = _said(store) == clean
        except Problem:
            return "integrity" if damaged else "export"
    if damaged:
        return "integrity" if same else "integrity: report differs"
    return "nobody: same report" if same else "nobody: WRONG REPORT"


def _sound(store: Store) -> bool:
    try:
        with store.snapshot() as session:
            run = session.connection().exec_driver_sql
            return run("PRAGMA integrity_check(1)").scalar() == "ok" and run("PRAGMA foreign_key_check").first() is None
    except Problem:
        return False


def _report(folder: Path) -> str:
    with migrate.open_store(folder, operator=OPERATOR) as store:
        return _said(store)


def _said(store: Store) -> str:
    """Return all that a package would say."""
    with store.snapshot() as session:
        campaign = session.scalars(select(Campaign.id)).first() or 0
        contents = packages.gather(session, campaign_id=campaign, operator=OPERATOR)
    tables = {name: (printed.rows, printed.facts) for name, printed in contents.tables.items()}
    return repr((tables, contents.figures, contents.checks, contents.report, contents.totals, contents.sheet.rows))


def main() -> int:
    """Print who noticed, as one JSON line."""
    parser = argparse.ArgumentParser(description="Damage copies of the data.")
    for name in ("base", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--points", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    given = parser.parse_args()
    started = time.monotonic()
    seen = measure(given.base, given.work, points=given.points, seed=given.seed)
    answer = {**vars(seen), "at opening": seen.rate("opening"), "seconds": round(time.monotonic() - started)}
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
