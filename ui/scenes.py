"""Every state of the window: pages, dialogs, empty pages, troubles.

`screens` draws them, and the tests of the layout walk through the same list,
so that a state which is drawn is also tested, and the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget

import resources
from services.errors import FileTrouble, Refused
from ui import app as application
from ui import errors, package_scenes, work_scenes
from ui.forms.field_set import FieldSet
from ui.imports.reconcile import ReconcilePage
from ui.imports.wizard import RECOGNISE, ImportWizard
from ui.keys import KeysSheet
from ui.late_store import LateStore
from ui.main_window import MainWindow
from ui.pages.cases_page import CasesPage
from ui.pages.dossier_view import DossierView
from ui.pages.enterprises_page import EnterprisesPage
from ui.pages.finding_steps import Steps
from ui.pages.findings_page import FindingsPage
from ui.pages.inspections_page import QUEUE, REGISTER, InspectionsPage
from ui.pages.register import RegisterPage
from ui.progress_view import ProgressView
from ui.tasks import Tasks

QUIET_MS, QUIET_LOOKS = 60, 3
LONGEST_MS = 60_000
NOTHING_LIKE_IT = "没有这样的字"


@dataclass(frozen=True)
class Stage:
    """A window with its data.

    Attributes:
        window: The frame.
        tasks: Its door to the services.
        keeper: Opens its data.
        late: Its store.
        folder: Where the data lie.
    """

    window: MainWindow
    tasks: Tasks
    keeper: application.Keeper
    late: LateStore
    folder: Path

    def settle(self) -> None:
        """Let the window work until no job has run for a while.

        One look does not tell: on a busy machine it may fall between two jobs, or before a pause of the page ends.
        """
        loop, quiet, seen = QEventLoop(), QTimer(), 0

        def look() -> None:
            nonlocal seen
            seen = 0 if self.tasks.running else seen + 1
            if seen == QUIET_LOOKS:
                loop.quit()

        quiet.setInterval(QUIET_MS)
        quiet.timeout.connect(look)
        QTimer.singleShot(LONGEST_MS, loop, loop.quit)
        quiet.start()
        loop.exec()
        quiet.stop()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)  # sizes are asked for next

    def put_away(self) -> None:
        """Close what a scene has opened: the next starts from the bare window."""
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog) and widget.isVisible():
                widget.done(0)
        for over in self.window.stack.findChildren(ImportWizard):
            over.closed.emit()
        for table in self.window.stack.findChildren(ReconcilePage):
            table.closed.emit()
        menu = QApplication.activePopupWidget()
        if menu is not None:
            menu.close()
        self.window.palette_box.hide()
        self.window.toast.hide()
        for page in self.window.findChildren(RegisterPage):
            if not page.panel.isHidden():
                page.panel.closed.emit()
            if page.filters.narrowed:
                page.filters.clear()
            if isinstance(page, CasesPage):
                page.turn(0)
        for fields in self.window.findChildren(FieldSet):
            fields.discard()
        for visits in self.window.findChildren(InspectionsPage):
            visits.turn(REGISTER)
        for found in self.window.findChildren(FindingsPage):
            found.sections.turn(0)
        self.settle()


@dataclass(frozen=True)
class Scene:
    """One state.

    Attributes:
        name: Name of its picture.
        show: Brings the window there; returns what is to be seen, the window or a dialog.
    """

    name: str
    show: Callable[[Stage], QWidget]


@contextmanager
def stage(folder: Path, size: tuple[int, int], *, demo: bool) -> Iterator[Stage]:
    """Open a window on a folder, with the sample campaign or with nothing.

    Args:
        folder: An empty folder, or one that cannot be opened.
        size: Width and height of the window.
        demo: Fill it with the sample campaign.
    """
    late = LateStore()
    tasks = Tasks(late)
    window = MainWindow(tasks, application.ENTRIES)
    keeper = application.Keeper(window, late, folder)
    made = Stage(window, tasks, keeper, late, folder)
    window.resize(*size)
    window.show()
    try:
        if demo:
            keeper.open_demo_in(folder)
        else:
            keeper.open()
        made.settle()
        yield made
    finally:
        for job in tasks.running:  # or the window would ask before it closes
            job.cancel()
        made.settle()
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog):
                widget.done(0)
        if keeper.reopening is not None and keeper.reopening.rescue is not None:
            keeper.reopening.rescue.deleteLater()
        window.close()
        window.deleteLater()


def scenes_of_demo() -> list[Scene]:
    """Return every state that needs data: pages, panels, dialogs, troubles."""
    pages = [Scene(entry.key, _page(entry.key)) for entry in application.ENTRIES]
    panels = [
        Scene("people-record", _record("people")),
        Scene("people-record-history", _record("people", tab=1)),
        Scene("people-new", _new),
        Scene("people-wrong", _wrong),
        Scene("people-draft", _draft),
        Scene("people-several", _several),
        Scene("people-no-match", _no_match),
        Scene("enterprises-record", _record("enterprises")),
        Scene("enterprises-dossier", _dossier),
        Scene("inspections-record", _record("inspections")),
        Scene("inspections-entry", _visit),
        Scene("inspections-platform", _platform),
        Scene("hazard-record", _record("hazard_list")),
        Scene("hazard-menu", _finding_menu),
        Scene("hazard-recheck", _finding_recheck),
        Scene("cases-record", _record("cases")),
        Scene("cases-menu", _case_menu),
    ]
    dialogs = [
        Scene("dialog-operator", _operator),
        Scene("dialog-campaign", _campaign),
        Scene("dialog-campaign-wrong", _campaign_wrong),
        Scene("import-start", _import_start),
        Scene("import-rows", _import),
        Scene("import-mapping", _import_mapping),
        Scene("dialog-blanks", _blanks),
        Scene("reconcile", _reconcile),
        Scene("dialog-keys", _keys),
        Scene("dialog-progress", _progress),
        Scene("palette", _palette),
        Scene("toast", _toast),
        Scene("trouble-file", _trouble_of_file),
        Scene("trouble-refused", _trouble_refused),
        Scene("trouble-bug", _trouble_bug),
        Scene("trouble-closing", _trouble_closing),
    ]
    more = [Scene(name, show) for name, show in (package_scenes.SHOWN | work_scenes.SHOWN).items()]
    return [*pages, *panels, *more, *dialogs]


def scenes_of_nothing() -> list[Scene]:
    """Return every page as it stands before there is anything in it."""
    first = Scene("dialog-first-start", _first_start)
    return [first, *(Scene(f"{entry.key}-empty", _page(entry.key)) for entry in application.ENTRIES)]


def scene_of_rescue() -> Scene:
    """Return the window over data that do not open."""
    return Scene("rescue", _rescue)


def spoil(folder: Path) -> Path:
    """Make a data folder that cannot be opened."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "data.sqlite").write_bytes(b"SQLite format 3\x00" + b"\x5a" * 8192)
    return folder


