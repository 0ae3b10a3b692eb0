"""Keeping what is typed at every pause, and bringing it back quietly.

Everything about drafts runs on the one writing thread, in the order in which
it was asked for: a draft that is looked for has been kept before, and one that
is dropped does not come back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import QDeadlineTimer, QEvent, QObject, QTimer

from services import clock, drafts
from services.drafts import Kept, KeptFile, Place
from services.errors import Problem, Refused
from ui.forms.field_set import FieldSet
from ui.forms.panel_parts import DraftLine
from ui.tasks import Tasks

PAUSE_MS = 800
LONGEST_MS = 5_000
LABEL = "没存完的内容"


class Files(Protocol):
    """What a draft needs to know of files that were added before the first save."""

    waiting: tuple[KeptFile, ...]

    def take_up(self, files: Sequence[KeptFile]) -> None:
        """Show files of a draft."""

    def link(self, session: Any, *, record_id: int, files: Sequence[KeptFile]) -> None:
        """Let them belong to the saved record."""


class Drafting(QObject):
    """Keeps the draft of one panel or dialog."""

    def __init__(
        self, tasks: Tasks, fields: FieldSet, line: DraftLine, where: Callable[[], Place | None], files: Files | None = None
    ) -> None:
        """Follow a set of fields.

        Args:
            tasks: Door to the services.
            fields: What is typed into.
            line: Says that a draft was taken up.
            where: Whose draft it is now; None keeps none.
            files: Photos and documents beside the fields; None for none.
        """
        super().__init__(fields)
        self._tasks, self._fields, self._line, self._where, self._files = tasks, fields, line, where, files
        self._place: Place | None = None
        self._looked = False
        self._pending = False
        self._dropped: tuple[dict[str, str], tuple[KeptFile, ...]] | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.flush)
        self._latest_at = QDeadlineTimer(QDeadlineTimer.ForeverConstant.Forever)
        fields.typed.connect(self._typed)
        fields.leaving.connect(self.flush)
        fields.filled.connect(self.look)
        fields.settled.connect(self._settled)
        fields.discarded.connect(self._forget)
        line.pressed.connect(self._press)
        tasks.ending.connect(self.flush)
        owner = fields.parent()
        assert owner is not None
        owner.installEventFilter(self)

    def saver(self, save: Callable[..., int]) -> Callable[..., int]:
        """Return the save service that also links files and drops the draft."""
        if self._place is None:
            return save
        link = self._files.link if self._files is not None else None
        return partial(drafts.finish, place=self._place, save=save, link=link, files=self._waiting)

    def look(self) -> None:
        """Take up what was typed here and not saved."""
        self._place, self._looked, self._pending, self._dropped = self._where(), False, False, None
        self._pause.stop()
        self._line.hide()
        if self._place is not None:
            job = self._tasks.command(LABEL, drafts.find, place=self._place).quietly()
            job.then(partial(self._found, self._place)).failed(partial(self._not_looked, self._place)).start()

    def flush(self) -> None:
        """Keep now what was typed since the last pause."""
        if not self._pending or self._place is None:
            return
        if not self._looked:
            self._pause.start()  # an older draft is still on its way, and must not be written over
            return
        self._pending = False
        self._pause.stop()
        self._latest_at = QDeadlineTimer(QDeadlineTimer.ForeverConstant.Forever)
        what = {"texts": self._fields.difference(), "files": self._waiting}
        self._tasks.command(LABEL, drafts.keep, place=self._place, **what).quietly().failed(self._not_kept).start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep what was typed when the panel or dialog goes away."""
        if event.type() == QEvent.Type.Hide:
            self.flush()
        return super().eventFilter(watched, event)

    @property
    def _waiting(self) -> tuple[KeptFile, ...]:
        return self._files.waiting if self._files is not None else ()

    def _take_up(self, texts: Mapping[str, str], files: Sequence[KeptFile]) -> None:
        self._fields.take_up(texts)
        if self._files is not None:
            self._files.take_up(files)

    def _typed(self) -> None:
        if self._place is None:
            return
        if not self._pending:
            self._latest_at = QDeadlineTimer(LONGEST_MS)
        self._pending = True
        if self._latest_at.hasExpired():
            self.flush()
        else:
            self._pause.start()

    def _found(self, place: Place, kept: Kept | None) -> None:
        if place != self._place:
            return
        self._looked = True
        if kept is not None:
            self._take_up(kept.texts, kept.files)
            more = "；这一条后来又改过，请核对" if kept.outdated else ""
            self._line.say(f"接着上次没存完的内容，{ago(kept.at, clock.now())}{more}", "丢弃")

    def _not_looked(self, place: Place, _problem: Problem) -> None:
        if place == self._place:
            self._looked = True

    def _not_kept(self, problem: Problem) -> None:
        # who only reads, or has not said his name yet, hears of it when he saves
        if not isinstance(problem, Refused):
            self._line.say(f"正在填的内容没有存住：{problem.message()}", weight="soon")

    def _settled(self) -> None:
        self._pending = False
        self._pause.stop()
        self._line.hide()

    def _press(self) -> None:
        if self._dropped is None:
            dropped = self._fields.difference(), self._waiting
            self._fields.discard()
            self._dropped = dropped
            self._line.say("已丢弃上次没存完的内容", "找回")
        else:
            self._take_up(*self._dropped)
            self._dropped = None
            self._line.say("接着上次没存完的内容", "丢弃")
            self._typed()

    def _forget(self) -> None:
        self._pending = False
        self._pause.stop()
        self._line.hide()
        if self._place is not None:
            self._tasks.command(LABEL, drafts.forget, place=self._place).quietly().failed(self._not_kept).start()


def ago(then: datetime, now: datetime) -> str:
    """Return how long ago a moment was, in words of the office."""
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 1:
        return "刚才"
    if minutes < 60:
        return f"{minutes} 分钟前"
    if then.date() == now.date():
        return f"今天 {then:%H:%M}"
    return f"{then.month}月{then.day}日 {then:%H:%M}"


def place_of(form: str, table: str, panel: Any, campaign: Callable[[], int | None]) -> Callable[[], Place | None]:
    """Return where drafts of a record panel belong; several rows have none."""

    def where() -> Place | None:
        return None if panel.several else Place(form, table, panel.record_id, campaign())

    return where
