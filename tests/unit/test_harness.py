"""The harness lets quiet tests pass and fails noisy ones, each for its reason.

The samples run in a pytest of their own, on a copy of the harness.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house_rules import ROOT

SAMPLES = """
import logging
import socket
import threading
import warnings

import pytest


def test_good_quiet(frozen_today):
    from services import clock

    assert clock.today() == frozen_today


def test_good_the_clock_runs_again():
    from services import clock

    assert clock.demo_date() is None


@pytest.mark.expects_log("disk .* full")
def test_good_announced_log():
    logging.getLogger("a").warning("disk %s is full", "D")


def test_good_local_connection():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


def test_good_closed_window(qtbot):
    from PySide6.QtWidgets import QWidget

    window = QWidget()
    qtbot.addWidget(window)
    window.show()


def test_bad_log():
    logging.getLogger("a").warning("nobody announced this")


@pytest.mark.expects_log("never said")
def test_bad_stale_announcement():
    pass


def test_bad_warning():
    warnings.warn("old", DeprecationWarning)


def test_bad_connection():
    with socket.socket() as caller:
        caller.settimeout(1)
        caller.connect(("192.0.2.1", 80))


def test_bad_look_up():
    socket.getaddrinfo("example.org", 80)


def test_bad_qt_message(qapp):
    from PySide6.QtCore import qWarning

    qWarning("Qt complains")


LEFT = []


def test_bad_window_left(qapp):
    from PySide6.QtWidgets import QWidget

    LEFT.append(QWidget())


def test_bad_thread_left(qapp):
    threading.Thread(target=threading.Event().wait, args=(8,), name="forgotten", daemon=True).start()
"""
REASONS = {
    "test_bad_log": "unexpected log records",
    "test_bad_stale_announcement": "expected log records that did not come",
    "test_bad_warning": "DeprecationWarning",
    "test_bad_connection": "opened a network connection to 192.0.2.1",
    "test_bad_look_up": "looked up the network name example.org",
    "test_bad_qt_message": "Qt complains",
    "test_bad_window_left": "left behind: windows",
    "test_bad_thread_left": "threads ['forgotten']",
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Run the samples once and return what pytest said."""
    folder = tmp_path_factory.mktemp("harness")
    (folder / "tests").mkdir()
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copy(ROOT / "tests" / "conftest.py", folder / "tests")
    (folder / "tests" / "test_samples.py").write_text(SAMPLES, encoding="utf-8")
    for room in ("models", "services"):
        shutil.copytree(ROOT / room, folder / room)
    return _pytest(folder)


def _pytest(folder: Path) -> str:
    command = [sys.executable, "-m", "pytest", "-rA", "--color=no", "-p", "no:randomly", "--override-ini=cache_dir=cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("name", re.findall(r"def (test_good_\w+)", SAMPLES))
def test_a_quiet_test_passes(report: str, name: str) -> None:
    assert re.search(rf"^PASSED \S*{name}$", report, re.MULTILINE), report
    assert not re.search(rf"^(?:FAILED|ERROR) \S*{name}\b", report, re.MULTILINE), report


@pytest.mark.parametrize("name", re.findall(r"def (test_bad_\w+)", SAMPLES))
def test_a_noisy_test_fails_for_its_reason(report: str, name: str) -> None:
    assert re.search(rf"^(?:FAILED|ERROR) \S*{name}\b", report, re.MULTILINE), report
    assert REASONS[name] in report
