"""报送打包: what stands in the way, how it will print, which versions were made.

Three regions between hairlines: pre-flight at the left, the printed pages in
the middle, versions at the right. One blue button makes the next version.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings, QUrl
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QStackedWidget, QWidget

from services import closing, packages, runs
from services.checks import Check, blocking
from services.errors import FileTrouble, Problem
from services.packages import prose
from services.packages.preview import Preview, preview
from services.packages.versions import Version, versions
from ui import errors, regions, theme
from ui.dialogs.report_text import ReportTextDialog
from ui.pages import package_acts
from ui.pages.empty import EmptyState
from ui.pages.package_parts import CHANGES_TAB, STATE, ChecksRegion, Following, PaperRegion, VersionsRegion
from ui.pages.page import Action, Desk, Page, make_button

KEY = "packages"
TARGET = "packages/target"
LEFT, LEFT_WIDE = 362, 420
RIGHT, RIGHT_WIDE = 216, 260


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
        checks: What pre-flight found last.
        issues: Its list.
        paper: Printed pages.
        made: List of versions.
        foot: Why it cannot be made yet, or that it can.
        make_button: The blue one.
        draft_button: Makes a draft at any time.
        text_button: Opens the text of the report.
        extras_button: Chooses what goes with the package.
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
        super().__init__(desk, title="报送打包", help_line="附件1、附件2、附件3 和总结报告")
        self.store = store
        self.checks: tuple[Check, ...] = ()
        self._round = 0
        self._working = False
        self._known = False
        self._versions: Sequence[Version] = ()
        self._following = Following()
        self._preview: Preview | None = None
        self._build()
        self._wire()
        self._show_foot()

    def refresh(self) -> None:
        """Run pre-flight and lay the pages out anew, off the UI thread."""
        self._stack.setCurrentIndex(0 if self.desk.campaign_id is not None else 1)
        if self.desk.campaign_id is None:
            return
        self._round += 1
        arguments = {"campaign_id": self.desk.campaign_id, "operator": self.store.operator or "", "folder": self.store.folder}
        self.desk.tasks.query(preview, **arguments).on_snapshot().then(partial(self._show, self._round))
        self.desk.tasks.query(versions, campaign_id=self.desk.campaign_id).then(partial(self._show_versions, self._round))

    def take_focus(self) -> None:
        """Go to what pre-flight found."""
        self.issues.setFocus()

    def make(self, *, draft: bool = False) -> None:
        """Make the package, or a draft; asks for the folder the first time."""
        target = remembered() or self.choose_folder()
        if target is None or self.desk.campaign_id is None:
            return
        self._working = True
        self._show_foot()
        scope = {"store": self.store, "campaign_id": self.desk.campaign_id, "target": target, "draft": draft}
        job = self.desk.tasks.work(runs.make_package, **scope).with_progress("正在出草稿" if draft else "正在生成报送包")
        # It records a version at its end: it stands in line with other writes and keeps the window open.
        job.label, job.writes = ("出草稿" if draft else "生成报送包"), True
        job.then(self._made).failed(partial(self._not_made, draft)).cancelled(self._stopped).start(self)

    def choose_folder(self) -> Path | None:
        """Ask for the folder of packages and keep it."""
        default = remembered() or self.store.folder.packages
        default.mkdir(parents=True, exist_ok=True)
        chosen = ask_folder(self, default)
        if chosen is not None:
            remember(chosen)
            self._list_versions()
        return chosen

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give both sides more room in a wide window."""
        super().resizeEvent(event)
        wide, scale = theme.is_wide(self), theme.current().scale
        self._left.setFixedWidth(round((LEFT_WIDE if wide else LEFT) * min(scale, 1.1)))
        self._right.setFixedWidth(round((RIGHT_WIDE if wide else RIGHT) * min(scale, 1.25)))

    def _build(self) -> None:
        self._left, self.paper, self._right = ChecksRegion(), PaperRegion(), VersionsRegion()
        self.issues, self.made = self._left.issues, self._right.made
        across = QWidget()
        line = QHBoxLayout(across)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self._left)
        line.addWidget(regions.rule())
        line.addWidget(self.paper, 1)
        line.addWidget(regions.rule())
        line.addWidget(self._right)
        why = "建立专项行动、录入检查之后，在这里体检、打包、报送"
        none = EmptyState(icon="package", title="还没有专项行动", why=why, ways=(), hint="在左上角选定或新建专项行动")
        self._stack = QStackedWidget()
        self._stack.addWidget(across)
        self._stack.addWidget(none)
        self.content.addWidget(self._stack, 1)
        self.content.addWidget(self._foot())

    def _foot(self) -> QFrame:
        draft = Action("出草稿", partial(self.make, draft=True), "file-text")
        ready = Action("生成报送包", self._make_if_ready, "package", "primary")
        self.foot = regions.label()
        self.foot.setMinimumWidth(1)
        text = Action("总结文字…", self.edit_text, "note-pencil")
        self.draft_button, self.make_button, self.text_button = make_button(draft), make_button(ready), make_button(text)
        self.text_button.setToolTip("改总结四个部分的文字；数字照旧绑定指标")
        self.text_button.setEnabled(False)  # until the figures are there that it offers
        self.extras_button = package_acts.make_extras_button(partial(package_acts.choose_extras, self.desk, self))
        self.draft_button.setToolTip("每页印“草稿”字样，不占版本号，也不受体检阻拦")
        self.actions_of_page += [ready, draft, Action("重新体检", self.refresh, "arrow-clockwise"), *self._quiet_actions()]
        foot = QFrame()
        foot.setObjectName("panelFoot")
        line = QHBoxLayout(foot)
        line.setContentsMargins(20, 8, 20, 8)
        line.setSpacing(8)
        line.addWidget(self.foot, 1)
        line.addWidget(self.extras_button)
        line.addWidget(self.text_button)
        line.addWidget(self.draft_button)
        line.addWidget(self.make_button)
        return foot

    def _quiet_actions(self) -> list[Action]:
        """Return what the palette offers beside the buttons."""
        return [
            Action("改总结文字", self.edit_text, "note-pencil"),
            Action("换用总结模板", lambda: package_acts.choose_template(self.desk, self, self.store)),
            Action("恢复自带总结模板", lambda: package_acts.restore_template(self.desk, self)),
            Action("另存总结模板", lambda: package_acts.save_template(self.desk, self, self.store)),
            Action("登记最近一版的回执", self._receipt_of_last),
            Action("解除锁定", lambda: package_acts.change_state(self.desk, self, state=self._following.state, back=True)),
        ]

    def edit_text(self) -> None:
        """Let the clerk write the four parts of the report."""
        if self.desk.campaign_id is not None and self._preview is not None:
            self.desk.tasks.query(prose.load, campaign_id=self.desk.campaign_id).then(self._open_text)

    def _wire(self) -> None:
        self._left.again_asked.connect(self.refresh)
        self._left.waive_asked.connect(lambda check: package_acts.waive(self.desk, self, check))
        self.issues.chosen.connect(self.paper.speak)
        self.issues.pressed_on.connect(self._go_to)
        self.made.pressed_on.connect(self._press_version)
        self._right.receipt_asked.connect(self._receipt)
        self._right.compare.clicked.connect(lambda _checked=False: self.paper.show_tab(CHANGES_TAB))
        self._right.elsewhere.clicked.connect(lambda _checked=False: self.choose_folder())

    def _show(self, asked: int, found: Preview) -> None:
        if asked != self._round:
            return
        self._known = True
        self._preview = found
        self.text_button.setEnabled(True)
        self.checks, self._following = found.checks, Following(found.version, found.difference, found.state)
        when = f"{found.due.month}月{found.due.day}日" if found.due else ""
        to = f"报{found.recipient}" if found.recipient else ""
        self.set_help("　".join(part for part in ("附件1、附件2、附件3 和总结报告", when + to) if part))
        self.paper.show_sheets(found.sheets)
        package_acts.show_extras(self.extras_button, found.extras)
        self._left.show_checks(found.checks)
        if self.issues.current() is None:
            self.paper.speak(None)
        self._list_versions()
        self._show_foot()
        count = len(blocking(self.checks))
        self.desk.counts_found.emit(KEY, count, f"{count} 项必须改")

    def _show_foot(self) -> None:
        stopping = len(blocking(self.checks))
        looking = sum(1 for check in self.checks if check.level == "W")
        if not self.store.writable:
            reason = f"数据正由 {self.store.holder} 打开，这里只能看"
        elif self._working:
            reason = "正在生成"
        elif self._following.state == closing.CLOSED:
            reason = "专项行动已结束；补报先在版本一栏重新打开"
        elif stopping:
            reason = f"还有 {stopping} 项必须改，改完才能打包"
        else:
            reason = "" if self._known else "正在体检"
        passed = f"{looking} 项建议核对，不影响打包" if looking else "体检通过，可以打包"
        self.foot.setText((reason or passed) if self.desk.campaign_id is not None else "")
        self.foot.setProperty("kind", "bad" if stopping and not self._working else "help")
        self.foot.style().unpolish(self.foot)
        self.foot.style().polish(self.foot)
        self.make_button.setEnabled(not reason)
        self.make_button.setToolTip(reason)
        self.draft_button.setEnabled(self._known and self.store.writable and not self._working)
        self.text_button.setEnabled(self._known and self.store.writable)
        self.extras_button.setEnabled(self._known and self.store.writable)

    def _show_versions(self, asked: int, found: Sequence[Version]) -> None:
        if asked == self._round:
            self._versions = found
            self._list_versions()

    def _list_versions(self) -> None:
        chosen, own = remembered(), self.store.folder.packages
        places = (chosen, own) if chosen is not None and chosen != own else (own,)
        self._right.show_versions(self._versions, following=self._following, places=places)

    def _make_if_ready(self) -> None:
        if self.make_button.isEnabled():
            self.make()
        else:
            self.desk.say(self.foot.text())

    def _go_to(self, check: Check) -> None:
        if check.register:
            self.desk.go(check.register, check.record_id)
        else:
            self.edit_text()

    def _press_version(self, key: object) -> None:
        if key == STATE:
            package_acts.change_state(self.desk, self, state=self._following.state)
        elif key in self._right.folders:
            open_folder(self._right.folders[key])

    def _receipt(self, key: object) -> None:
        version = next((one for one in self._versions if one.number == key), None)
        if version is not None:
            recipient = self._preview.recipient if self._preview else ""
            package_acts.take_receipt(self.desk, self, version, recipient=recipient)

    def _receipt_of_last(self) -> None:
        if self._versions:
            self._receipt(self._versions[0].number)
        else:
            self.desk.say("还没有报送过，没有回执可登记")

    def _open_text(self, parts: dict[str, str]) -> None:
        shown = self._preview.shown if self._preview else {}
        dialog = ReportTextDialog(parts, shown, self.window())
        dialog.completed.connect(partial(self._keep_text, dialog))
        dialog.file_asked.connect(partial(self._take_from_word, dialog))
        dialog.open()

    def _keep_text(self, dialog: ReportTextDialog, parts: dict[str, str]) -> None:
        job = self.desk.tasks.command("改总结文字", prose.save, campaign_id=self.desk.campaign_id, parts=parts)

        def done(_result: object) -> None:
            dialog.accept()
            self.desk.say("已改总结文字", undoable=True)

        job.then(done).start(dialog)

    def _take_from_word(self, dialog: ReportTextDialog) -> None:
        path = package_acts.ask_file(self, "在 Word 里改过的总结")
        if path is not None and self._preview is not None:
            job = self.desk.tasks.work(prose.read_edited, path=path, shown=self._preview.shown)
            job.then(lambda found: dialog.show_parts(found[0], audit=found[1])).start(dialog)

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

    def _take_scope(self) -> None:
        self.checks, self._known, self._versions, self._following, self._preview = (), False, (), Following(), None
        self._left.forget()
        self._show_foot()
        super()._take_scope()
