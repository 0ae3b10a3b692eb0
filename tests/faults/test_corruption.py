"""Damage is found before it is printed, or lies where nothing is."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.faults.damaging import measure

SHORT, LONG = 60, 1000
LEAST_AT_ONCE = 0.8

pytestmark = pytest.mark.timeout(3600)


def test_no_damage_leads_to_a_wrong_report(office: Path, tmp_path: Path, long_form: bool, seed: int) -> None:
    seen = measure(office, tmp_path / "damaged", points=LONG if long_form else SHORT, seed=seed)
    sys.stdout.write(json.dumps(seen.as_json(), ensure_ascii=False) + "\n")
    assert seen.wrong == [], f"seed {seed}: nobody noticed, and the report says something else"
    assert seen.broken == [], f"seed {seed}: not a sentence but a crash"
    assert seen.not_restored == [], f"seed {seed}: no way back"
    assert seen.restored > 0
    assert seen.at_once() >= LEAST_AT_ONCE
