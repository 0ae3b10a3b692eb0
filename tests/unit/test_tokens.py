"""The colours of the three themes can be read by everyone.

The ratios written in tokens.toml are computed again from its colours, by the
formula of WCAG 2.2. A changed colour shows up here before it shows on screen.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass

import pytest

import resources

TEXT = resources.path("theme", "tokens.toml").read_text(encoding="utf-8")
TOKENS = tomllib.loads(TEXT)
THEMES = ("light", "dark", "hc")
# Words are written in these; everything else is a part of a control or a mark.
TEXT_COLOURS = {"ink", "ink2", "ink3", "action_text", "on_action", "on_tip", "bad", "soon", "done"}

_HEAD = re.compile(r"\[contrast\.(\w+)\]")
_PAIR = re.compile(r'"(\w+) on (\w+)" = ([\d.]+)(\s*# no minimum\b.*)?')


@dataclass(frozen=True)
class Pair:
    """One line of a contrast table.

    Attributes:
        theme: Theme it belongs to.
        front: Colour of the word or mark.
        ground: Colour behind it.
        written: The ratio in the file.
        minimum: The least ratio allowed; 0 where none is asked for.
    """

    theme: str
    front: str
    ground: str
    written: float
    minimum: float


def pairs() -> list[Pair]:
    """Read the tables from the text: "no minimum" stands in its comments."""
    found: list[Pair] = []
    theme = ""
    for line in TEXT.splitlines():
        if line.startswith("["):
            head = _HEAD.match(line)
            theme = head[1] if head else ""
        elif theme and (match := _PAIR.match(line)):
            front, ground, written, free = match.groups()
            found.append(Pair(theme, front, ground, float(written), 0 if free else minimum(front)))
    return found


def minimum(front: str) -> float:
    rule = TOKENS["rule"]
    if front in rule["exempt"]:
        return 0
    return float(rule["text_minimum"] if front in TEXT_COLOURS else rule["part_minimum"])


def luminance(colour: str) -> float:
    def linear(part: str) -> float:
        share = int(part, 16) / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(colour[at : at + 2]) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(front: str, ground: str) -> float:
    lighter, darker = sorted((luminance(front), luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


PAIRS = pairs()


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.theme}: {pair.front} on {pair.ground}")
def test_the_written_ratio_is_true_and_high_enough(pair: Pair) -> None:
    colours = TOKENS["color"][pair.theme]
    real = ratio(colours[pair.front], colours[pair.ground])
    assert real == pytest.approx(pair.written, abs=0.006)
    assert real >= pair.minimum


def test_every_line_of_the_tables_was_read() -> None:
    assert len(PAIRS) == sum(len(table) for table in TOKENS["contrast"].values())


@pytest.mark.parametrize("theme", THEMES)
def test_every_word_colour_is_measured_on_the_page_ground(theme: str) -> None:
    measured = {pair.front for pair in PAIRS if pair.theme == theme and pair.minimum >= TOKENS["rule"]["text_minimum"]}
    assert measured == TEXT_COLOURS


def test_the_three_themes_name_the_same_colours() -> None:
    first, *others = (set(TOKENS["color"][theme]) for theme in THEMES)
    assert all(other == first for other in others)


def test_every_colour_is_written_in_full() -> None:
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for theme in THEMES for colour in TOKENS["color"][theme].values())


def test_the_formula_gives_the_known_extremes() -> None:
    black, white = "#" + "0" * 6, "#" + "F" * 6
    assert ratio(black, white) == pytest.approx(21)
    assert ratio(white, white) == 1
