"""A campaign that arrives in received forms alone: no group list, no case ledger.

The visits name their groups, the ledger has neither basis nor penalty, Annex 2
says the penalties, the list of major hazards the basis; towns go by short names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from services import migrate, runs
from tests import make
from tests.imports.drafts import code_of, firm

CATEGORIES = ("设备设施类", "现场作业类", "有限空间类", "其他类")
GROUPS = {"第一检查组": "何志远、康立群", "第二检查组": "林秀云、丁海波"}
VISITS = 6
FINDINGS = 4  # of each visit
_FIRST = date(2023, 4, 3)

_VISIT = (
    "序号",
    "检查企业",
    "统一社会信用代码",
    "镇办",
    "检查日期",
    "检查组",
    "组长",
    "执法人员",
    "平台编号",
    "录入日期",
    "任务来源",
    "发现问题（项）",
)
_FINDING = (
    "序号",
    "企业名称",
    "镇办",
    "检查日期",
    "隐患内容",
    "隐患类别",
    "隐患等级",
    "整改责任人",
    "联系电话",
    "整改时限",
    "复查人",
    "整改情况",
)
_MAJOR = (
    "序号",
    "企业名称",
    "镇办",
    "重大事故隐患内容",
    "判定依据",
    "整改措施",
    "整改资金（万元）",
    "整改期限",
    "整改责任人",
    "联系电话",
    "督办单位",
)
_CASE = ("序号", "企业名称", "违法行为描述", "镇办", "已（拟）处罚金额（万元）", "目前进展情况")
_BASIS = "《工贸行业重大生产安全事故隐患判定标准（2017版）》专项类（一）"


def town(number: int) -> str:
    return ("柳溪镇", "石坪镇")[number % 2]


def group_of(number: int) -> str:
    return list(GROUPS)[number % 2]


def finding(number: int, of_visit: int) -> list[Any]:
    day = _FIRST + timedelta(days=number)
    major = (number, of_visit) == (0, 0)
    category, level = CATEGORIES[(number + of_visit) % len(CATEGORIES)], "重大" if major else "一般"
    said = "除尘管道没有泄爆装置" if major else f"第{of_visit + 1}处护栏缺失"
    due, state = day + timedelta(days=30 if major else 15), "整改中" if major else "已整改"
    return [firm(number), town(number)[:2], day, said, category, level, "孔石", "19900000111", due, None if major else "何志远", state]


def book(path: Path, title: str, unit: str, heads: list[Iterable[object]], rows: Iterable[Iterable[object]]) -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for line in ([title], [f"填报单位：{unit}    填报日期：2023年4月24日"], *heads, *rows):
        sheet.append(list(line))
    path.parent.mkdir(parents=True, exist_ok=True)
    made.save(path)


def write_campaign(folder: Path) -> None:
    """Write the folder as `run` takes it."""
    forms = folder / "forms"
    firms = [[number + 1, firm(number), code_of(number), town(number)[:2], "机械"] for number in range(VISITS + 2)]
    book(folder / "registry" / "名录.xlsx", "企业名录", "区局", [("序号", "企业名称", "统一社会信用代码", "镇办", "行业")], firms)
    (folder / "campaign.json").write_text(json.dumps({**make.CAMPAIGN, "categories": CATEGORIES}, ensure_ascii=False), encoding="utf-8")
    (folder / "units.csv").write_text("name,aliases,nominees\n柳溪镇,柳溪,0\n石坪镇,石坪,0", encoding="utf-8")
    prose = {**make.PARTS, "总体情况": "本次组成2个检查组，检查企业6家，发现问题24项，拟立案2件，拟处罚金额3万元。"}
    (folder / "report.txt").write_text("\n".join(f"{part}\n{text}" for part, text in prose.items()), encoding="utf-8")
    for group, people in GROUPS.items():
        leader, officer = people.split("、")
        own = [number for number in range(VISITS) if group_of(number) == group]
        visits = []
        for place, number in enumerate(own, start=1):
            day = _FIRST + timedelta(days=number)
            whose = [firm(number), code_of(number), town(number)[:2], day, group]
            visits.append([place, *whose, leader, officer, f"LQ2023-{number:04}", day, "重点检查", FINDINGS])
        book(forms / f"{group}-检查记录.xlsx", "检查记录", group, [_VISIT], visits)
        ledger = [finding(number, of_visit) for number in own for of_visit in range(FINDINGS)]
        book(forms / f"{group}-台账.xlsx", "隐患整改台账", group, [_FINDING], ([place, *row] for place, row in enumerate(ledger, start=1)))
        counts = [[place, firm(number), town(number), FINDINGS, 1, 1, 1, 1, int(number < 2)] for place, number in enumerate(own, start=1)]
        heads = ("序号", "检查企业", "镇办", "发现问题（项）", *CATEGORIES, "处罚事项（项）")
        book(forms / f"{group}-附件2.xlsx", "检查活动情况统计表", group, [heads], counts)
    cases = [[number + 1, firm(number), "未消除事故隐患", town(number), number + 1, "已立案"] for number in range(2)]
    book(forms / "附件3.xlsx", "拟立案行政处罚案件统计表", "大队审理室", [_CASE], cases)
    grave = finding(0, 0)
    major = [[1, *grave[:2], grave[3], _BASIS, "停用并加装泄爆片", 3, grave[8], "孔石", "19900000111", "区应急管理局"]]
    book(forms / "重大事故隐患清单.xlsx", "重大事故隐患清单", "执法大队", [_MAJOR], major)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> runs.Run:
    place = tmp_path_factory.mktemp("forms")
    write_campaign(place / "来件")
    with migrate.open_store(place / "data", operator="周启明") as store:
        return runs.run_folder(store, source=place / "来件", target=place / "报送", as_of=date(2023, 4, 25))


def test_every_total_is_what_the_forms_say(run: runs.Run) -> None:
    figures = {figure.key: figure.value for figure in run.figures}
    wanted = {
        "groups": 2, "enterprises": 6, "visits": 6, "findings": 24, "major_hazards": 1, "closed": 23,
        "penalty_items": 2, "proposed_cases": 2, "fine_proposed_yuan": 30_000,
    }  # fmt: skip
    assert {key: figures[key] for key in wanted} == wanted


def test_groups_towns_and_categories_add_up(run: runs.Run) -> None:
    def split(name: str) -> dict[str, int]:
        return {row["name"]: row["findings"] for row in run.breakdowns[name] if row["findings"]}

    assert split("by_group") == dict.fromkeys(GROUPS, 12)
    assert split("by_town") == {"柳溪镇": 12, "石坪镇": 12}
    assert split("by_category") == dict.fromkeys(CATEGORIES, 6)


def test_a_sound_campaign_of_forms_is_packed_without_a_word(run: runs.Run) -> None:
    assert [(issue.rule, issue.message) for issue in run.issues if issue.level in ("B", "W")] == []
    assert run.package is not None
