"""Pre-flight rules over Annex 1 (P16 P17)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from models.codes import parse_phone
from models.forms import Context
from services.checks.trouble import Material, Trouble


def each_unit_sends_its_nominees(material: Material) -> Iterator[Trouble]:
    """P16: each town sends the number of officers that the notice asks for."""
    sent = Counter(person["unit"] for person in material.people)
    for unit in material.units:
        if unit.nominees is not None and sent.get(unit.name, 0) != unit.nominees:
            message = f"{unit.name}应报 {unit.nominees} 人，附件1 里有 {sent.get(unit.name, 0)} 人；催报，或核对多报的人"
            first = next((person for person in material.people if person["unit"] == unit.name), None)
            yield Trouble("P16", "W", message, f"附件1　{unit.name}", "secondment", first)


def annex_1_is_complete(material: Material) -> Iterator[Trouble]:
    """P17: name, 11-digit mobile number, and a known unit in each row of Annex 1."""
    for person in material.people:
        place = f"附件1　{person['name']}"
        phone = person["phone"]
        if not phone or parse_phone(phone, Context()).flags:
            what = "没有手机号码" if not phone else "手机号码不是 11 位"
            yield Trouble("P17", "W", f"{person['name']}{what}；向报送单位核实后补改", place, "secondment", person)
        if not person["unit"]:
            message = f"{person['name']}的工作单位对不上任何报送单位；在人员抽调里选定报送单位"
            yield Trouble("P17", "W", message, place, "secondment", person)


RULES = (each_unit_sends_its_nominees, annex_1_is_complete)
