"""Commands about the data as a whole, without a window."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer

from services import backup, migrate, selftest
from services.backup import NotABackup
from services.errors import NoOperator
from services.store import Store
from tests import make
from ui import cli_data

Answer = tuple[int, dict[str, Any]]
Command = Callable[..., Answer]


@dataclass
class Options:
    """The global options as `ui.cli` would keep them."""

    data_dir: Path | None
    json: bool = True
    operator: str | None = "周启明"


@pytest.fixture
def office(store: Store) -> Path:
    """Return a closed folder: one enterprise in the backup, two in the data."""
    with store.write("录入企业") as session:
        make.enterprise(session)
    backup.make(store, reason="手动")
    with store.write("再录一家") as session:
        make.enterprise(session, name="岚桥区金盾泵业有限公司", credit_code=None)
    store.close()
    return store.folder.root


@pytest.fixture
def options(office: Path) -> Options:
    """Return the options of a call in that folder."""
    return Options(office)


@pytest.fixture
def run(options: Options, capsys: pytest.CaptureFixture[str]) -> Command:
    """Return a way to give a command and read its JSON."""
    app = typer.Typer()

    @contextmanager
    def store(*, write: bool = False) -> Iterator[Store]:
        assert options.data_dir is not None
        with migrate.open_store(options.data_dir, operator=options.operator, writable=write) as opened:
            yield opened

    cli_data.add_to(app, options, store)

    def call(*arguments: object) -> Answer:
        code = app(args=[str(one) for one in arguments], standalone_mode=False)
        out = capsys.readouterr().out
        return code, json.loads(out) if options.json else {"text": out}

    return call


def _backup_of(root: Path) -> Path:
    return next((root / "backups").glob("*.sqlite"))


def test_restore_only_looks_until_it_is_told_to_apply(run: Command, office: Path) -> None:
    before = (office / "data.sqlite").read_bytes()
    code, said = run("restore", _backup_of(office))
    assert (code, said["schema"], said["applied"], said["difference"]) == (0, "restore/1", False, {"企业": 1})
    assert [step["label"] for step in said["operations"]] == ["再录一家"]
    assert (office / "data.sqlite").read_bytes() == before
    code, said = run("restore", _backup_of(office), "--apply")
    assert (code, said["applied"], said["counts"]["企业"]) == (0, True, 1)
    assert Path(said["aside"]).exists()


def test_restore_of_a_file_that_is_no_backup_is_refused(run: Command, office: Path) -> None:
    with pytest.raises(NotABackup):
        run("restore", office / "data.sqlite", "--apply")


def test_restore_needs_a_name_when_the_data_know_none(run: Command, office: Path, options: Options) -> None:
    options.operator = None
    with pytest.raises(NoOperator):
        run("restore", _backup_of(office), "--apply")


def test_damaged_data_are_refused_salvaged_and_then_verified(run: Command, office: Path) -> None:
    data = bytearray((office / "data.sqlite").read_bytes())
    page = next(number for number in range(3, 60) if b"\xe9\x87\x91\xe7\x9b\xbe" in data[number * 4096 : (number + 1) * 4096])
    data[page * 4096 : (page + 1) * 4096] = bytes(4096)
    (office / "data.sqlite").write_bytes(data)
    code, said = run("salvage")
    assert (code, said["schema"], said["rows"]["企业"]) == (0, "salvage/1", 2)
    code, said = run("verify-data")
    assert (code, said["schema"], said["ok"]) == (0, "verify-data/1", True)


def test_verify_data_ends_with_1_when_something_is_wrong(run: Command, office: Path) -> None:
    _backup_of(office).write_bytes(b"x")
    code, said = run("verify-data")
    assert (code, said["ok"]) == (1, False)


def test_a_backup_can_be_tried_out(run: Command, office: Path) -> None:
    code, said = run("try-backup", _backup_of(office))
    assert (code, said["schema"], said["ok"]) == (0, "try-backup/1", True)


def test_diagnostics_writes_a_zip_also_of_data_that_do_not_open(run: Command, office: Path, tmp_path: Path) -> None:
    code, said = run("diagnostics", "-o", tmp_path / "一.zip")
    assert (code, said["schema"]) == (0, "diagnostics/1")
    (office / "data.sqlite").write_bytes(b"x" * 5000)
    run("diagnostics", "-o", tmp_path / "二.zip")
    assert zipfile.is_zipfile(tmp_path / "二.zip")


def test_move_data_says_where_both_folders_are(run: Command, office: Path, tmp_path: Path) -> None:
    code, said = run("move-data", tmp_path / "新")
    assert (code, said["schema"], said["path"]) == (0, "move-data/1", str(tmp_path / "新"))
    assert Path(said["aside"]).exists()
    assert not office.exists()


@pytest.mark.parametrize(("ok", "code"), [(True, 0), (False, 1)])
def test_self_test_ends_as_its_verdict_says(run: Command, monkeypatch: pytest.MonkeyPatch, ok: bool, code: int) -> None:
    verdict = {"schema": "self-test/1", "ok": ok, "seconds": 1.0, "steps": [{"name": "a", "title": "甲", "ok": ok, "seconds": 1.0}]}
    monkeypatch.setattr(selftest, "run", lambda: verdict)
    assert run("self-test") == (code, verdict)


def test_every_command_speaks_plainly_without_json(run: Command, office: Path, options: Options) -> None:
    options.json = False
    made = _backup_of(office)
    assert "恢复后会失去备份之后的 1 条操作" in run("restore", made)[1]["text"]
    assert "能恢复" in run("try-backup", made)[1]["text"]
    assert "✓ 操作记录与现有内容" in run("verify-data")[1]["text"]
    assert "已恢复" in run("restore", made, "--apply")[1]["text"]
