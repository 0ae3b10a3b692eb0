"""One line that asks why something decisive is changed.

An operation that changes such a value is refused with `ReasonNeeded`; `ask`
asks once for the whole operation and runs it again with the reason. Esc
leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QLineEdit, QListWidget, QPushButton, QVBoxLayout, QWidget

from services.errors import ReasonNeeded
from ui import theme
from ui.tasks import Job, Tasks

SHOWN = 4
LONGEST = 200


def ask(problem: ReasonNeeded, job: Job, tasks: Tasks, window: QWidget) -> None:
    """Ask why, then run the job again; Esc refuses it and nothing is changed.

    Args:
        problem: Names what is changed.
        job: The write that needs a reason.
        tasks: Door to the services, for the reasons given before.
        window: Window that the dialog belongs to.
    """
    from services import reasons  # noqa: PLC0415 - with it comes SQLAlchemy, which the first paint does without

    dialog = ReasonDialog(problem.fields["changes"], window)  # type: ignore[arg-type]  # sentences, put there by `reasons`
    # functions of their own: a slot of the job itself would go with the job
    dialog.given.connect(lambda reason: job.again(reason))
    dialog.rejected.connect(lambda: job.refuse(problem))
    tasks.query(reasons.recent).then(dialog.offer)
    dialog.open()


class ReasonDialog(QDialog):
    """A line for the reason, the latest ones under it.

    Attributes:
        line: Where the reason is typed.
        recent: Reasons given before; Down goes there, Enter takes one.
    Signals:
        given: (reason) it was given.
    """

    given = Signal(str)

    def __init__(self, changes: Sequence[str], parent: QWidget | None = None) -> None:
        """Build the dialog; show it with `open()`.

        Args:
            changes: What is changed, in words; the first few are shown.
            parent: Window that it belongs to.
        """
        super().__init__(parent)
        self.setWindowTitle("改动原因")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(round(440 * min(theme.current().scale, 1.5)))
        title = QLabel("为什么改")
        title.setProperty("kind", "record")
        shown = [*changes[:SHOWN], *([f"…… 共 {len(changes)} 处，原因只写一次"] if len(changes) > SHOWN else [])]
        what = QLabel("\n".join(shown))
        what.setProperty("kind", "help")
        what.setTextFormat(Qt.TextFormat.PlainText)
        what.setWordWrap(True)
        self.line = QLineEdit()
        self.line.setAccessibleName("改动原因")
        self.line.setPlaceholderText("一句话，如：法制审核后调整")
        self.line.setMaxLength(LONGEST)
        self.line.textChanged.connect(self._judge)
        self.line.installEventFilter(self)
        self.recent = QListWidget()
        self.recent.setAccessibleName("最近用过的原因")
        self.recent.hide()
        self.recent.itemActivated.connect(lambda item: self._take(item.text()))
        self.recent.itemClicked.connect(lambda item: self.line.setText(item.text()))
        self.head = QLabel("最近用过")
        self.head.setProperty("kind", "note")
        self.head.hide()
        body = QVBoxLayout()
        body.setContentsMargins(20, 16, 20, 14)
        body.setSpacing(8)
        for widget in (title, what, self.line, self.head, self.recent):
            body.addWidget(widget)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(body)
        rows.addWidget(self._foot())
        self._judge("")
        self.line.setFocus()

    def offer(self, latest: Sequence[str]) -> None:
        """Offer reasons given before."""
        self.recent.clear()
        self.recent.addItems(list(latest))
        self.recent.setFixedHeight((self.recent.sizeHintForRow(0) + 2) * len(latest) + 4 if latest else 0)
        self.recent.setVisible(bool(latest))
        self.head.setVisible(bool(latest))

    def accept(self) -> None:
        """Give the reason, if there is one."""
        text = " ".join(self.line.text().split())
        if text:
            super().accept()
            self.given.emit(text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go from the line into the list with Down."""
        down = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Down
        if down and self.recent.count():
            self.recent.setFocus()
            self.recent.setCurrentRow(max(self.recent.currentRow(), 0))
            return True
        return super().eventFilter(watched, event)

    def _take(self, text: str) -> None:
        self.line.setText(text)
        self.accept()

    def _judge(self, _text: str) -> None:
        self.save.setEnabled(bool(self.line.text().strip()))

    def _foot(self) -> QFrame:
        foot = QFrame()
        foot.setObjectName("dialogFoot")
        hint = QLabel("记入操作记录；Esc 就不改")
        hint.setProperty("kind", "note")
        cancel = QPushButton("不改了")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        self.save = QPushButton("照此修改")
        self.save.setProperty("kind", "primary")
        self.save.setDefault(True)
        self.save.clicked.connect(self.accept)
        line = QHBoxLayout(foot)
        line.setContentsMargins(20, 9, 16, 9)
        line.setSpacing(8)
        line.addWidget(hint, 1)
        line.addWidget(cancel)
        line.addWidget(self.save)
        return foot
