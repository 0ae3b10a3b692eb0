"""Makes the package: all files in a partial folder, read back, compared, renamed.

The folder gets its final, versioned name only when every file in it was
opened again and agreed; an old package is never overwritten.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Package
from services import attachments, checks, clock, history, unfinished
from services.checks import Check
from services.dbfile import sync_folder
from services.errors import FileTrouble, Refused
from services.exports import archive, template
from services.exports.deliver import (
    deliver_book,
    deliver_bytes,
    deliver_document_pdf,
    deliver_pdf,
    deliver_report,
    deliver_sheets,
    deliver_workbook,
    warnings,
)
from services.exports.printed import Printed
from services.packages import differences, frozen, letters, templates
from services.packages.contents import Contents
from services.paths import DataFolder, require_space
from services.progress import Progress, silent

MANIFEST = unfinished.CHECKSUMS
FACTS = "清单.json"
SHEET = "报送前体检单"
REPORT = "工作总结报告"
CHANGES = "与上一版的差别"
COVER = letters.COVER
# A name within the folder is at most so long, its temporary neighbour included.
LONGEST_PATH, LONGEST_NAME = archive.LONGEST_PATH, 96
APART = "分表"


class PathTooLong(FileTrouble):
    """The files would lie deeper than the system can reach."""

    code = "path_too_long"
    template = "文件夹“{path}”太深，里面的文件连路径会有 {count} 字，这台电脑最多 {most} 字，没有打包。"
    mend = "换一个浅一点的文件夹，比如盘符下面的“报送”。"


class NoFolder(FileTrouble):
    """What should be the folder of the packages is a file."""

    code = "target_is_a_file"
    template = "“{path}”（或它的上级）是一个文件，不是文件夹，没有打包。"
    mend = "选一个文件夹，或写一个还没有的名字，再打包。"


class Blocked(Refused):
    """Pre-flight stands in the way; nothing was written."""

    code = "preflight_blocked"
    template = "报送前体检还有 {count} 项必须改，没有打包：{first}"
    mend = "按体检单逐项改好；确有理由的用豁免写明，或先出草稿。"

    def __init__(self, issues: list[Check]) -> None:
        """Keep the issues that block."""
        super().__init__(count=len(issues), first=issues[0].told)
        self.issues = tuple(issues)

    def as_json(self) -> dict[str, object]:
        """Return the document with the blocking issues."""
        listed = [{"rule": c.rule, "message": c.told, "place": c.place, "entity": c.entity, "uid": c.uid} for c in self.issues]
        return {**super().as_json(), "issues": listed}


@dataclass(frozen=True)
class Made:
    """A package on disk.

    Attributes:
        folder: Its folder, under the final name.
        zip: The archive beside it.
        files: Name, SHA-256 and rows of each file.
        notes: What should be said once (fonts, glyphs).
        noted: Where it was noted as unfinished; `services.unfinished.end` crosses it out.
    """

    folder: Path
    zip: Path
    files: tuple[dict[str, Any], ...]
    contents: Contents
    notes: tuple[str, ...]
    noted: unfinished.Place

    def as_json(self) -> dict[str, Any]:
        """Return the package/1 document."""
        return {
            "schema": "package/1",
            "path": str(self.folder),
            "zip": str(self.zip),
            "version": self.contents.version or None,
            "draft": self.contents.version == 0,
            "supplement": self.contents.supplement,
            "difference": self.contents.difference.words if self.contents.difference else None,
            "files": list(self.files),
            "totals": self.contents.totals,
            "history_head": self.contents.history_head,
            "notes": list(self.notes),
        }


def produce(contents: Contents, *, target: Path, data: DataFolder | None = None, progress: Progress = silent) -> Made:
    """Write the package into a new folder under `target`.

    Args:
        contents: What it says, from one snapshot.
        target: Folder that gets the package's own folder and the zip.
        data: Where it is noted until the caller has recorded it; None for one that is never recorded.
        progress: Told after each file; may stop the work.

    Raises:
        Blocked: Unwaived blocking issues, and it is no draft.
        PathTooLong: The folder lies too deep.
        BrokenTemplate: The report's template has fields that cannot be filled.
        FileTrouble: A file cannot be written or does not read back.
        Cancelled: The user stopped it; nothing is left.
    """
    stopping = checks.blocking(contents.checks)
    if stopping and contents.version:
        raise Blocked(stopping)
    templates.require_sound(contents.template.path)
    require_target(target)
    require_space(target)
    folder = archive.free_name(target / archive.safe_name(_folder_name(contents)))
    partial = target / f".{folder.name}.partial-{uuid.uuid4().hex[:8]}"
    zip_path = folder.with_name(f"{folder.name}.zip")
    if (count := len(str(partial)) + 1 + LONGEST_NAME) > LONGEST_PATH:
        raise PathTooLong(path=archive.told(target), count=count, most=LONGEST_PATH)
    place = unfinished.Place(str(partial), str(folder), str(zip_path), contents.version)
    renamed = False
    try:
        if data is not None:
            unfinished.begin(data, place)
        partial.mkdir(parents=True)
        files, notes = _write_all(contents, partial, progress)
        _write_texts(contents, partial, files, archive_name=zip_path.name)
        _write_manifest(partial)
        archive.write_zip(partial, partial.with_suffix(".zip"), progress=progress)
        renamed = True
        partial.rename(folder)
        partial.with_suffix(".zip").replace(zip_path)
        sync_folder(target)  # the version is recorded after this; a power failure must not take the names back
    except OSError as err:
        _clear(partial, folder if renamed else None)
        _cross_out(data, place)
        raise archive.trouble(err, folder) from err
    except BaseException:
        _clear(partial, folder if renamed else None)
        _cross_out(data, place)
        raise
    return Made(folder, zip_path, tuple(files), contents, notes, place)


def _cross_out(data: DataFolder | None, place: unfinished.Place) -> None:
    if data is not None:
        unfinished.end(data, place)


def record(session: Session, *, made: Made) -> None:
    """Freeze a package as a version; a draft is only noted as an export.

    Args:
        session: Session of a write.
        made: What was written.
    """
    files = [dict(file) for file in made.files]
    if made.contents.version == 0:
        history.describe(session, kind="export", folder=made.folder.name, files=files)
        return
    session.add(
        Package(
            campaign_id=made.contents.campaign_id,
            version=made.contents.version,
            name=made.folder.name,
            files=files,
            totals=made.contents.totals,
            waivers=dict(made.contents.waivers) or None,
            history_head=made.contents.history_head,
        )
    )
    history.describe(session, kind="package", label=f"生成报送包（第{made.contents.version}版）", folder=made.folder.name)


def keep_frozen(folder: DataFolder, *, made: Made) -> None:
    """Keep the data of a version, for the next one to be compared with.

    Raises:
        FileTrouble, DiskFull: It cannot be kept.
    """
    if made.contents.version:
        attachments.keep(folder, made.folder / frozen.JSON_NAME)


def discard(made: Made) -> None:
    """Remove a package that could not be recorded; no half package stays."""
    shutil.rmtree(made.folder, ignore_errors=True)
    with suppress(OSError):
        made.zip.unlink(missing_ok=True)


def require_target(target: Path) -> None:
    """Make the folder that will get the package, before any long work.

    Raises:
        FileTrouble: It is a file, or cannot be made or written.
    """
    try:
        target.mkdir(parents=True, exist_ok=True)
        probe = target / f".{uuid.uuid4().hex}.partial"
        probe.touch()
        probe.unlink()
    except OSError as err:
        if isinstance(err, FileExistsError | NotADirectoryError):
            raise NoFolder(path=archive.told(target)) from err
        raise archive.trouble(err, target) from err


def recorded(session: Session, *, made: Made) -> bool:
    """Return whether a package was frozen as a version."""
    query = select(Package.id).where(Package.campaign_id == made.contents.campaign_id, Package.name == made.folder.name)
    return session.scalar(query.limit(1)) is not None


def export_form(printed: Printed, *, target: Path) -> None:
    """Write one table as the suffix of the target says: .xlsx or .pdf.

    Raises:
        FileTrouble: Another suffix, or it cannot be written.
    """
    made_at = clock.now()
    if target.suffix.lower() == ".xlsx":
        deliver_workbook(printed, target, made_at=made_at)
    elif target.suffix.lower() == ".pdf":
        deliver_pdf(printed, target, made_at=made_at)
    else:
        raise archive.WrongSuffix(path=target.name, suffixes=".xlsx 或 .pdf")


@dataclass
class _Writer:
    """Writes the files of one package and remembers them."""

    contents: Contents
    folder: Path
    progress: Progress
    total: int
    files: list[dict[str, Any]] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.made_at = clock.now()

    def place(self, name: str) -> Path:
        """Return where a file of this name goes."""
        return self.folder / archive.safe_name(name)

    def done(self, path: Path, rows: int) -> None:
        """Note a file that is in place."""
        name = path.relative_to(self.folder).as_posix()
        self.files.append({"name": name, "sha256": archive.sha256_of(path), "rows": rows})
        self.progress(len(self.files), self.total, path.name)

    def table(self, name: str, printed: Printed, *, on_paper: Printed | None = None) -> None:
        """Write a table as workbook and PDF."""
        path = self.place(f"{name}.xlsx")
        deliver_workbook(printed, path, made_at=self.made_at)
        self.done(path, len(printed.rows))
        self.paper(name, on_paper or printed)

    def paper(self, name: str, printed: Printed) -> None:
        """Write a table as PDF alone."""
        path = self.place(f"{name}.pdf")
        drawn = deliver_pdf(printed, path, made_at=self.made_at)
        self.notes.update(dict.fromkeys(warnings(drawn)))
        self.done(path, len(printed.rows))

    def report(self) -> None:
        """Write the report from its template, and its PDF twin."""
        contents, path = self.contents, self.place(f"{REPORT}.docx")
        data = template.render(contents.report, contents.values, template=contents.template.path, made_at=self.made_at)
        whole = contents.template.path == template.SHIPPED
        deliver_bytes(data, path, lambda written: template.report_faults(written, contents.report, whole=whole))
        self.done(path, len(contents.report.sections))
        twin = path.with_suffix(".pdf")
        drawn = deliver_document_pdf(data, twin, title=contents.report.title, made_at=self.made_at)
        self.notes.update(dict.fromkeys(warnings(drawn)))
        self.done(twin, len(contents.report.sections))

    def apart(self, unit: str, tables: Sequence[Printed]) -> None:
        """Write a unit's own annexes, as one workbook and one PDF."""
        (self.folder / APART).mkdir(exist_ok=True)
        path, title = self.folder / APART / archive.safe_name(f"{unit}.xlsx"), f"{unit} {APART}"
        rows = sum(len(one.rows) for one in tables)
        deliver_sheets(tables, path, title=title, made_at=self.made_at)
        self.done(path, rows)
        twin = path.with_suffix(".pdf")
        self.notes.update(dict.fromkeys(warnings(deliver_book(tables, twin, title=title, made_at=self.made_at))))
        self.done(twin, rows)

    def letter(self) -> None:
        """Write the covering letter, which names all papers before it."""
        written = letters.letter(self.contents, [str(file["name"]) for file in self.files])
        path = self.place(f"{letters.LETTER}.docx")
        deliver_report(written, path, made_at=self.made_at)
        self.done(path, 1)

    def snapshot(self) -> None:
        """Write the frozen data, as JSON and as one workbook."""
        path = self.place(frozen.JSON_NAME)
        _write_text(path, frozen.text(self.contents.data))
        self.done(path, sum(len(one.rows) for one in self.contents.registers))
        path = self.place(frozen.XLSX_NAME)
        deliver_sheets(self.contents.registers, path, title="数据快照", made_at=self.made_at)
        self.done(path, sum(len(one.rows) for one in self.contents.registers))


