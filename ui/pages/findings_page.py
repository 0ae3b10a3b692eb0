"""The page 问题整改: rates and what is late over the register, steps by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFileDialog, QLabel, QMenu, QVBoxLayout

from services import clock, findings, proceedings, rectifications, seconding
from services.exports import deliver, sheets
from services.figures import collect, figures_by_key
from services.rectifications import Passage, TownLate
from ui import icons
from ui.pages.finding_steps import Possible, Steps, possible
from ui.pages.findings import FINDINGS
from ui.pages.ledger_page import LEDGER, LedgerPage
from ui.pages.page import Action, Desk, make_button
from ui.pages.people_page import PassageBox
from ui.pages.register import Register, RegisterPage
from ui.pages.sections import Section, Sections
from ui.pages.state_strip import Fact, StateStrip
from ui.tables.cell_look import Mark

DEAL_KEYS, LETTER_KEYS = "Ctrl+G", "Ctrl+E"
TARGET = "findings/letters_folder"
_BADGES = {rectifications.REPORTED: "info"}  # closed is the normal end and needs no colour
_MOST_WORD = 12
_RATES = ("rectification_rate", "rectification_rate_due")
Standing = tuple[list[TownLate], tuple[str, str]]


class FindingsPage(RegisterPage):
    """The register of findings with the closed loop behind it.

    Attributes:
        strip: 整改率, 到期整改率, what is late by town.
        passage: The way of the finding in the panel.
        letter_button: Writes a 督办单 for each town with late findings.
    """

    def __init__(self, desk: Desk, register: Register = FINDINGS) -> None:
        """Build strip and steps around the register."""
        super().__init__(desk, register)
        self._late: list[TownLate] = []
        self.strip = StateStrip("整改率和逾期问题")
        self.rates = QLabel()
        self.rates.setProperty("kind", "help")
        self.letter_button = make_button(Action("督办单", self.write_letters, "export"))
        self.letter_button.setToolTip(f"逾期的按镇办各写一份督办单，并记入经过（{LETTER_KEYS}）")
        self.deal_button = make_button(Action("办理", self.deal, "caret-down"))
        self.deal_button.setToolTip(f"选中的问题：整改完成、延期、复查、标为重大、立案（{DEAL_KEYS}）")
        for widget in (self.rates, self.letter_button, self.deal_button, icons.keycap("Ctrl G")):
            self.strip.buttons.addWidget(widget)
        self.content.insertWidget(0, self.strip)
        self.passage = PassageBox()
        inner = self.panel.body.widget()
        fields = inner.layout() if inner is not None else None
        assert isinstance(fields, QVBoxLayout)
        fields.insertWidget(0, self.passage)
        for keys, act in ((DEAL_KEYS, self.deal), (LETTER_KEYS, self.write_letters)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
        self.actions_of_page += [Action("写督办单", self.write_letters, "export", keys=LETTER_KEYS)]
        self.panel.fields.filled.connect(self.passage.hide)  # a new record has come from nowhere yet
        self.records.shown.connect(self._ask_passage)
        self.strip.hide()
        ledger = Section("重大隐患台账", LEDGER, partial(LedgerPage, self.write_letters))
        self.sections = Sections(self, "问题", (ledger,), (self.strip, self._stack))
        self.sections.turned.connect(lambda _number: self._place_strip())

    def refresh(self) -> None:
        """Ask for rows, and for what is late and how far it has come."""
        super().refresh()
        if self.desk.campaign_id is None:
            self.strip.hide()
            return
        job = self.desk.tasks.query(_standing, campaign_id=self.desk.campaign_id).on_snapshot()
        job.then(self._show_standing)
        shown = self.panel.record_id
        if shown is not None and not self.panel.isHidden():
            self._ask_passage(shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the strip follow the margins of the page."""
        super().resizeEvent(event)
        self.strip.follow_width()

    def show_record(self, record_id: int) -> None:
        """Go to a finding, out of whatever section is in front."""
        self.sections.turn(0)
        super().show_record(record_id)

    def show_filtered(self, filters: Mapping[str, object]) -> None:
        """Show the findings behind a figure, out of whatever section is in front."""
        self.sections.turn(0)
        super().show_filtered(filters)

    def new_record(self) -> None:
        """Open an empty finding, out of whatever section is in front."""
        self.sections.turn(0)
        super().new_record()

    def deal(self) -> None:
        """Offer the steps that are legal for the selected findings."""
        current = self.grid.current_id()
        ids = self.grid.selected_ids() or ([current] if current is not None else [])
        if not ids or self.filters.in_bin:
            self.desk.say("先在表格里选中要办理的问题")
            return
        job = self.desk.tasks.query(possible, finding_ids=tuple(ids))
        job.then(partial(self._offer, ids)).failed(partial(self._trouble, "现在不能办理"))

    def write_letters(self) -> None:
        """Write a 督办单 for each town with late findings; ask where only the first time."""
        if self.desk.campaign_id is None or not self._late:
            self.desk.say("没有逾期的问题，不用写督办单")
            return
        folder = _remembered() or self._ask_folder()
        if folder is None:
            return
        QSettings().setValue(TARGET, str(folder))
        job = self.desk.tasks.query(_write_letters, campaign_id=self.desk.campaign_id, folder=folder).on_snapshot()
        job.with_progress("正在写督办单").then(self._letters_written).failed(partial(self._trouble, "督办单没有写成")).start(self)

    def file_case(self, ids: Sequence[int]) -> None:
        """Open one case on findings of one enterprise, and go there."""
        label = f"立案 {self._whom(ids)}"
        what = {"campaign_id": self.desk.campaign_id, "finding_ids": tuple(ids)}
        job = self.desk.tasks.command(label, _file, **what)
        job.then(partial(self._filed, label)).failed(partial(self._trouble, "没有立案")).start(self)

    def _offer(self, ids: Sequence[int], found: Possible) -> None:
        menu = self._menu(ids, found)
        menu.popup(self._menu_place(menu))

    def _menu(self, ids: Sequence[int], found: Possible) -> QMenu:
        steps = Steps(self.desk, self, ids, self._whom(ids))
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(f"办理 {self._whom(ids)}")
        head = menu.addAction(f"选中：{self._whom(ids)}")
        head.setEnabled(False)
        start = partial(rectifications.start, finding_ids=tuple(ids), on=None)
        entries = (
            ("&S　开始整改", "开始整改", partial(self._do, f"开始整改 {self._whom(ids)}", start)),
            ("&D　整改完成…", "申请复查", steps.mended),
            ("&B　部分整改…", "部分整改", steps.partly),
            ("&E　延期…", "延期", steps.extend),
            ("&Y　复查通过…", "复查", steps.passed),
            ("&N　复查不通过…", "复查", steps.failed),
            ("&R　重新打开…", "重新打开", steps.reopen),
        )
        for words, verb, act in entries:
            menu.addAction(words, partial(act)).setEnabled(verb in found.verbs)  # a bare method would not keep its object
        menu.addSeparator()
        if found.major:
            menu.addAction("&H　挂牌督办…", partial(steps.hang))
            menu.addAction("&M　取消重大…", partial(steps.unmark))
        else:
            menu.addAction("&M　标为重大…", partial(steps.mark, found))
        menu.addAction("&L　立案", partial(self.file_case, ids))
        return menu

    def _menu_place(self, menu: QMenu) -> QPoint:
        if self.grid.hasFocus() and self.grid.currentIndex().isValid():
            box = self.grid.visualRect(self.grid.currentIndex())
            return self.grid.viewport().mapToGlobal(box.bottomLeft())
        return self.deal_button.mapToGlobal(QPoint(self.deal_button.width() - menu.sizeHint().width(), self.deal_button.height()))

    def _do(self, label: str, call: Any) -> None:
        job = self.desk.tasks.command(label, call)
        job.then(lambda _done: self.desk.say(f"已{label}", undoable=True)).failed(partial(self._trouble, f"{label}没有做成")).start(self)

    def _whom(self, ids: Sequence[int]) -> str:
        first = self._name_of(ids[0])
        short = first if len(first) <= _MOST_WORD else f"{first[:_MOST_WORD]}…"
        return f"“{short}”" if len(ids) == 1 else f"“{short}”等 {len(ids)} 项"

    def _marks(self, values: Mapping[str, object]) -> dict[str, Mark]:
        marks = super()._marks(values)
        status, due = str(values.get("status") or ""), values.get("due")
        word = rectifications.state_word(status, due, clock.today())  # type: ignore[arg-type]  # what the kind DATE gives
        if word == rectifications.LATE:
            marks["status"] = Mark("bad", f"整改期限 {due} 已过，还是“{status}”", badge=(word, "bad"))
        elif word in _BADGES:
            marks["status"] = Mark(badge=(word, _BADGES[word]))
        if values.get("level") == findings.MAJOR:
            marks["level"] = Mark(badge=(findings.MAJOR, "bad"))
        return marks

    def _ask_passage(self, record_id: int) -> None:
        job = self.desk.tasks.query(rectifications.passages, finding_id=record_id)
        job.then(self._show_passage).failed(lambda _gone: self.passage.show_passages(()))

    def _show_passage(self, passages: Sequence[Passage]) -> None:
        lines = [seconding.Passage(one.on, one.what, "　".join(part for part in (one.person, one.note) if part)) for one in passages]
        self.passage.show_passages(lines)

    def _show_standing(self, found: Standing) -> None:
        self._late, (rate, rate_due) = found
        self.rates.setText(f"整改率 {rate}　到期整改率 {rate_due}")
        self.rates.setToolTip("整改率 = 已销号 ÷ 发现问题；到期整改率只算期限已到的，没有到期的为“—”")
        facts = [
            Fact(
                town.town,
                len(town.rows),
                partial(self._show_late, town),
                "bad",
                "项",
                parted=town is self._late[0],
                tip=f"{town.town}逾期 {len(town.rows)} 项，最久的 {max(one.days_late for one in town.rows)} 天",
            )
            for town in self._late
        ]
        count = sum(len(town.rows) for town in self._late)
        whole = Fact(rectifications.LATE, count, self._show_all_late, "bad", "项", tip="过了整改期限还没报整改完成的")
        self.strip.show_facts([whole, *facts])
        self.letter_button.setVisible(bool(self._late))
        self.letter_button.setText(f"督办单 {len(self._late)} 份")
        self._place_strip()

    def _place_strip(self) -> None:
        self.strip.setVisible(self.sections.number == 0 and self.desk.campaign_id is not None)

    def _show_late(self, town: TownLate) -> None:
        ids = tuple(one.finding_id for one in town.rows)
        self.filters.replace({"id": (ids, f"逾期：{town.town} {len(ids)} 项")})
        self.grid.setFocus()

    def _show_all_late(self) -> None:
        ids = tuple(one.finding_id for town in self._late for one in town.rows)
        self.filters.replace({"id": (ids, f"逾期：{len(ids)} 项")})
        self.grid.setFocus()

    def _ask_folder(self) -> Path | None:
        chosen = QFileDialog.getExistingDirectory(self, "督办单写到哪个文件夹")
        return Path(chosen) if chosen else None

    def _letters_written(self, written: tuple[Path, list[tuple[str, tuple[int, ...]]]]) -> None:
        folder, towns = written
        ids = tuple(number for _town, numbers in towns for number in numbers)
        label = f"督办 {'、'.join(town for town, _numbers in towns[:3])}{f'等 {len(towns)} 个镇办' if len(towns) > 3 else ''} {len(ids)} 项"
        job = self.desk.tasks.command(label, rectifications.urge, finding_ids=ids, on=clock.today())
        job.then(lambda _count: self.desk.say(f"已写 {len(towns)} 份督办单，在 {folder}", undoable=True))
        job.failed(partial(self._trouble, "督办没有记入经过")).start(self)

    def _filed(self, label: str, case_id: int) -> None:
        self.desk.say(f"已{label}", undoable=True)
        self.desk.go("cases", case_id)


