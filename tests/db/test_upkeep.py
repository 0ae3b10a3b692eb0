"""Once a week: the full check and the word about the place, and when they were."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from services import backup, clock, places, upkeep
from services.progress import Cancelled
from services.store import Store
from tests import make


def later(monkeypatch: pytest.MonkeyPatch, **gap: float) -> None:
    moment = clock.now() + timedelta(**gap)
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_the_check_is_due_after_a_week_and_its_result_is_remembered(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (upkeep.check_due(store.folder), upkeep.last_check(store.folder)) == (True, None)
    backup.make(store, reason="手动")
    done = upkeep.check(store, gently=True)
    assert done.ok
    assert upkeep.last_check(store.folder) == done
    later(monkeypatch, days=6)
    assert not upkeep.check_due(store.folder)
    later(monkeypatch, days=1, minutes=1)
    assert upkeep.check_due(store.folder)
    later(monkeypatch, days=-30)
    assert upkeep.check_due(store.folder)


def test_a_check_that_was_stopped_is_not_remembered(store: Store) -> None:
    def stop(done: int, total: int | None = None, note: str = "") -> None:
        if done and total and note == "备份":
            raise Cancelled

    with pytest.raises(Cancelled):
        upkeep.check(store, progress=stop)
    assert upkeep.last_check(store.folder) is None


def test_what_is_wrong_is_remembered_item_by_item(store: Store) -> None:
    with store.write("录入企业") as session:
        make.enterprise(session)
    made = backup.make(store, reason="手动")
    made.path.write_bytes(made.path.read_bytes() + b"x")
    upkeep.check(store)
    found = upkeep.last_check(store.folder)
    assert found is not None
    assert [item.key for item in found.items if not item.ok] == ["backups"]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"check": {"at": "x", "ok": true, "items": []}}', '{"check": 3, "warned": "x"}'])
def test_a_note_that_cannot_be_read_is_as_none(store: Store, text: str) -> None:
    (store.folder.root / "weekly.note").write_text(text, encoding="utf-8")
    assert upkeep.check_due(store.folder)
    assert upkeep.warnings_due(store.folder) == places.warnings(store.folder.root)


def test_a_sync_folder_is_warned_about_once_a_week(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "warnings", lambda _root: ("在同步文件夹里",))
    assert upkeep.warnings_due(store.folder) == ("在同步文件夹里",)
    assert upkeep.warnings_due(store.folder) == ()
    upkeep.check(store)
    assert upkeep.warnings_due(store.folder) == ()
    later(monkeypatch, days=8)
    assert upkeep.warnings_due(store.folder) == ("在同步文件夹里",)


def test_the_known_sync_folders_are_named() -> None:
    for folder, program in (("OneDrive - 岚桥区", "OneDrive"), ("WPS云盘", "WPS云盘"), ("我的坚果云", "坚果云")):
        assert any(program in said for said in places.warnings(Path("/home/用户") / folder / "执法台"))
