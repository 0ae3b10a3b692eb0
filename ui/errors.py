"""The only dialogs about troubles, and the hooks that catch bugs.

A `Problem` is shown as: what did not happen, why, where, what to do. A bug is
shown once per place in the code, is logged, and can be copied as a report that
says what kind of error came from which lines: neither its words nor any value,
for these may be names of people. Codes and places are never on the screen,
only behind 复制说明.
"""

from __future__ import annotations

import hashlib
import logging
import platform
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, Qt, QtMsgType, Signal, qInstallMessageHandler, qVersion
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from services import clock, logs
from services.errors import FileTrouble, Problem
from ui import icons, theme

log = logging.getLogger(__name__)
PLACES = ("哪个文件", "哪里")


@dataclass(frozen=True)
class Choice:
    """One way out of a trouble.

    Attributes:
        label: Verb on the button.
        act: Called after the dialog has closed; None only closes.
        kind: "primary" for the way that mends, else "".
    """

    label: str
    act: Callable[[], object] | None = None
    kind: str = ""


@dataclass(frozen=True)
class Trouble:
    """What a trouble dialog says.

    Attributes:
        title: What did not happen, as 附件2 没有写成.
        why: One sentence.
        facts: (label, text) pairs: 哪个文件, 怎么办, 其他文件.
        details: Code and technical text, only copied.
    """

    title: str
    why: str
    facts: tuple[tuple[str, str], ...] = ()
    details: str = ""

    def text(self) -> str:
        """Return everything as text for 复制说明."""
        lines = [self.title, self.why, *(f"{label}：{text}" for label, text in self.facts), self.details]
        return "\n".join(line for line in lines if line)


