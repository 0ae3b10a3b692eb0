"""The import contracts hold, and each of them notices what it forbids.

A contract can be kept for the wrong reason: a room misspelt, a module that no
contract looks at. So one bad import per contract is planted in a copy of the
tree, and the checker must name it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house_rules import ROOMS, ROOT

CHECKER = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"


@dataclass(frozen=True)
class Plant:
    """One bad import.

    Attributes:
        contract: Identifier of the contract that forbids it.
        file: Where it is planted; made if it is not there.
        line: The import.
        named: What the checker must say about it.
    """

    contract: str
    file: str
    line: str
    named: str


PLANTS = (
    Plant("rooms", "models/forms.py", "import services.errors", "models.forms -> services.errors"),
    Plant("rooms", "resources/planted.py", "import models.forms", "resources.planted -> models.forms"),
    Plant("rooms", "services/clock.py", "import ui", "services.clock -> ui"),
    Plant("qt", "services/clock.py", "from PySide6.QtCore import QObject", "services.clock -> PySide6"),
    Plant("qt", "models/forms.py", "import shiboken6", "models.forms -> shiboken6"),
    Plant("formats", "ui/planted.py", "import sqlalchemy", "ui.planted -> sqlalchemy"),
    Plant("formats", "ui/planted.py", "from openpyxl import Workbook", "ui.planted -> openpyxl"),
    Plant("declarations", "ui/planted.py", "from models.finding import Finding", "ui.planted -> models.finding"),
    Plant("services", "services/errors.py", "import services.store", "services.errors -> services.store"),
    Plant("services", "services/planted.py", "", "services.planted"),
    Plant("cycles", "ui/planted.py", "import ui.planted_too", "planted"),
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the rooms, with a second half for a planted cycle."""
    copy = tmp_path_factory.mktemp("tree")
    for room in ROOMS:
        shutil.copytree(ROOT / room, copy / room, ignore=lambda folder, names: _not_code(Path(folder), names))
    (copy / "ui" / "planted_too.py").write_text("import ui.planted\n", encoding="utf-8")
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def _not_code(folder: Path, names: list[str]) -> set[str]:
    return {name for name in names if (folder / name).is_file() and not name.endswith(".py")}


def check(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", CHECKER, "--no-logo", "--no-cache", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def contracts() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    return [contract["id"] for contract in settings["contracts"]]


def test_the_project_keeps_every_contract() -> None:
    outcome = check(ROOT)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize("contract", contracts())
def test_every_contract_is_on_trial(contract: str) -> None:
    assert contract in {plant.contract for plant in PLANTS}


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.contract}-{plant.line or 'unlisted file'}")
def test_a_planted_import_is_reported(tree: Path, plant: Plant) -> None:
    target = tree / plant.file
    before = target.read_text(encoding="utf-8") if target.exists() else None
    target.write_text(f"{before or ''}\n{plant.line}\n", encoding="utf-8")
    try:
        outcome = check(tree, "--contract", plant.contract)
    finally:
        if before is None:
            target.unlink()
        else:
            target.write_text(before, encoding="utf-8")
    assert outcome.returncode == 1, outcome.stdout + outcome.stderr
    assert "BROKEN" in outcome.stdout
    assert plant.named in outcome.stdout