def _page(key: str) -> Callable[[Stage], QWidget]:
    def show(stage: Stage) -> QWidget:
        stage.window.go(key)
        stage.settle()
        return stage.window

    return show


def _register(stage: Stage, key: str) -> RegisterPage:
    stage.window.go(key)
    stage.settle()
    page = stage.window.page(key)
    assert isinstance(page, RegisterPage)
    return page


def _record(key: str, *, tab: int = 0) -> Callable[[Stage], QWidget]:
    def show(stage: Stage) -> QWidget:
        page = _register(stage, key)
        record_id = page.model.id_at(0)
        assert record_id is not None
        page.grid.go_to(record_id)
        page.open_record(record_id)
        stage.settle()
        page.panel.head.tabs.setCurrentIndex(tab)
        stage.settle()
        return stage.window

    return show


def _finding_menu(stage: Stage) -> QWidget:
    page = _register(stage, "hazard_list")
    page.grid.setFocus()
    page.grid.go_to_place(2, 0)
    assert isinstance(page, FindingsPage)
    page.deal()
    stage.settle()
    menu = QApplication.activePopupWidget()
    return menu if menu is not None else stage.window


def _finding_recheck(stage: Stage) -> QWidget:
    page = _register(stage, "hazard_list")
    record_id = page.model.id_at(0)
    assert record_id is not None
    Steps(stage.window.desk, page, [record_id], "“砂轮机没有防护罩”").passed()
    stage.settle()
    return _opened(QDialog)


