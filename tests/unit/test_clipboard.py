"""Text of the clipboard as WPS and Excel write it, there and back."""

from __future__ import annotations

import pytest

from models.forms import Column
from models.kinds import AMOUNT, CODE, COUNT, DATE
from ui.tables import clipboard, moving


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("甲\t乙\r\n丙\t丁\r\n", [["甲", "乙"], ["丙", "丁"]]),
        ('"两\n行"\t乙\r\n', [["两\n行", "乙"]]),
        ('"说""好"""\r\n', [['说"好"']]),
        ('5" 钢管\t"没有收尾', [['5" 钢管', '"没有收尾']]),
        ("甲\t\r\n\r\n乙\t2\r\n", [["甲", ""], [""], ["乙", "2"]]),
        ("单格", [["单格"]]),
        ("", []),
    ],
    ids=["lines", "break in a cell", "quotes", "bare quotes", "empty cells", "one cell", "nothing"],
)
def test_a_block_is_read_as_the_spreadsheet_meant_it(text: str, block: list[list[str]]) -> None:
    assert clipboard.read(text) == block


def test_what_is_written_is_read_the_same() -> None:
    block = [["甲", "两\n行"], ['"引"', "a\tb"], ["", "尾"]]
    assert clipboard.read(clipboard.written(block)) == block


def test_the_table_says_what_is_text() -> None:
    columns = (Column("a", "码", CODE), Column("b", "数", COUNT), Column("c", "日", DATE), Column("d", "额", AMOUNT))
    html = clipboard.as_html([["007", "1", "2023-04-03", "<2"]], columns)
    assert "mso-number-format:'\\@'\">007" in html
    assert "mso-number-format:'0'\">1" in html
    assert "mso-number-format:'yyyy\\-mm\\-dd'\">2023-04-03" in html
    assert "&lt;2" in html


def test_a_run_of_tabs_is_remembered_until_enter() -> None:
    walk, columns = moving.Walk(), [2, 0, 1]
    here = walk.step((5, 2), moving.NEXT, columns, 9)
    here = walk.step(here, moving.NEXT, columns, 9)
    assert here == (5, 1)
    assert walk.step(here, moving.DOWN, columns, 9) == (6, 2)
    assert walk.step((8, 1), moving.DOWN, columns, 9) == (8, 1)


def test_a_walk_stops_at_the_corners() -> None:
    walk, columns = moving.Walk(), [0, 1]
    assert walk.step((0, 0), moving.BACK, columns, 3) == (0, 0)
    assert walk.step((2, 1), moving.NEXT, columns, 3) == (2, 1)
    assert walk.step((1, 0), moving.BACK, columns, 3) == (0, 1)
    assert walk.step((0, 0), moving.UP, columns, 0) == (0, 0)
