"""A process killed at random points loses nothing it acknowledged."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.faults.jobs import JOBS

START_SECONDS = 3.0
SHORT, LONG = 20, 200

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="forks; Windows kills are on the checklist for hands"),
    pytest.mark.timeout(3600),
]


def trial(job: str, office: Path, work: Path, *, points: int, seed: int) -> dict[str, Any]:
    """Kill one job so many times, in a process of its own; return the summary."""
    words = [sys.executable, "-m", "tests.faults.killing", job, "--base", str(office), "--work", str(work)]
    words += ["--points", str(points), "--seed", str(seed)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    summary: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return summary


@pytest.mark.parametrize("job", JOBS)
def test_nothing_acknowledged_is_lost_and_nothing_is_half_done(job: str, office: Path, tmp_path: Path, long_form: bool, seed: int) -> None:
    points = LONG if long_form else SHORT
    seen = trial(job, office, tmp_path / "killed", points=points, seed=seed)
    sys.stdout.write(json.dumps({key: value for key, value in seen.items() if key != "wrong"}, ensure_ascii=False) + "\n")
    assert seen["wrong"] == [], f"seed {seed}: " + "\n".join(seen["wrong"])
    assert seen["points"] == points
    assert seen["survived"] <= points // 4, "most workers must die, or nothing was tried"
    assert seen["slowest_start"] < START_SECONDS
