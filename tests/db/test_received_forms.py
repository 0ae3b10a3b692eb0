"""What received forms say of each other: groups, towns, penalties, names."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models import Case, Enterprise, Finding, Group, GroupMember, Inspection, Person, Submission
from models.base import Base
from models.forms import Row
from services import importing, undoing
from services.imports import counted, town_figures
from services.imports.plan import Plan, make_batch
from services.imports.planned import Batch
from services.imports.read_form import ReadForm, Skipped
from services.store import Store
from tests import make

A, B, C = "岚桥区瑞丰纺织有限公司", "岚桥区恒信机械有限公司", "岚桥区明达木业有限公司"
DAY = date(2023, 4, 12)
FINDING: Row = {"enterprise": B, "town": "石坪", "checked_on": DAY, "hazard": "护栏缺失", "category": "设施设备类", "level": "一般"}
STATS: Row = {"enterprise": B, "town": "石坪镇", "findings_total": 2, "cat.设施设备类": 1, "cat.其他类": 1, "penalties": 1}


def visit(enterprise: str, **changes: object) -> Row:
    return {"enterprise": enterprise, "town": "石坪", "checked_on": DAY, "group": "第一检查组", "leader": "何志远", **changes}


def together(store: Store, campaign: int, *files: tuple[Path, ReadForm]) -> Batch:
    with store.snapshot() as session:
        return make_batch(session, files=files, campaign_id=campaign)


def bring(store: Store, campaign: int, *files: tuple[Path, ReadForm]) -> list[importing.Step]:
    return importing.apply_batch(store, batch=together(store, campaign, *files))


def rows_of(batch: Batch) -> list[tuple[str, str]]:
    return [(row.action, row.reason) for plan in batch.plans for _code, row in plan.rows]


def flags_of(plan: Plan) -> set[str]:
    return {flag.code for _code, row in plan.rows for flag in row.flags}


def count(store: Store, entity: type[Base]) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(entity).where(entity.__table__.c.deleted_at.is_(None))) or 0


def group_names(store: Store) -> list[str]:
    with store.read() as session:
        return list(session.scalars(select(Group.name).where(Group.deleted_at.is_(None)).order_by(Group.position)))


@pytest.fixture
def bare(store: Store) -> int:
    """Return a campaign of two towns and three enterprises, without any group."""
    with store.write("建立专项行动") as session:
        number = make.campaign(session)
        make.enterprise(session, A)
        make.enterprise(session, B, credit_code="91370302MA3DEMA198", town="石坪镇")
        make.enterprise(session, C, credit_code=None, town="石坪镇")
    return number


def test_visits_make_their_groups_where_there_is_no_list(store: Store, bare: int, tmp_path: Path) -> None:
    first = make.received(tmp_path, "inspections", visit(A), visit(B, group="1组"), name="甲.xlsx", submitter="第一检查组")
    second = make.received(tmp_path, "inspections", visit(C, group=None, leader="林秀云"), name="第二检查组记录.xlsx")
    steps = bring(store, bare, first, second)
    assert group_names(store) == ["第一检查组", "第二检查组"]
    assert [step.notes for step in steps] == [["没有检查分组表，按来表建立“第一检查组”"], ["没有检查分组表，按来表建立“第二检查组”"]]
    assert count(store, GroupMember) == 2
    assert {action for action, _why in rows_of(together(store, bare, first, second))} == {"same"}


def test_groups_that_were_made_go_with_the_import_that_is_undone(store: Store, bare: int, tmp_path: Path) -> None:
    bring(store, bare, make.received(tmp_path, "inspections", visit(A)))
    with store.write("撤销") as session:
        undoing.undo(session)
    assert [count(store, entity) for entity in (Group, GroupMember, Inspection, Person, Submission)] == [0, 0, 0, 0, 0]


def test_a_group_that_only_one_row_of_many_names_is_left_to_the_clerk(store: Store, bare: int, tmp_path: Path) -> None:
    rows = [visit(A, checked_on=date(2023, 4, day)) for day in range(4, 8)]
    received = make.received(tmp_path, "inspections", *rows, visit(B, group="第七检查组"), submitter="第一检查组")
    [plan] = together(store, bare, received).plans
    assert "group_unknown" in flags_of(plan)
    bring(store, bare, received)
    assert group_names(store) == ["第一检查组"]


def test_a_list_of_groups_is_not_added_to(store: Store, bare: int, tmp_path: Path) -> None:
    with store.write("分组") as session:
        make.group(session, bare)
    bring(store, bare, make.received(tmp_path, "inspections", visit(A, group="第二检查组")))
    assert group_names(store) == ["第一检查组"]


def test_a_town_goes_by_the_name_of_the_list_whatever_a_file_calls_it(store: Store, bare: int, tmp_path: Path) -> None:
    new = ["岚桥区甲木业有限公司", "岚桥区乙木业有限公司", "岚桥区丙木业有限公司"]
    rows: list[Row] = [{"name": name, "town": town} for name, town in zip(new, ("柳溪", "柳溪镇人民政府", "西关镇"), strict=True)]
    bring(store, bare, make.received(tmp_path, "enterprises", *rows))
    with store.read() as session:
        towns = session.scalars(select(Enterprise.town).where(Enterprise.name.in_(new)).order_by(Enterprise.id))
        assert list(towns) == ["柳溪镇", "柳溪镇", "西关镇"]


def test_another_town_and_another_name_than_the_registry_has_are_flagged(store: Store, bare: int, tmp_path: Path) -> None:
    other = visit("岚桥区恒信机械有限责任公司", credit_code="91370302MA3DEMA198", town="柳溪镇")
    ledger: Row = {**FINDING, "enterprise": "岚桥区恒信机械有限责任公司"}
    visits = make.received(tmp_path, "inspections", other, name="检查.xlsx")
    batch = together(store, bare, visits, make.received(tmp_path, "hazard_list", ledger, name="台账.xlsx"))
    assert flags_of(batch.plans[0]) == {"name_differs", "town_differs"}
    assert flags_of(batch.plans[1]) == {"name_differs"}
    importing.apply_batch(store, batch=batch)
    assert [count(store, entity) for entity in (Enterprise, Inspection, Finding)] == [3, 1, 1]


def test_a_code_of_another_enterprise_does_not_move_a_visit(store: Store, bare: int, tmp_path: Path) -> None:
    received = make.received(tmp_path, "inspections", visit(B, credit_code="91370302MA3DEMA02B"))
    assert flags_of(together(store, bare, received).plans[0]) == {"code_differs"}
    bring(store, bare, received)
    with store.read() as session:
        assert session.scalars(select(Enterprise.name).join(Inspection, Inspection.enterprise_id == Enterprise.id)).one() == B


def test_penalties_come_from_annex_2_where_the_ledger_has_no_such_column(store: Store, bare: int, tmp_path: Path) -> None:
    ledger = make.received(tmp_path, "hazard_list", FINDING, {**FINDING, "hazard": "电缆破损", "category": "其他类"}, name="台账.xlsx")
    ledger[1].missing_columns = ("拟处罚",)
    case: Row = {"enterprise": B, "violation": "未消除电缆破损的隐患", "amount": 1_000_000}
    files = (
        make.received(tmp_path, "inspections", visit(B), name="检查.xlsx"), ledger,
        make.received(tmp_path, "inspection_stats", STATS, name="附件2.xlsx"),
        make.received(tmp_path, "case_stats", case, name="附件3.xlsx"),
    )  # fmt: skip
    bring(store, bare, *files)
    with store.read() as session:
        [taken] = session.scalars(select(Finding).where(Finding.penalty.is_(True)))
        assert (taken.hazard, [flag["code"] for flag in taken.flags or ()]) == ("电缆破损", ["from_statistics"])
        assert counted.disagreements(session, campaign_id=bare) == []
    assert {action for action, _why in rows_of(together(store, bare, *files))} == {"same"}


def test_a_ledger_that_was_asked_for_penalties_and_has_none_disagrees(store: Store, bare: int, tmp_path: Path) -> None:
    ledger = make.received(tmp_path, "hazard_list", FINDING, {**FINDING, "hazard": "电缆破损", "category": "其他类"}, name="台账.xlsx")
    visits = make.received(tmp_path, "inspections", visit(B), name="检查.xlsx")
    bring(store, bare, visits, ledger, make.received(tmp_path, "inspection_stats", STATS, name="附件2.xlsx"))
    with store.read() as session:
        assert ["处罚事项台账 0 项、来表 1 项" in one.sentence for one in counted.disagreements(session, campaign_id=bare)] == [True]


def test_categories_come_from_annex_2_where_the_ledger_has_no_such_column(store: Store, bare: int, tmp_path: Path) -> None:
    rows: list[Row] = [{**FINDING, "category": None}, {**FINDING, "hazard": "电缆破损", "category": None}]
    ledger = make.received(tmp_path, "hazard_list", *rows, name="台账.xlsx")
    ledger[1].missing_columns = ("问题类别", "拟处罚")
    visits = make.received(tmp_path, "inspections", visit(B), name="检查.xlsx")
    bring(store, bare, visits, ledger, make.received(tmp_path, "inspection_stats", STATS, name="附件2.xlsx"))
    with store.read() as session:
        assert sorted(str(one) for one in session.scalars(select(Finding.category))) == ["其他类", "设施设备类"]


@pytest.mark.parametrize("one_file", [True, False], ids=["one workbook", "two files"])
def test_the_list_of_major_hazards_adds_to_the_ledger(store: Store, bare: int, tmp_path: Path, *, one_file: bool) -> None:
    visits = make.received(tmp_path, "inspections", visit(B), name="检查.xlsx")
    ledger = make.received(tmp_path, "hazard_list", {**FINDING, "level": "重大", "person": "孔石"}, name="台账.xlsx")
    said: Row = {"enterprise": B, "hazard": "护栏缺失", "basis": "判定标准 第一条", "measure": "停用", "fund": 3_000_000, "person": "别人"}
    major = make.received(tmp_path, "major_hazards", said, name="重大.xlsx")
    if one_file:
        both = ReadForm(ledger[0], "imported", form=ledger[1].form, rows=ledger[1].rows, tables=[ledger[1], major[1]])
        major[1].rows[0].sheet = "重大"
        files = [visits, (ledger[0], both)]
    else:
        files = [visits, ledger, major]
    bring(store, bare, *files)
    with store.read() as session:
        [found] = session.scalars(select(Finding))
        assert (found.basis, found.plan, found.fund, found.person) == ("判定标准 第一条", "停用", 3_000_000, "孔石")
        assert found.source_file == "台账.xlsx"
    assert {action for action, _why in rows_of(together(store, bare, *files))} == {"same"}


def test_equal_rows_of_one_file_are_two_records_and_meet_themselves_again(store: Store, bare: int, tmp_path: Path) -> None:
    case: Row = {"enterprise": B, "violation": "未消除隐患", "amount": 1_000_000}
    files = (
        make.received(tmp_path, "inspections", visit(B), name="检查.xlsx"),
        make.received(tmp_path, "hazard_list", FINDING, FINDING, name="台账.xlsx"),
        make.received(tmp_path, "case_stats", case, case, name="附件3.xlsx"),
    )
    assert "duplicate_in_file" in flags_of(together(store, bare, *files).plans[1])
    bring(store, bare, *files)
    assert (count(store, Finding), count(store, Case)) == (2, 2)
    assert {action for action, _why in rows_of(together(store, bare, *files))} == {"same"}


def test_annex_2_makes_no_visit_that_the_records_of_its_group_leave_out(store: Store, bare: int, tmp_path: Path) -> None:
    files = (
        make.received(tmp_path, "inspections", visit(A, town="柳溪"), name="第一检查组-检查.xlsx"),
        make.received(tmp_path, "inspection_stats", STATS, name="第一检查组-附件2.xlsx"),
        make.received(tmp_path, "inspection_stats", {**STATS, "enterprise": C}, name="第二检查组-附件2.xlsx"),
    )
    steps = bring(store, bare, *files)
    assert (count(store, Inspection), count(store, Finding)) == (2, 2)
    assert ["检查记录里没有" in "".join(step.notes) for step in steps] == [False, True, False]


def test_days_of_a_ledger_without_any_visit_records_are_visits(store: Store, bare: int, tmp_path: Path) -> None:
    later = {**FINDING, "checked_on": date(2023, 4, 19), "hazard": "电缆破损"}
    bring(store, bare, make.received(tmp_path, "hazard_list", FINDING, later, {**FINDING, "hazard": "积尘"}))
    assert (count(store, Inspection), count(store, Finding)) == (2, 3)


def test_a_summary_of_towns_is_compared_with_the_figures_of_now(store: Store, bare: int, tmp_path: Path) -> None:
    visits = make.received(tmp_path, "inspections", visit(B), name="检查.xlsx")
    summary: Row = {"town": "石坪", "enterprises_checked": 1, "findings": 1, "rectified": 0, "rate": 0.5}
    bring(store, bare, visits, make.received(tmp_path, "town_summary", summary, name="汇总.xlsx"))
    with store.read() as session:
        assert ["发现问题台账 0、来表 1" in one.sentence for one in town_figures.disagreements(session, campaign_id=bare)] == [True]
    bring(store, bare, make.received(tmp_path, "hazard_list", FINDING, name="台账.xlsx"))
    with store.read() as session:
        assert ["整改率台账 0.0%、来表 50.0%" in one.sentence for one in town_figures.disagreements(session, campaign_id=bare)] == [True]


@pytest.mark.parametrize(
    ("total", "told"),
    [
        ("合计 2 1 1 1", ""),
        ("合计 3 1 1 1", "发现问题（项）写的是 3，各行相加是 2"),
        ("合计 3", "发现问题（项）写的是 3，各行相加是 2"),
        ("合计 1 2 1 1", ""),
        ("合计 详见附表 3", ""),
    ],
)
def test_a_row_of_totals_is_compared_with_its_rows(store: Store, bare: int, tmp_path: Path, total: str, told: str) -> None:
    received = make.received(tmp_path, "inspection_stats", STATS, submitter="第二检查组")
    form = received[1].form
    assert form is not None
    listed = ("findings_total", "penalties", "cat.设施设备类", "cat.其他类")
    received[1].missing_columns = tuple(
        one.title.replace("\n", "") for one in form.columns if one.key.startswith("cat.") and one.key not in listed
    )
    received[1].skipped = [Skipped("Sheet1", 9, "total", total)]
    [plan] = together(store, bare, received).plans
    assert "".join(said for _sheet, _row, said in plan.totals).endswith(told)
    assert bool(plan.totals) == bool(told)


def test_a_major_hazard_in_other_words_is_the_one_of_the_ledger(store: Store, bare: int, tmp_path: Path) -> None:
    visits = make.received(tmp_path, "inspections", visit(B), name="检查.xlsx")
    ledger = make.received(tmp_path, "hazard_list", {**FINDING, "hazard": "除尘管道没有泄爆装置", "level": "重大"}, name="台账.xlsx")
    rows: list[Row] = [{"enterprise": B, "hazard": hazard, "basis": "判定标准"} for hazard in ("除尘管道未设泄爆装置。", "氨罐区没有报警")]
    major = make.received(tmp_path, "major_hazards", *rows, name="重大.xlsx")
    steps = bring(store, bare, visits, ledger, major)
    assert (count(store, Finding), steps[-1].counts["changed"], steps[-1].counts["rejected"]) == (1, 1, 1)
    assert "words_differ" in flags_of(together(store, bare, visits, ledger, major).plans[-1])


def test_an_enterprise_that_annex_2_leaves_out_is_named(store: Store, bare: int, tmp_path: Path) -> None:
    visits = make.received(tmp_path, "inspections", visit(A, town="柳溪"), visit(B), name="第一检查组-检查.xlsx")
    bring(store, bare, visits, make.received(tmp_path, "inspection_stats", {"enterprise": A}, name="第一检查组-附件2.xlsx"))
    with store.read() as session:
        assert [one.enterprise for one in counted.left_out(session, campaign_id=bare)] == [B]


def test_two_enterprises_that_differ_in_the_legal_form_alone_are_not_guessed(store: Store, bare: int, tmp_path: Path) -> None:
    with store.write("录入") as session:
        make.enterprise(session, B.replace("有限公司", "有限责任公司"), credit_code=None, town="石坪镇")
    ledger: Row = {**FINDING, "enterprise": B.removesuffix("有限公司")}
    files = (
        make.received(tmp_path, "inspections", visit(B), name="检查.xlsx"),
        make.received(tmp_path, "hazard_list", ledger, name="台账.xlsx"),
    )
    assert [action for action, _why in rows_of(together(store, bare, *files))] == ["new", "rejected"]
