"""Services, models and commands stand without a window.

pytest-qt loads Qt into this process, so the proof runs in one of its own, in
which every import of Qt fails. The traceback then names the file to blame.
"""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import pytest

from tests.house_rules import ROOT

SCRIPT = """
import importlib, importlib.abc, sys

class NoQt(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"PySide6", "shiboken6"}:
            raise ImportError("Qt has no place here: " + name)
        return None

sys.meta_path.insert(0, NoQt())
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


def headless() -> list[str]:
    """Return every module that must not need Qt."""
    found = ["resources.i18n"]
    for room in ("models", "services"):
        found += [module.name for module in pkgutil.walk_packages([str(ROOT / room)], f"{room}.") if "migrations" not in module.name]
    return found + ["ui.cli"] * (ROOT / "ui" / "cli.py").exists()


def imported(*modules: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", SCRIPT, *modules], cwd=ROOT, capture_output=True, text=True, check=False)


def test_everything_but_the_window_imports_without_qt() -> None:
    outcome = imported(*headless())
    assert outcome.returncode == 0, outcome.stderr


@pytest.mark.parametrize("module", ["PySide6.QtCore", "shiboken6", "ui.theme"])
def test_an_import_of_qt_would_be_noticed(module: str) -> None:
    outcome = imported(module)
    assert outcome.returncode == 1
    assert "Qt has no place here" in outcome.stderr
