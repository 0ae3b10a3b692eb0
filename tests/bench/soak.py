"""A year of daily work squeezed: `python3 build/make.py bench --soak [--days N]`.

Every day 240 single edits, a backup (every fifth day two), a restart of the
store; every 21st day a package. The clock stands on the day. Told are memory
and open files after warm-up, whether backups are kept as the policy says,
whether every kept one is what its sidecar says, and whether the same state
exports to the same bytes, from the data and from the restored backup.
"""

from __future__ import annotations

import gc
import hashlib
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import psutil
from sqlalchemy import select

import resources
from models import Campaign, Enterprise
from services import backup, clock, enterprises, findings, migrate, packages, restoring, runs, undoing
from services.exports.archive import sha256_of
from services.exports.deliver import TABLE_SUFFIXES, deliver_pdf, deliver_workbook
from services.store import Store
from tests import make

DAYS = 250
EDITS_A_DAY = 240
PACKAGE_EVERY = 21
SEED = 20260722
OPERATOR = "周启明"
_MEGABYTE = 1024 * 1024
_WARM = 0.2
_MOST_KEPT = 10 + 14 + 13 + 25


@dataclass
class Soak:
    """What a squeezed year showed."""

    edits: int = 0
    undone: int = 0
    backups: int = 0
    packages: int = 0
    memory_mb: list[float] = field(default_factory=list)
    handles: list[int] = field(default_factory=list)
    database_mb: list[float] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    edit_ms: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def soak(folder: Path, *, days: int, edits: int = EDITS_A_DAY) -> Soak:
    """Work so many days in a fresh data folder; return what it showed."""
    seen, dice = Soak(), random.Random(SEED)
    data = folder / "data"
    with migrate.open_store(data, operator=OPERATOR) as store:
        runs.run_folder(store, source=resources.path("samples", "demo"), target=folder / "first", demo=True)
    day = clock.today()
    for number in range(1, days + 1):
        day = _next_working_day(day)
        with migrate.open_store(data, operator=OPERATOR) as store:
            clock.set_demo_date(day)
            store.longest_read = float("inf")
            _work(store, dice, seen, edits)
            for _ in range(2 if number % 5 == 0 else 1):
                _timed(seen, "backups", lambda opened=store: backup.make(opened, reason="每天"))
                seen.backups += 1
            if number % PACKAGE_EVERY == 0:
                _timed(seen, "packages", lambda opened=store: _package(opened, folder, seen))
            _require_policy(store, seen, day)
        gc.collect()
        process = psutil.Process()
        seen.memory_mb.append(process.memory_info().rss / _MEGABYTE)
        seen.handles.append(process.num_fds() if hasattr(process, "num_fds") else process.num_handles())
        seen.database_mb.append((data / "data.sqlite").stat().st_size / _MEGABYTE)
        if number % 25 == 0:
            sys.stderr.write(f"day {number}: {seen.memory_mb[-1]:.0f} MB, database {seen.database_mb[-1]:.1f} MB\n")
    _timed(seen, "last checks", lambda: _last_checks(data, folder, seen))
    clock.set_demo_date(None)
    return seen


