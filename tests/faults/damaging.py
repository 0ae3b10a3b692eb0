"""Damages a copy of the closed data at random and asks who notices.

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
from typing import Any

from sqlalchemy import select

from models import Campaign, Case
from services import backup, cases, clock, migrate, packages, restoring, undoing
from services.errors import Problem
from services.store import Store
from tests import make
from tests.faults.jobs import OPERATOR, whole

PAGE = 4096
KINDS = {"bit flip": 50, "many bit flips": 10, "zeroed page": 10, "cut off": 10, "old journal": 10, "old copy": 10}
AFTER_A_KILL = 0.2  # so many are damaged without a seal, as a killed program leaves them
OPENING, EXPORT, UNUSED, WRONG = "found at opening", "before export", "in unused space", "wrong report"
_MANY = 20
_STEPS = 20


@dataclass
class Damage:
    """Who noticed what.

    Attributes:
        found: Kind → how often which of `OPENING`, `EXPORT`, `UNUSED`, `WRONG`.
        unsealed: The same for what was damaged after a kill.
        said: How much of what lay in unused space was said at opening all the same.
        restored: How often the backup was put in the place of what did not open.
        wrong: Damage that led to a wrong report.
        broken: What escaped as anything but a `Problem`, with the damage.
        not_restored: What could not be restored, with the damage.
    """

    found: dict[str, Counter[str]] = field(default_factory=dict)
    unsealed: Counter[str] = field(default_factory=Counter)
    said: int = 0
    restored: int = 0
    wrong: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    not_restored: list[str] = field(default_factory=list)

    def at_once(self) -> float:
        """Return which part of the damage that matters was found at opening."""
        total: Counter[str] = sum(self.found.values(), Counter())
        return total[OPENING] / max(1, total.total() - total[UNUSED])

    def as_json(self) -> dict[str, Any]:
        """Return all counts."""
        return {**vars(self), "at once": round(self.at_once(), 4)}


@dataclass(frozen=True)
class Sound:
    """Closed data with a backup of the same state, to be copied and damaged.

    Attributes:
        folder: Its data folder.
        backup: The backup.
        said: What a package of it would say.
        journal: Journal of an unfinished write of some time before.
        copy: The whole file, of the same time.
    """

    folder: Path
    backup: Path
    said: str
    journal: bytes
    copy: bytes


def measure(base: Path, work: Path, *, points: int, seed: int) -> Damage:
    """Damage so many copies; return who noticed."""
    dice, seen = random.Random(seed), Damage()
    work.mkdir(parents=True, exist_ok=True)
    sound = _sound(base, work / "sound")
    for number, kind in enumerate(dice.choices(list(KINDS), weights=list(KINDS.values()), k=points)):
        folder = Path(shutil.copytree(sound.folder, work / f"damaged-{number}"))
        killed = kind != "old copy" and dice.random() < AFTER_A_KILL  # of a whole old file only the seal can tell
        if killed:
            (folder / "data.sqlite-seal").unlink()
        what = f"{kind} {_damage(dice, kind, folder / 'data.sqlite', sound)}{' after a kill' if killed else ''}"
        try:
            who = _who_notices(folder, sound, what, seen)
        except Exception as err:  # noqa: BLE001 - what escapes is the finding
            who = "escaped"
            place = traceback.extract_tb(err.__traceback__)[-1]
            seen.broken.append(f"{what}: {type(err).__name__} {err} in {Path(place.filename).name}:{place.lineno}")
        seen.found.setdefault(kind, Counter())[who] += 1
        seen.unsealed[who] += killed
        clock.set_demo_date(None)
        shutil.rmtree(folder)
    return seen


def _sound(base: Path, folder: Path) -> Sound:
    """Make what an office has: an old journal and an old copy that a sync program may bring back, then more work, then a backup."""
    shutil.copytree(base, folder, ignore=shutil.ignore_patterns("backups"))
    path = folder / "data.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        for pragma in ("cache_size=1", "cache_spill=ON", "synchronous=FULL"):
            raw.execute(f"PRAGMA {pragma}")
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("UPDATE enterprise SET name = name || '！'")
        raw.execute("UPDATE finding SET hazard = hazard || '！'")
        journal = path.with_name("data.sqlite-journal").read_bytes()
        raw.execute("ROLLBACK")
    copy = path.read_bytes()
    with migrate.open_store(folder, operator=OPERATOR) as store:
        for number in range(_STEPS):
            with store.write("录入企业") as session:
                make.enterprise(session, f"岚桥区第{number}样例厂", credit_code=None)
        with store.write("移入回收站") as session:
            cases.remove(session, record_ids=list(session.scalars(select(Case.id).limit(1))))
        kept = backup.make(store, reason="手动")
        assert kept is not None
        said = _said(store)
    clock.set_demo_date(None)
    return Sound(folder, kept.path, said, journal, copy)


def _damage(dice: random.Random, kind: str, path: Path, sound: Sound) -> str:
    content = bytearray(path.read_bytes())
    what = "from before"
    if kind in ("bit flip", "many bit flips"):
        places = [(dice.randrange(len(content)), dice.randrange(8)) for _ in range(1 if kind == "bit flip" else _MANY)]
        for place, bit in places:
            content[place] ^= 1 << bit
        what = f"at {places}"
    elif kind == "zeroed page":
        page = dice.randrange(len(content) // PAGE)
        content[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)
        what = f"page {page + 1}"
    elif kind == "cut off":
        del content[dice.randrange(1, len(content)) :]
        what = f"at {len(content)}"
    elif kind == "old copy":
        content = bytearray(sound.copy)
    else:
        path.with_name(f"{path.name}-journal").write_bytes(sound.journal)
    path.write_bytes(content)
    return what


def _who_notices(folder: Path, sound: Sound, what: str, seen: Damage) -> str:
    try:
        with migrate.open_store(folder, operator=OPERATOR) as store:
            found = _who_notices_in(store, sound, what, seen)
    except Problem:
        found = OPENING
    if found in (OPENING, EXPORT):
        _restore(folder, sound, what, seen)
    return found


def _who_notices_in(store: Store, sound: Sound, what: str, seen: Damage) -> str:
    store.longest_read = float("inf")  # other work runs beside
    try:
        with store.snapshot() as session:
            undoing.verify(session)
        same = _said(store) == sound.said
    except Problem:
        return EXPORT
    if "可能被旧文件盖过" in store.notice:
        return OPENING
    if same and any(store.folder.root.glob("坏库_*/data.sqlite-journal")):
        return OPENING  # put aside before it could spoil anything
    if same:
        seen.said += bool(store.notice)
        return UNUSED
    seen.wrong.append(what)
    return WRONG


def _restore(folder: Path, sound: Sound, what: str, seen: Damage) -> None:
    clock.set_demo_date(None)
    try:
        restoring.restore(folder, backup=folder / "backups" / sound.backup.name, operator=OPERATOR)
        with migrate.open_store(folder, operator=OPERATOR) as store:
            store.longest_read = float("inf")
            wrong = whole(store)
            right = _said(store) == sound.said and not store.notice
    except Problem as problem:
        seen.not_restored.append(f"{what}: {problem}")
        return
    if wrong or not right:
        seen.not_restored.append(f"{what}: {wrong or 'the report differs'}")
    seen.restored += 1


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
    sys.stdout.write(json.dumps({**seen.as_json(), "seconds": round(time.monotonic() - started)}, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
