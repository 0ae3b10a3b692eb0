"""The style sheet: what a palette cannot say, written once for three themes.

Widgets are named by objectName or by our own properties (`kind`, `issue`,
`ro`, `search`), never by bare class where a rule would hit its children.
`$name` is a colour token, `${name}px`-style sizes come from `_sizes`.
Kept under 150 lines on purpose: a part that needs more is painted.
"""

from __future__ import annotations

from string import Template

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from ui import icons, theme
from ui.theme import Theme

_THEME, _SCALE = "look/theme", "look/scale"
TEMPLATE = Template("""
QToolTip { background: $tip; color: $on_tip; border: 1px solid $tip; padding: 4px 6px; font-size: ${note}px; }
QMainWindow, #page, #header, #filterBar, #panelScroll, #panelBody, #panelFoot, #panelHead { background: $paper; }
#page[ground="cards"], #empty { background: $canvas; }
#topBar { background: $paper; border-bottom: 1px solid $hairline; }
#railSide { background: $rail; border-right: 1px solid $hairline; }
#rail { background: $rail; border: 0; outline: 0; }
#statusLine { background: $rail; border-top: 1px solid $hairline; }
#statusLine QLabel { color: $ink2; font-size: ${note}px; }
#statusLine QLabel[said="soon"] { color: $soon; }
#statusLine QLabel[said="bad"] { color: $bad; }
#demoBar { background: $soon_soft; border-bottom: 1px solid $soon_line; }
#demoBar QLabel { color: $soon; font-size: ${note}px; }
#header { border-bottom: 1px solid $hairline; }
#filterBar { border-bottom: 1px solid $hairline; }
#gridStatus { background: $paper; border-top: 1px solid $hairline; }
#gridStatus QLabel { color: $ink2; font-size: ${note}px; }
#sidePanel { background: $paper; border-left: 1px solid $hairline; }
#sidePanel[floats="true"] { border-left: 1px solid $line; }
#panelHead { border-bottom: 1px solid $hairline; }
#panelFoot { border-top: 1px solid $hairline; }
#card { background: $paper; border: 1px solid $hairline; border-radius: ${r_card}px; }
#separator { background: $hairline; border: 0; }
#emptyDisc { background: $action_soft; border-radius: 32px; }
QSplitter::handle { background: $hairline; }

QLabel[kind="page"] { color: $ink; font-size: ${page}px; font-weight: $bold; }
QLabel[kind="headline"] { color: $ink; font-size: ${record}px; font-weight: $bold; }
QLabel[kind="record"] { color: $ink; font-size: ${panel}px; font-weight: $bold; }
QLabel[kind="section"] { color: $ink; font-size: ${strong}px; font-weight: $bold; }
QLabel[kind="figure"] { color: $ink; font-size: ${figure}px; font-weight: $bold; }
QLabel[kind="strong"] { color: $ink; font-weight: $bold; }
QLabel[kind="help"] { color: $ink2; }
QLabel[kind="note"] { color: $ink3; font-size: ${note}px; }
QLabel[kind="label"] { color: $ink2; font-size: ${note}px; }
QLabel[kind="soon"] { color: $soon; font-weight: $bold; }
QLabel[kind="bad"] { color: $bad; font-weight: $bold; }
QLabel[said="soon"] { color: $soon; }
QLabel[said="bad"] { color: $bad; }
QLabel[issue="bad"] { color: $bad; font-size: ${note}px; }
QLabel[issue="soon"] { color: $soon; font-size: ${note}px; }
QLabel[kind="keycap"] { color: $ink2; background: $paper; font-size: ${micro}px; border: 1px solid $line; border-radius: 3px;
  padding: 1px 4px; }
QLabel[badge] { font-size: ${note}px; border-radius: ${r_badge}px; padding: 1px 6px; color: $ink2; background: $sunken;
  border: 1px solid $badge_edge; }
QLabel[badge="bad"] { color: $bad; background: $bad_soft; }
QLabel[badge="soon"] { color: $soon; background: $soon_soft; }
QLabel[badge="done"] { color: $done; background: $done_soft; }
QLabel[badge="info"] { color: $action_text; background: $action_soft; }

QPushButton, QToolButton[kind="plain"] { color: $ink; background: $paper; border: 1px solid $field; border-radius: ${r_control}px;
  min-height: ${button_in}px; padding: 0 12px; }
QToolButton[kind="plain"] { max-height: ${button_in}px; }
QPushButton:hover, QToolButton[kind="plain"]:hover { background: $sunken; }
QPushButton:pressed, QToolButton[kind="plain"]:pressed { background: $rail; }
QPushButton:focus, QToolButton[kind="plain"]:focus { border: 2px solid $focus; padding: 0 11px; min-height: ${button_focus}px;
  outline: 0; }
QPushButton:disabled, QToolButton[kind="plain"]:disabled { color: $off; background: $sunken; border: 1px solid $line; }
QPushButton[kind="primary"] { color: $on_action; background: $action; border: 1px solid $action; font-weight: $bold; }
QPushButton[kind="primary"]:hover { background: $action_hover; }
QPushButton[kind="primary"]:pressed { background: $action_press; }
QPushButton[kind="primary"]:focus { border: 2px solid $primary_ring; }
QPushButton[kind="primary"]:disabled { color: $off; background: $sunken; border: 1px solid $line; font-weight: 400; }
QPushButton[kind="small"] { color: $action_text; border: 1px solid $line; min-height: ${small_in}px; padding: 0 8px;
  font-size: ${note}px; }
QPushButton[kind="small"]:focus { border: 2px solid $focus; padding: 0 7px; min-height: ${small_focus}px; }
QPushButton[kind="danger"]:enabled { color: $bad; }
QPushButton[kind="quiet"], QToolButton[kind="quiet"] { color: $action_text; background: transparent; border: 1px solid transparent;
  min-height: ${small_in}px; padding: 0 5px;
  border-radius: ${r_control}px; }
QPushButton[kind="quiet"]:hover, QToolButton[kind="quiet"]:hover { background: $action_soft; }
QPushButton[kind="quiet"]:focus, QToolButton[kind="quiet"]:focus { border: 2px solid $focus; padding: 0 4px;
  min-height: ${small_focus}px; }
QPushButton[kind="quiet"]:disabled { color: $ink3; background: transparent; border: 1px solid transparent; }
QToolButton[kind="menu"] { color: $ink; background: transparent; border: 1px solid transparent; border-radius: ${r_control}px;
  padding: 3px 6px; font-weight: $bold; }
QToolButton[kind="menu"][plain="yes"] { font-weight: 400; }
QToolButton[kind="menu"]:hover { background: $sunken; }
QToolButton[kind="menu"]:focus { border: 2px solid $focus; padding: 2px 5px; }
QToolButton::menu-indicator { image: none; }
QToolButton[kind="status"] { color: $action_text; background: transparent; border: 1px solid transparent; font-size: ${note}px;
  padding: 1px 5px; }
QToolButton[kind="status"]:hover { background: $action_soft; }
QToolButton[kind="status"]:focus { border: 1px solid $focus; }
QToolButton[kind="status"]:disabled, QToolButton[kind="status"][tone="plain"] { color: $ink2; }
#searchBox { color: $ink3; background: $sunken; border: 1px solid $line; border-radius: ${r_control}px; text-align: left;
  padding: 0 10px 0 8px; }
#searchBox:hover { border: 1px solid $field; }
#searchBox:focus { border: 2px solid $focus; padding: 0 9px 0 7px; }

QLineEdit, QPlainTextEdit, QComboBox { color: $ink; background: $paper; border: 1px solid $field; border-radius: ${r_control}px;
  placeholder-text-color: $ink3; selection-background-color: $action; selection-color: $on_action; }
QLineEdit, QComboBox { min-height: ${input_in}px; padding: 0 7px; }
QPlainTextEdit { padding: 2px 4px; }
QLineEdit:focus, QComboBox:focus { border: 2px solid $focus; padding: 0 6px; min-height: ${input_focus}px; }
QPlainTextEdit:focus { border: 2px solid $focus; padding: 1px 3px; }
QLineEdit[issue="bad"], QPlainTextEdit[issue="bad"], QComboBox[issue="bad"] { background: $bad_soft; border-color: $bad_fill; }
QLineEdit[issue="soon"], QPlainTextEdit[issue="soon"], QComboBox[issue="soon"] { background: $soon_soft; border-color: $soon_fill; }
QLineEdit[ro="yes"], QPlainTextEdit[ro="yes"], QLineEdit:disabled, QComboBox:disabled { background: $sunken; color: $ink2;
  border-color: $hairline; }
QLineEdit[search="yes"] { background: $sunken; border-color: $line; }
QLineEdit[search="yes"]:focus { background: $paper; border-color: $focus; }
QLineEdit[kind="cell"], QComboBox[kind="cell"] { border: 2px solid $focus; border-radius: 0; padding: 0 5px; min-height: 0; }
QLineEdit[kind="bare"] { border: 0; background: transparent; font-size: ${strong}px; }
QComboBox::drop-down { border: 0; width: 22px; }
QComboBox::down-arrow { image: url($arrow); width: 14px; height: 14px; }
QComboBox QAbstractItemView { color: $ink; background: $raised; border: 1px solid $line; selection-background-color: $action_soft;
  selection-color: $ink; outline: 0; }
QCheckBox { spacing: 7px; }
QCheckBox::indicator { width: ${checkbox}px; height: ${checkbox}px; border: 1px solid $field; border-radius: 3px; background: $paper; }
QCheckBox::indicator:checked { background: $action; border-color: $action; image: url($tick); }
QCheckBox::indicator:focus { border: 2px solid $focus; }

QTableView { background: $paper; border: 0; outline: 0; selection-background-color: $action_soft; selection-color: $ink; }
QTableView QTableCornerButton::section { background: $sunken; border: 0; border-right: 1px solid $hairline;
  border-bottom: 1px solid $hairline; }
QAbstractScrollArea::corner { background: $paper; border: 0; }
QListView { background: $paper; border: 0; outline: 0; }
QTabBar { background: transparent; }
QTabBar::tab { color: $ink2; padding: 8px 6px 7px 6px; margin-right: 14px; border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $action_text; font-weight: $bold; border-bottom: 2px solid $action; }
QTabBar::tab:focus { color: $action_text; border-bottom: 2px solid $focus; }
QMenu { color: $ink; background: $raised; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 5px 22px 5px 12px; border-radius: 3px; }
QMenu::item:selected { background: $action_soft; color: $ink; }
QMenu::item:disabled { color: $off; }
QMenu::separator { height: 1px; background: $hairline; margin: 4px 6px; }
QScrollArea { border: 0; background: transparent; }
QScrollBar:vertical { background: transparent; width: ${bar_w}px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: ${bar_w}px; margin: 0; }
QScrollBar::handle { background: $line; border-radius: 3px; margin: 3px; min-height: ${thumb}px; min-width: ${thumb}px; }
QScrollBar::handle:hover { background: $field; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: transparent; width: 0; height: 0; }
QProgressBar { background: $bar_track; border: 0; border-radius: 2px; max-height: 6px; }
QProgressBar::chunk { background: $action; border-radius: 2px; }

#toast { background: $raised; border: 1px solid $line; border-radius: ${r_popup}px; }
#palette { background: $raised; border: 1px solid $line; border-radius: ${r_popup}px; }
#paletteHits { background: $raised; border: 0; outline: 0; }
QDialog { background: $raised; }
QDialog #panelScroll, QDialog #panelBody { background: $raised; }
#dialogFoot { background: $sunken; border-top: 1px solid $hairline; }
#factBox { background: $sunken; border: 1px solid $hairline; border-radius: ${r_control}px; padding: 6px 10px; }
""")


