"""An archived database of the first schema comes up whole: rows, history, undo."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from models import Base
from services import campaigns, migrate, people, reporting, undoing
from services.store import APPLICATION_ID, make_engine
from tests import make

NEW_TABLES = ("nomination_event", "absence", "equipment")
INDEXED = {
    "enterprise": {"ix_enterprise_living", "ix_enterprise_living_name", "ix_enterprise_living_town"},
    "inspection": {"ix_inspection_living_checked_on"},
    "finding": {"ix_finding_living_due", "ix_finding_living_status"},
}


def _to(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = Base.metadata
    command.upgrade(config, revision)


@pytest.fixture
def archived(tmp_path: Path) -> Path:
    """Return a data folder as the first version left it, with its history."""
    made = tmp_path / "现在"
    with migrate.open_store(made, operator="周启明") as store:
        with store.write("建立") as session:
            campaign = make.campaign(session)
            make.enterprise(session)
            make.group(session, campaign)
            make.visit(session, campaign)
            make.finding(session, campaign)
        with store.write("录入") as session:
            make.person(session, campaign)
    old = tmp_path / "从前"
    old.mkdir()
    engine = make_engine(old / "data.sqlite", pooled=False, foreign_keys=False)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        _to(connection, "v0001")
    engine.dispose()
    _copy_as_then(made / "data.sqlite", old / "data.sqlite")
    return old


def _copy_as_then(new: Path, old: Path) -> None:
    """Copy what the first schema has room for; its history knows no other columns."""
    raw = sqlite3.connect(old, isolation_level=None)
    raw.execute("ATTACH ? AS new", (str(new),))
    tables = [row[0] for row in raw.execute("SELECT name FROM main.sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'")]
    later = set()
    for table in tables:
        if table == "alembic_version":
            continue
        columns = [row[1] for row in raw.execute(f"PRAGMA main.table_info({table})")]
        later |= {row[1] for row in raw.execute(f"PRAGMA new.table_info({table})")} - set(columns)
        listed = ", ".join(f'"{column}"' for column in columns)
        raw.execute(f'INSERT INTO main."{table}" ({listed}) SELECT {listed} FROM new."{table}"')
    assert {"since", "kind", "stated_on"} <= later
    raw.close()


def test_the_rows_of_the_first_schema_are_kept(archived: Path) -> None:
    raw = sqlite3.connect(archived / "data.sqlite")
    before = {
        table: raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("person", "secondment", "group_member", "finding")
    }
    raw.close()
    with migrate.open_store(archived, operator="周启明") as store, store.read() as session:
        campaign = campaigns.find(session).id
        assert people.names(session, campaign) == ["周砚秋"]
        assert [unit.state for unit in reporting.board(session, campaign_id=campaign).units] == ["已报", "未报"]
    raw = sqlite3.connect(archived / "data.sqlite")
    assert before == {table: raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in before}
    assert all(raw.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,) for table in NEW_TABLES)
    raw.close()


def test_a_backup_is_made_before_and_the_grids_find_their_indexes_after(archived: Path) -> None:
    migrate.open_store(archived, operator="周启明").close()
    assert any((archived / "backups").iterdir())
    raw = sqlite3.connect(archived / "data.sqlite")
    for table, wanted in INDEXED.items():
        assert wanted <= {row[1] for row in raw.execute(f"PRAGMA index_list({table})")}
    raw.close()


def test_what_was_done_before_the_upgrade_is_still_undone_after(archived: Path) -> None:
    with migrate.open_store(archived, operator="周启明") as store:
        with store.write("撤销") as session:
            assert undoing.undo(session).label == "录入"
        with store.read() as session:
            assert people.names(session, campaigns.find(session).id) == []
            undoing.verify(session)


def test_a_page_of_a_big_register_is_read_in_the_order_of_an_index(migrated: Path) -> None:
    raw = sqlite3.connect(migrated)
    for query in (
        "SELECT * FROM enterprise WHERE deleted_at IS NULL ORDER BY name, id LIMIT 100",
        "SELECT * FROM enterprise WHERE deleted_at IS NULL ORDER BY town, id LIMIT 100",
        "SELECT * FROM enterprise WHERE deleted_at IS NULL ORDER BY id LIMIT 100",
        "SELECT * FROM inspection WHERE campaign_id = 1 AND deleted_at IS NULL ORDER BY checked_on, id LIMIT 100",
        "SELECT * FROM finding WHERE campaign_id = 1 AND deleted_at IS NULL ORDER BY due, id LIMIT 100",
        "SELECT * FROM finding WHERE campaign_id = 1 AND deleted_at IS NULL ORDER BY status, id LIMIT 100",
    ):
        plan = " ".join(row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {query}"))
        assert "TEMP B-TREE" not in plan, (query, plan)
        assert "living" in plan, (query, plan)
    raw.close()
