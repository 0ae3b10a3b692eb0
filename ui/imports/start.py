"""The first step of an import: choose files, or get forms to send out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from ui.pages.empty import EmptyState, Way

FILTER = "表格文件 (*.xlsx *.xls *.xlsm *.et *.csv *.docx *.txt *.html *.htm);;所有文件 (*)"


def ask_files(parent: QWidget) -> list[Path]:
    """Ask for files to import; empty if nothing was chosen."""
    chosen, _filter = QFileDialog.getOpenFileNames(parent, "选来表", "", FILTER)
    return [Path(name) for name in chosen]


def ask_folder(parent: QWidget, title: str) -> Path | None:
    """Ask for a folder; None if nothing was chosen."""
    chosen = QFileDialog.getExistingDirectory(parent, title)
    return Path(chosen) if chosen else None


def start_page(
    files: Callable[[], object], folder: Callable[[], object], blanks: Callable[[], object], reconcile: Callable[[], object]
) -> EmptyState:
    """Return the first step.

    Args:
        files: Asks for files.
        folder: Asks for a folder.
        blanks: Offers blank forms.
        reconcile: Compares with a table of another system.
    """
    ways = (
        Way("选来表", "可以一次选很多个；改好的退改件也从这里收", "选文件", files, "download-simple"),
        Way("选文件夹", "里面的表一次全读，临时文件不算", "选文件夹", folder, "folder-open"),
        Way("发空白表", "带下拉选项、填报说明，发下去填", "导出空白表", blanks, "file-arrow-down"),
        Way("三方对账", "别的系统导出的表，对一对谁缺谁迟谁不同", "去对账", reconcile, "arrows-left-right"),
    )
    return EmptyState(
        icon="download-simple",
        title="把来表拖进窗口",
        why="文件叫什么都行，认的是里面的表头；写入之前不改动任何数据",
        ways=ways,
        hint="xlsx、xls、csv、docx、网页表格都读；.doc、.wps、.et 请先在 WPS 里另存为 xlsx 或 docx",
    )