def apply(app: QApplication, name: str = "light", *, scale: float = 1.0) -> Theme:
    """Dress the whole application; may be called again at any time.

    Args:
        app: The application.
        name: "light", "dark" or "hc"; `theme.wanted` gives it for a choice.
        scale: Text size, 1.0 to 2.0.

    Returns:
        The theme now in force.
    """
    chosen = theme.choose(name, scale=scale)
    app.setStyle("Fusion")
    app.setPalette(theme.palette(chosen))
    app.setFont(chosen.font())
    app.setStyleSheet(render(chosen))
    icons.refresh(app)
    theme.notifier().changed.emit()
    return chosen


def prefer(app: QApplication, *, name: str | None = None, scale: float | None = None) -> Theme:
    """Dress the application as its user likes it, and remember what changed.

    Args:
        app: The application.
        name: "system", "light", "dark" or "hc"; None leaves it.
        scale: Text size, 1.0 to 2.0; None leaves it.
    """
    kept = QSettings()
    if name is not None:
        kept.setValue(_THEME, name)
    if scale is not None:
        kept.setValue(_SCALE, scale)
    liked, size = preferred()
    return apply(app, theme.wanted(liked), scale=size)


def preferred() -> tuple[str, float]:
    """Return the theme and the text size that the user chose before."""
    kept = QSettings()
    return str(kept.value(_THEME, "system")), float(str(kept.value(_SCALE, 1.0)))


