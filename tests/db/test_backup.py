"""Backups: verified before they count, thinned by policy."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services import backup, undoing
from services.backup import Backup
from services.errors import Damaged, DiskFull, StorageTrouble
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


def test_an_unforced_backup_waits_half_an_hour(store: Store) -> None:
    assert backup.make(store, reason="打开") is not None
    assert backup.make(store, reason="每小时", forced=False) is None


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
