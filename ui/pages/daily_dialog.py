"""日报: looked at, copied as text, saved as a document."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from models.forms import Context
from models.kinds import DATE
from services import clock, settings
from services.errors import Problem
from services.figures.daily import Daily, daily, text, title
from ui import errors, theme
from ui.pages.page import Desk
from ui.pages.saving import ask_target


class DailyDialog(QDialog):
    """The report of a day; ‹ › go to the day before and after.

    Attributes:
        report: What is shown; None before the first answer.
        day_box: Which day.
        words: The report as text.
        copy_button: Copies the text; save_button: writes the document.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        """Build the dialog for today; show it with `open()`.

        Args:
            desk: What may be used of the window; a campaign must be chosen.
            parent: Window that it belongs to.
        """
        super().__init__(parent)
        self.desk = desk
        self.report: Daily | None = None
        self._day = clock.today()
        self.setWindowTitle("日报")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        head = QLabel("日报")
        head.setProperty("kind", "record")
        self.day_box = QLineEdit(self._day.isoformat())
        self.day_box.setAccessibleName("哪一天")
        self.day_box.setFixedWidth(round(110 * theme.current().scale))
        self.day_box.editingFinished.connect(self._day_given)
        self.remark = QLabel()
        self.remark.setProperty("kind", "bad")
        self.words = QPlainTextEdit()
        self.words.setReadOnly(True)
        self.words.setAccessibleName("日报正文")
        self.copy_button, self.save_button = QPushButton("复制文字"), QPushButton("存为 Word")
        self._build(head)
        room = parent.size() if parent is not None else self.size()
        self.resize(
            min(round(680 * theme.current().scale), max(room.width() - 60, 480)),
            min(round(560 * theme.current().scale), max(room.height() - 60, 380)),
        )
        self._ask()

    def copy(self) -> None:
        """Put the text on the clipboard."""
        if self.report is not None:
            QGuiApplication.clipboard().setText(text(self.report))
            self.desk.say("日报已复制，可以粘贴到微信、文档里")

    def save(self) -> None:
        """Ask where the document goes, and write it."""
        if self.report is None:
            return
        target = ask_target(self, "日报存为 Word", f"{title(self.report)}（{self.report.day.isoformat()}）.docx", "Word 文档 (*.docx)")
        if target is not None:
            job = self.desk.tasks.query(_write, report=self.report, target=target)
            job.then(partial(self._written, target)).failed(self._not_written).start(self)

    def _build(self, head: QLabel) -> None:
        before, after, close = QPushButton("‹"), QPushButton("›"), QPushButton("关闭")
        for button, step, name in ((before, -1, "前一天"), (after, 1, "后一天")):
            button.setAccessibleName(name)
            button.setToolTip(name)
            button.setProperty("kind", "small")
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, days=step: self._go(self._day + timedelta(days=days)))
        for key, step in (("Alt+Left", -1), ("Alt+Right", 1)):
            QShortcut(QKeySequence(key), self).activated.connect(lambda days=step: self._go(self._day + timedelta(days=days)))
        self.save_button.setProperty("kind", "primary")
        self.copy_button.setDefault(True)
        self.copy_button.clicked.connect(lambda _checked=False: self.copy())
        self.save_button.clicked.connect(lambda _checked=False: self.save())
        close.clicked.connect(self.reject)
        top = QHBoxLayout()
        top.setSpacing(8)
        for widget in (head, before, self.day_box, after, self.remark):
            top.addWidget(widget)
        top.addStretch(1)
        body = QVBoxLayout()
        body.setContentsMargins(20, 14, 20, 14)
        body.setSpacing(10)
        body.addLayout(top)
        body.addWidget(self.words, 1)
        foot = QFrame()
        foot.setObjectName("dialogFoot")
        line = QHBoxLayout(foot)
        line.setContentsMargins(20, 10, 20, 10)
        line.setSpacing(8)
        line.addWidget(self.copy_button)
        line.addStretch(1)
        line.addWidget(close)
        line.addWidget(self.save_button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(body, 1)
        rows.addWidget(foot)
        self.copy_button.setFocus()

    def _day_given(self) -> None:
        found = DATE.parse(self.day_box.text().strip(), Context(self.desk.year, "日期")).value
        if isinstance(found, date):
            self._go(found)
        else:
            self.remark.setText("日期读不出来，请写成 2023-04-20")

    def _go(self, day: date) -> None:
        self.remark.clear()
        self.day_box.setText(day.isoformat())
        if day != self._day:
            self._day = day
            self._ask()

    def _ask(self) -> None:
        if self.desk.campaign_id is not None:
            job = self.desk.tasks.query(daily, campaign_id=self.desk.campaign_id, day=self._day).on_snapshot()
            job.then(self._show).start(self)

    def _show(self, found: Daily) -> None:
        if found.day == self._day:
            self.report = found
            self.words.setPlainText(text(found))

    def _written(self, target: Path, _none: object) -> None:
        self.desk.say(f"已存为 {target.name}")
        self.accept()

    def _not_written(self, problem: Problem) -> None:
        errors.show_problem(self, problem, what="日报没有写成", retry=self.save)


def _write(session: Any, *, report: Daily, target: Path) -> None:
    from services.exports.daily import deliver_daily  # noqa: PLC0415 - with it come the writers of documents

    kept = settings.load(session)
    deliver_daily(report, target, signer=kept.brigade or kept.office or "", made_at=clock.now())
