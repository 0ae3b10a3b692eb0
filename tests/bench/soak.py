"""A year of daily work squeezed: `python3 build/make.py bench soak [--days N]`.

Every day 240 single actions through the real services, each a write of its
own: corrections in five registers, new firms, firms to the bin, undo. Every
fifth day the program is started anew and a file of a town or of a group is
imported; every twentieth day a package is made. Backups are made at the moments
at which the window asks for them, and by imports and packages themselves. The
clock stands on the day, so that they are thinned as the year goes by; the hour
cannot be set, so what comes due after 30 minutes comes due once a day.

What is looked at on the way and at the end is in `soak_checks.py`.
"""

from __future__ import annotations

import random
import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import resources
from models.forms import Row
from services import (
    backup,
    campaigns,
    cases,
    clock,
    enterprises,
    findings,
    inspections,
    listing,
    migrate,
    packages,
    people,
    restoring,
    runs,
    undoing,
)
from services.store import Store
from tests.bench import soak_checks
from tests.bench.soak_files import ledger, roster

EDITS_A_DAY = 240
WEEK = 5
PACKAGE_EVERY = 20
SEED = 20260722
OPERATOR = "周启明"
MEMORY_BAR = 0.05
_WARM = 0.2
_MONTH = 21
_MEGABYTE = 1024 * 1024
_REGISTERS: tuple[tuple[Any, float], ...] = ((findings, 0.40), (enterprises, 0.30), (inspections, 0.15), (people, 0.08), (cases, 0.07))
_NEW, _BIN, _UNDO = 0.03, 0.02, 0.04  # the rest are corrections, shared out as above
_ADDED = "样例厂"


@dataclass
class Seen:
    """What a squeezed year showed; lists have one value a day, `closed_mb` one a week.

    Attributes:
        wrong: Everything that must not be; empty is the only good answer.
        made: Every backup that was ever made, thinned ones included.
        blocks: How many pieces of memory Python's objects hold, whatever the system's pages look like.
    """

    edits: int = 0
    undone: int = 0
    imports: int = 0
    imported_rows: int = 0
    packages: int = 0
    tried: int = 0
    memory_mb: list[float] = field(default_factory=list)
    closed_mb: list[float] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)
    handles: list[int] = field(default_factory=list)
    database_mb: list[float] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    edit_ms: list[float] = field(default_factory=list)
    undo_ms: list[float] = field(default_factory=list)
    backup_ms: list[float] = field(default_factory=list)
    import_ms: list[float] = field(default_factory=list)
    package_ms: list[float] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    made: dict[str, backup.Backup] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @contextmanager
    def timed(self, what: str, into: list[float] | None = None) -> Iterator[None]:
        """Add the time of the block to its kind of work."""
        started = time.perf_counter()
        yield
        took = time.perf_counter() - started
        self.seconds[what] = self.seconds.get(what, 0.0) + took
        if into is not None:
            into.append(took * 1000)


@dataclass
class _Year:
    """The office as the year goes by."""

    folder: Path
    edits: int
    seen: Seen = field(default_factory=Seen)
    dice: random.Random = field(default_factory=lambda: random.Random(SEED))
    day: date = date.min
    campaign: int = 0
    beside: soak_checks.Running = field(default_factory=soak_checks.running)

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    def start(self) -> Store:
        """Start the program on the present day."""
        store = migrate.open_store(self.data, operator=OPERATOR)
        clock.set_demo_date(self.day)
        store.longest_read = float("inf")  # a busy machine is no fault of a read
        return store


def soak(folder: Path, *, days: int, edits: int = EDITS_A_DAY, package_every: int = PACKAGE_EVERY) -> Seen:
    """Work so many days in `folder`/data; return what it showed.

    Args:
        folder: Gets the data folder and, for a moment, files and packages. The
            sample campaign is carried through first, if there are no data yet.
        days: Working days.
        edits: Single actions a day.
        package_every: Days from package to package.
    """
    year = _Year(folder, edits)
    stands_on = clock.demo_date()
    try:
        _found(year)
        for first in range(1, days + 1, WEEK):
            _week(year, range(first, min(first + WEEK, days + 1)), package_every)
        _last_checks(year)
    finally:
        clock.set_demo_date(stands_on)
    return year.seen


