"""Pre-flight rules over names and texts (P40 P42, and empty parts of the report)."""

from __future__ import annotations

from collections.abc import Iterator

from models.codes import is_credit_code
from services.campaigns import REPORT_PARTS
from services.checks.trouble import Material, Trouble
from services.figures import report_words
from services.matching import name_key


def enterprises_stand_in_the_registry(material: Material) -> Iterator[Trouble]:
    """P40: each enterprise stands in the registry, with a right code."""
    ids = {visit.enterprise_id for visit in material.facts.visits} | {case.enterprise_id for case in material.facts.ordinary}
    for enterprise in (material.facts.enterprises[number] for number in sorted(ids)):
        place = f"企业名录　{enterprise.name}"
        if not enterprise.credit_code:
            message = f"“{enterprise.name}”没有统一社会信用代码，可能不在名录里；核对名称，或补代码"
            yield Trouble("P40", "W", message, place, "enterprise", enterprise)
        elif not is_credit_code(enterprise.credit_code):
            message = f"“{enterprise.name}”的信用代码 {enterprise.credit_code} 校验位不对；对照营业执照改正"
            yield Trouble("P40", "W", message, place, "enterprise", enterprise)
        if enterprise.former_name and name_key(enterprise.former_name) == name_key(enterprise.name):
            yield Trouble("P40", "W", f"“{enterprise.name}”的曾用名与现名相同；删去曾用名", place, "enterprise", enterprise)


def no_placeholder_stays(material: Material) -> Iterator[Trouble]:
    """P42: nothing that is handed in still holds a placeholder."""
    for visit in material.facts.visits:
        if word := _placeholder(visit.enterprise, material):
            yield Trouble(
                "P42",
                "B",
                f"企业名称里还有“{word}”；改成真实名称",
                f"附件2　{visit.enterprise}",
                "enterprise",
                _enterprise(visit, material),
            )
    for case in material.facts.ordinary:
        for title, text in (("违法行为描述", case.violation), ("目前进展", case.progress)):
            if word := _placeholder(text, material):
                yield Trouble("P42", "B", f"{title}里还有“{word}”；补上真实内容", f"附件3　{case.enterprise}", "penalty_case", case)
    for person in material.people:
        for text in (person["name"], person["unit_position"], person["cert_no"]):
            if word := _placeholder(text, material):
                yield Trouble(
                    "P42", "B", f"{person['name']}这一行还有“{word}”；补上真实内容", f"附件1　{person['name']}", "secondment", person
                )
    for part, text in (material.facts.campaign.prose or {}).items():
        for name in report_words.unknown(str(text)):
            message = f"总结“{part}”里的“{{{name}}}”没有对应的指标；改成清单里的指标名，或写成文字"
            yield Trouble("P42", "B", message, f"总结报告　{part}", "campaign", material.facts.campaign)
        if word := _placeholder(report_words.BRACES.sub("", str(text)), material):
            yield Trouble("P42", "B", f"总结“{part}”里还有“{word}”；补上真实内容", f"总结报告　{part}", "campaign", material.facts.campaign)


def report_parts_have_text(material: Material) -> Iterator[Trouble]:
    """P36: none of the four parts of the report is empty."""
    prose = material.facts.campaign.prose or {}
    for part in REPORT_PARTS[1:]:
        if not str(prose.get(part) or "").strip():
            message = f"总结第“{part}”部分还没有文字；在 report.txt 里补写后重新导入"
            yield Trouble("P36", "W", message, f"总结报告　{part}", "campaign", material.facts.campaign)


RULES = (enterprises_stand_in_the_registry, no_placeholder_stays, report_parts_have_text)


def _placeholder(text: object, material: Material) -> str:
    if not text:
        return ""
    return next((word for word in material.placeholders if word in str(text)), "")


def _enterprise(visit: object, material: Material) -> object:
    return material.facts.enterprises[visit.enterprise_id]  # type: ignore[attr-defined]
