"""Write a file, read it back, compare, and only then put it in place.

These are the functions that everything else calls; the writers beside this
file only draw. A file that does not read back as it should is not kept.
"""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

from docx.opc.exceptions import PackageNotFoundError

from services.exports import fonts, pdf, word, workbook
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
    drawn: list[pdf.Drawn] = []

    def verify(path: Path) -> None:
        why = pdf.pdf_faults(path, drawn[-1].pages)
        if why:
            raise NotVerified(path=str(target), why=why)

    atomic_write(target, lambda path: drawn.append(pdf.write_pdf(printed, path, made_at=made_at, progress=progress)), verify)
    return drawn[-1]


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
