"""Painting of grid cells, grid heads and badges, in all states of the look.

One delegate paints every grid: it asks the model for a `CellLook` and draws
ground, content, hairlines, focus ring and corner mark. Paint code only reads
values that are ready; it must never raise, or the next paints go wrong.
Editing is added by `cell_editing.EditingDelegate`.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPen, QPolygonF
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

from ui import icons, theme
from ui.tables.cell_look import LOOK, CellLook, stands_right

Index = QModelIndex | QPersistentModelIndex
State = QStyle.StateFlag
PADDING = 8
EDGE = 2
CORNER = 8
CHANGED_BAR = 2.5
FUNNEL = 14
BADGE_GROUNDS = {
    "bad": ("bad_soft", "bad"),
    "soon": ("soon_soft", "soon"),
    "done": ("done_soft", "done"),
    "info": ("action_soft", "action_text"),
}
_PLAIN = CellLook()


def draw_badge(painter: QPainter, rect: QRect, word: str, kind: str) -> int:
    """Draw a badge at the left of a rectangle, centred in height.

    Args:
        painter: Any painter.
        rect: Where there is room.
        word: Always written.
        kind: "bad", "soon", "done", "info", "plain"; "info dashed" is a suggestion.

    Returns:
        The width taken.
    """
    look = theme.current()
    font = look.font("note")
    metrics = QFontMetrics(font)
    width = min(metrics.horizontalAdvance(word) + 12, rect.width())
    height = min(look.px("control", "badge"), rect.height())
    box = QRectF(rect.left() + 0.5, rect.center().y() - height // 2 + 0.5, width - 1, height - 1)
    base, _space, dashed = kind.partition(" ")
    ground, ink = BADGE_GROUNDS.get(base, ("sunken", "ink2"))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    if dashed:
        painter.setPen(QPen(look.color(ink), 1, Qt.PenStyle.DashLine))
    elif look.name == "hc":
        painter.setPen(QPen(look.color("line"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush if dashed else look.color(ground))
    painter.drawRoundedRect(box, look.px("radius", "badge"), look.px("radius", "badge"))
    painter.setPen(look.color(ink))
    painter.setFont(font)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word)
    painter.restore()
    return width


class CellDelegate(QStyledItemDelegate):
    """Paints cells by their `CellLook`.

    Attributes:
        frozen: Number of frozen columns; a line stands at their right edge.
        current: Gives the current cell, which wears the ring even while the
            focus is in the side panel or the cell is in the frozen view.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without frozen columns."""
        super().__init__(parent)
        self.frozen = 0
        self.current: Callable[[], QModelIndex] | None = None

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one cell."""
        found = index.data(LOOK)
        look = found if isinstance(found, CellLook) else _PLAIN
        rect = option.rect
        state = option.state
        painter.save()
        painter.fillRect(rect, self._ground(look, selected=bool(state & State.State_Selected)))
        if look.hint:
            self._draw_hint(painter, rect, option.widget, look.text)
        else:
            self._draw_content(painter, rect.adjusted(PADDING, 0, -PADDING, -1), look)
        if look.changed:
            painter.fillRect(QRectF(rect.left(), rect.top(), CHANGED_BAR, rect.height() - 1), theme.current().color("action"))
        draw_lines(painter, rect, frozen=index.column() == self.frozen - 1, down=not look.hint)
        if self.current is not None and index == self.current():
            painter.setPen(QPen(theme.current().color("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(1, 1, -2, -2))
        if look.flag:
            draw_corner(painter, rect, theme.current().color(f"{look.flag}_fill"))
        if look.flag == "bad":  # without colours a corner alone would not tell it from one that is only to be checked
            painter.fillRect(rect.left() + 1, rect.bottom() - EDGE, rect.width() - 2, EDGE, theme.current().color("bad_fill"))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Give the token's row height."""
        return QSize(super().sizeHint(option, index).width(), theme.current().row_height())

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Show what is wrong with the cell, and the whole of a shortened text."""
        found = index.data(LOOK)
        text = found.text if isinstance(found, CellLook) else ""
        short = QFontMetrics(theme.current().font()).horizontalAdvance(text) > option.rect.width() - 2 * PADDING
        lines = [line for line in (text if short else "", str(index.data(Qt.ItemDataRole.ToolTipRole) or "")) if line]
        if not lines:
            return super().helpEvent(event, view, option, index)
        QToolTip.showText(event.globalPos(), "\n".join(lines), view)
        return True

    def _ground(self, look: CellLook, *, selected: bool) -> QColor:
        key = "paper"
        if look.read_only:
            key = "sunken"
        if selected:
            key = "action_soft"
        if look.flag:
            key = f"{look.flag}_soft"
        return theme.current().color(key)

    def _draw_content(self, painter: QPainter, rect: QRect, look: CellLook) -> None:
        if look.badge:
            draw_badge(painter, rect, *look.badge)
            return
        now = theme.current()
        if look.old is not None:
            self._draw_change(painter, rect, look.old, look.text)
            return
        ink = "ink3" if look.gone or look.waiting else "ink2" if look.read_only else "ink"
        painter.setFont(now.font())
        painter.setPen(now.color(ink))
        side = Qt.AlignmentFlag.AlignRight if look.right else Qt.AlignmentFlag.AlignLeft
        shown = painter.fontMetrics().elidedText(look.text.replace("\n", " "), Qt.TextElideMode.ElideRight, rect.width())
        for word in look.lit:
            if word and (place := shown.find(word)) >= 0:
                metrics = painter.fontMetrics()
                mark = QRect(0, 0, metrics.horizontalAdvance(word), metrics.height())
                mark.moveCenter(rect.center())
                mark.moveLeft(rect.left() + metrics.horizontalAdvance(shown[:place]))
                painter.fillRect(mark, now.color("lit"))
        painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter, shown)

    def _draw_hint(self, painter: QPainter, rect: QRect, view: QWidget | None, text: str) -> None:
        """Draw words that run over all cells of a row, this cell's part of them."""
        left = view.columnViewportPosition(0) if isinstance(view, QTableView) else rect.left()
        painter.setFont(theme.current().font())
        painter.setPen(theme.current().color("ink3"))
        whole = QRect(left + PADDING, rect.top(), rect.right() - left, rect.height() - 1)
        painter.setClipRect(rect)
        painter.drawText(whole, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _draw_change(self, painter: QPainter, rect: QRect, old: str, new: str) -> None:
        """Old struck through, an arrow, new in blue bold."""
        now = theme.current()
        struck = now.font()
        struck.setStrikeOut(True)
        room = QRect(rect)
        for text, font, ink in (
            (old or "空", struck, "ink3"),
            ("→", now.font(), "ink3"),
            (new or "空", now.font(bold=True), "action_text"),
        ):
            painter.setFont(font)
            painter.setPen(now.color(ink))
            metrics = painter.fontMetrics()
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
            room.setLeft(room.left() + metrics.horizontalAdvance(shown) + 6)


class GridHeader(QHeaderView):
    """Head of a grid: sunken ground, 12 grey, ▲▼ beside the sorted word.

    Attributes:
        sort: Sorted column and whether it runs downwards; None for no order.
        frozen: Number of frozen columns.
        filtered: Columns with a filter in force.
    Signals:
        funnel_clicked: (section) the funnel at the right of a head was pressed.
    """

    funnel_clicked = Signal(int)

    def __init__(self, orientation: Qt.Orientation, parent: QWidget | None = None) -> None:
        """Make sections clickable."""
        super().__init__(orientation, parent)
        self.sort: tuple[int, bool] | None = None
        self.frozen = 0
        self.filtered: frozenset[int] = frozenset()
        self._hovered = -1
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMouseTracking(True)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        """Draw one head cell or row number."""
        now = theme.current()
        across = self.orientation() == Qt.Orientation.Horizontal
        model = self.model()
        text = str(model.headerData(section, self.orientation()) or "") if model else ""
        if across and self.sort and self.sort[0] == section:
            text = f"{text} {'▼' if self.sort[1] else '▲'}"
        painter.save()
        painter.fillRect(rect, now.color("sunken"))
        painter.setFont(now.font("note"))
        painter.setPen(now.color("ink2" if across else "ink3"))
        side = Qt.AlignmentFlag.AlignLeft if across else Qt.AlignmentFlag.AlignRight
        columns = getattr(model, "columns", ())
        if across and section < len(columns) and stands_right(columns[section]):
            side = Qt.AlignmentFlag.AlignRight
        room = rect.adjusted(PADDING, 0, -PADDING, -1)
        if across and (section in self.filtered or section == self._hovered):
            place = self._funnel(rect)
            token = "action" if section in self.filtered else "ink3"
            painter.drawPixmap(place.topLeft(), icons.pixmap("funnel", token, FUNNEL, self.devicePixelRatioF()))
            room.setRight(place.left() - 4)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, shown)
        draw_lines(painter, rect, frozen=across and section == self.frozen - 1)
        painter.restore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Press a funnel, or sort, size and move as heads do."""
        section = self._funnel_at(event.position().toPoint())
        if section >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.funnel_clicked.emit(section)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the funnel of the head under the pointer."""
        super().mouseMoveEvent(event)
        self._hover(self.logicalIndexAt(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        """Hide it again."""
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, section: int) -> None:
        if section != self._hovered:
            self._hovered = section
            self.viewport().update()

    def _funnel(self, rect: QRect) -> QRect:
        return QRect(rect.right() - FUNNEL - 6, rect.center().y() - FUNNEL // 2, FUNNEL, FUNNEL)

    def _funnel_at(self, point: QPoint) -> int:
        """Return the section whose funnel is at a point, or -1; the edge stays for sizing."""
        section = self.logicalIndexAt(point)
        if self.orientation() != Qt.Orientation.Horizontal or section < 0 or not hasattr(self.model(), "question"):
            return -1
        left = self.sectionViewportPosition(section)
        place = self._funnel(QRect(left, 0, self.sectionSize(section), self.height()))
        return section if place.left() - 3 <= point.x() <= place.right() + 1 else -1


def draw_lines(painter: QPainter, rect: QRect, *, frozen: bool, down: bool = True) -> None:
    """Draw right and bottom hairline; the line after frozen columns is stronger."""
    now = theme.current()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(now.color("hairline"), 0))
    painter.drawLine(rect.bottomLeft(), rect.bottomRight())
    if not (down or frozen):
        return
    painter.setPen(QPen(now.color("field" if frozen else "hairline"), 0))
    painter.drawLine(rect.topRight(), rect.bottomRight())


def draw_corner(painter: QPainter, rect: QRect, color: QColor) -> None:
    """Draw the 8 px mark of a flagged cell, top right."""
    right, top = rect.right(), rect.top()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPolygon(QPolygonF([QPointF(right - CORNER, top), QPointF(right, top), QPointF(right, top + CORNER)]))
