"""The filter of one column: words, a range, empty or not, values with counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QListWidget, QListWidgetItem, QPushButton, QWidget

from models.forms import Column, Context
from services.conditions import Between, Contains, Filled
from ui import theme
from ui.pages.popup import Popup

RANGED = ("date", "count", "amount", "rate")
WIDE = 290
EMPTY = "（空）"
TOO_MANY = "不同的值太多，请在上面输入要找的字"
VALUE = int(Qt.ItemDataRole.UserRole)
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ColumnFilter(Popup):
    """Asks which rows of a column to see.

    Signals:
        chosen: (value or condition, word for the bar) the filter; (None, "") takes it away.
        sort_asked: ("key" or "-key") order by this column.
    """

    chosen = Signal(object, str)
    sort_asked = Signal(str)

    def __init__(self, page: QWidget, column: Column, *, wanted: object = None, in_force: bool = False, year: int | None = None) -> None:
        """Build the parts that fit the column's kind.

        Args:
            page: What it floats over.
            column: Which column.
            wanted: Its filter now.
            in_force: Whether it has one.
            year: Year for dates without one.
        """
        self._title = column.title.replace("\n", "")
        super().__init__(page, f"筛选：{self._title}", round(WIDE * theme.current().scale))
        self._column, self._year = column, year
        self._wanted = wanted if in_force else ()
        self.words = _line(self, "包含这些字", f"{self._title} 包含")
        self.low, self.high = _line(self, "从", f"{self._title} 从"), _line(self, "到", f"{self._title} 到")
        self.remark = QLabel(self)
        self.remark.setProperty("issue", "bad")
        self.remark.setWordWrap(True)
        self.remark.hide()
        self.values = QListWidget(self)
        self.values.setAccessibleName(f"{self._title} 的值")
        self.values.installEventFilter(self)
        self.waiting = QLabel("正在数…")
        self.waiting.setProperty("kind", "note")
        self.waiting.setWordWrap(True)
        self._build(in_force=in_force)
        self._show_wanted()

    def show_values(self, values: Sequence[tuple[object, int]] | None) -> None:
        """List the column's values and their counts; None for too many."""
        self.waiting.setText("" if values else TOO_MANY if values is None else "没有值")
        self.waiting.setVisible(not values)
        self.values.setVisible(bool(values))
        picked = self._wanted if isinstance(self._wanted, tuple) else (self._wanted,)
        for value, count in values or ():
            item = QListWidgetItem(f"{self._worded(value)}　{count:,}")
            item.setData(VALUE, value)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable)
            item.setCheckState(Qt.CheckState.Checked if value in picked else Qt.CheckState.Unchecked)
            self.values.addItem(item)
        self.values.setCurrentRow(0)
        self.values.setFixedHeight(theme.current().row_height() * min(max(len(values or ()), 2), 8))
        self.fit()

    def take_focus(self) -> None:
        """Put the focus into the first box."""
        (self.low if self.ranged else self.words).setFocus()

    @property
    def ranged(self) -> bool:
        """Whether the column has an order that a range makes sense in."""
        return self._column.kind.editor in RANGED

    def apply(self) -> None:
        """Hand on what was chosen: values, else words or a range, else no filter."""
        items = [self.values.item(row) for row in range(self.values.count())]
        picked = tuple(item.data(VALUE) for item in items if item.checkState() == Qt.CheckState.Checked)
        words = self.words.text().strip()
        if picked and len(picked) < len(items):
            shown = "、".join(self._worded(value) for value in picked[:3])
            self._choose(picked[0] if len(picked) == 1 else picked, shown + (f" 等 {len(picked)} 个" if len(picked) > 3 else ""))
        elif words:
            self._choose(Contains(words), f"含“{words}”")
        elif self.ranged and (self.low.text().strip() or self.high.text().strip()):
            self._apply_range()
        else:
            self._choose(None, "")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Enter apply in boxes and list, ↓ go from a box into the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in ENTER:
                self.apply()
                return True
            if event.key() == Qt.Key.Key_Down and watched is not self.values and self.values.isVisible():
                self.values.setFocus()
                return True
        return super().eventFilter(watched, event)

    def _apply_range(self) -> None:
        bounds: list[Any] = []
        for box in (self.low, self.high):
            text = box.text().strip()
            value = self._column.kind.parse(text, Context(self._year, self._column.title)).value if text else None
            if text and value is None:
                self.remark.setText(f"“{text}”读不出来，请写成 {'2023-04-03' if self._column.kind.editor == 'date' else '数字'}")
                self.remark.show()
                box.setFocus()
                return
            bounds.append(value)
        low, high = (self._worded(value) if value is not None else "" for value in bounds)
        word = f"{low} 至 {high}" if low and high else f"{low} 起" if low else f"{high} 止"
        self._choose(Between(*bounds), word)

    def _choose(self, value: object, word: str) -> None:
        self.chosen.emit(value, f"{self._title}：{word}" if word else "")
        self.shut()

    def _worded(self, value: object) -> str:
        if value is None:
            return EMPTY
        return value if isinstance(value, str) else self._column.kind.show(value)

    def _show_wanted(self) -> None:
        if isinstance(self._wanted, Contains):
            self.words.setText(self._wanted.text)
        elif isinstance(self._wanted, Between):
            for box, value in ((self.low, self._wanted.low), (self.high, self._wanted.high)):
                box.setText("" if value is None else self._worded(value))

    def _build(self, *, in_force: bool) -> None:
        key = self._column.key
        self.body.addLayout(_pair(_small("升序 ▲", lambda: self._sort(key)), _small("降序 ▼", lambda: self._sort(f"-{key}"))))
        boxes = (self.low, self.high) if self.ranged else (self.words,)
        self.body.addLayout(_pair(*boxes))
        for box in boxes:
            box.show()
            box.installEventFilter(self)
            box.textEdited.connect(lambda _text: self.remark.hide())
        self.words.textEdited.connect(self._narrow)
        self.body.addWidget(self.remark)
        self.body.addWidget(self.waiting)
        self.values.hide()
        self.body.addWidget(self.values)
        empty = _small("只看空的", lambda: self._choose(Filled(filled=False), "空"))
        self.body.addLayout(_pair(empty, _small("只看有内容的", lambda: self._choose(Filled(), "有内容"))))
        clear, done = QPushButton("去掉筛选"), QPushButton("筛选")
        clear.setEnabled(in_force)
        clear.clicked.connect(lambda: self._choose(None, ""))
        done.setProperty("kind", "primary")
        done.clicked.connect(self.apply)
        self.body.addLayout(_pair(clear, done))

    def _narrow(self, text: str) -> None:
        for row in range(self.values.count()):
            item = self.values.item(row)
            item.setHidden(text.strip() not in item.text())

    def _sort(self, sort: str) -> None:
        self.sort_asked.emit(sort)
        self.shut()


def _line(parent: QWidget, hint: str, name: str) -> QLineEdit:
    box = QLineEdit(parent)
    box.hide()
    box.setPlaceholderText(hint)
    box.setAccessibleName(name)
    box.setMinimumWidth(60)
    return box


def _small(word: str, act: Any) -> QPushButton:
    button = QPushButton(word)
    button.setProperty("kind", "small")
    button.clicked.connect(lambda _checked=False: act())
    return button


def _pair(*widgets: QWidget) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(8)
    for widget in widgets:
        line.addWidget(widget, 1)
    return line
