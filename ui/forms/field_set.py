"""All fields of one row: what was typed, what is wrong, where Enter leads.

The record panel and the dialogs made from a Form are built on this. A field
is checked when the typing pauses, when it is left, and at once while it bears
a remark; fields nobody came to stay calm until the row is to be saved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from models.forms import Form
from ui.forms.checking import Checked, check
from ui.forms.field_box import FieldBox

PAUSE_MS = 600
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class FieldSet(QObject):
    """The boxes of a Form and the text in them.

    Attributes:
        form: Declaration of the row.
        boxes: The field boxes by column key.
    Signals:
        typed: The person changed a value.
        leaving: Other values are about to be shown.
        filled: Other values were shown.
        settled: What stands in the fields is saved.
        stirred: It was not saved after all.
        discarded: What was typed was thrown away.
        passed: Enter in the last field.
        save_asked: Ctrl+Enter in any field.
    """

    typed = Signal()
    leaving = Signal()
    filled = Signal()
    settled = Signal()
    stirred = Signal()
    discarded = Signal()
    passed = Signal()
    save_asked = Signal()

    def __init__(self, form: Form, owner: QWidget, *, year: int | None = None) -> None:
        """Build all boxes and tie them in the order of the form."""
        super().__init__(owner)
        self.form = form
        self._year = year
        self._shown: dict[str, str] = {}
        self._before: dict[str, str] = {}
        self._touched: set[str] = set()
        self._paused: set[str] = set()
        self._several = False
        self.boxes = {column.key: FieldBox(column, owner, year=year) for column in form.columns}
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._look)
        for box in self.boxes.values():
            # methods and not closures: these connections end with either side
            box.edited.connect(self._typed)
            box.left.connect(self._left)
            box.entered.connect(self._entered)
            box.editor.installEventFilter(self)
        self._shown = self.raw()

    def fill(self, values: Mapping[str, Any], *, masked: bool = False, visited: bool = False) -> None:
        """Show the values of a row, none of it typed yet.

        Args:
            values: Clean values by key.
            masked: Hide the numbers of persons behind their masks.
            visited: Show what is wrong with it at once.
        """
        self.leaving.emit()
        self._several = False
        for key, box in self.boxes.items():
            value = values.get(key)
            box.set_value(box.column.kind.show(value) if value not in (None, ()) else "")
            box.set_several(on=False)
            box.set_veil(masked and box.column.kind.personal and bool(box.value()))
        self._start_over(visited=visited)
        self.filled.emit()

    def fill_several(self, rows: Sequence[Mapping[str, Any]], *, masked: bool = False) -> None:
        """Show what several rows have in common; only what is typed will be changed."""
        self.leaving.emit()
        self._several = True
        for key, box in self.boxes.items():
            shown = {box.column.kind.show(row[key]) if row.get(key) not in (None, ()) else "" for row in rows}
            hidden = masked and box.column.kind.personal
            box.set_veil(False)
            box.set_value(shown.pop() if len(shown) == 1 and not hidden else "")
            box.set_several(on=bool(shown) or hidden)
        self._start_over(visited=False)
        self.filled.emit()

    def take_up(self, texts: Mapping[str, str]) -> None:
        """Show what was typed another time, but not over what was typed meanwhile."""
        now = self.difference()
        for key, text in texts.items():
            if key in self.boxes and key not in now:
                box = self.boxes[key]
                box.set_value(text)
                if box.veiled:
                    box.set_veil(True)
                self._touched.add(key)
        self.show_remarks()

    def raw(self) -> dict[str, str]:
        """Return the typed text by key."""
        return {key: box.value() for key, box in self.boxes.items()}

    def difference(self) -> dict[str, str]:
        """Return the text of the fields that differ from what was shown."""
        return {key: text for key, text in self.raw().items() if text != self._shown.get(key, "")}

    def settle(self) -> None:
        """Take what stands in the fields as saved."""
        self._before, self._shown = self._shown, self.raw()
        self.settled.emit()

    def stir(self) -> None:
        """Take back `settle`: it was not saved after all."""
        if self._before:
            self._shown, self._before = self._before, {}
            self.stirred.emit()
            self.typed.emit()

    def discard(self) -> None:
        """Show again what was there before anything was typed."""
        self.discarded.emit()
        for key in self.difference():
            box = self.boxes[key]
            box.set_value(self._shown[key])
            if box.veiled:
                box.set_veil(True)
        self.show_remarks()

    def checked(self) -> Checked:
        """Return the row as the Form reads it, with its remarks."""
        return check(self.form, self.raw(), year=self._year)

    def show_remarks(self, *, everywhere: bool = False) -> Checked:
        """Show the remarks of fields that were visited; those still to come stay calm."""
        if everywhere:
            self._touched = set(self.boxes)
        checked = self.checked()
        if self._several:
            typed = self.difference()
            checked = replace(checked, remarks={key: remark for key, remark in checked.remarks.items() if key in typed})
        for key, box in self.boxes.items():
            box.set_remark(checked.remarks.get(key) if key in self._touched else None)
        return checked

    def normalise(self) -> None:
        """Show every value as it is understood."""
        for box in self.boxes.values():
            if hasattr(box.editor, "normalise"):
                box.editor.normalise()

    def set_year(self, year: int | None) -> None:
        """Take the year for dates that name only month and day."""
        self._year = year
        for box in self.boxes.values():
            box.set_year(year)

    def order_tabs(self) -> None:
        """Let Tab follow the form; called once the boxes stand in their window."""
        for before, after in pairwise(self.boxes.values()):
            QWidget.setTabOrder(before.editor, after.editor)

    def next_issue(self) -> FieldBox | None:
        """Put the focus into the next field with a remark, round again after the last."""
        order = list(self.boxes.values())
        here = next((number for number, box in enumerate(order) if box.editor.hasFocus()), -1)
        target = next((box for box in order[here + 1 :] + order[: here + 1] if box.remark), None)
        if target is not None:
            target.take_focus()
        return target

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take Ctrl+Enter before long text makes a line break of it."""
        pressed = event if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress else None
        if pressed and pressed.key() in ENTER and pressed.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.save_asked.emit()
            return True
        return super().eventFilter(watched, event)

    def _key(self) -> str:
        """Return the key of the box that called."""
        box = self.sender()
        assert isinstance(box, FieldBox)
        return box.column.key

    def _typed(self) -> None:
        key = self._key()
        self._paused.add(key)
        if self.boxes[key].remark:
            self._look()
        else:
            self._pause.start()
        self.typed.emit()

    def _left(self) -> None:
        self._paused.add(self._key())
        self._look()

    def _entered(self) -> None:
        keys = list(self.boxes)
        following = keys[keys.index(self._key()) + 1 :]
        if following:
            self.boxes[following[0]].take_focus()
        else:
            self.passed.emit()

    def _start_over(self, *, visited: bool) -> None:
        self._shown, self._before = self.raw(), {}
        self._pause.stop()
        self._touched, self._paused = (set(self.boxes) if visited else set()), set()
        self.show_remarks()

    def _look(self) -> None:
        self._pause.stop()
        self._touched |= self._paused
        self._paused = set()
        self.show_remarks()
