"""The bin: back as the noun would save it, and gone for good when it is old."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from models import Finding, Inspection, Operation, Secondment
from services import clock, findings, groups, history, inspections, people, recycling, undoing
from services.errors import UndoConflict
from services.groups import GroupExists
from services.people import AlreadySeconded
from services.recycling import OwnerInBin
from services.store import Store
from tests import make


@pytest.fixture
def campaign(store: Store) -> int:
    """Return a campaign."""
    with store.write("新建") as session:
        return make.campaign(session)


def restore(store: Store, table: str, record_id: int, noun: object) -> None:
    services = {"load": noun.load, "save": noun.save}  # type: ignore[attr-defined]  # a module of a noun
    with store.write("恢复") as session:
        recycling.restore(session, table=table, record_ids=[record_id], **services)


def test_a_person_who_was_added_anew_does_not_come_back_twice(store: Store, campaign: int) -> None:
    with store.write("删") as session:
        first = make.person(session, campaign, "周砚秋", cert_no="99030200001")
        people.remove(session, record_ids=[first])
    with store.write("又加") as session:
        make.person(session, campaign, "周砚秋", cert_no="99030200001")
    with pytest.raises(AlreadySeconded):
        restore(store, "secondment", first, people)
    with store.read() as session:
        assert session.scalar(select(func.count(Secondment.id)).where(Secondment.deleted_at.is_(None))) == 1


def test_a_group_whose_name_was_given_away_does_not_come_back(store: Store, campaign: int) -> None:
    with store.write("删") as session:
        first = make.group(session, campaign, "第一检查组")
        groups.remove(session, record_ids=[first])
    with store.write("又加") as session:
        make.group(session, campaign, "第一检查组")
    with pytest.raises(GroupExists):
        restore(store, "inspection_group", first, groups)


def test_a_finding_comes_back_only_after_its_visit(store: Store, campaign: int) -> None:
    with store.write("登记") as session:
        visit = make.visit(session, campaign)
        finding = make.finding(session, campaign)
    with store.write("删") as session:
        findings.remove(session, record_ids=[finding])
        inspections.remove(session, record_ids=[visit])
    with pytest.raises(OwnerInBin, match="检查"):
        restore(store, "finding", finding, findings)
    restore(store, "inspection", visit, inspections)
    restore(store, "finding", finding, findings)
    with store.read() as session:
        assert findings.load(session, record_id=finding)["hazard"]


def long_ago(store: Store, campaign: int) -> tuple[int, int]:
    """Return a visit and its finding that went to the bin 100 days ago."""
    with store.write("登记") as session:
        visit, finding = make.visit(session, campaign), make.finding(session, campaign)
    with store.write("删除检查") as session:
        then = clock.now().replace(microsecond=0) - timedelta(days=100)
        session.get_one(Finding, finding).deleted_at = then
        session.get_one(Inspection, visit).deleted_at = then
    return visit, finding


def cutoff() -> datetime:
    return clock.now() - recycling.KEPT_FOR


def test_what_is_old_goes_for_good_with_what_hangs_on_it_and_the_history_says_so(store: Store, campaign: int) -> None:
    long_ago(store, campaign)
    with store.read() as session:
        counted = recycling.old(session, before=cutoff())
    assert counted["finding"] == counted["inspection"] == 1
    with store.write("清空回收站 2 条") as session:
        assert recycling.purge(session, before=cutoff()) == sum(counted.values())
    with store.read() as session:
        assert session.scalar(select(func.count(Finding.id))) == session.scalar(select(func.count(Inspection.id))) == 0
        assert session.scalars(select(Operation.kind).order_by(Operation.id.desc())).first() == "purge"
        undoing.verify(session)


def test_a_purge_is_never_what_ctrl_z_takes_back(store: Store, campaign: int) -> None:
    long_ago(store, campaign)
    with store.write("清空回收站") as session:
        recycling.purge(session, before=cutoff())
    with store.read() as session:
        following = undoing.next_undo(session)
    assert following is not None
    assert following.label == "删除检查"
    with pytest.raises(UndoConflict), store.write("撤销") as session:
        undoing.undo(session)


def test_what_is_young_or_still_referred_to_stays(store: Store, campaign: int) -> None:
    visit, finding = long_ago(store, campaign)
    with store.write("刚删") as session:
        session.get_one(Finding, finding).deleted_at = clock.now().replace(microsecond=0)
    with store.write("清空回收站") as session:
        recycling.purge(session, before=cutoff())
    with store.read() as session:
        assert session.get(Finding, finding) is not None
        assert session.get(Inspection, visit) is not None


def test_an_empty_purge_is_no_operation(store: Store, campaign: int) -> None:  # noqa: ARG001
    with store.read() as session:
        before = history.GENESIS, session.scalar(select(func.count(Operation.id)))
    with store.write("清空回收站") as session:
        assert recycling.purge(session, before=cutoff()) == 0
    with store.read() as session:
        assert (history.GENESIS, session.scalar(select(func.count(Operation.id)))) == before
