"""Headings that no list knows: named by telling words, by contents, or said."""

from __future__ import annotations

import pytest

from models.annexes import READABLE
from models.forms import Context
from models.values import parse_name
from services.imports.headings import extended
from services.imports.leftover import letters
from services.imports.read_form import ReadForm
from services.imports.reading import read_form
from services.imports.telling import NOBODY, _patterns, word_of
from tests.unit.test_locate import FINDING, LEDGER, Line, book, read, sheet

WORDS: dict[str, tuple[str, str, str | None]] = {
    "a phone, whoever's it is": ("hazard_list", "企业落实人手机", "phone"),
    "a day that is demanded": ("hazard_list", "要求整改日期", "due"),
    "how grave it is": ("hazard_list", "隐患程度", "level"),
    "a kind, not the finding": ("hazard_list", "隐患大类", "category"),
    "an enterprise, not the finding": ("major_hazards", "隐患所属单位", "enterprise"),
    "an identity card is no certificate": ("personnel", "身份证号", NOBODY),
    "officers are no legal persons": ("inspections", "参加检查执法人员", "officers"),
    "a rate with its sign": ("town_summary", "整改完成率%", "rate"),
    "nothing that is known": ("enterprises", "甲乙丙", None),
}


@pytest.mark.parametrize(("form", "text", "key"), WORDS.values(), ids=WORDS.keys())
def test_the_words_of_a_heading_name_its_column(form: str, text: str, key: str | None) -> None:
    assert word_of(form, text) == key


def test_telling_words_name_columns_that_their_forms_have() -> None:
    forms = {form.code: form for form in READABLE}
    unknown = [
        (code, key) for code, words in _patterns().items() for key, _words in words if key not in (*extended(forms[code]).keys, NOBODY)
    ]
    assert unknown == []


def test_a_form_in_words_of_its_own_is_read() -> None:
    form = read(
        ["序号", "受检对象", "排查出的隐患", "隐患大类", "轻重", "要求整改日期", "企业落实人", "落实人手机"],
        [1, "岚桥区瑞丰纺织有限公司", "梳棉机无防护罩", "设施设备类", "一般", "2023-04-10", "孔石", "19900000101"],
    )
    assert form.form is not None
    assert form.form.code == "hazard_list"
    values = form.rows[0].values
    assert [values[key] for key in ("enterprise", "hazard", "level", "person", "phone")] == [
        "岚桥区瑞丰纺织有限公司", "梳棉机无防护罩", "一般", "孔石", "19900000101"
    ]  # fmt: skip
    assert (str(values["due"]), form.rows[0].flags, form.warnings) == ("2023-04-10", [], ())


def test_where_two_headings_answer_to_one_column_neither_is_taken_and_both_are_said() -> None:
    form = read([*LEDGER, "厂长电话", "门卫电话"], [*FINDING, "19900000101", "19900000102"])
    assert form.rows[0].values.get("phone") is None
    assert form.warnings == ("未识别的列：I列“厂长电话”（1 格）、J列“门卫电话”（1 格），没有导入，请核对表头",)
    assert (form.outcome, form.as_json()["warnings"]) == ("imported", list(form.warnings))


def test_a_near_name_never_takes_the_column_of_the_name_itself() -> None:
    form = read(["镇办", "应检查企业数", "检查企业数", "整改率", "未整改数", "已整改数"], ["柳溪镇", 20, 12, "90%", 1, 9])
    assert [form.rows[0].values[key] for key in ("enterprises_checked", "rectified")] == [12, 9]
    assert [word in form.warnings[0] for word in ("应检查企业数", "未整改数", "已整改数")] == [True, True, False]


def test_columns_without_cells_and_running_numbers_are_not_said() -> None:
    assert read(["序号", *LEDGER, "附件", None, "编号"], [1, *FINDING, None, None, 7]).warnings == ()


def test_the_sheet_is_named_where_the_file_has_several() -> None:
    other = sheet([*LEDGER, "天气"], [*FINDING, "晴"], name="石坪镇")
    form = read_form(book(sheet(LEDGER, FINDING, name="柳溪镇"), other))
    assert form.warnings == ("“石坪镇”表未识别的列：I列“天气”（1 格），没有导入，请核对表头",)


def contents(heading: str, *cells: str) -> ReadForm:
    lines: list[Line] = [[f"岚桥区瑞丰{n}纺织厂", "柳溪镇", "纺织", cell] for n, cell in enumerate(cells)]
    return read(["企业名称", "所在镇", "行业", heading], *lines)


def test_a_column_of_phones_is_one_under_any_heading() -> None:
    assert [row.values["phone"] for row in contents("甲", "19900000101", "199-0000-0102").rows] == ["19900000101", "19900000102"]
    mixed = contents("甲", "19900000101", "不详")
    assert (mixed.rows[0].values.get("phone"), bool(mixed.warnings)) == (None, True)


def test_a_person_and_a_phone_in_one_cell_are_parted_where_neither_has_another_column() -> None:
    form = read([*LEDGER[:7], "整改责任人及联系电话"], [*FINDING[:7], "孔石 19900000101"], [*FINDING[:7], "孔样（19900000102）"])
    assert [(row.values["person"], row.values["phone"]) for row in form.rows] == [("孔石", "19900000101"), ("孔样", "19900000102")]
    assert form.warnings == ()


def test_a_name_with_a_number_in_it_is_flagged() -> None:
    assert [flag.code for flag in parse_name("孔石19900000101", Context()).flags] == ["multiple_values"]


def test_a_row_of_bands_above_an_ordinary_header_belongs_to_it() -> None:
    lines: list[Line] = [
        ["企业基本信息", None, None, "负责人信息", None, "规模"],
        ["名称", "所在镇", "行业", "姓名", "手机", "职工人数"],
        ["岚桥区瑞丰纺织厂", "柳溪镇", "纺织", "孔石", "19900000101", 12],
    ]
    one = sheet(*lines)
    one.merges = [(1, 0, 1, 2), (1, 3, 1, 4)]
    form = read_form(book(one))
    assert (form.header_rows, form.rows[0].values["legal_rep"]) == ((1, 2), "孔石")


@pytest.mark.parametrize(("said", "level"), [("是", "重大"), ("否", "一般"), ("√", "重大"), ("一般", "一般")])
def test_whether_a_hazard_is_major_says_its_level(said: str, level: str) -> None:
    heads: Line = ["是否重大隐患" if head == "隐患级别" else head for head in LEDGER]
    cells: Line = [said if head == "隐患级别" else cell for head, cell in zip(LEDGER, FINDING, strict=True)]
    assert read(heads, cells).rows[0].values["level"] == level


NOT_DONE = ("预计4月底完成整改", "未全部整改到位", "已整改（部分）", "已整改3项，剩余1项", "已整改2/3", "计划5月完成整改", "已完成90%")


@pytest.mark.parametrize("said", NOT_DONE)
def test_what_is_still_to_come_is_not_done(said: str) -> None:
    form = read([*LEDGER, "整改情况"], [*FINDING, said])
    assert (form.rows[0].values["status"], [flag.key for flag in form.rows[0].flags]) == (None, ["status"])


@pytest.mark.parametrize(("column", "said"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_letters(column: int, said: str) -> None:
    assert letters(column) == said