def _remembered() -> Path | None:
    kept = str(QSettings().value(TARGET) or "")
    return Path(kept) if kept and Path(kept).is_dir() else None


def _standing(session: Any, *, campaign_id: int) -> Standing:
    today = clock.today()
    late = rectifications.overdue_by_town(session, campaign_id=campaign_id, as_of=today)
    found = figures_by_key(session, collect(session, campaign_id=campaign_id, as_of=today))
    values = [found[key].value for key in _RATES]
    rate, rate_due = ("—" if value is None else f"{value}%" for value in values)
    return late, (rate, rate_due)


def _write_letters(session: Any, *, campaign_id: int, folder: Path, progress: Any) -> tuple[Path, list[tuple[str, tuple[int, ...]]]]:
    today = clock.today()
    letters = dict(sheets.supervision_letters(session, campaign_id=campaign_id, as_of=today))
    towns: list[tuple[str, tuple[int, ...]]] = []
    for number, late in enumerate(rectifications.overdue_by_town(session, campaign_id=campaign_id, as_of=today)):
        progress(number, len(letters), late.town)
        target = folder / f"督办单_{late.town.strip('（）')}_{today:%Y%m%d}.docx"
        deliver.deliver_report(letters[late.town], target, made_at=clock.now())
        towns.append((late.town, tuple(one.finding_id for one in late.rows)))
    return folder, towns


def _file(session: Any, *, campaign_id: int, finding_ids: Sequence[int]) -> int:
    case_id = proceedings.open_from(session, campaign_id=campaign_id, finding_ids=finding_ids)
    findings.dispose(session, record_ids=finding_ids, disposal=findings.FILING)
    return case_id
