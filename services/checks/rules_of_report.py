"""Pre-flight rules over the summary report and its numbers (P34 to P38)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from models.money import chinese_amount
from services.campaigns import REPORT_PARTS
from services.checks.trouble import Material, Trouble
from services.figures import report_words
from services.figures.annex_rows import standing_amount

_CLAUSE = re.compile(r"[^，。；;！？\n]+")
_NUMERALS = "零〇一二两三四五六七八九十百千万"
_COUNTED = re.compile(
    rf"(?<![第〓\d.,{_NUMERALS}])(\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|[{_NUMERALS}]+)\s*(家次|家|组次|个检查组|个组|人次|人|名|项|条|处|起|件|份|场次|场|期|户|篇|次|个|万元|元|％|%)(?!规定|要求|以上|以下|以内)"
)
_FIGURE_OF_SPEECH = re.compile(rf"[{_NUMERALS}]|[一二两三四五六七八九]?[十百千万]")  # 一家企业, 五项措施, 十条禁令
_SCOPED = re.compile(r"同比|环比|上年|去年|上次|以往|每[家组人]|平均|较|计划|应查|不少于|至少|目标|规定|[一二三四五六七八九十\d]检查组")
_ANY_FINE = "fine"  # the words do not say which: proposed, decided, paid, or the column of Annex 3
_LABELS: tuple[tuple[str, str, str], ...] = (
    (r"检查(?:了)?(?:工贸)?企业", "家", "enterprises"),
    (r"检查.*", "家次", "visits"),
    (r"出动", "组次", "group_visits"),
    (r"(?:派出|出动|成立|组成|组建|编为|分为|分成|设)", "个检查组", "groups"),
    (r"执法人员", "人次", "officer_visits"),
    (r"专家", "人次", "expert_visits"),
    (r"重大(?:事故|安全)?隐患", "项条处个", "major_hazards"),
    (r"(?:发现|查出|排查)(?:各类)?(?:安全)?(?:问题|隐患)(?:隐患)?", "项条处个", "findings"),
    (r"当场整改", "项条处个", "fixed_on_spot"),
    (r"(?:已|完成)(?:完成)?整改(?:完成)?", "项条处个", "closed"),
    (r"整改率", "%％", "rectification_rate"),
    (r"处罚事项", "项", "penalty_items"),
    (r"拟立案", "件起", "proposed_cases"),
    (r"(?<!拟)立案(?:查处|处罚)?", "件起", "filed_cases"),
    (r"执法文书", "份", "documents"),
    (r"停产(?:停业)?(?:整顿)?", "家", "stop_orders"),
    (r"拟(?:作出)?(?:行政)?(?:处罚|罚)(?:款|金)?(?:金额)?(?:共|合计|总额)?", "万元元", "fine_proposed_yuan"),
    (r"(?:已|决定)(?:作出)?(?:行政)?(?:处罚|罚)(?:款|金)?(?:金额)?(?:共|合计|总额)?", "万元元", "fine_decided_yuan"),
    (r"(?:已缴|缴纳|收缴|入库)(?:罚款|罚没款)?(?:金额)?", "万元元", "fine_paid_yuan"),
    (r"(?:罚款|处罚|罚没)(?:金额)?(?:共|合计|总额)?", "万元元", _ANY_FINE),
)
_ALIKE = ("项条处个", "件起", "万元元", "%％")  # each sign of these is a unit by itself
_FINES = ("fine_proposed_yuan", "fine_decided_yuan", "fine_paid_yuan")
_ROWS_BEHIND = {"findings": ("hazard_list",), "proposed_cases": ("cases", "case_stats"), "visits": ("inspections",)}
_NO_ROWS = ("合计行", "写的是“", "镇办写的是")  # what a file says beside its rows
_YUAN_PER_WAN, _FEN_PER_YUAN = 10_000, 100
_BETWEEN = r"[^\d，。；]{0,5}$"
_SWAPPED = {
    "家": ("enterprises", "visits", "家次"),
    "家次": ("visits", "enterprises", "家"),
    "个检查组": ("groups", "group_visits", "组次"),
    "个组": ("groups", "group_visits", "组次"),
    "组次": ("group_visits", "groups", "个组"),
}
_FIELD_UNITS = (
    (re.compile(r"[{｛]检查家次[}｝]\s*家(?!次)"), "“{检查家次}”是家次，后面写成了“家”"),
    (re.compile(r"[{｛]检查企业[}｝]\s*家次"), "“{检查企业}”是家数，后面写成了“家次”"),
    (re.compile(r"[{｛]出动组次[}｝]\s*个?(?:检查)?组(?!次)"), "“{出动组次}”是组次，后面写成了“组”"),
    (re.compile(r"[{｛]检查组[}｝]\s*组次"), "“{检查组}”是组数，后面写成了“组次”"),
)
_RATE = re.compile(r"整改率[^\d，。；%％]{0,6}(\d+(?:\.\d+)?)\s*[%％]")
_DENOMINATOR = re.compile(r"[{｛]\s*发现问题\s*[}｝]|(?:发现|查出|排查)[^，。；\d]{0,8}\d+")


@dataclass(frozen=True)
class _Number:
    """A number that the clerk wrote by hand.

    Attributes:
        key: The figure that its words name; empty if they name none.
        scoped: Speaks of a part: one town, one group, last year.
    """

    part: str
    text: str
    value: float
    decimals: int
    unit: str
    key: str
    scoped: bool


def numbers_equal_the_figures(material: Material) -> Iterator[Trouble]:
    """P34 P35 P37: numbers by hand equal the figure they name, or are listed."""
    loose: list[_Number] = []
    for one in _numbers(material):
        swapped = _SWAPPED.get(one.unit)
        place = f"总结报告　{one.part}"
        if swapped and not one.scoped and _value(material, swapped[0]) != one.value == _value(material, swapped[1]):
            unit = swapped[2]
            message = f"总结“{one.part}”写“{one.text}”，这个数是{unit}数，口径不同；改成“{_shown(one.value)}{unit}”，或改数"
            yield Trouble("P37", "W", message, place, "campaign", material.facts.campaign)
            continue
        wanted = _wanted(material, one) if one.key and not one.scoped else None
        if wanted is not None and wanted != one.value:
            if (one.key == "rectification_rate" and one.value > 100) or (one.key in _FINES and _odd_amount(material)):
                continue  # P38 names it, or P07 the case whose amount spoils the sum
            figure = material.figures[one.key]
            unit = one.unit if one.key in _FINES else figure.unit
            level = "I" if one.value == wanted + _rows_left_out(material, one.key) else "B"
            said = f"{figure.name}是 {_shown(wanted)} {unit}"
            message = f"总结“{one.part}”写“{one.text}”，表里{said}；改数，或换成花括号里的指标名"
            yield Trouble("P34", level, message, place, "campaign", material.facts.campaign)
        elif wanted is None:
            loose.append(one)
    if loose:
        said = "、".join(dict.fromkeys(f"“{one.text}”" for one in loose))
        message = f"总结里有手写的数字：{said}，数据变了不会跟着变；逐个核对，或换成花括号里的指标名"
        yield Trouble("P35", "W", message, f"总结报告　{loose[0].part}", "campaign", material.facts.campaign)


def report_parts_have_text(material: Material) -> Iterator[Trouble]:
    """P36: none of the parts of the report that the office writes is empty."""
    prose = material.facts.campaign.prose or {}
    empty = [part for part in REPORT_PARTS[1:] if not str(prose.get(part) or "").strip()]
    if empty:
        message = f"总结“{'”“'.join(empty)}”部分还没有文字；在“报送打包”点“总结文字”补写"
        yield Trouble("P36", "B", message, f"总结报告　{'、'.join(empty)}", "campaign", material.facts.campaign)


def counting_words_fit(material: Material) -> Iterator[Trouble]:
    """P37: a figure in braces stands before its own unit: 家 is not 家次, 组 not 组次."""
    for part, text in (material.facts.campaign.prose or {}).items():
        for pattern, said in _FIELD_UNITS:
            if pattern.search(str(text or "")):
                message = f"总结“{part}”里{said}；改正单位，或换指标"
                yield Trouble("P37", "W", message, f"总结报告　{part}", "campaign", material.facts.campaign)


def rates_are_possible(material: Material) -> Iterator[Trouble]:
    """P38: the rectification rate is possible, and its denominator is told."""
    prose = {part: str(text or "") for part, text in (material.facts.campaign.prose or {}).items()}
    for part, text in prose.items():
        for match in _RATE.finditer(text):
            if float(match.group(1)) > 100:
                message = f"总结“{part}”写“{match.group()}”，整改率不会超过 100%；改数，或换成“{{整改率}}”"
                yield Trouble("P38", "B", message, f"总结报告　{part}", "campaign", material.facts.campaign)
            elif not material.facts.findings:
                message = f"总结“{part}”写“{match.group()}”，可是没有发现问题，没有整改率可算；删去"
                yield Trouble("P38", "B", message, f"总结报告　{part}", "campaign", material.facts.campaign)
    # an overview without braces gets the standard sentence, and that names the denominator
    own = report_words.BRACES.search(prose.get(REPORT_PARTS[0], ""))
    part = next((part for part, text in prose.items() if _RATE.search(text) or re.search(r"[{｛]\s*(?:到期)?整改率\s*[}｝]", text)), "")
    if own and part and not any(_DENOMINATOR.search(text) for text in prose.values()):
        message = f"总结“{part}”写了整改率，没有写发现问题多少项，看不出分母；补上“发现问题{{发现问题}}项”"
        yield Trouble("P38", "B", message, f"总结报告　{part}", "campaign", material.facts.campaign)


RULES = (numbers_equal_the_figures, report_parts_have_text, counting_words_fit, rates_are_possible)


def _numbers(material: Material) -> Iterator[_Number]:
    parts = [unit.name for unit in material.units]
    parts += [group.name for group in material.facts.groups] + [str(name) for name in material.facts.campaign.categories]
    parts += [str(name) for name in material.facts.campaign.industries or ()]
    for part, text in (material.facts.campaign.prose or {}).items():
        for clause in _CLAUSE.findall(report_words.BRACES.sub("〓", str(text or ""))):
            scoped = bool(_SCOPED.search(clause)) or any(name in clause for name in parts)
            before = 0
            for match in _COUNTED.finditer(clause):
                said, unit, value = clause[before : match.start()], match.group(2), _read(match.group(1))
                decimals = len(match.group(1).partition(".")[2])
                key = _named(clause[: match.start()], unit)
                if key or not _FIGURE_OF_SPEECH.fullmatch(match.group(1)):
                    yield _Number(part, (said[-10:] + match.group()).strip("〓、 "), value, decimals, unit, key, scoped)
                before = match.end()


def _read(number: str) -> float:
    """Return the value of a number in figures (1,250.5) or in words (四百一十)."""
    if number[0] in _NUMERALS:
        return float(chinese_amount(number) or 0)
    return float(number.replace(",", ""))


def _named(before: str, unit: str) -> str:
    """Return the figure that the words before a number name in its unit; "" if they name none."""
    for label, units, key in _LABELS:
        if (unit in units if units in _ALIKE else unit == units) and re.search(label + _BETWEEN, before):
            return key
    return ""


def _wanted(material: Material, one: _Number) -> float | None:
    """Return what the figure of these words shows; a rate and an amount may be told more roughly."""
    if one.unit not in ("万元", "元"):
        wanted = _value(material, one.key)
        return wanted if wanted is None or one.unit not in _ALIKE[-1] else round(wanted, one.decimals)
    scale = _YUAN_PER_WAN if one.unit == "万元" else 1
    column = sum(standing_amount(case) or 0 for case in material.facts.ordinary) / _FEN_PER_YUAN
    named = [_value(material, key) for key in (_FINES if one.key == _ANY_FINE else (one.key,))]
    known = [value for value in (*named, *([] if one.key == _FINES[2] else [column])) if value is not None]
    told = [round(value / scale, one.decimals) for value in known]
    if one.value in told:
        return one.value
    return known[0] / scale if known and one.key != _ANY_FINE else None


def _rows_left_out(material: Material, key: str) -> int:
    """Return how many received rows are missing in a figure, each named by a rule of its own; the report may count them."""
    forms = _ROWS_BEHIND.get(key, ())
    return sum(len(one.rows) for one in material.unread if one.form in forms and not one.reason.startswith(_NO_ROWS))


def _odd_amount(material: Material) -> bool:
    high = material.numbers.get("preflight_amount_high_fen")
    return high is not None and any((standing_amount(case) or 0) > high for case in material.facts.ordinary)


def _value(material: Material, key: str) -> float | None:
    value = material.figures[key].value if key in material.figures else None
    return None if value is None else float(value)


def _shown(value: float) -> str:
    return f"{value:g}"
