"""The sample campaign: remade without a difference, and in agreement with itself."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook

import resources
from build.sample import invent, write_demo, write_registry
from build.sample_campaign import DEMO_DAY
from build.sample_hands import HANDS
from build.sample_registry import enterprise
from models.annexes import CASE_LIST, CATEGORIES, ENTERPRISE_LIST, FINDING_LEDGER, GROUP_LIST, INSPECTION_RECORD
from models.codes import is_credit_code
from models.forms import Form, Row

DEMO = resources.path("samples", "demo")
PLACEHOLDERS = (
    "检查组、检查家次、检查企业、发现问题、重大事故隐患、已整改、整改率、处罚事项、拟立案、拟罚金额、执法人员人次、专家人次、逾期未整改"
)
GROUPS = ("第一检查组", "第二检查组", "第三检查组")


def cells(path: Path) -> list[tuple[Any, ...]]:
    return list(load_workbook(path).worksheets[0].iter_rows(values_only=True))


def read(path: Path, form: Form, heading: int) -> list[Row]:
    """Return the clean rows of a register; any flag fails the test."""
    lines = cells(path)
    keys = {column.title.replace("\n", ""): column.key for column in form.columns}
    heads = [keys.get(str(head)) for head in lines[heading]]
    rows = []
    for number, line in enumerate(lines[heading + 1 :], start=heading + 2):
        row, issues = form.clean({key: value for key, value in zip(heads, line, strict=True) if key}, row=number, year=2023)
        assert issues == []
        rows.append(row)
    return rows


@pytest.fixture(scope="module")
def visits() -> list[Row]:
    return [row for group in GROUPS for row in read(DEMO / "forms" / f"{group}-检查记录.xlsx", INSPECTION_RECORD, 2)]


@pytest.fixture(scope="module")
def findings() -> list[Row]:
    return [row for group in GROUPS for row in read(DEMO / "forms" / f"{group}-问题整改台账.xlsx", FINDING_LEDGER, 2)]


@pytest.fixture(scope="module")
def cases() -> list[Row]:
    return read(DEMO / "forms" / "案件台账.xlsx", CASE_LIST, 2)


@pytest.fixture(scope="module")
def registry() -> dict[object, Row]:
    return {row["name"]: row for row in read(DEMO / "registry" / "企业名录.xlsx", ENTERPRISE_LIST, 0)}


def test_making_it_twice_gives_the_same_bytes_and_what_is_carried(tmp_path: Path) -> None:
    write_demo(tmp_path / "a")
    write_demo(tmp_path / "b")
    made = {path.relative_to(tmp_path / "a"): path for path in (tmp_path / "a").rglob("*") if path.is_file()}
    assert set(made) == {path.relative_to(DEMO) for path in DEMO.rglob("*") if path.is_file()}
    for name, path in made.items():
        assert path.read_bytes() == (tmp_path / "b" / name).read_bytes(), name
        if path.suffix == ".xlsx":
            assert cells(path) == cells(DEMO / name), name
        elif path.suffix != ".docx":
            assert path.read_bytes() == (DEMO / name).read_bytes(), name


def test_another_seed_gives_another_campaign() -> None:
    assert invent(1).visits != invent(2).visits


def test_it_is_small_enough_to_carry() -> None:
    assert sum(path.stat().st_size for path in DEMO.rglob("*") if path.is_file()) < 600_000


def test_every_visited_firm_stands_in_the_registry_unchecked_for_three_years(visits: list[Row], registry: dict[object, Row]) -> None:
    assert len(registry) == 600
    assert len({visit["enterprise"] for visit in visits}) == 48
    for visit in visits:
        firm = registry[visit["enterprise"]]
        assert (firm["town"], firm["credit_code"]) == (visit["town"], visit["credit_code"])
        for key in ("checked_province", "checked_city", "checked_district"):
            day = firm[key]
            assert day is None or (isinstance(day, date) and day < date(2020, 3, 22))


def test_groups_keep_to_their_towns_people_and_days(visits: list[Row]) -> None:
    groups = {row["name"]: row for row in read(DEMO / "forms" / "检查分组表.xlsx", GROUP_LIST, 2)}
    assert Counter(visit["group"] for visit in visits) == dict(zip(GROUPS, (15, 16, 17), strict=True))
    assert max(Counter((visit["group"], visit["checked_on"]) for visit in visits).values()) == 2
    for visit in visits:
        group = groups[visit["group"]]
        assert visit["leader"] == group["leader"]
        for key, all_of in (("town", "towns"), ("officers", "officers"), ("experts", "experts")):
            named = visit[key] if isinstance(visit[key], tuple) else (visit[key],)
            assert set(named) <= set(group[all_of])  # type: ignore[call-overload]
        day = visit["checked_on"]
        assert isinstance(day, date)
        assert day.weekday() < 5
        assert date(2023, 4, 3) <= day <= DEMO_DAY
        assert day != date(2023, 4, 5)


def test_the_findings_of_a_visit_are_as_many_as_it_states(visits: list[Row], findings: list[Row]) -> None:
    counted = Counter((row["enterprise"], row["town"], row["checked_on"]) for row in findings)
    assert counted == {(visit["enterprise"], visit["town"], visit["checked_on"]): visit["stated_findings"] for visit in visits}
    assert set(counted.values()) <= set(range(5, 10))


def test_every_finding_has_one_category_and_a_status_that_its_dates_bear_out(findings: list[Row]) -> None:
    assert {row["category"] for row in findings} == set(CATEGORIES)
    assert {row["status"] for row in findings} == {"已销号", "待复查", "整改中", "未整改"}
    for row in findings:
        done = (row["rectified_on"] is not None, row["rechecked_on"] is not None)
        assert done == {"已销号": (True, True), "待复查": (True, False)}.get(str(row["status"]), (False, False))
        assert row["level"] == "一般" or row["basis"]


def test_the_findings_of_a_case_exist_and_are_proposed_for_a_penalty(findings: list[Row], cases: list[Row]) -> None:
    for case in cases:
        own = [row for row in findings if row["enterprise"] == case["enterprise"]]
        named = case["findings"]
        assert isinstance(named, tuple)
        assert all(own[int(ordinal) - 1]["penalty"] for ordinal in named)
        assert own[0]["town"] == case["town"]
        assert (case["proposed"] is None) == (case["no_amount_reason"] is not None)


def test_nothing_lies_after_the_day_of_the_demo() -> None:
    planned = {"整改期限"}
    for path in (DEMO / "forms").glob("*.xlsx"):
        lines = cells(path)
        heads = next((line for line in lines if "整改期限" in line), ())
        for line in lines:
            for index, value in enumerate(line):
                if isinstance(value, datetime) and not (index < len(heads) and heads[index] in planned):
                    assert value.date() <= DEMO_DAY


def test_fourteen_units_answer_each_in_its_own_file() -> None:
    with (DEMO / "units.csv").open(encoding="utf-8-sig", newline="") as file:
        units = list(csv.DictReader(file))
    assert [unit["name"] for unit in units] == list(HANDS)
    assert len(units) == 14
    assert all((DEMO / "forms" / hand.file).is_file() for hand in HANDS.values())


def test_the_notice_says_what_the_campaign_was_read_from() -> None:
    notice = json.loads((DEMO / "campaign.json").read_text(encoding="utf-8"))
    letter = Document(str(DEMO / "notice.docx"))
    text = "\n".join(paragraph.text for paragraph in letter.paragraphs)
    for part in (*notice["phases"], *notice["deadlines"], notice["overall"]):
        assert part["evidence"] in text
    for value in (
        notice["name"],
        notice["doc_no"],
        notice["issuer"],
        *notice["contact"].values(),
        *(a["title"] for a in notice["attachments"]),
    ):
        assert value in text
    assert [len(table.columns) for table in letter.tables] == [5, 19, 6]


def test_the_report_leaves_every_number_to_the_figures() -> None:
    text = (DEMO / "report.txt").read_text(encoding="utf-8")
    assert re.findall(r"^【(.+)】$", text, re.MULTILINE) == ["总体情况", "主要做法", "存在问题", "下一步工作建议"]
    assert set(re.findall(r"\{(.+?)\}", text)) == set(PLACEHOLDERS.split("、"))
    assert not re.search(r"\d", text)


def test_no_enterprise_comes_twice() -> None:
    firms = [enterprise(number) for number in (*range(3000), *range(990_000, 993_000))]
    assert len({firm["name"] for firm in firms}) == len({firm["credit_code"] for firm in firms}) == len(firms)
    assert all(is_credit_code(firm["credit_code"]) for firm in firms)


def test_a_registry_too_long_for_one_file_goes_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("build.sample_registry.ROWS_PER_FILE", 4)
    written = write_registry(tmp_path / "名录.xlsx", 10)
    assert [path.name for path in written] == ["名录-1.xlsx", "名录-2.xlsx", "名录-3.xlsx"]
    assert [len(cells(path)) - 1 for path in written] == [4, 4, 2]
    assert cells(written[2])[2][0] == enterprise(9)["name"]
