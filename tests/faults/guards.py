"""Proofs that a guard works: each raises AssertionError when it does not.

`test_guards.py` runs every proof twice: as it is, and with the guard taken
out of the program. A proof that stays green without its guard is no proof.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from unittest import mock

import pytest
from sqlalchemy import exc, select

from models import Campaign
from services import attachments, backup, clock, migrate, restoring, runs, sealing, undoing
from services.errors import Damaged, HistoryBroken, Problem, ReadOnly, StorageTrouble
from services.exports import archive, workbook
from services.exports.deliver import deliver_workbook
from services.exports.printed import Printed
from services.packages import printed_form
from services.paths import DataFolder
from services.store import Store, make_engine
from tests import make
from tests.faults.jobs import OPERATOR, opened, use_probe_migration, whole
from tests.faults.mutating import DiskCalls

PRAGMAS = {
    "journal_mode": "truncate",
    "synchronous": 2,
    "foreign_keys": 1,
    "busy_timeout": 5000,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "cache_spill": 0,
    "temp_store": 2,
    "mmap_size": 0,
    "secure_delete": 1,
    "recursive_triggers": 1,
}


def _campaign(store: Store) -> int:
    with store.read() as session:
        return session.scalars(select(Campaign.id)).first() or 0


def an_exported_file_is_durable(data: Path) -> None:
    """Flushed before its name, the name flushed too."""
    target = data / "名录.txt"
    with DiskCalls().watching() as calls:
        archive.atomic_write(target, lambda path: path.write_text("一", encoding="utf-8"), mock.Mock())
    calls.require_durable(target)


def a_kept_original_is_durable(data: Path) -> None:
    """What was received lies on the disk before anything refers to it."""
    source = data / "来表.csv"
    source.write_text("企业名称\n", encoding="utf-8")
    with opened(data) as store, DiskCalls().watching() as calls:
        kept = attachments.place(store.folder, attachments.keep(store.folder, source))
    calls.require_durable(kept)
    calls.require_name_durable(kept.parent)


def a_backup_is_durable(data: Path) -> None:
    """Copy and sidecar lie on the disk before the backup counts."""
    with opened(data) as store, DiskCalls().watching() as calls:
        made = backup.make(store, reason="手动")
    assert made is not None
    calls.require_durable(made.path)
    calls.require_durable(made.path.with_suffix(".json"))


def a_package_is_durable(data: Path) -> None:
    """Files, folder and zip lie on the disk before the version is recorded."""
    with opened(data) as store, DiskCalls().watching() as calls:
        made = runs.make_package(store, campaign_id=_campaign(store), target=data / "packages")
    calls.require_durable(made.folder)
    calls.require_durable(made.zip)
    flushed = {event[1] for event in calls.events if event[0] == "file"}
    unsafe = [path.name for path in (made.zip, *made.folder.iterdir()) if path.stat().st_ino not in flushed]
    assert unsafe == [], f"not flushed: {unsafe}"


def a_restored_database_is_durable(data: Path) -> None:
    """The restored file lies on the disk before it takes the name."""
    with opened(data) as store:
        made = backup.make(store, reason="手动")
    assert made is not None
    with DiskCalls().watching() as calls:
        restoring.restore(data, backup=made.path, operator=OPERATOR)
    calls.require_durable(data / "data.sqlite")


def two_writers_cannot_begin(data: Path) -> None:
    """The second is told at its BEGIN, not in the middle of its work."""
    first, second = (make_engine(data / "data.sqlite", pooled=False) for _ in range(2))
    try:
        with first.connect() as one, second.connect() as other:
            one.exec_driver_sql("SELECT 1 FROM campaign")
            raw = other.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA busy_timeout=0")
            with pytest.raises(exc.OperationalError, match="locked"):
                other.exec_driver_sql("SELECT 1 FROM campaign")
    except pytest.fail.Exception as err:
        raise AssertionError("two writers began") from err
    finally:
        first.dispose()
        second.dispose()


def the_database_is_set_up_as_designed(data: Path) -> None:
    """Every pragma reads back as it was asked for."""
    engine = make_engine(data / "data.sqlite", pooled=False)
    try:
        with engine.connect() as connection:
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS}
    finally:
        engine.dispose()
    assert found == PRAGMAS


def a_second_window_cannot_write(data: Path) -> None:
    """The lock has one holder."""
    with opened(data):
        try:
            with opened(data):
                raise AssertionError("two stores may write")
        except ReadOnly:
            pass


def a_backup_that_differs_is_not_kept(data: Path) -> None:
    """A copy with one more row is refused."""
    with opened(data) as store:
        before = len(backup.listed(store.folder))
        copy_to = store.copy_to

        def spoiled(target: Path) -> None:
            copy_to(target)
            with closing(sqlite3.connect(target)) as raw, raw:
                raw.execute("INSERT INTO draft (form,row_uid,json,at) VALUES ('x','x','{}','2023-04-20T00:00:00+08:00')")

        with mock.patch.object(store, "copy_to", spoiled):
            _refused(lambda: backup.make(store, reason="手动"), StorageTrouble)
        assert len(backup.listed(store.folder)) == before, "a backup that differs is listed"


def a_backup_of_damaged_data_is_not_kept(data: Path) -> None:
    """A faithful copy of what is broken is no backup."""
    with opened(data) as store:
        with closing(sqlite3.connect(data / "data.sqlite")) as raw, raw:
            raw.execute("UPDATE finding SET inspection_id = 999999 WHERE id = (SELECT min(id) FROM finding)")
        _refused(lambda: backup.make(store, reason="手动"), StorageTrouble)


def a_wrong_workbook_is_not_kept(data: Path) -> None:
    """A writer that loses a row is found by reading back."""
    with opened(data) as store, store.snapshot() as session:
        printed = printed_form(session, campaign_id=_campaign(store), key="enterprises", operator=OPERATOR)
    write = workbook.write_workbook

    def forgetful(given: Printed, path: Path, *, made_at: datetime) -> None:
        short = Printed(**{**vars(given), "rows": given.rows[:-1]})
        write(short, path, made_at=made_at)

    target = data / "名录.xlsx"
    with mock.patch.object(workbook, "write_workbook", forgetful):
        _refused(lambda: deliver_workbook(printed, target, made_at=clock.now()), archive.NotVerified)
    assert not target.exists(), "a wrong workbook stays"


def a_wrong_zip_is_not_kept(data: Path) -> None:
    """A zip that holds something else is found by reading back."""
    folder = data / "zipped"
    folder.mkdir()
    (folder / "一.txt").write_text("一二三", encoding="utf-8")
    add = archive._add

    def forgetful(opened_zip: object, name: str, source: Path) -> None:
        short = source.with_name("short")
        short.write_text("一", encoding="utf-8")
        add(opened_zip, name, short)  # type: ignore[arg-type]
        short.unlink()

    target = data / "一.zip"
    with mock.patch.object(archive, "_add", forgetful):
        _refused(lambda: archive.write_zip(folder, target), archive.NotVerified)
    assert not target.exists(), "a wrong zip stays"


def a_migration_keeps_every_row(data: Path) -> None:
    """Rebuilding a parent table keeps its children."""
    office = shutil.copytree(data, data / "migrated", ignore=shutil.ignore_patterns("migrated"))
    with mock.patch.multiple(migrate, HEAD=migrate.HEAD, MIGRATIONS=migrate.MIGRATIONS):
        use_probe_migration(data)
        try:
            with opened(office) as store:
                wrong = whole(store)
        except (Problem, exc.SQLAlchemyError) as err:
            raise AssertionError(f"the migration does not go through: {err}") from err
    assert wrong == []


def a_migration_that_loses_rows_is_refused(data: Path) -> None:
    """Counts before and after are compared before the commit."""

    def lossy(connection: object) -> None:
        connection.exec_driver_sql("DELETE FROM penalty_case")  # type: ignore[attr-defined]

    with mock.patch.object(migrate, "HEAD", "v9999"), mock.patch.object(migrate, "upgrade", lossy):
        _refused(lambda: migrate.open_store(data, operator=OPERATOR).close(), StorageTrouble)


def a_changed_row_is_found(data: Path) -> None:
    """A row that was edited behind the program's back does not verify."""
    with closing(sqlite3.connect(data / "data.sqlite")) as raw, raw:
        raw.execute("UPDATE enterprise SET name = '换过的名称' WHERE id = 1")
    _refused(lambda: _verify(data), HistoryBroken)


