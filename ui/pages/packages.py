"""报送打包: what stands in the way, how it will print, which versions were made.

Three regions between hairlines: pre-flight at the left, the printed pages in
the middle, versions at the right. One blue button makes the next version.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QTabBar, QToolButton, QVBoxLayout, QWidget

from services import clock, packages, runs
from services.checks import LEVELS, Check, blocking
from services.errors import FileTrouble, Problem
from services.packages.preview import Preview, Sheet, Spot, preview
from services.packages.versions import Version, versions
from ui import errors, icons, theme
from ui.pages.empty import EmptyState
from ui.pages.page import Action, Desk, Page, make_button
from ui.pages.sheet_view import SheetView
from ui.two_lines import Head, Item, TwoLineList

KEY = "packages"
TARGET = "packages/target"
LEFT, LEFT_WIDE = 362, 420
RIGHT, RIGHT_WIDE = 216, 260
_KINDS = {"B": "bad", "W": "soon", "I": "info"}
_SAYS = {"B": "不改不能打包", "W": "核对后照样可以打包", "I": "知道就行"}
_SIGNS = {"B": ("warning-circle", "bad"), "W": ("warning", "soon"), "I": ("info", "action_text")}
# Records named on a page of Annex 2 or 3 are marked there.
_SHEET_OF = {"附件1": "附件1", "附件2": "附件2", "附件3": "附件3", "检查记录": "附件2", "问题整改": "附件2", "案件办理": "附件3"}


def ask_folder(parent: QWidget, start: Path) -> Path | None:
    """Ask where packages go; None if nothing was chosen."""
    chosen = QFileDialog.getExistingDirectory(parent, "报送包放在哪个文件夹", str(start))
    return Path(chosen) if chosen else None


def open_folder(folder: Path) -> None:
    """Show a folder in the file manager of the desktop."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def remembered() -> Path | None:
    """Return the folder chosen before, if it is still there."""
    kept = str(QSettings().value(TARGET) or "")
    return Path(kept) if kept and Path(kept).is_dir() else None


def remember(folder: Path) -> None:
    """Keep the chosen folder for the next package."""
    QSettings().setValue(TARGET, str(folder))