def _case_menu(stage: Stage) -> QWidget:
    page = _register(stage, "cases")
    assert isinstance(page, CasesPage)
    page.turn(0)
    stage.settle()
    page.deal()
    menu = QApplication.activePopupWidget()
    return menu if menu is not None else stage.window


def _visits(stage: Stage) -> InspectionsPage:
    page = _register(stage, "inspections")
    assert isinstance(page, InspectionsPage)
    return page


def _visit(stage: Stage) -> QWidget:
    page = _visits(stage)
    page.enter()
    stage.settle()
    page.entry.grid.setFocus()
    page.entry.grid.go_to(1, 1)
    stage.settle()
    return stage.window


def _platform(stage: Stage) -> QWidget:
    _visits(stage).turn(QUEUE)
    stage.settle()
    return stage.window


def _dossier(stage: Stage) -> QWidget:
    cases_page = _register(stage, "cases")  # an enterprise with a case has something in every table
    assert isinstance(cases_page, CasesPage)
    assert cases_page.work.found is not None
    name = cases_page.work.found.name
    page = _register(stage, "enterprises")
    assert isinstance(page, EnterprisesPage)
    page.show_filtered({"name": name})
    stage.settle()
    page.grid.go_to_place(0, 0)
    page.open_dossier()
    stage.settle()
    return _opened(DossierView)


def _new(stage: Stage) -> QWidget:
    _register(stage, "people").new_record()
    stage.settle()
    return stage.window


def _wrong(stage: Stage) -> QWidget:
    page = _register(stage, "people")
    page.new_record()
    stage.settle()
    for key, text in {"name": "", "cert_no": "12", "phone": "199"}.items():
        page.panel.boxes[key].set_value(text)
    page.panel.save()
    stage.settle()
    return stage.window


def _draft(stage: Stage) -> QWidget:
    page = _register(stage, "people")
    page.new_record()
    stage.settle()
    page.panel.boxes["name"].set_value("邵云飞")
    page.panel.draft_line.say("接着上次没存完的内容，3 分钟前", "丢弃")
    stage.settle()
    return stage.window


def _several(stage: Stage) -> QWidget:
    page = _register(stage, "people")
    keys = page.register.form.keys
    ids = [record_id for row in range(3) if (record_id := page.model.id_at(row)) is not None]
    rows = {record_id: dict.fromkeys(keys) | {"name": f"第 {record_id} 人", "unit": "柳溪镇"} for record_id in ids}
    page.panel.show()
    page.panel.load_several(rows, unit=page.register.unit)
    stage.settle()
    return stage.window


def _no_match(stage: Stage) -> QWidget:
    page = _register(stage, "people")
    page.filters.find_box.setText(NOTHING_LIKE_IT)
    page.filters.changed.emit()  # at once, not after the pause of somebody who types
    stage.settle()
    return stage.window


def _opened(kind: type[QDialog]) -> QDialog:
    return next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, kind) and widget.isVisible())


def _operator(stage: Stage) -> QWidget:
    stage.keeper.ask_operator()
    stage.settle()
    return _opened(QDialog)


def _campaign(stage: Stage) -> QWidget:
    stage.keeper.new_campaign()
    stage.settle()
    return _opened(QDialog)


