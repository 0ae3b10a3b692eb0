"""Rows read while the worker still sends: the same as read afterwards."""

from __future__ import annotations

import gc
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from models.annexes import READABLE
from services import garbage
from services.imports import foreign
from services.imports.ahead import Ahead
from services.imports.raw import RawBook
from services.imports.read_form import ReadForm
from services.imports.reading import read_form
from services.imports.worker import collect
from tests.workbooks import LINKS, MAIN, PACKAGE, rows_xml, sheet_xml, write

HEAD = ["企业名称", "统一社会信用代码", "所属镇办", "行业类别", "联系人", "联系电话", "最近检查日期（区级）"]
COMMENTS = {
    "xl/worksheets/_rels/sheet1.xml.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="c" Type="{LINKS}/comments" '
    'Target="../comments1.xml"/></Relationships>',
    "xl/comments1.xml": f'<comments xmlns="{MAIN}"><commentList><comment ref="A60" authorId="0"><text><t>请核对</t></text></comment>'
    "</commentList></comments>",
}


def body(count: int, first: int = 2) -> str:
    lines = [[f"柳溪样例{n}厂", None, "同上" if n % 7 == 3 else "柳溪镇", "轻工", "周砚", 19900000100 + n, "3.27"] for n in range(count)]
    return rows_xml(lines, first)


def plain(folder: Path) -> Path:
    return write(folder / "a.xlsx", sheet_xml(rows_xml([HEAD]) + body(90)))


def merged(folder: Path) -> Path:
    return write(folder / "a.xlsx", sheet_xml(rows_xml([HEAD]) + body(90), after='<mergeCells><mergeCell ref="C50:C52"/></mergeCells>'))


def commented(folder: Path) -> Path:
    return write(folder / "a.xlsx", sheet_xml(rows_xml([HEAD]) + body(90)), parts=COMMENTS)


def dated_below(folder: Path) -> Path:
    return write(folder / "a.xlsx", sheet_xml(rows_xml([HEAD]) + body(90) + rows_xml([["填报日期：2023年4月8日"]], 92)))


def out_of_order(folder: Path) -> Path:
    return write(folder / "a.xlsx", sheet_xml(rows_xml([HEAD]) + body(45, 50) + body(45, 2)))


def twice(folder: Path) -> Path:
    again = rows_xml([["姓名", "联系电话", "单位及职务", "执法证号"], ["周砚", "19900000101", "柳溪镇 科员", "370399001"]], 95)
    return write(folder / "a.xlsx", sheet_xml(rows_xml([HEAD]) + body(90) + again))


def late_header(folder: Path) -> Path:
    return write(folder / "a.xlsx", sheet_xml(rows_xml([["说明"]] * 60) + rows_xml([HEAD], 61) + body(20, 62)))


def read(path: Path, ahead: Ahead | None) -> ReadForm:
    out = io.BytesIO()
    foreign.answer(path, out)
    out.seek(0)
    book = collect(path, out, ahead)
    assert isinstance(book, RawBook), book
    return read_form(book, ahead=ahead)


@pytest.mark.parametrize("made", [plain, merged, commented, dated_below, out_of_order, twice, late_header])
def test_reading_ahead_changes_nothing(tmp_path: Path, made: Callable[[Path], Path]) -> None:
    path = made(tmp_path)
    ahead = Ahead(READABLE, None, None)
    assert read(path, ahead) == (afterwards := read(path, None))
    assert len(afterwards.rows) > 15


def test_most_files_are_read_ahead(tmp_path: Path) -> None:
    out = io.BytesIO()
    foreign.answer(plain(tmp_path), out)
    out.seek(0)
    ahead = Ahead(READABLE, None, None)
    book = collect(tmp_path / "a.xlsx", out, ahead)
    assert isinstance(book, RawBook)
    assert len(book.sheets[0].decoded) == len(book.sheets[0].lines) == 91


def test_half_a_line_of_a_dead_worker_ends_reading_ahead(tmp_path: Path) -> None:
    lines = [
        b'{"is": "book", "kind": "xlsx", "date1904": false}\n',
        b'{"is": "sheet", "name": "a", "hidden": false, "formats": [""], "strikes": []}\n',
        b'[1,0,0,["',
    ]
    assert collect(tmp_path / "a.xlsx", lines, Ahead(READABLE, None, None)) is None


def test_garbage_is_collected_again_after_the_last_stretch() -> None:
    assert gc.isenabled()
    with garbage.held_back():
        with garbage.held_back():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
