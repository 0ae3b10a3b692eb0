"""设置: where the data lie, backups, who works here, looks, self-checks.

Each card is one question with its own small buttons; the blue button of the
page makes a backup. What closes and opens the data (restore, move) is wished
from the window, which alone can do it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QGridLayout, QVBoxLayout, QWidget

from models.forms import Row
from services import backup, clock, diagnostics, history, settings, upkeep
from services.backup import Backup, Preview, Verdict
from services.errors import RESCUED, Problem
from services.places import warnings
from services.settings import Settings
from services.verifying import Report
from ui import errors, sheet, theme
from ui.backup_list import contents, losses, moment, steps_after
from ui.late_store import why_only_looking
from ui.pages.bin_card import BinCard
from ui.pages.home_parts import RowsArea
from ui.pages.page import Action, Desk, Page
from ui.pages.settings_cards import BackupCard, BundleCard, CheckCard, LookCard, PeopleCard, PlaceCard

NEW_FOLDER = "执法台数据"


def ask_folder(parent: QWidget, title: str, start: Path) -> Path | None:
    """Ask for a folder; None if nothing was chosen."""
    chosen = QFileDialog.getExistingDirectory(parent, title, str(start))
    return Path(chosen) if chosen else None


def ask_file(parent: QWidget, title: str, start: Path) -> Path | None:
    """Ask under which name a file is written; None if nothing was chosen."""
    chosen, _kind = QFileDialog.getSaveFileName(parent, title, str(start), "压缩包 (*.zip)")
    return Path(chosen) if chosen else None


class SettingsPage(Page):
    """The page.

    Attributes:
        place: Where the data lie.
        copies: Backups and their second place.
        people: Office and operator.
        look: Theme, text size, masking.
        check: 数据体检.
        bundle: 诊断包.
        bin: What lies in the bin for long.
    """

    tables = frozenset({"setting"})

    def __init__(self, desk: Desk, store: Any) -> None:
        """Build the cards.

        Args:
            desk: What the page may use of the window.
            store: The open store.
        """
        super().__init__(desk, title="设置", help_line="数据放在哪里、怎么备份、谁在用", cards=True)
        self.store = store
        self._settings = Settings()
        self.place, self.copies, self.people = PlaceCard(), BackupCard(), PeopleCard()
        self.look, self.check, self.bundle = LookCard(), CheckCard(), BundleCard()
        self.bin = BinCard(desk, store)
        self._build()
        self._wire()

    def refresh(self) -> None:
        """Ask for the options and the backups."""
        self.desk.tasks.query(settings.load).then(self._show_settings)
        self.shown()

    def shown(self) -> None:
        """Ask anew for backups and the last check; both are made behind this page's back."""
        self._list_backups()
        self.desk.tasks.work(upkeep.last_check, folder=self.store.folder).then(self.check.show_last)
        self.bin.ask()

    def back_up(self) -> None:
        """Make a verified backup now."""
        self.back_up_button.setEnabled(False)
        job = self.desk.tasks.work(backup.make, store=self.store, reason="手动").then(self._backed_up)
        job.ended.connect(lambda: self.back_up_button.setEnabled(self._may_write()))

    def try_out(self) -> None:
        """Restore the chosen backup into a temporary folder and check it there."""
        path = self.copies.chosen()
        if path is not None:
            self._try_button(busy=True)
            job = self.desk.tasks.work(backup.try_out, path=path).then(self._tried)
            job.ended.connect(partial(self._try_button, busy=False))
            job.start(self)

    def ask_restore(self) -> None:
        """Show what a restore would lose, before it is done."""
        path = self.copies.chosen()
        if path is not None:
            self.desk.tasks.work(backup.preview, store=self.store, path=path).then(partial(self._ask_restore, path)).start(self)

    def choose_second(self) -> None:
        """Ask for the second place of backups and keep it."""
        chosen = ask_folder(self, "备份再放一份到哪里", Path(self._settings.second_backup or Path.home()))
        if chosen is not None:
            self._keep("设置备份的第二个位置", second_backup=str(chosen))

    def clear_second(self) -> None:
        """Keep backups in the data folder alone."""
        self._keep("取消备份的第二个位置", second_backup="")

    def ask_move(self) -> None:
        """Ask where the data shall lie from now on."""
        chosen = ask_folder(self, "数据搬到哪个文件夹", self.store.folder.root.parent)
        if chosen is not None:
            empty = True
            with suppress(OSError):  # the move says why it cannot be read
                empty = not any(chosen.iterdir())
            self.desk.wish(f"move:{chosen if empty else chosen / NEW_FOLDER}")

    def check_data(self) -> None:
        """Check file, history, rows and attachments against each other."""
        self.check.begin()
        job = self.desk.tasks.work(upkeep.check, store=self.store).with_progress("正在体检")
        job.then(self._checked).cancelled(self.check.stopped)
        job.failed(self._not_checked).start(self)

    def write_bundle(self) -> None:
        """Ask for a file and write the diagnostics into it."""
        target = ask_file(self, "诊断包写到哪里", Path.home() / f"执法台诊断包_{clock.today():%Y%m%d}.zip")
        if target is not None:
            job = self.desk.tasks.work(diagnostics.bundle, store=self.store, target=target)
            job.then(lambda _made: self.desk.say(f"诊断包已写到 {target}")).start(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take wider margins in a wide window."""
        super().resizeEvent(event)
        now = theme.current()
        margin = now.px("space", "xxxl" if theme.is_wide(self) else "page_margin")
        self._cards.setContentsMargins(margin, 0, margin, now.px("space", "gutter"))

    def _build(self) -> None:
        board = QWidget()
        gutter = theme.current().px("space", "gutter")
        self._cards = QGridLayout(board)
        self._cards.setHorizontalSpacing(gutter)
        left, right = QVBoxLayout(), QVBoxLayout()
        columns = ((left, (self.place, self.copies, self.bin, self.bundle)), (right, (self.people, self.look, self.check)))
        for number, (side, cards) in enumerate(columns):
            side.setSpacing(gutter)
            for card in cards:
                side.addWidget(card, 1 if card is self.copies else 0)
            if self.copies not in cards:
                side.addStretch(1)
            self._cards.addLayout(side, 0, number)
            self._cards.setColumnStretch(number, 1)
            self._cards.setColumnMinimumWidth(number, 420)
        held = RowsArea("设置", whole=False)
        held.fill(board)
        self.content.addWidget(held, 1)
        self.back_up_button = self.add_action(Action("立即备份", self.back_up, "copy", "primary"))

    def _wire(self) -> None:
        self.place.open_button.clicked.connect(lambda _checked=False: open_folder(self.store.folder.root))
        self.place.move_button.clicked.connect(lambda _checked=False: self.ask_move())
        self.copies.try_button.clicked.connect(lambda _checked=False: self.try_out())
        self.copies.restore_button.clicked.connect(lambda _checked=False: self.ask_restore())
        self.copies.choose_button.clicked.connect(lambda _checked=False: self.choose_second())
        self.copies.clear_button.clicked.connect(lambda _checked=False: self.clear_second())
        self.people.completed.connect(self._keep_operator)
        self.look.theme_chosen.connect(partial(self._dress, "name"))
        self.look.scale_chosen.connect(partial(self._dress, "scale"))
        self.look.masking_chosen.connect(self._mask)
        self.check.button.clicked.connect(lambda _checked=False: self.check_data())
        self.bundle.button.clicked.connect(lambda _checked=False: self.write_bundle())

    def _may_write(self) -> bool:
        return bool(self.store.writable)

    def _list_backups(self) -> None:
        self.desk.tasks.work(backup.listed, folder=self.store.folder).then(self.copies.show_backups)
        self.desk.tasks.work(backup.age, folder=self.store.folder).then(self.copies.show_age)

    def _show_settings(self, kept: Settings) -> None:
        self._settings = kept
        self.place.show_place(self.store.folder.root, warnings(self.store.folder.root))
        self.copies.show_second(kept.second_backup)
        self.people.fill({"office": kept.office, "brigade": kept.brigade, "operator": self.store.operator or kept.operator})
        self.look.show_choices(*sheet.preferred(), masks=kept.mask_personal)
        why = "" if self._may_write() else why_only_looking(self.store.holder)
        for card in (self.place, self.copies, self.people, self.look, self.bin):
            card.set_read_only(why)
        # Data that the rescue window opened only to look at: a restore is the way out, and nobody else holds them.
        self.copies.let_restore(may=self._may_write() or self.store.holder == RESCUED, why=why)
        self.back_up_button.setEnabled(not why)
        self.back_up_button.setToolTip(why)

    def _backed_up(self, made: Backup | None) -> None:
        self._list_backups()
        if made is not None:
            self.desk.say("已备份，并重新打开核对过")
            self.desk.wish("backed_up")

    def _try_button(self, *, busy: bool) -> None:
        self.copies.try_button.setText("正在试…" if busy else "试恢复")
        self.copies.try_button.setEnabled(not busy)

    def _tried(self, verdict: Verdict) -> None:
        title = "这份备份能用" if verdict.ok else "这份备份恢复不了"
        facts = (("里面有", contents(verdict.counts).replace("　", "，")), ("怎么试的", "在临时文件夹里恢复一遍；现在的数据没有动。"))
        said = errors.Trouble(title, verdict.sentence, facts if verdict.ok else facts[1:])
        icon = ("check-circle", "done") if verdict.ok else ("warning-circle", "bad")
        errors.TroubleDialog(said, (errors.Choice("知道了", kind="primary"),), self.window(), icon=icon).open()

    def _ask_restore(self, path: Path, found: Preview) -> None:
        facts = (
            ("会失去", steps_after(found.lost)),
            ("比现在", "，".join(losses(found.difference)) or "条数一样"),
            ("现在的数据", "恢复前先另存一份备份，随时可以再恢复回来。"),
        )
        why = "数据回到那时的样子，这之后做过的操作不再在里面。"
        choices = (errors.Choice("取消"), errors.Choice("恢复", partial(self.desk.wish, f"restore:{path}"), "primary"))
        errors.ask(self, errors.Trouble(f"恢复 {moment(found.made_at)} 的备份？", why, facts), choices)

    def _checked(self, report: Report) -> None:
        self.check.show_report(report)
        self.desk.wish("backed_up")  # the status line tells of both

    def _not_checked(self, problem: Problem) -> None:
        self.check.stopped()
        errors.show_problem(self, problem, what="体检没有做完")

    def _keep(self, label: str, **changes: Any) -> None:
        self.desk.tasks.command(label, _save, changes=changes).start(self)

    def _keep_operator(self, row: Row) -> None:
        given = {key: str(row.get(key) or "") for key in ("office", "brigade", "operator")}
        self.store.operator = given["operator"]
        job = self.desk.tasks.command("登记操作人", _save, changes=given)
        job.then(lambda _none: self.desk.say("操作人和单位已保存")).start(self)

    def _mask(self, on: bool) -> None:
        self._keep("号码打码显示" if on else "号码不打码显示", mask_personal=on)

    def _dress(self, what: str, value: Any) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        sheet.prefer(app, **{what: value})


def open_folder(folder: Path) -> None:
    """Show a folder in the file manager of the desktop."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _save(session: Any, *, changes: dict[str, Any]) -> None:
    history.describe(session, kind="system")
    settings.save(session, settings=replace(settings.load(session), **changes))
