"""Backups that can be trusted: copied by SQLite, verified, named, thinned.

A backup counts only when it was opened again, passed the integrity and
foreign-key checks, and agreed with the source table by table (row counts and
a digest over every row). A sidecar with the same name says so.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from models import Operation
from services import clock
from services.errors import Damaged, StorageTrouble
from services.paths import DataFolder, require_space
from services.store import Store, storage_trouble

_SUFFIX = ".sqlite"
_KEEP_LAST = 10
_KEEP_DAYS, _KEEP_WEEKS, _KEEP_MONTHS = 14, 12, 24
_LEAST_GAP = timedelta(minutes=30)
_CHUNK = 2000


@dataclass(frozen=True)
class Backup:
    """One verified backup.

    Attributes:
        path: The database copy.
        made_at: When.
        reason: Why it was made.
        counts: Rows per table.
        head: Hash of the last operation in it.
        sha256: Of the file.
    """

    path: Path
    made_at: datetime
    reason: str
    counts: dict[str, int]
    head: str
    sha256: str


def make(store: Store, *, reason: str, forced: bool = True) -> Backup | None:
    """Back up a store; verified before it gets its name.

    Args:
        store: The open store.
        reason: Why, in words ("导入前"); stands in the sidecar.
        forced: False leaves it out when the last one is younger than 30 minutes, or nothing was done since.

    Returns:
        The backup, or None if it was left out.

    Raises:
        StorageTrouble: No room, or the copy does not agree with the source.
    """
    kept = listed(store.folder)
    if not forced and kept and (clock.now() - kept[0].made_at < _LEAST_GAP or kept[0].head == _head(store)):
        return None
    require_space(store.folder.backups, wanted_bytes=2 * store.folder.database.stat().st_size)
    partial = _partial(store.folder)
    try:
        with store.quiet():
            store.copy_to(partial)
            return _finish(store.folder, partial, _facts(store.folder.database), reason)
    except (sqlite3.Error, OSError) as err:
        raise _trouble(err, store.folder) from err
    finally:
        partial.unlink(missing_ok=True)


def make_of_file(folder: DataFolder, *, reason: str) -> Backup:
    """Back up a database that no store has open yet (before a migration).

    Raises:
        StorageTrouble: No room, or the copy does not agree with the source.
    """
    partial = _partial(folder)
    try:
        source = sqlite3.connect(folder.database)
        try:
            copy = sqlite3.connect(partial)
            try:
                source.backup(copy)
            finally:
                copy.close()
        finally:
            source.close()
        return _finish(folder, partial, _facts(folder.database), reason)
    except (sqlite3.Error, OSError) as err:
        raise _trouble(err, folder) from err
    finally:
        partial.unlink(missing_ok=True)


def listed(folder: DataFolder) -> list[Backup]:
    """Return the verified backups, newest first."""
    found: list[Backup] = []
    for sidecar in folder.backups.glob("*.json"):
        with suppress(OSError, ValueError, KeyError):
            facts = json.loads(sidecar.read_text(encoding="utf-8"))
            path = sidecar.with_suffix(_SUFFIX)
            if path.exists():
                made = datetime.fromisoformat(facts["made_at"])
                found.append(Backup(path, made, facts["reason"], facts["counts"], facts["head"], facts["sha256"]))
    return sorted(found, key=lambda backup: (backup.made_at, backup.path.name), reverse=True)


def row_counts(connection: Connection | sqlite3.Connection) -> dict[str, int]:
    """Return how many rows each table holds."""
    run = connection.exec_driver_sql if isinstance(connection, Connection) else connection.execute
    names = [row[0] for row in run("SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%' ORDER BY name")]
    return {name: run(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # type: ignore[index]


def to_thin(backups: Iterable[Backup], *, now: datetime) -> list[Backup]:
    """Return the backups that the policy no longer keeps.

    Kept: the last 10, one a day for 14 days, one a week for 12 weeks, one a
    month for 24 months; of each span the newest. Backups made for a package
    stay for ever.
    """
    kept: set[Path] = set()
    spans: set[tuple[str, str]] = set()
    ordered = sorted(backups, key=lambda backup: backup.made_at, reverse=True)
    for number, one in enumerate(ordered):
        age = now - one.made_at
        marks = [
            ("day", f"{one.made_at:%Y%m%d}", age <= timedelta(days=_KEEP_DAYS)),
            ("week", "{}-{}".format(*one.made_at.isocalendar()[:2]), age <= timedelta(weeks=_KEEP_WEEKS)),
            ("month", f"{one.made_at:%Y%m}", age <= timedelta(days=31 * _KEEP_MONTHS)),
        ]
        for span, name, young in marks:
            if young and (span, name) not in spans:
                spans.add((span, name))
                kept.add(one.path)
        if number < _KEEP_LAST or one.reason.startswith("报送"):
            kept.add(one.path)
    return [one for one in ordered if one.path not in kept]


def _head(store: Store) -> str:
    with store.read() as session:
        return session.scalar(select(Operation.hash).order_by(Operation.id.desc()).limit(1)) or ""


def _partial(folder: DataFolder) -> Path:
    folder.backups.mkdir(parents=True, exist_ok=True)
    return folder.backups / f"{uuid.uuid4().hex}.partial"  # two backups of one second must not meet


def _finish(folder: DataFolder, partial: Path, source: dict[str, Any], reason: str) -> Backup:
    _sync(partial)
    facts = _facts(partial)
    if not facts["whole"]:
        raise Damaged(path=str(folder.database), why="备份核对时发现内部结构不完整")
    if facts != source:
        raise StorageTrouble(why="备份与原数据不一致，这份备份没有保留")
    made = clock.now()
    name = f"{made:%Y%m%d-%H%M%S}"
    target = folder.backups / f"{name}{_SUFFIX}"
    number = 1
    while target.exists():
        number += 1
        target = folder.backups / f"{name}-{number}{_SUFFIX}"
    sha256 = _sha256(partial)
    sidecar = {
        "made_at": made.isoformat(timespec="seconds"),
        "reason": reason,
        "counts": facts["counts"],
        "digests": facts["digests"],
        "head": facts["head"],
        "sha256": sha256,
    }
    partial.replace(target)
    note = target.with_suffix(".json.partial")
    note.write_text(json.dumps(sidecar, ensure_ascii=False, indent=1), encoding="utf-8")
    _sync(note)
    note.replace(target.with_suffix(".json"))
    _sync_folder(folder.backups)
    for old in to_thin(listed(folder), now=made):
        old.path.unlink(missing_ok=True)
        old.path.with_suffix(".json").unlink(missing_ok=True)
    return Backup(target, made.replace(microsecond=0), reason, facts["counts"], facts["head"], sha256)


def _facts(path: Path) -> dict[str, Any]:
    """Integrity, counts and digests of one database file, read in one transaction."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        connection.execute("BEGIN")
        whole = connection.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok"
        whole = whole and not connection.execute("PRAGMA foreign_key_check").fetchall()
        counts = row_counts(connection)
        digests = {name: _digest(connection, name) for name in counts}
        last = connection.execute("SELECT hash FROM operation ORDER BY id DESC LIMIT 1").fetchone() if "operation" in counts else None
        return {"whole": whole, "counts": counts, "digests": digests, "head": last[0] if last else ""}
    finally:
        connection.close()


def _digest(connection: sqlite3.Connection, table: str) -> str:
    digest = hashlib.sha256()
    cursor = connection.execute(f'SELECT * FROM "{table}" ORDER BY 1')
    while rows := cursor.fetchmany(_CHUNK):
        digest.update(repr(rows).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    if os.name == "posix":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _trouble(err: Exception, folder: DataFolder) -> Exception:
    if isinstance(err, sqlite3.Error):
        return storage_trouble(err, folder.database)
    return StorageTrouble(why=f"备份文件夹“{folder.backups}”写不进去")
