"""Category and clause suggested for a finding's words: shown, never stored.

What the office wrote before under the same words speaks first, then words of
the rule list that is valid on the day of the visit. The officer accepts or
picks another; the next suggestion follows what was picked.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import Finding, Rule
from services import findings, rules
from services.errors import Missing

MOST = 3
OWN, LIST = "本单位", "词表"
_PREFIX = "category_words."
_BARE = re.compile(r"[\W_\d]+")
_LATEST = 6000
_ALIKE = 0.6
_SAME = 100_000  # the same words weigh more than words much alike, and those more than any list of words
_NEAR = 10_000


@dataclass(frozen=True)
class Hint:
    """One category that the words speak for.

    Attributes:
        category: Of the campaign's own list.
        words: Words of the finding that speak for it.
        why: Who says so, in words for the screen.
        basis: Clause that goes with it; "" if none is known.
        checked: 已核 or 待核, of the clause; "" where the office wrote it itself.
    """

    category: str
    words: tuple[str, ...]
    why: str
    basis: str = ""
    checked: str = ""


@dataclass(frozen=True)
class _Words:
    """The rule lists of a day."""

    categories: Mapping[str, tuple[str, ...]]
    clauses: Mapping[str, str]
    by_word: Mapping[str, str]
    checked: str


@dataclass(frozen=True)
class _Memory:
    """What the office wrote before, by bare words and by pairs of signs."""

    same: Mapping[str, Counter[tuple[str, str]]]
    pairs: Mapping[str, set[str]]


def suggest(session: Session, *, campaign_id: int, texts: Sequence[str], on: date) -> list[tuple[Hint, ...]]:
    """Return for each text the categories that its words speak for, the best first.

    More words and more telling ones (longer, claimed by fewer categories) go before; what weighs the same stands
    in the order of Annex 2.

    Args:
        session: Session of a read.
        campaign_id: Whose categories are offered.
        texts: What was found, as it was written.
        on: Day of the visit; the lists of that day are used.
    """
    listed = findings.categories(session, campaign_id)
    words, memory = _words(session, on), _memory(session, listed)
    return [_hints(text, listed, words, memory) for text in texts]


def clauses(session: Session, *, on: date) -> dict[str, str]:
    """Return by category the clause that usually goes with it."""
    return _clauses(session, "category_clause", on)[0]


def _hints(text: str, listed: Sequence[str], words: _Words, memory: _Memory) -> tuple[Hint, ...]:
    found: dict[str, tuple[float, Hint]] = {}
    for weight, hint in (*_remembered(text, memory, words), *_by_words(text, words)):
        if hint.category in listed and weight > found.get(hint.category, (0.0, hint))[0]:
            found[hint.category] = (weight, hint)
    order = {category: place for place, category in enumerate(listed)}
    ranked = sorted(found.values(), key=lambda one: (-one[0], order[one[1].category]))
    return tuple(hint for _weight, hint in ranked[:MOST])


def _remembered(text: str, memory: _Memory, words: _Words) -> Iterator[tuple[float, Hint]]:
    """Yield what the office wrote under the same words, or under words much alike."""
    bare = _bare(text)
    if bare in memory.same:
        yield from _votes(memory.same[bare], _SAME, "同样的问题", (), words)
        return
    pairs = _pairs(bare)
    if len(pairs) < 2:
        return
    shared: Counter[str] = Counter(other for pair in pairs for other in memory.pairs.get(pair, ()))
    near: Counter[tuple[str, str]] = Counter()
    for other, count in shared.most_common(20):
        if count / max(len(pairs | _pairs(other)), 1) >= _ALIKE:
            near.update(memory.same[other])
    yield from _votes(near, _NEAR, "相近的问题", (), words)


def _votes(
    counted: Counter[tuple[str, str]], weight: int, what: str, matched: tuple[str, ...], words: _Words
) -> Iterator[tuple[float, Hint]]:
    by_category: dict[str, Counter[str]] = defaultdict(Counter)
    for (category, basis), count in counted.items():
        by_category[category][basis] += count
    for category, bases in by_category.items():
        count = sum(bases.values())
        named = [basis for basis, _count in bases.most_common() if basis]
        clause, checked = (named[0], "") if named else (words.clauses.get(category, ""), words.checked)
        yield weight + count, Hint(category, matched, f"{OWN}{what} {count} 条", clause, checked)


def _by_words(text: str, words: _Words) -> Iterator[tuple[float, Hint]]:
    """Yield the categories whose words stand in the text; a longer word hides those inside it."""
    owners: dict[str, list[str]] = defaultdict(list)
    for category, listed in words.categories.items():
        for word in listed:
            owners[word].append(category)
    taken = [False] * len(text)
    hits: dict[str, list[str]] = defaultdict(list)
    for word in sorted((word for word in owners if word in text), key=len, reverse=True):
        for match in re.finditer(re.escape(word), text):
            if not all(taken[match.start() : match.end()]):
                for category in owners[word]:
                    hits[category].append(word)
                taken[match.start() : match.end()] = [True] * len(word)
                break
    for category, matched in hits.items():
        clause = next((words.by_word[word] for word in matched if word in words.by_word), words.clauses.get(category, ""))
        weight = sum(len(word) ** 2 / len(owners[word]) for word in matched)
        yield weight, Hint(category, tuple(matched), LIST, clause, words.checked)


def _words(session: Session, on: date) -> _Words:
    query = (
        select(Rule.key, Rule.value)
        .where(Rule.key.startswith(_PREFIX), Rule.valid_from <= on, or_(Rule.valid_to.is_(None), Rule.valid_to >= on))
        .where(Rule.deleted_at.is_(None))
        .order_by(Rule.key, Rule.valid_from, Rule.id)
    )
    newest = {key: value for key, value in session.execute(query)}  # noqa: C416 - rows are no pairs to the checker
    parts = [value.partition(":") for value in newest.values()]
    clauses, checked = _clauses(session, "category_clause", on)
    by_word, _checked = _clauses(session, "word_clause", on)
    return _Words({name: tuple(listed.split("|")) for name, _colon, listed in parts}, clauses, by_word, checked)


def _clauses(session: Session, key: str, on: date) -> tuple[dict[str, str], str]:
    try:
        rule = rules.valid(session, key=key, on=on)
    except Missing:
        return {}, ""
    pairs = (part.partition("=") for part in rule.value.split("|"))
    return {word: clause for word, _equals, clause in pairs}, rule.checked


def _memory(session: Session, listed: Iterable[str]) -> _Memory:
    query = (
        select(Finding.hazard, Finding.category, Finding.basis)
        .where(Finding.category.in_(list(listed)), Finding.deleted_at.is_(None))
        .order_by(Finding.id.desc())
        .limit(_LATEST)
    )
    same: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for hazard, category, basis in session.execute(query):
        same[_bare(hazard)][(str(category), (basis or "").strip())] += 1
    pairs: dict[str, set[str]] = defaultdict(set)
    for bare in same:
        for pair in _pairs(bare):
            pairs[pair].add(bare)
    return _Memory(same, pairs)


def _bare(text: str) -> str:
    return _BARE.sub("", text).casefold()


def _pairs(text: str) -> set[str]:
    return {text[place : place + 2] for place in range(len(text) - 1)}
