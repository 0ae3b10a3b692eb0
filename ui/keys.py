"""F1: the shortcuts of the window, on one sheet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "到处都能用",
        (
            ("Ctrl+K", "搜索页面和命令"),
            ("Ctrl+1 … 9", "切换页面"),
            ("Ctrl+Z", "撤销"),
            ("Ctrl+Y　Ctrl+Shift+Z", "重做"),
            ("Ctrl+O", "导入来表"),
            ("Ctrl+N　Ctrl+Shift+N", "新增一条　在登记簿里登记检查"),
            ("Ctrl+F", "在本表查找"),
            ("F1", "这张表"),
        ),
    ),
    (
        "表格",
        (
            ("直接输入　F2", "改这一格；F2 接着原来的写"),
            ("Enter　Tab", "写入，到下一行　下一格"),
            ("Esc", "不改了；红格恢复原样"),
            ("Ctrl+Enter", "打开这一条，或一起改选中的几条"),
            ("Ctrl+Enter（正在输入）", "写进所有选中的格"),
            ("Alt+↓", "打开可选的内容"),
            ("Ctrl+C　Ctrl+V", "整块复制、粘贴，WPS 里也能用"),
            ("Ctrl+D", "用最上一行向下填充"),
            ("Ctrl+Shift+L", "筛选这一列"),
            ("Delete", "清空选中的格"),
            ("Ctrl+-　Ctrl++", "删除选中的行　从回收站恢复"),
            ("Ctrl+Shift+E", "导出当前视图"),
        ),
    ),
    (
        "右边的单条",
        (
            ("Enter　Tab", "下一栏"),
            ("F8", "下一处问题"),
            ("Ctrl+Enter", "保存，并到下一条"),
            ("Esc", "回到表格；有没存的，再按一次放弃"),
        ),
    ),
    (
        "人员、分组、整改、案件、企业",
        (
            ("Ctrl+G", "办理选中的人、单位、问题、案件；企业名录里打开一企一档"),
            ("Ctrl+E", "导出附件1、附件3；在问题整改写督办单；在企业名录列入检查"),
            ("Ctrl+L　Ctrl+P", "给等着的问题立案　一企一档打印成 PDF"),
            ("Ctrl+PgUp　Ctrl+PgDown", "上一个　下一个登记簿"),
        ),
    ),
    (
        "检查记录录入",
        (
            ("Ctrl+Down　Ctrl+Up", "到问题表　回到上面的栏"),
            ("F6　Ctrl+G", "换到另一块，待录入平台里到编号　换检查组"),
            ("F9", "四项规范都做到"),
            ("Ctrl+I　Ctrl+M", "添加照片　添加记录仪视频"),
            ("Ctrl+P", "打印问题及处置意见清单"),
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
        columns = QHBoxLayout(self)
        columns.setContentsMargins(24, 20, 32, 24)
        columns.setSpacing(40)
        # two columns: under each other the groups would be higher than a laptop's window
        halves = (QVBoxLayout(), QVBoxLayout())
        for half in halves:
            half.setSpacing(8)
            columns.addLayout(half)
        for number, (title, keys) in enumerate(GROUPS):
            half = halves[1 if number in (1, 4) else 0]  # the grid has most
            head = QLabel(title)
            head.setProperty("kind", "section")
            if half.count():
                half.addSpacing(10)
            half.addWidget(head)
            half.addLayout(_table(keys))
        for half in halves:
            half.addStretch(1)


def _table(keys: tuple[tuple[str, str], ...]) -> QGridLayout:
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
    return grid
