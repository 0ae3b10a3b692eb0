"""The summary report: prose of the office, numbers of the figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from models import Campaign
from services.campaigns import REPORT_PARTS
from services.exports import fields
from services.exports.charts import Chart
from services.exports.word import Report, Section, Table
from services.figures import Facts, Figure, report_words

_ORDINALS = "一二三四五六七八九十"
OVERVIEW = (
    "截至{日期}，共检查企业{检查企业}家、{检查家次}家次，出动执法人员{执法人员人次}人次、专家{专家人次}人次；"
    "发现问题{发现问题}项，其中重大事故隐患{重大事故隐患}项，已整改{已整改}项，整改率{整改率}；"
    "处罚事项{处罚事项}项，拟立案{拟立案}件，拟罚金额{拟罚金额}万元。"
)


def build_report(campaign: Campaign, facts: Facts, computed: Sequence[Figure], *, signer: str, day: date, watermark: str) -> Report:
    """Return the report in its four parts (source: the notice's 总结 clause).

    Numbers that come from figures are bound; see `exports.fields`.

    Args:
        campaign: Its prose, by part; numbers stand in braces.
        facts: What the tables count.
        computed: The figures behind the numbers.
        signer: Who signs.
        day: Date of the report.
        watermark: Word for a draft.
    """
    by_key = {figure.key: figure for figure in computed}
    sections: list[Section] = []
    for number, (part, text) in enumerate(texts(campaign.prose or {}).items()):
        lines = [line for line in text.splitlines() if line.strip()]
        paragraphs = tuple(report_words.fill(line, by_key, day=_day(day), bind=fields.bind) for line in lines)
        tables = (_by_category(campaign, facts),) if number == 0 else ()
        charts = (_chart(campaign, facts),) if number == 0 else ()
        sections.append(Section(f"{_ORDINALS[number]}、{part}", paragraphs, tables, charts))
    title = f"{campaign.name.removesuffix('实施方案').removesuffix('方案')}工作总结"
    date_text = f"{day.year}年{_day(day)}"
    named = [key for section in sections for paragraph in section.paragraphs for key, _text in fields.bound(paragraph)]
    meaning = report_words.defined([*named, "findings"], by_key)  # the table by category counts findings
    return Report(title, signer, date_text, tuple(sections), watermark, definitions=meaning)


def texts(prose: Mapping[str, object]) -> dict[str, str]:
    """Return the text of each part, with the overview if no figure is named."""
    found = {part: str(prose.get(part) or "") for part in REPORT_PARTS}
    first = REPORT_PARTS[0]
    if not report_words.BRACES.search(found[first]):
        found[first] = "\n".join(text for text in (found[first], OVERVIEW) if text.strip())
    return found


def values(computed: Sequence[Figure], report: Report) -> dict[str, str]:
    """Return what a template may ask for besides its blocks, by Chinese name."""
    by_key = {figure.key: figure for figure in computed}
    named = {name: fields.bind(key, report_words.shown(by_key[key])) for name, key in report_words.NAMES.items()}
    return {**named, report_words.DAY: report.date_text}


def names() -> tuple[str, ...]:
    """Return the names of figures that a template may use."""
    return (*report_words.NAMES, report_words.DAY)


def _by_category(campaign: Campaign, facts: Facts) -> Table:
    counted = Counter(finding.category for finding in facts.findings)
    rows = [(str(name), str(counted.get(name, 0))) for name in campaign.categories]
    rows.append(("合计", str(sum(counted[name] for name in campaign.categories))))
    return Table(heads=("问题类别", "项数"), rows=tuple(rows), caption="问题按类别统计（次序同附件2）", widths_mm=(60, 30))


def _chart(campaign: Campaign, facts: Facts) -> Chart:
    counted = Counter(finding.category for finding in facts.findings)
    return Chart("问题按类别分布（项）", tuple((str(name), counted[name]) for name in campaign.categories))


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
