"""Pasted findings: one a line, numbers off, nothing lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.findings import paste_lines


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("1.砂轮机未装防护罩", "砂轮机未装防护罩"),
        ("2、 配电箱门敞开", "配电箱门敞开"),
        ("（3）成品库应急照明不亮", "成品库应急照明不亮"),
        ("(4) 通道被占", "通道被占"),
        ("5）气瓶混放", "气瓶混放"),
        ("⑥ 未戴安全帽", "未戴安全帽"),
        ("七、培训记录缺失", "培训记录缺失"),
        ("（八）预案未修订", "预案未修订"),
        ("第9项：台账缺失", "台账缺失"),
        ("10\t电缆破损", "电缆破损"),
        ("• 标志缺失", "标志缺失"),
        ("- 1. 标志缺失", "标志缺失"),
        ("2 号破碎机皮带传动部位无护栏", "2 号破碎机皮带传动部位无护栏"),
        ("2号破碎机无护栏", "2号破碎机无护栏"),
        ("1.5吨行车限位失灵", "1.5吨行车限位失灵"),
        ("20区电气不防爆", "20区电气不防爆"),
        ("-20℃冷库无防困报警", "-20℃冷库无防困报警"),
        ("三级教育缺失", "三级教育缺失"),
        ("一般工贸企业台账缺失", "一般工贸企业台账缺失"),
        ("3项记录缺失", "3项记录缺失"),
    ],
)
def test_a_number_is_taken_off_and_a_word_is_not(line: str, found: str) -> None:
    assert paste_lines(line) == [found]


def test_blank_lines_go_and_the_order_stays() -> None:
    assert paste_lines("\r\n1. 甲\r\n\r\n　2. 乙　\n\n3.丙") == ["甲", "乙", "丙"]


@given(st.lists(st.text(alphabet="砂轮机无防护罩号区", min_size=1, max_size=12), max_size=12))
def test_numbered_lines_come_back_word_for_word(texts: list[str]) -> None:
    assert paste_lines("\n".join(f"{number}．{text}" for number, text in enumerate(texts, start=1))) == texts


@given(st.text(alphabet="1234567890.、()（）①一二 砂轮机\n\t-•", max_size=60))
def test_no_word_of_a_pasted_text_is_lost(text: str) -> None:
    words = [ch for ch in text if ch in "砂轮机"]
    assert [ch for line in paste_lines(text) for ch in line if ch in "砂轮机"] == words
