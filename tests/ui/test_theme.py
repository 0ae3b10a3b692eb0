"""The look comes from the tokens, in every theme and at every text size."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from ui import icons, sheet, theme

THEMES = ("light", "dark", "hc")


@pytest.mark.parametrize("name", THEMES)
def test_every_theme_dresses_palette_and_sheet(qapp: QApplication, name: str) -> None:
    chosen = sheet.apply(qapp, name)
    assert qapp.palette().color(QPalette.ColorRole.Base) == chosen.color("paper")
    assert chosen.color("action").name() in qapp.styleSheet()
    assert "$" not in qapp.styleSheet()


def test_the_style_sheet_stays_short() -> None:
    assert sheet.TEMPLATE.template.count("\n") < 150


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_text_size_multiplies_type_and_rows_but_not_space(qapp: QApplication, scale: float) -> None:
    chosen = sheet.apply(qapp, "light", scale=scale)
    assert chosen.font().pixelSize() == round(13 * scale)
    assert chosen.row_height() >= round(28 * scale)
    assert chosen.px("space", "gutter") == 12


def test_the_face_draws_tabular_figures() -> None:
    assert theme.current().font().featureValue(QFont.Tag("tnum")) == 1


def test_bold_is_never_faked() -> None:
    plain = theme.Theme("light", 1.0, "没有这个字体", bold_ok=False)
    assert not plain.font("strong", bold=True).bold()
    assert "font-weight: 700" not in sheet.render(plain)


def test_disabled_text_is_pale_in_the_palette(qapp: QApplication) -> None:
    group = QPalette.ColorGroup.Disabled
    assert qapp.palette().color(group, QPalette.ColorRole.Text) == theme.current().color("off")


def test_a_manual_choice_beats_the_desktop() -> None:
    assert [theme.wanted(name) for name in THEMES] == list(THEMES)
    assert theme.wanted("system") in THEMES


def test_dressed_icons_follow_a_change_of_theme(qapp: QApplication, qtbot: QtBot) -> None:
    button = QPushButton("新增")
    qtbot.addWidget(button)
    icons.dress(button, "plus", "ink2")
    before = button.icon().pixmap(16, 16).toImage()
    sheet.apply(qapp, "hc")
    assert button.icon().pixmap(16, 16).toImage() != before


def test_an_icon_keeps_its_logical_size_on_dense_screens() -> None:
    picture = icons.pixmap("users", "ink2", 18, 2.0)
    assert picture.width() == 36
    assert picture.deviceIndependentSize().width() == 18


def test_states_have_a_word_and_a_kind() -> None:
    assert theme.current().state("overdue") == ("逾期", "bad")
