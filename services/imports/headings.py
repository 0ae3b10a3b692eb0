"""Which column of a form a heading names.

Headings are compared without blanks, line breaks, width of characters, signs
and bracketed units; then by the aliases of the column and the synonyms of
`resources/forms/synonyms.toml`; then by closeness. What a clerk corrected by
hand once (`learned`) goes before all of it.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz, process

import resources
from models.forms import Column, Form
from models.kinds import DATE, LONG, ORGANISATION, PHONE, TEXT

CLOSE_ENOUGH = 86
LONGEST_HEADING = 30
BAND = "查出安全问题类型"
NUMBERING = frozenset(("序号", "编号", "no", "no.", "行号", "项次", "序", "排序", "顺序号"))

# What some files have beside the official columns; keys of form-import/1, or read so that they are known.
EXTRA_COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "personnel": (
        Column(
            "unit",
            "工作单位",
            ORGANISATION,
            aliases=("单位", "所在单位", "单位名称", "镇办", "所属单位", "所属镇办", "派出单位", "抽调单位"),
        ),
        Column("position", "职务", TEXT, aliases=("职务职级", "职务（岗位）", "岗位", "职务（职级）", "职务/岗位", "职级")),
    ),
    "inspection_stats": (
        Column("checked_on", "检查日期", DATE, aliases=("检查时间",)),
        Column("inspector", "检查人员", TEXT, aliases=("检查人", "执法人员")),
        Column("enterprise_phone", "联系电话", PHONE, aliases=("企业电话", "企业联系电话")),
        Column("remark", "备注", TEXT),
    ),
    "hazard_list": (Column("measure", "整改措施", LONG, aliases=("措施", "整改要求", "整改建议", "整改意见", "整改方案")),),
    "case_stats": (Column("remark", "备注", TEXT),),
}
_BRACKETS = re.compile(r"[(\[【〔{][^()\[\]【】〔〕{}]*[)\]】〕}]")
_PUNCTUATION = re.compile(r"[\s()\[\]【】〔〕{}*:;,.、/\\_\-—~·|\"'“”‘’?!。，：；？！]+")
# The last character of these says what is counted or named: a heading that ends otherwise is another column.
_TELLING_ENDS = frozenset("数率额期号人话码量址间位照长")
# Under a band these say nothing of their own.
_GENERAL = frozenset(
    (
        "总数",
        "合计",
        "小计",
        "总计",
        "数量",
        "个数",
        "家数",
        "项数",
        "件数",
        "处数",
        "数",
        "姓名",
        "名称",
        "情况",
        "内容",
        "时间",
        "日期",
        "总量",
        "合计数",
    )
)
_LEAST_SHARED = 4
_MOST_MORE = 2
# Before or behind a known heading these make another of it: 应检查企业数, 未整改数.
_OTHERWISE = frozenset("未应待拟复逾非无不前后旧原重")
# A number, a day, a phone: no table calls a column so.
_VALUE = re.compile(r"(?=.*\d)[\d\s.,:：，+%％\-－—/年月日]+")
_FIRM = re.compile(r".{3,}有限(?:责任)?公司(?:[(（].*[)）])?")
_MEMO_SIZE = 4096
_FORMS = 64  # each campaign and each batch has its own, all nine of them
_of_form: dict[int, Vocabulary] = {}
_extended: dict[int, tuple[Form, Form]] = {}


@dataclass(frozen=True)
class Learned:
    """A header that a clerk mapped by hand.

    Attributes:
        unit: Unit whose file it was; empty if that was unknown.
        fingerprint: Of the headings (see `fingerprint`).
        form: Code of the form.
        columns: (heading as compared, column key) pairs; key "" leaves a column out.
    """

    unit: str
    fingerprint: str
    form: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Vocabulary:
    """All headings a form knows.

    Attributes:
        form: The form.
        exact: Column key by heading, as compared.
        words: Headings of more than one character.
        required: Keys without which a row is no record.
        size: Number of official columns, bands and numbers apart.
        title: Title of the form, as compared.
        hints: Words that a title of this form may have.
        closest: Remembers the nearest heading, if it is near enough, and how near it is: the files of a batch are alike.
        words_by_characters: The headings by their characters in order, made when first asked for.
        asked: Remembers what the lists said of a heading and what stands above it.
        fits: Remembers how headers fitted: towns send one header, each under another title.
    """

    form: Form
    exact: Mapping[str, str]
    words: frozenset[str]
    required: tuple[str, ...]
    size: int
    title: str
    hints: tuple[str, ...] = ()
    closest: dict[str, tuple[float, str]] = field(default_factory=dict, compare=False)
    words_by_characters: dict[str, list[str]] = field(default_factory=dict, compare=False)
    asked: dict[tuple[str, str], str | None] = field(default_factory=dict, compare=False)
    fits: dict[object, Any] = field(default_factory=dict, compare=False)

    def key_of(self, text: str, band: str, taken: frozenset[str]) -> str | None:
        """Return the key of the column that a heading names, None if unknown.

        Args:
            text: The heading.
            band: What stands above it in a header of several rows.
            taken: Keys found already; closeness does not name them again.
        """
        if len(text) > LONGEST_HEADING * 2:
            return None
        listed = self.listed(text, band)
        if listed is not None:
            return listed
        bare = bare_heading(text)
        if len(bare) < 3:
            return None
        best = self.closest.get(bare)
        if best is None:
            best = max(((_closeness(bare, word), self.exact[word]) for word in self._candidates(bare)), default=(0.0, ""))
            if len(self.closest) < _MEMO_SIZE:
                self.closest[bare] = best
        return best[1] if best[0] >= CLOSE_ENOUGH and best[1] not in taken else None

    def _candidates(self, bare: str) -> set[str]:
        """Return the headings that may be close: alike, inside this one, or of the same characters."""
        if not self.words_by_characters:
            for word in self.exact:
                self.words_by_characters.setdefault("".join(sorted(word)), []).append(word)
        length = len(bare)
        inside = {
            bare[start : start + size] for size in range(max(length - _MOST_MORE, 1), length + 1) for start in range(length - size + 1)
        }
        near = process.extract(bare, list(self.exact), scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH, limit=None)
        return (
            {word for word, _score, _place in near}
            | (inside & self.exact.keys())
            | set(self.words_by_characters.get("".join(sorted(bare)), ()))
        )

    def titled(self, before: str) -> bool:
        """Tell whether titles, compared, have the title of this form."""
        return _has_word(self.title, before)

    def hinted(self, before: str) -> bool:
        """Tell whether titles, compared, have a word of this form."""
        return any(_has_word(word, before) for word in self.hints)

    def listed(self, text: str, band: str) -> str | None:
        """Return the key whose list of names has the heading, None if none has."""
        asked = (text, band)
        if asked in self.asked:
            return self.asked[asked]
        found = next((self.exact[word] for word in _spellings(text, band) if word in self.exact), None)
        if len(self.asked) < _MEMO_SIZE:
            self.asked[asked] = found
        return found


@lru_cache(maxsize=8192)
def heading(text: str) -> str:
    """Return a heading as it is compared: half width, no blanks or signs."""
    return _compared(text)


@lru_cache(maxsize=4096)
def bare_heading(text: str) -> str:
    """Return a heading also without what stands in brackets."""
    if unfoldable(text):
        return text.lower()
    return heading(_BRACKETS.sub("", re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)))) or heading(text)


def unfoldable(text: str) -> bool:
    """Tell whether the text has no blank, sign or width to fold: most cells."""
    return text.isalnum() and unicodedata.is_normalized("NFKC", text)


def stays(char: str) -> bool:
    """Tell whether a text that begins with this does so, too, when it is compared."""
    return "\u4e00" <= char <= "\u9fff" or "0" <= char <= "9"


def holds_values(cells: Iterable[object]) -> bool:
    """Tell whether a row says things of somebody: a number, a day, a firm's name."""
    return any(not isinstance(cell, str) or _VALUE.fullmatch(cell) or _FIRM.fullmatch(cell) for cell in cells if cell not in (None, ""))


