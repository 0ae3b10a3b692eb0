"""A dialog made from a Form: one FieldBox per column, checked by the Form.

For what stands outside the registers: who works here, a new campaign. The
form decides what is asked and what is wrong with it; nothing is checked twice.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from models.forms import Form
from services import clock
from ui import theme
from ui.forms.checking import Remark
from ui.forms.field_set import ENTER, FieldSet
from ui.forms.panel_parts import DraftLine

FULL_WIDTH_MM = 80
_TALLEST = 0.9


class FormDialog(QDialog):
    """Asks for one row of a form.

    Attributes:
        field_set: What is typed into.
        fields: Its boxes by column key.
        draft_line: Says that something typed before is here again.
    Signals:
        completed: (row) the clean row, once nothing blocks it.
        other_chosen: The quiet button at the left was pressed.
    """

    completed = Signal(dict)
    other_chosen = Signal()

    def __init__(
        self,
        form: Form,
        *,
        help_line: str,
        save_label: str,
        values: Mapping[str, str] | None = None,
        other: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """Build the fields in two columns; long ones take the whole width."""
        super().__init__(parent)
        self.form = form
        self.setWindowTitle(form.title)
        self.setObjectName("formDialog")
        self.setMinimumWidth(theme.current().px("size", "dialog"))
        self.field_set = FieldSet(form, self, year=clock.today().year)
        self.fields = self.field_set.boxes
        self.draft_line = DraftLine()
        for box in self.fields.values():
            if box.column.kind.editor == "names" and isinstance(box.editor, QLineEdit):
                box.editor.setPlaceholderText("用顿号隔开")
        for key, text in (values or {}).items():
            self.fields[key].set_value(text)
        title, help_text = QLabel(form.title), QLabel(help_line)
        title.setProperty("kind", "record")
        help_text.setProperty("kind", "help")
        help_text.setWordWrap(True)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(20, 16, 20, 14)
        rows.setSpacing(10)
        rows.addWidget(title)
        rows.addWidget(help_text)
        rows.addWidget(self.draft_line)
        rows.addWidget(self._body(), 1)
        rows.addWidget(self._foot(save_label, other))
        self.field_set.order_tabs()
        self.field_set.passed.connect(self.save)
        self.field_set.save_asked.connect(self.save)
        issue = QShortcut(QKeySequence("F8"), self)
        issue.activated.connect(self.field_set.next_issue)

    def save(self) -> None:
        """Hand on the row if nothing blocks it; else show what is wrong."""
        self.field_set.normalise()
        checked = self.field_set.show_remarks(everywhere=True)
        if checked.blocked:
            self.fields[checked.blocked[0]].take_focus()
            self._grow()
        else:
            self.field_set.settle()
            self.completed.emit(checked.row)

    def showEvent(self, event: QShowEvent) -> None:
        """Start in the first field; typing replaces what stands there."""
        super().showEvent(event)
        if not event.spontaneous():
            next(iter(self.fields.values())).take_focus()

    def refuse(self, sentence: str, *, key: str = "") -> None:
        """Show why a service did not take the row.

        Args:
            sentence: What is wrong and how to mend it.
            key: Column that it is about; the first field if it is about none.
        """
        self.field_set.stir()
        at = self.fields.get(key) or next(iter(self.fields.values()))
        at.take_focus()  # first: what a field is left with is checked anew, and every remark with it
        at.set_remark(Remark("bad", sentence))
        self._grow()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Save on Ctrl+Enter from the buttons too."""
        if event.key() in ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.save()
        else:
            super().keyPressEvent(event)

    def _grow(self) -> None:
        """Give what is said under the fields its room, as far as the screen has it."""
        self._grid.activate()
        lacking = self._grid.sizeHint().height() - self._scroll.viewport().height()
        if lacking > 0:
            self.resize(self.width(), min(self.height() + lacking, round(self.screen().availableGeometry().height() * _TALLEST)))

    def _body(self) -> QWidget:
        body = QWidget()
        grid = self._grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(theme.current().px("space", "field_gap"))
        place = 0
        for column in self.form.columns:
            if column.width_mm >= FULL_WIDTH_MM:
                place += place % 2
                grid.addWidget(self.fields[column.key], place // 2, 0, 1, 2)
                place += 2
            else:
                grid.addWidget(self.fields[column.key], place // 2, place % 2)
                place += 1
        for number in (0, 1):
            grid.setColumnStretch(number, 1)
            grid.setColumnMinimumWidth(number, 200)
        scroll = self._scroll = QScrollArea()
        scroll.setObjectName("panelScroll")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # or the first thing typed would go nowhere
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(body)
        body.setObjectName("panelBody")
        return scroll

    def _foot(self, save_label: str, other: str) -> QWidget:
        foot = QWidget()
        line = QHBoxLayout(foot)
        line.setContentsMargins(0, 4, 0, 0)
        line.setSpacing(8)
        if other:
            aside = QPushButton(other)
            aside.setProperty("kind", "quiet")
            aside.setAutoDefault(False)
            aside.clicked.connect(self.other_chosen)
            line.addWidget(aside)
        line.addStretch(1)
        cancel = QPushButton("取消")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        save = QPushButton(save_label)
        save.setProperty("kind", "primary")
        save.setAutoDefault(False)  # Enter goes to the next field, as in a grid
        save.clicked.connect(self.save)
        line.addWidget(cancel)
        line.addWidget(save)
        return foot
