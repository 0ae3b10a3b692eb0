"""Checking all data: whole data pass, and each kind of harm is found and named."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import select

from models import Attachment
from services import attachments, backup, verifying
from services.store import Store
from tests import make


def _wrong(store: Store) -> dict[str, str]:
    return {item.key: item.sentence for item in verifying.verify_data(store).items if not item.ok}


def _spoil(store: Store, statement: str) -> None:
    with closing(sqlite3.connect(store.folder.database)) as raw:
        raw.execute(statement)
        raw.commit()


@pytest.fixture
def office(demo: Store) -> Store:
    """Return the sample campaign with a backup."""
    backup.make(demo, reason="手动")
    return demo


def test_the_sample_campaign_passes_every_check_and_says_so_in_json(office: Store) -> None:
    report = verifying.verify_data(office)
    document = json.loads(json.dumps(report.as_json(), ensure_ascii=False))
    assert (document["schema"], document["ok"]) == ("verify-data/1", True)
    assert [item["key"] for item in document["items"]] == ["integrity", "foreign_keys", "history", "attachments", "backups"]
    assert all(item["checked"] > 0 for item in document["items"])
    assert list(office.folder.snapshots.iterdir()) == []


def test_a_value_changed_behind_the_programs_back_is_found(office: Store) -> None:
    _spoil(office, "UPDATE penalty_case SET violation='改过' WHERE id=1")
    assert list(_wrong(office)) == ["history"]


def test_a_row_without_its_owner_is_found(office: Store) -> None:
    _spoil(office, "UPDATE finding SET inspection_id=99999 WHERE id=1")
    assert "foreign_keys" in _wrong(office)


def test_a_damaged_file_is_found_and_the_other_checks_still_run(office: Store) -> None:
    with closing(sqlite3.connect(office.folder.database)) as raw:
        page = raw.execute("SELECT rootpage FROM sqlite_master WHERE name='ix_attachment_sha256'").fetchone()[0]
    with office.folder.database.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(bytes(4096))
    wrong = _wrong(office)
    assert "integrity" in wrong
    assert "backups" not in wrong


def test_a_received_file_that_is_gone_or_was_changed_is_named(office: Store) -> None:
    with office.read() as session:
        first, second = session.execute(select(Attachment.sha256, Attachment.name).limit(2)).all()
    attachments.place(office.folder, first.sha256).unlink()
    attachments.place(office.folder, second.sha256).write_bytes(b"x")
    sentence = _wrong(office)["attachments"]
    assert first.name in sentence
    assert second.name in sentence


def test_a_backup_that_was_changed_or_is_missing_is_said(store: Store) -> None:
    assert _wrong(store) == {"backups": "还没有备份。"}
    with store.write("录入企业") as session:
        make.enterprise(session)
    made = backup.make(store, reason="手动")
    assert made is not None
    assert _wrong(store) == {}
    made.path.write_bytes(made.path.read_bytes() + b"x")
    assert made.path.name in _wrong(store)["backups"]
