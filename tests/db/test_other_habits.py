"""Campaigns whose files come otherwise than most: fewer, on sheets, twice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from services import migrate, runs
from services.checks import Check
from tests import make
from tests.db import test_nine_forms as usual
from tests.imports.drafts import code_of, firm

AS_OF = date(2023, 4, 25)
_FILES = ("检查记录", "台账", "附件2")


def run(folder: Path) -> runs.Run:
    with migrate.open_store(folder / "data", operator="周启明") as store:
        return runs.run_folder(store, source=folder, target=folder / "报送", as_of=AS_OF)


def value(done: runs.Run, key: str) -> object:
    return next(figure.value for figure in done.figures if figure.key == key)


def troubles(done: runs.Run) -> list[str]:
    return [f"{one.rule} {one.level} {one.told}" for one in done.issues if one.level != "I"]


def named(found: Iterable[Check], rule: str, *words: str) -> bool:
    return any(one.rule == rule and all(word in one.place + one.message for word in words) for one in found)


def rows_of(path: Path) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def append(path: Path, *rows: Sequence[object]) -> None:
    made = openpyxl.load_workbook(path)
    assert made.active is not None
    for row in rows:
        made.active.append(list(row))
    made.save(path)


def report(folder: Path, overview: str) -> None:
    prose = {**make.PARTS, "总体情况": overview}
    (folder / "report.txt").write_text("\n".join(f"{part}\n{text}" for part, text in prose.items()), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the usual campaign; nobody waits for its package."""
    monkeypatch.setattr(runs, "make_package", lambda *_args, **_given: None)
    usual.write_campaign(tmp_path)
    return tmp_path


def test_where_no_ledger_came_the_statistics_make_the_findings_of_the_recorded_visits(folder: Path) -> None:
    for path in (folder / "forms").glob("*-台账.xlsx"):
        path.unlink()
    done = run(folder)
    found = {key: value(done, key) for key in ("visits", "enterprises", "findings", "major_hazards", "penalty_items", "proposed_cases")}
    assert found == {"visits": 6, "enterprises": 6, "findings": 24, "major_hazards": 1, "penalty_items": 2, "proposed_cases": 2}
    assert [line["findings"] for line in done.breakdowns["by_category"]] == [6, 6, 6, 6]
    assert troubles(done) == []


def test_a_group_s_forms_on_sheets_of_one_workbook_are_compared_like_files(folder: Path) -> None:
    for group in usual.GROUPS:
        made = openpyxl.Workbook()
        del made["Sheet"]
        for kind in _FILES:
            path = folder / "forms" / f"{group}-{kind}.xlsx"
            sheet = made.create_sheet(kind)
            rows = rows_of(path)
            if kind == "附件2" and group == "第一检查组":
                rows[3][3:5] = [5, 2]
                rows.append([4, *rows[4][1:]])
            for row in rows:
                sheet.append(row)
            path.unlink()
        made.save(folder / "forms" / f"{group}报送材料.xlsx")
    done = run(folder)
    assert (value(done, "findings"), value(done, "groups")) == (24, 2)
    assert [line["name"] for line in done.breakdowns["by_group"]] == list(usual.GROUPS)
    assert named(done.issues, "P01", firm(0), "来表 5 项")
    assert named(done.issues, "P03", firm(2), "第 7 行")
    assert len(troubles(done)) == 2


def test_a_major_hazard_meets_the_ledger_although_its_enterprise_was_visited_again(folder: Path) -> None:
    day = date(2023, 4, 20)
    again = [9, firm(0), code_of(0), usual.town(0), day, "第一检查组", "何志远", "康立群", "LQ2023-0999", day, "重点检查", 0]
    append(folder / "forms" / "第一检查组-检查记录.xlsx", again)
    report(folder, "本次组成两个检查组，检查企业六家、七家次，发现问题二十四项，其中重大事故隐患一项，拟立案两件，拟处罚金额30,000元。")
    done = run(folder)
    assert [value(done, key) for key in ("enterprises", "visits", "findings", "major_hazards")] == [6, 7, 24, 1]
    assert troubles(done) == []


