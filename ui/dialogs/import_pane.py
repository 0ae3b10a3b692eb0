"""One file of an import: how it was taken, its rows, or why it has none."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from services.imports.desks import DESKS
from ui import icons, regions
from ui.dialogs.import_rows import MOST_ROWS, RowsView, Shown
from ui.dialogs.import_work import FileState, Trouble

_MOST_SENTENCES = 3


class FilePane(QWidget):
    """The right side of the import.

    Attributes:
        grid: Rows of the file.
        sentence: All that is to be said of the current row.
        trouble: Why the file cannot be written.
        way_out: What to do about it.
        choices: Buttons of the forms that it may be.
    Signals:
        form_chosen: (path, code) read this file as this form.
    """

    form_chosen = Signal(object, str)

    def __init__(self) -> None:
        """Build the pane without a file."""
        super().__init__()
        self.grid = RowsView()
        self.choices: list[QPushButton] = []
        self._state: FileState | None = None
        self._name = regions.label(kind="section")
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._about = regions.Elided()
        self._tabs = QTabBar()
        self._tabs.setDrawBase(False)
        self._tabs.setDocumentMode(True)
        self._tabs.setAccessibleName("文件里的表")
        self._tabs.hide()
        self._kind = QStackedWidget()
        self._kind.addWidget(self._rows_part())
        self._kind.addWidget(self._trouble_part())
        bar = regions.bar(self._name, self._about, self._tabs)
        regions.column(self, bar, self._kind)
        self.grid.wandered.connect(self._speak)
        self._tabs.currentChanged.connect(self._show_table)

    def show_state(self, state: FileState | None) -> None:
        """Show a file as it was planned, or why it was not."""
        self._state = state
        name = state.path.name if state else ""
        self._name.setText(self._name.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, 320))
        self._name.setToolTip(str(state.path) if state else "")
        self._about.say(_about(state))
        codes = list(dict.fromkeys(code for code, _row in state.plan.rows)) if state and state.plan else []
        self._tabs.blockSignals(True)
        while self._tabs.count():
            self._tabs.removeTab(0)
        for code in codes:
            self._tabs.setTabData(self._tabs.addTab(DESKS[code].noun), code)
        self._tabs.blockSignals(False)
        self._tabs.setVisible(len(codes) > 1)
        self._show_table()
        trouble = state.trouble if state else None
        self._kind.setCurrentIndex(1 if trouble else 0)
        if trouble is not None and state is not None:
            self._show_trouble(state.path, trouble)

    def _rows_part(self) -> QWidget:
        self._sign = QLabel()
        self.sentence = regions.label()
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setWordWrap(True)
        self._speech = QFrame()
        self._speech.setObjectName("panelFoot")
        line = QHBoxLayout(self._speech)
        line.setContentsMargins(14, 8, 14, 8)
        line.setSpacing(9)
        line.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.sentence, 1)
        part = QWidget()
        rows = QVBoxLayout(part)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.grid, 1)
        rows.addWidget(self._speech)
        return part

    def _trouble_part(self) -> QWidget:
        sign = QLabel()
        icons.dress(sign, "warning-circle", "bad", 28)
        self.trouble, self.way_out = regions.label(), regions.label(kind="help")
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(10)
        for label in (self.trouble, self.way_out):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setWordWrap(True)
            words.addWidget(label)
        words.addLayout(self._list)
        words.addStretch(1)
        part = QWidget()
        part.setObjectName("page")
        part.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line = QHBoxLayout(part)
        line.setContentsMargins(24, 24, 40, 24)
        line.setSpacing(14)
        line.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        return part

    def _show_table(self, _number: int = 0) -> None:
        state = self._state
        code = self._tabs.tabData(self._tabs.currentIndex()) if self._tabs.count() else ""
        self.grid.use(state.plan if state and not state.trouble else None, str(code or ""))

    def _show_trouble(self, path: Path, trouble: Trouble) -> None:
        self.trouble.setText(trouble.sentence)
        self.way_out.setText(trouble.way_out)
        self.way_out.setVisible(bool(trouble.way_out))
        for button in self.choices:
            button.deleteLater()
        self.choices = []
        for code, title in trouble.choices:
            button = QPushButton(f"当作“{title}”读")
            button.setAutoDefault(False)
            button.clicked.connect(partial(self._choose, path, code))
            self._list.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            self.choices.append(button)

    def _choose(self, path: Path, code: str, _checked: bool = False) -> None:
        self.form_chosen.emit(path, code)

    def _speak(self, one: Shown | None) -> None:
        """Say the whole of what is wrong with a row."""
        sentences = list(dict.fromkeys(sentence for _key, sentence in one.sentences)) if one else []
        rows = self.grid.rows
        if one and one.planned and one.planned.action == "rejected":
            icons.dress(self._sign, "warning-circle", "bad")
        elif sentences:
            icons.dress(self._sign, "warning", "soon")
        elif rows.total > MOST_ROWS:
            icons.dress(self._sign, "info", "ink2")
            sentences = [f"这里只列 {MOST_ROWS:,} 行，要核对的排在前面；写入时按全部 {rows.total:,} 行算"]
        shown = sentences[:_MOST_SENTENCES]
        if len(sentences) > _MOST_SENTENCES:
            shown[-1] += f"（还有 {len(sentences) - _MOST_SENTENCES} 处，见“说明”列）"
        place = f"第 {one.number} 行　" if one and one.sentences and not shown[0].startswith("第") else ""
        self.sentence.setText(place + "\n".join(shown))
        self._speech.setVisible(bool(shown))


def _about(state: FileState | None) -> str:
    """Return how a file was taken: form, header row, who sent it."""
    if state is None or state.plan is None:
        return ""
    table = state.plan.tables[0]
    parts = [f"认作 {table.form.title}" if table.form else ""]
    if table.header_rows:
        parts.append(f"表头在第 {'、'.join(map(str, table.header_rows))} 行")
    submitter = next((one.submitter for one in state.plan.tables if one.submitter), "")
    parts.append(f"报送单位 {submitter}" if submitter else "")
    return "　".join(part for part in parts if part)
