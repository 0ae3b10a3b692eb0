"""The three regions of 报送打包: pre-flight, printed pages, versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QTabBar, QToolButton, QVBoxLayout, QWidget

from services import clock, closing
from services.checks import LEVELS, Check, blocking
from services.packages import receipts
from services.packages.preview import Sheet, Spot
from services.packages.versions import Version
from ui import icons, regions, theme
from ui.pages.page import Action, make_button
from ui.pages.sheet_view import SheetView
from ui.two_lines import Head, Item, TwoLineList

REPORT_TAB, CHANGES_TAB = "总结", "差别"
_KINDS = {"B": "bad", "W": "soon", "I": "info"}
_SAYS = {"B": "不改不能打包", "W": "核对后照样可以打包", "I": "知道就行"}
_ROOMY = 1.2
_SIGNS = {"B": ("warning-circle", "bad"), "W": ("warning", "soon"), "I": ("info", "action_text")}
# Which cell of its row an issue is about, by rule.
_CELL_OF = {
    **{"P01": "findings_total", "P04": "findings_total", "P06": "penalties", "P02": "enterprise", "P40": "enterprise", "P39": "town"},
    **{"P03": "amount", "P05": "violation", "P07": "amount", "P08": "amount", "P10": "progress", "P13": "cert_no", "P17": "phone"},
}
# A record that an issue names is marked on the annex that prints it.
_SHEET_OF = {
    "附件1": "附件1",
    "附件2": "附件2",
    "附件3": "附件3",
    "检查记录": "附件2",
    "问题整改": "附件2",
    "案件办理": "附件3",
    "总结报告": REPORT_TAB,
}


Identity = tuple[str, str, str]

STATE = "state"
_STATES = {
    closing.OPEN: ("进行中", "报出后锁定：再改就是补报，要写原因", "锁定"),
    closing.LOCKED: ("已锁定", "改动按补报处理，要写原因", "结束"),
    closing.CLOSED: ("已结束", "不再改动；补报要先写明原因重新打开", "重新打开"),
}


@dataclass(frozen=True)
class Following:
    """The version to come.

    Attributes:
        number: Its number; 0 if it is not known.
        difference: What it changes against the last one.
        state: How the campaign stands.
    """

    number: int = 0
    difference: str = ""
    state: str = closing.OPEN


class ChecksRegion(QWidget):
    """What pre-flight found, by level; 转到 goes to the record.

    Attributes:
        issues: The list; its keys are the issues.
        counts: How many of each level, and when they were counted.
    Signals:
        again_asked: 重新体检 was pressed.
        waive_asked: (issue) it shall pass with a reason, or no longer.
    """

    again_asked = Signal()
    waive_asked = Signal(object)

    def __init__(self) -> None:
        """Build the list without issues."""
        super().__init__()
        self._known: frozenset[Identity] | None = None
        self.issues = TwoLineList(name="报送前体检", row="preflight")
        self.counts = regions.Elided()
        self.issues.linked_on.connect(self.waive_asked)
        passed = regions.label("没有要改、要核对的，可以打包", "help")
        passed.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        passed.setContentsMargins(0, 40, 0, 0)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.issues)
        self._stack.addWidget(passed)
        again = make_button(Action("重新体检", self.again_asked.emit, "arrow-clockwise", "quiet"))
        regions.column(self, regions.bar(regions.label("报送前体检", "section"), self.counts, again), self._stack)

    def forget(self) -> None:
        """Take the next issues as the first: they are another campaign's."""
        self._known = None

    def show_checks(self, checks: Sequence[Check]) -> None:
        """Show what was found just now; what is new and stops the package is chosen.

        Else the chosen issue stays chosen as it stands now, or the first is.
        """
        chosen = self.issues.current()
        entries: list[Head | Item] = []
        said: list[str] = []
        for level, word in LEVELS.items():
            found = [check for check in checks if check.level == level]
            if found:
                entries.append(Head(f"{len(found)} 项，{_SAYS[level]}", (word, _KINDS[level])))
                entries += [_row(check) for check in found]
                said.append(f"{word} {len(found)}")
        self.issues.fill(entries)
        self._stack.setCurrentIndex(0 if entries else 1)
        self.counts.say("，".join(said) or "通过")
        self.counts.setToolTip(f"{self.counts.toolTip()}（{clock.now():%H:%M} 体检）")
        same = (check for check in checks if chosen is not None and _identity(check) == _identity(chosen))
        kept = self.issues.current() or next(same, None)
        stopping = [check for check in blocking(checks) if self._known is not None and _identity(check) not in self._known]
        self._known = frozenset(_identity(check) for check in blocking(checks))
        wanted = stopping[0] if stopping else kept
        if wanted is not None:
            self.issues.choose(wanted)
        else:
            self.issues.choose_first()


