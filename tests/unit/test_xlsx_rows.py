"""Plain rows cut out before the parser: the same cells, however written."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest

from services.imports import foreign, xlsx
from services.imports.raw import RawBook, Rejection
from services.imports.worker import collect
from tests.workbooks import rows_xml, sheet_xml, text_cell, write

PLAIN = rows_xml([["镇办", "姓名"], ["柳溪镇", "周砚"], ["石坪镇", 7]])
SHEETS = {
    "plain": PLAIN,
    "blank cells and rows": f'<row r="1" s="2" customFormat="1"/><row r="2"><c r="A2" s="1"/><c r="B2"/></row>{PLAIN.replace("r=", "r=")}',
    "hidden": '<row r="3" hidden="1" ht="15.6"><c r="A3"><v>1</v></c></row><row r="4" ht="0"><c r="B4"><v>2</v></c></row>',
    "entities": '<row r="1"><c r="A1" t="str"><v>甲&amp;乙&#22810;</v></c><c r="B1" t="inlineStr"><is><t>&lt;1&gt;</t></is></c></row>',
    "a strange reference": '<row r="1"><c r="A1" t="str"><v>甲&#x4e59;</v></c></row>',
    "formulas": '<row r="1"><c r="A1"><f>SUM(B1)</f><v>3</v></c><c r="B1"><f t="shared" si="0"/></c>'
    '<c r="C1" t="str"><f>A1</f><v></v></c></row>',
    "kinds": '<row r="1"><c r="A1" t="b"><v>1</v></c><c r="B1" t="e"><v>#N/A</v></c><c r="C1" t="d"><v>2023-03-27</v></c></row>',
    "odd order": '<row r="5"><c r="B5"><v>2</v></c><c r="A5"><v>1</v></c></row><row r="2"><c r="A2"><v>9</v></c></row>',
    "no references": "<row><c><v>1</v></c></row>" + PLAIN,
    "runs of text": '<row r="1"><c r="A1" t="inlineStr"><is><r><t>柳溪</t></r><r><t>镇</t></r></is></c></row>' + PLAIN,
    "blanks between": PLAIN.replace("<row", "\n  <row").replace("<c ", "\n<c "),
    "long text": f'<row r="1">{text_cell("A1", "长" * 40_000)}</row>',
    "a far cell": '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
}
UNSOUND = {
    "a comment": f"<!-- {PLAIN} -->",
    "a section": "<row r='1'><c r='A1' t='str'><v><![CDATA[甲]]></v></c></row>",
    "a control character": '<row r="1"><c r="A1" t="str"><v>\x01</v></c></row>',
    "the end of a section": '<row r="1"><c r="A1" t="str"><v>]]></v></c></row>',
    "an unknown entity": '<row r="1"><c r="A1" t="str"><v>&nix;</v></c></row>',
    "no such character": '<row r="1"><c r="A1" t="str"><v>&#1;</v></c></row>',
    "an attribute twice": '<row r="1" ht="1" ht="2"><c r="A1"><v>1</v></c></row>',
    "cut off": '<row r="1"><c r="A1"><v>1</v></c>',
    "row nought": '<row r="0"><c r="A0"><v>1</v></c></row>',
    "a column beyond": '<row r="1"><c r="XFE1"><v>1</v></c></row>',
    "text that is no number of a text": '<row r="1"><c r="A1" t="s"><v>7</v></c></row>',
}


class Straight:
    """Gives all to the parser, as before."""

    def __init__(self, parser: object, _reader: object) -> None:
        self.parse = parser.Parse  # type: ignore[attr-defined]  # the parser of expat


def read(path: Path) -> object:
    out = io.BytesIO()
    foreign.answer(path, out)
    out.seek(0)
    book = collect(path, out)
    if isinstance(book, Rejection):
        return book.reject_code
    assert isinstance(book, RawBook)
    return [
        (sheet.name, sheet.merges, sheet.non_empty, book.warnings, [(r.number, r.hidden, r.cells, r.styles, r.marks) for r in sheet.rows()])
        for sheet in book.sheets
    ]


@pytest.mark.parametrize("data", [*SHEETS.values(), *UNSOUND.values()], ids=[*SHEETS, *UNSOUND])
@pytest.mark.parametrize("piece", [1 << 16, 61], ids=["whole", "in pieces"])
def test_a_sheet_reads_as_if_the_parser_had_seen_it_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str, piece: int) -> None:
    monkeypatch.setattr("services.imports.archive.CHUNK", piece)
    path = write(tmp_path / "a.xlsx", sheet_xml(data))
    found = read(path)
    monkeypatch.setattr(xlsx, "RowLane", Straight)
    assert found == read(path)
    assert isinstance(found, str) == (data in UNSOUND.values() and "<!" not in data)


def test_any_splice_of_sheets_reads_as_the_parser_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pick = random.Random(5)
    parts = [*SHEETS.values(), *UNSOUND.values()]
    for number in range(60):
        data = "".join(pick.choice(parts) for _ in range(pick.randint(1, 5)))
        if pick.random() < 0.5:
            cut = pick.randrange(len(data))
            data = data[:cut] + pick.choice("<>&\"' ]=/") + data[cut + pick.randint(0, 3) :]
        path = write(tmp_path / f"{number}.xlsx", sheet_xml(data))
        with monkeypatch.context() as straight:
            straight.setattr(xlsx, "RowLane", Straight)
            expected = read(path)
        assert read(path) == expected, data


def test_a_workbook_named_as_an_old_one_is_read_without_a_remark(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xls", sheet_xml(PLAIN))
    assert zipfile.is_zipfile(path)
    found = read(path)
    assert isinstance(found, list)
    assert found[0][3] == []
