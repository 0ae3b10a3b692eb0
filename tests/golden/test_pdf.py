"""PDFs: same bytes, sound structure, all glyphs, text that can be copied."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from models.annexes import CATEGORIES, ENTERPRISE_LIST
from services.errors import Problem
from services.exports import fonts, glyphs, tounicode
from services.exports.deliver import deliver_pdf, warnings
from services.exports.glyphs import FontMissing, Glyphs
from services.exports.pdf import pdf_faults, write_pdf
from services.exports.printed import Printed
from services.progress import Cancelled
from tests.golden.printed_samples import LONG_NAME, MADE_AT, printed_annex_1, printed_annex_2, printed_annex_3

RARE = "𬭎𫓧㠇"


def copied(path: Path) -> str:
    """Return the text as a reader would copy it."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not on this machine")
    run = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True)
    return run.stdout.decode()


@pytest.mark.parametrize(
    ("printed", "count"),
    [
        (printed_annex_1("周样例"), 1),
        (printed_annex_2(0), 1),
        (printed_annex_2(45), 3),
        (printed_annex_2(9, CATEGORIES[:9], name=LONG_NAME), 3),
        (printed_annex_2(1, CATEGORIES[:1]), 1),
        (printed_annex_3(), 1),
    ],
    ids=["annex 1", "annex 2 empty", "annex 2 with 45 rows", "long names", "one category", "annex 3 empty"],
)
def test_a_pdf_is_whole_and_has_its_pages(tmp_path: Path, printed: Printed, count: int) -> None:
    drawn = deliver_pdf(printed, tmp_path / "表.pdf", made_at=MADE_AT)
    assert (drawn.pages, drawn.missing) == (count, ())
    assert pdf_faults(tmp_path / "表.pdf", count) == ""


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("一.pdf", "二.pdf"):
        write_pdf(printed_annex_2(45), tmp_path / name, made_at=MADE_AT)
    assert (tmp_path / "一.pdf").read_bytes() == (tmp_path / "二.pdf").read_bytes()
    assert b"D:20230425080800" in (tmp_path / "一.pdf").read_bytes()


@pytest.mark.parametrize("damage", ["cut", "shifted", "page lost"])
def test_a_damaged_pdf_is_noticed(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "表.pdf"
    write_pdf(printed_annex_2(3), path, made_at=MADE_AT)
    data = path.read_bytes()
    spoilt = {
        "cut": data[:-200],
        "shifted": data.replace(b"1 0 obj", b" 1 0 obj", 1),
        "page lost": data.replace(b"/Type /Page\n", b"/Type /Pane\n"),
    }
    path.write_bytes(spoilt[damage])
    assert pdf_faults(path, 1)


def test_the_text_can_be_copied_and_every_page_has_heads_and_number(tmp_path: Path) -> None:
    deliver_pdf(printed_annex_2(45), tmp_path / "表.pdf", made_at=MADE_AT)
    pages = copied(tmp_path / "表.pdf").split("\f")[:-1]
    assert all("检查企业" in page and f"第 {number} 页，共 {len(pages)} 页" in page for number, page in enumerate(pages, start=1))
    assert "岚桥区样例44号铸造有限公司" in pages[-1]


def test_rare_characters_are_drawn_and_copied_as_themselves(tmp_path: Path) -> None:
    drawn = deliver_pdf(printed_annex_1(RARE), tmp_path / "表.pdf", made_at=MADE_AT)
    assert drawn.missing == ()
    assert RARE in copied(tmp_path / "表.pdf")


def test_a_character_that_no_font_has_is_marked_and_reported(tmp_path: Path) -> None:
    drawn = deliver_pdf(printed_annex_1("周\U00020bb7", "王\U00020bb7"), tmp_path / "表.pdf", made_at=MADE_AT)
    assert drawn.missing == ("\U00020bb7",)
    assert any("1 个字没有字形" in line for line in warnings(drawn))
    assert "周〓" in copied(tmp_path / "表.pdf")


def test_the_map_writes_surrogate_pairs_and_reportlab_still_does_not() -> None:
    assert "<01> <D872DF4E>" in tounicode.to_unicode_map("F", [0x20, 0x2CB4E])
    assert "<2CB4E>" in tounicode.ORIGINAL("F", [0x20, 0x2CB4E]), "reportlab is mended: remove tounicode.py"


def test_the_map_has_no_block_of_more_than_a_hundred() -> None:
    text = tounicode.to_unicode_map("F", list(range(256)))
    assert [line for line in text.splitlines() if line.endswith(" beginbfchar")] == ["100 beginbfchar", "100 beginbfchar", "56 beginbfchar"]


def test_a_damaged_font_of_the_pc_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "simfang.ttf").write_bytes(b"not a font")
    monkeypatch.setattr(fonts, "_windows_folders", lambda: (tmp_path,))
    glyphs._chain.cache_clear()
    try:
        assert fonts.files_for(fonts.BODY)[0] == tmp_path / "simfang.ttf"
        assert Glyphs().runs(fonts.BODY, "柳溪镇") == [("NotoSerifSC-Regular", "柳溪镇")]
    finally:
        glyphs._chain.cache_clear()


def test_on_windows_a_missing_official_font_gives_way_and_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "simhei.ttf").touch()
    monkeypatch.setattr(fonts, "_windows_folders", lambda: (tmp_path,))
    assert (fonts.name_for(fonts.TITLE), fonts.name_for(fonts.HEAD)) == ("宋体", "黑体")
    assert warnings() == (
        "本机没有仿宋_GB2312，文件里用仿宋代替",
        "本机没有方正小标宋简体，文件里用宋体代替",
        "本机没有楷体_GB2312，文件里用楷体代替",
    )


def test_without_any_font_the_trouble_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "files_for", lambda _role: (tmp_path / "none.ttf",))
    glyphs._chain.cache_clear()
    try:
        with pytest.raises(FontMissing) as caught:
            deliver_pdf(printed_annex_3(), tmp_path / "表.pdf", made_at=MADE_AT)
    finally:
        glyphs._chain.cache_clear()
    assert isinstance(caught.value, Problem)
    assert list(tmp_path.iterdir()) == []


def test_a_long_register_can_be_stopped_between_pages(tmp_path: Path) -> None:
    def stop(done: int, total: int | None = None, note: str = "") -> None:
        if done == 2 and total and note == "企业名录":
            raise Cancelled

    printed = Printed(ENTERPRISE_LIST, [{"name": f"样例{index}公司"} for index in range(300)])
    with pytest.raises(Cancelled):
        deliver_pdf(printed, tmp_path / "册.pdf", made_at=MADE_AT, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_a_watermark_changes_the_look_but_not_the_pages(tmp_path: Path) -> None:
    printed = printed_annex_2(9)
    plain = deliver_pdf(printed, tmp_path / "一.pdf", made_at=MADE_AT)
    marked = deliver_pdf(replace(printed, watermark="草稿"), tmp_path / "二.pdf", made_at=MADE_AT)
    assert plain == marked
    assert "草稿" in copied(tmp_path / "二.pdf").replace("\n", "")
