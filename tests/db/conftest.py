"""A real database per test: migrated once, the file copied."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from services import migrate
from services.store import Store


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database at the newest schema, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    migrate.open_store(folder, operator="周启明").close()
    return folder / "data.sqlite"


@pytest.fixture
def store(migrated: Path, tmp_path: Path) -> Iterator[Store]:
    """Return an open store with an empty database and an operator."""
    folder = tmp_path / "数据"
    folder.mkdir()
    shutil.copy(migrated, folder / "data.sqlite")
    with migrate.open_store(folder, operator="周启明") as opened:
        yield opened
