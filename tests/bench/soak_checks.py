"""What the squeezed year is measured and judged by.

Each check returns what is wrong as sentences, none if all is well. The kept
backups are worked out here a second time, from everything that was ever
made, and not by the function that thins them.
"""

from __future__ import annotations

import ctypes
import gc
import json
import re
import threading
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from services import backup, clock, packages, verifying
from services.backup import Backup
from services.exports.archive import sha256_of
from services.exports.deliver import TABLE_SUFFIXES, deliver_pdf, deliver_report, deliver_workbook
from services.packages.contents import Contents
from services.packages.letters import MAIL
from services.packages.produce import FACTS, MANIFEST, REPORT
from services.paths import DataFolder
from services.store import Store

_LAST = 10
_DAYS, _WEEKS, _MONTHS = timedelta(days=14), timedelta(weeks=12), timedelta(days=31 * 24)
_OFFICE_MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_NAMED_MOMENT = re.compile(rb"_\d{4}-\d{4}(?=[.\xef])")  # of the archive, before its ending or the number of a second one
_PDF_MOMENT = re.compile(rb"D:\d{14}")


class Running(NamedTuple):
    """What runs beside the main thread of this process.

    Attributes:
        processes: Of its own.
        threads: The main one included.
    """

    processes: int
    threads: int


def settled_memory() -> int:
    """Return the resident bytes of this process once nothing is left to give back.

    Garbage is collected; then glibc, where it is the allocator, hands its free
    pages back to the system (`malloc_trim`). Without that the number says how
    much was once needed, not how much is held.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if psutil.LINUX else None
    if trim is not None:
        trim(0)
    return int(psutil.Process().memory_info().rss)


def handles() -> int:
    """Return how many files, pipes and sockets this process holds open."""
    process = psutil.Process()
    return int(process.num_handles() if psutil.WINDOWS else process.num_fds())


def running() -> Running:
    """Return how many processes and threads this process has started."""
    return Running(len(psutil.Process().children()), threading.active_count())


def left_behind(folder: DataFolder, *, before: Running) -> list[str]:
    """Name private copies, partial files, processes and threads that should be gone."""
    left = [path for place in (folder.snapshots, folder.backups) for path in place.glob("*") if _is_passing(path, folder)]
    found = [f"{path.parent.name}/{path.name} was left behind" for path in left]
    now = running()
    if now.processes > before.processes or now.threads > before.threads:
        found.append(f"processes and threads were left behind: {before} at the start, {now}")
    return found


def _is_passing(path: Path, folder: DataFolder) -> bool:
    return path.parent == folder.snapshots or "partial" in path.name or path.name.startswith("~")


def note_new(folder: DataFolder, made: dict[str, Backup]) -> None:
    """Take down the backups that were made since the last look.

    Without their counts: what this list itself grows by must not count as the program's growth.
    """
    for one in backup.listed(folder):
        made.setdefault(one.path.name, replace(one, counts={}))


def against_policy(folder: DataFolder, made: Iterable[Backup], *, now: datetime) -> list[str]:
    """Compare the backups that lie there with those that the policy keeps.

    The last 10, the newest of each day for 14 days, of each week for 12 weeks,
    of each month for 24 months, and those of packages for ever. Thinning runs
    when a backup is made, so ages count from the newest one.
    """
    # of one second the longer name is the newer: …-120000, …-120000-2
    ordered = sorted(made, key=lambda one: (one.made_at, len(one.path.stem), one.path.stem))
    last = ordered[-1].made_at
    kept = {one.path.stem for one in ordered[-_LAST:]}
    kept |= {one.path.stem for one in ordered if one.reason.startswith("报送")}
    for span, name in ((_DAYS, "%Y%m%d"), (_WEEKS, "%G-%V"), (_MONTHS, "%Y%m")):
        newest = {f"{one.made_at:{name}}": one for one in ordered if last - one.made_at <= span}
        kept |= {one.path.stem for one in newest.values()}
    copies = {path.stem for path in folder.backups.glob("*.sqlite")}
    sidecars = {path.stem for path in folder.backups.glob("*.json")}
    wrong = [f"backup {name} should have been thinned" for name in sorted(copies - kept)]
    wrong += [f"backup {name} should have been kept" for name in sorted(kept - copies)]
    wrong += [f"backup {name} has a copy or a sidecar alone" for name in sorted(copies ^ sidecars)]
    if last.date() != now.date():
        wrong.append("the newest backup is not of today")
    return wrong


def data_check(store: Store) -> list[str]:
    """Check all data in depth, as the clerk's 数据体检 does."""
    return [f"data check, {item.key}: {item.sentence}" for item in verifying.verify_data(store).items if not item.ok]


def not_restorable(kept: Iterable[Backup]) -> list[str]:
    """Try every backup out in depth."""
    verdicts = [backup.try_out(one.path) for one in kept]
    return [f"{verdict.path.name} cannot be restored: {verdict.sentence}" for verdict in verdicts if not verdict.ok]


def exported(store: Store, folder: Path, *, campaign: int, operator: str) -> dict[str, str]:
    """Write every document with a fixed moment; return the digest of each."""
    folder.mkdir(parents=True)
    moment = datetime(2023, 4, 20, 9, tzinfo=clock.now().tzinfo)
    with store.snapshot() as session:
        contents = packages.gather(session, campaign_id=campaign, operator=operator, draft=True)
    for name, printed in contents.tables.items():
        deliver_workbook(printed, folder / f"{name}{TABLE_SUFFIXES[0]}", made_at=moment)
        deliver_pdf(printed, folder / f"{name}{TABLE_SUFFIXES[1]}", made_at=moment)
    deliver_report(contents.report, folder / f"{REPORT}.docx", made_at=moment)
    return {path.name: sha256_of(path) for path in sorted(folder.iterdir())}


def differing_files(contents: Contents, target: Path) -> list[str]:
    """Write one package twice; return the names that differ in more than the declared moment.

    The moment stands in the properties of each document, and so in the digests
    of the manifest; everything else must be the same, byte for byte.
    """
    made = [packages.produce(contents, target=target / number) for number in ("one", "other")]
    one, other = ({path.name: _timeless(path) for path in package.folder.iterdir()} for package in made)
    differing = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
    listed = [_names(package.zip) for package in made]
    return sorted(differing) + (["the zip's list of files"] if listed[0] != listed[1] else [])


def _timeless(path: Path) -> object:
    """Return all of a file's content but the moment it was made at."""
    data = path.read_bytes()
    if path.suffix in (".xlsx", ".docx"):
        with zipfile.ZipFile(path) as archive:
            return [(info.filename, info.date_time, _OFFICE_MOMENT.sub(b"", archive.read(info))) for info in archive.infolist()]
    if path.suffix == ".pdf":
        return _PDF_MOMENT.sub(b"", data)
    if path.name == FACTS:
        said: dict[str, Any] = json.loads(data)
        return {**said, "files": [{key: value for key, value in file.items() if key != "sha256"} for file in said["files"]]}
    if path.name == MAIL:
        return _NAMED_MOMENT.sub(b"", data)
    if path.name == MANIFEST:
        return [line.partition("  ")[2] for line in data.decode().splitlines()]
    return data


def _names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()
