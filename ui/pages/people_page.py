"""The page 人员抽调: strip of states, steps for people, export of Annex 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFileDialog, QLabel, QMenu, QVBoxLayout, QWidget

from models.forms import Form
from services import clock, groups, listing, people, reporting, runs, seconding
from services.progress import Progress, silent
from services.reporting import Board
from services.seconding import Doubt, Passage
from ui import icons, theme
from ui.pages.asking import ask
from ui.pages.page import Action, Desk, make_button
from ui.pages.people import ABSENCES, EXPERTS, OFFICERS, PEOPLE, UNITS
from ui.pages.register import Register, RegisterPage
from ui.pages.sections import Section, Sections
from ui.pages.state_strip import Fact, StateStrip
from ui.tables.cell_look import Mark

UNITS_SECTION, OFFICERS_SECTION, EXPERTS_SECTION, ABSENCES_SECTION = 1, 2, 3, 4
DEAL_KEYS, EXPORT_KEYS = "Ctrl+G", "Ctrl+E"
TARGET = "people/annex_1_folder"
ANNEX = "personnel"
_BADGES = {"待核": "info", "退回": "soon"}
_NAMED = 3
_LATE = "按表上的填报日期算，没写的按读入那天算；不对的，在“报送单位”里用“登记报送日期”改"


class PeoplePage(RegisterPage):
    """The register of seconded people with everything that is done with them.

    Attributes:
        strip: Counts of units and people; each opens its rows.
        sections: 报送单位, 执法人员, 专家, 请假 beside it.
        passage: How the person in the panel came here.
    """

    _doubts: Mapping[tuple[object, ...], Mapping[str, Mark]] = {}
    _doubted: frozenset[int] = frozenset()

    def __init__(self, desk: Desk, register: Register = PEOPLE) -> None:
        """Build strip, sections and steps around the register."""
        super().__init__(desk, register)
        self.tables = self.tables | reporting.LISTING.tables
        self._groups: list[tuple[int, str, str]] = []
        self._stand_ins: list[str] = []
        self.strip = StateStrip("附件1 报送和编组情况")
        self.chase_button = make_button(Action("复制催报短语", self.chase, "copy"))
        self.deal_button = make_button(Action("办理", self.deal, "caret-down"))
        self.deal_button.setToolTip(f"选中的人：编组、接收、退回、换人、撤回（{DEAL_KEYS}）")
        for widget in (self.chase_button, self.deal_button, icons.keycap("Ctrl G")):
            self.strip.buttons.addWidget(widget)
        self.content.insertWidget(0, self.strip)
        self.passage = PassageBox()
        inner = self.panel.body.widget()
        fields = inner.layout() if inner is not None else None
        assert isinstance(fields, QVBoxLayout)
        fields.insertWidget(0, self.passage)
        self.export_button = self.add_action(Action("导出附件1", self.export, "export", keys=EXPORT_KEYS))
        self.put_first(self.export_button)
        self.export_button.setToolTip(f"xlsx 和 PDF 一起写出（{EXPORT_KEYS}）")
        deal = QShortcut(QKeySequence(DEAL_KEYS), self)
        deal.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        deal.activated.connect(self.deal)
        self.panel.fields.filled.connect(self.passage.hide)  # a new record has come from nowhere yet
        self.records.shown.connect(self._ask_passage)
        listed = (
            Section("报送单位", UNITS, partial(UnitsPage, self)),
            Section("执法人员", OFFICERS),
            Section("专家", EXPERTS),
            Section("请假", ABSENCES),
        )
        self.sections = Sections(self, "抽调人员", listed, (self.strip, self._stack))

    def refresh(self) -> None:
        """Ask for rows, and for how units and people stand."""
        super().refresh()
        if self.desk.campaign_id is not None:
            self.desk.tasks.query(_standing, campaign_id=self.desk.campaign_id).then(self._show_standing)
        else:
            self._show_standing(None)

    def show_row(self, table: str, record_id: int) -> None:
        """Go to a record of whatever section lists its table."""
        if not self.sections.show_row(table, record_id):
            self.show_record(record_id)

    def show_record(self, record_id: int) -> None:
        """Go to a person, out of whatever section is in front."""
        self.sections.turn(0)
        super().show_record(record_id)

    def show_filtered(self, filters: Mapping[str, object]) -> None:
        """Show the people behind a figure, out of whatever section is in front."""
        self.sections.turn(0)
        super().show_filtered(filters)

    def new_record(self) -> None:
        """Open an empty record, out of whatever section is in front."""
        self.sections.turn(0)
        super().new_record()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the strip follow the margins of the page."""
        super().resizeEvent(event)
        self.strip.follow_width()

    def show_units(self, states: tuple[str, ...], word: str) -> None:
        """Show the units in these states; all for none."""
        self.sections.turn(UNITS_SECTION)
        page = self.sections.page(UNITS_SECTION)
        page.filters.replace({"state": (states, f"状态：{word}")} if states else {})

    def show_people(self, filters: Mapping[str, object], word: str) -> None:
        """Show the people that a count stands for."""
        self.sections.turn(0)
        self.filters.replace({key: (value, word) for key, value in filters.items()})

    def chase(self, unit_ids: Sequence[int] | None = None) -> None:
        """Put the chase text on the clipboard and note that they are chased."""
        if self.desk.campaign_id is not None:
            job = self.desk.tasks.command("催报附件1", reporting.chase, campaign_id=self.desk.campaign_id, unit_ids=unit_ids)
            job.then(self._chased).failed(partial(self._trouble, "催报短语没有复制")).start(self)

    def deal(self) -> None:
        """Offer steps for the selected people: a digit puts them into a group."""
        ids = self.grid.selected_ids()
        if not ids or self.filters.in_bin:
            self.desk.say("先在表格里选中要办理的人")
            return
        menu = self._menu(ids)
        menu.popup(self._menu_place(menu))

    def assign(self, record_ids: Sequence[int], group_id: int | None) -> None:
        """Put people into a group, or out of all."""
        name = next((name for number, name, _leader in self._groups if number == group_id), "")
        label = f"{'编入' + name if name else '移出检查组'} {self._whom(record_ids)}"
        self._do(label, seconding.assign, secondment_ids=list(record_ids), group_id=group_id)

    def accept(self, record_ids: Sequence[int]) -> None:
        """Accept people."""
        self._do(f"接收 {self._whom(record_ids)}", seconding.accept, secondment_ids=list(record_ids))

    def export(self) -> None:
        """Write Annex 1 as workbook and PDF; ask where only the first time."""
        folder = remembered() or ask_folder(self)
        if folder is not None and self.desk.campaign_id is not None:
            QSettings().setValue(TARGET, str(folder))
            job = self.desk.tasks.work(export_annex, store=self.desk.tasks.store, campaign_id=self.desk.campaign_id, folder=folder)
            job.with_progress("正在导出附件1").then(self._exported).failed(partial(self._trouble, "附件1 没有写成")).start(self)

    def _menu(self, ids: Sequence[int]) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(f"办理 {self._whom(ids)}")
        head = menu.addAction(f"选中：{self._whom(ids)}")
        head.setEnabled(False)
        for place, (number, name, leader) in enumerate(self._groups, start=1):
            key = f"&{place}" if place <= 9 else ""
            menu.addAction(f"{key}　编入{name}{f'　组长 {leader}' if leader else ''}", partial(self.assign, ids, number))
        menu.addAction("&0　移出检查组", partial(self.assign, ids, None))
        menu.addSeparator()
        menu.addAction("&A　接收", partial(self.accept, ids))
        menu.addAction(
            "&R　退回修改…",
            partial(self._ask_step, ids, seconding.SEND_BACK, seconding.send_back, "退回", "退回后不再列入附件1；单位改好重报，再导入一次"),
        )
        swap = menu.addAction("&S　换人…", partial(self._ask_swap, ids))
        swap.setEnabled(len(ids) == 1)
        menu.addAction(
            "&W　撤回…", partial(self._ask_step, ids, seconding.WITHDRAW, seconding.withdraw, "撤回", "从这一天以后不再参加，不列入附件1")
        )
        menu.addAction(
            "&E　结束抽调…", partial(self._ask_step, ids, seconding.FINISH, seconding.finish, "结束抽调", "抽调期满，仍列入附件1")
        )
        return menu

    def _menu_place(self, menu: QMenu) -> QPoint:
        if self.grid.hasFocus() and self.grid.currentIndex().isValid():
            box = self.grid.visualRect(self.grid.currentIndex())
            return self.grid.viewport().mapToGlobal(box.bottomLeft())
        return self.deal_button.mapToGlobal(QPoint(self.deal_button.width() - menu.sizeHint().width(), self.deal_button.height()))

    def _ask_step(self, ids: Sequence[int], form: Form, call: Any, word: str, help_line: str) -> None:
        ask(
            self.desk,
            self,
            form,
            label=lambda _row: f"{word} {self._whom(ids)}",
            help_line=f"{self._whom(ids)}：{help_line}",
            call=partial(call, secondment_ids=list(ids)),
            values={"on": clock.today().isoformat()},
        )

    def _ask_swap(self, ids: Sequence[int]) -> None:
        name = self._name_of(ids[0])
        ask(
            self.desk,
            self,
            seconding.SWAP,
            label=lambda row: f"{name} 换成 {row['other']}",
            help_line=f"{name} 在组里的位置从这一天起由另一人接替；两人都在组里时互换",
            call=partial(seconding.swap, secondment_id=ids[0]),
            values={"on": clock.today().isoformat()},
            suggestions={"other": [one for one in self._stand_ins if one != name]},
        )

    def _do(self, label: str, call: Any, **what: Any) -> None:
        job = self.desk.tasks.command(label, call, **what)
        job.then(lambda _done: self.desk.say(f"已{label}", undoable=True)).failed(partial(self._trouble, f"{label}没有做成")).start(self)

    def _whom(self, ids: Sequence[int]) -> str:
        names = "、".join(self._name_of(number) for number in ids[:_NAMED])
        return names if len(ids) <= _NAMED else f"{names} 等 {len(ids)} 人"

    def _show_standing(self, found: tuple[Board, dict[str, int], list[Doubt], list[tuple[int, str, str]], list[str]] | None) -> None:
        self.strip.setVisible(found is not None and self.sections.number == 0)
        if found is None:
            return
        board, counts, doubts, self._groups, self._stand_ins = found
        self._take_doubts(doubts)
        late_now = bool(board.due and board.due < clock.today())
        units, men = self.show_units, self.show_people
        owing = len(board.owing)
        wrong = frozenset(doubt.secondment_id for doubt in doubts)
        facts = [
            Fact("应报", len(board.expected), partial(units, (), "全部"), unit="家", tip="方案要求报附件1 的单位"),
            Fact("报齐", len(board.reported), partial(units, (reporting.SENT, reporting.ACCEPTED, reporting.TOO_MANY), "报齐"), unit="家"),
            Fact(
                "未报",
                owing,
                partial(units, reporting.OWING, "没报齐"),
                "bad" if late_now else "soon",
                "家",
                tip="没报、没报齐或退回没重报",
            ),
            Fact("迟报", len(board.late), partial(self._late_units, board), "soon", "家", tip=_LATE),
            Fact("待核", counts.get("待核", 0), partial(men, {"state": "待核"}, "待核"), unit="人", parted=True),
            Fact("已接收", counts.get("已接收", 0), partial(men, {"state": "已接收"}, "已接收"), unit="人", tip="接收了，还没有编组"),
            Fact("已编组", counts.get("已编组", 0), partial(men, {"state": "已编组"}, "已编组"), unit="人"),
            Fact("要改", len(wrong), partial(men, {"id": tuple(wrong)}, f"要改：{len(wrong)} 人"), "bad", "人", tip="号码重复或两家报同名"),
        ]
        gone = ("退回", "已撤回", "已换下", "已结束")
        if left := sum(counts.get(state, 0) for state in gone):
            facts.append(Fact("离开", left, partial(men, {"state": gone}, "离开"), unit="人", tip="退回、撤回、换下和结束的人"))
        self.strip.show_facts(facts, _deadline(board))
        self.chase_button.setVisible(owing > 0)
        self.chase_button.setText(f"催报 {owing} 家")
        self.chase_button.setToolTip("把催报短语放到剪贴板，并记下今天催过")

    def _late_units(self, board: Board) -> None:
        self.sections.turn(UNITS_SECTION)
        page = self.sections.page(UNITS_SECTION)
        page.filters.replace({"id": (tuple(unit.id for unit in board.late), f"迟报：{len(board.late)} 家")})

    def _take_doubts(self, doubts: Sequence[Doubt]) -> None:
        found: dict[tuple[object, ...], dict[str, Mark]] = {}
        for doubt in doubts:
            found.setdefault(doubt.row, {})[doubt.key] = Mark(doubt.weight, doubt.sentence)
        if found != self._doubts:
            self._doubts = found
            self.model.reload()

    def _marks(self, values: Mapping[str, object]) -> dict[str, Mark]:
        marks = {**super()._marks(values), **self._doubts.get(tuple(values.get(key) for key in seconding.TELLING), {})}
        state = str(values.get("state") or "")
        if state in _BADGES:
            marks["state"] = Mark(badge=(state, _BADGES[state]))
        return marks

    def _ask_passage(self, record_id: int) -> None:
        job = self.desk.tasks.query(seconding.passages, secondment_id=record_id)
        job.then(self.passage.show_passages).failed(lambda _gone: self.passage.show_passages(()))

    def _chased(self, text: str) -> None:
        if text:
            QGuiApplication.clipboard().setText(text)
            self.desk.say("催报短语在剪贴板，可以直接粘贴到工作群", undoable=True)
        else:
            self.desk.say("没有要催报的单位")

    def _exported(self, paths: Sequence[Path]) -> None:
        self.desk.say(f"已写出 {'、'.join(path.name for path in paths)}，在 {paths[0].parent}")


