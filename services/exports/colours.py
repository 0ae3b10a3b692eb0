"""Colours of workbooks: the light tokens of the window, nothing else."""

from __future__ import annotations

import tomllib
from functools import lru_cache

import resources


@lru_cache(maxsize=1)
def _light() -> dict[str, str]:
    with resources.path("theme", "tokens.toml").open("rb") as file:
        colours: dict[str, str] = tomllib.load(file)["color"]["light"]
    return colours


def colour(token: str) -> str:
    """Return the colour of a token, as a workbook wants it."""
    return _light()[token]
