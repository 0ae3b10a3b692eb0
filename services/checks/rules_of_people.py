"""Pre-flight rules over Annex 1, its people, and groups (P13 P16 P17 P18)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from models.codes import parse_certificate, parse_phone
from models.forms import Context
from services import reporting
from services.checks.trouble import Material, Trouble, unknown

_OFFICE = re.compile(r"应急(?:管理)?局|执法大队|审理室")


def each_unit_sends_its_nominees(material: Material) -> Iterator[Trouble]:
    """P16: each town sends the number of officers that the notice asks for."""
    if material.units and not material.people:
        yield unknown("P16", "附件1", "附件1", "secondment")
        return
    for unit in material.standings:
        if unit.wanted and unit.state in (*reporting.OWING, reporting.TOO_MANY):
            message = f"{unit.name}应报 {unit.wanted} 人，附件1 里有 {unit.sent} 人；催报，或核对多报的人"
            first = next((person for person in material.people if person["unit"] == unit.name), None)
            yield Trouble("P16", "W", message, f"附件1　{unit.name}", "secondment", first, "报送单位人数不对")


def certificates_are_valid(material: Material) -> Iterator[Trouble]:
    """P13: each officer has a certificate, and none had run out."""
    visits = {visit.id: visit for visit in material.facts.visits}
    for number, name, enterprise, day, last in material.expired:
        message = f"{name}的执法证{last.month}月{last.day}日到期，{day.month}月{day.day}日检查了{enterprise}；核实有效期，或改检查人员"
        if number in visits:
            yield Trouble("P13", "B", message, f"检查记录　{enterprise}", "inspection", visits[number], "执法证过期还参加检查")
    if material.people and not any(person["cert_no"] for person in material.people):
        yield unknown("P13", "执法证号", "附件1", "secondment")
        return
    for person in material.people:
        place, cert = f"附件1　{person['name']}", person["cert_no"]
        if not cert and not person["remark"]:
            message = f"{person['name']}没有执法证号；向报送单位核实后补填，换证的在备注写明"
            yield Trouble("P13", "W", message, place, "secondment", person, "没有执法证号")
        elif cert and parse_certificate(cert, Context()).flags:
            message = f"{person['name']}的执法证号“{cert}”不像证号；向报送单位核实后补改"
            yield Trouble("P13", "W", message, place, "secondment", person, "执法证号不像证号")


def nobody_stands_twice(material: Material) -> Iterator[Trouble]:
    """P13 P16 P17: certificate, name and phone in Annex 1 are each one person's."""
    rules = {"cert_no": ("P13", "B"), "name": ("P16", "W"), "phone": ("P17", "W")}
    by_id = {person["id"]: person for person in material.people}
    told: set[tuple[str, object]] = set()
    for doubt in material.doubts:
        person = by_id.get(doubt.secondment_id)
        if person is None or doubt.key not in rules:
            continue
        value = (doubt.key, person[doubt.key])
        if value not in told:  # both sides of a pair are one trouble
            told.add(value)
            rule, level = rules[doubt.key]
            yield Trouble(rule, level, f"{person['name']}{doubt.sentence}", f"附件1　{person['name']}", "secondment", person)


def annex_1_is_complete(material: Material) -> Iterator[Trouble]:
    """P17: name, 11-digit mobile number, and a known unit in each row of Annex 1."""
    phones = any(person["phone"] for person in material.people)
    if material.people and not phones:
        yield unknown("P17", "手机号码", "附件1", "secondment")
    for person in material.people:
        place = f"附件1　{person['name']}"
        phone = person["phone"]
        if phones and (not phone or parse_phone(phone, Context()).flags):
            what = "没有手机号码" if not phone else f"手机号码“{phone}”不是 11 位"
            yield Trouble("P17", "W", f"{person['name']}{what}；向报送单位核实后补改", place, "secondment", person, "手机号码不对")
        if not person["unit"] and not _own(person, material):
            message = f"{person['name']}的工作单位对不上任何报送单位；在人员抽调里选定报送单位"
            yield Trouble("P17", "W", message, place, "secondment", person, "工作单位对不上报送单位")


def groups_reach_their_quota(material: Material) -> Iterator[Trouble]:
    """P18: every group has inspected its number of enterprises, or says why not."""
    if material.facts.visits and material.facts.groups and not any(visit.group_id for visit in material.facts.visits):
        yield unknown("P18", "每次检查是哪个组", "检查记录", "inspection")
        return
    reached: dict[int | None, set[int]] = {}
    for visit in material.facts.visits:
        reached.setdefault(visit.group_id, set()).add(visit.enterprise_id)
    for group in material.facts.groups:
        quota = group.quota if group.quota is not None else material.facts.campaign.group_quota
        done = len(reached.get(group.id, ()))
        if quota and done < quota and not group.remark:
            message = f"{group.name}已查 {done} 家，要求 {quota} 家；补查，或在分组备注里写原因"
            yield Trouble("P18", "W", message, f"检查分组　{group.name}", "inspection_group", group)


def _own(person: Mapping[str, object], material: Material) -> bool:
    """Tell whether somebody belongs to the office itself, which is no unit that has to send people."""
    post, issuer = str(person["unit_position"] or ""), material.facts.campaign.issuer or ""
    return bool(_OFFICE.search(post)) or (bool(issuer) and issuer in post)


RULES = (certificates_are_valid, nobody_stands_twice, each_unit_sends_its_nominees, annex_1_is_complete, groups_reach_their_quota)
