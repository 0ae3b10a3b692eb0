"""The clerk's own text in the report: kept by part, written anew each time.

Numbers stand in it as names in braces, so the text survives every new set of
figures. A report that was edited in Word is read back into the same parts:
its bookmarked numbers become names again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from models import Campaign
from services import records
from services.campaigns import REPORT_PARTS
from services.errors import Refused
from services.exports import fields
from services.exports.fields import Paragraph
from services.figures import Figure, report_words
from services.packages.report import texts

_NUMBERED = re.compile(
    r"^\s*(?:#+|[【\[])?\s*(?:第?[一二三四五六七八九十]+(?:部分)?[、.．:：]|[（(][一二三四五六七八九十]+[）)]|\d+[、.．])?\s*"
)
_END = re.compile(r"[】\]]?\s*[:：。]?\s*$")
# How offices head the four parts, each in its own words.
_PARTS = tuple(
    (part, re.compile(words))
    for part, words in zip(
        REPORT_PARTS,
        (
            r"(?:工作)?(?:总体|基本|检查|整体)情况",
            r"(?:工作)?(?:(?:主要|具体|工作)?做法|开展情况|工作开展情况)(?:[和及与](?:经验|成效))?",
            r"(?:检查)?(?:存在|发现)的?(?:主要|突出|共性)?(?:的)?(?:困难和|不足和)?问题(?:[和及与](?:不足|困难))?",
            r"下一?步(?:的)?(?:工作)?(?:建议|打算|安排|计划|措施|思路|重点)?(?:[和及与](?:建议|措施))?",
        ),
        strict=True,
    )
)
_NAME_OF = {key: name for name, key in report_words.NAMES.items()}
_AROUND = 12
# What counts and what only numbers or dates something: the second kind is no figure.
_NOT_COUNTED = re.compile(
    r"\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?|\d{1,2}月\d{1,2}日|\d{1,2}月(?:份|底)?|\d{1,2}[:：]\d{2}|〔\d{4}〕\d*号?"
    r"|第\d+[条款项号版期次阶]|(?m:^\s*\d+[.．、])|（\d+）|\d{1,2}日"
)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?[%％]?")


class NoPartsFound(Refused):
    """A report has none of the four headings."""

    code = "no_report_parts"
    template = "“{name}”里找不到总结的四个部分。"
    mend = "标题写成“一、总体情况”“二、主要做法”“三、存在问题”“四、下一步工作建议”，再收回。"


@dataclass(frozen=True)
class Loose:
    """A number that the clerk typed, bound to no figure.

    Attributes:
        part: Part of the report.
        number: As typed.
        around: The words it stands in.
        like: Names of figures that show the same now.
    """

    part: str
    number: str
    around: str
    like: tuple[str, ...]


@dataclass(frozen=True)
class Moved:
    """A figure that differs from the last package, or from what a file says."""

    name: str
    was: str
    now: str


@dataclass(frozen=True)
class Audit:
    """What the numbers of a report rest on."""

    loose: tuple[Loose, ...] = ()
    moved: tuple[Moved, ...] = ()
    unknown: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the report-audit/1 document."""
        return {
            "schema": "report-audit/1",
            "loose": [{"part": one.part, "number": one.number, "around": one.around, "like": list(one.like)} for one in self.loose],
            "moved": [{"name": one.name, "was": one.was, "now": one.now} for one in self.moved],
            "unknown": list(self.unknown),
        }


def load(session: Session, *, campaign_id: int) -> dict[str, str]:
    """Return the kept text of each part, as it stands without figures of ours.

    Raises:
        Missing: There is no such campaign.
    """
    return texts(records.get(session, Campaign, campaign_id).prose or {})


def save(session: Session, *, campaign_id: int, parts: Mapping[str, str]) -> None:
    """Keep the text of the parts; parts that are not given stay.

    Raises:
        Missing: There is no such campaign.
    """
    campaign = records.get(session, Campaign, campaign_id)
    new = {part: _tidy(parts[part]) if part in parts else str((campaign.prose or {}).get(part) or "") for part in REPORT_PARTS}
    records.change(campaign, {"prose": new})


def read_back(path: Path, figures: Iterable[Figure]) -> tuple[dict[str, str], Audit]:
    """Return the parts of an edited report, and what became of its numbers.

    A bound number that somebody typed over stays as typed and is listed.

    Args:
        path: The docx.
        figures: As they stand now.

    Raises:
        NotAReport: It cannot be read.
        NoPartsFound: It has none of the headings.
    """
    return read_edited(path, {figure.key: report_words.shown(figure) for figure in figures})


