"""A folder without a form was dropped: said at once, with what can be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from ui import errors
from ui.imports.work import files_in

DROPPED = "xlsx、xls、csv、docx、网页表格，或装有这些表的文件夹，可以一次拖很多个"
MEND = "打开文件夹看看表在不在；压缩包先解开，.doc、.wps、.et 先在 WPS 里另存为 xlsx 或 docx"


def among(paths: Sequence[Path]) -> list[Path]:
    """Return the folders that hold nothing to read."""
    return [path for path in paths if path.is_dir() and files_in([path]) == [path]]


def say(window: QWidget, folders: Sequence[Path], *, others: int, choose: Callable[[], object]) -> errors.TroubleDialog:
    """Say that folders hold nothing to read, and what can be dropped.

    Args:
        window: The dialog stands over it.
        folders: Those without a form.
        others: How many files and folders beside them are read.
        choose: Asks for files instead.
    """
    names = "”“".join(folder.name or str(folder) for folder in folders)
    facts = [("哪个文件夹", "\n".join(map(str, folders))), ("可以拖进来", DROPPED), ("怎么办", MEND)]
    if others:
        facts.append(("其他", f"一起拖进来的另外 {others} 项照常在读"))
    trouble = errors.Trouble(f"文件夹“{names}”里没有可以读的表", "里面是空的，或只有临时文件、隐藏文件。", tuple(facts))
    return errors.ask(window, trouble, (errors.Choice("改选文件", choose), errors.Choice("知道了", kind="primary")))
