"""The look of the window: tokens of one file become colours, sizes and fonts.

`resources/theme/tokens.toml` names every colour and size for three themes
(light, dark, hc); no other file may hold a colour. `sheet.apply` dresses the
application; painted parts ask `current()` while they paint, so they follow a
change without being told. Sizes of type, rows and controls grow with the text
size that the user chose (1.0 to 2.0).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from resources import path

NAMES = ("light", "dark", "hc")
SCALED = ("type", "rows", "control")

ROLES: Mapping[QPalette.ColorRole, str] = {
    QPalette.ColorRole.Window: "paper",
    QPalette.ColorRole.WindowText: "ink",
    QPalette.ColorRole.Base: "paper",
    QPalette.ColorRole.AlternateBase: "sunken",
    QPalette.ColorRole.Text: "ink",
    QPalette.ColorRole.PlaceholderText: "ink3",
    QPalette.ColorRole.Button: "paper",
    QPalette.ColorRole.ButtonText: "ink",
    QPalette.ColorRole.BrightText: "on_action",
    QPalette.ColorRole.Highlight: "action_soft",
    QPalette.ColorRole.HighlightedText: "ink",
    QPalette.ColorRole.Accent: "action",
    QPalette.ColorRole.Link: "action_text",
    QPalette.ColorRole.LinkVisited: "action_text",
    QPalette.ColorRole.ToolTipBase: "tip",
    QPalette.ColorRole.ToolTipText: "on_tip",
    QPalette.ColorRole.Light: "raised",
    QPalette.ColorRole.Midlight: "sunken",
    QPalette.ColorRole.Mid: "line",
    QPalette.ColorRole.Dark: "field",
    QPalette.ColorRole.Shadow: "shadow",
}
TEXT_ROLES = (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText, QPalette.ColorRole.HighlightedText)


@cache
def tokens() -> dict[str, Any]:
    """Return the token file, read once."""
    return tomllib.loads(path("theme", "tokens.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Theme:
    """One theme at one text size; the answer to every question of look.

    Attributes:
        name: "light", "dark" or "hc".
        scale: Text size, 1.0 to 2.0.
        family: Face in use.
        bold_ok: The face has a real Bold; otherwise bold is never asked for.
    """

    name: str = "light"
    scale: float = 1.0
    family: str = ""
    bold_ok: bool = True
    _colors: dict[str, QColor] = field(default_factory=dict, repr=False, compare=False)

    def color(self, key: str) -> QColor:
        """Return the colour of a token."""
        found = self._colors.get(key)
        if found is None:
            found = self._colors[key] = QColor(tokens()["color"][self.name][key])
        return found

    def px(self, section: str, key: str) -> int:
        """Return a size in logical pixels; type, rows and controls are scaled."""
        value = tokens()[section][key]
        return round(value * self.scale) if section in SCALED else int(value)

    def font(self, size: str = "body", *, bold: bool = False) -> QFont:
        """Return the face at a named size, with tabular figures."""
        font = QFont(self.family) if self.family else QFont()
        font.setPixelSize(self.px("type", size))
        font.setBold(bold and self.bold_ok)
        for tag, value in tokens()["type"]["features"].items():
            font.setFeature(QFont.Tag(tag), value)
        return font

    def row_height(self, key: str = "grid") -> int:
        """Return the height of a grid row: the token, or what the face needs."""
        return max(self.px("rows", key), round(QFontMetricsF(self.font()).height()) + 8)

    def state(self, name: str) -> tuple[str, str]:
        """Return word and look of a named state, as ("逾期", "bad")."""
        word, kind = tokens()["state"][name]
        return str(word), str(kind)


class Notifier(QObject):
    """Tells painted parts that colours or sizes have changed.

    Signals:
        changed: A theme was applied.
    """

    changed = Signal()


_current = Theme()
_notifiers: dict[int, Notifier] = {}


def current() -> Theme:
    """Return the theme in force."""
    return _current


def notifier() -> Notifier:
    """Return the notifier of this application."""
    app = QApplication.instance()
    key = id(app)
    if key not in _notifiers:
        _notifiers[key] = Notifier(app)
    return _notifiers[key]


def wanted(choice: str = "system") -> str:
    """Return the theme for a choice of the user; "system" follows the desktop."""
    if choice in NAMES:
        return choice
    hints = QApplication.styleHints()
    if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
        return "hc"
    return "dark" if hints.colorScheme() == Qt.ColorScheme.Dark else "light"


def choose(name: str, *, scale: float = 1.0) -> Theme:
    """Put a theme in force; `sheet.apply` calls this and then dresses the widgets.

    Args:
        name: "light", "dark" or "hc".
        scale: Text size, 1.0 to 2.0.
    """
    global _current
    family = _family()
    bold_ok = not family or "Bold" in QFontDatabase.styles(family)
    _current = Theme(name, min(max(scale, 1.0), 2.0), family, bold_ok)
    return _current


def palette(theme: Theme) -> QPalette:
    """Return the palette of a theme, all three colour groups set."""
    made = QPalette()
    for role, key in ROLES.items():
        made.setColor(role, theme.color(key))
    for role in TEXT_ROLES:
        made.setColor(QPalette.ColorGroup.Disabled, role, theme.color("off"))
    return made


def is_wide(widget: QWidget) -> bool:
    """Tell whether a widget's window is wide enough for the roomy measures."""
    return widget.window().width() >= int(tokens()["size"]["wide_from"])


def line_height_percent(font: QFont, em: float) -> int:
    """Return the rich-text line-height for a height in em of this face."""
    return round(em * font.pixelSize() / QFontMetricsF(font).height() * 100)


def _family() -> str:
    """Pick the first face that is there; else the one shipped with the program."""
    present = set(QFontDatabase.families())
    for family in tokens()["type"]["families"]:
        if family in present:
            return str(family)
    return _shipped_family()


@cache
def _shipped_family() -> str:
    found = ""
    for name in ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf"):
        file = path("fonts", name)
        if file.exists():
            number = QFontDatabase.addApplicationFont(str(file))
            families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
            found = found or (families[0] if families else "")
    return found
