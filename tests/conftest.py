"""The harness: noise fails.

A test fails when Qt or Python warns, when a log record of WARNING or above
comes unannounced, when it opens a network connection, or when it leaves a
window or a thread behind. Order is random (pytest-randomly prints the seed).
Nothing touches the user's own folders or settings.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import re
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from services.store import Store

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(tempfile.mkdtemp(prefix="zhifatai-tests-"))

# Before the first import of Qt, which reads them once.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(ROOT / ".work" / "hypothesis")
for variable, name in {
    "XDG_DATA_HOME": "data",
    "XDG_CONFIG_HOME": "config",
    "XDG_STATE_HOME": "state",
    "XDG_RUNTIME_DIR": "runtime",
    "LOCALAPPDATA": "local",
    "APPDATA": "roaming",
}.items():
    (HOME / name).mkdir(mode=0o700)
    os.environ[variable] = str(HOME / name)

# Two busy cores make single examples slow now and then; that is no finding. What must pass before a change lands tries
# the same examples each time; a search for new ones is asked for: HYPOTHESIS_PROFILE=search.
hypothesis.settings.register_profile("search", deadline=None, print_blob=True, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("house", hypothesis.settings.get_profile("search"), derandomize=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))

# The samples that developers share lie beside the project; strangers do not have them.
collect_ignore = [] if (ROOT.parent / "shared").is_dir() else ["shared"]

LOCAL = re.compile(r"127\.\d+\.\d+\.\d+|::1|localhost|")
THREAD_GRACE_SECONDS = 2.0


def pytest_unconfigure() -> None:
    """Remove the folders that stood in for the user's."""
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _local_only(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", _local_names_only(socket.getaddrinfo))
        yield


def _local_only(connect: Any) -> Any:
    def checked(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not LOCAL.fullmatch(str(address[0])):
            pytest.fail(f"a test opened a network connection to {address[0]}")
        return connect(self, address)

    return checked


def _local_names_only(look_up: Any) -> Any:
    def checked(host: Any, *more: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host or "")
        if not LOCAL.fullmatch(name):
            pytest.fail(f"a test looked up the network name {name}")
        return look_up(host, *more, **named)

    return checked


@pytest.fixture(autouse=True)
def clock_runs_again() -> Iterator[None]:
    """Let the clock run after every test, whatever day it was set to."""
    yield
    from services import clock  # noqa: PLC0415 - the harness also serves tests of a broken tree

    clock.set_demo_date(None)


@pytest.fixture(autouse=True)
def patient_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail reads above 5 s, not above 200 ms: a busy machine takes the processor away meanwhile."""
    from services.store import Store  # noqa: PLC0415 - the harness also serves tests of a broken tree

    monkeypatch.setattr(Store, "longest_read", 5.0)


@pytest.fixture
def frozen_today() -> date:
    """Let the clock stand on Thursday 2023-04-20 and return that day."""
    from services import clock  # noqa: PLC0415 - the harness also serves tests of a broken tree

    day = date(2023, 4, 20)
    clock.set_demo_date(day)
    return day


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what was said, with its logger and level."""
        self.heard.append(f"{record.name} {record.levelname}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def no_unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail on log records of WARNING and above that the test did not announce.

    `@pytest.mark.expects_log("disk", …)` announces records by patterns; a
    pattern that nothing matches fails too, so the marker cannot grow stale.
    """
    listener = _Listener()
    logging.getLogger().addHandler(listener)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(listener)
    patterns = [pattern for mark in request.node.iter_markers("expects_log") for pattern in mark.args]
    unexpected = [line for line in listener.heard if not any(re.search(pattern, line) for pattern in patterns)]
    unheard = [pattern for pattern in patterns if not any(re.search(pattern, line) for line in listener.heard)]
    if unexpected:
        pytest.fail("unexpected log records:\n" + "\n".join(unexpected))
    if unheard:
        pytest.fail(f"expected log records that did not come: {unheard}")


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail when a test of the window leaves top-level widgets or threads."""
    if "qapp" not in request.fixturenames:
        yield
        return
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - only tests of the window load Qt

    request.getfixturevalue("qapp")
    widgets, threads = QApplication.topLevelWidgets(), set(threading.enumerate())
    yield
    left = _widgets_left(widgets)
    running = _threads_left(threads)
    for widget in left:
        with contextlib.suppress(RuntimeError):
            widget.deleteLater()
    if left or running:
        names = [f"{type(widget).__name__} “{widget.objectName() or widget.windowTitle()}”" for widget in left]
        pytest.fail(f"left behind: windows {names}, threads {[thread.name for thread in running]}")


def _widgets_left(before: list[Any]) -> list[Any]:
    from PySide6.QtCore import QCoreApplication, QEvent  # noqa: PLC0415 - the harness also serves tests of a broken tree
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - the harness also serves tests of a broken tree

    gc.collect()
    QApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QApplication.processEvents()
    # Qt keeps one tool tip for the whole application.
    return [widget for widget in QApplication.topLevelWidgets() if widget not in before and type(widget).__name__ != "QTipLabel"]


def _threads_left(before: set[threading.Thread]) -> list[threading.Thread]:
    until = time.monotonic() + THREAD_GRACE_SECONDS
    while (left := [thread for thread in threading.enumerate() if thread not in before]) and time.monotonic() < until:
        time.sleep(0.01)
    return left


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database at the newest schema, to be copied."""
    from services import migrate  # noqa: PLC0415 - the harness also serves tests of a broken tree

    folder = tmp_path_factory.mktemp("migrated")
    migrate.open_store(folder, operator="周启明").close()
    return folder / "data.sqlite"


@pytest.fixture
def store(migrated: Path, tmp_path: Path) -> Iterator[Store]:
    """Return an open store with an empty database and an operator."""
    from services import migrate  # noqa: PLC0415 - the harness also serves tests of a broken tree

    folder = tmp_path / "数据"
    folder.mkdir()
    shutil.copy(migrated, folder / "data.sqlite")
    with migrate.open_store(folder, operator="周启明") as opened:
        yield opened
