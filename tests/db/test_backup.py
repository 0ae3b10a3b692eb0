"""Backups: verified before they count, thinned by policy."""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services import backup, clock, dbfile, settings, undoing
from services.backup import Backup, BackupSpoiled, NotABackup
from services.errors import Damaged, DiskFull, FileMissing, StorageTrouble
from services.store import Store
from tests import make


def test_a_backup_holds_what_the_data_hold_and_says_so(store: Store) -> None:
    with store.write("录入企业") as session:
        make.enterprise(session)
    made = backup.make(store, reason="手动")
    assert made is not None
    with sqlite3.connect(made.path) as copy:
        assert copy.execute("SELECT count(*) FROM enterprise").fetchone()[0] == 1
    copy.close()
    sidecar = json.loads(made.path.with_suffix(".json").read_text(encoding="utf-8"))
    with store.read() as session:
        assert sidecar["head"] == undoing.head(session)
    assert sidecar["counts"]["enterprise"] == 1
    assert backup.listed(store.folder)[0].sha256 == made.sha256


def test_a_backup_that_does_not_agree_is_not_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    copy_to = store.copy_to

    def spoiled(target: Path) -> None:
        copy_to(target)
        with sqlite3.connect(target) as raw:
            raw.execute("INSERT INTO draft (form,row_uid,json,at) VALUES ('x','x','{}','2023-04-20T00:00:00+08:00')")
        raw.close()

    monkeypatch.setattr(store, "copy_to", spoiled)
    with pytest.raises(StorageTrouble):
        backup.make(store, reason="手动")
    assert list(store.folder.backups.iterdir()) == []


def test_a_backup_of_damaged_data_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    copy_to = store.copy_to

    def flipped(target: Path) -> None:
        copy_to(target)
        data = bytearray(target.read_bytes())
        data[8192:8292] = bytes(100)
        target.write_bytes(data)

    monkeypatch.setattr(store, "copy_to", flipped)
    with pytest.raises((Damaged, StorageTrouble)):
        backup.make(store, reason="手动")
    assert backup.listed(store.folder) == []


def test_two_moments_within_half_an_hour_make_one_backup(store: Store) -> None:
    assert backup.at(store, "open") is not None
    with store.write("录入企业") as session:
        make.enterprise(session)
    assert [backup.at(store, moment) for moment in ("hourly", "import", "bulk_delete", "draft", "close")] == [None] * 5


