"""Icons: one set of SVG files, drawn in the colour of a token.

Phosphor, regular weight (MIT; its licence lies beside the files). A file is
read once, `currentColor` is replaced by the token's colour, and the picture is
kept per (name, colour, size, ratio). A widget dressed by `dress` is repainted
by `refresh` when the theme changes.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, QTemporaryDir
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QSizePolicy, QWidget

from resources import path
from ui import theme

_NAME = "icon_name"
_TOKEN = "icon_token"
_SIZE = "icon_size"
GAP = 3


def pixmap(name: str, token: str = "ink2", size: int = 18, ratio: float = 1.0) -> QPixmap:
    """Return an icon as a picture in logical pixels.

    Args:
        name: File name without ending.
        token: Colour token.
        size: Edge in logical pixels.
        ratio: Device pixels per logical pixel.
    """
    return _drawn(name, theme.current().color(token).name(), size, ratio)


def icon(name: str, token: str = "ink2", size: int = 18, *, gap: int = 0) -> QIcon:
    """Return an icon for buttons and menus; it turns pale when disabled.

    Args:
        name: File name without ending.
        token: Colour token.
        size: Edge in logical pixels.
        gap: Empty pixels at its right: a style sheet cannot set the distance to the word.
    """
    made = QIcon()
    for ratio in (1.0, 1.25, 1.5, 2.0):
        made.addPixmap(_widened(pixmap(name, token, size, ratio), gap), QIcon.Mode.Normal)
        made.addPixmap(_widened(pixmap(name, "off", size, ratio), gap), QIcon.Mode.Disabled)
    return made


def keycap(text: str, parent: QWidget | None = None) -> QLabel:
    """Return a small keycap to stand beside what the key does."""
    label = QLabel(text, parent)
    label.setProperty("kind", "keycap")
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return label


def dress(widget: QAbstractButton | QLabel, name: str, token: str = "ink2", size: int = 16) -> None:
    """Give a button or label an icon that follows the theme."""
    widget.setProperty(_NAME, name)
    widget.setProperty(_TOKEN, token)
    widget.setProperty(_SIZE, size)
    _put(widget)


def refresh(app: QApplication) -> None:
    """Redraw the icons of all dressed widgets in the present theme."""
    for widget in app.allWidgets():
        if widget.property(_NAME):
            _put(widget)


def sheet_file(name: str, token: str, size: int) -> str:
    """Return the address of a picture file, for `image: url()` in the sheet.

    A sheet cannot recolour an SVG, and the packaged program need not carry
    the SVG image plugin for this: PNG files for one and two device pixels.
    """
    color = theme.current().color(token).name()
    stem = f"{name}-{color[1:]}-{size}"
    target = Path(_folder().path()) / f"{stem}.png"
    if not target.exists():
        _drawn(name, color, size, 1.0).save(str(target))
        twice = _drawn(name, color, size * 2, 1.0)
        twice.save(str(target.with_name(f"{stem}@2x.png")))
    return target.as_posix()


def _put(widget: QWidget) -> None:
    name, token = str(widget.property(_NAME)), str(widget.property(_TOKEN))
    size = round(int(widget.property(_SIZE)) * theme.current().scale)
    if isinstance(widget, QAbstractButton):
        gap = GAP if widget.text() and widget.layoutDirection() == Qt.LayoutDirection.LeftToRight else 0
        widget.setIcon(icon(name, token, size, gap=gap))
        widget.setIconSize(QSize(size + gap, size))
    elif isinstance(widget, QLabel):
        widget.setPixmap(pixmap(name, token, size, widget.devicePixelRatioF()))


def _widened(picture: QPixmap, gap: int) -> QPixmap:
    if not gap:
        return picture
    ratio = picture.devicePixelRatio()
    wide = QPixmap(picture.width() + round(gap * ratio), picture.height())
    wide.setDevicePixelRatio(ratio)
    wide.fill(Qt.GlobalColor.transparent)
    painter = QPainter(wide)
    painter.drawPixmap(0, 0, picture)
    painter.end()
    return wide


@cache
def _folder() -> QTemporaryDir:
    return QTemporaryDir()


@cache
def _source(name: str) -> str:
    return path("icons", f"{name}.svg").read_text(encoding="utf-8")


@cache
def _drawn(name: str, color: str, size: int, ratio: float) -> QPixmap:
    edge = round(size * ratio)
    picture = QPixmap(edge, edge)
    picture.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", color).encode()))
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, edge, edge))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture
