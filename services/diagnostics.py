"""A bundle for whoever mends the program, without personal data.

It says which version ran where, what the schema is, how many rows there are,
which kinds of operations came when, and how the log ends: no row, no name,
no label of an operation, no path.
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
import shutil
import sqlite3
import sys
import tomllib
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import select

from models import Operation
from services import backup, clock, dbfile, logs, migrate, places, settings
from services.errors import FileTrouble, Problem, TargetExists
from services.progress import Progress, silent
from services.store import Store

_OPERATIONS = 500
_LIBRARIES = ("PySide6-Essentials", "SQLAlchemy", "alembic", "openpyxl", "XlsxWriter", "reportlab", "python-docx", "python-calamine")


def bundle(store: Store, target: Path, *, progress: Progress = silent) -> Path:
    """Write the diagnostics zip; return where it lies.

    Args:
        store: Open; damaged data may be open read-only.
        target: The zip to write.
        progress: Told after each part.

    Raises:
        TargetExists: Something is there already.
        FileTrouble: It cannot be written.
    """
    if target.exists():
        raise TargetExists(path=str(target))
    parts: tuple[tuple[str, Callable[[Store], Any]], ...] = (
        ("program.json", _program),
        ("settings.json", _settings),
        ("schema.json", _schema),
        ("operations.json", _operations),
        ("backups.json", _backups),
    )
    members: list[tuple[str, bytes]] = []
    for number, (name, part) in enumerate(parts):
        progress(number, len(parts), name)
        members.append((name, json.dumps(_or_code(part, store), ensure_ascii=False, indent=1).encode()))
    members.append(("log.txt", "\n".join(logs.cleaned(line) for line in logs.last_lines(store.folder)).encode()))
    _write(target, members)
    return target


def version() -> str:
    """Return the version of the program."""
    try:
        return importlib.metadata.version("zhifatai")
    except importlib.metadata.PackageNotFoundError:
        pass
    try:
        with (Path(__file__).resolve().parent.parent / "pyproject.toml").open("rb") as file:
            return str(tomllib.load(file)["project"]["version"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return "unknown"


def _or_code(part: Callable[[Store], Any], store: Store) -> Any:
    try:
        return part(store)
    except Problem as problem:
        return {"problem": problem.code}


def _program(store: Store) -> dict[str, Any]:
    libraries: dict[str, str | None] = {}
    for name in _LIBRARIES:
        try:
            libraries[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            libraries[name] = None
    return {
        "version": version(),
        "schema": migrate.HEAD,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "bundled": bool(getattr(sys, "frozen", False)),
        "libraries": libraries,
        "writable": store.writable,
        "free_megabytes": shutil.disk_usage(store.folder.root).free >> 20,
        "warnings_about_the_place": len(places.warnings(store.folder.root)),
        "at": clock.now().isoformat(timespec="seconds"),
    }


def _settings(store: Store) -> dict[str, Any]:
    with store.read() as session:
        kept = settings.load(session)
    return {
        "office_given": bool(kept.office),
        "brigade_given": bool(kept.brigade),
        "operator_given": bool(kept.operator),
        "demo_date": kept.demo_date.isoformat() if kept.demo_date else None,
        "mask_personal": kept.mask_personal,
        "second_backup_set": bool(kept.second_backup),
    }


def _schema(store: Store) -> dict[str, Any]:
    path = store.folder.database
    try:
        with closing(dbfile.opened(path)) as connection:
            counts = dbfile.row_counts(connection)
            tables = [str(row[0]) for row in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")]
    except dbfile.UNREADABLE as err:
        return {"problem": type(err).__name__, "code": getattr(err, "sqlite_errorname", None)}
    return {"stamp": dbfile.stamp(path), "bytes": path.stat().st_size, "counts": counts, "tables": tables}


def _operations(store: Store) -> list[dict[str, Any]]:
    query = select(Operation.id, Operation.at, Operation.kind, Operation.rows, Operation.tables, Operation.undoes)
    with store.read() as session:
        rows = session.execute(query.order_by(Operation.id.desc()).limit(_OPERATIONS)).all()
    return [
        {"id": r.id, "at": r.at.isoformat(timespec="seconds"), "kind": r.kind, "rows": r.rows, "tables": r.tables, "undoes": r.undoes}
        for r in rows
    ]


def _backups(store: Store) -> dict[str, Any]:
    old = backup.age(store.folder)
    return {
        "verified": [one.made_at.isoformat(timespec="seconds") for one in backup.listed(store.folder)],
        "second": old.second.isoformat(timespec="seconds") if old.second else None,
        "second_failed": bool(old.trouble),
        "level": old.level,
    }


def _write(target: Path, members: list[tuple[str, bytes]]) -> None:
    partial = target.with_name(f"~{target.name}.partial")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members:
                archive.writestr(name, data)
        dbfile.sync(partial)
        partial.replace(target)
    except OSError as err:
        raise FileTrouble(path=str(target), why="写不进去") from err
    finally:
        partial.unlink(missing_ok=True)
