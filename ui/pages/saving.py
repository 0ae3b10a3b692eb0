"""Where a file goes: the one question of the pages that write one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget


def ask_target(parent: QWidget, title: str, name: str, kind: str) -> Path | None:
    """Ask where a file goes.

    Args:
        parent: Window that the question belongs to.
        title: What is written.
        name: Proposed name; its ending is kept.
        kind: Sort of file, as "表格 (*.xlsx)".

    Returns:
        The place; None if nothing was chosen.
    """
    chosen, _kind = QFileDialog.getSaveFileName(parent, title, name, kind)
    return Path(chosen).with_suffix(Path(name).suffix) if chosen else None