class UnitsPage(RegisterPage):
    """The reporting units: chase, write down receipts, excuse, give more time."""

    def __init__(self, people_page: PeoplePage, desk: Desk, register: Register) -> None:
        """Build the register with its steps.

        Args:
            people_page: Page whose clipboard and menu ways are used.
            desk: What the page may use of the window.
            register: The declaration.
        """
        super().__init__(desk, register)
        self._people_page = people_page
        self.deal_button = self.add_action(Action("办理", self.deal, "caret-down"))
        self.put_first(self.deal_button)
        self.deal_button.setToolTip(f"选中的单位：催报、登记报送日期、延期、免报（{DEAL_KEYS}）")
        deal = QShortcut(QKeySequence(DEAL_KEYS), self)
        deal.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        deal.activated.connect(self.deal)

    def deal(self) -> None:
        """Offer what can be done with the selected units."""
        ids = self.grid.selected_ids()
        if not ids or self.filters.in_bin:
            self.desk.say("先在表格里选中要办理的单位")
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("&C　复制催报短语", partial(self._people_page.chase, ids))
        menu.addAction("&R　登记报送日期…", partial(self._step, ids, reporting.RECEIPT, reporting.note_receipt, "on"))
        menu.addAction("&D　延期…", partial(self._step, ids, reporting.EXTEND, reporting.extend, "due"))
        menu.addAction("&X　免报…", partial(self._step, ids, reporting.EXCUSE, reporting.excuse, ""))
        menu.addAction("&Z　仍要报", partial(self._owe, ids))
        box = self.grid.visualRect(self.grid.currentIndex())
        menu.popup(self.grid.viewport().mapToGlobal(box.bottomLeft()))

    def _marks(self, values: Mapping[str, object]) -> dict[str, Mark]:
        marks = super()._marks(values)
        state = str(values.get("state") or "")
        late = int(str(values.get("days_late") or 0))
        if state in (reporting.NOT_SENT, reporting.PARTLY) and late:
            marks["state"] = Mark(badge=(f"{state}　迟 {late} 天", "bad"))
        elif state in (reporting.SENT, reporting.TOO_MANY):
            marks["state"] = Mark(badge=(state, "info"))
        elif state == reporting.SENT_BACK:
            marks["state"] = Mark(badge=(state, "soon"))
        return marks

    def _step(self, ids: Sequence[int], form: Form, call: Any, day: str) -> None:
        whom = self._whom(ids)
        ask(
            self.desk,
            self,
            form,
            label=lambda _row: f"{form.title} {whom}",
            help_line=whom,
            call=partial(call, unit_ids=list(ids)),
            values={day: clock.today().isoformat()} if day else None,
        )

    def _owe(self, ids: Sequence[int]) -> None:
        label = f"仍要报 {self._whom(ids)}"
        job = self.desk.tasks.command(label, reporting.owe, unit_ids=list(ids))
        job.then(lambda _none: self.desk.say(f"已改为{label}", undoable=True)).failed(partial(self._trouble, f"{label}没有做成")).start(
            self
        )

    def _whom(self, ids: Sequence[int]) -> str:
        names = "、".join(self._name_of(number) for number in ids[:_NAMED])
        return names if len(ids) <= _NAMED else f"{names} 等 {len(ids)} 家"


