"""More workbooks made by hand: what real towns made of the forms.

Labels as in `test_by_hand`: every row that must be read, by row number, with
values and the fields that must carry a flag; no other row, no other flag that
asks for attention.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from models.annexes import CATEGORIES
from tests.imports.drafts import Grid, Line, code_of, firm
from tests.imports.judging import TOLD
from tests.imports.test_by_hand import CASE, HAZARD, PERSON, Label, case, hazard, person
from tests.imports.writing import read_back, save

A, B, C = firm(0), firm(1), firm(2)
STATISTICS: Line = ["序号", "检查企业", "镇办", "发现问题（项）", *CATEGORIES, "处罚事项（项）"]
INSTRUCTIONS: list[Line] = [[f"{number}.请各镇办逐项填写第{number}项，不得漏项。"] for number in range(1, 35)]


def counted(number: int, enterprise: str, *counts: int | str | None, said: int | str) -> Line:
    return [number, enterprise, "柳溪镇", said, *counts, *[None] * (len(CATEGORIES) - len(counts)), 0]


CASES: dict[str, tuple[str, Grid, Label]] = {
    "another form's title in one cell under the first table": (
        "personnel",
        Grid(
            "Sheet1",
            [
                ["附件1 抽调执法人员统计表"],
                PERSON,
                person(1, "周砚"),
                [],
                ["附件3 拟立案行政处罚案件统计表"],
                CASE,
                case(1, A, 2),
            ],
        ),
        [(3, {"name": "周砚"}, set()), (7, {"enterprise": A, "amount_yuan": 20000}, set())],
    ),
    "closing lines stand alone in the first column": (
        "personnel",
        Grid(
            "Sheet1",
            [
                PERSON[1:],
                person(1, "周砚")[1:],
                ["以上共1人，特此上报。"],
                ["柳溪镇人民政府"],
                ["2023年3月26日"],
                ["（此页无正文）"],
            ],
        ),
        [(2, {"name": "周砚"}, set())],
    ),
    "columns are lettered": (
        "case_stats",
        Grid("附件3", [["拟立案行政处罚案件统计表"], CASE, ["甲", "乙", "丙", "丁", "戊", "己"], case(1, A, 1.5)]),
        [(4, {"enterprise": A, "amount_yuan": 15000}, set())],
    ),
    "totals of every name": (
        "town_summary",
        Grid(
            "汇总",
            [
                ["镇办检查情况汇总表"],
                ["镇办", "检查企业数", "发现问题", "已整改", "整改率", "立案数"],
                ["柳溪镇", 3, 6, 3, "50%", 0],
                ["本页合计", 3, 6, 3, "50%", 0],
                ["石坪镇", 1, 2, 2, "100%", 1],
                ["全镇合计", 4, 8, 5, "62.5%", 1],
                ["以上合计", 4, 8, 5, "62.5%", 1],
                ["全部", 4, 8, 5, "62.5%", 1],
            ],
        ),
        [(3, {"town": "柳溪镇", "rate": 0.5}, set()), (5, {"town": "石坪镇", "rate": 1.0}, set())],
    ),
    "firms whose names begin as totals do": (
        "inspection_stats",
        Grid(
            "附件2",
            [
                STATISTICS,
                counted(1, "岚桥合计秤业有限公司", 1, 1, said=2),
                counted(2, "小计量仪表（岚桥）有限公司", None, "2项", said="2 项"),
                ["柳溪镇小计", None, None, 4, 1, 3],
            ],
        ),
        [
            (2, {"enterprise": "岚桥合计秤业有限公司", "findings_total": 2}, set()),
            (3, {"enterprise": "小计量仪表（岚桥）有限公司", "findings_total": 2}, set()),
        ],
    ),
    "a person whose name begins as a sample does": (
        "personnel",
        Grid("Sheet1", [["填写示例："], PERSON, ["例：", "张三", "××镇科员", "1234", "138", None], person(1, "例如玉")]),
        [(4, {"name": "例如玉"}, set())],
    ),
    "headings as towns say them": (
        "case_stats",
        Grid(
            "案件",
            [
                ["拟立案处罚情况统计表"],
                ["序号", "涉案企业", "违法行为（案由）", "所属乡镇", "拟罚款数额（万元）", "案件办理情况"],
                case(1, A, 2),
            ],
        ),
        [(3, {"enterprise": A, "violation": "未如实记录培训", "town": "柳溪镇", "amount_yuan": 20000, "progress": "已立案"}, set())],
    ),
    "who is proposed": (
        "personnel",
        Grid(
            "人员",
            [
                ["柳溪镇执法骨干推荐表"],
                ["序号", "推荐人选", "现工作单位及职务", "执法证件编号", "手机（微信）号码", "其他需说明事项"],
                person(1, "周砚"),
            ],
        ),
        [(3, {"name": "周砚", "cert_no": "99030200001", "phone": "19900000001"}, set())],
    ),
    "two sections with their own order of columns": (
        "hazard_list",
        Grid(
            "台账",
            [
                ["隐患整改台账"],
                HAZARD,
                hazard(1, "吊钩无防脱装置"),
                [],
                ["二、补充检查"],
                ["企业名称", "存在问题", "检查时间", "所属镇街", "整改期限", "是否整改", "隐患等级", "问题类别", "责任人"],
                [B, "通道被占用", "2023-03-28", "石坪镇", "2023-04-11", "未整改", "一般", "作业现场类", "田禾"],
            ],
        ),
        [
            (3, {"enterprise": A, "hazard": "吊钩无防脱装置", "status": "done"}, set()),
            (7, {"enterprise": B, "hazard": "通道被占用", "due": "2023-04-11", "status": "open", "person": "田禾"}, set()),
        ],
    ),
    "the unit is the second row of the header": (
        "case_stats",
        Grid(
            "附件3",
            [
                ["拟立案行政处罚案件统计表"],
                ["序号", "企业名称", "违法行为描述", "镇办", "处罚金额", "目前进展情况"],
                [None, None, None, None, "（万元）", None],
                case(1, A, 2),
            ],
        ),
        [(4, {"amount_yuan": 20000}, set())],
    ),
    "label and value in one cell": (
        "personnel",
        Grid(
            "登记卡",
            [
                ["执法人员登记卡"],
                ["姓名：周砚", "性别：女"],
                ["工作单位：柳溪镇应急办", "职务：科员"],
                ["执法证号：99030200001", "手机号码：19900000001"],
            ],
        ),
        [(2, {"name": "周砚", "unit": "柳溪镇应急办", "position": "科员", "cert_no": "99030200001", "phone": "19900000001"}, set())],
    ),
    "marks that nobody sees, and halves of days": (
        "hazard_list",
        Grid(
            "台账",
            [
                ["隐患整改台账（2023年）"],
                HAZARD,
                hazard(1, "吊钩无防脱装置", day="2023年3月27日（星期一）", due="4月10日上午"),
                hazard(2, "通道\u200b被占用", day="3月28日上午", due="10天内"),
            ],
        ),
        [
            (3, {"checked_on": "2023-03-27", "due": "2023-04-10"}, set()),
            (4, {"hazard": "通道被占用", "checked_on": "2023-03-28", "due": "2023-04-07"}, {"due"}),
        ],
    ),
    "a deadline in January of what was found in December": (
        "hazard_list",
        Grid("台账", [["填报时间：2023年12月29日"], HAZARD, hazard(1, "吊钩无防脱装置", day="12月28日", due="1月10日")]),
        [(3, {"checked_on": "2023-12-28", "due": "2024-01-10"}, set())],
    ),
    "words and boxes for what was done": (
        "hazard_list",
        Grid(
            "台账",
            [
                HAZARD,
                hazard(1, "吊钩无防脱装置", status="☑", level="【一般】"),
                hazard(2, "通道被占用", status="☐", level="一般问题"),
                hazard(3, "动火票未签字", status="已当场整改", level="重大问题"),
            ],
        ),
        [
            (2, {"status": "done", "level": "一般"}, set()),
            (3, {"status": "open", "level": "一般"}, set()),
            (4, {"status": "done", "level": "重大"}, set()),
        ],
    ),
    "ticks under the words of a choice": (
        "hazard_list",
        Grid(
            "台账",
            [
                ["隐患整改台账（2023年）"],
                ["企业名称", "镇办", "检查日期", "隐患内容", "隐患等级", None, "整改是否完成", None, "整改责任人", "整改时限"],
                [None, None, None, None, "一般", "重大", "是", "否", None, None],
                [A, "柳溪镇", "2023-03-27", "吊钩无防脱装置", "√", None, "√", None, "孔石", "2023-04-10"],
                [B, "柳溪镇", "2023-03-27", "除尘器无泄爆片", None, "√", None, "√", "孔石", "2023-04-10"],
            ],
            [(2, 5, 2, 6), (2, 7, 2, 8), *((2, col, 3, col) for col in (1, 2, 3, 4, 9, 10))],
        ),
        [(4, {"level": "一般", "status": "done"}, set()), (5, {"level": "重大", "status": "open"}, set())],
    ),
    "a sum stands among the categories": (
        "inspection_stats",
        Grid(
            "附件2",
            [
                ["序号", "检查企业", "镇办", "发现问题（项）", "查出安全问题类型", *[None] * len(CATEGORIES), "处罚事项（项）"],
                [None, None, None, None, *CATEGORIES, "小计", None],
                [1, A, "柳溪镇", 2, 1, 1, *[None] * (len(CATEGORIES) - 2), 2, 0],
            ],
            [(1, 5, 1, 5 + len(CATEGORIES)), *((1, col, 2, col) for col in (1, 2, 3, 4, 6 + len(CATEGORIES)))],
        ),
        [(3, {"findings_total": 2, "penalties": 0}, set())],
    ),
    "nobody, and a certificate behind a name": (
        "inspections",
        Grid(
            "检查记录",
            [
                ["检查记录"],
                ["检查企业", "镇办", "检查日期", "检查组", "组长", "执法人员", "专家", "启动会", "发现问题（项）"],
                [A, "柳溪镇", "2023-03-27", "第一检查组", "周砚", "李舟（99030200002）\n买合木提·样例", "无", "—", "3项"],
            ],
        ),
        [(3, {"officers": ["李舟", "买合木提·样例"], "experts": None, "findings_total": 3}, set())],
    ),
    "the header stands below long instructions": (
        "enterprises",
        Grid(
            "名录",
            [
                ["企业名录"],
                *INSTRUCTIONS,
                ["企业名称", "统一社会信用代码", "镇办", "行业"],
                [A, code_of(1), "柳溪镇", "机械"],
            ],
        ),
        [(37, {"name": A, "credit_code": code_of(1)}, set())],
    ),
}


@pytest.mark.parametrize(("form", "grid", "label"), CASES.values(), ids=CASES.keys())
def test_what_a_town_made_of_a_form_is_read_as_its_label_says(tmp_path: Path, form: str, grid: Grid, label: Label) -> None:
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
