"""A campaign from a folder of files: the main job, whole and with broken parts."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Boolean, Date, Integer, String, inspect, select

import resources
from models import Base, Campaign
from models.base import Moment
from services import campaigns, figures, lookup, records, runs, undoing
from services.errors import FileTrouble, Problem, UndoConflict
from services.store import Store
from tests import make
from tests.db.conftest import Demo

DEMO = resources.path("samples", "demo")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a small folder: a campaign, two units, one annex 1."""
    place = tmp_path / "来件"
    (place / "forms").mkdir(parents=True)
    (place / "campaign.json").write_text(json.dumps(make.CAMPAIGN, ensure_ascii=False), encoding="utf-8")
    (place / "units.csv").write_text("name,kind,aliases,nominees\n柳溪镇,镇办,柳溪,1\n石坪镇,镇办,,1\n", encoding="utf-8")
    (place / "forms" / "柳溪镇附件1.csv").write_text(
        "姓名,工作单位及职务,执法证号,手机号码,备注\n周砚秋,柳溪镇安环办科员,99030200001,19900000001,\n", encoding="utf-8"
    )
    parts = "".join(f"【{part}】\n{text}\n" for part, text in make.PARTS.items())
    (place / "report.txt").write_text(parts, encoding="utf-8")
    return place


def run(store: Store, folder: Path, tmp_path: Path) -> runs.Run:
    return runs.run_folder(store, source=folder, target=tmp_path / "报送")


def campaigns_in(store: Store) -> list[dict[str, Any]]:
    with store.read() as session:
        return lookup.list_campaigns(session)


def test_the_demo_counts_what_the_sample_holds(demo_once: Demo) -> None:
    found = {figure.key: figure.value for figure in demo_once.done.figures}
    wanted = {"visits": 48, "enterprises": 48, "findings": 333, "penalty_items": 16, "proposed_cases": 8, "groups": 3}
    assert {key: found[key] for key in wanted} == wanted


def test_the_categories_of_the_demo_are_those_of_its_ledgers(demo_once: Demo) -> None:
    counted: dict[str, int] = {}
    for path in sorted((DEMO / "forms").rglob("*台账.xlsx")):
        sheet = openpyxl.load_workbook(path).worksheets[0]
        rows = list(sheet.iter_rows(values_only=True))
        head = next((row for row in rows if "问题类别" in row), None)
        if head is None:
            continue
        place = head.index("问题类别")
        for row in rows[rows.index(head) + 1 :]:
            if row[place]:
                counted[str(row[place])] = counted.get(str(row[place]), 0) + 1
    shown = {row["name"]: row["findings"] for row in demo_once.done.breakdowns["by_category"] if row["findings"]}
    assert shown == counted
    assert sum(counted.values()) == 333


def test_no_step_of_the_demo_is_refused(demo_once: Demo) -> None:
    assert [step for step in demo_once.done.steps if step.outcome == "refused"] == []
    assert demo_once.done.package is not None


def test_the_demo_stands_four_working_days_before_its_package_is_due(demo_once: Demo) -> None:
    made = demo_once.done.package
    assert made is not None
    assert "_0421-" in made.folder.name or "_0420-" in made.folder.name


def test_a_second_run_is_refused_and_changes_nothing(demo: Store, tmp_path: Path) -> None:
    with demo.read() as session:
        before = undoing.head(session)
    with pytest.raises(campaigns.CampaignExists):
        runs.run_folder(demo, source=DEMO, target=tmp_path / "报送", demo=True)
    with demo.read() as session:
        assert undoing.head(session) == before


def test_a_small_folder_makes_campaign_people_and_package(store: Store, folder: Path, tmp_path: Path) -> None:
    done = run(store, folder, tmp_path)
    assert [(step.file, step.outcome, step.counts.get("new")) for step in done.steps] == [
        ("campaign.json", "done", None),
        ("柳溪镇附件1.csv", "done", 1),
    ]
    assert done.package is not None


