"""Composition root of the window: what is made, in which order, and let go.

The frame is painted first; services (and with them SQLAlchemy) are imported
and the data opened afterwards, off the UI thread. A first start asks for
office and name, or opens the demo. Pages are built when they are first shown.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QSettings, QTimer, QTranslator
from PySide6.QtWidgets import QApplication

from services import clock, garbage
from services.errors import Problem
from services.paths import default_data_folder
from services.progress import Progress
from ui import errors, icons, sheet, sweeping
from ui.bars import Campaign
from ui.late_store import LateStore, why_only_looking
from ui.main_window import MainWindow
from ui.pages.page import Action, Desk, Entry, Page
from ui.tasks import Tasks

if TYPE_CHECKING:
    from ui.reopening import Reopener
    from ui.upkeep import Upkeep

THEMES = {"跟随系统": "system", "浅色": "light", "深色": "dark", "高对比": "hc"}
OPERATOR_KEY = "people/operator"
SOON_WORKDAYS = 3
# After this long at the latest the backup at opening no longer waits for quiet.
SETTLE_MS, SETTLE_TRIES = 100, 50


@dataclass(frozen=True)
class Opened:
    """What is known once the data are open.

    Attributes:
        chosen: The campaign to work on: the newest open one.
        masks: Numbers of persons are masked on the screen.
    """

    campaigns: tuple[Campaign, ...]
    chosen: int | None
    office: str
    operator: str
    demo_date: date | None
    masks: bool
    deadline: tuple[str, str, str]


def run_window(data_dir: Path | None) -> int:
    """Run the program with its window; return the exit status."""
    app = make_application(sys.argv[:1])
    errors.BugCatcher(app, version=_version).install()
    window = open_window(data_dir or default_data_folder())
    window.show()
    return app.exec()


def _version() -> str:
    from services import diagnostics

    return diagnostics.version()


def make_application(arguments: list[str]) -> QApplication:
    """Return the dressed application, Qt's own words in Chinese."""
    app = QApplication.instance() or QApplication(arguments)
    assert isinstance(app, QApplication)
    app.setOrganizationName("Zhifatai")
    app.setApplicationName("Zhifatai")
    app.setApplicationDisplayName("执法台")
    translator = QTranslator(app)
    if translator.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(translator)
    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    sweeping.Sweeper(app)
    sheet.prefer(app)
    return app


def open_window(folder: Path) -> MainWindow:
    """Return the window; its data open when it was painted."""
    late = LateStore()
    tasks = Tasks(late)
    window = MainWindow(tasks, ENTRIES)
    window.setWindowIcon(icons.icon("clipboard-text", "action", 32))
    keeper = Keeper(window, late, folder)
    QTimer.singleShot(0, keeper.open)
    return window