def test_numbers_in_words_are_compared_with_the_figures_too(folder: Path) -> None:
    report(folder, "检查企业六家，发现问题二十五项，一家企业有三个方面的不足，约谈负责人十三人次。")
    found = run(folder).issues
    assert named(found, "P34", "发现问题二十五项", "24 项")
    assert named(found, "P35", "十三人次")
    assert not any("一家" in one.message for one in found)


def test_ledgers_alone_bring_the_visits_of_enterprises_that_no_registry_has(folder: Path) -> None:
    for kind in ("检查记录", "附件2"):
        for path in (folder / "forms").glob(f"*-{kind}.xlsx"):
            path.unlink()
    firms = [[number + 1, firm(number), code_of(number), usual.town(number), "机械"] for number in range(8) if number != 1]
    usual.book(folder / "registry" / "名录.xlsx", "企业名录", "区局", [("序号", "企业名称", "统一社会信用代码", "镇办", "行业")], firms)
    done = run(folder)
    assert [value(done, key) for key in ("groups", "enterprises", "visits", "findings")] == [2, 6, 6, 24]
    assert named(done.issues, "P40", firm(1))
    assert len(troubles(done)) == 1


def test_a_visit_that_a_ledger_brought_is_still_looked_at_for_its_day(folder: Path) -> None:
    for path in [*(folder / "forms").glob("*-检查记录.xlsx"), *(folder / "forms").glob("*-附件2.xlsx")]:
        path.unlink()
    path = folder / "forms" / "第二检查组-台账.xlsx"
    rows = rows_of(path)
    for row in rows[3:]:
        if row[1] == firm(5):
            row[3] = row[3] - timedelta(days=60)
    usual.book(path, "隐患整改台账", "第二检查组", [rows[2]], rows[3:])
    assert named(run(folder).issues, "P21", firm(5))


def test_words_of_a_ledger_and_of_a_case_are_judged_as_they_are_written(folder: Path) -> None:
    path = folder / "campaign.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    told["categories"] = ["设备设施", "现场作业（含动火）", "有限空间", "其他"]
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    for group in usual.GROUPS:
        ledger = folder / "forms" / f"{group}-台账.xlsx"
        rows = rows_of(ledger)
        for row in rows[3:]:
            row[5] = "现场作业(含动火)类" if row[5] == "现场作业类" else row[5]
        if group == "第一检查组":
            rows[5][4] = "#REF!"
        usual.book(ledger, "隐患整改台账", group, [rows[2]], rows[3:])
        (folder / "forms" / f"{group}-附件2.xlsx").unlink()
    cases = [[1, firm(0), "未消除隐患", usual.town(0), None, "不予立案"], [2, firm(1), "未消除隐患", usual.town(1), 2, "已作出处罚决定"]]
    usual.book(folder / "forms" / "附件3.xlsx", "拟立案行政处罚案件统计表", "大队", [usual._CASE], cases)
    done = run(folder)
    assert [line["findings"] for line in done.breakdowns["by_category"]] == [6, 6, 6, 6]
    assert value(done, "findings") == 24
    assert named(done.issues, "P42", "#REF!")
    levels = {one.rule: one.level for one in done.issues if one.rule in ("P07", "P08")}
    assert levels == {"P07": "I", "P08": "W"}  # no decision was asked for of anybody: one warning, nothing blocks


def test_a_case_of_an_enterprise_that_nobody_knows_counts_and_is_named(folder: Path) -> None:
    heads, town = usual._CASE, usual.town(0)
    cases = [[1, firm(0), "未消除隐患", town, 1, "已立案"], [2, "东山石料加工场", "未消除隐患", town, 2, "已立案"]]
    usual.book(folder / "forms" / "附件3.xlsx", "拟立案行政处罚案件统计表", "大队", [heads], cases)
    done = run(folder)
    assert (value(done, "proposed_cases"), value(done, "fine_proposed_yuan")) == (2, 30_000)
    assert {one.rule for one in done.issues if one.level != "I" and "东山石料" in one.place} == {"P05", "P40"}


def test_a_hazard_that_the_ledger_calls_slight_and_the_list_calls_grave_is_asked_about(folder: Path) -> None:
    path = folder / "forms" / "第一检查组-台账.xlsx"
    rows = rows_of(path)
    rows[3][6] = "一般"
    usual.book(path, "隐患整改台账", "第一检查组", [rows[2]], rows[3:])
    done = run(folder)
    assert value(done, "major_hazards") == 1
    assert named(done.issues, "P28", firm(0), "“一般”")


