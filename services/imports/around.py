"""What stands around a table: title, unit, date, and the year they give.

These lines are found above the header and in the footer; a label and its
value may share a cell or stand in two.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.dates import find_date
from models.values import plain
from services.imports.raw import RawRow

_UNIT = re.compile(
    r"(?:填报单位|报送单位|填表单位|上报单位|报表单位|制表单位|单位名称|填报镇办|镇办|检查组|组别|单位)(?:[（(][^）)]*[）)])?\s*[:：]\s*"
)
_DATE = re.compile(r"(?:填报|报送|上报|制表|填表|报告|统计)?(?:时间|日期)(?:[（(][^）)]*[）)])?\s*[:：]\s*")
_MONEY_UNIT = re.compile(r"(?:金额)?单位\s*[:：]\s*((?:人民币)?[万千]?元)")
_SEAL = re.compile(r"[（(](?:盖章|公章|签章|加盖公章|章)[）)]")
_NEXT_LABEL = re.compile(r"\s{2,}|\u3000{2,}|(?:填报|报送|填表|制表)?(?:人|时间|日期|电话)\s*[:：]")
_FACTS = {
    "enterprise": re.compile(r"(?:企业名称|受检企业|受检单位|被检查单位|被检查企业|检查企业|生产经营单位)(?:名称)?\s*[:：]\s*"),
    "checked_on": re.compile(r"检查(?:日期|时间)\s*[:：]\s*"),
    "town": re.compile(r"(?:所属|所在)?(?:镇办|镇街|乡镇|街道)\s*[:：]\s*"),
}
_NEXT_FACT = re.compile(r"\s{2,}|\s+(?=\S{2,8}[:：])|[;；|]")
_LONGEST_FACT = 60
_LONGEST = 500
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*(?:年|[-./]\d{1,2}|(?<=\(\d{4})\))")


@dataclass(frozen=True)
class Around:
    """The lines around a table.

    Attributes:
        submitter: Unit that filled the table in.
        report_date: Day it was filled in.
        year: Year that dates without one belong to.
        money_unit: Unit of amounts stated above the table ("万元").
        stated: Values above the table that hold for all its rows, as written, by column key.
    """

    submitter: str | None = None
    report_date: dt.date | None = None
    year: int | None = None
    money_unit: str = ""
    stated: tuple[tuple[str, str], ...] = ()


def look_around(above: Sequence[str], below: Sequence[str], sheet_name: str, year: int | None) -> Around:
    """Return what the lines say.

    Args:
        above: Texts above the header, nearest last.
        below: Texts of the footer.
        sheet_name: May name a year.
        year: Year of the campaign, if the file says none.
    """
    texts = [unicodedata.normalize("NFKC", text[:_LONGEST]) for text in (*above, *below)]
    stated = next((found for text in texts if (found := _stated_date(text))), None)
    named = next((int(match[1]) for text in (*texts, sheet_name) if (match := _YEAR.search(text))), None)
    if stated is None and (named or year):
        fallback = named or year
        stated = next((found for text in texts if _DATE.search(text) and (found := find_date(text, fallback))), None)
    submitter = next((found for found in map(_unit, _joined(texts)) if found), None)
    money = next((match[1] for text in texts if (match := _MONEY_UNIT.search(text))), "")
    without = [_FACTS["checked_on"].sub("", text) for text in texts]
    if stated is not None and without != texts and not any(_DATE.search(text) for text in without):
        stated = None  # it is the day of the check, not of the report
    return Around(submitter, stated, stated.year if stated else named or year, money, _facts(texts[: len(above)]))


def texts_of(rows: Iterable[RawRow]) -> list[str]:
    """Return the texts of rows, one by one; a label takes its neighbour along."""
    found: list[str] = []
    for row in rows:
        waiting = ""
        for col in sorted(row.cells):
            text = plain(row.cells[col])[:_LONGEST]
            if waiting:
                text, waiting = waiting + text, ""
            elif re.search(r"[:：]\s*$", text):
                waiting = text
                continue
            found.append(text)
        if waiting:
            found.append(waiting)
    return found


def _facts(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return what the lines say of the one enterprise that a sheet is about."""
    found: dict[str, str] = {}
    for text in texts:
        for key, label in _FACTS.items():
            match = label.search(text)
            value = _NEXT_FACT.split(text[match.end() :])[0].strip(" \u3000_") if match else ""
            if value and len(value) <= _LONGEST_FACT:
                found.setdefault(key, value)
    return tuple(found.items())


def _stated_date(text: str) -> dt.date | None:
    label = _DATE.search(text)
    if label:
        return find_date(text[label.end() :])
    # A line with nothing but a date is the date of the report.
    return find_date(text) if len(text) <= 16 and re.fullmatch(r"[\d〇零一二三四五六七八九十年月日./\-\s]+", text) else None


def _unit(text: str) -> str | None:
    label = _UNIT.search(text)
    if label is None or _MONEY_UNIT.search(text):
        return None
    value = _SEAL.sub("", text[label.end() :]).strip()
    name = _NEXT_LABEL.split(value)[0].strip(" \u3000_")
    return name if name and len(name) <= 60 else None


def _joined(texts: Sequence[str]) -> list[str]:
    # "填报单位" is surer than "单位": look for the long labels first.
    return sorted(texts, key=lambda text: 0 if re.search(r"(?:填报|报送|填表|上报)单位|检查组", text) else 1)
