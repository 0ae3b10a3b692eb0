"""What hands leave in forms: boxes, spoken sums, cards side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.imports.drafts import Line, firm
from tests.imports.test_of_clerks import PERSON, flags, person, read, skipped, values

if TYPE_CHECKING:
    from pathlib import Path

A, B, C = firm(0), firm(1), firm(2)
LEDGER: Line = ["企业名称", "镇街", "隐患描述", "隐患类别", "隐患级别", "检查日期", "整改期限", "整改责任人", "整改情况"]
CASES: Line = ["企业名称", "违法行为描述", "镇办", "处罚金额（万元）", "目前进展情况"]


def found(name: str, number: int, **more: str) -> Line:
    due, level, status = more.get("due", "2023-04-20"), more.get("level", "一般"), more.get("status", "整改中")
    return [name, "柳溪镇", f"第{number}台设备无护罩", more.get("category", "设施设备类"), level, "2023-03-27", due, "周砚", status]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("☑一般 □重大", "一般"), ("一般□ 重大■", "重大"), ("一般（ ）重大（√）", "重大"), ("□一般 □重大", None), ("☑一般 ☑重大", None)],
)
def test_the_box_that_is_ticked_is_the_answer(tmp_path: Path, typed: str, meant: str | None) -> None:
    document = read(tmp_path, LEDGER, found(A, 1, level=typed))
    assert values(document, "level") == [meant]
    assert flags(document, 2) == ([] if meant else [("level", "level_unknown")])


def test_a_box_that_is_not_ticked_is_never_done(tmp_path: Path) -> None:
    document = read(
        tmp_path, LEDGER, *(found(A, number, status=text) for number, text in enumerate(("是（）否（√）", "□已整改", "待整改")))
    )
    assert values(document, "status") == ["open", None, "open"]
    assert flags(document, 3) == [("status", "choice_unknown")]


@pytest.mark.parametrize(("typed", "yuan"), [("二万五", 25_000), ("3万5千", 35_000), ("1万2千5百元", 12_500), ("三千五", 3_500)])
def test_a_spoken_sum_is_read_whole(tmp_path: Path, typed: str, yuan: int) -> None:
    document = read(tmp_path, CASES, [A, "未按规定培训", "柳溪镇", typed, "已立案"])
    assert values(document, "amount_yuan") == [yuan]


def test_a_small_sum_with_the_sign_of_money_is_asked_about(tmp_path: Path) -> None:
    document = read(tmp_path, CASES, [A, "未按规定培训", "柳溪镇", "￥3", "已立案"])
    assert ("amount", "amount_unit_suspect") in flags(document, 2)


def test_the_last_day_is_read_behind_its_word(tmp_path: Path) -> None:
    document = read(tmp_path, LEDGER, found(A, 1, due="限2023年4月20日前"), found(B, 2, due="截至2023.4.21"))
    assert values(document, "due") == ["2023-04-20", "2023-04-21"]
    assert [flags(document, 2), flags(document, 3)] == [[], []]


def test_letters_among_the_digits_of_a_certificate_are_asked_about(tmp_path: Path) -> None:
    rows = (person("周砚", 1, cert="99O30200001"), person("李舟", 2, cert="99030200002（已过期）"), person("孔石", 3))
    document = read(tmp_path, PERSON, *rows)
    assert [("cert_no", "cert_invalid") in flags(document, number) for number in (2, 3, 4)] == [True, True, False]


def test_a_ditto_below_nothing_is_missing(tmp_path: Path) -> None:
    document = read(tmp_path, PERSON, person("周砚", 1, phone="无"), person("李舟", 2, phone="同上"))
    assert ("phone", "missing") in flags(document, 3)


def test_one_person_with_two_phones_is_asked_about(tmp_path: Path) -> None:
    document = read(tmp_path, PERSON, person("周砚", 1), person("周砚", 1, phone="19900000009"))
    assert flags(document, 3) == [("name", "duplicate_in_file"), ("phone", "phone_conflict")]


def test_words_of_a_record_do_not_make_a_header_of_it(tmp_path: Path) -> None:
    rows = [found(firm(number), number, level="重大事故隐患", category="安全费用类") for number in range(4)]
    document = read(tmp_path, ["2023年隐患整改台账"], LEDGER, *rows)
    assert (document["form"], len(document["rows"]), len(set(values(document, "hazard")))) == ("hazard_list", 4, 4)


def test_beside_the_column_of_the_form_another_like_it_stands_back(tmp_path: Path) -> None:
    head = ["企业名称", "企业负责人", *LEDGER[1:]]
    document = read(tmp_path, head, [A, "孔石", *found(A, 1)[1:]])
    assert values(document, "person") == ["周砚"]
    place = read(tmp_path, ["企业名录"], ["企业名称", "镇街", "注册地址", "地址"], [A, "柳溪镇", "执照上的路1号", "柳溪路2号"])
    assert values(place, "address") == ["柳溪路2号"]


def test_a_grade_and_a_sender_do_not_replace_unit_and_position(tmp_path: Path) -> None:
    document = read(tmp_path, [*PERSON, "职级", "填报单位"], [*person("周砚", 1), "一级科员", "柳溪镇"])
    assert values(document, "unit_position") == ["柳溪镇科员"]


def test_cards_side_by_side_keep_their_people_apart(tmp_path: Path) -> None:
    lines: list[Line] = []
    for left, right in ((1, 2), (3, 4)):
        lines += [["登记卡", None, None, None, None, "登记卡"]]
        one, two = person(f"周{'甲乙丙丁'[left - 1]}", left), person(f"李{'甲乙丙丁'[right - 1]}", right)
        lines += [
            ["姓名", one[0], "工作单位", one[1], None, "姓名", two[0], "工作单位", two[1]],
            ["执法证号", one[2], "手机号码", one[3], None, "执法证号", two[2], "手机号码", two[3]],
            [],
        ]
    document = read(tmp_path, *lines)
    assert values(document, "name") == ["周甲", "李乙", "周丙", "李丁"]
    assert [phone[-1] for phone in values(document, "phone")] == ["1", "2", "3", "4"]
    assert [cert[-1] for cert in values(document, "cert_no")] == ["1", "2", "3", "4"]


def test_a_card_with_gaps_is_a_record_with_flags(tmp_path: Path) -> None:
    unit, duty, cert, phone = "工作单位", "职务", "执法证号", "手机号码"
    filled: list[Line] = [["姓名", "周砚"], [unit, "柳溪镇"], [duty, "科员"], [cert, "99030200001"], [phone, "19900000001"]]
    gaps: list[Line] = [["姓名", "李舟"], [unit], [duty], [cert], [phone]]
    document = read(tmp_path, ["登记卡"], *filled, [], ["登记卡"], *gaps)
    assert values(document, "name") == ["周砚", "李舟"]
    assert {("cert_no", "missing"), ("phone", "missing")} <= set(flags(document, document["rows"][1]["row"]))


def test_a_line_for_the_whole_district_is_a_total(tmp_path: Path) -> None:
    head: Line = ["镇街", "检查企业数（家）", "发现隐患（条）", "已整改（条）"]
    document = read(tmp_path, ["执法检查情况汇总表"], head, ["柳溪镇", 3, 5, 4], ["石坪镇", 2, 4, 4], ["全区", 5, 9, 8])
    assert values(document, "town") == ["柳溪镇", "石坪镇"]
    assert skipped(document)[5] == "total"


def test_a_number_of_the_platform_is_known_by_that_word(tmp_path: Path) -> None:
    head: Line = ["检查企业", "检查日期", "执法人员", "执法平台文书编号"]
    document = read(tmp_path, ["执法检查记录"], head, [A, "2023-04-06", "周砚、李舟", "岚检〔2023〕6号"])
    assert values(document, "platform_no") == ["岚检〔2023〕6号"]
