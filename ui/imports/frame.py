"""What stands around the rows of an import: head, bar of files, list, foot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from services.imports.desks import DESKS
from ui import icons, regions, theme
from ui.imports.done import DonePage
from ui.imports.rows import OUTCOMES
from ui.imports.steps import StepBar
from ui.imports.work import FileState
from ui.two_lines import Head as GroupHead
from ui.two_lines import Item

GROUPS = {"look": "要您处理", "write": "可以写入", "same": "没有变化"}
_SIGN = "&nbsp;&nbsp;&nbsp;{}&nbsp;&nbsp;&nbsp;"
STEPS = ("选文件", "认表", "逐行核对", "写入")


class Head(QFrame):
    """Title, one line of help, the steps.

    Attributes:
        steps: Where the clerk is.
        cancel: 取消.
    """

    def __init__(self) -> None:
        """Build the head."""
        super().__init__()
        self.setObjectName("header")
        help_line = regions.label("写入之前不改动任何数据；写入后可以整批撤销", "help")
        help_line.setContentsMargins(0, 6, 0, 0)
        help_line.setMinimumWidth(1)
        self.cancel = QPushButton("取消 Esc")
        self.cancel.setProperty("kind", "quiet")
        self.steps = StepBar(STEPS)
        title = QHBoxLayout()
        title.setSpacing(12)
        title.addWidget(regions.label("导入来表", "page"))
        title.addWidget(help_line, 1)
        title.addWidget(self.cancel)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(20, 8, 20, 8)
        rows.setSpacing(6)
        rows.addLayout(title)
        rows.addWidget(self.steps)


class FilesBar(QFrame):
    """How many files there are, and 再加文件.

    Attributes:
        more: 再加文件.
    """

    def __init__(self) -> None:
        """Build the bar."""
        super().__init__()
        self._count, self._read = regions.label(kind="section"), regions.label(kind="label")
        self.more = QPushButton("再加文件")
        self.more.setProperty("kind", "quiet")
        icons.dress(self.more, "plus", "action_text")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(regions.bar(self._count, self._read, None, self.more))

    def show_counts(self, states: Sequence[FileState], reading: Sequence[Path]) -> None:
        """Say how many were read."""
        paths = {state.path for state in states} | set(reading)
        read = sum(state.plan is not None for state in states)
        self._count.setText(f"{len(paths)} 个文件")
        self._read.setText(f"读成 {read}，没读成 {len(states) - read}" if len(states) > read else "")


class Foot(QFrame):
    """The sum that closes, why nothing can be done, the buttons.

    Attributes:
        total: The sum.
        reason: Why the blue button cannot be pressed.
        back: 上一步.
        returns: 导出 N 份退改件.
        undo_all: 撤销这次导入.
        go: The blue button.
    """

    def __init__(self) -> None:
        """Build the foot."""
        super().__init__()
        self.setObjectName("panelFoot")
        self.total, self.reason = regions.label(kind="help"), regions.label(kind="help")
        self.total.setTextFormat(Qt.TextFormat.RichText)
        self.back, self.returns, self.undo_all, self.go = QPushButton("上一步"), QPushButton(), QPushButton("撤销这次导入"), QPushButton()
        self.back.setToolTip("Alt+←")
        self.go.setProperty("kind", "primary")
        self.go.setToolTip("Ctrl+Enter")
        line = QHBoxLayout(self)
        line.setContentsMargins(20, 9, 20, 9)
        line.setSpacing(8)
        line.addWidget(self.total, 1)
        for widget in (self.reason, self.back, self.returns, self.undo_all, self.go):
            line.addWidget(widget)

    def show_sum(self, states: Sequence[FileState], reason: str) -> None:
        """Show the sum over all files, and 写入."""
        counts = {key: sum(state.counts[key] for state in states) for key in OUTCOMES}
        writes = sum(state.writes for state in states)
        parts = [f"{word} {_number(counts[key], key)}" for key, (word, _kind) in OUTCOMES.items()]
        self.total.setText(f"读到 {_number(sum(counts.values()))}{_SIGN.format('＝')}{_SIGN.format('＋').join(parts)} 行" if states else "")
        self.back.setText("上一步")
        waiting = sum(bool(state.waiting) for state in states)
        self.returns.setText(f"导出 {waiting} 份退改件")
        self._say(reason, f"写入 {writes:,} 行" if writes else "写入", back=True, returns=waiting > 0)

    def show_mapping(self, reason: str) -> None:
        """Offer to read the file as it was said by hand."""
        self.back.setText("上一步")
        self.total.setText("认过一次就记住：同一个单位再用这种表头，直接认出")
        self._say(reason, "照这样认", back=True)

    def show_start(self, states: Sequence[FileState]) -> None:
        """Say what is already there."""
        self.total.setText(f"已经读了 {len(states)} 个文件，还没有写入")
        self.back.setText("回到逐行核对")
        self._say("", "", back=True)

    def show_done(self, done: DonePage, *, left: int) -> None:
        """Offer the way back and the way on."""
        self.total.setText("")
        standing = len(done.operations)
        self.undo_all.setText(f"撤销这次导入（{standing} 个文件）" if standing > 1 else "撤销这次导入")
        self.back.setText(f"接着处理 {left} 个文件")
        self._say("", "完成", back=left > 0, undo=standing > 0)

    def _say(self, reason: str, word: str, *, back: bool = False, returns: bool = False, undo: bool = False) -> None:
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))
        self.go.setText(word)
        self.go.setVisible(bool(word))
        self.go.setEnabled(not reason)
        self.back.setVisible(back)
        self.returns.setVisible(returns)
        self.undo_all.setVisible(undo)


def entries(states: Sequence[FileState], reading: Sequence[Path]) -> list[GroupHead | Item]:
    """Return the list of files, grouped by what they ask of the clerk."""
    listed: list[GroupHead | Item] = []
    settled = [state for state in states if state.path not in reading]
    for group, word in GROUPS.items():
        found = sorted((state for state in settled if state.group == group), key=lambda one: one.plan is None)
        if found:
            listed += [GroupHead(f"{word} {len(found)}"), *map(_item, found)]
    if reading:
        listed += [GroupHead(f"正在读 {len(reading)}"), *(Item(path, path.name, "还没有读到", middle=True) for path in reading)]
    return listed


def _item(state: FileState) -> Item:
    """Return a file as a row: what became of it, and in the second line why."""
    path = state.path
    if state.trouble or state.plan is None:
        sentence = state.trouble.sentence if state.trouble else ""
        badge = ("请选择", "soon") if state.trouble and state.trouble.choices else ("没读成", "bad")
        if state.trouble and state.trouble.dead:
            badge = ("已隔离", "bad")
        short = sentence.removeprefix(f"文件“{path.name}”").removeprefix("的").removeprefix("里").removeprefix("同时")
        return Item(path, path.name, short, badge, icon=("file", "ink2"), tip=sentence, middle=True)
    counts = state.counts
    nouns = "、".join(dict.fromkeys(DESKS[code].noun for code, _row in state.plan.rows))
    waiting = state.waiting
    if waiting:
        row = waiting[0]
        first = row.question or row.reason or next((flag.message for flag in row.flags), "")
        back = state.plan.returned
        note = f"退改件：改好 {len(back.mended)}，还有 {len(back.left)}" if back else first
        return Item(path, path.name, note, (f"要核对 {len(waiting)}", "soon"), icon=("table", "ink2"), tip=f"{path}\n{first}", middle=True)
    parts = [(word, counts[key]) for key, (word, _kind) in OUTCOMES.items() if key in ("new", "changed", "same")]
    note = f"{nouns}　{'，'.join(f'{word} {count:,}' for word, count in parts if count)}"
    badge = (f"写入 {state.writes:,}", "info") if state.writes else ("没变", "plain")
    return Item(path, path.name, note, badge, icon=("table", "ink2"), tip=f"{path}\n{note}", middle=True)


def _number(count: int, key: str = "") -> str:
    now = theme.current()
    color = now.color("soon" if key == "look" and count else "ink").name()
    weight = "font-weight:700" if now.bold_ok else ""
    return f'<span style="color:{color};{weight}">{count:,}</span>'
