"""The figures by theme, one line each: name, value, unit, the earlier campaign's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from services.figures.comparing import Compared
from services.figures.defined import THEMES
from services.figures.indicators import Figure
from services.figures.statistics import shown_unit, shown_value
from ui import theme

NAME, VALUE, BEFORE, CHANGE = range(4)
HEADS = ("指标", "数值", "上次", "增减")
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
PAD = 12
_INDEX = QModelIndex | QPersistentModelIndex
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class FigureModel(QAbstractTableModel):
    """Lines of the list: a heading (text) or a figure.

    Attributes:
        lines: What is shown.
        comparing: The columns of the earlier campaign are shown.
    """

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.lines: list[str | Compared] = []
        self.comparing = False

    def show(self, compared: Sequence[Compared], *, comparing: bool) -> None:
        """Show these figures under their themes."""
        self.beginResetModel()
        self.lines, self.comparing = [], comparing
        for word in THEMES:
            self.lines += [word, *(one for one in compared if one.figure.theme == word)]
        self.endResetModel()

    def rowCount(self, _parent: _INDEX = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Return the number of lines."""
        return len(self.lines)

    def columnCount(self, _parent: _INDEX = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Return two columns, four while comparing."""
        return len(HEADS) if self.comparing else BEFORE

    def flags(self, index: _INDEX) -> Qt.ItemFlag:
        """Let headings be passed over."""
        there = index.isValid() and isinstance(self.lines[index.row()], Compared)
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if there else Qt.ItemFlag.NoItemFlags

    def data(self, index: _INDEX, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the words of a cell, and what it counts for tooltip and reader."""
        line = self.lines[index.row()]
        if isinstance(line, str):
            return line if role == Qt.ItemDataRole.DisplayRole and index.column() == NAME else None
        if role == Qt.ItemDataRole.DisplayRole:
            words = (line.figure.name, shown_value(line.figure, line.figure.value), shown_value(line.figure, line.before), line.told)
            return words[index.column()]
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return f"口径：{line.figure.definition}\n双击或按 Enter 打开明细"
        return line.figure.told if role == Qt.ItemDataRole.AccessibleTextRole else None

    def headerData(self, section: int, _orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the heading of a column."""
        return HEADS[section] if role == Qt.ItemDataRole.DisplayRole and section < len(HEADS) else None


class FigureLines(QStyledItemDelegate):
    """Paints a line: value bold at the right, its unit small and grey after it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _INDEX) -> None:
        """Paint ground, words, hairline and the ring of the current line."""
        now, rect = theme.current(), QRect(option.rect)
        model = index.model()
        assert isinstance(model, FigureModel)
        line = model.lines[index.row()]
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        heading = isinstance(line, str)
        painter.fillRect(rect, now.color("sunken" if heading else "action_soft" if chosen else "paper"))
        painter.setPen(QPen(now.color("hairline"), 1))
        painter.drawLine(rect.left(), rect.bottom(), rect.right(), rect.bottom())
        inner = rect.adjusted(PAD, 0, -PAD, 0)
        text = str(index.data() or "")
        if isinstance(line, str):
            painter.setFont(now.font("note"))
            painter.setPen(now.color("ink2"))
            painter.drawText(inner, _LEFT, text)
        elif index.column() == NAME:
            painter.setFont(now.font())
            painter.setPen(now.color("ink"))
            painter.drawText(inner, _LEFT, QFontMetrics(now.font()).elidedText(text, Qt.TextElideMode.ElideRight, inner.width()))
        elif index.column() == VALUE:
            self._value(painter, inner, line.figure, text)
        else:
            painter.setFont(now.font())
            painter.setPen(now.color("ink2" if index.column() == BEFORE else "ink"))
            painter.drawText(inner, _RIGHT, text)
        view = option.widget
        if chosen and index.column() == NAME and isinstance(view, QTableView) and view.hasFocus():
            painter.setPen(QPen(now.color("focus"), now.px("line", "focus")))
            painter.drawLine(rect.left() + 1, rect.top(), rect.left() + 1, rect.bottom())

    def _value(self, painter: QPainter, inner: QRect, figure: Figure, text: str) -> None:
        now = theme.current()
        unit_wide = QFontMetrics(now.font("note")).horizontalAdvance("组次") + 4
        painter.setFont(now.font("note"))
        painter.setPen(now.color("ink2"))
        if figure.value is not None:
            painter.drawText(inner.adjusted(inner.width() - unit_wide + 4, 0, 0, 0), _LEFT, shown_unit(figure))
        painter.setFont(now.font(bold=True))
        painter.setPen(now.color("ink" if figure.value else "ink3"))
        painter.drawText(inner.adjusted(0, 0, -unit_wide, 0), _RIGHT, text)


class FigureList(QTableView):
    """The list; Enter or a double click opens the rows, F2 tells what is counted.

    Signals:
        opened: (figure, place) the rows of a figure are wanted.
        spoke: (figure) another line became the current one.
    """

    opened = Signal(object, QPoint)
    spoke = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it empty."""
        super().__init__(parent)
        self.lines = FigureModel()
        self.setModel(self.lines)
        self.setItemDelegate(FigureLines(self))
        self.setAccessibleName("统计指标")
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().hide()
        self.doubleClicked.connect(self._open)
        theme.notifier().changed.connect(self._fit)
        self._fit()

    def show_figures(self, compared: Sequence[Compared], *, comparing: bool) -> None:
        """Show figures; the current line stays where it was."""
        row = self.currentIndex().row()
        self.lines.show(compared, comparing=comparing)
        self.clearSpans()
        for number, line in enumerate(self.lines.lines):
            if isinstance(line, str):
                self.setSpan(number, 0, 1, self.lines.columnCount())
        self._fit()
        self.selectRow(row if row >= 1 else 1)

    def figure(self) -> Figure | None:
        """Return the figure of the current line."""
        row = self.currentIndex().row()
        line = self.lines.lines[row] if 0 <= row < len(self.lines.lines) else None
        return line.figure if isinstance(line, Compared) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the rows by Enter, tell what is counted by F2."""
        figure = self.figure()
        if event.key() in ENTER and figure is not None:
            self._open(self.currentIndex())
        elif event.key() == Qt.Key.Key_F2 and figure is not None:
            QToolTip.showText(self.viewport().mapToGlobal(self._place()), f"口径：{figure.definition}", self)
        else:
            super().keyPressEvent(event)

    def currentChanged(self, current: _INDEX, previous: _INDEX) -> None:
        """Speak of the figure of the new line."""
        super().currentChanged(current, previous)
        figure = self.figure()
        if figure is not None:
            self.spoke.emit(figure)

    def focusInEvent(self, event: Any) -> None:
        """Speak of the current figure again."""
        super().focusInEvent(event)
        self.viewport().update()
        figure = self.figure()
        if figure is not None:
            self.spoke.emit(figure)

    def _open(self, _index: _INDEX) -> None:
        figure = self.figure()
        if figure is not None:
            self.opened.emit(figure, self._place())

    def _place(self) -> QPoint:
        return self.visualRect(self.currentIndex()).bottomLeft()

    def _fit(self) -> None:
        now = theme.current()
        self.verticalHeader().setMinimumSectionSize(10)
        self.verticalHeader().setDefaultSectionSize(max(now.row_height() - 4, round(24 * now.scale)))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        heads = self.horizontalHeader()
        heads.setMinimumSectionSize(20)
        heads.setVisible(self.lines.comparing)
        heads.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        if self.lines.columnCount() > NAME:
            heads.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        metrics = QFontMetrics(now.font())
        widths = {VALUE: "1,234,567 组次", BEFORE: "12,345.67", CHANGE: "−12.3 个百分点"}
        for column in range(VALUE, self.lines.columnCount()):
            self.setColumnWidth(column, metrics.horizontalAdvance(widths[column]) + 2 * PAD)
