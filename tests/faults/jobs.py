"""What the killed workers do, and what must hold when the next one opens.

Every job says `{"ack": …}` only after the service returned. The checks open
the folder as the next start does and name whatever an office would miss.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Attachment, Campaign, Enterprise, Finding, Inspection, Operation, Package
from services import attachments, backup, dbfile, migrate, restoring, runs, undoing
from services.exports import archive
from services.paths import DataFolder
from services.store import Store
from tests import make
from tests.faults.killing import Job, Said, Say

OPERATOR = "演示用户"
PROBE = "v9001"
ROWS_PER_FILE = 30
_PROBE_TABLE = "fault_probe"
_MIGRATION = f'''"""Rebuild a parent table, add a table: what a real migration does."""

import sqlalchemy as sa
from alembic import op

revision = "{PROBE}"
down_revision = "{migrate.HEAD}"


def upgrade():
    with op.batch_alter_table("enterprise", recreate="always", table_kwargs={{"sqlite_autoincrement": True}}) as batch:
        batch.add_column(sa.Column("probe", sa.String(), nullable=True))
    op.create_table("{_PROBE_TABLE}", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.String()))
    op.execute("INSERT INTO {_PROBE_TABLE} (name) SELECT name FROM enterprise")
'''


def copy_of(base: Path, folder: Path) -> None:
    """Make a data folder from the base."""
    shutil.copytree(base, folder)


@contextmanager
def opened(folder: Path, facts: Said | None = None) -> Iterator[Store]:
    """Open a data folder as a start does, noting the seconds it took."""
    started = time.perf_counter()
    store = migrate.open_store(folder, operator=OPERATOR)
    if facts is not None:
        facts["start"] = time.perf_counter() - started
    try:
        yield store
    finally:
        store.close()


def whole(store: Store) -> list[str]:
    """Return what is wrong with the database: file, references, history."""
    with store.snapshot() as session:
        undoing.verify(session)
        broken = session.connection().exec_driver_sql("PRAGMA integrity_check").scalar()
        orphans = session.connection().exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    return ([] if broken == "ok" else [f"integrity_check: {broken}"]) + [f"orphan {row}" for row in orphans]


def backups_of(folder: DataFolder) -> list[str]:
    """Return which listed backups cannot be trusted."""
    wrong = []
    for one in backup.listed(folder):
        if archive.sha256_of(one.path) != one.sha256:
            wrong.append(f"backup {one.path.name} is not the file of its sidecar")
            continue
        raw = sqlite3.connect(f"{one.path.as_uri()}?mode=ro", uri=True)
        if raw.execute("PRAGMA integrity_check").fetchone()[0] != "ok" or dbfile.row_counts(raw) != one.counts:
            wrong.append(f"backup {one.path.name} does not read back")
        raw.close()
    return wrong


def _lost(session: Session, told: list[Said]) -> list[str]:
    stored = dict(session.execute(select(Operation.id, Operation.hash)).tuples().all())
    return [f"acknowledged operation {one['id']} is lost" for one in told if "id" in one and stored.get(one["id"]) != one["hash"]]


def _last(store: Store) -> dict[str, Any]:
    with store.read() as session:
        last = session.execute(select(Operation.id, Operation.hash).order_by(Operation.id.desc()).limit(1)).one()
    return {"id": last.id, "hash": last.hash}


def _campaign(store: Store) -> int:
    with store.read() as session:
        return session.scalars(select(Campaign.id)).first() or 0


# -- save ----------------------------------------------------------------------


def _save(folder: Path, say: Say) -> None:
    with opened(folder) as store:
        campaign = _campaign(store)
        number = _last(store)["id"]
        while True:
            number += 1
            name = f"岚桥区第{number}样例厂"
            with store.write("录入检查") as session:
                make.enterprise(session, name, credit_code=None)
                make.visit(session, campaign, name, platform_no=f"LQ-{number}")
                make.finding(session, campaign, name)
            say({"ack": "save", "name": name, **_last(store)})
            if number % 4 == 0:
                with store.write("撤销") as session:
                    undoing.undo(session)
                say({"ack": "undo", "gone": name, **_last(store)})
                with store.write("重做") as session:
                    undoing.redo(session)
                say({"ack": "redo", "name": name, **_last(store)})


def _check_save(folder: Path, told: list[Said], facts: Said) -> list[str]:
    with opened(folder, facts) as store:
        wrong = whole(store)
        wrong += [f"{path.name}: a copy of a whole file is kept aside" for path in folder.glob("坏库_*")]
        with store.snapshot() as session:
            wrong += _lost(session, told)
            for one in (one for one in told if one["ack"] == "save"):
                enterprise = session.scalar(select(Enterprise.id).where(Enterprise.name == one["name"]))
                visit = session.scalar(select(Inspection.id).where(Inspection.enterprise_id == enterprise)) if enterprise else None
                found = session.scalar(select(func.count()).select_from(Finding).where(Finding.inspection_id == visit)) if visit else 0
                if (enterprise is None) != (visit is None) or (enterprise is None) != (found == 0):
                    wrong.append(f"{one['name']}: partial")
                facts["operations looked at"] = facts.get("operations looked at", 0) + 1
    return wrong


# -- import --------------------------------------------------------------------


def _import(folder: Path, say: Say) -> None:
    with opened(folder) as store:
        number = _last(store)["id"] * 1000
        while True:
            number += 1
            path = folder / "received" / f"名录{number}.csv"
            path.parent.mkdir(exist_ok=True)
            lines = [f"岚桥区批{number}第{row}厂,柳溪镇,在业" for row in range(ROWS_PER_FILE)]
            path.write_text("企业名称,镇办,状态\n" + "\n".join(lines) + "\n", encoding="utf-8")
            steps = runs.import_all(store, paths=[path], campaign_id=None)
            if steps[0].outcome not in ("done", "flagged"):  # flagged: an enterprise has no credit code
                raise AssertionError(f"not imported: {steps}")
            say({"ack": "import", "file": number, **_last(store)})


def _check_import(folder: Path, told: list[Said], facts: Said) -> list[str]:
    with opened(folder, facts) as store:
        wrong = whole(store) + backups_of(store.folder)
        acked = {one["file"] for one in told}
        with store.snapshot() as session:
            wrong += _lost(session, told)
            for path in (folder / "received").glob("*.csv"):
                number = int(path.stem.removeprefix("名录"))
                rows = session.scalar(select(func.count()).select_from(Enterprise).where(Enterprise.name.like(f"岚桥区批{number}第%")))
                if rows not in (0, ROWS_PER_FILE) or (rows == 0 and number in acked):
                    wrong.append(f"{path.name}: {rows} of {ROWS_PER_FILE} rows")
            for row in session.scalars(select(Attachment)):
                kept = attachments.place(store.folder, row.sha256)
                if not kept.is_file() or archive.sha256_of(kept) != row.sha256:
                    wrong.append(f"the original of {row.name} is not kept")
        for kept in store.folder.attachments.rglob("*"):
            if kept.is_file() and kept.suffix != ".partial" and archive.sha256_of(kept) != kept.name:
                wrong.append(f"attachment {kept.name[:8]} is not whole")
    return wrong


# -- package -------------------------------------------------------------------


def _package(folder: Path, say: Say) -> None:
    with opened(folder) as store:
        campaign = _campaign(store)
        while True:
            made = runs.make_package(store, campaign_id=campaign, target=folder / "packages")
            say({"ack": "package", "name": made.folder.name, **_last(store)})
            rows = runs.export_form(store, campaign_id=campaign, key="enterprises", target=folder / "名录.xlsx")
            say({"ack": "export", "rows": rows})


def package_faults(folder: Path) -> list[str]:
    """Return what is wrong with a finished package folder or its zip."""
    lines = [line.split("  ", 1) for line in (folder / "MANIFEST.sha256").read_text(encoding="utf-8").splitlines()]
    listed = {name: sha256 for sha256, name in lines}
    found = {path.relative_to(folder).as_posix(): archive.sha256_of(path) for path in folder.rglob("*") if path.is_file()}
    wrong = [f"{name} is not as listed" for name, sha256 in listed.items() if found.get(name) != sha256]
    packed = folder.with_name(f"{folder.name}.zip")
    if packed.exists():
        with zipfile.ZipFile(packed) as opened_zip:
            members = {info.filename: hashlib.sha256(opened_zip.read(info)).hexdigest() for info in opened_zip.infolist()}
        if any(members.get(name) != sha256 for name, sha256 in listed.items()):
            wrong.append("the zip says something else")
    return [f"package {folder.name}: {one}" for one in wrong]


def _check_package(folder: Path, told: list[Said], facts: Said) -> list[str]:
    with opened(folder, facts) as store:
        wrong = whole(store) + backups_of(store.folder)
        with store.snapshot() as session:
            wrong += _lost(session, told)
            frozen = set(session.scalars(select(Package.name)))
    place = folder / "packages"
    finished = {path.name for path in place.glob("*") if path.is_dir() and not path.name.startswith(".")} if place.exists() else set()
    for name in finished:
        wrong += package_faults(place / name)
    expected = frozen - _before(folder)
    wrong += [f"version {name} is recorded, its folder is not there" for name in expected - finished]
    wrong += [f"version {name} is recorded, its zip is not there" for name in expected if not (place / f"{name}.zip").exists()]
    wrong += [
        f"acknowledged package {one['name']} is lost" for one in told if one["ack"] == "package" and one["name"] not in frozen & finished
    ]
    wrong += [f"{name} looks finished, and no version records it" for name in finished - frozen]
    wrong += [f"{path.name} is left behind" for path in place.glob(".*.partial-*")]
    exported = folder / "名录.xlsx"
    if exported.exists():
        openpyxl.load_workbook(exported, read_only=True).close()
    elif any(one["ack"] == "export" for one in told):
        wrong.append("the acknowledged export is lost")
    return wrong


def _before(folder: Path) -> set[str]:
    return set(json.loads((folder / "before.json").read_text(encoding="utf-8")))


def _prepare_package(base: Path, folder: Path) -> None:
    copy_of(base, folder)
    with opened(folder) as store, store.read() as session:
        names = list(session.scalars(select(Package.name)))
    (folder / "before.json").write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")


# -- backup --------------------------------------------------------------------


def _backup(folder: Path, say: Say) -> None:
    with opened(folder) as store:
        number = _last(store)["id"]
        while True:
            number += 1
            with store.write("录入企业") as session:
                make.enterprise(session, f"岚桥区第{number}样例厂", credit_code=None)
            made = backup.make(store, reason="手动")
            if made is None:
                raise AssertionError("a forced backup was left out")
            say({"ack": "backup", "backup": made.path.name, **_last(store)})


def _check_backup(folder: Path, told: list[Said], facts: Said) -> list[str]:
    with opened(folder, facts) as store:
        wrong = whole(store) + backups_of(store.folder)
        with store.snapshot() as session:
            wrong += _lost(session, told)
        listed = {one.path.name for one in backup.listed(store.folder)}
    wrong += [f"acknowledged backup {one['backup']} is gone" for one in told[-5:] if one["backup"] not in listed]
    copies = {path.name for path in (folder / "backups").glob("*.sqlite")}
    facts["copies without a sidecar"] = len(copies - listed)
    return wrong


# -- restore -------------------------------------------------------------------


def _restore(folder: Path, say: Say) -> None:
    number = time.monotonic_ns()
    while True:
        with opened(folder) as store:
            for _ in range(2):
                number += 1
                with store.write("录入企业") as session:
                    make.enterprise(session, f"岚桥区第{number}样例厂", credit_code=None)
                say({"saved": True, **_last(store)})
            backup.make(store, reason="手动")
            with store.write("录入企业") as session:
                make.enterprise(session, f"岚桥区后来第{number}样例厂", credit_code=None)
            say({"saved": True, **_last(store)})
            chosen = backup.listed(store.folder)[number % 2]
        say({"begin": chosen.head})
        restoring.restore(folder, backup=chosen.path, operator=OPERATOR)
        with opened(folder) as store:
            say({"ack": "restore", "from": chosen.head, **_last(store)})


def _check_restore(folder: Path, told: list[Said], facts: Said) -> list[str]:
    with opened(folder, facts) as store:
        wrong = whole(store) + backups_of(store.folder)
        with store.snapshot() as session:
            hashes = list(session.scalars(select(Operation.hash).order_by(Operation.id)))
            labels = list(session.scalars(select(Operation.label).order_by(Operation.id)))
        kept = {one.head for one in backup.listed(store.folder)}
    sure = max((number for number, one in enumerate(told) if "id" in one), default=None)
    if sure is None or told[sure]["hash"] in hashes:
        facts["old state"] = 1
        return wrong
    begun = [one["begin"] for one in told[sure + 1 :] if "begin" in one]
    replaced = any(hashes[at] in begun and labels[at + 1].startswith("恢复备份") for at in range(len(hashes) - 1))
    facts["restored state"] = 1
    if not replaced:
        wrong.append(f"acknowledged operation {told[sure]['id']} is lost without a restore")
    elif told[sure]["hash"] not in kept:
        wrong.append("what was there before the restore is not kept")
    return wrong


# -- migration -----------------------------------------------------------------


def use_probe_migration(folder: Path) -> None:
    """Let this process know one migration more than the program has."""
    place = folder / "migrations"
    if not place.exists():
        shutil.copytree(migrate.MIGRATIONS, place, ignore=shutil.ignore_patterns("__pycache__"))
        (place / "versions" / f"{PROBE}_probe.py").write_text(_MIGRATION, encoding="utf-8")
    migrate.MIGRATIONS, migrate.HEAD = place, PROBE


def _migration(folder: Path, say: Say) -> None:
    use_probe_migration(folder)
    while True:
        office = folder / f"office-{time.monotonic_ns()}"
        if time.monotonic_ns() % 4 == 0:
            office.mkdir()  # a first start: the whole schema is made
        else:
            shutil.copytree(folder / "old", office)
        (folder / "now").write_text(office.name, encoding="utf-8")
        migrate.open_store(office, operator=OPERATOR).close()
        say({"ack": "migration", "office": office.name})


def _check_migration(folder: Path, told: list[Said], facts: Said) -> list[str]:
    wrong = []
    counts = json.loads((folder / "counts.json").read_text(encoding="utf-8"))
    acked = {one["office"] for one in told}
    for office in folder.glob("office-*"):
        if not (office / "data.sqlite").exists():
            shutil.rmtree(office)
            continue
        state = _schema_state(office, counts)
        facts[state] = facts.get(state, 0) + 1
        if state.startswith("half") or (state != "new" and office.name in acked):
            wrong.append(f"{office.name}: {state}")
    last = folder / (folder / "now").read_text(encoding="utf-8") if (folder / "now").exists() else None
    if last is not None and (last / "data.sqlite").exists():
        use_probe_migration(folder)
        with opened(last, facts) as store:
            wrong += whole(store) + backups_of(store.folder)
        if _schema_state(last, counts) != "new":
            wrong.append(f"{last.name}: the next start does not finish the migration")
    for office in folder.glob("office-*"):
        shutil.rmtree(office)
    return wrong


def _schema_state(office: Path, counts: dict[str, int]) -> str:
    """Tell which schema a copy of the files holds: old, new, empty, or half."""
    looked = office.with_name("looked-at")
    looked.mkdir()
    for path in office.glob("data.sqlite*"):
        shutil.copy(path, looked)
    raw = sqlite3.connect(looked / "data.sqlite")
    try:
        found = dbfile.row_counts(raw)
        stamp = raw.execute("SELECT version_num FROM alembic_version").fetchone()[0] if "alembic_version" in found else None
        columns = {row[1] for row in raw.execute("PRAGMA table_info(enterprise)")}
        sound = raw.execute("PRAGMA integrity_check").fetchone()[0] == "ok" and not raw.execute("PRAGMA foreign_key_check").fetchall()
    finally:
        raw.close()
        shutil.rmtree(looked)
    if not found:
        return "empty" if sound else "half: damaged"
    probed = found.pop(_PROBE_TABLE, None)
    rows = found if any(found[name] for name in ("enterprise", "inspection")) else None
    if not sound or (rows is not None and rows != counts):
        return f"half: sound {sound}, rows {found}"
    if stamp == PROBE and "probe" in columns and probed == found["enterprise"]:
        return "new"
    if stamp != PROBE and "probe" not in columns and probed is None:
        return "old"
    return f"half: stamp {stamp}, columns {sorted(columns)}, tables {sorted(found)}"


def _prepare_migration(base: Path, folder: Path) -> None:
    copy_of(base, folder / "old")
    raw = sqlite3.connect(folder / "old" / "data.sqlite")
    (folder / "counts.json").write_text(json.dumps(dbfile.row_counts(raw)), encoding="utf-8")
    raw.close()


JOBS: dict[str, Job] = {
    "save": Job(_save, _check_save, copy_of, 20, operations=10),
    "import": Job(_import, _check_import, copy_of, operations=4),
    "package": Job(_package, _check_package, _prepare_package, 7),
    "backup": Job(_backup, _check_backup, copy_of, 20, operations=4),
    "restore": Job(_restore, _check_restore, copy_of, 20),
    "migration": Job(_migration, _check_migration, _prepare_migration, 200, operations=3),
}
