"""Which template the report is written from: the shipped one, or the office's.

An office's own file is kept like a received one, under its hash, and named
among the options: choosing another can be undone, and a backup has it too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from services import attachments, history, settings
from services.errors import FileTrouble
from services.exports import template
from services.exports.deliver import deliver_bytes
from services.packages.report import names
from services.paths import DataFolder
from services.store import Store

_KEY = "report_template"


class TemplateGone(FileTrouble):
    """The office's own template is no longer in the data folder."""

    code = "template_gone"
    template = "总结模板“{path}”已经不在数据文件夹里。"
    mend = "重新选一次模板，或恢复自带模板。"


@dataclass(frozen=True)
class InForce:
    """The template that reports are written from.

    Attributes:
        path: The docx.
        name: How the office calls it; empty for the shipped one.
    """

    path: Path
    name: str = ""


def in_force(session: Session, *, folder: DataFolder | None) -> InForce:
    """Return the template in force.

    Args:
        session: Session of a read or a snapshot.
        folder: Where the office's own is kept; None takes the shipped one.

    Raises:
        TemplateGone: The office's own is missing.
    """
    chosen = json.loads(settings.text(session, key=_KEY) or "{}")
    if not chosen or folder is None:
        return InForce(template.SHIPPED)
    path = attachments.place(folder, chosen["sha256"])
    if not path.is_file():
        raise TemplateGone(path=chosen["name"])
    return InForce(path, chosen["name"])


def require_sound(path: Path) -> None:
    """Refuse a template with fields that cannot be filled.

    Raises:
        FileMissing, NotAReport: It cannot be opened.
        BrokenTemplate: Names every broken field with its place.
    """
    attachments.require_file(path)
    template.require_sound(path, names())


def choose(session: Session, *, folder: DataFolder, path: Path) -> None:
    """Take an office's own template.

    Args:
        session: Session of a write.
        folder: Where it is kept.
        path: The docx.

    Raises:
        FileMissing, NotAReport: It cannot be opened.
        BrokenTemplate: Names every broken field with its place.
    """
    require_sound(path)
    sha256 = attachments.keep(folder, path)
    attachments.record(session, sha256=sha256, name=path.name, size=path.stat().st_size)
    settings.put(session, key=_KEY, text=json.dumps({"sha256": sha256, "name": path.name}, ensure_ascii=False))
    history.describe(session, label=f"换用总结模板“{path.name}”")


def restore(session: Session) -> None:
    """Go back to the shipped template."""
    settings.put(session, key=_KEY, text="{}")
    history.describe(session, label="恢复自带总结模板")


def save_copy(*, store: Store, target: Path) -> None:
    """Write the template in force to another place, to be edited there.

    Raises:
        TemplateGone: The office's own is missing.
        FileTrouble: It cannot be written.
    """
    with store.read() as session:
        data = in_force(session, folder=store.folder).path.read_bytes()
    deliver_bytes(data, target, lambda written: "" if written.read_bytes() == data else "内容不同")
