"""Annexes as they come out of the printer: pages made into pictures and measured.

A rule must stand where the layout says, in millimetres; no ink may lie outside
the margins or cross the frame of the table.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.annexes import CATEGORIES
from services.exports.deliver import deliver_pdf, deliver_workbook
from services.exports.layout import POINTS_PER_MM, Layout, lay_out, pages
from services.exports.printed import Printed, cells
from tests.golden.printed_samples import LONG_NAME, MADE_AT, printed_annex_1, printed_annex_2, printed_annex_3

DPI = 120
MM = DPI / 25.4
DARK = 128
LONG_TEXT = "有限空间作业未落实先通风、再检测、后作业，现场没有监护人员，也没有配备气体检测和应急救援器材。" * 12

CASES = {
    "annex 1, padded to six rows": printed_annex_1("周样例", "买合木提·样例"),
    "annex 1, forty people": printed_annex_1(*(f"样例{n:02d}" for n in range(40))),
    "annex 2, empty, padded to seven": printed_annex_2(0),
    "annex 2, 48 visits": printed_annex_2(48),
    "annex 2, a total row": printed_annex_2(30, total=True),
    "annex 2, nine categories, long names": printed_annex_2(24, CATEGORIES[:9], name=LONG_NAME),
    "annex 2, one category": printed_annex_2(12, CATEGORIES[:1]),
    "annex 3, empty, padded to four": printed_annex_3(),
    "annex 3, long text": printed_annex_3(*range(1_000_000, 9_000_000, 1_000_000), violation=LONG_TEXT),
}

pytestmark = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="pdftoppm is not on this machine")


def pictures(pdf: Path) -> list[np.ndarray]:
    """Return each page as a field of True where there is ink."""
    subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", "-png", str(pdf), str(pdf.with_suffix(""))], check=True)
    return [np.asarray(Image.open(path).convert("L")) < DARK for path in sorted(pdf.parent.glob(f"{pdf.stem}-*.png"))]


def long_lines(ink: np.ndarray, least_px: float) -> list[float]:
    """Return the middle of each column of pixels that holds an unbroken line of at least this length."""
    padded = np.zeros((ink.shape[0] + 2, ink.shape[1]), dtype=np.int32)
    longest = np.zeros(ink.shape[1], dtype=np.int32)
    for row in range(ink.shape[0]):
        padded[row + 1] = np.where(ink[row], padded[row] + 1, 0)
        np.maximum(longest, padded[row + 1], out=longest)
    found: list[list[int]] = []
    for place in np.flatnonzero(longest >= least_px):
        if found and place - found[-1][-1] <= 1:
            found[-1].append(int(place))
        else:
            found.append([int(place)])
    return [sum(group) / len(group) for group in found]


def edges_mm(layout: Layout) -> Iterator[float]:
    """Yield where the upright rules stand, from the left of the paper."""
    left = (layout.paper.width_mm - layout.width_mm * layout.scale) / 2
    yield left
    for width in layout.widths_mm:
        left += width * layout.scale
        yield left


@pytest.mark.parametrize("printed", CASES.values(), ids=CASES.keys())
def test_rules_stand_where_the_layout_says_and_no_ink_leaves_the_page(tmp_path: Path, printed: Printed) -> None:
    deliver_pdf(printed, tmp_path / "表.pdf", made_at=MADE_AT)
    layout = lay_out(printed, cells(printed))
    shared = pages(layout, label=bool(printed.label))
    drawn = pictures(tmp_path / "表.pdf")
    assert len(drawn) == len(shared)
    edges = list(edges_mm(layout))
    for ink, lines in zip(drawn, shared, strict=True):
        assert abs(ink.shape[1] / MM - layout.paper.width_mm) < 0.3
        margin = layout.paper.margin_mm
        assert not ink[: round((margin - 0.3) * MM)].any(), "ink above the margin"
        assert not ink[:, : round((edges[0] - 0.3) * MM)].any(), "ink left of the table"
        assert not ink[:, round((edges[-1] + 0.3) * MM) :].any(), "ink right of the table"
        foot = ink[round((layout.paper.height_mm - margin + 0.3) * MM) : round((layout.paper.height_mm - 15) * MM)]
        assert not foot.any(), "ink between the last row and the page number"
        if lines:
            shortest = min(line.height_pt for line in lines) * layout.scale / POINTS_PER_MM * MM
            found = [place / MM for place in long_lines(ink, shortest * 0.9)]
            for wanted in edges:
                assert min(abs(wanted - place) for place in found) < 0.3, f"no rule at {wanted:.1f} mm"


@pytest.mark.parametrize("printed", CASES.values(), ids=CASES.keys())
def test_rows_have_the_height_that_was_measured_for_their_text(tmp_path: Path, printed: Printed) -> None:
    deliver_pdf(printed, tmp_path / "表.pdf", made_at=MADE_AT)
    layout = lay_out(printed, cells(printed))
    first = pages(layout, label=bool(printed.label))[0]
    ink = pictures(tmp_path / "表.pdf")[0]
    found = [place / MM for place in long_lines(ink.T, layout.width_mm * layout.scale * MM * 0.98)]
    top = layout.paper.margin_mm
    above = layout.title_height_pt + layout.facts_height_pt + (layout.label_height_pt if printed.label else 0)
    place = top + (above + sum(layout.head_heights_pt)) * layout.scale / POINTS_PER_MM
    for line in first:
        assert min(abs(place - one) for one in found) < 0.3, f"no rule at {place:.1f} mm"
        place += line.height_pt * layout.scale / POINTS_PER_MM
    assert min(abs(place - one) for one in found) < 0.3


def test_the_head_stands_on_every_page_of_rows(tmp_path: Path) -> None:
    deliver_pdf(CASES["annex 2, 48 visits"], tmp_path / "表.pdf", made_at=MADE_AT)
    count = len(pictures(tmp_path / "表.pdf"))
    for number in range(1, count + 1):
        words = ["pdftotext", "-raw", "-f", str(number), "-l", str(number), str(tmp_path / "表.pdf"), "-"]
        text = subprocess.run(words, capture_output=True, check=True).stdout.decode()
        assert "检查企业" in text.replace("\n", "")
        assert f"第 {number} 页，共 {count} 页" in text


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on this machine")
def test_another_program_prints_the_workbook_on_as_many_pages_with_nothing_cut(tmp_path: Path) -> None:
    printed = replace(CASES["annex 2, 48 visits"], watermark="草稿")
    deliver_workbook(printed, tmp_path / "表.xlsx", made_at=MADE_AT)
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    words = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "表.xlsx")]
    subprocess.run(words, check=True, capture_output=True, timeout=240)
    drawn = pictures(tmp_path / "表.pdf")
    layout = lay_out(printed, cells(printed))
    assert abs(len(drawn) - len(pages(layout, label=True))) <= 1
    for ink in drawn:
        assert abs(ink.shape[1] / MM - 297) < 0.5
        inked = np.flatnonzero(ink.any(axis=0)) / MM
        assert inked[0] > 15
        assert inked[-1] < 297 - 15
