"""What the data is: every entity of the office, and the words for them.

Entity map::

    Campaign ─┬─ Phase, Deadline, ReportingUnit
              ├─ Secondment ── Person
              ├─ NominationEvent (dated steps of a unit or a Secondment), Absence ── Person
              ├─ Group ─┬─ GroupMember ── Person
              │         └─ Equipment
              ├─ Assignment ── Group, Enterprise (what is to be visited)
              ├─ Inspection ─┬─ Enterprise (kept across campaigns)
              │              ├─ Attendance ── Person
              │              ├─ Recording (files of the body camera)
              │              └─ Finding ── RectificationStep (dated)
              ├─ Case ─┬─ CaseParty ── CaseAmount (dated)
              │        └─ CaseFinding ── Finding
              ├─ Evidence ── Attachment; of an Inspection, Finding or Case
              ├─ Submission ── Attachment
              └─ Package
    Operation ── RowChange     the one history     Rule, Setting, Draft

Glossary (English in code, Chinese on screen): campaign 专项行动 · notice 方案/通知 ·
phase 阶段 · deadline 时限 · reporting unit 报送单位 · town 镇办 · submission 报送 ·
officer 执法人员 · expert 专家 · secondment 抽调 · group 检查组 · leader 组长 ·
enterprise 企业 · registry 名录库 · inspection (visit) 检查 · finding 问题 · major hazard
重大事故隐患 · disposal 处置 · document 执法文书 · rectification 整改 · recheck 复查 ·
closed 销号 · case 案件 · party 当事人 · penalty 处罚 · figure 指标 · definition 口径 ·
pre-flight 报送前体检 · package 报送包 · ordinary procedure 普通程序（一般程序） ·
summary procedure 简易程序 · operation 操作 · bin 回收站.

The first use of any entity imports all of them, so that `Base.metadata` is
complete; the forms alone (which the window needs for its first paint) come
without SQLAlchemy, which takes half a second.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.attachment import Attachment, Evidence
    from models.base import Base
    from models.campaign import Campaign, Deadline, Phase, ReportingUnit
    from models.case import Case, CaseAmount, CaseFinding, CaseParty
    from models.draft import Draft
    from models.enterprise import Enterprise
    from models.finding import Finding, RectificationStep
    from models.group import Equipment, Group, GroupMember
    from models.history import Operation, RowChange
    from models.inspection import Assignment, Attendance, Inspection, Recording
    from models.package import Package
    from models.person import Absence, NominationEvent, Person, Secondment
    from models.rule import Rule
    from models.setting import Setting
    from models.submission import Submission

__all__ = [
    "Absence", "Assignment", "Attachment", "Attendance", "Base", "Campaign", "Case", "CaseAmount", "CaseFinding", "CaseParty",
    "Deadline", "Draft", "Enterprise", "Equipment", "Evidence", "Finding", "Group", "GroupMember", "Inspection", "NominationEvent",
    "Operation", "Package", "Person", "Phase", "Recording", "RectificationStep", "ReportingUnit", "RowChange", "Rule", "Secondment",
    "Setting", "Submission",
]  # fmt: skip

_MODULES = (
    "attachment", "base", "campaign", "case", "draft", "enterprise", "finding", "group", "history", "inspection", "package",
    "person", "rule", "setting", "submission",
)  # fmt: skip


def __getattr__(name: str) -> object:
    """Import all entities when the first one is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    for module in map(import_module, (f"{__name__}.{one}" for one in _MODULES)):
        globals().update({key: value for key, value in vars(module).items() if key in __all__})
    return globals()[name]
