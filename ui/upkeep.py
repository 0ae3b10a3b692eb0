"""What an open window does for its data: backups in time, a check once a week.

The check runs on a reading thread, leaves most of the time to others, and
gives way as soon as long work begins. What is wrong is said once in a dialog
with the way out; after that the status line and 设置 keep saying it. Imported
when the data are open: the first paint waits for none of this.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer

from services import backup, upkeep
from services.progress import Progress
from ui import errors
from ui.backup_list import status_words
from ui.late_store import LateStore
from ui.main_window import MainWindow
from ui.tasks import Job

HOURLY_MS = 60 * 60_000
FIRST_MS, AGAIN_MS, WATCH_MS = 60_000, 10 * 60_000, 100
# An import makes a backup of its own after the last change.
CALM_MS = 5000
RESTORE = "先不要继续录入，到“设置”里从最近一份核对过的备份恢复。"
SEEN = "内容都在就照常用；少了最近录入的内容，先不要继续录入，到“设置”里看各份备份与现在差多少，再决定恢复哪一份。"
WAYS = {
    "attachments": "登记的数据没有受影响；找到原来的文件，重新导入一次。",
    "backups": "按“立即备份”做一份新的，不对的那几份不要用来恢复。",
}


class Upkeep(QObject):
    """Backups and weekly check of a window's data.

    Attributes:
        check: The weekly check that runs now, or None.
    """

    def __init__(self, window: MainWindow, late: LateStore) -> None:
        """Prepare; `begin` starts it once the data are open."""
        super().__init__(window)
        self.check: Job | None = None
        self._window, self._late = window, late
        self._hourly = self._timer(partial(self.back_up, "hourly"), HOURLY_MS)
        self._again = self._timer(self.look, FIRST_MS)
        self._watch = self._timer(self._give_way, WATCH_MS)
        self._calm = self._timer(self.ask_age, CALM_MS)
        self._calm.setSingleShot(True)
        window.tasks.changes.connect(lambda _changes: self._calm.start())

    def begin(self) -> None:
        """Care for the data from now on."""
        self._hourly.start()
        self._again.start(FIRST_MS)
        self.ask_age()
        store = self._late.present
        if store is not None and store.notice:
            self._say(errors.Trouble("数据文件和上次关闭时不一样", store.notice, (("怎么办", SEEN),)))
            store.notice = ""

    def stop(self) -> None:
        """Begin nothing more, and stop the check."""
        for timer in (self._hourly, self._again, self._calm):
            timer.stop()
        if self.check is not None:
            self.check.cancel()

    def back_up(self, moment: str) -> None:
        """Make a verified backup in the background, if one is due at this moment."""
        store = self._late.present
        if store is not None and store.writable:
            self._window.tasks.work(_back_up, store=store, moment=moment).then(self._show_age)

    def ask_age(self) -> None:
        """Say in the status line how old backups and check are."""
        if self._late.present is not None:
            self._window.tasks.work(_age, store=self._late.present).then(self._show_age)

    def look(self) -> None:
        """Do what is due once a week, unless somebody waits for something or only looks."""
        self._again.setInterval(AGAIN_MS)
        store = self._late.present
        if store is None or not store.writable or self._window.tasks.running:
            return
        self._window.tasks.work(upkeep.warnings_due, folder=store.folder).then(self._warn)
        self.check = self._window.tasks.work(_check, store=store).in_background()
        self.check.then(partial(self._found, store)).failed(lambda _problem: None)
        self.check.ended.connect(self._ended)
        self._watch.start()

    def _give_way(self) -> None:
        if self.check is not None and any(job.shows or job.writes for job in self._window.tasks.running):
            self.check.cancel()

    def _ended(self) -> None:
        self.check = None
        self._watch.stop()

    def _warn(self, warnings: Sequence[str]) -> None:
        if warnings:
            facts = (("怎么办", "在“设置”里按“搬到别处…”，逐个文件核对后才换过去。暂时不搬也能用，一周后再提醒。"),)
            self._say(errors.Trouble("数据放的位置要注意", "\n".join(warnings), facts))

    def _found(self, store: Any, report: Any) -> None:
        # A restore or a move meanwhile closed what was checked.
        if report is None or self._late.present is not store:
            return
        self.ask_age()
        wrong = [item for item in report.items if not item.ok]
        if wrong:
            why = "\n".join(f"{item.title}：{item.sentence}" for item in wrong)
            ways = "\n".join(dict.fromkeys(WAYS.get(item.key, RESTORE) for item in wrong))
            self._say(errors.Trouble(f"每周体检发现 {len(wrong)} 项不对", why, (("怎么办", ways),)))

    def _say(self, trouble: errors.Trouble) -> None:
        choices = (errors.Choice("知道了"), errors.Choice("去设置", partial(self._window.go, "settings"), "primary"))
        errors.ask(self._window, trouble, choices)

    def _show_age(self, found: tuple[Any, Any]) -> None:
        self._window.status.set_backup(*status_words(*found))

    def _timer(self, act: Any, interval: int) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval)
        timer.timeout.connect(act)
        return timer


def _age(*, store: Any) -> tuple[Any, Any]:
    return backup.age(store.folder), upkeep.last_check(store.folder)


def _back_up(*, store: Any, moment: str) -> tuple[Any, Any]:
    backup.at(store, moment)
    return _age(store=store)


def _check(*, store: Any, progress: Progress) -> Any:
    return upkeep.check(store, gently=True, progress=progress) if upkeep.check_due(store.folder) else None
