"""Which column a heading means that no list of names knows, by telling words.

A heading that says "…电话" is a phone, whatever else it says. The words stand
in `resources/forms/telling.toml`. They name a column only where no other
heading answers to it, and what a list knows always goes first.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

import resources
from models.annexes import CATEGORY_PREFIX, annex_2
from models.forms import Form
from services.imports.headings import BAND, LONGEST_HEADING, NUMBERING, bare_heading, heading, official_rank

NOBODY = "-"
_ADDRESS = "address"
_REGISTERED = re.compile("注册|登记|住所|法定|执照|工商")
# Of two headings for one column the one that has these words.
_BETTER = {"phone": re.compile("手机|移动"), "enterprises_checked": re.compile("查")}
_BUSINESS = re.compile("生产|经营|实际|厂|作业|办公|现")
SUMS = frozenset(("小计", "合计", "总计", "共计", "总数"))
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
_NOT_TOLD: tuple[tuple[str, ...], frozenset[str]] = ((), frozenset())


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


def settled(form: Form, keys: dict[int, str], texts: Mapping[int, str], required: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Choose between headings that name one column.

    The place of the work is the address, not the one of the licence; of others the heading that says it all is taken,
    else the one that the form itself has: beside 整改责任人 a 企业负责人 is somebody else.

    Args:
        form: The form.
        keys: Columns that were found; those that stand back are taken out.
        texts: Headings by column index.
        required: Keys that come again where records stand side by side.

    Returns:
        The column of the licence's address by the key that it may fill, if there is one beside the other.
    """
    spare = _place_of_business(form.code, keys, texts)
    again = {key for key, count in Counter(keys.values()).items() if count > 1}
    if len(again) < 2 or again.isdisjoint(required):  # else records stand side by side
        _take_the_better(keys, texts)
        _take_the_official(form, keys, texts)
    return spare


def _place_of_business(form: str, keys: dict[int, str], texts: Mapping[int, str]) -> dict[str, tuple[int, str]]:
    spoken = [col for col in sorted(texts) if keys.get(col, _ADDRESS) == _ADDRESS and _says_address(form, texts[col], col in keys)]
    if len(spoken) < 2:
        return {}
    licence = [col for col in spoken if _REGISTERED.search(texts[col]) and not _BUSINESS.search(texts[col])]
    others = [col for col in spoken if col not in licence]
    business = [col for col in others if _BUSINESS.search(texts[col])] or others
    if len(licence) != 1 or len(business) != 1:
        return {}
    for col in spoken:
        keys.pop(col, None)
    keys[business[0]] = _ADDRESS
    return {_ADDRESS: (licence[0], texts[licence[0]])}


def _take_the_official(form: Form, keys: dict[int, str], texts: Mapping[int, str]) -> None:
    for key in [key for key, count in Counter(keys.values()).items() if count > 1]:
        places = {col: official_rank(form, key, texts[col]) for col, one in keys.items() if one == key}
        best = min(places.values())
        if list(places.values()).count(best) == 1:
            for col in [col for col, rank in places.items() if rank != best]:
                del keys[col]


def _take_the_better(keys: dict[int, str], texts: Mapping[int, str]) -> None:
    found = list(keys.values())
    for key, words in _BETTER.items():
        columns = [col for col, one in keys.items() if one == key] if found.count(key) > 1 else []
        better = [col for col in columns if words.search(texts[col])]
        for col in columns if len(better) == 1 else ():
            if col not in better:
                del keys[col]


def _says_address(form: str, text: str, found: bool) -> bool:
    return found or word_of(form, text) == _ADDRESS


def said_above(code: str, before: str) -> bool:
    """Tell whether titles, compared, have a word that tells this form."""
    return any(word in before for word in _TELLING.get(code, _NOT_TOLD)[0])


def is_meant(code: str, columns: Iterable[str], before: str, texts: Iterable[str]) -> bool:
    """Tell whether the columns are those of this form, not of any list of names.

    Args:
        code: Of the form.
        columns: Keys that were found.
        before: Titles, compared.
        texts: The headings.
    """
    matched = {_CATEGORIES if key.startswith(CATEGORY_PREFIX) else key for key in columns}
    words, telling = _TELLING.get(code, _NOT_TOLD)
    if (not telling and not words) or telling.intersection(matched):
        return True
    said = before + "".join(texts)
    return any(word in said for word in words)


def with_categories(form: Form, texts: Mapping[int, str], bands: Mapping[int, str], keys: dict[int, str]) -> Form:
    """Take the file's own category list where it has one (band, or "…类").

    Args:
        form: The statistics of the inspections.
        texts: Headings by column index.
        bands: What stands above them.
        keys: Columns that were found; those of the categories are added.
    """
    places = {key: col for col, key in keys.items()}
    first, last = places.get("findings_total", -1), places.get("penalties", 10**6)
    listed: list[str] = []
    known = [column.key.removeprefix(CATEGORY_PREFIX) for column in form.columns if column.key.startswith(CATEGORY_PREFIX)]
    for col in sorted(texts):
        key = keys.get(col, "")
        text = re.sub(r"\s+", "", texts[col])
        if text in SUMS:
            continue
        whole = text.replace("其它", "其他").removesuffix("类") + "类"
        if not key and whole in known and CATEGORY_PREFIX + whole not in keys.values() and first < col < last:
            key = keys[col] = CATEGORY_PREFIX + whole
        banded = heading(bands.get(col, "")) == heading(BAND)
        if key.startswith(CATEGORY_PREFIX):
            listed.append(key.removeprefix(CATEGORY_PREFIX))
        elif not key and (banded or (first < col < last and text.endswith("类"))) and heading(text) not in NUMBERING:
            keys[col] = CATEGORY_PREFIX + text
            listed.append(text)
    if not listed or set(listed) <= set(known):
        return form
    return replace(annex_2(form.title, tuple(dict.fromkeys(listed))), rules=form.rules)


@lru_cache(maxsize=1)
def _patterns() -> Mapping[str, tuple[tuple[str, re.Pattern[str]], ...]]:
    said = tomllib.loads(resources.path("forms", "telling.toml").read_text(encoding="utf-8"))["forms"]
    return {form: tuple((key, re.compile(words)) for key, words in columns.items()) for form, columns in said.items()}
