"""The store: sessions, locks, errors, snapshots."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from models import Enterprise, Person
from services import history, migrate, places, undoing
from services.errors import Busy, Conflict, DataFolderRefused, ForeignFile, NoOperator, ReadOnly, TooNew
from services.store import LONG_READ_SECONDS, Changes, Store
from tests import make


def test_a_write_is_announced_once_with_its_tables(store: Store) -> None:
    heard: list[Changes] = []
    store.subscribe(heard.append)
    with store.write("录入企业") as session:
        make.enterprise(session)
    assert [(changes.label, changes.tables) for changes in heard] == [("录入企业", frozenset({"enterprise"}))]


def test_a_write_that_changes_nothing_leaves_no_operation(store: Store) -> None:
    heard: list[Changes] = []
    store.subscribe(heard.append)
    with store.write("什么也没做"):
        pass
    with store.read() as session:
        assert undoing.entries(session) == []
    assert heard == []


def test_an_error_inside_a_write_leaves_nothing(store: Store) -> None:
    def fail_inside() -> None:
        with store.write("录入企业") as session:
            make.enterprise(session)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_inside()
    with store.read() as session:
        assert session.scalars(select(Enterprise)).all() == []
        assert undoing.verify(session).operations == 0


def test_a_read_refuses_changes(store: Store) -> None:
    with pytest.raises(history.UnrecordedChange), store.read() as session:
        session.add(Person(name="丁海波", name_key="丁海波"))


def test_a_bulk_statement_on_tracked_rows_is_refused(store: Store) -> None:
    with pytest.raises(history.UnrecordedChange), store.write("改全部") as session:
        session.execute(update(Enterprise).values(town="柳溪镇"))


def test_a_write_inside_a_write_is_refused(store: Store) -> None:
    with pytest.raises(history.UnrecordedChange), store.write("外"), store.write("内"):
        pass


@pytest.mark.expects_log("a read held the database")
def test_a_read_held_too_long_is_a_fault(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "longest_read", LONG_READ_SECONDS)
    with store.read() as session:
        session.scalars(select(Enterprise)).all()
        time.sleep(0.25)


def test_a_snapshot_does_not_see_later_writes_and_leaves_no_file(store: Store) -> None:
    with store.write("录入企业") as session:
        make.enterprise(session)
    with store.snapshot() as snapshot:
        with store.write("再录一家") as session:
            make.enterprise(session, name="岚桥区金盾泵业有限公司")
        assert len(snapshot.scalars(select(Enterprise)).all()) == 1
    assert list(store.folder.snapshots.iterdir()) == []


def test_a_stale_save_is_a_conflict(store: Store) -> None:
    with store.write("录入企业") as session:
        number = make.enterprise(session)
    with store.read() as session:
        old = session.get_one(Enterprise, number)
        session.expunge(old)
    with store.write("改名") as session:
        session.get_one(Enterprise, number).town = "石坪镇"

    def save_the_old() -> None:
        with store.write("旧内容覆盖") as session:
            session.add(old)
            old.town = "双汊镇"

    with pytest.raises(Conflict):
        save_the_old()


def test_a_second_writer_is_refused_by_name_and_may_read(store: Store) -> None:
    with pytest.raises(ReadOnly) as refused:
        migrate.open_store(store.folder.root, operator="丁海波")
    assert "周启明" in refused.value.message()
    with migrate.open_store(store.folder.root, operator="丁海波", writable=False) as second:
        assert not second.writable
        with pytest.raises(ReadOnly), second.write("试写"):
            pass


def test_writing_needs_an_operator(store: Store) -> None:
    store.operator = None
    with pytest.raises(NoOperator), store.write("录入企业"):
        pass


def test_every_connection_runs_with_the_safe_settings(store: Store) -> None:
    with store.write("看一眼") as session:
        wanted = {
            "journal_mode": "truncate",
            "synchronous": 2,
            "foreign_keys": 1,
            "cache_spill": 0,
            "secure_delete": 1,
            "trusted_schema": 0,
        }
        assert {name: session.execute(text(f"PRAGMA {name}")).scalar() for name in wanted} == wanted


def test_a_write_begins_immediately_so_that_two_writers_never_deadlock(store: Store) -> None:
    other = sqlite3.connect(store.folder.database, isolation_level=None, timeout=0)
    try:
        with store.write("先占住"), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    finally:
        other.close()


def test_a_database_held_by_another_program_is_said_so(store: Store) -> None:
    other = sqlite3.connect(store.folder.database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(Busy), store.write("录入企业") as session:
            make.enterprise(session)
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_a_foreign_database_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "data.sqlite"
    with sqlite3.connect(path) as foreign:
        foreign.execute("CREATE TABLE t (x)")
    foreign.close()
    before = path.read_bytes()
    with pytest.raises(ForeignFile):
        migrate.open_store(tmp_path, operator="周启明")
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data.sqlite").write_bytes(b"not a database, " * 300)
    with pytest.raises(ForeignFile):
        migrate.open_store(tmp_path, operator="周启明")


def test_a_newer_database_is_refused(store: Store) -> None:
    root = store.folder.root
    store.close()
    with sqlite3.connect(store.folder.database) as newer:
        newer.execute("UPDATE alembic_version SET version_num='v9999'")
    newer.close()
    with pytest.raises(TooNew):
        migrate.open_store(root, operator="周启明")


def test_a_network_path_is_refused() -> None:
    with pytest.raises(DataFolderRefused):
        places.require_local(Path("//server/share/执法台"))


def test_the_lock_is_free_again_after_closing(store: Store) -> None:
    store.close()
    migrate.open_store(store.folder.root, operator="丁海波").close()
