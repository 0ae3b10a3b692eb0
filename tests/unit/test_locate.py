"""Finding forms, headers and columns, and turning rows into records."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from models.annexes import READABLE, annex_2
from services.imports.headings import Learned, bare_heading, fingerprint, heading
from services.imports.locate import find_tables
from services.imports.raw import RawBook, RawSheet, Rejection, rejection
from services.imports.read_form import ReadForm
from services.imports.reading import read_form
from services.imports.xlsx_sheet import encode_row

Line = list[object]
PEOPLE: Line = ["序号", "姓名", "工作单位及职务", "执法证号", "手机号码", "备注"]
LEDGER: Line = ["企业名称", "镇办", "检查日期", "问题描述", "问题类别", "隐患级别", "整改期限", "整改责任人"]
FINDING: Line = ["岚桥区瑞丰纺织有限公司", "柳溪镇", "2023-03-27", "梳棉机无防护罩", "设施设备类", "一般", "2023-04-10", "孔石"]


def person(number: int, name: str = "") -> Line:
    return [number, name or f"周{chr(0x4E00 + number)}", "柳溪镇应急办科员", f"990302110{number:02}", f"199000001{number:02}", None]


def sheet(*lines: Line, name: str = "Sheet1", first: int = 1) -> RawSheet:
    made = RawSheet(name)
    for number, values in enumerate(lines, first):
        cells = {col: value for col, value in enumerate(values) if value is not None}
        if cells:
            made.lines.append(encode_row(number, 0, list(cells), list(cells.values()), [0], []))  # type: ignore[arg-type]
            made.non_empty += len(cells)
    return made


def book(*sheets: RawSheet, name: str = "报表.xlsx") -> RawBook:
    return RawBook(Path(name), "xlsx", list(sheets), non_empty=sum(sheet.non_empty for sheet in sheets))


def read(*lines: Line, **more: object) -> ReadForm:
    return read_form(book(sheet(*lines)), **more)  # type: ignore[arg-type]


def skipped(form: ReadForm) -> dict[int, str]:
    return {line.row: line.why for line in form.skipped}


def flagged(form: ReadForm) -> list[tuple[int, str, str]]:
    return [(row.row, flag.key, flag.code) for row in form.rows for flag in row.flags]


@pytest.mark.parametrize(
    ("text", "compared"), [("处罚\n事项\n（项）", "处罚事项项"), ("手 机 号 码", "手机号码"), ("ＮＯ．", "no"), ("*姓名：", "姓名")]
)
def test_headings_are_compared_without_blanks_and_signs(text: str, compared: str) -> None:
    assert heading(text) == compared


def test_units_in_brackets_do_not_count() -> None:
    assert bare_heading("已（拟）处罚\n金额（万元）") == "已处罚金额"


@pytest.mark.parametrize("form", READABLE, ids=lambda form: form.code)
def test_every_form_finds_itself(form: object) -> None:
    titles = [column.title for column in getattr(form, "columns", ())]
    found = find_tables(list(sheet([getattr(form, "title", "")], list(titles)).rows()), [], READABLE)
    assert [table.form.code for table in found] == [getattr(form, "code", "")]
    assert found[0].header_rows == (2,)
    assert not found[0].rivals


@pytest.mark.parametrize("above", [0, 1, 5, 25])
def test_a_header_may_stand_anywhere_near_the_top(above: int) -> None:
    lines: list[Line] = [["岚桥区"]] * above
    form = read(*lines, PEOPLE, person(1))
    assert form.header_rows == (above + 1,)
    assert [row.row for row in form.rows] == [above + 2]


def test_other_words_for_the_columns_are_known() -> None:
    form = read(["人员姓名", "单位职务", "证号", "联系方式（手机）"], ["周砚", "柳溪镇", "99030211001", "19900000101"])
    assert form.form
    assert form.form.code == "personnel"
    assert form.rows[0].values["phone"] == "19900000101"


def test_a_header_mapped_by_hand_is_known_again_for_its_unit() -> None:
    header: Line = ["谁", "何处", "证", "机"]
    mapped = (("谁", "name"), ("何处", "unit_position"), ("证", "cert_no"), ("机", "phone"))
    learned = (Learned("柳溪镇", fingerprint(["谁", "何处", "证", "机"]), "personnel", mapped),)
    lines: list[Line] = [["填报单位：柳溪镇"], header, ["周砚", "柳溪镇科员", "99030211001", "19900000101"]]
    unknown = read(*lines)
    assert (unknown.outcome, unknown.reject_code, len(unknown.choices)) == ("rejected", "no_known_form", len(READABLE))
    known = read(*lines, learned=learned)
    assert (known.outcome, known.rows[0].values["phone"]) == ("imported", "19900000101")


def test_a_slip_in_a_heading_is_near_enough() -> None:
    form = read(["姓名", "工作单位及职务", "行政执法证号吗", "手机号码"], ["周砚", "柳溪镇", "99030211001", "19900000101"])
    assert form.rows[0].values["cert_no"] == "99030211001"


def test_unit_and_position_may_be_two_columns() -> None:
    form = read(["姓名", "工作单位", "职务", "执法证号", "手机号码"], ["周砚", "柳溪镇应急办", "科员", "99030211001", "19900000101"])
    assert form.rows[0].values["unit_position"] == "柳溪镇应急办科员"
    rows = json.loads(json.dumps(form.as_json()))["rows"]
    assert (rows[0]["values"]["unit"], rows[0]["values"]["position"]) == ("柳溪镇应急办", "科员")


def test_two_header_rows_with_the_files_own_categories() -> None:
    top: Line = ["序号", "检查企业", "镇办", "发现问题（项）", "查出安全问题类型", None, None, "处罚事项（项）"]
    under: Line = [None, None, None, None, "粉尘类", "设施设备类", "特种设备类", None]
    given = sheet(top, under, [1, "岚桥区瑞丰纺织有限公司", "柳溪镇", "3项", 1, "/", 2, None])
    given.merges = [(1, 4, 1, 6), *((1, col, 2, col) for col in (0, 1, 2, 3, 7))]
    form = read_form(book(given))
    assert form.header_rows == (1, 2)
    assert form.outcome == "imported"
    assert form.as_json()["rows"][0]["values"] == {  # type: ignore[index]
        "enterprise": "岚桥区瑞丰纺织有限公司",
        "town": "柳溪镇",
        "findings_total": 3,
        "penalties": 0,
        "categories": {"粉尘类": 1, "设施设备类": 0, "特种设备类": 2},
    }


def test_a_campaign_may_bring_its_own_categories() -> None:
    own = annex_2("统计表", ("粉尘", "有限空间"))
    form = read(["检查企业", "发现问题", "粉尘", "有限空间", "处罚事项"], ["甲厂甲厂甲厂", 2, 1, 1, 0], forms=(own,))
    assert form.rows[0].values["cat.有限空间"] == 1


def test_categories_that_do_not_add_up_are_flagged() -> None:
    form = read(["检查企业", "镇办", "发现问题", "设施设备类", "作业现场类", "处罚事项"], ["岚桥区瑞丰纺织有限公司", "柳溪镇", 5, 1, 1, 0])
    assert flagged(form) == [(2, "findings_total", "category_sum_mismatch")]


def test_two_blocks_side_by_side_are_two_records() -> None:
    half: Line = ["姓名", "执法证号", "手机号码"]
    both: Line = ["周砚", "99030211001", "19900000101", "李舟", "99030211002", "19900000102"]
    form = read([*half, *half], both, ["孔石", "99030211003", "19900000103"])
    assert [(row.row, row.values["name"]) for row in form.rows] == [(2, "周砚"), (2, "李舟"), (3, "孔石")]


def test_a_column_that_stands_twice_is_said() -> None:
    form = read([*PEOPLE[:5], "手机号码"], [*person(1)[:5], "19900000199"])
    assert (2, "phone", "duplicate_header") in flagged(form)
    assert form.rows[0].values["phone"] == "19900000101"


def test_rows_that_are_no_records_are_skipped_with_their_reason() -> None:
    form = read(
        ["附件1"],
        ["抽调执法人员统计表"],
        ["填报单位：柳溪镇（盖章）", None, None, "填报日期：2023年3月26日"],
        PEOPLE,
        ["示例", "张某某", "某镇某职务", "99030211099", "19900000199"],
        person(1),
        PEOPLE,
        person(2),
        ["小计", None, None, None, "2人"],
        [],
        [3],
        ["合 计", None, None, None, None, "2人"],
        [None, None, "无名氏所在单位"],
        ["第1页 共2页"],
        ["填表人：周砚        联系电话：5550111"],
        ["注：1.本表一式两份；"],
        ["2.请于3月27日前报送大队审理室并加盖公章。"],
        person(4),
    )
    assert skipped(form) == {
        1: "title", 2: "title", 3: "title", 5: "sample", 7: "repeated_header", 9: "subtotal", 10: "blank", 11: "number_only", 12: "total",
        13: "missing_key", 14: "page", 15: "footer", 16: "note", 17: "note",
    }  # fmt: skip
    assert [row.row for row in form.rows] == [6, 8, 18]
    assert form.submitter == "柳溪镇"
    assert form.report_date == dt.date(2023, 3, 26)


def test_every_row_with_content_is_either_read_or_skipped() -> None:
    lines: list[Line] = [["标题"], PEOPLE, person(1), ["合计"], [9], ["", "", "无名"], ["随便一句话"], person(2)]
    form = read(*lines)
    assert {row.row for row in form.rows} | set(skipped(form)) | set(form.header_rows) == set(range(1, len(lines) + 1))


def test_rows_after_a_gap_still_count() -> None:
    given = sheet(PEOPLE, person(1))
    given.lines += sheet(person(2), first=5000).lines
    assert [row.row for row in read_form(book(given)).rows] == [2, 5000]


def test_merged_values_are_filled_and_numbers_counted_once() -> None:
    given = sheet(
        ["检查企业", "镇办", "发现问题", "设施设备类", "处罚事项", "备注"],
        ["岚桥区瑞丰纺织有限公司", "柳溪镇", 2, 2, 1, None],
        ["岚桥区晨光机械有限公司", None, None, 1, 0, None],
    )
    given.merges = [(2, 1, 3, 1), (2, 2, 3, 2)]
    form = read_form(book(given))
    assert form.rows[1].values["town"] == "柳溪镇"
    assert form.rows[1].values["findings_total"] is None
    assert {flag for flag in flagged(form) if flag[0] == 3} == {(3, "town", "merged_filled"), (3, "findings_total", "merged_filled")}


def test_ditto_takes_the_value_above() -> None:
    form = read(LEDGER, FINDING, ["同上", "〃", *FINDING[2:3], "配电箱未接地", *FINDING[4:]])
    assert form.rows[1].values["enterprise"] == FINDING[0]
    assert (3, "enterprise", "merged_filled") in flagged(form)


def test_within_days_counts_from_the_check() -> None:
    form = read(LEDGER, [*FINDING[:6], "15日内", "孔石"])
    assert form.rows[0].values["due"] == dt.date(2023, 4, 11)
    assert flagged(form) == [(2, "due", "date_relative")]


def test_the_year_comes_from_the_title_before_the_campaign() -> None:
    form = read(["隐患整改台账（2022年）"], LEDGER, [*FINDING[:2], "3月27日", *FINDING[3:6], "4月10日", "孔石"], year=2023)
    assert form.rows[0].values["checked_on"] == dt.date(2022, 3, 27)


def test_the_unit_above_the_table_holds_for_amounts_without_one() -> None:
    header: Line = ["企业名称", "违法行为描述", "镇办", "处罚金额", "目前进展情况"]
    form = read(["单位：元"], header, ["岚桥区瑞丰纺织有限公司", "未如实记录培训", "柳溪镇", 20000, "已立案"])
    assert form.rows[0].values["amount"] == 2_000_000
    assert form.outcome == "imported"


def test_hidden_struck_and_commented_cells_are_said() -> None:
    given = sheet(PEOPLE, person(1))
    given.formats, given.strikes, given.comments = ["", ""], frozenset({1}), {(2, 2): "已调走"}
    given.lines[1] = encode_row(2, 1, [1, 2, 3, 4], ["周砚", "柳溪镇", "99030211001", "19900000101"], [1, 0, 0, 0], [])
    assert flagged(read_form(book(given))) == [(2, "name", "strikethrough"), (2, "unit_position", "has_comment"), (2, "*", "hidden_row")]


def test_formulas_errors_formats_and_serials_are_read_by_their_storage() -> None:
    given = sheet(LEDGER, FINDING)
    given.formats = ["", "yyyy-mm-dd", "00000000000"]
    values = [FINDING[0], "柳溪镇", 45012, "#REF!", "设施设备类", "", 45026, "孔石"]
    given.lines[1] = encode_row(2, 0, list(range(8)), values, [0, 0, 1, 0, 0, 0, 0, 0], [(3, "e"), (5, "n")])  # type: ignore[arg-type]
    form = read_form(book(given))
    assert (form.rows[0].values["hazard"], skipped(form)) == ("#REF!", {})  # the finding is not lost with its words
    assert (2, "hazard", "formula_error") in flagged(form)
    values[3] = "梳棉机无防护罩"
    given.lines[1] = encode_row(2, 0, list(range(8)), values, [0, 0, 1, 0, 0, 0, 0, 0], [(5, "n")])  # type: ignore[arg-type]
    form = read_form(book(given))
    assert form.rows[0].values["checked_on"] == dt.date(2023, 3, 27)
    assert flagged(form) == [(2, "level", "formula_no_cached_value"), (2, "due", "date_from_serial")]


def test_leading_zeros_of_a_format_come_back() -> None:
    given = sheet(PEOPLE, person(1))
    given.formats = ["", "00000000000"]
    given.lines[1] = encode_row(2, 0, [1, 2, 3, 4], ["周砚", "柳溪镇", 990302110, 19900000101], [0, 0, 1, 0], [])
    form = read_form(book(given))
    assert form.rows[0].values["cert_no"] == "00990302110"
    assert flagged(form) == [(2, "cert_no", "leading_zero_from_format")]


def test_the_same_row_twice_and_a_shared_phone_are_said() -> None:
    form = read(PEOPLE, person(1, "周砚"), person(1, "周砚"), [3, "李舟", "柳溪镇", "99030211003", "19900000101"])
    assert [(row, code) for row, _key, code in flagged(form)] == [(3, "duplicate_in_file"), (4, "phone_conflict")]


def test_a_missing_column_is_said_once_not_in_every_row() -> None:
    form = read(["姓名", "工作单位及职务", "手机号码"], ["周砚", "柳溪镇", "19900000101"])
    assert form.outcome == "imported"
    assert form.missing_columns == ("执法证号", "备注")


def test_several_sheets_give_several_tables() -> None:
    one = sheet(PEOPLE, person(1), name="柳溪镇")
    two = sheet(LEDGER, FINDING, name="台账")
    hidden = sheet(PEOPLE, person(3), name="旧")
    hidden.hidden = True
    form = read_form(book(one, two, hidden, sheet(PEOPLE, person(4), name="填写示例")))
    document = json.loads(json.dumps(form.as_json()))
    assert [(table["form"], table["sheet"], len(table["rows"])) for table in document["forms"]] == [
        ("personnel", "柳溪镇", 1),
        ("hazard_list", "台账", 1),
    ]
    assert [(row["sheet"], row["row"]) for row in document["rows"]] == [("柳溪镇", 2), ("台账", 2)]


def test_two_tables_under_each_other() -> None:
    form = read(PEOPLE, person(1), [], ["问题隐患整改台账"], LEDGER, FINDING)
    assert [(table.form.code if table.form else "", table.header_rows, len(table.rows)) for table in form.tables] == [
        ("personnel", (1,), 1),
        ("hazard_list", (5,), 1),
    ]
    assert skipped(form)[4] == "title"


def test_cards_give_a_record_each() -> None:
    card: list[Line] = [
        ["抽调执法人员登记卡"],
        ["姓名", "周砚", "工作单位", "柳溪镇应急办"],
        ["职务", "科员", "执法证号", "99030211001"],
        ["手机号码", "19900000101"],
    ]
    form = read(*card, [], *card)
    assert [(row.row, row.values["unit"], row.values["position"]) for row in form.rows] == [
        (2, "柳溪镇应急办", "科员"),
        (7, "柳溪镇应急办", "科员"),
    ]


def test_another_form_than_expected_is_a_mismatch() -> None:
    form = read(LEDGER, FINDING, expected="personnel")
    assert (form.outcome, form.declared_form, form.detected_form) == ("form_mismatch", "personnel", "hazard_list")
    assert form.message
    assert "抽调执法人员统计表" in form.message


def test_a_file_name_that_names_another_form_is_a_mismatch() -> None:
    form = read_form(book(sheet(LEDGER, FINDING), name="柳溪镇抽调执法人员统计表.xlsx"))
    assert form.outcome == "form_mismatch"


def test_a_header_that_fits_two_forms_needs_a_choice() -> None:
    header: Line = ["企业名称", "违法行为描述", "镇办"]
    line: Line = ["岚桥区瑞丰纺织有限公司", "未如实记录培训", "柳溪镇"]
    twins = [form for form in READABLE if form.code == "case_stats"]
    twin = type(twins[0])("case_twin", "另一张表", twins[0].columns)
    form = read(header, line, forms=(twins[0], twin))
    assert form.outcome == "needs_choice"
    assert set(form.choices) == {"case_stats", "case_twin"}
    chosen = read(header, line, forms=(twins[0], twin), expected="case_twin")
    assert chosen.form
    assert chosen.form.code == "case_twin"


def test_empty_unknown_and_refused_files_have_a_sentence() -> None:
    assert read_form(book(sheet())).outcome == "empty"
    assert read(PEOPLE).outcome == "empty"
    unknown = read(["菜名", "价格"], ["面条", 12])
    assert (unknown.outcome, unknown.reject_code) == ("rejected", "no_known_form")
    refused = read_form(rejection(Path("a.xlsx"), "too_large", "超过 50 MB"))
    assert refused.as_json()["message"] == "文件“a.xlsx”太大（超过 50 MB）。请删去无关的工作表和空行，或拆成几个文件。"
    assert isinstance(rejection(Path("a"), "corrupt"), Rejection)


def test_messages_of_flags_name_row_column_and_value() -> None:
    form = read(PEOPLE, [1, "周砚", "柳溪镇", None, "1990000010"])
    assert [flag.message for flag in form.rows[0].flags] == [
        "第2行 手机号码 “1990000010”有 10 位，手机号码应为 11 位数字",
        "第2行 执法证号 为空，请补填",
    ]
    assert form.rows[0].raw == {"phone": "1990000010"}


def test_the_document_keeps_the_contracts_keys() -> None:
    header: Line = ["检查企业", "镇办", "检查日期", "检查组", "执法人员", "启动会", "发现问题（项）", "任务来源"]
    form = read(header, ["岚桥区瑞丰纺织有限公司", "柳溪镇", "2023-04-10", "第一检查组", "周砚、李舟", "9:00", 3, "双随机"])
    document = json.loads(json.dumps(form.as_json(), ensure_ascii=False))
    assert document["schema"] == "form-import/1"
    shown = document["rows"][0]["values"]
    assert shown["officers"] == ["周砚", "李舟"]
    assert shown["meetings"]["open"] == "09:00"
    assert shown["findings_total"] == 3
    assert shown["checked_on"] == "2023-04-10"


STATES = [("已整改", "done"), ("已完成，附照片", "done"), ("整改中", "open"), ("×", "open"), (None, None)]


@pytest.mark.parametrize(("text", "shown"), STATES)
def test_the_state_of_a_finding_is_open_or_done(text: str | None, shown: str | None) -> None:
    form = read([*LEDGER, "整改情况"], [*FINDING, text])
    assert form.as_json()["rows"][0]["values"]["status"] == shown  # type: ignore[index]
