"""The invented campaign: visits, findings and cases that agree with each other.

It stands on the evening of 2023-04-20, four working days before the package
is due: nothing lies after that day. Rows are dicts keyed as the forms in
`models.annexes` are, ready to be written into a workbook.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from build.sample_registry import FIVE_SECTORS, SEED, enterprise, invented_name, unchecked, words

ENTERPRISES = 600
FIRST_DAY = date(2023, 4, 3)
DEMO_DAY = date(2023, 4, 20)
WORK_DAYS = tuple(
    day
    for day in (FIRST_DAY + timedelta(days=n) for n in range((DEMO_DAY - FIRST_DAY).days + 1))
    if day.weekday() < 5 and day != date(2023, 4, 5)  # the day of 清明
)

Row = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """The campaign's rows by form, in the order they are written.

    Attributes:
        groups: Rows of the group list.
        visits: Rows of inspection records, by group and day.
        findings: Rows of the finding ledger; "no" counts within the visit.
        cases: Rows of the case list.
    """

    groups: list[Row]
    visits: list[Row]
    findings: list[Row]
    cases: list[Row]

    def of_group(self, rows: Iterable[Row], name: str) -> list[Row]:
        """Return the rows that belong to the visits of one group."""
        firms = {visit["enterprise"] for visit in self.visits if visit["group"] == name}
        return [row for row in rows if row["enterprise"] in firms]


def invent(seed: int = SEED) -> Sample:
    """Return the whole campaign; the same seed gives the same rows."""
    dice = random.Random(seed)
    registry = [enterprise(number, seed=seed) for number in range(ENTERPRISES)]
    sample = Sample([], [], [], [])
    for position, group in enumerate(words()["groups"], start=1):
        sample.groups.append(_group_row(group))
        chosen = _choose(position, group, registry, dice)
        sample.visits.extend(_visits(position, group, chosen, dice))
    _number_documents(sample.visits)
    for position, group in enumerate(words()["groups"], start=1):
        for index, visit in enumerate(sample.of_group(sample.visits, group["name"])):
            _look_around(sample, (position, index), visit, dice)
    return sample


def seconded(towns: Iterable[str]) -> list[str]:
    """Return the names of the officers that some towns send."""
    return [row[1] for row in words()["officers"]["rows"] if row[0] in set(towns)]


def _group_row(group: Row) -> Row:
    return {
        "name": group["name"],
        "leader": group["leader"],
        "officers": "、".join([*group["district"], *seconded(group["from"])]),
        "experts": "、".join(group["experts"]),
        "towns": "、".join(group["towns"]),
        "quota": 15,
        "vehicle": group["vehicle"],
    }


def _choose(position: int, group: Row, registry: list[Row], dice: random.Random) -> list[Row]:
    """Pick the enterprises; those with a case or a major hazard suit its text."""
    free = [
        row
        for row in registry
        if row["town"] in group["towns"] and row["industry"] in FIVE_SECTORS and row["state"] == "在业" and unchecked(row)
    ]
    dice.shuffle(free)
    picked: dict[int, Row] = {}
    for wish in [*words()["cases"], *words()["majors"]]:
        if wish["group"] == position:
            suits = [row for row in free if row["industry"] == wish["sector"] and _makes(row, wish.get("firms"))]
            picked[wish["visit"]] = suits[0]
            free.remove(suits[0])
    return [picked[index] if index in picked else free.pop() for index in range(group["visits"])]


def _makes(row: Row, products: list[str] | None) -> bool:
    return products is None or any(product in row["name"] for product in products)


def _visits(position: int, group: Row, firms: list[Row], dice: random.Random) -> list[Row]:
    days = list(WORK_DAYS)
    days += dice.sample(WORK_DAYS[1:-1], len(firms) - len(days))
    days.sort()
    lent = seconded(group["from"])
    found = []
    for index, (firm, day) in enumerate(zip(firms, days, strict=True)):
        second = index > 0 and days[index - 1] == day
        start = 14 * 60 if second else 9 * 60
        marks = [start, start + 20, start + dice.choice((95, 110, 120)), start + 140, start + 160]
        times = [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in pairwise(marks)]
        found.append(
            {
                "enterprise": firm["name"],
                "credit_code": firm["credit_code"],
                "town": firm["town"],
                "checked_on": day,
                "group": group["name"],
                "leader": group["leader"],
                "officers": "、".join([*group["district"], lent[index % len(lent)], lent[(index + 2) % len(lent)]]),
                "experts": group["experts"][index % len(group["experts"])],
                **dict(zip(("meeting_open", "meeting_site", "meeting_talk", "meeting_close"), times, strict=True)),
                "present_head": firm["legal_rep"],
                "present_safety": firm["contact"],
                "present_worker": invented_name(dice),
                "showed_id": "是",
                "scanned": "否" if (position, index) == (2, 7) else "是",
                "recorder": "是",
                "platform_no": f"LQ{day:%Y%m%d}{position:02}{1 + second:02}",
                "entered_on": day,
                "plan_kind": "双随机",
                "state": "已完成",
                "firm": firm,
            }
        )
    _leave_gaps(position, found)
    return found


def _leave_gaps(position: int, visits: list[Row]) -> None:
    """Let a few visits be on the platform late, or not yet."""
    if position == 1:
        visits[5]["entered_on"] = WORK_DAYS[WORK_DAYS.index(visits[5]["checked_on"]) + 1]
        visits[5]["remark"] = "当日平台维护，次日补录"
    else:
        visits[-1] |= {"platform_no": None, "entered_on": None}


def _number_documents(visits: list[Row]) -> None:
    for number, visit in enumerate(sorted(visits, key=lambda row: (row["checked_on"], row["group"], row["meeting_open"])), start=1):
        visit["document_no"] = f"（岚）应急现记〔2023〕{number:03}号"


def _look_around(sample: Sample, place: tuple[int, int], visit: Row, dice: random.Random) -> None:
    """Add the findings of one visit, and its case if it has one."""
    group = words()["groups"][place[0] - 1]
    case = next((c for c in words()["cases"] if (c["group"], c["visit"]) == place), None)
    major = next((m for m in words()["majors"] if (m["group"], m["visit"]) == place), None)
    found = _offences(case, major)
    found += _ordinary(visit["firm"], dice.randint(5, 9) - len(found), dice)
    dice.shuffle(found)
    if list(place) in words()["open"]["penalties"]:
        found[0]["penalty"] = "是"
    for number, finding in enumerate(found, start=1):
        finding |= {"no": number, "enterprise": visit["enterprise"], "town": visit["town"], "checked_on": visit["checked_on"]}
        finding |= {"person": visit["firm"]["contact"], "phone": visit["firm"]["phone"]}
        _rectify(finding, group["district"], dice)
    visit["stated_findings"] = len(found)
    sample.findings.extend(found)
    if case:
        sample.cases.append(_case_row(case, visit, [finding["no"] for finding in found if finding.get("offence")]))


def _offences(case: Row | None, major: Row | None) -> list[Row]:
    found: list[Row] = []
    for category, text, basis, level in case["findings"] if case else ():
        row: Row = {"category": category, "hazard": text, "basis": basis, "level": level, "penalty": "是", "offence": True}
        if level == "重大" and case and case.get("stop"):
            row["disposal"] = "责令暂时停产停业"
        found.append(row)
    if major:
        keys = ("category", "basis", "disposal")
        found.append({"hazard": major["text"], "level": "重大", "penalty": "否", **{key: major[key] for key in keys}})
    return found


def _ordinary(firm: Row, count: int, dice: random.Random) -> list[Row]:
    shares = {name: share for name, (share, _) in words()["categories"].items()}
    places = words()["sectors"][firm["industry"]][2]
    found: dict[str, Row] = {}
    while len(found) < count:
        category = dice.choices(list(shares), list(shares.values()))[0]
        text = dice.choice(words()["findings"][category])
        basis = words()["categories"][category][1] or None
        row = {"category": category, "hazard": text.format(place=dice.choice(places)), "level": "一般", "basis": basis, "penalty": "否"}
        found.setdefault(text, row)
    return list(found.values())


def _rectify(finding: Row, officers: list[str], dice: random.Random) -> None:
    """Give the finding its disposal, its due date and how far it has come."""
    checked: date = finding["checked_on"]
    grave = finding["level"] == "重大"
    at_once = not grave and not finding.get("offence") and dice.random() < 0.33
    finding.setdefault("disposal", "当场整改" if at_once else "限期整改")
    recheck: Row = {"recheck_person": dice.choice(officers), "status": "已销号"}
    if at_once:
        finding |= {"due": checked, "rectified_on": checked, "rechecked_on": checked, **recheck}
        return
    finding["due"] = checked + timedelta(days=15 if grave else dice.choice((3, 5, 7, 7, 10)))
    late = dice.random() < 0.05
    done = checked + timedelta(days=dice.randint(1, max(2, (finding["due"] - checked).days - 1)))
    again = next((day for day in WORK_DAYS if day > done and (day - done).days >= dice.randint(1, 3)), None)
    stopped = finding["disposal"] == "责令暂时停产停业"
    if late or stopped or done > DEMO_DAY:
        finding["status"] = "未整改" if late and dice.random() < 0.4 else "整改中"
    elif again is None or dice.random() < 0.06:
        finding |= {"rectified_on": done, "status": "待复查"}
    else:
        finding |= {"rectified_on": done, "rechecked_on": again, **recheck}


def _case_row(case: Row, visit: Row, ordinals: list[int]) -> Row:
    start = WORK_DAYS.index(visit["checked_on"])
    row: Row = {key: WORK_DAYS[start + days] for key, days in case.get("days", {}).items()}
    for key in ("violation", "procedure", "stage", "progress", "proposed", "decided", "paid", "person_proposed", "no_amount_reason"):
        row[key] = case.get(key)
    row |= {"enterprise": visit["enterprise"], "town": visit["town"], "findings": "、".join(map(str, ordinals))}
    if row["person_proposed"]:
        row["person_party"] = visit["firm"]["contact"]
    if row.get("decided_on"):
        kind = "罚" if case["procedure"] == "普通程序" else "当罚"
        row["decision_no"] = f"（岚）应急{kind}〔2023〕{case['group'] * 10 + case['visit']:02}号"
    return row
