"""The four parts of the report as the clerk writes them.

Numbers stand in the text as names in braces; the list at the right puts one
in where the cursor is. Below stands what rests on no figure, as one types.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from services.figures import report_words
from services.packages import prose
from services.packages.prose import Audit, Moved
from ui import regions, theme

_WAIT_MS = 250
_SHOWN = 4
_KEY = int(Qt.ItemDataRole.UserRole)
_HEIGHTS = (2, 3, 3, 2)


class PartEdit(QPlainTextEdit):
    """One part; Tab leaves it, for the text has no tabs.

    Signals:
        entered: The cursor came into it.
    """

    entered = Signal()

    def __init__(self, name: str) -> None:
        """Build an empty editor."""
        super().__init__()
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setMinimumHeight(round(56 * theme.current().scale))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell that numbers go here now."""
        super().focusInEvent(event)
        self.entered.emit()


class ReportTextDialog(QDialog):
    """Edits the prose of the report.

    Attributes:
        parts: Editors by the name of the part.
        names: Figures to put in; Enter or a double click does.
        audit_line: What rests on no figure.
        from_word: Takes the text back from a file that was edited in Word.
    Signals:
        completed: (parts) the text shall be kept.
        file_asked: A file edited in Word shall be read.
    """

    completed = Signal(dict)
    file_asked = Signal()

    def __init__(self, parts: Mapping[str, str], shown: Mapping[str, str], parent: QWidget | None = None) -> None:
        """Build the dialog; show it with `open()`.

        Args:
            parts: Text by part.
            shown: Each figure by key, as the report prints it.
            parent: Window that it belongs to.
        """
        super().__init__(parent)
        self._shown = dict(shown)
        self._moved: tuple[Moved, ...] = ()
        self._kept = dict(parts)
        self.setWindowTitle("总结文字")
        self.setObjectName("formDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(round(900 * min(theme.current().scale, 1.3)), round(600 * min(theme.current().scale, 1.1)))
        self.parts = {part: PartEdit(part) for part in parts}
        self._current = next(iter(self.parts.values()))
        self.names = QListWidget()
        self.audit_line = QLabel()
        self.from_word = QPushButton("从 Word 收回…")
        self._build()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self._look)
        self.show_parts(parts)
        self._current.setFocus()

    def show_parts(self, parts: Mapping[str, str], *, audit: Audit | None = None) -> None:
        """Put other text in; what a file said of its numbers is told below."""
        self._moved = audit.moved if audit else ()
        for part, text in parts.items():
            if part in self.parts:
                self.parts[part].setPlainText(text)
        self._look()

    def texts(self) -> dict[str, str]:
        """Return the text of each part as typed."""
        return {part: editor.toPlainText() for part, editor in self.parts.items()}

    def put(self, name: str) -> None:
        """Put a number in where the cursor is."""
        self._current.insertPlainText(f"{{{name}}}")
        self._current.setFocus()

    def save(self) -> None:
        """Hand on the text."""
        self.completed.emit(self.texts())

    def reject(self) -> None:
        """Close; text that was typed and not kept asks a second Esc."""
        if self.texts() != self._kept and not self._warned():
            return
        super().reject()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Save on Ctrl+Enter; Enter in a list is not the button's."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.save()
            return
        super().keyPressEvent(event)

    def _warned(self) -> bool:
        words = "文字还没有保存；再按一次 Esc 不保存"
        if self.audit_line.text() == words:
            return True
        self.audit_line.setText(words)
        return False

    def _build(self) -> None:
        left, right = QVBoxLayout(), QVBoxLayout()
        left.setSpacing(6)
        for stretch, (part, editor) in zip(_HEIGHTS, self.parts.items(), strict=False):
            left.addWidget(regions.label(part, "section"))
            left.addWidget(editor, stretch)
            editor.entered.connect(partial(self._go_to, editor))
            editor.textChanged.connect(lambda: self._timer.start())
        right.setSpacing(6)
        right.addWidget(regions.label("插入数字", "section"))
        self.names.setAccessibleName("插入数字")
        for name, key in report_words.NAMES.items():
            item = QListWidgetItem(f"{name}　{self._shown.get(key, '—')}")
            item.setData(_KEY, name)
            self.names.addItem(item)
        self.names.itemActivated.connect(lambda item: self.put(str(item.data(_KEY))))
        right.addWidget(self.names, 1)
        right.addWidget(regions.label("双击或 Enter 放到光标处", "help"))
        across = QHBoxLayout()
        across.setSpacing(16)
        across.addLayout(left, 3)
        across.addLayout(right, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(20, 16, 20, 14)
        rows.setSpacing(10)
        rows.addLayout(across, 1)
        self.audit_line.setWordWrap(True)
        self.audit_line.setTextFormat(Qt.TextFormat.PlainText)
        self.audit_line.setProperty("kind", "help")
        rows.addWidget(self.audit_line)
        rows.addLayout(self._foot())
        QShortcut(QKeySequence("Ctrl+S"), self).activated.connect(self.save)

    def _foot(self) -> QHBoxLayout:
        cancel, save = QPushButton("取消"), QPushButton("保存文字")
        save.setProperty("kind", "primary")
        self.from_word.setProperty("kind", "quiet")
        self.from_word.setToolTip("打开在 Word 里改过的总结，把文字收回来；数字仍绑定指标")
        for button in (self.from_word, cancel, save):
            button.setAutoDefault(False)
        self.from_word.clicked.connect(lambda _checked=False: self.file_asked.emit())
        cancel.clicked.connect(lambda _checked=False: self.reject())
        save.clicked.connect(lambda _checked=False: self.save())
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.from_word)
        foot.addStretch(1)
        foot.addWidget(cancel)
        foot.addWidget(save)
        return foot

    def _go_to(self, editor: PartEdit) -> None:
        self._current = editor

    def _look(self) -> None:
        found = prose.audit(self.texts(), self._shown)
        said = [f"没有“{name}”这个指标" for name in found.unknown]
        said += [f"{one.name} {one.was} → {one.now}" for one in self._moved]
        for one in found.loose[:_SHOWN]:
            like = f"（现在的{'、'.join(f'{{{name}}}' for name in one.like[:2])}）" if one.like else ""
            said.append(f"{one.part}“{one.number}”没有绑定{like}")
        if len(found.loose) > _SHOWN:
            said.append(f"没有绑定的数字共 {len(found.loose)} 处")
        self.audit_line.setText("；".join(said) or "数字都绑定着指标，重新出报告时自动更新")
        self.audit_line.setProperty("kind", "bad" if found.unknown else "help")
        self.audit_line.style().unpolish(self.audit_line)
        self.audit_line.style().polish(self.audit_line)
