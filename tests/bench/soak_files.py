"""The files that towns and groups send during the squeezed year."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from models.annexes import CATEGORIES, FINDING_LEDGER, INSPECTION_RECORD, annex_1
from models.forms import Form

_SURNAMES = "甄尚康何佟穆祁简栾苗"
_GIVEN = ("砚秋", "启明", "立群", "志远", "清和", "云舒", "晓岚", "永安", "思源", "望舒", "知行", "若谷")
_ROSTER = 6
_FINDINGS = 10


def roster(path: Path, week: int) -> None:
    """Write the Annex 1 of a town: some people known from before, some new."""
    first = week * 2  # four of six were in the list two weeks ago
    people = []
    for number in range(first, first + _ROSTER):
        name = f"{_SURNAMES[number % 10]}{_GIVEN[number // 10 % 12]}"
        people.append((name, "柳溪镇安环办科员", f"990302{number:05}", f"199000{number:05}", f"第{week}周更新"))
    _write(path, annex_1(), annex_1().keys, people)


def ledger(path: Path, week: int, *, visits: Sequence[tuple[int, tuple[Any, ...]]]) -> None:
    """Write a group's ledger: ten new findings at firms that were visited.

    Args:
        path: Where to.
        week: Stands in the texts, so that they are new.
        visits: Rows of the register of visits, each with its id.
    """
    place = {key: number for number, key in enumerate(INSPECTION_RECORD.keys)}
    rows = []
    for number in range(_FINDINGS):
        _id, visit = visits[(week * _FINDINGS + number) % len(visits)]
        day = visit[place["checked_on"]]
        hazard = f"第{week}周第{number + 1}处传动部位没有防护罩"
        rows.append((visit[place["enterprise"]], day.isoformat(), hazard, CATEGORIES[number % len(CATEGORIES)]))
    _write(path, FINDING_LEDGER, ("enterprise", "checked_on", "hazard", "category"), rows)


def _write(path: Path, form: Form, keys: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        for place, key in enumerate(keys):
            sheet.write_string(0, place, form.column(key).title)
        for line, row in enumerate(rows, start=1):
            for place, text in enumerate(row):
                sheet.write_string(line, place, text)