class PaperRegion(QWidget):
    """The files of the package as they print; the row of an issue is marked.

    Attributes:
        sheets: One per file.
        tabs: Their short names.
        view: The page that is shown.
        place: Paper, page, of how many.
        sentence: The whole of the chosen issue.
    """

    def __init__(self) -> None:
        """Build the region without pages."""
        super().__init__()
        self.sheets: tuple[Sheet, ...] = ()
        self._check: Check | None = None
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setDocumentMode(True)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("报送包里的文件")
        self.tabs.currentChanged.connect(lambda _number: self.turn_to(0))
        self.place = regions.label(kind="label")
        self.view = SheetView()
        self.back, self.forth = _arrow("caret-left", "上一页"), _arrow("caret-right", "下一页")
        self.back.clicked.connect(lambda _checked=False: self.turn_to(self.view.page - 1))
        self.forth.clicked.connect(lambda _checked=False: self.turn_to(self.view.page + 1))
        self._sign = QLabel()
        self.sentence = regions.label()
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._speech = QFrame()
        self._speech.setObjectName("panelFoot")
        line = QHBoxLayout(self._speech)
        line.setContentsMargins(14, 8, 14, 8)
        line.setSpacing(9)
        line.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.sentence, 1)
        self._speech.hide()
        self.setMinimumWidth(400)
        regions.column(self, regions.bar(self.tabs, None, self.place, self.back, self.forth), self.view, self._speech)

    def show_sheets(self, sheets: Sequence[Sheet]) -> None:
        """Show other pages; tab and page stay where they were."""
        page, shown = self.view.page, self.tabs.currentIndex()
        self.sheets = tuple(sheets)
        self.tabs.blockSignals(True)
        while self.tabs.count():
            self.tabs.removeTab(0)
        for sheet in self.sheets:
            self.tabs.setTabToolTip(self.tabs.addTab(sheet.tab), sheet.title)
        self.tabs.setCurrentIndex(max(shown, 0))
        self.tabs.blockSignals(False)
        self.turn_to(page)

    def turn_to(self, page: int) -> None:
        """Show a page of the present tab."""
        number = self.tabs.currentIndex()
        if not 0 <= number < len(self.sheets):
            return
        sheet = self.sheets[number]
        page = min(max(page, 0), len(sheet.pages) - 1)
        spot = _spot_of(self._check, sheet)
        kind = "bad" if self._check is not None and self._check.level == "B" else "soon"
        here = spot if spot is not None and spot.page == page else None
        cell = here.cell(_CELL_OF.get(self._check.rule, "")) if here is not None and self._check is not None else None
        self.view.show_page(sheet, page, lit=here.box if here else None, cell=cell, kind=kind)
        paper = f"{sheet.paper.name} {'横向' if sheet.paper.landscape else '竖向'}"
        # In a narrow window and at large text the tabs need the room.
        shown = f"{paper}　" if theme.is_wide(self) and theme.current().scale <= _ROOMY else ""
        self.place.setText(f"{shown}{page + 1} / {len(sheet.pages)} 页")
        self.place.setToolTip(paper if sheet.exact else f"{paper}，分页以 Word 为准")
        self.back.setEnabled(page > 0)
        self.forth.setEnabled(page < len(sheet.pages) - 1)

    def show_tab(self, tab: str) -> None:
        """Show the file of this short name, if it is among them."""
        for number, sheet in enumerate(self.sheets):
            if sheet.tab == tab:
                self.tabs.setCurrentIndex(number)

    def speak(self, check: Check | None) -> None:
        """Say the whole sentence of an issue, and show its row on the paper."""
        self._check = check
        self._speech.setVisible(check is not None)
        if check is None:
            self.turn_to(self.view.page)
            return
        self.sentence.setText(check.message)
        icons.dress(self._sign, *_SIGNS[check.level])
        for number, sheet in enumerate(self.sheets):
            spot = _spot_of(check, sheet)
            if sheet.tab == _tab_of(check):
                self.tabs.setCurrentIndex(number)
                self.turn_to(spot.page if spot else self.view.page)