def fingerprint(texts: Iterable[str]) -> str:
    """Return the mark of a header: the same for the same headings in this order."""
    return hashlib.sha256("\n".join(heading(text) for text in texts).encode()).hexdigest()[:16]


def heading_keys(form: Form) -> Mapping[str, str]:
    """Return the column key for every heading the form knows."""
    return vocabulary(form).exact


def key_of_heading(text: str, keys: Mapping[str, str]) -> str | None:
    """Return the key of the column that a heading names exactly, or None."""
    return keys.get(heading(text)) or keys.get(bare_heading(text))


def extended(form: Form) -> Form:
    """Return the form with the extra columns that files may have."""
    extra = EXTRA_COLUMNS.get(form.code, ())
    if not extra:
        return form
    found = _extended.get(id(form))
    if found is None or found[0] is not form:
        if len(_extended) >= _FORMS:
            _extended.clear()
        made = replace(form, columns=(*form.columns, *(column for column in extra if column.key not in form.keys)))
        found = _extended[id(form)] = form, made
    return found[1]


def official_rank(form: Form, key: str, text: str) -> int:
    """Return 0 for the title of a column, 1 for its other names, 2 for others."""
    column = next((column for column in extended(form).columns if column.key == key), None)
    said = {heading(text), bare_heading(text)}
    if column is None:
        return 2
    if not said.isdisjoint((heading(column.title), bare_heading(column.title))):
        return 0
    return 1 if any(not said.isdisjoint((heading(alias), bare_heading(alias))) for alias in column.aliases) else 2


