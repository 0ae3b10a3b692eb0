"""The record panel at the right of a grid: fields with their issues, history.

Enter moves on, F8 goes to the next issue, Ctrl+Enter saves (and goes on to
the next record, or to a new one), Esc returns to the same cell of the grid.
The panel saves nothing by itself: it says `save_asked` with the typed text;
what keeps a row from being saved is shown beside its field, never in a box.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from models.forms import Form, Issue
from models.values import masked
from ui import theme
from ui.forms.checking import Checked, Remark, check
from ui.forms.field_box import FieldBox
from ui.forms.history_list import HistoryList
from ui.forms.panel_parts import PanelFoot, PanelHead

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
WIDER = 36
_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z-]{6,20}(?![0-9A-Za-z])")
HistoryRow = tuple[datetime, str, str, str]


class SidePanel(QFrame):
    """One record of a Form, to be read and edited.

    Attributes:
        form: Declaration of the record.
        record_id: Which record; None for a new one.
        boxes: The field boxes by column key.
        dirty: Something was typed and not saved.
    Signals:
        save_asked: (clean row, go on afterwards) the row can be saved.
        remove_asked: The record shall go to the bin.
        closed: ✕ was pressed, or Esc with nothing unsaved.
        returned: Esc: the focus goes back to the grid.
        history_asked: The history tab was opened.
        unveil_asked: The numbers of this record shall be shown.
    """

    save_asked = Signal(object, bool)
    remove_asked = Signal()
    closed = Signal()
    returned = Signal()
    history_asked = Signal()
    unveil_asked = Signal()

    def __init__(
        self, form: Form, parent: QWidget | None = None, *, new_title: str = "新增", name_key: str = "", year: int | None = None
    ) -> None:
        """Build all boxes once.

        Args:
            form: Declaration of the record.
            parent: Owner.
            new_title: Head of the panel for a new record.
            name_key: Column that names the record; the first one if empty.
            year: Year for dates without one.
        """
        super().__init__(parent)
        self.setObjectName("sidePanel")
        self.form = form
        self.record_id: int | None = None
        self.dirty = False
        self._new_title = new_title
        self._name_key = name_key or form.keys[0]
        self._year = year
        self._origin = ""
        self._touched: set[str] = set()
        self._masks = False
        self._leaving = False
        self.boxes = {column.key: FieldBox(column, year=year) for column in form.columns}
        self.head, self.foot = PanelHead(), PanelFoot()
        self._build()
        self._wire()
        self.follow_theme()

    def load(self, record_id: int | None, values: Mapping[str, Any], *, origin: str = "") -> None:
        """Show a record, or an empty one to be filled in.

        Args:
            record_id: None for a new record.
            values: Clean values by key.
            origin: One grey line under the name.
        """
        self.record_id, self._origin, self.dirty = record_id, origin, False
        self._touched = set() if record_id is None else set(self.boxes)
        for key, box in self.boxes.items():
            box.set_value(box.column.kind.show(values[key]) if values.get(key) not in (None, ()) else "")
            box.set_veil(self._masks and record_id is not None and box.column.kind.personal and bool(box.value()))
        self._show_name()
        self.head.show_origin(origin)
        self.head.tabs.setCurrentIndex(0)
        self.head.tabs.setVisible(record_id is not None)
        self.foot.show_stored(stored=record_id is not None)
        self._check()

    def raw(self) -> dict[str, str]:
        """Return the typed text by key."""
        return {key: box.value() for key, box in self.boxes.items()}

    def checked(self) -> Checked:
        """Return the row as the Form reads it, with its remarks."""
        return check(self.form, self.raw(), year=self._year)

    def set_suggestions(self, key: str, words: Sequence[str]) -> None:
        """Offer words while typing into a column."""
        if key in self.boxes:
            self.boxes[key].set_suggestions(words)

    def set_year(self, year: int | None) -> None:
        """Take the year for dates that name only month and day."""
        self._year = year
        for box in self.boxes.values():
            box.set_year(year)

    def set_masks(self, on: bool) -> None:
        """Mask numbers of persons in the records that are loaded from now on."""
        self._masks = on
        if not on:
            self.unveil()

    def unveil(self) -> None:
        """Show the numbers of this record, to be read and edited."""
        for box in self.boxes.values():
            box.set_veil(False)

    def take_issues(self, issues: Sequence[Issue]) -> None:
        """Show what a service found wrong, beside the fields."""
        for issue in issues:
            if issue.key in self.boxes:
                self.boxes[issue.key].set_remark(Remark("bad", issue.message))
        self.head.show_origin(f"有 {len(issues)} 处要改，还没有保存", weight="bad")
        self.next_issue()

    def set_place(self, text: str) -> None:
        """Show "3 / 20" in the foot."""
        self.foot.place.setText(text)

    def set_history(self, rows: Sequence[HistoryRow]) -> None:
        """Fill the history tab; it hides the numbers that the fields hide."""
        veiled = any(box.veiled for box in self.boxes.values())
        self.history.set_rows([(*row[:3], _without_numbers(row[3]) if veiled else row[3]) for row in rows])

    def save(self, *, go_on: bool = False) -> bool:
        """Ask for the row to be saved, or show what stands in the way."""
        for box in self.boxes.values():
            if hasattr(box.editor, "normalise"):
                box.editor.normalise()
        self._touched = set(self.boxes)
        checked = self._check()
        if checked.blocked:
            self.head.show_origin(f"有 {len(checked.blocked)} 处没填好，还不能保存")
            self.boxes[checked.blocked[0]].take_focus()
            return False
        self.save_asked.emit(checked.row, go_on)
        return True

    def saved(self) -> None:
        """Take note that what was typed is saved."""
        self.dirty = False
        self.head.show_origin(self._origin)

    def focus_first(self, key: str = "") -> None:
        """Put the focus into a field; the first one without a key."""
        box = self.boxes.get(key) or next(iter(self.boxes.values()))
        box.take_focus()
        self.body.ensureWidgetVisible(box)

    def next_issue(self) -> None:
        """Go to the next field with an issue, round again after the last."""
        order = list(self.boxes.values())
        here = next((number for number, box in enumerate(order) if box.editor.hasFocus()), -1)
        following = order[here + 1 :] + order[: here + 1]
        target = next((box for box in following if box.remark), None)
        if target:
            target.take_focus()
            self.body.ensureWidgetVisible(target)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back to the grid; twice throws away what is not saved."""
        if event.key() in ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.save(go_on=True)
        elif event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif not self.dirty:
            self.returned.emit()
        elif self._leaving:
            self.dirty = self._leaving = False
            self.returned.emit()
        else:
            self._leaving = True
            self.head.show_origin("还没保存：Ctrl+Enter 保存，再按 Esc 放弃", weight="soon")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep Ctrl+Enter from being a line break in long text."""
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if pressed and isinstance(event, QKeyEvent) and event.key() in ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.save(go_on=True)
            return True
        return super().eventFilter(watched, event)

    def follow_theme(self) -> None:
        """Take the width from the tokens: 312, or 348 in a wide window."""
        now = theme.current()
        width = now.px("size", "side_panel") + (WIDER if theme.is_wide(self) else 0)
        self.setMinimumWidth(round(width * min(now.scale, 1.25)))
        self.setMaximumWidth(round(width * max(now.scale, 1.0) * 1.5))

    def _build(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.head)
        inner = QWidget()
        inner.setObjectName("panelBody")
        fields = QVBoxLayout(inner)
        fields.setContentsMargins(16, 12, 16, 12)
        fields.setSpacing(theme.current().px("space", "field_gap"))
        for box in self.boxes.values():
            fields.addWidget(box)
        fields.addStretch(1)
        self.body = QScrollArea()
        self.body.setObjectName("panelScroll")
        self.body.setWidgetResizable(True)
        self.body.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.setWidget(inner)
        self.history = HistoryList()
        self.history.hide()
        rows.addWidget(self.body, 1)
        rows.addWidget(self.history, 1)
        rows.addWidget(self.foot)

    def _wire(self) -> None:
        order = list(self.boxes.values())
        for number, box in enumerate(order):
            box.edited.connect(self._typed)
            box.left.connect(self._left)
            box.unveil_asked.connect(self.unveil_asked)
            box.editor.installEventFilter(self)
            if number + 1 < len(order):
                box.entered.connect(order[number + 1].take_focus)
            else:
                box.entered.connect(self.foot.save.setFocus)
        for before, after in pairwise(order):
            QWidget.setTabOrder(before.editor, after.editor)
        self.head.closed.connect(self.closed)
        self.foot.remove.clicked.connect(self.remove_asked)
        self.foot.save.clicked.connect(self._save_here)
        self.foot.save_next.clicked.connect(self._save_on)
        self.head.turned.connect(self._turn)
        issue = QShortcut(QKeySequence("F8"), self)
        issue.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        issue.activated.connect(self.next_issue)
        theme.notifier().changed.connect(self.follow_theme)

    def _typed(self) -> None:
        self.dirty, self._leaving = True, False
        box = self.sender()
        if isinstance(box, FieldBox) and box.remark:
            self._check()
        self._show_name()

    def _left(self) -> None:
        box = self.sender()
        if isinstance(box, FieldBox):
            self._touched.add(box.column.key)
        self._check()

    def _check(self) -> Checked:
        """Show the remarks of fields that were visited; those still to come stay calm."""
        checked = self.checked()
        for key, box in self.boxes.items():
            box.set_remark(checked.remarks.get(key) if key in self._touched else None)
        return checked

    def _show_name(self) -> None:
        name = self.boxes[self._name_key].value()
        self.head.show_name(name or self._new_title)

    def _turn(self, tab: int) -> None:
        self.history.setVisible(tab == 1)
        self.body.setVisible(tab == 0)
        if tab == 1:
            self.history_asked.emit()

    def _save_here(self) -> None:
        self.save()

    def _save_on(self) -> None:
        self.save(go_on=True)


def _without_numbers(changes: str) -> str:
    return _NUMBER.sub(lambda found: masked(found[0]) if sum(map(str.isdigit, found[0])) > 6 else found[0], changes)
