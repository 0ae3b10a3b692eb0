"""The three regions of 报送打包: pre-flight, printed pages, versions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QTabBar, QToolButton, QWidget

from services import clock
from services.checks import LEVELS, Check
from services.packages.preview import Sheet, Spot
from services.packages.versions import Version
from ui import icons, regions, theme
from ui.pages.page import Action, make_button
from ui.pages.sheet_view import SheetView
from ui.two_lines import Head, Item, TwoLineList

_KINDS = {"B": "bad", "W": "soon", "I": "info"}
_SAYS = {"B": "不改不能打包", "W": "核对后照样可以打包", "I": "知道就行"}
_ROOMY = 1.2
_SIGNS = {"B": ("warning-circle", "bad"), "W": ("warning", "soon"), "I": ("info", "action_text")}
# A record that an issue names is marked on the annex that prints it.
_SHEET_OF = {"附件1": "附件1", "附件2": "附件2", "附件3": "附件3", "检查记录": "附件2", "问题整改": "附件2", "案件办理": "附件3"}


class ChecksRegion(QWidget):
    """What pre-flight found, by level; 转到 goes to the record.

    Attributes:
        issues: The list; its keys are the issues.
        counts: How many of each level, and when they were counted.
    Signals:
        again_asked: 重新体检 was pressed.
    """

    again_asked = Signal()

    def __init__(self) -> None:
        """Build the list without issues."""
        super().__init__()
        self.issues = TwoLineList(name="报送前体检", row="preflight")
        self.counts = regions.Elided()
        passed = regions.label("没有要改、要核对的，可以打包", "help")
        passed.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        passed.setContentsMargins(0, 40, 0, 0)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.issues)
        self._stack.addWidget(passed)
        again = make_button(Action("重新体检", self.again_asked.emit, "arrow-clockwise", "quiet"))
        regions.column(self, regions.bar(regions.label("报送前体检", "section"), self.counts, again), self._stack)

    def show_checks(self, checks: Sequence[Check]) -> None:
        """Show what was found just now."""
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
        if self.issues.current() is None:
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
        self.view.show_page(sheet, page, lit=spot.box if spot and spot.page == page else None, kind=kind)
        paper = f"{sheet.paper.name} {'横向' if sheet.paper.landscape else '竖向'}"
        # At large text the tabs need the room.
        shown = "" if theme.current().scale > _ROOMY else f"{paper}　"
        self.place.setText(f"{shown}{page + 1} / {len(sheet.pages)} 页")
        self.place.setToolTip(paper if sheet.exact else f"{paper}，分页以 Word 为准")
        self.back.setEnabled(page > 0)
        self.forth.setEnabled(page < len(sheet.pages) - 1)

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
        made: The list; the keys of versions on disk are their folders.
        elsewhere: Chooses another folder for packages.
    """

    def __init__(self) -> None:
        """Build the list without versions."""
        super().__init__()
        self.made = TwoLineList(name="版本", row="preflight")
        self.elsewhere = QPushButton("换文件夹")
        self.elsewhere.setProperty("kind", "quiet")
        regions.column(self, regions.bar(regions.label("版本", "section"), None, self.elsewhere), self.made)

    def show_versions(self, found: Sequence[Version], *, following: int, places: Sequence[Path]) -> None:
        """Show the versions, newest first.

        Args:
            found: Frozen versions.
            following: Number of the version to come; 0 if it is not known.
            places: Folders in which a version may lie; the first gets the next one.
        """
        entries: list[Head | Item] = []
        if following:
            entries.append(Item("next", f"第 {following} 版", "还没有打包", ("准备中", "info")))
        for version in found:
            folder = next((place / version.name for place in places if (place / version.name).is_dir()), None)
            moment = version.made_at.astimezone()
            note = f"{moment.month}月{moment.day}日 {moment:%H:%M}　{version.files} 个文件"
            tip = f"{version.name}\n{folder or '不在报送包文件夹里'}"
            badge = None if folder else ("已封存", "plain")
            button = "打开" if folder else ""
            entries.append(Item(folder or version.name, f"第 {version.number} 版", note, badge, button, tip=tip))
        self.made.fill(entries)
        self.elsewhere.setToolTip(f"报送包放在 {places[0]}")


def _row(check: Check) -> Item:
    """Return an issue as a row: what is wrong, where; how to mend it is said below the paper."""
    what = check.message.partition("；")[0]
    place = f"{check.place}　已豁免：{check.waived}" if check.waived else check.place
    return Item(check, what, place, button="转到" if check.register else "", tip=check.message, middle=True)


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