def test_broken_files_are_reported_and_the_rest_goes_on(store: Store, folder: Path, tmp_path: Path) -> None:
    forms = folder / "forms"
    (forms / "坏的.xlsx").write_bytes(b"PK\x03\x04 broken")
    (forms / "空的.xlsx").write_bytes(b"")
    (forms / "照片.jpg").write_bytes(b"\xff\xd8\xff\xe0 picture")
    (forms / "旧表.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old")
    (forms / "闲话.txt").write_text("今天天气不错。", encoding="utf-8")
    (forms / "~$锁.xlsx").write_bytes(b"lock")
    done = run(store, folder, tmp_path)
    outcomes = {step.file: step.outcome for step in done.steps}
    assert outcomes.pop("柳溪镇附件1.csv") == "done"
    assert outcomes.pop("campaign.json") == "done"
    assert outcomes == dict.fromkeys(("坏的.xlsx", "空的.xlsx", "照片.jpg", "旧表.doc", "闲话.txt"), "refused")
    assert all(step.message for step in done.steps if step.outcome == "refused")


def test_an_empty_folder_says_what_is_missing(store: Store, tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()
    with pytest.raises(runs.NoNotice):
        run(store, tmp_path / "空", tmp_path)


def test_a_file_is_no_folder(store: Store, tmp_path: Path) -> None:
    (tmp_path / "一份文件").write_text("", encoding="utf-8")
    with pytest.raises(runs.NotAFolder):
        run(store, tmp_path / "一份文件", tmp_path)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1, 2]", '"甲"', "[" * 100_000, '{"name": "甲", "phases": 3}', '{"name": "甲", "issued_on": "三月"}', '{"name": null}'],
)
def test_a_broken_campaign_file_is_one_sentence_and_nothing_is_written(store: Store, folder: Path, tmp_path: Path, text: str) -> None:
    (folder / "campaign.json").write_text(text, encoding="utf-8")
    with pytest.raises(Problem) as refused:
        run(store, folder, tmp_path)
    assert refused.value.message().endswith("。")
    assert refused.value.way_out()
    assert campaigns_in(store) == []


def test_the_files_of_a_folder_may_be_written_in_gbk(store: Store, folder: Path, tmp_path: Path) -> None:
    for name in ("campaign.json", "units.csv"):
        path = folder / name
        path.write_bytes(path.read_text(encoding="utf-8").encode("gbk"))
    done = run(store, folder, tmp_path)
    assert done.campaign == make.CAMPAIGN["name"]
    assert done.steps[0].counts == {"units": 2}


def test_units_may_have_chinese_headings(store: Store, folder: Path, tmp_path: Path) -> None:
    (folder / "units.csv").write_text("名称,类型,别名,应报人数\n柳溪镇,镇办,柳溪、柳镇,1\n双汊镇\n", encoding="utf-8")
    assert run(store, folder, tmp_path).steps[0].counts == {"units": 2}
    with store.read() as session:
        assert campaigns.towns(session, 1) == ["柳溪镇", "双汊镇"]


@pytest.mark.parametrize(
    ("text", "refused"), [("镇,人\n柳溪镇,1\n", runs.NoUnitNames), ("name,nominees\n柳溪镇,一人\n", campaigns.BadNotice)]
)
def test_units_that_cannot_be_read_are_refused(store: Store, folder: Path, tmp_path: Path, text: str, refused: type[Problem]) -> None:
    (folder / "units.csv").write_text(text, encoding="utf-8")
    with pytest.raises(refused):
        run(store, folder, tmp_path)
    assert campaigns_in(store) == []


def test_a_target_that_is_a_file_is_refused_before_anything_is_written(store: Store, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "报送").write_text("", encoding="utf-8")
    with pytest.raises(FileTrouble):
        run(store, folder, tmp_path)
    assert campaigns_in(store) == []


