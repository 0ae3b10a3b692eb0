"""导入来表: what dropped files would do, row by row, and then writing them.

Nothing is changed before 写入. Each file becomes one operation that undo takes
back. A file that cannot be read says why in its own line; no dialog over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from services.imports.desks import DESKS
from ui import icons, regions, theme
from ui.dialogs.import_pane import FilePane
from ui.dialogs.import_work import Applied, FileState, apply_files, files_in, plan_files
from ui.tasks import Job, Tasks
from ui.two_lines import Head, Item, TwoLineList

FILES = 330
MARGIN = 90
SMALLEST, LARGEST = QSize(960, 540), QSize(1560, 900)
GROUPS = {"look": "要您处理", "write": "可以写入", "same": "没有变化"}
FILTER = "表格文件 (*.xlsx *.xls *.xlsm *.et *.csv *.docx *.txt *.html *.htm);;所有文件 (*)"


def ask_files(parent: QWidget) -> list[Path]:
    """Ask for files to import; empty if nothing was chosen."""
    chosen, _filter = QFileDialog.getOpenFileNames(parent, "选来表", "", FILTER)
    return [Path(name) for name in chosen]


def open_import(parent: QWidget | None, tasks: Tasks, store: Any, campaign_id: int | None, paths: Sequence[Path]) -> ImportDialog:
    """Open the dialog over a window and read the files.

    The window's desk, if it has one, says afterwards what was written.

    Args:
        parent: Window or a widget in it.
        tasks: Door to the services.
        store: The open store.
        campaign_id: The campaign that the files belong to.
        paths: Files and folders that were dropped or chosen.
    """
    window = parent.window() if parent else None
    dialog = ImportDialog(tasks, store, campaign_id, window)
    desk = getattr(window, "desk", None)
    if desk is not None:
        dialog.said.connect(desk.said)
    dialog.open()
    dialog.add(paths)
    return dialog


class ImportDialog(QDialog):
    """Files at the left, rows of the chosen one at the right, the sum below.

    Attributes:
        states: The files, as read so far.
        files: List of files.
        pane: Rows of the chosen file, or why there are none.
        total: The sum that closes.
        write_button: 写入 N 行.
        reason: Why nothing can be written.
    Signals:
        written: (rows) some rows were written.
        said: (sentence, can be undone) what was done, for the toast.
    """

    written = Signal(int)
    said = Signal(str, bool)

    def __init__(self, tasks: Tasks, store: Any, campaign_id: int | None, parent: QWidget | None = None) -> None:
        """Build the dialog without files; show it with `open()`, then `add` files."""
        super().__init__(parent)
        self.states: list[FileState] = []
        self._tasks, self._store, self._campaign_id = tasks, store, campaign_id
        self._reading: list[Path] = []
        self._job: Job | None = None
        self.setWindowTitle("导入来表")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAcceptDrops(True)
        self._build()
        self._wire()
        room = parent.size() if parent else LARGEST
        self.resize(QSize(room.width() - MARGIN, room.height() - MARGIN).expandedTo(SMALLEST).boundedTo(LARGEST))
        self._show()

    def add(self, paths: Sequence[Path], *, expected: str | None = None) -> None:
        """Read more files, or read one again as another form.

        Args:
            paths: Files and folders.
            expected: Form chosen by hand.
        """
        found = files_in(paths)
        fresh = [path for path in found if expected or path not in {state.path for state in self.states}]
        if not fresh or self._job is not None:
            return
        self.states = [state for state in self.states if state.path not in fresh]
        self._reading = fresh
        scope = {"store": self._store, "campaign_id": self._campaign_id}
        job = self._tasks.work(plan_files, paths=fresh, expected=expected, **scope).with_progress(f"正在读 {len(fresh)} 个文件")
        self._start(job.then(self._planned).cancelled(self._stopped))

    def write(self) -> None:
        """Write all plans, one operation per file."""
        if self._job is not None or not self._writes():
            return
        job = self._tasks.work(apply_files, store=self._store, states=tuple(self.states)).with_progress("正在写入")
        job.label, job.writes = f"导入 {len(self.states)} 个文件", True
        self._start(job.then(self._applied).cancelled(self._stopped))

    def reject(self) -> None:
        """Close without writing; reading stops."""
        if self._job is not None:
            self._job.cancel()
        super().reject()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take more files from anywhere."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Read the dropped files too."""
        self.add([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()

    def _build(self) -> None:
        self.files = TwoLineList(name="来表文件")
        self.pane = FilePane()
        left = QWidget()
        left.setFixedWidth(round(FILES * min(theme.current().scale, 1.25)))
        regions.column(left, self._files_bar(), self.files)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(left)
        middle.addWidget(regions.rule())
        middle.addWidget(self.pane, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self._head())
        rows.addLayout(middle, 1)
        rows.addWidget(self._foot())

    def _head(self) -> QFrame:
        head = QFrame()
        head.setObjectName("header")
        line = QHBoxLayout(head)
        line.setContentsMargins(20, 8, 20, 8)
        line.setSpacing(12)
        help_line = regions.label("写入之前不改动任何数据；写入后一个文件一步，都可以撤销", "help")
        help_line.setContentsMargins(0, 6, 0, 0)
        line.addWidget(regions.label("导入来表", "page"))
        line.addWidget(help_line, 1)
        return head

    def _files_bar(self) -> QFrame:
        self._count = regions.label("", "section")
        self._read = regions.label("", "label")
        more = QPushButton("再加文件")
        more.setProperty("kind", "quiet")
        more.setAutoDefault(False)
        icons.dress(more, "plus", "action_text")
        more.clicked.connect(lambda _checked=False: self.add(ask_files(self)))
        return regions.bar(self._count, self._read, None, more)

    def _foot(self) -> QFrame:
        self.total = regions.label("", "help")
        self.total.setTextFormat(Qt.TextFormat.RichText)
        self.reason = regions.label("", "help")
        self.cancel_button = QPushButton("取消")
        self.cancel_button.setAutoDefault(False)
        self.write_button = QPushButton("写入")
        self.write_button.setProperty("kind", "primary")
        self.write_button.setDefault(True)
        foot = QFrame()
        foot.setObjectName("dialogFoot")
        line = QHBoxLayout(foot)
        line.setContentsMargins(20, 9, 20, 9)
        line.setSpacing(8)
        line.addWidget(self.total, 1)
        for widget in (self.reason, self.cancel_button, self.write_button):
            line.addWidget(widget)
        return foot

    def _wire(self) -> None:
        self.files.chosen.connect(self._show_file)
        self.pane.form_chosen.connect(self._read_as)
        self.cancel_button.clicked.connect(self.reject)
        self.write_button.clicked.connect(self.write)

    def _start(self, job: Job) -> None:
        self._job = job
        self._show()
        job.start(self)

    def _planned(self, states: list[FileState]) -> None:
        self._job, self._reading = None, []
        self.states += states
        self._show()
        if self.files.current() is None:
            self.files.choose_first()
        self._show_file(self.files.current())

    def _stopped(self) -> None:
        self._job, self._reading = None, []
        if self.states:
            self._show()
        else:
            self.reject()

    def _applied(self, done: Applied) -> None:
        self._job = None
        if done.rows:
            self.written.emit(done.rows)
            lost = sum(state.counts.get("rejected", 0) for state in done.left)
            more = f"，{lost} 行没有写入" if lost else ""
            whole = f"已写入 {done.rows:,} 行" if done.files == 1 else f"已从 {done.files} 个文件写入 {done.rows:,} 行"
            # each file is an operation of its own: one 撤销 beside a sentence about nine files would promise too much
            self.said.emit(f"{whole}{more}" + ("" if done.files == 1 else "；按 Ctrl+Z 逐个文件撤销"), done.files == 1)
        if any(state.writes or state.trouble for state in done.left):
            self.states = list(done.left)
            self._show()
            self.files.choose_first()
            self._show_file(self.files.current())
        else:
            self.accept()

    def _show(self) -> None:
        entries: list[Head | Item] = []
        for group, word in GROUPS.items():
            found = sorted((state for state in self.states if state.group == group), key=lambda one: one.trouble is not None)
            if found:
                entries += [Head(f"{word} {len(found)}"), *map(_item, found)]
        if self._reading:
            entries += [Head(f"正在读 {len(self._reading)}"), *(Item(path, path.name, "还没有读到", middle=True) for path in self._reading)]
        self.files.fill(entries)
        read = sum(1 for state in self.states if not state.trouble)
        self._count.setText(f"{len(self.states) + len(self._reading)} 个文件")
        self._read.setText(f"读成 {read}，没读成 {len(self.states) - read}" if len(self.states) > read else "")
        self._show_foot()

    def _show_foot(self) -> None:
        counts = {key: sum(state.counts.get(key, 0) for state in self.states) for key in ("new", "changed", "same", "rejected", "skipped")}
        words = zip(("新增", "修改", "没变", "没有写入", "跳过"), counts.values(), strict=True)
        bold = theme.current().bold_ok
        parts = [f"{word} {_number(count, bold=bold)}" for word, count in words]
        self.total.setText(f"读到 {_number(sum(counts.values()), bold=bold)} 行　＝　{'　＋　'.join(parts)}" if self.states else "")
        writes = self._writes()
        if self._job is not None:
            reason = "正在写入" if self._job.writes else "正在读"
        elif not self._store.writable:
            reason = f"数据正由 {self._store.holder} 打开，这里只能看"
        else:
            reason = "" if writes else "没有要写入的行"
        self.reason.setText(reason)
        self.write_button.setText(f"写入 {writes:,} 行" if writes else "写入")
        self.write_button.setEnabled(not reason)

    def _read_as(self, path: Path, code: str) -> None:
        self.add([path], expected=code)

    def _show_file(self, path: Path | None) -> None:
        self.pane.show_state(next((state for state in self.states if state.path == path), None))

    def _writes(self) -> int:
        return sum(state.writes for state in self.states)


def _item(state: FileState) -> Item:
    """Return a file as a row: what became of it, and in the second line why."""
    path = state.path
    if state.trouble or state.plan is None:
        sentence = state.trouble.sentence if state.trouble else ""
        badge = ("没写成" if state.plan else "没读成", "bad")
        if state.trouble and state.trouble.choices:
            badge = ("请选择", "soon")
        short = sentence.removeprefix(f"文件“{path.name}”").removeprefix("的").removeprefix("里")
        return Item(path, path.name, short, badge, icon=("file", "ink2"), tip=sentence, middle=True)
    counts = state.plan.counts
    nouns = "、".join(dict.fromkeys(DESKS[code].noun for code, _row in state.plan.rows))
    parts = [("新增", counts["new"]), ("修改", counts["changed"]), ("没变", counts["same"])]
    note = f"{nouns}　{'，'.join(f'{word} {count}' for word, count in parts if count)}"
    if counts["rejected"]:
        badge = (f"没有写入 {counts['rejected']}", "bad")
    elif state.writes and counts["flagged"]:
        badge = (f"要核对 {counts['flagged']}", "soon")
    elif state.writes:
        badge = (f"写入 {state.writes:,}", "info")
    else:
        badge = ("没变", "plain")
    return Item(path, path.name, note, badge, icon=("table", "ink2"), tip=f"{path}\n{note}", middle=True)


def _number(count: int, *, bold: bool) -> str:
    return f"<b>{count:,}</b>" if bold else f"{count:,}"
