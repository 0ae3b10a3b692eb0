"""A campaign of groups without the program: everything arrives as tables.

Registry, Annex 2 by group, ledgers by group and Annex 3 go into a folder as
`run` takes it, and what they hold is returned as the truth. Where a group's
Annex 2 says other than its ledger, the enterprise stands in `Truth.disagreeing`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from build.sample_registry import enterprise, write_registry
from build.sample_tables import write_register
from models.annexes import CATEGORIES, CATEGORY_PREFIX, FINDING_LEDGER, GROUP_LIST, annex_2, annex_3
from tests import make

GROUPS = {"第一检查组": ("何志远", "康立群"), "第二检查组": ("林秀云", "丁海波"), "第三检查组": ("白朗宁", "石敬之")}
DISAGREEING = 5
_FIRST = date(2023, 4, 3)
_FINE = 300_000
_PENALTY_EVERY = 21
# A finding more or fewer, one counted in another category, one penalty more, and none at all.
_SLIPS = ("more", "fewer", "moved", "penalty", "none")


@dataclass
class Truth:
    """What the tables of a campaign hold.

    Attributes:
        by_category: Findings by category, as the ledgers have them.
        disagreeing: Enterprises whose Annex 2 says other than their ledger.
        fines: Sum of Annex 3, in fen.
    """

    enterprises: int
    findings: int
    penalties: int
    cases: int
    fines: int
    by_category: Counter[str] = field(default_factory=Counter)
    disagreeing: set[str] = field(default_factory=set)


def write_campaign(folder: Path, *, registry: int, enterprises: int, findings: int, cases: int) -> Truth:
    """Write the folder; every enterprise but the last has findings.

    Args:
        folder: Is made.
        registry: Enterprises of the district; the visited ones are the first.
        enterprises: How many were visited.
        findings: How many were found; at least two for each enterprise.
        cases: How many are to be filed; each of an enterprise with a penalty.
    """
    for name in ("registry", "forms"):
        (folder / name).mkdir(parents=True)
    (folder / "campaign.json").write_text(json.dumps(make.CAMPAIGN, ensure_ascii=False), encoding="utf-8")
    (folder / "report.txt").write_text("\n".join(f"{part}\n{text}" for part, text in make.PARTS.items()), encoding="utf-8")
    write_registry(folder / "registry" / "工贸企业名录.xlsx", registry)
    firms = [enterprise(number) for number in range(enterprises)]
    towns = sorted({str(firm["town"]) for firm in firms})
    lines = ["name,kind,aliases,nominees", *(f"{town},镇办,,0" for town in towns)]
    (folder / "units.csv").write_text("\n".join(lines), encoding="utf-8")
    groups = [{"name": name, "leader": leader, "officers": officer} for name, (leader, officer) in GROUPS.items()]
    write_register(folder / "forms" / "检查分组表.xlsx", GROUP_LIST, groups)
    ledger = [_finding(number, firms[number % (enterprises - 1)]) for number in range(findings)]
    penalties = sum(one["disposal"] == "立案查处" for one in ledger)
    truth = Truth(enterprises, findings, penalties, cases, 0, Counter(str(one["category"]) for one in ledger))
    stats = _statistics(firms, ledger, truth)
    for number, group in enumerate(GROUPS):
        own = {str(firm["name"]) for firm in firms[number :: len(GROUPS)]}
        place = folder / "forms" / group
        write_register(place.with_name(f"{group}-附件2.xlsx"), annex_2(), [stats[name] for name in stats if name in own], unit=group)
        mine = [one for one in ledger if one["enterprise"] in own]
        write_register(place.with_name(f"{group}-问题整改台账.xlsx"), FINDING_LEDGER, mine, unit=group, numbered=True)
    fined = [firm for firm in firms if any(one["enterprise"] == firm["name"] and one["disposal"] == "立案查处" for one in ledger)]
    listed = [_case(number, firm) for number, firm in enumerate(fined[:cases])]
    truth.fines = cases * _FINE
    write_register(folder / "forms" / "附件3.xlsx", annex_3(), listed, unit="大队审理室")
    return truth


def _finding(number: int, firm: Mapping[str, Any]) -> dict[str, Any]:
    day = _FIRST + timedelta(days=int(str(firm["phone"])[-1]))
    return {
        "no": number + 1,
        "enterprise": firm["name"],
        "town": firm["town"],
        "hazard": f"第{number + 1}号设备传动部位没有防护罩",
        "category": CATEGORIES[number % 7 % len(CATEGORIES)],
        "level": "一般",
        "checked_on": day,
        "disposal": "立案查处" if not number % _PENALTY_EVERY else "责令限期整改",
        "due": day + timedelta(days=15),
        "person": firm["contact"],
        "rectified_on": day + timedelta(days=10),
        "rechecked_on": day + timedelta(days=12),
        "recheck_person": "康立群",
        "status": "已销号",
    }


def _statistics(firms: list[dict[str, Any]], ledger: list[dict[str, Any]], truth: Truth) -> dict[str, dict[str, Any]]:
    """Count the ledger by enterprise, as the groups did; five of them slip."""
    rows: dict[str, dict[str, Any]] = {}
    for number, firm in enumerate(firms, start=1):
        counts = {f"{CATEGORY_PREFIX}{name}": 0 for name in CATEGORIES}
        rows[firm["name"]] = {"no": number, "enterprise": firm["name"], "town": firm["town"], "findings_total": 0, "penalties": 0, **counts}
    for one in ledger:
        row = rows[one["enterprise"]]
        row["findings_total"] += 1
        row[f"{CATEGORY_PREFIX}{one['category']}"] += 1
        row["penalties"] += one["disposal"] == "立案查处"
    step = (len(firms) - 1) // DISAGREEING
    for slip, firm in zip(_SLIPS, firms[::step], strict=False):
        truth.disagreeing.add(firm["name"])
        _slip(rows[firm["name"]], slip)
    return rows


def _slip(row: dict[str, Any], slip: str) -> None:
    filled = [key for key, value in row.items() if key.startswith(CATEGORY_PREFIX) and value]
    empty = next(key for key in row if key.startswith(CATEGORY_PREFIX) and not row[key])
    if slip == "none":
        row |= dict.fromkeys((*filled, "findings_total", "penalties"), 0)
    elif slip == "penalty":
        row["penalties"] += 1
    elif slip == "moved":
        row[filled[0]] -= 1
        row[empty] += 1
    else:
        row["findings_total"] += 1 if slip == "more" else -1
        row[filled[0]] += 1 if slip == "more" else -1


def _case(number: int, firm: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "no": number + 1,
        "enterprise": firm["name"],
        "violation": "未对传动部位设置防护装置",
        "town": firm["town"],
        "amount": _FINE / 1_000_000,
        "progress": "已立案",
    }