def read_edited(path: Path, shown: Mapping[str, str]) -> tuple[dict[str, str], Audit]:
    """Return the same as `read_back`, for figures that are shown already.

    Args:
        path: The docx.
        shown: Each figure by key, as the report prints it.

    Raises:
        NotAReport: It cannot be read.
        NoPartsFound: It has none of the headings.
    """
    kept: dict[str, list[str]] = {}
    part = ""
    for paragraph in _body(fields.read(path)):
        named = part_headed(fields.bare(paragraph.text))
        if named:
            part = named
            kept[part] = []
        elif part and paragraph.text.strip():
            kept[part].append(paragraph.text.strip())
    if not kept:
        raise NoPartsFound(name=path.name)
    moved: dict[str, Moved] = {}

    def named_again(key: str, text: str) -> str:
        name = _NAME_OF.get(key)
        if name is None:
            return text
        if text != shown.get(key, text):
            moved[name] = Moved(name, text, shown[key])
        return f"{{{name}}}"

    parts = {part: "\n".join(fields.swap(line, named_again) for line in lines) for part, lines in kept.items()}
    found = audit(parts, shown)
    return parts, Audit(found.loose, tuple(moved.values()), found.unknown)


def audit(parts: Mapping[str, str], shown: Mapping[str, str], *, earlier: Mapping[str, str] | None = None) -> Audit:
    """Return the digits without a figure, and the figures that moved.

    Args:
        parts: Text by part, names in braces.
        shown: Each figure by key, as the report prints it.
        earlier: The same of the last package.
    """
    loose = [one for part, text in parts.items() for one in _loose(part, text, shown)]
    used = dict.fromkeys(name.strip() for text in parts.values() for name in report_words.BRACES.findall(text))
    before = earlier or {}
    moved = [
        Moved(name, before[key], shown[key])
        for name in used
        if (key := report_words.NAMES.get(name, "")) in before and key in shown and before[key] != shown[key]
    ]
    unknown = [name for text in parts.values() for name in report_words.unknown(text)]
    return Audit(tuple(loose), tuple(moved), tuple(dict.fromkeys(unknown)))


def part_headed(line: str) -> str:
    """Return the part that a line heads, in whatever words; "" for running text."""
    words = _END.sub("", _NUMBERED.sub("", line, count=1), count=1).strip()
    return next((part for part, known in _PARTS if known.fullmatch(words)), "")


def parts_of(text: str) -> dict[str, str]:
    """Return a plain text as the parts of the report.

    Without any heading, four paragraphs parted by blank lines are the four parts in order.
    """
    lines = [line.strip() for line in text.splitlines()]
    if not any(part_headed(line) for line in lines):
        blocks = [block for block in re.split(r"\n\s*\n", "\n".join(lines)) if block.strip()]
        if len(blocks) != len(REPORT_PARTS):
            blocks = ["\n".join(lines)]
        return {part: _tidy(block) for part, block in zip(REPORT_PARTS, blocks, strict=False)}
    parts: dict[str, list[str]] = {REPORT_PARTS[0]: []}
    current = parts[REPORT_PARTS[0]]
    for line in filter(None, lines):
        part = part_headed(line)
        if part:
            current = parts.setdefault(part, [])
        else:
            current.append(line)
    return {part: "\n".join(found) for part, found in parts.items()}


def _loose(part: str, text: str, shown: Mapping[str, str]) -> Iterable[Loose]:
    # blanks of the same length keep every place where it was
    blank = _NOT_COUNTED.sub(lambda found: " " * len(found[0]), report_words.BRACES.sub(lambda found: " " * len(found[0]), text))
    for found in _NUMBER.finditer(blank):
        number = found[0].replace("％", "%")
        around = text[max(0, found.start() - _AROUND) : found.end() + _AROUND].replace("\n", " ")
        same = {number, number.replace(",", "")}
        yield Loose(part, found[0], around, tuple(_NAME_OF[key] for key, value in shown.items() if value in same and key in _NAME_OF))


def _body(paragraphs: Iterable[Paragraph]) -> Iterable[Paragraph]:
    """Leave out captions and what stands in tables; stop at the signature."""
    listed = [one for one in paragraphs if one.style not in ("公文标题", "公文表题", "公文表格")]
    last = max((place for place, one in enumerate(listed) if one.text.strip() and not _signature(listed, place)), default=-1)
    return listed[: last + 1]


def _signature(listed: list[Paragraph], place: int) -> bool:
    """Tell whether a paragraph is issuer or date: the last two after a blank one."""
    rest = [one.text.strip() for one in listed[place:] if one.text.strip()]
    return bool(re.fullmatch(r"\d{4}年\d{1,2}月\d{1,2}日", rest[-1])) and len(rest) <= 2 and "。" not in "".join(rest)


def _tidy(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())
