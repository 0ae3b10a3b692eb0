"""Rows of 案件办理, painted: a case in the list, a step on its way, a legal clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from services.clocks import DONE, ENDED, OVER, Clock
from services.proceedings import Step
from ui import theme
from ui.pages.case_steps import Line
from ui.tables.delegates import draw_badge

THING = Qt.ItemDataRole.UserRole + 1
URGENT, CHECKED = 7, "已核"
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
Index = QModelIndex | QPersistentModelIndex


class Rows(QListView):
    """A list of painted rows."""

    def __init__(self, name: str, delegate: QStyledItemDelegate, *, focus: bool = True) -> None:
        """Build it empty.

        Args:
            name: Accessible name.
            delegate: Paints the rows; the list owns it.
            focus: It can be walked through by keys.
        """
        super().__init__()
        self.setAccessibleName(name)
        delegate.setParent(self)
        self.setItemDelegate(delegate)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        if not focus:
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.setModel(QStandardItemModel(self))

    def show_things(self, things: Sequence[tuple[str, Any]]) -> None:
        """Show other rows: words for a screen reader, and what is painted."""
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        model.clear()
        for words, thing in things:
            item = QStandardItem(words)
            item.setData(thing, THING)
            item.setToolTip(words)
            model.appendRow(item)

    @property
    def things(self) -> list[Any]:
        """What is painted, from top to bottom."""
        model: QAbstractItemModel = self.model()
        return [model.index(row, 0).data(THING) for row in range(model.rowCount())]


class _Painted(QStyledItemDelegate):
    """A row of a fixed height."""

    height = 52

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Ask for the height of the row."""
        return QSize(100, round(self.height * theme.current().scale))