def a_changed_record_is_found(data: Path) -> None:
    """An old change that was rewritten together with its row does not verify."""
    with closing(sqlite3.connect(data / "data.sqlite")) as raw, raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            raw.execute(f'DROP TRIGGER "{name}"')
        raw.execute("UPDATE operation SET operator = '另一个人' WHERE id = 2")
    _refused(lambda: _verify(data), HistoryBroken)


def a_zeroed_page_is_found_at_opening(data: Path) -> None:
    """A page that was lost while the file was open stops the next opening, though a seal says it was closed so."""
    path = data / "data.sqlite"
    with closing(sqlite3.connect(path)) as raw:
        page = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'finding'").fetchone()[0]
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = bytes(4096)
    path.write_bytes(content)
    sealing.put(DataFolder(data))
    _refused(lambda: migrate.open_store(data, operator=OPERATOR).close(), Damaged)


def a_changed_row_is_found_at_opening(data: Path) -> None:
    """A closed file whose structure is whole but whose rows are not does not open."""
    with closing(sqlite3.connect(data / "data.sqlite")) as raw, raw:
        raw.execute("UPDATE enterprise SET name = replace(name, '有限', '无限')")
    _refused(lambda: migrate.open_store(data, operator=OPERATOR).close(), HistoryBroken)