def render(chosen: Theme) -> str:
    """Return the style sheet of a theme."""
    colors = {key: chosen.color(key).name() for key in theme.tokens()["color"][chosen.name]}
    return TEMPLATE.substitute(colors | _sizes(chosen) | _parts(chosen))


def _sizes(chosen: Theme) -> dict[str, str]:
    """Sizes in px; min-height in a sheet is the content's, so edges come off."""
    sizes = {key: chosen.px("type", key) for key in ("page", "record", "panel", "strong", "figure", "note", "micro")}
    sizes |= {f"r_{key}": chosen.px("radius", key) for key in ("card", "badge", "control", "popup")}
    heights = {"button": "button", "small": "button_small", "input": "input"}
    for short, key in heights.items():
        sizes[f"{short}_in"] = chosen.px("control", key) - 2
        sizes[f"{short}_focus"] = chosen.px("control", key) - 4
    controls = {"bar_w": "scroll_bar", "thumb": "scroll_thumb_minimum", "checkbox": "checkbox"}
    sizes |= {short: chosen.px("control", key) for short, key in controls.items()}
    return {key: str(value) for key, value in sizes.items()}


def _parts(chosen: Theme) -> dict[str, str]:
    hc = chosen.name == "hc"
    return {
        "bold": "700" if chosen.bold_ok else "400",
        "arrow": icons.sheet_file("caret-down", "ink2", 14),
        "tick": icons.sheet_file("check", "on_action", 14),
        "badge_edge": chosen.color("line").name() if hc else "transparent",
        "primary_ring": chosen.color("focus" if hc else "ink").name(),
    }
