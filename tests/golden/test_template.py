"""The report's template: fields answered both ways, numbers bound."""

from __future__ import annotations

import importlib.util
import io
import re
import subprocess
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
import pytest
from PIL import Image

from services.exports import charts, fields, template
from services.exports.charts import Chart
from services.exports.deliver import deliver_document_pdf
from services.exports.fields import bind
from services.exports.flow import lay_out_document
from services.exports.layout import POINTS_PER_MM
from services.exports.word import Report, Section, Table
from services.figures import report_words
from services.packages import prose
from services.packages.report import names
from tests.golden.printed_samples import MADE_AT

TABLE = Table(("问题类别", "项数"), (("设施设备类", "12"), ("合计", "12")), "问题按类别统计（次序同附件2）", (60, 30))
REPORT = Report(
    "岚桥区工贸企业分片集中执法检查活动工作总结",
    "岚桥区应急管理局",
    "2023年4月26日",
    (
        Section("一、总体情况", (f"发现问题{bind('findings', '333')}项，整改率{bind('rectification_rate', '73.0%')}。",), (TABLE,)),
        Section("二、主要做法", ("（一）提前培训。统一了<标准>&口径。", "（二）联合检查", "逐家检查。")),
        Section("三、存在问题", ("培训走过场的有12家。",)),
        Section("四、下一步工作建议", ("持续复查。",)),
    ),
)
VALUES = dict.fromkeys(names(), "1")


def rendered(path: Path, *, source: Path = template.SHIPPED, made_at: datetime = MADE_AT) -> Path:
    path.write_bytes(template.render(REPORT, VALUES, template=source, made_at=made_at))
    return path


def office_template(path: Path, *lines: str) -> Path:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(str(path))
    return path


def test_the_shipped_template_is_the_one_that_is_built_from_the_styles() -> None:
    place = Path(__file__).resolve().parents[2] / "build" / "report_template.py"
    spec = importlib.util.spec_from_file_location("report_template", place)
    assert spec is not None
    assert spec.loader is not None
    built: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(built)
    wanted, found = (docx.Document(io.BytesIO(data)) for data in (built.make(), template.SHIPPED.read_bytes()))
    assert found.element.xml == wanted.element.xml


def test_every_field_of_the_template_is_answered_and_every_block_is_used() -> None:
    assert template.faults(template.SHIPPED, names()) == ()
    assert template.used_names(template.SHIPPED) == set(template.BLOCKS)


def test_every_figure_that_prose_may_name_can_stand_in_a_template(tmp_path: Path) -> None:
    own = office_template(tmp_path / "模板.docx", *(f"{name}：{{{{ {name} }}}}" for name in names()))
    assert template.faults(own, names()) == ()
    assert template.used_names(own) == {*report_words.NAMES, report_words.DAY}


@pytest.mark.parametrize(
    ("line", "name", "why"),
    [
        ("共{{ 发现问提 }}项", "发现问提", "没有对应的字段"),
        ("共{{ 发现问题 项", "", "花括号不成对"),
        ("共{{ 发现问题 + }}项", "发现问题 +", "写法不对"),
        ("{% for 部分 in 各部份 %}{% endfor %}", "各部份", "没有对应的字段"),
        ("{% for 部分 in 各部分 %}", "for 部分 in 各部分", "后面没有结尾"),
        ("{% include 'x' %}", "include 'x'", "不是能用的指令"),
        ("共｛｛发现问题｝｝项", "｛｛发现问题｝｝", "全角花括号"),
        ("共{发现问题}项", "{发现问题}", "只有一层花括号"),
        ("{% for 部分 in 各部分 %}{{ 部分.标提 }}{% endfor %}", "标提", "没有对应的字段"),
        ("{%p for 部分 in 各部分 %}{{ 部分.标题 }}{%p endfor %}", "{%p for 部分 in 各部分 %}", "要单独成段"),
    ],
)
def test_a_broken_field_is_named_with_its_place(tmp_path: Path, line: str, name: str, why: str) -> None:
    own = office_template(tmp_path / "模板.docx", "第一段", line)
    with pytest.raises(template.BrokenTemplate) as refused:
        template.require_sound(own, names())
    fault = refused.value.faults[0]
    assert fault.place == "第 2 段"
    assert why in fault.why
    assert name in fault.name


