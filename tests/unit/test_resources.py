"""What the program carries is there, complete and licensed."""

from __future__ import annotations

import gettext
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

import resources
from resources import i18n

FONTS = ("NotoSerifSC-Regular", "NotoSerifSC-Bold", "NotoSansSC-Regular", "NotoSansSC-Bold")
# Plain words, marks of official documents, units, and rare characters of names:
# from GBK, from extension A and from beyond the first plane.
MUST_PRINT = "岚桥区附件〔〕《》“”‘’…—·、，。；：？！（）①⑳㈠㎡℃Ⅰ┌─┤╋→↓▲□√×÷±≤≥‰＃％ABCxyz0189龘镕啰堃㠇䶮鿍𠅤𬭎𫓧𬬻"
# A few that only an eye would miss: pages of the rail, and what a style sheet draws.
ICONS = ("squares-four", "clipboard-text", "tree-structure", "clock-counter-clockwise", "gear-six", "caret-down", "check", "minus")


@pytest.mark.parametrize("name", FONTS)
def test_a_bundled_font_prints_what_offices_write(name: str) -> None:
    with TTFont(resources.path("fonts", f"{name}.ttf"), lazy=True) as font:
        covered = font.getBestCmap()
        assert [character for character in MUST_PRINT if ord(character) not in covered] == []


@pytest.mark.parametrize("name", FONTS)
def test_a_bundled_font_can_be_embedded_in_a_pdf(name: str) -> None:
    with TTFont(resources.path("fonts", f"{name}.ttf"), lazy=True) as font:
        assert "glyf" in font
        assert font["OS/2"].fsType == 0


@pytest.mark.parametrize("name", FONTS)
def test_a_bundled_font_covers_gbk(name: str) -> None:
    pairs = (bytes([lead, trail]) for lead in range(0x81, 0xFF) for trail in range(0x40, 0xFF))
    characters = set().union(*(pair.decode("gbk", "ignore") for pair in pairs)) - {"\x7f"}
    with TTFont(resources.path("fonts", f"{name}.ttf"), lazy=True) as font:
        covered = font.getBestCmap()
        # The whole font lacks this one too.
        assert {character for character in characters if ord(character) not in covered} == {"≒"}


@pytest.mark.parametrize("name", ICONS)
def test_an_icon_takes_the_colour_of_a_token(name: str) -> None:
    assert "currentColor" in resources.path("icons", f"{name}.svg").read_text(encoding="utf-8")


def test_every_icon_is_of_the_one_set() -> None:
    drawn = [file.read_text(encoding="utf-8") for file in resources.path("icons").glob("*.svg")]
    assert drawn
    assert all('viewBox="0 0 256 256" fill="currentColor"' in text for text in drawn)


@pytest.mark.parametrize("parts", [("icons", "LICENSE"), ("fonts", "OFL-NotoSerifSC.txt"), ("fonts", "OFL-NotoSansSC.txt")], ids="/".join)
def test_what_others_made_lies_beside_its_licence(parts: tuple[str, ...]) -> None:
    assert "Permission is hereby granted, free of charge" in resources.path(*parts).read_text(encoding="utf-8").replace("\n", " ")


def test_the_packaged_program_finds_its_files_where_they_were_unpacked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resources.path("theme", "tokens.toml") == tmp_path / "resources" / "theme" / "tokens.toml"


def test_without_a_catalogue_texts_stay_chinese() -> None:
    assert i18n._(i18n.N_("导入附件1")) == "导入附件1"


def test_a_catalogue_turns_texts_over_and_leaves_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    class English(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return {"导出": "Export"}.get(message, message)

    monkeypatch.setattr(i18n, "_catalogue", English())
    assert (i18n._("导出"), i18n._("导入")) == ("Export", "导入")
