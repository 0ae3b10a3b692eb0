"""Everything that is installed is pinned, listed and free to hand on."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.house_rules import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = dict(re.findall(r"^([\w.-]+)==([\w.]+)$", (ROOT / "build" / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE))
ROWS = {
    row[0].strip(): [cell.strip() for cell in row[1:]]
    for line in (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and len(row := line.strip("| ").split("|")) == 4
}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("requirement", [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]])
def test_every_requirement_has_one_exact_version(requirement: str) -> None:
    name, _, version = requirement.partition("==")
    pins = {plain(pin): number for pin, number in PINS.items()}
    assert plain(name) in pins
    assert version in ("", pins[plain(name)])


@pytest.mark.parametrize("name", PINS)
def test_every_pinned_package_is_listed_with_version_and_licence(name: str) -> None:
    listed = {plain(row): cells for row, cells in ROWS.items()}
    version, licence, use = listed[plain(name)]
    assert version == PINS[name]
    assert licence
    assert use


def test_nothing_in_the_bundle_is_under_the_gpl() -> None:
    copyleft = {name for name, (_version, licence, use) in ROWS.items() if re.match(r"A?GPL", licence) and use.startswith("bundle")}
    assert copyleft == set()


def test_the_list_names_nothing_that_is_gone() -> None:
    pinned = {plain(pin) for pin in PINS}
    assert [row for row, (_version, _licence, use) in ROWS.items() if use in ("bundle", "tests") and plain(row) not in pinned] == []