class PassageBox(QLabel):
    """How somebody came here, in a few dated lines at the head of the panel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it empty."""
        super().__init__(parent)
        self.setObjectName("factBox")
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._passages: Sequence[Passage] = ()
        theme.notifier().changed.connect(self._write)
        self.hide()

    def show_passages(self, passages: Sequence[Passage]) -> None:
        """Show the lines, oldest first."""
        self._passages = passages
        self._write()
        self.setVisible(bool(passages))

    def _write(self) -> None:
        grey = theme.current().color("ink2").name()
        rows = []
        for one in self._passages:
            until = f"，至{_short(one.until)}" if one.until else ""
            note = f"<span style='color:{grey}'>&nbsp;&nbsp;{escape(one.note)}</span>" if one.note else ""
            rows.append(
                f"<tr><td style='color:{grey};padding-right:8px' nowrap>{_short(one.on)}</td><td>{escape(one.what)}{until}{note}</td></tr>"
            )
        self.setText(f"<table cellspacing='0' cellpadding='1'>{''.join(rows)}</table>")
        self.setAccessibleName("经过：" + "；".join(f"{_short(one.on)}{one.what}{one.note}" for one in self._passages))


def ask_folder(parent: QWidget, annex: str = "附件1") -> Path | None:
    """Ask where an annex goes; None if nothing was chosen."""
    chosen = QFileDialog.getExistingDirectory(parent, f"{annex} 写到哪个文件夹")
    return Path(chosen) if chosen else None


