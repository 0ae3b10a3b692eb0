"""The page 案件办理: the desk of cases, and the register behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QTabBar

from services import cases, proceedings
from services.proceedings import Candidate
from ui.pages.case_desk import CaseDesk
from ui.pages.case_steps import CaseSteps, Detail, Line, detail, lines
from ui.pages.cases import CASES
from ui.pages.page import Action, Desk, make_button
from ui.pages.people_page import TARGET, ask_folder, export_annex, remembered
from ui.pages.register import Register, RegisterPage
from ui.pages.sections import NEXT, PREVIOUS

DEAL_KEYS, FILE_KEYS, EXPORT_KEYS = "Ctrl+G", "Ctrl+L", "Ctrl+E"
ANNEX_CODE, ANNEX_FILE = "case_stats", "附件3_拟立案行政处罚案件统计表"
DESK, REGISTER = 0, 1
_MOST_DIGITS = 9


class CasesPage(RegisterPage):
    """Cases on their way; the register stands behind a tab.

    Attributes:
        work: List, way and clocks.
        tabs: 办理, 台账.
        file_button: Opens the cases that findings wait for.
    """

    def __init__(self, desk: Desk, register: Register = CASES) -> None:
        """Build the desk over the register."""
        super().__init__(desk, register)
        self.tables = self.tables | frozenset({"inspection"})
        self._lines: list[Line] = []
        self._waiting: list[Candidate] = []
        self._wanted: int | None = None
        self._deal_asked = False
        self.work = CaseDesk()
        self.content.insertWidget(0, self.work)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("办理或台账")
        self.tabs.setToolTip(f"{PREVIOUS}、{NEXT} 切换")
        for word in ("办理", "台账"):
            self.tabs.addTab(word)
        self.tabs.currentChanged.connect(lambda _number: self._bring())
        self.put_tabs(self.tabs)
        self.file_button = make_button(Action("立案", self.offer_filing, "scales"))
        self.actions_of_page.append(Action("立案", self.offer_filing, "scales", keys=FILE_KEYS))
        self.export_button = make_button(Action("导出附件3", self.export, "export"))
        self.put_first(self.export_button)
        self.put_first(self.file_button)
        self.actions_of_page.append(Action("导出附件3", self.export, "export", keys=EXPORT_KEYS))
        self.export_button.setToolTip(f"只列普通程序（一般程序）的案件，xlsx 和 PDF 一起写出（{EXPORT_KEYS}）")
        keys = (
            (DEAL_KEYS, self.deal),
            (FILE_KEYS, self.offer_filing),
            (EXPORT_KEYS, self.export),
            (PREVIOUS, self._turn),
            (NEXT, self._turn),
        )
        for text, act in keys:
            shortcut = QShortcut(QKeySequence(text), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
        self.work.chosen.connect(self._ask_detail)
        self.work.deal_asked.connect(self.deal)
        self._show_lines(([], []))

    def refresh(self) -> None:
        """Ask for rows, for the cases by their clocks, and for findings that wait."""
        super().refresh()
        if self.desk.campaign_id is None:
            self._show_lines(([], []))
        else:
            self.desk.tasks.query(_board, campaign_id=self.desk.campaign_id).then(self._show_lines)

    def turn(self, number: int) -> None:
        """Bring the desk or the register to the front."""
        self.tabs.setCurrentIndex(number)

    def show_record(self, record_id: int) -> None:
        """Bring a case to the desk; at once, or when the cases are here."""
        self.turn(DESK)
        self._wanted = None if self.work.choose(record_id) else record_id
        self.work.list.setFocus()

    def take_focus(self) -> None:
        """Go to the cases on the desk, or to the rows of the register."""
        if self._at_desk:
            self.work.list.setFocus()
        else:
            super().take_focus()

    def show_filtered(self, filters: Mapping[str, object]) -> None:
        """Show the cases behind a figure in the register."""
        self.turn(REGISTER)
        super().show_filtered(filters)

    def open_record(self, record_id: int) -> None:
        """Open a case in the panel of the register."""
        self.turn(REGISTER)
        super().open_record(record_id)

    def new_record(self) -> None:
        """Open an empty case in the panel of the register."""
        self.turn(REGISTER)
        super().new_record()
        self._bring()

    def deal(self) -> None:
        """Offer what can be done with the case in front; in the register, go to its desk."""
        if not self._at_desk:
            current = self.grid.current_id()
            if current is not None and not self.filters.in_bin:
                self.show_record(current)
            return
        if self.work.found is None or self.work.found.case_id != self.work.case_id:
            self._deal_asked = bool(self._lines)  # it is being read again; what was pressed is not lost
            return
        self._deal_asked = False
        menu = self._menu(self.work.found)
        button = self.work.deal_button
        menu.popup(button.mapToGlobal(QPoint(button.width() - menu.sizeHint().width(), button.height())))

    def offer_filing(self) -> None:
        """Offer the enterprises whose findings wait for a case."""
        if not self._waiting:
            self.desk.say("没有等待立案的问题：在“问题整改”里选中问题按 Ctrl+G、L，或把处置方式改为“立案查处”")
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName("等待立案的企业")
        for place, one in enumerate(self._waiting, start=1):
            digit = f"&{place}　" if place <= _MOST_DIGITS else ""
            menu.addAction(f"{digit}{one.enterprise}　{len(one.finding_ids)} 项问题", partial(self.file_case, one))
        menu.popup(self.file_button.mapToGlobal(QPoint(0, self.file_button.height())))

    def file_case(self, one: Candidate) -> None:
        """Open a case on the findings of an enterprise."""
        label = f"立案 {one.enterprise}"
        what = {"campaign_id": self.desk.campaign_id, "finding_ids": one.finding_ids}
        job = self.desk.tasks.command(label, proceedings.open_from, **what)
        job.then(partial(self._filed, label)).failed(partial(self._trouble, "没有立案")).start(self)

    def export(self) -> None:
        """Write Annex 3 as workbook and PDF; ask where only the first time."""
        folder = remembered() or ask_folder(self, "附件3")
        if folder is not None and self.desk.campaign_id is not None:
            QSettings().setValue(TARGET, str(folder))
            what = {"campaign_id": self.desk.campaign_id, "folder": folder, "key": ANNEX_CODE, "name": ANNEX_FILE}
            job = self.desk.tasks.work(export_annex, store=self.desk.tasks.store, **what)
            job.with_progress("正在导出附件3").then(self._exported).failed(partial(self._trouble, "附件3 没有写成")).start(self)

    def _exported(self, paths: Sequence[Path]) -> None:
        self.desk.say(f"已写出 {'、'.join(path.name for path in paths)}，在 {paths[0].parent}")

    @property
    def _at_desk(self) -> bool:
        return not self.work.isHidden()

    def _turn(self) -> None:
        self.turn(REGISTER if self.tabs.currentIndex() == DESK else DESK)

    def _bring(self) -> None:
        front = self.tabs.currentIndex() == DESK and bool(self._lines)
        before = self._at_desk
        for hidden, part in ((front, self._stack), (not front, self.work)):  # first away, then here: never both at once
            if hidden:
                part.hide()
        (self.work if front else self._stack).show()
        if front != before and self.isVisible():
            (self.work.list if front else self.grid).setFocus()

    def _menu(self, found: Detail) -> QMenu:
        steps = CaseSteps(self.desk, self, found)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(f"办理 {found.name}")
        for place, step in enumerate(found.open, start=1):
            digit = f"&{place}　" if place <= _MOST_DIGITS else ""
            menu.addAction(f"{digit}登记{step.name}…", partial(steps.advance, step))
        menu.addSeparator()
        menu.addAction("&A　登记罚款金额…", partial(steps.amount))
        menu.addAction("&C　登记处罚条款…", partial(steps.clause))
        menu.addAction("&P　加处罚个人…", partial(steps.add_person))
        if any(party.kind == cases.PERSON for party in found.parties):
            menu.addAction("&D　去掉处罚个人…", partial(steps.drop_person))
        menu.addSeparator()
        menu.addAction("&B　退回上一环节…", partial(steps.step_back)).setEnabled(any(step.on for step in found.steps))
        menu.addAction("&E　改案件资料", partial(self._edit, found.case_id))
        numbers = menu.addAction("&F　看对应问题", partial(self._see_findings, found))
        numbers.setEnabled(bool(found.numbers))
        return menu

    def _edit(self, case_id: int) -> None:
        self.turn(REGISTER)
        super().show_record(case_id)

    def _see_findings(self, found: Detail) -> None:
        numbers = tuple(int(one) for one in found.numbers if one.isdigit())
        self.desk.go("hazard_list", {"enterprise": found.name, **({"no": numbers} if numbers else {})})

    def _ask_detail(self, case_id: int) -> None:
        job = self.desk.tasks.query(detail, case_id=case_id)
        job.then(self._show_detail).failed(lambda _gone: None)

    def _show_detail(self, found: Detail) -> None:
        if found.case_id == self.work.case_id:
            self.work.show_detail(found)
            if self._deal_asked:
                self.deal()

    def _show_lines(self, found: tuple[list[Line], list[Candidate]]) -> None:
        self._lines, self._waiting = found
        kept = self._wanted if self._wanted is not None else self.work.case_id
        self.work.show_lines(self._lines, kept)
        self._wanted = None
        self.tabs.setVisible(bool(self._lines))
        self.file_button.setText(f"立案 {len(self._waiting)} 家" if self._waiting else "立案")
        self.file_button.setToolTip(f"处置方式是“立案查处”、还没有立案的（{FILE_KEYS}）")
        self._bring()
        if self._lines and self.work.case_id is not None:
            self._ask_detail(self.work.case_id)

    def _filed(self, label: str, case_id: int) -> None:
        self.desk.say(f"已{label}", undoable=True)
        self.show_record(case_id)


def _board(session: Any, *, campaign_id: int) -> tuple[list[Line], list[Candidate]]:
    return lines(session, campaign_id=campaign_id), proceedings.waiting(session, campaign_id=campaign_id)
