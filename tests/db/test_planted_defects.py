"""Each planted defect is found by its rule, and by no other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from services import checks
from services.checks import Check
from services.store import Store
from tests import planting
from tests.planting import PLANTED, Plot

RULES = {f"P{number:02}" for number in range(1, 46)} - {"P43"}


def run(session: Session, plot: Plot, **more: object) -> list[Check]:
    return checks.run(session, campaign_id=plot.campaign, as_of=planting.AS_OF, **more)  # type: ignore[arg-type]


def told(found: list[Check]) -> list[str]:
    return [f"{check.level} {check.rule} {check.place} {check.message}" for check in found if check.level != "I"]


def test_a_defect_is_planted_for_each_of_the_rules() -> None:
    assert {rule for rule, _level, _sentence, _spoil in PLANTED} == RULES
    assert len(PLANTED) == 44


def test_the_sound_campaign_shows_nothing_to_block_and_nothing_to_warn_of(store: Store) -> None:
    with store.write("准备") as session:
        assert told(run(session, planting.sound(session))) == []


@pytest.mark.parametrize(
    ("rule", "level", "spoil"),
    [(rule, level, spoil) for rule, level, _sentence, spoil in PLANTED],
    ids=[f"{rule} {sentence}" for rule, _level, sentence, _spoil in PLANTED],
)
def test_the_planted_defect_is_found_by_exactly_its_rule(
    store: Store, rule: str, level: str, spoil: Callable[[Session, Plot], None]
) -> None:
    with store.write("准备") as session:
        plot = planting.sound(session)
        spoil(session, plot)
        found = run(session, plot)
    named = [check for check in found if check.rule == rule and check.level == level]
    assert len(named) == 1, told(found)
    assert [check for check in found if check.level != "I" and check.rule != rule] == [], told(found)
    assert "；" in named[0].message  # what is wrong, then how to mend it
    assert named[0].place
    assert named[0].entity