def remembered() -> Path | None:
    """Return the folder chosen before, if it is still there."""
    kept = str(QSettings().value(TARGET) or "")
    return Path(kept) if kept and Path(kept).is_dir() else None


def export_annex(
    *, store: Any, campaign_id: int, folder: Path, key: str = ANNEX, name: str = "附件1_抽调执法人员统计表", progress: Progress = silent
) -> list[Path]:
    """Write an annex as workbook and PDF; return both paths.

    Args:
        store: Whose rows.
        campaign_id: The campaign.
        folder: Where both go.
        key: Code of the annex.
        name: First part of the file names.
        progress: Told before each.
    """
    day = f"{clock.today():%Y%m%d}"
    paths = [folder / f"{name}_{day}{ending}" for ending in (".xlsx", ".pdf")]
    for number, path in enumerate(paths):
        progress(number, len(paths), path.name)
        runs.export_form(store, campaign_id=campaign_id, key=key, target=path)
    return paths


def _standing(session: Any, *, campaign_id: int) -> tuple[Board, dict[str, int], list[Doubt], list[tuple[int, str, str]], list[str]]:
    board = reporting.board(session, campaign_id=campaign_id)
    counts = {str(state): count for state, count in listing.values(session, people.LISTING, "state", scope=campaign_id) or []}
    listed = groups.heads(session, campaign_id=campaign_id)
    return board, counts, seconding.doubts(session, campaign_id=campaign_id), listed, seconding.stand_ins(session, campaign_id)


def _deadline(board: Board) -> str:
    if board.due is None:
        return ""
    days = (clock.today() - board.due).days
    when = f"{_short(board.due)}截止"
    return f"{when}，已过 {days} 天" if days > 0 else f"今天{when}" if days == 0 else f"{when}，还有 {-days} 天"


def _short(day: Any) -> str:
    return f"{day.month}月{day.day}日"
