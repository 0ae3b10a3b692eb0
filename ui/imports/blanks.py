"""Blank forms to send out: with lists to choose from, locked heads, 填报说明."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from models.annexes import READABLE
from services import importing
from services.imports.desks import DESKS
from services.progress import Progress, silent
from ui import regions, theme
from ui.imports.start import ask_folder
from ui.tasks import Job, Tasks

USUAL = ("personnel", "inspections", "hazard_list")


def write_blanks(*, store: Any, keys: list[str], campaign_id: int | None, folder: Path, progress: Progress = silent) -> list[Path]:
    """Write blank forms into a folder; return the files.

    Args:
        store: The open store.
        keys: Codes of the forms.
        campaign_id: The campaign whose titles and lists they carry.
        folder: Where to.
        progress: Told before each file.
    """
    titles = {form.code: form.title for form in READABLE}
    made = []
    for number, key in enumerate(keys):
        progress(number, len(keys), titles[key])
        target = folder / f"{titles[key].replace('/', '、')}（空白）.xlsx"
        importing.blank_form(store, key=key, campaign_id=campaign_id, target=target)
        made.append(target)
    return made


class BlankForms(QDialog):
    """Asks which forms, then where to.

    Attributes:
        boxes: One tick for each form, by code.
        go: The blue button.
    Signals:
        said: (sentence) what was done, for the toast.
    """

    said = Signal(str)

    def __init__(self, tasks: Tasks, store: Any, campaign_id: int | None, parent: QWidget | None = None) -> None:
        """Build the dialog; show it with `open()`."""
        super().__init__(parent)
        self.setWindowTitle("导出空白表")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._tasks, self._store, self._campaign_id = tasks, store, campaign_id
        self._job: Job | None = None
        self.boxes: dict[str, QCheckBox] = {}
        body = QVBoxLayout()
        body.setContentsMargins(20, 16, 20, 12)
        body.setSpacing(8)
        body.addWidget(regions.label("发哪几张空白表", "record"))
        help_line = QLabel("带下拉选项、填报说明，表头锁住不让改；填好收回来直接能导入")
        help_line.setProperty("kind", "help")
        help_line.setWordWrap(True)
        help_line.setMinimumHeight(help_line.fontMetrics().height() * 2 + 8)
        body.addWidget(help_line)
        body.addSpacing(4)
        for form in READABLE:
            if form.code in DESKS:
                box = QCheckBox(form.title)
                box.setChecked(form.code in USUAL)
                box.toggled.connect(lambda _on: self._show())
                self.boxes[form.code] = box
                body.addWidget(box)
        self.reason = regions.label(kind="help")
        cancel = QPushButton("取消")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        self.go = QPushButton()
        self.go.setProperty("kind", "primary")
        self.go.setDefault(True)
        self.go.clicked.connect(lambda _checked=False: self.export())
        foot = QFrame()
        foot.setObjectName("dialogFoot")
        line = QHBoxLayout(foot)
        line.setContentsMargins(20, 10, 20, 10)
        line.setSpacing(8)
        line.addWidget(self.reason, 1)
        line.addWidget(cancel)
        line.addWidget(self.go)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(body, 1)
        rows.addWidget(foot)
        self.setMinimumWidth(round(theme.current().px("size", "dialog") * 0.85))
        self._show()

    def chosen(self) -> list[str]:
        """Return the codes of the chosen forms."""
        return [code for code, box in self.boxes.items() if box.isChecked()]

    def export(self, folder: Path | None = None) -> None:
        """Write the chosen forms, asking for a folder if none is given."""
        target = folder or ask_folder(self, "空白表存到哪里")
        if target is None or not self.chosen() or self._job is not None:
            return
        job = self._tasks.work(
            write_blanks, store=self._store, keys=self.chosen(), campaign_id=self._campaign_id, folder=target
        ).with_progress("正在写空白表")
        self._job = job
        self._show()
        job.ended.connect(self._ended)
        job.then(self._made).start(self)

    def _made(self, paths: list[Path]) -> None:
        self.said.emit(f"已导出 {len(paths)} 张空白表到 {paths[0].parent}")
        self.accept()

    def _ended(self) -> None:
        self._job = None
        self._show()

    def _show(self) -> None:
        count = len(self.chosen())
        reason = "正在写" if self._job is not None else "" if count else "还没有选表"
        self.reason.setText(reason)
        self.go.setText(f"导出 {count} 张" if count else "导出")
        self.go.setEnabled(not reason)
