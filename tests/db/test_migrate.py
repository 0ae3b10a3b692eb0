"""Migrations: models and files agree, and the naive way loses rows."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event

from models import Base
from services import migrate
from services.store import make_engine

VERSIONS = sorted((migrate.MIGRATIONS / "versions").glob("v*.py"))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = Base.metadata
    return config


def test_the_newest_migration_gives_exactly_the_models(migrated: Path) -> None:
    engine = make_engine(migrated, pooled=False)
    with engine.connect() as connection:
        command.check(_config(connection))
    engine.dispose()


def test_the_head_constant_is_the_newest_migration(migrated: Path) -> None:
    engine = make_engine(migrated, pooled=False)
    with engine.connect() as connection:
        script = ScriptDirectory.from_config(_config(connection))
        assert script.get_heads() == [migrate.HEAD]
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == migrate.HEAD
    engine.dispose()


def test_migration_files_import_nothing_of_ours() -> None:
    allowed = ("alembic", "sqlalchemy", "__future__", "collections.abc", "typing")
    for path in (*VERSIONS, migrate.MIGRATIONS / "env.py"):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(("import ", "from "))]
        assert [line for line in lines if line.split()[1] not in allowed and line.split()[1].split(".")[0] not in allowed] == []


def test_opening_twice_does_not_import_alembic(tmp_path: Path) -> None:
    import subprocess  # noqa: PLC0415 - a fresh interpreter
    import sys  # noqa: PLC0415

    code = (
        "import sys; from pathlib import Path; from services import migrate; "
        f"migrate.open_store(Path({str(tmp_path)!r}), operator='周启明').close(); print('alembic' in sys.modules)"
    )
    answers = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() for _ in range(2)]
    assert answers == ["True", "False"]


def test_a_failing_migration_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "data.sqlite"
    engine = make_engine(path, pooled=False, foreign_keys=False)

    def migrate_half() -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE half (x INTEGER)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        migrate_half()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar() == 0
    engine.dispose()


def _parent_and_children(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.executescript(
            "CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT);"
            "CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent(id) ON DELETE CASCADE);"
            "INSERT INTO parent VALUES (1,'a'); INSERT INTO child VALUES (1,1),(2,1);"
        )
    raw.close()


def _rebuild_parent(connection: Connection) -> None:
    # what a batch alter_column does: copy, drop, rename
    connection.exec_driver_sql("CREATE TABLE _tmp (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
    connection.exec_driver_sql("INSERT INTO _tmp SELECT * FROM parent")
    connection.exec_driver_sql("DROP TABLE parent")
    connection.exec_driver_sql("ALTER TABLE _tmp RENAME TO parent")


@pytest.mark.parametrize(("foreign_keys", "children"), [(True, 0), (False, 2)], ids=["naive", "ours"])
def test_a_table_rebuild_loses_children_unless_foreign_keys_are_off(tmp_path: Path, foreign_keys: bool, children: int) -> None:
    path = tmp_path / "trap.sqlite"
    _parent_and_children(path)
    engine = make_engine(path, pooled=False, foreign_keys=foreign_keys)
    with engine.begin() as connection:
        _rebuild_parent(connection)
        assert connection.exec_driver_sql("SELECT count(*) FROM child").scalar() == children
    engine.dispose()


@pytest.mark.parametrize("ours", [False, True], ids=["naive", "ours"])
def test_a_migration_that_dies_half_way_is_atomic_only_with_our_begin(tmp_path: Path, ours: bool) -> None:
    path = tmp_path / "half.sqlite"
    _parent_and_children(path)
    engine = make_engine(path, pooled=False, foreign_keys=False) if ours else create_engine(f"sqlite:///{path}")
    if not ours:

        @event.listens_for(engine, "connect")
        def _legacy(connection: sqlite3.Connection, _record: object) -> None:
            connection.isolation_level = "DEFERRED"  # the driver's own handling: DDL outside any transaction

    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE _tmp (id INTEGER PRIMARY KEY)")
        connection.connection.driver_connection.close()  # type: ignore[union-attr]  # the process is killed here
        connection.invalidate()
    engine.dispose()
    with sqlite3.connect(path) as raw:
        left = raw.execute("SELECT count(*) FROM sqlite_master WHERE name='_tmp'").fetchone()[0]
    raw.close()
    assert left == (0 if ours else 1)
