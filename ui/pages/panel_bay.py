"""A grid and the record panel: side by side, or the panel over the grid.

Beside each other as long as the grid keeps its room; with large text or in a
narrow window the panel floats over its right part instead of squeezing it.
Esc then closes the panel from either side; an answer to `dismissed` gives the
focus back. What is typed in the panel stays when it changes its place.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QLinearGradient, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSplitter, QWidget

from ui import theme
from ui.forms.side_panel import SidePanel
from ui.pages.history_parts import StepPanel

LEAST_BESIDE = 520  # what the grid keeps beside a panel, at 100 %
FLOATS_FROM = 1.5  # text size from which the panel always floats
LEAST_WORK = 420
SHADE = 14


class PanelBay(QWidget):
    """Holds both and decides where the panel stands.

    Attributes:
        floats: The panel stands over the work.
        work: Grid with its bars.
        panel: The record panel.

    Signals:
        dismissed: Esc in the work while the panel lies over it.
        moved: (floats) the panel stands elsewhere now.
    """

    dismissed = Signal()
    moved = Signal(bool)

    def __init__(self, work: QWidget, panel: SidePanel | StepPanel, parent: QWidget | None = None) -> None:
        """Put both side by side; the first width decides anew."""
        super().__init__(parent)
        self.floats = False
        self.work, self.panel = work, panel
        work.setMinimumWidth(LEAST_WORK)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(work)
        self._stand_beside()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self._splitter)
        self._shade = _Shade(self)
        panel.installEventFilter(self)
        theme.notifier().changed.connect(self.arrange)

    def arrange(self) -> None:
        """Let the panel stand where there is room for it."""
        before = self.panel.minimumWidth()
        self.panel.follow_theme()
        now = theme.current()
        floats = now.scale >= FLOATS_FROM or self.width() - self.panel.minimumWidth() < LEAST_BESIDE * now.scale
        if floats != self.floats:
            self._move(floats)
        if floats:
            self._float()
        elif self.panel.minimumWidth() != before:
            self._splitter.setSizes([self.width() - self.panel.minimumWidth(), self.panel.minimumWidth()])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Decide anew."""
        super().resizeEvent(event)
        self.arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the shade come and go with the panel."""
        if watched is self.panel and event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self._shade.setVisible(self.floats and not self.panel.isHidden())
            if self.floats and event.type() == QEvent.Type.Show:
                self._float()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Esc in the work put a floating panel away, if it means nothing else."""
        if event.key() == Qt.Key.Key_Escape and self.floats and not self.panel.isHidden():
            self.dismissed.emit()
        else:
            super().keyPressEvent(event)

    def _move(self, floats: bool) -> None:
        """Change the panel's place; focus and what is typed stay."""
        self.floats = floats
        hidden, focus = self.panel.isHidden(), QApplication.focusWidget()
        had = focus is not None and self.panel.isAncestorOf(focus)
        if floats:
            self.panel.setParent(self)
        else:
            self._stand_beside()
        self.panel.setProperty("floats", floats)
        self.panel.style().unpolish(self.panel)
        self.panel.style().polish(self.panel)
        self.panel.setHidden(hidden)
        self._shade.setVisible(floats and not hidden)
        if had and focus is not None:
            focus.setFocus()
        self.moved.emit(floats)

    def _stand_beside(self) -> None:
        self._splitter.addWidget(self.panel)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 0)

    def _float(self) -> None:
        now = theme.current()
        wide = max(self.panel.minimumWidth(), round(now.px("size", "side_panel") * now.scale))
        wide = min(wide, self.panel.maximumWidth(), self.width())
        self.panel.setGeometry(self.width() - wide, 0, wide, self.height())
        self._shade.setGeometry(QRect(self.width() - wide - SHADE, 0, SHADE, self.height()))
        self._shade.raise_()
        self.panel.raise_()


class _Shade(QWidget):
    """The shadow that a floating panel casts to its left; none in high contrast."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        now = theme.current()
        if now.name == "hc":
            return
        dark, light = QColor(now.color("shadow")), QColor(now.color("shadow"))
        dark.setAlphaF(0.4 if now.name == "dark" else 0.14)
        light.setAlphaF(0)
        fade = QLinearGradient(self.width(), 0, 0, 0)
        fade.setColorAt(0, dark)
        fade.setColorAt(1, light)
        painter = QPainter(self)
        painter.fillRect(self.rect(), fade)
        painter.end()
