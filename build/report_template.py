"""Makes resources/templates/report.docx, the shipped template of the report.

Page, styles and page numbers are those of every document that the program
writes; the fields are Chinese words, for they are read and moved about in
Word by those who sign the report. Run it after a change of the styles.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from services.exports import word  # noqa: E402 - the project's folder comes first

TARGET = ROOT / "resources" / "templates" / "report.docx"
_MOMENT = datetime(2023, 1, 1, tzinfo=UTC)
_LINES = (
    ("公文标题", "{%p for 行 in 标题 %}"),
    ("公文标题", "{{ 行 }}"),
    ("公文标题", "{%p endfor %}"),
    ("公文正文", ""),
    ("公文正文", "{%p for 部分 in 各部分 %}"),
    ("Heading 1", "{{ 部分.标题 }}"),
    ("公文正文", "{%p for 段 in 部分.段落 %}"),
    ("公文正文", "{{ 段 }}"),
    ("公文正文", "{%p endfor %}"),
    ("公文正文", "{%p if 部分.有类别表 %}"),
    ("公文表题", "问题按类别统计（次序同附件2）"),
)
_AFTER = (
    ("公文表格", ""),
    ("公文正文", "{%p endif %}"),
    ("公文正文", "{%p if 部分.有类别图 %}"),
    ("公文表题", "问题按类别分布（项）"),
    ("公文表格", "{{ 类别图 }}"),
    ("公文正文", "{%p endif %}"),
    ("公文正文", "{%p endfor %}"),
    ("公文正文", ""),
    ("公文正文", "{{ 落款 }}"),
    ("公文正文", "{{ 成文日期 }}"),
)


def make() -> bytes:
    """Return the template, always the same bytes."""
    document = word.blank_document()
    _write(document, _LINES)
    rows = (("问题类别", "项数"), ("{%tr for 类 in 类别表 %}", ""), ("{{ 类.名称 }}", "{{ 类.项数 }}"), ("{%tr endfor %}", ""))
    word.draw_table(document, word.Table(heads=rows[0], rows=rows[1:], widths_mm=(60, 30)))
    document.element.body.remove(document.paragraphs[-1]._p)  # the blank one after a table stands in _AFTER
    _write(document, _AFTER)
    word.set_properties(document, word.Report("工作总结模板", "", "", ()), _MOMENT)
    stream = io.BytesIO()
    document.save(stream)
    return word.fixed_bytes(stream)


def _write(document: Any, lines: tuple[tuple[str, str], ...]) -> None:
    for style, text in lines:
        document.add_paragraph(text, style=style)


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(make())
