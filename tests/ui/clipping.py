"""What is cut off, covered, or too wide in a widget and everything in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QScrollBar,
    QStackedWidget,
    QTabBar,
    QTableView,
    QToolButton,
    QWidget,
)

from ui.tables.delegates import PADDING
from ui.tables.paged_model import PagedModel

LAPTOP = (1366, 696)
DECISIVE = frozenset({"date", "amount", "count", "time", "flag", "phone", "code", "rate"})
NUMBERS = frozenset({"document_no", "platform_no", "decision_no", "cert_no"})
MARK = "…"
ROWS = 30


def faults(root: QWidget, *, whole: bool = True) -> list[str]:
    """Return everything that nobody could read.

    Args:
        root: A visible window, dialog or page.
        whole: Also look into cells of grids for what may never be shortened.
    """
    found: list[str] = []
    for widget in [root, *root.findChildren(QWidget)]:
        if widget.isVisible() and not _inside_a_list(widget):
            found += _cut(widget)
            found += _outside(widget, root)
            found += _covered(widget)
            if whole and isinstance(widget, QAbstractItemView):
                found += _cells(widget)
    return list(dict.fromkeys(found))


def asks_too_much(root: QWidget) -> str:
    """Return by how much a widget asks for more than a laptop has; "" if it fits."""
    hint = root.minimumSizeHint()
    wide, high = max(hint.width(), root.minimumWidth()), max(hint.height(), root.minimumHeight())
    return "" if wide <= LAPTOP[0] and high <= LAPTOP[1] else f"{_name(root)} asks for {wide} x {high}"


def _cut(widget: QWidget) -> Iterator[str]:
    size, hint = widget.size(), widget.sizeHint()
    if isinstance(widget, QLabel) and widget.text():
        if widget.wordWrap():
            needed = widget.heightForWidth(widget.width())
            if needed > widget.height() + 1:
                yield f"{_name(widget)} needs {needed} px in height, has {widget.height()}"
        elif MARK not in widget.text() and hint.width() > size.width() + 1:
            yield f"{_name(widget)} needs {hint.width()} px in width, has {size.width()}"
        if widget.fontMetrics().height() > widget.height() + 1:
            yield f"{_name(widget)} is {widget.height()} px high, its letters {widget.fontMetrics().height()}"
    elif isinstance(widget, QPushButton | QToolButton) and widget.text() and MARK not in widget.text():
        room = widget.fontMetrics().horizontalAdvance(widget.text()) + (widget.iconSize().width() if not widget.icon().isNull() else 0)
        if isinstance(widget, QToolButton) and widget.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly:
            return
        if room + 4 > size.width() or widget.fontMetrics().height() > size.height():
            yield f"{_name(widget)} needs {room + 4} px, has {size.width()} x {size.height()}"
    elif isinstance(widget, QLineEdit):
        shown = widget.placeholderText() if not widget.text() else widget.text() if widget.isReadOnly() else ""
        room = widget.fontMetrics().horizontalAdvance(shown) + 18
        if shown and room > size.width() + 1:
            yield f"{_name(widget)} shows “{shown}” in {size.width()} px, it needs {room}"
        if widget.fontMetrics().height() > size.height():
            yield f"{_name(widget)} is lower than its letters"
    elif isinstance(widget, QComboBox) and widget.currentText():
        room = widget.fontMetrics().horizontalAdvance(widget.currentText()) + 34
        if room > size.width() + 1:
            yield f"{_name(widget)} needs {room} px, has {size.width()}"
    elif isinstance(widget, QTabBar) and widget.count():
        last = widget.tabRect(widget.count() - 1).right()
        if last > size.width() and not widget.usesScrollButtons():
            yield f"{_name(widget)} ends at {last} px, has {size.width()}"


def _outside(widget: QWidget, root: QWidget) -> Iterator[str]:
    parent = widget.parentWidget()
    if widget is root or parent is None or widget.isWindow() or isinstance(widget, QScrollBar):
        return
    above = parent.parentWidget()
    scrolls = isinstance(parent, QAbstractScrollArea) or (isinstance(above, QAbstractScrollArea) and above.viewport() is parent)
    if not scrolls and not parent.rect().adjusted(-1, -1, 1, 1).contains(widget.geometry()):
        yield f"{_name(widget)} at {_box(widget.geometry())} leaves {_name(parent)} of {parent.width()} x {parent.height()}"


def _covered(widget: QWidget) -> Iterator[str]:
    layout = widget.layout()
    if layout is None or isinstance(widget, QStackedWidget):
        return
    laid = [child for child in _laid(layout) if child.isVisible()]
    for one, other in combinations(laid, 2):
        common = one.geometry().intersected(other.geometry())
        if common.width() > 1 and common.height() > 1:
            yield f"{_name(one)} and {_name(other)} overlap by {common.width()} x {common.height()}"


def _laid(layout: QLayout) -> Iterator[QWidget]:
    for number in range(layout.count()):
        item = layout.itemAt(number)
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _laid(inner)


def _cells(view: QAbstractItemView) -> Iterator[str]:
    model = view.model()
    if not isinstance(model, PagedModel) or not isinstance(view, QTableView):
        return
    metrics = view.fontMetrics()
    for place, column in enumerate(model.columns):
        editor = column.kind.editor
        decides = editor in DECISIVE or editor.startswith("choice:") or column.key in NUMBERS
        if not decides or view.isColumnHidden(place):
            continue
        for row in range(min(ROWS, model.rowCount())):
            text = model.text_at(row, place)
            needed = metrics.horizontalAdvance(text) + 2 * PADDING
            if text and needed > view.columnWidth(place) + 1:
                yield f"{column.title} “{text}” needs {needed} px, its column has {view.columnWidth(place)}"
                break


def _inside_a_list(widget: QWidget) -> bool:
    """Tell whether Qt alone decides about it: heads, corners and popups of views."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QAbstractItemView):
            return True
        parent = parent.parentWidget()
    return isinstance(widget, QScrollBar)


def _name(widget: QWidget) -> str:
    words = widget.accessibleName() or widget.objectName()
    if isinstance(widget, QLabel | QAbstractButton) and widget.text():
        words = widget.text()
    return f"{type(widget).__name__} “{words[:40]}”"


def _box(box: QRect) -> str:
    return f"{box.x()},{box.y()} {box.width()} x {box.height()}"
