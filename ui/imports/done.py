"""The last step of an import: what was written, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui import icons, regions
from ui.imports.work import Written
from ui.two_lines import Head, Item, TwoLineList

_WIDE = 720


class DonePage(QWidget):
    """One line for each file, with its own 撤销.

    Attributes:
        files: What was written, as it stands now.
        list: The list of files.
        headline: How much was written.
    Signals:
        undo_asked: (operations) take these back.
    """

    undo_asked = Signal(object)

    def __init__(self) -> None:
        """Build the page without files."""
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.files: list[Written] = []
        self._waiting = 0
        self._sign = QLabel()
        self.headline, self._sentence = regions.label(kind="headline"), regions.label(kind="help")
        self._sentence.setWordWrap(True)
        self.list = TwoLineList(name="写入的文件")
        self.list.pressed_on.connect(self._press)
        card = QFrame()
        card.setObjectName("card")
        card.setMaximumWidth(_WIDE)
        self._card = card
        inside = QVBoxLayout(card)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self.list)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self.headline)
        words.addWidget(self._sentence)
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        rows = QVBoxLayout()
        rows.setSpacing(14)
        rows.addLayout(head)
        rows.addWidget(card, 20)
        rows.addStretch(1)
        line = QHBoxLayout(self)
        line.setContentsMargins(24, 20, 24, 20)
        line.addLayout(rows, 1)
        line.addStretch(1)
        line.setStretch(0, 3)

    @property
    def operations(self) -> list[int]:
        """Operations that stand."""
        return [one.operation for one in self.files if one.operation is not None and not one.undone]

    def show_files(self, files: Sequence[Written], *, waiting: int) -> None:
        """Show what was written.

        Args:
            files: Each file.
            waiting: How many rows were left for the clerk.
        """
        self.files = list(files)
        self._waiting = waiting
        self._show()

    def mark_undone(self, operations: Sequence[int]) -> None:
        """Show that operations were taken back."""
        self.files = [replace(one, undone=True) if one.operation in operations else one for one in self.files]
        self._show()

    def refuse(self, sentence: str) -> None:
        """Say why something could not be taken back."""
        self._sentence.setText(sentence)

    def _show(self) -> None:
        standing = [one for one in self.files if one.operation is not None and not one.undone]
        rows = sum(one.rows for one in standing)
        refused = [one for one in self.files if one.message]
        undone = any(one.undone for one in self.files)
        if standing:
            icons.dress(self._sign, "check-circle", "done", 28)
            self.headline.setText(f"已写入 {rows:,} 行，来自 {len(standing)} 个文件")
        else:
            icons.dress(self._sign, "arrow-counter-clockwise" if undone else "warning-circle", "ink2" if undone else "bad", 28)
            self.headline.setText("已全部撤销" if undone else "没有写成")
        parts = ["原件已存档，写入前后各备份过一次"] if standing else ["数据和导入之前一样"] if undone else []
        if self._waiting:
            parts.append(f"还有 {self._waiting:,} 行要核对，没有写入")
        if refused:
            parts.append(f"{len(refused)} 个文件没有写成，原因写在下面")
        self._sentence.setText("；".join(parts))
        groups = (("没有写成", refused), ("已写入", standing), ("已撤销", [one for one in self.files if one.undone]))
        entries: list[Head | Item] = []
        for word, found in groups:
            if found:
                entries += [Head(f"{word} {len(found)}"), *map(_item, found)]
        self.list.fill(entries)
        high = sum(self.list.sizeHintForRow(row) for row in range(len(entries)))
        self._card.setMaximumHeight(high + 4)
        if self.list.current() is None:
            self.list.choose_first()

    def _press(self, operation: object) -> None:
        if isinstance(operation, int):
            self.undo_asked.emit([operation])


def _item(one: Written) -> Item:
    name = one.path.name
    if one.message:
        return Item(str(one.path), name, one.message, ("没写成", "bad"), icon=("file", "ink2"), tip=one.message, middle=True)
    parts = [("新增", one.counts.get("new", 0)), ("修改", one.counts.get("changed", 0)), ("没变", one.counts.get("same", 0))]
    note = "，".join(f"{word} {count:,}" for word, count in parts if count)
    if one.undone:
        return Item(str(one.path), name, note, ("已撤销", "plain"), icon=("table", "ink2"), middle=True)
    return Item(one.operation, name, note, button="撤销", icon=("table", "ink2"), middle=True)