def growth(values: list[float]) -> float:
    """Return by which part the last tenth is above the tenth after warm-up."""
    start, tenth = int(len(values) * _WARM), max(1, len(values) // 10)
    first, last = statistics.median(values[start : start + tenth]), statistics.median(values[-tenth:])
    return (last - first) / first


def _found(year: _Year) -> None:
    """Carry the sample campaign through, unless that was done; the year begins on its day."""
    there = year.data.exists()
    with migrate.open_store(year.data, operator=OPERATOR) as store:
        store.longest_read = float("inf")
        if not there:
            runs.run_folder(store, source=resources.path("samples", "demo"), target=year.folder / "first", demo=True)
        with store.read() as session:
            year.campaign = campaigns.find(session, reference=None).id
        soak_checks.note_new(store.folder, year.seen.made)
        year.day = clock.today()


def _week(year: _Year, numbers: range, package_every: int) -> None:
    """Work from one start of the program to its end."""
    seen = year.seen
    year.day = _next_working_day(year.day)
    with year.start() as store, backup.around(store):
        for number in numbers:
            if number == numbers.start:
                _import(year, store, number)
                _work(year, store)
            else:
                year.day = _next_working_day(year.day)
                clock.set_demo_date(year.day)
                _work(year, store)
                with seen.timed("backups", seen.backup_ms):
                    backup.at(store, "hourly")
            if number % package_every == 0:
                _package(year, store)
            _look(year, store)
            if number % 25 == 0:
                sys.stderr.write(f"day {number}: {seen.memory_mb[-1]:.0f} MB, database {seen.database_mb[-1]:.1f} MB\n")
    seen.closed_mb.append(soak_checks.settled_memory() / _MEGABYTE)


def _look(year: _Year, store: Store) -> None:
    seen = year.seen
    seen.memory_mb.append(soak_checks.settled_memory() / _MEGABYTE)
    seen.blocks.append(sys.getallocatedblocks())
    seen.handles.append(soak_checks.handles())
    seen.database_mb.append(store.folder.database.stat().st_size / _MEGABYTE)
    seen.kept.append(len(backup.listed(store.folder)))
    soak_checks.note_new(store.folder, seen.made)
    found = [
        *soak_checks.left_behind(store.folder, before=year.beside),
        *soak_checks.against_policy(store.folder, seen.made.values(), now=clock.now()),
    ]
    seen.wrong += [f"{year.day}: {one}" for one in found]


def _work(year: _Year, store: Store) -> None:
    """Do a day's single actions, each a write of its own."""
    seen, dice = year.seen, year.dice
    with store.read() as session:
        known = {service: listing.ids(session, service.LISTING, scope=year.campaign) for service, _weight in _REGISTERS}
        spare = list(listing.ids(session, enterprises.LISTING, scope=year.campaign, text=_ADDED))
    services, weights = [service for service, _weight in _REGISTERS], [weight for _service, weight in _REGISTERS]
    saves: list[float] = []
    undos: list[float] = []
    standing = 0
    for _number in range(year.edits):
        kind = dice.random()
        if kind < _UNDO and standing:  # what was done before today stays
            with seen.timed("undo", undos), store.write("撤销") as session:
                undoing.undo(session)
            standing -= 1
            seen.undone += 1
        else:
            service = dice.choices(services, weights)[0]
            with seen.timed("edits", saves), store.write("日常录入") as session:
                if _UNDO <= kind < _UNDO + _BIN and spare:
                    gone = spare.pop(dice.randrange(len(spare)))
                    enterprises.remove(session, record_ids=[gone])
                    known[enterprises].remove(gone)
                elif kind < _UNDO + _BIN + _NEW:
                    enterprises.save(session, row=_firm(seen.edits))
                else:
                    chosen = dice.choice(known[service])
                    row: Row = {**service.load(session, record_id=chosen), "remark": f"第{seen.edits}次核对"}
                    service.save(session, campaign_id=year.campaign, row=row, record_id=chosen)
            standing += 1
        seen.edits += 1
    seen.edit_ms.append(statistics.median(saves))
    if undos:
        seen.undo_ms.append(statistics.median(undos))


def _firm(number: int) -> Row:
    return {"name": f"岚桥区第{number}{_ADDED}", "town": "柳溪镇", "state": "在业", "phone": f"199000{number % 100_000:05}"}


def _import(year: _Year, store: Store, number: int) -> None:
    """Import what a town or a group sends, through worker, plan and apply."""
    seen = year.seen
    week = number // WEEK
    path = year.folder / f"第{week}周{'附件1' if week % 2 else '问题整改台账'}.xlsx"
    if week % 2:
        roster(path, week)
    else:
        with store.read() as session:
            ledger(path, week, visits=listing.head(session, inspections.LISTING, scope=year.campaign))
    with seen.timed("imports", seen.import_ms):
        plan = runs.plan_file(store, path=path, campaign_id=year.campaign)
        counts = runs.apply(store, plan=plan)
    path.unlink()
    if not counts["new"] or counts["rejected"]:
        seen.wrong.append(f"{year.day}: the import of {path.name} brought {counts}")
    seen.imports += 1
    seen.imported_rows += counts["new"] + counts["changed"]


def _package(year: _Year, store: Store) -> None:
    """Make a package; then the same one twice from one snapshot."""
    seen, target = year.seen, year.folder / "packages"
    with store.snapshot() as session:
        contents = packages.gather(session, campaign_id=year.campaign, operator=OPERATOR, draft=True)
    waivers = {check.rule: "压缩演练" for check in contents.checks if check.level == "B"}
    with seen.timed("packages", seen.package_ms):
        runs.make_package(store, campaign_id=year.campaign, target=target, waivers=waivers)
    seen.packages += 1
    with seen.timed("packages compared"), store.snapshot() as session:
        contents = packages.gather(session, campaign_id=year.campaign, operator=OPERATOR, waivers=waivers)
        other = soak_checks.differing_files(contents, target)
    seen.wrong += [f"{year.day}: two packages of one snapshot differ in {name}" for name in other]
    shutil.rmtree(target)


def _last_checks(year: _Year) -> None:
    """Check all data, try every backup out, restore the newest and export again."""
    seen = year.seen
    with year.start() as store:
        backup.at(store, "manual")
        soak_checks.note_new(store.folder, seen.made)
        with seen.timed("data check"):
            seen.wrong += soak_checks.data_check(store)
        kept = backup.listed(store.folder)
        with seen.timed("backups tried out"):
            spoiled = soak_checks.not_restorable(kept)
        seen.tried = len(kept)
        seen.wrong += spoiled
        before = soak_checks.exported(store, year.folder / "before", campaign=year.campaign, operator=OPERATOR)
    if spoiled:
        return
    with seen.timed("restore"):
        restoring.restore(year.data, backup=kept[0].path, operator=OPERATOR)
    with year.start() as store:
        after = soak_checks.exported(store, year.folder / "after", campaign=year.campaign, operator=OPERATOR)
        seen.wrong += soak_checks.data_check(store)
    seen.wrong += [f"the restored backup exports other bytes: {name}" for name in sorted(before) if after.get(name) != before[name]]


def _next_working_day(day: date) -> date:
    day += timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def measure_soak(folder: Path, *, days: int) -> int:
    """Run it and print what it showed; return how much is wrong."""
    started = time.perf_counter()
    seen = soak(folder, days=days)
    print("\n".join(lines(seen, days=days, seconds=time.perf_counter() - started)))
    return len(seen.wrong)


def lines(seen: Seen, *, days: int, seconds: float) -> Iterator[str]:
    """Return the report: what was done, then each figure with its bar."""
    yield (
        f"{days} days in {seconds / 60:.1f} min: {seen.edits:,} edits ({seen.undone:,} undone), {len(seen.made)} backups, "
        f"{seen.imports} imports ({seen.imported_rows:,} rows), {seen.packages} packages"
    )
    yield "spent: " + ", ".join(f"{what} {spent:.0f} s" for what, spent in seen.seconds.items())
    for name, values in (("at the end of the day, data open", seen.memory_mb), ("at the end of the week, data closed", seen.closed_mb)):
        start, grown = int(len(values) * _WARM), growth(values)
        verdict = "met" if grown < MEMORY_BAR else "MISSED"
        yield (
            f"memory {name}: first {values[0]:.0f} MB, after warm-up {values[start]:.0f}, last {values[-1]:.0f}, most {max(values):.0f}; "
            f"growth {grown:+.1%}, bar < {MEMORY_BAR:.0%}: {verdict}"
        )
    start = int(days * _WARM)
    held, grown = seen.blocks, growth([float(count) for count in seen.blocks])
    yield f"memory blocks of Python, likewise: after warm-up {held[start]:,}, last {held[-1]:,}; growth {grown:+.1%}"
    open_then = sorted(set(seen.handles[start:]))
    yield f"handles at the end of the day after warm-up: {open_then}, bar one number: {'met' if len(open_then) == 1 else 'MISSED'}"
    yield f"database: {seen.database_mb[0]:.1f} to {seen.database_mb[-1]:.1f} MB; backups kept {seen.kept[-1]}, at most {max(seen.kept)}"
    spent = {"edit": seen.edit_ms, "undo": seen.undo_ms, "backup": seen.backup_ms, "import": seen.import_ms, "package": seen.package_ms}
    for name, values in spent.items():
        month = round(len(values) / days * _MONTH) if days >= 2 * _MONTH else 0
        if month:
            first, last = statistics.median(values[:month]), statistics.median(values[-month:])
            yield f"one {name}: first month {first:,.1f} ms, last month {last:,.1f} ms, ratio {last / first:.2f}"
        elif values:
            yield f"one {name}: {statistics.median(values):,.1f} ms"
    yield f"{seen.tried} backups tried out at the end"
    yield from seen.wrong or ["nothing wrong"]
