"""The files of a package: 681 enterprises, 5,141 findings, written and read back.

The reference writes the same cells with the same styles through openpyxl's
write-only book and reads them back, and the same pages through platypus as
flowing tables. A tenth of the size tells how the time grows.
"""

from __future__ import annotations

import itertools
import random
import shutil
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.worksheet import Worksheet
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, TableStyle

import resources
from models.annexes import CATEGORIES, LEVELS
from services import migrate, packages
from services.exports.layout import POINTS_PER_MM, Layout, lay_out
from services.exports.printed import Printed, cells
from services.packages import Contents
from tests import make
from tests.bench.bars import Figure, alternate, timed

ENTERPRISES, FINDINGS = 681, 5_141
_TENTH = 10
_HAZARD = "配电箱没有接地，电缆敷设不规范，临时用电没有审批；现场安全警示标志缺失"
_FONT = "bench"
_THIN = Border(**dict.fromkeys(("left", "right", "top", "bottom"), Side(style="thin")))


def measure_papers(folder: Path, *, rounds: int) -> list[Figure]:
    """Write the package of a whole district in both ways, then a tenth of it."""
    pdfmetrics.registerFont(TTFont(_FONT, str(resources.path("fonts", "NotoSerifSC-Regular.ttf"))))
    told: list[float] = []
    with timed(told):
        contents = _contents(folder / "whole", ENTERPRISES, FINDINGS)
    figure = Figure(
        f"files of a package ({ENTERPRISES} enterprises, {FINDINGS:,} findings)", reference="openpyxl write-only + platypus", bar=1.5
    )
    places = itertools.count()

    def ours() -> None:
        target = folder / f"ours-{next(places)}"
        with timed(figure.ours_ms):
            packages.produce(contents, target=target)
        shutil.rmtree(target)

    def reference() -> None:
        target = folder / f"theirs-{next(places)}"
        target.mkdir()
        with timed(figure.reference_ms):
            _reference(contents, target)
        shutil.rmtree(target)

    alternate(rounds, ours, reference)
    small = _contents(folder / "tenth", ENTERPRISES // _TENTH, FINDINGS // _TENTH)
    tenth = Figure("ten times the size", list(figure.ours_ms), "ten times a tenth of it", bar=1.2)
    for _round in range(rounds):
        target = folder / f"small-{next(places)}"
        one: list[float] = []
        with timed(one):
            packages.produce(small, target=target)
        tenth.reference_ms.append(one[0] * _TENTH)
    rows = sum(len(one.rows) for one in contents.registers)
    figure.notes = [f"{len(contents.registers)} tables, {rows:,} rows; made in {statistics.median(told) / 1000:.0f} s"]
    return [figure, tenth]


def _contents(folder: Path, enterprises: int, findings: int) -> Contents:
    """Return what the package of an invented district says."""
    dice = random.Random(7)
    with migrate.open_store(folder, operator="bench") as store:
        with store.write("bench") as session:
            campaign = make.campaign(session)
            make.group(session, campaign)
            shares = [findings // enterprises + (place < findings % enterprises) for place in range(enterprises)]
            for place, share in enumerate(shares):
                name, day = f"岚桥区样例{place:03d}号精密机械制造有限公司", date(2023, 4, 3) + timedelta(days=place % 15)
                make.enterprise(session, name, credit_code=None, town=("柳溪镇", "石坪镇")[place % 2])
                make.visit(session, campaign, name, checked_on=day, entered_on=day, platform_no=f"LQ{place:04d}")
                for _one in range(share):
                    level = LEVELS[dice.random() < 0.02]
                    make.finding(
                        session, campaign, name, hazard=_HAZARD, category=dice.choice(CATEGORIES), level=level,
                        person="钱样例", phone="19900000009", due=day + timedelta(days=7), basis="安全生产法第三十六条",
                    )  # fmt: skip
        with store.snapshot() as session:
            return packages.gather(session, campaign_id=campaign, operator="bench", draft=True, as_of=date(2023, 4, 26))


def _reference(contents: Contents, target: Path) -> None:
    shown = {**contents.tables, **contents.lists, "体检单": contents.sheet}
    for number, printed in enumerate(shown.values()):
        if printed is not contents.sheet:
            _book([printed], target / f"{number}.xlsx")
        _flow(printed, target / f"{number}.pdf")
    _book(contents.registers, target / "all.xlsx")


def _book(tables: Sequence[Printed], path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    for number, printed in enumerate(tables):
        sheet = book.create_sheet(f"{number}")
        font, middle = Font(name="仿宋", size=10.5), Alignment(horizontal="center", vertical="center", wrap_text=True)
        for row in (tuple(_head(printed)), *_values(printed)):
            sheet.append([_styled(sheet, value, font, middle) for value in row])
    book.save(path)
    again = openpyxl.load_workbook(path)
    for printed, sheet in zip(tables, again.worksheets, strict=True):
        found = [tuple(row) for row in sheet.iter_rows(min_row=2, values_only=True)]
        wanted = [tuple(value if value != "" else None for value in row) for row in _values(printed)]
        assert found == wanted


def _styled(sheet: Worksheet, value: object, font: Font, middle: Alignment) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=value)
    cell.font, cell.alignment, cell.border = font, middle, _THIN
    cell.number_format = "0" if isinstance(value, int) else "@"
    return cell


def _head(printed: Printed) -> Iterable[str]:
    return (column.title.replace("\n", "") for column in printed.form.columns)


def _values(printed: Printed) -> list[tuple[object, ...]]:
    return [tuple(int(c.number) if c.number is not None and not c.decimals else c.text for c in row) for row in cells(printed)]


def _flow(printed: Printed, path: Path) -> None:
    layout: Layout = lay_out(replace(printed, rows=printed.rows[:1]), cells(replace(printed, rows=printed.rows[:1])))
    paper = layout.paper
    size = (paper.width_mm * POINTS_PER_MM, paper.height_mm * POINTS_PER_MM)
    style = ParagraphStyle(
        "cell", fontName=_FONT, fontSize=layout.size_pt * layout.scale, leading=layout.size_pt * layout.scale * 1.45, wordWrap="CJK"
    )
    texts = [tuple(_head(printed)), *([cell.text for cell in row] for row in cells(printed))]
    rows = [[Paragraph(escape(text), style) for text in row] for row in texts]
    widths = [width * layout.scale * POINTS_PER_MM for width in layout.widths_mm]
    table = LongTable(rows, colWidths=widths, repeatRows=1, style=TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black")]))
    margin = paper.margin_mm * POINTS_PER_MM
    SimpleDocTemplate(str(path), pagesize=size, leftMargin=margin, rightMargin=margin, topMargin=margin, bottomMargin=margin).build([table])
