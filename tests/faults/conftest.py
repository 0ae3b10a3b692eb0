"""Short form for every day, long form on demand: `--long-faults`.

The seed of the day is printed with each failure; FAULTS_SEED sets another.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import resources
from services import clock, migrate, runs
from services.store import Store
from tests.faults.jobs import OPERATOR

SEED = 20260722
MOUNT_REFUSED = "a small file system cannot be mounted here (it takes root on Linux)"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch for the long form."""
    parser.addoption("--long-faults", action="store_true", default=False, help="as many points as docs/reliability.md reports")


@pytest.fixture(scope="session")
def long_form(request: pytest.FixtureRequest) -> bool:
    """Tell whether the long form was asked for."""
    return bool(request.config.getoption("--long-faults", default=False)) or os.environ.get("FAULTS") == "long"


@pytest.fixture(scope="session")
def seed() -> int:
    """Return the seed of all dice."""
    return int(os.environ.get("FAULTS_SEED", SEED))


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of the sample campaign, made once, to be copied."""
    folder = tmp_path_factory.mktemp("office")
    with migrate.open_store(folder / "data", operator=OPERATOR) as store:
        runs.run_folder(store, source=resources.path("samples", "demo"), target=folder / "out", demo=True)
    clock.set_demo_date(None)
    return folder / "data"


@pytest.fixture
def data(office: Path, tmp_path: Path) -> Path:
    """Return a copy of the sample campaign's data folder."""
    return Path(shutil.copytree(office, tmp_path / "数据"))


@pytest.fixture
def store(data: Path) -> Iterator[Store]:
    """Return the sample campaign's data, open for writing."""
    with migrate.open_store(data, operator=OPERATOR) as opened:
        opened.longest_read = float("inf")  # other work runs beside
        yield opened


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a file system of 24 MB of its own."""
    place = tmp_path / "small"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)]
    if sys.platform != "linux" or os.geteuid() != 0 or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip(MOUNT_REFUSED)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
