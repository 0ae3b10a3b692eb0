"""What can be done with findings: one key, one short form, one operation a step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from models.forms import Column, Form
from models.kinds import AMOUNT, LONG, NAME, TEXT
from models.ledgers import EXTENSION, PARTIAL, RECHECK, REOPENING
from services import clock, evidence, findings, hazards, rectifications
from services.errors import Problem, ReasonNeeded
from ui import errors
from ui.forms.form_dialog import FormDialog
from ui.pages.asking import ask
from ui.pages.page import Desk

_ON, _REASON = PARTIAL.column("on"), REOPENING.column("reason")
_PERSON = Column("person", "报告人", NAME, width_mm=30, source="office")
_NOTE = replace(_REASON, title="说明", required=False)
MENDED = Form(code="mended", title="整改完成", columns=(_ON, _PERSON, _NOTE), source="office")
_SEEN = (RECHECK.column("on"), RECHECK.column("person"))
PASSED = Form(code="recheck_passed", title="复查通过", columns=(*_SEEN, replace(_REASON, title="复查情况")), source="office")
FAILED = Form(code="recheck_failed", title="复查不通过", columns=(*_SEEN, replace(_REASON, title="哪里不合格")), source="office")
MAJOR = Form(
    code="major_mark",
    title="标为重大",
    columns=(
        Column("item", "判定条款", TEXT, width_mm=80, source="应急管理部令第10号"),
        Column("other_standard", "或适用其他标准", TEXT, width_mm=80, source="应急管理部令第10号 第二条"),
        Column("officer", "认定人", NAME, required=True, width_mm=30, source="office"),
        Column("expert", "专家意见", NAME, required=True, width_mm=30, source="office"),
    ),
    source="office",
)
HANGING = Form(
    code="hanging",
    title="挂牌督办",
    columns=(
        Column("supervisor", "督办人", TEXT, required=True, width_mm=30, source="安全生产法 第四十一条"),
        replace(_ON, key="listed_on", title="挂牌日期"),
        Column("listed_no", "挂牌编号", TEXT, width_mm=34, source="office"),
        Column("fund", "整改资金（万元）", AMOUNT, width_mm=30, source="安全生产法 第四十一条"),
        Column("plan", "治理方案", LONG, width_mm=80, source="安全生产法 第四十一条"),
    ),
    source="office",
)


@dataclass(frozen=True)
class Possible:
    """What selected findings allow, read before the menu opens.

    Attributes:
        verbs: Steps that are legal for every one of them.
        major: All are major hazards.
        items: Items of the list valid on the day of the first one's visit, as they are offered.
        others: Fields judged by other standards.
        finders: Who found the first one.
    """

    verbs: frozenset[str]
    major: bool
    items: tuple[str, ...]
    others: tuple[str, ...]
    finders: tuple[str, ...]


def possible(session: Any, *, finding_ids: Sequence[int]) -> Possible:
    """Read what is legal for all of these findings."""
    verbs = [frozenset(rectifications.possible(session, finding_id=number)) for number in finding_ids]
    rows = [findings.load(session, record_id=number) for number in finding_ids]
    on = rows[0]["checked_on"]
    day = on if isinstance(on, date) else clock.today()
    listed = tuple(f"{one.code}　{one.label}" for one in hazards.items(session, on=day))
    first = rectifications.passages(session, finding_id=finding_ids[0])
    found_by = next((one.person for one in first if one.what == "检查发现"), "")
    return Possible(
        verbs=frozenset.intersection(*verbs),
        major=all(row["level"] == findings.MAJOR for row in rows),
        items=listed,
        others=tuple(hazards.other_standards(session, on=day)),
        finders=tuple(name for name in found_by.split("、") if name),
    )


class Steps:
    """Asks for what a step needs and does it for the selected findings."""

    def __init__(self, desk: Desk, owner: QWidget, ids: Sequence[int], whom: str) -> None:
        """Take the findings.

        Args:
            desk: What may be used of the window.
            owner: Page that the dialogs belong to.
            ids: The findings.
            whom: How they are called in the name of the operation.
        """
        self._desk, self._owner, self._ids, self._whom = desk, owner, tuple(ids), whom

    def mended(self) -> FormDialog:
        """The enterprise reports it done; photos go with it."""
        call, paths = self._with_files(_mended, "整改照片")
        dialog = self._ask(MENDED, "到“待复查”；照片一起存", call, {"on": _today()})
        return _with_picker(dialog, paths, "添加整改照片…")

    def passed(self) -> FormDialog:
        """Somebody of the office has looked and it is right."""
        call, paths = self._with_files(partial(_recheck, passed=True), "复查照片")
        dialog = self._ask(PASSED, "销号；重大的要有照片，由认定人以外的人复查", call, {"on": _today()})
        return _with_picker(dialog, paths, "添加复查照片…")

    def failed(self) -> FormDialog:
        """It is not right: back to work."""
        call, paths = self._with_files(partial(_recheck, passed=False), "复查照片")
        dialog = self._ask(FAILED, "回到“整改中”，经过照样留着", call, {"on": _today()})
        return _with_picker(dialog, paths, "添加复查照片…")

    def partly(self) -> FormDialog:
        """A part is right."""
        return self._ask(PARTIAL, "到“整改中”；期限不变", partial(_each, rectifications.partial, self._ids), {"on": _today()})

    def extend(self) -> FormDialog:
        """Give more time."""
        return self._ask(EXTENSION, "原来的期限留在经过里", partial(rectifications.extend, finding_ids=self._ids))

    def reopen(self) -> FormDialog:
        """It was not right after all."""
        return self._ask(REOPENING, "回到“整改中”，经过照样留着", partial(_each, rectifications.reopen, self._ids), {"on": _today()})

    def mark(self, found: Possible) -> FormDialog:
        """Confirm a major hazard by an item of the list of the day."""
        words = {"item": found.items, "other_standard": found.others, "officer": found.finders}
        help_line = "选判定条款，或写适用的其他标准；认定人不能一人复查销号"
        values = {"officer": found.finders[0]} if len(found.finders) == 1 else None
        return self._ask(MAJOR, help_line, partial(_mark, finding_ids=self._ids), values, words)

    def unmark(self) -> None:
        """Take the mark back; the window asks why."""
        label = f"取消重大 {self._whom}"
        job = self._desk.tasks.command(label, partial(_each, hazards.unmark, self._ids), reason="")
        job.then(lambda _done: self._desk.say(f"已{label}", undoable=True)).failed(self._not_done).start(self._owner)

    def hang(self) -> FormDialog:
        """Put major hazards under public supervision."""
        return self._ask(HANGING, "记入重大事故隐患台账", partial(_each, hazards.hang, self._ids), {"listed_on": _today()})

    def _not_done(self, problem: Problem) -> None:
        if not isinstance(problem, ReasonNeeded):  # Esc where the reason was asked: nothing is changed
            errors.show_problem(self._owner.window(), problem, what="没有办成")

    def _with_files(self, call: Any, kind: str) -> tuple[Any, list[Path]]:
        store: Any = self._desk.tasks.store
        paths: list[Path] = []
        return partial(call, finding_ids=self._ids, folder=store.folder, paths=paths, kind=kind), paths

    def _ask(
        self,
        form: Form,
        help_line: str,
        call: Any,
        values: Mapping[str, str] | None = None,
        suggestions: Mapping[str, Sequence[str]] | None = None,
    ) -> FormDialog:
        return ask(
            self._desk,
            self._owner,
            form,
            label=lambda _row: f"{form.title} {self._whom}",
            help_line=f"{self._whom}：{help_line}",
            call=call,
            values=values,
            suggestions=suggestions,
        )


def _with_picker(dialog: FormDialog, paths: list[Path], words: str) -> FormDialog:
    """Let files be chosen over the foot of a dialog; they are taken in when it is done."""
    button = QPushButton(words)
    button.setAutoDefault(False)
    chosen = QLabel()
    chosen.setProperty("kind", "note")
    chosen.setMinimumWidth(1)

    def choose() -> None:
        found, _kind = QFileDialog.getOpenFileNames(dialog, words.rstrip("…"), "", "照片和文书 (*.jpg *.jpeg *.png *.pdf *.docx)")
        paths.extend(path for path in map(Path, found) if path not in paths)
        chosen.setText("、".join(path.name for path in paths))
        chosen.setToolTip(chosen.text())

    button.clicked.connect(lambda _checked=False: choose())
    line = QHBoxLayout()
    line.setSpacing(8)
    line.addWidget(button)
    line.addWidget(chosen, 1)
    rows = dialog.layout()
    assert isinstance(rows, QVBoxLayout)
    rows.insertLayout(rows.count() - 1, line)
    dialog.resize(dialog.width(), dialog.height() + button.sizeHint().height() + rows.spacing())
    return dialog


def _today() -> str:
    return clock.today().isoformat()


def _keep_files(session: Any, finding_ids: Sequence[int], folder: Any, paths: Sequence[Path], kind: str) -> None:
    for number in finding_ids:
        for path in paths:
            evidence.add(session, folder=folder, path=path, kind=kind, finding_id=number)


def _mended(session: Any, *, finding_ids: Sequence[int], folder: Any, paths: Sequence[Path], kind: str, **row: Any) -> None:
    _keep_files(session, finding_ids, folder, paths, kind)
    rectifications.report_done(session, finding_ids=finding_ids, **row)


def _recheck(session: Any, *, finding_ids: Sequence[int], folder: Any, paths: Sequence[Path], kind: str, person: Any, **row: Any) -> None:
    _keep_files(session, finding_ids, folder, paths, kind)
    names = person if isinstance(person, str) else "、".join(person or ())
    rectifications.recheck(session, finding_ids=finding_ids, person=names, **row)


def _each(call: Any, ids: Sequence[int], session: Any, **row: Any) -> None:
    for number in ids:
        call(session, finding_id=number, **row)


def _mark(session: Any, *, finding_ids: Sequence[int], item: str | None, **row: Any) -> None:
    code = (item or "").split()[0] if (item or "").strip() else None
    for number in finding_ids:
        hazards.mark(session, finding_id=number, item=code, **row)
