"""Defects planted into files are found, and hardly anything else is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from services import clock, migrate, runs
from services.checks import Check
from tests import planting_files
from tests.planting_files import PLANTED

OTHERS = 3  # so many other issues of B or W are allowed


@dataclass(frozen=True)
class Outcome:
    """What the folder with all defects came to.

    Attributes:
        names: By what each planted defect is known.
        found: What pre-flight found.
    """

    names: dict[str, str]
    found: list[Check]


def carry(source: Path, folder: Path) -> list[Check]:
    with migrate.open_store(folder / "数据", operator="演示用户") as store:
        done = runs.run_folder(store, source=source, target=folder / "报送", demo=True)
    clock.set_demo_date(None)
    return done.issues


def told(found: list[Check]) -> list[str]:
    return [f"{check.level} {check.rule} {check.place} {check.message}" for check in found if check.level != "I"]


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Plant every defect into one folder and run it."""
    folder = tmp_path_factory.mktemp("planted")
    files = planting_files.sound(folder / "来表")
    names = {sentence: plant(files) for _rule, sentence, plant in PLANTED}
    files.save()
    return Outcome(names, carry(folder / "来表", folder))


def test_the_sound_folder_shows_nothing_to_block_and_nothing_to_warn_of(tmp_path: Path) -> None:
    planting_files.sound(tmp_path / "来表")
    assert told(carry(tmp_path / "来表", tmp_path)) == []


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [(rule, sentence) for rule, sentence, _plant in PLANTED],
    ids=[f"{rule} {known}" for rule, known, _plant in PLANTED],
)
def test_the_defect_in_the_files_is_found_by_its_rule(spoilt: Outcome, rule: str, sentence: str) -> None:
    known = spoilt.names[sentence]
    named = [check for check in spoilt.found if check.rule == rule and known in check.place + check.message]
    assert named, "\n".join(told(spoilt.found))


def test_hardly_anything_else_is_found(spoilt: Outcome) -> None:
    planted = [(rule, spoilt.names[sentence]) for rule, sentence, _plant in PLANTED]
    others = [
        check
        for check in spoilt.found
        if check.level != "I" and not any(check.rule == rule and known in check.place + check.message for rule, known in planted)
    ]
    assert len(others) <= OTHERS, "\n".join(told(others))


def test_files_that_never_asked_for_a_column_raise_no_false_alarm(tmp_path: Path) -> None:
    files = planting_files.sound(tmp_path / "来表")
    for sheet in files.visits:
        sheet.drop("启动会", "现场检查", "沟通会", "总结会", "企业负责人", "安全管理人员", "岗位员工", "亮证", "入企扫码", "执法记录仪")
        sheet.drop("平台编号", "平台录入日期", "任务来源", "文书编号")
    for sheet in files.ledgers:
        sheet.drop("依据", "整改期限", "整改责任人", "联系电话", "复查人")
        for row in sheet.rows():
            if sheet.get(row, "隐患级别") == "重大":
                sheet.put(row, 隐患级别="一般", 处置方式="限期整改")
    files.cases.drop("对应问题", "决定书文号", "公示日期")
    for row in files.cases.rows():
        files.cases.put(
            row, **{"已处罚金额（万元）": None, "已缴金额（万元）": None, "目前进展": "已立案", "决定日期": None, "缴款日期": None}
        )
    files.save()
    for path in (tmp_path / "来表" / "forms").glob("*.*"):
        if not path.name.endswith(("检查记录.xlsx", "整改台账.xlsx", "案件台账.xlsx", "检查分组表.xlsx")):
            path.unlink()
    found = carry(tmp_path / "来表", tmp_path)
    assert told(found) == []
    assert {check.rule for check in found} >= {"P05", "P16", "P20", "P23", "P24", "P25", "P26", "P27", "P30"}
    assert len(found) <= 20
