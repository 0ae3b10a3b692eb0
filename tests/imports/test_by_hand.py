"""Workbooks made by hand, with labels in the shape of form-import/1.

A label lists every row that must be read, by row number: the values it must
have and the fields that must carry a flag. Other rows must not be read, other
flags that ask for attention must not be there.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.imports.drafts import Grid, Line, code_of, firm
from tests.imports.judging import TOLD
from tests.imports.writing import read_back, save

Label = list[tuple[int, dict[str, Any], set[str]]]
A, B, C = firm(0), firm(1), firm(2)
PERSON: Line = ["序号", "姓名", "工作单位及职务", "执法证号", "手机号码", "备注"]
CASE: Line = ["序号", "企业名称", "违法行为描述", "镇办", "已（拟）处罚金额（万元）", "目前进展情况"]
HAZARD: Line = ["序号", "企业名称", "所属镇街", "检查时间", "存在问题", "问题类别", "隐患等级", "整改期限", "责任人", "是否整改"]


def person(number: int, name: str, phone: str | int = "") -> Line:
    return [number, name, "柳溪镇科员", f"9903020{number:04}", phone or f"1990000{number:04}", None]


def case(number: int, enterprise: str, amount: str | float | None) -> Line:
    return [number, enterprise, "未如实记录培训", "柳溪镇", amount, "已立案"]


def hazard(number: int, hazard_text: str, **more: str) -> Line:
    given = {"day": "2023-03-27", "level": "一般", "due": "2023-04-20", "status": "已整改", **more}
    return [number, A, "柳溪镇", given["day"], hazard_text, "设施设备类", given["level"], given["due"], "孔石", given["status"]]


CASES: dict[str, tuple[str, Grid, Label]] = {
    "signature lines of two cells": (
        "personnel",
        Grid(
            "Sheet1",
            [
                ["抽调执法人员统计表"],
                PERSON,
                person(1, "周砚"),
                [None, "审核人：何志远", None, "填表日期：2023年3月26日"],
                [None, "分管领导：", None, "填表人：周砚", "电话：19900000001"],
                ["审核人：", "何志远", "填表日期：", "2023.3.26"],
            ],
        ),
        [(3, {"name": "周砚", "phone": "19900000001"}, set())],
    ),
    "roles, two people in a cell, strokes": (
        "personnel",
        Grid(
            "Sheet1",
            [
                PERSON,
                person(1, "周 砚（组长）"),
                person(2, "李舟\n孔石"),
                [3, "田禾", "柳溪镇", "/", "—", None],
                person(4, "柳青", "19900000004（微信同号）"),
            ],
        ),
        [
            (2, {"name": "周砚"}, set()),
            (3, {}, {"name"}),
            (4, {"cert_no": None, "phone": None}, {"cert_no", "phone"}),
            (5, {"phone": "19900000004"}, set()),
        ],
    ),
    "sections, a blank end, a counted header": (
        "personnel",
        Grid(
            "Sheet1",
            [
                PERSON,
                [1, 2, 3, 4, 5, 6],
                ["一、柳溪镇"],
                person(1, "周砚"),
                ["二、石坪镇"],
                person(2, "李舟"),
                ["以下空白"],
            ],
        ),
        [(4, {"name": "周砚"}, set()), (6, {"name": "李舟"}, set())],
    ),
    "a table on its side": (
        "personnel",
        Grid(
            "Sheet1",
            [
                ["姓名", "周砚", "李舟"],
                ["工作单位及职务", "柳溪镇科员", "石坪镇科员"],
                ["执法证号", "99030200001", "99030200002"],
                ["手机号码", "19900000001", "1990000002"],
            ],
        ),
        [(1, {"name": "周砚", "phone": "19900000001"}, set()), (1, {"name": "李舟"}, {"phone"})],
    ),
    "cards with labels nobody asked for": (
        "personnel",
        Grid(
            "Sheet1",
            [
                ["执法人员登记卡"],
                ["姓名", None, "性别", "男"],
                ["姓名", "周砚", "性别", "男"],
                ["工作单位", "柳溪镇应急办", "职务", "科员"],
                ["执法证号：99030200001", "手机号码：19900000001"],
            ],
        ),
        [(3, {"name": "周砚", "unit": "柳溪镇应急办", "position": "科员", "cert_no": "99030200001", "phone": "19900000001"}, set())],
    ),
    "amounts of all sorts": (
        "case_stats",
        Grid(
            "Sheet1",
            [
                ["拟立案行政处罚案件统计表"],
                CASE,
                case(1, A, "拟处5万元"),
                case(2, B, "约3万"),
                case(3, C, "人民币伍万元整"),
                case(4, firm(3), "待定"),
                case(5, firm(4), 50000),
                ["填表说明", "1.本表用于汇总；"],
                [6],
            ],
        ),
        [
            (3, {"amount_yuan": 50000}, {"amount"}),
            (4, {"amount_yuan": 30000}, {"amount"}),
            (5, {"amount_yuan": 50000}, set()),
            (6, {"amount_yuan": None}, {"amount"}),
            (7, {}, {"amount"}),
        ],
    ),
    "two tables of a form, each under its title": (
        "case_stats",
        Grid(
            "Sheet1",
            [
                ["拟立案行政处罚案件统计表"],
                CASE,
                case(1, A, 5),
                ["合计", None, None, None, 5],
                ["已处罚情况"],
                ["简易程序案件"],
                CASE,
                case(2, B, 0.1),
            ],
        ),
        [(3, {"amount_yuan": 50000}, set()), (8, {"amount_yuan": 1000}, set())],
    ),
    "days and states": (
        "hazard_list",
        Grid(
            "Sheet1",
            [
                ["隐患台账（2023年）"],
                HAZARD,
                hazard(1, "甲", day="3/28", status="2023.4.10已整改"),
                hazard(2, "乙", day="2023年3月", due="4.20前"),
                hazard(3, "丙", level="较大", status="逾期未整改"),
                hazard(4, "丁", due="长期"),
                hazard(5, "戊", status="/"),
            ],
        ),
        [
            (3, {"checked_on": "2023-03-28", "status": "done"}, set()),
            (4, {"checked_on": None, "due": "2023-04-20"}, {"checked_on"}),
            (5, {"level": None, "status": "open"}, {"level"}),
            (6, {"due": None}, {"due"}),
            (7, {"status": None}, set()),
        ],
    ),
    "measures are no major hazards": (
        "hazard_list",
        Grid(
            "Sheet1",
            [
                ["序号", "企业名称", "镇办", "存在问题", "整改措施", "整改期限", "责任人"],
                [1, A, "柳溪镇", "通道被占", "清理", "2023-04-01", "孔石"],
            ],
        ),
        [(2, {"hazard": "通道被占", "due": "2023-04-01", "person": "孔石"}, set())],
    ),
    "major hazards by other names": (
        "major_hazards",
        Grid(
            "Sheet1",
            [
                ["重大隐患台账"],
                [
                    "序号",
                    "单位名称",
                    "统一信用代码",
                    "所在镇办",
                    "重大事故隐患情况",
                    "判定标准",
                    "治理措施",
                    "治理资金（万元）",
                    "治理期限",
                    "整改责任人",
                    "挂牌督办单位",
                    "整改进展",
                ],
                [1, A, code_of(1), "柳溪镇", "未设泄爆", "第十一条", "加装", 5, "2023.5.30", "孔石", "区应急局", "整改中"],
            ],
        ),
        [
            (
                3,
                {
                    "hazard": "未设泄爆",
                    "fund_wan": 5,
                    "due": "2023-05-30",
                    "supervisor": "区应急局",
                    "status": "open",
                    "credit_code": code_of(1),
                },
                set(),
            )
        ],
    ),
    "a summary under two rows of headings": (
        "town_summary",
        Grid(
            "Sheet1",
            [
                ["检查情况汇总"],
                ["镇街", "检查企业", "发现问题", None, None, "立案处罚", None, "出动人数"],
                [None, None, "总数", "已整改", "整改率（%）", "件数", "金额（元）", None],
                ["柳溪镇", 12, 50, 45, 90, 2, 50000, 24],
                ["石坪镇", "10家", None, "/", "－", 0, None, "20人次"],
                ["合计", 22, 50, 45, None, 2, 50000, 44],
            ],
            [(2, 0, 3, 0), (2, 1, 3, 1), (2, 2, 2, 4), (2, 5, 2, 6), (2, 7, 3, 7)],
        ),
        [
            (4, {"enterprises_checked": 12, "findings": 50, "rectified": 45, "rate": 0.9, "cases": 2, "fine_wan": 5, "people": 24}, set()),
            (5, {"enterprises_checked": 10, "findings": 0, "rectified": 0, "rate": None, "people": 20}, set()),
        ],
    ),
    "spaces counted by sort": (
        "confined_space",
        Grid(
            "Sheet1",
            [
                ["有限空间企业统计表"],
                ["序号", "企业名称", "所属镇办", "负责人", "电话", "有限空间数量", None, None, "危险因素"],
                [None, None, None, None, None, "地下", "地上", "合计", None],
                [1, A, "柳溪镇", "周砚", "19900000001", 1, 2, 3, "硫化氢"],
            ],
            [(2, 5, 2, 7)],
        ),
        [(4, {"spaces_total": 3, "hazards": "硫化氢"}, set())],
    ),
    "codes that are wrong or none": (
        "enterprises",
        Grid(
            "Sheet1",
            [
                ["企业基本情况一览表"],
                ["企业名称", "信用代码", "所属镇街", "法人代表", "职工人数"],
                [A, code_of(1).lower(), "柳溪镇", "周 砚", "200人"],
                [B, code_of(2)[:-1], "柳溪镇", "李舟", None],
                [C, "无", "柳溪镇", "孔石", "约50"],
                [firm(3), 913703021234567890, "柳溪镇", "田禾", 5],
            ],
        ),
        [
            (3, {"credit_code": code_of(1), "legal_rep": "周砚", "employees": 200}, set()),
            (4, {}, {"credit_code"}),
            (5, {"credit_code": None}, {"credit_code", "employees"}),
            (6, {}, {"credit_code"}),
        ],
    ),
}


@pytest.mark.parametrize(("form", "grid", "label"), CASES.values(), ids=CASES.keys())
def test_a_workbook_made_by_hand_is_read_as_its_label_says(tmp_path: Path, form: str, grid: Grid, label: Label) -> None:
    document: Any = read_back(save([grid], tmp_path, "xlsx")).as_json()
    assert document["form"] == form
    read: defaultdict[int, list[Any]] = defaultdict(list)
    for row in document["rows"]:
        read[row["row"]].append(row)
    assert [row["row"] for row in document["rows"]] == [number for number, _values, _flags in label]
    for number, values, flags in label:
        row = read[number].pop(0)
        assert {key: row["values"].get(key) for key in values} == values
        assert {flag["field"] for flag in row["flags"] if flag["code"] not in TOLD} == flags