def test_forms_without_registry_still_make_visits(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "来件"
    shutil.copytree(DEMO, folder)
    shutil.rmtree(folder / "registry")
    done = runs.run_folder(store, source=folder, target=tmp_path / "报送", draft=True)
    found = {figure.key: figure.value for figure in done.figures}
    assert (found["visits"], found["findings"]) == (48, 333)


def test_a_blocked_run_keeps_the_data_and_says_why(store: Store, folder: Path, tmp_path: Path) -> None:
    (folder / "forms" / "检查记录.csv").write_text("检查企业,检查日期,状态\n岚桥区瑞丰纺织有限公司,2023-04-10,草稿\n", encoding="utf-8")
    done = run(store, folder, tmp_path)
    assert done.package is None
    assert done.blocked is not None
    assert done.as_json()["problem"]["code"] == "preflight_blocked"
    assert len(campaigns_in(store)) == 1


def test_the_report_prose_is_sorted_into_its_parts(store: Store, folder: Path, tmp_path: Path) -> None:
    (folder / "report.txt").write_text("开头一句。\n【主要做法】\n联合检查。\n三、存在问题\n培训不足。\n", encoding="utf-8")
    run(store, folder, tmp_path)
    with store.read() as session:
        prose = session.scalars(select(Campaign.prose)).one()
    assert prose == {"总体情况": "开头一句。", "主要做法": "联合检查。", "存在问题": "培训不足。"}


def _undo_all(store: Store) -> int:
    undone = 0
    while True:
        with store.read() as session:
            entry = undoing.next_undo(session)
        if entry is None:
            return undone
        _undo_one(store)
        undone += 1


def _undo_one(store: Store) -> None:
    with store.write("撤销") as session:
        undoing.undo(session)


def _redo(store: Store, count: int) -> None:
    for _number in range(count):
        with store.write("重做") as session:
            undoing.redo(session)


def test_every_operation_of_a_run_can_be_undone_to_nothing_and_done_again(store: Store, folder: Path, tmp_path: Path) -> None:
    runs.run_folder(store, source=folder, target=tmp_path / "报送", draft=True)
    with store.snapshot() as session:
        full = _counts(session)
    undone = _undo_all(store)
    with store.snapshot() as session:
        assert not any(_counts(session).values())
        undoing.verify(session)
    _redo(store, undone)
    with store.snapshot() as session:
        assert _counts(session) == full
        undoing.verify(session)


def test_the_demo_can_be_undone_as_far_as_the_package_that_was_handed_in(demo: Store) -> None:
    with demo.snapshot() as session:
        full = _counts(session)
        imports = sum(entry.kind == "import" for entry in undoing.entries(session))
    for _number in range(imports):
        _undo_one(demo)
    with demo.snapshot() as session:
        assert (_counts(session)["inspection"], _counts(session)["package"], _counts(session)["campaign"]) == (0, 1, 1)
    with pytest.raises(UndoConflict) as refused:
        _undo_one(demo)
    assert "报送包" in refused.value.message()
    _redo(demo, imports)
    with demo.snapshot() as session:
        assert _counts(session) == full
        undoing.verify(session)


def _counts(session: Any) -> dict[str, int]:
    found = {}
    for mapper in Base.registry.mappers:
        if getattr(mapper.class_, "__tracked__", False):
            found[mapper.class_.__tablename__] = len(records.alive(session, mapper.class_))
    return found


def test_every_stored_value_has_the_type_of_its_column(demo_once: Demo) -> None:
    raw = sqlite3.connect(demo_once.data / "data.sqlite")
    wrong = []
    try:
        for mapper in Base.registry.mappers:
            table = inspect(mapper.class_).local_table
            for column in table.columns:
                allowed = _stored_types(column.type) | ({"null"} if column.nullable else set())
                query = f'SELECT DISTINCT typeof("{column.name}") FROM "{table.name}"'
                found = {row[0] for row in raw.execute(query)}
                if not found <= allowed:
                    wrong.append(f"{table.name}.{column.name}: {found - allowed}")
    finally:
        raw.close()
    assert wrong == []


def _stored_types(kind: object) -> set[str]:
    if isinstance(kind, Integer | Boolean):
        return {"integer"}
    assert isinstance(kind, String | Date | Moment) or type(kind).__name__ in ("JSON", "Text", "Moment"), kind
    return {"text"}


def test_the_run_says_its_figures_as_the_figures_command_does(demo_once: Demo) -> None:
    document = demo_once.done.as_json()
    assert document["schema"] == "run/1"
    assert document["figures"] == figures.as_json(demo_once.done.figures, demo_once.done.breakdowns)
    assert json.loads(json.dumps(document, ensure_ascii=False)) == document
