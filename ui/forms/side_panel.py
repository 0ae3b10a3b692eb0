"""The record panel at the right of a grid: fields with their issues, history.

Enter moves on, F8 goes to the next issue, Ctrl+Enter saves (and goes on to
the next record, or to a new one), Esc returns to the same cell of the grid.
The panel saves nothing by itself: it says `save_asked` with the typed text;
what keeps a row from being saved is shown beside its field, never in a box.
It may also show several rows at once: what is typed then goes into all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from models.forms import Form, Issue
from services.operations import Step
from ui import theme
from ui.forms.checking import Checked, Remark
from ui.forms.field_set import ENTER, FieldSet
from ui.forms.file_strip import FileStrip
from ui.forms.history_list import HistoryList
from ui.forms.panel_parts import DraftLine, PanelFoot, PanelHead

WIDER = 36


class SidePanel(QFrame):
    """One record of a Form, to be read and edited; or several at once.

    Attributes:
        form: Declaration of the record.
        record_id: Which record; None for a new one.
        several: Ids of the rows that are changed together; empty for one record.
        fields: What is typed into.
        boxes: The field boxes by column key.
        draft_line: Says that something typed before is here again.
        dirty: Something was typed and not saved.
    Signals:
        save_asked: (clean row, go on afterwards) the row can be saved.
        several_asked: (ids, typed text by key) several rows shall be changed.
        remove_asked: The record shall go to the bin.
        closed: ✕ was pressed, or Esc with nothing unsaved.
        returned: Esc: the focus goes back to the grid.
        history_asked: The history tab was opened.
        unveil_asked: The numbers of this record shall be shown.
    """

    save_asked = Signal(object, bool)
    several_asked = Signal(object, object)
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
        self.several: tuple[int, ...] = ()
        self._dirty = False
        self._new_title = new_title
        self._name_key = name_key or form.keys[0]
        self._origin = ""
        self._masks = False
        self._leaving = False
        self._strip: FileStrip | None = None
        self.fields = FieldSet(form, self, year=year)
        self.boxes = self.fields.boxes
        self.head, self.foot, self.draft_line = PanelHead(), PanelFoot(), DraftLine()
        self._build()
        self._wire()
        self.follow_theme()

    @property
    def dirty(self) -> bool:
        """Whether something was typed and not saved."""
        return self._dirty

    @dirty.setter
    def dirty(self, on: bool) -> None:
        """Say that it was not saved after all, or that it does not matter any more."""
        self._dirty = on
        if on:
            self.fields.stir()

    def load(self, record_id: int | None, values: Mapping[str, Any], *, origin: str = "") -> None:
        """Show a record, or an empty one to be filled in.

        Args:
            record_id: None for a new record.
            values: Clean values by key.
            origin: One grey line under the name.
        """
        self.record_id, self.several, self._origin = record_id, (), origin
        self._dirty = self._leaving = False
        self.fields.fill(values, masked=self._masks and record_id is not None, visited=record_id is not None)
        self._show_name()
        self.head.show_origin(origin)
        self._turn_to_fields(history=record_id is not None)
        self.foot.show_stored(stored=record_id is not None)

    def load_several(self, rows: Mapping[int, Mapping[str, Any]], *, unit: str = "行") -> None:
        """Show what several rows have in common; what is typed goes into all of them.

        Args:
            rows: Clean values by record id.
            unit: Measure word of the records.
        """
        self.record_id, self.several, self._origin = None, tuple(rows), "只改填了的栏，其余照旧；一次撤销"
        self._dirty = self._leaving = False
        self.fields.fill_several(list(rows.values()), masked=self._masks)
        self.draft_line.hide()
        self.head.show_name(f"改选中的 {len(rows)} {unit}")
        self.head.show_origin(self._origin)
        self._turn_to_fields(history=False)
        self.foot.show_several(f"改这 {len(rows)} {unit}")

    def raw(self) -> dict[str, str]:
        """Return the typed text by key."""
        return self.fields.raw()

    def checked(self) -> Checked:
        """Return the row as the Form reads it, with its remarks."""
        return self.fields.checked()

    def set_suggestions(self, key: str, words: Sequence[str]) -> None:
        """Offer words while typing into a column."""
        if key in self.boxes:
            self.boxes[key].set_suggestions(words)

    def set_year(self, year: int | None) -> None:
        """Take the year for dates that name only month and day."""
        self.fields.set_year(year)

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

    def take_drops(self, strip: FileStrip) -> None:
        """Let files dropped or pasted anywhere on the fields go into a strip."""
        self._strip = strip
        self.body.setAcceptDrops(True)
        self.body.installEventFilter(self)
        for box in self.boxes.values():
            box.editor.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hand files to the strip before an editor makes text of their names."""
        strip = self._strip
        if strip is not None and isinstance(event, QDropEvent) and event.mimeData().hasUrls():
            if isinstance(event, QDragEnterEvent):
                strip.dragEnterEvent(event)
            elif event.type() == QEvent.Type.Drop:
                strip.dropEvent(event)
            else:
                event.acceptProposedAction()
            return True
        if strip is not None and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return event.matches(QKeySequence.StandardKey.Paste) and strip.paste()
        return super().eventFilter(watched, event)

    def set_place(self, text: str) -> None:
        """Show "3 / 20" in the foot."""
        self.foot.place.setText(text)

    def set_history(self, steps: Sequence[Step]) -> None:
        """Fill the history tab; it hides the numbers that the fields hide."""
        self.history.set_steps(steps, masks=any(box.veiled for box in self.boxes.values()))

    def save(self, *, go_on: bool = False) -> bool:
        """Ask for the row to be saved, or show what stands in the way."""
        self.fields.normalise()
        checked = self.fields.show_remarks(everywhere=True)
        if checked.blocked:
            self.head.show_origin(f"有 {len(checked.blocked)} 处没填好，还不能保存")
            self.boxes[checked.blocked[0]].take_focus()
            return False
        if not self.several:
            self.save_asked.emit(checked.row, go_on)
        elif typed := self.fields.difference():
            self.several_asked.emit(self.several, typed)
        else:
            self.head.show_origin("还没有填要改成什么", weight="soon")
            return False
        return True

    def saved(self) -> None:
        """Take note that what was typed is saved."""
        self._dirty = False
        self.fields.settle()
        self.head.show_origin(self._origin)

    def focus_first(self, key: str = "") -> None:
        """Put the focus into a field; the first one without a key."""
        box = self.boxes.get(key) or next(iter(self.boxes.values()))
        box.take_focus()
        self.body.ensureWidgetVisible(box)

    def next_issue(self) -> None:
        """Go to the next field with an issue, round again after the last."""
        target = self.fields.next_issue()
        if target:
            self.body.ensureWidgetVisible(target)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back to the grid; twice throws away what is not saved."""
        if event.key() in ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.save(go_on=True)
        elif event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif not self._dirty:
            self.returned.emit()
        elif self._leaving:
            self._dirty = self._leaving = False
            self.fields.discard()
            self._show_name()
            self.head.show_origin(self._origin)
            self.returned.emit()
        else:
            self._leaving = True
            self.head.show_origin("还没保存：Ctrl+Enter 保存，再按 Esc 放弃", weight="soon")

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
        rows.addWidget(self.draft_line)
        inner = QWidget()
        inner.setObjectName("panelBody")
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(theme.current().px("space", "field_gap"))
        for box in self.boxes.values():
            column.addWidget(box)
        column.addStretch(1)
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
        self.fields.order_tabs()

    def _wire(self) -> None:
        for box in self.boxes.values():
            box.unveil_asked.connect(self.unveil_asked)
        self.fields.typed.connect(self._typed)
        self.fields.passed.connect(self.foot.save.setFocus)
        self.fields.save_asked.connect(self._save_on)
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
        self._dirty, self._leaving = True, False
        self._show_name()

    def _show_name(self) -> None:
        if not self.several:
            self.head.show_name(self.boxes[self._name_key].value() or self._new_title)

    def _turn_to_fields(self, *, history: bool) -> None:
        self.head.tabs.setCurrentIndex(0)
        self.head.tabs.setVisible(history)

    def _turn(self, tab: int) -> None:
        self.history.setVisible(tab == 1)
        self.body.setVisible(tab == 0)
        if tab == 1:
            self.history_asked.emit()

    def _save_here(self) -> None:
        self.save()

    def _save_on(self) -> None:
        self.save(go_on=True)
