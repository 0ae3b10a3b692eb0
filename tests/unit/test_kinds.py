"""Kinds show what they read, and the rules over rows find what they should."""

from __future__ import annotations

import datetime as dt

import pytest

from models.annexes import READABLE, annex_2, annex_3, form_by_code
from models.forms import Context, Kind, Row
from models.kinds import AMOUNT, CERTIFICATE, CODE, COUNT, DATE, FLAG, LONG, NAME, NAMES, ORGANISATION, PHONE, TEXT, TIME, choice

ANY = Context()
CASES: dict[str, tuple[Kind, object, str]] = {
    "text": (TEXT, "甲", "甲"),
    "names": (NAMES, ("甲", "乙"), "甲、乙"),
    "count": (COUNT, 3, "3"),
    "amount": (AMOUNT, 2_850_000, "2.85"),
    "date": (DATE, dt.date(2023, 3, 27), "2023-03-27"),
    "yes": (FLAG, True, "是"),
    "no": (FLAG, False, "否"),
}


UNSEEN: dict[str, tuple[Kind, str, object]] = {
    "text": (TEXT, "甲\x00乙", "甲乙"),
    "long": (LONG, "一\u2068\n二", "一\n二"),
    "name": (NAME, "周\u200b砚秋", "周砚秋"),
    "names": (NAMES, "周砚秋、\ufeff何志远", ("周砚秋", "何志远")),
    "organisation": (ORGANISATION, "\u200e岚桥区恒达机械厂", "岚桥区恒达机械厂"),
    "code": (CODE, "91370302MA3\u200bD000270", "91370302MA3D000270"),
    "certificate": (CERTIFICATE, "9903\x000203001", "99030203001"),
    "phone": (PHONE, "199\u200d00000001", "19900000001"),
    "count": (COUNT, "5\u200b项", 5),
    "amount": (AMOUNT, "2.5\ufeff", 2_500_000),
    "date": (DATE, "2023-\u200b04-03", dt.date(2023, 4, 3)),
    "time": (TIME, "9:\u206905", "09:05"),
    "flag": (FLAG, "\u202a是", True),
    "choice": (choice(("一般", "重大")), "重\u00ad大", "重大"),
}


@pytest.mark.parametrize(("kind", "raw", "value"), UNSEEN.values(), ids=UNSEEN.keys())
def test_what_nobody_sees_is_taken_out_before_any_kind_reads(kind: Kind, raw: str, value: object) -> None:
    reading = kind.parse(raw, ANY)
    assert reading.value == value
    assert reading.flags[0].code == "control_char_removed"


@pytest.mark.parametrize(("kind", "value", "text"), CASES.values(), ids=CASES.keys())
def test_kinds_show_values_to_people(kind: Kind, value: object, text: str) -> None:
    assert kind.show(value) == text
    assert kind.show(None) == ""


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, value, _text in CASES.values()], ids=CASES.keys())
def test_what_a_kind_shows_it_reads_back(kind: Kind, value: object) -> None:
    reading = kind.parse(kind.show(value), Context(header="万元"))
    assert (reading.value, reading.flags) == (value, ())


LEVEL = choice(("一般", "重大"), {"重大隐患": "重大", "√": "一般"}, code="level_unknown")


LEVELS = [("重大", "重大"), ("重大隐患", "重大"), ("一 般", "一般"), ("重大（升级）", "重大"), ("√", "一般"), (None, None)]


@pytest.mark.parametrize(("raw", "value"), LEVELS)
def test_a_choice_knows_its_words_and_synonyms(raw: object, value: str | None) -> None:
    reading = LEVEL.parse(raw, ANY)
    assert (reading.value, reading.flags) == (value, ())


def test_a_word_outside_the_choice_is_flagged_with_the_words() -> None:
    reading = LEVEL.parse("较大", ANY)
    assert reading.value is None
    assert reading.flags[0].code == "level_unknown"
    assert "一般、重大" in reading.flags[0].message
    assert LEVEL.editor == "choice:一般|重大"


def issues(form_code: str, row: Row) -> list[tuple[str, str]]:
    _values, found = form_by_code(form_code).clean(row)
    return [(issue.key, issue.code) for issue in found]


def test_categories_must_add_up_to_the_total() -> None:
    form = annex_2(categories=("甲类", "乙类"))
    row: Row = {"enterprise": "岚桥区瑞丰纺织有限公司", "findings_total": 3, "cat.甲类": 1, "cat.乙类": 2}
    assert form.clean(row)[1] == []
    _values, found = form.clean({**row, "cat.乙类": 1})
    assert [(issue.key, issue.code) for issue in found] == [("findings_total", "category_sum_mismatch")]


def test_days_must_follow_each_other() -> None:
    row: Row = {"enterprise": "甲厂", "hazard": "无防护", "category": "设施设备类", "level": "一般", "person": "周砚"}
    assert issues("hazard_list", {**row, "checked_on": "2023-03-29", "due": "2022-04-15"}) == [("due", "due_before_check")]
    assert issues("hazard_list", {**row, "checked_on": "2023-03-29", "due": "2023-03-29"}) == []


def test_no_more_is_paid_than_was_decided() -> None:
    row: Row = {"enterprise": "甲厂", "violation": "无防护", "decided": "2", "paid": "3"}
    assert issues("cases", row) == [("paid", "amount_order")]


def test_an_empty_cell_is_missing_an_unreadable_one_is_not_empty() -> None:
    row: Row = {"enterprise": "甲厂", "violation": "无防护"}
    assert issues("case_stats", row) == [("amount", "missing")]
    assert issues("case_stats", {**row, "amount": "警告"}) == [("amount", "amount_text")]


def test_messages_name_row_and_column() -> None:
    _values, found = annex_3().clean({"enterprise": "甲厂"}, row=9)
    assert [issue.message for issue in found] == ["第9行 已（拟）处罚金额（万元） 为空，请补填"]


@pytest.mark.parametrize("form", READABLE, ids=lambda form: form.code)
def test_every_column_of_every_form_reads_a_blank_without_remark(form: object) -> None:
    for column in form_by_code(getattr(form, "code", "")).columns:
        reading = column.kind.parse(None, ANY)
        assert (reading.value, reading.flags) == (None, ())
