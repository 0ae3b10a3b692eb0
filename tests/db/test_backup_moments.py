"""A backup at each moment that asks for one, on the roads that a click takes."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

import resources
from models.forms import Row
from services import backup, clock, people, runs, settings
from services.errors import DiskFull
from services.packages import Blocked
from services.store import Store
from tests import make
from ui.cli import run

SAMPLES = resources.path("samples", "demo")
PERSON: Row = {"name": "周砚秋", "unit_position": "柳溪镇安环办科员", "cert_no": "99030200001", "phone": "19900000001"}
OTHER: Row = {"name": "贺启航", "unit_position": "石坪镇安环办科员", "cert_no": "99030200002", "phone": "19900000002"}


@pytest.fixture
def campaign(store: Store) -> int:
    with store.write("准备") as session:
        return make.campaign(session)


def reasons(store: Store) -> list[str]:
    """Return why each backup was made, in the order they were made."""
    return [one.reason for one in reversed(backup.listed(store.folder))]


def bring(store: Store, folder: Path, row: Row, campaign: int) -> None:
    folder.mkdir()
    path, read = make.received(folder, "personnel", row)
    runs.apply(store, plan=runs.plan_read(store, path=path, read=read, campaign_id=campaign))


def later(monkeypatch: pytest.MonkeyPatch, **gap: float) -> None:
    moment = clock.now() + timedelta(**gap)
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_an_import_is_backed_up_before_and_after(store: Store, campaign: int, tmp_path: Path) -> None:
    bring(store, tmp_path / "来表", PERSON, campaign)
    assert reasons(store) == ["导入前", "导入后"]
    before, after = reversed(backup.listed(store.folder))
    assert after.counts["person"] == before.counts["person"] + 1


def test_imports_one_after_the_other_are_not_backed_up_each(
    store: Store, campaign: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(store, tmp_path / "一", PERSON, campaign)
    later(monkeypatch, minutes=5)
    bring(store, tmp_path / "二", OTHER, campaign)
    assert reasons(store) == ["导入前", "导入后"]
    later(monkeypatch, minutes=31)
    bring(store, tmp_path / "三", {**OTHER, "cert_no": "99030200003", "name": "丁海波"}, campaign)
    assert reasons(store) == ["导入前", "导入后", "导入前", "导入后"]


def test_an_import_that_changes_nothing_is_not_backed_up_after(
    store: Store, campaign: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(store, tmp_path / "一", PERSON, campaign)
    later(monkeypatch, hours=2)
    bring(store, tmp_path / "二", PERSON, campaign)
    assert reasons(store) == ["导入前", "导入后"]


def test_a_folder_of_files_is_backed_up_once_before_and_once_after(store: Store, campaign: int) -> None:
    paths = sorted(SAMPLES.glob("forms/*-附件1.xlsx"))[:3]
    steps = runs.import_all(store, paths=paths, campaign_id=campaign)
    assert reasons(store) == ["导入前", "导入后"]
    assert backup.listed(store.folder)[0].counts["person"] == sum(step.counts["new"] for step in steps)


@pytest.mark.expects_log("backup after an import failed: disk_full")
def test_an_import_stands_though_the_backup_after_it_fails(
    store: Store, campaign: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = backup.at

    def failing(opened: Store, moment: str) -> backup.Backup | None:
        if moment == "after_import":
            raise DiskFull(path="盘", free=1, needed=64)
        return real(opened, moment)

    monkeypatch.setattr(backup, "at", failing)
    bring(store, tmp_path / "来表", PERSON, campaign)
    assert reasons(store) == ["导入前"]
    with store.read() as session:
        assert people.load(session, record_id=1)["name"] == "周砚秋"


@pytest.mark.parametrize(("rows", "made"), [(backup.MANY_ROWS, []), (backup.MANY_ROWS + 1, ["批量删除前"])])
def test_many_rows_to_the_bin_are_backed_up_first(store: Store, campaign: int, rows: int, made: list[str]) -> None:
    with store.write("录入") as session:
        ids = [make.person(session, campaign, f"人员{number}", cert_no=str(99030200000 + number)) for number in range(rows)]
    with backup.removing(store, f"删除人员 {rows} 人", rows=len(ids)) as session:
        people.remove(session, record_ids=ids)
    assert reasons(store) == made
    for one in backup.listed(store.folder):
        with sqlite3.connect(one.path) as copy:
            assert copy.execute("SELECT count(*) FROM person WHERE deleted_at IS NULL").fetchone()[0] == rows
        copy.close()


def test_a_package_is_backed_up_before_and_that_one_stays_for_ever(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.write("准备") as session:
        number = make.campaign(session)
        make.enterprise(session)
        make.group(session, number)
        make.visit(session, number)
        make.finding(session, number)
        make.case(session, number)
    runs.make_package(store, campaign_id=number, target=tmp_path / "报送", draft=True)
    assert reasons(store) == ["出草稿前"]
    runs.make_package(store, campaign_id=number, target=tmp_path / "报送")
    assert reasons(store) == ["出草稿前", "报送前"]
    later(monkeypatch, days=4000)
    for _ in range(12):
        backup.at(store, "manual")
    assert reasons(store).count("报送前") == 1
    assert "出草稿前" not in reasons(store)


def test_a_package_that_is_stopped_leaves_no_backup_for_ever(store: Store, tmp_path: Path) -> None:
    with store.write("准备") as session:
        number = make.campaign(session)
        make.enterprise(session)
        make.group(session, number)
        make.visit(session, number)
        make.finding(session, number, category=None)
    with pytest.raises(Blocked):
        runs.make_package(store, campaign_id=number, target=tmp_path / "报送")
    assert reasons(store) == []


def test_working_around_a_store_backs_up_at_opening_and_at_closing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with backup.around(store):
        later(monkeypatch, hours=1)
        with store.write("录入企业") as session:
            make.enterprise(session)
    with backup.around(store):
        pass
    assert reasons(store) == ["打开", "关闭"]


def test_a_command_backs_up_as_the_window_does(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.write("登记操作人") as session:
        settings.save(session, settings=settings.Settings(operator="周启明"))
    store.close()
    data = ["--data-dir", str(store.folder.root)]
    assert run(["import-enterprises", str(SAMPLES / "registry" / "企业名录.xlsx"), "--apply", *data]) == 0
    assert reasons(store) == ["打开", "导入后"]  # the one at opening stands for the one before the import
    later(monkeypatch, hours=1)
    assert run(["undo", *data]) == 0
    assert reasons(store) == ["打开", "导入后", "关闭"]
    assert run(["backup", *data]) == 0
    assert reasons(store) == ["打开", "导入后", "关闭", "手动"]
    assert run(["verify-data", *data]) == 0
    assert reasons(store) == ["打开", "导入后", "关闭", "手动"]
