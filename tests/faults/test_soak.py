"""A squeezed week leaves nothing behind; the year is `make.py bench soak`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.bench import soak, soak_checks

DAYS, EDITS = 6, 25


@pytest.mark.slow
def test_after_a_squeezed_week_handles_backups_exports_and_data_are_as_they_must_be(office: Path, tmp_path: Path) -> None:
    shutil.copytree(office, tmp_path / "data")
    seen = soak.soak(tmp_path, days=DAYS, edits=EDITS, package_every=5)
    assert seen.wrong == []
    assert (seen.edits, seen.imports, seen.packages) == (DAYS * EDITS, 2, 1)
    assert 10 <= seen.tried < len(seen.made)  # the oldest were thinned
    assert len(set(seen.handles)) == 1
    report = "\n".join(soak.lines(seen, days=DAYS, seconds=1.0))
    assert report.endswith("nothing wrong")


def test_the_memory_that_is_told_is_what_is_held() -> None:
    before = soak_checks.settled_memory()
    held = bytearray(b"x" * 30_000_000)
    during = soak_checks.settled_memory()
    del held
    assert during - before > 25_000_000
    assert soak_checks.settled_memory() - before < 5_000_000


def test_growth_compares_the_end_with_what_was_held_after_the_warm_up() -> None:
    assert soak.growth([50.0, 90.0] + [100.0] * 8) == 0.0
    assert round(soak.growth([50.0, 90.0, *range(100, 108)]), 3) == 0.07
