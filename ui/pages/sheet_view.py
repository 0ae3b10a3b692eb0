"""Printed pages on the screen: white paper in every theme, painted to width."""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from services.exports import fonts
from services.exports.layout import POINTS_PER_MM
from services.exports.onepage import ChartPage
from services.packages.preview import Box, Picture, Sheet, Text
from ui import theme
from ui.theme import Theme

MARGIN = 12
# Paper is never shown larger than this many pixels per point: standing pages stay readable as a whole.
_LARGEST = 1.3
_RULE_PT = 0.5
# Type is set on a grid ten times finer than the screen's: sizes like 10.5 pt stay what they are.
_FINE = 10


class SheetView(QScrollArea):
    """One page of a sheet at the width of the view, scrolled if it stands.

    Attributes:
        sheet: What is shown; None for nothing.
        page: Number of the page from 0.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without a sheet."""
        super().__init__(parent)
        self.sheet: Sheet | None = None
        self.page = 0
        self.setObjectName("page")
        self.setProperty("ground", "cards")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("打印预览")
        self._paper = _Paper()
        self.setWidget(self._paper)
        self.setWidgetResizable(True)

    def show_page(self, sheet: Sheet | None, page: int = 0, *, lit: Box | None = None, cell: Box | None = None, kind: str = "soon") -> None:
        """Show a page.

        Args:
            sheet: What to show; None for nothing.
            page: Number from 0; taken into range.
            lit: Row to mark, in points of the paper.
            cell: Cell of that row at fault; the whole row if not given.
            kind: "bad" or "soon", how it is marked.
        """
        turned = (sheet, page) != (self.sheet, self.page)
        self.sheet = sheet
        self.page = min(max(page, 0), len(sheet.pages) - 1) if sheet else 0
        self._paper.show_page(sheet, self.page, (lit, cell or lit), kind)
        self._fit()
        if turned:
            self.verticalScrollBar().setValue(0)
        if lit is not None and sheet is not None:
            middle = round((lit.top + lit.height / 2) * self._paper.scale) + MARGIN
            self.ensureVisible(0, middle, 0, self.viewport().height() // 3)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the paper to the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self._paper.fit(self.viewport().width())


class _Paper(QWidget):
    """Paints the page; all it needs is made ready before the paint."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = 1.0
        self._sheet: Sheet | None = None
        self._page = 0
        self._lit: Box | None = None
        self._cell: Box | None = None
        self._kind = "soon"
        self._white = Theme("light")

    def show_page(self, sheet: Sheet | None, page: int, marks: tuple[Box | None, Box | None], kind: str) -> None:
        self._sheet, self._page, self._kind = sheet, page, kind
        self._lit, self._cell = marks
        self.update()

    def fit(self, width: int) -> None:
        if self._sheet is None:
            return
        paper = self._sheet.paper
        self.scale = min(_LARGEST, (width - 2 * MARGIN) / (paper.width_mm * POINTS_PER_MM))
        self.setMinimumHeight(round(paper.height_mm * POINTS_PER_MM * self.scale) + 2 * MARGIN)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.current().color("canvas"))
        if self._sheet is None:
            painter.end()
            return
        paper, page = self._sheet.paper, self._sheet.pages[self._page]
        size = QRectF(0, 0, paper.width_mm * POINTS_PER_MM * self.scale, paper.height_mm * POINTS_PER_MM * self.scale)
        size.moveTo(max(MARGIN, (self.width() - size.width()) / 2), MARGIN)
        painter.setPen(QPen(theme.current().color("line"), 1))
        painter.setBrush(self._white.color("paper"))
        painter.drawRect(size.adjusted(-0.5, -0.5, 0.5, 0.5))
        painter.translate(size.topLeft())
        painter.scale(self.scale, self.scale)
        if self._lit is not None:
            painter.fillRect(QRectF(*self._lit), self._white.color(f"{self._kind}_soft"))
        if isinstance(page, ChartPage):
            for bar in page.bars:
                painter.fillRect(QRectF(*bar), self._white.color("bar"))
        self._draw_pictures(painter, page.pictures)
        self._draw(painter, page.boxes, page.texts)
        if self._cell is not None:
            painter.setPen(QPen(self._white.color(f"{self._kind}_fill"), 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(*self._cell))
        painter.end()

    def _draw_pictures(self, painter: QPainter, pictures: list[Picture]) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for shown in pictures:
            width = round(shown.box.width * self.scale * self.devicePixelRatioF())
            painter.drawImage(QRectF(*shown.box), _scaled(shown.data, width))

    def _draw(self, painter: QPainter, boxes: list[Box], texts: list[Text]) -> None:
        ink = self._white.color("ink")
        rule = QPen(QColor(ink), max(_RULE_PT, 0.7 / self.scale))
        rule.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(rule)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRects([QRectF(*box) for box in boxes])
        painter.setPen(ink)
        painter.scale(1 / _FINE, 1 / _FINE)
        for text in texts:
            self._write(painter, text)
        painter.scale(_FINE, _FINE)

    def _write(self, painter: QPainter, text: Text) -> None:
        painter.setFont(_font(text.role, round(text.size * _FINE)))
        wide = painter.fontMetrics().horizontalAdvance(text.words)
        room = text.width * _FINE
        # As in the PDF: a line that comes out longer than estimated is set narrower, never outside.
        narrow = min(1.0, room / wide) if wide and text.width else 1.0
        left = text.left * _FINE + ((room - wide * narrow) / 2 if text.side == "center" else 0.0)
        painter.save()
        painter.translate(left, text.baseline * _FINE)
        painter.scale(narrow, 1.0)
        painter.drawText(0, 0, text.words)
        painter.restore()


@lru_cache(maxsize=8)
def _scaled(data: bytes, width: int) -> QImage:
    """Return a picture in the pixels of the screen: a painter that shrinks it loses hairlines."""
    return QImage.fromData(data).scaledToWidth(max(width, 1), Qt.TransformationMode.SmoothTransformation)


@cache
def _font(role: str, size: int) -> QFont:
    family, bold = _face(role)
    font = QFont(family)
    font.setBold(bold)
    font.setPixelSize(max(size, 1))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


@cache
def _face(role: str) -> tuple[str, bool]:
    """Load the face that the PDF takes for a role; tell whether it is a bold one."""
    for file in fonts.files_for(role):
        number = QFontDatabase.addApplicationFont(str(file)) if file.is_file() else -1
        families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
        if families:
            return families[0], file.stem.endswith("Bold")
    return theme.current().family, False
