"""The fields of one visit on seven lines, and what is odd about them.

The boxes are those of every form; only their labels stand elsewhere. What is
said about them comes from the Form and from `services.doubts`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from models.forms import Column, Form
from models.ledgers import VISIT
from services.doubts import Doubt
from ui import regions, theme
from ui.forms.checking import Checked, Remark
from ui.forms.editors import ClockEditor
from ui.forms.field_set import FieldSet

FINDINGS = "findings"
MEETINGS = ("meeting_open", "meeting_site", "meeting_talk", "meeting_close")
NORMS = ("showed_id", "told_integrity", "scanned", "recorder")
WIDE = (("officers",), ("document_no",))
NARROW, LARGE, LARGEST = 64, 1.25, 1.6
LINE_KEYS: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    ("检查日期", (("checked_on",), ("mode",), ("platform_no",), ("entered_on", "entered_at"))),
    ("检查人员", (("leader",), ("officers",), ("experts",))),
    ("四个环节", tuple((key,) for key in MEETINGS)),
    ("全程在场", (("present_head",), ("present_safety",), ("present_worker",), ("absence_reason",))),
    ("执法规范", (("showed_id", "told_integrity"), ("scanned", "scanned_at"), ("recorder", "recorder_no"), ("plan_kind",))),
    ("检查依据", (("basis",), ("items",), ("document_no",))),
    ("检查结果", (("no_problem", "refused"), ("refusal",), ("second_officer",), ("joint_with",))),
)
# Large text: the first line does not fit in a small window.
LARGE_LINES = (("检查日期", LINE_KEYS[0][1][:2]), ("平台", LINE_KEYS[0][1][2:]), *LINE_KEYS[1:])
_SAMPLES = {
    **dict.fromkeys(("checked_on", "entered_on"), "2023-04-20"), **dict.fromkeys(MEETINGS, "09:05-09:20"),
    **dict.fromkeys(("entered_at", "scanned_at"), "17:40"), "platform_no": "LQ20230403001", "document_no": "检记〔2023〕64号",
}  # fmt: skip
_FRAME = 22  # what an editor has beside its text
_WORDS = {
    "checked_on": "", "mode": "方式", "platform_no": "平台编号", "entered_on": "录入", "entered_at": "",
    "leader": "组长", "officers": "执法人员", "experts": "专家", "joint_with": "联合单位",
    "meeting_open": "启动会", "meeting_site": "现场", "meeting_talk": "沟通会", "meeting_close": "总结会",
    "present_head": "负责人", "present_safety": "安管人员", "present_worker": "岗位员工", "absence_reason": "缺席原因",
    "showed_id": "亮证", "told_integrity": "廉政告知", "scanned": "入企扫码", "scanned_at": "", "recorder": "记录仪", "recorder_no": "",
    "document_no": "文书编号", "basis": "", "items": "检查事项", "plan_kind": "任务来源",
    "no_problem": "未发现问题", "refused": "拒绝阻碍", "refusal": "拒绝情形", "second_officer": "第二人",
}  # fmt: skip
_HINTS = {
    "checked_on": "如 4.3", "entered_on": "如 4.3", "entered_at": "1740", "scanned_at": "902", "recorder_no": "",
    "officers": "顿号分开", "experts": "顿号分开", "meeting_open": "905-920", "meeting_site": "1050", "meeting_talk": "1105",
    "meeting_close": "1120", "platform_no": "当日录入后填", "absence_reason": "",
}  # fmt: skip
_EDITORS = {"long": "text", "flag": "check", "time": "clock"}
_DOUBT_BOXES = {"meetings": "meeting_open", "present": "absence_reason"}


def page_form() -> Form:
    """Return the visit as this page shows it: in its order, every field on one line."""
    keys = [key for _line, cells in LINE_KEYS for cell in cells for key in cell]
    return replace(VISIT, columns=tuple(_lined(VISIT.column(key)) for key in keys), rules=())


def _lined(column: Column) -> Column:
    editor = column.kind.editor
    title = _WORDS[column.key] if editor == "flag" else column.title
    return replace(column, title=title, kind=replace(column.kind, editor=_EDITORS.get(editor, editor)))


class VisitFields(FieldSet):
    """The fields of a visit; its findings travel along as one more text.

    Attributes:
        frame: Where the fields stand.
        findings: (text of the findings, put such a text back); the grid beside it.
        doubts: What is odd about the visit as it was looked at last.
    """

    findings: tuple[Callable[[], str], Callable[[str], None]] = (lambda: "", lambda _text: None)
    doubts: tuple[Doubt, ...] = ()

    def __init__(self, owner: QWidget, *, year: int | None) -> None:
        """Lay the editors out on lines."""
        super().__init__(page_form(), owner, year=year)
        self.frame = QFrame(owner)
        self._rows = QGridLayout(self.frame)
        self._rows.setContentsMargins(16, 4, 16, 8)
        self._rows.setHorizontalSpacing(14 if theme.current().scale <= LARGE else 8)
        self._rows.setVerticalSpacing(5)
        if theme.current().scale > LARGE:
            self._lay_out_lines()
        else:
            self._lay_out_columns()
        for before, after in pairwise(MEETINGS):
            clock, editor = self.boxes[before].editor, self.boxes[after].editor
            if isinstance(editor, ClockEditor) and isinstance(clock, ClockEditor):
                editor.before = clock
        self.order_tabs()

    def fill(self, values: Mapping[str, Any], *, masked: bool = False, visited: bool = False) -> None:
        """Show a visit; the findings beside it are shown before."""
        self.doubts = ()
        super().fill(values, masked=masked, visited=visited)
        for key, box in self.boxes.items():
            box.hint(_HINTS.get(key, ""))

    def raw(self) -> dict[str, str]:
        """Return the typed text by key, the findings with it."""
        return {**super().raw(), FINDINGS: self.findings[0]()}

    def take_up(self, texts: Mapping[str, str]) -> None:
        """Show what was typed another time, findings and all."""
        if texts.get(FINDINGS) and FINDINGS not in self.difference():
            self.findings[1](texts[FINDINGS])
        super().take_up(texts)

    def discard(self) -> None:
        """Show again what was there before anything was typed."""
        typed = self.difference()
        if FINDINGS in typed:
            self.findings[1](self._shown[FINDINGS])
        self.discarded.emit()
        for key in typed:
            if key in self.boxes:
                self.boxes[key].set_value(self._shown[key])
        self.show_remarks()

    def show_remarks(self, *, everywhere: bool = False) -> Checked:
        """Show remarks of the form, and above them what is plainly wrong by the law."""
        checked = super().show_remarks(everywhere=everywhere)
        for doubt in self.doubts:
            box = self.boxes.get(_DOUBT_BOXES.get(doubt.key, doubt.key))
            if box is not None and doubt.weight == "bad" and box.remark is None:
                box.set_remark(Remark("bad", doubt.sentence))
        for box in self.boxes.values():
            box.editor.setToolTip(box.remark.sentence if box.remark else "")
        return checked

    def confirm_norms(self) -> None:
        """Tick 亮证, 廉政告知, 扫码 and 记录仪 with one key."""
        for key in NORMS:
            self.boxes[key].set_value("是")
        self.typed.emit()

    def _lay_out_columns(self) -> None:
        """Let the fields of all lines stand under each other."""
        for number, (word, cells) in enumerate(LINE_KEYS):
            self._rows.addWidget(regions.label(word, "label"), number, 0)
            place = 1
            for keys in cells:
                wide = 2 if keys in WIDE else 1
                self._rows.addLayout(self._cell(keys), number, place, 1, wide)
                place += wide
        for column in range(1, 5):
            self._rows.setColumnStretch(column, 1)

    def _lay_out_lines(self) -> None:
        """Give each line its own widths, and each field at least what its usual text needs."""
        most = 4 if theme.current().scale <= LARGEST else 2
        lines = [(word, cells[first : first + most]) for word, cells in LARGE_LINES for first in range(0, len(cells), most)]
        for number, (word, cells) in enumerate(lines):
            self._rows.addWidget(regions.label(word if not number or word != lines[number - 1][0] else "", "label"), number, 0)
            line = QHBoxLayout()
            line.setSpacing(self._rows.horizontalSpacing())
            for keys in cells:
                line.addLayout(self._cell(keys), 2 if keys in WIDE else 1)
            self._rows.addLayout(line, number, 1)
        self._rows.setColumnStretch(1, 1)
        for key, sample in _SAMPLES.items():
            editor = self.boxes[key].editor
            editor.setMinimumWidth(max(editor.minimumWidth(), editor.fontMetrics().horizontalAdvance(sample) + _FRAME))

    def _cell(self, keys: Sequence[str]) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(6)
        for key in keys:
            box = self.boxes[key]
            box.hide()
            box.hint(_HINTS.get(key, ""))
            editor = box.editor
            editor.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            if box.column.kind.editor == "check":
                editor.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            elif _WORDS[key]:
                word = regions.label(_WORDS[key], "label")
                if len(keys) == 1 and theme.current().scale <= LARGE:
                    word.setMinimumWidth(word.fontMetrics().horizontalAdvance("四个字宽"))
                word.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                line.addWidget(word)
            if key in ("entered_at", "scanned_at"):
                editor.setFixedWidth(round(NARROW * theme.current().scale))
            line.addWidget(editor, 0 if box.column.kind.editor == "check" else 1)
        if all(self.boxes[key].column.kind.editor == "check" for key in keys):
            line.addStretch(1)
        return line


def packed(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return typed findings as one text for a draft."""
    return json.dumps(list(rows), ensure_ascii=False, sort_keys=True) if rows else ""


def unpacked(text: str) -> list[dict[str, Any]]:
    """Return the findings of a draft."""
    return [dict(row) for row in json.loads(text)] if text else []
