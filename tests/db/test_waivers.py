"""What the office lets pass: kept with its reason, for a rule or for one record."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from models import Finding
from services import checks, runs, undoing
from services.checks import Check, waivers
from services.errors import Missing
from services.store import Store
from tests import planting
from tests.planting import Plot


def run(session: Session, plot: Plot, **more: object) -> list[Check]:
    return checks.run(session, campaign_id=plot.campaign, as_of=planting.AS_OF, **more)  # type: ignore[arg-type]


@pytest.fixture
def plot(store: Store) -> Plot:
    """Return a campaign with two findings that have no category."""
    with store.write("准备") as session:
        made = planting.sound(session)
        for number in made.findings[:2]:
            planting.change(session, Finding, number, category=None)
    return made


def test_a_kept_waiver_of_a_rule_lets_all_its_issues_pass(store: Store, plot: Plot) -> None:
    with store.write("豁免") as session:
        checks.waive(session, campaign_id=plot.campaign, rule="P04", reason="  报主任同意，\n下周补 ")
    with store.snapshot() as session:
        found = run(session, plot)
        kept = checks.kept(session, campaign_id=plot.campaign)
    assert checks.blocking(found) == []
    assert {check.waived for check in found if check.rule == "P04"} == {"报主任同意， 下周补"}
    assert [(one.key, one.on != "") for one in kept] == [("P04", True)]


def test_a_waiver_of_one_record_leaves_the_others_standing(store: Store, plot: Plot) -> None:
    with store.write("豁免") as session:
        first = next(check for check in run(session, plot) if check.rule == "P04")
        checks.waive(session, campaign_id=plot.campaign, rule="P04", uid=first.uid or "", reason="类别待审理室定")
        found = run(session, plot)
    assert [(check.uid == first.uid, bool(check.waived)) for check in found if check.rule == "P04"] == [(True, True), (False, False)]
    assert len(checks.blocking(found)) == 1
    assert checks.waived(found) == {f"P04　{first.place}": "类别待审理室定"}


def test_a_waiver_given_with_a_command_may_name_a_record_by_its_first_letters(store: Store, plot: Plot) -> None:
    with store.snapshot() as session:
        uids = [check.uid or "" for check in run(session, plot) if check.rule == "P04"]
        found = run(session, plot, waivers={f"p04:{uids[0]}": "类别待定", "P04": "都待定"})
    assert [check.waived for check in found if check.rule == "P04"] == ["类别待定", "都待定"]


def test_a_waiver_taken_back_no_longer_counts(store: Store, plot: Plot) -> None:
    with store.write("豁免") as session:
        checks.waive(session, campaign_id=plot.campaign, rule="P04", reason="待定")
        checks.take_back(session, campaign_id=plot.campaign, rule="P04")
        assert checks.kept(session, campaign_id=plot.campaign) == []
        assert len(checks.blocking(run(session, plot))) == 2
        with pytest.raises(Missing):
            checks.take_back(session, campaign_id=plot.campaign, rule="P04")


def test_the_same_waiver_again_changes_its_reason(store: Store, plot: Plot) -> None:
    with store.write("豁免") as session:
        for reason in ("待定", "主任同意"):
            checks.waive(session, campaign_id=plot.campaign, rule="P04", reason=reason)
        assert [one.reason for one in checks.kept(session, campaign_id=plot.campaign)] == ["主任同意"]


def test_a_waiver_is_undone_like_anything_else_and_can_be_given_again(store: Store, plot: Plot) -> None:
    with store.write("豁免") as session:
        checks.waive(session, campaign_id=plot.campaign, rule="P04", reason="待定")
    with store.write("撤销") as session:
        undoing.undo(session)
    with store.read() as session:
        assert checks.kept(session, campaign_id=plot.campaign) == []
    with store.write("豁免") as session:
        checks.waive(session, campaign_id=plot.campaign, rule="P04", reason="再定")
    with store.snapshot() as session:
        assert [one.reason for one in checks.kept(session, campaign_id=plot.campaign)] == ["再定"]
        assert undoing.verify(session)


@pytest.mark.parametrize(
    ("rule", "uid", "reason", "wrong"),
    [
        ("P99", "", "待定", waivers.UnknownRule),
        ("P43", "", "待定", waivers.UnknownRule),
        ("P04", "0190", "待定", waivers.UnknownRule),
        ("P42", "", "待定", waivers.NeverWaived),
        ("P04", "", " \n", waivers.ReasonMissing),
    ],
)
def test_what_cannot_be_waived_says_why(store: Store, plot: Plot, rule: str, uid: str, reason: str, wrong: type[Exception]) -> None:
    with store.write("豁免") as session, pytest.raises(wrong):
        checks.waive(session, campaign_id=plot.campaign, rule=rule, uid=uid, reason=reason)


def test_kept_waivers_stand_on_the_cover_and_in_the_version(store: Store, plot: Plot, tmp_path: Path) -> None:
    with store.write("豁免") as session:
        checks.waive(session, campaign_id=plot.campaign, rule="P04", reason="审理室同意下周补类别")
    made = runs.make_package(store, campaign_id=plot.campaign, target=tmp_path / "报送", as_of=planting.AS_OF)
    text = (made.folder / "报送说明.txt").read_text(encoding="utf-8")
    assert "P04：审理室同意下周补类别" in text
    assert made.contents.version == 1