def named(form: Form, before: str) -> bool:
    """Tell whether a title, as compared, is of this form."""
    known = vocabulary(form)
    return known.titled(before) or known.hinted(before)


def _has_word(word: str, before: str) -> bool:
    """Tell whether a title has the word; a ledger of major hazards is none of hazards."""
    return word in before and re.search(rf"(?<!重大)(?<!重大事故)(?<!重大隐患)(?<!重大事故隐患){re.escape(word)}", before) is not None


def vocabulary(form: Form) -> Vocabulary:
    """Return the headings of a form."""
    found = _of_form.get(id(form))
    if found is None or found.form is not form:  # to hash a form is to hash all its columns: only once
        if len(_of_form) >= _FORMS:
            _of_form.clear()
        found = _of_form[id(form)] = replace(_vocabulary(form), form=form)
    return found


@lru_cache(maxsize=_FORMS)
def _vocabulary(form: Form) -> Vocabulary:
    exact: dict[str, str] = {}
    # A title wins over another column's alias, an alias over a synonym, the whole heading over the bare one.
    for names in _names(extended(form)):
        for compared in (heading, bare_heading):
            for text, key in names:
                exact.setdefault(compared(text), key)
    words = frozenset(word for word in exact if len(word) > 1) | {heading(BAND)}
    required = tuple(column.key for column in form.columns if column.required)
    size = sum(not column.band and column.key != "no" for column in form.columns)
    hints = tuple(heading(word) for word in _synonyms()["titles"].get(form.code, ()))
    return Vocabulary(form, exact, words, required, size, heading(form.title), hints)


@lru_cache(maxsize=_FORMS)
def corrected(form: Form, learned: Learned) -> Vocabulary:
    """Return the headings of a form as a clerk mapped them."""
    known = vocabulary(form)
    return replace(known, exact={**known.exact, **dict(learned.columns)}, closest={}, words_by_characters={}, asked={}, fits={})


@lru_cache(maxsize=1)
def _synonyms() -> dict[str, Any]:
    return tomllib.loads(resources.path("forms", "synonyms.toml").read_text(encoding="utf-8"))


def _names(form: Form) -> Iterator[list[tuple[str, str]]]:
    shared, own = _synonyms()["columns"], _synonyms()["forms"].get(form.code, {})
    yield [(column.title, column.key) for column in form.columns]
    yield [(alias, column.key) for column in form.columns for alias in column.aliases]
    yield [(alias, column.key) for column in form.columns for alias in own.get(column.key, ())]
    yield [(alias, column.key) for column in form.columns for alias in shared.get(column.key, ())]


def _spellings(text: str, band: str) -> Iterator[str]:
    yield heading(text)
    yield bare_heading(text)
    if band:
        yield heading(band + text)
        yield bare_heading(band + text)
        if bare_heading(text) in _GENERAL:
            yield heading(band)
            yield bare_heading(band)


def _closeness(bare: str, word: str) -> float:
    if bare[-1] != word[-1] and bare[-1] in _TELLING_ENDS:
        return 0.0
    if len(word) >= _LEAST_SHARED and len(bare) - len(word) <= _MOST_MORE and word in bare:
        return 0.0 if _OTHERWISE.intersection(bare.replace(word, "")) else 88.0
    if len(bare) > 3 and len(bare) == len(word) and sorted(bare) == sorted(word):
        return 90.0
    return fuzz.ratio(bare, word, score_cutoff=CLOSE_ENOUGH)


def _compared(text: str) -> str:
    if unfoldable(text):
        return text.lower()
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text)).lower()