def test_no_room_is_said_before_anything_is_written(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.paths._LEAST_FREE", 1 << 60)
    with pytest.raises(DiskFull):
        backup.make(store, reason="手动")
    assert list(store.folder.backups.iterdir()) == []


def test_thinning_keeps_days_weeks_months_and_packages() -> None:
    now = datetime(2026, 1, 1, 12, tzinfo=ZoneInfo("Asia/Shanghai"))

    def made(days: float, reason: str = "每小时") -> Backup:
        return Backup(Path(f"{days}.sqlite"), now - timedelta(days=days), reason, {}, "", "")

    backups = [made(n / 4) for n in range(4 * 800)] + [made(1500, "报送第1版")]
    gone = {one.path for one in backup.to_thin(backups, now=now)}
    kept = [one for one in backups if one.path not in gone]
    assert 40 <= len(kept) <= 10 + 14 + 12 + 26
    assert made(1500).path in {one.path for one in kept}
    assert {made(n / 4).path for n in range(10)} <= {one.path for one in kept}
    assert backup.to_thin(kept, now=now) == []


def _made(store: Store, reason: str = "手动") -> Backup:
    made = backup.make(store, reason=reason)
    assert made is not None
    return made


def _later(monkeypatch: pytest.MonkeyPatch, **gap: float) -> None:
    moment = clock.now() + timedelta(**gap)
    monkeypatch.setattr(clock, "now", lambda: moment)


def _second(store: Store, place: Path) -> None:
    with store.write("设置第二备份位置") as session:
        settings.save(session, settings=replace(settings.load(session), second_backup=str(place)))


def test_a_database_copy_never_stands_without_its_sidecar(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.replace

    def killed(self: Path, target: Path) -> Path:
        if target.suffix == ".sqlite":
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        backup.make(store, reason="手动")
    assert not list(store.folder.backups.glob("*.sqlite"))
    assert backup.listed(store.folder) == []


def test_each_backup_is_copied_to_the_second_place_and_verified_there(store: Store, tmp_path: Path) -> None:
    place = tmp_path / "移动盘"
    place.mkdir()
    _second(store, place)
    made = _made(store)
    (copy,) = backup.listed_in(place)
    backup.require_unchanged(copy)
    assert copy.sha256 == made.sha256
    old = backup.age(store.folder)
    assert (old.second, old.second_place, old.trouble, old.level) == (made.made_at, str(place), "", "ok")


def test_a_second_place_that_is_away_never_stops_the_work_and_is_said(store: Store, tmp_path: Path) -> None:
    _second(store, tmp_path / "没有接上")
    made = _made(store)
    old = backup.age(store.folder)
    assert made.path.exists()
    assert (old.second, old.level) == (None, "ok")
    assert "没有接上" in old.trouble
    (tmp_path / "没有接上").mkdir()
    _made(store)
    assert backup.age(store.folder).trouble == ""


def test_a_second_copy_that_does_not_read_back_is_not_kept(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "移动盘"
    place.mkdir()
    _second(store, place)
    real = shutil.copyfile

    def torn(source: Path, target: Path) -> None:
        real(source, target)
        if target.suffix == ".partial" and target.parent == place:
            target.write_bytes(target.read_bytes()[:-1] + b"x")

    monkeypatch.setattr(shutil, "copyfile", torn)
    _made(store)
    assert list(place.iterdir()) == []
    assert "读回不一致" in backup.age(store.folder).trouble


@pytest.mark.parametrize(("days", "level"), [(6, "ok"), (8, "amber"), (31, "red")])
def test_the_status_warns_of_a_copy_elsewhere_that_grows_old(store: Store, monkeypatch: pytest.MonkeyPatch, days: int, level: str) -> None:
    assert backup.age(store.folder).level == "red"
    _made(store)
    _later(monkeypatch, days=days)
    assert backup.age(store.folder).level == level


def test_when_a_backup_is_due(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert backup.due(store, "close")
    _made(store)
    assert [moment for moment in sorted(backup.MOMENTS) if backup.due(store, moment)] == ["manual", "migration", "package"]
    _later(monkeypatch, minutes=31)
    assert not backup.due(store, "close")  # nothing was done since
    with store.write("录入企业") as session:
        make.enterprise(session)
    assert {"import", "after_import", "bulk_delete", "close", "hourly", "draft"} == {
        moment for moment in backup.MOMENTS - {"manual", "migration", "package"} if backup.due(store, moment)
    }
    _later(monkeypatch, hours=9)
    assert backup.due(store, "open")
    with pytest.raises(ValueError, match="no moment"):
        backup.due(store, "whenever")


def test_a_clock_that_was_set_back_does_not_stop_backups(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    _made(store)
    _later(monkeypatch, days=-3)
    assert backup.due(store, "open")
    assert not backup.due(store, "hourly")  # nothing was done since
    with store.write("录入企业") as session:
        make.enterprise(session)
    assert backup.due(store, "hourly")
    _made(store)
    with store.write("再录一家") as session:
        make.enterprise(session, name="岚桥区金盾泵业有限公司", credit_code=None)
    assert not backup.due(store, "hourly")  # the one of the wrong day does not hide the one made just now


def test_a_preview_says_what_would_be_lost_by_name(store: Store) -> None:
    with store.write("录入企业") as session:
        make.enterprise(session)
    made = _made(store)
    with store.write("再录一家") as session:
        make.enterprise(session, name="岚桥区金盾泵业有限公司", credit_code=None)
    found = backup.preview(store, made.path)
    assert (found.now["企业"], found.then["企业"], found.difference) == (2, 1, {"企业": 1})
    assert found.lost is not None
    assert [step.label for step in found.lost.steps] == ["再录一家"]


def test_a_preview_of_another_offices_backup_says_that_it_is_of_another_history(store: Store, tmp_path: Path) -> None:
    from services import migrate  # noqa: PLC0415 - a second office

    with migrate.open_store(tmp_path / "别处", operator="丁海波") as other:
        with other.write("录入企业") as session:
            make.enterprise(session)
        made = _made(other)
    assert backup.preview(store, made.path).lost is None


def test_a_file_that_is_no_backup_or_was_changed_is_refused(store: Store, tmp_path: Path) -> None:
    made = _made(store)
    with pytest.raises(FileMissing):
        backup.preview(store, tmp_path / "没有.sqlite")
    with pytest.raises(NotABackup):
        backup.preview(store, store.folder.database)
    made.path.write_bytes(made.path.read_bytes() + b"x")
    with pytest.raises(BackupSpoiled):
        backup.preview(store, made.path)


def test_trying_a_backup_out_restores_it_elsewhere_and_leaves_nothing(store: Store) -> None:
    with store.write("录入企业") as session:
        make.enterprise(session)
    made = _made(store)
    before = sorted(store.folder.root.rglob("*"))
    verdict = backup.try_out(made.path)
    assert (verdict.ok, verdict.counts["企业"], verdict.operations) == (True, 1, 1)
    assert sorted(store.folder.root.rglob("*")) == before


def test_trying_out_finds_a_backup_that_would_not_restore(store: Store) -> None:
    with store.write("录入企业") as session:
        make.enterprise(session)
    made = _made(store)
    with sqlite3.connect(made.path) as raw:
        raw.execute("UPDATE enterprise SET town='双汊镇'")
    raw.close()
    assert not backup.try_out(made.path).ok
    sidecar = made.path.with_suffix(".json")
    said = json.loads(sidecar.read_text(encoding="utf-8"))
    sidecar.write_text(json.dumps({**said, "sha256": dbfile.sha256(made.path)}), encoding="utf-8")
    verdict = backup.try_out(made.path)  # even with a sidecar that agrees, the history does not
    assert (verdict.ok, verdict.counts) == (False, {})


def test_backups_of_one_second_keep_their_order(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: moment)
    made = []
    for number in range(13):
        made.append(_made(store, f"第{number}份").reason)
        assert backup.listed(store.folder)[0].reason == made[-1], "the newest is not the first of the list"
    assert [one.reason for one in backup.listed(store.folder)] == list(reversed(made))[:10]
