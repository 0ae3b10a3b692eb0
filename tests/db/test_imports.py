"""Planning an import and applying it: nothing lost, nothing twice, all undoable."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models import Attachment, Enterprise, Finding, Group, Inspection, Secondment, Submission
from models.forms import Row
from services import cases, enterprises, findings, inspections, listing, people, records, runs, undoing
from services.errors import Problem
from services.imports.plan import NeedsCampaign, NotImportable, Plan
from services.imports.read_form import ReadForm, RowFlag
from services.progress import Cancelled
from services.store import Store
from tests import make

NAME = "岚桥区瑞丰纺织有限公司"
OTHER = "岚桥区恒信机械有限公司"
PERSON: Row = {"name": "周砚秋", "unit_position": "柳溪镇安环办科员", "cert_no": "99030200001", "phone": "19900000001"}
FINDING: Row = {"enterprise": NAME, "hazard": "梳棉机传动部位没有防护罩", "category": "设施设备类"}
VISIT: Row = {"enterprise": OTHER, "town": "石坪镇", "checked_on": date(2023, 4, 12), "group": "第一检查组", "officers": ("康立群",)}
CASE: Row = {"enterprise": NAME, "violation": "安全设备的安装不符合要求", "findings": ("1",), "proposed": 2_000_000}


def plan(store: Store, received: tuple[Path, ReadForm], campaign: int | None) -> Plan:
    path, read = received
    return runs.plan_read(store, path=path, read=read, campaign_id=campaign)


def bring(store: Store, received: tuple[Path, ReadForm], campaign: int | None) -> dict[str, int]:
    return runs.apply(store, plan=plan(store, received, campaign))


def actions(made: Plan) -> list[str]:
    return [row.action for _code, row in made.rows]


def head(store: Store) -> str:
    with store.read() as session:
        return undoing.head(session)


def test_a_plan_writes_nothing(store: Store, campaign: int, tmp_path: Path) -> None:
    before = head(store)
    made = plan(store, make.received(tmp_path, "personnel", PERSON), campaign)
    assert (actions(made), head(store)) == (["new"], before)
    assert not list(store.folder.attachments.rglob("*.*"))


def test_new_changed_same_and_rejected_rows_are_told_apart(store: Store, campaign: int, tmp_path: Path) -> None:
    with store.write("录入") as session:
        make.finding(session, campaign)
        make.finding(session, campaign, hazard="配电箱没有漏电保护", category="设施设备类")
    rows = [
        FINDING,
        {**FINDING, "hazard": "配电箱没有漏电保护", "category": "其他类"},
        {**FINDING, "hazard": "没有培训记录"},
        {**FINDING, "enterprise": "岚桥区没去过的铸造厂"},
    ]
    made = plan(store, make.received(tmp_path, "hazard_list", *rows), campaign)
    assert actions(made) == ["same", "changed", "new", "rejected"]
    assert made.rows[1][1].changes == {"category": ("设施设备类", "其他类")}
    assert "没有检查记录" in made.rows[3][1].reason


def test_counts_hold_every_row_of_the_file(store: Store, campaign: int, tmp_path: Path) -> None:
    rows = [FINDING, FINDING, {**FINDING, "enterprise": OTHER}]
    counts = plan(store, make.received(tmp_path, "hazard_list", *rows), campaign).counts
    assert (counts["new"], counts["changed"], counts["same"], counts["rejected"]) == (2, 0, 0, 1)


@pytest.mark.parametrize(
    ("form", "row"),
    [
        ("personnel", PERSON),
        ("groups", {"name": "第二检查组", "leader": "丁海波", "officers": ("安三", "毕四"), "towns": ("石坪镇", "柳溪镇")}),
        ("inspections", VISIT),
        ("hazard_list", FINDING),
        ("enterprises", {"name": OTHER, "credit_code": "91370302MA3DEMA198", "town": "石坪镇", "tags": ("粉尘涉爆", "有限空间")}),
        ("inspection_stats", {"enterprise": OTHER, "findings_total": 2, "cat.设施设备类": 1, "cat.其他类": 1, "penalties": 1}),
    ],
)
def test_the_same_file_again_changes_nothing_and_says_so(store: Store, campaign: int, tmp_path: Path, form: str, row: Row) -> None:
    received = make.received(tmp_path, form, row, submitter="第二检查组")
    assert bring(store, received, campaign)["new"] == 1
    before = head(store)
    again = plan(store, received, campaign)
    assert (actions(again), again.writes) == (["same"], 0)
    assert runs.apply(store, plan=again)["same"] == 1
    assert head(store) == before


def test_the_same_case_file_again_changes_nothing(store: Store, campaign: int, tmp_path: Path) -> None:
    with store.write("录入") as session:
        make.finding(session, campaign)
    received = make.received(tmp_path, "cases", {**CASE, "person_party": "刘样例", "person_proposed": 500_000})
    bring(store, received, campaign)
    assert actions(plan(store, received, campaign)) == ["same"]


def test_an_empty_cell_never_erases(store: Store, campaign: int, tmp_path: Path) -> None:
    with store.write("录入") as session:
        number = make.finding(session, campaign, person="孔石", due=date(2023, 4, 20))
    row = {**FINDING, "person": None, "due": None, "remark": "已催办"}
    bring(store, make.received(tmp_path, "hazard_list", row), campaign)
    with store.read() as session:
        after = findings.load(session, record_id=number)
    assert (after["person"], after["due"], after["remark"]) == ("孔石", date(2023, 4, 20), "已催办")


def test_a_changed_row_says_old_and_new(store: Store, campaign: int, tmp_path: Path) -> None:
    bring(store, make.received(tmp_path, "personnel", PERSON), campaign)
    made = plan(store, make.received(tmp_path, "personnel", {**PERSON, "phone": "19900000002"}), campaign)
    assert made.rows[0][1].changes == {"phone": ("19900000001", "19900000002")}


def test_an_import_is_one_operation_and_one_undo(store: Store, campaign: int, tmp_path: Path) -> None:
    rows = [PERSON, {**PERSON, "name": "石一", "cert_no": "99030200002", "phone": "19900000002"}]
    bring(store, make.received(tmp_path, "personnel", *rows), campaign)
    with store.write("撤销") as session:
        entry = undoing.undo(session)
    assert entry.label == "导入抽调人员（来表.xlsx，2 行）"
    with store.read() as session:
        assert len(listing.ids(session, people.LISTING, scope=campaign)) == 0
        assert session.scalar(select(func.count()).select_from(Submission)) == 0
    with store.write("重做") as session:
        undoing.redo(session)
    with store.read() as session:
        assert len(listing.ids(session, people.LISTING, scope=campaign)) == 2


def test_after_an_undo_the_file_can_be_imported_again(store: Store, campaign: int, tmp_path: Path) -> None:
    received = make.received(tmp_path, "personnel", PERSON)
    bring(store, received, campaign)
    with store.write("撤销") as session:
        undoing.undo(session)
    assert bring(store, received, campaign)["new"] == 1


def test_a_change_after_the_plan_is_seen_before_anything_is_written(store: Store, campaign: int, tmp_path: Path) -> None:
    made = plan(store, make.received(tmp_path, "hazard_list", FINDING), campaign)
    with store.write("录入") as session:
        make.finding(session, campaign)
    assert runs.apply(store, plan=made) == {**made.counts, "new": 0, "same": 1}
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Finding)) == 1


def test_a_file_that_changed_after_the_plan_is_not_written(store: Store, campaign: int, tmp_path: Path) -> None:
    made = plan(store, make.received(tmp_path, "personnel", PERSON), campaign)
    made.path.write_text("另一份内容", encoding="utf-8")
    with pytest.raises(runs.FileChanged):
        runs.apply(store, plan=made)
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Secondment)) == 0


def test_a_row_twice_in_a_file_is_written_once_and_named(store: Store, campaign: int, tmp_path: Path) -> None:
    made = plan(store, make.received(tmp_path, "personnel", PERSON, {**PERSON, "name": "周 砚秋"}), campaign)
    assert actions(made) == ["new", "rejected"]
    assert "第 2 行" in made.rows[1][1].reason


def test_a_row_twice_on_two_sheets_is_written_once(store: Store, campaign: int, tmp_path: Path) -> None:
    path, read = make.received(tmp_path, "personnel", PERSON)
    _path, second = make.received(tmp_path, "personnel", PERSON)
    second.rows[0].sheet = second.sheet = "Sheet2"
    both = ReadForm(path, "imported", form=read.form, rows=[*read.rows, *second.rows], tables=[read, second])
    assert actions(plan(store, (path, both), campaign)) == ["new", "rejected"]


def test_people_of_one_name_with_two_certificates_are_two_rows(store: Store, campaign: int, tmp_path: Path) -> None:
    rows = [PERSON, {**PERSON, "cert_no": "99030200002", "phone": "19900000002"}]
    assert bring(store, make.received(tmp_path, "personnel", *rows), campaign)["new"] == 2


def test_the_unit_of_the_file_is_named_as_the_notice_does(store: Store, campaign: int, tmp_path: Path) -> None:
    received = make.received(tmp_path, "personnel", {**PERSON, "unit_position": None}, submitter="柳溪安环办")
    bring(store, received, campaign)
    with store.read() as session:
        number = session.scalars(select(Secondment.id)).one()
        assert people.load(session, record_id=number)["unit"] == "柳溪镇"
        assert session.scalars(select(Submission.unit_id)).one() is not None


def test_an_unknown_unit_is_flagged_and_left_open(store: Store, campaign: int, tmp_path: Path) -> None:
    made = plan(store, make.received(tmp_path, "personnel", {**PERSON, "unit_position": "双汊镇"}, submitter="双汊镇"), campaign)
    assert [flag.code for flag in made.rows[0][1].flags] == ["unit_unknown"]
    assert actions(made) == ["new"]


def test_a_visit_without_day_is_rejected_with_the_way_out(store: Store, campaign: int, tmp_path: Path) -> None:
    made = plan(store, make.received(tmp_path, "inspections", {**VISIT, "checked_on": None}), campaign)
    assert actions(made) == ["rejected"]
    assert "请补填" in made.rows[0][1].reason


def test_two_visits_to_one_enterprise_on_two_days_are_two(store: Store, campaign: int, tmp_path: Path) -> None:
    rows = [VISIT, {**VISIT, "checked_on": date(2023, 4, 19)}]
    assert bring(store, make.received(tmp_path, "inspections", *rows), campaign)["new"] == 2


def test_an_unknown_group_and_another_code_are_flagged(store: Store, campaign: int, tmp_path: Path) -> None:
    row = {**VISIT, "enterprise": NAME, "town": None, "credit_code": "91370302MA3DEMA198", "group": "第九检查组"}
    made = plan(store, make.received(tmp_path, "inspections", row), campaign)
    assert {flag.code for flag in made.rows[0][1].flags} == {"group_unknown", "code_differs"}
    assert bring(store, make.received(tmp_path, "inspections", row), campaign)["new"] == 1


def test_brackets_and_former_names_meet_the_registered_enterprise(store: Store, campaign: int, tmp_path: Path) -> None:
    with store.write("录入") as session:
        make.enterprise(session, "岚桥（柳溪）铸造有限公司", credit_code=None, former_name="岚桥（区）铸造厂")
    rows = [{**VISIT, "enterprise": "岚桥(柳溪)铸造有限公司"}, {**VISIT, "enterprise": "岚桥(区)铸造厂", "checked_on": date(2023, 4, 13)}]
    received = make.received(tmp_path, "inspections", *rows)
    bring(store, received, campaign)
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Enterprise)) == 2
    assert actions(plan(store, received, campaign)) == ["same", "same"]


def test_the_same_words_on_another_day_are_another_finding(store: Store, campaign: int, tmp_path: Path) -> None:
    with store.write("录入") as session:
        make.visit(session, campaign, checked_on=date(2023, 4, 18))
    rows = [{**FINDING, "checked_on": date(2023, 4, day)} for day in (10, 18)]
    received = make.received(tmp_path, "hazard_list", *rows)
    assert bring(store, received, campaign)["new"] == 2
    assert actions(plan(store, received, campaign)) == ["same", "same"]


def test_a_day_without_visit_is_flagged_and_the_finding_goes_to_the_latest(store: Store, campaign: int, tmp_path: Path) -> None:
    received = make.received(tmp_path, "hazard_list", {**FINDING, "checked_on": date(2023, 4, 11)})
    made = plan(store, received, campaign)
    assert [flag.code for flag in made.rows[0][1].flags] == ["visit_date_differs"]
    bring(store, received, campaign)
    assert actions(plan(store, received, campaign)) == ["same"]


def test_a_category_outside_the_list_is_flagged_and_left_open(store: Store, campaign: int, tmp_path: Path) -> None:
    received = make.received(tmp_path, "hazard_list", {**FINDING, "category": "消防类"})
    made = plan(store, received, campaign)
    assert [flag.code for flag in made.rows[0][1].flags] == ["category_unknown"]
    bring(store, received, campaign)
    with store.read() as session:
        assert session.scalars(select(Finding.category)).one() is None


def test_flags_of_reading_stay_with_the_record(store: Store, campaign: int, tmp_path: Path) -> None:
    flag = RowFlag("due", "date_ambiguous", "第2行 整改期限 两种读法")
    bring(store, make.received(tmp_path, "hazard_list", FINDING, flags=[flag]), campaign)
    with store.read() as session:
        found = session.scalars(select(Finding)).one()
    assert [one["code"] for one in found.flags or ()] == ["date_ambiguous"]
    assert (found.source_file, found.source_sheet, found.source_row) == ("来表.xlsx", "Sheet1", 2)


def test_a_case_for_an_unknown_enterprise_is_rejected(store: Store, campaign: int, tmp_path: Path) -> None:
    made = plan(store, make.received(tmp_path, "cases", {**CASE, "enterprise": "岚桥区没听说过的公司"}), campaign)
    assert actions(made) == ["rejected"]


def test_a_case_under_a_short_name_goes_to_the_one_visited_enterprise_that_fits(store: Store, campaign: int, tmp_path: Path) -> None:
    short: Row = {**CASE, "enterprise": "瑞丰纺织", "findings": ()}
    made = plan(store, make.received(tmp_path, "cases", short), campaign)
    assert [(flag.code, NAME in flag.message) for flag in made.rows[0][1].flags] == [("name_differs", True)]
    assert bring(store, make.received(tmp_path, "cases", short), campaign)["new"] == 1
    assert actions(plan(store, make.received(tmp_path, "cases", short), campaign)) == ["same"]
    with store.write("又一家") as session:
        make.visit(session, campaign, "双汊镇瑞丰纺织二厂")
    two = {**short, "violation": "另一件违法行为"}
    assert actions(plan(store, make.received(tmp_path, "cases", two), campaign)) == ["rejected"]  # which of the two is the office's to say


def test_a_finding_that_a_case_names_in_vain_is_flagged(store: Store, campaign: int, tmp_path: Path) -> None:
    made = plan(store, make.received(tmp_path, "cases", {**CASE, "findings": ("7",)}), campaign)
    assert [flag.code for flag in made.rows[0][1].flags] == ["finding_unknown"]
    assert bring(store, make.received(tmp_path, "cases", {**CASE, "findings": ("7",)}), campaign)["new"] == 1


def test_an_annex_2_of_a_group_makes_visits_with_counted_findings(store: Store, campaign: int, tmp_path: Path) -> None:
    row: Row = {"enterprise": OTHER, "town": "石坪镇", "findings_total": 5, "cat.设施设备类": 3, "cat.其他类": 1, "penalties": 2}
    bring(store, make.received(tmp_path, "inspection_stats", row, submitter="第二检查组"), campaign)
    with store.read() as session:
        by_category = {row[0]: row[1] for row in session.execute(select(Finding.category, func.count()).group_by(Finding.category))}
        penalties = session.scalar(select(func.count()).select_from(Finding).where(Finding.penalty.is_(True)))
    assert by_category == {"设施设备类": 3, "其他类": 1, None: 1}
    assert penalties == 2


def test_an_annex_2_never_overwrites_the_ledger(store: Store, campaign: int, tmp_path: Path) -> None:
    with store.write("录入") as session:
        make.finding(session, campaign)
    made = plan(
        store, make.received(tmp_path, "inspection_stats", {"enterprise": NAME, "findings_total": 4, "cat.设施设备类": 4}), campaign
    )
    assert actions(made) == ["rejected"]
    assert "台账 1 项、来表 4 项" in made.rows[0][1].reason


def test_an_annex_2_that_agrees_with_the_ledger_changes_nothing(store: Store, campaign: int, tmp_path: Path) -> None:
    with store.write("录入") as session:
        make.finding(session, campaign)
    row: Row = {"enterprise": "岚桥区 瑞丰纺织有限公司", "town": "石坪镇", "findings_total": 1, "cat.设施设备类": 1, "penalties": 0}
    made = plan(store, make.received(tmp_path, "inspection_stats", row), campaign)
    assert (actions(made), made.rows[0][1].changes) == (["same"], {})


def test_an_annex_3_makes_a_case_and_updates_its_proposal(store: Store, campaign: int, tmp_path: Path) -> None:
    row: Row = {"enterprise": NAME, "violation": "未按规定培训", "amount": 2_000_000, "progress": "正在调查"}
    assert bring(store, make.received(tmp_path, "case_stats", row), campaign)["new"] == 1
    made = plan(store, make.received(tmp_path, "case_stats", {**row, "amount": 3_000_000}), campaign)
    assert made.rows[0][1].changes == {"proposed": (2_000_000, 3_000_000)}


def test_an_annex_3_of_our_own_changes_nothing(store: Store, campaign: int, tmp_path: Path) -> None:
    with store.write("录入") as session:
        make.finding(session, campaign)
        make.case(session, campaign, person_party="刘样例", person_proposed=500_000)
    row: Row = {"enterprise": NAME, "violation": CASE["violation"], "amount": 2_500_000, "progress": "拟立案"}
    assert actions(plan(store, make.received(tmp_path, "case_stats", row), campaign)) == ["same"]


def test_an_annex_3_never_replaces_a_decided_amount(store: Store, campaign: int, tmp_path: Path) -> None:
    with store.write("录入") as session:
        make.finding(session, campaign)
        make.case(session, campaign, decided=1_000_000, decided_on=date(2023, 4, 18))
    row: Row = {"enterprise": NAME, "violation": CASE["violation"], "amount": 9_000_000}
    made = plan(store, make.received(tmp_path, "case_stats", row), campaign)
    assert actions(made) == ["rejected"]


def test_a_form_of_a_campaign_needs_one(store: Store, tmp_path: Path) -> None:
    with pytest.raises(NeedsCampaign):
        plan(store, make.received(tmp_path, "personnel", PERSON), None)


def test_a_file_that_was_refused_is_not_importable(store: Store, campaign: int, tmp_path: Path) -> None:
    path, _read = make.received(tmp_path, "personnel", PERSON)
    refused = ReadForm(path, "rejected", reject_code="corrupt", message="文件打不开。")
    with pytest.raises(NotImportable) as told:
        plan(store, (path, refused), campaign)
    assert told.value.message() == "文件打不开。"


def test_a_refusal_in_the_middle_of_an_import_leaves_nothing(store: Store, campaign: int, tmp_path: Path) -> None:
    rows: list[Row] = [{"name": "第二检查组", "leader": "丁海波"}, {"name": "第三检查组", "leader": "丁海波"}]
    with pytest.raises(Problem):
        bring(store, make.received(tmp_path, "groups", *rows), campaign)
    with store.read() as session:
        assert [group.name for group in records.alive(session, Group, campaign_id=campaign)] == ["第一检查组"]


def test_a_cancelled_import_leaves_nothing(store: Store, campaign: int, tmp_path: Path) -> None:
    def cancel(done: int, total: int | None = None, note: str = "") -> None:
        raise Cancelled(done, total, note)

    made = plan(store, make.received(tmp_path, "personnel", PERSON), campaign)
    with pytest.raises(Cancelled):
        runs.apply(store, plan=made, progress=cancel)
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Secondment)) == 0
        assert session.scalar(select(func.count()).select_from(Attachment)) == 0


def test_the_original_is_kept_under_its_hash(store: Store, campaign: int, tmp_path: Path) -> None:
    received = make.received(tmp_path, "personnel", PERSON)
    bring(store, received, campaign)
    with store.read() as session:
        kept = session.scalars(select(Attachment)).one()
    assert (store.folder.attachments / kept.sha256[:2] / kept.sha256).read_bytes() == received[0].read_bytes()


def _registry(count: int) -> list[Row]:
    return [{"name": f"岚桥区样例{number:05d}号机械有限公司", "town": "柳溪镇", "employees": number} for number in range(count)]


def _seconds(store: Store, folder: Path, rows: list[Row]) -> float:
    received = make.received(folder, "enterprises", *rows, name=f"名录{len(rows)}.xlsx")
    started = time.perf_counter()
    bring(store, received, None)
    assert plan(store, received, None).counts["same"] == len(rows)
    return time.perf_counter() - started


def test_a_registry_of_twelve_thousand_takes_its_time_and_not_its_square(store: Store, tmp_path: Path) -> None:
    small = _seconds(store, tmp_path, _registry(3_000))
    with store.write("撤销") as session:
        undoing.undo(session)
    large = _seconds(store, tmp_path, _registry(12_000))
    assert large < 8 * max(small, 0.5)
    with store.snapshot() as session:
        assert len(listing.ids(session, enterprises.LISTING, scope=None)) == 12_000


def test_every_register_of_the_demo_is_the_same_after_export_and_import(demo: Store, tmp_path: Path) -> None:
    paths = []
    for key in ("people", "groups", "inspections", "hazard_list", "cases", "inspection_stats", "case_stats"):
        paths.append(tmp_path / f"{key}.xlsx")
        runs.export_form(demo, campaign_id=1, key=key, target=paths[-1])
    with demo.snapshot() as session:
        received = session.scalar(select(func.count()).select_from(Submission))
    steps = runs.import_all(demo, paths=paths, campaign_id=1)
    assert {step.file: (step.outcome, step.message) for step in steps} == {path.name: ("same", "") for path in paths}
    before = head(demo)
    runs.import_all(demo, paths=paths, campaign_id=1)
    assert head(demo) == before
    with demo.snapshot() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == (received or 0) + len(paths)
    with demo.snapshot() as session:
        counted = [session.scalar(select(func.count()).select_from(entity)) for entity in (Inspection, Finding)]
        assert counted == [48, 333]
        assert len(listing.ids(session, cases.LISTING, scope=1)) == 10
        assert len(listing.ids(session, inspections.LISTING, scope=1)) == 48
