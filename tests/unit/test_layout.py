"""Widths, heights and pages of printed tables."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.annexes import CASE_LIST, CATEGORIES, READABLE, annex_1, annex_2, annex_3
from models.forms import Form, Row
from models.ledgers import HAZARD_LEDGER, OVERDUE, PROBLEM_LIST
from services.exports.layout import LINE, POINTS_PER_MM, TALLEST_ROW_PT, Layout, heads_of, lay_out, pages, room_em
from services.exports.printed import Printed, cells
from services.exports.wrapping import em, head_lines, title_lines, wrap
from tests.golden.printed_samples import LONG_NAME, printed_annex_1, printed_annex_2, printed_annex_3


def laid(printed: Printed) -> Layout:
    return lay_out(printed, cells(printed))


@pytest.mark.parametrize("count", [14, 9, 1])
def test_annex_2_fills_the_width_of_a4_lying_whatever_the_categories(count: int) -> None:
    layout = laid(printed_annex_2(3, CATEGORIES[:count]))
    assert (layout.paper.name, layout.paper.landscape, layout.scale) == ("A4", True, 1.0)
    assert layout.width_mm == pytest.approx(257, abs=0.01)


def test_annex_1_stands_and_annex_3_lies() -> None:
    assert not laid(printed_annex_1("周样例")).paper.landscape
    assert laid(printed_annex_1("周样例")).width_mm == pytest.approx(170, abs=0.01)
    assert laid(printed_annex_3(0)).paper.landscape


@pytest.mark.parametrize("form", [*READABLE, HAZARD_LEDGER, OVERDUE, PROBLEM_LIST], ids=lambda form: form.code)
def test_a_wide_register_is_shrunk_to_one_page_and_stays_readable(form: Form) -> None:
    layout = laid(Printed(form, ()))
    assert layout.width_mm * layout.scale <= layout.paper.usable_mm + 0.01
    assert layout.size_pt * layout.scale >= 7.49


def test_what_must_not_break_keeps_its_width_in_a_register_that_is_narrowed() -> None:
    layout = laid(Printed(CASE_LIST, ()))
    widths = dict(zip(CASE_LIST.keys, layout.widths_mm, strict=True))
    assert widths["filed_on"] == CASE_LIST.column("filed_on").width_mm
    assert widths["violation"] < CASE_LIST.column("violation").width_mm
    assert min(widths.values()) > 15


@pytest.mark.parametrize("rows", range(1, 16))
def test_notes_that_go_to_another_page_take_the_last_row_along(rows: int) -> None:
    form = replace(annex_3(), notes=("签名：\n\n\n\n\n",) * 3, min_rows=0)
    layout = laid(Printed(form, [{"enterprise": f"样例{number}公司"} for number in range(rows)]))
    shared = pages(layout, label=False)
    assert [line for page in shared for line in page] == list(layout.lines)
    assert all(shared) or rows == 1


def test_a_column_without_band_spans_both_heading_rows() -> None:
    spans = {head.text: (head.top, head.bottom) for head in heads_of(annex_2())}
    assert spans["检查企业"] == (0, 1)
    assert spans["查出安全问题类型"] == (0, 0)
    assert spans["设施设备类"] == (1, 1)


def test_short_chinese_heads_under_a_band_stand_and_long_ones_lie() -> None:
    standing = {head.text for head in heads_of(annex_2("表", ("设施设备类", "特种作业人员持证上岗类", "GB类"))) if head.vertical}
    assert standing == {"设施设备类"}


def test_a_standing_head_has_room_for_every_character() -> None:
    layout = laid(printed_annex_2(0))
    assert layout.head_heights_pt[1] >= 5 * layout.size_pt * LINE


@pytest.mark.parametrize("form", [annex_1(), annex_2(), annex_3(), annex_2("表", CATEGORIES[:1])], ids=["1", "2", "3", "2 narrow"])
def test_no_heading_leaves_a_single_character_on_its_last_line(form: Form) -> None:
    layout = laid(Printed(form, ()))
    for head in layout.heads:
        lines = head_lines(head.text, room_em(sum(layout.widths_mm[head.left : head.right + 1]), layout.size_pt))
        assert head.vertical or head.text == "序\n号" or all(len(line) > 1 for line in lines), lines


def test_a_long_name_makes_its_row_higher() -> None:
    layout = laid(printed_annex_2(1, name=LONG_NAME))
    lines = wrap(LONG_NAME, room_em(layout.widths_mm[1], layout.size_pt))
    assert len(lines) > 3
    assert layout.lines[0].height_pt >= len(lines) * layout.size_pt * LINE
    assert layout.lines[0].height_pt > layout.lines[1].height_pt


def test_a_very_long_text_is_set_smaller_and_only_that_cell() -> None:
    line = laid(printed_annex_3(0, violation="违法行为" * 200)).lines[0]
    assert line.height_pt <= TALLEST_ROW_PT
    assert line.sizes_pt[2] < 12
    assert line.sizes_pt[1] == 12


def test_an_official_title_shrinks_before_it_breaks() -> None:
    assert laid(Printed(annex_2("岚桥区分片集中执法检查活动情况统计表"), ())).title_pt == 22
    longer = laid(Printed(annex_2("岚桥区" * 13), ()))
    assert (len(longer.title), longer.title_pt) == (1, 18)
    longest = laid(Printed(annex_2("岚桥区安全生产分片集中执法检查活动情况统计表" * 3), ()))
    assert len(longest.title) == 2
    assert all(em(line) * longest.title_pt <= longest.width_mm * POINTS_PER_MM for line in longest.title)


def test_a_title_breaks_between_words_and_evenly() -> None:
    first, second = title_lines("岚桥区应急管理综合行政执法大队关于全区分片集中执法检查活动的总结报告", 20)
    assert second.startswith(("关于", "集中", "分片", "执法", "检查"))
    assert abs(len(first) - len(second)) <= 8


def test_facts_break_between_facts_only() -> None:
    layout = laid(printed_annex_1("周样例"))
    assert len(layout.facts) == 2
    assert layout.facts[1].startswith("填报日期：")


def test_every_row_is_on_exactly_one_page_and_no_page_overflows() -> None:
    printed = printed_annex_2(45)
    layout = laid(printed)
    shared = pages(layout, label=True)
    assert [line for page in shared for line in page] == list(layout.lines)
    room = 170 * POINTS_PER_MM - sum(layout.head_heights_pt)
    assert all(sum(line.height_pt for line in page) <= room for page in shared)


def test_a_row_taller_than_a_page_goes_on_over_the_next_pages() -> None:
    violation = "".join(chr(0x4E00 + index) for index in range(6000))
    layout = laid(printed_annex_3(0, violation=violation))
    pieces = [line.cells[2].text.replace("\n", "") for page in pages(layout, label=True) for line in page]
    assert "".join(pieces) == violation


def test_an_empty_form_is_one_page_of_blank_rows() -> None:
    layout = laid(printed_annex_3())
    assert len(layout.lines) == 4
    assert len(pages(layout, label=True)) == 1


@given(st.text(alphabet="柳溪镇，。（）“”A1 号\n", max_size=80), st.floats(min_value=2, max_value=30))
def test_wrapping_loses_nothing_but_blanks(text: str, room: float) -> None:
    lines = wrap(text, room)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_no_line_begins_with_a_closing_or_ends_with_an_opening_mark() -> None:
    for line in wrap("烘干窑旁，堆放废油桶（三只）。未设置警示标志（两处），未通风。" * 5, 7):
        assert line[0] not in "，。）"
        assert line[-1] not in "（"


def test_a_code_a_little_too_wide_stays_whole() -> None:
    assert wrap("91370302MA3C000000", 10) == ("91370302MA3C000000",)


def test_names_that_just_miss_their_line_take_what_no_other_text_fills() -> None:
    rows: list[Row] = [
        {"enterprise": "岚桥区恒信精密机械有限责任公司", "violation": "未设置警示标志", "progress": "已立案"} for _number in range(9)
    ]
    layout = laid(Printed(annex_3(), rows))
    index = annex_3().keys.index("enterprise")
    assert len(wrap(layout.lines[0].cells[index].text, room_em(layout.widths_mm[index], layout.size_pt))) == 1
    assert layout.width_mm == pytest.approx(laid(Printed(annex_3(), ())).width_mm)
    assert min(layout.widths_mm) == pytest.approx(min(laid(Printed(annex_3(), ())).widths_mm))


def test_rows_stand_closer_where_that_saves_the_last_page_and_never_cut_a_text() -> None:
    counts = [len(pages(laid(printed_annex_2(rows)), label=True)) for rows in range(1, 60)]
    assert counts == sorted(counts)
    for rows in range(1, 60):
        layout = laid(printed_annex_2(rows))
        assert min(line.height_pt for line in layout.lines) >= layout.size_pt * LINE + 4


def test_heights_are_whole_pixels_so_that_a_workbook_breaks_where_the_pdf_does() -> None:
    layout = laid(printed_annex_3(1, 2, 3))
    heights = [*layout.head_heights_pt, *(line.height_pt for line in layout.lines), layout.title_height_pt, layout.facts_height_pt]
    assert all(abs(height / 0.75 - round(height / 0.75)) < 0.001 for height in heights)