def growth(values: list[float]) -> float:
    """Return by which part the last tenth is above the tenth after warm-up."""
    start = int(len(values) * _WARM)
    tenth = max(1, len(values) // 10)
    first, last = statistics.median(values[start : start + tenth]), statistics.median(values[-tenth:])
    return (last - first) / first


def _work(store: Store, dice: random.Random, seen: Soak, edits: int) -> None:
    with store.read() as session:
        campaign = session.scalars(select(Campaign.id)).first() or 0
        known = list(session.scalars(select(Enterprise.id)))
        visited = findings.LISTING.select(campaign)
        found = [row.id for row in session.execute(visited)]
    started = time.perf_counter()
    for number in range(edits):
        kind = dice.random()
        with store.write("日常录入") as session:
            if kind < 0.02:
                make.enterprise(session, f"岚桥区第{seen.edits}样例厂", credit_code=None)
            elif kind < 0.5:
                chosen = dice.choice(known)
                row = enterprises.load(session, record_id=chosen)
                enterprises.save(session, row={**row, "remark": f"第{seen.edits}次核对"}, record_id=chosen)
            elif kind < 0.97:
                chosen = dice.choice(found)
                row = findings.load(session, record_id=chosen)
                row["remark"] = f"第{seen.edits}次核对"
                findings.save(session, campaign_id=campaign, row=row, record_id=chosen)
            else:
                undoing.undo(session)
                seen.undone += 1
        seen.edits += 1
        if number % 10 == 0:
            seen.edit_ms.append(0.0)
    took = time.perf_counter() - started
    seen.edit_ms[-1] = took * 1000 / edits
    seen.edit_ms = [one for one in seen.edit_ms if one]
    seen.seconds["edits"] = seen.seconds.get("edits", 0.0) + took


def _package(store: Store, folder: Path, seen: Soak) -> None:
    with store.read() as session:
        campaign = session.scalars(select(Campaign.id)).first() or 0
    runs.make_package(store, campaign_id=campaign, target=folder / "packages", waivers=_waivers(store, campaign))
    seen.packages += 1
    shutil.rmtree(folder / "packages")
    backup.make(store, reason="报送")
    one, other = (_exported(store, folder / f"export-{number}") for number in range(2))
    if one != other:
        seen.wrong.append(f"package {seen.packages}: the same state exports to other bytes")


def _waivers(store: Store, campaign: int) -> dict[str, str]:
    with store.snapshot() as session:
        contents = packages.gather(session, campaign_id=campaign, operator=OPERATOR, draft=True)
    return {check.rule: "压缩演练" for check in contents.checks if check.level == "B"}


def _exported(store: Store, folder: Path) -> dict[str, str]:
    """Write every table of the package with a fixed moment; return the digests."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    moment = datetime(2023, 4, 20, 9, tzinfo=clock.now().tzinfo)
    with store.snapshot() as session:
        campaign = session.scalars(select(Campaign.id)).first() or 0
        contents = packages.gather(session, campaign_id=campaign, operator=OPERATOR, draft=True)
    for name, printed in contents.tables.items():
        deliver_workbook(printed, folder / f"{name}{TABLE_SUFFIXES[0]}", made_at=moment)
        deliver_pdf(printed, folder / f"{name}{TABLE_SUFFIXES[1]}", made_at=moment)
    return {path.name: sha256_of(path) for path in sorted(folder.iterdir())}


def _require_policy(store: Store, seen: Soak, day: date) -> None:
    listed = backup.listed(store.folder)
    ordinary = [one for one in listed if not one.reason.startswith("报送")]
    seen.kept.append(len(listed))
    if len(ordinary) > _MOST_KEPT:
        seen.wrong.append(f"{day}: {len(ordinary)} backups are kept, {_MOST_KEPT} at most")
    if backup.to_thin(listed, now=clock.now()):
        seen.wrong.append(f"{day}: backups beyond the policy are there")
    if not listed or listed[0].made_at.date() != day:
        seen.wrong.append(f"{day}: the newest backup is not of today")
    files = {path.stem for path in store.folder.backups.glob("*.sqlite")}
    if files != {one.path.stem for one in listed}:
        seen.wrong.append(f"{day}: copies and sidecars differ")


def _last_checks(data: Path, folder: Path, seen: Soak) -> None:
    with migrate.open_store(data, operator=OPERATOR) as store:
        with store.snapshot() as session:
            undoing.verify(session)
        last = backup.make(store, reason="每天")
        today = clock.today()
        before = _exported(store, folder / "before")
        for one in backup.listed(store.folder):
            if hashlib.sha256(one.path.read_bytes()).hexdigest() != one.sha256:
                seen.wrong.append(f"{one.path.name} is not what its sidecar says")
    if last is None:
        raise AssertionError("a forced backup was left out")
    restoring.restore(data, backup=last.path, operator=OPERATOR)
    with migrate.open_store(data, operator=OPERATOR) as store:
        clock.set_demo_date(today)
        if _exported(store, folder / "after") != before:
            seen.wrong.append("the restored backup exports to other bytes")


def _timed(seen: Soak, what: str, work: object) -> None:
    started = time.perf_counter()
    work()  # type: ignore[operator]
    seen.seconds[what] = seen.seconds.get(what, 0.0) + time.perf_counter() - started


def _next_working_day(day: date) -> date:
    day += timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def report(days: int) -> int:
    """Run it and print what it showed; 1 if anything is wrong."""
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        seen = soak(Path(folder), days=days)
    spent = ", ".join(f"{what} {seconds:.0f} s" for what, seconds in seen.seconds.items())
    print(f"{days} days, {seen.edits} edits ({seen.undone} undone), {seen.backups} backups, {seen.packages} packages; {spent}")
    print(f"memory MB: first {seen.memory_mb[0]:.0f}, last {seen.memory_mb[-1]:.0f}, growth after warm-up {growth(seen.memory_mb):+.1%}")
    print(f"handles after warm-up: {sorted(set(seen.handles[int(days * _WARM) :]))}")
    print(f"database MB: {seen.database_mb[0]:.1f} to {seen.database_mb[-1]:.1f}; backups kept at the end: {seen.kept[-1]}")
    print(f"edit ms: first day {seen.edit_ms[0]:.1f}, last day {seen.edit_ms[-1]:.1f}")
    print("\n".join(seen.wrong) or "nothing wrong")
    return 1 if seen.wrong else 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUTF8", "1")
    sys.exit(report(int(sys.argv[1]) if len(sys.argv) > 1 else DAYS))
