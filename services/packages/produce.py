"""Makes the package: all files in a partial folder, read back, compared, renamed.

The folder gets its final, versioned name only when every file in it was
opened again and agreed; an old package is never overwritten.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Package
from services import checks, clock, history
from services.checks import Check
from services.dbfile import sync_folder
from services.errors import FileTrouble, Refused
from services.exports import archive
from services.exports.deliver import deliver_pdf, deliver_report, deliver_workbook, warnings
from services.exports.printed import Printed
from services.packages.contents import Contents
from services.paths import require_space
from services.progress import Progress, silent

MANIFEST = "MANIFEST.sha256"
FACTS = "清单.json"
COVER = "报送说明.txt"
SHEET = "报送前体检单"
REPORT = "工作总结报告"
_ON_COVER = ("enterprises", "visits", "findings", "major_hazards", "closed", "rectification_rate", "penalty_items", "proposed_cases")


class Blocked(Refused):
    """Pre-flight stands in the way; nothing was written."""

    code = "preflight_blocked"
    template = "报送前体检还有 {count} 项必须改，没有打包：{first}"
    mend = "按体检单逐项改好；确有理由的用豁免写明，或先出草稿。"

    def __init__(self, issues: list[Check]) -> None:
        """Keep the issues that block."""
        super().__init__(count=len(issues), first=issues[0].message)
        self.issues = tuple(issues)

    def as_json(self) -> dict[str, object]:
        """Return the document with the blocking issues."""
        listed = [{"rule": c.rule, "message": c.message, "entity": c.entity, "uid": c.uid} for c in self.issues]
        return {**super().as_json(), "issues": listed}


@dataclass(frozen=True)
class Made:
    """A package on disk.

    Attributes:
        folder: Its folder, under the final name.
        zip: The archive beside it.
        files: Name, SHA-256 and rows of each file.
        notes: What should be said once (fonts, glyphs).
    """

    folder: Path
    zip: Path
    files: tuple[dict[str, Any], ...]
    contents: Contents
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the package/1 document."""
        return {
            "schema": "package/1",
            "path": str(self.folder),
            "zip": str(self.zip),
            "version": self.contents.version or None,
            "draft": self.contents.version == 0,
            "files": list(self.files),
            "totals": self.contents.totals,
            "history_head": self.contents.history_head,
            "notes": list(self.notes),
        }


def produce(contents: Contents, *, target: Path, waivers: Mapping[str, str] | None = None, progress: Progress = silent) -> Made:
    """Write the package into a new folder under `target`.

    Args:
        contents: What it says, from one snapshot.
        target: Folder that gets the package's own folder and the zip.
        waivers: Reasons given, for the record.
        progress: Told after each file; may stop the work.

    Raises:
        Blocked: Unwaived blocking issues, and it is no draft.
        FileTrouble: A file cannot be written or does not read back.
        Cancelled: The user stopped it; nothing is left.
    """
    stopping = checks.blocking(contents.checks)
    if stopping and contents.version:
        raise Blocked(stopping)
    require_target(target)
    require_space(target)
    folder = archive.free_name(target / archive.safe_name(_folder_name(contents)))
    partial = target / f".{folder.name}.partial-{uuid.uuid4().hex[:8]}"
    zip_path = folder.with_name(f"{folder.name}.zip")
    renamed = False
    try:
        partial.mkdir(parents=True)
        files, notes = _write_all(contents, partial, progress)
        _write_cover(contents, partial, files, waivers or {})
        _write_manifest(partial)
        archive.write_zip(partial, partial.with_suffix(".zip"), progress=progress)
        renamed = True
        partial.rename(folder)
        partial.with_suffix(".zip").replace(zip_path)
        sync_folder(target)  # the version is recorded after this; a power failure must not take the names back
    except OSError as err:
        _clear(partial, folder if renamed else None)
        raise archive.trouble(err, folder) from err
    except BaseException:
        _clear(partial, folder if renamed else None)
        raise
    return Made(folder, zip_path, tuple(files), contents, notes)


def record(session: Session, *, made: Made, waivers: Mapping[str, str] | None = None) -> None:
    """Freeze a package as a version; a draft is only noted as an export.

    Args:
        session: Session of a write.
        made: What was written.
        waivers: Rules waived, with the reason.
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
            waivers=dict(waivers) if waivers else None,
            history_head=made.contents.history_head,
        )
    )
    history.describe(session, kind="package", label=f"生成报送包（第{made.contents.version}版）", folder=made.folder.name)


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
        taken = isinstance(err, FileExistsError | NotADirectoryError)
        why = "（或它的上级）是一个文件，不是文件夹" if taken else "不能写入"
        raise FileTrouble(path=str(target), why=why) from err


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
        raise FileTrouble(path=str(target), why="的类型不对，只能写 .xlsx 或 .pdf")


def _write_all(contents: Contents, folder: Path, progress: Progress) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    made_at = clock.now()
    total = 2 * len(contents.tables) + 2
    files: list[dict[str, Any]] = []
    notes: dict[str, None] = {}

    def done(path: Path, rows: int) -> None:
        files.append({"name": path.name, "sha256": archive.sha256_of(path), "rows": rows})
        progress(len(files), total, path.name)

    for name, printed in contents.tables.items():
        path = folder / archive.safe_name(f"{name}.xlsx")
        deliver_workbook(printed, path, made_at=made_at)
        done(path, len(printed.rows))
        path = path.with_suffix(".pdf")
        drawn = deliver_pdf(printed, path, made_at=made_at)
        notes.update(dict.fromkeys(warnings(drawn)))
        done(path, len(printed.rows))
    path = folder / f"{REPORT}.docx"
    deliver_report(contents.report, path, made_at=made_at)
    done(path, len(contents.report.sections))
    path = folder / f"{SHEET}.pdf"
    deliver_pdf(contents.sheet, path, made_at=made_at)
    done(path, len(contents.sheet.rows))
    return files, tuple(notes)


def _write_cover(contents: Contents, folder: Path, files: list[dict[str, Any]], waivers: Mapping[str, str]) -> None:
    figures = {figure.key: figure for figure in contents.figures}
    open_issues = [check for check in contents.checks if not check.waived and check.level != "I"]
    named = "草稿，不作报送" if contents.version == 0 else f"第{contents.version}版"
    lines = [
        f"{contents.recipient or '审理室'}：",
        f"现报送“{contents.campaign}”材料（{named}），共 {len(files)} 个文件：",
        *(f"{number}. {file['name']}" for number, file in enumerate(files, start=1)),
        "",
        "主要数字（口径见程序“统计数据”）：",
        *(f"{f.name} {'—' if f.value is None else f.value} {f.unit}（{f.definition}）" for f in (figures[key] for key in _ON_COVER)),
        "",
        f"操作记录校验值 {contents.history_head[:16]}；各文件的校验值见 {MANIFEST}。",
    ]
    if open_issues:
        lines += ["", "体检中尚未处理的事项：", *(f"［{checks.LEVELS[c.level]}］{c.place}　{c.message}" for c in open_issues)]
    if waivers:
        lines += ["", "已豁免的规则：", *(f"{rule}：{reason}" for rule, reason in waivers.items())]
    text = "\n".join(lines) + "\n"
    _write_text(folder / COVER, text)
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
    named = "草稿" if contents.version == 0 else f"第{contents.version}版"
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
