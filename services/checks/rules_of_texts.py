"""Pre-flight rules over names and what is written in the tables (P40 P42 P45)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from models.codes import is_credit_code
from services.checks.trouble import Material, Trouble, carried, unknown
from services.figures import report_words
from services.matching import name_key

_CODE_FLAGS = ("code_differs", "code_checksum", "code_length", "code_char_fixed")
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
_SUSPECT = re.compile(r"1[3-9]\d{9}|\d{17}|举报人|投诉人")  # most texts hold none of these and need no closer look
_REPORTER = re.compile(r"(?:举报人|投诉人)(?:是|为|姓名|[：:])")


def enterprises_stand_in_the_registry(material: Material) -> Iterator[Trouble]:
    """P40: each enterprise stands in the registry, with a right code."""
    ids = {visit.enterprise_id for visit in material.facts.visits} | {case.enterprise_id for case in material.facts.ordinary}
    used = [material.facts.enterprises[number] for number in sorted(ids)]
    coded = carried(used, "credit_code")
    if used and not coded and not material.registry and len(used) > 1:
        yield unknown("P40", "企业名录和信用代码", "企业名录", "enterprise")
        return
    for enterprise in used:
        place, said, topic = f"企业名录　{enterprise.name}", "", ""
        if material.registry and enterprise.id in material.bare:
            near = material.similar.get(enterprise.id)
            hint = f"，相近的有“{near}”" if near else ""
            said, topic = f"“{enterprise.name}”不在企业名录里{hint}；核对是不是简称或曾用名，是新企业就补全名录", "检查的企业不在名录里"
        elif not enterprise.credit_code:
            said = f"“{enterprise.name}”没有统一社会信用代码，可能不在名录里；核对名称，或补代码"
            topic = "企业没有统一社会信用代码"
        elif not is_credit_code(enterprise.credit_code):
            said = f"“{enterprise.name}”的信用代码 {enterprise.credit_code} 校验位不对；对照营业执照改正"
            topic = "企业的信用代码不对"
        if said:
            yield Trouble("P40", "W", said, place, "enterprise", enterprise, topic)
        if enterprise.former_name and name_key(enterprise.former_name) == name_key(enterprise.name):
            yield Trouble("P40", "W", f"“{enterprise.name}”的曾用名与现名相同；删去曾用名", place, "enterprise", enterprise)
    for visit in material.facts.visits:
        enterprise, flags = material.enterprise(visit), material.visits[visit.id]["flags"]
        flag = next((flags[code] for code in _CODE_FLAGS if code in flags), None)
        if flag and enterprise.credit_code and is_credit_code(enterprise.credit_code):
            said = str(flag.get("message") or "").partition("，请")[0]
            message = f"检查记录上的{said}；对照营业执照核对是不是同一家企业"
            yield Trouble("P40", "W", message, f"检查记录　{visit.enterprise}", "inspection", visit, "检查记录上的信用代码不对")


def no_placeholder_stays(material: Material) -> Iterator[Trouble]:
    """P42: nothing that is handed in still holds a placeholder."""
    if material.placeholders:
        word = re.compile("|".join(map(re.escape, material.placeholders)))
        for place, entity, record, title, text in _texts(material):
            if match := word.search(text):
                yield Trouble("P42", "B", f"{title}里还有“{match.group()}”；补上真实内容", place, entity, record)
    for part, text in (material.facts.campaign.prose or {}).items():
        for name in report_words.unknown(str(text)):
            message = f"总结“{part}”里的“{{{name}}}”没有对应的指标；改成清单里的指标名，或写成文字"
            yield Trouble("P42", "B", message, f"总结报告　{part}", "campaign", material.facts.campaign)


def nothing_personal_is_made_public(material: Material) -> Iterator[Trouble]:
    """P45: no phone, identity number or reporter stands in what may be made public."""
    for place, entity, record, title, text in _texts(material):
        if entity in ("secondment", "enterprise", "inspection") or not _SUSPECT.search(text):
            continue  # Annex 1 goes to the office alone and has its phones; the others hold no free text
        numbers = [match.group() for match in _IDENTITY.finditer(text) if not is_credit_code(match.group().upper())]
        what = "手机号码" if _PHONE.search(text) else "身份证号" if numbers else "举报人" if _REPORTER.search(text) else ""
        if what:
            message = f"{title}里有{what}，公开的材料不能有；删去"
            yield Trouble("P45", "B", message, place, entity, record)


RULES = (enterprises_stand_in_the_registry, no_placeholder_stays, nothing_personal_is_made_public)

_Text = tuple[str, str, Any, str, str]


def _texts(material: Material) -> Iterator[_Text]:
    """Yield what is handed in: place, entity, record, title, text."""
    for number in dict.fromkeys(visit.enterprise_id for visit in material.facts.visits):
        enterprise = material.facts.enterprises[number]
        yield from _given(f"附件2　{enterprise.name}", "enterprise", enterprise, (("name", "企业名称"), ("town", "镇办")))
    for visit in material.facts.visits:
        yield from _given(f"检查记录　{visit.enterprise}", "inspection", visit, (("document_no", "文书编号"), ("platform_no", "平台编号")))
    for finding in material.facts.findings:
        columns = (("hazard", "问题描述"), ("basis", "依据"), ("person", "整改责任人"))
        yield from _given(f"问题整改　{finding.enterprise}", "finding", finding, columns)
    for case in material.facts.cases:
        columns = (("violation", "违法行为描述"), ("progress", "目前进展"), ("decision_no", "决定书文号"))
        yield from _given(f"附件3　{case.enterprise}", "penalty_case", case, columns)
    for person in material.people:
        for key, title in (("name", "姓名"), ("unit_position", "工作单位及职务"), ("cert_no", "执法证号")):
            if person[key]:
                yield f"附件1　{person['name']}", "secondment", person, title, str(person[key])
    for part, text in (material.facts.campaign.prose or {}).items():
        yield f"总结报告　{part}", "campaign", material.facts.campaign, f"总结“{part}”", report_words.BRACES.sub("", str(text or ""))


def _given(place: str, entity: str, record: Any, columns: tuple[tuple[str, str], ...]) -> Iterator[_Text]:
    for key, title in columns:
        if text := getattr(record, key):
            yield place, entity, record, title, str(text)
