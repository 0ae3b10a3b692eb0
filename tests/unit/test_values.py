"""Reading what people type into cells: values, dates, amounts, codes."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import codes, dates, money, values
from models.forms import Context, Reading

WAN = Context(header="处罚金额（万元）")
YUAN = Context(header="罚款金额（元）")
BARE = Context(header="处罚金额")
IN_2023 = Context(year=2023)
NO_YEAR = Context()
ANY = Context()


def flags(reading: Reading) -> list[str]:
    return [flag.code for flag in reading.flags]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


DAYS: dict[str, tuple[object, str | None, list[str]]] = {
    "a real date": (dt.datetime(2023, 3, 27), "2023-03-27", []),  # noqa: DTZ001 - cells have no zone
    "a date with a time": (dt.datetime(2023, 3, 27, 14, 30), "2023-03-27", []),  # noqa: DTZ001
    "serial": (45012, "2023-03-27", ["date_from_serial"]),
    "serial with a time": (45012.6, "2023-03-27", ["date_from_serial"]),
    "serial as text": ("45012", "2023-03-27", ["date_from_serial"]),
    "eight digits": (20230327, "2023-03-27", []),
    "eight digits as text": ("20230327", "2023-03-27", []),
    "points": ("2023.3.27", "2023-03-27", []),
    "slashes": ("2023/3/27", "2023-03-27", []),
    "ISO with a time": ("2023-03-27 10:00:00", "2023-03-27", []),
    "Chinese": ("2023年3月27日", "2023-03-27", []),
    "full width": ("２０２３年３月２７日", "2023-03-27", []),
    "Chinese numerals": ("二〇二三年三月二十七日", "2023-03-27", []),
    "Chinese with blanks": ("2023 年 3 月 27 日", "2023-03-27", []),
    "before a day": ("2023年4月10日前", "2023-04-10", []),
    "month and day": ("3月27日", "2023-03-27", ["date_year_inferred"]),
    "month and day in words": ("三月二十七日", "2023-03-27", ["date_year_inferred"]),
    "short text": ("3.27", "2023-03-27", ["date_year_inferred"]),
    "short text keeps its zero": ("4.10", "2023-04-10", ["date_year_inferred"]),
    "short number": (3.27, "2023-03-27", ["date_year_inferred"]),
    "short number that fits one day": (4.5, "2023-04-05", ["date_year_inferred"]),
    "short number that lost its zero": (4.1, None, ["date_ambiguous"]),
    "two-digit year": ("23.3.27", "2023-03-27", ["date_year_inferred"]),
    "end of a month": ("2023年4月底前", "2023-04-30", ["date_inferred"]),
    "middle of a month": ("4月中旬", "2023-04-20", ["date_inferred"]),
    "with a remark": ("2023.4.1（已延期）", "2023-04-01", ["date_inferred"]),
    "a month": ("2023年3月", None, ["date_text"]),
    "no such day": ("2023-02-30", None, ["date_invalid"]),
    "no such month": ("2023.13.1", None, ["date_invalid"]),
    "long ago": ("1203-01-01", None, ["date_invalid"]),
    "relative": ("15日内", None, ["date_relative"]),
    "a range": ("2023.3.27-3.29", None, ["multiple_values"]),
    "words": ("立即整改", None, ["date_text"]),
    "yes": (True, None, ["date_text"]),
    "blank": ("  ", None, []),
    "nothing": (None, None, []),
}


@pytest.mark.parametrize(("raw", "expected", "codes_of_flags"), DAYS.values(), ids=DAYS.keys())
def test_dates_are_read_as_towns_write_them(raw: object, expected: str | None, codes_of_flags: list[str]) -> None:
    reading = dates.parse_date(raw, IN_2023)
    assert reading.value == (day(expected) if expected else None)
    assert flags(reading) == codes_of_flags


@pytest.mark.parametrize("raw", ["3月27日", "3.27", 3.27, "4月底"])
def test_a_day_without_year_is_not_read_where_no_year_is_known(raw: object) -> None:
    reading = dates.parse_date(raw, NO_YEAR)
    assert reading.value is None
    assert flags(reading) == ["date_text"]


@pytest.mark.parametrize(
    ("text", "days"), [("15日内", 15), ("十五日内", 15), ("两周内", 14), ("10个工作日内", None), ("一个月内", None), ("长期", None)]
)
def test_relative_days_count_calendar_days_only(text: str, days: int | None) -> None:
    assert dates.relative_days(text) == days


def test_serials_know_both_systems_and_the_day_that_never_was() -> None:
    assert dates.from_serial(45012) == dt.datetime(2023, 3, 27)  # noqa: DTZ001
    assert dates.from_serial(45012 - 1462, epoch_1904=True) == dt.datetime(2023, 3, 27)  # noqa: DTZ001
    assert dates.from_serial(59) == dt.datetime(1900, 2, 28)  # noqa: DTZ001
    assert dates.from_serial(61) == dt.datetime(1900, 3, 1)  # noqa: DTZ001
    assert dates.from_serial(0) is None
    assert dates.from_serial(1e9) is None


AMOUNTS: dict[str, tuple[object, Context, int | None, list[str]]] = {
    "number": (5, WAN, 5_000_000, []),
    "fraction": (0.95, WAN, 950_000, []),
    "no rounding noise": (0.1 + 0.2, WAN, 300_000, []),
    "text": (" 5.0 ", WAN, 5_000_000, []),
    "own unit that agrees": ("2.35万", WAN, 2_350_000, []),
    "own unit that differs": ("50000元", WAN, 5_000_000, ["amount_unit_inferred"]),
    "heading in yuan": ("20000", YUAN, 2_000_000, []),
    "wan under yuan": ("2万元", YUAN, 2_000_000, ["amount_unit_inferred"]),
    "sign and commas": ("￥12,000.00", WAN, 1_200_000, ["amount_unit_inferred"]),
    "no unit, small": (5, BARE, 5_000_000, ["amount_unit_inferred"]),
    "no unit, large": (50000, BARE, 5_000_000, ["amount_unit_inferred"]),
    "too large for its unit": (50000, WAN, 50_000_000_000, ["amount_unit_suspect"]),
    "financial numerals": ("贰万叁仟伍佰元整", WAN, 2_350_000, ["amount_chinese_numeral"]),
    "numerals with wan": ("伍万元", WAN, 5_000_000, ["amount_chinese_numeral"]),
    "spoken numerals": ("二万五", WAN, 2_500_000, ["amount_chinese_numeral"]),
    "spoken in two units": ("3万5千", YUAN, 3_500_000, []),
    "spoken, the last unit left out": ("3万5", YUAN, 3_500_000, []),
    "sign and a number too small for it": ("￥3", WAN, 300, ["amount_unit_suspect", "amount_unit_inferred"]),
    "range": ("3-5", WAN, None, ["amount_range"]),
    "range in words": ("2万至5万元", WAN, None, ["amount_range"]),
    "two amounts": ("单位5、个人1", WAN, 6_000_000, ["multiple_values"]),
    "not whole yuan": (0.00005, WAN, 50, ["amount_not_whole_yuan"]),
    "words": ("警告", WAN, None, ["amount_text"]),
    "a stroke is no amount": ("/", WAN, None, []),
    "negative": (-1, WAN, None, ["amount_text"]),
    "about": ("约3万", WAN, 3_000_000, ["amount_text"]),
    "an amount among words": ("拟处5万元", WAN, 5_000_000, ["amount_text"]),
    "an amount with a remark": ("5万元（已缴）", WAN, 5_000_000, ["suffix_removed"]),
    "words without a unit": ("拟处5", WAN, None, ["amount_text"]),
    "article numbers": ("按第99条第2款", WAN, None, ["amount_text"]),
    "blank": ("", WAN, None, []),
}


@pytest.mark.parametrize(("raw", "context", "fen", "codes_of_flags"), AMOUNTS.values(), ids=AMOUNTS.keys())
def test_amounts_are_whole_fen(raw: object, context: Context, fen: int | None, codes_of_flags: list[str]) -> None:
    reading = money.parse_amount(raw, context)
    assert reading.value == fen
    assert flags(reading) == codes_of_flags


@given(st.integers(min_value=0, max_value=10**9))
def test_a_whole_yuan_amount_survives_showing_and_reading(yuan: int) -> None:
    shown = money.show_amount(yuan * 100)
    assert money.parse_amount(shown, WAN).value == yuan * 100


@pytest.mark.parametrize(("fen", "text"), [(5_000_000, "5"), (2_850_000, "2.85"), (100, "0.0001"), (None, ""), (0, "0")])
def test_amounts_are_shown_in_wan_without_trailing_zeros(fen: int | None, text: str) -> None:
    assert money.show_amount(fen) == text


VALID = ["9144030071526726XG", "91370302MA3DEMA02B", "92370302MA3DEMA0XU", "91370302MA3D000270"]


@pytest.mark.parametrize("code", VALID)
def test_valid_codes_pass_in_any_spelling(code: str) -> None:
    full_width = "".join(chr(ord(char) + 0xFEE0) for char in code.lower())
    for given_code in (code, code.lower(), f" {code[:8]} {code[8:]} ", full_width):
        assert codes.parse_code(given_code, ANY) == Reading(code)


CODES: dict[str, tuple[object, str, list[str]]] = {
    "letters for digits": ("91370302MA3DOOO270", "91370302MA3D000270", ["code_char_fixed"]),
    "wrong check digit": ("91370302MA3D000271", "91370302MA3D000271", ["code_checksum"]),
    "too short": ("91370302MA", "91370302MA", ["code_length"]),
    "old number": ("370302123456789", "370302123456789", ["code_length"]),
    "stored as a number": (913703021234567890, "913703021234567890", ["precision_lost"]),
}


@pytest.mark.parametrize(("raw", "value", "codes_of_flags"), CODES.values(), ids=CODES.keys())
def test_doubtful_codes_stay_and_are_flagged(raw: object, value: str, codes_of_flags: list[str]) -> None:
    reading = codes.parse_code(raw, ANY)
    assert (reading.value, flags(reading)) == (value, codes_of_flags)


def test_one_wrong_character_never_passes() -> None:
    for place in range(18):
        for char in codes.ALPHABET:
            wrong = VALID[1][:place] + char + VALID[1][place + 1 :]
            assert codes.is_credit_code(wrong) == (wrong == VALID[1])


PHONES: dict[str, tuple[object, str | None, list[str]]] = {
    "text": ("19900000101", "19900000101", []),
    "number": (19900000101, "19900000101", []),
    "float": (19900000101.0, "19900000101", []),
    "dashes": ("199-0000-0102", "19900000102", []),
    "blanks": ("199 0000 0104", "19900000104", []),
    "full width": ("１９９００００" + "０１０３", "19900000103", []),
    "country": ("+86 19900000104", "19900000104", []),
    "landline": ("0533-5550111", "0533-5550111", ["phone_not_mobile"]),
    "short landline": ("5550111", "5550111", ["phone_not_mobile"]),
    "a digit too few": ("1990000010", "1990000010", ["phone_invalid"]),
    "scientific": ("1.99E+10", "1.99E+10", ["precision_lost"]),
    "two": ("19900000101、19900000102", "19900000101、19900000102", ["multiple_values"]),
    "words": ("没装电话", "没装电话", ["phone_invalid"]),
    "none": ("无", None, []),
    "with a remark": ("19900000101（微信同号）", "19900000101", ["suffix_removed"]),
    "blank": ("　", None, []),
}


@pytest.mark.parametrize(("raw", "value", "codes_of_flags"), PHONES.values(), ids=PHONES.keys())
def test_phones_are_text_of_digits(raw: object, value: str | None, codes_of_flags: list[str]) -> None:
    reading = codes.parse_phone(raw, ANY)
    assert (reading.value, flags(reading)) == (value, codes_of_flags)


COUNTS: dict[str, tuple[object, int | None, list[str]]] = {
    "number": (3, 3, []),
    "whole float": (3.0, 3, []),
    "with a word": ("5项", 5, []),
    "full width": ("１２", 12, []),
    "words": ("十二", 12, []),
    "stroke": ("/", 0, []),
    "long dash": ("－", 0, []),
    "none": ("无", 0, []),
    "blank": ("", None, []),
    "half": (3.5, None, ["count_invalid"]),
    "negative": (-2, None, ["count_invalid"]),
    "people": ("20人次", 20, []),
    "some": ("若干", None, ["count_invalid"]),
    "yes": (True, None, ["count_invalid"]),
}


@pytest.mark.parametrize(("raw", "value", "codes_of_flags"), COUNTS.values(), ids=COUNTS.keys())
def test_counts_are_whole_numbers(raw: object, value: int | None, codes_of_flags: list[str]) -> None:
    reading = values.parse_count(raw, ANY)
    assert (reading.value, flags(reading)) == (value, codes_of_flags)


NAMES: dict[str, tuple[str, str]] = {
    "half blank": ("周 砚", "周砚"),
    "full blank": ("李　舟", "李舟"),
    "line break": ("欧阳\n若水", "欧阳若水"),
    "dot stays": ("买合木提·样例", "买合木提·样例"),
    "another dot": ("买合木提•样例", "买合木提·样例"),
    "brackets stay": ("周砚（大）", "周砚（大）"),
    "Latin words stay apart": ("Ann  Lee", "Ann Lee"),
}


@pytest.mark.parametrize(("raw", "name"), NAMES.values(), ids=NAMES.keys())
def test_names_lose_inner_blanks_only(raw: str, name: str) -> None:
    assert values.parse_name(raw, ANY) == Reading(name)


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("周砚、李舟，孔石", ("周砚", "李舟", "孔石")),
        ("周砚 李舟", ("周砚", "李舟")),
        ("周 砚;李 舟", ("周砚", "李舟")),
        ("周砚\n李舟", ("周砚", "李舟")),
        ("欧阳 若水", ("欧阳若水",)),
        (("周砚", "李 舟"), ("周砚", "李舟")),
        ("", None),
    ],
)
def test_several_names_are_a_tuple(raw: object, names: tuple[str, ...] | None) -> None:
    assert values.parse_names(raw, ANY).value == names


@pytest.mark.parametrize("raw", ["周砚、李舟", "周砚 李舟", "周砚/李舟"])
def test_two_people_in_a_cell_for_one_are_flagged(raw: str) -> None:
    reading = values.parse_name(raw, ANY)
    assert (reading.value, flags(reading)) == (raw, ["multiple_values"])


def test_two_people_on_two_lines_are_flagged() -> None:
    assert flags(values.parse_name("周砚\n李舟", ANY)) == ["multiple_values"]


def test_a_role_behind_a_name_is_taken_off_and_said() -> None:
    reading = values.parse_name("周 砚（组长）", ANY)
    assert (reading.value, flags(reading)) == ("周砚", ["suffix_removed"])


@pytest.mark.parametrize(
    ("raw", "value"), [("90%", 0.9), (0.9, 0.9), (90, 0.9), ("百分之九十", None), ("百分之90", 0.9), ("/", None), (1, 1.0), ("120%", None)]
)
def test_rates_are_fractions(raw: object, value: float | None) -> None:
    assert values.parse_rate(raw, ANY).value == value


@pytest.mark.parametrize(
    ("raw", "value"), [("2023.4.10已整改", "已整改"), ("逾期未整改", "未整改"), ("已整改未整改", None), ("/", None), ("一般/重大", None)]
)
def test_a_choice_may_stand_among_other_words(raw: str, value: str | None) -> None:
    assert values.parse_choice(raw, ("已整改", "未整改", "一般", "重大"), {}, "x").value == value


def test_text_is_cleaned_and_what_was_done_is_said() -> None:
    assert values.parse_text("松坞镇\n执法队", ANY).value == "松坞镇执法队"
    assert values.parse_long("一\n二", ANY).value == "一\n二"
    assert flags(values.parse_text("=1+1", ANY)) == ["formula_like_text"]
    reading = values.parse_organisation("双汊镇应急办（盖章）", ANY)
    assert (reading.value, flags(reading)) == ("双汊镇应急办", ["suffix_removed"])
    assert values.parse_organisation("岚桥（集团）有限公司", ANY) == Reading("岚桥（集团）有限公司")


@pytest.mark.parametrize(
    ("raw", "time"),
    [
        ("9:00", "09:00"),
        ("9：00－10：30", "09:00-10:30"),
        (0.375, "09:00"),
        ("下午2时30分", "14:30"),
        (dt.time(8, 5), "08:05"),
        ("9点半", "09:30"),
    ],
)
def test_times_are_hours_and_minutes(raw: object, time: str) -> None:
    assert values.parse_time(raw, ANY) == Reading(time)


@pytest.mark.parametrize("raw", ["25:00", "上午", "9:00-10:00-11:00"])
def test_what_is_no_time_stays_as_text(raw: str) -> None:
    reading = values.parse_time(raw, ANY)
    assert (reading.value, flags(reading)) == (raw, ["time_text"])


YES_AND_NO = [("是", True), ("√", True), ("否", False), ("×", False), ("已亮证", True), ("未扫码", False), (True, True), ("", None)]


@pytest.mark.parametrize(("raw", "value"), YES_AND_NO)
def test_yes_and_no_have_many_signs(raw: object, value: bool | None) -> None:
    assert values.parse_flag(raw, ANY).value is value


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.dates(),
    st.datetimes(),
    st.text("0123456789.-/年月日万元第,、 （）", max_size=20),
)
EXTREMES = [
    float("inf"), float("-inf"), float("nan"), 1e300, 10**30, -1, 0, -0.5, 12.5, "9" * 500, "９" * 30, "99999999999999999999年1月1日",
    "1e5",
    "٣", "亿" * 40, "中" + " " * 30_000 + "x", "3" + " " * 30_000 + "x",
]  # fmt: skip
PARSERS = [
    values.parse_text,
    values.parse_long,
    values.parse_organisation,
    values.parse_name,
    values.parse_names,
    values.parse_count,
    values.parse_time,
    values.parse_flag,
    dates.parse_date,
    money.parse_amount,
    codes.parse_code,
    codes.parse_phone,
    codes.parse_certificate,
]


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.__name__)
@given(raw=ANYTHING)
def test_no_parser_ever_raises(parser: object, raw: object) -> None:
    assert callable(parser)
    for context in (WAN, IN_2023, BARE):
        assert isinstance(parser(raw, context), Reading)


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.__name__)
def test_extreme_values_are_read_or_flagged(parser: object) -> None:
    assert callable(parser)
    for raw in EXTREMES:
        for context in (WAN, IN_2023, BARE):
            assert isinstance(parser(raw, context), Reading)
