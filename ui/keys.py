"""F1: the shortcuts of the window, on one sheet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QVBoxLayout, QWidget

GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "到处都能用",
        (
            ("Ctrl+K", "搜索页面和命令"),
            ("Ctrl+1 … 9", "切换页面"),
            ("Ctrl+Z　Ctrl+Y", "撤销　重做"),
            ("Ctrl+N", "新增一条"),
            ("Ctrl+F", "在本表查找"),
            ("F1", "这张表"),
        ),
    ),
    (
        "表格",
        (
            ("直接输入　F2", "改这一格"),
            ("Enter", "打开这一条"),
            ("Ctrl+C　Ctrl+V", "整块复制、粘贴，WPS 里也能用"),
            ("Ctrl+D", "用最上一行向下填充"),
            ("Delete", "清空选中的格"),
            ("Ctrl+-", "删除选中的行"),
        ),
    ),
    (
        "右边的单条",
        (
            ("Enter　Tab", "下一栏"),
            ("F8", "下一处问题"),
            ("Ctrl+Enter", "保存，并到下一条"),
            ("Esc", "回到表格"),
        ),
    ),
)


class KeysSheet(QDialog):
    """A dialog listing the shortcuts by place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build the sheet; show it with `open()`."""
        super().__init__(parent)
        self.setWindowTitle("快捷键")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(24, 20, 32, 24)
        rows.setSpacing(8)
        for number, (title, keys) in enumerate(GROUPS):
            head = QLabel(title)
            head.setProperty("kind", "section")
            if number:
                rows.addSpacing(10)
            rows.addWidget(head)
            grid = QGridLayout()
            grid.setHorizontalSpacing(20)
            grid.setVerticalSpacing(6)
            for row, (key, what) in enumerate(keys):
                cap, word = QLabel(key), QLabel(what)
                cap.setProperty("kind", "help")
                grid.addWidget(cap, row, 0)
                grid.addWidget(word, row, 1)
            grid.setColumnMinimumWidth(0, 120)
            grid.setColumnStretch(1, 1)
            rows.addLayout(grid)
        rows.addStretch(1)
