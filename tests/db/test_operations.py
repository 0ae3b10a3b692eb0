"""The record of operations in words: listing, changes, histories, reasons."""

from __future__ import annotations

from datetime import date

import pytest

from models import Base, Finding
from models.annexes import CASE_LIST, FINDING_LEDGER
from services import (
    absences,
    campaigns,
    cases,
    enterprises,
    equipment,
    findings,
    groups,
    history,
    listing,
    operations,
    people,
    reasons,
    reporting,
    seconding,
    undoing,
)
from services.errors import NothingToUndo, ReasonNeeded
from services.store import Store
from services.words import field_name
from tests import make


def _numbers(store: Store, **asked: object) -> list[int]:
    filters = asked.pop("filters", None)
    text = asked.pop("text", "")
    with store.read() as session:
        found = listing.ids(session, operations.listing(**asked), scope=None, text=text, filters=filters)  # type: ignore[arg-type]
    return found.tolist()


def _values(store: Store, number: int) -> dict[str, object]:
    with store.read() as session:
        row = listing.rows(session, operations.listing(), [number], scope=None)[number]
    return dict(zip(operations.OPERATIONS.keys, row, strict=True))


@pytest.fixture
def done(store: Store, campaign: int) -> tuple[int, int]:
    """Return a finding and a case, changed after they were made (operations 2 to 5)."""
    with store.write("新增问题") as session:
        finding = make.finding(session, campaign, due=date(2023, 4, 20), phone="19900000001")
    with store.write("新增案件") as session:
        case = make.case(session, campaign)
    with store.write("改期限") as session:
        row = findings.load(session, record_id=finding)
        findings.save(session, campaign_id=campaign, row={**row, "due": date(2023, 4, 25), "phone": "19900000002"}, record_id=finding)
        reasons.note(session, "企业  申请延期")
    with store.write("改金额") as session:
        row = cases.load(session, record_id=case)
        cases.save(session, campaign_id=campaign, row={**row, "proposed": 3_000_000}, record_id=case)
    return finding, case


@pytest.mark.usefixtures("done")
def test_operations_are_listed_newest_first_and_narrowed(store: Store) -> None:
    assert _numbers(store) == [5, 4, 3, 2, 1]
    assert _numbers(store, noun="案件") == [5, 3]
    assert _numbers(store, text="延期") == [4]
    assert _numbers(store, filters={"operator": "周启明", "kind": "改动"}) == [5, 4, 3, 2, 1]
    with store.read() as session:
        day = undoing.entries(session)[0].at.date()
        assert operations.people(session) == ["周启明"]
    assert len(_numbers(store, since=day, until=day)) == 5
    assert _numbers(store, until=date(2000, 1, 1)) == []


@pytest.mark.usefixtures("done")
def test_the_listing_says_what_undid_what(store: Store) -> None:
    with store.write("撤销") as session:
        undoing.undo(session, operation_id=4)
    assert _values(store, 4)["state"] == "已由第 6 步撤销"
    assert _values(store, 6)["state"] == "撤的是第 4 步"
    assert _numbers(store, filters={"undone": True}) == [4]
    with store.write("重做") as session:
        undoing.redo(session, operation_id=4)
    assert _values(store, 4)["state"] is None
    assert _numbers(store, filters={"undone": True}) == []
    with store.write("撤销") as session:
        assert undoing.undo(session, operation_id=4).label == "改期限"
    assert _values(store, 4)["state"] == "已由第 8 步撤销"
    with store.read() as session:
        assert undoing.verify(session).operations == 8


def test_an_older_step_is_done_again_although_something_new_was_done(store: Store, done: tuple[int, int]) -> None:
    finding, _case = done
    with store.write("撤销") as session:
        undoing.undo(session, operation_id=4)
    with store.write("录入企业") as session:
        make.enterprise(session, name="岚桥区金盾泵业有限公司", credit_code=None)
    with store.write("重做") as session:
        undoing.redo(session, operation_id=4)
    with store.read() as session:
        assert session.get_one(Finding, finding).due == date(2023, 4, 25)
    with pytest.raises(NothingToUndo), store.write("重做") as session:
        undoing.redo(session, operation_id=4)


@pytest.mark.usefixtures("done")
def test_what_cannot_be_taken_back_says_why(store: Store) -> None:
    with store.write("查看号码") as session:
        history.describe(session, kind="view", table="finding", row=1)
    with store.write("载入规则") as session:
        history.describe(session, kind="system", note="x")
    with store.write("撤销") as session:
        undoing.undo(session, operation_id=5)
    with store.read() as session:
        why = {number: undoing.ways(session, operation_id=number) for number in range(2, 9)}
    assert "在这之后又改过（整改期限、拟处罚、联系电话）" in why[2].undo
    assert why[4] == undoing.Ways("", "这一步没有被撤销")
    assert why[5] == undoing.Ways("已由第 8 步撤销", "")
    assert why[6].undo == "这一步没有改动数据"
    assert why[7].undo == "这是程序自己做的准备，不能撤销"
    assert why[8].undo.startswith("这一步本身就是撤销")


def test_changes_are_told_in_the_words_of_the_forms(store: Store, done: tuple[int, int]) -> None:
    finding, case = done
    with store.read() as session:
        step = operations.load(session, operation_id=4)
        amount = operations.load(session, operation_id=5)
    assert (step.reason, step.kind, step.rows) == ("企业 申请延期", "改动", 1)
    (change,) = step.changes
    assert (change.name, change.verb, change.home) == ("问题“梳棉机传动部位没有防护罩”", "修改", ("finding", finding))
    assert [(line.words(), line.personal) for line in change.lines] == [
        ("整改期限：2023-04-20 → 2023-04-25", False),
        ("联系电话：19900000001 → 19900000002", True),
    ]
    (change,) = amount.changes
    assert change.home == ("penalty_case", case)
    assert [line.words() for line in change.lines] == ["拟处罚金额（万元）：2 → 3"]


