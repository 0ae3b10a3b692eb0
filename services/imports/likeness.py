"""Which enterprises may be one and the same under two names.

Candidates only, never merged by the program. Names are compared within small
blocks (same core, same half of the core, same phone, same person), so twelve
thousand names take their time and not its square. Where many names lie one
character apart that character is how they are told apart: it says nothing
then, and only another fact (code, phone, person, address) makes a candidate.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from models.forms import Row
from services.matching import name_key

_REGION = re.compile(r"^(?:(?:中国)?[\u4e00-\u9fff]{2,3}?(?:省|市|区|县|镇|乡|街道))+(?=[\u4e00-\u9fff]{2})")
_STEM = re.compile(r"([\u4e00-\u9fff]{2,3}?)(?:省|市|区|县|镇|乡|街道)")
_SORT = re.compile(r"(?:有限责任公司|股份有限公司|有限公司|集团公司|总公司|公司|总厂|厂|合作社|经营部|商行)$")
_SIGNS = re.compile(r"[()\[\]{}<>《》“”\"'、,，。;；:：\-—_/]+")
_ORDINALS = frozenset("0123456789一二三四五六七八九十百零甲乙丙丁戊东南西北中上下前后左右大小新老abcdefghijklmnopqrstuvwxyz")
_BRANCH = re.compile(r"分公司|分厂|分店|[一二三四五六七八九十\d]+(?:厂|店|部|车间)$")
_CROWD = 8
_HALVES = 16
_NEIGHBOURS = 2
_SHORTEST = 4
_ALIKE, _VERY_ALIKE = 70, 80
_SLIPS = 2
_MOST = 3


@dataclass(slots=True, eq=False)
class Named:
    """One enterprise as it is compared."""

    place: object
    name: str
    core: str
    row: Row


def core(name: str) -> str:
    """Return what is left of a name without region, sort of company and signs."""
    key = _SIGNS.sub("", name_key(name))
    bare = _REGION.sub("", key)
    short = bare if _BRANCH.search(bare) else _SORT.sub("", bare)
    return short if len(short) >= 2 else key


def cores(name: str, bare: str = "") -> tuple[str, ...]:
    """Return what is left of a name, bare and behind its region without 区 or 县.

    "岚桥区样例厂" and "岚桥样例厂" then have one in common.
    """
    bare = bare or core(name)
    match = _REGION.match(_SIGNS.sub("", name_key(name)))
    stems = _STEM.findall(match[0].removeprefix("中国")) if match else []
    return (bare, *(stem + bare for stem in stems if len(stem) > 1))


def one_name(left: str, right: str) -> bool:
    """Tell whether two names may well be written for one enterprise."""
    mine, other = core(left), core(right)
    if not {*cores(left)}.isdisjoint(cores(right)):
        return True
    return OSA.distance(mine, other) <= 1 and min(len(mine), len(other)) >= _SHORTEST and not _counted(mine, other)


class Names:
    """Enterprises by all that brings two of them together."""

    def __init__(self, rows: Iterable[tuple[object, Row]] = ()) -> None:
        """Take enterprises as (place, row)."""
        self._blocks: dict[tuple[str, object], list[Named]] = {}
        for place, row in rows:
            self.add(place, row)

    def add(self, place: object, row: Row) -> None:
        """Take one more."""
        self._take(*_named(place, row))

    def near(self, row: Row, *, then_add: bool = False) -> list[tuple[Named, str, float]]:
        """Return those that may be this one: which, why in words, how surely.

        Args:
            row: The enterprise.
            then_add: Take it, too, for the next ones.
        """
        me, keys = _named(None, row)
        name, code = me.name, row.get("credit_code")
        found: dict[int, tuple[Named, str, float]] = {}
        close: dict[int, Named] = {}
        for key in keys:
            block = self._blocks.get(key)
            if not block:
                continue
            sort = key[0]
            half = sort in ("前", "后")
            if len(block) > (_HALVES if half else _CROWD) - then_add:
                continue
            for other in block:
                if other.name == name and other.row.get("credit_code") == code:
                    continue
                if half:
                    if id(other) not in close and _one_character(me, other):
                        close[id(other)] = other
                elif verdict := _verdict(me, other, sort):
                    found[id(other)] = (other, *verdict)
        if then_add:
            self._take(me, keys)
        if not found and not close:
            return []
        if len(close) <= _NEIGHBOURS:
            for number, other in close.items():
                found.setdefault(number, (other, "名称只差一个字", 0.6))
        return sorted(found.values(), key=lambda one: -one[2])[:_MOST]

    def _take(self, one: Named, keys: list[tuple[str, object]]) -> None:
        for key in keys:
            block = self._blocks.get(key)
            if block is None:
                self._blocks[key] = [one]
            elif len(block) <= _HALVES:  # a crowd says nothing, however large it grows
                block.append(one)


def _named(place: object, row: Row) -> tuple[Named, list[tuple[str, object]]]:
    name = str(row.get("name") or row.get("enterprise") or "")
    one = Named(place, name, core(name), row)
    return one, _keys(one)


def _keys(one: Named) -> list[tuple[str, object]]:
    row, bare = one.row, one.core
    half = len(bare) // 2
    keys: list[tuple[str, object]] = [("名", other) for other in cores(one.name, bare)]
    if len(bare) >= _SHORTEST:
        keys += [("前", bare[:half]), ("后", bare[-half:])]
    for sort, value in (("码", row.get("credit_code")), ("话", row.get("phone"))):
        if value:
            keys.append((sort, value))
    person = row.get("legal_rep") or row.get("contact")
    if person:
        keys.append(("人", (person, row.get("town"))))
    return keys


def _verdict(me: Named, other: Named, sort: str) -> tuple[str, float] | None:
    if sort == "名":
        return "名称只差行政区划、组织形式或标点", 0.9
    if sort == "码":
        return "信用代码相同，名称不同", 0.95
    if sort in ("话", "人"):
        alike = fuzz.ratio(me.core, other.core)
        what, least = ("联系电话相同", _ALIKE) if sort == "话" else ("同镇办且负责人同名", _VERY_ALIKE)
        if alike >= least and not (_other_codes(me, other) and (sort == "人" or _counted(me.core, other.core))):
            return f"{what}，名称相近", 0.5 + alike / 250
    return None


def _one_character(me: Named, other: Named) -> bool:
    """Tell whether two names differ by a slip and no codes speak against it."""
    return OSA.distance(me.core, other.core, score_cutoff=1) == 1 and not _other_codes(me, other) and not _counted(me.core, other.core)


def _other_codes(me: Named, other: Named) -> bool:
    """Tell whether two codes are there that no slip of the pen made of each other."""
    left, right = str(me.row.get("credit_code") or ""), str(other.row.get("credit_code") or "")
    return bool(left and right) and OSA.distance(left, right) > _SLIPS


def _counted(left: str, right: str) -> bool:
    """Tell whether two names differ in a number, a direction or the like."""
    start = next((place for place, (one, two) in enumerate(zip(left, right, strict=False)) if one != two), min(len(left), len(right)))
    return any(text[start : start + 1] in _ORDINALS for text in (left, right) if text[start : start + 1])