def _write_all(contents: Contents, folder: Path, progress: Progress) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    tables = {**contents.tables, **contents.lists, **contents.public}
    pairs = len(tables) + len(contents.by_unit)
    writer = _Writer(contents, folder, progress, total=2 * pairs + (8 if contents.difference else 6))
    for name, printed in tables.items():
        writer.table(name, printed)
    for unit, own in contents.by_unit.items():
        writer.apart(unit, own)
    writer.report()
    writer.paper(SHEET, contents.sheet)
    if contents.difference is not None:
        whole = differences.printed(contents.difference, contents.sheet)
        writer.table(CHANGES, whole, on_paper=differences.one_page(whole, workbook=f"{CHANGES}.xlsx"))
        writer.files[-1]["words"] = contents.difference.words
    writer.letter()
    writer.snapshot()
    return writer.files, tuple(writer.notes)


def _write_texts(contents: Contents, folder: Path, files: list[dict[str, Any]], *, archive_name: str) -> None:
    names = [str(file["name"]) for file in files]
    _write_text(folder / letters.COVER, letters.cover(contents, files, manifest=MANIFEST))
    _write_text(folder / letters.MAIL, letters.mail(contents, names, archive=archive_name))
    facts = {"campaign": contents.campaign, "version": contents.version or None, "files": files, "totals": contents.totals}
    _write_text(folder / FACTS, json.dumps({**facts, "history_head": contents.history_head}, ensure_ascii=False, indent=1) + "\n")


def _write_manifest(folder: Path) -> None:
    lines = [f"{sha256}  {name}" for name, sha256, _size in archive.manifest(folder)]
    _write_text(folder / MANIFEST, "\n".join(lines) + "\n")


def _write_text(path: Path, text: str) -> None:
    def verify(written: Path) -> None:
        if written.read_text(encoding="utf-8") != text:
            raise archive.NotVerified(path=str(path), why="文字不同")

    def write(place: Path) -> None:
        place.write_bytes(text.encode())

    archive.atomic_write(path, write, verify)


def _folder_name(contents: Contents) -> str:
    moment = clock.now()
    named = "草稿" if contents.version == 0 else f"第{contents.version}版{'补报' if contents.supplement else ''}"
    return f"报送包_{contents.campaign[:30]}_{named}_{moment:%m%d-%H%M}"


def _clear(partial: Path, folder: Path | None) -> None:
    packed = partial.with_suffix(".zip")
    shutil.rmtree(partial, ignore_errors=True)
    with suppress(OSError):
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
            if not packed.exists():  # it has its final name already
                folder.with_name(f"{folder.name}.zip").unlink(missing_ok=True)
        packed.unlink(missing_ok=True)
