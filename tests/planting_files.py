"""The sample campaign as files, made sound, and defects planted into its files.

All defects are planted into one folder, each into records of its own, as a
bad week of an office would look. To add one: a function that takes `Files`
and returns the name by which the trouble is known, and its line in `PLANTED`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl

import resources


class Sheet:
    """One table of a workbook, its rows found by what stands in them."""

    def __init__(self, path: Path, key: str) -> None:
        """Open a workbook whose heads contain a title."""
        self.path = path
        self.book = openpyxl.load_workbook(path)
        self.sheet: Any = self.book.active
        self.head = next(row for row in range(1, 8) if key in [cell.value for cell in self.sheet[row]])
        titles = [cell.value for cell in self.sheet[self.head]]
        self.columns = {str(title): number for number, title in reversed(list(enumerate(titles, start=1))) if title}

    def rows(self) -> Iterator[int]:
        """Yield the numbers of rows that hold something."""
        for number in range(self.head + 1, self.sheet.max_row + 1):
            if any(cell.value is not None for cell in self.sheet[number]):
                yield number

    def get(self, row: int, title: str) -> Any:
        """Return a cell."""
        return self.sheet.cell(row, self.columns[title]).value

    def drop(self, *titles: str) -> None:
        """Empty whole columns, heads included, as a form that never asked for them."""
        for title in titles:
            for row in range(self.head, self.sheet.max_row + 1):
                self.sheet.cell(row, self.columns[title]).value = None

    def put(self, row: int, **values: object) -> None:
        """Write cells of a row."""
        for title, value in values.items():
            self.sheet.cell(row, self.columns[title]).value = value

    def copy(self, row: int, **changes: object) -> None:
        """Write a row once more below the last, with changes."""
        below = max(self.rows()) + 1
        for title in self.columns:
            self.put(below, **{title: self.get(row, title)})
        self.put(below, **changes)


@dataclass
class Files:
    """The folder of a campaign, its workbooks open.

    Attributes:
        used: Enterprises that hold a defect already.
    """

    folder: Path
    visits: list[Sheet]
    ledgers: list[Sheet]
    cases: Sheet
    groups: Sheet
    registry: Sheet
    used: set[str]

    def visit(self, *, after_noon: bool = False) -> tuple[Sheet, int, str]:
        """Return the next sound visit of a firm that has no case: sheet, row, name."""
        with_case = {self.cases.get(row, "企业名称") for row in self.cases.rows()}
        for sheet in self.visits:
            for row in sheet.rows():
                name = str(sheet.get(row, "检查企业"))
                start = str(sheet.get(row, "启动会"))
                if name not in self.used | with_case and start.startswith("14") == after_noon and not self._grave(name):
                    self.used.add(name)
                    return sheet, row, name
        raise LookupError("no sound visit is left")

    def finding(self, **wanted: str) -> tuple[Sheet, int, str]:
        """Return the first finding that looks so, of a firm without a defect."""
        for sheet in self.ledgers:
            for row in sheet.rows():
                name = str(sheet.get(row, "企业名称"))
                if name not in self.used and all(sheet.get(row, title) == value for title, value in wanted.items()):
                    self.used.add(name)
                    return sheet, row, name
        raise LookupError(f"no finding with {wanted} is left")

    def case(self, **wanted: str) -> tuple[int, str]:
        """Return the first case that looks so, of a firm without a defect."""
        for row in self.cases.rows():
            name = str(self.cases.get(row, "企业名称"))
            if name not in self.used and all(self.cases.get(row, title) == value for title, value in wanted.items()):
                self.used.add(name)
                return row, name
        raise LookupError(f"no case with {wanted} is left")

    def registered(self, name: str) -> int:
        """Return the row of an enterprise in the registry."""
        return next(row for row in self.registry.rows() if self.registry.get(row, "企业名称") == name)

    def report(self, text: str) -> None:
        """Put a line under the last part of the report."""
        path = self.folder / "report.txt"
        path.write_text(f"{path.read_text(encoding='utf-8').rstrip()}\n{text}\n", encoding="utf-8")

    def save(self) -> None:
        """Write every workbook back."""
        for sheet in (*self.visits, *self.ledgers, self.cases, self.groups, self.registry):
            sheet.book.save(sheet.path)

    def _grave(self, name: str) -> bool:
        return any(
            sheet.get(row, "企业名称") == name and sheet.get(row, "隐患级别") == "重大" for sheet in self.ledgers for row in sheet.rows()
        )


def sound(folder: Path) -> Files:
    """Copy the sample campaign into a folder and mend what it leaves open on purpose."""
    shutil.copytree(resources.path("samples", "demo"), folder)
    forms = folder / "forms"
    files = Files(
        folder=folder,
        visits=[Sheet(path, "检查企业") for path in sorted(forms.glob("*检查记录.xlsx"))],
        ledgers=[Sheet(path, "问题描述") for path in sorted(forms.glob("*问题整改台账.xlsx"))],
        cases=Sheet(forms / "案件台账.xlsx", "违法行为描述"),
        groups=Sheet(forms / "检查分组表.xlsx", "应查家数"),
        registry=Sheet(folder / "registry" / "企业名录.xlsx", "统一社会信用代码"),
        used=set(),
    )
    for sheet in files.visits:
        for row in sheet.rows():
            day = sheet.get(row, "检查日期")
            sheet.put(row, 平台编号=sheet.get(row, "平台编号") or f"LQ{day:%Y%m%d}9{row:02}", 平台录入日期=day, 入企扫码="是")
    for sheet in files.ledgers:
        for row in sheet.rows():
            sheet.put(row, 依据=sheet.get(row, "依据") or "《安全生产法》第四条")
    _mend_annex_1(forms)
    files.save()
    return files


def _mend_annex_1(forms: Path) -> None:
    second = Sheet(forms / "临河街道-附件1.xlsx", "姓名")
    second.sheet.delete_rows(max(second.rows()))
    second.book.save(second.path)


def _visit(**values: object) -> Callable[[Files], str]:
    def plant(files: Files) -> str:
        sheet, row, name = files.visit()
        sheet.put(row, **values)
        return name

    return plant


def _finding(wanted: dict[str, str], **values: object) -> Callable[[Files], str]:
    def plant(files: Files) -> str:
        sheet, row, name = files.finding(**wanted)
        sheet.put(row, **values)
        return name

    return plant


def _case(wanted: dict[str, str], **values: object) -> Callable[[Files], str]:
    def plant(files: Files) -> str:
        row, name = files.case(**wanted)
        files.cases.put(row, **values)
        return name

    return plant


def _new_case(**values: object) -> Callable[[Files], str]:
    """Make one more ordinary case on the first finding of a firm that has none."""

    def plant(files: Files) -> str:
        _sheet, _row, name = files.visit()
        template = next(row for row in files.cases.rows() if files.cases.get(row, "目前进展") == "已立案")
        files.cases.copy(template, **{"企业名称": name, "镇办": None, "对应问题": "1", **values})
        return name

    return plant


def _registry(**values: object) -> Callable[[Files], str]:
    def plant(files: Files) -> str:
        _sheet, _row, name = files.visit()
        files.registry.put(files.registered(name), **values)
        return name

    return plant


def _report(text: str, known: str) -> Callable[[Files], str]:
    def plant(files: Files) -> str:
        files.report(text)
        return known

    return plant


def _another_count(files: Files) -> str:
    sheet, row, name = files.visit()
    sheet.put(row, **{"发现问题（项）": int(sheet.get(row, "发现问题（项）")) + 2})
    return name


def _case_of_an_unvisited_firm(files: Files) -> str:
    visited = {sheet.get(row, "检查企业") for sheet in files.visits for row in sheet.rows()}
    name = next(
        str(files.registry.get(row, "企业名称")) for row in files.registry.rows() if files.registry.get(row, "企业名称") not in visited
    )
    template = next(row for row in files.cases.rows() if files.cases.get(row, "目前进展") == "已立案")
    files.cases.copy(template, **{"企业名称": name, "对应问题": None})
    return name


def _one_officer(files: Files) -> str:
    sheet, row, name = files.visit()
    sheet.put(row, 组长=None, 执法人员=str(sheet.get(row, "执法人员")).split("、")[0])
    return name


def _two_places_at_once(files: Files) -> str:
    sheet, row, name = files.visit(after_noon=True)
    day = sheet.get(row, "检查日期")
    files.used |= {str(sheet.get(other, "检查企业")) for other in sheet.rows() if sheet.get(other, "检查日期") == day}
    sheet.put(row, 启动会="09:10-09:30", 现场检查="09:30-10:30", 沟通会="10:30-11:00", 总结会="11:00-11:20")
    return name


def _same_certificate(files: Files) -> str:
    sheet = Sheet(files.folder / "forms" / "双汊镇.xlsx", "姓名")
    sheet.put(next(sheet.rows()), 执法证号="99030221001")  # 柳溪镇's officer has this one
    sheet.book.save(sheet.path)
    return "裴知秋"


def _two_nominees(files: Files) -> str:
    shutil.copy(resources.path("samples", "demo", "forms", "临河街道-附件1.xlsx"), files.folder / "forms" / "临河街道-附件1.xlsx")
    return "临河街道"


def _short_phone(files: Files) -> str:
    sheet = Sheet(files.folder / "forms" / "大营镇-抽调人员统计表（报审理室）.xlsx", "手机号码")
    sheet.put(next(sheet.rows()), 手机号码="1990000011")
    sheet.book.save(sheet.path)
    return "宁清和"


def _high_quota(files: Files) -> str:
    row = next(iter(files.groups.rows()))
    files.groups.put(row, 应查家数=20)
    return str(files.groups.get(row, "检查组"))


def _before_the_phase(files: Files) -> str:
    sheet, row, name = files.visit()
    day = date(2023, 3, 30)
    sheet.put(row, 检查日期=day, 平台录入日期=day)
    for ledger in files.ledgers:
        for number in ledger.rows():
            if ledger.get(number, "企业名称") == name:
                ledger.put(number, 检查日期=day)
    return name


def _limit_too_early(files: Files) -> str:
    sheet, row, name = files.finding(处置方式="限期整改", 隐患级别="一般")
    sheet.put(row, 整改期限=sheet.get(row, "检查日期") - timedelta(days=3))
    return name


def _told_twice(files: Files) -> str:
    sheet, row, name = files.finding(处置方式="限期整改", 隐患级别="一般")
    sheet.copy(row, 问题描述=f"{sheet.get(row, '问题描述')}。 ")
    for visits in files.visits:
        for number in visits.rows():
            if visits.get(number, "检查企业") == name:
                visits.put(number, **{"发现问题（项）": int(visits.get(number, "发现问题（项）")) + 1})
    return name


def _short_name(files: Files) -> str:
    sheet, row, name = files.visit()
    short = name.removesuffix("有限公司").removesuffix("有限责任公司").removesuffix("股份")
    sheet.put(row, 检查企业=short, 统一社会信用代码=None)
    for ledger in files.ledgers:
        for number in ledger.rows():
            if ledger.get(number, "企业名称") == name:
                ledger.put(number, 企业名称=short)
    return short


def _empty_part(files: Files) -> str:
    path = files.folder / "report.txt"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("一是先训后查"), text.index("【存在问题】")
    path.write_text(text[:start] + "\n" + text[end:], encoding="utf-8")
    return "主要做法"


def _wrong_reader(files: Files) -> str:
    path = files.folder / "campaign.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**facts, "recipient": "区安委会办公室"}, ensure_ascii=False), encoding="utf-8")
    return "接收单位"


_ORDINARY = {"处置方式": "限期整改", "隐患级别": "一般", "整改状态": "已销号"}
_GRAVE = {"隐患级别": "重大"}
PLANTED: tuple[tuple[str, str, Callable[[Files], str]], ...] = (
    ("P14", "one crew is in two places", _two_places_at_once),
    ("P32", "a stopped firm goes on", _finding({"处置方式": "责令暂时停产停业"}, 整改状态="已销号", 复查人=None, 复查日期=None)),
    ("P28", "a major hazard cites what was not yet valid", _finding(_GRAVE, 依据="重大事故隐患判定标准（应急管理部令第10号）第七条")),
    ("P29", "a major hazard was closed on the spot", _finding(_GRAVE, 处置方式="当场整改", 整改状态="已销号", 复查日期=date(2023, 4, 20))),
    ("P08", "a decided amount has no decision", _case({"目前进展": "已缴款"}, 决定书文号=None)),
    ("P11", "a fine on the spot is too high", _case({"办案程序": "简易程序"}, **{"已处罚金额（万元）": 0.6})),
    ("P10", "the notice came before the filing", _case({"目前进展": "处罚告知"}, 告知日期=date(2023, 4, 4))),
    ("P07", "an amount is in yuan", _case({"目前进展": "法制审核"}, **{"拟处罚金额（万元）": 35000})),
    ("P45", "a phone number would be public", _case({"办案程序": "普通程序"}, 违法行为描述="未设警示标志，厂长电话19900000009")),
    ("P01", "the visit names another count than the ledger", _another_count),
    ("P02", "a visit is still a draft", _visit(状态="草稿")),
    ("P04", "a category is on no list", _finding(_ORDINARY, 问题类别="消防类")),
    ("P05", "a case rests on no visit", _case_of_an_unvisited_firm),
    ("P06", "a case has no penalty item in Annex 2", _new_case(对应问题=None)),
    ("P09", "a case waits for more than ninety days", _new_case(立案日期=date(2023, 1, 4))),
    ("P33", "a decision is not public", _new_case(目前进展="已决定", 立案日期=date(2023, 4, 3), 决定日期=date(2023, 4, 6),
                                                  决定书文号="（岚）应急罚〔2023〕99号", **{"已处罚金额（万元）": 2})),
    ("P12", "only one officer came", _one_officer),
    ("P13", "two officers have one certificate", _same_certificate),
    ("P15", "an officer should have kept away", _registry(备注="回避：鲁望舒、卞松年、喻知远")),
    ("P16", "a town sends two", _two_nominees),
    ("P17", "a phone is too short", _short_phone),
    ("P18", "a group misses its number", _high_quota),
    ("P20", "a visit has no ground", _visit(任务来源=None)),
    ("P21", "a visit lies before the phase", _before_the_phase),
    ("P22", "a drawn firm was inspected last year", _registry(区级最近检查=date(2022, 6, 1))),
    ("P23", "a visit is not on the platform", _visit(平台编号=None, 平台录入日期=None)),
    ("P24", "a step has no time", _visit(沟通会=None)),
    ("P25", "nothing was filmed", _visit(执法记录仪="否")),
    ("P26", "nobody scanned at the gate", _visit(入企扫码="否")),
    ("P27", "a finding has no basis", _finding(_ORDINARY, 依据=None)),
    ("P30", "the limit lies before the visit", _limit_too_early),
    ("P30", "nobody answers for a finding", _finding(_ORDINARY, 整改责任人=None)),
    ("P31", "a finding is closed without a recheck", _finding(_ORDINARY, 复查人=None, 复查日期=None)),
    ("P34", "the report tells another number", _report("五是检查共发现问题999项。", "999")),
    ("P35", "the report has a number by hand", _report("六是组织观摩12次。", "12次")),
    ("P36", "a part of the report is empty", _empty_part),
    ("P37", "家次 is called 家", _report("七是检查{检查家次}家。", "家次")),
    ("P38", "the rate is above a hundred", _report("八是整改率130%。", "130")),
    ("P39", "a town is on no list", _registry(镇办="青石镇")),
    ("P40", "a credit code is wrong", _registry(统一社会信用代码="91370399M00000002X")),
    ("P40", "a firm stands under its short name", _short_name),
    ("P41", "one problem stands twice", _told_twice),
    ("P42", "a placeholder stays", _finding(_ORDINARY, 问题描述="三车间××号设备防护罩缺失（待填）")),
    ("P44", "the package goes to somebody else", _wrong_reader),
)  # fmt: skip
