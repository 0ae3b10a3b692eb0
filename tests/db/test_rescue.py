"""Rescue: why data do not open, what is offered, what is kept on the way."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models import Enterprise, Inspection
from services import backup, dbfile, migrate, rescue, swapping, undoing
from services.backup import BackupSpoiled, NotABackup
from services.errors import Damaged, NoOperator, ReadOnly, StorageTrouble
from services.salvaging import NothingDamaged, NothingReadable
from services.store import Store
from tests import make

OLD, NEW = "岚桥区瑞丰纺织有限公司", "岚桥区金盾泵业有限公司"


@dataclass(frozen=True)
class Office:
    """A closed data folder: a backup with one enterprise, the data with two."""

    root: Path
    backup: Path

    @property
    def database(self) -> Path:
        return self.root / "data.sqlite"

    @property
    def seal(self) -> Path:
        return self.root / "data.sqlite-seal"

    def names(self) -> set[str]:
        """Open the folder as the program does, verify it and return its enterprises."""
        with migrate.open_store(self.root, operator="周启明") as store, store.snapshot() as session:
            undoing.verify(session)
            return set(session.scalars(select(Enterprise.name).where(Enterprise.deleted_at.is_(None))))

    def spoil(self, first_page: int = 2, last_page: int | None = None) -> bytes:
        """Overwrite pages of the data file with zeros; return what it is then."""
        data = bytearray(self.database.read_bytes())
        end = len(data) if last_page is None else last_page * 4096
        data[(first_page - 1) * 4096 : end] = bytes(end - (first_page - 1) * 4096)
        self.database.write_bytes(data)
        return bytes(data)

    def spoil_table(self, table: str) -> None:
        """Overwrite the root page of a table."""
        with closing(sqlite3.connect(self.database)) as raw:
            page = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
        self.spoil(page, page)


@pytest.fixture
def office(store: Store) -> Office:
    """Return the closed folder."""
    with store.write("录入企业") as session:
        make.enterprise(session, name=OLD)
    made = backup.make(store, reason="手动")
    assert made is not None
    with store.write("再录一家") as session:
        make.enterprise(session, name=NEW, credit_code=None)
    store.close()
    return Office(store.folder.root, made.path)


def test_whole_data_have_no_diagnosis(office: Office) -> None:
    assert rescue.diagnose(office.root) is None
    assert office.names() == {OLD, NEW}


def test_a_folder_without_data_has_no_diagnosis(tmp_path: Path) -> None:
    assert rescue.diagnose(tmp_path / "新") is None


def test_data_that_somebody_has_open_are_left_alone(store: Store) -> None:
    assert rescue.diagnose(store.folder.root) is None
    assert store.folder.holder.exists()


def test_a_damaged_file_is_said_so_and_may_still_be_looked_at(office: Office) -> None:
    office.spoil_table("finding")
    found = rescue.diagnose(office.root)
    assert found is not None
    assert (found.state, found.code, found.path, found.can_read_only) == ("damaged", "damaged", office.database, True)
    with pytest.raises(Damaged):
        migrate.open_store(office.root, operator="周启明")
    with rescue.open_read_only(office.root) as looked, looked.read() as session:
        assert len(session.scalars(select(Enterprise)).all()) == 2


def test_a_missing_or_empty_file_is_a_loss_where_backups_lie(office: Office) -> None:
    for spoil in (lambda: office.database.write_bytes(b""), office.database.unlink):
        spoil()
        found = rescue.diagnose(office.root)
        assert found is not None
        assert (found.state, found.can_read_only) == ("damaged", False)
    with pytest.raises(Damaged):
        migrate.open_store(office.root, operator="周启明")
    rescue.restore(office.root, backup=office.backup, operator="周启明")
    assert office.names() == {OLD}


def test_a_destroyed_beginning_is_damage_where_backups_lie_and_foreign_elsewhere(office: Office, tmp_path: Path) -> None:
    office.spoil(1, 1)
    found = rescue.diagnose(office.root)
    assert found is not None
    assert found.state == "damaged"
    other = tmp_path / "别处"
    other.mkdir()
    shutil.copy(office.database, other)
    elsewhere = rescue.diagnose(other)
    assert elsewhere is not None
    assert elsewhere.state == "foreign"


def test_a_database_of_another_program_is_foreign(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "data.sqlite")) as raw:
        raw.execute("CREATE TABLE t (x)")
    found = rescue.diagnose(tmp_path)
    assert found is not None
    assert (found.state, found.can_read_only) == ("foreign", False)


def test_a_newer_database_is_named_and_not_opened(office: Office) -> None:
    with closing(sqlite3.connect(office.database)) as raw:
        raw.execute("UPDATE alembic_version SET version_num='v9999'")
        raw.commit()
    found = rescue.diagnose(office.root)
    assert found is not None
    assert (found.state, found.can_read_only) == ("newer", False)


def test_a_database_without_its_version_is_damaged(office: Office) -> None:
    for statement in ("DELETE FROM alembic_version", "DROP TABLE alembic_version"):
        with closing(sqlite3.connect(office.database)) as raw:
            raw.execute(statement)
            raw.commit()
        found = rescue.diagnose(office.root)
        assert found is not None
        assert found.state == "damaged"


@pytest.mark.parametrize("make_name", [os.symlink, os.link], ids=["symbolic", "hard"])
def test_a_database_with_a_second_name_is_refused(office: Office, tmp_path: Path, make_name: Callable[[Path, Path], None]) -> None:
    elsewhere = tmp_path / "别处.sqlite"
    office.database.rename(elsewhere)
    make_name(elsewhere, office.database)
    found = rescue.diagnose(office.root)
    assert found is not None
    assert (found.state, found.can_read_only) == ("refused", False)


def test_a_network_place_is_refused_before_anything_is_made() -> None:
    found = rescue.diagnose(Path("//server/share/执法台"))
    assert found is not None
    assert found.state == "refused"


def test_a_path_that_is_no_file_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "data.sqlite").mkdir()
    found = rescue.diagnose(tmp_path)
    assert found is not None
    assert found.state == "unreadable"


@pytest.mark.parametrize(
    ("part", "program"), [("OneDrive - 岚桥", "OneDrive"), ("WPS云盘", "WPS云盘"), ("我的坚果云", "坚果云"), ("Dropbox", "Dropbox")]
)
def test_a_sync_folder_is_warned_about_and_not_refused(tmp_path: Path, part: str, program: str) -> None:
    said = rescue.warnings(tmp_path / part / "执法台")
    assert len(said) == 1
    assert program in said[0]
    assert rescue.warnings(tmp_path / "数据") == ()


def test_an_interrupted_write_is_taken_back_and_then_checked_in_depth(office: Office) -> None:
    before = office.database.read_bytes()
    with closing(sqlite3.connect(office.database, isolation_level=None)) as raw:
        raw.execute("PRAGMA cache_size=1")
        raw.execute("BEGIN")
        raw.executemany("INSERT INTO draft (form,row_uid,json,at) VALUES ('x','x',?,'2023-04-20T00:00:00+08:00')", [("x" * 3000,)] * 50)
        journal = office.root / "data.sqlite-journal"
        half, torn = journal.read_bytes(), office.database.read_bytes()
        raw.execute("ROLLBACK")
    office.database.write_bytes(torn)
    journal.write_bytes(half)
    assert torn != before
    assert rescue.diagnose(office.root) is None
    assert not [*office.root.glob("坏库_*"), *office.root.glob("写入中断前*")]  # the copy is gone, the file was checked in depth
    assert office.names() == {OLD, NEW}


def _journal_of_another_time(office: Office) -> None:
    """Bring back the journal of an unfinished write in the file as it once was."""
    old = (office.root / "old").with_suffix(".sqlite")
    shutil.copy(office.backup, old)
    with closing(sqlite3.connect(old, isolation_level=None)) as raw:
        raw.execute("PRAGMA cache_size=1")
        raw.execute("BEGIN")
        raw.execute("UPDATE enterprise SET town='x'")
        raw.executemany("INSERT INTO draft (form,row_uid,json,at) VALUES ('x','x',?,'2023-04-20T00:00:00+08:00')", [("x" * 3000,)] * 50)
        journal = (office.root / "old.sqlite-journal").read_bytes()
        raw.execute("ROLLBACK")
    (office.root / "data.sqlite-journal").write_bytes(journal)


def test_a_journal_of_another_time_is_noticed_and_the_file_from_before_is_kept(office: Office) -> None:
    office.seal.unlink()
    whole = office.database.read_bytes()
    _journal_of_another_time(office)
    for _again in range(2):
        found = rescue.diagnose(office.root)
        assert found is not None
        assert found.state == "damaged"
        with pytest.raises(StorageTrouble):
            migrate.open_store(office.root, operator="周启明")
    (kept,) = office.root.glob("坏库_*")
    assert (kept / "data.sqlite").read_bytes() == whole
    rescue.restore(office.root, backup=office.backup, operator="周启明")
    assert office.names() == {OLD}
    assert (kept / "data.sqlite").read_bytes() == whole


def test_a_journal_of_another_time_is_not_played_into_a_sealed_file(office: Office) -> None:
    _journal_of_another_time(office)
    journal = (office.root / "data.sqlite-journal").read_bytes()
    assert rescue.diagnose(office.root) is None
    assert office.names() == {OLD, NEW}
    (kept,) = office.root.glob("坏库_*")
    assert (kept / "data.sqlite-journal").read_bytes() == journal


def test_a_program_killed_while_it_made_the_data_begins_again(tmp_path: Path) -> None:
    root = tmp_path / "数据"
    migrate.open_store(root, operator="周启明").close()
    with closing(sqlite3.connect(root / "data.sqlite", isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode=PERSIST")
    # what SQLite leaves when the first transaction of an empty file is cut off: a journal that says "it had no pages"
    header = (
        bytes.fromhex("d9d505f920a163d7")
        + (0).to_bytes(4, "big")
        + bytes(4)
        + (0).to_bytes(4, "big")
        + (512).to_bytes(4, "big")
        + (4096).to_bytes(4, "big")
    )
    (root / "data.sqlite-journal").write_bytes(header.ljust(512, b"\0"))
    migrate.open_store(root, operator="周启明").close()
    assert rescue.diagnose(root) is None


def test_the_offers_say_what_differs_and_what_would_be_lost(office: Office) -> None:
    (offer,) = rescue.offers(office.root)
    assert (offer.path, offer.counts["企业"], offer.difference) == (office.backup, 1, {"企业": 1})
    assert offer.operations is not None
    assert [(step.operator, step.label) for step in offer.operations.steps] == [("周启明", "再录一家")]


def test_what_cannot_be_counted_today_is_named(office: Office) -> None:
    office.spoil_table("inspection_group")  # enterprises are counted by an index, which is whole
    office.spoil_table("operation")
    (offer,) = rescue.offers(office.root)
    assert (offer.unknown, offer.difference, offer.operations) == (("检查组",), {"企业": 1}, None)
    office.spoil(1, 1)
    (offer,) = rescue.offers(office.root)
    assert "案件" in offer.unknown


def test_a_backup_that_was_changed_is_neither_offered_nor_restored(office: Office) -> None:
    with office.backup.open("r+b") as file:
        file.seek(5000)
        file.write(b"x")
    before = office.database.read_bytes()
    assert rescue.offers(office.root) == []
    with pytest.raises(BackupSpoiled):
        rescue.restore(office.root, backup=office.backup, operator="周启明")
    office.backup.with_suffix(".json").unlink()
    with pytest.raises(NotABackup):
        rescue.restore(office.root, backup=office.backup, operator="周启明")
    assert office.database.read_bytes() == before


def test_a_restore_keeps_the_damaged_file_and_its_journal_as_they_were(office: Office) -> None:
    damaged = office.spoil(1, 3)
    (office.root / "data.sqlite-journal").write_bytes(b"a journal that must not be played into the new file")
    done = rescue.restore(office.root, backup=office.backup, operator="丁海波")
    assert done.aside is not None
    assert done.aside.name.startswith("坏库_")
    assert (done.aside / "data.sqlite").read_bytes() == damaged
    kept = [path.read_bytes() for path in office.root.glob("坏库_*/data.sqlite-journal")]
    assert kept == [b"a journal that must not be played into the new file"]
    assert not (office.root / "data.sqlite-journal").exists()
    assert office.names() == {OLD}


def test_a_restore_is_written_into_the_history_and_cannot_be_undone(office: Office) -> None:
    rescue.restore(office.root, backup=office.backup, operator="丁海波")
    with migrate.open_store(office.root, operator="周启明") as store, store.read() as session:
        newest = undoing.entries(session)[0]
    assert (newest.operator, newest.kind, newest.undoable) == ("丁海波", "system", False)
    assert newest.label.startswith("恢复备份")


def test_a_restore_of_whole_data_backs_them_up_first(office: Office) -> None:
    done = rescue.restore(office.root, backup=office.backup, operator="周启明")
    assert done.aside is not None
    assert done.counts["企业"] == 1
    assert backup.described(done.aside).counts["enterprise"] == 2
    assert not list(office.root.glob("坏库_*"))
    rescue.restore(office.root, backup=done.aside, operator="周启明")
    assert office.names() == {OLD, NEW}


def test_a_restore_needs_a_name_and_the_lock(office: Office) -> None:
    with pytest.raises(NoOperator):
        rescue.restore(office.root, backup=office.backup, operator="")
    with migrate.open_store(office.root, operator="周启明"), pytest.raises(ReadOnly):
        rescue.restore(office.root, backup=office.backup, operator="丁海波")


class Killed(BaseException):
    """Stands for the process being killed."""


@pytest.fixture
def nth(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, BaseException], list[str]]:
    """Return a way to let the n-th call that changes the disk fail from then on once."""
    real = {name: getattr(os, name) for name in ("fsync", "replace", "rename", "mkdir")}

    def arm(number: int, failure: BaseException) -> list[str]:
        calls: list[str] = []

        def wrapped(name: str) -> Callable[..., Any]:
            def call(*arguments: Any, **named: Any) -> Any:
                calls.append(name)
                if len(calls) == number:
                    raise failure
                return real[name](*arguments, **named)

            return call

        for name in real:
            monkeypatch.setattr(os, name, wrapped(name))
        return calls

    return arm


_FAILURES = {
    "killed": Killed(),
    "EIO": OSError(errno.EIO, "io"),
    "ENOSPC": OSError(errno.ENOSPC, "full"),
    "EACCES": PermissionError(errno.EACCES, "no"),
}


@pytest.mark.parametrize(
    ("failure", "whole"),
    [("killed", True), ("EIO", True), ("killed", False), ("EIO", False), ("ENOSPC", False), ("EACCES", False)],
)
def test_a_restore_that_fails_anywhere_leaves_the_old_data_or_the_new(
    office: Office, tmp_path: Path, nth: Callable[[int, BaseException], list[str]], failure: str, whole: bool
) -> None:
    if not whole:
        office.spoil(2, 6)
    before = office.database.read_bytes()
    keeper = tmp_path / "留底"
    shutil.copytree(office.root, keeper)
    number, through = 0, False
    while not through:
        number += 1
        shutil.rmtree(office.root)
        shutil.copytree(keeper, office.root)
        calls = nth(number, _FAILURES[failure])
        said: BaseException | None = None
        try:
            rescue.restore(office.root, backup=office.backup, operator="周启明")
        except (Killed, StorageTrouble) as err:
            said = err
        through = len(calls) < number
        nth(10**9, _FAILURES[failure])
        if isinstance(said, StorageTrouble):
            assert office.database.read_bytes() == before, f"call {number} ({calls[-1]}) said that nothing changed"
        kept = [office.database, *office.root.glob("坏库_*/data.sqlite")]
        assert whole or before in [path.read_bytes() for path in kept if path.exists()]
        if whole or rescue.diagnose(office.root) is None:
            assert office.names() in ({OLD}, {OLD, NEW})
        else:
            assert office.database.read_bytes() == before
        assert not (office.root / "恢复中").exists()
    assert number > 8


def test_a_swap_that_died_half_way_is_finished_at_the_next_opening(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = office.spoil(2, 6)
    monkeypatch.setattr(swapping, "_carry_out", _die)
    with pytest.raises(Killed):
        rescue.restore(office.root, backup=office.backup, operator="周启明")
    monkeypatch.undo()
    assert (office.root / "restoring.json").exists()
    office.database.rename(next(iter([office.root / "data.sqlite-gone"])))  # and someone took the old file away
    (office.root / "data.sqlite-gone").unlink()
    assert office.names() == {OLD}
    assert not (office.root / "restoring.json").exists()
    assert damaged


def _die(*_arguments: object) -> None:
    raise Killed


def test_salvage_builds_every_row_from_the_record_of_changes(office: Office) -> None:
    office.spoil_table("enterprise")
    done = rescue.salvage(office.root, operator="周启明")
    assert (done.rows["企业"], done.lost, done.history_kept) == (2, {}, True)
    assert done.aside is not None
    assert (done.aside / "data.sqlite").exists()
    assert office.names() == {OLD, NEW}


def test_salvage_mends_a_value_that_was_changed_behind_the_programs_back(office: Office) -> None:
    with closing(sqlite3.connect(office.database)) as raw:
        raw.execute("UPDATE enterprise SET town='双汊镇'")
        raw.commit()
    rescue.salvage(office.root, operator="周启明")
    with migrate.open_store(office.root, operator="周启明") as store, store.read() as session:
        assert set(session.scalars(select(Enterprise.town))) == {"柳溪镇"}


def test_salvage_reads_the_tables_where_the_record_is_lost_and_begins_it_anew(office: Office) -> None:
    office.spoil_table("row_change")
    done = rescue.salvage(office.root, operator="周启明")
    assert (done.rows["企业"], done.lost, done.history_kept) == (2, {}, False)
    with migrate.open_store(office.root, operator="周启明") as store, store.read() as session:
        assert undoing.verify(session).operations == 1
        assert "抢救" in undoing.entries(session)[0].label
    assert office.names() == {OLD, NEW}


def test_salvage_does_not_believe_a_record_whose_end_is_missing(office: Office) -> None:
    with closing(sqlite3.connect(office.database)) as raw:
        raw.executescript("DROP TRIGGER operation_no_delete; DROP TRIGGER row_change_no_delete;")
        raw.execute("DELETE FROM row_change WHERE operation_id = 2")
        raw.execute("DELETE FROM operation WHERE id = 2")
        raw.commit()
    done = rescue.salvage(office.root, operator="周启明")
    assert (done.rows["企业"], done.history_kept) == (2, False)


def test_salvage_counts_what_is_lost_and_leaves_out_what_lost_its_owner(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        for number in range(400):
            make.enterprise(session, name=f"岚桥区样例{number}厂", credit_code=None)
        make.finding(session, campaign)
    store.close()
    office = Office(store.folder.root, store.folder.database)
    office.spoil_table("row_change")
    with closing(sqlite3.connect(office.database)) as raw:
        page = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'enterprise'").fetchone()[0]
    data = bytearray(office.database.read_bytes())
    first_leaf = int.from_bytes(data[(page - 1) * 4096 + 12 :][:2], "big")
    leaf = int.from_bytes(data[(page - 1) * 4096 + first_leaf :][:4], "big")
    data[(leaf - 1) * 4096 : leaf * 4096] = bytes(4096)
    office.database.write_bytes(data)
    done = rescue.salvage(office.root, operator="周启明")
    assert 350 < done.rows["企业"] < 401
    assert done.rows["企业"] + done.lost["企业"] == 401
    assert dbfile.facts(office.database)["whole"]
    with migrate.open_store(office.root, operator="周启明") as again, again.read() as session:
        assert session.scalars(select(Inspection)).all() == []  # its enterprise lay in the lost page


def test_salvage_refuses_whole_data_and_what_cannot_be_read_at_all(office: Office) -> None:
    with pytest.raises(NothingDamaged):
        rescue.salvage(office.root, operator="周启明")
    damaged = office.spoil(1)
    with pytest.raises(NothingReadable):
        rescue.salvage(office.root, operator="周启明")
    assert office.database.read_bytes() == damaged
    assert not (office.root / "恢复中").exists()
