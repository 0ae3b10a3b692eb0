"""The streaming reader of .xlsx files: what it sees and what it refuses."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import pytest

from services.imports import foreign
from services.imports.archive import Archive, Limits
from services.imports.raw import Cell, RawBook, RawSheet, Rejection
from services.imports.worker import collect
from services.imports.xlsx import Workbook
from tests.workbooks import LINKS, MAIN, PACKAGE, STRICT, rows_xml, sheet_xml, text_cell, write

STYLES = f"""<styleSheet xmlns="{MAIN}">
<numFmts><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts>
<fonts><font/><font><strike/></font><font><strike val="0"/></font></fonts>
<cellStyleXfs><xf numFmtId="14" fontId="1"/></cellStyleXfs>
<cellXfs><xf numFmtId="0" fontId="0"/><xf numFmtId="176" fontId="0"/><xf numFmtId="0" fontId="1"/>
<xf numFmtId="58" fontId="2"/></cellXfs></styleSheet>"""


def read(path: Path, limits: Limits | None = None) -> RawBook | Rejection:
    out = io.BytesIO()
    foreign.answer(path, out, limits or Limits())
    out.seek(0)
    book = collect(path, out)
    assert book is not None
    return book


def sheet(path: Path) -> RawSheet:
    book = read(path)
    assert isinstance(book, RawBook), book
    return book.sheets[0]


def cells(path: Path) -> dict[str, Cell]:
    first = sheet(path)
    return {f"{chr(65 + cell.col)}{cell.row}": cell for row in first.rows() for cell in first.cells(row)}


def refusal(path: Path, limits: Limits | None = None) -> str:
    book = read(path, limits)
    assert isinstance(book, Rejection), book
    assert path.name in book.message
    assert book.message.endswith("。")
    return book.reject_code


def test_values_keep_their_types(tmp_path: Path) -> None:
    data = (
        '<row r="1"><c r="A1"><v>5</v></c><c r="B1"><v>2.5</v></c><c r="C1" t="b"><v>1</v></c>'
        '<c r="D1" t="e"><v>#REF!</v></c>'
        '<c r="E1" t="d"><v>2023-03-27</v></c><c r="F1" t="str"><f>A1</f><v>文字</v></c>'
        '<c r="G1"><f>SUM(A1)</f></c><c r="H1"><v>1E+2</v></c></row>'
    )
    found = cells(write(tmp_path / "a.xlsx", sheet_xml(data)))
    assert [found[place].value for place in ("A1", "B1", "C1", "D1", "E1", "F1", "H1")] == [
        5,
        2.5,
        True,
        "#REF!",
        "2023-03-27",
        "文字",
        100,
    ]
    assert (found["D1"].mark, found["E1"].mark, found["F1"].mark, found["G1"].mark) == ("e", "d", "f", "n")
    assert found["F1"].formula
    assert found["G1"].formula


def test_shared_texts_join_runs_and_drop_phonetic_readings(tmp_path: Path) -> None:
    texts = (
        f'<sst xmlns="{MAIN}"><si><t>姓名</t></si><si><r><t>双汊</t></r><r><rPr><strike/></rPr><t>镇</t></r>'
        "<rPh><t>shuangcha</t></rPh></si><si><t>行_x000D_尾</t></si><si><t>  </t></si></sst>"
    )
    data = '<row r="1">' + "".join(f'<c r="{place}1" t="s"><v>{n}</v></c>' for n, place in enumerate("ABCD")) + "</row>"
    found = cells(write(tmp_path / "a.xlsx", sheet_xml(data), parts={"xl/sharedStrings.xml": texts}))
    assert [found[place].value for place in ("A1", "B1", "C1")] == ["姓名", "双汊镇", "行\r尾"]
    assert found["B1"].strike
    assert "D1" not in found


def test_formats_strike_through_and_hidden_rows_are_known(tmp_path: Path) -> None:
    data = (
        '<row r="1"><c r="A1" s="1"><v>45012</v></c><c r="B1" s="2"><v>1</v></c><c r="C1" s="3"><v>2</v></c></row>'
        '<row r="2" hidden="1"><c r="A2"><v>1</v></c></row>'
    )
    path = write(
        tmp_path / "a.xlsx", sheet_xml(data, before='<cols><col min="3" max="4" hidden="1"/></cols>'), parts={"xl/styles.xml": STYLES}
    )
    found = cells(path)
    assert found["A1"].format == 'yyyy"年"m"月"d"日"'
    assert (found["A1"].strike, found["B1"].strike, found["C1"].strike) == (False, True, False)
    assert found["C1"].format == "m月d日"
    assert (found["B1"].hidden, found["C1"].hidden, found["A2"].hidden) == (False, True, True)


def test_merges_comments_and_hidden_sheets_are_known(tmp_path: Path) -> None:
    links = f'<Relationships xmlns="{PACKAGE}"><Relationship Id="c" Type="{LINKS}/comments" Target="../comments1.xml"/></Relationships>'
    comment = '<comment ref="A1" authorId="0"><text><r><t>请核对</t></r></text></comment>'
    comments = f'<comments xmlns="{MAIN}"><commentList>{comment}</commentList></comments>'
    path = write(
        tmp_path / "a.xlsx",
        sheet_xml(rows_xml([["甲"]]), after='<mergeCells><mergeCell ref="A1:C2"/></mergeCells>'),
        sheet_xml(rows_xml([["乙"]])),
        names=("表一", '表二" state="hidden'),
        parts={"xl/worksheets/_rels/sheet1.xml.rels": links, "xl/comments1.xml": comments},
    )
    book = read(path)
    assert isinstance(book, RawBook)
    assert [(s.name, s.hidden) for s in book.sheets] == [("表一", False), ("表二", True)]
    assert book.sheets[0].merges == [(1, 0, 2, 2)]
    assert book.sheets[0].comments == {(1, 0): "请核对"}


def test_the_1904_system_is_known(tmp_path: Path) -> None:
    book = read(write(tmp_path / "a.xlsx", sheet_xml(rows_xml([[1]])), book='<workbookPr date1904="1"/>'))
    assert isinstance(book, RawBook)
    assert book.date1904


@pytest.mark.parametrize("prefix", ["", "x:"], ids=["plain", "prefixed"])
def test_strict_and_prefixed_files_read_the_same(tmp_path: Path, prefix: str) -> None:
    name = "xmlns:x" if prefix else "xmlns"
    text = '<P:c r="B2" t="inlineStr"><P:is><P:t>甲</P:t></P:is></P:c>'
    data = f'<P:sheetData><P:row r="2">{text}<P:c r="C2"><P:v>7</P:v></P:c></P:row></P:sheetData>'
    part = f'<P:worksheet {name}="{STRICT}">{data}</P:worksheet>'.replace("P:", prefix)
    found = cells(write(tmp_path / "a.xlsx", part, namespace=STRICT))
    assert {place: cell.value for place, cell in found.items()} == {"B2": "甲", "C2": 7}


def test_cells_and_rows_without_reference_follow_each_other(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.xlsx", sheet_xml('<row><c t="inlineStr"><is><t>甲</t></is></c><c><v>1</v></c></row><row><c><v>2</v></c></row>')
    )
    assert {place: cell.value for place, cell in cells(path).items()} == {"A1": "甲", "B1": 1, "A2": 2}


def test_a_wrong_stated_dimension_drops_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", sheet_xml(rows_xml([["甲"], ["乙"], ["丙"]]), before='<dimension ref="A1"/>'))
    assert len(sheet(path).lines) == 3


def test_rows_out_of_order_are_put_in_order(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", sheet_xml(rows_xml([["丙"]], 12) + rows_xml([["甲"]], 3)))
    assert [row.number for row in sheet(path).rows()] == [3, 12]


def test_a_cell_at_the_last_place_costs_nothing(tmp_path: Path) -> None:
    data = rows_xml([["甲"]]) + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    started = time.perf_counter()
    last = list(sheet(write(tmp_path / "a.xlsx", sheet_xml(data))).rows())[-1]
    assert (last.number, list(last.cells)) == (1_048_576, [16_383])
    assert time.perf_counter() - started < 3


def test_a_text_too_long_is_cut_and_marked(tmp_path: Path) -> None:
    found = cells(write(tmp_path / "a.xlsx", sheet_xml(f'<row r="1">{text_cell("A1", "长" * 40_000)}</row>')))
    assert len(str(found["A1"].value)) == 32_767
    assert "l" in found["A1"].mark


def test_two_readers_agree_on_a_plain_file(tmp_path: Path) -> None:
    book = read(write(tmp_path / "a.xlsx", sheet_xml(rows_xml([["甲", 1, 2.5, None, True], ["乙", " ", None, 0, False]]))))
    assert isinstance(book, RawBook)
    assert (book.non_empty, book.warnings) == (7, [])


ENTITY = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa">]><worksheet xmlns="{MAIN}"><sheetData/></worksheet>'
REFUSED: dict[str, tuple[str, str]] = {
    "document type": (ENTITY, "unsafe_xml"),
    "not sound": ("<worksheet><sheetData><row", "corrupt"),
    "row beyond the last": (sheet_xml('<row r="1048577"><c r="A1"><v>1</v></c></row>'), "corrupt"),
    "column beyond the last": (sheet_xml('<row r="1"><c r="XFE1"><v>1</v></c></row>'), "corrupt"),
    "text number beyond the list": (sheet_xml('<row r="1"><c r="A1" t="s"><v>9</v></c></row>'), "corrupt"),
}


@pytest.mark.parametrize(("part", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_broken_sheets_are_refused(tmp_path: Path, part: str, code: str) -> None:
    assert refusal(write(tmp_path / "a.xlsx", part)) == code


LIMITS: dict[str, tuple[Limits, str]] = {
    "bytes": (Limits(file_bytes=100), "too_large"),
    "members": (Limits(members=3), "too_large"),
    "sheets": (Limits(sheets=1), "too_large"),
    "rows": (Limits(rows=2), "too_large"),
    "cells": (Limits(cells=4), "too_large"),
    "inflated": (Limits(inflated_bytes=300), "too_large_uncompressed"),
    "seconds": (Limits(seconds=-1), "too_large"),
}


@pytest.mark.parametrize(("limits", "code"), LIMITS.values(), ids=LIMITS.keys())
def test_every_limit_ends_the_reading(tmp_path: Path, limits: Limits, code: str) -> None:
    part = sheet_xml(rows_xml([["甲", "乙"], ["丙", "丁"], ["戊", "己"]]))
    assert refusal(write(tmp_path / "a.xlsx", part, part), limits) == code


def test_a_bomb_is_counted_while_it_inflates(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    bomb = sheet_xml(f'<row r="1">{text_cell("A1", "0" * 12_000_000)}</row>')
    assert refusal(write(path, bomb)) == "too_large_uncompressed"


@pytest.mark.parametrize("name", ["../outside.xml", "/etc/outside.xml", "..\\outside.xml", "C:/outside.xml"])
def test_a_member_outside_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "a.xlsx", sheet_xml(rows_xml([["甲"]])))
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr(name, "x")
    assert refusal(path) == "unsafe_path"


def test_a_relationship_outside_the_archive_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", sheet_xml(""))
    links = f'<Relationships xmlns="{PACKAGE}"><Relationship Id="c" Type="{LINKS}/comments" Target="../../../c.xml"/></Relationships>'
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("xl/worksheets/_rels/sheet1.xml.rels", links)
    assert refusal(path) == "unsafe_path"


def test_a_truncated_file_is_corrupt(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", sheet_xml(rows_xml([["甲"]])))
    path.write_bytes(path.read_bytes()[:-200])
    assert refusal(path) == "corrupt"


def test_a_million_formatted_blank_rows_are_quick(tmp_path: Path) -> None:
    blank = "".join(f'<row r="{n}" s="1"><c r="A{n}" s="1"/><c r="B{n}" s="1"/></row>' for n in range(3, 200_000))
    path = write(tmp_path / "a.xlsx", sheet_xml(rows_xml([["甲"], ["乙"]]) + blank))
    started = time.perf_counter()
    assert len(sheet(path).lines) == 2
    assert time.perf_counter() - started < 3


def test_reading_stops_between_pieces_not_at_the_end(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", sheet_xml(rows_xml([["甲"] * 20] * 3000)))
    with path.open("rb") as stream:
        book = Workbook(Archive(stream))
        batches = [len(batch) for batch in book.rows(book.sheets()[0])]
    assert len(batches) > 3
    assert sum(batches) == 3000
