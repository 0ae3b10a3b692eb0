"""Write a file, read it back, compare, and only then put it in place.

These are the functions that everything else calls; the writers beside this
file only draw. A file that does not read back as it should is not kept.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import openpyxl
from docx.opc.exceptions import PackageNotFoundError

from services.exports import flow, fonts, pdf, word, workbook
from services.exports.archive import NotVerified, atomic_write
from services.exports.printed import Printed
from services.progress import Progress, silent

TABLE_SUFFIXES = (".xlsx", ".pdf")


def deliver_workbook(printed: Printed, target: Path, *, made_at: datetime) -> None:
    """Put a table as verified xlsx in place.

    Args:
        printed: The table.
        target: Final place.
        made_at: Moment stored in the file.

    Raises:
        FileTrouble: It cannot be written or does not read back; an old file stays.
    """
    names = {index: column.title.replace("\n", "") for index, column in enumerate(printed.form.columns)}

    def verify(path: Path) -> None:
        try:
            found = workbook.read_grid(path, printed.form)
        except (ValueError, KeyError, zipfile.BadZipFile) as err:
            raise NotVerified(path=str(target), why="打不开或没有表头") from err
        why = workbook.as_differences(workbook.stored(printed), found, names)
        if why:
            raise NotVerified(path=str(target), why=why)

    atomic_write(target, lambda path: workbook.write_workbook(printed, path, made_at=made_at), verify)


def deliver_sheets(tables: Sequence[Printed], target: Path, *, title: str, made_at: datetime) -> None:
    """Put several tables as one verified xlsx in place, a sheet each.

    Args:
        tables: In the order of the sheets.
        target: Final place.
        title: Kept in the file.
        made_at: Moment stored in the file.

    Raises:
        FileTrouble: It cannot be written or does not read back; an old file stays.
    """

    def verify(path: Path) -> None:
        try:
            sheets = openpyxl.load_workbook(path).worksheets
            found = [workbook.grid_of(sheet, one.form) for sheet, one in zip(sheets, tables, strict=True)]
        except (ValueError, KeyError, zipfile.BadZipFile) as err:
            raise NotVerified(path=str(target), why="打不开或没有表头") from err
        for grid, one in zip(found, tables, strict=True):
            names = {index: column.title.replace("\n", "") for index, column in enumerate(one.form.columns)}
            why = workbook.as_differences(workbook.stored(one), grid, names)
            if why:
                raise NotVerified(path=str(target), why=f"“{one.label or one.form.title}”{why}")

    atomic_write(target, lambda path: workbook.write_book(tables, path, title=title, made_at=made_at), verify)


def deliver_bytes(data: bytes, target: Path, check: Callable[[Path], str]) -> None:
    """Put a finished file in place once a look into it finds nothing wrong.

    Args:
        data: The whole file.
        target: Final place.
        check: Reads the written file; returns what is wrong, or "".

    Raises:
        FileTrouble: It cannot be written or is wrong; an old file stays.
    """

    def verify(path: Path) -> None:
        why = check(path)
        if why:
            raise NotVerified(path=str(target), why=why)

    atomic_write(target, lambda path: path.write_bytes(data), verify)


def deliver_document_pdf(data: bytes, target: Path, *, title: str, made_at: datetime) -> pdf.Drawn:
    """Put the PDF twin of a docx in place; return pages and characters without glyph.

    Args:
        data: The docx.
        target: Final place.
        title: Kept in the file.
        made_at: Moment stored in the file.

    Raises:
        FileTrouble: It cannot be written or does not read back; an old file stays.
    """
    return _drawn(target, lambda path: flow.write_document_pdf(data, path, title=title, made_at=made_at))


def deliver_pdf(printed: Printed, target: Path, *, made_at: datetime, progress: Progress = silent) -> pdf.Drawn:
    """Put a table as PDF in place; return pages and characters without glyph.

    Args:
        printed: The table.
        target: Final place.
        made_at: Moment stored in the file.
        progress: Told after each page; may stop the work.

    Raises:
        FileTrouble: It cannot be written or does not read back; an old file stays.
        Cancelled: The user stopped it.
    """
    return _drawn(target, lambda path: pdf.write_pdf(printed, path, made_at=made_at, progress=progress))


def deliver_book(parts: Sequence[Printed], target: Path, *, title: str, made_at: datetime, progress: Progress = silent) -> pdf.Drawn:
    """Put tables as one PDF in place; return pages and characters without glyph.

    Args:
        parts: The tables, in order.
        target: Final place.
        title: Title that the file carries.
        made_at: Moment stored in the file.
        progress: Told after each page; may stop the work.

    Raises:
        FileTrouble: It cannot be written or does not read back; an old file stays.
        Cancelled: The user stopped it.
    """
    return _drawn(target, lambda path: pdf.write_book(parts, path, title=title, made_at=made_at, progress=progress))


def deliver_report(report: word.Report, target: Path, *, made_at: datetime) -> None:
    """Put a report as verified docx in place.

    Args:
        report: The report.
        target: Final place.
        made_at: Moment stored in the file.

    Raises:
        FileTrouble: It cannot be written or does not read back; an old file stays.
    """

    def verify(path: Path) -> None:
        try:
            found = word.read_report_text(path)
        except (ValueError, KeyError, zipfile.BadZipFile, PackageNotFoundError) as err:
            raise NotVerified(path=str(target), why="打不开") from err
        if found != word.report_text(report):
            raise NotVerified(path=str(target), why="文字不同")

    atomic_write(target, lambda path: word.write_report(report, path, made_at=made_at), verify)


def warnings(drawn: pdf.Drawn | None = None) -> tuple[str, ...]:
    """Return what the package report must say once about fonts and glyphs.

    Args:
        drawn: Result of a PDF, for characters that no font has.
    """
    found = [f"本机没有{name}，文件里用{fonts.STAND_INS[role]}代替" for role, name in fonts.OFFICE.items() if name in fonts.missing_names()]
    if drawn and drawn.missing:
        found.append(f"PDF 里有 {len(drawn.missing)} 个字没有字形，印作“〓”：{'、'.join(drawn.missing)}")
    return tuple(found)


def _drawn(target: Path, draw: Callable[[Path], pdf.Drawn]) -> pdf.Drawn:
    """Put what `draw` draws in place once its pages are found in it."""
    drawn: list[pdf.Drawn] = []

    def verify(path: Path) -> None:
        why = pdf.pdf_faults(path, drawn[-1].pages)
        if why:
            raise NotVerified(path=str(target), why=why)

    atomic_write(target, lambda path: drawn.append(draw(path)), verify)
    return drawn[-1]
