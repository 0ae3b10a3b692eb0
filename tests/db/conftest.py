"""A real database per test: migrated once, the file copied."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import resources
from services import clock, migrate, runs, settings
from services.store import Store
from tests import make


@pytest.fixture
def campaign(store: Store) -> int:
    """Return a campaign with a group, an enterprise of the registry, and its visit."""
    with store.write("建立专项行动") as session:
        number = make.campaign(session)
        make.enterprise(session)
        make.group(session, number)
        make.visit(session, number)
    return number


@dataclass(frozen=True)
class Demo:
    """The sample campaign, carried through once for all tests that look at it.

    Attributes:
        data: Its data folder.
        out: Where its package lies.
        done: What the run said.
    """

    data: Path
    out: Path
    done: runs.Run


@pytest.fixture(scope="session")
def demo_once(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Run the sample campaign."""
    folder = tmp_path_factory.mktemp("demo")
    with migrate.open_store(folder / "数据", operator="演示用户") as opened:
        with opened.write("登记操作人") as session:
            settings.save(session, settings=settings.Settings(operator="演示用户"))
        done = runs.run_folder(opened, source=resources.path("samples", "demo"), target=folder / "报送", demo=True)
    clock.set_demo_date(None)
    return Demo(folder / "数据", folder / "报送", done)


@pytest.fixture
def demo(demo_once: Demo, tmp_path: Path) -> Iterator[Store]:
    """Return a copy of the sample campaign's data, open for writing."""
    folder = tmp_path / "演示"
    shutil.copytree(demo_once.data, folder)
    with migrate.open_store(folder, operator="演示用户") as opened:
        yield opened
