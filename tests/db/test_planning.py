"""Files planned together: nothing twice, nothing guessed, every decision kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Enterprise, Finding, Inspection, Submission
from models.forms import Row
from services import enterprises, findings, importing, inspections, listing, people, records, runs, undoing
from services.imports import bulk, counted
from services.imports.desks import DESKS
from services.imports.likeness import Names
from services.imports.plan import Choice, Plan, PlanRow, make_batch
from services.imports.planned import Batch
from services.imports.read_form import ReadForm
from services.store import Store
from tests import make

NAME = "岚桥区瑞丰纺织有限公司"
OTHER = "岚桥区恒信机械有限公司"
PERSON: Row = {"name": "周砚秋", "unit_position": "柳溪镇安环办科员", "cert_no": "99030200001", "phone": "19900000001"}
FINDING: Row = {"enterprise": OTHER, "hazard": "配电箱没有漏电保护", "category": "设施设备类"}
VISIT: Row = {"enterprise": OTHER, "town": "石坪镇", "checked_on": date(2023, 4, 12), "group": "第一检查组"}


def together(store: Store, *files: tuple[Path, ReadForm], campaign: int | None, results: bool = False) -> Batch:
    with store.snapshot() as session:
        return make_batch(session, files=files, campaign_id=campaign, results=results)


def workbook(folder: Path, *tables: tuple[str, Row], name: str = "两张表.xlsx") -> tuple[Path, ReadForm]:
    """Return one file with several tables, each on a sheet."""
    reads: list[ReadForm] = []
    for number, (form, row) in enumerate(tables, start=1):
        path, read = make.received(folder, form, row, name=name)
        read.sheet = read.rows[0].sheet = f"Sheet{number}"
        reads.append(read)
    return path, ReadForm(path, "imported", form=reads[0].form, rows=[row for read in reads for row in read.rows], tables=reads)


def rows_of(plan: Plan) -> list[PlanRow]:
    return [row for _code, row in plan.rows]


def actions(plan: Plan) -> list[str]:
    return [row.action for row in rows_of(plan)]


def count(store: Store, entity: type) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(entity)) or 0


def test_findings_and_their_visit_in_one_workbook_both_go_in_at_the_first_import(store: Store, campaign: int, tmp_path: Path) -> None:
    path, read = workbook(tmp_path, ("hazard_list", {**FINDING, "checked_on": date(2023, 4, 12)}), ("inspections", VISIT))
    made = runs.plan_read(store, path=path, read=read, campaign_id=campaign)
    assert actions(made) == ["new", "new"]
    runs.apply(store, plan=made)
    assert actions(runs.plan_read(store, path=path, read=read, campaign_id=campaign)) == ["same", "same"]
    assert count(store, Finding) == 1


def test_findings_in_one_file_rest_on_a_visit_in_another(store: Store, campaign: int, tmp_path: Path) -> None:
    ledger = make.received(tmp_path, "hazard_list", FINDING, name="台账.xlsx")
    visits = make.received(tmp_path, "inspections", VISIT, name="检查记录.xlsx")
    batch = together(store, ledger, visits, campaign=campaign)
    assert [(plan.path.name, actions(plan)) for plan in batch.plans] == [("检查记录.xlsx", ["new"]), ("台账.xlsx", ["new"])]
    steps = runs.apply_batch(store, batch=batch)
    assert [(step.outcome, step.counts["new"]) for step in steps] == [("flagged", 1), ("done", 1)] or all(
        step.counts["new"] == 1 for step in steps
    )


def test_the_same_row_in_two_files_is_written_once_and_said(store: Store, campaign: int, tmp_path: Path) -> None:
    first = make.received(tmp_path, "personnel", PERSON, name="甲.xlsx")
    second = make.received(tmp_path, "personnel", {**PERSON, "phone": "19900000002"}, {**PERSON}, name="乙.xlsx")
    batch = together(store, first, second, campaign=campaign)
    [by_name] = [plan for plan in batch.plans if plan.path.name == "甲.xlsx"]
    [other] = [plan for plan in batch.plans if plan.path.name == "乙.xlsx"]
    kept, repeated = (by_name, other) if batch.plans[0] is by_name else (other, by_name)
    assert "new" in actions(kept)
    flagged = [flag.code for row in rows_of(repeated) for flag in row.flags]
    assert "duplicate_across_files" in flagged
    assert batch.counts["new"] == 1


def test_of_two_files_that_differ_the_clerk_picks_one(store: Store, campaign: int, tmp_path: Path) -> None:
    first = make.received(tmp_path, "personnel", PERSON, name="1.xlsx")
    second = make.received(tmp_path, "personnel", {**PERSON, "phone": "19900000002"}, name="2.xlsx")
    batch = together(store, first, second, campaign=campaign)
    repeated = rows_of(batch.plans[1])[0]
    assert (repeated.action, repeated.changes, repeated.twin) == (
        "rejected",
        {"phone": ("19900000001", "19900000002")},
        ("1.xlsx", rows_of(batch.plans[0])[0].ref),
    )
    again = runs.replan(store, batch=batch, choices={second[0]: {repeated.ref: Choice(instead=True)}})
    assert [actions(plan) for plan in again.plans] == [["rejected"], ["new"]]
    runs.apply_batch(store, batch=again)
    with store.read() as session:
        row = people.load(session, record_id=1)
    assert row["phone"] == "19900000002"


def test_people_of_one_name_that_nothing_tells_apart_are_asked_for(store: Store, campaign: int, tmp_path: Path) -> None:
    with store.write("录入") as session:
        number = make.person(session, campaign, cert_no=None)
    received = make.received(tmp_path, "personnel", {**PERSON, "cert_no": None, "phone": "19900000009"})
    made = runs.plan_read(store, path=received[0], read=received[1], campaign_id=campaign)
    [row] = rows_of(made)
    assert row.action == "rejected"
    assert row.question
    assert [one.record_id for one in row.candidates] == [number]
    same = runs.plan_read(store, path=received[0], read=received[1], campaign_id=campaign, choices={row.ref: Choice(record_id=number)})
    assert actions(same) == ["changed"]
    other = runs.plan_read(store, path=received[0], read=received[1], campaign_id=campaign, choices={row.ref: Choice(new=True)})
    assert runs.apply(store, plan=other)["new"] == 1


@pytest.mark.parametrize(
    ("changes", "action"),
    [
        ({"phone": "19900000002"}, "changed"),
        ({"cert_no": "99030200009"}, "new"),
        ({"cert_no": None}, "same"),
        ({"cert_no": None, "phone": None}, "same"),
        ({"cert_no": None, "phone": "19900000002", "unit_position": "石坪镇安环办"}, "new"),
    ],
)
def test_certificate_phone_and_unit_decide_who_a_person_is(store: Store, campaign: int, tmp_path: Path, changes: Row, action: str) -> None:
    with store.write("录入") as session:
        make.person(session, campaign)
    received = make.received(tmp_path, "personnel", {**PERSON, **changes})
    assert actions(runs.plan_read(store, path=received[0], read=received[1], campaign_id=campaign)) == [action]


@pytest.mark.usefixtures("campaign")
def test_a_code_that_belongs_to_another_name_is_asked_for(store: Store, tmp_path: Path) -> None:
    received = make.received(tmp_path, "enterprises", {"name": "岚桥区金锚船舶配件厂", "credit_code": "91370302MA3DEMA02B"})
    [row] = rows_of(runs.plan_read(store, path=received[0], read=received[1], campaign_id=None))
    assert (row.action, bool(row.question)) == ("rejected", True)


@pytest.mark.usefixtures("campaign")
def test_a_renamed_enterprise_keeps_its_former_name(store: Store, tmp_path: Path) -> None:
    received = make.received(tmp_path, "enterprises", {"name": "岚桥区瑞丰纺织股份有限公司", "credit_code": "91370302MA3DEMA02B"})
    runs.apply(store, plan=runs.plan_read(store, path=received[0], read=received[1], campaign_id=None))
    with store.read() as session:
        row = enterprises.load(session, record_id=1)
    assert (row["name"], row["former_name"]) == ("岚桥区瑞丰纺织股份有限公司", NAME)


@pytest.mark.usefixtures("campaign")
def test_a_field_that_is_ours_to_keep_stays(store: Store, tmp_path: Path) -> None:
    row: Row = {"name": NAME, "credit_code": "91370302MA3DEMA02B", "town": "石坪镇", "employees": 40}
    received = make.received(tmp_path, "enterprises", row)
    ref = rows_of(runs.plan_read(store, path=received[0], read=received[1], campaign_id=None))[0].ref
    made = runs.plan_read(store, path=received[0], read=received[1], campaign_id=None, choices={ref: Choice(keep=frozenset({"town"}))})
    assert set(rows_of(made)[0].changes) == {"town", "employees"}
    runs.apply(store, plan=made)
    with store.read() as session:
        after = enterprises.load(session, record_id=1)
    assert (after["town"], after["employees"]) == ("柳溪镇", 40)


def test_a_cell_mended_in_the_plan_is_read_like_a_cell_of_the_file(store: Store, campaign: int, tmp_path: Path) -> None:
    received = make.received(tmp_path, "inspections", {**VISIT, "checked_on": None})
    [row] = rows_of(runs.plan_read(store, path=received[0], read=received[1], campaign_id=campaign))
    assert row.action == "rejected"
    batch = Batch(campaign, [runs.plan_read(store, path=received[0], read=received[1], campaign_id=campaign)])
    again = runs.replan(store, batch=batch, choices={received[0]: {row.ref: Choice(mended={"checked_on": "4月12日"})}})
    [mended] = rows_of(again.plans[0])
    assert (mended.action, mended.values["checked_on"]) == ("new", date(2023, 4, 12))


def test_a_row_that_is_left_out_is_counted_and_not_written(store: Store, campaign: int, tmp_path: Path) -> None:
    received = make.received(tmp_path, "personnel", PERSON, {**PERSON, "name": "石一", "cert_no": "99030200002", "phone": "19900000002"})
    first = runs.plan_read(store, path=received[0], read=received[1], campaign_id=campaign)
    choices = {rows_of(first)[0].ref: Choice(write=False)}
    made = runs.plan_read(store, path=received[0], read=received[1], campaign_id=campaign, choices=choices)
    assert actions(made) == ["rejected", "new"]


def test_a_decision_survives_a_change_made_meanwhile(store: Store, campaign: int, tmp_path: Path) -> None:
    received = make.received(tmp_path, "personnel", PERSON, {**PERSON, "name": "石一", "cert_no": "99030200002", "phone": "19900000002"})
    first = runs.plan_read(store, path=received[0], read=received[1], campaign_id=campaign)
    made = runs.plan_read(
        store, path=received[0], read=received[1], campaign_id=campaign, choices={rows_of(first)[0].ref: Choice(write=False)}
    )
    with store.write("录入") as session:
        make.enterprise(session, OTHER, credit_code=None)
    assert runs.apply(store, plan=made)["new"] == 1


def test_an_import_undone_takes_its_memory_of_duplicates_with_it(store: Store, campaign: int, tmp_path: Path) -> None:
    received = make.received(tmp_path, "hazard_list", {**FINDING, "enterprise": NAME})
    runs.apply(store, plan=runs.plan_read(store, path=received[0], read=received[1], campaign_id=campaign))
    with store.write("撤销") as session:
        undoing.undo(session)
    assert actions(runs.plan_read(store, path=received[0], read=received[1], campaign_id=campaign)) == ["new"]
    assert count(store, Submission) == 0


def test_a_near_name_is_named_and_the_row_stays_new(store: Store, campaign: int, tmp_path: Path) -> None:
    received = make.received(tmp_path, "inspections", {**VISIT, "enterprise": "瑞丰纺织有限责任公司"})
    [row] = rows_of(runs.plan_read(store, path=received[0], read=received[1], campaign_id=campaign))
    assert (row.action, [one.name for one in row.candidates]) == ("new", [NAME])
    assert "near_duplicate_name" in [flag.code for flag in row.flags]


def test_a_case_of_a_misspelled_enterprise_says_whom_it_may_mean(store: Store, campaign: int, tmp_path: Path) -> None:
    received = make.received(tmp_path, "cases", {"enterprise": "岚桥区瑞峰纺织有限公司", "violation": "未按规定培训"})
    [row] = rows_of(runs.plan_read(store, path=received[0], read=received[1], campaign_id=campaign))
    assert row.action == "rejected"
    assert NAME in row.reason


_ONE, _TWO = "云海石泉松柏梅竹兰菊江河湖川", "丰盛隆昌泰和兴旺荣华富康宁安"


def _firms(number: int) -> Row:
    """Return one of twelve thousand firms whose names lie one character apart."""
    first, second, third = number % 14, number // 14 % 14, number // 196
    return {
        "name": f"岚桥区{_ONE[first]}{_TWO[second]}{chr(0x5000 + third)}化工有限公司",
        "credit_code": f"9137030200000{number:05d}",
        "phone": f"1990{number:07d}",
    }


def test_twelve_thousand_names_one_character_apart_do_not_drown_the_240_real_ones() -> None:
    started = time.perf_counter()
    names = Names((number, _firms(number)) for number in range(12_000))
    found_in_crowd = sum(bool(names.near({**_firms(number), "name": f"{_firms(number)['name']}"})) for number in range(0, 12_000, 60))
    real = 0
    for number in range(0, 12_000, 50):
        firm = _firms(number)
        name = str(firm["name"])
        twin: Row = {
            **firm,
            "credit_code": None,
            "name": (name.removeprefix("岚桥区"), name.replace("有限公司", "厂"), name.replace("化工", "化学"))[number % 3],
        }
        real += any(one.place == number for one, _why, _score in names.near(twin))
    assert found_in_crowd == 0
    assert real == 240
    assert time.perf_counter() - started < 20


def test_annex_2_and_the_ledger_of_an_office_without_the_program_leave_together(store: Store, campaign: int, tmp_path: Path) -> None:
    stats = make.received(
        tmp_path, "inspection_stats", {"enterprise": OTHER, "town": "石坪镇", "findings_total": 2, "cat.设施设备类": 2, "penalties": 0},
        name="附件2.xlsx", submitter="第一检查组",
    )  # fmt: skip
    ledger = make.received(tmp_path, "hazard_list", FINDING, {**FINDING, "hazard": "没有安全出口标志"}, name="台账.xlsx")
    batch = together(store, stats, ledger, campaign=campaign)
    assert [actions(plan) for plan in batch.plans] == [["new", "new"], ["same"]]
    runs.apply_batch(store, batch=batch)
    assert (count(store, Finding), count(store, Inspection)) == (2, 2)
    again = together(store, stats, ledger, campaign=campaign)
    assert again.counts["same"] == 3


def test_where_statistics_and_ledger_disagree_the_enterprise_is_named_and_kept_once(store: Store, campaign: int, tmp_path: Path) -> None:
    with store.write("录入") as session:
        make.finding(session, campaign)
    received = make.received(tmp_path, "inspection_stats", {"enterprise": NAME, "findings_total": 4, "cat.设施设备类": 4})
    made = runs.plan_read(store, path=received[0], read=received[1], campaign_id=campaign)
    assert made.named
    assert NAME in made.named[0]
    for _time in range(2):
        runs.apply(store, plan=runs.plan_read(store, path=received[0], read=received[1], campaign_id=campaign))
    with store.read() as session:
        [submission] = session.scalars(select(Submission))
    assert [one["enterprise"] for one in submission.unread or () if one.get("reason")] == [NAME]
    with store.read() as session:
        assert ["台账 1 项、来表 4 项" in one.sentence for one in counted.disagreements(session, campaign_id=campaign)] == [True]
    with store.write("补录") as session:
        for number in range(3):
            make.finding(session, campaign, hazard=f"第{number}处没有护栏")
    with store.read() as session:
        assert counted.disagreements(session, campaign_id=campaign) == []


def test_a_ledger_takes_the_place_of_findings_that_were_only_counted(store: Store, campaign: int, tmp_path: Path) -> None:
    row: Row = {"enterprise": OTHER, "town": "石坪镇", "findings_total": 2, "cat.设施设备类": 1, "cat.其他类": 1, "penalties": 1}
    stats = make.received(tmp_path, "inspection_stats", row, name="第二检查组附件2.xlsx")
    runs.apply(store, plan=runs.plan_read(store, path=stats[0], read=stats[1], campaign_id=campaign))
    ledger = make.received(tmp_path, "hazard_list", FINDING, {**FINDING, "hazard": "没有台账", "category": "其他类"}, name="台账.xlsx")
    made = runs.plan_read(store, path=ledger[0], read=ledger[1], campaign_id=campaign)
    assert actions(made) == ["changed", "changed"]
    runs.apply(store, plan=made)
    assert count(store, Finding) == 2
    assert actions(runs.plan_read(store, path=ledger[0], read=ledger[1], campaign_id=campaign)) == ["same", "same"]
    assert actions(runs.plan_read(store, path=stats[0], read=stats[1], campaign_id=campaign)) == ["same"]


def test_a_ledger_as_results_makes_the_visit_and_says_so(store: Store, campaign: int, tmp_path: Path) -> None:
    received = make.received(tmp_path, "hazard_list", {**FINDING, "enterprise": "岚桥区新来的木器厂", "checked_on": date(2023, 4, 14)})
    assert actions(runs.plan_read(store, path=received[0], read=received[1], campaign_id=campaign)) == ["rejected"]
    made = runs.plan_read(store, path=received[0], read=received[1], campaign_id=campaign, results=True)
    assert runs.apply(store, plan=made)["new"] == 1
    with store.read() as session:
        visit = session.scalars(select(Inspection).order_by(Inspection.id.desc())).first()
        assert visit is not None
        assert ("来源：表格" in str(visit.remark), visit.checked_on) == (True, date(2023, 4, 14))


def test_major_hazards_become_findings_of_level_major(store: Store, campaign: int, tmp_path: Path) -> None:
    row: Row = {
        "enterprise": NAME,
        "hazard": "粉尘车间没有泄爆口",
        "basis": "判定标准 第一条",
        "fund": 5_000_000,
        "supervisor": "柳溪镇安环办",
        "due": date(2023, 5, 10),
    }
    received = make.received(tmp_path, "major_hazards", row)
    runs.apply(store, plan=runs.plan_read(store, path=received[0], read=received[1], campaign_id=campaign))
    with store.read() as session:
        found = session.scalars(select(Finding)).one()
        assert (found.level, found.basis, found.fund, found.supervisor) == ("重大", "判定标准 第一条", 5_000_000, "柳溪镇安环办")
    assert actions(runs.plan_read(store, path=received[0], read=received[1], campaign_id=campaign)) == ["same"]


def test_confined_spaces_add_a_tag_and_change_nothing_that_is_known(store: Store, campaign: int, tmp_path: Path) -> None:
    row: Row = {"enterprise": NAME, "phone": "19900000077", "spaces_total": 3, "hazards": "硫化氢", "town": "石坪镇"}
    received = make.received(tmp_path, "confined_space", row, {**row, "enterprise": OTHER})
    made = runs.plan_read(store, path=received[0], read=received[1], campaign_id=campaign)
    assert actions(made) == ["changed", "new"]
    runs.apply(store, plan=made)
    with store.read() as session:
        after = enterprises.load(session, record_id=1)
    assert (after["tags"], after["town"], after["phone"]) == (("有限空间",), "柳溪镇", "19900000077")
    assert actions(runs.plan_read(store, path=received[0], read=received[1], campaign_id=campaign)) == ["same", "same"]


def test_a_summary_of_towns_is_compared_and_never_written(store: Store, campaign: int, tmp_path: Path) -> None:
    with store.write("录入") as session:
        make.finding(session, campaign)
    rows: list[Row] = [
        {"town": "柳溪镇", "enterprises_checked": 1, "findings": 1, "rectified": 0},
        {"town": "石坪镇", "enterprises_checked": 3},
    ]
    made = runs.plan_read(store, path=(got := make.received(tmp_path, "town_summary", *rows))[0], read=got[1], campaign_id=campaign)
    assert (actions(made), made.writes) == (["same", "rejected"], 0)
    assert "台账 0、来表 3" in rows_of(made)[1].reason


def test_many_rows_at_once_are_what_they_would_be_one_by_one(store: Store, campaign: int) -> None:
    source = records.Source("来表.xlsx", "Sheet1", 2)
    visits: list[Row] = [
        {**VISIT, "officers": ("康立群", "丁海波"), "leader": "何志远", "remark": "一"},
        {**VISIT, "enterprise": "岚桥区新到的木器厂", "credit_code": "91370302MA3DEMA198", "officers": ("丁海波",), "group": None},
    ]
    ledger: list[Row] = [
        {**FINDING, "rechecked_on": date(2023, 4, 20), "disposal": "立案查处"},
        {**FINDING, "hazard": "没有台账", "enterprise": "岚桥区新到的木器厂", "penalty": True, "level": "重大"},
    ]

    def by(write: Callable[[Session, str, list[Row]], None]) -> list[list[Row]]:
        with store.write("写入") as session:
            write(session, "inspections", visits)
            write(session, "hazard_list", ledger)
        with store.read() as session:
            found = [
                [
                    service.load(session, record_id=number)
                    for number in listing.ids(session, service.LISTING, scope=campaign, sort="id")[-2:]
                ]
                for service in (inspections, findings)
            ]
        with store.write("撤销") as session:
            undoing.undo(session)
        return found

    def singly(session: Session, code: str, rows: list[Row]) -> None:
        for row in rows:
            DESKS[code].save(session, campaign_id=campaign, row=dict(row), source=source)

    def together_(session: Session, code: str, rows: list[Row]) -> None:
        add = bulk.add_visits if code == "inspections" else bulk.add_findings
        add(session, [(dict(row), source) for row in rows], campaign_id=campaign)

    assert by(together_) == by(singly)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    picked=st.lists(
        st.tuples(st.sampled_from(["周砚秋", "石一", "丁海波"]), st.sampled_from([None, "99030200001", "99030200002"]),
                  st.sampled_from([None, "19900000001", "19900000002"]), st.sampled_from([None, "柳溪镇安环办", "石坪镇安环办"])),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_counts_in_are_counts_out_and_every_import_is_one_undo(
    store: Store, campaign: int, tmp_path: Path, picked: list[tuple[str, ...]]
) -> None:
    rows: list[Row] = [dict(zip(("name", "cert_no", "phone", "unit_position"), one, strict=True)) for one in picked]
    files = [make.received(tmp_path, "personnel", *part, name=f"{n}.xlsx") for n, part in enumerate((rows[::2], rows[1::2])) if part]
    with store.read() as session:
        before = [one.id for one in undoing.entries(session)]
    batch = together(store, *files, campaign=campaign)
    counts = batch.counts
    assert counts["new"] + counts["changed"] + counts["same"] + counts["rejected"] == len(rows)
    assert all(row.reason for plan in batch.plans for row in rows_of(plan) if row.action == "rejected")
    steps = importing.apply_batch(store, batch=batch)
    assert all(step.outcome != "refused" for step in steps), steps
    again = together(store, *files, campaign=campaign)
    assert (again.counts["new"], again.counts["changed"]) == (0, 0)
    with store.read() as session:
        added = [one for one in undoing.entries(session) if one.id not in before]
    writing = sum(step.outcome in ("done", "flagged") and step.counts["new"] + step.counts["changed"] > 0 for step in steps)
    assert writing <= len(added) <= len(files)  # a file that writes nothing is noted as received, once
    for _one in added:
        with store.write("撤销") as session:
            undoing.undo(session)
    assert count(store, Enterprise) == 1
    assert together(store, *files, campaign=campaign).counts == counts
