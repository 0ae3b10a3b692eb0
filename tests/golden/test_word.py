"""The report: page, fonts, levels, tables, page numbers, same bytes."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from services.exports import word
from services.exports.archive import NotVerified
from services.exports.deliver import deliver_report
from services.exports.word import Report, Section, Table, report_text, write_report
from tests.golden.printed_samples import MADE_AT

TABLE = Table(("镇办", "发现问题（项）"), (("柳溪镇", "61"), ("石坪镇", "88")), "表1  各镇办检查情况")
REPORT = Report(
    "岚桥区应急管理综合行政执法大队关于全区分片集中执法检查活动的总结报告",
    "岚桥区应急管理综合行政执法大队",
    "2023年4月26日",
    (
        Section("一、总体情况", ("共检查企业45家。", "（一）检查覆盖。三个检查组各检查15家。"), (TABLE,)),
        Section("二、主要做法", ("（一）提前培训", "1.统一标准", "逐项检查。")),
    ),
)


@pytest.fixture
def document(tmp_path: Path) -> Any:
    """The written report, opened again."""
    deliver_report(REPORT, tmp_path / "报告.docx", made_at=MADE_AT)
    return docx.Document(str(tmp_path / "报告.docx"))


def paragraph(document: Any, text: str) -> Any:
    return next(found for found in document.paragraphs if found.text.startswith(text))


def eastern(run: Any) -> str:
    return str(run._r.rPr.rFonts.get(qn("w:eastAsia")) or "")


def test_the_page_has_the_margins_of_an_official_document(document: Any) -> None:
    section = document.sections[0]
    found = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(length.mm) for length in found] == [37, 35, 28, 26]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)


def test_the_title_is_centred_in_its_font_and_breaks_evenly(document: Any) -> None:
    lines = [found for found in document.paragraphs if found.style.name == "公文标题"]
    assert "".join(line.text for line in lines) == REPORT.title
    assert len(lines) == 2
    assert all(line.style.paragraph_format.alignment == 1 and line.runs[0].font.size == Pt(22) for line in lines)
    assert eastern(lines[0].runs[0]) in ("方正小标宋简体", "宋体")


def test_text_is_third_size_indented_two_characters_on_lines_of_28_points(document: Any) -> None:
    text = paragraph(document, "共检查企业")
    assert (text.runs[0].font.size, eastern(text.runs[0])[:2]) == (Pt(16), "仿宋")
    assert text.style.paragraph_format.line_spacing == Pt(28)
    assert text.style.element.pPr.ind.get(qn("w:firstLineChars")) == "200"


@pytest.mark.parametrize(
    ("text", "font"), [("一、总体情况", "黑体"), ("（一）提前培训", "楷体"), ("1.统一标准", "仿宋"), ("（一）检查覆盖。", "楷体")]
)
def test_each_level_has_its_font(document: Any, text: str, font: str) -> None:
    assert eastern(paragraph(document, text).runs[0]).startswith(font)


def test_a_lead_sentence_has_its_level_and_the_rest_is_text(document: Any) -> None:
    runs = paragraph(document, "（一）检查覆盖").runs
    assert [run.text for run in runs] == ["（一）检查覆盖。", "三个检查组各检查15家。"]
    assert eastern(runs[1]).startswith("仿宋")


def test_every_run_names_its_font_for_chinese(document: Any) -> None:
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
    runs = [run for found in (*document.paragraphs, *(p for cell in cells for p in cell.paragraphs)) for run in found.runs]
    assert runs
    assert all(eastern(run) for run in runs)
    assert not [run for run in runs if run._r.rPr.rFonts.get(qn("w:eastAsiaTheme"))]


def test_a_table_has_a_fixed_grid_a_repeated_head_and_whole_rows(document: Any) -> None:
    table = document.tables[0]
    layout = table._tbl.tblPr.find(qn("w:tblLayout"))
    assert layout.get(qn("w:type")) == "fixed"
    assert sum(column.width for column in table.columns) == pytest.approx(Mm(156), rel=0.01)
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    assert [[cell.text for cell in row.cells] for row in table.rows] == [list(TABLE.heads), *map(list, TABLE.rows)]


def test_page_numbers_stand_outside_between_dashes(document: Any) -> None:
    section = document.sections[0]
    for footer, align in ((section.footer, 2), (section.even_page_footer, 0)):
        found = footer.paragraphs[0]
        assert found.text == "— 1 —"
        assert found.alignment == align
        assert all(run.font.size == Pt(14) and eastern(run) == "宋体" for run in found.runs)
        assert " PAGE " in found._p.xml
    assert document.settings.odd_and_even_pages_header_footer


@pytest.mark.usefixtures("document")
def test_there_are_no_content_controls_and_the_language_is_chinese(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "报告.docx") as package:
        assert b"<w:sdt" not in package.read("word/document.xml")
        assert b'w:eastAsia="zh-CN"' in package.read("word/styles.xml")


def test_issuer_and_date_close_the_report_on_the_right(document: Any) -> None:
    issuer, day = document.paragraphs[-2:]
    assert (issuer.text, day.text) == (REPORT.issuer, REPORT.date_text)
    assert (issuer.alignment, day.alignment) == (2, 2)
    assert day.paragraph_format.right_indent == Pt(4 * 16)


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("一.docx", "二.docx"):
        write_report(REPORT, tmp_path / name, made_at=MADE_AT)
    assert (tmp_path / "一.docx").read_bytes() == (tmp_path / "二.docx").read_bytes()
    assert docx.Document(str(tmp_path / "一.docx")).core_properties.created.isoformat() == "2023-04-25T08:08:00+00:00"


def test_a_report_that_reads_back_differently_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word, "read_report_text", lambda _path: ("别的文字",))
    with pytest.raises(NotVerified):
        deliver_report(REPORT, tmp_path / "报告.docx", made_at=MADE_AT)
    assert list(tmp_path.iterdir()) == []


def test_the_text_of_a_report_is_told_in_order() -> None:
    found = report_text(REPORT)
    assert found[:2] == ("岚桥区应急管理综合行政执法大队", "关于全区分片集中执法检查活动的总结报告")
    assert found[2:6] == ("一、总体情况", "共检查企业45家。", "（一）检查覆盖。三个检查组各检查15家。", "表1  各镇办检查情况")
    assert found[-2:] == (REPORT.issuer, REPORT.date_text)
