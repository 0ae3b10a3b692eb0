"""三方对账: what the platform has and we have not, and the other way round."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from services import reconciling
from services.imports.worker import Reader
from services.store import Store
from tests import make
from ui import cli

NAME = "岚桥区瑞丰纺织有限公司"
OTHER = "岚桥区恒信机械有限公司"
HEADS = ("序号", "检查对象名称", "统一社会信用代码", "检查时间", "填报时间", "隐患数量")


def table(path: Path, *rows: tuple[object, ...], heads: tuple[str, ...] = HEADS) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("导出")
        sheet.write_string(0, 0, "执法检查导出")
        for col, text in enumerate(heads):
            sheet.write_string(2, col, text)
        for number, row in enumerate(rows, start=3):
            for col, value in enumerate(row):
                if value is not None:
                    sheet.write(number, col, value) if isinstance(value, int) else sheet.write_string(number, col, str(value))
    return path


def found(store: Store, campaign: int, *paths: Path, mapping: dict[str, str] | None = None) -> reconciling.Outcome:
    with store.snapshot() as session, Reader() as reader:
        tables = [reconciling.read(session, path, reader=reader, mapping=mapping) for path in paths]
        return reconciling.reconcile(session, campaign_id=campaign, tables=tables)


def test_missing_late_and_different_are_told_apart(store: Store, campaign: int, tmp_path: Path) -> None:
    with store.write("录入") as session:
        make.finding(session, campaign)
        make.enterprise(session, OTHER, credit_code="91370302MA3DEMA198")
        make.visit(session, campaign, OTHER, checked_on=date(2023, 4, 12), platform_no=None, entered_on=None)
        make.visit(session, campaign, checked_on=date(2023, 4, 18), platform_no=None, entered_on=None)
    path = table(
        tmp_path / "平台.xlsx",
        (1, NAME, "91370302MA3DEMA02B", "2023-04-10 09:00", "2023-04-12 10:00", 1),
        (2, OTHER, "91370302MA3DEMA198", "2023-04-13", "2023-04-12", 0),
        (3, "岚桥区没见过的铸造厂", None, "2023-04-11", "2023-04-11", 0),
    )
    outcome = found(store, campaign, path)
    assert outcome.counts == {"本系统没有": 1, "对方没有": 1, "录入迟": 1, "内容不同": 1, "一致": 0}
    said = {str(row["kind"]): str(row["said"]) for row in outcome.rows}
    assert "晚 2 天" in said["录入迟"]
    assert "检查日期本系统 2023-04-12、对方 2023-04-13" in said["内容不同"]


def test_the_number_of_the_document_goes_before_name_and_day(store: Store, campaign: int, tmp_path: Path) -> None:
    path = table(tmp_path / "平台.xlsx", ("LQ2023-0001", "岚桥区改过名的纺织厂", "2023-04-10"), heads=("任务编号", "单位名称", "检查日期"))
    outcome = found(store, campaign, path)
    assert [(row["kind"], row["by"]) for row in outcome.rows] == [("内容不同", "文书编号")]


def test_columns_that_were_named_by_hand_are_remembered(store: Store, campaign: int, tmp_path: Path) -> None:
    path = table(tmp_path / "平台.xlsx", ("LQ2023-0001", "甲"), heads=("流水", "对象"))
    with pytest.raises(reconciling.NotMapped):
        found(store, campaign, path)
    with store.snapshot() as session, Reader() as reader:
        read = reconciling.read(session, path, reader=reader, mapping={"document_no": "流水"})
    with store.write("记住") as session:
        reconciling.remember(session, mapping=read.mapping)
    other = table(tmp_path / "下月.xlsx", ("LQ2023-0001", "乙"), heads=("流水", "对象"))
    assert found(store, campaign, other).counts["一致"] == 1


def test_a_thousand_lines_meet_a_thousand_visits_once_each(store: Store, campaign: int, tmp_path: Path) -> None:
    path = table(tmp_path / "平台.xlsx", *((n, NAME, "91370302MA3DEMA02B", "2023-04-10", "2023-04-10", 0) for n in range(1000)))
    outcome = found(store, campaign, path)
    assert (outcome.counts["本系统没有"], outcome.counts["一致"]) == (999, 1)


@pytest.mark.usefixtures("campaign")
def test_the_commands_write_one_document_and_the_workbook(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = store.folder.root
    store.close()
    path = table(tmp_path / "平台.xlsx", ("LQ2023-0001", "甲"), heads=("流水", "对象"))
    base = ["--data-dir", str(folder), "--operator", "周启明", "--json"]
    assert cli.run([*base, "reconcile", str(path)]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "not_mapped"
    assert cli.run([*base, "reconcile", str(path), "--map", "document_no=流水", "-o", str(tmp_path / "结果.xlsx")]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "reconcile/1"
    assert openpyxl.load_workbook(tmp_path / "结果.xlsx").worksheets
    assert cli.run([*base, "reconcile", str(path)]) == 0
    capsys.readouterr()
    assert cli.run([*base, "reconcile", str(path), "--map", "甲=乙"]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "bad_mapping"
    assert cli.run([*base, "blank-form", "hazard_list", "-o", str(tmp_path / "空表.xlsx")]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "blank-form/1"
    assert cli.run([*base, "blank-form", "没有的表", "-o", str(tmp_path / "空表.xlsx")]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "unknown_form"
