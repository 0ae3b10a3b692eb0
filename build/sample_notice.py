"""The invented notice, what is to be read in it, and the report's prose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as Letter
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from build.sample_tables import settle
from models.annexes import CATEGORIES, annex_1, annex_2, annex_3
from models.forms import Form

NAME = "全区工贸企业分片集中执法检查活动"
ANNEXES: tuple[Form, ...] = (annex_1(), annex_2(f"{NAME}情况统计表"), annex_3(due="4月26日"))

_TRAINING = "（一）培训自查阶段（3月24日至3月31日）。"
_FIRST_STEPS = (
    "大队对参加人员集中培训一次，统一尺度和文书；名单抽出后在区政府网站公开；各镇办把检查要点发给名单内的企业，督促逐条自查自改。"
)
_ON_SITE = "（二）集中检查阶段（4月1日至4月21日）。"
_GROUPS = "全区设3个检查组，由执法大队各中队负责人任组长，镇办执法骨干和专家参加，每组检查企业不少于15家。"
_SECTORS = "（一）行业范围。检查机械、建材、铸造、轻工、纺织等行业的一般工贸企业。"
_NOMINEES = "各镇办和开发区各推荐1名持证执法骨干，3月27日前向大队审理室报送《抽调执法人员统计表》（附件1），由大队统一编组。"
_PLATFORM = "每次检查制作的文书，检查组要在当天录入省执法信息平台，不得隔夜。"
_PACKAGE = (
    f"4月26日前，各检查组向大队审理室报送《{NAME}情况统计表》（附件2）、《拟立案行政处罚案件统计表》（附件3）"
    "和工作总结报告，总结报告分总体情况、主要做法、存在问题、下一步工作建议四部分。"
)
_CONTACT = "联系人：曲明川，联系电话：5550123，电子邮箱：shenli@lanqiao.example。"

TEXT = (
    "各镇（街道）安环办，开发区安环部，局执法大队：",
    f"为压实工贸企业安全生产责任，找准并消除各类隐患，区局决定今年春季开展{NAME}。现将有关事项通知如下。",
    "一、目标任务",
    "检查对象为近三年没有接受过省、市、区三级执法检查的企业，名单以“双随机”方式产生。检查做到问题查清、责任讲清、整改盯住、处罚公开，帮助企业补齐管理短板。",
    "二、范围和重点",
    _SECTORS,
    "（二）检查重点。看主要负责人是否履职，危险作业是否受控，特种作业人员是否持证，外来施工和灵活用工是否纳入管理，风险管控和隐患排查是否落到班组，设备设施和作业现场是否安全。",
    "三、时间和步骤",
    _TRAINING + _FIRST_STEPS,
    _ON_SITE + _GROUPS,
    "四、有关要求",
    "（一）人员抽调。" + _NOMINEES,
    "（二）现场检查。每到一家企业，依次开启动会、查现场、开沟通会、开总结会，企业负责人、安全管理人员和岗位员工全程参加。"
    "检查采取“执法+专家”方式，指出问题要讲明依据，执法人员主动亮证并开启执法记录仪。",
    "（三）文书录入。" + _PLATFORM,
    "（四）整改和处罚。能当场改的当场改，不能当场改的明确期限并按期复查；发现重大事故隐患的，依法采取现场处理措施；涉嫌违法的，及时固定证据、启动调查。",
    "（五）总结报送。" + _PACKAGE,
    "五、保障和纪律",
    "车辆、电脑、打印机和取证设备由大队统一安排，抽调人员自带执法记录仪和移动存储介质。参加检查的人员遵守廉洁规定，不得增加企业负担。",
    _CONTACT,
    "附件：1." + ANNEXES[0].title,
    "2." + ANNEXES[1].title,
    "3." + ANNEXES[2].title,
)

REPORT = """【总体情况】
本次活动自四月初进入现场检查，全区共派出{检查组}个检查组，检查企业{检查企业}家、{检查家次}家次，参加检查的执法人员{执法人员人次}人次、专家{专家人次}人次。检查共发现问题{发现问题}项，其中重大事故隐患{重大事故隐患}项；已整改{已整改}项，整改率{整改率}。涉及处罚事项{处罚事项}项，拟立案{拟立案}件，拟罚金额{拟罚金额}万元。从检查情况看，多数企业能够配合检查并及时整改，基础管理和现场管理水平参差不齐。

【主要做法】
一是先训后查。检查前对抽调人员集中培训，统一了检查要点、文书格式和问题定性尺度，避免同一问题在不同企业说法不一。
二是交叉编组。镇办执法骨干到其他片区参加检查，既减少人情干扰，也让骨干在实战中学习。
三是专家随行。专家负责讲清风险和改法，执法人员负责讲清责任和依据，企业负责人、安全管理人员和岗位员工一同到现场看问题。
四是当天闭环。每天检查结束后核对问题清单、下达文书并录入平台，未录入的第二天一早提醒。
五是盯住整改。各组对限期整改问题建立台账，到期前联系企业，到期后逐项复查。

【存在问题】
一是设备设施老化。部分企业的防护装置、电气线路和检测报警设施缺少日常维护，坏了才修。
二是培训走过场。个别企业培训记录与实际不符，新员工对岗位风险说不清楚。
三是外包管理薄弱。一些企业把检修、施工交给外单位后不再过问，协议和交底不齐。
四是隐患排查浅。自查记录多为小问题，对粉尘、有限空间等高风险环节辨识不够。

