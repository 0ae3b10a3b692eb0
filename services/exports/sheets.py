"""The papers of the closed loop: problem list, listing sheet, letters, dossier.

Each is made from the records at the moment it is printed. The problem list is
left with the enterprise: it is refused as long as a finding has no basis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from models import Enterprise, Finding, Inspection
from models.forms import Column, Form, Row
from models.kinds import AMOUNT, COUNT, DATE, LONG, TEXT
from models.ledgers import HAZARD_LEDGER, OVERDUE, PROBLEM_LIST
from models.money import show_amount
from services import findings, hazards, inspections, listing, records, rectifications, settings
from services.dossiers import Dossier
from services.errors import Refused
from services.exports import pdf
from services.exports.deliver import deliver_book
from services.exports.printed import Printed
from services.exports.word import Report, Section, Table
from services.findings import CLOSED, MAJOR
from services.hazards import NotMajor
from services.progress import Progress, silent
from services.rectifications import Late

_NAMED = 3
_DATED = "　　　　日期：＿＿＿＿年＿＿月＿＿日"
_INSPECTOR = f"\n检查人员（签名）：{'＿' * 14}　　执法证号：{'＿' * 14}{_DATED}"
# Without the hand of both sides it is no paper. The empty line above each is room to write.
_SIGNED = (
    f"\n被检查单位现场负责人意见：{'＿' * 49}",
    f"\n被检查单位负责人（签名、盖章）：{'＿' * 28}{_DATED}",
    _INSPECTOR,
    _INSPECTOR,
    "本清单一式两份，一份交被检查单位，一份随检查记录存档。",
)


class BasisMissing(Refused):
    """The problem list would name a problem without its basis."""

    code = "basis_missing"
    template = "{count} 条问题还没有依据，清单没有印：{which}。"
    mend = "先给这几条填上依据条款，再印清单。"


class NothingFound(Refused):
    """There is nothing to print."""

    code = "no_findings_to_print"
    template = "“{name}”这次检查没有问题，不用印清单。"
    mend = "没有发现问题的，在检查记录里确认“未发现问题”。"


def problem_list(session: Session, *, inspection_id: int) -> Printed:
    """Return 问题及处置意见清单 of a visit, for `deliver_pdf` or `deliver_workbook`.

    Raises:
        BasisMissing: A finding names no basis.
        NothingFound: The visit has no finding.
        Missing: The visit is gone.
    """
    visit = inspections.load(session, record_id=inspection_id)
    listed = findings.of_visit(session, inspection_id=inspection_id)
    if not listed:
        raise NothingFound(name=visit["enterprise"])
    bare = [number for number, one in enumerate(listed, start=1) if not (one.basis or "").strip()]
    if bare:
        said = [f"第 {number} 条“{listed[number - 1].hazard[:16]}”" for number in bare[:_NAMED]]
        raise BasisMissing(count=len(bare), which="、".join(said) + (" 等" if len(bare) > _NAMED else ""))
    rows: list[Row] = [{**{key: getattr(one, key, None) for key in PROBLEM_LIST.keys}, "no": no} for no, one in enumerate(listed, start=1)]
    officers = [str(visit["leader"])] if visit.get("leader") else []
    officers += [name for name in records.names_of(visit.get("officers")) if name not in officers]
    facts = (
        ("被检查单位", str(visit["enterprise"])),
        ("检查日期", f"{visit['checked_on']}"),
        ("检查组", str(visit["group"] or "")),
        ("检查人员", "、".join(officers)),
    )
    return Printed(replace(PROBLEM_LIST, notes=_SIGNED), rows, facts=tuple(fact for fact in facts if fact[1]))


def listing_sheet(session: Session, *, finding_id: int, on: date) -> Report:
    """Return the sheet under which a major hazard is hung out (挂牌督办).

    Raises:
        NotMajor: It is none.
        Missing: It is gone.
    """
    finding = records.get(session, Finding, finding_id)
    if finding.level != MAJOR:
        raise NotMajor(hazard=finding.hazard[:20], verb="印挂牌督办单")
    visit = session.get_one(Inspection, finding.inspection_id)
    enterprise = session.get_one(Enterprise, visit.enterprise_id)
    item = hazards.item(session, code=finding.major_item, on=visit.checked_on) if finding.major_item else None
    standard = hazards.standard(session, on=visit.checked_on)
    basis = f"{standard} {item.article}（{item.label}）" if item else finding.other_standard or finding.basis or "待补"
    lines = (
        ("编号", finding.listed_no or "待编"),
        ("隐患单位", enterprise.name),
        ("所在镇办", enterprise.town or "待补"),
        ("隐患内容", finding.hazard),
        ("判定依据", basis),
        ("认定人、专家", "、".join(name for name in (finding.major_officer, finding.major_expert) if name) or "待补"),
        ("现场处理措施", finding.disposal or "待补"),
        ("治理方案", finding.plan or "待补"),
        ("整改资金", f"{show_amount(finding.fund)} 万元" if finding.fund else "待补"),
        ("整改期限", _day(finding.due) if finding.due else "待补"),
        ("整改责任人", "　".join(part for part in (finding.person, finding.phone) if part) or "待补"),
        ("督办人", finding.supervisor or "待补"),
        ("挂牌日期", _day(finding.listed_on) if finding.listed_on else "待补"),
    )
    table = Table(("项目", "内容"), lines, widths_mm=(38, 118))
    closing = "治理完成后，由隐患单位提出复查申请；复查合格前，责令停止的场所、设施设备不得恢复。复查人不得是认定人一人。"
    return Report(
        title="重大事故隐患挂牌督办单",
        issuer=settings.load(session).office,
        date_text=_day(finding.listed_on or on),
        sections=(Section("", (), (table,)), Section("", (closing,))),
    )


def supervision_letters(session: Session, *, campaign_id: int, as_of: date, town: str | None = None) -> list[tuple[str, Report]]:
    """Return 督办单 for each town with late findings, or for one, in the official order."""
    office = settings.load(session)
    found: list[tuple[str, Report]] = []
    for one in rectifications.overdue_by_town(session, campaign_id=campaign_id, as_of=as_of):
        if town is not None and one.town != town:
            continue
        firms = len({late.enterprise_id for late in one.rows})
        opening = (
            f"截至{_day(as_of)}，你辖区有 {firms} 家企业的 {len(one.rows)} 项问题超过整改期限仍未报告整改完成。"
            "请督促企业立即整改，并在收到本单后报告结果；企业需要延期的，应当写明原因提出申请。"
        )
        rows = tuple((str(number), *_late_texts(late)) for number, late in enumerate(one.rows, start=1))
        table = Table(("序号", "企业名称", "问题", "整改期限", "逾期", "责任人"), rows, widths_mm=(11, 38, 50, 25, 16, 16))
        report = Report(
            title="安全问题整改督办单",
            issuer=office.brigade or office.office,
            date_text=_day(as_of),
            sections=(Section("", (f"{one.town}：", opening), (table,)),),
        )
        found.append((one.town, report))
    return found


def overdue_list(session: Session, *, campaign_id: int, as_of: date, town: str | None = None) -> Printed:
    """Return the late findings as one table, towns in the official order."""
    rows: list[Row] = []
    for one in rectifications.overdue_by_town(session, campaign_id=campaign_id, as_of=as_of):
        if town is None or one.town == town:
            rows += [{key: getattr(late, key, None) for key in OVERDUE.keys} for late in one.rows]
    return Printed(OVERDUE, rows, facts=(("截至", f"{as_of}"), ("合计", f"{len(rows)} 项")))


def hazard_ledger(session: Session, *, campaign_id: int, as_of: date) -> Printed:
    """Return the ledger of major hazards as one table, in the order they were found."""
    ids = listing.ids(session, hazards.LISTING, scope=campaign_id)
    rows: list[Row] = [hazards.load(session, record_id=number) for number in ids]
    closed = sum(row["status"] == CLOSED for row in rows)
    return Printed(HAZARD_LEDGER, rows, facts=(("截至", f"{as_of}"), ("合计", f"{len(rows)} 项，已销号 {closed} 项")))


def dossier_parts(dossier: Dossier) -> list[Printed]:
    """Return the tables of a dossier in order: basics first, no empty ones."""
    head: list[Row] = [{"title": fact.title, "text": fact.shown} for fact in dossier.basics]
    summary = f"检查 {len(dossier.visits)} 次，一年内 {dossier.visits_in_a_year} 次；未销号问题 {dossier.open_findings} 项"
    head.append({"title": "在册情况", "text": summary})
    if dossier.standing.stopped:
        head.append({"title": "停产停业", "text": dossier.standing.sentence})
    parts = [Printed(replace(_BASICS, title=f"{dossier.name}　一企一档"), head, facts=(("截至", f"{dossier.as_of}"),))]
    for form, listed, row in (
        (_VISITS, dossier.visits, _visit_row),
        (_FOUND, dossier.findings, _attributes(_FOUND)),
        (_CASES, dossier.cases, _case_row),
        (_DOCUMENTS, dossier.documents, _attributes(_DOCUMENTS)),
    ):
        if listed:
            parts.append(Printed(form, [{**row(one), "no": number} for number, one in enumerate(listed, start=1)]))
    return parts


def deliver_dossier(dossier: Dossier, target: Path, *, made_at: datetime, progress: Progress = silent) -> pdf.Drawn:
    """Put a dossier as one PDF in place; return pages and characters without glyph.

    Args:
        dossier: From `dossiers.dossier`.
        target: Final place.
        made_at: Moment stored in the file.
        progress: Told after each page; may stop the work.

    Raises:
        FileTrouble: It cannot be written or does not read back; an old file stays.
        Cancelled: The user stopped it.
    """
    return deliver_book(dossier_parts(dossier), target, title=f"{dossier.name} 一企一档", made_at=made_at, progress=progress)


_NO = Column("no", "序号", COUNT, width_mm=10, source="office")
_BASICS = Form(
    code="dossier_basics",
    title="一企一档",
    columns=(
        Column("title", "项目", TEXT, width_mm=40, source="office"),
        Column("text", "内容", LONG, width_mm=130, source="office"),
    ),
    source="office",
)
_VISITS = Form(
    code="dossier_visits",
    title="检查经过",
    columns=(
        _NO,
        Column("on", "日期", DATE, width_mm=24, source="office"),
        Column("level", "层级", TEXT, width_mm=15, source="office"),
        Column("campaign", "专项行动", TEXT, width_mm=28, source="office"),
        Column("group", "检查组", TEXT, width_mm=22, source="office"),
        Column("document_no", "文书编号", TEXT, width_mm=30, source="office"),
        Column("findings", "问题（项）", COUNT, width_mm=13, source="office"),
        Column("open_findings", "未销号（项）", COUNT, width_mm=13, source="office"),
        Column("state", "状态", TEXT, width_mm=15, source="office"),
    ),
    source="office",
)
_FOUND = Form(
    code="dossier_findings",
    title="发现的问题",
    columns=(
        _NO,
        Column("found_on", "检查日期", DATE, width_mm=24, source="office"),
        Column("hazard", "问题描述", LONG, width_mm=47, source="office"),
        Column("category", "类别", TEXT, width_mm=22, source="office"),
        Column("level", "级别", TEXT, width_mm=10, source="office"),
        Column("disposal", "处置方式", TEXT, width_mm=18, source="office"),
        Column("due", "整改期限", DATE, width_mm=24, source="office"),
        Column("state", "状态", TEXT, width_mm=15, source="office"),
    ),
    source="office",
)
_CASES = Form(
    code="dossier_cases",
    title="案件",
    columns=(
        _NO,
        Column("violation", "违法行为描述", LONG, width_mm=30, source="office"),
        Column("procedure", "程序", TEXT, width_mm=18, source="office"),
        Column("stage", "目前进展", TEXT, width_mm=18, source="office"),
        Column("filed_on", "立案日期", DATE, width_mm=24, source="office"),
        Column("decision_no", "决定书文号", TEXT, width_mm=22, source="office"),
        Column("amount", "金额（万元）", AMOUNT, width_mm=16, source="office"),
        Column("paid", "已缴（万元）", AMOUNT, width_mm=16, source="office"),
        Column("persons", "处罚个人", TEXT, width_mm=16, source="office"),
    ),
    source="office",
)
_DOCUMENTS = Form(
    code="dossier_documents",
    title="文书和材料",
    columns=(
        _NO,
        Column("on", "日期", DATE, width_mm=28, source="office"),
        Column("kind", "种类", TEXT, width_mm=34, source="office"),
        Column("name", "文号或名称", TEXT, width_mm=98, source="office"),
    ),
    source="office",
)


def _attributes(form: Form) -> Callable[[object], Row]:
    keys: Sequence[str] = [key for key in form.keys if key != "no"]
    return lambda one: {key: getattr(one, key) for key in keys}


def _visit_row(one: object) -> Row:
    row = _attributes(_VISITS)(one)
    known = getattr(one, "inspection_id", None) is not None
    return row if known else {**row, "findings": None, "open_findings": None}


def _case_row(one: object) -> Row:
    row = _attributes(_CASES)(one)
    return {**row, "persons": "、".join(getattr(one, "persons", ()))}


def _late_texts(late: Late) -> tuple[str, ...]:
    mark = "【重大】" if late.level == MAJOR else ""
    return late.enterprise, mark + late.hazard, _short(late.due), f"{late.days_late}天", late.person


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _short(day: date) -> str:
    return f"{day.month}月{day.day}日"
