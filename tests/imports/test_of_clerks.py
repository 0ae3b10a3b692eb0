"""Habits of tired clerks: dittos, questions, two tables side by side.

And lists that look like nominations and are none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services import importing
from services.imports.plan import as_json, read_file
from services.imports.worker import Reader
from services.store import Store
from tests import make
from tests.imports.drafts import Grid, Line, code_of, firm
from tests.imports.writing import read_back, save

A, B, C = firm(0), firm(1), firm(2)
PERSON: Line = ["姓名", "工作单位及职务", "执法证号", "手机号码"]
HAZARD: Line = ["企业名称", "镇街", "隐患描述", "整改期限", "整改责任人"]
COUNTED: Line = ["检查企业", "镇办", "发现问题（项）", "设施设备类", "其他类", "处罚事项（项）"]


def person(name: str, number: int, **more: str) -> Line:
    return [name, more.get("unit", "柳溪镇科员"), more.get("cert", f"9903020{number:04}"), more.get("phone", f"1990000{number:04}")]


def read(tmp_path: Path, *lines: Line, name: str = "Sheet1", merges: list[tuple[int, int, int, int]] | None = None) -> dict[str, Any]:
    document: dict[str, Any] = read_back(save([Grid(name, list(lines), merges or [])], tmp_path, "xlsx")).as_json()
    return document


def values(document: dict[str, Any], key: str) -> list[Any]:
    return [row["values"].get(key) for row in document["rows"]]


def flags(document: dict[str, Any], number: int) -> list[tuple[str, str]]:
    return [(flag["field"], flag["code"]) for row in document["rows"] if row["row"] == number for flag in row["flags"]]


def skipped(document: dict[str, Any]) -> dict[int, str]:
    return {line["row"]: line["why"] for line in document["skipped"]}


@pytest.mark.parametrize("sign", ["同上", "（同上）", "同 上", "〃", "″", '"', "''", "—同上—", "同上行"])
def test_every_way_to_write_ditto_takes_what_stands_above(tmp_path: Path, sign: str) -> None:
    document = read(tmp_path, PERSON, person("周砚", 1, unit="石坪镇应急办主任"), person("李舟", 2, unit=sign))
    assert values(document, "unit_position") == ["石坪镇应急办主任"] * 2
    assert flags(document, 3) == [("unit_position", "merged_filled")]


def test_signs_of_the_list_are_no_part_of_names_and_numbers(tmp_path: Path) -> None:
    document = read(
        tmp_path, PERSON, person("1.周砚", 1), person("李舟*", 2, phone="'19900000002"), person("买合木提·样例", 3, phone="199 0000 0003")
    )
    assert values(document, "name") == ["周砚", "李舟", "买合木提·样例"]
    assert values(document, "phone") == ["19900000001", "19900000002", "19900000003"]
    assert flags(document, 2) == flags(document, 3) == [("name", "suffix_removed")]
    assert not flags(document, 4)


def test_two_certificates_in_a_cell_and_a_number_of_identity_are_asked_about(tmp_path: Path) -> None:
    document = read(
        tmp_path, PERSON, person("周砚", 1, cert="99030200001 99030200002"), person("李舟", 2, cert="990302199001010011"), person("孔石", 3)
    )
    assert ("cert_no", "multiple_values") in flags(document, 2)
    assert ("cert_no", "cert_invalid") in flags(document, 3)
    assert not flags(document, 4)


def test_two_firms_in_a_cell_are_asked_about_and_a_branch_is_not(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        COUNTED,
        [f"{A}\n{B}", "柳溪镇", 2, 1, 1, 0],
        [f"{C}\n柳溪分公司", "柳溪镇", 1, 1, 0, 0],
    )
    assert flags(document, 2) == [("enterprise", "multiple_values")]
    assert not flags(document, 3)


def test_a_total_beside_the_last_records_takes_none_of_them_away(tmp_path: Path) -> None:
    head: Line = ["姓名", "单位及职务", "手机"]
    left, right = ["周砚", "柳溪镇科员", "19900000001"], ["李舟", "石坪镇科员", "19900000002"]
    last = ["孔石", "石坪镇科员", "19900000003"]
    mixed: list[Line] = [["合计", "1人", None, None, *last], [*last, None, "合计", "2人"], ["共 计", 3, 3, None, 3, 3, 3]]
    document = read(tmp_path, [*head, None, *head], [*left, None, *right], *mixed)
    assert values(document, "name") == ["周砚", "李舟", "孔石", "孔石"]
    assert skipped(document) == {5: "total"}


def test_tables_of_two_forms_side_by_side_lend_each_other_nothing(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        ["姓名", "工作单位及职务", "手机号码", None, "企业名称", "统一社会信用代码", "法定代表人", "从业人数"],
        ["周砚", "柳溪镇科员", "19900000001", None, A, code_of(0), "孔石", 5],
    )
    assert [row["values"].get("phone") for row in document["rows"]] == ["19900000001", None]
    assert [table["form"] for table in document["forms"]] == ["personnel", "enterprises"]


def test_the_place_of_business_is_the_address_and_the_licence_s_stands_back(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        ["企业名称", "统一社会信用代码", "镇办", "注册地址", "实际生产经营地址", "法定代表人"],
        [A, code_of(0), "柳溪镇", "府前路1号", "工业园2号", "周砚"],
        [B, code_of(1), "柳溪镇", "府前路3号", None, "李舟"],
    )
    assert values(document, "address") == ["工业园2号", "府前路3号"]
    assert not flags(document, 2)
    assert flags(document, 3) == [("address", "merged_filled")]
    assert any("注册地址" in said and "2 格" in said for said in document["warnings"])


def test_a_former_name_in_a_column_of_its_own_makes_no_second_record(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        ["企业名称", "统一社会信用代码", "镇办", "企业名称（曾用名）", "法定代表人"],
        [A, code_of(0), "柳溪镇", B, "周砚"],
    )
    assert values(document, "name") == [A]
    assert values(document, "former_name") == [B]


def test_a_name_that_stands_twice_side_by_side_is_one_record(tmp_path: Path) -> None:
    document = read(tmp_path, ["企业名称", "企业名称", "镇办", "法人代表"], [A, "简称", "柳溪镇", "周砚"])
    assert values(document, "name") == [A]
    assert ("name", "duplicate_header") in flags(document, 2)


def test_a_sign_in_sheet_is_no_nomination_until_somebody_says_so(tmp_path: Path) -> None:
    document = read(tmp_path, ["动员会签到表"], ["姓名", "单位", "职务", "电话", "签名"], ["周砚", "柳溪镇", "主任", "19900000001", None])
    assert document["outcome"] == "needs_choice"
    assert document["choices"] == ["personnel"]
    assert "签到" in document["message"]
    assert not document["rows"]
    assert skipped(document) == {1: "title", 3: "note"}


def test_a_sign_in_sheet_is_read_when_a_clerk_says_so(tmp_path: Path) -> None:
    path = save(
        [Grid("Sheet1", [["会议签到表"], ["姓名", "单位", "职务", "电话"], ["周砚", "柳溪镇", "主任", "19900000001"]])], tmp_path, "xlsx"
    )
    with Reader() as reader:
        found = read_file(path, reader=reader, expected="personnel")
    assert [row.values["name"] for row in found.rows] == ["周砚"]


def test_a_sign_in_sheet_beside_a_nomination_is_left_out_and_named(tmp_path: Path) -> None:
    grids = [
        Grid("推荐", [PERSON, person("周砚", 1)]),
        Grid("签到", [["会议签到表"], ["姓名", "单位", "职务", "电话"], ["李舟", "柳溪镇", "主任", "19900000002"]]),
    ]
    document: dict[str, Any] = read_back(save(grids, tmp_path, "xlsx")).as_json()
    assert [row["values"]["name"] for row in document["rows"]] == ["周砚"]
    assert "“签到”表像签到表，1 行没有导入，请核对" in document["warnings"]


def test_headings_that_ask_are_understood_where_their_words_are_certain(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        ["安全隐患排查整改一览"],
        [
            "查的是哪家企业？",
            "在哪个镇？",
            "发现了什么问题？",
            "是否重大隐患？",
            "什么时候查的？",
            "什么时候改完？",
            "谁负责整改？",
            "改完了吗？",
        ],
        [A, "柳溪镇", "行车限位失灵", "否", "2023-04-03", "2023-04-18", "周砚", "没有"],
        [B, "柳溪镇", "粉尘未清扫", "是", "2023-04-03", "2023-04-18", "李舟", "改完了"],
    )
    row = {"enterprise": A, "town": "柳溪镇", "hazard": "行车限位失灵", "due": "2023-04-18", "person": "周砚", "status": "open"}
    assert {key: document["rows"][0]["values"][key] for key in row} == row
    assert values(document, "level") == ["一般", "重大"]
    assert values(document, "status") == ["open", "done"]


def test_questions_of_a_summary_and_of_visits_are_understood(tmp_path: Path) -> None:
    summary = read(
        tmp_path,
        ["工作进展汇总"],
        ["哪个镇", "查了几家", "查出多少问题", "改了多少", "立了几个案", "罚了多少（万元）"],
        ["柳溪镇", 6, 10, 8, 1, 0.5],
    )
    assert summary["rows"][0]["values"] | {"fine_wan": 0.5, "rectified": 8, "cases": 1} == summary["rows"][0]["values"]
    visits = read(
        tmp_path,
        ["日期", "查了哪家企业", "所在镇", "谁带队", "谁去查的", "查出几个问题"],
        ["2023-4-12", A, "柳溪镇", "周砚", "李舟、孔石", 3],
    )
    assert visits["rows"][0]["values"]["officers"] == ["李舟", "孔石"]
    assert visits["rows"][0]["values"]["leader"] == "周砚"


def test_a_question_that_no_column_answers_is_named(tmp_path: Path) -> None:
    document = read(tmp_path, [*HAZARD, "企业认不认账？"], [A, "柳溪镇", "无护栏", "2023-5-1", "周砚", "认"])
    assert any("企业认不认账" in said for said in document["warnings"])


@pytest.mark.parametrize("part", ["第一批", "第二片区", "柳溪镇", "柳溪镇（2家）", "新增部分"])
def test_a_line_that_parts_the_records_is_none(tmp_path: Path, part: str) -> None:
    document = read(tmp_path, COUNTED, [A, "柳溪镇", 1, 1, 0, 0], [part], [B, "柳溪镇", 1, 1, 0, 0])
    assert values(document, "enterprise") == [A, B]
    assert skipped(document)[3] == "title"


def test_the_title_of_the_next_table_is_no_record_of_this_one(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        PERSON,
        person("周砚", 1),
        ["立案处罚情况"],
        ["当事人", "违法行为", "镇街", "罚款金额（万元）", "目前进展"],
        [A, "未开展演练", "柳溪镇", 1.5, "立案"],
    )
    assert [row["row"] for row in document["rows"]] == [2, 5]
    assert skipped(document)[3] == "title"


def test_a_short_title_below_a_gap_is_no_record(tmp_path: Path) -> None:
    document = read(tmp_path, ["名单一"], PERSON, person("周砚", 1), [], ["名单二"], PERSON[::-1], person("李舟", 2)[::-1])
    assert values(document, "name") == ["周砚", "李舟"]
    assert skipped(document)[5] == "title"


def test_officers_of_whom_some_are_not_named_are_asked_about(tmp_path: Path) -> None:
    head: Line = ["检查日期", "检查企业", "镇街", "检查组", "检查人员"]
    document = read(tmp_path, head, ["2023-4-1", A, "柳溪镇", "一组", "周砚、李舟等3人"], ["2023-4-1", B, "柳溪镇", "一组", "周砚、李舟"])
    assert flags(document, 2) == [("officers", "multiple_values")]
    assert not flags(document, 3)


def test_a_sheet_put_aside_is_read_and_named(tmp_path: Path) -> None:
    document = read(tmp_path, PERSON, person("周砚", 1), name="作废")
    assert document["warnings"] == ["“作废”表的名称像不再用的表，1 行照样读了，请核对"]


def test_the_heading_that_says_it_all_is_taken_and_the_other_named(tmp_path: Path) -> None:
    document = read(tmp_path, ["单位", "联系电话", "姓名", "手机"], ["柳溪镇", "0533-5550100", "周砚", "19900000001"])
    assert values(document, "phone") == ["19900000001"]
    assert any("联系电话" in said for said in document["warnings"])


def test_nothing_to_report_is_no_record(tmp_path: Path) -> None:
    document = read(
        tmp_path, ["重大事故隐患清单"], ["企业名称", "镇街", "隐患内容", "整改期限", "责任人"], ["无"] * 5, ["本镇无重大事故隐患"]
    )
    assert document["outcome"] == "empty"
    assert set(skipped(document).values()) == {"title", "missing_key"}


def test_a_ledger_of_major_hazards_is_no_ledger_of_hazards(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        ["重大隐患台账"],
        ["企业名称", "隐患描述", "整改资金", "整改期限", "整改责任人", "联系电话"],
        [A, "无泄爆", "3万", "2023-6-1", "周砚", "19900000001"],
    )
    assert (document["outcome"], document["form"]) == ("imported", "major_hazards")


def test_the_same_header_under_other_titles_is_judged_by_its_own_title(tmp_path: Path) -> None:
    head: Line = ["企业名称", "统一社会信用代码", "镇街", "行业", "地址", "联系电话"]
    row: Line = [A, code_of(0), "柳溪镇", "轻工", "工业园2号", "19900000001"]
    for _ in range(2):
        assert read(tmp_path, ["有限空间企业台账"], head, row)["form"] == "confined_space"
        assert read(tmp_path, ["企业名录"], head, row)["form"] == "enterprises"


def test_a_plan_carries_what_was_said_of_the_file(store: Store, tmp_path: Path) -> None:
    with store.write("建立专项行动") as session:
        campaign = make.campaign(session)
    path = save([Grid("Sheet1", [[*PERSON, "短号"], [*person("周砚", 1), "66101"]])], tmp_path, "xlsx")
    document = as_json(importing.plan_file(store, path=path, campaign_id=campaign))
    assert document["warnings"] == ["未识别的列：E列“短号”（1 格），没有导入，请核对表头"]


def test_a_comma_that_groups_no_thousands_is_asked_about(tmp_path: Path) -> None:
    head: Line = ["企业名称", "统一社会信用代码", "镇街", "从业人数"]
    document = read(tmp_path, head, [A, code_of(0), "柳溪镇", "1,200"], [B, code_of(1), "柳溪镇", "1,3"])
    assert values(document, "employees") == [1200, None]
    assert flags(document, 3) == [("employees", "count_invalid")]


def test_cells_without_a_heading_are_named_and_running_numbers_are_not(tmp_path: Path) -> None:
    document = read(tmp_path, [None, *PERSON], [1, *person("周砚", 1), "党员"], [2, *person("李舟", 2), None])
    assert document["warnings"] == ["未识别的列：F列（没有表头，1 格），没有导入，请核对表头"]


def test_a_line_of_text_with_a_comma_too_many_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "名录.csv"
    lines = f"{A},柳溪镇,{code_of(0)},柳溪路1号,2楼\n{B},柳溪镇,{code_of(1)},柳溪路2号\n"
    path.write_text(f"企业名称,镇街,统一社会信用代码,地址\n{lines}", encoding="utf-8")
    document: dict[str, Any] = read_back(path).as_json()
    assert flags(document, 2) == [("*", "extra_cells")]
    assert not flags(document, 3)


def test_rows_of_a_sheet_without_a_header_are_named(tmp_path: Path) -> None:
    grids = [Grid("第一页", [PERSON, person("周砚", 1)]), Grid("第二页", [person("李舟", 2)])]
    document: dict[str, Any] = read_back(save(grids, tmp_path, "xlsx")).as_json()
    assert document["warnings"] == ["“第二页”里没有认识的表头，1 行没有导入；如果接着前面的表，请补上表头"]