def test_a_registry_row_that_stands_twice_or_under_two_codes_is_named(folder: Path) -> None:
    path = folder / "registry" / "名录.xlsx"
    rows = rows_of(path)[3:]
    other = next(row for row in rows if row[1] == firm(7))  # nobody was there
    twice = next(row for row in rows if row[1] == firm(2))
    append(path, [91, *twice[1:]], [92, firm(3), code_of(40), *rows[3][3:]], [93, firm(7), code_of(41), *other[3:]])
    done = run(folder)
    told = [one for one in done.issues if one.rule == "P40"]
    assert [(one.level, firm(2) in one.message) for one in told if "重复" in one.message] == [("I", True)]
    levels = {name: one.level for one in told if "两个信用代码" in one.message for name in (firm(3), firm(7)) if name in one.place}
    assert levels == {firm(3): "W", firm(7): "I"}
    assert len(troubles(done)) == 1


def test_a_visit_that_two_groups_report_counts_once_and_says_for_whom(folder: Path) -> None:
    lead, other = usual.GROUPS
    first, second = (folder / "forms" / f"{group}-检查记录.xlsx" for group in (lead, other))
    heads, row = rows_of(first)[2], list(rows_of(first)[3])
    place = next(place for place, cell in enumerate(row) if cell in usual.GROUPS)
    row[place] = other
    append(second, row)
    done = run(folder)
    assert heads[place] == "检查组"
    assert [value(done, key) for key in ("visits", "enterprises", "group_visits", "findings")] == [6, 6, 6, 24]
    assert sum(line["enterprises"] for line in done.breakdowns["by_group"]) == 6
    (said,) = [one for one in done.issues if "联合检查" in one.message]
    assert (said.rule, said.level) == ("P03", "I")
    assert f"记在{lead}" in said.message
    visits = next(figure for figure in done.figures if figure.key == "visits")
    assert "联合检查计一家次" in visits.definition
    assert troubles(done) == []


def test_a_progress_that_tells_of_a_decision_blocks_where_the_others_have_theirs(folder: Path) -> None:
    heads = ["企业名称", "违法行为描述", "镇办", "办案程序", "拟处罚金额（万元）", "已处罚金额（万元）", "目前进展", "进展说明", "立案日期",
             "决定日期", "决定书文号", "公示日期"]  # fmt: skip
    day = date(2023, 4, 12)
    decided = [
        firm(0),
        "未消除隐患",
        usual.town(0),
        "普通程序",
        1,
        1,
        "已决定",
        None,
        day,
        date(2023, 4, 20),
        "（岚）应急罚〔2023〕1号",
        AS_OF,
    ]
    said = [firm(1), "未培训", usual.town(1), "普通程序", 2, None, "已立案", "已作出处罚决定", day, None, None, None]
    (folder / "forms" / "附件3.xlsx").unlink(missing_ok=True)
    usual.book(folder / "forms" / "案件台账.xlsx", "案件台账", "大队", [heads], [decided, said])
    found = [one for one in run(folder).issues if one.rule == "P08"]
    assert [(one.level, firm(1) in one.place) for one in found] == [("B", True)]


def test_no_penalty_and_what_is_to_come_are_no_decision(folder: Path) -> None:
    words = ("作出不予处罚决定", "拟作出处罚决定", "处罚决定待审批", "已送达告知书")
    cases = [[number, firm(number), "未消除隐患", usual.town(number), 1, said] for number, said in enumerate(words)]
    usual.book(folder / "forms" / "附件3.xlsx", "拟立案行政处罚案件统计表", "大队", [usual._CASE], cases)
    assert not [one for one in run(folder).issues if one.rule == "P08"]


def test_groups_that_went_out_and_other_numbers_by_hand_are_known(folder: Path) -> None:
    report(folder, "本次行动出动两个检查组，检查企业六家、六家次，发现问题二十四项，拟立案两件，开展宣讲二十七场。")
    found = [one for one in run(folder).issues if one.rule in ("P34", "P35", "P37")]
    assert [one.rule for one in found] == ["P35"]
    assert "二十七场" in found[0].message
    assert "检查组" not in found[0].message