class TroubleDialog(QDialog):
    """Icon, title, one sentence, facts; foot with 复制说明 and the ways out."""

    def __init__(
        self,
        trouble: Trouble,
        choices: Sequence[Choice],
        parent: QWidget | None = None,
        *,
        icon: tuple[str, str] = ("warning-circle", "bad"),
    ) -> None:
        """Build the dialog; show it with `open()`."""
        super().__init__(parent)
        self.trouble = trouble
        self._icon = icon
        self.setWindowTitle("执法台")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(round(theme.current().px("size", "dialog") * theme.current().scale))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(self._body(), 1)
        outer.addWidget(self._foot(choices))

    def copy(self) -> None:
        """Put the whole story on the clipboard."""
        QGuiApplication.clipboard().setText(self.trouble.text())

    def showEvent(self, event: QShowEvent) -> None:
        """Fit the height to the wrapped text, and start at the way that mends."""
        super().showEvent(event)
        layout = self.layout()
        if layout:
            self.setFixedHeight(layout.totalHeightForWidth(self.width()))
        for button in self.findChildren(QPushButton):
            if button.isDefault():
                button.setFocus()

    def _body(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(24, 24, 24, 20)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(10)
        sign = QLabel()
        icons.dress(sign, *self._icon, 28)
        title = _wrapped(self.trouble.title)
        title.setProperty("kind", "record")
        grid.addWidget(sign, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(title, 0, 1, 1, 2)
        grid.addWidget(_wrapped(self.trouble.why), 1, 1, 1, 2)
        for row, (label, text) in enumerate(self.trouble.facts, start=2):
            head = QLabel(label)
            head.setProperty("kind", "help")
            fact = _wrapped(text)
            if label in PLACES:
                fact.setObjectName("factBox")
            grid.addWidget(head, row, 1, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(fact, row, 2)
        grid.setColumnStretch(2, 1)
        return grid

    def _foot(self, choices: Sequence[Choice]) -> QFrame:
        foot = QFrame()
        foot.setObjectName("dialogFoot")
        foot.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        line = QHBoxLayout(foot)
        line.setContentsMargins(16, 9, 16, 9)
        line.setSpacing(8)
        copy = QPushButton("复制说明")
        copy.setProperty("kind", "quiet")
        copy.setAutoDefault(False)
        icons.dress(copy, "copy", "action_text")
        copy.clicked.connect(self.copy)
        line.addWidget(copy)
        line.addStretch(1)
        for choice in choices:
            line.addWidget(self._button(choice))
        return foot

    def _button(self, choice: Choice) -> QPushButton:
        button = QPushButton(choice.label)
        button.setProperty("kind", choice.kind)
        button.setDefault(choice.kind == "primary")
        button.clicked.connect(self.accept if choice.act else self.reject)
        if choice.act:
            button.clicked.connect(choice.act)
        return button


def show_problem(
    parent: QWidget | None, problem: Problem, *, what: str = "", retry: Callable[[], object] | None = None, others: Sequence[Choice] = ()
) -> TroubleDialog:
    """Show an expected failure: what, why, where, how to mend.

    Args:
        parent: Widget whose window it belongs to.
        problem: The failure.
        what: What did not happen, in words; a plain sentence without it.
        retry: Adds 重试 as the way that mends.
        others: Other ways out, left of 重试.
    """
    place = problem.where()
    facts = [(PLACES[0 if isinstance(problem, FileTrouble) else 1], place)] if place else []
    if problem.way_out():
        facts.append(("怎么办", problem.way_out()))
    facts.append(("其他数据", "没有受影响，也没有写进一半。"))
    trouble = Trouble(what or "这一步没有做成", problem.message(), tuple(facts), f"代码：{problem.code}")
    choices = [Choice("取消"), *others, Choice("重试", retry, "primary")] if retry else [*others, Choice("知道了", kind="primary")]
    dialog = TroubleDialog(trouble, choices, parent.window() if parent else None)
    dialog.open()
    return dialog


def ask(parent: QWidget | None, trouble: Trouble, choices: Sequence[Choice]) -> TroubleDialog:
    """Ask for a decision that undo cannot mend; the choices act by themselves."""
    dialog = TroubleDialog(trouble, choices, parent.window() if parent else None, icon=("warning", "soon"))
    dialog.open()
    return dialog


class BugCatcher(QObject):
    """Shows a bug once per place in the code, from whatever thread it came.

    Signals:
        caught: (report) of a bug not seen before.
    """

    caught = Signal(str)

    def __init__(self, parent: QObject | None = None, *, version: Callable[[], str] | None = None) -> None:
        """Listen on the UI thread.

        Args:
            parent: Owner.
            version: Gives the version of the program for the report.
        """
        super().__init__(parent)
        self._version = version
        self._seen: set[str] = set()
        self._dialog: TroubleDialog | None = None
        self.caught.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Catch bugs of all threads and warnings of Qt."""
        sys.excepthook = self.take
        threading.excepthook = self._take_of_thread
        qInstallMessageHandler(log_qt)

    def take(self, kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        """Log a bug and show it unless the same was shown before."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        places = logs.kind_and_place(error)
        mark = hashlib.sha256(places.encode()).hexdigest()[:12]
        log.error("unexpected: %s %s", mark, places)
        if mark not in self._seen:
            self._seen.add(mark)
            self.caught.emit(self._report(mark, places))

    def _report(self, mark: str, places: str) -> str:
        version = self._version() if self._version else "?"
        system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}, Qt {qVersion()}"
        moment = clock.now().isoformat(timespec="seconds")
        return f"编号：{mark}\n版本：{version}\n系统：{system}\n时间：{moment}\n{places}"

    def _take_of_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self.take(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def _show(self, report: str) -> None:
        facts = (
            ("怎么办", "可以接着用；同一步再出现，就复制说明发给维护的人。"),
            ("已存的数据", "没有受影响，这一步没有写入。"),
            ("复制的说明", "只有程序出错的位置，没有人名、企业和号码。"),
        )
        trouble = Trouble("程序出了意外，这一步没有做成", "不是您的操作有误，是程序没有想到的情况。", facts, report)
        # kept, or it would go at once when no window of ours is the active one
        self._dialog = TroubleDialog(trouble, [Choice("知道了", kind="primary")], QApplication.activeWindow())
        self._dialog.open()


def log_qt(kind: QtMsgType, _context: QMessageLogContext, message: str | None) -> None:
    """Write a message of Qt to the log."""
    levels = {QtMsgType.QtDebugMsg: logging.DEBUG, QtMsgType.QtInfoMsg: logging.INFO, QtMsgType.QtWarningMsg: logging.WARNING}
    logging.getLogger("qt").log(levels.get(kind, logging.ERROR), "%s", message)


def _wrapped(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
