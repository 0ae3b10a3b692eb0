"""The closing seal: what it vouches for, what it finds, what it never stops."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest
from sqlalchemy import select

from models import Campaign, Enterprise
from services import backup, migrate, rescue, restoring, runs, sealing, undoing
from services.errors import Damaged, HistoryBroken, StorageTrouble
from services.paths import DataFolder
from services.store import Store
from tests import make

NAME, OTHER = "岚桥区瑞丰纺织有限公司", "岚桥区瑞丰纺纱有限公司"


@dataclass(frozen=True)
class Office:
    """A data folder with one enterprise, closed and sealed; a copy of its file from before."""

    folder: DataFolder
    earlier: Path

    @property
    def seal(self) -> Path:
        return self.folder.root / "data.sqlite-seal"

    def open(self) -> Store:
        return migrate.open_store(self.folder.root, operator="周启明")

    def spoil(self) -> None:
        """Change a name in the row and leave the structure of the file whole."""
        with closing(sqlite3.connect(self.folder.database)) as raw, raw:
            raw.execute("UPDATE enterprise SET name = ?", (OTHER,))


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Office:
    """Return the closed folder."""
    store.close()
    shutil.copy(store.folder.database, tmp_path / "earlier.sqlite")
    with migrate.open_store(store.folder.root, operator="周启明") as again, again.write("录入企业") as session:
        make.enterprise(session, name=NAME)
    return Office(store.folder, tmp_path / "earlier.sqlite")


@pytest.fixture
def proofs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note every proof of the history."""
    noted: list[str] = []
    verify = undoing.verify

    def noting(*given: object, **named: object) -> undoing.Verdict:
        noted.append("proven")
        return verify(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(undoing, "verify", noting)
    return noted


def test_closing_seals_and_opening_breaks_the_seal(office: Office) -> None:
    said = json.loads(office.seal.read_text(encoding="utf-8"))
    with office.open() as store:
        assert not office.seal.exists()
        with store.read() as session:
            assert said["head"] == undoing.head(session)
    assert json.loads(office.seal.read_text(encoding="utf-8"))["sha256"] == said["sha256"]


def test_a_sealed_file_is_not_proven_again(office: Office, proofs: list[str]) -> None:
    with office.open() as store:
        assert store.notice == ""
    assert proofs == []


def test_a_file_that_was_not_closed_is_proven(office: Office, proofs: list[str]) -> None:
    office.seal.unlink()
    with office.open() as store:
        assert store.notice == ""
    assert proofs == ["proven"]


def test_a_long_history_is_not_proven_after_a_kill_but_where_the_file_was_changed(office: Office, proofs: list[str]) -> None:
    office.seal.unlink()
    with mock.patch.object(migrate, "_MOST_CHANGES", 0):
        office.open().close()
        assert proofs == []
        with office.folder.database.open("ab") as file:
            file.write(bytes(4096))
        with suppress(StorageTrouble):
            office.open().close()
    assert proofs == ["proven"]


def test_a_changed_value_stops_the_opening_and_nothing_but_rescue_goes_on(office: Office) -> None:
    office.spoil()
    for _again in range(2):
        with pytest.raises(HistoryBroken):
            office.open()
        found = rescue.diagnose(office.folder.root)
        assert found is not None
        assert (found.state, found.can_read_only) == ("damaged", True)
    rescue.salvage(office.folder.root, operator="周启明")
    with office.open() as store, store.read() as session:
        assert list(session.scalars(select(Enterprise.name))) == [NAME]


def test_a_changed_value_is_not_moved_and_not_backed_up_as_whole(office: Office) -> None:
    with office.open() as store:
        made = backup.make(store, reason="手动")
    office.spoil()
    with pytest.raises(HistoryBroken):
        migrate.require_whole(office.folder)
    done = restoring.restore(office.folder.root, backup=made.path, operator="周启明")
    assert done.aside is not None
    assert done.aside.name.startswith("坏库_")


def test_a_column_whose_name_was_changed_stops_the_opening(office: Office) -> None:
    office.seal.unlink()
    with closing(sqlite3.connect(office.folder.database)) as raw, raw:
        raw.execute("PRAGMA writable_schema=ON")
        raw.execute("UPDATE sqlite_master SET sql = replace(sql, 'document_no', 'document_nn') WHERE name = 'case_amount'")
    with pytest.raises(Damaged, match="目录"):
        office.open()


def test_a_change_in_what_no_row_uses_is_said_and_stops_nothing(office: Office) -> None:
    with closing(sqlite3.connect(office.folder.database)) as raw:
        raw.execute("PRAGMA user_version=7")
    with office.open() as store:
        assert "内容没有变" in store.notice
    with office.open() as store:
        assert store.notice == ""


def test_an_older_copy_opens_and_is_said(office: Office) -> None:
    shutil.copy(office.earlier, office.folder.database)
    with office.open() as store:
        assert "可能被旧文件盖过" in store.notice


def test_a_newer_copy_opens_and_says_how_much_was_added(office: Office, tmp_path: Path) -> None:
    other = Path(shutil.copytree(office.folder.root, tmp_path / "别处"))
    with migrate.open_store(other, operator="丁海波") as store, store.write("再录一家") as session:
        make.enterprise(session, name=OTHER, credit_code=None)
    shutil.copy(other / "data.sqlite", office.folder.database)
    with office.open() as store:
        assert "多了 1 条操作" in store.notice


@pytest.mark.parametrize(
    "spoil",
    [
        lambda seal: seal.write_bytes(b"\xff\x00"),
        lambda seal: seal.write_text("[]", encoding="utf-8"),
        lambda seal: seal.write_text('{"size": "x"}', encoding="utf-8"),
        lambda seal: (seal.unlink(), seal.mkdir()),
    ],
    ids=["bytes", "list", "no number", "folder"],
)
def test_a_seal_that_cannot_be_read_is_none(office: Office, proofs: list[str], spoil: Callable[[Path], object]) -> None:
    spoil(office.seal)
    for _again in range(2):
        with office.open() as store:
            assert store.notice == ""
    assert proofs


def test_a_seal_that_cannot_be_written_is_left_out(office: Office) -> None:
    with mock.patch.object(sealing, "sync", side_effect=OSError):
        office.open().close()
    assert not list(office.folder.root.glob("data.sqlite-seal*"))
    office.open().close()
    assert office.seal.exists()


def test_who_may_not_write_leaves_the_seal_alone(office: Office) -> None:
    with office.open():
        with migrate.open_store(office.folder.root, writable=False) as looking:
            assert not looking.writable
        assert not office.seal.exists()
        assert rescue.diagnose(office.folder.root) is None
    kept = office.seal.read_bytes()
    assert rescue.diagnose(office.folder.root) is None
    assert office.seal.read_bytes() == kept


def test_closing_twice_leaves_a_file_alone_that_is_another_s_now(office: Office) -> None:
    first = office.open()
    first.close()
    with office.open():
        first.close()
        assert not office.seal.exists()


def test_data_found_damaged_while_open_are_not_sealed(office: Office) -> None:
    with office.open() as store:
        office.spoil()
        with pytest.raises(HistoryBroken), store.snapshot() as session:
            undoing.verify(session)
    assert not office.seal.exists()
    with pytest.raises(HistoryBroken):
        office.open()


def test_restored_data_carry_no_seal_of_the_old_file(office: Office) -> None:
    with office.open() as store:
        made = backup.make(store, reason="手动")
    for spoil in (lambda: None, lambda: office.folder.database.write_bytes(b"")):
        spoil()
        restoring.restore(office.folder.root, backup=made.path, operator="周启明")
        with office.open() as store:
            assert store.notice == ""


def test_a_swapped_page_of_a_closed_file_is_damage(office: Office) -> None:
    content = bytearray(office.folder.database.read_bytes())
    content[-4096:] = bytes(4096)
    office.folder.database.write_bytes(content)
    with pytest.raises(Damaged):
        office.open()


def test_a_form_is_not_printed_from_data_that_were_changed_while_open(demo: Store, tmp_path: Path) -> None:
    with demo.read() as session:
        campaign_id = session.scalars(select(Campaign.id)).one()
    with closing(sqlite3.connect(demo.folder.database)) as raw, raw:
        raw.execute("UPDATE enterprise SET name = '换过的名称' WHERE id = 1")
    with pytest.raises(HistoryBroken):
        runs.export_form(demo, campaign_id=campaign_id, key="inspection_stats", target=tmp_path / "附件2.xlsx")
    assert not (tmp_path / "附件2.xlsx").exists()