class LineLook(_Painted):
    """Enterprise and number at the left, stage and next day at the right."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one case."""
        now, line, rect = theme.current(), index.data(THING), option.rect
        assert isinstance(line, Line)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, now.color("action_soft"))
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), now.color("action"))
        painter.setPen(now.color("hairline"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        inner = rect.adjusted(14, 5, -12, -5)
        half = inner.height() // 2
        badge = QFontMetrics(now.font("note")).horizontalAdvance(line.stage) + 12
        top = QRect(inner.left(), inner.top(), inner.width(), half)
        draw_badge(painter, QRect(top.right() - badge, top.top(), badge, half), line.stage, _weight(line.clock) or "plain")
        _write(painter, top.adjusted(0, 0, -badge - 8, 0), line.enterprise, "body", "ink", bold=True)
        bottom = QRect(inner.left(), inner.top() + half, inner.width(), half)
        due = _short(line.clock.due) if line.clock else ""
        _write(painter, bottom, due, "note", _weight(line.clock) or "ink2", align=_RIGHT)
        room = QFontMetrics(now.font("note")).horizontalAdvance(due) + 8
        _write(painter, bottom.adjusted(0, 0, -room, 0), line.second, "note", "ink2")
        painter.restore()


class StepLook(_Painted):
    """Disc and line, step and day at the left, document and note at the right."""

    height = 45

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one step."""
        now, (step, fact), rect = theme.current(), index.data(THING), option.rect
        last = index.row() == index.model().rowCount() - 1
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if step.state == "next":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(now.color("action_soft"))
            painter.drawRoundedRect(rect.adjusted(42, 1, -16, -2), 4, 4)
        _disc(painter, QPoint(rect.left() + 26, rect.top() + 15), rect.bottom(), step, last=last)
        wide = min(200, rect.width() // 3)
        half = rect.height() // 2
        top = QRect(rect.left() + 50, rect.top() + 3, wide, half - 2)
        done = step.state in ("done", "next")
        _write(painter, top, step.name, "body", "ink" if done else "ink2", bold=done)
        day = _short(step.on) if step.on else {"next": "现在可以登记", "open": "可以登记"}.get(step.state, "")
        _write(painter, top.translated(0, half - 2), day, "note", "action_text" if step.state == "next" else "ink2")
        right = QRect(top.right() + 16, top.top(), rect.right() - top.right() - 36, half - 2)
        _write(painter, right, fact, "body", "ink")
        article = "" if step.article == "office" else step.article
        note = step.why or article
        _write(painter, right.translated(0, half - 2 if fact else 0), note, "note", "ink2")
        painter.restore()


class ClockLook(_Painted):
    """What, until when, how long still; a bar; by which article."""

    height = 84

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one clock."""
        now, one, rect = theme.current(), index.data(THING), option.rect
        assert isinstance(one, Clock)
        painter.save()
        painter.setPen(now.color("hairline"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        inner = rect.adjusted(16, 8, -16, -8)
        third = inner.height() // 3
        top = QRect(inner.left(), inner.top(), inner.width(), third)
        running = one.state not in (DONE, ENDED)
        number = 0 if not running else self._left(painter, top, one)
        if not running:
            word = "已办" if one.state == DONE else "期满"
            badge = QFontMetrics(now.font("note")).horizontalAdvance(word) + 12
            draw_badge(painter, QRect(top.right() - badge, top.top(), badge, third), word, "done" if one.state == DONE else "plain")
            number = badge
        _write(painter, top.adjusted(0, 0, -number - 8, 0), one.name, "body", "ink", bold=True)
        when = f"{_short(one.done_on)} 已办" if one.done_on else f"到 {_short(one.due)}，{one.length}"
        _write(painter, top.translated(0, third - 2).adjusted(0, 0, -number - 8, 0), when, "note", "ink2")
        if running:
            self._bar(painter, QRect(inner.left(), inner.top() + 2 * third - 1, inner.width(), 5), one)
        basis = QRect(inner.left(), inner.bottom() - third + 4, inner.width(), third)
        doubtful = "" if one.checked == CHECKED else one.checked
        _write(painter, basis, doubtful, "note", "soon", align=_RIGHT)
        room = QFontMetrics(now.font("note")).horizontalAdvance(doubtful) + 8 if doubtful else 0
        _write(painter, basis.adjusted(0, 0, -room, 0), f"{one.source} {one.article}", "note", "ink2")
        painter.restore()

    @staticmethod
    def _left(painter: QPainter, top: QRect, one: Clock) -> int:
        now, token = theme.current(), _weight(one) or "ink"
        unit = f" 个{one.unit}" if one.unit == "工作日" else f" {one.unit}"
        if one.left < 0:
            words = f"已过 {-one.left}{unit}"
            _write(painter, top, words, "body", token, bold=True, align=_RIGHT)
            return QFontMetrics(now.font("body", bold=True)).horizontalAdvance(words)
        small = QFontMetrics(now.font("note")).horizontalAdvance(unit)
        big = QFontMetrics(now.font("page", bold=True))
        _write(painter, top, unit, "note", "ink2", align=_RIGHT)
        tall = QRect(top.left(), top.top(), top.width() - small, max(top.height(), big.height()))
        _write(painter, tall, str(one.left), "page", token, bold=True, align=_RIGHT)
        return small + big.horizontalAdvance(str(one.left))

    @staticmethod
    def _bar(painter: QPainter, rect: QRect, one: Clock) -> None:
        now = theme.current()
        whole = max((one.due - one.start).days, 1)
        gone = whole if one.left < 0 else max(0, whole - max((one.due - one.start).days * one.left // max(_count(one), 1), 0))
        painter.fillRect(rect, now.color("bar_track"))
        filled = QRect(rect.left(), rect.top(), round(rect.width() * min(gone / whole, 1)), rect.height())
        weight = _weight(one)
        painter.fillRect(filled, now.color(f"{weight}_fill" if weight else "bar"))


def _count(one: Clock) -> int:
    """Return how long a clock is, in its own unit."""
    digits = "".join(char for char in one.length if char.isdigit())
    return int(digits) if digits else max((one.due - one.start).days, 1)


def _weight(one: Clock | None) -> str:
    if one is None or one.state in (DONE, ENDED):
        return ""
    return "bad" if one.state == OVER or one.left < 0 else "soon" if one.left <= URGENT else ""


def _disc(painter: QPainter, centre: QPoint, bottom: int, step: Step, *, last: bool) -> None:
    now, done = theme.current(), step.state == "done"
    if not last:
        style = Qt.PenStyle.SolidLine if done else Qt.PenStyle.DashLine
        painter.setPen(QPen(now.color("done_line" if done else "line"), 2 if done else 1, style))
        painter.drawLine(centre.x(), centre.y() + 10, centre.x(), bottom + 6)
    painter.setBrush(now.color("done_soft") if done else now.color("paper"))
    ring = "done_line" if done else "action" if step.state == "next" else "line"
    painter.setPen(QPen(now.color(ring), 2 if step.state == "next" else 1.5))
    painter.drawEllipse(centre, 8, 8)
    if done:
        painter.setPen(QPen(now.color("done"), 1.8))
        painter.drawPolyline([centre + QPoint(-4, 0), centre + QPoint(-1, 3), centre + QPoint(4, -3)])
    elif step.state == "next":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(now.color("action"))
        painter.drawEllipse(centre, 4, 4)


def _write(
    painter: QPainter, rect: QRect, text: str, size: str, token: str, *, bold: bool = False, align: Qt.AlignmentFlag = _LEFT
) -> None:
    now = theme.current()
    font = now.font(size, bold=bold)
    painter.setFont(font)
    painter.setPen(now.color(token))
    painter.drawText(rect, align, QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width()))


def _short(day: date) -> str:
    return f"{day.month}月{day.day}日"
