"""A dialog made from a Form: one FieldBox per column, checked by the Form.

For what stands outside the registers: who works here, a new campaign. The
form decides what is asked and what is wrong with it; nothing is checked twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from models.forms import Form
from services import clock
from ui import theme
from ui.forms.checking import Remark, check
from ui.forms.field_box import FieldBox

FULL_WIDTH_MM = 80
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class FormDialog(QDialog):
    """Asks for one row of a form.

    Attributes:
        fields: The boxes by column key.
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
        self._year = clock.today().year
        self.fields = {column.key: FieldBox(column, self, year=self._year) for column in form.columns}
        for key, box in self.fields.items():
            box.entered.connect(partial(self._go_on, key))
            box.editor.installEventFilter(self)
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
        rows.addWidget(self._body(), 1)
        rows.addWidget(self._foot(save_label, other))

    def save(self) -> None:
        """Hand on the row if nothing blocks it; else show what is wrong."""
        checked = check(self.form, {key: box.value() for key, box in self.fields.items()}, year=self._year)
        for key, box in self.fields.items():
            box.set_remark(checked.remarks.get(key) if key in checked.blocked else None)
        if checked.blocked:
            self.fields[checked.blocked[0]].take_focus()
        else:
            self.completed.emit(checked.row)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Save on Ctrl+Enter, before the field takes the key."""
        pressed = event if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress else None
        if pressed and pressed.key() in ENTER and pressed.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.save()
            return True
        return super().eventFilter(watched, event)

    def refuse(self, sentence: str) -> None:
        """Show why a service did not take the row, at its first field."""
        first = next(iter(self.fields.values()))
        first.set_remark(Remark("bad", sentence))
        first.take_focus()

    def _go_on(self, key: str) -> None:
        keys = list(self.fields)
        place = keys.index(key) + 1
        if place < len(keys):
            self.fields[keys[place]].take_focus()
        else:
            self.save()

    def _body(self) -> QWidget:
        body = QWidget()
        grid = QGridLayout(body)
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
        scroll = QScrollArea()
        scroll.setObjectName("panelScroll")
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
