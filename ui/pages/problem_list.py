"""问题及处置意见清单 of a visit, from the visit page and from the register."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from services import clock, inspections
from services.errors import Problem
from services.exports import deliver, sheets
from ui import errors
from ui.pages.page import Desk

TARGET = "inspections/list_folder"
KEYS = "Ctrl+P"


def ask_folder(owner: QWidget) -> Path | None:
    """Return where the lists go: as last time, else as chosen now, or None."""
    kept = str(QSettings().value(TARGET) or "")
    if kept and Path(kept).is_dir():
        return Path(kept)
    chosen = QFileDialog.getExistingDirectory(owner, "问题及处置意见清单存到哪个文件夹")
    return Path(chosen) if chosen else None


def print_list(desk: Desk, owner: QWidget, inspection_id: int, *, refused: Callable[[Problem], object] | None = None) -> None:
    """Write the list of a visit as PDF and open it, or say what it lacks.

    Args:
        desk: What may be used of the window.
        owner: Page that asks.
        inspection_id: The visit; it is saved already.
        refused: Told beside the dialog why it was not written.
    """
    folder = ask_folder(owner)
    if folder is None:
        return
    QSettings().setValue(TARGET, str(folder))

    def not_written(problem: Problem) -> None:
        errors.show_problem(owner.window(), problem, what="问题及处置意见清单没有印")
        if refused is not None:
            refused(problem)

    job = desk.tasks.query(_write, inspection_id=inspection_id, folder=folder).on_snapshot()
    job.with_progress("正在写问题清单").then(partial(_written, desk)).failed(not_written).start(owner)


def _write(session: Any, *, inspection_id: int, folder: Path, progress: Any) -> Path:
    row = inspections.load(session, record_id=inspection_id)
    printed = sheets.problem_list(session, inspection_id=inspection_id)
    target = folder / f"问题及处置意见清单_{row['enterprise']}_{row['checked_on']:%Y%m%d}.pdf"
    deliver.deliver_pdf(printed, target, made_at=clock.now(), progress=progress)
    return target


def _written(desk: Desk, target: Path) -> None:
    desk.say(f"已写 {target.name}，在 {target.parent}")
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(target)))