【下一步工作建议】
一是对逾期未整改的{逾期未整改}项问题逐条督办，重大事故隐患由专人跟踪，复查合格前不得恢复生产。
二是加快办理已立案件，按时告知、决定、公示，案件办结后向镇办反馈。
三是组织同类企业到整改较好的企业现场观摩，用身边事例开展警示教育。
四是把本次检查情况录入企业档案，作为下一年度确定检查重点的参考。
"""


def extraction() -> dict[str, Any]:
    """Return what a careful reader finds in the notice (notice-extraction/1)."""
    once: dict[str, Any] = {"due_time": None, "first_due": None, "last_due": None, "series": []}
    return {
        "schema": "notice-extraction/1",
        "file": "notice.docx",
        "name": NAME,
        "issuer": "岚桥区应急管理局",
        "co_issuers": [],
        "doc_no": "岚应急〔2023〕12号",
        "issued_on": "2023-03-22",
        "year": 2023,
        "phases": [
            {"name": "培训自查阶段", "start": "2023-03-24", "end": "2023-03-31", "evidence": _TRAINING},
            {"name": "集中检查阶段", "start": "2023-04-01", "end": "2023-04-21", "evidence": _ON_SITE},
        ],
        "overall": {"start": "2023-03-24", "end": "2023-04-21", "evidence": _TRAINING},
        "deadlines": [
            {"what": f"{ANNEXES[0].title}（附件1）", "due": "2023-03-27", "recurrence": None, "kind": "submit", "owner": "各镇办和开发区",
             "submitter": "各镇办和开发区", "recipient": "大队审理室", "evidence": _NOMINEES, **once},
            {"what": "执法文书录入省执法信息平台", "due": None, "recurrence": "on_event:+0d", "kind": "task", "owner": "各检查组",
             "submitter": "各检查组", "recipient": "省执法信息平台", "evidence": _PLATFORM, **once},
            {"what": f"{ANNEXES[1].title}（附件2）；{ANNEXES[2].title}（附件3）；工作总结报告", "due": "2023-04-26", "recurrence": None,
             "kind": "submit", "owner": "各检查组", "submitter": "各检查组", "recipient": "大队审理室", "evidence": _PACKAGE, **once},
        ],
        "industries": ["机械", "建材", "铸造", "轻工", "纺织"],
        "groups": 3,
        "min_enterprises_per_group": 15,
        "attachments": [
            {"no": no, "title": form.title, "columns": [_plain(column.title) for column in form.columns], "min_rows": form.min_rows}
            for no, form in enumerate(ANNEXES, start=1)
        ],
        "categories": list(CATEGORIES),
        "disciplines": ["廉洁规定", "不得增加企业负担"],
        "inspection_modes": ["双随机", "执法+专家"],
        "contact": {"person": "曲明川", "phone": "5550123", "email": "shenli@lanqiao.example"},
        "review": [],
        "warnings": [],
    }  # fmt: skip


def write_notice(folder: Path) -> None:
    """Write notice.docx, campaign.json and report.txt.

    Args:
        folder: Where they go.
    """
    text = json.dumps(extraction(), ensure_ascii=False, indent=1)
    (folder / "campaign.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    (folder / "report.txt").write_text(REPORT, encoding="utf-8", newline="\n")
    letter = Document()
    style: Any = letter.styles["Normal"]
    style.font.name, style.font.size = "仿宋", Pt(16)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋")
    _add_text(letter)
    for number, form in enumerate(ANNEXES, start=1):
        _add_annex(letter, number, form)
    path = folder / "notice.docx"
    letter.save(str(path))
    settle(path)


def _add_text(letter: Letter) -> None:
    page = letter.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    for line, size in (("岚桥区应急管理局", 22), ("岚应急〔2023〕12号", 16), (f"关于开展{NAME}的通知", 22)):
        _add_line(letter, line, WD_ALIGN_PARAGRAPH.CENTER, size=size)
    for number, line in enumerate(TEXT):
        paragraph = _add_line(letter, line, WD_ALIGN_PARAGRAPH.LEFT)
        paragraph.paragraph_format.first_line_indent = Pt(0 if number == 0 else 32)
    for line in ("岚桥区应急管理局", "2023年3月22日"):
        _add_line(letter, line, WD_ALIGN_PARAGRAPH.RIGHT)


def _add_line(letter: Letter, text: str, align: WD_ALIGN_PARAGRAPH, *, size: int = 16) -> Any:
    paragraph = letter.add_paragraph()
    paragraph.alignment = align
    paragraph.paragraph_format.line_spacing = Pt(28)
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.add_run(text).font.size = Pt(size)
    return paragraph


def _add_annex(letter: Letter, number: int, form: Form) -> None:
    page = letter.add_section(WD_SECTION.NEW_PAGE)
    wide = number > 1
    page.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    page.page_width, page.page_height = (Mm(297), Mm(210)) if wide else (Mm(210), Mm(297))
    _add_line(letter, f"附件{number}", WD_ALIGN_PARAGRAPH.LEFT)
    _add_line(letter, form.title, WD_ALIGN_PARAGRAPH.CENTER, size=22)
    heads = 2 if form.bands else 1
    table = letter.add_table(rows=heads + form.min_rows, cols=len(form.columns))
    table.style = "Table Grid"
    for index, column in enumerate(form.columns):
        top = table.cell(0, index)
        if column.band:
            top = table.cell(1, index)
        elif heads > 1:
            top = top.merge(table.cell(1, index))
        top.text = _plain(column.title)
    for title, first, last in form.bands:
        table.cell(0, first).merge(table.cell(0, last)).text = title
    for row in table.rows[:heads]:
        for cell in row.cells:
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
            for run in cell.paragraphs[0].runs:
                run.font.size = Pt(12 if len(form.columns) < 10 else 9)
    for note in form.notes:
        _add_line(letter, note, WD_ALIGN_PARAGRAPH.LEFT, size=14)


def _plain(title: str) -> str:
    return title.replace("\n", "")