class PackagesPage(Page):
    """The page.

    Attributes:
        issues: Pre-flight list.
        view: Printed pages.
        tabs: One per file of the package.
        made: List of versions.
        foot: Why it cannot be made yet, or that it can.
        make_button: The blue one.
        draft_button: Makes a draft at any time.
    """

    tables = frozenset(
        {
            *("campaign", "deadline", "reporting_unit", "person", "secondment", "inspection_group", "group_member", "enterprise"),
            *("inspection", "attendance", "finding", "penalty_case", "case_party", "case_amount", "case_finding"),
            *("package", "rule", "setting"),
        }
    )

    def __init__(self, desk: Desk, store: Any) -> None:
        """Build the three regions.

        Args:
            desk: What the page may use of the window.
            store: The open store; making a package reads, writes files, then records.
        """
        super().__init__(desk, title="报送打包", help_line="附件1、附件2、附件3、总结报告和体检单，一次做成一个版本")
        self.store = store
        self.checks: tuple[Check, ...] = ()
        self.sheets: tuple[Sheet, ...] = ()
        self._round = 0
        self._working = False
        self._versions: Sequence[Version] = ()
        self._next = 0
        self._build()
        self._wire()

    def refresh(self) -> None:
        """Run pre-flight and lay the pages out anew, off the UI thread."""
        self._stack.setCurrentIndex(0 if self.desk.campaign_id is not None else 1)
        if self.desk.campaign_id is None:
            return
        self._round += 1
        arguments = {"campaign_id": self.desk.campaign_id, "operator": self.store.operator or ""}
        self.desk.tasks.query(preview, **arguments).on_snapshot().then(partial(self._show, self._round))
        self.desk.tasks.query(versions, campaign_id=self.desk.campaign_id).then(partial(self._show_versions, self._round))

    def make(self, *, draft: bool = False) -> None:
        """Make the package, or a draft; asks for the folder the first time."""
        target = remembered() or self.choose_folder()
        if target is None or self.desk.campaign_id is None:
            return
        self._working = True
        self._show_foot()
        label = "出草稿" if draft else "生成报送包"
        scope = {"store": self.store, "campaign_id": self.desk.campaign_id, "target": target, "draft": draft}
        job = self.desk.tasks.work(runs.make_package, **scope).with_progress("正在出草稿" if draft else "正在生成报送包")
        # It records a version at its end: it stands in line with other writes and keeps the window open.
        job.label, job.writes = label, True
        job.then(self._made).failed(partial(self._not_made, draft)).cancelled(self._stopped).start(self)

    def choose_folder(self) -> Path | None:
        """Ask for the folder of packages and keep it."""
        default = remembered() or self.store.folder.packages
        default.mkdir(parents=True, exist_ok=True)
        chosen = ask_folder(self, default)
        if chosen is not None:
            remember(chosen)
            self._show_place()
        return chosen

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give both sides more room in a wide window."""
        super().resizeEvent(event)
        wide, scale = theme.is_wide(self), theme.current().scale
        self._left.setFixedWidth(round((LEFT_WIDE if wide else LEFT) * min(scale, 1.25)))
        self._right.setFixedWidth(round((RIGHT_WIDE if wide else RIGHT) * min(scale, 1.25)))

    def _build(self) -> None:
        self.issues = TwoLineList(name="报送前体检", row="preflight")
        self.made = TwoLineList(name="版本", row="preflight")
        self.view = SheetView()
        self._left, self._right, middle = self._checks_region(), self._versions_region(), self._paper_region()
        regions = QHBoxLayout()
        regions.setSpacing(0)
        for number, (region, stretch) in enumerate(((self._left, 0), (middle, 1), (self._right, 0))):
            if number:
                regions.addWidget(_rule())
            regions.addWidget(region, stretch)
        work = QWidget()
        rows = QVBoxLayout(work)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(regions, 1)
        rows.addWidget(self._foot())
        none = EmptyState(
            icon="package", title="还没有专项行动", why="建立专项行动、录入检查之后，在这里体检、打包、报送", ways=(), hint="在左上角选定或新建"
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(work)
        self._stack.addWidget(none)
        self.content.addWidget(self._stack)

    def _checks_region(self) -> QWidget:
        self.counts = QLabel()
        self.counts.setProperty("kind", "label")
        again = make_button(Action("重新体检", self.refresh, "arrow-clockwise", "quiet"))
        self.actions_of_page.append(Action("重新体检", self.refresh, "arrow-clockwise"))
        self.passed = QLabel("没有要改、要核对的，可以打包")
        self.passed.setProperty("kind", "help")
        self.passed.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.passed.setContentsMargins(0, 40, 0, 0)
        self._list = QStackedWidget()
        self._list.addWidget(self.issues)
        self._list.addWidget(self.passed)
        return _region(_bar(_section("报送前体检"), self.counts, None, again), self._list)

    def _paper_region(self) -> QWidget:
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setDocumentMode(True)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("报送包里的文件")
        self.place = QLabel()
        self.place.setProperty("kind", "label")
        self._turn = (_arrow("caret-left", "上一页"), _arrow("caret-right", "下一页"))
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sign = QLabel()
        self._speech = QFrame()
        self._speech.setObjectName("panelFoot")
        line = QHBoxLayout(self._speech)
        line.setContentsMargins(14, 8, 14, 8)
        line.setSpacing(9)
        line.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.sentence, 1)
        self._speech.hide()
        region = _region(_bar(self.tabs, None, self.place, *self._turn), self.view, self._speech)
        region.setMinimumWidth(400)
        return region

    def _versions_region(self) -> QWidget:
        self.where = QPushButton()
        self.where.setProperty("kind", "quiet")
        self.where.setText("换文件夹")
        self.where.clicked.connect(lambda _checked=False: self.choose_folder())
        return _region(_bar(_section("版本"), None, self.where), self.made)

    def _foot(self) -> QFrame:
        self.foot = QLabel()
        self.foot.setMinimumWidth(1)
        self.draft_button = make_button(Action("出草稿", partial(self.make, draft=True), "file-text"))
        self.draft_button.setToolTip("每页印“草稿”字样，不占版本号，也不受体检阻拦")
        self.make_button = make_button(Action("生成报送包", self.make, "package", "primary"))
        self.actions_of_page += [Action("生成报送包", self._make_if_ready, "package"), Action("出草稿", partial(self.make, draft=True), "file-text")]
        foot = QFrame()
        foot.setObjectName("panelFoot")
        line = QHBoxLayout(foot)
        line.setContentsMargins(20, 8, 20, 8)
        line.setSpacing(8)
        for widget, stretch in ((self.foot, 1), (self.draft_button, 0), (self.make_button, 0)):
            line.addWidget(widget, stretch)
        return foot

    def _wire(self) -> None:
        self.issues.chosen.connect(self._speak)
        self.issues.pressed_on.connect(lambda check: self.desk.go(check.register, check.record_id))
        self.made.pressed_on.connect(open_folder)
        self.tabs.currentChanged.connect(lambda _number: self._turn_to(0))
        for arrow, step in zip(self._turn, (-1, 1), strict=True):
            arrow.clicked.connect(lambda _checked=False, by=step: self._turn_to(self.view.page + by))
        theme.notifier().changed.connect(self._show_foot)

    def _show(self, asked: int, found: Preview) -> None:
        if asked != self._round:
            return
        self.checks, self.sheets, self._next = found.checks, found.sheets, found.version
        self._show_help(found)
        self._show_checks()
        page, shown = self.view.page, self.tabs.currentIndex()
        self.tabs.blockSignals(True)
        while self.tabs.count():
            self.tabs.removeTab(0)
        for sheet in self.sheets:
            self.tabs.setTabToolTip(self.tabs.addTab(sheet.tab), sheet.title)
        self.tabs.setCurrentIndex(shown if 0 <= shown < len(self.sheets) else 1)
        self.tabs.blockSignals(False)
        self._turn_to(page if shown >= 0 else 0)
        self._fill_versions()
        self._show_foot()
        if self.issues.current() is None:
            self.issues.choose_first()
        self._speak(self.issues.current())

    def _show_help(self, found: Preview) -> None:
        when = f"{found.due.month}月{found.due.day}日" if found.due else ""
        to = f"报{found.recipient}" if found.recipient else ""
        self.set_help("　".join(part for part in ("附件1、附件2、附件3 和总结报告", when + to) if part))

    def _show_checks(self) -> None:
        entries: list[Head | Item] = []
        said: list[str] = []
        for level, word in LEVELS.items():
            found = [check for check in self.checks if check.level == level]
            if found:
                entries.append(Head(f"{len(found)} 项，{_SAYS[level]}", (word, _KINDS[level])))
                entries += [_item(check) for check in found]
                said.append(f"{word} {len(found)}")
        self.issues.fill(entries)
        self._list.setCurrentIndex(0 if entries else 1)
        self.counts.setText(f"{'，'.join(said) or '通过'}（{clock.now():%H:%M}）")
        count = len(blocking(self.checks))
        self.desk.counts_found.emit(KEY, count, f"{count} 项必须改")

    def _show_foot(self) -> None:
        stopping = len(blocking(self.checks))
        looking = sum(1 for check in self.checks if check.level == "W")
        if not self.store.writable:
            reason = f"数据正由 {self.store.holder} 打开，这里只能看"
        elif self._working:
            reason = "正在生成"
        elif stopping:
            reason = f"还有 {stopping} 项必须改，改完才能打包"
        else:
            reason = ""
        passed = f"{looking} 项建议核对，不影响打包" if looking else "体检通过，可以打包"
        self.foot.setText(reason or passed)
        self.foot.setProperty("kind", "bad" if stopping and not self._working else "help")
        self.foot.style().unpolish(self.foot)
        self.foot.style().polish(self.foot)
        self.make_button.setEnabled(not reason and bool(self.sheets))
        self.make_button.setToolTip(reason)
        self.draft_button.setEnabled(self.store.writable and not self._working and bool(self.sheets))

    def _show_versions(self, asked: int, found: Sequence[Version]) -> None:
        if asked == self._round:
            self._versions = found
            self._fill_versions()

    def _fill_versions(self) -> None:
        entries: list[Head | Item] = []
        if self._next:
            entries.append(Item("next", f"第 {self._next} 版", "还没有打包", ("准备中", "info")))
        places = [place for place in (remembered(), self.store.folder.packages) if place is not None]
        for version in self._versions:
            folder = next((place / version.name for place in places if (place / version.name).is_dir()), None)
            moment = version.made_at.astimezone()
            note = f"{moment.month}月{moment.day}日 {moment:%H:%M}　{version.files} 个文件"
            tip = f"{version.name}\n{folder or '文件夹已移走或改名'}"
            button = "打开" if folder else ""
            entries.append(Item(folder or version.name, f"第 {version.number} 版", note, None if folder else ("已封存", "plain"), button, tip=tip))
        self.made.fill(entries)
        self._show_place()

    def _show_place(self) -> None:
        self.where.setToolTip(f"报送包放在 {remembered() or self.store.folder.packages}")

    def _turn_to(self, page: int, *, row: Spot | None = None) -> None:
        number = self.tabs.currentIndex()
        sheet = self.sheets[number] if 0 <= number < len(self.sheets) else None
        if sheet is None:
            return
        spot, check = row, self.issues.current()
        if spot is None and check is not None and _tab_of(check) == sheet.tab:
            spot = _spot_of(check, sheet)
        kind = "bad" if check is not None and check.level == "B" else "soon"
        self.view.show_page(sheet, page, lit=spot.box if spot and spot.page == page else None, kind=kind)
        lies = "横向" if sheet.paper.landscape else "竖向"
        suffix = "" if sheet.exact else "，分页以 Word 为准"
        self.place.setText(f"{sheet.paper.name} {lies}　{self.view.page + 1} / {len(sheet.pages)} 页{suffix}")
        self._turn[0].setEnabled(self.view.page > 0)
        self._turn[1].setEnabled(self.view.page < len(sheet.pages) - 1)

    def _speak(self, check: Check | None) -> None:
        """Say the whole sentence of an issue, and show its row on the paper."""
        self._speech.setVisible(check is not None)
        if check is None:
            return
        self.sentence.setText(check.message)
        icons.dress(self._sign, *_SIGNS[check.level])
        number = next((place for place, sheet in enumerate(self.sheets) if sheet.tab == _tab_of(check)), -1)
        if number < 0:
            return
        spot = _spot_of(check, self.sheets[number])
        if spot is None and self.tabs.currentIndex() == number:
            return
        self.tabs.setCurrentIndex(number)
        self._turn_to(spot.page if spot else 0, row=spot)

    def _make_if_ready(self) -> None:
        if self.make_button.isEnabled():
            self.make()
        else:
            self.desk.say(self.foot.text())

    def _made(self, made: packages.Made) -> None:
        self._stopped()
        number = made.contents.version
        title = f"已生成报送包 第{number}版" if number else "已出草稿"
        self.desk.say(title)
        names = "\n".join(str(file["name"]) for file in made.files)
        facts = [("文件夹", str(made.folder)), ("文件", names), ("压缩包", made.zip.name)]
        if made.notes:
            facts.append(("说明", "\n".join(made.notes)))
        said = errors.Trouble(title, f"{len(made.files)} 个文件都写好，并逐个读回核对无误。", tuple(facts))
        choices = (errors.Choice("知道了"), errors.Choice("打开文件夹", partial(open_folder, made.folder), "primary"))
        errors.TroubleDialog(said, choices, self.window(), icon=("check-circle", "done")).open()

    def _not_made(self, draft: bool, problem: Problem) -> None:
        self._stopped()
        what = "草稿没有出成" if draft else "报送包没有生成"
        if isinstance(problem, FileTrouble):
            others = (errors.Choice("换一个文件夹", partial(self._elsewhere, draft)),)
            errors.show_problem(self, problem, what=what, retry=partial(self.make, draft=draft), others=others)
        else:
            errors.show_problem(self, problem, what=what)

    def _elsewhere(self, draft: bool) -> None:
        if self.choose_folder() is not None:
            self.make(draft=draft)

    def _stopped(self) -> None:
        self._working = False
        self._show_foot()


def _item(check: Check) -> Item:
    """Return an issue as a row: what is wrong, where; how to mend it is said below the paper."""
    what = check.message.partition("；")[0]
    place = f"{check.place}　已豁免：{check.waived}" if check.waived else check.place
    return Item(check, what, place, button="转到" if check.register else "", tip=check.message, middle=True)


def _tab_of(check: Check) -> str:
    return _SHEET_OF.get(check.place.partition("　")[0], "")


def _spot_of(check: Check, sheet: Sheet) -> Spot | None:
    """Return where the record of an issue is printed; a town stands at the start of a post."""
    name = check.place.partition("　")[2]
    if not name:
        return None
    return sheet.spots.get(name) or next((spot for words, spot in sheet.spots.items() if words.startswith(name)), None)


def _section(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("kind", "section")
    return label


def _arrow(icon: str, name: str) -> QToolButton:
    button = QToolButton()
    button.setProperty("kind", "quiet")
    button.setAccessibleName(name)
    button.setToolTip(name)
    icons.dress(button, icon, "action_text")
    return button


def _bar(*parts: QWidget | None) -> QFrame:
    """Return the head of a region; None is where it stretches."""
    bar = QFrame()
    bar.setObjectName("filterBar")
    bar.setMinimumHeight(round(40 * theme.current().scale))
    line = QHBoxLayout(bar)
    line.setContentsMargins(14, 0, 10, 0)
    line.setSpacing(8)
    for part in parts:
        if part is None:
            line.addStretch(1)
        else:
            line.addWidget(part)
    return bar


def _region(*parts: QWidget) -> QWidget:
    region = QWidget()
    rows = QVBoxLayout(region)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setSpacing(0)
    for number, part in enumerate(parts):
        rows.addWidget(part, 1 if number == 1 else 0)
    return region


def _rule() -> QFrame:
    rule = QFrame()
    rule.setObjectName("separator")
    rule.setFixedWidth(1)
    return rule