class VersionsRegion(QWidget):
    """The version to come, and those that were made.

    Attributes:
        made: The list; the keys of versions are their numbers, of the line on top the state.
        elsewhere: Chooses another folder for packages.
        compare: Shows what the version to come changes.
        told: All that is known of the chosen line; lists are narrow.
        receipt: Records who took the chosen version, or sent it back.
    Signals:
        receipt_asked: (number) of the version.
    """

    receipt_asked = Signal(int)

    def __init__(self) -> None:
        """Build the list without versions."""
        super().__init__()
        self.made = TwoLineList(name="版本", row="preflight")
        self.compare = make_button(Action("比较", lambda: None, "git-diff", "quiet"))
        self.compare.setToolTip("看这一版相对上一版改了什么")
        self.compare.setAccessibleName("比较")
        if theme.current().scale > _ROOMY:
            self.compare.setText("")  # its sign and the tooltip stay; the narrow bar has two words in large text
        self.elsewhere = QPushButton("换文件夹")
        self.elsewhere.setProperty("kind", "quiet")
        self.folders: dict[int, Path] = {}
        self.told = regions.label(kind="help")
        self.told.setWordWrap(True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.receipt = make_button(Action("登记回执…", self._ask_receipt, "clipboard-text"))
        self._foot = QFrame()
        self._foot.setObjectName("panelFoot")
        rows = QVBoxLayout(self._foot)
        rows.setContentsMargins(14, 8, 14, 8)
        rows.setSpacing(8)
        rows.addWidget(self.told)
        rows.addWidget(self.receipt)
        self._foot.hide()
        self.made.chosen.connect(self._tell)
        regions.column(self, regions.bar(regions.label("版本", "section"), None, self.compare, self.elsewhere), self.made, self._foot)

    def show_versions(self, found: Sequence[Version], *, following: Following, places: Sequence[Path]) -> None:
        """Show the versions, newest first.

        Args:
            found: Frozen versions.
            following: The version to come, and how the campaign stands.
            places: Folders in which a version may lie; the first gets the next one.
        """
        entries: list[Head | Item] = []
        if found:
            word, note, button = _STATES[following.state]
            entries.append(Item(STATE, f"专项行动{word}", note, button=button, tip=note))
        if following.number and following.state != closing.CLOSED:
            said = f"相对第 {found[0].number} 版：{following.difference}" if found and following.difference else "还没有打包"
            badge = ("补报", "soon") if following.state == closing.LOCKED else ("准备中", "info")
            entries.append(Item("next", f"第 {following.number} 版", said, badge, tip=said))
        self.folders = {}
        for version in found:
            folder = next((place / version.name for place in places if (place / version.name).is_dir()), None)
            if folder is not None:
                self.folders[version.number] = folder
            entries.append(_version_row(version, folder))
        self.made.fill(entries)
        if self.made.current() is None and found:
            self.made.choose(found[0].number)
        self._tell(self.made.current())
        self.compare.setEnabled(bool(found and following.number))
        self.elsewhere.setToolTip(f"报送包放在 {places[0]}")

    def _ask_receipt(self) -> None:
        if isinstance(self.made.current(), int):
            self.receipt_asked.emit(self.made.current())

    def _tell(self, key: object) -> None:
        item = next((one for one in self.made.items() if one.key == key), None)
        self._foot.setVisible(item is not None and bool(item.tip))
        self.told.setText(item.tip if item else "")
        self.told.setMinimumHeight(self.told.heightForWidth(max(self.width() - 30, 1)) if item else 0)
        self.receipt.setVisible(isinstance(key, int))


def _version_row(version: Version, folder: Path | None) -> Item:
    """Return a version as a row: when, what it changed, who took it."""
    moment = version.made_at.astimezone()
    last = version.receipts[-1] if version.receipts else None
    icon = None
    if last is not None:
        icon = ("warning-circle", "bad") if last.outcome == receipts.RETURNED else ("check-circle", "done")
    when = f"{moment.month}月{moment.day}日 {moment:%H:%M}"
    note = f"{last.taken_by}{last.outcome}" if last else when
    against = f"相对第 {version.number - 1} 版：{version.difference}" if version.difference else ""
    told = [f"{when}，{version.files} 个文件", against, *(one.words for one in version.receipts), "" if folder else "不在报送包文件夹里"]
    badge = None if folder else ("已封存", "plain")
    return Item(version.number, f"第 {version.number} 版", note, badge, "打开" if folder else "", icon, tip="\n".join(filter(None, told)))


def _row(check: Check) -> Item:
    """Return an issue as a row: what is wrong, where; how to mend it is said below the paper."""
    what = check.message.partition("；")[0]
    place = f"{check.place}　已豁免：{check.waived}" if check.waived else check.place
    link = ("收回豁免" if check.waived else "豁免…") if check.waivable and check.level != "I" else ""
    button = "转到" if check.register else ("改文字" if _tab_of(check) == REPORT_TAB else "")
    return Item(check, what, place, button=button, tip=check.message, middle=True, link=link)


def _identity(check: Check) -> Identity:
    """Return what stays the same when an issue is worded anew, or waived."""
    return (check.rule, check.uid or "", "" if check.uid else check.message)


def _tab_of(check: Check) -> str:
    return _SHEET_OF.get(check.place.partition("　")[0], "")


def _spot_of(check: Check | None, sheet: Sheet) -> Spot | None:
    """Return where the record of an issue is printed; a town stands at the start of a post."""
    name = check.place.partition("　")[2] if check is not None and _tab_of(check) == sheet.tab else ""
    if not name:
        return None
    return sheet.spots.get(name) or next((spot for words, spot in sheet.spots.items() if words.startswith(name)), None)


def _arrow(icon: str, name: str) -> QToolButton:
    button = QToolButton()
    button.setProperty("kind", "quiet")
    button.setAccessibleName(name)
    button.setToolTip(name)
    icons.dress(button, icon, "action_text")
    return button