class Keeper(QObject):
    """Opens and closes the data of a window and keeps its frame up to date.

    Attributes:
        ready: Whether the first page is there.
        reopening: Opens the data anew; None until that is needed.
        upkeep: Backups and the weekly check; None until the data are open.
    """

    def __init__(self, window: MainWindow, late: LateStore, folder: Path) -> None:
        """Wire the window's wishes that concern the data as a whole."""
        super().__init__(window)
        self.window, self.late, self.folder = window, late, folder
        self.ready = False
        self.reopening: Reopener | None = None
        self.upkeep: Upkeep | None = None
        tasks = window.tasks
        window.closing.connect(self.close)
        window.files_dropped.connect(self.take_files)
        window.operator_asked.connect(self.ask_operator)
        window.campaign_chosen.connect(lambda _id: self._refresh())
        window.desk.wished.connect(self._wish)
        window.top.add_action("新建专项行动", self.new_campaign)
        window.status.set_place(f"数据位置 {folder}")
        tasks.changes.connect(lambda _changes: self._refresh())
        for word, name in THEMES.items():
            window.add_command(Action(f"外观：{word}", partial(self.choose_theme, name), "squares-four"))
        window.add_command(Action("立即备份", partial(self.back_up, "manual"), "copy"))
        window.add_command(Action("新建专项行动", self.new_campaign, "plus"))
        window.add_command(Action("导入来表", self.begin_import, "download-simple", keys="Ctrl+O"))
        window.add_command(Action("三方对账", self.reconcile, "arrows-left-right"))
        window.add_command(Action("打开演示数据", self.open_demo, "folder-open"))

    def open(self) -> None:
        """Open the data off the UI thread."""
        self.window.status.set_saved("正在打开数据…")
        job = self.window.tasks.work(_open, late=self.late, folder=self.folder)
        job.then(self._opened).failed(self._not_opened).start(self.window)

    def close(self) -> None:
        """Stop the threads and close the data; a changed database is backed up first."""
        if self.upkeep is not None:
            self.upkeep.stop()
        if self.late.present is None:
            self.late.close()  # or reads that wait for data would never end
        # before the backup, so that no other one is under way and what was still being written is in it
        self.window.tasks.shutdown()
        if self.late.present is not None and self.late.present.writable:
            from services import backup

            try:
                backup.at(self.late.present, "close")
            except Problem as problem:
                logging.getLogger(__name__).error("backup at closing failed: %s", problem.code)
        self.late.close()

    def take_files(self, paths: list[Path]) -> None:
        """Plan the import of dropped files; nothing is written before the clerk says so."""
        if not self.ready:
            return
        from ui import bare_folders
        from ui.imports.wizard import open_import

        bare = bare_folders.among(paths)
        wanted = [path for path in paths if path not in bare]
        if wanted or not bare:
            open_import(self.window, self.window.tasks, self.late, self.window.desk.campaign_id, wanted)
        if bare:
            bare_folders.say(self.window, bare, others=len(wanted), choose=self.begin_import)

    def reconcile(self) -> None:
        """Compare the records with a table of another system."""
        if not self.ready or self.window.desk.campaign_id is None:
            return
        from ui.imports.reconcile import open_reconcile

        open_reconcile(self.window, self.window.tasks, self.late, self.window.desk.campaign_id)

    def ask_operator(self, *, first: bool = False) -> None:
        """Ask who works here; on the first start also for the office."""
        from models.annexes import OPERATOR
        from ui.forms.form_dialog import FormDialog

        help_line = "报表上会用到单位名称；每一步操作都记着是谁做的" if first else "换一个人操作，之后的改动都记在新的名下"
        dialog = FormDialog(
            OPERATOR,
            help_line=help_line,
            save_label="开始使用" if first else "确定",
            other="先看演示数据" if first else "",
            parent=self.window,
        )
        dialog.other_chosen.connect(dialog.reject)
        dialog.other_chosen.connect(self.open_demo)
        dialog.completed.connect(partial(self._operator_given, dialog))
        self.window.tasks.query(_settings).then(partial(_fill, dialog))
        dialog.open()

    def new_campaign(self) -> None:
        """Ask for the facts of a campaign and make it."""
        if not self.ready:
            return
        from models.annexes import CAMPAIGN, CATEGORIES
        from services import drafts
        from ui.forms.drafting import Drafting
        from ui.forms.form_dialog import FormDialog

        values = {"categories": "、".join(CATEGORIES)}
        help_line = "照方案填写；以后都可以改，附件标题要和方案一字不差"
        dialog = FormDialog(CAMPAIGN, help_line=help_line, save_label="建立", values=values, parent=self.window)
        dialog.resize(dialog.width(), 600)
        dialog.completed.connect(partial(self._campaign_given, dialog))
        dialog.open()
        place = drafts.Place(CAMPAIGN.code)
        Drafting(self.window.tasks, dialog.field_set, dialog.draft_line, lambda: place).look()

    def open_demo(self) -> None:
        """Make the demo data if they are not there yet, and work on them."""
        self.open_demo_in(default_data_folder().with_name("Zhifatai-demo"))

    def open_demo_in(self, folder: Path) -> None:
        """Work on demo data in a folder of their own."""
        job = self.window.tasks.work(_open_demo, late=self.late, folder=folder)
        job.with_progress("正在准备演示数据").then(partial(self._moved, folder)).start(self.window)

    def begin_import(self) -> None:
        """Show where files are chosen; what was being looked at goes on."""
        self.take_files([])

    def choose_theme(self, name: str) -> None:
        """Dress the program anew and remember the choice."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        sheet.prefer(app, name=name)

    def back_up(self, moment: str) -> None:
        """Make a verified backup in the background, if one is due at this moment."""
        if self.upkeep is not None:
            self.upkeep.back_up(moment)

    def _wish(self, what: str) -> None:
        name, _colon, argument = what.partition(":")
        wishes: dict[str, Callable[[], object]] = {
            "campaign": self.new_campaign,
            "demo": self.open_demo,
            "import": self.begin_import,
            "reconcile": self.reconcile,
            "backed_up": lambda: self._care().ask_age(),
            "restore": lambda: self._reopener().restore(self.folder, Path(argument)),
            "move": lambda: self._reopener().move(self.folder, Path(argument)),
        }
        wishes[name]()

    def _opened(self, opened: Opened) -> None:
        from services import undoing
        from ui import rail_counts

        self.ready = True
        sweeping.settle()
        self.window.use_history(undoing)
        self.window.status.set_saved("没有未保存的改动")
        self._show(opened)
        self.window.go("home")
        self.window.rail.setFocus()
        if not self.late.writable:
            self.window.status.set_saved(why_only_looking(self.late.holder))
        elif not opened.operator:
            self.ask_operator(first=True)
        else:
            # the page's questions start on the next turn
            QTimer.singleShot(SETTLE_MS, self, partial(self._settle_in, SETTLE_TRIES))
        self._care().begin()
        rail_counts.follow(self.window)

    def _settle_in(self, tries: int) -> None:
        """Once the first page has its answers, make the backup and import what other pages need."""
        if self.late.present is None:
            return
        if tries and self.window.tasks.running:
            QTimer.singleShot(SETTLE_MS, self, partial(self._settle_in, tries - 1))
            return
        self.back_up("open")
        self.window.tasks.work(_warm_up)

    def _not_opened(self, problem: Problem) -> None:
        self._reopener().take(self.folder, problem)

    def _reopener(self) -> Reopener:
        from ui.reopening import Reopener

        if self.reopening is None:
            self.reopening = Reopener(self.window, self.late, open_at=_open, facts=_facts, operator=_last_operator())
            self.reopening.opened.connect(self._moved)
        self.reopening.operator = _last_operator()
        return self.reopening

    def _care(self) -> Upkeep:
        from ui.upkeep import Upkeep

        if self.upkeep is None:
            self.upkeep = Upkeep(self.window, self.late)
        return self.upkeep

    def _moved(self, folder: Path, opened: Opened) -> None:
        self.folder = folder
        self.window.status.set_place(f"数据位置 {folder}")
        self.window.desk.choose(None)
        self._opened(opened)

    def _refresh(self) -> None:
        if self.ready:
            self.window.tasks.query(_facts, chosen=self.window.desk.campaign_id).then(self._show)

    def _show(self, opened: Opened) -> None:
        self.window.set_campaigns(opened.campaigns, opened.chosen)
        self.window.top.set_operator(opened.operator)
        self.window.top.set_deadline(*opened.deadline)
        self.window.set_demo_date(opened.demo_date)
        self.window.setWindowTitle(f"执法台 - {opened.office}" if opened.office else "执法台")
        self.window.desk.set_masks(opened.masks)
        if opened.operator:
            QSettings().setValue(OPERATOR_KEY, opened.operator)

    def _operator_given(self, dialog: Any, row: dict[str, Any]) -> None:
        self.late.present.operator = row["operator"]
        self.window.tasks.command("登记操作人", _keep_operator, row=row).then(lambda _none: dialog.accept()).start(dialog)

    def _campaign_given(self, dialog: Any, row: dict[str, Any]) -> None:
        job = self.window.tasks.command(f"建立专项行动（{row['name']}）", _create_campaign, row=row)
        job.then(partial(self._campaign_made, dialog)).failed(lambda problem: dialog.refuse(problem.message())).start(dialog)

    def _campaign_made(self, dialog: Any, campaign_id: int) -> None:
        dialog.accept()
        self.window.desk.choose(campaign_id, clock.today().year)
        self._refresh()


def _register(module: str, name: str, desk: Desk) -> Page:
    from importlib import import_module

    from ui.pages.register import RegisterPage

    return RegisterPage(desk, getattr(import_module(f"ui.pages.{module}"), name))


def _page(module: str, name: str, desk: Desk) -> Page:
    from importlib import import_module

    made: Page = getattr(import_module(f"ui.pages.{module}"), name)(desk)
    return made


def _home(desk: Desk) -> Page:
    from ui.pages.empty import Way
    from ui.pages.home import HomePage

    by_hand = Way("新建专项行动", "照方案填名称、时限、镇办和问题类别", "新建", partial(desk.wish, "campaign"), "plus")
    demo = Way("看演示数据", "编好的一次行动，从抽调到打包都有", "打开演示", partial(desk.wish, "demo"), "folder-open")
    return HomePage(desk, (by_hand, demo))


def _packages(desk: Desk) -> Page:
    from ui.pages.packages import PackagesPage

    return PackagesPage(desk, desk.tasks.store)


def _settings_page(desk: Desk) -> Page:
    from ui.pages.settings import SettingsPage

    return SettingsPage(desk, desk.tasks.store)


# To add a page: its module in ui/pages, a line here. The words stand here and not in the
# declarations, so that the rail is painted before any service is imported.
ENTRIES = (
    Entry("home", "工作台", "squares-four", 0, _home),
    Entry("people", "人员抽调", "users", 1, partial(_page, "people_page", "PeoplePage")),
    Entry("groups", "检查分组", "tree-structure", 1, partial(_page, "groups_page", "GroupsPage")),
    Entry("enterprises", "企业名录", "buildings", 1, partial(_page, "enterprises_page", "EnterprisesPage")),
    Entry("inspections", "检查记录", "note-pencil", 2, partial(_page, "inspections_page", "InspectionsPage")),
    Entry("hazard_list", "问题整改", "wrench", 2, partial(_page, "findings_page", "FindingsPage")),
    Entry("cases", "案件办理", "scales", 2, partial(_page, "cases_page", "CasesPage")),
    Entry("figures", "统计数据", "chart-bar", 3, partial(_page, "figures", "FiguresPage")),
    Entry("packages", "报送打包", "package", 3, _packages),
    Entry("history", "操作记录", "clock-counter-clockwise", 4, partial(_page, "history", "HistoryPage")),
    Entry("settings", "设置", "gear-six", 4, _settings_page),
)


def _open(*, late: LateStore, folder: Path) -> Opened:
    with garbage.held_back():
        from services import history, migrate, rules, settings

        _first_page()
    store = migrate.open_store(folder, writable=False)
    with store.read() as session:
        kept = settings.load(session)
        missing_rules = rules.pending(session)
    store.operator = kept.operator or None
    if missing_rules and store.writable:
        store.operator = store.operator or "系统"
        with store.write("载入规则库") as session:
            rules.sync(session)
            history.describe(session, kind="system")
        store.operator = kept.operator or None
    late.attach(store)
    with store.read() as session:
        return _facts(session, chosen=None)


def _last_operator() -> str:
    """Return who worked here last, for operations of a window without data."""
    return str(QSettings().value(OPERATOR_KEY) or "救援窗口")


def _first_page() -> None:
    """Import what the first page needs, so that no read waits for an import while the database is held."""
    _import("undoing", "lookup", "campaigns", "figures.overview", "upkeep")


def _warm_up() -> None:
    """Import what the other pages need, the writers of documents last; a page that is faster waits for its part."""
    _import("people", "groups", "enterprises", "inspections", "findings", "cases", "matching", "runs")
    from services import matching

    matching.initials("岚")


def _import(*names: str) -> None:
    from importlib import import_module

    for name in names:
        import_module(f"services.{name}")


def _open_demo(*, late: LateStore, folder: Path, progress: Progress) -> Opened:
    import resources
    from services import history, migrate, runs, settings

    _first_page()
    store = migrate.open_store(folder, operator="演示用户")
    with store.read() as session:
        empty = not settings.load(session).demo_date
    if empty:
        with store.write("登记操作人") as session:
            settings.save(session, settings=replace(settings.load(session), operator="演示用户"))
            history.describe(session, kind="system")
        runs.run_folder(store, source=resources.path("samples", "demo"), target=store.folder.packages, demo=True, progress=progress)
    late.attach(store)
    with store.read() as session:
        return _facts(session, chosen=None)


def _facts(session: Any, *, chosen: int | None) -> Opened:
    from services import campaigns, lookup, settings

    kept = settings.load(session)
    listed = lookup.open_campaigns(session)
    current = chosen if chosen in [one.id for one in listed] else listed[-1].id if listed else None
    deadline = ("", "", "")
    if current is not None:
        near = next(iter(campaigns.open_deadlines(session, campaign_id=current)), None)
        if near is not None:
            left = "今天" if near.working_days == 0 else f"{near.working_days} 个工作日"
            state = "soon" if near.working_days <= SOON_WORKDAYS else ""
            deadline = (f"距 {near.due.month}月{near.due.day}日 报送还有", left, state)
    shown = tuple(Campaign(one.id, one.name, one.year) for one in listed)
    return Opened(shown, current, kept.brigade or kept.office, kept.operator, kept.demo_date, kept.mask_personal, deadline)


def _settings(session: Any) -> dict[str, str]:
    from services import settings

    kept = settings.load(session)
    return {"office": kept.office, "brigade": kept.brigade, "operator": kept.operator}


def _fill(dialog: Any, values: dict[str, str]) -> None:
    for key, text in values.items():
        if text and not dialog.fields[key].value():
            dialog.fields[key].set_value(text)


def _keep_operator(session: Any, *, row: dict[str, Any]) -> None:
    from services import history, settings

    history.describe(session, kind="system")
    office, brigade, operator = (str(row.get(key) or "") for key in ("office", "brigade", "operator"))
    settings.save(session, settings=replace(settings.load(session), office=office, brigade=brigade, operator=operator))


def _create_campaign(session: Any, *, row: dict[str, Any]) -> int:
    from models.annexes import CAMPAIGN
    from services import campaigns, drafts

    drafts.forget(session, place=drafts.Place(CAMPAIGN.code))
    return campaigns.create_by_hand(session, row=row)