def test_a_field_that_word_split_into_runs_is_filled(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph()
    for piece in ("共发现{", "{ 发", "现问题 }", "}项"):
        paragraph.add_run(piece)
    document.save(str(tmp_path / "模板.docx"))
    assert template.faults(tmp_path / "模板.docx", names()) == ()
    found = fields.read(rendered(tmp_path / "总结.docx", source=tmp_path / "模板.docx"))
    assert [fields.bare(one.text) for one in found] == ["共发现1项"]


def test_a_broken_field_is_found_in_every_header_and_in_tracked_changes(tmp_path: Path) -> None:
    document = docx.Document()
    document.settings.odd_and_even_pages_header_footer = True
    document.sections[0].even_page_header.paragraphs[0].text = "{{ 落款单位 }}"
    added = docx.oxml.OxmlElement("w:ins")
    document.add_paragraph("修订")._p.append(added)
    run = document.add_paragraph().add_run("{{ 加上的 }}")
    added.append(run._r)
    document.save(str(tmp_path / "模板.docx"))
    found = [fault.sentence for fault in template.faults(tmp_path / "模板.docx", names())]
    assert found == ["第 1 段的“加上的”没有对应的字段", "页眉的“落款单位”没有对应的字段"]


def test_the_chart_stands_in_the_docx_and_in_its_pdf_twin(tmp_path: Path) -> None:
    first = REPORT.sections[0]
    drawn = replace(REPORT, sections=(replace(first, charts=(Chart("问题按类别分布（项）", (("设施设备类", 12), ("其他类", 0))),)),))
    data = template.render(drawn, VALUES, template=template.SHIPPED, made_at=MADE_AT)
    assert data == template.render(drawn, VALUES, template=template.SHIPPED, made_at=MADE_AT)
    (shown,) = (picture for page in lay_out_document(data) for picture in page.pictures)
    assert shown.box.width == pytest.approx(charts.WIDTH_MM * POINTS_PER_MM, abs=1)
    picture = Image.open(io.BytesIO(shown.data))
    assert (picture.mode, picture.width) == ("L", round(charts.WIDTH_MM / 25.4 * 300))
    assert deliver_document_pdf(data, tmp_path / "总结.pdf", title="总结", made_at=MADE_AT).pages == len(lay_out_document(data))
    assert b"/Subtype /Image" in (tmp_path / "总结.pdf").read_bytes()


def test_a_chart_of_nothing_is_left_out() -> None:
    empty = replace(REPORT.sections[0], charts=(Chart("问题按类别分布（项）", (("设施设备类", 0),)),))
    data = template.render(replace(REPORT, sections=(empty,)), VALUES, template=template.SHIPPED, made_at=MADE_AT)
    assert not any(page.pictures for page in lay_out_document(data))
    assert "分布" not in "".join(one.text for one in docx.Document(io.BytesIO(data)).paragraphs)


def test_a_broken_field_in_a_table_is_named_by_its_row(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_table(rows=3, cols=2).rows[2].cells[1].text = "{{ 检查加次 }}"
    document.save(str(tmp_path / "模板.docx"))
    assert [fault.sentence for fault in template.faults(tmp_path / "模板.docx", names())] == [
        "第 1 个表格第 3 行的“检查加次”没有对应的字段"
    ]


def test_a_template_cannot_reach_beyond_its_fields(tmp_path: Path) -> None:
    own = office_template(tmp_path / "模板.docx", "{{ 落款.__class__.__mro__ }}")
    with pytest.raises(template.BrokenTemplate):
        template.render(REPORT, VALUES, template=own, made_at=MADE_AT)


def test_what_is_no_docx_is_refused(tmp_path: Path) -> None:
    (tmp_path / "模板.docx").write_text("文字", encoding="utf-8")
    with pytest.raises(fields.NotAReport):
        template.faults(tmp_path / "模板.docx", names())


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    assert rendered(tmp_path / "一.docx").read_bytes() == rendered(tmp_path / "二.docx").read_bytes()


def test_numbers_are_bookmarks_and_marks_leave_no_trace(tmp_path: Path) -> None:
    found = fields.read(rendered(tmp_path / "总结.docx"))
    assert [pair for one in found for pair in fields.bound(one.text)] == [("findings", "333"), ("rectification_rate", "73.0%")]
    text = "\n".join(paragraph.text for paragraph in docx.Document(str(tmp_path / "总结.docx")).paragraphs)
    assert "发现问题333项，整改率73.0%。" in text
    assert "<标准>&口径" in text
    assert not re.search("[\ue000-\ue002]", text)


def test_levels_have_their_fonts_and_the_signature_its_place(tmp_path: Path) -> None:
    document = docx.Document(str(rendered(tmp_path / "总结.docx")))
    styles = {paragraph.text[:4]: paragraph.style.name for paragraph in document.paragraphs if paragraph.style}
    assert (styles["一、总体"], styles["（二）联"], styles["逐家检查"]) == ("Heading 1", "Heading 2", "公文正文")
    lead = next(paragraph for paragraph in document.paragraphs if paragraph.text.startswith("（一）提前"))
    assert lead.runs[0].text == "（一）提前培训。"
    signed = next(paragraph for paragraph in document.paragraphs if paragraph.text == "2023年4月26日")
    assert signed.paragraph_format.right_indent is not None
    assert signed.paragraph_format.right_indent.pt == 64


def test_an_edited_report_comes_back_with_its_numbers_bound(tmp_path: Path) -> None:
    path = rendered(tmp_path / "总结.docx")
    document = docx.Document(str(path))
    for paragraph in document.paragraphs:
        for run in paragraph.runs:
            run.text = run.text.replace("逐家检查", "逐家检查，回头看").replace("333", "335")
    document.save(str(path))
    parts, audit = prose.read_edited(path, {"findings": "340", "rectification_rate": "73.0%"})
    assert parts["总体情况"] == "发现问题{发现问题}项，整改率{整改率}。"
    assert "逐家检查，回头看。" in parts["主要做法"]
    assert parts["下一步工作建议"] == "持续复查。"
    assert [(one.name, one.was, one.now) for one in audit.moved] == [("发现问题", "335", "340")]
    assert [one.number for one in audit.loose] == ["12"]


def test_digits_that_date_or_number_something_are_not_figures() -> None:
    parts = {"主要做法": "2023年4月3日起，依据第36条，用3天检查。\n1.统一标准\n（2）按〔2023〕5号办理，4月中旬完成。"}
    assert [one.number for one in prose.audit(parts, {}).loose] == ["3"]


def test_a_loose_number_names_the_figures_that_show_the_same() -> None:
    found = prose.audit({"存在问题": "共333项"}, {"findings": "333", "visits": "48"}).loose
    assert found[0].like == ("发现问题",)


def test_figures_that_moved_since_the_last_package_are_listed() -> None:
    found = prose.audit(
        {"总体情况": "{发现问题}项、{检查家次}家次"}, {"findings": "9", "visits": "2"}, earlier={"findings": "8", "visits": "2"}
    )
    assert [(one.name, one.was, one.now) for one in found.moved] == [("发现问题", "8", "9")]


def test_the_pdf_twin_says_what_the_docx_says(tmp_path: Path) -> None:
    data = rendered(tmp_path / "总结.docx").read_bytes()
    drawn = deliver_document_pdf(data, tmp_path / "总结.pdf", title=REPORT.title, made_at=MADE_AT)
    assert drawn.missing == ()
    assert drawn.pages == len(lay_out_document(data))
    run = subprocess.run(["pdftotext", "-raw", str(tmp_path / "总结.pdf"), "-"], capture_output=True, check=True)
    said = re.sub(r"\s", "", run.stdout.decode())
    for paragraph in docx.Document(str(tmp_path / "总结.docx")).paragraphs:
        assert re.sub(r"\s", "", paragraph.text) in said, paragraph.text
    assert "设施设备类12" in said
