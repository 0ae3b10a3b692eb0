"""Which column a heading means that no list of names knows, by telling words.

A heading that says "…电话" is a phone, whatever else it says. The words stand
in `resources/forms/telling.toml`. They name a column only where no other
heading answers to it, and what a list knows always goes first.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

import resources
from models.annexes import CATEGORY_PREFIX
from services.imports.headings import LONGEST_HEADING, bare_heading, heading

NOBODY = "-"
# What tells a form from a list of names: one of these words in title or headings, or one of these columns.
_CATEGORIES = "categories"
_TELLING: Mapping[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "inspection_stats": ((), frozenset(("findings_total", "penalties", _CATEGORIES))),
    "case_stats": ((), frozenset(("violation", "amount", "progress"))),
    "cases": ((), frozenset(("violation", "proposed", "decided", "stage"))),
    "groups": ((), frozenset(("leader", "officers", "towns"))),
    "inspections": ((), frozenset(("checked_on", "officers", "platform_no", "document_no"))),
    "hazard_list": ((), frozenset(("hazard",))),
    "major_hazards": (("重大",), frozenset(("fund", "supervisor"))),
    "confined_space": (("有限空间",), frozenset()),
    "town_summary": (("汇总",), frozenset(("rectified", "rate", "people"))),
}


@lru_cache(maxsize=8192)
def word_of(form: str, text: str, band: str = "") -> str | None:
    """Return the key that the words of a heading name, "-" if no column has it.

    Args:
        form: Code of the form.
        text: The heading.
        band: What stands above it in a header of several rows.

    Returns:
        None if no word is known.
    """
    if len(text) > LONGEST_HEADING:
        return None
    bare = bare_heading(text)
    whole = heading(text)  # with what stands in brackets
    for said in dict.fromkeys((bare, whole, bare_heading(band) + bare if band else bare)):
        for key, words in _patterns().get(form, ()):
            if words.search(said):
                return key
    return None


def told(form: str, headings: Mapping[int, tuple[str, str]], missing: frozenset[str]) -> dict[int, str]:
    """Return the columns that the words of headings name.

    Args:
        form: Code of the form.
        headings: Headings that are left, with what stands above them, by column index.
        missing: Keys of the columns that were not found otherwise.
    """
    wishes: defaultdict[str, list[int]] = defaultdict(list)
    for col, (text, band) in headings.items():
        key = word_of(form, text, band)
        if key in missing:
            wishes[key].append(col)
    return {columns[0]: key for key, columns in wishes.items() if len(columns) == 1}


def is_meant(code: str, columns: Iterable[str], before: str, texts: Iterable[str]) -> bool:
    """Tell whether the columns are those of this form, not of any list of names.

    Args:
        code: Of the form.
        columns: Keys that were found.
        before: Titles, compared.
        texts: The headings.
    """
    matched = {_CATEGORIES if key.startswith(CATEGORY_PREFIX) else key for key in columns}
    words, telling = _TELLING.get(code, ((), frozenset()))
    if (not telling and not words) or telling.intersection(matched):
        return True
    said = before + "".join(texts)
    return any(word in said for word in words)


@lru_cache(maxsize=1)
def _patterns() -> Mapping[str, tuple[tuple[str, re.Pattern[str]], ...]]:
    said = tomllib.loads(resources.path("forms", "telling.toml").read_text(encoding="utf-8"))["forms"]
    return {form: tuple((key, re.compile(words)) for key, words in columns.items()) for form, columns in said.items()}