def test_a_record_tells_the_steps_of_its_parts_too(store: Store, done: tuple[int, int], campaign: int) -> None:
    _finding, case = done
    with store.write("新增人员") as session:
        person = make.person(session, campaign)
    with store.write("改手机号") as session:
        row = people.load(session, record_id=person)
        people.save(session, campaign_id=campaign, row={**row, "phone": "19900000009"}, record_id=person)
    with store.read() as session:
        of_case = operations.of_record(session, table="penalty_case", record_id=case)
        of_person = operations.of_record(session, table="secondment", record_id=person)
    assert [step.label for step in of_case] == ["改金额", "新增案件"]
    assert [line.words() for line in of_person[0].changes[0].lines] == ["手机号码：19900000001 → 19900000009"]
    assert of_person[0].changes[0].home == ("secondment", person)


def test_members_that_come_and_go_are_told_in_one_line_each(store: Store, campaign: int) -> None:
    with store.read() as session:
        before = groups.load(session, record_id=1)
    with store.write("换人") as session:
        groups.save(session, campaign_id=campaign, row={**before, "officers": ("贺启航",)}, record_id=1)
    with store.read() as session:
        step = operations.load(session, operation_id=2)
    told = {(change.name, line.words()) for change in step.changes for line in change.lines if change.part}
    assert told == {("检查组“第一检查组”", "执法人员：康立群 → 空"), ("检查组“第一检查组”", "执法人员：空 → 贺启航")}


def test_a_deleted_record_says_so_and_has_no_place_to_jump_to(store: Store) -> None:
    with store.write("录入企业") as session:
        number = make.enterprise(session)
    with store.write("删除企业") as session:
        enterprises.remove(session, record_ids=[number])
    with store.read() as session:
        (change,) = operations.load(session, operation_id=2).changes
    assert (change.verb, change.home, change.lines) == ("移入回收站", None, ())


def test_steps_of_a_nomination_absences_and_equipment_are_named_and_lead_somewhere(store: Store, campaign: int) -> None:
    with store.write("准备") as session:
        lent = make.person(session, campaign, "周砚秋")
        (unit,) = [one.id for one in campaigns.units(session, campaign_id=campaign) if one.name == "石坪镇"]
    with store.write("接收") as session:
        seconding.accept(session, secondment_ids=[lent])
    with store.write("催报") as session:
        reporting.chase(session, campaign_id=campaign, unit_ids=[unit])
    with store.write("请假") as session:
        away = absences.save(session, campaign_id=campaign, row={"name": "周砚秋", "start": date(2023, 4, 3)})
    with store.write("装备") as session:
        piece = equipment.save(session, campaign_id=campaign, row={"kind": "执法记录仪", "label": "07", "group": "第一检查组"})
    with store.read() as session:
        told = [operations.load(session, operation_id=number).changes[0] for number in _numbers(store)[:4]]
        kept = operations.of_record(session, table="reporting_unit", record_id=unit)
    assert [(one.name, one.part, one.home) for one in told] == [
        ("装备“执法记录仪 07”", "", ("equipment", piece)),
        ("人员“周砚秋”", "请假", ("absence", away)),
        ("报送单位“石坪镇”", "抽调经过", ("reporting_unit", unit)),
        ("人员“周砚秋”", "抽调经过", ("secondment", lent)),
    ]
    assert next(step.label for step in kept) == "催报"


def test_every_field_that_changes_has_a_name_in_chinese() -> None:
    unnamed = {
        f"{name}.{column.name}"
        for name in history.TRACKED
        for column in Base.metadata.tables[name].columns
        if column.name not in operations.HIDDEN and field_name(name, column.name) == column.name
    }
    assert unnamed == set(), "name them in services/words.py, or hide them in services/operations.py"


def test_every_tracked_table_belongs_to_a_sort_of_record() -> None:
    assert history.TRACKED - set().union(*operations.NOUNS.values()) == set()


def test_a_reason_is_asked_for_changes_of_what_was_saved() -> None:
    before = {"due": date(2023, 4, 20), "status": "未整改", "rectified_on": None}
    assert reasons.asking(FINDING_LEDGER, before, {"rectified_on": date(2023, 4, 18), "status": "待复查"}) == ()
    assert reasons.asking(FINDING_LEDGER, before, {"due": None}) == ("整改期限：2023-04-20 → 空",)
    assert reasons.asking(FINDING_LEDGER, before, {"status": "已销号"}) == ("整改状态：未整改 → 已销号",)
    assert reasons.asking(FINDING_LEDGER, {**before, "status": "已销号"}, {"status": "未整改"}) == ()
    assert reasons.asking(CASE_LIST, {"proposed": None}, {"proposed": 2_000_000}) == ()
    assert reasons.asking(CASE_LIST, {"proposed": 2_000_000}, {"proposed": 3_000_000}) == ("拟处罚金额（万元）：2 → 3",)


@pytest.mark.usefixtures("done")
def test_a_reason_is_kept_and_offered_again(store: Store) -> None:
    with store.read() as session:
        reasons.notice(session, ["整改期限：甲 → 乙", "复查日期：甲 → 乙"])
        with pytest.raises(ReasonNeeded) as refused:
            reasons.require(session, reason=" ")
    assert refused.value.message() == "改动“整改期限：甲 → 乙” 等 2 处要写明原因。"
    with store.read() as session:
        assert reasons.recent(session) == ["企业 申请延期"]
        undoing.verify(session)
