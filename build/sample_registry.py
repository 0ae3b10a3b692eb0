"""Invented enterprises, as many as wanted, and the registry workbooks.

An enterprise is a pure function of seed and number, so the first six hundred
of a million are the six hundred of the sample campaign. No name comes twice:
the number is spread over towns, products and syllables by a step that is
coprime to their product.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from math import prod
from pathlib import Path
from typing import Any

import xlsxwriter

from models.annexes import ENTERPRISE_LIST
from models.codes import check_digit

SEED = 20230322
# The reader takes 200,000 rows a file; one of them is the heading.
ROWS_PER_FILE = 199_999
FIVE_SECTORS = ("机械", "建材", "铸造", "轻工", "纺织")
THREE_YEARS_AGO = date(2020, 3, 22)

_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CODE_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_STEP = 1_299_709
_MADE_ON = datetime(2023, 3, 22, 8, 0)  # noqa: DTZ001 - workbooks know no time zone


@cache
def words() -> dict[str, Any]:
    """Return the words that everything invented is made of."""
    return tomllib.loads((Path(__file__).parent / "sample_words.toml").read_text(encoding="utf-8"))


def invented_name(dice: random.Random) -> str:
    """Return a person's name of two or three characters."""
    people = words()["people"]
    name: str = dice.choice(people["surnames"]) + dice.choice(people["first"])
    return name + dice.choice(people["second"]) if dice.random() < 0.6 else name


def credit_code(number: int, *, leading: str = "91") -> str:
    """Return a valid code of GB 32100 in the invented district 370399.

    Args:
        number: Makes the code unique; below ten million.
        leading: Registering authority and kind of subject.
    """
    body = f"M{number:07d}"
    total = sum(_CODE_ALPHABET.index(char) * weight for char, weight in zip(body, _ORG_WEIGHTS, strict=True))
    first = f"{leading}370399{body}{'0123456789X0'[(11 - total % 11) % 11]}"
    return first + (check_digit(first) or "")


def town_stem(town: str) -> str:
    """Return the name of a town as a firm carries it."""
    return town.removesuffix("经济开发区").removesuffix("街道").removesuffix("镇")


def enterprise(number: int, *, seed: int = SEED) -> dict[str, Any]:
    """Return one invented enterprise by the keys of the enterprise list.

    Args:
        number: Its number in the registry, from 0.
        seed: Seed of all invention.
    """
    firms, sectors = words()["firms"], words()["sectors"]
    towns = list(words()["units"])
    products = [(sector, product) for sector, entry in sectors.items() for product in entry[1]]
    sizes = (len(towns), len(products), len(firms["first"]), len(firms["second"]))
    lap, rest = divmod(number, prod(sizes))
    rest = (rest * _STEP + seed) % prod(sizes)
    dice = random.Random(f"{seed}:{number}")
    picks = []
    for size in sizes:
        rest, pick = divmod(rest, size)
        picks.append(pick)
    town, (sector, product) = towns[picks[0]], products[picks[1]]
    syllables = firms["first"][picks[2]] + firms["second"][picks[3]]
    # Later laps shift the suffix, so the same stem never meets the same suffix twice.
    start = 0 if sum(picks) % 2 else sum(picks) // 2 % len(firms["suffixes"])
    suffix = firms["suffixes"][(start + lap) % len(firms["suffixes"])]
    row: dict[str, Any] = dict.fromkeys(ENTERPRISE_LIST.keys)
    row |= {
        "name": f"{town_stem(town)}{syllables}{product}{suffix}",
        "credit_code": credit_code(number * 7 + 1003),
        "town": town,
        "industry": sector,
        "supervision": sectors[sector][0],
        "address": f"岚桥区{town}{dice.choice(words()['roads']['names'])}{dice.randint(1, 198)}号",
        "legal_rep": invented_name(dice),
        "contact": invented_name(dice),
        "phone": f"199000{10_000 + number % 90_000:05d}",
    }
    _add_scale(row, suffix, dice)
    _add_history(row, f"{town_stem(town)}{syllables[0]}{dice.choice('旺佑铭拓')}{product}厂", dice)
    row["tags"] = "、".join(tag for tag in sectors[sector][3] if dice.random() < 0.3) or None
    return row


def _add_scale(row: dict[str, Any], suffix: str, dice: random.Random) -> None:
    row["employees"] = int(dice.lognormvariate(3.4, 0.8)) + 4
    row["size"] = "规上" if row["employees"] > 60 else "规下"
    row["grade"] = dice.choices("ABCD", (15, 45, 30, 10))[0]
    row["subject"] = "股份有限公司" if suffix == "股份有限公司" else "有限责任公司"
    row["state"] = dice.choices(("在业", "停产", "搬迁", "注销"), (92, 5, 1, 2))[0]


def _add_history(row: dict[str, Any], former: str, dice: random.Random) -> None:
    for key, share in (("checked_province", 0.05), ("checked_city", 0.15), ("checked_district", 0.6)):
        if dice.random() < share:
            row[key] = date(2017, 2, 1) + timedelta(days=dice.randrange(2200))
    if dice.random() < 0.06:
        row["former_name"] = former
        row["remark"] = "2021年更名"
    elif row["state"] == "停产":
        row["remark"] = "季节性停产"


def unchecked(row: dict[str, Any]) -> bool:
    """Tell whether province, city and district have stayed away for three years."""
    days = (row["checked_province"], row["checked_city"], row["checked_district"])
    return all(day is None or day < THREE_YEARS_AGO for day in days)


def write_registry(path: Path, count: int, *, seed: int = SEED) -> list[Path]:
    """Write a registry of invented enterprises, row by row.

    Args:
        path: The workbook; past `ROWS_PER_FILE` rows "-1", "-2" … is put behind its stem.
        count: How many enterprises.
        seed: Seed of all invention.

    Returns:
        The files written, in order.
    """
    if count <= ROWS_PER_FILE:
        _write_part(path, range(count), seed)
        return [path]
    written = []
    for part, first in enumerate(range(0, count, ROWS_PER_FILE), start=1):
        place = path.with_name(f"{path.stem}-{part}{path.suffix}")
        _write_part(place, range(first, min(first + ROWS_PER_FILE, count)), seed)
        written.append(place)
    return written


def rows(numbers: range, *, seed: int = SEED) -> Iterator[list[Any]]:
    """Yield the cells of enterprises in the order of the list's columns."""
    for number in numbers:
        found = enterprise(number, seed=seed)
        yield [found[key] for key in ENTERPRISE_LIST.keys]


def _write_part(path: Path, numbers: range, seed: int) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        book.set_properties({"created": _MADE_ON})
        head = book.add_format({"bold": True, "border": 1, "align": "center"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("企业名录")
        sheet.freeze_panes(1, 1)
        for index, column in enumerate(ENTERPRISE_LIST.columns):
            sheet.set_column(index, index, column.width_mm / 2)
            sheet.write_string(0, index, column.title, head)
        for line, cells in enumerate(rows(numbers, seed=seed), start=1):
            for index, value in enumerate(cells):
                if isinstance(value, str):
                    sheet.write_string(line, index, value)
                elif isinstance(value, date):
                    sheet.write_datetime(line, index, value, day)
                elif value is not None:
                    sheet.write_number(line, index, value)