def _campaign_wrong(stage: Stage) -> QWidget:
    dialog = _campaign(stage)
    fields = dialog.findChild(FieldSet)
    assert fields is not None
    fields.boxes["issued_on"].set_value("大概三月")
    fields.show_remarks(everywhere=True)
    stage.settle()
    return dialog


def _first_start(stage: Stage) -> QWidget:
    stage.settle()
    if not any(isinstance(widget, QDialog) and widget.isVisible() for widget in QApplication.topLevelWidgets()):
        stage.keeper.ask_operator(first=True)  # it asks by itself once; a second theme draws it again
        stage.settle()
    return _opened(QDialog)


def _wizard(stage: Stage, count: int) -> ImportWizard:
    source = resources.path("samples", "demo", "forms")
    stage.keeper.take_files(sorted(path for path in source.iterdir() if path.is_file())[:count])
    stage.settle()
    wizard = stage.window.stack.currentWidget()
    assert isinstance(wizard, ImportWizard)
    return wizard


def _import_start(stage: Stage) -> QWidget:
    _wizard(stage, 0)
    return stage.window


def _import(stage: Stage) -> QWidget:
    _wizard(stage, 6)
    return stage.window


def _import_mapping(stage: Stage) -> QWidget:
    wizard = _wizard(stage, 1)
    wizard.steps.asked.emit(RECOGNISE)
    stage.settle()
    return stage.window


def _blanks(stage: Stage) -> QWidget:
    dialog = _wizard(stage, 0).offer_blanks()
    stage.settle()
    return dialog


def _reconcile(stage: Stage) -> QWidget:
    stage.keeper.reconcile()
    stage.settle()
    return stage.window


def _keys(stage: Stage) -> QWidget:
    KeysSheet(stage.window).open()
    stage.settle()
    return _opened(KeysSheet)


def _progress(stage: Stage) -> QWidget:
    job = stage.tasks.work(lambda: None)
    view = ProgressView(job, "正在导入 12 个文件", stage.window, modal=False)
    view.report(3_120, 12_000, "双汊镇-附件1.xlsx")
    view.show()
    return view


def _palette(stage: Stage) -> QWidget:
    stage.window.open_palette()
    stage.settle()
    return stage.window


def _toast(stage: Stage) -> QWidget:
    stage.window.go("people")
    stage.settle()
    stage.window.desk.say("已修改 3 条问题 整改期限", undoable=True)
    return stage.window


def _trouble_of_file(stage: Stage) -> QWidget:
    path = "D:\\报送\\2023年分片集中执法\\附件2 情况统计表.xlsx"
    trouble = FileTrouble(path=path, why="正由 WPS 打开，写不进去")
    return errors.show_problem(stage.window, trouble, what="附件2 没有写成", retry=lambda: None, others=[errors.Choice("另存为")])


def _trouble_refused(stage: Stage) -> QWidget:
    return errors.show_problem(stage.window, Refused(), what="新增人员没有保存")


def _trouble_bug(stage: Stage) -> QWidget:
    catcher = errors.BugCatcher(stage.window, version=lambda: "0")
    catcher.caught.emit("编号：000000000000")
    stage.settle()
    return _opened(errors.TroubleDialog)


def _trouble_closing(stage: Stage) -> QWidget:
    facts = (("怎么办", "等它做完再关；急着关就停下它，以后重做。"),)
    trouble = errors.Trouble("“导入附件1”还没有做完", "现在关闭会停下它，已经存好的数据不受影响。", facts)
    return errors.ask(stage.window, trouble, [errors.Choice("停下并关闭"), errors.Choice("等它做完", kind="primary")])


def _rescue(stage: Stage) -> QWidget:
    stage.settle()
    reopening = stage.keeper.reopening
    assert reopening is not None
    assert reopening.rescue is not None
    with suppress(RuntimeError):
        reopening.rescue.resize(stage.window.size())
    stage.settle()
    return reopening.rescue