def a_changed_row_is_found_after_a_kill(data: Path) -> None:
    """Likewise where no seal says what the file was."""
    (data / "data.sqlite-seal").unlink()
    a_changed_row_is_found_at_opening(data)


def a_changed_row_is_never_printed(data: Path) -> None:
    """A row that was changed while the file was open stops the export of a form."""
    with opened(data) as store:
        with closing(sqlite3.connect(data / "data.sqlite")) as raw, raw:
            raw.execute("UPDATE enterprise SET name = replace(name, '有限', '无限')")
        target = data / "附件2.xlsx"
        _refused(lambda: runs.export_form(store, campaign_id=_campaign(store), key="inspection_stats", target=target), HistoryBroken)


def an_old_journal_is_not_played(data: Path) -> None:
    """The journal of another time that a sync program brings back does not touch a sealed file."""
    path = data / "data.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        for pragma in ("cache_size=1", "cache_spill=ON"):
            raw.execute(f"PRAGMA {pragma}")
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("UPDATE enterprise SET name = name || '！'")
        journal = path.with_name("data.sqlite-journal").read_bytes()
        raw.execute("ROLLBACK")
    with opened(data) as store, store.write("录入企业") as session:
        make.enterprise(session, "岚桥区新录样例厂", credit_code=None)
    path.with_name("data.sqlite-journal").write_bytes(journal)
    try:
        with opened(data) as store:
            wrong = whole(store)
    except Problem as problem:
        raise AssertionError("the journal was played") from problem
    assert wrong == []


def a_spoiled_backup_is_not_restored(data: Path) -> None:
    """A backup that is no longer what it was does not take the place of the data."""
    with opened(data) as store:
        made = backup.make(store, reason="手动")
    assert made is not None
    with closing(sqlite3.connect(made.path)) as raw, raw:
        raw.execute("UPDATE enterprise SET name = '换过的名称' WHERE id = 1")
    _refused(lambda: restoring.restore(data, backup=made.path, operator=OPERATOR), Problem)


def _verify(data: Path) -> None:
    with opened(data) as store, store.snapshot() as session:
        undoing.verify(session)


def _refused(action: object, problem: type[Problem]) -> None:
    try:
        action()  # type: ignore[operator]
    except problem:
        return
    raise AssertionError(f"{problem.__name__} was not raised")
