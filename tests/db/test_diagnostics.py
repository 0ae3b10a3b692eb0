"""Logs and the diagnostics bundle: nothing in them tells of a person."""

from __future__ import annotations

import logging
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from services import backup, diagnostics, logs, migrate, settings
from services.errors import TargetExists
from services.settings import Settings
from services.store import Store
from tests import make

# Each stands somewhere in the data; none may ever stand in a log or in the bundle.
CANARIES = ("金丝雀", "卡纳瑞", "19900009999", "99030299999", "91370302MA3DEMA02B", "梳棉机金丝雀", "金丝雀镇", "canary-office")


@pytest.fixture
def logging_into(store: Store) -> Iterator[Path]:
    """Let the program log into the data folder of the store; return the file."""
    root = logging.getLogger()
    level = root.level
    handler = logs.set_up(store.folder)
    yield store.folder.logs / "zhifatai.log"
    logs.take_down(handler)
    root.setLevel(level)


def _fill(store: Store) -> None:
    store.operator = "金丝雀"
    with store.write("录入金丝雀") as session:
        settings.save(session, settings=Settings(office="canary-office", brigade="金丝雀大队", operator="卡纳瑞", second_backup="/金丝雀"))
        campaign = make.campaign(session)
        make.person(session, campaign, name="卡纳瑞", phone="19900009999", cert_no="99030299999")
        make.enterprise(session, name="岚桥区金丝雀有限公司", credit_code="91370302MA3DEMA02B", town="柳溪镇")


def _found(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text]


@pytest.mark.expects_log("could not save", "金丝雀", "sqlalchemy")
def test_no_name_gets_into_the_log_whatever_is_logged(store: Store, logging_into: Path) -> None:
    _fill(store)
    log = logging.getLogger("services.people")
    log.info("saved %s with %s and %s", "金丝雀", "19900009999", "91370302MA3DEMA02B")
    log.warning("could not save 99030299999 of 卡纳瑞 in %s", store.folder.root / "金丝雀")
    try:
        raise ValueError("金丝雀") from sqlite3.IntegrityError("卡纳瑞 19900009999")
    except ValueError:
        log.exception("row 12 金丝雀")
    logging.getLogger("sqlalchemy.engine").warning("INSERT ('canary-office', '金丝雀')")
    log.info("operation 17 uid 0190f3a2-1111-7abc-8def-123456789012")
    text = logging_into.read_text(encoding="utf-8")
    assert _found(text) == []
    for kept in ("row 12", "ValueError", "IntegrityError", "test_diagnostics.py", "0190f3a2-1111-7abc-8def-123456789012", "operation 17"):
        assert kept in text


def test_no_name_gets_into_the_bundle(store: Store, logging_into: Path, tmp_path: Path) -> None:
    _fill(store)
    backup.make(store, reason="金丝雀")
    logging.getLogger("services.store").info("line before the bundle")
    with logging_into.open("a", encoding="utf-8") as file:
        file.write("2023-04-20 INFO an older version wrote 金丝雀 19900009999\n")
    path = diagnostics.bundle(store, tmp_path / "诊断.zip")
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        text = "\n".join(archive.read(name).decode() for name in names)
    assert set(names) == {"program.json", "settings.json", "schema.json", "operations.json", "backups.json", "log.txt"}
    assert _found(text) == []
    assert str(store.folder.root) not in text
    for kept in ("line before the bundle", migrate.HEAD, '"kind": "edit"', '"enterprise": 1', '"operator_given": true'):
        assert kept in text


def test_a_bundle_can_be_made_of_damaged_data(store: Store, tmp_path: Path) -> None:
    _fill(store)
    store.close()
    data = bytearray(store.folder.database.read_bytes())
    for first in (40, 1):  # first the tables, then everything
        data[4096 * first :] = bytes(len(data) - 4096 * first)
        store.folder.database.write_bytes(data)
        with Store(store.folder) as looked:
            path = diagnostics.bundle(looked, tmp_path / f"诊断{first}.zip")
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            assert _found(archive.read("schema.json").decode()) == []


def test_a_bundle_overwrites_nothing(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "诊断.zip"
    target.write_bytes(b"x")
    with pytest.raises(TargetExists):
        diagnostics.bundle(store, target)
    assert target.read_bytes() == b"x"


def test_a_log_that_is_full_begins_a_new_file(store: Store, logging_into: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handler = next(one for one in logging.getLogger().handlers if getattr(one, "baseFilename", "") == str(logging_into))
    monkeypatch.setattr(handler, "maxBytes", 2000)
    for number in range(200):
        logging.getLogger("services.store").info("operation %d", number)
    files = sorted(path.name for path in store.folder.logs.iterdir())
    assert files == ["zhifatai.log", *(f"zhifatai.log.{number}" for number in range(1, 6))]
    assert logs.last_lines(store.folder)[-1].endswith("operation 199")
