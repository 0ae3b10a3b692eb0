"""The small dialog that shows how far a long job is, with 取消.

It appears when a job takes over 0.6 s and then stays at least 0.5 s, so that
nothing flashes. It blocks the window only for writes.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QDeadlineTimer, Qt, QTimer, SignalInstance
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ui import theme
from ui.regions import Elided


class Watched(Protocol):
    """What the view needs of a job."""

    initiator: QWidget | None
    progressed: SignalInstance
    ended: SignalInstance

    def cancel(self) -> None:
        """Ask the job to stop."""


class ProgressView(QDialog):
    """Title, bar, note, 取消."""

    def __init__(self, job: Watched, title: str, parent: QWidget | None, *, modal: bool) -> None:
        """Build the dialog; `watch` decides when it is shown."""
        super().__init__(parent)
        self.setWindowTitle("执法台")
        self.setWindowModality(Qt.WindowModality.WindowModal if modal else Qt.WindowModality.NonModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(420)
        self._stays = QDeadlineTimer(0)
        self._job = job
        heading = QLabel(title or "正在处理")
        heading.setProperty("kind", "section")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.bar.setAccessibleName("进度")
        self.note = Elided()  # file names may be long; the count beside it is always whole
        self.note.setProperty("kind", "note")
        self.count = QLabel()
        self.count.setProperty("kind", "note")
        self.stop = QPushButton("取消")
        self.stop.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addWidget(self.note, 1)
        foot.addWidget(self.count)
        foot.addWidget(self.stop)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(20, 18, 20, 16)
        rows.setSpacing(10)
        rows.addWidget(heading)
        rows.addWidget(self.bar)
        rows.addLayout(foot)
        job.progressed.connect(self.report)
        job.ended.connect(self.finish)
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.timeout.connect(self._appear)
        self._delay.start(theme.tokens()["duration_ms"]["progress_after"])

    @classmethod
    def watch(cls, job: Watched, title: str, *, modal: bool) -> ProgressView:
        """Watch a job and appear if it takes long."""
        window = job.initiator.window() if job.initiator else None
        return cls(job, title, window, modal=modal)

    def report(self, done: int, total: int | None, note: str) -> None:
        """Show how far the job is."""
        self.bar.setRange(0, total or 0)
        self.bar.setValue(done)
        self.note.say(note)
        self.count.setText(f"{done:,} / {total:,}" if total else "")

    def finish(self) -> None:
        """Close, but not before it has been readable for half a second."""
        self._delay.stop()
        self.stop.setEnabled(False)
        if self._stays.hasExpired():
            self._vanish()
        else:
            QTimer.singleShot(self._stays.remainingTime(), self, self._vanish)

    def reject(self) -> None:
        """Ask the job to stop; the dialog goes when it has."""
        if not self.stop.isEnabled():
            return
        self._job.cancel()
        self.stop.setEnabled(False)
        self.note.say("正在停下")

    def _appear(self) -> None:
        self._stays = QDeadlineTimer(theme.tokens()["duration_ms"]["progress_stay"])
        self.open() if self.isModal() else self.show()

    def _vanish(self) -> None:
        self.hide()
        self.deleteLater()
