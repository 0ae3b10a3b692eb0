"""The self-test: passes here, says which step fails, touches nothing of the user."""

from __future__ import annotations

import json
import os
import tempfile
from datetime import date
from pathlib import Path

import pytest

from services import clock, paths, rescue, runs, selftest
from services.errors import DiskFull


def test_every_step_passes_and_the_users_folders_stay_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    home = Path(os.environ["XDG_DATA_HOME"])
    before = sorted(home.rglob("*"))
    clock.set_demo_date(date(2023, 4, 20))
    document = json.loads(json.dumps(selftest.run(), ensure_ascii=False))
    assert (document["schema"], document["ok"]) == ("self-test/1", True), document
    assert [step["name"] for step in document["steps"]] == ["migrate", "import", "edit", "undo", "package", "backup", "restore", "verify"]
    assert all(step["seconds"] >= 0 for step in document["steps"])
    assert list(tmp_path.iterdir()) == []
    assert sorted(home.rglob("*")) == before
    assert not paths.default_data_folder().exists() or paths.default_data_folder() in before
    assert clock.demo_date() == date(2023, 4, 20)


def test_a_step_that_is_refused_is_named_with_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object, **_named: object) -> None:
        raise DiskFull(path="这里", free=1, needed=64)

    monkeypatch.setattr(runs, "run_folder", full)
    document = selftest.run()
    assert (document["ok"], [step["name"] for step in document["steps"]]) == (False, ["migrate", "import"])
    assert "空间不够" in document["steps"][-1]["message"]


@pytest.mark.expects_log("self-test step migrate")
def test_a_bug_ends_in_the_document_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_arguments: object) -> None:
        raise ModuleNotFoundError("alembic")

    monkeypatch.setattr(rescue, "diagnose", missing)
    document = selftest.run()
    assert not document["ok"]
    assert document["steps"][0]["message"] == "程序出错：ModuleNotFoundError"
